//! Actions: the only place that writes.
//!
//! A write reads the rollout, compares it with the situation that the decision was made on, and sends what the kubectl
//! plugin sends (Argo Rollouts, `pkg/kubectl-argo-rollouts/cmd`) plus the resourceVersion of that decision. The API
//! server compares the version and stores the patch in one step, so between the look and the write nothing can slip in:
//! it answers 409, and nothing was done. A 409 is never answered with another write, but for a brake
//! ([`Guard::Fresh`]), which is decided anew on the newest object a few times: the controller counts pods many times a
//! second, and an abort must not fail because of that.
//!
//! Each request is sent once. A lost answer is said to be lost; what happened is then told by the watched object.

pub mod record;
mod request;
mod words;

use super::client::Client;
use super::difference;
use super::failure::{Failure, Status, Transport};
use super::place;
use super::wire::Reader;
use crate::argo::deed::plan::{Facts, Guard, Object, Plan, plan as decide, still_holds};
use crate::argo::feed::Answer;
use crate::argo::picture::Children;
use crate::argo::rollout::Rollout;
use crate::names::Namespace;
use jiff::Timestamp;
use std::sync::Arc;
use words::Words;

/// A brake is decided anew on the newest object at most so often.
const BRAKES: usize = 4;

/// One rollout on one cluster, and what is done to it.
struct Doing<'a> {
    client: &'a Client,
    namespace: &'a Namespace,
    name: &'a str,
    plan: &'a Plan,
    dry_run: bool,
}

/// Why a request was not taken.
enum Refusal {
    /// A failure of the request.
    Failed(Failure),
    /// The server said yes and did not do it, as for a field of the wrong subresource.
    NotShown,
    /// The object that it goes to is another one than was decided on, in words.
    Another(String),
}

/// Carries out a plan: the one way by which anything is written. Whoever is to be told of a write (an Event on the
/// rollout) is told here, once the answer is known. `dry_run`: the server checks and stores nothing.
pub async fn carry_out(client: &Client, namespace: &Namespace, name: &str, plan: &Plan, dry_run: bool) -> Answer {
    let doing = Doing { client, namespace, name, plan, dry_run };
    match plan.guard {
        _ if plan.leaves_the_rollout() => doing.send(plan, "".into()).await,
        Guard::Exact => doing.exactly().await,
        Guard::Fresh => doing.brake().await,
    }
}

impl<'a> Doing<'a> {
    fn words(&self) -> Words<'a> {
        Words { client: self.client, namespace: self.namespace, name: self.name, plan: self.plan }
    }

    async fn read(&self) -> Result<Option<Arc<Rollout>>, Failure> {
        read(self.client, self.namespace, self.name).await
    }

    /// On the very object that was decided on, or not at all.
    async fn exactly(&self) -> Answer {
        match self.read().await {
            Err(failure) => return Answer::Refused(self.words().trouble(&failure, "get", None)),
            Ok(None) => return self.words().gone(),
            Ok(Some(now)) if !self.unchanged(&now) => return self.moved(&now),
            Ok(Some(_)) => {}
        }
        self.send(self.plan, self.plan.seen.resource_version.clone()).await
    }

    /// On the newest object, as long as the same is decided on it.
    async fn brake(&self) -> Answer {
        let mut answer = self.words().gone();
        for _ in 0..BRAKES {
            let now = match self.read().await {
                Err(failure) => return Answer::Refused(self.words().trouble(&failure, "get", None)),
                Ok(None) => return self.words().gone(),
                Ok(Some(now)) => now,
            };
            if !still_holds(self.plan, &now) {
                return self.moved(&now);
            }
            let facts = Facts { rollout: &now, children: Children::default(), now: Timestamp::now() };
            let fresh = match decide(&self.plan.deed, facts) {
                Ok(fresh) if fresh.sends_the_same(self.plan) => fresh,
                Ok(_) => return self.moved(&now),
                Err(refusal) => {
                    return Answer::Moved { sentence: format!("nothing was done: {}", refusal.sentence()) };
                }
            };
            answer = self.send(&fresh, fresh.seen.resource_version.clone()).await;
            // A conflict says for certain that nothing was stored.
            if !matches!(answer, Answer::Moved { .. }) {
                return answer;
            }
        }
        answer
    }

    /// Sends the requests one after the other, each once.
    async fn send(&self, plan: &Plan, mut version: Box<str>) -> Answer {
        let mut done = None;
        for request in &plan.requests {
            let on_rollout = request.object == Object::Rollout;
            match self.request(request, &version).await {
                Ok(answered) => {
                    if on_rollout {
                        version = answered;
                    }
                    done = Some(self.words().done(request));
                }
                Err(Refusal::Failed(Failure::Status(Status { code: 404, .. })))
                    if done.is_none() && request.subresource == Some("status") =>
                {
                    return self.at_once().await;
                }
                Err(refusal) => {
                    let answer = self.refused(refusal, request).await;
                    return match (done, answer) {
                        (None, answer) => answer,
                        (Some(done), Answer::Refused(trouble) | Answer::Unknown(trouble)) => {
                            Answer::Partly { done: done.to_owned(), trouble }
                        }
                        (Some(done), _) => Answer::Partly { done: done.to_owned(), trouble: self.words().overtaken() },
                    };
                }
            }
        }
        Answer::Accepted { resource_version: version }
    }

    /// 404 on the subresource: the rollout is gone, or the CRD is from before the subresource (Argo Rollouts 0.9 and
    /// older), where one patch of the main resource does it all.
    async fn at_once(&self) -> Answer {
        match self.read().await {
            Err(failure) => return Answer::Refused(self.words().trouble(&failure, "get", None)),
            Ok(None) => return self.words().gone(),
            Ok(Some(now)) if !self.unchanged(&now) => return self.moved(&now),
            Ok(Some(_)) => {}
        }
        let Some(unified) = &self.plan.unified else { return self.words().gone() };
        let request = request::unified(unified.clone());
        match self.request(&request, &self.plan.seen.resource_version).await {
            Ok(version) => Answer::Accepted { resource_version: version },
            Err(refusal) => self.refused(refusal, &request).await,
        }
    }

    async fn refused(&self, refusal: Refusal, request: &crate::argo::deed::plan::Request) -> Answer {
        let failure = match refusal {
            Refusal::Failed(failure) => failure,
            Refusal::NotShown => return Answer::Refused(self.words().ignored()),
            Refusal::Another(what) => return Answer::Moved { sentence: format!("nothing was done: {what}") },
        };
        match &failure {
            Failure::Status(Status { code: 404 | 409, .. }) if self.plan.leaves_the_rollout() => {
                self.words().another(request, matches!(&failure, Failure::Status(status) if status.code == 404))
            }
            Failure::Status(status) if status.code == 409 => match self.read().await {
                Ok(Some(now)) => self.moved(&now),
                Ok(None) => self.words().gone(),
                Err(_) => Answer::Moved {
                    sentence: format!("nothing was done: {} was changed by someone else at the same moment", self.name),
                },
            },
            Failure::Status(status) if status.code == 404 => self.words().gone(),
            _ if may_have_happened(&failure) => {
                let mut trouble = self.words().trouble(&failure, "patch", Some(request));
                trouble.sentence = format!("sent, but no answer came, it may have happened: {}", trouble.sentence);
                trouble.hint = Some("watch the rollout before you try again".to_owned());
                Answer::Unknown(trouble)
            }
            _ => Answer::Refused(self.words().trouble(&failure, "patch", Some(request))),
        }
    }

    /// Whether the object is the one that was decided on, to the version.
    fn unchanged(&self, now: &Rollout) -> bool {
        self.plan.seen.resource_version == now.meta.resource_version && still_holds(self.plan, now)
    }

    fn moved(&self, now: &Rollout) -> Answer {
        let holds = still_holds(self.plan, now);
        Answer::Moved { sentence: difference::sentence(&self.plan.seen, now, holds, self.plan.deed.words()) }
    }
}

/// One rollout; `None` when there is none of that name.
///
/// # Errors
/// Any [`Failure`] but 404 on the object.
pub async fn read(client: &Client, namespace: &Namespace, name: &str) -> Result<Option<Arc<Rollout>>, Failure> {
    match client.get(&place::object::<Rollout>(namespace, name, None)).await {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            Reader::default().object(&text).map(Some).map_err(Failure::Unreadable)
        }
        // A kind that is not served is answered with a plain 404 page, not with a Status that names the object.
        Err(Failure::Status(status)) if status.code == 404 && !status.object.is_empty() => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Whether a write that failed this way may have been stored all the same. An API server that gives up waiting (504),
/// a gateway that lost its backend (502, or a 5xx that is no Status) and a broken connection do not know.
pub fn may_have_happened(failure: &Failure) -> bool {
    match failure {
        Failure::Status(status) => match status.code {
            502 | 504 => true,
            500..=599 => status.reason.is_empty() || status.reason == "Timeout" || status.message.contains("timed out"),
            _ => false,
        },
        Failure::Transport(Transport::ReadOnly, _) => false,
        other => !other.never_arrived(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn only_an_answer_that_knows_counts_as_refused() {
        let status = |code, reason: &str, message: &str| {
            Failure::Status(Status { code, reason: reason.into(), message: message.into(), ..Status::default() })
        };
        for (failure, unknown) in [
            (status(403, "Forbidden", ""), false),
            (status(422, "Invalid", ""), false),
            (status(429, "TooManyRequests", ""), false),
            (status(500, "InternalError", "failed calling webhook"), false),
            (status(500, "InternalError", "etcdserver: request timed out"), true),
            (status(500, "", "oops"), true),
            (status(502, "", "bad gateway"), true),
            (status(503, "ServiceUnavailable", "starting"), false),
            (status(503, "", "no backend"), true),
            (status(504, "Timeout", ""), true),
            (Failure::Silent(Duration::from_secs(5)), true),
            (Failure::Transport(Transport::Lost, String::new()), true),
            (Failure::Transport(Transport::Refused, String::new()), false),
            (Failure::Transport(Transport::ReadOnly, String::new()), false),
            (Failure::Unreadable(String::new()), true),
        ] {
            assert_eq!(may_have_happened(&failure), unknown, "{failure:?}");
        }
    }
}
