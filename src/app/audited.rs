//! The log of writes on screen: newest first, and only the writes that have what is searched.

use super::model::TextPage;
use super::present::words::count;
use super::screen::Screen;
use super::search::Pattern;
use super::state::State;

/// What was read, and what is searched in it.
#[derive(Clone, Debug, Default)]
pub struct Audited {
    /// The lines, or why there are none; `None`: they are being read.
    read: Option<Result<Vec<String>, String>>,
    /// What is searched.
    pub(super) pattern: Pattern,
}

impl Audited {
    /// The log was read again; what is searched stays.
    pub fn put(&mut self, read: Result<Vec<String>, String>) {
        self.read = Some(read);
    }

    /// The writes that have what is searched: each a line, and indented lines with what stands behind it.
    fn found(&self) -> (Vec<String>, usize, usize) {
        let Some(Ok(lines)) = &self.read else { return (Vec::new(), 0, 0) };
        let writes = lines.chunk_by(|_, next| next.starts_with(' '));
        // What is no write (how many lines could not be read, where the log lies) is always told.
        let is_write = |lines: &&[String]| lines.len() > 1;
        let total = writes.clone().filter(is_write).count();
        let hit = |lines: &[String]| lines.iter().any(|line| self.pattern.hits(line));
        let kept: Vec<&[String]> =
            writes.filter(|lines| self.pattern.is_empty() || !is_write(lines) || hit(lines)).collect();
        let found = kept.iter().copied().filter(|lines| is_write(lines)).count();
        (kept.concat(), found, total)
    }
}

/// The page.
#[must_use]
pub fn page(state: &State, scroll: usize) -> TextPage {
    let audited = &state.audited;
    let mut title = "what was written from here".to_owned();
    let lines = match &audited.read {
        None => vec!["reading the log…".to_owned()],
        Some(Err(why)) => vec![why.clone()],
        Some(Ok(_)) => {
            let (lines, found, total) = audited.found();
            if !audited.pattern.is_empty() {
                let total = count(i64::try_from(total).unwrap_or(i64::MAX), "write", "writes");
                title = format!("{title} · {found} of {total} with {}", audited.pattern.text());
            }
            lines
        }
    };
    TextPage { title, lines, scroll }
}

/// Something else is searched: from the top.
pub fn look_for(state: &mut State, pattern: Pattern) {
    state.audited.pattern = pattern;
    if let Some(Screen::Audit { scroll }) = state.screens.last_mut() {
        *scroll = 0;
    }
}
