//! What `kubectl get pods` says of a pod: ready containers, status, restarts
//! (k8s.io/kubernetes, pkg/printers/internalversion/printers.go, `printPod`).

use jiff::Timestamp;
use serde_json::Value;

fn text<'a>(object: &'a Value, path: &str) -> &'a str {
    object.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn number(object: &Value, path: &str) -> i64 {
    object.pointer(path).and_then(Value::as_i64).unwrap_or(0)
}

fn list<'a>(object: &'a Value, path: &str) -> &'a [Value] {
    object.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn flag(object: &Value, path: &str) -> bool {
    object.pointer(path).and_then(Value::as_bool).unwrap_or_default()
}

/// What is said of a pod.
#[derive(Debug, Default)]
pub(crate) struct PodWords {
    pub ready: String,
    pub status: String,
    pub restarts: String,
}

impl PodWords {
    pub(crate) fn of(pod: &Value, now: Timestamp) -> Self {
        let inits = list(pod, "/spec/initContainers");
        let mains = list(pod, "/spec/containers");
        let sidecar = |name: &str| {
            inits.iter().any(|init| text(init, "/name") == name && text(init, "/restartPolicy") == "Always")
        };
        let mut status = match text(pod, "/status/reason") {
            "" => text(pod, "/status/phase").to_owned(),
            reason => reason.to_owned(),
        };
        let mut total = mains.len();
        let (mut ready, mut restarts, mut sidecar_restarts) = (0_usize, 0, 0);
        let mut last: Option<Timestamp> = None;
        let mut initialising = false;
        total += inits.iter().filter(|init| text(init, "/restartPolicy") == "Always").count();
        for (at, container) in list(pod, "/status/initContainerStatuses").iter().enumerate() {
            restarts += number(container, "/restartCount");
            let stays = sidecar(text(container, "/name"));
            if stays {
                sidecar_restarts += number(container, "/restartCount");
            }
            let ended = container.pointer("/state/terminated");
            if ended.is_some() && number(container, "/state/terminated/exitCode") == 0 {
                continue;
            }
            if stays && flag(container, "/started") {
                ready += usize::from(flag(container, "/ready"));
                continue;
            }
            let waits = text(container, "/state/waiting/reason");
            status = if ended.is_some() {
                format!("Init:{}", ending(container))
            } else if waits.is_empty() || waits == "PodInitializing" {
                format!("Init:{at}/{}", inits.len())
            } else {
                format!("Init:{waits}")
            };
            last = last.max(finished(container));
            initialising = true;
            break;
        }
        if !initialising {
            restarts = sidecar_restarts;
            let mut runs = false;
            for container in list(pod, "/status/containerStatuses").iter().rev() {
                restarts += number(container, "/restartCount");
                last = last.max(finished(container));
                let waits = text(container, "/state/waiting/reason");
                if !waits.is_empty() {
                    waits.clone_into(&mut status);
                } else if container.pointer("/state/terminated").is_some() {
                    status = ending(container);
                } else if flag(container, "/ready") && container.pointer("/state/running").is_some() {
                    runs = true;
                    ready += 1;
                }
            }
            if status == "Completed" && runs {
                let holds = |one: &Value| text(one, "/type") == "Ready" && text(one, "/status") == "True";
                status = if list(pod, "/status/conditions").iter().any(holds) { "Running" } else { "NotReady" }.into();
            }
        }
        if pod.pointer("/metadata/deletionTimestamp").is_some() {
            status = if text(pod, "/status/reason") == "NodeLost" { "Unknown" } else { "Terminating" }.into();
        }
        let ago = last.filter(|_| restarts > 0).map(|last| super::table::age(&last.to_string(), now));
        let ago = ago.as_ref().and_then(Value::as_str).map_or(String::new(), |ago| format!(" ({ago} ago)"));
        Self { ready: format!("{ready}/{total}"), status, restarts: format!("{restarts}{ago}") }
    }
}

/// Reason of an end, else its signal, else its exit code.
fn ending(container: &Value) -> String {
    let (reason, signal) = (text(container, "/state/terminated/reason"), number(container, "/state/terminated/signal"));
    if !reason.is_empty() {
        reason.to_owned()
    } else if signal != 0 {
        format!("Signal:{signal}")
    } else {
        format!("ExitCode:{}", number(container, "/state/terminated/exitCode"))
    }
}

/// When the run before the present one ended.
fn finished(container: &Value) -> Option<Timestamp> {
    text(container, "/lastState/terminated/finishedAt").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn kubectl_counts_restarts_and_says_when_the_last_one_was() {
        let pod = json!({
            "spec": {"containers": [{"name": "a"}], "initContainers": [{"name": "i"}]},
            "status": {
                "phase": "Running", "initContainerStatuses": [{"name": "i", "state": {"terminated": {"exitCode": 0}}}],
                "containerStatuses": [{
                    "name": "a", "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                    "lastState": {"terminated": {"finishedAt": "2026-01-01T00:00:00Z"}},
                }],
            },
        });
        let words = PodWords::of(&pod, "2026-01-01T00:01:10Z".parse().unwrap());
        assert_eq!((&*words.ready, &*words.status, &*words.restarts), ("0/1", "CrashLoopBackOff", "4 (70s ago)"));
    }
}
