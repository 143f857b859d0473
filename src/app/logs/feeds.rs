//! The streams: opened and closed as pods come and go, and what they tell put among the lines. What happens to a
//! stream stands between the lines, where it happened.

use super::group::{self, Choice, Wanted};
use super::ring::Who;
use super::{Logs, Whose};
use crate::app::effect::Effect;
use crate::app::model::Mark;
use crate::app::present::time;
use crate::app::state::State;
use crate::argo::feed::{LogNews, LogSource, LogsId, Order, Trouble};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Lines of each container from before now.
const TAIL: u32 = 500;
/// Colours for pods.
pub const COLORS: usize = 6;

/// How a stream stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// Asked for.
    Opening,
    /// Being read.
    Reading,
    /// Ended by itself.
    Ended,
    /// Cannot be read: why, whether it is tried again by itself, since when.
    Down(Trouble, bool, Timestamp),
}

/// One container that is read.
#[derive(Clone, Debug)]
pub struct Feed {
    /// Number of its stream.
    pub id: LogsId,
    /// Which container.
    pub source: LogSource,
    /// As it stands in front of its lines.
    pub who: Arc<Who>,
    /// How it stands.
    pub standing: Standing,
    /// Restarts of the container when it was opened.
    restarts: i32,
}

impl Feed {
    /// Ends it.
    pub fn close(self) -> Effect {
        Effect::Order(Order::CloseLogs(self.id))
    }

    /// It will tell nothing more, and the container has started anew since.
    fn is_over(&self, restarts: i32) -> bool {
        let over = matches!(self.standing, Standing::Ended | Standing::Down(_, false, _));
        over && restarts != self.restarts && !self.source.previous
    }
}

/// Opens what is missing and closes what is not wanted any more.
pub fn fit(state: &mut State) -> Vec<Effect> {
    let Some(logs) = &state.logs else { return Vec::new() };
    let Some(detail) = state.detail.as_ref().filter(|detail| detail.key == logs.view.key) else { return Vec::new() };
    let groups = group::groups(detail);
    let chosen = group::chosen(&groups, &logs.whose).cloned();
    let Some(pods) = group::pods(detail, chosen.as_ref(), &logs.whose) else { return Vec::new() };
    let Wanted { sources, left_out } = group::wanted(&pods, &logs.choice);
    let open = logs.feeds.iter().map(|feed| &feed.source);
    let restarted =
        |feed: &Feed| sources.iter().any(|(source, restarts)| *source == feed.source && feed.is_over(*restarts));
    if open.eq(sources.iter().map(|(source, _)| source))
        && chosen == logs.group
        && left_out == logs.left_out
        && !logs.feeds.iter().any(restarted)
    {
        return Vec::new();
    }
    let there: Vec<Arc<str>> = pods.iter().map(|pod| pod.meta.name.clone()).collect();
    let all = detail.children().pods.unwrap_or_default().iter();
    let all: BTreeSet<Arc<str>> = all.map(|pod| pod.meta.name.clone()).collect();
    change(state, chosen, sources, left_out, (&there, &all))
}

fn change(
    state: &mut State,
    chosen: Option<group::Group>,
    sources: Vec<(LogSource, i32)>,
    left_out: usize,
    (there, all): (&[Arc<str>], &BTreeSet<Arc<str>>),
) -> Vec<Effect> {
    let (now, first) = (state.now, state.last_number + 1);
    let Some(logs) = &mut state.logs else { return Vec::new() };
    let mut effects = Vec::new();
    logs.left_out = left_out;
    if logs.group.as_ref().map(|group| &group.uid) != chosen.as_ref().map(|group| &group.uid)
        && let (Some(before), Some(after)) = (&logs.group, &chosen)
    {
        logs.ring.rule(now, format!("{} has no pods any more: {} from here on", before.words(), after.words()));
    }
    if matches!(logs.whose, Whose::Newest)
        && let Some(group) = &chosen
    {
        // It stays with these pods when their role changes: a canary that was promoted is the stable version.
        logs.whose = Whose::Set(group.uid.clone());
    }
    logs.group = chosen;
    let mut kept = Vec::new();
    for feed in logs.feeds.drain(..) {
        let wanted = sources.iter().find(|(source, _)| *source == feed.source);
        if wanted.is_some_and(|(_, restarts)| !feed.is_over(*restarts)) {
            kept.push(feed);
            continue;
        }
        if !all.contains(&feed.source.pod) {
            logs.ring.rule(now, format!("pod {} is gone", feed.source.pod));
        }
        effects.push(feed.close());
    }
    let names: Vec<&str> = there.iter().map(|name| &**name).collect();
    let mut number = first;
    for (source, restarts) in sources {
        if let Some(at) = kept.iter().position(|feed| feed.source == source) {
            logs.feeds.push(kept.remove(at));
            continue;
        }
        let taken = |color: &usize| logs.feeds.iter().chain(&kept).all(|feed| feed.who.color != *color);
        let color = (0..COLORS).find(taken).unwrap_or(logs.feeds.len() % COLORS);
        let short = group::short(&source.pod, &names);
        let tag = if logs.choice.containers.is_some() { format!("{short} {}", source.container) } else { short };
        let who = Who { pod: source.pod.clone(), container: source.container.clone(), tag, color };
        let id = LogsId(number);
        number += 1;
        effects.push(Effect::Order(Order::OpenLogs {
            logs: id,
            key: logs.view.key.clone(),
            sources: vec![source.clone()],
            tail: TAIL,
        }));
        logs.feeds.push(Feed { id, source, who: Arc::new(who), standing: Standing::Opening, restarts });
    }
    state.last_number = number - 1;
    state.touch();
    effects
}

/// A stream tells something; whether it is one of these.
pub fn take(logs: &mut Logs, id: LogsId, news: LogNews, now: Timestamp) -> bool {
    let Some(feed) = logs.feeds.iter_mut().find(|feed| feed.id == id) else { return false };
    let name = feed.who.tag.clone();
    match news {
        LogNews::Lines(lines) => {
            logs.cleaned += lines.iter().filter(|line| line.removed).count() as u64;
            logs.ring.add(&feed.who, lines.into_iter().map(|line| (line.at, line.text)), &logs.pattern);
            if feed.standing == Standing::Opening {
                feed.standing = Standing::Reading;
            }
        }
        LogNews::Dropped(count) => {
            logs.dropped += count;
            let lines = crate::app::present::words::count(count as i64, "line", "lines");
            logs.ring.rule(now, format!("{lines} of {name} came faster than they can be shown, and were dropped"));
        }
        LogNews::Open(_) => {
            if let Standing::Down(_, _, since) = &feed.standing {
                let gap = time::long(time::between(*since, now));
                logs.ring.rule(now, format!("the stream of {name} was cut for {gap}, and goes on from its last line"));
            }
            feed.standing = Standing::Reading;
        }
        LogNews::Ended(_) => {
            feed.standing = Standing::Ended;
            logs.ring.rule(now, format!("the log of {name} ends here"));
        }
        LogNews::Down(_, trouble, again) => {
            let since = match &feed.standing {
                Standing::Down(_, _, since) => *since,
                _ => now,
            };
            feed.standing = Standing::Down(trouble, again, since);
        }
    }
    true
}

/// The containers before their last restart, and back.
pub fn before(state: &mut State) -> Vec<Effect> {
    let Some(logs) = &mut state.logs else { return Vec::new() };
    logs.choice.previous = !logs.choice.previous;
    anew(logs);
    let effects = super::sync(state);
    let nothing = state.logs.as_ref().is_some_and(|logs| logs.choice.previous && logs.feeds.is_empty());
    if nothing && let Some(logs) = &mut state.logs {
        logs.choice.previous = false;
        state.answer(Mark::Attention, "none of these containers has restarted: there is no log from before");
        let mut all = effects;
        all.extend(super::sync(state));
        return all;
    }
    state.touch();
    effects
}

/// The next ReplicaSet with pods.
pub fn other_revision(state: &mut State) -> Vec<Effect> {
    let Some(logs) = &state.logs else { return Vec::new() };
    let detail = state.detail.as_ref().filter(|detail| detail.key == logs.view.key);
    let groups = detail.map(group::groups).unwrap_or_default();
    let at = logs.group.as_ref().and_then(|group| groups.iter().position(|other| other.uid == group.uid));
    let next = groups.get(at.map_or(0, |at| (at + 1) % groups.len().max(1)));
    let alone = groups.len() < 2 && !matches!(logs.whose, Whose::Pod(..));
    let Some(next) = next.filter(|_| !alone) else {
        state.answer(Mark::Attention, "no other version has pods");
        return Vec::new();
    };
    let (uid, next) = (next.uid.clone(), next.clone());
    if let Some(logs) = &mut state.logs {
        logs.whose = Whose::Set(uid);
        logs.group = Some(next);
        logs.choice =
            Choice { containers: logs.choice.containers.take().filter(|names| !names.is_empty()), ..Choice::default() };
        anew(logs);
    }
    state.touch();
    super::sync(state)
}

/// The lines so far are of something else.
fn anew(logs: &mut Logs) {
    logs.ring.clear();
    logs.bottom = None;
    logs.hit = None;
}
