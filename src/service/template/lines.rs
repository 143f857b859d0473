//! Lines: from a byte of a text to line and column, also where a text of a megabyte is one line.

/// A text that is asked for many places.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a str,
    /// Where each line begins.
    starts: Vec<usize>,
    /// Characters before each block of bytes.
    before: Vec<usize>,
}

/// Bytes between two counts.
const BLOCK: usize = 64;

impl<'a> Lines<'a> {
    /// Counts once.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut count = 0;
        let mut before = Vec::with_capacity(text.len() / BLOCK + 1);
        for block in text.as_bytes().chunks(BLOCK) {
            before.push(count);
            count += characters(block);
        }
        before.push(count);
        Self { text, starts, before }
    }

    /// Line and column of a byte, from 1; the column in characters.
    #[must_use]
    pub fn place(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line.saturating_sub(1)];
        (line, self.count(offset) - self.count(start) + 1)
    }

    fn count(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        self.before[block] + characters(&self.text.as_bytes()[block * BLOCK..offset])
    }
}

fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn places_count_lines_and_characters() {
        let text = format!("a\nä{}b\n", "é".repeat(500));
        let lines = Lines::new(&text);
        assert_eq!(lines.place(0), (1, 1));
        assert_eq!(lines.place(text.find('b').unwrap()), (2, 502));
        assert_eq!(lines.place(text.len()), (3, 1));
        assert_eq!(lines.place(text.len() + 9), (3, 1));
        assert_eq!(Lines::new("").place(0), (1, 1));
    }
}
