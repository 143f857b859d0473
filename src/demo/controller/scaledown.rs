//! Versions on their way out under traffic routing and blue-green: each waits for its `scale-down-deadline`, so that a
//! way back stays open for a while (Argo Rollouts, `rollout/replicaset.go`).
//!
//! A pass looks at the deadlines that it read at its start, also after it has changed one: that is what makes the real
//! controller take a version within its deadline for one that needs no pause and no analysis.

use super::json::{remove, set, text, time};
use super::pass::Pass;
use super::runs::{INCONCLUSIVE, RunKind, RunState};
use super::spec::HASH_LABEL;
use crate::demo::store::{Part, REPLICA_SETS, Refused, SERVICES, stamp};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The annotation with the time at which a ReplicaSet may be scaled to zero. It has no prefix.
pub const DEADLINE: &str = "scale-down-deadline";

impl Pass<'_> {
    /// Whether the aborted new version stays until its deadline.
    pub fn delays_abort(&self) -> bool {
        self.aborted() && self.stable.is_some() && self.new != self.stable && self.spec().delays_abort()
    }

    /// Takes the deadlines away from the new and the stable version: both are needed again.
    pub fn remove_deadlines(&mut self) {
        let new = self.new.filter(|_| !self.delays_abort());
        let stable = self.stable.filter(|stable| Some(*stable) != new);
        for at in new.into_iter().chain(stable) {
            if !self.sets[at].deadline.is_empty() {
                self.annotate(at, None);
            }
        }
    }

    /// Scales the new version; an aborted one waits for its deadline first. Says whether it scaled.
    pub fn scale_new(&mut self, new: usize, count: i64) -> bool {
        if !self.delays_abort() {
            return self.scale_to(new, count);
        }
        let Some(delay) = self.spec().abort_delay() else { return self.scale_to(new, count) };
        if self.sets[new].deadline.is_empty() {
            // Not before the stable version can take everything; until then the new one stays as it is.
            let full = self.stable.is_some_and(|stable| self.sets[stable].side.available == self.spec().replicas());
            if full {
                self.annotate(new, Some(delay));
            }
            return false;
        }
        match time(&self.sets[new].deadline) {
            Some(deadline) if deadline > self.now => {
                self.wake_at(just_after(deadline));
                false
            }
            Some(_) => self.scale_to(new, 0),
            None => self.scale_to(new, count),
        }
    }

    /// Scales down versions that are neither new nor stable, newest first. Says whether one was scaled.
    pub fn scale_others_later(&mut self) -> bool {
        let mut others = self.others();
        others.retain(|at| self.sets[*at].side.spec > 0);
        others.sort_by_key(|at| std::cmp::Reverse(self.sets[*at].revision));
        if others.is_empty() || self.keeps_old() {
            return false;
        }
        let mut scaled = false;
        let mut room = i64::MAX;
        if self.spec().routed() {
            scaled |= self.drop_unhealthy(&others);
            let limits = self.spec().limits();
            let available: i64 = self.sets.iter().map(|set| set.side.available).sum();
            room = available - (limits.replicas - limits.unavailable);
        }
        let promoted = !self.before.stable_rs.is_empty() && self.before.stable_rs == self.before.current_pod_hash;
        let mut waiting = 0;
        for at in others {
            if room <= 0 || self.sets[at].side.spec == 0 || self.is_referenced(at) {
                continue;
            }
            let from = self.sets[at].side.spec;
            let waits = !self.spec().routed() || promoted || !self.sets[at].deadline.is_empty();
            let count = if waits {
                self.delayed_count(at, &mut waiting)
            } else if self.is_ready(self.new) && self.is_ready(self.stable) {
                // A version that was overtaken in mid-update: no traffic goes to it any more.
                0
            } else {
                from
            };
            if count != from && self.scale_to(at, count) {
                scaled = true;
                room = room.saturating_sub(from - count);
            }
        }
        scaled
    }

    /// How many pods an old version has now: it gets a deadline, or waits for it. [quirk] One that waits is brought to
    /// `spec.replicas`, whatever it had.
    fn delayed_count(&mut self, at: usize, waiting: &mut usize) -> i64 {
        let limit = self.spec().delayed_limit();
        if self.sets[at].deadline.is_empty() {
            let delay = self.spec().scale_down_delay();
            if *waiting >= limit || delay.is_zero() {
                return 0;
            }
            *waiting += 1;
            self.annotate(at, Some(delay));
            return self.sets[at].side.spec;
        }
        *waiting += 1;
        if *waiting > limit {
            return 0;
        }
        match time(&self.sets[at].deadline).filter(|deadline| *deadline > self.now) {
            Some(deadline) => {
                self.wake_at(just_after(deadline));
                self.spec().replicas()
            }
            None => 0,
        }
    }

    /// Whether all old versions stay as they are for now.
    fn keeps_old(&self) -> bool {
        if self.before.pause(INCONCLUSIVE).is_some() {
            return true;
        }
        let Some(strategy) = self.spec().blue_green() else { return false };
        let analysed = strategy.get("postPromotionAnalysis").is_some_and(Value::is_object);
        let explicit = strategy.get("scaleDownDelaySeconds").is_some_and(|delay| !delay.is_null());
        // Nobody said for how long: until the analysis has succeeded.
        let promoted = self.new.is_some() && self.new == self.stable;
        let unfinished = !matches!(self.run_state(RunKind::PostPromotion), RunState::Successful | RunState::NotWanted);
        analysed && !explicit && !promoted && unfinished
    }

    fn drop_unhealthy(&mut self, others: &[usize]) -> bool {
        let mut scaled = false;
        for at in others {
            let side = self.sets[*at].side;
            if side.spec > side.available {
                scaled |= self.scale_to(*at, side.available);
            }
        }
        scaled
    }

    /// Whether a ReplicaSet exists and all its pods are available.
    fn is_ready(&self, at: Option<usize>) -> bool {
        at.is_some_and(|at| {
            let set = &self.sets[at];
            set.observed && set.side.available == set.side.spec
        })
    }

    /// Whether something still points at a ReplicaSet: a role, a weight, or the selector of a Service.
    fn is_referenced(&self, at: usize) -> bool {
        let hash = self.sets[at].hash.as_str();
        let status = &self.before;
        let said = [
            status.stable_rs.as_str(),
            status.current_pod_hash.as_str(),
            text(&status.blue_green, "/activeSelector"),
            text(&status.blue_green, "/previewSelector"),
            text(&status.canary, "/weights/canary/podTemplateHash"),
            text(&status.canary, "/weights/stable/podTemplateHash"),
        ];
        let selected = |name: &&str| {
            let service = self.store.get(&SERVICES, &self.namespace, name);
            service.is_some_and(|service| text(&service, &format!("/spec/selector/{HASH_LABEL}")) == hash)
        };
        !hash.is_empty() && (said.contains(&hash) || self.spec().services().iter().any(selected))
    }

    /// Whether an old version waits for its deadline now: the deadline of progress does not run then.
    pub fn waits_for_scale_down(&self) -> bool {
        let waits = |at: usize| {
            let set = &self.sets[at];
            set.side.spec > 0 && time(&set.deadline).is_some_and(|deadline| deadline > self.now)
        };
        self.others().into_iter().any(waits)
    }

    fn annotate(&mut self, at: usize, delay: Option<SignedDuration>) {
        let until = delay.map(|delay| self.now.saturating_add(delay).unwrap_or(self.now));
        let name = self.sets[at].name.clone();
        // A ReplicaSet that is gone needs no deadline.
        let _ = self.store.modify::<Refused>(&REPLICA_SETS, &self.namespace, &name, Part::Main, |object| {
            match until {
                Some(until) => set(object, &["metadata", "annotations", DEADLINE], json!(stamp(until))),
                None => remove(object, &["metadata", "annotations", DEADLINE]),
            }
            Ok(())
        });
        if let Some(until) = until {
            self.wake_at(just_after(until));
        }
    }
}

/// The controller acts when a time has passed, not when it comes.
fn just_after(time: Timestamp) -> Timestamp {
    time.saturating_add(SignedDuration::from_millis(5)).unwrap_or(time)
}
