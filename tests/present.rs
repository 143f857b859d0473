//! Objects as a real controller left them, and the words that a person reads about them. The objects are moments of
//! recordings of a real cluster (`tests/data/objects`): the rollout, its ReplicaSets, its pods and the time.

use jiff::{SignedDuration, Timestamp};
use rolltop::app::model::{Mark, RolloutPage, TreeKind};
use rolltop::app::present::dialog::{Asking, BUTTON_CANCEL, BUTTON_PROMOTE, Elsewhere};
use rolltop::app::present::standing::{self, Urgency};
use rolltop::app::present::{Context, Subject, about, dialog, ladder, next, page, rows, tick, version, weight};
use rolltop::argo::picture::{self, Children, Picture};
use rolltop::argo::pod::Pod;
use rolltop::argo::promote;
use rolltop::argo::replicaset::ReplicaSet;
use rolltop::argo::rollout::Rollout;
use serde_json::{Value, json};
use std::sync::Arc;

/// A moment of a recording.
struct Moment {
    now: Timestamp,
    rollout: Rollout,
    replica_sets: Vec<Arc<ReplicaSet>>,
    pods: Vec<Arc<Pod>>,
}

fn raw(name: &str) -> Value {
    let path = format!("{}/tests/data/objects/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))).unwrap()
}

fn moment_of(value: &Value) -> Moment {
    let list = |key: &str| value[key].as_array().cloned().unwrap_or_default();
    Moment {
        now: value["now"].as_str().unwrap().parse().unwrap(),
        rollout: serde_json::from_value(value["rollout"].clone()).unwrap(),
        replica_sets: list("replicaSets")
            .into_iter()
            .map(|set| Arc::new(serde_json::from_value(set).unwrap()))
            .collect(),
        pods: list("pods").into_iter().map(|pod| Arc::new(serde_json::from_value(pod).unwrap())).collect(),
    }
}

fn moment(name: &str) -> Moment {
    moment_of(&raw(name))
}

impl Moment {
    /// As the overview sees it: without ReplicaSets and pods.
    fn alone(&self) -> Picture {
        picture::of(&self.rollout, Children::default(), self.now)
    }

    /// As the page sees it.
    fn with_children(&self) -> Picture {
        let children = Children { replica_sets: Some(&self.replica_sets), pods: Some(&self.pods) };
        picture::of(&self.rollout, children, self.now)
    }

    fn context(&self) -> Context<'_> {
        Context {
            now: self.now,
            cluster_now: self.now,
            stale: None,
            heard: Some(SignedDuration::from_secs(1)),
            changed: false,
            drift: false,
            promoting: false,
            channel: "production",
            cluster: "prod-eu",
            service: &self.rollout.meta.name,
            protected: true,
            promote_key: "p",
        }
    }
}

#[test]
fn each_moment_of_a_real_rollout_has_its_words_in_the_lists() {
    // name, state, mark, urgency, step, set/actual, word of the cell, time
    type Row = (&'static str, &'static str, Mark, Urgency, &'static str, Option<i64>, &'static str, &'static str);
    let table: &[Row] = &[
        ("healthy", "healthy", Mark::Ok, Urgency::Healthy, "", None, "", "2s"),
        ("not-observed", "not observed", Mark::Busy, Urgency::Moving, "", None, "not observed", ""),
        ("scaling", "scaling pods", Mark::Busy, Urgency::Moving, "0/6", Some(10), "scaling pods", "1s"),
        ("waits-for-you", "waits for you", Mark::Wait, Urgency::Person, "1/6", Some(10), "waits for you", "2s"),
        ("unpausing", "promoting…", Mark::Busy, Urgency::Moving, "1/6", Some(10), "promoting…", ""),
        ("timed-pause", "timed pause", Mark::Wait, Urgency::Timer, "3/6", Some(25), "", "in 28s"),
        ("half", "scaling pods", Mark::Busy, Urgency::Moving, "4/6", Some(50), "scaling pods", "35s"),
        ("paused-by-hand", "paused by hand", Mark::Wait, Urgency::Person, "1/6", Some(40), "paused by hand", "8s"),
        ("invalid-spec", "invalid spec", Mark::Bad, Urgency::Repair, "", None, "invalid spec", "now"),
        ("preview-waits", "waits: preview", Mark::Wait, Urgency::Person, "", None, "preview", "now"),
        ("aborted", "aborted", Mark::Aborted, Urgency::Repair, "", None, "aborted", "1s"),
        ("retrying", "retrying…", Mark::Busy, Urgency::Moving, "0/12", Some(0), "retrying…", ""),
    ];
    for (name, state, mark, urgency, step, set, word, time) in table {
        let moment = moment(name);
        let (picture, context) = (moment.alone(), moment.context());
        let subject = Subject::new(&moment.rollout, &picture, &context);
        let cell = rows::cell(&subject);
        let row = rows::board_row(&subject);
        assert_eq!(row.state, *state, "{name}");
        assert_eq!((row.mark, cell.mark), (*mark, Some(*mark)), "{name}");
        assert_eq!(standing::urgency(&subject), *urgency, "{name}");
        assert_eq!((row.step.as_str(), cell.step.as_str()), (*step, *step), "{name}");
        assert_eq!(cell.set, *set, "{name}");
        assert_eq!(cell.word, *word, "{name}");
        assert_eq!(cell.time, *time, "{name}");
        assert_eq!(row.attention, rows::need_line(&subject).is_some(), "{name}");
    }
}

#[test]
fn the_reason_names_the_position_as_argo_counts_it() {
    let table = [
        ("waits-for-you", "paused at 1/6, no timer: waits for a person"),
        ("timed-pause", "paused at 3/6, goes on by itself in 28s"),
        ("paused-by-hand", "paused by hand at 1/6 (spec.paused): waits for a person"),
        ("preview-waits", "preview green waits before the cut-over"),
        (
            "invalid-spec",
            "the controller refuses the spec: spec.strategy.blueGreen.activeService: Invalid value: \"bluegreen-demo\": \
             service \"bluegreen-demo\" not found",
        ),
        (
            "aborted",
            "aborted: Blue/green pre-promotion analysis phase error/failed: Metric \"success-rate\" assessed Failed due \
             to failed (2) > failureLimit (1)",
        ),
        ("not-observed", "changed, the controller has not seen it yet"),
        ("scaling", "scaling pods at 0/6"),
    ];
    for (name, words) in table {
        let moment = moment(name);
        let (picture, context) = (moment.alone(), moment.context());
        assert_eq!(standing::reason(&Subject::new(&moment.rollout, &picture, &context)), words, "{name}");
    }
}

fn page_of(moment: &Moment) -> RolloutPage {
    let (picture, context) = (moment.with_children(), moment.context());
    page::page(&Subject::new(&moment.rollout, &picture, &context), "")
}

#[test]
fn headlines_number_the_running_step_as_the_ladder_does() {
    let table = [
        ("healthy", "Healthy for 2s", "canary · blue · rev 1"),
        ("not-observed", "Changed, the controller has not seen it yet", "canary · green · rev 1"),
        ("scaling", "Progressing at step 1 of 6: weight 10 %", "canary · blue → green · rev 2"),
        ("waits-for-you", "Paused at step 2 of 6, waits for you", "canary · blue → green · rev 2"),
        ("unpausing", "Promoted at step 2 of 6, the controller has not moved on yet", "canary · blue → green · rev 2"),
        ("timed-pause", "Paused at step 4 of 6, goes on in 28s", "canary · blue → green · rev 2"),
        ("paused-by-hand", "Paused by hand at step 2 of 6, waits for you", "canary · blue → yellow · rev 2"),
        ("preview-waits", "The preview waits before the cut-over, for you", "blue-green · blue → green · rev 2"),
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
        .map(|l| (l.kind, l.mark, l.roles.join(","), l.version.as_str(), l.status.as_str(), l.info.as_str(), l.last))
        .collect();
    let pod = |last| (TreeKind::Pod, Mark::Ok, String::new(), "", "Running", "1/1", last);
    assert_eq!(
        tree,
        [
            (TreeKind::Revision, Mark::Ok, "canary".to_owned(), "green", "1/1 ready", "", false),
            (TreeKind::ReplicaSet, Mark::Ok, "canary".to_owned(), "green", "1/1 ready", "", true),
            pod(true),
            (TreeKind::Revision, Mark::Ok, "stable".to_owned(), "blue", "3/3 ready", "", false),
            (TreeKind::ReplicaSet, Mark::Ok, "stable".to_owned(), "blue", "3/3 ready", "", true),
            pod(false),
            pod(false),
            pod(true),
        ]
    );
    assert_eq!((page.revisions[0].name.as_str(), page.revisions[3].name.as_str()), ("2", "1"));
}

#[test]
fn a_revision_that_is_scaled_to_zero_comes_last_even_when_it_is_the_newest() {
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
    assert_eq!((heads[0].name.as_str(), heads[0].status.as_str()), ("1", "3/3 ready"));
    assert_eq!((heads[1].name.as_str(), heads[1].status.as_str(), heads[1].mark), ("2", "scaled to 0", Mark::Absent));
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
    assert!(!format!("{page:?}").contains("-1") && page.steps[1].time == "now", "{page:?}");
}

fn dialog_of(moment: &Moment, typed: Option<(&str, &str)>, changed: Option<&str>, show_call: bool) -> dialogs::Dialog {
    let (picture, context) = (moment.with_children(), moment.context());
    let subject = Subject::new(&moment.rollout, &picture, &context);
    let promotion = promote::plan(&moment.rollout).unwrap();
    let elsewhere = [
        Elsewhere {
            channel: "staging".to_owned(),
            version: "green".to_owned(),
            mark: Mark::Ok,
            since: Some(SignedDuration::from_hours(21)),
        },
        Elsewhere { channel: "test".to_owned(), version: "red".to_owned(), mark: Mark::Ok, since: None },
    ];
    let asking = Asking {
        promotion: &promotion,
        kube_context: Some("prod-eu"),
        typed,
        focus: Some(BUTTON_CANCEL),
        show_call,
        changed,
        elsewhere: &elsewhere,
    };
    dialog::promote(&subject, &asking)
}

mod dialogs {
    pub type Dialog = rolltop::app::model::WriteDialog;
}

#[test]
fn the_dialog_names_where_what_and_what_comes_after() {
    let dialog = dialog_of(&moment("waits-for-you"), Some(("gradual-rollout", "gradual")), None, false);
    let row = |name: &str| dialog.rows.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    assert_eq!(dialog.title, "Promote gradual-rollout");
    assert_eq!(row("where"), Some("PRODUCTION · prod-eu · namespace demo"));
    assert_eq!(row("version"), Some("blue → green   revision 2"));
    assert_eq!(row("step"), Some("2 pause, until promoted → 3 weight 25 %"));
    assert_eq!(row("traffic"), Some("10 % → 25 % for the canary"));
    assert_eq!(row("pods"), Some("canary 1 → 1, stable 3 → 3"));
    assert_eq!(row("early by"), None);
    assert_eq!(dialog.evidence[0], (Mark::Ok, "canary pods 1 of 1 ready".to_owned()));
    assert_eq!(dialog.evidence[1], (Mark::Ok, "staging runs green, healthy for 21h".to_owned()));
    assert_eq!(dialog.evidence[2], (Mark::Attention, "test runs red, not this version".to_owned()));
    assert_eq!(dialog.footnote, "data 1 s old");
    assert!(dialog.back.contains("kubectl argo rollouts abort gradual-rollout -n demo"), "{}", dialog.back);
    assert!(dialog.call.is_none());
    let buttons: Vec<_> = dialog.buttons.iter().map(|b| (b.label.as_str(), b.focused, b.on)).collect();
    assert_eq!(buttons, [("Show call", false, true), ("Cancel", true, true), ("Promote to 25 %", false, false)]);
}

#[test]
fn the_button_that_sends_is_on_only_when_the_name_is_complete_and_nothing_changed() {
    let moment = moment("waits-for-you");
    let on = |typed, changed| dialog_of(&moment, typed, changed, false).buttons[BUTTON_PROMOTE].on;
    assert!(on(None, None));
    assert!(on(Some(("gradual-rollout", "gradual-rollout")), None));
    assert!(!on(Some(("gradual-rollout", "gradual-rollou")), None));
    assert!(!on(Some(("gradual-rollout", "Gradual-rollout")), None));
    assert!(!on(Some(("gradual-rollout", "gradual-rollout")), Some("step is now 2/6")));
}

#[test]
fn a_timed_pause_says_how_much_earlier_it_ends() {
    let dialog = dialog_of(&moment("timed-pause"), None, None, false);
    let early = dialog.rows.iter().find(|(name, _)| name == "early by").map(|(_, value)| value.as_str());
    assert_eq!(early, Some("28s of a timed pause that would end by itself"), "{:?}", dialog.rows);
}

#[test]
fn the_call_is_the_request_with_its_guard_and_a_command_that_a_shell_takes() {
    let call = dialog_of(&moment("waits-for-you"), None, None, true).call.unwrap();
    let moment = moment("waits-for-you");
    let version = &moment.rollout.meta.resource_version;
    assert_eq!(call[0], "PATCH /apis/argoproj.io/v1alpha1/namespaces/demo/rollouts/gradual-rollout/status");
    let body: Value = serde_json::from_str(call[1].split_once("  ").unwrap().1).unwrap();
    assert_eq!(body, json!({"metadata": {"resourceVersion": &**version}, "status": {"pauseConditions": null}}));
    assert!(
        call[2].starts_with("kubectl --context prod-eu -n demo patch rollout gradual-rollout --subresource=status")
    );
    assert_eq!(call.len(), 3);
}

#[test]
fn stale_data_is_said_in_the_next_line_and_counts_as_more_urgent_than_a_timer() {
    let moment = moment("timed-pause");
    let picture = moment.alone();
    let context = Context { stale: Some(SignedDuration::from_secs(14)), ..moment.context() };
    let subject = Subject::new(&moment.rollout, &picture, &context);
    assert_eq!(next::line(&subject), "p is off here: prod-eu in production is 14s old");
    assert_eq!(next::line_in_list(&subject), next::line(&subject));
    assert_eq!(standing::urgency(&subject), Urgency::Stale);
    assert!(rows::cell(&subject).stale && rows::board_row(&subject).stale);
}

#[test]
fn an_object_that_cannot_be_read_claims_nothing() {
    let moment = moment("healthy");
    let mut rollout = Rollout { meta: moment.rollout.meta.clone(), ..Rollout::default() };
    rollout.unreadable = Some("spec.replicas: expected a number".into());
    let picture = picture::of(&rollout, Children::default(), moment.now);
    let context = moment.context();
    let subject = Subject::new(&rollout, &picture, &context);
    let row = rows::board_row(&subject);
    assert_eq!((row.state.as_str(), row.mark, row.pods.as_str()), ("unreadable", Mark::Unknown, ""));
    assert_eq!((row.gauge, row.version.as_str()), (None, ""));
    assert_eq!(page::headline(&subject), "Cannot be read: spec.replicas: expected a number");
    assert_eq!(weight::note(&subject), "");
    assert!(ladder::steps(&subject).is_empty());
}

#[test]
fn the_last_writer_is_not_the_controller() {
    let mut value = raw("waits-for-you");
    value["rollout"]["metadata"]["managedFields"] = json!([
        {"manager": "rollouts-controller", "operation": "Update", "subresource": "status", "time": "2026-11-24T00:04:44Z"},
        {"manager": "kubectl-argo-rollouts", "operation": "Update", "time": "2026-11-24T00:04:41Z"},
    ]);
    let moment = moment_of(&value);
    let (picture, context) = (moment.with_children(), moment.context());
    let subject = Subject::new(&moment.rollout, &picture, &context);
    assert_eq!(about::last_writer(&subject).map(|writer| &*writer.manager), Some("kubectl-argo-rollouts"));
    let dialog = dialog_of(&moment, None, None, false);
    let warned = dialog.evidence.iter().find(|(_, words)| words.contains("wrote")).unwrap();
    assert_eq!(*warned, (Mark::Attention, "kubectl-argo-rollouts wrote to it 4s ago".to_owned()));
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
    assert_eq!(standing::reason(&subject), "aborted: the update to revision 2, no cause given");
    let page = page::page(&subject, "");
    assert!(page.headline.starts_with("Aborted: the update to revision 2, no cause given"), "{}", page.headline);
    assert_eq!((page.current_step, page.gauge_note.as_str()), (None, "1 canary pod still to leave"));
    assert_eq!(page.steps_note, "aborted: no step runs, a retry begins with the first");
}

/// Every text that is shown, at a time.
fn everything(moment: &Moment, children: bool, now: Timestamp) -> (String, [Option<Timestamp>; 3]) {
    let picture = if children { moment.with_children() } else { moment.alone() };
    let context = Context { now, cluster_now: now, ..moment.context() };
    let subject = Subject::new(&moment.rollout, &picture, &context);
    let texts = format!(
        "{:?}{:?}{:?}{:?}",
        rows::cell(&subject),
        rows::need_line(&subject),
        rows::board_row(&subject),
        page::page(&subject, "")
    );
    (texts, [tick::cell(&subject), tick::board(&subject), tick::page(&subject)])
}

#[test]
fn nothing_reads_otherwise_before_the_next_change_that_was_told() {
    for name in
        ["healthy", "scaling", "waits-for-you", "timed-pause", "half", "paused-by-hand", "aborted", "steps-paused"]
    {
        let moment = moment(name);
        for ahead in [0_i64, 700, 61_500, 599_999, 3_600_123, 90_000_000] {
            let now = moment.now + SignedDuration::from_millis(ahead);
            let (texts, ticks) = everything(&moment, true, now);
            let next = ticks.into_iter().flatten().min().unwrap_or_else(|| panic!("{name}: ages are shown"));
            assert!(next > now, "{name}: {next} {now}");
            let before = next - SignedDuration::from_nanos(1);
            assert_eq!(everything(&moment, true, before).0, texts, "{name} +{ahead} ms: changed before {next}");
            assert_ne!(everything(&moment, true, next).0, texts, "{name} +{ahead} ms: nothing changed at {next}");
        }
    }
}

mod odd {
    use super::*;
    use proptest::prelude::*;

    fn step() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<i64>().prop_map(|w| json!({ "setWeight": w })),
            Just(json!({"pause": {}})),
            any::<i64>().prop_map(|d| json!({"pause": {"duration": d}})),
            "[0-9]{0,3}[smhx]?".prop_map(|d| json!({"pause": {"duration": d}})),
            Just(json!({"newKind": {}})),
            Just(json!({})),
            Just(json!(7)),
        ]
    }

    fn time() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(json!("2026-11-24T00:04:40Z")),
            Just(json!("9999-12-30T00:00:00Z")),
            Just(json!("-009999-01-02T01:59:59Z")),
            Just(Value::Null),
        ]
    }

    fn status() -> impl Strategy<Value = Value> {
        let words = prop_oneof![
            Just(""),
            Just("Healthy"),
            Just("Paused"),
            Just("Progressing"),
            Just("Degraded"),
            Just("Strange")
        ];
        let reason =
            prop_oneof![Just("CanaryPauseStep"), Just("BlueGreenPause"), Just("InconclusiveAnalysisRun"), Just("New")];
        let hash = prop_oneof![Just(""), Just("a"), Just("b")];
        (
            (words, hash.clone(), hash, any::<Option<i32>>(), any::<bool>(), any::<bool>()),
            (any::<i32>(), any::<i32>(), any::<i32>(), time(), proptest::option::of((reason, time()))),
            prop_oneof![
                Just(""),
                Just("RolloutAborted: x"),
                Just("InvalidSpec: y"),
                Just("Rollout aborted update to revision ")
            ],
        )
            .prop_map(|((phase, stable, current, index, abort, pausing), (a, b, c, at, pause), message)| {
                json!({
                    "phase": phase, "message": message, "stableRS": stable, "currentPodHash": current,
                    "currentStepIndex": index, "abort": abort, "abortedAt": at, "controllerPause": pausing,
                    "replicas": a, "updatedReplicas": b, "availableReplicas": c, "observedGeneration": "1",
                    "pauseConditions": pause.map(|(reason, start)| json!([{"reason": reason, "startTime": start}])),
                    "conditions": [{"type": "Healthy", "status": "False", "lastTransitionTime": at}],
                })
            })
    }

    fn strategy() -> impl Strategy<Value = Value> {
        let routing =
            prop_oneof![Just(Value::Null), any::<i64>().prop_map(|max| json!({"istio": {}, "maxTrafficWeight": max})),];
        (proptest::collection::vec(step(), 0..4), routing, any::<bool>(), any::<bool>()).prop_map(
            |(steps, routing, canary, blue_green)| {
                json!({
                    "canary": if canary { json!({"steps": steps, "trafficRouting": routing}) } else { Value::Null },
                    "blueGreen": if blue_green { json!({"activeService": "x"}) } else { Value::Null },
                })
            },
        )
    }

    proptest! {
        #[test]
        fn no_object_is_too_odd_for_words(
            status in status(), strategy in strategy(), replicas in any::<Option<i32>>(),
            paused in any::<bool>(), children in any::<bool>(), promoting in any::<bool>(), now in any::<i32>(),
        ) {
            let mut value = raw("waits-for-you");
            value["rollout"]["status"] = status;
            value["rollout"]["spec"]["strategy"] = strategy;
            value["rollout"]["spec"]["replicas"] = json!(replicas);
            value["rollout"]["spec"]["paused"] = json!(paused);
            let moment = moment_of(&value);
            let picture = if children { moment.with_children() } else { moment.alone() };
            let now = Timestamp::from_second(now.into()).unwrap();
            let context = Context { now, cluster_now: now, promoting, ..moment.context() };
            let subject = Subject::new(&moment.rollout, &picture, &context);
            let page = page::page(&subject, "");
            prop_assert!(page.current_step.is_none_or(|at| at < page.steps.len()));
            prop_assert_eq!(page.steps.len(), subject.steps().len());
            let _ = (rows::cell(&subject), rows::need_line(&subject), rows::board_row(&subject), next::line(&subject));
            for next in [tick::cell(&subject), tick::board(&subject), tick::page(&subject)].into_iter().flatten() {
                prop_assert!(next > now);
            }
            if let Ok(promotion) = promote::plan(&moment.rollout) {
                let asking = Asking {
                    promotion: &promotion, kube_context: None, typed: None, focus: None, show_call: true,
                    changed: None, elsewhere: &[],
                };
                let _ = dialog::promote(&subject, &asking);
                prop_assert!(tick::dialog(&subject, &asking).is_none_or(|next| next > now));
            }
        }
    }
}
