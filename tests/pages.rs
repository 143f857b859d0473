//! The page of a rollout in every state that it has something to say about ([`scenes`]): as text at two sizes, in
//! colours, without, and in ASCII. `INSTA_UPDATE=always cargo test --test pages` rewrites the snapshots.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/scenes.rs"]
mod scenes;

use proptest::prelude::*;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use rolltop::app::model::{Body, Header, Model, Pane, RolloutPage};
use rolltop::ui::screen;
use rolltop::ui::theme::{Depth, Theme};
use scenes::Scene;
use std::fmt::Write as _;

fn theme(depth: Depth, ascii: bool) -> Theme {
    Theme { depth, ascii, name: "auto".into(), reduced_motion: false }
}

fn model(scene: &Scene, page: RolloutPage) -> Model {
    Model {
        header: Header {
            path: ["rolltop", "production", &scene.rollout.meta.name].map(str::to_owned).to_vec(),
            strong: Some(1),
            summary: "prod-eu/shop ✓ live".into(),
            filter: None,
            ribbons: Vec::new(),
            clock: scene.now,
        },
        body: Body::Rollout(Box::new(page)),
        next: scene.next(),
        keys: Vec::new(),
        filter_input: None,
        toast: None,
        dialog: None,
        verdict: None,
        too_small: None,
    }
}

fn drawn(model: &Model, theme: &Theme, width: u16, height: u16) -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    screen::render(&mut buf, model, theme);
    buf
}

fn text(buf: &Buffer) -> String {
    let row = |y| (0..buf.area.width).map(|x| buf[(x, y)].symbol()).collect::<String>();
    (0..buf.area.height).fold(String::new(), |text, y| text + row(y).trim_end() + "\n")
}

/// Which words stand in which style, row by row: what colours add to the text.
fn coloured(buf: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buf.area.height {
        let mut run: Option<(String, String)> = None;
        let mut parts = Vec::new();
        for x in 0..buf.area.width {
            let cell = &buf[(x, y)];
            let mut style = if cell.fg == Color::Reset { String::new() } else { cell.fg.to_string() };
            for (modifier, word) in [(Modifier::BOLD, "bold"), (Modifier::REVERSED, "reversed")] {
                if cell.modifier.contains(modifier) {
                    style = if style.is_empty() { word.to_owned() } else { format!("{style} {word}") };
                }
            }
            match &mut run {
                Some((before, text)) if *before == style => text.push_str(cell.symbol()),
                _ => parts.extend(run.replace((style, cell.symbol().to_owned()))),
            }
        }
        parts.extend(run);
        let told = parts.iter().filter(|(style, text)| !style.is_empty() && !text.trim().is_empty());
        let words: Vec<String> = told.map(|(style, text)| format!("{style}: {}", text.trim())).collect();
        if !words.is_empty() {
            let _ = writeln!(out, "{y:>2} {}", words.join(" | "));
        }
    }
    out
}

#[test]
fn pages_as_text() {
    for (name, scene) in scenes::all() {
        let model = model(&scene, scene.page());
        let mut out = String::new();
        for (width, height) in [(80, 24), (160, 45)] {
            let _ =
                write!(out, "== {width}x{height}\n{}", text(&drawn(&model, &theme(Depth::Mono, false), width, height)));
        }
        insta::assert_snapshot!(name, out);
    }
}

#[test]
fn pages_in_colours_and_in_ascii() {
    for (name, scene) in scenes::all() {
        let model = model(&scene, scene.page());
        let mut out = format!("== ascii\n{}", text(&drawn(&model, &theme(Depth::Mono, true), 80, 24)));
        for (title, depth) in [("no colour", Depth::Mono), ("16 colours", Depth::Sixteen), ("true colour", Depth::True)]
        {
            let _ = write!(out, "== {title}\n{}", coloured(&drawn(&model, &theme(depth, false), 80, 24)));
        }
        insta::assert_snapshot!(format!("themes_{name}"), out);
    }
}

#[test]
fn panes_with_the_focus_and_the_whole_screen() {
    let mut out = String::new();
    for (name, scene, pane) in [
        ("revisions", scenes::broken_pods(), Pane::Revisions),
        ("revisions of many pods", scenes::many_pods(), Pane::Revisions),
        ("analysis", scenes::failed(), Pane::Analysis),
        ("events", scenes::analysis(), Pane::Events),
        ("conditions", scenes::invalid(), Pane::Conditions),
    ] {
        for zoom in [false, true] {
            let mut page = scene.page();
            page.focus = pane;
            page.zoom = zoom;
            page.cursor = matches!(pane, Pane::Revisions | Pane::Analysis).then_some(1);
            let model = model(&scene, page);
            let zoomed = if zoom { ", zoomed" } else { "" };
            let _ = write!(out, "== {name}{zoomed}\n{}", text(&drawn(&model, &theme(Depth::Mono, false), 80, 24)));
        }
    }
    insta::assert_snapshot!("focus", out);
}

fn bytes(before: &Buffer, after: &Buffer) -> usize {
    let mut wire = Vec::new();
    CrosstermBackend::new(&mut wire).draw(before.diff(after).into_iter()).unwrap();
    wire.len()
}

#[test]
fn a_second_that_passes_costs_few_bytes_and_moves_no_row() {
    let theme = theme(Depth::Sixteen, false);
    for (name, mut scene) in scenes::all() {
        for (width, height) in [(80, 24), (160, 45)] {
            let before = drawn(&model(&scene, scene.page()), &theme, width, height);
            scene.now += jiff::SignedDuration::from_secs(1);
            let after = drawn(&model(&scene, scene.page()), &theme, width, height);
            let cost = bytes(&before, &after);
            assert!(cost < 200, "{name} {width}x{height}: {cost} bytes");
            let blank = Buffer::empty(Rect::new(0, 0, width, height));
            let most = if width == 80 { 6_000 } else { 14_000 };
            assert!(bytes(&blank, &after) < most, "{name} {width}x{height}: {} bytes", bytes(&blank, &after));
        }
    }
}

#[test]
fn every_size_is_drawn_and_ascii_is_ascii() {
    for (name, scene) in scenes::all() {
        for pane in Pane::ALL {
            let mut page = scene.page();
            page.focus = pane;
            page.cursor = Some(1);
            let model = model(&scene, page);
            for (width, height) in
                [(0, 0), (1, 1), (20, 6), (40, 12), (60, 20), (80, 16), (100, 30), (120, 30), (200, 60)]
            {
                let buf = drawn(&model, &theme(Depth::Mono, true), width, height);
                assert!(buf.content().iter().all(|cell| cell.symbol().is_ascii()), "{name} {width}x{height}");
            }
        }
    }
}

#[test]
fn the_pane_with_the_focus_shows_at_every_usual_size() {
    for (name, scene) in scenes::all() {
        for pane in Pane::ALL {
            let mut page = scene.page();
            if !page.has(pane) {
                continue;
            }
            let word = match pane {
                Pane::Steps => page.steps_title,
                Pane::Revisions => "revisions",
                Pane::Analysis => "analysis",
                Pane::Events => "events",
                Pane::Conditions => "conditions",
            };
            page.focus = pane;
            let model = model(&scene, page);
            for (width, height) in [(60, 20), (80, 20), (80, 24), (100, 24), (120, 30), (160, 45)] {
                let text = text(&drawn(&model, &theme(Depth::Mono, false), width, height));
                assert!(text.contains(&format!("{word} ─")), "{name} {width}x{height}: {word}\n{text}");
            }
        }
    }
}

/// Texts that terminals and widths stumble over.
const HOSTILE: [&str; 6] = [
    "\u{1b}[31mred\u{1b}]52;c;eA==\u{7}",
    "\u{202e}thgir\u{2066}left\u{200f}",
    "a\u{200d}b\u{fe0f}c\u{20e3}",
    "👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
    "日本語のとても長い名前",
    "x",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn hostile_texts_change_nothing_about_the_frame(
        which in 0usize..12, hostile in 0usize..6, repeat in 1usize..300, width in 0u16..180, height in 0u16..50,
        focus in 0usize..5, at in 0usize..60, zoom in any::<bool>(),
    ) {
        let (_, scene) = scenes::all().swap_remove(which);
        let evil = HOSTILE[hostile].repeat(repeat);
        let mut page = scene.page();
        page.focus = Pane::ALL[focus];
        page.cursor = Some(at);
        page.scroll = Some(at);
        page.zoom = zoom;
        page.message.clone_from(&evil);
        page.traffic.clone_from(&evil);
        page.roles.iter_mut().for_each(|role| role.version.clone_from(&evil));
        for line in &mut page.revisions {
            line.name.clone_from(&evil);
            line.status.clone_from(&evil);
            line.message.clone_from(&evil);
            line.version.clone_from(&evil);
        }
        for step in &mut page.steps {
            step.words.clone_from(&evil);
            step.state.clone_from(&evil);
        }
        for run in &mut page.analysis {
            run.name.clone_from(&evil);
            run.message.clone_from(&evil);
            for metric in &mut run.metrics {
                metric.name.clone_from(&evil);
                metric.value.clone_from(&evil);
                metric.limit.clone_from(&evil);
                metric.words.clone_from(&evil);
            }
        }
        page.events.iter_mut().for_each(|event| event.words.clone_from(&evil));
        let buf = drawn(&model(&scene, page), &theme(Depth::True, false), width, height);
        prop_assert_eq!(buf.area, Rect::new(0, 0, width, height));
        let escapes = buf.content().iter().filter(|cell| cell.symbol().contains('\u{1b}')).count();
        prop_assert_eq!(escapes, 0);
    }
}
