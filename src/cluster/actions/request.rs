//! One request of a plan: its path, its body with the precondition, and whether the answer shows what was wished.

use super::{Doing, Refusal};
use crate::argo::deed::plan::{Body, Named, Object, Request};
use crate::argo::deed::undo;
use crate::argo::replicaset::ReplicaSet;
use crate::cluster::client::MANAGER;
use crate::cluster::difference;
use crate::cluster::failure::Failure;
use crate::cluster::place::{self, Query};
use serde_json::{Value, json};

/// The one patch for servers without the status subresource.
pub fn unified(body: Value) -> Request {
    Request { object: Object::Rollout, subresource: None, body: Body::Merge(body) }
}

impl Doing<'_> {
    /// Sends a request, once, and looks whether the answered object shows it. Gives its resourceVersion.
    pub(super) async fn request(&self, request: &Request, rollout_version: &str) -> Result<Box<str>, Refusal> {
        let path = request.path(self.namespace, self.name).ok_or_else(|| {
            Refusal::Failed(Failure::Config("objects of that kind cannot be written by rolltop".to_owned()))
        })?;
        let version: Box<str> = match &request.object {
            Object::Rollout => rollout_version.into(),
            Object::Run(named) | Object::Experiment(named) => named.resource_version.clone(),
            // It is read now: nothing but its template is decided on, and that is looked at below.
            Object::Workload(..) => self.version_of(&path).await?,
        };
        if version.is_empty() {
            // Without a version the server would take it whatever happened meanwhile.
            return Err(Refusal::Failed(Failure::Config("the object has no resourceVersion to rely on".to_owned())));
        }
        let mut query = Query::new(path);
        query.add("fieldManager", MANAGER);
        if self.dry_run {
            query.add("dryRun", "All");
        }
        let path = query.into_text();
        let (answer, wish) = match &request.body {
            Body::Merge(patch) => {
                let mut body = patch.clone();
                // Indexing a map that is not there makes it.
                if body.is_object() {
                    body["metadata"]["resourceVersion"] = (*version).into();
                    if let Object::Run(Named { uid, .. }) | Object::Experiment(Named { uid, .. }) = &request.object {
                        body["metadata"]["uid"] = (**uid).into();
                    }
                }
                (self.client.merge(&path, &body).await, Some(patch.clone()))
            }
            Body::Json(patch) => (self.client.json_patch(&path, &versioned(patch, &version)).await, None),
            Body::TemplateOf { name, uid, path: place } => {
                let patch = json!([{"op": "replace", "path": place, "value": self.template(name, uid).await?}]);
                (self.client.json_patch(&path, &versioned(&patch, &version)).await, None)
            }
            Body::Delete => {
                let Object::Run(named) = &request.object else {
                    return Err(Refusal::Failed(Failure::Config("only AnalysisRuns are deleted".to_owned())));
                };
                let options = json!({"propagationPolicy": "Background",
                    "preconditions": {"uid": &*named.uid, "resourceVersion": &*named.resource_version}});
                self.client.delete(&path, &options).await.map_err(Refusal::Failed)?;
                return Ok("".into());
            }
        };
        let answer = answer.map_err(Refusal::Failed)?;
        let answer: Value =
            serde_json::from_slice(&answer).map_err(|why| Refusal::Failed(Failure::Unreadable(why.to_string())))?;
        if wish.is_some_and(|wish| !difference::shows(&wish, &answer)) {
            return Err(Refusal::NotShown);
        }
        Ok(answer["metadata"]["resourceVersion"].as_str().unwrap_or_default().into())
    }

    async fn version_of(&self, path: &str) -> Result<Box<str>, Refusal> {
        let object = self.client.get(path).await.map_err(Refusal::Failed)?;
        let object: Value =
            serde_json::from_slice(&object).map_err(|why| Refusal::Failed(Failure::Unreadable(why.to_string())))?;
        Ok(object["metadata"]["resourceVersion"].as_str().unwrap_or_default().into())
    }

    /// The whole template of a ReplicaSet, with all fields, as it goes back.
    async fn template(&self, name: &str, uid: &str) -> Result<Value, Refusal> {
        let path = place::object::<ReplicaSet>(self.namespace, name, None);
        let set = self.client.get(&path).await.map_err(Refusal::Failed)?;
        let set: Value =
            serde_json::from_slice(&set).map_err(|why| Refusal::Failed(Failure::Unreadable(why.to_string())))?;
        if set.pointer("/metadata/uid").and_then(Value::as_str) != Some(uid) {
            return Err(Refusal::Another(format!("the ReplicaSet {name} is another one than was chosen")));
        }
        match undo::template(&set) {
            template if template.is_object() => Ok(template),
            _ => Err(Refusal::Another(format!("the ReplicaSet {name} has no pod template"))),
        }
    }
}

/// A JSON patch with the version it was decided on: replacing the version by another than is stored is a conflict.
fn versioned(patch: &Value, version: &str) -> Value {
    let mut operations = vec![json!({"op": "replace", "path": "/metadata/resourceVersion", "value": version})];
    operations.extend(patch.as_array().into_iter().flatten().cloned());
    Value::Array(operations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_patch_carries_the_version_as_its_first_operation() {
        let patch = json!([{"op": "replace", "path": "/spec/a", "value": 1}]);
        assert_eq!(
            versioned(&patch, "7"),
            json!([{"op": "replace", "path": "/metadata/resourceVersion", "value": "7"}, {"op": "replace", "path": "/spec/a", "value": 1}])
        );
    }
}
