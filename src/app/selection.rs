//! The selection: which rollout, channel and source the keys speak of, on whatever screen is shown.

use super::action::Place;
use super::fleet::Row;
use super::list::{Item, LineKey, in_line};
use super::present::Context;
use super::screen::Screen;
use super::source::{Source, channel_name};
use super::state::State;
use crate::argo::picture::Picture;
use crate::config::settings::Confirm;
use crate::names::{RolloutKey, SourceId};

/// The rollouts under the cursor.
#[derive(Clone, Debug)]
pub enum Selected<'a> {
    /// None.
    Nothing,
    /// This one.
    One(&'a Row),
    /// A cell with several, most urgent first: nothing may be done to "it".
    Several(Vec<&'a Row>),
}

impl State {
    /// The topmost screen with objects: what lies below help or the log.
    fn objects(&self) -> &Screen {
        let objects = self.screens.iter().rev().find(|screen| !matches!(screen.place(), Place::Text | Place::Audit));
        objects.unwrap_or_else(|| self.screen())
    }

    /// What is selected.
    #[must_use]
    pub fn selected(&self) -> Selected<'_> {
        let one = |key: &RolloutKey| self.fleet.get(key).map_or(Selected::Nothing, Selected::One);
        let objects = self.objects();
        if let Some(key) = objects.key() {
            return one(key);
        }
        match objects {
            Screen::Board(_) | Screen::Matrix => match self.list().cursor() {
                None => Selected::Nothing,
                Some(Item::Row(key)) => one(key),
                Some(Item::Line(line)) => {
                    let mut rows = self.cell(line, self.matrix.column);
                    match rows.len() {
                        0 => Selected::Nothing,
                        1 => Selected::One(rows.remove(0)),
                        _ => Selected::Several(rows),
                    }
                }
            },
            _ => Selected::Nothing,
        }
    }

    /// The rollout under the cursor, if it is exactly one.
    #[must_use]
    pub fn selected_row(&self) -> Option<&Row> {
        match self.selected() {
            Selected::One(row) => Some(row),
            Selected::Nothing | Selected::Several(_) => None,
        }
    }

    /// The rollouts of a line in a channel, most urgent first.
    #[must_use]
    pub(super) fn cell(&self, line: &LineKey, channel: usize) -> Vec<&Row> {
        let mut rows: Vec<&Row> =
            self.fleet.of_service(&line.service).filter(|row| row.channel == channel && in_line(line, row)).collect();
        if rows.len() > 1 {
            rows.sort_by(|a, b| (a.urgency, &a.key).cmp(&(b.urgency, &b.key)));
        }
        rows
    }

    /// The channel that the keys speak of.
    #[must_use]
    pub fn selected_channel(&self) -> usize {
        let objects = self.objects();
        if let Some(key) = objects.key() {
            return self.sources.channel(key.source);
        }
        match objects {
            Screen::Board(channel) => *channel,
            _ => self.matrix.column,
        }
    }

    /// The source that `L`, `R` and `E` speak of: the selected rollout's, else one of the channel, those in trouble
    /// first.
    #[must_use]
    pub fn selected_source(&self) -> Option<&Source> {
        if let Some(row) = self.selected_row() {
            return self.sources.get(row.key.source);
        }
        let channel = self.selected_channel();
        let broken = |source: &&Source| source.trouble().is_some() || source.info.broken.is_some();
        self.sources.of_channel(channel).find(broken).or_else(|| self.sources.of_channel(channel).next())
    }

    /// The number of the source that `L`, `R` and `E` speak of.
    #[must_use]
    pub(super) fn selected_source_id(&self) -> Option<SourceId> {
        self.selected_source().map(|source| source.info.id)
    }

    /// What the words about a rollout need and the object does not tell.
    #[must_use]
    pub(super) fn context<'a>(&'a self, row: &'a Row, drift: bool) -> Context<'a> {
        let source = self.sources.get(row.key.source);
        Context {
            now: self.now,
            cluster_now: source.map_or(self.now, |source| source.cluster_time(self.now)),
            stale: source.and_then(|source| source.stale(&self.setup, self.now)),
            heard: source.and_then(|source| source.heard).map(|at| super::present::time::between(at, self.now)),
            changed: row.flashes(self.now),
            drift,
            promoting: self.writes.blocking(&row.key, self.now).is_some_and(super::request::Write::promotes),
            channel: channel_name(&self.setup, row.channel),
            cluster: source.map_or("", |source| source.info.cluster.as_str()),
            service: &row.service,
            protected: self.confirm(row.channel) == Confirm::TypeName,
            promote_key: "p",
        }
    }

    /// The picture of a rollout, with its children where they are watched.
    #[must_use]
    pub(super) fn picture<'a>(&'a self, row: &'a Row) -> &'a Picture {
        self.detail.as_ref().filter(|detail| detail.key == row.key).map_or(&row.picture, |detail| &detail.picture)
    }

    /// How a write in a channel is confirmed.
    #[must_use]
    pub(super) fn confirm(&self, channel: usize) -> Confirm {
        self.setup.settings.channels.get(channel).map_or(Confirm::Deny, |channel| channel.confirm)
    }
}
