//! What differs, case by case.

use super::*;
use serde_json::json;

fn shown(changes: &[Change]) -> Vec<String> {
    changes
        .iter()
        .flat_map(|change| {
            let lines = change.lines.iter().map(|line| format!("{}{}", line.sign.mark(), line.text));
            std::iter::once(format!("{}:", change.path)).chain(lines).collect::<Vec<_>>()
        })
        .collect()
}

fn rollout(container: &Value, steps: &Value) -> Value {
    json!({"kind": "Rollout", "metadata": {"name": "web"}, "spec": {"replicas": 3,
        "strategy": {"canary": {"steps": steps}}, "template": {"spec": {"containers": [container]}}}})
}

#[test]
fn another_image_is_one_change_of_one_line() {
    let old = rollout(&json!({"name": "web", "image": "web:1"}), &json!([]));
    let new = rollout(&json!({"name": "web", "image": "web:2"}), &json!([]));
    let found = changes(&old, &new);
    assert_eq!(shown(&found), ["spec.template.spec.containers[web].image:", "-image: web:1", "+image: web:2"]);
    assert_eq!(found[0].section, Section::PodTemplate);
    assert_eq!(found[0].pointer, "/spec/template/spec/containers/0/image");
}

#[test]
fn the_template_comes_first_then_strategy_and_replicas() {
    let old = rollout(&json!({"name": "web", "image": "web:1"}), &json!([{"setWeight": 10}]));
    let mut new = rollout(&json!({"name": "web", "image": "web:2"}), &json!([{"setWeight": 20}]));
    new["spec"]["replicas"] = json!(5);
    new["metadata"]["labels"] = json!({"a": "b"});
    let sections: Vec<Section> = changes(&old, &new).iter().map(|change| change.section).collect();
    assert_eq!(sections, [Section::PodTemplate, Section::Strategy, Section::Replicas, Section::Rest]);
}

#[test]
fn steps_are_one_thing_and_what_stays_among_them_is_shown_as_staying() {
    let step = |weight: i64| json!([{"setWeight": 10}, {"pause": {}}, {"setWeight": weight}]);
    let container = json!({"name": "web"});
    let found = changes(&rollout(&container, &step(50)), &rollout(&container, &step(60)));
    assert_eq!(found.len(), 1);
    let signs: String = found[0].lines.iter().map(|line| line.sign.mark()).collect();
    assert!(signs.contains("-+"), "{:?}", shown(&found));
    assert!(found[0].lines.iter().any(|line| line.sign == Sign::Kept && line.text.contains("setWeight: 10")));
}

#[test]
fn variables_and_ports_are_told_by_their_keys() {
    let with = |env: Value, ports: Value| rollout(&json!({"name": "web", "env": env, "ports": ports}), &json!([]));
    let old = with(json!([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]), json!([{"containerPort": 80}]));
    let new = with(
        json!([{"name": "C", "value": "3"}, {"name": "B", "value": "9"}]),
        json!([{"containerPort": 80, "protocol": "TCP"}]),
    );
    let paths: Vec<String> = changes(&old, &new).into_iter().map(|change| change.path).collect();
    let container = "spec.template.spec.containers[web]";
    assert_eq!(
        paths,
        [
            format!("{container}.env[C]"),
            format!("{container}.env[B].value"),
            format!("{container}.env[A]"),
            format!("{container}.ports[80/TCP].protocol"),
        ]
    );
}

#[test]
fn another_order_of_variables_is_a_change() {
    let with = |env: Value| rollout(&json!({"name": "web", "env": env}), &json!([]));
    let (a, b) = (json!({"name": "A", "value": "1"}), json!({"name": "B", "value": "$(A)"}));
    let found = changes(&with(json!([a, b])), &with(json!([b, a])));
    assert_eq!(shown(&found), ["spec.template.spec.containers[web].env:", "-order: A, B", "+order: B, A"]);
}

#[test]
fn annotations_with_odd_names_have_a_path_and_a_pointer() {
    let with = |value: &str| json!({"kind": "ConfigMap", "metadata": {"name": "a", "annotations": {"x.y/z": value}}});
    let found = changes(&with("1"), &with("2"));
    assert_eq!(found[0].path, "metadata.annotations[\"x.y/z\"]");
    assert_eq!(found[0].pointer, "/metadata/annotations/x.y~1z");
}

#[test]
fn secret_values_are_never_in_a_line_and_a_change_of_one_is_seen() {
    let secret = |value: &str| json!({"kind": "Secret", "metadata": {"name": "s"}, "data": {"password": value}});
    let found = changes(&secret("b2xkLW9sZA=="), &secret("bmV3LW5ldw=="));
    let text = shown(&found).join("\n");
    assert!(!text.contains("b2xk") && !text.contains("bmV3"), "{text}");
    assert_eq!(found[0].lines.len(), 2);
    assert!(text.contains("# another value"), "{text}");
    let text = format!("{:?}", whole(&secret("b2xkLW9sZA==")));
    assert!(!text.contains("b2xk"), "{text}");

    let with =
        |value: &str| rollout(&json!({"name": "web", "env": [{"name": "API_TOKEN", "value": value}]}), &json!([]));
    let text = shown(&changes(&with("hunter2"), &with("hunter3"))).join("\n");
    assert!(!text.contains("hunter"), "{text}");
}

#[test]
fn nothing_differs_where_only_servers_and_controllers_wrote() {
    let container = json!({"name": "web", "image": "web:1"});
    let old = rollout(&container, &json!([]));
    let mut new = old.clone();
    new["status"] = json!({"phase": "Healthy"});
    new["metadata"]["resourceVersion"] = json!("9");
    new["metadata"]["annotations"] = json!({"rollout.argoproj.io/revision": "4", "rolltop/deploy-id": "x"});
    assert_eq!(changes(&old, &new), []);
}

proptest::proptest! {
    #[test]
    fn equal_objects_have_no_change_and_others_have_one(a in 0..4_u8, b in 0..4_u8, key in "[a-z~/]{1,4}") {
        let object = |value: u8| json!({"kind": "ConfigMap", "data": {key.clone(): value.to_string()}});
        let found = changes(&object(a), &object(b));
        proptest::prop_assert_eq!(found.is_empty(), a == b);
        for change in &found {
            proptest::prop_assert!(object(b).pointer(&change.pointer).is_some());
        }
    }
}
