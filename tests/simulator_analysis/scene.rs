//! A cluster with what a test applies, driven by hand, with somebody watching.

use jiff::{SignedDuration, Timestamp};
use rolltop::demo::clock::Clock;
use rolltop::demo::controller::Driver;
use rolltop::demo::scenario::{self, Upcoming};
use rolltop::demo::store::{ANALYSIS_RUNS, EVENTS, KINDS, Kind, NAMESPACES, Part, ROLLOUTS, Refused, Store};
use rolltop::demo::world::{Cluster, World};
use serde_json::{Value, json};
use std::sync::Arc;

pub const BEGIN: &str = "2026-01-12T02:00:00Z";
/// How the name of the second version's children begins in rows.
pub const CANARY: &str = "CANARY";

/// A Rollout `app` with this canary strategy.
pub fn rollout(canary: &Value) -> Value {
    json!({
        "kind": "Rollout", "metadata": {"name": "app", "namespace": "demo", "labels": {"team": "shop"}},
        "spec": {
            "replicas": 3, "selector": {"matchLabels": {"app": "app"}}, "strategy": {"canary": canary},
            "template": {
                "metadata": {"labels": {"app": "app"}},
                "spec": {"containers": [{"name": "app", "image": "example/app:blue"}]},
            },
        },
    })
}

/// An `AnalysisTemplate`.
pub fn template(name: &str, metrics: &[Value]) -> Value {
    json!({"kind": "AnalysisTemplate", "metadata": {"name": name, "namespace": "demo"}, "spec": {"metrics": metrics}})
}

/// A world as a scenario leaves it.
pub fn of_scenario(name: &str) -> World {
    let clock = Clock::new(BEGIN.parse().unwrap(), 0.0);
    scenario::build(name, &clock, 1).unwrap().world
}

pub struct Scene {
    driver: Driver,
    pub store: Store,
    begin: Timestamp,
    watched: u64,
    pub rollout: String,
    rows: Vec<(&'static str, String)>,
    /// Pod hashes in the order in which they were the current one.
    pub hashes: Vec<String>,
}

fn kind(name: &str) -> &'static Kind {
    KINDS.iter().copied().find(|kind| kind.kind == name).unwrap()
}

pub fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

impl Scene {
    /// A cluster in which this was applied a while ago.
    pub fn new(manifests: &[Value]) -> Self {
        let clock = Clock::new(BEGIN.parse().unwrap(), 0.0);
        let store = Store::new(clock.clone(), 7);
        store.create(&NAMESPACES, json!({"metadata": {"name": "demo"}})).unwrap();
        let world = World { clusters: vec![Cluster::new("test", store.clone(), 7)], clock: clock.clone() };
        let driver = Driver::new(world, 7);
        let name = manifests.iter().find(|manifest| manifest["kind"] == "Rollout");
        let rollout = name.map_or_else(String::new, |manifest| text(manifest, "/metadata/name").to_owned());
        let mut scene =
            Self { driver, store, begin: clock.now(), watched: 0, rollout, rows: Vec::new(), hashes: Vec::new() };
        scene.watched = scene.store.version();
        for manifest in manifests {
            scene.apply(manifest);
        }
        if !manifests.is_empty() {
            scene.pass(6_000);
            scene.rows.clear();
        }
        scene
    }

    pub fn deed(&mut self, deed: Value) {
        let at = self.driver.world().clock.now();
        self.driver.script([Upcoming { at, cluster: 0, deed }]);
        assert_eq!(self.driver.next_due(), Some(at));
        self.driver.step();
        assert_eq!(self.driver.failures(), &[] as &[String]);
        self.watch();
    }

    pub fn act(&mut self, what: &str) {
        let rollout = self.rollout.clone();
        self.deed(json!({"do": what, "rollout": rollout}));
    }

    pub fn image(&mut self, tag: &str) {
        let rollout = self.rollout.clone();
        self.deed(json!({"do": "set-image", "rollout": rollout, "image": format!(":{tag}")}));
    }

    pub fn promote(&mut self) {
        self.act("promote");
    }

    pub fn apply(&mut self, manifest: &Value) {
        self.deed(json!({"do": "apply", "manifest": manifest}));
    }

    pub fn series(&mut self, series: &Value) {
        let mut deed = series.clone();
        deed["do"] = json!("series");
        self.deed(deed);
    }

    pub fn patch(&mut self, of: &str, name: &str, patch: &Value) {
        let written = self.store.modify::<Refused>(kind(of), "demo", name, Part::Main, |object| {
            json_patch::merge(object, patch);
            Ok(())
        });
        written.unwrap();
        self.watch();
    }

    pub fn delete(&mut self, of: &str, name: &str) {
        self.store.delete(kind(of), "demo", name).unwrap();
        self.watch();
    }

    pub fn until(&mut self, milliseconds: i64) {
        let end = self.begin.checked_add(SignedDuration::from_millis(milliseconds)).unwrap();
        while self.driver.next_due().is_some_and(|due| due <= end) {
            self.driver.step();
            self.watch();
        }
        self.driver.play_until(end);
    }

    pub fn pass(&mut self, milliseconds: i64) {
        let now = self.driver.world().clock.now().duration_since(self.begin);
        self.until(i64::try_from(now.as_millis()).unwrap() + milliseconds);
    }

    /// The moment from which [`Scene::until`] counts.
    pub fn begin_now(&mut self) {
        self.begin = self.driver.world().clock.now();
    }

    fn watch(&mut self) {
        for change in self.store.changes_after(self.watched).unwrap() {
            self.watched = change.version;
            self.event(change.kind.plural, &change.object);
        }
    }

    /// Takes an event of a watch, of the simulated or of the real server.
    pub fn event(&mut self, plural: &str, object: &Value) {
        let hash = text(object, "/status/currentPodHash");
        if plural == "rollouts" && !hash.is_empty() && !self.hashes.iter().any(|known| known == hash) {
            self.hashes.push(hash.to_owned());
        }
        let row = match plural {
            "rollouts" if text(object, "/metadata/name") == self.rollout => ("rollout", rollout_row(object)),
            "analysisruns" => ("run", run_row(object)),
            "experiments" => ("experiment", experiment_row(object)),
            _ => return,
        };
        let row = (row.0, self.plain(&row.1));
        let name = |row: &str| row.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let same = |known: &&(&str, String)| known.0 == row.0 && (row.0 == "rollout" || name(&known.1) == name(&row.1));
        if self.rows.iter().rev().find(same).is_none_or(|known| known.1 != row.1) {
            self.rows.push(row);
        }
    }

    /// A text with the hashes of the versions replaced: `CANARY` for the second version of the rollout, `V3` …
    pub fn plain(&self, text: &str) -> String {
        self.hashes.iter().enumerate().fold(text.to_owned(), |text, (at, hash)| {
            let name = if at == 1 { CANARY.to_owned() } else { format!("V{}", at + 1) };
            text.replace(&format!("{}-{hash}", self.rollout), &name)
        })
    }

    /// Rows of these sorts since the last call; without sorts none, and all are forgotten.
    pub fn take(&mut self, sorts: &[&str]) -> Vec<String> {
        let rows = std::mem::take(&mut self.rows);
        rows.into_iter().filter(|(sort, _)| sorts.contains(sort)).map(|(_, row)| row).collect()
    }

    pub fn find(&self, of: &str, name: &str) -> Option<Arc<Value>> {
        self.store.get(kind(of), "demo", name)
    }

    pub fn object(&self, of: &str, name: &str) -> Arc<Value> {
        self.find(of, name).unwrap_or_else(|| panic!("no {of} {name}"))
    }

    pub fn run(&self, name: &str) -> Arc<Value> {
        self.object("AnalysisRun", name)
    }

    /// All runs, by name.
    pub fn runs(&self) -> Vec<Arc<Value>> {
        self.store.list(&ANALYSIS_RUNS, Some("demo")).0
    }

    pub fn status(&self, field: &str) -> Value {
        let rollout = self.store.get(&ROLLOUTS, "demo", &self.rollout).unwrap();
        rollout.pointer(&format!("/status/{field}")).cloned().unwrap_or_default()
    }

    /// Events about objects of a kind, in the order of their telling.
    pub fn events(&self, about: &str) -> Vec<String> {
        let mut events = self.store.list(&EVENTS, Some("demo")).0;
        events.retain(|event| event["involvedObject"]["kind"] == about);
        events.sort_by_key(|event| text(event, "/metadata/resourceVersion").parse::<u64>().unwrap());
        let row = |event: &Arc<Value>| {
            format!("{} {} {}", text(event, "/type"), text(event, "/reason"), text(event, "/message"))
        };
        events.iter().map(row).collect()
    }
}

/// `rollout PHASE MESSAGE | INDEX | step NAME STATUS MESSAGE | experiment NAME`.
fn rollout_row(object: &Value) -> String {
    let index = object.pointer("/status/currentStepIndex").map_or("-".to_owned(), Value::to_string);
    let (mut phase, mut message) = (text(object, "/status/phase"), text(object, "/status/message"));
    let generation = object.pointer("/metadata/generation").map_or(String::new(), Value::to_string);
    if text(object, "/status/observedGeneration") != generation {
        (phase, message) = ("Progressing", "waiting for rollout spec update to be observed");
    }
    let mut row = format!("rollout {phase} {message} | {index} |");
    for (word, pointer) in [
        ("step", "/status/canary/currentStepAnalysisRunStatus"),
        ("background", "/status/canary/currentBackgroundAnalysisRunStatus"),
        ("pre", "/status/blueGreen/prePromotionAnalysisRunStatus"),
        ("post", "/status/blueGreen/postPromotionAnalysisRunStatus"),
    ] {
        let Some(run) = object.pointer(pointer).filter(|run| run.is_object()) else { continue };
        let status = match text(run, "/status") {
            "" => "''",
            status => status,
        };
        row = format!("{row} {word} {} {status} {}", text(run, "/name"), text(run, "/message"));
        row.truncate(row.trim_end().len());
    }
    let experiment = text(object, "/status/canary/currentExperiment");
    if !experiment.is_empty() {
        row = format!("{row} experiment {experiment}");
    }
    row
}

/// `run NAME PHASE MESSAGE | METRIC PHASE ✔1 ✖2 (MESSAGE) …`, metrics by name.
pub fn run_row(object: &Value) -> String {
    let mut row = format!(
        "run {} {} {}",
        text(object, "/metadata/name"),
        text(object, "/status/phase"),
        text(object, "/status/message")
    );
    row.truncate(row.trim_end().len());
    let mut results = object.pointer("/status/metricResults").and_then(Value::as_array).cloned().unwrap_or_default();
    results.sort_by_key(|result| text(result, "/name").to_owned());
    for result in &results {
        row = format!("{row} | {} {}", text(result, "/name"), text(result, "/phase"));
        for (sign, field) in [("✔", "successful"), ("✖", "failed"), ("?", "inconclusive"), ("⚠", "error")] {
            if let Some(count) = result[field].as_i64().filter(|count| *count > 0) {
                row = format!("{row} {sign}{count}");
            }
        }
        if !text(result, "/message").is_empty() {
            row = format!("{row} ({})", text(result, "/message"));
        }
    }
    row
}

/// `experiment NAME PHASE MESSAGE | TEMPLATE STATUS AVAILABLE/REPLICAS … | ANALYSIS RUN PHASE MESSAGE | REASON`.
pub fn experiment_row(object: &Value) -> String {
    let status = |pointer: &str| text(object, pointer).to_owned();
    let mut row =
        format!("experiment {} {} {}", status("/metadata/name"), status("/status/phase"), status("/status/message"));
    for template in object.pointer("/status/templateStatuses").and_then(Value::as_array).into_iter().flatten() {
        row = format!(
            "{row} | {} {} {}/{}",
            text(template, "/name"),
            text(template, "/status"),
            template["availableReplicas"],
            template["replicas"]
        );
    }
    for run in object.pointer("/status/analysisRuns").and_then(Value::as_array).into_iter().flatten() {
        row = format!(
            "{row} | {} {} {} {}",
            text(run, "/name"),
            text(run, "/analysisRun"),
            text(run, "/phase"),
            text(run, "/message")
        );
    }
    format!("{row} | {}", status("/status/conditions/0/reason"))
}
