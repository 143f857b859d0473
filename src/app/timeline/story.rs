//! The story that events tell: what follows upon itself told once with a count, and between the events where an update
//! and where each step began.

use crate::app::model::Mark;
use crate::app::present::time;
use crate::app::search::Pattern;
use crate::argo::describe::{Line, Tone};
use crate::argo::event::KubeEvent;
use crate::argo::forecast::step_words;
use crate::argo::mask;
use crate::argo::rollout::Rollout;
use crate::argo::story::last_told as told_at;
use jiff::Timestamp;
use std::sync::Arc;

/// One line of the story.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// When, the last time.
    pub at: Option<Timestamp>,
    /// When, the first time, where it was told more than once.
    pub since: Option<Timestamp>,
    /// How often.
    pub times: i64,
    /// What it is about, in short; empty for a heading.
    pub about: String,
    /// Its kind and name in full.
    object: String,
    /// What it means.
    pub mark: Mark,
    /// One word; empty for a heading.
    pub reason: String,
    /// In words, masked.
    pub message: String,
    warning: bool,
}

impl Told {
    /// A part of the story begins.
    #[must_use]
    pub fn is_heading(&self) -> bool {
        self.reason.is_empty() && self.about.is_empty()
    }

    /// Told as a warning.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        self.warning
    }

    /// Whether it has what is searched.
    #[must_use]
    pub fn has(&self, pattern: &Pattern) -> bool {
        pattern.hits(&self.message) || pattern.hits(&self.reason) || pattern.hits(&self.object)
    }

    /// `×3 since 14:02:11Z`.
    #[must_use]
    pub fn times(&self, now: Timestamp) -> String {
        if self.times < 2 {
            return String::new();
        }
        let since = self.since.map(|since| format!(" since {}", time::clock(since, now))).unwrap_or_default();
        format!("×{}{since}", self.times)
    }

    /// As it is copied.
    #[must_use]
    pub fn whole(&self) -> String {
        let at = self.at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ ").to_string()).unwrap_or_default();
        let times = if self.times > 1 { format!(" ×{}", self.times) } else { String::new() };
        let object = if self.object.is_empty() { String::new() } else { format!("{} ", self.object) };
        let reason = if self.reason.is_empty() { String::new() } else { format!("{}: ", self.reason) };
        format!("{at}{object}{reason}{}{times}", self.message)
    }

    /// As a line of a description.
    #[must_use]
    pub fn described(&self, now: Timestamp) -> Line {
        let tone = match self.mark {
            Mark::Ok => Tone::Good,
            Mark::Busy => Tone::Busy,
            Mark::Wait => Tone::Waits,
            Mark::Bad | Mark::Aborted => Tone::Bad,
            Mark::Attention => Tone::Attention,
            _ => Tone::Plain,
        };
        let at = self.at.map_or_else(|| time::UNKNOWN.to_owned(), |at| time::clock(at, now));
        let mut words = vec![format!("{}: {}", self.reason, self.message), self.times(now)];
        words.retain(|word| !word.is_empty());
        Line { depth: 1, label: at, value: words.join(" · "), tone }
    }
}

/// The story, oldest first, of all events or of those about objects with these names.
#[must_use]
pub fn of(events: &[Arc<KubeEvent>], rollout: Option<&Rollout>, names: Option<&[Arc<str>]>) -> Vec<Told> {
    let rollout_name = rollout.map_or("", |rollout| &*rollout.meta.name);
    let wanted = |event: &&Arc<KubeEvent>| names.is_none_or(|names| names.contains(&event.about.name));
    let mut sorted: Vec<&Arc<KubeEvent>> = events.iter().filter(wanted).collect();
    sorted.sort_by_key(|event| told_at(event));
    // Which update is the present one: only its steps are those of the present spec.
    let last_update = sorted.iter().rposition(|event| &*event.reason == "RolloutUpdated");
    let mut story: Vec<Told> = Vec::new();
    for (at, event) in sorted.iter().enumerate() {
        let line = line(event, rollout_name);
        match story.iter_mut().rev().find(|told| !told.is_heading()) {
            Some(before)
                if (&before.object, &before.reason, &before.message) == (&line.object, &line.reason, &line.message) =>
            {
                before.times += line.times;
                before.since = before.since.or(before.at).min(line.since.or(line.at));
                before.at = line.at.max(before.at);
                continue;
            }
            _ => {}
        }
        let present = last_update.is_none_or(|update| at > update);
        // A beginning is told before what made it known, an end after it.
        let heading = heading(event, rollout.filter(|_| present));
        let begins = &*event.reason == "RolloutUpdated";
        let (before, after) = if begins { (heading, None) } else { (None, heading) };
        story.extend(before);
        story.push(line);
        story.extend(after);
    }
    story
}

fn line(event: &KubeEvent, rollout: &str) -> Told {
    let series = event.series.as_ref().map_or(0, |series| series.count);
    let at = told_at(event);
    let warning = &*event.kind == "Warning";
    Told {
        at,
        since: event.first_timestamp.filter(|first| Some(*first) != at),
        times: event.count.unwrap_or(0).max(series).max(1),
        about: about(&event.about.kind, &event.about.name, rollout),
        object: format!("{} {}", event.about.kind, event.about.name),
        mark: mark(&event.reason, warning),
        reason: event.reason.to_string(),
        message: mask::text(&event.message),
        warning,
    }
}

/// `rollout`, `pod 7f9c4d5b6-b2k9x`: the rollout's own name in front of its children's tells nothing here.
fn about(kind: &str, name: &str, rollout: &str) -> String {
    let kind_word = match kind {
        "Rollout" | "Pod" | "Job" | "Experiment" => kind.to_lowercase(),
        other => other.to_owned(),
    };
    if kind == "Rollout" && name == rollout {
        return kind_word;
    }
    let short = name.strip_prefix(rollout).and_then(|rest| rest.strip_prefix('-')).filter(|rest| !rest.is_empty());
    format!("{kind_word} {}", short.unwrap_or(name))
}

/// What a reason means (Argo Rollouts, `utils/conditions/conditions.go` and `utils/record`; the kubelet's own).
fn mark(reason: &str, warning: bool) -> Mark {
    match reason {
        "RolloutAborted" => Mark::Aborted,
        "RolloutPaused" => Mark::Wait,
        "RolloutCompleted" | "RolloutStepCompleted" | "RolloutHealthy" => Mark::Ok,
        _ if reason.ends_with("Successful") => Mark::Ok,
        _ if reason.ends_with("Failed") || (warning && reason.ends_with("Error")) => Mark::Bad,
        _ if warning => Mark::Attention,
        "RolloutResumed" | "ScalingReplicaSet" | "NewReplicaSetCreated" | "SwitchService" | "TrafficWeightUpdated" => {
            Mark::Busy
        }
        _ => Mark::Absent,
    }
}

/// `update to revision 42 began`, `step 3 of 6 began: pause 5m`: told by what the controller says when the step before
/// is done ("Rollout step 2/6 completed (setWeight: 10)").
fn heading(event: &KubeEvent, rollout: Option<&Rollout>) -> Option<Told> {
    let words = match &*event.reason {
        "RolloutUpdated" => {
            let revision = event.message.rsplit_once("revision ").map(|(_, revision)| revision.trim());
            format!("update to revision {} began", revision.filter(|word| !word.is_empty())?)
        }
        "RolloutStepCompleted" => {
            let (done, total) = steps(&event.message)?;
            if done >= total {
                return None;
            }
            let steps = rollout.map(|rollout| (rollout.spec.steps(), rollout.max_weight()));
            let step = steps
                .filter(|(steps, _)| steps.len() == total)
                .and_then(|(steps, max)| steps.get(done).map(|step| format!(": {}", step_words(step, max))));
            format!("step {} of {total} began{}", done + 1, step.unwrap_or_default())
        }
        _ => return None,
    };
    Some(Told {
        at: told_at(event),
        since: None,
        times: 1,
        about: String::new(),
        object: String::new(),
        mark: Mark::Absent,
        reason: String::new(),
        message: words,
        warning: false,
    })
}

/// `2/6` of "Rollout step 2/6 completed".
fn steps(message: &str) -> Option<(usize, usize)> {
    let (_, rest) = message.split_once("step ")?;
    let (done, total) = rest.split_once(' ')?.0.split_once('/')?;
    Some((done.parse().ok()?, total.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn event(reason: &str, message: &str, at: &str, more: &Value) -> Arc<KubeEvent> {
        let mut value = json!({"metadata": {"name": format!("{reason}{at}"), "uid": format!("{reason}{at}")}, "reason": reason, "message": message,
            "type": "Normal", "lastTimestamp": format!("2026-03-01T{at}Z"),
            "involvedObject": {"kind": "Rollout", "name": "web"}});
        json_patch::merge(&mut value, more);
        Arc::new(serde_json::from_value(value).unwrap())
    }

    fn words(story: &[Told]) -> Vec<String> {
        let line = |told: &Told| {
            format!(
                "{} {} {}{}",
                told.mark.sign(),
                told.about,
                told.message,
                if told.times > 1 { format!(" ×{}", told.times) } else { String::new() }
            )
        };
        story.iter().map(line).collect()
    }

    fn rollout() -> Rollout {
        serde_json::from_value(json!({"metadata": {"name": "web"}, "spec": {"strategy": {"canary": {"steps": [{"setWeight": 20}, {"pause": {"duration": "5m"}}]}}}})).unwrap()
    }

    #[test]
    fn an_update_and_each_step_have_a_heading_where_they_begin() {
        let events = [
            event("RolloutStepCompleted", "Rollout step 1/2 completed (setWeight: 20)", "14:01:00", &json!({})),
            event("RolloutUpdated", "Rollout updated to revision 3", "14:00:00", &json!({})),
            event("RolloutStepCompleted", "Rollout step 2/2 completed (pause: 5m)", "14:06:00", &json!({})),
        ];
        assert_eq!(
            words(&of(&events, Some(&rollout()), None)),
            [
                "·  update to revision 3 began",
                "· rollout Rollout updated to revision 3",
                "✓ rollout Rollout step 1/2 completed (setWeight: 20)",
                "·  step 2 of 2 began: pause 5m",
                "✓ rollout Rollout step 2/2 completed (pause: 5m)",
            ]
        );
    }

    #[test]
    fn steps_of_an_earlier_update_are_not_told_by_the_present_spec() {
        let events = [
            event("RolloutStepCompleted", "Rollout step 1/2 completed (setWeight: 50)", "13:00:00", &json!({})),
            event("RolloutUpdated", "Rollout updated to revision 3", "14:00:00", &json!({})),
        ];
        assert_eq!(words(&of(&events, Some(&rollout()), None))[1], "·  step 2 of 2 began");
    }

    #[test]
    fn what_follows_upon_itself_is_told_once_with_its_count() {
        let pod = json!({"type": "Warning", "involvedObject": {"kind": "Pod", "name": "web-5f-x"}, "count": 3, "firstTimestamp": "2026-03-01T13:50:00Z"});
        let events = [
            event("BackOff", "restarting", "14:00:00", &pod),
            event("BackOff", "restarting", "14:05:00", &pod),
            event("Killing", "stopping", "14:06:00", &pod),
        ];
        let story = of(&events, Some(&rollout()), None);
        assert_eq!(words(&story), ["! pod 5f-x restarting ×6", "! pod 5f-x stopping ×3"]);
        assert_eq!(story[0].since.unwrap().to_string(), "2026-03-01T13:50:00Z");
        assert_eq!(story[0].at.unwrap().to_string(), "2026-03-01T14:05:00Z");
    }

    #[test]
    fn one_object_has_its_own_story_and_secrets_in_it_are_masked() {
        let pod = json!({"involvedObject": {"kind": "Pod", "name": "web-5f-x"}});
        let events = [
            event("Pulled", "from https://u:hunter2@x/y", "14:00:00", &pod),
            event("RolloutPaused", "Rollout is paused", "14:01:00", &json!({})),
        ];
        assert_eq!(
            words(&of(&events, Some(&rollout()), Some(&["web-5f-x".into()]))),
            ["· pod 5f-x from https://••••@x/y"]
        );
    }

    #[test]
    fn a_message_without_numbers_makes_no_heading() {
        for message in ["", "step", "step x/y done", "Rollout step 9/9 completed", "step 1/"] {
            assert_eq!(
                of(&[event("RolloutStepCompleted", message, "14:00:00", &json!({}))], None, None).len(),
                1,
                "{message}"
            );
        }
    }
}
