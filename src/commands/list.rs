//! `list`: the rollouts of all chosen channels. What could be read is printed; what could not is told on stderr, and
//! the exit code says so.

use super::base::Base;
use super::fleet::{self, Listed, Told, block_on};
use super::format::{self, Form};
use super::outcome::{Failure, code, warn, warn_all};
use crate::app::present::version;
use crate::argo::age;
use crate::argo::picture::Picture;
use crate::argo::rollout::Rollout;
use crate::cluster::oneshot::Family;
use crate::report::rollout::{RolloutReportList, Seen, strategy_word};
use crate::report::table::aligned;
use crate::report::text::{self, Row};
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
            let Listed { rollouts, scope } = fleet::list(ready, &source, &connection).await?;
            let needed = form != Form::Name && !rollouts.is_empty();
            let family = if needed { Some(connection.all_children(&scope).await) } else { None };
            Ok(Lot { rollouts, family, at: fleet::now_there(&connection) })
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
            let place = Place { channel: channel.clone(), cluster: source.cluster.to_string(), at: lot.at };
            rows.push((place, rollout.clone(), picture));
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

/// Where a rollout was found.
struct Place {
    channel: String,
    cluster: String,
    at: Timestamp,
}

impl Place {
    fn seen(&self) -> Seen<'_> {
        Seen { channel: &self.channel, cluster: &self.cluster, observed_at: self.at, stale: false }
    }
}

fn print(form: Form, rows: &[(Place, Arc<Rollout>, Picture)], out: &mut dyn Write) -> Result<(), Failure> {
    let seen: Vec<Seen<'_>> = rows.iter().map(|(place, _, _)| place.seen()).collect();
    let rows: Vec<Row<'_>> =
        rows.iter().zip(&seen).map(|((_, rollout, picture), seen)| Row { seen, rollout, picture }).collect();
    let text = match form {
        Form::Name => text::names(&rows),
        Form::Json | Form::Yaml => {
            let items = rows.iter().map(|row| format::report(*row)).collect();
            format::data(form, &RolloutReportList::new(items))?
        }
        Form::Text | Form::Wide if rows.is_empty() => String::new(),
        Form::Text | Form::Wide => {
            let mut lines = vec![head(form)];
            lines.extend(rows.iter().map(|row| line(form, *row)));
            aligned(&lines, format::GAP)
        }
    };
    out.write_all(text.as_bytes())?;
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
        names.extend(["DESIRED", "UP-TO-DATE", "AVAILABLE", "MESSAGE", "IMAGES"]);
    }
    names.into_iter().map(str::to_owned).collect()
}

/// What is not known is `?`, what does not exist is `-`.
fn line(form: Form, row: Row<'_>) -> Vec<String> {
    let Row { seen, rollout, picture } = row;
    let dash = || "-".to_owned();
    let unknown = || "?".to_owned();
    let max = picture.weights.map_or(100, |weights| weights.max);
    let share = |weight: i64| if max == 100 { format!("{weight}%") } else { format!("{weight}/{max}") };
    let known = |text: String| if rollout.unreadable.is_none() { text } else { unknown() };
    let replicas = picture.replicas;
    let mut cells = vec![
        seen.channel.to_owned(),
        seen.cluster.to_owned(),
        rollout.meta.namespace.to_string(),
        rollout.meta.name.to_string(),
        strategy_word(picture.strategy).to_owned(),
        if picture.phase.as_str().is_empty() { unknown() } else { picture.phase.to_string() },
        picture.step.as_ref().map_or_else(dash, |step| format!("{}/{}", step.index, step.total)),
        picture.weights.map_or_else(dash, |weights| share(weights.set)),
        picture.weights.map_or_else(dash, |weights| weights.actual.map_or_else(unknown, share)),
        known(format!("{}/{}", replicas.ready, replicas.current)),
        known(versions(picture)),
        age::human_since(rollout.meta.created, seen.observed_at),
    ];
    if form == Form::Wide {
        cells.extend([replicas.desired, replicas.updated, replicas.available].map(|count| known(count.to_string())));
        cells.push(if picture.message.is_empty() { dash() } else { picture.message.clone() });
        let images = picture.images.iter().map(|image| match image.tags.as_slice() {
            [] => image.image.to_string(),
            tags => format!("{} ({})", image.image, tags.join(",")),
        });
        cells.push(images.collect::<Vec<_>>().join(" "));
    }
    cells
}

/// `blue → green` while two are in play, else the one.
fn versions(picture: &Picture) -> String {
    let with = |roles: &[&str]| {
        let images = picture.images.iter().filter(|image| image.tags.iter().any(|tag| roles.contains(&tag.as_str())));
        version::of_images(images.map(|image| &*image.image))
    };
    let (old, new) = (with(&["stable", "active"]), with(&["canary", "preview"]));
    match (old.is_empty(), new.is_empty()) {
        (false, false) if old != new => format!("{old} → {new}"),
        (_, false) => new,
        (false, true) => old,
        (true, true) => version::of_images(picture.images.iter().map(|image| &*image.image)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::picture::{Children, of as picture};
    use serde_json::json;

    #[test]
    fn a_list_has_one_line_each_and_a_sign_for_what_is_not_known() {
        let web = Rollout::decode(&json!({
            "metadata": {"name": "web", "namespace": "demo", "uid": "u", "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {"replicas": 3, "strategy": {"canary": {"steps": [{"setWeight": 10}, {"pause": {"duration": 60}}]}},
                "template": {"spec": {"containers": [{"image": "web:2"}]}}},
            "status": {"phase": "Paused", "message": "CanaryPauseStep", "currentStepIndex": 1, "replicas": 4,
                "updatedReplicas": 1, "readyReplicas": 4, "availableReplicas": 4, "stableRS": "a", "currentPodHash": "b",
                "controllerPause": true,
                "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-01-01T01:00:00Z"}]}}));
        let odd =
            Rollout::decode(&json!({"metadata": {"name": "odd", "namespace": "demo"}, "spec": {"replicas": "x"}}));
        let at: Timestamp = "2026-01-01T01:00:20Z".parse().unwrap();
        let rows = [web, odd].map(|rollout| {
            let picture = picture(&rollout, Children::default(), at);
            (Place { channel: "test".into(), cluster: "stg".into(), at }, Arc::new(rollout), picture)
        });
        let shown = |form| {
            let mut out = Vec::new();
            print(form, &rows, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let expected = "\
CHANNEL  CLUSTER  NAMESPACE  NAME  STRATEGY  PHASE   STEP  SET  ACTUAL  READY  VERSION  AGE
test     stg      demo       web   Canary    Paused  1/2   10%  25%     4/4    2        60m
test     stg      demo       odd   unknown   ?       -     -    -       ?      ?        <unknown>
";
        assert_eq!(shown(Form::Text), expected);
        let wide = shown(Form::Wide);
        let first = wide.lines().nth(1).unwrap();
        assert!(first.contains("60m        3        1           4          CanaryPauseStep"), "{wide}");
        assert!(first.ends_with("  web:2"), "{wide}");
        assert!(wide.lines().nth(2).unwrap().contains("?        ?           ?"), "{wide}");
    }
}
