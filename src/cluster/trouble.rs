//! Trouble: the words for a failure. One calm sentence that says what failed, on which cluster, why; a hint where
//! there is something to try; the server's own text beside it.

use super::failure::{Failure, Status, Transport, cleaned};
use super::wire::Kind;
use crate::argo::feed::{Trouble, TroubleKind};
use crate::argo::role;
use crate::argo::rollout::Rollout;

/// What was being done, for the sentence.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The cluster, as its context is called.
    pub cluster: &'a str,
    /// What was tried, as a verb phrase: `list rollouts in namespace shop`.
    pub doing: &'a str,
    /// What a role would have to allow: verb and resource, as roles spell them.
    pub right: Option<(&'a str, &'a str)>,
    /// The path names a whole kind: 404 means that the server does not know it.
    pub whole_kind: bool,
}

impl<'a> Attempt<'a> {
    /// Something that is not about one kind.
    pub fn new(cluster: &'a str, doing: &'a str) -> Self {
        Self { cluster, doing, right: None, whole_kind: false }
    }

    /// Listing or watching a kind.
    pub fn reading<T: Kind>(cluster: &'a str, doing: &'a str) -> Self {
        Self { cluster, doing, right: Some(("list", T::RESOURCE)), whole_kind: true }
    }
}

/// The words for a failure.
pub fn of(failure: &Failure, attempt: Attempt<'_>) -> Trouble {
    let cluster = attempt.cluster;
    let trouble = |kind, sentence: String, hint: Option<&str>, raw: &str| Trouble {
        kind,
        sentence: cleaned(&sentence),
        hint: hint.map(str::to_owned),
        raw: if raw.is_empty() { cleaned(&sentence) } else { cleaned(raw) },
    };
    match failure {
        Failure::Status(status) => of_status(status, attempt),
        Failure::Silent(after) => trouble(
            TroubleKind::Unreachable,
            format!("no answer from {cluster} within {}", seconds(*after)),
            Some(NETWORK),
            "",
        ),
        Failure::Transport(kind, raw) => {
            let (kind, sentence, hint) = of_transport(*kind, cluster, attempt.doing, raw);
            trouble(kind, sentence, hint, raw)
        }
        Failure::Login { sentence, hint, missing } => {
            let kind = if *missing { TroubleKind::Config } else { TroubleKind::NotSignedIn };
            trouble(kind, format!("not signed in to {cluster}: {sentence}"), hint.as_deref(), "")
        }
        Failure::Config(why) => {
            trouble(TroubleKind::Config, format!("cannot use {cluster}: {why}"), Some("check the kubeconfig"), why)
        }
        Failure::Unreadable(why) => trouble(
            TroubleKind::Server,
            format!("the answer of {cluster} cannot be read while trying to {}", attempt.doing),
            Some("a proxy or a login page may have answered instead of the API server"),
            why,
        ),
        Failure::Ended => trouble(
            TroubleKind::Unreachable,
            format!("{cluster} ended the connection as soon as it was made"),
            None,
            "",
        ),
    }
}

const NETWORK: &str = "check the network or VPN";

fn of_transport(kind: Transport, cluster: &str, doing: &str, raw: &str) -> (TroubleKind, String, Option<&'static str>) {
    use TroubleKind::{Certificate, Forbidden, Unreachable};
    match kind {
        Transport::Refused => {
            (Unreachable, format!("{cluster} refuses connections: no API server answers at its address"), Some(NETWORK))
        }
        Transport::Timeout => {
            (Unreachable, format!("no answer from {cluster}: connecting took too long"), Some(NETWORK))
        }
        Transport::Name => {
            (Unreachable, format!("the address of {cluster} is not known: its name cannot be resolved"), Some(NETWORK))
        }
        Transport::NoRoute => {
            (Unreachable, format!("no way to {cluster}: the network cannot be reached"), Some(NETWORK))
        }
        Transport::Lost => (Unreachable, format!("the connection to {cluster} was lost"), Some(NETWORK)),
        Transport::Other => (Unreachable, format!("{cluster} cannot be reached: {raw}"), Some(NETWORK)),
        Transport::Proxy => (
            Unreachable,
            format!("the proxy did not let the connection to {cluster} through"),
            Some("check proxy-url, HTTPS_PROXY and NO_PROXY; 407 means that the proxy wants a login"),
        ),
        Transport::Expired => {
            (Certificate, format!("the certificate of {cluster} has expired"), Some("tell who runs the cluster"))
        }
        Transport::UnknownIssuer => (
            Certificate,
            format!("the certificate of {cluster} is signed by an authority that the kubeconfig does not name"),
            Some("check certificate-authority-data; a proxy may be opening the connection"),
        ),
        Transport::WrongName => (
            Certificate,
            format!("the certificate of {cluster} is made for another name than the one in the kubeconfig"),
            Some("check server and tls-server-name in the kubeconfig"),
        ),
        Transport::Tls => (
            Certificate,
            format!("no secure connection to {cluster} could be agreed on"),
            Some("check the server's address"),
        ),
        Transport::ReadOnly => (
            Forbidden,
            format!("read-only: the request to {doing} on {cluster} was not sent"),
            Some("start without --readonly"),
        ),
    }
}

fn of_status(status: &Status, attempt: Attempt<'_>) -> Trouble {
    let (cluster, doing) = (attempt.cluster, attempt.doing);
    let words = if status.message.is_empty() { &status.reason } else { &status.message };
    let raw = format!("{} {}: {}", status.code, status.reason, status.message);
    let raw = cleaned(raw.trim_end_matches([':', ' ']));
    let trouble = |kind, sentence: String, hint: Option<String>| Trouble {
        kind,
        sentence: cleaned(&sentence),
        hint: hint.map(|hint| cleaned(&hint)),
        raw: raw.clone(),
    };
    match status.code {
        401 => trouble(
            TroubleKind::NotSignedIn,
            format!("{cluster} does not accept the login (401)"),
            Some("sign in again".to_owned()),
        ),
        403 if attempt.right.is_some() && !status.reason.is_empty() => {
            let (verb, resource) = attempt.right.unwrap_or_default();
            trouble(
                TroubleKind::Forbidden,
                format!("no right to {doing} on {cluster}"),
                Some(format!("the role needs: {verb} {resource}, by the rule {}", role::rule(verb, resource))),
            )
        }
        403 => trouble(TroubleKind::Forbidden, format!("{cluster} does not allow to {doing}: {words}"), None),
        404 if attempt.whole_kind && attempt.right.is_some_and(|(_, resource)| resource == Rollout::RESOURCE) => {
            trouble(
                TroubleKind::NoRollouts,
                format!("no Argo Rollouts on {cluster} (404 argoproj.io/v1alpha1)"),
                Some("install Argo Rollouts there, or take another context".to_owned()),
            )
        }
        404 if attempt.whole_kind && attempt.right.is_some() => {
            let (_, resource) = attempt.right.unwrap_or_default();
            trouble(TroubleKind::Server, format!("{cluster} does not serve {resource} (404)"), None)
        }
        404 => trouble(TroubleKind::Server, format!("not found on {cluster}, trying to {doing}: {words}"), None),
        407 => trouble(
            TroubleKind::Unreachable,
            format!("the proxy on the way to {cluster} wants a login (407)"),
            Some("check HTTPS_PROXY and proxy-url".to_owned()),
        ),
        409 => trouble(TroubleKind::Server, format!("{cluster} refused to {doing}: the object has changed"), None),
        410 => trouble(TroubleKind::Server, format!("{cluster} no longer keeps that version of its list"), None),
        429 => {
            trouble(TroubleKind::Throttled, format!("{cluster} is throttling requests{}", asks_to_wait(status)), None)
        }
        400 | 415 | 422 => trouble(TroubleKind::Server, format!("{cluster} refused to {doing}: {words}"), None),
        code => trouble(
            TroubleKind::Server,
            format!("{cluster} answered with an error ({code}) when asked to {doing}: {words}{}", asks_to_wait(status)),
            None,
        ),
    }
}

/// What `Retry-After` says.
fn asks_to_wait(status: &Status) -> String {
    status.retry_after.map(|wait| format!(" and asks to wait {}", seconds(wait))).unwrap_or_default()
}

/// Seconds in words, with tenths below ten when they matter.
fn seconds(duration: std::time::Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 10.0 && seconds.fract() > 0.05 { format!("{seconds:.1} s") } else { format!("{seconds:.0} s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn status(code: u16, reason: &str, message: &str) -> Failure {
        Failure::Status(Status { code, reason: reason.into(), message: message.into(), ..Status::default() })
    }

    #[test]
    fn every_failure_has_its_kind_and_a_sentence_that_names_the_cluster() {
        use TroubleKind as K;
        let lost = |kind| Failure::Transport(kind, "raw words".into());
        let login = |missing| Failure::Login { sentence: "it failed".into(), hint: None, missing };
        let table = [
            (status(401, "Unauthorized", "Unauthorized"), K::NotSignedIn, "does not accept the login"),
            (
                status(403, "Forbidden", "User x cannot list"),
                K::Forbidden,
                "no right to list rollouts in all namespaces",
            ),
            (status(403, "", "<html>blocked"), K::Forbidden, "blocked"),
            (status(404, "", "404 page not found"), K::NoRollouts, "no Argo Rollouts on prod-eu"),
            (status(404, "NotFound", "the server could not find the requested resource"), K::NoRollouts, "no Argo"),
            (status(407, "", ""), K::Unreachable, "wants a login"),
            (status(409, "Conflict", "modified"), K::Server, "has changed"),
            (status(422, "Invalid", "spec.x: bad"), K::Server, "spec.x: bad"),
            (status(429, "TooManyRequests", "slow down"), K::Throttled, "throttling"),
            (status(500, "InternalError", "etcd is gone"), K::Server, "(500) when asked to list rollouts"),
            (status(503, "ServiceUnavailable", "later"), K::Server, "later"),
            (Failure::Silent(Duration::from_millis(2500)), K::Unreachable, "within 2.5 s"),
            (lost(Transport::Refused), K::Unreachable, "refuses connections"),
            (lost(Transport::Timeout), K::Unreachable, "took too long"),
            (lost(Transport::Name), K::Unreachable, "cannot be resolved"),
            (lost(Transport::NoRoute), K::Unreachable, "no way to"),
            (lost(Transport::Lost), K::Unreachable, "was lost"),
            (lost(Transport::Other), K::Unreachable, "raw words"),
            (lost(Transport::Proxy), K::Unreachable, "proxy"),
            (lost(Transport::Expired), K::Certificate, "has expired"),
            (lost(Transport::UnknownIssuer), K::Certificate, "signed by"),
            (lost(Transport::WrongName), K::Certificate, "another name"),
            (lost(Transport::Tls), K::Certificate, "secure connection"),
            (lost(Transport::ReadOnly), K::Forbidden, "was not sent"),
            (login(false), K::NotSignedIn, "it failed"),
            (login(true), K::Config, "it failed"),
            (Failure::Config("no server".into()), K::Config, "no server"),
            (Failure::Unreadable("expected value".into()), K::Server, "cannot be read"),
            (Failure::Ended, K::Unreachable, "as soon as"),
        ];
        for (failure, kind, words) in table {
            let attempt = Attempt::reading::<Rollout>("prod-eu", "list rollouts in all namespaces");
            let trouble = of(&failure, attempt);
            assert_eq!(trouble.kind, kind, "{failure:?}");
            assert!(trouble.sentence.contains(words), "{failure:?}: {}", trouble.sentence);
            assert!(trouble.sentence.contains("prod-eu"), "{}", trouble.sentence);
            assert!(!trouble.raw.is_empty(), "{failure:?}");
        }
    }

    #[test]
    fn a_refusal_names_the_right_that_is_missing() {
        let attempt = Attempt::reading::<crate::argo::pod::Pod>("prod-eu", "list pods in namespace shop");
        let trouble = of(&status(403, "Forbidden", "pods is forbidden"), attempt);
        assert_eq!(
            trouble.hint.as_deref(),
            Some(r#"the role needs: list pods, by the rule - {apiGroups: [""], resources: [pods], verbs: [list]}"#)
        );
        assert_eq!(trouble.raw, "403 Forbidden: pods is forbidden");
        let trouble = of(&status(404, "", "404 page not found"), attempt);
        assert_eq!(trouble.kind, TroubleKind::Server);
    }

    #[test]
    fn a_server_that_names_a_time_to_wait_is_quoted() {
        let wait = Some(Duration::from_secs(7));
        for code in [429, 503] {
            let failure = Failure::Status(Status { code, retry_after: wait, ..Status::default() });
            let trouble = of(&failure, Attempt::new("prod-eu", "ask"));
            assert!(trouble.sentence.ends_with(" and asks to wait 7 s"), "{}", trouble.sentence);
        }
    }

    #[test]
    fn hostile_text_of_a_server_is_cleaned() {
        let trouble = of(&status(500, "x", "\x1b]52;c;AAAA\x07gone"), Attempt::new("p", "ask"));
        assert!(!trouble.sentence.contains('\x1b') && !trouble.raw.contains('\x1b'));
    }
}
