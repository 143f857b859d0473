//! The order of a list: who stands first, as `o` chooses it. The name decides between equals, always.

use super::fleet::Row;
use super::present::standing;
use super::present::{Context, Subject};
use crate::argo::rollout::StrategyKind;
use jiff::Timestamp;

/// Orders, in the order in which `o` goes through them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sorting {
    /// Who needs a person first.
    #[default]
    Attention,
    /// By name alone.
    Name,
    /// Longest in its present state first; what is healthy comes after all that is not.
    Longest,
    /// Whose state changed last first.
    Newest,
    /// Least weight on the new version first; what is not being updated comes last.
    Weight,
    /// By namespace, then by name.
    Namespace,
}

impl Sorting {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Attention, Self::Name, Self::Longest, Self::Newest, Self::Weight, Self::Namespace];

    /// The word for people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Attention => "attention",
            Self::Name => "name",
            Self::Longest => "longest",
            Self::Newest => "newest",
            Self::Weight => "weight",
            Self::Namespace => "namespace",
        }
    }

    /// What it does, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Attention => "what needs a person first",
            Self::Name => "by name",
            Self::Longest => "longest in its state first, healthy ones last",
            Self::Newest => "whose state changed last first",
            Self::Weight => "least weight on the new version first",
            Self::Namespace => "by namespace",
        }
    }

    /// The next one.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|order| *order == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }

    /// Where a rollout stands: less is further up. Of a row with several rollouts the least counts.
    #[must_use]
    pub fn rank(self, row: &Row) -> Rank {
        match self {
            Self::Attention => Rank::Number(row.urgency as i64),
            Self::Name => Rank::Number(0),
            Self::Longest => {
                let healthy = i64::from(row.urgency == standing::Urgency::Healthy) << 40;
                // What is not known is no long time.
                Rank::Number(since(row).map_or(1 << 39, Timestamp::as_second).saturating_add(healthy))
            }
            Self::Newest => Rank::Number(since(row).map_or(i64::MAX, |at| -at.as_second())),
            Self::Weight => Rank::Number(weight(row)),
            Self::Namespace => Rank::Text(row.key.namespace.as_str().into()),
        }
    }
}

/// A place in an order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// By a number.
    Number(i64),
    /// By a text.
    Text(std::sync::Arc<str>),
}

/// Since when it stands as it does, in the cluster's time.
fn since(row: &Row) -> Option<Timestamp> {
    standing::since(&Subject::new(&row.rollout, &row.picture, &Context::nowhere(row.first_seen)))
}

/// Parts in a million of the weight that the new version has; the greatest number outside an update of a canary.
fn weight(row: &Row) -> i64 {
    let updating = !row.rollout.fully_promoted() && row.picture.strategy == StrategyKind::Canary;
    match row.picture.weights.filter(|_| updating) {
        Some(weights) => {
            let share = i128::from(weights.actual.unwrap_or(weights.set)) * 1_000_000 / i128::from(weights.max.max(1));
            i64::try_from(share).unwrap_or(i64::MAX - 1)
        }
        None => i64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::{aborted, healthy, moving, paused, row};

    #[test]
    fn every_order_is_reached_and_the_first_comes_again() {
        let mut order = Sorting::default();
        for expected in Sorting::ALL {
            assert_eq!(order, expected);
            order = order.next();
        }
        assert_eq!(order, Sorting::default());
    }

    #[test]
    fn orders_put_first_what_they_say() {
        let rows = [row(healthy("a", 1)), row(moving("b", 1)), row(paused("c", 1)), row(aborted("d", 1))];
        let sorted = |order: Sorting| {
            let mut names: Vec<&Row> = rows.iter().collect();
            names.sort_by_key(|row| (order.rank(row), row.service.clone()));
            names.iter().map(|row| row.service.to_string()).collect::<String>()
        };
        assert_eq!(sorted(Sorting::Attention), "dcba");
        assert_eq!(sorted(Sorting::Name), "abcd");
        assert_eq!(sorted(Sorting::Namespace), "abcd");
        // Of the healthy and the moving one nothing tells since when.
        assert_eq!(sorted(Sorting::Longest), "cdba");
        assert_eq!(sorted(Sorting::Newest), "cdab");
        assert!(sorted(Sorting::Weight).ends_with('a'));
    }
}
