//! What a page tells of runs, stages, weights and events: words in tables.

use crate::scenes::{self, Scene, at, metric, run, threshold};
use rolltop::app::model::{Mark, RevisionLine, RolloutPage, TreeKind};
use rolltop::app::node::{Folds, Spot};
use rolltop::argo::runs::{Comparison, RunKind};

fn line(page: &RolloutPage, kind: TreeKind) -> &RevisionLine {
    page.revisions.iter().find(|line| line.kind == kind).unwrap()
}

#[test]
fn headlines_and_reasons_of_every_scene() {
    let table = [
        (
            "analysis",
            "Progressing at step 3 of 8: analysis success-rate",
            "analysis checkout-7f9c4d5b6-42-2: success-rate: 7 of 12 measured",
        ),
        (
            "failed",
            "Aborted at step 3: success-rate 0.961, must be ≥ 0.99 (3 failures, 2 allowed), stable serves 100 %",
            "",
        ),
        ("preview", "Preview waits for you before the cut-over", ""),
        (
            "after_switch",
            "Progressing: post-promotion analysis",
            "analysis web-7f9c4d5b6-42-post: success-rate: 7 of 12 measured",
        ),
        (
            "experiment",
            "Progressing at step 2 of 3: experiment",
            "experiment checkout-7f9c4d5b6-42-1: success-rate: 7 of 12 measured",
        ),
        ("routed", "Progressing at step 1 of 8: weight 400/1000", "the traffic router has not confirmed the weight"),
        ("many_steps", "Paused at step 62 of 200, goes on in 13s", ""),
        (
            "invalid",
            "The controller refuses the spec: spec.strategy.canary.steps[4].setWeight: Invalid value: 160: SetWeight \
             needs to be between 0 and 100",
            "",
        ),
        ("restart", "Pods are being restarted", "5 of 8 pods"),
        ("workload", "Paused at step 4 of 8, waits for you", ""),
    ];
    let scenes = scenes::all();
    for (name, headline, message) in table {
        let (_, scene) = scenes.iter().find(|(of, _)| *of == name).unwrap();
        let page = scene.page();
        assert_eq!(page.headline.as_str(), headline, "{name}");
        let told = if message.is_empty() { page.message.is_empty() } else { page.message.starts_with(message) };
        assert!(told, "{name}: {}", page.message);
    }
}

#[test]
fn a_pod_that_does_not_start_is_the_reason_and_the_deadline_counts() {
    let page = scenes::broken_pods().page();
    let begin = "0 of 4 new pods are available · without progress it counts as failed in 3m12s · checkout-7f9c4d5b6-";
    assert!(page.message.starts_with(begin) && page.message.contains("ErrImagePull: not found"), "{}", page.message);
    let pods: Vec<(Mark, &str)> = page
        .revisions
        .iter()
        .filter(|line| line.kind == TreeKind::Pod && line.mark != Mark::Ok)
        .map(|line| (line.mark, line.status.as_str()))
        .collect();
    let expected = [
        (Mark::Bad, "ImagePullBackOff"),
        (Mark::Bad, "CrashLoopBackOff"),
        (Mark::Bad, "OOMKilled"),
        (Mark::Attention, "Pending"),
        (Mark::Busy, "Terminating"),
    ];
    for pod in expected {
        assert!(pods.contains(&pod), "{pod:?} of {pods:?}");
    }
    let unschedulable = page.revisions.iter().find(|line| line.message.contains("Insufficient cpu"));
    assert!(unschedulable.is_some(), "{:?}", page.revisions);
}

#[test]
fn the_steps_tell_how_their_runs_stand_and_how_long_they_took() {
    let steps = scenes::analysis().page().steps;
    let told: Vec<_> = steps.iter().take(4).map(|step| (step.mark, step.state.as_str(), step.time.as_str())).collect();
    assert_eq!(
        told,
        [(Mark::Ok, "", "1m02s"), (Mark::Ok, "", "5m00s"), (Mark::Busy, "14/24", "1m"), (Mark::Absent, "", ""),]
    );
    let refused = scenes::invalid().page();
    let step = &refused.steps[4];
    assert_eq!((step.mark, step.state.as_str()), (Mark::Bad, "refused"));
    let failed = scenes::failed().page();
    assert_eq!((failed.steps[2].state.as_str(), failed.steps[2].time.as_str()), ("failed", ""));
}

#[test]
fn a_blue_green_has_stages() {
    let stages = |scene: Scene| -> Vec<(Mark, String, String)> {
        scene.page().steps.into_iter().map(|step| (step.mark, step.words, step.time)).collect()
    };
    let waiting = stages(scenes::preview());
    let row = |mark, words: &str, time: &str| (mark, words.to_owned(), time.to_owned());
    assert_eq!(
        waiting,
        [
            row(Mark::Ok, "preview up", ""),
            row(Mark::Ok, "pre-promotion analysis", ""),
            row(Mark::Wait, "wait, until promoted", "41s"),
            row(Mark::Absent, "switch web-active", ""),
            row(Mark::Absent, "post-promotion analysis", ""),
            row(Mark::Absent, "scale down the old pods", ""),
        ]
    );
    let page = scenes::after_switch().page();
    assert_eq!((page.steps_title, page.current_step, page.steps[4].state.as_str()), ("stages", Some(4), "7/12"));
    let old = page.revisions.iter().find(|line| line.version == "8.0.4").unwrap();
    assert_eq!(old.info, "leaves in 24s");
}

#[test]
fn metrics_stand_against_their_limits() {
    let page = scenes::failed().page();
    let metric = &page.analysis[0].metrics[0];
    assert_eq!((metric.mark, metric.value.as_str(), metric.limit.as_str()), (Mark::Bad, "0.961", "≥ 0.99"));
    assert_eq!(
        metric.counts,
        "7 of 12 · 3 of 2 failures allowed · 1 inconclusive, none allowed · 1 of 4 errors in a row allowed"
    );
    assert_eq!(metric.words, "failed (3) > failureLimit (2)");
    let page = scenes::analysis().page();
    assert_eq!(page.analysis.len(), 2);
    let metrics = &page.analysis.iter().find(|run| run.title == "step 3").unwrap().metrics;
    let told: Vec<_> = metrics.iter().map(|m| (m.value.as_str(), m.next.as_str(), m.dry_run, m.points.len())).collect();
    assert_eq!(told, [("0.998", "next in 8s", false, 7), ("212", "next in 8s", true, 7)]);
}

#[test]
fn runs_and_experiments_stand_in_the_tree() {
    let page = scenes::experiment().page();
    let experiment = line(&page, TreeKind::Experiment);
    assert_eq!((experiment.status.as_str(), experiment.info.as_str()), ("runs", "ends in 2m53s"));
    let sets: Vec<_> = page.revisions.iter().filter(|line| line.kind == TreeKind::ReplicaSet).collect();
    assert_eq!(sets.iter().map(|set| set.roles.join(",")).collect::<Vec<_>>(), ["baseline", "canary"]);
    let page = scenes::failed().page();
    let run = line(&page, TreeKind::AnalysisRun);
    assert_eq!((run.version.as_str(), run.status.as_str()), ("step 3", "failed"));
    assert_eq!(run.info, "✓ 10  ✗ 3  ? 1  ! 1", "a revision whose pods are gone still says why");
    let job = scenes::preview().page().revisions.into_iter().find(|line| line.kind == TreeKind::Job).unwrap();
    assert_eq!((job.status.as_str(), job.depth), ("job successful", 2));
}

#[test]
fn many_pods_are_counted_and_those_in_trouble_are_listed() {
    let scene = scenes::many_pods();
    let page = scene.page();
    let canary: Vec<_> = page.revisions.iter().take_while(|line| line.version != "2.41.0").collect();
    let listed: Vec<_> = canary.iter().filter(|line| line.kind == TreeKind::Pod).map(|line| &*line.status).collect();
    assert_eq!(listed, ["CrashLoopBackOff", "CrashLoopBackOff", "OOMKilled", "Running"]);
    let more = canary.iter().find(|line| line.kind == TreeKind::More).unwrap();
    assert_eq!((more.name.as_str(), more.hidden, more.mark), ("296 more pods", 296, Mark::Ok));
    let mut folds = Folds::default();
    folds.set(more.spot.clone(), false);
    let all = scene.folded(&folds).revisions.iter().filter(|line| line.kind == TreeKind::Pod).count();
    assert_eq!(all, 300);
    folds.set(Spot::of(page.revisions[0].spot.node.clone()), true);
    assert_eq!(scene.folded(&folds).revisions[0].hidden, 300);
}

#[test]
fn a_router_is_told_with_what_it_was_told() {
    let page = scenes::routed().page();
    assert_eq!(
        page.traffic,
        "istio: canary 250/1000, stable 700/1000, baseline 50/1000, canary is to get 400/1000, not confirmed yet"
    );
}

#[test]
fn events_are_a_story_with_the_newest_last_and_repeated_ones_once() {
    let mut scene = scenes::failed();
    let again = scene.events.last().unwrap().clone();
    scene.events.insert(0, again);
    let events = scene.page().events;
    let times: Vec<_> = events.iter().map(|event| event.time.as_str()).collect();
    assert!(times.is_sorted(), "{times:?}");
    let aborted = events.iter().filter(|event| event.mark == Mark::Aborted).collect::<Vec<_>>();
    assert_eq!((aborted.len(), aborted[0].times.as_str()), (1, "×4"));
    let probe = events.iter().find(|event| event.about.starts_with("pod ")).unwrap();
    assert_eq!((probe.about.as_str(), probe.times.as_str()), ("pod 7f9c4d5b6-bmz69", "×7"));
}

#[test]
fn a_run_without_an_end_says_what_it_has_measured() {
    let mut scene = scenes::analysis();
    let mut endless = metric("errors", "Running", Some(threshold(Comparison::Below, "5")), &[("Failed", "[7]")]);
    endless.wanted = None;
    let mut run = run("checkout-7f9c4d5b6-42-2", RunKind::Inline(Some(2)), "Running", vec![endless]);
    run.started_at = Some(at("14:32:07"));
    scene.picture.revisions[0].analysis_runs = vec![run];
    let page = scene.page();
    assert_eq!(page.steps[2].state, "1 measured, 1 failed");
    assert_eq!(page.analysis[0].metrics[0].counts, "1 measured · 1 of 2 failures allowed");
}
