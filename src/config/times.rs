//! Allowed times: when a protection of a release channel lets something happen, by windows of the week and by freezes.
//! Pure: whoever asks brings the time. What cannot be read is refused when the file is loaded ([`check`]); what cannot be
//! read all the same (this machine knows no time zones) says so and is never taken for open.

pub mod check;

use super::settings::Moment;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use toml::{Table, Value};

const DAY: i32 = 24 * 60;

/// The allowed times of one protection.
#[derive(Clone, Debug, PartialEq)]
pub struct AllowedTimes {
    /// The protection's name; empty where it stands in the channel itself.
    pub name: String,
    /// When it is looked at; empty: always.
    pub moments: Vec<Moment>,
    rule: Result<Rule, String>,
}

/// How a moment lies to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is allowed.
    Open,
    /// It is not: why, in words.
    Closed(String),
    /// The configuration cannot be read: why.
    Unknown(String),
}

#[derive(Clone, Debug, PartialEq)]
struct Rule {
    windows: Vec<Window>,
    freezes: Vec<Freeze>,
}

#[derive(Clone, Debug, PartialEq)]
struct Window {
    /// From Monday.
    days: [bool; 7],
    /// Minutes of the day on which it begins; an end beyond midnight is on the next day.
    spans: Vec<(i32, i32)>,
    zone: TimeZone,
    words: String,
}

#[derive(Clone, Debug, PartialEq)]
struct Freeze {
    from: Timestamp,
    to: Timestamp,
    zone: TimeZone,
    reason: String,
}

impl AllowedTimes {
    /// How a moment lies to them. A freeze wins over every window.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Standing {
        let rule = match &self.rule {
            Err(why) => return Standing::Unknown(why.clone()),
            Ok(rule) => rule,
        };
        if let Some(freeze) = rule.freezes.iter().find(|freeze| freeze.from <= now && now < freeze.to) {
            let until = freeze.to.to_zoned(freeze.zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string();
            let why = if freeze.reason.is_empty() { String::new() } else { format!(": {}", freeze.reason) };
            return Standing::Closed(format!("freeze until {until}{why}"));
        }
        if rule.windows.iter().any(|window| window.holds(now)) {
            return Standing::Open;
        }
        let windows: Vec<&str> = rule.windows.iter().map(|window| window.words.as_str()).collect();
        Standing::Closed(format!("outside of its times ({})", windows.join("; ")))
    }
}

impl Window {
    fn holds(&self, now: Timestamp) -> bool {
        let local = now.to_zoned(self.zone.clone());
        let minute = i32::from(local.hour()) * 60 + i32::from(local.minute());
        let day = usize::from(local.weekday().to_monday_zero_offset().unsigned_abs());
        let before = (day + 6) % 7;
        self.spans.iter().any(|(from, to)| {
            (self.days[day] && (*from..*to).contains(&minute))
                || (self.days[before] && (*from..*to).contains(&(minute + DAY)))
        })
    }
}

/// The allowed times of a channel of a checked file, by its place in the file.
#[must_use]
pub fn of_channel(file: &Table, index: usize) -> Vec<AllowedTimes> {
    let channel = file.get("release_channels").and_then(|channels| channels.get(index));
    let protections = channel.and_then(|channel| channel.get("protections")).and_then(Value::as_array);
    let named = |name: &str| file.get("protections").and_then(|all| all.get(name));
    let one = |protection: &Value| match protection {
        Value::String(name) => of_protection(name, named(name)?),
        inline => of_protection("", inline),
    };
    protections.into_iter().flatten().filter_map(one).collect()
}

fn of_protection(name: &str, protection: &Value) -> Option<AllowedTimes> {
    let times = protection.get("allowed_times")?;
    let moments = protection.get("lifecycle").and_then(Value::as_array).into_iter().flatten();
    let moments = moments.filter_map(|moment| Moment::of_word(moment.as_str()?)).collect();
    Some(AllowedTimes { name: name.to_owned(), moments, rule: rule(times) })
}

fn text<'a>(table: &'a Value, key: &str) -> Option<&'a str> {
    table.get(key).and_then(Value::as_str)
}

fn rule(times: &Value) -> Result<Rule, String> {
    let zone = zone(text(times, "tz").unwrap_or("UTC"))?;
    let list = |key: &str| times.get(key).and_then(Value::as_array).into_iter().flatten();
    Ok(Rule {
        windows: list("windows").map(|one| window(one, &zone)).collect::<Result<_, _>>()?,
        freezes: list("freezes").map(|one| freeze(one, &zone)).collect::<Result<_, _>>()?,
    })
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("there is no time zone \"{name}\""))
}

fn window(window: &Value, usual: &TimeZone) -> Result<Window, String> {
    let zone = text(window, "tz").map_or_else(|| Ok(usual.clone()), zone)?;
    let named = zone.iana_name().unwrap_or("UTC");
    let days = text(window, "days").map_or(Ok([true; 7]), days)?;
    let spans = match (text(window, "hours"), text(window, "from"), text(window, "to")) {
        (Some(hours), None, None) => hours.split(',').map(|one| hour_span(one.trim())).collect::<Result<_, _>>()?,
        (None, None, None) => vec![(0, DAY)],
        (None, from, to) => {
            let from = from.map_or(Ok(0), clock)?;
            let to = to.map_or(Ok(DAY), clock)?;
            vec![(from, if to > from { to } else { to + DAY })]
        }
        (Some(_), ..) => return Err("a window has hours, or from and to, not both".to_owned()),
    };
    let parts = ["days", "hours", "from", "to"].into_iter().filter_map(|key| {
        let text = text(window, key)?;
        Some(if key == "to" { format!("to {text}") } else { text.to_owned() })
    });
    let words = parts.chain([named.to_owned()]).collect::<Vec<_>>().join(" ");
    Ok(Window { days, spans, zone, words })
}

/// `9-16`: whole hours, both of them included; `9`: one of them.
fn hour_span(text: &str) -> Result<(i32, i32), String> {
    let hour = |text: &str| match text.trim().parse::<i32>() {
        Ok(hour @ 0..=23) => Ok(hour),
        _ => Err(format!("\"{text}\" is no hour from 0 to 23")),
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (hour(first)?, hour(last)?);
    let end = (last + 1) * 60;
    Ok((first * 60, if last < first { end + DAY } else { end }))
}

/// `09:00`, in minutes.
fn clock(text: &str) -> Result<i32, String> {
    let parts = text.split_once(':').and_then(|(h, m)| Some((h.parse::<i32>().ok()?, m.parse::<i32>().ok()?)));
    match parts {
        Some((hour @ 0..=23, minute @ 0..=59)) => Ok(hour * 60 + minute),
        Some((24, 0)) => Ok(DAY),
        _ => Err(format!("\"{text}\" is no time of day such as 09:00")),
    }
}

/// `mon-thu`, `fri`, `weekdays`, `fri-mon`, lists of them.
fn days(text: &str) -> Result<[bool; 7], String> {
    let mut days = [false; 7];
    for part in text.split(',').map(str::trim) {
        let (first, last) = match part.to_lowercase().as_str() {
            "weekdays" => (0, 4),
            "weekends" => (5, 6),
            word => match word.split_once('-') {
                Some((first, last)) => (day(first)?, day(last)?),
                None => (day(word)?, day(word)?),
            },
        };
        let mut at = first;
        loop {
            days[at] = true;
            if at == last {
                break;
            }
            at = (at + 1) % 7;
        }
    }
    Ok(days)
}

fn day(word: &str) -> Result<usize, String> {
    let word = word.trim();
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let found = names.iter().position(|name| *name == word || (word.len() == 3 && name.starts_with(word)));
    found.ok_or_else(|| format!("\"{word}\" is no day such as mon or monday"))
}

fn freeze(freeze: &Value, zone: &TimeZone) -> Result<Freeze, String> {
    let place = |key: &str| text(freeze, key).unwrap_or_default();
    Ok(Freeze {
        from: instant(place("from"), zone, false)?,
        to: instant(place("to"), zone, true)?,
        zone: zone.clone(),
        reason: place("reason").to_owned(),
    })
}

/// `2026-12-20`, `2026-12-20T18:00`, with an offset or in the zone. A day as an end is meant to its end.
fn instant(text: &str, zone: &TimeZone, end: bool) -> Result<Timestamp, String> {
    let wrong = || format!("\"{text}\" is no time such as 2026-12-20 or 2026-12-20T18:00");
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let local = match text.parse::<Date>() {
        // A time of day is not taken for a date.
        Ok(date) if !text.contains(['T', ':']) => {
            let date = if end { date.checked_add(1.day()).map_err(|_| wrong())? } else { date };
            date.to_datetime(jiff::civil::Time::midnight())
        }
        _ => text.parse::<DateTime>().map_err(|_| wrong())?,
    };
    local.to_zoned(zone.clone()).map(|zoned| zoned.timestamp()).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(toml: &str) -> AllowedTimes {
        let file: Table =
            format!("[[release_channels]]\nprotections = [\"p\"]\n[protections.p]\nallowed_times = {toml}")
                .parse()
                .unwrap();
        of_channel(&file, 0).remove(0)
    }

    #[track_caller]
    fn opens(toml: &str, at: &str, open: bool) {
        let standing = times(toml).at(at.parse().unwrap());
        assert_eq!(standing == Standing::Open, open, "{toml} at {at}: {standing:?}");
    }

    #[test]
    fn windows_hold_by_the_wall_clock_of_their_zone() {
        let berlin = r#"{ windows = [{ days = "mon-thu", hours = "9-16" }, { days = "fri", from = "09:00", to = "12:30" }], tz = "Europe/Berlin" }"#;
        // 2026-11-25 is a Wednesday; Berlin is one hour ahead then, and two in summer.
        opens(berlin, "2026-11-25T08:00:00Z", true);
        opens(berlin, "2026-11-25T07:59:59Z", false);
        opens(berlin, "2026-11-25T15:59:59Z", true);
        opens(berlin, "2026-11-25T16:00:00Z", false);
        opens(berlin, "2026-07-01T07:00:00Z", true);
        opens(berlin, "2026-11-27T11:29:59Z", true);
        opens(berlin, "2026-11-27T11:30:00Z", false);
        opens(berlin, "2026-11-28T10:00:00Z", false);
    }

    #[test]
    fn a_window_over_midnight_belongs_to_the_day_it_begins_on() {
        let night = r#"{ windows = [{ days = "fri", from = "22:00", to = "02:00" }] }"#;
        opens(night, "2026-11-27T22:00:00Z", true);
        opens(night, "2026-11-28T01:59:59Z", true);
        opens(night, "2026-11-28T02:00:00Z", false);
        opens(night, "2026-11-27T01:00:00Z", false);
        opens(r#"{ windows = [{ days = "sun", hours = "23-1" }] }"#, "2026-11-30T01:30:00Z", true);
    }

    #[test]
    fn days_wrap_around_and_have_short_names() {
        for (days, open) in
            [("fri-mon", true), ("weekends", true), ("weekdays", false), ("Saturday, tue", true), ("tue-fri", false)]
        {
            opens(&format!("{{ windows = [{{ days = \"{days}\" }}] }}"), "2026-11-28T10:00:00Z", open);
        }
    }

    #[test]
    fn a_freeze_wins_and_says_until_when_and_why() {
        let frozen = r#"{ windows = [{}], freezes = [{ from = "2026-12-20", to = "2026-12-26", reason = "holidays" }], tz = "Europe/Berlin" }"#;
        opens(frozen, "2026-12-19T22:59:59Z", true);
        let Standing::Closed(why) = times(frozen).at("2026-12-26T22:00:00Z".parse().unwrap()) else { panic!() };
        assert_eq!(why, "freeze until 2026-12-27 00:00 CET: holidays");
        opens(frozen, "2026-12-26T23:00:00Z", true);
    }

    #[test]
    fn what_cannot_be_read_is_unknown_and_never_open() {
        for (toml, part) in [
            (r#"{ windows = [{ days = "mo" }] }"#, "is no day"),
            (r#"{ windows = [{ hours = "9-24" }] }"#, "is no hour"),
            (r#"{ windows = [{ from = "9" }] }"#, "is no time of day"),
            (r#"{ windows = [{ hours = "9", from = "09:00" }] }"#, "not both"),
            (r#"{ windows = [{}], tz = "Europe/Berln" }"#, "there is no time zone \"Europe/Berln\""),
            (r#"{ windows = [{}], freezes = [{ from = "soon", to = "later" }] }"#, "is no time such as"),
        ] {
            let standing = times(toml).at(Timestamp::UNIX_EPOCH);
            assert!(matches!(&standing, Standing::Unknown(why) if why.contains(part)), "{toml}: {standing:?}");
        }
    }
}
