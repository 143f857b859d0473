//! Find: which rollout, AnalysisRun or Experiment a name means. Several of that name, or a cluster that could have one too, are never decided by
//! guessing.

use super::base::{Ready, hub_scope};
use super::fleet::{self, Found, Told};
use super::outcome::{Failure, Fault, code, warn};
use crate::argo::analysis::AnalysisRun;
use crate::argo::experiment::Experiment;
use crate::argo::feed::Trouble;
use crate::argo::meta::Meta;
use crate::argo::rollout::Rollout;
use crate::cluster::oneshot::Connection;
use crate::config::problem;
use crate::config::resolve::{Scope, Source};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

/// How sure one has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// Reading: a cluster that does not answer is a warning.
    Reading,
    /// Writing: a cluster that does not answer could hold the one that is meant; refuse.
    Writing,
}

/// What can be called by a name.
pub trait Named {
    /// What a person calls its kind.
    const WHAT: &'static str;

    /// Its metadata.
    fn meta(&self) -> &Meta;
}

macro_rules! named {
    ($($kind:ty: $what:literal;)*) => {$(
        impl Named for $kind {
            const WHAT: &'static str = $what;

            fn meta(&self) -> &Meta {
                &self.meta
            }
        }
    )*};
}

named! {
    Rollout: "rollout";
    AnalysisRun: "AnalysisRun";
    Experiment: "Experiment";
}

/// What was found under a name.
pub struct Hit<T> {
    /// Through which source.
    pub source: Source,
    /// The connection.
    pub connection: Connection,
    /// The object.
    pub object: Arc<T>,
    /// When it was read, by the cluster's clock.
    pub at: Timestamp,
}

/// What one source has for a name.
struct Answer<T> {
    connection: Connection,
    hits: Vec<Arc<T>>,
    others: Vec<String>,
}

/// Finds the one rollout of this name.
///
/// # Errors
/// None, several, or not known because a cluster does not answer.
pub async fn find(ready: &Ready, name: &str, care: Care) -> Result<Found, Failure> {
    if name.is_empty() {
        // As a path it would be the list of all.
        return Err(Failure::bad_input("the name of the rollout is empty").hint("rolltop list -o name has the names"));
    }
    let told = fleet::ask(ready, |source, connection| async move {
        let hits = match &source.scope {
            Scope::Namespaces(namespaces) if ready.selector.is_none() => {
                let asked = namespaces.iter().map(|namespace| connection.get(namespace, name));
                futures::future::try_join_all(asked).await?.into_iter().flatten().collect()
            }
            _ => Vec::new(),
        };
        if !hits.is_empty() {
            return Ok(Answer { connection, hits, others: Vec::new() });
        }
        // Not there, or not to be asked for by name: the list finds it, or says what there is instead.
        let all = fleet::list(ready, &source, &connection).await?.rollouts;
        let others = all.iter().map(|rollout| rollout.meta.name.to_string()).collect();
        let hits = all.into_iter().filter(|rollout| &*rollout.meta.name == name).collect();
        Ok(Answer { connection, hits, others })
    })
    .await;
    let Hit { source, connection, object, at } = decide(ready, name, care, told)?;
    Ok(Found { source, connection, rollout: object, at })
}

/// Finds the one AnalysisRun of this name, to write to it.
///
/// # Errors
/// See [`find`].
pub async fn find_run(ready: &Ready, name: &str) -> Result<Hit<AnalysisRun>, Failure> {
    let told = fleet::ask(ready, |source, connection| async move {
        let hits = connection.runs_named(&hub_scope(&source.scope), name).await?;
        Ok(Answer { connection, hits, others: Vec::new() })
    });
    decide(ready, name, Care::Writing, told.await)
}

/// Finds the one Experiment of this name, to write to it.
///
/// # Errors
/// See [`find`].
pub async fn find_experiment(ready: &Ready, name: &str) -> Result<Hit<Experiment>, Failure> {
    let told = fleet::ask(ready, |source, connection| async move {
        let hits = connection.experiments_named(&hub_scope(&source.scope), name).await?;
        Ok(Answer { connection, hits, others: Vec::new() })
    });
    decide(ready, name, Care::Writing, told.await)
}

fn decide<T: Named>(ready: &Ready, name: &str, care: Care, told: Vec<Told<Answer<T>>>) -> Result<Hit<T>, Failure> {
    let mut found = Vec::new();
    let mut others = BTreeSet::new();
    let mut troubles: Vec<(String, Trouble)> = Vec::new();
    for Told { source, answer } in told {
        match answer {
            Err(trouble) => troubles.push((ready.channel(&source).to_owned(), trouble)),
            Ok(answer) => {
                others.extend(answer.others);
                let at = fleet::now_there(&answer.connection);
                found.extend(answer.hits.into_iter().map(|object| Hit {
                    source: source.clone(),
                    connection: answer.connection.clone(),
                    object,
                    at,
                }));
            }
        }
    }
    let what = T::WHAT;
    match (found.len(), troubles.is_empty()) {
        (1, true) => {}
        (1, false) if care == Care::Reading => {
            for (_, trouble) in &troubles {
                warn(&trouble.sentence);
            }
        }
        (1, false) => {
            let silent: Vec<&str> = troubles.iter().map(|(channel, _)| channel.as_str()).collect();
            let mut failure = Failure::of_troubles(troubles.iter().map(|(_, trouble)| trouble));
            let words = format!(
                "{what} {name} is in {}, but {} could hold one of that name too: nothing was sent",
                place(ready, &found[0]),
                silent.join(" and ")
            );
            let hint = Some(format!("say which is meant, with --channel {}", ready.channel(&found[0].source)));
            failure.faults.push(Fault { what: words, hint });
            return Err(failure);
        }
        (0, true) => return Err(not_found(ready, what, name, &others)),
        (0, false) => {
            let mut failure = Failure::of_troubles(troubles.iter().map(|(_, trouble)| trouble));
            if ready.resolved.sources.len() > troubles.len() {
                failure.faults.push(Fault { what: format!("the other clusters have no {what} {name}"), hint: None });
            }
            return Err(failure);
        }
        _ => return Err(ambiguous(ready, name, &found)),
    }
    found.pop().ok_or_else(|| not_found(ready, what, name, &others))
}

fn place<T: Named>(ready: &Ready, found: &Hit<T>) -> String {
    format!(
        "{} (context {}, namespace {})",
        ready.channel(&found.source),
        found.source.context,
        found.object.meta().namespace
    )
}

fn not_found(ready: &Ready, kind: &str, name: &str, others: &BTreeSet<String>) -> Failure {
    let looked: Vec<String> = ready
        .resolved
        .sources
        .iter()
        .map(|source| format!("{} (context {}, {})", ready.channel(source), source.context, source.scope.words()))
        .collect();
    let failure = Failure::failed(format!("there is no {kind} \"{name}\"; looked in {}", looked.join(", ")));
    let hint = problem::suggest(name, others.iter().map(String::as_str)).unwrap_or_else(|| match kind {
        "rollout" => "there are no rollouts at all; -A looks in all namespaces".to_owned(),
        _ => "rolltop get ROLLOUT has the names".to_owned(),
    });
    failure.hint(hint)
}

fn ambiguous<T: Named>(ready: &Ready, name: &str, found: &[Hit<T>]) -> Failure {
    let mut what = format!("{} \"{name}\" is in several places; nothing was done:", T::WHAT);
    for found in found {
        let _ = write!(
            what,
            "\n         --channel {} --context {} -n {}",
            ready.channel(&found.source),
            found.source.context,
            found.object.meta().namespace
        );
    }
    Failure::new(code::BAD_INPUT, what).hint("choose one by --channel, --context or -n")
}
