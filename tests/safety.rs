//! Whatever a cluster says: numbers and times at their limits, texts that would drive a terminal. The program neither
//! panics nor lets through what it should not, from the decoded object over the state to the cells of a frame.

#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rolltop::app::event::Event;
use rolltop::app::model;
use rolltop::app::state::{Setup, SourceInfo, State};
use rolltop::app::update::update;
use rolltop::argo::feed::{Access, Delta, Link, News, Order, Permission};
use rolltop::argo::picture::{self, Children};
use rolltop::argo::pod::Pod;
use rolltop::argo::promote;
use rolltop::argo::replicaset::ReplicaSet;
use rolltop::argo::rollout::Rollout;
use rolltop::config::settings::{Channel, Confirm, Record, Runtime, Settings};
use rolltop::names::SourceId;
use rolltop::ui::screen;
use rolltop::ui::theme::{Depth, Theme};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

fn now() -> Timestamp {
    "2026-03-01T14:00:00Z".parse().unwrap()
}

/// A number as a broken or hostile controller may write it.
fn number() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![json!(0), json!(1), json!(5), json!(-1), json!(100), json!(i32::MAX), json!(i32::MIN)])
}

fn big() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![json!(0), json!(7), json!(-1), json!(100), json!(i64::MAX), json!(i64::MIN)])
}

fn time() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("2026-03-01T13:59:00Z"),
        json!("2026-03-01T14:00:30Z"),
        json!("0001-01-01T00:00:00Z"),
        json!("9999-12-30T22:00:00Z"),
        json!("-009999-01-02T01:59:59Z"),
        json!(null),
    ])
}

fn duration() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(30),
        json!(0),
        json!(i32::MAX),
        json!(i64::MAX),
        json!(-5),
        json!("2147483647s"),
        json!("2562047h47m16s"),
        json!("1.5h"),
        json!("{{args.x}}"),
        json!(""),
        json!(null),
    ])
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        String::new(),
        "RolloutAborted: x".to_owned(),
        "e\u{301}\u{301}\u{301}名前".to_owned(),
        "x".repeat(5000),
        "manually paused".to_owned(),
        "CanaryPauseStep".to_owned(),
    ])
}

prop_compose! {
    fn step()(kind in 0..9_u8, weight in big(), pause in duration()) -> Value {
        match kind {
            0 | 1 => json!({"setWeight": weight}),
            2 | 3 => json!({"pause": {"duration": pause}}),
            4 => json!({"pause": {}}),
            5 => json!({"setCanaryScale": {"replicas": weight}}),
            6 => json!({"analysis": {"templates": [{"templateName": "t"}]}}),
            7 => json!({"brandNew": {"a": weight}}),
            _ => json!({}),
        }
    }
}

prop_compose! {
    fn rollout()(
        steps in prop::collection::vec(step(), 0..5),
        counts in prop::array::uniform6(number()),
        bigs in prop::array::uniform4(big()),
        times in prop::array::uniform6(time()),
        texts in prop::array::uniform3(text()),
        flags in prop::array::uniform5(any::<bool>()),
        phase in prop::sample::select(vec!["Paused", "Progressing", "Healthy", "Degraded", "", "Odd"]),
        hashes in prop::sample::select(vec![("a", "a"), ("a", "b"), ("", "b"), ("", "")]),
        surge in prop::sample::select(vec![json!("25%"), json!(i32::MAX), json!("9999999999%"), json!("x"), json!(null)]),
        blue_green in prop::bool::weighted(0.2),
    ) -> Value {
        let canary = json!({
            "steps": steps, "maxSurge": surge, "maxUnavailable": surge, "dynamicStableScale": flags[3],
            "trafficRouting": if flags[0] { json!({"nginx": {}, "maxTrafficWeight": bigs[0]}) } else { json!(null) },
        });
        let strategy = if blue_green {
            json!({"blueGreen": {"autoPromotionSeconds": counts[5], "autoPromotionEnabled": flags[3]}})
        } else {
            json!({"canary": canary})
        };
        let reason = if blue_green { "BlueGreenPause" } else { "CanaryPauseStep" };
        let pauses = if flags[1] { json!([{"reason": reason, "startTime": times[0]}]) } else { json!(null) };
        json!({
            "metadata": {"name": "web", "namespace": "shop", "uid": "u", "resourceVersion": "1",
                "generation": bigs[1], "creationTimestamp": times[1], "labels": {"app": "web"},
                "annotations": {"rollout.argoproj.io/revision": "9223372036854775807"}},
            "spec": {"replicas": counts[0], "paused": flags[2], "restartAt": times[2],
                "progressDeadlineSeconds": counts[5], "minReadySeconds": counts[4],
                "selector": {"matchLabels": {"app": "web"}}, "strategy": strategy,
                "template": {"spec": {"containers": [{"name": "c", "image": texts[2]}]}}},
            "status": {"phase": phase, "message": texts[0], "observedGeneration": bigs[2], "currentStepIndex": counts[1],
                "replicas": counts[2], "updatedReplicas": counts[3], "readyReplicas": counts[4],
                "availableReplicas": counts[5], "currentPodHash": hashes.1, "stableRS": hashes.0,
                "controllerPause": flags[1], "pauseConditions": pauses, "abort": flags[4], "abortedAt": times[3],
                "selector": "app=web", "canary": {"weights": {"canary": {"weight": bigs[3]}, "stable": {"weight": bigs[0]}}},
                "conditions": [{"type": "Paused", "status": "True", "reason": "x", "message": texts[1],
                    "lastTransitionTime": times[4], "lastUpdateTime": times[5]},
                    {"type": "Progressing", "status": "True", "reason": "x", "message": texts[0], "lastUpdateTime": times[4]}]},
        })
    }
}

prop_compose! {
    fn children()(
        sets in prop::collection::vec((prop::array::uniform4(number()), time(), prop::sample::select(vec!["a", "b", ""])), 0..3),
        pods in prop::collection::vec((number(), time(), time()), 0..3),
    ) -> (Vec<Value>, Vec<Value>) {
        let sets: Vec<Value> = sets.iter().enumerate().map(|(at, (counts, time, hash))| json!({
            "metadata": {"name": format!("web-{at}"), "namespace": "shop", "uid": format!("s{at}"), "creationTimestamp": time,
                "ownerReferences": [{"uid": "u"}], "labels": {"rollouts-pod-template-hash": hash},
                "annotations": {"scale-down-deadline": time, "rollout.argoproj.io/revision": "-9223372036854775808"}},
            "spec": {"replicas": counts[0]},
            "status": {"replicas": counts[1], "readyReplicas": counts[2], "availableReplicas": counts[3]}})).collect();
        let pods = pods.iter().enumerate().map(|(at, (restarts, created, deleted))| json!({
            "metadata": {"name": format!("p{at}"), "namespace": "shop", "uid": format!("p{at}"), "creationTimestamp": created,
                "deletionTimestamp": deleted, "ownerReferences": [{"uid": "s0"}]},
            "spec": {"containers": [{"name": "c", "image": "x"}, {"name": "d", "image": "x"}]},
            "status": {"phase": "Running", "containerStatuses": [
                {"name": "c", "ready": true, "restartCount": restarts, "state": {"running": {}}},
                {"name": "d", "ready": false, "restartCount": restarts, "state": {"terminated": {"exitCode": restarts, "signal": restarts}}}]}})).collect();
        (sets, pods)
    }
}

fn setup() -> Setup {
    let runtime = Runtime {
        name: "prod".into(),
        context: "prod".to_owned(),
        namespace: None,
        extra_namespaces: Vec::new(),
        labels: BTreeMap::new(),
    };
    let channel = Channel {
        name: "production".into(),
        order: 1,
        confirm: Confirm::Enter,
        read_only: false,
        require_reason: false,
        allowed_times: Vec::new(),
        color: None,
        runtimes: vec![runtime],
    };
    Setup {
        settings: Settings {
            path: None,
            channels: vec![channel],
            stale_after: Duration::from_secs(15),
            mouse: false,
            record: Record::default(),
            osc9: false,
            services: rolltop::config::services::Services::default(),
            service_of: BTreeMap::new(),
            warnings: Vec::new(),
        },
        sources: vec![SourceInfo {
            id: SourceId(0),
            channel: 0,
            cluster: "prod".into(),
            scope: "shop".to_owned(),
            broken: None,
        }],
        read_only: false,
        demo: false,
        replay: false,
        user: "ana".to_owned(),
        terminal: Vec::new(),
        first_run: None,
        warnings: Vec::new(),
        now: now(),
    }
}

fn draw(state: &State) {
    let model = model::of(state);
    let theme = Theme { depth: Depth::Mono, ascii: false, name: "dark".into(), reduced_motion: false };
    for (width, height) in [(80, 24), (160, 45), (20, 6), (33, 9), (1, 1)] {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        screen::render(&mut buffer, &model, &theme);
        for cell in buffer.content() {
            assert!(!cell.symbol().contains(char::is_control), "{:?}", cell.symbol());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_number_and_no_time_of_a_cluster_is_too_much(
        value in rollout(),
        next in rollout(),
        (sets, pods) in children(),
        skew in prop::sample::select(vec![0_i64, 41, -86_400, 250_000_000_000, -370_000_000_000]),
    ) {
        let rollout = Rollout::decode(&value);
        prop_assert_eq!(&rollout.unreadable, &None);
        let sets: Vec<Arc<ReplicaSet>> = sets.into_iter().filter_map(|v| serde_json::from_value(v).ok()).map(Arc::new).collect();
        let pods: Vec<Arc<Pod>> = pods.into_iter().filter_map(|v| serde_json::from_value(v).ok()).map(Arc::new).collect();
        for at in [now(), Timestamp::MIN, Timestamp::MAX] {
            let _ = picture::of(&rollout, Children { replica_sets: Some(&sets), pods: Some(&pods), ..Children::default() }, at);
            let _ = picture::of(&rollout, Children::default(), at);
        }
        let _ = promote::reaction(&promote::seen(&rollout), &Rollout::decode(&next));

        let (mut state, _) = State::new(setup());
        let say = |state: &mut State, event: Event| update(state, event);
        say(&mut state, Event::News(News::Link(SourceId(0), Link::Live)));
        say(&mut state, Event::News(News::Heard(SourceId(0), now())));
        say(&mut state, Event::News(News::Skew(SourceId(0), SignedDuration::from_secs(skew))));
        say(&mut state, Event::News(News::Rollouts(SourceId(0), Delta::Reset(vec![Arc::new(rollout)]))));
        let access = Access::of_all(&Permission::Allowed, now());
        say(&mut state, Event::News(News::Access(SourceId(0), "shop".into(), access)));
        draw(&state);
        for key in ["Enter", "Tab", "Down", "PgDn", "z", "v", "Enter", "p"] {
            let effects = say(&mut state, Event::Key(key.parse().unwrap()));
            for effect in effects {
                if let rolltop::app::effect::Effect::Order(Order::OpenDetail { detail, .. }) = effect {
                    say(&mut state, Event::News(News::ReplicaSets(detail, Delta::Reset(sets.clone()))));
                    say(&mut state, Event::News(News::Pods(detail, Delta::Reset(pods.clone()))));
                }
            }
            draw(&state);
        }
        say(&mut state, Event::Shown { made: now() });
        say(&mut state, Event::Clock(now() + SignedDuration::from_secs(1)));
        for key in ["Tab", "Enter"] {
            say(&mut state, Event::Key(key.parse().unwrap()));
        }
        draw(&state);
        say(&mut state, Event::News(News::Rollouts(SourceId(0), Delta::Upsert(Arc::new(Rollout::decode(&next))))));
        draw(&state);
        for at in [Timestamp::MIN, Timestamp::MAX] {
            let _ = state.next_tick();
            say(&mut state, Event::Clock(at));
            draw(&state);
        }
    }
}
