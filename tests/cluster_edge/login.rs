//! Signing in by a command: run without the terminal, once more after a 401, and then only when told to.

use crate::fake::{Fake, Reply, open_watch, status};
use crate::support::{Watched, access, block_on, patient, target};
use rolltop::argo::feed::{Link, News, Order, Permission, TroubleKind};
use rolltop::cluster::hub::{Scope, Tempo};
use rolltop::cluster::oneshot::{Connection, Followed};
use rolltop::names::SourceId;
use serde_json::json;
use std::path::Path;
use std::time::Duration;

/// A login command: notes that it ran and whether it has a terminal, then does the rest of the script.
#[cfg(unix)]
fn command(folder: &Path, rest: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join("login");
    let ran = folder.join("ran").display().to_string();
    std::fs::write(&path, format!("#!/bin/sh\nread -r line && echo input >>{ran}\necho ran >>{ran}\n{rest}\n"))
        .unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: '{}', interactiveMode: Always}}}}",
        path.display()
    )
}

#[cfg(unix)]
fn runs(folder: &Path) -> Vec<String> {
    std::fs::read_to_string(folder.join("ran")).unwrap_or_default().lines().map(str::to_owned).collect()
}

#[cfg(unix)]
fn guarded() -> Fake {
    Fake::start(|seen| match seen.header("authorization") {
        "Bearer good" => open_watch(vec![
            json!({"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "9", "annotations": {"k8s.io/initial-events-end": "true"}}}}),
        ]),
        _ => status(401, "Unauthorized", "Unauthorized"),
    })
}

#[cfg(unix)]
#[test]
fn an_expired_login_is_renewed_once_and_then_waits_for_a_person() {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "bad").unwrap();
    let print = format!(
        "printf '{{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{{\"token\":\"%s\"}}}}' \"$(cat {})\"",
        token.display()
    );
    let fake = guarded();
    let kubeconfig = fake.kubeconfig(&command(folder.path(), &print));
    let watched = Watched::start(access(&kubeconfig, false), vec![target(0, "fake", Scope::All)], patient());
    watched.wait_trouble(0, TroubleKind::NotSignedIn);
    assert_eq!(runs(folder.path()), ["ran", "ran"], "once at the start, once after the 401, without input");
    std::fs::write(&token, "good").unwrap();
    let before = watched.seen();
    watched.hub.order(Order::Login(SourceId(0)));
    watched.wait_link(before, "live", |link| *link == Link::Live);
    assert_eq!(runs(folder.path()).len(), 3);
}

#[cfg(unix)]
#[test]
fn after_an_order_to_sign_in_nothing_is_asked_as_who_one_was_before() {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "good").unwrap();
    let print = format!("printf '{{\"status\":{{\"token\":\"%s\"}}}}' \"$(cat {})\"", token.display());
    let complete = || {
        json!({"type": "BOOKMARK", "object": {"metadata": {
            "resourceVersion": "9", "annotations": {"k8s.io/initial-events-end": "true"}}}})
    };
    let fake = Fake::start(move |seen| match seen.method.as_str() {
        "POST" => Reply::Json(201, json!({"status": {"allowed": seen.header("authorization") == "Bearer better"}})),
        _ => open_watch(vec![complete()]),
    });
    let kubeconfig = fake.kubeconfig(&command(folder.path(), &print));
    let watched = Watched::start(access(&kubeconfig, false), vec![target(0, "fake", Scope::All)], patient());
    watched.wait_live();
    std::fs::write(&token, "better").unwrap();
    watched.hub.order(Order::Login(SourceId(0)));
    watched.hub.order(Order::CheckAccess(SourceId(0), "own".into()));
    let access = watched.wait("the rights", |news| {
        news.iter().find_map(|n| if let News::Access(_, _, access) = n { Some(access.clone()) } else { None })
    });
    assert_eq!(access.of(rolltop::argo::feed::Right::PatchStatus), Permission::Allowed);
}

#[cfg(unix)]
#[test]
fn a_followed_rollout_outlives_its_token() {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "first").unwrap();
    let print = format!(
        "printf '{{\"kind\":\"ExecCredential\",\"status\":{{\"token\":\"%s\"}}}}' \"$(cat {})\"",
        token.display()
    );
    let fake = Fake::start(|seen| {
        let rollout = |replicas: u8| {
            json!({"type": "ADDED", "object": {
            "metadata": {"name": "web", "namespace": "own", "uid": "u", "resourceVersion": replicas.to_string()},
            "spec": {"replicas": replicas}}})
        };
        let complete = json!({"type": "BOOKMARK", "object": {"metadata": {
            "resourceVersion": "9", "annotations": {"k8s.io/initial-events-end": "true"}}}});
        // The first token is good for one answer, whose watch is then broken off as expired.
        let expired = json!({"type": "ERROR", "object": {"kind": "Status", "code": 401, "reason": "Unauthorized"}});
        match seen.header("authorization") {
            "Bearer first" => open_watch(vec![rollout(1), complete, expired]),
            "Bearer second" => open_watch(vec![rollout(2), complete]),
            _ => status(401, "Unauthorized", "Unauthorized"),
        }
    });
    let kubeconfig = fake.kubeconfig(&command(folder.path(), &print));
    block_on(async {
        let connection = Connection::open(&access(&kubeconfig, false), "fake").await.unwrap();
        std::fs::write(&token, "second").unwrap();
        let mut follow = connection.follow(&"own".into(), "web");
        let mut replicas = Vec::new();
        while replicas.last() != Some(&Some(2)) {
            match follow.next().await {
                Some(Followed::Is(rollout)) => replicas.push(rollout.spec.replicas),
                Some(Followed::Lost { trouble, .. }) => assert_eq!(trouble.kind, TroubleKind::NotSignedIn),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(replicas, [Some(1), Some(2)]);
    });
}

#[cfg(unix)]
#[test]
fn a_failing_login_command_is_quoted_by_its_last_line_only() {
    let folder = tempfile::tempdir().unwrap();
    let rest = "echo SECRET-ON-STDOUT\necho first >&2\nprintf 'the session has \\033[31mexpired\\n' >&2\nexit 3";
    let fake = guarded();
    let kubeconfig = fake.kubeconfig(&command(folder.path(), rest));
    let watched = Watched::start(access(&kubeconfig, false), vec![target(0, "fake", Scope::All)], patient());
    let sentence = watched.wait_trouble(0, TroubleKind::NotSignedIn);
    assert!(sentence.ends_with("failed: the session has expired"), "{sentence}");
    assert!(sentence.contains("login` failed"), "{sentence}");
    assert!(!format!("{:?}", watched.all()).contains("SECRET"));
    assert_eq!(fake.requests().len(), 0);
}

#[cfg(unix)]
#[test]
fn a_login_command_that_hangs_is_given_up_and_holds_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let fake = guarded();
    let kubeconfig = fake.kubeconfig(&command(folder.path(), "exec sleep 20"));
    let tempo = Tempo { login: Duration::from_millis(200), ..patient() };
    let watched = Watched::start(access(&kubeconfig, false), vec![target(0, "fake", Scope::All)], tempo);
    let sentence = watched.wait_trouble(0, TroubleKind::NotSignedIn);
    assert!(sentence.contains("did not end"), "{sentence}");
    let begun = std::time::Instant::now();
    drop(watched);
    assert!(begun.elapsed() < Duration::from_millis(100), "{:?}", begun.elapsed());
}

#[cfg(unix)]
#[test]
fn what_a_hanging_login_command_started_ends_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let fake = guarded();
    let child = folder.path().join("child");
    let rest = format!("sleep 600 &\necho $! >{}\nwait", child.display());
    let kubeconfig = fake.kubeconfig(&command(folder.path(), &rest));
    let tempo = Tempo { login: Duration::from_millis(500), ..patient() };
    let watched = Watched::start(access(&kubeconfig, false), vec![target(0, "fake", Scope::All)], tempo);
    let sentence = watched.wait_trouble(0, TroubleKind::NotSignedIn);
    assert!(sentence.contains("did not end"), "{sentence}");
    let child: i32 = std::fs::read_to_string(child).unwrap().trim().parse().unwrap();
    let child = rustix::process::Pid::from_raw(child).unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    // Ended, or waiting to be collected by whoever adopted it.
    let lives = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.as_raw_nonzero())).unwrap_or_default();
        rustix::process::test_kill_process(child).is_ok() && !stat.contains(") Z ")
    };
    while lives() {
        assert!(std::time::Instant::now() < deadline, "the child of the login command still runs");
        std::thread::yield_now();
    }
}

#[test]
fn a_login_command_that_is_not_there_is_named() {
    let fake = guarded();
    let user = "{exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin}}";
    let watched = Watched::start(access(&fake.kubeconfig(user), false), vec![target(0, "fake", Scope::All)], patient());
    let sentence = watched.wait_trouble(0, TroubleKind::Config);
    assert!(sentence.contains("`no-such-plugin` is not on this machine's PATH"), "{sentence}");
}
