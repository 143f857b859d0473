//! The read-only fence: a layer of the transport that refuses every request which could change something. A
//! forgotten check above it cannot send a write; nothing reaches the connection.

use http::{Method, Request, Response};
use kube::client::Body;
use std::future::{Ready, ready};
use std::task::{Context, Poll};
use tower::BoxError;

/// Asking what the signed-in user may do is a POST that stores nothing.
const QUESTIONS: &[&str] = &[
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
    "/apis/authentication.k8s.io/v1/selfsubjectreviews",
];

/// The words that a refused request ends with; looked for by the classification of errors.
pub const REFUSED: &str = "not sent: rolltop is read-only";

/// Whether a request may leave a read-only process.
pub fn reads(method: &Method, path: &str) -> bool {
    match *method {
        Method::GET => true,
        Method::POST => QUESTIONS.contains(&path),
        _ => false,
    }
}

/// A request that the fence stopped.
#[derive(Debug, thiserror::Error)]
#[error("{method} {path} {REFUSED}")]
pub struct Refused {
    method: Method,
    path: String,
}

/// The layer. With `read_only` off it lets everything pass.
#[derive(Clone, Copy, Debug)]
pub struct Fence {
    /// Refuse what does not read.
    pub read_only: bool,
}

impl<S> tower::Layer<S> for Fence {
    type Service = Fenced<S>;

    fn layer(&self, inner: S) -> Fenced<S> {
        Fenced { inner, read_only: self.read_only }
    }
}

/// A service behind the fence.
#[derive(Clone, Debug)]
pub struct Fenced<S> {
    inner: S,
    read_only: bool,
}

impl<S, B> tower::Service<Request<Body>> for Fenced<S>
where
    S: tower::Service<Request<Body>, Response = Response<B>, Error = BoxError>,
{
    type Response = Response<B>;
    type Error = BoxError;
    type Future = futures::future::Either<S::Future, Ready<Result<Response<B>, BoxError>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if self.read_only && !reads(request.method(), request.uri().path()) {
            let refused = Refused { method: request.method().clone(), path: request.uri().path().to_owned() };
            return futures::future::Either::Right(ready(Err(refused.into())));
        }
        futures::future::Either::Left(self.inner.call(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reading_and_asking_for_rights_pass() {
        let rollout = "/apis/argoproj.io/v1alpha1/namespaces/a/rollouts/b";
        for (method, path, passes) in [
            (Method::GET, rollout, true),
            (Method::POST, QUESTIONS[0], true),
            (Method::POST, QUESTIONS[1], true),
            (Method::POST, "/apis/argoproj.io/v1alpha1/namespaces/a/rollouts", false),
            (Method::POST, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews/x", false),
            (Method::PATCH, rollout, false),
            (Method::PUT, rollout, false),
            (Method::DELETE, rollout, false),
            (Method::HEAD, rollout, false),
            (Method::OPTIONS, rollout, false),
            (Method::CONNECT, rollout, false),
        ] {
            assert_eq!(reads(&method, path), passes, "{method} {path}");
        }
    }
}
