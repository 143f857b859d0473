//! Following: one rollout, watched for a command that waits for an outcome (`status --watch`, `get --watch`).

use super::backoff::Tempo;
use super::client::Client;
use super::hub::Access;
use super::leg::{self, Shared, Step};
use super::place::Place;
use super::watch::Watch;
use crate::argo::feed::{Delta, Trouble, TroubleKind};
use crate::argo::rollout::Rollout;
use crate::names::Namespace;
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::{Notify, mpsc};
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
        tasks.spawn(leg::keep_signed_in(access.clone(), context.clone(), tempo, Arc::clone(&shared)));
        let refused = Arc::new(Notify::new());
        tasks.spawn(sign_in_again(access, context, tempo, Arc::clone(&shared), Arc::clone(&refused)));
        tasks.spawn(leg::keep(watch, shared, tempo, move |step| {
            if matches!(&step, Step::Down { trouble, .. } if trouble.kind == TroubleKind::NotSignedIn) {
                refused.notify_one();
            }
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

/// Signs in again when the server no longer takes the credential, as for a token that does not say when it ends. Not
/// more often than every half minute: a command that nobody watches over must not ask for a login without end.
async fn sign_in_again(access: Access, context: String, tempo: Tempo, shared: Arc<Shared>, refused: Arc<Notify>) {
    loop {
        refused.notified().await;
        if let Ok(client) = Client::connect(&access, &context, &tempo).await {
            shared.client.send_replace(Some(client));
        }
        tokio::time::sleep(leg::RENEW_PAUSE).await;
    }
}
