//! Texts in cells: widths, cuts and wraps. Cuts fall on grapheme borders, widths are those of the terminal library.
//! One ellipsis per text; which end is lost depends on what the text is: messages lose their end, names their middle
//! (the end tells pods apart), images the front of their path, never the start of their tag.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Cells that a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.graphemes(true).map(UnicodeWidthStr::width).sum() }
}

/// Cells that a text takes, counted no further than `most`: a message can be long, a screen is not.
#[must_use]
pub fn width_up_to(text: &str, most: usize) -> usize {
    if text.is_ascii() {
        return text.len().min(most);
    }
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used >= most {
            return most;
        }
    }
    used
}

/// Whether a text fits in `cells`.
#[must_use]
pub fn fits(text: &str, cells: usize) -> bool {
    width_up_to(text, cells.saturating_add(1)) <= cells
}

/// As many of the parts of a text as fit in `cells`, the first ones: half a number misleads.
#[must_use]
pub fn parts_that_fit<'a>(text: &'a str, between: &str, cells: usize) -> &'a str {
    let mut fitting = text;
    while !fits(fitting, cells) {
        match fitting.rfind(between) {
            Some(at) => fitting = &fitting[..at],
            None => return "",
        }
    }
    fitting
}

/// The longest beginning that fits in `cells`.
#[must_use]
pub fn head(text: &str, cells: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > cells {
            return &text[..at];
        }
    }
    text
}

/// The longest end that fits in `cells`.
#[must_use]
pub fn tail(text: &str, cells: usize) -> &str {
    let mut used = 0;
    let mut from = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += grapheme.width();
        if used > cells {
            break;
        }
        from = at;
    }
    &text[from..]
}

/// A message: cut at its end.
#[must_use]
pub fn cut_end(text: &str, cells: usize, ellipsis: &str) -> String {
    if fits(text, cells) {
        return text.to_owned();
    }
    let room = cells.saturating_sub(width(ellipsis));
    if room == 0 {
        return head(ellipsis, cells).to_owned();
    }
    format!("{}{ellipsis}", head(text, room).trim_end())
}

/// A text whose end says most: cut at its start.
#[must_use]
pub fn cut_start(text: &str, cells: usize, ellipsis: &str) -> String {
    if fits(text, cells) {
        return text.to_owned();
    }
    let room = cells.saturating_sub(width(ellipsis));
    if room == 0 {
        return head(ellipsis, cells).to_owned();
    }
    format!("{ellipsis}{}", tail(text, room))
}

/// A name: cut in its middle, two thirds of what is kept from its end.
#[must_use]
pub fn cut_middle(text: &str, cells: usize, ellipsis: &str) -> String {
    if fits(text, cells) {
        return text.to_owned();
    }
    let room = cells.saturating_sub(width(ellipsis));
    if room < 2 {
        return head(text, cells).to_owned();
    }
    let end = (room * 2).div_ceil(3).min(room - 1);
    format!("{}{ellipsis}{}", head(text, room - end), tail(text, end))
}

/// An image: keeps the last part of its path and the tag, then the tag's start; a digest is shortened.
#[must_use]
pub fn cut_image(image: &str, cells: usize, ellipsis: &str) -> String {
    if fits(image, cells) {
        return image.to_owned();
    }
    let (path, tag) = match image.split_once('@') {
        Some((path, digest)) => (path, format!("@{}", head(digest, "sha256:".len() + 8))),
        None => match image.rfind(':') {
            Some(colon) if !image[colon..].contains('/') => (&image[..colon], image[colon..].to_owned()),
            _ => (image, String::new()),
        },
    };
    let last = path.rsplit('/').next().unwrap_or(path);
    let short = if last.len() == path.len() { format!("{path}{tag}") } else { format!("{ellipsis}/{last}{tag}") };
    if fits(&short, cells) {
        return short;
    }
    if width(&tag) + width(ellipsis) + 3 <= cells && !tag.is_empty() {
        let room = cells - width(&tag) - width(ellipsis);
        return format!("{}{ellipsis}{tag}", head(last, room));
    }
    cut_end(tag.trim_start_matches([':', '@']), cells, ellipsis)
}

/// Lines that one paragraph is broken into at most; what is longer ends with an ellipsis.
const MOST_LINES: usize = 400;

/// Breaks a text into lines of at most `cells`, at blanks where there are any.
#[must_use]
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        if fits(paragraph, cells) {
            lines.push(paragraph.trim_end().to_owned());
        } else {
            let mut broken = Wrapping::new(paragraph, cells).lines();
            if broken.len() > MOST_LINES {
                broken.truncate(MOST_LINES - 1);
                broken.push("…".to_owned());
            }
            lines.append(&mut broken);
        }
    }
    lines
}

/// A paragraph being broken.
struct Wrapping<'a> {
    text: &'a str,
    cells: usize,
    /// Blanks in front of the paragraph stand in front of each of its lines.
    indent: String,
    line: String,
    used: usize,
    done: Vec<String>,
}

impl<'a> Wrapping<'a> {
    fn new(text: &'a str, cells: usize) -> Self {
        let indent: String = text.chars().take_while(|c| *c == ' ').take(cells / 2).collect();
        Self { text, cells, line: indent.clone(), used: indent.len(), indent, done: Vec::new() }
    }

    fn fresh(&self) -> bool {
        self.line.len() == self.indent.len()
    }

    fn end_line(&mut self) {
        let line = std::mem::replace(&mut self.line, self.indent.clone());
        self.used = self.indent.len();
        self.done.push(line.trim_end().to_owned());
    }

    fn lines(mut self) -> Vec<String> {
        for word in self.text.split(' ').filter(|word| !word.is_empty()) {
            if self.done.len() > MOST_LINES {
                break;
            }
            let room = self.cells - self.used.min(self.cells);
            let left = room.saturating_sub(usize::from(!self.fresh()));
            // A word longer than a whole line begins where it is, if it can begin at all.
            let breaks_anyway = !fits(word, self.cells - self.indent.len()) && left >= 8;
            if !self.fresh() && !fits(word, left) && !breaks_anyway {
                self.end_line();
            }
            if !self.fresh() {
                self.line.push(' ');
                self.used += 1;
            }
            self.word(word);
        }
        if !self.fresh() {
            self.end_line();
        }
        self.done
    }

    fn word(&mut self, word: &str) {
        for grapheme in word.graphemes(true) {
            let width = grapheme.width();
            if self.used + width > self.cells && !self.fresh() {
                self.end_line();
                if self.done.len() > MOST_LINES {
                    return;
                }
            }
            if self.used + width > self.cells {
                // A single character wider than the line: nothing can show it.
                self.line.push('\u{fffd}');
                self.used += 1;
            } else {
                self.line.push_str(grapheme);
                self.used += width;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_whole_parts_are_kept() {
        let counts = "7 of 12 · 2 of 3 failures allowed";
        for (cells, kept) in [(40, counts), (32, "7 of 12"), (7, "7 of 12"), (6, "")] {
            assert_eq!(parts_that_fit(counts, " · ", cells), kept, "{cells}");
        }
    }

    #[test]
    fn each_kind_of_text_loses_the_part_that_matters_least() {
        assert_eq!(cut_end("paused at step 4/8, no timer", 16, "…"), "paused at step…");
        assert_eq!(cut_middle("checkout-7f9c4d5b6-b2k9x", 16, "…"), "check…d5b6-b2k9x");
        let image = "registry.example.com/team/shop/checkout:2.42.0-rc.1";
        assert_eq!(cut_image(image, 25, "…"), "…/checkout:2.42.0-rc.1");
        assert_eq!(cut_image(image, 20, "…"), "checkou…:2.42.0-rc.1");
        assert_eq!(cut_image(image, 8, "…"), "2.42.0-…");
        let digest = "registry.example.com/shop/checkout@sha256:1a2b3c4d5e6f7788";
        assert_eq!(cut_image(digest, 30, "…"), "…/checkout@sha256:1a2b3c4d");
    }

    #[test]
    fn wide_characters_count_two_cells() {
        assert_eq!(width("日本"), 4);
        assert_eq!(cut_end("日本語", 5, "…"), "日本…");
        assert_eq!(cut_end("日本語", 4, "…"), "日…");
    }

    #[test]
    fn wrapping_keeps_every_word() {
        assert_eq!(wrap("no cluster answers since 14:30", 12), ["no cluster", "answers", "since 14:30"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("  indented text here", 12), ["  indented", "  text here"]);
        assert_eq!(wrap("a\n\nb", 12), ["a", "", "b"]);
        assert_eq!(wrap("日", 1), ["\u{fffd}"]);
        assert_eq!(wrap("PATCH /apis/argoproj.io/v1alpha1", 20), ["PATCH /apis/argoproj", ".io/v1alpha1"]);
    }

    #[test]
    fn a_message_without_end_is_cut() {
        let lines = wrap(&"x".repeat(1_000_000), 40);
        assert_eq!((lines.len(), lines.last().map(String::as_str)), (MOST_LINES, Some("…")));
    }

    proptest! {
        #[test]
        fn no_cut_is_wider_than_its_place(text in "\\PC{0,40}", cells in 0usize..40, ascii in any::<bool>()) {
            let dots = if ascii { ".." } else { "…" };
            prop_assert!(width(&cut_end(&text, cells, dots)) <= cells);
            prop_assert!(width(&cut_start(&text, cells, dots)) <= cells);
            prop_assert!(width(&cut_middle(&text, cells, dots)) <= cells);
            prop_assert!(width(&cut_image(&text, cells, dots)) <= cells);
        }

        #[test]
        fn no_wrapped_line_is_wider_than_its_place(text in "\\PC{0,80}", cells in 2usize..40) {
            for line in wrap(&text, cells) {
                prop_assert!(width(&line) <= cells, "{line:?}");
            }
        }
    }
}
