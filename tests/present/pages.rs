//! A rollout on its page: headline, ladder, gauge, tree, conditions.

use crate::moment::{Moment, moment, moment_of, raw};
use rolltop::app::model::{Mark, RolloutPage, TreeKind};
use rolltop::app::present::{Subject, page, standing, version};
use rolltop::argo::picture::Picture;
use serde_json::{Value, json};

fn page_of(moment: &Moment) -> RolloutPage {
    let (picture, context) = (moment.with_children(), moment.context());
    page::page(&Subject::new(&moment.rollout, &picture, &context), "")
}

#[test]
fn headlines_number_the_running_step_as_the_ladder_does() {
    let table = [
        ("healthy", "Healthy for 2s", "canary · blue · rev 1"),
        ("not-observed", "Changed, the controller has not seen it yet", "canary · blue → green"),
        ("scaling", "Progressing at step 1 of 6: weight 10 %", "canary · blue → green · rev 2"),
        ("waits-for-you", "Paused at step 2 of 6, waits for you", "canary · blue → green · rev 2"),
        ("unpausing", "Promoted at step 2 of 6, the controller has not moved on yet", "canary · blue → green · rev 2"),
        ("timed-pause", "Paused at step 4 of 6, goes on in 28s", "canary · blue → green · rev 2"),
        ("paused-by-hand", "Paused by hand at step 2 of 6, waits for you", "canary · blue → yellow · rev 2"),
        ("preview-waits", "Preview waits for you before the cut-over", "blue-green · blue → green · rev 2"),
    ];
    for (name, headline, facts) in table {
        let page = page_of(&moment(name));
        assert_eq!((page.headline.as_str(), page.facts.as_str()), (headline, facts), "{name}");
    }
}

#[test]
fn the_ladder_shows_what_is_done_what_runs_and_what_comes() {
    let page = page_of(&moment("timed-pause"));
    let ladder: Vec<_> = page.steps.iter().map(|s| (s.mark, s.number, s.words.as_str(), s.time.as_str())).collect();
    assert_eq!(
        ladder,
        [
            (Mark::Ok, 1, "weight 10 %", ""),
            (Mark::Ok, 2, "pause, until promoted", ""),
            (Mark::Ok, 3, "weight 25 %", ""),
            (Mark::Wait, 4, "pause 30s", "in 28s"),
            (Mark::Absent, 5, "weight 50 %", ""),
            (Mark::Absent, 6, "pause 30s", "30s"),
        ]
    );
    assert_eq!(page.current_step, Some(3));
    assert_eq!(page.steps_note, "done 3 of 6 · then 30s of pauses");
    let page = page_of(&moment("waits-for-you"));
    assert_eq!(page.steps[1].time, "2s");
    assert_eq!(page.steps_note, "done 1 of 6 · then 1m of pauses");
}

#[test]
fn a_ladder_that_the_controller_has_not_seen_claims_nothing() {
    let page = page_of(&moment("not-observed"));
    assert_eq!(page.current_step, None);
    assert!(page.steps.iter().all(|step| step.mark == Mark::Absent), "{:?}", page.steps);
    assert_eq!(page.steps_note, "the controller has not seen these steps yet");
    let page = page_of(&moment("healthy"));
    assert!(page.steps.iter().all(|step| step.mark == Mark::Ok));
    assert_eq!(page.steps_note, "all 6 steps done");
}

#[test]
fn a_weight_that_differs_is_explained() {
    let table = [
        ("scaling", "0 of 1 canary pod available"),
        ("waits-for-you", "1 of 4 pods is the nearest to 10 %"),
        ("timed-pause", ""),
        ("healthy", ""),
        ("half", "1 of 2 canary pods available"),
    ];
    for (name, note) in table {
        let page = page_of(&moment(name));
        assert_eq!(page.gauge_note, note, "{name}: {:?}", page.gauge);
    }
}

#[test]
fn the_tree_has_revisions_with_their_replica_sets_and_pods() {
    let page = page_of(&moment("waits-for-you"));
    let tree: Vec<_> = page
        .revisions
        .iter()
        .map(|l| (l.kind, l.depth, l.mark, l.roles.join(","), l.version.as_str(), l.status.as_str()))
        .collect();
    let pod = (TreeKind::Pod, 1, Mark::Ok, String::new(), "", "Running");
    assert_eq!(
        tree,
        [
            (TreeKind::Revision, 0, Mark::Ok, "canary".to_owned(), "green", "1/1 ready"),
            pod.clone(),
            (TreeKind::Revision, 0, Mark::Ok, "stable".to_owned(), "blue", "3/3 ready"),
            pod.clone(),
            pod.clone(),
            pod,
        ]
    );
    assert_eq!((page.revisions[0].name.as_str(), page.revisions[2].name.as_str()), ("2", "1"));
}

#[test]
fn the_newest_revision_comes_first_even_when_it_is_scaled_to_zero() {
    let mut value = raw("waits-for-you");
    for set in value["replicaSets"].as_array_mut().unwrap() {
        if set["metadata"]["annotations"]["rollout.argoproj.io/revision"] == "2" {
            set["spec"]["replicas"] = json!(0);
            set["status"] = json!({"observedGeneration": set["metadata"]["generation"]});
        }
    }
    value["pods"] = json!([]);
    let page = page_of(&moment_of(&value));
    let heads: Vec<_> = page.revisions.iter().filter(|line| line.kind == TreeKind::Revision).collect();
    assert_eq!((heads[0].name.as_str(), heads[0].status.as_str(), heads[0].mark), ("2", "scaled to 0", Mark::Absent));
    assert_eq!((heads[1].name.as_str(), heads[1].status.as_str()), ("1", "3/3 ready"));
}

#[test]
fn conditions_are_marked_by_what_they_mean() {
    let marks = |name: &str| -> Vec<_> {
        page_of(&moment(name)).conditions.iter().map(|c| (c.kind.clone(), c.status.clone(), c.mark)).collect()
    };
    let expect = |rows: &[(&str, &str, Mark)]| -> Vec<_> {
        rows.iter().map(|(kind, status, mark)| ((*kind).to_owned(), (*status).to_owned(), *mark)).collect()
    };
    assert_eq!(
        marks("waits-for-you"),
        expect(&[
            ("Progressing", "Unknown", Mark::Wait),
            ("Available", "True", Mark::Ok),
            ("Paused", "True", Mark::Wait),
            ("Completed", "False", Mark::Absent),
            ("Healthy", "False", Mark::Absent),
        ])
    );
    assert_eq!(marks("aborted")[0], ("Progressing".to_owned(), "False".to_owned(), Mark::Bad));
    assert_eq!(marks("invalid-spec")[0], ("InvalidSpec".to_owned(), "True".to_owned(), Mark::Bad));
    let completed = page_of(&moment("waits-for-you")).conditions[3].clone();
    assert!(!format!("{completed:?}").contains("RolloutCompleted"), "False carries the text of True: {completed:?}");
}

#[test]
fn a_re_read_with_an_older_clock_gives_no_negative_age() {
    let mut moment = moment("waits-for-you");
    moment.now = "2026-11-24T00:00:00Z".parse().unwrap();
    let page = page_of(&moment);
    let ages = page.revisions.iter().map(|line| &line.age).chain(page.conditions.iter().map(|line| &line.age));
    assert!(ages.into_iter().all(|age| !age.contains('-')) && page.steps[1].time == "now", "{page:?}");
}

#[test]
fn an_aborted_canary_says_who_serves_and_keeps_both_versions_apart() {
    let mut value = raw("waits-for-you");
    let status = &mut value["rollout"]["status"];
    status["abort"] = json!(true);
    status["abortedAt"] = json!("2026-11-24T00:04:44Z");
    status["phase"] = json!("Degraded");
    status["message"] = json!("RolloutAborted: Rollout aborted update to revision 2");
    status["currentStepIndex"] = json!(0);
    status["pauseConditions"] = Value::Null;
    status["controllerPause"] = json!(false);
    let moment = moment_of(&value);
    let (picture, context) = (moment.with_children(), moment.context());
    let subject = Subject::new(&moment.rollout, &picture, &context);
    assert_eq!(version::change(&subject), "blue, not green");
    assert_eq!(standing::reason(&subject), "aborted: no cause given (by hand?)");
    let page = page::page(&subject, "");
    assert!(page.headline.starts_with("Aborted: no cause given (by hand?)"), "{}", page.headline);
    assert_eq!((page.current_step, page.gauge_note.as_str()), (None, "1 canary pod still to leave"));
    assert_eq!(page.steps_note, "aborted: no step runs, a retry begins with the first");
}

/// A canary that makes no progress: its one pod cannot pull its image.
fn stuck() -> Value {
    let mut value = raw("waits-for-you");
    let hash = value["rollout"]["status"]["currentPodHash"].clone();
    let status = &mut value["rollout"]["status"];
    status["phase"] = json!("Degraded");
    status["message"] = json!("ProgressDeadlineExceeded: ReplicaSet \"web-1\" has timed out progressing.");
    status["pauseConditions"] = Value::Null;
    status["controllerPause"] = json!(false);
    status["availableReplicas"] = json!(status["replicas"].as_i64().unwrap() - 1);
    for set in value["replicaSets"].as_array_mut().unwrap() {
        if set["metadata"]["labels"]["rollouts-pod-template-hash"] == hash {
            set["status"]["availableReplicas"] = json!(0);
        }
    }
    for pod in value["pods"].as_array_mut().unwrap() {
        if pod["metadata"]["labels"]["rollouts-pod-template-hash"] == hash {
            pod["status"]["phase"] = json!("Pending");
            pod["status"]["containerStatuses"] = json!([{"name": "app", "ready": false, "restartCount": 0, "image": "x",
                "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image \"x\""}}}]);
        }
    }
    value
}

#[test]
fn no_progress_is_explained_by_the_pod_that_is_stuck_and_without_pods_by_their_number() {
    let moment = moment_of(&stuck());
    let (picture, context) = (moment.with_children(), moment.context());
    let page = page::page(&Subject::new(&moment.rollout, &picture, &context), "");
    assert!(page.headline.contains("ImagePullBackOff (green)"), "{}", page.headline);
    assert_eq!(page.message, "Back-off pulling image \"x\"");
    let picture = moment.alone();
    let reason = standing::reason(&Subject::new(&moment.rollout, &picture, &context));
    assert!(reason.ends_with("1 of 4 pods not available"), "{reason}");
}

#[test]
fn without_a_step_left_the_actual_weight_is_counted_while_old_pods_serve() {
    let mut value = stuck();
    value["rollout"]["spec"]["strategy"]["canary"]["steps"] = Value::Null;
    let moment = moment_of(&value);
    let context = moment.context();
    let actual = |picture: Picture| {
        let page = page::page(&Subject::new(&moment.rollout, &picture, &context), "");
        page.gauge.unwrap().actual
    };
    assert_eq!(actual(moment.with_children()), Some(0));
    assert_eq!(actual(moment.alone()), None, "which pods are missing is not known without ReplicaSets");
}
