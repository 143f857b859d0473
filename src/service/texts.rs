//! Texts of a service config that may hold templates: filled for each channel, after the YAML was read.

use super::config::At;
use super::finding::{Finding, place};
use super::template::{Values, fill, lex};
use super::yaml::Mark;
use crate::config::problem::Place;
use crate::config::settings::Settings;
use std::collections::BTreeSet;

/// Fills texts of one service file, and keeps what is wrong with them.
#[derive(Debug)]
pub struct Strings<'a> {
    file: &'a str,
    text: &'a str,
    values: &'a Values,
    pass_through: &'a [String],
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// The parameters that were used.
    pub used: BTreeSet<String>,
}

impl<'a> Strings<'a> {
    /// For a service file and the values of a cell.
    #[must_use]
    pub fn new(file: &'a str, text: &'a str, values: &'a Values, settings: &'a Settings) -> Self {
        let pass_through = &settings.services.pass_through;
        Self { file, text, values, pass_through, findings: Vec::new(), used: BTreeSet::new() }
    }

    /// A place in the service file.
    #[must_use]
    pub fn place(&self, mark: Mark) -> Place {
        place(self.file, mark)
    }

    /// The text with its values; `None` where something is wrong with it, which is kept.
    pub fn fill(&mut self, text: &At<String>) -> Option<String> {
        if !text.value.contains("{{") {
            return Some(text.value.clone());
        }
        let parts = lex::lex(&text.value, self.pass_through);
        let (inserts, more) = fill::inserts(&parts, self.values);
        let mistakes: Vec<_> = parts.mistakes.iter().chain(&more).collect();
        for mistake in &mistakes {
            let mut mark = text.mark;
            mark.column += self.column(text, mistake.at);
            let told = Finding::error("template/text", place(self.file, mark), mistake.what.clone());
            self.findings.push(told.maybe(mistake.hint.clone()));
        }
        if !mistakes.is_empty() {
            return None;
        }
        self.used.extend(inserts.iter().filter_map(|insert| insert.parameter.clone()));
        Some(fill::fill(&text.value, &parts, |number| inserts[number].text.as_str()).text)
    }

    /// How many columns after the beginning of the scalar a byte of its text is: exact where the text stands in the
    /// file as it is, in quotes or without.
    fn column(&self, text: &At<String>, at: usize) -> usize {
        let from = text.mark.offset.min(self.text.len());
        let rest = self.text.get(from..).unwrap_or_default();
        let quote = usize::from(rest.starts_with(['"', '\'']));
        if rest.get(quote..).is_some_and(|rest| rest.starts_with(&text.value)) {
            quote + text.value[..at].chars().count()
        } else {
            0
        }
    }
}
