//! Reading the object: when the screen opens, when what is watched of it has changed since, and when a person asks. At
//! most one request is on its way, and by itself none within two seconds of the last.

use super::{Document, DocumentView, text};
use crate::app::effect::Effect;
use crate::app::model::Mark;
use crate::app::node::Node;
use crate::app::screen::Screen;
use crate::app::state::State;
use crate::app::timeline;
use crate::argo::describe::{self, Line, Tone};
use crate::argo::feed::{ObjectRef, Order, RequestId, Trouble};
use crate::argo::mask;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::sync::Arc;

/// By itself an object is read again at most so often.
const CALM: SignedDuration = SignedDuration::from_secs(2);

/// Where the text comes from.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The request that is on its way.
    request: Option<RequestId>,
    asked_at: Option<Timestamp>,
    /// resourceVersion of the watched object when it was asked for.
    asked_for: Option<Box<str>>,
    /// The object, masked.
    pub value: Option<Arc<Value>>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// Why it could not be read the last time.
    pub trouble: Option<Trouble>,
    /// There is no such object to be read, in words.
    pub missing: Option<String>,
    /// The events that are written below a description.
    events: (usize, Option<Timestamp>),
}

impl Source {
    /// resourceVersion of what was read.
    #[must_use]
    pub fn version(&self) -> &str {
        self.value
            .as_ref()
            .and_then(|value| value.pointer("/metadata/resourceVersion"))
            .and_then(Value::as_str)
            .unwrap_or("")
    }

    /// It is being read.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        self.request.is_some()
    }
}

/// Opens and closes the document so that it fits the stack of screens, and reads it where that is due.
pub fn sync(state: &mut State) -> Vec<Effect> {
    let view = state.screens.iter().rev().find_map(|screen| match screen {
        Screen::Document(view) => Some(view),
        _ => None,
    });
    match (&mut state.document, view) {
        (None, None) => return Vec::new(),
        (Some(document), Some(view)) if document.view == *view => {}
        (Some(document), Some(view)) if document.view.key == view.key && document.view.node == view.node => {
            // The same object, in other words: it need not be read again.
            let source = std::mem::take(&mut document.source);
            let mut other = Document::new(view.clone());
            other.source = source;
            state.document = Some(other);
            state.search_input = None;
            write(state);
        }
        (_, view) => {
            state.document = view.cloned().map(Document::new);
            state.search_input = None;
            state.touch();
        }
    }
    let events = events_of(state);
    let written = state.document.as_ref().filter(|document| document.view.described);
    if written.is_some_and(|document| document.source.value.is_some() && document.source.events != events) {
        write(state);
    }
    if due(state).is_some_and(|due| due <= state.now) { ask(state) } else { Vec::new() }
}

/// Reads it again now.
pub fn again(state: &mut State) -> Vec<Effect> {
    let reading = state.document.as_ref().is_some_and(|document| document.source.request.is_some());
    if reading {
        state.answer(Mark::Busy, "it is being read already");
        return Vec::new();
    }
    ask(state)
}

/// When it is to be read; `None`: not before something happens.
fn due(state: &State) -> Option<Timestamp> {
    let document = state.document.as_ref()?;
    let source = &document.source;
    if source.request.is_some() {
        return None;
    }
    let Some(asked_at) = source.asked_at else { return Some(state.now) };
    let watched = watched(state, &document.view);
    // What was asked for already and came back as something else is not asked for without end.
    let changed = watched
        .as_deref()
        .is_some_and(|version| version != source.version() && Some(version) != source.asked_for.as_deref());
    changed.then(|| asked_at.checked_add(CALM).unwrap_or(asked_at))
}

/// When the document changes by time alone.
#[must_use]
pub fn next_change(state: &State) -> Option<Timestamp> {
    due(state)
}

fn ask(state: &mut State) -> Vec<Effect> {
    let Some(view) = state.document.as_ref().map(|document| document.view.clone()) else { return Vec::new() };
    let object = object(state, &view);
    let watched = watched(state, &view);
    let now = state.now;
    let number = state.number();
    let Some(document) = &mut state.document else { return Vec::new() };
    document.source.asked_at = Some(now);
    document.source.asked_for = watched;
    let Some(object) = object else {
        document.source.missing = Some("there is no such object any more".to_owned());
        state.touch();
        return Vec::new();
    };
    let request = RequestId(number);
    document.source.request = Some(request);
    state.touch();
    vec![Effect::Order(Order::GetObject { request, key: view.key, object })]
}

/// An object that was asked for, or why it could not be read.
pub fn take(state: &mut State, request: RequestId, answer: Result<Arc<Value>, Trouble>) -> Vec<Effect> {
    let now = state.now;
    let Some(document) = state.document.as_mut().filter(|document| document.source.request == Some(request)) else {
        return Vec::new();
    };
    document.source.request = None;
    match answer {
        Ok(value) => {
            let value = mask::masked(&value);
            document.source.trouble = None;
            document.source.missing = None;
            document.source.read_at = Some(now);
            let same = document.source.value.as_deref() == Some(&value);
            document.source.value = Some(Arc::new(value));
            if !same {
                write(state);
            }
        }
        Err(trouble) => document.source.trouble = Some(trouble),
    }
    state.touch();
    Vec::new()
}

/// Makes the lines of what was read.
fn write(state: &mut State) {
    let (page, events) = (state.page_rows, events_of(state));
    let Some(document) = &state.document else { return };
    let Some(value) = document.source.value.clone() else { return };
    let (whole, lines) = if document.view.described {
        let mut described = describe::describe(&value);
        described.extend(revisions(state, &document.view));
        described.extend(timeline::described(state, &document.view.key, &document.view.node));
        let lines = text::of_description(&described);
        let whole: Vec<String> = lines.iter().map(|line| format!("{}{}", " ".repeat(line.indent), line.text)).collect();
        (whole.join("\n"), lines)
    } else {
        // A JSON value has a YAML form; if the library ever said no, that would be what is shown.
        let whole = serde_saphyr::to_string(&*value).unwrap_or_else(|error| format!("# {error}\n"));
        let lines = text::of_yaml(&whole);
        (whole, lines)
    };
    if let Some(document) = &mut state.document {
        document.source.events = events;
        document.put(whole, lines, page);
    }
    state.touch();
}

fn events_of(state: &State) -> (usize, Option<Timestamp>) {
    let Some(document) = &state.document else { return (0, None) };
    let events = timeline::events(state, &document.view.key);
    (events.len(), events.last().and_then(|event| timeline::told_at(event)))
}

/// The revisions of a rollout, which the object itself does not tell.
fn revisions(state: &State, view: &DocumentView) -> Vec<Line> {
    let detail = state.detail.as_ref().filter(|detail| detail.key == view.key && view.node == Node::Rollout);
    let Some(detail) = detail.filter(|detail| !detail.picture.revisions.is_empty()) else { return Vec::new() };
    let line = |depth, label: String, value: String, tone| Line { depth, label, value, tone };
    let mut lines = vec![line(0, "revisions".to_owned(), String::new(), Tone::Plain)];
    for revision in &detail.picture.revisions {
        for set in &revision.replica_sets {
            let tone = match set.status {
                "Healthy" => Tone::Good,
                "Progressing" => Tone::Busy,
                "ReplicaFailure" => Tone::Bad,
                _ => Tone::Later,
            };
            let mut words = vec![set.tags.join(", "), set.images.join(", ")];
            words.push(format!("{} of {} ready", set.ready, set.desired));
            words.push(set.name.to_string());
            words.retain(|word| !word.is_empty());
            lines.push(line(1, revision.revision.to_string(), words.join(" · "), tone));
        }
    }
    lines
}

/// The object that a node stands for.
pub fn object(state: &State, view: &DocumentView) -> Option<ObjectRef> {
    let row = state.fleet.get(&view.key)?;
    match &view.node {
        Node::Revision(wanted) => {
            let revisions = &state.detail.as_ref().filter(|detail| detail.key == view.key)?.picture.revisions;
            let set = revisions.iter().find(|revision| revision.revision == *wanted)?.replica_sets.first()?;
            Some(ObjectRef { kind: "ReplicaSet".into(), name: set.name.clone(), uid: Some(set.uid.clone()) })
        }
        node => node.object(&row.rollout),
    }
}

/// resourceVersion of the object as it is watched; `None`: it is not watched.
fn watched(state: &State, view: &DocumentView) -> Option<Box<str>> {
    let of = object(state, view)?;
    if &*of.kind == "Rollout" {
        return state.fleet.get(&view.key).map(|row| row.rollout.meta.resource_version.clone());
    }
    let children = state.detail.as_ref().filter(|detail| detail.key == view.key)?.children();
    let uid = of.uid.as_deref()?;
    let metas = match &*of.kind {
        "ReplicaSet" => children.replica_sets?.iter().map(|set| &set.meta).find(|meta| &*meta.uid == uid),
        "Pod" => children.pods?.iter().map(|pod| &pod.meta).find(|meta| &*meta.uid == uid),
        "AnalysisRun" => children.analysis_runs?.iter().map(|run| &run.meta).find(|meta| &*meta.uid == uid),
        "Experiment" => children.experiments?.iter().map(|of| &of.meta).find(|meta| &*meta.uid == uid),
        _ => None,
    };
    metas.map(|meta| meta.resource_version.clone())
}
