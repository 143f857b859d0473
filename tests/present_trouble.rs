//! Connections and writes in words: the head of a source, the trouble block, the verdict line.

#![expect(clippy::unwrap_used, reason = "a test may end at once, with the place where it did")]

use jiff::{SignedDuration, Timestamp};
use rolltop::app::model::Mark;
use rolltop::app::present::health::{self, Counts, SourceView};
use rolltop::app::present::verdict::{self, About, Off, Stage};
use rolltop::app::present::{tick, trouble};
use rolltop::argo::deed::reaction::Reaction;
use rolltop::argo::feed::{Link, Trouble, TroubleKind};

fn at(text: &str) -> Timestamp {
    format!("2026-11-24T{text}Z").parse().unwrap()
}

fn now() -> Timestamp {
    at("14:32:07")
}

fn trouble_of(kind: TroubleKind) -> Trouble {
    let (sentence, hint, raw) = ("stg-eu gave no answer (connect timeout).".to_owned(), None, "raw\ntext".to_owned());
    Trouble { kind, sentence, hint, raw }
}

fn retrying(kind: TroubleKind, heard: Option<&str>) -> Link {
    Link::Retrying { trouble: trouble_of(kind), last_heard: heard.map(at), next_try: at("14:32:15") }
}

fn source<'a>(link: &'a Link, last_heard: Option<&str>) -> SourceView<'a> {
    SourceView {
        channel: "staging",
        cluster: "stg-eu",
        scope: "3 namespaces",
        link,
        last_heard: last_heard.map(at),
        stale_after: SignedDuration::from_secs(10),
        broken: None,
        now: now(),
        login_key: "L",
        retry_key: "R",
    }
}

#[test]
fn the_head_of_a_source_says_how_its_connection_stands() {
    let table = [
        (Link::Connecting { since: at("14:32:04") }, None, Mark::Busy, "connecting 3s", "connecting"),
        (Link::Connecting { since: at("14:32:09") }, None, Mark::Busy, "connecting", "connecting"),
        (Link::Listing { count: 3200 }, None, Mark::Busy, "listing 3,200", "listing"),
        (Link::Live, Some("14:32:06"), Mark::Ok, "live", "live"),
        (Link::Live, None, Mark::Ok, "live", "live"),
        (Link::Live, Some("14:31:53"), Mark::Stale, "14s", "14s"),
        (retrying(TroubleKind::Unreachable, Some("14:29:02")), None, Mark::Stale, "3m retry 8s", "3m"),
        (retrying(TroubleKind::Unreachable, None), Some("14:29:02"), Mark::Stale, "3m retry 8s", "3m"),
        (retrying(TroubleKind::Server, None), None, Mark::Attention, "no answer, retry 8s", "silent"),
        (retrying(TroubleKind::NotSignedIn, None), None, Mark::Attention, "login: L", "login"),
        (retrying(TroubleKind::Forbidden, None), None, Mark::Attention, "forbidden", "denied"),
        (retrying(TroubleKind::NoRollouts, None), None, Mark::Attention, "no Rollouts", "no CRD"),
        (retrying(TroubleKind::Throttled, Some("14:32:00")), None, Mark::Stale, "throttled, retry 8s", "busy"),
        (retrying(TroubleKind::Certificate, None), None, Mark::Attention, "certificate", "cert"),
        (retrying(TroubleKind::Config, None), None, Mark::Attention, "config", "config"),
    ];
    for (link, heard, mark, words, short) in &table {
        let head = health::head(&source(link, *heard));
        assert_eq!((head.mark, head.words.as_str(), head.short.as_str()), (*mark, *words, *short), "{link:?}");
    }
    let broken = SourceView { broken: Some("context \"stg\" not found"), ..source(&Link::Live, None) };
    assert_eq!(health::head(&broken).words, "config");
}

#[test]
fn a_source_without_data_is_not_stale_and_one_that_is_down_always_is() {
    let down = retrying(TroubleKind::Unreachable, Some("14:32:06"));
    assert_eq!(health::stale(&source(&down, None)), Some(SignedDuration::from_secs(1)));
    let never = retrying(TroubleKind::Unreachable, None);
    assert_eq!(health::stale(&source(&never, None)), None);
    assert_eq!(health::stale(&source(&Link::Live, Some("14:32:00"))), None);
    assert_eq!(health::stale(&source(&Link::Live, Some("14:31:57"))), Some(SignedDuration::from_secs(10)));
    // A clock that was set back gives no negative age.
    assert_eq!(health::stale(&source(&down, Some("15:00:00"))), Some(SignedDuration::ZERO));
}

#[test]
fn the_head_tells_when_it_reads_otherwise() {
    let live = source(&Link::Live, Some("14:32:00"));
    assert_eq!(tick::health(&live), Some(at("14:32:10")), "it becomes stale ten seconds after 14:32:00");
    let connecting = Link::Connecting { since: at("14:32:04") };
    assert_eq!(tick::health(&source(&connecting, None)), Some(at("14:32:08")));
    let down = retrying(TroubleKind::Unreachable, Some("14:29:02"));
    let view = source(&down, None);
    let next = tick::health(&view).unwrap();
    let texts = |now| {
        let view = SourceView { now, ..view };
        format!("{:?}{:?}", health::head(&view), trouble::line(&view))
    };
    assert_eq!(texts(next - SignedDuration::from_nanos(1)), texts(now()));
    assert_ne!(texts(next), texts(now()));
}

#[test]
fn trouble_lines_say_what_is_wrong_what_helps_and_when_it_is_tried_again() {
    let down = retrying(TroubleKind::Unreachable, Some("14:29:02"));
    let line = trouble::line(&source(&down, None)).unwrap();
    assert_eq!((line.mark, line.channel.as_str(), line.retry.as_str()), (Mark::Stale, "staging", "retry in 8s"));
    assert_eq!(line.lines, ["stg-eu gave no answer (connect timeout); data from 14:29:02Z"]);
    let login = retrying(TroubleKind::NotSignedIn, None);
    let line = trouble::line(&source(&login, None)).unwrap();
    assert_eq!(line.mark, Mark::Attention);
    assert_eq!(line.lines[1], "press L to log in");
    assert_eq!(trouble::line(&source(&Link::Live, Some("14:32:06"))), None);
    let silent = trouble::line(&source(&Link::Live, Some("14:31:00"))).unwrap();
    assert_eq!(silent.lines, ["stg-eu silent since 14:31:00Z"]);
    let slow = Link::Connecting { since: at("14:32:02") };
    assert_eq!(trouble::line(&source(&slow, None)).unwrap().lines, ["no answer from stg-eu since 14:32:02Z"]);
    assert_eq!(trouble::line(&source(&Link::Connecting { since: at("14:32:03") }, None)), None);
}

#[test]
fn when_no_cluster_answers_one_cause_is_named_first() {
    let (a, b) = (retrying(TroubleKind::Unreachable, Some("14:30:12")), retrying(TroubleKind::Unreachable, None));
    let lines = trouble::lines(&[source(&a, None), source(&b, None)]);
    assert_eq!(lines[0].lines, ["no cluster answers since 14:30:12Z: network or VPN?"]);
    assert_eq!(lines.len(), 3);
    assert_eq!(trouble::common_cause(&[source(&a, None)]), None);
    let slow = Link::Connecting { since: at("14:31:00") };
    let broken = SourceView { broken: Some("context \"x\" not found"), ..source(&slow, None) };
    assert_eq!(trouble::common_cause(&[source(&a, None), broken]), None);
    assert!(trouble::common_cause(&[source(&a, None), source(&slow, None), broken]).is_some());
    assert_eq!(trouble::common_cause(&[source(&a, None), source(&Link::Live, None)]), None);
}

#[test]
fn the_error_in_full_holds_the_raw_text() {
    let down = retrying(TroubleKind::Server, None);
    let page = trouble::in_full(&source(&down, None));
    assert_eq!(page.title, "staging › stg-eu");
    assert!(page.lines.contains(&"raw".to_owned()) && page.lines.contains(&"text".to_owned()), "{:?}", page.lines);
    assert!(page.lines.contains(&"Next try: 14:32:15Z".to_owned()), "{:?}", page.lines);
}

#[test]
fn the_header_counts() {
    let counts = Counts { services: 12, shown: None, need_you: 4, channels: 3, clusters: 1 };
    assert_eq!(health::summary(counts, false), "12 services · 4 need you");
    assert_eq!(health::summary(counts, true), "12 services · 3 channels · 1 cluster · 4 need you");
    let counts = Counts { services: 120, shown: Some(1), need_you: 1, ..counts };
    assert_eq!(health::summary(counts, false), "1 of 120 services · 1 needs you");
    assert_eq!(health::summary(Counts { services: 1, ..Counts::default() }, false), "1 service");
    let live = health::head(&source(&Link::Live, None));
    assert_eq!(health::place(&live, "shop", Some(SignedDuration::from_secs(1))), "stg-eu/shop ✓ live · data 1 s old");
    assert_eq!(health::heads_line(&[live.clone(), live]), "stg-eu ✓ live · stg-eu ✓ live");
}

const ABOUT: About<'_> = About { verb: "promote", service: "checkout", channel: "production" };

#[test]
fn each_stage_of_a_write_has_its_line() {
    let waiting = Reaction::Waiting;
    let unpausing = Reaction::UnderWay("the pause is cleared, waiting for the next step".to_owned());
    let moved = Reaction::Done("the controller moved on from 1/6 to 3/6".to_owned());
    let overtaken = Reaction::Overtaken("revision 3 was started".to_owned());
    let refused = Trouble { kind: TroubleKind::Forbidden, ..trouble_of(TroubleKind::Forbidden) };
    let accepted = |reaction, settled_at| Stage::Accepted { at: at("14:32:05"), reaction, settled_at };
    let old = |reaction| Stage::Accepted { at: at("14:31:55"), reaction, settled_at: None };
    let table = [
        (Stage::Sent { at: now() }, Mark::Busy, true, "sent", false),
        (Stage::Sent { at: at("14:31:27") }, Mark::Busy, false, "sent 40s ago, no answer yet", false),
        (accepted(&waiting, None), Mark::Busy, true, "accepted 14:32:05Z, waiting for the controller", false),
        (
            accepted(&unpausing, None),
            Mark::Busy,
            true,
            "accepted 14:32:05Z, the pause is cleared, waiting for the next step",
            false,
        ),
        (
            accepted(&moved, Some(at("14:32:06.800"))),
            Mark::Ok,
            false,
            "the controller moved on from 1/6 to 3/6 after 1.8 s",
            true,
        ),
        (accepted(&overtaken, None), Mark::Attention, false, "accepted 14:32:05Z, then revision 3 was started", true),
        (old(&waiting), Mark::Attention, false, "accepted 14:31:55Z, no reaction for 12s", false),
        (
            Stage::Moved { sentence: "step is now 2/6" },
            Mark::Attention,
            false,
            "changed meanwhile, nothing was done: step is now 2/6",
            true,
        ),
        (
            Stage::Moved { sentence: "nothing was done: web has moved on" },
            Mark::Attention,
            false,
            "nothing was done: web has moved on",
            true,
        ),
        (
            Stage::Refused(&refused),
            Mark::Bad,
            false,
            "refused, nothing was done: stg-eu gave no answer (connect timeout)",
            true,
        ),
        (
            Stage::Partly { done: "the pause was cleared", trouble: &refused },
            Mark::Attention,
            false,
            "half done: the pause was cleared; but stg-eu gave no answer (connect timeout)",
            true,
        ),
        (
            Stage::Unknown { trouble: &refused, reaction: &waiting },
            Mark::Unknown,
            false,
            "sent, answer lost (stg-eu gave no answer (connect timeout)): it may have happened",
            false,
        ),
        (
            Stage::Unknown { trouble: &refused, reaction: &moved },
            Mark::Ok,
            false,
            "the answer was lost, but the controller moved on from 1/6 to 3/6",
            true,
        ),
    ];
    for (stage, mark, spinning, words, settled) in &table {
        let line = verdict::line(&ABOUT, stage, now());
        assert_eq!(line.words, format!("promote checkout in production: {words}"));
        assert_eq!((line.mark, line.spinning), (*mark, *spinning), "{words}");
        assert_eq!(verdict::is_settled(stage), *settled, "{words}");
    }
}

#[test]
fn a_promote_without_reaction_warns_against_a_second_one() {
    let stage = Stage::Accepted { at: at("14:31:55"), reaction: &Reaction::Waiting, settled_at: None };
    assert!(verdict::line(&ABOUT, &stage, now()).hint.contains("Do not promote again"));
}

#[test]
fn refusals_name_the_reason() {
    let age = SignedDuration::from_secs(14);
    let denied = Off::Denied { what: "patch rollouts/status", namespace: "shop", cluster: "prod-eu", reason: "" };
    let table = [
        (Off::ReadOnly, "refused: rolltop was started with --readonly"),
        (Off::Stale { channel: "production", age }, "refused: production is 14s stale"),
        (denied, "refused: your role may not patch rollouts/status in shop on prod-eu"),
        (Off::ChannelReadOnly { channel: "production" }, "refused: production is read-only by the configuration"),
        (Off::AccessUnknown { cluster: "prod-eu", reason: "" }, "refused: prod-eu has not said yet whether you may"),
    ];
    for (why, words) in table {
        assert_eq!(verdict::off(&why), words);
    }
}
