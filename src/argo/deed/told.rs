//! Told: what others read of a deed that was done, in a Kubernetes Event on the rollout.

use super::{Deed, Extent};
use std::sync::Arc;

/// The longest message of an event, in bytes (Kubernetes, `pkg/apis/core/validation/events.go`).
pub const LONGEST: usize = 1024;

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What was done.
    pub deed: Deed,
    /// Uid of the rollout that it was done to.
    pub uid: Arc<str>,
    /// Its resourceVersion after the write; empty: not known.
    pub resource_version: Box<str>,
    /// The user who did it.
    pub user: String,
    /// The machine that it was done from.
    pub host: String,
    /// Why; empty: not said.
    pub why: String,
}

impl Told {
    /// The event's `reason`: `RolltopPromote`, `RolltopSetImage`.
    #[must_use]
    pub fn reason(&self) -> String {
        let mut words = String::from("Rolltop");
        for word in self.deed.verb().split('-') {
            let mut letters = word.chars();
            words.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            words.push_str(letters.as_str());
        }
        words
    }

    /// The event's `message`: `promoted by ana@bastion with rolltop: looks good`.
    #[must_use]
    pub fn message(&self) -> String {
        let why = if self.why.is_empty() { String::new() } else { format!(": {}", self.why) };
        let mut words = format!("{} by {}@{} with rolltop{why}", done(&self.deed), self.user, self.host);
        words.truncate(words.floor_char_boundary(LONGEST));
        words
    }
}

/// What was done, in words.
fn done(deed: &Deed) -> String {
    match deed {
        Deed::Promote(Extent::Pause) => "promoted".to_owned(),
        Deed::Promote(Extent::Step) => "running step skipped".to_owned(),
        Deed::Promote(Extent::AllSteps) => "all steps skipped".to_owned(),
        Deed::Promote(Extent::Full) => "promoted full".to_owned(),
        Deed::Abort => "aborted".to_owned(),
        Deed::Retry => "retried".to_owned(),
        Deed::RetryExperiment { name } => format!("experiment {name} retried"),
        Deed::Pause => "paused".to_owned(),
        Deed::Resume => "resumed".to_owned(),
        Deed::Restart { .. } => "restarted".to_owned(),
        Deed::Undo(_) => "undone".to_owned(),
        Deed::SetImage { images } => {
            let all: Vec<String> = images.iter().map(|(container, image)| format!("{container}={image}")).collect();
            format!("image set to {}", all.join(", "))
        }
        Deed::Scale { replicas } => format!("scaled to {replicas}"),
        Deed::TerminateRun { name } => format!("analysis run {name} terminated"),
        Deed::TerminateExperiment { name } => format!("experiment {name} terminated"),
        Deed::DeleteRun { name } => format!("analysis run {name} deleted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(deed: Deed, why: &str) -> Told {
        Told {
            deed,
            uid: "u".into(),
            resource_version: "7".into(),
            user: "ana".to_owned(),
            host: "bastion".to_owned(),
            why: why.to_owned(),
        }
    }

    #[test]
    fn an_event_says_what_was_done_by_whom_from_where_and_why() {
        let promote = Deed::Promote(Extent::Pause);
        assert_eq!(told(promote.clone(), "").message(), "promoted by ana@bastion with rolltop");
        assert_eq!(told(promote, "looks good").message(), "promoted by ana@bastion with rolltop: looks good");
        assert_eq!(told(Deed::Scale { replicas: 3 }, "").message(), "scaled to 3 by ana@bastion with rolltop");
    }

    #[test]
    fn reasons_are_one_word_in_capitals_as_events_have_them() {
        let image = Deed::SetImage { images: [("c".into(), "i".into())].into() };
        for (deed, reason) in [
            (Deed::Promote(Extent::Full), "RolltopPromoteFull"),
            (image, "RolltopSetImage"),
            (Deed::Abort, "RolltopAbort"),
        ] {
            assert_eq!(told(deed, "").reason(), reason);
        }
    }

    #[test]
    fn a_long_reason_is_cut_between_two_letters() {
        let words = told(Deed::Abort, &"é".repeat(LONGEST)).message();
        assert!(words.len() <= LONGEST && words.ends_with('é'));
    }
}
