//! A frame as a picture: an SVG with the text of every row in a monospaced face, coloured as the terminal would. The
//! same frame gives the same bytes, so that a picture in the README can be held against the program by a test.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// Width of a cell in pixels.
const CELL: f64 = 8.4;
/// Height of a row in pixels.
const ROW: u32 = 18;
/// Margin around the frame in pixels.
const MARGIN: u32 = 12;
/// Foreground and background where the terminal's own are meant.
const FG: &str = "#d0d0d0";
const BG: &str = "#16161e";
/// The terminal's 16 colours.
const ANSI: [&str; 16] = [
    "#3b3b4d", "#e06c75", "#87c987", "#d9b362", "#6fa8dc", "#c991d4", "#5fb8c4", "#c8c8c8", "#6b6b80", "#ff7f88",
    "#a6e3a1", "#f5e08a", "#8fc4ff", "#e3b0ee", "#86dfe8", "#ffffff",
];

/// Draws a frame; `title` is what a screen reader says.
#[must_use]
pub fn draw(buf: &Buffer, title: &str) -> String {
    let area = buf.area;
    let (margin, row) = (f64::from(MARGIN), f64::from(ROW));
    let width = f64::from(area.width) * CELL + 2.0 * margin;
    let height = f64::from(area.height) * row + 2.0 * margin;
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.1} {height:.1}" role="img" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" xml:space="preserve">"#
    );
    let _ = writeln!(out, "<title>{}</title>", escaped(title));
    let _ = writeln!(out, r#"<rect width="100%" height="100%" rx="8" fill="{BG}"/>"#);
    for y in area.top()..area.bottom() {
        for run in runs(buf, y) {
            write_run(&mut out, &run, margin + f64::from(y - area.y) * row);
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Cells of one row that look alike.
struct Run {
    x: u16,
    cells: u16,
    text: String,
    look: Look,
}

#[derive(PartialEq)]
struct Look {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

fn look(cell: &Cell) -> Look {
    Look { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
}

fn runs(buf: &Buffer, y: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut x = buf.area.left();
    while x < buf.area.right() {
        let Some(cell) = buf.cell((x, y)) else { break };
        let width = (cell.symbol().width() as u16).max(1);
        let look = look(cell);
        match runs.last_mut() {
            Some(run) if run.look == look => {
                run.text.push_str(cell.symbol());
                run.cells += width;
            }
            _ => runs.push(Run { x: x - buf.area.x, cells: width, text: cell.symbol().to_owned(), look }),
        }
        x += width;
    }
    runs
}

fn write_run(out: &mut String, run: &Run, top: f64) {
    let (margin, row) = (f64::from(MARGIN), f64::from(ROW));
    let reversed = run.look.modifier.contains(Modifier::REVERSED);
    let (mut fg, mut bg) = (color(run.look.fg, FG), color(run.look.bg, BG));
    if reversed {
        std::mem::swap(&mut fg, &mut bg);
    }
    let x = margin + f64::from(run.x) * CELL;
    let width = f64::from(run.cells) * CELL;
    if bg != BG {
        let _ = writeln!(out, r#"<rect x="{x:.1}" y="{top:.1}" width="{width:.1}" height="{row:.0}" fill="{bg}"/>"#);
    }
    if run.text.trim().is_empty() {
        return;
    }
    let mut style = String::new();
    if run.look.modifier.contains(Modifier::BOLD) {
        style.push_str(r#" font-weight="bold""#);
    }
    if run.look.modifier.contains(Modifier::DIM) {
        style.push_str(r#" opacity="0.6""#);
    }
    if run.look.modifier.contains(Modifier::UNDERLINED) {
        style.push_str(r#" text-decoration="underline""#);
    }
    // The blanks at both ends are left out; the length pins every run to its columns, whatever the face is.
    let lead = run.text.len() - run.text.trim_start().len();
    let text = run.text.trim();
    let x = x + lead as f64 * CELL;
    let length = text.width() as f64 * CELL;
    let baseline = top + row - 4.5;
    let _ = writeln!(
        out,
        r#"<text x="{x:.1}" y="{baseline:.1}" fill="{fg}"{style} textLength="{length:.1}" lengthAdjust="spacingAndGlyphs">{}</text>"#,
        escaped(text)
    );
}

fn color(color: Color, own: &str) -> String {
    let ansi = |index: usize| ANSI[index].to_owned();
    match color {
        Color::Reset => own.to_owned(),
        Color::Black => ansi(0),
        Color::Red => ansi(1),
        Color::Green => ansi(2),
        Color::Yellow => ansi(3),
        Color::Blue => ansi(4),
        Color::Magenta => ansi(5),
        Color::Cyan => ansi(6),
        Color::Gray => ansi(7),
        Color::DarkGray => ansi(8),
        Color::LightRed => ansi(9),
        Color::LightGreen => ansi(10),
        Color::LightYellow => ansi(11),
        Color::LightBlue => ansi(12),
        Color::LightMagenta => ansi(13),
        Color::LightCyan => ansi(14),
        Color::White => ansi(15),
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        Color::Indexed(index) => indexed(index),
    }
}

/// The 256 colours of xterm: 16 of the terminal, a cube of six levels, 24 greys.
fn indexed(index: u8) -> String {
    match index {
        0..16 => ANSI[usize::from(index)].to_owned(),
        16..232 => {
            let level = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
            let cube = index - 16;
            format!("#{:02x}{:02x}{:02x}", level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
        _ => {
            let grey = 8 + 10 * (index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    fn frame() -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, 20, 2));
        buf.set_string(1, 0, "a<b & ✓", Style::new().fg(Color::Indexed(114)));
        buf.set_string(1, 1, "[x]", Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD));
        buf
    }

    #[test]
    fn a_frame_is_the_same_picture_every_time() {
        let picture = draw(&frame(), "two rows");
        assert_eq!(picture, draw(&frame(), "two rows"));
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
        assert!(picture.contains("a&lt;b &amp; ✓</text>"), "{picture}");
        assert!(picture.contains("fill=\"#87d787\""), "114 of xterm's cube");
    }

    #[test]
    fn reverse_swaps_and_bold_is_bold() {
        let picture = draw(&frame(), "");
        assert!(picture.contains(&format!("fill=\"{FG}\"/>")), "a background in the foreground's colour: {picture}");
        assert!(picture.contains("font-weight=\"bold\""));
    }

    #[test]
    fn the_256_colours_are_those_of_xterm() {
        assert_eq!(
            [indexed(16), indexed(231), indexed(232), indexed(255)],
            ["#000000", "#ffffff", "#080808", "#eeeeee"]
        );
    }
}
