//! `status`: how a rollout stands, for scripts. 0 healthy, 3 degraded or aborted, 4 neither: it moves, or waits.

use super::base::{Base, Ready};
use super::find::{Care, find};
use super::fleet::{self, Found, block_on};
use super::format::{self, Form};
use super::get::{gone, promote, seen};
use super::outcome::{Failure, code, warn, warn_all};
use crate::argo::picture::{Phase, Picture};
use crate::argo::rollout::Rollout;
use crate::cluster::oneshot::{Follow, Followed};
use crate::report::text::Row;
use jiff::Timestamp;
use std::fmt::Write as _;
use std::future::Future;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Tells how it stands. `watch`: until it is healthy or degraded, and for how long at most.
///
/// # Errors
/// Not found, ambiguous, not readable.
pub fn run(
    base: &Base,
    name: &str,
    form: Form,
    watch: Option<Option<Duration>>,
    out: &mut dyn Write,
) -> Result<u8, Failure> {
    let ready = base.ready()?;
    warn_all(&ready.warnings);
    block_on(async {
        let found = find(&ready, name, Care::Reading).await?;
        if let Some(limit) = watch {
            return follow(&ready, &found, form, limit, out).await;
        }
        let family = found.connection.family(&found.rollout).await;
        let (picture, missing) = fleet::picture_of(&found.rollout, Some(&family), found.at);
        warn_all(&missing);
        print(&ready, &found, &found.rollout, &picture, form, None, out)?;
        Ok(code_of(&picture).unwrap_or(code::TIMED_OUT))
    })?
}

/// What the phase means for a script; `None`: not decided yet.
fn code_of(picture: &Picture) -> Option<u8> {
    match picture.phase {
        Phase::Healthy => Some(code::DONE),
        Phase::Degraded => Some(code::DEGRADED),
        _ => None,
    }
}

async fn follow(
    ready: &Ready,
    found: &Found,
    form: Form,
    limit: Option<Duration>,
    out: &mut dyn Write,
) -> Result<u8, Failure> {
    let until = limit.and_then(|limit| Instant::now().checked_add(limit));
    let meta = &found.rollout.meta;
    let mut follow = found.connection.follow(&meta.namespace(), &meta.name);
    let mut printed = String::new();
    loop {
        let Some(rollout) = next_form(&mut follow, until, ready, found).await? else {
            return Err(timed_out(&meta.name, limit, &printed));
        };
        let Some(family) = within(until, found.connection.family(&rollout)).await else {
            return Err(timed_out(&meta.name, limit, &printed));
        };
        let at = fleet::now_there(&found.connection);
        // What cannot be read shows as not known in each line; it was or will be told once by `get`.
        let (picture, _) = fleet::picture_of(&rollout, Some(&family), at);
        let words = words(&picture);
        if words != printed {
            print(ready, found, &rollout, &picture, form, Some(at), out)?;
            printed = words;
        }
        if let Some(code) = code_of(&picture) {
            return Ok(code);
        }
    }
}

fn timed_out(name: &str, limit: Option<Duration>, printed: &str) -> Failure {
    let limit = crate::config::duration::text(limit.unwrap_or_default());
    let last = if printed.is_empty() { "it was not seen in that time" } else { printed };
    Failure::new(code::TIMED_OUT, format!("rollout {name} is neither healthy nor degraded after {limit}: {last}"))
}

/// The next form of a followed rollout; `None` when the time is up. A watch that is lost is told on stderr and goes on
/// by itself.
///
/// # Errors
/// The rollout was deleted.
pub(super) async fn next_form(
    follow: &mut Follow,
    until: Option<Instant>,
    ready: &Ready,
    found: &Found,
) -> Result<Option<Arc<Rollout>>, Failure> {
    loop {
        match within(until, follow.next()).await {
            Some(Some(Followed::Is(rollout))) => return Ok(Some(rollout)),
            Some(Some(Followed::Lost { trouble, .. })) => warn(&trouble.sentence),
            Some(Some(Followed::Gone) | None) => return Err(gone(ready, found)),
            None => return Ok(None),
        }
    }
}

/// Waits for something, until a time at most; `None` when the time is up.
async fn within<T>(until: Option<Instant>, work: impl Future<Output = T>) -> Option<T> {
    match until {
        None => Some(work.await),
        Some(until) => tokio::time::timeout_at(until.into(), work).await.ok(),
    }
}

/// One line: `Paused: CanaryPauseStep, step 1/6, weight 10 (25 by pods)`.
fn words(picture: &Picture) -> String {
    let mut text = picture.phase.to_string();
    if text.is_empty() {
        text.push_str("Unknown");
    }
    if !picture.message.is_empty() {
        let _ = write!(text, ": {}", picture.message.trim_end_matches('.'));
    }
    if let Some(step) = &picture.step {
        let _ = write!(text, ", step {}/{}", step.index, step.total);
    }
    if let Some(weights) = picture.weights {
        let _ = write!(text, ", weight {}", weights.set);
        match weights.actual {
            Some(actual) if actual != weights.set => {
                let _ = write!(text, " (actual {actual})");
            }
            _ => {}
        }
    }
    text
}

fn print(
    ready: &Ready,
    found: &Found,
    rollout: &Rollout,
    picture: &Picture,
    form: Form,
    stream: Option<Timestamp>,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let seen = seen(ready, found, stream.unwrap_or(found.at));
    let row = Row { seen: &seen, rollout, picture };
    match form {
        Form::Text | Form::Wide => writeln!(out, "{}", words(picture))?,
        // One object a line, so that a script can read a stream.
        Form::Json if stream.is_some() => out.write_all(format::line(&format::report(row))?.as_bytes())?,
        _ => out.write_all(format::one(form, row, &promote(&rollout.meta.name))?.as_bytes())?,
    }
    out.flush()?;
    Ok(())
}
