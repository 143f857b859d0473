//! What each deed but a plain promote changes: from what to what.

use super::{Asking, is_blue_green};
use crate::app::present::{Subject, runs, time, version, weight, words};
use crate::argo::deed::undo::Target;
use crate::argo::deed::{Deed, Extent};
use crate::argo::forecast::{step_words, weight_words};
use crate::argo::runs::RunPicture;

/// Verb and object.
pub(super) fn title(subject: &Subject<'_>, deed: &Deed) -> String {
    let service = words::spelled(subject.context.service);
    match deed {
        Deed::Promote(Extent::Pause) => format!("Promote {service}"),
        Deed::Promote(Extent::Full) => format!("Promote {service} in full"),
        Deed::Promote(Extent::Step) => format!("Skip the running step of {service}"),
        Deed::Promote(Extent::AllSteps) => format!("Skip all steps of {service}"),
        Deed::Abort => format!("Abort {service}"),
        Deed::Retry => format!("Retry {service}"),
        Deed::RetryExperiment { name } => format!("Retry the experiment {name}"),
        Deed::Pause => format!("Pause {service}"),
        Deed::Resume => format!("Resume {service}"),
        Deed::Restart { .. } => format!("Restart {service}"),
        Deed::Undo(Target::Revision(revision)) => format!("Undo {service} to revision {revision}"),
        Deed::Undo(Target::Back) => format!("Undo {service}"),
        Deed::SetImage { .. } => format!("Change the image of {service}"),
        Deed::Scale { .. } => format!("Scale {service}"),
        Deed::TerminateRun { name } | Deed::TerminateExperiment { name } => {
            format!("Terminate {} of {service}", subject.short(name))
        }
        Deed::DeleteRun { name } => format!("Delete {} of {service}", subject.short(name)),
    }
}

/// The label of the button.
pub(super) fn verb(subject: &Subject<'_>, deed: &Deed) -> String {
    match deed {
        Deed::Promote(Extent::Pause) => "Promote".to_owned(),
        Deed::Promote(Extent::Full) => "Promote in full".to_owned(),
        Deed::Promote(Extent::Step) => match subject.running_step() {
            Some(at) => format!("Skip step {}", at + 1),
            None => "Skip the step".to_owned(),
        },
        Deed::Promote(Extent::AllSteps) => "Skip all steps".to_owned(),
        Deed::Abort => "Abort".to_owned(),
        Deed::Retry | Deed::RetryExperiment { .. } => "Retry".to_owned(),
        Deed::Pause => "Pause".to_owned(),
        Deed::Resume => "Resume".to_owned(),
        Deed::Restart { .. } => "Restart".to_owned(),
        Deed::Undo(Target::Revision(revision)) => format!("Undo to {revision}"),
        Deed::Undo(Target::Back) => "Undo".to_owned(),
        Deed::SetImage { .. } => "Set the image".to_owned(),
        Deed::Scale { replicas } => format!("Scale to {replicas}"),
        Deed::TerminateRun { .. } | Deed::TerminateExperiment { .. } => "Terminate".to_owned(),
        Deed::DeleteRun { .. } => "Delete".to_owned(),
    }
}

/// Set weight before and after, for the small gauge.
pub(super) fn weights(subject: &Subject<'_>, deed: &Deed) -> Option<(i64, i64, i64)> {
    let weights = subject.picture.weights.filter(|_| subject.is_updating())?;
    let to = match deed {
        Deed::Promote(Extent::Full | Extent::AllSteps) => weights.max,
        Deed::Abort => 0,
        Deed::Undo(target) if target_is_stable(subject, *target) => 0,
        _ => return None,
    };
    Some((weights.set, to, weights.max))
}

fn target_is_stable(subject: &Subject<'_>, target: Target) -> bool {
    let Target::Revision(revision) = target else { return false };
    let sets = subject.picture.revisions.iter().filter(|it| it.revision == revision).flat_map(|it| &it.replica_sets);
    let stable = &subject.rollout.status.stable_rs;
    sets.into_iter().any(|set| !stable.is_empty() && set.pod_hash == *stable)
}

/// The rows.
pub(super) fn rows(subject: &Subject<'_>, asking: &Asking<'_>) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            rows.push((name.to_owned(), value));
        }
    };
    let deed = &asking.plan.deed;
    row("version", versions(subject, deed));
    match deed {
        Deed::Promote(Extent::Pause) => {}
        Deed::Promote(_) => {
            row("step", from_here(subject, deed));
            row("traffic", traffic(subject, deed));
            row("pods", pods(subject, deed));
        }
        Deed::Abort => {
            row("step", from_here(subject, deed));
            row("traffic", traffic(subject, deed));
            row("pods", pods(subject, deed));
            row("then", "Degraded until it is retried, undone or changed".to_owned());
        }
        Deed::Retry => row("step", from_here(subject, deed)),
        Deed::Pause | Deed::Resume => {
            row("step", from_here(subject, deed));
            row("changes", format!("spec.paused {} → {}", !matches!(deed, Deed::Pause), matches!(deed, Deed::Pause)));
        }
        Deed::Restart { at } => {
            let now = subject.context.cluster_now;
            row(
                "when",
                if *at <= now {
                    "now".to_owned()
                } else {
                    format!("{} ({})", time::clock(*at, now), subject.countdown(*at))
                },
            );
            let count = i64::from(subject.picture.replicas.current);
            row("pods", format!("{} replaced, a few at a time", words::count(count, "pod", "pods")));
        }
        Deed::Undo(target) => {
            if let Target::Revision(revision) = target {
                let role = if target_is_stable(subject, *target) { " (stable)" } else { "" };
                row("revision", format!("{} → {revision}{role}", subject.rollout.meta.revision()));
            }
            row("traffic", traffic(subject, deed));
        }
        Deed::SetImage { images } => {
            for (container, image) in images.iter() {
                row("in", format!("container {container}"));
                let lists = asking.template.map(|template| [&template.spec.containers, &template.spec.init_containers]);
                let present = lists.into_iter().flatten().flat_map(|list| list.iter()).find(|it| it.name == *container);
                row("from", present.map_or_else(|| "not known".to_owned(), |it| it.image.to_string()));
                row("to", image.to_string());
            }
        }
        Deed::Scale { replicas } => {
            let present = subject.rollout.spec.desired();
            let (by, words) =
                if *replicas >= present { (replicas - present, "more") } else { (present - replicas, "less") };
            row("pods", format!("{present} → {replicas}   {by} {words}"));
        }
        Deed::TerminateRun { name } | Deed::DeleteRun { name } => {
            row("run", name.to_string());
            row("metrics", run(subject, name).map(runs::brief).unwrap_or_default());
        }
        Deed::TerminateExperiment { name } | Deed::RetryExperiment { name } => {
            row("object", format!("experiment {name}"));
        }
    }
    rows
}

fn run<'a>(subject: &Subject<'a>, name: &str) -> Option<&'a RunPicture> {
    let mut all = subject.picture.revisions.iter().flat_map(|revision| {
        revision.analysis_runs.iter().chain(revision.experiments.iter().flat_map(|it| &it.analysis_runs))
    });
    all.find(|run| *run.name == *name)
}

/// The version before and after.
fn versions(subject: &Subject<'_>, deed: &Deed) -> String {
    let wanted = version::wanted(subject);
    let stable = version::stable(subject).filter(|version| !version.is_empty());
    match deed {
        Deed::Abort => match stable {
            Some(stable) if stable != wanted => format!("{} → back to {stable}", words::or_unknown(&wanted)),
            _ => words::or_unknown(&wanted),
        },
        Deed::Undo(Target::Revision(revision)) => {
            let sets = subject.picture.revisions.iter().filter(|it| it.revision == *revision);
            let target = sets.flat_map(|it| &it.replica_sets).next().map(version::of_replica_set).unwrap_or_default();
            format!("{} → {}", words::or_unknown(&wanted), words::or_unknown(&target))
        }
        // Its own rows say more.
        Deed::SetImage { .. } => String::new(),
        Deed::Promote(_) | Deed::Retry => {
            // After an abort `change` says what does not run; what is meant is what will.
            match stable {
                Some(stable) if stable != wanted => format!("{stable} → {}", words::or_unknown(&wanted)),
                _ => words::or_unknown(&wanted),
            }
        }
        _ => words::or_unknown(&version::change(subject)),
    }
}

/// Where it stands in the steps, and where it goes.
fn from_here(subject: &Subject<'_>, deed: &Deed) -> String {
    let max = subject.rollout.max_weight();
    let steps = subject.steps();
    let named = |at: usize| steps.get(at).map(|step| format!("{} {}", at + 1, step_words(step, max)));
    let now = subject.running_step().and_then(named);
    match deed {
        Deed::Promote(Extent::Step) => {
            let next =
                subject.running_step().and_then(|at| named(at + 1)).unwrap_or_else(|| "all steps done".to_owned());
            now.map(|now| format!("{now} → {next}")).unwrap_or_default()
        }
        Deed::Promote(_) if steps.is_empty() => String::new(),
        Deed::Promote(_) => {
            let left = subject.running_step().map_or(0, |at| steps.len().saturating_sub(at));
            let left = words::count(i64::try_from(left).unwrap_or(i64::MAX), "step is", "steps are");
            match now {
                Some(now) => format!("{now} → all {} done, {left} skipped", steps.len()),
                None => format!("all {} done", steps.len()),
            }
        }
        Deed::Abort => now.map(|now| format!("{now} → given up")).unwrap_or_default(),
        Deed::Retry => named(0).map(|first| format!("begins again at {first}")).unwrap_or_default(),
        Deed::Pause => now.map(|now| format!("{now}, held")).unwrap_or_default(),
        Deed::Resume => now.map(|now| format!("{now}, goes on")).unwrap_or_default(),
        _ => String::new(),
    }
}

/// Traffic before and after.
fn traffic(subject: &Subject<'_>, deed: &Deed) -> String {
    if is_blue_green(subject) {
        return match deed {
            Deed::Promote(_) => format!("the active Service goes to {}", version::wanted(subject)),
            Deed::Abort => "the active Service stays at, or goes back to, the stable version".to_owned(),
            _ => String::new(),
        };
    }
    let Some((from, to, max)) = weights(subject, deed) else { return String::new() };
    let actual = weight::known(subject).and_then(|weights| weights.actual);
    let actual = actual.map_or_else(|| "not known".to_owned(), |actual| format!("now {}", weight_words(actual, max)));
    let set = if from == to {
        format!("set {}, unchanged", weight_words(from, max))
    } else {
        format!("set {} → {}", weight_words(from, max), weight_words(to, max))
    };
    format!("{set}, actual {actual}")
}

/// Pods before and after, where the rules of a canary tell.
fn pods(subject: &Subject<'_>, deed: &Deed) -> String {
    let desired = subject.rollout.spec.desired();
    let role = if is_blue_green(subject) { "preview" } else { "canary" };
    let (Some(new), Some(stable)) =
        (subject.with_role(role), subject.with_role("stable").or_else(|| subject.with_role("active")))
    else {
        return String::new();
    };
    let later =
        if subject.rollout.traffic_routing().is_some() || is_blue_green(subject) { " after a delay" } else { "" };
    match deed {
        Deed::Abort => format!("{role} {} → 0{later}, stable {} → {desired}", new.replicas, stable.replicas),
        Deed::Promote(Extent::Full | Extent::AllSteps) => {
            format!("{role} {} → {desired}, stable {} → 0{later}", new.replicas, stable.replicas)
        }
        _ => String::new(),
    }
}
