//! What a key wishes for: a deed that is decided at once, or one that needs a value first. The same answer makes keys
//! dim, fills help and palette, and refuses a key press.

use super::facts;
use crate::app::access::Rights;
use crate::app::action::Action;
use crate::app::availability::{doable, nothing_under_way, place_allows, selected, writable};
use crate::app::fleet::Row;
use crate::app::node::Node;
use crate::app::overlay::Field;
use crate::app::screen::Screen;
use crate::app::state::State;
use crate::argo::deed::plan::plan;
use crate::argo::deed::refusal::Refusal;
use crate::argo::deed::undo::Target;
use crate::argo::deed::{Deed, Extent};
use crate::argo::feed::Right;
use crate::argo::images;
use crate::argo::rollout::{Container, PodTemplate};

/// What is wished for.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// A deed.
    Deed(Deed),
    /// A value for one.
    Form(Field),
}

/// What an action does to a rollout; `None`: it writes nothing.
///
/// # Errors
/// What the action needs is not under the cursor, in words.
pub fn wish(state: &State, row: &Row, action: Action) -> Option<Result<Wish, String>> {
    let deed = |deed: Deed| Some(Ok(Wish::Deed(deed)));
    let form = |field: Field| Some(Ok(Wish::Form(field)));
    match action {
        Action::Promote => deed(Deed::Promote(Extent::Pause)),
        Action::PromoteFull => deed(Deed::Promote(Extent::Full)),
        Action::SkipStep => deed(Deed::Promote(Extent::Step)),
        Action::SkipAllSteps => deed(Deed::Promote(Extent::AllSteps)),
        Action::Abort => deed(Deed::Abort),
        Action::Retry => deed(Deed::Retry),
        Action::Pause => deed(if row.rollout.spec.paused { Deed::Resume } else { Deed::Pause }),
        Action::Undo => form(Field::Revision(None)),
        Action::SetImage => form(Field::Image { container: None, text: None }),
        Action::Restart => form(Field::Restart(String::new())),
        Action::Scale => form(Field::Replicas(None)),
        Action::Terminate | Action::DeleteRun => Some(child(state, action).map(Wish::Deed)),
        _ => None,
    }
}

/// What ends or deletes the run or the experiment under the cursor.
fn child(state: &State, action: Action) -> Result<Deed, String> {
    match (action, state.node()) {
        (Action::DeleteRun, Node::AnalysisRun(name, _)) => Ok(Deed::DeleteRun { name }),
        (Action::DeleteRun, _) => Err("the cursor is not on an analysis run".to_owned()),
        (_, Node::AnalysisRun(name, _)) => Ok(Deed::TerminateRun { name }),
        (_, Node::Experiment(name, _)) => Ok(Deed::TerminateExperiment { name }),
        _ => Err("the cursor is not on an analysis run or an experiment".to_owned()),
    }
}

/// Why an action that writes is off for the selected rollout; `None`: it works, or it does not write.
#[must_use]
pub fn off(state: &State, action: Action) -> Option<String> {
    let row = match selected(state) {
        Ok(row) => row,
        Err(why) => return Some(why),
    };
    match wish(state, row, action)? {
        Err(why) => place_allows(state, row).err().or(Some(why)),
        Ok(Wish::Deed(deed)) => doable(state, &deed).err(),
        Ok(Wish::Form(field)) => answerable(state, row, &field).err(),
    }
}

/// The right that the user lacks for what is wished on a rollout.
#[must_use]
pub fn missing(state: &State, row: &Row, wish: &Wish) -> Option<Right> {
    let rights = match wish {
        Wish::Deed(deed) => plan(deed, facts(state, &row.key, &row.rollout)).ok()?.rights(),
        Wish::Form(field) => probe(state, row, field).1,
    };
    match state.access.rights(row.key.source, &row.key.namespace, &rights) {
        Rights::No { right, .. } => Some(right),
        Rights::Yes | Rights::Asking | Rights::Unsure(_) => None,
    }
}

/// Whether a form makes sense: whether some value can be sent. What is not known yet is loaded while it is open.
///
/// # Errors
/// Why not, in words.
pub fn answerable(state: &State, row: &Row, field: &Field) -> Result<(), String> {
    place_allows(state, row)?;
    nothing_under_way(state, row)?;
    let (deed, right) = probe(state, row, field);
    let decided = deed.map(|deed| plan(&deed, facts(state, &row.key, &row.rollout)));
    match decided {
        None | Some(Ok(_) | Err(Refusal::NotKnown { .. })) => writable(state, row, &right),
        Some(Err(refusal)) => Err(refusal.sentence()),
    }
}

/// A deed with some value that is certainly another one than the present, and the rights that any value needs.
fn probe(state: &State, row: &Row, field: &Field) -> (Option<Deed>, Vec<Right>) {
    let rollout = &row.rollout;
    let template = match rollout.spec.workload_ref.as_ref().map(|workload| &*workload.kind) {
        None => vec![Right::PatchRollouts],
        Some("Deployment") => vec![Right::PatchDeployments],
        // Rarer ones are not asked about: the write itself will tell.
        Some(_) => Vec::new(),
    };
    match field {
        Field::Revision(_) => (Some(Deed::Undo(Target::Back)), template),
        Field::Image { .. } => {
            let first = template_of(state, row).and_then(|template| template.spec.containers.first());
            let other = |it: &Container| Deed::set_image(&it.name, &format!("{}-", it.image.trim()));
            let unread = || Deed::set_image("", "-");
            (Some(first.map_or_else(unread, other)), template)
        }
        Field::Restart(_) => {
            let at = facts(state, &row.key, rollout).now;
            (Some(Deed::Restart { at }), vec![Right::PatchRollouts])
        }
        Field::Replicas(_) => {
            let other = rollout.spec.replicas.unwrap_or(1).saturating_add(1);
            (Some(Deed::Scale { replicas: other }), vec![Right::PatchScale])
        }
    }
}

/// The pod template that is rolled out, as far as it is known.
#[must_use]
pub fn template_of<'a>(state: &'a State, row: &'a Row) -> Option<&'a PodTemplate> {
    images::template(&row.rollout, facts(state, &row.key, &row.rollout).children.workload)
}

/// On the lists, whose marks the keys speak of.
#[must_use]
pub fn on_list(state: &State) -> bool {
    matches!(state.screen(), Screen::Matrix | Screen::Board(_))
}
