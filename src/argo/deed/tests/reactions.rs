//! What became of a deed, and what it is bound to.

use super::{World, object, rollout, set_image, state};
use crate::argo::deed::reaction::{Reaction, reaction};
use crate::argo::deed::undo::Target;
use crate::argo::deed::{Deed, Extent};
use crate::argo::rollout::Rollout;
use serde_json::{Value, json};

#[test]
fn what_became_of_it_is_told_by_the_watched_object() {
    let done = |words: &str| Reaction::Done(words.into());
    let way = |words: &str| Reaction::UnderWay(words.into());
    let containers = |image: &str| json!({"template": {"spec": {"containers": [{"name": "app", "image": image}]}}});
    let over = |words: &str| Reaction::Overtaken(words.into());
    let spec = |generation: i64, spec: &Value, status: &Value| {
        let mut value = object(spec, status);
        value["metadata"]["generation"] = json!(generation);
        Rollout::decode(&value)
    };
    let none = json!({});
    let seen2 = json!({"observedGeneration": "3"});
    let rows: Vec<(Deed, &str, Rollout, Reaction)> = vec![
        (Deed::Abort, "running", rollout(&none, &none), Reaction::Waiting),
        (Deed::Abort, "running", rollout(&none, &json!({"abort": true})), way("the abort is set")),
        (Deed::Abort, "running", state("aborted").rollout, done("aborted: traffic")),
        (Deed::Abort, "running", state("healthy").rollout, over("it was promoted before")),
        (Deed::Abort, "running", rollout(&none, &json!({"currentPodHash": "c"})), over("another version")),
        (Deed::Retry, "aborted", state("aborted").rollout, Reaction::Waiting),
        (Deed::Retry, "aborted", rollout(&none, &json!({"currentStepIndex": 0})), done("the update began again")),
        (
            Deed::Retry,
            "aborted",
            rollout(&none, &json!({"abort": true, "abortedAt": "2026-01-01T00:09:00Z"})),
            over("it was aborted again"),
        ),
        (Deed::Promote(Extent::Full), "running", state("full").rollout, way("full promotion")),
        (Deed::Promote(Extent::Full), "running", state("healthy").rollout, done("it is promoted")),
        (
            Deed::Promote(Extent::Full),
            "running",
            rollout(&none, &json!({"currentPodHash": "c"})),
            over("another version"),
        ),
        (Deed::Promote(Extent::AllSteps), "running", state("all done").rollout, way("all steps are skipped")),
        (Deed::Promote(Extent::AllSteps), "running", state("aborted").rollout, over("RolloutAborted")),
        (
            Deed::Promote(Extent::Step),
            "running",
            rollout(&none, &json!({"currentStepIndex": 3})),
            done("the controller moved on from 2/4 to 3/4"),
        ),
        (
            Deed::Promote(Extent::Pause),
            "at pause",
            rollout(&none, &json!({"currentStepIndex": 2})),
            done("the controller moved on from 1/4 to 2/4"),
        ),
        (Deed::Pause, "running", rollout(&none, &none), Reaction::Waiting),
        (Deed::Pause, "running", spec(3, &json!({"paused": true}), &none), way("stored")),
        (Deed::Pause, "running", spec(3, &json!({"paused": true}), &seen2), done("it holds")),
        (Deed::Pause, "running", spec(4, &none, &json!({"observedGeneration": "4"})), over("it was resumed")),
        (Deed::Resume, "by hand", spec(3, &none, &seen2), done("it goes on")),
        (set_image("app", "app:2"), "healthy", spec(3, &none, &json!({"stableRS": "b"})), way("stored")),
        (
            set_image("app", "app:2"),
            "healthy",
            spec(3, &none, &json!({"observedGeneration": "3", "currentPodHash": "c", "stableRS": "b"})),
            done("a new update began"),
        ),
        (
            set_image("app", "app:2"),
            "healthy",
            spec(3, &containers("app:2"), &json!({"observedGeneration": "3", "stableRS": "b"})),
            way("the controller has seen it"),
        ),
        (
            set_image("app", "app:2"),
            "healthy",
            spec(4, &containers("app:1"), &json!({"observedGeneration": "4", "stableRS": "b"})),
            over("the template was set back"),
        ),
        (
            Deed::Undo(Target::Back),
            "running",
            spec(3, &none, &json!({"observedGeneration": "3", "currentPodHash": "a"})),
            done("the version is back"),
        ),
        (
            Deed::Scale { replicas: 5 },
            "healthy",
            spec(3, &json!({"replicas": 5}), &json!({"observedGeneration": "3", "availableReplicas": 4})),
            way("4 of 5"),
        ),
        (
            Deed::Scale { replicas: 5 },
            "healthy",
            spec(
                3,
                &json!({"replicas": 5}),
                &json!({"observedGeneration": "3", "availableReplicas": 5, "replicas": 5}),
            ),
            done("5 pods"),
        ),
    ];
    for (deed, before, after, expected) in rows {
        let planned = state(before).plan(&deed).unwrap();
        let world = World { rollout: after, ..state(before) };
        let found = reaction(&planned, world.facts());
        let same_kind = std::mem::discriminant(&found) == std::mem::discriminant(&expected);
        let words = |reaction: &Reaction| match reaction {
            Reaction::Waiting => String::new(),
            Reaction::UnderWay(words) | Reaction::Done(words) | Reaction::Overtaken(words) => words.clone(),
        };
        assert!(
            same_kind && words(&found).starts_with(&words(&expected)),
            "{} from {before}: {found:?}, not {expected:?}",
            deed.verb()
        );
    }
}

#[test]
fn only_a_brake_may_be_sent_to_a_newer_object_than_the_one_decided_on() {
    use crate::argo::deed::plan::Guard;
    for (deed, guard) in [
        (Deed::Abort, Guard::Fresh),
        (Deed::Pause, Guard::Fresh),
        (Deed::Promote(Extent::Full), Guard::Exact),
        (Deed::Undo(Target::Back), Guard::Exact),
        (Deed::Scale { replicas: 9 }, Guard::Exact),
    ] {
        assert_eq!(state("running").plan(&deed).unwrap().guard, guard, "{}", deed.verb());
    }
}
