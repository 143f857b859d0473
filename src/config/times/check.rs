//! Check: whether the allowed times of a file can be read, told where they stand, before anything relies on them.

use super::{clock, day, days, hour_span, instant, zone};
use crate::config::problem::{Problem, Source, near};
use crate::config::references::{get, items, text};
use jiff::tz::TimeZone;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What of the allowed times of a file cannot be read.
#[must_use]
pub fn check(source: Source<'_>, file: &Spanned<DeTable<'_>>) -> Vec<Problem> {
    let file = file.get_ref();
    let mut checker = Checker { source, problems: Vec::new() };
    if let Some(DeValue::Table(named)) = get(file, "protections").map(Spanned::get_ref) {
        for (_, protection) in named {
            checker.protection(protection.get_ref());
        }
    }
    for channel in items(file, "release_channels") {
        if let Some(DeValue::Array(protections)) = get(channel, "protections").map(Spanned::get_ref) {
            for protection in protections {
                checker.protection(protection.get_ref());
            }
        }
    }
    checker.problems
}

struct Checker<'a> {
    source: Source<'a>,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn report(&mut self, span: &Range<usize>, what: String, hint: impl Into<String>) {
        self.problems.push(Problem { place: self.source.place(span), what, hint: Some(hint.into()) });
    }

    fn protection(&mut self, protection: &DeValue<'_>) {
        let DeValue::Table(protection) = protection else { return };
        let Some(DeValue::Table(times)) = get(protection, "allowed_times").map(Spanned::get_ref) else { return };
        let usual = self.zone(times);
        for window in items(times, "windows") {
            let _ = self.zone(window);
            self.window(window);
        }
        for freeze in items(times, "freezes") {
            self.freeze(freeze, &usual);
        }
    }

    /// The zone that is named; UTC where none is, or none can be read.
    fn zone(&mut self, table: &DeTable<'_>) -> TimeZone {
        let Some((name, span)) = text(table, "tz") else { return TimeZone::UTC };
        match zone(&name) {
            Ok(zone) => zone,
            Err(why) => {
                let known: Vec<String> = jiff::tz::db().available().map(|known| known.to_string()).collect();
                // Where the machine knows no zones the file is not to blame: it is said where the times are asked for.
                if !known.is_empty() {
                    let hint = near(&name, known.iter().map(String::as_str)).map_or_else(
                        || "it is an IANA name such as \"Europe/Berlin\"".to_owned(),
                        |meant| format!("did you mean \"{meant}\"?"),
                    );
                    self.report(&span, format!("tz: {why}"), hint);
                }
                TimeZone::UTC
            }
        }
    }

    fn window(&mut self, window: &DeTable<'_>) {
        if let Some((written, span)) = text(window, "days")
            && let Err(why) = days(&written)
        {
            self.report(&span, format!("days: {why}"), meant_day(&written));
        }
        let hours = text(window, "hours");
        if let Some((written, span)) = &hours {
            for why in written.split(',').filter_map(|one| hour_span(one.trim()).err()) {
                self.report(
                    span,
                    format!("hours: {why}"),
                    "whole hours, the last one included: \"9-16\", \"9-11,13-16\"",
                );
            }
        }
        let mut exact = false;
        for key in ["from", "to"] {
            let Some((written, span)) = text(window, key) else { continue };
            exact = true;
            if let Err(why) = clock(&written) {
                self.report(&span, format!("{key}: {why}"), "hours and minutes, from 00:00 to 24:00");
            }
        }
        if let Some((_, span)) = hours.filter(|_| exact) {
            let hint = "leave out hours, or from and to";
            self.report(&span, "a window has hours, or from and to, not both".to_owned(), hint);
        }
    }

    fn freeze(&mut self, freeze: &DeTable<'_>, zone: &TimeZone) {
        let mut ends = Vec::new();
        for (key, end) in [("from", false), ("to", true)] {
            let Some((written, span)) = text(freeze, key) else { continue };
            match instant(&written, zone, end) {
                Ok(at) => ends.push((at, span)),
                Err(why) => {
                    let hint = "a day, or a day and a time with or without an offset: \"2026-12-20T18:00+01:00\"";
                    self.report(&span, format!("{key}: {why}"), hint);
                }
            }
        }
        if let [(from, _), (to, span)] = &ends[..]
            && to <= from
        {
            self.report(span, "the freeze ends before it begins".to_owned(), "from is the earlier of the two");
        }
    }
}

/// The day that was meant by the first word that is none.
fn meant_day(written: &str) -> String {
    let lower = written.to_lowercase();
    let words = lower.split([',', '-']).map(str::trim);
    let wrong = words.into_iter().find(|word| !matches!(*word, "weekdays" | "weekends") && day(word).is_err());
    let known = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekdays", "weekends"];
    wrong.and_then(|word| near(word, known)).map_or_else(
        || "it is like \"mon-thu\", \"fri\", \"sat,sun\" or \"weekdays\"".to_owned(),
        |meant| format!("did you mean \"{meant}\"?"),
    )
}
