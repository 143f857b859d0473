//! Going about: the cursor, the channels, the stack of screens, and the detail that is watched while it is open.

use super::action::Place;
use super::charts::ChartsView;
use super::detail::{Detail, Wanted};
use super::effect::Effect;
use super::experiment::ExperimentView;
use super::fleet::Row;
use super::list::{Item, List, Scope, in_line, line_of};
use super::model::Mark;
use super::node::Node;
use super::overlay::Overlay;
use super::run::RunView;
use super::screen::{RolloutView, Screen};
use super::selection::Selected;
use super::source::channel_name;
use super::state::State;
use super::{deploying, document, logs, timeline};
use crate::argo::feed::{DetailId, Order};
use crate::names::RolloutKey;

/// Rows of a page of what is scrolled.
#[must_use]
pub fn page(state: &State) -> isize {
    let rows = match state.screen() {
        Screen::Matrix | Screen::Board(_) => state.list().page,
        _ => state.page_rows,
    };
    isize::try_from(rows.max(1)).unwrap_or(isize::MAX)
}

/// Moves the cursor or scrolls, not beyond the ends.
pub fn by(state: &mut State, rows: isize) {
    if matches!(state.screen(), Screen::Matrix | Screen::Board(_)) {
        state.list_mut().move_by(rows);
        state.touch();
        return;
    }
    match state.screen().place() {
        Place::Logs => logs::scroll(state, rows),
        Place::Document => document::scroll(state, rows),
        Place::Timeline => timeline::scroll(state, rows),
        Place::Deploy => return deploying::keys::scroll(state, rows),
        Place::Rollout => return super::page::by(state, rows),
        _ => {}
    }
    let (length, page) = (super::frame::scroll_length(state), state.page_rows);
    let most = length.saturating_sub(page.min(length));
    let start = match state.screen() {
        Screen::Experiment(view) => super::experiment::cursor(state, view),
        _ => 0,
    };
    let scrolled = |from: usize, most: usize| from.min(most).saturating_add_signed(rows).min(most);
    match state.screens.last_mut() {
        Some(Screen::Help { scroll, .. }) => *scroll = scrolled(*scroll, most),
        Some(Screen::Trouble { scroll, .. } | Screen::Audit { scroll } | Screen::FirstRun { scroll }) => {
            // The view wraps long lines; one may go on to the last line of the text.
            *scroll = scrolled(*scroll, length.saturating_sub(1));
        }
        Some(Screen::Log(first)) => {
            let next = scrolled(first.unwrap_or(most), most);
            *first = (next < most).then_some(next);
        }
        Some(Screen::Charts(ChartsView { scroll, .. })) => *scroll = Some(scrolled(scroll.unwrap_or(0), most)),
        // Their rows have a cursor; the view keeps it in sight.
        Some(Screen::Run(RunView { scroll, .. }) | Screen::Experiment(ExperimentView { scroll, .. })) => {
            *scroll = Some(scrolled(scroll.unwrap_or(start), length.saturating_sub(1)));
        }
        _ => {}
    }
    state.touch();
}

/// Shows a stack of screens.
pub fn show(state: &mut State, screens: Vec<Screen>) -> Vec<Effect> {
    if screens.is_empty() || screens == state.screens {
        return Vec::new();
    }
    let mut before = std::mem::replace(&mut state.screens, screens);
    if state.deploying.form.is_none() {
        // A form that was closed is opened by its key, on what is under the cursor.
        before.retain(|screen| !matches!(screen, Screen::Deploy { .. }));
    }
    for screen in &before {
        if let Screen::Rollout(view) = screen {
            keep_page(state, view);
        }
    }
    state.screens_before = Some(before);
    let board = state.screens.iter().rev().find_map(|screen| match screen {
        Screen::Board(channel) => Some(*channel),
        _ => None,
    });
    if let Some(channel) = board
        && state.board.scope != Scope::Board(channel)
    {
        let (page, order) = (state.board.page, state.board.order);
        state.board = List::new(Scope::Board(channel));
        state.board.page = page;
        state.board.order = order;
    }
    state.rebuild_shown_list();
    Vec::new()
}

/// So many pages are kept as they were left.
const PAGES: usize = 32;

fn keep_page(state: &mut State, view: &RolloutView) {
    state.pages.retain(|page| page.key != view.key);
    if state.pages.len() == PAGES {
        state.pages.pop_front();
    }
    // That a pane filled the screen was for the moment.
    state.pages.push_back(RolloutView { zoom: false, ..view.clone() });
}

/// The page of a rollout, as it was left, or as it opens.
pub fn page_of(state: &State, key: RolloutKey) -> Screen {
    let kept = state.pages.iter().find(|page| page.key == key);
    Screen::Rollout(kept.cloned().unwrap_or_else(|| RolloutView::new(key)))
}

/// Puts a screen on the stack.
pub fn push(state: &mut State, screen: Screen) -> Vec<Effect> {
    if std::mem::discriminant(state.screen()) == std::mem::discriminant(&screen) {
        return Vec::new();
    }
    let mut screens = state.screens.clone();
    screens.push(screen);
    show(state, screens)
}

/// Opens a closer look at the node under the cursor; from one closer look to another goes without a stack of them.
pub fn look(state: &mut State, screen: impl FnOnce(RolloutKey, Node) -> Screen) -> Vec<Effect> {
    let Some(key) = state.selected_row().map(|row| row.key.clone()) else { return Vec::new() };
    let screen = screen(key, state.node());
    let mut screens = state.screens.clone();
    if matches!(state.screen(), Screen::Logs(_) | Screen::Document(_) | Screen::Timeline(_) | Screen::Charts(_)) {
        screens.pop();
    }
    screens.push(screen);
    show(state, screens)
}

/// Takes the topmost screen away, but not the last.
pub fn pop(state: &mut State) -> Vec<Effect> {
    let mut screens = state.screens.clone();
    if screens.len() < 2 {
        return Vec::new();
    }
    let effects = match screens.pop() {
        Some(Screen::Deploy { .. }) => deploying::open::leave(state),
        _ => Vec::new(),
    };
    effects.into_iter().chain(show(state, screens)).collect()
}

/// Back to the screens before.
pub fn last_screen(state: &mut State) -> Vec<Effect> {
    let before = state.screens_before.clone();
    before.map_or_else(Vec::new, |screens| show(state, screens))
}

/// Opens what is selected: the rollout, the channel where there are several, the error where there is none.
pub fn open(state: &mut State) -> Vec<Effect> {
    if matches!(state.screen(), Screen::Rollout(_)) {
        return super::page::open(state);
    }
    if let Screen::Experiment(view) = state.screen() {
        let run = super::experiment::run_under_cursor(state, view);
        return run.map_or_else(Vec::new, |run| push(state, Screen::Run(run)));
    }
    match (state.screen(), state.selected()) {
        // Nothing below it can be opened.
        (Screen::Run(_), _) => Vec::new(),
        (_, Selected::One(row)) => {
            let key = row.key.clone();
            let page = page_of(state, key);
            push(state, page)
        }
        (_, Selected::Several(_)) => toggle_board(state),
        (_, Selected::Nothing) => open_trouble(state),
    }
}

/// The error of the selected channel's connection.
pub fn open_trouble(state: &mut State) -> Vec<Effect> {
    let source = state.selected_source_id();
    source.map_or_else(Vec::new, |source| push(state, Screen::Trouble { source, scroll: 0 }))
}

/// From the overview to the channel's list, and back, with the cursor on the same rollout.
pub fn toggle_board(state: &mut State) -> Vec<Effect> {
    if let Screen::Board(channel) = *state.screen() {
        let row = state.selected_row().cloned();
        let effects = show(state, vec![Screen::Matrix]);
        state.matrix.column = channel;
        if let Some(row) = row {
            state.matrix.select_row(&row);
        }
        return effects;
    }
    channel(state, state.matrix.column)
}

/// A channel: its list, or the same service's rollout there.
pub fn channel(state: &mut State, channel: usize) -> Vec<Effect> {
    if channel >= state.setup.settings.channels.len() {
        return Vec::new();
    }
    if let Screen::Rollout(view) = state.screen() {
        let key = view.key.clone();
        return same_service(state, &key, channel);
    }
    let wanted: Option<Row> = match state.list().cursor() {
        Some(Item::Line(line)) => state.cell(line, channel).first().map(|row| (*row).clone()),
        Some(Item::Row(key)) => state.fleet.get(key).and_then(|row| counterpart(state, row, channel)).cloned(),
        None => None,
    };
    state.matrix.column = channel;
    let effects = show(state, vec![Screen::Matrix, Screen::Board(channel)]);
    if let Some(row) = wanted {
        state.board.select_row(&row);
    }
    effects
}

/// The rollout of the same service in another channel, if there is exactly one.
fn counterpart<'a>(state: &'a State, row: &Row, channel: usize) -> Option<&'a Row> {
    let line = line_of(row, state.fleet.is_split(&row.service));
    match state.cell(&line, channel).as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

fn same_service(state: &mut State, key: &RolloutKey, channel: usize) -> Vec<Effect> {
    let Some(row) = state.fleet.get(key) else { return Vec::new() };
    if row.channel == channel {
        return Vec::new();
    }
    let service = row.service.clone();
    if let Some(there) = counterpart(state, row, channel).map(|row| row.key.clone()) {
        let mut screens = state.screens.clone();
        screens.pop();
        screens.push(page_of(state, there));
        state.matrix.column = channel;
        return show(state, screens);
    }
    let name = channel_name(&state.setup, channel).to_owned();
    state.answer(Mark::Attention, format!("{service} has no single rollout in {name}: press 0 for all channels"));
    Vec::new()
}

/// The channel to the left or right.
pub fn channel_by(state: &mut State, by: isize) -> Vec<Effect> {
    let last = state.setup.settings.channels.len().saturating_sub(1);
    let to = state.selected_channel().saturating_add_signed(by).min(last);
    if matches!(state.screen(), Screen::Matrix) {
        state.matrix.column = to;
        state.touch();
        return Vec::new();
    }
    if to == state.selected_channel() { Vec::new() } else { channel(state, to) }
}

/// To the next that needs a person: down the list and round again; on a rollout's page, to the next rollout.
pub fn next_attention(state: &mut State) -> Vec<Effect> {
    if let Screen::Rollout(view) = state.screen() {
        let mut needing: Vec<&Row> = state.fleet.needing().collect();
        needing.sort_by(|a, b| (a.urgency, &a.service, &a.key).cmp(&(b.urgency, &b.service, &b.key)));
        let after = needing.iter().position(|row| row.key == view.key).map_or(0, |at| at + 1);
        let next = needing.get(after).or(needing.first()).map(|row| row.key.clone());
        let Some(key) = next else { return Vec::new() };
        let mut screens = state.screens.clone();
        screens.pop();
        screens.push(page_of(state, key));
        return show(state, screens);
    }
    let list = state.list();
    let found = (1..=list.len()).map(|step| (list.at() + step) % list.len()).find_map(|index| {
        let row = match list.item(index)? {
            Item::Row(key) => state.fleet.get(key).filter(|row| row.needs_person())?,
            Item::Line(line) => state
                .fleet
                .of_service(&line.service)
                .filter(|row| in_line(line, row) && row.needs_person())
                .min_by_key(|row| (row.urgency, row.key.clone()))?,
        };
        Some((index, row.channel))
    });
    match found {
        Some((index, channel)) => {
            if !state.on_board() {
                state.matrix.column = channel;
            }
            state.list_mut().move_to(index);
            state.touch();
        }
        None => state.answer(Mark::Ok, "nothing else needs you in this list"),
    }
    Vec::new()
}

/// Watches the children of the rollout that a dialog asks about or whose page is on the stack, and of no other.
pub fn sync_detail(state: &mut State) -> Vec<Effect> {
    let page = || state.screens.iter().rev().find_map(Screen::key);
    let wanted = state.overlay.as_ref().and_then(Overlay::key).or_else(page);
    let row = wanted.and_then(|key| state.fleet.get(key));
    let wanted = row.map(|row| (Wanted::of(&row.key, &row.rollout), row.rollout.clone()));
    let same = match (&state.detail, &wanted) {
        (Some(detail), Some((wanted, _))) => detail.serves(wanted),
        (None, None) => true,
        _ => false,
    };
    if same {
        return Vec::new();
    }
    let before = state.detail.take();
    let mut effects: Vec<Effect> = before.iter().map(|detail| Effect::Order(Order::CloseDetail(detail.id))).collect();
    if let Some((wanted, rollout)) = wanted {
        let id = DetailId(state.number());
        let source = state.sources.get(wanted.key.source);
        let cluster_now = source.map_or(state.now, |source| source.cluster_time(state.now));
        effects.push(Effect::Order(wanted.order(id)));
        state.detail = Some(match before {
            // The same rollout, with another selector or workload.
            Some(mut detail) if detail.key == wanted.key && detail.uid == wanted.uid => {
                detail.reopen(id, wanted);
                detail
            }
            _ => Detail::new(id, wanted, &rollout, cluster_now),
        });
    }
    effects
}
