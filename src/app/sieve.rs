//! The sieve: what passes the filter and *attention only*, with what they need to know around a row.

use super::filter::{Around, Filter};
use super::fleet::{Fleet, Row};
use super::source::{Sources, channel_name};
use super::state::Setup;

/// Decides which rows a list holds.
#[derive(Clone, Copy, Debug)]
pub struct Sieve<'a> {
    /// The filter.
    pub filter: &'a Filter,
    /// Only what needs a person.
    pub attention_only: bool,
    /// All rollouts, to compare with.
    pub fleet: &'a Fleet,
    /// Names of channels.
    pub setup: &'a Setup,
    /// Names and state of sources.
    pub sources: &'a Sources,
}

impl Sieve<'_> {
    /// Whether a row is shown.
    #[must_use]
    pub fn passes(&self, row: &Row) -> bool {
        if self.attention_only && !row.needs_person() {
            return false;
        }
        if self.filter.is_empty() {
            return true;
        }
        let source = self.sources.get(row.key.source);
        let around = Around {
            channel: channel_name(self.setup, row.channel),
            cluster: source.map_or("", |source| source.info.cluster.as_str()),
            stale: source.is_some_and(|source| source.was_stale),
            fleet: self.fleet,
        };
        self.filter.passes(row, around)
    }
}
