//! The roles in `assets/rbac` are exact: with the operator's every action works, and with one verb less just those that
//! need it are refused, in words that name what is missing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "commands/fixture.rs"]
mod fixture;

use fixture::{Clusters, Ran};
use rolltop::argo::feed::{Delta, DetailId, News, Order};
use rolltop::cluster::hub::{Access, Hub, Scope, Target};
use rolltop::cluster::kubeconfig;
use rolltop::demo::store::{ANALYSIS_RUNS, DEPLOYMENTS, EVENTS, EXPERIMENTS, POD_DISRUPTION_BUDGETS, ROLLOUTS, Store};
use rolltop::names::{RolloutKey, SourceId};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

const OPERATOR: &str = include_str!("../assets/rbac/operator.yaml");
const VIEWER: &str = include_str!("../assets/rbac/viewer.yaml");

/// Actions that follow each other on one cluster.
type Story = &'static [&'static [&'static str]];

/// A right, as the refusal names it, and the actions that need it.
const NEEDS: &[(&str, &str, &[Story])] = &[
    (
        "rollouts/status",
        "patch",
        &[
            &[&["promote", "gradual-rollout"]],
            &[&["promote", "gradual-rollout", "--full"]],
            &[&["promote", "gradual-rollout", "--skip-all-steps"]],
            &[&["abort", "gradual-rollout"], &["retry", "gradual-rollout"]],
        ],
    ),
    (
        "rollouts",
        "patch",
        &[
            &[&["pause", "gradual-rollout"], &["resume", "gradual-rollout"]],
            &[&["restart", "gradual-rollout", "--in", "1h"], &["undo", "gradual-rollout"]],
            &[&["set-image", "gradual-rollout", "*=argoproj/rollouts-demo:red"]],
        ],
    ),
    ("rollouts/scale", "patch", &[&[&["scale", "gradual-rollout", "7"]]]),
    ("analysisruns", "patch", &[&[&["terminate", "analysisrun/lone-running"]]]),
    ("analysisruns", "delete", &[&[&["delete-run", "lone-finished"]]]),
    (
        "experiments",
        "patch",
        &[&[&["terminate", "experiment/lone-running"], &["retry", "experiment", "lone-finished"]]],
    ),
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

/// Does something, for real, once the controllers are at rest.
fn act(clusters: &Clusters, kubeconfig: &str, code: i32, action: &[&str]) -> Ran {
    let store = production(clusters);
    let version = || store.list(&ROLLOUTS, Some("demo")).1;
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let before = version();
        // They work on the thread that answers.
        ask(&clusters.running.url);
        if version() == before {
            break;
        }
        assert!(Instant::now() < deadline, "the controllers come to no rest");
    }
    let more = ["--kubeconfig", kubeconfig, "--channel", "production", "--yes"];
    clusters.expect(code, &[action, &more].concat())
}

/// A request, whatever the answer.
fn ask(url: &str) {
    let mut server = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    server.write_all(b"GET /clusters/production/version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    assert!(server.read_to_end(&mut Vec::new()).unwrap() > 0);
}

fn production(clusters: &Clusters) -> &Store {
    &clusters.running.world().clusters[2].store
}

/// What an action changes, as it is stored; nothing: it is not there.
fn stored(clusters: &Clusters, action: &[&str]) -> Value {
    let name = action.iter().rev().find(|word| word.contains("lone") || **word == "gradual-rollout").unwrap();
    let name = name.rsplit('/').next().unwrap();
    let kind = match action[..2] {
        ["delete-run", _] => &ANALYSIS_RUNS,
        ["terminate", run] if run.starts_with("analysisrun") => &ANALYSIS_RUNS,
        ["terminate", _] | ["retry", "experiment"] => &EXPERIMENTS,
        _ => &ROLLOUTS,
    };
    production(clusters).get(kind, "demo", name).map_or(Value::Null, |object| (*object).clone())
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

/// The role without anything about a resource.
fn without_all(role: &str, resource: &str) -> String {
    ["get", "list", "watch", "create", "patch", "delete"]
        .iter()
        .fold(role.to_owned(), |role, verb| without(&role, resource, verb))
}

/// A story, for real: each action changes what is stored, by writes of this user that the server took.
fn happens(clusters: &Clusters, kubeconfig: &str, story: &[&[&str]]) {
    for action in story {
        let (before, sent) = (stored(clusters, action), clusters.writes().len());
        act(clusters, kubeconfig, 0, action).prints("the server took it");
        assert_ne!(stored(clusters, action), before, "{action:?} changed nothing");
        let writes = clusters.writes();
        assert!(writes.len() > sent, "{action:?}");
        for write in &writes[sent..] {
            let sound = write.user == "granted" && write.status == 200 && !write.path.contains("dryRun");
            assert!(sound, "{action:?}: {write:?}");
        }
    }
}

#[test]
fn with_the_operator_role_every_action_works() {
    // The first story of each right can be told on one cluster.
    let (together, kubeconfig) = granted(OPERATOR);
    for (_, _, stories) in NEEDS {
        happens(&together, &kubeconfig, stories[0]);
        for story in &stories[1..] {
            let (clusters, kubeconfig) = granted(OPERATOR);
            happens(&clusters, &kubeconfig, story);
        }
    }
}

#[test]
fn what_is_done_says_what_it_did_and_a_dry_run_does_nothing() {
    let (clusters, kubeconfig) = granted(OPERATOR);
    let before = stored(&clusters, &["abort", "gradual-rollout"]);
    let dry = ["abort", "gradual-rollout", "-o", "json", "--dry-run", "server"];
    let told = act(&clusters, &kubeconfig, 0, &dry).json();
    assert_eq!((&told["action"], &told["outcome"]), (&"abort".into(), &"dry-run".into()));
    assert_eq!(stored(&clusters, &["abort", "gradual-rollout"]), before);
    act(&clusters, &kubeconfig, 0, &["pause", "gradual-rollout"]);
    act(&clusters, &kubeconfig, 1, &["pause", "gradual-rollout"]);
    assert_eq!(stored(&clusters, &["pause", "gradual-rollout"])["spec"]["paused"], true);
    act(&clusters, &kubeconfig, 0, &["resume", "gradual-rollout"]);
    assert_ne!(stored(&clusters, &["pause", "gradual-rollout"])["spec"]["paused"], true);
    act(&clusters, &kubeconfig, 0, &["terminate", "ar/lone-running"]);
    assert_eq!(stored(&clusters, &["terminate", "analysisrun/lone-running"])["spec"]["terminate"], true);
    act(&clusters, &kubeconfig, 0, &["delete-run", "lone-finished"]);
    assert_eq!(stored(&clusters, &["delete-run", "lone-finished"]), Value::Null);
}

#[test]
fn with_one_verb_less_just_those_that_need_it_are_refused_and_told_what_is_missing() {
    for (resource, verb, stories) in NEEDS {
        let (clusters, kubeconfig) = granted(&without(OPERATOR, resource, verb));
        for story in *stories {
            let refused = act(&clusters, &kubeconfig, 5, story[0]);
            refused.says(&format!("you may not {verb} {resource}")).says("nothing was sent").says("rolltop-operator");
            // Ready to stand below `rules:`.
            refused.says(&format!("- {{apiGroups: [argoproj.io], resources: [{resource}], verbs: [{verb}]}}"));
        }
        assert_eq!(clusters.writes(), [], "{verb} {resource}");
        let others = NEEDS.iter().filter(|(other, what, _)| (other, what) != (resource, verb));
        for (_, _, stories) in others {
            happens(&clusters, &kubeconfig, &stories[0][..1]);
        }
    }
}

#[test]
fn the_template_of_a_rollout_that_refers_to_a_deployment_is_changed_there_and_needs_that_right() {
    let action = ["set-image", "orders", "*=ghcr.io/shop/orders:9.9.9", "--channel", "production", "--yes"];
    let image = |clusters: &Clusters| {
        let deployment = production(clusters).get(&DEPLOYMENTS, "demo", "orders").unwrap();
        deployment["spec"]["template"]["spec"]["containers"][0]["image"].clone()
    };
    for (role, allowed) in [(OPERATOR.to_owned(), true), (without(OPERATOR, "deployments", "patch"), false)] {
        let clusters = Clusters::new("workload", 0.0);
        let token = clusters.running.grant("production", &role).unwrap();
        let kubeconfig = clusters.running.kubeconfig.replace("simulated-production-admin", &token);
        let kubeconfig = clusters.file("granted", &kubeconfig);
        let ran = clusters.expect(if allowed { 0 } else { 5 }, &[&action[..], &["--kubeconfig", &kubeconfig]].concat());
        assert_eq!(image(&clusters) == "ghcr.io/shop/orders:9.9.9", allowed);
        if !allowed {
            ran.says("you may not patch deployments").says("nothing was sent");
            ran.says("- {apiGroups: [apps], resources: [deployments], verbs: [patch]}");
            assert_eq!(clusters.writes(), []);
        }
    }
}

#[test]
fn an_event_tells_of_a_write_where_events_may_be_created_and_else_the_write_is_done_without() {
    for (role, allowed) in [(OPERATOR.to_owned(), true), (without(OPERATOR, "events", "create"), false)] {
        let (clusters, kubeconfig) = granted(&role);
        let ran = act(&clusters, &kubeconfig, 0, &["promote", "gradual-rollout"]);
        let events = production(&clusters).list(&EVENTS, Some("demo")).0;
        assert_eq!(events.iter().any(|event| event["reason"] == "RolltopPromote"), allowed);
        assert_eq!(ran.stderr.contains("you may not create events"), !allowed, "{}", ran.stderr);
    }
}

/// What the program learns of the budgets of disruption of an opened rollout, with these rights: their names, or why not.
fn budgets(clusters: &Clusters, role: &str) -> Result<Vec<String>, String> {
    let token = clusters.running.grant("production", role).unwrap();
    let text = clusters.running.kubeconfig.replace("simulated-production-admin", &token);
    let access = Access {
        kubeconfig: kubeconfig::from_text(&text).unwrap().kubeconfig,
        timeout: Duration::from_secs(5),
        read_only: false,
    };
    let scope = Scope::Namespaces(vec!["demo".into()]);
    let target = Target { source: SourceId(0), context: "production".to_owned(), scope, selector: None };
    let (tell, news) = channel();
    let hub = Hub::start(access, vec![target], Arc::new(move |piece| drop(tell.send(piece))));
    let key = RolloutKey { source: SourceId(0), namespace: "demo".into(), name: "gradual-rollout".into() };
    let uid = stored(clusters, &["get", "gradual-rollout"])["metadata"]["uid"].as_str().unwrap().into();
    let selector = Some("app=gradual-rollout".to_owned());
    hub.order(Order::OpenDetail { detail: DetailId(1), key, uid, selector, workload: None });
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match news.recv_timeout(left).expect("something is told of the budgets") {
            News::Budgets(_, Delta::Reset(all)) => return Ok(all.iter().map(|it| it.meta.name.to_string()).collect()),
            News::DetailTrouble(_, "poddisruptionbudgets", Some(trouble)) => return Err(trouble.sentence),
            _ => {}
        }
    }
}

#[test]
fn budgets_of_disruption_are_read_with_their_rule_and_without_it_the_reason_is_told() {
    let (clusters, _) = granted(VIEWER);
    let budget = json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
        "metadata": {"name": "gradual", "namespace": "demo"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "gradual-rollout"}}}});
    production(&clusters).create(&POD_DISRUPTION_BUDGETS, budget).unwrap();
    for role in [OPERATOR, VIEWER] {
        assert_eq!(budgets(&clusters, role), Ok(vec!["gradual".to_owned()]));
        let why = budgets(&clusters, &without_all(role, "poddisruptionbudgets")).unwrap_err();
        assert!(why.contains("no right to list poddisruptionbudgets in namespace demo"), "{why}");
    }
}

#[test]
fn a_viewer_sees_all_of_it_and_changes_nothing() {
    let (clusters, kubeconfig) = granted(VIEWER);
    clusters.expect(0, &["get", "gradual-rollout", "--kubeconfig", &kubeconfig, "--channel", "production"]);
    for (resource, verb, stories) in NEEDS {
        for story in *stories {
            act(&clusters, &kubeconfig, 5, story[0]).says(&format!("you may not {verb} {resource}"));
        }
    }
    assert_eq!(clusters.writes(), []);
}
