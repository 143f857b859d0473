//! The simulator driven like a recording, and what the real controller did under the same commands, row by row.

use super::scene::{Scene, Watcher, service, text};
use serde_json::{Value, json};
use std::path::Path;

struct Event {
    at: i64,
    plural: String,
    gone: bool,
    object: Value,
}

fn recording(name: &str) -> Vec<Event> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/recordings").join(name).join("watch.ndjson.zst");
    let bytes = zstd::stream::decode_all(std::fs::File::open(file).unwrap()).unwrap();
    let read = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap();
        let kind = text(&event, "/event/type").to_owned();
        (kind != "BOOKMARK").then(|| Event {
            at: event["t_ms"].as_i64().unwrap(),
            plural: text(&event, "/resource").to_owned(),
            gone: kind == "DELETED",
            object: event["event"]["object"].clone(),
        })
    };
    let mut events: Vec<Event> = std::str::from_utf8(&bytes).unwrap().lines().filter_map(read).collect();
    // The lists at the beginning came one after another; the ReplicaSets are needed first.
    events.sort_by_key(|event| (event.at > 100, event.plural == "rollouts" && event.at < 100));
    events
}

/// What a person saw of the real rollout, and the events told about it.
fn recorded(name: &str, rollout: &str) -> (Watcher, Vec<String>) {
    let mut watcher = Watcher::of(rollout);
    let events = recording(name);
    // The tags are known from the start: an event may come before the ReplicaSet it speaks of.
    let mut told = Vec::new();
    for event in &events {
        watcher.event(&event.plural, event.gone, &event.object);
        if event.plural == "events" && text(&event.object, "/involvedObject/kind") == "Rollout" {
            told.push(format!("{} {}", text(&event.object, "/reason"), text(&event.object, "/message")));
        }
    }
    let told = told.iter().map(|message| watcher.told(message)).collect();
    (watcher, told)
}

/// The first form of an object, without what a server adds.
fn first(name: &str, plural: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let events = recording(name);
    let object = &events.iter().find(|event| event.plural == plural && wanted(&event.object)).unwrap().object;
    json!({
        "apiVersion": object["apiVersion"], "kind": object["kind"],
        "metadata": {"name": object["metadata"]["name"], "namespace": "demo", "labels": object["metadata"]["labels"]},
        "spec": object["spec"],
    })
}

/// The `AnalysisTemplate` from which a recorded run was made.
fn template_of_run(recording: &str, run: &str, name: &str) -> Value {
    let run = first(recording, "analysisruns", |one| text(one, "/metadata/name").ends_with(run));
    let mut spec = run["spec"].clone();
    for argument in spec["args"].as_array_mut().into_iter().flatten() {
        argument.as_object_mut().unwrap().remove("value");
    }
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate",
        "metadata": {"name": name, "namespace": "demo"}, "spec": spec,
    })
}

fn service_of(name: &str, app: &str) -> Value {
    let mut service = service(name);
    service["spec"]["selector"]["app"] = json!(app);
    service
}

fn series(name: &str, value: f64) -> Value {
    json!({"do": "series", "match": format!("job=\"{name}\""), "value": value})
}

/// Where the simulated controller shows something else than the recorded one, and why that is no fault.
struct Differs {
    theirs: &'static [&'static str],
    ours: &'static [&'static str],
    why: &'static str,
}

/// Without what chance decides: how many of several new pods were counted in one look. Between rows that differ in
/// nothing but ready and available pods, only those with the fewest and with as many as the next one has are left.
fn settled(rows: &[String]) -> Vec<String> {
    let parse = |row: &String| {
        let parts: Vec<&str> = row.split(" | ").collect();
        let at = parts.iter().position(|part| part.matches('/').count() == 3).unwrap();
        let counts: Vec<&str> = parts[at].split(['/', ' ']).collect();
        let available: i64 = counts[3].parse().unwrap();
        let mut rest: Vec<String> = parts[..parts.len() - 1].iter().map(|part| (*part).to_owned()).collect();
        rest[at] = format!("{}/{} {}", counts[0], counts[1], counts[4..].join(" "));
        (rest, available)
    };
    let parsed: Vec<_> = rows.iter().map(parse).collect();
    let mut left: Vec<String> = Vec::new();
    let mut begin = 0;
    while begin < rows.len() {
        let end = (begin..rows.len()).find(|at| parsed[*at].0 != parsed[begin].0).unwrap_or(rows.len());
        let fewest = parsed[begin..end].iter().map(|row| row.1).min();
        let next = parsed.get(end).or(parsed.last()).map(|row| row.1);
        let stays = |at: &usize| [fewest, next].contains(&Some(parsed[*at].1));
        left.extend((begin..end).filter(stays).map(|at| rows[at].clone()));
        begin = end;
    }
    left
}

/// Compares what was seen with a recording: rows, sizes of every version, events.
fn hold_against(scene: &Scene, name: &str, differs: &[Differs]) {
    let (real, told) = recorded(name, &scene.watcher.rollout);
    let mut rows = settled(&real.rows);
    assert!(rows.len() > 40, "{name}: the recording is not there");
    for Differs { theirs, ours, why } in differs {
        let at = rows.windows(theirs.len()).position(|window| window == *theirs);
        let at = at.unwrap_or_else(|| panic!("never seen: {theirs:#?} ({why})\n{rows:#?}"));
        rows.splice(at..at + theirs.len(), ours.iter().map(|row| (*row).to_owned()));
    }
    let seen = settled(&scene.watcher.rows);
    for (at, (ours, theirs)) in seen.iter().zip(&rows).enumerate() {
        assert_eq!(ours, theirs, "row {at} of {name}, after {:#?}", &rows[at.saturating_sub(3)..at]);
    }
    assert_eq!(seen.len(), rows.len(), "{name}: {:#?}", &seen[rows.len().min(seen.len())..]);
    assert_eq!(scene.watcher.sizes, real.sizes, "{name}: sizes and deadlines of the versions");
    let ours = scene.events();
    let missing: Vec<&String> = told.iter().filter(|message| !ours.contains(message)).collect();
    // The ingress of the recording's router is not simulated; how fast an Experiment sees its run is chance; and the
    // first revision of `steps` came before the recording, by way of an invalid spec.
    let apart = [
        "CanaryIngress",
        "AnalysisRun 'compare'",
        "RolloutNotCompleted Rollout not completed, started update to revision 1 ",
    ];
    let missing: Vec<_> =
        missing.into_iter().filter(|message| !apart.iter().any(|part| message.contains(part))).collect();
    assert_eq!(missing, [] as [&String; 0], "{name}: not told; {ours:#?}");
}

#[test]
fn a_blue_green_rollout_shows_the_same_rows_as_the_recorded_controller() {
    let name = "bluegreen-demo";
    let mut scene = Scene::empty(name, 7);
    scene.deed(series("bg-pre", 0.98));
    scene.deed(series("bg-post", 0.99));
    let manifests = [
        first("bluegreen", "rollouts", |_| true),
        service_of(name, name),
        service_of("bluegreen-demo-preview", name),
        template_of_run("bluegreen", "-pre", "bg-pre"),
        template_of_run("bluegreen", "-post", "bg-post"),
    ];
    for (at, manifest) in [1_858, 1_890, 1_920, 1_950, 1_951].into_iter().zip(&manifests) {
        scene.until(at);
        scene.apply(manifest);
    }
    let image = |tag: &str| json!({"do": "set-image", "image": format!(":{tag}")});
    for (at, deed) in [
        (4_921, image("green")),
        (11_225, json!({"do": "promote"})),
        (33_668, series("bg-pre", 0.5)),
        (33_930, image("red")),
        (39_553, series("bg-pre", 0.98)),
        (39_652, json!({"do": "retry"})),
        (43_957, image("purple")),
        (50_482, series("bg-post", 0.3)),
        (50_640, json!({"do": "promote"})),
        (55_079, series("bg-post", 0.99)),
        (55_218, json!({"do": "undo"})),
        (58_699, image("orange")),
        (65_232, json!({"do": "promote-full"})),
    ] {
        scene.until(at);
        scene.deed(deed);
    }
    scene.until(72_022);
    hold_against(&scene, "bluegreen", &[]);
}

#[test]
fn a_canary_under_traffic_routing_shows_the_same_rows_as_the_recorded_controller() {
    let name = "steps-demo";
    let mut scene = Scene::empty(name, 7);
    scene.deed(series("steps", 0.99));
    scene.deed(json!({"do": "series", "match": "job=latency", "value": 0.5}));
    for manifest in [
        service_of("steps-demo-stable", name),
        service_of("steps-demo-canary", name),
        template_of_run("steps", "-compare", "steps-check"),
        first("steps", "rollouts", |_| true),
    ] {
        scene.apply(&manifest);
    }
    scene.pass(6_000);
    scene.begins();
    for (at, deed) in [
        (2_008, json!({"do": "set-image", "image": ":green"})),
        (29_170, json!({"do": "scale", "replicas": 7})),
        (33_472, json!({"do": "promote"})),
        (43_385, series("steps", 0.5)),
        (43_470, json!({"do": "set-image", "image": ":red"})),
        (51_742, series("steps", 0.99)),
        (51_874, json!({"do": "retry"})),
        (68_559, series("steps", 0.1)),
    ] {
        scene.until(at);
        scene.deed(deed);
    }
    scene.until(78_746);
    hold_against(&scene, "steps", &[]);
}
