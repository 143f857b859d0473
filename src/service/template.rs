//! Template: manifests with `{{.Params.…}}`, and the values that fill them.
//!
//! A small part of Go's text/template: actions insert values, nothing computes. Braces that belong to Argo
//! (`{{args.x}}`) pass through byte for byte. A value may fill a scalar; it never changes what the YAML is made of.

use super::object::Object;
use crate::config::problem::Problem;
use std::collections::{BTreeMap, BTreeSet};

/// What an action inserts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filling {
    /// The value as text.
    pub text: String,
    /// What `.Params.NAME.FIELD` inserts, by field: `Tag`, `Repository`, … of an image.
    pub fields: BTreeMap<String, String>,
    /// Where the value comes from, as in `--param` or `staging in config.toml:31`.
    pub origin: String,
    /// The value itself may be inserted; false where only its fields may: a secret has no value here.
    pub whole: bool,
}

/// All that the actions of a template may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// `.Params`, by name.
    pub params: BTreeMap<String, Filling>,
    /// `.Constants`, by name.
    pub constants: BTreeMap<String, Filling>,
    /// `.Builtins`, by dotted path: `ReleaseChannel.Name`.
    pub builtins: BTreeMap<String, Filling>,
}

/// A file of manifests as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The file as the user knows it; `-`: standard input.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What files of manifests give: the objects, and everything that is wrong with them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The objects, in the order of the files and documents. Complete only without problems.
    pub objects: Vec<Object>,
    /// What is wrong. Nothing is sent while there is one.
    pub problems: Vec<Problem>,
    /// What was accepted with a remark.
    pub warnings: Vec<Problem>,
    /// The parameters that a template used.
    pub used: BTreeSet<String>,
}
