//! Events (core/v1): what the controllers tell. The same text about the same object is counted up instead of told
//! again, as the real recorders do, and an hour after its last time an event is gone.

use super::json::{number, set, text};
use crate::demo::store::{EVENTS, Part, Refused, Store, stamp};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::HashMap;

/// How long an event is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// The recorders of one cluster.
#[derive(Debug, Default)]
pub struct Recorder {
    /// Where an event about (uid, reason, message) was written.
    told: HashMap<(String, String, String), (String, String)>,
    count: u64,
    /// Events before this time are not written: they would be gone by the time anyone looks.
    pub from: Option<Timestamp>,
}

impl Recorder {
    /// Tells something about an object. `source` is the component that speaks.
    pub fn tell(&mut self, store: &Store, about: &Value, source: &str, kind: &str, reason: &str, message: &str) {
        let now = store.clock().now();
        if self.from.is_some_and(|from| now < from) {
            return;
        }
        let time = stamp(now);
        let key = (text(about, "/metadata/uid").to_owned(), reason.to_owned(), message.to_owned());
        if let Some((namespace, name)) = self.told.get(&key) {
            let counted = store.modify::<Refused>(&EVENTS, namespace, name, Part::Main, |event| {
                let count = number(event, "/count").unwrap_or(1) + 1;
                set(event, &["count"], json!(count));
                set(event, &["lastTimestamp"], json!(time));
                Ok(())
            });
            if counted.is_ok() {
                return;
            }
        }
        self.count += 1;
        let namespace = text(about, "/metadata/namespace").to_owned();
        let nanoseconds = u64::try_from(now.as_nanosecond()).unwrap_or(0) + self.count;
        let name = format!("{}.{nanoseconds:x}", text(about, "/metadata/name"));
        let event = json!({
            "apiVersion": "v1", "kind": "Event",
            "metadata": {"name": name, "namespace": namespace},
            "involvedObject": {
                "apiVersion": text(about, "/apiVersion"), "kind": text(about, "/kind"),
                "name": text(about, "/metadata/name"), "namespace": namespace,
                "resourceVersion": text(about, "/metadata/resourceVersion"), "uid": key.0,
            },
            "reason": reason, "message": message, "type": kind,
            "source": {"component": source},
            "firstTimestamp": time, "lastTimestamp": time, "count": 1, "eventTime": null,
            "reportingComponent": source, "reportingInstance": "",
        });
        if store.create(&EVENTS, event).is_ok() {
            self.told.insert(key, (namespace, name));
        }
    }

    /// Removes the events that are too old.
    pub fn expire(&mut self, store: &Store) {
        let now = store.clock().now();
        for event in store.list(&EVENTS, None).0 {
            let last = super::json::time(text(&event, "/lastTimestamp"));
            if last.is_some_and(|last| now.duration_since(last) > KEPT) {
                let (namespace, name) = (text(&event, "/metadata/namespace"), text(&event, "/metadata/name"));
                // Somebody else may have deleted it: then it is gone too.
                let _ = store.delete(&EVENTS, namespace, name);
                self.told.retain(|_, place| place.1 != name);
            }
        }
    }
}
