//! Arguments of a run: `{{args.NAME}}` in queries, conditions and limits is filled in from the run's own spec, which
//! keeps the text as the template had it. Values from Secrets are not in the spec and are told by their name alone.

use crate::argo::analysis::Argument;
use crate::argo::lenient::IntOrString;
use serde_json::Value;

/// The text with every argument whose value is known; the others stay as they are written. Blanks inside the braces
/// mean nothing (Argo Rollouts, `utils/template/template.go`).
#[must_use]
pub fn filled(text: &str, args: &[Argument]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((inside, next)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        let name = inside.trim().strip_prefix("args.");
        match name.and_then(|name| args.iter().find(|arg| &*arg.name == name)?.value.as_deref()) {
            Some(value) => out.push_str(value),
            None => out.extend(["{{", inside, "}}"]),
        }
        rest = next;
    }
    out.push_str(rest);
    out
}

/// A number that may be written as an argument; `None` when it is none.
#[must_use]
pub fn number(value: &IntOrString, args: &[Argument]) -> Option<i64> {
    match value {
        IntOrString::Int(number) => Some(*number),
        IntOrString::Text(text) => filled(text, args).trim().parse().ok(),
    }
}

/// The arguments by name: with their value, or where it comes from.
#[must_use]
pub fn listed(args: &[Argument]) -> Vec<(String, String)> {
    args.iter().map(|arg| (arg.name.to_string(), origin(arg))).collect()
}

fn origin(arg: &Argument) -> String {
    if let Some(value) = &arg.value {
        return value.to_string();
    }
    let from = |key: &str, field: &str| arg.value_from.as_ref()?.get(key)?.get(field)?.as_str();
    if let Some(name) = from("secretKeyRef", "name") {
        return format!("Secret {name}, key {}", from("secretKeyRef", "key").unwrap_or("?"));
    }
    if let Some(path) = from("fieldRef", "fieldPath") {
        return format!("field {path}");
    }
    match &arg.value_from {
        None | Some(Value::Null) => "no value".to_owned(),
        Some(_) => "from a source that is not known here".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn args() -> Vec<Argument> {
        serde_json::from_value(json!([
            {"name": "service", "value": "web"}, {"name": "limit", "value": "0.95"}, {"name": "n", "value": " 3 "},
            {"name": "token", "valueFrom": {"secretKeyRef": {"name": "prom", "key": "token"}}},
            {"name": "region", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['region']"}}},
            {"name": "moon", "valueFrom": {"moonRef": {}}}, {"name": "none"}]))
        .unwrap()
    }

    #[test]
    fn arguments_are_filled_in_where_their_value_is_known() {
        let rows = [
            ("up{s=\"{{args.service}}\"}", "up{s=\"web\"}"),
            ("{{ args.service }}-{{args.service  }}", "web-web"),
            ("result[0] >= {{args.limit}}", "result[0] >= 0.95"),
            ("bearer {{args.token}}", "bearer {{args.token}}"),
            ("{{args.unknown}} {{ other }}", "{{args.unknown}} {{ other }}"),
            ("{{args.service", "{{args.service"),
            ("}} {{ {{args.service}}", "}} {{ {{args.service}}"),
            ("", ""),
        ];
        for (text, expected) in rows {
            assert_eq!(filled(text, &args()), expected, "{text}");
        }
    }

    #[test]
    fn a_limit_may_be_an_argument() {
        let text = |text: &str| IntOrString::Text(text.into());
        assert_eq!(number(&text("{{args.n}}"), &args()), Some(3));
        assert_eq!(number(&text("7"), &args()), Some(7));
        assert_eq!(number(&IntOrString::Int(-1), &args()), Some(-1));
        for odd in ["{{args.service}}", "{{args.token}}", "", "3.5"] {
            assert_eq!(number(&text(odd), &args()), None, "{odd}");
        }
    }

    #[test]
    fn a_secret_is_told_by_its_name_alone() {
        let found: Vec<String> = listed(&args()).into_iter().map(|(name, from)| format!("{name}: {from}")).collect();
        assert_eq!(
            found,
            [
                "service: web",
                "limit: 0.95",
                "n:  3 ",
                "token: Secret prom, key token",
                "region: field metadata.labels['region']",
                "moon: from a source that is not known here",
                "none: no value"
            ]
        );
    }
}
