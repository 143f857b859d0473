//! The roles in `assets/rbac` are exact: with the operator's every action works, and with one verb less just those that
//! need it are refused, in words that name what is missing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "commands/fixture.rs"]
mod fixture;

use fixture::{Clusters, Ran};
use rolltop::demo::store::{ANALYSIS_RUNS, EXPERIMENTS, ROLLOUTS};
use serde_json::{Value, json};

const OPERATOR: &str = include_str!("../assets/rbac/operator.yaml");
const VIEWER: &str = include_str!("../assets/rbac/viewer.yaml");

/// A right, as the refusal names it, and the actions that need it.
const NEEDS: &[(&str, &str, &[&[&str]])] = &[
    (
        "rollouts/status",
        "patch",
        &[
            &["promote", "gradual-rollout"],
            &["promote", "gradual-rollout", "--full"],
            &["promote", "gradual-rollout", "--skip-all-steps"],
            &["abort", "gradual-rollout"],
        ],
    ),
    (
        "rollouts",
        "patch",
        &[
            &["pause", "gradual-rollout"],
            &["restart", "gradual-rollout", "--in", "1h"],
            &["undo", "gradual-rollout"],
            &["set-image", "gradual-rollout", "*=argoproj/rollouts-demo:red"],
        ],
    ),
    ("rollouts/scale", "patch", &[&["scale", "gradual-rollout", "7"]]),
    ("analysisruns", "patch", &[&["terminate", "analysisrun/lone-running"]]),
    ("analysisruns", "delete", &[&["delete-run", "lone-finished"]]),
    ("experiments", "patch", &[&["terminate", "experiment/lone-running"], &["retry", "experiment", "lone-finished"]]),
];

/// The fleet, with runs and experiments that stand by themselves, and a kubeconfig whose user has these rights.
fn granted(role: &str) -> (Clusters, String) {
    let clusters = Clusters::new("fleet", 0.0);
    let production = &clusters.running.world().clusters[2];
    // They go on for a day: the controllers must not end them before they are asked to.
    let metric = json!({"name": "later", "initialDelay": "24h", "interval": "1h",
        "provider": {"prometheus": {"address": "http://prometheus", "query": "up"}}});
    let pods =
        json!({"metadata": {"labels": {"app": "lone"}}, "spec": {"containers": [{"name": "main", "image": "lone:1"}]}});
    let template =
        json!({"name": "one", "replicas": 1, "selector": {"matchLabels": {"app": "lone"}}, "template": pods});
    let (run, experiment) = (json!({"metrics": [metric]}), json!({"templates": [template], "duration": "24h"}));
    for (kind, spec) in [(&ANALYSIS_RUNS, run), (&EXPERIMENTS, experiment)] {
        for (name, phase) in [("lone-running", "Running"), ("lone-finished", "Failed")] {
            let object = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": kind.kind, "spec": spec,
                "metadata": {"name": name, "namespace": "demo"}, "status": {"phase": phase}});
            production.store.create(kind, object).unwrap();
        }
    }
    let token = clusters.running.grant("production", role).unwrap();
    let kubeconfig = clusters.running.kubeconfig.replace("simulated-production-admin", &token);
    let kubeconfig = clusters.file("granted", &kubeconfig);
    (clusters, kubeconfig)
}

fn act(clusters: &Clusters, kubeconfig: &str, code: i32, action: &[&str]) -> Ran {
    let more = ["--kubeconfig", kubeconfig, "--channel", "production", "--yes", "--dry-run", "server"];
    clusters.expect(code, &[action, &more].concat())
}

/// The role without one verb on one resource; all else stays.
fn without(role: &str, resource: &str, verb: &str) -> String {
    let mut role: Value = serde_saphyr::from_str(role).unwrap();
    let mut rules = Vec::new();
    for rule in role["rules"].as_array().unwrap() {
        for one in rule["resources"].as_array().unwrap() {
            let verbs = rule["verbs"].as_array().unwrap();
            let verbs: Vec<&Value> = verbs.iter().filter(|kept| one != resource || **kept != verb).collect();
            rules.push(json!({"apiGroups": rule["apiGroups"], "resources": [one], "verbs": verbs}));
        }
    }
    role["rules"] = rules.into();
    serde_json::to_string(&role).unwrap()
}

#[test]
fn with_the_operator_role_every_action_works() {
    let (clusters, kubeconfig) = granted(OPERATOR);
    for (_, _, actions) in NEEDS {
        for action in *actions {
            act(&clusters, &kubeconfig, 0, action).prints("the server would take it");
        }
    }
    let told = act(&clusters, &kubeconfig, 0, &["abort", "gradual-rollout", "-o", "json"]).json();
    assert_eq!((&told["action"], &told["outcome"]), (&"abort".into(), &"dry-run".into()));
    assert!(clusters.writes().iter().all(|write| write.user == "granted" && write.status == 200));
    // And for real: what needs two of the rights, and what follows an abort.
    let real = |code: i32, action: &[&str]| {
        let more = ["--kubeconfig", &kubeconfig, "--channel", "production", "--yes"];
        clusters.expect(code, &[action, &more].concat());
    };
    real(0, &["pause", "gradual-rollout"]);
    real(1, &["pause", "gradual-rollout"]);
    real(0, &["resume", "gradual-rollout"]);
    real(0, &["terminate", "ar/lone-running"]);
    real(0, &["delete-run", "lone-finished"]);
    let production = &clusters.running.world().clusters[2].store;
    assert_eq!(production.get(&ANALYSIS_RUNS, "demo", "lone-running").unwrap()["spec"]["terminate"], true);
    assert_eq!(production.get(&ANALYSIS_RUNS, "demo", "lone-finished"), None);
    assert_eq!(production.get(&ROLLOUTS, "demo", "gradual-rollout").unwrap()["spec"]["paused"], false);
}

#[test]
fn with_one_verb_less_just_those_that_need_it_are_refused_and_told_what_is_missing() {
    for (resource, verb, actions) in NEEDS {
        let (clusters, kubeconfig) = granted(&without(OPERATOR, resource, verb));
        for action in *actions {
            let refused = act(&clusters, &kubeconfig, 5, action);
            refused.says(&format!("you may not {verb} {resource}")).says("nothing was sent").says("rolltop-operator");
            // Ready to stand below `rules:`.
            refused.says(&format!("- {{apiGroups: [argoproj.io], resources: [{resource}], verbs: [{verb}]}}"));
        }
        assert_eq!(clusters.writes(), [], "{verb} {resource}");
        let others = NEEDS.iter().filter(|(other, what, _)| (other, what) != (resource, verb));
        for (_, _, actions) in others {
            act(&clusters, &kubeconfig, 0, actions[0]);
        }
    }
}

#[test]
fn a_viewer_sees_all_of_it_and_changes_nothing() {
    let (clusters, kubeconfig) = granted(VIEWER);
    clusters.expect(0, &["get", "gradual-rollout", "--kubeconfig", &kubeconfig, "--channel", "production"]);
    for (resource, verb, actions) in NEEDS {
        for action in *actions {
            act(&clusters, &kubeconfig, 5, action).says(&format!("you may not {verb} {resource}"));
        }
    }
    assert_eq!(clusters.writes(), []);
}
