//! The simulated controllers of AnalysisRuns, Experiments and metric Jobs against what the real ones did: the limits of
//! the reference, its traces B and C, and the recordings. Nothing sleeps: the clock is moved.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "simulator_analysis/recorded.rs"]
mod recorded;
#[path = "simulator_analysis/scene.rs"]
mod scene;

use scene::{CANARY, Scene, rollout, template};
use serde_json::{Value, json};
use std::sync::Arc;

/// A metric over the series `job=x`.
fn metric(more: &Value) -> Value {
    let mut metric = json!({
        "name": "rate", "successCondition": "result[0] >= 0.95",
        "provider": {"prometheus": {"address": "http://prometheus:9090", "query": "rate{job=\"x\"}"}},
    });
    json_patch::merge(&mut metric, more);
    metric
}

/// A run by hand, with the series' values in turn, one a measurement (`e`: the server fails, `-`: no samples).
fn run_of(metric: &Value, values: &[&str]) -> (Scene, Arc<Value>) {
    let mut scene = Scene::new(&[]);
    let series = |value: &str| match value {
        "e" => json!({"match": "job=x", "value": "error"}),
        "-" => json!({"match": "job=x", "value": "empty"}),
        number => json!({"match": "job=x", "value": number.parse::<f64>().unwrap()}),
    };
    scene.series(&series(values[0]));
    scene.apply(&json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisRun", "metadata": {"name": "a", "namespace": "demo"},
        "spec": {"metrics": [metric]},
    }));
    scene.pass(100);
    for value in &values[1..] {
        scene.series(&series(value));
        // Errors are tried again after ten seconds, whatever the interval.
        let before = scene.run("a");
        let last = before.pointer("/status/metricResults/0/measurements").and_then(Value::as_array).unwrap().last();
        scene.pass(if last.unwrap()["phase"] == "Error" { 10_100 } else { 5_100 });
    }
    let run = scene.run("a");
    (scene, run)
}

#[test]
fn a_metric_ends_when_a_limit_is_exceeded_or_its_count_is_reached() {
    let five = |more: Value| {
        let mut all = metric(&json!({"interval": "5s"}));
        json_patch::merge(&mut all, &more);
        all
    };
    let failed = |failed: i64, limit: i64| {
        format!("Metric \"rate\" assessed Failed due to failed ({failed}) > failureLimit ({limit})")
    };
    let inconclusive = |n: i64, limit: i64| {
        format!("Metric \"rate\" assessed Inconclusive due to inconclusive ({n}) > inconclusiveLimit ({limit})")
    };
    let between = json!({"failureCondition": "result[0] < 0.8"});
    let merged = |first: &Value, second: Value| {
        let mut all = first.clone();
        json_patch::merge(&mut all, &second);
        all
    };
    let rows: Vec<(&str, Value, Vec<&str>, &str, String)> = vec![
        ("one is enough without an interval", metric(&json!({})), vec!["1"], "Successful", String::new()),
        ("one failure without an interval", metric(&json!({})), vec!["0"], "Failed", failed(1, 0)),
        ("an interval without a count never ends by itself", five(json!({})), vec!["1"; 8], "Running", String::new()),
        ("the count is reached", five(json!({"count": 3})), vec!["1", "1", "1"], "Successful", String::new()),
        ("the count is not reached", five(json!({"count": 4})), vec!["1", "1", "1"], "Running", String::new()),
        ("limits may be texts", five(json!({"count": "2", "failureLimit": "1"})), vec!["0", "1"], "Successful", String::new()),
        ("a limit is exceeded, not reached", five(json!({"failureLimit": 2})), vec!["0", "0"], "Running", String::new()),
        ("the third failure of two", five(json!({"failureLimit": 2})), vec!["0", "1", "0", "0"], "Failed", failed(3, 2)),
        ("-1 never fails", five(json!({"failureLimit": -1, "count": 3})), vec!["0", "0", "0"], "Successful", String::new()),
        ("between the conditions", five(between.clone()), vec!["0.9"], "Inconclusive", inconclusive(1, 0)),
        ("an inconclusive one is allowed", five(merged(&between, json!({"inconclusiveLimit": 1}))), vec!["0.9"], "Running", String::new()),
        ("but no second", five(merged(&between, json!({"inconclusiveLimit": 1}))), vec!["0.9", "0.99", "0.9"], "Inconclusive", inconclusive(2, 1)),
        ("failure wins over success", five(json!({"failureCondition": "result[0] > 0.5"})), vec!["1"], "Failed", failed(1, 0)),
        ("only a failure condition", five(json!({"successCondition": null, "failureCondition": "result[0] > 0.5", "count": 1})), vec!["0.1"], "Successful", String::new()),
        ("no condition at all", metric(&json!({"successCondition": null})), vec!["0"], "Successful", String::new()),
        ("four errors in a row are allowed", five(json!({})), vec!["e"; 4], "Running", String::new()),
        ("the fifth is not", five(json!({})), vec!["e"; 5], "Error",
            "Metric \"rate\" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): \"Error Message: server_error: server error: 503\"".to_owned()),
        ("a good one between begins again", five(json!({})), vec!["e", "e", "e", "1", "e", "e", "e", "e"], "Running", String::new()),
        ("the limit of errors can be set", five(json!({"consecutiveErrorLimit": 0})), vec!["-"], "Error",
            "Metric \"rate\" assessed Error due to consecutiveErrors (1) > consecutiveErrorLimit (0): \"Error Message: index out of range: 0 (array length is 0)\"".to_owned()),
        ("an error is no measurement of the count", five(json!({"count": 2})), vec!["1", "e"], "Running", String::new()),
        ("an error without an interval is tried again", metric(&json!({})), vec!["e", "1"], "Successful", String::new()),
        ("enough successes in a row", five(json!({"consecutiveSuccessLimit": 2, "failureLimit": 3})), vec!["0", "1", "1"], "Successful", String::new()),
        ("not in a row", five(json!({"consecutiveSuccessLimit": 2, "failureLimit": 3})), vec!["1", "0", "1"], "Running", String::new()),
        ("the count without the row", five(json!({"consecutiveSuccessLimit": 2, "failureLimit": 3, "count": 3})), vec!["1", "0", "1"], "Inconclusive", String::new()),
    ];
    for (name, metric, values, phase, message) in rows {
        let (_, run) = run_of(&metric, &values);
        let status = &run["status"];
        assert_eq!(
            (&status["phase"], status["message"].as_str().unwrap_or_default()),
            (&json!(phase), message.as_str()),
            "{name}: {status:#}"
        );
        assert_eq!(status.get("completedAt").is_some(), phase != "Running", "{name}");
    }
}

#[test]
fn counters_are_totals_and_the_newest_ten_measurements_are_kept_unless_more_are_asked_for() {
    let metric_ = metric(&json!({"interval": "5s", "failureLimit": 5}));
    let values: Vec<&str> = (0..14)
        .map(|at| {
            if at == 3 {
                "0"
            } else if at == 5 {
                "e"
            } else {
                "1"
            }
        })
        .collect();
    let (_, run) = run_of(&metric_, &values);
    let result = &run["status"]["metricResults"][0];
    assert_eq!(result["measurements"].as_array().unwrap().len(), 10);
    assert_eq!(
        (&result["count"], &result["successful"], &result["failed"], &result["error"]),
        (&json!(13), &json!(12), &json!(1), &json!(1))
    );
    assert_eq!((result.get("consecutiveError"), &result["consecutiveSuccess"]), (None, &json!(8)));
    assert_eq!(result["metadata"]["ResolvedPrometheusQuery"], "rate{job=\"x\"}");
    assert_eq!(result["measurements"][9]["value"], "[1]");
    let mut scene = Scene::new(&[]);
    scene.series(&json!({"match": "job=x", "value": 1}));
    scene.apply(&json!({
        "kind": "AnalysisRun", "metadata": {"name": "b", "namespace": "demo"},
        "spec": {"metrics": [metric_], "measurementRetention": [{"metricName": "rate", "limit": 20}]},
    }));
    scene.pass(120_000);
    assert_eq!(scene.run("b")["status"]["metricResults"][0]["measurements"].as_array().unwrap().len(), 20);
}

#[test]
fn arguments_are_put_in_and_what_has_no_value_or_makes_no_sense_ends_the_run_as_an_error() {
    let run = |spec: Value| {
        let mut scene = Scene::new(&[]);
        scene.apply(&json!({
            "kind": "Secret", "metadata": {"name": "token", "namespace": "demo"}, "data": {"key": "aHVudGVyMg=="},
        }));
        scene.series(&json!({"match": "job=x", "value": 0.7}));
        scene.apply(&json!({"kind": "AnalysisRun", "metadata": {"name": "a", "namespace": "demo"}, "spec": spec}));
        scene.pass(100);
        scene.run("a")["status"].clone()
    };
    let query = |text: &str| {
        json!({"name": "rate", "successCondition": "result[0] >= {{args.least}}",
        "provider": {"prometheus": {"query": text}}})
    };
    let status = run(json!({
        "metrics": [query("rate{job=\"{{args.job}}\"} # {{ $labels.x }}")],
        "args": [{"name": "job", "value": "x"}, {"name": "least", "value": "0.6"}],
    }));
    assert_eq!(status["phase"], "Successful");
    assert_eq!(status["metricResults"][0]["metadata"]["ResolvedPrometheusQuery"], "rate{job=\"x\"} # {{ $labels.x }}");
    let status = run(json!({"metrics": [query("x")], "args": []}));
    assert_eq!(
        (&status["phase"], &status["message"]),
        (&json!("Error"), &json!("Unable to resolve metric arguments: failed to resolve {{args.least}}"))
    );
    // What a Secret says is used, and never told.
    let status = run(json!({
        "metrics": [{"name": "rate", "successCondition": "result == {{args.least}}", "consecutiveErrorLimit": 0,
            "provider": {"prometheus": {"query": "job=\"x\""}}}],
        "args": [{"name": "least", "valueFrom": {"secretKeyRef": {"name": "token", "key": "key"}}}],
    }));
    assert_eq!(status["metricResults"][0]["message"], "unknown name *****");
    for (spec, why) in [
        (json!({"metrics": []}), "Analysis spec invalid: no metrics specified"),
        (
            json!({"metrics": [metric(&json!({"count": 2}))]}),
            "Analysis spec invalid: metrics[0]: interval must be specified when count > 1",
        ),
        (
            json!({"metrics": [metric(&json!({"interval": "soon"}))]}),
            "Analysis spec invalid: metrics[0]: invalid interval string: time: invalid duration \"soon\"",
        ),
        (
            json!({"metrics": [metric(&json!({"provider": null}))]}),
            "Analysis spec invalid: metrics[0]: no provider specified",
        ),
        (
            json!({"metrics": [metric(&json!({})), metric(&json!({}))]}),
            "Analysis spec invalid: metrics[1]: duplicate name 'rate'",
        ),
        (
            json!({"metrics": [metric(&json!({}))], "dryRun": [{"metricName": "other"}]}),
            "Analysis spec invalid: dryRun[0]: Rule didn't match any metric name(s): other",
        ),
    ] {
        let status = run(spec);
        assert_eq!((&status["phase"], &status["message"]), (&json!("Error"), &json!(why)));
    }
}

#[test]
fn a_provider_that_is_not_simulated_says_so_in_its_measurement() {
    let web =
        metric(&json!({"consecutiveErrorLimit": 0, "provider": {"prometheus": null, "web": {"url": "http://x"}}}));
    let (_, run) = run_of(&web, &["1"]);
    let status = &run["status"];
    assert_eq!(status["metricResults"][0]["measurements"][0]["message"], "the provider \"web\" is not simulated");
    assert_eq!(status["phase"], "Error");
}

#[test]
fn a_slow_answer_holds_the_run_up_and_one_that_is_too_slow_is_an_error() {
    let mut scene = Scene::new(&[]);
    scene.series(&json!({"match": "job=x", "value": 1, "delay": "12s"}));
    scene.apply(&json!({
        "kind": "AnalysisRun", "metadata": {"name": "a", "namespace": "demo"},
        "spec": {"metrics": [metric(&json!({"interval": "5s", "count": 2}))]},
    }));
    scene.pass(11_000);
    assert_eq!(scene.run("a")["status"], json!({}).get("status").cloned().unwrap_or_default(), "nothing is known yet");
    scene.pass(1_100);
    let first = scene.run("a")["status"]["metricResults"][0]["measurements"][0].clone();
    assert_eq!(
        (&first["startedAt"], &first["finishedAt"]),
        (&json!("2026-01-12T02:00:00Z"), &json!("2026-01-12T02:00:12Z"))
    );
    scene.series(&json!({"match": "job=x", "value": 1, "delay": "45s"}));
    scene.pass(40_000);
    let measured = scene.run("a")["status"]["metricResults"][0]["measurements"][1].clone();
    assert_eq!(
        (&measured["phase"], &measured["message"]),
        (&json!("Error"), &json!("Post \"http://prometheus:9090/api/v1/query\": context deadline exceeded"))
    );
    assert_eq!(
        (&measured["startedAt"], &measured["finishedAt"]),
        (&json!("2026-01-12T02:00:17Z"), &json!("2026-01-12T02:00:47Z"))
    );
}

#[test]
fn an_initial_delay_is_waited_for_and_a_run_that_is_terminated_ends_well() {
    let mut scene = Scene::new(&[]);
    scene.series(&json!({"match": "job=x", "value": 1}));
    scene.apply(&json!({
        "kind": "AnalysisRun", "metadata": {"name": "a", "namespace": "demo"},
        "spec": {"metrics": [metric(&json!({"interval": "5s", "initialDelay": "1m"}))]},
    }));
    scene.pass(59_000);
    let status = scene.run("a")["status"].clone();
    assert_eq!((&status["phase"], status.get("metricResults")), (&json!("Running"), None));
    scene.pass(2_000);
    assert_eq!(scene.run("a")["status"]["metricResults"][0]["count"], 1);
    scene.patch("AnalysisRun", "a", &json!({"spec": {"terminate": true}}));
    scene.pass(100);
    let status = scene.run("a")["status"].clone();
    assert_eq!((&status["phase"], &status["message"]), (&json!("Successful"), &json!("Run Terminated")));
    assert_eq!(status["runSummary"], json!({"count": 1, "successful": 1}));
    scene.pass(60_000);
    assert_eq!(scene.run("a")["status"], status, "it has ended");
}

#[test]
fn a_dry_run_fails_without_a_word_in_the_verdict_and_is_counted_apart() {
    let mut scene = Scene::new(&[]);
    scene.series(&json!({"match": "job=x", "value": 1}));
    scene.series(&json!({"match": "job=y", "value": 0}));
    let dry =
        metric(&json!({"name": "dry", "interval": "5s", "provider": {"prometheus": {"query": "rate{job=\"y\"}"}}}));
    scene.apply(&json!({
        "kind": "AnalysisRun", "metadata": {"name": "a", "namespace": "demo"},
        "spec": {"metrics": [dry, metric(&json!({"interval": "5s", "count": 2}))], "dryRun": [{"metricName": "d.*"}]},
    }));
    scene.pass(100);
    let status = scene.run("a")["status"].clone();
    assert_eq!(
        (&status["phase"], &status["runSummary"], &status["dryRunSummary"]),
        (&json!("Running"), &json!({"count": 1}), &json!({"count": 1, "failed": 1}))
    );
    assert_eq!(status["metricResults"][0]["message"], "Metric assessed Failed due to failed (1) > failureLimit (0)");
    scene.pass(6_000);
    let status = scene.run("a")["status"].clone();
    assert_eq!((&status["phase"], status.get("message")), (&json!("Successful"), None));
    assert_eq!(
        scene.events("AnalysisRun"),
        [
            "Warning MetricFailed Metric 'dry' Completed. Result: Failed",
            "Normal MetricSuccessful Metric 'rate' Completed. Result: Successful",
            "Normal AnalysisRunSuccessful Analysis Completed. Result: Successful",
        ]
    );
}

#[test]
fn a_job_metric_is_a_job_with_a_pod_that_works_and_ends_as_its_command_says() {
    let job = |command: &[&str], more: &Value| {
        let mut metric = json!({"name": "smoke", "provider": {"job": {"metadata": {"labels": {"own": "label"}}, "spec": {
            "backoffLimit": 0, "template": {"spec": {"restartPolicy": "Never",
                "containers": [{"name": "smoke", "image": "example/smoke:1", "command": command}]}},
        }}}});
        json_patch::merge(&mut metric, more);
        metric
    };
    let mut scene = Scene::new(&[]);
    scene.apply(&json!({"kind": "AnalysisRun", "metadata": {"name": "a", "namespace": "demo"},
        "spec": {"metrics": [job(&["sh", "-c", "sleep 20"], &json!({}))]}}));
    scene.pass(3_000);
    let run = scene.run("a");
    let uid = run["metadata"]["uid"].as_str().unwrap().to_owned();
    let name = format!("{uid}.smoke.1");
    let measured = &run["status"]["metricResults"][0]["measurements"][0];
    assert_eq!(
        (&measured["phase"], &measured["metadata"]),
        (&json!("Running"), &json!({"job-name": name, "job-namespace": "demo"}))
    );
    let job_ = scene.object("Job", &name);
    assert_eq!(job_["metadata"]["labels"], json!({"analysisrun.argoproj.io/uid": uid, "own": "label"}));
    assert_eq!(
        job_["metadata"]["annotations"],
        json!({
            "analysisrun.argoproj.io/metric-name": "smoke", "analysisrun.argoproj.io/name": "a",
            "analysisrun.argoproj.io/namespace": "demo",
        })
    );
    assert_eq!((&job_["status"]["active"], &job_["status"]["ready"]), (&json!(1), &json!(1)));
    scene.pass(20_000);
    assert_eq!(scene.run("a")["status"]["phase"], "Successful");
    assert_eq!(
        (&scene.object("Job", &name)["status"]["succeeded"], scene.object("Job", &name)["status"].get("active")),
        (&json!(1), None)
    );
    scene.apply(&json!({"kind": "AnalysisRun", "metadata": {"name": "b", "namespace": "demo"},
        "spec": {"metrics": [job(&["false"], &json!({}))]}}));
    scene.pass(10_000);
    let status = scene.run("b")["status"].clone();
    assert_eq!(
        (&status["phase"], &status["message"]),
        (&json!("Failed"), &json!("Metric \"smoke\" assessed Failed due to failed (1) > failureLimit (0)"))
    );
    // A Job that is deleted is an error; a run that goes takes its Jobs along.
    scene.apply(&json!({"kind": "AnalysisRun", "metadata": {"name": "c", "namespace": "demo"},
        "spec": {"metrics": [job(&["sleep", "60"], &json!({"consecutiveErrorLimit": 0}))]}}));
    scene.pass(3_000);
    let name = format!("{}.smoke.1", scene.run("c")["metadata"]["uid"].as_str().unwrap());
    scene.delete("Job", &name);
    scene.patch("AnalysisRun", "c", &json!({"metadata": {"labels": {"look": "again"}}}));
    scene.pass(100);
    assert_eq!(scene.run("c")["status"]["metricResults"][0]["message"], format!("jobs.batch \"{name}\" not found"));
}

#[test]
fn golden_trace_b_a_background_analysis_runs_beside_the_steps_and_ends_with_the_update() {
    let analysis = json!({"templates": [{"templateName": "success-rate"}], "startingStep": 1});
    let steps = json!([{"setWeight": 25}, {"pause": {}}, {"setWeight": 50}, {"pause": {"duration": "30s"}}]);
    let rate = metric(&json!({"name": "success-rate", "interval": "10s", "failureLimit": 2}));
    let mut scene =
        Scene::new(&[template("success-rate", &[rate]), rollout(&json!({"analysis": analysis, "steps": steps}))]);
    scene.series(&json!({"match": "job=x", "value": 0.99}));
    scene.image("green");
    scene.pass(60);
    assert!(scene.runs().is_empty(), "none before its step");
    scene.pass(3_000);
    let rows = scene.take(&["rollout", "run"]);
    let told = |status: &str| format!("rollout Paused CanaryPauseStep | 1 | background CANARY-2 {status}");
    let created = rows.iter().position(|row| row == &told("''")).expect("named before it has a phase");
    assert!(rows[created..].contains(&told("Running")), "{rows:#?}");
    assert!(rows.contains(&"run CANARY-2 Running | success-rate Running ✔1".to_owned()), "{rows:#?}");
    let run = scene.runs()[0].clone();
    assert_eq!(run["metadata"]["labels"]["rollout-type"], "Background");
    assert_eq!(run["metadata"]["annotations"]["rollout.argoproj.io/revision"], "2");
    scene.pass(125_000);
    let run = scene.runs()[0].clone();
    let result = &run["status"]["metricResults"][0];
    assert_eq!((&result["successful"], result["measurements"].as_array().unwrap().len()), (&json!(13), 10));
    assert_eq!(scene.take(&["rollout"]), [] as [String; 0], "nothing of it is written on the rollout");
    scene.promote();
    scene.pass(60_000);
    let rows = scene.take(&["rollout", "run"]);
    assert_eq!(
        rows.iter().rev().take(3).rev().cloned().collect::<Vec<_>>()[1..],
        [
            "run CANARY-2 Successful Run Terminated | success-rate Successful ✔16".to_owned(),
            "rollout Healthy  | 4 |".to_owned(),
        ],
        "{rows:#?}"
    );
    assert_eq!(scene.runs()[0]["spec"]["terminate"], true);
    assert!(scene.events("Rollout").contains(&format!(
        "Normal AnalysisRunRunning Background Analysis Run '{}' Status New: 'Running' Previous: ''",
        scene.runs()[0]["metadata"]["name"].as_str().unwrap()
    )));
}

#[test]
fn golden_trace_c_a_failing_background_analysis_aborts_and_a_retry_measures_anew() {
    let analysis = json!({"templates": [{"templateName": "success-rate"}], "startingStep": 1});
    let steps = json!([{"setWeight": 25}, {"pause": {}}, {"setWeight": 50}, {"pause": {"duration": "30s"}}]);
    let rate = metric(&json!({"name": "success-rate", "interval": "10s", "failureLimit": 2}));
    let mut scene =
        Scene::new(&[template("success-rate", &[rate]), rollout(&json!({"analysis": analysis, "steps": steps}))]);
    scene.series(&json!({"match": "job=x", "value": 0.99}));
    scene.image("green");
    scene.pass(45_000);
    scene.series(&json!({"match": "job=x", "value": 0.5}));
    scene.take(&[]);
    scene.pass(35_000);
    let why = "Metric \"success-rate\" assessed Failed due to failed (3) > failureLimit (2)";
    let rows = scene.take(&["rollout", "run"]);
    assert_eq!(
        rows[rows.len() - 2..],
        [
            format!("run CANARY-2 Failed {why} | success-rate Failed ✔5 ✖3"),
            format!(
                "rollout Degraded RolloutAborted: Rollout aborted update to revision 2: Background analysis phase error/failed: {why} | 0 | background CANARY-2 Failed {why}"
            ),
        ]
    );
    let counts = |scene: &Scene| ["replicas", "updatedReplicas"].map(|field| scene.status(field).as_i64().unwrap_or(0));
    scene.pass(5_000);
    assert_eq!(counts(&scene), [3, 0], "the canary is gone");
    assert!(scene.status("message").as_str().unwrap().ends_with(why));
    let events = scene.events("Rollout");
    let failed =
        events.iter().position(|event| event.starts_with("Warning AnalysisRunFailed Background Analysis Run")).unwrap();
    let aborted = events.iter().position(|event| event.starts_with("Warning RolloutAborted")).unwrap();
    assert!(failed < aborted);
    scene.series(&json!({"match": "job=x", "value": 0.99}));
    scene.act("retry");
    scene.pass(5_000);
    let names: Vec<String> =
        scene.runs().iter().map(|run| scene.plain(run["metadata"]["name"].as_str().unwrap())).collect();
    assert_eq!(names, [format!("{CANARY}-2"), format!("{CANARY}-2.1")]);
    assert_eq!((scene.status("phase"), scene.status("currentStepIndex")), (json!("Paused"), json!(1)));
    assert_eq!(
        scene.plain(scene.status("canary")["currentBackgroundAnalysisRunStatus"]["name"].as_str().unwrap()),
        format!("{CANARY}-2.1")
    );
}

#[test]
fn an_inconclusive_inline_analysis_pauses_and_a_promote_measures_anew() {
    let steps = json!([{"setWeight": 25}, {"analysis": {"templates": [{"templateName": "rate"}]}}, {"setWeight": 50}]);
    let rate = metric(&json!({"failureCondition": "result[0] < 0.8"}));
    let mut scene = Scene::new(&[template("rate", &[rate]), rollout(&json!({"steps": steps}))]);
    scene.series(&json!({"match": "job=x", "value": 0.9}));
    scene.image("green");
    scene.pass(10_000);
    let why = "Metric \"rate\" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0)";
    let rows = scene.take(&["rollout"]);
    assert_eq!(
        rows.last().unwrap(),
        &format!("rollout Paused InconclusiveAnalysisRun | 1 | step CANARY-2-1 Inconclusive {why}")
    );
    scene.pass(60_000);
    assert_eq!(scene.runs().len(), 1, "the run is not replaced while it is paused");
    scene.series(&json!({"match": "job=x", "value": 0.99}));
    scene.act("promote");
    scene.pass(30_000);
    let names: Vec<String> =
        scene.runs().iter().map(|run| scene.plain(run["metadata"]["name"].as_str().unwrap())).collect();
    assert_eq!(names, [format!("{CANARY}-2-1"), format!("{CANARY}-2-1.1")]);
    assert_eq!(scene.status("phase"), "Healthy");
}

#[test]
fn a_template_that_is_missing_makes_the_spec_invalid_until_it_comes() {
    let steps = json!([{"setWeight": 25}, {"analysis": {"templates": [{"templateName": "rate"}, {"templateName": "more", "clusterScope": true}]}}]);
    let mut scene = Scene::new(&[rollout(&json!({"steps": steps}))]);
    let message = |scene: &Scene| scene.status("message").as_str().unwrap_or_default().to_owned();
    let invalid =
        "InvalidSpec: The Rollout \"app\" is invalid: spec.strategy.canary.steps[1].analysis.templates: Invalid value:";
    assert_eq!(message(&scene), format!("{invalid} \"rate\": AnalysisTemplate 'rate' not found"));
    scene.apply(&template("rate", &[metric(&json!({}))]));
    scene.pass(25_000);
    assert_eq!(message(&scene), format!("{invalid} \"more\": ClusterAnalysisTemplate 'more' not found"));
    let mut more = template("more", &[metric(&json!({"name": "more"}))]);
    more["kind"] = json!("ClusterAnalysisTemplate");
    more["metadata"].as_object_mut().unwrap().remove("namespace");
    more["spec"]["args"] = json!([{"name": "open"}]);
    scene.apply(&more);
    scene.pass(25_000);
    assert_eq!(message(&scene), format!("{invalid} \"templateNames: [rate more]\": args.open was not resolved"));
    more["spec"]["args"] = json!([{"name": "open", "value": "x"}]);
    scene.apply(&more);
    scene.pass(25_000);
    assert_eq!(message(&scene), "");
    scene.series(&json!({"match": "job=x", "value": 1}));
    scene.image("green");
    scene.pass(15_000);
    assert_eq!(scene.runs()[0]["spec"]["metrics"].as_array().unwrap().len(), 2, "the templates are merged");
}

#[test]
fn arguments_of_a_rollout_are_resolved_when_the_run_is_made() {
    let args = json!([
        {"name": "canary", "valueFrom": {"podTemplateHashValue": "Latest"}},
        {"name": "stable", "valueFrom": {"podTemplateHashValue": "Stable"}},
        {"name": "team", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['team']"}}},
        {"name": "image", "valueFrom": {"fieldRef": {"fieldPath": "spec.template.spec.containers[0].image"}}},
        {"name": "unknown", "value": "dropped"},
    ]);
    let mut with_args = template("rate", &[metric(&json!({}))]);
    with_args["spec"]["args"] = json!([{"name": "canary"}, {"name": "stable"}, {"name": "team"}, {"name": "image"}, {"name": "least", "value": "1"}]);
    let steps = json!([{"setWeight": 25}, {"analysis": {"templates": [{"templateName": "rate"}], "args": args}}]);
    let mut scene = Scene::new(&[with_args, rollout(&json!({"steps": steps}))]);
    scene.series(&json!({"match": "job=x", "value": 1}));
    let stable = scene.status("stableRS");
    scene.image("green");
    scene.pass(8_000);
    let run = scene.runs()[0].clone();
    let hash = run["metadata"]["labels"]["rollouts-pod-template-hash"].clone();
    assert_eq!(
        run["spec"]["args"],
        json!([
            {"name": "canary", "value": hash}, {"name": "stable", "value": stable}, {"name": "team", "value": "shop"},
            {"name": "image", "value": "example/app:green"}, {"name": "least", "value": "1"},
        ])
    );
    assert_eq!(
        (&run["metadata"]["labels"]["step-index"], &run["metadata"]["labels"]["rollout-type"]),
        (&json!("1"), &json!("Step"))
    );
}

#[test]
fn old_runs_are_deleted_beyond_the_limits_of_each_sort() {
    let steps = json!([{"setWeight": 25}, {"analysis": {"templates": [{"templateName": "rate"}]}}]);
    let mut app = rollout(&json!({"steps": steps}));
    app["spec"]["analysis"] = json!({"successfulRunHistoryLimit": 2, "unsuccessfulRunHistoryLimit": 1});
    let mut scene = Scene::new(&[template("rate", &[metric(&json!({}))]), app]);
    for (tag, value) in [("a", 1), ("b", 0), ("c", 1), ("d", 0), ("e", 1), ("f", 1), ("g", 1)] {
        scene.series(&json!({"match": "job=x", "value": value}));
        scene.image(tag);
        scene.pass(30_000);
    }
    let phases: Vec<String> =
        scene.runs().iter().map(|run| run["status"]["phase"].as_str().unwrap().to_owned()).collect();
    assert_eq!(phases.iter().filter(|phase| *phase == "Successful").count(), 2, "{phases:?}");
    assert_eq!(phases.iter().filter(|phase| *phase == "Failed").count(), 1, "{phases:?}");
}

#[test]
fn an_experiment_by_hand_lasts_its_duration_and_a_template_that_never_comes_up_fails_it() {
    let pod = |image: &str| json!({"metadata": {"labels": {"app": "e"}}, "spec": {"containers": [{"name": "m", "image": image, "ports": [{"containerPort": 80}]}]}});
    let experiment = |name: &str, image: &str| {
        json!({
            "kind": "Experiment", "metadata": {"name": name, "namespace": "demo"},
            "spec": {"duration": "1m", "progressDeadlineSeconds": 30, "scaleDownDelaySeconds": 5, "templates": [
                {"name": "one", "replicas": 2, "selector": {"matchLabels": {"app": "e"}}, "template": pod(image), "service": {}},
            ]},
        })
    };
    let mut scene = Scene::new(&[]);
    scene.apply(&experiment("good", "example/e:1"));
    scene.pass(5_000);
    let status = scene.object("Experiment", "good")["status"].clone();
    assert_eq!((&status["phase"], &status["templateStatuses"][0]["availableReplicas"]), (&json!("Running"), &json!(2)));
    assert_eq!(
        scene.object("Service", "good-one")["spec"]["selector"]["rollouts-pod-template-hash"],
        status["templateStatuses"][0]["podTemplateHash"]
    );
    scene.pass(62_000);
    assert_eq!(scene.object("Experiment", "good")["status"]["phase"], "Successful");
    scene.pass(10_000);
    let set = scene.object("ReplicaSet", "good-one");
    assert_eq!(
        (&set["spec"]["replicas"], set["metadata"]["annotations"].get("scale-down-deadline").is_some()),
        (&json!(0), true)
    );
    assert!(scene.find("Service", "good-one").is_none());
    scene.apply(&experiment("bad", "example/e:does-not-exist"));
    scene.pass(60_000);
    let status = scene.object("Experiment", "bad")["status"].clone();
    assert_eq!(
        (&status["phase"], &status["message"]),
        (&json!("Failed"), &json!("Template 'one' exceeded its progressDeadlineSeconds (30)"))
    );
    scene.apply(&experiment("ended", "example/e:1"));
    scene.pass(5_000);
    scene.patch("Experiment", "ended", &json!({"spec": {"terminate": true}}));
    scene.pass(2_000);
    assert_eq!(scene.object("Experiment", "ended")["status"]["phase"], "Successful");
}

#[test]
fn a_failing_experiment_aborts_the_rollout_and_an_inconclusive_one_pauses_it() {
    let step = json!({"experiment": {
        "templates": [{"name": "candidate", "specRef": "canary", "replicas": 1}],
        "analyses": [{"name": "compare", "templateName": "rate", "requiredForCompletion": true}],
    }});
    let rate = metric(&json!({"failureCondition": "result[0] < 0.8"}));
    let scene_ = || {
        Scene::new(&[
            template("rate", std::slice::from_ref(&rate)),
            rollout(&json!({"steps": [step, {"setWeight": 50}]})),
        ])
    };
    for (value, phase, message) in [
        (
            0.5,
            "Degraded",
            "RolloutAborted: Rollout aborted update to revision 2: Experiment analysis phase is error/failed: Metric \"rate\" assessed Failed due to failed (1) > failureLimit (0)",
        ),
        (0.9, "Paused", "InconclusiveExperiment"),
        (0.99, "Healthy", ""),
    ] {
        let mut scene = scene_();
        scene.series(&json!({"match": "job=x", "value": value}));
        scene.image("green");
        scene.pass(30_000);
        assert_eq!(
            (scene.status("phase").as_str().unwrap(), scene.status("message").as_str().unwrap_or_default()),
            (phase, message)
        );
    }
}

#[test]
fn the_scenarios_stand_where_their_descriptions_say() {
    let mut built = std::collections::BTreeMap::new();
    let mut phase = |scenario: &'static str, cluster: usize, rollout: &str| {
        let world = built.entry(scenario).or_insert_with(|| scene::of_scenario(scenario));
        let object = world.clusters[cluster].store.get(&rolltop::demo::store::ROLLOUTS, "demo", rollout).unwrap();
        let message = object["status"]["message"].as_str().unwrap_or_default();
        format!(
            "{} {}",
            object["status"]["phase"].as_str().unwrap(),
            message.split(':').take(3).collect::<Vec<_>>().join(":")
        )
    };
    assert_eq!(phase("analysis", 2, "checkout"), "Paused CanaryPauseStep");
    assert_eq!(phase("analysis", 2, "search"), "Progressing more replicas need to be updated");
    let aborted = "Degraded RolloutAborted: Rollout aborted update to revision";
    assert!(phase("analysis-failed", 2, "checkout").starts_with(aborted));
    assert_eq!(phase("analysis-failed", 2, "payments"), "Progressing more replicas need to be updated");
    assert!(phase("analysis-failed", 0, "catalog").starts_with(aborted));
    assert_eq!(phase("analysis-odd", 2, "invoices"), "Paused InconclusiveAnalysisRun");
    assert!(phase("analysis-odd", 1, "mailer").starts_with(aborted));
    for running in ["mailer", "reports", "quotes", "exports", "labels"] {
        assert_eq!(phase("analysis-odd", 2, running), "Progressing more replicas need to be updated", "{running}");
    }
    assert_eq!(phase("analysis-odd", 2, "tariffs"), "Paused CanaryPauseStep");
    assert_eq!(phase("experiment", 2, "recommend"), "Progressing more replicas need to be updated");
    assert!(phase("experiment", 0, "recommend").starts_with(aborted));
}
