//! Text: one rollout, or a list of them, for people and for the eye of a pipe: no colour, no cursor movement, columns
//! padded with blanks.

use super::beside;
use super::rollout::{Seen, strategy_word};
use super::table::aligned;
use super::tree;
use crate::argo::age;
use crate::argo::picture::{Pause, Picture};
use crate::argo::rollout::Rollout;
use crate::argo::{forecast, settings, why};
use jiff::Timestamp;

/// Width of the labels on the left.
const LABEL: usize = 10;
/// Blanks between the columns of the tree.
const GAP: usize = 3;

/// A rollout with what was derived from it.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Where and when it was seen.
    pub seen: &'a Seen<'a>,
    /// The object.
    pub rollout: &'a Rollout,
    /// Its picture.
    pub picture: &'a Picture,
}

/// One rollout over several lines. `promote` is what a person would type to promote it; ages and countdowns are
/// relative to the time it was seen.
#[must_use]
pub fn rollout(row: Row<'_>, promote: &str) -> String {
    let Row { seen, rollout, picture } = row;
    let now = seen.observed_at;
    let mut lines = Vec::new();
    let mut line = |label: &str, text: String| lines.push(format!("{label:<LABEL$}{text}"));
    line("name", rollout.meta.name.to_string());
    line("where", place(row));
    line("status", status(picture));
    line("strategy", strategy_word(picture.strategy).to_owned());
    if let Some(step) = &picture.step {
        // An aborted rollout stands at step 0 without running it.
        let current = rollout.current_step().filter(|_| !rollout.status.abort);
        let current = current.map(|(_, step)| format!("  {}", forecast::step_words(step, rollout.max_weight())));
        let current = current.unwrap_or_default();
        line("step", format!("{}/{}{current}", step.index, step.total));
    }
    if let Some(weights) = picture.weights {
        let words = |weight| forecast::weight_words(weight, weights.max);
        line("weight", format!("set {}, actual {}", words(weights.set), weights.actual.map_or("–".into(), words)));
    }
    if let Some(traffic) = &picture.traffic {
        line("traffic", beside::traffic(traffic));
    }
    if let Some(blue_green) = &picture.blue_green {
        line("stages", beside::stages(blue_green));
    }
    if rollout.unreadable.is_none() {
        let r = &picture.replicas;
        line(
            "replicas",
            format!(
                "desired {}, current {}, updated {}, ready {}, available {}",
                r.desired, r.current, r.updated, r.ready, r.available
            ),
        );
    }
    for (at, image) in picture.images.iter().enumerate() {
        let tags = if image.tags.is_empty() { String::new() } else { format!(" ({})", image.tags.join(", ")) };
        line(if at == 0 { "images" } else { "" }, format!("{}{tags}", image.image));
    }
    for (at, pause) in picture.pauses.iter().enumerate() {
        line(if at == 0 { "pauses" } else { "" }, pause_words(pause, now));
    }
    if let Some(workload) = &picture.workload {
        line("workload", beside::workload(workload));
    }
    if let Some(scaler) = &picture.scaler {
        line("scaler", beside::scaler(scaler));
    }
    for (at, (label, value)) in settings::of(rollout).into_iter().enumerate() {
        line(if at == 0 { "settings" } else { "" }, format!("{label}: {value}"));
    }
    for (at, reason) in why::lines(rollout, picture, now).into_iter().enumerate() {
        line(if at == 0 { "waits" } else { "" }, reason);
    }
    line("next", forecast::next_sentence(rollout, picture, now, promote));
    for (at, warning) in picture.warnings.iter().enumerate() {
        line(if at == 0 { "warnings" } else { "" }, warning.clone());
    }
    if !picture.revisions.is_empty() {
        lines.push(String::new());
        lines.extend(aligned(&tree::rows(picture, now), GAP).lines().map(ToOwned::to_owned));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn place(row: Row<'_>) -> String {
    let namespace = format!("namespace {}", row.rollout.meta.namespace);
    let named = |kind: &str, name: &str| (!name.is_empty()).then(|| format!("{kind} {name}"));
    let stale = row.seen.stale.then(|| "stale".to_owned());
    let parts = [named("channel", row.seen.channel), named("cluster", row.seen.cluster), Some(namespace), stale];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn status(picture: &Picture) -> String {
    match (picture.phase.as_str(), picture.message.as_str()) {
        ("", message) => format!("unknown: {message}"),
        (phase, "") => phase.to_owned(),
        (phase, message) => format!("{phase}: {message}"),
    }
}

fn pause_words(pause: &Pause, now: Timestamp) -> String {
    let since = pause.started_at.map_or_else(String::new, |at| format!(", since {at}"));
    let ends =
        pause.ends_at.map_or_else(|| ", until promoted".into(), |at| format!(", ends {}", age::countdown(at, now)));
    format!("{}{since}{ends}", pause.reason)
}

/// Names as `kubectl -o name` prints them, one per line.
#[must_use]
pub fn names(rows: &[Row<'_>]) -> String {
    rows.iter().flat_map(|row| ["rollout.argoproj.io/", &*row.rollout.meta.name, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::picture::{Children, of as picture};
    use serde_json::json;
    use std::sync::Arc;

    fn web() -> Rollout {
        Rollout::decode(&json!({
            "metadata": {"name": "web", "namespace": "demo", "uid": "u", "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {"replicas": 3, "strategy": {"canary": {"steps": [{"setWeight": 10}, {"pause": {"duration": 60}}]}}},
            "status": {"phase": "Paused", "message": "CanaryPauseStep", "currentStepIndex": 1, "replicas": 4, "updatedReplicas": 1,
                "readyReplicas": 4, "availableReplicas": 4, "stableRS": "a", "currentPodHash": "b", "controllerPause": true,
                "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-01-01T01:00:00Z"}]}}))
    }

    fn seen() -> Seen<'static> {
        Seen { channel: "test", cluster: "stg", observed_at: "2026-01-01T01:00:20Z".parse().unwrap(), stale: false }
    }

    #[test]
    fn one_rollout_is_told_in_full() {
        let set = |name: &str, hash: &str, revision: &str| {
            let set = json!({"metadata": {"name": name, "uid": name, "ownerReferences": [{"uid": "u"}],
                    "creationTimestamp": "2026-01-01T01:00:00Z", "labels": {"rollouts-pod-template-hash": hash},
                    "annotations": {"rollout.argoproj.io/revision": revision}},
                "spec": {"replicas": 1, "template": {"spec": {"containers": [{"image": format!("web:{revision}")}]}}},
                "status": {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1}});
            Arc::new(serde_json::from_value(set).unwrap())
        };
        let pod = json!({"metadata": {"name": "web-b-1", "ownerReferences": [{"uid": "web-b"}], "creationTimestamp": "2026-01-01T01:00:10Z"},
            "spec": {"containers": [{}]},
            "status": {"containerStatuses": [{"restartCount": 2, "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}}]}});
        let (sets, pods) =
            ([set("web-a", "a", "1"), set("web-b", "b", "2")], [Arc::new(serde_json::from_value(pod).unwrap())]);
        let (rollout, seen) = (web(), seen());
        let children = Children { replica_sets: Some(&sets), pods: Some(&pods), ..Children::default() };
        let picture = picture(&rollout, children, seen.observed_at);
        let expected = "\
name      web
where     channel test, cluster stg, namespace demo
status    Paused: CanaryPauseStep
strategy  Canary
step      1/2  pause 1m
weight    set 10 %, actual 25 %
replicas  desired 3, current 4, updated 1, ready 4, available 4
images    web:1 (stable)
          web:2 (canary)
pauses    CanaryPauseStep, since 2026-01-01T01:00:00Z, ends in 40s
settings  progress deadline: 10m, then counts as failed, goes on
          surge: 25%
          unavailable: 25%
waits     step 2 is a pause; it ends in 40s
next      in 40s by itself: 10 % → 100 %, then done; rolltop promote web: at once

NAME          KIND         STATUS             READY   RESTARTS   AGE   INFO
revision 2
  web-b       ReplicaSet   Healthy            1/1                20s   canary
    web-b-1   Pod          ImagePullBackOff   0/1     2          10s   no such image
revision 1
  web-a       ReplicaSet   Healthy            1/1                20s   stable
";
        let row = Row { seen: &seen, rollout: &rollout, picture: &picture };
        assert_eq!(super::rollout(row, "rolltop promote web"), expected);
    }

    #[test]
    fn names_are_those_that_kubectl_takes() {
        let odd = Rollout::decode(&json!({"metadata": {"name": "odd", "namespace": "demo"}}));
        let (rollout, seen) = (web(), seen());
        let picture = picture(&rollout, Children::default(), seen.observed_at);
        let row = |rollout| Row { seen: &seen, rollout, picture: &picture };
        assert_eq!(names(&[row(&rollout), row(&odd)]), "rollout.argoproj.io/web\nrollout.argoproj.io/odd\n");
    }
}
