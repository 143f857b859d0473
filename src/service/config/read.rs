//! Reading: takes the typed config out of a checked tree. What is missing or of the wrong type was told by the checker
//! and is left out here, so that the rest can be checked all the same.

use super::check::seconds;
use super::node::{Kind, entries, field, items, kind, list, text};
use super::{
    At, ChannelPart, Constant, Definition, EnvEntry, EnvValue, From, GivenValue, Inlined, Local, Patch, PatchTarget,
    ServiceConfig, Source, Takes,
};
use crate::service::yaml::{Node, Style, What};

/// Reads the object below `service`.
#[must_use]
pub fn read(file: &str, node: &Node) -> ServiceConfig {
    let values = field(node, "parameterValues");
    let per_channel = values.map(|values| list(values, "perReleaseChannel")).unwrap_or_default();
    ServiceConfig {
        file: file.to_owned(),
        name: located(node, "name").unwrap_or_else(|| At { value: String::new(), mark: node.mark }),
        application: located(node, "application"),
        source: source(node),
        parameters: list(node, "parameters").iter().filter_map(definition).collect(),
        values: values.map(given).unwrap_or_default(),
        channel_values: per_channel
            .iter()
            .filter_map(|entry| Some((located(entry, "releaseChannel")?, given(entry))))
            .collect(),
        constants: constants(node),
        channels: list(node, "perReleaseChannel").iter().filter_map(channel).collect(),
        progress_deadline: field(node, "progressDeadline").and_then(text).and_then(seconds),
        env: env(node),
        runtime: located(node, "runtimeConnection"),
        protections: protections(node, &["convergenceProtections"]),
        no_cleanup: is_true(node, "noCleanupOnDelete"),
        bundle_name: located(node, "bundleName"),
    }
}

fn at(node: &Node) -> Option<At<String>> {
    Some(At { value: text(node)?.to_owned(), mark: node.mark })
}

fn located(node: &Node, name: &str) -> Option<At<String>> {
    field(node, name).and_then(at)
}

fn is_true(node: &Node, name: &str) -> bool {
    field(node, name).is_some_and(|value| kind(value) == Kind::Bool(true))
}

fn texts(node: &Node, name: &str) -> Vec<At<String>> {
    list(node, name).iter().filter_map(at).collect()
}

fn channel(node: &Node) -> Option<ChannelPart> {
    Some(ChannelPart {
        channel: located(node, "releaseChannel")?,
        source: source(node),
        constants: constants(node),
        env: env(node),
        runtime: located(node, "runtimeConnection"),
        protections: protections(node, &["protections", "convergenceProtections"]),
    })
}

fn constants(node: &Node) -> Vec<Constant> {
    let read = |item: &Node| {
        let value = field(item, "string").and_then(|string| located(string, "value"))?;
        Some(Constant { name: located(item, "name")?, value })
    };
    list(node, "constants").iter().filter_map(read).collect()
}

fn protections(node: &Node, names: &[&str]) -> Vec<At<String>> {
    let attached = names.iter().flat_map(|name| list(node, name));
    attached.filter_map(|item| field(item, "ref").and_then(|reference| located(reference, "name"))).collect()
}

fn env(node: &Node) -> Vec<EnvEntry> {
    let read = |entry: &crate::service::yaml::Entry| {
        let value = if let Some(value) = located(&entry.value, "value") {
            EnvValue::Text(value)
        } else if let Some(secret) = field(&entry.value, "kubernetesSecret") {
            let part = |name: &str| located(secret, name).map(|at| at.value);
            EnvValue::Secret { name: part("secretName")?, key: part("key")? }
        } else {
            field(&entry.value, "secret")?;
            EnvValue::Prodvana
        };
        Some(EnvEntry { name: At { value: entry.key.clone(), mark: entry.mark }, value })
    };
    field(node, "env").map(entries).unwrap_or_default().iter().filter_map(read).collect()
}

fn source(node: &Node) -> Option<Source> {
    let found = field(node, "kubernetesConfig").or_else(|| field(node, "externalConfig"))?;
    let from = if let Some(inlined) = field(found, "inlined") {
        let literal = matches!(inlined.what, What::Scalar { style: Style::Literal, .. });
        let text = text(inlined)?.to_owned();
        From::Inlined(At { value: Inlined { text, literal, end: inlined.end }, mark: inlined.mark })
    } else {
        let local = field(found, "local")?;
        let several = field(local, "paths").is_some();
        From::Local(Local {
            paths: if several { texts(local, "paths") } else { located(local, "path").into_iter().collect() },
            several,
            sub_path: located(local, "subPath"),
            include: texts(local, "includePatterns"),
            exclude: texts(local, "excludePatterns"),
        })
    };
    let word = |name: &str| field(found, name).and_then(text).unwrap_or_default();
    Some(Source {
        mark: found.mark,
        kustomize: matches!(word("type"), "KUSTOMIZE" | "2"),
        from,
        no_env: word("envInjectionMode") == "ENV_INJECT_DISABLED",
        patches: list(found, "patches").iter().filter_map(patch).collect(),
    })
}

fn patch(node: &Node) -> Option<Patch> {
    let replace = field(node, "replace")?;
    let number = located(replace, "intAsString");
    let target = field(node, "target");
    let part = |name: &str| target.and_then(|target| located(target, name)).map(|at| at.value);
    Some(Patch {
        mark: node.mark,
        target: PatchTarget {
            group: part("group"),
            version: part("version"),
            kind: part("kind"),
            name: part("name"),
            namespace: part("namespace"),
        },
        path: located(replace, "path")?,
        int: number.is_some(),
        value: number.or_else(|| located(replace, "string"))?,
    })
}

fn definition(node: &Node) -> Option<Definition> {
    let takes = if let Some(string) = field(node, "string") {
        Takes::Text { default: located(string, "defaultValue") }
    } else if let Some(int) = field(node, "int") {
        let replicas = list(int, "changes").iter().any(|change| field(change, "fixedReplica").is_some());
        Takes::Int { default: located(int, "defaultValue"), replicas }
    } else if let Some(image) = field(node, "dockerImage") {
        let info = field(image, "imageRegistryInfo")?;
        Takes::Image {
            default: located(image, "defaultTag").filter(|tag| !tag.value.is_empty()),
            registry: located(info, "containerRegistry").or_else(|| located(info, "containerRegistryId")),
            repository: located(info, "imageRepository")?,
        }
    } else if field(node, "secret").is_some() {
        Takes::Secret
    } else {
        let commit = field(node, "commit")?;
        let part = |name: &str| located(commit, name).map(|at| at.value);
        Takes::Commit { repository: part("repository")?, branch: part("branch").unwrap_or_else(|| "main".to_owned()) }
    };
    Some(Definition {
        name: located(node, "name")?,
        description: located(node, "description").map(|at| at.value).unwrap_or_default(),
        required: is_true(node, "required"),
        takes,
    })
}

fn given(node: &Node) -> Vec<GivenValue> {
    let read = |item: &Node| {
        let name = located(item, "name")?;
        for name_of_field in ["string", "int", "dockerImageTag", "commit"] {
            if let Some(value) = located(item, name_of_field) {
                return Some(GivenValue { name, field: name_of_field, value });
            }
        }
        let reference = field(item, "secret").and_then(|secret| field(secret, "secretRef"))?;
        let key = located(reference, "key")?;
        let value = At { value: format!("secret:{}", key.value), mark: key.mark };
        Some(GivenValue { name, field: "secret", value })
    };
    list(node, "parameters").iter().filter_map(read).collect()
}

/// The names of the extensions of a list: their own, that of what they refer to, or that of their definition.
#[must_use]
pub fn extension_names(list: &Node) -> Vec<(Option<String>, crate::service::yaml::Mark)> {
    let name = |item: &Node| {
        let inner = ["ref", "extension", "instance", "definition"];
        let own = located(item, "name").or_else(|| {
            inner
                .iter()
                .find_map(|name| field(item, name).and_then(|inner| located(inner, "name").or_else(|| at(inner))))
        });
        own.map(|at| at.value)
    };
    items(list).iter().map(|item| (name(item), item.mark)).collect()
}
