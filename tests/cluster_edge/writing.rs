//! Writing: a promote lands once, on what it was decided on, or not at all; the server's log is the evidence.

use crate::fake::{Fake, Reply, Seen, status};
use crate::support::{Watched, access, block_on, change, key, paused, quick, simulated, store, target};
use rolltop::argo::deed::plan::{Body, Facts, Object, Plan, Request};
use rolltop::argo::deed::{Deed, Extent, plan::plan as decide};
use rolltop::argo::feed::{Answer, News, Order, RequestId, TroubleKind};
use rolltop::argo::picture::Children;
use rolltop::argo::rollout::Rollout;
use rolltop::cluster::hub::Scope;
use rolltop::cluster::oneshot::Connection;
use rolltop::demo::http::record::Logged;
use rolltop::demo::serve::Running;
use rolltop::demo::store::{Part, ROLLOUTS};
use serde_json::{Value, json};
use std::sync::Mutex;

/// What is there now, and the plan to promote it.
fn promotion_of(rollout: &Rollout) -> Plan {
    let facts = Facts { rollout, children: Children::default(), now: jiff::Timestamp::UNIX_EPOCH };
    decide(&Deed::Promote(Extent::Pause), facts).unwrap()
}

fn plan(running: &Running) -> Plan {
    let object = store(running).get(&ROLLOUTS, "shop", "web").unwrap();
    promotion_of(&Rollout::decode(&object))
}

fn send(running: &Running, context: &str, read_only: bool, promotion: &Plan, dry_run: bool) -> Answer {
    block_on(async {
        let connection = Connection::open(&access(&running.kubeconfig, read_only), context).await.unwrap();
        connection.write(&"shop".into(), "web", promotion, dry_run).await
    })
}

fn writes(running: &Running) -> Vec<Logged> {
    running.requests().writes("test")
}

fn status_of(running: &Running) -> Value {
    store(running).get(&ROLLOUTS, "shop", "web").unwrap()["status"].clone()
}

fn moved(answer: &Answer) -> &str {
    match answer {
        Answer::Moved { sentence } => sentence,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_promote_is_the_plugins_patch_with_the_version_it_was_decided_on() {
    let running = simulated(&[paused("shop", "web")]);
    let promotion = plan(&running);
    let answer = send(&running, "test", false, &promotion, false);
    let Answer::Accepted { resource_version } = answer else { panic!("{answer:?}") };
    let object = store(&running).get(&ROLLOUTS, "shop", "web").unwrap();
    assert_eq!(object["metadata"]["resourceVersion"], *resource_version);
    assert_eq!(object["status"].get("pauseConditions"), None);
    let sent = writes(&running);
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0].path, "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web/status?fieldManager=rolltop");
    let body: Value = serde_json::from_str(&sent[0].body).unwrap();
    let version = &*promotion.seen.resource_version;
    assert_eq!(body, json!({"metadata": {"resourceVersion": version}, "status": {"pauseConditions": null}}));
}

#[test]
fn a_second_promote_of_the_same_pause_does_nothing() {
    let running = simulated(&[paused("shop", "web")]);
    let promotion = plan(&running);
    assert!(matches!(send(&running, "test", false, &promotion, false), Answer::Accepted { .. }));
    let answer = send(&running, "test", false, &promotion, false);
    assert!(moved(&answer).contains("its pause was ended"), "{answer:?}");
    assert_eq!(writes(&running).len(), 1);
}

#[test]
fn a_rollout_that_moved_on_is_left_alone_and_the_sentence_says_how() {
    for (part, edit, words) in [
        (Part::Status, json!({"status": {"currentStepIndex": 3}}), "step was 1/4, is now 3/4"),
        (Part::Main, json!({"spec": {"replicas": 9}}), "its spec was changed (generation 1 → 2)"),
        (Part::Status, json!({"status": {"abort": true}}), "it was aborted"),
        (Part::Status, json!({"status": {"currentPodHash": "ccc"}}), "another revision"),
        (Part::Status, json!({"status": {"availableReplicas": 3}}), "promote again"),
    ] {
        let running = simulated(&[paused("shop", "web")]);
        let promotion = plan(&running);
        change(store(&running), "shop", "web", part, |object| json_patch::merge(object, &edit));
        let before = status_of(&running);
        let answer = send(&running, "test", false, &promotion, false);
        assert!(moved(&answer).contains(words), "{answer:?}");
        assert!(moved(&answer).starts_with("nothing was done"), "{answer:?}");
        assert_eq!(writes(&running), [], "{words}");
        assert_eq!(status_of(&running), before);
    }
}

#[test]
fn a_rollout_that_was_deleted_or_made_again_is_left_alone() {
    let running = simulated(&[paused("shop", "web")]);
    let promotion = plan(&running);
    store(&running).delete(&ROLLOUTS, "shop", "web").unwrap();
    let answer = send(&running, "test", false, &promotion, false);
    assert!(moved(&answer).contains("there is no rollout web in namespace shop on test any more"), "{answer:?}");
    crate::support::add(store(&running), &paused("shop", "web"));
    let answer = send(&running, "test", false, &promotion, false);
    assert!(moved(&answer).contains("deleted and created again"), "{answer:?}");
    assert_eq!(writes(&running), []);
}

#[test]
fn a_dry_run_stores_nothing() {
    let running = simulated(&[paused("shop", "web")]);
    let before = status_of(&running);
    let answer = send(&running, "test", false, &plan(&running), true);
    assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
    assert_eq!(status_of(&running), before);
    assert!(writes(&running)[0].path.ends_with("?fieldManager=rolltop&dryRun=All"));
}

#[test]
fn a_dry_run_of_two_patches_stores_neither() {
    let running = simulated(&[paused("shop", "web")]);
    change(store(&running), "shop", "web", Part::Main, |object| object["spec"]["paused"] = true.into());
    let generation = store(&running).get(&ROLLOUTS, "shop", "web").unwrap()["metadata"]["generation"].clone();
    change(store(&running), "shop", "web", Part::Status, |object| {
        object["status"]["observedGeneration"] = generation.to_string().into();
    });
    let before = store(&running).get(&ROLLOUTS, "shop", "web").unwrap();
    let answer = send(&running, "test", false, &plan(&running), true);
    assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
    assert_eq!(store(&running).get(&ROLLOUTS, "shop", "web").unwrap(), before);
    let sent = writes(&running);
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(sent.iter().all(|logged| logged.path.ends_with("&dryRun=All")), "{sent:?}");
}

#[test]
fn without_a_version_to_rely_on_nothing_is_sent() {
    let fake = Fake::start(move |_| {
        let mut object = on_wire();
        object["metadata"].as_object_mut().unwrap().remove("resourceVersion");
        Reply::Json(200, object)
    });
    let mut object = on_wire();
    object["metadata"].as_object_mut().unwrap().remove("resourceVersion");
    let promotion = promotion_of(&Rollout::decode(&object));
    let answer = send_to(&fake, &promotion);
    assert!(matches!(answer, Answer::Refused(_)), "{answer:?}");
    assert_eq!(fake.count("PATCH", &[]), 0);
}

#[test]
fn nothing_that_writes_leaves_a_read_only_process() {
    let running = simulated(&[paused("shop", "web")]);
    let before = status_of(&running);
    for dry_run in [false, true] {
        let answer = send(&running, "test", true, &plan(&running), dry_run);
        let Answer::Refused(trouble) = &answer else { panic!("{answer:?}") };
        assert_eq!(trouble.kind, TroubleKind::Forbidden);
        assert!(trouble.sentence.starts_with("read-only: "), "{}", trouble.sentence);
    }
    assert_eq!(status_of(&running), before);
    assert!(running.requests().all().iter().all(|seen| seen.method == "GET"), "{:?}", running.requests().all());
    assert!(!running.requests().all().is_empty());
}

#[test]
fn who_may_not_is_told_which_right_is_missing() {
    let running = simulated(&[paused("shop", "web")]);
    let answer = send(&running, "test-viewer", false, &plan(&running), false);
    let Answer::Refused(trouble) = answer else { panic!("{answer:?}") };
    assert_eq!(trouble.kind, TroubleKind::Forbidden);
    assert_eq!(trouble.sentence, "no right to promote web in namespace shop on test-viewer");
    let rule = "- {apiGroups: [argoproj.io], resources: [rollouts/status], verbs: [patch]}";
    let needs = format!("the role needs: patch rollouts/status in group argoproj.io, by the rule {rule}");
    assert_eq!(trouble.hint, Some(needs));
    assert!(trouble.raw.contains("cannot patch"), "{}", trouble.raw);
}

#[test]
fn a_lost_answer_is_unknown_and_is_never_sent_again() {
    for (fault, carried_out) in [
        ("test:patch=!drop*1", true),
        ("test:patch=!504*1", true),
        ("test:patch=504*1", false),
        ("test:patch=drop*1", false),
        ("test:patch=502*1", false),
    ] {
        let running = simulated(&[paused("shop", "web")]);
        let promotion = plan(&running);
        running.set_faults(fault).unwrap();
        let answer = send(&running, "test", false, &promotion, false);
        let Answer::Unknown(trouble) = &answer else { panic!("{fault}: {answer:?}") };
        assert!(trouble.sentence.contains("it may have happened"), "{}", trouble.sentence);
        assert_eq!(writes(&running).len(), 1, "{fault}: {:?}", writes(&running));
        assert_eq!(status_of(&running).get("pauseConditions").is_none(), carried_out, "{fault}");
    }
}

#[test]
fn errors_of_the_server_are_refusals_and_are_not_repeated() {
    for (fault, kind) in [
        ("test:patch=429", TroubleKind::Throttled),
        ("test:patch=503", TroubleKind::Server),
        ("test:patch=422", TroubleKind::Server),
    ] {
        let running = simulated(&[paused("shop", "web")]);
        let promotion = plan(&running);
        running.set_faults(fault).unwrap();
        let answer = send(&running, "test", false, &promotion, false);
        let (Answer::Refused(trouble) | Answer::Unknown(trouble)) = &answer else { panic!("{fault}: {answer:?}") };
        assert_eq!(trouble.kind, kind, "{fault}");
        assert_eq!(writes(&running).len(), 1, "{fault}");
    }
}

#[test]
fn a_pause_by_hand_and_a_pause_of_a_step_are_ended_by_two_patches() {
    let running = simulated(&[paused("shop", "web")]);
    change(store(&running), "shop", "web", Part::Main, |object| object["spec"]["paused"] = true.into());
    change(store(&running), "shop", "web", Part::Status, |object| object["status"]["observedGeneration"] = "2".into());
    let answer = send(&running, "test", false, &plan(&running), false);
    assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
    let sent = writes(&running);
    assert_eq!(sent.len(), 2);
    assert!(sent[0].path.contains("/web/status?") && sent[1].path.contains("/web?"));
    let object = store(&running).get(&ROLLOUTS, "shop", "web").unwrap();
    assert_eq!(object["spec"]["paused"], false);
}

/// A scripted server with one rollout, whose answers to PATCH a test chooses.
fn scripted(patch: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> (Fake, Plan) {
    let object = on_wire();
    let promotion = promotion_of(&Rollout::decode(&object));
    let patches = Mutex::new(0);
    let fake = Fake::start(move |seen| {
        if seen.method == "GET" {
            return Reply::Json(200, object.clone());
        }
        let mut count = patches.lock().unwrap();
        *count += 1;
        patch(seen, *count)
    });
    (fake, promotion)
}

fn on_wire() -> Value {
    let mut object = paused("shop", "web");
    object["metadata"]["uid"] = "u".into();
    object["metadata"]["resourceVersion"] = "7".into();
    object["metadata"]["generation"] = 1.into();
    object
}

fn send_to(fake: &Fake, promotion: &Plan) -> Answer {
    block_on(async {
        let connection = Connection::open(&access(&fake.kubeconfig("{}"), false), "fake").await.unwrap();
        connection.write(&"shop".into(), "web", promotion, false).await
    })
}

#[test]
fn a_conflict_is_answered_by_looking_again_not_by_writing_again() {
    let (fake, promotion) = scripted(|_, _| status(409, "Conflict", "the object has been modified"));
    let answer = send_to(&fake, &promotion);
    assert!(moved(&answer).contains("promote again"), "{answer:?}");
    assert_eq!((fake.count("PATCH", &[]), fake.count("GET", &["/rollouts/web"])), (1, 2));
}

#[test]
fn a_crd_without_status_subresource_gets_one_patch_of_the_main_resource() {
    let (fake, promotion) = scripted(|seen, _| {
        if seen.target.contains("/status") {
            return Reply::Text(404, "404 page not found".into());
        }
        let mut object = on_wire();
        object["metadata"]["resourceVersion"] = "8".into();
        object["status"]["pauseConditions"] = Value::Null;
        Reply::Json(200, object)
    });
    let answer = send_to(&fake, &promotion);
    assert_eq!(answer, Answer::Accepted { resource_version: "8".into() });
    let sent: Vec<_> = fake.requests().into_iter().filter(|seen| seen.method == "PATCH").collect();
    assert_eq!(sent.len(), 2);
    let body: Value = serde_json::from_str(&sent[1].body).unwrap();
    assert_eq!(
        body,
        json!({"metadata": {"resourceVersion": "7"}, "spec": {"paused": false}, "status": {"pauseConditions": null}})
    );
}

#[test]
fn every_write_of_a_status_has_the_one_patch_of_the_plugin_for_such_a_crd() {
    let running = |object: &mut Value| {
        object["status"]["pauseConditions"] = Value::Null;
        object["status"]["controllerPause"] = false.into();
        object["status"]["phase"] = "Progressing".into();
    };
    let aborted = |object: &mut Value| {
        object["status"]["abort"] = true.into();
        object["status"]["pauseConditions"] = Value::Null;
        object["status"]["phase"] = "Degraded".into();
    };
    let paused = |_: &mut Value| {};
    // `--skip-current-step` is deprecated: what a plain promote sends for a step that runs skips it just as well.
    type Edit<'a> = &'a dyn Fn(&mut Value);
    let rows: [(Edit<'_>, Deed, Value); 5] = [
        (
            &running,
            Deed::Promote(Extent::Step),
            json!({"spec": {"paused": false}, "status": {"pauseConditions": null, "currentStepIndex": 2}}),
        ),
        (
            &running,
            Deed::Promote(Extent::AllSteps),
            json!({"spec": {"paused": false}, "status": {"currentStepIndex": 4}}),
        ),
        (&paused, Deed::Promote(Extent::Full), json!({"spec": {"paused": false}, "status": {"promoteFull": true}})),
        (&paused, Deed::Abort, json!({"status": {"abort": true}})),
        (&aborted, Deed::Retry, json!({"status": {"abort": false}})),
    ];
    for (edit, deed, expected) in rows {
        let mut object = on_wire();
        edit(&mut object);
        let rollout = Rollout::decode(&object);
        let facts = Facts { rollout: &rollout, children: Children::default(), now: jiff::Timestamp::UNIX_EPOCH };
        let plan = decide(&deed, facts).unwrap();
        let stored = object.clone();
        let fake = Fake::start(move |seen| match (seen.method.as_str(), seen.target.contains("/status")) {
            ("GET", _) => Reply::Json(200, stored.clone()),
            (_, true) => Reply::Text(404, "404 page not found".into()),
            _ => {
                let mut answer = stored.clone();
                json_patch::merge(&mut answer, &serde_json::from_str(&seen.body).unwrap());
                Reply::Json(200, answer)
            }
        });
        let answer = send_to(&fake, &plan);
        assert!(matches!(answer, Answer::Accepted { .. }), "{deed:?}: {answer:?}");
        let sent: Vec<_> = fake.requests().into_iter().filter(|seen| seen.method == "PATCH").collect();
        assert_eq!(sent.len(), 2, "{deed:?}");
        let mut body: Value = serde_json::from_str(&sent[1].body).unwrap();
        assert_eq!(body.as_object_mut().unwrap().remove("metadata"), Some(json!({"resourceVersion": "7"})), "{deed:?}");
        assert_eq!(body, expected, "{deed:?}");
        assert!(!sent[1].target.contains("/status"), "{deed:?}");
    }
}

#[test]
fn when_only_the_first_of_two_patches_is_taken_both_halves_are_told() {
    let (fake, mut promotion) = scripted(|_, count| {
        let mut object = on_wire();
        object["status"]["pauseConditions"] = Value::Null;
        match count {
            1 => Reply::Json(200, object),
            _ => status(403, "Forbidden", "User \"x\" cannot patch resource \"rollouts\""),
        }
    });
    promotion.requests.push(Request {
        object: Object::Rollout,
        subresource: None,
        body: Body::Merge(json!({"spec": {"paused": false}})),
    });
    let answer = send_to(&fake, &promotion);
    let Answer::Partly { done, trouble } = &answer else { panic!("{answer:?}") };
    assert_eq!(done, "its pause was ended");
    assert_eq!(trouble.kind, TroubleKind::Forbidden);
    assert!(trouble.hint.as_ref().is_some_and(|hint| hint.starts_with("the role needs: patch rollouts in group")));
    assert_eq!(fake.count("PATCH", &[]), 2);
}

#[test]
fn a_yes_that_does_not_show_the_change_is_no_yes() {
    let (fake, promotion) = scripted(|_, _| Reply::Json(200, on_wire()));
    let answer = send_to(&fake, &promotion);
    let Answer::Refused(trouble) = &answer else { panic!("{answer:?}") };
    assert!(trouble.sentence.contains("does not show the promote"), "{}", trouble.sentence);
}

#[test]
fn the_words_of_a_webhook_are_told_in_full() {
    let words = "admission webhook \"freeze.example.com\" denied the request: change freeze until Monday";
    for (code, reason) in [(403, "Forbidden"), (422, "Invalid"), (400, "BadRequest"), (500, "InternalError")] {
        let (fake, promotion) = scripted(move |_, _| status(code, reason, words));
        let answer = send_to(&fake, &promotion);
        let Answer::Refused(trouble) = &answer else { panic!("{code}: {answer:?}") };
        assert!(trouble.sentence.contains("change freeze until Monday"), "{code}: {}", trouble.sentence);
    }
}

#[test]
fn an_order_to_promote_is_answered_once() {
    let running = simulated(&[paused("shop", "web")]);
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "test", Scope::All)], quick());
    watched.wait_live();
    let promotion = Box::new(plan(&running));
    // Two presses in quick succession: the second is decided on the same version.
    for request in [RequestId(1), RequestId(2)] {
        let promotion = promotion.clone();
        watched.hub.order(Order::Write { request, key: key(0, "shop", "web"), plan: promotion, reason: None });
    }
    let answers = watched.wait("both answers", |news| {
        let answers: Vec<_> = news
            .iter()
            .filter_map(|n| if let News::Answer(_, answer) = n { Some(answer.clone()) } else { None })
            .collect();
        (answers.len() == 2).then_some(answers)
    });
    let accepted = answers.iter().filter(|answer| matches!(answer, Answer::Accepted { .. })).count();
    assert_eq!(accepted, 1, "{answers:?}");
    assert!(answers.iter().any(|answer| matches!(answer, Answer::Moved { .. })), "{answers:?}");
}

#[test]
fn without_a_connection_nothing_is_promised() {
    let running = simulated(&[paused("shop", "web")]);
    let watched = Watched::start(access(&running.kubeconfig, false), vec![target(0, "nowhere", Scope::All)], quick());
    let promotion = Box::new(plan(&running));
    watched.hub.order(Order::Write {
        request: RequestId(1),
        key: key(0, "shop", "web"),
        plan: promotion,
        reason: None,
    });
    let answer = watched.wait("an answer", |news| {
        news.iter().find_map(|n| if let News::Answer(RequestId(1), answer) = n { Some(answer.clone()) } else { None })
    });
    assert!(matches!(&answer, Answer::Refused(trouble) if trouble.sentence.contains("nowhere")), "{answer:?}");
}
