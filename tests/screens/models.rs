//! Models built by hand: a working day in three channels, the same on every screen.

use jiff::Timestamp;
use rolltop::app::model::*;
use rolltop::app::node::{Node, Spot};

/// A key of the footer that works.
fn key(key: &str, word: &str) -> KeyHint {
    KeyHint { key: key.into(), word: word.into(), on: true }
}

pub fn keys(pairs: &[(&str, &str)]) -> Vec<KeyHint> {
    pairs.iter().map(|(k, w)| key(k, w)).collect()
}

pub fn clock() -> Timestamp {
    "2026-11-22T14:32:07Z".parse().unwrap()
}

fn at(time: &str) -> Timestamp {
    format!("2026-11-22T{time}Z").parse().unwrap()
}

fn header(path: &[&str], summary: &str) -> Header {
    Header {
        path: path.iter().map(|part| (*part).to_owned()).collect(),
        strong: path.iter().position(|part| *part == "production"),
        summary: summary.into(),
        filter: None,
        ribbons: Vec::new(),
        clock: clock(),
    }
}

pub fn model(header: Header, body: Body) -> Model {
    Model {
        header,
        body,
        next: String::new(),
        keys: Vec::new(),
        filter_input: None,
        toast: None,
        dialog: None,
        verdict: None,
        too_small: None,
    }
}

fn health(cluster: &str, mark: Mark, words: &str, short: &str) -> Health {
    Health { cluster: cluster.into(), mark, words: words.into(), short: short.into() }
}

fn live(cluster: &str) -> Health {
    health(cluster, Mark::Ok, "live", "live")
}

fn column(number: usize, name: &str, health: Vec<Health>) -> Column {
    Column { number, name: name.into(), health }
}

/// `✓ 2.43.1 ≠`: mark, version, and what differs from a healthy cell.
fn cell(mark: Mark, version: &str, time: &str) -> Cell {
    Cell { mark: Some(mark), version: version.into(), time: time.into(), count: 1, ..Cell::default() }
}

fn ok(version: &str, time: &str) -> Cell {
    cell(Mark::Ok, version, time)
}

fn drifted(version: &str, time: &str) -> Cell {
    Cell { drift: true, ..ok(version, time) }
}

fn weighted(mark: Mark, version: &str, actual: i64, set: i64, step: &str, word: &str, time: &str) -> Cell {
    Cell { set: Some(set), actual: Some(actual), step: step.into(), word: word.into(), ..cell(mark, version, time) }
}

fn row(service: &str, attention: bool, cells: Vec<Cell>) -> MatrixRow {
    MatrixRow { service: service.into(), attention, cells, focused: None }
}

fn same(service: &str, version: &str, time: &str) -> MatrixRow {
    row(service, false, vec![ok(version, time), ok(version, time), ok(version, time)])
}

fn need(mark: Mark, channel: &str, service: &str, words: &str, age: &str) -> NeedLine {
    NeedLine {
        mark,
        channel: channel.into(),
        service: service.into(),
        words: words.into(),
        age: age.into(),
        stale: false,
    }
}

fn happened(time: &str, channel: &str, service: &str, words: &str) -> HappenedLine {
    HappenedLine { at: at(time), channel: channel.into(), service: service.into(), words: words.into() }
}

pub fn matrix(many: bool) -> Matrix {
    let mut rows = vec![
        row(
            "checkout",
            true,
            vec![
                ok("2.43.1", "3h"),
                drifted("2.42.0", "21h"),
                weighted(Mark::Wait, "2.42.0", 38, 40, "4/8", "waits for you", "12m"),
            ],
        ),
        row(
            "payments",
            true,
            vec![
                ok("1.18.3", "5h"),
                Cell { word: "aborted".into(), ..cell(Mark::Aborted, "1.18.3", "26m") },
                drifted("1.18.2", "9d"),
            ],
        ),
        row(
            "ledger",
            true,
            vec![
                ok("5.2.0", "1d"),
                weighted(Mark::Wait, "5.2.0", 20, 20, "2/8", "", if many { "in 1m48s" } else { "3m" }),
                drifted("5.1.4", "3d"),
            ],
        ),
        row(
            "web",
            true,
            vec![
                ok("8.1.0", "6h"),
                ok("8.1.0", "2h"),
                Cell {
                    word: if many { "before the cut-over" } else { "preview" }.into(),
                    ..cell(Mark::Wait, "8.1.0", "41s")
                },
            ],
        ),
        row(
            "gateway",
            false,
            vec![
                ok("7.0.1", "2d"),
                ok("7.0.1", "1d"),
                weighted(Mark::Busy, "7.0.1", 80, 80, "7/8", if many { "analysis 7/12" } else { "" }, "3m"),
            ],
        ),
        row(
            "search",
            false,
            vec![weighted(Mark::Busy, "0.9.7", 60, 60, "5/6", "", ""), ok("0.9.6", "18h"), ok("0.9.6", "17h")],
        ),
        row("cart", false, vec![ok("3.7.0", "6d"), ok("3.7.0", "6d"), ok("3.7.0", "6d")]),
        row("emailer", false, vec![ok("1.0.9", "11d"), ok("1.0.9", "11d"), drifted("1.0.8", "11d")]),
        row(
            "notifier",
            false,
            vec![
                ok("1.4.4", "1d"),
                ok("1.4.4", "1d"),
                Cell { word: "not deployed".into(), ..cell(Mark::Absent, "", "") },
            ],
        ),
        same("profile", "6.3.2", "2d"),
        row(
            "quotes",
            false,
            vec![
                ok("2.0.0", "4h"),
                ok("2.0.0", "3h"),
                weighted(Mark::Busy, "1.9.6", 4, 10, "1/4", "scaling pods", "22s"),
            ],
        ),
        same("tax", "4.4.1", "40d"),
    ];
    if many {
        rows[6].cells[2].stale = true;
        for (name, version, age) in [
            ("catalog", "12.0.3", "4d"),
            ("images", "0.31.0", "8d"),
            ("labels", "2.2.2", "3d"),
            ("mailer", "1.1.0", "30d"),
            ("offers", "9.4.0", "5d"),
            ("returns", "3.0.7", "12d"),
            ("stock", "4.8.1", "2d"),
        ] {
            rows.push(same(name, version, age));
        }
    }
    rows[0].focused = Some(2);
    let total = rows.len();
    Matrix {
        columns: vec![
            column(1, "test", vec![live("test-eu")]),
            column(2, "staging", vec![live("stg-eu")]),
            column(
                3,
                "production",
                if many {
                    vec![live("prod-eu"), health("prod-us", Mark::Stale, "14s", "14s")]
                } else {
                    vec![live("prod-eu")]
                },
            ),
        ],
        rows,
        selected: Some(0),
        first: 0,
        total,
        needs_you: vec![
            need(Mark::Wait, "production", "checkout", "paused at step 4/8, no timer: waits for a person", "12m"),
            need(Mark::Aborted, "staging", "payments", "aborted: success-rate 0.961, must be ≥ 0.99", "26m"),
            need(Mark::Wait, "staging", "ledger", "paused at step 2/8, resumes in 1m48s", "3m"),
            need(Mark::Wait, "production", "web", "preview healthy, waits before the cut-over", "41s"),
        ],
        more_need_you: 0,
        nobody: "nothing waits for a person".to_owned(),
        happened: vec![
            happened("14:31:45", "production", "quotes", "revision 12 started by ben (1.9.6)"),
            happened("14:31:26", "production", "web", "preview 8.1.0 healthy, 6/6 pods"),
            happened("14:29:07", "production", "gateway", "step 7 analysis p99-latency started"),
            happened("14:29:01", "staging", "ledger", "pause 5m began at 20 %"),
            happened("14:20:04", "production", "checkout", "pause without duration began at 40 %"),
            happened("14:05:52", "staging", "payments", "aborted, stable 1.18.2 serves 100 %"),
        ],
        trouble: Vec::new(),
        selected_page: Some(Box::new(page())),
        empty: None,
    }
}

pub fn overview(many: bool) -> Model {
    let summary =
        if many { "19 services · 3 channels · 4 clusters · 4 need you" } else { "12 services · 4 need you" };
    Model {
        next: "p: checkout in production goes from 40 % to 60 %, then pauses for 10m".into(),
        keys: keys(&[
            ("p", "promote"),
            ("a", "abort"),
            ("D", "deploy"),
            ("⏎", "open"),
            ("v", "board"),
            ("/", "filter"),
            ("!", "attention"),
            ("?", "help"),
        ]),
        ..model(header(&["rolltop"], summary), Body::Matrix(matrix(many)))
    }
}

pub fn trouble() -> Model {
    let mut matrix = matrix(false);
    matrix.columns[1].health = vec![health("stg-eu", Mark::Stale, "3m retry 8s", "3m")];
    matrix.columns[2].health = vec![health("prod-eu", Mark::Attention, "login: L", "login")];
    for row in &mut matrix.rows {
        for cell in &mut row.cells[1..] {
            cell.stale = cell.mark != Some(Mark::Absent);
        }
    }
    matrix.trouble = vec![
        TroubleLine {
            mark: Mark::Stale,
            channel: "staging".into(),
            lines: vec!["stg-eu silent since 14:29:02Z (connect timeout)".into()],
            retry: "retry in 8s".into(),
        },
        TroubleLine {
            mark: Mark::Attention,
            channel: "production".into(),
            lines: vec![
                "token refused by prod-eu (401): press L to log in, data 14s old".into(),
                "plugin said: \"SSO login has expired, run aws sso login\"".into(),
            ],
            retry: String::new(),
        },
    ];
    Model {
        next: "p is off here: production is 14s old and needs a login (L)".into(),
        keys: keys(&[
            ("L", "log in"),
            ("R", "retry now"),
            ("⏎", "the raw error"),
            ("1", "test still live"),
            ("/", "filter"),
            ("?", "help"),
        ]),
        ..model(header(&["rolltop"], "12 services · 4 need you"), Body::Matrix(matrix))
    }
}

#[allow(clippy::too_many_arguments, reason = "a row of a table")]
fn board_row(
    service: &str,
    cluster: &str,
    mark: Mark,
    state: &str,
    step: &str,
    weights: Option<(i64, i64)>,
    pods: &str,
    version: &str,
    age: &str,
) -> BoardRow {
    BoardRow {
        service: service.into(),
        marked: false,
        cluster: cluster.into(),
        namespace: "shop".into(),
        attention: mark == Mark::Wait,
        mark,
        state: state.into(),
        step: step.into(),
        gauge: weights.map(|(actual, set)| Gauge { set, actual: Some(actual), max: 100 }),
        updating: !step.is_empty(),
        pods: pods.into(),
        version: version.into(),
        drift: false,
        age: age.into(),
        stale: cluster == "prod-us",
        changed: false,
    }
}

pub fn board() -> Model {
    let healthy = |service: &str, cluster: &str, pods: &str, version: &str, age: &str| {
        board_row(service, cluster, Mark::Ok, "healthy", "", Some((100, 100)), pods, version, age)
    };
    let rows = vec![
        board_row("checkout", "prod-eu", Mark::Wait, "waits for you", "4/8", Some((38, 40)), "4/4", "2.42.0", "12m"),
        board_row("web", "prod-eu", Mark::Wait, "waits: preview", "", None, "6/6", "8.1.0", "41s"),
        board_row("gateway", "prod-eu", Mark::Busy, "analysis 7/12", "7/8", Some((80, 80)), "16/16", "7.0.1", "3m"),
        BoardRow {
            drift: true,
            ..board_row("quotes", "prod-eu", Mark::Busy, "scaling pods", "1/4", Some((4, 10)), "1/2", "1.9.6", "22s")
        },
        healthy("cart", "prod-us", "9/9", "3.7.0", "6d"),
        healthy("emailer", "prod-us", "2/2", "1.0.8", "11d"),
        healthy("ledger", "prod-eu", "4/4", "5.1.4", "3d"),
        healthy("payments", "prod-eu", "8/8", "1.18.2", "9d"),
        healthy("profile", "prod-eu", "3/3", "6.3.2", "2d"),
        healthy("search", "prod-eu", "5/5", "0.9.6", "17h"),
        healthy("tax", "prod-eu", "2/2", "4.4.1", "40d"),
    ];
    let total = rows.len();
    let board = Board {
        order: Sorting::default(),
        channel: "production".into(),
        health: vec![live("prod-eu"), health("prod-us", Mark::Stale, "14s", "14s")],
        clusters: true,
        rows,
        selected: Some(0),
        first: 0,
        total,
        selected_page: Some(Box::new(page())),
        trouble: vec![TroubleLine {
            mark: Mark::Stale,
            channel: "production".into(),
            lines: vec!["prod-us last heard 14s ago: cart, emailer are old".into()],
            retry: "retry in 5s".into(),
        }],
        empty: None,
    };
    Model {
        next: "p: 40 % → 60 %, then a pause of 10m".into(),
        keys: keys(&[
            ("p", "promote"),
            ("a", "abort"),
            ("s", "pause"),
            ("l", "logs"),
            ("m", "charts"),
            ("Space", "mark"),
            ("v", "matrix"),
            ("?", "help"),
        ]),
        ..model(header(&["rolltop", "production"], "prod-eu ✓ live · prod-us ~ 14s"), Body::Board(board))
    }
}

fn step(mark: Mark, number: usize, words: &str, time: &str) -> StepLine {
    let kind = match words.split([' ', ',']).next() {
        Some("weight") => "weight",
        Some("pause") => "pause",
        _ => "analysis",
    };
    StepLine { mark, number, words: words.into(), state: String::new(), time: time.into(), kind, details: Vec::new() }
}

pub fn tree(kind: TreeKind, name: &str, info: &str, age: &str) -> RevisionLine {
    RevisionLine {
        kind,
        depth: usize::from(kind != TreeKind::Revision),
        spot: Spot::of(Node::Pod(name.into(), name.into())),
        mark: Mark::Ok,
        name: name.into(),
        roles: Vec::new(),
        version: String::new(),
        status: if kind == TreeKind::Pod { "Running" } else { "" }.into(),
        info: info.into(),
        message: String::new(),
        age: age.into(),
        hidden: 0,
    }
}

pub fn revision(number: &str, role: &str, version: &str, status: &str) -> RevisionLine {
    RevisionLine {
        roles: if role.is_empty() { Vec::new() } else { vec![role.into()] },
        version: version.into(),
        status: status.into(),
        mark: if role.is_empty() { Mark::Absent } else { Mark::Ok },
        ..tree(TreeKind::Revision, number, "", "")
    }
}

pub fn revisions() -> Vec<RevisionLine> {
    let pod = |hash: &str, pod: &str, age: &str| tree(TreeKind::Pod, &format!("{hash}-{pod}"), "1/1", age);
    let mut lines = vec![revision("42", "canary", "2.42.0", "4/4 ready")];
    lines.extend(["b2k9x", "hx2lm", "qq81z", "9dk2w"].map(|name| pod("7f9c4d5b6", name, "20m")));
    lines.push(revision("41", "stable", "2.41.0", "8/8 ready"));
    let stable = ["2mm4q", "4vhtd", "5kx2p", "7ncb8", "8qwzr", "b6t4l", "fj9sd", "zx7vm"];
    lines.extend(stable.map(|name| pod("5d8f7c9b4", name, "9d")));
    lines.push(revision("40", "", "2.40.3", "scaled to 0"));
    lines
}

fn condition(mark: Mark, kind: &str, status: &str, reason: &str, message: &str, age: &str) -> ConditionLine {
    ConditionLine {
        mark,
        kind: kind.into(),
        status: status.into(),
        reason: reason.into(),
        message: message.into(),
        age: age.into(),
    }
}

pub fn page() -> RolloutPage {
    RolloutPage {
        service: "checkout".into(),
        mark: Mark::Wait,
        headline: "Paused at step 4 of 8, waits for you".into(),
        facts: "canary · 2.41.0 → 2.42.0 · rev 42".into(),
        message: String::new(),
        gauge: Some(Gauge { set: 40, actual: Some(38), max: 100 }),
        gauge_note: String::new(),
        analysis_status: Vec::new(),
        steps: vec![
            step(Mark::Ok, 1, "weight 40 %", "1m02s"),
            step(Mark::Ok, 2, "pause 5m", "5m00s"),
            step(Mark::Ok, 3, "analysis success-rate", "2m10s"),
            step(Mark::Wait, 4, "pause, until promoted", "12m03s"),
            step(Mark::Absent, 5, "weight 60 %", ""),
            step(Mark::Absent, 6, "pause 10m", ""),
            step(Mark::Absent, 7, "analysis success-rate", "~2m"),
            step(Mark::Absent, 8, "weight 100 %", ""),
        ],
        traffic: String::new(),
        roles: vec![role("canary", "2.42.0", 4, 4), role("stable", "2.41.0", 8, 8)],
        steps_title: "steps",
        current_step: Some(3),
        steps_scroll: None,
        steps_note: "done 3 of 8 · so far 20m19s".into(),
        replicas: [("desired", 8), ("current", 12), ("updated", 4), ("ready", 12), ("available", 12)]
            .map(|(name, count)| (name, Some(count))),
        revisions: revisions(),
        revisions_note: String::new(),
        analysis: Vec::new(),
        events: Vec::new(),
        conditions: vec![
            condition(
                Mark::Wait,
                "Paused",
                "True",
                "RolloutPaused",
                "Rollout is paused, waiting for a person to promote it",
                "12m",
            ),
            condition(Mark::Ok, "Available", "True", "AvailableReason", "Rollout has minimum availability", "9d"),
            condition(Mark::Absent, "Completed", "False", "RolloutCompleted", "", "20m"),
            condition(Mark::Absent, "Healthy", "False", "RolloutHealthy", "", "20m"),
        ],
        warnings: vec!["actual weight is 2 % under the set weight".into()],
        about: vec![
            ("channel".into(), "production".into()),
            ("cluster".into(), "prod-eu".into()),
            ("namespace".into(), "shop".into()),
            ("image".into(), "registry.example.com/team/shop/checkout:2.42.0 (canary)".into()),
            ("image".into(), "registry.example.com/team/shop/checkout:2.41.0 (stable)".into()),
            ("last write".into(), "kubectl-argo-rollouts 14:11:48Z".into()),
        ],
        stale: None,
        scroll: None,
        cursor: None,
        focus: Pane::Steps,
        zoom: false,
    }
}

pub fn role(role: &str, version: &str, ready: i32, desired: i32) -> RoleLine {
    RoleLine { role: role.into(), version: version.into(), desired, ready, available: ready }
}

pub fn rollout() -> Model {
    Model {
        next: "p: 40 % → 60 %, then a pause of 10m".into(),
        keys: keys(&[
            ("p", "promote"),
            ("P", "full"),
            ("a", "abort"),
            ("s", "pause"),
            ("u", "undo"),
            ("l", "logs"),
            ("e", "events"),
            ("m", "charts"),
            ("?", ""),
        ]),
        ..model(header(&["rolltop", "production", "checkout"], "prod-eu/shop ✓ live"), Body::Rollout(Box::new(page())))
    }
}

/// A pod that does not start, behind a stale connection.
pub fn rollout_in_trouble() -> Model {
    let mut model = rollout();
    let Body::Rollout(page) = &mut model.body else { unreachable!() };
    page.mark = Mark::Busy;
    page.headline = "Progressing at step 1 of 8".into();
    page.message = "more replicas need to be updated".into();
    page.gauge_note = "2 % under the set weight: 3 of 4 canary pods are ready".into();
    page.current_step = Some(0);
    for (at, step) in page.steps.iter_mut().enumerate() {
        step.mark = if at == 0 { Mark::Busy } else { Mark::Absent };
        step.time = String::new();
    }
    page.revisions[3].mark = Mark::Bad;
    page.revisions[3].status = "ImagePullBackOff".into();
    page.revisions[3].info = "0/1".into();
    page.focus = Pane::Revisions;
    page.cursor = Some(3);
    model.next =
        "nothing happens by itself while a pod does not start; a sends all traffic back to stable 2.41.0".into();
    model.verdict = Some(Verdict {
        mark: Mark::Attention,
        spinning: false,
        words: "promote checkout in production: accepted, no reaction for 10 s: is the controller up?".into(),
        hint: String::new(),
    });
    model
}

pub fn blue_green() -> Model {
    let mut model = rollout();
    let Body::Rollout(page) = &mut model.body else { unreachable!() };
    page.service = "web".into();
    page.headline = "Paused, waits before the cut-over".into();
    page.facts = "blue-green · 8.0.4 → 8.1.0 · rev 7".into();
    page.gauge = None;
    page.roles = vec![role("active", "8.0.4", 6, 6), role("preview", "8.1.0", 6, 6)];
    page.steps.clear();
    page.current_step = None;
    page.steps_note = String::new();
    page.stale = Some("14s".into());
    page.focus = Pane::Conditions;
    model
}

fn button(label: &str, focused: bool, on: bool) -> Button {
    Button { label: label.into(), focused, on }
}

pub fn write_dialog(typed: Option<&str>) -> WriteDialog {
    WriteDialog {
        title: "Promote checkout".into(),
        protected: typed.is_some(),
        rows: [
            (
                "where",
                if typed.is_some() { "production" } else { "staging" }.to_owned() + " · prod-eu · namespace shop",
            ),
            ("version", "2.41.0 → 2.42.0   revision 42, by ana 14:11Z".into()),
            ("step", "4 pause  →  5 weight 60 %".into()),
            ("traffic", "about 1,240 → 1,860 of 3,100 req/s".into()),
            ("then", "pause 10m · analysis success-rate · 100 %".into()),
        ]
        .map(|(label, words)| (label.to_owned(), words))
        .to_vec(),
        weights: Some((40, 60, 100)),
        evidence: vec![
            (Mark::Ok, "canary pods 4 of 4 ready for 19m".into()),
            (Mark::Ok, "staging ran 2.42.0 healthy for 21h".into()),
            (Mark::Attention, "freeze \"month end\" begins in 2h 27m".into()),
        ],
        typed: typed.map(|typed| ("checkout".into(), typed.into())),
        reason: None,
        call: None,
        back: "a sends all traffic to 2.41.0. Promote has no inverse.".into(),
        buttons: vec![
            button("Show call", false, true),
            button("Cancel", true, true),
            button("Promote to 60 %", false, typed.is_none()),
        ],
        footnote: "data 1 s old".into(),
    }
}

pub fn dialog(typed: Option<&str>) -> Model {
    Model {
        dialog: Some(Dialog::Write(Box::new(write_dialog(typed)))),
        next: "nothing is sent before the right-hand button is pressed".into(),
        keys: if typed.is_some() {
            keys(&[("letters:", "the name"), ("Tab", "next button"), ("⏎", "press"), ("Esc", "cancel")])
        } else {
            keys(&[("Tab", "next button"), ("⏎", "press"), ("Esc", "cancel")])
        },
        ..rollout()
    }
}

pub fn call_dialog() -> Model {
    let mut model = dialog(None);
    if let Some(Dialog::Write(write)) = &mut model.dialog {
        write.call = Some(vec![
            "PATCH /apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/checkout/status".into(),
            "{\"metadata\":{\"resourceVersion\":\"88121\"},\"status\":{\"pauseConditions\":null}}".into(),
            "kubectl argo rollouts promote checkout -n shop --context prod-eu".into(),
        ]);
    }
    model
}

pub fn question() -> Model {
    Model {
        dialog: Some(Dialog::Ask {
            title: "Quit".into(),
            lines: vec!["1 write in flight: promote checkout in production. Its answer would not be seen.".into()],
            buttons: vec![button("Wait", true, true), button("Quit anyway", false, true)],
        }),
        ..overview(false)
    }
}

/// The finder over the overview.
pub fn finder() -> Model {
    let line = |mark: Option<Mark>, words: &str, key: &str, detail: &str, on: bool| FinderLine {
        mark,
        words: words.into(),
        detail: detail.into(),
        key: key.into(),
        on,
    };
    let lines = vec![
        line(None, "promote", "p", "promote the pause of the selected rollout", true),
        line(None, "go to production", "3", "", true),
        line(Some(Mark::Wait), "checkout production shop", "", "waits for you", true),
        line(Some(Mark::Ok), "profile production a-namespace-with-a-very-long-name-indeed", "", "healthy", true),
        line(None, "retry now", "R", "off: prod-eu has no trouble: nothing to retry", false),
    ];
    Model {
        dialog: Some(Dialog::Finder(Box::new(FinderDialog {
            title: "find a command, a rollout, a channel".to_owned(),
            input: "pro".into(),
            lines,
            first: 0,
            total: 5,
            selected: 0,
            note: "also called: resume, continue, approve".into(),
        }))),
        keys: keys(&[("letters:", "narrow"), ("↑↓", "choose"), ("⏎", "run"), ("Esc", "close")]),
        ..overview(false)
    }
}

fn help_line(keys: &str, words: &str, off: &str) -> HelpLine {
    HelpLine { keys: keys.into(), words: words.into(), off: off.into() }
}

pub fn help() -> Model {
    let lines = |rows: &[(&str, &str)]| rows.iter().map(|(k, w)| help_line(k, w, "")).collect::<Vec<_>>();
    let mut screen = lines(&[
        ("p", "promote the paused step"),
        ("P", "promote full (skips all)"),
        ("a", "abort: all traffic to stable"),
        ("u", "undo to a revision: the template of an older ReplicaSet becomes the wanted one"),
        ("s", "pause / resume"),
        ("r", "restart the pods"),
        ("Tab z", "next pane · zoom"),
    ]);
    screen.insert(3, help_line("t", "retry", "not aborted"));
    let everywhere = lines(&[
        ("? F1", "this help"),
        (": /", "all actions · filter"),
        ("! .", "attention only · next"),
        ("1-9 0", "channel n · all"),
        ("[ ]", "previous / next channel"),
        ("v", "matrix / board"),
        ("L R", "log in · reconnect"),
        ("Esc", "back, never quits"),
        ("q Q", "back · quit"),
    ]);
    Model {
        keys: keys(&[("/", "search help"), ("↓", "more"), ("Esc", "close")]),
        ..model(
            header(&["rolltop", "help"], "for: rollout detail"),
            Body::Help(HelpPage {
                screen: "rollout detail".into(),
                groups: vec![("this screen".into(), screen), ("everywhere".into(), everywhere)],
                about: vec![
                    "rolltop 0.1.0 · 3 channels, 4 contexts · config ~/.config/rolltop/config.toml".into(),
                    "terminal xterm-256color, 256 colours, UTF-8".into(),
                ],
                scroll: 0,
            }),
        )
    }
}

pub fn log() -> Model {
    let lines = vec![
        (at("14:20:04"), Mark::Wait, "checkout in production: pause without duration began at 40 %".to_owned()),
        (at("14:29:02"), Mark::Stale, "staging stopped answering (connect timeout)".to_owned()),
        (at("14:32:01"), Mark::Ok, "staging is back after 2m59s, 4 changes".to_owned()),
        (
            at("14:32:05"),
            Mark::Bad,
            "promote checkout in production: refused (403), your role may not patch rollouts/status in shop".to_owned(),
        ),
    ];
    Model {
        keys: keys(&[("↑↓", "move"), ("Esc", "back")]),
        ..model(
            header(&["rolltop", "messages"], "12 services · 4 need you"),
            Body::Log(LogPage { lines, first: 36, total: 40 }),
        )
    }
}

pub fn first_run() -> Model {
    Model {
        next: "d opens the demo: a simulated cluster, nothing in it is real".into(),
        keys: keys(&[("d", "demo"), ("R", "look again"), ("q", "quit"), ("?", "help")]),
        ..model(
            header(&["rolltop"], "no cluster"),
            Body::Text(TextPage {
                title: "no kubeconfig".into(),
                lines: vec![
                    "KUBECONFIG is not set and ~/.kube/config does not exist, so there is no cluster to watch.".into(),
                    String::new(),
                    "What helps:".into(),
                    "  rolltop demo                 shows how it looks, on a simulated cluster".into(),
                    "  rolltop --kubeconfig FILE    uses that file".into(),
                    "  config.toml                  names release channels and their contexts".into(),
                ],
                scroll: 0,
            }),
        )
    }
}

pub fn empty() -> Model {
    let mut model = overview(false);
    let Body::Matrix(matrix) = &mut model.body else { unreachable!() };
    matrix.rows.clear();
    matrix.selected = None;
    matrix.total = 0;
    matrix.needs_you.clear();
    matrix.selected_page = None;
    model.next = "nothing is deployed here yet: apply a Rollout, or choose other namespaces in config.toml".into();
    matrix.empty = Some("no Argo Rollouts in test, staging or production (looked in 3 namespaces)".into());
    model
}

/// Passing lines, a kept filter and a ribbon all at once.
pub fn busy_footer() -> Model {
    let mut model = rollout();
    model.header.ribbons = vec!["DEMO".into(), "read-only".into()];
    model.header.filter = Some("is:paused".into());
    model.header.summary = String::new();
    model.verdict = Some(Verdict {
        mark: Mark::Busy,
        spinning: true,
        words: "promote checkout in production: sending".into(),
        hint: String::new(),
    });
    model.toast = Some(Toast { mark: Mark::Stale, words: "staging stopped answering".into() });
    model.filter_input = Some(("is:pau".into(), 6));
    model
}

/// A fourth channel, of which little fits.
pub fn four_channels() -> Model {
    let mut model = overview(false);
    let Body::Matrix(matrix) = &mut model.body else { unreachable!() };
    matrix.columns.push(column(4, "disaster-recovery", vec![health("dr-eu", Mark::Stale, "3m retry 8s", "3m")]));
    for row in &mut matrix.rows {
        row.cells.push(Cell { stale: true, ..row.cells[1].clone() });
    }
    matrix.total = 120;
    model
}

/// Every screen, by name.
pub fn all() -> Vec<(&'static str, Model)> {
    vec![
        ("overview", overview(false)),
        ("overview_many", overview(true)),
        ("four_channels", four_channels()),
        ("trouble", trouble()),
        ("board", board()),
        ("rollout", rollout()),
        ("rollout_in_trouble", rollout_in_trouble()),
        ("blue_green", blue_green()),
        ("dialog_typed", dialog(Some("check"))),
        ("dialog", dialog(None)),
        ("dialog_call", call_dialog()),
        ("question", question()),
        ("finder", finder()),
        ("help", help()),
        ("log", log()),
        ("first_run", first_run()),
        ("empty", empty()),
        ("footer", busy_footer()),
    ]
}
