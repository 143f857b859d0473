//! The moment of a page: ages and countdowns by the cluster's clock, each told to whoever asks when it reads otherwise.

use crate::app::present::Context;
use crate::app::present::tick::Ticker;
use crate::app::present::time::{self, Style};
use jiff::Timestamp;

/// When a page is read.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// By the cluster's clock.
    pub now: Timestamp,
    ticker: &'a Ticker,
}

impl<'a> Moment<'a> {
    /// A moment whose texts are told to `ticker`.
    #[must_use]
    pub const fn new(now: Timestamp, ticker: &'a Ticker) -> Self {
        Self { now, ticker }
    }

    /// The age of `then`: `26m03s`.
    #[must_use]
    pub fn age(&self, then: Timestamp) -> String {
        self.ticker.age(then, self.now, Style::Long);
        time::long(time::between(then, self.now))
    }

    /// The same in one unit: `26m`.
    #[must_use]
    pub fn age_tight(&self, then: Timestamp) -> String {
        self.ticker.age(then, self.now, Style::Tight);
        time::tight(time::between(then, self.now))
    }

    /// `26m03s ago`, `now`.
    #[must_use]
    pub fn ago(&self, then: Timestamp) -> String {
        match self.age(then).as_str() {
            "now" => "now".to_owned(),
            age => format!("{age} ago"),
        }
    }

    /// The time left: `in 7s`, `due`.
    #[must_use]
    pub fn countdown(&self, until: Timestamp) -> String {
        self.ticker.countdown(until, self.now);
        time::countdown(until, self.now)
    }

    /// Age of the data when it is stale, in one unit.
    #[must_use]
    pub fn stale(&self, context: &Context<'_>) -> Option<String> {
        let age = context.stale?;
        self.ticker.span(age, Style::Tight);
        Some(time::tight(age))
    }

    /// A clock time in UTC.
    #[must_use]
    pub fn clock(&self, at: Timestamp) -> String {
        time::clock(at, self.now)
    }
}
