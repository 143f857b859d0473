//! The pictures of the README are frames that the program draws: the default scenario of the simulated cluster at one
//! fixed moment, watched over HTTP by the same hub, state, views and theme as in the terminal. Nothing is masked: names,
//! ages and hashes come from the scenario, its seed and the moment. `BLESS=1 cargo test --test pictures` rewrites them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/program.rs"]
mod program;

use program::Program;
use rolltop::demo::clock::Clock;
use rolltop::demo::scenario;
use rolltop::keys::KeyChord;
use rolltop::names::SourceId;
use rolltop::ui::svg;
use rolltop::ui::theme::{Depth, Theme};
use std::path::Path;

/// The moment of all pictures.
const MOMENT: &str = "2026-11-24T02:07:00Z";

/// The production cluster.
const PRODUCTION: SourceId = SourceId(2);

fn start() -> Program {
    let clock = Clock::new(MOMENT.parse().unwrap(), 0.0);
    let (name, _) = scenario::names().swap_remove(0);
    Program::start(scenario::build(&name, &clock, 1).unwrap().world)
}

/// The frame as a picture.
fn picture(program: &mut Program, columns: u16, rows: u16, title: &str) -> String {
    let theme = Theme { depth: Depth::True, ascii: false, name: "dark".to_owned(), reduced_motion: true };
    svg::draw(&program.frame(&theme, columns, rows), title)
}

/// Opens a rollout in production and waits for all that belongs to it.
fn open(program: &mut Program, name: &str, kinds: &[(&'static str, usize)]) {
    program.open("production", name);
    program.until(name, |told| told.has(kinds) && told.rights.contains(&PRODUCTION));
}

/// Holds a picture against the one in `assets/`.
#[track_caller]
fn holds(name: &str, drawn: &str, differing: &mut Vec<String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, drawn).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if kept != drawn {
        let mut lines = kept.lines().zip(drawn.lines());
        let first = lines.find(|(kept, drawn)| kept != drawn);
        differing.push(format!("assets/{name}: first difference {first:#?}"));
    }
}

#[test]
fn the_pictures_are_what_the_program_draws() {
    let mut program = start();
    let mut differing = Vec::new();
    let overview =
        picture(&mut program, 120, 30, "rolltop: services by release channels, with what needs a person first");
    holds("overview.svg", &overview, &mut differing);

    let family = [("replicasets", 2), ("pods", 2), ("events", 1)];
    let measured = [("replicasets", 2), ("pods", 2), ("events", 1), ("analysisruns", 1)];
    for (name, kinds, file, title) in [
        ("inventory", &measured[..], "analysis.svg", "rolltop: a canary that is measured while it waits"),
        ("pricing", &measured[..], "failing.svg", "rolltop: a canary that its analysis has aborted, and why"),
        ("storefront", &family[..], "blue-green.svg", "rolltop: a blue-green rollout before its cut-over"),
    ] {
        open(&mut program, name, kinds);
        holds(file, &picture(&mut program, 120, 30, title), &mut differing);
        program.keys("q");
    }
    open(&mut program, "gradual-rollout", &family);
    program.press(KeyChord::char('p'));
    assert!(program.model().dialog.is_some(), "{:?}", program.model().toast);
    let promote = picture(&mut program, 80, 24, "rolltop: the question before a promote");
    holds("promote.svg", &promote, &mut differing);
    assert!(differing.is_empty(), "BLESS=1 cargo test --test pictures rewrites them\n{}", differing.join("\n"));
}
