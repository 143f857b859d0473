//! Weight and metrics over time: the screen's own state, what its keys do, and what it shows.
//!
//! Everything comes from [`super::history`]: what was not seen is not drawn. [`lines`] turns points and gaps into
//! stretches, [`events`] says what happened to the rollout.

pub mod events;
pub mod lines;
pub mod metrics;

use super::action::Action;
use super::effect::Effect;
use super::fleet::Row;
use super::history::weights::{Point, Seen};
use super::model::{ChartsPage, Mark, Scale, Series, SeriesKind, TimeChart, TimeMark};
use super::present::tick::Ticker;
use super::present::{Subject, next, standing, time, words};
use super::run::moment::Moment;
use super::screen::Screen;
use super::state::State;
use crate::argo::forecast::weight_words;
use crate::argo::picture::Phase;
use crate::argo::rollout::StrategyKind;
use crate::names::RolloutKey;
use jiff::{SignedDuration, Timestamp};
use lines::Span;

/// Charts that are given to a view: more than any terminal shows at once.
const MOST: usize = 8;
/// After so long only the present revision is shown, where its beginning was seen.
const LONG: SignedDuration = SignedDuration::from_hours(2);
/// The axis moves on at most so often.
const CALM: SignedDuration = SignedDuration::from_secs(5);

/// The screen, as far as it stands on the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartsView {
    /// Which rollout it belongs to.
    pub key: RolloutKey,
    /// Index of the first chart; `None`: where the screen begins by itself.
    pub scroll: Option<usize>,
}

impl ChartsView {
    /// As it opens.
    #[must_use]
    pub const fn new(key: RolloutKey) -> Self {
        Self { key, scroll: None }
    }
}

/// What it shows.
#[must_use]
pub fn page(state: &State, view: &ChartsView) -> ChartsPage {
    let Some(row) = state.fleet.get(&view.key) else { return missing(state) };
    let context = state.context(row, false);
    let ticker = Ticker::default();
    let moment = Moment::new(context.cluster_now, &ticker);
    let subject = Subject::new(&row.rollout, state.picture(row), &context);
    let (points, thinned) = seen(state, row, &subject);
    let metrics = metrics::of(state, row);
    let since = points.first().map_or(moment.now, |point| point.at);
    let earliest = metrics.iter().filter_map(metrics::Metric::begin).min();
    let mut from = earliest.map_or(since, |earliest| earliest.min(since));
    let mut notes = Vec::new();
    let revision = points.windows(2).rev().find(|pair| pair[0].seen.pod_hash != pair[1].seen.pod_hash);
    if let Some(begin) = revision.map(|pair| pair[1].at)
        && time::between(from, moment.now) > LONG
    {
        from = begin;
        notes.push(format!("only the present revision, since {}", moment.clock(begin)));
    }
    if let Some(at) = thinned.filter(|at| *at > from) {
        notes.push(format!("before {} some changes of the actual weight are left out", moment.clock(at)));
    }
    let last = points.last().map(|point| point.at).into_iter().chain(metrics.iter().filter_map(metrics::Metric::end));
    let mut to = moment.now.max(from);
    if let Some(last) = last.max().filter(|_| points.len() > 1 && is_settled(&subject))
        && let Some(end) = end_of_story(from, last).filter(|end| *end < to)
        && state.history.gaps.within(view.key.source, last, to).is_empty()
    {
        to = end;
        notes.push(format!("unchanged since {}", moment.clock(last)));
    }
    let span = Span { from, to };
    let gaps = state.history.gaps.within(view.key.source, from, span.to);
    if let Some(away) =
        gaps.iter().map(|(begin, end)| time::between(*begin, *end)).reduce(SignedDuration::saturating_add)
    {
        let count = words::count(i64::try_from(gaps.len()).unwrap_or(i64::MAX), "gap", "gaps");
        notes.push(format!("{count}, {} in all: not seen", time::long(away)));
    }
    let names: Vec<String> =
        std::iter::once("weight".to_owned()).chain(metrics.iter().map(|metric| metric.name.to_string())).collect();
    let first = view.scroll.unwrap_or(0).min(names.len() - 1);
    let charts = (first..names.len().min(first + MOST)).map(|index| match index.checked_sub(1) {
        None => weight(&points, &gaps, span, &subject),
        Some(metric) => metrics[metric].chart(span),
    });
    ChartsPage {
        since: since_words(since, earliest, &moment),
        notes,
        from,
        to: span.to,
        charts: charts.collect(),
        first,
        names,
        events: events::of(&points)
            .into_iter()
            .filter(|event| event.at >= from)
            .map(|event| TimeMark {
                at: span.seconds(event.at),
                clock: moment.clock(event.at),
                mark: event.mark,
                words: event.words,
            })
            .collect(),
        gaps: gaps.iter().map(|(begin, end)| (span.seconds(*begin), span.seconds(*end))).collect(),
        stale: moment.stale(&context),
    }
}

fn missing(state: &State) -> ChartsPage {
    ChartsPage {
        since: "the rollout is not there any more".to_owned(),
        notes: Vec::new(),
        from: state.now,
        to: state.now,
        charts: Vec::new(),
        names: Vec::new(),
        first: 0,
        events: Vec::new(),
        gaps: Vec::new(),
        stale: None,
    }
}

/// Nothing happens to it by itself any more.
fn is_settled(subject: &Subject<'_>) -> bool {
    subject.is_aborted() || subject.picture.phase == Phase::Healthy
}

/// Where the axis may end when nothing has changed since `last`: a long calm would push the story to the edge.
fn end_of_story(from: Timestamp, last: Timestamp) -> Option<Timestamp> {
    let told = time::between(from, last);
    last.checked_add((told / 4).max(SignedDuration::from_mins(1))).ok()
}

/// How the rollout looked over time: its track, or, where it has not moved, how it looks now.
fn seen(state: &State, row: &Row, subject: &Subject<'_>) -> (Vec<Point>, Option<Timestamp>) {
    if let Some(track) = state.history.weights.get(&row.key, &row.rollout.meta.uid) {
        return (track.points().to_vec(), track.thinned_before());
    }
    let skew = subject.context.cluster_now.duration_since(state.now);
    // A track that had to make room: what is known holds since the last change.
    let at = row.changed_at.unwrap_or(row.first_seen);
    let at = at.checked_add(skew).unwrap_or(at);
    (vec![Point { at, seen: Seen::of(subject) }], None)
}

fn since_words(since: Timestamp, earliest: Option<Timestamp>, moment: &Moment<'_>) -> String {
    let observed = format!("observed since {}", moment.clock(since));
    match earliest {
        Some(earliest) if earliest < since => {
            format!("{observed}; measurements since {}, as the controller kept them", moment.clock(earliest))
        }
        _ => observed,
    }
}

/// The chart of the weights.
fn weight(points: &[Point], gaps: &[(Timestamp, Timestamp)], span: Span, subject: &Subject<'_>) -> TimeChart {
    let mark = standing::mark(subject);
    let known = points.iter().filter_map(|point| point.seen.weights);
    let Some(max) = known.clone().map(|weights| weights.max).max().filter(|max| *max > 0) else {
        let empty = match subject.picture.strategy {
            StrategyKind::BlueGreen => "a blue-green rollout has no weights: its traffic switches at once",
            _ => "no weight is known",
        };
        return TimeChart {
            title: "weight of the new version".to_owned(),
            now: String::new(),
            mark,
            scale: None,
            series: Vec::new(),
            points: Vec::new(),
            empty: empty.to_owned(),
        };
    };
    let line = |kind: SeriesKind, value: &dyn Fn(&Seen) -> Option<i64>| {
        let values: Vec<(Timestamp, Option<f64>)> =
            points.iter().map(|point| (point.at, value(&point.seen).map(|value| value as f64))).collect();
        Series { kind, stretches: lines::steps(&values, gaps, span) }
    };
    let top = known.map(|weights| weights.set.max(weights.actual.unwrap_or(0))).max().unwrap_or(max).max(max);
    let now = points.last().and_then(|point| point.seen.weights).map_or_else(String::new, |weights| {
        let actual = weights.actual.map_or_else(|| "not known".to_owned(), |actual| weight_words(actual, weights.max));
        format!("set {} · actual {actual}", weight_words(weights.set, weights.max))
    });
    TimeChart {
        title: "weight of the new version".to_owned(),
        now,
        mark,
        scale: Some(Scale {
            min: 0.0,
            max: top as f64,
            limit: None,
            labels: vec![
                (max as f64, weight_words(max, max)),
                (0.0, weight_words(0, max)),
                (max as f64 / 2.0, weight_words(max / 2, max)),
            ],
        }),
        series: vec![
            line(SeriesKind::Set, &|seen| seen.weights.map(|weights| weights.set)),
            line(SeriesKind::Actual, &|seen| seen.weights.and_then(|weights| weights.actual)),
        ],
        points: Vec::new(),
        empty: String::new(),
    }
}

/// The `next` line: that of the rollout, with where its key works.
#[must_use]
pub fn next(state: &State, view: &ChartsView) -> String {
    let Some(row) = state.fleet.get(&view.key) else { return String::new() };
    let context = state.context(row, false);
    elsewhere(&next::line(&Subject::new(&row.rollout, state.picture(row), &context)), context.promote_key)
}

/// The sentence of a rollout's page where the key that promotes does not work.
fn elsewhere(sentence: &str, key: &str) -> String {
    match sentence.strip_prefix(key).and_then(|rest| rest.strip_prefix(": ")) {
        Some(does) => format!("it waits for a person; on the rollout's page {key}: {does}"),
        None => sentence.replace(&format!("; {key}: "), &format!("; on the rollout's page {key}: ")),
    }
}

/// When it looks different by time alone: the axis moves on by a cell.
#[must_use]
pub fn tick(state: &State, view: &ChartsView) -> Option<Timestamp> {
    let page = page(state, view);
    let row = state.fleet.get(&view.key)?;
    let skew = state.context(row, false).cluster_now.duration_since(state.now);
    // The axis has ended: nothing on it moves.
    if page.to.duration_since(state.now) < skew {
        return None;
    }
    let cells = i32::from(state.size.0.max(1));
    let cell = time::between(page.from, page.to) / cells;
    state.now.checked_add(cell.max(CALM)).ok()
}

/// Charts that it can be scrolled through.
#[must_use]
pub fn length(state: &State, view: &ChartsView) -> usize {
    state.fleet.get(&view.key).map_or(0, |row| 1 + metrics::of(state, row).len())
}

/// Carries out an action that only this screen has.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Screen::Charts(view) = state.screen() else { return Vec::new() };
    let (count, at) = (length(state, view), view.scroll.unwrap_or(0));
    if count < 2 {
        state.answer(Mark::Ok, "no metric was measured yet: the weight is the only chart");
        return Vec::new();
    }
    let next = match action {
        Action::NextMetric => (at + 1) % count,
        Action::PreviousMetric => (at.min(count - 1) + count - 1) % count,
        _ => return Vec::new(),
    };
    if let Some(Screen::Charts(view)) = state.screens.last_mut() {
        view.scroll = Some(next);
    }
    state.touch();
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_works_elsewhere_is_named_with_where() {
        let table = [
            ("p: 20 % → 60 %", "it waits for a person; on the rollout's page p: 20 % → 60 %"),
            (
                "in 3m by itself: 50 % → 80 %; p: at once",
                "in 3m by itself: 50 % → 80 %; on the rollout's page p: at once",
            ),
            ("nothing happens by itself", "nothing happens by itself"),
        ];
        for (sentence, words) in table {
            assert_eq!(elsewhere(sentence, "p"), words);
        }
    }
}
