//! Template: manifests with `{{.Params.…}}`, and the values that fill them.
//!
//! A small part of Go's text/template: actions insert values, nothing computes. Braces that belong to Argo
//! (`{{args.x}}`) pass through byte for byte. A value may fill a scalar; it never changes what the YAML is made of.

pub mod fill;
pub mod lex;
mod lines;
mod refusal;
mod twin;

use super::object::Object;
use super::object::read::{self, File};
use super::yaml::{self, Document, Mark, Node, What};
use crate::config::problem::{Place, Problem};
use fill::{Filled, Insert};
use lines::Lines;
use std::collections::{BTreeMap, BTreeSet};

/// The largest file, in bytes.
pub const FILE_BYTES: usize = 1024 * 1024;

/// The most objects that one service may have.
const OBJECTS: usize = 200;

/// The largest text that a template may become, in bytes.
const OUTPUT_BYTES: usize = 4 * 1024 * 1024;

/// What an action inserts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filling {
    /// The value as text.
    pub text: String,
    /// What `.Params.NAME.FIELD` inserts, by field: `Tag`, `Repository`, … of an image.
    pub fields: BTreeMap<String, String>,
    /// Where the value comes from, as in `--param` or `staging in config.toml:31`.
    pub origin: String,
    /// The value itself may be inserted; false where only its fields may: a secret has no value here.
    pub whole: bool,
}

/// All that the actions of a template may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// `.Params`, by name.
    pub params: BTreeMap<String, Filling>,
    /// `.Constants`, by name.
    pub constants: BTreeMap<String, Filling>,
    /// `.Builtins`, by dotted path: `ReleaseChannel.Name`.
    pub builtins: BTreeMap<String, Filling>,
}

/// A file of manifests as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The file as the user knows it; `-`: standard input.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What files of manifests give: the objects, and everything that is wrong with them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The objects, in the order of the files and documents. Complete only without problems.
    pub objects: Vec<Object>,
    /// What is wrong. Nothing is sent while there is one.
    pub problems: Vec<Problem>,
    /// What was accepted with a remark.
    pub warnings: Vec<Problem>,
    /// The parameters that a template used.
    pub used: BTreeSet<String>,
}

/// Renders templates: a function of the files and the values, of nothing else. `pass_through`: more first words of braces
/// that belong to other programs (`config.toml`).
#[must_use]
pub fn objects(files: &[Manifest], values: &Values, pass_through: &[String]) -> Outcome {
    let mut outcome = Outcome::default();
    for file in files {
        match text_of(file, FILE_BYTES) {
            Ok(text) => of(file, text, values, pass_through, &mut outcome),
            Err(problem) => outcome.problems.push(problem),
        }
    }
    read::check_all(&mut outcome, OBJECTS);
    outcome
}

/// What in a template only rolltop understands: braces left to other programs, which Go refuses, and brackets.
#[must_use]
pub fn extensions(file: &Manifest, pass_through: &[String]) -> Vec<Problem> {
    let Ok(text) = text_of(file, FILE_BYTES) else { return Vec::new() };
    let parts = lex::lex(text, pass_through);
    let lines = Lines::new(text);
    let note = |at: usize, what: &str, hint: &str| {
        let (line, column) = lines.place(at);
        let place = Place::File { path: file.path.clone(), line, column };
        Problem { place, what: what.to_owned(), hint: Some(hint.to_owned()) }
    };
    let passed = parts.passed.iter().map(|at| {
        note(
            *at,
            "Go's templates refuse the braces of another program",
            "write {{`{{args.x}}`}}, which both understand",
        )
    });
    let brackets = parts.segments.iter().filter_map(|segment| match segment {
        lex::Segment::Value(action) if action.brackets => {
            Some(note(action.at, "Go's templates know no brackets", "give the parameter a name without a dash"))
        }
        _ => None,
    });
    let mut notes: Vec<Problem> = passed.chain(brackets).collect();
    notes.sort();
    notes
}

/// The text of a file, without a byte order mark.
///
/// # Errors
/// A file that is too large or is not UTF-8.
pub fn text_of(file: &Manifest, limit: usize) -> Result<&str, Problem> {
    let whole = || Place::Whole(file.path.clone());
    if file.bytes.len() > limit {
        let what = format!("{} bytes, more than {limit}", file.bytes.len());
        return Err(Problem { place: whole(), what, hint: Some("divide the file".to_owned()) });
    }
    match std::str::from_utf8(&file.bytes) {
        Ok(text) => Ok(yaml::unmarked(text)),
        Err(error) => {
            let before = String::from_utf8_lossy(&file.bytes[..error.valid_up_to()]);
            let (line, column) = Lines::new(&before).place(before.len());
            let place = Place::File { path: file.path.clone(), line, column };
            let what = format!(
                "not UTF-8: byte {} of the file is 0x{:02X}",
                error.valid_up_to(),
                file.bytes[error.valid_up_to()]
            );
            Err(Problem { place, what, hint: Some("save the file as UTF-8".to_owned()) })
        }
    }
}

fn of(file: &Manifest, text: &str, values: &Values, pass_through: &[String], outcome: &mut Outcome) {
    let lines = Lines::new(text);
    let problem = |at: usize, what: String, hint: Option<String>| {
        let (line, column) = lines.place(at);
        Problem { place: Place::File { path: file.path.clone(), line, column }, what, hint }
    };
    let parts = lex::lex(text, pass_through);
    let (inserts, unknown) = fill::inserts(&parts, values);
    for segment in &parts.segments {
        if let lex::Segment::Value(lex::Action { root: "Params", path, .. }) = segment {
            outcome.used.extend(path.first().filter(|name| values.params.contains_key(*name)).cloned());
        }
    }
    let mistakes: Vec<_> = parts.mistakes.iter().chain(&unknown).cloned().collect();
    if !mistakes.is_empty() {
        let foreign = ["PrometheusRule", "argo-rollouts-notification"].into_iter().find(|name| text.contains(name));
        outcome.problems.extend(mistakes.into_iter().map(|found| {
            let hint = match (foreign, found.hint) {
                (Some(name), Some(hint)) if hint.contains("another program") => {
                    Some(format!("{name} has its own braces: {hint}"))
                }
                (_, hint) => hint,
            };
            problem(found.at, found.what, hint)
        }));
        return;
    }
    let size: usize = text.len() + inserts.iter().map(|insert| insert.text.len()).sum::<usize>();
    if size > OUTPUT_BYTES {
        let what = format!("becomes {size} bytes with its values, more than {OUTPUT_BYTES}");
        outcome.problems.push(Problem { place: Place::Whole(file.path.clone()), what, hint: None });
        return;
    }
    let filled = fill::fill(text, &parts, |number| &inserts[number].text);
    let changes = twin::compare(text, &parts, &inserts, &filled);
    if !changes.is_empty() {
        outcome.problems.extend(changes.into_iter().map(|found| problem(found.at, found.what, found.hint)));
        return;
    }
    let parsed = yaml::read(&filled.text);
    let faults: Vec<_> = parsed.faults.into_iter().chain(parsed.doubts).collect();
    if !faults.is_empty() {
        outcome.problems.extend(faults.into_iter().map(|fault| {
            let at = filled.origin(fault.mark.offset);
            let blame = filled.touching(fault.mark.offset).map(|number| &inserts[number]);
            let what = match blame {
                Some(insert) => format!("{}, in the value of {} ({})", fault.what, insert.name, insert.origin),
                None => fault.what,
            };
            problem(blame.map_or(at, |insert| insert.at), what, fault.hint)
        }));
        return;
    }
    let at = |mark: Mark| lines.place(filled.origin(mark.offset));
    remark(&parsed.documents, &filled, &inserts, &problem, outcome);
    read::objects(&File { path: &file.path, at: &at }, &parsed.documents, outcome);
}

/// Remarks on values that are legal but worth a look: keys made of values, braces that Argo will resolve.
fn remark(
    documents: &[Document],
    filled: &Filled,
    inserts: &[Insert],
    problem: &impl Fn(usize, String, Option<String>) -> Problem,
    outcome: &mut Outcome,
) {
    for document in documents {
        let Some(root) = &document.root else { continue };
        let analysis = root.entry("kind").and_then(|entry| entry.value.scalar());
        let analysis = analysis
            .as_ref()
            .and_then(serde_json::Value::as_str)
            .is_some_and(|kind| kind.ends_with("AnalysisTemplate"));
        let mut open: Vec<&Node> = vec![root];
        while let Some(node) = open.pop() {
            match &node.what {
                What::Scalar { text, .. } if analysis && text.contains("{{") => {
                    let within = filled.within(node.mark.offset..node.end);
                    for insert in
                        within.into_iter().map(|number| &inserts[number]).filter(|insert| insert.text.contains("{{"))
                    {
                        let what = format!(
                            "the value of {} ({}) has braces that Argo will resolve",
                            insert.name, insert.origin
                        );
                        outcome.warnings.push(problem(insert.at, what, None));
                    }
                }
                What::Scalar { .. } => {}
                What::Sequence(items) => open.extend(items),
                What::Mapping(entries) => {
                    for entry in entries {
                        let key = entry.mark.offset..entry.mark.offset + entry.key.len() + 1;
                        for insert in filled.within(key).into_iter().map(|number| &inserts[number]) {
                            let what =
                                format!("the key \"{}\" is made of {} ({})", entry.key, insert.name, insert.origin);
                            outcome.warnings.push(problem(insert.at, what, None));
                        }
                        open.push(&entry.value);
                    }
                }
            }
        }
    }
}
