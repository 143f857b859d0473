//! Who asks, and what they may: two users in each cluster, each with a bearer token of its own.

use super::failure::Failure;
use super::target::Target;
use serde_json::{Value, json};

/// What a user may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rights {
    /// Everything.
    All,
    /// get, list, watch.
    Read,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub name: &'static str,
    pub uid: &'static str,
    pub groups: &'static [&'static str],
    pub rights: Rights,
}

/// Full rights.
pub(crate) const ADMIN: User =
    User { name: "admin", uid: "1", groups: &["system:masters", "system:authenticated"], rights: Rights::All };

/// Reads only.
pub(crate) const VIEWER: User =
    User { name: "viewer", uid: "2", groups: &["simulated:viewers", "system:authenticated"], rights: Rights::Read };

/// The bearer token of a user of a cluster. Loopback only, so nothing is kept secret by it; but a request without one,
/// or with that of another cluster, must be refused as a real server does.
pub(crate) fn token(cluster: &str, user: &User) -> String {
    format!("simulated-{cluster}-{}", user.name)
}

/// Who sends this `Authorization` header to this cluster.
pub(crate) fn sign_in(cluster: &str, authorization: &str) -> Result<User, Failure> {
    let sent = authorization.strip_prefix("Bearer ").unwrap_or_default().trim();
    [ADMIN, VIEWER].into_iter().find(|user| token(cluster, user) == sent).ok_or_else(Failure::unauthorized)
}

impl User {
    pub(crate) fn may(&self, verb: &str) -> bool {
        self.rights == Rights::All || matches!(verb, "get" | "list" | "watch")
    }

    /// Lets a request on a resource through, or refuses it with the words of a real server.
    pub(crate) fn check(&self, verb: &str, target: &Target) -> Result<(), Failure> {
        if self.may(verb) { Ok(()) } else { Err(forbidden(self, verb, target, "")) }
    }

    /// The reason that an access review gives.
    pub(crate) fn reason(&self, verb: &str) -> Option<&'static str> {
        (self.rights == Rights::Read && self.may(verb)).then_some(
            "RBAC: allowed by ClusterRoleBinding \"simulated-view\" of ClusterRole \"simulated-view\" to Group \"simulated:viewers\"",
        )
    }

    /// `userInfo` of a SelfSubjectReview.
    pub(crate) fn info(&self) -> Value {
        json!({"username": self.name, "uid": self.uid, "groups": self.groups})
    }
}

/// A 403 (k8s.io/apiserver, pkg/endpoints/handlers/responsewriters/errors.go).
pub(crate) fn forbidden(user: &User, verb: &str, target: &Target, why: &str) -> Failure {
    let kind = target.kind;
    let name = target.name.as_deref().unwrap_or_default();
    let resource = match &target.sub {
        Some(sub) => format!("{}/{sub}", kind.plural),
        None => kind.plural.to_owned(),
    };
    let subject = if name.is_empty() { kind.qualified() } else { format!("{} \"{name}\"", kind.qualified()) };
    let place = match &target.namespace {
        Some(namespace) => format!("in the namespace \"{namespace}\""),
        None => "at the cluster scope".to_owned(),
    };
    let mut message = format!(
        "{subject} is forbidden: User \"{}\" cannot {verb} resource \"{resource}\" in API group \"{}\" {place}",
        user.name, kind.group
    );
    if !why.is_empty() {
        message.push_str(": ");
        message.push_str(why);
    }
    let mut failure = Failure::not_found(kind, name);
    failure.code = 403;
    failure.reason = "Forbidden";
    failure.message = message;
    failure
}
