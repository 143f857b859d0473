//! Races and lost answers, with every interleaving forced. What must hold: one decision ends at most one pause, and what
//! is answered is true, or says that nobody knows.

use crate::stage::{Stage, block_on, web};
use rolltop::argo::deed::plan::Plan;
use rolltop::argo::deed::{Deed, Extent};
use rolltop::argo::feed::{Answer, TroubleKind};
use serde_json::json;

const PROMOTE: Deed = Deed::Promote(Extent::Pause);

/// A rollout at the first of three pauses in a row: a promote too much would be seen at once.
fn at_the_first_of_three() -> Stage {
    let steps = json!([{"setWeight": 25}, {"pause": {}}, {"pause": {}}, {"pause": {}}]);
    let mut stage = Stage::new(&[web(&json!({"canary": {"steps": steps}}))]);
    stage.pass(20);
    stage.deed(json!({"do": "set-image", "image": "example/app:2"}));
    stage.pass(10);
    assert_eq!(stage.stands(), "Paused 1");
    stage.running.requests().clear();
    stage
}

fn decided(stage: &Stage) -> Plan {
    block_on(async { stage.decide(&stage.connect("").await, &PROMOTE).await.unwrap() })
}

fn accepted(answer: &Answer) -> bool {
    matches!(answer, Answer::Accepted { .. })
}

fn send(stage: &Stage, plan: &Plan) -> Answer {
    block_on(async { stage.send(&stage.connect("").await, plan).await })
}

#[test]
fn the_same_decision_sent_twice_ends_one_pause() {
    for between in [0, 10] {
        let mut stage = at_the_first_of_three();
        let plan = decided(&stage);
        assert!(accepted(&send(&stage, &plan)));
        stage.pass(between);
        let second = send(&stage, &plan);
        assert!(matches!(second, Answer::Moved { .. }), "{second:?}");
        stage.pass(20);
        assert_eq!(stage.stands(), "Paused 2");
        assert_eq!(stage.writes().len(), 1);
    }
}

#[test]
fn two_at_once_end_one_pause_and_one_of_them_is_told() {
    for _ in 0..10 {
        let mut stage = at_the_first_of_three();
        let (one, two) = block_on(async {
            let (one, two) = (stage.connect("").await, stage.connect("").await);
            let plans = (stage.decide(&one, &PROMOTE).await.unwrap(), stage.decide(&two, &PROMOTE).await.unwrap());
            tokio::join!(stage.send(&one, &plans.0), stage.send(&two, &plans.1))
        });
        assert_eq!([&one, &two].into_iter().filter(|answer| accepted(answer)).count(), 1, "{one:?} {two:?}");
        assert!([&one, &two].iter().any(|answer| matches!(answer, Answer::Moved { .. })), "{one:?} {two:?}");
        stage.pass(20);
        assert_eq!(stage.stands(), "Paused 2");
    }
}

#[test]
fn whatever_others_and_the_controller_do_in_between_one_decision_ends_one_pause() {
    let others = [
        json!({"do": "promote"}),
        json!({"do": "abort"}),
        json!({"do": "pause"}),
        json!({"do": "promote-full"}),
        json!({"do": "set-image", "image": "example/app:3"}),
        json!({"do": "undo"}),
        json!({"do": "scale", "replicas": 6}),
        json!({"do": "patch-status", "patch": {"availableReplicas": 1}}),
    ];
    for other in others {
        // The controllers have done so many jobs when the promote comes.
        for jobs in [0, 1, 2, 3, 5, 8] {
            let mut stage = at_the_first_of_three();
            let plan = decided(&stage);
            stage.deed(other.clone());
            for _ in 0..jobs {
                stage.driver.step();
            }
            let before = stage.raw();
            let answer = send(&stage, &plan);
            assert!(matches!(answer, Answer::Moved { .. }), "{other} {jobs}: {answer:?}");
            assert_eq!(stage.raw(), before, "{other} {jobs}");
            assert_eq!(stage.writes(), [], "{other} {jobs}");
        }
    }
}

#[test]
fn a_change_between_the_look_and_the_write_is_a_conflict_and_nothing_is_done() {
    // The server holds the patch back while somebody else promotes.
    let mut stage = at_the_first_of_three();
    let plan = decided(&stage);
    stage.running.set_faults("test:patch=400ms*1").unwrap();
    let answer = std::thread::scope(|scope| {
        let (url, plan) = (stage.running.kubeconfig.clone(), plan.clone());
        let sent = scope.spawn(move || {
            block_on(async {
                let kubeconfig = rolltop::cluster::kubeconfig::from_text(&url).unwrap().kubeconfig;
                let access = rolltop::cluster::hub::Access {
                    kubeconfig,
                    timeout: std::time::Duration::from_secs(5),
                    read_only: false,
                };
                let connection = rolltop::cluster::oneshot::Connection::open(&access, "test").await.unwrap();
                connection.write(&"demo".into(), "web", &plan, false).await
            })
        });
        // The look has been answered once it is in the log; the patch is on its way or held back.
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while stage.running.requests().all().iter().filter(|one| one.verb == "get").count() < 2 {
            assert!(std::time::Instant::now() < deadline, "no look came");
            std::thread::yield_now();
        }
        stage.act("promote");
        stage.pass(10);
        sent.join().unwrap()
    });
    assert!(matches!(answer, Answer::Moved { .. }), "{answer:?}");
    assert!(stage.writes().iter().all(|write| write.status == 409), "{:?}", stage.writes());
    stage.pass(20);
    assert_eq!(stage.stands(), "Paused 2");
}

#[test]
fn an_answer_that_is_lost_or_bad_is_told_truly_and_asking_again_ends_no_second_pause() {
    // What the server does, whether it is done, and what may be said of it.
    for (fault, done, kind) in [
        ("test:patch=drop*1", false, None),
        ("test:patch=!drop*1", true, None),
        // The connection breaks in the middle of the answer, or while the server still works on it.
        ("test:patch=half*1", true, None),
        ("test:patch=300ms*1;test:patch=drop*1", false, None),
        ("test:patch=300ms*1;test:patch=!drop*1", true, None),
        ("test:patch=504*1", false, None),
        ("test:patch=!504*1", true, None),
        ("test:patch=502*1", false, None),
        ("test:patch=!502*1", true, None),
        ("test:patch=429*1", false, Some(TroubleKind::Throttled)),
        ("test:patch=503*1", false, Some(TroubleKind::Server)),
        ("test:patch=401*1", false, Some(TroubleKind::NotSignedIn)),
        ("test:patch=403*1", false, Some(TroubleKind::Forbidden)),
        ("test:get=drop*9", false, Some(TroubleKind::Unreachable)),
        ("test:get=401*1", false, Some(TroubleKind::NotSignedIn)),
        ("test:down", false, Some(TroubleKind::Unreachable)),
    ] {
        let mut stage = at_the_first_of_three();
        let plan = decided(&stage);
        stage.running.requests().clear();
        stage.running.set_faults(fault).unwrap();
        let answer = send(&stage, &plan);
        match (&answer, kind) {
            (Answer::Unknown(trouble), None) => assert!(trouble.sentence.contains("may have happened"), "{trouble:?}"),
            (Answer::Refused(trouble), Some(kind)) => {
                assert_eq!(trouble.kind, kind, "{fault}");
                if kind == TroubleKind::Throttled {
                    assert!(trouble.sentence.ends_with("asks to wait 1 s"), "Retry-After: {}", trouble.sentence);
                    assert!(trouble.hint.as_ref().is_some_and(|hint| hint.contains("not repeated")), "{trouble:?}");
                }
            }
            other => panic!("{fault}: {other:?}"),
        }
        assert!(stage.writes().len() <= 1, "{fault}: a write is never repeated: {:?}", stage.writes());
        let cleared = stage.raw()["status"].get("pauseConditions").is_none();
        assert_eq!(cleared, done, "{fault}");
        stage.running.set_faults("").unwrap();
        // The same decision again, as somebody would who does not know: one pause, all in all.
        let again = send(&stage, &plan);
        assert_eq!(accepted(&again), !done, "{fault}: {again:?}");
        stage.pass(20);
        assert_eq!(stage.stands(), "Paused 2", "{fault}");
    }
}

#[test]
fn an_abort_goes_through_while_the_controller_counts_pods_and_not_into_another_version() {
    let mut stage = at_the_first_of_three();
    let plan = block_on(async { stage.decide(&stage.connect("").await, &Deed::Abort).await.unwrap() });
    stage.deed(json!({"do": "patch-status", "patch": {"availableReplicas": 1}}));
    assert!(accepted(&send(&stage, &plan)));
    stage.pass(10);
    assert!(stage.stands().starts_with("Degraded"), "{}", stage.stands());

    let mut stage = at_the_first_of_three();
    let plan = block_on(async { stage.decide(&stage.connect("").await, &Deed::Abort).await.unwrap() });
    stage.deed(json!({"do": "set-image", "image": "example/app:3"}));
    stage.pass(5);
    let answer = send(&stage, &plan);
    assert!(matches!(answer, Answer::Moved { .. }), "{answer:?}");
    assert_eq!(stage.writes(), []);
}
