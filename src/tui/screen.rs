//! The screen: cells are drawn into a buffer, compared with what the terminal shows, and the difference becomes the
//! bytes of one frame. Nothing here writes to the terminal.

use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Frames longer than this are wrapped in a synchronised update; a shorter one is one packet and cannot tear.
const SYNC_OVER: usize = 256;

/// How many colours the bytes may speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// None at all.
    None,
    /// The 16 of the terminal, in the short form that every console knows.
    Sixteen,
    /// As drawn.
    Many,
}

/// What the backend writes behind each frame: four resets, of which the last does it all.
const CLOSING: &[u8] = b"\x1b[39m\x1b[49m\x1b[59m\x1b[0m";
/// Going to another cell of the row costs about this many bytes; repeating what lies between may cost less.
const MOVE_COST: usize = 7;

/// Collects what the backend writes.
#[derive(Clone, Debug, Default)]
struct Collector(Arc<Mutex<Vec<u8>>>);

impl Collector {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Collector {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the terminal shows, and the way to change it.
#[derive(Debug)]
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Collector>>,
    collector: Collector,
    area: Rect,
    /// What the terminal shows.
    shown: Buffer,
    colours: Colours,
    /// The next frame begins with a cleared terminal.
    fresh: bool,
}

impl Screen {
    /// An empty screen of this size.
    ///
    /// # Errors
    /// None in practice: the buffer takes every byte.
    pub fn new(columns: u16, rows: u16, colours: Colours) -> io::Result<Self> {
        // Crossterm looks at NO_COLOR by itself and then writes broken attributes; what is drawn has been decided by
        // the theme, so its own decision is switched off one way or the other.
        crossterm::style::force_color_output(colours != Colours::None);
        let collector = Collector::default();
        let area = area(columns, rows);
        let terminal = blank(&collector, area)?;
        Ok(Self { terminal, collector, area, shown: Buffer::empty(area), colours, fresh: true })
    }

    /// Takes a new size; the next frame is drawn whole.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.area = area(columns, rows);
        self.repaint();
    }

    /// The next frame is drawn whole, whatever the terminal shows.
    pub fn repaint(&mut self) {
        self.fresh = true;
    }

    /// Draws for nobody: what was placed, and whether it would change what the terminal shows.
    pub fn would_change<T>(&mut self, draw: impl FnOnce(&mut Frame<'_>) -> T) -> (T, bool) {
        let placed = draw(&mut self.terminal.get_frame());
        let next = std::mem::replace(self.terminal.current_buffer_mut(), Buffer::empty(self.area));
        (placed, self.fresh || !changes(&self.shown, &next).is_empty())
    }

    /// Draws; the bytes that bring the terminal there, empty when it shows that already.
    ///
    /// # Errors
    /// None in practice.
    pub fn draw<T>(&mut self, draw: impl FnOnce(&mut Frame<'_>) -> T) -> io::Result<(T, Vec<u8>)> {
        let mut bytes = Vec::new();
        if std::mem::take(&mut self.fresh) {
            self.terminal = blank(&self.collector, self.area)?;
            self.shown = Buffer::empty(self.area);
            bytes.extend_from_slice(b"\x1b[0m\x1b[2J");
        }
        let placed = draw(&mut self.terminal.get_frame());
        let next = std::mem::take(self.terminal.current_buffer_mut());
        let cells = changes(&self.shown, &next);
        if !cells.is_empty() {
            self.terminal.backend_mut().draw(cells.into_iter())?;
            let drawn = self.collector.take();
            // The last reset undoes all that the three before it do.
            bytes.extend_from_slice(&shorter(drawn.strip_suffix(CLOSING).unwrap_or(&drawn)));
            bytes.extend_from_slice(b"\x1b[0m");
        }
        *self.terminal.current_buffer_mut() = Buffer::empty(self.area);
        self.shown = next;
        if self.colours == Colours::Sixteen {
            bytes = short_colours(&bytes);
        }
        if bytes.len() > SYNC_OVER {
            let mut whole = Vec::with_capacity(bytes.len() + 16);
            whole.extend_from_slice(b"\x1b[?2026h");
            whole.append(&mut bytes);
            whole.extend_from_slice(b"\x1b[?2026l");
            bytes = whole;
        }
        Ok((placed, bytes))
    }
}

/// The cells to write, in order. A short gap of unchanged cells is written again where that is shorter than jumping
/// over it.
fn changes<'a>(shown: &Buffer, next: &'a Buffer) -> Vec<(u16, u16, &'a Cell)> {
    let mut cells: Vec<(u16, u16, &Cell)> = Vec::new();
    for (x, y, cell) in shown.diff(next) {
        if let Some(&(last_x, last_y, last)) = cells.last()
            && last_y == y
            && x > last_x + 1
            && last.symbol().len() == 1
        {
            let gap: Vec<_> = (last_x + 1..x).filter_map(|x| next.cell((x, y)).map(|cell| (x, y, cell))).collect();
            let plain = |cell: &Cell| {
                cell.symbol().len() == 1 && (cell.fg, cell.bg, cell.modifier) == (last.fg, last.bg, last.modifier)
            };
            if gap.len() < MOVE_COST && gap.iter().all(|(_, _, cell)| plain(cell)) {
                cells.extend(gap);
            }
        }
        cells.push((x, y, cell));
    }
    cells
}

/// A terminal that shows nothing. Made anew where ratatui's own `clear` and `resize` would ask the real terminal for
/// the place of its cursor and wait for the answer.
fn blank(collector: &Collector, area: Rect) -> io::Result<Terminal<CrosstermBackend<Collector>>> {
    Terminal::with_options(
        CrosstermBackend::new(collector.clone()),
        TerminalOptions { viewport: Viewport::Fixed(area) },
    )
}

/// A size of zero is what some pseudo-terminals say before they know better.
fn area(columns: u16, rows: u16) -> Rect {
    if columns == 0 || rows == 0 { Rect::new(0, 0, 80, 24) } else { Rect::new(0, 0, columns, rows) }
}

/// Crossterm sets both colours where only one changes. While no cell has a background, its half says nothing.
fn shorter(bytes: &[u8]) -> Cow<'_, [u8]> {
    const NO_BACKGROUND: &[u8] = b";49m";
    if bytes.windows(3).any(|w| w == b"48;") {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(NO_BACKGROUND.len()).position(|w| w == NO_BACKGROUND) {
        let sequence = rest[..at].iter().rposition(|byte| *byte == 0x1b);
        let inside = sequence.is_some_and(|begin| {
            rest[begin + 1..at].strip_prefix(b"[").is_some_and(|p| p.iter().all(|b| b.is_ascii_digit() || *b == b';'))
        });
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(if inside { b"m" } else { NO_BACKGROUND });
        rest = &rest[at + NO_BACKGROUND.len()..];
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// `38;5;1` is a colour of 256-colour terminals, `31` one of every terminal: the first 16 are rewritten to the short
/// form. Crossterm writes the long one for them all.
fn short_colours(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\x1b[") {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let end = rest[2..].iter().position(|b| (b'@'..=b'~').contains(b)).map_or(rest.len(), |n| n + 3);
        let (sequence, after) = rest.split_at(end);
        rest = after;
        match sequence.strip_prefix(b"\x1b[").and_then(|inner| inner.strip_suffix(b"m")) {
            Some(inner) => {
                out.extend_from_slice(b"\x1b[");
                out.extend_from_slice(&short_parameters(inner));
                out.push(b'm');
            }
            None => out.extend_from_slice(sequence),
        }
    }
    out.extend_from_slice(rest);
    out
}

fn short_parameters(inner: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(inner);
    let parts: Vec<&str> = text.split(';').collect();
    let mut short: Vec<String> = Vec::new();
    let mut at = 0;
    while at < parts.len() {
        let number = parts.get(at + 2).and_then(|n| n.parse::<u16>().ok());
        if let (kind @ ("38" | "48"), Some(&"5"), Some(n @ 0..=15)) = (parts[at], parts.get(at + 1), number) {
            let base = if kind == "38" { 30 } else { 40 } + if n < 8 { 0 } else { 60 };
            short.push((base + n % 8).to_string());
            at += 3;
        } else {
            short.push(parts[at].to_owned());
            at += 1;
        }
    }
    short.join(";").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::{Color, Style};

    fn text(screen: &mut Screen, words: &str, style: Style) -> Vec<u8> {
        screen.draw(|frame| frame.buffer_mut().set_string(0, 0, words, style)).unwrap().1
    }

    #[test]
    fn a_frame_that_changes_nothing_has_no_bytes() {
        let mut screen = Screen::new(20, 3, Colours::Many).unwrap();
        assert!(!text(&mut screen, "weight 10", Style::new()).is_empty());
        assert_eq!(text(&mut screen, "weight 10", Style::new()), b"");
    }

    #[test]
    fn one_changed_cell_costs_a_few_bytes() {
        let mut screen = Screen::new(20, 3, Colours::Many).unwrap();
        text(&mut screen, "weight 10", Style::new());
        let bytes = text(&mut screen, "weight 20", Style::new());
        assert!(bytes.len() < 30, "{}", String::from_utf8_lossy(&bytes).escape_debug());
    }

    #[test]
    fn after_a_resize_the_whole_frame_is_written_again() {
        let mut screen = Screen::new(20, 3, Colours::Many).unwrap();
        text(&mut screen, "weight 10", Style::new());
        screen.resize(30, 5);
        let bytes = text(&mut screen, "weight 10", Style::new());
        let bytes = String::from_utf8_lossy(&bytes);
        assert!(bytes.contains("\x1b[2J") && bytes.contains("weight 10"), "{}", bytes.escape_debug());
    }

    #[test]
    fn sixteen_colours_are_written_in_the_short_form() {
        assert_eq!(short_colours(b"a\x1b[38;5;1mb\x1b[38;5;12;48;5;2m\x1b[1;1H"), b"a\x1b[31mb\x1b[94;42m\x1b[1;1H");
        assert_eq!(short_colours(b"\x1b[38;5;114m"), b"\x1b[38;5;114m");
        let mut screen = Screen::new(20, 3, Colours::Sixteen).unwrap();
        let bytes = text(&mut screen, "bad", Style::new().fg(Color::Red));
        assert!(bytes.windows(3).any(|w| w == b"[31" || w == b";31"), "{}", bytes.escape_ascii());
        assert!(!bytes.windows(5).any(|w| w == b"38;5;"));
    }

    #[test]
    fn a_background_that_nothing_has_is_not_written() {
        assert_eq!(&*shorter(b"\x1b[38;5;2;49mok;49m\x1b[39;49mx\x1b[1;1H"), b"\x1b[38;5;2mok;49m\x1b[39mx\x1b[1;1H");
        let with = b"\x1b[39;48;5;2mx\x1b[39;49my";
        assert_eq!(&*shorter(with), with);
    }

    #[test]
    fn what_would_change_nothing_is_known_before_it_is_drawn() {
        let mut screen = Screen::new(20, 3, Colours::Many).unwrap();
        let draw =
            |words: &'static str| move |frame: &mut Frame<'_>| frame.buffer_mut().set_string(0, 0, words, Style::new());
        assert!(screen.would_change(draw("a")).1, "nothing was drawn yet");
        text(&mut screen, "a", Style::new());
        assert!(!screen.would_change(draw("a")).1);
        assert!(screen.would_change(draw("b")).1);
        assert_eq!(text(&mut screen, "a", Style::new()), b"", "asking changes nothing");
    }

    #[test]
    fn a_size_of_zero_is_taken_for_eighty_by_twenty_four() {
        let mut screen = Screen::new(0, 0, Colours::Many).unwrap();
        assert_eq!(screen.draw(|frame| frame.area()).unwrap().0, Rect::new(0, 0, 80, 24));
    }
}
