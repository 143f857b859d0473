//! Deploying: the form `D`, from the service and its values over the plan to the deploy and what came of it.
//!
//! | question | file |
//! | --- | --- |
//! | whether there is something to deploy here, and why not | [`open`] |
//! | which clusters a form speaks of, which values stand in it and where they come from | [`cells`], [`values`], [`offers`] |
//! | what a key does | [`keys`], [`picker`], [`mod@line`] |
//! | what would change, and what was chosen beside it | [`plans`], [`lines`], [`since`] |
//! | the question, what was sent, what came of it | [`confirm`], [`flight`] |
//! | what a frame shows | [`page`], [`sheet`] |
//!
//! A plan is made of what the form shows, and only a plan that was shown is sent. What was typed stays as a draft until it
//! was deployed: closing the form loses nothing.

pub mod cells;
pub mod confirm;
pub mod flight;
pub mod keys;
pub mod line;
pub mod lines;
pub mod news;
pub mod offers;
pub mod open;
pub mod page;
pub mod picker;
pub mod plans;
pub mod sheet;
pub mod since;
pub mod values;

use super::reading::Reading;
use super::search::Pattern;
use crate::argo::feed::Trouble;
use crate::argo::replicaset::ReplicaSet;
use crate::deploy::feed::Stock;
use crate::names::RolloutKey;
use cells::Cell;
use flight::Flight;
use line::Line;
use lines::Fold;
use picker::Picker;
use plans::CellPlan;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// All about deploys that the state holds.
#[derive(Clone, Debug, Default)]
pub struct Deploying {
    /// The services, as they were read last; `None`: not yet.
    pub stock: Option<Arc<Stock>>,
    /// They are being read.
    pub loading: bool,
    /// What was typed and is not deployed, by service.
    pub drafts: BTreeMap<String, Draft>,
    /// The form, while its screen is open.
    pub form: Option<Form>,
    /// Deploys that were sent, oldest first, while there is something to say of them.
    pub flights: Vec<Flight>,
    /// ReplicaSets of rollouts, as they were read when a form opened: the history of images.
    pub sets: BTreeMap<RolloutKey, Result<Vec<Arc<ReplicaSet>>, Trouble>>,
}

/// What was typed for a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Channels by their index.
    pub channels: BTreeSet<usize>,
    /// Lines by parameter; those that were touched.
    pub lines: BTreeMap<String, Line>,
}

/// What has the focus in the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// The service.
    Service,
    /// The channels.
    Channels,
    /// A parameter, by its place.
    Parameter(usize),
    /// The plan: what would change.
    Plan,
    /// A button.
    Button(Button),
}

/// A button below the form and below the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// Closes the form, or goes back from the plan to it.
    Back,
    /// Makes the plan.
    Plan,
    /// Opens the question before the deploy.
    Deploy,
}

impl Button {
    /// In the order of Tab.
    pub const ALL: [Self; 3] = [Self::Back, Self::Plan, Self::Deploy];
}

/// The form.
#[derive(Clone, Debug)]
pub struct Form {
    /// The service; `None`: none is chosen yet.
    pub service: Option<String>,
    /// The rollout that it was opened on.
    pub from: Option<RolloutKey>,
    /// What has the focus.
    pub focus: Focus,
    /// The list that is open over a field.
    pub picker: Option<Picker>,
    /// The plan fills the screen.
    pub planned: bool,
    /// Plans by cluster.
    pub plans: BTreeMap<Cell, CellPlan>,
    /// The cursor in the plan.
    pub reading: Reading,
    /// What was folded or unfolded by hand.
    pub folds: BTreeMap<Fold, bool>,
    /// What is searched in the plan.
    pub pattern: Pattern,
}

impl Form {
    /// As it opens.
    #[must_use]
    pub fn new(service: Option<String>, from: Option<RolloutKey>) -> Self {
        let focus = if service.is_some() { Focus::Parameter(0) } else { Focus::Service };
        Self {
            service,
            from,
            focus,
            picker: None,
            planned: false,
            plans: BTreeMap::new(),
            reading: Reading::default(),
            folds: BTreeMap::new(),
            pattern: Pattern::default(),
        }
    }
}
