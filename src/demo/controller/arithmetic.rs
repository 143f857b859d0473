//! How many pods the canary and the stable ReplicaSet have under a weight, without traffic routing, and the way there
//! one scaling at a time (Argo Rollouts, `utils/replicaset/canary.go`).

use serde_json::Value;

/// One ReplicaSet as the arithmetic sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// `spec.replicas`.
    pub spec: i64,
    /// `status.availableReplicas`.
    pub available: i64,
}

/// The limits of a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `spec.replicas`.
    pub replicas: i64,
    /// Pods above `replicas` (rounded up).
    pub surge: i64,
    /// Pods that may be missing (rounded down; 1 if both are 0).
    pub unavailable: i64,
}

impl Limits {
    /// From `maxSurge` and `maxUnavailable` as they stand in the spec; absent is 25%.
    #[must_use]
    pub fn new(replicas: i64, surge: Option<&Value>, unavailable: Option<&Value>) -> Self {
        let surge = resolve(surge, replicas, true);
        let unavailable = resolve(unavailable, replicas, false);
        Self { replicas, surge, unavailable: if surge == 0 && unavailable == 0 { 1 } else { unavailable } }
    }
}

/// An int is absolute; a string is per cent, with or without its sign.
fn resolve(value: Option<&Value>, replicas: i64, up: bool) -> i64 {
    let percent = match value {
        Some(Value::Number(number)) => return number.as_i64().unwrap_or(0).max(0),
        Some(Value::String(text)) => text.trim().trim_end_matches('%').parse::<i64>().unwrap_or(0).max(0),
        _ => 25,
    };
    let hundredfold = percent * replicas;
    if up { (hundredfold + 99).div_euclid(100) } else { hundredfold.div_euclid(100) }
}

/// The pair that is nearest to a weight: (canary, stable).
#[must_use]
pub fn desired(limits: Limits, weight: i64) -> (i64, i64) {
    let replicas = limits.replicas;
    if replicas == 0 {
        return (0, 0);
    }
    let share = replicas * weight;
    let (ceil, floor) = ((share + 99).div_euclid(100), share.div_euclid(100));
    let zero_allowed = weight == 0 || weight == 100 || (replicas == 1 && limits.surge == 0);
    let tied = |total: i64| (total * weight).rem_euclid(100) == 50;
    let mut options = Vec::with_capacity(4);
    if ceil < replicas || zero_allowed {
        options.push((ceil, replicas));
    }
    if !tied(replicas) && (floor != 0 || zero_allowed) {
        options.push((floor, replicas));
    }
    if limits.surge > 0 {
        options.push((ceil, replicas + 1));
        if !tied(replicas + 1) && (floor != 0 || zero_allowed) {
            options.push((floor, replicas + 1));
        }
    }
    // |canary/total - weight/100| compared without fractions.
    let better =
        |a: (i64, i64), b: (i64, i64)| (a.0 * 100 - weight * a.1).abs() * b.1 < (b.0 * 100 - weight * b.1).abs() * a.1;
    let best = options.into_iter().reduce(|best, option| if better(option, best) { option } else { best });
    best.map_or((0, replicas), |(canary, total)| (canary, total - canary))
}

/// The next counts on the way to a weight: (canary, stable). `stable` is absent when there is none or when it is the
/// canary itself; then the canary gets everything. `older` is what other ReplicaSets still ask for.
#[must_use]
pub fn next(limits: Limits, weight: i64, canary: Side, stable: Option<Side>, older: i64) -> (i64, i64) {
    let (want_canary, want_stable) = if stable.is_some() { desired(limits, weight) } else { (limits.replicas, 0) };
    let (mut new, mut old) = (canary.spec, stable.map_or(0, |side| side.spec));
    let most = limits.replicas + limits.surge;
    let mut room = most - (new + old + older);
    if stable.is_some() && old < want_stable && room > 0 {
        let up = room.min(want_stable - old);
        old += up;
        room -= up;
    }
    if new < want_canary && room > 0 {
        new += room.min(want_canary - new);
    }
    if older > 0 {
        return (new, old);
    }
    let least = limits.replicas - limits.unavailable;
    let growing = want_canary >= canary.spec;
    let count = counted(canary, !growing) + stable.map_or(0, |side| counted(side, growing));
    if count <= least {
        return (new, old);
    }
    let surplus = count - least;
    if growing {
        let Some(side) = stable else { return (new, old) };
        if side.spec > want_stable {
            old = (side.spec - surplus).max(want_stable);
        }
        (old, new) = within(side, old, canary, new, most, least);
    } else {
        if canary.spec > want_canary {
            new = (canary.spec - surplus).max(want_canary);
        }
        if let Some(side) = stable {
            (new, old) = within(canary, new, side, old, most, least);
        }
    }
    (new, old)
}

/// What a side counts for when the other one may shrink.
fn counted(side: Side, ignore_availability: bool) -> i64 {
    if side.spec < side.available || ignore_availability { side.spec } else { side.available }
}

/// Trims the side that is not drained so that both limits hold: (drained, other).
fn within(drained: Side, drain: i64, other: Side, mut count: i64, most: i64, least: i64) -> (i64, i64) {
    count -= (count + drain - most).max(0);
    let available = drained.available.min(drain) + other.available.min(count);
    let lost = (other.available - count).max(0);
    count += lost.min((least - available).max(0));
    (drain, count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn limits(replicas: i64) -> Limits {
        Limits::new(replicas, None, None)
    }

    #[test]
    fn the_pair_for_a_weight_is_the_one_of_argo_rollouts() {
        let weights = [10, 20, 25, 33, 50, 75, 90, 100];
        let table: [(i64, [(i64, i64); 8]); 6] = [
            (1, [(1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 0)]),
            (2, [(1, 2), (1, 2), (1, 2), (1, 2), (1, 1), (2, 1), (2, 1), (2, 0)]),
            (3, [(1, 3), (1, 3), (1, 3), (1, 2), (2, 2), (3, 1), (3, 1), (3, 0)]),
            (4, [(1, 4), (1, 4), (1, 3), (2, 3), (2, 2), (3, 1), (4, 1), (4, 0)]),
            (5, [(1, 5), (1, 4), (1, 4), (2, 4), (3, 3), (4, 1), (5, 1), (5, 0)]),
            (10, [(1, 9), (2, 8), (3, 8), (3, 7), (5, 5), (8, 3), (9, 1), (10, 0)]),
        ];
        for (replicas, row) in table {
            for (weight, pair) in weights.into_iter().zip(row) {
                assert_eq!(desired(limits(replicas), weight), pair, "{replicas} replicas at {weight} %");
            }
        }
    }

    #[test]
    fn without_surge_the_pair_fits_into_the_replicas() {
        let zero = json!(0);
        for (replicas, weight, pair) in [
            (3, 10, (1, 2)),
            (3, 50, (2, 1)),
            (1, 10, (0, 1)),
            (1, 50, (1, 0)),
            // No candidate is left when the half rounds up to all replicas.
            (2, 75, (0, 2)),
            (5, 90, (0, 5)),
        ] {
            let limits = Limits::new(replicas, Some(&zero), None);
            assert_eq!(desired(limits, weight), pair, "{replicas} at {weight}");
        }
    }

    #[test]
    fn limits_read_numbers_and_per_cents() {
        let of = |surge: Value, unavailable: Value| {
            let limits = Limits::new(10, Some(&surge), Some(&unavailable));
            (limits.surge, limits.unavailable)
        };
        assert_eq!(of(json!("25%"), json!("25%")), (3, 2));
        assert_eq!(of(json!("25"), json!(1)), (3, 1));
        assert_eq!(of(json!(0), json!(0)), (0, 1));
        let three = limits(3);
        assert_eq!((three.surge, three.unavailable), (1, 0));
    }

    /// Runs to the end, all pods becoming available between the steps.
    fn way(replicas: i64, weight: i64, from: (i64, i64)) -> Vec<(i64, i64)> {
        let mut now = from;
        let mut seen = Vec::new();
        for _ in 0..20 {
            let side = |spec| Side { spec, available: spec };
            let (new, old) = next(limits(replicas), weight, side(now.0), Some(side(now.1)), 0);
            // The stable ReplicaSet is scaled first, and a pass ends with one scaling.
            let after = if old == now.1 { (new, old) } else { (now.0, old) };
            if after == now {
                break;
            }
            now = after;
            seen.push(now);
        }
        seen
    }

    #[test]
    fn the_way_to_a_weight_takes_the_steps_of_the_reference() {
        assert_eq!(way(3, 10, (0, 3)), [(1, 3)]);
        assert_eq!(way(3, 50, (1, 3)), [(1, 2), (2, 2)]);
        assert_eq!(way(3, 100, (2, 2)), [(2, 1), (3, 1), (3, 0)]);
        assert_eq!(way(3, 0, (2, 2)), [(1, 2), (1, 3), (0, 3)]);
        assert_eq!(way(3, 0, (1, 3)), [(0, 3)]);
    }

    #[test]
    fn the_stable_side_waits_for_the_canary_to_be_available() {
        let canary = Side { spec: 3, available: 2 };
        let stable = Side { spec: 1, available: 1 };
        assert_eq!(next(limits(3), 100, canary, Some(stable), 0), (3, 1));
    }
}
