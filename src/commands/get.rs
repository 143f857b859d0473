//! `get`: one rollout with what belongs to it, once or whenever it changes.

use super::base::{Base, Ready};
use super::find::{Care, find};
use super::fleet::{self, Found, block_on};
use super::follow::{Follow, Seen};
use super::format::{self, Form};
use super::outcome::{Failure, code, warn, warn_all};
use crate::report::rollout::Seen as ReportSeen;
use crate::report::text::Row;
use jiff::Timestamp;
use std::io::Write;

/// Shows.
///
/// # Errors
/// Not found, ambiguous, not readable.
pub fn run(base: &Base, name: &str, form: Form, watch: bool, out: &mut dyn Write) -> Result<u8, Failure> {
    let ready = base.ready()?;
    warn_all(&ready.warnings);
    let (found, family) = block_on(async {
        let found = find(&ready, name, Care::Reading).await?;
        let family =
            if watch || form == Form::Name { None } else { Some(found.connection.family(&found.rollout).await) };
        Ok::<_, Failure>((found, family))
    })??;
    if watch {
        return stream(&ready, &found, form, out);
    }
    let (picture, missing) = fleet::picture_of(&found.rollout, family.as_ref(), found.at);
    warn_all(&missing);
    let seen = seen(&ready, &found, found.at);
    let row = Row { seen: &seen, rollout: &found.rollout, picture: &picture };
    out.write_all(format::one(form, row, &promote(name))?.as_bytes())?;
    out.flush()?;
    Ok(code::DONE)
}

/// What a person types to promote it.
#[must_use]
pub fn promote(name: &str) -> String {
    format!("rolltop promote {name}")
}

/// Where and when a rollout was seen, for the report.
#[must_use]
pub fn seen<'a>(ready: &'a Ready, found: &'a Found, at: Timestamp) -> ReportSeen<'a> {
    ReportSeen {
        channel: ready.channel(&found.source),
        cluster: found.source.cluster.as_str(),
        observed_at: at,
        stale: false,
    }
}

fn stream(ready: &Ready, found: &Found, form: Form, out: &mut dyn Write) -> Result<u8, Failure> {
    let mut follow = Follow::start(ready, found);
    let mut printed = String::new();
    loop {
        match follow.wait() {
            Seen::Changed => {}
            Seen::Gone => return Err(gone(ready, found)),
            Seen::Down(trouble) => {
                warn(&trouble.sentence);
                continue;
            }
        }
        let Some((rollout, picture)) = follow.picture() else { continue };
        let now = follow.now();
        let at = seen(ready, found, now);
        // The time of observation alone is no change.
        let same = ReportSeen { observed_at: Timestamp::UNIX_EPOCH, ..at.clone() };
        let essence = format::line(&format::report(Row { seen: &same, rollout: &rollout, picture: &picture }))?;
        if essence == printed {
            continue;
        }
        let first = printed.is_empty();
        printed = essence;
        let row = Row { seen: &at, rollout: &rollout, picture: &picture };
        let text = match form {
            // One object a line, so that a script can read a stream.
            Form::Json => format::line(&format::report(row))?,
            _ => format::one(form, row, &promote(&rollout.meta.name))?,
        };
        match form {
            Form::Yaml => writeln!(out, "---")?,
            Form::Text | Form::Wide if !first => writeln!(out, "\n--- {now:.0}")?,
            _ => {}
        }
        out.write_all(text.as_bytes())?;
        out.flush()?;
    }
}

/// The rollout went away while it was followed.
#[must_use]
pub fn gone(ready: &Ready, found: &Found) -> Failure {
    let meta = &found.rollout.meta;
    let channel = ready.channel(&found.source);
    Failure::failed(format!("rollout {} in {channel}, namespace {}, was deleted", meta.name, meta.namespace))
}
