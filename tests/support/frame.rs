//! A frame as text, and the style of every cell of it.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::fmt::Write as _;

/// The rows of a frame, without blanks at their ends.
pub fn text(buf: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buf.area.height {
        let row: String = (0..buf.area.width).map(|x| buf[(x, y)].symbol()).collect();
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

/// How a cell is drawn, in words; empty: as the terminal draws anything.
pub fn style_words(cell: &Cell) -> String {
    let mut words = Vec::new();
    if cell.fg != Color::Reset {
        words.push(cell.fg.to_string());
    }
    if cell.bg != Color::Reset {
        words.push(format!("on {}", cell.bg));
    }
    for (modifier, word) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::UNDERLINED, "underlined"),
        (Modifier::REVERSED, "reversed"),
    ] {
        if cell.modifier.contains(modifier) {
            words.push(word.to_owned());
        }
    }
    words.join(" ")
}

/// A grid of letters, one per style, and what the letters mean; plain cells are blank.
pub fn styles(buf: &Buffer) -> String {
    let mut legend: Vec<String> = Vec::new();
    let mut out = String::new();
    for y in 0..buf.area.height {
        let mut row = String::new();
        for x in 0..buf.area.width {
            let words = style_words(&buf[(x, y)]);
            if words.is_empty() {
                row.push(' ');
                continue;
            }
            let at = legend.iter().position(|known| *known == words).unwrap_or_else(|| {
                legend.push(words);
                legend.len() - 1
            });
            row.push(char::from(b'a' + u8::try_from(at).unwrap()));
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    for (at, words) in legend.iter().enumerate() {
        let _ = writeln!(out, "{} {words}", char::from(b'a' + u8::try_from(at).unwrap()));
    }
    out
}
