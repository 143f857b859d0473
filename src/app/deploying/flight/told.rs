//! What is said of a deploy: above its plan, and in the line below a screen.

use super::{Flight, NO_REACTION, Stage};
use crate::app::model::{Mark, Verdict};
use crate::app::present::{time, words};
use crate::deploy::consequence::Effect;
use crate::deploy::plan::Plan;
use crate::deploy::progress::{Fate, Outcome};
use jiff::Timestamp;

/// The way back from a new revision.
pub const BACK: &str = "u goes back to the revision before";

impl Flight {
    /// A revision is left to go back to.
    fn can_go_back(&self) -> bool {
        can_go_back(&self.plan)
    }

    /// What is said above its plan.
    #[must_use]
    pub fn told(&self) -> Vec<(Mark, String)> {
        match &self.stage {
            Stage::Waiting => vec![(Mark::Busy, "waits for the deploy before it".to_owned())],
            Stage::Sending => {
                let (done, all) = self.count();
                vec![(Mark::Busy, format!("sent: {done} of {all} objects"))]
            }
            Stage::Dropped(_) => vec![(Mark::Absent, "not sent: the deploy before it stopped".to_owned())],
            Stage::Ended(_, Err(trouble)) => {
                let mut told = vec![(Mark::Bad, format!("nothing was sent: {}", trouble.sentence))];
                told.extend(trouble.hint.clone().map(|hint| (Mark::Attention, hint)));
                told
            }
            Stage::Ended(_, Ok(outcome)) => ended(outcome),
        }
    }

    /// Its line below a screen; `None`: there is nothing to say any more.
    pub(super) fn verdict(&self, now: Timestamp) -> Option<Verdict> {
        let what = format!("deploy {} to {}", self.service, self.place);
        let verdict = |mark: Mark, spinning: bool, said: String, hint: &str| {
            Some(Verdict { mark, spinning, words: format!("{what}: {said}"), hint: hint.to_owned() })
        };
        match &self.stage {
            Stage::Waiting => verdict(Mark::Busy, false, "waits for the one before it".to_owned(), ""),
            Stage::Sending => {
                let (done, all) = self.count();
                verdict(Mark::Busy, true, format!("sent, {done} of {all} objects accepted"), "")
            }
            Stage::Dropped(_) => verdict(Mark::Absent, false, "not sent: the one before it stopped".to_owned(), ""),
            Stage::Ended(_, Err(trouble)) => {
                let hint = trouble.hint.as_deref().unwrap_or_default();
                verdict(
                    Mark::Bad,
                    false,
                    format!("refused, nothing was sent: {}", words::open_ended(&trouble.sentence)),
                    hint,
                )
            }
            Stage::Ended(at, Ok(outcome)) if outcome.is_done() => match &self.reaction {
                Some((_, told)) => verdict(Mark::Ok, false, told.clone(), if self.can_go_back() { BACK } else { "" }),
                None if !self.waits_for_controller() => {
                    verdict(Mark::Ok, false, "done: no rollout begins".to_owned(), "")
                }
                None => {
                    let accepted = format!("accepted {}, waiting for the controller", time::clock(*at, now));
                    if time::between(*at, now) < NO_REACTION {
                        verdict(Mark::Busy, true, accepted, "")
                    } else {
                        let hint = "no reaction yet: is the controller up? (e events)";
                        verdict(Mark::Attention, false, accepted, hint)
                    }
                }
            },
            Stage::Ended(_, Ok(outcome)) => {
                let told = ended(outcome);
                let (mark, first) = told.into_iter().next()?;
                verdict(mark, false, first, "deploying again goes on: what is applied stays")
            }
        }
    }
}

/// Whether a revision is left to go back to: behind a first deployment there is none.
#[must_use]
pub fn can_go_back(plan: &Plan) -> bool {
    plan.consequences.iter().any(|told| matches!(told.effect, Effect::Revision | Effect::StartsOver))
}

/// What became of an object, in words.
pub fn fate_words(fate: &Fate) -> String {
    match fate {
        Fate::Applied { found_later: true, .. } => "applied; the answer was lost, read again".to_owned(),
        Fate::Failed(failed) | Fate::Unknown(failed) => failed.trouble.sentence.clone(),
        Fate::Moved { what } => what.clone(),
        Fate::NotTried => "not tried".to_owned(),
        other => other.word().to_owned(),
    }
}

/// How a deploy ended: what stopped it, what is applied, what was not tried.
pub fn ended(outcome: &Outcome) -> Vec<(Mark, String)> {
    let names = |word: &str| outcome.with(word).into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let Some((identity, fate)) = outcome.stopped_by() else {
        let parts = ["applied", "removed", "unchanged"].map(|word| (outcome.with(word).len(), word));
        let words: Vec<String> =
            parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
        return vec![(Mark::Ok, format!("deployed: {}", words.join(", ")))];
    };
    let mut told = vec![match fate {
        Fate::Moved { what } => (Mark::Attention, format!("stopped at {identity}, which was not written: {what}")),
        Fate::Unknown(failed) => (Mark::Unknown, format!("stopped at {identity}: {}", failed.trouble.sentence)),
        Fate::Failed(failed) => (Mark::Bad, format!("stopped at {identity}: {}", failed.trouble.sentence)),
        other => (Mark::Bad, format!("stopped at {identity}: {}", other.word())),
    }];
    if let Fate::Failed(failed) | Fate::Unknown(failed) = fate {
        told.extend(failed.trouble.hint.clone().map(|hint| (Mark::Attention, hint)));
    }
    let applied = names("applied");
    let none = if applied.is_empty() { "nothing was applied".to_owned() } else { format!("applied: {applied}") };
    told.push((Mark::Attention, none));
    let not_tried = names("not-tried");
    if !not_tried.is_empty() {
        told.push((Mark::Absent, format!("not tried: {not_tried}")));
    }
    told
}
