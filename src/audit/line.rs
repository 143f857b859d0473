//! A line: what stands in it. The names are the field's own, in the spelling of the API.

use super::calls::{self, Call};
use super::{Attempt, From, Who};
use crate::argo::deed::plan::Guard;
use crate::argo::feed::{Answer, Trouble};
use crate::argo::mask;
use crate::clean::clean;
use jiff::{Timestamp, TimestampRound, Unit};
use serde::Serialize;
use std::time::Duration;

/// What both lines of a write say alike, so that each can be searched for by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    user: String,
    user_id: u32,
    host: String,
    from: &'static str,
    channel: String,
    cluster: String,
    context: String,
    namespace: String,
    rollout: String,
    object: String,
    action: &'static str,
}

impl About {
    /// From where things are: channel, cluster, context, namespace, rollout and object.
    pub(super) fn at(who: &Who, from: From, at: [&str; 6], action: &'static str) -> Self {
        let [channel, cluster, context, namespace, rollout, object] = at.map(|text| clean(text).into_owned());
        Self {
            user: who.user.clone(),
            user_id: who.user_id,
            host: who.host.clone(),
            from: from.word(),
            channel,
            cluster,
            context,
            namespace,
            rollout,
            object,
            action,
        }
    }

    /// From what is going to be sent.
    pub(super) fn of(who: &Who, attempt: &Attempt<'_>) -> Self {
        let object = calls::object(attempt.plan, attempt.name);
        let at = [attempt.channel, attempt.cluster, attempt.context, attempt.namespace.as_str(), attempt.name, &object];
        Self::at(who, attempt.from, at, attempt.plan.deed.verb())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Before<'a> {
    id: &'a str,
    phase: &'static str,
    time: Timestamp,
    #[serde(flatten)]
    about: &'a About,
    uid: &'a str,
    resource_version: &'a str,
    /// The newest object is written, whatever its version, as long as the same is decided on it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    on_newest: bool,
    requests: Vec<Call>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<Call>,
    reason: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    version: &'static str,
    pid: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct After<'a> {
    id: &'a str,
    phase: &'static str,
    time: Timestamp,
    #[serde(flatten)]
    about: &'a About,
    #[serde(flatten)]
    outcome: &'a Outcome,
    duration_ms: u64,
}

/// How a write ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    #[serde(rename = "outcome")]
    word: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    message: String,
    /// resourceVersion after the write.
    #[serde(skip_serializing_if = "String::is_empty")]
    resource_version: String,
}

impl Outcome {
    /// From the answer.
    pub(super) fn of(answer: &Answer) -> Self {
        let said = |word, message: String| Self { word, message: safe(&message), resource_version: String::new() };
        let raw = |trouble: &Trouble| trouble.sentence.clone();
        match answer {
            Answer::Accepted { resource_version } => {
                Self { word: "accepted", message: String::new(), resource_version: resource_version.to_string() }
            }
            Answer::Moved { sentence } => said("moved", sentence.clone()),
            Answer::Refused(trouble) => said("refused", raw(trouble)),
            Answer::Partly { done, trouble } => said("partly", format!("{done}; then: {}", trouble.sentence)),
            Answer::Unknown(trouble) => said("unknown", raw(trouble)),
        }
    }

    /// From a word and what is to be said about it.
    pub(super) fn in_a_word(word: &'static str, message: &str, resource_version: &str) -> Self {
        Self { word, message: safe(message), resource_version: resource_version.to_owned() }
    }

    /// Nobody waits for the answer.
    pub(super) fn unanswered() -> Self {
        let message = "rolltop ended before the answer came; it may have happened".to_owned();
        Self { word: "unanswered", message, resource_version: String::new() }
    }
}

/// The line before a write.
pub(super) fn before(id: &str, now: Timestamp, about: &About, attempt: &Attempt<'_>) -> String {
    let plan = attempt.plan;
    let line = Before {
        id,
        phase: "before",
        time: millis(now),
        about,
        uid: &plan.seen.uid,
        resource_version: &plan.seen.resource_version,
        on_newest: plan.guard == Guard::Fresh,
        requests: calls::of(plan, attempt.namespace, attempt.name),
        fallback: calls::fallback(plan, attempt.namespace, attempt.name),
        reason: safe(attempt.reason),
        dry_run: attempt.dry_run,
        version: env!("CARGO_PKG_VERSION"),
        pid: std::process::id(),
    };
    text(&line)
}

/// The line after it.
pub(super) fn after(id: &str, now: Timestamp, about: &About, outcome: &Outcome, took: Duration) -> String {
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    text(&After { id, phase: "after", time: millis(now), about, outcome, duration_ms })
}

/// Free text: what could drive a terminal and what is secret goes.
pub(super) fn safe(words: &str) -> String {
    mask::text(&clean(words))
}

pub(super) fn millis(at: Timestamp) -> Timestamp {
    at.round(TimestampRound::new().smallest(Unit::Millisecond)).unwrap_or(at)
}

/// Structures of texts, numbers and JSON values always become JSON.
pub(super) fn text(line: &impl Serialize) -> String {
    serde_json::to_string(line).unwrap_or_default()
}
