//! Legs: one list-and-watch that is kept going. It waits, tries again, and says in which state it is; what the state
//! means for the source (or for an opened rollout) is decided by who listens.

use super::backoff::{Backoff, Tempo, jitter};
use super::client::Client;
use super::failure::Failure;
use super::hub::Access;
use super::trouble::{self, Attempt};
use super::watch::{Happening, Watch};
use super::wire::Kind;
use crate::argo::feed::{Delta, Trouble, TroubleKind};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::sync::watch;

/// What the tasks of one source share.
#[derive(Debug)]
pub struct Shared {
    /// The present client; `None` while there is none.
    pub client: watch::Sender<Option<Client>>,
    /// Counts the orders to try again now.
    pub poke: watch::Sender<u64>,
    /// Counts the orders to sign in again.
    pub login: watch::Sender<u64>,
    /// It was said that no event tells of writes: once is enough.
    pub told_of_no_event: AtomicBool,
}

impl Shared {
    /// Without a client.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            client: watch::Sender::new(None),
            poke: watch::Sender::new(0),
            login: watch::Sender::new(0),
            told_of_no_event: AtomicBool::new(false),
        })
    }

    /// The client, as soon as there is one.
    pub async fn client(&self) -> Client {
        let mut slot = self.client.subscribe();
        loop {
            if let Some(client) = slot.borrow_and_update().clone() {
                return client;
            }
            // The sender lives in `self`: waiting cannot fail while we do.
            let _ = slot.changed().await;
        }
    }
}

/// A credential is renewed this long before it ends.
const RENEW_BEFORE: SignedDuration = SignedDuration::from_secs(90);
/// Not more often than this, however short-lived credentials are, and again after this when it failed.
pub const RENEW_PAUSE: Duration = Duration::from_secs(30);

/// Renews a credential that says when it ends, before it ends; the legs go on with the new client where they are.
/// Waits for ever when it says nothing.
pub async fn keep_signed_in(access: Access, context: String, tempo: Tempo, shared: Arc<Shared>) {
    loop {
        let client = shared.client().await;
        let Some(end) = client.valid_until() else { return std::future::pending().await };
        let left = end.duration_since(Timestamp::now()) - RENEW_BEFORE;
        tokio::time::sleep(Duration::try_from(left).unwrap_or_default().max(RENEW_PAUSE)).await;
        match Client::connect(&access, &context, &tempo).await {
            Ok(client) => drop(shared.client.send_replace(Some(client))),
            // The old one is good for a while; when it is not, the answer is 401, and that is told.
            Err(failure) => tracing::warn!(%context, ?failure, "the login cannot be renewed"),
        }
    }
}

/// A list that is asked for anew is asked for at most this often.
const AGAIN: Duration = Duration::from_secs(1);

/// What a leg tells.
#[derive(Debug)]
pub enum Step<T> {
    /// A connection is being made.
    Connecting,
    /// A list is coming in: objects so far.
    Listing {
        /// Objects so far.
        count: usize,
        /// Nothing complete is known yet.
        first: bool,
    },
    /// Complete and up to date.
    Live,
    /// Down; tried again at this time.
    Down {
        /// Why.
        trouble: Trouble,
        /// When.
        next_try: Timestamp,
    },
    /// The server was heard of.
    Heard,
    /// The set changed.
    Change(Delta<T>),
    /// An object that cannot be read at all.
    Unreadable(String),
}

/// Keeps one list-and-watch going until the task is dropped.
pub async fn keep<T: Kind>(
    mut watch: Watch<T>,
    shared: Arc<Shared>,
    tempo: Tempo,
    mut tell: impl FnMut(Step<T>) + Send,
) {
    let mut backoff = Backoff::new(&tempo);
    let doing = format!("list {}", watch.place().words());
    tell(Step::Connecting);
    loop {
        let client = shared.client().await;
        let mut clients = shared.client.subscribe();
        clients.mark_unchanged();
        let mut pokes = shared.poke.subscribe();
        let began = tokio::time::Instant::now();
        let failure = {
            let mut out = |happening| match happening {
                Happening::Heard => tell(Step::Heard),
                Happening::Listing { count, first } => tell(Step::Listing { count, first }),
                Happening::Unreadable(why) => tell(Step::Unreadable(why)),
                Happening::Change(delta) => {
                    let complete = matches!(delta, Delta::Reset(_));
                    tell(Step::Change(delta));
                    if complete {
                        tell(Step::Live);
                    }
                }
            };
            tokio::select! {
                failure = watch.run(&client, &mut out) => failure,
                // A renewed client: go on with it, from where we are.
                _ = clients.changed() => continue,
                // Somebody wants to know now: a new list is the whole truth. A key held down asks once a second.
                () = async {
                    let _ = pokes.changed().await;
                    tokio::time::sleep_until(began + AGAIN).await;
                } => {
                    watch.forget_version();
                    continue;
                }
            }
        };
        let good = watch.lived() >= tempo.good;
        if good {
            backoff.reset();
        }
        tracing::debug!(cluster = client.context(), ?failure, "watch failed");
        // Servers and load balancers end watches as a matter of course: the first try after a good while is silent.
        if good && !matches!(failure, Failure::Login { .. } | Failure::Config(_)) && !is_refusal(&failure) {
            tokio::time::sleep(jitter(Duration::from_millis(100))).await;
            continue;
        }
        watch.forget_version();
        let trouble = trouble::of(&failure, Attempt::reading::<T>(client.context(), &doing));
        let wait = wait(&trouble, &failure, &mut backoff, &tempo);
        tell(Step::Down { trouble, next_try: soon(wait) });
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = pokes.changed() => backoff.reset(),
            _ = clients.changed() => {}
        }
    }
}

fn is_refusal(failure: &Failure) -> bool {
    matches!(failure, Failure::Status(status) if matches!(status.code, 401 | 403 | 404 | 429))
}

/// How long to wait: what a person has to change is not asked for every few seconds, and a server that names a time
/// gets it.
pub fn wait(trouble: &Trouble, failure: &Failure, backoff: &mut Backoff, tempo: &Tempo) -> Duration {
    match trouble.kind {
        // A login command may open a browser: it is not run again every minute by itself.
        TroubleKind::Forbidden | TroubleKind::NotSignedIn => tempo.forbidden,
        TroubleKind::NoRollouts | TroubleKind::Config => tempo.person,
        // A kind that the server does not know appears when somebody installs it.
        _ if matches!(failure, Failure::Status(status) if status.code == 404) => tempo.forbidden,
        _ => {
            let step = backoff.wait();
            let asked = match failure {
                Failure::Status(status) => status.retry_after.unwrap_or_default(),
                _ => Duration::ZERO,
            };
            step.max(asked.min(tempo.forbidden))
        }
    }
}

/// The local time after a wait.
pub fn soon(wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::ZERO);
    Timestamp::now().saturating_add(wait).unwrap_or(Timestamp::MAX)
}
