//! Plain: manifests without templates, the output of kustomize or helm, or a folder somebody keeps.
//!
//! They are read as `kubectl apply` reads them. Words on which readers differ are a warning here, not a mistake: nobody can
//! edit what a tool printed.

use super::object::read::{self, File};
use super::template::{FILE_BYTES, Manifest, Outcome, text_of};
use super::yaml::{self, Mark, Text};
use crate::config::problem::{Place, Problem};

/// The largest file, in bytes, and the most objects: a whole application in one stream, not a whole cluster.
const BYTES: usize = 8 * FILE_BYTES;
const OBJECTS: usize = 1000;

/// Reads plain manifests: YAML, or JSON documents one after the other.
#[must_use]
pub fn objects(files: &[Manifest]) -> Outcome {
    let mut outcome = Outcome::default();
    for file in files {
        match text_of(file, BYTES) {
            Ok(text) => of(file, text, &mut outcome),
            Err(problem) => outcome.problems.push(problem),
        }
    }
    read::check_all(&mut outcome, OBJECTS);
    outcome
}

fn of(file: &Manifest, text: &str, outcome: &mut Outcome) {
    let at = |mark: Mark| (mark.line, mark.column);
    let read = File { path: &file.path, at: &at };
    let mut parsed = yaml::read(text);
    // `kubectl` takes a file that begins with a brace for JSON, where documents need nothing between them.
    if !parsed.faults.is_empty()
        && text.trim_start().starts_with('{')
        && let Some(documents) = stream(text)
    {
        parsed = documents;
    }
    let problem = |fault: yaml::Fault| Problem { place: read.place(fault.mark), what: fault.what, hint: fault.hint };
    outcome.warnings.extend(parsed.doubts.into_iter().map(|doubt| {
        let doubt = problem(doubt);
        Problem { what: format!("{}; it is read as kubectl does", doubt.what), ..doubt }
    }));
    if parsed.faults.is_empty() {
        read::objects(&read, &parsed.documents, outcome);
    } else {
        outcome.problems.extend(parsed.faults.into_iter().map(problem));
    }
    if parsed.documents.iter().all(|document| document.root.is_none()) && outcome.problems.is_empty() {
        let what = "there is no object in it".to_owned();
        outcome.warnings.push(Problem { place: Place::Whole(file.path.clone()), what, hint: None });
    }
}

/// JSON documents one after the other, each with its places; none where they are not that.
fn stream(text: &str) -> Option<Text> {
    let mut all = Text::default();
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    let mut from = 0;
    while let Some(value) = values.next() {
        value.ok()?;
        let end = values.byte_offset();
        let one = &text[from..end];
        // Blank lines and columns before it keep its places.
        let line = text[..from].matches('\n').count();
        let column = text[..from].rsplit('\n').next().unwrap_or_default().chars().count();
        let padded = format!("{}{}{one}", "\n".repeat(line), " ".repeat(column));
        let mut parsed = yaml::read(&padded);
        let number = all.documents.len() + 1;
        all.documents.extend(parsed.documents.drain(..).map(|document| yaml::Document { number, ..document }));
        all.faults.append(&mut parsed.faults);
        from = end;
    }
    Some(all)
}
