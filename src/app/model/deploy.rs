//! The form of a deploy, and its plan.

use super::{Button, Mark};
pub use crate::app::deploying::lines::{Kind as PlanKind, PlanLine};
use crate::app::search::Pattern;

/// The screen.
#[derive(Clone, Debug, PartialEq)]
pub struct DeployPage {
    /// `from gradual-rollout.pvn.yaml, 2 parameters, 1 changed`.
    pub about: String,
    /// The form, or the plan that fills the screen.
    pub body: DeployBody,
    /// Buttons.
    pub buttons: Vec<Button>,
    /// Why the last button is off; empty: it is on.
    pub off: String,
}

/// What fills it.
#[derive(Clone, Debug, PartialEq)]
pub enum DeployBody {
    /// The fields.
    Form(DeployForm),
    /// What would change.
    Plan(DeployPlan),
}

/// The fields and what is known about the one with the focus.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeployForm {
    /// The fields.
    pub fields: Vec<DeployField>,
    /// Index of the one with the focus; `None`: a button has it.
    pub focus: Option<usize>,
    /// What is known about it: what it takes, where its value comes from.
    pub notes: Vec<(Option<Mark>, String)>,
    /// The values that are offered for it.
    pub list: Option<DeployList>,
    /// What would change, in short.
    pub changes: Vec<PlanLine>,
}

/// A field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeployField {
    /// Its name.
    pub label: String,
    /// What stands in it.
    pub text: String,
    /// The cursor, in characters, where text is typed.
    pub cursor: Option<usize>,
    /// It has a list.
    pub list: bool,
    /// It differs from what runs.
    pub changed: bool,
    /// Where its value comes from.
    pub origin: String,
    /// What is wrong with it, or to be known.
    pub remark: Option<(Mark, String)>,
}

/// The list over a field, or the values that it offers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeployList {
    /// What it is.
    pub title: String,
    /// It is open: the cursor is in it.
    pub open: bool,
    /// What was typed to narrow it.
    pub filter: String,
    /// The lines around the chosen one: mark, value, more, whether it is chosen or marked.
    pub lines: Vec<(Option<Mark>, String, String, bool)>,
    /// Index of the one under the cursor.
    pub selected: Option<usize>,
    /// Lines above and below.
    pub more: usize,
}

/// The plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeployPlan {
    /// The lines from the first one in sight.
    pub lines: Vec<PlanLine>,
    /// The line under the cursor, as an index into `lines`; `None`: a button has the focus.
    pub cursor: Option<usize>,
    /// Number of the first line, and of all.
    pub first: usize,
    /// All lines.
    pub total: usize,
    /// What is searched.
    pub pattern: Pattern,
    /// `hit 2 of 7`.
    pub found: String,
}
