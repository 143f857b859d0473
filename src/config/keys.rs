//! The key table: every key that a configuration may hold. Keys that only later parts of the program act on are
//! checked and kept all the same, so that one file serves every version.

use super::table::Shape::{
    Bool, Choice, Duration, Int, List, Map, Name, NameOr, Namespace, Number, Parameter, Size, Table, Text,
};
use super::table::{Key, Shape, key, must};

const TEXTS: Shape = List(&Text);
const LABELS: Shape = Map(&Text);
const PARAMETERS: Shape = Map(&Parameter);
const LIFECYCLE: Shape = List(&Choice(&["deploy", "promote", "rollout"]));
const COUNT: Shape = Int(0, 1_000_000);

/// The file.
pub const FILE: &[Key] = &[
    key("application", Text, "", "services of other applications are listed, not deployable"),
    key("applications", TEXTS, "[]", "more applications whose services may be deployed"),
    key("services", TEXTS, "[]", "globs of service configs, relative to this file; \"!pattern\" excludes"),
    key("stale_after", Duration, "\"15s\"", "a runtime without contact for this long shows as stale"),
    key("pass_through", TEXTS, "[]", "more first segments of {{name.…}} that are left to other programs"),
    key("inject_env", Bool, "false", "put a service's env into its containers"),
    key("kustomize", Bool, "false", "allow sources of type KUSTOMIZE (runs kubectl kustomize)"),
    key("ignore_extensions", TEXTS, "[]", "delivery extensions that may be left out"),
    key("allow_cluster_scoped", TEXTS, "[]", "kinds without a namespace that a service may hold"),
    key("promote_params", TEXTS, "[]", "parameters that travel with a version to the next channel"),
    key("digest_from", Choice(&["none", "pods"]), "\"none\"", "where image digests are looked up"),
    key("foreign", Choice(&["warn", "refuse", "allow"]), "\"warn\"", "objects that something else owns"),
    key("max_parallel", Int(1, 100), "3", "services deployed at the same time"),
    key("ui", Table(UI), "", "how the terminal UI looks"),
    key("container_registries", Map(&Table(REGISTRY)), "", "registries by the name that services use"),
    key("prometheus", Map(&Table(PROMETHEUS)), "", "Prometheus servers by the name that protections use"),
    key("protections", Map(&Table(PROTECTION)), "", "protections by name"),
    key("release_channels", List(&Table(CHANNEL)), "", "the release channels"),
    key("audit", Table(AUDIT), "", "the log of writes"),
];

/// `[ui]`.
pub const UI: &[Key] = &[
    key("mouse", Bool, "false", "wheel and click; off, so that select-and-copy works over SSH"),
    key(
        "theme",
        Choice(&["auto", "dark", "light", "cb", "high"]),
        "\"auto\"",
        "palette (cb: safe for colour-blind eyes)",
    ),
    key("color", Choice(&["auto", "always", "never"]), "\"auto\"", "colours; NO_COLOR and TERM decide auto"),
    key("ascii", Bool, "false", "one-cell ASCII twins instead of the glyphs"),
    key("reduced_motion", Bool, "false", "no spinner, no bold flash"),
    key(
        "notify",
        Choice(&["bell", "osc9"]),
        "\"bell\"",
        "how a watched rollout calls: osc9 adds a notification of fixed words",
    ),
];

const REGISTRY: &[Key] = &[must("prefix", Text, "what stands before the repository; empty for short Docker Hub names")];

const PROMETHEUS: &[Key] = &[
    key("url", Text, "", "address of the server"),
    key("through", Choice(&["apiserver-proxy"]), "", "instead of url: through the API server of the runtime's cluster"),
    key("service", Text, "", "with through: namespace/service:port"),
    key("bearer_token_file", Text, "", "file with the token; must not be readable by others"),
    key("timeout", Duration, "\"5s\"", "time-out of a query"),
];

const PROTECTION: &[Key] = &[
    key("prometheus_alerts", Table(ALERTS), "", "no alert like this is firing"),
    key("prometheus_query", Table(QUERY), "", "every sample of a query satisfies a comparison"),
    key("allowed_times", Table(TIMES), "", "the time lies in a window"),
    key("tag_denylist", Table(DENYLIST), "", "the image's tag or digest is not in a list"),
    key("required_analysis", Table(ANALYSIS), "", "an analysis of the same version was successful"),
    key("lifecycle", LIFECYCLE, "", "when it is checked"),
    key("on_fail", Table(ON_FAIL), "", "what a failure during a rollout does"),
    key("interval", Duration, "\"30s\"", "time between two checks during a rollout"),
    key("failures", Int(1, 1000), "2", "failures in a row before on_fail acts"),
    key("post_delay", Duration, "\"0s\"", "wait after the rollout before checking on"),
    key("post_check", Duration, "\"0s\"", "keep checking this long after the rollout"),
];

const ALERTS: &[Key] = &[
    must("prometheus", Text, "name of a [prometheus.NAME]"),
    key("matchers", LABELS, "{}", "labels of the alert; a value that begins with ~ is an expression"),
    key("states", List(&Choice(&["firing", "pending"])), "[\"firing\"]", "states that count"),
    key("ignore", TEXTS, "[]", "names of alerts that do not count"),
];

const QUERY: &[Key] = &[
    must("prometheus", Text, "name of a [prometheus.NAME]"),
    must("query", Text, "instant query"),
    must("op", Choice(&["<", "<=", ">", ">=", "==", "!="]), "comparison"),
    must("value", Number, "what each sample is compared with"),
    key("no_data", Choice(&["fail", "pass"]), "\"fail\"", "what an empty result means"),
];

const TIMES: &[Key] = &[
    must("windows", List(&Table(WINDOW)), "when it is allowed"),
    key("freezes", List(&Table(FREEZE)), "[]", "when it is not, whatever the windows say"),
    key("tz", Text, "\"UTC\"", "IANA time zone"),
];

const WINDOW: &[Key] = &[
    key("days", Text, "", "mon-thu, fri, weekdays, …"),
    key("hours", Text, "", "whole hours, inclusive: 9-16"),
    key("from", Text, "", "exact begin: 09:00"),
    key("to", Text, "", "exact end, exclusive: 12:30"),
    key("tz", Text, "", "time zone of this window"),
];

const FREEZE: &[Key] =
    &[must("from", Text, "begin"), must("to", Text, "end"), key("reason", Text, "", "shown when it refuses")];

const DENYLIST: &[Key] = &[
    key("parameter", Text, "\"image\"", "which parameter"),
    key("tags", TEXTS, "[]", "tags, with * as wildcard"),
    key("digests", TEXTS, "[]", "digests"),
    key("reason", Text, "", "shown when it refuses"),
];

const ANALYSIS: &[Key] = &[
    key("channel", Text, "", "in which channel"),
    key("templates", TEXTS, "[]", "names of AnalysisTemplates"),
    key("max_age", Duration, "", "not older than this"),
    key("in_rollout", Bool, "false", "the rollout itself has to hold an analysis"),
];

const ON_FAIL: &[Key] =
    &[key("rollout", Choice(&["warn", "pause", "abort"]), "\"warn\"", "what a failure during a rollout does")];

/// `[[release_channels]]`.
pub const CHANNEL: &[Key] = &[
    must("name", Name, "the channel's name, unique"),
    key("order", Int(-1_000_000, 1_000_000), "", "order of display and promotion; default: position times 10"),
    key("group", Text, "", "group of display"),
    key("runtime", Table(RUNTIME), "", "where it runs: one cluster and namespace"),
    key("runtimes", List(&Table(RUNTIME)), "", "where it runs, when there are several; name tells them apart"),
    key("runtime_order", Choice(&["serial", "parallel"]), "\"serial\"", "in which order a deploy visits them"),
    key("confirm", Choice(&["enter", "type-name", "deny"]), "\"enter\"", "how a write is confirmed"),
    key("color", Text, "", "a border colour for this channel's screens"),
    key("protected", Bool, "false", "like confirm = \"type-name\", and the name is drawn in reverse"),
    key("readonly", Bool, "false", "no writes in this channel"),
    key("require_reason", Bool, "false", "a write needs a reason; abort and pause do not wait for one"),
    key("constants", PARAMETERS, "{}", "constants for templates"),
    key("parameters", PARAMETERS, "{}", "parameters for all services"),
    key("preconditions", List(&Table(PRECONDITION)), "[]", "checked once, before a deploy"),
    key("protections", List(&NameOr(&Table(PROTECTION))), "[]", "names of protections, or protections themselves"),
    key("bypass", Table(BYPASS), "", "whether gates may be bypassed"),
    key("services", Map(&Table(SERVICE)), "", "what is different for one service here"),
];

const RUNTIME: &[Key] = &[
    key("name", Name, "", "name for people; default: the context"),
    must("context", Text, "context of the kubeconfig"),
    key("namespace", Namespace, "", "default: the context's own"),
    key("extra_namespaces", List(&Namespace), "[]", "more namespaces to watch"),
    key("labels", LABELS, "{}", "labels for templates"),
];

const PRECONDITION: &[Key] = &[
    key("release_channel_stable", Table(STABLE), "", "the same version is stable in another channel"),
    key("manual_approval", Table(APPROVAL), "", "people approved this version"),
];

const STABLE: &[Key] = &[
    must("channel", Text, "which channel"),
    key("soak", Duration, "\"0s\"", "for how long"),
    key("allow_missing", Bool, "false", "holds where the service is not deployed"),
    key("eligible_for", Duration, "\"7d\"", "how long a soaked version stays eligible"),
    key("match", Choice(&["version", "images"]), "\"version\"", "what makes two versions the same"),
];

const APPROVAL: &[Key] = &[
    must("name", Text, "name of the approval"),
    key("description", Text, "", "what an approver should look at"),
    key("min_approvers", Int(1, 100), "1", "how many people"),
    key("not_self", Bool, "false", "not the one who deploys"),
    key("expires", Duration, "\"24h\"", "how long an approval holds"),
];

const BYPASS: &[Key] = &[
    key("allowed", Bool, "false", "gates may be bypassed"),
    key("not", TEXTS, "[]", "kinds that may not"),
    key("min_reason", COUNT, "15", "shortest reason, in characters"),
];

const SERVICE: &[Key] = &[
    key("parameters", PARAMETERS, "{}", "parameters of this service"),
    key("constants", PARAMETERS, "{}", "constants of this service"),
    key("namespace", Namespace, "", "another namespace"),
    key("runtime", Text, "", "another runtime, by name"),
    key("deploy", Bool, "true", "false: not deployed here"),
    key("match", Table(MATCH), "", "which Rollout it is, for a service without files"),
];

const MATCH: &[Key] =
    &[key("name", Text, "", "name of the Rollout"), key("selector", Text, "", "label selector of the Rollout")];

const AUDIT: &[Key] = &[
    key("max_size", Size, "\"10MB\"", "the file is rotated at this size"),
    key("keep", Int(0, 1000), "10", "rotated files that are kept"),
    key("events", Bool, "true", "also a Kubernetes Event for each write, where creating events is allowed"),
    key("required", Bool, "false", "nothing is written when the log cannot be"),
];
