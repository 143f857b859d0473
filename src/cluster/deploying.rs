//! Deploying: plans and deploys of the UI, on the network thread, with the clients that its sources have. What is sent
//! goes through [`deploy::apply`] and its fence, as for a command; the ledger keeps the record.

use super::deploy;
use super::leg::Shared;
use super::object;
use super::pages;
use super::source;
use crate::argo::feed::{ObjectRef, Trouble};
use crate::deploy::feed::{Applying, DeployId, News, NoPlan, Site};
use crate::deploy::plan::Plan;
use crate::deploy::progress::{Ledger, Outcome};
use crate::deploy::records::Deployer;
use crate::names::{Namespace, RolloutKey, SourceId};
use crate::service::rendered::Rendered;
use jiff::{Timestamp, Unit};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Where news of a deploy go. Called from the network thread; must not block.
pub type Tell = Arc<dyn Fn(News) + Send + Sync>;

/// What is asked of the network thread for a deploy.
pub enum Errand {
    /// Make a plan.
    Plan {
        /// Number for the answer.
        id: DeployId,
        /// Through which source.
        source: SourceId,
        /// Where.
        site: Site,
        /// What.
        rendered: Box<Rendered>,
        /// Where the answer goes.
        tell: Tell,
    },
    /// Read the ReplicaSets of a Rollout once.
    Sets {
        /// Which Rollout.
        key: RolloutKey,
        /// The selector of its pods.
        selector: String,
        /// Where the answer goes.
        tell: Tell,
    },
    /// Carry one out.
    Apply {
        /// Number for the answers.
        id: DeployId,
        /// What.
        applying: Box<Applying>,
        /// Told of each write before it is sent and after it ended.
        ledger: Box<dyn Ledger>,
        /// Who does it: `ana@bastion`, and the machine.
        who: (String, String),
        /// Number of the deploy.
        deploy_id: String,
        /// Make an event on the Rollout.
        events: bool,
        /// Where the answers go.
        tell: Tell,
    },
}

impl fmt::Debug for Errand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan { id, source, .. } => write!(f, "Plan({id:?}, {source:?})"),
            Self::Sets { key, .. } => write!(f, "Sets({key:?})"),
            Self::Apply { id, .. } => write!(f, "Apply({id:?})"),
        }
    }
}

impl Errand {
    /// Through which source.
    #[must_use]
    pub fn source(&self) -> SourceId {
        match self {
            Self::Plan { source, .. } => *source,
            Self::Sets { key, .. } => key.source,
            Self::Apply { applying, .. } => applying.source,
        }
    }

    /// It cannot be done at all.
    pub fn refuse(self, trouble: Trouble) {
        match self {
            Self::Plan { id, tell, .. } => tell(News::Planned(id, Err(NoPlan::Trouble(trouble)))),
            Self::Sets { key, tell, .. } => tell(News::Sets(key, Err(trouble))),
            Self::Apply { id, tell, .. } => tell(News::Ended(id, Err(trouble))),
        }
    }

    /// Does it. `patience`: how long it waits for a client; a deploy waits for none.
    pub async fn carry_out(self, shared: Arc<Shared>, context: String, patience: Duration) {
        match self {
            Self::Plan { id, source: _, mut site, rendered, tell } => {
                let Ok(client) = tokio::time::timeout(patience, shared.client()).await else {
                    return tell(News::Planned(id, Err(NoPlan::Trouble(source::no_client(&context)))));
                };
                if site.own_namespace {
                    site.target.namespace = Namespace::from(client.namespace());
                }
                let plan = deploy::plan(&client, &site.target, &rendered).await;
                tell(News::Planned(id, plan.map(Arc::new).map_err(NoPlan::Trouble)));
            }
            Self::Sets { key, selector, tell } => {
                let Ok(client) = tokio::time::timeout(patience, shared.client()).await else {
                    return tell(News::Sets(key, Err(source::no_client(&context))));
                };
                let sets = pages::replica_sets(&client, &key.namespace, selector).await;
                tell(News::Sets(key, sets));
            }
            Self::Apply { id, applying, mut ledger, who, deploy_id, events, tell } => {
                let Some(client) = shared.client.borrow().clone() else {
                    return tell(News::Ended(id, Err(source::no_client(&context))));
                };
                let here = Timestamp::now();
                let there = client.skew().median().and_then(|skew| here.checked_add(skew).ok()).unwrap_or(here);
                let deployer = Deployer {
                    who: who.0.clone(),
                    at: there.round(Unit::Second).unwrap_or(there).to_string(),
                    id: deploy_id,
                };
                let Applying { plan, choices, reason, .. } = *applying;
                tracing::info!(
                    deploy = deployer.id,
                    channel = plan.target.channel,
                    context = plan.target.context,
                    service = plan.service,
                    "deploying"
                );
                let outcome = deploy::apply(&client, &plan, &choices, &deployer, &mut *ledger).await;
                tracing::info!(deploy = deployer.id, done = outcome.is_done(), "deployed");
                drop(ledger);
                tell(News::Ended(id, Ok(outcome.clone())));
                if events && !choices.dry_run {
                    tell_rollouts(&client, &plan, &outcome, &who, reason.as_deref()).await;
                }
            }
        }
    }
}

/// Events on the Rollouts that were written.
async fn tell_rollouts(
    client: &super::client::Client,
    plan: &Plan,
    outcome: &Outcome,
    who: &(String, String),
    reason: Option<&str>,
) {
    for item in plan.items.iter().filter(|item| item.identity.is_rollout()) {
        let Some(version) = outcome.version_of(&item.identity) else { continue };
        let namespace: Namespace = item.identity.namespace.as_deref().unwrap_or_default().into();
        let uid = if let Some(seen) = &item.seen {
            seen.uid.clone()
        } else {
            let wanted = ObjectRef { kind: "Rollout".into(), name: item.identity.name.as_str().into(), uid: None };
            let Ok(found) = object::get(client, &namespace, &wanted).await else { continue };
            crate::deploy::content::text(&found, "/metadata/uid").to_owned()
        };
        let what = plan.to.as_ref().map(|to| format!("version {to} ")).unwrap_or_default();
        let why = reason.map(|why| format!(": {why}")).unwrap_or_default();
        let told = deploy::Told {
            namespace,
            name: item.identity.name.clone(),
            uid,
            resource_version: version.to_owned(),
            message: format!("{what}deployed by {} with rolltop{why}", who.0),
            host: who.1.clone(),
        };
        let _ = deploy::tell(client, &told).await;
    }
}
