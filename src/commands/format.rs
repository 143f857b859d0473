//! Format: one rollout, or many, for people and for scripts.

use super::outcome::Failure;
use crate::report::rollout::{RolloutReport, report as report_of};
use crate::report::text::{self, Row};
use serde::Serialize;

/// Blanks between the columns of a table.
pub const GAP: usize = 2;

/// The forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// `RolloutReport` as JSON.
    Json,
    /// The same as YAML.
    Yaml,
    /// The name alone, as kubectl takes it.
    Name,
    /// For people, with more columns.
    Wide,
}

/// The report.
#[must_use]
pub fn report(row: Row<'_>) -> RolloutReport {
    report_of(row.rollout, row.picture, row.seen)
}

/// JSON or YAML, with a line end.
///
/// # Errors
/// Never for what this program makes; kept so that nothing panics.
pub fn data(form: Form, value: &impl Serialize) -> Result<String, Failure> {
    let cannot = |why: String| Failure::failed(format!("cannot write the report: {why}"));
    match form {
        Form::Yaml => {
            let text = serde_saphyr::to_string(value).map_err(|error| cannot(error.to_string()))?;
            Ok(text.trim_end().to_owned() + "\n")
        }
        _ => serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(|error| cannot(error.to_string())),
    }
}

/// One line of JSON, for streams.
///
/// # Errors
/// See [`data`].
pub fn line(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(value);
    text.map(|text| text + "\n").map_err(|error| Failure::failed(format!("cannot write the report: {error}")))
}

/// One rollout in a form. `promote` is what a person would type to promote it.
///
/// # Errors
/// See [`data`].
pub fn one(form: Form, row: Row<'_>, promote: &str) -> Result<String, Failure> {
    match form {
        Form::Name => Ok(text::names(&[row])),
        Form::Json | Form::Yaml => data(form, &report(row)),
        Form::Text | Form::Wide => Ok(text::rollout(row, promote)),
    }
}
