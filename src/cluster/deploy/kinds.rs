//! Kinds: under which path a kind lives on this server, by its discovery. Nothing is guessed from a name: a kind that is
//! not served cannot be deployed.

use crate::cluster::client::Client;
use crate::cluster::failure::{Failure, Status};
use crate::deploy::plan::Identity;
use crate::names::encoded;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a server says of a kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Served {
    /// It serves it.
    Yes(Resource),
    /// It does not: the CRD is missing, or the version is another one.
    No,
    /// It could not be asked.
    Unknown(Failure),
}

/// Where a kind lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its name in paths and roles.
    pub plural: String,
    /// It lives in namespaces.
    pub namespaced: bool,
}

/// The kinds of some API versions.
#[derive(Clone, Debug, Default)]
pub struct Kinds {
    versions: BTreeMap<String, Result<BTreeMap<String, Resource>, Failure>>,
}

impl Kinds {
    /// Asks for the kinds of API versions, side by side.
    pub async fn discover(client: &Client, versions: impl IntoIterator<Item = &str>) -> Self {
        let distinct: BTreeSet<&str> = versions.into_iter().collect();
        let asked = distinct.into_iter().map(|version| async move {
            let found = resources(client, version).await;
            (version.to_owned(), found)
        });
        Self { versions: futures::future::join_all(asked).await.into_iter().collect() }
    }

    /// Why nothing can be asked: every answer was a failure. A version that is not served is an answer.
    pub fn unusable(&self) -> Option<Failure> {
        let served = |found: &Result<_, Failure>| match found {
            Ok(_) => true,
            Err(failure) => matches!(failure, Failure::Status(status) if status.code == 404),
        };
        if self.versions.values().any(served) {
            return None;
        }
        self.versions.values().find_map(|found| found.as_ref().err()).cloned()
    }

    /// What the server says of a kind.
    pub fn of(&self, api_version: &str, kind: &str) -> Served {
        match self.versions.get(api_version) {
            Some(Ok(kinds)) => kinds.get(kind).map_or(Served::No, |resource| Served::Yes(resource.clone())),
            Some(Err(Failure::Status(status))) if status.code == 404 => Served::No,
            Some(Err(failure)) => Served::Unknown(failure.clone()),
            None => Served::No,
        }
    }
}

async fn resources(client: &Client, version: &str) -> Result<BTreeMap<String, Resource>, Failure> {
    #[derive(Deserialize)]
    struct List {
        resources: Vec<One>,
    }
    #[derive(Deserialize)]
    struct One {
        name: String,
        namespaced: bool,
        kind: String,
    }
    if version.is_empty() || version.split('/').count() > 2 {
        return Err(Failure::Status(Status { code: 404, ..Status::default() }));
    }
    let bytes = client.get(&root(version)).await?;
    let list: List = serde_json::from_slice(&bytes).map_err(|why| Failure::Unreadable(why.to_string()))?;
    let whole = list.resources.into_iter().filter(|one| !one.name.contains('/'));
    Ok(whole.map(|one| (one.kind, Resource { plural: one.name, namespaced: one.namespaced })).collect())
}

/// `/api/v1`, `/apis/apps/v1`.
fn root(version: &str) -> String {
    match version.split_once('/') {
        Some((group, version)) => format!("/apis/{}/{}", encoded(group), encoded(version)),
        None => format!("/api/{}", encoded(version)),
    }
}

/// The path of a kind, in a namespace or in none.
pub fn collection(api_version: &str, resource: &Resource, namespace: Option<&str>) -> String {
    let root = root(api_version);
    match namespace {
        Some(namespace) => format!("{root}/namespaces/{}/{}", encoded(namespace), resource.plural),
        None => format!("{root}/{}", resource.plural),
    }
}

/// The path of an object.
pub fn path(identity: &Identity, resource: &Resource) -> String {
    let collection = collection(&identity.api_version, resource, identity.namespace.as_deref());
    format!("{collection}/{}", encoded(&identity.name))
}

/// As roles name it: `rollouts.argoproj.io`.
pub fn qualified(identity: &Identity, resource: &Resource) -> String {
    match identity.group() {
        "" => resource.plural.clone(),
        group => format!("{}.{group}", resource.plural),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_api_and_names_cannot_leave_them() {
        let resource = |plural: &str, namespaced| Resource { plural: plural.into(), namespaced };
        let identity = |version: &str, namespace: Option<&str>, name: &str| Identity {
            api_version: version.into(),
            kind: "X".into(),
            namespace: namespace.map(str::to_owned),
            name: name.into(),
        };
        for (identity, resource, expected) in [
            (identity("v1", Some("demo"), "web"), resource("services", true), "/api/v1/namespaces/demo/services/web"),
            (identity("v1", None, "demo"), resource("namespaces", false), "/api/v1/namespaces/demo"),
            (
                identity("argoproj.io/v1alpha1", Some("a/b"), "../x?y"),
                resource("rollouts", true),
                "/apis/argoproj.io/v1alpha1/namespaces/a%2Fb/rollouts/..%2Fx%3Fy",
            ),
        ] {
            assert_eq!(path(&identity, &resource), expected);
        }
    }

    #[test]
    fn a_version_that_is_not_served_serves_no_kind() {
        let status = |code| Failure::Status(Status { code, ..Status::default() });
        let versions = BTreeMap::from([("a/v1".to_owned(), Err(status(404))), ("b/v1".to_owned(), Err(status(500)))]);
        let kinds = Kinds { versions };
        assert_eq!(kinds.of("a/v1", "A"), Served::No);
        assert_eq!(kinds.of("b/v1", "B"), Served::Unknown(status(500)));
        assert_eq!(kinds.of("c/v1", "C"), Served::No);
    }
}
