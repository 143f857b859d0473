//! Why it stands as it stands: the sentence below the headline, from what the objects below tell ([`crate::argo::why`]):
//! the pod that does not start, the analysis that has to end, the pods that are left to restart. The controller's own
//! words only where they say more.

use super::standing::{self, Standing};
use super::{Subject, cause, page, words};
use crate::argo::why;

/// How the line about the progress deadline begins.
const DEADLINE: &str = "without progress";

/// The sentence; empty where the headline says it all.
#[must_use]
pub fn sentence(subject: &Subject<'_>) -> String {
    let said = &subject.picture.message;
    match standing::of(subject) {
        Standing::NoProgress => {
            let message = cause::stuck_pod(subject).and_then(|pod| pod.message.as_deref()).unwrap_or_default();
            return words::without_pod(message);
        }
        Standing::Aborted | Standing::InvalidSpec | Standing::Degraded | Standing::Healthy => return String::new(),
        Standing::WaitsForYou | Standing::Timed | Standing::Preview if !said.contains(' ') => return String::new(),
        Standing::Analysis
        | Standing::Restarting
        | Standing::Scaling
        | Standing::Progressing
        | Standing::PromotingFull => {
            if let Some(own) = own(subject) {
                return own;
            }
        }
        _ => {}
    }
    if page::headline(subject).contains(said.as_str()) { String::new() } else { said.clone() }
}

/// What the objects tell. The deadline counts by the second: it is told where a pod makes it matter.
fn own(subject: &Subject<'_>) -> Option<String> {
    let stuck = cause::stuck_pod(subject).is_some_and(|pod| pod.message.is_some());
    let mut lines = why::lines_on_page(subject.rollout, subject.picture, subject.context.cluster_now);
    lines.retain(|line| stuck || !line.starts_with(DEADLINE));
    // Before the pods, which stand in the tree as well: the first rows are those that a small screen shows.
    if let Some(at) = lines.iter().position(|line| line.starts_with(DEADLINE)).filter(|at| *at > 1) {
        let deadline = lines.remove(at);
        lines.insert(1, deadline);
    }
    if lines.is_empty() {
        return None;
    }
    let sentence = lines.join(" · ");
    subject.note_countdowns(&sentence, why::times(subject.picture));
    Some(sentence)
}
