//! Settling: which value each parameter and constant of a service has in one runtime of a release channel. Values come
//! in layers, of which the stronger wins; each value remembers its origin, and what it won over.

use super::catalog::Service;
use super::config::{Constant, Definition, GivenValue, Takes};
use super::finding::{Finding, place};
use super::parameter::{self, Wrong};
use super::rendered;
use super::template::{Filling, Values};
use crate::config::problem::Place;
use crate::config::services::{ChannelServices, Override, Services, Written};
use crate::config::settings::{Channel, Runtime, Settings};
use std::collections::BTreeMap;

/// Where a service is deployed to: one runtime of a channel.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// The channel.
    pub channel: &'a Channel,
    /// The runtime.
    pub runtime: &'a Runtime,
}

/// Values from outside of the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// What was deployed last in this cell, by parameter.
    pub last: BTreeMap<String, String>,
    /// What the version has that is promoted, by parameter.
    pub version: BTreeMap<String, String>,
    /// Where that version comes from, in words.
    pub version_origin: String,
    /// What was given by hand, in order; the last of a name wins.
    pub explicit: Vec<(String, String)>,
    /// Where that was given, in words: `--param`.
    pub explicit_origin: String,
    /// A parameter without a value gets one that fits its type: for checks, never for something that is sent.
    pub stand_ins: bool,
}

/// A value that a stronger one won over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overruled {
    /// The parameter.
    pub name: String,
    /// The value that lost.
    pub value: String,
    /// Where it came from.
    pub origin: String,
}

/// The values of a service in a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settled {
    /// What templates are filled with.
    pub values: Values,
    /// The parameters, in the order of their definitions.
    pub parameters: Vec<rendered::Value>,
    /// Values that differed from a stronger one, weakest first.
    pub overruled: Vec<Overruled>,
    /// Remarks.
    pub remarks: Vec<Finding>,
}

struct Layer<'a> {
    value: &'a str,
    origin: String,
    at: Place,
}

/// What the configuration says about one service in one channel.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// About all services.
    pub channel: Option<&'a ChannelServices>,
    /// About this one.
    pub service: Option<&'a Override>,
}

impl<'a> Said<'a> {
    /// Looks it up.
    #[must_use]
    pub fn of(services: &'a Services, channel: &str, service: &str) -> Self {
        let channel = services.channels.get(channel);
        Self { channel, service: channel.and_then(|channel| channel.services.get(service)) }
    }
}

/// The runtimes of a channel that a service is deployed to; none where it is not deployed.
#[must_use]
pub fn runtimes<'a>(service: &Service, services: &Services, channel: &'a Channel) -> Vec<&'a Runtime> {
    let said = Said::of(services, channel.name.as_str(), service.name()).service;
    if said.is_some_and(|said| !said.deploy) {
        return Vec::new();
    }
    let named = said.and_then(|said| said.runtime.as_ref()).map(|written| written.text.as_str());
    let config = &service.config;
    let own = config.channel(channel.name.as_str()).and_then(|part| part.runtime.as_ref()).or(config.runtime.as_ref());
    let named = named.or(own.map(|at| at.value.as_str()));
    let one = channel.runtimes.iter().filter(|runtime| Some(runtime.name.as_str()) == named);
    let one: Vec<&Runtime> = one.collect();
    if one.is_empty() { channel.runtimes.iter().collect() } else { one }
}

/// The namespace of a service in a cell; `None`: the context's own, which only the kubeconfig knows.
#[must_use]
pub fn namespace<'a>(service: &Service, services: &'a Services, cell: Cell<'a>) -> Option<&'a str> {
    let said = Said::of(services, cell.channel.name.as_str(), service.name()).service;
    said.and_then(|said| said.namespace.as_deref()).or(cell.runtime.namespace.as_ref().map(AsRef::as_ref))
}

/// Settles the values of a service in a cell.
///
/// # Errors
/// Every value that does not fit, every name that there is no parameter for, and all that is missing.
pub fn settle(service: &Service, settings: &Settings, cell: Cell<'_>, given: &Given) -> Result<Settled, Vec<Finding>> {
    let services = &settings.services;
    let said = Said::of(services, cell.channel.name.as_str(), service.name());
    let mut settled = Settled::default();
    let mut errors = unknown(service, said, given);
    let mut missing = Vec::new();
    for definition in &service.config.parameters {
        let layers = layers(service, cell, said, given, definition);
        let name = &definition.name.value;
        for layer in &layers {
            // What was deployed last may not fit any more; it is used only where nothing stronger is given.
            if let Err(wrong) = parameter::fill(definition, &services.registries, layer.value, "")
                && layer.origin != LAST
            {
                errors.push(misfit(definition, layer, wrong));
            }
        }
        let Some((winner, losers)) = layers.split_last() else {
            missing.push(definition);
            continue;
        };
        match parameter::fill(definition, &services.registries, winner.value, &winner.origin) {
            Ok(filling) => drop(settled.values.params.insert(name.clone(), filling)),
            Err(wrong) if winner.origin == LAST => errors.push(misfit(definition, winner, wrong)),
            Err(_) => {}
        }
        let lost = losers.iter().filter(|loser| loser.value != winner.value);
        settled.overruled.extend(lost.map(|loser| Overruled {
            name: name.clone(),
            value: loser.value.to_owned(),
            origin: loser.origin.clone(),
        }));
        settled.parameters.push(rendered::Value {
            name: name.clone(),
            value: winner.value.to_owned(),
            origin: winner.origin.clone(),
            travels: definition.travels() || services.promote_params.contains(name),
            replicas: definition.is_replicas(),
        });
    }
    errors.extend(missing_words(service, cell, &missing));
    settled.remarks.extend(repeats(given));
    settled.values.constants = constants(service, cell, said);
    settled.values.builtins = builtins(service, services, cell, said);
    errors.sort();
    errors.dedup();
    if errors.is_empty() { Ok(settled) } else { Err(errors) }
}

const LAST: &str = "last deployed";

fn misfit(definition: &Definition, layer: &Layer<'_>, wrong: Wrong) -> Finding {
    let code = "parameter/value";
    Finding::error(code, layer.at.clone(), format!("parameter \"{}\": {}", definition.name.value, wrong.what))
        .maybe(wrong.hint)
}

fn file_of(at: &Place) -> String {
    match at {
        Place::File { path, line, .. } => {
            let name = path.rsplit('/').next().unwrap_or(path);
            format!("{name}:{line}")
        }
        other => other.to_string(),
    }
}

/// The values of a parameter, weakest first.
fn layers<'a>(
    service: &'a Service,
    cell: Cell<'_>,
    said: Said<'a>,
    given: &'a Given,
    definition: &'a Definition,
) -> Vec<Layer<'a>> {
    let config = &service.config;
    let name = definition.name.value.as_str();
    let channel = cell.channel.name.as_str();
    let in_file = |mark| place(&service.home.file, mark);
    let mut layers = Vec::new();
    if let Some(default) = definition.default().filter(|_| !definition.required) {
        let at = in_file(default.mark);
        layers.push(Layer { value: &default.value, origin: format!("default in {}", file_of(&at)), at });
    } else if definition.has_value() {
        layers.push(Layer { value: "", origin: "empty by default".to_owned(), at: in_file(definition.name.mark) });
    } else if given.stand_ins {
        let value = match definition.takes {
            Takes::Text { .. } => "value",
            Takes::Int { .. } => "1",
            Takes::Image { .. } => "tag",
            Takes::Secret => "secret:name/key",
            Takes::Commit { .. } => "0000000",
        };
        layers.push(Layer {
            value,
            origin: "a value made up for this check".to_owned(),
            at: in_file(definition.name.mark),
        });
    }
    if let Some(value) = given.last.get(name) {
        layers.push(Layer { value, origin: LAST.to_owned(), at: Place::Whole(format!("the value {LAST}")) });
    }
    let mut of_file = |values: &'a [GivenValue], words: &str| {
        for value in values.iter().filter(|value| value.name.value == name) {
            let at = in_file(value.value.mark);
            layers.push(Layer { value: &value.value.value, origin: format!("{words}{}", file_of(&at)), at });
        }
    };
    of_file(&config.values, "");
    for (of, values) in &config.channel_values {
        if of.value == channel {
            of_file(values, &format!("{channel} in "));
        }
    }
    for map in [said.channel.map(|said| &said.parameters), said.service.map(|said| &said.parameters)] {
        if let Some(Written { text, at }) = map.and_then(|map| map.get(name)) {
            layers.push(Layer { value: text, origin: format!("{channel} in {}", file_of(at)), at: at.clone() });
        }
    }
    if let Some(value) = given.version.get(name) {
        layers.push(Layer {
            value,
            origin: given.version_origin.clone(),
            at: Place::Whole(given.version_origin.clone()),
        });
    }
    if let Some((_, value)) = given.explicit.iter().rev().find(|(of, _)| of == name) {
        let origin = given.explicit_origin.clone();
        layers.push(Layer { value, at: Place::Flag(format!("{origin} {name}")), origin });
    }
    layers
}

/// Names that the service has no parameter for.
fn unknown(service: &Service, said: Said<'_>, given: &Given) -> Vec<Finding> {
    let known: Vec<&str> = service.config.parameters.iter().map(|known| known.name.value.as_str()).collect();
    let mut findings = Vec::new();
    let mut look = |name: &str, at: Place| {
        if !known.contains(&name) {
            let wrong = parameter::unknown(service.name(), name, &known);
            findings.push(Finding::error("parameter/unknown", at, wrong.what).maybe(wrong.hint));
        }
    };
    for (name, _) in &given.explicit {
        look(name, Place::Flag(format!("{} {name}", given.explicit_origin)));
    }
    for (name, written) in said.service.map(|said| &said.parameters).into_iter().flatten() {
        look(name, written.at.clone());
    }
    findings
}

fn missing_words(service: &Service, cell: Cell<'_>, missing: &[&Definition]) -> Option<Finding> {
    let first = missing.first()?;
    let names: Vec<String> = missing.iter().map(|definition| format!("\"{}\"", definition.name.value)).collect();
    let what = format!(
        "service {} needs a value for {} in release channel {}",
        service.name(),
        names.join(", "),
        cell.channel.name
    );
    let flags: Vec<String> = missing.iter().map(|definition| format!("--param {}=…", definition.name.value)).collect();
    let hint = format!("give {}, or parameters of the channel in the configuration", flags.join(" "));
    let at = place(&service.home.file, first.name.mark);
    Some(Finding::error("parameter/missing", at, what).hint(hint))
}

/// Names that were given more than once.
fn repeats(given: &Given) -> Vec<Finding> {
    let mut told = Vec::new();
    for (at, (name, _)) in given.explicit.iter().enumerate() {
        let times = given.explicit.iter().filter(|(other, _)| other == name).count();
        if times > 1 && !given.explicit[..at].iter().any(|(other, _)| other == name) {
            let flag = Place::Flag(format!("{} {name}", given.explicit_origin));
            told.push(Finding::warning(
                "parameter/repeated",
                flag,
                format!("given {times} times; the last one counts"),
            ));
        }
    }
    told
}

fn filling(text: &str, origin: String) -> Filling {
    Filling { text: text.to_owned(), fields: BTreeMap::new(), origin, whole: true }
}

/// Constants: those of the service, then of its channel, then of the configuration, whose word about a channel is the
/// last.
fn constants(service: &Service, cell: Cell<'_>, said: Said<'_>) -> BTreeMap<String, Filling> {
    let channel = cell.channel.name.as_str();
    let mut constants = BTreeMap::new();
    let mut of_file = |list: &[Constant], words: &str| {
        for constant in list {
            let origin = format!("{words}{}", file_of(&place(&service.home.file, constant.value.mark)));
            constants.insert(constant.name.value.clone(), filling(&constant.value.value, origin));
        }
    };
    of_file(&service.config.constants, "");
    if let Some(part) = service.config.channel(channel) {
        of_file(&part.constants, &format!("{channel} in "));
    }
    for map in [said.channel.map(|said| &said.constants), said.service.map(|said| &said.constants)] {
        for (name, written) in map.into_iter().flatten() {
            constants.insert(name.clone(), filling(&written.text, format!("{channel} in {}", file_of(&written.at))));
        }
    }
    constants
}

fn builtins(service: &Service, services: &Services, cell: Cell<'_>, said: Said<'_>) -> BTreeMap<String, Filling> {
    let mut builtins = BTreeMap::new();
    let mut add = |name: &str, text: Option<&str>, origin: &str| {
        if let Some(text) = text {
            builtins.insert(name.to_owned(), filling(text, origin.to_owned()));
        }
    };
    let channel = format!("release channel {}", cell.channel.name);
    add("ReleaseChannel.Name", Some(cell.channel.name.as_str()), &channel);
    add("Group", said.channel.and_then(|said| said.group.as_deref()), &channel);
    add("Runtime.Name", Some(cell.runtime.name.as_str()), &channel);
    add("Runtime.Namespace", namespace(service, services, cell), &channel);
    for (key, value) in &cell.runtime.labels {
        add(&format!("Runtime.Labels.{key}"), Some(value), &channel);
    }
    add("Service.Name", Some(service.name()), &service.home.file);
    add("Application.Name", service.application(services), &service.home.file);
    builtins
}
