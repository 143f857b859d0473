//! Why it stands as it stands: the sentence below the headline, from what the objects below tell ([`crate::argo::why`]):
//! the pod that does not start, the analysis that has to end, the pods that are left to restart. The controller's own
//! words only where they say more.

use super::standing::{self, Standing};
use super::{Subject, cause, page};
use crate::argo::why;

/// How the line about the progress deadline begins.
const DEADLINE: &str = "without progress";

/// The sentence; empty where the headline says it all.
#[must_use]
pub fn sentence(subject: &Subject<'_>) -> String {
    let said = &subject.picture.message;
    match standing::of(subject) {
        Standing::NoProgress => {
            return cause::stuck_pod(subject).and_then(|pod| pod.message.as_deref()).unwrap_or_default().to_owned();
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
    let mut lines = why::lines(subject.rollout, subject.picture, subject.context.cluster_now);
    lines.retain(|line| stuck || !line.starts_with(DEADLINE));
    if lines.is_empty() {
        return None;
    }
    // Noted for the time of the next change: the lines may hold a countdown to any of these.
    for at in why::times(subject.picture) {
        if stuck || Some(at) != subject.picture.deadline_at {
            let _ = subject.countdown(at);
        }
    }
    Some(lines.join(" · "))
}
