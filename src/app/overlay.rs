//! Overlays: what lies over a screen and takes the keys first. The dialog before a write, and the question before
//! leaving while a write is in flight.

use super::finder::Finder;
use super::present::dialog::{BUTTON_CALL, BUTTON_CANCEL, BUTTON_PROMOTE};
use crate::argo::deed::plan::{Facts, Plan, plan, still_holds};
use crate::argo::rollout::Rollout;
use crate::clean::clean;
use crate::names::RolloutKey;
use jiff::{SignedDuration, Timestamp};

/// Keys that were typed before the dialog was on screen for this long do nothing in it.
const TYPED_AHEAD: SignedDuration = SignedDuration::from_millis(300);
/// The longest text that a field takes, in bytes.
pub const FIELD: usize = 4 * 1024;

/// What lies over the screen.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// Before a write.
    Confirm(Box<Confirm>),
    /// Before leaving while a write is in flight. Index of the focused button: 0 waits, 1 leaves.
    Leave(usize),
    /// The finder.
    Finder(Finder),
}

/// The dialog before a write.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// Which rollout.
    pub key: RolloutKey,
    /// What will be sent, decided when the dialog opened.
    pub plan: Plan,
    /// The name that has to be typed.
    pub name: Option<String>,
    /// What has been typed.
    pub typed: String,
    /// Index of the focused button.
    pub focus: usize,
    /// Shows the request.
    pub show_call: bool,
    /// The rollout has left the situation that was decided on: how, in words.
    pub changed: Option<String>,
    /// When it opened (local time).
    pub opened_at: Timestamp,
    /// When it was on screen (local time). On a slow or frozen terminal that is later, and until then keys are typed
    /// blind.
    pub shown_at: Option<Timestamp>,
}

/// The buttons in the order of Tab, from Cancel on.
const ORDER: [usize; 3] = [BUTTON_CANCEL, BUTTON_PROMOTE, BUTTON_CALL];

impl Confirm {
    /// As it opens: the focus on Cancel.
    #[must_use]
    pub fn new(key: RolloutKey, plan: Plan, name: Option<String>, now: Timestamp) -> Self {
        Self {
            key,
            plan,
            name,
            typed: String::new(),
            focus: BUTTON_CANCEL,
            show_call: false,
            changed: None,
            opened_at: now,
            shown_at: None,
        }
    }

    /// Whether a key comes too early to be meant for it.
    #[must_use]
    pub fn is_typed_ahead(&self, now: Timestamp) -> bool {
        self.shown_at.is_none_or(|shown| now.duration_since(shown).abs() < TYPED_AHEAD)
    }

    /// The name that has to be typed is there, letter for letter.
    #[must_use]
    pub fn name_fits(&self) -> bool {
        self.name.as_ref().is_none_or(|name| *name == self.typed)
    }

    /// Moves the focus to another button.
    pub fn turn(&mut self, by: isize) {
        let at = ORDER.iter().position(|button| *button == self.focus).unwrap_or(0);
        let next = at.wrapping_add_signed(by) % ORDER.len();
        // `wrapping_add_signed(-1)` at 0 is usize::MAX, which is 0 modulo 3: the last one is meant.
        self.focus = if at == 0 && by < 0 { ORDER[ORDER.len() - 1] } else { ORDER[next] };
    }

    /// Puts text into the name field.
    pub fn put(&mut self, text: &str) {
        put(&mut self.typed, text);
    }

    /// The rollout is another one than before. As long as the situation holds, only the resourceVersion moves along;
    /// once it does not, nothing can be sent from here any more, even if it were to come back. Whether it changed.
    pub fn observe(&mut self, facts: Facts<'_>, now: Timestamp) -> bool {
        if self.changed.is_some() {
            return false;
        }
        let clock = super::present::time::clock(now, now);
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
        let clock = super::present::time::clock(now, now);
        self.changed.get_or_insert_with(|| format!("changed {clock}: the rollout was deleted"));
    }
}

/// Puts text into a field: newlines become blanks, what could drive a terminal or mislead a reader goes, up to
/// [`FIELD`] bytes.
pub fn put(field: &mut String, text: &str) {
    let one_line = text.trim_end_matches(['\r', '\n']).replace(['\n', '\r', '\t'], " ");
    for c in clean(&one_line).chars() {
        if field.len() + c.len_utf8() > FIELD {
            break;
        }
        field.push(c);
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
    format!("changed {}: {what}, review", super::present::time::clock(now, now))
}
