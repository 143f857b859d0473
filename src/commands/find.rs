//! Find: which rollout a name means. Several of that name, or a cluster that could have one too, are never decided by
//! guessing.

use super::base::Ready;
use super::fleet::{self, Found, Told};
use super::outcome::{Failure, Fault, code, warn};
use crate::argo::feed::Trouble;
use crate::argo::rollout::Rollout;
use crate::config::problem;
use crate::config::resolve::Scope;
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

/// What one source has for a name.
struct Answer {
    connection: crate::cluster::oneshot::Connection,
    hits: Vec<Arc<Rollout>>,
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
    decide(ready, name, care, told)
}

fn decide(ready: &Ready, name: &str, care: Care, told: Vec<Told<Answer>>) -> Result<Found, Failure> {
    let mut found = Vec::new();
    let mut others = BTreeSet::new();
    let mut troubles: Vec<(String, Trouble)> = Vec::new();
    for Told { source, answer } in told {
        match answer {
            Err(trouble) => troubles.push((ready.channel(&source).to_owned(), trouble)),
            Ok(answer) => {
                others.extend(answer.others);
                let at = fleet::now_there(&answer.connection);
                found.extend(answer.hits.into_iter().map(|rollout| Found {
                    source: source.clone(),
                    connection: answer.connection.clone(),
                    rollout,
                    at,
                }));
            }
        }
    }
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
            let what = format!(
                "rollout {name} is in {}, but {} could hold one of that name too: nothing was sent",
                place(ready, &found[0]),
                silent.join(" and ")
            );
            let hint = Some(format!("say which is meant, with --channel {}", ready.channel(&found[0].source)));
            failure.faults.push(Fault { what, hint });
            return Err(failure);
        }
        (0, true) => return Err(not_found(ready, name, &others)),
        (0, false) => {
            let mut failure = Failure::of_troubles(troubles.iter().map(|(_, trouble)| trouble));
            if ready.resolved.sources.len() > troubles.len() {
                failure.faults.push(Fault { what: format!("the other clusters have no rollout {name}"), hint: None });
            }
            return Err(failure);
        }
        _ => return Err(ambiguous(ready, name, &found)),
    }
    found.pop().ok_or_else(|| not_found(ready, name, &others))
}

fn place(ready: &Ready, found: &Found) -> String {
    format!(
        "{} (context {}, namespace {})",
        ready.channel(&found.source),
        found.source.context,
        found.rollout.meta.namespace
    )
}

fn not_found(ready: &Ready, name: &str, others: &BTreeSet<String>) -> Failure {
    let looked: Vec<String> = ready
        .resolved
        .sources
        .iter()
        .map(|source| format!("{} (context {}, {})", ready.channel(source), source.context, source.scope.words()))
        .collect();
    let failure = Failure::failed(format!("there is no rollout \"{name}\"; looked in {}", looked.join(", ")));
    let hint = problem::suggest(name, others.iter().map(String::as_str))
        .unwrap_or_else(|| "there are no rollouts at all; -A looks in all namespaces".to_owned());
    failure.hint(hint)
}

fn ambiguous(ready: &Ready, name: &str, found: &[Found]) -> Failure {
    let mut what = format!("rollout \"{name}\" is in several places; nothing was done:");
    for found in found {
        let _ = write!(
            what,
            "\n         --channel {} --context {} -n {}",
            ready.channel(&found.source),
            found.source.context,
            found.rollout.meta.namespace
        );
    }
    Failure::new(code::BAD_INPUT, what).hint("choose one by --channel, --context or -n")
}
