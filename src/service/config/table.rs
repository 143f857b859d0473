//! The field table of service configs: every field that Prodvana's published messages have, what its value may be, and
//! what this program does with it. Names are in camelCase; the snake_case spelling is legal too, as in protojson.

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Text.
    Text,
    /// A whole number of 64 bits, or one as decimal text.
    Int,
    /// `true` or `false`.
    Bool,
    /// Seconds with an `s`: `5s`, `1.5s`.
    Seconds,
    /// One of these words, or its number.
    Choice(&'static [(&'static str, i64)]),
    /// An object with these fields.
    Object(&'static [Field]),
    /// A list.
    List(&'static Shape),
    /// An object whose keys the author chooses.
    Map(&'static Shape),
    /// Not looked at: it has no effect here.
    Any,
}

/// What happens to a field.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    /// It is read.
    Read,
    /// It is accepted and has no effect, for this reason.
    Ignored(&'static str),
    /// It is refused, with what to do.
    Refused(&'static str),
    /// It is an old spelling, of this.
    Old(&'static str),
    /// It is read here, and by nothing of Prodvana in a service file.
    Extension,
}

/// One field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in camelCase.
    pub name: &'static str,
    /// What its value may be.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
    /// The group of which only one may be there.
    pub one_of: &'static str,
    /// What happens to it.
    pub fate: Fate,
}

const fn field(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false, one_of: "", fate: Fate::Read }
}

const fn must(name: &'static str, shape: Shape) -> Field {
    Field { required: true, ..field(name, shape) }
}

const fn one(one_of: &'static str, name: &'static str, shape: Shape) -> Field {
    Field { one_of, ..field(name, shape) }
}

const fn ignored(name: &'static str, why: &'static str) -> Field {
    Field { fate: Fate::Ignored(why), ..field(name, Any) }
}

const fn other(name: &'static str) -> Field {
    Field { one_of: "source", ..refused(name, "give kubernetesConfig with the manifests") }
}

const fn refused(name: &'static str, hint: &'static str) -> Field {
    Field { fate: Fate::Refused(hint), ..field(name, Any) }
}

use Shape::{Any, Bool, Choice, Int, List, Map, Object, Seconds, Text};

const PROGRAMS: &str = "it belongs to the form with programs";
const SERVER: &str = "only Prodvana's server acts on it";

/// The kinds of files; one of them is at the top.
pub const KINDS: &[&str] =
    &["service", "application", "protection", "runtime", "deliveryExtension", "releaseChannel", "recipe"];

/// What may stand beside its kind.
pub const BESIDE: &[(&str, &str)] = &[("serviceMetadata", "service"), ("applicationMetadata", "application")];

/// `service`.
pub const SERVICE: &[Field] = &[
    must("name", Text),
    field("application", Text),
    one("source", "kubernetesConfig", Object(KUBERNETES)),
    Field { fate: Fate::Old("kubernetesConfig"), ..one("source", "externalConfig", Object(KUBERNETES)) },
    field("parameters", List(&Object(PARAMETER))),
    Field { fate: Fate::Extension, ..field("parameterValues", Object(PARAMETER_VALUES)) },
    field("constants", List(&Object(CONSTANT))),
    field("perReleaseChannel", List(&Object(CHANNEL))),
    field("progressDeadline", Seconds),
    field("env", Map(&Object(ENV))),
    field("runtimeConnection", Text),
    field("convergenceProtections", List(&Object(PROTECTION))),
    ignored("autoRollback", "the Rollouts controller decides about aborts"),
    field("noCleanupOnDelete", Bool),
    field("bundleName", Text),
    ignored("deployAnnotations", PROGRAMS),
    ignored("volumes", PROGRAMS),
    ignored("replicas", PROGRAMS),
    ignored("releaseStrategy", "deprecated; the strategy stands in the Rollout"),
    ignored("deliveryConfig", "steps come from the Rollout manifest"),
    ignored("runtimeSpecific", SERVER),
    ignored("parametersAutogen", SERVER),
    ignored("capabilities", SERVER),
    ignored("maestro", SERVER),
    ignored("asyncSetDesiredState", SERVER),
    field("convergenceExtensions", List(&Any)),
    field("convergenceExtensionInstances", List(&Any)),
    field("deliveryExtensions", List(&Any)),
    field("deliveryExtensionInstances", List(&Any)),
    field("programs", List(&Any)),
    HELM,
    other("awsEcs"),
    other("googleCloudRun"),
    other("fly"),
    other("terraform"),
    other("pulumi"),
    other("customRuntime"),
    other("runtimeExtension"),
];

/// A source that is refused, with a way out.
const HELM: Field = Field {
    fate: Fate::Refused("render it first (helm template) and point kubernetesConfig.local at the result"),
    ..other("helm")
};

/// An entry of `perReleaseChannel`.
pub const CHANNEL: &[Field] = &[
    must("releaseChannel", Text),
    one("source", "kubernetesConfig", Object(KUBERNETES)),
    Field { fate: Fate::Old("kubernetesConfig"), ..one("source", "externalConfig", Object(KUBERNETES)) },
    field("constants", List(&Object(CONSTANT))),
    field("runtimeConnection", Text),
    field("protections", List(&Object(PROTECTION))),
    field("convergenceProtections", List(&Object(PROTECTION))),
    field("env", Map(&Object(ENV))),
    ignored("customHostnames", PROGRAMS),
    ignored("cert", PROGRAMS),
    ignored("programs", PROGRAMS),
    ignored("deliveryConfig", "steps come from the Rollout manifest"),
    ignored("volumes", PROGRAMS),
    ignored("replicas", PROGRAMS),
    ignored("runtimeSpecific", SERVER),
    field("convergenceExtensions", List(&Any)),
    field("convergenceExtensionInstances", List(&Any)),
    field("deliveryExtensions", List(&Any)),
    field("deliveryExtensionInstances", List(&Any)),
    HELM,
    other("awsEcs"),
    other("googleCloudRun"),
    other("fly"),
    other("terraform"),
    other("pulumi"),
    other("customRuntime"),
    other("runtimeExtension"),
];

/// `kubernetesConfig`.
pub const KUBERNETES: &[Field] = &[
    field("type", Choice(&[("UNKNOWN", 0), ("KUBERNETES", 1), ("KUSTOMIZE", 2)])),
    one("manifests", "local", Object(LOCAL)),
    one("manifests", "inlined", Text),
    Field {
        one_of: "manifests",
        ..refused(
            "remote",
            "it points into Prodvana's blob store; keep the manifests in the repository and give local.path",
        )
    },
    field(
        "envInjectionMode",
        Choice(&[
            // Numbers of these are not published: only the words are known.
            ("ENV_INJECT_UNKNOWN", 0),
            ("ENV_INJECT_DISABLED", -1),
            ("ENV_INJECT_NON_SECRET_ENV", -1),
        ]),
    ),
    field("patches", List(&Object(PATCH))),
];

const LOCAL: &[Field] = &[
    one("path", "path", Text),
    one("path", "paths", List(&Text)),
    field("subPath", Text),
    field("includePatterns", List(&Text)),
    field("excludePatterns", List(&Text)),
];

const PATCH: &[Field] = &[field("target", Object(PATCH_TARGET)), must("replace", Object(PATCH_REPLACE))];

const PATCH_TARGET: &[Field] =
    &[field("group", Text), field("version", Text), field("kind", Text), field("name", Text), field("namespace", Text)];

const PATCH_REPLACE: &[Field] = &[must("path", Text), one("value", "string", Text), one("value", "intAsString", Text)];

/// An entry of `parameters`.
pub const PARAMETER: &[Field] = &[
    must("name", Text),
    field("description", Text),
    field("required", Bool),
    one("type", "string", Object(&[field("defaultValue", Text)])),
    one("type", "int", Object(&[field("defaultValue", Int), field("changes", List(&Object(CHANGES)))])),
    one("type", "dockerImage", Object(IMAGE)),
    one("type", "secret", Object(&[])),
    one("type", "commit", Object(&[must("repository", Text), field("branch", Text)])),
    Field {
        one_of: "type",
        ..refused(
            "blob",
            "it needs Prodvana's blob store; pass the content as a string parameter or keep it in a ConfigMap",
        )
    },
];

const CHANGES: &[Field] =
    &[one("change", "fixedReplica", Object(&[])), one("change", "program", Object(&[field("name", Text)]))];

const IMAGE: &[Field] =
    &[field("defaultTag", Text), must("imageRegistryInfo", Object(REGISTRY)), field("changes", List(&Object(CHANGES)))];

const REGISTRY: &[Field] = &[
    one("registry", "containerRegistry", Text),
    one("registry", "containerRegistryId", Text),
    must("imageRepository", Text),
];

const PARAMETER_VALUES: &[Field] = &[
    field("parameters", List(&Object(VALUE))),
    field(
        "perReleaseChannel",
        List(&Object(&[must("releaseChannel", Text), field("parameters", List(&Object(VALUE)))])),
    ),
];

const VALUE: &[Field] = &[
    must("name", Text),
    one("value", "string", Text),
    one("value", "int", Int),
    one("value", "dockerImageTag", Text),
    one("value", "secret", Object(SECRET_VALUE)),
    one("value", "commit", Text),
    Field { one_of: "value", ..refused("blob", "it needs Prodvana's blob store") },
];

const SECRET_VALUE: &[Field] = &[
    Field {
        one_of: "secret",
        ..refused(
            "rawSecret",
            "a secret does not belong in a file: name a Kubernetes Secret with secretRef.key = NAME/KEY",
        )
    },
    one("secret", "secretRef", Object(&[must("key", Text), field("version", Text)])),
];

const CONSTANT: &[Field] = &[must("name", Text), must("string", Object(&[must("value", Text)]))];

const ENV: &[Field] = &[
    one("value", "value", Text),
    Field { one_of: "value", ..refused("rawSecret", "a secret in a file; use kubernetesSecret") },
    one("value", "secret", Object(&[field("key", Text), field("version", Text)])),
    one("value", "kubernetesSecret", Object(&[must("secretName", Text), must("key", Text)])),
];

const PROTECTION: &[Field] = &[
    field("name", Text),
    must("ref", Object(&[must("name", Text), ignored("parameters", "protections of the configuration take none")])),
    field("lifecycle", List(&Any)),
];

/// The snake_case spelling of a name in camelCase.
#[must_use]
pub fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// Whether `given` is one of the two spellings of `name`.
#[must_use]
pub fn spells(name: &str, given: &str) -> bool {
    given == name || (given.contains('_') && snake(name) == given)
}
