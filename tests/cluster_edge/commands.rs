//! One-shot requests of the headless commands.

use crate::fake::{Fake, Reply};
use crate::support::{access, add_children, block_on, paused, simulated, store};
use rolltop::argo::feed::TroubleKind;
use rolltop::cluster::hub::Scope;
use rolltop::cluster::oneshot::Connection;
use serde_json::json;

#[test]
fn lists_come_in_pages_and_are_narrowed() {
    let many: Vec<_> = (0..501).map(|at| paused(if at % 2 == 0 { "a" } else { "b" }, &format!("web-{at}"))).collect();
    let running = simulated(&many);
    block_on(async {
        let connection = Connection::open(&access(&running.kubeconfig, false), "test").await.unwrap();
        assert_eq!(connection.list(&Scope::All, None).await.unwrap().len(), 501);
        let pages = running.requests().all().iter().filter(|seen| seen.path.contains("limit=500")).count();
        assert_eq!(pages, 2);
        let some = Scope::Namespaces(vec!["a".into(), "b".into()]);
        assert_eq!(connection.list(&some, Some("app in (web-1,web-2)")).await.unwrap().len(), 2);
        assert_eq!(connection.list(&Scope::Namespaces(vec!["c".into()]), None).await.unwrap().len(), 0);
        let trouble = connection.list(&Scope::All, Some("==")).await.unwrap_err();
        assert!(trouble.sentence.contains("=="), "{}", trouble.sentence);
    });
}

#[test]
fn one_rollout_and_its_children_are_read() {
    let running = simulated(&[paused("shop", "web")]);
    add_children(store(&running), "shop", "web");
    add_children(store(&running), "shop", "other");
    block_on(async {
        let connection = Connection::open(&access(&running.kubeconfig, false), "test").await.unwrap();
        assert!(connection.get(&"shop".into(), "nope").await.unwrap().is_none());
        let rollout = connection.get(&"shop".into(), "web").await.unwrap().unwrap();
        let family = connection.family(&rollout).await;
        assert_eq!(family.replica_sets.unwrap().len(), 1);
        assert_eq!(&*family.pods.unwrap()[0].meta.name, "web-pod");
        let all = connection.all_children(&Scope::All).await;
        assert_eq!((all.replica_sets.unwrap().len(), all.pods.unwrap().len()), (2, 2));
        running.set_faults("test:*/pods=403").unwrap();
        let family = connection.family(&rollout).await;
        assert_eq!(family.pods.unwrap_err().kind, TroubleKind::Forbidden);
        assert!(family.replica_sets.is_ok());
    });
}

#[test]
fn check_finds_version_and_kinds() {
    let running = simulated(&[]);
    block_on(async {
        let connection = Connection::open(&access(&running.kubeconfig, false), "test").await.unwrap();
        let findings = connection.findings().await;
        assert!(findings.server_version.unwrap().starts_with('v'));
        assert_eq!(findings.rollouts, Ok(true));
        assert!(findings.skew.is_some());
    });
}

#[test]
fn check_tells_a_cluster_without_argo_rollouts_and_an_old_crd() {
    let bare = Fake::start(|seen| match seen.target.as_str() {
        "/version" => Reply::Json(200, json!({"gitVersion": "v1.20.0"})),
        _ => Reply::Text(404, "404 page not found".into()),
    });
    let old = Fake::start(|_| Reply::Json(200, json!({"gitVersion": "v1", "resources": [{"name": "rollouts"}]})));
    block_on(async {
        let connection = Connection::open(&access(&bare.kubeconfig("{}"), false), "fake").await.unwrap();
        let findings = connection.findings().await;
        assert_eq!(findings.server_version.as_deref(), Ok("v1.20.0"));
        assert_eq!(findings.rollouts.unwrap_err().kind, TroubleKind::NoRollouts);
        let trouble = connection.get(&"shop".into(), "web").await.unwrap_err();
        assert_eq!(trouble.kind, TroubleKind::NoRollouts);
        let connection = Connection::open(&access(&old.kubeconfig("{}"), false), "fake").await.unwrap();
        assert_eq!(connection.findings().await.rollouts, Ok(false));
    });
}

#[test]
fn a_login_page_in_place_of_the_api_is_not_taken_for_data() {
    let page = Fake::start(|_| Reply::Text(200, "<html>sign in</html>".into()));
    block_on(async {
        let connection = Connection::open(&access(&page.kubeconfig("{}"), false), "fake").await.unwrap();
        let trouble = connection.list(&Scope::All, None).await.unwrap_err();
        assert_eq!(trouble.kind, TroubleKind::Server);
        assert!(trouble.sentence.contains("cannot be read"), "{}", trouble.sentence);
    });
}
