//! Logs: which streams are open, what is shown of them, and what the keys do.

use super::closer::*;
use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::model::{Body, LogRow, LogsPage};
use crate::app::testing::*;
use crate::argo::feed::{Delta, LogLine, LogNews, LogsId, News, Order, TroubleKind};
use crate::names::Namespace;
use jiff::SignedDuration;

fn page(script: &Script) -> LogsPage {
    match script.model().body {
        Body::Logs(page) => *page,
        other => panic!("no logs but {other:?}"),
    }
}

/// Streams that were opened since the last look: number, pod and container.
fn streams(script: &mut Script) -> Vec<(LogsId, String)> {
    let opened = script.take().into_iter().filter_map(|effect| match effect {
        Effect::Order(Order::OpenLogs { logs, sources, .. }) => {
            let before = if sources[0].previous { " before" } else { "" };
            Some((logs, format!("{} {}{before}", sources[0].pod, sources[0].container)))
        }
        _ => None,
    });
    opened.collect()
}

fn closed(script: &mut Script) -> Vec<LogsId> {
    let ended = script.take().into_iter().filter_map(|effect| match effect {
        Effect::Order(Order::CloseLogs(id)) => Some(id),
        _ => None,
    });
    ended.collect()
}

fn line(second: i64, text: &str) -> LogLine {
    LogLine {
        source: 0,
        at: start().checked_add(SignedDuration::from_secs(second)).ok(),
        text: text.into(),
        removed: false,
    }
}

fn told(script: &mut Script, id: LogsId, lines: &[(i64, &str)]) {
    let lines = lines.iter().map(|(second, text)| line(*second, text)).collect();
    script.news(News::Logs(id, LogNews::Lines(lines)));
}

/// Up to and with the row at the bottom.
fn shown(script: &Script) -> Vec<String> {
    let page = page(script);
    let rows = page.rows.iter().take(page.bottom + 1).map(|row| match row {
        LogRow::Line { tag, text, hit, current, .. } => {
            format!("{}{}{tag} {text}", if *current { ">" } else { "" }, if *hit { "/" } else { "" })
        }
        LogRow::Rule { words, .. } => format!("--- {words}"),
    });
    rows.collect()
}

fn last(script: &Script) -> String {
    shown(script).pop().unwrap_or_default()
}

#[test]
fn the_canary_is_read_first_one_stream_per_pod_and_back_closes_them() {
    let (mut script, _) = opened("l");
    let open = streams(&mut script);
    let names: Vec<&str> = open.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["checkout-new-aaaaa app", "checkout-new-bbbbb app"]);
    assert_eq!(page(&script).title, "canary revision 2, 2 pods");
    assert_eq!(script.model().header.summary, "canary revision 2, 2 pods · following");
    script.keys("Esc");
    let mut ended = closed(&mut script);
    ended.sort();
    assert_eq!(ended, open.iter().map(|(id, _)| *id).collect::<Vec<_>>());
}

#[test]
fn lines_of_all_pods_stand_in_the_order_of_time_with_their_pod_in_front() {
    let (mut script, _) = opened("l");
    let open = streams(&mut script);
    told(&mut script, open[0].0, &[(1, "a1"), (3, "a3")]);
    told(&mut script, open[1].0, &[(2, "b2"), (4, "b4")]);
    assert_eq!(shown(&script), ["aaaaa a1", "bbbbb b2", "aaaaa a3", "bbbbb b4"]);
    let LogRow::Line { time, color: first, .. } = page(&script).rows[0].clone() else { panic!() };
    let LogRow::Line { color: second, .. } = page(&script).rows[1].clone() else { panic!() };
    assert_eq!(time, "14:00:01");
    assert_ne!(first, second);
    assert_eq!(page(&script).status, "dropped 0 lines · buffer 4 of 5,000 · escape codes removed: 0");
}

#[test]
fn a_pod_that_comes_is_read_and_one_that_goes_leaves_its_lines_and_a_word() {
    let (mut script, id) = opened("l");
    let open = streams(&mut script);
    told(&mut script, open[0].0, &[(1, "a1")]);
    script.news(News::Pods(id, Delta::Upsert(pod("new", "ddddd", 0))));
    assert_eq!(streams(&mut script)[0].1, "checkout-new-ddddd app");
    let gone = Delta::Remove {
        namespace: Namespace::from("shop"),
        name: "checkout-new-aaaaa".into(),
        uid: "pod-aaaaa".into(),
    };
    script.news(News::Pods(id, gone));
    assert_eq!(closed(&mut script), [open[0].0]);
    assert_eq!(shown(&script), ["aaaaa a1", "--- pod checkout-new-aaaaa is gone"]);
}

#[test]
fn tab_goes_to_the_stable_pods_and_back() {
    let (mut script, _) = opened("l");
    let open = streams(&mut script);
    told(&mut script, open[0].0, &[(1, "a1")]);
    script.keys("Tab");
    assert_eq!(streams(&mut script), [(LogsId(open[1].0.0 + 1), "checkout-old-ccccc app".to_owned())]);
    assert_eq!(page(&script).title, "stable revision 1, 1 pod");
    assert!(shown(&script).is_empty() && page(&script).empty.starts_with("waiting"));
    script.keys("Tab");
    assert_eq!(page(&script).title, "canary revision 2, 2 pods");
}

#[test]
fn the_pods_stay_the_same_when_the_canary_becomes_stable() {
    let (mut script, _) = opened("l");
    streams(&mut script);
    script.upsert(PRODUCTION, healthy("checkout", 9));
    script.news(News::Pods(detail_of(&script), Delta::Upsert(pod("new", "bbbbb", 0))));
    assert!(closed(&mut script).is_empty());
    assert_eq!(page(&script).title, "stable revision 2, 2 pods");
}

fn detail_of(script: &Script) -> crate::argo::feed::DetailId {
    script.state.detail.as_ref().unwrap().id
}

#[test]
fn scrolling_up_holds_and_the_end_follows_again() {
    let (mut script, _) = opened("l");
    let open = streams(&mut script);
    script.event(Event::Placed { page_rows: 5 });
    for second in 0..20 {
        told(&mut script, open[0].0, &[(second, &format!("line {second}"))]);
    }
    assert_eq!(last(&script), "aaaaa line 19");
    script.keys("k k");
    assert_eq!((last(&script).as_str(), page(&script).mode.as_str()), (">aaaaa line 17", "held"));
    told(&mut script, open[0].0, &[(30, "new")]);
    assert_eq!(last(&script), ">aaaaa line 17", "what comes does not move what is read");
    script.keys("g");
    assert_eq!(last(&script), ">aaaaa line 4", "the first page is full");
    script.keys("G");
    assert_eq!((last(&script).as_str(), page(&script).mode.as_str()), ("aaaaa new", "following"));
    script.keys("f");
    told(&mut script, open[0].0, &[(31, "newer")]);
    assert_eq!(last(&script), ">aaaaa new");
    script.keys("Space");
    assert_eq!(last(&script), "aaaaa newer");
}

#[test]
fn a_held_line_that_is_not_kept_any_more_gives_way_to_the_oldest() {
    let (mut script, _) = opened("l");
    let open = streams(&mut script);
    told(&mut script, open[0].0, &[(0, "first"), (1, "second")]);
    script.keys("k");
    let lines = (10..5_100).map(|second| line(second, "x")).collect();
    script.news(News::Logs(open[0].0, LogNews::Lines(lines)));
    assert_eq!(page(&script).bottom, 0);
    assert_eq!(page(&script).status, "dropped 0 lines · buffer 5,000 of 5,000 · escape codes removed: 0");
}

#[test]
fn a_search_marks_its_hits_as_it_is_typed_and_n_goes_to_them() {
    let (mut script, _) = opened("l");
    let open = streams(&mut script);
    script.event(Event::Placed { page_rows: 3 });
    told(&mut script, open[0].0, &[(1, "timeout 1"), (2, "x"), (3, "Timeout 2"), (4, "x"), (5, "x"), (6, "x")]);
    script.keys("/ t i m e o");
    assert_eq!(page(&script).found, "hits 2 of 6");
    assert_eq!(script.model().filter_input, Some(("timeo".to_owned(), 5)));
    script.keys("Enter n");
    assert_eq!(page(&script).found, "hit 2 of 2 in 6");
    assert!(shown(&script).contains(&">/aaaaa Timeout 2".to_owned()), "{:?}", shown(&script));
    script.keys("n");
    assert_eq!(script.toast(), "no later hit: N goes back");
    script.keys("N");
    assert_eq!(page(&script).found, "hit 1 of 2 in 6");
    script.keys("!");
    assert_eq!(page(&script).rows.len(), 2, "the hits alone");
    told(&mut script, open[0].0, &[(7, "timeout 3"), (8, "y")]);
    assert_eq!(page(&script).found, "hit 1 of 3 in 8");
    script.keys("Esc");
    assert_eq!((page(&script).found.as_str(), script.path().contains("logs")), ("", true), "Esc ends the search first");
    script.keys("Esc");
    assert_eq!(script.path(), "rolltop");
}

#[test]
fn containers_and_pods_are_chosen_in_a_list() {
    let (mut script, _) = opened("l");
    let open = streams(&mut script);
    told(&mut script, open[0].0, &[(1, "a1")]);
    told(&mut script, open[1].0, &[(2, "b2")]);
    script.keys(",");
    let rows = page(&script).picker.unwrap();
    let rows: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.on, row.selected)).collect();
    assert_eq!(
        rows,
        [
            ("app", true, true),
            ("proxy", false, false),
            ("checkout-new-aaaaa", true, false),
            ("checkout-new-bbbbb", true, false)
        ]
    );
    script.keys("j j Space");
    assert_eq!(closed(&mut script), [open[0].0]);
    assert_eq!(shown(&script), ["bbbbb b2"], "its lines go with it");
    script.keys("k Space");
    assert_eq!(streams(&mut script)[0].1, "checkout-new-bbbbb proxy");
    script.keys("a Enter");
    assert!(page(&script).picker.is_none());
    assert_eq!(streams(&mut script)[0].1, "checkout-new-aaaaa app");
    script.keys("q");
    assert_eq!(script.path(), "rolltop");
}

#[test]
fn the_log_before_the_last_restart_is_read_where_there_was_one() {
    let (mut script, _) = opened("l");
    streams(&mut script);
    script.keys("b");
    assert_eq!(streams(&mut script)[0].1, "checkout-new-aaaaa app before");
    assert_eq!(page(&script).mode, "before the last restart");
    script.keys("b Tab");
    streams(&mut script);
    script.keys("b");
    assert_eq!(script.toast(), "none of these containers has restarted: there is no log from before");
    assert_eq!(page(&script).mode, "following");
}

#[test]
fn what_happens_to_a_stream_stands_between_its_lines() {
    let (mut script, id) = opened("l");
    let open = streams(&mut script);
    told(&mut script, open[0].0, &[(1, "a1")]);
    script.news(News::Logs(open[0].0, LogNews::Down(0, trouble(TroubleKind::Unreachable), true)));
    assert_eq!(page(&script).troubles[0].1, "aaaaa: no answer from prod-eu, is tried again");
    script.wait(2);
    script.news(News::Logs(open[0].0, LogNews::Open(0)));
    assert_eq!(last(&script), "--- the stream of aaaaa was cut for 2s, and goes on from its last line");
    assert!(page(&script).troubles.is_empty());
    script.news(News::Logs(open[0].0, LogNews::Dropped(1_200)));
    assert!(page(&script).status.starts_with("dropped 1,200 lines"));
    script.news(News::Logs(open[0].0, LogNews::Ended(0)));
    assert_eq!(last(&script), "--- the log of aaaaa ends here");
    script.news(News::Pods(id, Delta::Upsert(pod("new", "aaaaa", 2))));
    assert_eq!(streams(&mut script)[0].1, "checkout-new-aaaaa app", "it started anew, and is read anew");
}

#[test]
fn more_than_ten_containers_are_said_to_be_left_out() {
    let (mut script, id) = opened("l");
    let pods = (0..12).map(|n| pod("new", &format!("p{n:04}"), 0)).collect();
    script.news(News::Pods(id, Delta::Reset(pods)));
    assert_eq!(page(&script).troubles[0].1, "2 containers are not read: 10 at most at once, choose with ,");
}

#[test]
fn a_line_or_all_on_screen_are_copied() {
    let (mut script, _) = opened("l");
    let open = streams(&mut script);
    script.event(Event::Placed { page_rows: 2 });
    told(&mut script, open[0].0, &[(1, "one"), (2, "two"), (3, "three")]);
    script.keys("c");
    assert_eq!(copied(&mut script), ["three"]);
    script.keys("C");
    assert_eq!(
        copied(&mut script),
        ["2026-03-01T14:00:02Z checkout-new-aaaaa two\n2026-03-01T14:00:03Z checkout-new-aaaaa three"]
    );
    script.keys("/ o n e Enter n c");
    assert_eq!(copied(&mut script), ["one"]);
}

#[test]
fn pasted_text_is_searched_and_never_does_anything_else() {
    let (mut script, _) = opened("l");
    let open = streams(&mut script);
    told(&mut script, open[0].0, &[(1, "promote")]);
    script.keys("/");
    script.event(Event::Paste("promote\n".to_owned()));
    assert_eq!(page(&script).found, "hits 1 of 1");
    script.keys("Enter p");
    assert!(script.promotes().is_empty() && script.model().dialog.is_none());
}

#[test]
fn fifty_thousand_lines_of_three_pods_leave_five_thousand_and_their_cost_is_small() {
    let (mut script, id) = opened("l");
    script.news(News::Pods(id, Delta::Upsert(pod("new", "ddddd", 0))));
    let open = streams(&mut script);
    script.keys("/ t i m e o u t Enter");
    let before = std::time::Instant::now();
    for batch in 0..100 {
        for (at, (id, _)) in open.iter().enumerate() {
            let text = format!(
                "level=info msg=\"served\" request={batch} p99=12ms path=/a/long/enough/path/to/be/like/others"
            );
            let lines = (0..167).map(|n| line(batch * 10 + n / 20 + at as i64, &text)).collect();
            script.news(News::Logs(*id, LogNews::Lines(lines)));
        }
        let _ = script.model();
    }
    assert!(page(&script).status.contains("buffer 5,000 of 5,000"));
    // Ten seconds' worth of 5,000 lines a second, also where the machine is busy and nothing is optimised.
    assert!(before.elapsed().as_secs() < 5, "{:?}", before.elapsed());
}

#[test]
fn lines_of_hostile_text_and_of_any_length_are_lines() {
    let (mut script, _) = opened("l");
    let open = streams(&mut script);
    let long = "x".repeat(1_000_000);
    told(&mut script, open[0].0, &[(1, &long), (2, ""), (3, "\u{1b}[31m"), (4, "👨‍👩‍👧‍👦 \u{202e}abc")]);
    assert_eq!(shown(&script).len(), 4);
    script.keys("w / x Enter n N c C");
    assert!(copied(&mut script).iter().all(|text| text.len() <= 56_000));
}
