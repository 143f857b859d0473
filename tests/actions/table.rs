//! The table: each deed in each state.

use crate::stage::{Stage, blue_green, canary, told};
use rolltop::argo::deed::reaction::Reaction;
use rolltop::argo::deed::undo::Target;
use rolltop::argo::deed::{Deed, Extent};
use rolltop::argo::feed::Answer;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A rollout in a state that was come to by what people and controllers do.
fn state(name: &str) -> Stage {
    let image = |tag: &str| json!({"do": "set-image", "image": format!("example/app:{tag}")});
    let hung = json!({"do": "unready-image", "image": "example/app:2"});
    let mut stage = match name {
        "first" => {
            let mut stage = Stage::new(&[]);
            stage.deed(json!({"do": "unready-image", "image": "example/app:1"}));
            stage.deed(json!({"do": "apply", "manifest": canary()}));
            stage.pass(5);
            return stage;
        }
        _ if name.starts_with("blue-green") => Stage::new(&blue_green()),
        _ => Stage::new(&[canary()]),
    };
    stage.pass(20);
    assert_eq!(stage.rollout().status.phase.as_deref(), Some("Healthy"), "{name}");
    let update = |stage: &mut Stage| {
        stage.deed(image("2"));
        stage.pass(10);
    };
    match name {
        "healthy" => {}
        "at pause" | "blue-green waiting" => update(&mut stage),
        "running" | "blue-green starting" => {
            stage.deed(hung);
            update(&mut stage);
        }
        "by hand" => {
            stage.deed(hung);
            update(&mut stage);
            stage.act("pause");
            stage.pass(2);
        }
        "at pause by hand" => {
            update(&mut stage);
            stage.act("pause");
            stage.pass(2);
        }
        "timed pause" => {
            update(&mut stage);
            stage.act("promote");
            stage.pass(10);
        }
        "unpausing" => {
            update(&mut stage);
            stage.act("promote");
        }
        "not observed" => stage.deed(image("2")),
        "aborted" => {
            update(&mut stage);
            stage.act("abort");
            stage.pass(5);
        }
        "full" => {
            stage.deed(hung);
            update(&mut stage);
            stage.act("promote-full");
            stage.pass(2);
        }
        other => panic!("{other}"),
    }
    stage.running.requests().clear();
    stage
}

fn deeds() -> [(&'static str, Deed); 12] {
    [
        ("promote", Deed::Promote(Extent::Pause)),
        ("skip-step", Deed::Promote(Extent::Step)),
        ("skip-all-steps", Deed::Promote(Extent::AllSteps)),
        ("promote-full", Deed::Promote(Extent::Full)),
        ("abort", Deed::Abort),
        ("retry", Deed::Retry),
        ("pause", Deed::Pause),
        ("resume", Deed::Resume),
        ("restart", Deed::Restart { at: "2026-01-12T02:30:00Z".parse().unwrap() }),
        ("undo", Deed::Undo(Target::Back)),
        ("set-image", Deed::set_image("app", "example/app:3")),
        ("scale", Deed::Scale { replicas: 5 }),
    ]
}

/// A request in short, for the eye.
fn short(request: &str) -> String {
    const WEB: &str = "PATCH rollouts/web";
    let Some(rest) = request.strip_prefix(WEB) else { return request.to_owned() };
    let (sub, body) = rest.split_once(' ').unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    match body {
        Value::Object(fields) if fields.len() == 1 => {
            let (at, fields) = fields.iter().next().unwrap();
            assert!(sub == format!("/{at}") || at == "spec" && (sub.is_empty() || sub == "/scale"), "{request}");
            format!("{at}{} {fields}", if sub == "/scale" { "/scale" } else { "" })
        }
        Value::Array(operations) => {
            let name = |operation: &Value| {
                let value = &operation["value"];
                let value = value.pointer("/spec/containers/1/image").unwrap_or(value);
                format!("{} {} {value}", operation["op"].as_str().unwrap(), operation["path"].as_str().unwrap())
            };
            operations.iter().map(name).collect::<Vec<_>>().join(", ")
        }
        other => panic!("{other}"),
    }
}

/// What happened, in one line: what was sent and how it stands ten seconds later; or why nothing was sent.
fn line(name: &str, deed: &Deed) -> String {
    let mut stage = state(name);
    let before = stage.raw();
    match stage.perform(deed) {
        Err(refusal) => {
            assert_eq!(stage.writes(), [], "{name}");
            assert_eq!(stage.raw(), before, "{name}");
            format!("! {}", refusal.sentence())
        }
        Ok((plan, answer)) => {
            assert!(matches!(answer, Answer::Accepted { .. }), "{name} {}: {answer:?}", deed.verb());
            let sent: Vec<String> = stage.writes().iter().map(|logged| short(&told(logged))).collect();
            let first: Value = serde_json::from_str(&stage.writes()[0].body).unwrap();
            let version = first.pointer("/metadata/resourceVersion").or(first.pointer("/0/value")).unwrap();
            assert_eq!(version, &before["metadata"]["resourceVersion"], "{name}: bound to what was seen");
            stage.pass(10);
            let became = match stage.reaction(&plan) {
                Reaction::Waiting => "waiting",
                Reaction::UnderWay(_) => "under way",
                Reaction::Done(_) => "done",
                Reaction::Overtaken(_) => "overtaken",
            };
            format!("{} => {} ({became})", sent.join("; "), stage.stands())
        }
    }
}

const STATES: [&str; 13] = [
    "healthy",
    "running",
    "at pause",
    "by hand",
    "at pause by hand",
    "timed pause",
    "unpausing",
    "not observed",
    "aborted",
    "full",
    "first",
    "blue-green waiting",
    "blue-green starting",
];

#[test]
fn every_deed_in_every_state_sends_what_it_should_and_the_controller_follows_or_it_says_why_not() {
    let mut found = String::new();
    for name in STATES {
        writeln!(found, "{name}").unwrap();
        for (verb, deed) in deeds() {
            writeln!(found, "  {verb:<15} {}", line(name, &deed)).unwrap();
        }
    }
    let expected = include_str!("table.txt");
    for (at, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "line {} of tests/actions/table.txt", at + 1);
    }
    assert_eq!(found.lines().count(), expected.lines().count(), "{found}");
}

/// The writes of a command of the plugin, as recorded against a real server.
fn recorded(command: &str) -> Vec<Value> {
    let all = include_str!("../data/plugin-requests.jsonl").lines();
    let mut all = all.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let found = all.find(|one| one["command"] == command).unwrap_or_else(|| panic!("{command} is not recorded"));
    found["requests"].as_array().unwrap().clone()
}

#[test]
fn the_requests_are_those_of_the_plugin_and_the_version_that_was_seen() {
    for (name, deed, command) in [
        ("at pause", Deed::Promote(Extent::Pause), "argo rollouts promote web   (paused at step 1)"),
        ("at pause by hand", Deed::Promote(Extent::Pause), "argo rollouts promote web   (paused by step and by spec)"),
        ("running", Deed::Pause, "argo rollouts pause web"),
        ("running", Deed::Abort, "argo rollouts abort web"),
        ("aborted", Deed::Retry, "argo rollouts retry rollout web"),
        ("at pause", Deed::Promote(Extent::Full), "argo rollouts promote web --full"),
        ("running", Deed::Promote(Extent::AllSteps), "argo rollouts promote web --skip-all-steps"),
        ("healthy", Deed::Restart { at: "2026-11-24T00:55:37Z".parse().unwrap() }, "argo rollouts restart web"),
        ("healthy", Deed::Scale { replicas: 3 }, "kubectl scale rollout web --replicas=3"),
    ] {
        let stage = state(name);
        let (_, answer) = stage.perform(&deed).unwrap();
        assert!(matches!(answer, Answer::Accepted { .. }), "{name}: {answer:?}");
        let expected: Vec<String> = recorded(command)
            .iter()
            .map(|request| {
                let path = request["path"].as_str().unwrap().rsplit_once("/namespaces/reqs/").unwrap().1;
                format!("{} {path} {}", request["method"].as_str().unwrap(), request["body"])
            })
            .collect();
        assert_eq!(stage.writes().iter().map(told).collect::<Vec<_>>(), expected, "{command}");
    }
    // The deprecated flag leaves the pause conditions alone, of which a running step has none; its field is the same.
    let flag = &recorded("argo rollouts promote web --skip-current-step")[0];
    let stage = state("running");
    let before = stage.raw()["status"]["currentStepIndex"].as_i64().unwrap_or(0);
    stage.perform(&Deed::Promote(Extent::Step)).unwrap();
    let sent: Value = serde_json::from_str(&stage.writes()[0].body).unwrap();
    assert!(flag["path"].as_str().unwrap().ends_with("/rollouts/web/status"), "{flag}");
    assert!(stage.writes()[0].path.contains("/rollouts/web/status?"), "{:?}", stage.writes());
    let field = |body: &Value| body["status"]["currentStepIndex"].as_i64();
    assert_eq!((field(&flag["body"]), field(&sent)), (Some(2), Some(before + 1)));
    // Undo: the same operation on the same place.
    let undo = &recorded("argo rollouts undo web")[0]["body"][0];
    let stage = state("at pause");
    stage.perform(&Deed::Undo(Target::Back)).unwrap();
    let sent: Value = serde_json::from_str(&stage.writes()[0].body).unwrap();
    assert_eq!((&sent[1]["op"], &sent[1]["path"]), (&undo["op"], &undo["path"]));
    let keys = |value: &Value| value["value"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&sent[1]), keys(undo));
}
