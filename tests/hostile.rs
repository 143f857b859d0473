//! Objects that nobody should write: texts that drive terminals, texts that lie about their direction and their width,
//! and far too much of everything. They come over HTTP as all objects do, and every screen is drawn of them at every
//! size and in every theme.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/program.rs"]
mod program;

use jiff::{SignedDuration, Timestamp};
use program::Program;
use ratatui::buffer::Buffer;
use rolltop::app::model::{Body, Pane};
use rolltop::demo::clock::Clock;
use rolltop::demo::scenario::{self, NAMESPACE};
use rolltop::demo::store::{
    ANALYSIS_RUNS, EVENTS, EXPERIMENTS, Kind, PODS, Part, REPLICA_SETS, ROLLOUTS, Refused, Store,
};
use rolltop::demo::world::World;
use rolltop::ui::theme::{Depth, Theme};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

const MOMENT: &str = "2026-11-24T02:07:00Z";
const STEPS: usize = 200;
const PODS_EACH: usize = 250;
const METRICS: usize = 50;
const TOLD: usize = 300;
const PHASES: [&str; 4] = ["Successful", "Failed", "Error", "Inconclusive"];

/// What could take over a terminal, or deceive who reads it.
const TEXTS: [&str; 10] = [
    "\u{1b}[31mred\u{1b}[0m \u{1b}[2J\u{1b}[1;1H",
    "\u{1b}]52;c;aGFja2Vk\u{7}copied\u{1b}]0;title\u{1b}\\",
    "\u{9b}31m\u{9d}52;c;aGk=\u{9c}\u{90}dcs\u{9c}",
    "admin\u{202e}gpj.exe\u{2066}x\u{2069}\u{200f}",
    "a\u{200b}b\u{200d}c\u{2060}d\u{feff}e\u{ad}f",
    "👩\u{200d}👩\u{200d}👧\u{200d}👦 🏳\u{fe0f}\u{200d}🌈 🇩🇪 1\u{fe0f}\u{20e3}",
    "Z\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}a\u{309}\u{30a}\u{30b}lgo",
    "東京 ＦＵＬＬ ｶﾞ 한국어 ﷽ ꧅",
    "line\r\nbreak\u{2028}and\ttab\u{b}\u{c}\u{0}\u{8}\u{7f}\u{85}",
    "\u{e0041}\u{e007f}\u{e000}\u{fff9}x\u{fffb}\u{115f}\u{3164}",
];

/// One of the texts after another.
fn text(at: usize) -> String {
    format!("{} {}", TEXTS[at % TEXTS.len()], TEXTS[(at / TEXTS.len() + at + 1) % TEXTS.len()])
}

fn name() -> String {
    format!("monster-{}", "n".repeat(292))
}

fn ago(minutes: i64) -> String {
    let moment: Timestamp = MOMENT.parse().unwrap();
    (moment - SignedDuration::from_mins(minutes)).to_string()
}

fn put(store: &Store, kind: &'static Kind, mut object: Value) -> Value {
    let status = object.as_object_mut().unwrap().remove("status").unwrap_or_default();
    let name = object["metadata"]["name"].as_str().unwrap().to_owned();
    object["metadata"]["namespace"] = json!(NAMESPACE);
    store.create(kind, object).unwrap();
    // Where status is no part of its own, the whole object is written.
    let part = if kind.status { Part::Status } else { Part::Main };
    let put = |object: &mut Value| {
        object["status"] = status;
        Ok::<(), Refused>(())
    };
    (*store.modify(kind, NAMESPACE, &name, part, put).unwrap()).clone()
}

fn owner(kind: &str, object: &Value) -> Value {
    let meta = &object["metadata"];
    json!([{"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "name": meta["name"], "uid": meta["uid"], "controller": true}])
}

fn step(at: usize) -> Value {
    match at % 7 {
        0 => json!({"setWeight": at / 2}),
        1 | 4 => json!({"pause": {}}),
        2 => json!({"pause": {"duration": text(at)}}),
        3 => json!({"plugin": {"name": text(at), "config": {"text": text(at + 1)}}}),
        5 => {
            json!({"setHeaderRoute": {"name": text(at), "match": [{"headerName": text(at), "headerValue": {"exact": text(at)}}]}})
        }
        _ => json!({text(at): {"what": text(at)}}),
    }
}

/// A rollout in which everything is too much and nothing is meant well.
fn monster() -> Value {
    let name = name();
    json!({
        "metadata": {
            "name": name,
            "labels": {"app": "monster", "note": text(3)},
            "annotations": {
                "rollout.argoproj.io/revision": "2",
                "huge": format!("{}{}", TEXTS.concat(), "long ".repeat(1 << 18)),
                text(5): text(6),
            },
        },
        "spec": {
            "replicas": PODS_EACH * 2,
            "selector": {"matchLabels": {"app": "monster"}},
            "template": {
                "metadata": {"labels": {"app": "monster"}},
                "spec": {"containers": [{"name": "main", "image": format!("ghcr.io/{}:{}", text(1), text(2))}]},
            },
            "strategy": {"canary": {"steps": (0..STEPS).map(step).collect::<Vec<_>>()}},
        },
        "status": {
            "observedGeneration": "1", "phase": "Paused", "message": text(7), "controllerPause": true,
            "currentStepIndex": 99, "currentPodHash": "newhash", "stableRS": "oldhash", "selector": "app=monster",
            "replicas": PODS_EACH * 2, "updatedReplicas": PODS_EACH, "readyReplicas": 400, "availableReplicas": 400,
            "pauseConditions": [{"reason": text(8), "startTime": ago(10)}],
            "conditions": (0..12).map(|at| json!({
                "type": text(at), "status": "True", "reason": text(at + 1), "message": text(at + 2).repeat(20),
                "lastTransitionTime": ago(10), "lastUpdateTime": ago(10),
            })).collect::<Vec<_>>(),
        },
    })
}

fn replica_set(rollout: &Value, hash: &str, revision: &str) -> Value {
    json!({
        "metadata": {
            "name": format!("{}-{hash}", name()), "ownerReferences": owner("Rollout", rollout),
            "labels": {"app": "monster", "rollouts-pod-template-hash": hash},
            "annotations": {"rollout.argoproj.io/revision": revision, text(1): text(2)},
        },
        "spec": {"replicas": PODS_EACH, "template": {"spec": {"containers": [{"name": "main", "image": text(4)}]}}},
        "status": {"replicas": PODS_EACH, "readyReplicas": 200, "availableReplicas": 200},
    })
}

fn pod(set: &Value, hash: &str, at: usize) -> Value {
    let waits = json!({"waiting": {"reason": text(at), "message": text(at + 3).repeat(30)}});
    let state = if at.is_multiple_of(2) { waits } else { json!({"running": {"startedAt": ago(9)}}) };
    json!({
        "metadata": {
            "name": format!("{}-{hash}-{at:05}", name()), "ownerReferences": owner("ReplicaSet", set),
            "labels": {"app": "monster", "rollouts-pod-template-hash": hash},
        },
        "spec": {"nodeName": text(at), "containers": [{"name": "main", "image": text(at)}]},
        "status": {
            "phase": "Running", "reason": if at.is_multiple_of(3) { text(at) } else { String::new() }, "message": text(at),
            "containerStatuses": [{"name": "main", "ready": at % 2 == 1, "restartCount": at * 1_000_003, "state": state,
                "image": text(at), "imageID": text(at)}],
        },
    })
}

fn metric(at: usize) -> (Value, Value) {
    let name = format!("metric-{at}-{}", text(at));
    let spec = json!({
        "name": name, "interval": text(at), "count": 1_000_000_007_u64, "failureLimit": at,
        "successCondition": format!("result[0] >= 0.95 || {}", text(at)),
        "provider": {"prometheus": {"address": text(at), "query": text(at + 1).repeat(50)}},
    });
    let measured = (0..10).map(|of| {
        json!({
            "phase": PHASES[(at + of) % PHASES.len()],
            "value": if of % 3 == 0 { text(of) } else { format!("[{}]", "9".repeat(of * 40)) },
            "message": text(of), "startedAt": ago(9), "finishedAt": ago(8),
        })
    });
    let result = json!({
        "name": name, "phase": "Running", "count": 10, "successful": 3, "failed": 3, "error": 4,
        "message": text(at + 4).repeat(9), "measurements": measured.collect::<Vec<_>>(), "metadata": {text(at): text(at)},
    });
    (spec, result)
}

fn run(rollout: &Value) -> Value {
    let (specs, results): (Vec<Value>, Vec<Value>) = (0..METRICS).map(metric).unzip();
    json!({
        "metadata": {
            "name": format!("{}-newhash-2-99", name()), "ownerReferences": owner("Rollout", rollout),
            "labels": {"rollouts-pod-template-hash": "newhash", "rollout-type": "Step", "step-index": "99"},
            "annotations": {"rollout.argoproj.io/revision": "2"},
        },
        "spec": {"metrics": specs, "args": [{"name": text(1), "value": text(2)}]},
        "status": {"phase": "Running", "message": text(3), "startedAt": ago(9), "metricResults": results},
    })
}

fn experiment(rollout: &Value) -> Value {
    let templates = (0..20).map(|at| json!({"name": format!("t{at}-{}", text(at)), "replicas": at}));
    let statuses = (0..20).map(|at| {
        json!({"name": format!("t{at}-{}", text(at)), "status": "Running", "message": text(at),
        "replicas": at, "availableReplicas": at})
    });
    json!({
        "metadata": {
            "name": format!("{}-newhash-2-98", name()), "ownerReferences": owner("Rollout", rollout),
            "labels": {"rollouts-pod-template-hash": "newhash"}, "annotations": {"rollout.argoproj.io/revision": "2"},
        },
        "spec": {"duration": text(1), "templates": templates.collect::<Vec<_>>()},
        "status": {"phase": "Running", "message": text(5), "availableAt": ago(8), "templateStatuses": statuses.collect::<Vec<_>>()},
    })
}

fn event(rollout: &Value, at: usize) -> Value {
    let meta = &rollout["metadata"];
    json!({
        "metadata": {"name": format!("event-{at}")},
        "involvedObject": {"kind": "Rollout", "name": meta["name"], "uid": meta["uid"], "namespace": NAMESPACE},
        "type": if at.is_multiple_of(2) { "Warning" } else { "Normal" }, "reason": text(at), "message": text(at).repeat(10),
        "firstTimestamp": ago(9), "lastTimestamp": ago(8), "count": at * 1_000_003,
        "source": {"component": text(at)}, "reportingComponent": text(at + 1),
    })
}

/// A quiet night, and the monster in production.
fn world() -> World {
    let clock = Clock::new(MOMENT.parse().unwrap(), 0.0);
    let world = scenario::build("quiet", &clock, 1).unwrap().world;
    let store = &world.clusters[2].store;
    let rollout = put(store, &ROLLOUTS, monster());
    for (hash, revision) in [("newhash", "2"), ("oldhash", "1")] {
        let set = put(store, &REPLICA_SETS, replica_set(&rollout, hash, revision));
        for at in 0..PODS_EACH {
            put(store, &PODS, pod(&set, hash, at));
        }
    }
    put(store, &ANALYSIS_RUNS, run(&rollout));
    put(store, &EXPERIMENTS, experiment(&rollout));
    for at in 0..TOLD {
        put(store, &EVENTS, event(&rollout, at));
    }
    world
}

fn themes() -> Vec<Theme> {
    let all = [
        (Depth::Mono, "auto", false),
        (Depth::Mono, "auto", true),
        (Depth::Sixteen, "auto", false),
        (Depth::TwoFiftySix, "light", true),
        (Depth::True, "dark", false),
    ];
    let theme =
        |(depth, name, ascii): (Depth, &str, bool)| Theme { depth, ascii, name: name.into(), reduced_motion: true };
    all.into_iter().map(theme).collect()
}

/// What acts on a terminal, or on how a text is read, without being seen itself.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2028}'
            | '\u{2029}' | '\u{feff}' | '\u{ad}' | '\u{61c}' | '\u{fe00}'..='\u{fe0f}' | '\u{e000}'..='\u{f8ff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' | '\u{115f}' | '\u{3164}')
}

/// What a terminal makes of the frame is what was meant.
fn is_sane(at: &str, buf: &Buffer, ascii: bool) {
    for y in 0..buf.area.height {
        let mut x = 0;
        while x < buf.area.width {
            let symbol = buf[(x, y)].symbol();
            assert!(!symbol.chars().any(is_hostile), "{at}: {symbol:?} at {x},{y}");
            assert!(!ascii || !symbol.chars().any(is_drawing), "{at}: {symbol:?} at {x},{y} is no ASCII drawing");
            assert!(symbol.chars().count() <= 8, "{at}: {symbol:?} at {x},{y} piles up");
            let width = u16::try_from(symbol.width()).unwrap();
            assert!(width > 0, "{at}: {symbol:?} at {x},{y} takes no cell, what follows would move");
            assert!(x + width <= buf.area.width, "{at}: {symbol:?} at {x},{y} leaves the row");
            for hidden in x + 1..x + width {
                assert_eq!(buf[(hidden, y)].symbol().trim(), "", "{at}: something is drawn into {symbol:?} at {x},{y}");
            }
            x += width;
        }
    }
}

/// Signs of rolltop's own that have an ASCII form.
fn is_drawing(c: char) -> bool {
    matches!(c, '\u{2500}'..='\u{259f}' | '\u{2800}'..='\u{28ff}' | '✓' | '✗' | '▸' | '‖' | '⊘' | '…' | '·' | '›')
}

fn rows(buf: &Buffer) -> String {
    let row = |y: u16| (0..buf.area.width).map(|x| buf[(x, y)].symbol()).collect::<String>();
    (0..buf.area.height).map(row).collect::<Vec<_>>().join("\n")
}

const SIZES: [(u16, u16); 4] = [(20, 6), (40, 10), (80, 24), (160, 45)];

/// For looking at, with `SHOW=1`.
#[allow(clippy::print_stdout, reason = "it is asked for")]
fn print(words: &str) {
    if std::env::var_os("SHOW").is_some() {
        println!("{words}");
    }
}

/// Every size and theme of the screen that is shown now; `facts`: what has to be seen from 80x24 on.
fn look(program: &mut Program, screen: &str, facts: &[&str]) {
    // The work of a frame follows from what it is drawn of: with a megabyte of annotation and hundreds of pods it stays
    // small. Measured: 159 KB for the page, which knows all pods.
    let model = program.model();
    let size = format!("{model:?}").len();
    print(&format!("== {screen} is drawn of {size} bytes"));
    assert!(size < 400_000, "{screen}: a frame is drawn of {size} bytes");
    for (width, height) in SIZES {
        for theme in themes() {
            let buf = program.frame(&theme, width, height);
            let at = format!("{screen} {width}x{height} {:?} ascii {}", theme.depth, theme.ascii);
            is_sane(&at, &buf, theme.ascii);
            let shown = rows(&buf);
            assert!(shown.trim().len() > 4, "{at}: nothing is shown");
            if width >= 80 && !theme.ascii {
                for fact in facts {
                    assert!(shown.contains(fact), "{at}: {fact} is not shown\n{shown}");
                }
            }
            if theme.depth == Depth::Mono && !theme.ascii {
                print(&format!("== {at}\n{shown}"));
            }
        }
    }
}

fn focus(program: &mut Program, pane: Pane) {
    for _ in Pane::ALL {
        let Body::Rollout(page) = program.model().body else { panic!("the page is not shown") };
        if page.focus == pane {
            return;
        }
        program.keys("Tab");
    }
    panic!("there is no {pane:?}");
}

#[test]
fn hostile_objects_are_drawn_sanely_on_every_screen() {
    let mut program = Program::start(world());
    look(&mut program, "overview", &["monster", "‖"]);
    program.keys("v");
    look(&mut program, "board", &["monster", "‖", "99/200"]);
    program.keys("v");
    let name = name();
    program.open("production", &name);
    let kinds =
        [("replicasets", 2), ("pods", 2 * PODS_EACH), ("analysisruns", 1), ("experiments", 1), ("events", TOLD)];
    program.until("the monster's family", |told| told.has(&kinds));
    look(&mut program, "page", &["‖ Paused at step 100 of 200", "actual 50 %"]);
    for pane in Pane::ALL {
        focus(&mut program, pane);
        program.keys("z");
        look(&mut program, &format!("{pane:?}"), &["Paused at step 100 of 200"]);
        program.keys("G");
        look(&mut program, &format!("the end of {pane:?}"), &["Paused at step 100 of 200"]);
        program.keys("z");
    }
    for (screen, keys) in [("yaml", "y"), ("describe", "d")] {
        let before = program.told.objects;
        program.keys(keys);
        program.until("the object in full", |told| told.objects > before);
        look(&mut program, screen, &["Rollout"]);
        program.keys("w G");
        look(&mut program, &format!("the end of {screen}"), &["Rollout"]);
        program.keys("q");
    }
    program.keys("e");
    look(&mut program, "events", &["› events"]);
    program.keys("! g");
    look(&mut program, "warnings", &[]);
    program.keys("q l");
    program.until("logs", |told| told.log_lines > 0);
    look(&mut program, "logs", &["› logs", "p: monster"]);
    program.keys("q m");
    look(&mut program, "charts", &["weight"]);
    program.keys("q");
    deeper(&mut program);
    program.keys("Esc Esc Esc : m o n s t e r");
    look(&mut program, "palette", &["monster"]);
}

/// The screens of the run and of the experiment.
fn deeper(program: &mut Program) {
    focus(program, Pane::Analysis);
    program.keys("Enter");
    assert!(matches!(program.model().body, Body::Run(_)), "{:?}", program.model().header.path);
    look(program, "run", &["50"]);
    program.keys("n n n");
    look(program, "another metric", &[]);
    program.keys("q");
    focus(program, Pane::Revisions);
    program.keys("g");
    for _ in 0..600 {
        program.keys("Enter");
        match program.model().body {
            Body::Experiment(_) => {
                look(program, "experiment", &["t0-"]);
                program.keys("q");
                return;
            }
            Body::Rollout(_) => {}
            _ => program.keys("q"),
        }
        program.keys("j");
    }
    panic!("the experiment was not reached");
}
