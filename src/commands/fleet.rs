//! Fleet: all chosen clusters at once, each with its own connection and time-out, so that one that is down never
//! slows another for longer than that.

use super::base::{Ready, hub_scope};
use super::outcome::Failure;
use crate::argo::feed::{Trouble, TroubleKind};
use crate::argo::picture::{self, Children, Picture};
use crate::argo::rollout::Rollout;
use crate::cluster::oneshot::{Connection, Family};
use crate::config::resolve::Source;
use jiff::Timestamp;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// A rollout that was found, with what belongs to it.
#[derive(Clone)]
pub struct Found {
    /// Through which source.
    pub source: Source,
    /// The connection.
    pub connection: Connection,
    /// The rollout.
    pub rollout: Arc<Rollout>,
    /// When it was read, by the cluster's clock.
    pub at: Timestamp,
}

/// The time by the cluster's clock: ages and countdowns are told by it, as the objects' own times are.
#[must_use]
pub fn now_there(connection: &Connection) -> Timestamp {
    let now = Timestamp::now();
    connection.skew().and_then(|skew| now.checked_add(skew).ok()).unwrap_or(now)
}

/// What one source answered.
pub struct Told<T> {
    /// The source.
    pub source: Source,
    /// Its answer.
    pub answer: Result<T, Trouble>,
}

/// Runs something to its end on a runtime of its own.
///
/// # Errors
/// When the runtime cannot be made.
pub fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start the network runtime: {error}")))?;
    let done = runtime.block_on(work);
    // A login command that hangs runs on a thread of its own; it must not keep the program from ending.
    runtime.shutdown_background();
    Ok(done)
}

/// Asks all sources at the same time.
pub async fn ask<T, F, W>(ready: &Ready, work: F) -> Vec<Told<T>>
where
    F: Fn(Source, Connection) -> W,
    W: Future<Output = Result<T, Trouble>>,
{
    let asked = ready.resolved.sources.iter().map(|source| async {
        let answer = async {
            let connection = open(ready, source).await?;
            // Lists page, so the whole may take several requests; each has the time-out of its own.
            limited(ready, source, 12, "an answer", work(source.clone(), connection)).await
        };
        Told { source: source.clone(), answer: answer.await }
    });
    futures::future::join_all(asked).await
}

/// Connects to the cluster of a source.
///
/// # Errors
/// What is in the way.
pub async fn open(ready: &Ready, source: &Source) -> Result<Connection, Trouble> {
    limited(ready, source, 2, "the connection", Connection::open(&ready.access, &source.context)).await
}

/// The outer limit, `times` the time-out of a request, for what the time-outs inside do not cover.
async fn limited<T>(
    ready: &Ready,
    source: &Source,
    times: u32,
    what: &str,
    work: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    let limit: Duration = ready.access.timeout.saturating_mul(times) + Duration::from_secs(1);
    match tokio::time::timeout(limit, work).await {
        Ok(done) => done,
        Err(_) => Err(Trouble {
            kind: TroubleKind::Unreachable,
            sentence: format!(
                "cluster {} (context {}): {what} took longer than {limit:?}",
                source.cluster, source.context
            ),
            hint: Some("try a longer --cluster-timeout, or look at the cluster's API server".to_owned()),
            raw: "deadline".to_owned(),
        }),
    }
}

/// The rollouts of a source.
///
/// # Errors
/// What the server says.
pub async fn list(ready: &Ready, source: &Source, connection: &Connection) -> Result<Vec<Arc<Rollout>>, Trouble> {
    connection.list(&hub_scope(&source.scope), ready.selector.as_deref()).await
}

/// The picture of a rollout with its family; what of it cannot be read is told in the second part.
#[must_use]
pub fn picture_of(rollout: &Rollout, family: Option<&Family>, now: Timestamp) -> (Picture, Vec<String>) {
    let mut missing = Vec::new();
    let mut children = Children::default();
    if let Some(family) = family {
        match &family.replica_sets {
            Ok(replica_sets) => children.replica_sets = Some(replica_sets),
            Err(trouble) => missing.push(trouble.sentence.clone()),
        }
        match &family.pods {
            Ok(pods) => children.pods = Some(pods),
            Err(trouble) => missing.push(trouble.sentence.clone()),
        }
    }
    (picture::of(rollout, children, now), missing)
}
