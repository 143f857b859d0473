//! Taking objects out: with what only they owned, without it, or by and by where finalizers hold them.

use super::change::{Happened, Refused};
use super::inner::{Inner, key, owners_of, uid_of};
use super::kind::{Kind, PODS};
use super::settle::metadata_mut;
use super::{Store, stamp};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::sync::Arc;

impl Store {
    /// Deletes an object at once, and what only it owned (no finalizers are honoured here; the HTTP layer marks those
    /// first).
    ///
    /// # Errors
    /// [`Refused::NotFound`].
    pub fn delete(&self, kind: &'static Kind, namespace: &str, name: &str) -> Result<Arc<Value>, Refused> {
        let mut inner = self.lock();
        let gone = self.remove(&mut inner, kind, namespace, name)?;
        let mut owners = vec![uid_of(&gone)];
        while let Some(owner) = owners.pop() {
            for (kind, namespace, name) in inner.owned.get(&owner).cloned().unwrap_or_default() {
                let Some(child) = inner.objects.get(&key(kind, &namespace, &name)).cloned() else { continue };
                let others = owners_of(&child).any(|other| other != owner && inner.alive(other));
                if others {
                    continue;
                }
                if let Ok(child) = self.remove(&mut inner, kind, &namespace, &name) {
                    owners.push(uid_of(&child));
                }
            }
        }
        Ok(gone)
    }

    /// Deletes an object and leaves what it owned, without the reference to it.
    ///
    /// # Errors
    /// [`Refused::NotFound`].
    pub fn delete_orphaning(&self, kind: &'static Kind, namespace: &str, name: &str) -> Result<Arc<Value>, Refused> {
        let mut inner = self.lock();
        let gone = self.remove(&mut inner, kind, namespace, name)?;
        let owner = uid_of(&gone);
        for (kind, namespace, name) in inner.owned.get(&owner).cloned().unwrap_or_default() {
            let key = key(kind, &namespace, &name);
            let Some(child) = inner.objects.get(&key) else { continue };
            let mut child = (**child).clone();
            if let Some(list) = metadata_mut(&mut child).get_mut("ownerReferences").and_then(Value::as_array_mut) {
                list.retain(|reference| reference.get("uid").and_then(Value::as_str) != Some(&owner));
            }
            self.commit(&mut inner, kind, key, Happened::Modified, child);
        }
        Ok(gone)
    }

    /// Marks an object as being deleted: it stays until its finalizers are gone. `finalizer` is added when given.
    ///
    /// # Errors
    /// [`Refused::NotFound`].
    pub fn mark_deleted(
        &self,
        kind: &'static Kind,
        namespace: &str,
        name: &str,
        finalizer: Option<&str>,
    ) -> Result<Arc<Value>, Refused> {
        let mut inner = self.lock();
        let key = key(kind, namespace, name);
        let Some(before) = inner.objects.get(&key).cloned() else {
            return Err(Refused::NotFound { kind: kind.qualified(), name: name.to_owned() });
        };
        if before.pointer("/metadata/deletionTimestamp").is_some() {
            return Ok(before);
        }
        let mut after = (*before).clone();
        let generation = before.pointer("/metadata/generation").and_then(Value::as_i64);
        let metadata = metadata_mut(&mut after);
        metadata.insert("deletionTimestamp".into(), Value::String(stamp(self.clock.now())));
        metadata.insert("deletionGracePeriodSeconds".into(), json!(0));
        if let Some(generation) = generation {
            metadata.insert("generation".into(), json!(generation + 1));
        }
        if let Some(finalizer) = finalizer {
            let list = metadata.entry("finalizers").or_insert_with(|| json!([]));
            if let Some(list) = list.as_array_mut() {
                list.push(json!(finalizer));
            }
        }
        Ok(self.commit(&mut inner, kind, key, Happened::Modified, after))
    }

    /// Asks a pod to leave within its grace period (or `grace` seconds): it stays until the kubelet has ended it. A
    /// second wish can only shorten the first.
    ///
    /// # Errors
    /// [`Refused::NotFound`].
    pub fn mark_leaving(&self, namespace: &str, name: &str, grace: Option<i64>) -> Result<Arc<Value>, Refused> {
        let mut inner = self.lock();
        let key = key(&PODS, namespace, name);
        let Some(before) = inner.objects.get(&key).cloned() else {
            return Err(Refused::NotFound { kind: PODS.qualified(), name: name.to_owned() });
        };
        let number = |path: &str| before.pointer(path).and_then(Value::as_i64);
        let grace = grace.or_else(|| number("/spec/terminationGracePeriodSeconds")).unwrap_or(30).max(0);
        let leaving = before.pointer("/metadata/deletionTimestamp").is_some();
        if leaving && number("/metadata/deletionGracePeriodSeconds").is_some_and(|present| present <= grace) {
            return Ok(before);
        }
        let mut after = (*before).clone();
        let end = self.clock.now().saturating_add(SignedDuration::from_secs(grace)).unwrap_or(self.clock.now());
        let metadata = metadata_mut(&mut after);
        metadata.insert("deletionTimestamp".into(), Value::String(stamp(end)));
        metadata.insert("deletionGracePeriodSeconds".into(), json!(grace));
        if let Some(generation) = number("/metadata/generation") {
            metadata.insert("generation".into(), json!(generation + 1));
        }
        Ok(self.commit(&mut inner, &PODS, key, Happened::Modified, after))
    }

    fn remove(
        &self,
        inner: &mut Inner,
        kind: &'static Kind,
        namespace: &str,
        name: &str,
    ) -> Result<Arc<Value>, Refused> {
        let key = key(kind, namespace, name);
        let Some(before) = inner.objects.get(&key).cloned() else {
            return Err(Refused::NotFound { kind: kind.qualified(), name: name.to_owned() });
        };
        Ok(self.commit(inner, kind, key, Happened::Deleted, (*before).clone()))
    }
}
