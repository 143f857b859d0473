//! The story that Kubernetes Events tell: each once, oldest first.

use super::event::KubeEvent;
use jiff::Timestamp;
use std::collections::HashSet;
use std::sync::Arc;

/// When an event was told last: newer events say it in their series, older ones beside it; the time of the object itself
/// is the last resort.
#[must_use]
pub fn last_told(event: &KubeEvent) -> Option<Timestamp> {
    let series = event.series.as_ref().and_then(|series| series.last_observed_time);
    series.or(event.last_timestamp).or(event.event_time).or(event.first_timestamp).or(event.meta.created)
}

/// Events oldest first, without those that say the same of the same object at the same time: a controller that tells
/// something twice in one pass makes two Events of it. Those without any time come first.
#[must_use]
pub fn in_order<'a>(events: impl IntoIterator<Item = &'a Arc<KubeEvent>>) -> Vec<Arc<KubeEvent>> {
    let mut story: Vec<Arc<KubeEvent>> = events.into_iter().cloned().collect();
    story.sort_by(|a, b| (last_told(a), &a.meta.name).cmp(&(last_told(b), &b.meta.name)));
    let mut told = HashSet::new();
    story.retain(|event| {
        let about = (Arc::clone(&event.about.kind), Arc::clone(&event.about.name), Arc::clone(&event.about.uid));
        let second = last_told(event).map(Timestamp::as_second);
        told.insert((about, Arc::clone(&event.reason), Arc::clone(&event.message), second))
    });
    story
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn event(name: &str, more: &Value) -> Arc<KubeEvent> {
        let mut value = json!({"metadata": {"name": name}, "involvedObject": {"kind": "Pod", "name": "p", "uid": "1"}});
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Arc::new(serde_json::from_value(value).unwrap())
    }

    #[test]
    fn the_time_of_an_event_is_its_last_one() {
        let at = |more: Value| last_told(&event("e", &more)).map(|at| at.to_string());
        let (old, new) = ("2026-01-01T00:00:00Z", "2026-01-01T00:05:00Z");
        assert_eq!(at(json!({"firstTimestamp": old, "lastTimestamp": new})).as_deref(), Some(new));
        assert_eq!(at(json!({"eventTime": old, "lastTimestamp": null})).as_deref(), Some(old));
        assert_eq!(
            at(json!({"eventTime": old, "series": {"count": 3, "lastObservedTime": new}})).as_deref(),
            Some(new)
        );
        assert_eq!(at(json!({"metadata": {"creationTimestamp": old}})).as_deref(), Some(old));
        assert_eq!(at(json!({})), None);
    }

    #[test]
    fn the_story_is_told_once_and_from_its_beginning() {
        let at = |name, reason, time| event(name, &json!({"reason": reason, "lastTimestamp": time}));
        let all = [
            at("c", "Killing", "2026-01-01T00:02:00Z"),
            at("a", "RolloutAborted", "2026-01-01T00:01:00Z"),
            at("b", "RolloutAborted", "2026-01-01T00:01:00.4Z"),
            at("d", "RolloutAborted", "2026-01-01T00:03:00Z"),
        ];
        let names: Vec<_> = in_order(&all).iter().map(|event| event.meta.name.to_string()).collect();
        assert_eq!(names, ["a", "c", "d"]);
    }
}
