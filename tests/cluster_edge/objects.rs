//! One object in full: the right path for each kind, clean, without bookkeeping, and refused politely.

use crate::fake::{Fake, Reply, open_watch, status};
use crate::support::{Watched, access, key, quick, target};
use rolltop::argo::feed::{News, ObjectRef, Order, RequestId, Trouble};
use rolltop::cluster::hub::Scope;
use serde_json::{Value, json};
use std::sync::Arc;

fn ask(
    answer: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static,
    kind: &str,
    uid: Option<&str>,
) -> (Result<Arc<Value>, Trouble>, Fake) {
    let fake = Fake::start(move |seen| answer(&seen.target).unwrap_or_else(|| open_watch(Vec::new())));
    let watched = Watched::start(access(&fake.kubeconfig("{}"), false), vec![target(0, "fake", Scope::All)], quick());
    let object = ObjectRef { kind: kind.into(), name: "web".into(), uid: uid.map(Into::into) };
    watched.hub.order(Order::GetObject { request: RequestId(3), key: key(0, "shop", "web"), object });
    let found = watched.wait("an answer", |news| {
        news.iter().find_map(|n| if let News::Object(RequestId(3), found) = n { Some(found.clone()) } else { None })
    });
    (found, fake)
}

fn object() -> Value {
    json!({"kind": "Pod", "metadata": {"name": "web", "uid": "u", "managedFields": [{"manager": "kubectl"}],
        "annotations": {"note": "\u{1b}[31mred"}}, "spec": {"deep": [{"text": "a\u{202e}b"}]}})
}

#[test]
fn each_kind_is_read_from_its_path_clean_and_without_managed_fields() {
    for (kind, path) in [
        ("Rollout", "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web"),
        ("ReplicaSet", "/apis/apps/v1/namespaces/shop/replicasets/web"),
        ("Pod", "/api/v1/namespaces/shop/pods/web"),
        ("AnalysisRun", "/apis/argoproj.io/v1alpha1/namespaces/shop/analysisruns/web"),
        ("Experiment", "/apis/argoproj.io/v1alpha1/namespaces/shop/experiments/web"),
        ("Job", "/apis/batch/v1/namespaces/shop/jobs/web"),
        ("Deployment", "/apis/apps/v1/namespaces/shop/deployments/web"),
        ("PodTemplate", "/api/v1/namespaces/shop/podtemplates/web"),
    ] {
        let (found, fake) = ask(|target| target.ends_with("/web").then(|| Reply::Json(200, object())), kind, Some("u"));
        let found = found.unwrap();
        assert_eq!(found["metadata"], json!({"name": "web", "uid": "u", "annotations": {"note": "red"}}));
        assert_eq!(found["spec"]["deep"][0]["text"], "ab");
        assert_eq!(fake.requests().iter().filter(|seen| seen.target == path).count(), 1, "{kind}");
    }
}

#[test]
fn what_cannot_be_shown_is_refused_in_words() {
    let large = || Reply::Text(200, format!("{{\"metadata\":{{}},\"data\":\"{}\"}}", "x".repeat(5 << 20)));
    type Answer = fn() -> Reply;
    let table: [(&str, Option<&str>, Answer, &str); 6] = [
        (
            "Pod",
            None,
            || status(404, "NotFound", "pods \"web\" not found"),
            "there is no Pod web in namespace shop on fake",
        ),
        ("Pod", None, || status(403, "Forbidden", "no"), "no right to read Pod web in namespace shop on fake"),
        ("Pod", Some("other"), || Reply::Json(200, object()), "is another one now"),
        ("Pod", None, || Reply::Text(200, "<html>".into()), "cannot be read"),
        ("Pod", None, large, "more than 4 MiB"),
        ("Secret", None, || Reply::Json(200, object()), "does not read objects of the kind Secret"),
    ];
    for (kind, uid, answer, words) in table {
        let (found, _) = ask(move |target| target.ends_with("/web").then(answer), kind, uid);
        let trouble = found.unwrap_err();
        assert!(trouble.sentence.contains(words), "{}", trouble.sentence);
    }
}
