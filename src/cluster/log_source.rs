//! One container whose log is read: it is opened, read in batches, opened again where it was cut, and ended when nothing
//! more can come.

use super::backoff::{Backoff, Tempo, jitter};
use super::client::Client;
use super::failure::{Failure, Status};
use super::leg::{self, Shared};
use super::log_lines::{Cutter, Resume, parse};
use super::logs::Out;
use super::place::{self, Query};
use super::trouble::{self, Attempt};
use crate::argo::feed::{LogLine, LogNews, LogSource, Trouble, TroubleKind};
use crate::argo::pod::Pod;
use crate::names::Namespace;
use http_body_util::BodyExt as _;
use kube::client::Body;
use serde::Deserialize;
use std::time::Duration;
use tokio::time::Instant;

/// Lines that are told at once, at most.
const BATCH: usize = 500;
/// A line waits no longer than this for others.
const BATCH_TIME: Duration = Duration::from_millis(50);
/// Without a line for this long it is asked for again from where it was: a quiet log looks like a dead connection.
const QUIET: Duration = Duration::from_secs(30);
/// The longest wait for a container that starts, or starts again.
const SLOWEST: Duration = Duration::from_secs(5);

/// A container that is read.
pub struct Reading {
    namespace: Namespace,
    source: LogSource,
    tail: u32,
    out: Out,
    resume: Resume,
    batch: Vec<LogLine>,
    /// Lines that were told so far.
    lines: u64,
    /// What was told of its state last.
    state: State,
}

#[derive(Debug, PartialEq)]
enum State {
    Nothing,
    Open,
    Ended,
    Down(String),
}

/// How a stretch of reading ended, when nothing failed.
enum End {
    /// The server ended the answer.
    Over,
    /// Nothing came for long.
    Quiet,
}

/// What comes after a stretch of reading.
enum Next {
    /// It is asked for again after this time.
    After(Duration),
    /// Nothing more can come.
    Nothing,
}

impl Reading {
    /// Not opened yet.
    pub fn new(namespace: Namespace, source: LogSource, tail: u32, out: Out) -> Self {
        let resume = Resume::default();
        Self { namespace, source, tail, out, resume, batch: Vec::new(), lines: 0, state: State::Nothing }
    }

    /// Reads until nothing more can come, or the task is dropped.
    pub async fn keep(mut self, tempo: Tempo, shared: &Shared) {
        let tempo = Tempo { most: tempo.most.min(SLOWEST), ..tempo };
        let mut backoff = Backoff::new(&tempo);
        let mut silent = true;
        loop {
            let client = shared.client().await;
            let (mut clients, mut pokes) = (shared.client.subscribe(), shared.poke.subscribe());
            clients.mark_unchanged();
            let before = self.lines;
            let read = tokio::select! {
                read = self.read(&client) => read,
                // Another login: what was read is known.
                _ = clients.changed() => Ok(End::Quiet),
            };
            self.flush();
            if self.lines > before {
                backoff.reset();
                silent = true;
            }
            let next = match read {
                Ok(End::Quiet) => continue,
                Ok(End::Over) => self.over(&client, self.lines > before, &mut backoff).await,
                Err(failure) => self.failed(&failure, &client, &mut backoff, &tempo, std::mem::take(&mut silent)),
            };
            let Next::After(wait) = next else { return };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = pokes.changed() => backoff.reset(),
                _ = clients.changed() => {}
            }
        }
    }

    /// Opens it and reads to the end of the answer.
    async fn read(&mut self, client: &Client) -> Result<End, Failure> {
        self.batch.clear();
        let Some(mut body) = self.open(client).await? else { return Ok(End::Quiet) };
        self.resume.again();
        self.tell_open();
        let mut cutter = Cutter::default();
        let mut due = Instant::now();
        loop {
            let patience = if self.batch.is_empty() { Instant::now() + QUIET } else { due };
            let data = match tokio::time::timeout_at(patience, body.frame()).await {
                Err(_) if self.batch.is_empty() => return Ok(End::Quiet),
                Err(_) => {
                    self.flush();
                    continue;
                }
                Ok(None) => {
                    if let Some(rest) = cutter.rest() {
                        self.line(&rest);
                    }
                    return Ok(End::Over);
                }
                // The beginning of a line that was cut off comes again as a whole.
                Ok(Some(Err(why))) => return Err(Failure::from_chain(&why)),
                Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
            };
            if self.batch.is_empty() {
                due = Instant::now() + BATCH_TIME;
            }
            let before = self.lines;
            cutter.feed(&data, |raw| self.line(raw));
            if self.batch.len() >= BATCH {
                self.flush();
            }
            let read = usize::try_from(self.lines - before).unwrap_or(usize::MAX);
            self.out.pass(read).await;
        }
    }

    /// Asks for it. The node begins its answer with the first line, so an answer that does not begin may only mean a
    /// container that says nothing: then it is asked whether the log can be read at all. `None`: nothing came for long.
    async fn open(&mut self, client: &Client) -> Result<Option<Body>, Failure> {
        let path = self.path(true);
        let opening = client.stream(&path);
        tokio::pin!(opening);
        match tokio::time::timeout(client.timeout(), &mut opening).await {
            Ok(opened) => return opened.map(Some),
            Err(_) if self.source.previous => return Err(Failure::Silent(client.timeout())),
            Err(_) => {}
        }
        let probe = async {
            client.get_bounded(&self.path(false), 1 << 20).await?;
            Ok::<_, Failure>(())
        };
        tokio::select! {
            opened = &mut opening => return opened.map(Some),
            probed = probe => probed?,
        }
        self.tell_open();
        match tokio::time::timeout(QUIET, &mut opening).await {
            Ok(opened) => opened.map(Some),
            Err(_) => Ok(None),
        }
    }

    fn path(&self, follow: bool) -> String {
        let mut query = Query::new(place::object::<Pod>(&self.namespace, &self.source.pod, Some("log")));
        query.add("container", &self.source.container);
        query.add("timestamps", "true");
        if !follow {
            query.add("tailLines", "1");
            return query.into_text();
        }
        query.add(if self.source.previous { "previous" } else { "follow" }, "true");
        match self.resume.since() {
            Some(since) => query.add("sinceTime", &since),
            None => query.add("tailLines", &self.tail.to_string()),
        }
        query.into_text()
    }

    fn line(&mut self, raw: &[u8]) {
        let line = parse(self.out.at, raw);
        if self.resume.is_new(line.at, raw) {
            self.lines += 1;
            self.batch.push(line);
        }
    }

    fn flush(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        // A log that had ended and goes on is open again.
        self.tell_open();
        let mut lines = std::mem::take(&mut self.batch).into_iter();
        loop {
            let some: Vec<LogLine> = lines.by_ref().take(BATCH).collect();
            if some.is_empty() {
                return;
            }
            self.out.tell(LogNews::Lines(some));
        }
    }

    /// The answer ended in good order: the container ended, or the node began a new file.
    async fn over(&mut self, client: &Client, more: bool, backoff: &mut Backoff) -> Next {
        if self.source.previous || !self.lives(client).await {
            self.tell_ended();
            return Next::Nothing;
        }
        if !more {
            // It ended, and may be started again.
            self.tell_ended();
            return Next::After(backoff.wait());
        }
        Next::After(jitter(Duration::from_millis(100)))
    }

    /// Whether the pod is there and may still write. Who may not ask does not know, and tries on.
    async fn lives(&self, client: &Client) -> bool {
        #[derive(Deserialize)]
        struct Short {
            #[serde(default)]
            status: Phase,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Phase {
            phase: String,
        }
        match client.get(&place::object::<Pod>(&self.namespace, &self.source.pod, None)).await {
            Err(Failure::Status(Status { code: 404, .. })) => false,
            Err(_) => true,
            Ok(bytes) => {
                let pod = serde_json::from_slice::<Short>(&bytes);
                !pod.is_ok_and(|pod| matches!(&*pod.status.phase, "Succeeded" | "Failed"))
            }
        }
    }

    /// Says what is wrong and when it is tried again. `silent`: lines came before, and one cut is a matter of course.
    fn failed(
        &mut self,
        failure: &Failure,
        client: &Client,
        backoff: &mut Backoff,
        tempo: &Tempo,
        silent: bool,
    ) -> Next {
        tracing::debug!(cluster = client.context(), pod = %self.source.pod, ?failure, "log cut");
        let status = match failure {
            Failure::Status(status) => Some(status),
            _ => None,
        };
        match status.map(|status| status.code) {
            Some(404) if self.lines > 0 => {
                self.tell_ended();
                return Next::Nothing;
            }
            Some(404) => {
                self.tell_down(self.gone(client), false);
                return Next::Nothing;
            }
            Some(400) => {
                let words = status.map(|status| status.message.clone()).unwrap_or_default();
                let starts = !self.source.previous && is_starting(&words);
                let kind = TroubleKind::Server;
                self.tell_down(Trouble { kind, sentence: words.clone(), hint: None, raw: words }, starts);
                return if starts { Next::After(backoff.wait()) } else { Next::Nothing };
            }
            None if silent && self.lines > 0 => return Next::After(jitter(Duration::from_millis(100))),
            _ => {}
        }
        let doing = self.doing();
        let attempt = Attempt { right: Some(("get", "pods/log")), ..Attempt::new(client.context(), &doing) };
        let trouble = trouble::of(failure, attempt);
        let wait = leg::wait(&trouble, failure, backoff, tempo);
        self.tell_down(trouble, true);
        Next::After(wait)
    }

    fn doing(&self) -> String {
        let LogSource { pod, container, .. } = &self.source;
        format!("read the log of container {container} of pod {pod} in namespace {}", self.namespace)
    }

    fn gone(&self, client: &Client) -> Trouble {
        let sentence = format!(
            "there is no pod {} in namespace {} of {} any more",
            self.source.pod,
            self.namespace,
            client.context()
        );
        Trouble { kind: TroubleKind::Server, raw: sentence.clone(), sentence, hint: None }
    }

    fn tell_open(&mut self) {
        if self.state != State::Open {
            // What had ended and is only looked at again is not open before it says something.
            if self.state == State::Ended && self.batch.is_empty() {
                return;
            }
            self.state = State::Open;
            self.out.tell(LogNews::Open(self.out.at));
        }
    }

    fn tell_ended(&mut self) {
        if self.state != State::Ended {
            self.state = State::Ended;
            self.out.tell(LogNews::Ended(self.out.at));
        }
    }

    fn tell_down(&mut self, trouble: Trouble, again: bool) {
        if self.state != State::Down(trouble.sentence.clone()) {
            self.state = State::Down(trouble.sentence.clone());
            self.out.tell(LogNews::Down(self.out.at, trouble, again));
        }
    }
}

/// Whether a 400 says that the container has not started yet (Kubernetes, `validateContainerLogStatus`): `container "c" in
/// pod "p" is waiting to start: ContainerCreating`, `… trying and failing to pull image`.
fn is_starting(words: &str) -> bool {
    ["waiting to start", "is waiting", "to pull image", "not available", "PodInitializing", "ContainerCreating"]
        .iter()
        .any(|part| words.contains(part))
}
