//! The dialog before a write. It carries what was decided when it opened, and is shut for good when the situation is
//! another one.

use super::{Ask, Form};
use crate::app::present::time;
use crate::argo::deed::plan::{Facts, Plan, plan, still_holds};
use crate::argo::rollout::Rollout;
use crate::names::RolloutKey;
use jiff::Timestamp;

/// The dialog before a write.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// Which rollout.
    pub key: RolloutKey,
    /// What will be sent, decided when the dialog opened.
    pub plan: Plan,
    /// What is asked.
    pub ask: Ask,
    /// Shows the request.
    pub show_call: bool,
    /// The rollout has left the situation that was decided on: how, in words.
    pub changed: Option<String>,
    /// The form that it came from, to go back to.
    pub from: Option<Box<Form>>,
}

impl Confirm {
    /// As it opens.
    #[must_use]
    pub const fn new(key: RolloutKey, plan: Plan, ask: Ask) -> Self {
        Self { key, plan, ask, show_call: false, changed: None, from: None }
    }

    /// The rollout is another one than before. As long as the situation holds, only the resourceVersion moves along;
    /// once it does not, nothing can be sent from here any more, even if it were to come back. Whether it changed.
    pub fn observe(&mut self, facts: Facts<'_>, now: Timestamp) -> bool {
        if self.changed.is_some() {
            return false;
        }
        let clock = time::clock(now, now);
        if !still_holds(&self.plan, facts.rollout) {
            self.changed = Some(difference(&self.plan, facts.rollout, now));
            return true;
        }
        // The situation may be the same and the deed mean something else now, or nothing: decided anew each time.
        match plan(&self.plan.deed, facts) {
            Ok(again) if again.sends_the_same(&self.plan) => {
                self.plan = again;
                return false;
            }
            Ok(_) => {
                let verb = self.plan.deed.verb();
                self.changed = Some(format!("changed {clock}: {verb} would do something else now, review"));
            }
            Err(refusal) => self.changed = Some(format!("changed {clock}: {}", refusal.sentence())),
        }
        true
    }

    /// The rollout is gone.
    pub fn gone(&mut self, now: Timestamp) {
        let clock = time::clock(now, now);
        self.changed.get_or_insert_with(|| format!("changed {clock}: the rollout was deleted"));
    }
}

/// What is different from the situation that was decided on, in words.
fn difference(plan: &Plan, rollout: &Rollout, now: Timestamp) -> String {
    let seen = &plan.seen;
    let status = &rollout.status;
    let what = if seen.uid != rollout.meta.uid {
        "the rollout was deleted and made anew".to_owned()
    } else if rollout.meta.deleting.is_some() {
        "the rollout is being deleted".to_owned()
    } else if status.abort && !seen.abort {
        "the update was aborted".to_owned()
    } else if seen.pod_hash != status.current_pod_hash {
        "another version is being rolled out".to_owned()
    } else if seen.step_index != status.current_step_index {
        let steps = rollout.spec.steps().len();
        format!("step {}/{steps}", status.current_step_index.unwrap_or(0))
    } else if !seen.pauses.is_empty() && status.pause_conditions.is_empty() {
        "the pause is over".to_owned()
    } else if seen.spec_paused != rollout.spec.paused {
        if rollout.spec.paused { "it was paused by hand".to_owned() } else { "it was resumed by hand".to_owned() }
    } else if seen.generation != rollout.meta.generation {
        "its spec was changed".to_owned()
    } else {
        "another pause began".to_owned()
    };
    format!("changed {}: {what}, review", time::clock(now, now))
}
