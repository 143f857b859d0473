//! Promote when: the promote of the present pause, confirmed now and sent once a condition holds. Any surprise disarms it,
//! with words: it must never promote what nobody looked at.

use super::condition::{Condition, Measured, OFFERED, is_healthy};
use super::{call, named};
use crate::app::action::Action;
use crate::app::availability::{PROMOTE, place_allows, rights};
use crate::app::detail::{Detail, Wanted};
use crate::app::effect::Effect;
use crate::app::fleet::Row;
use crate::app::model::{Dialog, FinderDialog, FinderLine, Mark};
use crate::app::overlay::{self, Overlay};
use crate::app::state::State;
use crate::app::{deeds, present};
use crate::argo::deed::plan::{Facts, Plan, plan, still_holds};
use crate::argo::feed::{DetailId, News, Order};
use crate::argo::meta::Meta;
use crate::argo::rollout::Rollout;
use crate::keys::{Key, KeyChord};
use crate::names::RolloutKey;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// The condition that is being typed.
#[derive(Clone, Debug)]
pub struct Asking {
    key: RolloutKey,
    text: String,
    at: usize,
}

/// A promote that waits for its condition.
#[derive(Clone, Debug)]
pub struct Armed {
    condition: Condition,
    plan: Plan,
    name: String,
    /// Why, as it was typed when it was armed.
    reason: Option<String>,
    /// Who else had written to the rollout when it was armed.
    writers: Vec<(Arc<str>, Option<Timestamp>)>,
    /// What had been measured against it when it was armed.
    against: i64,
    /// Since when it is healthy (local time).
    healthy_since: Option<Timestamp>,
    /// Its children, watched for as long as it is armed.
    detail: Detail,
    since: Timestamp,
}

/// `W`: asks for the condition; where one is armed, disarms it.
pub fn toggle(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.selected_row() else { return Vec::new() };
    let key = row.key.clone();
    if state.watching.armed.contains_key(&key) {
        return disarm(state, &key, "you disarmed it", false);
    }
    let effects = deeds::ask_rights(state);
    state.watching.asking = Some(Asking { key, text: String::new(), at: 0 });
    state.touch();
    effects
}

impl Asking {
    fn offered(&self) -> Vec<Condition> {
        if self.text.trim().is_empty() {
            return OFFERED.to_vec();
        }
        Condition::read(&self.text).into_iter().collect()
    }
}

/// A key while the condition is asked.
pub fn key(state: &mut State, chord: KeyChord) -> Vec<Effect> {
    let Some(asking) = &mut state.watching.asking else { return Vec::new() };
    let last = asking.offered().len().saturating_sub(1);
    match chord {
        KeyChord { key: Key::Esc, .. } => state.watching.asking = None,
        KeyChord { key: Key::Up, ctrl: false } => asking.at = asking.at.saturating_sub(1),
        KeyChord { key: Key::Down, ctrl: false } => asking.at = (asking.at + 1).min(last),
        KeyChord { key: Key::Backspace, ctrl: false } => drop(asking.text.pop()),
        KeyChord { key: Key::Char('u'), ctrl: true } => asking.text.clear(),
        KeyChord { key: Key::Char(c), ctrl: false } => put(state, c.encode_utf8(&mut [0; 4])),
        KeyChord { key: Key::Enter, ctrl: false } => return choose(state),
        _ => return Vec::new(),
    }
    state.touch();
    Vec::new()
}

/// Text comes to the line.
pub fn put(state: &mut State, text: &str) {
    if let Some(asking) = &mut state.watching.asking {
        overlay::put(&mut asking.text, text);
        asking.at = 0;
        state.touch();
    }
}

/// The condition is chosen: the dialog of the promote opens, and arms in place of sending.
fn choose(state: &mut State) -> Vec<Effect> {
    let Some(asking) = &state.watching.asking else { return Vec::new() };
    let Some(condition) = asking.offered().get(asking.at).copied() else {
        let why = Condition::read(&asking.text).err().unwrap_or_default();
        state.answer(Mark::Attention, why);
        return Vec::new();
    };
    let key = asking.key.clone();
    state.watching.asking = None;
    state.touch();
    if state.selected_row().is_none_or(|row| row.key != key) {
        state.answer(Mark::Attention, "another rollout is selected now: nothing was armed");
        return Vec::new();
    }
    let effects = deeds::one(state, Action::Promote);
    if matches!(&state.overlay, Some(Overlay::Confirm(dialog)) if dialog.key == key) {
        state.watching.arming = Some((key, condition));
    }
    effects
}

/// What the dialog that is open will arm.
#[must_use]
pub fn arming<'a>(state: &'a State, key: &RolloutKey) -> Option<&'a Condition> {
    state.watching.arming.as_ref().filter(|(armed, _)| armed == key).map(|(_, condition)| condition)
}

/// The dialog was confirmed: if it was opened to arm, arms; else `None`, and the caller sends.
pub fn confirmed(state: &mut State, key: &RolloutKey, plan: &Plan, reason: Option<&str>) -> Option<Vec<Effect>> {
    let (_, condition) = state.watching.arming.take().filter(|(armed, _)| armed == key)?;
    let row = state.fleet.get(key)?;
    let name = named(state, row);
    let rollout = row.rollout.clone();
    let wanted = Wanted::of(key, &rollout);
    let known = state.detail.as_ref().filter(|detail| detail.key == *key);
    let against = known.map_or(0, |detail| Measured::of(&detail.picture).against);
    let cluster_now = state.sources.get(key.source).map_or(state.now, |source| source.cluster_time(state.now));
    let id = DetailId(state.number());
    let order = wanted.order(id);
    let armed = Armed {
        condition,
        plan: plan.clone(),
        name: name.clone(),
        reason: reason.map(str::to_owned),
        writers: others(&rollout.meta),
        against,
        healthy_since: None,
        detail: Detail::new(id, wanted, &rollout, cluster_now),
        since: state.now,
    };
    let before = state.watching.armed.insert(key.clone(), armed);
    let mut effects: Vec<Effect> =
        before.iter().map(|armed| Effect::Order(Order::CloseDetail(armed.detail.id))).collect();
    let words = format!("armed: promotes {name} when {}; any surprise disarms it, and so does W", condition.words());
    state.say(Mark::Busy, words.clone());
    let why = reason.map(|reason| format!(", because: {reason}")).unwrap_or_default();
    effects.extend([Effect::Log(format!("{words}{why}")), Effect::Order(order)]);
    Some(effects)
}

/// News of the children of an armed rollout; `false`: they are of something else.
pub fn take(state: &mut State, id: DetailId, news: &News) -> bool {
    let now = state.now;
    let Some((key, armed)) = state.watching.armed.iter_mut().find(|(_, armed)| armed.detail.id == id) else {
        return false;
    };
    if let (Some(row), Some(source)) = (state.fleet.get(key), state.sources.get(key.source)) {
        armed.detail.take(news.clone());
        armed.detail.derive(&row.rollout, source.cluster_time(now));
        state.dirty = true;
    }
    true
}

/// The process was stopped: nobody looked meanwhile.
pub fn suspended(state: &mut State) -> Vec<Effect> {
    let keys: Vec<RolloutKey> = state.watching.armed.keys().cloned().collect();
    keys.iter().flat_map(|key| disarm(state, key, "rolltop was stopped, nobody looked meanwhile", true)).collect()
}

/// Looks at what is armed: disarms, sends, or goes on waiting.
pub fn sync(state: &mut State) -> Vec<Effect> {
    if state.overlay.is_none() {
        state.watching.arming = None;
    }
    let keys: Vec<RolloutKey> = state.watching.armed.keys().cloned().collect();
    let mut effects = Vec::new();
    for key in keys {
        effects.extend(match look(state, &key) {
            Look::Surprise(why) => disarm(state, &key, &why, true),
            Look::Waits(healthy_since) => {
                if let Some(armed) = state.watching.armed.get_mut(&key) {
                    armed.healthy_since = healthy_since;
                }
                Vec::new()
            }
            Look::Holds(plan) => fire(state, &key, *plan),
        });
    }
    effects
}

enum Look {
    Surprise(String),
    Waits(Option<Timestamp>),
    Holds(Box<Plan>),
}

fn look(state: &State, key: &RolloutKey) -> Look {
    let surprise = |why: &str| Look::Surprise(why.to_owned());
    let Some(armed) = state.watching.armed.get(key) else { return Look::Waits(None) };
    let Some(row) = state.fleet.get(key) else { return surprise("the rollout was deleted") };
    let rollout = &row.rollout;
    if !still_holds(&armed.plan, rollout) {
        return Look::Surprise(difference(&armed.plan, rollout));
    }
    if let Err(why) = place_allows(state, row) {
        return Look::Surprise(why.strip_prefix("refused: ").unwrap_or(&why).to_owned());
    }
    if let Some(write) = state.writes.blocking(key, state.now) {
        return Look::Surprise(format!("{} was sent from here", write.plan.deed.words()));
    }
    if let Some(who) = newcomer(&armed.writers, &rollout.meta) {
        return Look::Surprise(format!("{who} wrote to it"));
    }
    if !armed.detail.serves(&Wanted::of(key, rollout)) {
        return surprise("it refers to other pods now");
    }
    let measured = Measured::of(&armed.detail.picture);
    if measured.against > armed.against {
        return surprise("a measurement failed, was inconclusive or had an error");
    }
    let cluster_now = state.sources.get(key.source).map_or(state.now, |source| source.cluster_time(state.now));
    let again = match plan(&PROMOTE, Facts { rollout, children: armed.detail.children(), now: cluster_now }) {
        Ok(again) if again.sends_the_same(&armed.plan) => again,
        Ok(_) => return surprise("promote would do something else now"),
        Err(refusal) => return Look::Surprise(refusal.sentence()),
    };
    if let Err(why) = rights(state, row, &again) {
        // While it is asked again it is not known to be lost.
        return if why.starts_with("asking") { Look::Waits(None) } else { Look::Surprise(why) };
    }
    let children = &armed.detail;
    if children.children().analysis_runs.is_none() {
        let note = children.note_of("analysisruns");
        return if note.ends_with('…') { Look::Waits(None) } else { Look::Surprise(note) };
    }
    holds(state, armed, row, measured, again)
}

fn holds(state: &State, armed: &Armed, row: &Row, measured: Measured, again: Plan) -> Look {
    match armed.condition {
        Condition::Healthy(long) => {
            let since = is_healthy(&row.picture).then(|| armed.healthy_since.unwrap_or(state.now));
            match since {
                Some(since) if state.now.duration_since(since) >= long => Look::Holds(Box::new(again)),
                since => Look::Waits(since),
            }
        }
        Condition::Successful(count) if measured.successful >= count => Look::Holds(Box::new(again)),
        Condition::Successful(_) => Look::Waits(None),
    }
}

fn disarm(state: &mut State, key: &RolloutKey, why: &str, calls: bool) -> Vec<Effect> {
    let Some(armed) = state.watching.armed.remove(key) else { return Vec::new() };
    let words =
        format!("disarmed: {} is not promoted when {}: {why}; nothing was sent", armed.name, armed.condition.words());
    let mut effects = vec![Effect::Order(Order::CloseDetail(armed.detail.id)), Effect::Log(words.clone())];
    if calls {
        effects.extend(call(state, Mark::Attention, &words));
    } else {
        state.say(Mark::Attention, words);
    }
    effects
}

/// The condition holds: what was confirmed is sent, bound to the newest form of the object.
fn fire(state: &mut State, key: &RolloutKey, plan: Plan) -> Vec<Effect> {
    let Some(armed) = state.watching.armed.remove(key) else { return Vec::new() };
    let clock = present::time::clock(armed.since, state.now);
    let how = format!("armed at {clock}: when {}", armed.condition.words());
    let reason = armed.reason.map_or_else(|| how.clone(), |typed| format!("{typed} ({how})"));
    let mut effects = vec![Effect::Order(Order::CloseDetail(armed.detail.id))];
    effects.extend(call(state, Mark::Ok, &format!("{}: {}, promote is sent", armed.name, armed.condition.words())));
    effects.extend(deeds::send(state, key.clone(), plan, Some(reason)));
    effects
}

/// What is different from the situation that was confirmed, in words.
fn difference(plan: &Plan, rollout: &Rollout) -> String {
    let (seen, status) = (&plan.seen, &rollout.status);
    let words = if seen.uid != rollout.meta.uid {
        "the rollout was deleted and made anew"
    } else if rollout.meta.deleting.is_some() {
        "the rollout is being deleted"
    } else if rollout.unreadable.is_some() {
        "the rollout cannot be read"
    } else if status.abort && !seen.abort {
        "the update was aborted"
    } else if seen.pod_hash != status.current_pod_hash {
        "another version is being rolled out"
    } else if seen.step_index != status.current_step_index {
        "the step moved"
    } else if !seen.pauses.is_empty() && status.pause_conditions.is_empty() {
        "the pause is over"
    } else if seen.spec_paused != rollout.spec.paused || seen.generation != rollout.meta.generation {
        "its spec was changed"
    } else {
        "another pause began"
    };
    words.to_owned()
}

/// Who wrote to an object besides the controller, and when.
fn others(meta: &Meta) -> Vec<(Arc<str>, Option<Timestamp>)> {
    let others = meta.writers.iter().filter(|writer| !present::about::is_controller(writer));
    others.map(|writer| (writer.manager.clone(), writer.time)).collect()
}

/// Somebody who has written since.
fn newcomer(before: &[(Arc<str>, Option<Timestamp>)], meta: &Meta) -> Option<Arc<str>> {
    others(meta).into_iter().find(|writer| !before.contains(writer)).map(|(who, _)| who)
}

/// How far an armed promote is, for the line that says what comes next; `None`: nothing is armed.
#[must_use]
pub fn progress(state: &State, key: &RolloutKey) -> Option<String> {
    let armed = state.watching.armed.get(key)?;
    let (words, off) = (armed.condition.words(), "W disarms");
    Some(match armed.condition {
        Condition::Healthy(long) => match armed.healthy_since {
            Some(since) => {
                let left = long - state.now.duration_since(since);
                let left = present::time::tight(left.max(SignedDuration::ZERO));
                format!("armed: promotes {} by itself in {left}, when {words} · {off}", armed.name)
            }
            None => format!("armed: promotes {} when {words}; its pods are not all available · {off}", armed.name),
        },
        Condition::Successful(count) => {
            let measured = Measured::of(&armed.detail.picture);
            let so_far = if measured.runs == 0 {
                "no analysis runs now".to_owned()
            } else {
                format!("{} of {count} so far", measured.successful)
            };
            format!("armed: promotes {} when {words}: {so_far} · {off}", armed.name)
        }
    })
}

/// When an armed promote has to be looked at again: each second while it counts down.
#[must_use]
pub fn tick(state: &State) -> Option<Timestamp> {
    let next = |armed: &Armed| {
        let since = armed.healthy_since?;
        let passed = state.now.duration_since(since).as_secs();
        since.checked_add(SignedDuration::from_secs(passed + 1)).ok()
    };
    state.watching.armed.values().filter_map(next).min()
}

/// The dialog that asks for the condition.
#[must_use]
pub fn dialog(state: &State) -> Option<Dialog> {
    let asking = state.watching.asking.as_ref()?;
    let offered = asking.offered();
    let lines: Vec<FinderLine> = offered
        .iter()
        .map(|condition| FinderLine {
            mark: None,
            words: format!("promote when {}", condition.words()),
            detail: condition.meaning().to_owned(),
            key: String::new(),
            on: true,
        })
        .collect();
    let note = match Condition::read(&asking.text) {
        Err(why) if lines.is_empty() => why,
        _ => "type healthy 5m or ok 3; the next dialog shows what will be promoted".to_owned(),
    };
    Some(Dialog::Finder(Box::new(FinderDialog {
        title: "promote when: the condition".to_owned(),
        input: asking.text.clone(),
        total: lines.len(),
        selected: asking.at.min(lines.len().saturating_sub(1)),
        lines,
        first: 0,
        note,
    })))
}
