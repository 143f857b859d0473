//! Watching: first lists, changes, lost connections, several namespaces, opened rollouts.

use crate::fake::{Fake, Piece, Reply, open_watch, status};
use crate::support::{
    Watched, access, add, add_children, block_on, change, key, patient, paused, quick, simulated, store, target,
};
use jiff::{SignedDuration, Timestamp};
use rolltop::argo::feed::{Delta, DetailId, Link, News, Order, TroubleKind};
use rolltop::cluster::hub::{Scope, Tempo};
use rolltop::cluster::oneshot::{Connection, Followed};
use rolltop::demo::store::{Part, ROLLOUTS};
use rolltop::names::SourceId;
use serde_json::{Value, json};
use std::sync::mpsc;
use std::time::{Duration, Instant};

fn images(rollout: &rolltop::argo::rollout::Rollout) -> Vec<&str> {
    let template = rollout.spec.template.as_ref().unwrap();
    template.spec.containers.iter().map(|container| &*container.image).collect()
}

#[test]
fn a_source_lists_then_follows_every_change() {
    let running = simulated(&[paused("shop", "web"), paused("shop", "api"), paused("other", "web")]);
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], patient());
    watched.wait_live();
    assert_eq!(watched.rollouts(0).keys().collect::<Vec<_>>(), ["other/web", "shop/api", "shop/web"]);
    assert!(matches!(watched.links()[0], Link::Connecting { .. }));

    change(store(&running), "shop", "web", Part::Main, |object| {
        object["spec"]["template"]["spec"]["containers"][0]["image"] = "web:2".into();
    });
    watched.wait_rollouts(0, "the new image", |set| images(&set["shop/web"]) == ["web:2"]);
    add(store(&running), &paused("shop", "new"));
    watched.wait_rollouts(0, "the new rollout", |set| set.contains_key("shop/new"));
    store(&running).delete(&ROLLOUTS, "shop", "api").unwrap();
    watched.wait_rollouts(0, "the removal", |set| !set.contains_key("shop/api"));
    let resets = watched.all().iter().filter(|n| matches!(n, News::Rollouts(_, Delta::Reset(_)))).count();
    assert_eq!(resets, 1);
    assert!(running.requests().all().iter().all(|seen| seen.agent.starts_with("rolltop/")), "user agent");
}

#[test]
fn a_namespace_and_a_selector_narrow_what_is_seen() {
    let running = simulated(&[paused("shop", "web"), paused("shop", "api"), paused("other", "web")]);
    let mut narrowed = target(0, "test", Scope::Namespaces(vec!["shop".into()]));
    narrowed.selector = Some("app=web".into());
    let watched = Watched::start(access(&running.kubeconfig, false), vec![narrowed], patient());
    watched.wait_live();
    assert_eq!(watched.rollouts(0).into_keys().collect::<Vec<_>>(), ["shop/web"]);
}

#[test]
fn several_namespaces_are_one_set_and_a_new_list_of_one_keeps_the_others() {
    let running = simulated(&[paused("a", "one"), paused("b", "two"), paused("c", "three")]);
    let scope = Scope::Namespaces(vec!["a".into(), "b".into()]);
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", scope)], quick());
    watched.wait_live();
    assert_eq!(watched.rollouts(0).into_keys().collect::<Vec<_>>(), ["a/one", "b/two"]);
    store(&running).compact();
    change(store(&running), "b", "two", Part::Main, |object| object["spec"]["replicas"] = 7.into());
    running.cut_watches("test");
    add(store(&running), &paused("a", "four"));
    watched.wait_rollouts(0, "both changes", |set| {
        set.len() == 3 && set.contains_key("a/four") && set["b/two"].spec.replicas == Some(7)
    });
}

#[test]
fn a_cut_watch_goes_on_from_its_version_without_a_word() {
    let running = simulated(&[paused("shop", "web")]);
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], quick());
    watched.wait_live();
    running.cut_watches("test");
    change(store(&running), "shop", "web", Part::Main, |object| object["spec"]["replicas"] = 9.into());
    watched.wait_rollouts(0, "the change", |set| set["shop/web"].spec.replicas == Some(9));
    assert!(!watched.links().iter().any(|link| matches!(link, Link::Retrying { .. })), "{:?}", watched.links());
    let lists = running.requests().all().iter().filter(|seen| seen.path.contains("sendInitialEvents")).count();
    assert_eq!(lists, 1, "no second list");
}

#[test]
fn a_forgotten_version_leads_to_a_new_list_while_the_old_data_stays() {
    let running = simulated(&[paused("shop", "web")]);
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], patient());
    watched.wait_live();
    running.set_faults("test:watch=500").unwrap();
    running.cut_watches("test");
    watched.wait_link(0, "trouble", |link| matches!(link, Link::Retrying { .. }));
    add(store(&running), &paused("shop", "late"));
    store(&running).compact();
    running.set_faults("").unwrap();
    watched.wait_rollouts(0, "the late one", |set| set.contains_key("shop/late"));
    // At no moment was the set empty again.
    let news = watched.all();
    let first = news.iter().position(|n| matches!(n, News::Rollouts(..))).unwrap();
    for until in first + 1..=news.len() {
        assert!(crate::support::rollouts(&news[..until], 0).contains_key("shop/web"), "gone after {until} news");
    }
}

#[test]
fn an_expired_event_in_the_stream_relists_silently() {
    let running = simulated(&[paused("shop", "web")]);
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], quick());
    watched.wait_live();
    // Between the cut and the new watch the history is gone: the watch is answered with 410.
    running.set_faults("test:watch=300ms*1").unwrap();
    running.cut_watches("test");
    change(store(&running), "shop", "web", Part::Main, |object| object["spec"]["replicas"] = 3.into());
    store(&running).compact();
    watched.wait_rollouts(0, "the change", |set| set["shop/web"].spec.replicas == Some(3));
    assert!(!watched.links().iter().any(|link| matches!(link, Link::Retrying { .. })), "{:?}", watched.links());
}

#[test]
fn a_dead_server_is_retried_with_a_countdown_and_comes_back_by_itself() {
    let running = simulated(&[paused("shop", "web")]);
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], patient());
    watched.wait_live();
    let before = watched.seen();
    running.stop_listening().unwrap();
    let sentence = watched.wait_trouble(before, TroubleKind::Unreachable);
    assert!(sentence.contains("test"), "{sentence}");
    let Some(Link::Retrying { last_heard, next_try, .. }) = watched.links().pop() else {
        panic!("{:?}", watched.links())
    };
    assert!(last_heard.is_some());
    assert!(next_try.duration_since(Timestamp::now()) < SignedDuration::from_secs(1));
    assert_eq!(watched.rollouts(0).len(), 1, "what was known stays");
    add(store(&running), &paused("shop", "meanwhile"));
    let before = watched.seen();
    running.listen_again().unwrap();
    watched.wait_link(before, "live again", |link| *link == Link::Live);
    assert!(watched.rollouts(0).contains_key("shop/meanwhile"));
}

#[test]
fn an_order_to_reconnect_does_not_wait_for_the_countdown() {
    let running = simulated(&[paused("shop", "web")]);
    let slow = Tempo { first: Duration::from_mins(10), most: Duration::from_mins(10), ..Tempo::default() };
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], slow);
    watched.wait_live();
    let before = watched.seen();
    running.stop_listening().unwrap();
    watched.wait_trouble(before, TroubleKind::Unreachable);
    running.listen_again().unwrap();
    let before = watched.seen();
    watched.hub.order(Order::Reconnect(SourceId(0)));
    watched.wait_link(before, "live again", |link| *link == Link::Live);
}

#[test]
fn a_slow_cluster_and_a_silent_one_delay_nobody() {
    let running = simulated(&[paused("shop", "web")]);
    running.set_faults("staging:*=2s").unwrap();
    let silent = Fake::start(|_| Reply::Silence);
    let mut access = access(&running.kubeconfig, false);
    let other = rolltop::cluster::kubeconfig::from_text(&silent.kubeconfig("{}")).unwrap().kubeconfig;
    access.kubeconfig = access.kubeconfig.merge(other).unwrap();
    let targets = vec![target(0, "fake", Scope::All), target(1, "staging", Scope::All), target(2, "test", Scope::All)];
    let begun = Instant::now();
    let watched = Watched::start(access, targets, patient());
    watched.wait("the quick one", |news| news.contains(&News::Link(SourceId(2), Link::Live)).then_some(()));
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert!(!watched.all().contains(&News::Link(SourceId(1), Link::Live)));
    let begun = Instant::now();
    drop(watched);
    assert!(begun.elapsed() < Duration::from_millis(100), "ended after {:?}", begun.elapsed());
}

fn item(name: &str, version: u32) -> Value {
    json!({"metadata": {"name": name, "namespace": "own", "uid": name, "resourceVersion": version.to_string()}})
}

/// A server from before streaming lists: pages of a list, then a watch.
fn old_server(seen: &crate::fake::Seen) -> Reply {
    if seen.target.contains("sendInitialEvents") {
        return status(422, "Invalid", "sendInitialEvents is forbidden for watch");
    }
    if seen.target.contains("watch=true") {
        return open_watch(vec![json!({"type": "ADDED", "object": item("c", 12)})]);
    }
    if seen.target.contains("continue=next") {
        return Reply::Json(200, json!({"metadata": {"resourceVersion": "10"}, "items": [item("b", 2)]}));
    }
    Reply::Json(200, json!({"metadata": {"resourceVersion": "10", "continue": "next"}, "items": [item("a", 1)]}))
}

#[test]
fn without_streaming_lists_pages_of_500_come_first() {
    let fake = Fake::start(old_server);
    let watched = Watched::start(access(&fake.kubeconfig("{}"), false), vec![target(0, "fake", Scope::All)], patient());
    watched.wait_rollouts(0, "all three", |set| set.len() == 3);
    let deltas: Vec<_> =
        watched.all().into_iter().filter_map(|n| if let News::Rollouts(_, d) = n { Some(d) } else { None }).collect();
    assert!(matches!(&deltas[0], Delta::Partial(some) if some.len() == 1), "{deltas:?}");
    assert!(matches!(&deltas[1], Delta::Reset(all) if all.len() == 2), "{deltas:?}");
    assert!(watched.links().contains(&Link::Listing { count: 1 }), "{:?}", watched.links());
    assert_eq!(fake.count("GET", &["limit=500"]), 2);
    assert_eq!(fake.count("GET", &["watch=true", "resourceVersion=10"]), 1, "the watch begins where the list ended");
    assert_eq!(fake.count("GET", &["sendInitialEvents"]), 1);
}

#[test]
fn an_object_that_cannot_be_read_is_a_row_that_says_so() {
    let mut odd = item("odd", 2);
    odd["spec"] = json!({"replicas": "many", "strategy": {"canary": {"steps": [{"pause": {}}]}}});
    let mut hostile = item("hostile", 3);
    hostile["status"] = json!({"message": "red \u{1b}[31m and \u{202e}turned"});
    let fake = Fake::start(move |seen| {
        if seen.target.contains("sendInitialEvents") {
            open_watch(vec![
                json!({"type": "ADDED", "object": odd}),
                json!({"type": "ADDED", "object": hostile}),
                json!({"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "9", "annotations": {"k8s.io/initial-events-end": "true"}}}}),
            ])
        } else {
            status(404, "NotFound", "no")
        }
    });
    let watched = Watched::start(access(&fake.kubeconfig("{}"), false), vec![target(0, "fake", Scope::All)], patient());
    watched.wait_live();
    let set = watched.rollouts(0);
    assert!(set["own/odd"].unreadable.is_some());
    let message = set["own/hostile"].status.message.clone().unwrap();
    assert!(!message.contains('\u{1b}') && !message.contains('\u{202e}') && message.contains("red"), "{message}");
}

#[test]
fn a_connection_that_breaks_in_the_middle_of_the_first_list_leaves_no_half_set() {
    let begun = std::sync::Mutex::new(0);
    let fake = Fake::start(move |seen| {
        if !seen.target.contains("sendInitialEvents") {
            return status(404, "NotFound", "no");
        }
        let mut count = begun.lock().unwrap();
        *count += 1;
        let (send, receive) = mpsc::channel();
        send.send(Piece::Line(json!({"type": "ADDED", "object": item(&format!("try-{count}"), 1)}))).unwrap();
        if *count == 1 {
            send.send(Piece::Cut).unwrap();
            return Reply::Lines(receive);
        }
        let end = json!({"metadata": {"resourceVersion": "9", "annotations": {"k8s.io/initial-events-end": "true"}}});
        open_watch(vec![
            json!({"type": "ADDED", "object": item("try-2", 1)}),
            json!({"type": "BOOKMARK", "object": end}),
        ])
    });
    let watched = Watched::start(access(&fake.kubeconfig("{}"), false), vec![target(0, "fake", Scope::All)], patient());
    watched.wait_live();
    assert_eq!(watched.rollouts(0).into_keys().collect::<Vec<_>>(), ["own/try-2"]);
}

#[test]
fn a_half_open_connection_is_noticed() {
    let (send, receive) = mpsc::channel();
    for line in [
        json!({"type": "ADDED", "object": item("a", 1)}),
        json!({"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "9", "annotations": {"k8s.io/initial-events-end": "true"}}}}),
    ] {
        send.send(Piece::Line(line)).unwrap();
    }
    let first = std::sync::Mutex::new(Some(receive));
    // After the first watch nothing is answered any more, as when a VPN went down.
    let fake = Fake::start(move |_| first.lock().unwrap().take().map_or(Reply::Silence, Reply::Lines));
    let mut access = access(&fake.kubeconfig("{}"), false);
    access.timeout = Duration::from_millis(200);
    let tempo = Tempo { quiet: Duration::from_millis(300), ..patient() };
    let watched = Watched::start(access, vec![target(0, "fake", Scope::All)], tempo);
    watched.wait_live();
    let sentence = watched.wait_trouble(0, TroubleKind::Unreachable);
    assert!(sentence.contains("no answer from fake"), "{sentence}");
    assert_eq!(watched.rollouts(0).len(), 1);
    drop(send);
}

#[test]
fn a_watch_whose_connection_died_alone_misses_nothing_and_is_not_vouched_for_by_others() {
    let (send, receive) = mpsc::channel();
    for line in [
        json!({"type": "ADDED", "object": item("a", 1)}),
        json!({"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "9", "annotations": {"k8s.io/initial-events-end": "true"}}}}),
    ] {
        send.send(Piece::Line(line)).unwrap();
    }
    let first = std::sync::Mutex::new(Some(receive));
    // The first watch never says anything more, as when a gateway forgot its connection; new connections are well.
    let fake = Fake::start(move |seen| match first.lock().unwrap().take() {
        Some(lines) => Reply::Lines(lines),
        None if seen.target.contains("resourceVersion=9") => {
            open_watch(vec![json!({"type": "ADDED", "object": item("missed", 10)})])
        }
        None => Reply::Json(200, json!({})),
    });
    let tempo = Tempo { quiet: Duration::from_millis(300), ..patient() };
    let watched = Watched::start(access(&fake.kubeconfig("{}"), false), vec![target(0, "fake", Scope::All)], tempo);
    watched.wait_live();
    watched.wait_rollouts(0, "what was missed", |set| set.contains_key("own/missed"));
    drop(send);
}

#[test]
fn a_quiet_watch_is_no_stale_one_while_the_server_answers() {
    let running = simulated(&[paused("shop", "web")]);
    let tempo = Tempo { watch: Duration::from_secs(1), quiet: Duration::from_millis(1200), ..patient() };
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], tempo);
    watched.wait_live();
    let heard = |news: &[News]| news.iter().filter(|n| matches!(n, News::Heard(..))).count();
    // Nothing happens in the cluster; contact is told all the same, at most once a second.
    watched.wait("contact", |news| (heard(news) >= 3).then_some(()));
    assert!(!watched.links().iter().any(|link| matches!(link, Link::Retrying { .. })), "{:?}", watched.links());
}

#[test]
fn children_are_watched_only_while_their_rollout_is_open() {
    let running = simulated(&[paused("shop", "web")]);
    add_children(store(&running), "shop", "web");
    add_children(store(&running), "shop", "api");
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], quick());
    watched.wait_live();
    let detail = DetailId(7);
    watched.hub.order(Order::OpenDetail {
        detail,
        key: key(0, "shop", "web"),
        uid: "".into(),
        selector: Some("app=web".into()),
        workload: None,
    });
    let (sets, pods) = watched.wait("both kinds", |news| {
        let sets = news.iter().find_map(|n| match n {
            News::ReplicaSets(d, Delta::Reset(all)) if *d == detail => Some(all.clone()),
            _ => None,
        })?;
        let pods = news.iter().find_map(|n| match n {
            News::Pods(d, Delta::Reset(all)) if *d == detail => Some(all.clone()),
            _ => None,
        })?;
        Some((sets, pods))
    });
    assert_eq!((&*sets[0].meta.name, &*pods[0].meta.name, sets.len(), pods.len()), ("web-rs", "web-pod", 1, 1));
    watched.hub.order(Order::CloseDetail(detail));
    // A later detail is answered after the closing was carried out.
    let second = DetailId(8);
    watched.hub.order(Order::OpenDetail {
        detail: second,
        key: key(0, "shop", "api"),
        uid: "".into(),
        selector: Some("app=api".into()),
        workload: None,
    });
    watched.wait("the second", |n| n.iter().any(|n| matches!(n, News::Pods(d, _) if *d == second)).then_some(()));
    let before = watched.seen();
    store(&running).delete(&rolltop::demo::store::PODS, "shop", "web-pod").unwrap();
    store(&running).delete(&rolltop::demo::store::PODS, "shop", "api-pod").unwrap();
    watched.wait_after(before, "the removal", |n| {
        n.iter().any(|n| matches!(n, News::Pods(d, _) if *d == second)).then_some(())
    });
    assert!(!watched.all()[before..].iter().any(|n| matches!(n, News::Pods(d, _) if *d == detail)));
}

#[test]
fn who_may_not_read_pods_still_sees_replica_sets() {
    let running = simulated(&[paused("shop", "web")]);
    add_children(store(&running), "shop", "web");
    running.set_faults("test:list/pods=403;test:watch/pods=403").unwrap();
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], quick());
    let detail = DetailId(1);
    watched.hub.order(Order::OpenDetail {
        detail,
        key: key(0, "shop", "web"),
        uid: "".into(),
        selector: Some("app=web".into()),
        workload: None,
    });
    let trouble = watched.wait("trouble with pods", |news| {
        news.iter().find_map(|n| match n {
            News::DetailTrouble(_, "pods", Some(trouble)) => Some(trouble.clone()),
            _ => None,
        })
    });
    assert_eq!(trouble.kind, TroubleKind::Forbidden);
    assert_eq!(
        trouble.hint.as_deref(),
        Some(r#"the role needs: list pods, by the rule - {apiGroups: [""], resources: [pods], verbs: [list]}"#)
    );
    watched.wait("the ReplicaSets", |n| n.iter().any(|n| matches!(n, News::ReplicaSets(..))).then_some(()));
    assert!(!watched.all().iter().any(|n| matches!(n, News::DetailTrouble(_, "replicasets", _))));
    watched.wait_live();
}

#[test]
fn a_detail_without_selector_asks_for_nothing() {
    let running = simulated(&[paused("shop", "web")]);
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], quick());
    watched.hub.order(Order::OpenDetail {
        detail: DetailId(1),
        key: key(0, "shop", "web"),
        uid: "".into(),
        selector: Some(String::new()),
        workload: None,
    });
    watched.wait("trouble", |n| n.iter().any(|n| matches!(n, News::DetailTrouble(_, "pods", Some(_)))).then_some(()));
    assert!(!running.requests().all().iter().any(|seen| seen.path.contains("/pods")));
}

#[test]
fn the_clusters_clock_is_told_when_it_differs() {
    let running = simulated(&[paused("shop", "web")]);
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], quick());
    let skew = watched.wait("the skew", |news| {
        news.iter().find_map(|n| if let News::Skew(_, skew) = n { Some(*skew) } else { None })
    });
    let expected = running.clock.now().duration_since(Timestamp::now());
    assert!((skew - expected).abs() < SignedDuration::from_secs(3), "{skew} for {expected}");
}

#[test]
fn a_followed_rollout_tells_its_changes_its_loss_and_its_end() {
    let running = simulated(&[paused("shop", "web"), paused("shop", "api")]);
    let access = access(&running.kubeconfig, false);
    block_on(async {
        let connection = Connection::open(&access, "test").await.unwrap();
        let mut follow = connection.follow(&"shop".into(), "web");
        let Some(Followed::Is(rollout)) = follow.next().await else { panic!() };
        assert_eq!(&*rollout.meta.name, "web");
        change(store(&running), "shop", "api", Part::Main, |object| object["spec"]["replicas"] = 5.into());
        change(store(&running), "shop", "web", Part::Main, |object| object["spec"]["replicas"] = 6.into());
        let Some(Followed::Is(rollout)) = follow.next().await else { panic!() };
        assert_eq!((&*rollout.meta.name, rollout.spec.replicas), ("web", Some(6)));
        running.stop_listening().unwrap();
        let Some(Followed::Lost { trouble, .. }) = follow.next().await else { panic!() };
        assert_eq!(trouble.kind, TroubleKind::Unreachable);
        running.listen_again().unwrap();
        store(&running).delete(&ROLLOUTS, "shop", "web").unwrap();
        let mut last = follow.next().await;
        while matches!(last, Some(Followed::Lost { .. } | Followed::Is(_))) {
            last = follow.next().await;
        }
        assert_eq!(last, Some(Followed::Gone));
    });
}

#[test]
fn news_of_contact_come_at_most_once_a_second() {
    let running = simulated(&[paused("shop", "web")]);
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], quick());
    watched.wait_live();
    let begun = Instant::now();
    for replicas in 0..200 {
        change(store(&running), "shop", "web", Part::Main, |object| object["spec"]["replicas"] = replicas.into());
    }
    watched.wait_rollouts(0, "the last", |set| set["shop/web"].spec.replicas == Some(199));
    let heard = watched.all().iter().filter(|n| matches!(n, News::Heard(..))).count();
    assert!(heard as u64 <= 2 + begun.elapsed().as_secs(), "{heard}");
}

#[test]
fn an_order_to_reconnect_lists_anew_though_the_watch_is_up() {
    let running = simulated(&[paused("shop", "web")]);
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], patient());
    watched.wait_live();
    let before = watched.seen();
    watched.hub.order(Order::Reconnect(SourceId(0)));
    watched.wait_after(before, "a new list", |news| {
        news.iter().any(|n| matches!(n, News::Rollouts(_, Delta::Reset(all)) if all.len() == 1)).then_some(())
    });
    assert!(!watched.links().iter().any(|link| matches!(link, Link::Retrying { .. })), "{:?}", watched.links());
}

#[test]
fn what_changes_while_the_first_list_is_streamed_is_in_it_once_as_it_is_last() {
    let fake = Fake::start(move |seen| {
        if !seen.target.contains("sendInitialEvents") {
            return status(404, "NotFound", "no");
        }
        let end = json!({"metadata": {"resourceVersion": "9", "annotations": {"k8s.io/initial-events-end": "true"}}});
        let mut changed = item("a", 7);
        changed["spec"]["replicas"] = 7.into();
        open_watch(vec![
            json!({"type": "ADDED", "object": item("a", 1)}),
            json!({"type": "ADDED", "object": item("b", 2)}),
            json!({"type": "MODIFIED", "object": changed}),
            json!({"type": "BOOKMARK", "object": end}),
        ])
    });
    let watched = Watched::start(access(&fake.kubeconfig("{}"), false), vec![target(0, "fake", Scope::All)], patient());
    let all = watched.wait("the list", |news| {
        news.iter().find_map(|n| if let News::Rollouts(_, Delta::Reset(all)) = n { Some(all.clone()) } else { None })
    });
    let mut found: Vec<_> = all.iter().map(|object| (&*object.meta.name, object.spec.replicas)).collect();
    found.sort_unstable();
    assert_eq!((found.len(), found[0]), (2, ("a", Some(7))));
}

#[test]
fn a_first_list_may_take_longer_than_a_watch_lasts() {
    let running = simulated(&[paused("shop", "web")]);
    let tempo = Tempo { watch: Duration::from_secs(1), quiet: Duration::from_millis(300), ..patient() };
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], tempo);
    watched.wait_live();
    let seconds = |path: &str| -> u64 {
        path.split("timeoutSeconds=").nth(1).and_then(|rest| rest.split('&').next()?.parse().ok()).unwrap()
    };
    watched.wait("contact", |_| {
        let all = running.requests().all();
        let lists: Vec<_> = all.iter().filter(|seen| seen.path.contains("sendInitialEvents")).collect();
        let watches =
            all.iter().filter(|seen| seen.path.contains("watch=") && !seen.path.contains("sendInitialEvents"));
        let watches: Vec<_> = watches.collect();
        assert!(lists.len() == 1 && seconds(&lists[0].path) >= 300, "{lists:?}");
        watches.first().map(|watch| assert_eq!(seconds(&watch.path), 1))
    });
    assert!(!watched.links().iter().any(|link| matches!(link, Link::Retrying { .. })), "{:?}", watched.links());
}
