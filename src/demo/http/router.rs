//! From a request to its answer.

use super::answer::{Answer, Body};
use super::auth::{self, ADMIN, Door, VIEWER};
use super::call::{Call, Query};
use super::failure::Failure;
use super::faults::{Deed, Faults, Seen};
use super::record::{Logged, RequestLog};
use super::rules::Grants;
use super::target::Target;
use super::{control, discovery, list, logs, openapi, patch, reviews, scale, watch, write};
use crate::demo::world::{Cluster, World};
use http::{Request, Response, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use std::sync::Arc;
use tokio::sync::watch::Sender;

/// The largest body that is read, bytes; a real server takes 3 MiB.
const LARGEST: usize = 3 * 1024 * 1024;

/// The API servers of a world.
#[derive(Debug)]
pub struct Server {
    pub(crate) world: World,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
    /// What a test grants.
    pub(crate) grants: Grants,
    /// Pods that write a lot.
    pub(crate) chatter: logs::Chatter,
    /// One per cluster: a change cuts its open watches.
    cuts: Vec<Sender<u64>>,
}

/// The server hangs up.
#[derive(Debug, thiserror::Error)]
#[error("the server hung up, as a fault ordered")]
pub(crate) struct HungUp;

impl Server {
    pub(crate) fn new(world: World, faults: Faults, log: RequestLog) -> Self {
        let cuts = world.clusters.iter().map(|_| Sender::new(0)).collect();
        Self { world, faults, log, grants: Grants::default(), chatter: logs::Chatter::default(), cuts }
    }

    /// Cuts the open watches of a cluster.
    pub(crate) fn cut(&self, cluster: &str) {
        for (one, cut) in self.world.clusters.iter().zip(&self.cuts) {
            if cluster == "*" || one.name == cluster {
                cut.send_modify(|times| *times += 1);
            }
        }
    }

    /// Puts faults in place, and cuts the watches that they cut.
    pub(crate) fn set_faults(&self, spec: &str) -> Result<(), String> {
        self.faults.set(spec)?;
        self.faults.cuts().iter().for_each(|cluster| self.cut(cluster));
        Ok(())
    }

    /// Answers one request.
    pub(crate) async fn serve(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Body>, HungUp> {
        let (parts, body) = request.into_parts();
        let now = self.world.clock.now();
        let path = parts.uri.path().to_owned();
        let Ok(body) = Limited::new(body, LARGEST).collect().await else {
            let failure = Failure::new(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728");
            return Ok(Answer::from(failure).response(now));
        };
        let raw_query = parts.uri.query().unwrap_or_default().to_owned();
        let mut call = Call {
            method: parts.method,
            path,
            query: Query::parse(&raw_query),
            raw_query,
            headers: parts.headers,
            body: body.to_bytes(),
            user: VIEWER,
        };
        if let Some(what) = call.path.strip_prefix("/-/").map(str::to_owned) {
            let answer = self.control(None, &what, &mut call);
            return Ok(answer.unwrap_or_else(Answer::from).response(now));
        }
        if let Some(answer) = super::prometheus::answer(&self.world, &call).await {
            return Ok(answer.response(self.world.clock.now()));
        }
        let found = call.path.strip_prefix("/clusters/").and_then(|rest| {
            let (name, below) = rest.split_once('/').unwrap_or((rest, ""));
            let door = Door::named(name);
            let at = self.world.clusters.iter().position(|cluster| cluster.name == door.cluster)?;
            Some((at, door, format!("/{below}")))
        });
        let Some((at, door, path)) = found else {
            return Ok(Answer::from(Failure::no_such_path()).response(now));
        };
        call.path = path;
        let cluster = &self.world.clusters[at];
        if let Some(what) = call.path.strip_prefix("/-/").map(str::to_owned) {
            let answer = self.control(Some(&cluster.name), &what, &mut call);
            return Ok(answer.unwrap_or_else(Answer::from).response(now));
        }
        self.answer(at, cluster, &door, call).await
    }

    fn control(&self, cluster: Option<&str>, what: &str, call: &mut Call) -> Result<Answer, Failure> {
        let authorization = call.header(header::AUTHORIZATION);
        let signed = self
            .world
            .clusters
            .iter()
            .filter(|one| cluster.is_none_or(|name| name == one.name))
            .any(|one| Door::named(&one.name).sign_in(authorization, "") == Ok(ADMIN));
        if !signed {
            return Err(Failure::unauthorized());
        }
        control::answer(self, cluster, what, call)
    }

    async fn answer(
        &self,
        at: usize,
        cluster: &Cluster,
        door: &Door,
        mut call: Call,
    ) -> Result<Response<Body>, HungUp> {
        let authorization = call.header(header::AUTHORIZATION);
        let granted = self.grants.user(&cluster.name, authorization);
        let signed = granted.map_or_else(|| door.sign_in(authorization, call.header(header::USER_AGENT)), Ok);
        if let Ok(user) = &signed {
            call.user = user.clone();
        }
        let target = Target::parse(&call.path).ok();
        let watches = call.query.flag("watch");
        let verb = target.as_ref().and_then(|target| target.verb(&call.method, watches).ok()).unwrap_or_default();
        let mut logged = Logged {
            at: cluster.store.clock().now(),
            cluster: cluster.name.clone(),
            user: signed.as_ref().map(|user| user.name.to_owned()).unwrap_or_default(),
            method: call.method.to_string(),
            verb: verb.to_owned(),
            path: if call.raw_query.is_empty() {
                call.path.clone()
            } else {
                format!("{}?{}", call.path, call.raw_query)
            },
            status: 0,
            carried_out: false,
            agent: call.header(header::USER_AGENT).to_owned(),
            body: Logged::body_text(&call.body),
        };
        let met = if verb.is_empty() { verb_of_path(&call) } else { verb };
        let made = if verb == "create" { call.made_name() } else { None };
        let named = target.as_ref().and_then(|target| target.name.as_deref()).or(made.as_deref());
        let dry = Some(call.query.get("dryRun").is_some_and(|dry| !dry.is_empty()));
        let fate =
            self.faults.meet(&Seen { cluster: &cluster.name, verb: met, target: target.as_ref(), name: named, dry });
        if !fate.delay.is_zero() {
            tokio::time::sleep(fate.delay).await;
        }
        let cut = self.cuts.get(at).map(Sender::subscribe);
        let answer = match (signed, &fate.deed) {
            (Err(failure), _) => Err(failure),
            // Who may not do it is told so before a webhook is asked.
            (Ok(user), Some(Deed::Deny(message))) => {
                let may = target.as_ref().map_or(Ok(()), |target| user.check(verb, target));
                Err(may.err().unwrap_or_else(|| denied(message)))
            }
            (Ok(_), Some(_)) if !fate.carried_out => Ok(Answer::text(200, "")),
            (Ok(_), _) => {
                logged.carried_out = true;
                route(cluster, (&self.faults, &self.chatter), &call, cut)
            }
        };
        let now = cluster.store.clock().now();
        let answer = match fate.deed {
            Some(Deed::Drop) => {
                self.log.push(logged);
                return Err(HungUp);
            }
            Some(Deed::Half) => answer.unwrap_or_else(Answer::from).broken_off().await,
            Some(Deed::Answer(status)) => Answer::from(ordered(status, &call, met, target.as_ref())),
            Some(Deed::Cut) => {
                // Others get their turn, so that the first events leave; then this watch ends like the open ones.
                let cuts = self.cuts[at].clone();
                tokio::spawn(async move {
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    cuts.send_modify(|times| *times += 1);
                });
                answer.unwrap_or_else(Answer::from)
            }
            Some(Deed::Delay(_) | Deed::Deny(_)) | None => answer.unwrap_or_else(Answer::from),
        };
        logged.status = answer.status;
        self.log.push(logged);
        Ok(answer.response(now))
    }
}

/// The verb of a path that is no resource, for faults.
fn verb_of_path(call: &Call) -> &'static str {
    if call.method == http::Method::GET { "get" } else { "create" }
}

/// The refusal of an admission webhook, as one made with controller-runtime gives it
/// (k8s.io/apiserver, pkg/admission/plugin/webhook/errors/statuserror.go).
fn denied(message: &str) -> Failure {
    let by = "admission webhook \"policy.simulated.example\" denied the request";
    let text = if message.is_empty() { format!("{by} without explanation") } else { format!("{by}: {message}") };
    Failure::new(403, "Forbidden", text)
}

/// The refusal that a fault orders.
fn ordered(status: u16, call: &Call, verb: &str, target: Option<&Target>) -> Failure {
    match (status, target) {
        (401, _) => Failure::unauthorized(),
        (403, Some(target)) => auth::forbidden(&call.user, verb, target, ""),
        (403, None) => Failure::new(
            403,
            "Forbidden",
            format!("forbidden: User \"{}\" cannot {verb} path \"{}\"", call.user.name, call.path),
        ),
        // As where the CustomResourceDefinition is missing.
        (404, _) => Failure::no_such_path(),
        (409, Some(target)) => Failure::conflict(target.kind, target.object()),
        (410, _) => Failure::new(410, "Expired", "The resourceVersion for the provided list is too old."),
        (429, _) => Failure {
            details: Some(serde_json::json!({"retryAfterSeconds": 1})),
            ..Failure::new(429, "TooManyRequests", "Too many requests, please try again later.")
        },
        (500, _) => Failure::new(500, "InternalError", "Internal error occurred: etcdserver: leader changed"),
        // What a load balancer says when nobody is behind it: no JSON.
        (502, _) => {
            Failure { plain: true, ..Failure::new(502, "", "<html><body><h1>502 Bad Gateway</h1></body></html>\n") }
        }
        (503, _) => Failure::new(503, "ServiceUnavailable", "apiserver is shutting down"),
        (504, _) => Failure::new(
            504,
            "Timeout",
            "Timeout: request did not complete within requested timeout - context deadline exceeded",
        ),
        _ => Failure::new(status, "", format!("the simulated fault {status}")),
    }
}

/// The answer of a cluster to a user who is signed in.
fn route(
    cluster: &Cluster,
    (faults, chatter): (&Faults, &logs::Chatter),
    call: &Call,
    cut: Option<tokio::sync::watch::Receiver<u64>>,
) -> Result<Answer, Failure> {
    let store = &cluster.store;
    if let Some(answer) = reviews::answer(&cluster.name, faults, call, store.clock().now()) {
        return answer;
    }
    if let Some(answer) = fixed(call) {
        return answer;
    }
    let target = Target::parse(&call.path)?;
    let verb = target.verb(&call.method, call.query.flag("watch"))?;
    call.user.check(verb, &target)?;
    match (verb, target.sub.as_deref(), cut) {
        ("list", _, _) => list::list(store, &target, call),
        ("watch", _, Some(cut)) => watch::watch(store, &target, call, cut),
        ("get", None | Some("status"), _) => {
            let form = super::encode::Form::accepted(call.header(header::ACCEPT))?;
            let object = store
                .get(target.kind, target.space(), target.object())
                .ok_or_else(|| Failure::not_found(target.kind, target.object()))?;
            Ok(super::encode::one(200, form, target.kind, &object, store.clock().now()))
        }
        ("get", Some("log"), _) => logs::logs(store, &cluster.name, chatter, &target, call),
        ("get" | "update" | "patch", Some("scale"), _) => scale::answer(store, &target, verb, call),
        ("create", None, _) => write::create(store, &target, call),
        ("update", None | Some("status"), _) => write::replace(store, &target, call),
        ("patch", None | Some("status"), _) => patch::patch(store, &target, call),
        ("delete", None, _) => write::delete(store, &target, call),
        ("deletecollection", None, _) => write::delete_collection(store, &target, call),
        _ => Err(Failure::method_not_allowed()),
    }
}

/// Paths that are no resources; none: it is one.
fn fixed(call: &Call) -> Option<Result<Answer, Failure>> {
    let path = call.path.trim_end_matches('/');
    let answer = match path {
        "/healthz" | "/livez" | "/readyz" => Ok(Answer::text(200, "ok")),
        "/version" => Ok(discovery::version()),
        "/openapi/v2" => openapi::v2(call.header(header::ACCEPT)),
        "/openapi/v3" => Ok(openapi::v3()),
        _ => match path.strip_prefix("/openapi/v3/") {
            Some(group) => openapi::v3_of(group),
            None => discovery::answer(call)?,
        },
    };
    let reads = matches!(call.method, http::Method::GET | http::Method::HEAD);
    Some(if reads { answer } else { Err(Failure::method_not_allowed()) })
}
