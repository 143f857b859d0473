//! Wire: bytes of the API to slim objects. Text is cleaned before it is decoded, on the JSON itself, so that no field
//! can be forgotten; an object that cannot be decoded becomes a row that says so.

use crate::argo::meta::Meta;
use crate::argo::share::Sharing;
use crate::clean::clean;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::sync::Arc;

/// A kind that can be read from the API.
pub trait Kind: DeserializeOwned + Send + Sync + 'static {
    /// The path of the group and version.
    const GROUP: &'static str;
    /// The plural, as in paths.
    const PLURAL: &'static str;
    /// The group and plural as roles name them.
    const RESOURCE: &'static str;

    /// Decodes one object; `Err` says why it cannot be read and cannot be shown either.
    ///
    /// # Errors
    /// When there is nothing to hold on to.
    fn read(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|why| why.to_string())
    }

    /// Its metadata.
    fn meta(&self) -> &Meta;

    /// Lets it share its texts with others.
    fn share(&mut self, sharing: &mut Sharing);
}

/// Decodes objects and lets them share their texts.
#[derive(Debug, Default)]
pub struct Reader {
    sharing: Sharing,
}

impl Reader {
    /// One object.
    ///
    /// # Errors
    /// See [`Kind::read`].
    pub fn object<T: Kind>(&mut self, json: &str) -> Result<Arc<T>, String> {
        let mut object = T::read(&scrub(json))?;
        object.share(&mut self.sharing);
        Ok(Arc::new(object))
    }
}

/// A page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// The objects.
    pub items: Vec<Arc<T>>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
    /// The version of the list.
    pub version: String,
    /// Why objects could not be read at all.
    pub unreadable: Vec<String>,
}

/// Decodes a page. Takes a while for 500 objects: called on a blocking thread.
///
/// # Errors
/// When it is no list.
pub fn page<T: Kind>(bytes: &[u8], reader: &mut Reader) -> Result<Page<T>, String> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct ListMeta {
        resource_version: String,
        #[serde(rename = "continue")]
        next: Option<String>,
    }
    #[derive(Deserialize)]
    struct List<'a> {
        #[serde(default)]
        metadata: ListMeta,
        #[serde(borrow)]
        items: Option<Vec<&'a RawValue>>,
    }
    let text = String::from_utf8_lossy(bytes);
    let list: List<'_> = serde_json::from_str(&text).map_err(|why| why.to_string())?;
    let mut page = Page {
        items: Vec::new(),
        next: list.metadata.next.filter(|token| !token.is_empty()),
        version: list.metadata.resource_version,
        unreadable: Vec::new(),
    };
    for raw in list.items.unwrap_or_default() {
        match reader.object(raw.get()) {
            Ok(object) => page.items.push(object),
            Err(why) => page.unreadable.push(why),
        }
    }
    Ok(page)
}

/// One line of a watch.
#[derive(Debug)]
pub enum Line<'a> {
    /// `ADDED` or `MODIFIED`.
    Upsert(&'a str),
    /// `DELETED`.
    Delete(&'a str),
    /// `BOOKMARK`: the version, and whether it ends the first list of a streaming list.
    Bookmark {
        /// The version reached.
        version: String,
        /// The annotation `k8s.io/initial-events-end`.
        list_complete: bool,
    },
    /// `ERROR`: a Status.
    Error(&'a str),
}

/// A watch event.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    object: &'a RawValue,
}

/// The object of a watch event whose line was read in full.
///
/// # Errors
/// When it is no watch event.
pub fn object_of(text: &str) -> Result<&str, String> {
    serde_json::from_str::<Event<'_>>(text).map(|event| event.object.get()).map_err(|why| why.to_string())
}

/// Takes a line of a watch apart; the object stays text. What is told of an object is sure only once it is decoded;
/// where that fails, [`object_of`] tells whether the line or the object is wrong.
///
/// # Errors
/// When it is no watch event.
pub fn line(text: &str) -> Result<Line<'_>, String> {
    // As API servers write it. To walk through the object here and once more to decode it would cost a good part of the
    // time that a first list takes.
    for start in [r#"{"type":"ADDED","object":"#, r#"{"type":"MODIFIED","object":"#] {
        if let Some(object) = text.strip_prefix(start).and_then(|rest| rest.strip_suffix('}'))
            && object.starts_with('{')
        {
            return Ok(Line::Upsert(object));
        }
    }
    let event: Event<'_> = serde_json::from_str(text).map_err(|why| why.to_string())?;
    let object = event.object.get();
    match &*event.kind {
        "ADDED" | "MODIFIED" => Ok(Line::Upsert(object)),
        "DELETED" => Ok(Line::Delete(object)),
        "BOOKMARK" => {
            #[derive(Deserialize)]
            struct Bookmark {
                metadata: Meta,
            }
            let Bookmark { metadata } = serde_json::from_str(object).map_err(|why| why.to_string())?;
            let list_complete = metadata.annotations.get("k8s.io/initial-events-end").is_some_and(|v| &**v == "true");
            Ok(Line::Bookmark { version: metadata.resource_version.into(), list_complete })
        }
        "ERROR" => Ok(Line::Error(object)),
        other => Err(format!("unknown kind of watch event `{}`", clean(other))),
    }
}

/// Cleans every string of a JSON text. Strings of plain ASCII without escapes, nearly all of them, are left where they
/// are; a text without any other string is not even copied.
pub fn scrub(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    if is_plain(bytes) {
        return Cow::Borrowed(json);
    }
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(open) = find(bytes, at, |byte| byte == b'"') {
        let mut end = open + 1;
        let mut odd = false;
        // Up to the closing quote; a backslash takes the next byte with it.
        while let Some(&byte) = bytes.get(end) {
            match byte {
                b'"' => break,
                b'\\' => {
                    // `\"`, `\\` and `\/` stand for themselves.
                    odd |= !matches!(bytes.get(end + 1), Some(b'"' | b'\\' | b'/'));
                    end += 1;
                }
                0x7F.. => odd = true,
                _ => {}
            }
            end += 1;
        }
        let close = (end + 1).min(bytes.len());
        if odd
            && let Some(token) = json.get(open..close)
            && let Ok(text) = serde_json::from_str::<String>(token)
            && let Cow::Owned(cleaned) = clean(&text)
            && let Ok(token) = serde_json::to_string(&cleaned)
        {
            out.push_str(&json[copied..open]);
            out.push_str(&token);
            copied = close;
        }
        at = close;
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    out.push_str(&json[copied..]);
    Cow::Owned(out)
}

/// Nothing but ASCII, and no escapes but those that stand for themselves: seen at a glance, and nearly always so.
fn is_plain(bytes: &[u8]) -> bool {
    if !bytes.is_ascii() || bytes.contains(&0x7F) {
        return false;
    }
    let mut at = 0;
    while let Some(escape) = find(bytes, at, |byte| byte == b'\\') {
        if !matches!(bytes.get(escape + 1), Some(b'"' | b'\\' | b'/')) {
            return false;
        }
        at = escape + 2;
    }
    true
}

fn find(bytes: &[u8], from: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    bytes.get(from..)?.iter().position(|byte| wanted(*byte)).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::rollout::Rollout;

    #[test]
    fn a_text_without_odd_strings_is_not_copied() {
        let json = r#"{"a":"plain \"quoted\" C:\\x","n":[1,2]}"#;
        assert!(matches!(scrub(json), Cow::Borrowed(_)));
    }

    #[test]
    fn every_string_is_cleaned_wherever_it_stands() {
        let json = r#"{"k\u001b[31m":"a\u001b]0;x\u0007b","list":["\u202eabc","fine","é"],"n":1}"#;
        let value: serde_json::Value = serde_json::from_str(&scrub(json)).unwrap();
        let all = value.to_string();
        assert!(!all.contains("\\u001b") && !all.contains('\u{202e}') && !all.contains("\\u0007"), "{all}");
        assert_eq!(value["list"][1], "fine");
        assert_eq!(value["list"][2], "é");
        assert_eq!(value["n"], 1);
    }

    #[test]
    fn scrubbing_never_fails_on_broken_text() {
        for text in ["", "\"", "\"\\", "{\"a\":\"\\u00", "\"\\ud800\"", "é\"é"] {
            let _ = scrub(text);
        }
    }

    #[test]
    fn a_rollout_that_cannot_be_decoded_is_a_row_that_says_so() {
        let json = r#"{"metadata":{"name":"web","namespace":"shop","uid":"u1","resourceVersion":"5"},"spec":{"replicas":"many"}}"#;
        let rollout = Reader::default().object::<Rollout>(json).unwrap();
        assert_eq!(&*rollout.meta.name, "web");
        assert_eq!(&*rollout.meta.resource_version, "5");
        assert!(rollout.unreadable.as_deref().is_some_and(|why| why.contains("many")), "{:?}", rollout.unreadable);
        assert_eq!(rollout.spec.replicas, None);
        let odd = r#"{"metadata":{"name":"web","labels":5},"spec":{}}"#;
        assert!(Reader::default().object::<Rollout>(odd).unwrap().unreadable.is_some());
        assert!(Reader::default().object::<Rollout>("{}x").is_err());
    }

    #[test]
    fn a_page_keeps_good_rows_beside_bad_ones() {
        let json = r#"{"metadata":{"resourceVersion":"9","continue":""},"items":[
            {"metadata":{"name":"a","namespace":"shop"}},{"metadata":{"name":"b","namespace":"shop"},"spec":3},{"metadata":{}, "spec": 3}]}"#;
        let page = page::<Rollout>(json.as_bytes(), &mut Reader::default()).unwrap();
        assert_eq!(page.items.len(), 2);
        assert!(page.items[0].unreadable.is_none() && page.items[1].unreadable.is_some());
        assert_eq!(page.unreadable.len(), 1);
        assert_eq!((page.next, &*page.version), (None, "9"));
        assert!(Arc::ptr_eq(&page.items[0].meta.namespace, &page.items[1].meta.namespace));
    }

    #[test]
    fn lines_of_a_watch_are_told_apart() {
        assert!(matches!(line(r#"{"type":"ADDED","object":{"a":1}}"#), Ok(Line::Upsert(r#"{"a":1}"#))));
        assert!(matches!(line(r#"{"object":{},"type":"DELETED"}"#), Ok(Line::Delete("{}"))));
        assert!(matches!(line(r#"{"type":"ERROR","object":{"code":410}}"#), Ok(Line::Error(_))));
        let bookmark = r#"{"type":"BOOKMARK","object":{"kind":"Rollout","metadata":{"resourceVersion":"12","creationTimestamp":null,"annotations":{"k8s.io/initial-events-end":"true"}}}}"#;
        assert!(matches!(line(bookmark), Ok(Line::Bookmark { version, list_complete: true }) if version == "12"));
        assert!(matches!(line(r#"{"type":"MODIFIED","object":{"a":{}}}"#), Ok(Line::Upsert(r#"{"a":{}}"#))));
        assert_eq!(object_of(r#"{"type":"ADDED","object":{"a":1},"more":2}"#).as_deref(), Ok(r#"{"a":1}"#));
        assert!(object_of(r#"{"type":"ADDED","object":{"a":1}"#).is_err());
        assert!(line("nonsense").is_err());
        assert!(line(r#"{"type":"NEW","object":{}}"#).is_err());
    }

    fn json() -> impl proptest::strategy::Strategy<Value = serde_json::Value> {
        use proptest::prelude::*;
        let leaf = prop_oneof![
            any::<i64>().prop_map(serde_json::Value::from),
            any::<String>().prop_map(serde_json::Value::from),
            "[\\x00-\u{9f}\u{202e}\"\\\\ab]{0,12}".prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
                proptest::collection::btree_map("[a-z]{1,4}", inner, 0..4)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn cleaned(value: &serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::String(text) => clean(text).into_owned().into(),
            serde_json::Value::Array(list) => list.iter().map(cleaned).collect(),
            serde_json::Value::Object(map) => {
                serde_json::Value::Object(map.iter().map(|(key, value)| (key.clone(), cleaned(value))).collect())
            }
            other => other.clone(),
        }
    }

    proptest::proptest! {
        #[test]
        fn cleaning_the_text_is_cleaning_every_string_of_the_value(value in json()) {
            for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                let found: serde_json::Value = serde_json::from_str(&scrub(&text)).unwrap();
                proptest::prop_assert_eq!(&found, &cleaned(&value));
            }
        }
    }
}
