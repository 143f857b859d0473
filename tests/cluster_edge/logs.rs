//! Logs: followed, cut, begun again, ended, refused, and too many.

use crate::fake::{Fake, Piece, Reply, Then, log, open_watch, status};
use crate::support::{Watched, access, key, quick, simulated, store, target};
use rolltop::argo::feed::{LogLine, LogNews, LogSource, LogsId, News, Order, Trouble};
use rolltop::cluster::hub::Scope;
use rolltop::demo::store::{PODS, Part, Refused};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

const LOGS: LogsId = LogsId(4);

fn source(pod: &str, previous: bool) -> LogSource {
    LogSource { pod: pod.into(), container: "main".into(), previous }
}

fn order(sources: Vec<LogSource>) -> Order {
    Order::OpenLogs { logs: LOGS, key: key(0, "shop", "web"), sources, tail: 50 }
}

/// A server with this for logs; the fourth part answers for the pod.
fn serve(
    logs: impl Fn(usize, &str) -> Reply + Send + Sync + 'static,
    pod: impl Fn() -> Reply + Send + Sync + 'static,
) -> (Fake, Watched) {
    let count = AtomicUsize::new(0);
    let fake = Fake::start(move |seen| {
        if seen.target.contains("/log?") {
            return logs(count.fetch_add(1, Ordering::Relaxed), &seen.target);
        }
        if seen.target.contains("/pods/") { pod() } else { open_watch(Vec::new()) }
    });
    let watched = Watched::start(access(&fake.kubeconfig("{}"), false), vec![target(0, "fake", Scope::All)], quick());
    (fake, watched)
}

fn lives() -> Reply {
    Reply::Json(200, json!({"metadata": {"name": "p"}, "status": {"phase": "Running"}}))
}

fn told(news: &[News]) -> Vec<LogNews> {
    let told = |news: &News| if let News::Logs(LOGS, told) = news { Some(told.clone()) } else { None };
    news.iter().filter_map(told).collect()
}

fn lines(news: &[News]) -> Vec<LogLine> {
    let lines = |news| if let LogNews::Lines(lines) = news { lines } else { Vec::new() };
    told(news).into_iter().flat_map(lines).collect()
}

fn texts(news: &[News]) -> Vec<String> {
    lines(news).iter().map(|line| line.text.to_string()).collect()
}

fn down(watched: &Watched) -> (usize, Trouble, bool) {
    watched.wait("a refusal", |news| {
        told(news).into_iter().find_map(|told| match told {
            LogNews::Down(at, trouble, again) => Some((at, trouble, again)),
            _ => None,
        })
    })
}

#[test]
fn a_log_that_is_cut_goes_on_without_gap_or_repeat() {
    let (fake, watched) = serve(
        |nth, _| match nth {
            0 => log(
                "2026-01-12T02:00:00.9Z one\n2026-01-12T02:00:01.1Z two\n2026-01-12T02:00:01.1Z two\n\
                 2026-01-12T02:00:01.1Z three\n2026-01-12T02:00:01.2Z tor",
                &Then::Breaks,
            ),
            1 => log(
                "2026-01-12T02:00:01.1Z two\n2026-01-12T02:00:01.1Z two\n2026-01-12T02:00:01.1Z three\n\
                 2026-01-12T02:00:01.1Z two\n2026-01-12T02:00:01.2Z torn\n",
                &Then::Breaks,
            ),
            _ => log("2026-01-12T02:00:01.2Z torn\n2026-01-12T02:00:02Z four\n", &Then::Stays),
        },
        lives,
    );
    watched.hub.order(order(vec![source("p", false)]));
    let wanted = ["one", "two", "two", "three", "two", "torn", "four"];
    watched.wait("all lines", |news| (texts(news).len() >= wanted.len()).then_some(()));
    assert_eq!(texts(&watched.all()), wanted);
    let first = lines(&watched.all())[0].clone();
    assert_eq!(first.at.unwrap().to_string(), "2026-01-12T02:00:00.9Z");
    let asked: Vec<String> =
        fake.requests().into_iter().map(|seen| seen.target).filter(|target| target.contains("/log?")).collect();
    assert!(asked[0].contains("container=main&timestamps=true&follow=true&tailLines=50"), "{}", asked[0]);
    assert!(asked[1].ends_with("sinceTime=2026-01-12T02%3A00%3A01Z"), "{}", asked[1]);
}

#[test]
fn a_container_that_waits_to_start_is_read_when_it_has_started() {
    let words = "container \"main\" in pod \"p\" is waiting to start: ContainerCreating";
    let (_fake, watched) = serve(
        move |nth, _| match nth {
            0..=2 => status(400, "BadRequest", words),
            _ => log("2026-01-12T02:00:00Z hello\n", &Then::Stays),
        },
        lives,
    );
    watched.hub.order(order(vec![source("p", false)]));
    let (at, trouble, again) = down(&watched);
    assert_eq!((at, &*trouble.sentence, again), (0, words, true));
    watched.wait("the line", |news| (texts(news) == ["hello"]).then_some(()));
    let news = told(&watched.all());
    assert!(matches!(news.as_slice(), [LogNews::Down(..), LogNews::Open(0), LogNews::Lines(_)]), "{news:?}");
}

#[test]
fn a_previous_container_is_read_to_its_end_and_not_followed() {
    let (fake, watched) = serve(|_, _| log("2026-01-12T02:00:00Z last words", &Then::Ends), lives);
    watched.hub.order(order(vec![source("p", true)]));
    watched.wait("its end", |news| told(news).contains(&LogNews::Ended(0)).then_some(()));
    assert_eq!(texts(&watched.all()), ["last words"]);
    let all = fake.requests();
    let asked: Vec<_> = all.iter().filter(|seen| seen.target.contains("/log?")).collect();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].target.contains("previous=true") && !asked[0].target.contains("follow"), "{}", asked[0].target);
}

#[test]
fn a_container_that_ends_may_be_started_again() {
    let (_fake, watched) = serve(
        |nth, _| match nth {
            0..=3 => log("2026-01-12T02:00:00Z first life\n", &Then::Ends),
            4 => log("2026-01-12T02:00:09Z second life\n", &Then::Ends),
            _ => log("", &Then::Ends),
        },
        lives,
    );
    watched.hub.order(order(vec![source("p", false)]));
    watched.wait("both lives", |news| (texts(news) == ["first life", "second life"]).then_some(()));
    let news = told(&watched.all());
    assert!(
        matches!(
            news.as_slice(),
            [LogNews::Open(0), LogNews::Lines(_), LogNews::Ended(0), LogNews::Open(0), LogNews::Lines(_), ..]
        ),
        "{news:?}"
    );
}

#[test]
fn a_pod_that_is_done_or_gone_has_said_all() {
    let done = || Reply::Json(200, json!({"metadata": {"name": "p"}, "status": {"phase": "Succeeded"}}));
    let gone = || status(404, "NotFound", "pods \"p\" not found");
    for pod in [done as fn() -> Reply, gone] {
        let (fake, watched) = serve(|_, _| log("2026-01-12T02:00:00Z done\n", &Then::Ends), pod);
        watched.hub.order(order(vec![source("p", false)]));
        watched.wait("its end", |news| told(news).contains(&LogNews::Ended(0)).then_some(()));
        assert_eq!(texts(&watched.all()), ["done"]);
        assert_eq!(fake.count("GET", &["/log?"]), 1);
    }
}

#[test]
fn refusals_are_told_in_words() {
    for (code, reason, message, words, again) in [
        (403, "Forbidden", "pods/log is forbidden", "no right to read the log of container main of pod p", true),
        (404, "NotFound", "pods \"p\" not found", "there is no pod p in namespace shop of fake", false),
        (400, "BadRequest", "container main is not valid for pod p", "container main is not valid for pod p", false),
    ] {
        let (fake, watched) = serve(move |_, _| status(code, reason, message), lives);
        watched.hub.order(order(vec![source("p", false)]));
        let (_, trouble, told_again) = down(&watched);
        assert!(trouble.sentence.contains(words), "{}", trouble.sentence);
        assert_eq!(told_again, again, "{code}");
        assert_eq!(fake.count("GET", &["/log?"]), 1, "{code}");
    }
}

#[test]
fn ten_containers_are_read_at_once_and_the_rest_is_told_why_not() {
    let (fake, watched) = serve(|_, _| log("2026-01-12T02:00:00Z here\n", &Then::Stays), lives);
    watched.hub.order(order((0..12).map(|n| source(&format!("p{n}"), false)).collect()));
    watched.wait("ten lines", |news| (texts(news).len() == 10).then_some(()));
    let refused: Vec<usize> = told(&watched.all())
        .iter()
        .filter_map(|told| match told {
            LogNews::Down(at, trouble, false) => {
                assert!(trouble.sentence.contains("12 containers"), "{}", trouble.sentence);
                Some(*at)
            }
            _ => None,
        })
        .collect();
    assert_eq!(refused, [10, 11]);
    assert_eq!(fake.count("GET", &["/log?"]), 10);
}

#[test]
fn long_and_hostile_lines_are_cut_and_cleaned() {
    let long = format!(
        "2026-01-12T02:00:00Z {}\n2026-01-12T02:00:01Z \u{1b}]0;title\u{7}\u{1b}[31mred\n",
        "x".repeat(1 << 20)
    );
    let (_fake, watched) = serve(move |_, _| log(&long, &Then::Stays), lives);
    watched.hub.order(order(vec![source("p", false)]));
    watched.wait("both lines", |news| (texts(news).len() == 2).then_some(()));
    let lines = lines(&watched.all());
    assert!(lines[0].text.len() <= 4096 && lines[0].text.ends_with('…') && !lines[0].removed);
    assert_eq!((&*lines[1].text, lines[1].removed), ("red", true));
}

#[test]
fn a_flood_comes_whole_in_batches_that_are_bounded() {
    const MANY: usize = 12_000;
    let (send, receive) = mpsc::channel();
    let receive = std::sync::Mutex::new(Some(receive));
    let (_fake, watched) =
        serve(move |_, _| receive.lock().unwrap().take().map_or_else(|| log("", &Then::Stays), Reply::Lines), lives);
    watched.hub.order(order(vec![source("p", false)]));
    for block in 0..MANY / 1_000 {
        let line = |n| format!("2026-01-12T02:00:00.{:06}Z line\n", block * 1_000 + n);
        let text = (0..1_000).map(line).collect::<Vec<_>>().concat();
        send.send(Piece::Text(text)).unwrap();
    }
    watched.wait("all of them", |news| (lines(news).len() == MANY).then_some(()));
    let sizes: Vec<usize> = told(&watched.all())
        .iter()
        .filter_map(|told| if let LogNews::Lines(lines) = told { Some(lines.len()) } else { None })
        .collect();
    assert!(sizes.iter().all(|size| *size <= 500), "{sizes:?}");
    let lines = lines(&watched.all());
    assert!(lines.windows(2).all(|pair| pair[0].at < pair[1].at), "in order");
}

#[test]
fn logs_of_the_simulated_cluster_go_on_after_its_server_was_away() {
    let running = simulated(&[]);
    let status = json!({"phase": "Running", "containerStatuses": [
        {"name": "main", "state": {"running": {"startedAt": "2026-01-12T01:59:00Z"}}}]});
    let meta = json!({"name": "p", "namespace": "shop"});
    store(&running)
        .create(&PODS, json!({"metadata": meta, "spec": {"nodeName": "node-1", "containers": [{"name": "main", "image": "web:1"}]}}))
        .unwrap();
    store(&running)
        .modify::<Refused>(&PODS, "shop", "p", Part::Status, |pod| {
            pod["status"] = status;
            Ok(())
        })
        .unwrap();
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], quick());
    watched.wait_live();
    watched.hub.order(order(vec![source("p", false)]));
    let first = watched.wait("the first lines", |news| Some(lines(news).len()).filter(|count| *count > 0));
    running.stop_listening().unwrap();
    watched
        .wait("the loss", |news| told(news).iter().any(|told| matches!(told, LogNews::Down(0, _, true))).then_some(()));
    running.clock.advance(std::time::Duration::from_mins(1).try_into().unwrap());
    running.listen_again().unwrap();
    watched.wait("lines of the time away", |news| (lines(news).len() > first + 2).then_some(()));
    let lines = lines(&watched.all());
    let times: Vec<_> = lines.iter().map(|line| (line.at, line.text.clone())).collect();
    let mut once = times.clone();
    once.dedup();
    assert_eq!(times, once, "nothing came twice");
    assert!(times.windows(2).all(|pair| pair[0].0 <= pair[1].0));
}

#[test]
fn a_closed_stream_is_not_read_any_more() {
    let (send, receive) = mpsc::channel();
    let receive = std::sync::Mutex::new(Some(receive));
    let (fake, watched) =
        serve(move |_, _| receive.lock().unwrap().take().map_or_else(|| log("", &Then::Stays), Reply::Lines), lives);
    watched.hub.order(order(vec![source("p", false)]));
    send.send(Piece::Text("2026-01-12T02:00:00Z one\n".into())).unwrap();
    watched.wait("a line", |news| (texts(news) == ["one"]).then_some(()));
    watched.hub.order(Order::CloseLogs(LOGS));
    let second = LogsId(9);
    let sources = vec![source("q", false)];
    watched.hub.order(Order::OpenLogs { logs: second, key: key(0, "shop", "web"), sources, tail: 1 });
    watched
        .wait("the second", |news| news.iter().any(|n| matches!(n, News::Logs(id, _) if *id == second)).then_some(()));
    let _ = send.send(Piece::Text("2026-01-12T02:00:01Z two\n".into()));
    assert_eq!(texts(&watched.all()), ["one"]);
    assert_eq!(fake.count("GET", &["/log?"]), 2);
}
