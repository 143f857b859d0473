//! Validation against the schema: unknown fields, wrong types, what is missing; in the words of the API server, which
//! differ between custom resources (by their schema) and built-in kinds (by decoding).

use super::failure::{Cause, Failure};
use super::schema::{self, Struct, Ty};
use crate::demo::store::Kind;
use serde_json::Value;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Paths of unknown fields, which are taken out.
    pub unknown: Vec<String>,
    pub wrong: Vec<Wrong>,
    pub missing: Vec<String>,
}

/// A value of the wrong type.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub path: String,
    pub wanted: &'static str,
    pub got: &'static str,
}

/// Looks through an object, and takes unknown fields out of it.
pub(crate) fn look(kind: &Kind, object: &mut Value) -> Findings {
    let mut findings = Findings::default();
    let Some(map) = object.as_object_mut() else { return findings };
    let ty = schema::of_kind(kind);
    let mut unknown = Vec::new();
    for (name, value) in map.iter_mut() {
        match name.as_str() {
            "apiVersion" | "kind" => {}
            "metadata" => findings.object("metadata", schema::named("ObjectMeta"), value),
            _ => match ty.field(name) {
                Some(ty) => findings.value(name, ty, value),
                None => unknown.push(name.clone()),
            },
        }
    }
    for name in unknown {
        map.remove(&name);
        findings.unknown.push(name);
    }
    findings.missing_of("", ty, map);
    findings
}

impl Findings {
    fn value(&mut self, path: &str, ty: &Ty, value: &mut Value) {
        if value.is_null() {
            return;
        }
        let good = match ty {
            Ty::Any => true,
            Ty::Text | Ty::Time => value.is_string(),
            Ty::Int => value.is_i64() || value.is_u64(),
            Ty::Number => value.is_number(),
            Ty::Bool => value.is_boolean(),
            Ty::IntOrText => value.is_i64() || value.is_u64() || value.is_string(),
            Ty::Quantity => value.is_number() || value.is_string(),
            Ty::Map(inner) => match value.as_object_mut() {
                Some(map) => {
                    for (name, value) in map.iter_mut() {
                        self.value(&format!("{path}.{name}"), inner, value);
                    }
                    true
                }
                None => false,
            },
            Ty::List(inner, _) => match value.as_array_mut() {
                Some(list) => {
                    for (at, value) in list.iter_mut().enumerate() {
                        self.value(&format!("{path}[{at}]"), inner, value);
                    }
                    true
                }
                None => false,
            },
            Ty::Named(name) | Ty::Atomic(name) => {
                self.object(path, schema::named(name), value);
                true
            }
        };
        if !good {
            self.wrong.push(Wrong { path: path.to_owned(), wanted: name_of(ty), got: name_of_value(value) });
        }
    }

    fn object(&mut self, path: &str, ty: &Struct, value: &mut Value) {
        let got = name_of_value(value);
        let Some(map) = value.as_object_mut() else {
            self.wrong.push(Wrong { path: path.to_owned(), wanted: "object", got });
            return;
        };
        let mut unknown = Vec::new();
        for (name, value) in map.iter_mut() {
            match ty.field(name) {
                Some(ty) => self.value(&format!("{path}.{name}"), ty, value),
                None => unknown.push(name.clone()),
            }
        }
        for name in unknown {
            map.remove(&name);
            self.unknown.push(format!("{path}.{name}"));
        }
        self.missing_of(path, ty, map);
    }

    fn missing_of(&mut self, path: &str, ty: &Struct, map: &serde_json::Map<String, Value>) {
        for field in ty.fields.iter().filter(|field| field.required) {
            if map.get(&field.name).is_none_or(Value::is_null) {
                let dot = if path.is_empty() { "" } else { "." };
                self.missing.push(format!("{path}{dot}{}", field.name));
            }
        }
    }

    /// The refusal, if there is one. Unknown fields are the caller's matter.
    pub(crate) fn refusal(&self, kind: &Kind, object: &Value) -> Option<Failure> {
        if self.wrong.is_empty() && self.missing.is_empty() {
            return None;
        }
        if let (Some(wrong), false) = (self.wrong.first(), kind.custom()) {
            // A built-in kind is decoded into its Go type, which stops at the first value that does not fit.
            let place = wrong.path.replace(|c: char| c == '[' || c == ']' || c.is_ascii_digit(), "");
            return Some(Failure::bad_request(format!(
                "{} in version \"{}\" cannot be handled as a {}: json: cannot unmarshal {} into Go struct field {}.{place} of type {}",
                kind.kind,
                kind.version,
                kind.kind,
                wrong.got,
                kind.kind,
                go(wrong.wanted)
            )));
        }
        let mut causes: Vec<Cause> = self
            .wrong
            .iter()
            .map(|wrong| Cause {
                reason: "FieldValueTypeInvalid",
                message: format!(
                    "Invalid value: \"{}\": {} in body must be of type {}: \"{}\"",
                    wrong.got, wrong.path, wrong.wanted, wrong.got
                ),
                field: wrong.path.clone(),
            })
            .collect();
        causes.extend(self.missing.iter().map(|path| Cause::required(path.clone(), "Required value")));
        if kind.custom() && !self.wrong.is_empty() {
            // The scale subresource reads the same field, and finds no number there.
            if let Some(text) = object.pointer("/spec/replicas").and_then(Value::as_str) {
                let message = format!(
                    "Invalid value: 0: .spec.replicas accessor error: {text} is of the type string, expected int64"
                );
                causes.push(Cause::invalid(".spec.replicas", message));
            }
            causes.push(Cause::invalid(
                "<nil>",
                "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
            ));
        }
        let name = super::write::name_of(object);
        Some(Failure::invalid(kind.group, kind.kind, &name, &causes))
    }
}

fn name_of(ty: &Ty) -> &'static str {
    match ty {
        Ty::Text | Ty::Time | Ty::Quantity => "string",
        Ty::Int | Ty::IntOrText => "integer",
        Ty::Number => "number",
        Ty::Bool => "boolean",
        Ty::List(..) => "array",
        Ty::Any | Ty::Map(_) | Ty::Named(_) | Ty::Atomic(_) => "object",
    }
}

fn name_of_value(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn go(wanted: &str) -> &'static str {
    match wanted {
        "integer" => "int32",
        "number" => "float64",
        "boolean" => "bool",
        "array" => "[]v1.T",
        "object" => "map[string]interface {}",
        _ => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::store::{ROLLOUTS, SERVICES};
    use serde_json::json;

    #[test]
    fn unknown_fields_are_found_and_taken_out() {
        let mut object = json!({"kind": "Rollout", "specs": 1, "spec": {"replicaz": 1, "template": {"spec": {
            "containers": [{"name": "a", "imag": "x"}]}}, "strategy": {"canary": {"trafficRouting": {"new": {"x": 1}}}}}});
        let mut findings = look(&ROLLOUTS, &mut object);
        findings.unknown.sort();
        assert_eq!(findings.unknown, ["spec.replicaz", "spec.template.spec.containers[0].imag", "specs"]);
        assert_eq!(
            object,
            json!({"kind": "Rollout", "spec": {"template": {"spec": {"containers": [{"name": "a"}]}},
                "strategy": {"canary": {"trafficRouting": {"new": {"x": 1}}}}}})
        );
    }

    #[test]
    fn what_is_missing_is_named_by_its_path() {
        let mut object = json!({"metadata": {"name": "a"}, "spec": {"template": {"spec": {}}}});
        let findings = look(&ROLLOUTS, &mut object);
        let failure = findings.refusal(&ROLLOUTS, &object).unwrap();
        assert_eq!(
            failure.message,
            "Rollout.argoproj.io \"a\" is invalid: spec.template.spec.containers: Required value"
        );
    }

    #[test]
    fn a_wrong_type_in_a_built_in_kind_is_a_decoding_error() {
        let mut object = json!({"metadata": {"name": "a"}, "spec": {"ports": [{"port": "x"}]}});
        let findings = look(&SERVICES, &mut object);
        assert_eq!(findings.refusal(&SERVICES, &object).unwrap().code, 400);
    }
}
