//! Cause: why a rollout is degraded, in the controller's own words without their wrapping.

use super::Subject;
use super::words;

/// The cause in one line. The controller writes `RolloutAborted: Rollout aborted update to revision 2: CAUSE` and
/// `InvalidSpec: The Rollout "web" is invalid: CAUSE`; what says nothing new is left out.
#[must_use]
pub fn of(subject: &Subject<'_>) -> String {
    let message = if subject.picture.message.is_empty() { from_conditions(subject) } else { &*subject.picture.message };
    let told = ["RolloutAborted: ", "InvalidSpec: ", "ProgressDeadlineExceeded: "]
        .iter()
        .find_map(|prefix| message.strip_prefix(prefix))
        .unwrap_or(message);
    if let Some(rest) = told.strip_prefix("Rollout aborted update to revision ") {
        return match rest.split_once(": ") {
            Some((_, cause)) => words::open_ended(cause).to_owned(),
            None => format!("the update to revision {}, no cause given", words::open_ended(rest)),
        };
    }
    if let Some((_, cause)) = told.strip_prefix("The Rollout ").and_then(|rest| rest.split_once("is invalid: ")) {
        return words::open_ended(cause).to_owned();
    }
    if told.is_empty() { "the controller gives no cause".to_owned() } else { words::open_ended(told).to_owned() }
}

/// The message of the first condition that is bad, when the status has none.
fn from_conditions<'a>(subject: &Subject<'a>) -> &'a str {
    let bad = [("InvalidSpec", "True"), ("Progressing", "False"), ("ReplicaFailure", "True"), ("Available", "False")];
    let found = bad.iter().find_map(|(kind, status)| subject.rollout.condition(kind).filter(|c| &*c.status == *status));
    found.map_or("", |condition| &*condition.message)
}
