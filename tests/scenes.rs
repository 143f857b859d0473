//! Every scenario of the simulated cluster on every screen: what an operator would see, as text at two sizes, without
//! colours in ASCII, and with the style of every cell. `INSTA_UPDATE=always cargo test --test scenes` rewrites them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/frame.rs"]
mod frame;
#[path = "support/stage.rs"]
mod stage;

use frame::{style_words, styles, text};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use rolltop::app::model::{Body, Mark, Pane, StepLine};
use rolltop::demo::scenario;
use rolltop::ui::theme::Depth;
use stage::{Scene, mono, theme};
use std::fmt::Write as _;

/// The screens of a rollout besides its page: name, the keys that lead there from the page.
const CLOSER: [(&str, &str); 5] = [("yaml", "y"), ("describe", "d"), ("events", "e"), ("logs", "l"), ("charts", "m")];

/// A name, the pane it is entered from, and how its screen is known.
type Deeper = (&'static str, Pane, fn(&Body) -> bool);

/// Screens that lie deeper: where there are some, by the pane of the page and the kind that Enter opens there.
const DEEPER: [Deeper; 2] = [
    ("run", Pane::Analysis, |body| matches!(body, Body::Run(_))),
    ("experiment", Pane::Revisions, |body| matches!(body, Body::Experiment(_))),
];

/// Rollouts whose panes are worth the whole screen: what does not fit beside others.
const ZOOMED: [(&str, &str, Pane); 4] = [
    ("long", "ladder", Pane::Steps),
    ("long", "crowd", Pane::Revisions),
    ("images", "payments", Pane::Revisions),
    ("analysis", "search", Pane::Analysis),
];

/// Goes through every screen of a scenario, in an order in which time only passes at the end.
fn tour(name: &str, mut look: impl FnMut(&mut Scene, &str)) {
    let mut scene = Scene::of(name);
    look(&mut scene, "overview");
    let remarkable = scene.remarkable();
    let (channel, first) = remarkable[0].clone();
    scene.select(channel, &first);
    scene.keys("v");
    look(&mut scene, "board");
    scene.home();
    let mut seen = Vec::new();
    for (channel, rollout) in &remarkable {
        scene.open(channel, rollout);
        look(&mut scene, &format!("page_{rollout}"));
        for (_, _, pane) in ZOOMED.iter().filter(|(of, zoomed, _)| *of == name && zoomed == rollout) {
            assert!(scene.focus(*pane), "{name} {rollout} has no {pane:?}");
            scene.keys("z");
            look(&mut scene, &format!("zoom_{rollout}"));
        }
        for (screen, pane, fits) in DEEPER {
            // One of a kind is enough, but the odd measurements are each odd in their own way.
            if (!seen.contains(&screen) || name == "analysis-odd") && scene.deeper(pane, fits) {
                let many = name == "analysis-odd";
                look(&mut scene, &if many { format!("{screen}_{rollout}") } else { screen.to_owned() });
                seen.push(screen);
            }
            scene.home();
            scene.open(channel, rollout);
        }
        scene.home();
    }
    scene.open(channel, &first);
    for (screen, keys) in &CLOSER[..4] {
        scene.keys(keys);
        look(&mut scene, screen);
        scene.keys("q");
    }
    // Charts show what was seen: there is something to see after a while.
    scene.pass(150);
    scene.keys("m");
    look(&mut scene, "charts");
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/scenes");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// What holds of every frame, whatever it shows.
fn holds(at: &str, scene: &mut Scene) {
    for (width, height) in [(80, 24), (160, 45)] {
        for ascii in [false, true] {
            let buf = scene.frame(&theme(Depth::Mono, "auto", ascii), width, height);
            for cell in buf.content() {
                assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{at} {width}x{height}: a colour");
                assert!(!ascii || cell.symbol().is_ascii(), "{at} {width}x{height}: {:?}", cell.symbol());
            }
            let used = text(&buf).lines().filter(|line| !line.is_empty()).count();
            assert!(used >= 4 && buf != Buffer::empty(Rect::new(0, 0, width, height)), "{at}: an empty frame");
        }
        let buf = scene.frame(&theme(Depth::Sixteen, "auto", false), width, height);
        for y in 0..height {
            let last = (0..width).rev().find(|x| buf[(*x, y)].symbol() != " ").map_or(0, |x| x + 1);
            for cell in (last..width).map(|x| &buf[(x, y)]) {
                let shows = cell.modifier.contains(Modifier::REVERSED);
                assert!(shows || style_words(cell).is_empty(), "{at} {width}x{height}: a styled blank ends row {y}");
            }
        }
    }
    told_without_colour(at, scene);
}

/// How things stand is said by signs and words, not by colours alone.
fn told_without_colour(at: &str, scene: &mut Scene) {
    let shown = text(&scene.frame(&mono(), 160, 45));
    let model = scene.model();
    let says = |sign: &str, what: &str| assert!(shown.contains(sign), "{at}: {sign} of {what} is not shown\n{shown}");
    match &model.body {
        Body::Matrix(matrix) => {
            for row in &matrix.rows {
                for cell in &row.cells {
                    if let Some(mark) = cell.mark.filter(|mark| *mark != Mark::Absent) {
                        says(format!("{} {}", mark.sign(), first_word(&cell.version)).trim_end(), &row.service);
                    }
                }
            }
        }
        Body::Board(board) => {
            for row in &board.rows {
                says(&format!("{} {}", row.mark.sign(), row.state), &row.service);
            }
        }
        Body::Rollout(page) => {
            says(&format!("{} {}", page.mark.sign(), first_word(&page.headline)), "the headline");
            if let Some(StepLine { mark, number, .. }) = page.current_step.and_then(|at| page.steps.get(at)) {
                let row =
                    shown.lines().find(|line| line.contains(mark.sign()) && line.contains(&format!(" {number} ")));
                assert!(row.is_some(), "{at}: the step that runs is not marked\n{shown}");
            }
            for line in page.revisions.iter().filter(|line| line.mark == Mark::Bad) {
                says(Mark::Bad.sign(), &line.name);
            }
        }
        _ => {}
    }
}

/// The beginning of a text that is never cut away.
fn first_word(words: &str) -> String {
    words.split_whitespace().next().unwrap_or_default().chars().take(12).collect()
}

/// A scenario on every screen: what holds of all frames, and its snapshots.
fn show(name: &str) {
    let mut texts = std::collections::BTreeSet::new();
    tour(name, |scene, screen| {
        let at = format!("{name}__{}", screen.chars().take(40).collect::<String>());
        holds(&at, scene);
        let mut out = String::new();
        for (width, height) in [(80, 24), (160, 45)] {
            let _ = write!(out, "== {width}x{height}\n{}", text(&scene.frame(&mono(), width, height)));
        }
        assert!(texts.insert(out.clone()), "{at} shows what another screen shows");
        settings().bind(|| insta::assert_snapshot!(at.clone(), out));
        let mut out = String::new();
        for (width, height) in [(80, 24), (160, 45)] {
            let ascii = text(&scene.frame(&theme(Depth::Mono, "auto", true), width, height));
            let _ = write!(out, "== ASCII {width}x{height}\n{ascii}");
            for (title, theme) in [
                ("16 colours", theme(Depth::Sixteen, "auto", false)),
                ("256 colours, dark", theme(Depth::TwoFiftySix, "dark", false)),
            ] {
                let _ = write!(out, "== {title} {width}x{height}\n{}", styles(&scene.frame(&theme, width, height)));
            }
        }
        settings().bind(|| insta::assert_snapshot!(format!("{at}__looks"), out));
    });
}

/// A test for each scenario, so that they run beside each other.
macro_rules! scenarios {
    ($($test:ident: $name:literal,)*) => {
        const SHOWN: &[&str] = &[$($name),*];
        $(#[test]
        fn $test() {
            show($name);
        })*
    };
}

scenarios! {
    fleet: "fleet",
    gradual: "gradual",
    canary_demo: "canary-demo",
    quiet: "quiet",
    stuck: "stuck",
    crash: "crash",
    images: "images",
    invalid: "invalid",
    workload: "workload",
    hpa: "hpa",
    logs: "logs",
    long: "long",
    analysis: "analysis",
    analysis_failed: "analysis-failed",
    analysis_odd: "analysis-odd",
    experiment: "experiment",
    blue_green: "bluegreen",
    traffic: "traffic",
    deadline: "deadline",
}

#[test]
fn no_scenario_is_left_out() {
    let names: Vec<String> = scenario::names().into_iter().map(|(name, _)| name).collect();
    assert_eq!(SHOWN, names);
}

#[test]
#[ignore = "for looking at"]
fn print() {
    let only = std::env::var("ONLY").unwrap_or_default();
    let (width, height) = if std::env::var_os("WIDE").is_some() { (160, 45) } else { (80, 24) };
    let want = std::env::var("SCREEN").unwrap_or_default();
    for (name, _) in scenario::names() {
        if !name.contains(&only) {
            continue;
        }
        tour(&name, |scene, screen| {
            if screen.contains(&want) {
                println!("== {name} {screen}\n{}", text(&scene.frame(&mono(), width, height)));
            }
        });
    }
}
