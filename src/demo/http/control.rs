//! Control paths, beside the API: time, faults, compaction, and the log of requests. They need the admin token of a
//! cluster.
//!
//! | request | does |
//! | --- | --- |
//! | `GET /-/clock` | `{"now": …, "speed": …}` |
//! | `POST /-/clock` with `{"speed": 0, "advance": "10m"}` | either or both; advance moves ahead at once |
//! | `GET /-/faults`, `POST /-/faults` | what stands, one a line; puts the body's faults in place of all (see `faults`) |
//! | `GET /-/series`, `POST /-/series` | what the Prometheus of each cluster says; changes it, by JSON as in a scenario's `metrics:` or lines such as `job=steps: 0.5` |
//! | `POST /-/compact`, `POST /-/cut` | forgets the history of all clusters (watches get 410); cuts all open watches |
//! | `GET /-/requests`, `DELETE /-/requests` | the log as a JSON list (`?writes=1`: only writes); forgets it |
//! | `POST /-/logs` with `{"pods": "web-", "perSecond": 1700}` | pods whose names begin so write that many lines per virtual second from now on; 0 takes it back |
//!
//! Below `/clusters/NAME/-/` the last three rows concern that cluster alone.

use super::answer::Answer;
use super::call::Call;
use super::failure::Failure;
use super::router::Server;
use crate::demo::scenario::series;
use serde_json::{Value, json};

/// Answers a control path: `what` is what stands behind `/-/`, `cluster` is the one in the path.
pub(crate) fn answer(server: &Server, cluster: Option<&str>, what: &str, call: &Call) -> Result<Answer, Failure> {
    let concerned = || server.world.clusters.iter().filter(|one| cluster.is_none_or(|name| name == one.name));
    let done = || Ok(Answer::text(200, "ok\n"));
    match (call.method.as_str(), what) {
        ("GET", "clock") => Ok(clock(server)),
        ("POST", "clock") => {
            let order: Value = serde_json::from_slice(&call.body)
                .map_err(|error| Failure::bad_request(format!("the body is not JSON: {error}")))?;
            if let Some(speed) = order.get("speed") {
                let speed = speed.as_f64().filter(|speed| *speed >= 0.0);
                let speed = speed.ok_or_else(|| Failure::bad_request("speed must be a number from 0"))?;
                server.world.clock.set_speed(speed);
            }
            if let Some(advance) = order.get("advance") {
                let by = match advance {
                    Value::String(text) => text.parse::<jiff::SignedDuration>().ok(),
                    other => other.as_f64().and_then(|seconds| jiff::SignedDuration::try_from_secs_f64(seconds).ok()),
                };
                let by = by.filter(|by| !by.is_negative());
                let by =
                    by.ok_or_else(|| Failure::bad_request("advance must be a duration, as in \"10m\", or seconds"))?;
                server.world.clock.advance(by);
            }
            Ok(clock(server))
        }
        ("GET", "faults") => {
            let mut lines = server.faults.standing();
            lines.push(String::new());
            Ok(Answer::text(200, lines.join("\n")))
        }
        ("POST", "faults") => {
            let spec = String::from_utf8_lossy(&call.body).replace('\n', ";");
            server.set_faults(&spec).map_err(Failure::bad_request)?;
            done()
        }
        ("GET", "series") => {
            let all = concerned().map(|cluster| (cluster.name.clone(), json!(cluster.metrics.series())));
            Ok(Answer::json(200, &Value::Object(all.collect())))
        }
        ("POST", "series") => {
            let entries = series::entries(&String::from_utf8_lossy(&call.body)).map_err(Failure::bad_request)?;
            for cluster in concerned() {
                for entry in &entries {
                    series::put(entry, &cluster.metrics).map_err(Failure::bad_request)?;
                }
            }
            done()
        }
        ("POST", "compact") => {
            concerned().for_each(|cluster| cluster.store.compact());
            done()
        }
        ("POST", "cut") => {
            concerned().for_each(|cluster| server.cut(&cluster.name));
            done()
        }
        ("GET", "requests") => {
            let writes = call.query.flag("writes");
            let log: Vec<Value> = server
                .log
                .all()
                .iter()
                .filter(|logged| cluster.is_none_or(|name| name == logged.cluster) && (!writes || logged.writes()))
                .map(super::record::Logged::json)
                .collect();
            Ok(Answer::json(200, &json!(log)))
        }
        ("DELETE", "requests") => {
            server.log.clear();
            done()
        }
        ("POST", "logs") => {
            let order: Value = serde_json::from_slice(&call.body)
                .map_err(|error| Failure::bad_request(format!("the body is not JSON: {error}")))?;
            let pace = order.get("perSecond").and_then(Value::as_f64).filter(|pace| (0.0..=1e6).contains(pace));
            let pace = pace.ok_or_else(|| Failure::bad_request("perSecond must be a number from 0 to 1000000"))?;
            let pods = order.get("pods").and_then(Value::as_str).unwrap_or_default();
            server.chatter.order(cluster, pods, pace, server.world.clock.now());
            done()
        }
        (_, "clock" | "faults" | "series" | "compact" | "cut" | "requests" | "logs") => {
            Err(Failure::method_not_allowed())
        }
        _ => Err(Failure::no_such_path()),
    }
}

fn clock(server: &Server) -> Answer {
    let clock = &server.world.clock;
    Answer::json(200, &json!({"now": clock.now().to_string(), "speed": clock.speed()}))
}
