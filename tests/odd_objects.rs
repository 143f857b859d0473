//! Objects as old and as future controllers write them, and as nobody should: whatever is missing, added or odd at any
//! depth, everything is told, nothing panics, and nothing is called healthy that is not.

#![expect(clippy::unwrap_used, reason = "a test may end at once, with the place where it did")]

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index;
use rolltop::argo::picture::{Picture, Waits};
use rolltop::argo::rollout::Rollout;
use rolltop::argo::texts::Texts;
use rolltop::argo::{forecast, phase, settings, steps, why};
use rolltop::report::playback::{self, Moment};
use rolltop::report::recording::{self, Recording};
use rolltop::report::rollout::{Seen, report};
use rolltop::report::text;
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

/// Recordings, and moments in them at which much is there.
const MOMENTS: [(&str, u64); 6] = [
    ("steps/watch.ndjson.zst", 7_776),
    ("steps/watch.ndjson.zst", 51_517),
    ("steps/watch.ndjson.zst", 69_565),
    ("bluegreen/watch.ndjson.zst", 15_242),
    ("canary-demo/watch.ndjson.zst", 30_000),
    ("gradual/watch.ndjson.gz", 75_500),
];

fn recorded(file: &str) -> Recording {
    recording::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/recordings").join(file)).unwrap()
}

/// A time, and all objects then, by plural.
type Then = (Timestamp, Vec<(String, Value)>);

/// All objects at each of the moments.
fn moments() -> &'static [Then] {
    static MADE: OnceLock<Vec<Then>> = OnceLock::new();
    MADE.get_or_init(|| {
        let moment = |(file, t_ms): &(&str, u64)| {
            let recording = recorded(file);
            let mut there: BTreeMap<(String, String), Value> = BTreeMap::new();
            for line in recording.lines.iter().take_while(|line| line.t_ms <= *t_ms) {
                let recording::Entry::Event { resource, kind, object } = &line.entry else { continue };
                let Some(name) = object.pointer("/metadata/name").and_then(Value::as_str) else { continue };
                let key = (resource.clone(), name.to_owned());
                if kind == "DELETED" {
                    there.remove(&key)
                } else {
                    there.insert(key, object.clone())
                };
            }
            let watched = ["rollouts", "replicasets", "pods", "analysisruns", "experiments", "events"];
            there.retain(|(resource, _), _| watched.contains(&&**resource));
            let start = playback::started_at(&recording).unwrap();
            let now = start + SignedDuration::from_millis(i64::try_from(*t_ms).unwrap());
            (now, there.into_iter().map(|((resource, _), object)| (resource, object)).collect())
        };
        MOMENTS.iter().map(moment).collect()
    })
}

/// The objects as a recording, so that they come in as everything does.
fn moment_of(objects: &[(String, Value)]) -> Moment {
    let lines: Vec<String> = objects
        .iter()
        .map(|(resource, object)| {
            json!({"t_ms": 1, "resource": resource, "event": {"type": "ADDED", "object": object}}).to_string()
        })
        .collect();
    Moment::at(&recording::parse(lines.join("\n").as_bytes()).unwrap(), 1)
}

/// Tells everything there is to tell of a rollout.
fn tell(rollout: &Rollout, picture: &Picture, now: Timestamp) -> String {
    let seen = Seen { channel: "", cluster: "", observed_at: now, stale: false };
    let mut told = serde_json::to_string(&report(rollout, picture, &seen)).unwrap();
    told.push_str(&text::rollout(text::Row { seen: &seen, rollout, picture }, "promote"));
    let sentence = forecast::next_sentence(rollout, picture, now, "p");
    assert!(!sentence.is_empty());
    told.push_str(&sentence);
    for step in rollout.spec.steps() {
        told.push_str(&steps::step_words(step, rollout.max_weight()));
        told.extend(steps::details(step, rollout.max_weight()));
    }
    told.extend(why::lines(rollout, picture, now));
    told.extend(settings::of(rollout).into_iter().map(|(_, value)| value));
    let _ = (why::times(picture), forecast::ahead(rollout, picture, now));
    told
}

/// Whether the object itself, read without this program's types, says something that forbids calling it healthy.
fn speaks_against_health(object: &Value) -> Option<&'static str> {
    let status = |key: &str| object.pointer(&format!("/status/{key}")).unwrap_or(&Value::Null);
    let empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    let generation = object.pointer("/metadata/generation").and_then(Value::as_i64).unwrap_or(0);
    if number(status("observedGeneration")).is_some_and(|observed| observed < generation) {
        return Some("the spec is newer");
    }
    if status("controllerPause") == &json!(true) && empty(status("pauseConditions")) {
        return Some("it is being unpaused");
    }
    match status("phase") {
        Value::Null => {}
        Value::String(word) if word.is_empty() => {}
        Value::String(word) => return (word != "Healthy").then_some("the stored phase"),
        _ => return Some("the phase is no text"),
    }
    if object.pointer("/spec/paused") == Some(&json!(true)) {
        return Some("it is paused by hand");
    }
    if !empty(status("pauseConditions")) {
        return Some("it is paused");
    }
    let desired = object.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1);
    if status("updatedReplicas").as_i64().unwrap_or(0) < desired {
        return Some("pods are missing");
    }
    let hash = |key: &str| status(key).as_str().unwrap_or_default().to_owned();
    if hash("stableRS") != hash("currentPodHash") || hash("stableRS").is_empty() {
        return Some("it is not promoted");
    }
    None
}

/// Paths to every value.
fn paths(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| paths(value, &format!("{at}/{}", escaped(key)), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| paths(value, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

/// What is done to a value.
#[derive(Clone, Debug)]
enum Deed {
    Drop,
    Put(Value),
    Add(Value),
}

fn deed() -> impl Strategy<Value = Deed> {
    let odd = prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(0.5),
        json!(""),
        json!("x"),
        json!("Healthy"),
        json!("99999999999"),
        json!([]),
        json!([null]),
        json!([{}]),
        json!({}),
        json!({"x": {}}),
        json!("9999-12-30T00:00:00Z"),
        json!("-009999-01-02T01:59:59Z"),
        json!("{{args.x}}"),
    ]);
    prop_oneof![3 => Just(Deed::Drop), 2 => odd.clone().prop_map(Deed::Put), 2 => odd.prop_map(Deed::Add)]
}

/// Does it at a path below metadata, spec or status, so that the object can still be found by its name.
fn change(object: &mut Value, index: Index, deed: &Deed) {
    let mut found = Vec::new();
    paths(object, "", &mut found);
    let keep = ["", "/metadata", "/metadata/name", "/metadata/namespace", "/metadata/uid"];
    found.retain(|path| !keep.contains(&&**path));
    let path = &found[index.index(found.len())];
    match deed {
        Deed::Put(value) => *object.pointer_mut(path).unwrap() = value.clone(),
        Deed::Add(value) => {
            if let Some(fields) = object.pointer_mut(path).and_then(Value::as_object_mut) {
                fields.insert("ofTheFuture".into(), value.clone());
            }
        }
        Deed::Drop => {
            let (parent, key) = path.rsplit_once('/').unwrap();
            match object.pointer_mut(parent).unwrap() {
                Value::Object(fields) => {
                    fields.remove(&key.replace("~1", "/").replace("~0", "~"));
                }
                Value::Array(items) => {
                    items.remove(key.parse().unwrap());
                }
                _ => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn whatever_is_missing_added_or_odd_everything_is_told_and_nothing_is_falsely_healthy(
        which in any::<Index>(), changes in prop::collection::vec((any::<Index>(), any::<Index>(), deed()), 1..6)
    ) {
        let (now, objects) = &moments()[which.index(MOMENTS.len())];
        let mut objects = objects.clone();
        for (object, place, deed) in &changes {
            let at = object.index(objects.len());
            change(&mut objects[at].1, *place, deed);
        }
        let moment = moment_of(&objects);
        for (_, raw) in objects.iter().filter(|(resource, _)| resource == "rollouts") {
            let name = raw.pointer("/metadata/name").and_then(Value::as_str).unwrap();
            let rollout = moment.named(name, None)[0];
            let picture = moment.picture(rollout, *now);
            let told = tell(rollout, &picture, *now);
            prop_assert!(told.bytes().all(|byte| byte != 0x1b));
            prop_assert!(rollout.unreadable.is_none() || (picture.waits == Waits::Unknown && picture.phase.as_str().is_empty()));
            if picture.phase.as_str() == "Healthy" {
                prop_assert_eq!(speaks_against_health(raw), None, "{}", raw);
            }
        }
        // Runs and experiments never go missing: one that cannot be read says so.
        for (plural, there) in [("analysisruns", moment.analysis_runs().len()), ("experiments", moment.experiments().len())] {
            prop_assert_eq!(there, objects.iter().filter(|(resource, _)| resource == plural).count());
        }
    }
}

/// Fields that controllers before a version did not write, in all kinds.
const NEWER: [(&str, &[&str]); 5] = [
    ("before 1.8", &["consecutiveSuccess", "consecutiveSuccessLimit", "stepPluginStatuses"]),
    ("before 1.7", &["completedAt", "maxTrafficWeight"]),
    (
        "before 1.3",
        &["dryRun", "dryRunSummary", "measurementRetention", "managedRoutes", "metadata.ResolvedPrometheusQuery"],
    ),
    ("before 1.1", &["weights", "abortScaleDownDelaySeconds", "dynamicStableScale"]),
    ("before 1.0", &["phase", "message", "workloadObservedGeneration", "HPAReplicas"]),
];

/// Takes fields out at any depth below `status` and `spec`; of a phase only that of the rollout.
fn without(value: &mut Value, keys: &[&str], rollout: bool) {
    let only_top = ["phase", "message"];
    for part in ["spec", "status"] {
        if let Some(fields) = value.get_mut(part).and_then(Value::as_object_mut) {
            fields.retain(|key, _| !keys.contains(&&**key) || (only_top.contains(&&**key) && !rollout));
            let deep: Vec<&str> = keys.iter().copied().filter(|key| !only_top.contains(key)).collect();
            fields.values_mut().for_each(|value| drop_deep(value, &deep));
        }
    }
}

fn drop_deep(value: &mut Value, keys: &[&str]) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, _| !keys.contains(&&**key));
            fields.values_mut().for_each(|value| drop_deep(value, keys));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| drop_deep(value, keys)),
        _ => {}
    }
}

#[test]
fn objects_of_older_controllers_read_alike() {
    for (now, objects) in moments() {
        let mut objects = objects.clone();
        for (version, keys) in NEWER {
            let before = moment_of(&objects);
            for (resource, object) in &mut objects {
                without(object, keys, resource == "rollouts");
            }
            let after = moment_of(&objects);
            for rollout in after.rollouts() {
                assert_eq!(rollout.unreadable, None, "{version}");
                let (old, new) =
                    (after.picture(rollout, *now), before.picture(before.named(&rollout.meta.name, None)[0], *now));
                assert!(!tell(rollout, &old, *now).is_empty());
                assert_eq!((&old.phase, &old.message), (&new.phase, &new.message), "{version}");
                assert_eq!((&old.images, &old.step), (&new.images, &new.step), "{version}");
                assert_eq!(old.weights.map(|weights| weights.set), new.weights.map(|weights| weights.set), "{version}");
            }
            let runs = after.analysis_runs();
            assert!(runs.iter().all(|run| run.unreadable.is_none()), "{version}");
        }
    }
}

#[test]
fn a_phase_that_is_not_stored_is_reckoned_as_the_controller_does() {
    let (mut compared, mut crossed) = (0, 0);
    for file in [
        "steps/watch.ndjson.zst",
        "bluegreen/watch.ndjson.zst",
        "canary-demo/watch.ndjson.zst",
        "gradual/watch.ndjson.gz",
    ] {
        for line in &recorded(file).lines {
            let recording::Entry::Event { resource, object, .. } = &line.entry else { continue };
            let stored = Rollout::decode(object);
            if resource != "rollouts" || stored.status.phase.is_none() || phase::lag(&stored).is_some() {
                continue;
            }
            let mut older = stored.clone();
            (older.status.phase, older.status.message) = (None, None);
            // Two writes of the controller that cross leave the phase of one with the message of the other for a moment.
            let (stored_phase, message) = phase::of(&stored);
            let pause = stored.status.pause_conditions.first().map(|pause| pause.reason.to_string());
            if stored_phase.as_str() == "Progressing" && pause == Some(message) {
                crossed += 1;
                continue;
            }
            assert_eq!(phase::of(&older), phase::of(&stored), "{file} line {}", line.number);
            compared += 1;
        }
    }
    assert!(compared > 200 && crossed < 5, "{compared} {crossed}");
}

#[test]
fn a_run_or_an_experiment_that_cannot_be_read_stays_and_says_so() {
    let (now, objects) = &moments()[0];
    let mut objects = objects.clone();
    for (resource, object) in &mut objects {
        if matches!(&**resource, "analysisruns" | "experiments") {
            object["status"] = json!({"phase": {"of": "the future"}});
        }
    }
    let moment = moment_of(&objects);
    let rollout = moment.named("steps-demo", None)[0];
    let picture = moment.picture(rollout, *now);
    let told = tell(rollout, &picture, *now);
    assert!(told.contains("Experiment steps-demo-77496c8974-2-1 cannot be read: status: "), "{told}");
    assert!(told.contains("AnalysisRun steps-demo-77496c8974-2-1-compare cannot be read: status: "), "{told}");
}

#[test]
fn a_huge_rollout_is_told_with_bounded_work() {
    let owner = |uid: &str| json!([{"uid": uid, "kind": "x", "name": "x", "controller": true}]);
    let long = "a".repeat(300);
    let mega = "x".repeat(1 << 20);
    let step = |at: usize| match at % 4 {
        0 => json!({"setWeight": at % 100}),
        1 => json!({"pause": {"duration": "30s"}}),
        2 => json!({"setCanaryScale": {"replicas": 3}}),
        _ => json!({"experiment": {"templates": [{"name": "t", "specRef": "canary"}]}}),
    };
    let rollout = json!({"metadata": {"name": long, "namespace": "demo", "uid": "r", "annotations": {"big": mega}},
        "spec": {"replicas": 500, "strategy": {"canary": {"steps": (0..200).map(step).collect::<Vec<_>>()}}},
        "status": {"phase": "Progressing", "currentStepIndex": 100, "currentPodHash": "b", "stableRS": "a", "message": mega,
            "canary": {"currentBackgroundAnalysisRunStatus": {"name": "run", "status": "Running"}}}});
    let mut objects = vec![("rollouts".to_owned(), rollout)];
    for set in 0..2 {
        let name = format!("set-{set}");
        objects.push((
            "replicasets".to_owned(),
            json!({"metadata": {"name": name, "namespace": "demo", "uid": name,
            "ownerReferences": owner("r"), "labels": {"rollouts-pod-template-hash": if set == 0 { "a" } else { "b" }}},
            "spec": {"replicas": 250}, "status": {"replicas": 250}}),
        ));
        objects.extend((0..250).map(|pod| {
            let meta = json!({"name": format!("pod-{set}-{pod}"), "namespace": "demo", "ownerReferences": owner(&name), "annotations": {"big": long}});
            ("pods".to_owned(), json!({"metadata": meta, "spec": {"containers": [{}]}, "status": {"phase": "Pending"}}))
        }));
    }
    let metrics: Vec<Value> = (0..50).map(|at| json!({"name": format!("m{at}"), "interval": "10s", "provider": {"prometheus": {"query": "{{args.a}}".repeat(100)}}})).collect();
    let results: Vec<Value> = (0..50)
        .map(|at| json!({"name": format!("m{at}"), "failed": at, "measurements": vec![json!({"value": "[1]"}); 10]}))
        .collect();
    objects.push(("analysisruns".to_owned(), json!({"metadata": {"name": "run", "namespace": "demo", "uid": "run", "ownerReferences": owner("r")},
        "spec": {"metrics": metrics, "args": [{"name": "a", "value": long}]}, "status": {"phase": "Running", "metricResults": results}})));
    let moment = moment_of(&objects);
    let rollout = moment.named(&long, None)[0];
    // What is kept of an object is what is shown of it.
    assert!(rollout.meta.annotations.is_empty());
    let visited = Cell::new((0_usize, 0_usize));
    let count = |text: &str| {
        let (texts, bytes) = visited.get();
        visited.set((texts + 1, bytes + text.len()));
        None
    };
    Rollout::clone(rollout).each_text(&count);
    moment.pods().iter().for_each(|pod| pod.as_ref().clone().each_text(&count));
    let (texts, bytes) = visited.get();
    // One message of a megabyte, and little else.
    assert!(texts < 20_000 && bytes < (1 << 20) + 400_000, "{texts} texts, {bytes} bytes");
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let picture = moment.picture(rollout, now);
    let pods: usize = picture.revisions[0].replica_sets.iter().map(|set| set.pods.len()).sum();
    assert_eq!((pods, picture.revisions[0].analysis_runs[0].metrics.len()), (500, 50));
    let told = tell(rollout, &picture, now);
    assert!(told.len() < 8 << 20, "{}", told.len());
    let decisive = rolltop::argo::runs::words::decisive(&picture.revisions[0].analysis_runs[0]).unwrap();
    assert_eq!(&*decisive.name, "m49");
}
