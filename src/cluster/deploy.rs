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
use super::failure::Failure;
use super::kinds::{APPS, ARGO};
use super::trouble::{self, Attempt};
use crate::argo::feed::Trouble;
use crate::deploy::content;
use crate::deploy::plan::{Plan, Target};
use crate::deploy::progress::{Choices, Ledger, Outcome};
use crate::deploy::records::{self, Deployer};
use crate::names::{Namespace, encoded};
use crate::service::rendered::Rendered;
use std::collections::BTreeMap;

/// Makes a plan. Reads and dry-runs; nothing is stored.
///
/// # Errors
/// The cluster cannot be asked at all. What is wrong with one object stands in the plan.
pub async fn plan(client: &Client, target: &Target, rendered: &Rendered) -> Result<Plan, Trouble> {
    // So many requests at once are too large for the stacks of who waits for them.
    Box::pin(planning::plan(client, target, rendered)).await
}

/// The parameters of a service that were deployed last to a channel, as the Rollout (or else the Deployment) records them;
/// none: it never was deployed, or by somebody else.
///
/// # Errors
/// The cluster does not say.
pub async fn last_parameters(
    client: &Client,
    namespace: &Namespace,
    service: &str,
    channel: &str,
) -> Result<BTreeMap<String, String>, Trouble> {
    if !records::is_label(service) || !records::is_label(channel) {
        return Ok(BTreeMap::new());
    }
    let selector = format!("{}={service},{}={channel}", records::SERVICE, records::CHANNEL);
    for (group, plural) in [(ARGO, "rollouts"), (APPS, "deployments"), (APPS, "statefulsets")] {
        let collection = format!("{group}/namespaces/{}/{plural}", encoded(namespace.as_str()));
        let found = match ask::list(client, &collection, &selector).await {
            Ok(found) => found,
            // The kind is not served there.
            Err(Failure::Status(status)) if status.code == 404 => continue,
            Err(failure) => {
                let doing = format!("read what of service {service} was deployed last in namespace {namespace}");
                let resource =
                    if plural == "rollouts" { "rollouts.argoproj.io".to_owned() } else { format!("{plural}.apps") };
                let right = Some(("list", &*resource));
                return Err(trouble::of(
                    &failure,
                    Attempt { cluster: client.context(), doing: &doing, right, whole_kind: false },
                ));
            }
        };
        let recorded = found.iter().find_map(|object| content::annotation(object, records::PARAMS));
        if let Some(recorded) = recorded {
            return Ok(serde_json::from_str(recorded).unwrap_or_default());
        }
    }
    Ok(BTreeMap::new())
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
    pub namespace: Namespace,
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

/// Tells.
///
/// # Errors
/// Why there is no event, in words; without the right to create events there is none.
pub async fn tell(client: &Client, told: &Told) -> Result<(), String> {
    let object = serde_json::json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "namespace": told.namespace.as_str(), "name": told.name,
        "uid": told.uid, "resourceVersion": told.resource_version,
    });
    let mut message = told.message.clone();
    message.truncate(message.floor_char_boundary(crate::argo::deed::told::LONGEST));
    let event = |now| super::actions::record::about(&object, "RolltopDeploy", &message, &told.host, now);
    super::actions::record::event_on(client, &told.namespace, &told.name, event).await
}
