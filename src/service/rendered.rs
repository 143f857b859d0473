//! Rendered: what a service is in one release channel: objects, the values that made them, and what to know about them.

use super::object::Object;
use crate::config::problem::Problem;

/// A service rendered for one runtime of a channel; or plain manifests, which have no service and no parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendered {
    /// Name of the service.
    pub service: Option<String>,
    /// Its application.
    pub application: Option<String>,
    /// The objects in the order of the files and documents.
    pub objects: Vec<Object>,
    /// The values of the parameters, in the order of their definitions.
    pub parameters: Vec<Value>,
    /// SHA-256 of the template files, in hex.
    pub template_digest: String,
    /// What people call this version: the bundle's name, else the image tags.
    pub label: String,
    /// What was accepted with a remark.
    pub warnings: Vec<Problem>,
    /// What it no longer has is never offered for removal (`noCleanupOnDelete`).
    pub no_cleanup: bool,
}

/// The value of a parameter and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The parameter.
    pub name: String,
    /// Its value as text; the name and key for a secret, which has no value here.
    pub value: String,
    /// Where the value comes from, as in `staging in config.toml:31` or `default in web.pvn.yaml:12`.
    pub origin: String,
    /// It belongs to the version, not to the channel: images and commits.
    pub travels: bool,
    /// The number of replicas (`fixedReplica`).
    pub replicas: bool,
}
