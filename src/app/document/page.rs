//! The document as the model has it: the lines in sight.

use super::{Document, DocumentView, read};
use crate::app::model::{DocumentLine, DocumentPage, Mark};
use crate::app::present::time;
use crate::app::present::words::{count, number_of};
use crate::app::state::State;

/// What it shows.
#[must_use]
pub fn page(state: &State, view: &DocumentView) -> DocumentPage {
    let title = title(state, view);
    let Some(document) = state.document.as_ref().filter(|document| document.view == *view) else {
        return DocumentPage { title, empty: "reading…".to_owned(), ..DocumentPage::default() };
    };
    let mut reading = document.reading;
    // The window may have another size than when the cursor was moved.
    reading.by(0, document.shown.len(), state.page_rows);
    let (first, rows) = (reading.first, usize::from(state.size.1));
    let line = |index: &usize| line(document, *index);
    DocumentPage {
        title,
        note: note(state, document),
        trouble: trouble(document),
        lines: document.shown.iter().skip(first).take(rows).map(line).collect(),
        cursor: reading.cursor - first,
        first,
        total: document.shown.len(),
        marks: view.described,
        wrap: document.wrap,
        pattern: document.pattern.clone(),
        found: found(document),
        empty: empty(document),
    }
}

/// Rows that it can be scrolled through.
#[must_use]
pub fn length(state: &State, _view: &DocumentView) -> usize {
    state.document.as_ref().map_or(0, |document| document.shown.len())
}

fn title(state: &State, view: &DocumentView) -> String {
    match read::object(state, view) {
        Some(object) => format!("{} {}/{}", object.kind, view.key.namespace, object.name),
        None => format!("{}/{}", view.key.namespace, view.key.name),
    }
}

fn line(document: &Document, index: usize) -> DocumentLine {
    let line = &document.lines[index];
    let folded = if document.folded.contains(&line.path) { line.end.saturating_sub(index + 1) } else { 0 };
    let below = |hit: &usize| *hit > index && *hit < line.end;
    DocumentLine {
        indent: line.indent,
        text: line.text.clone(),
        key: line.key,
        mark: line.mark,
        title: line.title,
        folded,
        // A hit that is folded away shows at the line it is folded into.
        hit: document.hits.binary_search(&index).is_ok() || (folded > 0 && document.hits.iter().any(below)),
    }
}

fn note(state: &State, document: &Document) -> String {
    let mut parts = Vec::new();
    if let Some(at) = document.source.read_at {
        parts.push(format!("read {}", time::clock(at, state.now)));
        parts.push(format!("resourceVersion {}", document.source.version()));
        parts.push("secrets masked".to_owned());
    }
    if document.source.is_reading() && document.source.read_at.is_some() {
        parts.push("reading again…".to_owned());
    }
    parts.join(" · ")
}

fn trouble(document: &Document) -> Option<(Mark, String)> {
    if let Some(words) = &document.source.missing {
        return Some((Mark::Attention, words.clone()));
    }
    let trouble = document.source.trouble.as_ref()?;
    let hint = trouble.hint.as_deref().map(|hint| format!(": {hint}")).unwrap_or_default();
    let old = if document.source.value.is_some() { "; what is shown is what was read before" } else { "" };
    Some((Mark::Bad, format!("{}{hint}{old} (R reads again)", trouble.sentence)))
}

fn found(document: &Document) -> String {
    if document.pattern.is_empty() {
        return String::new();
    }
    let at = document.shown.get(document.reading.cursor);
    let nth = at.and_then(|line| document.hits.binary_search(line).ok());
    match nth {
        Some(nth) => format!("hit {} of {}", number_of(nth + 1), number_of(document.hits.len())),
        None => count(document.hits.len() as i64, "hit", "hits"),
    }
}

fn empty(document: &Document) -> String {
    let waits = document.lines.is_empty() && document.source.trouble.is_none() && document.source.missing.is_none();
    if waits { "reading…".to_owned() } else { String::new() }
}
