//! Bodies in the protobuf of the Kubernetes API, for the few kinds that kubectl sends in nothing else: namespaces,
//! config maps and reviews. An envelope (k8s.io/apimachinery, pkg/runtime, `Unknown`) around a message of that kind; the
//! field numbers are those of k8s.io/api, `generated.proto`.

use serde_json::{Map, Value, json};

/// The first four bytes of every body.
const MAGIC: &[u8] = b"k8s\0";

/// How one field of a message is read.
enum Form {
    Text,
    Message(&'static [Rule]),
    /// A map of texts: its entries are messages of key and value.
    Texts,
}

/// Number, name, form.
type Rule = (u64, &'static str, Form);

const METADATA: Rule = (
    1,
    "metadata",
    Form::Message(&[
        (1, "name", Form::Text),
        (2, "generateName", Form::Text),
        (3, "namespace", Form::Text),
        (11, "labels", Form::Texts),
        (12, "annotations", Form::Texts),
    ]),
);

fn rules(kind: &str) -> Option<&'static [Rule]> {
    static NAMESPACE: &[Rule] = &[METADATA];
    static CONFIG_MAP: &[Rule] = &[METADATA, (2, "data", Form::Texts)];
    static ACCESS: &[Rule] = &[
        METADATA,
        (
            2,
            "spec",
            Form::Message(&[
                (
                    1,
                    "resourceAttributes",
                    Form::Message(&[
                        (1, "namespace", Form::Text),
                        (2, "verb", Form::Text),
                        (3, "group", Form::Text),
                        (4, "version", Form::Text),
                        (5, "resource", Form::Text),
                        (6, "subresource", Form::Text),
                        (7, "name", Form::Text),
                    ]),
                ),
                (2, "nonResourceAttributes", Form::Message(&[(1, "path", Form::Text), (2, "verb", Form::Text)])),
            ]),
        ),
    ];
    static RULES: &[Rule] = &[METADATA, (2, "spec", Form::Message(&[(1, "namespace", Form::Text)]))];
    match kind {
        "Namespace" | "SelfSubjectReview" => Some(NAMESPACE),
        "ConfigMap" => Some(CONFIG_MAP),
        "SelfSubjectAccessReview" => Some(ACCESS),
        "SelfSubjectRulesReview" => Some(RULES),
        _ => None,
    }
}

/// Reads a body; none: it is of another kind, or broken.
pub(crate) fn read(body: &[u8]) -> Option<Value> {
    static TYPE: &[Rule] = &[(1, "apiVersion", Form::Text), (2, "kind", Form::Text)];
    let envelope = fields(body.strip_prefix(MAGIC)?)?;
    let part = |wanted: u64| envelope.iter().find(|(number, _)| *number == wanted).map(|(_, bytes)| *bytes);
    let mut object = message(TYPE, part(1)?)?;
    let kind = object.get("kind")?.as_str()?.to_owned();
    object.extend(message(rules(&kind)?, part(2).unwrap_or_default())?);
    Some(Value::Object(object))
}

fn message(rules: &[Rule], bytes: &[u8]) -> Option<Map<String, Value>> {
    let mut out = Map::new();
    for (number, bytes) in fields(bytes)? {
        let Some((_, name, form)) = rules.iter().find(|(rule, _, _)| *rule == number) else { continue };
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        match form {
            // Go writes empty texts too; JSON leaves them out.
            Form::Text if bytes.is_empty() => {}
            Form::Text => {
                out.insert((*name).into(), json!(text(bytes)?));
            }
            Form::Message(rules) => {
                out.insert((*name).into(), Value::Object(message(rules, bytes)?));
            }
            Form::Texts => {
                static ENTRY: &[Rule] = &[(1, "key", Form::Text), (2, "value", Form::Text)];
                let entry = message(ENTRY, bytes)?;
                let at = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                let map = out.entry(*name).or_insert_with(|| json!({}));
                map.as_object_mut()?.insert(at("key"), json!(at("value")));
            }
        }
    }
    Some(out)
}

/// The fields of a message that have bytes, in order; numbers are passed over.
fn fields(mut bytes: &[u8]) -> Option<Vec<(u64, &[u8])>> {
    let mut out = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes)?;
        match tag & 7 {
            0 => {
                varint(&mut bytes)?;
            }
            1 => bytes = bytes.get(8..)?,
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                out.push((tag >> 3, bytes.get(..length)?));
                bytes = &bytes[length..];
            }
            5 => bytes = bytes.get(4..)?,
            _ => return None,
        }
    }
    Some(out)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_namespace_that_kubectl_sends_is_read() {
        let body = b"k8s\0\n\x0f\n\x02v1\x12\tNamespace\x12\x1b\n\x13\n\x03foo\x12\0\x1a\0\"\0*\x002\08\0B\0\x12\0\x1a\0\x1a\0\"\0";
        assert_eq!(read(body), Some(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "foo"}})));
        assert_eq!(read(b"k8s\0\n\x08\n\x02v1\x12\x02Po"), None);
        assert_eq!(read(b"{}"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&[MAGIC, &bytes].concat());
        }
    }
}
