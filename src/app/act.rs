//! Actions carried out: what each row of the table does to the state.

use super::action::{Action, Place};
use super::charts::{self, ChartsView};
use super::document::{self, DocumentView};
use super::effect::Effect;
use super::filter::Filter;
use super::logs::{self, LogsView};
use super::model::Mark;
use super::overlay::Overlay;
use super::present::words::number_of;
use super::screen::Screen;
use super::selection::Selected;
use super::sorting::Sorting;
use super::state::State;
use super::timeline::{self, TimelineView};
use super::{deeds, deploying, experiment, finder, marks, navigate, page, search, watching};
use crate::argo::feed::Order;

/// Carries out an action that is available.
pub fn run(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        action if action.writes() => return deeds::start(state, action),
        Action::Deploy => return deploying::open::open(state),
        Action::Mark => return marks::toggle(state),
        Action::MarkAll => return marks::all(state),
        Action::ClearMarks => return marks::clear(state),
        Action::Open => return navigate::open(state),
        Action::ToggleBoard => return navigate::toggle_board(state),
        Action::Channel(number) => return navigate::channel(state, usize::from(number).saturating_sub(1)),
        Action::AllChannels => return navigate::show(state, vec![Screen::Matrix]),
        Action::PreviousChannel => return navigate::channel_by(state, -1),
        Action::NextChannel => return navigate::channel_by(state, 1),
        Action::NextAttention => return navigate::next_attention(state),
        Action::Up => navigate::by(state, -1),
        Action::Down => navigate::by(state, 1),
        Action::Top => navigate::by(state, -(1 << 30)),
        Action::Bottom => navigate::by(state, 1 << 30),
        Action::HalfUp => navigate::by(state, -(navigate::page(state) / 2).max(1)),
        Action::HalfDown => navigate::by(state, (navigate::page(state) / 2).max(1)),
        Action::PageUp => navigate::by(state, -navigate::page(state)),
        Action::PageDown => navigate::by(state, navigate::page(state)),
        Action::NextPane => page::pane(state, true),
        Action::PreviousPane => page::pane(state, false),
        Action::Zoom => {
            if let Some(Screen::Rollout(view)) = state.screens.last_mut() {
                view.zoom = !view.zoom;
                state.touch();
            }
        }
        Action::Filter => {
            state.filter_input = Some(state.filter.text().to_owned());
            state.touch();
        }
        Action::AttentionOnly => {
            state.attention_only = !state.attention_only;
            state.rebuild_for_key();
        }
        Action::Help => {
            let place = state.screen().place();
            return navigate::push(state, Screen::Help { place, scroll: 0 });
        }
        Action::Messages => return navigate::push(state, Screen::Log(None)),
        Action::Audit => {
            return navigate::push(state, Screen::Audit { scroll: 0 }).into_iter().chain([Effect::ReadAudit]).collect();
        }
        Action::Watch => return watching::toggle(state),
        Action::PromoteWhen => return watching::when::toggle(state),
        Action::Trouble => return navigate::open_trouble(state),
        Action::Login => return ask_source(state, Order::Login, "signing in to"),
        Action::Reconnect => return ask_source(state, Order::Reconnect, "trying"),
        Action::Copy => return copy(state),
        Action::Leave => return navigate::pop(state),
        Action::LastScreen => return navigate::last_screen(state),
        Action::Close => return close(state),
        Action::Back => return back(state),
        Action::Quit => return quit(state),
        Action::Repaint => return vec![Effect::Repaint],
        Action::Suspend => return vec![Effect::Suspend],
        // What writes was done above.
        Action::Interrupt
        | Action::Promote
        | Action::PromoteFull
        | Action::SkipStep
        | Action::SkipAllSteps
        | Action::Abort
        | Action::Retry
        | Action::Undo
        | Action::Pause
        | Action::Restart
        | Action::SetImage
        | Action::Scale
        | Action::Terminate
        | Action::DeleteRun => {}
        Action::Logs => return navigate::look(state, |key, node| Screen::Logs(LogsView::new(key, node))),
        Action::Events => return navigate::look(state, |key, node| Screen::Timeline(TimelineView::new(key, node))),
        Action::Describe => {
            return navigate::look(state, |key, node| Screen::Document(DocumentView::new(key, node, true)));
        }
        Action::Yaml => {
            return navigate::look(state, |key, node| Screen::Document(DocumentView::new(key, node, false)));
        }
        Action::Charts => return navigate::look(state, |key, _| Screen::Charts(ChartsView::new(key))),
        Action::Sort => sort(state, state.matrix.order.next()),
        Action::Palette => finder::open(state),
        Action::Search
        | Action::NextHit
        | Action::PreviousHit
        | Action::Wrap
        | Action::Follow
        | Action::Fold
        | Action::PreviousLog
        | Action::Choose
        | Action::Only
        | Action::OtherRevision
        | Action::ReadAgain
        | Action::CopyText
        | Action::CopyShown
        | Action::NextMetric
        | Action::PreviousMetric => return closer(state, action),
    }
    Vec::new()
}

/// What only one of the screens of a rollout has.
fn closer(state: &mut State, action: Action) -> Vec<Effect> {
    match state.screen().place() {
        Place::Logs => logs::act(state, action),
        Place::Document => document::act(state, action),
        Place::Timeline => timeline::act(state, action),
        Place::Analysis if matches!(state.screen(), Screen::Experiment(_)) => experiment::act(state, action),
        Place::Analysis => super::run::act(state, action),
        Place::Charts => charts::act(state, action),
        Place::Rollout => page::act(state, action),
        Place::Audit => {
            // The only one of them that works there.
            search::open(state);
            Vec::new()
        }
        Place::Matrix | Place::Board | Place::Text | Place::Deploy => Vec::new(),
    }
}

/// Lets everything pass again.
pub fn clear_filter(state: &mut State) {
    state.filter = Filter::default();
    state.rebuild_for_key();
}

/// Another order for both lists. The one that is not shown gets it when there is time, or when it is shown.
pub fn sort(state: &mut State, order: Sorting) {
    for list in [&mut state.matrix, &mut state.board] {
        list.order = order;
        list.unsorted = true;
    }
    state.rebuild_shown_list();
    state.answer(Mark::Ok, format!("sorted by {}: {}", order.word(), order.words()));
}

/// Lets pass what a filter says, as if it had been typed.
pub fn filter_by(state: &mut State, text: &str) {
    state.attention_only = false;
    state.filter = Filter::read(text).0;
    state.rebuild_for_key();
}

/// Esc: one thing at a time, and never the program.
fn close(state: &mut State) -> Vec<Effect> {
    if search::clear(state) {
        return Vec::new();
    }
    if matches!(state.screen(), Screen::Matrix | Screen::Board(_)) {
        if !state.filter.text().is_empty() {
            clear_filter(state);
            return Vec::new();
        }
        if state.attention_only {
            state.attention_only = false;
            state.rebuild_for_key();
            return Vec::new();
        }
    }
    if let Some(Screen::Rollout(view)) = state.screens.last_mut()
        && view.zoom
    {
        view.zoom = false;
        state.touch();
        return Vec::new();
    }
    if state.screens.len() > 1 {
        return navigate::pop(state);
    }
    state.answer(Mark::Attention, "Esc never quits: q does");
    Vec::new()
}

fn back(state: &mut State) -> Vec<Effect> {
    if state.screens.len() > 1 { navigate::pop(state) } else { quit(state) }
}

fn quit(state: &mut State) -> Vec<Effect> {
    if state.writes.in_flight() + deploying::flight::in_flight(state) == 0 {
        return vec![Effect::Quit(0)];
    }
    state.overlay = Some(Overlay::Leave(0));
    state.touch();
    Vec::new()
}

fn ask_source(state: &mut State, order: impl Fn(crate::names::SourceId) -> Order, words: &str) -> Vec<Effect> {
    let Some(source) = state.selected_source() else { return Vec::new() };
    let (id, cluster) = (source.info.id, source.info.cluster.clone());
    if let Some(broken) = source.info.broken.clone() {
        state.answer(Mark::Bad, format!("{cluster} cannot be used: {broken}"));
        return Vec::new();
    }
    // Another login may have other rights.
    state.access.forget(id, state.now);
    state.answer(Mark::Busy, format!("{words} {cluster} now"));
    vec![Effect::Order(order(id))]
}

fn copy(state: &mut State) -> Vec<Effect> {
    let name = match state.selected() {
        Selected::One(row) => row.key.name.to_string(),
        Selected::Several(rows) => match rows.first() {
            Some(row) => row.key.name.to_string(),
            None => return Vec::new(),
        },
        Selected::Nothing => return Vec::new(),
    };
    let count = name.chars().count();
    state.answer(Mark::Ok, format!("copied {count} characters (OSC 52: your terminal decides)"));
    vec![Effect::Copy(name)]
}

/// What fits into the clipboard of most terminals in one OSC 52 (74,994 bytes of base64).
const CLIPBOARD: usize = 56_000;

/// Copies a text that was read on screen; what is too long for a terminal is cut at the end of a line, and said.
pub fn copy_text(state: &mut State, what: &str, text: String) -> Vec<Effect> {
    if text.is_empty() {
        state.answer(Mark::Attention, "there is nothing to copy");
        return Vec::new();
    }
    let count = |text: &str| number_of(text.chars().count());
    if text.len() <= CLIPBOARD {
        let words = format!("copied {what}: {} characters (OSC 52: your terminal decides)", count(&text));
        state.answer(Mark::Ok, words);
        return vec![Effect::Copy(text)];
    }
    let mut end = text.floor_char_boundary(CLIPBOARD);
    end = text[..end].rfind('\n').map_or(end, |at| at + 1);
    let words = format!(
        "copied the first {} of {} characters: a terminal takes no more at once",
        count(&text[..end]),
        count(&text)
    );
    state.answer(Mark::Attention, words);
    vec![Effect::Copy(text[..end].to_owned())]
}
