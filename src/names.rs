//! Names: the newtypes that every room shares, each with one door (`new`/`FromStr`) and `Display` for people.
//!
//! Must not know: any other room, the clock, the network, the terminal.
//!
//! Start reading at [`RolloutKey`]: state, selection and caches are keyed by it, never by a row number.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use std::fmt;
use std::sync::Arc;

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A name or a value as it stands in a URL: everything but the unreserved characters of RFC 3986 is percent-encoded.
pub fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the text as it is; the API server or the configuration has validated it.
            #[must_use]
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

name_type!(
    /// A release channel, such as `production`.
    ChannelName
);
name_type!(
    /// A cluster as people call it: the name of its kubeconfig context, or the runtime's `name` in the configuration.
    ClusterName
);
name_type!(
    /// A Kubernetes namespace.
    Namespace
);
name_type!(
    /// `metadata.uid` of an object.
    Uid
);
name_type!(
    /// The value of the label `rollouts-pod-template-hash`.
    PodHash
);

/// Label of ReplicaSets, pods, AnalysisRuns and Experiments, and in the selectors of Services that the controller keeps;
/// its value is the pod hash.
pub const POD_HASH_LABEL: &str = "rollouts-pod-template-hash";

/// One thing that is watched: a runtime (cluster and namespace scope) of a release channel. An index into the list
/// of sources that was settled at start; it never changes while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u16);

/// Which rollout: the source it was seen through, its namespace and name.
///
/// A rollout that is deleted and created again has the same key and another uid; what was decided on the old one is
/// guarded by uid and resourceVersion, not by the key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RolloutKey {
    /// Through which source it was seen.
    pub source: SourceId,
    /// Its namespace.
    pub namespace: Namespace,
    /// `metadata.name`.
    pub name: Arc<str>,
}
