//! What a deploy will cause, case by case.

use super::*;
use serde_json::json;

fn identity() -> Identity {
    Identity {
        api_version: "argoproj.io/v1alpha1".into(),
        kind: "Rollout".into(),
        namespace: Some("demo".into()),
        name: "web".into(),
    }
}

fn gradual(tag: &str) -> Value {
    json!({"kind": "Rollout", "metadata": {"name": "web", "annotations": {"rollout.argoproj.io/revision": "6"}},
        "spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "web", "image": format!("web:{tag}")}]}},
            "strategy": {"canary": {"steps": [{"setWeight": 10}, {"pause": {}}, {"setWeight": 25}, {"pause": {"duration": 30}},
                {"setWeight": 50}, {"pause": {"duration": 30}}]}}}})
}

fn live(tag: &str, status: Value) -> Value {
    let mut object = gradual(tag);
    object["status"] = status;
    object
}

fn healthy(tag: &str) -> Value {
    live(tag, json!({"stableRS": "a", "currentPodHash": "a", "phase": "Healthy"}))
}

fn told(live: Option<&Value>, intended: &Value) -> Consequence {
    of(&identity(), live, intended).unwrap()
}

#[test]
fn a_first_deployment_has_no_steps_and_says_so() {
    let found = told(None, &gradual("1"));
    assert_eq!(found.effect, Effect::First);
    assert_eq!(found.words, ["first deployment: no canary steps, no analysis, all 3 pods at once"]);
    // So does one whose first deployment has not ended.
    let early = live("1", json!({"currentPodHash": "a"}));
    assert_eq!(told(Some(&early), &gradual("2")).effect, Effect::First);
}

#[test]
fn another_image_is_a_new_revision_with_its_first_stop_and_its_least_time() {
    let found = told(Some(&healthy("1")), &gradual("2"));
    assert_eq!(found.effect, Effect::Revision);
    assert_eq!(
        found.words,
        [
            "new revision 7",
            "canary, 6 steps",
            "first stop: waits for you at 10 % (1 of 4 pods)",
            "takes at least: you + 1m, plus pods' start times"
        ]
    );
    assert!(found.warnings.is_empty());
}

#[test]
fn a_rollout_that_is_under_way_starts_over_and_a_finished_or_aborted_one_does_not() {
    let under_way = live("1", json!({"stableRS": "a", "currentPodHash": "b", "currentStepIndex": 3}));
    let found = told(Some(&under_way), &gradual("2"));
    assert_eq!(found.effect, Effect::StartsOver);
    assert!(found.warnings[0].contains("revision 6") && found.warnings[0].contains("begin again from 0"));
    let mut steps = gradual("1");
    steps["spec"]["strategy"]["canary"]["steps"] = json!([{"setWeight": 50}, {"pause": {"duration": "1m"}}]);
    let found = told(Some(&under_way), &steps);
    assert_eq!(found.effect, Effect::StartsOver);
    assert!(found.words.contains(&"first stop: pause of 1m at 50 % (2 of 4 pods)".to_owned()), "{:?}", found.words);
    assert_eq!(told(Some(&healthy("1")), &steps).effect, Effect::Quiet);
    let same = told(Some(&under_way), &gradual("1"));
    assert_eq!(same.words, ["nothing changes", "what is being rolled out goes on"]);
    let aborted = live("1", json!({"stableRS": "a", "currentPodHash": "b", "abort": true}));
    assert!(told(Some(&aborted), &gradual("1")).warnings[0].contains("retry"));
    assert!(told(Some(&aborted), &gradual("2")).warnings.is_empty());
}

#[test]
fn without_another_template_nothing_rolls_out() {
    let mut scaled = gradual("1");
    scaled["spec"]["replicas"] = json!(5);
    let found = told(Some(&healthy("1")), &scaled);
    assert_eq!((found.effect, &*found.words[0]), (Effect::Scaled, "replicas 3 → 5: no rollout"));
    assert_eq!(told(Some(&healthy("1")), &gradual("1")).effect, Effect::Nothing);
    assert!(!Effect::Scaled.rolls_out() && Effect::StartsOver.rolls_out());
}

#[test]
fn every_strategy_has_its_way() {
    let with = |strategy: Value| {
        let mut object = gradual("2");
        object["spec"]["strategy"] = strategy;
        told(Some(&healthy("1")), &object).words.join(" · ")
    };
    for (strategy, part) in [
        (json!({"canary": {}}), "without steps: a rolling update"),
        (json!({"canary": {"steps": [{"setWeight": 50}]}}), "no stop"),
        (json!({"canary": {"steps": [{"pause": {"duration": "5m"}}]}}), "first stop: pause of 5m at 0 % (0 of 3 pods)"),
        (json!({"canary": {"steps": [{"pause": {}}, {"pause": {}}, {"analysis": {}}]}}), "you 2 times"),
        (json!({"canary": {"steps": [{"pause": {}}, {"analysis": {}}]}}), "steps without a length"),
        (
            json!({"canary": {"trafficRouting": {"nginx": {}}, "steps": [{"setWeight": 5}, {"pause": {}}]}}),
            "you at 5 % ·",
        ),
        (json!({"blueGreen": {"autoPromotionEnabled": false}}), "waits for you before the switch"),
        (json!({"blueGreen": {"autoPromotionSeconds": 90}}), "by itself after 1m30s"),
        (json!({"blueGreen": {}}), "as soon as the preview is ready"),
        (json!({}), "not known"),
    ] {
        let words = with(strategy.clone());
        assert!(words.contains(part), "{strategy}: {words}");
    }
}

#[test]
fn a_deployment_is_told_as_well_and_a_service_is_no_workload() {
    let deployment = Identity { api_version: "apps/v1".into(), kind: "Deployment".into(), ..identity() };
    let found = of(&deployment, Some(&healthy("1")), &gradual("2")).unwrap();
    assert!(found.words[0].contains("rolling update"));
    let service = Identity { api_version: "v1".into(), kind: "Service".into(), ..identity() };
    assert_eq!(of(&service, None, &json!({})), None);
}
