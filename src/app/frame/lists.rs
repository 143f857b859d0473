//! The two lists: services by channels, and one channel.

use super::header;
use crate::app::drift;
use crate::app::fleet::Row;
use crate::app::list::{Item, LineKey};
use crate::app::model::{Board, BoardRow, Cell, Column, Matrix, MatrixRow, NeedLine, RolloutPage, TroubleLine};
use crate::app::present::words::count;
use crate::app::present::{Subject, page, rows, tick, trouble};
use crate::app::source::channel_name;
use crate::app::state::State;
use crate::app::watching::SIGN;
use jiff::Timestamp;

/// Columns from which on the view has room for what happened.
const HAPPENED_FROM: u16 = 136;

/// The overview.
pub fn matrix(state: &State) -> Matrix {
    let list = &state.matrix;
    let channels = state.setup.settings.channels.len();
    let rows: Vec<MatrixRow> = list
        .window()
        .enumerate()
        .filter_map(|(index, item)| match item {
            Item::Line(line) => {
                let focused = (list.first + index == list.at()).then_some(list.column);
                Some(matrix_row(state, line, channels, focused))
            }
            Item::Row(_) => None,
        })
        .collect();
    let needs_you = needs_you(state);
    Matrix {
        columns: (0..channels)
            .map(|channel| Column {
                number: channel + 1,
                name: channel_name(&state.setup, channel).to_owned(),
                health: header::heads(state, channel),
            })
            .collect(),
        selected: (!rows.is_empty()).then(|| list.at() - list.first),
        rows,
        first: list.first,
        total: list.len(),
        more_need_you: state.fleet.needing_count().saturating_sub(needs_you.len()),
        needs_you,
        nobody: nobody(state),
        // Where it has no room it must not draw frames either.
        happened: if state.size.0 >= HAPPENED_FROM { state.notes.newest() } else { Vec::new() },
        trouble: troubles(state, None),
        selected_page: selected_page(state),
        empty: list.is_empty().then(|| empty(state, None)),
    }
}

fn matrix_row(state: &State, line: &LineKey, channels: usize, focused: Option<usize>) -> MatrixRow {
    let service = match &line.namespace {
        Some(namespace) => format!("{namespace}/{}", line.service),
        None => line.service.to_string(),
    };
    let mut attention = false;
    let mut before: Option<String> = None;
    let cells = (0..channels)
        .map(|channel| {
            let there = state.cell(line, channel);
            attention |= there.iter().any(|row| row.needs_person());
            let versions: Vec<String> = there.iter().map(|row| drift::wanted(row)).collect();
            let cell = cell(state, &there, channel, before.as_deref());
            before = versions.into_iter().find(|version| !version.is_empty()).or(before.take());
            cell
        })
        .collect();
    MatrixRow { service, attention, cells, focused }
}

/// The cell of the rollouts of a service in a channel. `before`: the version in the nearest channel to the left.
fn cell(state: &State, there: &[&Row], channel: usize, before: Option<&str>) -> Cell {
    if there.is_empty() {
        let complete = state.sources.of_channel(channel).all(|source| source.listed);
        return rows::absent(complete);
    }
    let cells = there
        .iter()
        .map(|row| {
            let drift = before.is_some_and(|before| drift::differs(before, &drift::wanted(row)));
            let context = state.context(row, drift);
            let mut cell = rows::cell(&Subject::new(&row.rollout, &row.picture, &context));
            if state.watching.follows(&row.key) {
                cell.version.insert_str(0, SIGN);
            }
            (row.urgency, cell)
        })
        .collect();
    let marked = there.iter().any(|row| state.marks.has(&row.key));
    Cell { marked, ..rows::stack(cells) }
}

/// Whether a rollout's version differs from the nearest channel to the left that has its service.
pub fn drift(state: &State, row: &Row) -> bool {
    drift::of(&state.fleet, row)
}

/// A channel as a list.
pub fn board(state: &State, channel: usize) -> Board {
    let list = &state.board;
    let rows: Vec<BoardRow> = list
        .window()
        .filter_map(|item| match item {
            Item::Row(key) => state.fleet.get(key),
            Item::Line(_) => None,
        })
        .map(|row| {
            let context = state.context(row, drift(state, row));
            let service = header::signed(state, &row.key);
            let shown = rows::board_row(&Subject::new(&row.rollout, &row.picture, &context));
            BoardRow { service, marked: state.marks.has(&row.key), ..shown }
        })
        .collect();
    Board {
        channel: channel_name(&state.setup, channel).to_owned(),
        order: list.order,
        health: header::heads(state, channel),
        clusters: state.sources.of_channel(channel).count() > 1,
        selected: (!rows.is_empty()).then(|| list.at() - list.first),
        rows,
        first: list.first,
        total: list.len(),
        selected_page: selected_page(state),
        trouble: troubles(state, Some(channel)),
        empty: list.is_empty().then(|| empty(state, Some(channel))),
    }
}

/// The selected rollout is shown in more detail where there is room for it.
fn roomy(state: &State) -> bool {
    state.on_board() || (state.size.0 >= 120 && state.size.1 >= 34)
}

fn selected_page(state: &State) -> Option<Box<RolloutPage>> {
    let row = state.selected_row().filter(|_| roomy(state))?;
    let context = state.context(row, drift(state, row));
    Some(Box::new(page::page(&Subject::new(&row.rollout, state.picture(row), &context), "")))
}

/// Lines of *needs you* at most: the view gives the block three rows, and six where there is plenty of room.
fn need_lines(state: &State) -> usize {
    if state.size.1 < 28 { 3 } else { 6 }
}

/// Who needs a person: the most urgent first, later channels before earlier ones. Lines that have no room are not made:
/// there may be a thousand, and their ages would wake the loop for nothing.
fn needs_you(state: &State) -> Vec<NeedLine> {
    let line = |row: &Row| {
        let context = state.context(row, false);
        rows::need_line(&Subject::new(&row.rollout, state.picture(row), &context))
    };
    most_needing(state).into_iter().filter_map(line).collect()
}

fn most_needing(state: &State) -> Vec<&Row> {
    let mut needing: Vec<&Row> = state.fleet.needing().collect();
    let order = |a: &&Row, b: &&Row| {
        (a.urgency, b.channel, &a.service, &a.key).cmp(&(b.urgency, a.channel, &b.service, &b.key))
    };
    let room = need_lines(state);
    if needing.len() > room {
        needing.select_nth_unstable_by(room, order);
        needing.truncate(room);
    }
    needing.sort_unstable_by(order);
    needing
}

fn troubles(state: &State, channel: Option<usize>) -> Vec<TroubleLine> {
    let sources = state.sources.iter().filter(|source| channel.is_none_or(|channel| source.info.channel == channel));
    let views: Vec<_> = sources.map(|source| source.view(&state.setup, state.now)).collect();
    trouble::lines(&views)
}

/// Said where nobody is known to need a person. Of what has not been read nothing is said.
fn nobody(state: &State) -> String {
    let unread = state.sources.iter().filter(|source| !source.listed).count();
    if unread == 0 {
        return "nothing waits for a person".to_owned();
    }
    format!("not known yet: {unread} of {} not read", count(state.sources.iter().count() as i64, "cluster", "clusters"))
}

/// Said instead of rows when there are none.
fn empty(state: &State, channel: Option<usize>) -> String {
    if state.setup.settings.channels.is_empty() {
        return "no release channels: name some in config.toml, or contexts with --context".to_owned();
    }
    let sifted = state.attention_only || !state.filter.is_empty();
    if sifted && !state.fleet.is_empty() {
        let what = if state.filter.is_empty() { "nothing needs you" } else { "nothing passes the filter" };
        return format!("{what}: Esc shows all again");
    }
    let mut sources =
        state.sources.iter().filter(|source| channel.is_none_or(|at| source.info.channel == at)).peekable();
    let some = sources.peek().is_some();
    if some && sources.all(|source| source.listed) {
        let places: Vec<String> = state
            .sources
            .iter()
            .filter(|source| channel.is_none_or(|at| source.info.channel == at))
            .map(|source| format!("{} ({})", source.info.cluster, source.info.scope))
            .collect();
        return format!("no Argo Rollouts in {}", places.join(", "));
    }
    "nothing has arrived yet".to_owned()
}

/// When a text of the overview changes by time alone.
pub fn tick_matrix(state: &State) -> Option<Timestamp> {
    let visible = state.matrix.window().filter_map(|item| match item {
        Item::Line(line) => Some(state.fleet.of_service(&line.service)),
        Item::Row(_) => None,
    });
    let visible = visible.flatten().chain(most_needing(state));
    visible.filter_map(|row| tick_of(state, row, tick::cell)).chain(selected_tick(state)).min()
}

/// When a text of a channel's list changes by time alone.
pub fn tick_board(state: &State) -> Option<Timestamp> {
    let visible = state.board.window().filter_map(|item| match item {
        Item::Row(key) => state.fleet.get(key),
        Item::Line(_) => None,
    });
    visible.filter_map(|row| tick_of(state, row, tick::board)).chain(selected_tick(state)).min()
}

fn selected_tick(state: &State) -> Option<Timestamp> {
    let row = state.selected_row().filter(|_| roomy(state))?;
    tick_of(state, row, tick::page)
}

fn tick_of(state: &State, row: &Row, of: impl Fn(&Subject<'_>) -> Option<Timestamp>) -> Option<Timestamp> {
    let context = state.context(row, false);
    let words = of(&Subject::new(&row.rollout, &row.picture, &context));
    words.into_iter().chain(row.flash_ends().filter(|end| *end > state.now)).min()
}
