//! The dialog before a promote: where, what moves, what comes after, what speaks for and against it.

use super::standing::{self, Standing};
use super::{Subject, about, call, time, version, words};
use crate::app::model::{Button, Mark, WriteDialog};
use crate::argo::age;
use crate::argo::deed::plan::Plan;
use crate::argo::forecast::{self, Ahead, step_words, weight_words};
use crate::argo::rollout::StrategyKind;
use jiff::SignedDuration;

/// Index of the button that shows or hides the call.
pub const BUTTON_CALL: usize = 0;
/// Index of the button that sends nothing; it has the focus at first.
pub const BUTTON_CANCEL: usize = 1;
/// Index of the button that sends.
pub const BUTTON_PROMOTE: usize = 2;

/// A write of someone else in this time is worth a warning.
const JUST_NOW: SignedDuration = SignedDuration::from_secs(60);

/// The same service in another channel, as evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Elsewhere {
    /// Channel.
    pub channel: String,
    /// Version there.
    pub version: String,
    /// How it stands there.
    pub mark: Mark,
    /// For how long, if known.
    pub since: Option<SignedDuration>,
}

/// What the dialog depends on besides the rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct Asking<'a> {
    /// What would be sent.
    pub plan: &'a Plan,
    /// The kubeconfig context, for the kubectl equivalent.
    pub kube_context: Option<&'a str>,
    /// What has to be typed, and what has been typed so far; `None`: nothing has to be typed.
    pub typed: Option<(&'a str, &'a str)>,
    /// Index of the focused button; see [`BUTTON_CALL`] and its neighbours. `None`: the text field has the focus.
    pub focus: Option<usize>,
    /// Show the call.
    pub show_call: bool,
    /// Set when the situation changed while the dialog was open, in words: nothing can be sent.
    pub changed: Option<&'a str>,
    /// The same service in the channels before this one.
    pub elsewhere: &'a [Elsewhere],
}

/// Whether the button that sends can be pressed: nothing changed, and what has to be typed is typed, byte for byte.
#[must_use]
pub fn can_send(asking: &Asking<'_>) -> bool {
    asking.changed.is_none() && asking.typed.is_none_or(|(wanted, so_far)| wanted == so_far)
}

/// The dialog.
#[must_use]
pub fn promote(subject: &Subject<'_>, asking: &Asking<'_>) -> WriteDialog {
    let context = subject.context;
    let ahead = forecast::ahead(subject.rollout, subject.picture, context.cluster_now);
    let button = |label: String, index: usize, on: bool| Button { label, focused: asking.focus == Some(index), on };
    let show = if asking.show_call { "Hide call" } else { "Show call" };
    WriteDialog {
        title: format!("Promote {}", words::spelled(context.service)),
        protected: context.protected,
        rows: rows(subject, &ahead),
        weights: ahead.weight.map(|(from, to)| (from, to, subject.rollout.max_weight())),
        evidence: evidence(subject, asking),
        typed: asking.typed.map(|(wanted, so_far)| (wanted.to_owned(), so_far.to_owned())),
        call: asking.show_call.then(|| call::lines(subject, asking.plan, asking.kube_context)),
        back: back(subject, asking.kube_context),
        buttons: vec![
            button(show.to_owned(), BUTTON_CALL, true),
            button("Cancel".to_owned(), BUTTON_CANCEL, true),
            button(verb(subject, &ahead), BUTTON_PROMOTE, can_send(asking)),
        ],
        footnote: match subject.data_age() {
            Some(age) => format!("data {age} old"),
            None => "age of the data not known".to_owned(),
        },
    }
}

fn is_blue_green(subject: &Subject<'_>) -> bool {
    subject.picture.strategy == StrategyKind::BlueGreen
}

fn verb(subject: &Subject<'_>, ahead: &Ahead) -> String {
    match (standing::of(subject), ahead.weight) {
        (Standing::ByHand, _) if subject.picture.pauses.is_empty() => "Resume".to_owned(),
        _ if is_blue_green(subject) => format!("Switch to {}", version::wanted(subject)),
        (_, Some((from, to))) if from != to => format!("Promote to {}", weight_words(to, subject.rollout.max_weight())),
        _ => "Promote".to_owned(),
    }
}

fn rows(subject: &Subject<'_>, ahead: &Ahead) -> Vec<(String, String)> {
    let (rollout, context) = (subject.rollout, subject.context);
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            rows.push((name.to_owned(), value));
        }
    };
    let channel = if context.protected { context.channel.to_uppercase() } else { context.channel.to_owned() };
    let (channel, cluster) = (words::spelled(&channel), words::spelled(context.cluster));
    row("where", format!("{channel} · {cluster} · namespace {}", rollout.meta.namespace));
    if *context.service != *rollout.meta.name {
        row("rollout", rollout.meta.name.to_string());
    }
    let revision = rollout.meta.revision();
    let revision = if revision > 0 { format!("   revision {revision}") } else { String::new() };
    row("version", format!("{}{revision}", words::or_unknown(&version::change(subject))));
    row("step", steps(subject));
    if let Some((from, to)) = ahead.weight {
        row("traffic", traffic(subject, ahead, from, to));
    }
    if let Some(((canary, stable), (next_canary, next_stable))) = ahead.pods {
        row("pods", format!("canary {canary} → {next_canary}, stable {stable} → {next_stable}"));
    }
    row("then", then(subject, ahead));
    if let Some(seconds) = ahead.early_by.filter(|seconds| *seconds > 0) {
        // Noted for the time of the next change: it shrinks with the countdown.
        let _ = standing::ends_at(subject).map(|until| subject.countdown(until));
        row("early by", format!("{} of a timed pause that would end by itself", age::plain(seconds)));
    }
    rows
}

/// Weights before and after. The set weight is the wish; what the pods give can be far from it with few of them, so
/// both are told.
fn traffic(subject: &Subject<'_>, ahead: &Ahead, from: i64, to: i64) -> String {
    let max = subject.rollout.max_weight();
    let set = if from == to {
        format!("set {}, unchanged by this step", weight_words(from, max))
    } else {
        format!("set {} → {}", weight_words(from, max), weight_words(to, max))
    };
    let actual = subject.picture.weights.and_then(|weights| weights.actual);
    let Some(actual) = actual.map(|actual| weight_words(actual, max)) else {
        return format!("{set}, actual not known");
    };
    // With a router the weight that is set is the weight that comes.
    match ahead.pods.filter(|_| subject.rollout.traffic_routing().is_none()).map(|(_, then)| then) {
        Some((canary, stable)) if canary >= 0 && stable >= 0 && i64::from(canary) + i64::from(stable) > 0 => {
            let share = i64::from(canary) * max / (i64::from(canary) + i64::from(stable));
            format!("{set}, actual {actual} → {}", weight_words(share, max))
        }
        _ => format!("{set}, actual now {actual}"),
    }
}

/// What follows the step that the row above names.
fn then(subject: &Subject<'_>, ahead: &Ahead) -> String {
    let next = subject.running_step().and_then(|at| subject.steps().get(at + 1));
    let named = next.map(|step| step_words(step, subject.rollout.max_weight()));
    let skip = usize::from(named.is_some() && ahead.then.first() == named.as_ref());
    ahead.then.get(skip..).unwrap_or_default().join(" · ")
}

/// The step that ends and the one that begins, numbered as in the ladder.
fn steps(subject: &Subject<'_>) -> String {
    let max = subject.rollout.max_weight();
    let Some(at) = subject.running_step() else { return String::new() };
    let named = |at: usize| subject.steps().get(at).map(|step| format!("{} {}", at + 1, step_words(step, max)));
    let now = named(at).unwrap_or_default();
    match (standing::of(subject), named(at + 1)) {
        // Only what was paused by hand is resumed; the running step goes on.
        (Standing::ByHand, _) if subject.picture.pauses.is_empty() => format!("{now}, goes on"),
        (_, Some(next)) => format!("{now} → {next}"),
        (_, None) => format!("{now} → all steps done"),
    }
}

fn evidence(subject: &Subject<'_>, asking: &Asking<'_>) -> Vec<(Mark, String)> {
    let mut evidence = Vec::new();
    if let Some(changed) = asking.changed {
        evidence.push((Mark::Attention, format!("changed while this was open: {changed}; nothing can be sent")));
    }
    if let Some(age) = subject.stale_age() {
        evidence.push((Mark::Attention, format!("the data is {age} old")));
    }
    if let Some(words) = skips(subject, asking.plan) {
        evidence.push((Mark::Attention, words));
    }
    evidence.push(pods(subject));
    evidence.extend(asking.elsewhere.iter().map(|elsewhere| in_channel(subject, elsewhere)));
    for writer in about::writers_within(subject, JUST_NOW) {
        let age = writer.time.map(|at| subject.age(at)).unwrap_or_default();
        let when = if age == "now" { "just now".to_owned() } else { format!("{age} ago") };
        evidence.push((Mark::Attention, format!("{} wrote to it {when}", writer.manager)));
    }
    let keeper = about::managed_by(subject);
    if asking.plan.patches(None) && !keeper.is_empty() {
        evidence
            .push((Mark::Attention, format!("{keeper} keeps the spec of this rollout and may set the pause again")));
    }
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

/// The way back. A promote has no inverse, so the only way is to give the update up.
fn back(subject: &Subject<'_>, context: Option<&str>) -> String {
    let meta = &subject.rollout.meta;
    let stable = version::stable(subject).filter(|version| !version.is_empty());
    let stable = stable.unwrap_or_else(|| "the stable version".to_owned());
    // With the context: pasted without it, it would abort wherever kubectl points at the moment.
    let context = context.map(|context| format!(" --context {}", call::quote(context))).unwrap_or_default();
    let command =
        format!("kubectl argo rollouts abort {} -n {}{context}", call::quote(&meta.name), call::quote(&meta.namespace));
    if subject.is_updating() {
        format!("back: `{command}` sends all traffic to {stable}. Promote has no inverse.")
    } else {
        "Promote has no inverse.".to_owned()
    }
}
