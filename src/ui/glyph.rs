//! Glyphs: the sign and the role of a mark, and the ASCII twin of every glyph. No glyph needs U+FE0F and none has an
//! emoji form, so that every terminal gives each one cell.

use super::theme::{Role, Theme};
use crate::app::model::Mark;
use ratatui::buffer::Buffer;
use std::borrow::Cow;

/// The role of a mark.
#[must_use]
pub fn role(mark: Mark) -> Role {
    match mark {
        Mark::Ok => Role::Ok,
        Mark::Busy => Role::Busy,
        Mark::Wait | Mark::Unknown => Role::Wait,
        Mark::Bad | Mark::Aborted | Mark::Attention => Role::Bad,
        Mark::Absent | Mark::Stale => Role::Dim,
    }
}

/// The signs of a screen with their meaning, for help.
pub const LEGEND: [(&str, &str); 15] = [
    ("✓", "healthy, passed"),
    ("▸", "progressing"),
    ("‖", "paused"),
    ("✗", "degraded, failed"),
    ("⊘", "aborted: stable serves"),
    ("?", "unknown"),
    ("·", "not there, not started"),
    ("!", "needs attention"),
    ("~", "old data, with its age"),
    ("≠", "another version than the channel before"),
    ("›", "under the cursor, in the focus"),
    ("[ ]", "selected; ( ) can be selected"),
    ("█", "actual weight"),
    ("┃", "set weight"),
    ("–", "not known"),
];

/// How much a mark wants to be looked at; more is more urgent.
#[must_use]
pub fn urgency(mark: Mark) -> u8 {
    match mark {
        Mark::Bad => 8,
        Mark::Aborted => 7,
        Mark::Attention => 6,
        Mark::Wait => 5,
        Mark::Unknown => 4,
        Mark::Stale => 3,
        Mark::Busy => 2,
        Mark::Ok => 1,
        Mark::Absent => 0,
    }
}

/// The spinner's sign at a time; the only thing that moves by itself, and only beside a write in flight.
#[must_use]
pub fn spinner(theme: &Theme, millisecond: i64) -> &'static str {
    const UNICODE: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
    const ASCII: [&str; 4] = ["|", "/", "-", "\\"];
    let at = millisecond.max(0).unsigned_abs() as usize / 250;
    match (theme.reduced_motion, theme.ascii) {
        (true, false) => "…",
        (true, true) => ".",
        (false, false) => UNICODE[at % UNICODE.len()],
        (false, true) => ASCII[at % ASCII.len()],
    }
}

/// The ASCII twin of a glyph, of one cell except where a relation or a cut would be read wrongly; `None`: no twin.
fn twin(glyph: char) -> Option<&'static str> {
    Some(match glyph {
        '▸' | '›' => ">",
        '→' => "->",
        '‖' => "=",
        '✗' | '×' => "x",
        '⊘' => "/",
        '·' | '░' | '•' => ".",
        '≠' | '↑' => "^",
        '◆' | '●' => "*",
        '♪' => "&",
        '█' | '▉' | '▊' | '▋' | '▌' | '▍' | '▎' | '▏' | '▒' => "#",
        '┃' | '│' | '├' | '▕' => "|",
        '└' => "\\",
        '─' | '╌' | '–' | '—' => "-",
        '✓' | '╭' | '╮' | '╰' | '╯' | '┌' | '┐' | '┘' => "+",
        '←' | '‹' | '⏎' => "<",
        '↓' => "v",
        '…' => "..",
        '≥' => ">=",
        '≤' => "<=",
        '“' | '”' => "\"",
        '‘' | '’' => "'",
        _ => return None,
    })
}

/// A text in the signs the terminal can show; anything without a twin becomes `?`.
#[must_use]
pub fn shown<'a>(theme: &Theme, text: &'a str) -> Cow<'a, str> {
    if !theme.ascii || text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for glyph in text.chars() {
        if glyph.is_ascii() {
            out.push(glyph);
        } else {
            out.push_str(twin(glyph).unwrap_or("?"));
        }
    }
    Cow::Owned(out)
}

/// Replaces what is left of non-ASCII in a finished frame, cell by cell.
pub fn fold_to_ascii(buf: &mut Buffer) {
    for cell in &mut buf.content {
        if !cell.symbol().is_ascii() {
            let first = cell.symbol().chars().next().and_then(twin).and_then(|twin| twin.get(..1)).unwrap_or("?");
            cell.set_symbol(first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::Depth;
    use unicode_width::UnicodeWidthStr;

    const MARKS: [Mark; 9] = [
        Mark::Ok,
        Mark::Busy,
        Mark::Wait,
        Mark::Bad,
        Mark::Aborted,
        Mark::Unknown,
        Mark::Absent,
        Mark::Attention,
        Mark::Stale,
    ];

    fn theme(ascii: bool) -> Theme {
        Theme { depth: Depth::Mono, ascii, name: "auto".into(), reduced_motion: false }
    }

    #[test]
    fn every_mark_has_a_sign_of_its_own_of_one_cell_in_both_sets() {
        let mut seen = Vec::new();
        for mark in MARKS {
            for ascii in [false, true] {
                let theme = theme(ascii);
                let sign = shown(&theme, mark.sign()).into_owned();
                assert_eq!(sign.width(), 1, "{mark:?}");
                assert!(!sign.contains('\u{fe0f}'));
                assert!(!seen.contains(&(ascii, sign.clone())), "{mark:?} looks like another mark: {sign}");
                seen.push((ascii, sign));
            }
        }
    }

    #[test]
    fn relations_keep_their_meaning_in_ascii() {
        assert_eq!(shown(&theme(true), "0.961, must be ≥ 0.99 · 40 % → 60 %"), "0.961, must be >= 0.99 . 40 % -> 60 %");
        assert_eq!(shown(&theme(true), "日本"), "??");
        assert_eq!(shown(&theme(false), "≥ 日本"), "≥ 日本");
    }

    #[test]
    fn the_spinner_turns_four_times_a_second_and_stands_still_on_request() {
        assert_ne!(spinner(&theme(false), 0), spinner(&theme(false), 250));
        assert_eq!(spinner(&theme(false), 0), spinner(&theme(false), 249));
        let still = Theme { reduced_motion: true, ..theme(false) };
        assert_eq!(spinner(&still, 0), spinner(&still, 250));
    }
}
