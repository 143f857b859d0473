//! Evidence and warnings before a write.

use super::{Asking, Elsewhere, acted, is_blue_green};
use crate::app::model::Mark;
use crate::app::present::{Subject, about, runs, time, version};
use crate::argo::deed::plan::Plan;
use crate::argo::deed::{Deed, Extent};
use crate::argo::forecast::step_words;

/// Whether the pods of the new version speak for or against a deed.
fn tells_pods(deed: &Deed) -> bool {
    matches!(deed, Deed::Promote(_) | Deed::Abort | Deed::Resume)
}

/// Whether a deed brings the new version on, so that it matters how it does in the channels before.
fn brings_a_version(deed: &Deed) -> bool {
    matches!(deed, Deed::Promote(_) | Deed::Retry | Deed::Resume)
}

/// What somebody who keeps the spec would do about a deed.
fn sets_back(deed: &Deed) -> &'static str {
    match deed {
        Deed::Undo(_) | Deed::SetImage { .. } => "set the template",
        Deed::Scale { .. } => "set the number of pods",
        Deed::Restart { .. } => "set restartAt",
        _ => "set the pause",
    }
}

/// How the analyses of the present update stand.
fn analysis(subject: &Subject<'_>, deed: &Deed) -> Vec<(Mark, String)> {
    if matches!(deed, Deed::Pause | Deed::Scale { .. } | Deed::Restart { .. } | Deed::DeleteRun { .. }) {
        return Vec::new();
    }
    let status = &subject.rollout.status;
    let known = [
        (&status.canary.current_step_analysis_run_status, "the analysis of this step"),
        (&status.canary.current_background_analysis_run_status, "the background analysis"),
        (&status.blue_green.pre_promotion_analysis_run_status, "the analysis before the switch"),
        (&status.blue_green.post_promotion_analysis_run_status, "the analysis after the switch"),
    ];
    let passes_over = matches!(deed, Deed::Promote(Extent::Full | Extent::Step | Extent::AllSteps));
    let lines = known.into_iter().filter_map(|(run, what)| Some((run.as_ref()?, what)));
    lines
        .map(|(run, what)| {
            let mark = runs::mark(&run.status);
            let words = match &*run.status {
                "Successful" => format!("{what} passed"),
                "" | "Pending" | "Running" => format!("{what} is running: no verdict yet"),
                "Failed" => format!("{what} failed"),
                "Error" => format!("{what} could not measure"),
                other => format!("{what}: {}", runs::phase(other)),
            };
            let mark =
                if &*run.status != "Successful" && (passes_over || mark == Mark::Bad) { Mark::Attention } else { mark };
            (mark, words)
        })
        .collect()
}

/// What speaks for and against it: the worst first.
pub(super) fn of(subject: &Subject<'_>, asking: &Asking<'_>) -> Vec<(Mark, String)> {
    let mut evidence = Vec::new();
    if let Some(changed) = asking.changed {
        let changed = match changed.strip_prefix("changed ") {
            Some(at) => format!("changed while this was open, at {at}"),
            None => format!("changed while this was open: {changed}"),
        };
        evidence.push((Mark::Attention, format!("{changed}; nothing can be sent")));
    }
    if let Some(age) = subject.stale_age() {
        evidence.push((Mark::Attention, format!("the data is {age} old")));
    }
    if let Some(words) = skips(subject, asking.plan) {
        evidence.push((Mark::Attention, words));
    }
    let deed = &asking.plan.deed;
    evidence.extend(analysis(subject, deed));
    evidence.extend(asking.around.iter().cloned());
    if tells_pods(deed) {
        evidence.push(pods(subject));
    }
    if brings_a_version(deed) {
        evidence.extend(asking.elsewhere.iter().map(|elsewhere| in_channel(subject, elsewhere)));
    }
    evidence.extend(acted::lines(subject, &asking.events));
    let keeper = about::managed_by(subject);
    if asking.plan.patches(None) && !keeper.is_empty() {
        evidence.push((
            Mark::Attention,
            format!("{keeper} keeps the spec of this rollout and may {} again", sets_back(deed)),
        ));
    }
    let mark = if deed.is_brake() || matches!(deed, Deed::Undo(_) | Deed::Restart { .. }) {
        Mark::Absent
    } else {
        Mark::Attention
    };
    // What budgets of disruption allow is told above, as far as it is known.
    let note = |note: &String| note.strip_suffix("; a PodDisruptionBudget may hold it up").unwrap_or(note).to_owned();
    evidence.extend(asking.plan.notes.iter().map(|it| (mark, note(it))));
    evidence.extend(subject.picture.warnings.iter().map(|warning| (Mark::Attention, warning.clone())));
    evidence
}

/// A promote out of an inconclusive analysis sets the index itself: the same analysis would begin again otherwise.
fn skips(subject: &Subject<'_>, plan: &Plan) -> Option<String> {
    let index = plan.merge(Some("status"))?.get("status")?.get("currentStepIndex")?.as_i64()?;
    let at = subject.running_step()?;
    let step = subject.steps().get(at)?;
    let words = step_words(step, subject.rollout.max_weight());
    (index > i64::try_from(at).unwrap_or(i64::MAX))
        .then(|| format!("step {} ({words}) has no verdict: this skips it", at + 1))
}

fn pods(subject: &Subject<'_>) -> (Mark, String) {
    let role = if is_blue_green(subject) { "preview" } else { "canary" };
    match subject.with_role(role) {
        Some(set) if set.desired > 0 => {
            let mark = if set.ready >= set.desired { Mark::Ok } else { Mark::Attention };
            (mark, format!("{role} pods {} of {} ready", set.ready, set.desired))
        }
        Some(_) => (Mark::Attention, format!("no {role} pod is wanted")),
        None => (Mark::Unknown, format!("{role} pods: not known")),
    }
}

fn in_channel(subject: &Subject<'_>, elsewhere: &Elsewhere) -> (Mark, String) {
    let Elsewhere { channel, version, mark, since } = elsewhere;
    let long = since.map(|since| format!(" for {}", time::tight(since))).unwrap_or_default();
    if version.is_empty() {
        return (Mark::Unknown, format!("{channel}: version not known"));
    }
    if *version != version::wanted(subject) {
        return (Mark::Attention, format!("{channel} runs {version}, not this version"));
    }
    match mark {
        Mark::Ok => (Mark::Ok, format!("{channel} runs {version}, healthy{long}")),
        Mark::Bad | Mark::Aborted => (Mark::Attention, format!("{channel} has {version}, and it failed there{long}")),
        _ => (Mark::Attention, format!("{channel} has {version}, not done there")),
    }
}
