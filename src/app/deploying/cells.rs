//! Cells: a service in one cluster of a channel. Each has its own plan and its own verdict.

use super::{Draft, Form};
use crate::app::availability::{place_allows_source, writable_at};
use crate::app::fleet::Row;
use crate::app::source::channel_name;
use crate::app::state::State;
use crate::argo::feed::Right;
use crate::config::settings::{Channel, Runtime};
use crate::names::{Namespace, SourceId};
use crate::service::catalog::Service;
use crate::service::settle;

/// A cluster of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// Index of the channel.
    pub channel: usize,
    /// Its source.
    pub source: SourceId,
}

/// The service of a form.
#[must_use]
pub fn service<'a>(state: &'a State, form: &Form) -> Option<&'a Service> {
    named(state, form.service.as_deref()?)
}

/// A service by its name; one whose files have errors too.
#[must_use]
pub fn named<'a>(state: &'a State, name: &str) -> Option<&'a Service> {
    let stock = state.deploying.stock.as_ref()?;
    stock.catalog.services.iter().find(|service| service.name() == name)
}

/// What was typed for the service of a form.
#[must_use]
pub fn draft<'a>(state: &'a State, form: &Form) -> Option<&'a Draft> {
    state.deploying.drafts.get(form.service.as_deref()?)
}

/// The channels that a service is deployed to, by index.
#[must_use]
pub fn channels(state: &State, service: &Service) -> Vec<usize> {
    let settings = &state.setup.settings;
    let all = settings.channels.iter().enumerate();
    all.filter(|(_, channel)| !settle::runtimes(service, &settings.services, channel).is_empty())
        .map(|(at, _)| at)
        .collect()
}

/// The clusters of the channels that are marked in a form.
#[must_use]
pub fn marked(state: &State, form: &Form) -> Vec<Cell> {
    let (Some(service), Some(draft)) = (service(state, form), draft(state, form)) else { return Vec::new() };
    let settings = &state.setup.settings;
    let mut cells = Vec::new();
    for at in &draft.channels {
        let Some(channel) = settings.channels.get(*at) else { continue };
        let runtimes = settle::runtimes(service, &settings.services, channel);
        let sources = state.sources.of_channel(*at).map(|source| &source.info);
        let deployed = sources.filter(|info| runtimes.iter().any(|runtime| runtime.name == info.cluster));
        cells.extend(deployed.map(|info| Cell { channel: *at, source: info.id }));
    }
    cells
}

/// The channels of a form in a few words, where they are several: `test + staging`, `3 channels`.
#[must_use]
pub fn several(state: &State, form: &Form) -> Option<String> {
    let channels = &draft(state, form)?.channels;
    let names: Vec<&str> = channels.iter().map(|at| channel_name(&state.setup, *at)).collect();
    match names.len() {
        0 | 1 => None,
        2 => Some(names.join(" + ")),
        count => Some(format!("{count} channels")),
    }
}

/// The channel and the runtime of a cell.
#[must_use]
pub fn runtime(state: &State, cell: Cell) -> Option<(&Channel, &Runtime)> {
    let channel = state.setup.settings.channels.get(cell.channel)?;
    let cluster = &state.sources.get(cell.source)?.info.cluster;
    Some((channel, channel.runtimes.iter().find(|runtime| runtime.name == *cluster)?))
}

/// The Rollouts of a service in a cell, as they are watched.
#[must_use]
pub fn rows<'a>(state: &'a State, service: &str, cell: Cell) -> Vec<&'a Row> {
    let Some(stock) = &state.deploying.stock else { return Vec::new() };
    let names: Vec<&str> = stock.rollouts_of(service, channel_name(&state.setup, cell.channel)).collect();
    let home = runtime(state, cell).and_then(|(_, runtime)| runtime.namespace.as_ref());
    let mut found: Vec<&Row> = state
        .fleet
        .rows()
        .filter(|row| row.key.source == cell.source && names.contains(&&*row.key.name))
        .filter(|row| home.is_none_or(|home| row.key.namespace == *home))
        .collect();
    found.sort_by(|a, b| a.key.cmp(&b.key));
    found
}

/// The cell in words: its channel, with the cluster where the channel has several.
#[must_use]
pub fn words(state: &State, cell: Cell) -> String {
    let channel = channel_name(&state.setup, cell.channel);
    let several = state.sources.of_channel(cell.channel).count() > 1;
    match state.sources.get(cell.source).filter(|_| several) {
        Some(source) => format!("{channel} · {}", source.info.cluster),
        None => channel.to_owned(),
    }
}

/// Why nothing may be deployed to a cell; `None`: it may, as far as is known.
#[must_use]
pub fn off(state: &State, service: &str, cell: Cell) -> Option<String> {
    if let Err(why) = place_allows_source(state, cell.channel, cell.source) {
        return Some(why);
    }
    if state.deploying.flights.iter().any(|flight| flight.cell == cell && flight.service == service && flight.is_open())
    {
        return Some(format!("a deploy of {service} to {} is on its way", words(state, cell)));
    }
    for row in rows(state, service, cell) {
        if let Err(why) = crate::app::availability::nothing_under_way(state, row) {
            return Some(why);
        }
    }
    let namespaces = namespaces(state, service, cell);
    namespaces
        .iter()
        .find_map(|namespace| writable_at(state, cell.source, namespace, &[Right::PatchRollouts]).err())
        .filter(|why| !why.starts_with("asking "))
}

/// The namespaces whose rights decide: those of the Rollouts that are there, else the one of the configuration.
#[must_use]
pub fn namespaces(state: &State, service: &str, cell: Cell) -> Vec<Namespace> {
    let rows: Vec<Namespace> = rows(state, service, cell).into_iter().map(|row| row.key.namespace.clone()).collect();
    if rows.is_empty() {
        runtime(state, cell).and_then(|(_, runtime)| runtime.namespace.clone()).into_iter().collect()
    } else {
        rows
    }
}
