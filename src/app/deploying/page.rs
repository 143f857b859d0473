//! The screen of a deploy in words: the fields, what is known about the one with the focus, what would change in short,
//! the buttons and the keys.

use super::picker::{self, Choice, Kind, Picker};
use super::values::{self, Value};
use super::{Button, Focus, Form, cells, lines, offers, plans, sheet};
use crate::app::model::{
    Button as ButtonModel, DeployBody, DeployField, DeployForm, DeployList, DeployPage, KeyHint, Mark, PlanKind,
    PlanLine,
};
use crate::app::screen::Screen;
use crate::app::source::channel_name;
use crate::app::state::State;
use crate::service::catalog::Service;

/// Lines of a list that are given, around the chosen one.
const AROUND: usize = 12;

/// The screen.
#[must_use]
pub fn page(state: &State) -> DeployPage {
    let Some(form) = &state.deploying.form else {
        let body = DeployBody::Form(DeployForm::default());
        return DeployPage { about: "the form is closed".to_owned(), body, buttons: Vec::new(), off: String::new() };
    };
    let obstacle = plans::obstacle(state, form);
    let body =
        if form.planned { DeployBody::Plan(sheet::sheet(state, form)) } else { DeployBody::Form(fields(state, form)) };
    let buttons = Button::ALL
        .into_iter()
        .map(|button| ButtonModel {
            label: match button {
                Button::Back if form.planned => "Back",
                Button::Back => "Close",
                Button::Plan => "Dry run",
                Button::Deploy => "Deploy…",
            }
            .to_owned(),
            focused: form.focus == Focus::Button(button),
            on: button != Button::Deploy || obstacle.is_none(),
        })
        .collect();
    DeployPage { about: about(state, form), body, buttons, off: obstacle.unwrap_or_default() }
}

/// Where the service comes from, and how much of it was changed.
fn about(state: &State, form: &Form) -> String {
    if state.deploying.stock.is_none() {
        return "reading the services …".to_owned();
    }
    let Some(service) = cells::service(state, form) else {
        return match &form.service {
            Some(name) => format!("service {name} is not there any more"),
            None => "no service is chosen".to_owned(),
        };
    };
    let fields = values::of(state, form);
    let typed = fields.iter().filter(|value| value.typed).count();
    let count = match fields.len() {
        1 => "1 parameter".to_owned(),
        count => format!("{count} parameters"),
    };
    let typed = if typed > 0 { format!(", {typed} changed") } else { String::new() };
    let rollouts = rollouts(state, form, service);
    let again = if state.deploying.loading { " · reading again …" } else { "" };
    format!("from {}, {count}{typed}{rollouts}{again}", service.home.file.rsplit('/').next().unwrap_or_default())
}

/// The Rollouts of the service, where they are called otherwise.
fn rollouts(state: &State, form: &Form, service: &Service) -> String {
    let Some(stock) = &state.deploying.stock else { return String::new() };
    let channel = cells::marked(state, form).first().map_or(0, |cell| cell.channel);
    let names: Vec<&str> = stock.rollouts_of(service.name(), channel_name(&state.setup, channel)).collect();
    if names.is_empty() || names == [service.name()] {
        return String::new();
    }
    format!(" · Rollout {}", names.join(", "))
}

fn fields(state: &State, form: &Form) -> DeployForm {
    let values = values::of(state, form);
    let mut fields = vec![service_field(state, form), channel_field(state, form)];
    fields.extend(values.iter().map(field));
    let focus = match form.focus {
        Focus::Service => Some(0),
        Focus::Channels => Some(1),
        Focus::Parameter(at) => Some((at + 2).min(fields.len() - 1)),
        Focus::Plan | Focus::Button(_) => None,
    };
    for (at, field) in fields.iter_mut().enumerate() {
        // While a list is open the cursor is there.
        field.cursor = field.cursor.filter(|_| Some(at) == focus && form.picker.is_none());
    }
    DeployForm {
        notes: notes(state, form, &values),
        list: list(state, form, &values),
        changes: changes(state, form),
        fields,
        focus,
    }
}

fn service_field(state: &State, form: &Form) -> DeployField {
    let broken = cells::service(state, form).is_some_and(|service| service.broken);
    DeployField {
        label: "service".to_owned(),
        text: form.service.clone().unwrap_or_default(),
        list: true,
        remark: broken.then(|| (Mark::Bad, "its file has errors: rolltop validate lists them".to_owned())),
        ..DeployField::default()
    }
}

fn channel_field(state: &State, form: &Form) -> DeployField {
    let draft = cells::draft(state, form);
    let names: Vec<&str> =
        draft.into_iter().flat_map(|draft| &draft.channels).map(|at| channel_name(&state.setup, *at)).collect();
    let service = form.service.as_deref().unwrap_or_default();
    let off = cells::marked(state, form).into_iter().find_map(|cell| cells::off(state, service, cell));
    DeployField {
        label: if names.len() > 1 { "channels" } else { "channel" }.to_owned(),
        text: names.join(", "),
        list: true,
        remark: off.map(|why| (Mark::Bad, why)),
        ..DeployField::default()
    }
}

fn field(value: &Value) -> DeployField {
    let elsewhere = if value.elsewhere.is_empty() { String::new() } else { format!(" · {}", value.elsewhere) };
    let before =
        if value.typed && !value.before.is_empty() { format!(", was {}", value.before) } else { String::new() };
    DeployField {
        label: value.name.clone(),
        text: if value.secret { veiled(&value.text) } else { value.text.clone() },
        cursor: Some(value.cursor),
        list: value.has_list,
        changed: value.differs || value.typed,
        origin: format!("{}{before}{elsewhere}", value.origin),
        remark: value.remark.clone(),
    }
}

/// A text that is no reference to a Secret may be the secret itself: it is not shown, though it is refused.
fn veiled(text: &str) -> String {
    const REFERENCE: &str = "secret:";
    if text.starts_with(REFERENCE) || REFERENCE.starts_with(text) {
        text.to_owned()
    } else {
        "•".repeat(text.chars().count())
    }
}

/// What is known about the field with the focus.
fn notes(state: &State, form: &Form, values: &[Value]) -> Vec<(Option<Mark>, String)> {
    let mut notes = Vec::new();
    match form.focus {
        Focus::Service => {
            let findings = state.deploying.stock.iter().flat_map(|stock| &stock.catalog.findings);
            let errors = findings.filter(|found| found.is_error()).count();
            if errors > 0 {
                let words = format!("{errors} errors in service files: rolltop validate lists them");
                notes.push((Some(Mark::Attention), words));
            }
        }
        Focus::Channels => notes.push((None, "Space marks several; each has its own plan".to_owned())),
        Focus::Parameter(at) => {
            let definition = cells::service(state, form).and_then(|service| service.config.parameters.get(at));
            if let (Some(definition), Some(value)) = (definition, values.get(at)) {
                if !value.description.is_empty() {
                    notes.push((None, value.description.clone()));
                }
                let needed = if definition.required { ", needed" } else { "" };
                notes.push((None, format!("{}{needed}", definition.words())));
                if value.typed && !value.before.is_empty() {
                    notes.push((None, format!("Ctrl-y takes back what was typed; {} stood there", value.before)));
                }
            }
        }
        Focus::Plan | Focus::Button(_) => {}
    }
    notes.extend(values::errors(state, form).into_iter().map(|error| (Some(Mark::Bad), error)));
    notes
}

/// The list: open, or what the field offers.
fn list(state: &State, form: &Form, values: &[Value]) -> Option<DeployList> {
    if let Some(open) = &form.picker {
        let choices = picker::choices(state, form, open);
        let title = match &open.kind {
            Kind::Service => "services".to_owned(),
            Kind::Channels => "channels".to_owned(),
            Kind::Value(name) => format!("seen running: {name}"),
        };
        return Some(around(title, Some(open), &choices));
    }
    let Focus::Parameter(at) = form.focus else { return None };
    let value = values.get(at).filter(|value| value.has_list)?;
    let service = cells::service(state, form)?;
    let offers = offers::of(state, service, &value.name);
    let choices: Vec<Choice> = offers
        .into_iter()
        .map(|offer| Choice {
            detail: offer.seen.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>().join(" · "),
            mark: offer.seen.first().map(|(mark, _)| *mark),
            chosen: offer.tag == value.text,
            value: offer.tag,
        })
        .collect();
    Some(around(format!("seen running: {}", value.name), None, &choices))
}

fn around(title: String, open: Option<&Picker>, choices: &[Choice]) -> DeployList {
    let at = open.map_or(0, |open| open.at.min(choices.len().saturating_sub(1)));
    let first = at.saturating_sub(AROUND / 2).min(choices.len().saturating_sub(AROUND));
    let shown = choices.iter().skip(first).take(AROUND);
    DeployList {
        title,
        open: open.is_some(),
        filter: open.map(|open| open.filter.clone()).unwrap_or_default(),
        lines: shown.map(|choice| (choice.mark, choice.value.clone(), choice.detail.clone(), choice.chosen)).collect(),
        selected: open.filter(|_| !choices.is_empty()).map(|_| at - first),
        more: choices.len().saturating_sub(AROUND),
    }
}

/// What would change, in short: the verdict of each object.
fn changes(state: &State, form: &Form) -> Vec<PlanLine> {
    if form.plans.is_empty() {
        return Vec::new();
    }
    lines::of(state, form)
        .into_iter()
        .filter(|line| matches!(line.kind, PlanKind::Heading | PlanKind::Object) || line.mark.is_some())
        .filter(|line| line.indent < 4 && line.words != "parameters")
        .collect()
}

/// The keys.
#[must_use]
pub fn keys(state: &State) -> Vec<KeyHint> {
    let hint = |key: &str, word: &str| KeyHint { key: key.to_owned(), word: word.to_owned(), on: true };
    let Some(form) = &state.deploying.form else { return vec![hint("Esc", "back")] };
    if let Some(open) = &form.picker {
        let mut keys = vec![hint("letters:", "narrow"), hint("↑↓", "choose")];
        if open.kind == Kind::Channels {
            keys.push(hint("Space", "mark"));
        }
        keys.extend([hint("⏎", "take"), hint("Esc", "close")]);
        return keys;
    }
    match form.focus {
        Focus::Service | Focus::Channels => {
            vec![hint("Tab", "next field"), hint("⏎ ↓", "choose"), hint("Esc", "close, keeps what was typed")]
        }
        Focus::Parameter(at) => {
            let has_list = values::of(state, form).get(at).is_some_and(|value| value.has_list);
            let mut keys = vec![hint("letters:", "text"), hint("Tab", "next field")];
            if has_list {
                keys.push(hint("↓", "seen running"));
            }
            keys.extend([
                hint("Ctrl-u", "clear"),
                hint("Ctrl-y", "undo"),
                hint("Ctrl-r", "redo"),
                hint("Esc", "close"),
            ]);
            keys
        }
        Focus::Button(_) => vec![hint("⏎", "press"), hint("Tab ←→", "next"), hint("Esc", "back")],
        Focus::Plan => vec![
            hint("Tab", "buttons"),
            hint("↑↓", "move"),
            hint("z", "fold"),
            hint("Space", "choose"),
            hint("/", "search"),
            hint("n N", "hits"),
            hint("R", "dry run again"),
            hint("D", "deploy"),
            hint("Esc", "back"),
        ],
    }
}

/// Whether the screen tells how deploys fare.
#[must_use]
pub fn tells(state: &State) -> bool {
    let shown = matches!(state.screen(), Screen::Deploy { .. });
    shown && state.deploying.form.as_ref().is_some_and(|form| form.planned)
}

/// What happens next, or why nothing does.
#[must_use]
pub fn next(state: &State) -> String {
    let Some(form) = &state.deploying.form else { return String::new() };
    if form.planned {
        if super::flight::has_landed(state, form) {
            return "deployed: Esc goes back".to_owned();
        }
        return match plans::obstacle(state, form) {
            Some(why) => why,
            None => "nothing is sent from here: Deploy… asks first".to_owned(),
        };
    }
    "nothing is sent from here: Dry run asks the server what would change".to_owned()
}

#[cfg(test)]
mod tests {
    use super::veiled;

    #[test]
    fn a_secret_that_is_typed_by_mistake_is_not_on_the_screen() {
        for (typed, shown) in
            [("", ""), ("sec", "sec"), ("secret:db/password", "secret:db/password"), ("hunter2", "•••••••")]
        {
            assert_eq!(veiled(typed), shown);
        }
    }
}
