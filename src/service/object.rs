//! Object: one Kubernetes object as it is to be applied, and where in which file each of its fields stands.

pub mod print;
pub mod read;

use crate::config::problem::Place;
use serde_json::Value;
use std::collections::BTreeMap;

/// Where a Rollout names its Services (Argo Rollouts, `pkg/apis/rollouts/v1alpha1/types.go`).
pub const ROLLOUT_SERVICES: [&str; 6] = [
    "/spec/strategy/canary/canaryService",
    "/spec/strategy/canary/stableService",
    "/spec/strategy/canary/pingPong/pingService",
    "/spec/strategy/canary/pingPong/pongService",
    "/spec/strategy/blueGreen/activeService",
    "/spec/strategy/blueGreen/previewService",
];

/// One object of a service, or of a folder of plain manifests.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// The object.
    pub value: Value,
    /// The file as the user knows it; `-`: standard input.
    pub file: String,
    /// Which document of the file, from 1.
    pub document: usize,
    /// Line and column, from 1, of the template from which a field came, by its JSON pointer; `""` is the document.
    pub places: BTreeMap<String, (usize, usize)>,
}

impl Object {
    /// Its `apiVersion`; empty where it has none.
    #[must_use]
    pub fn api_version(&self) -> &str {
        self.text("/apiVersion")
    }

    /// Its `kind`; empty where it has none.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.text("/kind")
    }

    /// Its name; empty where it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    /// The namespace that it names itself.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.value.pointer("/metadata/namespace").and_then(Value::as_str)
    }

    fn text(&self, pointer: &str) -> &str {
        self.value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// As in `services.yaml#2 Service/web`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}#{} {}/{}", self.file, self.document, self.kind(), self.name())
    }

    /// Where a field stands, by its JSON pointer; where it stands nowhere, the nearest field around it that does.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Place {
        let mut around = pointer;
        loop {
            if let Some((line, column)) = self.places.get(around) {
                return Place::File { path: self.file.clone(), line: *line, column: *column };
            }
            match around.rfind('/') {
                Some(cut) => around = &around[..cut],
                None => return Place::Whole(self.file.clone()),
            }
        }
    }
}
