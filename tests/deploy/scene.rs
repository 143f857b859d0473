//! The scene: a quiet cluster, the manifests of the two examples in a folder, and the cluster's own word.

use crate::fixture::{Clusters, Ran};
use crate::support::api::Api;
use rolltop::demo::http::record::Logged;
use serde_json::Value;
use std::path::Path;

pub struct Scene {
    pub clusters: Clusters,
}

/// What is applied for `gradual`, in the order in which it is sent.
pub const GRADUAL: &[(&str, &str)] = &[("services", "fresh"), ("services", "fresh-preview"), ("rollouts", "fresh")];

impl Scene {
    /// A quiet cluster, at a speed, with the `gradual` example in the folder `m` under the name `fresh`.
    pub fn new(speed: f64) -> Self {
        let clusters = Clusters::new("quiet", speed);
        std::fs::create_dir(clusters.path("m")).unwrap();
        let scene = Self { clusters };
        for file in ["services.yaml", "rollout.yaml"] {
            let text = example("gradual", file).replace("gradual-rollout", "fresh");
            scene.write(file, &text);
        }
        scene
    }

    pub fn write(&self, file: &str, text: &str) {
        std::fs::write(self.clusters.path("m").join(file), text).unwrap();
    }

    /// Replaces a text in a manifest; it has to be there.
    #[track_caller]
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.clusters.path("m").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from:?} is not in {text}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    /// `deploy -f m --channel test` and more.
    #[track_caller]
    pub fn deploy(&self, code: i32, more: &[&str]) -> Ran {
        self.clusters.expect(code, &[&["deploy", "-f", "m", "--channel", "test", "--yes"], more].concat())
    }

    /// `diff -f m --channel test` and more.
    #[track_caller]
    pub fn diff(&self, code: i32, more: &[&str]) -> Ran {
        self.clusters.expect(code, &[&["diff", "-f", "m", "--channel", "test"], more].concat())
    }

    /// An object as the test cluster has it; `Null`: there is none.
    pub fn object(&self, plural: &str, name: &str) -> Value {
        self.on("test").object(plural, name)
    }

    /// A path of the test cluster, as its administrator.
    pub fn get(&self, path: &str) -> Value {
        self.send("GET", path, "application/json", &Value::Null)
    }

    /// A request of somebody else, as the administrator of the test cluster.
    pub fn send(&self, method: &str, path: &str, content: &str, body: &Value) -> Value {
        self.on("test").send(method, path, content, body)
    }

    /// A cluster, as its administrator.
    pub fn on(&self, context: &str) -> Cluster {
        Cluster(Api::new(&self.clusters.running.kubeconfig, Some(context), "demo"))
    }

    /// What rolltop sent to change something, dry runs left out: method, plural and name.
    pub fn writes(&self) -> Vec<(String, String, String)> {
        self.sent().iter().map(told).collect()
    }

    /// The same in full.
    pub fn sent(&self) -> Vec<Logged> {
        let all = self.clusters.writes().into_iter();
        all.filter(|logged| logged.agent.starts_with("rolltop") && !logged.path.contains("dryRun")).collect()
    }

    pub fn faults(&self, spec: &str) {
        self.clusters.running.set_faults(spec).unwrap();
    }

    /// Moves the clock on until a Rollout is as wished.
    #[track_caller]
    pub fn until(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..400 {
            let rollout = self.object("rollouts", "fresh");
            if holds(&rollout) {
                return rollout;
            }
            self.clusters.running.clock.advance(std::time::Duration::from_millis(500).try_into().unwrap());
        }
        panic!("waited for {what}: {:#}", self.object("rollouts", "fresh")["status"]);
    }
}

fn told(logged: &Logged) -> (String, String, String) {
    let path = logged.path.split('?').next().unwrap();
    let mut parts = path.rsplit('/');
    let (name, plural) = (parts.next().unwrap(), parts.next().unwrap());
    (logged.method.clone(), plural.to_owned(), name.to_owned())
}

/// A cluster without rolltop between.
pub struct Cluster(Api);

impl Cluster {
    /// A request, and what is answered; `Null`: 404.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, content: &str, body: &Value) -> Value {
        match self.0.send(method, path, content, body) {
            Ok(answer) => answer,
            Err(refused) if refused.code == 404 => Value::Null,
            Err(refused) => panic!("{method} {path}: {refused:?}"),
        }
    }

    /// An object; `Null`: there is none.
    pub fn object(&self, plural: &str, name: &str) -> Value {
        self.send("GET", &Self::path(plural, name), "application/json", &Value::Null)
    }

    /// Removes Rollouts and Services of these names.
    pub fn forget(&self, names: &[&str]) {
        for name in names {
            for plural in ["rollouts", "services", "analysistemplates"] {
                self.send("DELETE", &Self::path(plural, name), "application/json", &Value::Null);
            }
        }
    }

    fn path(plural: &str, name: &str) -> String {
        let group = match plural {
            "rollouts" | "analysistemplates" => "/apis/argoproj.io/v1alpha1",
            "horizontalpodautoscalers" => "/apis/autoscaling/v2",
            "deployments" => "/apis/apps/v1",
            _ => "/api/v1",
        };
        format!("{group}/namespaces/demo/{plural}/{name}")
    }
}

/// A manifest of an example, rendered with its defaults.
pub fn example(name: &str, file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/deploy").join(name).join(file);
    std::fs::read_to_string(path).unwrap()
}

pub fn image(rollout: &Value) -> &str {
    rollout["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap_or_default()
}

pub fn phase(rollout: &Value) -> &str {
    rollout["status"]["phase"].as_str().unwrap_or_default()
}
