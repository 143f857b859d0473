//! Lines: the body of a watch, cut at newlines. Silence is bounded by the caller, who knows how long it may last.

use super::failure::Failure;
use http_body_util::BodyExt as _;
use kube::client::Body;
use std::time::Duration;

/// The longest line that is taken. An object of an API server has a megabyte or two; what goes on for so long is none.
const LONGEST: usize = 32 << 20;

/// A body that is read line by line.
pub struct Lines {
    body: Body,
    buffer: Vec<u8>,
    /// Bytes of `buffer` that were handed out already.
    taken: usize,
    /// Bytes of `buffer` without a newline among them.
    searched: usize,
}

/// What came next.
#[derive(Debug, PartialEq)]
pub enum Next {
    /// A line, without its newline.
    Line(String),
    /// The server ended the answer.
    End,
    /// Nothing for as long as was asked.
    Quiet,
}

impl Lines {
    /// Of a body.
    pub fn new(body: Body) -> Self {
        Self { body, buffer: Vec::new(), taken: 0, searched: 0 }
    }

    /// The next line, waiting no longer than `patience` for bytes.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn next(&mut self, patience: Duration) -> Result<Next, Failure> {
        loop {
            if let Some(line) = self.buffered() {
                return Ok(Next::Line(line));
            }
            match tokio::time::timeout(patience, self.body.frame()).await {
                Err(_) => return Ok(Next::Quiet),
                Ok(None) => return Ok(self.rest()),
                Ok(Some(Err(why))) => return Err(Failure::from_chain(&why)),
                Ok(Some(Ok(frame))) => {
                    if let Some(data) = frame.data_ref() {
                        self.add(data);
                    }
                    if self.buffer.len() - self.taken > LONGEST && !self.buffer[self.searched..].contains(&b'\n') {
                        return Err(Failure::Unreadable(format!("a line of more than {} MiB", LONGEST >> 20)));
                    }
                }
            }
        }
    }

    fn add(&mut self, data: &[u8]) {
        if self.taken > 0 {
            self.buffer.drain(..self.taken);
            self.searched -= self.taken;
            self.taken = 0;
        }
        // After a large list the room it took is given back.
        if self.buffer.is_empty() && self.buffer.capacity() > 1 << 20 {
            self.buffer = Vec::new();
        }
        self.buffer.extend_from_slice(data);
    }

    fn buffered(&mut self) -> Option<String> {
        while let Some(at) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') {
            let end = self.searched + at;
            let line = text(&self.buffer[self.taken..end]);
            self.taken = end + 1;
            self.searched = self.taken;
            if !line.trim().is_empty() {
                return Some(line);
            }
        }
        self.searched = self.buffer.len();
        None
    }

    /// What is left at the end: a whole line without newline, or the beginning of one that was cut off, which is
    /// worth nothing.
    fn rest(&mut self) -> Next {
        let line = text(&self.buffer[self.taken..]);
        self.taken = self.buffer.len();
        self.searched = self.taken;
        let whole = serde_json::from_str::<serde::de::IgnoredAny>(&line).is_ok();
        if whole { Next::Line(line) } else { Next::End }
    }
}

fn text(bytes: &[u8]) -> String {
    // The check alone is much quicker than the repair, which is hardly ever needed.
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes).into_owned(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(text: &str) -> Vec<String> {
        let mut lines = Lines::new(Body::from(text.as_bytes().to_vec()));
        let mut found = Vec::new();
        while let Next::Line(line) = lines.next(Duration::from_secs(5)).await.unwrap() {
            found.push(line);
        }
        found
    }

    #[tokio::test]
    async fn lines_are_cut_at_newlines_and_a_torn_last_one_is_dropped() {
        assert_eq!(all("{\"a\":1}\n\n{\"b\":2}\n").await, ["{\"a\":1}", "{\"b\":2}"]);
        assert_eq!(all("{\"a\":1}\n{\"b\":2}").await, ["{\"a\":1}", "{\"b\":2}"]);
        assert_eq!(all("{\"a\":1}\n{\"b\"").await, ["{\"a\":1}"]);
        assert!(all("").await.is_empty());
    }

    #[tokio::test]
    async fn a_line_without_end_is_not_collected_for_ever() {
        let body = Body::from(vec![b'x'; LONGEST + 1]);
        let read = Lines::new(body).next(Duration::from_secs(5)).await;
        assert!(matches!(&read, Err(Failure::Unreadable(why)) if why.contains("MiB")), "{read:?}");
    }

    #[test]
    fn a_line_that_comes_in_pieces_is_put_together() {
        let mut lines = Lines::new(Body::empty());
        lines.add(b"{\"a\"");
        assert_eq!(lines.buffered(), None);
        lines.add(b":1}\n{\"b\":");
        assert_eq!(lines.buffered().as_deref(), Some("{\"a\":1}"));
        assert_eq!(lines.buffered(), None);
        lines.add(b"2}\n");
        assert_eq!(lines.buffered().as_deref(), Some("{\"b\":2}"));
        assert_eq!(lines.buffered(), None);
    }
}
