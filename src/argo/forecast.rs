//! Forecast: what happens next, when, and what a promote would change; derived from spec and status alone.
//!
//! [`desired_pods`] is the arithmetic of a basic canary, [`ahead`] looks past the present pause, [`next_sentence`] puts
//! it into words.

use super::lenient::IntOrString;
use super::pauses::CANARY_PAUSE_STEP;
use super::picture::{Phase, Picture, Waits};
use super::promote;
use super::rollout::{Rollout, StepKind, StrategyKind};
use super::weights;
use jiff::Timestamp;

pub use super::next::next_sentence;
pub use super::steps::{step_words, weight_words};

/// The pods that a basic canary aims at for a weight: (canary, stable).
///
/// The arithmetic of Argo Rollouts, `utils/replicaset/canary.go`: replica counts are rounded so that the share of
/// the canary comes nearest to the weight; surge rounds up, unavailable rounds down.
#[must_use]
pub fn desired_pods(rollout: &Rollout, weight: i64) -> (i32, i32) {
    // One more pod may be needed by a surge.
    let replicas = rollout.spec.desired().min(i32::MAX - 1);
    if replicas <= 0 {
        return (0, 0);
    }
    let surge = max_surge(rollout, replicas);
    let weight = weight.clamp(0, 100);
    let (ceiling, floor) = (ceil_percent(replicas, weight), floor_percent(replicas, weight));
    // Between 1 % and 99 % both sides keep a pod, unless there is but one pod in all and no surge.
    let zero_allowed = weight == 0 || weight == 100 || (replicas == 1 && surge == 0);
    let mut options = Vec::with_capacity(4);
    if ceiling < replicas || zero_allowed {
        options.push((ceiling, replicas));
    }
    let floor_allowed = floor != 0 || zero_allowed;
    if floor_allowed && !tied(replicas, weight) {
        options.push((floor, replicas));
    }
    if surge > 0 {
        options.push((ceiling, replicas + 1));
        if floor_allowed && !tied(replicas + 1, weight) {
            options.push((floor, replicas + 1));
        }
    }
    // The first of the nearest wins. Shares are compared without fractions: |100·canary − weight·total| / total.
    let off = |(canary, total): (i32, i32)| i128::from((i64::from(canary) * 100 - weight * i64::from(total)).abs());
    let mut best: Option<(i32, i32)> = None;
    for option in options {
        if best.is_none_or(|best| off(option) * i128::from(best.1) < off(best) * i128::from(option.1)) {
            best = Some(option);
        }
    }
    // Without surge an exact half whose ceiling is everything leaves no candidate: the controller then keeps stable.
    best.map_or((0, replicas), |(canary, total)| (canary, total - canary))
}

fn ceil_percent(of: i32, percent: i64) -> i32 {
    i32::try_from((i64::from(of) * percent + 99).div_euclid(100)).unwrap_or(i32::MAX)
}

fn floor_percent(of: i32, percent: i64) -> i32 {
    i32::try_from((i64::from(of) * percent).div_euclid(100)).unwrap_or(i32::MAX)
}

/// Whether ceiling and floor are equally near.
fn tied(replicas: i32, weight: i64) -> bool {
    (i64::from(replicas) * weight).rem_euclid(100) == 50
}

/// `maxSurge` in pods; absent means 25 %. A text counts as per cent even without its sign.
fn max_surge(rollout: &Rollout, replicas: i32) -> i32 {
    let canary = rollout.spec.strategy.canary.as_ref();
    match canary.and_then(|canary| canary.max_surge.as_ref()) {
        None => ceil_percent(replicas, 25),
        Some(IntOrString::Int(pods)) => i32::try_from(*pods).unwrap_or(0).max(0),
        Some(IntOrString::Text(text)) => text
            .trim_end_matches('%')
            .parse()
            .map_or(0, |percent: i32| ceil_percent(replicas, i64::from(percent.max(0)))),
    }
}

/// How the last entry of [`Ahead::then`] ends where no pause comes any more.
pub(super) const END_WORDS: &str = "then done";

/// What a promote of the present pause would lead to.
#[derive(Clone, Debug, PartialEq)]
pub struct Ahead {
    /// The set weight before and after the next weight step (parts of the greatest weight).
    pub weight: Option<(i64, i64)>,
    /// Canary and stable pods now and then, where the rules of a basic canary tell.
    pub pods: Option<((i32, i32), (i32, i32))>,
    /// The steps that follow the promoted one, in words, up to and including the next stop.
    pub then: Vec<String>,
    /// What is cut of a timed pause, in seconds.
    pub early_by: Option<i64>,
}

/// Looks ahead of the current step: from the pause that a promote would end to the next pause or the end.
#[must_use]
pub fn ahead(rollout: &Rollout, picture: &Picture, now: Timestamp) -> Ahead {
    let early_by = match &picture.waits {
        Waits::Timer { until, .. } => {
            let left = until.duration_since(now);
            Some((left.as_secs() + i64::from(left.subsec_nanos() > 0)).max(0))
        }
        _ => None,
    };
    match rollout.spec.strategy_kind() {
        StrategyKind::Canary => canary_ahead(rollout, early_by),
        StrategyKind::BlueGreen => blue_green_ahead(rollout, early_by),
        StrategyKind::Unknown => Ahead { weight: None, pods: None, then: Vec::new(), early_by },
    }
}

/// The first step that runs after a promote: the one behind the present pause step or behind an analysis without a
/// verdict; the present one where only a pause by hand is ended.
fn first_step_ahead(rollout: &Rollout) -> usize {
    let Some((index, _)) = rollout.current_step() else { return rollout.spec.steps().len() };
    let at_pause_step = rollout.status.pause_conditions.iter().any(|pause| &*pause.reason == CANARY_PAUSE_STEP);
    if at_pause_step || promote::inconclusive_next(rollout).is_some() { index + 1 } else { index }
}

fn canary_ahead(rollout: &Rollout, early_by: Option<i64>) -> Ahead {
    let (steps, max) = (rollout.spec.steps(), rollout.max_weight());
    let before = weights::set_weight(rollout);
    let mut then = Vec::new();
    let (mut after, mut last) = (None, before);
    let mut stops = false;
    for step in &steps[first_step_ahead(rollout).min(steps.len())..] {
        then.push(step_words(step, max));
        match step.kind {
            StepKind::SetWeight(weight) => {
                after = after.or(Some(weight));
                last = weight;
            }
            StepKind::Pause(_) => stops = true,
            _ => {}
        }
        if stops {
            break;
        }
    }
    let over = rollout.current_step().is_none() && rollout.fully_promoted();
    if !stops && !over {
        then.push(if last == max { "done".into() } else { format!("{}, {END_WORDS}", weight_words(max, max)) });
        after = after.or(Some(max));
    }
    let weight = after.filter(|after| *after != before).map(|after| (before, after));
    let basic = rollout.traffic_routing().is_none();
    let pods =
        weight.filter(|_| basic).map(|(before, after)| (desired_pods(rollout, before), desired_pods(rollout, after)));
    Ahead { weight, pods, then, early_by }
}

fn blue_green_ahead(rollout: &Rollout, early_by: Option<i64>) -> Ahead {
    let mut then = Vec::new();
    if !rollout.fully_promoted()
        && let Some(spec) = &rollout.spec.strategy.blue_green
    {
        let service = spec.active_service.as_deref().unwrap_or("the active Service");
        then.push(format!("{service} switches to the preview"));
        if spec.post_promotion_analysis.is_some() {
            then.push("analysis after the switch".into());
        }
        then.push("the old pods leave".into());
    }
    Ahead { weight: None, pods: None, then, early_by }
}

/// Whether nothing more will change by itself and nobody needs to act.
pub(super) fn at_rest(rollout: &Rollout, picture: &Picture) -> bool {
    picture.phase == Phase::Healthy
        && picture.replicas.current <= picture.replicas.desired
        && rollout.unreadable.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::picture::{Children, of as picture};
    use serde_json::{Value, json};

    fn basic(replicas: i32, surge: &Value) -> Rollout {
        Rollout::decode(
            &json!({"metadata": {}, "spec": {"replicas": replicas, "strategy": {"canary": {"maxSurge": surge}}}}),
        )
    }

    #[test]
    fn pods_for_a_weight_are_those_of_the_controller() {
        let weights = [10, 20, 25, 33, 50, 75, 90, 100];
        let rows = [
            (1, "1+1 1+1 1+1 1+1 1+1 1+1 1+1 1+0"),
            (2, "1+2 1+2 1+2 1+2 1+1 2+1 2+1 2+0"),
            (3, "1+3 1+3 1+3 1+2 2+2 3+1 3+1 3+0"),
            (4, "1+4 1+4 1+3 2+3 2+2 3+1 4+1 4+0"),
            (5, "1+5 1+4 1+4 2+4 3+3 4+1 5+1 5+0"),
            (10, "1+9 2+8 3+8 3+7 5+5 8+3 9+1 10+0"),
        ];
        for (replicas, expected) in rows {
            let rollout = basic(replicas, &json!(null));
            let found: Vec<String> = weights
                .iter()
                .map(|weight| desired_pods(&rollout, *weight))
                .map(|(canary, stable)| format!("{canary}+{stable}"))
                .collect();
            assert_eq!(found.join(" "), expected, "{replicas} replicas");
        }
    }

    #[test]
    fn without_surge_the_odd_cases_are_those_of_the_controller() {
        // 2 at 75 % and 5 at 90 %: an exact half whose ceiling is everything leaves no candidate.
        for (replicas, weight, pods) in
            [(3, 10, (1, 2)), (3, 50, (2, 1)), (1, 10, (0, 1)), (1, 50, (1, 0)), (2, 75, (0, 2)), (5, 90, (0, 5))]
        {
            for surge in [json!(0), json!("0%"), json!("0")] {
                assert_eq!(
                    desired_pods(&basic(replicas, &surge), weight),
                    pods,
                    "{replicas} at {weight} %, surge {surge}"
                );
            }
        }
        assert_eq!(desired_pods(&basic(0, &json!(null)), 50), (0, 0));
        assert_eq!(desired_pods(&basic(3, &json!(null)), 0), (0, 3));
    }

    proptest::proptest! {
        #[test]
        fn both_sides_keep_a_pod_between_one_and_ninety_nine_percent(replicas in 2..200_i32, weight in 1..=99_i64) {
            let (canary, stable) = desired_pods(&basic(replicas, &json!(null)), weight);
            proptest::prop_assert!(canary >= 1 && stable >= 1);
            proptest::prop_assert!((replicas..=replicas + 1).contains(&(canary + stable)));
        }
    }

    fn gradual(status: &Value) -> Rollout {
        let steps = json!([{"setWeight": 10}, {"pause": {}}, {"setWeight": 25}, {"pause": {"duration": "30s"}},
            {"setWeight": 50}, {"pause": {"duration": "30s"}}]);
        Rollout::decode(
            &json!({"metadata": {"generation": 2}, "spec": {"replicas": 3, "strategy": {"canary": {"steps": steps}}},
            "status": status}),
        )
    }

    fn look(rollout: &Rollout) -> Ahead {
        let now = "2026-01-01T00:00:10Z".parse().unwrap();
        ahead(rollout, &picture(rollout, Children::default(), now), now)
    }

    fn paused_at(index: i32) -> Value {
        json!({"phase": "Paused", "message": "CanaryPauseStep", "controllerPause": true, "currentStepIndex": index,
            "currentPodHash": "b", "stableRS": "a", "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"}]})
    }

    #[test]
    fn a_promote_leads_to_the_next_pause_or_the_end() {
        let first = look(&gradual(&paused_at(1)));
        assert_eq!(first.weight, Some((10, 25)));
        assert_eq!(first.pods, Some(((1, 3), (1, 3))));
        assert_eq!(first.then, ["weight 25 %", "pause 30s"]);
        assert_eq!(first.early_by, None);
        let second = look(&gradual(&paused_at(3)));
        assert_eq!((second.weight, second.pods), (Some((25, 50)), Some(((1, 3), (2, 2)))));
        assert_eq!(second.early_by, Some(20));
        let last = look(&gradual(&paused_at(5)));
        assert_eq!((last.weight, last.pods), (Some((50, 100)), Some(((2, 2), (3, 0)))));
        assert_eq!(last.then, ["100 %, then done"]);
    }

    #[test]
    fn ending_a_pause_by_hand_goes_on_with_the_running_step() {
        let mut rollout = gradual(&json!({"phase": "Paused", "message": "manually paused", "currentStepIndex": 2,
            "currentPodHash": "b", "stableRS": "a"}));
        rollout.spec.paused = true;
        assert_eq!(look(&rollout).then, ["weight 25 %", "pause 30s"]);
    }
}
