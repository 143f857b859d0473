//! Keys: a key press as rolltop speaks of it, free of the terminal library, and its text form for help and settings.
//!
//! Must not know: the terminal, actions, any other room.

use std::fmt;
use std::str::FromStr;

/// The key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A character as typed, so `P` is `Char('P')` without any sign of Shift.
    Char(char),
    /// `F1` to `F12`.
    F(u8),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift-Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Up.
    Up,
    /// Down.
    Down,
    /// Left.
    Left,
    /// Right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
}

/// A key with what was held. Alt is not used by rolltop (tmux and SSH eat it).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyChord {
    /// The key.
    pub key: Key,
    /// Ctrl was held.
    pub ctrl: bool,
}

impl KeyChord {
    /// A key on its own.
    #[must_use]
    pub const fn plain(key: Key) -> Self {
        Self { key, ctrl: false }
    }
    /// A character on its own.
    #[must_use]
    pub const fn char(c: char) -> Self {
        Self::plain(Key::Char(c))
    }
    /// A character with Ctrl.
    #[must_use]
    pub const fn ctrl(c: char) -> Self {
        Self { key: Key::Char(c), ctrl: true }
    }
}

/// A text that names no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a key")]
pub struct NotAKey(pub String);

impl fmt::Display for KeyChord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        match self.key {
            Key::Char(' ') => f.write_str("Space"),
            Key::Char(c) => write!(f, "{c}"),
            Key::F(n) => write!(f, "F{n}"),
            Key::Enter => f.write_str("Enter"),
            Key::Esc => f.write_str("Esc"),
            Key::Tab => f.write_str("Tab"),
            Key::BackTab => f.write_str("S-Tab"),
            Key::Backspace => f.write_str("Backspace"),
            Key::Delete => f.write_str("Delete"),
            Key::Up => f.write_str("Up"),
            Key::Down => f.write_str("Down"),
            Key::Left => f.write_str("Left"),
            Key::Right => f.write_str("Right"),
            Key::Home => f.write_str("Home"),
            Key::End => f.write_str("End"),
            Key::PageUp => f.write_str("PgUp"),
            Key::PageDown => f.write_str("PgDn"),
        }
    }
}

impl FromStr for KeyChord {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let (ctrl, rest) = match text.strip_prefix("Ctrl-") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let key = match rest {
            "Space" => Key::Char(' '),
            "Enter" => Key::Enter,
            "Esc" => Key::Esc,
            "Tab" => Key::Tab,
            "S-Tab" => Key::BackTab,
            "Backspace" => Key::Backspace,
            "Delete" => Key::Delete,
            "Up" => Key::Up,
            "Down" => Key::Down,
            "Left" => Key::Left,
            "Right" => Key::Right,
            "Home" => Key::Home,
            "End" => Key::End,
            "PgUp" => Key::PageUp,
            "PgDn" => Key::PageDown,
            _ => {
                let mut chars = rest.chars();
                match (chars.next(), chars.next()) {
                    (Some(c), None) if !c.is_control() && c != ' ' => Key::Char(c),
                    (Some('F'), Some(_)) => match rest[1..].parse::<u8>() {
                        Ok(n @ 1..=12) => Key::F(n),
                        _ => return Err(NotAKey(text.to_owned())),
                    },
                    _ => return Err(NotAKey(text.to_owned())),
                }
            }
        };
        Ok(Self { key, ctrl })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_chord_reads_back_from_its_text(c in "[!-~]", ctrl: bool, f in 1u8..=12) {
            let c = c.chars().next().unwrap();
            for chord in [KeyChord { key: Key::Char(c), ctrl }, KeyChord { key: Key::F(f), ctrl }] {
                prop_assert_eq!(chord.to_string().parse::<KeyChord>(), Ok(chord));
            }
        }
    }

    #[test]
    fn a_text_that_names_no_key_is_refused() {
        for text in ["", "F0", "F13", "ab", "Ctrl-", "\u{7}"] {
            assert_eq!(text.parse::<KeyChord>(), Err(NotAKey(text.to_owned())));
        }
    }
}
