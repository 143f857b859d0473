//! Watches: a stream of events, from a version, from the present state, or with the initial list in the stream
//! (kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).

use super::answer::{Answer, JSON};
use super::call::Call;
use super::encode::{Form, Partial};
use super::failure::{Cause, Failure};
use super::list::version;
use super::select::Selection;
use super::target::Target;
use crate::demo::store::{Change, Happened, Kind, Store};
use hyper::body::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch::Receiver;
use tokio::time::Instant;

/// How often a real server sends a bookmark.
const BOOKMARK: Duration = Duration::from_mins(1);

/// How long before its end a watch gets its last bookmark (k8s.io/apiserver, storage/cacher).
const BEFORE_END: Duration = Duration::from_secs(2);

/// How much is put into one write.
const CHUNK: usize = 64 * 1024;

/// How many changes are looked at before others get their turn.
const PIECE: usize = 64;

/// How long a watch lasts whose client names no time, seconds: a real server takes 30 to 60 minutes.
const LONGEST: u64 = 1800;

pub(crate) fn watch(store: &Store, target: &Target, call: &Call, cut: Receiver<u64>) -> Result<Answer, Failure> {
    let form = Form::accepted(call.header(http::header::ACCEPT))?;
    let selection = Selection::read(&call.query, target.kind)?;
    let wanted = call.query.get("resourceVersion").unwrap_or_default();
    let start = version(wanted)?.unwrap_or(0);
    let matching = call.query.get("resourceVersionMatch").unwrap_or_default();
    let initial = call.query.get("sendInitialEvents").map(|text| text == "true" || text == "1");
    let refuse = |message: &str| {
        let cause = Cause::forbidden("resourceVersionMatch", format!("Forbidden: {message}"));
        Err(Failure::invalid("meta.k8s.io", "ListOptions", "", &[cause]))
    };
    match (initial, matching) {
        (Some(_), "NotOlderThan") | (None, "") => {}
        (Some(_), _) => return refuse("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"),
        (None, _) => return refuse("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"),
    }
    let seconds = call.query.number("timeoutSeconds")?.filter(|seconds| *seconds > 0).unwrap_or(LONGEST);
    let now = Instant::now();
    let end = now + Duration::from_secs(seconds);
    let news = store.subscribe();
    let mut events = Events {
        store: store.clone(),
        kind: target.kind,
        namespace: target.namespace.clone(),
        form,
        selection,
        version: start,
        bookmarks: call.query.flag("allowWatchBookmarks"),
        headed: false,
        ready: Vec::new(),
        initial: Vec::new().into_iter(),
        mark: None,
        news,
        cut,
        next_bookmark: if now + BEFORE_END < end { (now + BOOKMARK).min(end - BEFORE_END) } else { end },
        end,
        over: false,
        behind: false,
    };
    if initial == Some(true) || (initial.is_none() && start == 0) {
        let (objects, version) = store.list(target.kind, target.namespace.as_deref());
        events.initial = objects.into_iter();
        events.version = version;
        events.mark = (initial == Some(true) && events.bookmarks).then_some(version);
    }
    // The newest version may be older than what is asked for: then the watch waits for it.
    let stream = futures::stream::unfold(events, |mut events| async move {
        let chunk = events.next().await?;
        Some((chunk, events))
    });
    Ok(Answer::stream(JSON, stream))
}

struct Events {
    store: Store,
    kind: &'static Kind,
    namespace: Option<String>,
    form: Form,
    selection: Selection,
    /// Everything up to here has been sent.
    version: u64,
    bookmarks: bool,
    /// A table's columns have been sent.
    headed: bool,
    ready: Vec<u8>,
    initial: std::vec::IntoIter<Arc<Value>>,
    /// Version of the bookmark that ends the initial events, while it is due.
    mark: Option<u64>,
    news: Receiver<u64>,
    cut: Receiver<u64>,
    next_bookmark: Instant,
    end: Instant,
    over: bool,
    /// There may be more changes to look at right away.
    behind: bool,
}

impl Events {
    async fn next(&mut self) -> Option<Result<Bytes, std::io::Error>> {
        loop {
            if self.over {
                return None;
            }
            self.news.borrow_and_update();
            self.gather();
            if self.ready.is_empty() && self.behind {
                tokio::task::yield_now().await;
                continue;
            }
            if !self.ready.is_empty() {
                // One turn for the others after each piece.
                tokio::task::yield_now().await;
                return Some(Ok(Bytes::from(std::mem::take(&mut self.ready))));
            }
            tokio::select! {
                changed = self.news.changed() => self.over |= changed.is_err(),
                _ = self.cut.changed() => {
                    self.over = true;
                    return Some(Err(std::io::Error::other("the watch was cut by a fault")));
                }
                () = tokio::time::sleep_until(self.next_bookmark), if self.bookmarks && self.next_bookmark < self.end => {
                    let last = self.end - BEFORE_END;
                    let following = self.next_bookmark + BOOKMARK;
                    self.next_bookmark = if self.next_bookmark >= last { self.end } else { following.min(last) };
                    self.bookmark(self.version, false);
                }
                () = tokio::time::sleep_until(self.end) => self.over = true,
            }
        }
    }

    /// Puts what is to be sent into `ready`.
    fn gather(&mut self) {
        while self.ready.len() < CHUNK {
            let Some(object) = self.initial.next() else { break };
            if self.selection.admits(&object) {
                self.event("ADDED", &object);
            }
        }
        if self.ready.len() >= CHUNK {
            return;
        }
        if let Some(version) = self.mark.take() {
            self.bookmark(version, true);
        }
        match self.store.some_changes_after(self.version, PIECE) {
            None => {
                let oldest = self.store.compacted();
                let message = format!("too old resource version: {} ({oldest})", self.version);
                self.line("ERROR", &Failure::new(410, "Expired", message).status());
                self.over = true;
                // What is ready is still sent: `over` is looked at before the next piece.
            }
            Some(changes) => {
                self.behind = changes.len() == PIECE;
                for change in changes {
                    self.version = change.version;
                    self.change(&change);
                }
            }
        }
    }

    fn change(&mut self, change: &Change) {
        if change.kind != self.kind {
            return;
        }
        if let Some(wanted) = &self.namespace {
            let namespace = change.object.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default();
            if namespace != wanted {
                return;
            }
        }
        let was = change.before.as_ref().is_some_and(|before| self.selection.admits(before));
        let is = change.happened != Happened::Deleted && self.selection.admits(&change.object);
        match (was, is) {
            (false, true) => self.event("ADDED", &change.object),
            (true, true) => self.event("MODIFIED", &change.object),
            (true, false) if change.happened == Happened::Deleted => self.event("DELETED", &change.object),
            (true, false) => {
                // It left the selection: the client gets its last form that was in it, with the version of the change.
                let Some(before) = &change.before else { return };
                let mut last = (**before).clone();
                if let Some(version) = last.pointer_mut("/metadata/resourceVersion") {
                    *version = json!(change.version.to_string());
                }
                self.event("DELETED", &last);
            }
            (false, false) => {}
        }
    }

    fn event(&mut self, what: &str, object: &Value) {
        self.ready.extend_from_slice(b"{\"type\":\"");
        self.ready.extend_from_slice(what.as_bytes());
        self.ready.extend_from_slice(b"\",\"object\":");
        // Writing into memory cannot fail.
        let _ = match self.form {
            Form::Whole => serde_json::to_writer(&mut self.ready, object),
            Form::Metadata => serde_json::to_writer(&mut self.ready, &Partial(object)),
            Form::Table => {
                let table = self.table(object);
                serde_json::to_writer(&mut self.ready, &table)
            }
        };
        self.ready.extend_from_slice(b"}\n");
    }

    /// A table of one row; only the first of a watch has the columns.
    fn table(&mut self, object: &Value) -> Value {
        let mut table = super::table::head(self.kind, !std::mem::replace(&mut self.headed, true));
        if let Some(map) = table.as_object_mut() {
            let version = object.pointer("/metadata/resourceVersion").cloned().unwrap_or_default();
            map.insert("metadata".into(), json!({"resourceVersion": version}));
            map.insert("rows".into(), json!([super::table::row(self.kind, object, self.store.clock().now())]));
        }
        table
    }

    fn bookmark(&mut self, version: u64, initial_end: bool) {
        let mut metadata = json!({"resourceVersion": version.to_string(), "creationTimestamp": null});
        if let (true, Some(map)) = (initial_end, metadata.as_object_mut()) {
            map.insert("annotations".into(), json!({"k8s.io/initial-events-end": "true"}));
        }
        let object = json!({"kind": self.kind.kind, "apiVersion": self.kind.api_version(), "metadata": metadata});
        match self.form {
            Form::Whole => self.line("BOOKMARK", &object),
            _ => self.event("BOOKMARK", &object),
        }
    }

    fn line(&mut self, what: &str, object: &Value) {
        let mut line = serde_json::to_vec(&json!({"type": what, "object": object})).unwrap_or_default();
        line.push(b'\n');
        self.ready.extend(line);
    }
}
