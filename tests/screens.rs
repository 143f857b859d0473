//! The screens, drawn from models built by hand: as text, as text with the style of every cell, in colours, without
//! colours and in ASCII, at every size. `INSTA_UPDATE=always cargo test --test screens` rewrites the snapshots.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "screens/analysis.rs"]
mod analysis;
#[path = "screens/closer.rs"]
mod closer;
#[path = "screens/deeds.rs"]
mod deeds;
#[path = "screens/deploy.rs"]
mod deploy;
#[path = "support/frame.rs"]
mod frame;
#[path = "screens/models.rs"]
mod models;

use frame::{style_words, styles, text};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use rolltop::app::event::Target;
use rolltop::app::model::{Body, Dialog, Model, Pane};
use rolltop::ui::screen::{self, Placed};
use rolltop::ui::theme::{Depth, Theme};
use std::fmt::Write as _;

/// Every screen, by name.
fn every() -> Vec<(&'static str, Model)> {
    models::all()
        .into_iter()
        .chain(analysis::all())
        .chain(closer::all())
        .chain(deeds::all())
        .chain(deploy::all())
        .collect()
}

fn theme(depth: Depth, name: &str, ascii: bool) -> Theme {
    Theme { depth, ascii, name: name.into(), reduced_motion: false }
}

fn mono() -> Theme {
    theme(Depth::Mono, "auto", false)
}

fn drawn(model: &Model, theme: &Theme, width: u16, height: u16) -> (Buffer, Placed) {
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    let placed = screen::render(&mut buf, model, theme);
    (buf, placed)
}

#[test]
fn screens_as_text() {
    for (name, model) in every() {
        for (width, height) in [(80, 24), (160, 45)] {
            let (buf, _) = drawn(&model, &mono(), width, height);
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), text(&buf));
        }
    }
}

#[test]
fn screens_with_their_styles() {
    for (name, model) in every() {
        let mut out = String::new();
        for (title, theme) in [
            ("no colour", mono()),
            ("16 colours", theme(Depth::Sixteen, "auto", false)),
            ("256 colours, dark", theme(Depth::TwoFiftySix, "dark", false)),
            ("true colour, light", theme(Depth::True, "light", false)),
        ] {
            let (buf, _) = drawn(&model, &theme, 80, 24);
            let _ = write!(out, "== {title}\n{}", styles(&buf));
        }
        insta::assert_snapshot!(format!("styles_{name}"), out);
    }
}

#[test]
fn screens_in_ascii() {
    for (name, model) in every() {
        let (buf, _) = drawn(&model, &theme(Depth::Mono, "auto", true), 80, 24);
        insta::assert_snapshot!(format!("ascii_{name}"), text(&buf));
    }
}

#[test]
fn screens_between_and_below() {
    for (name, model) in every() {
        let mut out = String::new();
        for (width, height) in [(120, 30), (100, 24), (80, 16), (60, 20), (40, 10), (30, 8), (20, 6), (18, 5)] {
            let (buf, _) = drawn(&model, &mono(), width, height);
            let _ = write!(out, "== {width}x{height}\n{}", text(&buf));
        }
        insta::assert_snapshot!(format!("sizes_{name}"), out);
    }
}

#[test]
fn no_frame_without_colour_contains_one_and_ascii_frames_are_ascii() {
    for (name, model) in every() {
        for (width, height) in [(20, 6), (40, 10), (80, 24), (160, 45), (200, 60)] {
            for ascii in [false, true] {
                let (buf, _) = drawn(&model, &theme(Depth::Mono, "dark", ascii), width, height);
                for cell in buf.content() {
                    assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{name} {width}x{height}");
                    assert!(!ascii || cell.symbol().is_ascii(), "{name} {width}x{height}: {:?}", cell.symbol());
                }
            }
        }
    }
}

#[test]
fn blank_cells_carry_a_style_only_where_it_shows() {
    for (name, model) in every() {
        let (buf, _) = drawn(&model, &theme(Depth::Sixteen, "auto", false), 80, 24);
        for y in 0..24 {
            let last = (0..80).rev().find(|x| buf[(*x, y)].symbol() != " ").map_or(0, |x| x + 1);
            for x in last..80 {
                let cell = &buf[(x, y)];
                let shows = cell.modifier.contains(Modifier::REVERSED);
                assert!(shows || style_words(cell).is_empty(), "{name}: a styled blank at the end of row {y}");
            }
        }
    }
}

#[test]
fn every_size_is_drawn_without_a_fault() {
    for (name, model) in every() {
        for (parity, theme) in [mono(), theme(Depth::Sixteen, "auto", true)].into_iter().enumerate() {
            for width in (0..=44).chain((45..=200).step_by(11)).skip(parity).step_by(2) {
                for height in (0..=16).chain((17..=60).step_by(5)) {
                    let (buf, placed) = drawn(&model, &theme, width, height);
                    for (rect, target) in placed.targets {
                        assert_eq!(rect.intersection(buf.area), rect, "{name} {width}x{height}: {target:?} is outside");
                    }
                    assert!(placed.page_rows <= height, "{name} {width}x{height}");
                }
            }
        }
    }
}

#[test]
fn the_selected_cell_is_found_in_a_plain_text_dump() {
    let (buf, _) = drawn(&models::overview(false), &mono(), 80, 24);
    let text = text(&buf);
    let row = text.lines().find(|line| line.starts_with('›')).unwrap();
    assert!(row.starts_with("›!checkout") && row.contains("[‖ 2.42.0 40% 4/8 12m]"), "{row}");
}

#[test]
fn a_channel_that_is_stale_says_so_in_its_head_at_every_width() {
    for width in 40..200 {
        let mut model = models::four_channels();
        let Body::Matrix(matrix) = &mut model.body else { unreachable!() };
        matrix.rows[0].focused = Some(3);
        let text = text(&drawn(&model, &mono(), width, 24).0);
        let head = text.lines().nth(2).unwrap();
        assert!(head.contains('~'), "{width}: {head}");
    }
}

#[test]
fn the_buttons_of_a_dialog_are_the_only_targets_while_it_is_open() {
    for size in [(80, 24), (40, 10), (24, 8)] {
        let (buf, placed) = drawn(&models::dialog(Some("check")), &mono(), size.0, size.1);
        assert!(!placed.targets.is_empty(), "{size:?}\n{}", text(&buf));
        for (rect, target) in &placed.targets {
            assert!(matches!(target, Target::Button(_)), "{target:?}");
            let shown: String = (rect.left()..rect.right()).map(|x| buf[(x, rect.y)].symbol()).collect();
            assert!(shown.starts_with(['[', '(']), "{size:?}: {shown}");
        }
    }
}

#[test]
fn a_click_on_a_cell_means_its_row_and_channel() {
    let (buf, placed) = drawn(&models::overview(false), &mono(), 80, 24);
    let text = text(&buf);
    let y = text.lines().position(|line| line.contains("ledger ")).unwrap() as u16;
    let (rect, target) = placed.targets.iter().find(|(rect, _)| rect.y == y && rect.x > 30).unwrap();
    assert_eq!(*target, Target::Row { row: 2, column: 1 }, "{rect:?}");
}

#[test]
fn the_dialog_names_where_it_writes_and_keeps_its_buttons_at_every_size() {
    for (typed, width, height) in
        [(Some("check"), 80, 24), (Some("check"), 40, 12), (None, 30, 10), (Some(""), 20, 8), (Some(""), 20, 6)]
    {
        let (buf, _) = drawn(&models::dialog(typed), &mono(), width, height);
        let text = text(&buf);
        let place = if typed.is_some() { "PRODUCTION" } else { "staging" };
        assert!(text.contains(place) && text.contains("Cancel"), "{width}x{height}\n{text}");
        assert!(text.contains("prod-eu"), "the cluster is named: {width}x{height}\n{text}");
    }
}

/// What a frame after another costs on the wire: a cursor move for every gap, a style switch for every change of
/// style, and the cells. The terminal library's own backend writes it.
fn bytes(before: &Buffer, after: &Buffer) -> usize {
    use ratatui::backend::{Backend, CrosstermBackend};
    let mut wire = Vec::new();
    let mut backend = CrosstermBackend::new(&mut wire);
    backend.draw(before.diff(after).into_iter()).unwrap();
    wire.len()
}

#[test]
fn a_weight_change_costs_less_than_200_bytes_and_a_first_frame_less_than_6_kb() {
    let theme = theme(Depth::Sixteen, "auto", false);
    let blank = Buffer::empty(Rect::new(0, 0, 80, 24));
    for (name, model) in every() {
        let (first, _) = drawn(&model, &theme, 80, 24);
        let paint = bytes(&blank, &first);
        assert!(paint < 6_000, "{name}: {paint} bytes");
    }
    let blank = Buffer::empty(Rect::new(0, 0, 160, 45));
    for (name, model) in every() {
        let paint = bytes(&blank, &drawn(&model, &theme, 160, 45).0);
        assert!(paint < 14_000, "{name}: {paint} bytes");
    }
    let before = models::overview(false);
    let mut after = before.clone();
    let Body::Matrix(matrix) = &mut after.body else { unreachable!() };
    matrix.rows[10].cells[2].actual = Some(8);
    matrix.rows[10].cells[2].set = Some(20);
    matrix.rows[10].cells[2].step = "2/4".into();
    let cost = bytes(&drawn(&before, &theme, 80, 24).0, &drawn(&after, &theme, 80, 24).0);
    assert!(cost > 0 && cost < 200, "overview: {cost}");
    let before = models::rollout();
    let mut after = before.clone();
    let Body::Rollout(page) = &mut after.body else { unreachable!() };
    page.gauge = Some(rolltop::app::model::Gauge { set: 40, actual: Some(40), max: 100 });
    let cost = bytes(&drawn(&before, &theme, 80, 24).0, &drawn(&after, &theme, 80, 24).0);
    assert!(cost > 0 && cost < 200, "rollout: {cost}");
}

#[test]
fn a_dialog_costs_less_to_open_than_a_screen() {
    let theme = theme(Depth::Sixteen, "auto", false);
    let before = drawn(&models::rollout(), &theme, 80, 24).0;
    let cost = bytes(&before, &drawn(&models::dialog(Some("")), &theme, 80, 24).0);
    assert!(cost > 0 && cost < 4_000, "{cost}");
    let typed = drawn(&models::dialog(Some("c")), &theme, 80, 24).0;
    let cost = bytes(&drawn(&models::dialog(Some("")), &theme, 80, 24).0, &typed);
    assert!(cost > 0 && cost < 60, "a letter: {cost}");
}

#[test]
fn a_cursor_that_moves_by_one_row_repaints_little() {
    let theme = theme(Depth::Sixteen, "auto", false);
    let before = models::board();
    let mut after = before.clone();
    let Body::Board(board) = &mut after.body else { unreachable!() };
    board.selected = Some(1);
    let cost = bytes(&drawn(&before, &theme, 80, 24).0, &drawn(&after, &theme, 80, 24).0);
    assert!(cost > 0 && cost < 200, "{cost}");
}

#[test]
fn a_name_that_is_typed_wrongly_is_shown_as_typed() {
    let (buf, _) = drawn(&models::dialog(Some("chekcout")), &mono(), 80, 24);
    assert!(text(&buf).contains("chekcout"));
    let mut model = models::dialog(Some(""));
    if let Some(Dialog::Write(write)) = &mut model.dialog {
        write.typed = Some(("checkout".into(), "x".repeat(200)));
    }
    let (buf, _) = drawn(&model, &mono(), 80, 24);
    assert!(text(&buf).contains("xxxx"), "the end of a long text stays in sight");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn hostile_names_and_sizes_change_nothing_about_the_frame(
        width in 0u16..200, height in 0u16..60, name in "\\PC{0,40}", which in 0usize..17, rows in 0usize..40,
        wrong in 0usize..100, long in any::<bool>(),
    ) {
        let name = if long { name.repeat(500) } else { name };
        let (_, mut model) = every().swap_remove(which);
        match &mut model.body {
            Body::Matrix(matrix) => {
                if let Some(row) = matrix.rows.first().cloned() {
                    matrix.rows = vec![row; rows];
                    matrix.total = rows * 3;
                    matrix.selected = rows.checked_sub(1);
                }
                for row in &mut matrix.rows {
                    row.service.clone_from(&name);
                    row.cells[0].version.clone_from(&name);
                }
            }
            Body::Board(board) => {
                board.rows.iter_mut().for_each(|row| row.service.clone_from(&name));
                board.selected = Some(wrong);
            }
            Body::Rollout(page) => {
                page.headline.clone_from(&name);
                page.message.clone_from(&name);
                page.scroll = (rows % 3 > 0).then_some(rows);
                page.focus = Pane::ALL[rows % 5];
                page.cursor = (wrong % 3 > 0).then_some(wrong);
                page.zoom = rows % 2 == 0;
                // Indexes that fit to nothing.
                page.current_step = Some(wrong);
                page.steps_scroll = (wrong % 2 == 0).then_some(wrong);
                page.revisions.iter_mut().for_each(|line| line.name.clone_from(&name));
            }
            _ => {}
        }
        model.next.clone_from(&name);
        model.header.path.push(name.clone());
        model.header.summary.clone_from(&name);
        model.header.strong = Some(wrong);
        let (buf, _) = drawn(&model, &theme(Depth::True, "dark", false), width, height);
        prop_assert_eq!(buf.area, Rect::new(0, 0, width, height));
    }
}
