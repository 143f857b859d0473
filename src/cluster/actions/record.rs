//! Record: a Kubernetes Event on the rollout after a write that was taken, where the user may create events. It goes
//! through the same client as the write, so read-only stops it as well, and whatever becomes of it the write was done.

use crate::argo::deed::told::Told;
use crate::argo::feed::{Permission, Right};
use crate::cluster::access;
use crate::cluster::client::{Client, MANAGER};
use crate::cluster::place::{self, Query};
use crate::cluster::trouble::{self, Attempt};
use crate::names::Namespace;
use jiff::{Timestamp, TimestampRound, Unit};
use serde_json::{Value, json};

/// Tells of a write.
///
/// # Errors
/// Why there is no event, in words.
pub async fn tell(client: &Client, namespace: &Namespace, name: &str, told: &Told) -> Result<(), String> {
    event_on(client, namespace, name, |now| event(namespace, name, told, now)).await
}

/// Makes an event on a rollout, where the user may.
///
/// # Errors
/// Why there is no event, in words.
pub async fn event_on(
    client: &Client,
    namespace: &Namespace,
    name: &str,
    event: impl FnOnce(Timestamp) -> Value,
) -> Result<(), String> {
    let cluster = client.context();
    if let Permission::Denied(why) = access::one(client, namespace, Right::CreateEvents).await {
        tracing::info!(%namespace, name, why, "no event: creating events is not allowed");
        let needs = Right::CreateEvents.needs();
        return Err(format!(
            "no Kubernetes Event tells of this write: you may not create events in namespace {namespace} of {cluster}; \
             {needs} ([audit] events = false makes none)"
        ));
    }
    let skew = client.skew().median().unwrap_or_default();
    let now = Timestamp::now();
    let now = now.checked_add(skew).unwrap_or(now);
    let mut query = Query::new(place::events(namespace));
    query.add("fieldManager", MANAGER);
    match client.post(&query.into_text(), &event(now)).await {
        Ok(_) => Ok(()),
        Err(why) => {
            tracing::warn!(%namespace, name, ?why, "no event: it could not be created");
            let doing = format!("create an event in namespace {namespace}");
            let attempt = Attempt { cluster, doing: &doing, right: Some(("create", "events")), whole_kind: false };
            let trouble = trouble::of(&why, attempt);
            let hint = trouble.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
            Err(format!("no Kubernetes Event tells of this write: {}{hint}", trouble.sentence))
        }
    }
}

/// The event, as the controller's own are (`v1`).
fn event(namespace: &Namespace, name: &str, told: &Told, now: Timestamp) -> Value {
    let mut object = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "namespace": namespace.as_str(), "name": name,
        "uid": &*told.uid,
    });
    if !told.resource_version.is_empty() {
        object["resourceVersion"] = (*told.resource_version).into();
    }
    about(&object, &told.reason(), &told.message(), &told.host, now)
}

/// An event about an object, which names its namespace and name.
pub fn about(object: &Value, reason: &str, message: &str, host: &str, now: Timestamp) -> Value {
    let (namespace, name) = (&object["namespace"], object["name"].as_str().unwrap_or_default());
    let seconds = now.round(TimestampRound::new().smallest(Unit::Second)).unwrap_or(now);
    // As client-go names them: the object and the time, in hexadecimal digits.
    let event = format!("{name}.{:x}", now.as_nanosecond());
    json!({
        "apiVersion": "v1", "kind": "Event",
        "metadata": {"name": event, "namespace": namespace},
        "involvedObject": object,
        "reason": reason, "message": message, "type": "Normal",
        "source": {"component": MANAGER, "host": host},
        "reportingComponent": MANAGER, "reportingInstance": host,
        "firstTimestamp": seconds.to_string(), "lastTimestamp": seconds.to_string(), "count": 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::deed::{Deed, Extent};

    #[test]
    fn an_event_is_about_the_very_rollout_and_names_its_maker() {
        let told = Told {
            deed: Deed::Promote(Extent::Pause),
            uid: "uid-1".into(),
            resource_version: "42".into(),
            user: "ana".to_owned(),
            host: "bastion".to_owned(),
            why: "green".to_owned(),
        };
        let at = "2026-03-01T14:00:00.25Z".parse().unwrap();
        let event = event(&"shop".into(), "checkout", &told, at);
        assert_eq!(
            event["involvedObject"],
            json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "namespace": "shop", "name": "checkout",
                "uid": "uid-1", "resourceVersion": "42"})
        );
        assert_eq!(event["reason"], "RolltopPromote");
        assert_eq!(event["message"], "promoted by ana@bastion with rolltop: green");
        assert_eq!((&event["type"], &event["source"]["component"]), (&json!("Normal"), &json!("rolltop")));
        assert_eq!(event["firstTimestamp"], "2026-03-01T14:00:00Z");
    }
}
