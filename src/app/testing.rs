//! What the tests of this room are made of: rollouts from JSON, a fleet of three channels, and a script that sends
//! events and reads models.

use super::effect::Effect;
use super::event::Event;
use super::fleet::{self, Deriving, Row};
use super::model::{self, Body, Matrix, Model};
use super::state::{Setup, SourceInfo, State};
use super::update::update;
use crate::argo::feed::{Access, Delta, Link, News, Order, Permission, Trouble, TroubleKind};
use crate::argo::rollout::Rollout;
use crate::config::services::Services;
use crate::config::settings::{Channel, Confirm, Record, Runtime, Settings};
use crate::keys::KeyChord;
use crate::names::{Namespace, SourceId};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub const TEST: SourceId = SourceId(0);
pub const STAGING: SourceId = SourceId(1);
pub const PRODUCTION: SourceId = SourceId(2);

pub fn start() -> Timestamp {
    "2026-03-01T14:00:00Z".parse().unwrap()
}

/// The JSON of a canary with four steps: 20 %, a pause for a person, 60 %, a pause of 60 s.
pub fn canary(name: &str, version: u64, status: &Value) -> Value {
    let mut object = json!({
        "metadata": {"name": name, "namespace": "shop", "uid": format!("uid-{name}"),
            "resourceVersion": version.to_string(), "generation": 2, "labels": {"app": name}},
        "spec": {"replicas": 5, "selector": {"matchLabels": {"app": name}},
            "template": {"spec": {"containers": [{"name": "main", "image": "argoproj/rollouts-demo:blue"}]}},
            "strategy": {"canary": {"steps": [{"setWeight": 20}, {"pause": {}}, {"setWeight": 60}, {"pause": {"duration": "60s"}}]}}},
        "status": {"observedGeneration": "2", "currentPodHash": "new", "stableRS": "old", "replicas": 5,
            "updatedReplicas": 1, "readyReplicas": 5, "availableReplicas": 5, "selector": format!("app={name}")}
    });
    let fields = object["status"].as_object_mut().unwrap();
    fields.extend(status.as_object().unwrap().clone());
    object
}

pub fn read(value: Value) -> Rollout {
    serde_json::from_value(value).unwrap()
}

/// Waits for a person at step 1.
pub fn paused(name: &str, version: u64) -> Rollout {
    read(canary(name, version, &paused_at(1)))
}

pub fn paused_at(step: u64) -> Value {
    json!({"phase": "Paused", "message": "CanaryPauseStep", "controllerPause": true, "currentStepIndex": step,
        "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-03-01T13:50:00Z"}]})
}

/// At step 2, on its way to 60 %.
pub fn moving(name: &str, version: u64) -> Rollout {
    read(canary(
        name,
        version,
        &json!({"phase": "Progressing", "message": "more replicas need to be updated", "currentStepIndex": 2}),
    ))
}

pub fn healthy(name: &str, version: u64) -> Rollout {
    read(canary(
        name,
        version,
        &json!({"phase": "Healthy", "currentStepIndex": 4, "stableRS": "new", "updatedReplicas": 5}),
    ))
}

pub fn aborted(name: &str, version: u64) -> Rollout {
    read(canary(
        name,
        version,
        &json!({"phase": "Degraded", "abort": true, "abortedAt": "2026-03-01T13:50:00Z",
        "message": "RolloutAborted: Rollout aborted update to revision 2", "currentStepIndex": 0}),
    ))
}

/// A row as the fleet would hold it.
pub fn row(rollout: Rollout) -> Row {
    let how = Deriving { now: start(), cluster_now: start(), service_of: &BTreeMap::new(), channel: 2 };
    fleet::row(fleet::key_of(PRODUCTION, &rollout), Arc::new(rollout), how)
}

pub fn setup() -> Setup {
    let channel = |name: &str, order: i64, confirm: Confirm, context: &str| Channel {
        name: name.into(),
        order,
        confirm,
        read_only: false,
        require_reason: false,
        allowed_times: Vec::new(),
        color: None,
        runtimes: vec![Runtime {
            name: context.into(),
            context: context.to_owned(),
            namespace: None,
            extra_namespaces: Vec::new(),
            labels: BTreeMap::new(),
        }],
    };
    let channels = vec![
        channel("test", 1, Confirm::Enter, "test-eu"),
        channel("staging", 2, Confirm::Enter, "stg-eu"),
        channel("production", 3, Confirm::TypeName, "prod-eu"),
    ];
    let sources = channels.iter().enumerate().map(|(index, channel)| SourceInfo {
        id: SourceId(u16::try_from(index).unwrap()),
        channel: index,
        cluster: channel.runtimes[0].name.clone(),
        scope: "all namespaces".to_owned(),
        broken: None,
    });
    Setup {
        sources: sources.collect(),
        settings: Settings {
            path: None,
            channels,
            stale_after: Duration::from_secs(15),
            mouse: false,
            record: Record::default(),
            osc9: false,
            service_of: BTreeMap::new(),
            services: Services::default(),
            warnings: Vec::new(),
        },
        read_only: false,
        demo: false,
        replay: false,
        user: "ana".to_owned(),
        terminal: Vec::new(),
        first_run: None,
        warnings: Vec::new(),
        now: start(),
    }
}

pub fn trouble(kind: TroubleKind) -> Trouble {
    Trouble { kind, sentence: "no answer from prod-eu".to_owned(), hint: None, raw: "dial tcp: timeout".to_owned() }
}

/// Events in, models and effects out.
pub struct Script {
    pub state: State,
    pub now: Timestamp,
    /// Effects since they were last taken.
    pub effects: Vec<Effect>,
}

impl Script {
    pub fn new(setup: Setup) -> Self {
        let (state, effects) = State::new(setup);
        Self { state, now: start(), effects }
    }

    /// Three channels, live; checkout waits in production.
    pub fn fleet() -> Self {
        let mut script = Self::new(setup());
        script.live(TEST, vec![healthy("checkout", 1), healthy("web", 2), moving("search", 3)]);
        script.live(STAGING, vec![healthy("checkout", 1), aborted("payments", 2), healthy("web", 3)]);
        script.live(PRODUCTION, vec![paused("checkout", 1), healthy("payments", 2), healthy("web", 3)]);
        script.wait(2);
        script
    }

    /// A source is live, its list complete, everything allowed.
    pub fn live(&mut self, source: SourceId, rollouts: Vec<Rollout>) {
        self.news(News::Link(source, Link::Live));
        self.heard(source);
        self.news(News::Rollouts(source, Delta::Reset(rollouts.into_iter().map(Arc::new).collect())));
        self.rights(source, &Permission::Allowed);
    }

    pub fn rights(&mut self, source: SourceId, permission: &Permission) {
        let access = Access::of_all(permission, self.now);
        self.news(News::Access(source, Namespace::from("shop"), access));
    }

    pub fn heard(&mut self, source: SourceId) {
        self.news(News::Heard(source, self.now));
    }

    pub fn upsert(&mut self, source: SourceId, rollout: Rollout) {
        self.news(News::Rollouts(source, Delta::Upsert(Arc::new(rollout))));
    }

    pub fn remove(&mut self, source: SourceId, name: &str) {
        let delta =
            Delta::Remove { namespace: Namespace::from("shop"), name: name.into(), uid: format!("uid-{name}").into() };
        self.news(News::Rollouts(source, delta));
    }

    pub fn news(&mut self, news: News) {
        self.event(Event::News(news));
    }

    pub fn event(&mut self, event: Event) {
        self.effects.extend(update(&mut self.state, event));
    }

    /// Keys by their text, separated by blanks.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            let chord: KeyChord = key.parse().unwrap();
            self.event(Event::Key(chord));
        }
        self
    }

    /// Time goes on; the sources stay in contact.
    pub fn wait(&mut self, seconds: i64) -> &mut Self {
        self.silence(seconds * 1_000);
        for source in [TEST, STAGING, PRODUCTION] {
            self.heard(source);
        }
        self
    }

    /// Time goes on and nothing is heard; the terminal has taken what there was to show.
    pub fn silence(&mut self, millis: i64) -> &mut Self {
        self.event(Event::Shown { made: self.now });
        self.now += SignedDuration::from_millis(millis);
        self.event(Event::Clock(self.now));
        self
    }

    pub fn take(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The promotes among the effects.
    pub fn promotes(&mut self) -> Vec<Order> {
        self.take()
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Order(order @ Order::Write { .. }) => Some(order),
                _ => None,
            })
            .collect()
    }

    pub fn model(&self) -> Model {
        model::of(&self.state)
    }

    pub fn matrix(&self) -> Matrix {
        match self.model().body {
            Body::Matrix(matrix) => matrix,
            other => panic!("no overview but {other:?}"),
        }
    }

    /// Service and column under the cursor of the overview.
    pub fn cursor(&self) -> (String, usize) {
        let matrix = self.matrix();
        let row = &matrix.rows[matrix.selected.unwrap()];
        (row.service.clone(), row.focused.unwrap())
    }

    pub fn toast(&self) -> String {
        self.model().toast.map(|toast| toast.words).unwrap_or_default()
    }

    pub fn path(&self) -> String {
        self.model().header.path.join(" › ")
    }

    /// The cursor on checkout in production.
    pub fn on_checkout(&mut self) -> &mut Self {
        self.keys("g Left Left Right Right");
        for _ in 0..10 {
            if self.cursor().0 == "checkout" {
                break;
            }
            self.keys("j");
        }
        assert_eq!(self.cursor(), ("checkout".to_owned(), 2));
        self.take();
        self
    }
}
