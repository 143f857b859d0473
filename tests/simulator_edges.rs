//! The surroundings of the simulated controllers: pods in every state that people meet, their events, workloads that
//! rollouts take over, specs that are invalid, autoscalers. Nothing sleeps: the clock is moved.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "simulated/client.rs"]
mod client;
#[path = "simulator_edges/http.rs"]
mod http;
#[path = "simulator_edges/scene.rs"]
mod scene;

use rolltop::demo::store::{
    DEPLOYMENTS, EVENTS, HORIZONTAL_POD_AUTOSCALERS, POD_TEMPLATES, PODS, Part, REPLICA_SETS, ROLLOUTS, Refused,
    SERVICES,
};
use scene::{Scene, rollout, template};
use serde_json::{Value, json};

/// One container of an image, and a patch of the pod's spec.
struct State {
    image: &'static str,
    spec: Value,
    /// After so many milliseconds the plugin's text is this, and a message contains that.
    seen: &'static [(i64, &'static str, &'static str)],
}

fn state(image: &'static str, seen: &'static [(i64, &'static str, &'static str)]) -> State {
    State { image, spec: json!({}), seen }
}

#[test]
fn pods_are_in_every_state_that_people_meet() {
    let init = |image: &str| json!({"initContainers": [{"name": "migrate", "image": image}]});
    let states = [
        state("shop/web:1", &[(20, "Pending", ""), (150, "ContainerCreating", ""), (2_000, "Running", "")]),
        state(
            "shop/web:missing",
            &[
                (
                    2_000,
                    "ErrImagePull",
                    "rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/shop/web:missing\"",
                ),
                (15_000, "ImagePullBackOff", "Back-off pulling image \"shop/web:missing\": ErrImagePull: rpc error"),
                (25_000, "ErrImagePull", "not found"),
                (40_000, "ImagePullBackOff", "not found"),
            ],
        ),
        state("shop/web:1-private", &[(2_000, "ErrImagePull", "pull access denied")]),
        state("Shop/web:1", &[(2_000, "InvalidImageName", "invalid reference format")]),
        state(
            "shop/web:crash",
            // The first restart comes at once; from the second on it waits.
            &[
                (5_000, "Error", ""),
                (6_500, "Running", ""),
                (10_500, "CrashLoopBackOff", "back-off 10s restarting failed container=web pod=web_demo("),
            ],
        ),
        state("shop/web:oom", &[(8_000, "OOMKilled", ""), (18_000, "CrashLoopBackOff", "back-off 10s")]),
        state("shop/web:unready", &[(2_000, "Running", ""), (60_000, "Running", "")]),
        state("shop/web:noconfig", &[(2_000, "CreateContainerConfigError", "configmap \"web-config\" not found")]),
        state("shop/web:unschedulable", &[(2_000, "Pending", "0/3 nodes are available: 3 Insufficient cpu.")]),
        State {
            image: "shop/web:1",
            spec: init("shop/migrate:1"),
            seen: &[
                (150, "Init:0/1", ""),
                (2_500, "Init:0/1", ""),
                (3_200, "PodInitializing", ""),
                (4_500, "Running", ""),
            ],
        },
        State {
            image: "shop/web:1",
            spec: init("shop/migrate:crash"),
            seen: &[
                (5_200, "Init:Error", ""),
                (10_500, "Init:CrashLoopBackOff", "restarting failed container=migrate"),
            ],
        },
        State { image: "shop/web:1", spec: init("shop/migrate:hang"), seen: &[(90_000, "Init:0/1", "")] },
        State {
            image: "shop/web:1",
            spec: init("shop/migrate:missing"),
            seen: &[(2_000, "Init:ErrImagePull", "not found"), (15_000, "Init:ImagePullBackOff", "Back-off pulling")],
        },
        State {
            image: "shop/web:1",
            spec: json!({"containers": [
                {"name": "web", "image": "shop/web:1"},
                {"name": "side", "image": "shop/side:crash"},
            ]}),
            seen: &[(2_000, "Running", ""), (10_500, "CrashLoopBackOff", "container=side")],
        },
        State {
            image: "shop/web:1",
            spec: json!({"nodeSelector": {"disk": "ssd"}}),
            seen: &[(2_000, "Pending", "3 node(s) didn't match Pod's node affinity/selector")],
        },
    ];
    for State { image, spec, seen } in states {
        let mut scene = Scene::new("gradual");
        let mut whole = json!({"restartPolicy": "Always", "containers": [{"name": "web", "image": image}]});
        json_patch::merge(&mut whole, &spec);
        scene.pod_of("web", &whole);
        for (at, text, message) in seen {
            scene.until(*at);
            let status = scene.pod_status("web");
            let said = status.message.as_deref().unwrap_or_default();
            assert_eq!(&*status.text, *text, "{image} {spec} after {at} ms: {said}");
            assert!(said.contains(message), "{image} {spec} after {at} ms: {said:?} lacks {message:?}");
        }
    }
}

#[test]
fn restarts_grow_and_the_last_end_is_kept() {
    let mut scene = Scene::new("quiet");
    scene.pod("web", "shop/web:oom");
    scene.until(60_000);
    let pod = scene.store.get(&PODS, "demo", "web").unwrap();
    let status = &pod["status"]["containerStatuses"][0];
    assert!(status["restartCount"].as_i64() >= Some(2), "{status:#}");
    let ended = &status["lastState"]["terminated"];
    assert_eq!((&ended["exitCode"], &ended["reason"]), (&json!(137), &json!("OOMKilled")));
    assert_eq!(status["ready"], false);
    // An unready container is counted, a ready one too.
    scene.pod("calm", "shop/web:unready");
    scene.until(70_000);
    assert_eq!((scene.pod_status("calm").ready, scene.pod_status("calm").restarts), (0, 0));
    scene.deed(json!({"do": "calm-image", "image": "shop/web:unready"}));
    scene.pass(20_000);
    assert_eq!(scene.pod_status("calm").ready, 0, "the tag says it still");
    scene.pod("well", "shop/web:2");
    scene.pass(5_000);
    scene.deed(json!({"do": "unready-image", "image": "shop/web:2"}));
    assert_eq!(scene.pod_status("well").ready, 0);
    scene.deed(json!({"do": "calm-image", "image": "shop/web:2"}));
    scene.pass(11_000);
    assert_eq!(scene.pod_status("well").ready, 1);
}

#[test]
fn what_a_container_is_configured_from_may_come_later() {
    let mut scene = Scene::new("quiet");
    let env = json!([{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "database", "key": "password"}}}]);
    let containers = json!([{"name": "web", "image": "shop/web:1", "env": env}]);
    scene.pod_of("web", &json!({ "containers": containers }));
    scene.until(3_000);
    let said = |scene: &Scene| scene.pod_status("web").message.unwrap_or_default().to_string();
    assert_eq!(said(&scene), "secret \"database\" not found");
    let secret = |data: Value| {
        json!({"do": "apply", "manifest": {
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "database", "namespace": "demo"}, "data": data}})
    };
    scene.deed(secret(json!({"user": "YQ=="})));
    scene.pass(13_000);
    assert_eq!(said(&scene), "couldn't find key password in Secret demo/database");
    scene.deed(secret(json!({"password": "YQ=="})));
    scene.pass(13_000);
    assert_eq!(&*scene.pod_status("web").text, "Running");
}

#[test]
fn a_pod_without_room_is_scheduled_once_there_is_room() {
    let mut scene = Scene::new("quiet");
    scene.deed(json!({"do": "fill-nodes"}));
    scene.pod("web", "shop/web:1");
    scene.pass(150_000);
    assert_eq!(&*scene.pod_status("web").text, "Pending");
    let events = scene.events("web");
    let failed: Vec<&Value> =
        events.iter().filter(|event| event["reason"] == "FailedScheduling").map(|one| &**one).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["series"]["count"], 3, "{:#}", failed[0]);
    assert_eq!((&failed[0]["source"], &failed[0]["firstTimestamp"]), (&json!({}), &Value::Null));
    scene.deed(json!({"do": "free-nodes"}));
    scene.pass(3_000);
    assert_eq!(&*scene.pod_status("web").text, "Running");
    assert!(!scene.store.get(&PODS, "demo", "web").unwrap()["spec"]["nodeName"].as_str().unwrap().is_empty());
}

#[test]
fn a_pod_that_is_asked_to_go_is_terminating_for_its_grace_period_at_most() {
    let mut scene = Scene::new("quiet");
    scene.deed(json!({"do": "set-image", "rollout": "ledger", "image": ":2-slowstop"}));
    scene.pass(60_000);
    scene.deed(json!({"do": "delete-pod", "rollout": "ledger"}));
    let leaving = |scene: &Scene| {
        let (pods, _) = scene.store.list(&PODS, Some("demo"));
        pods.into_iter().find(|pod| pod.pointer("/metadata/deletionTimestamp").is_some())
    };
    let pod = leaving(&scene).unwrap();
    assert_eq!(pod["metadata"]["deletionGracePeriodSeconds"], 30);
    assert_eq!(&*scene.pod_status(pod["metadata"]["name"].as_str().unwrap()).text, "Terminating");
    scene.pass(29_000);
    assert!(leaving(&scene).is_some());
    scene.pass(2_000);
    assert!(leaving(&scene).is_none());
    // Others do not take that long.
    scene.deed(json!({"do": "delete-pod", "rollout": "web"}));
    assert!(leaving(&scene).is_some());
    scene.pass(3_000);
    assert!(leaving(&scene).is_none());
    let killing = scene.reasons(leaving_name(&pod));
    assert!(killing.contains(&"Killing".to_owned()), "{killing:?}");
}

fn leaving_name(pod: &Value) -> &str {
    pod["metadata"]["name"].as_str().unwrap()
}

#[test]
fn an_evicted_pod_stays_as_it_was_and_another_takes_its_place() {
    let mut scene = Scene::new("quiet");
    scene.deed(json!({"do": "evict-pod", "rollout": "ledger"}));
    scene.pass(30_000);
    let (pods, _) = scene.store.list(&PODS, Some("demo"));
    let mine: Vec<&Value> =
        pods.iter().filter(|pod| pod["metadata"]["labels"]["app"] == "ledger").map(|pod| &**pod).collect();
    assert_eq!(mine.len(), 3);
    let evicted: Vec<&&Value> = mine.iter().filter(|pod| pod["status"]["phase"] == "Failed").collect();
    assert_eq!(evicted.len(), 1);
    let status = scene.pod_status(leaving_name(evicted[0]));
    assert_eq!(&*status.text, "Evicted");
    assert!(status.message.unwrap().starts_with("The node was low on resource: memory."));
    let ledger = scene.store.get(&ROLLOUTS, "demo", "ledger").unwrap();
    assert_eq!((&ledger["status"]["phase"], &ledger["status"]["availableReplicas"]), (&json!("Healthy"), &json!(2)));
}

#[test]
fn the_events_of_a_pod_are_those_of_a_real_node_counted_and_timed() {
    let mut scene = Scene::new("quiet");
    scene.pod("web", "shop/web:missing");
    scene.until(100_000);
    let reasons = scene.reasons("web");
    assert_eq!(reasons, ["Scheduled", "Pulling", "Failed", "Failed", "BackOff", "Failed"], "{reasons:?}");
    let events = scene.events("web");
    let back_off = events.iter().find(|event| event["reason"] == "BackOff").unwrap();
    assert!(back_off["count"].as_i64() >= Some(3), "{back_off:#}");
    assert_ne!(back_off["firstTimestamp"], back_off["lastTimestamp"]);
    assert_eq!(back_off["involvedObject"]["fieldPath"], "spec.containers{web}");
    assert_eq!(back_off["source"]["component"], "kubelet");
    assert!(back_off["source"]["host"].as_str().unwrap().starts_with("node-"));
    scene.pod("calm", "shop/web:1");
    scene.pass(5_000);
    assert_eq!(scene.reasons("calm"), ["Scheduled", "Pulling", "Pulled", "Created", "Started"]);
    // An hour after its last time an event is gone.
    scene.store.delete(&PODS, "demo", "calm").unwrap();
    scene.pass(75 * 60_000);
    assert_eq!(scene.reasons("calm"), [] as [String; 0]);
    assert!(!scene.reasons("web").is_empty());
}

/// The Deployment's and the Rollout's part of a workload.
fn both(scene: &Scene, name: &str) -> (i64, i64) {
    let ready = |object: Option<std::sync::Arc<Value>>| {
        object.and_then(|object| object["status"]["readyReplicas"].as_i64()).unwrap_or(0)
    };
    (ready(scene.store.get(&DEPLOYMENTS, "demo", name)), ready(scene.store.get(&ROLLOUTS, "demo", name)))
}

fn workload(scene: &mut Scene, name: &str, scale_down: &str) {
    scene.deed(json!({"do": "apply", "manifest": {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "demo"},
        "spec": {"replicas": 4, "selector": {"matchLabels": {"app": name}}, "template": template(name, "shop/orders:1")},
    }}));
    scene.pass(5_000);
    assert_eq!(both(scene, name), (4, 0));
    scene.deed(json!({"do": "apply", "manifest": {
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": name, "namespace": "demo"},
        "spec": {
            "replicas": 4, "strategy": {"canary": {"steps": [{"setWeight": 25}, {"pause": {}}]}},
            "workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name, "scaleDown": scale_down},
        },
    }}));
}

#[test]
fn a_rollout_takes_over_from_a_deployment_and_follows_its_template() {
    let mut scene = Scene::new("quiet");
    workload(&mut scene, "orders", "onsuccess");
    scene.pass(1_000);
    assert_eq!(both(&scene, "orders").0, 4, "as long as the Rollout is not healthy the Deployment serves");
    scene.pass(10_000);
    assert_eq!(both(&scene, "orders"), (0, 4));
    let rollout = scene.store.get(&ROLLOUTS, "demo", "orders").unwrap();
    let deployment = scene.store.get(&DEPLOYMENTS, "demo", "orders").unwrap();
    assert!(rollout["spec"].get("template").is_none() && rollout["spec"].get("selector").is_none());
    let generation = deployment["metadata"]["generation"].to_string();
    assert_eq!(rollout["metadata"]["annotations"]["rollout.argoproj.io/workload-generation"], json!(generation));
    assert_eq!(rollout["status"]["workloadObservedGeneration"], json!(generation));
    assert_eq!(
        (&rollout["status"]["phase"], &rollout["status"]["selector"]),
        (&json!("Healthy"), &json!("app=orders"))
    );

    // An update is made in the Deployment.
    scene.deed(json!({"do": "set-image", "rollout": "orders", "image": ":2"}));
    scene.pass(5_000);
    let rollout = scene.store.get(&ROLLOUTS, "demo", "orders").unwrap();
    assert_eq!(rollout["status"]["message"], "CanaryPauseStep");
    assert_eq!((&rollout["status"]["updatedReplicas"], &rollout["metadata"]["generation"]), (&json!(1), &json!(1)));
    assert_eq!(both(&scene, "orders").0, 0, "the Deployment has no pods any more");
    scene.deed(json!({"do": "promote", "rollout": "orders"}));
    scene.pass(20_000);
    assert_eq!(scene.store.get(&ROLLOUTS, "demo", "orders").unwrap()["status"]["phase"], "Healthy");
    // Only the first revision scales the Deployment down.
    scene
        .store
        .modify::<Refused>(&DEPLOYMENTS, "demo", "orders", Part::Main, |object| {
            object["spec"]["replicas"] = json!(1);
            Ok(())
        })
        .unwrap();
    scene.pass(10_000);
    assert_eq!(both(&scene, "orders"), (1, 4));
    // Without it the Rollout is invalid, and well again when it is back.
    let kept = scene.store.delete(&DEPLOYMENTS, "demo", "orders").unwrap();
    scene.pass(1_000);
    let message = "InvalidSpec: The Rollout \"orders\" is invalid: deployments.apps \"demo/orders\" not found";
    assert_eq!(scene.store.get(&ROLLOUTS, "demo", "orders").unwrap()["status"]["message"], message);
    let back = json!({"metadata": {"name": "orders", "namespace": "demo"}, "spec": kept["spec"].clone()});
    scene.store.create(&DEPLOYMENTS, back).unwrap();
    scene.pass(5_000);
    assert_eq!(scene.store.get(&ROLLOUTS, "demo", "orders").unwrap()["status"]["phase"], "Healthy");
}

#[test]
fn a_rollout_follows_the_template_of_a_pod_template() {
    let mut scene = Scene::new("quiet");
    scene.deed(json!({"do": "apply", "manifest": {
        "apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "mailer", "namespace": "demo"},
        "template": template("mailer", "shop/mailer:1"),
    }}));
    scene.deed(json!({"do": "apply", "manifest": {
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "mailer", "namespace": "demo"},
        "spec": {
            "replicas": 4, "selector": {"matchLabels": {"app": "mailer"}},
            "strategy": {"canary": {"steps": [{"setWeight": 25}, {"pause": {}}]}},
            "workloadRef": {"apiVersion": "v1", "kind": "PodTemplate", "name": "mailer"},
        },
    }}));
    scene.pass(10_000);
    let rollout = |scene: &Scene| scene.store.get(&ROLLOUTS, "demo", "mailer").unwrap();
    let seen = rollout(&scene);
    assert_eq!(
        (&seen["status"]["phase"], &seen["status"]["readyReplicas"], &seen["status"]["workloadObservedGeneration"]),
        (&json!("Healthy"), &json!(4), &json!("1")),
        "{seen:#}"
    );
    let part = Part::Main;
    let image = |object: &mut Value| object["template"]["spec"]["containers"][0]["image"] = json!("shop/mailer:2");
    scene
        .store
        .modify::<Refused>(&POD_TEMPLATES, "demo", "mailer", part, |object| {
            image(object);
            Ok(())
        })
        .unwrap();
    scene.pass(10_000);
    let seen = rollout(&scene);
    assert_eq!(
        (&seen["status"]["message"], &seen["status"]["updatedReplicas"], &seen["status"]["workloadObservedGeneration"]),
        (&json!("CanaryPauseStep"), &json!(1), &json!("2"))
    );
    assert_eq!(seen["metadata"]["annotations"]["rollout.argoproj.io/workload-generation"], "2");
}

#[test]
fn a_deployment_leaves_pod_by_pod_or_not_at_all() {
    let mut scene = Scene::new("quiet");
    workload(&mut scene, "cart", "progressively");
    let mut seen = Vec::new();
    for _ in 0..60 {
        scene.pass(100);
        let sizes = scene.store.get(&DEPLOYMENTS, "demo", "cart").unwrap()["spec"]["replicas"].as_i64().unwrap();
        if seen.last() != Some(&sizes) {
            seen.push(sizes);
        }
    }
    assert!(seen.len() > 2 && seen.is_sorted_by(|a, b| a > b), "{seen:?}");
    assert_eq!((seen[0], seen[seen.len() - 1]), (4, 0));
    workload(&mut scene, "mailer", "never");
    scene.pass(30_000);
    assert_eq!(both(&scene, "mailer"), (4, 4));
    let sets = scene.store.list(&REPLICA_SETS, Some("demo")).0;
    let of_deployment = sets.iter().find(|set| {
        set["metadata"]["ownerReferences"][0]["kind"] == "Deployment" && set["metadata"]["labels"]["app"] == "mailer"
    });
    assert!(of_deployment.unwrap()["metadata"]["labels"]["pod-template-hash"].is_string());
    let told =
        scene.events("mailer").iter().filter(|event| event["source"]["component"] == "deployment-controller").count();
    assert!(told > 0);
}

#[test]
fn an_invalid_spec_is_told_in_the_controllers_words_and_mended_at_once() {
    let canary = |value: Value| json!({"spec": {"strategy": {"canary": value}}});
    let table: Vec<(Value, Value, &str)> = vec![
        (
            canary(json!({"steps": [{"setWeight": 20}, {"setWeight": 101}]})),
            canary(json!({"steps": [{"setWeight": 20}]})),
            "spec.strategy.steps[1].setWeight: Invalid value: 101: SetWeight needs to be between 0 and 100",
        ),
        (
            canary(json!({"steps": [{"pause": {"duration": "soon"}}]})),
            canary(json!({"steps": [{"pause": {"duration": "1s"}}]})),
            "spec.strategy.steps[0].pause.duration: Invalid value: -1: Duration needs to be greater than 0",
        ),
        (
            json!({"spec": {"strategy": {"blueGreen": {"activeService": "main"}}}}),
            json!({"spec": {"strategy": {"blueGreen": null}}}),
            "spec.strategy.strategy: Invalid value: \"blueGreen: true canary: true\": Multiple Strategies can not be listed",
        ),
        (
            canary(Value::Null),
            canary(json!({"steps": []})),
            "spec.strategy.strategy: Required value: Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'",
        ),
        (
            canary(json!({"steps": [{"setCanaryScale": {"weight": 1}}]})),
            canary(json!({"steps": null})),
            "spec.strategy.trafficRouting: Required value: SetCanaryScale requires TrafficRouting to be set",
        ),
        (
            canary(json!({"maxSurge": "0%", "maxUnavailable": 0})),
            canary(json!({"maxSurge": 1})),
            "spec.strategy.maxSurge: Invalid value: \"0%\": MaxSurge and MaxUnavailable both can not be zero",
        ),
        (
            json!({"spec": {"template": {"metadata": {"labels": {"app": "other"}}}}}),
            json!({"spec": {"template": {"metadata": {"labels": {"app": "main"}}}}}),
            "spec.template.metadata.labels: Invalid value: {\"app\":\"other\"}: `selector` does not match template `labels`",
        ),
        (
            canary(json!({"stableService": "nowhere"})),
            canary(json!({"stableService": null})),
            "spec.strategy.canary.stableService: Invalid value: \"nowhere\": service \"nowhere\" not found",
        ),
        (
            canary(json!({"steps": [{"setWeight": 1, "pause": {}}]})),
            canary(json!({"steps": null})),
            "spec.strategy.steps[0]: Invalid value: \"step.Experiment: false step.Pause: true step.SetWeight: true step.Analysis: false\": Step must have one of the following set: experiment, setWeight, setCanaryScale or pause",
        ),
        (canary(json!({"steps": [{}]})), canary(json!({"steps": null})), "Step must have one of the following set"),
        (
            canary(json!({"steps": [{"setHeaderRoute": {"name": "x"}}]})),
            canary(json!({"steps": null})),
            "spec.strategy.steps[0].setHeaderRoute: Invalid value: {\"name\":\"x\"}: SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix",
        ),
        (
            canary(json!({"scaleDownDelaySeconds": 5})),
            canary(json!({"scaleDownDelaySeconds": null})),
            "spec.strategy.scaleDownDelaySeconds: Invalid value: 5: Canary scaleDownDelaySeconds can only be used with traffic routing",
        ),
        (
            json!({"spec": {"minReadySeconds": 600}}),
            json!({"spec": {"minReadySeconds": null}}),
            "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds",
        ),
        (
            json!({"spec": {"selector": null}}),
            json!({"spec": {"selector": {"matchLabels": {"app": "main"}}}}),
            "spec.selector: Required value: Rollout has missing field '.spec.selector'",
        ),
        (
            json!({"spec": {"template": {"spec": {"containers": []}}}}),
            json!({"spec": {"template": template("main", "shop/web:1")}}),
            "spec.template.spec.containers: Required value",
        ),
        (
            json!({"spec": {"template": {"spec": {"restartPolicy": "Never"}}}}),
            json!({"spec": {"template": {"spec": {"restartPolicy": null}}}}),
            "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"",
        ),
        (
            json!({"spec": {"workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "main"}}}),
            json!({"spec": {"workloadRef": null}}),
            "template must be empty for workload reference rollout",
        ),
    ];
    let mut scene = Scene::new("quiet");
    scene.deed(json!({"do": "apply", "manifest": rollout("main", "shop/web:1", 2)}));
    scene.pass(10_000);
    for (wrong, right, text) in table {
        let status =
            |scene: &Scene, field: &str| scene.store.get(&ROLLOUTS, "demo", "main").unwrap()["status"][field].clone();
        assert_eq!(status(&scene, "phase"), "Healthy", "before {wrong}");
        scene.deed(json!({"do": "patch", "rollout": "main", "patch": wrong}));
        scene.pass(500);
        let message = status(&scene, "message");
        let message = message.as_str().unwrap_or_default();
        assert_eq!(status(&scene, "phase"), "Degraded", "{wrong}");
        assert!(
            message.starts_with("InvalidSpec: The Rollout \"main\" is invalid: ") && message.contains(text),
            "{message}\nlacks\n{text}"
        );
        let generation = scene.store.get(&ROLLOUTS, "demo", "main").unwrap()["metadata"]["generation"].to_string();
        assert_eq!(status(&scene, "observedGeneration"), json!(generation));
        scene.deed(json!({"do": "patch", "rollout": "main", "patch": right}));
        scene.pass(15_000);
        let rollout = scene.store.get(&ROLLOUTS, "demo", "main").unwrap();
        let conditions = rollout["status"]["conditions"].as_array().unwrap();
        assert!(conditions.iter().all(|condition| condition["type"] != "InvalidSpec"), "{right}");
    }
}

#[test]
fn a_service_must_select_the_pods_and_be_managed_by_no_other_rollout() {
    let mut scene = Scene::new("quiet");
    let service = |labels: Value, manager: &str| {
        json!({"do": "apply", "manifest": {
        "apiVersion": "v1", "kind": "Service", "spec": {"selector": labels},
        "metadata": {"name": "stable", "namespace": "demo", "annotations": {"argo-rollouts.argoproj.io/managed-by-rollouts": manager}}}})
    };
    scene.deed(service(json!({"app": "other"}), "main"));
    let mut manifest = rollout("main", "shop/web:1", 2);
    manifest["spec"]["strategy"]["canary"]["stableService"] = json!("stable");
    scene.deed(json!({ "do": "apply", "manifest": manifest }));
    scene.pass(1_000);
    let message = |scene: &Scene| {
        scene.store.get(&ROLLOUTS, "demo", "main").unwrap()["status"]["message"].as_str().unwrap_or_default().to_owned()
    };
    assert!(
        message(&scene).ends_with("Service \"stable\" has unmatch label \"app\" in rollout"),
        "{}",
        message(&scene)
    );
    scene.deed(service(json!({"app": "main"}), "somebody"));
    scene.pass(1_000);
    assert!(message(&scene).ends_with("Service \"stable\" is managed by another Rollout"), "{}", message(&scene));
    scene.deed(service(json!({"app": "main"}), "main"));
    scene.pass(5_000);
    assert_eq!(message(&scene), "");
}

#[test]
fn an_autoscaler_changes_the_replicas_within_its_bounds() {
    let mut scene = Scene::new("hpa");
    let replicas =
        |scene: &Scene| scene.store.get(&ROLLOUTS, "demo", "feed").unwrap()["spec"]["replicas"].as_i64().unwrap();
    assert_eq!(replicas(&scene), 4);
    for (percent, wanted) in [(480, 8), (2_000, 12), (500, 9), (20, 3)] {
        scene.deed(json!({"do": "load", "hpa": "feed", "percent": percent}));
        scene.pass(60_000);
        assert_eq!(replicas(&scene), wanted, "{percent} %");
        let hpa = scene.store.get(&HORIZONTAL_POD_AUTOSCALERS, "demo", "feed").unwrap();
        assert_eq!(
            (&hpa["status"]["desiredReplicas"], &hpa["status"]["currentReplicas"]),
            (&json!(wanted), &json!(wanted))
        );
    }
    let told = scene.store.list(&EVENTS, Some("demo")).0;
    assert!(told.iter().any(|event| event["message"]
        == "New size: 12; reason: cpu resource utilization (percentage of request) above target"));
}

#[test]
fn managed_fields_say_who_wrote_last() {
    let mut scene = Scene::new("gradual");
    let writers = |scene: &Scene| {
        let rollout = scene.store.get(&ROLLOUTS, "demo", "gradual-rollout").unwrap();
        let entries = rollout["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
        let mut entries: Vec<(String, String, String)> = entries
            .iter()
            .map(|entry| {
                let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
                (text("time"), text("manager"), text("subresource"))
            })
            .collect();
        entries.sort();
        entries
    };
    let last = |scene: &Scene| writers(scene).pop().map(|(_, manager, sub)| (manager, sub)).unwrap();
    assert_eq!(last(&scene), ("rollouts-controller".to_owned(), "status".to_owned()));
    scene.pass(60_000);
    scene.deed(json!({"do": "set-image", "rollout": "gradual-rollout", "image": ":green"}));
    assert_eq!(last(&scene), ("kubectl-argo-rollouts".to_owned(), String::new()));
    scene.pass(5_000);
    assert_eq!(last(&scene), ("rollouts-controller".to_owned(), "status".to_owned()));
    let names: Vec<String> = writers(&scene).into_iter().map(|(_, manager, _)| manager).collect();
    assert!(names.contains(&"kubectl-client-side-apply".to_owned()), "{names:?}");
}

#[test]
fn a_finished_rollout_that_is_paused_by_hand_comes_to_rest_and_is_healthy_again_once_it_is_resumed() {
    let steps = json!([{"setWeight": 50}, {"pause": {"duration": "5s"}}]);
    let strategies =
        [json!({"canary": {}}), json!({"canary": {"steps": steps}}), json!({"blueGreen": {"activeService": "shelf"}})];
    for strategy in strategies {
        let mut scene = Scene::new("quiet");
        let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shelf", "namespace": "demo"},
            "spec": {"selector": {"app": "shelf"}, "ports": [{"port": 80}]}});
        scene.store.create(&SERVICES, service).unwrap();
        let mut object = rollout("shelf", "shop/web:1", 3);
        object["spec"]["strategy"] = strategy.clone();
        scene.store.create(&ROLLOUTS, object).unwrap();
        scene.pass(30_000);
        let seen = |scene: &Scene| scene.store.get(&ROLLOUTS, "demo", "shelf").unwrap();
        let progressing = |scene: &Scene| {
            let conditions = seen(scene)["status"]["conditions"].as_array().unwrap().clone();
            conditions.into_iter().find(|condition| condition["type"] == "Progressing").unwrap()["reason"].clone()
        };
        assert_eq!(seen(&scene)["status"]["phase"], "Healthy", "{strategy}");
        for (paused, phase, reason) in [
            (true, "Paused", "RolloutPaused"),
            (false, "Healthy", "NewReplicaSetAvailable"),
            (true, "Paused", "RolloutPaused"),
        ] {
            scene
                .store
                .modify::<Refused>(&ROLLOUTS, "demo", "shelf", Part::Main, |rollout| {
                    rollout["spec"]["paused"] = paused.into();
                    Ok(())
                })
                .unwrap();
            scene.pass(5_000);
            let at_rest = seen(&scene)["metadata"]["resourceVersion"].clone();
            assert_eq!(
                (&seen(&scene)["status"]["phase"], progressing(&scene)),
                (&json!(phase), json!(reason)),
                "{strategy}"
            );
            scene.pass(60_000);
            assert_eq!(seen(&scene)["metadata"]["resourceVersion"], at_rest, "{strategy}: it writes on and on");
        }
    }
}
