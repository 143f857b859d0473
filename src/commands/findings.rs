//! Findings: what is wrong with services, for people with the line and a caret, for scripts as JSON.

use super::outcome::{Failure, code};
use crate::clean::clean;
use crate::config::problem::{Place, Problem};
use crate::service::finding::{Finding, Severity};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use unicode_width::UnicodeWidthStr as _;

/// Columns of a source line that are shown.
const SHOWN: usize = 110;

/// Prints findings, each with the line that it is about.
///
/// # Errors
/// When the output fails.
pub fn tell(findings: &[Finding], out: &mut dyn Write) -> std::io::Result<()> {
    let mut texts: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for finding in findings {
        let severity = match finding.severity {
            Severity::Error => String::new(),
            other => format!("{}: ", other.word()),
        };
        let Problem { place, what, hint } = &finding.problem;
        let hint = hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        let line = format!("{place}: {severity}{what}{hint}");
        writeln!(out, "{}", clean(&line.replace('\n', "⏎")))?;
        if let Place::File { path, line, column } = place {
            let text = texts.entry(path).or_insert_with(|| readable(path));
            if let Some(text) = text {
                excerpt(text, *line, *column, out)?;
            }
        }
    }
    Ok(())
}

/// The text of a file, unless it holds Secrets: their lines are not repeated.
fn readable(path: &str) -> Option<String> {
    let text = std::fs::read(path).ok().filter(|bytes| bytes.len() <= 2 * 1024 * 1024)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let secret = text.lines().any(|line| {
        let value = line.trim_start().strip_prefix("kind:").map(|rest| rest.trim().trim_matches(['"', '\'']));
        value.is_some_and(|kind| kind.starts_with("Secret"))
    });
    (!secret).then_some(text)
}

fn excerpt(text: &str, line: usize, column: usize, out: &mut dyn Write) -> std::io::Result<()> {
    let Some(source_text) = text.lines().nth(line.saturating_sub(1)) else { return Ok(()) };
    let source: Vec<char> =
        source_text.trim_start_matches('\u{feff}').chars().map(|c| if c == '\t' { ' ' } else { c }).collect();
    let secret = ["rawSecret", "raw_secret"].iter().any(|field| source_text.contains(field));
    if secret || source.iter().all(|c| c.is_whitespace()) {
        return Ok(());
    }
    let at = column.saturating_sub(1).min(source.len());
    let from = if at + 10 > SHOWN { at - SHOWN / 2 } else { 0 };
    let until = source.len().min(from + SHOWN);
    let part = |range: std::ops::Range<usize>| source[range].iter().collect::<String>();
    let (before, after) = (if from > 0 { "…" } else { "" }, if until < source.len() { "…" } else { "" });
    let shown = format!("{before}{}{after}", clean(&part(from..until)));
    // The caret stands under the whole word.
    let word = source[at..until].iter().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')).count();
    let blank = " ".repeat(before.width() + clean(&part(from..at)).width());
    let number = line.to_string();
    let gap = " ".repeat(number.len());
    writeln!(out, " {number} | {shown}")?;
    writeln!(out, " {gap} | {blank}{}", "^".repeat(word.max(1)))
}

/// Findings as JSON: a list, one object each.
#[must_use]
pub fn data(findings: &[Finding]) -> Value {
    findings.iter().map(one).collect()
}

fn one(finding: &Finding) -> Value {
    let (file, line, column) = match &finding.problem.place {
        Place::File { path, line, column } => (Some(path.clone()), Some(*line), Some(*column)),
        Place::Whole(path) => (Some(path.clone()), None, None),
        Place::Flag(_) => (None, None, None),
    };
    let flag = match &finding.problem.place {
        Place::Flag(name) => format!("{name}: "),
        _ => String::new(),
    };
    json!({
        "file": file, "line": line, "column": column, "severity": finding.severity.word(), "code": finding.code,
        "message": format!("{flag}{}", finding.problem.what), "suggestion": finding.problem.hint,
    })
}

/// Problems of the configuration as findings.
#[must_use]
pub fn of_problems(problems: Vec<Problem>) -> Vec<Finding> {
    let of = |problem| Finding { problem, severity: Severity::Error, code: "config/invalid" };
    problems.into_iter().map(of).collect()
}

/// Tells people what is wrong on stderr, and ends with the exit code of bad input.
#[must_use]
pub fn failure(findings: &[Finding]) -> Failure {
    // Nothing is left to do when stderr itself fails.
    let _ = tell(findings, &mut std::io::stderr().lock());
    Failure { code: code::BAD_INPUT, faults: Vec::new() }
}
