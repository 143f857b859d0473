//! Definitions: what the parameters and constants of a service config must fulfil, and the values that it gives them.

use super::node::{Kind, field, kind, list, text};
use super::rules::Rules;
use super::{At, Constant, Definition, GivenValue, Takes};
use crate::config::problem::suggest;
use crate::service::parameter;
use crate::service::yaml::Node;
use std::collections::BTreeMap;

impl Rules<'_> {
    pub(super) fn parameters(&mut self, node: &Node) {
        for item in list(node, "parameters") {
            let types = ["string", "int", "dockerImage", "secret", "commit", "blob"];
            if kind(item) == Kind::Object && !types.iter().any(|name| field(item, name).is_some()) {
                let name = field(item, "name").and_then(text).unwrap_or_default();
                let what = format!("parameter \"{name}\" has no type");
                self.error("parameter/no-type", item.mark, what).problem.hint =
                    Some("add one of string, int, dockerImage, secret, commit (string: {} will do)".to_owned());
            }
        }
        let mut seen: BTreeMap<String, &At<String>> = BTreeMap::new();
        for definition in &self.config.parameters {
            let name = &definition.name;
            if let Some(first) = seen.get(&name.value.to_lowercase()) {
                let what = if first.value == name.value {
                    format!("parameter \"{}\" is defined twice (first in line {})", name.value, first.mark.line)
                } else {
                    format!("parameters \"{}\" and \"{}\" differ only by case", first.value, name.value)
                };
                self.error("parameter/twice", name.mark, what).problem.hint = Some("give it another name".to_owned());
            } else {
                seen.insert(name.value.to_lowercase(), name);
            }
            self.definition(definition);
        }
    }

    fn definition(&mut self, definition: &Definition) {
        let name = &definition.name;
        if name.value.is_empty() {
            self.error("parameter/name", name.mark, "a parameter's name is empty".to_owned());
        } else if !is_identifier(&name.value) {
            let what = format!("parameter \"{0}\" can only be reached as .Params[\"{0}\"]", name.value);
            self.warn("parameter/name", name.mark, what).problem.hint =
                Some("a name of letters, digits and _ can be written as .Params.NAME".to_owned());
        }
        if let Takes::Image { registry, repository, .. } = &definition.takes {
            if let Err(wrong) = parameter::repository(&repository.value) {
                self.error("parameter/repository", repository.mark, wrong.what).problem.hint = wrong.hint;
            }
            if let Some(registry) = registry
                && !self.services.registries.contains_key(&registry.value)
            {
                self.registry(registry);
            }
        }
        let Some(default) = definition.default() else {
            if let Takes::Image { .. } = definition.takes
                && !definition.required
            {
                let what = format!("parameter \"{}\" has no defaultTag, so a value must be given", name.value);
                self.warn("parameter/default", name.mark, what).problem.hint =
                    Some("add defaultTag: …, or required: true".to_owned());
            }
            return;
        };
        if definition.required {
            let what = format!("parameter \"{}\" is required: its default is not used", name.value);
            self.warn("parameter/default", default.mark, what).problem.hint = Some("drop one of the two".to_owned());
        }
        if let Err(wrong) = parameter::fill(definition, &self.services.registries, &default.value, "default")
            // Whether it is a whole number was looked at before.
            && (!matches!(definition.takes, Takes::Int { .. }) || parameter::whole(&default.value).is_ok())
        {
            let what = format!("the default of parameter \"{}\": {}", name.value, wrong.what);
            self.error("parameter/value", default.mark, what).problem.hint = wrong.hint;
        }
    }

    fn registry(&mut self, registry: &At<String>) {
        let known = self.services.registries.keys().map(String::as_str);
        if self.services.configured {
            let hint = suggest(&registry.value, known)
                .unwrap_or_else(|| format!("add [container_registries] {} = {{ prefix = \"…\" }}", registry.value));
            let what = format!("there is no container registry \"{}\" in the configuration", registry.value);
            self.error("parameter/registry", registry.mark, what).problem.hint = Some(hint);
        } else {
            let what =
                format!("without a configuration it is not known what container registry \"{}\" is", registry.value);
            self.warn("parameter/registry", registry.mark, what).problem.hint =
                Some("give one with --config; its [container_registries] say it".to_owned());
        }
    }

    pub(super) fn values(&mut self) {
        let all = [&self.config.values].into_iter().chain(self.config.channel_values.iter().map(|(_, values)| values));
        for value in all.flatten() {
            self.value(value);
        }
        let channels: Vec<&At<String>> = self.config.channel_values.iter().map(|(channel, _)| channel).collect();
        self.channel_names(&channels, "parameterValues.perReleaseChannel");
    }

    fn value(&mut self, given: &GivenValue) {
        let Some(definition) = self.config.parameter(&given.name.value) else {
            let known: Vec<&str> = self.config.parameters.iter().map(|known| known.name.value.as_str()).collect();
            let wrong = parameter::unknown(&self.config.name.value, &given.name.value, &known);
            self.error("parameter/unknown", given.name.mark, wrong.what).problem.hint = wrong.hint;
            return;
        };
        let wanted = match definition.takes {
            Takes::Text { .. } => "string",
            Takes::Int { .. } => "int",
            Takes::Image { .. } => "dockerImageTag",
            Takes::Secret => "secret",
            Takes::Commit { .. } => "commit",
        };
        if given.field != wanted {
            let what = format!(
                "parameter \"{}\" takes {}, not a value of \"{}\"",
                given.name.value,
                definition.words(),
                given.field
            );
            self.error("parameter/value", given.value.mark, what).problem.hint = Some(format!("write {wanted}: …"));
        } else if let Err(wrong) = parameter::fill(definition, &self.services.registries, &given.value.value, "") {
            let what = format!("the value of parameter \"{}\": {}", given.name.value, wrong.what);
            self.error("parameter/value", given.value.mark, what).problem.hint = wrong.hint;
        }
    }

    pub(super) fn constants(&mut self, constants: &[Constant]) {
        for (at, constant) in constants.iter().enumerate() {
            if let Some(first) = constants[..at].iter().find(|first| first.name.value == constant.name.value) {
                let what = format!(
                    "constant \"{}\" is defined twice (first in line {})",
                    first.name.value, first.name.mark.line
                );
                self.error("service/twice", constant.name.mark, what).problem.hint =
                    Some("keep one of them".to_owned());
            }
        }
    }
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
