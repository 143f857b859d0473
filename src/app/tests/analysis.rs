//! Closer looks at an analysis run, an experiment and the charts: opening, keys, the time that passes, and what is
//! observed meanwhile.

use crate::app::charts::ChartsView;
use crate::app::experiment::ExperimentView;
use crate::app::history;
use crate::app::model::{Body, ChartsPage, ExperimentPage, RunPage, SeriesKind};
use crate::app::navigate;
use crate::app::run::RunView;
use crate::app::run::testing::{measured, metric, run};
use crate::app::screen::Screen;
use crate::app::testing::*;
use crate::argo::feed::{Link, News, TroubleKind};
use crate::argo::picture::Revision;
use crate::argo::runs::{ExperimentPicture, MetricPicture, RunPicture, TemplatePicture};
use crate::names::{Namespace, RolloutKey};
use jiff::SignedDuration;
use serde_json::json;

fn key() -> RolloutKey {
    RolloutKey { source: PRODUCTION, namespace: Namespace::from("shop"), name: "checkout".into() }
}

/// The page of checkout in production, with these children.
fn opened(runs: Vec<RunPicture>, experiments: Vec<ExperimentPicture>) -> Script {
    let mut script = Script::fleet();
    script.on_checkout().keys("Enter");
    let revision = Revision { revision: 2, replica_sets: Vec::new(), experiments, analysis_runs: runs };
    script.state.detail.as_mut().unwrap().picture.revisions = vec![revision];
    history::observe(&mut script.state, &key(), None);
    script
}

fn on_run(runs: Vec<RunPicture>) -> Script {
    let mut script = opened(runs, Vec::new());
    let view = RunView::new(key(), "uid-run".into(), "checkout-new-2".into());
    navigate::push(&mut script.state, Screen::Run(view));
    script
}

fn run_page(script: &Script) -> RunPage {
    match script.model().body {
        Body::Run(page) => *page,
        other => panic!("no run but {other:?}"),
    }
}

fn experiment_page(script: &Script) -> ExperimentPage {
    match script.model().body {
        Body::Experiment(page) => *page,
        other => panic!("no experiment but {other:?}"),
    }
}

fn charts_page(script: &Script) -> ChartsPage {
    match script.model().body {
        Body::Charts(page) => *page,
        other => panic!("no charts but {other:?}"),
    }
}

fn measuring(next_in: i64) -> MetricPicture {
    let next_at = Some(start() + SignedDuration::from_secs(next_in));
    MetricPicture {
        next_at,
        ..metric("success-rate", vec![measured("Successful", "1", 0), measured("Failed", "0.9", 10)])
    }
}

fn experiment(runs: Vec<RunPicture>) -> ExperimentPicture {
    ExperimentPicture {
        name: "checkout-new-2-1".into(),
        uid: "uid-experiment".into(),
        current: true,
        status: "Running".into(),
        message: "".into(),
        templates: vec![TemplatePicture {
            name: "baseline".into(),
            status: "Running".into(),
            message: "".into(),
            available: 1,
            wanted: 1,
        }],
        replica_sets: Vec::new(),
        analysis_runs: runs,
        created: Some(start()),
        available_at: Some(start()),
        ends_at: Some(start() + SignedDuration::from_secs(300)),
        duration: Some("5m".into()),
        terminating: false,
        unreadable: None,
    }
}

#[test]
fn n_goes_through_the_metrics_of_a_run_and_round_again() {
    let metrics: Vec<MetricPicture> =
        (0..50).map(|n| metric(&format!("m{n}"), vec![measured("Successful", "1", 0)])).collect();
    let mut script = on_run(vec![run(metrics)]);
    let shown = |script: &Script| {
        let page = run_page(script);
        page.metrics[page.shown].name.clone()
    };
    assert_eq!((shown(&script).as_str(), run_page(&script).metrics.len()), ("m0", 50));
    script.keys("n n");
    assert_eq!(shown(&script), "m2");
    script.keys("N N N");
    assert_eq!(shown(&script), "m49");
    script.keys("n");
    assert_eq!(shown(&script), "m0");
}

#[test]
fn a_run_with_one_metric_says_that_there_is_no_other() {
    let mut script = on_run(vec![run(vec![measuring(7)])]);
    script.keys("n");
    assert_eq!(script.toast(), "this run has no other metric");
}

#[test]
fn the_cursor_of_the_measurements_stays_among_them() {
    let mut script = on_run(vec![run(vec![measuring(7)])]);
    let cursor = |script: &Script| run_page(script).metric.unwrap().cursor;
    script.keys("j j j");
    assert_eq!(cursor(&script), 1);
    script.keys("k k k");
    assert_eq!(cursor(&script), 0);
    script.keys("G");
    assert_eq!(cursor(&script), 1);
    script.keys("Enter");
    assert_eq!(script.toast(), "there is nothing below a run", "Enter opens nothing and says so");
    assert!(matches!(script.model().body, Body::Run(_)));
}

#[test]
fn the_countdown_to_the_next_measurement_runs_only_where_it_is_seen() {
    let mut script = on_run(vec![run(vec![measuring(9)])]);
    let next = script.model().next;
    assert_eq!(next, "success-rate measures by itself in 7s");
    assert!(script.state.next_tick().unwrap() <= script.now + SignedDuration::from_secs(1));
    script.state.take_dirty();
    script.silence(1_000);
    assert!(script.state.take_dirty(), "time alone draws it anew");
    assert_eq!(script.model().next, "success-rate measures by itself in 6s");
    script.keys("Esc Esc");
    script.wait(1);
    assert!(script.state.next_tick().unwrap() > script.now + SignedDuration::from_secs(1), "not seen: no ticking");
}

#[test]
fn a_run_of_a_stale_source_promises_nothing() {
    let mut script = on_run(vec![run(vec![measuring(60)])]);
    script.silence(20_000);
    assert_eq!(run_page(&script).stale.as_deref(), Some("20s"));
    assert_eq!(script.model().next, "prod-eu was last heard of 20s ago: what happens now is not known");
}

#[test]
fn a_run_that_went_says_so() {
    let mut script = on_run(vec![run(vec![measuring(60)])]);
    script.state.detail.as_mut().unwrap().picture.revisions.clear();
    let page = run_page(&script);
    assert!(page.metric.is_none() && !page.headline.is_empty());
    script.keys("n j G Esc");
    script.remove(PRODUCTION, "checkout");
    assert_eq!(script.path(), "rolltop › production › checkout");
}

#[test]
fn a_failed_run_tells_what_it_did_only_as_far_as_the_rollout_says_so() {
    let message = "Metric \"success-rate\" assessed Failed due to failed (3) > failureLimit (2)";
    let failed = RunPicture { status: "Failed".into(), message: message.into(), ..run(vec![measuring(0)]) };
    let script = on_run(vec![failed.clone()]);
    assert_eq!(run_page(&script).outcome, "The rollout is not aborted so far.");
    let with = |message: &str| {
        let mut script = Script::fleet();
        let status = json!({"phase": "Degraded", "abort": true, "abortedAt": "2026-03-01T13:34:00Z", "message": message,
            "currentStepIndex": 0, "updatedReplicas": 0});
        script.upsert(PRODUCTION, read(canary("checkout", 9, &status)));
        script.on_checkout().keys("Enter");
        let revision = Revision {
            revision: 2,
            replica_sets: Vec::new(),
            experiments: Vec::new(),
            analysis_runs: vec![failed.clone()],
        };
        script.state.detail.as_mut().unwrap().picture.revisions = vec![revision];
        let view = RunView::new(key(), "uid-run".into(), "checkout-new-2".into());
        navigate::push(&mut script.state, Screen::Run(view));
        run_page(&script).outcome
    };
    let said = with(&format!(
        "RolloutAborted: Rollout aborted update to revision 2: Background analysis phase error/failed: {message}"
    ));
    assert!(said.starts_with("So the rollout was aborted 26m02s ago: "), "{said}");
    let by_hand = with("RolloutAborted: Rollout aborted update to revision 2");
    assert!(by_hand.starts_with("The rollout is aborted (it does not say why) 26m02s ago: "), "{by_hand}");
}

#[test]
fn enter_opens_the_run_of_an_experiment_and_back_returns_to_it() {
    let bad = RunPicture { status: "Failed".into(), ..run(vec![measuring(0)]) };
    let good = RunPicture { uid: "uid-good".into(), name: "good".into(), ..run(vec![measuring(0)]) };
    let mut script = opened(Vec::new(), vec![experiment(vec![good, bad])]);
    let view = ExperimentView::new(key(), "uid-experiment".into(), "checkout-new-2-1".into());
    navigate::push(&mut script.state, Screen::Experiment(view));
    let page = experiment_page(&script);
    assert_eq!(page.headline, "Running: 1 of 1 template up, ends in 4m58s");
    assert_eq!(page.lines[page.cursor.unwrap() - page.first].name, "checkout-new-2", "the failed one first");
    script.keys("Enter");
    assert!(script.path().ends_with("checkout-new-2"));
    assert_eq!(run_page(&script).facts, "of experiment checkout-new-2-1 · revision 2 · ran 10s, ended 19m52s ago");
    script.keys("Esc k");
    assert_eq!(experiment_page(&script).cursor, Some(3));
    script.keys("g Enter");
    assert_eq!(script.toast(), "the cursor is not on an analysis run");
    script.keys("n");
    assert!(script.toast().contains("open one of its runs"), "{}", script.toast());
}

/// The actual weight over time, in stretches.
fn actual(page: &ChartsPage) -> Vec<Vec<(f64, f64)>> {
    page.charts[0].series.iter().find(|series| series.kind == SeriesKind::Actual).unwrap().stretches.clone()
}

fn at_step(version: u64, step: u64, updated: u64) -> crate::argo::rollout::Rollout {
    let status = json!({"phase": "Progressing", "message": "more replicas need to be updated",
        "currentStepIndex": step, "updatedReplicas": updated});
    read(canary("checkout", version, &status))
}

#[test]
fn the_charts_show_weights_as_they_were_seen_and_nothing_before() {
    let mut script = Script::fleet();
    script.wait(10).upsert(PRODUCTION, at_step(2, 2, 1));
    script.wait(10).upsert(PRODUCTION, at_step(3, 2, 3));
    script.wait(10);
    script.on_checkout().keys("m");
    assert_eq!(script.path(), "rolltop › production › checkout › charts");
    let page = charts_page(&script);
    assert_eq!(page.since, "observed since 14:00:00Z");
    assert_eq!(actual(&page), [[(0.0, 20.0), (22.0, 20.0), (22.0, 60.0), (32.0, 60.0)]]);
    let set = &page.charts[0].series[0].stretches;
    assert_eq!(*set, [[(0.0, 20.0), (12.0, 20.0), (12.0, 60.0), (32.0, 60.0)]]);
    let events: Vec<(&str, &str)> =
        page.events.iter().map(|event| (event.clock.as_str(), event.words.as_str())).collect();
    assert_eq!(events, [("14:00:12Z", "promoted: step 3 of 4")]);
    assert_eq!(page.names, ["weight"]);
    script.keys("n");
    assert!(script.toast().contains("the weight is the only chart"));
}

#[test]
fn a_rollout_that_did_not_move_is_a_flat_line_since_it_was_seen() {
    let mut script = Script::fleet();
    script.wait(10).wait(10).wait(10).on_checkout().keys("m");
    let page = charts_page(&script);
    assert_eq!(actual(&page), [[(0.0, 20.0), (32.0, 20.0)]]);
    assert!(page.events.is_empty());
}

#[test]
fn where_the_source_was_away_there_is_a_gap() {
    let mut script = Script::fleet();
    script.wait(10);
    let retrying = Link::Retrying {
        trouble: trouble(TroubleKind::Unreachable),
        last_heard: Some(script.now),
        next_try: script.now + SignedDuration::from_secs(60),
    };
    script.news(News::Link(PRODUCTION, retrying));
    script.silence(60_000);
    script.live(PRODUCTION, vec![at_step(2, 2, 3), healthy("payments", 2), healthy("web", 3)]);
    script.wait(10);
    script.on_checkout().keys("m");
    let page = charts_page(&script);
    assert_eq!(actual(&page), [vec![(0.0, 20.0), (12.0, 20.0)], vec![(72.0, 60.0), (82.0, 60.0)]]);
    assert_eq!(page.gaps, [(12.0, 72.0)]);
    assert_eq!(page.notes, ["1 gap, 1m00s in all: not seen"]);
}

#[test]
fn a_source_that_only_fell_silent_leaves_a_gap_since_it_was_heard() {
    let mut script = Script::fleet();
    script.wait(10);
    script.silence(20_000);
    script.wait(2);
    script.wait(5);
    script.on_checkout().keys("m");
    assert_eq!(charts_page(&script).gaps.len(), 1);
    assert_eq!(charts_page(&script).gaps[0], (12.0, 34.0));
}

#[test]
fn metrics_stand_below_the_weight_and_n_goes_from_chart_to_chart() {
    let mut script = opened(
        vec![run(vec![measuring(7), metric("p99", vec![measured("Error", "", 5), measured("Successful", "200", 15)])])],
        Vec::new(),
    );
    navigate::push(&mut script.state, Screen::Charts(ChartsView::new(key())));
    let page = charts_page(&script);
    assert_eq!(page.names, ["weight", "success-rate", "p99"]);
    assert!(page.since.ends_with("measurements since 13:40:00Z, as the controller kept them"), "{}", page.since);
    assert_eq!(actual(&page)[0][0], (1_200.0, 20.0), "no weight before it was seen");
    let rate = &page.charts[1];
    assert_eq!(rate.series[0].stretches, [vec![(0.0, 1.0), (10.0, 0.9)]]);
    assert_eq!(rate.points.len(), 1, "the failed one has a sign of its own");
    assert_eq!(page.charts[2].points[0].1, None, "an error has no value");
    script.keys("n");
    assert_eq!(charts_page(&script).first, 1);
    script.keys("N N");
    assert_eq!(charts_page(&script).first, 2);
    script.keys("n");
    assert_eq!(charts_page(&script).first, 0);
}

#[test]
fn what_happened_while_the_page_was_closed_is_in_its_charts() {
    let mut script = Script::fleet();
    script.wait(10).on_checkout().keys("Enter Esc");
    script.wait(10).upsert(PRODUCTION, aborted("checkout", 5));
    script.wait(10).on_checkout().keys("m");
    let words: Vec<String> = charts_page(&script).events.into_iter().map(|event| event.words).collect();
    assert_eq!(words, ["aborted"]);
}

#[test]
fn a_long_calm_does_not_push_the_story_to_the_edge() {
    let mut script = Script::fleet();
    script.wait(10).upsert(PRODUCTION, aborted("checkout", 5));
    for _ in 0..30 {
        script.wait(10);
    }
    script.on_checkout().keys("m");
    let page = charts_page(&script);
    assert_eq!(
        (page.notes.as_slice(), page.to),
        (["unchanged since 14:00:12Z".to_owned()].as_slice(), start() + SignedDuration::from_secs(72))
    );
    let due = script.state.next_tick();
    assert!(due.is_none_or(|due| due > script.now + SignedDuration::from_secs(5)), "it has no clock: {due:?}");
}

#[test]
fn the_next_line_of_the_charts_names_no_key_that_does_not_work_there() {
    let mut script = Script::fleet();
    script.on_checkout().keys("m");
    let next = script.model().next;
    assert!(next.contains("on the rollout's page p: "), "{next}");
    let keys: Vec<String> = script.model().keys.into_iter().map(|key| key.key).collect();
    assert!(!keys.contains(&"p".to_owned()), "{keys:?}");
}
