//! The opened detail: all kinds, the story of the events, what cannot be read, and a rollout that asks for other children.

use crate::app::detail::Detail;
use crate::app::effect::Effect;
use crate::app::testing::*;
use crate::argo::feed::{Delta, DetailId, News, Order, Trouble, TroubleKind};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;

fn read_arc<T: DeserializeOwned>(value: Value) -> Arc<T> {
    Arc::new(serde_json::from_value(value).unwrap())
}

fn orders(script: &mut Script) -> Vec<Order> {
    let orders = script.take().into_iter().filter_map(|effect| match effect {
        Effect::Order(order @ (Order::OpenDetail { .. } | Order::CloseDetail(_))) => Some(order),
        _ => None,
    });
    orders.collect()
}

fn open(script: &mut Script) -> DetailId {
    script.on_checkout().keys("Enter");
    match orders(script).pop() {
        Some(Order::OpenDetail { detail, .. }) => detail,
        other => panic!("{other:?}"),
    }
}

fn detail(script: &Script) -> &Detail {
    script.state.detail.as_ref().unwrap()
}

fn meta(name: &str, owner: &str) -> Value {
    json!({"name": name, "namespace": "shop", "uid": name, "ownerReferences": [{"kind": "x", "uid": owner}]})
}

#[test]
fn events_are_told_once_in_order_and_only_about_what_belongs_to_the_rollout() {
    let mut script = Script::fleet();
    let id = open(&mut script);
    let event = |name: &str, about: (&str, &str), minute: u8| {
        let time = format!("2026-03-01T13:{minute:02}:00Z");
        let about = json!({"kind": about.0, "name": about.1, "uid": about.1});
        read_arc(json!({"metadata": {"name": name, "namespace": "shop"}, "involvedObject": about,
            "reason": "Seen", "lastTimestamp": time}))
    };
    let all = vec![
        event("late", ("Pod", "pod"), 9),
        event("foreign", ("Pod", "stranger"), 8),
        event("again", ("Pod", "pod"), 9),
        event("early", ("Rollout", "uid-checkout"), 1),
    ];
    script.news(News::Events(id, Delta::Reset(all)));
    let names = |script: &Script| detail(script).events().iter().map(|e| e.meta.name.to_string()).collect::<Vec<_>>();
    assert_eq!(names(&script), ["early"]);
    script.news(News::Pods(id, Delta::Reset(vec![read_arc(json!({"metadata": meta("pod", "set")}))])));
    assert_eq!(names(&script), ["early"], "nobody knows whose the pod is");
    script.state.take_dirty();
    let set = read_arc(json!({"metadata": meta("set", "uid-checkout")}));
    script.news(News::ReplicaSets(id, Delta::Reset(vec![set])));
    assert_eq!(names(&script), ["early", "again"], "the two that say the same are one");
    assert!(script.state.take_dirty());
}

#[test]
fn each_kind_says_by_itself_why_it_is_missing() {
    let mut script = Script::fleet();
    let id = open(&mut script);
    let kinds = ["replicasets", "pods", "analysisruns", "experiments", "events", "horizontalpodautoscalers"];
    for kind in kinds {
        assert!(detail(&script).note_of(kind).starts_with("loading"), "{kind}");
    }
    assert_eq!(detail(&script).note_of("workload"), "", "it refers to none");
    for kind in kinds {
        let words = format!("no right to list {kind}");
        let trouble = Trouble { kind: TroubleKind::Forbidden, sentence: words.clone(), hint: None, raw: String::new() };
        script.state.take_dirty();
        script.news(News::DetailTrouble(id, kind, Some(trouble)));
        assert_eq!(detail(&script).note_of(kind), words);
        assert!(script.state.take_dirty(), "{kind}");
    }
    script.news(News::DetailTrouble(id, "replicasets", None));
    script.news(News::DetailTrouble(id, "pods", None));
    script.news(News::ReplicaSets(id, Delta::Reset(Vec::new())));
    script.news(News::Pods(id, Delta::Reset(Vec::new())));
    assert_eq!(detail(&script).note(), "", "who may not read analyses sees the revisions all the same");
    assert_ne!(detail(&script).note_of("analysisruns"), "");
}

#[test]
fn a_rollout_that_asks_for_other_children_is_opened_anew_and_keeps_what_is_known_until_then() {
    let mut script = Script::fleet();
    let id = open(&mut script);
    script.news(News::Pods(id, Delta::Reset(vec![read_arc(json!({"metadata": meta("pod", "set")}))])));
    let change = |version: u64, more: &Value| {
        let mut value = canary("checkout", version, &paused_at(1));
        value["spec"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        News::Rollouts(PRODUCTION, Delta::Upsert(Arc::new(read(value))))
    };
    script.news(change(900, &json!({"replicas": 7})));
    assert_eq!(orders(&mut script), [], "nothing else to watch");
    let reference = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "base"});
    script.news(change(901, &json!({"workloadRef": reference})));
    let orders = orders(&mut script);
    let [Order::CloseDetail(closed), Order::OpenDetail { detail: opened, workload: Some(workload), .. }] = &*orders
    else {
        panic!("{orders:?}")
    };
    assert_eq!((*closed, &*workload.name), (id, "base"));
    assert_eq!((detail(&script).id, detail(&script).pods().len()), (*opened, 1));
    script.news(News::Pods(id, Delta::Reset(Vec::new())));
    assert_eq!(detail(&script).pods().len(), 1, "late news of the earlier one");
    script.news(News::Pods(*opened, Delta::Reset(Vec::new())));
    assert_eq!(detail(&script).pods().len(), 0);
}

#[test]
fn a_blue_green_is_watched_by_its_own_selector_and_not_by_that_of_its_active_pods() {
    let mut script = Script::fleet();
    let mut value = canary("checkout", 900, &json!({"phase": "Healthy"}));
    value["status"]["selector"] = "app=checkout,rollouts-pod-template-hash=old".into();
    let rollout = Arc::new(read(value.clone()));
    script.news(News::Rollouts(PRODUCTION, Delta::Upsert(rollout)));
    script.on_checkout().keys("Enter");
    let selector = |orders: Vec<Order>| match orders.last() {
        Some(Order::OpenDetail { selector, .. }) => selector.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(selector(orders(&mut script)).as_deref(), Some("app=checkout"));
    value["spec"].as_object_mut().unwrap().remove("selector");
    value["metadata"]["resourceVersion"] = "901".into();
    value["status"]["selector"] = "app=other,rollouts-pod-template-hash=old".into();
    script.news(News::Rollouts(PRODUCTION, Delta::Upsert(Arc::new(read(value)))));
    assert_eq!(selector(orders(&mut script)).as_deref(), Some("app=other"));
}
