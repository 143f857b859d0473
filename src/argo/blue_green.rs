//! The stages of a blue-green update, and how far it is (Argo Rollouts, `rollout/bluegreen.go`): the preview comes up, its
//! analysis succeeds, somebody or a timer promotes it, the active Service goes over, the analysis after that succeeds, the
//! old version leaves.

use super::pauses::BLUE_GREEN_PAUSE;
use super::picture::{Pause, Revision};
use super::rollout::{BlueGreen, Rollout, RunStatus, StrategyKind};
use super::runs::metric::ended;
use jiff::Timestamp;

/// How far a blue-green update is.
#[derive(Clone, Debug, PartialEq)]
pub struct BlueGreenPicture {
    /// The stages of an update in their order, without those that the spec does not ask for.
    pub stages: Vec<Stage>,
    /// Index of the stage that runs; `None`: nothing is rolled out, or all is done.
    pub current: Option<usize>,
    /// The Service that takes the traffic.
    pub active_service: Option<Box<str>>,
    /// The Service of the preview.
    pub preview_service: Option<Box<str>>,
    /// Whether it is promoted by itself.
    pub auto_promotion: bool,
    /// When it is promoted by itself; `None` without a timer that runs.
    pub promotes_at: Option<Timestamp>,
}

/// A stage of a blue-green update.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Which.
    pub kind: StageKind,
    /// Done.
    pub done: bool,
    /// Failed.
    pub failed: bool,
}

/// The stages of a blue-green update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageKind {
    /// The preview's pods come up.
    PreviewUp,
    /// Analysis before the switch.
    PrePromotionAnalysis,
    /// Waits for a person, or for a timer.
    Wait,
    /// Grows from `previewReplicaCount` to full size.
    ScaleUp,
    /// The active Service goes over to the new version.
    Switch,
    /// Analysis after the switch.
    PostPromotionAnalysis,
    /// The old version goes, after its delay.
    ScaleDown,
}

/// `None` for every other strategy.
#[must_use]
pub fn of(rollout: &Rollout, message: &str, pauses: &[Pause], revisions: &[Revision]) -> Option<BlueGreenPicture> {
    if rollout.unreadable.is_some() || rollout.spec.strategy_kind() != StrategyKind::BlueGreen {
        return None;
    }
    let spec = rollout.spec.strategy.blue_green.as_ref()?;
    let kinds = kinds(rollout, spec);
    let at = if rollout.status.abort { None } else { running(rollout, spec, pauses, revisions) };
    let failed = failed(rollout, message);
    // An aborted update did not get past what failed; one that a person ended shows nothing as done.
    let reached = match (at, rollout.status.abort, failed) {
        (Some(kind), ..) | (None, true, Some(kind)) => Reached::At(kind),
        (None, true, None) => Reached::Nowhere,
        (None, false, _) => Reached::End,
    };
    let stages = kinds.iter().map(|kind| Stage {
        kind: *kind,
        done: match reached {
            Reached::At(now) => (*kind as u8) < (now as u8),
            Reached::Nowhere => false,
            Reached::End => true,
        },
        failed: Some(*kind) == failed,
    });
    Some(BlueGreenPicture {
        stages: stages.collect(),
        current: at.and_then(|now| kinds.iter().position(|kind| *kind == now)),
        active_service: spec.active_service.clone(),
        preview_service: spec.preview_service.clone(),
        auto_promotion: spec.auto_promotion_enabled != Some(false),
        promotes_at: pauses.iter().filter(|pause| pause.reason == BLUE_GREEN_PAUSE).find_map(|pause| pause.ends_at),
    })
}

#[derive(Clone, Copy)]
enum Reached {
    At(StageKind),
    Nowhere,
    End,
}

fn kinds(rollout: &Rollout, spec: &BlueGreen) -> Vec<StageKind> {
    let waits =
        spec.auto_promotion_enabled == Some(false) || spec.auto_promotion_seconds.is_some_and(|seconds| seconds > 0);
    let smaller = spec.preview_replica_count.is_some_and(|count| count != rollout.spec.desired());
    [
        (StageKind::PreviewUp, true),
        (StageKind::PrePromotionAnalysis, spec.pre_promotion_analysis.is_some()),
        (StageKind::Wait, waits),
        (StageKind::ScaleUp, smaller),
        (StageKind::Switch, true),
        (StageKind::PostPromotionAnalysis, spec.post_promotion_analysis.is_some()),
        (StageKind::ScaleDown, true),
    ]
    .into_iter()
    .filter_map(|(kind, there)| there.then_some(kind))
    .collect()
}

/// The stage that runs; `None` when nothing is rolled out any more.
fn running(rollout: &Rollout, spec: &BlueGreen, pauses: &[Pause], revisions: &[Revision]) -> Option<StageKind> {
    let (status, blue_green) = (&rollout.status, &rollout.status.blue_green);
    let current = &status.current_pod_hash;
    if current.is_empty() {
        return Some(StageKind::PreviewUp);
    }
    if rollout.fully_promoted() {
        return (status.replicas > status.updated_replicas).then_some(StageKind::ScaleDown);
    }
    if blue_green.active_selector == *current {
        let analysed = spec.post_promotion_analysis.is_some()
            && !succeeded(blue_green.post_promotion_analysis_run_status.as_deref());
        return Some(if analysed { StageKind::PostPromotionAnalysis } else { StageKind::Switch });
    }
    if blue_green.scale_up_preview_check_point {
        let wanted = rollout.spec.desired();
        let up =
            status.updated_replicas >= wanted && preview_available(rollout, revisions).is_none_or(|up| up >= wanted);
        return Some(if up { StageKind::Switch } else { StageKind::ScaleUp });
    }
    if pauses.iter().any(|pause| pause.reason == BLUE_GREEN_PAUSE) {
        return Some(StageKind::Wait);
    }
    // A cleared pause: what comes after it is due.
    if status.controller_pause {
        let smaller = spec.preview_replica_count.is_some_and(|count| count < rollout.spec.desired());
        return Some(if smaller { StageKind::ScaleUp } else { StageKind::Switch });
    }
    let pre = &blue_green.pre_promotion_analysis_run_status;
    if let Some(run) = pre {
        return Some(if ended(&run.status) { StageKind::Switch } else { StageKind::PrePromotionAnalysis });
    }
    let wanted = spec.preview_replica_count.unwrap_or_else(|| rollout.spec.desired());
    let up = status.updated_replicas >= wanted && preview_available(rollout, revisions).is_some_and(|up| up >= wanted);
    let after = if spec.pre_promotion_analysis.is_some() { StageKind::PrePromotionAnalysis } else { StageKind::Switch };
    Some(if up { after } else { StageKind::PreviewUp })
}

fn succeeded(run: Option<&RunStatus>) -> bool {
    run.is_some_and(|run| &*run.status == "Successful")
}

/// Available pods of the new version, where its ReplicaSet is known: the status counts those of the active one.
fn preview_available(rollout: &Rollout, revisions: &[Revision]) -> Option<i32> {
    let mut sets = revisions.iter().flat_map(|revision| &revision.replica_sets);
    sets.find(|set| set.pod_hash == rollout.status.current_pod_hash).map(|set| set.available)
}

/// The stage that ended the update, as far as the controller's words tell.
fn failed(rollout: &Rollout, message: &str) -> Option<StageKind> {
    if !rollout.status.abort {
        return None;
    }
    if message.contains("pre-promotion analysis phase error/failed") {
        Some(StageKind::PrePromotionAnalysis)
    } else if message.contains("post-promotion analysis phase error/failed") {
        Some(StageKind::PostPromotionAnalysis)
    } else if message.contains("timed out progressing") {
        Some(StageKind::PreviewUp)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::picture::{Children, of as picture};
    use serde_json::{Value, json};

    fn told(spec: &Value, status: &Value) -> (String, Option<StageKind>) {
        let mut full = json!({"stableRS": "a", "currentPodHash": "b", "phase": "Progressing", "replicas": 4, "updatedReplicas": 2});
        full.as_object_mut().unwrap().extend(status.as_object().unwrap().clone());
        let rollout = Rollout::decode(
            &json!({"metadata": {}, "spec": {"replicas": 2, "strategy": {"blueGreen": spec}}, "status": full}),
        );
        assert_eq!(rollout.unreadable, None);
        let found = picture(&rollout, Children::default(), "2026-01-01T00:00:10Z".parse().unwrap()).blue_green.unwrap();
        let signs = found.stages.iter().map(|stage| match (stage.failed, stage.done) {
            (true, _) => 'x',
            (false, true) => '+',
            (false, false) => '.',
        });
        (signs.collect(), found.current.map(|at| found.stages[at].kind))
    }

    #[test]
    fn each_stage_is_told_by_the_status() {
        let all = json!({"prePromotionAnalysis": {}, "postPromotionAnalysis": {}, "autoPromotionEnabled": false, "previewReplicaCount": 1});
        let run = |phase: &str| json!({"name": "x", "status": phase});
        let pause = json!([{"reason": "BlueGreenPause", "startTime": "2026-01-01T00:00:00Z"}]);
        let rows = [
            (json!({"updatedReplicas": 0}), ".......", Some(StageKind::PreviewUp)),
            (
                json!({"blueGreen": {"prePromotionAnalysisRunStatus": run("Running")}}),
                "+......",
                Some(StageKind::PrePromotionAnalysis),
            ),
            (
                json!({"controllerPause": true, "pauseConditions": pause, "blueGreen": {"prePromotionAnalysisRunStatus": run("Successful")}}),
                "++.....",
                Some(StageKind::Wait),
            ),
            (json!({"controllerPause": true}), "+++....", Some(StageKind::ScaleUp)),
            (
                json!({"updatedReplicas": 1, "blueGreen": {"scaleUpPreviewCheckPoint": true}}),
                "+++....",
                Some(StageKind::ScaleUp),
            ),
            (json!({"blueGreen": {"scaleUpPreviewCheckPoint": true}}), "++++...", Some(StageKind::Switch)),
            (
                json!({"blueGreen": {"activeSelector": "b", "postPromotionAnalysisRunStatus": run("")}}),
                "+++++..",
                Some(StageKind::PostPromotionAnalysis),
            ),
            (
                json!({"blueGreen": {"activeSelector": "b", "postPromotionAnalysisRunStatus": run("Successful")}}),
                "++++...",
                Some(StageKind::Switch),
            ),
            (json!({"stableRS": "b", "blueGreen": {"activeSelector": "b"}}), "++++++.", Some(StageKind::ScaleDown)),
            (json!({"stableRS": "b", "replicas": 2}), "+++++++", None),
            (
                json!({"phase": "Degraded", "abort": true, "message": "RolloutAborted: x: Blue/green pre-promotion analysis phase error/failed: y"}),
                "+x.....",
                None,
            ),
            (
                json!({"phase": "Degraded", "abort": true, "message": "RolloutAborted: x: Blue/green post-promotion analysis phase error/failed: y"}),
                "+++++x.",
                None,
            ),
            (json!({"phase": "Degraded", "abort": true, "message": "RolloutAborted: by hand"}), ".......", None),
        ];
        for (status, signs, current) in rows {
            assert_eq!(told(&all, &status), (signs.to_owned(), current), "{status}");
        }
    }

    #[test]
    fn stages_that_the_spec_does_not_ask_for_are_left_out() {
        assert_eq!(told(&json!({}), &json!({"updatedReplicas": 0})), ("...".to_owned(), Some(StageKind::PreviewUp)));
        let timed = json!({"autoPromotionSeconds": 30, "previewReplicaCount": 2});
        assert_eq!(told(&timed, &json!({"updatedReplicas": 0})).0.len(), 4);
    }
}
