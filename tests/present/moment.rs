//! Moments of recordings of a real cluster: the rollout, its ReplicaSets, its pods and the time.

use crate::scenes::context;
use jiff::Timestamp;
use rolltop::app::present::Context;
use rolltop::argo::deed::plan::{Facts, Plan, plan};
use rolltop::argo::deed::refusal::Refusal;
use rolltop::argo::deed::{Deed, Extent};
use rolltop::argo::picture;
use rolltop::argo::picture::{Children, Picture};
use rolltop::argo::pod::Pod;
use rolltop::argo::replicaset::ReplicaSet;
use rolltop::argo::rollout::Rollout;
use serde_json::Value;
use std::sync::Arc;

/// What promoting its pause would send.
pub fn decided(rollout: &Rollout) -> Result<Plan, Refusal> {
    let facts = Facts { rollout, children: Children::default(), now: Timestamp::UNIX_EPOCH };
    plan(&Deed::Promote(Extent::Pause), facts)
}

/// A moment of a recording.
pub struct Moment {
    pub now: Timestamp,
    pub rollout: Rollout,
    pub replica_sets: Vec<Arc<ReplicaSet>>,
    pub pods: Vec<Arc<Pod>>,
}

pub fn raw(name: &str) -> Value {
    let path = format!("{}/tests/data/objects/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))).unwrap()
}

pub fn moment_of(value: &Value) -> Moment {
    let list = |key: &str| value[key].as_array().cloned().unwrap_or_default();
    Moment {
        now: value["now"].as_str().unwrap().parse().unwrap(),
        rollout: serde_json::from_value(value["rollout"].clone()).unwrap(),
        replica_sets: list("replicaSets")
            .into_iter()
            .map(|set| Arc::new(serde_json::from_value(set).unwrap()))
            .collect(),
        pods: list("pods").into_iter().map(|pod| Arc::new(serde_json::from_value(pod).unwrap())).collect(),
    }
}

pub fn moment(name: &str) -> Moment {
    moment_of(&raw(name))
}

impl Moment {
    /// As the overview sees it: without ReplicaSets and pods.
    pub fn alone(&self) -> Picture {
        picture::of(&self.rollout, Children::default(), self.now)
    }

    /// As the page sees it.
    pub fn with_children(&self) -> Picture {
        let children =
            Children { replica_sets: Some(&self.replica_sets), pods: Some(&self.pods), ..Children::default() };
        picture::of(&self.rollout, children, self.now)
    }

    pub fn context(&self) -> Context<'_> {
        context(self.now, &self.rollout)
    }
}
