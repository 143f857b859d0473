//! A served cluster whose controllers are driven by hand on the virtual clock, and one who acts on it over HTTP.

use jiff::SignedDuration;
use rolltop::argo::deed::Deed;
use rolltop::argo::deed::plan::{Facts, Plan, plan};
use rolltop::argo::deed::reaction::{Reaction, reaction};
use rolltop::argo::deed::refusal::Refusal;
use rolltop::argo::feed::Answer;
use rolltop::argo::picture::Children;
use rolltop::argo::rollout::Rollout;
use rolltop::cluster::hub::Access;
use rolltop::cluster::kubeconfig;
use rolltop::cluster::oneshot::Connection;
use rolltop::demo::clock::Clock;
use rolltop::demo::controller::Driver;
use rolltop::demo::http::record::Logged;
use rolltop::demo::scenario::Upcoming;
use rolltop::demo::serve::{Running, start_world};
use rolltop::demo::store::{NAMESPACES, ROLLOUTS, Store};
use rolltop::demo::world::{Cluster, World};
use serde_json::{Value, json};
use std::time::Duration;

/// The rollout of every stage.
pub const NAME: &str = "web";

pub struct Stage {
    pub driver: Driver,
    pub store: Store,
    pub running: Running,
}

/// A rollout `web` in namespace `demo` with this strategy; its template has fields that rolltop does not know.
pub fn web(strategy: &Value) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": NAME, "namespace": "demo"},
        "spec": {
            "replicas": 4, "selector": {"matchLabels": {"app": NAME}}, "strategy": strategy,
            "template": {
                "metadata": {"labels": {"app": NAME}, "annotations": {"team": "shop"}},
                "spec": {
                    "containers": [
                        {"name": "side", "image": "example/side:1"},
                        {"name": "app", "image": "example/app:1", "env": [{"name": "A", "value": "1"}]},
                    ],
                    "terminationGracePeriodSeconds": 7,
                },
            },
        },
    })
}

/// The canary of every stage: two pauses, the second of a minute.
pub fn canary() -> Value {
    web(
        &json!({"canary": {"steps": [{"setWeight": 25}, {"pause": {}}, {"setWeight": 50}, {"pause": {"duration": "60s"}}]}}),
    )
}

/// A blue-green rollout that waits for a person, and its Services.
pub fn blue_green() -> Vec<Value> {
    let service = |name: &str| {
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "demo"},
            "spec": {"ports": [{"port": 80}], "selector": {"app": NAME}}})
    };
    let strategy =
        json!({"blueGreen": {"activeService": "on", "previewService": "next", "autoPromotionEnabled": false}});
    vec![service("on"), service("next"), web(&strategy)]
}

impl Stage {
    /// A cluster to which this was applied.
    pub fn new(manifests: &[Value]) -> Self {
        let clock = Clock::new("2026-01-12T02:00:00Z".parse().unwrap(), 0.0);
        let store = Store::new(clock.clone(), 7);
        store.create(&NAMESPACES, json!({"metadata": {"name": "demo"}})).unwrap();
        let world = World { clusters: vec![Cluster::new("test", store.clone(), 7)], clock };
        let driver = Driver::new(world.clone(), 7);
        let running = start_world(world, "127.0.0.1:0".parse().unwrap(), "").unwrap();
        let mut stage = Self { driver, store, running };
        for manifest in manifests {
            stage.deed(json!({"do": "apply", "manifest": manifest}));
        }
        stage
    }

    /// Something that another person does, at once; the controllers have not seen it yet.
    pub fn deed(&mut self, mut deed: Value) {
        if deed.get("rollout").is_none() {
            deed["rollout"] = json!(NAME);
        }
        let at = self.driver.world().clock.now();
        self.driver.script([Upcoming { at, cluster: 0, deed }]);
        assert_eq!(self.driver.next_due(), Some(at));
        self.driver.step();
        assert_eq!(self.driver.failures(), &[] as &[String]);
    }

    pub fn act(&mut self, what: &str) {
        self.deed(json!({ "do": what }));
    }

    /// Virtual seconds go by.
    pub fn pass(&mut self, seconds: i64) {
        self.driver.play_for(SignedDuration::from_secs(seconds));
    }

    pub fn raw(&self) -> Value {
        (*self.store.get(&ROLLOUTS, "demo", NAME).unwrap()).clone()
    }

    pub fn rollout(&self) -> Rollout {
        Rollout::decode(&self.raw())
    }

    pub fn writes(&self) -> Vec<Logged> {
        self.running.requests().writes("test")
    }

    /// A connection with a bearer token; empty: that of the admin.
    pub async fn connect(&self, token: &str) -> Connection {
        let mut text = self.running.kubeconfig.clone();
        if !token.is_empty() {
            text = text.replace("simulated-test-admin", token);
        }
        let kubeconfig = kubeconfig::from_text(&text).unwrap().kubeconfig;
        let access = Access { kubeconfig, timeout: Duration::from_secs(5), read_only: false };
        Connection::open(&access, "test").await.unwrap()
    }

    /// Decides on what is there now, read over HTTP.
    pub async fn decide(&self, connection: &Connection, deed: &Deed) -> Result<Plan, Refusal> {
        let rollout = connection.get(&"demo".into(), NAME).await.unwrap().unwrap();
        let near = connection.near(&rollout, deed).await;
        assert_eq!(near.troubles, []);
        plan(deed, Facts { rollout: &rollout, children: near.children(), now: self.driver.world().clock.now() })
    }

    pub async fn send(&self, connection: &Connection, plan: &Plan) -> Answer {
        connection.write(&"demo".into(), NAME, plan, false).await
    }

    /// Decides and sends.
    pub fn perform(&self, deed: &Deed) -> Result<(Plan, Answer), Refusal> {
        block_on(async {
            let connection = self.connect("").await;
            let plan = self.decide(&connection, deed).await?;
            let answer = self.send(&connection, &plan).await;
            Ok((plan, answer))
        })
    }

    /// What became of a plan so far.
    pub fn reaction(&self, plan: &Plan) -> Reaction {
        let rollout = self.rollout();
        let now = self.driver.world().clock.now();
        reaction(plan, Facts { rollout: &rollout, children: Children::default(), now })
    }

    /// How it stands: `Paused 1/4`, with what is set by hand.
    pub fn stands(&self) -> String {
        let rollout = self.rollout();
        let phase = rollout.status.phase.as_deref().unwrap_or("-");
        let step = rollout.status.current_step_index.map_or(String::new(), |index| format!(" {index}"));
        let hand = if rollout.spec.paused { " held" } else { "" };
        format!("{phase}{step}{hand}")
    }
}

pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// A write without what it is bound to: path below the namespace, and body; the version must have been there.
pub fn told(logged: &Logged) -> String {
    let path = logged.path.split('?').next().unwrap();
    let path = path.rsplit_once("/namespaces/demo/").map_or(path, |(_, below)| below);
    let mut body: Value = serde_json::from_str(&logged.body).unwrap();
    match &mut body {
        Value::Array(operations) => {
            let first = operations.remove(0);
            assert_eq!(first["path"], "/metadata/resourceVersion", "{first}");
        }
        Value::Object(fields) => {
            let bound = fields.remove("metadata").or_else(|| fields.remove("preconditions")).unwrap();
            assert!(bound["resourceVersion"].is_string(), "{bound}");
        }
        other => panic!("{other}"),
    }
    format!("{} {path} {body}", logged.method)
}
