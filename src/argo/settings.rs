//! Settings of a rollout that change how it moves, in words: only what the spec says, and what it falls back to where a
//! person has to reckon with it.

use super::age;
use super::deadline;
use super::rollout::{BlueGreen, Canary, RoleMetadata, Rollout};

/// Labels with their values, in a fixed order.
#[must_use]
pub fn of(rollout: &Rollout) -> Vec<(&'static str, String)> {
    if rollout.unreadable.is_some() {
        return Vec::new();
    }
    let spec = &rollout.spec;
    let mut found: Vec<(&'static str, String)> = Vec::new();
    let deadline = spec.progress_deadline_seconds.unwrap_or(deadline::DEFAULT_SECONDS);
    let then = if spec.progress_deadline_abort { "aborts the update" } else { "counts as failed, goes on" };
    found.push(("progress deadline", format!("{}, then {then}", age::plain(deadline.into()))));
    if let Some(seconds) = spec.min_ready_seconds.filter(|seconds| *seconds > 0) {
        found.push(("ready for", age::plain(seconds.into())));
    }
    if let Some(window) = spec.rollback_window {
        let revisions = window.revisions;
        found.push(("rollback window", format!("{revisions} revisions: a rollback inside it skips the steps")));
    }
    if let Some(limit) = spec.revision_history_limit {
        let undo = if limit == 0 { ": nothing to go back to" } else { "" };
        found.push(("old revisions kept", format!("{limit}{undo}")));
    }
    if let Some(canary) = &spec.strategy.canary {
        of_canary(rollout, canary, &mut found);
    }
    if let Some(blue_green) = &spec.strategy.blue_green {
        of_blue_green(blue_green, &mut found);
    }
    found
}

fn of_canary(rollout: &Rollout, canary: &Canary, found: &mut Vec<(&'static str, String)>) {
    let or_default =
        |value: Option<&super::lenient::IntOrString>| value.map_or_else(|| "25%".to_owned(), ToString::to_string);
    found.push(("surge", or_default(canary.max_surge.as_ref())));
    found.push(("unavailable", or_default(canary.max_unavailable.as_ref())));
    if let Some(threshold) = &canary.replica_progress_threshold {
        let unit = if &*threshold.kind == "Percent" { " %" } else { "" };
        found.push(("goes on with", format!("{}{unit} of the canary's pods", threshold.value)));
    }
    if canary.dynamic_stable_scale {
        found.push(("stable pods", "shrink as the canary grows".to_owned()));
    }
    if let Some(pods) = canary.min_pods_per_replica_set {
        found.push(("fewest pods of a side", pods.to_string()));
    }
    if let Some(analysis) = &canary.analysis {
        let from = analysis.starting_step.filter(|step| *step > 0);
        let from = from.map_or_else(String::new, |step| format!(", from step {}", step.saturating_add(1)));
        found.push(("analysis beside the steps", format!("{}{from}", analysis.names())));
    }
    if rollout.traffic_routing().is_some() {
        delays(canary.scale_down_delay_seconds, canary.abort_scale_down_delay_seconds, found);
    }
    metadata("canary pods carry", canary.canary_metadata.as_deref(), found);
    metadata("stable pods carry", canary.stable_metadata.as_deref(), found);
}

fn of_blue_green(blue_green: &BlueGreen, found: &mut Vec<(&'static str, String)>) {
    let promotion = match (blue_green.auto_promotion_enabled, blue_green.auto_promotion_seconds) {
        (Some(false), _) => "by a person".to_owned(),
        (_, Some(seconds)) if seconds > 0 => format!("by itself after {}", age::plain(seconds.into())),
        _ => "by itself at once".to_owned(),
    };
    found.push(("promotion", promotion));
    if let Some(pods) = blue_green.preview_replica_count {
        found.push(("preview pods", pods.to_string()));
    }
    for (label, analysis) in [
        ("analysis before the switch", &blue_green.pre_promotion_analysis),
        ("analysis after the switch", &blue_green.post_promotion_analysis),
    ] {
        found.extend(analysis.as_ref().map(|analysis| (label, analysis.names())));
    }
    delays(blue_green.scale_down_delay_seconds, blue_green.abort_scale_down_delay_seconds, found);
    metadata("active pods carry", blue_green.active_metadata.as_deref(), found);
    metadata("preview pods carry", blue_green.preview_metadata.as_deref(), found);
}

/// How long pods stay after a promotion and after an abort; 30 seconds where nothing is said.
fn delays(after: Option<i32>, aborted: Option<i32>, found: &mut Vec<(&'static str, String)>) {
    let seconds = |value: Option<i32>| age::plain(value.unwrap_or(30).into());
    found.push(("old pods stay", seconds(after)));
    let stay = if aborted == Some(0) { "without a deadline".to_owned() } else { seconds(aborted) };
    found.push(("aborted pods stay", stay));
}

fn metadata(label: &'static str, of: Option<&RoleMetadata>, found: &mut Vec<(&'static str, String)>) {
    let Some(of) = of else { return };
    let all = of.labels.iter().chain(of.annotations.iter());
    let told: Vec<String> = all.map(|(key, value)| format!("{key}={value}")).collect();
    if !told.is_empty() {
        found.push((label, told.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn told(spec: &Value) -> Vec<String> {
        let rollout = Rollout::decode(&json!({"metadata": {}, "spec": spec}));
        assert_eq!(rollout.unreadable, None);
        of(&rollout).into_iter().map(|(label, value)| format!("{label}: {value}")).collect()
    }

    #[test]
    fn a_canary_says_what_it_is_set_to() {
        let spec = json!({"progressDeadlineSeconds": 90, "progressDeadlineAbort": true, "minReadySeconds": 5,
            "rollbackWindow": {"revisions": 3}, "revisionHistoryLimit": 0, "strategy": {"canary": {"maxSurge": 1,
                "replicaProgressThreshold": {"type": "Percent", "value": 80}, "dynamicStableScale": true, "minPodsPerReplicaSet": 2,
                "analysis": {"templates": [{"templateName": "rate"}], "startingStep": 2}, "abortScaleDownDelaySeconds": 0,
                "canaryMetadata": {"labels": {"role": "canary"}, "annotations": {"a": "b"}}, "stableMetadata": {},
                "trafficRouting": {"istio": {}}}}});
        assert_eq!(
            told(&spec),
            [
                "progress deadline: 1m30s, then aborts the update",
                "ready for: 5s",
                "rollback window: 3 revisions: a rollback inside it skips the steps",
                "old revisions kept: 0: nothing to go back to",
                "surge: 1",
                "unavailable: 25%",
                "goes on with: 80 % of the canary's pods",
                "stable pods: shrink as the canary grows",
                "fewest pods of a side: 2",
                "analysis beside the steps: rate, from step 3",
                "old pods stay: 30s",
                "aborted pods stay: without a deadline",
                "canary pods carry: role=canary, a=b",
            ]
        );
    }

    #[test]
    fn a_blue_green_says_who_promotes_it() {
        let spec = |extra: Value| json!({"strategy": {"blueGreen": extra}});
        let full = json!({"autoPromotionSeconds": 60, "previewReplicaCount": 1, "scaleDownDelaySeconds": 10,
            "prePromotionAnalysis": {"templates": [{"templateName": "smoke"}]}, "previewMetadata": {"labels": {"a": "b"}}});
        assert_eq!(
            told(&spec(full)),
            [
                "progress deadline: 10m, then counts as failed, goes on",
                "promotion: by itself after 1m",
                "preview pods: 1",
                "analysis before the switch: smoke",
                "old pods stay: 10s",
                "aborted pods stay: 30s",
                "preview pods carry: a=b",
            ]
        );
        assert!(
            told(&spec(json!({"autoPromotionEnabled": false, "autoPromotionSeconds": 60})))[1].ends_with("by a person")
        );
        assert!(told(&spec(json!({})))[1].ends_with("by itself at once"));
    }

    #[test]
    fn a_setting_in_a_shape_that_is_not_known_does_not_cost_the_rollout() {
        let odd = json!({"rollbackWindow": "all", "progressDeadlineAbort": "yes", "strategy": {"canary": {
            "replicaProgressThreshold": 5, "analysis": 7, "canaryMetadata": {"labels": 7}, "minPodsPerReplicaSet": "two"}}});
        assert_eq!(told(&odd).len(), 3);
    }
}
