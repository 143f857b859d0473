//! `W`: armed on a condition, sent once when it holds, disarmed by every surprise.

use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::model::{Dialog, WriteDialog};
use crate::app::testing::*;
use crate::argo::analysis::AnalysisRun;
use crate::argo::feed::{Delta, DetailId, Link, News, Order, Permission, TroubleKind};
use crate::argo::rollout::Rollout;
use serde_json::{Value, json};
use std::sync::Arc;

/// Orders among the effects.
fn orders(script: &mut Script) -> Vec<Order> {
    let effects = script.take();
    effects
        .into_iter()
        .filter_map(|effect| if let Effect::Order(order) = effect { Some(order) } else { None })
        .collect()
}

fn writes(orders: &[Order]) -> usize {
    orders.iter().filter(|order| matches!(order, Order::Write { .. })).count()
}

/// Checkout in production at its pause, with a background analysis.
fn measured(version: u64) -> Value {
    let mut object = canary("checkout", version, &paused_at(1));
    object["status"]["canary"] =
        json!({"currentBackgroundAnalysisRunStatus": {"name": "checkout-run", "status": "Running"}});
    object["status"]["currentBackgroundAnalysisRun"] = "checkout-run".into();
    object["metadata"]["managedFields"] =
        json!([{"manager": "kubectl", "operation": "Update", "time": "2026-03-01T13:00:00Z"}]);
    object
}

fn run(successful: i64, failed: i64, inconclusive: i64) -> AnalysisRun {
    serde_json::from_value(json!({
        "metadata": {"name": "checkout-run", "namespace": "shop", "uid": "uid-run", "resourceVersion": "1",
            "labels": {"rollouts-pod-template-hash": "new", "rollout-type": "Background"},
            "annotations": {"rollout.argoproj.io/revision": "2"},
            "ownerReferences": [{"kind": "Rollout", "name": "checkout", "uid": "uid-checkout", "controller": true}]},
        "spec": {"metrics": [{"name": "success-rate", "provider": {"prometheus": {"query": "up"}}}]},
        "status": {"phase": "Running", "metricResults": [{"name": "success-rate", "phase": "Running", "count": successful + failed + inconclusive,
            "successful": successful, "failed": failed, "inconclusive": inconclusive}]}
    }))
    .unwrap()
}

/// Time goes on and every cluster is heard of meanwhile.
fn later(script: &mut Script, seconds: i64) {
    for _ in 0..seconds / 5 {
        script.wait(5);
    }
    script.wait(seconds % 5);
}

struct ArmedScript {
    script: Script,
    detail: DetailId,
}

impl ArmedScript {
    fn runs(&mut self, runs: Vec<AnalysisRun>) {
        self.script.news(News::AnalysisRuns(self.detail, Delta::Reset(runs.into_iter().map(Arc::new).collect())));
    }

    /// Nothing was sent, it is not armed any more, the bell rang, and the words say why.
    #[track_caller]
    fn disarmed_because(&mut self, why: &str) {
        let effects = self.script.take();
        assert!(effects.contains(&Effect::Bell), "{why}: {effects:?}");
        assert!(effects.contains(&Effect::Order(Order::CloseDetail(self.detail))), "{why}");
        let sent = effects.iter().any(|effect| matches!(effect, Effect::Order(Order::Write { .. })));
        assert!(!sent, "{why}");
        let said = effects.iter().find_map(|effect| match effect {
            Effect::Log(words) if words.starts_with("disarmed: checkout in production") => Some(words.clone()),
            _ => None,
        });
        let said = said.unwrap_or_default();
        assert!(said.contains(why) && said.contains("nothing was sent"), "{why}: {said}");
        assert!(!self.script.model().header.ribbons.iter().any(|ribbon| ribbon.starts_with("armed")));
        later(&mut self.script, 600);
        assert_eq!(writes(&orders(&mut self.script)), 0, "{why}: stays disarmed");
    }
}

fn dialog(script: &Script) -> WriteDialog {
    match script.model().dialog {
        Some(Dialog::Write(dialog)) => *dialog,
        other => panic!("no dialog but {other:?}"),
    }
}

#[test]
fn a_reason_that_was_typed_when_it_was_armed_goes_with_the_write() {
    let mut script = Script::new(setup());
    script.state.setup.settings.channels[2].require_reason = true;
    script.live(PRODUCTION, vec![read(measured(5))]);
    script.wait(2);
    script.on_checkout().keys("W");
    script.event(Event::Paste("healthy 5m".to_owned()));
    script.keys("Enter").wait(1);
    script.keys("c h e c k o u t Tab Enter");
    assert!(script.toast().contains("a reason is needed here"), "{}", script.toast());
    assert!(dialog(&script).reason.is_some_and(|reason| reason.needed));
    assert!(script.model().header.ribbons.is_empty(), "not armed without a reason");
    script.keys("Ctrl-r");
    script.event(Event::Paste("the fix for INC-7".to_owned()));
    script.keys("Enter").wait(1);
    if script.model().dialog.is_some() {
        script.keys("Enter");
    }
    assert!(script.model().header.ribbons.contains(&"armed 1".to_owned()), "{:?}", script.toast());
    let orders = orders(&mut script);
    let opened = orders.iter().rev().find_map(|order| match order {
        Order::OpenDetail { detail, .. } => Some(*detail),
        _ => None,
    });
    let mut armed = ArmedScript { script, detail: opened.unwrap() };
    armed.runs(vec![run(1, 0, 0)]);
    later(&mut armed.script, 301);
    let sent = self::orders(&mut armed.script);
    let reason = sent.iter().find_map(|order| match order {
        Order::Write { reason, .. } => reason.clone(),
        _ => None,
    });
    let reason = reason.unwrap();
    assert!(reason.starts_with("the fix for INC-7 (armed at ") && reason.contains("healthy for 5m"), "{reason}");
}

/// W, the condition, the dialog with its name typed, the button.
fn armed(condition: &str) -> ArmedScript {
    let mut script = Script::fleet();
    script.upsert(PRODUCTION, read(measured(5)));
    script.on_checkout().keys("W");
    script.event(Event::Paste(condition.to_owned()));
    script.keys("Enter").wait(1);
    let asked = dialog(&script);
    assert!(asked.title.starts_with("Promote checkout when "), "{}", asked.title);
    assert_eq!(asked.typed, Some(("checkout".to_owned(), String::new())), "the name is asked for as before a promote");
    script.keys("Tab Enter");
    assert!(script.model().dialog.is_some(), "not without the name");
    script.keys("c h e c k o u t Enter").wait(1);
    let orders = orders(&mut script);
    assert_eq!(writes(&orders), 0, "nothing is sent when it is armed");
    let opened = orders.iter().rev().find_map(|order| match order {
        Order::OpenDetail { detail, .. } => Some(*detail),
        _ => None,
    });
    let mut armed = ArmedScript { script, detail: opened.unwrap() };
    assert!(armed.script.model().header.ribbons.contains(&"armed 1".to_owned()));
    armed.runs(vec![run(1, 0, 0)]);
    armed
}

#[test]
fn it_promotes_once_when_it_was_healthy_for_long_enough() {
    let mut armed = armed("healthy 5m");
    later(&mut armed.script, 200);
    assert!(armed.script.model().next.starts_with("armed: promotes checkout in production by itself in "));
    assert_eq!(writes(&orders(&mut armed.script)), 0);
    // The controller counts pods: another version of the same situation.
    armed.script.upsert(PRODUCTION, read(measured(9)));
    later(&mut armed.script, 101);
    let orders = orders(&mut armed.script);
    let sent: Vec<_> = orders.iter().filter(|order| matches!(order, Order::Write { .. })).collect();
    let [Order::Write { key, plan, reason, .. }] = sent.as_slice() else { panic!("not one write: {sent:?}") };
    assert_eq!((&*key.name, &*plan.seen.resource_version), ("checkout", "9"));
    assert!(reason.as_ref().is_some_and(|why| why.contains("armed at") && why.contains("healthy for 5m")));
    later(&mut armed.script, 600);
    assert_eq!(writes(&self::orders(&mut armed.script)), 0, "once");
}

#[test]
fn pods_that_go_away_begin_the_time_anew() {
    let mut armed = armed("healthy 5m");
    later(&mut armed.script, 290);
    let mut fewer = measured(6);
    fewer["status"]["availableReplicas"] = 4.into();
    armed.script.upsert(PRODUCTION, read(fewer));
    assert!(armed.script.model().next.contains("not all available"), "{}", armed.script.model().next);
    later(&mut armed.script, 20);
    armed.script.upsert(PRODUCTION, read(measured(7)));
    later(&mut armed.script, 290);
    assert_eq!(writes(&orders(&mut armed.script)), 0);
    later(&mut armed.script, 20);
    assert_eq!(writes(&orders(&mut armed.script)), 1);
}

#[test]
fn it_promotes_when_enough_measurements_are_successful() {
    let mut armed = armed("ok 3");
    assert!(armed.script.model().next.contains("1 of 3 so far"), "{}", armed.script.model().next);
    armed.runs(vec![run(2, 0, 0)]);
    later(&mut armed.script, 100);
    assert_eq!(writes(&orders(&mut armed.script)), 0);
    armed.runs(vec![run(3, 0, 0)]);
    assert_eq!(writes(&orders(&mut armed.script)), 1);
}

#[test]
fn before_the_analysis_is_known_nothing_is_sent() {
    let mut armed = armed("healthy 5m");
    armed.script.news(News::DetailTrouble(armed.detail, "analysisruns", Some(trouble(TroubleKind::Forbidden))));
    later(&mut armed.script, 100);
    // What was read stays; a new arming without it waits.
    let mut fresh = Script::fleet();
    fresh.on_checkout().keys("W Enter").wait(1).keys("c h e c k o u t Tab Enter");
    later(&mut fresh, 900);
    assert_eq!(writes(&orders(&mut fresh)), 0);
}

#[test]
fn every_surprise_disarms_it_with_its_reason() {
    let change = |field: &str, value: Value| {
        let mut object = measured(6);
        *object.pointer_mut(field).unwrap() = value;
        read(object)
    };
    let upserts: Vec<(Rollout, &str)> = vec![
        (change("/status/currentPodHash", "newer".into()), "another version is being rolled out"),
        (change("/status/currentStepIndex", 3.into()), "the step moved"),
        (change("/status/pauseConditions", json!([])), "the pause is over"),
        (change("/metadata/generation", 3.into()), "its spec was changed"),
        (change("/metadata/uid", "uid-2".into()), "deleted and made anew"),
        (
            change(
                "/metadata/managedFields/0",
                json!({"manager": "argocd-server", "operation": "Update", "time": "2026-03-01T14:00:01Z"}),
            ),
            "argocd-server wrote to it",
        ),
        (aborted("checkout", 6), "aborted"),
    ];
    for (rollout, why) in upserts {
        let mut armed = armed("healthy 5m");
        armed.script.upsert(PRODUCTION, rollout);
        armed.disarmed_because(why);
    }
    type Surprise = fn(&mut ArmedScript);
    let others: Vec<(Surprise, &str)> = vec![
        (|armed| armed.script.remove(PRODUCTION, "checkout"), "the rollout was deleted"),
        (|armed| armed.runs(vec![run(1, 1, 0)]), "a measurement failed, was inconclusive"),
        (|armed| armed.runs(vec![run(1, 0, 1)]), "a measurement failed, was inconclusive"),
        (
            |armed| {
                armed.script.silence(16_000);
            },
            "stale",
        ),
        (|armed| armed.script.event(Event::Resumed), "rolltop was stopped"),
        (
            |armed| {
                let link = Link::Retrying {
                    trouble: trouble(TroubleKind::Unreachable),
                    last_heard: None,
                    next_try: armed.script.now,
                };
                armed.script.news(News::Link(PRODUCTION, link));
            },
            "production",
        ),
        (|armed| armed.script.rights(PRODUCTION, &Permission::Denied("no".to_owned())), "patch rollouts/status"),
        (
            |armed| {
                armed.script.keys("p").wait(1).keys("c h e c k o u t Tab Enter");
                let orders: Vec<Effect> = armed.script.take();
                let others = orders.into_iter().filter(|effect| !matches!(effect, Effect::Order(Order::Write { .. })));
                armed.script.effects.extend(others);
            },
            "promote was sent from here",
        ),
    ];
    for (surprise, why) in others {
        let mut armed = armed("healthy 5m");
        surprise(&mut armed);
        armed.disarmed_because(why);
    }
}

#[test]
fn w_again_disarms_it_without_a_bell() {
    let mut armed = armed("ok 3");
    armed.script.keys("W");
    let effects = armed.script.take();
    assert!(!effects.contains(&Effect::Bell) && effects.contains(&Effect::Order(Order::CloseDetail(armed.detail))));
    armed.runs(vec![run(9, 0, 0)]);
    later(&mut armed.script, 600);
    assert_eq!(writes(&orders(&mut armed.script)), 0);
}

#[test]
fn a_dialog_that_is_closed_arms_nothing_and_the_next_p_sends() {
    let mut script = Script::fleet();
    script.on_checkout().keys("W Enter").wait(1).keys("Esc").keys("p").wait(1);
    assert_eq!(dialog(&script).title, "Promote checkout");
    script.keys("c h e c k o u t Tab Enter");
    assert_eq!(writes(&orders(&mut script)), 1);
}

#[test]
fn a_condition_that_is_none_is_said_and_nothing_opens() {
    let mut script = Script::fleet();
    script.on_checkout().keys("W");
    script.event(Event::Paste("soon".to_owned()));
    script.keys("Enter");
    assert!(script.toast().contains("healthy 5m"), "{}", script.toast());
    assert!(matches!(script.model().dialog, Some(Dialog::Finder(_))));
    script.keys("Esc");
    assert_eq!(script.model().dialog, None);
}

#[test]
fn read_only_arms_nothing() {
    let mut setup = setup();
    setup.read_only = true;
    let mut script = Script::new(setup);
    script.live(PRODUCTION, vec![paused("checkout", 1)]);
    script.wait(2).keys("W");
    assert_eq!(script.model().dialog, None);
    assert!(script.toast().contains("--readonly"), "{}", script.toast());
}
