//! Objects that no controller would write, and that a cluster can hold all the same.

use crate::moment::{decided, moment_of, raw};
use jiff::Timestamp;
use proptest::prelude::*;
use rolltop::app::present::dialog::Asking;
use rolltop::app::present::{Context, Subject, dialog, next, page, rows, tick};
use serde_json::{Value, json};

fn step() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(|w| json!({ "setWeight": w })),
        Just(json!({"pause": {}})),
        any::<i64>().prop_map(|d| json!({"pause": {"duration": d}})),
        "[0-9]{0,3}[smhx]?".prop_map(|d| json!({"pause": {"duration": d}})),
        Just(json!({"newKind": {}})),
        Just(json!({})),
        Just(json!(7)),
    ]
}

fn time() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("2026-11-24T00:04:40Z")),
        Just(json!("9999-12-30T00:00:00Z")),
        Just(json!("-009999-01-02T01:59:59Z")),
        Just(Value::Null),
    ]
}

fn status() -> impl Strategy<Value = Value> {
    let words =
        prop_oneof![Just(""), Just("Healthy"), Just("Paused"), Just("Progressing"), Just("Degraded"), Just("Strange")];
    let reason =
        prop_oneof![Just("CanaryPauseStep"), Just("BlueGreenPause"), Just("InconclusiveAnalysisRun"), Just("New")];
    let hash = prop_oneof![Just(""), Just("a"), Just("b")];
    (
        (words, hash.clone(), hash, any::<Option<i32>>(), any::<bool>(), any::<bool>()),
        (any::<i32>(), any::<i32>(), any::<i32>(), time(), proptest::option::of((reason, time()))),
        prop_oneof![
            Just(""),
            Just("RolloutAborted: x"),
            Just("InvalidSpec: y"),
            Just("Rollout aborted update to revision ")
        ],
    )
        .prop_map(|((phase, stable, current, index, abort, pausing), (a, b, c, at, pause), message)| {
            json!({
                "phase": phase, "message": message, "stableRS": stable, "currentPodHash": current,
                "currentStepIndex": index, "abort": abort, "abortedAt": at, "controllerPause": pausing,
                "replicas": a, "updatedReplicas": b, "availableReplicas": c, "observedGeneration": "1",
                "pauseConditions": pause.map(|(reason, start)| json!([{"reason": reason, "startTime": start}])),
                "conditions": [{"type": "Healthy", "status": "False", "lastTransitionTime": at}],
            })
        })
}

fn strategy() -> impl Strategy<Value = Value> {
    let routing =
        prop_oneof![Just(Value::Null), any::<i64>().prop_map(|max| json!({"istio": {}, "maxTrafficWeight": max})),];
    (proptest::collection::vec(step(), 0..4), routing, any::<bool>(), any::<bool>()).prop_map(
        |(steps, routing, canary, blue_green)| {
            json!({
                "canary": if canary { json!({"steps": steps, "trafficRouting": routing}) } else { Value::Null },
                "blueGreen": if blue_green { json!({"activeService": "x"}) } else { Value::Null },
            })
        },
    )
}

proptest! {
    #[test]
    fn no_object_is_too_odd_for_words(
        status in status(), strategy in strategy(), replicas in any::<Option<i32>>(),
        paused in any::<bool>(), children in any::<bool>(), promoting in any::<bool>(), now in any::<i32>(),
    ) {
        let mut value = raw("waits-for-you");
        value["rollout"]["status"] = status;
        value["rollout"]["spec"]["strategy"] = strategy;
        value["rollout"]["spec"]["replicas"] = json!(replicas);
        value["rollout"]["spec"]["paused"] = json!(paused);
        let moment = moment_of(&value);
        let picture = if children { moment.with_children() } else { moment.alone() };
        let now = Timestamp::from_second(now.into()).unwrap();
        let context = Context { now, cluster_now: now, promoting, ..moment.context() };
        let subject = Subject::new(&moment.rollout, &picture, &context);
        let page = page::page(&subject, "");
        prop_assert!(page.current_step.is_none_or(|at| at < page.steps.len()));
        prop_assert_eq!(page.steps.len(), page::ladder_length(&subject));
        let _ = (rows::cell(&subject), rows::need_line(&subject), rows::board_row(&subject), next::line(&subject));
        for next in [tick::cell(&subject), tick::board(&subject), tick::page(&subject)].into_iter().flatten() {
            prop_assert!(next > now);
        }
        if let Ok(promotion) = decided(&moment.rollout) {
            let asking = Asking {
                plan: &promotion, kube_context: None, typed: None, focus: None, show_call: true,
                changed: None, elsewhere: &[], template: None, reason: None,
                around: &[], events: dialog::Events::Unwatched,
            };
            let _ = dialog::write(&subject, &asking);
            prop_assert!(tick::dialog(&subject, &asking).is_none_or(|next| next > now));
        }
    }
}
