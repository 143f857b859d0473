//! Follow: what comes of a deploy, by the watched Rollouts alone. It ends when they are healthy, when one is degraded, or
//! when one waits for a person: then the deploy is as far as it goes without one.

use super::told::{Close, Teller};
use super::{Options, Planned};
use crate::argo::picture::{self, Children, Phase, Picture, Waits};
use crate::argo::rollout::Rollout;
use crate::cluster::oneshot::Followed;
use crate::commands::fleet::now_there;
use crate::commands::outcome::{Failure, code, warn};
use crate::config::duration;
use crate::deploy::plan::Identity;
use crate::deploy::progress::{Fate, Outcome};
use std::io::Write;
use std::time::{Duration, Instant};

/// Follows every Rollout of the plan to its end, one after the other: they roll out side by side meanwhile.
///
/// # Errors
/// Degraded, or too late.
pub async fn to_the_end(
    planned: &Planned<'_>,
    options: &Options,
    outcome: &Outcome,
    limit: Duration,
    out: &mut dyn Write,
) -> Result<u8, Failure> {
    let teller = Teller { options };
    let until = Instant::now().checked_add(limit);
    let rollouts = outcome
        .fates
        .iter()
        .filter(|(identity, fate)| identity.is_rollout() && matches!(fate, Fate::Applied { .. } | Fate::Skipped));
    let mut close = Close::Healthy;
    let mut told = Vec::new();
    for (identity, _) in rollouts {
        let Some((ended, words)) = one(planned, identity, until, options).await else {
            let words = format!("{identity} is neither healthy nor degraded after {}", duration::text(limit));
            teller.end(Close::TimedOut, &planned.plan, Some(outcome), &words, out)?;
            let failure = Failure::new(code::TIMED_OUT, format!("{words}; it was applied and goes on"));
            return Err(failure.hint(format!("rolltop status {} --watch follows it", identity.name)));
        };
        told.push(format!("{identity}: {words}"));
        if close != Close::Degraded && ended != Close::Healthy {
            close = ended;
        }
    }
    let words = if told.is_empty() { "deployed; there is no rollout to follow".to_owned() } else { told.join("; ") };
    teller.end(close, &planned.plan, Some(outcome), &words, out)?;
    if close == Close::Degraded {
        return Err(Failure::new(code::DEGRADED, words).hint("rolltop get shows why"));
    }
    Ok(code::DONE)
}

async fn one(
    planned: &Planned<'_>,
    identity: &Identity,
    until: Option<Instant>,
    options: &Options,
) -> Option<(Close, String)> {
    let namespace = identity.namespace.as_deref().unwrap_or_default().into();
    let mut follow = planned.connection.follow(&namespace, &identity.name);
    let mut last = String::new();
    loop {
        let next = match until {
            None => follow.next().await,
            Some(until) => tokio::time::timeout_at(until.into(), follow.next()).await.ok()?,
        };
        let rollout = match next {
            Some(Followed::Is(rollout)) => rollout,
            Some(Followed::Lost { trouble, .. }) => {
                warn(&trouble.sentence);
                continue;
            }
            Some(Followed::Gone) | None => return Some((Close::Degraded, "it was deleted".to_owned())),
        };
        let picture = picture::of(&rollout, Children::default(), now_there(&planned.connection));
        let words = words(&rollout, &picture);
        if let Some(close) = settled(&picture) {
            return Some((close, words));
        }
        if words != last {
            tell(identity, &words, options);
            last = words;
        }
    }
}

fn settled(picture: &Picture) -> Option<Close> {
    match picture.phase {
        Phase::Healthy => Some(Close::Healthy),
        Phase::Degraded => Some(Close::Degraded),
        _ if matches!(picture.waits, Waits::Person { .. }) => Some(Close::Waiting),
        _ => None,
    }
}

/// How it stands, in words.
pub fn words(rollout: &Rollout, picture: &Picture) -> String {
    let step = picture.step.as_ref().map(|step| format!(", step {}/{}", step.index, step.total)).unwrap_or_default();
    let message = picture.message.trim_end_matches('.');
    let message = if message.is_empty() { String::new() } else { format!(": {message}") };
    let revision = rollout.meta.revision();
    let revision = if revision > 0 { format!("revision {revision} ") } else { String::new() };
    let promote = if matches!(picture.waits, Waits::Person { .. }) { ", waits for a promote" } else { "" };
    format!("{revision}{}{message}{step}{promote}", picture.phase)
}

#[expect(clippy::print_stderr, reason = "stderr is where a headless command tells how far it is; no UI is up then")]
fn tell(identity: &Identity, words: &str, options: &Options) {
    if !options.json {
        eprintln!("{}: {}", crate::clean::clean(&identity.to_string()), crate::clean::clean(words));
    }
}
