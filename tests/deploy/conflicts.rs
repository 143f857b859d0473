//! Fields of others: told with their managers, and taken over only when that is asked for.

use crate::scene::{Scene, image};
use serde_json::{Value, json};

/// Somebody sets an image, as `kubectl argo rollouts set image` does.
fn set_image(scene: &Scene, image: &str) {
    let mut containers = scene.object("rollouts", "fresh")["spec"]["template"]["spec"]["containers"].clone();
    containers[0]["image"] = image.into();
    let patch = json!({"spec": {"template": {"spec": {"containers": containers}}}});
    let path = "/apis/argoproj.io/v1alpha1/namespaces/demo/rollouts/fresh?fieldManager=kubectl-argo-rollouts";
    let answer = scene.send("PATCH", path, "application/merge-patch+json", &patch);
    assert_eq!(answer["kind"], "Rollout", "{answer}");
}

#[test]
fn an_image_that_another_set_is_a_conflict_until_it_is_taken_over() {
    let scene = Scene::new(0.0);
    scene.deploy(0, &[]);
    set_image(&scene, "argoproj/rollouts-demo:red");
    let plan = scene.diff(3, &["-o", "json"]).json();
    let rollout = &plan["objects"][2];
    assert_eq!(rollout["verdict"], "conflict");
    let conflict = &rollout["conflicts"][0];
    assert_eq!(conflict["field"], ".spec.template.spec.containers[name=\"fresh\"].image");
    assert_eq!(conflict["manager"], "kubectl-argo-rollouts");
    assert_eq!(
        (&conflict["live"], &conflict["ours"]),
        (&json!("argoproj/rollouts-demo:red"), &json!("argoproj/rollouts-demo:blue"))
    );
    assert!(conflict["since"].is_string());
    let before = scene.writes().len();
    scene
        .deploy(1, &[])
        .says("fields that others own would change")
        .says("--force-conflicts")
        .says("nothing was applied");
    assert_eq!(scene.writes().len(), before);
    assert_eq!(image(&scene.object("rollouts", "fresh")), "argoproj/rollouts-demo:red");
    scene.deploy(0, &["--force-conflicts"]);
    assert_eq!(image(&scene.object("rollouts", "fresh")), "argoproj/rollouts-demo:blue");
    let forced: Vec<bool> = scene.sent()[before..].iter().map(|logged| logged.path.contains("force=true")).collect();
    assert_eq!(forced, [true]);
    scene.deploy(0, &[]).prints("nothing to do");
}

#[test]
fn an_image_that_rolltop_set_itself_is_taken_over_with_a_notice() {
    let scene = Scene::new(0.0);
    scene.deploy(0, &[]);
    scene.clusters.expect(0, &["set-image", "fresh", "*=argoproj/rollouts-demo:red", "--channel", "test", "--yes"]);
    scene.deploy(0, &[]).prints("rolltop's own patches");
    assert_eq!(image(&scene.object("rollouts", "fresh")), "argoproj/rollouts-demo:blue");
}

#[test]
fn a_deploy_on_something_else_than_the_plan_showed_is_not_sent() {
    // Between the plan and the write somebody else is faster: the read before the write shows it.
    let scene = Scene::new(0.0);
    scene.deploy(0, &[]);
    scene.edit("rollout.yaml", ":blue", ":yellow");
    scene.faults("test:patch/services?dry=1500ms");
    std::thread::scope(|threads| {
        let other = threads.spawn(|| {
            // The dry run of the services is held up; the rollout was read before it.
            let dry = |logged: &rolltop::demo::http::record::Logged| {
                logged.path.contains("rollouts/fresh") && logged.path.contains("dryRun")
            };
            let seen = scene.clusters.requests().len();
            let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
            while !scene.clusters.requests()[seen..].iter().any(dry) {
                assert!(std::time::Instant::now() < deadline, "the plan was made");
                std::thread::yield_now();
            }
            set_image(&scene, "argoproj/rollouts-demo:red");
        });
        let told = scene.deploy(1, &[]);
        other.join().unwrap();
        told.says("was changed since the plan was made (by kubectl argo rollouts").says("it was not written");
    });
    assert_eq!(image(&scene.object("rollouts", "fresh")), "argoproj/rollouts-demo:red");
    assert_eq!(scene.writes().len(), 3);
}

#[test]
fn another_deployer_is_told() {
    let scene = Scene::new(0.0);
    scene.deploy(0, &[]);
    let patch = json!({"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "x"}}});
    let path = "/api/v1/namespaces/demo/services/fresh?fieldManager=argocd-controller";
    let answer: Value = scene.send("PATCH", path, "application/merge-patch+json", &patch);
    assert_eq!(answer["kind"], "Service");
    scene.diff(0, &[]).prints("Argo CD deploys it as well");
}
