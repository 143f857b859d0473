//! The client of one cluster: built from a kubeconfig context, behind the read-only fence, with time-outs on every
//! step and no retries of its own (kube's default would repeat a PATCH on 503 and 504, up to 15 times).

use super::backoff::Tempo;
use super::failure::{Failure, Status};
use super::fence::Fence;
use super::hub::Access;
use super::lines::Lines;
use super::login;
use super::skew::Skew;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, DATE, HeaderValue, RETRY_AFTER, USER_AGENT};
use http::{Method, Request, Response};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use kube::client::{Body, ClientBuilder};
use kube::config::KubeConfigOptions;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// How rolltop names itself, in the user agent and as the field manager of its writes.
pub const MANAGER: &str = "rolltop";

/// A client; clones share the connections.
#[derive(Clone)]
pub struct Client {
    kube: kube::Client,
    inner: Arc<Inner>,
}

struct Inner {
    context: String,
    namespace: String,
    timeout: Duration,
    skew: Skew,
    expires: Option<Timestamp>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("context", &self.inner.context).finish_non_exhaustive()
    }
}

impl Client {
    /// Builds a client for a context. Runs the login command if the context has one, no longer than `tempo.login`.
    ///
    /// # Errors
    /// [`Failure::Config`] when the context does not fit, [`Failure::Login`] when the login command fails.
    pub async fn connect(access: &Access, context: &str, tempo: &Tempo) -> Result<Self, Failure> {
        let known = || access.kubeconfig.contexts.iter().map(|named| named.name.as_str());
        if !known().any(|name| name == context) {
            return Err(Failure::Config(unknown_context(context, known())));
        }
        let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
        let mut config = kube::Config::from_custom_kubeconfig(access.kubeconfig.clone(), &options)
            .await
            .map_err(|why| Failure::from_kube(&kube::Error::InferKubeconfig(why)))?;
        config.default_retry = false;
        config.connect_timeout = Some(access.timeout);
        config.write_timeout = Some(access.timeout);
        // A watch is quiet for long; its own clock watches over it, see `lines`.
        config.read_timeout = None;
        let agent = concat!("rolltop/", env!("CARGO_PKG_VERSION"));
        config.headers.push((USER_AGENT, HeaderValue::from_static(agent)));
        // Without TLS no certificate is looked at; reading the system's own hundreds would delay the first screen.
        let plain = config.cluster_url.scheme_str() == Some("http") && config.proxy_url.is_none();
        if plain && config.root_cert.is_none() && config.root_cert_file.is_none() {
            config.root_cert = Some(Vec::new());
        }
        let expires = login::sign_in(&mut config.auth_info, tempo.login).await?;
        let namespace = config.default_namespace.clone();
        let skew = Skew::default();
        let (read_only, samples) = (access.read_only, skew.clone());
        // Certificate and token files are read in here: not on the network thread.
        let built = tokio::task::spawn_blocking(move || build(config, read_only, samples))
            .await
            .map_err(|_| Failure::Config("the client could not be built".to_owned()))?
            .map_err(|why| Failure::from_kube(&why))?;
        let inner = Inner { context: context.to_owned(), namespace, timeout: access.timeout, skew, expires };
        Ok(Self { kube: built, inner: Arc::new(inner) })
    }

    /// The context, which is how people call the cluster.
    pub fn context(&self) -> &str {
        &self.inner.context
    }

    /// The context's own namespace.
    pub fn namespace(&self) -> &str {
        &self.inner.namespace
    }

    /// Time-out of a request other than a watch: until the answer begins, and between its parts.
    pub fn timeout(&self) -> Duration {
        self.inner.timeout
    }

    /// What the answers so far said about the cluster's clock.
    pub fn skew(&self) -> &Skew {
        &self.inner.skew
    }

    /// When the credential that the login command gave stops being good, if it said so.
    pub fn valid_until(&self) -> Option<Timestamp> {
        self.inner.expires
    }

    /// GET, whole answer.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn get(&self, path: &str) -> Result<Vec<u8>, Failure> {
        self.whole(request(Method::GET, path, None, Vec::new())?).await
    }

    /// GET, whole answer of at most so many bytes; `None` when there are more.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn get_bounded(&self, path: &str, most: usize) -> Result<Option<Vec<u8>>, Failure> {
        let request = request(Method::GET, path, None, Vec::new())?;
        let mut body = self.send(request).await?.into_body();
        let mut bytes = Vec::new();
        while let Some(frame) = self.in_time(body.frame()).await? {
            let frame = frame.map_err(|why| Failure::from_chain(&why))?;
            if let Some(data) = frame.data_ref() {
                if bytes.len() + data.len() > most {
                    return Ok(None);
                }
                bytes.extend_from_slice(data);
            }
        }
        Ok(Some(bytes))
    }

    /// GET whose answer may begin late and goes on for long, such as a log: the caller watches over the time.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn stream(&self, path: &str) -> Result<Body, Failure> {
        let mut request = request(Method::GET, path, None, Vec::new())?;
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json, */*"));
        let answer = self.kube.send(request).await.map_err(|why| Failure::from_kube(&why))?;
        Ok(self.good(answer).await?.into_body())
    }

    /// POST of JSON, whole answer.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn post(&self, path: &str, body: &serde_json::Value) -> Result<Vec<u8>, Failure> {
        self.whole(request(Method::POST, path, Some("application/json"), body.to_string().into_bytes())?).await
    }

    /// PATCH with a merge patch, whole answer. Sent once, whatever happens.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn merge(&self, path: &str, body: &serde_json::Value) -> Result<Vec<u8>, Failure> {
        let kind = Some("application/merge-patch+json");
        self.whole(request(Method::PATCH, path, kind, body.to_string().into_bytes())?).await
    }

    /// PATCH with a JSON patch, whole answer. Sent once, whatever happens.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn json_patch(&self, path: &str, body: &serde_json::Value) -> Result<Vec<u8>, Failure> {
        let kind = Some("application/json-patch+json");
        self.whole(request(Method::PATCH, path, kind, body.to_string().into_bytes())?).await
    }

    /// PATCH that applies an object (server-side apply), whole answer. Sent once, whatever happens. JSON is YAML too.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn apply(&self, path: &str, body: &serde_json::Value) -> Result<Vec<u8>, Failure> {
        let kind = Some("application/apply-patch+yaml");
        self.whole(request(Method::PATCH, path, kind, body.to_string().into_bytes())?).await
    }

    /// DELETE with options, whole answer. Sent once, whatever happens.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn delete(&self, path: &str, options: &serde_json::Value) -> Result<Vec<u8>, Failure> {
        let kind = Some("application/json");
        self.whole(request(Method::DELETE, path, kind, options.to_string().into_bytes())?).await
    }

    /// GET whose answer comes line by line for a long time.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn lines(&self, path: &str) -> Result<Lines, Failure> {
        let mut request = request(Method::GET, path, None, Vec::new())?;
        // A gzipped watch may come as one member per event, of which only the first would be unpacked.
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let answer = self.send(request).await?;
        Ok(Lines::new(answer.into_body()))
    }

    async fn whole(&self, request: Request<Body>) -> Result<Vec<u8>, Failure> {
        let answer = self.send(request).await?;
        self.collect(answer.into_body()).await
    }

    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, Failure> {
        let answer = self.in_time(self.kube.send(request)).await?.map_err(|why| Failure::from_kube(&why))?;
        self.good(answer).await
    }

    /// An answer that is no error.
    async fn good(&self, answer: Response<Body>) -> Result<Response<Body>, Failure> {
        let code = answer.status();
        if code.is_success() {
            return Ok(answer);
        }
        let retry_after = answer
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.trim().parse().ok())
            .map(Duration::from_secs);
        // The words of an error are welcome, but not worth failing for.
        let body = self.collect(answer.into_body()).await.unwrap_or_default();
        let mut status = Status::read(code.as_u16(), &body);
        status.retry_after = retry_after.or(status.retry_after);
        Err(Failure::Status(status))
    }

    async fn collect(&self, mut body: Body) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while let Some(frame) = self.in_time(body.frame()).await? {
            let frame = frame.map_err(|why| Failure::from_chain(&why))?;
            if let Some(data) = frame.data_ref() {
                bytes.extend_from_slice(data);
            }
        }
        Ok(bytes)
    }

    async fn in_time<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::time::timeout(self.timeout(), work).await.map_err(|_| Failure::Silent(self.timeout()))
    }
}

fn build(config: kube::Config, read_only: bool, skew: Skew) -> Result<kube::Client, kube::Error> {
    let dates = tower::util::MapResponseLayer::new(move |answer: Response<_>| {
        if let Some(date) = answer.headers().get(DATE).and_then(|value| value.to_str().ok()) {
            skew.record(date, Timestamp::now());
        }
        answer
    });
    Ok(ClientBuilder::try_from(config)?.with_layer(&dates).with_layer(&Fence { read_only }).build())
}

fn request(method: Method, path: &str, content: Option<&str>, body: Vec<u8>) -> Result<Request<Body>, Failure> {
    let mut builder = Request::builder().method(method).uri(path).header(ACCEPT, "application/json");
    if let Some(content) = content {
        builder = builder.header(CONTENT_TYPE, content);
    }
    builder.body(Body::from(body)).map_err(|why| Failure::Config(why.to_string()))
}

fn unknown_context<'a>(context: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<_> = known.collect();
    let near = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(name, context), *name))
        .filter(|(distance, _)| *distance <= 2.max(context.len() / 3))
        .min();
    match near {
        Some((_, name)) => format!("there is no context `{context}` in the kubeconfig; did you mean `{name}`?"),
        None if known.is_empty() => format!("there is no context `{context}`: the kubeconfig has none"),
        None => format!("there is no context `{context}` in the kubeconfig; it has {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_that_does_not_exist_is_answered_with_the_nearest_name() {
        let known = ["prod-eu", "staging"];
        assert!(unknown_context("prod-us", known.into_iter()).ends_with("did you mean `prod-eu`?"));
        assert!(unknown_context("something-else", known.into_iter()).ends_with("it has prod-eu, staging"));
        assert!(unknown_context("x", std::iter::empty()).ends_with("has none"));
    }
}
