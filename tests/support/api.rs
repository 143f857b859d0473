//! What the API server says, asked for apart from rolltop's own client: raw JSON, as `kubectl get -o yaml` shows it.

use http::Request;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::wait::await_condition;
use kube::{Client, Config};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// A namespace of a cluster.
pub struct Api {
    runtime: tokio::runtime::Runtime,
    client: Client,
    pub namespace: String,
}

/// What the server refused: status code and its words.
#[derive(Debug)]
pub struct Refused {
    pub code: u16,
    pub message: String,
}

impl Api {
    /// Of a context of a kubeconfig.
    pub fn new(kubeconfig: &str, context: Option<&str>, namespace: &str) -> Self {
        Self::of(Kubeconfig::from_yaml(kubeconfig).expect("a kubeconfig"), context, namespace)
    }

    /// Of the current context of a kubeconfig file, which may name other files beside it.
    pub fn from_file(path: &Path, namespace: &str) -> Self {
        Self::of(Kubeconfig::read_from(path).expect("a kubeconfig"), None, namespace)
    }

    fn of(kubeconfig: Kubeconfig, context: Option<&str>, namespace: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let options = KubeConfigOptions { context: context.map(str::to_owned), ..KubeConfigOptions::default() };
        let client = runtime.block_on(async {
            let mut config = Config::from_custom_kubeconfig(kubeconfig, &options).await.expect("a context");
            config.default_retry = false;
            Client::try_from(config).expect("a client")
        });
        Self { runtime, client, namespace: namespace.to_owned() }
    }

    /// Sends a request.
    pub fn send(&self, method: &str, path: &str, content: &str, body: &Value) -> Result<Value, Refused> {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request::builder().method(method).uri(path).header("Content-Type", content).body(body);
        match self.runtime.block_on(self.client.request::<Value>(request.expect("a request"))) {
            Ok(value) => Ok(value),
            Err(kube::Error::Api(status)) => Err(Refused { code: status.code, message: status.message.clone() }),
            Err(error) => panic!("{method} {path}: {error}"),
        }
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Value {
        self.send("GET", path, "application/json", &Value::Null).unwrap_or_else(|why| panic!("GET {path}: {why:?}"))
    }

    fn path(&self, name: &str) -> String {
        format!("/apis/argoproj.io/v1alpha1/namespaces/{}/rollouts/{name}", self.namespace)
    }

    /// A Rollout, as it is stored.
    #[track_caller]
    pub fn rollout(&self, name: &str) -> Value {
        self.get(&self.path(name))
    }

    /// The ReplicaSets that a Rollout owns.
    pub fn replica_sets(&self, rollout: &Value) -> Vec<Value> {
        self.owned(&format!("/apis/apps/v1/namespaces/{}/replicasets", self.namespace), rollout)
    }

    /// The pods that a ReplicaSet owns.
    pub fn pods(&self, replica_set: &Value) -> Vec<Value> {
        self.owned(&format!("/api/v1/namespaces/{}/pods", self.namespace), replica_set)
    }

    fn owned(&self, path: &str, owner: &Value) -> Vec<Value> {
        let all = self.get(path)["items"].as_array().cloned().unwrap_or_default();
        let uid = &owner["metadata"]["uid"];
        let owners = |object: &Value| object["metadata"]["ownerReferences"].as_array().cloned().unwrap_or_default();
        all.into_iter().filter(|object| owners(object).iter().any(|owner| owner["uid"] == *uid)).collect()
    }

    /// A merge patch on a Rollout, or on its status.
    pub fn patch(&self, name: &str, status: bool, patch: &Value) -> Result<Value, Refused> {
        let path = self.path(name) + if status { "/status" } else { "" };
        self.send("PATCH", &path, "application/merge-patch+json", patch)
    }

    /// What `kubectl argo rollouts promote` sends for a pause.
    #[track_caller]
    pub fn promote(&self, name: &str) -> Value {
        self.patch(name, true, &json!({"status": {"pauseConditions": null}})).expect("the pause is ended")
    }

    /// What `kubectl argo rollouts abort` sends.
    #[track_caller]
    pub fn abort(&self, name: &str) -> Value {
        self.patch(name, true, &json!({"status": {"abort": true}})).expect("it is aborted")
    }

    /// What `kubectl argo rollouts set image NAME NAME=IMAGE` does.
    #[track_caller]
    pub fn set_image(&self, name: &str, image: &str) -> Value {
        let mut containers = self.rollout(name)["spec"]["template"]["spec"]["containers"].clone();
        containers[0]["image"] = image.into();
        let patch = json!({"spec": {"template": {"spec": {"containers": containers}}}});
        self.patch(name, false, &patch).expect("the image is set")
    }

    /// Waits until a Rollout is another one than in this version, at most for a while.
    pub fn changes_within(&self, span: Duration, name: &str, version: &Value) {
        let changed = |object: Option<&DynamicObject>| {
            object.is_none_or(|object| object.metadata.resource_version.as_deref() != version.as_str())
        };
        let waited = async { tokio::time::timeout(span, await_condition(self.rollouts(), name, changed)).await };
        // Time may be up, or the watch may break: whoever asked looks again.
        drop(self.runtime.block_on(waited));
    }

    fn rollouts(&self) -> kube::Api<DynamicObject> {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("argoproj.io", "v1alpha1", "Rollout"));
        kube::Api::namespaced_with(self.client.clone(), &self.namespace, &resource)
    }
}

/// Phase as the controller wrote it.
pub fn phase(rollout: &Value) -> &str {
    rollout["status"]["phase"].as_str().unwrap_or_default()
}

/// It waits at this step index.
pub fn pauses_at(rollout: &Value, index: i64) -> bool {
    phase(rollout) == "Paused" && rollout["status"]["currentStepIndex"] == index && observed(rollout)
}

/// Healthy at this image.
pub fn is_healthy(rollout: &Value, image: &str) -> bool {
    phase(rollout) == "Healthy"
        && observed(rollout)
        && rollout["spec"]["template"]["spec"]["containers"][0]["image"] == image
}

/// The controller has seen the latest spec.
fn observed(rollout: &Value) -> bool {
    let seen = rollout["status"]["observedGeneration"].as_str().and_then(|text| text.parse::<i64>().ok());
    seen == rollout["metadata"]["generation"].as_i64()
}
