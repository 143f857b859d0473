//! The log as a file: what stands in it, what it hides, what it refuses.

use super::file::numbered;
use super::*;
use crate::argo::deed::plan::{Body, Facts, Object, Request, plan};
use crate::argo::deed::{Deed, Extent};
use crate::argo::feed::{Trouble, TroubleKind};
use crate::argo::picture::Children;
use crate::argo::rollout::Rollout;
use serde_json::{Value, json};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

fn promote() -> Plan {
    let rollout: Rollout = serde_json::from_value(json!({
        "metadata": {"name": "checkout", "namespace": "shop", "uid": "uid-1", "resourceVersion": "41", "generation": 2},
        "spec": {"replicas": 5, "strategy": {"canary": {"steps": [{"setWeight": 20}, {"pause": {}}, {"setWeight": 60}]}}},
        "status": {"observedGeneration": "2", "currentPodHash": "new", "stableRS": "old", "currentStepIndex": 1,
            "phase": "Paused", "controllerPause": true,
            "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-03-01T13:50:00Z"}]}
    }))
    .unwrap();
    let facts =
        Facts { rollout: &rollout, children: Children::default(), now: "2026-03-01T14:00:00Z".parse().unwrap() };
    plan(&Deed::Promote(Extent::Pause), facts).unwrap()
}

fn who() -> Who {
    Who { user: "ana".to_owned(), user_id: 1_000, host: "bastion".to_owned() }
}

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("state/rolltop")
    }

    fn file(&self) -> PathBuf {
        path(&self.folder())
    }

    fn audit(&self, need: Need, limits: Limits) -> Audit {
        Audit::open(Some(&self.folder()), who(), need, limits)
    }

    fn lines(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.file()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn write(audit: &mut Audit, plan: &Plan, reason: &str, answer: &Answer) -> Option<String> {
    let namespace = "shop".into();
    let attempt = Attempt {
        from: From::Ui,
        channel: "production",
        cluster: "prod-eu",
        context: "prod-eu-admin",
        namespace: &namespace,
        name: "checkout",
        plan,
        reason,
        dry_run: false,
    };
    let begun = audit.before(&attempt).unwrap();
    let after = audit.after(begun.entry, answer);
    begun.trouble.or(after)
}

fn accepted() -> Answer {
    Answer::Accepted { resource_version: "42".into() }
}

fn trouble(sentence: &str) -> Trouble {
    Trouble { kind: TroubleKind::Forbidden, sentence: sentence.to_owned(), hint: None, raw: String::new() }
}

#[test]
fn a_write_leaves_a_line_before_it_and_one_after_it_joined_by_an_id() {
    let place = Place::new();
    let mut audit = place.audit(Need::Wished, Limits::default());
    assert_eq!(write(&mut audit, &promote(), "looks good", &accepted()), None);
    let lines = place.lines();
    let [before, after] = lines.as_slice() else { panic!("two lines: {lines:?}") };
    assert_eq!((&before["phase"], &after["phase"]), (&json!("before"), &json!("after")));
    assert!(before["id"].is_string() && before["id"] == after["id"]);
    for (field, value) in [
        ("user", "ana"),
        ("host", "bastion"),
        ("from", "ui"),
        ("channel", "production"),
        ("cluster", "prod-eu"),
        ("context", "prod-eu-admin"),
        ("namespace", "shop"),
        ("rollout", "checkout"),
        ("object", "Rollout/checkout"),
        ("action", "promote"),
    ] {
        assert_eq!((&before[field], &after[field]), (&json!(value), &json!(value)), "{field}");
    }
    assert_eq!((&before["resourceVersion"], &before["uid"]), (&json!("41"), &json!("uid-1")));
    assert_eq!(before["reason"], "looks good");
    assert_eq!(before["requests"][0]["method"], "PATCH");
    assert_eq!(before["requests"][0]["path"], "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/checkout/status");
    assert_eq!(before["requests"][0]["body"], json!({"status": {"pauseConditions": null}}));
    assert!(before["fallback"]["path"].as_str().unwrap().ends_with("/rollouts/checkout"));
    assert_eq!((&after["outcome"], &after["resourceVersion"]), (&json!("accepted"), &json!("42")));
    assert!(after["durationMs"].is_u64());
    for line in [before, after] {
        line["time"].as_str().unwrap().parse::<Timestamp>().unwrap();
    }
}

#[test]
fn the_line_before_stands_in_the_file_before_anything_is_sent() {
    let place = Place::new();
    let mut audit = place.audit(Need::Wished, Limits::default());
    let (namespace, plan) = ("shop".into(), promote());
    let attempt = Attempt {
        from: From::Command,
        channel: "test",
        cluster: "test",
        context: "test",
        namespace: &namespace,
        name: "checkout",
        plan: &plan,
        reason: "",
        dry_run: true,
    };
    let begun = audit.before(&attempt).unwrap();
    let lines = place.lines();
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0]["dryRun"], &lines[0]["from"]), (&json!(true), &json!("command")));
    audit.unanswered(begun.entry);
    assert_eq!(place.lines()[1]["outcome"], "unanswered");
}

#[test]
fn every_way_to_end_has_its_word() {
    let place = Place::new();
    let mut audit = place.audit(Need::Wished, Limits::default());
    let table = [
        (accepted(), "accepted", ""),
        (Answer::Moved { sentence: "step 2/4".to_owned() }, "moved", "step 2/4"),
        (Answer::Refused(trouble("you may not")), "refused", "you may not"),
        (Answer::Partly { done: "half".to_owned(), trouble: trouble("no") }, "partly", "half; then: no"),
        (Answer::Unknown(trouble("no answer")), "unknown", "no answer"),
    ];
    for (answer, outcome, message) in table {
        write(&mut audit, &promote(), "", &answer);
        let last = place.lines().pop().unwrap();
        assert_eq!((&last["outcome"], last["message"].as_str().unwrap_or_default()), (&json!(outcome), message));
    }
    let read = read::newest(&place.file(), 10).unwrap();
    let outcomes: Vec<_> = read.records.iter().map(|record| record.outcome().to_owned()).collect();
    assert_eq!(outcomes, ["unknown", "partly", "refused", "moved", "accepted"]);
}

#[test]
fn what_is_secret_in_a_body_an_answer_or_a_reason_is_not_written() {
    let place = Place::new();
    let mut audit = place.audit(Need::Wished, Limits::default());
    let mut plan = promote();
    let env = json!([{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "MODE", "value": "fast"}]);
    plan.requests = vec![Request {
        object: Object::Workload("Deployment".into(), "web".into()),
        subresource: None,
        body: Body::Json(json!([{"op": "replace", "path": "/spec/template/spec/containers/0/env", "value": env}])),
    }];
    let answer = Answer::Refused(trouble("GET https://bob:hunter2@proxy/ failed, Authorization: Bearer hunter2"));
    write(&mut audit, &plan, "password=hunter2 \u{1b}[31m", &answer);
    let text = std::fs::read_to_string(place.file()).unwrap();
    assert!(!text.contains("hunter2") && !text.contains("\\u001b"), "{text}");
    assert!(text.contains("fast"), "{text}");
}

#[test]
fn only_the_user_reads_the_log_and_its_folder() {
    let place = Place::new();
    write(&mut place.audit(Need::Wished, Limits::default()), &promote(), "", &accepted());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.file()), 0o600);
    assert_eq!(mode(&place.folder()), 0o700);
}

#[test]
fn a_large_log_is_begun_anew_and_so_many_are_kept() {
    let place = Place::new();
    let mut audit = place.audit(Need::Wished, Limits { large: 3_000, keep: 2 });
    for number in 0..12 {
        write(&mut audit, &promote(), &format!("number {number}"), &accepted());
    }
    let there = |number| numbered(&place.file(), number).exists();
    assert!(there(0) && there(1) && there(2) && !there(3));
    for number in 0..3 {
        let size = std::fs::metadata(numbered(&place.file(), number)).unwrap().len();
        assert!(size < 3_000 + 2_000, "{number}: {size}");
    }
    let read = read::newest(&place.file(), 3).unwrap();
    let reasons: Vec<_> = read.records.iter().map(|record| record.text("reason").to_owned()).collect();
    assert_eq!(reasons, ["number 11", "number 10", "number 9"]);
    assert!(read.records.iter().all(|record| record.outcome() == "accepted"));
}

#[test]
fn a_link_a_log_that_others_may_write_and_a_folder_in_its_place_are_refused_in_words_once() {
    type Trap = (fn(&Place), &'static str);
    let traps: [Trap; 3] = [
        (
            |place| {
                let elsewhere = place.0.path().join("elsewhere");
                std::fs::write(&elsewhere, "").unwrap();
                std::os::unix::fs::symlink(elsewhere, place.file()).unwrap();
            },
            "symbolic link",
        ),
        (
            |place| {
                std::fs::write(place.file(), "").unwrap();
                std::fs::set_permissions(place.file(), Permissions::from_mode(0o666)).unwrap();
            },
            "others may write it (mode 666)",
        ),
        (|place| std::fs::create_dir(place.file()).unwrap(), "audit.jsonl"),
    ];
    for (set, words) in traps {
        let place = Place::new();
        std::fs::create_dir_all(place.folder()).unwrap();
        set(&place);
        let mut audit = place.audit(Need::Wished, Limits::default());
        let said = write(&mut audit, &promote(), "", &accepted()).unwrap();
        assert!(said.contains("the audit log cannot be written") && said.contains(words), "{said}");
        assert_eq!(write(&mut audit, &promote(), "", &accepted()), None, "said once");
    }
}

#[test]
fn a_link_does_not_lead_a_line_into_another_file() {
    let place = Place::new();
    std::fs::create_dir_all(place.folder()).unwrap();
    let elsewhere = place.0.path().join("elsewhere");
    std::os::unix::fs::symlink(&elsewhere, place.file()).unwrap();
    write(&mut place.audit(Need::Wished, Limits::default()), &promote(), "", &accepted());
    assert!(!elsewhere.exists());
}

#[test]
fn a_required_log_that_cannot_be_written_stops_every_write() {
    let namespace = "shop".into();
    let plan = promote();
    let attempt = Attempt {
        from: From::Ui,
        channel: "production",
        cluster: "prod-eu",
        context: "prod-eu",
        namespace: &namespace,
        name: "checkout",
        plan: &plan,
        reason: "",
        dry_run: false,
    };
    let mut audit = Audit::open(None, who(), Need::Required, Limits::default());
    for _ in 0..2 {
        let why = audit.before(&attempt).unwrap_err();
        assert!(why.contains("nothing was sent") && why.contains("XDG_STATE_HOME"), "{why}");
    }
    assert!(Audit::open(None, who(), Need::Wished, Limits::default()).before(&attempt).is_ok());
}

#[test]
fn two_processes_write_whole_lines_into_one_log_while_it_rotates() {
    let place = Place::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut audit = place.audit(Need::Wished, Limits { large: 20_000, keep: 50 });
                for _ in 0..25 {
                    assert_eq!(write(&mut audit, &promote(), "", &accepted()), None);
                }
            });
        }
    });
    let read = read::newest(&place.file(), 1_000).unwrap();
    assert_eq!(read.unreadable, 0);
    assert_eq!(read.records.iter().filter(|record| record.before.is_some() && record.after.is_some()).count(), 100);
}

#[test]
fn a_log_that_is_not_there_yet_is_empty_and_a_line_of_another_hand_is_counted() {
    let place = Place::new();
    assert_eq!(read::newest(&place.file(), 10).unwrap(), read::Records::default());
    write(&mut place.audit(Need::Wished, Limits::default()), &promote(), "", &accepted());
    let text = std::fs::read_to_string(place.file()).unwrap();
    std::fs::write(place.file(), format!("not ours\n{text}")).unwrap();
    let read = read::newest(&place.file(), 10).unwrap();
    assert_eq!((read.records.len(), read.unreadable), (1, 1));
    let words = read.words(&place.file()).join("\n");
    assert!(words.contains("promote Rollout/checkout in production (prod-eu/shop): accepted"), "{words}");
    assert!(words.contains("ana@bastion") && words.contains("1 lines could not be read"), "{words}");
}
