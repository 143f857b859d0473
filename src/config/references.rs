//! References inside a file: a name that points at another part of it (a channel, a protection, a Prometheus server)
//! has to be there.

use super::problem::{Problem, Source, suggest};
use std::collections::BTreeSet;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Checks that what is named is there.
#[must_use]
pub fn check(source: Source<'_>, file: &Spanned<DeTable<'_>>) -> Vec<Problem> {
    let file = file.get_ref();
    let channels = items(file, "release_channels");
    let known = Known {
        channels: channels.iter().filter_map(|channel| text(channel, "name")).map(|(name, _)| name).collect(),
        protections: keys(file, "protections"),
        prometheus: keys(file, "prometheus"),
    };
    let mut finder = Finder { source, known, problems: Vec::new() };
    if let Some(DeValue::Table(named)) = get(file, "protections").map(Spanned::get_ref) {
        for (_, protection) in named {
            finder.protection(protection.get_ref());
        }
    }
    for channel in channels {
        finder.channel(channel);
    }
    finder.problems
}

struct Known {
    channels: BTreeSet<String>,
    protections: BTreeSet<String>,
    prometheus: BTreeSet<String>,
}

struct Finder<'a> {
    source: Source<'a>,
    known: Known,
    problems: Vec<Problem>,
}

impl Finder<'_> {
    fn channel(&mut self, channel: &DeTable<'_>) {
        let own = text(channel, "name").map(|(name, _)| name).unwrap_or_default();
        for precondition in items(channel, "preconditions") {
            if let Some(DeValue::Table(stable)) = get(precondition, "release_channel_stable").map(Spanned::get_ref) {
                self.named(stable, "channel", "release channel", |known| &known.channels);
                if let Some((name, span)) = text(stable, "channel")
                    && name == own
                {
                    self.problems.push(Problem {
                        place: self.source.place(&span),
                        what: format!("release channel \"{own}\" waits for itself to be stable"),
                        hint: None,
                    });
                }
            }
        }
        self.runtimes(channel, &own);
        if let Some(DeValue::Array(protections)) = get(channel, "protections").map(Spanned::get_ref) {
            for protection in protections {
                match protection.get_ref() {
                    DeValue::String(name) if !self.known.protections.contains(name.as_ref()) => {
                        self.problems.push(Problem {
                            place: self.source.place(&protection.span()),
                            what: format!("there is no protection \"{name}\""),
                            hint: suggest(name, self.known.protections.iter().map(String::as_str))
                                .or_else(|| Some(format!("add [protections.{name}]"))),
                        });
                    }
                    other => self.protection(other),
                }
            }
        }
    }

    /// A service that is bound to one runtime of a channel names one that the channel has.
    fn runtimes(&mut self, channel: &DeTable<'_>, own: &str) {
        let mut runtimes = items(channel, "runtimes");
        if let Some(DeValue::Table(one)) = get(channel, "runtime").map(Spanned::get_ref) {
            runtimes.push(one);
        }
        let name = |runtime: &&DeTable<'_>| text(runtime, "name").or_else(|| text(runtime, "context"));
        let known: Vec<String> = runtimes.iter().filter_map(name).map(|(name, _)| name).collect();
        let Some(DeValue::Table(services)) = get(channel, "services").map(Spanned::get_ref) else { return };
        for (_, service) in services {
            let DeValue::Table(service) = service.get_ref() else { continue };
            if let Some((runtime, span)) = text(service, "runtime")
                && !known.contains(&runtime)
            {
                self.problems.push(Problem {
                    place: self.source.place(&span),
                    what: format!("release channel \"{own}\" has no runtime \"{runtime}\""),
                    hint: suggest(&runtime, known.iter().map(String::as_str)),
                });
            }
        }
    }

    fn protection(&mut self, protection: &DeValue<'_>) {
        let DeValue::Table(protection) = protection else { return };
        for kind in ["prometheus_alerts", "prometheus_query"] {
            if let Some(DeValue::Table(kind)) = get(protection, kind).map(Spanned::get_ref) {
                self.named(kind, "prometheus", "Prometheus server", |known| &known.prometheus);
            }
        }
        if let Some(DeValue::Table(kind)) = get(protection, "required_analysis").map(Spanned::get_ref) {
            self.named(kind, "channel", "release channel", |known| &known.channels);
        }
    }

    fn named(&mut self, table: &DeTable<'_>, key: &str, what: &str, of: impl Fn(&Known) -> &BTreeSet<String>) {
        let Some((name, span)) = text(table, key) else { return };
        let known = of(&self.known);
        if !known.contains(&name) {
            let hint = suggest(&name, known.iter().map(String::as_str));
            let place = self.source.place(&span);
            self.problems.push(Problem { place, what: format!("there is no {what} \"{name}\""), hint });
        }
    }
}

/// The value of a key.
pub(super) fn get<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Option<&'t Spanned<DeValue<'i>>> {
    table.iter().find(|(name, _)| name.get_ref().as_ref() == key).map(|(_, value)| value)
}

/// A text and its span.
pub(super) fn text(table: &DeTable<'_>, key: &str) -> Option<(String, std::ops::Range<usize>)> {
    let value = get(table, key)?;
    match value.get_ref() {
        DeValue::String(text) => Some((text.to_string(), value.span())),
        _ => None,
    }
}

/// The tables of a list.
pub(super) fn items<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Vec<&'t DeTable<'i>> {
    match get(table, key).map(Spanned::get_ref) {
        Some(DeValue::Array(items)) => items
            .iter()
            .filter_map(|item| match item.get_ref() {
                DeValue::Table(table) => Some(table),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The keys of a table.
pub(super) fn keys(table: &DeTable<'_>, key: &str) -> BTreeSet<String> {
    match get(table, key).map(Spanned::get_ref) {
        Some(DeValue::Table(entries)) => entries.keys().map(|name| name.get_ref().to_string()).collect(),
        _ => BTreeSet::new(),
    }
}
