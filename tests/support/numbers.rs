//! The numbers of a canary as the API's objects give them, reckoned here by the kubectl plugin's rules from raw JSON,
//! and the places where a screen and a report have to show them.

use super::api::Api;
use serde_json::Value;

/// What a person reads off a canary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    pub step: i64,
    pub steps: i64,
    pub set: i64,
    pub actual: i64,
    /// desired, current, updated, ready, available
    pub replicas: [i64; 5],
    /// revision, whether it is the canary, whether it is the stable one, ready, desired, names of the pods
    pub sets: Vec<Set>,
    pub phase: String,
}

/// A ReplicaSet that is not scaled to 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    pub name: String,
    pub revision: i64,
    pub role: &'static str,
    pub ready: i64,
    pub available: i64,
    pub desired: i64,
    pub pods: Vec<String>,
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

impl Numbers {
    /// As the API says now.
    pub fn now(api: &Api, name: &str) -> Self {
        let rollout = api.rollout(name);
        let (spec, status) = (&rollout["spec"], &rollout["status"]);
        let steps = spec["strategy"]["canary"]["steps"].as_array().cloned().unwrap_or_default();
        let step = number(&status["currentStepIndex"]);
        let hash = |set: &Value| set["metadata"]["labels"]["rollouts-pod-template-hash"].clone();
        let mut sets = Vec::new();
        let mut canary_available = 0;
        for set in api.replica_sets(&rollout) {
            let stable = hash(&set) == status["stableRS"];
            let canary = hash(&set) == status["currentPodHash"] && !stable;
            if canary {
                canary_available = number(&set["status"]["availableReplicas"]);
            }
            if number(&set["spec"]["replicas"]) == 0 {
                continue;
            }
            let names = api.pods(&set);
            let names = names.iter().filter(|pod| pod["metadata"]["deletionTimestamp"].is_null());
            let mut pods: Vec<String> =
                names.map(|pod| pod["metadata"]["name"].as_str().unwrap_or_default().to_owned()).collect();
            pods.sort();
            sets.push(Set {
                name: set["metadata"]["name"].as_str().unwrap_or_default().to_owned(),
                revision: set["metadata"]["annotations"]["rollout.argoproj.io/revision"]
                    .as_str()
                    .and_then(|text| text.parse().ok())
                    .unwrap_or(0),
                role: if stable {
                    "stable"
                } else if canary {
                    "canary"
                } else {
                    ""
                },
                ready: number(&set["status"]["readyReplicas"]),
                available: number(&set["status"]["availableReplicas"]),
                desired: number(&set["spec"]["replicas"]),
                pods,
            });
        }
        sets.sort_by_key(|set| -set.revision);
        let at = usize::try_from(step).unwrap_or(0);
        let done = at >= steps.len();
        let before = steps.iter().take(at + 1).rev().find_map(|step| step["setWeight"].as_i64());
        let all = number(&status["availableReplicas"]);
        Self {
            step,
            steps: steps.len() as i64,
            set: match (status["abort"] == true, done) {
                (true, _) => 0,
                (false, true) => 100,
                (false, false) => before.unwrap_or(0),
            },
            actual: if done {
                100
            } else if all > 0 {
                canary_available * 100 / all
            } else {
                0
            },
            replicas: [
                number(&spec["replicas"]),
                number(&status["replicas"]),
                number(&status["updatedReplicas"]),
                number(&status["readyReplicas"]),
                all,
            ],
            sets,
            phase: status["phase"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// What of it the rollout's screen at 160x45 does not show.
    pub fn shown_on(&self, screen: &str) -> Result<(), String> {
        // Sentences run over several lines of their column; a column begins where the titles of the blocks do.
        let left = column(screen, "steps");
        let middle = column(screen, "revisions");
        let [desired, current, updated, ready, available] = self.replicas;
        let replicas = format!(
            "replicas {desired} desired · {current} current · {updated} updated · {ready} ready · {available} available"
        );
        let shown = |text: &str, part: &str| {
            if text.contains(part) { Ok(()) } else { Err(format!("{part:?} in {text:?} ({self:?})")) }
        };
        shown(&left, &replicas)?;
        let page = words(screen);
        if self.step < self.steps {
            shown(&page, &format!("actual {} %", self.actual))?;
            shown(&page, &format!("set {} %", self.set))?;
            shown(&page, &format!("step {} of {}", self.step + 1, self.steps))?;
        }
        for set in &self.sets {
            let head = format!("# {}", set.revision);
            let tail = format!("{}/{} ready", set.ready, set.desired);
            let line = middle.find(&head).map(|at| &middle[at..]).unwrap_or_default();
            let line = &line[..line.find(" ready").map_or(line.len(), |at| at + 6)];
            if !line.ends_with(&tail) || (!set.role.is_empty() && !line.contains(set.role)) {
                return Err(format!("{head:?}, {:?} and {tail:?} in {middle:?} ({self:?})", set.role));
            }
            for pod in &set.pods {
                let short = pod.rsplit('-').take(2).collect::<Vec<_>>();
                shown(&middle, &format!("{}-{}", short[1], short[0]))?;
            }
        }
        Ok(())
    }

    /// Fails unless a `RolloutReport` says the same.
    #[track_caller]
    pub fn equal_report(&self, report: &Value) {
        assert_eq!(report["phase"], self.phase, "{report:#}");
        assert_eq!(report["step"]["index"], self.step, "{report:#}");
        assert_eq!(report["step"]["total"], self.steps, "{report:#}");
        assert_eq!(report["weights"]["set"], self.set, "{report:#}");
        assert_eq!(report["weights"]["actual"], self.actual, "{report:#}");
        let names = ["desired", "current", "updated", "ready", "available"];
        for (name, number) in names.iter().zip(self.replicas) {
            assert_eq!(report["replicas"][name], number, "{name}: {report:#}");
        }
        let all = report["revisions"].as_array().into_iter().flatten();
        let sets: Vec<&Value> =
            all.flat_map(|revision| revision["replicaSets"].as_array().into_iter().flatten()).collect();
        for set in &self.sets {
            let told = sets.iter().find(|one| one["name"] == set.name);
            let told = told.unwrap_or_else(|| panic!("ReplicaSet {} is not in {report:#}", set.name));
            assert_eq!(told["replicas"], set.desired, "{report:#}");
            assert_eq!(told["available"], set.available, "{report:#}");
            let mut pods: Vec<&str> =
                told["pods"].as_array().into_iter().flatten().filter_map(|pod| pod["name"].as_str()).collect();
            pods.sort_unstable();
            assert!(set.pods.iter().all(|pod| pods.contains(&pod.as_str())), "{:?} in {report:#}", set.pods);
        }
    }
}

/// Words with one blank between them.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a column of blocks, from the block with this title down; columns are parted by three blanks.
fn column(screen: &str, title: &str) -> String {
    let lines: Vec<Vec<char>> = screen.lines().map(|line| line.chars().collect()).collect();
    let wanted: Vec<char> = format!("{title} ─").chars().collect();
    for (row, line) in lines.iter().enumerate() {
        let Some(start) = line.windows(wanted.len()).position(|window| window == wanted) else { continue };
        let rule = line[start..].iter().rposition(|c| *c == '─').map_or(line.len(), |at| start + at + 1);
        let end = line[start..].windows(2).position(|pair| pair == ['─', ' ']).map_or(rule, |at| start + at + 1);
        let part = |line: &Vec<char>| line.iter().take(end).skip(start).collect::<String>();
        return words(&lines[row..].iter().map(part).collect::<Vec<_>>().join(" "));
    }
    String::new()
}
