//! One rollout of the fleet: the object, what is derived from it, and since when.

use super::Deriving;
use crate::app::present::standing::{self, Urgency};
use crate::app::present::{Context, Subject};
use crate::argo::picture::{self, Children, Picture, Waits};
use crate::argo::rollout::Rollout;
use crate::names::RolloutKey;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The label that names the service of a rollout.
const SERVICE_LABEL: &str = "rolltop/service";
/// How long a changed row is drawn bold.
const FLASH: SignedDuration = SignedDuration::from_secs(2);

/// One rollout.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which.
    pub key: RolloutKey,
    /// The service it belongs to.
    pub service: Arc<str>,
    /// Index of its channel.
    pub channel: usize,
    /// The object as watched last.
    pub rollout: Arc<Rollout>,
    /// What is derived from it, without its children.
    pub picture: Picture,
    /// How urgently it needs a person, whatever the connection does: a lost connection must not shuffle the list.
    pub urgency: Urgency,
    /// When it was first seen (local time).
    pub first_seen: Timestamp,
    /// When what a list shows of it changed last (local time), while rolltop looked.
    pub changed_at: Option<Timestamp>,
    /// When its pause ends by itself (local time), if that is still to come.
    pub timer: Option<Timestamp>,
}

/// The row of an object.
#[must_use]
pub fn row(key: RolloutKey, rollout: Arc<Rollout>, how: Deriving<'_>) -> Row {
    let picture = picture::of(&rollout, Children::default(), how.cluster_now);
    let timer = timer(&picture, how);
    let service = service_of(&rollout, how.service_of);
    let urgency = urgency(&rollout, &picture, how.cluster_now);
    Row { key, service, channel: how.channel, rollout, picture, urgency, first_seen: how.now, changed_at: None, timer }
}

impl Row {
    /// Derives anew: time went on, the object did not change.
    pub fn derive(&mut self, cluster_now: Timestamp) {
        self.picture = picture::of(&self.rollout, Children::default(), cluster_now);
        self.urgency = urgency(&self.rollout, &self.picture, cluster_now);
    }

    /// Needs a person.
    #[must_use]
    pub fn needs_person(&self) -> bool {
        self.urgency <= Urgency::Person
    }

    /// Whether a list would show it differently than `before`.
    #[must_use]
    pub fn looks_different(&self, before: &Self) -> bool {
        self.picture != before.picture || self.urgency != before.urgency || self.service != before.service
    }

    /// Changed in the last two seconds.
    #[must_use]
    pub fn flashes(&self, now: Timestamp) -> bool {
        self.flash_ends().is_some_and(|end| now < end)
    }

    /// When it is no longer drawn as just changed.
    #[must_use]
    pub fn flash_ends(&self) -> Option<Timestamp> {
        self.changed_at.and_then(|at| at.checked_add(FLASH).ok())
    }
}

/// When its pause ends by itself, by our clock; the cluster's differs from it by the skew.
pub fn timer(picture: &Picture, how: Deriving<'_>) -> Option<Timestamp> {
    match picture.waits {
        Waits::Timer { until, .. } if until > how.cluster_now => {
            how.now.checked_add(until.duration_since(how.cluster_now)).ok()
        }
        _ => None,
    }
}

fn urgency(rollout: &Rollout, picture: &Picture, cluster_now: Timestamp) -> Urgency {
    standing::urgency(&Subject::new(rollout, picture, &Context::nowhere(cluster_now)))
}

/// The service of a rollout: its label, else the configuration's `match`, else its own name.
pub fn service_of(rollout: &Rollout, service_of: &BTreeMap<String, String>) -> Arc<str> {
    let name = &rollout.meta.name;
    match rollout.meta.labels.get(SERVICE_LABEL) {
        Some(service) if !service.is_empty() => Arc::from(&**service),
        // An empty name would be typed by typing nothing.
        _ => service_of
            .get(&**name)
            .filter(|service| !service.is_empty())
            .map_or_else(|| name.clone(), |service| Arc::from(service.as_str())),
    }
}
