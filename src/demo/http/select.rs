//! Label and field selectors (k8s.io/apimachinery, pkg/labels/selector.go and pkg/fields/selector.go).

use super::call::Query;
use super::failure::Failure;
use crate::demo::store::Kind;
use serde_json::Value;

/// What a list or a watch lets through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    labels: Vec<Requirement>,
    fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Exists,
    Absent,
    In(Vec<String>),
    NotIn(Vec<String>),
    Greater(i64),
    Less(i64),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    path: String,
    value: String,
    equal: bool,
}

impl Selection {
    /// Reads `labelSelector` and `fieldSelector`.
    pub(crate) fn read(query: &Query, kind: &Kind) -> Result<Self, Failure> {
        Ok(Self {
            labels: labels(query.get("labelSelector").unwrap_or_default())?,
            fields: fields(query.get("fieldSelector").unwrap_or_default(), kind)?,
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    pub(crate) fn admits(&self, object: &Value) -> bool {
        self.labels.iter().all(|requirement| requirement.admits(object))
            && self.fields.iter().all(|field| (field_of(object, &field.path) == field.value) == field.equal)
    }
}

impl Requirement {
    fn admits(&self, object: &Value) -> bool {
        let labels = object.pointer("/metadata/labels");
        let value = labels.and_then(|labels| labels.get(&self.key)).and_then(Value::as_str);
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match &self.test {
            Test::Exists => value.is_some(),
            Test::Absent => value.is_none(),
            Test::In(values) => value.is_some_and(|value| values.iter().any(|wanted| wanted == value)),
            // An object without the label passes: "not in" and "!=" do not ask for the key.
            Test::NotIn(values) => value.is_none_or(|value| values.iter().all(|other| other != value)),
            Test::Greater(limit) => number().is_some_and(|number| number > *limit),
            Test::Less(limit) => number().is_some_and(|number| number < *limit),
        }
    }
}

fn field_of<'a>(object: &'a Value, path: &str) -> &'a str {
    // The source of an event is its component (k8s.io/kubernetes, pkg/registry/core/event, `ToSelectableFields`).
    let path = if path == "source" { "source.component" } else { path };
    let mut at = object;
    for part in path.split('.') {
        match at.get(part) {
            Some(next) => at = next,
            None => return "",
        }
    }
    match at {
        Value::String(text) => text,
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        _ => "",
    }
}

/// The fields that a kind can be selected by.
fn supported(kind: &Kind) -> &'static [&'static str] {
    match (kind.group, kind.plural) {
        ("", "pods") => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "status.phase",
            "status.podIP",
        ],
        ("", "events") => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        ("", "secrets") => &["type"],
        ("", "namespaces") => &["status.phase"],
        ("apps", "replicasets") => &["status.replicas"],
        ("batch", "jobs") => &["status.successful"],
        _ => &[],
    }
}

fn fields(text: &str, kind: &Kind) -> Result<Vec<Field>, Failure> {
    let mut fields = Vec::new();
    for term in text.split(',').filter(|term| !term.is_empty()) {
        let (path, value, equal) = if let Some((path, value)) = term.split_once("!=") {
            (path, value, false)
        } else if let Some((path, value)) = term.split_once("==") {
            (path, value, true)
        } else if let Some((path, value)) = term.split_once('=') {
            (path, value, true)
        } else {
            return Err(Failure::bad_request(format!("invalid selector: '{text}'; can't understand '{term}'")));
        };
        let known = path == "metadata.name" || (path == "metadata.namespace" && kind.namespaced);
        if !known && !supported(kind).contains(&path) {
            let what = if kind.custom() { "field label not supported" } else { "is not a known field selector" };
            return Err(Failure::bad_request(if kind.custom() {
                format!("{what}: {path}")
            } else {
                format!("\"{path}\" {what}: only \"metadata.name\", \"metadata.namespace\"")
            }));
        }
        fields.push(Field { path: path.to_owned(), value: value.to_owned(), equal });
    }
    Ok(fields)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Symbol(&'static str),
    End,
}

impl Token {
    fn text(&self) -> &str {
        match self {
            Self::Word(word) => word,
            Self::Symbol(symbol) => symbol,
            Self::End => "",
        }
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut rest = text;
    let mut tokens = Vec::new();
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { break };
        if let Some(symbol) = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"].into_iter().find(|s| rest.starts_with(s))
        {
            tokens.push(Token::Symbol(symbol));
            rest = &rest[symbol.len()..];
            continue;
        }
        let end =
            rest.find(|c: char| c.is_whitespace() || "=!(),><".contains(c)).unwrap_or(rest.len()).max(first.len_utf8());
        tokens.push(Token::Word(rest[..end].to_owned()));
        rest = &rest[end..];
    }
    tokens.push(Token::End);
    tokens
}

fn labels(text: &str) -> Result<Vec<Requirement>, Failure> {
    let tokens = tokens(text);
    let mut at = 0;
    let mut out = Vec::new();
    let next = |at: &mut usize| {
        let token = tokens.get(*at).cloned().unwrap_or(Token::End);
        *at += 1;
        token
    };
    let unexpected = |token: &Token, expected: &str| {
        Err(Failure::bad_request(format!("found '{}', expected: {expected}", token.text())))
    };
    if tokens.len() == 1 {
        return Ok(out);
    }
    loop {
        match next(&mut at) {
            Token::Symbol("!") => match next(&mut at) {
                Token::Word(key) => out.push(Requirement { key, test: Test::Absent }),
                other => return unexpected(&other, "identifier"),
            },
            Token::Word(key) => {
                let test = match next(&mut at) {
                    Token::End | Token::Symbol(",") => {
                        at -= 1;
                        Test::Exists
                    }
                    Token::Symbol("=" | "==") => Test::In(vec![exact(&tokens, &mut at)?]),
                    Token::Symbol("!=") => Test::NotIn(vec![exact(&tokens, &mut at)?]),
                    Token::Word(word) if word == "in" => Test::In(set(&tokens, &mut at)?),
                    Token::Word(word) if word == "notin" => Test::NotIn(set(&tokens, &mut at)?),
                    Token::Symbol(sign @ (">" | "<")) => {
                        let value = exact(&tokens, &mut at)?;
                        let limit = value.parse().map_err(|_| {
                            Failure::bad_request(format!(
                                "values[0][{key}]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, the value must be an integer"
                            ))
                        })?;
                        if sign == ">" { Test::Greater(limit) } else { Test::Less(limit) }
                    }
                    other => return unexpected(&other, "in, notin, =, ==, !=, gt, lt"),
                };
                out.push(Requirement { key, test });
            }
            Token::End if out.is_empty() => return Ok(out),
            other => return unexpected(&other, "!, identifier, or 'end of string'"),
        }
        match next(&mut at) {
            Token::End => return Ok(out),
            Token::Symbol(",") => {}
            other => return unexpected(&other, "',' or 'end of string'"),
        }
    }
}

fn exact(tokens: &[Token], at: &mut usize) -> Result<String, Failure> {
    match tokens.get(*at) {
        Some(Token::Word(word)) => {
            *at += 1;
            Ok(word.clone())
        }
        // An empty value: `app=`.
        Some(Token::End | Token::Symbol(",")) | None => Ok(String::new()),
        Some(other) => Err(Failure::bad_request(format!("found '{}', expected: identifier", other.text()))),
    }
}

fn set(tokens: &[Token], at: &mut usize) -> Result<Vec<String>, Failure> {
    let wrong = |token: Option<&Token>, expected: &str| {
        Err(Failure::bad_request(format!("found '{}', expected: {expected}", token.map_or("", Token::text))))
    };
    if tokens.get(*at) != Some(&Token::Symbol("(")) {
        return wrong(tokens.get(*at), "'('");
    }
    *at += 1;
    let mut values = Vec::new();
    loop {
        values.push(match tokens.get(*at) {
            Some(Token::Word(word)) => {
                *at += 1;
                word.clone()
            }
            Some(Token::Symbol("," | ")")) => String::new(),
            other => return wrong(other, "',', ')' or identifier"),
        });
        let token = tokens.get(*at);
        *at += 1;
        match token {
            Some(Token::Symbol(",")) => {}
            Some(Token::Symbol(")")) => return Ok(values),
            other => return wrong(other, "',' or ')'"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::store::{EVENTS, PODS, ROLLOUTS};
    use serde_json::json;

    #[test]
    fn every_operator_of_a_label_selector_tells_objects_apart() {
        let object = json!({"metadata": {"labels": {"app": "web", "size": "10", "empty": ""}}});
        for (selector, admitted) in [
            ("", true),
            ("app", true),
            ("!app", false),
            ("nope", false),
            ("!nope", true),
            ("app=web", true),
            ("app==web", true),
            ("app=other", false),
            ("app!=other", true),
            ("nope!=x", true),
            ("app in (a, web)", true),
            ("app in (a,b)", false),
            ("app notin (a,b)", true),
            ("nope notin (a)", true),
            ("size>9", true),
            ("size>10", false),
            ("size<11,app=web", true),
            ("size<11,app=x", false),
            ("empty=", true),
            ("app in (),x", false),
        ] {
            let labels = labels(selector).unwrap_or_else(|error| panic!("{selector}: {}", error.message));
            let selection = Selection { labels, fields: vec![] };
            assert_eq!(selection.admits(&object), admitted, "{selector}");
        }
    }

    #[test]
    fn a_bad_selector_is_refused_in_the_words_of_the_server() {
        for (selector, says) in [
            ("==", "found '==', expected: !, identifier, or 'end of string'"),
            ("a b", "found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("a in b", "found 'b', expected: '('"),
            ("a=b c", "found 'c', expected: ',' or 'end of string'"),
            ("a,", "found '', expected: !, identifier, or 'end of string'"),
        ] {
            assert_eq!(labels(selector).unwrap_err().message, says, "{selector}");
        }
    }

    #[test]
    fn fields_are_those_that_the_kind_knows() {
        let event = json!({"metadata": {"name": "e"}, "involvedObject": {"kind": "Pod", "name": "p"}});
        let read = |text: &str, kind| fields(text, kind).map(|fields| Selection { labels: vec![], fields });
        assert!(read("involvedObject.kind=Pod,involvedObject.name!=q", &EVENTS).unwrap().admits(&event));
        assert!(!read("involvedObject.uid=1", &EVENTS).unwrap().admits(&event));
        assert!(read("metadata.name=e", &ROLLOUTS).unwrap().admits(&event));
        assert!(read("status.phase=Running", &PODS).is_ok());
        assert_eq!(read("spec.replicas=1", &ROLLOUTS).unwrap_err().message, "field label not supported: spec.replicas");
    }
}
