//! Update: the only place where the state changes. One `match`, each arm one call.

use super::effect::Effect;
use super::event::Event;
use super::model::Mark;
use super::state::State;
use super::{clock, deploying, document, keyboard, logs, navigate, news, pointer, timeline, watching};
use crate::argo::feed::News;

/// Takes one event.
pub fn update(state: &mut State, event: Event) -> Vec<Effect> {
    // Lines of a log change nothing but the log, and they are many.
    let lines = matches!(event, Event::News(News::Logs(..)));
    let mut effects = take(state, event);
    if lines {
        return effects;
    }
    // Whatever opened, closed, came or went: what is watched in detail follows what is open.
    effects.extend(watching::sync(state));
    effects.extend(navigate::sync_detail(state));
    effects.extend(logs::sync(state));
    effects.extend(document::sync(state));
    timeline::sync(state);
    effects
}

fn take(state: &mut State, event: Event) -> Vec<Effect> {
    match event {
        Event::Clock(now) => clock::tick(state, now),
        Event::Key(chord) => keyboard::key(state, chord),
        Event::Paste(text) => keyboard::paste(state, &text),
        Event::Scroll(rows) => pointer::scroll(state, rows),
        Event::Click(target) => pointer::click(state, target),
        Event::Resize(columns, rows) => pointer::resize(state, columns, rows),
        Event::Focus(_) => Vec::new(),
        Event::Placed { page_rows } => pointer::placed(state, page_rows),
        Event::Shown { made } => keyboard::shown(state, made),
        Event::Resumed => clock::resumed(state),
        Event::News(news) => news::take(state, news),
        Event::Deploy(news) => deploying::news::take(state, news),
        Event::Audit(read) => {
            state.audited.put(read);
            state.touch();
            Vec::new()
        }
        Event::Fault(words) => {
            state.say(Mark::Bad, format!("internal error: {words}; details are in the log file"));
            Vec::new()
        }
    }
}
