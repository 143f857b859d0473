//! Templates and YAML: from bytes and values to objects, or to a message at the right line; nothing in between.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, or says that it is skipped"
)]
#![allow(clippy::case_sensitive_file_extension_comparisons, reason = "the files are known")]

#[path = "templates/braces.rs"]
mod braces;
#[path = "templates/checks.rs"]
mod checks;
#[path = "templates/hostile.rs"]
mod hostile;
#[path = "templates/manifests.rs"]
mod manifests;
#[path = "templates/seeds.rs"]
mod seeds;
#[path = "templates/words.rs"]
mod words;

use rolltop::service::template::{Filling, Manifest, Outcome, Values, objects};

/// A value as `--param` gives it.
fn filling(text: &str) -> Filling {
    Filling { text: text.to_owned(), origin: "--param".to_owned(), whole: true, ..Filling::default() }
}

fn params(pairs: &[(&str, &str)]) -> Values {
    let params = pairs.iter().map(|(name, text)| ((*name).to_owned(), filling(text))).collect();
    Values { params, ..Values::default() }
}

fn manifest(path: &str, text: &str) -> Manifest {
    Manifest { path: path.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn render(text: &str, values: &Values) -> Outcome {
    objects(&[manifest("t.yaml", text)], values, &[])
}

/// Every message of a text, one per line.
fn problems(text: &str, values: &Values) -> String {
    lines(&render(text, values))
}

fn lines(outcome: &Outcome) -> String {
    outcome.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A ConfigMap whose `data` are these lines.
fn config_map(data: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n{data}")
}
