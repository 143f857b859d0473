//! Finding: a problem of a service with its severity and a code that scripts can rely on.

use super::yaml::Mark;
use crate::config::problem::{Place, Problem};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is sent while there is one.
    Error,
    /// Accepted; something is not as the author may think.
    Warning,
    /// Worth knowing for who asks for it.
    Note,
}

impl Severity {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One thing that was found in the files of services. They sort by place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where, what, and what to try.
    pub problem: Problem,
    /// How much it weighs.
    pub severity: Severity,
    /// Which kind of thing it is, as in `service/unknown-field`: these words are stable.
    pub code: &'static str,
}

impl Finding {
    /// An error.
    #[must_use]
    pub fn error(code: &'static str, place: Place, what: impl Into<String>) -> Self {
        Self { problem: Problem { place, what: what.into(), hint: None }, severity: Severity::Error, code }
    }

    /// A warning.
    #[must_use]
    pub fn warning(code: &'static str, place: Place, what: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, what) }
    }

    /// A note.
    #[must_use]
    pub fn note(code: &'static str, place: Place, what: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, place, what) }
    }

    /// With what to try.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.problem.hint = Some(hint.into());
        self
    }

    /// With what to try, where there is something.
    #[must_use]
    pub fn maybe(mut self, hint: Option<String>) -> Self {
        self.problem.hint = hint;
        self
    }

    /// Nothing can be sent with it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A place in a file.
#[must_use]
pub fn place(path: &str, mark: Mark) -> Place {
    Place::File { path: path.to_owned(), line: mark.line, column: mark.column }
}

/// Sorted by file, line and column; what was found more than once is there once.
pub fn sort(findings: &mut Vec<Finding>) {
    findings.sort();
    findings.dedup();
}

/// Whether one of them is an error.
#[must_use]
pub fn any_error(findings: &[Finding]) -> bool {
    findings.iter().any(Finding::is_error)
}
