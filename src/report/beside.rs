//! What moves a rollout beside its own steps, each in one line: routers, blue-green stages, workload, scaler.

use crate::argo::forecast::weight_words;
use crate::argo::picture::{BlueGreenPicture, ScalerPicture, StageKind, Traffic, WorkloadPicture};

/// `nginx: canary 20 %, stable 80 %, asked for 30 %, confirmed`
#[must_use]
pub(super) fn traffic(traffic: &Traffic) -> String {
    let weight = |weight| weight_words(weight, traffic.max);
    let mut parts = Vec::new();
    if let Some(set) = &traffic.set {
        parts.push(format!("canary {}", weight(set.canary)));
        parts.push(format!("stable {}", weight(set.stable)));
        parts.extend(set.additional.iter().map(|(name, share)| format!("{name} {}", weight(*share))));
    } else {
        parts.push("nothing set yet".to_owned());
    }
    if traffic.set.as_ref().is_none_or(|set| set.canary != traffic.desired) {
        parts.push(format!("asked for {}", weight(traffic.desired)));
    }
    match traffic.set.as_ref().and_then(|set| set.verified) {
        Some(true) => parts.push("confirmed".to_owned()),
        Some(false) => parts.push("not confirmed".to_owned()),
        None => {}
    }
    if traffic.dynamic_stable_scale {
        parts.push("stable shrinks as the canary grows".to_owned());
    }
    let routers = traffic.routers.join(" and ");
    format!("{}: {}", if routers.is_empty() { "a router" } else { &routers }, parts.join(", "))
}

/// `preview up (done), wait (now), switch, old pods leave`
#[must_use]
pub(super) fn stages(picture: &BlueGreenPicture) -> String {
    let words = |kind| match kind {
        StageKind::PreviewUp => "preview up",
        StageKind::PrePromotionAnalysis => "analysis before the switch",
        StageKind::Wait => "wait",
        StageKind::ScaleUp => "full size",
        StageKind::Switch => "switch",
        StageKind::PostPromotionAnalysis => "analysis after the switch",
        StageKind::ScaleDown => "old pods leave",
    };
    let told: Vec<String> = picture
        .stages
        .iter()
        .enumerate()
        .map(|(at, stage)| {
            let state = match (stage.failed, stage.done, picture.current == Some(at)) {
                (true, ..) => " (failed)",
                (_, true, _) => " (done)",
                (_, _, true) => " (now)",
                _ => "",
            };
            format!("{}{state}", words(stage.kind))
        })
        .collect();
    told.join(", ")
}

/// `Deployment web, scaled down progressively, 2 of 3 pods of its own available`
#[must_use]
pub(super) fn workload(workload: &WorkloadPicture) -> String {
    let pods = match workload.pods {
        Some((wanted, available)) => format!(", {available} of {wanted} pods of its own available"),
        None => String::new(),
    };
    format!("{} {}, scale-down {}{pods}", workload.kind, workload.name, workload.scale_down)
}

/// `web-hpa: 2 to 10 pods, asks for 4, counts 5`
#[must_use]
pub(super) fn scaler(scaler: &ScalerPicture) -> String {
    format!(
        "{}: {} to {} pods, asks for {}, counts {}",
        scaler.name, scaler.min, scaler.max, scaler.desired, scaler.counted
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::picture::{Stage, TrafficSplit};

    #[test]
    fn a_router_says_what_is_set_and_what_is_asked_for() {
        let split = TrafficSplit { canary: 20, stable: 75, additional: vec![("h".into(), 5)], verified: Some(false) };
        let mut seen = Traffic {
            routers: vec!["alb".into()],
            set: Some(split),
            desired: 30,
            max: 100,
            dynamic_stable_scale: false,
        };
        assert_eq!(traffic(&seen), "alb: canary 20 %, stable 75 %, h 5 %, asked for 30 %, not confirmed");
        seen.set = None;
        assert_eq!(traffic(&seen), "alb: nothing set yet, asked for 30 %");
    }

    #[test]
    fn stages_say_which_is_done_and_which_runs() {
        let stage = |kind, done| Stage { kind, done, failed: false };
        let picture = BlueGreenPicture {
            stages: vec![
                stage(StageKind::PreviewUp, true),
                stage(StageKind::Wait, false),
                stage(StageKind::Switch, false),
            ],
            current: Some(1),
            active_service: None,
            preview_service: None,
            auto_promotion: false,
            promotes_at: None,
        };
        assert_eq!(stages(&picture), "preview up (done), wait (now), switch");
    }
}
