//! Screens: opening, going back, leaving, help, log, sizes.

use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::model::{Body, Pane, RolloutPage};
use crate::app::node::Node;
use crate::app::screen::Screen;
use crate::app::testing::*;
use crate::argo::feed::{Delta, DetailId, News, Order};
use crate::argo::pod::Pod;
use crate::argo::replicaset::ReplicaSet;
use serde_json::json;
use std::sync::Arc;

fn page(script: &Script) -> RolloutPage {
    match script.model().body {
        Body::Rollout(page) => *page,
        other => panic!("no rollout but {other:?}"),
    }
}

fn opened(script: &mut Script) -> Vec<DetailId> {
    let details = script.take().into_iter().filter_map(|effect| match effect {
        Effect::Order(Order::OpenDetail { detail, .. }) => Some(detail),
        _ => None,
    });
    details.collect()
}

fn replica_set(uid: &str) -> Arc<ReplicaSet> {
    let value = json!({"metadata": {"name": format!("checkout-{uid}"), "namespace": "shop", "uid": uid,
        "labels": {"rollouts-pod-template-hash": "new"}, "annotations": {"rollout.argoproj.io/revision": "2"},
        "ownerReferences": [{"kind": "Rollout", "name": "checkout", "uid": "uid-checkout", "controller": true}]},
        "spec": {"replicas": 1}, "status": {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1}});
    Arc::new(serde_json::from_value(value).unwrap())
}

#[test]
fn enter_opens_the_rollout_and_watches_its_children_and_back_ends_that() {
    let mut script = Script::fleet();
    script.on_checkout().keys("Enter");
    assert_eq!(script.path(), "rolltop › production › checkout");
    let effects = script.take();
    let [Effect::Order(Order::OpenDetail { detail, key, selector, .. })] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!((key.source, &*key.name, selector.as_deref()), (PRODUCTION, "checkout", Some("app=checkout")));
    let detail = *detail;
    script.keys("h");
    assert_eq!(script.take(), [Effect::Order(Order::CloseDetail(detail))]);
    assert_eq!(script.cursor(), ("checkout".to_owned(), 2));
}

#[test]
fn children_come_into_the_page_and_late_news_of_an_old_detail_does_not() {
    let mut script = Script::fleet();
    script.on_checkout().keys("Enter");
    let old = opened(&mut script)[0];
    assert!(page(&script).revisions_note.contains("loading"));
    script.keys("h Enter");
    let new = opened(&mut script)[0];
    assert_ne!(old, new);
    script.news(News::ReplicaSets(old, Delta::Reset(vec![replica_set("late")])));
    assert!(page(&script).revisions.is_empty());
    script.state.take_dirty();
    script.news(News::ReplicaSets(new, Delta::Reset(vec![replica_set("a")])));
    assert!(script.state.take_dirty());
    assert!(!page(&script).revisions.is_empty());
    script.news(News::Pods(new, Delta::<Pod>::Reset(Vec::new())));
    assert_eq!(page(&script).revisions_note, "");
    script.news(News::DetailTrouble(new, "pods", Some(trouble(crate::argo::feed::TroubleKind::Forbidden))));
    assert_eq!(page(&script).revisions_note, "no answer from prod-eu");
    script.news(News::DetailTrouble(new, "pods", None));
    script.news(News::ReplicaSets(
        new,
        Delta::Remove { namespace: "shop".into(), name: "checkout-a".into(), uid: "a".into() },
    ));
    assert!(page(&script).revisions.is_empty());
}

#[test]
fn help_over_the_page_keeps_its_children_watched() {
    let mut script = Script::fleet();
    script.on_checkout().keys("Enter");
    script.take();
    script.keys("? Esc @ q");
    assert_eq!(script.take(), []);
    assert_eq!(script.path(), "rolltop › production › checkout");
}

#[test]
fn a_rollout_that_is_made_anew_is_watched_anew() {
    let mut script = Script::fleet();
    script.on_checkout().keys("Enter");
    script.take();
    script.remove(PRODUCTION, "checkout");
    let Body::Text(text) = script.model().body else { panic!("no text") };
    assert!(text.lines[0].contains("not there any more"), "{:?}", text.lines);
    assert!(matches!(script.take().as_slice(), [Effect::Order(Order::CloseDetail(_))]));
    script.upsert(PRODUCTION, paused("checkout", 9));
    assert_eq!(opened(&mut script).len(), 1);
    assert!(page(&script).headline.starts_with("Paused"));
}

#[test]
fn q_closes_layer_after_layer_and_quits_on_the_overview() {
    let mut script = Script::fleet();
    script.on_checkout().keys("v Enter ?").take();
    script.keys("q q q");
    assert!(!script.take().iter().any(|effect| matches!(effect, Effect::Quit(_))));
    assert_eq!(script.path(), "rolltop");
    script.keys("q");
    assert_eq!(script.take(), [Effect::Quit(0)]);
}

#[test]
fn esc_never_quits() {
    let mut script = Script::fleet();
    script.on_checkout().keys("Enter Esc Esc Esc Esc");
    assert!(!script.take().iter().any(|effect| matches!(effect, Effect::Quit(_))));
    assert_eq!(script.path(), "rolltop");
}

#[test]
fn a_capital_q_quits_from_anywhere() {
    let mut script = Script::fleet();
    script.on_checkout().keys("Enter ?").take();
    script.keys("Q");
    assert_eq!(script.take(), [Effect::Quit(0)]);
}

#[test]
fn ctrl_c_quits_when_pressed_twice_within_two_seconds() {
    let mut script = Script::fleet();
    script.take();
    script.keys("Ctrl-c");
    assert!(script.toast().contains("Ctrl-C again"));
    assert_eq!(script.take(), []);
    script.silence(2_100);
    assert_eq!(script.toast(), "");
    script.keys("Ctrl-c j Ctrl-c");
    assert_eq!(script.take(), [], "another key in between");
    script.silence(500).keys("Ctrl-c");
    assert_eq!(script.take(), [Effect::Quit(130)]);
}

#[test]
fn suspend_and_repaint_work_everywhere_even_in_a_dialog() {
    let mut script = Script::fleet();
    script.on_checkout().keys("p").wait(1).take();
    script.keys("Ctrl-z Ctrl-l");
    assert_eq!(script.take(), [Effect::Suspend, Effect::Repaint]);
    assert!(script.model().dialog.is_some());
}

#[test]
fn the_panes_take_the_focus_in_turn_and_scroll_on_their_own() {
    let mut script = Script::fleet();
    script.on_checkout().keys("Enter");
    assert_eq!((page(&script).focus, page(&script).steps_scroll), (Pane::Steps, None));
    script.state.page_rows = 2;
    script.keys("j j");
    assert_eq!(page(&script).steps_scroll, Some(2));
    script.keys("g");
    assert_eq!(page(&script).steps_scroll, Some(0));
    script.keys("Tab");
    assert_eq!((page(&script).focus, page(&script).scroll), (Pane::Revisions, None));
    script.keys("S-Tab S-Tab z");
    assert_eq!((page(&script).focus, page(&script).zoom), (Pane::Conditions, true), "empty panes are left out");
}

/// A page with two revisions; the names of its pods.
fn with_pods(script: &mut Script, pods: &[&str]) -> DetailId {
    script.on_checkout().keys("Enter");
    let detail = opened(script)[0];
    script.news(News::ReplicaSets(detail, Delta::Reset(vec![replica_set("a")])));
    script.news(News::Pods(detail, Delta::Reset(pods.iter().map(|name| pod(name)).collect())));
    detail
}

fn pod(name: &str) -> Arc<Pod> {
    let value = json!({"metadata": {"name": name, "namespace": "shop", "uid": format!("uid-{name}"),
        "creationTimestamp": "2026-03-01T13:00:00Z",
        "labels": {"rollouts-pod-template-hash": "new"},
        "ownerReferences": [{"kind": "ReplicaSet", "name": "checkout-a", "uid": "a", "controller": true}]},
        "spec": {"containers": [{"name": "main"}]},
        "status": {"phase": "Running", "containerStatuses": [{"name": "main", "ready": true, "state": {"running": {}}}]}});
    Arc::new(serde_json::from_value(value).unwrap())
}

fn under_cursor(script: &Script) -> String {
    let page = page(script);
    page.cursor.and_then(|at| page.revisions.get(at)).map(|line| line.name.clone()).unwrap_or_default()
}

#[test]
fn the_cursor_of_the_tree_stays_on_its_pod_when_rows_move_and_on_its_place_when_it_goes() {
    let mut script = Script::fleet();
    let detail = with_pods(&mut script, &["p2", "p3", "p4"]);
    assert_eq!(script.state.node(), Node::Rollout, "the steps have the focus");
    script.keys("Tab j j");
    assert_eq!(under_cursor(&script), "p3");
    assert_eq!(script.state.node(), Node::Pod("p3".into(), "uid-p3".into()));
    script.news(News::Pods(detail, Delta::Upsert(pod("p1"))));
    assert_eq!(under_cursor(&script), "p3", "{:?}", page(&script).revisions);
    script
        .news(News::Pods(detail, Delta::Remove { namespace: "shop".into(), name: "p3".into(), uid: "uid-p3".into() }));
    assert_ne!(under_cursor(&script), "p3");
    assert!(page(&script).cursor.is_some());
}

#[test]
fn f_folds_and_unfolds_pods_and_the_cursor_stays_with_them() {
    let mut script = Script::fleet();
    let names: Vec<String> = (0..40).map(|at| format!("pod-{at:02}")).collect();
    with_pods(&mut script, &names.iter().map(String::as_str).collect::<Vec<_>>());
    script.keys("Tab j");
    assert_eq!((under_cursor(&script).as_str(), page(&script).revisions.len()), ("40 pods", 2));
    script.keys("f");
    assert_eq!((under_cursor(&script).as_str(), page(&script).revisions.len()), ("pod-00", 41));
    script.keys("G f");
    assert_eq!((under_cursor(&script).as_str(), page(&script).revisions.len()), ("40 pods", 2));
    script.keys("k f");
    assert_eq!(page(&script).revisions.len(), 1);
    assert_eq!(page(&script).revisions[0].hidden, 40);
    script.keys("f S-Tab f");
    assert!(script.toast().contains("nothing to fold"), "{}", script.toast());
}

#[test]
fn a_page_that_was_left_is_found_again_as_it_was() {
    let mut script = Script::fleet();
    let names: Vec<String> = (0..40).map(|at| format!("pod-{at:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    with_pods(&mut script, &names);
    script.keys("Tab j f G");
    assert_eq!(under_cursor(&script), "pod-39");
    script.keys("Esc");
    with_pods(&mut script, &names);
    assert_eq!((under_cursor(&script).as_str(), page(&script).revisions.len()), ("pod-39", 41));
}

#[test]
fn esc_makes_a_pane_small_again_before_it_leaves_the_page() {
    let mut script = Script::fleet();
    with_pods(&mut script, &["p1"]);
    script.keys("Tab z");
    assert!(page(&script).zoom);
    script.keys("Esc");
    assert!(!page(&script).zoom);
    script.keys("Esc");
    assert!(matches!(script.state.screen(), Screen::Matrix));
}

#[test]
fn enter_opens_what_is_under_the_cursor() {
    let mut script = Script::fleet();
    with_pods(&mut script, &["p1"]);
    script.keys("Enter");
    assert!(matches!(script.state.screen(), Screen::Document(_)), "{:?}", script.state.screen());
    script.keys("h Tab j Enter");
    assert!(matches!(script.state.screen(), Screen::Logs(_)), "{:?}", script.state.screen());
    script.keys("h k Enter");
    assert!(matches!(script.state.screen(), Screen::Document(_)));
    assert_eq!(script.state.node(), Node::ReplicaSet("checkout-a".into(), "a".into()));
}

#[test]
fn on_a_page_the_channel_keys_go_to_the_same_service() {
    let mut script = Script::fleet();
    script.on_checkout().keys("Enter [");
    assert_eq!(script.path(), "rolltop › staging › checkout");
    script.keys("1");
    assert_eq!(script.path(), "rolltop › test › checkout");
    script.keys("0");
    assert_eq!(script.path(), "rolltop");
    script.keys("g 2 j j Enter");
    let before = script.path();
    script.keys("-");
    assert_ne!(script.path(), before);
    script.keys("-");
    assert_eq!(script.path(), before);
}

#[test]
fn the_next_that_needs_a_person_opens_from_page_to_page() {
    let mut script = Script::fleet();
    script.on_checkout().keys("Enter .");
    assert_eq!(script.path(), "rolltop › staging › payments");
    script.keys(".");
    assert_eq!(script.path(), "rolltop › production › checkout");
}

#[test]
fn help_lists_the_keys_of_the_screen_it_was_asked_from() {
    let mut script = Script::fleet();
    script.on_checkout().keys("Enter ?");
    let Body::Help(help) = script.model().body else { panic!("no help") };
    assert_eq!(help.screen, "rollout");
    let words: Vec<&str> = help.groups.iter().flat_map(|(_, lines)| lines).map(|line| line.words.as_str()).collect();
    assert!(words.contains(&"let the pane fill the screen") && !words.contains(&"another order of the list"));
    script.keys("? j");
    let Body::Help(help) = script.model().body else { panic!("no help") };
    assert_eq!(help.scroll, 1, "a second ? opens no second help");
}

#[test]
fn the_log_follows_its_end_until_it_is_scrolled() {
    let mut script = Script::fleet();
    for n in 0..60 {
        script.news(News::Note(TEST, format!("line {n}")));
    }
    script.keys("@");
    script.event(Event::Placed { page_rows: 10 });
    let last = |script: &Script| match script.model().body {
        Body::Log(log) => log.lines.last().map(|(_, _, words)| words.clone()).unwrap(),
        other => panic!("no log but {other:?}"),
    };
    assert_eq!(last(&script), "test: line 59");
    script.keys("k");
    assert_eq!(last(&script), "test: line 58");
    script.news(News::Note(TEST, "line 60".to_owned()));
    assert_eq!(last(&script), "test: line 58");
    script.keys("G");
    assert_eq!(last(&script), "test: line 60");
}

#[test]
fn without_a_kubeconfig_the_first_screen_shows_the_way_into_the_demo() {
    let mut setup = setup();
    setup.first_run = Some("no kubeconfig: ~/.kube/config is not there".to_owned());
    setup.sources.clear();
    setup.settings.channels.clear();
    let mut script = Script::new(setup);
    let Body::Text(text) = script.model().body else { panic!("no text") };
    assert!(text.lines[0].contains("no kubeconfig"));
    assert!(text.lines.iter().any(|line| line.contains("rolltop demo")));
    // What it says to write is what rolltop reads.
    let settings =
        text.lines.iter().skip_while(|line| !line.contains("[[")).map_while(|line| line.strip_prefix("    "));
    let settings: Vec<&str> = settings.collect();
    let file = crate::config::file::parse(std::path::Path::new("config.toml"), &settings.join("\n"));
    assert!(file.is_ok_and(|file| file.channels.len() == 1), "{settings:?}");
    script.keys("? q q");
    assert_eq!(script.take(), [Effect::Quit(0)]);
}

#[test]
fn every_size_has_a_model_and_the_smallest_say_so() {
    let mut script = Script::fleet();
    for (columns, rows, small) in [(1, 1, true), (19, 6, true), (20, 5, true), (20, 6, false), (500, 200, false)] {
        script.event(Event::Resize(columns, rows));
        assert_eq!(script.model().too_small.is_some(), small, "{columns}x{rows}");
    }
    script.event(Event::Resize(0, 0));
    assert_eq!(script.model().too_small, None, "0x0 is what a pseudo-terminal says that does not know");
}

#[test]
fn ribbons_say_what_is_true_of_the_whole_screen() {
    let mut setup = setup();
    setup.demo = true;
    setup.read_only = true;
    assert_eq!(Script::new(setup).model().header.ribbons, ["DEMO", "read-only"]);
}

#[test]
fn a_protected_channel_is_marked_in_the_path() {
    let mut script = Script::fleet();
    script.keys("3");
    assert_eq!(script.model().header.strong, Some(1));
    script.keys("1");
    assert_eq!(script.model().header.strong, None);
}

#[test]
fn copying_gives_the_name_of_the_object() {
    let mut script = Script::fleet();
    script.on_checkout().keys("c");
    assert_eq!(script.take(), [Effect::Copy("checkout".to_owned())]);
    assert!(script.toast().contains("8 characters"));
}

#[test]
fn a_message_goes_by_itself() {
    let mut script = Script::fleet();
    script.event(Event::Fault("task died".to_owned()));
    assert!(script.toast().contains("task died"));
    let due = script.state.next_tick().unwrap();
    assert!(due <= script.now + jiff::SignedDuration::from_secs(8));
    script.wait(9);
    assert_eq!(script.toast(), "");
}
