//! Who asks, and what they may: two users in each cluster, each with a bearer token of its own and a path of its own;
//! and a third one with a token alone, who may what a test grants ([`super::rules`]).

use super::failure::Failure;
use super::rules::{self, Rule};
use super::target::Target;
use serde_json::{Value, json};
use std::sync::Arc;

/// What a user may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rights {
    /// Everything.
    All,
    /// get, list, watch.
    Read,
    /// What these rules grant.
    Rules(Arc<[Rule]>),
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

/// The name of the user whose rights a test grants.
pub(crate) const GRANTED: &str = "granted";

/// The bearer token of a user of a cluster. Loopback only, so nothing is kept secret by it; but a request without one,
/// or with that of another cluster, must be refused as a real server does.
pub(crate) fn token(cluster: &str, user: &str) -> String {
    format!("simulated-{cluster}-{user}")
}

/// A way in: the cluster that a path names, and the user whose context has that path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Door {
    pub cluster: String,
    pub user: User,
}

impl Door {
    /// `test` and `test-viewer` lead to the same cluster.
    pub(crate) fn named(name: &str) -> Self {
        match name.strip_suffix("-viewer") {
            Some(cluster) => Self { cluster: cluster.to_owned(), user: VIEWER },
            None => Self { cluster: name.to_owned(), user: ADMIN },
        }
    }

    /// Who sends a request. Bearer tokens decide. kubectl and the plugin never send one over plain HTTP (client-go,
    /// tools/clientcmd: "only try to read the auth information if we are secure"), so a client-go program without any
    /// `Authorization` is the user of the context that led here; everyone else without a token is refused.
    pub(crate) fn sign_in(&self, authorization: &str, agent: &str) -> Result<User, Failure> {
        if authorization.is_empty() && is_client_go(agent) {
            return Ok(self.user.clone());
        }
        let sent = authorization.strip_prefix("Bearer ").unwrap_or_default().trim();
        [ADMIN, VIEWER]
            .into_iter()
            .find(|user| token(&self.cluster, user.name) == sent)
            .ok_or_else(Failure::unauthorized)
    }
}

/// client-go's User-Agent: `kubectl/v1.32.4 (linux/amd64) kubernetes/7de0d4e` (rest.DefaultKubernetesUserAgent).
fn is_client_go(agent: &str) -> bool {
    agent.split_once(" (").is_some_and(|(_, rest)| rest.contains(") kubernetes/"))
}

impl User {
    pub(crate) fn may(&self, verb: &str, group: &str, resource: &str, sub: Option<&str>) -> bool {
        match &self.rights {
            Rights::All => true,
            Rights::Read => matches!(verb, "get" | "list" | "watch"),
            Rights::Rules(rules) => rules::grant(rules, verb, group, resource, sub),
        }
    }

    /// Lets a request on a resource through, or refuses it with the words of a real server.
    pub(crate) fn check(&self, verb: &str, target: &Target) -> Result<(), Failure> {
        let may = self.may(verb, target.kind.group, target.kind.plural, target.sub.as_deref());
        if may { Ok(()) } else { Err(forbidden(self, verb, target, "")) }
    }

    /// The reason that an access review gives for a yes.
    pub(crate) fn reason(&self) -> Option<&'static str> {
        (self.rights == Rights::Read).then_some(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_decides_and_only_client_go_comes_in_without_one() {
        let agent = "kubectl/v1.32.4 (linux/amd64) kubernetes/7de0d4e";
        let name = |door: &str, authorization: &str, agent: &str| {
            Door::named(door).sign_in(authorization, agent).map_or("", |user| user.name)
        };
        for (door, authorization, agent, who) in [
            ("test", "Bearer simulated-test-admin", "", "admin"),
            ("test", "Bearer simulated-test-viewer", agent, "viewer"),
            ("test-viewer", "Bearer simulated-test-admin", "", "admin"),
            ("test", "Bearer simulated-staging-admin", "", ""),
            ("test", "Bearer nonsense", agent, ""),
            ("test", "", "curl/8.0", ""),
            ("test", "", "", ""),
            ("test", "", agent, "admin"),
            ("test-viewer", "", agent, "viewer"),
        ] {
            assert_eq!(name(door, authorization, agent), who, "{door} {authorization} {agent}");
        }
    }
}
