//! What the rollouts controller does to ReplicaSets: finds its own, creates one for a new template, numbers revisions,
//! scales one at a time and forgets old ones.

use super::arithmetic::{Side, next};
use super::json::{annotation, controller_of, label, number, remove, set, text};
use super::pass::{Pass, REVISION, name_of, revision_of};
use super::scaledown::DEADLINE;
use super::spec::HASH_LABEL;
use super::status::condition;
use crate::demo::store::{Part, REPLICA_SETS, Refused, Store};
use serde_json::{Value, json};

/// The annotation with the `spec.replicas` that a ReplicaSet was last scaled for.
const DESIRED: &str = "rollout.argoproj.io/desired-replicas";
const HISTORY: &str = "rollout.argoproj.io/revision-history";

/// A ReplicaSet as a pass holds it.
#[derive(Clone, Debug)]
pub struct Held {
    /// Name.
    pub name: String,
    /// Pod template hash.
    pub hash: String,
    /// The pod template without the hash and without what was injected.
    pub template: Value,
    /// The same with what was injected.
    pub whole_template: Value,
    /// Revision number; 0 when it has none.
    pub revision: i64,
    /// For which `spec.replicas` it was scaled.
    pub desired: Option<i64>,
    /// Created at (text, sorts by time).
    pub created: String,
    /// `spec.replicas` and `status.availableReplicas`.
    pub side: Side,
    /// `status.replicas`.
    pub pods: i64,
    /// `status.readyReplicas`.
    pub ready: i64,
    /// Whether the ReplicaSet controller has seen its newest spec.
    pub observed: bool,
    /// `scale-down-deadline` as the pass read it, or "".
    pub deadline: String,
}

/// The ReplicaSets that a Rollout owns, oldest first.
pub fn held(store: &Store, rollout: &Value) -> Vec<Held> {
    let uid = text(rollout, "/metadata/uid");
    let (all, _) = store.list(&REPLICA_SETS, Some(text(rollout, "/metadata/namespace")));
    let mine = all.iter().filter(|set| controller_of(set) == uid);
    let mut mine: Vec<Held> = mine.map(|set| Held::of(set)).collect();
    mine.sort_by(|a, b| (&a.created, a.revision, &a.name).cmp(&(&b.created, b.revision, &b.name)));
    mine
}

impl Held {
    fn of(object: &Value) -> Self {
        let template = super::metadata::without_injected(object);
        let mut whole_template = object.pointer("/spec/template").cloned().unwrap_or_default();
        remove(&mut whole_template, &["metadata", "labels", HASH_LABEL]);
        let count = |pointer: &str| number(object, pointer).unwrap_or(0);
        Self {
            name: name_of(object).to_owned(),
            hash: label(object, HASH_LABEL).to_owned(),
            template,
            whole_template,
            revision: revision_of(object),
            desired: annotation(object, DESIRED).parse().ok(),
            created: text(object, "/metadata/creationTimestamp").to_owned(),
            side: Side { spec: count("/spec/replicas"), available: count("/status/availableReplicas") },
            pods: count("/status/replicas"),
            ready: count("/status/readyReplicas"),
            observed: count("/status/observedGeneration") >= count("/metadata/generation"),
            deadline: annotation(object, DEADLINE).to_owned(),
        }
    }
}

impl Pass<'_> {
    /// The ReplicaSets that are neither new nor stable.
    pub fn others(&self) -> Vec<usize> {
        (0..self.sets.len()).filter(|at| Some(*at) != self.new && Some(*at) != self.stable).collect()
    }

    /// Creates the ReplicaSet of a new template, without pods, and says so on the Rollout: two writes.
    pub fn create_replica_set(&mut self, hash: &str) {
        let revision = self.sets.iter().map(|set| set.revision).max().unwrap_or(0) + 1;
        let name = format!("{}-{hash}", self.name);
        let mut template = self.rollout.pointer("/spec/template").cloned().unwrap_or_else(|| json!({}));
        set(&mut template, &["metadata", "labels", HASH_LABEL], json!(hash));
        let labels = template.pointer("/metadata/labels").cloned().unwrap_or_default();
        let mut selector = self.rollout.pointer("/spec/selector").cloned().unwrap_or_else(|| json!({}));
        set(&mut selector, &["matchLabels", HASH_LABEL], json!(hash));
        let mut object = json!({
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {
                "name": name, "namespace": self.namespace, "labels": labels,
                "annotations": {DESIRED: self.spec().replicas().to_string(), REVISION: revision.to_string()},
                "ownerReferences": [{
                    "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": self.name,
                    "uid": text(&self.rollout, "/metadata/uid"), "controller": true, "blockOwnerDeletion": true,
                }],
            },
            "spec": {"replicas": 0, "selector": selector, "template": template},
            "status": {"replicas": 0},
        });
        if let Some(seconds) = number(&self.rollout, "/spec/minReadySeconds").filter(|seconds| *seconds > 0) {
            set(&mut object, &["spec", "minReadySeconds"], json!(seconds));
        }
        super::metadata::inject(&mut object, &super::metadata::at_creation(self.spec(), &self.before));
        if self.store.create(&REPLICA_SETS, object).is_err() {
            // Somebody else's ReplicaSet has the name. The real controller counts a collision and takes another hash.
            let mut after = self.before.clone();
            after.collision_count = Some(after.collision_count.unwrap_or(0) + 1);
            let text = format!("Failed to create ReplicaSet \"{name}\": it already exists");
            self.tell("Warning", "ReplicaSetCreateError", &text);
            after.set_condition(condition(self.now, "Progressing", "False", "ReplicaSetCreateError", text));
            after.finish(self.spec());
            self.write_status(&after);
            return;
        }
        self.write_revision(revision);
        let text = format!("Created ReplicaSet {name} (revision {revision})");
        self.tell("Normal", "NewReplicaSetCreated", &text);
        let mut after = self.before.clone();
        let text = format!("Created new replica set \"{name}\"");
        after.set_condition(condition(self.now, "Progressing", "True", "NewReplicaSetCreated", text));
        self.replace_status(&after);
    }

    fn write_revision(&mut self, revision: i64) {
        if revision_of(&self.rollout) == revision {
            return;
        }
        self.write_spec(|rollout| set(rollout, &["metadata", "annotations", REVISION], json!(revision.to_string())));
        self.tell("Normal", "RolloutUpdated", &format!("Rollout updated to revision {revision}"));
    }

    /// Gives the new ReplicaSet the highest revision, and the Rollout its number. Says whether it wrote.
    pub fn sync_revision(&mut self) -> bool {
        let Some(new) = self.new else { return false };
        let older = (0..self.sets.len()).filter(|at| *at != new).map(|at| self.sets[at].revision).max().unwrap_or(0);
        let present = self.sets[new].revision;
        if present <= older {
            let name = self.sets[new].name.clone();
            let revision = older + 1;
            // The Rollout was gone, or its ReplicaSet: then there is nothing to number.
            let _ = self.store.modify::<Refused>(&REPLICA_SETS, &self.namespace, &name, Part::Main, |object| {
                if present > 0 {
                    let before = annotation(object, HISTORY);
                    let history = if before.is_empty() { present.to_string() } else { format!("{before},{present}") };
                    set(object, &["metadata", "annotations", HISTORY], json!(history));
                }
                set(object, &["metadata", "annotations", REVISION], json!(revision.to_string()));
                Ok(())
            });
            self.write_revision(revision);
            return true;
        }
        if revision_of(&self.rollout) == present {
            return false;
        }
        self.write_revision(present);
        true
    }

    /// Scales stable, then new, then others; ends with the first that changed. Says whether one did.
    pub fn scale(&mut self) -> bool {
        if self.spec().paused() {
            return false;
        }
        self.remove_deadlines();
        let Some(new) = self.new else { return false };
        let stable = self.stable.filter(|stable| *stable != new);
        if let Some(stable) = stable {
            let count = self.next_counts(new, Some(stable)).1;
            if self.scale_to(stable, count) {
                return true;
            }
        }
        let count = self.next_counts(new, stable).0;
        if self.scale_new(new, count) {
            return true;
        }
        if self.spec().routed() { self.scale_others_later() } else { self.scale_others() }
    }

    fn next_counts(&self, new: usize, stable: Option<usize>) -> (i64, i64) {
        let spec = self.spec();
        if spec.routed() {
            return super::traffic::counts(spec, &self.before, self.weights.as_ref());
        }
        let older = self.others().into_iter().map(|at| self.sets[at].side.spec).sum();
        let weight = spec.target_weight(&self.before);
        next(spec.limits(), weight, self.sets[new].side, stable.map(|at| self.sets[at].side), older)
    }

    /// Old versions go first by their unavailable pods, then as far as enough stay available.
    fn scale_others(&mut self) -> bool {
        let mut scaled = false;
        for at in self.others() {
            let side = self.sets[at].side;
            if side.spec > side.available {
                scaled |= self.scale_to(at, side.available);
            }
        }
        let limits = self.spec().limits();
        let available: i64 = self.sets.iter().map(|set| set.side.available).sum();
        let mut surplus = available - (limits.replicas - limits.unavailable);
        for at in self.others() {
            let count = self.sets[at].side.spec;
            if surplus <= 0 || count == 0 {
                continue;
            }
            let down = count.min(surplus);
            scaled |= self.scale_to(at, count - down);
            surplus -= down;
        }
        scaled
    }

    /// Whether every side has exactly the pods that the current weight asks for.
    pub fn at_desired_counts(&self) -> bool {
        let Some(new) = self.new else { return false };
        let spec = self.spec();
        if spec.routed() {
            return self.routed_counts_fit(self.weights.as_ref());
        }
        let (want_new, want_stable) = super::arithmetic::desired(spec.limits(), spec.target_weight(&self.before));
        let fits = |at: usize, want: i64| self.sets[at].side.spec == want && self.sets[at].side.available == want;
        let enough = |want: i64| {
            let side = self.sets[new].side;
            side.spec == want && side.available >= spec.enough(want) && side.available <= want
        };
        if let Some(stable) = self.stable.filter(|stable| *stable != new) {
            if !fits(stable, want_stable) || self.sets[stable].pods != want_stable || !enough(want_new) {
                return false;
            }
        } else if !enough(spec.replicas()) {
            return false;
        }
        self.others().into_iter().all(|at| self.sets[at].side.available == 0)
    }

    /// Scales one ReplicaSet. Says whether its size changed; a new `desired-replicas` alone does not count.
    pub fn scale_to(&mut self, at: usize, count: i64) -> bool {
        let replicas = self.spec().replicas();
        let held = &self.sets[at];
        let (from, name, revision) = (held.side.spec, held.name.clone(), held.revision);
        // The deadline of an aborted version marks it for good.
        let kept = Some(at) == self.new && self.delays_abort();
        if from == count && held.desired == Some(replicas) {
            return false;
        }
        let written = self.store.modify::<Refused>(&REPLICA_SETS, &self.namespace, &name, Part::Main, |object| {
            set(object, &["spec", "replicas"], json!(count));
            set(object, &["metadata", "annotations", DESIRED], json!(replicas.to_string()));
            if count == 0 && !kept {
                remove(object, &["metadata", "annotations", DEADLINE]);
            }
            Ok(())
        });
        if written.is_err() || from == count {
            return false;
        }
        self.sets[at].side.spec = count;
        self.sets[at].observed = false;
        let way = if from < count { "up" } else { "down" };
        let text = format!("Scaled {way} ReplicaSet {name} (revision {revision}) from {from} to {count}");
        self.tell("Normal", "ScalingReplicaSet", &text);
        true
    }

    /// Whether `spec.replicas` changed since the active ReplicaSets were scaled.
    pub fn is_scaling_event(&self) -> bool {
        let replicas = self.spec().replicas();
        [self.new, self.stable]
            .into_iter()
            .flatten()
            .map(|at| &self.sets[at])
            .any(|set| set.side.spec > 0 && set.desired.is_some_and(|desired| desired != replicas))
    }

    /// Deletes old ReplicaSets beyond `revisionHistoryLimit`, oldest first, only those without pods.
    pub fn forget_old(&mut self) {
        let limit = number(&self.rollout, "/spec/revisionHistoryLimit").unwrap_or(10).max(0);
        let others = self.others();
        let surplus = others.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
        let mut gone = Vec::new();
        for at in others.into_iter().take(surplus) {
            let held = &self.sets[at];
            if held.side.spec != 0 || held.pods != 0 || !held.observed {
                continue;
            }
            if self.store.delete(&REPLICA_SETS, &self.namespace, &held.name).is_ok() {
                gone.push(held.name.clone());
            }
        }
        if gone.is_empty() {
            return;
        }
        let (new, stable) = (self.new_name(), self.stable.map(|at| self.sets[at].name.clone()));
        self.sets.retain(|set| !gone.contains(&set.name));
        let place = |name: Option<String>| name.and_then(|name| self.sets.iter().position(|set| set.name == name));
        (self.new, self.stable) = (place(new), place(stable));
    }
}

/// Whether an object is on its way out.
pub fn is_going(object: &Value) -> bool {
    object.pointer("/metadata/deletionTimestamp").is_some()
}
