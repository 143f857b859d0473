//! The forms in which a client can have an object: whole, as metadata only, or as rows of a table; chosen by `Accept`.

use super::answer::{Answer, JSON};
use super::failure::Failure;
use crate::demo::store::Kind;
use hyper::body::Bytes;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The object.
    Whole,
    /// `PartialObjectMetadata`.
    Metadata,
    /// `Table`.
    Table,
}

impl Form {
    /// Reads `Accept`: the first form in it that is served. Protobuf is not, and clients that prefer it name JSON too.
    pub(crate) fn accepted(accept: &str) -> Result<Self, Failure> {
        if accept.trim().is_empty() {
            return Ok(Self::Whole);
        }
        for clause in accept.split(',') {
            let mut parts = clause.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default();
            if !matches!(media, "application/json" | "*/*" | "application/*") {
                continue;
            }
            let mut form = None;
            let mut served = true;
            for part in parts {
                match part.split_once('=') {
                    Some(("as", "Table")) => form = Some(Self::Table),
                    Some(("as", "PartialObjectMetadata" | "PartialObjectMetadataList")) => form = Some(Self::Metadata),
                    Some(("as", _)) => served = false,
                    Some(("v", version)) => served &= version == "v1",
                    Some(("g", group)) => served &= group == "meta.k8s.io",
                    _ => {}
                }
            }
            match form {
                Some(form) if served => return Ok(form),
                None if served => return Ok(Self::Whole),
                _ => {}
            }
        }
        Err(Failure::not_acceptable())
    }

    /// One object in this form.
    pub(crate) fn object(self, kind: &Kind, object: &Value, now: jiff::Timestamp) -> Vec<u8> {
        let encoded = match self {
            Self::Whole => serde_json::to_vec(object),
            Self::Metadata => serde_json::to_vec(&Partial(object)),
            Self::Table => {
                let mut table = super::table::head(kind, true);
                let row = super::table::row(kind, object, now);
                if let Some(map) = table.as_object_mut() {
                    let version = object.pointer("/metadata/resourceVersion").cloned().unwrap_or_default();
                    map.insert("metadata".into(), json!({"resourceVersion": version}));
                    map.insert("rows".into(), json!([row]));
                }
                serde_json::to_vec(&table)
            }
        };
        encoded.unwrap_or_default()
    }
}

/// An answer with one object.
pub(crate) fn one(status: u16, form: Form, kind: &Kind, object: &Value, now: jiff::Timestamp) -> Answer {
    Answer::bytes(status, JSON, form.object(kind, object, now))
}

/// A list: its metadata and its objects.
#[derive(Debug)]
pub(crate) struct Listing {
    pub kind: &'static Kind,
    pub form: Form,
    pub metadata: Map<String, Value>,
    pub objects: Vec<Arc<Value>>,
    pub now: jiff::Timestamp,
}

/// A chunk of a streamed list. Big enough to be cheap, small enough that other requests get their turn in between.
const CHUNK: usize = 64 * 1024;

impl Listing {
    /// The answer: whole when short, streamed piece by piece when long, so that no copy of a long list is made.
    pub(crate) fn answer(self) -> Answer {
        let mut chunks = Chunks::of(self);
        let mut first = Vec::new();
        if chunks.next_into(&mut first) {
            return Answer::bytes(200, JSON, first);
        }
        let first = futures::stream::once(async move { Ok(Bytes::from(first)) });
        let rest = futures::stream::unfold(Some(chunks), |chunks| async move {
            let mut chunks = chunks?;
            // Lets others run: a long list must not hold up every watch.
            tokio::task::yield_now().await;
            let mut chunk = Vec::with_capacity(CHUNK * 2);
            let done = chunks.next_into(&mut chunk);
            Some((Ok(Bytes::from(chunk)), (!done).then_some(chunks)))
        });
        use futures::StreamExt;
        Answer::stream(JSON, first.chain(rest))
    }
}

struct Chunks {
    head: Option<Vec<u8>>,
    objects: std::vec::IntoIter<Arc<Value>>,
    first: bool,
    kind: &'static Kind,
    form: Form,
    now: jiff::Timestamp,
}

impl Chunks {
    fn of(listing: Listing) -> Self {
        let metadata = Value::Object(listing.metadata);
        let head = match listing.form {
            Form::Whole => json!({
                "kind": format!("{}List", listing.kind.kind),
                "apiVersion": listing.kind.api_version(),
                "metadata": metadata,
            }),
            Form::Metadata => json!({
                "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
            }),
            Form::Table => {
                let mut head = super::table::head(listing.kind, true);
                if let Some(map) = head.as_object_mut() {
                    map.insert("metadata".into(), metadata);
                }
                head
            }
        };
        let mut head = serde_json::to_vec(&head).unwrap_or_default();
        head.pop();
        head.extend_from_slice(if listing.form == Form::Table { b",\"rows\":[" } else { b",\"items\":[" });
        Self {
            head: Some(head),
            objects: listing.objects.into_iter(),
            first: true,
            kind: listing.kind,
            form: listing.form,
            now: listing.now,
        }
    }

    /// Writes the next piece; true when that was the last.
    fn next_into(&mut self, out: &mut Vec<u8>) -> bool {
        if let Some(head) = self.head.take() {
            out.extend(head);
        }
        for object in self.objects.by_ref() {
            if !std::mem::take(&mut self.first) {
                out.push(b',');
            }
            // Writing into memory cannot fail.
            let _ = match self.form {
                Form::Whole if self.kind.custom() => serde_json::to_writer(&mut *out, &object),
                Form::Whole => serde_json::to_writer(&mut *out, &Bare(&object)),
                Form::Metadata => serde_json::to_writer(&mut *out, &Partial(&object)),
                Form::Table => serde_json::to_writer(&mut *out, &super::table::row(self.kind, &object, self.now)),
            };
            if out.len() >= CHUNK {
                return false;
            }
        }
        out.extend_from_slice(b"]}");
        true
    }
}

/// An object of a built-in kind inside a list: real servers leave `kind` and `apiVersion` out there.
struct Bare<'a>(&'a Value);

impl Serialize for Bare<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(map) = self.0.as_object() else { return self.0.serialize(serializer) };
        let mut out = serializer.serialize_map(None)?;
        for (name, value) in map.iter().filter(|(name, _)| *name != "kind" && *name != "apiVersion") {
            out.serialize_entry(name, value)?;
        }
        out.end()
    }
}

/// An object's metadata alone.
pub(crate) struct Partial<'a>(pub &'a Value);

impl Serialize for Partial<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(Some(3))?;
        out.serialize_entry("kind", "PartialObjectMetadata")?;
        out.serialize_entry("apiVersion", "meta.k8s.io/v1")?;
        out.serialize_entry("metadata", self.0.get("metadata").unwrap_or(&Value::Null))?;
        out.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_form_that_is_served_wins() {
        for (accept, form) in [
            ("", Some(Form::Whole)),
            ("application/json, */*", Some(Form::Whole)),
            ("application/vnd.kubernetes.protobuf,application/json", Some(Form::Whole)),
            ("application/json;as=Table;v=v1;g=meta.k8s.io,application/json", Some(Form::Table)),
            ("application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", Some(Form::Whole)),
            ("application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", Some(Form::Metadata)),
            ("application/vnd.kubernetes.protobuf", None),
            ("application/json;as=Nonsense;v=v1;g=meta.k8s.io", None),
        ] {
            assert_eq!(Form::accepted(accept).ok(), form, "{accept}");
        }
    }
}
