//! `list`: the rollouts of all chosen channels. What could be read is printed; what could not is told on stderr, and
//! the exit code says so.

use super::base::Base;
use super::fleet::{self, Told, block_on};
use super::format::{self, Form};
use super::outcome::{Failure, code, warn, warn_all};
use super::table::aligned;
use crate::argo::picture::Picture;
use crate::argo::rollout::{Rollout, StrategyKind};
use crate::cluster::oneshot::Family;
use crate::report::rollout::Seen;
use jiff::Timestamp;
use std::io::Write;
use std::sync::Arc;

/// What one source gave.
struct Lot {
    rollouts: Vec<Arc<Rollout>>,
    family: Option<Family>,
    at: Timestamp,
}

/// Lists.
///
/// # Errors
/// Bad input; nothing could be read at all; stdout failed.
pub fn run(base: &Base, form: Form, out: &mut dyn Write) -> Result<u8, Failure> {
    let ready = base.ready()?;
    warn_all(&ready.warnings);
    let told = block_on(fleet::ask(&ready, |source, connection| {
        let ready = &ready;
        async move {
            let rollouts = fleet::list(ready, &source, &connection).await?;
            let needed = form != Form::Name && !rollouts.is_empty();
            let scope = super::base::hub_scope(&source.scope);
            let family = if needed { Some(connection.all_children(&scope).await) } else { None };
            Ok(Lot { rollouts, family, at: Timestamp::now() })
        }
    }))?;

    let mut rows = Vec::new();
    let mut troubles = Vec::new();
    for Told { source, answer } in told {
        let lot = match answer {
            Ok(lot) => lot,
            Err(trouble) => {
                troubles.push(trouble);
                continue;
            }
        };
        let channel = ready.channel(&source).to_owned();
        let mut missing = Vec::new();
        for rollout in &lot.rollouts {
            let (picture, said) = fleet::picture_of(rollout, lot.family.as_ref(), lot.at);
            missing = said;
            let row = Row { channel: channel.clone(), cluster: source.cluster.to_string(), at: lot.at };
            rows.push((row, rollout.clone(), picture));
        }
        warn_all(&missing);
    }
    print(form, &rows, out)?;
    if rows.is_empty() && troubles.is_empty() {
        let looked: Vec<String> = ready.resolved.sources.iter().map(|source| source.scope.words()).collect();
        warn(&format!("no rollouts (looked in {}); -A looks in all namespaces", looked.join(", ")));
    }
    if troubles.is_empty() { Ok(code::DONE) } else { Err(Failure::of_troubles(&troubles)) }
}

/// Where a row comes from.
struct Row {
    channel: String,
    cluster: String,
    at: Timestamp,
}

impl Row {
    fn seen(&self) -> Seen<'_> {
        Seen { channel: &self.channel, cluster: &self.cluster, observed_at: self.at, stale: false }
    }
}

fn print(form: Form, rows: &[(Row, Arc<Rollout>, Picture)], out: &mut dyn Write) -> Result<(), Failure> {
    match form {
        Form::Name => {
            for (_, rollout, _) in rows {
                writeln!(out, "{}", format::name(rollout))?;
            }
        }
        Form::Json | Form::Yaml => {
            let items = rows.iter().map(|(row, rollout, picture)| format::report(rollout, picture, &row.seen()));
            out.write_all(format::data(form, &format::list(items.collect()))?.as_bytes())?;
        }
        Form::Text | Form::Wide => {
            if !rows.is_empty() {
                let mut lines = vec![head(form)];
                lines.extend(rows.iter().map(|(row, rollout, picture)| line(form, row, rollout, picture)));
                out.write_all(aligned(&lines).as_bytes())?;
            }
        }
    }
    out.flush()?;
    Ok(())
}

fn head(form: Form) -> Vec<String> {
    let mut names: Vec<&str> = vec![
        "CHANNEL",
        "CLUSTER",
        "NAMESPACE",
        "NAME",
        "STRATEGY",
        "PHASE",
        "STEP",
        "SET",
        "ACTUAL",
        "READY",
        "VERSION",
        "AGE",
    ];
    if form == Form::Wide {
        names.extend(["MESSAGE", "IMAGES"]);
    }
    names.into_iter().map(str::to_owned).collect()
}

fn line(form: Form, row: &Row, rollout: &Rollout, picture: &Picture) -> Vec<String> {
    let dash = || "-".to_owned();
    let unknown = || "?".to_owned();
    let weights = picture.weights;
    let share = |weight: i64, max: i64| if max == 100 { format!("{weight}%") } else { format!("{weight}/{max}") };
    let readable = rollout.unreadable.is_none();
    let mut cells = vec![
        row.channel.clone(),
        row.cluster.clone(),
        rollout.meta.namespace.to_string(),
        rollout.meta.name.to_string(),
        match picture.strategy {
            StrategyKind::Canary => "Canary".to_owned(),
            StrategyKind::BlueGreen => "BlueGreen".to_owned(),
            StrategyKind::Unknown => "unknown".to_owned(),
        },
        if picture.phase.as_str().is_empty() { unknown() } else { picture.phase.to_string() },
        picture.step.as_ref().map_or_else(dash, |step| format!("{}/{}", step.index, step.total)),
        weights.map_or_else(dash, |weights| share(weights.set, weights.max)),
        weights.map_or_else(dash, |weights| weights.actual.map_or_else(unknown, |actual| share(actual, weights.max))),
        if readable { format!("{}/{}", picture.replicas.ready, picture.replicas.desired) } else { unknown() },
        format::version(picture),
        format::age(rollout.meta.created, row.at),
    ];
    if form == Form::Wide {
        cells.push(if picture.message.is_empty() { dash() } else { picture.message.clone() });
        let images = picture.images.iter().map(|image| format!("{} ({})", image.image, image.tags.join(",")));
        cells.push(images.collect::<Vec<_>>().join(" "));
    }
    cells
}
