//! What a path names: a kind, perhaps a namespace, a name, a subresource.

use super::failure::Failure;
use crate::demo::store::{KINDS, Kind};
use http::Method;

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub kind: &'static Kind,
    pub namespace: Option<String>,
    pub name: Option<String>,
    /// `status`, `scale`, `log`.
    pub sub: Option<String>,
}

impl Target {
    /// Reads `/api/v1/…` and `/apis/GROUP/VERSION/…`.
    pub(crate) fn parse(path: &str) -> Result<Self, Failure> {
        let mut parts = path.split('/').filter(|part| !part.is_empty()).map(|part| super::call::decode(part, false));
        let (group, version) = match parts.next().as_deref() {
            Some("api") => (String::new(), parts.next().unwrap_or_default()),
            Some("apis") => (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()),
            _ => return Err(Failure::no_such_path()),
        };
        let rest: Vec<String> = parts.collect();
        let found = |plural: &str| Kind::find(&group, &version, plural).ok_or_else(Failure::no_such_path);
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        let some = |text: &str| Some(text.to_owned());
        match rest.as_slice() {
            ["namespaces"] => Ok(Self { kind: found("namespaces")?, namespace: None, name: None, sub: None }),
            ["namespaces", name] => {
                Ok(Self { kind: found("namespaces")?, namespace: None, name: some(name), sub: None })
            }
            ["namespaces", name, sub @ ("status" | "finalize")] => {
                Ok(Self { kind: found("namespaces")?, namespace: None, name: some(name), sub: some(sub) })
            }
            ["namespaces", namespace, plural, rest @ ..] => {
                let kind = found(plural)?;
                if !kind.namespaced {
                    return Err(Failure::no_such_path());
                }
                let (name, sub) = tail(kind, rest)?;
                Ok(Self { kind, namespace: some(namespace), name, sub })
            }
            [plural, rest @ ..] => {
                let kind = found(plural)?;
                // Of a namespaced kind only the list over all namespaces lives here.
                if kind.namespaced && !rest.is_empty() {
                    return Err(Failure::no_such_path());
                }
                let (name, sub) = tail(kind, rest)?;
                Ok(Self { kind, namespace: None, name, sub })
            }
            [] => Err(Failure::no_such_path()),
        }
    }

    /// The verb of the request, as RBAC names it.
    pub(crate) fn verb(&self, method: &Method, watch: bool) -> Result<&'static str, Failure> {
        Ok(match (method.as_str(), self.name.is_some()) {
            ("GET" | "HEAD", true) => "get",
            ("GET" | "HEAD", false) if watch => "watch",
            ("GET" | "HEAD", false) => "list",
            ("POST", _) => "create",
            ("PUT", true) => "update",
            ("PATCH", true) => "patch",
            ("DELETE", true) => "delete",
            ("DELETE", false) => "deletecollection",
            _ => return Err(Failure::method_not_allowed()),
        })
    }

    /// The namespace in the store: empty for kinds of the whole cluster.
    pub(crate) fn space(&self) -> &str {
        self.namespace.as_deref().unwrap_or_default()
    }

    /// The name in the path.
    pub(crate) fn object(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }
}

fn tail(kind: &Kind, rest: &[&str]) -> Result<(Option<String>, Option<String>), Failure> {
    match rest {
        [] => Ok((None, None)),
        [name] => Ok((Some((*name).to_owned()), None)),
        [name, sub] if subresources(kind).contains(sub) => Ok((Some((*name).to_owned()), Some((*sub).to_owned()))),
        _ => Err(Failure::no_such_path()),
    }
}

/// The subresources that are served.
pub(crate) fn subresources(kind: &Kind) -> &'static [&'static str] {
    match (kind.group, kind.plural) {
        ("", "pods") => &["status", "log"],
        ("argoproj.io", "rollouts") | ("apps", "deployments" | "replicasets") => &["status", "scale"],
        _ if kind.status => &["status"],
        _ => &[],
    }
}

/// The groups that are served, with their version, in the order of the first kind.
pub(crate) fn groups() -> Vec<(&'static str, &'static str)> {
    let mut groups: Vec<(&str, &str)> = Vec::new();
    for kind in KINDS {
        if !groups.contains(&(kind.group, kind.version)) {
            groups.push((kind.group, kind.version));
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_kinds_namespaces_names_and_subresources() {
        let read = |path| {
            Target::parse(path).map(|t| format!("{} {:?} {:?} {:?}", t.kind.plural, t.namespace, t.name, t.sub)).ok()
        };
        let ok = |text: &str| Some(text.to_owned());
        for (path, want) in [
            ("/apis/argoproj.io/v1alpha1/rollouts", ok("rollouts None None None")),
            (
                "/apis/argoproj.io/v1alpha1/namespaces/n/rollouts/a/status",
                ok(r#"rollouts Some("n") Some("a") Some("status")"#),
            ),
            ("/apis/argoproj.io/v1alpha1/namespaces/n/analysisruns/a/status", None),
            ("/api/v1/namespaces/n", ok(r#"namespaces None Some("n") None"#)),
            ("/api/v1/namespaces/n/pods/p/log", ok(r#"pods Some("n") Some("p") Some("log")"#)),
            ("/api/v1/namespaces/n/nonsense", None),
            ("/apis/argoproj.io/v1alpha1/namespaces/n/clusteranalysistemplates", None),
            ("/api/v1/pods/p", None),
        ] {
            assert_eq!(read(path), want, "{path}");
        }
    }
}
