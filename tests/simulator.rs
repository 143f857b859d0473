//! The simulated controller against what the real one did: the golden traces of the reference, two recordings of a
//! real controller under the same commands, and rules that hold for any commands. Nothing sleeps: the clock is moved.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rolltop::argo::picture::{self, Children};
use rolltop::argo::replicaset::ReplicaSet;
use rolltop::argo::rollout::Rollout;
use rolltop::demo::clock::Clock;
use rolltop::demo::controller::Driver;
use rolltop::demo::scenario::{self, Upcoming};
use rolltop::demo::store::{Happened, PODS, Part, REPLICA_SETS, ROLLOUTS, Refused, Store};
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
    rollout: &'static str,
    sets: BTreeMap<String, Arc<ReplicaSet>>,
    seen: Vec<Seen>,
    /// The same with the conditions, in their order.
    full: Vec<String>,
}

/// `Available+ Healthy- Progressing?RolloutPaused`.
fn conditions(rollout: &Value) -> String {
    let list = rollout.pointer("/status/conditions").and_then(Value::as_array);
    let one = |condition: &Value| {
        let text = |field: &str| condition[field].as_str().unwrap().to_owned();
        let sign = match text("status").as_str() {
            "True" => '+',
            "False" => '-',
            _ => '?',
        };
        let reason = if condition["type"] == "Progressing" { text("reason") } else { String::new() };
        format!("{}{sign}{reason}", text("type"))
    };
    list.into_iter().flatten().map(one).collect::<Vec<_>>().join(" ")
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
            "rollouts" if name == self.rollout => {
                let rollout = Rollout::decode(object);
                let sets: Vec<Arc<ReplicaSet>> = self.sets.values().cloned().collect();
                let children = Children { replica_sets: Some(&sets), pods: None, ..Children::default() };
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
                let full = format!("{seen:?} | {}", conditions(object));
                if self.full.last() != Some(&full) {
                    self.full.push(full);
                }
                if self.seen.last() != Some(&seen) {
                    self.seen.push(seen);
                }
            }
            _ => {}
        }
    }
}

/// What a person saw of the real rollout in a recording.
fn recorded(name: &str, rollout: &'static str) -> Vec<String> {
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
    let mut watcher = Watcher { rollout, ..Watcher::default() };
    for event in events.iter().filter(|event| event["event"]["type"] != "BOOKMARK") {
        let (plural, kind) = (event["resource"].as_str().unwrap_or_default(), &event["event"]["type"]);
        watcher.event(plural, kind == "DELETED", &event["event"]["object"]);
    }
    watcher.full
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
    let played = scenario::build(scenario, &clock, 8).unwrap();
    let store = played.world.clusters[0].store.clone();
    let mut watcher = Watcher { rollout, ..Watcher::default() };
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
struct Differs {
    theirs: &'static [&'static str],
    ours: &'static [&'static str],
    why: &'static str,
}

/// Runs the commands at the times of a recording and compares what was seen, row by row.
fn held_against(name: &str, rollout: &'static str, commands: &[(i64, Value)], end: i64, differs: &[Differs]) {
    let mut scene = scene(name, rollout);
    for (at, command) in commands {
        scene.until(*at);
        scene.deed(command.clone());
    }
    scene.until(end);
    let mut rows = recorded(name, rollout);
    assert!(rows.len() > 60, "{name}: the recording is not there");
    for Differs { theirs, ours, why } in differs {
        let at = rows.windows(theirs.len()).position(|window| window == *theirs);
        let at = at.unwrap_or_else(|| panic!("never seen: {theirs:#?} ({why})"));
        rows.splice(at..at + theirs.len(), ours.iter().map(|row| (*row).to_owned()));
    }
    let seen = &scene.watcher.full;
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
    let differs = [
        Differs {
            theirs: &[
                "Progressing | more replicas need to be updated | 0 | 4/1/3/3 | 10, 0 | Available+ Healthy- Completed- Paused+ Progressing+ReplicaSetUpdated",
                "Progressing | more replicas need to be updated | 0 | 4/1/3/3 | 10, 0 | Available+ Healthy- Completed- Progressing+ReplicaSetUpdated Paused-",
            ],
            ours: &[
                "Progressing | more replicas need to be updated | 0 | 4/1/3/3 | 10, 0 | Available+ Healthy- Completed- Paused- Progressing+ReplicaSetUpdated",
            ],
            why: "the real pass after the retry took long enough to see the pod counted; here it is the next pass",
        },
        Differs {
            theirs: &[
                "Progressing | more replicas need to be updated | 6 | 3/1/3/3 | 100, 100 | Available+ Healthy- Completed- Progressing+ReplicaSetUpdated Paused-",
            ],
            ours: &[
                "Progressing | more replicas need to be updated | 6 | 3/1/3/3 | 100, 100 | Available+ Healthy- Completed- Paused- Progressing+ReplicaSetUpdated",
            ],
            why: "likewise: the counts came into the pass that had just written the conditions",
        },
        Differs {
            theirs: &["Degraded | RolloutAborted: Rollout aborted update to revision 4 | 0 | 4/1/4/4 | 0, 0 | \
                 Available+ Healthy- Completed- Paused+ Progressing-RolloutAborted"],
            ours: &["Degraded | RolloutAborted: Rollout aborted update to revision 4 | 0 | 4/1/4/4 | 0, 25 | \
                 Available+ Healthy- Completed- Paused+ Progressing-RolloutAborted"],
            why: "the ReplicaSet's event came before the Rollout's this time; after the first abort it came later, as here",
        },
    ];
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
    let differs = [Differs {
        theirs: &["Progressing | waiting for rollout to unpause | 1 | 3/1/3/3 | 40, 33 | \
                   Available+ Healthy- Completed- Progressing?RolloutPaused Paused+"],
        ours: &[
            "Progressing | waiting for rollout to unpause | 1 | 3/1/3/3 | 40, 33 | \
             Available+ Healthy- Completed- Progressing?RolloutPaused Paused+",
            "Paused | manually paused | 1 | 3/1/3/3 | 40, 33 | \
             Available+ Healthy- Completed- Progressing?RolloutPaused Paused+",
        ],
        why: "the real controller wrote its answer to the first patch after the second patch had come; here before it",
    }];
    held_against("canary-demo", "canary-demo", &commands, 117_567, &differs);
}

const MORE: &str = "Progressing | more replicas need to be updated";
const OLD: &str = "Progressing | old replicas are pending termination";
const PAUSED: &str = "Paused | CanaryPauseStep";
const UNOBSERVED: &str = "Progressing | waiting for rollout spec update to be observed";

fn rows(parts: &[(&str, &str)]) -> Vec<String> {
    parts.iter().map(|(phase, rest)| format!("{phase} | {rest}")).collect()
}

/// A new image up to the pause after the first step.
fn to_first_pause(scene: &mut Scene, tag: &str) {
    scene.image(tag);
    scene.pass(4_000);
    assert_eq!((scene.status("phase"), scene.status("currentStepIndex")), (json!("Paused"), json!(1)));
    scene.take();
}

#[test]
fn golden_trace_a_a_gradual_canary_from_image_to_healthy() {
    let mut scene = scene("gradual", "gradual-rollout");
    assert_eq!(scene.take(), rows(&[("Healthy", " | 6 | 3/3/3/3 | 100, 100")]));
    for kind in ["Healthy", "Completed", "Available"] {
        assert_eq!(scene.condition(kind).0, "True", "{kind}");
    }
    assert_eq!(scene.condition("Progressing"), ("True".into(), "NewReplicaSetAvailable".into()));
    scene.image("green");
    scene.pass(4_000);
    let expected = [
        (UNOBSERVED, "6 | 3/3/3/3 | 100, 100"),
        (MORE, "0 | 3/0/3/3 | 10, 0"),
        (MORE, "0 | 4/1/3/3 | 10, 0"),
        (MORE, "1 | 4/1/4/4 | 10, 25"),
        (PAUSED, "1 | 4/1/4/4 | 10, 25"),
    ];
    assert_eq!(scene.take(), rows(&expected));
    assert_eq!(scene.condition("Paused").0, "True");
    assert_eq!(scene.condition("Progressing"), ("Unknown".into(), "RolloutPaused".into()));
    // It waits for a human, however long.
    scene.pass(3_600_000);
    assert_eq!(scene.take(), [] as [String; 0]);
    scene.act("promote");
    scene.pass(500);
    let expected = [
        ("Progressing | waiting for rollout to unpause", "1 | 4/1/4/4 | 10, 25"),
        (MORE, "2 | 4/1/4/4 | 25, 25"),
        (MORE, "3 | 4/1/4/4 | 25, 25"),
        (PAUSED, "3 | 4/1/4/4 | 25, 25"),
    ];
    assert_eq!(scene.take(), rows(&expected));
    scene.pass(29_000 - 500);
    assert_eq!(scene.take(), [] as [String; 0], "the timer of 30 s is not over yet");
    scene.pass(6_000);
    let expected = [
        (MORE, "4 | 4/1/4/4 | 50, 25"),
        (MORE, "4 | 3/1/3/3 | 50, 33"),
        (MORE, "4 | 4/2/3/3 | 50, 33"),
        (MORE, "5 | 4/2/4/4 | 50, 50"),
        (PAUSED, "5 | 4/2/4/4 | 50, 50"),
    ];
    assert_eq!(scene.take(), rows(&expected));
    scene.pass(40_000);
    let expected = [
        (MORE, "6 | 4/2/4/4 | 100, 100"),
        (MORE, "6 | 3/2/3/3 | 100, 100"),
        (OLD, "6 | 4/3/3/3 | 100, 100"),
        (OLD, "6 | 4/3/4/4 | 100, 100"),
        ("Healthy", " | 6 | 3/3/3/3 | 100, 100"),
    ];
    assert_eq!(scene.take(), rows(&expected));
    assert_eq!(scene.status("stableRS"), scene.status("currentPodHash"));
    assert_eq!(scene.condition("Progressing"), ("True".into(), "NewReplicaSetAvailable".into()));
}

#[test]
fn an_abort_goes_back_to_the_stable_version_and_a_retry_begins_again() {
    let mut scene = scene("gradual", "gradual-rollout");
    to_first_pause(&mut scene, "green");
    scene.act("promote");
    scene.pass(36_000);
    assert_eq!(scene.take().last().map(String::as_str), Some("Paused | CanaryPauseStep | 5 | 4/2/4/4 | 50, 50"));
    scene.act("abort");
    scene.pass(10_000);
    let aborted = "Degraded | RolloutAborted: Rollout aborted update to revision 2";
    let expected = [
        (PAUSED, "5 | 4/2/4/4 | 0, 50"),
        (aborted, "0 | 4/2/4/4 | 0, 50"),
        (aborted, "0 | 3/1/3/3 | 0, 33"),
        (aborted, "0 | 4/1/3/3 | 0, 33"),
        (aborted, "0 | 4/1/4/4 | 0, 25"),
        (aborted, "0 | 3/0/3/3 | 0, 0"),
    ];
    assert_eq!(scene.take(), rows(&expected));
    assert_eq!(scene.condition("Progressing"), ("False".into(), "RolloutAborted".into()));
    assert_eq!(scene.condition("Paused").0, "True", "it stays until a retry");
    assert!(scene.status("abortedAt").is_string());
    scene.act("retry");
    scene.pass(100);
    assert_eq!(scene.condition("Progressing").1, "RolloutRetry");
    scene.pass(4_000);
    let expected = [
        // The flag is gone, and nobody has looked yet.
        (aborted, "0 | 3/0/3/3 | 10, 0"),
        (MORE, "0 | 3/0/3/3 | 10, 0"),
        (MORE, "0 | 4/1/3/3 | 10, 0"),
        (MORE, "1 | 4/1/4/4 | 10, 25"),
        (PAUSED, "1 | 4/1/4/4 | 10, 25"),
    ];
    assert_eq!(scene.take(), rows(&expected));
    assert_eq!(scene.status("abortedAt"), Value::Null);
}

#[test]
fn an_undo_after_an_abort_is_healthy_at_once_under_a_new_revision() {
    let mut scene = scene("gradual", "gradual-rollout");
    to_first_pause(&mut scene, "green");
    scene.act("abort");
    scene.pass(4_000);
    scene.take();
    scene.act("undo");
    scene.pass(4_000);
    assert_eq!(scene.take(), rows(&[(UNOBSERVED, "0 | 3/0/3/3 | 0, 0"), ("Healthy", " | 6 | 3/3/3/3 | 100, 100")]));
    assert!(scene.events().contains(&"SkipSteps Rollback to stable ReplicaSets".to_owned()));
    let rollout = scene.rollout();
    assert_eq!(rollout["metadata"]["annotations"]["rollout.argoproj.io/revision"], "3");
    let (sets, _) = scene.store.list(&REPLICA_SETS, Some("demo"));
    let stable = sets.iter().find(|set| set["spec"]["replicas"] == 3).unwrap();
    assert_eq!(stable["metadata"]["annotations"]["rollout.argoproj.io/revision"], "3");
    assert_eq!(stable["metadata"]["annotations"]["rollout.argoproj.io/revision-history"], "1");
}

#[test]
fn the_events_of_an_update_read_as_those_of_the_real_controller() {
    let mut scene = scene("gradual", "gradual-rollout");
    to_first_pause(&mut scene, "green");
    scene.act("promote");
    scene.pass(80_000);
    let hash = scene.status("stableRS").as_str().unwrap().to_owned();
    let set = format!("gradual-rollout-{hash}");
    let events = scene.events();
    for expected in [
        "RolloutAddedToInformer Rollout resource added to informer: demo/gradual-rollout".to_owned(),
        "RolloutUpdated Rollout updated to revision 2".to_owned(),
        format!("NewReplicaSetCreated Created ReplicaSet {set} (revision 2)"),
        format!("RolloutNotCompleted Rollout not completed, started update to revision 2 ({hash})"),
        format!("ScalingReplicaSet Scaled up ReplicaSet {set} (revision 2) from 0 to 1"),
        "RolloutStepCompleted Rollout step 1/6 completed (setWeight: 10)".to_owned(),
        "RolloutPaused Rollout is paused (CanaryPauseStep)".to_owned(),
        "RolloutStepCompleted Rollout step 2/6 completed (pause)".to_owned(),
        "RolloutStepCompleted Rollout step 4/6 completed (pause: 30)".to_owned(),
        "RolloutResumed Rollout is resumed".to_owned(),
        format!("RolloutCompleted Rollout completed update to revision 2 ({hash}): Completed all 6 canary steps"),
    ] {
        assert!(events.contains(&expected), "{expected} is not in {events:#?}");
    }
    let (all, _) = scene.store.list(&rolltop::demo::store::EVENTS, Some("demo"));
    let paused = all.iter().find(|event| event["reason"] == "RolloutPaused").unwrap();
    assert_eq!(paused["count"], 3, "the same text is counted up");
    // An hour later they are gone.
    scene.pass(2 * 3_600_000);
    assert_eq!(scene.events(), [] as [String; 0]);
}

#[test]
fn the_preview_service_follows_the_canary_and_goes_back_on_an_abort() {
    let mut scene = scene("gradual", "gradual-rollout");
    let selected = |scene: &Scene| {
        let service = scene.store.get(&rolltop::demo::store::SERVICES, "demo", "gradual-rollout-preview").unwrap();
        service["spec"]["selector"]["rollouts-pod-template-hash"].clone()
    };
    assert_eq!(selected(&scene), scene.status("stableRS"));
    to_first_pause(&mut scene, "green");
    assert_eq!(selected(&scene), scene.status("currentPodHash"));
    scene.act("abort");
    scene.pass(200);
    assert_eq!(selected(&scene), scene.status("stableRS"));
}

#[test]
fn a_second_promote_before_the_controller_reacts_skips_a_further_step() {
    let mut scene = scene("gradual", "gradual-rollout");
    to_first_pause(&mut scene, "green");
    scene.act("promote");
    // The pause is cleared, the controller has not looked: the plugin takes the rollout for one in mid-step.
    scene.act("promote");
    assert_eq!(scene.status("currentStepIndex"), json!(2));
    scene.pass(1_000);
    let expected = [
        ("Progressing | waiting for rollout to unpause", "1 | 4/1/4/4 | 10, 25"),
        ("Progressing | waiting for rollout to unpause", "2 | 4/1/4/4 | 25, 25"),
        (MORE, "3 | 4/1/4/4 | 25, 25"),
        (PAUSED, "3 | 4/1/4/4 | 25, 25"),
    ];
    assert_eq!(scene.take(), rows(&expected));
}

#[test]
fn a_step_index_written_by_a_person_is_where_the_controller_goes_on() {
    let mut scene = scene("gradual", "gradual-rollout");
    to_first_pause(&mut scene, "green");
    scene.deed(json!({"do": "patch-status", "patch": {"pauseConditions": null, "currentStepIndex": 6}}));
    scene.pass(20_000);
    assert_eq!(scene.take().last().unwrap(), "Healthy |  | 6 | 3/3/3/3 | 100, 100");
}

#[test]
fn a_new_image_in_mid_update_supersedes_the_one_before() {
    let mut scene = scene("gradual", "gradual-rollout");
    to_first_pause(&mut scene, "green");
    scene.image("red");
    scene.pass(10_000);
    let rows = scene.take();
    assert_eq!(rows.last().unwrap(), "Paused | CanaryPauseStep | 1 | 4/1/4/4 | 10, 25", "{rows:#?}");
    let (sets, _) = scene.store.list(&REPLICA_SETS, Some("demo"));
    let mut counts: Vec<(String, i64)> = sets
        .iter()
        .map(|set| {
            let image = set["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap();
            (image.rsplit(':').next().unwrap().to_owned(), set["spec"]["replicas"].as_i64().unwrap())
        })
        .collect();
    counts.sort();
    assert_eq!(counts, [("blue".to_owned(), 3), ("green".to_owned(), 0), ("red".to_owned(), 1)]);
}

#[test]
fn scaling_in_mid_canary_keeps_the_weight_and_the_step() {
    let mut scene = scene("gradual", "gradual-rollout");
    to_first_pause(&mut scene, "green");
    scene.deed(json!({"do": "scale", "replicas": 10}));
    scene.pass(10_000);
    let rows = scene.take();
    assert_eq!(rows.last().unwrap(), "Paused | CanaryPauseStep | 1 | 10/1/10/10 | 10, 10", "{rows:#?}");
}

#[test]
fn a_canary_without_steps_rolls_and_has_no_step_index() {
    let mut scene = scene("quiet", "ledger");
    assert_eq!(scene.status("currentStepIndex"), Value::Null);
    scene.image("0.32.0");
    scene.pass(120_000);
    let rows = scene.take();
    assert_eq!(rows.last().unwrap(), "Healthy |  | - | 2/2/2/2 | 100, 100", "{rows:#?}");
    assert!(rows.iter().all(|row| !row.starts_with("Paused")), "{rows:#?}");
}

#[test]
fn an_image_that_does_not_exist_stops_the_rollout_at_its_deadline() {
    let mut scene = scene("gradual", "gradual-rollout");
    scene.image("does-not-exist");
    scene.pass(2_000);
    let waiting = |scene: &Scene| {
        let (pods, _) = scene.store.list(&PODS, Some("demo"));
        pods.iter().find_map(|pod| pod.pointer("/status/containerStatuses/0/state/waiting").cloned()).unwrap()
    };
    assert_eq!(waiting(&scene)["reason"], "ErrImagePull");
    scene.pass(15_000);
    assert_eq!(waiting(&scene)["reason"], "ImagePullBackOff");
    scene.pass(570_000);
    assert_eq!(scene.status("phase"), "Progressing");
    scene.pass(30_000);
    assert_eq!(scene.status("phase"), "Degraded");
    let message = scene.status("message").as_str().unwrap().to_owned();
    assert!(message.starts_with("ProgressDeadlineExceeded: ReplicaSet \"gradual-rollout-"), "{message}");
    // The stable pods are untouched, and it recovers by itself.
    assert_eq!(scene.status("availableReplicas"), 3);
    scene.act("undo");
    scene.pass(5_000);
    assert_eq!(scene.status("phase"), "Healthy");
}

#[test]
fn a_deadline_that_aborts_takes_the_canary_away() {
    let mut scene = scene("gradual", "gradual-rollout");
    let spec = json!({"progressDeadlineAbort": true, "progressDeadlineSeconds": 60});
    scene.deed(json!({"do": "patch", "patch": {"spec": spec}}));
    scene.image("does-not-exist");
    scene.pass(90_000);
    // The cause is only in the events, as with the real controller.
    assert_eq!(scene.status("message"), "RolloutAborted: Rollout aborted update to revision 2");
    assert_eq!((scene.status("abort"), scene.status("currentStepIndex")), (json!(true), json!(0)));
    assert_eq!(scene.take().last().unwrap().split(" | ").nth(3), Some("3/0/3/3"));
    assert!(
        scene.events().iter().any(
            |event| event.starts_with("RolloutAborted ReplicaSet") && event.ends_with("has timed out progressing.")
        )
    );
}

#[test]
fn a_container_that_crashes_is_restarted_and_never_ready() {
    let clock = Clock::new(BEGIN.parse().unwrap(), 0.0);
    let played = scenario::build("crash", &clock, 7).unwrap();
    let (pods, _) = played.world.clusters[2].store.list(&PODS, Some("demo"));
    let status = |pod: &Arc<Value>| pod["status"]["containerStatuses"][0].clone();
    let crashing: Vec<Value> = pods.iter().map(status).filter(|status| status["ready"] == false).collect();
    assert_eq!(crashing.len(), 1);
    assert!(crashing[0]["restartCount"].as_i64() > Some(3), "{crashing:#?}");
    assert_eq!(crashing[0]["lastState"]["terminated"]["exitCode"], 1);
}

#[test]
fn a_rollout_without_its_service_is_invalid_until_the_service_comes() {
    let mut scene = scene("gradual", "gradual-rollout");
    let service = scene.store.get(&rolltop::demo::store::SERVICES, "demo", "gradual-rollout-preview").unwrap();
    scene.deed(json!({"do": "delete", "kind": "Service", "name": "gradual-rollout-preview"}));
    scene.image("green");
    scene.pass(1_000);
    let message = "InvalidSpec: The Rollout \"gradual-rollout\" is invalid: spec.strategy.canary.canaryService: \
                   Invalid value: \"gradual-rollout-preview\": service \"gradual-rollout-preview\" not found";
    assert_eq!((scene.status("phase"), scene.status("message")), (json!("Degraded"), json!(message)));
    assert_eq!(scene.status("observedGeneration"), "2");
    scene.deed(json!({"do": "apply", "manifest": {
        "apiVersion": "v1", "kind": "Service", "spec": {"selector": service["spec"]["selector"].clone()},
        "metadata": {"name": "gradual-rollout-preview", "namespace": "demo"},
    }}));
    scene.pass(4_000);
    assert_eq!(scene.status("message"), "CanaryPauseStep");
    assert!(scene.rollout()["status"]["conditions"].as_array().unwrap().iter().all(|one| one["type"] != "InvalidSpec"));
}

#[test]
fn missing_replicas_become_one() {
    let mut scene = scene("gradual", "gradual-rollout");
    scene.deed(json!({"do": "patch", "patch": {"spec": {"replicas": null}}}));
    scene.pass(3_000);
    assert_eq!(scene.rollout()["spec"]["replicas"], 1);
    assert_eq!(scene.take().last().unwrap(), "Healthy |  | 6 | 1/1/1/1 | 100, 100");
}

/// Waits until the rollout fulfils a condition; half a minute of real time is more than enough.
async fn wait_until(store: &Store, mut holds: impl FnMut(&Value) -> bool) -> Arc<Value> {
    let mut news = store.subscribe();
    let wait = async {
        loop {
            news.borrow_and_update();
            let rollout = store.get(&ROLLOUTS, "demo", "gradual-rollout").unwrap();
            if holds(&rollout) {
                return rollout;
            }
            news.changed().await.unwrap();
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), wait).await.expect("it never came to that")
}

fn patch(store: &Store, part: Part, patch: &Value) {
    let written = store.modify::<Refused>(&ROLLOUTS, "demo", "gradual-rollout", part, |rollout| {
        json_patch::merge(rollout, patch);
        Ok(())
    });
    written.unwrap();
}

/// Runs the controllers live beside what a test does.
fn live(speed: f64, test: impl AsyncFnOnce(Clock, Store)) {
    let clock = Clock::new(BEGIN.parse().unwrap(), 0.0);
    let played = scenario::build("gradual", &clock, 7).unwrap();
    let store = played.world.clusters[2].store.clone();
    clock.set_speed(speed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        tokio::select! {
            () = rolltop::demo::controller::run(played) => panic!("the controllers ended"),
            () = test(clock, store) => {}
        }
    });
}

const GREEN: &str = "argoproj/rollouts-demo:green";

fn set_green(store: &Store) {
    let rollout = store.get(&ROLLOUTS, "demo", "gradual-rollout").unwrap();
    let mut spec = rollout["spec"]["template"]["spec"].clone();
    spec["containers"][0]["image"] = json!(GREEN);
    patch(store, Part::Main, &json!({"spec": {"template": {"spec": spec}}}));
}

#[test]
fn run_live_the_controllers_follow_what_clients_write() {
    live(40.0, async |_, store| {
        let begun = store.version();
        set_green(&store);
        wait_until(&store, |rollout| rollout["status"]["message"] == "CanaryPauseStep").await;
        patch(&store, Part::Status, &json!({"status": {"pauseConditions": null}}));
        let done = wait_until(&store, |rollout| rollout["status"]["phase"] == "Healthy").await;
        // Also in a hurry, a watcher sees every row.
        let mut watcher = Watcher { rollout: "gradual-rollout", ..Watcher::default() };
        for change in store.changes_after(begun).unwrap() {
            watcher.event(change.kind.plural, change.happened == Happened::Deleted, &change.object);
        }
        let passed = |counts: &str| watcher.rows().iter().any(|row| row.contains(counts));
        for counts in ["3/0/3/3", "4/1/3/3", "4/1/4/4", "3/1/3/3", "4/2/3/3", "3/2/3/3", "4/3/3/3", "4/3/4/4"] {
            assert!(passed(counts), "{counts} is not in {:#?}", watcher.rows());
        }
        assert_eq!(done["status"]["currentStepIndex"], 6);
        assert_eq!(done["status"]["stableRS"], done["status"]["currentPodHash"]);
    });
}

#[test]
fn on_a_clock_that_stands_still_the_controllers_react_and_nothing_takes_time() {
    live(0.0, async |clock, store| {
        set_green(&store);
        let waiting = wait_until(&store, |rollout| rollout["status"]["updatedReplicas"] == 1).await;
        assert_eq!(waiting["status"]["availableReplicas"], 3, "a pod needs time to start");
        for _ in 0..3 {
            clock.advance(SignedDuration::from_secs(2));
            tokio::task::yield_now().await;
        }
        let paused = wait_until(&store, |rollout| rollout["status"]["phase"] == "Paused").await;
        assert_eq!(paused["status"]["currentStepIndex"], 1);
        patch(&store, Part::Status, &json!({"status": {"abort": true}}));
        wait_until(&store, |rollout| rollout["status"]["phase"] == "Degraded").await;
        assert_eq!(clock.now().duration_since(BEGIN.parse().unwrap()), SignedDuration::from_secs(6));
    });
}

#[derive(Clone, Debug)]
enum Command {
    Image(&'static str),
    Act(&'static str),
    Wait(i64),
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        2 => prop::sample::select(vec!["blue", "green", "red"]).prop_map(Command::Image),
        5 => prop::sample::select(vec![
            "promote", "promote", "promote-full", "abort", "retry", "pause", "resume", "undo", "restart", "delete-pod",
        ])
        .prop_map(Command::Act),
        4 => prop::sample::select(vec![5_i64, 30, 90, 400, 1_500, 4_000, 32_000]).prop_map(Command::Wait),
    ]
}

/// Ready pods that are not on their way out.
fn serving(scene: &Scene) -> usize {
    let (pods, _) = scene.store.list(&PODS, Some("demo"));
    let serves = |pod: &&Arc<Value>| {
        pod.pointer("/metadata/deletionTimestamp").is_none() && pod["status"]["containerStatuses"][0]["ready"] == true
    };
    pods.iter().filter(serves).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_people_do_enough_pods_serve_and_it_ends_settled(commands in prop::collection::vec(command(), 1..14)) {
        let mut scene = scene("gradual", "gradual-rollout");
        // What a person takes away with a restart or a deletion is theirs; the update itself takes nothing.
        let taken = commands.iter().filter(|command| matches!(command, Command::Act("restart" | "delete-pod"))).count();
        for command in &commands {
            match command {
                Command::Image(tag) => scene.image(tag),
                // Undo needs an earlier revision, and it may have been forgotten.
                Command::Act("undo") if scene.store.list(&REPLICA_SETS, Some("demo")).0.len() < 2 => {}
                Command::Act("delete-pod") if serving(&scene) < 3 => {}
                Command::Act(what) => scene.act(what),
                Command::Wait(milliseconds) => {
                    let end = scene.driver.world().clock.now() + SignedDuration::from_millis(*milliseconds);
                    while scene.driver.next_due().is_some_and(|due| due <= end) {
                        scene.driver.step();
                        if taken == 0 {
                            prop_assert!(serving(&scene) >= 3, "{} pods serve", serving(&scene));
                        }
                    }
                    scene.driver.play_until(end);
                }
            }
        }
        scene.act("resume");
        scene.pass(2_000);
        if scene.status("stableRS") != scene.status("currentPodHash") {
            scene.act("promote-full");
        }
        scene.pass(60_000);
        scene.watch();
        let seen = format!("{:?}", scene.watcher.seen.last().unwrap());
        prop_assert_eq!(seen, "Healthy |  | 6 | 3/3/3/3 | 100, 100");
        let before = scene.rollout();
        scene.pass(120_000);
        prop_assert_eq!(before, scene.rollout(), "it changes although nothing happens");
    }
}
