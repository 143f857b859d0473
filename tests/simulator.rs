//! The simulated controller against what the real one did: the golden traces of the reference, two recordings of a
//! real controller under the same commands, and rules that hold for any commands. Nothing sleeps: the clock is moved.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use jiff::{SignedDuration, Timestamp};
use rolltop::argo::picture::{self, Children};
use rolltop::argo::replicaset::ReplicaSet;
use rolltop::argo::rollout::Rollout;
use rolltop::demo::clock::Clock;
use rolltop::demo::controller::Driver;
use rolltop::demo::scenario::{self, Upcoming};
use rolltop::demo::store::{Happened, REPLICA_SETS, ROLLOUTS, Store};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// What a person sees of a rollout at one moment.
#[derive(Clone, PartialEq, Eq)]
struct Seen {
    phase: String,
    message: String,
    index: Option<i32>,
    /// Set and actual weight.
    weights: (i64, Option<i64>),
    /// Replicas, updated, ready, available.
    counts: [i64; 4],
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [replicas, updated, ready, available] = self.counts;
        let index = self.index.map_or("-".to_owned(), |index| index.to_string());
        let actual = self.weights.1.map_or("?".to_owned(), |weight| weight.to_string());
        let (set, message) = (self.weights.0, if self.message.is_empty() { "" } else { &self.message });
        write!(f, "{} | {message} | {index} | {replicas}/{updated}/{ready}/{available} | {set}, {actual}", self.phase)
    }
}

/// Follows watch events and keeps what was seen, without repeats.
#[derive(Default)]
struct Watcher {
    sets: BTreeMap<String, Arc<ReplicaSet>>,
    seen: Vec<Seen>,
}

impl Watcher {
    fn rows(&self) -> Vec<String> {
        self.seen.iter().map(|seen| format!("{seen:?}")).collect()
    }

    fn event(&mut self, plural: &str, gone: bool, object: &Value) {
        let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
        match plural {
            "replicasets" if gone => {
                self.sets.remove(&name);
            }
            "replicasets" => {
                self.sets.insert(name, Arc::new(serde_json::from_value(object.clone()).unwrap()));
            }
            "rollouts" => {
                let rollout = Rollout::decode(object);
                let sets: Vec<Arc<ReplicaSet>> = self.sets.values().cloned().collect();
                let children = Children { replica_sets: Some(&sets), pods: None };
                let picture = picture::of(&rollout, children, Timestamp::UNIX_EPOCH);
                let count =
                    |field: &str| object.pointer(&format!("/status/{field}")).and_then(Value::as_i64).unwrap_or(0);
                let weights = picture.weights.unwrap();
                let seen = Seen {
                    phase: picture.phase.to_string(),
                    message: picture.message,
                    index: picture.step.map(|step| step.index),
                    weights: (weights.set, weights.actual),
                    counts: ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"].map(count),
                };
                if self.seen.last() != Some(&seen) {
                    self.seen.push(seen);
                }
            }
            _ => {}
        }
    }
}

/// What a person saw of the real rollout in a recording.
fn recorded(name: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/recordings").join(name);
    let mut text = String::new();
    if let Ok(file) = std::fs::File::open(folder.join("watch.ndjson.gz")) {
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    } else {
        let file = std::fs::File::open(folder.join("watch.ndjson.zst")).unwrap();
        zstd::stream::read::Decoder::new(file).unwrap().read_to_string(&mut text).unwrap();
    }
    let mut events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // The lists at the beginning came one after another; the ReplicaSets are needed first.
    events.sort_by_key(|event| {
        (event["t_ms"].as_i64() > Some(100), event["resource"] == "rollouts" && event["t_ms"].as_i64() < Some(100))
    });
    let mut watcher = Watcher::default();
    for event in events.iter().filter(|event| event["event"]["type"] != "BOOKMARK") {
        let (plural, kind) = (event["resource"].as_str().unwrap_or_default(), &event["event"]["type"]);
        watcher.event(plural, kind == "DELETED", &event["event"]["object"]);
    }
    watcher.rows()
}

/// A scenario driven by hand, in one cluster, with somebody watching.
struct Scene {
    driver: Driver,
    store: Store,
    begin: Timestamp,
    watched: u64,
    watcher: Watcher,
    rollout: &'static str,
}

const BEGIN: &str = "2026-01-12T02:00:00Z";

fn scene(scenario: &str, rollout: &'static str) -> Scene {
    let clock = Clock::new(BEGIN.parse().unwrap(), 0.0);
    let played = scenario::build(scenario, &clock, 7).unwrap();
    let store = played.world.clusters[0].store.clone();
    let mut watcher = Watcher::default();
    for (plural, kind) in [("replicasets", &REPLICA_SETS), ("rollouts", &ROLLOUTS)] {
        for object in store.list(kind, None).0 {
            watcher.event(plural, false, &object);
        }
    }
    Scene { driver: played.driver, watched: store.version(), store, begin: clock.now(), watcher, rollout }
}

impl Scene {
    fn watch(&mut self) {
        for change in self.store.changes_after(self.watched).unwrap() {
            self.watched = change.version;
            self.watcher.event(change.kind.plural, change.happened == Happened::Deleted, &change.object);
        }
    }

    /// Does something now.
    fn deed(&mut self, mut deed: Value) {
        deed["rollout"] = json!(self.rollout);
        let at = self.driver.world().clock.now();
        self.driver.script([Upcoming { at, cluster: 0, deed }]);
        assert_eq!(self.driver.next_due(), Some(at));
        self.driver.step();
        assert_eq!(self.driver.failures(), &[] as &[String]);
        self.watch();
    }

    fn act(&mut self, what: &str) {
        self.deed(json!({ "do": what }));
    }

    fn image(&mut self, tag: &str) {
        self.deed(json!({"do": "set-image", "image": format!(":{tag}")}));
    }

    /// Lets time pass up to so many milliseconds after the beginning.
    fn until(&mut self, milliseconds: i64) {
        let end = self.begin.checked_add(SignedDuration::from_millis(milliseconds)).unwrap();
        while self.driver.next_due().is_some_and(|due| due <= end) {
            self.driver.step();
            self.watch();
        }
        self.driver.play_until(end);
    }

    fn pass(&mut self, milliseconds: i64) {
        let now = self.driver.world().clock.now().duration_since(self.begin);
        self.until(i64::try_from(now.as_millis()).unwrap() + milliseconds);
    }

    /// What was seen since the last call.
    fn take(&mut self) -> Vec<String> {
        let rows = self.watcher.rows();
        self.watcher.seen.clear();
        rows
    }

    fn rollout(&self) -> Arc<Value> {
        self.store.get(&ROLLOUTS, "demo", self.rollout).unwrap()
    }

    fn status(&self, field: &str) -> Value {
        self.rollout().pointer(&format!("/status/{field}")).cloned().unwrap_or_default()
    }

    fn condition(&self, kind: &str) -> (String, String) {
        let conditions = self.status("conditions");
        let found = conditions.as_array().unwrap().iter().find(|condition| condition["type"] == kind).unwrap();
        (found["status"].as_str().unwrap().to_owned(), found["reason"].as_str().unwrap().to_owned())
    }

    fn events(&self) -> Vec<String> {
        let (events, _) = self.store.list(&rolltop::demo::store::EVENTS, Some("demo"));
        let about = |event: &&Arc<Value>| event["involvedObject"]["kind"] == "Rollout";
        events
            .iter()
            .filter(about)
            .map(|event| format!("{} {}", event["reason"].as_str().unwrap(), event["message"].as_str().unwrap()))
            .collect()
    }
}

/// Where the simulated controller shows something else than the recorded one, and why that is no fault.
enum Differs {
    /// Another row in its place.
    Instead(&'static str, &'static str, &'static str),
    /// A row that the recording does not have, after this one.
    Also(&'static str, &'static str, &'static str),
}

/// Runs the commands at the times of a recording and compares what was seen, row by row.
fn held_against(name: &str, rollout: &'static str, commands: &[(i64, Value)], end: i64, differs: &[Differs]) {
    let mut scene = scene(name, rollout);
    for (at, command) in commands {
        scene.until(*at);
        scene.deed(command.clone());
    }
    scene.until(end);
    let mut rows = recorded(name);
    assert!(rows.len() > 20, "{name}: the recording is not there");
    for difference in differs {
        match difference {
            Differs::Instead(theirs, ours, why) => {
                let at =
                    rows.iter().position(|row| row == theirs).unwrap_or_else(|| panic!("never seen: {theirs} ({why})"));
                (*ours).clone_into(&mut rows[at]);
            }
            Differs::Also(after, ours, why) => {
                let at =
                    rows.iter().position(|row| row == after).unwrap_or_else(|| panic!("never seen: {after} ({why})"));
                rows.insert(at + 1, (*ours).to_owned());
            }
        }
    }
    let seen = scene.take();
    for (at, (ours, theirs)) in seen.iter().zip(&rows).enumerate() {
        assert_eq!(ours, theirs, "row {at} of {name}, after {:#?}", &rows[at.saturating_sub(3)..at]);
    }
    assert_eq!(seen.len(), rows.len(), "{name}: {:#?}", &seen[rows.len().min(seen.len())..]);
}

#[test]
fn a_gradual_canary_shows_the_same_rows_as_the_recorded_controller() {
    let commands = [
        (1_662, json!({"do": "set-image", "image": ":green"})),
        (5_647, json!({"do": "promote"})),
        (70_839, json!({"do": "set-image", "image": ":red"})),
        (74_654, json!({"do": "abort"})),
        (78_270, json!({"do": "retry"})),
        (81_656, json!({"do": "promote-full"})),
        (87_051, json!({"do": "undo"})),
        (91_160, json!({"do": "abort"})),
        (93_830, json!({"do": "undo"})),
    ];
    let differs = [Differs::Instead(
        "Degraded | RolloutAborted: Rollout aborted update to revision 4 | 0 | 4/1/4/4 | 0, 0",
        "Degraded | RolloutAborted: Rollout aborted update to revision 4 | 0 | 4/1/4/4 | 0, 25",
        "the ReplicaSet's event came before the Rollout's this time; after the first abort it came later, as here",
    )];
    held_against("gradual", "gradual-rollout", &commands, 98_484, &differs);
}

#[test]
fn a_canary_with_timers_shows_the_same_rows_as_the_recorded_controller() {
    let commands = [
        (1_612, json!({"do": "set-image", "image": ":yellow"})),
        (9_851, json!({"do": "pause"})),
        // The plugin's promote of a rollout paused by hand: status first, then the spec.
        (14_227, json!({"do": "patch-status", "patch": {"pauseConditions": null}})),
        (14_250, json!({"do": "resume"})),
        (68_880, json!({"do": "restart"})),
        (103_264, json!({"do": "set-image", "image": ":purple"})),
        (107_792, json!({"do": "promote"})),
        (111_452, json!({"do": "promote-full"})),
    ];
    let differs = [Differs::Also(
        "Progressing | waiting for rollout to unpause | 1 | 3/1/3/3 | 40, 33",
        "Paused | manually paused | 1 | 3/1/3/3 | 40, 33",
        "the real controller wrote its answer to the first patch after the second patch had come; here before it",
    )];
    held_against("canary-demo", "canary-demo", &commands, 117_567, &differs);
}
