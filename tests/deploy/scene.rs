//! The scene: a quiet cluster, the manifests of the two examples in a folder, and the cluster's own word.

use crate::fixture::{Clusters, Ran};
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
        self.send("GET", path, "", &Value::Null)
    }

    /// A request of somebody else, as the administrator of the test cluster.
    pub fn send(&self, method: &str, path: &str, content: &str, body: &Value) -> Value {
        self.on("test").send(method, path, content, body)
    }

    /// A cluster, as its administrator.
    pub fn on(&self, context: &str) -> Cluster {
        let (server, token) = access(&self.clusters.path("kubeconfig"), context);
        Cluster { server, token }
    }

    /// What rolltop sent to change something, dry runs left out: method, plural and name.
    pub fn writes(&self) -> Vec<(String, String, String)> {
        self.sent().iter().map(|logged| told(logged)).collect()
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
pub struct Cluster {
    server: String,
    token: String,
}

impl Cluster {
    /// A request, and what is answered; `Null`: 404.
    pub fn send(&self, method: &str, path: &str, content: &str, body: &Value) -> Value {
        let mut command = std::process::Command::new("curl");
        command.args(["-s", "-X", method, "-H", &format!("Authorization: Bearer {}", self.token)]);
        if !content.is_empty() {
            command.args(["-H", &format!("Content-Type: {content}"), "--data-binary", &body.to_string()]);
        }
        let output = command.arg(format!("{}{path}", self.server)).output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        if answer["kind"] == "Status" && answer["code"] == 404 { Value::Null } else { answer }
    }

    /// An object; `Null`: there is none.
    pub fn object(&self, plural: &str, name: &str) -> Value {
        self.send("GET", &Self::path(plural, name), "", &Value::Null)
    }

    /// Removes Rollouts and Services of these names.
    pub fn forget(&self, names: &[&str]) {
        for name in names {
            for plural in ["rollouts", "services", "analysistemplates"] {
                self.send("DELETE", &Self::path(plural, name), "", &Value::Null);
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

/// Server and token of a context.
fn access(kubeconfig: &Path, context: &str) -> (String, String) {
    let text = std::fs::read_to_string(kubeconfig).unwrap();
    let config: Value = serde_saphyr::from_str(&text).unwrap();
    let named = |list: &str, name: &Value| {
        config[list].as_array().unwrap().iter().find(|one| one["name"] == *name).unwrap().clone()
    };
    let context = named("contexts", &context.into())["context"].clone();
    let cluster = named("clusters", &context["cluster"])["cluster"].clone();
    let user = named("users", &context["user"])["user"].clone();
    (cluster["server"].as_str().unwrap().to_owned(), user["token"].as_str().unwrap().to_owned())
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
