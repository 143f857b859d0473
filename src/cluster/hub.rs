//! The hub: one thread with its own runtime for all clusters; each source has its own task, connection and back-off.

pub use super::backoff::Tempo;

use super::access;
use super::actions::{self, record};
use super::deploying::Errand;
use super::detail;
use super::leg::Shared;
use super::login;
use super::logs;
use super::object;
use super::source;
use crate::argo::feed::{Answer, DetailId, Link, LogsId, News, Order, Trouble, TroubleKind};
use crate::names::{Namespace, SourceId};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

/// What of a cluster is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All namespaces.
    All,
    /// These namespaces.
    Namespaces(Vec<Namespace>),
}

/// One thing to watch.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its number.
    pub source: SourceId,
    /// The kubeconfig context.
    pub context: String,
    /// What of it.
    pub scope: Scope,
    /// Label selector in text form, if any.
    pub selector: Option<String>,
}

/// How to reach clusters.
#[derive(Clone, Debug)]
pub struct Access {
    /// The merged kubeconfig.
    pub kubeconfig: kube::config::Kubeconfig,
    /// Time-out of connecting and of a request other than a watch.
    pub timeout: Duration,
    /// No request that writes may leave: held in the transport itself.
    pub read_only: bool,
}

/// Ends the login commands that run, with what they started. For an end by a signal, where nothing is dropped; waits for
/// nothing.
pub fn end_login_commands() {
    login::end_all();
}

/// Where news go. Called from the network thread; must not block.
pub type Sink = Arc<dyn Fn(News) + Send + Sync>;

/// What comes in.
#[derive(Debug)]
enum Asked {
    Order(Order),
    Deploy(Errand),
}

/// Hands errands of a deploy to the network thread, from any thread.
#[derive(Clone, Debug)]
pub struct Errands(mpsc::UnboundedSender<Asked>);

impl Errands {
    /// Hands one on; returns at once.
    pub fn send(&self, errand: Errand) {
        // The thread ends only with the hub, or could not be started, which was told.
        let _ = self.0.send(Asked::Deploy(errand));
    }
}

/// The running hub. Dropping it ends all tasks.
#[derive(Debug)]
pub struct Hub {
    orders: mpsc::UnboundedSender<Asked>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Hub {
    /// Starts the network thread and one task per target.
    #[must_use]
    pub fn start(access: Access, targets: Vec<Target>, sink: Sink) -> Self {
        Self::start_with(access, targets, sink, Tempo::default())
    }

    /// The same with other waits.
    #[must_use]
    pub fn start_with(access: Access, targets: Vec<Target>, sink: Sink, tempo: Tempo) -> Self {
        let (orders, received) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let numbers: Vec<_> = targets.iter().map(|target| target.source).collect();
        let tell = Arc::clone(&sink);
        let thread = std::thread::Builder::new().name("network".to_owned()).spawn(move || {
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(why) => return no_thread(&numbers, &tell, &why),
            };
            let mut network = Network {
                access,
                tempo,
                sink,
                sources: HashMap::new(),
                details: HashMap::new(),
                logs: HashMap::new(),
                valve: logs::Valve::default(),
            };
            runtime.block_on(async {
                tokio::select! {
                    () = stopped.cancelled() => {}
                    () = network.run(targets, received) => {}
                }
            });
            // A login command that hangs on a blocking thread must not hold us.
            runtime.shutdown_background();
        });
        let thread = match thread {
            Ok(thread) => Some(thread),
            Err(why) => {
                tracing::error!(%why, "the network thread cannot be started");
                None
            }
        };
        Self { orders, stop, thread }
    }

    /// Hands an order to the network thread; returns at once.
    pub fn order(&self, order: Order) {
        // The thread ends only with the hub, or could not be started, which was told.
        let _ = self.orders.send(Asked::Order(order));
    }

    /// Where errands of a deploy are handed in.
    #[must_use]
    pub fn errands(&self) -> Errands {
        Errands(self.orders.clone())
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

fn no_thread(sources: &[SourceId], sink: &Sink, why: &std::io::Error) {
    for source in sources {
        let sentence = format!("the network cannot be used: {why}");
        let trouble = Trouble { kind: TroubleKind::Config, raw: sentence.clone(), sentence, hint: None };
        let next_try = jiff::Timestamp::now();
        sink(News::Link(*source, Link::Retrying { trouble, last_heard: None, next_try }));
    }
}

/// One source, as orders see it.
struct Known {
    context: String,
    shared: Arc<Shared>,
}

/// What lives on the network thread.
struct Network {
    access: Access,
    tempo: Tempo,
    sink: Sink,
    sources: HashMap<SourceId, Known>,
    details: HashMap<DetailId, AbortHandle>,
    logs: HashMap<LogsId, AbortHandle>,
    /// Of all logs together.
    valve: logs::Valve,
}

impl Network {
    async fn run(&mut self, targets: Vec<Target>, mut orders: mpsc::UnboundedReceiver<Asked>) {
        let mut tasks = JoinSet::new();
        for target in targets {
            let shared = Shared::new();
            let known = Known { context: target.context.clone(), shared: Arc::clone(&shared) };
            self.sources.insert(target.source, known);
            let access = self.access.clone();
            tasks.spawn(source::keep(access, target, self.tempo, shared, Arc::clone(&self.sink)));
        }
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Asked::Order(order)) => self.on_order(order, &mut tasks),
                    Some(Asked::Deploy(errand)) => self.on_errand(errand, &mut tasks),
                    None => return,
                },
                // Finished questions and writes are taken away; sources never finish by themselves.
                Some(ended) = tasks.join_next() => if let Err(why) = ended && why.is_panic() {
                    tracing::error!(%why, "a task of the network thread was lost");
                },
            }
        }
    }

    fn on_errand(&self, errand: Errand, tasks: &mut JoinSet<()>) {
        let Some(known) = self.sources.get(&errand.source()) else {
            return errand.refuse(source::no_client("this channel"));
        };
        let (shared, context) = (Arc::clone(&known.shared), known.context.clone());
        tasks.spawn(errand.carry_out(shared, context, self.access.timeout));
    }

    fn on_order(&mut self, order: Order, tasks: &mut JoinSet<()>) {
        let sink = Arc::clone(&self.sink);
        match order {
            Order::OpenDetail { detail, key, uid, selector, workload } => {
                let Some(known) = self.sources.get(&key.source) else { return };
                let shared = Arc::clone(&known.shared);
                let asked = detail::Asked { detail, key, uid, selector, workload };
                let task = tasks.spawn(detail::keep(asked, self.tempo, shared, sink));
                if let Some(before) = self.details.insert(detail, task) {
                    before.abort();
                }
            }
            Order::CloseDetail(detail) => {
                if let Some(task) = self.details.remove(&detail) {
                    task.abort();
                }
            }
            Order::OpenLogs { logs, key, sources, tail } => {
                let Some(known) = self.sources.get(&key.source) else { return };
                let shared = Arc::clone(&known.shared);
                let asked = logs::Asked { logs, namespace: key.namespace, sources, tail };
                let task = tasks.spawn(logs::keep(asked, self.tempo, shared, sink, self.valve.clone()));
                if let Some(before) = self.logs.insert(logs, task) {
                    before.abort();
                }
            }
            Order::CloseLogs(logs) => {
                if let Some(task) = self.logs.remove(&logs) {
                    task.abort();
                }
            }
            Order::GetObject { request, key, object } => {
                let Some(known) = self.sources.get(&key.source) else { return };
                let (shared, context) = (Arc::clone(&known.shared), known.context.clone());
                let patience = self.access.timeout;
                tasks.spawn(async move {
                    let answer = match tokio::time::timeout(patience, shared.client()).await {
                        Ok(client) => object::get(&client, &key.namespace, &object).await,
                        Err(_) => Err(source::no_client(&context)),
                    };
                    sink(News::Object(request, answer));
                });
            }
            Order::CheckAccess(source, namespace) => {
                let Some(known) = self.sources.get(&source) else { return };
                let shared = Arc::clone(&known.shared);
                let patience = self.access.timeout;
                tasks.spawn(async move {
                    let answer = match tokio::time::timeout(patience, shared.client()).await {
                        Ok(client) => access::ask(&client, &namespace).await,
                        Err(_) => access::unknown("there is no connection yet"),
                    };
                    sink(News::Access(source, namespace, answer));
                });
            }
            Order::Write { request, key, plan, reason: _ } => {
                let known = self.sources.get(&key.source);
                let client = known.and_then(|known| known.shared.client.borrow().clone());
                let context = known.map(|known| known.context.clone()).unwrap_or_default();
                tasks.spawn(async move {
                    let answer = match client {
                        Some(client) => actions::carry_out(&client, &key.namespace, &key.name, &plan, false).await,
                        None => Answer::Refused(source::no_client(&context)),
                    };
                    sink(News::Answer(request, answer));
                });
            }
            Order::Tell { key, told } => {
                let Some(shared) = self.sources.get(&key.source).map(|known| Arc::clone(&known.shared)) else { return };
                let Some(client) = shared.client.borrow().clone() else { return };
                tasks.spawn(async move {
                    if let Err(why) = record::tell(&client, &key.namespace, &key.name, &told).await
                        && !shared.told_of_no_event.swap(true, Ordering::Relaxed)
                    {
                        sink(News::Note(key.source, why));
                    }
                });
            }
            Order::Reconnect(source) => self.bump(source, |shared| &shared.poke),
            Order::Login(source) => {
                // Nothing more is asked or written as who one was before.
                if let Some(known) = self.sources.get(&source) {
                    known.shared.client.send_replace(None);
                }
                self.bump(source, |shared| &shared.login);
            }
        }
    }

    fn bump(&self, source: SourceId, counter: impl Fn(&Shared) -> &tokio::sync::watch::Sender<u64>) {
        if let Some(known) = self.sources.get(&source) {
            counter(&known.shared).send_modify(|count| *count += 1);
        }
    }
}
