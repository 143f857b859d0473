//! Replay: a recording in place of clusters. A thread tells the recorded changes at their times, and answers what is
//! asked from what is recorded, as the network thread would.

use crate::argo::feed::{
    Delta, DetailId, Link, LogNews, News, ObjectRef, Order, RequestId, Trouble, TroubleKind, WorkloadName,
};
use crate::argo::replicaset::ReplicaSet;
use crate::argo::workload::Workload;
use crate::clean::clean;
use crate::cluster::hub::Sink;
use crate::names::{Namespace, RolloutKey, SourceId};
use crate::report::playback::{self, Change, Moment};
use crate::report::recording::{Entry, Line, Recording};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// The one source of a replay.
const SOURCE: SourceId = SourceId(0);
/// A recording has no bookmarks; this often it is said that the source still speaks.
const HEARD_EVERY: Duration = Duration::from_secs(5);

/// A recording that is being played; dropping it ends the thread.
#[derive(Debug)]
pub struct Player {
    orders: Sender<Order>,
}

impl Player {
    /// Starts to play, `speed` recorded seconds per second; `clock` tells the time of the recording.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(
        recording: Recording,
        speed: f64,
        clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
        sink: Sink,
    ) -> std::io::Result<Self> {
        let changes = playback::changes(&recording);
        let (orders, taken) = channel();
        let play =
            Play { moment: Moment::default(), open: BTreeMap::new(), objects: Objects::new(recording), sink, clock };
        std::thread::Builder::new().name("replay".into()).spawn(move || play.run(changes.list, speed, &taken))?;
        Ok(Self { orders })
    }

    /// Hands an order over; what would write means nothing here.
    pub fn order(&self, order: Order) {
        // The thread lives as long as this does.
        let _ = self.orders.send(order);
    }
}

/// The raw objects of a recording, as they are at one moment.
struct Objects {
    waiting: std::iter::Peekable<std::vec::IntoIter<Line>>,
    /// By plural, namespace and name.
    there: HashMap<(String, String, String), Value>,
}

impl Objects {
    fn new(recording: Recording) -> Self {
        Self { waiting: recording.lines.into_iter().peekable(), there: HashMap::new() }
    }

    fn go_to(&mut self, t_ms: f64) {
        while let Some(line) = self.waiting.next_if(|line| line.t_ms as f64 <= t_ms) {
            let Entry::Event { resource, kind, object } = line.entry else { continue };
            let text = |path: &str| object.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
            let key = (resource, text("/metadata/namespace"), text("/metadata/name"));
            match &*kind {
                "ADDED" | "MODIFIED" => drop(self.there.insert(key, object)),
                "DELETED" => drop(self.there.remove(&key)),
                _ => {}
            }
        }
    }

    /// One object, cleaned, without `managedFields`.
    fn get(&self, namespace: &Namespace, object: &ObjectRef) -> Result<Arc<Value>, Trouble> {
        // `ReplicaSet` is recorded as `replicasets`, and so is every kind that a rollout has to do with.
        let plural = format!("{}s", object.kind.to_ascii_lowercase());
        let key = (plural, namespace.as_str().to_owned(), object.name.to_string());
        let found = self.there.get(&key).ok_or_else(|| {
            trouble(format!("the recording has no {} {} at this moment", object.kind, object.name), None)
        })?;
        let mut value = found.clone();
        if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("managedFields");
        }
        tidy(&mut value);
        Ok(Arc::new(value))
    }
}

/// Cleans every text of a value, keys too.
fn tidy(value: &mut Value) {
    match value {
        Value::String(text) => *text = clean(text).into_owned(),
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Object(fields) => {
            *fields = std::mem::take(fields)
                .into_iter()
                .map(|(key, mut value)| {
                    tidy(&mut value);
                    (clean(&key).into_owned(), value)
                })
                .collect();
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn trouble(sentence: String, hint: Option<&str>) -> Trouble {
    Trouble { kind: TroubleKind::Server, raw: sentence.clone(), sentence, hint: hint.map(str::to_owned) }
}

/// What an opened detail is about.
struct Opened {
    key: RolloutKey,
    workload: Option<WorkloadName>,
}

impl Opened {
    /// Of the workloads of a recording the one that the rollout refers to.
    fn refers_to(&self, workload: &Workload) -> bool {
        let meta = &workload.meta;
        self.workload.as_ref().is_some_and(|named| {
            named.kind == workload.kind && *named.name == *meta.name && self.key.namespace.as_str() == &*meta.namespace
        })
    }

    fn workloads(&self, delta: &Delta<Workload>) -> Option<Delta<Workload>> {
        let ours = |all: &[Arc<Workload>]| all.iter().filter(|one| self.refers_to(one)).cloned().collect();
        Some(match delta {
            Delta::Reset(all) => Delta::Reset(ours(all)),
            Delta::Partial(some) => Delta::Partial(ours(some)),
            Delta::Upsert(one) => Delta::Upsert(Some(one).filter(|one| self.refers_to(one)).cloned()?),
            // Whoever does not have it does not miss it.
            Delta::Remove { .. } => delta.clone(),
        })
    }

    /// A ReplicaSet may be what the rollout refers to.
    fn as_workloads(&self, delta: &Delta<ReplicaSet>) -> Option<Delta<Workload>> {
        self.workload.as_ref().filter(|named| &*named.kind == "ReplicaSet")?;
        let all = |sets: &[Arc<ReplicaSet>]| sets.iter().map(|set| Arc::new(Workload::from_replica_set(set))).collect();
        self.workloads(&match delta {
            Delta::Reset(sets) => Delta::Reset(all(sets)),
            Delta::Partial(sets) => Delta::Partial(all(sets)),
            Delta::Upsert(set) => Delta::Upsert(Arc::new(Workload::from_replica_set(set))),
            Delta::Remove { namespace, name, uid } => {
                Delta::Remove { namespace: namespace.clone(), name: name.clone(), uid: uid.clone() }
            }
        })
    }
}

struct Play {
    moment: Moment,
    open: BTreeMap<DetailId, Opened>,
    objects: Objects,
    sink: Sink,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Play {
    fn run(mut self, changes: Vec<(u64, Change)>, speed: f64, orders: &Receiver<Order>) {
        let began = Instant::now();
        self.tell(News::Link(SOURCE, Link::Live));
        self.heard();
        let mut changes = changes.into_iter().peekable();
        let mut ended = false;
        loop {
            let passed = began.elapsed().as_secs_f64() * speed * 1000.0;
            while let Some((t_ms, change)) = changes.next_if(|(t_ms, _)| *t_ms as f64 <= passed) {
                self.objects.go_to(t_ms as f64);
                self.change(&change);
            }
            self.objects.go_to(passed);
            let wait = match changes.peek() {
                Some((t_ms, _)) if speed > 0.0 => {
                    Duration::from_secs_f64(((*t_ms as f64 - passed) / speed / 1000.0).clamp(0.0, 86_400.0))
                }
                Some(_) => HEARD_EVERY,
                None => {
                    if !std::mem::replace(&mut ended, true) {
                        self.tell(News::Note(SOURCE, "the recording ends here".into()));
                    }
                    HEARD_EVERY
                }
            };
            match orders.recv_timeout(wait.min(HEARD_EVERY)) {
                Ok(order) => self.order(order),
                Err(RecvTimeoutError::Timeout) => self.heard(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn order(&mut self, order: Order) {
        match order {
            Order::OpenDetail { detail, key, workload, .. } => {
                self.open.insert(detail, Opened { key, workload });
                for change in self.moment.resets() {
                    self.tell_detail(detail, &change);
                }
            }
            Order::CloseDetail(detail) => drop(self.open.remove(&detail)),
            Order::OpenLogs { logs, sources, .. } => {
                for at in 0..sources.len() {
                    let why = trouble("a recording has no logs".to_owned(), None);
                    self.tell(News::Logs(logs, LogNews::Down(at, why, false)));
                }
            }
            Order::GetObject { request, key, object } => self.get(request, &key, &object),
            Order::CloseLogs(_)
            | Order::CheckAccess(..)
            | Order::Write { .. }
            | Order::Tell { .. }
            | Order::Reconnect(_)
            | Order::Login(_) => {}
        }
    }

    fn get(&self, request: RequestId, key: &RolloutKey, object: &ObjectRef) {
        self.tell(News::Object(request, self.objects.get(&key.namespace, object)));
    }

    fn change(&mut self, change: &Change) {
        self.moment.apply(change);
        if let Change::Rollouts(delta) = change {
            self.tell(News::Rollouts(SOURCE, delta.clone()));
        }
        for detail in self.open.keys() {
            self.tell_detail(*detail, change);
        }
        self.heard();
    }

    /// What a change means for an opened rollout. Objects of all owners are told: whose they are is decided by uid.
    fn tell_detail(&self, detail: DetailId, change: &Change) {
        let Some(opened) = self.open.get(&detail) else { return };
        let to_replica_set = opened.workload.as_ref().is_some_and(|named| &*named.kind == "ReplicaSet");
        let news = match change {
            Change::Rollouts(_) => None,
            Change::ReplicaSets(delta) => {
                if let Some(workload) = opened.as_workloads(delta) {
                    self.tell(News::Workload(detail, workload));
                }
                Some(News::ReplicaSets(detail, delta.clone()))
            }
            Change::Pods(delta) => Some(News::Pods(detail, delta.clone())),
            Change::AnalysisRuns(delta) => Some(News::AnalysisRuns(detail, delta.clone())),
            Change::Experiments(delta) => Some(News::Experiments(detail, delta.clone())),
            Change::Events(delta) => Some(News::Events(detail, delta.clone())),
            Change::Workloads(_) if to_replica_set => None,
            Change::Workloads(delta) => opened.workloads(delta).map(|delta| News::Workload(detail, delta)),
            Change::Scalers(delta) => Some(News::Scalers(detail, delta.clone())),
        };
        if let Some(news) = news {
            self.tell(news);
        }
    }

    fn heard(&self) {
        self.tell(News::Heard(SOURCE, (self.clock)()));
    }

    fn tell(&self, news: News) {
        (self.sink)(news);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::feed::{LogSource, LogsId};
    use crate::report::recording::parse;
    use serde_json::json;

    fn line(t_ms: u64, resource: &str, kind: &str, object: &Value) -> String {
        json!({"t_ms": t_ms, "resource": resource, "event": {"type": kind, "object": object}}).to_string()
    }

    fn object(name: &str, more: &Value) -> Value {
        let mut value = json!({"metadata": {"name": name, "namespace": "demo", "uid": name,
            "managedFields": [{"manager": "kubectl"}], "annotations": {"a\u{1b}[31m": "red\u{1b}[31m"}}});
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        value
    }

    fn player() -> (Player, Receiver<News>) {
        let workload = json!({"spec": {"workloadRef": {"kind": "Deployment", "name": "base"}}});
        let lines = [
            line(1, "rollouts", "ADDED", &object("web", &workload)),
            line(1, "analysisruns", "ADDED", &object("run", &json!({}))),
            line(1, "experiments", "ADDED", &object("exp", &json!({}))),
            line(1, "events", "ADDED", &object("event", &json!({}))),
            line(1, "deployments", "ADDED", &object("base", &json!({}))),
            line(1, "deployments", "ADDED", &object("other", &json!({}))),
            line(1, "jobs", "ADDED", &object("job", &json!({"status": {"active": 1}}))),
            line(2, "jobs", "MODIFIED", &object("job", &json!({"status": {"succeeded": 1}}))),
            line(3, "pods", "ADDED", &object("gone", &json!({}))),
            line(4, "pods", "DELETED", &object("gone", &json!({}))),
        ];
        let (tell, told) = channel();
        let clock = Arc::new(|| Timestamp::UNIX_EPOCH);
        let sink = Arc::new(move |news| drop(tell.send(news)));
        let player = Player::start(parse(lines.join("\n").as_bytes()).unwrap(), 1000.0, clock, sink).unwrap();
        loop {
            if matches!(told.recv_timeout(Duration::from_secs(20)).unwrap(), News::Note(..)) {
                return (player, told);
            }
        }
    }

    fn key() -> RolloutKey {
        RolloutKey { source: SOURCE, namespace: "demo".into(), name: "web".into() }
    }

    fn next<T>(told: &Receiver<News>, mut wanted: impl FnMut(News) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(told.recv_timeout(Duration::from_secs(20)).unwrap()) {
                return found;
            }
        }
    }

    #[test]
    fn an_opened_rollout_is_answered_with_all_kinds_and_its_own_workload() {
        let (player, told) = player();
        let workload = WorkloadName { api_version: "apps/v1".into(), kind: "Deployment".into(), name: "base".into() };
        player.order(Order::OpenDetail {
            detail: DetailId(1),
            key: key(),
            uid: "web".into(),
            selector: None,
            workload: Some(workload),
        });
        let mut seen = Vec::new();
        next(&told, |news| {
            match news {
                News::AnalysisRuns(_, Delta::Reset(all)) => seen.push(("runs", all.len())),
                News::Experiments(_, Delta::Reset(all)) => seen.push(("experiments", all.len())),
                News::Events(_, Delta::Reset(all)) => seen.push(("events", all.len())),
                News::Workload(_, Delta::Reset(all)) => seen.push(("workload", all.len())),
                News::Scalers(_, Delta::Reset(_)) => return Some(()),
                _ => {}
            }
            None
        });
        assert_eq!(seen, [("runs", 1), ("experiments", 1), ("events", 1), ("workload", 1)]);
    }

    #[test]
    fn an_object_is_read_from_the_recording_in_its_newest_form_and_clean() {
        let (player, told) = player();
        let ask = |kind: &str, name: &str| {
            let object = ObjectRef { kind: kind.into(), name: name.into(), uid: None };
            player.order(Order::GetObject { request: RequestId(4), key: key(), object });
            next(&told, |news| if let News::Object(RequestId(4), answer) = news { Some(answer) } else { None })
        };
        let job = ask("Job", "job").unwrap();
        assert_eq!(job["status"], json!({"succeeded": 1}));
        assert_eq!(job["metadata"]["annotations"], json!({"a": "red"}));
        assert!(job["metadata"].get("managedFields").is_none());
        assert!(ask("AnalysisRun", "run").is_ok());
        assert!(ask("Pod", "gone").unwrap_err().sentence.contains("no Pod gone"));
    }

    #[test]
    fn a_recording_says_that_it_has_no_logs() {
        let (player, told) = player();
        let source = LogSource { pod: "p".into(), container: "c".into(), previous: false };
        player.order(Order::OpenLogs { logs: LogsId(1), key: key(), sources: vec![source], tail: 10 });
        let words = next(&told, |news| match news {
            News::Logs(LogsId(1), LogNews::Down(0, trouble, false)) => Some(trouble.sentence),
            _ => None,
        });
        assert_eq!(words, "a recording has no logs");
    }
}
