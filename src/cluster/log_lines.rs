//! Lines of a log: cut out of the stream, bounded, cleaned, with their time; and which of them were read before, when a
//! stream that was cut is asked for again.

use crate::argo::feed::LogLine;
use crate::clean::clean;
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

/// The longest text of a line, in bytes; the rest of a longer one is left out, and its end says so.
pub const LONGEST: usize = 4 << 10;
/// The longest time in front of a line, with the blank.
const TIME: usize = 40;
/// Lines of one second that are remembered. With more it is gone by their times alone.
const REMEMBERED: usize = 50_000;

/// Cuts a stream at its newlines. What of a line is too long is not kept.
#[derive(Debug, Default)]
pub struct Cutter {
    line: Vec<u8>,
}

impl Cutter {
    /// Takes bytes and gives whole lines.
    pub fn feed(&mut self, mut data: &[u8], mut line: impl FnMut(&[u8])) {
        while let Some(end) = data.iter().position(|byte| *byte == b'\n') {
            if self.line.is_empty() {
                // In one piece, as nearly all are.
                line(&data[..end.min(LONGEST + TIME)]);
            } else {
                self.add(&data[..end]);
                line(&self.line);
                self.line.clear();
            }
            data = &data[end + 1..];
        }
        self.add(data);
    }

    /// What is left when the stream ended in good order: a last line without newline.
    pub fn rest(&mut self) -> Option<Vec<u8>> {
        Some(std::mem::take(&mut self.line)).filter(|line| !line.is_empty())
    }

    fn add(&mut self, data: &[u8]) {
        // One byte more than is shown, so that it is seen that something is left out.
        let room = (LONGEST + TIME).saturating_sub(self.line.len());
        self.line.extend_from_slice(&data[..data.len().min(room)]);
    }
}

/// A line with its time in front, as the API sends it with `timestamps=true`.
pub fn parse(source: usize, raw: &[u8]) -> LogLine {
    let raw = String::from_utf8_lossy(raw);
    let (at, text) = match raw.split_once(' ').or(Some((&raw, ""))) {
        Some((time, text)) => match time.parse::<Timestamp>() {
            Ok(at) => (Some(at), text),
            Err(_) => (None, &*raw),
        },
        None => (None, &*raw),
    };
    // These are no escape sequences, and nobody misses them.
    let text = text.trim_end_matches('\r').replace('\t', "  ");
    let (mut text, removed) = match clean(&text) {
        Cow::Borrowed(_) => (text, false),
        Cow::Owned(tidy) => (tidy, true),
    };
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST - '…'.len_utf8()));
        text.push('…');
    }
    LogLine { source, at, text: text.into(), removed }
}

/// Where a log goes on when it is asked for again. The API takes whole seconds (`sinceTime`), so the lines of the last
/// second come again; each of them is known.
#[derive(Debug, Default)]
pub struct Resume {
    /// The second of the newest line, and the newest time.
    last: Option<(i64, Timestamp)>,
    /// Lines of that second: how often each.
    seen: HashMap<u64, u32>,
    /// More came in that second than are remembered.
    full: bool,
    /// Those that come again, after asking anew.
    again: Option<Again>,
    hasher: RandomState,
}

#[derive(Debug)]
struct Again {
    second: i64,
    seen: HashMap<u64, u32>,
    /// Nothing up to this time is new.
    until: Option<Timestamp>,
}

impl Resume {
    /// The second to go on from, as the API takes it; `None` before the first line.
    pub fn since(&self) -> Option<String> {
        let (second, _) = self.last?;
        Timestamp::from_second(second).ok().map(|second| second.to_string())
    }

    /// It is asked for again from [`Self::since`].
    pub fn again(&mut self) {
        self.again =
            self.last.map(|(second, last)| Again { second, seen: self.seen.clone(), until: self.full.then_some(last) });
    }

    /// Whether a line was not read before. Without a time it cannot be known.
    pub fn is_new(&mut self, at: Option<Timestamp>, raw: &[u8]) -> bool {
        let Some(at) = at else { return true };
        let (second, hash) = (at.as_second(), self.hasher.hash_one(raw));
        if let Some(again) = &mut self.again {
            if second < again.second || again.until.is_some_and(|until| at <= until) {
                return false;
            }
            if let Some(count) = again.seen.get_mut(&hash).filter(|count| **count > 0) {
                *count -= 1;
                return false;
            }
        }
        match self.last {
            Some((last, _)) if second < last => return true,
            Some((last, newest)) if second == last => self.last = Some((last, newest.max(at))),
            _ => {
                self.seen.clear();
                self.full = false;
                self.last = Some((second, at));
            }
        }
        if self.seen.len() < REMEMBERED {
            *self.seen.entry(hash).or_default() += 1;
        } else {
            self.full = true;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(pieces: &[&[u8]]) -> (Vec<String>, Option<String>) {
        let mut cutter = Cutter::default();
        let mut lines = Vec::new();
        for piece in pieces {
            cutter.feed(piece, |line| lines.push(String::from_utf8_lossy(line).into_owned()));
        }
        (lines, cutter.rest().map(|rest| String::from_utf8_lossy(&rest).into_owned()))
    }

    #[test]
    fn a_stream_is_cut_at_newlines_wherever_its_pieces_end() {
        let lines = |all: &[&str]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(cut(&[b"a\nb", b"c\n\n", b"d"]), (lines(&["a", "bc", ""]), Some("d".to_owned())));
        assert_eq!(cut(&[b"a\n"]), (lines(&["a"]), None));
    }

    #[test]
    fn a_line_without_end_takes_no_room() {
        let mut cutter = Cutter::default();
        for _ in 0..1_000 {
            cutter.feed(&[b'x'; 10_000], |_| panic!());
        }
        assert!(cutter.line.capacity() < 20_000, "{}", cutter.line.capacity());
        let mut found = Vec::new();
        cutter.feed(b"\nnext\n", |line| found.push(line.len()));
        assert_eq!(found, [LONGEST + TIME, 4]);
    }

    #[test]
    fn a_line_has_its_time_and_is_clean() {
        for (raw, at, text, removed) in [
            ("2026-01-12T02:00:00.123456789Z level=info", Some("2026-01-12T02:00:00.123456789Z"), "level=info", false),
            ("2026-01-12T02:00:00Z", Some("2026-01-12T02:00:00Z"), "", false),
            ("2026-01-12T02:00:00Z \u{1b}[31mred\u{1b}[0m", Some("2026-01-12T02:00:00Z"), "red", true),
            ("2026-01-12T02:00:00Z a\tb\r", Some("2026-01-12T02:00:00Z"), "a  b", false),
            ("no time at all", None, "no time at all", false),
            ("2026-01-12T02:00:00Z a\u{202e}b", Some("2026-01-12T02:00:00Z"), "ab", true),
        ] {
            let line = parse(3, raw.as_bytes());
            let expected = (3, at.map(|at| at.parse().unwrap()), text, removed);
            assert_eq!((line.source, line.at, &*line.text, line.removed), expected, "{raw:?}");
        }
        let long = parse(0, format!("2026-01-12T02:00:00Z {}", "é".repeat(4_000)).as_bytes());
        assert!(long.text.len() <= LONGEST && long.text.len() > LONGEST - 8 && long.text.ends_with('…'));
    }

    #[test]
    fn a_second_with_very_many_lines_is_gone_by_its_times() {
        let mut resume = Resume::default();
        let line = |n: i64| {
            let at = Timestamp::from_nanosecond(1_700_000_000_000_000_000 + i128::from(n)).unwrap();
            (at, format!("{at} {n}"))
        };
        let many = 2 * i64::try_from(REMEMBERED).unwrap();
        for n in 0..many {
            let (at, raw) = line(n);
            assert!(resume.is_new(Some(at), raw.as_bytes()));
        }
        assert_eq!(resume.seen.len(), REMEMBERED);
        resume.again();
        for n in 0..many + 10 {
            let (at, raw) = line(n);
            assert_eq!(resume.is_new(Some(at), raw.as_bytes()), n >= many, "{n}");
        }
    }

    proptest! {
        /// However often a stream is cut, each line is told once: none is missing, none comes twice, though times repeat
        /// and run back a little.
        #[test]
        fn a_log_that_is_cut_goes_on_without_gap_or_repeat(
            steps in proptest::collection::vec((-2..6_i64, 0..3_u8), 1..60),
            cuts in proptest::collection::vec(0..20usize, 0..8),
        ) {
            let mut time = 1_700_000_000_000_i64;
            let log: Vec<(Timestamp, String)> = steps.iter().map(|(step, text)| {
                time += step * 150;
                let at = Timestamp::from_millisecond(time).unwrap();
                (at, format!("{at} line {text}"))
            }).collect();
            // The kubelet gives lines from that time on, in the order of the file.
            let mut told = Vec::new();
            let mut resume = Resume::default();
            let mut written = 0_usize;
            for cut in cuts.iter().chain([&usize::MAX]) {
                // So much has been written by now; a line that runs back over a second that was asked for is not given.
                written = log.len().min(written.saturating_add(*cut));
                let since: Option<Timestamp> = resume.since().map(|text| text.parse().unwrap());
                resume.again();
                for (at, raw) in &log[..written] {
                    if since.is_none_or(|since| *at >= since) && resume.is_new(Some(*at), raw.as_bytes()) {
                        told.push(raw.clone());
                    }
                }
            }
            let mut expected: Vec<String> = log.iter().map(|(_, raw)| raw.clone()).collect();
            let backward = log.windows(2).any(|pair| pair[1].0.as_second() < pair[0].0.as_second());
            told.sort();
            expected.sort();
            if backward {
                // Never twice.
                for raw in &told {
                    let count = |all: &[String]| all.iter().filter(|other| *other == raw).count();
                    prop_assert!(count(&told) <= count(&expected));
                }
            } else {
                prop_assert_eq!(told, expected);
            }
        }
    }
}
