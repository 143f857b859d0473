//! The simulator driven like a recording, and what the real controller did under the same commands.

use super::scene::{Scene, text};
use serde_json::{Value, json};
use std::path::Path;

/// The events of a recording: milliseconds, resource, object.
fn recording(name: &str) -> Vec<(i64, String, Value)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/recordings").join(name).join("watch.ndjson.zst");
    let bytes = zstd::stream::decode_all(std::fs::File::open(file).unwrap()).unwrap();
    let lines = std::str::from_utf8(&bytes).unwrap().lines();
    let events = lines.filter_map(|line| {
        let event: Value = serde_json::from_str(line).unwrap();
        let known = matches!(text(&event, "/event/type"), "ADDED" | "MODIFIED");
        known.then(|| {
            (event["t_ms"].as_i64().unwrap(), text(&event, "/resource").to_owned(), event["event"]["object"].clone())
        })
    });
    events.collect()
}

/// The rows of these sorts that the real controller's objects give.
fn recorded(name: &str, rollout: &str, sorts: &[&str], until: i64) -> Vec<String> {
    let mut scene = Scene::new(&[]);
    rollout.clone_into(&mut scene.rollout);
    let mut events = recording(name);
    // The Rollout of the first list is there before anything happens.
    events.retain(|(at, _, _)| *at <= until);
    for (_, plural, object) in &events {
        scene.event(plural, object);
    }
    scene.take(sorts)
}

/// The first form of an object in a recording, without what a server adds.
fn first(name: &str, plural: &str) -> Value {
    let events = recording(name);
    let (_, _, object) = events.iter().find(|(_, resource, _)| resource == plural).unwrap();
    json!({
        "apiVersion": object["apiVersion"], "kind": object["kind"],
        "metadata": {"name": object["metadata"]["name"], "namespace": "demo", "labels": object["metadata"]["labels"]},
        "spec": object["spec"],
    })
}

fn service(name: &str, app: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "demo"},
        "spec": {"ports": [{"port": 80}], "selector": {"app": app}},
    })
}

/// The `AnalysisTemplate` from which the first recorded run with such a name was made.
fn template_of_run(name: &str, part: &str, template: &str) -> Value {
    let events = recording(name);
    let made = |(_, resource, run): &&(i64, String, Value)| {
        resource == "analysisruns" && text(run, "/metadata/name").contains(part)
    };
    let mut spec = events.iter().find(made).unwrap().2["spec"].clone();
    for argument in spec["args"].as_array_mut().into_iter().flatten() {
        argument.as_object_mut().unwrap().remove("value");
    }
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate",
        "metadata": {"name": template, "namespace": "demo"}, "spec": spec,
    })
}

#[test]
fn the_background_analysis_of_a_canary_with_timers_goes_as_the_recorded_one() {
    let rollout = first("canary-demo", "rollouts");
    let template = template_of_run("canary-demo", "", "success-rate");
    let mut scene = Scene::new(&[
        service("canary-demo-preview", "canary-demo"),
        service("canary-demo", "canary-demo"),
        template,
        rollout,
    ]);
    scene.begin_now();
    for (at, deed) in [
        (1_612, json!({"do": "set-image", "image": ":yellow"})),
        (9_851, json!({"do": "pause"})),
        (14_227, json!({"do": "patch-status", "patch": {"pauseConditions": null}})),
        (14_250, json!({"do": "resume"})),
        (68_880, json!({"do": "restart"})),
        (103_264, json!({"do": "set-image", "image": ":purple"})),
        (107_792, json!({"do": "promote"})),
        (111_452, json!({"do": "promote-full"})),
    ] {
        scene.until(at);
        let mut deed = deed;
        deed["rollout"] = json!("canary-demo");
        scene.deed(deed);
    }
    scene.until(117_567);
    let seen = scene.take(&["rollout", "run"]);
    let runs = |rows: &[String]| rows.iter().filter(|row| row.starts_with("run")).cloned().collect::<Vec<_>>();
    let real = recorded("canary-demo", "canary-demo", &["rollout", "run"], i64::MAX);
    assert_eq!(runs(&seen), runs(&real));
    // What the rollout says of its run, whatever else it says in between.
    assert_eq!(backgrounds(&seen), backgrounds(&real));
}

fn backgrounds(rows: &[String]) -> Vec<String> {
    let mut told: Vec<String> = rows
        .iter()
        .filter(|row| row.starts_with("rollout"))
        .map(|row| row.split(" | ").nth(1).map(|_| row.rsplit('|').next().unwrap().trim().to_owned()).unwrap())
        .collect();
    told.dedup();
    told
}

#[test]
fn experiments_and_inline_analyses_go_as_the_recorded_ones() {
    let mut scene = Scene::new(&[
        service("steps-demo-canary", "steps-demo"),
        service("steps-demo-stable", "steps-demo"),
        template_of_run("steps", "", "steps-check"),
        first("steps", "rollouts"),
    ]);
    scene.begin_now();
    scene.series(&json!({"match": "job=steps", "value": 0.99}));
    scene.series(&json!({"match": "job=latency", "value": 0.5}));
    let series = |value: f64| json!({"do": "series", "match": "job=steps", "value": value});
    for (at, deed) in [
        (1_847, json!({"do": "set-image", "image": ":green"})),
        (29_037, json!({"do": "scale", "replicas": 7})),
        (33_377, json!({"do": "promote"})),
        (43_385, series(0.5)),
        (43_388, json!({"do": "set-image", "image": ":red"})),
        (51_742, series(0.99)),
        (51_747, json!({"do": "retry"})),
        // The pods of step 5 take a little longer here: still between the first two measurements.
        (69_600, series(0.1)),
    ] {
        scene.until(at);
        let mut deed = deed;
        if deed["do"] != "series" {
            deed["rollout"] = json!("steps-demo");
        }
        scene.deed(deed);
    }
    scene.until(78_746);
    let all = ["rollout", "run", "experiment"];
    let (seen, real) = (scene.take(&all), recorded("steps", "steps-demo", &all, i64::MAX));
    for sort in ["run", "experiment"] {
        let of = |rows: &[String]| {
            let rows = rows.iter().filter(|row| row.starts_with(sort));
            let mut rows: Vec<String> =
                if sort == "run" { rows.cloned().collect() } else { rows.map(|row| settled(row)).collect() };
            // Whether an Experiment looks while its run has begun is a race: one of the three recorded ones did.
            rows.retain(|row| sort == "run" || !row.contains("-compare Running "));
            rows.dedup();
            rows
        };
        let (ours, theirs) = (of(&seen), of(&real));
        for (at, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            assert_eq!(ours, theirs, "row {at}");
        }
        assert_eq!(ours.len(), theirs.len());
    }
    assert_eq!(backgrounds(&seen), backgrounds(&real));
}

/// A row of an Experiment without what chance decides: which of its pods starts first, and when they are counted.
fn settled(row: &str) -> String {
    let mut parts: Vec<String> = row.split(" | ").map(str::to_owned).collect();
    let is_template = |part: &String| part.starts_with("baseline") || part.starts_with("candidate");
    let mut templates: Vec<String> =
        parts.iter().filter(|part| is_template(part)).map(|part| part.split(' ').nth(1).unwrap().to_owned()).collect();
    templates.sort();
    parts.retain(|part| !is_template(part));
    parts.insert(1, templates.join(" "));
    parts.join(" | ")
}

#[test]
fn the_analyses_before_and_after_a_blue_green_switch_go_as_the_recorded_ones() {
    let mut scene = Scene::new(&[
        service("bluegreen-demo", "bluegreen-demo"),
        service("bluegreen-demo-preview", "bluegreen-demo"),
        template_of_run("bluegreen", "-pre", "bg-pre"),
        template_of_run("bluegreen", "-post", "bg-post"),
        first("bluegreen", "rollouts"),
    ]);
    let series = |job: &str, value: f64| json!({"do": "series", "match": format!("job={job}"), "value": value});
    scene.deed(series("bg-pre", 0.98));
    scene.deed(series("bg-post", 0.99));
    // The recording begins with the first version; here it is up.
    let image = |tag: &str| json!({"do": "set-image", "image": format!(":{tag}")});
    scene.until(6_000);
    scene.begin_now();
    for (at, deed) in [
        (4_843, image("green")),
        (11_145, json!({"do": "promote"})),
        (33_668, series("bg-pre", 0.5)),
        (33_683, image("red")),
        (39_553, series("bg-pre", 0.98)),
        // On the old run: the retry aborts again at once.
        (39_559, json!({"do": "retry"})),
        (43_879, image("purple")),
        (50_482, series("bg-post", 0.3)),
        (50_490, json!({"do": "promote"})),
        (55_079, series("bg-post", 0.99)),
        (55_082, json!({"do": "undo"})),
        (58_606, image("orange")),
        (65_113, json!({"do": "promote-full"})),
    ] {
        scene.until(at);
        let mut deed = deed;
        if deed["do"] != "series" {
            deed["rollout"] = json!("bluegreen-demo");
        }
        scene.deed(deed);
    }
    scene.until(72_022);
    let all = ["rollout", "run"];
    let (seen, real) = (scene.take(&all), recorded("bluegreen", "bluegreen-demo", &all, i64::MAX));
    let runs = |rows: &[String]| rows.iter().filter(|row| row.starts_with("run")).cloned().collect::<Vec<_>>();
    assert_eq!(runs(&seen), runs(&real));
    assert_eq!(backgrounds(&seen), backgrounds(&real));
}
