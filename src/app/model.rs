//! The model of a frame: what a screen shows, in words and numbers, without a colour or a cell position. `ui` draws
//! it and looks at nothing else, so a screen can be tested without a terminal and a view without a state.
//!
//! Texts are clean (see [`crate::clean`]) and whole; cutting them to a width is the business of `ui`. Ages and
//! countdowns are already words.

use jiff::Timestamp;

/// One frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Row 1.
    pub header: Header,
    /// Everything between header and `next` line.
    pub body: Body,
    /// The `next` line: what happens by itself, when, and what a key would change. Empty: none.
    pub next: String,
    /// The keys of the focus, most important first; the view leaves out from the end what does not fit.
    pub keys: Vec<KeyHint>,
    /// The filter line while it is being typed: text and cursor (in characters).
    pub filter_input: Option<(String, usize)>,
    /// A message that shows for a while above the `next` line.
    pub toast: Option<Toast>,
    /// The open dialog.
    pub dialog: Option<Dialog>,
    /// The verdict line of a write that is not settled or was settled a moment ago.
    pub verdict: Option<Verdict>,
    /// The terminal is smaller than 20x6: columns, rows.
    pub too_small: Option<(u16, u16)>,
}

/// How something stands; decides glyph and colour role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// `✓` healthy, passed.
    Ok,
    /// `▸` progressing.
    Busy,
    /// `‖` paused.
    Wait,
    /// `✗` degraded, failed.
    Bad,
    /// `⊘` aborted.
    Aborted,
    /// `?` unknown.
    Unknown,
    /// `·` not there, not started.
    Absent,
    /// `!` needs attention.
    Attention,
    /// `~` stale.
    Stale,
}

/// Row 1: path on the left, health in the middle, clock on the right.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// `rolltop`, then where we are.
    pub path: Vec<String>,
    /// The part of the path that names a production-like channel (drawn in reverse), as an index into `path`.
    pub strong: Option<usize>,
    /// Such as `12 services · 4 need you`, or `prod-eu/shop ✓ live`.
    pub summary: String,
    /// The kept filter, shown as long as it holds.
    pub filter: Option<String>,
    /// `DEMO`, `REPLAY`, `read-only`.
    pub ribbons: Vec<String>,
    /// Local time of the frame.
    pub clock: Timestamp,
}

/// What fills the middle of the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Services × channels.
    Matrix(Matrix),
    /// One channel as a list.
    Board(Board),
    /// One rollout.
    Rollout(Box<RolloutPage>),
    /// Keys.
    Help(HelpPage),
    /// The log of messages.
    Log(LogPage),
    /// The raw error of a source, or the first-run screen.
    Text(TextPage),
}

/// Health of a channel's connection, as its head says it.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// Cluster name.
    pub cluster: String,
    /// Mark.
    pub mark: Mark,
    /// `live`, `14s`, `3m retry 12s`, `login: L`, `forbidden`, `no Rollouts`, `listing 3,200`, `connecting 3s`.
    pub words: String,
}

/// The overview.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// One column per release channel.
    pub columns: Vec<Column>,
    /// The visible window of rows.
    pub rows: Vec<MatrixRow>,
    /// Index (in `rows`) of the selected row.
    pub selected: Option<usize>,
    /// Index of the first visible row among all rows that pass the filter.
    pub first: usize,
    /// Number of rows that pass the filter.
    pub total: usize,
    /// Who needs a person, most urgent first (all of them; the view shows what fits and counts the rest).
    pub needs_you: Vec<NeedLine>,
    /// What happened last, newest first (wide screens).
    pub happened: Vec<HappenedLine>,
    /// Connections that are in trouble; shown instead of `needs you` when not empty.
    pub trouble: Vec<TroubleLine>,
    /// The rollout under the cursor in more detail (wide screens).
    pub selected_page: Option<Box<RolloutPage>>,
    /// Said instead of rows when there are none.
    pub empty: Option<String>,
}

/// A channel's column head.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Number key, from 1.
    pub number: usize,
    /// Channel name.
    pub name: String,
    /// Health of each of its sources.
    pub health: Vec<Health>,
}

/// A service in all channels.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixRow {
    /// Service name; with the namespace in front where two would be alike.
    pub service: String,
    /// Needs a person (the `!` in column 2).
    pub attention: bool,
    /// One cell per column.
    pub cells: Vec<Cell>,
    /// Index of the focused cell; only in the selected row.
    pub focused: Option<usize>,
}

/// One service in one channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// Mark; `None` for an empty cell.
    pub mark: Option<Mark>,
    /// Version, such as `2.42.0` (the tag, or a short digest). Empty when not deployed or unknown.
    pub version: String,
    /// Differs from the channel before.
    pub drift: bool,
    /// Step such as `4/8`; empty outside an update.
    pub step: String,
    /// Set weight in percent; `None` outside a canary update.
    pub set: Option<i64>,
    /// Actual weight in percent, if known.
    pub actual: Option<i64>,
    /// The one most useful word: `aborted`, `preview`, `not deployed`, `waits for you`, `scaling pods`.
    pub word: String,
    /// Age or countdown: `12m`, `in 1m48s`.
    pub time: String,
    /// The data is old: `~`.
    pub stale: bool,
    /// Changed in the last 2 s (drawn bold).
    pub changed: bool,
    /// More than one rollout stands behind the cell.
    pub count: usize,
}

/// A line of `needs you`.
#[derive(Clone, Debug, PartialEq)]
pub struct NeedLine {
    /// Mark.
    pub mark: Mark,
    /// Channel.
    pub channel: String,
    /// Service.
    pub service: String,
    /// Why, in words.
    pub words: String,
    /// For how long.
    pub age: String,
    /// The data is old.
    pub stale: bool,
}

/// A line of `just happened`.
#[derive(Clone, Debug, PartialEq)]
pub struct HappenedLine {
    /// When.
    pub at: Timestamp,
    /// Channel.
    pub channel: String,
    /// Service.
    pub service: String,
    /// What.
    pub words: String,
}

/// A connection in trouble.
#[derive(Clone, Debug, PartialEq)]
pub struct TroubleLine {
    /// Mark.
    pub mark: Mark,
    /// Channel.
    pub channel: String,
    /// What is wrong and since when; one or two lines.
    pub lines: Vec<String>,
    /// `retry in 8s`, or empty.
    pub retry: String,
}

/// One channel as a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// Channel.
    pub channel: String,
    /// Health of its sources.
    pub health: Vec<Health>,
    /// Show the cluster column (more than one source).
    pub clusters: bool,
    /// The visible window of rows.
    pub rows: Vec<BoardRow>,
    /// Index (in `rows`) of the selected row.
    pub selected: Option<usize>,
    /// Index of the first visible row.
    pub first: usize,
    /// Number of rows that pass the filter.
    pub total: usize,
    /// The rollout under the cursor in more detail.
    pub selected_page: Option<Box<RolloutPage>>,
    /// Connections in trouble.
    pub trouble: Vec<TroubleLine>,
    /// Said instead of rows when there are none.
    pub empty: Option<String>,
}

/// One rollout in the list of a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardRow {
    /// Service.
    pub service: String,
    /// Cluster.
    pub cluster: String,
    /// Namespace.
    pub namespace: String,
    /// Needs a person.
    pub attention: bool,
    /// Mark.
    pub mark: Mark,
    /// State in words: `waits for you`, `scaling pods`, `healthy`.
    pub state: String,
    /// `4/8`, or empty.
    pub step: String,
    /// Weights; `None` for blue-green.
    pub gauge: Option<Gauge>,
    /// In the middle of an update (else the gauge is drawn as dots).
    pub updating: bool,
    /// Available and wanted pods: `4/4`.
    pub pods: String,
    /// Version.
    pub version: String,
    /// Differs from the channel before.
    pub drift: bool,
    /// For how long.
    pub age: String,
    /// The data is old.
    pub stale: bool,
    /// Changed in the last 2 s.
    pub changed: bool,
}

/// Set against actual weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gauge {
    /// Set weight in parts of `max`.
    pub set: i64,
    /// Actual weight in parts of `max`, if known.
    pub actual: Option<i64>,
    /// All traffic.
    pub max: i64,
}

/// One rollout, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutPage {
    /// Service (with the object's name behind it where it differs).
    pub service: String,
    /// Mark of the phase.
    pub mark: Mark,
    /// First row: `Paused at step 4 of 8, waits for you`.
    pub headline: String,
    /// Right end of the first row: `canary · 2.41.0 → 2.42.0 · rev 42`.
    pub facts: String,
    /// The message in the controller's words, if any.
    pub message: String,
    /// Weights; `None` for blue-green or unknown.
    pub gauge: Option<Gauge>,
    /// Why set and actual differ, in words; empty when they do not.
    pub gauge_note: String,
    /// The ladder; all steps.
    pub steps: Vec<StepLine>,
    /// Index of the current step; `None` when all are done or there are none.
    pub current_step: Option<usize>,
    /// First visible step line when the person has scrolled; `None`: the view keeps the current step in sight.
    pub steps_scroll: Option<usize>,
    /// Below the ladder: `done 3 of 8 · so far 20m19s`.
    pub steps_note: String,
    /// Desired, current, updated, ready, available.
    pub replicas: [(&'static str, i32); 5],
    /// Revisions with ReplicaSets and pods.
    pub revisions: Vec<RevisionLine>,
    /// Why the revisions are missing or incomplete (`loading…`, `no right to list pods in shop`); empty: complete.
    pub revisions_note: String,
    /// Conditions.
    pub conditions: Vec<ConditionLine>,
    /// Things worth knowing.
    pub warnings: Vec<String>,
    /// Facts by name, such as channel, cluster, namespace, images, last writer.
    pub about: Vec<(String, String)>,
    /// Age of the data when it is stale: `14s`.
    pub stale: Option<String>,
    /// First visible row of the pane with the focus.
    pub scroll: usize,
    /// Index of the pane with the focus: 0 steps, 1 revisions, 2 conditions.
    pub focus: usize,
    /// The focused pane fills the screen.
    pub zoom: bool,
}

/// A step of the ladder.
#[derive(Clone, Debug, PartialEq)]
pub struct StepLine {
    /// Mark: done `Ok`, current `Wait`/`Busy`/…, coming `Absent`.
    pub mark: Mark,
    /// Number from 1.
    pub number: usize,
    /// The step in words.
    pub words: String,
    /// Time it took, takes, or will take: `1m02s`, `in 12s`, `10m`.
    pub time: String,
}

/// A revision, a ReplicaSet or a pod in the tree, flattened for drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct RevisionLine {
    /// What stands in this line.
    pub kind: TreeKind,
    /// Mark.
    pub mark: Mark,
    /// Name (revision number for a revision).
    pub name: String,
    /// Roles (`canary`, `stable`).
    pub roles: Vec<String>,
    /// Image version for a ReplicaSet.
    pub version: String,
    /// Status text: `Running`, `ScaledDown`, `4/4 ready`.
    pub status: String,
    /// More: `1/1`, `restarts 3`, `leaves in 29s`.
    pub info: String,
    /// Age.
    pub age: String,
    /// Last child of its parent.
    pub last: bool,
}

/// Depth in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeKind {
    /// `# revision`.
    Revision,
    /// ReplicaSet.
    ReplicaSet,
    /// Pod.
    Pod,
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub struct ConditionLine {
    /// Mark, by what the condition means (Progressing False is bad, Completed False is not).
    pub mark: Mark,
    /// Type.
    pub kind: String,
    /// `True`, `False`, `Unknown`.
    pub status: String,
    /// Reason.
    pub reason: String,
    /// Message.
    pub message: String,
    /// Since when.
    pub age: String,
}

/// Help.
#[derive(Clone, Debug, PartialEq)]
pub struct HelpPage {
    /// For which screen.
    pub screen: String,
    /// Groups of rows: title, then keys, words and (when off) why.
    pub groups: Vec<(String, Vec<HelpLine>)>,
    /// About: version, config path, contexts, terminal findings.
    pub about: Vec<String>,
    /// First visible row.
    pub scroll: usize,
}

/// One row of help.
#[derive(Clone, Debug, PartialEq)]
pub struct HelpLine {
    /// Keys.
    pub keys: String,
    /// What they do.
    pub words: String,
    /// Why it is off now; empty when it is on.
    pub off: String,
}

/// The log of messages.
#[derive(Clone, Debug, PartialEq)]
pub struct LogPage {
    /// The visible window, oldest first.
    pub lines: Vec<(Timestamp, Mark, String)>,
    /// Index of the first visible line.
    pub first: usize,
    /// Number of lines.
    pub total: usize,
}

/// A page of text.
#[derive(Clone, Debug, PartialEq)]
pub struct TextPage {
    /// Title.
    pub title: String,
    /// Lines; wrapped by the view.
    pub lines: Vec<String>,
    /// First visible line.
    pub scroll: usize,
}

/// A key in the footer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHint {
    /// Key text: `p`, `⏎`.
    pub key: String,
    /// Word: `promote`.
    pub word: String,
    /// Works now; else drawn dim.
    pub on: bool,
}

/// A passing message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// Mark.
    pub mark: Mark,
    /// Words.
    pub words: String,
}

/// The verdict line of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Mark.
    pub mark: Mark,
    /// In flight (spinner).
    pub spinning: bool,
    /// `promote checkout in production: accepted 14:32:07Z, waiting for the controller`.
    pub words: String,
    /// What to do now, if there is something.
    pub hint: String,
}

/// A dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    /// A write, before it happens.
    Write(Box<WriteDialog>),
    /// A question with buttons.
    Ask {
        /// Title.
        title: String,
        /// Lines.
        lines: Vec<String>,
        /// Buttons.
        buttons: Vec<Button>,
    },
}

/// A write, before it happens.
#[derive(Clone, Debug, PartialEq)]
pub struct WriteDialog {
    /// `Promote checkout`.
    pub title: String,
    /// The channel is protected: its name is spelled in capitals and drawn in reverse.
    pub protected: bool,
    /// Rows by name: where, version, step, traffic, pods, then, …
    pub rows: Vec<(String, String)>,
    /// Set weight before and after, for the small gauge.
    pub weights: Option<(i64, i64, i64)>,
    /// Evidence and warnings.
    pub evidence: Vec<(Mark, String)>,
    /// What has to be typed, and what has been typed so far.
    pub typed: Option<(String, String)>,
    /// The request and its kubectl equivalent, when shown.
    pub call: Option<Vec<String>>,
    /// The way back, in words.
    pub back: String,
    /// Buttons.
    pub buttons: Vec<Button>,
    /// `data 1 s old`.
    pub footnote: String,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// Label.
    pub label: String,
    /// Has the focus.
    pub focused: bool,
    /// Can be pressed.
    pub on: bool,
}

/// The model of the present state.
#[must_use]
pub fn of(state: &super::state::State) -> Model {
    let _ = state;
    todo!()
}
