//! Rendering: a service in one runtime of a channel becomes objects.

use super::after;
use super::catalog::Service;
use super::check;
use super::code::of_template;
use super::config::{At, From};
use super::files;
use super::finding::{self, Finding, Severity, place};
use super::rendered::Rendered;
use super::settle::{Cell, Given, Overruled, Settled, settle};
use super::template::{self, Manifest, Outcome, Values};
use super::texts;
use crate::config::settings::Settings;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A rendered service, and what a check of it wants to know.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Render {
    /// The service.
    pub rendered: Rendered,
    /// Remarks with their codes; those of `rendered` are the same without.
    pub remarks: Vec<Finding>,
    /// Values that a stronger one won over.
    pub overruled: Vec<Overruled>,
    /// The parameters that a template used.
    pub used: BTreeSet<String>,
}

/// Renders a service in a cell.
///
/// # Errors
/// Everything that is wrong: values, files, templates, what they are filled to.
pub fn render(service: &Service, settings: &Settings, cell: Cell<'_>, given: &Given) -> Result<Render, Vec<Finding>> {
    let settled = settle(service, settings, cell, given)?;
    let (outcome, manifests, mut findings) = objects(service, settings, cell, &settled.values)?;
    let Outcome { mut objects, problems, warnings, mut used } = outcome;
    findings.extend(problems.into_iter().map(|problem| of_template(problem, Severity::Error)));
    findings.extend(warnings.into_iter().map(|problem| of_template(problem, Severity::Warning)));
    if !finding::any_error(&findings) {
        let mut strings = texts::Strings::new(&service.home.file, &service.text, &settled.values, settings);
        if let Some(source) = service.config.source(cell.channel.name.as_str()) {
            findings.extend(after::patch(&mut objects, source, &mut strings));
            findings.extend(after::env(&mut objects, service, settings, cell, source, &mut strings));
        }
        findings.extend(after::limits(&objects, service, settings, cell));
        let checked = check::check(&objects);
        let of = |code, severity| move |problem| Finding { problem, severity, code };
        findings.extend(checked.problems.into_iter().map(of("check/invalid", Severity::Error)));
        findings.extend(checked.warnings.into_iter().map(of("check/doubtful", Severity::Warning)));
        let bundle = service.config.bundle_name.as_ref().and_then(|name| strings.fill(name));
        used.extend(std::mem::take(&mut strings.used));
        findings.extend(strings.findings);
        if !finding::any_error(&findings) {
            findings.extend(unused(service, &used));
            return Ok(done(service, settings, settled, objects, bundle, &manifests, findings, used));
        }
    }
    findings.extend(settled.remarks);
    finding::sort(&mut findings);
    Err(findings)
}

#[expect(clippy::too_many_arguments, reason = "the last step brings everything together")]
fn done(
    service: &Service,
    settings: &Settings,
    settled: Settled,
    objects: Vec<super::object::Object>,
    bundle: Option<String>,
    manifests: &[Manifest],
    mut findings: Vec<Finding>,
    used: BTreeSet<String>,
) -> Render {
    findings.extend(settled.remarks.iter().cloned());
    finding::sort(&mut findings);
    let label = bundle.filter(|name| !name.is_empty()).unwrap_or_else(|| label(service, &settled));
    let warnings = findings.iter().filter(|found| found.severity == Severity::Warning);
    Render {
        rendered: Rendered {
            service: Some(service.name().to_owned()),
            application: service.application(&settings.services).map(str::to_owned),
            objects,
            parameters: settled.parameters,
            template_digest: digest(service, manifests),
            label,
            warnings: warnings.map(|found| found.problem.clone()).collect(),
            no_cleanup: service.config.no_cleanup,
        },
        overruled: settled.overruled,
        remarks: findings,
        used,
    }
}

/// What people call this version: the tags of its images.
fn label(service: &Service, settled: &Settled) -> String {
    let mut label = String::new();
    for definition in service.config.parameters.iter().filter(|definition| definition.travels()) {
        let Some(value) = settled.parameters.iter().find(|value| value.name == definition.name.value) else { continue };
        let short = match value.value.split_once("sha256:") {
            Some((tag, _)) if !tag.is_empty() => tag.trim_end_matches('@').to_owned(),
            Some((_, hex)) => hex.chars().take(12).collect(),
            None => value.value.clone(),
        };
        if !label.is_empty() {
            label.push('+');
        }
        label.push_str(&short);
    }
    label
}

/// SHA-256 over the names (relative to the service file) and bytes of the templates.
fn digest(service: &Service, manifests: &[Manifest]) -> String {
    let folder = service.home.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut sum = Sha256::new();
    for manifest in manifests {
        let name = manifest.path.strip_prefix(folder).unwrap_or(&manifest.path).trim_start_matches('/');
        for part in [name.as_bytes(), &manifest.bytes] {
            sum.update((part.len() as u64).to_be_bytes());
            sum.update(part);
        }
    }
    sum.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Parameters that no template uses.
fn unused<'a>(service: &'a Service, used: &'a BTreeSet<String>) -> impl Iterator<Item = Finding> + 'a {
    let unused = service.config.parameters.iter().filter(|definition| !used.contains(&definition.name.value));
    unused.map(|definition| {
        let at = place(&service.home.file, definition.name.mark);
        let name = &definition.name.value;
        Finding::warning("parameter/unused", at, format!("parameter \"{name}\" is used by no template"))
    })
}

type Objects = (Outcome, Vec<Manifest>, Vec<Finding>);

/// The objects of the manifests, and the manifests themselves.
fn objects(service: &Service, settings: &Settings, cell: Cell<'_>, values: &Values) -> Result<Objects, Vec<Finding>> {
    let channel = cell.channel.name.as_str();
    let Some(source) = service.config.source(channel) else {
        let at = place(&service.home.file, service.config.name.mark);
        let what = format!("service {} has no manifests for release channel {channel}", service.name());
        let told = Finding::error("service/no-source", at, what);
        return Err(vec![told.hint("add kubernetesConfig to the service, or to the channel under perReleaseChannel")]);
    };
    let pass_through = &settings.services.pass_through;
    match &source.from {
        From::Inlined(inlined) => {
            let block = if inlined.value.literal { block(&service.text, inlined) } else { None };
            let (manifest, indent) = if let Some((text, indent)) = block {
                (Manifest { path: service.home.file.clone(), bytes: text.into_bytes() }, indent)
            } else {
                let path = format!("{} (inlined)", service.home.file);
                (Manifest { path, bytes: inlined.value.text.clone().into_bytes() }, 0)
            };
            let manifests = vec![manifest];
            let mut outcome = template::objects(&manifests, values, pass_through);
            shift(&mut outcome, &service.home.file, indent);
            Ok((outcome, manifests, Vec::new()))
        }
        From::Local(local) => {
            let mut strings = texts::Strings::new(&service.home.file, &service.text, values, settings);
            let filled = local.sub_path.as_ref().map(|sub| strings.fill(sub));
            let paths =
                local.paths.iter().filter_map(|path| strings.fill(path).map(|value| At { value, mark: path.mark }));
            let mut told_local = super::config::Local { paths: paths.collect(), ..local.clone() };
            let used = std::mem::take(&mut strings.used);
            if finding::any_error(&strings.findings) {
                return Err(strings.findings);
            }
            let sub = filled.flatten();
            told_local.sub_path.clone_from(&local.sub_path);
            let (manifests, mut findings) = files::manifests(&service.home, &told_local, sub.as_deref());
            findings.extend(strings.findings);
            let mut outcome = template::objects(&manifests, values, pass_through);
            outcome.used.extend(used);
            Ok((outcome, manifests, findings))
        }
    }
}

/// The lines of a literal block without their indentation, at the same line numbers as in the file.
fn block(text: &str, inlined: &At<super::config::Inlined>) -> Option<(String, usize)> {
    let lines: Vec<&str> = inlined.value.text.split('\n').collect();
    let first = lines.iter().position(|line| !line.trim().is_empty())?;
    let header = inlined.mark.line;
    // The parser's place of a block is its header or its first line, whichever it says: the text decides.
    let begins = (header..=header + 1).find(|line| {
        text.lines().nth(line - 1 + first).is_some_and(|line| line.trim_end_matches('\r').ends_with(lines[first]))
            && text
                .lines()
                .nth(line - 1 + first)
                .is_some_and(|line| line.trim_start().starts_with(lines[first].trim_start()))
    })?;
    let written = text.lines().nth(begins - 1 + first)?.trim_end_matches('\r');
    let indent = written.chars().count().checked_sub(lines[first].chars().count())?;
    Some(("\n".repeat(begins - 1) + &inlined.value.text, indent))
}

/// Moves columns by the indentation of a block.
fn shift(outcome: &mut Outcome, file: &str, indent: usize) {
    use crate::config::problem::Place;
    for problem in outcome.problems.iter_mut().chain(&mut outcome.warnings) {
        if let Place::File { path, column, .. } = &mut problem.place
            && path == file
        {
            *column += indent;
        }
    }
    for object in outcome.objects.iter_mut().filter(|object| object.file == file) {
        for (_, column) in object.places.values_mut() {
            *column += indent;
        }
    }
}
