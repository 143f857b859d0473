//! The opened detail: ReplicaSets and pods of the rollout whose page is shown. They are watched only meanwhile; what
//! still arrives for an earlier one is known by its number and dropped.

use crate::argo::feed::{Delta, DetailId, Trouble, WorkloadName};
use crate::argo::picture::{self, Children, Picture};
use crate::argo::pod::Pod;
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::{LabelSelector, Rollout};
use crate::names::RolloutKey;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Objects of one kind, as far as they are known.
#[derive(Clone, Debug)]
struct Set<T> {
    items: Vec<Arc<T>>,
    complete: bool,
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self { items: Vec::new(), complete: false }
    }
}

/// An object that can be told from others.
trait Named {
    /// Namespace, name, uid.
    fn id(&self) -> (&str, &str, &str);
}

impl Named for ReplicaSet {
    fn id(&self) -> (&str, &str, &str) {
        (&self.meta.namespace, &self.meta.name, &self.meta.uid)
    }
}

impl Named for Pod {
    fn id(&self) -> (&str, &str, &str) {
        (&self.meta.namespace, &self.meta.name, &self.meta.uid)
    }
}

impl<T: Named> Set<T> {
    fn apply(&mut self, delta: Delta<T>) {
        match delta {
            Delta::Reset(items) => *self = Self { items, complete: true },
            Delta::Partial(items) => items.into_iter().for_each(|item| self.put(item)),
            Delta::Upsert(item) => self.put(item),
            Delta::Remove { namespace, name, uid } => {
                self.items.retain(|item| item.id() != (namespace.as_str(), &*name, &*uid));
            }
        }
    }

    fn put(&mut self, item: Arc<T>) {
        let (namespace, name, _) = item.id();
        match self.items.iter_mut().find(|there| there.id().0 == namespace && there.id().1 == name) {
            Some(there) => *there = item,
            None => self.items.push(item),
        }
    }

    fn known(&self) -> Option<&[Arc<T>]> {
        self.complete.then_some(&self.items)
    }
}

/// The opened detail.
#[derive(Clone, Debug)]
pub struct Detail {
    /// Its number.
    pub id: DetailId,
    /// Which rollout.
    pub key: RolloutKey,
    /// The uid it was opened for; another one under the same key is another rollout.
    pub uid: Arc<str>,
    /// Derived with the children.
    pub picture: Picture,
    replica_sets: Set<ReplicaSet>,
    pods: Set<Pod>,
    troubles: BTreeMap<&'static str, Trouble>,
}

impl Detail {
    /// Just opened.
    #[must_use]
    pub fn new(id: DetailId, key: RolloutKey, rollout: &Rollout, cluster_now: Timestamp) -> Self {
        Self {
            id,
            key,
            uid: rollout.meta.uid.clone(),
            picture: picture::of(rollout, Children::default(), cluster_now),
            replica_sets: Set::default(),
            pods: Set::default(),
            troubles: BTreeMap::new(),
        }
    }

    /// The children, as far as they are known.
    #[must_use]
    pub fn children(&self) -> Children<'_> {
        Children { replica_sets: self.replica_sets.known(), pods: self.pods.known(), ..Children::default() }
    }

    /// Derives anew; whether something looks different.
    pub fn derive(&mut self, rollout: &Rollout, cluster_now: Timestamp) -> bool {
        let picture = picture::of(rollout, self.children(), cluster_now);
        let different = picture != self.picture;
        self.picture = picture;
        different
    }

    /// ReplicaSets changed.
    pub fn replica_sets(&mut self, delta: Delta<ReplicaSet>) {
        self.replica_sets.apply(delta);
    }

    /// Pods changed.
    pub fn pods(&mut self, delta: Delta<Pod>) {
        self.pods.apply(delta);
    }

    /// A kind cannot be read, or can be again.
    pub fn trouble(&mut self, kind: &'static str, trouble: Option<Trouble>) {
        match trouble {
            Some(trouble) => self.troubles.insert(kind, trouble),
            None => self.troubles.remove(kind),
        };
    }

    /// Why the revisions are missing or incomplete; empty when they are complete.
    #[must_use]
    pub fn note(&self) -> String {
        if let Some(trouble) = self.troubles.values().next() {
            return trouble.sentence.clone();
        }
        match (self.replica_sets.complete, self.pods.complete) {
            (true, true) => String::new(),
            (false, _) => "loading revisions…".to_owned(),
            (true, false) => "loading pods…".to_owned(),
        }
    }
}

/// The label selector of a rollout's pods in text form: what the controller wrote, else what the spec says. `None`
/// with `workloadRef` before the controller's first pass: then nothing can be watched yet.
#[must_use]
pub fn selector(rollout: &Rollout) -> Option<String> {
    let written = rollout.status.selector.as_deref().filter(|selector| !selector.is_empty());
    written.map(str::to_owned).or_else(|| rollout.spec.selector.as_ref().and_then(in_words))
}

/// The workload that a rollout refers to.
#[must_use]
pub fn workload(rollout: &Rollout) -> Option<WorkloadName> {
    let of = rollout.spec.workload_ref.as_ref()?;
    Some(WorkloadName { api_version: of.api_version.clone(), kind: of.kind.clone(), name: of.name.clone() })
}

fn in_words(selector: &LabelSelector) -> Option<String> {
    let labels = selector.match_labels.iter().map(|(key, value)| format!("{key}={value}"));
    let expressions = selector.match_expressions.iter().map(|expression| {
        let key = &expression.key;
        let values = expression.values.join(",");
        match &*expression.operator {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "DoesNotExist" => format!("!{key}"),
            _ => key.to_string(),
        }
    });
    let text = labels.chain(expressions).collect::<Vec<_>>().join(",");
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::rollout::LabelExpression;

    fn expression(key: &str, operator: &str, values: &[&str]) -> LabelExpression {
        LabelExpression {
            key: key.into(),
            operator: operator.into(),
            values: values.iter().map(|value| (*value).into()).collect(),
        }
    }

    #[test]
    fn a_selector_is_written_as_the_api_reads_it() {
        let selector = LabelSelector {
            match_labels: [("app".into(), "web".into())].into(),
            match_expressions: vec![
                expression("tier", "In", &["a", "b"]),
                expression("env", "NotIn", &["x"]),
                expression("old", "DoesNotExist", &[]),
                expression("new", "Exists", &[]),
            ],
        };
        assert_eq!(in_words(&selector).as_deref(), Some("app=web,tier in (a,b),env notin (x),!old,new"));
        assert_eq!(in_words(&LabelSelector::default()), None);
    }

    #[test]
    fn the_selector_that_the_controller_wrote_comes_first() {
        let mut rollout = Rollout::default();
        assert_eq!(selector(&rollout), None);
        rollout.spec.selector =
            Some(LabelSelector { match_labels: [("app".into(), "web".into())].into(), ..LabelSelector::default() });
        assert_eq!(selector(&rollout).as_deref(), Some("app=web"));
        rollout.status.selector = Some("app=shop".into());
        assert_eq!(selector(&rollout).as_deref(), Some("app=shop"));
    }
}
