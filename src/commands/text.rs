//! Text: one rollout for people, in the layout that `kubectl argo rollouts get rollout` made familiar, with what that
//! leaves out: the channel and cluster, and when a pause ends.

use super::format::age;
use super::table::aligned;
use crate::argo::picture::Picture;
use crate::argo::rollout::{Rollout, StrategyKind};
use crate::report::rollout::Seen;
use jiff::Timestamp;
use std::fmt::Write as _;

/// The text.
#[must_use]
pub fn text(rollout: &Rollout, picture: &Picture, seen: &Seen<'_>) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut add = |name: &str, value: String| rows.push(vec![name.to_owned(), value]);
    add("Name:", rollout.meta.name.to_string());
    add("Namespace:", rollout.meta.namespace.to_string());
    if !seen.channel.is_empty() {
        add("Channel:", format!("{} (cluster {})", seen.channel, seen.cluster));
    }
    let phase = picture.phase.as_str();
    add("Status:", if phase.is_empty() { "Unknown".to_owned() } else { phase.to_owned() });
    if !picture.message.is_empty() {
        add("Message:", picture.message.clone());
    }
    for pause in &picture.pauses {
        add("Paused:", pause_words(pause.started_at, pause.ends_at, &pause.reason, seen.observed_at));
    }
    let strategy = match picture.strategy {
        StrategyKind::Canary => "Canary",
        StrategyKind::BlueGreen => "BlueGreen",
        StrategyKind::Unknown => "unknown",
    };
    add("Strategy:", strategy.to_owned());
    if let Some(step) = &picture.step {
        add("  Step:", format!("{}/{}", step.index, step.total));
    }
    if let Some(weights) = picture.weights {
        add("  SetWeight:", weights.set.to_string());
        add("  ActualWeight:", weights.actual.map_or_else(|| "?".to_owned(), |actual| actual.to_string()));
    }
    for (at, image) in picture.images.iter().enumerate() {
        let tags = if image.tags.is_empty() { String::new() } else { format!(" ({})", image.tags.join(", ")) };
        add(if at == 0 { "Images:" } else { "" }, format!("{}{tags}", image.image));
    }
    let replicas = picture.replicas;
    add("Replicas:", String::new());
    for (name, count) in [
        ("  Desired:", replicas.desired),
        ("  Current:", replicas.current),
        ("  Updated:", replicas.updated),
        ("  Ready:", replicas.ready),
        ("  Available:", replicas.available),
    ] {
        add(name, count.to_string());
    }
    for warning in &picture.warnings {
        add("Warning:", warning.clone());
    }
    let mut text = aligned(&rows);
    if !picture.revisions.is_empty() {
        text.push('\n');
        text.push_str(&aligned(&tree(picture, seen.observed_at)));
    }
    text
}

fn pause_words(since: Option<Timestamp>, until: Option<Timestamp>, reason: &str, now: Timestamp) -> String {
    let mut text = reason.to_owned();
    if let Some(since) = since {
        let _ = write!(text, " since {since:.0}");
    }
    match until {
        Some(until) => {
            let left = until.duration_since(now).as_secs();
            let _ = write!(
                text,
                ", ends by itself at {until:.0} ({})",
                if left > 0 { format!("in {left}s") } else { "due".into() }
            );
        }
        None => text.push_str(", until it is promoted"),
    }
    text
}

fn tree(picture: &Picture, now: Timestamp) -> Vec<Vec<String>> {
    let head = ["NAME", "KIND", "STATUS", "AGE", "INFO"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for revision in &picture.revisions {
        rows.push(vec![format!("# revision:{}", revision.revision)]);
        for set in &revision.replica_sets {
            let mut info = set.tags.join(",");
            if let Some(at) = set.scale_down_at {
                let _ = write!(info, "{}scales down at {at:.0}", if info.is_empty() { "" } else { "," });
            }
            let name = format!("  {}", set.name);
            rows.push(vec![name, "ReplicaSet".into(), set.status.into(), age(set.created, now), info]);
            for pod in &set.pods {
                let mut info = format!("ready:{}/{}", pod.ready, pod.containers);
                if pod.restarts > 0 {
                    let _ = write!(info, ",restarts:{}", pod.restarts);
                }
                if let Some(message) = &pod.message {
                    let _ = write!(info, ",{message}");
                }
                let name = format!("    {}", pod.name);
                rows.push(vec![name, "Pod".into(), pod.status.to_string(), age(pod.created, now), info]);
            }
        }
    }
    rows
}
