//! Deploy: reads what is there, asks the server what it would store, and applies what was planned.
//!
//! [`plan`] reads and dry-runs every object and writes nothing; [`apply`] sends what the plan says, one object after the
//! other, each on the object that the plan was made on, and stops at the first that fails. Both go through the client
//! and its read-only fence, like every other write. The rules are those of [`crate::deploy`].
//!
//! `kinds` finds out where a kind lives on the server, `ask` reads and dry-runs one object, `planning` makes the plan,
//! `survey` looks for what is missing and what is left over, `applying` sends, `words` says what went wrong.

mod applying;
mod ask;
mod kinds;
mod planning;
mod survey;
mod words;

use super::client::Client;
use crate::argo::feed::Trouble;
use crate::deploy::plan::{Plan, Target};
use crate::deploy::progress::{Choices, Ledger, Outcome};
use crate::deploy::records::Deployer;
use crate::service::rendered::Rendered;

/// Makes a plan. Reads and dry-runs; nothing is stored.
///
/// # Errors
/// The cluster cannot be asked at all. What is wrong with one object stands in the plan.
pub async fn plan(client: &Client, target: &Target, rendered: &Rendered) -> Result<Plan, Trouble> {
    // So many requests at once are too large for the stacks of who waits for them.
    Box::pin(planning::plan(client, target, rendered)).await
}

/// Carries a plan out, in its order, telling the ledger of each write before it is sent and after it ended. The first
/// that fails is the last that is tried.
pub async fn apply(
    client: &Client,
    plan: &Plan,
    choices: &Choices,
    deployer: &Deployer,
    ledger: &mut dyn Ledger,
) -> Outcome {
    Box::pin(applying::apply(client, plan, choices, deployer, ledger)).await
}

/// What is told on a Rollout, by a Kubernetes Event, of a deploy that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its namespace.
    pub namespace: crate::names::Namespace,
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
    /// Its resourceVersion after the write.
    pub resource_version: String,
    /// What, by whom and why.
    pub message: String,
    /// The machine that it was done from.
    pub host: String,
}

/// Tells. Whether there is an event now: without the right to create events there is none.
pub async fn tell(client: &Client, told: &Told) -> bool {
    let object = serde_json::json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "namespace": told.namespace.as_str(), "name": told.name,
        "uid": told.uid, "resourceVersion": told.resource_version,
    });
    let mut message = told.message.clone();
    message.truncate(message.floor_char_boundary(crate::argo::deed::told::LONGEST));
    let event = |now| super::actions::record::about(&object, "RolltopDeploy", &message, &told.host, now);
    super::actions::record::event_on(client, &told.namespace, &told.name, event).await
}
