//! Replay: a recording in place of clusters. A thread tells the recorded changes at their times, and answers the
//! opening of a rollout with the recorded children, as the network thread would.

use crate::argo::feed::{Delta, DetailId, Link, News, Order};
use crate::cluster::hub::Sink;
use crate::names::SourceId;
use crate::report::playback::{self, Change, Moment};
use crate::report::recording::Recording;
use jiff::Timestamp;
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
        recording: &Recording,
        speed: f64,
        clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
        sink: Sink,
    ) -> std::io::Result<Self> {
        let changes = playback::changes(recording);
        let (orders, taken) = channel();
        let play = Play { moment: Moment::default(), open: Vec::new(), sink, clock };
        std::thread::Builder::new().name("replay".into()).spawn(move || play.run(changes.list, speed, &taken))?;
        Ok(Self { orders })
    }

    /// Hands an order over; only those that open and close a rollout mean something here.
    pub fn order(&self, order: Order) {
        // The thread lives as long as this does.
        let _ = self.orders.send(order);
    }
}

struct Play {
    moment: Moment,
    open: Vec<DetailId>,
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
            while let Some((_, change)) = changes.next_if(|(t_ms, _)| *t_ms as f64 <= passed) {
                self.change(change);
            }
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
                Ok(Order::OpenDetail { detail, .. }) => self.open_detail(detail),
                Ok(Order::CloseDetail(detail)) => self.open.retain(|open| *open != detail),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => self.heard(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn change(&mut self, change: Change) {
        self.moment.apply(&change);
        match change {
            Change::Rollouts(delta) => self.tell(News::Rollouts(SOURCE, delta)),
            Change::ReplicaSets(delta) => {
                self.open.iter().for_each(|detail| self.tell(News::ReplicaSets(*detail, delta.clone())));
            }
            Change::Pods(delta) => {
                self.open.iter().for_each(|detail| self.tell(News::Pods(*detail, delta.clone())));
            }
            Change::AnalysisRuns(_)
            | Change::Experiments(_)
            | Change::Events(_)
            | Change::Workloads(_)
            | Change::Scalers(_) => {}
        }
        self.heard();
    }

    fn open_detail(&mut self, detail: DetailId) {
        self.open.push(detail);
        self.tell(News::ReplicaSets(detail, Delta::Reset(self.moment.replica_sets())));
        self.tell(News::Pods(detail, Delta::Reset(self.moment.pods())));
    }

    fn heard(&self) {
        self.tell(News::Heard(SOURCE, (self.clock)()));
    }

    fn tell(&self, news: News) {
        (self.sink)(news);
    }
}
