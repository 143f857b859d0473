//! Codes of what is wrong with manifests: the words of a message say which kind of thing it is, and the code stays the
//! same when they are polished.

use super::finding::{Finding, Severity};
use crate::config::problem::Problem;

/// Code by a part of the message; the first that fits counts.
const CODES: &[(&str, &str)] = &[
    ("template function ", "template/function"),
    ("there is no function ", "template/function"),
    ("a pipeline", "template/pipeline"),
    ("would change the YAML", "template/injection"),
    ("the value of ", "template/value"),
    ("is a map, not a value", "template/map"),
    ("unknown parameter ", "template/unknown"),
    ("unknown constant ", "template/unknown"),
    ("unknown builtin ", "template/unknown"),
    ("the runtime has no label ", "template/unknown"),
    ("is a secret: ", "template/secret"),
    (" has no field ", "template/field"),
    ("the key \"", "template/key"),
    ("(templates here only insert values)", "template/construct"),
    ("brace", "template/braces"),
    ("{{", "template/braces"),
    ("belongs to Helm", "template/helm"),
    ("not known here", "template/unknown"),
    ("begins without a dot", "template/unknown"),
    ("trim mark", "template/trim"),
    ("comment", "template/comment"),
    ("is no action", "template/construct"),
    ("dot without a name", "template/construct"),
    ("brackets without", "template/construct"),
    ("dash in a name", "template/construct"),
    ("no string that Go knows", "template/construct"),
    ("not UTF-8", "manifest/not-text"),
    ("more than", "manifest/too-large"),
    ("not YAML", "manifest/yaml"),
    ("for kubectl and", "manifest/ambiguous"),
    ("is given twice", "manifest/duplicate-key"),
    ("is there twice", "manifest/twice"),
    ("written by the server", "manifest/server-field"),
    ("metadata.name", "manifest/name"),
    ("generateName", "manifest/name"),
    ("there is no apiVersion", "manifest/kind"),
    ("there is no kind", "manifest/kind"),
    ("is no object", "manifest/kind"),
];

/// A problem of a manifest with its code.
#[must_use]
pub fn of_template(problem: Problem, severity: Severity) -> Finding {
    let found = CODES.iter().find(|(words, _)| problem.what.contains(words));
    let code = found
        .map_or(if severity == Severity::Error { "manifest/invalid" } else { "manifest/doubtful" }, |(_, code)| *code);
    Finding { problem, severity, code }
}
