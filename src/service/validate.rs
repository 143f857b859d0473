//! Validating: all services in all the channels that they are deployed to, with the values they would have there, and
//! everything that is wrong, once.

use super::catalog::{Catalog, Service};
use super::config::{From, Source};
use super::files;
use super::finding::{self, Finding, Severity, place};
use super::object::Object;
use super::render::render;
use super::settle::{self, Cell, Given};
use super::template;
use crate::config::problem::suggest;
use crate::config::settings::{Channel, Runtime, Settings};
use crate::names::{ChannelName, ClusterName};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What was validated, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// What was found, sorted.
    pub findings: Vec<Finding>,
    /// Service files.
    pub files: usize,
    /// Services.
    pub services: usize,
    /// Channels that they were rendered for.
    pub channels: usize,
    /// Objects that were made.
    pub objects: usize,
}

impl Validation {
    /// How many findings of a severity there are.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// Validates the services of a catalog. `all`: it holds every service there is, so that names of the configuration can
/// be held against it. `portable`: also notes what Prodvana would not take.
#[must_use]
pub fn validate(catalog: &Catalog, settings: &Settings, all: bool, portable: bool) -> Validation {
    let stand_in;
    let settings = if settings.services.configured {
        settings
    } else {
        stand_in = without_configuration(settings, catalog);
        &stand_in
    };
    let mut report =
        Report { settings, findings: BTreeMap::new(), objects: 0, shared: BTreeMap::new(), places: BTreeMap::new() };
    for service in catalog.services.iter().filter(|service| !service.broken) {
        report.service(service);
        if portable {
            report.portable(service);
        }
    }
    let mut findings = catalog.findings.clone();
    let (objects, rendered) = (report.objects, report.findings);
    findings.extend(rendered.into_values().flatten());
    if all {
        findings.extend(names(catalog, settings));
    }
    if !portable {
        findings.retain(|finding| !finding.code.starts_with("portable/"));
    }
    finding::sort(&mut findings);
    Validation {
        findings,
        files: catalog.files,
        services: catalog.services.len(),
        channels: if settings.services.configured { settings.channels.len() } else { 0 },
        objects,
    }
}

/// Without a configuration the channels are not known: one that is made up lets templates be checked all the same.
fn without_configuration(settings: &Settings, catalog: &Catalog) -> Settings {
    let mut made_up = settings.clone();
    let text: String = catalog.services.iter().map(labels_of).collect();
    let labels = text.split_whitespace().map(|label| (label.to_owned(), "label".to_owned()));
    made_up.channels = vec![Channel {
        name: ChannelName::new("channel"),
        order: 10,
        confirm: crate::config::settings::Confirm::Enter,
        read_only: false,
        require_reason: false,
        allowed_times: Vec::new(),
        color: None,
        runtimes: vec![Runtime {
            name: ClusterName::new("runtime"),
            context: "runtime".to_owned(),
            namespace: None,
            extra_namespaces: Vec::new(),
            labels: labels.collect(),
        }],
    }];
    made_up.services.channels.insert(
        "channel".to_owned(),
        crate::config::services::ChannelServices { group: Some("group".to_owned()), ..Default::default() },
    );
    made_up
}

/// The labels of the runtime that the manifests of a service name, with blanks between them.
fn labels_of(service: &Service) -> String {
    let mut texts = vec![service.text.clone()];
    for source in sources(service) {
        if let From::Local(local) = &source.from {
            let (manifests, _) = files::manifests(&service.home, local, None);
            texts.extend(manifests.into_iter().map(|manifest| String::from_utf8_lossy(&manifest.bytes).into_owned()));
        }
    }
    let mut found = String::new();
    for text in texts {
        for after in text.split(".Builtins.Runtime.Labels.").skip(1) {
            found.extend(after.chars().take_while(|c| c.is_alphanumeric() || *c == '_'));
            found.push(' ');
        }
    }
    found
}

fn sources(service: &Service) -> impl Iterator<Item = &Source> {
    let own = service.config.channels.iter().filter_map(|part| part.source.as_ref());
    service.config.source.iter().chain(own)
}

type Shared<'a> = BTreeMap<(&'a str, &'a str, String), (&'a str, Object)>;

struct Report<'a> {
    settings: &'a Settings,
    /// What was found of a service, by its file.
    findings: BTreeMap<&'a str, Vec<Finding>>,
    objects: usize,
    /// Objects by channel, runtime and identity: two services may share one only when both say the same.
    shared: Shared<'a>,
    /// The channel that a Rollout belongs to, by context, namespace and name.
    places: BTreeMap<(&'a str, String, String), &'a str>,
}

impl<'a> Report<'a> {
    fn service(&mut self, service: &'a Service) {
        let given = Given { stand_ins: true, ..Given::default() };
        // The same words with another suggestion are the same.
        let mut found: BTreeMap<Finding, (Option<String>, BTreeSet<&str>)> = BTreeMap::new();
        let mut cells = BTreeSet::new();
        for channel in &self.settings.channels {
            for runtime in settle::runtimes(service, &self.settings.services, channel) {
                cells.insert(channel.name.as_str());
                let cell = Cell { channel, runtime };
                let findings = match render(service, self.settings, cell, &given) {
                    Ok(render) => {
                        self.objects += render.rendered.objects.len();
                        let mut findings = render.remarks;
                        for object in render.rendered.objects {
                            findings.extend(self.one_channel(service, cell, &object));
                            findings.extend(self.share(service, cell, object));
                        }
                        findings
                    }
                    Err(findings) => findings,
                };
                for mut finding in findings {
                    let hint = finding.problem.hint.take();
                    let (best, channels) = found.entry(finding).or_default();
                    channels.insert(channel.name.as_str());
                    if best.is_none() || hint.as_ref().is_some_and(|hint| hint.starts_with("did you mean")) {
                        *best = hint;
                    }
                }
            }
        }
        let told = found.into_iter().filter_map(|(mut finding, (hint, channels))| {
            finding.problem.hint = hint;
            if channels.len() < cells.len() {
                // Used in one channel is used.
                if finding.code == "parameter/unused" {
                    return None;
                }
                let names: Vec<&str> = channels.into_iter().collect();
                if !names.iter().all(|name| finding.problem.what.contains(name)) {
                    let _ = write!(finding.problem.what, " (in release channel {})", names.join(", "));
                }
            }
            Some(finding)
        });
        let told: Vec<Finding> = told.collect();
        self.findings.entry(&service.home.file).or_default().extend(told);
        if !self.settings.services.deploys(service.config.application.as_ref().map(|at| at.value.as_str()))
            && let Some(application) = &service.config.application
        {
            let at = place(&service.home.file, application.mark);
            let what = format!("application \"{}\" is not one that this configuration deploys", application.value);
            let told = Finding::warning("service/application", at, what);
            let hint = format!("applications = [\"{}\"] in the configuration adds it", application.value);
            self.findings.entry(&service.home.file).or_default().push(told.hint(hint));
        }
    }

    /// Two channels may lie in one namespace, and their Rollouts have names of their own there.
    fn one_channel(&mut self, service: &'a Service, cell: Cell<'a>, object: &Object) -> Option<Finding> {
        let home = settle::namespace(service, &self.settings.services, cell)?;
        if object.kind() != "Rollout" || !self.settings.services.configured {
            return None;
        }
        let namespace = object.namespace().unwrap_or(home).to_owned();
        let context = cell.runtime.context.as_str();
        let own = cell.channel.name.as_str();
        let first = *self.places.entry((context, namespace.clone(), object.name().to_owned())).or_insert(own);
        (first != own).then(|| {
            let what = format!(
                "release channels {first} and {own} would both deploy Rollout \"{}\" to namespace \"{namespace}\" of {context}",
                object.name()
            );
            let told = Finding::error("config/same-place", object.place("/metadata/name"), what);
            told.hint("give the channels different namespaces, or the Rollout a name with {{.Builtins.ReleaseChannel.Name}}")
        })
    }

    /// The object of another service in the same place.
    fn share(&mut self, service: &'a Service, cell: Cell<'a>, object: Object) -> Option<Finding> {
        let group = object.api_version().split_once('/').map_or("", |(group, _)| group);
        let home = settle::namespace(service, &self.settings.services, cell).unwrap_or_default();
        let namespace = object.namespace().unwrap_or(home);
        let identity = format!("{group}/{}/{namespace}/{}", object.kind(), object.name());
        let key = (cell.channel.name.as_str(), cell.runtime.name.as_str(), identity);
        match self.shared.get(&key) {
            None => {
                self.shared.insert(key, (service.name(), object));
                None
            }
            Some((other, _)) if *other == service.name() => None,
            Some((_, first)) if first.value == object.value => None,
            Some((other, first)) => {
                let what = format!(
                    "{}/{} is another one than that of service {other} at {}",
                    object.kind(),
                    object.name(),
                    first.place("")
                );
                let told = Finding::error("manifest/shared", object.place("/metadata/name"), what);
                Some(told.hint("two services may hold one object only when both say the same: rename one"))
            }
        }
    }

    /// What only rolltop understands.
    fn portable(&mut self, service: &'a Service) {
        for source in sources(service) {
            let From::Local(local) = &source.from else { continue };
            if local.sub_path.is_some() {
                continue;
            }
            let (manifests, _) = files::manifests(&service.home, local, None);
            for manifest in &manifests {
                let notes = template::extensions(manifest, &self.settings.services.pass_through);
                let notes = notes.into_iter().map(|problem| Finding {
                    problem,
                    severity: Severity::Note,
                    code: "portable/template",
                });
                self.findings.entry(&service.home.file).or_default().extend(notes);
            }
        }
    }
}

/// Names in the configuration that no service has.
fn names(catalog: &Catalog, settings: &Settings) -> Vec<Finding> {
    let known: Vec<&str> = catalog.services.iter().map(Service::name).collect();
    let mut findings = Vec::new();
    for (channel, said) in &settings.services.channels {
        for (name, told) in &said.services {
            if !known.contains(&name.as_str()) && !told.matches {
                let what = format!("there is no service \"{name}\" (under release_channels \"{channel}\")");
                let hint = suggest(name, known.iter().copied());
                findings.push(Finding::error("config/service", told.at.clone(), what).maybe(hint));
            }
        }
        let Some(channel_itself) = settings.channels.iter().find(|known| known.name.as_str() == channel) else {
            continue;
        };
        let deployed = catalog
            .services
            .iter()
            .filter(|service| !settle::runtimes(service, &settings.services, channel_itself).is_empty());
        let defined: BTreeSet<&str> = deployed
            .flat_map(|service| service.config.parameters.iter().map(|known| known.name.value.as_str()))
            .collect();
        for (name, written) in &said.parameters {
            if !defined.contains(name.as_str()) && !catalog.services.is_empty() {
                let what = format!("no service of release channel \"{channel}\" has a parameter \"{name}\"");
                let hint = suggest(name, defined.iter().copied());
                findings.push(Finding::error("config/parameter", written.at.clone(), what).maybe(hint));
            }
        }
    }
    findings
}
