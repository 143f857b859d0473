//! A run in the tree: what it is for, what it counted, its jobs (Argo Rollouts,
//! `pkg/kubectl-argo-rollouts/info/analysis_info.go`).

use super::metric::{self, JOB_NAME, JOB_NAMESPACE};
use super::{JobPicture, RunKind, RunPicture, arguments};
use crate::argo::analysis::AnalysisRun;
use crate::argo::meta::POD_HASH_LABEL;
use crate::argo::rollout::{Rollout, RunStatus};
use std::cmp::Reverse;
use std::sync::Arc;

/// Label of a run that tells its kind.
const TYPE_LABEL: &str = "rollout-type";
/// Label of a run that belongs to a step: its index.
const STEP_LABEL: &str = "step-index";

/// The runs that an object with this uid owns, with their revisions, in the plugin's order: newest revision first, then the
/// oldest run, then by name backwards.
#[must_use]
pub fn owned<'a>(runs: Option<&'a [Arc<AnalysisRun>]>, uid: &str) -> Vec<&'a Arc<AnalysisRun>> {
    let mut own: Vec<&Arc<AnalysisRun>> =
        runs.unwrap_or_default().iter().filter(|run| run.meta.owned_by(uid)).collect();
    own.sort_by(|a, b| {
        let key = |run: &AnalysisRun| (Reverse(run.meta.revision()), run.meta.created);
        key(a).cmp(&key(b)).then_with(|| b.meta.name.cmp(&a.meta.name))
    });
    own
}

/// A run of the rollout itself.
#[must_use]
pub fn of_rollout(rollout: &Rollout, run: &AnalysisRun) -> RunPicture {
    let named = by_status(rollout, run);
    let kind = named.or_else(|| by_label(run)).unwrap_or_else(|| by_name(rollout, run));
    picture(run, kind, named.is_some())
}

/// A run of an experiment; `current` when the experiment's status names it.
#[must_use]
pub fn of_experiment(run: &AnalysisRun, current: bool) -> RunPicture {
    picture(run, RunKind::Experiment, current)
}

fn picture(run: &AnalysisRun, kind: RunKind, current: bool) -> RunPicture {
    let (spec, status) = (&run.spec, &run.status);
    let sum = |part: fn(&crate::argo::analysis::MetricResult) -> i64| {
        status.metric_results.iter().map(part).fold(0_i64, i64::saturating_add)
    };
    RunPicture {
        name: run.meta.name.clone(),
        uid: run.meta.uid.clone(),
        kind,
        current,
        status: status.phase.clone(),
        message: status.message.clone(),
        successful: sum(|result| result.successful),
        failed: sum(|result| result.failed),
        inconclusive: sum(|result| result.inconclusive),
        error: sum(|result| result.error),
        jobs: jobs(run),
        metrics: metric::all(run),
        args: arguments::listed(&spec.args),
        created: run.meta.created,
        started_at: status.started_at,
        completed_at: status.completed_at,
        terminating: spec.terminate,
        unreadable: run.unreadable.clone(),
    }
}

/// Jobs in the order of the results and their measurements; the plugin knows them from there too, not from the API.
fn jobs(run: &AnalysisRun) -> Vec<JobPicture> {
    let measurements = run.status.metric_results.iter().flat_map(|result| &result.measurements);
    measurements
        .filter_map(|found| {
            let elsewhere = found.metadata.get(JOB_NAMESPACE).filter(|namespace| ***namespace != *run.meta.namespace);
            Some(JobPicture {
                name: found.metadata.get(JOB_NAME)?.clone(),
                namespace: elsewhere.cloned(),
                status: found.phase.clone(),
                started_at: found.started_at,
            })
        })
        .collect()
}

/// The kind of a run that the rollout's status names: labels can be overwritten by a template, this cannot.
fn by_status(rollout: &Rollout, run: &AnalysisRun) -> Option<RunKind> {
    let (canary, blue_green) = (&rollout.status.canary, &rollout.status.blue_green);
    let names = |status: &Option<Box<RunStatus>>| status.as_ref().is_some_and(|status| *status.name == *run.meta.name);
    if names(&canary.current_step_analysis_run_status) {
        let at = step_label(run).or_else(|| rollout.current_step().map(|(index, _)| index));
        Some(RunKind::Inline(at))
    } else if names(&canary.current_background_analysis_run_status) {
        Some(RunKind::Background)
    } else if names(&blue_green.pre_promotion_analysis_run_status) {
        Some(RunKind::PrePromotion)
    } else if names(&blue_green.post_promotion_analysis_run_status) {
        Some(RunKind::PostPromotion)
    } else {
        None
    }
}

fn step_label(run: &AnalysisRun) -> Option<usize> {
    run.meta.labels.get(STEP_LABEL).and_then(|index| index.parse().ok())
}

fn by_label(run: &AnalysisRun) -> Option<RunKind> {
    Some(match &**run.meta.labels.get(TYPE_LABEL)? {
        "Step" => RunKind::Inline(step_label(run)),
        "Background" => RunKind::Background,
        "PrePromotion" => RunKind::PrePromotion,
        "PostPromotion" => RunKind::PostPromotion,
        _ => return None,
    })
}

/// By the end of its name, where nothing else tells: `<rollout>-<hash>-<revision>`, then nothing, `-pre`, `-post` or the
/// index of a step, then `.1` and so on after a clash.
fn by_name(rollout: &Rollout, run: &AnalysisRun) -> RunKind {
    let name = &*run.meta.name;
    let name = name.rsplit_once('.').filter(|(_, n)| n.parse::<u32>().is_ok()).map_or(name, |(name, _)| name);
    let hash = run.meta.labels.get(POD_HASH_LABEL).map_or("", |hash| hash);
    let start = format!("{}-{hash}-{}", rollout.meta.name, run.meta.revision());
    match name.strip_prefix(&*start) {
        Some("") => RunKind::Background,
        Some("-pre") => RunKind::PrePromotion,
        Some("-post") => RunKind::PostPromotion,
        Some(rest) => match rest.strip_prefix('-').and_then(|index| index.parse().ok()) {
            Some(index) => RunKind::Inline(Some(index)),
            None => RunKind::Other,
        },
        None if name.ends_with("-pre") => RunKind::PrePromotion,
        None if name.ends_with("-post") => RunKind::PostPromotion,
        None => RunKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn rollout(status: &Value) -> Rollout {
        Rollout::decode(&json!({"metadata": {"name": "web-shop", "uid": "r"},
            "spec": {"strategy": {"canary": {"steps": [{"setWeight": 5}, {"analysis": {}}]}}}, "status": status}))
    }

    fn run(name: &str, labels: &Value) -> AnalysisRun {
        AnalysisRun::decode(&json!({"metadata": {"name": name, "namespace": "demo", "labels": labels,
            "annotations": {"rollout.argoproj.io/revision": "2"}}}))
    }

    #[test]
    fn the_kind_is_told_by_the_status_then_by_the_label_then_by_the_name() {
        let status =
            json!({"currentStepIndex": 1, "canary": {"currentStepAnalysisRunStatus": {"name": "a", "status": ""}}});
        let lies = json!({"rollout-type": "Background"});
        let seen = of_rollout(&rollout(&status), &run("a", &lies));
        assert_eq!((seen.kind, seen.current), (RunKind::Inline(Some(1)), true));
        let seen = of_rollout(&rollout(&status), &run("b", &lies));
        assert_eq!((seen.kind, seen.current), (RunKind::Background, false));
        let step = json!({"rollout-type": "Step", "step-index": "4"});
        assert_eq!(of_rollout(&rollout(&json!({})), &run("b", &step)).kind, RunKind::Inline(Some(4)));
        let hash = json!({"rollouts-pod-template-hash": "h1", "rollout-type": "mine"});
        for (name, kind) in [
            ("web-shop-h1-2", RunKind::Background),
            ("web-shop-h1-2.1", RunKind::Background),
            ("web-shop-h1-2-pre", RunKind::PrePromotion),
            ("web-shop-h1-2-post.12", RunKind::PostPromotion),
            ("web-shop-h1-2-7", RunKind::Inline(Some(7))),
            ("web-shop-h1-2-7.3", RunKind::Inline(Some(7))),
            ("something-post", RunKind::PostPromotion),
            ("something", RunKind::Other),
            ("web-shop-h1-2-x", RunKind::Other),
        ] {
            assert_eq!(of_rollout(&rollout(&json!({})), &run(name, &hash)).kind, kind, "{name}");
        }
        let blue = json!({"blueGreen": {"prePromotionAnalysisRunStatus": {"name": "p"}, "postPromotionAnalysisRunStatus": {"name": "q"}}});
        assert_eq!(of_rollout(&rollout(&blue), &run("p", &lies)).kind, RunKind::PrePromotion);
        assert_eq!(of_rollout(&rollout(&blue), &run("q", &lies)).kind, RunKind::PostPromotion);
    }

    #[test]
    fn counts_are_sums_over_all_metrics_and_jobs_come_from_the_measurements() {
        let run = AnalysisRun::decode(
            &json!({"metadata": {"name": "a", "namespace": "demo"}, "status": {"metricResults": [
            {"name": "dry", "dryRun": true, "failed": 2, "error": 1},
            {"name": "smoke", "successful": 1, "inconclusive": 3, "measurements": [
                {"phase": "Successful", "startedAt": "2026-01-01T00:00:00Z", "metadata": {"job-name": "j1", "job-namespace": "demo"}},
                {"phase": "Running", "metadata": {"job-name": "j2", "job-namespace": "jobs"}}, {"phase": "Running"}]}]}}),
        );
        let seen = of_experiment(&run, true);
        assert_eq!((seen.successful, seen.failed, seen.inconclusive, seen.error), (1, 2, 3, 1));
        let jobs: Vec<(&str, Option<&str>, &str)> =
            seen.jobs.iter().map(|job| (&*job.name, job.namespace.as_deref(), &*job.status)).collect();
        assert_eq!(jobs, [("j1", None, "Successful"), ("j2", Some("jobs"), "Running")]);
    }

    #[test]
    fn runs_come_newest_revision_first_then_the_oldest_then_by_name_backwards() {
        let make = |name: &str, revision: &str, created: &str| {
            Arc::new(AnalysisRun::decode(&json!({"metadata": {"name": name, "creationTimestamp": created,
                "ownerReferences": [{"uid": "r"}], "annotations": {"rollout.argoproj.io/revision": revision}}})))
        };
        let (early, late) = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z");
        let runs = [make("a", "9", late), make("b", "10", late), make("c", "10", early), make("d", "10", early)];
        let names: Vec<&str> = owned(Some(&runs), "r").iter().map(|run| &*run.meta.name).collect();
        assert_eq!(names, ["d", "c", "b", "a"]);
        assert!(owned(Some(&runs), "other").is_empty() && owned(None, "r").is_empty());
    }
}
