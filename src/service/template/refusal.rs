//! Refusals: what is legal in Go's templates, in Helm's or in another program's, but not here, and what to do about it.

use super::lex::{PASS_THROUGH, ROOTS};
use crate::config::problem::near;

const KEYWORDS: &[&str] = &["if", "else", "range", "with", "end", "define", "template", "block", "break", "continue"];

/// Functions of Go, of Helm and of sprig that people use most.
const FUNCTIONS: &[&str] = &[
    "and",
    "call",
    "html",
    "index",
    "slice",
    "js",
    "len",
    "not",
    "or",
    "print",
    "printf",
    "println",
    "urlquery",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "quote",
    "squote",
    "default",
    "required",
    "toYaml",
    "toJson",
    "fromYaml",
    "include",
    "tpl",
    "indent",
    "nindent",
    "trim",
    "trimSuffix",
    "trimPrefix",
    "upper",
    "lower",
    "title",
    "replace",
    "trunc",
    "b64enc",
    "b64dec",
    "sha256sum",
    "env",
    "now",
    "date",
    "ternary",
    "coalesce",
    "empty",
    "list",
    "dict",
    "lookup",
    "add",
    "sub",
    "mul",
    "div",
    "int",
    "float64",
    "toString",
    "join",
    "split",
    "contains",
    "hasPrefix",
    "hasSuffix",
    "randAlphaNum",
    "uuidv4",
];

const ONLY_VALUES: &str = "templates here only insert values";

/// What and what to try.
pub(super) type Words = (String, String);

fn words(what: impl Into<String>, hint: impl Into<String>) -> Words {
    (what.into(), hint.into())
}

/// A function, with what replaces it.
fn function(name: &str) -> Words {
    let hint = match name {
        "default" | "required" | "coalesce" => "give the parameter a defaultValue, or `required: true`",
        "quote" | "squote" => "write the quotes around the action: \"{{.Params.x}}\"",
        "now" | "date" | "env" | "randAlphaNum" | "uuidv4" | "lookup" => {
            "pass it as a parameter: the same input gives the same objects"
        }
        "include" | "tpl" | "toYaml" | "nindent" | "indent" => "this looks like a Helm template; render it first",
        "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "and" | "or" | "not" | "ternary" => {
            "use one file per channel with subPath, or perReleaseChannel"
        }
        _ => "give the parameter the finished value",
    };
    words(format!("template function \"{name}\" is not supported ({ONLY_VALUES})"), hint)
}

/// An action that begins with a word: a keyword, a function, or something of another program. `rest`: what follows it.
pub(super) fn word(first: &str, body: &str, rest: &str, pass_through: &[String]) -> Words {
    if KEYWORDS.contains(&first) {
        let hint = "use one file per channel with subPath, or perReleaseChannel";
        return words(format!("`{first}` is not supported ({ONLY_VALUES})"), hint);
    }
    if let "true" | "false" | "nil" = first {
        return words(
            format!("the constant `{first}` is not supported ({ONLY_VALUES})"),
            "write it outside of the braces",
        );
    }
    if FUNCTIONS.contains(&first) {
        return function(first);
    }
    if ROOTS.iter().any(|root| root.eq_ignore_ascii_case(first)) {
        return words(format!("`{body}` begins without a dot"), format!("did you mean {{{{.{body}}}}}?"));
    }
    let known = PASS_THROUGH.iter().copied().chain(pass_through.iter().map(String::as_str));
    let meant = near(first, known).map(|meant| format!("did you mean \"{meant}\"? ")).unwrap_or_default();
    let hint = format!(
        "{meant}if Argo or another program should see this, add \"{first}\" to pass_through, or write {}",
        escaped(body)
    );
    let more = if rest.trim().is_empty() { "" } else { ", and something follows it" };
    words(format!("there is no function \"{first}\"{more}"), hint)
}

/// What stands after a value or a string.
pub(super) fn rest(rest: &str) -> Words {
    if let Some(pipe) = rest.strip_prefix('|') {
        let name: String = pipe.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if name.is_empty() {
            return words(format!("a pipeline (`|`) is not supported ({ONLY_VALUES})"), "remove it");
        }
        let (what, hint) = function(&name);
        return words(format!("a pipeline: {what}"), hint);
    }
    if rest.starts_with(":=") || rest.starts_with('=') {
        return words(format!("assignments are not supported ({ONLY_VALUES})"), "use a constant of the service");
    }
    words(format!("`{rest}` after the value is not supported ({ONLY_VALUES})"), "use one action for each value")
}

/// `$x`: a variable of Go, or a label of an alert rule.
pub(super) fn variable(body: &str) -> Words {
    let name: String = body.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '$' | '_' | '.')).collect();
    if body.contains(":=") {
        return words(format!("the variable {name} is not supported ({ONLY_VALUES})"), "use a constant of the service");
    }
    let hint = format!(
        "if another program should see this, write {}; else name a value, as in {{{{.Params.x}}}}",
        escaped(body)
    );
    words(format!("the variable {name} is not known here"), hint)
}

/// A map where a value should be.
pub(super) fn map(chain: &str) -> Words {
    let example = if chain == "." { "{{.Params.x}}".to_owned() } else { format!("{{{{{chain}.NAME}}}}") };
    words(format!("`{chain}` is a map, not a value"), format!("pick a field, as in {example}"))
}

/// A chain whose first name is none of ours.
pub(super) fn root(first: &str, body: &str) -> Words {
    if let "Values" | "Release" | "Chart" | "Capabilities" | "Files" | "Template" = first {
        return words(
            format!("`.{first}` belongs to Helm"),
            "this is a Helm template; render it first (`helm template`)",
        );
    }
    let meant = near(first, ROOTS).map(|meant| format!("did you mean \".{meant}\"? ")).unwrap_or_default();
    let hint = format!(
        "{meant}values are in .Params, .Constants and .Builtins; if another program should see this, write {}",
        escaped(body)
    );
    words(format!("`.{first}` is not known here"), hint)
}

/// An action that begins with anything else.
pub(super) fn other(body: &str) -> Words {
    if body.starts_with('(') {
        return words(format!("parentheses are not supported ({ONLY_VALUES})"), "name one value, as in {{.Params.x}}");
    }
    if body.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '\'')) {
        return words(
            format!("the constant `{body}` is not supported ({ONLY_VALUES})"),
            "write it outside of the braces",
        );
    }
    if body.starts_with("/*") {
        return words("a comment follows the braces directly", "write {{/* … */}}");
    }
    words(format!("`{body}` is no action"), "name a value, as in {{.Params.x}}, or write {{\"{{\"}} for the braces")
}

/// The braces of another program as text.
fn escaped(body: &str) -> String {
    if body.contains('`') { "{{\"{{\"}} for the braces".to_owned() } else { format!("{{{{`{{{{{body}}}}}`}}}}") }
}
