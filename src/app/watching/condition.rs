//! Conditions: what has to hold before an armed promote is sent. Written as people say it: `healthy 5m`, `ok 3`.

use crate::argo::picture::Picture;
use crate::config::duration;
use jiff::SignedDuration;
use std::time::Duration;

/// Longer is a mistake.
const LONGEST: Duration = Duration::from_hours(24);
/// More measurements are a mistake.
const MOST: i64 = 1_000;

/// A condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// All pods available, and nothing measured against it, for this long without a break.
    Healthy(SignedDuration),
    /// At least so many successful measurements in the analysis runs of this update that are current.
    Successful(i64),
}

/// What is offered before anything is typed.
pub const OFFERED: &[Condition] = &[
    Condition::Healthy(SignedDuration::from_mins(5)),
    Condition::Healthy(SignedDuration::from_mins(15)),
    Condition::Successful(3),
    Condition::Successful(10),
];

impl Condition {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong, with an example.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut words =
            text.split_whitespace().filter(|word| !matches!(*word, "for" | "when" | ">=" | "≥" | "analysis"));
        match (words.next(), words.next(), words.next()) {
            (Some("healthy"), Some(long), None) => {
                let long = duration::parse(long)?;
                if long.is_zero() || long > LONGEST {
                    return Err("a time from 1s to 24h, such as healthy 5m".to_owned());
                }
                let long = SignedDuration::try_from(long).map_err(|why| why.to_string())?;
                Ok(Self::Healthy(long))
            }
            (Some("ok" | "successful"), Some(count), None) => match count.parse() {
                Ok(count @ 1..=MOST) => Ok(Self::Successful(count)),
                _ => Err(format!("a number from 1 to {MOST}, such as ok 3")),
            },
            _ => {
                Err("write healthy 5m (pods available for so long) or ok 3 (so many successful measurements)"
                    .to_owned())
            }
        }
    }

    /// In words, after "when": `healthy for 5m`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Healthy(long) => format!("healthy for {}", long_words(*long)),
            Self::Successful(1) => "1 measurement is successful".to_owned(),
            Self::Successful(count) => format!("{count} measurements are successful"),
        }
    }

    /// What it means, for who chooses it.
    #[must_use]
    pub const fn meaning(&self) -> &'static str {
        match self {
            Self::Healthy(_) => "all pods available, nothing measured against it",
            Self::Successful(_) => "in the analysis runs of this update",
        }
    }
}

/// `5m`, `1h30m`.
fn long_words(long: SignedDuration) -> String {
    duration::text(Duration::try_from(long).unwrap_or_default())
}

/// What the current analysis runs have measured so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Successful.
    pub successful: i64,
    /// Failed, inconclusive, or with an error.
    pub against: i64,
    /// Analysis runs that are current.
    pub runs: usize,
}

impl Measured {
    /// From the picture of a rollout with its children; runs that are not current are of an earlier step or update.
    #[must_use]
    pub fn of(picture: &Picture) -> Self {
        let runs = picture.revisions.iter().flat_map(|revision| &revision.analysis_runs);
        let runs: Vec<_> = runs.filter(|run| run.current).collect();
        let mut measured = Self { runs: runs.len(), ..Self::default() };
        for metric in runs.iter().flat_map(|run| &run.metrics).filter(|metric| !metric.dry_run) {
            measured.successful += metric.successful;
            measured.against += metric.failed + metric.inconclusive + metric.error;
        }
        measured
    }
}

/// All pods that are wanted are there and available.
#[must_use]
pub fn is_healthy(picture: &Picture) -> bool {
    let replicas = picture.replicas;
    replicas.desired > 0 && replicas.available >= replicas.desired && replicas.ready >= replicas.desired
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_as_people_say_them() {
        let minutes = |n| Condition::Healthy(SignedDuration::from_mins(n));
        for (text, condition) in [
            ("healthy 5m", minutes(5)),
            ("healthy for 1h30m", minutes(90)),
            ("when healthy for 5m", minutes(5)),
            ("ok 3", Condition::Successful(3)),
            ("analysis successful >= 10", Condition::Successful(10)),
        ] {
            assert_eq!(Condition::read(text), Ok(condition), "{text}");
        }
    }

    #[test]
    fn what_is_no_condition_is_said_with_an_example() {
        for text in
            ["", "healthy", "healthy 5", "healthy 0s", "healthy 25h", "ok", "ok 0", "ok x", "now", "ok 3 please"]
        {
            let why = Condition::read(text).unwrap_err();
            assert!(why.contains("5m") || why.contains("ok 3"), "{text}: {why}");
        }
    }
}
