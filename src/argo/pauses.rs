//! Pauses: how long a pause step lasts, and when the present pauses end by themselves.

use super::age;
use super::lenient::IntOrString;
use super::picture::Pause;
use super::rollout::{PauseCondition, Rollout, StepKind};
use jiff::{SignedDuration, Timestamp};

/// Reason of a canary's pause step.
pub const CANARY_PAUSE_STEP: &str = "CanaryPauseStep";
/// Reason of a blue-green pause before the switch.
pub const BLUE_GREEN_PAUSE: &str = "BlueGreenPause";
/// Reason of a pause by an analysis without a verdict.
pub const INCONCLUSIVE_RUN: &str = "InconclusiveAnalysisRun";
/// Reason of a pause by an experiment without a verdict.
pub const INCONCLUSIVE_EXPERIMENT: &str = "InconclusiveExperiment";

/// The length of a pause in whole seconds: a number is seconds, digits in a text are seconds, else a Go duration.
/// `None` when it does not parse or is negative (the controller calls that invalid).
#[must_use]
pub fn pause_seconds(duration: &IntOrString) -> Option<i64> {
    let seconds = match duration {
        IntOrString::Int(seconds) => i64::from(i32::try_from(*seconds).ok()?),
        IntOrString::Text(text) => match text.parse::<i32>() {
            Ok(seconds) => i64::from(seconds),
            Err(_) => age::go_seconds(text).filter(|seconds| i32::try_from(*seconds).is_ok())?,
        },
    };
    (seconds >= 0).then_some(seconds)
}

/// The pause conditions with the time they end, where a timer is known.
///
/// - A pause step with a duration ends that long after the condition began.
/// - A blue-green pause ends `autoPromotionSeconds` after it began, unless automatic promotion is off.
/// - Every other pause has no timer.
#[must_use]
pub fn of(rollout: &Rollout) -> Vec<Pause> {
    rollout
        .status
        .pause_conditions
        .iter()
        .map(|condition| Pause {
            reason: condition.reason.to_string(),
            started_at: condition.start_time,
            ends_at: ends_at(rollout, condition),
        })
        .collect()
}

fn ends_at(rollout: &Rollout, condition: &PauseCondition) -> Option<Timestamp> {
    let seconds = match &*condition.reason {
        CANARY_PAUSE_STEP => match &rollout.current_step()?.1.kind {
            StepKind::Pause(Some(duration)) => pause_seconds(duration)?,
            _ => return None,
        },
        BLUE_GREEN_PAUSE => {
            let blue_green = rollout.spec.strategy.blue_green.as_ref()?;
            if blue_green.auto_promotion_enabled == Some(false) {
                return None;
            }
            i64::from(blue_green.auto_promotion_seconds.filter(|seconds| *seconds > 0)?)
        }
        _ => return None,
    };
    condition.start_time?.checked_add(SignedDuration::from_secs(seconds)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn ends(value: &Value) -> Vec<Option<String>> {
        let rollout = Rollout::decode(value);
        assert_eq!(rollout.unreadable, None);
        of(&rollout).iter().map(|pause| pause.ends_at.map(|at| at.to_string())).collect()
    }

    #[test]
    fn a_pause_is_read_in_all_its_forms() {
        let text = |text: &str| IntOrString::Text(text.into());
        let rows = [
            (IntOrString::Int(30), Some(30)),
            (IntOrString::Int(0), Some(0)),
            (IntOrString::Int(-1), None),
            (IntOrString::Int(3_000_000_000), None),
            (text("30"), Some(30)),
            (text("30s"), Some(30)),
            (text("1h30m"), Some(5400)),
            (text("1.5h"), Some(5400)),
            (text("500ms"), Some(0)),
            (text("-5s"), None),
            (text("5 minutes"), None),
            (text("{{args.wait}}"), None),
            (text(""), None),
        ];
        for (duration, seconds) in rows {
            assert_eq!(pause_seconds(&duration), seconds, "{duration:?}");
        }
    }

    fn canary(step: &Value, reason: &str) -> Value {
        json!({"metadata": {}, "spec": {"strategy": {"canary": {"steps": [{"setWeight": 10}, step]}}},
               "status": {"currentStepIndex": 1, "pauseConditions": [{"reason": reason, "startTime": "2026-01-01T00:00:00Z"}]}})
    }

    #[test]
    fn a_timed_pause_step_ends_after_its_duration() {
        for duration in [json!(90), json!("90"), json!("90s"), json!("1m30s")] {
            let at = ends(&canary(&json!({"pause": {"duration": duration}}), "CanaryPauseStep"));
            assert_eq!(at, [Some("2026-01-01T00:01:30Z".into())]);
        }
    }

    #[test]
    fn a_pause_without_a_duration_or_for_another_reason_has_no_end() {
        assert_eq!(ends(&canary(&json!({"pause": {}}), "CanaryPauseStep")), [None]);
        assert_eq!(ends(&canary(&json!({"pause": {"duration": null}}), "CanaryPauseStep")), [None]);
        assert_eq!(ends(&canary(&json!({"pause": {"duration": "soon"}}), "CanaryPauseStep")), [None]);
        assert_eq!(ends(&canary(&json!({"pause": {"duration": 30}}), "InconclusiveAnalysisRun")), [None]);
        assert_eq!(ends(&canary(&json!({"setWeight": 20}), "CanaryPauseStep")), [None]);
    }

    #[test]
    fn a_blue_green_pause_ends_only_with_automatic_promotion() {
        let at = |strategy: Value| {
            ends(&json!({"metadata": {}, "spec": {"strategy": {"blueGreen": strategy}},
                "status": {"pauseConditions": [{"reason": "BlueGreenPause", "startTime": "2026-01-01T00:00:00Z"}]}}))
        };
        assert_eq!(at(json!({"autoPromotionSeconds": 20})), [Some("2026-01-01T00:00:20Z".into())]);
        assert_eq!(
            at(json!({"autoPromotionSeconds": 20, "autoPromotionEnabled": true}))[0].as_deref().map(str::len),
            Some(20)
        );
        assert_eq!(at(json!({"autoPromotionSeconds": 20, "autoPromotionEnabled": false})), [None]);
        assert_eq!(at(json!({"autoPromotionEnabled": false})), [None]);
        assert_eq!(at(json!({"autoPromotionSeconds": 0})), [None]);
    }
}
