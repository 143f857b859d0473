//! Deploying over a connection, for commands.

use super::Connection;
use crate::argo::feed::Trouble;
use crate::cluster::deploy;
use crate::deploy::plan::{Plan, Target};
use crate::deploy::progress::{Choices, Ledger, Outcome};
use crate::deploy::records::Deployer;
use crate::names::Namespace;
use crate::service::rendered::Rendered;
use std::collections::BTreeMap;

impl Connection {
    /// What a deploy would change. Nothing is stored.
    ///
    /// # Errors
    /// The cluster cannot be asked at all.
    pub async fn plan(&self, target: &Target, rendered: &Rendered) -> Result<Plan, Trouble> {
        deploy::plan(&self.client, target, rendered).await
    }

    /// The parameters of a service that were deployed last; none: it never was, or by somebody else.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn last_parameters(
        &self,
        namespace: &Namespace,
        service: &str,
        channel: &str,
    ) -> Result<BTreeMap<String, String>, Trouble> {
        deploy::last_parameters(&self.client, namespace, service, channel).await
    }

    /// Carries a plan of a deploy out, telling the ledger of each write.
    pub async fn apply(&self, plan: &Plan, choices: &Choices, deployer: &Deployer, ledger: &mut dyn Ledger) -> Outcome {
        deploy::apply(&self.client, plan, choices, deployer, ledger).await
    }

    /// Tells on a Rollout, with a Kubernetes Event, of a deploy that was taken.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub async fn tell_deploy(&self, told: &deploy::Told) -> Result<(), String> {
        deploy::tell(&self.client, told).await
    }
}
