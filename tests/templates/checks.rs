//! Checks of objects before any request: what the controller would call invalid, each at its line.

use crate::manifest;
use rolltop::service::check::{Findings, check};
use rolltop::service::plain;

/// A Rollout that is right in every respect.
const ROLLOUT: &str = "apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  strategy:
    canary:
      canaryService: web-preview
      analysis:
        templates:
        - templateName: success
        args:
        - name: service
          value: web
      steps:
      - setWeight: 10
      - pause: {}
      - setWeight: 50
      - pause:
          duration: 1h30m
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: web
        image: web:1
        ports:
        - name: http
          containerPort: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: web-preview
spec:
  ports:
  - port: 80
    targetPort: http
  selector:
    app: web
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata:
  name: success
spec:
  args:
  - name: service
  metrics:
  - name: success
    interval: 10s
    provider:
      prometheus:
        query: up{app=\"{{args.service}}\"}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
spec:
  scaleTargetRef:
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    name: web
";

fn findings(text: &str) -> Findings {
    let read = plain::objects(&[manifest("r.yaml", text)]);
    assert_eq!(read.problems, [], "{text}");
    check(&read.objects)
}

#[test]
fn a_right_rollout_has_no_findings() {
    assert_eq!(findings(ROLLOUT), Findings::default());
}

#[test]
fn the_examples_have_no_findings() {
    for service in ["gradual", "canary"] {
        let text =
            std::fs::read_to_string(format!("{}/tests/data/yaml/{service}.yaml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert_eq!(findings(&text), Findings::default(), "{service}");
    }
}

#[test]
fn what_would_be_rejected_is_a_problem_at_its_line() {
    for (from, to, words) in [
        ("replicas: 3", "replicas: -1", "r.yaml:6:3: Rollout/web: spec.replicas is -1; at least 0"),
        ("replicas: 3", "replicas: '3'", "spec.replicas is the text \"3\", not a whole number; remove the quotes"),
        (
            "replicas: 3",
            "replicas: 3\n  minReadySeconds: 700",
            "r.yaml:7:3: Rollout/web: spec.minReadySeconds: a deadline of 600 s",
        ),
        (
            "      app: web\n  strategy",
            "      app: wbe\n  strategy",
            "r.yaml:8:5: Rollout/web: spec.selector.matchLabels wants app=wbe, which the pods of the template do not have",
        ),
        ("  selector:\n    matchLabels:\n      app: web\n  strategy", "  strategy", "spec.selector is empty"),
        (
            "        app: web\n    spec",
            "        app: web\n        number: 5\n    spec",
            "spec.template.metadata.labels.number is the number 5, not text",
        ),
        (
            "    canary:\n",
            "    canray:\n",
            "r.yaml:11:5: Rollout/web: spec.strategy.canray is no strategy; did you mean \"canary\"?",
        ),
        (
            "    canary:\n",
            "    blueGreen: {activeService: a}\n    canary:\n",
            "spec.strategy has both canary and blueGreen",
        ),
        (
            "canaryService: web-preview",
            "canaryService: web-preview\n      stableService: web-preview",
            "stableService is the canaryService too",
        ),
        (
            "canaryService: web-preview",
            "scaleDownDelaySeconds: 5",
            "canary.scaleDownDelaySeconds works only with trafficRouting",
        ),
        ("canaryService: web-preview", "maxSurge: 0\n      maxUnavailable: 0%", "are both zero"),
        (
            "- setWeight: 10\n",
            "- setWeight: 10\n        pause: {}\n",
            "r.yaml:20:9: Rollout/web: spec.strategy.canary.steps[0] has pause and setWeight: a step does one thing",
        ),
        ("- setWeight: 10\n", "- {}\n", "steps[0] is an empty step"),
        ("- pause: {}", "- pause:", "steps[1].pause is empty, so the step would be lost; write `pause: {}`"),
        ("- pause: {}", "- pause: 30", "steps[1].pause is the number 30; as in `pause: {duration: 30s}`"),
        ("- pause: {}", "- pause: {durations: 30}", "steps[1].pause.durations is not known"),
        ("duration: 1h30m", "duration: 30 seconds", "steps[3].pause.duration is the text \"30 seconds\", no duration"),
        ("duration: 1h30m", "duration: -5", "steps[3].pause.duration is the number -5, no duration"),
        ("duration: 1h30m", "duration: 1d", "no duration"),
        (
            "setWeight: 50",
            "setWeight: 101",
            "r.yaml:22:9: Rollout/web: spec.strategy.canary.steps[2].setWeight is the number 101; a whole number from 0 to 100",
        ),
        ("setWeight: 50", "setWeight: 50%", "is the text \"50%\""),
        ("setWeight: 50", "setWieght: 50", "did you mean \"setWeight\"?"),
        ("setWeight: 50", "setCanaryScale: {replicas: 1}", "setCanaryScale works only with trafficRouting"),
        ("setWeight: 50", "analysis: {}", "names no templates"),
        (
            "setWeight: 50",
            "experiment: {duration: 1x, templates: [{name: a}]}",
            "experiment.duration is \"1x\", no duration",
        ),
        (
            "      containers:\n      - name: web\n        image: web:1\n",
            "      volumes: []\n      x:\n      - a: b\n",
            "spec.template has no containers",
        ),
        (
            "  selector:\n    app: web\n",
            "  selector:\n    app: other\n",
            "r.yaml:12:7: Rollout/web: spec.strategy.canary.canaryService web-preview selects app=other (r.yaml:45:3)",
        ),
        (
            "        args:\n        - name: service\n          value: web\n",
            "",
            "r.yaml:15:11: Rollout/web: spec.strategy.canary.analysis.templates[0] uses success without its argument \"service\"",
        ),
        (
            "interval: 10s",
            "interval: ten",
            "AnalysisTemplate/success: spec.metrics[0].interval is \"ten\", no duration",
        ),
        (
            "      prometheus:\n        query: up{app=\"{{args.service}}\"}\n",
            "      {}\n",
            "spec.metrics[0] has 0 providers",
        ),
    ] {
        let text = ROLLOUT.replacen(from, to, 1);
        assert_ne!(text, ROLLOUT, "{from:?} is not there");
        let found: Vec<String> = findings(&text).problems.iter().map(ToString::to_string).collect();
        assert!(found.iter().any(|found| found.contains(words)), "{to:?}\n{}\n{words}", found.join("\n"));
        assert_eq!(found.len(), 1, "{to:?}: {}", found.join("\n"));
    }
}

#[test]
fn what_only_looks_wrong_is_a_warning() {
    for (from, to, words) in [
        (
            "    targetPort: http",
            "    targetPort: htpt",
            "r.yaml:44:5: Service/web-preview: spec.ports[0].targetPort is \"htpt\"",
        ),
        (
            "apiVersion: argoproj.io/v1alpha1\n    kind: Rollout",
            "apiVersion: apps/v1\n    kind: Deployment",
            "spec.scaleTargetRef is apps/v1 Deployment web; the workload here is a Rollout",
        ),
        (
            "{{args.service}}",
            "{{args.servcie}}",
            "uses {{args.servcie}}, which spec.args does not have; did you mean \"service\"?",
        ),
        ("setWeight: 50", "brandNewStep: {}", "is a step that rolltop does not know"),
    ] {
        let text = ROLLOUT.replacen(from, to, 1);
        assert_ne!(text, ROLLOUT, "{from:?} is not there");
        let findings = findings(&text);
        let found: Vec<String> = findings.warnings.iter().map(ToString::to_string).collect();
        assert!(findings.problems.is_empty(), "{:?}", findings.problems);
        assert!(found.len() == 1 && found[0].contains(words), "{to:?}\n{}", found.join("\n"));
    }
}

#[test]
fn routed_and_blue_green_rollouts_have_their_own_rules() {
    let routed = ROLLOUT.replacen(
        "canaryService: web-preview",
        "canaryService: web-preview\n      stableService: web-stable\n      trafficRouting: {nginx: {stableIngress: web}, maxTrafficWeight: 1000}",
        1,
    );
    assert_eq!(findings(&routed.replace("setWeight: 50", "setWeight: 1000")), Findings::default());
    assert_eq!(findings(&routed.replace("setWeight: 50", "setCanaryScale: {weight: 5}")), Findings::default());
    let found = findings(&routed.replace("setWeight: 50", "setHeaderRoute: {name: x}"));
    assert!(found.problems[0].what.contains("names the route \"x\""), "{found:?}");
    let found = findings(&routed.replace("setWeight: 50", "setCanaryScale: {weight: 5, replicas: 1}"));
    assert!(found.problems[0].what.contains("has 2 of weight"), "{found:?}");

    let begin = ROLLOUT.find("    canary:").unwrap();
    let end = ROLLOUT.find("  template:").unwrap();
    let green = |fields: &str| format!("{}    blueGreen: {fields}\n{}", &ROLLOUT[..begin], &ROLLOUT[end..]);
    assert_eq!(findings(&green("{activeService: web-preview}")), Findings::default());
    assert!(findings(&green("{previewService: a}")).problems[0].what.contains("has no activeService"));
    assert!(
        findings(&green("{activeService: a, previewService: a}")).problems[0].what.contains("is the activeService too")
    );
}
