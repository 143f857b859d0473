//! The forms as the model has them: what is there, what is offered, and what the value would mean.

use super::answer;
use crate::app::deeds::{self, form};
use crate::app::fleet::Row;
use crate::app::frame::lists;
use crate::app::model::{FormDialog, FormOption, KeyHint, Mark};
use crate::app::overlay::{Field, Form};
use crate::app::present::{Subject, dialog as words, tick, version};
use crate::app::state::State;
use crate::argo::meta::POD_HASH_LABEL;
use crate::argo::replicaset::ReplicaSet;
use jiff::Timestamp;

/// The form.
pub fn dialog(state: &State, open: &Form) -> FormDialog {
    let mut dialog = match state.fleet.get(&open.key) {
        Some(row) => filled(state, row, open),
        None => FormDialog { title: format!("{} is gone", open.key.name), ..FormDialog::default() },
    };
    answer(state, &mut dialog.footnote);
    dialog
}

fn filled(state: &State, row: &Row, open: &Form) -> FormDialog {
    let context = state.context(row, lists::drift(state, row));
    let subject = Subject::new(&row.rollout, state.picture(row), &context);
    let mut rows = words::place(&subject);
    let (title, field, options) = match &open.field {
        Field::Revision(_) => {
            rows.push(("present".to_owned(), present(&subject)));
            ("Undo", None, revisions(state, row, open, &subject))
        }
        Field::Image { .. } => {
            let container = form::container(state, row, &open.field);
            let count = form::containers(state, row).len();
            let name = container.as_ref().map(|it| it.name.to_string()).unwrap_or_default();
            let more = if count > 1 { format!("   Tab: the next of {count}") } else { String::new() };
            rows.push(("in".to_owned(), format!("container {name}{more}")));
            let text = form::text(state, row, &open.field);
            ("Change the image of", Some(("image", text)), images(state, row, open))
        }
        Field::Restart(text) => ("Restart", Some(("in", text.clone())), Vec::new()),
        Field::Replicas(_) => {
            rows.push(("present".to_owned(), pods(row)));
            ("Scale", Some(("pods", form::text(state, row, &open.field))), Vec::new())
        }
    };
    let room = usize::from(state.size.1).saturating_sub(16).clamp(3, 20);
    let chosen = options.iter().position(|option| option.chosen).unwrap_or(0);
    let first = (chosen + 1).saturating_sub(room);
    let more = options.len().saturating_sub(room);
    FormDialog {
        title: format!("{title} {}", row.service),
        protected: context.protected,
        rows,
        field: field.map(|(label, text)| (label.to_owned(), text)),
        options: options.into_iter().skip(first).take(room).collect(),
        more,
        notes: notes(state, row, open),
        footnote: hint(&open.field).to_owned(),
    }
}

/// When the open form reads otherwise by time alone.
pub fn tick(state: &State, open: &Form) -> Option<Timestamp> {
    let row = state.fleet.get(&open.key)?;
    let context = state.context(row, false);
    tick::of(&Subject::new(&row.rollout, state.picture(row), &context), |subject| {
        // A refusal for want of fresh data says how old it is.
        let _ = (revisions(state, row, open, subject), subject.stale_age());
    })
}

const fn hint(field: &Field) -> &'static str {
    match field {
        Field::Revision(_) => "↑↓ choose the revision",
        Field::Image { .. } => "edit, or ↑↓ for images that were seen",
        Field::Restart(_) => "empty: now; or a time such as 90s, 10m, 1h30m",
        Field::Replicas(_) => "type a number, or ↑↓",
    }
}

fn pods(row: &Row) -> String {
    let replicas = row.picture.replicas;
    format!("{} wanted, {} available", replicas.desired, replicas.available)
}

fn present(subject: &Subject<'_>) -> String {
    match subject.rollout.meta.revision() {
        revision if revision > 0 => format!("{revision}  {}", version::wanted(subject)),
        _ => version::wanted(subject),
    }
}

fn images_of(set: &ReplicaSet) -> String {
    version::of_images(set.spec.template.spec.containers.iter().map(|container| &*container.image))
}

fn revisions(state: &State, row: &Row, open: &Form, subject: &Subject<'_>) -> Vec<FormOption> {
    let chosen = form::chosen(state, row, &open.field);
    let stable = &row.rollout.status.stable_rs;
    let all = form::revisions(state, row).unwrap_or_default();
    let widest = all.iter().map(|set| images_of(set).chars().count()).max().unwrap_or(0).min(30);
    all.iter()
        .map(|set| {
            let hash = set.meta.labels.get(POD_HASH_LABEL).map_or("", |hash| hash);
            let made = set.meta.created.map(|at| format!("made {} ago", subject.age_coarse(at))).unwrap_or_default();
            let role = if !stable.is_empty() && *hash == **stable { "stable  " } else { "" };
            FormOption {
                words: format!("{:>4}  {:widest$}", set.meta.revision(), images_of(set)),
                detail: format!("{role}{made}"),
                chosen: Some(set.meta.revision()) == chosen,
            }
        })
        .collect()
}

fn images(state: &State, row: &Row, open: &Form) -> Vec<FormOption> {
    let Some(container) = form::container(state, row, &open.field) else { return Vec::new() };
    let typed = form::text(state, row, &open.field);
    let present =
        FormOption { words: container.image.to_string(), detail: "present".into(), chosen: *container.image == *typed };
    let offers = form::offers(state, row, &container).into_iter().map(|offer| FormOption {
        words: offer.image.to_string(),
        detail: offer.seen.join(", "),
        chosen: *offer.image == *typed,
    });
    std::iter::once(present).chain(offers).collect()
}

/// What the value would mean, or what is wrong with it.
fn notes(state: &State, row: &Row, open: &Form) -> Vec<(Mark, String)> {
    let mut notes = Vec::new();
    let waiting = |kind: &str| {
        let detail = state.detail.as_ref().filter(|detail| detail.key == row.key);
        detail.map(|detail| detail.note_of(kind)).filter(|note| !note.is_empty())
    };
    if let Field::Revision(_) = &open.field {
        if let Some(note) = waiting("replicasets") {
            notes.push((Mark::Busy, note));
            return notes;
        }
        notes.extend(changes(state, row, open).into_iter().map(|change| (Mark::Absent, change)));
        if let Some(plugin) = form::proposed(state, row).and_then(|proposed| proposed.plugin) {
            notes.push((Mark::Attention, format!("kubectl argo rollouts undo would go to revision {plugin}")));
        }
    }
    if !open.is_changed() && matches!(open.field, Field::Image { .. } | Field::Replicas(_)) {
        // As it opens nothing is wrong yet.
        return notes;
    }
    let decided = form::deed(state, row, &open.field).and_then(|deed| deeds::decide(state, row, &deed));
    if let Err(why) = decided {
        notes.push((Mark::Attention, why));
    }
    notes
}

/// What going back to the chosen revision changes in the containers.
fn changes(state: &State, row: &Row, open: &Form) -> Vec<String> {
    let chosen = form::chosen(state, row, &open.field);
    let sets = form::revisions(state, row).unwrap_or_default();
    let Some(set) = sets.iter().find(|set| Some(set.meta.revision()) == chosen) else { return Vec::new() };
    let now = form::containers(state, row);
    let spec = &set.spec.template.spec;
    let then: Vec<_> = spec.containers.iter().chain(&spec.init_containers).collect();
    let mut changes: Vec<String> = Vec::new();
    for container in &then {
        match now.iter().find(|it| it.name == container.name) {
            Some(it) if it.image == container.image => {}
            Some(it) => changes.push(format!("{}: {} → {}", container.name, it.image, container.image)),
            None => changes.push(format!("{}: comes back with {}", container.name, container.image)),
        }
    }
    let gone = now.iter().filter(|it| !then.iter().any(|container| container.name == it.name));
    changes.extend(gone.map(|it| format!("{}: goes ({})", it.name, it.image)));
    if changes.is_empty() {
        changes.push("the images are the same: something else of the template differs".to_owned());
    }
    changes
}

/// The keys of a form.
pub fn keys(field: &Field) -> Vec<KeyHint> {
    let mut keys = match field {
        Field::Revision(_) => vec![hinted("↑↓", "revision")],
        Field::Image { .. } => vec![hinted("letters:", "the image"), hinted("↑↓", "seen"), hinted("Tab", "container")],
        Field::Restart(_) => vec![hinted("letters:", "a duration")],
        Field::Replicas(_) => vec![hinted("letters:", "a number"), hinted("↑↓", "more, less")],
    };
    keys.extend([hinted("⏎", "go on"), hinted("Esc", "close")]);
    keys
}

fn hinted(key: &str, word: &str) -> KeyHint {
    crate::app::frame::hint(key, word, true)
}
