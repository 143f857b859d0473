//! The form of a deploy by its keys: what is prefilled, what is asked, what is sent and what becomes of it.

mod filled;
mod sent;

use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::model::{Body, DeployBody, DeployForm, DeployPage, DeployPlan, Dialog, WriteDialog};
use crate::app::testing::*;
use crate::argo::rollout::Rollout;
use crate::config::problem::Place;
use crate::config::services::Written;
use crate::config::settings::Settings;
use crate::deploy::change::{Change, Line, Section, Sign};
use crate::deploy::consequence::{Consequence, Effect as Causes};
use crate::deploy::feed::{Applying, DeployId, News, NoPlan, Order, Stock, Wish};
use crate::deploy::plan::{Conflict, Identity, Item, LeftOver, Plan, Seen, Sending, Target, Verdict};
use crate::deploy::progress::{Fate, Outcome};
use crate::service::catalog;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

/// The Rollout and its service are called so.
const NAME: &str = "gradual-rollout";

fn configured(settings: &mut Settings) {
    let services = &mut settings.services;
    services.configured = true;
    let at = Place::Whole("config.toml".to_owned());
    services.globs = vec![Written { text: "services/**/*.pvn.yaml".to_owned(), at }];
    services.registries.insert("dockerhub-prodvana".to_owned(), String::new());
    for channel in &mut settings.channels {
        channel.runtimes[0].namespace = Some("shop".into());
    }
}

/// The two example services, as they were read.
fn stock(settings: &Settings) -> Stock {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/services"));
    let catalog = catalog::of_paths(&[folder], &settings.services);
    assert!(catalog.findings.iter().all(|found| !found.is_error()), "{:?}", catalog.findings);
    let mut stock = Stock { catalog, ..Stock::default() };
    for channel in &settings.channels {
        for (service, rollout) in [(NAME, NAME), ("rollout", "canary-demo")] {
            let key = |name: &str| (channel.name.to_string(), name.to_owned());
            stock.makers.entry(key(rollout)).or_default().insert(service.to_owned());
            let key = (service.to_owned(), channel.name.to_string());
            stock.makes.entry(key).or_default().insert(rollout.to_owned());
        }
    }
    stock
}

/// A canary of this tag, healthy, with annotations.
fn running(tag: &str, annotations: &Value) -> Rollout {
    let mut object =
        canary(NAME, 7, &json!({"phase": "Healthy", "currentStepIndex": 4, "stableRS": "new", "updatedReplicas": 5}));
    object["spec"]["template"]["spec"]["containers"][0]["image"] =
        json!(format!("docker.io/argoproj/rollouts-demo:{tag}"));
    object["metadata"]["annotations"] = annotations.clone();
    read(object)
}

/// The same, as it is after a deploy: another generation, another deploy, progressing.
fn deployed(tag: &str) -> Rollout {
    let mut object = canary(
        NAME,
        9,
        &json!({"phase": "Progressing", "message": "more replicas need to be updated",
        "currentStepIndex": 0, "currentPodHash": "newer", "observedGeneration": "3"}),
    );
    object["metadata"]["generation"] = json!(3);
    object["metadata"]["annotations"] = json!({"rolltop/deploy-id": "d2"});
    object["spec"]["template"]["spec"]["containers"][0]["image"] =
        json!(format!("docker.io/argoproj/rollouts-demo:{tag}"));
    read(object)
}

/// Three channels with the service in each; the cursor on it in staging.
fn opened_with(change: impl FnOnce(&mut Settings)) -> Script {
    let mut setup = setup();
    configured(&mut setup.settings);
    change(&mut setup.settings);
    let stock = stock(&setup.settings);
    let mut script = Script::new(setup);
    script.live(TEST, vec![running("green", &json!({}))]);
    script.live(STAGING, vec![running("blue", &json!({}))]);
    script.live(PRODUCTION, vec![running("blue", &json!({}))]);
    script.event(Event::Deploy(News::Stock(Arc::new(stock))));
    script.wait(1);
    script.keys("g Left Left Right");
    script.take();
    script
}

fn staging() -> Script {
    let mut script = opened_with(|_| {});
    script.keys("D");
    script
}

/// Types letters, one key each.
fn type_in(script: &mut Script, text: &str) {
    for c in text.chars() {
        script.keys(&c.to_string());
    }
}

fn page(script: &Script) -> DeployPage {
    match script.model().body {
        Body::Deploy(page) => *page,
        other => panic!("no deploy but {other:?}; {}", script.toast()),
    }
}

fn form(script: &Script) -> DeployForm {
    match page(script).body {
        DeployBody::Form(form) => form,
        DeployBody::Plan(plan) => panic!("no form but {plan:?}"),
    }
}

fn sheet(script: &Script) -> DeployPlan {
    match page(script).body {
        DeployBody::Plan(plan) => plan,
        DeployBody::Form(form) => panic!("no plan but {form:?}; {}", script.toast()),
    }
}

/// The lines of the plan in words.
fn words(script: &Script) -> Vec<String> {
    sheet(script).lines.iter().map(|line| format!("{} {}", line.words, line.detail).trim().to_owned()).collect()
}

fn text_of(script: &Script, label: &str) -> String {
    form(script).fields.into_iter().find(|field| field.label == label).map(|field| field.text).unwrap_or_default()
}

fn question(script: &Script) -> WriteDialog {
    match script.model().dialog {
        Some(Dialog::Write(dialog)) => *dialog,
        other => panic!("no question but {other:?}; {}", script.toast()),
    }
}

/// The plans that were asked for.
fn asked(script: &mut Script) -> Vec<(DeployId, Wish)> {
    let wish = |effect| match effect {
        Effect::Deploy(Order::Plan(id, wish)) => Some((id, *wish)),
        _ => None,
    };
    script.take().into_iter().filter_map(wish).collect()
}

/// What was sent.
fn applied(script: &mut Script) -> Vec<(DeployId, Applying)> {
    let sent = |effect| match effect {
        Effect::Deploy(Order::Apply(id, applying)) => Some((id, *applying)),
        _ => None,
    };
    script.take().into_iter().filter_map(sent).collect()
}

fn identity(kind: &str, name: &str) -> Identity {
    let api_version = if kind == "Rollout" { "argoproj.io/v1alpha1" } else { "v1" };
    Identity {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: Some("shop".to_owned()),
        name: name.to_owned(),
    }
}

fn item(kind: &str, name: &str, verdict: Verdict) -> Item {
    let line = |sign, text: &str| Line { sign, text: text.to_owned() };
    let change = Change {
        path: "spec.template.spec.containers[main].image".to_owned(),
        pointer: "/spec/template/spec/containers/0/image".to_owned(),
        section: Section::PodTemplate,
        lines: vec![line(Sign::Removed, "image: blue"), line(Sign::Added, "image: yellow")],
    };
    let conflict = Conflict {
        field: ".spec.replicas".to_owned(),
        manager: "kubectl-edit".to_owned(),
        who: "kubectl edit".to_owned(),
        since: None,
        ours: Some("3".to_owned()),
        live: Some("5".to_owned()),
    };
    Item {
        identity: identity(kind, name),
        title: format!("rollout.yaml#1 {kind}/{name}"),
        place: Place::Whole("rollout.yaml".to_owned()),
        verdict,
        changes: if verdict == Verdict::Unchanged { Vec::new() } else { vec![change] },
        conflicts: if verdict == Verdict::Conflict { vec![conflict] } else { Vec::new() },
        faults: Vec::new(),
        notes: Vec::new(),
        seen: Some(Seen {
            uid: format!("uid-{name}"),
            resource_version: "7".to_owned(),
            generation: Some(2),
            deploy_id: None,
            content: Arc::new(json!({})),
        }),
        sending: Sending {
            path: format!("/namespaces/shop/{kind}/{name}"),
            resource: kind.to_lowercase(),
            body: Arc::new(json!({})),
            intended: None,
            records: Vec::new(),
            carries_records: kind == "Rollout",
            takes_over_own: false,
        },
    }
}

fn plan(channel: &str, rollout: Verdict) -> Plan {
    let mut service = item("Service", NAME, Verdict::Changed);
    service.changes[0].path = "spec.ports".to_owned();
    Plan {
        target: Target {
            channel: channel.to_owned(),
            cluster: format!("{channel}-eu"),
            context: format!("{channel}-eu"),
            namespace: "shop".into(),
            extra_namespaces: Vec::new(),
            cluster_scoped: Vec::new(),
        },
        server: Some("v1.34.1".to_owned()),
        service: Some(NAME.to_owned()),
        application: None,
        from: Some("blue (1a2b3c4d)".to_owned()),
        to: Some("yellow (5e6f7a8b)".to_owned()),
        parameters: Vec::new(),
        items: vec![service, item("Rollout", NAME, rollout)],
        consequences: vec![Consequence {
            object: format!("Rollout/{NAME}"),
            effect: Causes::Revision,
            words: vec!["new revision 7".to_owned(), "canary, 6 steps".to_owned()],
            warnings: Vec::new(),
        }],
        left_over: Ok(vec![LeftOver {
            identity: identity("ConfigMap", "old-settings"),
            path: "/old".to_owned(),
            resource: "configmaps".to_owned(),
            uid: "u".to_owned(),
            kept: None,
        }]),
        missing: Vec::new(),
        warnings: Vec::new(),
        made_at: start(),
    }
}

fn answer(script: &mut Script, id: DeployId, plan: Result<Plan, NoPlan>) {
    script.event(Event::Deploy(News::Planned(id, plan.map(Arc::new))));
}

/// The plan of yellow in staging, there and looked at.
fn planned(rollout: Verdict) -> Script {
    let mut script = staging();
    script.keys("Ctrl-u");
    type_in(&mut script, "yellow");
    script.take();
    script.keys("Tab Tab Tab Enter");
    let (id, _) = asked(&mut script).remove(0);
    answer(&mut script, id, Ok(plan("staging", rollout)));
    script.wait(1);
    script
}

fn done() -> Outcome {
    let fate = |rv: &str| Fate::Applied { resource_version: rv.to_owned(), found_later: false };
    Outcome { fates: vec![(identity("Service", NAME), fate("8")), (identity("Rollout", NAME), fate("9"))] }
}

fn ended(script: &mut Script, id: DeployId, outcome: Outcome) {
    script.event(Event::Deploy(News::Ended(id, Ok(outcome))));
}

fn minutes(count: i64) -> i64 {
    SignedDuration::from_mins(count).as_secs()
}
