//! The way of a request to the simulated Prometheus, which stands beside the API servers: no token, no TLS, as inside
//! a cluster. What it answers is said in [`crate::demo::metrics`].

use super::answer::Answer;
use super::call::{Call, Query};
use crate::demo::metrics::{Prometheus, api};
use crate::demo::world::World;

/// Answers a request for a Prometheus; `None`: the path is none of its.
pub(crate) async fn answer(world: &World, call: &Call) -> Option<Answer> {
    let path = call.path.trim_end_matches('/');
    let (cluster, what) = if let Some(what) = path.strip_prefix("/api/v1/") {
        (None, what)
    } else {
        let (cluster, rest) = path.strip_prefix("/prometheus/")?.split_once('/')?;
        (Some(cluster), rest.strip_prefix("api/v1/")?)
    };
    let asked: Vec<(&str, &Prometheus)> = world
        .clusters
        .iter()
        .filter(|one| cluster.is_none_or(|name| one.name == name))
        .map(|one| (one.name.as_str(), &one.metrics))
        .collect();
    if asked.is_empty() {
        return Some(Answer::text(404, "404 page not found\n"));
    }
    let form = match call.method.as_str() {
        "GET" | "HEAD" => None,
        "POST" if what == "query" => Some(Query::parse(&String::from_utf8_lossy(&call.body))),
        _ => return Some(Answer::text(405, "Method Not Allowed\n")),
    };
    let query = form.as_ref().and_then(|form| form.get("query")).or_else(|| call.query.get("query"));
    let begun = world.clock.now();
    let reply = api::answer(&asked, what, query, begun);
    if reply.delay.is_positive() {
        world.clock.sleep_until(begun.saturating_add(reply.delay).unwrap_or(begun)).await;
    }
    Some(match reply.body {
        Some(body) => Answer::json(reply.status, &body),
        None => Answer::text(reply.status, "404 page not found\n"),
    })
}
