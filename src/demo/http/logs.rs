//! Logs of pods: `GET …/pods/NAME/log` with the options of a real server, its refusals in the words of API server and
//! kubelet (k8s.io/kubernetes, pkg/registry/core/pod/strategy.go and pkg/kubelet/kubelet_pods.go), and streams that
//! follow a container to its end. What the lines say is the affair of the [`logbook`](crate::demo::logbook).

use super::answer::{Answer, TEXT};
use super::call::{Call, Query};
use super::failure::{Cause, Failure};
use super::target::Target;
use crate::demo::controller::{number, text};
use crate::demo::logbook::{Book, Ending, Entry};
use crate::demo::store::{PODS, Store};
use hyper::body::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};

/// The least time between two pieces of a stream, real milliseconds.
const PIECE: f64 = 25.0;

/// Pods that were told to write a lot, by a control path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chatter(Arc<Mutex<Vec<Talk>>>);

/// One such order.
#[derive(Clone, Debug)]
struct Talk {
    cluster: String,
    /// What the names of the pods begin with.
    pods: String,
    from: Timestamp,
    per_second: f64,
}

impl Chatter {
    /// The pods of a cluster (none: of all) whose names begin so write that many entries a second from now on; 0 takes
    /// it back.
    pub(crate) fn order(&self, cluster: Option<&str>, pods: &str, per_second: f64, from: Timestamp) {
        let mut talks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cluster = cluster.unwrap_or_default().to_owned();
        talks.retain(|talk| talk.cluster != cluster || talk.pods != pods);
        if per_second > 0.0 {
            talks.push(Talk { cluster, pods: pods.to_owned(), from, per_second });
        }
    }

    fn of(&self, cluster: &str, pod: &str) -> Option<(Timestamp, f64)> {
        let talks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let concerns =
            |talk: &&Talk| (talk.cluster.is_empty() || talk.cluster == cluster) && pod.starts_with(&talk.pods);
        talks.iter().rev().find(concerns).map(|talk| (talk.from, talk.per_second))
    }
}

/// What is wanted of a log.
#[derive(Clone, Debug)]
struct Options {
    container: String,
    previous: bool,
    follow: bool,
    stamps: bool,
    tail: Option<usize>,
    since: Option<Timestamp>,
    limit: Option<usize>,
}

impl Options {
    fn read(query: &Query, now: Timestamp) -> Result<Self, Failure> {
        let mut causes = Vec::new();
        let mut least = |name: &str, least: i64, rule: &str| -> Result<Option<i64>, Failure> {
            let Some(text) = query.get(name).filter(|text| !text.is_empty()) else { return Ok(None) };
            let value: i64 = text
                .parse()
                .map_err(|_| Failure::bad_request(format!("strconv.ParseInt: parsing \"{text}\": invalid syntax")))?;
            if value < least {
                causes.push(Cause::invalid(name, format!("Invalid value: {value}: must be {rule}")));
            }
            Ok(Some(value))
        };
        let tail = least("tailLines", 0, "greater than or equal to 0")?;
        let limit = least("limitBytes", 1, "greater than 0")?;
        let seconds = least("sinceSeconds", 1, "greater than 0")?;
        let time = query.get("sinceTime").and_then(|text| text.parse::<Timestamp>().ok());
        if seconds.is_some() && time.is_some() {
            let message = "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified";
            causes.push(Cause::forbidden("", message));
        }
        if !causes.is_empty() {
            return Err(Failure::invalid("", "PodLogOptions", "", &causes));
        }
        let ago = seconds.and_then(|seconds| now.checked_sub(SignedDuration::from_secs(seconds)).ok());
        let size = |value: Option<i64>| value.and_then(|value| usize::try_from(value).ok());
        Ok(Self {
            container: query.get("container").unwrap_or_default().to_owned(),
            previous: query.flag("previous"),
            follow: query.flag("follow"),
            stamps: query.flag("timestamps"),
            tail: size(tail),
            since: ago.or(time),
            limit: size(limit),
        })
    }
}

pub(crate) fn logs(
    store: &Store,
    cluster: &str,
    chatter: &Chatter,
    target: &Target,
    call: &Call,
) -> Result<Answer, Failure> {
    let name = target.object();
    let pod = store.get(&PODS, target.space(), name).ok_or_else(|| Failure::not_found(&PODS, name))?;
    let now = store.clock().now();
    let mut options = Options::read(&call.query, now)?;
    options.container = container_of(&pod, name, &options.container)?;
    if text(&pod, "/spec/nodeName").is_empty() {
        // Without a node there is nobody to ask.
        return Ok(Answer::text(200, ""));
    }
    let burst = chatter.of(cluster, name);
    let (run, book) = run_of(&pod, name, &options, burst).map_err(Failure::bad_request)?;
    let from = options.since.and_then(|since| since.checked_sub(SignedDuration::from_nanos(1)).ok());
    let most = options.tail.unwrap_or(usize::MAX);
    let upto = if book.is_over() { Timestamp::MAX } else { now };
    let entries = if most == 0 { Vec::new() } else { book.between(from, upto, most) };
    let mut limit = options.limit;
    let first = cut(&lines(&entries, options.stamps, options.tail), &mut limit);
    if !options.follow || book.is_over() {
        return Ok(Answer::bytes(200, TEXT, first));
    }
    let follower = Follower {
        store: store.clone(),
        cluster: cluster.to_owned(),
        chatter: chatter.clone(),
        target: target.clone(),
        options,
        run,
        last: now,
        book,
        limit,
        over: false,
    };
    let stream = futures::stream::unfold((follower, Some(first)), |(mut follower, ready)| async move {
        if let Some(first) = ready.filter(|first| !first.is_empty()) {
            return Some((Ok(Bytes::from(first)), (follower, None)));
        }
        let piece = follower.next().await?;
        Some((Ok(Bytes::from(piece)), (follower, None)))
    });
    Ok(Answer::stream(TEXT, stream))
}

/// The container that is meant.
fn container_of(pod: &Value, name: &str, wanted: &str) -> Result<String, Failure> {
    let names = |list: &str| -> Vec<&str> {
        let all = pod.pointer(list).and_then(Value::as_array);
        all.into_iter().flatten().map(|one| text(one, "/name")).collect()
    };
    let (mains, inits) = (names("/spec/containers"), names("/spec/initContainers"));
    if wanted.is_empty() {
        if let [only] = mains.as_slice() {
            // Init containers do not make it doubtful which one is meant.
            return Ok((*only).to_owned());
        }
        let mut message =
            format!("a container name must be specified for pod {name}, choose one of: [{}]", mains.join(" "));
        if !inits.is_empty() {
            message = format!("{message} or one of the init containers: [{}]", inits.join(" "));
        }
        return Err(Failure::bad_request(message));
    }
    if mains.iter().chain(&inits).any(|known| *known == wanted) {
        return Ok(wanted.to_owned());
    }
    Err(Failure::bad_request(format!("container {wanted} is not valid for pod {name}")))
}

/// The run of a container whose log is meant, by its id, with its book; or the kubelet's words why there is none.
fn run_of(
    pod: &Value,
    name: &str,
    options: &Options,
    burst: Option<(Timestamp, f64)>,
) -> Result<(String, Book), String> {
    let container = options.container.as_str();
    let find = |list: &str| {
        let all = pod.pointer(list).and_then(Value::as_array);
        all.and_then(|all| all.iter().find(|one| text(one, "/name") == container))
    };
    let status = find("/status/containerStatuses").or_else(|| find("/status/initContainerStatuses"));
    let Some(status) = status else {
        return Err(format!("container \"{container}\" in pod \"{name}\" is not available"));
    };
    let restarts = number(status, "/restartCount").unwrap_or(0);
    let ended = |ended: &Value, restarts: i64| {
        let time = |field: &str| text(ended, field).parse::<Timestamp>().unwrap_or_default();
        let ending = Ending { at: time("/finishedAt"), code: number(ended, "/exitCode").unwrap_or(0) };
        let book = Book::of(pod, container, restarts, time("/startedAt"), Some(ending));
        (text(ended, "/containerID").to_owned(), book)
    };
    let last = status.pointer("/lastState/terminated");
    if options.previous {
        let before = restarts.max(1) - 1;
        return last
            .map(|last| ended(last, if waits_after(status) { restarts } else { before }))
            .ok_or_else(|| format!("previous terminated container \"{container}\" in pod \"{name}\" not found"));
    }
    if let Some(begun) = status.pointer("/state/running/startedAt").and_then(Value::as_str) {
        let mut book = Book::of(pod, container, restarts, begun.parse().unwrap_or_default(), None);
        if let Some((from, per_second)) = burst {
            book = book.bursting(from, per_second);
        }
        return Ok((text(status, "/containerID").to_owned(), book));
    }
    if let Some(end) = status.pointer("/state/terminated") {
        return Ok(ended(end, restarts));
    }
    if let Some(last) = last {
        return Ok(ended(last, restarts));
    }
    let why = match text(status, "/state/waiting/reason") {
        "ErrImagePull" => "image can't be pulled",
        "ImagePullBackOff" => "trying and failing to pull image",
        "" => return Err(format!("container \"{container}\" in pod \"{name}\" is waiting to start - no logs yet")),
        reason => reason,
    };
    Err(format!("container \"{container}\" in pod \"{name}\" is waiting to start: {why}"))
}

/// Whether a container waits for its next start: then its last run is the one that `restartCount` counts.
fn waits_after(status: &Value) -> bool {
    status.pointer("/state/waiting").is_some()
}

/// The text of entries; with `tail` only so many lines.
fn lines(entries: &[Entry], stamps: bool, tail: Option<usize>) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in entries {
        for (at, line) in entry.lines.iter().enumerate() {
            if !stamps {
                lines.push(format!("{line}\n"));
                continue;
            }
            let written = SignedDuration::from_micros(20 * i64::try_from(at).unwrap_or(0));
            let time = entry.time.saturating_add(written).unwrap_or(entry.time);
            lines.push(format!("{} {line}\n", time.strftime("%Y-%m-%dT%H:%M:%S.%9fZ")));
        }
    }
    let surplus = tail.map_or(0, |tail| lines.len().saturating_sub(tail));
    lines.split_off(surplus)
}

/// As many bytes as may still be sent.
fn cut(lines: &[String], limit: &mut Option<usize>) -> Vec<u8> {
    let mut bytes = lines.concat().into_bytes();
    if let Some(left) = limit {
        bytes.truncate(*left);
        *left -= bytes.len();
    }
    bytes
}

/// A stream that follows one run of a container.
struct Follower {
    store: Store,
    cluster: String,
    chatter: Chatter,
    target: Target,
    options: Options,
    /// The id of the run.
    run: String,
    /// Everything up to here has been sent.
    last: Timestamp,
    book: Book,
    limit: Option<usize>,
    over: bool,
}

impl Follower {
    /// The next piece; none at the end.
    async fn next(&mut self) -> Option<Vec<u8>> {
        let mut news = self.store.subscribe();
        loop {
            if self.over || self.limit == Some(0) {
                return None;
            }
            news.borrow_and_update();
            self.look();
            let now = self.store.clock().now();
            self.over |= self.book.is_over();
            let upto = if self.book.is_over() { Timestamp::MAX } else { now };
            let entries = self.book.between(Some(self.last), upto, usize::MAX);
            self.last = now;
            if !entries.is_empty() {
                return Some(cut(&lines(&entries, self.options.stamps, None), &mut self.limit));
            }
            if self.over {
                return None;
            }
            let clock = self.store.clock();
            let pause = SignedDuration::try_from_secs_f64(PIECE / 1_000.0 * clock.speed()).unwrap_or_default();
            let soon = now.saturating_add(pause).unwrap_or(now);
            let until = self.book.next_after(now).map_or(Timestamp::MAX, |next| next.max(soon));
            tokio::select! {
                () = clock.sleep_until(until) => {}
                changed = news.changed() => self.over |= changed.is_err(),
            }
        }
    }

    /// Looks at the pod: the run that is followed may have ended, or the pod may be gone.
    fn look(&mut self) {
        let name = self.target.object();
        let Some(pod) = self.store.get(&PODS, self.target.space(), name) else {
            self.over = true;
            return;
        };
        let burst = self.chatter.of(&self.cluster, name);
        for previous in [false, true] {
            let options = Options { previous, ..self.options.clone() };
            if let Ok((run, book)) = run_of(&pod, name, &options, burst)
                && run == self.run
            {
                self.book = book;
                return;
            }
        }
        self.over = true;
    }
}
