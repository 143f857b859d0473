//! Split escape sequences. Over a slow link the bytes of an arrow key can arrive apart; the terminal library then
//! reports Esc, `[`, `A`: three keys, of which the first closes a dialog and the last could do anything. An Esc is
//! therefore held for [`HOLD`]; what follows in that time is read as the sequence it was, and a sequence that is not
//! known is swallowed whole.

use crate::keys::{Key, KeyChord};
use std::time::Duration;

/// How long an Esc waits for the rest of a sequence. Long enough for two packets of a slow link, too short to be felt.
pub const HOLD: Duration = Duration::from_millis(30);

const ESC: KeyChord = KeyChord::plain(Key::Esc);

/// What was seen of a sequence so far.
#[derive(Debug, Default, PartialEq, Eq)]
enum Seen {
    /// Nothing is held.
    #[default]
    Nothing,
    /// An Esc.
    Esc,
    /// Esc `[` and the parameters behind it.
    Csi(String),
    /// Esc `O`.
    Ss3,
}

/// Puts split sequences together again.
#[derive(Debug, Default)]
pub struct Assembler {
    seen: Seen,
}

impl Assembler {
    /// Whether something is held back, so that [`Assembler::timeout`] must be called after [`HOLD`] without a key.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.seen != Seen::Nothing
    }

    /// Takes a key; gives the keys that are meant.
    pub fn key(&mut self, chord: KeyChord) -> Vec<KeyChord> {
        match (std::mem::take(&mut self.seen), chord.key) {
            // Behind a sequence that was cut off, a key that cannot belong to it counts for itself.
            (Seen::Nothing | Seen::Csi(_) | Seen::Ss3, Key::Esc) => {
                self.seen = Seen::Esc;
                Vec::new()
            }
            (Seen::Esc, Key::Char('[')) if !chord.ctrl => {
                self.seen = Seen::Csi(String::new());
                Vec::new()
            }
            (Seen::Esc, Key::Char('O')) if !chord.ctrl => {
                self.seen = Seen::Ss3;
                Vec::new()
            }
            (Seen::Esc, Key::Esc) => {
                self.seen = Seen::Esc;
                vec![ESC]
            }
            (Seen::Esc, _) => vec![ESC, chord],
            (Seen::Csi(parameters), Key::Char(c)) if !chord.ctrl => self.csi(parameters, c),
            (Seen::Ss3, Key::Char(c)) if !chord.ctrl => known(&format!("O{c}")).into_iter().collect(),
            (Seen::Nothing | Seen::Csi(_) | Seen::Ss3, _) => vec![chord],
        }
    }

    /// Nothing came for [`HOLD`]: a lone Esc is an Esc, the beginning of a sequence is swallowed.
    pub fn timeout(&mut self) -> Option<KeyChord> {
        (std::mem::take(&mut self.seen) == Seen::Esc).then_some(ESC)
    }

    fn csi(&mut self, mut parameters: String, c: char) -> Vec<KeyChord> {
        // Parameter and intermediate bytes go on, a byte of `@` to `~` ends the sequence (ECMA-48).
        if matches!(c, ' '..='?') && parameters.len() < 16 {
            parameters.push(c);
            self.seen = Seen::Csi(parameters);
            return Vec::new();
        }
        known(&format!("[{parameters}{c}")).into_iter().collect()
    }
}

/// The keys whose sequences are known here; all others are swallowed.
fn known(sequence: &str) -> Option<KeyChord> {
    let key = match sequence {
        "[A" | "OA" => Key::Up,
        "[B" | "OB" => Key::Down,
        "[C" | "OC" => Key::Right,
        "[D" | "OD" => Key::Left,
        "[H" | "OH" | "[1~" | "[7~" => Key::Home,
        "[F" | "OF" | "[4~" | "[8~" => Key::End,
        "[5~" => Key::PageUp,
        "[6~" => Key::PageDown,
        "[3~" => Key::Delete,
        "[Z" => Key::BackTab,
        "OP" => Key::F(1),
        _ => return None,
    };
    Some(KeyChord::plain(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(text: &str) -> (Vec<KeyChord>, Option<KeyChord>) {
        let mut assembler = Assembler::default();
        let keys = text
            .chars()
            .flat_map(|c| assembler.key(KeyChord::plain(if c == '\x1b' { Key::Esc } else { Key::Char(c) })))
            .collect();
        (keys, assembler.timeout())
    }

    fn plain(key: Key) -> KeyChord {
        KeyChord::plain(key)
    }

    #[test]
    fn an_arrow_that_arrives_in_pieces_is_an_arrow() {
        for (text, key) in
            [("\x1b[A", Key::Up), ("\x1bOB", Key::Down), ("\x1b[5~", Key::PageUp), ("\x1b[Z", Key::BackTab)]
        {
            assert_eq!(feed(text), (vec![plain(key)], None), "{text:?}");
        }
    }

    #[test]
    fn the_letters_of_an_unknown_sequence_do_nothing() {
        // F1 to F4 in the SS3 form end in P, Q, R, S: `P` alone would be a key of its own.
        for text in ["\x1bOQ", "\x1b[24~", "\x1b[1;5P", "\x1b[?62;1;2c", "\x1b[<0;12;5M"] {
            assert_eq!(feed(text), (vec![], None), "{text:?}");
        }
    }

    #[test]
    fn a_lone_escape_is_an_escape_once_the_hold_is_over() {
        assert_eq!(feed("\x1b"), (vec![], Some(ESC)));
    }

    #[test]
    fn a_cut_sequence_is_swallowed_and_the_next_key_counts() {
        assert_eq!(feed("\x1b["), (vec![], None));
        let mut assembler = Assembler::default();
        for key in [Key::Esc, Key::Char('[')] {
            assert!(assembler.key(plain(key)).is_empty());
        }
        assert_eq!(assembler.key(plain(Key::Enter)), [plain(Key::Enter)]);
    }

    #[test]
    fn an_escape_before_another_key_is_both() {
        assert_eq!(feed("\x1bq"), (vec![ESC, plain(Key::Char('q'))], None));
        assert_eq!(feed("\x1b\x1b"), (vec![ESC], Some(ESC)));
    }

    #[test]
    fn keys_outside_a_sequence_pass_at_once() {
        assert_eq!(feed("p[O").0.len(), 3);
    }
}
