//! Serving: puts world, controllers and API server together, on a thread of its own.

use super::http::faults::Faults;
use super::http::listener::{self, Order};
use super::http::record::RequestLog;
use super::http::router::Server;
use super::scenario::{Ahead, Played};
use super::world::World;
use super::{controller, files, load as made, scenario};
use jiff::Timestamp;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// Scenario name.
    pub scenario: String,
    /// Virtual seconds per real second; 0 stands still.
    pub speed: f64,
    /// Where to listen: loopback only; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Seed of uids, names and times.
    pub seed: u64,
    /// Made rollouts in production.
    pub load: usize,
    /// Changes per second to them.
    pub churn: f64,
    /// Faults: text form, see [`super::http::faults`].
    pub faults: String,
}

/// A running simulation; dropping it ends it.
pub struct Running {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// A kubeconfig with the six contexts.
    pub kubeconfig: String,
    /// The matching channel config.
    pub config: String,
    /// The clock.
    pub clock: super::clock::Clock,
    world: World,
    server: Arc<Server>,
    /// Taken at the end: without it the thread ends.
    orders: Option<UnboundedSender<Order>>,
    thread: Option<JoinHandle<()>>,
    ready: Ready,
    begun: Timestamp,
}

/// What can go wrong at start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The scenario.
    #[error(transparent)]
    Scenario(#[from] scenario::ScenarioError),
    /// The address.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// Another address than loopback.
    #[error("refusing to listen on {0}: the simulated cluster is for this machine only; use 127.0.0.1")]
    NotLoopback(SocketAddr),
    /// The fault specification.
    #[error("{0}")]
    Faults(String),
}

/// What happens in the world beside its API.
enum Life {
    /// First its past.
    Past(Box<Past>),
    Present(Box<Present>),
}

struct Present {
    played: Option<Played>,
    churn: f64,
    seed: u64,
}

/// How far a world has come: empty until its past is played, then nothing, or why it could not be.
type Ready = Arc<OnceLock<Option<String>>>;

/// Starts serving; returns once requests are answered.
///
/// # Errors
/// See [`StartError`].
pub fn start(options: Options) -> Result<Running, StartError> {
    let (options, past) = prepare(options)?;
    let world = past.ahead.world().clone();
    let life = past.live()?;
    run(world, options.listen, &options.faults, Life::Present(Box::new(life)))
}

/// Starts serving before the scenario's past is played: requests wait until it is. For who has something to show
/// meanwhile. What of the scenario cannot be done is told by [`Running::failure`].
///
/// # Errors
/// See [`StartError`].
pub fn start_ahead(options: Options) -> Result<Running, StartError> {
    let (options, past) = prepare(options)?;
    let world = past.ahead.world().clone();
    run(world, options.listen, &options.faults, Life::Past(Box::new(past)))
}

fn prepare(options: Options) -> Result<(Options, Past), StartError> {
    check(options.listen, &options.faults)?;
    // Begins now, so that a client that reads its own clock (kubectl describe, the plugin) shows ages that make sense.
    let now = Timestamp::now();
    let begin = Timestamp::from_second(now.as_second()).unwrap_or(now);
    // The past is played by moving the clock; real time only runs from there on.
    let clock = super::clock::Clock::new(begin, 0.0);
    let ahead = scenario::begin(&options.scenario, &clock, options.seed)?;
    let Options { speed, seed, load, churn, .. } = options;
    Ok((options, Past { ahead, speed, seed, load, churn }))
}

/// A past that is still to be played.
struct Past {
    ahead: Ahead,
    speed: f64,
    seed: u64,
    load: usize,
    churn: f64,
}

impl Past {
    fn live(self) -> Result<Present, scenario::ScenarioError> {
        let Self { ahead, speed, seed, load, churn } = self;
        let played = ahead.play()?;
        if load > 0 {
            made::fill(&played.world, load, seed);
        }
        // Nobody watched the past: its history would only take memory.
        for cluster in &played.world.clusters {
            cluster.store.compact();
        }
        played.world.clock.set_speed(speed);
        Ok(Present { played: Some(played), churn, seed })
    }
}

/// Serves a world as it is, without controllers: what is in it changes only by requests.
///
/// # Errors
/// See [`StartError`].
pub fn start_world(world: World, listen: SocketAddr, faults: &str) -> Result<Running, StartError> {
    check(listen, faults)?;
    run(world, listen, faults, Life::Present(Box::new(Present { played: None, churn: 0.0, seed: 0 })))
}

fn check(listen: SocketAddr, faults: &str) -> Result<(), StartError> {
    if !listen.ip().is_loopback() {
        return Err(StartError::NotLoopback(listen));
    }
    Faults::default().set(faults).map_err(StartError::Faults)
}

fn run(world: World, listen: SocketAddr, faults: &str, life: Life) -> Result<Running, StartError> {
    let failed = |source| StartError::Listen { address: listen, source };
    let socket = std::net::TcpListener::bind(listen).map_err(failed)?;
    socket.set_nonblocking(true).map_err(failed)?;
    let address = socket.local_addr().map_err(failed)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(socket).map_err(failed)?
    };
    let server = Arc::new(Server::new(world.clone(), Faults::default(), RequestLog::default()));
    server.set_faults(faults).map_err(StartError::Faults)?;
    let (orders, inbox) = unbounded_channel();
    let clock = world.clock.clone();
    let begun = clock.now();
    let served = server.clone();
    let churned = world.clone();
    let ready = Ready::default();
    let told = ready.clone();
    let thread = std::thread::Builder::new()
        .name("simulated-cluster".into())
        .spawn(move || {
            let lived = match life {
                Life::Past(past) => past.live(),
                Life::Present(present) => Ok(*present),
            };
            // Nobody else sets it.
            let _ = told.set(lived.as_ref().err().map(ToString::to_string));
            let Ok(life) = lived else { return };
            runtime.block_on(async move {
                let life = async move {
                    let churn = async {
                        if life.churn > 0.0 {
                            made::churn(churned, life.churn, life.seed).await;
                        }
                    };
                    let control = async {
                        if let Some(played) = life.played {
                            controller::run(played).await;
                        }
                    };
                    tokio::join!(churn, control);
                    std::future::pending::<()>().await;
                };
                tokio::select! {
                    () = listener::run(served, listener, address, inbox) => {}
                    () = life => {}
                }
            });
        })
        .map_err(failed)?;
    let url = format!("http://{address}");
    Ok(Running {
        kubeconfig: files::kubeconfig(&url, &world),
        config: files::config(&world),
        url,
        clock,
        world,
        server,
        orders: Some(orders),
        thread: Some(thread),
        ready,
        begun,
    })
}

impl Running {
    /// The clusters, for tests and for what runs in the same process.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Why the scenario's past could not be played; nothing is served then.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.ready.get().cloned().flatten()
    }

    /// Tells the clusters' time; while the past is played, the time at which it will end.
    pub fn time(&self) -> impl Fn() -> Timestamp + Send + Sync + 'static {
        let (clock, ready, begun) = (self.clock.clone(), self.ready.clone(), self.begun);
        move || if ready.get().is_some() { clock.now() } else { begun }
    }

    /// What was asked of the servers.
    #[must_use]
    pub fn requests(&self) -> &RequestLog {
        &self.server.log
    }

    /// Puts these faults in place of all others; see [`super::http::faults`].
    ///
    /// # Errors
    /// What is wrong with the specification.
    pub fn set_faults(&self, spec: &str) -> Result<(), String> {
        self.server.set_faults(spec)
    }

    /// Gives the rules of a Role or ClusterRole to a user of a cluster who has no others; the user's bearer token.
    /// Given again, the new rules take the place of the old ones.
    ///
    /// # Errors
    /// What is wrong with the manifest.
    pub fn grant(&self, cluster: &str, manifest: &str) -> Result<String, String> {
        self.server.grants.set(cluster, manifest)
    }

    /// Cuts the open watches of a cluster (`*`: of all).
    pub fn cut_watches(&self, cluster: &str) {
        self.server.cut(cluster);
    }

    /// Closes the port and cuts every connection; the world lives on.
    ///
    /// # Errors
    /// The thread has ended.
    pub fn stop_listening(&self) -> io::Result<()> {
        self.order(Order::Stop)
    }

    /// Opens the same port again.
    ///
    /// # Errors
    /// The port is taken by someone else by now.
    pub fn listen_again(&self) -> io::Result<()> {
        self.order(Order::Open)
    }

    fn order(&self, order: impl FnOnce(std::sync::mpsc::Sender<io::Result<()>>) -> Order) -> io::Result<()> {
        let (reply, answer) = std::sync::mpsc::channel();
        let gone = || io::Error::other("the simulated cluster has ended");
        self.orders.as_ref().ok_or_else(gone)?.send(order(reply)).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take().filter(|_| self.ready.get().is_some()) {
            // A panic in there was printed already; there is nothing to add here.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("url", &self.url).finish_non_exhaustive()
    }
}
