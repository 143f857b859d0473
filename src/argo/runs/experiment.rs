//! An experiment in the tree: its templates, its ReplicaSets with pods, its runs, and when it ends (Argo Rollouts,
//! `pkg/kubectl-argo-rollouts/info/experiment_info.go`).

use super::{ExperimentPicture, TemplatePicture, metric, run};
use crate::argo::age;
use crate::argo::experiment::Experiment;
use crate::argo::picture::Children;
use crate::argo::rollout::Rollout;
use crate::argo::tree;
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::sync::Arc;

/// The experiments that the rollout owns, in the plugin's order: newest revision first, then the oldest, then by name.
#[must_use]
pub fn owned<'a>(rollout: &Rollout, children: Children<'a>) -> Vec<&'a Arc<Experiment>> {
    let all = children.experiments.unwrap_or_default().iter();
    let mut own: Vec<&Arc<Experiment>> = all.filter(|one| one.meta.owned_by(&rollout.meta.uid)).collect();
    own.sort_by(|a, b| {
        let key = |one: &Experiment| (Reverse(one.meta.revision()), one.meta.created);
        key(a).cmp(&key(b)).then_with(|| a.meta.name.cmp(&b.meta.name))
    });
    own
}

/// One experiment with what belongs to it.
#[must_use]
pub fn picture(rollout: &Rollout, experiment: &Experiment, children: Children<'_>) -> ExperimentPicture {
    let (meta, spec, status) = (&experiment.meta, &experiment.spec, &experiment.status);
    let runs = run::owned(children.analysis_runs, &meta.uid);
    let named = |name: &str| status.analysis_runs.iter().any(|run| &*run.analysis_run == name);
    ExperimentPicture {
        name: meta.name.clone(),
        uid: meta.uid.clone(),
        current: rollout.status.canary.current_experiment.as_deref() == Some(&*meta.name),
        status: status.phase.clone(),
        message: status.message.clone(),
        templates: templates(experiment),
        replica_sets: tree::of_experiment(&meta.uid, children),
        analysis_runs: runs.into_iter().map(|one| run::of_experiment(one, named(&one.meta.name))).collect(),
        created: meta.created,
        available_at: status.available_at,
        ends_at: ends_at(experiment),
        duration: spec.duration.clone(),
        terminating: spec.terminate,
        unreadable: experiment.unreadable.clone(),
    }
}

fn templates(experiment: &Experiment) -> Vec<TemplatePicture> {
    let known = experiment.spec.templates.iter().map(|template| {
        let statuses = &experiment.status.template_statuses;
        let status = statuses.iter().find(|status| status.name == template.name).cloned().unwrap_or_default();
        TemplatePicture {
            name: template.name.clone(),
            status: status.status,
            message: status.message,
            available: status.available_replicas,
            wanted: template.replicas.unwrap_or(1),
        }
    });
    known.collect()
}

/// `availableAt` and the duration; nothing once it is over, and before its pods are up.
fn ends_at(experiment: &Experiment) -> Option<Timestamp> {
    if metric::ended(&experiment.status.phase) || experiment.spec.terminate {
        return None;
    }
    let seconds = age::go_seconds(experiment.spec.duration.as_deref()?).filter(|seconds| *seconds >= 0)?;
    experiment.status.available_at?.checked_add(SignedDuration::from_secs(seconds)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::analysis::AnalysisRun;
    use crate::argo::picture::of as whole;
    use crate::argo::replicaset::ReplicaSet;
    use serde_json::{Value, json};

    fn experiment(name: &str, extra: &Value) -> Arc<Experiment> {
        let mut value = json!({"metadata": {"name": name, "uid": name, "ownerReferences": [{"uid": "r"}],
                "annotations": {"rollout.argoproj.io/revision": "2"}, "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {"duration": "15s", "templates": [{"name": "baseline"}, {"name": "candidate", "replicas": 2}]},
            "status": {"phase": "Running", "availableAt": "2026-01-01T00:01:00Z",
                "templateStatuses": [{"name": "candidate", "status": "Running", "availableReplicas": 1}],
                "analysisRuns": [{"name": "compare", "analysisRun": "e1-compare", "phase": "Running"}]}});
        for (key, part) in extra.as_object().unwrap() {
            value[key].as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        }
        Arc::new(Experiment::decode(&value))
    }

    fn rollout() -> Rollout {
        Rollout::decode(&json!({"metadata": {"name": "web", "uid": "r"}, "spec": {"strategy": {"canary": {}}},
            "status": {"stableRS": "a", "currentPodHash": "b", "canary": {"currentExperiment": "e1"}}}))
    }

    fn set(name: &str, owner: &str, hash: &str, template: &str) -> Arc<ReplicaSet> {
        Arc::new(
            serde_json::from_value(json!({"metadata": {"name": name, "uid": name, "ownerReferences": [{"uid": owner}],
                "labels": {"rollouts-pod-template-hash": hash},
                "annotations": {"rollout.argoproj.io/revision": "2", "experiment.argoproj.io/template-name": template}},
            "spec": {"replicas": 1, "template": {"spec": {"containers": [{"image": "web:2"}]}}},
            "status": {"replicas": 1, "availableReplicas": 1}}))
            .unwrap(),
        )
    }

    #[test]
    fn what_belongs_to_an_experiment_stands_under_it_alone() {
        let experiments = [experiment("e1", &json!({}))];
        let sets = [set("web-b", "r", "b", ""), set("e1-candidate", "e1", "b", "candidate")];
        let run = json!({"metadata": {"name": "e1-compare", "uid": "u", "ownerReferences": [{"uid": "e1"}]}, "status": {"phase": "Running"}});
        let runs = [Arc::new(AnalysisRun::decode(&run))];
        let children = Children {
            replica_sets: Some(&sets),
            experiments: Some(&experiments),
            analysis_runs: Some(&runs),
            ..Children::default()
        };
        let picture = whole(&rollout(), children, "2026-01-01T00:01:05Z".parse().unwrap());
        assert_eq!(picture.revisions.len(), 1);
        let revision = &picture.revisions[0];
        let names: Vec<&str> = revision.replica_sets.iter().map(|set| &*set.name).collect();
        assert_eq!((names, revision.analysis_runs.len()), (vec!["web-b"], 0));
        let found = &revision.experiments[0];
        assert!(found.current && found.analysis_runs[0].current);
        assert_eq!(found.replica_sets[0].template.as_deref(), Some("candidate"));
        assert_eq!(found.replica_sets[0].tags, [""; 0]);
        assert_eq!(found.ends_at.unwrap().to_string(), "2026-01-01T00:01:15Z");
        let templates: Vec<(&str, i32, i32)> =
            found.templates.iter().map(|t| (&*t.name, t.available, t.wanted)).collect();
        assert_eq!(templates, [("baseline", 0, 1), ("candidate", 1, 2)]);
        assert_eq!(picture.images[0].tags, ["canary", "Σ:candidate"]);
    }

    #[test]
    fn an_experiment_ends_only_while_it_runs_with_a_duration() {
        let ends = |extra: Value| ends_at(&experiment("e1", &extra)).is_some();
        assert!(ends(json!({})));
        assert!(!ends(json!({"status": {"phase": "Successful"}})));
        assert!(!ends(json!({"status": {"availableAt": null}})));
        assert!(!ends(json!({"spec": {"duration": null}})));
        assert!(!ends(json!({"spec": {"duration": "soon"}})));
        assert!(!ends(json!({"spec": {"terminate": true}})));
    }
}
