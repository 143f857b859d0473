//! Logs of pods: made up, but the same at every reading: one line for each ten seconds that the container has run.

use super::answer::{Answer, TEXT};
use super::call::Call;
use super::failure::Failure;
use super::target::Target;
use crate::demo::store::{PODS, Store};
use hyper::body::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Virtual seconds between two lines.
const EVERY: i64 = 10;

/// The most lines that are made.
const MOST: i64 = 500;

pub(crate) fn logs(store: &Store, target: &Target, call: &Call) -> Result<Answer, Failure> {
    let name = target.object();
    let pod = store.get(&PODS, target.space(), name).ok_or_else(|| Failure::not_found(&PODS, name))?;
    let containers: Vec<&str> = ["/spec/containers", "/spec/initContainers"]
        .iter()
        .filter_map(|path| pod.pointer(path).and_then(Value::as_array))
        .flatten()
        .filter_map(|container| container.get("name").and_then(Value::as_str))
        .collect();
    let wanted = call.query.get("container").unwrap_or_default();
    let container = match (wanted, containers.as_slice()) {
        ("", [one]) => *one,
        ("", all) => {
            return Err(Failure::bad_request(format!(
                "a container name must be specified for pod {name}, choose one of: [{}]",
                all.join(" ")
            )));
        }
        (wanted, all) if all.contains(&wanted) => wanted,
        (wanted, _) => return Err(Failure::bad_request(format!("container {wanted} is not valid for pod {name}"))),
    };
    let status = pod
        .pointer("/status/containerStatuses")
        .and_then(Value::as_array)
        .and_then(|all| all.iter().find(|status| status.get("name").and_then(Value::as_str) == Some(container)));
    let at = |path: &str| status.and_then(|status| status.pointer(path)).and_then(Value::as_str);
    if let Some(reason) = at("/state/waiting/reason") {
        return Err(Failure::bad_request(format!(
            "container \"{container}\" in pod \"{name}\" is waiting to start: {reason}"
        )));
    }
    if call.query.flag("previous") {
        return Err(Failure::bad_request(format!(
            "previous terminated container \"{container}\" in pod \"{name}\" not found"
        )));
    }
    let begun = at("/state/running/startedAt")
        .or_else(|| pod.pointer("/status/startTime").and_then(Value::as_str))
        .or_else(|| pod.pointer("/metadata/creationTimestamp").and_then(Value::as_str));
    let begun: Timestamp = begun.and_then(|text| text.parse().ok()).unwrap_or_else(|| store.clock().now());
    let source = Source {
        begun,
        image: image_of(&pod, container),
        name: name.to_owned(),
        stamps: call.query.flag("timestamps"),
    };
    let count = source.count(store.clock().now());
    let mut first = (count - MOST).max(0);
    if let Some(tail) = call.query.number("tailLines")? {
        first = first.max(count - i64::try_from(tail).unwrap_or(MOST));
    }
    if let Some(seconds) = call.query.number("sinceSeconds")? {
        let ago = i64::try_from(seconds).unwrap_or(i64::MAX) / EVERY;
        first = first.max(count - ago);
    }
    let text: String = (first..count).map(|n| source.line(n)).collect();
    if !call.query.flag("follow") {
        return Ok(Answer::text(200, text));
    }
    // Follows the clock until the pod is gone.
    let (store, target) = (store.clone(), target.clone());
    let stream = futures::stream::unfold((count, Some(text)), move |(next, ready)| {
        let (store, target, source) = (store.clone(), target.clone(), source.clone());
        async move {
            if let Some(text) = ready {
                return Some((Ok(Bytes::from(text)), (next, None)));
            }
            store.clock().sleep_until(source.time(next)).await;
            store.get(&PODS, target.space(), target.object())?;
            Some((Ok(Bytes::from(source.line(next))), (next + 1, None)))
        }
    });
    Ok(Answer::stream(TEXT, stream))
}

fn image_of(pod: &Value, container: &str) -> String {
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array);
    let found =
        containers.and_then(|all| all.iter().find(|one| one.get("name").and_then(Value::as_str) == Some(container)));
    found.and_then(|one| one.get("image")).and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[derive(Clone)]
struct Source {
    begun: Timestamp,
    image: String,
    name: String,
    stamps: bool,
}

impl Source {
    /// How many lines there are at a time.
    fn count(&self, now: Timestamp) -> i64 {
        let seconds = now.duration_since(self.begun).as_secs();
        if seconds < 0 { 0 } else { seconds / EVERY + 1 }
    }

    fn time(&self, n: i64) -> Timestamp {
        self.begun.saturating_add(SignedDuration::from_secs(n.saturating_mul(EVERY))).unwrap_or(self.begun)
    }

    fn line(&self, n: i64) -> String {
        let time = self.time(n);
        let text = match n {
            0 => format!("level=info msg=\"starting\" image={} pod={}", self.image, self.name),
            1 => "level=info msg=\"listening\" address=:8080".to_owned(),
            n => format!("level=info msg=\"served\" requests={} p99={}ms", (n * 37) % 90 + 10, (n * 13) % 40 + 5),
        };
        if self.stamps { format!("{time} {text}\n") } else { format!("{text}\n") }
    }
}
