//! Values: what stands in the fields of a form, where each value comes from, and what is wrong with it. The rules are
//! those of `service`; here is decided what counts as running now.

use super::Form;
use super::cells::{self, Cell};
use super::line::Line;
use crate::app::model::Mark;
use crate::app::state::State;
use crate::deploy::records::PARAMS;
use crate::service::catalog::Service;
use crate::service::config::{Definition, Takes};
use crate::service::parameter;
use crate::service::settle::{Cell as Place, Given, settle};
use std::collections::BTreeMap;

/// Where a value comes from that was read off what runs, not off the record of a deploy.
pub const RUNS: &str = "runs now";
/// Where a value comes from that an earlier deploy recorded.
pub const LAST: &str = "last deployed";
/// Where a value comes from that was typed.
pub const TYPED: &str = "typed here";

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// The parameter.
    pub name: String,
    /// What stands in it.
    pub text: String,
    /// The cursor, in characters.
    pub cursor: usize,
    /// Where it comes from: a file and line, what runs, what was typed.
    pub origin: String,
    /// What stood there before anything was typed.
    pub before: String,
    /// It was typed over.
    pub typed: bool,
    /// It differs from what runs or was deployed last.
    pub differs: bool,
    /// What is wrong with it, or to be known.
    pub remark: Option<(Mark, String)>,
    /// For people.
    pub description: String,
    /// It takes a reference to a Secret, and no secret.
    pub secret: bool,
    /// It has a list of values that were seen.
    pub has_list: bool,
    /// What stands in the other channels that are marked, where it is another value.
    pub elsewhere: String,
}

/// What was deployed last in a cell, by parameter; and which of the values were read off what runs.
#[must_use]
pub fn last(state: &State, service: &Service, cell: Cell) -> (BTreeMap<String, String>, bool) {
    let rows = cells::rows(state, service.name(), cell);
    let Some(row) = rows.first() else { return (BTreeMap::new(), false) };
    let recorded = row.rollout.meta.annotations.get(PARAMS);
    let recorded: Option<BTreeMap<String, String>> = recorded.and_then(|text| serde_json::from_str(text).ok());
    if let Some(recorded) = recorded {
        // A value that the parameter takes no longer is not carried along.
        let fits = |definition: &Definition, text: &str| {
            parameter::fill(definition, &state.setup.settings.services.registries, text, "").is_ok()
        };
        let kept = recorded
            .into_iter()
            .filter(|(name, text)| service.config.parameter(name).is_some_and(|definition| fits(definition, text)));
        return (kept.collect(), false);
    }
    let mut found = BTreeMap::new();
    let template = row.rollout.spec.template.as_ref();
    let containers = template.map(|template| &template.spec.containers);
    let mut images = 0;
    for definition in &service.config.parameters {
        match &definition.takes {
            Takes::Image { repository, .. } => {
                images += 1;
                let of_image = containers.into_iter().flatten().find_map(|it| tag_of(&it.image, &repository.value));
                if let Some(tag) = of_image.filter(|tag| parameter::is_tag(tag)) {
                    found.insert(definition.name.value.clone(), tag);
                }
            }
            Takes::Int { .. } if is_replicas(definition) => {
                found.insert(definition.name.value.clone(), row.rollout.spec.desired().to_string());
            }
            _ => {}
        }
    }
    if images > 1 {
        // Two images of one repository cannot be told apart.
        found.retain(|name, _| service.config.parameter(name).is_some_and(is_replicas));
    }
    (found, true)
}

/// The number of pods: declared to be, or called so.
fn is_replicas(definition: &Definition) -> bool {
    definition.is_replicas() || definition.name.value == "replicas"
}

/// The tag of an image, if it is of this repository, whatever registry it is from.
#[must_use]
pub fn tag_of(image: &str, repository: &str) -> Option<String> {
    let name = image.split_once('@').map_or(image, |(name, _)| name);
    let (path, tag) = name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))?;
    let wanted = repository.trim_start_matches('/');
    let same = path == wanted || path.strip_suffix(wanted).is_some_and(|before| before.ends_with('/'));
    same.then(|| tag.to_owned())
}

/// What a cell is given from outside of the files: what was deployed last, and what was typed.
#[must_use]
pub fn given(state: &State, form: &Form, cell: Cell) -> Given {
    let Some(service) = cells::service(state, form) else { return Given::default() };
    let explicit = shown(state, form, service, cell)
        .into_iter()
        .filter(|value| value.typed)
        .map(|value| (value.name, value.text))
        .collect();
    Given { last: last(state, service, cell).0, explicit, explicit_origin: TYPED.to_owned(), ..Given::default() }
}

/// The fields of a form: the values of the first cluster that is marked, and where others differ from it.
#[must_use]
pub fn of(state: &State, form: &Form) -> Vec<Value> {
    let Some(service) = cells::service(state, form) else { return Vec::new() };
    let marked = cells::marked(state, form);
    let anywhere = || {
        cells::channels(state, service).into_iter().find_map(|at| {
            let source = state.sources.of_channel(at).next()?;
            Some(Cell { channel: at, source: source.info.id })
        })
    };
    let Some(first) = marked.first().copied().or_else(anywhere) else { return Vec::new() };
    let mut values = shown(state, form, service, first);
    for cell in marked.iter().skip(1) {
        for (value, other) in values.iter_mut().zip(shown(state, form, service, *cell)) {
            if other.text != value.text && !value.typed {
                let words = format!("{} {}", cells::words(state, *cell), other.text);
                value.elsewhere =
                    if value.elsewhere.is_empty() { words } else { format!("{} · {words}", value.elsewhere) };
            }
            if value.remark.is_none() {
                value.remark =
                    other.remark.map(|(mark, words)| (mark, format!("{}: {words}", cells::words(state, *cell))));
            }
        }
    }
    values
}

/// The fields for one cell.
fn shown(state: &State, form: &Form, service: &Service, cell: Cell) -> Vec<Value> {
    let settings = &state.setup.settings;
    let Some((channel, runtime)) = cells::runtime(state, cell) else { return Vec::new() };
    let (last, running) = last(state, service, cell);
    let base = Given { last: last.clone(), stand_ins: true, ..Given::default() };
    let settled = settle(service, settings, Place { channel, runtime }, &base);
    let lines = cells::draft(state, form).map(|draft| &draft.lines);
    let mut values = Vec::new();
    for definition in &service.config.parameters {
        let name = &definition.name.value;
        let found = settled.as_ref().ok().and_then(|settled| settled.parameters.iter().find(|one| one.name == *name));
        let made_up = found.is_none_or(|found| found.origin == "a value made up for this check");
        let before = found.filter(|_| !made_up).map(|found| found.value.clone()).unwrap_or_default();
        let origin = match found.filter(|_| !made_up) {
            Some(found) if running && found.origin == LAST => RUNS.to_owned(),
            Some(found) => found.origin.clone(),
            None => String::new(),
        };
        let line = lines.and_then(|lines| lines.get(name)).cloned().unwrap_or_else(|| Line::new(&before));
        let typed = line.text() != before;
        let remark = remark(state, definition, line.text(), made_up && line.text().is_empty(), last.get(name));
        values.push(Value {
            name: name.clone(),
            text: line.text().to_owned(),
            cursor: line.cursor(),
            origin: if typed { TYPED.to_owned() } else { origin },
            before,
            typed,
            differs: last.get(name).is_some_and(|last| last != line.text()),
            remark,
            description: definition.description.clone(),
            secret: matches!(definition.takes, Takes::Secret),
            has_list: matches!(definition.takes, Takes::Image { .. }),
            elsewhere: String::new(),
        });
    }
    values
}

/// What is wrong with a value, by the rules of `service`; else what a person should know of it.
fn remark(
    state: &State,
    definition: &Definition,
    text: &str,
    missing: bool,
    last: Option<&String>,
) -> Option<(Mark, String)> {
    if missing && !definition.has_value() {
        return Some((Mark::Bad, format!("needed: {}", definition.words())));
    }
    if let Err(wrong) = parameter::fill(definition, &state.setup.settings.services.registries, text, TYPED) {
        let hint = wrong.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        return Some((Mark::Bad, format!("{}{hint}", wrong.what)));
    }
    if is_replicas(definition) {
        let number: i64 = text.parse().ok()?;
        if number == 0 {
            return Some((Mark::Attention, "scales to nothing: no pod is left".to_owned()));
        }
        let before: i64 = last?.parse().ok()?;
        if before > 0 && number > before.saturating_mul(10) {
            return Some((Mark::Attention, format!("more than ten times the {before} that run now")));
        }
    }
    None
}

/// What is wrong with the values of the marked cells, beyond what stands under a field: errors of the configuration, and
/// names that there is no parameter for.
#[must_use]
pub fn errors(state: &State, form: &Form) -> Vec<String> {
    let Some(service) = cells::service(state, form) else { return Vec::new() };
    let mut told: Vec<String> = Vec::new();
    for cell in cells::marked(state, form) {
        let Some((channel, runtime)) = cells::runtime(state, cell) else { continue };
        let base = Given { last: last(state, service, cell).0, stand_ins: true, ..Given::default() };
        if let Err(findings) = settle(service, &state.setup.settings, Place { channel, runtime }, &base) {
            told.extend(findings.into_iter().map(|found| found.problem.to_string()));
        }
    }
    told.dedup();
    told
}
