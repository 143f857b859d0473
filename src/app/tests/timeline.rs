//! Events as a story: what is shown, filtered, followed and copied.

use super::closer::*;
use crate::app::event::Event;
use crate::app::model::{Body, TimelinePage, TimelineRow};
use crate::app::testing::*;
use crate::argo::event::KubeEvent;
use crate::argo::feed::{Delta, DetailId, News};
use serde_json::{Value, json};
use std::sync::Arc;

fn page(script: &Script) -> TimelinePage {
    match script.model().body {
        Body::Timeline(page) => *page,
        other => panic!("no events but {other:?}"),
    }
}

fn event(reason: &str, message: &str, at: &str, more: &Value) -> Arc<KubeEvent> {
    let mut value = json!({"metadata": {"name": format!("{reason}-{at}"), "uid": format!("{reason}-{at}"), "namespace": "shop"},
        "reason": reason, "message": message, "type": "Normal", "lastTimestamp": format!("2026-03-01T{at}Z"),
        "involvedObject": {"kind": "Rollout", "name": "checkout", "uid": "uid-checkout", "namespace": "shop"}});
    json_patch::merge(&mut value, more);
    Arc::new(serde_json::from_value(value).unwrap())
}

fn pod_event(reason: &str, at: &str, kind: &str) -> Arc<KubeEvent> {
    let about =
        json!({"type": kind, "involvedObject": {"kind": "Pod", "name": "checkout-new-aaaaa", "uid": "pod-aaaaa"}});
    event(reason, "container app", at, &about)
}

fn story() -> Vec<Arc<KubeEvent>> {
    vec![
        event("RolloutUpdated", "Rollout updated to revision 2", "13:40:00", &json!({})),
        pod_event("Started", "13:40:10", "Normal"),
        pod_event("BackOff", "13:40:20", "Warning"),
        event("RolloutStepCompleted", "Rollout step 1/4 completed (setWeight: 20)", "13:50:00", &json!({})),
        event("RolloutPaused", "Rollout is paused (CanaryPauseStep)", "13:50:01", &json!({})),
    ]
}

fn told(script: &mut Script, id: DetailId, events: Vec<Arc<KubeEvent>>) {
    script.news(News::Events(id, Delta::Reset(events)));
}

fn rows(script: &Script) -> Vec<String> {
    let page = page(script);
    let rows = page.rows.iter().enumerate().map(|(at, row)| {
        let cursor = if at == page.cursor { ">" } else { "" };
        match row {
            TimelineRow::Heading { time, words } => format!("{cursor}{time} == {words}"),
            TimelineRow::Event { time, mark, about, message, .. } => {
                format!("{cursor}{time} {} {about}: {message}", mark.sign())
            }
        }
    });
    rows.collect()
}

#[test]
fn events_are_told_oldest_first_with_a_heading_where_a_step_begins() {
    let (mut script, id) = opened("e");
    told(&mut script, id, story());
    assert_eq!(
        rows(&script),
        [
            "13:40:00Z == update to revision 2 began",
            "13:40:00Z · rollout: Rollout updated to revision 2",
            "13:40:10Z · pod new-aaaaa: container app",
            "13:40:20Z ! pod new-aaaaa: container app",
            "13:50:00Z ✓ rollout: Rollout step 1/4 completed (setWeight: 20)",
            "13:50:00Z == step 2 of 4 began: pause, until promoted",
            ">13:50:01Z ‖ rollout: Rollout is paused (CanaryPauseStep)",
        ]
    );
    assert_eq!(page(&script).title, "checkout and what belongs to it");
}

#[test]
fn the_end_is_followed_until_the_cursor_goes_up() {
    let (mut script, id) = opened("e");
    told(&mut script, id, story());
    script.event(Event::Placed { page_rows: 3 });
    assert_eq!(page(&script).mode, "following");
    script.keys("k");
    assert_eq!(page(&script).mode, "held");
    script.news(News::Events(id, Delta::Upsert(event("RolloutResumed", "Rollout is resumed", "13:59:00", &json!({})))));
    assert!(rows(&script).iter().any(|row| row.starts_with(">13:50:00Z == step 2")), "{:?}", rows(&script));
    script.keys("G");
    assert!(rows(&script).last().unwrap().starts_with(">13:59:00Z ▸"), "{:?}", rows(&script));
    assert_eq!(page(&script).mode, "following");
}

#[test]
fn a_text_and_warnings_alone_leave_out_the_rest_and_its_headings() {
    let (mut script, id) = opened("e");
    told(&mut script, id, story());
    script.keys("/ p o d Enter");
    assert_eq!(rows(&script).len(), 2);
    assert_eq!(page(&script).found, "2 of 5 events");
    script.keys("!");
    assert_eq!(rows(&script), [">13:40:20Z ! pod new-aaaaa: container app"]);
    assert_eq!(page(&script).mode, "following · warnings alone");
    script.keys("Esc");
    assert_eq!(rows(&script).len(), 1, "still warnings alone");
    script.keys("! / x x x Enter");
    assert!(page(&script).empty.starts_with("no event passes"));
}

#[test]
fn the_line_under_the_cursor_is_copied_in_full() {
    let (mut script, id) = opened("e");
    told(&mut script, id, story());
    script.keys("c");
    assert_eq!(
        copied(&mut script),
        ["2026-03-01T13:50:01Z Rollout checkout RolloutPaused: Rollout is paused (CanaryPauseStep)"]
    );
}

#[test]
fn what_may_have_expired_is_said() {
    let (mut script, id) = opened("e");
    let mut old = paused("checkout", 2);
    old.meta.created = "2026-01-01T00:00:00Z".parse().ok();
    script.upsert(PRODUCTION, old);
    told(&mut script, id, story());
    assert_eq!(
        page(&script).notes[0].1,
        "a cluster keeps events for about 1 h: what was told before 13:40:00Z may be gone"
    );
    told(&mut script, id, Vec::new());
    assert_eq!(page(&script).empty, "nothing was told");
}
