//! Models of the closer looks: logs, one object as YAML and described, events.

use super::models::{clock, model};
use rolltop::app::model::*;
use rolltop::app::search::Pattern;

fn header(last: &str, summary: &str) -> Header {
    Header {
        path: ["rolltop", "production", "checkout", last].map(str::to_owned).to_vec(),
        strong: Some(1),
        summary: summary.into(),
        filter: None,
        ribbons: Vec::new(),
        clock: clock(),
    }
}

fn keys(pairs: &[(&str, &str)]) -> Vec<KeyHint> {
    pairs.iter().map(|(key, word)| KeyHint { key: (*key).into(), word: (*word).into(), on: true }).collect()
}

fn framed(last: &str, summary: &str, body: Body, pairs: &[(&str, &str)]) -> Model {
    let mut model = model(header(last, summary), body);
    model.next = "checkout waits at step 4/8 (p)".into();
    model.keys = keys(pairs);
    model
}

const LIVE: &str = "prod-eu/shop ✓ live";

fn line(time: &str, tag: &str, text: &str) -> LogRow {
    let color = ["b2k9x", "hx2lm", "qq81z", "9dk2w"].iter().position(|pod| *pod == tag).unwrap();
    let hit = text.contains("timeout") || text.contains("ERROR");
    LogRow::Line { time: time.into(), tag: tag.into(), color, text: text.into(), hit, current: false }
}

fn logs_page() -> LogsPage {
    let mut rows = vec![
        line("14:31:40", "b2k9x", "INFO  order 88121 accepted in 41 ms"),
        line("14:31:41", "hx2lm", "INFO  order 88122 accepted in 39 ms"),
        line("14:31:44", "b2k9x", "WARN  retry 1/3 payments timeout after 800 ms"),
        line(
            "14:31:45",
            "b2k9x",
            "INFO  order 88123 accepted in 912 ms, which is more than anybody wants to wait for, says the budget",
        ),
        line("14:31:52", "hx2lm", "ERROR payments timeout, order 88125 parked"),
        line("14:31:52", "hx2lm", "        at shop.pay.Client.charge(Client.kt:88)"),
        LogRow::Rule {
            time: "14:31:54Z".into(),
            words: "the stream of qq81z was cut for 2s, and goes on from its last line".into(),
        },
        line("14:31:58", "9dk2w", "INFO  日本語 health ok"),
        line("14:32:01", "qq81z", "INFO  order 88127 accepted in 43 ms"),
    ];
    if let LogRow::Line { current, .. } = &mut rows[4] {
        *current = true;
    }
    LogsPage {
        title: "canary revision 42, 4 pods".into(),
        mode: "held".into(),
        bottom: rows.len() - 1,
        rows,
        pattern: Pattern::new("timeout|ERROR"),
        found: "hit 2 of 3 in 1,284".into(),
        since: "since 14:27Z".into(),
        status: "dropped 0 lines · buffer 1,284 of 5,000 · escape codes removed: 2".into(),
        troubles: vec![
            (
                Mark::Attention,
                "8xk2p: container \"app\" in pod \"checkout-7f9c4d5b6-8xk2p\" is waiting to start, is tried again"
                    .into(),
            ),
            (Mark::Attention, "2 containers are not read: 10 at most at once, choose with ,".into()),
            (Mark::Attention, "one more".into()),
        ],
        ..LogsPage::default()
    }
}

fn logs() -> Model {
    let pairs = [
        ("f", "follow"),
        ("/", "search"),
        ("w", "wrap"),
        ("Tab", "stable"),
        ("c", "copy line"),
        ("?", "help"),
        ("q", "back"),
    ];
    framed("logs", "canary revision 42, 4 pods · held", Body::Logs(Box::new(logs_page())), &pairs)
}

fn logs_wrapped() -> Model {
    let mut page = LogsPage { wrap: true, pattern: Pattern::default(), mode: "following".into(), ..logs_page() };
    page.troubles.clear();
    framed(
        "logs",
        "canary revision 42, 4 pods · following",
        Body::Logs(Box::new(page)),
        &[("f", "hold"), ("w", "wrap")],
    )
}

fn logs_choosing() -> Model {
    let row = |container, name: &str, note: &str, on, selected| PickerRow {
        container,
        name: name.into(),
        note: note.into(),
        on,
        selected,
    };
    let mut page = logs_page();
    page.picker = Some(vec![
        row(true, "app", "", true, false),
        row(true, "istio-proxy", "", false, false),
        row(false, "checkout-7f9c4d5b6-b2k9x", "Running", true, false),
        row(false, "checkout-7f9c4d5b6-hx2lm", "CrashLoopBackOff", false, true),
        row(false, "checkout-7f9c4d5b6-qq81z", "Running", true, false),
    ]);
    framed(
        "logs",
        "canary revision 42, 4 pods · held",
        Body::Logs(Box::new(page)),
        &[("Space", "on or off"), ("⏎", "close")],
    )
}

fn logs_empty() -> Model {
    let page = LogsPage {
        title: "canary revision 42, 0 pods".into(),
        mode: "following".into(),
        empty: "there are no pods to read logs of".into(),
        status: "dropped 0 lines · buffer 0 of 5,000 · escape codes removed: 0".into(),
        ..LogsPage::default()
    };
    framed("logs", LIVE, Body::Logs(Box::new(page)), &[("f", "hold")])
}

fn text_line(indent: usize, text: &str) -> DocumentLine {
    let key = text.find(": ").map_or(if text.ends_with(':') { text.len() } else { 0 }, |at| at + 1);
    DocumentLine { indent, text: text.into(), key, title: indent == 0, ..DocumentLine::default() }
}

fn yaml() -> Model {
    let mut lines = vec![
        text_line(0, "apiVersion: argoproj.io/v1alpha1"),
        text_line(0, "kind: Rollout"),
        text_line(0, "metadata:"),
        text_line(2, "name: checkout"),
        text_line(0, "spec:"),
        text_line(2, "template:"),
        text_line(4, "spec:"),
        text_line(6, "containers:"),
        text_line(6, "- env:"),
        text_line(8, "- name: API_TOKEN"),
        text_line(10, "value: •••• (23)"),
        text_line(8, "- name: DB"),
        text_line(10, "valueFrom: ‹secret db/password›"),
        text_line(
            8,
            "image: registry.example.com/team/shop/checkout:2.42.0-rc.1@sha256:1a2b3c4d5e6f7788991a2b3c4d5e6f7788",
        ),
        text_line(0, "status:"),
    ];
    lines[11].hit = true;
    lines[14].folded = 61;
    let page = DocumentPage {
        title: "Rollout shop/checkout".into(),
        note: "read 14:31:58Z · resourceVersion 48213 · secrets masked".into(),
        cursor: 9,
        first: 0,
        total: lines.len(),
        lines,
        pattern: Pattern::new("name"),
        found: "hit 2 of 3".into(),
        wrap: true,
        ..DocumentPage::default()
    };
    framed(
        "yaml",
        LIVE,
        Body::Document(Box::new(page)),
        &[("f", "fold"), ("/", "search"), ("c", "copy all"), ("q", "back")],
    )
}

fn describe() -> Model {
    let of = |depth: usize, text: &str, key: usize, mark: Option<Mark>| DocumentLine {
        indent: depth * 2,
        text: text.into(),
        key,
        mark,
        title: depth == 0,
        ..DocumentLine::default()
    };
    let lines = vec![
        of(0, "Rollout", 7, None),
        of(1, "name       checkout", 4, None),
        of(1, "namespace  shop", 9, None),
        of(0, "status", 6, None),
        of(1, "phase    Paused", 5, Some(Mark::Wait)),
        of(1, "message  CanaryPauseStep", 7, None),
        of(0, "canary", 6, None),
        of(1, "steps, 3", 8, None),
        of(2, "1  weight 40 %", 1, Some(Mark::Ok)),
        of(2, "2  pause, until promoted", 1, Some(Mark::Wait)),
        of(2, "3  weight 100 %", 1, Some(Mark::Absent)),
        of(0, "conditions", 10, None),
        of(1, "Progressing  False · ProgressDeadlineExceeded", 11, Some(Mark::Bad)),
    ];
    let page = DocumentPage {
        title: "Rollout shop/checkout".into(),
        note: "read 14:31:58Z · resourceVersion 48213 · secrets masked".into(),
        trouble: Some((
            Mark::Bad,
            "no answer from prod-eu; what is shown is what was read before (R reads again)".into(),
        )),
        cursor: 9,
        first: 12,
        total: 80,
        lines,
        marks: true,
        ..DocumentPage::default()
    };
    framed("describe", LIVE, Body::Document(Box::new(page)), &[("f", "fold"), ("/", "search"), ("q", "back")])
}

fn events() -> Model {
    let event = |time: &str, mark, about: &str, reason: &str, message: &str, times: &str| TimelineRow::Event {
        time: time.into(),
        mark,
        about: about.into(),
        reason: reason.into(),
        message: message.into(),
        times: times.into(),
    };
    let heading = |time: &str, words: &str| TimelineRow::Heading { time: time.into(), words: words.into() };
    let rows = vec![
        heading("14:11:48Z", "update to revision 42 began"),
        event("14:11:48Z", Mark::Absent, "rollout", "RolloutUpdated", "Rollout updated to revision 42", ""),
        event(
            "14:12:30Z",
            Mark::Attention,
            "pod 7f9c4d5b6-hx2lm",
            "BackOff",
            "Back-off restarting failed container app in pod checkout-7f9c4d5b6-hx2lm_shop(1f2e)",
            "×3 since 14:12:02Z",
        ),
        event(
            "14:12:52Z",
            Mark::Ok,
            "rollout",
            "RolloutStepCompleted",
            "Rollout step 1/8 completed (setWeight: 40)",
            "",
        ),
        heading("14:12:52Z", "step 2 of 8 began: pause 5m"),
        event(
            "14:20:03Z",
            Mark::Bad,
            "AnalysisRun 7f9c4d5b6-42-3",
            "AnalysisRunFailed",
            "Analysis Completed. Result: Failed",
            "",
        ),
        event("14:20:04Z", Mark::Wait, "rollout", "RolloutPaused", "Rollout is paused (CanaryPauseStep)", ""),
    ];
    let page = TimelinePage {
        title: "checkout and what belongs to it".into(),
        mode: "following".into(),
        cursor: rows.len() - 1,
        first: 0,
        total: rows.len(),
        rows,
        wrap: true,
        notes: vec![(
            Mark::Absent,
            "a cluster keeps events for about 1 h: what was told before 14:11:48Z may be gone".into(),
        )],
        ..TimelinePage::default()
    };
    framed(
        "events",
        LIVE,
        Body::Timeline(Box::new(page)),
        &[("f", "hold"), ("/", "search"), ("!", "warnings only"), ("q", "back")],
    )
}

/// All of them, by name.
pub fn all() -> Vec<(&'static str, Model)> {
    vec![
        ("logs", logs()),
        ("logs_wrapped", logs_wrapped()),
        ("logs_choosing", logs_choosing()),
        ("logs_empty", logs_empty()),
        ("yaml", yaml()),
        ("describe", describe()),
        ("events", events()),
    ]
}
