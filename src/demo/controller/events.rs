//! Events (core/v1): what the controllers tell. The same text about the same object is counted up instead of told
//! again, ten different ones of the same reason within ten minutes become one that changes its text, as the real
//! recorders do it (k8s.io/client-go, tools/record/events_cache.go), and an hour after its last time an event is gone.
//! The scheduler speaks by the newer recorder (tools/events), which keeps no times but `eventTime`, and counts in
//! `series`.

use super::json::{number, set, text};
use crate::demo::store::{EVENTS, Part, Refused, Store, stamp};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// How long an event is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// From so many different texts of one reason about one object on they are told as one.
const SIMILAR: usize = 10;
/// Within this time after the last one.
const TOGETHER: SignedDuration = SignedDuration::from_mins(10);

/// Object (with the field, if any), reason, message.
type Said = (String, String, String);

/// The recorders of one cluster.
#[derive(Debug, Default)]
pub struct Recorder {
    /// Where an event was written.
    told: HashMap<Said, (String, String)>,
    /// The texts of one reason about one object, and when the last one came.
    similar: HashMap<(String, String), (Timestamp, BTreeSet<String>)>,
    count: u64,
    /// Events before this time are not written: they would be gone by the time anyone looks.
    pub from: Option<Timestamp>,
}

impl Recorder {
    /// Tells something about an object. `source` is the component that speaks.
    pub fn tell(&mut self, store: &Store, about: &Value, source: &str, kind: &str, reason: &str, message: &str) {
        self.put(store, about, ("", &json!({"component": source}), source, ""), (kind, reason, message));
    }

    /// What the kubelet tells about a pod, or about the part of it that `field` names (`spec.containers{web}`).
    pub fn tell_of_pod(&mut self, store: &Store, pod: &Value, field: &str, kind: &str, reason: &str, message: &str) {
        let node = text(pod, "/spec/nodeName");
        let source = json!({"component": "kubelet", "host": node});
        self.put(store, pod, (field, &source, "kubelet", node), (kind, reason, message));
    }

    fn put(
        &mut self,
        store: &Store,
        about: &Value,
        (field, source, component, instance): (&str, &Value, &str, &str),
        (kind, reason, message): (&str, &str, &str),
    ) {
        let now = store.clock().now();
        if self.from.is_some_and(|from| now < from) {
            return;
        }
        let time = stamp(now);
        let object = format!("{}{field}", text(about, "/metadata/uid"));
        let (group, texts) =
            self.similar.entry((object.clone(), reason.to_owned())).or_insert_with(|| (now, BTreeSet::new()));
        if now.duration_since(*group) > TOGETHER {
            texts.clear();
        }
        *group = now;
        texts.insert(message.to_owned());
        let (mut key, mut message) = ((object, reason.to_owned(), message.to_owned()), message.to_owned());
        if texts.len() >= SIMILAR {
            // Any nine of them stay remembered, as there.
            texts.pop_first();
            key.2 = String::new();
            message = format!("(combined from similar events): {message}");
        }
        let again = |event: &mut Value| {
            let count = number(event, "/count").unwrap_or(1) + 1;
            set(event, &["count"], json!(count));
            set(event, &["lastTimestamp"], json!(time));
            set(event, &["message"], json!(message));
        };
        if self.is_counted(store, &key, again) {
            return;
        }
        let mut event = self.event(about, now);
        for (name, value) in [
            ("reason", json!(reason)),
            ("message", json!(message)),
            ("type", json!(kind)),
            ("source", source.clone()),
            ("firstTimestamp", json!(time)),
            ("lastTimestamp", json!(time)),
            ("count", json!(1)),
            ("eventTime", Value::Null),
            ("reportingComponent", json!(component)),
            ("reportingInstance", json!(instance)),
        ] {
            set(&mut event, &[name], value);
        }
        if !field.is_empty() {
            set(&mut event, &["involvedObject", "fieldPath"], json!(field));
        }
        self.create(store, key, event);
    }

    /// Tells something by the newer recorder: with an action, and counted in a series.
    pub fn tell_series(
        &mut self,
        store: &Store,
        about: &Value,
        component: &str,
        kind: &str,
        (reason, action): (&str, &str),
        message: &str,
    ) {
        let now = store.clock().now();
        if self.from.is_some_and(|from| now < from) {
            return;
        }
        let time = now.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
        let key = (text(about, "/metadata/uid").to_owned(), reason.to_owned(), message.to_owned());
        let again = |event: &mut Value| {
            let count = number(event, "/series/count").unwrap_or(1) + 1;
            set(event, &["series"], json!({"count": count, "lastObservedTime": time}));
        };
        if self.is_counted(store, &key, again) {
            return;
        }
        let mut event = self.event(about, now);
        for (name, value) in [
            ("reason", json!(reason)),
            ("message", json!(message)),
            ("type", json!(kind)),
            ("source", json!({})),
            ("firstTimestamp", Value::Null),
            ("lastTimestamp", Value::Null),
            ("eventTime", json!(time)),
            ("action", json!(action)),
            ("reportingComponent", json!(component)),
            ("reportingInstance", json!(format!("{component}-control-plane"))),
        ] {
            set(&mut event, &[name], value);
        }
        self.create(store, key, event);
    }

    /// Whether it was told before and its event is still there: then that one is counted up.
    fn is_counted(&self, store: &Store, key: &Said, mut again: impl FnMut(&mut Value)) -> bool {
        self.told.get(key).is_some_and(|(namespace, name)| {
            let counted = store.modify::<Refused>(&EVENTS, namespace, name, Part::Main, |event| {
                again(event);
                Ok(())
            });
            counted.is_ok()
        })
    }

    /// Name and object of a new event.
    fn event(&mut self, about: &Value, now: Timestamp) -> Value {
        self.count += 1;
        let namespace = text(about, "/metadata/namespace");
        let nanoseconds = u64::try_from(now.as_nanosecond()).unwrap_or(0) + self.count;
        let name = format!("{}.{nanoseconds:x}", text(about, "/metadata/name"));
        json!({
            "apiVersion": "v1", "kind": "Event",
            "metadata": {"name": name, "namespace": namespace},
            "involvedObject": {
                "apiVersion": text(about, "/apiVersion"), "kind": text(about, "/kind"),
                "name": text(about, "/metadata/name"), "namespace": namespace,
                "resourceVersion": text(about, "/metadata/resourceVersion"), "uid": text(about, "/metadata/uid"),
            },
        })
    }

    fn create(&mut self, store: &Store, key: Said, event: Value) {
        let place = (text(&event, "/metadata/namespace").to_owned(), text(&event, "/metadata/name").to_owned());
        if store.create(&EVENTS, event).is_ok() {
            self.told.insert(key, place);
        }
    }

    /// Removes the events that are too old.
    pub fn expire(&mut self, store: &Store) {
        let now = store.clock().now();
        let old = |last: &str| super::json::time(last).is_some_and(|last| now.duration_since(last) > KEPT);
        let mut gone = BTreeSet::new();
        for event in store.list(&EVENTS, None).0 {
            let times = ["/series/lastObservedTime", "/lastTimestamp", "/eventTime"];
            let last = times.iter().map(|path| text(&event, path)).find(|time| !time.is_empty()).unwrap_or_default();
            if old(last) {
                let (namespace, name) = (text(&event, "/metadata/namespace"), text(&event, "/metadata/name"));
                // Somebody else may have deleted it: then it is gone too.
                let _ = store.delete(&EVENTS, namespace, name);
                gone.insert(name.to_owned());
            }
        }
        self.told.retain(|_, place| !gone.contains(&place.1));
        self.similar.retain(|_, (last, _)| now.duration_since(*last) <= TOGETHER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::clock::Clock;

    fn pod(recorder: &mut Recorder, store: &Store, reason: &str, message: &str) {
        let about = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n", "uid": "u"}});
        recorder.tell(store, &about, "kubelet", "Normal", reason, message);
    }

    fn store() -> Store {
        Store::new(Clock::new("2026-01-01T00:00:00Z".parse().unwrap(), 0.0), 1)
    }

    #[test]
    fn the_same_text_is_counted_and_many_like_it_become_one() {
        let (store, mut recorder) = (store(), Recorder::default());
        pod(&mut recorder, &store, "BackOff", "again");
        store.clock().advance(SignedDuration::from_secs(20));
        pod(&mut recorder, &store, "BackOff", "again");
        let events = store.list(&EVENTS, None).0;
        assert_eq!((events.len(), &events[0]["count"]), (1, &json!(2)));
        assert_eq!(
            (&events[0]["firstTimestamp"], &events[0]["lastTimestamp"]),
            (&json!("2026-01-01T00:00:00Z"), &json!("2026-01-01T00:00:20Z"))
        );
        for at in 0..30 {
            pod(&mut recorder, &store, "Scaled", &format!("to {at}"));
        }
        let events = store.list(&EVENTS, None).0;
        let scaled: Vec<&str> =
            events.iter().map(|event| text(event, "/message")).filter(|one| *one != "again").collect();
        assert_eq!(scaled.len(), 10, "{scaled:?}");
        assert!(scaled.contains(&"(combined from similar events): to 29"), "{scaled:?}");
    }

    #[test]
    fn an_hour_after_its_last_time_an_event_is_gone() {
        let (store, mut recorder) = (store(), Recorder::default());
        let about = json!({"kind": "Pod", "metadata": {"name": "p", "namespace": "n", "uid": "u"}});
        let tell = |recorder: &mut Recorder| {
            recorder.tell_series(
                &store,
                &about,
                "default-scheduler",
                "Warning",
                ("FailedScheduling", "Scheduling"),
                "no",
            );
        };
        tell(&mut recorder);
        store.clock().advance(SignedDuration::from_mins(50));
        tell(&mut recorder);
        store.clock().advance(SignedDuration::from_mins(50));
        recorder.expire(&store);
        assert_eq!(store.list(&EVENTS, None).0[0]["series"]["count"], 2);
        store.clock().advance(SignedDuration::from_mins(11));
        recorder.expire(&store);
        assert!(store.list(&EVENTS, None).0.is_empty());
        tell(&mut recorder);
        assert!(store.list(&EVENTS, None).0[0].get("series").is_none());
    }
}
