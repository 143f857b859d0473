//! The model of a frame: what a screen shows, in words and numbers, without a colour or a cell position. `ui` draws
//! it and looks at nothing else, so a screen can be tested without a terminal and a view without a state.
//!
//! Texts are clean (see [`crate::clean`]) and whole; cutting them to a width is the business of `ui`. Ages and
//! countdowns are already words.

mod analysis;
mod board;
mod charts;
mod deploy;
mod dialog;
mod document;
mod experiment;
mod logs;
mod overview;
mod page;
mod run;
mod text;
mod timeline;
mod tree;

pub use analysis::{MetricLine, Point, RunLine};
pub use board::{Board, BoardRow, Gauge, Sorting};
pub use charts::{ChartsPage, Series, SeriesKind, TimeChart, TimeMark};
pub use deploy::{DeployBody, DeployField, DeployForm, DeployList, DeployPage, DeployPlan, PlanKind, PlanLine};
pub use dialog::{Button, Dialog, FinderDialog, FinderLine, FormDialog, FormOption, ReasonField, WriteDialog};
pub use document::{DocumentLine, DocumentPage};
pub use experiment::{ExperimentKind, ExperimentLine, ExperimentPage};
pub use logs::{LogRow, LogsPage, PickerRow};
pub use overview::{Cell, Column, HappenedLine, Health, Matrix, MatrixRow, NeedLine, TroubleLine};
pub use page::{ConditionLine, EventLine, Pane, RoleLine, RolloutPage, StepLine};
pub use run::{Column as MeasurementColumn, MeasurementLine, MetricPage, OtherMetric, RunPage, Scale, Sign};
pub use text::{HelpLine, HelpPage, LogPage, TextPage};
pub use timeline::{TimelinePage, TimelineRow};
pub use tree::{RevisionLine, TreeKind};

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

impl Mark {
    /// The sign, one cell wide (`--ascii` is the business of `ui`).
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Ok => "✓",
            Self::Busy => "▸",
            Self::Wait => "‖",
            Self::Bad => "✗",
            Self::Aborted => "⊘",
            Self::Unknown => "?",
            Self::Absent => "·",
            Self::Attention => "!",
            Self::Stale => "~",
        }
    }
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
    /// Logs of pods.
    Logs(Box<LogsPage>),
    /// One object as YAML, or described.
    Document(Box<DocumentPage>),
    /// Events as a story.
    Timeline(Box<TimelinePage>),
    /// One AnalysisRun.
    Run(Box<RunPage>),
    /// One Experiment.
    Experiment(Box<ExperimentPage>),
    /// Weight and metrics over time.
    Charts(Box<ChartsPage>),
    /// A deploy.
    Deploy(Box<DeployPage>),
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

/// The model of the present state.
#[must_use]
pub fn of(state: &super::state::State) -> Model {
    super::frame::of(state)
}
