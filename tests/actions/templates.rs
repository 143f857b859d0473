//! Templates: undo and set-image through the server, with fields that rolltop does not know.

use crate::stage::{NAME, Stage, canary};
use proptest::prelude::*;
use rolltop::argo::deed::undo::Target;
use rolltop::argo::deed::{Deed, Extent};
use rolltop::argo::feed::Answer;
use rolltop::demo::store::{Part, ROLLOUTS, Refused};
use serde_json::{Value, json};
use std::sync::Arc;

/// Fields of a pod that the API has and rolltop's types do not.
fn pod_fields() -> impl Strategy<Value = Value> {
    let tolerations = prop::collection::vec(("[a-z]{1,6}", prop::option::of(0_i64..900)), 0..3).prop_map(|all| {
        let one = |(key, seconds): (String, Option<i64>)| {
            let mut toleration = json!({"key": key, "operator": "Exists", "effect": "NoExecute"});
            if let Some(seconds) = seconds {
                toleration["tolerationSeconds"] = seconds.into();
            }
            toleration
        };
        all.into_iter().map(one).collect::<Vec<_>>()
    });
    (prop::collection::vec("[a-z]{1,6}", 0..4), tolerations, any::<bool>(), 0_i64..600).prop_map(
        |(searches, tolerations, links, grace)| {
            json!({"dnsConfig": {"searches": searches}, "tolerations": tolerations, "enableServiceLinks": links,
            "terminationGracePeriodSeconds": grace})
        },
    )
}

/// The same of a container; the protocol is what the server would fill in.
fn container_fields() -> impl Strategy<Value = Value> {
    let env = prop::collection::btree_map("[A-Z]{1,6}", "[ -~]{0,9}", 0..4)
        .prop_map(|map| map.into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect::<Vec<_>>());
    let ports = prop::collection::vec(1_i64..60_000, 0..3).prop_map(|ports| {
        ports.into_iter().map(|port| json!({"containerPort": port, "protocol": "TCP"})).collect::<Vec<_>>()
    });
    (env, ports, prop::collection::vec("[ -~]{0,9}", 0..4), any::<bool>()).prop_map(|(env, ports, args, root)| {
        json!({"env": env, "ports": ports, "args": args, "securityContext": {"runAsNonRoot": root},
            "resources": {"limits": {"memory": "64Mi"}, "requests": {"cpu": "10m"}}})
    })
}

/// A healthy rollout whose template has these fields in its pod spec and in a container.
fn healthy(pod: &Value, container: &Value) -> Stage {
    let mut manifest = canary();
    json_patch::merge(&mut manifest["spec"]["template"]["spec"], pod);
    json_patch::merge(&mut manifest["spec"]["template"]["spec"]["containers"][0], container);
    let mut stage = Stage::new(&[manifest]);
    stage.pass(20);
    assert_eq!(stage.stands(), "Healthy 4");
    stage
}

fn done(stage: &Stage, deed: &Deed) {
    let (_, answer) = stage.perform(deed).unwrap();
    assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn fields_that_nobody_here_knows_come_through_set_image_and_undo(pod in pod_fields(), container in container_fields()) {
        let mut stage = healthy(&pod, &container);
        let before = stage.raw()["spec"].clone();
        let images: Arc<[_]> = [("app".into(), "example/app:2".into()), ("side".into(), "example/side:2".into())].into();
        done(&stage, &Deed::SetImage { images });
        let mut expected = before.clone();
        expected["template"]["spec"]["containers"][0]["image"] = "example/side:2".into();
        expected["template"]["spec"]["containers"][1]["image"] = "example/app:2".into();
        prop_assert_eq!(&stage.raw()["spec"], &expected);
        stage.pass(10);
        prop_assert_eq!(stage.stands(), "Paused 1");
        done(&stage, &Deed::Undo(Target::Back));
        prop_assert_eq!(&stage.raw()["spec"], &before);
        stage.pass(20);
        prop_assert_eq!(stage.stands(), "Healthy 4");
    }
}

#[test]
fn several_images_are_one_request_and_those_that_are_set_already_are_left_out() {
    let stage = healthy(&json!({}), &json!({}));
    let pairs = |pairs: &[(&str, &str)]| Deed::SetImage {
        images: pairs.iter().map(|(container, image)| ((*container).into(), (*image).into())).collect(),
    };
    done(&stage, &pairs(&[("side", "example/side:1"), ("app", "example/app:9")]));
    let sent = stage.writes();
    assert_eq!(sent.len(), 1);
    assert!(!sent[0].body.contains("side"), "{}", sent[0].body);
    done(&stage, &pairs(&[("*", "example/all:1")]));
    assert_eq!(stage.writes().len(), 2);
    let containers = stage.raw()["spec"]["template"]["spec"]["containers"].clone();
    assert!(containers.as_array().unwrap().iter().all(|one| one["image"] == "example/all:1"), "{containers}");
    let same = stage.perform(&pairs(&[("*", "example/all:1")])).unwrap_err();
    assert_eq!(same.sentence(), "the image is this one already");
    let missing = stage.perform(&pairs(&[("app", "example/app:2"), ("ap", "x")])).unwrap_err();
    assert_eq!(missing.sentence(), "no container is called ap; there are side, app");
    assert_eq!(stage.writes().len(), 2);
}

#[test]
fn a_container_that_somebody_puts_in_between_is_no_target() {
    let mut stage = healthy(&json!({}), &json!({}));
    let deed = Deed::set_image("app", "example/app:2");
    let (plan, mut template) = crate::stage::block_on(async {
        let connection = stage.connect("").await;
        (stage.decide(&connection, &deed).await.unwrap(), stage.raw()["spec"]["template"].clone())
    });
    template["spec"]["containers"].as_array_mut().unwrap().insert(0, json!({"name": "new", "image": "example/new:1"}));
    stage
        .store
        .modify::<Refused>(&ROLLOUTS, "demo", NAME, Part::Main, |object| {
            object["spec"]["template"] = template.clone();
            Ok(())
        })
        .unwrap();
    let answer = crate::stage::block_on(async { stage.send(&stage.connect("").await, &plan).await });
    assert!(matches!(answer, Answer::Moved { .. }), "{answer:?}");
    assert_eq!(stage.raw()["spec"]["template"], template);
    stage.pass(5);
    assert!(stage.perform(&Deed::Promote(Extent::Pause)).is_err() || stage.stands().starts_with("Paused"));
}
