//! Fleet: all chosen clusters at once, each with its own connection and time-out, so that one that is down never
//! slows another for longer than that.

use super::base::{Ready, hub_scope};
use super::outcome::{Failure, warn};
use crate::argo::feed::{Trouble, TroubleKind};
use crate::argo::picture::{self, Children, Picture};
use crate::argo::rollout::Rollout;
use crate::cluster::hub::Scope;
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
        let answer = answer.await.map_err(|trouble| with_address(ready, source, trouble));
        Told { source: source.clone(), answer }
    });
    futures::future::join_all(asked).await
}

/// Says what was tried, where nothing answered.
fn with_address(ready: &Ready, source: &Source, trouble: Trouble) -> Trouble {
    let kubeconfig = &ready.access.kubeconfig;
    let server = || {
        let context = kubeconfig.contexts.iter().find(|context| context.name == source.context)?.context.as_ref()?;
        let cluster = kubeconfig.clusters.iter().find(|cluster| cluster.name == context.cluster)?;
        cluster.cluster.as_ref()?.server.clone()
    };
    match (trouble.kind, server()) {
        (TroubleKind::Unreachable | TroubleKind::Certificate, Some(server)) => {
            let sentence = format!("{} (tried {server}, context {})", trouble.sentence, source.context);
            Trouble { sentence, ..trouble }
        }
        _ => trouble,
    }
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

/// The rollouts of a source, and the scope that they are of.
pub struct Listed {
    /// The rollouts.
    pub rollouts: Vec<Arc<Rollout>>,
    /// What could be listed: less than was asked for where that is forbidden.
    pub scope: Scope,
}

/// The rollouts of a source. Where listing all namespaces is forbidden, the context's own is listed instead; of
/// several namespaces the forbidden ones are left out; both are told on stderr.
///
/// # Errors
/// What the server says.
pub async fn list(ready: &Ready, source: &Source, connection: &Connection) -> Result<Listed, Trouble> {
    let selector = ready.selector.as_deref();
    let names = match hub_scope(&source.scope) {
        Scope::All => match connection.list(&Scope::All, selector).await {
            Err(trouble) if trouble.kind == TroubleKind::Forbidden => {
                let own = connection.namespace();
                warn(&format!(
                    "{}; looking in namespace {own} of context {} instead",
                    trouble.sentence, source.context
                ));
                vec![own]
            }
            other => return Ok(Listed { rollouts: other?, scope: Scope::All }),
        },
        Scope::Namespaces(names) => names,
    };
    let asked = names.iter().map(|name| async {
        let scope = Scope::Namespaces(vec![name.clone()]);
        (name.clone(), connection.list(&scope, selector).await)
    });
    let (mut rollouts, mut read, mut forbidden) = (Vec::new(), Vec::new(), Vec::new());
    for (name, answer) in futures::future::join_all(asked).await {
        match answer {
            Ok(some) => {
                rollouts.extend(some);
                read.push(name);
            }
            Err(trouble) if trouble.kind == TroubleKind::Forbidden => forbidden.push(trouble),
            Err(trouble) => return Err(trouble),
        }
    }
    if read.is_empty()
        && let Some(trouble) = forbidden.pop()
    {
        return Err(trouble);
    }
    for trouble in &forbidden {
        warn(&format!("{}; looking in the other namespaces", trouble.sentence));
    }
    Ok(Listed { rollouts, scope: Scope::Namespaces(read) })
}

/// The picture of a rollout with its family; what of it cannot be read is told in the second part.
#[must_use]
pub fn picture_of(rollout: &Rollout, family: Option<&Family>, now: Timestamp) -> (Picture, Vec<String>) {
    fn known<'a, T>(answer: &'a Result<Vec<T>, Trouble>, missing: &mut Vec<String>) -> Option<&'a [T]> {
        answer.as_ref().map_err(|trouble| missing.push(trouble.sentence.clone())).ok().map(Vec::as_slice)
    }
    let mut missing = Vec::new();
    let mut children = Children::default();
    if let Some(family) = family {
        children.replica_sets = known(&family.replica_sets, &mut missing);
        children.pods = known(&family.pods, &mut missing);
        children.analysis_runs = family.analysis_runs.as_ref().and_then(|runs| known(runs, &mut missing));
        children.experiments = family.experiments.as_ref().and_then(|all| known(all, &mut missing));
        let workload = family.workload.as_ref().and_then(|workload| known(workload, &mut missing));
        children.workload = workload.and_then(<[_]>::first).map(|workload| &**workload);
        // Nothing that is printed tells of them alone.
        children.scalers = family.scalers.as_ref().and_then(|all| known(all, &mut Vec::new()));
    }
    (picture::of(rollout, children, now), missing)
}
