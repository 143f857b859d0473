//! What the signed-in user may do, as far as it was asked: once per namespace of a source, good for ten minutes.

use crate::argo::feed::{Access, Order, Permission, Right};
use crate::names::{Namespace, SourceId};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

/// An answer is good for this long.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(10);
/// A question without an answer is asked again after this long, as is one that could not be asked.
const ASK_AGAIN: SignedDuration = SignedDuration::from_secs(30);

#[derive(Clone, Debug)]
struct Entry {
    asked_at: Timestamp,
    answer: Option<Access>,
}

/// Whether a write may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Allowed.
    Yes,
    /// Not allowed: what is missing, and the server's reason.
    No {
        /// The right.
        right: Right,
        /// May be empty.
        reason: String,
    },
    /// Asked, not answered yet, or not asked yet.
    Asking,
    /// Could not be asked; the server will decide. The reason.
    Unsure(String),
}

/// All answers.
#[derive(Clone, Debug, Default)]
pub struct AccessCache {
    answers: HashMap<(SourceId, Namespace), Entry>,
    /// What was asked before this counts no more.
    forgotten: HashMap<SourceId, Timestamp>,
}

impl AccessCache {
    /// Asks, unless a good answer is there or on its way.
    pub fn want(&mut self, source: SourceId, namespace: &Namespace, now: Timestamp) -> Option<Order> {
        let key = (source, namespace.clone());
        if let Some(entry) = self.answers.get(&key) {
            let good_for = match &entry.answer {
                Some(access) if !is_unsure(access) => GOOD_FOR,
                _ => ASK_AGAIN,
            };
            if now.duration_since(entry.asked_at) < good_for {
                return None;
            }
        }
        // An old answer is shown until the new one is there.
        let answer = self.answers.remove(&key).and_then(|entry| entry.answer);
        self.answers.insert(key, Entry { asked_at: now, answer });
        Some(Order::CheckAccess(source, namespace.clone()))
    }

    /// Takes an answer, unless it was asked for by who was signed in before.
    pub fn answered(&mut self, source: SourceId, namespace: Namespace, access: Access, now: Timestamp) {
        if self.forgotten.get(&source).is_some_and(|at| access.asked_at < *at) {
            return;
        }
        self.answers.insert((source, namespace), Entry { asked_at: now, answer: Some(access) });
    }

    /// A write was refused for want of rights, or the user signed in anew: what was said before counts no more.
    pub fn forget(&mut self, source: SourceId, now: Timestamp) {
        self.forgotten.insert(source, now);
        self.answers.retain(|(of, _), _| *of != source);
    }

    /// Whether what needs these rights may be sent, by what is known.
    #[must_use]
    pub fn rights(&self, source: SourceId, namespace: &Namespace, rights: &[Right]) -> Rights {
        let answer = self.answers.get(&(source, namespace.clone())).and_then(|entry| entry.answer.as_ref());
        let Some(access) = answer else { return Rights::Asking };
        let mut unsure = None;
        for right in rights {
            match access.of(*right) {
                Permission::Allowed => {}
                Permission::Denied(reason) => return Rights::No { right: *right, reason },
                Permission::Unknown(reason) => unsure = Some(reason),
            }
        }
        unsure.map_or(Rights::Yes, Rights::Unsure)
    }
}

fn is_unsure(access: &Access) -> bool {
    [Right::PatchStatus, Right::PatchRollouts]
        .into_iter()
        .any(|right| matches!(access.of(right), Permission::Unknown(_)))
}
