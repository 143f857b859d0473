//! The scenario files, embedded. One line per file; the first scenario is the default.

macro_rules! files {
    ($folder:literal: $($name:literal)*) => {
        &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/scenarios", $folder, "/", $name, ".yaml")))),*]
    };
}

/// Scenarios by name.
pub static SCENARIOS: &[(&str, &str)] = files! {
    "":
    "fleet"
    "gradual"
    "canary-demo"
    "quiet"
    "stuck"
    "crash"
    "images"
    "invalid"
    "workload"
    "hpa"
    "logs"
    "long"
    "analysis"
    "analysis-failed"
    "analysis-odd"
    "experiment"
    "bluegreen"
    "traffic"
    "deadline"
};

/// Manifests that services are made of, by name.
pub static TEMPLATES: &[(&str, &str)] = files! {
    "/templates":
    "gradual-rollout"
    "canary-demo"
    "rolling"
    "steps"
    "cut-over"
    "sidecar"
    "busy"
    "workload-ref"
    "autoscaled"
    "long-steps"
    "analysed"
    "judged"
    "smoke-fails"
    "experiment"
    "blue-green"
    "blue-green-timed"
    "mesh"
    "mesh-shrinking"
    "deadline-abort"
};
