//! Follow: what became of it, by watched objects alone.

use super::told::{Close, More, Moved, Teller};
use crate::argo::deed::plan::Plan;
use crate::argo::deed::reaction::{Reaction, reaction};
use crate::argo::rollout::Rollout;
use crate::commands::outcome::{Failure, code, warn};
use crate::commands::status::next_form;
use crate::config::duration;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often a run or an experiment is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Follows until it is done or overtaken, for at most `limit`.
///
/// # Errors
/// Overtaken, or too late.
pub async fn to_the_end(teller: &Teller<'_>, plan: &Plan, limit: Duration, out: &mut dyn Write) -> Result<u8, Failure> {
    let until = Instant::now().checked_add(limit);
    let mut last = String::new();
    let ended = if plan.leaves_the_rollout() {
        of_child(teller, plan, until, &mut last, out).await?
    } else {
        of_rollout(teller, plan, until, &mut last, out).await?
    };
    let object = teller.object();
    match ended {
        Some((Reaction::Done(words), rollout)) => {
            teller.tell(out, Close::Reacted, &format!("done: {words}"), more(plan, &rollout))?;
            Ok(code::DONE)
        }
        Some((Reaction::Overtaken(words), rollout)) => {
            let words = format!("sent, then overtaken: {words}");
            teller.tell(out, Close::Moved, &words, more(plan, &rollout))?;
            let code = if rollout.status.abort { code::DEGRADED } else { code::FAILED };
            Err(Failure::new(code, format!("{object}: {words}")))
        }
        _ => {
            let last = if last.is_empty() { "the controller did not react".to_owned() } else { last };
            let words = format!("sent, but it is not done after {}: {last}", duration::text(limit));
            teller.tell(out, Close::Unknown, &words, More::default())?;
            Err(Failure::new(code::TIMED_OUT, format!("{object}: {words}"))
                .hint("is the Argo Rollouts controller running in that cluster? rolltop get shows how it stands"))
        }
    }
}

/// How it ended, with the rollout as it was then; `None` when the time is up.
type Ended = Option<(Reaction, Arc<Rollout>)>;

async fn of_rollout(
    teller: &Teller<'_>,
    plan: &Plan,
    until: Option<Instant>,
    last: &mut String,
    out: &mut dyn Write,
) -> Result<Ended, Failure> {
    let found = &teller.subject.found;
    let meta = &found.rollout.meta;
    let mut follow = found.connection.follow(&meta.namespace(), &meta.name);
    let nothing = crate::cluster::oneshot::near::Near::default();
    while let Some(rollout) = next_form(&mut follow, until, teller.ready, found).await? {
        let now = reaction(plan, teller.subject.facts(&rollout, &nothing));
        if now.is_settled() {
            return Ok(Some((now, rollout)));
        }
        under_way(teller, &now, last, out)?;
    }
    Ok(None)
}

/// Runs and experiments change without their rollout: they are read again and again.
async fn of_child(
    teller: &Teller<'_>,
    plan: &Plan,
    until: Option<Instant>,
    last: &mut String,
    out: &mut dyn Write,
) -> Result<Ended, Failure> {
    let found = &teller.subject.found;
    let mut told = String::new();
    loop {
        let near = found.connection.near(&found.rollout, &plan.deed).await;
        if let Some(trouble) = near.troubles.first()
            && told != trouble.sentence
        {
            warn(&trouble.sentence);
            told.clone_from(&trouble.sentence);
        }
        let now = reaction(plan, teller.subject.facts(&found.rollout, &near));
        if now.is_settled() {
            return Ok(Some((now, found.rollout.clone())));
        }
        under_way(teller, &now, last, out)?;
        if until.is_some_and(|until| Instant::now() + LOOK >= until) {
            return Ok(None);
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn under_way(teller: &Teller<'_>, now: &Reaction, last: &mut String, out: &mut dyn Write) -> Result<(), Failure> {
    if let Reaction::UnderWay(words) = now
        && words != last
    {
        teller.tell(out, Close::UnderWay, words, More::default())?;
        last.clone_from(words);
    }
    Ok(())
}

/// The step before and now, where there are steps and they differ.
fn more(plan: &Plan, rollout: &Rollout) -> More {
    let (from, to) = (plan.seen.step_index.unwrap_or(0), rollout.status.current_step_index.unwrap_or(0));
    let total = rollout.spec.steps().len();
    More { step: (total > 0 && from != to).then_some(Moved { from, to, total }), ..More::default() }
}
