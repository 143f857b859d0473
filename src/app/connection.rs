//! Connections: what a source tells about itself. Every change of state is one line in the log, not one per try; what
//! changed while a source was away is counted, not replayed.

use super::effect::Effect;
use super::fleet::Deriving;
use super::model::Mark;
use super::present::time;
use super::source::channel_name;
use super::state::State;
use crate::argo::feed::{Link, TroubleKind};
use crate::names::SourceId;
use jiff::{SignedDuration, Timestamp};

/// A clock that is off by more is worth a line.
const SKEW_WORTH_TELLING: SignedDuration = SignedDuration::from_secs(5);

/// The connection changed.
pub fn link(state: &mut State, id: SourceId, link: Link) -> Vec<Effect> {
    let now = state.now;
    let Some(source) = state.sources.get_mut(id) else { return Vec::new() };
    if source.link == link {
        return Vec::new();
    }
    let is_live = matches!(link, Link::Live);
    let before = std::mem::replace(&mut source.link, link);
    let was_live = matches!(before, Link::Live);
    let channel = channel_name(&state.setup, source.info.channel).to_owned();
    let cluster = source.info.cluster.to_string();
    match (&before, &source.link) {
        (Link::Retrying { trouble: old, .. }, Link::Retrying { trouble, .. }) if old.sentence == trouble.sentence => {}
        (_, Link::Retrying { trouble, .. }) => {
            let said = super::present::trouble::beside(&channel, &cluster, &trouble.sentence);
            let words = format!("{channel}: {said}");
            let unreachable = trouble.kind == TroubleKind::Unreachable;
            if source.away_since.is_none() {
                source.away_since = Some(source.heard.unwrap_or(now));
                source.changes_while_away = 0;
            }
            state.notes.log(now, Mark::Bad, words.clone());
            if !all_away(state) && was_live {
                // One that refuses does answer.
                let silent = format!("{channel} stopped answering ({cluster})");
                state.toast(Mark::Attention, if unreachable { silent } else { words });
            }
        }
        (_, Link::Live) => state.notes.log(now, Mark::Ok, format!("{channel}: {cluster} is live")),
        _ => {}
    }
    state.touch();
    let mut effects = Vec::new();
    if is_live {
        back(state, id);
        effects = super::deeds::ask_rights(state);
    }
    effects
}

/// Whether no source answers any more; said once.
fn all_away(state: &mut State) -> bool {
    let away = |link: &Link| matches!(link, Link::Retrying { trouble, .. } if trouble.kind == TroubleKind::Unreachable);
    // One that cannot be used at all never answered.
    let all = state.sources.iter().count() > 1
        && state.sources.iter().filter(|source| source.info.broken.is_none()).all(|source| away(&source.link));
    if all && !state.all_away {
        state.all_away = true;
        let clock = time::clock(state.now, state.now);
        state.say(Mark::Bad, format!("no cluster answers since {clock}: network or VPN?"));
    }
    all
}

fn back(state: &mut State, id: SourceId) {
    state.all_away = false;
    let now = state.now;
    let Some(source) = state.sources.get_mut(id) else { return };
    let Some(since) = source.away_since.take() else { return };
    let channel = channel_name(&state.setup, source.info.channel).to_owned();
    let changes = match source.changes_while_away {
        0 => "no changes".to_owned(),
        1 => "1 change".to_owned(),
        n => format!("{n} changes"),
    };
    state.say(Mark::Ok, format!("{channel} is back after {}, {changes}", time::long(time::between(since, now))));
}

/// The source was heard of.
pub fn heard(state: &mut State, id: SourceId, at: Timestamp) -> Vec<Effect> {
    let Some(source) = state.sources.get_mut(id) else { return Vec::new() };
    source.heard = source.heard.max(Some(at));
    let stale = source.stale(&state.setup, state.now).is_some();
    if let Some(source) = state.sources.get_mut(id)
        && source.was_stale != stale
    {
        source.was_stale = stale;
        state.touch();
    }
    Vec::new()
}

/// The cluster's clock differs from ours.
pub fn skew(state: &mut State, id: SourceId, skew: SignedDuration) -> Vec<Effect> {
    let now = state.now;
    let Some(source) = state.sources.get_mut(id) else { return Vec::new() };
    let before = std::mem::replace(&mut source.skew, skew);
    let moved = (skew - before).abs();
    if moved < SignedDuration::from_secs(1) {
        return Vec::new();
    }
    let worth = skew.abs() > SKEW_WORTH_TELLING && before.abs() <= SKEW_WORTH_TELLING;
    let channel = source.info.channel;
    let cluster = source.info.cluster.clone();
    let how =
        Deriving { now, cluster_now: source.cluster_time(now), service_of: &state.setup.settings.service_of, channel };
    state.fleet.derive_source(id, how);
    // The simulated cluster keeps its own time on purpose.
    if worth && !state.setup.demo {
        let direction = if skew.is_negative() { "behind" } else { "ahead" };
        let words = format!("the clock of {cluster} is {} {direction}; countdowns corrected", time::long(skew.abs()));
        state.say(Mark::Attention, words);
    }
    state.touch();
    Vec::new()
}

/// Something worth a line.
pub fn note(state: &mut State, id: SourceId, words: &str) -> Vec<Effect> {
    let channel = state.sources.get(id).map_or("", |source| channel_name(&state.setup, source.info.channel));
    let line = format!("{channel}: {words}");
    state.say(Mark::Attention, line);
    Vec::new()
}
