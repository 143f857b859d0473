//! A line that is typed: text, cursor, and the way back through what was typed. Letters in a row are one step back.

use crate::app::overlay::{self, FIELD};
use unicode_segmentation::UnicodeSegmentation as _;

/// Steps back that are kept.
const KEPT: usize = 64;

/// What was there: text, and cursor in bytes.
type Was = (String, usize);

/// The line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    text: String,
    /// In bytes, on the edge of a character.
    cursor: usize,
    before: Vec<Was>,
    after: Vec<Was>,
    /// The last change was a letter: the next one belongs to the same step.
    typing: bool,
}

impl Line {
    /// With a text, the cursor behind it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), cursor: text.len(), ..Self::default() }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The cursor, in characters.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.text[..self.cursor].chars().count()
    }

    fn keep(&mut self, typing: bool) {
        if !(typing && self.typing) {
            self.before.push((self.text.clone(), self.cursor));
            if self.before.len() > KEPT {
                self.before.remove(0);
            }
        }
        self.typing = typing;
        self.after.clear();
    }

    /// Puts text where the cursor is; what cannot stand in a line goes.
    pub fn put(&mut self, text: &str) {
        let mut clean = String::new();
        overlay::put(&mut clean, text);
        let room = FIELD.saturating_sub(self.text.len());
        clean.truncate(clean.floor_char_boundary(room));
        if clean.is_empty() {
            return;
        }
        self.keep(text.chars().count() == 1);
        self.text.insert_str(self.cursor, &clean);
        self.cursor += clean.len();
    }

    /// Another text in place of this one.
    pub fn replace(&mut self, text: &str) {
        if text != self.text {
            self.keep(false);
            text.clone_into(&mut self.text);
            self.cursor = text.len();
        }
    }

    fn left_of(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn right_of(&self) -> usize {
        self.text[self.cursor..].graphemes(true).next().map_or(self.cursor, |next| self.cursor + next.len())
    }

    /// Takes the character before the cursor away.
    pub fn backspace(&mut self) {
        let from = self.left_of();
        self.cut(from, self.cursor);
    }

    /// Takes the character under the cursor away.
    pub fn delete(&mut self) {
        let to = self.right_of();
        self.cut(self.cursor, to);
    }

    /// Takes the word before the cursor away.
    pub fn delete_word(&mut self) {
        let head = self.text[..self.cursor].trim_end();
        let from = head.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |at| at + 1);
        // A sign on its own is a word too.
        let from = if from == head.len() { head.len().saturating_sub(1) } else { from };
        self.cut(self.text.floor_char_boundary(from), self.cursor);
    }

    /// Takes everything away.
    pub fn clear(&mut self) {
        self.cut(0, self.text.len());
    }

    fn cut(&mut self, from: usize, to: usize) {
        if from < to {
            self.keep(false);
            self.text.replace_range(from..to, "");
            self.cursor = from;
        }
    }

    /// Moves the cursor by a character.
    pub fn step(&mut self, right: bool) {
        self.cursor = if right { self.right_of() } else { self.left_of() };
        self.typing = false;
    }

    /// Moves the cursor to an end.
    pub fn to_end(&mut self, right: bool) {
        self.cursor = if right { self.text.len() } else { 0 };
        self.typing = false;
    }

    /// One step back; whether there was one.
    pub fn undo(&mut self) -> bool {
        let Some((text, cursor)) = self.before.pop() else { return false };
        self.after.push((std::mem::replace(&mut self.text, text), self.cursor));
        self.cursor = cursor;
        self.typing = false;
        true
    }

    /// One step forward again; whether there was one.
    pub fn redo(&mut self) -> bool {
        let Some((text, cursor)) = self.after.pop() else { return false };
        self.before.push((std::mem::replace(&mut self.text, text), self.cursor));
        self.cursor = cursor;
        self.typing = false;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_in_a_row_are_one_step_back_and_what_was_cleared_comes_again() {
        let mut line = Line::new("blue");
        line.clear();
        for c in ["g", "r", "e", "e", "n"] {
            line.put(c);
        }
        assert_eq!((line.text(), line.cursor()), ("green", 5));
        assert!(line.undo());
        assert_eq!(line.text(), "");
        assert!(line.undo());
        assert_eq!(line.text(), "blue");
        assert!(!line.undo());
        assert!(line.redo() && line.redo());
        assert_eq!(line.text(), "green");
        line.undo();
        line.put("x");
        assert!(!line.redo(), "another way was taken");
    }

    #[test]
    fn words_go_backwards_and_the_cursor_stays_on_characters() {
        let mut line = Line::new("v1.2-röd");
        line.delete_word();
        assert_eq!(line.text(), "v1.2-");
        line.delete_word();
        assert_eq!(line.text(), "v1.2");
        line.replace("e\u{301}a");
        line.to_end(false);
        line.step(true);
        line.delete();
        assert_eq!(line.text(), "e\u{301}");
        line.backspace();
        assert_eq!(line.text(), "");
    }

    proptest! {
        #[test]
        fn every_step_has_a_way_back(steps in prop::collection::vec((0u8..8, "\\PC{0,3}"), 0..30)) {
            let mut line = Line::new("start");
            for (what, text) in steps {
                match what {
                    0 => line.put(&text),
                    1 => line.backspace(),
                    2 => line.delete(),
                    3 => line.delete_word(),
                    4 => line.step(false),
                    5 => line.step(true),
                    6 => _ = line.undo(),
                    _ => line.clear(),
                }
                prop_assert!(line.cursor() <= line.text().chars().count());
            }
            let text = line.text().to_owned();
            let mut back = 0;
            while line.undo() {
                back += 1;
            }
            prop_assert_eq!(line.text(), "start");
            for _ in 0..back {
                prop_assert!(line.redo());
            }
            prop_assert_eq!(line.text(), text);
        }
    }
}
