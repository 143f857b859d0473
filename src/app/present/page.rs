//! The page of one rollout, put together: headline, facts, gauge, ladder, revisions, analysis, events, conditions.

use super::standing::{self, Standing};
use super::{Subject, about, analysis, cause, conditions, events, ladder, roles, stages, tree, version, weight, why};
use crate::app::model::{Pane, RolloutPage};
use crate::app::node::Folds;
use crate::argo::event::KubeEvent;
use crate::argo::forecast::step_words;
use crate::argo::rollout::StrategyKind;
use crate::argo::runs::RunKind;
use std::sync::{Arc, LazyLock};

/// What a page shows beside a rollout and its picture.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// Why revisions are missing or incomplete (`loading…`, `no right to list pods in shop`); empty: complete.
    pub note: &'a str,
    /// What a person has folded.
    pub folds: &'a Folds,
    /// Events of the rollout and its children.
    pub events: &'a [Arc<KubeEvent>],
}

impl Default for Sight<'_> {
    fn default() -> Self {
        static FOLDS: LazyLock<Folds> = LazyLock::new(Folds::default);
        Self { note: "", folds: &FOLDS, events: &[] }
    }
}

/// The page, unscrolled, nothing folded by hand, with the focus on the steps. `revisions_note` says why revisions are
/// missing or incomplete; empty when they are complete.
#[must_use]
pub fn page(subject: &Subject<'_>, revisions_note: &str) -> RolloutPage {
    whole(subject, &Sight { note: revisions_note, ..Sight::default() })
}

/// The same with all that a page shows.
#[must_use]
pub fn whole(subject: &Subject<'_>, sight: &Sight<'_>) -> RolloutPage {
    let (rollout, picture, context) = (subject.rollout, subject.picture, subject.context);
    let replicas = picture.replicas;
    // An object that cannot be read has no counts; its zeros are not facts.
    let known = |count: i32| subject.rollout.unreadable.is_none().then_some(count);
    RolloutPage {
        service: if *context.service == *rollout.meta.name {
            context.service.to_owned()
        } else {
            format!("{} ({})", context.service, rollout.meta.name)
        },
        mark: standing::mark(subject),
        headline: headline(subject),
        facts: facts(subject),
        message: why::sentence(subject),
        gauge: weight::gauge(subject),
        gauge_note: weight::note(subject),
        traffic: weight::traffic(subject),
        roles: roles::lines(subject),
        steps_title: if picture.blue_green.is_some() { "stages" } else { "steps" },
        steps: ladder::steps(subject, sight.events),
        current_step: ladder::current(subject),
        steps_scroll: None,
        steps_note: ladder::note(subject),
        replicas: [
            ("desired", known(replicas.desired)),
            ("current", known(replicas.current)),
            ("updated", known(replicas.updated)),
            ("ready", known(replicas.ready)),
            ("available", known(replicas.available)),
        ],
        revisions: tree::lines(subject, sight.folds),
        revisions_note: sight.note.to_owned(),
        analysis_status: analysis::of_status(subject),
        analysis: analysis::runs(subject),
        events: events::lines(subject, sight.events),
        conditions: conditions::lines(subject),
        warnings: picture.warnings.clone(),
        about: about::facts(subject),
        stale: subject.stale_age(),
        scroll: None,
        cursor: None,
        focus: Pane::Steps,
        zoom: false,
    }
}

/// Steps of the ladder.
#[must_use]
pub fn ladder_length(subject: &Subject<'_>) -> usize {
    subject.picture.blue_green.as_ref().map_or(subject.steps().len(), |picture| picture.stages.len())
}

/// The first row: `Paused at step 4 of 8, waits for you`. Steps are numbered here as in the ladder below, from 1.
#[must_use]
pub fn headline(subject: &Subject<'_>) -> String {
    let at = ladder::at_step(subject);
    match standing::of(subject) {
        Standing::Unreadable => {
            format!("Cannot be read: {}", subject.rollout.unreadable.as_deref().unwrap_or_default())
        }
        Standing::Deleting => "Is being deleted".to_owned(),
        Standing::NotObserved => "Changed, the controller has not seen it yet".to_owned(),
        Standing::Retrying => "Retry asked for, the controller has not reacted yet".to_owned(),
        Standing::Aborting => "Abort asked for, the controller has not reacted yet".to_owned(),
        Standing::Aborted => aborted(subject),
        Standing::InvalidSpec => format!("The controller refuses the spec: {}", cause::of(subject)),
        Standing::NoProgress => format!("No progress{at}: {}", cause::of_no_progress(subject)),
        Standing::Degraded => format!("Degraded: {}", cause::of(subject)),
        Standing::Promoting => format!("Promoted{at}, the controller has not moved on yet"),
        Standing::WaitsForYou => format!("Paused{at}, waits for you"),
        Standing::ByHand => format!("Paused by hand{at}, waits for you"),
        Standing::Inconclusive => format!("Paused{at}, the analysis was inconclusive: waits for you"),
        Standing::Preview => "Preview waits for you before the cut-over".to_owned(),
        Standing::Timed => timed(subject, &at),
        Standing::Paused => format!("Paused{at}"),
        Standing::PromotingFull => "Full promotion: all steps are skipped".to_owned(),
        Standing::Restarting => "Pods are being restarted".to_owned(),
        Standing::Healthy => healthy(subject),
        Standing::Unknown => match subject.picture.phase.as_str() {
            "" => "The controller has not said how it stands".to_owned(),
            word => format!("{word} (a phase this program does not know)"),
        },
        Standing::Analysis | Standing::Scaling | Standing::Progressing => progressing(subject),
    }
}

fn timed(subject: &Subject<'_>, at: &str) -> String {
    let left = standing::ends_at(subject).map(|until| subject.countdown(until));
    if subject.picture.strategy == StrategyKind::BlueGreen {
        return format!("Preview is up, cut-over by itself {}", left.unwrap_or_default());
    }
    match left.as_deref() {
        Some("due") => format!("Paused{at}, the timer is over"),
        Some(left) => format!("Paused{at}, goes on {left}"),
        None => format!("Paused{at}, goes on by itself"),
    }
}

fn healthy(subject: &Subject<'_>) -> String {
    match standing::for_how_long(subject, true).as_str() {
        "" => "Healthy".to_owned(),
        "now" => "Healthy since now".to_owned(),
        age => format!("Healthy for {age}"),
    }
}

fn progressing(subject: &Subject<'_>) -> String {
    let total = subject.steps().len();
    if let Some(stage) = stages::current(subject).and_then(|at| stages::steps(subject).into_iter().nth(at)) {
        return format!("Progressing: {}", stage.words);
    }
    match ladder::current(subject).and_then(|at| subject.steps().get(at).map(|step| (at, step))) {
        Some((at, step)) => {
            format!("Progressing at step {} of {total}: {}", at + 1, step_words(step, subject.rollout.max_weight()))
        }
        None if total > 0 && subject.picture.step.is_some() && subject.is_updating() && !subject.is_lagging() => {
            "Progressing: all steps are done, pods change over".to_owned()
        }
        None if subject.picture.message.is_empty() => "Progressing".to_owned(),
        None => format!("Progressing: {}", subject.picture.message),
    }
}

/// With the step at which it failed, where a run tells it: the status begins anew with the first.
fn aborted(subject: &Subject<'_>) -> String {
    let at = match cause::failed_run(subject).map(|run| run.kind) {
        Some(RunKind::Inline(Some(index))) => format!(" at step {}", index.saturating_add(1)),
        _ => String::new(),
    };
    format!("Aborted{at}: {}{}", cause::of(subject), who_serves(subject))
}

/// What serves the traffic after an abort, as far as it is known.
fn who_serves(subject: &Subject<'_>) -> &'static str {
    match subject.picture.weights {
        Some(weights) if weights.actual == Some(0) => ", stable serves 100 %",
        _ => "",
    }
}

/// The right end of the first row: `canary · 2.41.0 → 2.42.0 · rev 42`.
#[must_use]
pub fn facts(subject: &Subject<'_>) -> String {
    let mut parts = vec![strategy(subject)];
    parts.push(version::change(subject));
    let revision = subject.rollout.meta.revision();
    // The controller numbers a new template only when it has seen it.
    if revision > 0 && !subject.is_lagging() {
        parts.push(format!("rev {revision}"));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

/// The strategy in words, with what sets the weights: `canary by istio`.
pub(super) fn strategy(subject: &Subject<'_>) -> String {
    match subject.picture.strategy {
        StrategyKind::Canary => {
            let canary = subject.rollout.spec.strategy.canary.as_ref();
            let routers = canary.and_then(|canary| canary.traffic_routing.as_ref()).map(|routing| &routing.routers);
            match routers.filter(|routers| !routers.is_empty()) {
                Some(routers) => format!("canary by {}", routers.join(" and ")),
                None => "canary".to_owned(),
            }
        }
        StrategyKind::BlueGreen => "blue-green".to_owned(),
        StrategyKind::Unknown if subject.rollout.unreadable.is_some() => String::new(),
        StrategyKind::Unknown => "no single strategy".to_owned(),
    }
}
