//! Outcome: how a command ended, as an exit code, and what failed, in words that can be acted on.

use crate::argo::feed::{Trouble, TroubleKind};
use crate::config::problem::Problem;

/// Exit codes. Scripts rely on them.
pub mod code {
    /// Done, or healthy.
    pub const DONE: u8 = 0;
    /// Failed.
    pub const FAILED: u8 = 1;
    /// Usage or bad input; nothing was sent.
    pub const BAD_INPUT: u8 = 2;
    /// Degraded or aborted.
    pub const DEGRADED: u8 = 3;
    /// Timed out, or not there yet.
    pub const TIMED_OUT: u8 = 4;
    /// Not signed in, or not allowed.
    pub const NOT_ALLOWED: u8 = 5;
    /// The reader of our output went away; what a shell calls death by SIGPIPE.
    pub const PIPE_CLOSED: u8 = 141;
}

/// One thing that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What, where and why.
    pub what: String,
    /// What to try.
    pub hint: Option<String>,
}

/// Why a command failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// What failed, all of it. Empty: end quietly.
    pub faults: Vec<Fault>,
}

impl Failure {
    /// A failure with a code.
    #[must_use]
    pub fn new(code: u8, what: impl Into<String>) -> Self {
        Self { code, faults: vec![Fault { what: what.into(), hint: None }] }
    }

    /// Something that was tried and did not work.
    #[must_use]
    pub fn failed(what: impl Into<String>) -> Self {
        Self::new(code::FAILED, what)
    }

    /// Bad input; nothing was sent.
    #[must_use]
    pub fn bad_input(what: impl Into<String>) -> Self {
        Self::new(code::BAD_INPUT, what)
    }

    /// All that failed, in one line.
    #[must_use]
    pub fn words(&self) -> String {
        let words: Vec<&str> = self.faults.iter().map(|fault| fault.what.as_str()).collect();
        words.join("; ")
    }

    /// With what to try.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Some(last) = self.faults.last_mut() {
            last.hint = Some(hint.into());
        }
        self
    }

    /// From what is wrong with several clusters; the code of the worst.
    #[must_use]
    pub fn of_troubles<'a>(troubles: impl IntoIterator<Item = &'a Trouble>) -> Self {
        let mut failure = Self { code: code::FAILED, faults: Vec::new() };
        for trouble in troubles {
            failure.code = failure.code.max(code_of(trouble));
            failure.faults.push(Fault { what: trouble.sentence.clone(), hint: trouble.hint.clone() });
        }
        failure
    }
}

/// The exit code that a trouble means.
#[must_use]
pub fn code_of(trouble: &Trouble) -> u8 {
    match trouble.kind {
        TroubleKind::NotSignedIn | TroubleKind::Forbidden => code::NOT_ALLOWED,
        TroubleKind::Config => code::BAD_INPUT,
        _ => code::FAILED,
    }
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Self {
        // One line each, `file:line:column: what; did you mean "…"?`, as editors and people expect it.
        let faults = problems.into_iter().map(|problem| Fault { what: problem.to_string(), hint: None });
        Self { code: code::BAD_INPUT, faults: faults.collect() }
    }
}

impl From<std::io::Error> for Failure {
    /// From writing to stdout. A closed pipe ends quietly.
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Self { code: code::PIPE_CLOSED, faults: Vec::new() }
        } else {
            Self::failed(format!("cannot write the output: {error}"))
        }
    }
}

/// A remark for people; never mixed with what scripts read.
#[expect(clippy::print_stderr, reason = "stderr is where remarks of headless commands belong; no UI is up then")]
pub fn warn(words: &str) {
    eprintln!("warning: {}", crate::clean::clean(words));
}

/// Remarks for people.
pub fn warn_all<'a>(words: impl IntoIterator<Item = &'a String>) {
    for words in words {
        warn(words);
    }
}
