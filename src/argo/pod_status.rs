//! A pod's status in words, its ready containers and restarts (Argo Rollouts,
//! `pkg/kubectl-argo-rollouts/info/pod_info.go`), and the reason behind it where the words alone do not tell.

use super::pod::{ContainerState, Pod, StateReason};

/// What is shown of a pod.
#[derive(Clone, Debug, PartialEq)]
pub struct PodStatusText {
    /// Status text, such as `Running`, `Init:1/2`, `CrashLoopBackOff`.
    pub text: Box<str>,
    /// Ready main containers; 0 while init containers run.
    pub ready: usize,
    /// Restarts of the main containers; of the init containers while these run.
    pub restarts: i32,
    /// The kubelet's or the scheduler's words.
    pub message: Option<Box<str>>,
}

/// Derives the status text.
#[must_use]
pub fn of(pod: &Pod) -> PodStatusText {
    let (initialising, init_restarts) = init(pod);
    let (mut text, ready, restarts) = match initialising {
        Some(text) => (text, 0, init_restarts),
        None => main(pod),
    };
    if pod.meta.deleting.is_some() {
        text = if &*pod.status.reason == "NodeLost" { "Unknown".into() } else { "Terminating".into() };
    }
    PodStatusText { text: text.into(), ready, restarts, message: message(pod) }
}

/// Phase, or the reason that stands above it (`Evicted`, `NodeLost`).
fn base(pod: &Pod) -> String {
    if pod.status.reason.is_empty() { pod.status.phase.to_string() } else { pod.status.reason.to_string() }
}

/// The text while init containers run (`None` when they are done), and their restarts. The first one that is not done
/// decides.
fn init(pod: &Pod) -> (Option<String>, i32) {
    let mut restarts = 0;
    for (at, container) in pod.status.init_container_statuses.iter().enumerate() {
        restarts = i32::saturating_add(restarts, container.restart_count);
        let state = &container.state;
        let sidecar = pod
            .spec
            .init_containers
            .iter()
            .any(|spec| spec.name == container.name && spec.restart_policy.as_deref() == Some("Always"));
        if let Some(ended) = &state.terminated {
            if ended.exit_code == 0 {
                continue;
            }
            return (Some(format!("Init:{}", ended_text(ended))), restarts);
        }
        if sidecar && container.started == Some(true) {
            if container.ready {
                continue;
            }
            // A sidecar that is not ready yet holds back the next one, but the pod no longer counts as initialising.
            return (None, restarts);
        }
        return match &state.waiting {
            Some(waiting) if !waiting.reason.is_empty() && &*waiting.reason != "PodInitializing" => {
                (Some(format!("Init:{}", waiting.reason)), restarts)
            }
            _ => (Some(format!("Init:{at}/{}", pod.spec.init_containers.len())), restarts),
        };
    }
    (None, restarts)
}

/// Reason of an end, else its signal, else its exit code.
fn ended_text(ended: &StateReason) -> String {
    if !ended.reason.is_empty() {
        ended.reason.to_string()
    } else if ended.signal != 0 {
        format!("Signal:{}", ended.signal)
    } else {
        format!("ExitCode:{}", ended.exit_code)
    }
}

/// Text, ready containers and restarts from the main containers. They are walked backwards and each faulty one
/// overwrites, so that the first listed wins.
fn main(pod: &Pod) -> (String, usize, i32) {
    let mut text = base(pod);
    let (mut ready, mut restarts, mut running) = (0, 0_i32, false);
    for container in pod.status.container_statuses.iter().rev() {
        restarts = restarts.saturating_add(container.restart_count);
        match &container.state {
            ContainerState { waiting: Some(waiting), .. } if !waiting.reason.is_empty() => {
                text = waiting.reason.to_string();
            }
            ContainerState { terminated: Some(ended), .. } => text = ended_text(ended),
            ContainerState { running: Some(_), .. } if container.ready => {
                running = true;
                ready += 1;
            }
            _ => {}
        }
    }
    if text == "Completed" && running {
        text = "Running".into();
    }
    (text, ready, restarts)
}

/// The words behind the status: why it was evicted, why a container waits or ended, why it is not scheduled.
fn message(pod: &Pod) -> Option<Box<str>> {
    let said = |text: &str| (!text.trim().is_empty()).then(|| text.trim().into());
    let mut containers = pod.status.init_container_statuses.iter().chain(&pod.status.container_statuses);
    said(&pod.status.message)
        .or_else(|| {
            containers.find_map(|container| {
                let waiting = container.state.waiting.as_ref().and_then(|waiting| said(&waiting.message));
                let ended = container.state.terminated.as_ref().filter(|ended| ended.exit_code != 0);
                waiting.or_else(|| ended.and_then(|ended| said(&ended.message)))
            })
        })
        .or_else(|| {
            let scheduled = pod.status.conditions.iter().find(|condition| &*condition.kind == "PodScheduled");
            scheduled.filter(|condition| &*condition.status == "False").and_then(|condition| said(&condition.message))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn pod(value: Value) -> PodStatusText {
        of(&serde_json::from_value(value).unwrap())
    }

    fn main_containers(statuses: &Value) -> PodStatusText {
        pod(json!({"spec": {"containers": [{"name": "a"}, {"name": "b"}]},
                   "status": {"phase": "Running", "containerStatuses": statuses}}))
    }

    #[test]
    fn main_containers_decide_and_the_first_faulty_one_wins() {
        let running = json!({"state": {"running": {}}, "ready": true, "restartCount": 2});
        let waits = |reason: &str| json!({"state": {"waiting": {"reason": reason}}});
        let ended = |value: Value| json!({"state": {"terminated": value}});
        let rows = [
            (json!([running, running]), ("Running", 2, 4)),
            (json!([{"state": {"running": {}}, "ready": false}, running]), ("Running", 1, 2)),
            (json!([waits("CrashLoopBackOff"), waits("ImagePullBackOff")]), ("CrashLoopBackOff", 0, 0)),
            (json!([running, waits("ImagePullBackOff")]), ("ImagePullBackOff", 1, 2)),
            (json!([ended(json!({"reason": "OOMKilled", "exitCode": 137})), running]), ("OOMKilled", 1, 2)),
            (json!([ended(json!({"signal": 9, "exitCode": 137}))]), ("Signal:9", 0, 0)),
            (json!([ended(json!({"exitCode": 3}))]), ("ExitCode:3", 0, 0)),
            (json!([ended(json!({"reason": "Completed"})), running]), ("Running", 1, 2)),
            (json!([ended(json!({"reason": "Completed"}))]), ("Completed", 0, 0)),
            (json!([]), ("Running", 0, 0)),
        ];
        for (statuses, (text, ready, restarts)) in rows {
            let seen = main_containers(&statuses);
            assert_eq!((&*seen.text, seen.ready, seen.restarts), (text, ready, restarts), "{statuses}");
        }
    }

    fn init_containers(statuses: &Value) -> PodStatusText {
        pod(json!({
            "spec": {"containers": [{"name": "a"}],
                     "initContainers": [{"name": "one"}, {"name": "side", "restartPolicy": "Always"}, {"name": "two"}]},
            "status": {"phase": "Pending", "initContainerStatuses": statuses,
                       "containerStatuses": [{"state": {"waiting": {"reason": "PodInitializing"}}, "restartCount": 5}]}}))
    }

    #[test]
    fn the_first_init_container_that_is_not_done_decides() {
        let done = json!({"name": "one", "state": {"terminated": {"reason": "Completed"}}});
        let side = |started: bool, ready: bool| json!({"name": "side", "started": started, "ready": ready, "state": {"running": {}}});
        let rows = [
            (json!([{"name": "one", "state": {"running": {}}, "restartCount": 1}]), ("Init:0/3", 1)),
            (json!([{"name": "one", "state": {"waiting": {"reason": "PodInitializing"}}}]), ("Init:0/3", 0)),
            (
                json!([{"name": "one", "state": {"waiting": {"reason": "ImagePullBackOff"}}}]),
                ("Init:ImagePullBackOff", 0),
            ),
            (json!([{"name": "one", "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}]), ("Init:Error", 0)),
            (json!([{"name": "one", "state": {"terminated": {"exitCode": 2}}}]), ("Init:ExitCode:2", 0)),
            (json!([{"name": "one", "state": {"terminated": {"exitCode": 137, "signal": 9}}}]), ("Init:Signal:9", 0)),
            (json!([done, side(false, false)]), ("Init:1/3", 0)),
            (json!([done, side(true, true), {"name": "two", "state": {"waiting": {}}}]), ("Init:2/3", 0)),
            (json!([done, side(true, false)]), ("PodInitializing", 5)),
            (json!([done, side(true, true)]), ("PodInitializing", 5)),
        ];
        for (statuses, (text, restarts)) in rows {
            let seen = init_containers(&statuses);
            assert_eq!((&*seen.text, seen.ready, seen.restarts), (text, 0, restarts), "{statuses}");
        }
    }

    #[test]
    fn a_reason_stands_above_the_phase_and_deletion_above_all() {
        assert_eq!(
            &*pod(json!({"status": {"phase": "Failed", "reason": "Evicted", "message": "disk full"}})).text,
            "Evicted"
        );
        let going = json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}, "status": {"phase": "Running"}});
        assert_eq!(&*pod(going).text, "Terminating");
        let lost = json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}, "status": {"reason": "NodeLost"}});
        assert_eq!(&*pod(lost).text, "Unknown");
    }

    #[test]
    fn the_message_is_what_explains_the_status() {
        let evicted = pod(json!({"status": {"reason": "Evicted", "message": "disk full"}}));
        assert_eq!(evicted.message.as_deref(), Some("disk full"));
        let pull = main_containers(&json!([
            {"state": {"running": {}}, "ready": true},
            {"state": {"waiting": {"reason": "ErrImagePull", "message": "not found"}}}]));
        assert_eq!(pull.message.as_deref(), Some("not found"));
        let unscheduled = pod(json!({"status": {"phase": "Pending", "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available"}]}}));
        assert_eq!(&*unscheduled.text, "Pending");
        assert_eq!(unscheduled.message.as_deref(), Some("0/3 nodes are available"));
        assert_eq!(main_containers(&json!([])).message, None);
    }
}
