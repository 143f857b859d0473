//! Load: many made rollouts and a stream of changes, for benchmarks (`--load`, `--churn`). They carry the label of
//! another controller instance, so that the controllers here leave them alone, as real ones would.
//!
//! Must not know: the controllers' rules. What is written here only has to look like what they write.

use super::controller::{INSTANCE_LABEL, Random, number, safe_hash, set, text};
use super::store::{NAMESPACES, PODS, Part, REPLICA_SETS, ROLLOUTS, Refused, Store, stamp};
use super::world::World;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How many namespaces they are spread over.
const NAMESPACE_COUNT: usize = 20;
/// One of so many has ReplicaSet and pods too, so that one can be opened.
const WITH_PODS: usize = 25;

/// A moment of an update: phase, message, step index, and replicas, updated and available pods.
type Stage = (&'static str, &'static str, i64, i64, i64, i64);

const MORE: &str = "more replicas need to be updated";

/// The way of an update, as in the trace of a gradual canary with three replicas; the first one is its end.
const STAGES: [Stage; 9] = [
    ("Healthy", "", 6, 3, 3, 3),
    ("Progressing", MORE, 0, 3, 0, 3),
    ("Progressing", MORE, 0, 4, 1, 3),
    ("Progressing", MORE, 1, 4, 1, 4),
    ("Paused", "CanaryPauseStep", 1, 4, 1, 4),
    ("Progressing", MORE, 3, 4, 1, 4),
    ("Paused", "CanaryPauseStep", 3, 4, 1, 4),
    ("Progressing", MORE, 4, 4, 2, 4),
    ("Progressing", "old replicas are pending termination", 6, 4, 3, 4),
];

/// Puts `count` rollouts over 20 namespaces into the cluster `production`.
pub fn fill(world: &World, count: usize, seed: u64) {
    let Some(store) = production(world) else { return };
    let mut random = Random::new(seed);
    let now = world.clock.now();
    for at in 0..NAMESPACE_COUNT.min(count) {
        let name = namespace(at);
        let object = json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
            "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"},
        });
        // It may be there from an earlier call.
        let _ = store.create(&NAMESPACES, object);
    }
    for at in 0..count {
        let since = now.checked_sub(SignedDuration::from_secs(random.between(600, 1_209_600))).unwrap_or(now);
        // Most are at rest; some wait.
        let stage = match random.between(0, 20) {
            0 => 4,
            1 => 6,
            _ => 0,
        };
        make(store, at, stage, since, &mut random);
    }
    // Nobody watches yet, and the history of so many would only take memory.
    store.compact();
}

/// Makes `per_second` changes a second (real time) to those rollouts, until dropped.
pub async fn churn(world: World, per_second: f64, seed: u64) {
    let Some(store) = production(&world).cloned() else { return };
    let count = made(&store);
    if count == 0 || per_second <= 0.0 {
        return std::future::pending().await;
    }
    let mut random = Random::new(seed ^ 0x00c0_ffee);
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let begun = Instant::now();
    let mut done = 0_u64;
    loop {
        ticks.tick().await;
        let wanted = (begun.elapsed().as_secs_f64() * per_second) as u64;
        while done < wanted {
            done += 1;
            let at = usize::try_from(random.next()).unwrap_or_default() % count;
            advance(&store, at);
            if done.is_multiple_of(100) {
                tokio::task::yield_now().await;
            }
        }
    }
}

fn production(world: &World) -> Option<&Store> {
    world.clusters.iter().find(|cluster| cluster.name == "production").map(|cluster| &cluster.store)
}

fn namespace(at: usize) -> String {
    format!("team-{:02}", at % NAMESPACE_COUNT)
}

fn name(at: usize) -> String {
    const WORDS: [&str; 16] = [
        "account", "billing", "cart", "delivery", "export", "feed", "gateway", "invoice", "journal", "mailer",
        "orders", "pricing", "quota", "report", "session", "tariff",
    ];
    format!("{}-{:04}", WORDS[at / NAMESPACE_COUNT % WORDS.len()], at)
}

/// How many made rollouts there are.
fn made(store: &Store) -> usize {
    let mine =
        |rollout: &Value| rollout.pointer("/metadata/labels").is_some_and(|map| map.get(INSTANCE_LABEL).is_some());
    store.list(&ROLLOUTS, None).0.iter().filter(|rollout| mine(rollout)).count()
}

fn make(store: &Store, at: usize, stage: usize, since: Timestamp, random: &mut Random) {
    let (namespace, name) = (namespace(at), name(at));
    let image = format!("registry.example.com/{name}:1.{}.{}", random.between(0, 30), random.between(0, 12));
    let revision = random.between(2, 60);
    let rollout = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
        "metadata": {
            "name": name, "namespace": namespace, "labels": {"app": name, INSTANCE_LABEL: "load"},
            "annotations": {"rollout.argoproj.io/revision": revision.to_string()},
        },
        "spec": {
            "replicas": 3, "selector": {"matchLabels": {"app": name}},
            "strategy": {"canary": {"steps": [
                {"setWeight": 10}, {"pause": {}}, {"setWeight": 25}, {"pause": {"duration": 30}},
                {"setWeight": 50}, {"pause": {"duration": 30}},
            ]}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "main", "image": image}]},
            },
        },
    });
    let Ok(rollout) = store.create(&ROLLOUTS, rollout) else { return };
    let hash = safe_hash(image.as_bytes());
    let stable = if stage == 0 { hash.clone() } else { safe_hash(name.as_bytes()) };
    let status = status(stage, &hash, &stable, &stamp(since));
    // It was made a moment ago.
    let _ = store.modify::<Refused>(&ROLLOUTS, &namespace, &name, Part::Status, |rollout| {
        set(rollout, &["status"], status);
        Ok(())
    });
    if at.is_multiple_of(WITH_PODS) && stage == 0 {
        with_pods(store, &rollout, &hash, revision, &stamp(since), random);
    }
}

fn status(stage: usize, hash: &str, stable: &str, since: &str) -> Value {
    let (phase, message, index, replicas, updated, available) = STAGES[stage % STAGES.len()];
    let condition = |kind: &str, status: &str, reason: &str, message: &str| {
        json!({
            "type": kind, "status": status, "reason": reason, "message": message,
            "lastTransitionTime": since, "lastUpdateTime": since,
        })
    };
    let answer = |holds: bool| if holds { "True" } else { "False" };
    let (whole, paused) = (phase == "Healthy", phase == "Paused");
    let progressing = match phase {
        "Healthy" => {
            condition("Progressing", "True", "NewReplicaSetAvailable", "ReplicaSet has successfully progressed.")
        }
        "Paused" => condition("Progressing", "Unknown", "RolloutPaused", "Rollout is paused"),
        _ => condition("Progressing", "True", "ReplicaSetUpdated", "ReplicaSet is progressing."),
    };
    let mut status = json!({
        "HPAReplicas": replicas, "availableReplicas": available, "readyReplicas": available, "replicas": replicas,
        "blueGreen": {}, "canary": {}, "currentPodHash": hash, "stableRS": stable, "currentStepIndex": index,
        "currentStepHash": "65c9b987b8", "observedGeneration": "1", "phase": phase,
        "conditions": [
            condition("Available", "True", "AvailableReason", "Rollout has minimum availability"),
            condition("Completed", answer(whole), "RolloutCompleted", "RolloutCompleted"),
            condition("Healthy", answer(whole), "RolloutHealthy", "Rollout is healthy"),
            progressing,
        ],
    });
    if updated > 0 {
        set(&mut status, &["updatedReplicas"], json!(updated));
    }
    if !message.is_empty() {
        set(&mut status, &["message"], json!(message));
    }
    if paused {
        set(&mut status, &["controllerPause"], json!(true));
        set(&mut status, &["pauseConditions"], json!([{"reason": "CanaryPauseStep", "startTime": since}]));
    }
    status
}

/// Moves a made rollout to the next moment of its update.
fn advance(store: &Store, at: usize) {
    let (namespace, name) = (namespace(at), name(at));
    let now = stamp(store.clock().now());
    // Somebody may have deleted it.
    let _ = store.modify::<Refused>(&ROLLOUTS, &namespace, &name, Part::Status, |rollout| {
        let count = |field: &str| number(rollout, &format!("/status/{field}")).unwrap_or(0);
        let seen = (count("currentStepIndex"), count("replicas"), count("updatedReplicas"), count("availableReplicas"));
        let phase = text(rollout, "/status/phase");
        let here = STAGES.iter().position(|(of, _, index, replicas, updated, available)| {
            *of == phase && (*index, *replicas, *updated, *available) == seen
        });
        let stage = (here.unwrap_or(STAGES.len() - 1) + 1) % STAGES.len();
        let (mut hash, mut stable) =
            (text(rollout, "/status/currentPodHash").to_owned(), text(rollout, "/status/stableRS").to_owned());
        match stage {
            0 => stable.clone_from(&hash),
            1 => hash = safe_hash(format!("{hash}{now}").as_bytes()),
            _ => {}
        }
        set(rollout, &["status"], status(stage, &hash, &stable, &now));
        Ok(())
    });
}

fn with_pods(store: &Store, rollout: &Value, hash: &str, revision: i64, since: &str, random: &mut Random) {
    let (name, namespace) = (text(rollout, "/metadata/name"), text(rollout, "/metadata/namespace"));
    let labels = json!({"app": name, "rollouts-pod-template-hash": hash});
    let set_name = format!("{name}-{hash}");
    let owner = |api: &str, kind: &str, name: &str, uid: &str| json!([{"apiVersion": api, "kind": kind, "name": name, "uid": uid, "controller": true, "blockOwnerDeletion": true}]);
    let template = rollout.pointer("/spec/template").cloned().unwrap_or_default();
    let mut marked = labels.clone();
    set(&mut marked, &[INSTANCE_LABEL], json!("load"));
    let object = json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {
            "name": set_name, "namespace": namespace, "labels": marked,
            "annotations": {
                "rollout.argoproj.io/desired-replicas": "3", "rollout.argoproj.io/revision": revision.to_string(),
            },
            "ownerReferences": owner("argoproj.io/v1alpha1", "Rollout", name, text(rollout, "/metadata/uid")),
        },
        "spec": {"replicas": 3, "selector": {"matchLabels": labels}, "template": template},
        "status": {
            "replicas": 3, "fullyLabeledReplicas": 3, "readyReplicas": 3, "availableReplicas": 3,
            "observedGeneration": 1,
        },
    });
    let Ok(made) = store.create(&REPLICA_SETS, object) else { return };
    for _ in 0..3 {
        let image = text(rollout, "/spec/template/spec/containers/0/image");
        let mut marked = labels.clone();
        set(&mut marked, &[INSTANCE_LABEL], json!("load"));
        let condition = |kind: &str| json!({"type": kind, "status": "True", "lastTransitionTime": since});
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "name": format!("{set_name}-{}", random.suffix()), "namespace": namespace, "labels": marked,
                "ownerReferences": owner("apps/v1", "ReplicaSet", &set_name, text(&made, "/metadata/uid")),
            },
            "spec": {"nodeName": "node-a", "containers": [{"name": "main", "image": image}]},
            "status": {
                "phase": "Running", "startTime": since,
                "conditions": [condition("Ready"), condition("ContainersReady"), condition("PodScheduled")],
                "containerStatuses": [{
                    "name": "main", "image": image, "ready": true, "restartCount": 0, "started": true,
                    "state": {"running": {"startedAt": since}},
                }],
            },
        });
        // Names from the seed do not repeat within a ReplicaSet; if one did, two pods are enough.
        let _ = store.create(&PODS, pod);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::clock::Clock;
    use crate::demo::scenario;

    fn world() -> scenario::Played {
        scenario::build("gradual", &Clock::new("2026-01-12T02:00:00Z".parse().unwrap(), 0.0), 1).unwrap()
    }

    #[test]
    fn made_rollouts_are_settled_and_the_controllers_leave_them_alone() {
        let mut played = world();
        fill(&played.world, 500, 1);
        let store = played.world.clusters[2].store.clone();
        let before = store.list(&ROLLOUTS, None);
        assert_eq!(before.0.len(), 501);
        let namespaces: std::collections::BTreeSet<&str> =
            before.0.iter().map(|rollout| text(rollout, "/metadata/namespace")).collect();
        assert_eq!(namespaces.len(), 21);
        assert_eq!(store.list(&PODS, Some("team-00")).0.len() % 3, 0);
        played.driver.play_for(SignedDuration::from_mins(20));
        assert_eq!(store.list(&ROLLOUTS, None).0, before.0);
    }

    #[test]
    fn the_changes_walk_through_an_update_and_repeat_by_the_seed() {
        let phases = |seed: u64| {
            let played = world();
            fill(&played.world, 20, seed);
            let store = played.world.clusters[2].store.clone();
            let mut seen = Vec::new();
            for _ in 0..STAGES.len() {
                advance(&store, 7);
                let rollout = store.get(&ROLLOUTS, &namespace(7), &name(7)).unwrap();
                seen.push(text(&rollout, "/status/phase").to_owned());
            }
            seen
        };
        let seen = phases(1);
        assert_eq!(seen, phases(1));
        assert_eq!(seen.iter().filter(|phase| *phase == "Healthy").count(), 1);
        assert!(seen.contains(&"Paused".to_owned()));
    }
}
