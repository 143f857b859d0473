//! Config: what a service file (`*.pvn.yaml`) says, typed, with the place of everything that later messages speak of.
//!
//! [`table`] declares every field, [`check`] holds a file against it, [`read`] takes out what is meant.

pub mod check;
mod definitions;
pub mod node;
pub mod read;
pub mod rules;
pub mod table;

use super::yaml::Mark;
use std::time::Duration;

/// A value and where it stands in the service file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it begins.
    pub mark: Mark,
}

/// What a service file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceConfig {
    /// The file as the user knows it.
    pub file: String,
    /// The service's name.
    pub name: At<String>,
    /// The application that it names.
    pub application: Option<At<String>>,
    /// Where its manifests are, for channels that say nothing of their own.
    pub source: Option<Source>,
    /// Its parameters.
    pub parameters: Vec<Definition>,
    /// Values for all channels.
    pub values: Vec<GivenValue>,
    /// Values for single channels.
    pub channel_values: Vec<(At<String>, Vec<GivenValue>)>,
    /// Its constants.
    pub constants: Vec<Constant>,
    /// What is different in a channel.
    pub channels: Vec<ChannelPart>,
    /// How long until a deploy counts as failed.
    pub progress_deadline: Option<Duration>,
    /// Environment of its containers.
    pub env: Vec<EnvEntry>,
    /// One runtime of channels that have several.
    pub runtime: Option<At<String>>,
    /// Names of protections.
    pub protections: Vec<At<String>>,
    /// Its objects are never offered for removal.
    pub no_cleanup: bool,
    /// What people call this version.
    pub bundle_name: Option<At<String>>,
}

/// What is different in one channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChannelPart {
    /// The channel.
    pub channel: At<String>,
    /// Where its manifests are.
    pub source: Option<Source>,
    /// Constants that win over those of the service.
    pub constants: Vec<Constant>,
    /// Environment.
    pub env: Vec<EnvEntry>,
    /// The runtime.
    pub runtime: Option<At<String>>,
    /// Names of protections.
    pub protections: Vec<At<String>>,
}

/// Where manifests are.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Where it stands.
    pub mark: Mark,
    /// They are made by kustomize.
    pub kustomize: bool,
    /// Files, or text.
    pub from: From,
    /// `env` must not go into the containers.
    pub no_env: bool,
    /// What is replaced after rendering.
    pub patches: Vec<Patch>,
}

/// Files, or text.
#[derive(Clone, Debug, PartialEq)]
pub enum From {
    /// Files and folders.
    Local(Local),
    /// A text within the service file.
    Inlined(At<Inlined>),
}

/// Files and folders, relative to the folder of the service file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Local {
    /// The paths.
    pub paths: Vec<At<String>>,
    /// They were given as `paths`.
    pub several: bool,
    /// A path below the folder, with templates.
    pub sub_path: Option<At<String>>,
    /// Only files that match one of these.
    pub include: Vec<At<String>>,
    /// No file that matches one of these.
    pub exclude: Vec<At<String>>,
}

/// A text of manifests within the service file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inlined {
    /// The text.
    pub text: String,
    /// It is a literal block, whose lines are lines of the file.
    pub literal: bool,
    /// The byte after the scalar.
    pub end: usize,
}

/// A value that replaces another after rendering.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// Where it stands.
    pub mark: Mark,
    /// Which objects; what is not given fits all.
    pub target: PatchTarget,
    /// JSON pointer.
    pub path: At<String>,
    /// The new value.
    pub value: At<String>,
    /// It is a number.
    pub int: bool,
}

/// Which objects a patch is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PatchTarget {
    /// API group; empty text: the core group.
    pub group: Option<String>,
    /// API version.
    pub version: Option<String>,
    /// Kind.
    pub kind: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Namespace.
    pub namespace: Option<String>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Its name.
    pub name: At<String>,
    /// For people.
    pub description: String,
    /// A value has to be given; the default does not count.
    pub required: bool,
    /// What it takes.
    pub takes: Takes,
}

/// What a parameter takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Takes {
    /// Text.
    Text {
        /// Its default.
        default: Option<At<String>>,
    },
    /// A whole number.
    Int {
        /// Its default, as it is written.
        default: Option<At<String>>,
        /// It is the number of replicas.
        replicas: bool,
    },
    /// A tag or digest of an image.
    Image {
        /// The default tag.
        default: Option<At<String>>,
        /// Name of the registry.
        registry: Option<At<String>>,
        /// The repository.
        repository: At<String>,
    },
    /// A reference to a Kubernetes Secret.
    Secret,
    /// A commit.
    Commit {
        /// The repository.
        repository: String,
        /// The branch.
        branch: String,
    },
}

/// A value in a service file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenValue {
    /// Of which parameter.
    pub name: At<String>,
    /// The field that holds it: `string`, `int`, `dockerImageTag`, `secret`, `commit`.
    pub field: &'static str,
    /// The value as text; `secret:NAME/KEY` for a secret.
    pub value: At<String>,
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Its name.
    pub name: At<String>,
    /// Its value.
    pub value: At<String>,
}

/// A variable of the environment of containers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvEntry {
    /// Its name.
    pub name: At<String>,
    /// Its value.
    pub value: EnvValue,
}

/// The value of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvValue {
    /// Text.
    Text(At<String>),
    /// Key of a Kubernetes Secret.
    Secret {
        /// The Secret's name.
        name: String,
        /// Its key.
        key: String,
    },
    /// A secret that Prodvana's server keeps: unreachable here.
    Prodvana,
}

impl ServiceConfig {
    /// What it says about a channel of its own.
    #[must_use]
    pub fn channel(&self, name: &str) -> Option<&ChannelPart> {
        self.channels.iter().find(|part| part.channel.value == name)
    }

    /// Where the manifests for a channel are.
    #[must_use]
    pub fn source(&self, channel: &str) -> Option<&Source> {
        self.channel(channel).and_then(|part| part.source.as_ref()).or(self.source.as_ref())
    }

    /// A parameter.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Definition> {
        self.parameters.iter().find(|definition| definition.name.value == name)
    }
}
