//! The dialog before a write to each of several rollouts: one question, one order and one verdict per object.

use super::Ask;
use crate::argo::deed::Deed;
use crate::argo::deed::plan::{Facts, Plan, plan, still_holds};
use crate::names::RolloutKey;

/// One of the rollouts.
#[derive(Clone, Debug)]
pub struct Item {
    /// Which.
    pub key: RolloutKey,
    /// What would be sent to it, or why nothing is.
    pub plan: Result<Plan, String>,
}

impl Item {
    /// The rollout is another one than before: what was decided is moved along as long as it holds, and off for good
    /// once it does not. Whether it changed.
    pub fn observe(&mut self, facts: Facts<'_>) -> bool {
        let Ok(before) = &self.plan else { return false };
        if still_holds(before, facts.rollout) {
            match plan(&before.deed, facts) {
                Ok(again) if again.sends_the_same(before) => {
                    self.plan = Ok(again);
                    return false;
                }
                Err(refusal) => {
                    self.plan = Err(format!("changed meanwhile: {}", refusal.sentence()));
                    return true;
                }
                Ok(_) => {}
            }
        }
        self.plan = Err("changed meanwhile: look at it again".to_owned());
        true
    }

    /// The rollout is gone.
    pub fn gone(&mut self) {
        if self.plan.is_ok() {
            self.plan = Err("it was deleted meanwhile".to_owned());
        }
    }
}

/// The dialog.
#[derive(Clone, Debug)]
pub struct Bulk {
    /// What is done, as the words about it need it; each item has its own.
    pub deed: Deed,
    /// The rollouts, in order.
    pub items: Vec<Item>,
    /// How many could be written to when it opened: the number that has to be typed.
    pub asked: usize,
    /// What is asked.
    pub ask: Ask,
    /// Index of the first item that is shown.
    pub first: usize,
}

impl Bulk {
    /// How many will be written to.
    #[must_use]
    pub fn count(&self) -> usize {
        self.items.iter().filter(|item| item.plan.is_ok()).count()
    }
}
