//! Actions: the only place that writes.
//!
//! A promote reads the object, compares it with the situation that the decision was made on, and sends what the
//! kubectl plugin sends (Argo Rollouts, `pkg/kubectl-argo-rollouts/cmd/promote`) plus the resourceVersion of that
//! decision. The API server compares the version and stores the patch in one step, so between the look and the
//! write nothing can slip in: it answers 409, and nothing was done. A 409 is never answered with another write. If
//! the situation is still the same, because the controller only refreshed numbers, the person is told so and looks
//! again: numbers that change during a pause (pods that are no longer ready) are what one looks at before a promote.
//!
//! Each patch is sent once. A lost answer is said to be lost; what happened is then told by the watched object.

use super::client::{Client, MANAGER};
use super::difference;
use super::failure::{Failure, Status, Transport};
use super::place::{self, Query};
use super::trouble::{self, Attempt};
use super::wire::Reader;
use crate::argo::feed::{Answer, Trouble, TroubleKind};
use crate::argo::promote::{self, Promotion, Seen};
use crate::argo::rollout::Rollout;
use crate::names::Namespace;
use serde_json::Value;
use std::sync::Arc;

/// One rollout on one cluster, for requests and sentences.
struct Object<'a> {
    client: &'a Client,
    namespace: &'a Namespace,
    name: &'a str,
    dry_run: bool,
}

/// Sends a promote.
pub async fn promote(
    client: &Client,
    namespace: &Namespace,
    name: &str,
    promotion: &Promotion,
    dry_run: bool,
) -> Answer {
    let object = Object { client, namespace, name, dry_run };
    let seen = &promotion.seen;
    match object.read().await {
        Err(failure) => return Answer::Refused(object.trouble(&failure, "read", None)),
        Ok(None) => return object.gone(),
        Ok(Some(now)) if !unchanged(seen, &now) => return moved(seen, &now),
        Ok(Some(_)) => {}
    }
    let mut version = seen.resource_version.clone();
    let mut done = None;
    if let Some(patch) = &promotion.status_patch {
        match object.patch(Some("status"), patch, &version).await {
            Ok(answered) => {
                version = answered;
                done = Some("its pause was ended");
            }
            Err(Refusal::Failed(Failure::Status(Status { code: 404, .. }))) => {
                return object.promote_without_subresource(promotion).await;
            }
            Err(refusal) => return object.refused(refusal, Some("status"), seen).await,
        }
    }
    let Some(patch) = &promotion.spec_patch else { return Answer::Accepted { resource_version: version } };
    match object.patch(None, patch, &version).await {
        Ok(version) => Answer::Accepted { resource_version: version },
        Err(refusal) => match (done, object.refused(refusal, None, seen).await) {
            (None, answer) => answer,
            (Some(done), Answer::Refused(trouble) | Answer::Unknown(trouble)) => {
                Answer::Partly { done: done.to_owned(), trouble }
            }
            (Some(done), _) => Answer::Partly { done: done.to_owned(), trouble: object.overtaken() },
        },
    }
}

/// Whether the object is the one that was decided on, to the version.
fn unchanged(seen: &Seen, now: &Rollout) -> bool {
    *seen.uid == *now.meta.uid && seen.resource_version == now.meta.resource_version && promote::still_holds(seen, now)
}

fn moved(seen: &Seen, now: &Rollout) -> Answer {
    Answer::Moved { sentence: difference::sentence(seen, now, promote::still_holds(seen, now)) }
}

/// Why a patch was not taken.
enum Refusal {
    /// A failure of the request.
    Failed(Failure),
    /// The server said yes and did not do it, as for a field of the wrong subresource.
    NotShown,
}

impl Object<'_> {
    /// `None`: there is none of that name.
    async fn read(&self) -> Result<Option<Arc<Rollout>>, Failure> {
        read(self.client, self.namespace, self.name).await
    }

    /// Sends one merge patch, once, and looks whether the answered object shows it. Gives its resourceVersion.
    async fn patch(&self, subresource: Option<&str>, patch: &Value, version: &str) -> Result<Box<str>, Refusal> {
        if version.is_empty() {
            // Without a version the server would take it whatever happened meanwhile.
            return Err(Refusal::Failed(Failure::Config("the object has no resourceVersion to rely on".to_owned())));
        }
        let mut body = patch.clone();
        // Indexing a map that is not there makes it.
        if body.is_object() {
            body["metadata"]["resourceVersion"] = version.into();
        }
        let mut query = Query::new(place::object::<Rollout>(self.namespace, self.name, subresource));
        query.add("fieldManager", MANAGER);
        if self.dry_run {
            query.add("dryRun", "All");
        }
        let answer = self.client.merge(&query.into_text(), &body).await.map_err(Refusal::Failed)?;
        let answer: Value =
            serde_json::from_slice(&answer).map_err(|why| Refusal::Failed(Failure::Unreadable(why.to_string())))?;
        if !difference::shows(patch, &answer) {
            return Err(Refusal::NotShown);
        }
        Ok(answer["metadata"]["resourceVersion"].as_str().unwrap_or_default().into())
    }

    /// 404 on the subresource: the rollout is gone, or the CRD is from before the subresource (Argo Rollouts 0.9 and
    /// older), where one patch of the main resource does both.
    async fn promote_without_subresource(&self, promotion: &Promotion) -> Answer {
        let seen = &promotion.seen;
        match self.read().await {
            Err(failure) => return Answer::Refused(self.trouble(&failure, "read", None)),
            Ok(None) => return self.gone(),
            Ok(Some(now)) if !unchanged(seen, &now) => return moved(seen, &now),
            Ok(Some(_)) => {}
        }
        match self.patch(None, &promotion.unified_patch, &seen.resource_version).await {
            Ok(version) => Answer::Accepted { resource_version: version },
            Err(refusal) => self.refused(refusal, None, seen).await,
        }
    }

    async fn refused(&self, refusal: Refusal, subresource: Option<&str>, seen: &Seen) -> Answer {
        let failure = match refusal {
            Refusal::Failed(failure) => failure,
            Refusal::NotShown => return Answer::Refused(self.ignored()),
        };
        match &failure {
            Failure::Status(status) if status.code == 409 => match self.read().await {
                Ok(Some(now)) => moved(seen, &now),
                Ok(None) => self.gone(),
                Err(_) => Answer::Moved {
                    sentence: format!("nothing was done: {} was changed by someone else at the same moment", self.name),
                },
            },
            Failure::Status(status) if status.code == 404 => self.gone(),
            _ if may_have_happened(&failure) => {
                let mut trouble = self.trouble(&failure, "patch", subresource);
                trouble.sentence = format!("sent, but no answer came, it may have happened: {}", trouble.sentence);
                trouble.hint = Some("watch the rollout before you try again".to_owned());
                Answer::Unknown(trouble)
            }
            _ => Answer::Refused(self.trouble(&failure, "patch", subresource)),
        }
    }

    fn trouble(&self, failure: &Failure, verb: &str, subresource: Option<&str>) -> Trouble {
        let doing = match verb {
            "patch" => format!("promote {} in namespace {}", self.name, self.namespace),
            _ => format!("read {} in namespace {}", self.name, self.namespace),
        };
        let resource = match subresource {
            Some(subresource) => format!("rollouts/{subresource} in group argoproj.io"),
            None => "rollouts in group argoproj.io".to_owned(),
        };
        let right = if verb == "patch" { "patch" } else { "get" };
        let attempt = Attempt {
            cluster: self.client.context(),
            doing: &doing,
            right: Some((right, &resource)),
            whole_kind: false,
        };
        let mut trouble = trouble::of(failure, attempt);
        // A webhook, a quota or a policy engine answers 403 as well; its words are the reason.
        if let Failure::Status(status) = failure
            && status.code == 403
            && !(status.message.contains("cannot patch resource") || status.message.contains("cannot get resource"))
        {
            trouble.sentence = format!("{}: {}", trouble.sentence, status.message);
        }
        trouble
    }

    fn gone(&self) -> Answer {
        Answer::Moved {
            sentence: format!(
                "nothing was done: there is no rollout {} in namespace {} on {} any more",
                self.name,
                self.namespace,
                self.client.context()
            ),
        }
    }

    fn overtaken(&self) -> Trouble {
        let sentence = format!("{} was changed before its pause by hand could be ended as well", self.name);
        Trouble {
            kind: TroubleKind::Server,
            raw: sentence.clone(),
            sentence,
            hint: Some("promote again to end the pause by hand".to_owned()),
        }
    }

    fn ignored(&self) -> Trouble {
        let sentence = format!(
            "{} answered yes, but the rollout {} it answered with does not show the promote",
            self.client.context(),
            self.name
        );
        Trouble {
            kind: TroubleKind::Server,
            raw: sentence.clone(),
            sentence,
            hint: Some("a webhook may undo the change, or the CRD is of another version".to_owned()),
        }
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
fn may_have_happened(failure: &Failure) -> bool {
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
