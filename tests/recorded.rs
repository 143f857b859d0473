//! Recordings of a real controller: at each moment where the kubectl plugin was asked, the report must say what the
//! plugin printed, in every field and at every node of its tree, the ages too.
//!
//! The plugin reads its objects one after another, so its text fits the recording at some moment within
//! [`WINDOW_MS`] of the time it was asked.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may end at once, with the place where it did")]

use jiff::{SignedDuration, Timestamp};
use rolltop::argo::picture::{Children, Picture, ReplicaSetPicture, of as picture};
use rolltop::argo::rollout::Rollout;
use rolltop::argo::{age, forecast};
use rolltop::report::playback::{self, Moment};
use rolltop::report::recording::{self, Recording};
use rolltop::report::rollout::{Seen, report};
use rolltop::report::text;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Milliseconds after the request within which the plugin has read its objects.
const WINDOW_MS: u64 = 400;

/// What is compared of a scale-down deadline: the plugin prints whole seconds left, our beginning of the recording is
/// known to a second, and it may be asked up to [`WINDOW_MS`] later.
const DEADLINE_SLACK_S: i64 = 2;

/// Recordings and the number of times the plugin was asked in them.
const RECORDINGS: [(&str, usize); 4] = [("bluegreen", 12), ("canary-demo", 11), ("gradual", 11), ("steps", 11)];

/// What the plugin printed once, as the JSON that the report should have, and deadlines apart.
struct Block {
    t_ms: u64,
    title: String,
    namespace: String,
    name: String,
    expected: Value,
    /// Name of a ReplicaSet and its `delay:` text.
    delays: Vec<(String, String)>,
    /// Name and age of every node.
    ages: Vec<(String, String)>,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/recordings").join(name)
}

fn recorded(name: &str) -> Recording {
    let found = ["watch.ndjson.zst", "watch.ndjson.gz"].map(|file| folder(name).join(file));
    let file = found.iter().find(|file| file.exists()).unwrap_or_else(|| panic!("no recording in {name}"));
    let recording = recording::read(file).unwrap();
    assert_eq!(recording.bad, [], "{name}");
    recording
}

fn blocks(name: &str) -> Vec<Block> {
    let text = std::fs::read_to_string(folder(name).join("get.txt")).unwrap();
    text.split("=== t_ms=").skip(1).map(block).collect()
}

/// Parses one print of the plugin.
fn block(text: &str) -> Block {
    let (first, body) = text.split_once('\n').unwrap();
    let (t_ms, title) = first.split_once(' ').unwrap();
    let (head, tree) = body.split_once("\n\n").unwrap();
    let field = |label: &str| {
        head.lines().find_map(|line| line.trim_start().strip_prefix(label)).map(|text| text.trim().to_owned())
    };
    let number = |label: &str| field(label).map(|text| text.parse::<i64>().unwrap());
    // "✔ Healthy": the glyph is the plugin's own.
    let phase = field("Status:").unwrap().split_once(' ').unwrap().1.to_owned();
    let step = field("Step:").map(|text| {
        let (index, total) = text.split_once('/').unwrap();
        json!({"index": index.parse::<i64>().unwrap(), "total": total.parse::<i64>().unwrap()})
    });
    let weights = number("SetWeight:").map(|set| json!({"set": set, "actual": number("ActualWeight:").unwrap()}));
    let Tree { revisions, delays, ages } = parse_tree(tree);
    Block {
        t_ms: t_ms.parse().unwrap(),
        title: title.to_owned(),
        namespace: field("Namespace:").unwrap(),
        name: field("Name:").unwrap(),
        delays,
        ages,
        expected: json!({
            "strategy": field("Strategy:").unwrap(),
            "phase": phase,
            "message": field("Message:").unwrap_or_default(),
            "step": step,
            "weights": weights,
            "images": images(head),
            "replicas": {
                "desired": number("Desired:").unwrap(), "current": number("Current:").unwrap(),
                "updated": number("Updated:").unwrap(), "ready": number("Ready:").unwrap(),
                "available": number("Available:").unwrap(),
            },
            "revisions": revisions,
        }),
    }
}

/// The images with their tags.
fn images(head: &str) -> Vec<Value> {
    let lines =
        head.lines().skip_while(|line| !line.starts_with("Images:")).take_while(|line| !line.starts_with("Replicas:"));
    let image = |line: &str| {
        let line = line.strip_prefix("Images:").unwrap_or(line).trim();
        let (image, tags) = line.split_once(" (").unwrap_or((line, ""));
        let tags: Vec<&str> = tags.trim_end_matches(')').split(", ").filter(|tag| !tag.is_empty()).collect();
        json!({"image": image, "tags": tags})
    };
    lines.map(image).collect()
}

/// The tree of one print.
#[derive(Default)]
struct Tree {
    revisions: Vec<Value>,
    delays: Vec<(String, String)>,
    ages: Vec<(String, String)>,
}

/// The last item of a list in the tree.
fn last<'a>(of: &'a mut Value, list: &str) -> &'a mut Value {
    of[list].as_array_mut().unwrap().last_mut().unwrap()
}

fn push(of: &mut Value, list: &str, item: Value) {
    of[list].as_array_mut().unwrap().push(item);
}

fn parse_tree(tree: &str) -> Tree {
    let mut lines = tree.lines();
    let header = lines.next().unwrap();
    let column = |name: &str| header[..header.find(name).unwrap()].chars().count();
    let (kind_at, status_at, age_at, info_at) = (column("KIND"), column("STATUS"), column("AGE"), column("INFO"));
    let mut found = Tree::default();
    let mut revision_indent = 0;
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let cells: Vec<char> = line.chars().collect();
        let cut = |from: usize, to: usize| {
            let text: String = cells.iter().skip(from).take(to - from).collect();
            text.trim().to_owned()
        };
        let indent = cells.iter().position(|c| !" │├└─".contains(*c)).unwrap();
        let icon = cells[indent];
        let name = cut(indent + 2, if icon == '#' { cells.len() } else { kind_at });
        // "✔ Running": glyph, blank, word.
        let status = cut(status_at, age_at).split_once(' ').map(|(_, word)| word.to_owned()).unwrap_or_default();
        let info = cut(info_at, cells.len().max(info_at));
        if icon == '#' {
            let revision: i64 = name.strip_prefix("revision:").unwrap().parse().unwrap();
            found
                .revisions
                .push(json!({"revision": revision, "replicaSets": [], "experiments": [], "analysisRuns": []}));
            revision_indent = indent;
            continue;
        }
        found.ages.push((name.clone(), cut(age_at, info_at)));
        if icon == '⟳' {
            continue;
        }
        let revision = found.revisions.last_mut().unwrap();
        // Below an experiment everything stands one level deeper.
        let level = (indent - revision_indent) / 3;
        let nested = matches!(icon, '⧉' | 'α') && level == 2 || matches!(icon, '□' | '⊞') && level == 3;
        let owner = if nested { last(revision, "experiments") } else { revision };
        match icon {
            '⧉' => {
                let (delay, tags): (Vec<&str>, Vec<&str>) =
                    info.split(',').filter(|text| !text.is_empty()).partition(|text| text.starts_with("delay:"));
                found.delays.extend(delay.iter().map(|delay| (name.clone(), (*delay).to_owned())));
                push(owner, "replicaSets", json!({"name": name, "status": status, "tags": tags, "pods": []}));
            }
            '□' => {
                let part = |key: &str| info.split(',').find_map(|text| text.strip_prefix(key));
                let restarts: i64 = part("restarts:").map_or(0, |text| text.parse().unwrap());
                let pod =
                    json!({"name": name, "status": status, "ready": part("ready:").unwrap(), "restarts": restarts});
                push(last(owner, "replicaSets"), "pods", pod);
            }
            'Σ' => {
                let one = json!({"name": name, "status": status, "replicaSets": [], "analysisRuns": []});
                push(owner, "experiments", one);
            }
            'α' => {
                let count = |sign: &str| -> i64 {
                    let text = info.split(',').find_map(|text| text.trim().strip_prefix(sign));
                    text.map_or(0, |text| text.trim().parse().unwrap())
                };
                let one = json!({"name": name, "status": status, "successful": count("✔"), "failed": count("✖"),
                    "inconclusive": count("?"), "error": count("⚠"), "jobs": []});
                push(owner, "analysisRuns", one);
            }
            '⊞' => push(last(owner, "analysisRuns"), "jobs", json!({"name": name, "status": status})),
            other => panic!("unknown icon {other:?} in {line:?}"),
        }
    }
    found
}

/// Times of making by name, of every node of a picture.
fn made(rollout: &Rollout, picture: &Picture) -> BTreeMap<String, Option<Timestamp>> {
    let mut all = BTreeMap::from([(rollout.meta.name.to_string(), rollout.meta.created)]);
    let mut set = |set: &ReplicaSetPicture| {
        all.insert(set.name.to_string(), set.created);
        all.extend(set.pods.iter().map(|pod| (pod.name.to_string(), pod.created)));
    };
    for revision in &picture.revisions {
        revision.replica_sets.iter().for_each(&mut set);
        revision.experiments.iter().flat_map(|one| &one.replica_sets).for_each(&mut set);
    }
    for revision in &picture.revisions {
        let experiments = &revision.experiments;
        all.extend(experiments.iter().map(|one| (one.name.to_string(), one.created)));
        for run in revision.analysis_runs.iter().chain(experiments.iter().flat_map(|one| &one.analysis_runs)) {
            all.insert(run.name.to_string(), run.created);
            all.extend(run.jobs.iter().map(|job| (job.name.to_string(), job.started_at)));
        }
    }
    all
}

/// The ages that differ by more than a clock that is known to a second allows.
fn odd_ages(block: &Block, rollout: &Rollout, picture: &Picture, now: Timestamp) -> Vec<String> {
    let made = made(rollout, picture);
    let fits = |name: &str, age: &str| {
        let slack = -DEADLINE_SLACK_S..=DEADLINE_SLACK_S;
        let at = made.get(name).copied().flatten();
        slack.into_iter().any(|seconds| age::human_since(at, now + SignedDuration::from_secs(seconds)) == age)
    };
    let odd = block.ages.iter().filter(|(name, age)| !fits(name, age));
    odd.map(|(name, age)| format!("{name}: plugin {age}, made {:?}, now {now}", made.get(name))).collect()
}

/// The report at a moment, reduced to what the plugin prints, and what else is checked there.
fn said(moment: &Moment, block: &Block, now: Timestamp) -> Option<(Value, Option<i64>)> {
    let rollout = moment.named(&block.name, Some(&block.namespace)).first().copied()?.clone();
    let seen = Seen { channel: "", cluster: "", observed_at: now, stale: false };
    let whole = moment.picture(&rollout, now);
    let full = serde_json::to_value(report(&rollout, &whole, &seen)).unwrap();
    let mut said = json!({});
    for key in ["strategy", "phase", "message", "step", "weights", "images", "replicas", "revisions"] {
        said[key] = full[key].clone();
    }
    if let Some(step) = said["step"].as_object_mut() {
        step.remove("current");
    }
    for revision in said["revisions"].as_array_mut().unwrap() {
        reduce(revision, block, now);
        for experiment in revision["experiments"].as_array_mut().unwrap() {
            reduce(experiment, block, now);
        }
    }
    // Shown in the comparison only when one does not fit.
    let ages = odd_ages(block, &rollout, &whole, now);
    if !ages.is_empty() {
        said["ages"] = json!(ages);
    }
    // What the overview shows, where only Rollouts are watched.
    let alone = picture(&rollout, Children::default(), now).weights.and_then(|weights| weights.actual);
    Some((said, alone))
}

/// Leaves of the ReplicaSets and runs below a node what the plugin prints too.
fn reduce(node: &mut Value, block: &Block, now: Timestamp) {
    for set in node["replicaSets"].as_array_mut().unwrap() {
        let name = set["name"].as_str().unwrap().to_owned();
        let set = set.as_object_mut().unwrap();
        let deadline = set.remove("scaleDownAt").unwrap();
        let delay = block.delays.iter().find(|(of, _)| *of == name).map(|(_, delay)| delay.as_str());
        // Shown in the comparison only when it does not fit.
        if !deadline_fits(&deadline, delay, now) {
            set.insert("scaleDownAt".into(), json!([deadline, delay, now]));
        }
        assert!(set.remove("replicas").is_some() && set.remove("available").is_some());
    }
    for run in node["analysisRuns"].as_array_mut().unwrap() {
        let run = run.as_object_mut().unwrap();
        let kind = run.remove("kind").unwrap();
        assert!(kind != "other", "{run:?}");
        let metrics = run.remove("metrics").unwrap();
        assert!(!metrics.as_array().unwrap().is_empty(), "{run:?}");
    }
}

fn deadline_fits(deadline: &Value, delay: Option<&str>, now: Timestamp) -> bool {
    let at: Option<Timestamp> = deadline.as_str().map(|text| text.parse().unwrap());
    match (at, delay) {
        (None, None) => true,
        (Some(at), Some("delay:passed")) => at <= now + SignedDuration::from_secs(DEADLINE_SLACK_S),
        (Some(at), Some(delay)) => {
            let left: i64 = delay.trim_start_matches("delay:").trim_end_matches('s').parse().unwrap();
            (at.duration_since(now).as_secs() - left).abs() <= DEADLINE_SLACK_S
        }
        _ => false,
    }
}

/// Differences between two values, one per line, with their path.
fn differences(path: &str, plugin: &Value, ours: &Value, out: &mut String) {
    match (plugin, ours) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let (a, b) = (a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null));
                differences(&format!("{path}.{key}"), a, b, out);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                differences(&format!("{path}[{at}]"), a, b, out);
            }
        }
        (a, b) if a != b => writeln!(out, "    {path}: plugin {a}, rolltop {b}").unwrap(),
        _ => {}
    }
}

/// Compares one block; the differences at the best moment when none fits.
fn compare(block: &Block, changes: &playback::Changes, start: Timestamp) -> Result<(), String> {
    let mut moment = Moment::default();
    let mut best: Option<String> = None;
    let mut look = |moment: &Moment, t_ms: u64| {
        let now = start + SignedDuration::from_millis(i64::try_from(t_ms).unwrap());
        let Some((ours, alone)) = said(moment, block, now) else { return false };
        let mut found = String::new();
        differences("", &block.expected, &ours, &mut found);
        if let (Some(alone), Some(actual)) = (alone, block.expected["weights"]["actual"].as_i64())
            && alone != actual
        {
            writeln!(found, "    actual weight from the Rollout alone: plugin {actual}, rolltop {alone}").unwrap();
        }
        let fits = found.is_empty();
        if best.as_ref().is_none_or(|best| found.lines().count() < best.lines().count()) {
            best = Some(found);
        }
        fits
    };
    let (before, after): (Vec<_>, Vec<_>) = changes.list.iter().partition(|(t_ms, _)| *t_ms <= block.t_ms);
    for (_, change) in before {
        moment.apply(change);
    }
    if look(&moment, block.t_ms) {
        return Ok(());
    }
    for (t_ms, change) in after.into_iter().take_while(|(t_ms, _)| *t_ms <= block.t_ms + WINDOW_MS) {
        moment.apply(change);
        if look(&moment, *t_ms) {
            return Ok(());
        }
    }
    Err(best.unwrap_or_else(|| "    the rollout is not there\n".into()))
}

#[test]
fn every_moment_reads_as_the_plugin_printed_it() {
    let mut compared = 0;
    let mut nodes = [0; 5];
    let mut failures = String::new();
    for (name, asked) in RECORDINGS {
        let recording = recorded(name);
        let changes = playback::changes(&recording);
        assert!(changes.bad.is_empty(), "{name}: {:?}", changes.bad);
        let start = playback::started_at(&recording).unwrap();
        let blocks = blocks(name);
        assert_eq!(blocks.len(), asked, "{name}");
        for block in &blocks {
            count(&block.expected["revisions"], &mut nodes);
            compared += 1;
            if let Err(found) = compare(block, &changes, start) {
                writeln!(failures, "{name} at {} ({}):\n{found}", block.t_ms, block.title).unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    // So that a change of the parser cannot silently compare less.
    assert_eq!((compared, nodes), (45, [132, 282, 15, 71, 25]));
}

/// Counts ReplicaSets, pods, experiments, runs and jobs.
fn count(of: &Value, nodes: &mut [usize; 5]) {
    let lists = ["replicaSets", "pods", "experiments", "analysisRuns", "jobs"];
    match of {
        Value::Array(items) => items.iter().for_each(|item| count(item, nodes)),
        Value::Object(fields) => {
            for (key, value) in fields {
                if let Some(at) = lists.iter().position(|list| list == key) {
                    nodes[at] += value.as_array().unwrap().len();
                }
                count(value, nodes);
            }
        }
        _ => {}
    }
}

#[test]
fn every_moment_of_every_recording_can_be_told() {
    let mut told = 0;
    for (name, _) in RECORDINGS {
        let recording = recorded(name);
        let start = playback::started_at(&recording).unwrap();
        let mut moment = Moment::default();
        for (t_ms, change) in &playback::changes(&recording).list {
            moment.apply(change);
            let now = start + SignedDuration::from_millis(i64::try_from(*t_ms).unwrap());
            let seen = Seen { channel: "", cluster: "", observed_at: now, stale: false };
            for rollout in moment.rollouts() {
                let picture = moment.picture(rollout, now);
                assert_eq!(rollout.unreadable, None);
                let row = text::Row { seen: &seen, rollout, picture: &picture };
                let page = text::rollout(row, "promote");
                assert!(!page.contains('\u{1b}') && page.lines().count() >= 6, "{page}");
                assert!(!forecast::next_sentence(rollout, &picture, now, "p").is_empty());
                if let Some(weights) = picture.weights {
                    assert!((0..=weights.max).contains(&weights.set), "{name} {t_ms}: {weights:?}");
                    assert!(weights.actual.is_none_or(|actual| (0..=weights.max).contains(&actual)), "{name} {t_ms}");
                }
                told += 1;
            }
        }
    }
    assert!(told > 700, "{told}");
}
