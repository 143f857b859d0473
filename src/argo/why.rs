//! Why a rollout waits: short lines, the most telling first, for every phase and strategy. [`super::next`] says what comes.

use super::age;
use super::pauses::{BLUE_GREEN_PAUSE, CANARY_PAUSE_STEP, INCONCLUSIVE_EXPERIMENT, INCONCLUSIVE_RUN};
use super::phase::{self, Degradation, Lag};
use super::picture::{Pause, Phase, Picture, PodPicture, ReplicaSetPicture, Waits};
use super::rollout::{Rollout, StrategyKind};
use super::runs::metric::ended;
use super::runs::{ExperimentPicture, RunPicture, words};
use super::steps;
use super::waits::{abort_pending, retry_pending};
use jiff::Timestamp;

/// How the lines are told.
#[derive(Clone, Copy)]
struct Told<'a> {
    now: Timestamp,
    /// The rollout's name, where it stands above the lines: names of what is below it are told without it, and how an
    /// analysis stands without its countdown, which the `next` line has.
    below: Option<&'a str>,
}

impl Told<'_> {
    fn name<'b>(&self, name: &'b str) -> &'b str {
        let rest = self.below.and_then(|rollout| name.strip_prefix(rollout)?.strip_prefix('-'));
        rest.filter(|rest| !rest.is_empty()).unwrap_or(name)
    }

    fn run(&self, kind: &str, run: &RunPicture) -> String {
        self.standing(kind, &run.name, &words::run(run, self.now))
    }

    fn standing(&self, kind: &str, name: &str, words: &str) -> String {
        if self.below.is_none() {
            return format!("{kind} {name}: {words}");
        }
        let ends = [", next measurement", "; ends "].iter().filter_map(|countdown| words.find(countdown)).min();
        let still = &words[..ends.unwrap_or(words.len())];
        format!("{kind}, {still}")
    }
}

/// The lines; none for a rollout at rest. Countdowns are relative to `now`; [`times`] has the times that they speak of.
#[must_use]
pub fn lines(rollout: &Rollout, picture: &Picture, now: Timestamp) -> Vec<String> {
    told(rollout, picture, Told { now, below: None })
}

/// The same below the rollout's name and above its `next` line: without the name in front of others, and without the
/// countdown of an analysis.
#[must_use]
pub fn lines_on_page(rollout: &Rollout, picture: &Picture, now: Timestamp) -> Vec<String> {
    told(rollout, picture, Told { now, below: Some(&rollout.meta.name) })
}

fn told(rollout: &Rollout, picture: &Picture, told: Told<'_>) -> Vec<String> {
    let now = told.now;
    let mut found = Vec::new();
    if rollout.unreadable.is_some() {
        return found;
    }
    match &picture.waits {
        Waits::Nothing => {}
        Waits::Controller => found.extend(controller(rollout, picture)),
        Waits::Person { .. } | Waits::Timer { .. } => paused(rollout, picture, told, &mut found),
        Waits::Analysis => analysis(rollout, picture, told, &mut found),
        Waits::Plugin => found.extend(plugin(rollout)),
        Waits::Traffic => found.push("the traffic router has not confirmed the weight".to_owned()),
        Waits::Pods => pods(rollout, picture, told, &mut found),
        Waits::Repair => repair(rollout, picture, told, &mut found),
        Waits::Unknown => found.push("what it waits for is not known here".to_owned()),
    }
    background(rollout, picture, told, &mut found);
    found.extend(leaving(rollout, picture, now));
    if let Some(at) = picture.deadline_at {
        let then = if rollout.spec.progress_deadline_abort { "the update is aborted" } else { "it counts as failed" };
        found.push(format!("without progress {then} {}", age::countdown(at, now)));
    }
    found
}

/// Every time that lines and sentences about a picture may count down to.
#[must_use]
pub fn times(picture: &Picture) -> Vec<Timestamp> {
    let sets = all_sets(picture).filter_map(|set| set.scale_down_at);
    let ends = experiments(picture).filter_map(|one| one.ends_at);
    let measures = all_runs(picture).flat_map(|run| &run.metrics).filter_map(|metric| metric.next_at);
    let pauses = picture.pauses.iter().filter_map(|pause| pause.ends_at);
    let restart = picture.restart.iter().map(|restart| restart.at);
    sets.chain(ends).chain(measures).chain(pauses).chain(restart).chain(picture.deadline_at).collect()
}

fn all_sets(picture: &Picture) -> impl Iterator<Item = &ReplicaSetPicture> {
    let own = picture.revisions.iter().flat_map(|revision| &revision.replica_sets);
    own.chain(experiments(picture).flat_map(|one| &one.replica_sets))
}

fn experiments(picture: &Picture) -> impl Iterator<Item = &ExperimentPicture> {
    picture.revisions.iter().flat_map(|revision| &revision.experiments)
}

fn all_runs(picture: &Picture) -> impl Iterator<Item = &RunPicture> {
    let own = picture.revisions.iter().flat_map(|revision| &revision.analysis_runs);
    own.chain(experiments(picture).flat_map(|one| &one.analysis_runs))
}

/// The run of this name, where runs are known.
pub(super) fn run_named<'a>(picture: &'a Picture, name: &str) -> Option<&'a RunPicture> {
    all_runs(picture).find(|run| &*run.name == name)
}

/// The experiment that the rollout's status names, where it is known.
pub(super) fn current_experiment(picture: &Picture) -> Option<&ExperimentPicture> {
    experiments(picture).find(|one| one.current)
}

fn controller(rollout: &Rollout, picture: &Picture) -> Option<String> {
    let what = match phase::lag(rollout) {
        Some(Lag::Spec) => "the controller has not seen the new spec yet",
        Some(Lag::Workload) => "the controller has not seen the new spec of the referenced workload yet",
        Some(Lag::Unpause) => "the pause is ended; the controller has to go on",
        None if abort_pending(rollout) => "an abort was asked for; the controller has to act",
        None if retry_pending(rollout, &picture.message) => "a retry was asked for; the controller has to act",
        None => {
            let (at, step) = rollout.current_step()?;
            return Some(format!("step {} ({}) is due", at + 1, steps::step_words(step, rollout.max_weight())));
        }
    };
    Some(what.to_owned())
}

fn paused(rollout: &Rollout, picture: &Picture, told: Told<'_>, found: &mut Vec<String>) {
    if rollout.spec.paused {
        found.push("it is paused by hand".to_owned());
    }
    found.extend(picture.pauses.iter().map(|pause| pause_words(rollout, picture, pause, told)));
    if found.is_empty() {
        found.push("it is paused, and nothing says why".to_owned());
    }
}

fn pause_words(rollout: &Rollout, picture: &Picture, pause: &Pause, told: Told<'_>) -> String {
    let now = told.now;
    let left = pause.ends_at.map(|at| age::countdown(at, now));
    let left = left.map(|left| if left == "now" { "any moment now".to_owned() } else { left });
    match (&*pause.reason, left) {
        (CANARY_PAUSE_STEP, left) => {
            let at = rollout.current_step().map_or(0, |(at, _)| at + 1);
            match left {
                Some(left) => format!("step {at} is a pause; it ends {left}"),
                None => format!("step {at} is a pause without an end"),
            }
        }
        (BLUE_GREEN_PAUSE, Some(left)) => format!("the preview is ready; it is promoted {left}"),
        (BLUE_GREEN_PAUSE, None) => "the preview is ready and waits for its promotion".to_owned(),
        (INCONCLUSIVE_RUN, _) => {
            let run =
                inconclusive(rollout).map(|name| match run_named(picture, name).map(|run| words::run(run, now)) {
                    Some(words) => format!("{} came to no verdict ({words})", told.name(name)),
                    None => format!("{} came to no verdict", told.name(name)),
                });
            run.unwrap_or_else(|| "an analysis came to no verdict".to_owned())
        }
        (INCONCLUSIVE_EXPERIMENT, _) => "an experiment came to no verdict".to_owned(),
        (other, _) => format!("it is paused for a reason that is not known here: {other}"),
    }
}

/// The run in the status without a verdict.
fn inconclusive(rollout: &Rollout) -> Option<&str> {
    let (canary, blue_green) = (&rollout.status.canary, &rollout.status.blue_green);
    let all = [
        &canary.current_step_analysis_run_status,
        &canary.current_background_analysis_run_status,
        &blue_green.pre_promotion_analysis_run_status,
        &blue_green.post_promotion_analysis_run_status,
    ];
    all.into_iter().flatten().find(|run| &*run.status == "Inconclusive").map(|run| &*run.name)
}

/// The run that holds the update, by name, from the status.
pub(super) fn blocking_run(rollout: &Rollout) -> Option<&str> {
    let status = &rollout.status;
    let run = match rollout.spec.strategy_kind() {
        StrategyKind::BlueGreen if super::waits::after_switch(rollout) => {
            &status.blue_green.post_promotion_analysis_run_status
        }
        StrategyKind::BlueGreen => &status.blue_green.pre_promotion_analysis_run_status,
        _ => &status.canary.current_step_analysis_run_status,
    };
    run.as_ref().map(|run| &*run.name).filter(|name| !name.is_empty())
}

fn analysis(rollout: &Rollout, picture: &Picture, told: Told<'_>, found: &mut Vec<String>) {
    if let Some(one) = current_experiment(picture) {
        found.push(told.standing("experiment", &one.name, &words::experiment(one, told.now)));
        found.extend(all_stuck(one.replica_sets.iter(), told).into_iter().next());
        return;
    }
    match blocking_run(rollout) {
        Some(name) => match run_named(picture, name) {
            Some(run) => found.push(told.run("analysis", run)),
            None => found.push(format!("analysis {} runs", told.name(name))),
        },
        None => match &rollout.status.canary.current_experiment {
            Some(name) if !name.is_empty() => found.push(format!("experiment {} runs", told.name(name))),
            _ => found.push("the analysis has not begun".to_owned()),
        },
    }
}

/// The analysis beside the steps holds nothing, but it may end the update.
fn background(rollout: &Rollout, picture: &Picture, told: Told<'_>, found: &mut Vec<String>) {
    if picture.phase == Phase::Degraded {
        return;
    }
    if let Some(status) = &rollout.status.canary.current_background_analysis_run_status
        && !ended(&status.status)
        && let Some(run) = run_named(picture, &status.name)
    {
        let kind = if told.below.is_some() { "beside the steps" } else { "beside the steps," };
        found.push(told.run(kind, run));
    }
}

fn plugin(rollout: &Rollout) -> Option<String> {
    let (at, step) = rollout.current_step()?;
    let words = steps::step_words(step, rollout.max_weight());
    Some(match steps::plugin_status(rollout, at) {
        Some(status) => format!("{words}: {}", steps::plugin_words(status)),
        None => format!("{words} has not answered yet"),
    })
}

fn pods(rollout: &Rollout, picture: &Picture, told: Told<'_>, found: &mut Vec<String>) {
    let now = told.now;
    if let Some(restart) = &picture.restart {
        match restart.older {
            _ if restart.at > now => found.push(format!("all pods are restarted {}", age::countdown(restart.at, now))),
            Some((older, all)) => found.push(format!("{older} of {all} pods are older than the restart")),
            None => found.push("pods are being restarted, a few at a time".to_owned()),
        }
    }
    let new = &rollout.status.current_pod_hash;
    let sets = || picture.revisions.iter().flat_map(|revision| &revision.replica_sets);
    match sets().find(|set| set.pod_hash == *new && !new.is_empty()) {
        Some(set) if set.available < set.desired => {
            found.push(format!("{} of {} new pods are available", set.available, set.desired));
        }
        None if picture.replicas.updated == 0 => found.push("no new pod is there yet".to_owned()),
        _ => {}
    }
    found.extend(all_stuck(sets(), told).into_iter().take(3));
    if let Some(failure) = rollout.condition("ReplicaFailure").filter(|failure| &*failure.status == "True") {
        found.push(format!("pods cannot be made: {}", failure.message));
    }
    let stable = sets().find(|set| *set.pod_hash == *rollout.status.stable_rs && set.pod_hash != *new);
    if let Some(stable) = stable.filter(|set| set.available < set.desired) {
        found.push(format!("{} of {} stable pods are available", stable.available, stable.desired));
    }
    if found.is_empty() {
        let replicas = &picture.replicas;
        found.push(format!(
            "pods come and go: {} updated, {} of {} available",
            replicas.updated, replicas.available, replicas.current
        ));
    }
    if let Some(scaler) = &picture.scaler
        && scaler.desired != picture.replicas.desired
    {
        found.push(format!("HorizontalPodAutoscaler {} asks for {} pods", scaler.name, scaler.desired));
    }
}

/// Pods that do not come by themselves, with the reason; those first that are worst off.
fn all_stuck<'a>(sets: impl Iterator<Item = &'a ReplicaSetPicture>, told: Told<'_>) -> Vec<String> {
    let mut pods: Vec<&PodPicture> = sets.flat_map(|set| &set.pods).filter(|pod| is_stuck(pod)).collect();
    // The sort keeps the order among equals.
    pods.sort_by_key(|pod| std::cmp::Reverse(severity(&pod.status)));
    let line = |pod: &PodPicture| {
        let message = pod.message.as_deref().map_or_else(String::new, |message| format!(": {message}"));
        format!("{} {}{message}", told.name(&pod.name), pod.status)
    };
    pods.into_iter().map(line).collect()
}

/// How bad a pod's status is: what has failed before what waits for a place, and that before what may yet come.
fn severity(status: &str) -> u8 {
    let failed = ["BackOff", "Err", "Invalid", "OOMKilled", "Failed", "Evicted", "Cannot", "Signal:", "ExitCode:"];
    match status {
        _ if failed.iter().any(|word| status.contains(word)) => 2,
        "Pending" | "Unknown" | "" => 1,
        _ => 0,
    }
}

/// Not ready, and in a state that seldom heals: a container that failed, an image that is not there, no node for it.
fn is_stuck(pod: &PodPicture) -> bool {
    let status = &*pod.status;
    let calm = ["Running", "ContainerCreating", "PodInitializing", "Terminating", "Completed", "Succeeded", ""];
    match status {
        "Pending" => pod.message.is_some(),
        _ if status.starts_with("Init:") => status.chars().any(|c| c.is_ascii_lowercase()) && !is_init_progress(status),
        _ => pod.ready < pod.containers && !calm.contains(&status),
    }
}

/// `Init:1/2`
fn is_init_progress(status: &str) -> bool {
    status.trim_start_matches("Init:").chars().all(|c| c.is_ascii_digit() || c == '/')
}

fn repair(rollout: &Rollout, picture: &Picture, told: Told<'_>, found: &mut Vec<String>) {
    match phase::degradation(rollout, &picture.message) {
        Degradation::Aborted => match picture.message.split_once("Rollout aborted update to revision ") {
            Some((_, rest)) => match rest.split_once(": ") {
                Some((_, cause)) => found.push(format!("the update was aborted: {cause}")),
                None => found.push("the update was aborted, no cause is given".to_owned()),
            },
            None => found.push("the update was aborted".to_owned()),
        },
        Degradation::DeadlineExceeded => {
            found.push("the progress deadline has passed".to_owned());
            let sets = picture.revisions.iter().flat_map(|revision| &revision.replica_sets);
            found.extend(all_stuck(sets, told).into_iter().take(3));
        }
        Degradation::InvalidSpec => match &picture.invalid {
            Some(field) => found.push(format!("{} is refused: {}", field.path, field.why)),
            None => found.push("the controller refuses the spec".to_owned()),
        },
        Degradation::Other => {}
    }
}

/// Pods of the past that are still there, and when they leave.
pub(super) fn leaving(rollout: &Rollout, picture: &Picture, now: Timestamp) -> Option<String> {
    if !matches!(picture.phase, Phase::Healthy | Phase::Degraded) {
        return None;
    }
    let sets = picture.revisions.iter().flat_map(|revision| &revision.replica_sets);
    let (mut pods, mut last) = (0_i32, None);
    for set in sets.filter(|set| set.replicas > 0 && *set.pod_hash != *rollout.status.stable_rs) {
        if let Some(at) = set.scale_down_at.filter(|at| *at > now) {
            pods = pods.saturating_add(set.replicas);
            last = last.max(Some(at));
        }
    }
    let which = if picture.phase == Phase::Healthy { "old" } else { "aborted" };
    let noun = if pods == 1 { "pod leaves" } else { "pods leave" };
    last.map(|at| format!("{pods} {which} {noun} {}", age::countdown(at, now)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::analysis::AnalysisRun;
    use crate::argo::experiment::Experiment;
    use crate::argo::picture::{Children, of as picture};
    use crate::argo::pod::Pod;
    use crate::argo::replicaset::ReplicaSet;
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn rollout(status: &Value) -> Rollout {
        let steps = json!([{"setWeight": 10}, {"pause": {}}, {"pause": {"duration": 30}}, {"analysis": {"templates": []}},
            {"experiment": {}}, {"plugin": {"name": "argo/warm"}}, {"fly": 1}]);
        let rollout = Rollout::decode(&json!({"metadata": {"name": "web", "uid": "r", "generation": 2},
            "spec": {"replicas": 3, "strategy": {"canary": {"steps": steps, "analysis": {"templates": []}}}}, "status": status}));
        assert_eq!(rollout.unreadable, None);
        rollout
    }

    fn why(status: &Value, children: Children<'_>) -> Vec<String> {
        let now = "2026-01-01T00:00:10Z".parse().unwrap();
        let rollout = rollout(status);
        lines(&rollout, &picture(&rollout, children, now), now)
    }

    fn at(index: i32, extra: &Value) -> Value {
        let mut status =
            json!({"phase": "Progressing", "currentStepIndex": index, "currentPodHash": "b", "stableRS": "a"});
        status.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        status
    }

    #[test]
    fn every_wait_has_its_reason() {
        let pause = |reason: &str| {
            json!({"phase": "Paused", "controllerPause": true,
            "pauseConditions": [{"reason": reason, "startTime": "2026-01-01T00:00:00Z"}]})
        };
        let mut inconclusive = pause(INCONCLUSIVE_RUN);
        inconclusive["canary"] =
            json!({"currentStepAnalysisRunStatus": {"name": "web-b-2-3", "status": "Inconclusive"}});
        let rows = [
            (json!({"phase": "Healthy", "observedGeneration": "2"}), ""),
            (json!({"phase": "Healthy", "observedGeneration": "1"}), "the controller has not seen the new spec yet"),
            (json!({"phase": "Paused", "controllerPause": true}), "the pause is ended; the controller has to go on"),
            (json!({"phase": "Paused", "abort": true}), "an abort was asked for; the controller has to act"),
            (at(1, &json!({})), "step 2 (pause, until promoted) is due"),
            (at(1, &pause(CANARY_PAUSE_STEP)), "step 2 is a pause without an end"),
            (at(2, &pause(CANARY_PAUSE_STEP)), "step 3 is a pause; it ends in 20s"),
            (at(3, &inconclusive), "web-b-2-3 came to no verdict"),
            (at(3, &json!({})), "the analysis has not begun"),
            (
                at(3, &json!({"canary": {"currentStepAnalysisRunStatus": {"name": "x", "status": ""}}})),
                "analysis x runs",
            ),
            (at(4, &json!({"canary": {"currentExperiment": "e"}})), "experiment e runs"),
            (at(5, &json!({})), "plugin argo/warm has not answered yet"),
            (at(6, &json!({})), "what it waits for is not known here"),
            (at(0, &json!({})), "no new pod is there yet"),
            (
                at(0, &json!({"updatedReplicas": 1, "replicas": 4, "availableReplicas": 3})),
                "pods come and go: 1 updated, 3 of 4 available",
            ),
            (
                at(
                    0,
                    &json!({"phase": "Degraded", "abort": true, "abortedAt": "2026-01-01T00:00:00Z", "message":
                    "RolloutAborted: Rollout aborted update to revision 2: Metric \"rate\" assessed Failed"}),
                ),
                "the update was aborted: Metric \"rate\" assessed Failed",
            ),
            (
                at(0, &json!({"phase": "Degraded", "message": "ProgressDeadlineExceeded: late"})),
                "the progress deadline has passed",
            ),
            (
                at(
                    0,
                    &json!({"phase": "Degraded", "message": "InvalidSpec: The Rollout \"web\" is invalid: spec.x: Invalid value: 1: too small"}),
                ),
                "spec.x is refused: too small",
            ),
        ];
        for (status, reason) in rows {
            assert_eq!(why(&status, Children::default()).join(" | "), reason, "{status}");
        }
    }

    #[test]
    fn with_its_children_known_it_says_more() {
        let owned = |name: &str, owner: &str| json!({"name": name, "uid": name, "ownerReferences": [{"uid": owner}]});
        let run = |name: &str, owner: &str| {
            Arc::new(AnalysisRun::decode(&json!({"metadata": owned(name, owner),
                "spec": {"metrics": [{"name": "rate", "interval": "10s", "failureLimit": 3}]},
                "status": {"phase": "Running", "metricResults": [{"name": "rate", "count": 5, "failed": 2, "measurements": [
                    {"phase": "Failed", "startedAt": "2026-01-01T00:00:07Z", "finishedAt": "2026-01-01T00:00:07Z"}]}]}})))
        };
        let runs = [run("inline", "r"), run("beside", "r"), run("compare", "e")];
        let experiments =
            [Arc::new(Experiment::decode(&json!({"metadata": owned("e", "r"), "spec": {"duration": "30s"},
            "status": {"phase": "Running", "availableAt": "2026-01-01T00:00:00Z"}})))];
        let children = Children { analysis_runs: Some(&runs), experiments: Some(&experiments), ..Children::default() };
        let standing = "rate: 5 measured, 2 of 3 failures allowed, next measurement in 7s";
        let status = json!({"canary": {"currentStepAnalysisRunStatus": {"name": "inline", "status": "Running"},
            "currentBackgroundAnalysisRunStatus": {"name": "beside", "status": "Running"}, "currentExperiment": "e"}});
        assert_eq!(
            why(&at(4, &status), children),
            [format!("experiment e: {standing}; ends in 20s"), format!("beside the steps, beside: {standing}")]
        );
        let mut status = status;
        let rollout = rollout(&at(4, &status));
        let now = "2026-01-01T00:00:10Z".parse().unwrap();
        assert_eq!(
            lines_on_page(&rollout, &picture(&rollout, children, now), now),
            [
                "experiment, rate: 5 measured, 2 of 3 failures allowed",
                "beside the steps, rate: 5 measured, 2 of 3 failures allowed"
            ],
            "the page has a `next` line for what counts down"
        );
        status["canary"]["currentExperiment"] = json!("");
        assert_eq!(why(&at(3, &status), children)[0], format!("analysis inline: {standing}"));
    }

    #[test]
    fn a_pod_that_does_not_come_is_named_with_its_reason() {
        let set = |name: &str, hash: &str, replicas: i32, deadline: &str| -> Arc<ReplicaSet> {
            Arc::new(
                serde_json::from_value(
                    json!({"metadata": {"name": name, "uid": name, "ownerReferences": [{"uid": "r"}],
                "labels": {"rollouts-pod-template-hash": hash}, "annotations": {"scale-down-deadline": deadline}},
                "spec": {"replicas": replicas}, "status": {"replicas": replicas}}),
                )
                .unwrap(),
            )
        };
        let pod = |name: &str, status: &Value| -> Arc<Pod> {
            Arc::new(
                serde_json::from_value(json!({"metadata": {"name": name, "ownerReferences": [{"uid": "web-b"}]},
                "spec": {"containers": [{}]}, "status": status}))
                .unwrap(),
            )
        };
        let waiting = json!({"phase": "Pending", "containerStatuses": [{"state": {"waiting": {"reason": "ImagePullBackOff", "message": "not found"}}}]});
        let pods = [
            pod("a", &waiting),
            pod("b", &json!({"phase": "Running", "containerStatuses": [{"ready": false, "state": {"running": {}}}]})),
            pod(
                "c",
                &json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "message": "0/3 nodes"}]}),
            ),
            pod("d", &json!({"phase": "Pending"})),
        ];
        let sets = [set("web-b", "b", 2, ""), set("web-a", "a", 3, "")];
        let children = Children { replica_sets: Some(&sets), pods: Some(&pods), ..Children::default() };
        assert_eq!(
            why(&at(0, &json!({})), children),
            [
                "0 of 2 new pods are available",
                "a ImagePullBackOff: not found",
                "c Pending: 0/3 nodes",
                "0 of 3 stable pods are available"
            ]
        );
        let old = [set("web-0", "0", 2, "2026-01-01T00:00:39Z"), set("web-a", "a", 3, "")];
        let children = Children { replica_sets: Some(&old), ..Children::default() };
        let healthy = json!({"phase": "Healthy", "stableRS": "a", "currentPodHash": "a", "replicas": 5});
        assert_eq!(why(&healthy, children), ["2 old pods leave in 29s"]);
    }
}
