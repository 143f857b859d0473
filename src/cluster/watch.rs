//! One list-and-watch: the first list by streaming where the server has it, in pages of 500 where not, then the
//! changes. A watch that the server ends is continued; a version that it has forgotten (410) leads to a new list,
//! and what was known stays until the new list is complete.

use super::backoff::Tempo;
use super::client::Client;
use super::failure::{Failure, Status};
use super::lines::{Lines, Next};
use super::place::{PAGE, Place};
use super::wire::{self, Kind, Line, Reader};
use crate::argo::feed::Delta;
use crate::argo::meta::Meta;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a streaming list may take, in seconds: over a slow link a large one takes longer than a watch lasts, and
/// a server that ends it before would be asked again for ever.
const LONGEST_LIST: u64 = 600;

/// What a watch tells.
#[derive(Debug)]
pub enum Happening<T> {
    /// The server was heard of.
    Heard,
    /// A list is coming in: objects so far. `first`: nothing complete is known yet.
    Listing {
        /// Objects so far.
        count: usize,
        /// Nothing complete is known yet.
        first: bool,
    },
    /// The set changed.
    Change(Delta<T>),
    /// An object that cannot be read at all, and why.
    Unreadable(String),
}

/// Takes what a watch tells.
pub type Out<'a, T> = &'a mut (dyn FnMut(Happening<T>) + Send);

/// The state of one list-and-watch between connections.
#[derive(Debug)]
pub struct Watch<T> {
    place: Place<T>,
    tempo: Tempo,
    /// Goes on from here; `None`: a list comes first.
    version: Option<String>,
    /// Whether the server streams lists, once known.
    streams: Option<bool>,
    /// A complete list was told.
    complete: bool,
    /// How long watches have been without any line.
    mute: Duration,
    /// When the present run became live.
    live_since: Option<Instant>,
    reader: Reader,
}

/// A streaming list that is still coming in.
struct Incoming<T> {
    whole: Vec<Arc<T>>,
    told: usize,
    told_at: Instant,
}

/// How a stretch of watching ended, when nothing failed.
#[derive(PartialEq)]
enum End {
    /// The server ended it, as it does after `timeoutSeconds`.
    Over,
    /// The version is forgotten.
    Expired,
    /// The server does not stream lists.
    NoStreams,
    /// A list in pages is complete; the watch comes next.
    Listed,
}

impl<T: Kind> Watch<T> {
    /// Nothing is known yet.
    pub fn new(place: Place<T>, tempo: Tempo) -> Self {
        Self {
            place,
            tempo,
            version: None,
            streams: None,
            complete: false,
            mute: Duration::ZERO,
            live_since: None,
            reader: Reader::default(),
        }
    }

    /// What is watched.
    pub fn place(&self) -> &Place<T> {
        &self.place
    }

    /// How long the last run was live.
    pub fn lived(&self) -> Duration {
        self.live_since.map(|since| since.elapsed()).unwrap_or_default()
    }

    /// The next run begins with a list. Used after an outage: a server that came back from a backup counts its
    /// versions from an earlier one, and a watch from the future is silent.
    pub fn forget_version(&mut self) {
        self.version = None;
    }

    /// Lists and watches until something fails.
    pub async fn run(&mut self, client: &Client, out: Out<'_, T>) -> Failure {
        self.live_since = None;
        let mut expired = 0;
        loop {
            let began = Instant::now();
            let end = match self.stretch(client, out).await {
                Ok(end) => end,
                Err(failure) => return failure,
            };
            match end {
                End::NoStreams => self.streams = Some(false),
                End::Expired => {
                    self.version = None;
                    expired += 1;
                    // A server that forgets what it has just told would be listed without pause.
                    if expired > 2 {
                        return Failure::Status(Status { code: 410, reason: "Expired".into(), ..Status::default() });
                    }
                    continue;
                }
                End::Over if began.elapsed() < self.tempo.first && self.tempo.watch > self.tempo.first => {
                    return Failure::Ended;
                }
                End::Over | End::Listed => {}
            }
            expired = 0;
        }
    }

    async fn stretch(&mut self, client: &Client, out: Out<'_, T>) -> Result<End, Failure> {
        let seconds = self.tempo.watch.as_secs().max(1);
        if let Some(version) = self.version.clone() {
            let lines = match client.lines(&self.place.watch(&version, seconds)).await {
                Ok(lines) => lines,
                Err(Failure::Status(status)) if status.code == 410 => return Ok(End::Expired),
                Err(failure) => return Err(failure),
            };
            out(Happening::Heard);
            self.live_since.get_or_insert_with(Instant::now);
            return self.follow(client, lines, None, out).await;
        }
        if self.streams != Some(false) {
            return match client.lines(&self.place.stream(seconds.max(LONGEST_LIST))).await {
                Ok(lines) => {
                    out(Happening::Heard);
                    let incoming = Incoming { whole: Vec::new(), told: 0, told_at: Instant::now() };
                    self.follow(client, lines, Some(incoming), out).await
                }
                // Without the feature the parameters are refused: 422, or 400 from older servers.
                Err(Failure::Status(status)) if matches!(status.code, 400 | 422) && self.streams.is_none() => {
                    Ok(End::NoStreams)
                }
                Err(failure) => Err(failure),
            };
        }
        self.pages(client, out).await
    }

    /// The list in pages. A 410 in the middle begins again.
    async fn pages(&mut self, client: &Client, out: Out<'_, T>) -> Result<End, Failure> {
        let mut whole = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let bytes = match client.get(&self.place.page(after.as_deref())).await {
                Ok(bytes) => bytes,
                Err(Failure::Status(status)) if status.code == 410 => return Ok(End::Expired),
                Err(failure) => return Err(failure),
            };
            out(Happening::Heard);
            let page = page::<T>(bytes, &mut self.reader).await?;
            page.unreadable.into_iter().for_each(|why| out(Happening::Unreadable(why)));
            whole.extend(page.items.iter().cloned());
            if page.next.is_none() {
                self.finish(whole, page.version, out);
                return Ok(End::Listed);
            }
            if !self.complete {
                out(Happening::Change(Delta::Partial(page.items)));
            }
            out(Happening::Listing { count: whole.len(), first: !self.complete });
            after = page.next;
        }
    }

    /// Reads a watch to its end; with `incoming` its first part is the list.
    async fn follow(
        &mut self,
        client: &Client,
        mut lines: Lines,
        mut incoming: Option<Incoming<T>>,
        out: Out<'_, T>,
    ) -> Result<End, Failure> {
        let began = Instant::now();
        let mut heard = false;
        loop {
            let patience = if incoming.is_some() { client.timeout() } else { self.tempo.quiet };
            let text = match lines.next(patience).await? {
                Next::Line(text) => text,
                Next::Quiet if incoming.is_some() => {
                    // A server from before streaming lists sends the objects and never says that these are all.
                    return if self.streams.is_none() { Ok(End::NoStreams) } else { Err(Failure::Silent(patience)) };
                }
                // The server should have ended it: its connection is dead, whatever another one would say. The next
                // watch goes on from the same version and brings what was missed, or tells that there is no way.
                Next::Quiet => return Ok(End::Over),
                Next::End => {
                    if incoming.is_some() {
                        return if self.streams.is_none() { Ok(End::NoStreams) } else { Err(Failure::Ended) };
                    }
                    // Watches without any event or bookmark may be from a version in the future.
                    self.mute = if heard { Duration::ZERO } else { self.mute + began.elapsed() };
                    if self.mute >= self.tempo.mute {
                        self.mute = Duration::ZERO;
                        self.version = None;
                    }
                    return Ok(End::Over);
                }
            };
            heard = true;
            out(Happening::Heard);
            match wire::line(&text).map_err(Failure::Unreadable)? {
                Line::Upsert(json) => match self.upsert(json, &text)? {
                    Ok(object) => {
                        if let Some(list) = &mut incoming {
                            self.take(list, object, out);
                        } else {
                            self.version = Some(object.meta().resource_version.to_string());
                            out(Happening::Change(Delta::Upsert(object)));
                        }
                    }
                    Err(why) => out(Happening::Unreadable(why)),
                },
                Line::Delete(json) => match self.reader.object::<T>(json) {
                    Ok(object) => {
                        let meta = object.meta();
                        if let Some(list) = &mut incoming {
                            list.whole.retain(|known| known.meta().uid != meta.uid);
                        } else {
                            self.version = Some(meta.resource_version.to_string());
                            out(Happening::Change(removal(meta)));
                        }
                    }
                    Err(why) => out(Happening::Unreadable(why)),
                },
                Line::Bookmark { version, list_complete } => {
                    if list_complete && let Some(list) = incoming.take() {
                        self.streams = Some(true);
                        self.finish(list.whole, version, out);
                    } else if incoming.is_none() && !version.is_empty() {
                        self.version = Some(version);
                    }
                }
                Line::Error(json) => {
                    let status = Status::read(500, json.as_bytes());
                    if status.code == 410 {
                        return Ok(End::Expired);
                    }
                    return Err(Failure::Status(status));
                }
            }
        }
    }

    /// Decodes a new or changed object. A line that is no watch event is a failure of the watch; an object that cannot be
    /// read is not.
    fn upsert(&mut self, json: &str, line: &str) -> Result<Result<Arc<T>, String>, Failure> {
        match self.reader.object(json) {
            Ok(object) => Ok(Ok(object)),
            Err(_) => Ok(self.reader.object(wire::object_of(line).map_err(Failure::Unreadable)?)),
        }
    }

    /// One object of a streaming list. Rows are told in groups, so that a first screen fills while the rest comes.
    fn take(&self, list: &mut Incoming<T>, object: Arc<T>, out: Out<'_, T>) {
        list.whole.push(object);
        let new = list.whole.len() - list.told;
        if new >= PAGE || (new > 0 && list.told_at.elapsed() >= Duration::from_millis(100)) {
            if !self.complete {
                out(Happening::Change(Delta::Partial(list.whole[list.told..].to_vec())));
            }
            out(Happening::Listing { count: list.whole.len(), first: !self.complete });
            list.told = list.whole.len();
            list.told_at = Instant::now();
        }
    }

    fn finish(&mut self, mut whole: Vec<Arc<T>>, version: String, out: Out<'_, T>) {
        newest_only(&mut whole);
        self.version = Some(version);
        self.complete = true;
        self.live_since.get_or_insert_with(Instant::now);
        out(Happening::Change(Delta::Reset(whole)));
    }
}

/// Decodes a page on a blocking thread: 500 objects take some milliseconds that other clusters should not wait.
///
/// # Errors
/// [`Failure::Unreadable`].
pub async fn page<T: Kind>(bytes: Vec<u8>, reader: &mut Reader) -> Result<wire::Page<T>, Failure> {
    let mut own = std::mem::take(reader);
    let decoding = tokio::task::spawn_blocking(move || {
        let page = wire::page::<T>(&bytes, &mut own);
        (page, own)
    });
    let (page, own) = decoding.await.map_err(|why| Failure::Unreadable(why.to_string()))?;
    *reader = own;
    page.map_err(Failure::Unreadable)
}

/// Leaves one of each object, the last: what changes while a list is streamed is told again before its end.
fn newest_only<T: Kind>(whole: &mut Vec<Arc<T>>) {
    let id = |object: &T| (Arc::clone(&object.meta().namespace), Arc::clone(&object.meta().name));
    let mut last = HashMap::with_capacity(whole.len());
    for (at, object) in whole.iter().enumerate() {
        last.insert(id(object), at);
    }
    if last.len() < whole.len() {
        let mut at = 0..whole.len();
        whole.retain(|object| last.get(&id(object)).copied() == at.next());
    }
}

fn removal<T>(meta: &Meta) -> Delta<T> {
    Delta::Remove { namespace: meta.namespace(), name: Arc::clone(&meta.name), uid: Arc::clone(&meta.uid) }
}
