//! Runs, experiments, autoscalers and workloads: what is done to the objects around a rollout.

use crate::client::{send, token};
use crate::stage::{NAME, Stage, block_on, canary, told};
use rolltop::argo::deed::plan::{Lone, alone};
use rolltop::argo::deed::undo::Target;
use rolltop::argo::deed::{Deed, Extent};
use rolltop::argo::feed::Answer;
use rolltop::cluster::hub::Scope;
use rolltop::demo::store::{
    ANALYSIS_RUNS, DEPLOYMENTS, EXPERIMENTS, HORIZONTAL_POD_AUTOSCALERS, Kind, Part, ROLLOUTS, Refused,
};
use serde_json::{Value, json};

/// A rollout at its pause, with runs and experiments of its own, of each other and of nobody.
fn stage() -> Stage {
    let mut stage = Stage::new(&[canary()]);
    stage.pass(20);
    stage.deed(json!({"do": "set-image", "image": "example/app:2"}));
    stage.pass(10);
    let uid = stage.rollout().meta.uid.to_string();
    let owner = |kind: &str, name: &str, uid: &str| json!([{"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "name": name, "uid": uid, "controller": true}]);
    let add = |kind: &'static Kind, name: &str, owners: Value, phase: &str| {
        let spec = if kind.plural == "experiments" { json!({"templates": []}) } else { json!({"metrics": []}) };
        let object = json!({"kind": kind.kind, "apiVersion": "argoproj.io/v1alpha1", "spec": spec, "status": {"phase": phase},
            "metadata": {"name": name, "namespace": "demo", "ownerReferences": owners}});
        stage.store.create(kind, object).unwrap()["metadata"]["uid"].as_str().unwrap().to_owned()
    };
    let ours = add(&EXPERIMENTS, "ours", owner("Rollout", NAME, &uid), "Running");
    add(&EXPERIMENTS, "over", owner("Rollout", NAME, &uid), "Failed");
    add(&EXPERIMENTS, "alone", json!([]), "Failed");
    add(&EXPERIMENTS, "alone-running", json!([]), "Running");
    add(&ANALYSIS_RUNS, "running", owner("Rollout", NAME, &uid), "Running");
    add(&ANALYSIS_RUNS, "finished", owner("Rollout", NAME, &uid), "Failed");
    add(&ANALYSIS_RUNS, "named", owner("Rollout", NAME, &uid), "Successful");
    add(&ANALYSIS_RUNS, "of-experiment", owner("Experiment", "ours", &ours), "Running");
    add(&ANALYSIS_RUNS, "lone", json!([]), "Running");
    add(&ANALYSIS_RUNS, "lone-finished", json!([]), "Error");
    stage
        .store
        .modify::<Refused>(&ROLLOUTS, "demo", NAME, Part::Status, |object| {
            object["status"]["canary"]["currentBackgroundAnalysisRunStatus"] =
                json!({"name": "named", "status": "Successful"});
            Ok(())
        })
        .unwrap();
    stage.running.requests().clear();
    stage
}

/// What was sent, or why not.
fn outcome(stage: &Stage, deed: &Deed) -> String {
    match stage.perform(deed) {
        Err(refusal) => format!("! {}", refusal.sentence()),
        Ok((_, Answer::Accepted { .. })) => stage.writes().iter().map(told).collect::<Vec<_>>().join("; "),
        Ok((_, other)) => format!("? {other:?}"),
    }
}

#[test]
fn runs_and_experiments_of_a_rollout_are_ended_and_deleted_where_that_means_something() {
    let end = r#"{"spec":{"terminate":true}}"#;
    let run = |name: &str| Deed::TerminateRun { name: name.into() };
    let experiment = |name: &str| Deed::TerminateExperiment { name: name.into() };
    let delete = |name: &str| Deed::DeleteRun { name: name.into() };
    let retry = |name: &str| Deed::RetryExperiment { name: name.into() };
    for (deed, expected) in [
        (run("running"), format!("PATCH analysisruns/running {end}")),
        (run("of-experiment"), format!("PATCH analysisruns/of-experiment {end}")),
        (run("finished"), "! the AnalysisRun is finished already (Failed)".into()),
        (run("lone"), "! no AnalysisRun is called lone".into()),
        (run("nothing"), "! no AnalysisRun is called nothing".into()),
        (experiment("ours"), format!("PATCH experiments/ours {end}")),
        (experiment("over"), "! the Experiment is finished already (Failed)".into()),
        (delete("finished"), r#"DELETE analysisruns/finished {"propagationPolicy":"Background"}"#.into()),
        (delete("running"), "! the AnalysisRun is not finished: terminate it, or wait".into()),
        (delete("named"), "! the rollout still refers to this AnalysisRun: wait until the update goes on".into()),
        (retry("over"), "! the experiment belongs to a rollout: retry the rollout".into()),
        (retry("alone"), r#"PATCH experiments/alone {"status":null}"#.into()),
        (retry("alone-running"), "! the Experiment is not finished: terminate it, or wait".into()),
    ] {
        assert_eq!(outcome(&stage(), &deed), expected, "{deed:?}");
    }
}

#[test]
fn what_no_rollout_owns_is_decided_on_by_itself_and_written_once() {
    let run = |name: &str| Deed::TerminateRun { name: name.into() };
    for (deed, expected) in [
        (run("lone"), r#"PATCH analysisruns/lone {"spec":{"terminate":true}}"#),
        (run("lone-finished"), "! the AnalysisRun is finished already (Error)"),
        (
            Deed::DeleteRun { name: "lone-finished".into() },
            r#"DELETE analysisruns/lone-finished {"propagationPolicy":"Background"}"#,
        ),
        (Deed::DeleteRun { name: "lone".into() }, "! the AnalysisRun is not finished: terminate it, or wait"),
        (
            Deed::TerminateExperiment { name: "alone-running".into() },
            r#"PATCH experiments/alone-running {"spec":{"terminate":true}}"#,
        ),
        (Deed::RetryExperiment { name: "alone".into() }, r#"PATCH experiments/alone {"status":null}"#),
    ] {
        let stage = stage();
        let now = stage.driver.world().clock.now();
        let found = block_on(async {
            let connection = stage.connect("").await;
            let plan = match &deed {
                Deed::TerminateRun { name } | Deed::DeleteRun { name } => {
                    let runs = connection.runs_named(&Scope::All, name).await.unwrap();
                    assert_eq!(connection.rollout_of(&runs[0].meta).await.unwrap(), None);
                    alone(&deed, Lone::Run(&runs[0]), now)
                }
                Deed::TerminateExperiment { name } | Deed::RetryExperiment { name } => {
                    let all = connection.experiments_named(&Scope::All, name).await.unwrap();
                    alone(&deed, Lone::Experiment(&all[0]), now)
                }
                other => panic!("{other:?}"),
            };
            let plan = match plan {
                Ok(plan) => plan,
                Err(refusal) => return format!("! {}", refusal.sentence()),
            };
            let answer = stage.send(&connection, &plan).await;
            assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
            let Answer::Moved { sentence } = stage.send(&connection, &plan).await else {
                // A patch that changes nothing more leaves the version as it is: it is taken, and changes nothing.
                panic!("{deed:?} was taken twice")
            };
            assert!(sentence.starts_with("nothing was done: the "), "{sentence}");
            told(&stage.writes()[0])
        });
        assert_eq!(found, expected, "{deed:?}");
    }
}

#[test]
fn a_run_is_ended_whatever_its_rollout_does_meanwhile() {
    let mut stage = stage();
    let deed = Deed::TerminateRun { name: "running".into() };
    block_on(async {
        let connection = stage.connect("").await;
        let plan = stage.decide(&connection, &deed).await.unwrap();
        stage.deed(json!({"do": "patch", "patch": {"spec": {"minReadySeconds": 1}}}));
        let answer = stage.send(&connection, &plan).await;
        assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
    });
    assert_eq!(stage.store.get(&ANALYSIS_RUNS, "demo", "running").unwrap()["spec"]["terminate"], true);
}

#[test]
fn an_autoscaler_keeps_the_number_of_pods_and_one_of_another_rollout_does_not() {
    let hpa = |target: &str| {
        json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "hpa", "namespace": "demo"},
            "spec": {"minReplicas": 2, "maxReplicas": 9,
                "scaleTargetRef": {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": target}}})
    };
    for (target, expected) in [
        (NAME, "! the HorizontalPodAutoscaler hpa keeps it between 2 and 9"),
        ("other", r#"PATCH rollouts/web/scale {"spec":{"replicas":6}}"#),
    ] {
        let mut stage = Stage::new(&[canary()]);
        stage.pass(20);
        stage.store.create(&HORIZONTAL_POD_AUTOSCALERS, hpa(target)).unwrap();
        stage.running.requests().clear();
        let found = outcome(&stage, &Deed::Scale { replicas: 6 });
        assert!(found.starts_with(expected), "{found}");
    }
    let mut stage = Stage::new(&[canary()]);
    stage.pass(20);
    assert_eq!(outcome(&stage, &Deed::Scale { replicas: 4 }), "! 4 pods are wanted already");
    assert_eq!(outcome(&stage, &Deed::Scale { replicas: -1 }), "! -1 is no number of pods");
}

#[test]
fn the_template_of_a_workload_is_written_in_the_workload() {
    let mut rollout = canary();
    let template = rollout["spec"].as_object_mut().unwrap().remove("template").unwrap();
    rollout["spec"]["workloadRef"] = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "base"});
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "base", "namespace": "demo"},
        "spec": {"replicas": 0, "selector": {"matchLabels": {"app": NAME}}, "template": template}});
    let mut stage = Stage::new(&[]);
    // Through the server, which fills in what every stored Deployment has.
    let token = format!("Bearer {}", token(&stage.running, "test-admin"));
    let headers = [("Authorization", &*token), ("Content-Type", "application/json")];
    let path = "/clusters/test/apis/apps/v1/namespaces/demo/deployments";
    let made = send(&stage.running.url, "POST", path, &headers, deployment.to_string().as_bytes()).unwrap();
    assert_eq!(made.status, 201, "{}", made.body);
    stage.deed(json!({"do": "apply", "manifest": rollout}));
    stage.pass(30);
    stage.running.requests().clear();
    let found = outcome(&stage, &Deed::set_image("app", "example/app:2"));
    assert_eq!(
        found,
        r#"PATCH deployments/base [{"op":"test","path":"/spec/template/spec/containers/1/name","value":"app"},{"op":"replace","path":"/spec/template/spec/containers/1/image","value":"example/app:2"}]"#
    );
    stage.pass(10);
    assert_eq!(stage.stands(), "Paused 1");
    stage.running.requests().clear();
    assert!(
        outcome(&stage, &Deed::Undo(Target::Back))
            .starts_with("PATCH deployments/base [{\"op\":\"replace\",\"path\":\"/spec/template\"")
    );
    stage.pass(10);
    let image = stage.store.get(&DEPLOYMENTS, "demo", "base").unwrap();
    assert_eq!(image.pointer("/spec/template/spec/containers/1/image").unwrap(), "example/app:1");
    let found = outcome(&stage, &Deed::Promote(Extent::Pause));
    assert!(found.starts_with("! nothing to promote"), "{found}");
}
