//! Rules: what a service config must fulfil beyond the types of its fields: names, references to the configuration,
//! and fields that only make sense together.

use super::node::{Kind, entries, entry, field, kind, list, text};
use super::read::extension_names;
use super::{At, EnvEntry, EnvValue, From, ServiceConfig, Source};
use crate::config::problem::suggest;
use crate::config::services::Services;
use crate::service::finding::{Finding, place};
use crate::service::parameter;
use crate::service::yaml::{Mark, Node};

/// The lists of tasks that must run with a deploy.
const EXTENSIONS: [&str; 4] =
    ["convergenceExtensions", "convergenceExtensionInstances", "deliveryExtensions", "deliveryExtensionInstances"];

/// Checks a config that was read from `node`.
#[must_use]
pub fn check(config: &ServiceConfig, node: &Node, services: &Services) -> Vec<Finding> {
    let mut rules = Rules { config, services, findings: Vec::new() };
    rules.name();
    rules.sources(node);
    rules.parameters(node);
    rules.values();
    rules.constants(&config.constants);
    rules.channels_of(node);
    rules.runtime(config.runtime.as_ref(), None);
    rules.protections(&config.protections);
    rules.env(&config.env, config.source.as_ref());
    rules.extensions(node);
    rules.findings
}

/// The rules, and what they found.
pub(super) struct Rules<'a> {
    pub(super) config: &'a ServiceConfig,
    pub(super) services: &'a Services,
    findings: Vec<Finding>,
}

impl Rules<'_> {
    pub(super) fn error(&mut self, code: &'static str, mark: Mark, what: String) -> &mut Finding {
        self.push(Finding::error(code, place(&self.config.file, mark), what))
    }

    pub(super) fn warn(&mut self, code: &'static str, mark: Mark, what: String) -> &mut Finding {
        self.push(Finding::warning(code, place(&self.config.file, mark), what))
    }

    fn push(&mut self, finding: Finding) -> &mut Finding {
        let at = self.findings.len();
        self.findings.push(finding);
        &mut self.findings[at]
    }

    fn name(&mut self) {
        let name = &self.config.name;
        if !name.value.is_empty() && !is_name(&name.value) {
            self.error("service/name", name.mark, format!("\"{}\" is not a name for a service", name.value))
                .problem
                .hint = Some("1 to 63 of a-z, 0-9 and -, beginning with a letter, not ending in -".to_owned());
        }
    }

    fn sources(&mut self, node: &Node) {
        let given = ["kubernetesConfig", "externalConfig"].iter().any(|name| field(node, name).is_some());
        let everywhere = !self.config.channels.is_empty()
            && self
                .services
                .channels
                .keys()
                .all(|name| self.config.channel(name).is_some_and(|part| part.source.is_some()))
            && self.config.channels.iter().all(|part| part.source.is_some());
        let other = super::table::SERVICE.iter().any(|known| {
            known.one_of == "source" && !known.name.ends_with("Config") && field(node, known.name).is_some()
        });
        if let Some(programs) = entry(node, "programs") {
            if given || everywhere {
                let what = "\"programs\" has no effect in rolltop: the objects come from kubernetesConfig".to_owned();
                self.warn("service/ignored", programs.mark, what);
            } else {
                let what = "the only source of service is \"programs\", Prodvana's simplified schema, which builds the objects itself";
                self.error("service/unsupported", programs.mark, what.to_owned()).problem.hint =
                    Some("give kubernetesConfig with the manifests".to_owned());
            }
        } else if !given && !everywhere && !other {
            self.error("service/no-source", node.mark, "service has no source of manifests".to_owned()).problem.hint =
                Some("add kubernetesConfig: {type: KUBERNETES, local: {path: .}}".to_owned());
        }
        for name in ["kubernetesConfig", "externalConfig"] {
            if let Some(found) = field(node, name) {
                self.source(found, name);
            }
        }
        for source in
            self.config.source.iter().chain(self.config.channels.iter().filter_map(|part| part.source.as_ref()))
        {
            self.source_read(source);
        }
    }

    fn source(&mut self, node: &Node, name: &str) {
        let says = field(node, "type").and_then(text);
        match says {
            None | Some("UNKNOWN" | "0") => {
                let mark = field(node, "type").map_or(node.mark, |node| node.mark);
                self.error("service/type-of-source", mark, format!("{name} has no type")).problem.hint =
                    Some("add type: KUBERNETES".to_owned());
            }
            Some("KUSTOMIZE" | "2") => {
                let mark = field(node, "type").map_or(node.mark, |node| node.mark);
                let what = format!("{name} is of type KUSTOMIZE, which rolltop does not run");
                self.error("service/unsupported", mark, what).problem.hint = Some(
                    "make plain manifests (kubectl kustomize DIR > FILE), set type: KUBERNETES and point local.path at the file"
                        .to_owned(),
                );
            }
            Some(_) => {}
        }
        if !["local", "inlined", "remote"].iter().any(|from| field(node, from).is_some()) {
            self.error("service/no-source", node.mark, format!("{name} says nowhere where the manifests are"))
                .problem
                .hint = Some("add local: {path: .}".to_owned());
        }
        if let Some(local) = field(node, "local").filter(|local| kind(local) == Kind::Object)
            && field(local, "path").is_none()
            && list(local, "paths").is_empty()
        {
            self.error("service/missing-field", local.mark, format!("local of {name} has no \"path\"")).problem.hint =
                Some("add path: . for the folder of this file".to_owned());
        }
        for patch in list(node, "patches") {
            if let Some(replace) = field(patch, "replace")
                && field(replace, "string").is_none()
                && field(replace, "intAsString").is_none()
            {
                let what = "replace of a patch has no value".to_owned();
                self.error("service/missing-field", replace.mark, what).problem.hint =
                    Some("add string: … or intAsString: …".to_owned());
            }
        }
    }

    fn source_read(&mut self, source: &Source) {
        if let From::Local(local) = &source.from {
            if let Some(sub) = local.sub_path.as_ref().filter(|_| local.several) {
                let what = "\"subPath\" does not go together with \"paths\"".to_owned();
                self.error("service/one-of", sub.mark, what).problem.hint = Some("use path with subPath".to_owned());
            }
            for pattern in local.include.iter().chain(&local.exclude) {
                self.push(Finding::note(
                    "portable/patterns",
                    place(&self.config.file, pattern.mark),
                    "Prodvana ignores patterns for folders of plain manifests; rolltop honours them",
                ));
            }
        }
        for patch in &source.patches {
            if !patch.path.value.starts_with('/') {
                let what = format!("the path of a patch, \"{}\", does not begin with /", patch.path.value);
                self.error("service/patch", patch.path.mark, what).problem.hint =
                    Some("a JSON pointer, as in /spec/replicas".to_owned());
            }
            if patch.int
                && let Err(why) = parameter::whole(&patch.value.value)
            {
                self.error("service/patch", patch.value.mark, format!("intAsString: {why}"));
            }
        }
    }

    fn channels_of(&mut self, node: &Node) {
        let names: Vec<&At<String>> = self.config.channels.iter().map(|part| &part.channel).collect();
        self.channel_names(&names, "perReleaseChannel");
        for item in list(node, "perReleaseChannel") {
            for name in ["kubernetesConfig", "externalConfig"] {
                if let Some(found) = field(item, name) {
                    self.source(found, name);
                }
            }
            self.extensions(item);
        }
        let config = self.config;
        for part in &config.channels {
            self.constants(&part.constants);
            self.runtime(part.runtime.as_ref(), Some(&part.channel.value));
            self.protections(&part.protections);
            self.env(&part.env, part.source.as_ref().or(config.source.as_ref()));
        }
    }

    pub(super) fn channel_names(&mut self, names: &[&At<String>], words: &str) {
        for (at, name) in names.iter().enumerate() {
            if let Some(first) = names[..at].iter().find(|first| first.value == name.value) {
                let what = format!("{words} has \"{}\" twice (first in line {})", name.value, first.mark.line);
                self.error("service/twice", name.mark, what).problem.hint = Some("put both into one entry".to_owned());
            }
            let known: Vec<&str> = self.services.channels.keys().map(String::as_str).collect();
            if !known.is_empty() && !known.contains(&name.value.as_str()) {
                let what = format!("there is no release channel \"{}\"", name.value);
                self.error("service/channel", name.mark, what).problem.hint =
                    suggest(&name.value, known.iter().copied());
            }
        }
    }

    fn runtime(&mut self, runtime: Option<&At<String>>, channel: Option<&str>) {
        let Some(runtime) = runtime else { return };
        let of = self.services.channels.iter().filter(|(known, _)| channel.is_none_or(|name| known.as_str() == name));
        let known: Vec<&str> = of.flat_map(|(_, said)| said.runtimes.iter().map(String::as_str)).collect();
        if !known.is_empty() && !known.contains(&runtime.value.as_str()) {
            let what = match channel {
                Some(name) => format!("release channel \"{name}\" has no runtime \"{}\"", runtime.value),
                None => format!("no release channel has a runtime \"{}\"", runtime.value),
            };
            self.error("service/runtime", runtime.mark, what).problem.hint =
                suggest(&runtime.value, known.iter().copied());
        }
    }

    fn protections(&mut self, protections: &[At<String>]) {
        if !self.services.configured {
            return;
        }
        for name in protections.iter().filter(|name| !self.services.protections.contains(&name.value)) {
            let known = self.services.protections.iter().map(String::as_str);
            let hint = suggest(&name.value, known).unwrap_or_else(|| format!("add [protections.{}] to it", name.value));
            let what = format!("there is no protection \"{}\" in the configuration", name.value);
            self.error("service/protection", name.mark, what).problem.hint = Some(hint);
        }
    }

    fn env(&mut self, env: &[EnvEntry], source: Option<&Source>) {
        for secret in env.iter().filter(|entry| entry.value == EnvValue::Prodvana) {
            let what = format!("the secret of env \"{}\" lies on Prodvana's server", secret.name.value);
            self.error("service/unsupported", secret.name.mark, what).problem.hint =
                Some("use kubernetesSecret: {secretName: …, key: …}".to_owned());
        }
        if let Some(first) = env.first()
            && !self.services.inject_env
            && !source.is_some_and(|source| source.no_env)
        {
            let names: Vec<&str> = env.iter().map(|entry| entry.name.value.as_str()).collect();
            let what =
                format!("\"env\" has no effect in rolltop: it is not put into containers ({})", names.join(", "));
            self.warn("service/ignored", first.name.mark, what).problem.hint =
                Some("inject_env = true in the configuration does".to_owned());
        }
    }

    fn extensions(&mut self, node: &Node) {
        for list_name in EXTENSIONS {
            let Some(found) = entries(node).iter().find(|entry| super::table::spells(list_name, &entry.key)) else {
                continue;
            };
            for (name, mark) in extension_names(&found.value) {
                let shown = name.clone().unwrap_or_else(|| "(without a name)".to_owned());
                if name.is_some_and(|name| self.services.ignore_extensions.contains(&name)) {
                    let what = format!("extension \"{shown}\" is left out, as ignore_extensions says");
                    self.warn("service/ignored", mark, what);
                } else {
                    let what = format!(
                        "extension \"{shown}\" in \"{}\" must run with a deploy, and rolltop cannot run it",
                        found.key
                    );
                    self.error("service/unsupported", mark, what).problem.hint = Some(format!(
                        "run it as a Job among the manifests, or name it in ignore_extensions = [\"{shown}\"] of the configuration"
                    ));
                }
            }
        }
    }
}

/// Names of services and channels: 1 to 63 of `a-z 0-9 -`, beginning with a letter, not ending in `-`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let ok = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(ok)
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
}
