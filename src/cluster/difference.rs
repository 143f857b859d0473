//! Differences: what changed on a rollout since a decision was made on it, and whose hand it was, in words.

use crate::argo::meta::Writer;
use crate::argo::promote::Seen;
use crate::argo::rollout::Rollout;
use serde_json::Value;

/// Managers that are the controller, not a person or a pipeline.
const CONTROLLERS: &[&str] = &["rollouts-controller", "argo-rollouts", "argo-rollouts-controller", "manager"];

/// What is different in the situation that the decision depended on; empty when it still holds.
pub fn situation(seen: &Seen, now: &Rollout) -> Vec<String> {
    let mut found = Vec::new();
    if *seen.uid != *now.meta.uid {
        return vec!["it was deleted and created again".to_owned()];
    }
    if now.meta.deleting.is_some() {
        found.push("it is being deleted".to_owned());
    }
    if *seen.pod_hash != *now.status.current_pod_hash {
        found.push("another revision is being rolled out".to_owned());
    } else if seen.generation != now.meta.generation {
        found.push(format!("its spec was changed (generation {} → {})", seen.generation, now.meta.generation));
    }
    if now.status.abort && !seen.abort {
        found.push("it was aborted".to_owned());
    }
    if now.status.promote_full {
        found.push("a full promotion is under way".to_owned());
    }
    if seen.step_index != now.status.current_step_index {
        let total = now.spec.steps().len();
        let step = |index: Option<i32>| index.map_or("none".to_owned(), |index| format!("{index}/{total}"));
        found.push(format!("step was {}, is now {}", step(seen.step_index), step(now.status.current_step_index)));
    }
    let pauses: Vec<_> =
        now.status.pause_conditions.iter().map(|pause| (pause.reason.clone(), pause.start_time)).collect();
    if seen.pauses != pauses {
        found.push(if pauses.is_empty() {
            "its pause was ended".to_owned()
        } else if seen.pauses.is_empty() {
            "it was paused".to_owned()
        } else {
            "it is in another pause".to_owned()
        });
    }
    if seen.spec_paused != now.spec.paused {
        found.push(if now.spec.paused { "it was paused by hand" } else { "its pause by hand was ended" }.to_owned());
    }
    found
}

/// Whose hand it was: the newest writer that is not the controller and wrote after the pause began that the decision
/// was about. `None` when only the controller wrote since.
pub fn hand(seen: &Seen, now: &Rollout) -> Option<String> {
    let since = seen.pauses.iter().filter_map(|(_, start)| *start).max()?;
    let wrote =
        |writer: &&Writer| !CONTROLLERS.contains(&&*writer.manager) && writer.time.is_some_and(|time| time >= since);
    let writer = now.meta.writers.iter().rev().find(wrote)?;
    let time = writer.time.map(|time| time.strftime("%H:%M:%S UTC").to_string()).unwrap_or_default();
    Some(format!("{} at {time}", writer.manager))
}

/// The sentence for a write (`deed` in words) that was not sent, or was refused with 409. `holds`: the situation is still the one
/// that was decided on.
pub fn sentence(seen: &Seen, now: &Rollout, holds: bool, deed: &str) -> String {
    let name = &now.meta.name;
    let changes = situation(seen, now);
    if changes.is_empty() && holds {
        return format!(
            "nothing was done: {name} was changed meanwhile, but its pause, step and revision are the same (only its \
             status or labels); look and {deed} again"
        );
    }
    let hand = hand(seen, now).map(|hand| format!(" (by {hand})")).unwrap_or_default();
    if changes.is_empty() {
        return format!("nothing was done: {name} is no longer in the situation that was decided on{hand}");
    }
    format!("nothing was done: {name} has moved on{hand}: {}", changes.join("; "))
}

/// Whether an answered object shows what a merge patch wished. `null` means gone, which the API also writes as an
/// absent or empty value; false, 0 and "" may be left out.
pub fn shows(wish: &Value, object: &Value) -> bool {
    match (wish, object) {
        (Value::Object(wishes), Value::Object(fields)) => {
            wishes.iter().all(|(key, wish)| shows(wish, fields.get(key).unwrap_or(&Value::Null)))
        }
        (Value::Object(wishes), _) => wishes.values().all(|wish| shows(wish, &Value::Null)),
        (wish, object) => wish == object || (is_nothing(wish) && is_nothing(object)),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::promote::seen;
    use serde_json::json;

    fn rollout(json: &Value) -> Rollout {
        serde_json::from_value(json.clone()).unwrap()
    }

    fn paused() -> Value {
        json!({
            "metadata": {"name": "web", "namespace": "shop", "uid": "u", "resourceVersion": "7", "generation": 3,
                "managedFields": [
                    {"manager": "kubectl", "operation": "Update", "time": "2026-01-01T00:00:00Z"},
                    {"manager": "rollouts-controller", "operation": "Update", "time": "2026-01-01T00:01:00Z"}]},
            "spec": {"strategy": {"canary": {"steps": [{"setWeight": 10}, {"pause": {}}, {"setWeight": 50}]}}},
            "status": {"currentPodHash": "abc", "currentStepIndex": 1, "controllerPause": true,
                "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:01:00Z"}]},
        })
    }

    #[test]
    fn what_changed_and_whose_hand_it_was_is_said() {
        let before = rollout(&paused());
        let seen = seen(&before);
        assert_eq!(situation(&seen, &before), Vec::<String>::new());
        assert_eq!(hand(&seen, &before), None, "the person wrote before the pause began");

        let mut other = paused();
        other["status"]["pauseConditions"] = Value::Null;
        other["status"]["currentStepIndex"] = 2.into();
        other["metadata"]["managedFields"]
            .as_array_mut()
            .unwrap()
            .push(json!({"manager": "kubectl-argo-rollouts", "operation": "Update", "time": "2026-01-01T00:02:03Z"}));
        let text = sentence(&seen, &rollout(&other), false, "promote");
        assert_eq!(
            text,
            "nothing was done: web has moved on (by kubectl-argo-rollouts at 00:02:03 UTC): step was 1/3, is now 2/3; \
             its pause was ended"
        );
        let mut heartbeat = paused();
        heartbeat["metadata"]["resourceVersion"] = "8".into();
        assert!(sentence(&seen, &rollout(&heartbeat), true, "promote").contains("promote again"));
    }

    #[test]
    fn each_part_of_the_situation_has_its_words() {
        let before = rollout(&paused());
        let seen = seen(&before);
        for (path, value, words) in [
            ("/metadata/uid", json!("v"), "deleted and created again"),
            ("/metadata/generation", json!(4), "generation 3 → 4"),
            ("/status/currentPodHash", json!("def"), "another revision"),
            (
                "/status/pauseConditions",
                json!([{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:09:00Z"}]),
                "another pause",
            ),
        ] {
            let mut changed = paused();
            *changed.pointer_mut(path).unwrap() = value;
            let found = situation(&seen, &rollout(&changed));
            assert!(found.len() == 1 && found[0].contains(words), "{path}: {found:?}");
        }
    }

    #[test]
    fn a_wish_is_shown_when_every_field_of_it_is() {
        let wish = json!({"status": {"pauseConditions": null, "currentStepIndex": 2}});
        for (answer, expected) in [
            (json!({"status": {"currentStepIndex": 2}}), true),
            (json!({"status": {"currentStepIndex": 2, "pauseConditions": []}}), true),
            (json!({"status": {"currentStepIndex": 2, "pauseConditions": [{"reason": "x"}]}}), false),
            (json!({"status": {"currentStepIndex": 1}}), false),
            (json!({}), false),
        ] {
            assert_eq!(shows(&wish, &answer), expected, "{answer}");
        }
        assert!(shows(&json!({"spec": {"paused": false}}), &json!({"spec": {}})));
        assert!(!shows(&json!({"spec": {"paused": false}}), &json!({"spec": {"paused": true}})));
    }
}
