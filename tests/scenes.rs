//! Every scenario of the simulated cluster on every screen: what an operator would see, as text at two sizes, without
//! colours in ASCII, and with the style of every cell. `INSTA_UPDATE=always cargo test --test scenes` rewrites them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/scenes.rs"]
mod support;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use rolltop::app::model::{Body, Mark, StepLine};
use rolltop::demo::scenario;
use rolltop::ui::theme::Depth;
use std::fmt::Write as _;
use support::{Scene, mono, style_words, styles, text, theme};

/// The screens of a rollout besides its page: name, the keys that lead there from the page.
const CLOSER: [(&str, &str); 5] =
    [("yaml", "y"), ("describe", "d"), ("events", "e"), ("logs", "l"), ("charts", "m")];

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
    for (channel, rollout) in &remarkable {
        scene.open(channel, rollout);
        let short: String = rollout.chars().take(30).collect();
        look(&mut scene, &format!("page_{short}"));
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
