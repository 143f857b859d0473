//! Sharing: objects of one cluster say the same words over and over (conditions, labels, managers, the steps of a
//! common strategy). Whoever keeps many of them keeps each word once.

use super::event::KubeEvent;
use super::meta::Meta;
use super::rollout::{Rollout, Step};
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

/// Words kept before it is looked whether anybody still uses them.
const ROOM: usize = 1024;

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Sharing {
    words: Pool<str>,
    steps: Pool<[Step]>,
}

impl Sharing {
    /// Lets an object's metadata share its words.
    pub fn meta(&mut self, meta: &mut Meta) {
        self.words.share(&mut meta.namespace);
        meta.labels.each(|text| self.words.share(text));
        meta.annotations.each(|text| self.words.share(text));
        for writer in &mut meta.writers {
            self.words.share(&mut writer.manager);
            self.words.share(&mut writer.operation);
            writer.subresource.iter_mut().for_each(|text| self.words.share(text));
        }
    }

    /// Lets an event share its words: a few reasons and components, and messages that come again and again.
    pub fn event(&mut self, event: &mut KubeEvent) {
        self.meta(&mut event.meta);
        let about = &mut event.about;
        for text in [&mut about.kind, &mut about.name, &mut about.namespace, &mut about.uid] {
            self.words.share(text);
        }
        for text in [&mut event.reason, &mut event.message, &mut event.kind, &mut event.source.component] {
            self.words.share(text);
        }
    }

    /// Lets a rollout share its words and its steps.
    pub fn rollout(&mut self, rollout: &mut Rollout) {
        self.meta(&mut rollout.meta);
        let (spec, status) = (&mut rollout.spec, &mut rollout.status);
        for condition in &mut status.conditions {
            self.words.share(&mut condition.kind);
            self.words.share(&mut condition.status);
            self.words.share(&mut condition.reason);
            self.words.share(&mut condition.message);
        }
        for text in [&mut status.phase, &mut status.message, &mut status.current_step_hash].into_iter().flatten() {
            self.words.share(text);
        }
        if let Some(selector) = &mut spec.selector {
            selector.match_labels.each(|text| self.words.share(text));
        }
        for container in spec.template.iter_mut().flat_map(|template| &mut template.spec.containers) {
            self.words.share(&mut container.name);
            self.words.share(&mut container.image);
        }
        if let Some(canary) = &mut spec.strategy.canary {
            self.steps.share(&mut canary.steps);
        }
    }
}

/// Values of which equal ones are one.
#[derive(Debug)]
struct Pool<T: ?Sized> {
    known: HashSet<Arc<T>>,
    /// At this size it is looked which ones nobody else has.
    room: usize,
}

impl<T: ?Sized> Default for Pool<T> {
    fn default() -> Self {
        Self { known: HashSet::new(), room: ROOM }
    }
}

impl<T: ?Sized + Eq + Hash> Pool<T> {
    fn share(&mut self, value: &mut Arc<T>) {
        if let Some(known) = self.known.get(value) {
            *value = Arc::clone(known);
            return;
        }
        if self.known.len() >= self.room {
            self.known.retain(|known| Arc::strong_count(known) > 1);
            self.room = (self.known.len() * 2).max(ROOM);
        }
        self.known.insert(Arc::clone(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rollout(name: &str) -> Rollout {
        Rollout::decode(&json!({
            "metadata": {"name": name, "namespace": "shop", "labels": {"team": "a"},
                "managedFields": [{"manager": "kubectl", "operation": "Apply"}]},
            "spec": {"strategy": {"canary": {"steps": [{"setWeight": 10}, {"pause": {}}]}},
                "template": {"spec": {"containers": [{"name": "main", "image": format!("{name}:1")}]}}},
            "status": {"phase": "Healthy",
                "conditions": [{"type": "Available", "status": "True", "reason": "R", "message": "m"}]}}))
    }

    #[test]
    fn two_rollouts_keep_their_common_words_once_and_stay_what_they_were() {
        let mut sharing = Sharing::default();
        let (mut one, mut other) = (rollout("a"), rollout("b"));
        sharing.rollout(&mut one);
        sharing.rollout(&mut other);
        assert_eq!((&one, &other), (&rollout("a"), &rollout("b")));
        assert!(Arc::ptr_eq(&one.status.conditions[0].message, &other.status.conditions[0].message));
        assert!(Arc::ptr_eq(&one.meta.namespace, &other.meta.namespace));
        let steps = |rollout: &Rollout| Arc::clone(&rollout.spec.strategy.canary.as_ref().unwrap().steps);
        assert!(Arc::ptr_eq(&steps(&one), &steps(&other)));
    }

    #[test]
    fn two_events_keep_their_common_words_once() {
        let event = || -> KubeEvent {
            serde_json::from_value(
                json!({"metadata": {"name": "e"}, "reason": "Scaled", "message": "up", "type": "Normal",
                "source": {"component": "c"}, "involvedObject": {"kind": "Rollout", "name": "web", "uid": "u"}}),
            )
            .unwrap()
        };
        let (mut sharing, mut one, mut other) = (Sharing::default(), event(), event());
        sharing.event(&mut one);
        sharing.event(&mut other);
        assert_eq!(one, event());
        assert!(Arc::ptr_eq(&one.message, &other.message) && Arc::ptr_eq(&one.about.uid, &other.about.uid));
    }

    #[test]
    fn what_nobody_uses_any_more_is_forgotten() {
        let mut pool = Pool::<str>::default();
        for number in 0..10 * ROOM {
            pool.share(&mut Arc::from(number.to_string()));
        }
        assert!(pool.known.len() <= ROOM, "{}", pool.known.len());
    }
}
