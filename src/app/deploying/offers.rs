//! Offers: tags of an image that were seen running, in which channel, since when, and how they fare there. Nothing is
//! asked of a registry: what runs somewhere is known to start.

use super::cells::{self, Cell};
use super::values::tag_of;
use crate::app::fleet::Row;
use crate::app::model::Mark;
use crate::app::present::{Subject, standing, time};
use crate::app::source::channel_name;
use crate::app::state::State;
use crate::argo::meta::POD_HASH_LABEL;
use crate::argo::replicaset::ReplicaSet;
use crate::service::catalog::Service;
use crate::service::config::Takes;
use jiff::Timestamp;
use std::sync::Arc;

/// A tag that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The tag.
    pub tag: String,
    /// Where it was seen, and how it fares: `staging ✓ healthy 2h`. The first is the best.
    pub seen: Vec<(Mark, String)>,
}

/// The tags of a parameter, by the channels' order: what runs there first, then what ran.
#[must_use]
pub fn of(state: &State, service: &Service, parameter: &str) -> Vec<Offer> {
    let Some(Takes::Image { repository, .. }) = service.config.parameter(parameter).map(|definition| &definition.takes)
    else {
        return Vec::new();
    };
    let mut offers: Vec<Offer> = Vec::new();
    for at in 0..state.setup.settings.channels.len() {
        for source in state.sources.of_channel(at) {
            for row in cells::rows(state, service.name(), Cell { channel: at, source: source.info.id }) {
                for (tag, mark, words) in seen(state, row, &repository.value) {
                    match offers.iter_mut().find(|offer| offer.tag == tag) {
                        Some(offer) => offer.seen.push((mark, words)),
                        None => offers.push(Offer { tag, seen: vec![(mark, words)] }),
                    }
                }
            }
        }
    }
    offers
}

/// What a rollout runs and ran: tag, mark, words.
fn seen(state: &State, row: &Row, repository: &str) -> Vec<(String, Mark, String)> {
    let context = state.context(row, false);
    let subject = Subject::new(&row.rollout, &row.picture, &context);
    let channel = channel_name(&state.setup, row.channel);
    let there = context.cluster_now;
    let state_words = standing::state_words(&subject);
    let since = |at: Option<Timestamp>| at.map(|at| time::tight(time::between(at, there))).unwrap_or_default();
    let mut found = Vec::new();
    let mut put = |images: &mut dyn Iterator<Item = &Arc<str>>, mark: Mark, words: &str| {
        for tag in images.filter_map(|image| tag_of(image, repository)) {
            if !found.iter().any(|(known, ..): &(String, Mark, String)| *known == tag) {
                found.push((tag, mark, words.to_owned()));
            }
        }
    };
    if let Some(template) = &row.rollout.spec.template {
        let mark = standing::mark(&subject);
        let words = format!("{channel} {state_words} {}", since(standing::since(&subject)));
        put(&mut template.spec.containers.iter().map(|one| &one.image), mark, words.trim_end());
    }
    let sets = state.deploying.sets.get(&row.key).and_then(|sets| sets.as_ref().ok());
    let mut sets: Vec<&Arc<ReplicaSet>> = sets.into_iter().flatten().collect();
    sets.sort_by_key(|set| std::cmp::Reverse(set.meta.revision()));
    for set in sets {
        let stable = set.meta.labels.get(POD_HASH_LABEL).is_some_and(|hash| **hash == *row.rollout.status.stable_rs);
        let age = since(set.meta.created);
        let (mark, words) = if stable {
            (Mark::Ok, format!("{channel} stable {age}"))
        } else if set.status.replicas > 0 {
            (Mark::Busy, format!("{channel} revision {} {age}", set.meta.revision()))
        } else {
            (Mark::Absent, format!("{channel} ran it, revision {} {age} ago", set.meta.revision()))
        };
        put(&mut set.spec.template.spec.containers.iter().map(|one| &one.image), mark, words.trim_end());
    }
    found
}
