//! The screens: how quickly a key's frame comes where much happens or much is there, what is written meanwhile, and
//! whether memory stays flat.

use crate::pty::Session;
use crate::served::{Served, complete, count as so_far, cursor, held, processor, share};
use crate::{Table, row};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

const AIM: &str = "< 16 ms";
const JSON: &str = "application/json";
const MERGE: &str = "application/merge-patch+json";

/// Types keys one after the other, and waits each time until what it is to change has changed; milliseconds.
fn times<'a>(
    session: &mut Session,
    keys: impl IntoIterator<Item = &'a str>,
    pause: Duration,
    of: impl Fn(&str) -> String,
) -> Vec<f64> {
    let mut times = Vec::new();
    for key in keys {
        let before = of(&session.screen());
        let began = Instant::now();
        session.send(key);
        session.until(&format!("what {key:?} changes"), |text| of(text) != before);
        times.push(began.elapsed().as_secs_f64() * 1e3);
        session.pauses_for(pause);
    }
    times
}

fn tell(what: &str, times: Vec<f64>) {
    let (half, most) = (share(times.clone(), 0.5), share(times, 0.99));
    row(&format!("{what}, p50 · p99"), &format!("{half:.1} · {most:.1} ms"), AIM);
}

/// A screen without its first line, where the clock is.
fn body(text: &str) -> String {
    text.lines().skip(1).collect::<Vec<_>>().join("\n")
}

fn short() -> Duration {
    Duration::from_millis(20)
}

fn wanted(session: &mut Session, name: &str) {
    session.send(&format!("/{name}\r"));
    session.until("the service", |text| text.lines().any(|line| line.starts_with('›') && line.contains(name)));
}

/// Three pods that write 5,000 lines a second together.
pub fn logs(table: &Table) {
    let served = Served::start("logs", &[]);
    let mut session = served.screen().start();
    session.until("the services", |text| text.contains("6 services") && text.contains("✓ live"));
    wanted(&mut session, "firehose");
    session.send("\r");
    session.until("the page", |text| text.contains("3/3 ready"));
    session.send("l");
    session.until("the full buffer", |text| text.contains("buffer 5,000 of 5,000"));
    let state = |text: &str| if text.contains("held") { "held" } else { "follows" }.to_owned();
    let minute = Duration::from_secs(if table.short { 5 } else { 60 });
    let (bytes, used) = (so_far(&session), processor(&session));
    session.pauses_for(minute);
    let rate = (so_far(&session) - bytes) as f64 / minute.as_secs_f64();
    let busy = (processor(&session) - used) / minute.as_secs_f64() * 100.0;
    let first = held(&session);
    session.pauses_for(minute);
    let second = held(&session);
    let dropped = session.screen().lines().find_map(|line| {
        let rest = &line[line.find("dropped ")? + 8..];
        rest.split(' ').next().map(str::to_owned)
    });
    let seconds = minute.as_secs();
    row("logs, 5,100 lines/s of three pods: written", &format!("{:.1} kB/s", rate / 1e3), "–");
    row("logs: processor", &format!("{busy:.0} %"), "–");
    let memory = format!("{first:.1} MB, {second:.1} MB");
    row(&format!("logs: memory after {seconds} s, {} s", 2 * seconds), &memory, "flat");
    row("logs: lines dropped", &dropped.unwrap_or_else(|| "0".to_owned()), "0");
    let turns = if table.short { 20 } else { 150 };
    let keys = ["f"].into_iter().cycle().take(2 * turns);
    tell("logs: key to frame, follow and hold", times(&mut session, keys, short(), state));
    // All lines: two neighbours may look the same.
    let lines = |text: &str| text.lines().filter(|line| line.contains('│')).collect::<Vec<_>>().join("\n");
    // At this rate what is held leaves the buffer after a second, and its cursor with it: a few keys, then held anew.
    let mut scrolled = Vec::new();
    while scrolled.len() < turns {
        while state(&session.screen()) == "held" {
            times(&mut session, ["f"], short(), state);
        }
        times(&mut session, ["f"], Duration::ZERO, state);
        scrolled.extend(times(&mut session, ["k", "k", "k", "j", "k", "k"], Duration::from_millis(5), lines));
    }
    tell("logs: key to frame, scrolling", scrolled);
}

/// The page of the made rollout, once it shows this and is at rest.
fn at_page(served: &Served, name: &str, shows: &str) -> Session {
    let mut session = served.screen().start();
    complete(&session, 1);
    wanted(&mut session, name);
    session.send("\r");
    session.until("the page", |text| text.contains(shows));
    session.rests_for(Duration::from_secs(2));
    session
}

/// The made rollout: its namespace, its name, and the object.
fn made(served: &Served) -> (String, String, Value) {
    let list = served.list("/apis/argoproj.io/v1alpha1/rollouts");
    let mut items = list["items"].as_array().expect("items").iter();
    let made = items.find(|item| item["metadata"]["namespace"] != "demo").expect("the made one").clone();
    let text = |name: &str| made["metadata"][name].as_str().expect("a name").to_owned();
    (text("namespace"), text("name"), made)
}

/// A page with 500 pods.
pub fn pods(table: &Table) {
    let served = Served::start("quiet", &["--load", "1"]);
    let (namespace, name, _) = made(&served);
    let path = format!("/api/v1/namespaces/{namespace}/pods");
    let sets = served.list(&format!("/apis/apps/v1/namespaces/{namespace}/replicasets"));
    let set = sets["items"][0]["metadata"]["name"].as_str().expect("a ReplicaSet").to_owned();
    let mut pod = served.list(&path)["items"][0].clone();
    (pod["apiVersion"], pod["kind"]) = (json!("v1"), json!("Pod"));
    let count = if table.short { 50 } else { 500 };
    for number in 3..count {
        let fields = pod.as_object_mut().expect("a pod");
        let meta = fields["metadata"].as_object_mut().expect("its metadata");
        for field in ["uid", "resourceVersion", "creationTimestamp", "managedFields"] {
            meta.remove(field);
        }
        meta.insert("name".to_owned(), json!(format!("{set}-{number:05}")));
        served.raw("POST", &path, JSON, &pod.to_string());
    }
    let mut session = at_page(&served, &name, "revisions");
    let what = format!("page with {count} pods");
    let turns = if table.short { 20 } else { 150 };
    let (_, first) = opens(&mut session, "\t", "\t");
    tell(&format!("{what}: key to frame, next pane"), first);
    // The pane of revisions alone, and down its tree.
    while !session.screen().contains("›#") {
        times(&mut session, ["\t"], short(), body);
    }
    // The line that counts the rest unfolds them.
    for key in ["z", "G", "f"] {
        session.send(key);
        session.rests_for(Duration::from_millis(500));
    }
    let keys = ["j", "j", "j", "k"].into_iter().cycle().take(turns);
    tell(&format!("{what}: key to frame, scrolling"), times(&mut session, keys, short(), body));
    session.send("z");
    session.rests_for(Duration::from_secs(1));
    // One pod after the other is ready, and not.
    let events = if table.short { 5 } else { 20 };
    let (bytes, used) = (so_far(&session), processor(&session));
    for number in 0..events {
        let at = format!("{path}/{set}-{:05}/status", 3 + number);
        let phase = json!({"status": {"phase": "Failed", "reason": "Evicted"}});
        served.raw("PATCH", &at, MERGE, &phase.to_string());
        session.pauses_for(Duration::from_millis(400));
    }
    session.rests_for(Duration::from_secs(1));
    let each = |sum: f64| sum / f64::from(events);
    row(
        &format!("{what}: written per event of a pod"),
        &format!("{:.0} bytes", each((so_far(&session) - bytes) as f64)),
        "–",
    );
    let spent = each(processor(&session) - used) * 1e3;
    row(&format!("{what}: processor per event of a pod"), &format!("{spent:.1} ms"), "–");
}

/// Two keys that lead there and back again, a few times: not less than one change each.
fn opens(session: &mut Session, there: &str, back: &str) -> (Duration, Vec<f64>) {
    let began = Instant::now();
    let found = times(session, [there, back].into_iter().cycle().take(20), short(), body);
    (began.elapsed(), found)
}

/// A page whose AnalysisRun has 50 metrics.
pub fn metrics(table: &Table) {
    let served = Served::start("quiet", &["--load", "1"]);
    let (namespace, name, rollout) = made(&served);
    let count = 50;
    let metric = |number: usize| format!("metric-{number:02}");
    let at = |minute: usize, second: usize| format!("2026-01-12T01:{minute:02}:{second:02}Z");
    let result = |number: usize, last: usize| {
        let measurement = |n: usize| {
            let value = format!("0.{}", 900 + (number * 7 + n * 13) % 100);
            json!({"phase": "Successful", "value": value, "startedAt": at(n, number), "finishedAt": at(n, number)})
        };
        let all: Vec<Value> = (last.saturating_sub(10)..last).map(measurement).collect();
        json!({"name": metric(number), "phase": "Running", "count": last, "successful": last, "measurements": all})
    };
    let run = |last: usize| {
        let spec = |number: usize| {
            json!({"name": metric(number), "interval": "60s", "successCondition": "result[0] >= 0.9",
                "provider": {"prometheus": {"address": "http://prometheus:9090", "query": metric(number)}}})
        };
        json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisRun",
            "metadata": {
                "name": format!("{name}-background"), "namespace": namespace,
                "labels": {"app": name, "rollout-type": "Background",
                    "argo-rollouts.argoproj.io/controller-instance-id": "load",
                    "rollouts-pod-template-hash": rollout["status"]["currentPodHash"]},
                "annotations": {"rollout.argoproj.io/revision": rollout["metadata"]["annotations"]["rollout.argoproj.io/revision"]},
                "ownerReferences": [{"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": name,
                    "uid": rollout["metadata"]["uid"], "controller": true, "blockOwnerDeletion": true}],
            },
            "spec": {"metrics": (0..count).map(spec).collect::<Vec<_>>()},
            "status": {"phase": "Running", "startedAt": at(0, 0),
                "metricResults": (0..count).map(|number| result(number, last)).collect::<Vec<_>>()},
        })
    };
    let path = format!("/apis/argoproj.io/v1alpha1/namespaces/{namespace}/analysisruns");
    served.raw("POST", &path, JSON, &run(10).to_string());
    let mut session = at_page(&served, &name, "metric-0");
    let what = format!("page with {count} metrics");
    tell(&format!("{what}: key to frame, next pane"), opens(&mut session, "\t", "\t").1);
    let (bytes, used) = (so_far(&session), processor(&session));
    let events = if table.short { 5 } else { 20 };
    for last in 11..11 + events {
        let status = json!({"status": run(last)["status"]});
        served.raw("PATCH", &format!("{path}/{name}-background"), MERGE, &status.to_string());
        session.pauses_for(Duration::from_millis(400));
    }
    session.rests_for(Duration::from_secs(1));
    let each = |sum: f64| sum / events as f64;
    let written = each((so_far(&session) - bytes) as f64);
    row(&format!("{what}: written per measurement of all"), &format!("{written:.0} bytes"), "–");
    let spent = each(processor(&session) - used) * 1e3;
    row(&format!("{what}: processor per measurement of all"), &format!("{spent:.1} ms"), "–");
    session.send("m");
    session.until("the charts", |text| text.contains("› charts"));
    tell(&format!("{count} charts: key to frame, next chart"), opens(&mut session, "n", "N").1);
}

/// Ten thousand rollouts in the list.
pub fn rows(table: &Table) {
    let load = if table.short { 1_000 } else { 10_000 };
    let served = Served::start("quiet", &["--load", &load.to_string()]);
    let mut session = served.screen().start();
    complete(&session, load);
    session.rests_for(Duration::from_secs(2));
    let rows = crate::served::thousands(load);
    let turns = if table.short { 30 } else { 300 };
    let place = |text: &str| format!("{:?}{}", cursor(text), body(text));
    // Held down: thirty a second.
    let held = ["j"].into_iter().cycle().take(turns);
    let pause = Duration::from_millis(30);
    tell(&format!("{rows} rows: key to frame, j held down"), times(&mut session, held, pause, place));
    let jumps = ["\x1b[6~", "\x1b[6~", "\x1b[5~", "G", "g"].into_iter().cycle().take(turns / 3);
    tell(&format!("{rows} rows: key to frame, PgDn PgUp G g"), times(&mut session, jumps, short(), place));
    let mut found = Vec::new();
    for _ in 0..turns / 15 {
        session.send("/");
        session.rests_for(Duration::from_millis(60));
        found.extend(times(&mut session, ["c", "a", "r", "t", "-", "\x7f", "\x7f", "\x7f"], short(), body));
        session.send("\x15\x1b");
        session.rests_for(Duration::from_millis(300));
    }
    tell(&format!("{rows} rows: letter to frame, filter"), found);
    let (mut found, mut opened) = (Vec::new(), Vec::new());
    for _ in 0..turns / 15 {
        opened.extend(times(&mut session, [":"], short(), body));
        found.extend(times(&mut session, ["i", "n", "v", "o", "i", "c", "\x7f", "e"], short(), body));
        session.send("\x15\x1b");
        session.rests_for(Duration::from_millis(300));
    }
    tell(&format!("{rows} rows: letter to frame, palette"), found);
    tell(&format!("{rows} rows: key to frame, opening the palette"), opened);
    let sorts = ["o"].into_iter().cycle().take(turns / 10);
    tell(&format!("{rows} rows: key to frame, sort"), times(&mut session, sorts, short(), body));
}

/// Screens on which nothing happens.
pub fn idle(table: &Table) {
    let seconds = table.seconds();
    for (name, keys) in [("events", "e"), ("yaml", "y"), ("description", "d"), ("charts", "m")] {
        let served = Served::start("quiet", &[]);
        let mut session = served.screen().start();
        complete(&session, 0);
        session.send("\r");
        session.until("the page", |text| text.contains("revisions") || text.contains("steps"));
        session.rests_for(Duration::from_secs(2));
        session.send(keys);
        session.rests_for(Duration::from_secs(3));
        written(&session, name, seconds, "0");
    }
}

fn written(session: &Session, name: &str, seconds: u64, aim: &str) {
    let (bytes, used) = (so_far(session), processor(session));
    session.pauses_for(Duration::from_secs(seconds));
    let bytes = so_far(session) - bytes;
    let busy = (processor(session) - used) / seconds as f64 * 100.0;
    row(
        &format!("written in {seconds} s on {name} while nothing happens"),
        &format!("{bytes} bytes, {busy:.1} %"),
        aim,
    );
}

/// A large object as YAML: how long until it shows, and how long a key then waits for its frame.
pub fn documents(_: &Table) {
    let served = Served::start("quiet", &["--load", "1"]);
    let (namespace, name, _) = made(&served);
    let path = format!("/apis/argoproj.io/v1alpha1/namespaces/{namespace}/rollouts/{name}");
    // What a real server takes at most is about this much.
    let mut data = String::new();
    for number in 0..11_000 {
        // Writing to a string cannot fail.
        let _ = writeln!(data, "line {number} of what somebody keeps in an annotation, user={number}");
    }
    let many: serde_json::Map<String, Value> = (0..400)
        .map(|number| (format!("example.com/part-{number:03}"), json!(&data[number * 1_500..(number + 1) * 1_500])))
        .collect();
    let patch = json!({"metadata": {"annotations": many}});
    served.raw("PATCH", &path, MERGE, &patch.to_string());
    let mut session = at_page(&served, &name, "revisions");
    let (mut shown, mut keys) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        let began = Instant::now();
        session.send("y");
        session.until("the object", |text| text.contains("resourceVersion"));
        shown.push(began.elapsed().as_secs_f64() * 1e3);
        keys.extend(times(&mut session, ["j", "G", "g", "w", "w"], short(), body));
        session.send("h");
        session.until("the page", |text| !text.contains("› yaml"));
        session.rests_for(Duration::from_millis(200));
    }
    tell("YAML of 0.6 MB: key to text", shown);
    tell("YAML of 0.6 MB: key to frame", keys);
}
