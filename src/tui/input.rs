//! Input: a thread that waits for the terminal and turns its events into [`Input`] values. It is the only reader.

use super::escape::{Assembler, HOLD};
use crate::keys::{Key, KeyChord};
use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEventKind};
use std::io;

/// What the terminal told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed.
    Key(KeyChord),
    /// Text was pasted.
    Paste(String),
    /// The wheel: rows, negative is up.
    Scroll(i16),
    /// The left button went down: column and row from 0.
    Click(u16, u16),
    /// A new size: columns and rows.
    Resize(u16, u16),
    /// The focus came or went.
    Focus(bool),
}

/// How many rows one notch of the wheel moves.
const WHEEL_ROWS: i16 = 3;

/// Starts the reader. `sink` must not block; `failed` is called once if the terminal cannot be read any more.
///
/// # Errors
/// When no thread can be started.
pub fn start(sink: impl Fn(Input) + Send + 'static, failed: impl FnOnce(io::Error) + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().name("input".into()).spawn(move || {
        if let Err(error) = read(&sink) {
            failed(error);
        }
    })?;
    Ok(())
}

fn read(sink: &impl Fn(Input)) -> io::Result<()> {
    let mut assembler = Assembler::default();
    loop {
        if assembler.holds() && !event::poll(HOLD)? {
            assembler.timeout().into_iter().map(Input::Key).for_each(sink);
            continue;
        }
        match event::read()? {
            Event::Key(key) => {
                let chords = chord_of(key).map(|chord| assembler.key(chord)).unwrap_or_default();
                chords.into_iter().map(Input::Key).for_each(sink);
            }
            other => input_of(other).into_iter().for_each(sink),
        }
    }
}

fn input_of(event: Event) -> Option<Input> {
    match event {
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::FocusGained => Some(Input::Focus(true)),
        Event::FocusLost => Some(Input::Focus(false)),
        Event::Mouse(mouse) => match mouse.kind {
            MouseEventKind::ScrollUp => Some(Input::Scroll(-WHEEL_ROWS)),
            MouseEventKind::ScrollDown => Some(Input::Scroll(WHEEL_ROWS)),
            MouseEventKind::Down(event::MouseButton::Left) => Some(Input::Click(mouse.column, mouse.row)),
            _ => None,
        },
        // The thread of the signals tells sizes: none is lost there.
        Event::Key(_) | Event::Resize(..) => None,
    }
}

/// The chord of a key event; `None` for releases, for Alt (tmux and SSH eat it) and for keys that rolltop does not use.
#[must_use]
pub fn chord_of(event: KeyEvent) -> Option<KeyChord> {
    if event.kind == KeyEventKind::Release || event.modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    let key = match event.code {
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::F(n @ 1..=12) => Key::F(n),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        _ => return None,
    };
    Some(KeyChord { key, ctrl: event.modifiers.contains(KeyModifiers::CONTROL) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_counted_when_it_goes_down_and_not_when_it_comes_up() {
        let mut event = KeyEvent::new(KeyCode::Char('p'), KeyModifiers::NONE);
        assert_eq!(chord_of(event), Some(KeyChord::plain(Key::Char('p'))));
        event.kind = KeyEventKind::Release;
        assert_eq!(chord_of(event), None);
    }

    #[test]
    fn control_is_told_and_alt_is_no_key() {
        let control = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(chord_of(control), Some(KeyChord { key: Key::Char('c'), ctrl: true }));
        assert_eq!(chord_of(KeyEvent::new(KeyCode::Char('p'), KeyModifiers::ALT)), None);
        assert_eq!(chord_of(KeyEvent::new(KeyCode::F(13), KeyModifiers::NONE)), None);
    }
}
