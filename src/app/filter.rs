//! The filter: `word` is part of a name, `~word` fuzzy, `l:key=value` a label, `ch:` a channel, `ns:` a namespace, `cl:`
//! a cluster, `is:` a state, `img:` part of an image; `!` before any of them says *not*. A blank is *and*. Letters count
//! without their case.

use super::drift;
use super::fleet::{Fleet, Row};
use super::present::standing::Urgency;
use crate::argo::picture::{Phase, Waits};
use crate::argo::rollout::StrategyKind;
use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// The words after `is:`.
const STATES: &[&str] = &[
    "paused",
    "degraded",
    "aborted",
    "progressing",
    "healthy",
    "unknown",
    "waiting",
    "timed",
    "analysis",
    "invalid",
    "updating",
    "drift",
    "attention",
    "stale",
    "canary",
    "bluegreen",
];

/// A filter as typed, and read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq)]
enum Term {
    Word(String),
    Not(Box<Self>),
    Fuzzy(Atom),
    Label { key: String, value: Option<String> },
    Channel(String),
    Namespace(String),
    Cluster(String),
    Image(String),
    Is(Vec<String>),
}

/// What of a rollout the filter looks at, besides its row.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// Name of its channel.
    pub channel: &'a str,
    /// Name of its cluster.
    pub cluster: &'a str,
    /// Its source is stale.
    pub stale: bool,
    /// The others, to compare with.
    pub fleet: &'a Fleet,
}

impl Filter {
    /// Reads a text. While it is being typed a word may be incomplete: what cannot be read yet is left out and named.
    #[must_use]
    pub fn read(text: &str) -> (Self, Option<String>) {
        let mut wrong = None;
        let mut terms = Vec::new();
        for word in text.split_whitespace() {
            match term(word) {
                Ok(Some(term)) => terms.push(term),
                Ok(None) => {}
                Err(why) => wrong = wrong.or(Some(why)),
            }
        }
        (Self { text: text.trim().to_owned(), terms }, wrong)
    }

    /// As typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Lets everything pass.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a rollout passes all terms.
    #[must_use]
    pub fn passes(&self, row: &Row, around: Around<'_>) -> bool {
        self.terms.iter().all(|term| term.holds(row, around))
    }
}

fn term(word: &str) -> Result<Option<Term>, String> {
    let lower = word.to_lowercase();
    let rest = |prefix: &str| lower.strip_prefix(prefix).map(str::to_owned);
    if let Some(not) = word.strip_prefix('!') {
        return Ok(if not.is_empty() { None } else { term(not)?.map(|term| Term::Not(Box::new(term))) });
    }
    if let Some(fuzzy) = word.strip_prefix('~') {
        let atom = Atom::new(fuzzy, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy, false);
        return Ok((!fuzzy.is_empty()).then_some(Term::Fuzzy(atom)));
    }
    // Label keys and values keep their case: Kubernetes compares them exactly.
    if let Some(label) = word.strip_prefix("l:") {
        let (key, value) = label.split_once('=').map_or((label, None), |(key, value)| (key, Some(value.to_owned())));
        return Ok((!key.is_empty()).then(|| Term::Label { key: key.to_owned(), value }));
    }
    if let Some(channel) = rest("ch:") {
        return Ok((!channel.is_empty()).then_some(Term::Channel(channel)));
    }
    if let Some(namespace) = rest("ns:") {
        return Ok((!namespace.is_empty()).then_some(Term::Namespace(namespace)));
    }
    if let Some(cluster) = rest("cl:") {
        return Ok((!cluster.is_empty()).then_some(Term::Cluster(cluster)));
    }
    if let Some(image) = rest("img:") {
        return Ok((!image.is_empty()).then_some(Term::Image(image)));
    }
    if let Some(states) = rest("is:") {
        let words: Vec<String> = states.split(',').filter(|state| !state.is_empty()).map(str::to_owned).collect();
        if let Some(unknown) = words.iter().find(|word| !STATES.contains(&word.as_str())) {
            return Err(format!("filter: `is:{unknown}` is no state; known are {}", STATES.join(", ")));
        }
        return Ok((!words.is_empty()).then_some(Term::Is(words)));
    }
    Ok(Some(Term::Word(lower)))
}

impl Term {
    fn holds(&self, row: &Row, around: Around<'_>) -> bool {
        match self {
            Self::Word(word) => named(row, around, word),
            Self::Not(term) => !term.holds(row, around),
            Self::Fuzzy(atom) => {
                let mut matcher = Matcher::new(Config::DEFAULT);
                let mut buffer = Vec::new();
                [&*row.service, &*row.key.name]
                    .iter()
                    .any(|name| atom.score(Utf32Str::new(name, &mut buffer), &mut matcher).is_some())
            }
            Self::Label { key, value } => match (row.rollout.meta.labels.get(key.as_str()), value) {
                (Some(found), Some(value)) => **found == **value,
                (Some(_), None) => true,
                (None, _) => false,
            },
            Self::Channel(channel) => contains(around.channel, channel),
            Self::Namespace(namespace) => contains(row.key.namespace.as_str(), namespace),
            Self::Cluster(cluster) => contains(around.cluster, cluster),
            Self::Image(image) => row.picture.images.iter().any(|tagged| contains(&tagged.image, image)),
            Self::Is(states) => states.iter().any(|state| is(row, around, state)),
        }
    }
}

fn named(row: &Row, around: Around<'_>, word: &str) -> bool {
    [&*row.service, &*row.key.name, row.key.namespace.as_str(), around.cluster].iter().any(|name| contains(name, word))
}

fn contains(text: &str, lower: &str) -> bool {
    // Names of Kubernetes are lower case already: with every letter ten thousand are looked at, none is copied.
    let is_lower = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower { text.contains(lower) } else { text.to_lowercase().contains(lower) || text.contains(lower) }
}

fn is(row: &Row, around: Around<'_>, state: &str) -> bool {
    match state {
        "paused" => row.picture.phase == Phase::Paused,
        "degraded" => row.picture.phase == Phase::Degraded,
        "aborted" => row.rollout.status.abort,
        "progressing" => row.picture.phase == Phase::Progressing,
        "healthy" => row.picture.phase == Phase::Healthy,
        "waiting" => matches!(row.picture.waits, Waits::Person { .. }),
        "attention" => row.urgency <= Urgency::Person,
        "stale" => around.stale,
        "unknown" => matches!(row.picture.phase, Phase::Other(_)),
        "timed" => matches!(row.picture.waits, Waits::Timer { .. }),
        "analysis" => row.picture.waits == Waits::Analysis,
        "invalid" => row.picture.message.starts_with("InvalidSpec"),
        "updating" => row.rollout.unreadable.is_none() && !row.rollout.fully_promoted(),
        "drift" => drift::of(around.fleet, row),
        "canary" => row.picture.strategy == StrategyKind::Canary,
        "bluegreen" => row.picture.strategy == StrategyKind::BlueGreen,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::{paused, row};

    fn passes(text: &str) -> bool {
        let (filter, wrong) = Filter::read(text);
        assert_eq!(wrong, None);
        let row = row(paused("checkout", 1));
        let fleet = Fleet::default();
        filter.passes(&row, Around { channel: "production", cluster: "prod-eu", stale: true, fleet: &fleet })
    }

    #[test]
    fn every_term_of_the_grammar_decides() {
        for (text, expected) in [
            ("", true),
            ("check", true),
            ("CHECK", true),
            ("web", false),
            ("!web", true),
            ("!check", false),
            ("~ckt", true),
            ("~ckz", false),
            ("l:app=checkout", true),
            ("l:app", true),
            ("l:app=web", false),
            ("l:none", false),
            ("ch:prod", true),
            ("ch:test", false),
            ("img:blue", true),
            ("img:pink", false),
            ("is:paused", true),
            ("is:degraded,paused", true),
            ("is:healthy", false),
            ("is:stale", true),
            ("is:attention", true),
            ("is:updating,unknown", true),
            ("is:drift", false),
            ("is:bluegreen", false),
            ("is:canary", true),
            ("ns:shop", true),
            ("ns:other", false),
            ("cl:prod", true),
            ("!cl:prod", false),
            ("!is:healthy !ch:test !l:none", true),
            ("!is:paused", false),
            ("!~ckt", false),
            ("prod-eu", true),
            ("check is:paused", true),
            ("check is:healthy", false),
            ("! ~ l: ch: is: img:", true),
        ] {
            assert_eq!(passes(text), expected, "{text}");
        }
    }

    #[test]
    fn an_unknown_state_is_named_with_the_known_ones() {
        let (_, wrong) = Filter::read("is:pausd");
        assert!(wrong.is_some_and(|why| why.contains("`is:pausd`") && why.contains("paused")));
    }
}
