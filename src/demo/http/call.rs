//! One request, read whole: method, path below the cluster's prefix, query, headers, body, and who sent it.

use super::auth::User;
use super::decode;
use super::failure::Failure;
use http::{HeaderMap, Method, header};
use hyper::body::Bytes;
use serde_json::Value;

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub method: Method,
    /// Path without the cluster's prefix.
    pub path: String,
    /// As it was sent, for the log.
    pub raw_query: String,
    pub query: Query,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub user: User,
}

impl Call {
    /// A header as text; empty when it is not there.
    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body's media type without parameters.
    pub(crate) fn media_type(&self) -> &str {
        self.header(header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim()
    }

    /// `dryRun=All`, checked.
    pub(crate) fn dry_run(&self) -> Result<bool, Failure> {
        match self.query.get("dryRun") {
            None | Some("") => Ok(false),
            Some("All") => Ok(true),
            Some(other) => {
                Err(Failure::bad_request(format!("dryRun: Unsupported value: \"{other}\": supported values: \"All\"")))
            }
        }
    }

    /// Who writes, for `managedFields`: the query's `fieldManager`, else the program in the User-Agent.
    pub(crate) fn manager(&self) -> String {
        match self.query.get("fieldManager") {
            Some(manager) if !manager.is_empty() => manager.to_owned(),
            _ => {
                let agent = self.header(header::USER_AGENT).split('/').next().unwrap_or_default();
                if agent.is_empty() { "unknown".to_owned() } else { agent.to_owned() }
            }
        }
    }

    /// Fields that stand twice in the body, by their paths; none where the body is a patch.
    pub(crate) fn repeated(&self) -> Vec<String> {
        let read = match self.media_type() {
            "application/json" | "" => decode::json(&self.body).unwrap_or_default(),
            "application/yaml" => decode::yaml(&String::from_utf8_lossy(&self.body)).unwrap_or_default(),
            _ => decode::Body::default(),
        };
        read.repeated
    }

    /// The name of the object in the body.
    pub(crate) fn made_name(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        body.pointer("/metadata/name").and_then(Value::as_str).map(str::to_owned)
    }

    /// The body as JSON or YAML, by its media type.
    pub(crate) fn object(&self, kind: &str) -> Result<Value, Failure> {
        let text = String::from_utf8_lossy(&self.body);
        match self.media_type() {
            "application/json" | "" => serde_json::from_slice(&self.body).map_err(|error| {
                Failure::bad_request(format!(
                    "the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; json parse error: {error} ({})",
                    text.chars().take(60).collect::<String>()
                ))
            }),
            "application/yaml" => decode::yaml(&text)
                .map(|body| body.value)
                .map_err(|error| Failure::bad_request(format!("error converting YAML to JSON: {error}"))),
            // Read where it is a kind that kubectl sends in nothing else.
            "application/vnd.kubernetes.protobuf" if super::protobuf::read(&self.body).is_some() => {
                Ok(super::protobuf::read(&self.body).unwrap_or_default())
            }
            _ => Err(Failure::media_type(&[
                "application/json",
                "application/yaml",
                "application/vnd.kubernetes.protobuf",
            ])),
        }
    }
}

/// The parameters of a query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, true), decode(value, true))
        });
        Self(pairs.collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A flag: `true` and `1` set it.
    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some("true" | "1"))
    }

    /// A number; absent or empty is none.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Failure> {
        match self.get(name) {
            None | Some("") => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| {
                Failure::bad_request(format!("strconv.ParseUint: parsing \"{text}\" ({name}): invalid syntax"))
            }),
        }
    }
}

/// Percent decoding; `+` is a space in queries only.
pub(crate) fn decode(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match (bytes[at], hex.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
                continue;
            }
            (b'+', _) if plus => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_and_a_lone_percent_sign_stays() {
        let query = Query::parse("labelSelector=app%3Da%2Cx+in+%28b%29&watch=1&limit=&odd=%zz%4");
        assert_eq!(query.get("labelSelector"), Some("app=a,x in (b)"));
        assert!(query.flag("watch"));
        assert_eq!(query.number("limit"), Ok(None));
        assert_eq!(query.get("odd"), Some("%zz%4"));
        assert_eq!(Query::parse("limit=x").number("limit").unwrap_err().code, 400);
    }
}
