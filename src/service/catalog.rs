//! Catalog: the services that there are: every service file found, read and checked.

use super::config::node::{Kind, entries, kind};
use super::config::table::{BESIDE, KINDS, SERVICE, spells};
use super::config::{ServiceConfig, check, read, rules};
use super::discover::{self, Found};
use super::files::{self, Home};
use super::finding::{self, Finding, place};
use super::yaml::{self, Fault, Node};
use crate::config::problem::{Place, suggest};
use crate::config::services::Services;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// What its file says.
    pub config: ServiceConfig,
    /// Where its file lies.
    pub home: Home,
    /// The text of its file.
    pub text: String,
    /// Its file has errors: it is listed, and cannot be rendered.
    pub broken: bool,
}

impl Service {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.config.name.value
    }

    /// The application that it belongs to: its own, or the one of the configuration.
    #[must_use]
    pub fn application<'a>(&'a self, services: &'a Services) -> Option<&'a str> {
        self.config.application.as_ref().map(|at| at.value.as_str()).or(services.application.as_deref())
    }
}

/// All services, and what is wrong with their files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalog {
    /// The services, by name.
    pub services: Vec<Service>,
    /// What was found in the files, sorted.
    pub findings: Vec<Finding>,
    /// Number of service files that were read.
    pub files: usize,
}

impl Catalog {
    /// A service by its name.
    ///
    /// # Errors
    /// There is none, with the name that was probably meant; or its file has errors, all of them.
    pub fn find(&self, name: &str) -> Result<&Service, Vec<Finding>> {
        let mut named = self.services.iter().filter(|service| service.name() == name);
        let of_file = |file: &str| {
            let errors = self.findings.iter().filter(|finding| finding.is_error());
            errors.filter(|finding| path_of(&finding.problem.place) == Some(file)).cloned().collect::<Vec<_>>()
        };
        match (named.next(), named.next()) {
            (Some(service), _) if service.broken => Err(of_file(&service.home.file)),
            (Some(first), Some(second)) => {
                let what =
                    format!("there are two services \"{name}\": in {} and {}", first.home.file, second.home.file);
                let told = Finding::error("service/twice", Place::Flag("SERVICE".to_owned()), what);
                Err(vec![told.hint("give one of them another name, or leave one out of services in the configuration")])
            }
            (Some(service), None) => Ok(service),
            (None, _) => {
                let known = self.services.iter().map(Service::name);
                let hint = suggest(name, known).unwrap_or_else(|| {
                    "services = [\"services/**/*.pvn.yaml\"] in the configuration says where services are".to_owned()
                });
                let told = Finding::error(
                    "service/unknown",
                    Place::Flag("SERVICE".to_owned()),
                    format!("there is no service \"{name}\""),
                );
                // It may be in a file that could not be read at all.
                let read = |file: &str| self.services.iter().any(|service| service.home.file == file);
                let errors = self.findings.iter().filter(|finding| finding.is_error());
                let unread = errors.filter(|found| path_of(&found.problem.place).is_some_and(|file| !read(file)));
                Err(std::iter::once(told.hint(hint)).chain(unread.cloned()).collect())
            }
        }
    }
}

/// The file of a place.
#[must_use]
pub fn path_of(place: &Place) -> Option<&str> {
    match place {
        Place::File { path, .. } | Place::Whole(path) => Some(path),
        Place::Flag(_) => None,
    }
}

/// The services of the configuration. `home` stands for `~`.
#[must_use]
pub fn load(services: &Services, home: Option<&Path>) -> Catalog {
    let (found, findings) = discover::by_patterns(services, home);
    read_all(&found, findings, services)
}

/// The services of files and folders that are named.
#[must_use]
pub fn of_paths(paths: &[PathBuf], services: &Services) -> Catalog {
    let (found, findings) = discover::by_paths(paths);
    read_all(&found, findings, services)
}

fn read_all(found: &[Found], mut findings: Vec<Finding>, services: &Services) -> Catalog {
    let mut read = Vec::new();
    let mut boundaries: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    for file in found {
        let folder = file.path.parent().map(Path::to_path_buf).unwrap_or_default();
        let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
        let boundary =
            boundaries.entry(folder.clone()).or_insert_with(|| files::boundary(&folder, Some(&file.searched))).clone();
        let home = Home { file: files::tidy(&file.path).display().to_string(), folder, boundary };
        let bytes = match files::bytes(&file.path) {
            Ok(bytes) => bytes,
            Err((code, what, hint)) => {
                findings.push(Finding::error(code, Place::Whole(home.file.clone()), what).maybe(hint));
                continue;
            }
        };
        let (service, told) = service(home, bytes, services);
        findings.extend(told);
        read.extend(service);
    }
    twins(&read, services, &mut findings);
    read.sort_by(|a, b| a.name().cmp(b.name()).then_with(|| a.home.file.cmp(&b.home.file)));
    finding::sort(&mut findings);
    Catalog { services: read, findings, files: found.len() }
}

/// The same service in two files.
fn twins(read: &[Service], services: &Services, findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<(&str, Option<&str>), &Service> = BTreeMap::new();
    for service in read.iter().filter(|service| !service.name().is_empty()) {
        let identity = (service.name(), service.application(services));
        let Some(first) = seen.get(&identity) else {
            seen.insert(identity, service);
            continue;
        };
        let at = place(&service.home.file, service.config.name.mark);
        let other = place(&first.home.file, first.config.name.mark);
        let told = Finding::error("service/twice", at, format!("service \"{}\" is also in {other}", service.name()));
        findings.push(told.hint("give one of them another name or application"));
    }
}

/// Reads one service file. No service: it is of another kind, or not readable as a config at all.
fn service(home: Home, bytes: Vec<u8>, services: &Services) -> (Option<Service>, Vec<Finding>) {
    let mut findings = Vec::new();
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(&error.as_bytes()[..at]).into_owned();
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let at_place = Place::File { path: home.file, line, column };
            let told = Finding::error("service/not-text", at_place, format!("byte {at} is not UTF-8"));
            return (None, vec![told.hint("save the file as UTF-8")]);
        }
    };
    let Some(node) = only_document(&home.file, &text, &mut findings) else { return (None, findings) };
    let Some(inner) = of_kind(&home.file, &node, &mut findings) else { return (None, findings) };
    findings.extend(check::check(&home.file, inner, SERVICE, "service"));
    let config = read::read(&home.file, inner);
    findings.extend(rules::check(&config, inner, services));
    // A bare word that is of the wrong type is told once.
    let typed: Vec<Place> = findings
        .iter()
        .filter(|found| matches!(found.code, "service/type" | "service/value"))
        .map(|found| found.problem.place.clone())
        .collect();
    findings.retain(|found| found.code != "service/ambiguous" || !typed.contains(&found.problem.place));
    finding::sort(&mut findings);
    let broken = finding::any_error(&findings);
    (Some(Service { config, home, text, broken }), findings)
}

fn fault(file: &str, fault: Fault, code: &'static str) -> Finding {
    Finding::error(code, place(file, fault.mark), fault.what).maybe(fault.hint)
}

fn only_document(file: &str, text: &str, findings: &mut Vec<Finding>) -> Option<Node> {
    let read = yaml::read(text);
    findings.extend(read.faults.into_iter().map(|mut found| {
        let line = text.lines().nth(found.mark.line.saturating_sub(1)).unwrap_or_default();
        if line.contains("{{") {
            found.hint = Some("a template in a service config stands in quotes: \"{{…}}\"".to_owned());
        }
        fault(file, found, "service/yaml")
    }));
    findings.extend(read.doubts.into_iter().map(|found| fault(file, found, "service/ambiguous")));
    if findings.iter().any(|finding| finding.code == "service/yaml") {
        return None;
    }
    let mut full = read.documents.into_iter().filter_map(|document| Some((document.mark, document.root?)));
    let Some((_, node)) = full.next() else {
        let told = Finding::error("service/empty", Place::Whole(file.to_owned()), "the file is empty");
        findings.push(told.hint("a service config begins with service:"));
        return None;
    };
    if let Some((mark, _)) = full.next() {
        let told = Finding::error(
            "service/documents",
            place(file, mark),
            "a service config is one YAML document, and here begins another",
        );
        findings.push(told.hint("put each service into a file of its own"));
    }
    if kind(&node) != Kind::Object {
        let what = format!("the file holds {}, not an object", kind(&node).words());
        findings.push(
            Finding::error("service/kind", place(file, node.mark), what).hint("a service config begins with service:"),
        );
        return None;
    }
    Some(node)
}

/// What stands below `service`; nothing where the file is of another kind.
fn of_kind<'n>(file: &str, node: &'n Node, findings: &mut Vec<Finding>) -> Option<&'n Node> {
    let mut kinds = Vec::new();
    for entry in entries(node) {
        if let Some(known) = KINDS.iter().find(|known| spells(known, &entry.key)) {
            kinds.push((*known, entry));
        } else if !BESIDE.iter().any(|(name, _)| spells(name, &entry.key)) {
            let what = format!("unknown kind \"{}\"", entry.key);
            let told = Finding::error("service/unknown-field", place(file, entry.mark), what);
            findings.push(told.maybe(suggest(&entry.key, KINDS.iter().copied())));
        }
    }
    match kinds[..] {
        [("service", entry)] if kind(&entry.value) == Kind::Object => Some(&entry.value),
        [("service", entry)] => {
            let what = format!("service is {}, not an object", kind(&entry.value).words());
            findings.push(Finding::error("service/type", place(file, entry.mark), what));
            None
        }
        [(other, entry)] => {
            let what = format!("{file} is of kind {other} and is left out");
            findings.push(Finding::note("service/other-kind", place(file, entry.mark), what));
            None
        }
        [] => {
            if !finding::any_error(findings) {
                let told = Finding::error("service/kind", place(file, node.mark), "the file has no kind");
                findings.push(told.hint("a service config begins with service:"));
            }
            None
        }
        [(first, _), (second, entry), ..] => {
            let what = format!("the file is of two kinds, {first} and {second}");
            findings.push(
                Finding::error("service/kind", place(file, entry.mark), what).hint("put each into a file of its own"),
            );
            None
        }
    }
}
