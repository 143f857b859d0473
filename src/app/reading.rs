//! The cursor in a text that is read: a line, and the first one in sight.

/// Where one reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The line under the cursor, among those that are shown.
    pub cursor: usize,
    /// The first line in sight.
    pub first: usize,
}

impl Reading {
    /// Moves the cursor, not beyond the ends; the text moves no more than it must.
    pub fn by(&mut self, rows: isize, length: usize, page: usize) {
        self.to(self.cursor.saturating_add_signed(rows), length, page);
    }

    /// Puts the cursor on a line.
    pub fn to(&mut self, line: usize, length: usize, page: usize) {
        let page = page.max(1);
        self.cursor = line.min(length.saturating_sub(1));
        let least = (self.cursor + 1).saturating_sub(page);
        self.first = self.first.clamp(least, self.cursor.max(least)).min(length.saturating_sub(page));
    }

    /// The same, with the line in the middle where it was out of sight.
    pub fn jump(&mut self, line: usize, length: usize, page: usize) {
        if line < self.first || line >= self.first + page {
            self.first = line.saturating_sub(page / 2);
        }
        self.to(line, length, page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_cursor_is_always_a_line_in_sight(
            moves in prop::collection::vec((-30isize..30, 0usize..40, 1usize..12, any::<bool>()), 1..20)
        ) {
            let mut reading = Reading::default();
            for (rows, length, page, jumps) in moves {
                if jumps {
                    reading.jump(rows.unsigned_abs(), length, page);
                } else {
                    reading.by(rows, length, page);
                }
                prop_assert!(reading.cursor < length.max(1));
                prop_assert!(reading.first <= reading.cursor && reading.cursor < reading.first + page);
                prop_assert!(reading.first + page <= length.max(page), "no empty rows below the end");
            }
        }
    }
}
