//! Order: which object is sent before which. What others need comes first, a Rollout last: when anything before it
//! fails, nothing has been started.

use super::plan::Identity;

/// The place of a kind in the order; the smaller is sent earlier. `first`: the Rollout is not there yet.
#[must_use]
pub fn rank(identity: &Identity, first: bool) -> u8 {
    let kind = identity.kind.as_str();
    match (identity.group(), kind) {
        ("", "Namespace") => 0,
        ("apiextensions.k8s.io", _) => 5,
        ("", "ServiceAccount") | ("rbac.authorization.k8s.io", _) => 10,
        ("", "ConfigMap" | "Secret") => 20,
        ("", "PersistentVolumeClaim" | "PersistentVolume") => 30,
        ("", "Service") => 40,
        // It would scale what is not there.
        ("autoscaling", "HorizontalPodAutoscaler") if first => 110,
        ("policy" | "autoscaling" | "networking.k8s.io", _) => 50,
        ("argoproj.io", "AnalysisTemplate" | "ClusterAnalysisTemplate") => 60,
        ("argoproj.io", "Rollout") => 100,
        ("apps" | "batch", _) | ("", "Pod" | "ReplicationController") => 70,
        // Routes and whatever a controller brings with it: what they name comes before them, what they steer after.
        _ => 55,
    }
}

/// Sorts by rank; within a rank as the files have it.
pub fn sort<T>(all: &mut [T], first: bool, identity: impl Fn(&T) -> &Identity) {
    all.sort_by_key(|one| rank(identity(one), first));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(api_version: &str, kind: &str, name: &str) -> Identity {
        Identity { api_version: api_version.into(), kind: kind.into(), namespace: None, name: name.into() }
    }

    #[test]
    fn what_is_needed_goes_first_and_the_rollout_last() {
        let mut all = vec![
            identity("argoproj.io/v1alpha1", "Rollout", "web"),
            identity("autoscaling/v2", "HorizontalPodAutoscaler", "web"),
            identity("apps/v1", "Deployment", "side"),
            identity("argoproj.io/v1alpha1", "AnalysisTemplate", "rate"),
            identity("networking.istio.io/v1", "VirtualService", "web"),
            identity("v1", "Service", "web"),
            identity("v1", "Service", "web-preview"),
            identity("v1", "PersistentVolumeClaim", "data"),
            identity("v1", "ConfigMap", "settings"),
            identity("rbac.authorization.k8s.io/v1", "Role", "web"),
            identity("v1", "Namespace", "shop"),
        ];
        let order = |all: &[Identity]| all.iter().map(|one| one.kind.clone()).collect::<Vec<_>>().join(" ");
        sort(&mut all, false, |one| one);
        assert_eq!(
            order(&all),
            "Namespace Role ConfigMap PersistentVolumeClaim Service Service HorizontalPodAutoscaler VirtualService \
             AnalysisTemplate Deployment Rollout"
        );
        assert_eq!((&*all[4].name, &*all[5].name), ("web", "web-preview"), "files keep their order");
        sort(&mut all, true, |one| one);
        assert!(order(&all).ends_with("Deployment Rollout HorizontalPodAutoscaler"), "{}", order(&all));
    }
}
