//! What stands around a deed is told in its dialog: times that the channel's protections do not allow, and budgets that hold up a restart.

use crate::app::effect::Effect;
use crate::app::model::{Dialog, Mark};
use crate::app::testing::*;
use crate::argo::feed::{Delta, DetailId, News, Order, TroubleKind};
use crate::argo::rollout::Rollout;
use crate::config::times;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;

/// Production with this protection; the dialog that a key opens.
fn evidence(protection: &str, key: &str) -> Vec<(Mark, String)> {
    let file = format!("[[release_channels]]\nprotections = [\"quiet\"]\n[protections.quiet]\n{protection}");
    let mut with = setup();
    with.settings.channels[2].allowed_times = times::of_channel(&file.parse().unwrap(), 0);
    let mut script = Script::new(with);
    script.live(TEST, vec![healthy("checkout", 1)]);
    script.live(STAGING, vec![healthy("checkout", 1)]);
    script.live(PRODUCTION, vec![paused("checkout", 1)]);
    script.wait(2);
    script.on_checkout().keys(key).wait(1);
    match script.model().dialog {
        Some(Dialog::Write(dialog)) => dialog.evidence,
        other => panic!("no dialog but {other:?}"),
    }
}

fn told(evidence: &[(Mark, String)]) -> Vec<(Mark, &str)> {
    let lines = evidence.iter().filter(|(_, words)| words.starts_with("protection"));
    lines.map(|(mark, words)| (*mark, words.as_str())).collect()
}

// The tests begin on 2026-03-01, a Sunday, at 14:00.
const CLOSED: &str = r#"allowed_times = { windows = [{ days = "mon-fri" }] }"#;

#[test]
fn a_protection_that_is_closed_now_is_a_warning_before_a_promote() {
    let evidence = evidence(CLOSED, "p");
    let expected = "protection quiet is closed now: outside of its times (mon-fri UTC)";
    assert_eq!(told(&evidence), [(Mark::Attention, expected)]);
}

#[test]
fn a_freeze_says_until_when_and_why() {
    let frozen = r#"allowed_times = { windows = [{}], freezes = [{ from = "2026-02-28", to = "2026-03-02", reason = "audit" }] }"#;
    let evidence = evidence(frozen, "p");
    let expected = "protection quiet is closed now: freeze until 2026-03-03 00:00 UTC: audit";
    assert_eq!(told(&evidence), [(Mark::Attention, expected)]);
}

#[test]
fn what_cannot_be_read_is_said_to_be_unknown() {
    let evidence = evidence(r#"allowed_times = { windows = [{ days = "mo-fr" }] }"#, "p");
    assert!(
        matches!(told(&evidence).as_slice(), [(Mark::Unknown, words)] if words.contains("is not known: \"mo\" is no day"))
    );
}

#[test]
fn nothing_is_said_where_it_is_open_for_another_moment_or_about_a_brake() {
    for (protection, key) in [
        (r#"allowed_times = { windows = [{ days = "sun" }] }"#, "p"),
        (concat!(r#"lifecycle = ["deploy"]"#, "\n", r#"allowed_times = { windows = [{ days = "mon" }] }"#), "p"),
        (CLOSED, "a"),
        (CLOSED, "s"),
    ] {
        assert_eq!(told(&evidence(protection, key)), [], "{key}: {protection}");
    }
}

/// The dialog before a restart of checkout, with a pod of its own and one of somebody else, and how its detail is called.
fn restarting() -> (Script, DetailId) {
    let mut script = Script::fleet();
    script.on_checkout();
    script.keys("r").wait(1).keys("Enter").wait(1);
    let opened = script.take().into_iter().rev().find_map(|effect| match effect {
        Effect::Order(Order::OpenDetail { detail, .. }) => Some(detail),
        _ => None,
    });
    (script, opened.unwrap())
}

fn all<T: DeserializeOwned>(objects: &[Value]) -> Delta<T> {
    Delta::Reset(objects.iter().map(|object| Arc::new(serde_json::from_value(object.clone()).unwrap())).collect())
}

fn budget_lines(script: &Script) -> Vec<(Mark, String)> {
    let Some(Dialog::Write(dialog)) = script.model().dialog else { panic!("no dialog") };
    let lines = dialog.evidence.into_iter().filter(|(_, words)| words.contains("PodDisruptionBudget"));
    lines.filter(|(_, words)| !words.starts_with("pods are evicted")).collect()
}

#[test]
fn a_budget_that_allows_no_eviction_is_a_warning_before_a_restart() {
    let (mut script, detail) = restarting();
    let unknown = "whether a PodDisruptionBudget holds it up is not known";
    assert!(matches!(budget_lines(&script).as_slice(), [(Mark::Unknown, words)] if words.starts_with(unknown)));
    let owned = |name: &str, owner: &str, app: &str| {
        json!({"metadata": {"name": name, "namespace": "shop", "uid": format!("uid-{name}"), "labels": {"app": app},
            "ownerReferences": [{"kind": "X", "name": "x", "uid": owner, "controller": true}]}})
    };
    script.news(News::ReplicaSets(detail, all(&[owned("set", "uid-checkout", "checkout")])));
    script.news(News::Pods(
        detail,
        all(&[owned("checkout-1", "uid-set", "checkout"), owned("other-1", "uid-of-another", "other")]),
    ));
    let budget = |app: &str, allowed: i32| {
        json!({"metadata": {"name": format!("{app}-pdb"), "namespace": "shop"},
            "spec": {"selector": {"matchLabels": {"app": app}}},
            "status": {"disruptionsAllowed": allowed, "currentHealthy": 4, "desiredHealthy": 4 - allowed}})
    };
    script.news(News::Budgets(detail, all(&[budget("other", 0)])));
    assert_eq!(budget_lines(&script), [(Mark::Absent, "no PodDisruptionBudget covers its pods".to_owned())]);
    script.news(News::Budgets(detail, all(&[budget("checkout", 0), budget("other", 3)])));
    let waits = "PodDisruptionBudget checkout-pdb allows no eviction now (4 healthy, 4 needed): the restart waits";
    assert_eq!(budget_lines(&script), [(Mark::Attention, waits.to_owned())]);
    script.news(News::Budgets(detail, all(&[budget("checkout", 2)])));
    assert_eq!(
        budget_lines(&script),
        [(Mark::Ok, "PodDisruptionBudget checkout-pdb allows 2 evictions now".to_owned())]
    );
    // Who may no longer read them knows nothing, whatever was known.
    script.news(News::DetailTrouble(detail, "poddisruptionbudgets", Some(trouble(TroubleKind::Forbidden))));
    assert!(matches!(budget_lines(&script).as_slice(), [(Mark::Unknown, words)] if words.starts_with(unknown)));
}

/// Checkout in production, which was last written by these at these times of today.
fn written(writers: &[(&str, &str)]) -> Rollout {
    let mut object = canary("checkout", 1, &paused_at(1));
    let fields: Vec<Value> = writers
        .iter()
        .map(|(manager, at)| json!({"manager": manager, "operation": "Update", "time": format!("2026-03-01T{at}Z")}))
        .collect();
    object["metadata"]["managedFields"] = fields.into();
    read(object)
}

/// The same, and the dialog before a promote; from its page or from the overview.
fn promoting(writers: &[(&str, &str)], page: bool) -> (Script, Option<DetailId>) {
    let mut script = Script::new(setup());
    script.live(TEST, vec![healthy("checkout", 1)]);
    script.live(STAGING, vec![healthy("checkout", 1)]);
    script.live(PRODUCTION, vec![written(writers)]);
    script.wait(2).on_checkout();
    if !page {
        script.keys("p").wait(1);
        return (script, None);
    }
    script.keys("Enter").wait(1);
    let opened = script.take().into_iter().rev().find_map(|effect| match effect {
        Effect::Order(Order::OpenDetail { detail, .. }) => Some(detail),
        _ => None,
    });
    script.keys("p").wait(1);
    (script, opened)
}

/// An event on an object: who told it, the reason, the message and when.
fn event(about: (&str, &str), component: &str, reason: &str, message: &str, at: &str) -> Value {
    json!({"metadata": {"name": format!("{reason}.{at}"), "namespace": "shop"}, "reason": reason, "message": message,
        "involvedObject": {"kind": about.0, "name": "checkout", "namespace": "shop", "uid": about.1},
        "source": {"component": component}, "lastTimestamp": format!("2026-03-01T{at}Z")})
}

/// The lines about others, as they stand.
fn told_of(script: &Script) -> Vec<(Mark, String)> {
    let Some(Dialog::Write(dialog)) = script.model().dialog else { panic!("no dialog") };
    let is_act = |words: &str| words.contains(" ago") || words.contains("event");
    dialog.evidence.into_iter().filter(|(_, words)| is_act(words)).collect()
}

const ROLLOUT: (&str, &str) = ("Rollout", "uid-checkout");
const BEN: &str = "promoted by ben@bastion-2 with rolltop: looks good";

#[test]
fn who_else_wrote_in_the_last_five_minutes_is_told_with_the_age_also_from_the_overview() {
    for page in [true, false] {
        // Some seconds after 14:00.
        let (script, _) = promoting(
            &[
                ("kubectl-argo-rollouts", "13:57:00"),
                ("argocd-controller", "13:54:00"),
                ("rollouts-controller", "13:59:58"),
            ],
            page,
        );
        let told = told_of(&script);
        assert!(told.contains(&(Mark::Attention, "kubectl-argo-rollouts wrote to it 3m ago".to_owned())), "{told:?}");
        assert!(!told.iter().any(|(_, words)| words.contains("controller")), "{told:?}");
        // The dialog watches them itself; until they are there nothing is known of them.
        let unknown = "whether events tell of somebody else is not known: loading events…";
        assert_eq!(told.last(), Some(&(Mark::Unknown, unknown.to_owned())));
    }
}

#[test]
fn an_event_of_somebody_elses_rolltop_says_who_from_where_why_and_when() {
    let (mut script, detail) = promoting(&[("rolltop", "13:58:00"), ("rollouts-controller", "13:58:01")], true);
    let told = told_of(&script);
    assert_eq!(told[0], (Mark::Attention, "rolltop wrote to it 2m ago".to_owned()));
    assert!(
        matches!(&told[1..], [(Mark::Unknown, words)] if words.contains("is not known: loading events")),
        "{told:?}"
    );
    let detail = detail.unwrap();
    script.news(News::Events(
        detail,
        all(&[
            event(ROLLOUT, "rolltop", "RolltopPromote", BEN, "13:58:00"),
            event(ROLLOUT, "rolltop", "RolltopPause", "paused by ana@bastion with rolltop", "13:56:30"),
            event(ROLLOUT, "rolltop", "RolltopAbort", "aborted by cho@bastion with rolltop", "13:54:59"),
            event(ROLLOUT, "rollouts-controller", "RolloutStepCompleted", "Rollout step 1/4 completed", "13:58:01"),
            event(
                ("Rollout", "uid-before"),
                "rolltop",
                "RolltopRetry",
                "retried by dee@bastion with rolltop",
                "13:59:00",
            ),
            event(("Pod", "uid-pod"), "kubelet", "Pulled", "pulled", "13:59:00"),
            event(ROLLOUT, "argocd", "Synced", "by hand", "13:57:40"),
        ]),
    ));
    assert_eq!(
        told_of(&script),
        [
            (Mark::Attention, format!("2m ago: {BEN}")),
            (Mark::Attention, "2m ago: argocd told Synced: by hand".to_owned()),
            (Mark::Absent, "3m ago: paused by ana@bastion with rolltop".to_owned()),
        ]
    );
    // A write after that event is another one.
    let version = written(&[("rolltop", "13:59:30")]);
    script.upsert(PRODUCTION, version);
    assert!(
        told_of(&script).iter().any(|(_, words)| words.starts_with("rolltop wrote to it")),
        "{:?}",
        told_of(&script)
    );
    // After five minutes nobody acted.
    script.wait(310);
    assert_eq!(told_of(&script), []);
    // Who may not read events knows nothing of them.
    script.news(News::DetailTrouble(detail, "events", Some(trouble(TroubleKind::Forbidden))));
    let unknown = "whether events tell of somebody else is not known: no answer from prod-eu";
    assert_eq!(told_of(&script), [(Mark::Unknown, unknown.to_owned())]);
}

#[test]
fn of_many_events_the_newest_are_told_and_the_others_counted() {
    let (mut script, detail) = promoting(&[], true);
    let one = |minute: u32| {
        let message = format!("image set to app=a:{minute} by ben@bastion with rolltop: {}", "é".repeat(300));
        event(ROLLOUT, "rolltop", "RolltopSetImage", &message, &format!("13:{minute}:00"))
    };
    script.news(News::Events(detail.unwrap(), all(&[56, 57, 58, 59].map(one))));
    let told = told_of(&script);
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told[0].1.contains("a:59 ") && told[0].1.ends_with('…') && told[0].1.chars().count() < 160, "{told:?}");
    assert_eq!(told[3], (Mark::Attention, "1 more events of the last 5 minutes".to_owned()));
}
