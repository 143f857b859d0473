//! Following: one rollout, watched for a command that waits for an outcome (`status --watch`, `get --watch`).

use super::backoff::Tempo;
use super::client::Client;
use super::hub::Access;
use super::leg::{self, Shared, Step};
use super::place::Place;
use super::watch::Watch;
use crate::argo::feed::{Delta, Trouble};
use crate::argo::rollout::Rollout;
use crate::names::Namespace;
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// What happened to a followed rollout.
#[derive(Clone, Debug, PartialEq)]
pub enum Followed {
    /// It is this now. The first one comes after the first list.
    Is(Arc<Rollout>),
    /// There is none of that name: never was, or it was deleted.
    Gone,
    /// The cluster does not answer; it is tried again by itself at this local time.
    Lost {
        /// Why.
        trouble: Trouble,
        /// When it is tried again.
        next_try: Timestamp,
    },
}

/// The stream of a followed rollout; dropping it ends the watch.
#[derive(Debug)]
pub struct Follow {
    news: mpsc::UnboundedReceiver<Followed>,
    /// Ends its tasks when it is dropped.
    _tasks: JoinSet<()>,
}

impl Follow {
    /// Starts following, on the runtime that this is called on.
    pub(super) fn start(access: Access, client: Client, namespace: &Namespace, name: &str) -> Self {
        let tempo = Tempo::default();
        let (tell, news) = mpsc::unbounded_channel();
        let shared = Shared::new();
        let context = client.context().to_owned();
        shared.client.send_replace(Some(client));
        let watch = Watch::<Rollout>::new(Place::single(namespace.clone(), name), tempo);
        let mut tasks = JoinSet::new();
        tasks.spawn(leg::keep_signed_in(access, context, tempo, Arc::clone(&shared)));
        tasks.spawn(leg::keep(watch, shared, tempo, move |step| {
            let followed = match step {
                Step::Change(Delta::Reset(all)) => all.first().cloned().map_or(Followed::Gone, Followed::Is),
                Step::Change(Delta::Upsert(rollout)) => Followed::Is(rollout),
                Step::Change(Delta::Remove { .. }) => Followed::Gone,
                Step::Down { trouble, next_try } => Followed::Lost { trouble, next_try },
                _ => return,
            };
            // The receiver is gone when nobody waits any more; the tasks are about to end.
            let _ = tell.send(followed);
        }));
        Self { news, _tasks: tasks }
    }

    /// The next news. Ends only when the task was lost.
    pub async fn next(&mut self) -> Option<Followed> {
        self.news.recv().await
    }
}
