//! The kinds that the simulated cluster serves.

/// A kind that the simulated cluster serves.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Version.
    pub version: &'static str,
    /// Kind.
    pub kind: &'static str,
    /// Plural name in paths.
    pub plural: &'static str,
    /// Singular name.
    pub singular: &'static str,
    /// Short names.
    pub short: &'static [&'static str],
    /// Lives in a namespace.
    pub namespaced: bool,
    /// Has a `status` subresource: status and the rest are written apart, and only the rest counts in `generation`.
    pub status: bool,
    /// Has a `generation`.
    pub generation: bool,
}

macro_rules! kinds {
    ($($name:ident: $group:literal $version:literal $kind:literal $plural:literal $singular:literal [$($short:literal)*] $namespaced:literal $status:literal $generation:literal)*) => {
        $(
            #[doc = concat!("`", $kind, "`")]
            pub static $name: Kind = Kind {
                group: $group, version: $version, kind: $kind, plural: $plural, singular: $singular,
                short: &[$($short),*], namespaced: $namespaced, status: $status, generation: $generation,
            };
        )*
        /// All kinds.
        pub static KINDS: &[&Kind] = &[$(&$name),*];
    };
}

kinds! {
    NAMESPACES: "" "v1" "Namespace" "namespaces" "namespace" ["ns"] false true false
    PODS: "" "v1" "Pod" "pods" "pod" ["po"] true true true
    SERVICES: "" "v1" "Service" "services" "service" ["svc"] true true false
    EVENTS: "" "v1" "Event" "events" "event" ["ev"] true false false
    CONFIG_MAPS: "" "v1" "ConfigMap" "configmaps" "configmap" ["cm"] true false false
    SECRETS: "" "v1" "Secret" "secrets" "secret" [] true false false
    POD_TEMPLATES: "" "v1" "PodTemplate" "podtemplates" "podtemplate" [] true false true
    SERVICE_ACCOUNTS: "" "v1" "ServiceAccount" "serviceaccounts" "serviceaccount" ["sa"] true false false
    PERSISTENT_VOLUME_CLAIMS: "" "v1" "PersistentVolumeClaim" "persistentvolumeclaims" "persistentvolumeclaim" ["pvc"] true true false
    DEPLOYMENTS: "apps" "v1" "Deployment" "deployments" "deployment" ["deploy"] true true true
    REPLICA_SETS: "apps" "v1" "ReplicaSet" "replicasets" "replicaset" ["rs"] true true true
    STATEFUL_SETS: "apps" "v1" "StatefulSet" "statefulsets" "statefulset" ["sts"] true true true
    JOBS: "batch" "v1" "Job" "jobs" "job" [] true true true
    HORIZONTAL_POD_AUTOSCALERS: "autoscaling" "v2" "HorizontalPodAutoscaler" "horizontalpodautoscalers" "horizontalpodautoscaler" ["hpa"] true true false
    POD_DISRUPTION_BUDGETS: "policy" "v1" "PodDisruptionBudget" "poddisruptionbudgets" "poddisruptionbudget" ["pdb"] true true true
    INGRESSES: "networking.k8s.io" "v1" "Ingress" "ingresses" "ingress" ["ing"] true true true
    NETWORK_POLICIES: "networking.k8s.io" "v1" "NetworkPolicy" "networkpolicies" "networkpolicy" ["netpol"] true false true
    ROLES: "rbac.authorization.k8s.io" "v1" "Role" "roles" "role" [] true false false
    ROLE_BINDINGS: "rbac.authorization.k8s.io" "v1" "RoleBinding" "rolebindings" "rolebinding" [] true false false
    ROLLOUTS: "argoproj.io" "v1alpha1" "Rollout" "rollouts" "rollout" ["ro"] true true true
    ANALYSIS_RUNS: "argoproj.io" "v1alpha1" "AnalysisRun" "analysisruns" "analysisrun" ["ar"] true false true
    ANALYSIS_TEMPLATES: "argoproj.io" "v1alpha1" "AnalysisTemplate" "analysistemplates" "analysistemplate" ["at"] true false true
    CLUSTER_ANALYSIS_TEMPLATES: "argoproj.io" "v1alpha1" "ClusterAnalysisTemplate" "clusteranalysistemplates" "clusteranalysistemplate" ["cat"] false false true
    EXPERIMENTS: "argoproj.io" "v1alpha1" "Experiment" "experiments" "experiment" ["exp"] true false true
    CUSTOM_RESOURCE_DEFINITIONS: "apiextensions.k8s.io" "v1" "CustomResourceDefinition" "customresourcedefinitions" "customresourcedefinition" ["crd"] false true true
}

impl Kind {
    /// `apps/v1`, or `v1` for the core group.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `rollouts.argoproj.io`, or `pods` for the core group.
    #[must_use]
    pub fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// The kind with this plural in this group and version.
    #[must_use]
    pub fn find(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
        KINDS.iter().copied().find(|kind| kind.group == group && kind.version == version && kind.plural == plural)
    }

    /// A kind that comes from a CustomResourceDefinition: it is pruned, and knows no strategic merge.
    #[must_use]
    pub fn custom(&self) -> bool {
        self.group == "argoproj.io"
    }
}
