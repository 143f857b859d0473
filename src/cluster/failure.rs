//! Failures: what can go wrong with a request, sorted at the border into what the rest decides by. No text of a
//! credential gets into one.

use super::fence;
use crate::clean::clean;
use crate::deploy::conflicts::Cause;
use serde::Deserialize;
use std::error::Error as StdError;
use std::time::Duration;

/// Why a request has no good answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// The server answered with an error.
    Status(Status),
    /// No answer in time.
    Silent(Duration),
    /// Never got through, or the connection broke.
    Transport(Transport, String),
    /// The login command or file: a sentence, and what to try.
    Login {
        /// What failed.
        sentence: String,
        /// What to try.
        hint: Option<String>,
        /// The command is not there: signing in again does not help.
        missing: bool,
    },
    /// The kubeconfig does not fit.
    Config(String),
    /// The answer cannot be read.
    Unreadable(String),
    /// The server ended a watch as soon as it had begun.
    Ended,
}

/// How a connection failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Nobody listens there.
    Refused,
    /// Connecting took too long.
    Timeout,
    /// The name is not known.
    Name,
    /// No way to the network.
    NoRoute,
    /// A certificate: expired.
    Expired,
    /// A certificate: signed by nobody we trust.
    UnknownIssuer,
    /// A certificate: made for another name.
    WrongName,
    /// Another trouble of TLS.
    Tls,
    /// A proxy refused.
    Proxy,
    /// The connection was there and broke.
    Lost,
    /// Stopped by our own fence.
    ReadOnly,
    /// Anything else.
    Other,
}

/// An error answer of the server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// HTTP status.
    pub code: u16,
    /// The API's word for it; empty when the answer was no Status object.
    pub reason: String,
    /// The API's sentence, in full.
    pub message: String,
    /// `Retry-After`.
    pub retry_after: Option<Duration>,
    /// `details.name`: which object.
    pub object: String,
    /// `details.causes`: field by field.
    pub causes: Vec<Cause>,
}

impl Status {
    /// From an answer's code and body.
    pub fn read(code: u16, body: &[u8]) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Wire {
            kind: String,
            code: u16,
            reason: String,
            message: String,
            details: Option<Details>,
        }
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct Details {
            name: String,
            retry_after_seconds: u64,
            causes: Vec<WireCause>,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct WireCause {
            reason: String,
            message: String,
            field: String,
        }
        let wire: Wire = serde_json::from_slice(body).unwrap_or_default();
        if wire.kind != "Status" {
            let text: String = String::from_utf8_lossy(body).chars().take(300).collect();
            return Self { code, message: cleaned(text.trim()), ..Self::default() };
        }
        let details = wire.details.unwrap_or_default();
        Self {
            code: if wire.code == 0 { code } else { wire.code },
            reason: cleaned(&wire.reason),
            message: cleaned(&wire.message),
            retry_after: (details.retry_after_seconds > 0).then(|| Duration::from_secs(details.retry_after_seconds)),
            object: cleaned(&details.name),
            causes: details
                .causes
                .into_iter()
                .map(|cause| Cause {
                    reason: cleaned(&cause.reason),
                    message: cleaned(&cause.message),
                    field: cleaned(&cause.field),
                })
                .collect(),
        }
    }
}

impl Failure {
    /// From an error of kube's client, which may hold anything that a layer of it returned.
    pub fn from_kube(error: &kube::Error) -> Self {
        if let Some(login) = find::<kube::client::AuthError>(error) {
            return login_failure(login);
        }
        if let Some(refused) = find::<fence::Refused>(error) {
            return Self::Transport(Transport::ReadOnly, cleaned(&refused.to_string()));
        }
        match error {
            kube::Error::Api(status) => Self::Status(Status {
                code: status.code,
                reason: cleaned(&status.reason),
                message: cleaned(&status.message),
                ..Status::default()
            }),
            kube::Error::InferKubeconfig(why) => Self::Config(chain(why)),
            other => Self::from_chain(other),
        }
    }

    /// From any error of the transport, by its chain of causes.
    pub fn from_chain(error: &(dyn StdError + 'static)) -> Self {
        let raw = chain(error);
        Self::Transport(transport(error, &raw), raw)
    }

    /// Whether the request certainly did not reach the server's logic, so that a write did not happen.
    pub fn never_arrived(&self) -> bool {
        match self {
            // hyper-util names the phase in its text: `client error (Connect)`.
            Self::Transport(kind, raw) => {
                !matches!(kind, Transport::Lost | Transport::Other) || raw.contains("(Connect)")
            }
            Self::Login { .. } | Self::Config(_) => true,
            Self::Status(_) | Self::Silent(_) | Self::Unreadable(_) | Self::Ended => false,
        }
    }
}

/// The first error of a type in a chain of causes.
fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    causes(error).find_map(|cause| cause.downcast_ref::<E>())
}

fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    // A chain that refers to itself must not hold the thread: sixteen causes are more than any stack nests.
    std::iter::successors(Some(error), |cause: &&'a (dyn StdError + 'static)| (*cause).source()).take(16)
}

/// The chain of causes as one text, cleaned, without repeating what a cause already said.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = String::new();
    for cause in causes(error) {
        let words = cause.to_string();
        if !text.ends_with(&words) && !text.contains(&words) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&words);
        }
    }
    cleaned(&text)
}

/// Cleans, and masks what follows `Bearer`.
pub fn cleaned(text: &str) -> String {
    let text = clean(text);
    let mut out = String::with_capacity(text.len());
    let mut masked = false;
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 {
            out.push(' ');
        }
        out.push_str(if masked { "•••" } else { word });
        masked = word.trim_matches(|c: char| !c.is_alphanumeric()).eq_ignore_ascii_case("bearer");
    }
    out
}

fn transport(error: &(dyn StdError + 'static), raw: &str) -> Transport {
    use std::io::ErrorKind as Io;
    let has = |needle: &str| raw.contains(needle);
    // rustls has no type we could name here without depending on it; its words are stable.
    if has("certificate expired") || has("Expired") {
        return Transport::Expired;
    }
    if has("UnknownIssuer") || has("unknown issuer") || has("BadSignature") {
        return Transport::UnknownIssuer;
    }
    if has("NotValidForName") || has("not valid for name") {
        return Transport::WrongName;
    }
    if has("invalid peer certificate") || has("received fatal alert") || has("rustls") || has("corrupt message") {
        return Transport::Tls;
    }
    if has("failed to lookup address") || has("dns error") {
        return Transport::Name;
    }
    if has("proxy") || has("tunnel") {
        return Transport::Proxy;
    }
    let io = causes(error).filter_map(|cause| cause.downcast_ref::<std::io::Error>()).map(std::io::Error::kind).last();
    match io {
        Some(Io::ConnectionRefused) => Transport::Refused,
        Some(Io::TimedOut) => Transport::Timeout,
        Some(Io::HostUnreachable | Io::NetworkUnreachable | Io::NetworkDown) => Transport::NoRoute,
        Some(Io::ConnectionReset | Io::ConnectionAborted | Io::BrokenPipe | Io::UnexpectedEof | Io::NotConnected) => {
            Transport::Lost
        }
        _ if has("connection closed") || has("IncompleteMessage") || has("end of file") || has("EOF") => {
            Transport::Lost
        }
        _ if has("deadline has elapsed") || has("timed out") => Transport::Timeout,
        _ => Transport::Other,
    }
}

/// Words for a credential that kube cannot use. Login commands are run by `login`, which has its own words.
fn login_failure(error: &kube::client::AuthError) -> Failure {
    use kube::client::AuthError as Auth;
    let sentence = match error {
        Auth::ReadTokenFile(why, path) => {
            format!("the token file {} cannot be read: {}", path.display(), why.kind())
        }
        Auth::InvalidBasicAuth(_) | Auth::InvalidBearerToken(_) => {
            "the credential holds characters that cannot be sent".to_owned()
        }
        // These would quote what a command printed.
        Auth::AuthExecParse(_) | Auth::AuthExecRun { .. } => "the login command failed".to_owned(),
        other => format!("signing in failed: {other}"),
    };
    Failure::Login { sentence: cleaned(&sentence), hint: None, missing: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_keeps_the_servers_sentence_and_anything_else_its_beginning() {
        let body = br#"{"kind":"Status","status":"Failure","message":"no","reason":"Forbidden","details":{"name":"a","retryAfterSeconds":4},"code":403}"#;
        let status = Status::read(403, body);
        assert_eq!((status.code, &*status.reason, &*status.message, &*status.object), (403, "Forbidden", "no", "a"));
        assert_eq!(status.retry_after, Some(Duration::from_secs(4)));
        let page = Status::read(502, b"<html>bad \x1b[31mgateway</html>\n");
        assert_eq!((page.code, &*page.reason), (502, ""));
        assert!(!page.message.contains('\x1b'));
    }

    #[test]
    fn a_token_never_stays_in_a_text() {
        assert_eq!(cleaned("header Authorization: Bearer abc.def ended"), "header Authorization: Bearer ••• ended");
        let out = std::process::Output {
            status: std::process::ExitStatus::default(),
            stdout: b"{\"token\":\"SECRET\"}".to_vec(),
            stderr: b"SECRET\n".to_vec(),
        };
        let error = kube::client::AuthError::AuthExecRun { cmd: "aws SECRET".into(), out: Box::new(out) };
        let failure = Failure::from_kube(&kube::Error::Auth(error));
        assert!(matches!(failure, Failure::Login { .. }) && !format!("{failure:?}").contains("SECRET"), "{failure:?}");
    }

    #[test]
    fn causes_of_the_transport_are_told_apart() {
        use std::io::{Error, ErrorKind};
        for (error, expected) in [
            (Error::from(ErrorKind::ConnectionRefused), Transport::Refused),
            (Error::from(ErrorKind::TimedOut), Transport::Timeout),
            (Error::from(ErrorKind::NetworkUnreachable), Transport::NoRoute),
            (Error::from(ErrorKind::ConnectionReset), Transport::Lost),
            (Error::from(ErrorKind::UnexpectedEof), Transport::Lost),
            (Error::other("failed to lookup address information: Name or service not known"), Transport::Name),
            (Error::other("invalid peer certificate: UnknownIssuer"), Transport::UnknownIssuer),
            (Error::other("invalid peer certificate: certificate expired: verified at time 1"), Transport::Expired),
            (Error::other("invalid peer certificate: certificate not valid for name \"x\""), Transport::WrongName),
            (Error::other("received fatal alert: HandshakeFailure"), Transport::Tls),
            (Error::other("unsuccessful tunnel: proxy authorization required"), Transport::Proxy),
            (Error::other("connection closed before message completed"), Transport::Lost),
            (Error::other("what"), Transport::Other),
        ] {
            let Failure::Transport(kind, _) = Failure::from_chain(&error) else { panic!() };
            assert_eq!(kind, expected, "{error}");
        }
    }

    #[test]
    fn only_what_surely_did_not_arrive_counts_as_not_sent() {
        assert!(Failure::Transport(Transport::Refused, String::new()).never_arrived());
        assert!(Failure::Transport(Transport::ReadOnly, String::new()).never_arrived());
        assert!(Failure::Transport(Transport::Other, "client error (Connect): x".into()).never_arrived());
        assert!(!Failure::Transport(Transport::Lost, "connection closed".into()).never_arrived());
        assert!(!Failure::Silent(Duration::from_secs(5)).never_arrived());
        assert!(!Failure::Unreadable(String::new()).never_arrived());
    }
}
