//! Scenes: the scenarios of the simulated cluster under the real state of the program, without a network and without
//! waiting. What the edge of a cluster would tell is told from the store: rollouts of every channel, the family of the
//! one that is open, objects that are read in full, logs. The clock is virtual; the same scene is the same each time.

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rolltop::app::effect::Effect;
use rolltop::app::event::Event;
use rolltop::app::model::{self, Body, Model, Pane};
use rolltop::app::state::{Setup, SourceInfo, State};
use rolltop::app::update::update;
use rolltop::argo::analysis::AnalysisRun;
use rolltop::argo::event::KubeEvent;
use rolltop::argo::experiment::Experiment;
use rolltop::argo::feed::{
    Access, Delta, DetailId, Link, LogLine, LogNews, LogSource, LogsId, News, ObjectRef, Order, Permission, RequestId,
    Trouble, TroubleKind, WorkloadName,
};
use rolltop::argo::kin::Kin;
use rolltop::argo::meta::POD_HASH_LABEL;
use rolltop::argo::pod::Pod;
use rolltop::argo::replicaset::ReplicaSet;
use rolltop::argo::rollout::Rollout;
use rolltop::argo::workload::{Scaler, Workload};
use rolltop::clean::clean;
use rolltop::config::settings::{Channel, Confirm, Record, Runtime, Settings};
use rolltop::demo::clock::Clock;
use rolltop::demo::controller::Driver;
use rolltop::demo::logbook::{Book, Ending};
use rolltop::demo::scenario::{self, CLUSTERS, NAMESPACE};
use rolltop::demo::store::{
    ANALYSIS_RUNS, DEPLOYMENTS, EVENTS, EXPERIMENTS, HORIZONTAL_POD_AUTOSCALERS, JOBS, Kind, PODS, REPLICA_SETS,
    ROLLOUTS, Store,
};
use rolltop::keys::KeyChord;
use rolltop::names::{Namespace, RolloutKey, SourceId};
use rolltop::ui::screen;
use rolltop::ui::theme::{Depth, Theme};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// The moment at which every scene begins.
pub const MOMENT: &str = "2026-11-24T02:07:00Z";

/// A scenario, and the program that looks at it.
pub struct Scene {
    driver: Driver,
    /// The time of the cluster and of the program.
    pub now: Timestamp,
    /// The program.
    pub state: State,
    /// The newest version of each cluster that was told.
    told: Vec<u64>,
    /// The detail that is open, to be told again when something of it changes.
    open: Option<Opened>,
}

/// What was asked for with a detail.
struct Opened {
    detail: DetailId,
    key: RolloutKey,
    uid: Arc<str>,
    selector: Option<String>,
    workload: Option<WorkloadName>,
}

impl Scene {
    /// A scenario at [`MOMENT`], all channels live.
    pub fn of(name: &str) -> Self {
        let now: Timestamp = MOMENT.parse().unwrap();
        let clock = Clock::new(now, 0.0);
        let mut played = scenario::build(name, &clock, 1).unwrap();
        played.driver.script(played.script);
        Self::over(played.driver, now)
    }

    /// The program over a world of one's own.
    fn over(driver: Driver, now: Timestamp) -> Self {
        // Started a little before, so that what needs a moment to settle has settled.
        let (state, _) = State::new(setup(now - SignedDuration::from_secs(5)));
        let mut scene = Self { driver, now, state, told: vec![0; CLUSTERS.len()], open: None };
        for source in sources() {
            let store = scene.store(source).clone();
            let rollouts = decoded(&store, &ROLLOUTS, |text| Rollout::decode_text(text).unwrap());
            scene.told[usize::from(source.0)] = store.version();
            scene.feed(Event::News(News::Link(source, Link::Live)));
            scene.feed(Event::News(News::Rollouts(source, Delta::Reset(rollouts))));
            let access = Access::of_all(&Permission::Allowed, now);
            scene.feed(Event::News(News::Access(source, Namespace::from(NAMESPACE), access)));
        }
        scene.tick();
        scene
    }

    /// The objects of a cluster.
    pub fn store(&self, source: SourceId) -> &Store {
        &self.driver.world().clusters[usize::from(source.0)].store
    }

    fn tick(&mut self) {
        self.feed(Event::Clock(self.now));
        for source in sources() {
            self.feed(Event::News(News::Heard(source, self.now)));
        }
        self.feed(Event::Shown { made: self.now });
    }

    /// Time goes on, five seconds at a time: the controllers work, and the program is told what changed.
    pub fn pass(&mut self, seconds: u32) {
        for _ in 0..seconds / 5 {
            self.now += SignedDuration::from_secs(5);
            self.driver.play_until(self.now);
            self.feed(Event::Clock(self.now));
            for source in sources() {
                self.tell_changes(source);
            }
            self.tick();
        }
    }

    fn tell_changes(&mut self, source: SourceId) {
        let store = self.store(source).clone();
        let at = usize::from(source.0);
        let changes = store.changes_after(self.told[at]).expect("a history that is long enough");
        self.told[at] = store.version();
        let mut family = false;
        for change in changes {
            if change.kind != &ROLLOUTS {
                family = true;
                continue;
            }
            let rollout = Rollout::decode_text(&scrubbed(&change.object)).unwrap();
            let delta = if change.happened == rolltop::demo::store::Happened::Deleted {
                let meta = rollout.meta;
                Delta::Remove { namespace: Namespace::from(&*meta.namespace), name: meta.name, uid: meta.uid }
            } else {
                Delta::Upsert(Arc::new(rollout))
            };
            self.feed(Event::News(News::Rollouts(source, delta)));
        }
        if family && self.open.as_ref().is_some_and(|open| open.key.source == source) {
            self.tell_family();
        }
    }

    /// An event, and everything that follows from it.
    pub fn feed(&mut self, event: Event) {
        let mut effects: VecDeque<Effect> = update(&mut self.state, event).into();
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Order(order) => {
                    for news in self.answer(order) {
                        effects.extend(update(&mut self.state, Event::News(news)));
                    }
                }
                Effect::Log(_) | Effect::Copy(_) | Effect::Repaint => {}
                other => panic!("a scene needs no {other:?}"),
            }
        }
    }

    /// Keys by their text, separated by blanks.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            let chord: KeyChord = key.parse().unwrap();
            self.feed(Event::Key(chord));
        }
        self
    }

    /// What the edge of the cluster would tell.
    fn answer(&mut self, order: Order) -> Vec<News> {
        match order {
            Order::OpenDetail { detail, key, uid, selector, workload } => {
                self.open = Some(Opened { detail, key, uid, selector, workload });
                self.family()
            }
            Order::CloseDetail(detail) => {
                self.open.take_if(|open| open.detail == detail);
                Vec::new()
            }
            Order::OpenLogs { logs, key, sources, tail } => self.logs(logs, &key, &sources, tail),
            Order::CloseLogs(_) => Vec::new(),
            Order::GetObject { request, key, object } => vec![self.object(request, &key, &object)],
            Order::CheckAccess(source, namespace) => {
                vec![News::Access(source, namespace, Access::of_all(&Permission::Allowed, self.now))]
            }
            other => panic!("a scene only looks: {other:?}"),
        }
    }

    fn tell_family(&mut self) {
        for news in self.family() {
            self.feed(Event::News(news));
        }
    }

    /// What belongs to the rollout that is open, as `cluster::belonging` would let it through.
    fn family(&self) -> Vec<News> {
        let Some(Opened { detail, key, uid, selector, workload }) = &self.open else { return Vec::new() };
        let (detail, store) = (*detail, self.store(key.source));
        let mut kin = Kin::new(uid, &key.name);
        let mut news = Vec::new();
        let experiments: Vec<Arc<Experiment>> = plain(store, &EXPERIMENTS);
        let experiments: Vec<_> = experiments.into_iter().filter(|it| kin.owns(&it.meta)).collect();
        for experiment in &experiments {
            kin.add("Experiment", &experiment.meta);
        }
        let hashes: BTreeSet<&str> = experiments
            .iter()
            .flat_map(|it| &it.status.template_statuses)
            .map(|template| &*template.pod_template_hash)
            .collect();
        let selected = |object: &Value| {
            let labels = &object["metadata"]["labels"];
            let own = selector.as_deref().is_some_and(|selector| {
                selector.split(',').all(|part| {
                    let (name, value) = part.split_once('=').expect("scenarios select by plain labels");
                    labels[name] == value
                })
            });
            own || labels[POD_HASH_LABEL].as_str().is_some_and(|hash| hashes.contains(hash))
        };
        let sets: Vec<Arc<ReplicaSet>> = some(store, &REPLICA_SETS, selected);
        let pods: Vec<Arc<Pod>> = some(store, &PODS, selected);
        let runs: Vec<Arc<AnalysisRun>> = plain(store, &ANALYSIS_RUNS);
        let runs: Vec<_> = runs.into_iter().filter(|run| kin.owns(&run.meta)).collect();
        let metas = sets.iter().filter(|set| kin.owns(&set.meta)).map(|set| ("ReplicaSet", &set.meta));
        let metas: Vec<_> = metas
            .chain(pods.iter().map(|pod| ("Pod", &pod.meta)))
            .chain(runs.iter().map(|run| ("AnalysisRun", &run.meta)))
            .collect();
        for (kind, meta) in metas {
            kin.add(kind, meta);
        }
        let scalers: Vec<Arc<Scaler>> = some(store, &HORIZONTAL_POD_AUTOSCALERS, |object| {
            let target = &object["spec"]["scaleTargetRef"];
            target["kind"] == "Rollout" && target["name"] == *key.name
        });
        if let Some(of) = workload {
            let found = store.get(&DEPLOYMENTS, NAMESPACE, &of.name);
            let found = found.map(|it| Workload::decode("Deployment", &cleaned(&it)).unwrap());
            if let Some(workload) = &found {
                let named = rolltop::argo::meta::Meta { name: workload.meta.name.clone(), ..Default::default() };
                kin.add("Deployment", &named);
            }
            news.push(News::Workload(detail, Delta::Reset(found.into_iter().map(Arc::new).collect())));
        }
        for scaler in &scalers {
            kin.add("HorizontalPodAutoscaler", &scaler.meta);
        }
        let events: Vec<Arc<KubeEvent>> = plain(store, &EVENTS);
        let events = events.into_iter().filter(|event| kin.involves(&event.about)).collect();
        news.extend([
            News::ReplicaSets(detail, Delta::Reset(sets)),
            News::Pods(detail, Delta::Reset(pods)),
            News::AnalysisRuns(detail, Delta::Reset(runs)),
            News::Experiments(detail, Delta::Reset(experiments)),
            News::Events(detail, Delta::Reset(events)),
            News::Scalers(detail, Delta::Reset(scalers)),
        ]);
        news
    }

    fn object(&self, request: RequestId, key: &RolloutKey, wanted: &ObjectRef) -> News {
        let kinds = [
            &ROLLOUTS,
            &REPLICA_SETS,
            &PODS,
            &ANALYSIS_RUNS,
            &EXPERIMENTS,
            &DEPLOYMENTS,
            &HORIZONTAL_POD_AUTOSCALERS,
            &JOBS,
        ];
        let kind = kinds.into_iter().find(|kind| kind.kind == &*wanted.kind).expect("a kind that is looked at");
        let found = self.store(key.source).get(kind, key.namespace.as_str(), &wanted.name);
        let answer = found.map(|found| {
            let mut value = cleaned(&found);
            value["metadata"].as_object_mut().unwrap().remove("managedFields");
            Arc::new(value)
        });
        News::Object(request, answer.ok_or_else(|| trouble("it is not there")))
    }

    fn logs(&self, logs: LogsId, key: &RolloutKey, sources: &[LogSource], tail: u32) -> Vec<News> {
        let mut news = Vec::new();
        let mut lines = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            let pod = self.store(key.source).get(&PODS, key.namespace.as_str(), &source.pod);
            let Some(book) = pod.and_then(|pod| book(&pod, source)) else {
                news.push(News::Logs(logs, LogNews::Down(index, trouble("it waits to start"), true)));
                continue;
            };
            news.push(News::Logs(logs, LogNews::Open(index)));
            let upto = if book.is_over() { Timestamp::MAX } else { self.now };
            for entry in book.between(None, upto, tail as usize) {
                lines.extend(entry.lines.iter().map(|line| LogLine {
                    source: index,
                    at: Some(entry.time),
                    text: clean(line).into_owned().into(),
                    removed: matches!(clean(line), std::borrow::Cow::Owned(_)),
                }));
            }
        }
        lines.sort_by_key(|line| line.at);
        let surplus = lines.len().saturating_sub(tail as usize);
        news.push(News::Logs(logs, LogNews::Lines(lines.split_off(surplus))));
        news
    }

    /// What a screen would show now.
    pub fn model(&self) -> Model {
        model::of(&self.state)
    }

    /// Where the program is: `rolltop › production › checkout`.
    pub fn path(&self) -> String {
        self.model().header.path.join(" › ")
    }

    /// The frame that stays on a terminal of this size.
    pub fn frame(&mut self, theme: &Theme, width: u16, height: u16) -> Buffer {
        self.feed(Event::Resize(width, height));
        let area = Rect::new(0, 0, width, height);
        // The first frame says how much it could place, the second one is what stays.
        let placed = screen::render(&mut Buffer::empty(area), &self.model(), theme);
        self.feed(Event::Placed { page_rows: placed.page_rows });
        let mut buf = Buffer::empty(area);
        screen::render(&mut buf, &self.model(), theme);
        buf
    }

    /// To a rollout on the overview: the cursor stands on it afterwards.
    #[track_caller]
    pub fn select(&mut self, channel: &str, name: &str) {
        self.keys("0 g");
        let column = CLUSTERS.iter().position(|known| *known == channel).unwrap();
        for _ in 0..200 {
            let Body::Matrix(matrix) = self.model().body else { panic!("the overview is not shown: {}", self.path()) };
            let row = &matrix.rows[matrix.selected.expect("a row")];
            match (&*row.service == name, row.focused.unwrap_or(0)) {
                (true, at) if at == column => return,
                (true, at) if at < column => self.keys("Right"),
                (true, _) => self.keys("Left"),
                (false, _) => self.keys("j"),
            };
        }
        panic!("{name} in {channel} was not reached");
    }

    /// Opens a rollout from the overview.
    #[track_caller]
    pub fn open(&mut self, channel: &str, name: &str) {
        self.select(channel, name);
        self.keys("Enter");
        assert_eq!(self.model().header.path[1..], [channel, name]);
    }

    /// Moves the focus of a rollout's page to a pane; whether there is one.
    pub fn focus(&mut self, pane: Pane) -> bool {
        for _ in Pane::ALL {
            let Body::Rollout(page) = self.model().body else { return false };
            if page.focus == pane {
                return true;
            }
            self.keys("Tab");
        }
        false
    }

    /// From a rollout's page to what a pane leads to; whether there is something of the kind.
    pub fn deeper(&mut self, pane: Pane, fits: fn(&Body) -> bool) -> bool {
        if !self.focus(pane) {
            return false;
        }
        for _ in 0..40 {
            self.keys("Enter");
            if fits(&self.model().body) {
                return true;
            }
            if !matches!(self.model().body, Body::Rollout(_)) {
                self.keys("q");
            }
            self.keys("j");
        }
        false
    }

    /// Back to the overview.
    pub fn home(&mut self) {
        self.keys("Esc Esc Esc Esc Esc Esc 0 g");
    }

    /// What stands out: rollouts that are not simply Healthy, those of production first; and where there is none, the
    /// first of production.
    pub fn remarkable(&self) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        for (cluster, channel) in CLUSTERS.iter().enumerate().rev() {
            let rollouts = self.store(SourceId(u16::try_from(cluster).unwrap())).list(&ROLLOUTS, None).0;
            let odd = rollouts.iter().filter(|rollout| rollout["status"]["phase"] != "Healthy");
            for rollout in odd {
                let name = rollout["metadata"]["name"].as_str().unwrap().to_owned();
                if found.iter().all(|(_, known)| *known != name) {
                    found.push((*channel, name));
                }
            }
        }
        if found.is_empty() {
            let first = self.store(SourceId(2)).list(&ROLLOUTS, None).0.swap_remove(0);
            found.push((CLUSTERS[2], first["metadata"]["name"].as_str().unwrap().to_owned()));
        }
        found
    }
}

fn sources() -> impl Iterator<Item = SourceId> {
    (0..u16::try_from(CLUSTERS.len()).unwrap()).map(SourceId)
}

fn trouble(words: &str) -> Trouble {
    Trouble { kind: TroubleKind::Server, sentence: words.to_owned(), hint: None, raw: words.to_owned() }
}

/// The run of a container, as the log endpoint of the simulated cluster would find it.
fn book(pod: &Value, source: &LogSource) -> Option<Book> {
    let statuses = pod.pointer("/status/containerStatuses")?.as_array()?;
    let status = statuses.iter().find(|one| one["name"] == *source.container)?;
    let restarts = status["restartCount"].as_i64().unwrap_or(0);
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok()).unwrap_or_default();
    let ended = |ended: &Value, restarts: i64| {
        let ending = Ending { at: time(&ended["finishedAt"]), code: ended["exitCode"].as_i64().unwrap_or(0) };
        Book::of(pod, &source.container, restarts, time(&ended["startedAt"]), Some(ending))
    };
    let last = status.pointer("/lastState/terminated");
    if source.previous {
        return last.map(|last| ended(last, restarts.max(1) - 1));
    }
    if let Some(running) = status.pointer("/state/running") {
        return Some(Book::of(pod, &source.container, restarts, time(&running["startedAt"]), None));
    }
    status.pointer("/state/terminated").or(last).map(|last| ended(last, restarts))
}

/// The channels of the simulated cluster.
fn setup(now: Timestamp) -> Setup {
    let channel = |(index, name): (usize, &&str)| Channel {
        name: (*name).into(),
        order: i64::try_from(index).unwrap(),
        confirm: if *name == "production" { Confirm::TypeName } else { Confirm::Enter },
        read_only: false,
        require_reason: false,
        allowed_times: Vec::new(),
        color: None,
        runtimes: vec![Runtime {
            name: (*name).into(),
            context: (*name).to_owned(),
            namespace: Some(NAMESPACE.into()),
            extra_namespaces: Vec::new(),
            labels: BTreeMap::new(),
        }],
    };
    let sources = sources().map(|id| SourceInfo {
        id,
        channel: usize::from(id.0),
        cluster: CLUSTERS[usize::from(id.0)].into(),
        scope: NAMESPACE.to_owned(),
        broken: None,
    });
    Setup {
        sources: sources.collect(),
        settings: Settings {
            path: None,
            channels: CLUSTERS.iter().enumerate().map(channel).collect(),
            stale_after: Duration::from_secs(15),
            mouse: false,
            service_of: BTreeMap::new(),
            record: Record::default(),
            osc9: false,
            services: rolltop::config::services::Services::default(),
            warnings: Vec::new(),
        },
        read_only: false,
        demo: true,
        replay: false,
        user: "you".to_owned(),
        terminal: Vec::new(),
        first_run: None,
        warnings: Vec::new(),
        now,
    }
}

/// An object with every text clean, keys too, as `cluster::wire` leaves it.
fn cleaned(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(clean(text).into_owned()),
        Value::Array(items) => items.iter().map(cleaned).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| (clean(key).into_owned(), cleaned(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        plain => plain.clone(),
    }
}

fn scrubbed(value: &Value) -> String {
    cleaned(value).to_string()
}

fn decoded<T>(store: &Store, kind: &'static Kind, decode: impl Fn(&str) -> T) -> Vec<Arc<T>> {
    store.list(kind, Some(NAMESPACE)).0.iter().map(|object| Arc::new(decode(&scrubbed(object)))).collect()
}

fn plain<T: DeserializeOwned>(store: &Store, kind: &'static Kind) -> Vec<Arc<T>> {
    some(store, kind, |_| true)
}

fn some<T: DeserializeOwned>(store: &Store, kind: &'static Kind, wanted: impl Fn(&Value) -> bool) -> Vec<Arc<T>> {
    let objects = store.list(kind, Some(NAMESPACE)).0;
    let wanted = objects.iter().filter(|object| wanted(object));
    wanted.map(|object| Arc::new(serde_json::from_str(&scrubbed(object)).unwrap())).collect()
}

/// A theme by its parts.
pub fn theme(depth: Depth, name: &str, ascii: bool) -> Theme {
    Theme { depth, ascii, name: name.into(), reduced_motion: true }
}

/// Without colours.
pub fn mono() -> Theme {
    theme(Depth::Mono, "auto", false)
}
