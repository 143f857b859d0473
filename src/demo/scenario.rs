//! Scenarios: data files of initial manifests and a script of what people and time do (`assets/scenarios/`). A new file
//! is a new scenario: add it to the list in `scenario::files`.
//!
//! A file has `description`, `services` (what runs where), `past` (what people did so many minutes `ago`) and `later`
//! (what they will do `after` the start, once or `every` so often). [`build`] plays the past with the same controllers
//! that run later, so that ages, revisions and events are what they would be.
//!
//! Must not know: how controllers work, beyond [`controller::Driver`](super::controller::Driver).

pub(in crate::demo) mod deed;
mod file;
mod files;
pub(in crate::demo) mod series;

use super::clock::Clock;
use super::controller::Driver;
use super::store::Store;
use super::world::{Cluster, World};
use file::{File, Service};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// A scenario file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ScenarioError(pub String);

/// A world with its past already played.
#[derive(Debug)]
pub struct Played {
    /// The clusters.
    pub world: World,
    /// What is still to come.
    pub script: Vec<Upcoming>,
    /// The controllers, as the past left them.
    pub driver: Driver,
}

/// Something that a scenario does later.
#[derive(Clone, Debug)]
pub struct Upcoming {
    /// When, on the virtual clock.
    pub at: Timestamp,
    /// In which cluster (index in [`World::clusters`]).
    pub cluster: usize,
    /// What: decided by the scenario's own words.
    pub deed: serde_json::Value,
}

/// The clusters of every world, in their order.
pub const CLUSTERS: [&str; 3] = ["test", "staging", "production"];

/// The namespace of a scenario's services.
pub const NAMESPACE: &str = "demo";

/// How long a namespace is older than what is in it.
const BEFORE: SignedDuration = SignedDuration::from_mins(3);

/// Names and descriptions of the scenarios, default first.
#[must_use]
pub fn names() -> Vec<(String, String)> {
    let known = files::SCENARIOS.iter().filter_map(|(name, text)| Some(((*name).to_owned(), File::read(text).ok()?)));
    known.map(|(name, file)| (name, file.description)).collect()
}

/// A world whose past is still to be played: its clusters are empty.
#[derive(Debug)]
pub struct Ahead {
    name: String,
    file: File,
    world: World,
    seed: u64,
}

/// Builds a world and plays the scenario's past up to the clock's present.
///
/// # Errors
/// An unknown name (with the known ones), or a scenario file that cannot be read.
pub fn build(name: &str, clock: &Clock, seed: u64) -> Result<Played, ScenarioError> {
    begin(name, clock, seed)?.play()
}

/// Reads a scenario and makes its world, empty.
///
/// # Errors
/// As [`build`].
pub fn begin(name: &str, clock: &Clock, seed: u64) -> Result<Ahead, ScenarioError> {
    let Some((_, text)) = files::SCENARIOS.iter().find(|(known, _)| *known == name) else {
        let known: Vec<&str> = files::SCENARIOS.iter().map(|(known, _)| *known).collect();
        return Err(ScenarioError(format!("no scenario is called \"{name}\"; there are {}", known.join(", "))));
    };
    let file = File::read(text).map_err(|why| ScenarioError(format!("scenario {name}: {why}")))?;
    let clusters = CLUSTERS.iter().enumerate().map(|(at, name)| {
        let seed = seed.wrapping_add(1_000_003 * at as u64);
        Cluster::new(name, Store::new(clock.clone(), seed), seed)
    });
    let world = World { clusters: clusters.collect(), clock: clock.clone() };
    Ok(Ahead { name: name.to_owned(), file, world, seed })
}

impl Ahead {
    /// The world; it fills as the past is played.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Plays the past up to the clock's present.
    ///
    /// # Errors
    /// What of the scenario cannot be done.
    pub fn play(self) -> Result<Played, ScenarioError> {
        let Self { name, file, world, seed } = self;
        let clock = world.clock.clone();
        let (present, speed) = (clock.now(), clock.speed());
        clock.set_speed(0.0);
        let played = play(&file, world, present, seed).map_err(|why| ScenarioError(format!("scenario {name}: {why}")));
        clock.set(present);
        clock.set_speed(speed);
        played
    }
}

fn play(file: &File, world: World, present: Timestamp, seed: u64) -> Result<Played, String> {
    let mut past: Vec<Upcoming> = Vec::new();
    for service in &file.services {
        past.extend(deploy(service, present)?);
    }
    for entry in &file.past {
        for cluster in entry.clusters()? {
            past.push(Upcoming { at: ago(present, entry.ago()?), cluster, deed: entry.deed() });
        }
    }
    past.sort_by_key(|upcoming| upcoming.at);
    let first = past.first().map_or(present, |upcoming| upcoming.at);
    world.clock.set(first.checked_sub(BEFORE).unwrap_or(first));
    for cluster in &world.clusters {
        found(cluster)?;
    }
    for entry in &file.metrics {
        entry.put(&world.clusters)?;
    }
    let mut driver = Driver::new(world.clone(), seed);
    driver.events_from(present.checked_sub(SignedDuration::from_hours(1)).unwrap_or(present));
    driver.script(past);
    driver.play_until(present);
    if let Some(why) = driver.failures().first() {
        return Err(why.clone());
    }
    for cluster in &world.clusters {
        // Nobody has watched the past: its history would only take memory.
        cluster.store.compact();
    }
    let mut script = Vec::new();
    for entry in &file.later {
        for cluster in entry.clusters()? {
            let at = present.checked_add(entry.after()?).map_err(|error| error.to_string())?;
            script.push(Upcoming { at, cluster, deed: entry.deed() });
        }
    }
    script.sort_by_key(|upcoming| upcoming.at);
    Ok(Played { world, script, driver })
}

/// What every cluster has: its namespaces.
fn found(cluster: &Cluster) -> Result<(), String> {
    for name in ["default", "kube-system", NAMESPACE] {
        let object = json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
            "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"},
        });
        cluster.store.create(&super::store::NAMESPACES, object).map_err(|refused| refused.to_string())?;
    }
    Ok(())
}

/// The deeds that bring a service into its clusters.
fn deploy(service: &Service, present: Timestamp) -> Result<Vec<Upcoming>, String> {
    let mut deeds = Vec::new();
    for (cluster, name) in CLUSTERS.iter().enumerate() {
        let Some(image) = service.image.of(name) else { continue };
        let replicas = service.replicas.of(name).unwrap_or(1);
        let manifests = service.manifests(&image, replicas)?;
        let at = ago(present, service.age()?);
        for manifest in manifests {
            deeds.push(Upcoming { at, cluster, deed: json!({"do": "apply", "manifest": manifest}) });
        }
        if let Some(revision) = service.revision.of(name) {
            // As if that many had gone before: those are beyond the history limit.
            let deed = json!({"do": "revision", "rollout": service.name, "revision": revision});
            deeds.push(Upcoming { at: at.saturating_add(SignedDuration::from_secs(20)).unwrap_or(at), cluster, deed });
        }
    }
    Ok(deeds)
}

fn ago(present: Timestamp, ago: SignedDuration) -> Timestamp {
    present.checked_sub(ago).unwrap_or(present)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::store::{EVENTS, PODS, REPLICA_SETS, ROLLOUTS};
    use serde_json::Value;

    fn clock() -> Clock {
        Clock::new("2026-01-12T02:00:00Z".parse().unwrap(), 0.0)
    }

    fn status<'a>(rollout: &'a Value, field: &str) -> &'a Value {
        &rollout["status"][field]
    }

    #[test]
    fn every_scenario_is_described_and_can_be_built() {
        let names = names();
        assert_eq!(names.len(), files::SCENARIOS.len());
        assert_eq!(names[0].0, "fleet");
        for (name, description) in names {
            assert!(!description.is_empty() && !description.contains('\n'), "{name}");
            let clock = clock();
            let played = build(&name, &clock, 1).unwrap();
            assert_eq!(clock.now().to_string(), "2026-01-12T02:00:00Z", "{name} leaves the clock where it was");
            assert_eq!(played.world.clusters.len(), 3);
        }
    }

    #[test]
    fn an_unknown_scenario_is_refused_with_the_known_ones() {
        let error = build("gradul", &clock(), 1).unwrap_err().to_string();
        assert!(error.contains("gradul") && error.contains("gradual, canary-demo"), "{error}");
    }

    #[test]
    fn the_script_of_every_scenario_can_be_done() {
        for (name, _) in names() {
            let mut played = build(&name, &clock(), 1).unwrap();
            played.driver.script(played.script);
            played.driver.play_for(SignedDuration::from_mins(31));
            assert_eq!(played.driver.failures(), [] as [String; 0], "{name}");
        }
    }

    #[test]
    fn the_fleet_shows_every_kind_of_row() {
        let mut played = build("fleet", &clock(), 1).unwrap();
        let of = |cluster: usize, name: &str| played.world.clusters[cluster].store.get(&ROLLOUTS, NAMESPACE, name);
        let waiting = of(2, "gradual-rollout").unwrap();
        assert_eq!(
            (status(&waiting, "message"), status(&waiting, "currentStepIndex")),
            (&json!("CanaryPauseStep"), &json!(1))
        );
        let timed = of(1, "canary-demo").unwrap();
        assert_eq!((status(&timed, "phase"), status(&timed, "currentStepIndex")), (&json!("Paused"), &json!(1)));
        assert_eq!(status(&of(2, "catalog").unwrap(), "phase"), "Progressing");
        assert!(status(&of(2, "search").unwrap(), "message").as_str().unwrap().starts_with("RolloutAborted"));
        let stuck = of(1, "ledger").unwrap();
        assert!(status(&stuck, "message").as_str().unwrap().starts_with("ProgressDeadlineExceeded"));
        let pods = played.world.clusters[1].store.list(&PODS, None).0;
        let pulls = |pod: &Value| pod.pointer("/status/containerStatuses/0/state/waiting/reason").cloned();
        assert!(pods.iter().filter_map(|pod| pulls(pod)).any(|reason| reason == "ImagePullBackOff"));
        let preview = of(2, "storefront").unwrap();
        assert_eq!(status(&preview, "message"), "BlueGreenPause");
        assert_ne!(status(&preview, "blueGreen")["activeSelector"], status(&preview, "blueGreen")["previewSelector"]);
        let measured = of(2, "inventory").unwrap();
        let run = &status(&measured, "canary")["currentBackgroundAnalysisRunStatus"];
        assert_eq!((status(&measured, "phase"), &run["status"]), (&json!("Paused"), &json!("Running")));
        let failed = status(&of(2, "pricing").unwrap(), "message").as_str().unwrap().to_owned();
        assert!(failed.contains("assessed Failed due to failed"), "{failed}");
        assert!(of(2, "notifier").is_none() && of(1, "notifier").is_some());
        for cluster in &played.world.clusters {
            assert!(cluster.store.list(&ROLLOUTS, None).0.len() >= 9);
            assert!(!cluster.store.list(&EVENTS, None).0.is_empty());
        }
        // Whatever the script does, the gradual rollout in production waits for its human.
        let before = waiting;
        played.driver.script(played.script);
        played.driver.play_for(SignedDuration::from_mins(40));
        assert_eq!(played.world.clusters[2].store.get(&ROLLOUTS, NAMESPACE, "gradual-rollout").unwrap(), before);
    }

    #[test]
    fn the_same_seed_builds_the_same_world_and_another_seed_another() {
        let all = |seed: u64| {
            let played = build("gradual", &clock(), seed).unwrap();
            let store = &played.world.clusters[2].store;
            [&ROLLOUTS, &REPLICA_SETS, &PODS].map(|kind| store.list(kind, None))
        };
        assert_eq!(all(3), all(3));
        assert_ne!(all(3), all(4));
    }

    #[test]
    fn ages_are_believable() {
        let played = build("fleet", &clock(), 1).unwrap();
        let store = &played.world.clusters[2].store;
        let age = |object: &Value| {
            let created: Timestamp = object["metadata"]["creationTimestamp"].as_str().unwrap().parse().unwrap();
            clock().now().duration_since(created).as_secs()
        };
        assert_eq!(age(&store.get(&ROLLOUTS, NAMESPACE, "checkout").unwrap()), 61 * 86_400);
        let pods = store.list(&PODS, Some(NAMESPACE)).0;
        assert!(pods.iter().all(|pod| age(pod) >= 0));
        assert!(pods.iter().any(|pod| age(pod) < 60) && pods.iter().any(|pod| age(pod) > 86_400));
    }
}
