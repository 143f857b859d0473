//! An answer: status, media type, warnings, and a body that is whole or streamed.

use super::failure::Failure;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use jiff::Timestamp;
use serde_json::Value;

/// The body of an HTTP answer; an error cuts the connection.
pub(crate) type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub content_type: &'static str,
    pub warnings: Vec<String>,
    pub body: Body,
}

pub(crate) const JSON: &str = "application/json";
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";

impl Answer {
    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::bytes(status, JSON, serde_json::to_vec(value).unwrap_or_default())
    }

    pub(crate) fn text(status: u16, text: impl Into<String>) -> Self {
        Self::bytes(status, TEXT, text.into().into_bytes())
    }

    pub(crate) fn bytes(status: u16, content_type: &'static str, body: Vec<u8>) -> Self {
        let body = Full::new(Bytes::from(body)).map_err(|never| match never {}).boxed_unsync();
        Self { status, content_type, warnings: Vec::new(), body }
    }

    pub(crate) fn stream(
        content_type: &'static str,
        chunks: impl futures::Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static,
    ) -> Self {
        use futures::StreamExt;
        let body = StreamBody::new(chunks.map(|chunk| chunk.map(Frame::data))).boxed_unsync();
        Self { status: 200, content_type, warnings: Vec::new(), body }
    }

    /// The same, of which only half arrives.
    pub(crate) async fn broken_off(mut self) -> Self {
        let body = std::mem::replace(&mut self.body, Self::text(200, "").body);
        let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let half = bytes.slice(..bytes.len() / 2);
        let chunks = [Ok(half), Err(std::io::Error::other("the connection is cut"))];
        Self { body: Self::stream(self.content_type, futures::stream::iter(chunks)).body, ..self }
    }

    /// The HTTP answer. `now` is the virtual time, so that clients correct their clock by the cluster's.
    pub(crate) fn response(self, now: Timestamp) -> Response<Body> {
        let mut response = Response::new(self.body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
        if let Ok(date) = HeaderValue::from_str(&now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()) {
            headers.insert(header::DATE, date);
        }
        for warning in self.warnings {
            let text = warning.replace('\\', "\\\\").replace('"', "\\\"");
            if let Ok(value) = HeaderValue::from_str(&format!("299 - \"{text}\"")) {
                headers.append(header::WARNING, value);
            }
        }
        if matches!(self.status, 429 | 503) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self.status == 401 {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"simulated-cluster\""));
        }
        response
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        if failure.plain {
            return Self::text(failure.code, failure.message);
        }
        Self::json(failure.code, &failure.status())
    }
}
