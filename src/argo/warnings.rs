//! Warnings: what a person should know about a rollout and no other field of its picture says.

use super::age;
use super::images;
use super::meta::Writer;
use super::pauses::{BLUE_GREEN_PAUSE, CANARY_PAUSE_STEP, INCONCLUSIVE_EXPERIMENT, INCONCLUSIVE_RUN, pause_seconds};
use super::phase::{self, Degradation};
use super::picture::{Children, Phase, Picture, Waits};
use super::rollout::{Rollout, StepKind};
use jiff::{SignedDuration, Timestamp};

/// How long a controller may take to react before it is called silent. A pass takes well below a second; a busy one
/// with thousands of rollouts some seconds.
const PATIENCE: SignedDuration = SignedDuration::from_secs(10);

/// All warnings, the gravest first.
#[must_use]
pub fn of(rollout: &Rollout, picture: &Picture, children: Children<'_>, now: Timestamp) -> Vec<String> {
    if let Some(reason) = &rollout.unreadable {
        return vec![format!("this object cannot be read ({reason}); nothing below its name is known")];
    }
    let mut found = Vec::new();
    if rollout.meta.deleting.is_some() {
        found.push("it is being deleted".into());
    }
    degraded(rollout, picture, children, &mut found);
    if picture.waits == Waits::Controller {
        found.extend(silent(rollout, now));
    }
    pauses(rollout, picture, &mut found);
    steps(rollout, &mut found);
    traffic_and_pods(rollout, picture, now, &mut found);
    if let Phase::Other(word) = &picture.phase {
        found.push(if word.is_empty() {
            "the controller has not written a phase".into()
        } else {
            format!("the phase {word:?} is not known here; it is shown as the controller wrote it")
        });
    }
    found
}

fn degraded(rollout: &Rollout, picture: &Picture, children: Children<'_>, found: &mut Vec<String>) {
    let spec = &rollout.spec.strategy;
    match (&spec.canary, &spec.blue_green) {
        (Some(_), Some(_)) => found.push("the spec names both canary and blue-green: the controller refuses it".into()),
        (None, None) => found.push("the spec names no strategy: the controller refuses it".into()),
        _ => {}
    }
    if let Some(invalid) = rollout.condition("InvalidSpec")
        && !picture.message.starts_with("InvalidSpec")
    {
        found.push(format!("the controller refuses the spec: {}", invalid.message));
    }
    if let Some(failure) = rollout.condition("ReplicaFailure").filter(|failure| &*failure.status == "True") {
        found.push(format!("pods cannot be made: {}", failure.message));
    }
    if picture.phase != Phase::Degraded {
        return;
    }
    match phase::degradation(rollout, &picture.message) {
        Degradation::Aborted => {
            let wanted: Vec<&str> = images::template(rollout, children.workload)
                .iter()
                .flat_map(|template| &template.spec.containers)
                .map(|container| &*container.image)
                .collect();
            if !wanted.is_empty() && !rollout.fully_promoted() {
                found.push(format!("aborted, but the spec still asks for {}", wanted.join(", ")));
            }
            if phase::retry_is_futile(&picture.message) {
                found.push("a retry aborts again at once on the same AnalysisRun; another image gets past it".into());
            }
        }
        Degradation::DeadlineExceeded => {
            found.push("the progress deadline has passed; the controller keeps trying".into());
        }
        Degradation::InvalidSpec | Degradation::Other => {}
    }
}

/// Who writes `status` and is no client: the controller, whatever it is called in this installation.
fn is_controller(writer: &Writer) -> bool {
    let client = writer.manager.starts_with("kubectl") || &*writer.manager == "rolltop";
    writer.subresource.as_deref() == Some("status") && !client
}

/// The controller owes a reaction. `managedFields` tell when anybody wrote last; nothing is said where they do not tell
/// of the controller's own writes either, though it has written: then its last one may be newer.
fn silent(rollout: &Rollout, now: Timestamp) -> Option<String> {
    let tracked = rollout.meta.writers.iter().any(is_controller);
    if !tracked && rollout.status.observed_generation.is_some() {
        return None;
    }
    let last = rollout.meta.writers.iter().filter_map(|writer| writer.time).max()?;
    let since = now.duration_since(last);
    (since > PATIENCE).then(|| {
        format!("the controller has not reacted for {}: is it running, and does it watch here?", age::two_units(since))
    })
}

fn pauses(rollout: &Rollout, picture: &Picture, found: &mut Vec<String>) {
    if rollout.spec.paused && !picture.pauses.is_empty() {
        found.push("paused twice, by hand and by the controller; both have to end".into());
    }
    for pause in &picture.pauses {
        let known = [CANARY_PAUSE_STEP, BLUE_GREEN_PAUSE, INCONCLUSIVE_RUN, INCONCLUSIVE_EXPERIMENT];
        if !known.contains(&&*pause.reason) {
            found.push(format!("the pause reason {:?} is not known here", pause.reason));
        }
    }
    let blue_green = rollout.spec.strategy.blue_green.as_ref();
    if blue_green.is_some_and(|spec| {
        spec.auto_promotion_enabled == Some(false) && spec.auto_promotion_seconds.is_some_and(|seconds| seconds > 0)
    }) {
        found.push("autoPromotionSeconds has no effect while autoPromotionEnabled is false".into());
    }
}

fn steps(rollout: &Rollout, found: &mut Vec<String>) {
    for (at, step) in rollout.spec.steps().iter().enumerate().map(|(at, step)| (at + 1, step)) {
        match &step.kind {
            StepKind::Unknown(key) => found.push(format!("step {at} is of a kind that is not known here: {key}")),
            StepKind::Invalid => found.push(format!("step {at} is not valid: {}", step.raw)),
            StepKind::Pause(Some(duration)) if pause_seconds(duration).is_none() => {
                found.push(format!("the duration of step {at} cannot be read: {duration}"));
            }
            _ => {}
        }
    }
    let total = rollout.spec.steps().len();
    if let Some(index) = rollout.status.current_step_index
        && (index < 0 || usize::try_from(index).is_ok_and(|index| total > 0 && index > total))
    {
        found.push(format!("the step index {index} lies outside the {total} steps"));
    }
}

fn traffic_and_pods(rollout: &Rollout, picture: &Picture, now: Timestamp, found: &mut Vec<String>) {
    let weights = rollout.status.canary.weights.as_ref();
    if rollout.traffic_routing().is_some() && weights.is_some_and(|weights| weights.verified == Some(false)) {
        found.push("the traffic router has not confirmed the weight".into());
    }
    if rollout.status.promote_full && !rollout.fully_promoted() {
        found.push("a full promotion is under way: steps, pauses and analysis are skipped".into());
    }
    if let Some(at) = rollout.spec.restart_at.filter(|at| *at > now && Some(*at) != rollout.status.restarted_at) {
        found.push(format!("a restart of all pods is planned for {at}"));
    }
    let scaled_by = picture
        .scaler
        .as_ref()
        .filter(|scaler| scaler.min > picture.replicas.desired || scaler.max < picture.replicas.desired);
    if let Some(scaler) = scaled_by {
        let (name, min, max) = (&scaler.name, scaler.min, scaler.max);
        found.push(format!(
            "{} pods are wanted, HorizontalPodAutoscaler {name} allows {min} to {max}",
            picture.replicas.desired
        ));
    }
    if let Some(reference) = &rollout.spec.workload_ref
        && rollout.spec.template.as_ref().is_some_and(|template| !template.spec.containers.is_empty())
    {
        found.push(format!(
            "it has a template and refers to {} {}: the controller refuses both",
            reference.kind, reference.name
        ));
    }
    unreadable(picture, found);
    if picture.revisions.iter().all(|revision| revision.replica_sets.is_empty()) {
        return;
    }
    let known = |hash: &str| {
        picture.revisions.iter().flat_map(|revision| &revision.replica_sets).any(|set| &*set.pod_hash == hash)
    };
    let status = &rollout.status;
    for (role, hash) in [("stable", &status.stable_rs), ("desired", &status.current_pod_hash)] {
        if !hash.is_empty() && !known(hash) {
            found.push(format!("the {role} ReplicaSet (pod hash {hash}) is missing"));
        }
    }
}

/// What belongs to it and cannot be read, and deadlines that are no time.
fn unreadable(picture: &Picture, found: &mut Vec<String>) {
    for revision in &picture.revisions {
        for one in &revision.experiments {
            found.extend(one.unreadable.iter().map(|why| format!("Experiment {} cannot be read: {why}", one.name)));
        }
        let experiments = &revision.experiments;
        for run in revision.analysis_runs.iter().chain(experiments.iter().flat_map(|one| &one.analysis_runs)) {
            found.extend(run.unreadable.iter().map(|why| format!("AnalysisRun {} cannot be read: {why}", run.name)));
        }
        for set in revision.replica_sets.iter().chain(experiments.iter().flat_map(|one| &one.replica_sets)) {
            if set.scale_down_unread {
                found.push(format!("the scale-down time of ReplicaSet {} cannot be read", set.name));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::picture::{Children, of as picture};
    use serde_json::{Value, json};

    fn warnings(value: &Value) -> Vec<String> {
        let rollout = Rollout::decode(value);
        picture(&rollout, Children::default(), "2026-01-01T00:01:00Z".parse().unwrap()).warnings
    }

    fn canary(spec: &Value, status: &Value) -> Vec<String> {
        warnings(&json!({"metadata": {"generation": 1}, "spec": {"strategy": {"canary": spec}}, "status": status}))
    }

    #[test]
    fn nothing_is_said_about_a_healthy_rollout() {
        assert_eq!(canary(&json!({"steps": [{"setWeight": 0}, {"pause": {}}]}), &json!({"phase": "Healthy"})), [""; 0]);
    }

    #[test]
    fn each_trap_has_its_warning() {
        let steps = |step: Value| json!({"steps": [step]});
        let rows: [(Value, Value, &str); 9] = [
            (
                steps(json!({"fly": {"to": "moon"}})),
                json!({"phase": "Healthy"}),
                "step 1 is of a kind that is not known here: fly",
            ),
            (steps(json!({})), json!({"phase": "Healthy"}), "step 1 is not valid: {}"),
            (
                steps(json!({"pause": {"duration": "soon"}})),
                json!({"phase": "Healthy"}),
                "the duration of step 1 cannot be read: soon",
            ),
            (
                steps(json!({"pause": {}})),
                json!({"phase": "Healthy", "currentStepIndex": 4}),
                "the step index 4 lies outside the 1 steps",
            ),
            (
                json!({}),
                json!({"phase": "Hibernating"}),
                "the phase \"Hibernating\" is not known here; it is shown as the controller wrote it",
            ),
            (
                json!({}),
                json!({"phase": "Paused", "pauseConditions": [{"reason": "StepPause"}]}),
                "the pause reason \"StepPause\" is not known here",
            ),
            (
                json!({}),
                json!({"phase": "Degraded", "message": "ProgressDeadlineExceeded: late"}),
                "the progress deadline has passed; the controller keeps trying",
            ),
            (
                json!({}),
                json!({"phase": "Progressing", "conditions": [{"type": "ReplicaFailure", "status": "True", "message": "quota"}]}),
                "pods cannot be made: quota",
            ),
            (
                json!({"trafficRouting": {"alb": {}}}),
                json!({"phase": "Progressing", "canary": {"weights": {"verified": false}}}),
                "the traffic router has not confirmed the weight",
            ),
        ];
        for (spec, status, text) in rows {
            assert_eq!(canary(&spec, &status), [text], "{spec} {status}");
        }
    }

    #[test]
    fn an_aborted_rollout_says_which_image_the_spec_still_asks_for() {
        let value = json!({
            "metadata": {}, "spec": {"strategy": {"canary": {}}, "template": {"spec": {"containers": [{"image": "web:2"}]}}},
            "status": {"phase": "Degraded", "message": "RolloutAborted: x", "abort": true, "abortedAt": "2026-01-01T00:00:00Z",
                       "stableRS": "a", "currentPodHash": "b"}});
        assert_eq!(warnings(&value), ["aborted, but the spec still asks for web:2"]);
    }

    #[test]
    fn a_controller_that_does_not_react_is_named_after_a_while() {
        let of = |fields: Value| {
            warnings(&json!({"metadata": {"generation": 2, "managedFields": fields},
                "spec": {"strategy": {"canary": {}}}, "status": {"observedGeneration": "1", "phase": "Healthy"}}))
        };
        let at = |time: &str| {
            of(json!([
                {"manager": "rollouts-controller", "subresource": "status", "time": "2025-12-31T00:00:00Z"},
                {"manager": "kubectl", "time": time}
            ]))
        };
        assert_eq!(at("2026-01-01T00:00:55Z"), [""; 0]);
        assert_eq!(
            at("2026-01-01T00:00:00Z"),
            ["the controller has not reacted for 1m00s: is it running, and does it watch here?"]
        );
        // The controller has written, and nobody noted when.
        let kubectl =
            json!([{"manager": "kubectl-argo-rollouts", "subresource": "status", "time": "2026-01-01T00:00:00Z"}]);
        assert_eq!(of(kubectl), [""; 0]);
    }

    #[test]
    fn a_spec_with_both_strategies_or_none_is_named() {
        let both = json!({"metadata": {}, "spec": {"strategy": {"canary": {}, "blueGreen": {}}}, "status": {"phase": "Healthy"}});
        assert_eq!(warnings(&both), ["the spec names both canary and blue-green: the controller refuses it"]);
        let none = json!({"metadata": {}, "spec": {}, "status": {"phase": "Healthy"}});
        assert_eq!(warnings(&none), ["the spec names no strategy: the controller refuses it"]);
    }

    #[test]
    fn an_object_that_cannot_be_read_says_so_and_nothing_else() {
        let found = warnings(&json!({"metadata": {"name": "x"}, "spec": {"replicas": "three"}}));
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("this object cannot be read (spec: "), "{found:?}");
    }
}
