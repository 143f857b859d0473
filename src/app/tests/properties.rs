//! Whatever comes: no panic, a cursor on a live row, and no write that was not confirmed.

use crate::app::event::{Event, Target};
use crate::app::model::Body;
use crate::app::testing::*;
use crate::argo::feed::{Answer, Delta, DetailId, Link, News, Order, RequestId, TroubleKind};
use crate::argo::rollout::Rollout;
use crate::keys::{Key, KeyChord};
use crate::names::SourceId;
use jiff::SignedDuration;
use proptest::prelude::*;
use std::sync::Arc;

const NAMES: [&str; 5] = ["checkout", "web", "payments", "search", "tax"];

fn rollout() -> impl Strategy<Value = Rollout> {
    (prop::sample::select(NAMES.as_slice()), 0..4_u8, 1..9_u64).prop_map(|(name, kind, version)| match kind {
        0 => paused(name, version),
        1 => moving(name, version),
        2 => aborted(name, version),
        _ => healthy(name, version),
    })
}

fn key() -> impl Strategy<Value = KeyChord> {
    let letters = prop::sample::select("pqjkgGhvczLRE@?/!.-[]0123456789abehckout".chars().collect::<Vec<_>>());
    let named = prop::sample::select(vec![
        Key::Enter,
        Key::Esc,
        Key::Tab,
        Key::BackTab,
        Key::Backspace,
        Key::Up,
        Key::Down,
        Key::Left,
        Key::Right,
        Key::PageUp,
        Key::PageDown,
        Key::F(1),
    ]);
    prop_oneof![
        4 => letters.prop_map(KeyChord::char),
        3 => named.prop_map(KeyChord::plain),
        1 => prop::sample::select(vec!['c', 'd', 'u', 'l', 'z', 'r']).prop_map(KeyChord::ctrl),
    ]
}

fn delta() -> impl Strategy<Value = Delta<Rollout>> {
    prop_oneof![
        4 => rollout().prop_map(|rollout| Delta::Upsert(Arc::new(rollout))),
        2 => prop::sample::select(NAMES.as_slice()).prop_map(|name| Delta::Remove {
            namespace: "shop".into(),
            name: name.into(),
            uid: format!("uid-{name}").into(),
        }),
        1 => prop::collection::vec(rollout(), 0..5)
            .prop_map(|rollouts| Delta::Reset(rollouts.into_iter().map(Arc::new).collect())),
        1 => prop::collection::vec(rollout(), 0..3)
            .prop_map(|rollouts| Delta::Partial(rollouts.into_iter().map(Arc::new).collect())),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        Just(Answer::Accepted { resource_version: "9".into() }),
        Just(Answer::Moved { sentence: "moved".to_owned() }),
        Just(Answer::Refused(trouble(TroubleKind::Forbidden))),
        Just(Answer::Unknown(trouble(TroubleKind::Unreachable))),
        Just(Answer::Partly { done: "half".to_owned(), trouble: trouble(TroubleKind::Server) }),
    ]
}

/// Milliseconds that pass, and what happens then.
#[derive(Clone, Debug)]
enum Step {
    Pass(i64),
    Do(Event),
    Link(u16, bool),
    Heard(u16),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => key().prop_map(|chord| Step::Do(Event::Key(chord))),
        6 => (0..3_u16, delta()).prop_map(|(source, delta)| Step::Do(Event::News(News::Rollouts(SourceId(source), delta)))),
        3 => (1..20_000_i64).prop_map(Step::Pass),
        3 => (0..4_u16).prop_map(Step::Heard),
        1 => (0..4_u16, any::<bool>()).prop_map(|(source, up)| Step::Link(source, up)),
        1 => (0..6_u64, answer()).prop_map(|(id, answer)| Step::Do(Event::News(News::Answer(RequestId(id), answer)))),
        1 => (0..6_u64).prop_map(|id| Step::Do(Event::News(News::DetailTrouble(DetailId(id), "pods", None)))),
        1 => (0..4_u16, -90..90_i64).prop_map(|(source, skew)| Step::Do(Event::News(News::Skew(SourceId(source), SignedDuration::from_secs(skew))))),
        1 => "[a-z\n\u{1b}]{0,9}".prop_map(|text| Step::Do(Event::Paste(text))),
        1 => (-5..5_i16).prop_map(|rows| Step::Do(Event::Scroll(rows))),
        1 => (0..30_u16, 0..5_u16).prop_map(|(row, column)| Step::Do(Event::Click(Target::Row { row, column }))),
        1 => (0..5_u8).prop_map(|button| Step::Do(Event::Click(Target::Button(button)))),
        1 => (0..200_u16, 0..60_u16).prop_map(|(columns, rows)| Step::Do(Event::Resize(columns, rows))),
        1 => (0..40_u16).prop_map(|page_rows| Step::Do(Event::Placed { page_rows })),
        1 => Just(Step::Do(Event::Resumed)),
    ]
}

fn carry_out(script: &mut Script, step: Step) {
    match step {
        Step::Pass(millis) => _ = script.silence(millis),
        Step::Do(event) => script.event(event),
        Step::Heard(source) => script.heard(SourceId(source)),
        Step::Link(source, true) => script.news(News::Link(SourceId(source), Link::Live)),
        Step::Link(source, false) => {
            let next_try = script.now + SignedDuration::from_secs(5);
            let link = Link::Retrying { trouble: trouble(TroubleKind::Unreachable), last_heard: None, next_try };
            script.news(News::Link(SourceId(source), link));
        }
    }
}

/// The window and the cursor lie within the rows, and every row stands for something that is there.
fn check_lists(script: &Script) {
    match script.model().body {
        Body::Matrix(matrix) => {
            assert!(matrix.first + matrix.rows.len() <= matrix.total);
            assert_eq!(matrix.selected.is_some(), matrix.total > 0);
            assert!(matrix.selected.is_none_or(|at| at < matrix.rows.len()));
            for row in &matrix.rows {
                assert!(row.cells.iter().any(|cell| cell.count > 0), "{} stands for nothing", row.service);
            }
        }
        Body::Board(board) => {
            assert!(board.first + board.rows.len() <= board.total);
            assert_eq!(board.selected.is_some(), board.total > 0);
            assert!(board.selected.is_none_or(|at| at < board.rows.len()));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_events_leave_a_cursor_on_a_live_row(steps in prop::collection::vec(step(), 1..120)) {
        let mut script = Script::fleet();
        for step in steps {
            carry_out(&mut script, step);
            check_lists(&script);
            let _ = script.state.next_tick();
        }
    }

    #[test]
    fn what_is_kept_equals_what_a_new_state_makes_of_the_same_objects(deltas in prop::collection::vec((0..3_u16, delta()), 1..40)) {
        let mut script = Script::new(setup());
        for (source, delta) in deltas {
            script.news(News::Rollouts(SourceId(source), delta));
        }
        script.wait(5);
        let kept: Vec<_> = script.matrix().rows.into_iter().map(|row| row.service).collect();
        script.state.rebuild_lists();
        let sorted: Vec<_> = script.matrix().rows.into_iter().map(|row| row.service).collect();
        prop_assert_eq!(kept, sorted);
    }

    #[test]
    fn no_keys_but_the_whole_name_write_in_a_protected_channel_unless_they_brake(keys in prop::collection::vec(key(), 1..60)) {
        let mut script = Script::fleet();
        script.on_checkout();
        let mut typed = 0;
        for chord in keys {
            typed += usize::from(matches!(chord.key, Key::Char('c' | 'h' | 'e' | 'k' | 'o' | 'u' | 't')));
            script.silence(400).event(Event::Key(chord));
        }
        // A brake is never made harder than one confirmation.
        let asked = |order: &Order| matches!(order, Order::Write { key, plan, .. } if key.source == PRODUCTION && !plan.deed.is_brake());
        let here = script.promotes().iter().filter(|order| asked(order)).count();
        prop_assert!(here == 0 || typed >= 8 * here);
    }
}

/// What can be seen, but for the clock; `None`: too small for anything.
fn visible(script: &Script) -> Option<crate::app::model::Model> {
    let mut model = script.model();
    model.header.clock = start();
    model.too_small.is_none().then_some(model)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// The loop sleeps until the next tick: nothing on screen may read otherwise before.
    #[test]
    fn nothing_visible_changes_before_the_next_tick(steps in prop::collection::vec(step(), 1..60), timed in any::<bool>(), waits in prop::collection::vec(0..3_u8, 1..12)) {
        let mut script = Script::fleet();
        if timed {
            let mut status = paused_at(3);
            status["pauseConditions"][0]["startTime"] = serde_json::json!(script.now.to_string());
            script.upsert(PRODUCTION, read(canary("checkout", 9, &status)));
        }
        for step in steps {
            carry_out(&mut script, step);
        }
        script.silence(0);
        for _ in waits {
            let before = visible(&script);
            let due = script.state.next_tick();
            let almost = match due {
                Some(due) => due.duration_since(script.now) - SignedDuration::from_millis(1),
                None => SignedDuration::from_hours(5),
            };
            if almost.is_positive() {
                script.now += almost;
                script.event(Event::Clock(script.now));
                let after = visible(&script);
                prop_assert_eq!(before, after);
            }
            if let Some(due) = due {
                script.now = script.now.max(due);
                script.event(Event::Clock(script.now));
            }
        }
    }
}
