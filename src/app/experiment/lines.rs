//! The lines of an experiment: its templates, its runs, and the ReplicaSets and pods that it holds up.

use crate::app::model::{ExperimentKind, ExperimentLine, Mark};
use crate::app::present::words::or_unknown;
use crate::app::run::moment::Moment;
use crate::app::run::verdict::{self, one_line};
use crate::argo::picture::{Picture, PodPicture, ReplicaSetPicture};
use crate::argo::runs::{ExperimentPicture, RunPicture, TemplatePicture};

/// What stands in a line.
#[derive(Clone, Copy, Debug)]
pub enum Entry<'a> {
    /// A block begins.
    Title(&'static str),
    /// A template.
    Template(&'a TemplatePicture),
    /// A run.
    Run(&'a RunPicture),
    /// A ReplicaSet.
    ReplicaSet(&'a ReplicaSetPicture),
    /// A pod.
    Pod(&'a PodPicture),
}

/// All lines, in order.
#[must_use]
pub fn entries(experiment: &ExperimentPicture) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    if !experiment.templates.is_empty() {
        entries.push(Entry::Title("templates"));
        entries.extend(experiment.templates.iter().map(Entry::Template));
    }
    if !experiment.analysis_runs.is_empty() {
        entries.push(Entry::Title("analysis runs"));
        entries.extend(experiment.analysis_runs.iter().map(Entry::Run));
    }
    if !experiment.replica_sets.is_empty() {
        entries.push(Entry::Title("pods"));
        for set in &experiment.replica_sets {
            entries.push(Entry::ReplicaSet(set));
            entries.extend(set.pods.iter().map(Entry::Pod));
        }
    }
    entries
}

/// A line in words.
#[must_use]
pub fn line(entry: &Entry<'_>, experiment: &ExperimentPicture, of: &Picture, moment: &Moment<'_>) -> ExperimentLine {
    let age = |created: Option<jiff::Timestamp>| created.map_or_else(|| "–".to_owned(), |at| moment.age_tight(at));
    match entry {
        Entry::Title(title) => ExperimentLine {
            kind: ExperimentKind::Title,
            mark: Mark::Absent,
            name: (*title).to_owned(),
            status: String::new(),
            counts: String::new(),
            words: String::new(),
            age: String::new(),
        },
        Entry::Template(template) => ExperimentLine {
            kind: ExperimentKind::Template,
            mark: template_mark(template),
            name: template.name.to_string(),
            status: or_unknown(&template.status),
            counts: format!("{}/{} pods", template.available, template.wanted),
            words: [weight(template, experiment, of), one_line(&template.message)]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" · "),
            age: String::new(),
        },
        Entry::Run(run) => ExperimentLine {
            kind: ExperimentKind::Run,
            mark: if run.unreadable.is_some() { Mark::Unknown } else { verdict::mark(&run.status) },
            name: run.name.to_string(),
            status: if run.status.is_empty() { "Pending".to_owned() } else { run.status.to_string() },
            counts: counts(run),
            words: run.unreadable.as_deref().map_or_else(|| one_line(&run.message), one_line),
            age: age(run.created),
        },
        Entry::ReplicaSet(set) => ExperimentLine {
            kind: ExperimentKind::ReplicaSet,
            mark: match set.status {
                "Healthy" => Mark::Ok,
                "Progressing" => Mark::Busy,
                "ReplicaFailure" => Mark::Bad,
                _ => Mark::Absent,
            },
            name: set.name.to_string(),
            status: set.status.to_owned(),
            counts: format!("{}/{} ready", set.ready, set.desired),
            words: match set.scale_down_at {
                Some(at) if at <= moment.now => "leaves now".to_owned(),
                Some(at) => format!("leaves {}", moment.countdown(at)),
                None => String::new(),
            },
            age: age(set.created),
        },
        Entry::Pod(pod) => ExperimentLine {
            kind: ExperimentKind::Pod,
            mark: pod_mark(pod),
            name: pod.name.to_string(),
            status: or_unknown(&pod.status),
            counts: format!("{}/{}", pod.ready, pod.containers),
            words: [
                if pod.restarts > 0 { format!("restarts {}", pod.restarts) } else { String::new() },
                pod.message.as_deref().map(one_line).unwrap_or_default(),
            ]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
            age: age(pod.created),
        },
    }
}

fn template_mark(template: &TemplatePicture) -> Mark {
    match &*template.status {
        "Running" if template.available >= template.wanted => Mark::Ok,
        // A template that was run out is done.
        "Successful" => Mark::Ok,
        "Progressing" | "Running" => Mark::Busy,
        "Failed" => Mark::Bad,
        "Error" => Mark::Attention,
        "" => Mark::Absent,
        _ => Mark::Unknown,
    }
}

fn pod_mark(pod: &PodPicture) -> Mark {
    match &*pod.status {
        "Running" | "Completed" if pod.ready >= pod.containers => Mark::Ok,
        "Running" | "Pending" | "ContainerCreating" | "PodInitializing" | "Terminating" => Mark::Busy,
        "" => Mark::Unknown,
        "Completed" => Mark::Absent,
        _ => Mark::Bad,
    }
}

/// What the router was told about a template; empty without.
fn weight(template: &TemplatePicture, experiment: &ExperimentPicture, of: &Picture) -> String {
    let split = of.traffic.as_ref().and_then(|traffic| Some((traffic.set.as_ref()?, traffic.max)));
    let Some((split, max)) = split else { return String::new() };
    let set = experiment.replica_sets.iter().find(|set| set.template.as_deref() == Some(&*template.name));
    let weight = set.and_then(|set| split.additional.iter().find(|(target, _)| *target == set.pod_hash));
    weight.map_or_else(String::new, |(_, weight)| {
        format!("gets {} of the traffic", crate::argo::forecast::weight_words(*weight, max))
    })
}

/// `✓ 9  ✗ 3`: what is zero is left out.
fn counts(run: &RunPicture) -> String {
    let parts = [("✓", run.successful), ("✗", run.failed), ("?", run.inconclusive), ("!", run.error)];
    let parts = parts.iter().filter(|(_, count)| *count > 0).map(|(sign, count)| format!("{sign} {count}"));
    parts.collect::<Vec<_>>().join("  ")
}
