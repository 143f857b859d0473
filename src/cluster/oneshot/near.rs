//! Near: what a deed is decided on beside the rollout, in as few requests as that takes.

use super::{Connection, Scope};
use crate::argo::analysis::AnalysisRun;
use crate::argo::deed::Deed;
use crate::argo::experiment::Experiment;
use crate::argo::feed::Trouble;
use crate::argo::picture::Children;
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::Rollout;
use crate::argo::workload::{Scaler, Workload};
use crate::cluster::place::Place;
use crate::cluster::wire::Kind;
use crate::names::Namespace;
use std::sync::Arc;

/// The objects that a deed needs to know; `None` is what it does not need, or what cannot be read.
#[derive(Clone, Debug, Default)]
pub struct Near {
    replica_sets: Option<Vec<Arc<ReplicaSet>>>,
    analysis_runs: Option<Vec<Arc<AnalysisRun>>>,
    experiments: Option<Vec<Arc<Experiment>>>,
    scalers: Option<Vec<Arc<Scaler>>>,
    workload: Option<Arc<Workload>>,
    /// Why something of it cannot be read.
    pub troubles: Vec<Trouble>,
}

impl Near {
    /// As children of the rollout.
    #[must_use]
    pub fn children(&self) -> Children<'_> {
        Children {
            replica_sets: self.replica_sets.as_deref(),
            pods: None,
            analysis_runs: self.analysis_runs.as_deref(),
            experiments: self.experiments.as_deref(),
            workload: self.workload.as_deref(),
            scalers: self.scalers.as_deref(),
        }
    }

    fn known<T>(&mut self, answer: Result<T, Trouble>) -> Option<T> {
        answer.map_err(|trouble| self.troubles.push(trouble)).ok()
    }
}

impl Connection {
    /// What a deed needs to know beside the rollout: nothing, one list, or an object by its name and its owner.
    pub async fn near(&self, rollout: &Rollout, deed: &Deed) -> Near {
        let mut near = Near::default();
        let namespace = rollout.meta.namespace();
        match deed {
            Deed::Undo(_) => {
                let sets = self.own_sets(rollout).await;
                near.replica_sets = near.known(sets);
            }
            Deed::SetImage { .. } => {
                if let Some(workload) = self.workload(rollout).await {
                    near.workload = near.known(workload).and_then(|found| found.first().cloned());
                }
            }
            Deed::Scale { .. } => {
                let scalers = self.list_place(Place::new(Some(namespace), None)).await;
                near.scalers = near.known(scalers);
            }
            Deed::TerminateRun { name } | Deed::DeleteRun { name } => {
                let runs = self.list_place::<AnalysisRun>(Place::single(namespace.clone(), name)).await;
                near.analysis_runs = near.known(runs);
                let owner = near.analysis_runs.iter().flatten().flat_map(|run| run.meta.owners.iter());
                let owner = owner.filter(|owner| &*owner.kind == "Experiment").map(|owner| owner.name.clone()).next();
                if let Some(owner) = owner {
                    let experiments = self.list_place(Place::single(namespace, &owner)).await;
                    near.experiments = near.known(experiments);
                }
            }
            Deed::TerminateExperiment { name } | Deed::RetryExperiment { name } => {
                let experiments = self.list_place(Place::single(namespace, name)).await;
                near.experiments = near.known(experiments);
            }
            Deed::Promote(_) | Deed::Abort | Deed::Retry | Deed::Pause | Deed::Resume | Deed::Restart { .. } => {}
        }
        near
    }

    /// The AnalysisRuns of this name.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn runs_named(&self, scope: &Scope, name: &str) -> Result<Vec<Arc<AnalysisRun>>, Trouble> {
        self.list_named(scope, name).await
    }

    /// The Experiments of this name.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn experiments_named(&self, scope: &Scope, name: &str) -> Result<Vec<Arc<Experiment>>, Trouble> {
        self.list_named(scope, name).await
    }

    /// The rollout that owns a run or an experiment, or the experiment that does; `None` when it stands by itself, or
    /// its owner is another one by now.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn rollout_of(&self, meta: &crate::argo::meta::Meta) -> Result<Option<Arc<Rollout>>, Trouble> {
        let namespace = meta.namespace();
        for owner in &meta.owners {
            match &*owner.kind {
                "Rollout" => {
                    let found = self.get(&namespace, &owner.name).await?;
                    return Ok(found.filter(|rollout| *rollout.meta.uid == *owner.uid));
                }
                "Experiment" => {
                    let found = self.list_place::<Experiment>(Place::single(namespace.clone(), &owner.name)).await?;
                    let found = found.into_iter().find(|experiment| *experiment.meta.uid == *owner.uid);
                    return match found {
                        Some(experiment) => self.owner_of(&experiment, &namespace).await,
                        None => Ok(None),
                    };
                }
                _ => {}
            }
        }
        Ok(None)
    }

    async fn owner_of(&self, experiment: &Experiment, namespace: &Namespace) -> Result<Option<Arc<Rollout>>, Trouble> {
        match experiment.meta.owners.iter().find(|owner| &*owner.kind == "Rollout") {
            Some(owner) => {
                let found = self.get(namespace, &owner.name).await?;
                Ok(found.filter(|rollout| *rollout.meta.uid == *owner.uid))
            }
            None => Ok(None),
        }
    }

    async fn list_named<T: Kind>(&self, scope: &Scope, name: &str) -> Result<Vec<Arc<T>>, Trouble> {
        let mut all = Vec::new();
        for namespace in self.namespaces(scope) {
            let mut place = Place::new(namespace, None);
            place.name = Some(name.to_owned());
            all.extend(self.list_place(place).await?);
        }
        Ok(all)
    }
}
