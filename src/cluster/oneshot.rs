//! One-shot requests for the headless commands: connect, list, read one rollout with its children, follow it,
//! promote.

mod deploying;
pub mod near;

pub use super::follow::{Follow, Followed};

use super::access;
use super::actions;
use super::backoff::Tempo;
use super::belonging::Belonging;
use super::client::Client;
use super::failure::{Failure, cleaned};
use super::hub::{Access, Scope};
use super::kinds::{Deployment, PlainReplicaSet, PlainTemplate, Referred};
use super::pages;
use super::place::Place;
use super::trouble::{self, Attempt};
use super::wire::Kind;
use crate::argo::analysis::AnalysisRun;
use crate::argo::deed::plan::Plan;
use crate::argo::deed::told::Told;
use crate::argo::experiment::Experiment;
use crate::argo::feed::{self, Answer, Delta, DetailId, News, Trouble, TroubleKind};
use crate::argo::kin;
use crate::argo::pod::Pod;
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::Rollout;
use crate::argo::set::Set;
use crate::argo::workload::{Scaler, Workload};
use crate::names::Namespace;
use jiff::SignedDuration;
use serde::Deserialize;
use std::sync::Arc;

/// A connection to one cluster.
#[derive(Clone, Debug)]
pub struct Connection {
    client: Client,
    /// To sign in again while something is followed for long.
    access: Access,
}

/// The objects that belong to one rollout; `Err` says why a kind cannot be read, `None` that it was not asked for.
#[derive(Clone, Debug)]
pub struct Family {
    /// ReplicaSets by the rollout's selector, and those of its experiments.
    pub replica_sets: Result<Vec<Arc<ReplicaSet>>, Trouble>,
    /// Pods by the rollout's selector, and those of its experiments.
    pub pods: Result<Vec<Arc<Pod>>, Trouble>,
    /// AnalysisRuns of the rollout and of its experiments.
    pub analysis_runs: Option<Result<Vec<Arc<AnalysisRun>>, Trouble>>,
    /// Experiments of the rollout.
    pub experiments: Option<Result<Vec<Arc<Experiment>>, Trouble>>,
    /// The workload that it refers to: none, or one.
    pub workload: Option<Result<Vec<Arc<Workload>>, Trouble>>,
    /// HorizontalPodAutoscalers that scale it.
    pub scalers: Option<Result<Vec<Arc<Scaler>>, Trouble>>,
}

/// Versions and findings for `check`.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// `gitVersion` of the API server.
    pub server_version: Result<String, Trouble>,
    /// Whether the Rollout CRD is served, and whether it has the status subresource.
    pub rollouts: Result<bool, Trouble>,
    /// How far the cluster's clock is ahead.
    pub skew: Option<SignedDuration>,
}

impl Connection {
    /// Connects to a context of the kubeconfig (reads it, runs the login command if there is one). Nothing is sent
    /// yet: a server that is down is met by the first request.
    ///
    /// # Errors
    /// A context that does not exist, a login that failed.
    pub async fn open(access: &Access, context: &str) -> Result<Self, Trouble> {
        match Client::connect(access, context, &Tempo::default()).await {
            Ok(client) => Ok(Self { client, access: access.clone() }),
            Err(failure) => Err(trouble::of(&failure, Attempt::new(context, "sign in"))),
        }
    }

    /// The context's own namespace.
    pub fn namespace(&self) -> Namespace {
        self.client.namespace().into()
    }

    /// How far the cluster's clock is ahead of ours, once it has answered.
    pub fn skew(&self) -> Option<SignedDuration> {
        self.client.skew().median()
    }

    /// The rollouts of a scope, in pages of 500. No namespaces means the context's own.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn list(&self, scope: &Scope, selector: Option<&str>) -> Result<Vec<Arc<Rollout>>, Trouble> {
        self.list_scope(scope, selector).await
    }

    /// One rollout; `None` when there is none of that name.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn get(&self, namespace: &Namespace, name: &str) -> Result<Option<Arc<Rollout>>, Trouble> {
        actions::read(&self.client, namespace, name).await.map_err(|failure| {
            let doing = format!("read rollout {name} in namespace {namespace}");
            let right = Some(("get", Rollout::RESOURCE));
            let missing_kind = matches!(&failure, Failure::Status(status) if status.code == 404);
            let attempt = Attempt { cluster: self.client.context(), doing: &doing, right, whole_kind: missing_kind };
            trouble::of(&failure, attempt)
        })
    }

    /// Follows one rollout until the answer is dropped, over lost connections too.
    pub fn follow(&self, namespace: &Namespace, name: &str) -> Follow {
        Follow::start(self.access.clone(), self.client.clone(), namespace, name)
    }

    /// What belongs to a rollout: one list of each kind, and two more where there are experiments.
    pub async fn family(&self, rollout: &Rollout) -> Family {
        // So many requests at once are too large for the stacks of who waits for them.
        Box::pin(self.gather(rollout)).await
    }

    async fn gather(&self, rollout: &Rollout) -> Family {
        let namespace = rollout.meta.namespace();
        let whole = || Some(namespace.clone());
        let (own, runs, experiments, scalers, workload) = tokio::join!(
            self.own_children(rollout),
            self.list_place::<AnalysisRun>(Place::new(whole(), None)),
            self.list_place::<Experiment>(Place::new(whole(), None)),
            self.list_place::<Scaler>(Place::new(whole(), None)),
            self.workload(rollout),
        );
        let detail = DetailId(0);
        // The same sieve as where a rollout is watched.
        let mut belonging = Belonging::new(detail, &rollout.meta.uid, &rollout.meta.name);
        let mut kept = Kept::default();
        let (mut replica_sets, mut pods) = own;
        let runs = runs.map(|runs| kept.take(belonging.runs(Delta::Reset(runs))));
        let experiments = experiments.map(|all| kept.take(belonging.experiments(Delta::Reset(all))));
        let scalers = scalers.map(|all| kept.take(belonging.scalers(Delta::Reset(all))));
        let selector = belonging.experiment_selector();
        if !selector.is_empty() {
            let (more_sets, more_pods) = tokio::join!(
                self.list_place::<ReplicaSet>(Place::new(whole(), Some(selector.clone()))),
                self.list_place::<Pod>(Place::new(whole(), Some(selector.clone()))),
            );
            join(&mut replica_sets, more_sets);
            join(&mut pods, more_pods);
        }
        Family {
            replica_sets,
            pods,
            analysis_runs: Some(runs.map(|()| kept.runs.items().to_vec())),
            experiments: Some(experiments.map(|()| kept.experiments.items().to_vec())),
            workload,
            scalers: Some(scalers.map(|()| kept.scalers.items().to_vec())),
        }
    }

    /// ReplicaSets and pods by the rollout's own selector.
    async fn own_children(
        &self,
        rollout: &Rollout,
    ) -> (Result<Vec<Arc<ReplicaSet>>, Trouble>, Result<Vec<Arc<Pod>>, Trouble>) {
        let selector = match selector(rollout) {
            Ok(selector) => selector,
            Err(trouble) => return (Err(trouble.clone()), Err(trouble)),
        };
        let namespace = rollout.meta.namespace();
        tokio::join!(
            self.list_place::<ReplicaSet>(Place::new(Some(namespace.clone()), Some(selector.clone()))),
            self.list_place::<Pod>(Place::new(Some(namespace.clone()), Some(selector.clone()))),
        )
    }

    /// ReplicaSets by the rollout's own selector.
    async fn own_sets(&self, rollout: &Rollout) -> Result<Vec<Arc<ReplicaSet>>, Trouble> {
        self.list_place(Place::new(Some(rollout.meta.namespace()), Some(selector(rollout)?))).await
    }

    /// The workload that a rollout refers to; `None` when it refers to none that is known.
    async fn workload(&self, rollout: &Rollout) -> Option<Result<Vec<Arc<Workload>>, Trouble>> {
        let named = rollout.spec.workload_ref.as_ref()?;
        let namespace = rollout.meta.namespace();
        Some(match &*named.kind {
            Deployment::KIND => self.referred::<Deployment>(namespace, &named.name).await,
            PlainReplicaSet::KIND => self.referred::<PlainReplicaSet>(namespace, &named.name).await,
            PlainTemplate::KIND => self.referred::<PlainTemplate>(namespace, &named.name).await,
            _ => return None,
        })
    }

    async fn referred<T: Referred>(&self, namespace: Namespace, name: &str) -> Result<Vec<Arc<Workload>>, Trouble> {
        let found = self.list_place::<T>(Place::single(namespace, name)).await?;
        Ok(found.iter().map(|one| Arc::new(one.workload())).collect())
    }

    /// All ReplicaSets and pods of a scope, for complete lists. AnalysisRuns and Experiments are not asked for: a cluster
    /// may have ten of them for each rollout.
    pub async fn all_children(&self, scope: &Scope) -> Family {
        let (replica_sets, pods) = tokio::join!(self.list_scope(scope, None), self.list_scope(scope, None));
        Family { replica_sets, pods, analysis_runs: None, experiments: None, workload: None, scalers: None }
    }

    /// What the user may do in a namespace.
    pub async fn access(&self, namespace: &Namespace) -> feed::Access {
        access::ask(&self.client, namespace).await
    }

    /// Carries out a plan. `dry_run`: the server validates and stores nothing.
    pub async fn write(&self, namespace: &Namespace, name: &str, plan: &Plan, dry_run: bool) -> Answer {
        actions::carry_out(&self.client, namespace, name, plan, dry_run).await
    }

    /// Tells on a rollout, with a Kubernetes Event, of a write that was taken. Without the right to create
    /// events there is none.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub async fn tell(&self, namespace: &Namespace, name: &str, told: &Told) -> Result<(), String> {
        actions::record::tell(&self.client, namespace, name, told).await
    }

    /// What `check` reports.
    pub async fn findings(&self) -> Findings {
        let (server_version, rollouts) = tokio::join!(self.server_version(), self.discover());
        Findings { server_version, rollouts, skew: self.client.skew().median() }
    }

    async fn server_version(&self) -> Result<String, Trouble> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Version {
            git_version: String,
        }
        let doing = Attempt::new(self.client.context(), "ask for its version");
        let bytes = self.client.get("/version").await.map_err(|failure| trouble::of(&failure, doing))?;
        let version: Version =
            serde_json::from_slice(&bytes).map_err(|why| trouble::of(&Failure::Unreadable(why.to_string()), doing))?;
        Ok(cleaned(&version.git_version))
    }

    /// Looks at discovery: whether `rollouts` is served at all, and whether `rollouts/status` is.
    async fn discover(&self) -> Result<bool, Trouble> {
        #[derive(Deserialize)]
        struct Resources {
            resources: Vec<Resource>,
        }
        #[derive(Deserialize)]
        struct Resource {
            name: String,
        }
        let attempt = Attempt::reading::<Rollout>(self.client.context(), "look for Argo Rollouts");
        let bytes = self.client.get(Rollout::GROUP).await.map_err(|failure| trouble::of(&failure, attempt))?;
        let found: Resources = serde_json::from_slice(&bytes)
            .map_err(|why| trouble::of(&Failure::Unreadable(why.to_string()), attempt))?;
        let serves = |name: &str| found.resources.iter().any(|resource| resource.name == name);
        if !serves("rollouts") {
            let status = super::failure::Status { code: 404, ..Default::default() };
            return Err(trouble::of(&Failure::Status(status), attempt));
        }
        Ok(serves("rollouts/status"))
    }

    /// The namespaces of a scope; `None` is all of them at once.
    fn namespaces(&self, scope: &Scope) -> Vec<Option<Namespace>> {
        match scope {
            Scope::All => vec![None],
            Scope::Namespaces(names) if names.is_empty() => vec![Some(self.namespace())],
            Scope::Namespaces(names) => names.iter().cloned().map(Some).collect(),
        }
    }

    async fn list_scope<T: Kind>(&self, scope: &Scope, selector: Option<&str>) -> Result<Vec<Arc<T>>, Trouble> {
        let mut all = Vec::new();
        for namespace in self.namespaces(scope) {
            all.extend(self.list_place(Place::new(namespace, selector.map(str::to_owned))).await?);
        }
        Ok(all)
    }

    async fn list_place<T: Kind>(&self, place: Place<T>) -> Result<Vec<Arc<T>>, Trouble> {
        let doing = format!("list {}", place.words());
        pages::all(&self.client, &place)
            .await
            .map_err(|failure| trouble::of(&failure, Attempt::reading::<T>(self.client.context(), &doing)))
    }
}

/// The selector of what belongs to a rollout.
fn selector(rollout: &Rollout) -> Result<String, Trouble> {
    kin::selector(rollout).ok_or_else(|| {
        let sentence = format!("rollout {} names no pods: it has no label selector", rollout.meta.name);
        Trouble { kind: TroubleKind::Server, raw: sentence.clone(), sentence, hint: None }
    })
}

/// What the sieve lets through.
#[derive(Default)]
struct Kept {
    runs: Set<AnalysisRun>,
    experiments: Set<Experiment>,
    scalers: Set<Scaler>,
}

impl Kept {
    fn take(&mut self, news: Vec<News>) {
        for news in news {
            match news {
                News::AnalysisRuns(_, delta) => {
                    self.runs.apply(delta);
                }
                News::Experiments(_, delta) => {
                    self.experiments.apply(delta);
                }
                News::Scalers(_, delta) => {
                    self.scalers.apply(delta);
                }
                _ => {}
            }
        }
    }
}

/// Adds those that are not there yet. That more cannot be read is no reason to lose what can.
fn join<T: Kind>(all: &mut Result<Vec<Arc<T>>, Trouble>, more: Result<Vec<Arc<T>>, Trouble>) {
    if let (Ok(all), Ok(more)) = (all, more) {
        for one in more {
            if !all.iter().any(|there| there.meta().uid == one.meta().uid) {
                all.push(one);
            }
        }
    }
}
