//! The table itself, in the order of the footer: the most important first.

use super::Action as A;
use super::Group::{Move, Program, Rollout, Show};
use super::{Action, Group, Place, Row};
use crate::keys::{Key, KeyChord};

const LISTS: &[Place] = &[Place::Matrix, Place::Board];
const OBJECTS: &[Place] = &[Place::Matrix, Place::Board, Place::Rollout];
const OPENS: &[Place] = &[Place::Matrix, Place::Board, Place::Rollout, Place::Analysis];
/// Where a rollout, or a run of it, is looked at.
const RUNS: &[Place] = OPENS;
/// Where there are runs under the cursor.
const BELOW: &[Place] = &[Place::Rollout, Place::Analysis];
const PAGE: &[Place] = &[Place::Rollout];
/// Where a closer look can be taken from.
const NODES: &[Place] = &[
    Place::Matrix,
    Place::Board,
    Place::Rollout,
    Place::Logs,
    Place::Document,
    Place::Timeline,
    Place::Analysis,
    Place::Charts,
];
/// Where there is something to search in.
const SEARCHED: &[Place] = &[Place::Logs, Place::Document, Place::Timeline, Place::Audit];
const TEXTS: &[Place] = &[Place::Logs, Place::Document, Place::Timeline];
pub(super) const ALL: &[Place] = &[
    Place::Matrix,
    Place::Board,
    Place::Rollout,
    Place::Text,
    Place::Audit,
    Place::Logs,
    Place::Document,
    Place::Timeline,
    Place::Analysis,
    Place::Charts,
];

const fn c(c: char) -> KeyChord {
    KeyChord::char(c)
}
const fn k(key: Key) -> KeyChord {
    KeyChord::plain(key)
}
const fn ctrl(c: char) -> KeyChord {
    KeyChord::ctrl(c)
}

const fn row(
    action: Action,
    name: &'static str,
    keys: &'static [KeyChord],
    hint: &'static str,
    doc: &'static str,
    group: Group,
    places: &'static [Place],
) -> Row {
    Row { action, name, keys, hint, doc, group, places, writes: action.writes() }
}

/// The digits that choose a channel.
const DIGITS: &[KeyChord] = &[c('1'), c('2'), c('3'), c('4'), c('5'), c('6'), c('7'), c('8'), c('9')];

/// The table, in the order of the footer: the most important first.
pub const TABLE: &[Row] = &[
    row(A::Promote, "promote", &[c('p')], "promote", "promote: end the pause of the rollout", Rollout, RUNS),
    row(A::Abort, "abort", &[c('a')], "abort", "abort the update: all traffic to stable", Rollout, RUNS),
    row(A::Retry, "retry", &[c('t')], "retry", "begin an aborted update again", Rollout, RUNS),
    row(
        A::Deploy,
        "deploy",
        &[c('D')],
        "deploy",
        "deploy a service from its config: a form, a plan, a question",
        Rollout,
        OBJECTS,
    ),
    row(A::Open, "open", &[k(Key::Enter)], "open", "open what is selected", Show, OPENS),
    row(A::Logs, "logs", &[c('l')], "logs", "the logs of its pods", Show, NODES),
    row(A::Events, "events", &[c('e')], "events", "events, oldest first", Show, NODES),
    row(A::Describe, "describe", &[c('d')], "describe", "described in words", Show, NODES),
    row(A::Yaml, "yaml", &[c('y')], "yaml", "the object as YAML", Show, NODES),
    row(A::Charts, "charts", &[c('m')], "charts", "weight and metrics over time", Show, NODES),
    row(A::Search, "search", &[c('/')], "search", "search in the text", Show, SEARCHED),
    row(A::NextHit, "next-hit", &[c('n')], "", "to the next hit", Move, TEXTS),
    row(A::PreviousHit, "previous-hit", &[c('N')], "", "to the previous hit", Move, TEXTS),
    row(A::Wrap, "wrap", &[c('w')], "wrap", "wrap long lines, or cut them", Show, TEXTS),
    row(
        A::Follow,
        "follow",
        &[c('f'), c(' ')],
        "follow",
        "follow the end, or hold",
        Show,
        &[Place::Logs, Place::Timeline],
    ),
    row(
        A::OtherRevision,
        "other-version",
        &[k(Key::Tab)],
        "other version",
        "the pods of another version: canary, stable",
        Show,
        &[Place::Logs],
    ),
    row(A::Fold, "fold", &[c('f')], "fold", "fold or unfold", Show, &[Place::Rollout, Place::Document]),
    row(A::PreviousLog, "previous-log", &[c('b')], "before", "the log before the last restart", Show, &[Place::Logs]),
    row(A::Choose, "choose", &[c(',')], "choose", "choose pods and containers", Show, &[Place::Logs]),
    row(
        A::Only,
        "only",
        &[c('!')],
        "only",
        "only lines with what is searched; only warnings",
        Show,
        &[Place::Logs, Place::Timeline],
    ),
    row(A::CopyText, "copy-text", &[c('c')], "copy", "copy the line, or the whole object", Show, TEXTS),
    row(A::CopyShown, "copy-shown", &[c('C')], "", "copy the lines on screen", Show, &[Place::Logs]),
    row(A::ReadAgain, "read-again", &[c('R')], "read again", "read the object again now", Show, &[Place::Document]),
    row(
        A::NextMetric,
        "next-metric",
        &[c('n')],
        "next metric",
        "the next metric",
        Move,
        &[Place::Analysis, Place::Charts],
    ),
    row(
        A::PreviousMetric,
        "previous-metric",
        &[c('N')],
        "",
        "the previous metric",
        Move,
        &[Place::Analysis, Place::Charts],
    ),
    row(A::Sort, "sort", &[c('o')], "sort", "another order of the list", Show, LISTS),
    row(A::PromoteFull, "promote-full", &[c('P')], "full", "promote past steps, pauses, analysis", Rollout, OBJECTS),
    row(A::Undo, "undo", &[c('u')], "undo", "back to an earlier revision", Rollout, OBJECTS),
    row(A::Pause, "pause", &[c('s')], "pause", "pause by hand, or resume", Rollout, OBJECTS),
    row(A::Restart, "restart", &[c('r')], "restart", "replace all pods, now or later", Rollout, OBJECTS),
    row(A::SetImage, "set-image", &[c('i')], "image", "set the image of a container", Rollout, OBJECTS),
    row(A::Scale, "scale", &[c('#')], "scale", "another number of pods", Rollout, OBJECTS),
    row(A::Terminate, "terminate", &[c('x')], "terminate", "end the analysis or experiment here", Rollout, BELOW),
    row(A::SkipStep, "skip-step", &[], "", "skip the step that is running", Rollout, OBJECTS),
    row(A::SkipAllSteps, "skip-all-steps", &[], "", "skip all steps that are left", Rollout, OBJECTS),
    row(A::DeleteRun, "delete-run", &[], "", "delete the finished analysis run here", Rollout, BELOW),
    row(A::Mark, "mark", &[c(' ')], "mark", "mark for one deed on several, or unmark", Show, LISTS),
    row(A::MarkAll, "mark-all", &[c('*')], "", "mark all rows of the channel that are listed", Show, LISTS),
    row(A::ClearMarks, "clear-marks", &[c('\\')], "", "clear the marks", Show, LISTS),
    row(A::NextPane, "next-pane", &[k(Key::Tab)], "pane", "next pane", Move, PAGE),
    row(A::PreviousPane, "previous-pane", &[k(Key::BackTab)], "", "previous pane", Move, PAGE),
    row(A::Zoom, "zoom", &[c('z')], "zoom", "let the pane fill the screen", Show, PAGE),
    row(
        A::Watch,
        "watch",
        &[c('w')],
        "watch",
        "call me when it waits for a person, fails or finishes",
        Rollout,
        OBJECTS,
    ),
    row(
        A::PromoteWhen,
        "promote-when",
        &[c('W')],
        "",
        "promote this pause once a condition holds; again: disarm",
        Rollout,
        OBJECTS,
    ),
    row(A::Login, "login", &[c('L')], "log in", "log in to the cluster of this channel again", Program, OBJECTS),
    row(
        A::Reconnect,
        "reconnect",
        &[c('R'), ctrl('r')],
        "retry now",
        "try the connection of this channel again now",
        Program,
        OBJECTS,
    ),
    row(A::Trouble, "trouble", &[c('E')], "error", "the raw error of this channel's connection", Show, OBJECTS),
    row(A::ToggleBoard, "board", &[c('v')], "view", "overview of all channels, or the list of one", Show, LISTS),
    row(
        A::Filter,
        "filter",
        &[c('/')],
        "filter",
        "filter: word !term ~fuzzy l:k=v img: ch: ns: cl: is:drift",
        Show,
        LISTS,
    ),
    row(A::AttentionOnly, "attention", &[c('!')], "attention", "only what needs attention", Show, LISTS),
    row(A::NextAttention, "next-attention", &[c('.')], "", "to the next that needs attention", Move, OBJECTS),
    row(
        A::Palette,
        "palette",
        &[c(':')],
        "palette",
        "find a command, a rollout or a channel by its name",
        Program,
        ALL,
    ),
    row(A::Help, "help", &[c('?'), k(Key::F(1))], "help", "the keys of this screen", Program, ALL),
    row(A::Messages, "messages", &[c('@')], "messages", "the log of messages", Show, ALL),
    row(A::Audit, "audit", &[], "", "the log of what was written from here, and by whom", Show, ALL),
    row(A::Channel(0), "channel", DIGITS, "", "the channel with this number", Move, OBJECTS),
    row(A::AllChannels, "all-channels", &[c('0')], "", "all channels: the overview", Move, OBJECTS),
    row(A::PreviousChannel, "previous-channel", &[c('['), k(Key::Left)], "", "the channel to the left", Move, OBJECTS),
    row(A::NextChannel, "next-channel", &[c(']'), k(Key::Right)], "", "the channel to the right", Move, OBJECTS),
    row(A::Up, "up", &[c('k'), k(Key::Up)], "", "up", Move, ALL),
    row(A::Down, "down", &[c('j'), k(Key::Down)], "", "down", Move, ALL),
    row(A::Top, "top", &[c('g'), k(Key::Home)], "", "to the first", Move, ALL),
    row(A::Bottom, "bottom", &[c('G'), k(Key::End)], "", "to the last", Move, ALL),
    row(A::HalfUp, "half-up", &[ctrl('u')], "", "half a page up", Move, ALL),
    row(A::HalfDown, "half-down", &[ctrl('d')], "", "half a page down", Move, ALL),
    row(A::PageUp, "page-up", &[k(Key::PageUp), ctrl('b')], "", "a page up", Move, ALL),
    row(A::PageDown, "page-down", &[k(Key::PageDown), ctrl('f')], "", "a page down", Move, ALL),
    row(A::Copy, "copy", &[c('c')], "copy", "copy the name of the selected rollout", Show, OBJECTS),
    row(A::Leave, "leave", &[c('h'), k(Key::Backspace)], "", "one screen back", Move, ALL),
    row(A::LastScreen, "last-screen", &[c('-')], "", "the screen before this one", Move, ALL),
    row(A::Close, "close", &[k(Key::Esc)], "", "close the topmost thing; never quits", Program, ALL),
    row(A::Back, "back", &[c('q')], "quit", "close the top layer; on the overview, quit", Program, ALL),
    row(A::Quit, "quit", &[c('Q')], "", "quit from anywhere", Program, ALL),
    row(A::Repaint, "repaint", &[ctrl('l')], "", "draw the screen anew", Program, ALL),
    row(A::Suspend, "suspend", &[ctrl('z')], "", "stop until fg", Program, ALL),
    row(A::Interrupt, "interrupt", &[ctrl('c')], "", "cancel; twice quits", Program, ALL),
];
