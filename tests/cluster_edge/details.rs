//! What belongs to an opened rollout: each kind by itself, and nothing of others.

use crate::fake::{Fake, Piece, Reply, open_watch, status};
use crate::support::{Watched, access, add_children, key, paused, quick, simulated, store, target};
use rolltop::argo::feed::{Delta, DetailId, News, Order, WorkloadName};
use rolltop::cluster::hub::Scope;
use rolltop::names::SourceId;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, mpsc};

const DETAIL: DetailId = DetailId(1);

fn open(uid: &str) -> Order {
    let workload = WorkloadName { api_version: "apps/v1".into(), kind: "Deployment".into(), name: "base".into() };
    Order::OpenDetail {
        detail: DETAIL,
        key: key(0, "shop", "web"),
        uid: uid.into(),
        selector: Some("app=web".into()),
        workload: Some(workload),
    }
}

/// The kinds of which a complete list was told, with their names, all changes applied; and their troubles.
fn told(news: &[News]) -> BTreeMap<&'static str, Vec<String>> {
    fn apply<T: rolltop::argo::set::Watched>(set: &mut Option<Vec<String>>, delta: &Delta<T>) {
        let name = |object: &T| object.meta().name.to_string();
        match delta {
            Delta::Reset(all) => *set = Some(all.iter().map(|one| name(one)).collect()),
            Delta::Partial(_) => {}
            Delta::Upsert(one) => {
                if let Some(set) = set
                    && !set.contains(&name(one))
                {
                    set.push(name(one));
                }
            }
            Delta::Remove { name, .. } => {
                if let Some(set) = set {
                    set.retain(|there| **there != **name);
                }
            }
        }
    }
    let mut sets: BTreeMap<&'static str, Option<Vec<String>>> = BTreeMap::new();
    for news in news {
        match news {
            News::ReplicaSets(DETAIL, delta) => apply(sets.entry("replicasets").or_default(), delta),
            News::Pods(DETAIL, delta) => apply(sets.entry("pods").or_default(), delta),
            News::AnalysisRuns(DETAIL, delta) => apply(sets.entry("analysisruns").or_default(), delta),
            News::Experiments(DETAIL, delta) => apply(sets.entry("experiments").or_default(), delta),
            News::Events(DETAIL, delta) => apply(sets.entry("events").or_default(), delta),
            News::Workload(DETAIL, delta) => apply(sets.entry("workload").or_default(), delta),
            News::Scalers(DETAIL, delta) => apply(sets.entry("horizontalpodautoscalers").or_default(), delta),
            News::Budgets(DETAIL, delta) => apply(sets.entry("poddisruptionbudgets").or_default(), delta),
            _ => {}
        }
    }
    let known = sets.into_iter().filter_map(|(kind, set)| Some((kind, set?)));
    known
        .map(|(kind, mut set)| {
            set.sort();
            (kind, set)
        })
        .collect()
}

fn troubles(news: &[News]) -> Vec<&'static str> {
    let trouble = |news: &News| if let News::DetailTrouble(_, kind, Some(_)) = news { Some(*kind) } else { None };
    news.iter().filter_map(trouble).collect()
}

#[test]
fn who_may_not_read_one_kind_sees_all_others_and_does_not_ask_without_end() {
    for kind in ["replicasets", "pods", "analysisruns", "experiments", "events", "poddisruptionbudgets", "deployments"]
    {
        let running = simulated(&[paused("shop", "web")]);
        add_children(store(&running), "shop", "web");
        running.set_faults(&format!("test:list/{kind}=403;test:watch/{kind}=403")).unwrap();
        let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], quick());
        watched.wait_live();
        watched.hub.order(open("u"));
        let named = if kind == "deployments" { "workload" } else { kind };
        let all = ["replicasets", "pods", "analysisruns", "experiments", "events", "poddisruptionbudgets", "workload"];
        watched.wait(&format!("all but {kind}"), |news| {
            let (known, troubled) = (told(news), troubles(news));
            let others = all.iter().filter(|other| **other != named).all(|other| known.contains_key(other));
            (others && troubled.contains(&named)).then_some(())
        });
        let asked = || running.requests().all().iter().filter(|seen| seen.path.contains(&format!("/{kind}"))).count();
        assert_eq!(asked(), 1, "{kind}");
        // The simulated cluster serves no autoscalers: that is the only other trouble.
        let others: Vec<_> = troubles(&watched.all()).into_iter().filter(|other| *other != named).collect();
        assert!(others.iter().all(|other| *other == "horizontalpodautoscalers"), "{kind}: {others:?}");
        watched.hub.order(Order::Reconnect(SourceId(0)));
        watched.wait("it is asked again when a person wants it", |_| (asked() == 2).then_some(()));
    }
}

fn object(name: &str, owner: (&str, &str), more: &Value) -> Value {
    let owners = json!([{"kind": owner.0, "uid": owner.1}]);
    let mut value = json!({"metadata": {"name": name, "namespace": "shop", "uid": name, "resourceVersion": "5",
        "ownerReferences": owners}});
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    value
}

fn added(object: &Value) -> Value {
    json!({"type": "ADDED", "object": object})
}

fn complete() -> Value {
    json!({"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "9",
        "annotations": {"k8s.io/initial-events-end": "true"}}}})
}

fn list(objects: &[Value]) -> Reply {
    open_watch(objects.iter().map(added).chain([complete()]).collect())
}

fn event(name: &str, kind: &str, about: &str, uid: &str) -> Value {
    let involved = json!({"kind": kind, "name": about, "uid": uid});
    let more = json!({"involvedObject": involved, "reason": "Seen", "lastTimestamp": "2026-01-12T02:00:00Z"});
    object(name, ("", ""), &more)
}

#[test]
fn only_what_belongs_to_the_rollout_is_told_though_its_experiment_comes_last() {
    let (experiments, later) = mpsc::channel();
    let later = Mutex::new(Some(later));
    let fake = Fake::start(move |seen| {
        let own = ("Rollout", "u");
        let none = json!({});
        if seen.target.contains("/experiments") {
            return match later.lock().unwrap().take() {
                Some(later) => Reply::Lines(later),
                None => open_watch(vec![complete()]),
            };
        }
        if seen.target.contains("/analysisruns") {
            return list(&[
                object("mine", own, &none),
                object("foreign", ("Rollout", "v"), &none),
                object("of-experiment", ("Experiment", "exp"), &none),
                object("of-foreign-experiment", ("Experiment", "other"), &none),
            ]);
        }
        if seen.target.contains("/events") {
            return list(&[
                event("e1", "Rollout", "web", "u"),
                event("e2", "Rollout", "web", "before"),
                event("e3", "Pod", "web-7f8d4b5c9d-x2x4z", "gone"),
                event("e4", "Pod", "api-7f8d4b5c9d-x2x4z", "other"),
                event("e5", "AnalysisRun", "of-experiment", "of-experiment"),
                event("e6", "ReplicaSet", "exp-a", "exp-a"),
            ]);
        }
        if seen.target.contains("/horizontalpodautoscalers") {
            let scales = |name: &str, kind: &str, target: &str| {
                object(name, ("", ""), &json!({"spec": {"scaleTargetRef": {"kind": kind, "name": target}}}))
            };
            return list(&[
                scales("h1", "Rollout", "web"),
                scales("h2", "Rollout", "api"),
                scales("h3", "Deployment", "web"),
            ]);
        }
        if seen.target.contains("/deployments") {
            assert!(seen.target.contains("fieldSelector=metadata.name%3Dbase"), "{}", seen.target);
            return list(&[object("base", ("", ""), &json!({"spec": {"replicas": 0}}))]);
        }
        if seen.target.contains("/replicasets") && seen.target.contains("rollouts-pod-template-hash%20in%20%28h1%29") {
            return list(&[object("exp-a", ("Experiment", "exp"), &none)]);
        }
        if seen.target.contains("/replicasets") {
            return list(&[object("web-7f8d4b5c9d", own, &none)]);
        }
        if seen.target.contains("/pods") && seen.target.contains("h1") {
            return list(&[object("exp-a-x2x4z", ("ReplicaSet", "exp-a"), &none)]);
        }
        list(&[])
    });
    let watched = Watched::start(access(&fake.kubeconfig("{}"), false), vec![target(0, "fake", Scope::All)], quick());
    watched.hub.order(open("u"));
    let wait = |what: &str, wanted: &[(&'static str, &[&str])]| {
        let wanted: BTreeMap<_, _> = wanted
            .iter()
            .map(|(kind, names)| (*kind, names.iter().map(ToString::to_string).collect::<Vec<_>>()))
            .collect();
        watched.wait(what, |news| (told(news) == wanted).then_some(()));
    };
    wait(
        "all but experiments",
        &[
            ("replicasets", &["web-7f8d4b5c9d"]),
            ("pods", &[]),
            ("analysisruns", &["mine"]),
            ("events", &["e1", "e3"]),
            ("workload", &["base"]),
            ("horizontalpodautoscalers", &["h1"]),
            ("poddisruptionbudgets", &[]),
        ],
    );
    let running = json!({"status": {"templateStatuses": [{"name": "a", "podTemplateHash": "h1"}]}});
    experiments.send(Piece::Line(added(&object("other", ("Rollout", "v"), &running)))).unwrap();
    experiments.send(Piece::Line(added(&object("exp", ("Rollout", "u"), &running)))).unwrap();
    experiments.send(Piece::Line(complete())).unwrap();
    wait(
        "what belongs to the experiment",
        &[
            ("replicasets", &["exp-a", "web-7f8d4b5c9d"]),
            ("pods", &["exp-a-x2x4z"]),
            ("analysisruns", &["mine", "of-experiment"]),
            ("experiments", &["exp"]),
            ("events", &["e1", "e3", "e5", "e6"]),
            ("workload", &["base"]),
            ("horizontalpodautoscalers", &["h1"]),
            ("poddisruptionbudgets", &[]),
        ],
    );
    let gone = json!({"type": "DELETED", "object": object("exp", ("Rollout", "u"), &json!({}))});
    experiments.send(Piece::Line(gone)).unwrap();
    watched.wait("the end of what belonged to it", |news| {
        let told = told(news);
        (told["replicasets"] == ["web-7f8d4b5c9d"] && told["pods"].is_empty()).then_some(())
    });
    assert_eq!(troubles(&watched.all()), [""; 0]);
}

#[test]
fn a_kind_that_the_server_does_not_know_is_said_once() {
    let fake = Fake::start(|seen| {
        let missing = ["/analysisruns", "/experiments"].iter().any(|kind| seen.target.contains(kind));
        if missing { status(404, "NotFound", "404 page not found") } else { list(&[]) }
    });
    let watched = Watched::start(access(&fake.kubeconfig("{}"), false), vec![target(0, "fake", Scope::All)], quick());
    watched.hub.order(open("u"));
    let words = watched.wait("both troubles and the rest", |news| {
        let words: Vec<String> = news
            .iter()
            .filter_map(|news| match news {
                News::DetailTrouble(_, _, Some(trouble)) => Some(trouble.sentence.clone()),
                _ => None,
            })
            .collect();
        (words.len() == 2 && told(news).len() == 6).then_some(words)
    });
    assert!(words.iter().all(|words| words.contains("does not serve") && words.contains("fake")), "{words:?}");
    assert_eq!(fake.count("GET", &["/analysisruns"]), 1);
}

#[test]
fn without_a_selector_pods_are_not_watched_and_nothing_is_wrong() {
    let running = simulated(&[paused("shop", "web")]);
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], quick());
    watched.hub.order(Order::OpenDetail {
        detail: DETAIL,
        key: key(0, "shop", "web"),
        uid: "u".into(),
        selector: None,
        workload: None,
    });
    watched.wait("the others", |news| (told(news).len() >= 3).then_some(()));
    assert!(!running.requests().all().iter().any(|seen| seen.path.contains("/pods")));
    assert!(!troubles(&watched.all()).contains(&"pods"));
}
