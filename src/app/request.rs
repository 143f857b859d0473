//! Writes that were sent: from `sent` over `accepted` to what the controller did, judged by the watched object alone.
//! While one is not settled, no second one goes out for the same rollout.

use super::model::{Mark, Verdict};
use super::present::tick;
use super::present::verdict::{self, About, Stage};
use crate::argo::deed::plan::{Facts, Plan};
use crate::argo::deed::reaction::{Reaction, reaction};
use crate::argo::deed::{Deed, Extent};
use crate::argo::feed::{Answer, RequestId, Trouble};
use crate::names::RolloutKey;
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;

/// Writes that are remembered.
const KEPT: usize = 32;
/// A settled verdict stays so long on screen; trouble three times as long.
const STAYS: SignedDuration = SignedDuration::from_secs(10);
/// Without an answer and without a trace on the object for this long, a write is taken for lost.
const LOST_AFTER: SignedDuration = SignedDuration::from_secs(10);
/// An accepted write holds up the next one for at most so long. A controller that is down is found by the plan for
/// the next one, which reads the object; this is for a reaction that was never seen, because the object went there
/// and back between two looks.
const HOLDS_UP: SignedDuration = SignedDuration::from_mins(1);

/// One write.
#[derive(Clone, Debug)]
pub struct Write {
    /// Its number.
    pub id: RequestId,
    /// Which rollout.
    pub key: RolloutKey,
    /// Service, for people.
    pub service: String,
    /// Channel, for people.
    pub channel: String,
    /// What was sent, and what it was decided on.
    pub plan: Plan,
    /// When it was sent (local time).
    pub sent_at: Timestamp,
    /// How it was answered, and when (local time).
    pub answer: Option<(Answer, Timestamp)>,
    /// What the watched object shows since.
    pub reaction: Reaction,
    /// When the controller moved on (local time).
    pub reacted_at: Option<Timestamp>,
}

impl Write {
    fn stage(&self) -> Stage<'_> {
        match &self.answer {
            None => Stage::Sent { at: self.sent_at },
            Some((Answer::Accepted { .. }, at)) => {
                Stage::Accepted { at: *at, reaction: &self.reaction, settled_at: self.reacted_at }
            }
            Some((Answer::Moved { sentence }, _)) => Stage::Moved { sentence },
            Some((Answer::Refused(trouble), _)) => Stage::Refused(trouble),
            Some((Answer::Partly { done, trouble }, _)) => Stage::Partly { done, trouble },
            Some((Answer::Unknown(trouble), _)) => Stage::Unknown { trouble, reaction: &self.reaction },
        }
    }

    /// Whether it ends a pause or skips a step: then the rollout is about to move on.
    #[must_use]
    pub const fn promotes(&self) -> bool {
        matches!(self.plan.deed, Deed::Promote(Extent::Pause | Extent::Step))
    }

    /// Sent, and the server has not answered.
    #[must_use]
    pub fn in_flight(&self) -> bool {
        self.answer.is_none()
    }

    /// Whether another write on the same rollout has to wait for this one.
    #[must_use]
    pub fn blocks(&self, now: Timestamp) -> bool {
        let open = !self.reaction.is_settled();
        match &self.answer {
            None => true,
            Some((Answer::Accepted { .. }, at)) => open && now.duration_since(*at) < HOLDS_UP,
            // The rest may be sent as soon as the first part is seen on the object.
            Some((Answer::Partly { .. }, at)) => {
                self.reaction == Reaction::Waiting && now.duration_since(*at) < HOLDS_UP
            }
            Some((Answer::Unknown(_), at)) => open && now.duration_since(*at) < LOST_AFTER,
            Some((Answer::Moved { .. } | Answer::Refused(_), _)) => false,
        }
    }

    /// When its line goes; `None` while something is still expected.
    #[must_use]
    pub fn ends(&self) -> Option<Timestamp> {
        let (answer, at) = self.answer.as_ref()?;
        let stay = match answer {
            Answer::Accepted { .. } => {
                return self.reacted_at.and_then(|reacted| reacted.max(*at).checked_add(STAYS).ok());
            }
            Answer::Unknown(_) if self.reacted_at.is_some() => STAYS,
            Answer::Moved { .. } | Answer::Refused(_) | Answer::Partly { .. } | Answer::Unknown(_) => STAYS * 3,
        };
        self.reacted_at.unwrap_or(*at).max(*at).checked_add(stay).ok()
    }

    /// Its line.
    #[must_use]
    pub fn verdict(&self, now: Timestamp) -> Verdict {
        let about = About { verb: self.plan.deed.words(), service: &self.service, channel: &self.channel };
        let mut verdict = verdict::line(&about, &self.stage(), now);
        let done = matches!((&self.answer, &self.reaction), (Some((Answer::Accepted { .. }, _)), Reaction::Done(_)));
        if done && verdict.hint.is_empty() {
            verdict::afterwards(&self.plan.deed).clone_into(&mut verdict.hint);
        }
        verdict
    }

    /// When its line reads otherwise by time alone.
    #[must_use]
    pub fn tick(&self, now: Timestamp) -> Option<Timestamp> {
        let since = match &self.answer {
            None => Some(self.sent_at),
            Some((Answer::Accepted { .. } | Answer::Unknown(_), at)) if self.reacted_at.is_none() => Some(*at),
            Some(_) => None,
        };
        since.and_then(|at| tick::verdict(at, now)).into_iter().chain(self.ends().filter(|end| *end > now)).min()
    }
}

/// What became of a write, as the watched object shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Nothing more is expected.
    pub settled: bool,
    /// Its line.
    pub verdict: Verdict,
}

/// All of them, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Writes(VecDeque<Write>);

impl Writes {
    /// One was sent.
    pub fn sent(&mut self, write: Write) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(write);
    }

    /// One was answered.
    pub fn answered(&mut self, id: RequestId, answer: Answer, now: Timestamp) -> Option<&Write> {
        let write = self.0.iter_mut().find(|write| write.id == id)?;
        write.answer = Some((answer, now));
        Some(write)
    }

    /// A rollout changed: what did the controller do? The lines that read otherwise now, settled or not.
    pub fn observe(&mut self, key: &RolloutKey, facts: Facts<'_>, now: Timestamp) -> Vec<Observed> {
        let mut changed = Vec::new();
        for write in self.0.iter_mut().filter(|write| write.key == *key && write.reacted_at.is_none()) {
            let reaction = reaction(&write.plan, facts);
            if reaction == write.reaction {
                continue;
            }
            let settled = reaction.is_settled();
            write.reacted_at = settled.then_some(now);
            write.reaction = reaction;
            changed.push(Observed { settled, verdict: write.verdict(now) });
        }
        changed
    }

    /// A rollout is gone.
    pub fn gone(&mut self, key: &RolloutKey, now: Timestamp) {
        for write in self.0.iter_mut().filter(|write| write.key == *key && write.reacted_at.is_none()) {
            write.reaction = Reaction::Overtaken("the rollout was deleted".to_owned());
            write.reacted_at = Some(now);
        }
    }

    /// Writes that the server has not answered.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.0.iter().filter(|write| write.in_flight()).count()
    }

    /// The write that another one on this rollout has to wait for.
    #[must_use]
    pub fn blocking(&self, key: &RolloutKey, now: Timestamp) -> Option<&Write> {
        self.0.iter().rev().find(|write| write.key == *key && write.blocks(now))
    }

    /// The line that is shown, of a rollout or of any: the newest, but one that went wrong stands before those that
    /// did not. Where there are more, it says so.
    #[must_use]
    pub fn line(&self, key: Option<&RolloutKey>, now: Timestamp) -> Option<Verdict> {
        let fits = |write: &&Write| key.is_none_or(|key| write.key == *key);
        let fresh = |write: &&Write| write.ends().is_none_or(|end| now < end);
        let mut lines: Vec<Verdict> =
            self.0.iter().rev().filter(fits).filter(fresh).map(|write| write.verdict(now)).collect();
        let others = lines.len().saturating_sub(1);
        let wrong = |line: &Verdict| !matches!(line.mark, Mark::Ok | Mark::Busy);
        let at = lines.iter().position(wrong).unwrap_or(0);
        let mut line = (!lines.is_empty()).then(|| lines.swap_remove(at))?;
        if others > 0 {
            let done = lines.iter().filter(|line| line.mark == Mark::Ok).count();
            let more = match lines.iter().filter(|line| wrong(line)).count() {
                0 => format!("{others} more writes, {done} of them done: @"),
                bad => format!("{others} more writes, {done} of them done, {bad} not: @"),
            };
            line.hint = if line.hint.is_empty() { more } else { format!("{} · {more}", line.hint) };
        }
        Some(line)
    }

    /// When the line that is shown reads otherwise by time alone.
    #[must_use]
    pub fn tick(&self, key: Option<&RolloutKey>, now: Timestamp) -> Option<Timestamp> {
        let fits = |write: &&Write| key.is_none_or(|key| write.key == *key);
        let fresh = |write: &&Write| write.ends().is_none_or(|end| now < end);
        self.0.iter().filter(fits).filter(fresh).filter_map(|write| write.tick(now)).min()
    }
}

/// What could not be done, for the log.
#[must_use]
pub fn trouble_of(answer: &Answer) -> Option<&Trouble> {
    match answer {
        Answer::Refused(trouble) | Answer::Partly { trouble, .. } | Answer::Unknown(trouble) => Some(trouble),
        Answer::Accepted { .. } | Answer::Moved { .. } => None,
    }
}
