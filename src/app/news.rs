//! News from the edge of the cluster: connections, watch events, answers. A watch event that changes nothing that is
//! shown marks nothing dirty.

use super::effect::Effect;
use super::fleet::{Change, ChangeKind, Deriving, Row};
use super::model::{HappenedLine, Mark, Verdict};
use super::overlay::{Item, Overlay};
use super::present::{Subject, page};
use super::screen::Screen;
use super::source::channel_name;
use super::state::State;
use super::{connection, deeds, deploying, document, history, logs, request, watching};
use crate::argo::deed::plan::Facts;
use crate::argo::feed::{Answer, Delta, DetailId, News, Order, RequestId, TroubleKind};
use crate::argo::rollout::Rollout;
use crate::names::{RolloutKey, SourceId};

/// Takes one piece of news.
pub fn take(state: &mut State, news: News) -> Vec<Effect> {
    match news {
        News::Link(source, link) => connection::link(state, source, link),
        News::Heard(source, at) => connection::heard(state, source, at),
        News::Skew(source, skew) => connection::skew(state, source, skew),
        News::Note(source, words) => connection::note(state, source, &words),
        News::Rollouts(source, delta) => rollouts(state, source, delta),
        News::ReplicaSets(id, _)
        | News::Pods(id, _)
        | News::AnalysisRuns(id, _)
        | News::Experiments(id, _)
        | News::Events(id, _)
        | News::Workload(id, _)
        | News::Scalers(id, _)
        | News::Budgets(id, _)
        | News::DetailTrouble(id, ..) => children(state, id, news),
        News::Logs(id, news) => logs::take(state, id, news),
        News::Object(id, answer) => document::take(state, id, answer),
        News::Access(source, namespace, access) => {
            state.access.answered(source, namespace, access, state.now);
            state.touch();
            Vec::new()
        }
        News::Answer(id, answer) => answered(state, id, answer),
    }
}

fn rollouts(state: &mut State, source: SourceId, delta: Delta<Rollout>) -> Vec<Effect> {
    // A cluster is said to be heard of by itself; a recording is not.
    let mut effects = if state.setup.replay { connection::heard(state, source, state.now) } else { Vec::new() };
    let Some(known) = state.sources.get(source) else { return effects };
    let how = Deriving {
        now: state.now,
        cluster_now: known.cluster_time(state.now),
        service_of: &state.setup.settings.service_of,
        channel: known.info.channel,
    };
    let listed = known.listed;
    let whole = matches!(delta, Delta::Reset(_));
    let changes = state.fleet.apply(source, delta, how);
    if whole && let Some(source) = state.sources.get_mut(source) {
        // An empty list is news too: "nothing there" replaces "not known".
        state.dirty |= !source.listed || source.doubtful;
        source.listed = true;
        source.doubtful = false;
    }
    history::look_at_sources(state);
    // Many at once (a first list, a page of it): sorting once is cheaper than finding so many places.
    let bulk = changes.iter().filter(|change| !matches!(change.kind, ChangeKind::Changed { .. })).count() > 64;
    for change in &changes {
        effects.extend(take_change(state, change, bulk, listed));
        effects.extend(deploying::news::observe(state, &change.key));
    }
    if bulk {
        state.rebuild_lists();
    }
    if !changes.is_empty() {
        state.aim();
        effects.extend(deeds::ask_rights(state));
    }
    effects
}

fn take_change(state: &mut State, change: &Change, bulk: bool, listed: bool) -> Option<Effect> {
    let key = &change.key;
    match &change.kind {
        ChangeKind::Added => {
            let (lists, fleet, sieve) = state.lists();
            if let Some(row) = fleet.get(key).filter(|_| !bulk) {
                for list in lists {
                    list.add(row, fleet, &sieve);
                }
            }
            state.dirty = true;
            if listed {
                happened(state, key, None);
            }
        }
        ChangeKind::Removed { before } => {
            let (lists, fleet, sieve) = state.lists();
            if !bulk {
                for list in lists {
                    list.remove(before, fleet, &sieve);
                }
            }
            state.dirty = true;
            state.writes.gone(key, state.now);
            state.marks.remove(key);
            match &mut state.overlay {
                Some(Overlay::Confirm(dialog)) if dialog.key == *key => dialog.gone(state.now),
                Some(Overlay::Bulk(bulk)) => bulk.items.iter_mut().filter(|item| item.key == *key).for_each(Item::gone),
                _ => {}
            }
            happened_words(state, before, "deleted".to_owned());
        }
        ChangeKind::Changed { before, looks_different } => return changed(state, key, before, *looks_different),
    }
    None
}

fn changed(state: &mut State, key: &RolloutKey, before: &Row, looks_different: bool) -> Option<Effect> {
    let now = state.now;
    let row = state.fleet.get(key)?;
    let rollout = row.rollout.clone();
    if looks_different {
        let moves = state.moves(before, row);
        let sifted = state.attention_only || !state.filter.is_empty();
        let renamed = row.service != before.service;
        let seen = state.list().shows(row) || row.needs_person() || before.needs_person();
        state.matrix.unsorted |= moves || sifted;
        state.board.unsorted |= moves || sifted;
        state.dirty |= seen;
        if renamed {
            state.rebuild_lists();
        }
        match state.sources.get_mut(key.source) {
            // When it happened is not known: it is counted, not told.
            Some(source) if source.away_since.is_some() => source.changes_while_away += 1,
            _ => happened(state, key, Some(before)),
        }
    }
    // What is open or selected shows more of the object than a list does.
    state.dirty |= state.selected_row().is_some_and(|row| row.key == *key);
    let settled = observe(state, key, &rollout);
    if let Some(detail) = &mut state.detail
        && detail.key == *key
    {
        let cluster_now = state.sources.get(key.source).map_or(now, |source| source.cluster_time(now));
        detail.derive(&rollout, cluster_now);
        state.dirty = true;
    }
    history::observe(state, key, Some(before));
    settled.map(|verdict| settle(state, verdict))
}

/// What became of our writes on a rollout, and whether an open dialog still speaks of what is there. Gives the verdict
/// of a write that is settled now.
fn observe(state: &mut State, key: &RolloutKey, rollout: &Rollout) -> Option<Verdict> {
    let now = state.now;
    let children = state.detail.as_ref().filter(|detail| detail.key == *key).map(super::detail::Detail::children);
    let cluster_now = state.sources.get(key.source).map_or(now, |source| source.cluster_time(now));
    let facts = Facts { rollout, children: children.unwrap_or_default(), now: cluster_now };
    let observed = state.writes.observe(key, facts, now);
    state.dirty |= !observed.is_empty();
    match &mut state.overlay {
        Some(Overlay::Confirm(dialog)) if dialog.key == *key => {
            dialog.observe(facts, now);
            state.dirty = true;
        }
        Some(Overlay::Bulk(bulk)) => {
            for item in bulk.items.iter_mut().filter(|item| item.key == *key) {
                state.dirty |= item.observe(facts);
            }
        }
        Some(Overlay::Form(form)) => state.dirty |= form.key == *key,
        _ => {}
    }
    observed.into_iter().rev().find(|observed| observed.settled).map(|observed| observed.verdict)
}

fn settle(state: &mut State, verdict: Verdict) -> Effect {
    state.notes.log(state.now, verdict.mark, verdict.words.clone());
    Effect::Log(verdict.words)
}

/// Writes down what a person would want to have seen: a phase, a step, a version, an abort.
fn happened(state: &mut State, key: &RolloutKey, before: Option<&Row>) {
    let Some(row) = state.fleet.get(key) else { return };
    let telling = before.is_none_or(|before| {
        let (old, new) = (&before.rollout.status, &row.rollout.status);
        before.picture.phase != row.picture.phase
            || before.picture.step != row.picture.step
            || old.current_pod_hash != new.current_pod_hash
            || old.abort != new.abort
    });
    if telling {
        let context = state.context(row, false);
        let words = page::headline(&Subject::new(&row.rollout, &row.picture, &context));
        let row = row.clone();
        happened_words(state, &row, words);
    }
}

fn happened_words(state: &mut State, row: &Row, words: String) {
    let channel = channel_name(&state.setup, row.channel).to_owned();
    state.notes.happened(HappenedLine { at: state.now, channel, service: row.service.to_string(), words });
}

/// What belongs to the opened rollout changed.
fn children(state: &mut State, id: DetailId, news: News) -> Vec<Effect> {
    let now = state.now;
    if watching::when::take(state, id, &news) {
        return Vec::new();
    }
    if let Some(detail) = state.detail.as_mut().filter(|detail| detail.id == id)
        && let Some(row) = state.fleet.get(&detail.key)
    {
        let cluster_now = state.sources.get(detail.key.source).map_or(now, |source| source.cluster_time(now));
        let note = detail.note();
        // Of ReplicaSets and pods the rollout's page shows what the picture says; the closer looks show more of them.
        let in_picture = matches!(news, News::ReplicaSets(..) | News::Pods(..));
        let page = matches!(state.screens.last(), Some(Screen::Rollout(_)));
        let different = detail.take(news);
        let derived = different && detail.derive(&row.rollout, cluster_now);
        state.dirty |= derived || (different && !(in_picture && page)) || detail.note() != note;
        let (key, rollout) = (row.key.clone(), row.rollout.clone());
        if derived {
            history::observe(state, &key, None);
        }
        // A deed on a child is judged by the child.
        return observe(state, &key, &rollout).map(|verdict| settle(state, verdict)).into_iter().collect();
    }
    Vec::new()
}

fn answered(state: &mut State, id: RequestId, answer: Answer) -> Vec<Effect> {
    let now = state.now;
    let trouble = request::trouble_of(&answer).cloned();
    let is_unknown = matches!(answer, Answer::Unknown(_));
    let Some(write) = state.writes.answered(id, answer, now) else { return Vec::new() };
    let verdict = write.verdict(now);
    let (source, namespace) = (write.key.source, write.key.namespace.clone());
    state.notes.log(now, verdict.mark, verdict.words.clone());
    let open = state.writes.in_flight() + deploying::flight::in_flight(state);
    if matches!(state.overlay, Some(Overlay::Leave(_))) && open == 0 {
        // What was waited for is there: the question is answered.
        state.overlay = None;
    }
    state.touch();
    let mut effects = vec![Effect::Log(verdict.words)];
    if is_unknown {
        // Whether it happened is told by the object alone, and the watch may have broken with the request: look.
        effects.push(Effect::Order(Order::Reconnect(source)));
    }
    if let Some(hint) = trouble.as_ref().and_then(|trouble| trouble.hint.clone()) {
        state.notes.log(now, Mark::Absent, hint);
    }
    if trouble.is_some_and(|trouble| trouble.kind == TroubleKind::Forbidden) {
        state.access.forget(source, now);
        effects.extend(state.access.want(source, &namespace, now).map(Effect::Order));
    }
    effects
}
