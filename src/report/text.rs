//! Text: one rollout, or a list of them, for people and for the eye of a pipe: no colour, no cursor movement, columns
//! padded with blanks.

use super::rollout::{Seen, strategy_word};
use crate::argo::age;
use crate::argo::forecast;
use crate::argo::picture::{Pause, Picture, ReplicaSetPicture};
use crate::argo::rollout::Rollout;
use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

/// Width of the labels on the left.
const LABEL: usize = 10;

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
    line("next", forecast::next_sentence(rollout, picture, now, promote));
    for (at, warning) in picture.warnings.iter().enumerate() {
        line(if at == 0 { "warnings" } else { "" }, warning.clone());
    }
    if !picture.revisions.is_empty() {
        lines.push(String::new());
        lines.append(&mut table(&tree(picture, now)));
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

fn tree(picture: &Picture, now: Timestamp) -> Vec<Vec<String>> {
    let head = ["NAME", "KIND", "STATUS", "READY", "RESTARTS", "AGE", "INFO"];
    let mut rows = vec![head.map(ToOwned::to_owned).to_vec()];
    for revision in &picture.revisions {
        rows.push(vec![format!("revision {}", revision.revision)]);
        for set in &revision.replica_sets {
            rows.push(vec![
                format!("  {}", set.name),
                "ReplicaSet".into(),
                set.status.to_owned(),
                format!("{}/{}", set.ready, set.desired),
                String::new(),
                age::human_since(set.created, now),
                set_info(set, now),
            ]);
            rows.extend(set.pods.iter().map(|pod| {
                vec![
                    format!("    {}", pod.name),
                    "Pod".into(),
                    pod.status.to_string(),
                    format!("{}/{}", pod.ready, pod.containers),
                    pod.restarts.to_string(),
                    age::human_since(pod.created, now),
                    pod.message.as_deref().unwrap_or_default().to_owned(),
                ]
            }));
        }
    }
    rows
}

fn set_info(set: &ReplicaSetPicture, now: Timestamp) -> String {
    let mut info: Vec<String> = set.tags.iter().map(|tag| (*tag).to_owned()).collect();
    if let Some(at) = set.scale_down_at {
        let passed = at <= now;
        info.push(if passed {
            "scale-down time has passed".into()
        } else {
            format!("leaves {}", age::countdown(at, now))
        });
    }
    info.join(", ")
}

/// A list, one rollout per line. `wide` adds cluster, message and images.
#[must_use]
pub fn list(rows: &[Row<'_>], wide: bool) -> String {
    let mut head = vec![
        "CHANNEL",
        "NAMESPACE",
        "NAME",
        "STRATEGY",
        "STATUS",
        "STEP",
        "WEIGHT",
        "READY",
        "DESIRED",
        "UP-TO-DATE",
        "AVAILABLE",
        "AGE",
    ];
    if wide {
        head.extend(["CLUSTER", "IMAGES", "MESSAGE"]);
    }
    let mut cells = vec![head.into_iter().map(ToOwned::to_owned).collect()];
    cells.extend(rows.iter().map(|row| list_row(*row, wide)));
    // No channel in any row (a replay): the column would be empty.
    if rows.iter().all(|row| row.seen.channel.is_empty()) {
        for row in &mut cells {
            row.remove(0);
        }
    }
    table(&cells).join("\n") + "\n"
}

fn list_row(row: Row<'_>, wide: bool) -> Vec<String> {
    let Row { seen, rollout, picture } = row;
    let dash = || "–".to_owned();
    let known = |count: i32| if rollout.unreadable.is_none() { count.to_string() } else { dash() };
    let replicas = &picture.replicas;
    let phase = match picture.phase.as_str() {
        "" => "unknown",
        phase => phase,
    };
    let mut cells = vec![
        seen.channel.to_owned(),
        rollout.meta.namespace.to_string(),
        rollout.meta.name.to_string(),
        strategy_word(picture.strategy).to_owned(),
        if seen.stale { format!("{phase}~") } else { phase.to_owned() },
        picture.step.as_ref().map_or_else(dash, |step| format!("{}/{}", step.index, step.total)),
        picture.weights.map_or_else(dash, |weights| match weights.actual {
            Some(actual) => format!("{actual}/{}", weights.set),
            None => format!("–/{}", weights.set),
        }),
        if rollout.unreadable.is_none() { format!("{}/{}", replicas.ready, replicas.current) } else { dash() },
        known(replicas.desired),
        known(replicas.updated),
        known(replicas.available),
        age::human_since(rollout.meta.created, seen.observed_at),
    ];
    if wide {
        cells.push(seen.cluster.to_owned());
        cells.push(picture.images.iter().map(|image| &*image.image).collect::<Vec<_>>().join(","));
        cells.push(picture.message.clone());
    }
    cells
}

/// Names as `kubectl -o name` prints them, one per line.
#[must_use]
pub fn names(rows: &[Row<'_>]) -> String {
    rows.iter().flat_map(|row| ["rollout.argoproj.io/", &*row.rollout.meta.name, "\n"]).collect()
}

/// Pads columns to their widest cell, three blanks between them, none at the end of a line. A row with a single cell
/// is a heading and makes no column wider.
fn table(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter(|row| row.len() > 1).filter_map(|row| row.get(column));
        cells.map(|cell| cell.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    rows.iter()
        .map(|row| {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', (width + 3).saturating_sub(cell.width())));
            }
            line.trim_end().to_owned()
        })
        .collect()
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
        let children = Children { replica_sets: Some(&sets), pods: Some(&pods) };
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
    fn a_list_has_one_line_each_and_a_dash_for_what_is_not_known() {
        let broken =
            Rollout::decode(&json!({"metadata": {"name": "odd", "namespace": "demo"}, "spec": {"replicas": "x"}}));
        let (rollout, seen) = (web(), seen());
        let stale = Seen { stale: true, ..seen.clone() };
        let now = seen.observed_at;
        let pictures = [picture(&rollout, Children::default(), now), picture(&broken, Children::default(), now)];
        let rows = [
            Row { seen: &seen, rollout: &rollout, picture: &pictures[0] },
            Row { seen: &stale, rollout: &broken, picture: &pictures[1] },
        ];
        let expected = "\
CHANNEL   NAMESPACE   NAME   STRATEGY   STATUS     STEP   WEIGHT   READY   DESIRED   UP-TO-DATE   AVAILABLE   AGE
test      demo        web    Canary     Paused     1/2    25/10    4/4     3         1            4           60m
test      demo        odd    unknown    unknown~   –      –        –       –         –            –           <unknown>
";
        assert_eq!(list(&rows, false), expected);
        assert!(list(&rows, true).lines().nth(1).unwrap().ends_with("60m         stg                CanaryPauseStep"));
        assert_eq!(names(&rows), "rollout.argoproj.io/web\nrollout.argoproj.io/odd\n");
    }
}
