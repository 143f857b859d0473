//! Trouble: what a source says and does when the cluster does not do what was asked.

use crate::fake::{Fake, open_watch, status};
use crate::support::{Watched, access, block_on, patient, paused, quick, simulated, target};
use rolltop::argo::feed::{Link, News, Order, Permission, Right, TroubleKind};
use rolltop::cluster::hub::Scope;
use rolltop::cluster::oneshot::Connection;
use rolltop::names::SourceId;
use serde_json::json;

fn bookmark() -> serde_json::Value {
    json!({"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "9", "annotations": {"k8s.io/initial-events-end": "true"}}}})
}

#[test]
fn each_trouble_has_its_kind() {
    let running = simulated(&[paused("shop", "web")]);
    for (faults, kind) in [
        ("test:*=403", TroubleKind::Forbidden),
        ("test:*=429", TroubleKind::Throttled),
        ("test:*=500", TroubleKind::Server),
        ("test:*=503", TroubleKind::Server),
        ("test:*=401", TroubleKind::NotSignedIn),
        ("test:*=404", TroubleKind::NoRollouts),
        ("test:*=drop", TroubleKind::Unreachable),
        ("test:down", TroubleKind::Unreachable),
    ] {
        running.set_faults(faults).unwrap();
        let watched =
            Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], patient());
        let sentence = watched.wait_trouble(0, kind);
        assert!(sentence.contains("test"), "{faults}: {sentence}");
    }
}

#[test]
fn a_context_that_does_not_exist_is_a_matter_of_the_kubeconfig() {
    let running = simulated(&[]);
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "tset", Scope::All)], quick());
    let sentence = watched.wait_trouble(0, TroubleKind::Config);
    assert!(sentence.contains("did you mean `test`?"), "{sentence}");
    let trouble = block_on(Connection::open(&access(&running.kubeconfig, false), "nope")).unwrap_err();
    assert_eq!(trouble.kind, TroubleKind::Config);
}

#[test]
fn a_refused_list_of_all_namespaces_falls_back_to_the_contexts_own_and_says_so() {
    let fake = Fake::start(|seen| {
        if seen.target.contains("/namespaces/own/") {
            open_watch(vec![
                json!({"type": "ADDED", "object": {"metadata": {"name": "web", "namespace": "own", "uid": "u"}}}),
                bookmark(),
            ])
        } else {
            status(403, "Forbidden", "rollouts is forbidden: User \"x\" cannot list resource \"rollouts\"")
        }
    });
    let watched = Watched::start(access(&fake.kubeconfig("{}"), false), vec![target(0, "fake", Scope::All)], patient());
    watched.wait_live();
    assert_eq!(watched.rollouts(0).into_keys().collect::<Vec<_>>(), ["own/web"]);
    let notes: Vec<_> =
        watched.all().into_iter().filter_map(|n| if let News::Note(_, t) = n { Some(t) } else { None }).collect();
    assert_eq!(
        notes,
        ["no right to list rollouts in all namespaces on fake; showing namespace own of the context instead"]
    );
    assert!(!watched.links().iter().any(|link| matches!(link, Link::Retrying { .. })));
}

#[test]
fn one_forbidden_namespace_does_not_hide_the_others() {
    let fake = Fake::start(|seen| {
        if seen.target.contains("/namespaces/a/") {
            open_watch(vec![
                json!({"type": "ADDED", "object": {"metadata": {"name": "web", "namespace": "a", "uid": "u"}}}),
                bookmark(),
            ])
        } else {
            status(403, "Forbidden", "rollouts is forbidden")
        }
    });
    let scope = Scope::Namespaces(vec!["a".into(), "b".into()]);
    let watched = Watched::start(access(&fake.kubeconfig("{}"), false), vec![target(0, "fake", scope)], patient());
    watched.wait_live();
    assert_eq!(watched.rollouts(0).into_keys().collect::<Vec<_>>(), ["a/web"]);
    watched.wait("a note", |news| {
        news.iter().any(|n| matches!(n, News::Note(_, t) if t.contains("namespace b"))).then_some(())
    });
}

#[test]
fn rights_are_asked_per_namespace() {
    let running = simulated(&[paused("shop", "web")]);
    let targets = vec![target(0, "test", Scope::All), target(1, "test-viewer", Scope::All)];
    // Read-only does not stop the question, only what follows from its answer.
    let watched = Watched::start(access(&running.kubeconfig, true), targets, quick());
    for source in [0, 1] {
        watched.hub.order(Order::CheckAccess(SourceId(source), "shop".into()));
    }
    let find = |source| {
        watched.wait("rights", move |news| {
            news.iter().find_map(|n| match n {
                News::Access(SourceId(s), namespace, access) if *s == source && namespace.as_str() == "shop" => {
                    Some(access.clone())
                }
                _ => None,
            })
        })
    };
    let (admin, viewer) = (find(0), find(1));
    assert!(Right::ALL.into_iter().all(|right| admin.of(right) == Permission::Allowed), "{admin:?}");
    assert!(Right::ALL.into_iter().all(|right| matches!(viewer.of(right), Permission::Denied(_))), "{viewer:?}");
}

#[test]
fn rights_that_cannot_be_asked_are_unknown() {
    let running = simulated(&[]);
    running.set_faults("test:create=500").unwrap();
    let connection = block_on(Connection::open(&access(&running.kubeconfig, false), "test")).map_err(|_| ());
    // A client belongs to the runtime that it was made on.
    drop(connection);
    let answer = block_on(async {
        let connection = Connection::open(&access(&running.kubeconfig, false), "test").await.unwrap();
        connection.access(&"shop".into()).await
    });
    assert!(matches!(answer.of(Right::PatchStatus), Permission::Unknown(_)), "{answer:?}");
}
