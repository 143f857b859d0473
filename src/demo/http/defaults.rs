//! What a server fills in: the defaults of the built-in kinds (k8s.io/kubernetes, pkg/apis/*/v1/defaults.go), what it
//! allocates, and the one default that the Rollout's CustomResourceDefinition has (the protocol of a port, which is part
//! of the key of its list).

use crate::demo::store::{Kind, Store};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

/// What is allocated: addresses and ports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    next: u64,
    dry: bool,
}

impl Numbers {
    pub(crate) fn of(store: &Store, dry: bool) -> Self {
        Self { next: store.version(), dry }
    }

    /// For a change of what is stored. (The store is locked meanwhile.)
    pub(crate) fn after(before: &Value) -> Self {
        let version = before.pointer("/metadata/resourceVersion").and_then(Value::as_str);
        Self { next: version.and_then(|version| version.parse().ok()).unwrap_or_default(), dry: false }
    }

    /// A dry run allocates nothing: it shows the first address of the range.
    fn address(self) -> String {
        if self.dry { "10.96.0.0".into() } else { format!("10.96.{}.{}", self.next / 250 % 250, self.next % 250 + 1) }
    }

    fn node_port(self, at: usize) -> u64 {
        30_000 + (self.next * 7 + at as u64) % 2768
    }
}

/// Fills in what an object lacks; `before` is what is stored of it.
pub(crate) fn fill(kind: &Kind, object: &mut Value, before: Option<&Value>, numbers: Numbers) {
    let Some(map) = object.as_object_mut() else { return };
    match kind.kind {
        "Namespace" => namespace(map),
        "Service" => service(map, before, numbers),
        "Secret" => secret(map),
        "Pod" => {
            if let Some(spec) = spec(map) {
                put(spec, "restartPolicy", json!("Always"));
                put(spec, "terminationGracePeriodSeconds", json!(30));
            }
        }
        "Deployment" => {
            if let Some(spec) = spec(map) {
                let rolling = json!({"maxUnavailable": "25%", "maxSurge": "25%"});
                strategy(spec, "strategy", &rolling);
                put(spec, "replicas", json!(1));
                put(spec, "revisionHistoryLimit", json!(10));
                put(spec, "progressDeadlineSeconds", json!(600));
                template(spec);
            }
        }
        "StatefulSet" => {
            if let Some(spec) = spec(map) {
                strategy(spec, "updateStrategy", &json!({"partition": 0}));
                put(spec, "podManagementPolicy", json!("OrderedReady"));
                put(spec, "replicas", json!(1));
                put(spec, "revisionHistoryLimit", json!(10));
                let keep = json!({"whenDeleted": "Retain", "whenScaled": "Retain"});
                put(spec, "persistentVolumeClaimRetentionPolicy", keep);
                template(spec);
            }
        }
        "ReplicaSet" => {
            if let Some(spec) = spec(map) {
                put(spec, "replicas", json!(1));
                template(spec);
            }
        }
        "Job" => {
            if let Some(spec) = spec(map) {
                for (name, value) in [
                    ("completions", json!(1)),
                    ("parallelism", json!(1)),
                    ("backoffLimit", json!(6)),
                    ("completionMode", json!("NonIndexed")),
                    ("suspend", json!(false)),
                ] {
                    put(spec, name, value);
                }
                template(spec);
            }
        }
        "HorizontalPodAutoscaler" => {
            if let Some(spec) = spec(map) {
                put(spec, "minReplicas", json!(1));
                let target = json!({"type": "Utilization", "averageUtilization": 80});
                put(spec, "metrics", json!([{"type": "Resource", "resource": {"name": "cpu", "target": target}}]));
            }
        }
        "PersistentVolumeClaim" => {
            if let Some(spec) = spec(map) {
                put(spec, "volumeMode", json!("Filesystem"));
                put(spec, "storageClassName", json!("standard"));
            }
            map.entry("status").or_insert_with(|| json!({"phase": "Pending"}));
        }
        "Ingress" => {
            map.entry("status").or_insert_with(|| json!({"loadBalancer": {}}));
        }
        "RoleBinding" => {
            for subject in list(map, "subjects").filter(|subject| subject.get("kind") != Some(&json!("ServiceAccount")))
            {
                put(subject, "apiGroup", json!("rbac.authorization.k8s.io"));
            }
        }
        "Rollout" => {
            let pods = spec(map).and_then(|spec| below(spec, "template")).and_then(|template| below(template, "spec"));
            if let Some(pods) = pods {
                for field in ["containers", "initContainers", "ephemeralContainers"] {
                    list(pods, field).for_each(protocols);
                }
            }
        }
        _ => {}
    }
}

fn spec(map: &mut Object) -> Option<&mut Object> {
    below(map, "spec")
}

fn below<'a>(map: &'a mut Object, name: &str) -> Option<&'a mut Object> {
    map.get_mut(name).and_then(Value::as_object_mut)
}

fn list<'a>(map: &'a mut Object, name: &str) -> impl Iterator<Item = &'a mut Object> {
    map.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut)
}

/// Puts a value where there is none.
fn put(map: &mut Object, name: &str, value: Value) {
    let place = map.entry(name).or_insert(Value::Null);
    if place.is_null() {
        *place = value;
    }
}

fn namespace(map: &mut Object) {
    map.entry("spec").or_insert_with(|| json!({"finalizers": ["kubernetes"]}));
    map.entry("status").or_insert_with(|| json!({"phase": "Active"}));
    let Some(metadata) = below(map, "metadata") else { return };
    let name = metadata.get("name").cloned().unwrap_or_default();
    put(metadata, "labels", json!({}));
    if let Some(labels) = below(metadata, "labels") {
        labels.insert("kubernetes.io/metadata.name".into(), name);
    }
}

fn secret(map: &mut Object) {
    put(map, "type", json!("Opaque"));
    // Written only: it ends up in `data`.
    let Some(Value::Object(texts)) = map.remove("stringData") else { return };
    put(map, "data", json!({}));
    if let Some(data) = below(map, "data") {
        for (name, text) in texts {
            data.insert(name, json!(STANDARD.encode(text.as_str().unwrap_or_default())));
        }
    }
}

fn service(map: &mut Object, before: Option<&Value>, numbers: Numbers) {
    map.entry("status").or_insert_with(|| json!({"loadBalancer": {}}));
    map.entry("spec").or_insert_with(|| json!({}));
    let Some(spec) = below(map, "spec") else { return };
    put(spec, "type", json!("ClusterIP"));
    put(spec, "sessionAffinity", json!("None"));
    if spec.get("sessionAffinity") == Some(&json!("ClientIP")) {
        put(spec, "sessionAffinityConfig", json!({"clientIP": {"timeoutSeconds": 10800}}));
    }
    let form = spec.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let outside = matches!(form.as_str(), "NodePort" | "LoadBalancer");
    for (at, port) in list(spec, "ports").enumerate() {
        put(port, "protocol", json!("TCP"));
        let number = port.get("port").cloned().unwrap_or_default();
        put(port, "targetPort", number);
        if outside {
            let kept = before.and_then(|before| before.pointer(&format!("/spec/ports/{at}/nodePort"))).cloned();
            put(port, "nodePort", kept.unwrap_or_else(|| json!(numbers.node_port(at))));
        }
    }
    if form == "ExternalName" {
        return;
    }
    // What was allocated stays, also where a client leaves it out.
    for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        if let Some(value) = before.and_then(|before| before.pointer(&format!("/spec/{field}"))) {
            put(spec, field, value.clone());
        }
    }
    put(spec, "clusterIP", json!(numbers.address()));
    let address = spec.get("clusterIP").cloned().unwrap_or_default();
    put(spec, "clusterIPs", json!([address]));
    put(spec, "ipFamilies", json!(["IPv4"]));
    put(spec, "ipFamilyPolicy", json!("SingleStack"));
    put(spec, "internalTrafficPolicy", json!("Cluster"));
    if outside {
        put(spec, "externalTrafficPolicy", json!("Cluster"));
    }
    if form == "LoadBalancer" {
        put(spec, "allocateLoadBalancerNodePorts", json!(true));
    }
}

fn strategy(spec: &mut Object, field: &str, rolling: &Value) {
    put(spec, field, json!({}));
    if let Some(strategy) = below(spec, field) {
        put(strategy, "type", json!("RollingUpdate"));
        if strategy.get("type") == Some(&json!("RollingUpdate")) {
            put(strategy, "rollingUpdate", json!({}));
            for (name, value) in rolling.as_object().into_iter().flatten() {
                if let Some(inside) = below(strategy, "rollingUpdate") {
                    put(inside, name, value.clone());
                }
            }
        }
    }
}

/// A pod template of a built-in kind.
fn template(spec: &mut Object) {
    let Some(pods) = below(spec, "template").and_then(|template| below(template, "spec")) else { return };
    for (name, value) in [
        ("restartPolicy", json!("Always")),
        ("terminationGracePeriodSeconds", json!(30)),
        ("dnsPolicy", json!("ClusterFirst")),
        ("securityContext", json!({})),
        ("schedulerName", json!("default-scheduler")),
    ] {
        put(pods, name, value);
    }
    if let Some(account) = pods.get("serviceAccountName").cloned() {
        put(pods, "serviceAccount", account);
    }
    for volume in list(pods, "volumes") {
        for kind in ["secret", "configMap", "projected"] {
            if let Some(source) = below(volume, kind) {
                put(source, "defaultMode", json!(420));
            }
        }
        if volume.len() == 1 {
            put(volume, "emptyDir", json!({}));
        }
    }
    for field in ["containers", "initContainers"] {
        list(pods, field).for_each(container);
    }
}

fn container(container: &mut Object) {
    let image = container.get("image").and_then(Value::as_str).unwrap_or_default();
    let name = image.rsplit('/').next().unwrap_or_default();
    let floating = !image.contains('@') && (!name.contains(':') || name.ends_with(":latest"));
    let pull = if floating { "Always" } else { "IfNotPresent" };
    for (name, value) in [
        ("imagePullPolicy", json!(pull)),
        ("terminationMessagePath", json!("/dev/termination-log")),
        ("terminationMessagePolicy", json!("File")),
        ("resources", json!({})),
    ] {
        put(container, name, value);
    }
    protocols(container);
    for variable in list(container, "env") {
        if let Some(field) = below(variable, "valueFrom").and_then(|from| below(from, "fieldRef")) {
            put(field, "apiVersion", json!("v1"));
        }
    }
    for field in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let Some(probe) = below(container, field) else { continue };
        for (name, value) in
            [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)]
        {
            put(probe, name, json!(value));
        }
        if let Some(get) = below(probe, "httpGet") {
            put(get, "path", json!("/"));
            put(get, "scheme", json!("HTTP"));
        }
    }
}

fn protocols(container: &mut Object) {
    list(container, "ports").for_each(|port| put(port, "protocol", json!("TCP")));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::store::{DEPLOYMENTS, ROLLOUTS, SECRETS, SERVICES};

    const NUMBERS: Numbers = Numbers { next: 7, dry: false };

    fn filled(kind: &Kind, mut object: Value, before: Option<&Value>) -> Value {
        fill(kind, &mut object, before, NUMBERS);
        object
    }

    #[test]
    fn a_rollout_gets_nothing_but_the_protocol_of_its_ports() {
        let rollout = |port: Value| {
            let containers = json!([{"name": "c", "image": "a", "ports": [port]}]);
            json!({"spec": {"template": {"spec": {"containers": containers}}}})
        };
        let given = filled(&ROLLOUTS, rollout(json!({"containerPort": 80})), None);
        assert_eq!(given, rollout(json!({"containerPort": 80, "protocol": "TCP"})));
    }

    #[test]
    fn filling_in_twice_changes_nothing_and_what_was_allocated_stays() {
        for (kind, object) in [
            (&SERVICES, json!({"spec": {"type": "NodePort", "ports": [{"port": 80}]}})),
            (&SERVICES, json!({"spec": {"clusterIP": "None", "ports": [{"port": 80}]}})),
            (
                &DEPLOYMENTS,
                json!({"spec": {"template": {"spec": {"volumes": [{"name": "v"}], "containers": [
                {"name": "c", "image": "r/a:1", "ports": [{"containerPort": 1}], "livenessProbe": {"httpGet": {}}}]}}}}),
            ),
            (&SECRETS, json!({"stringData": {"a": "b"}})),
        ] {
            let once = filled(kind, object.clone(), None);
            assert_eq!(filled(kind, once.clone(), Some(&once)), once);
            let mut later = object;
            fill(kind, &mut later, Some(&once), Numbers { next: 99, dry: true });
            assert_eq!(later, once);
        }
    }

    #[test]
    fn text_of_a_secret_becomes_data() {
        let secret = filled(&SECRETS, json!({"stringData": {"a": "b"}, "data": {"c": "ZA=="}}), None);
        assert_eq!(secret, json!({"type": "Opaque", "data": {"a": "Yg==", "c": "ZA=="}}));
    }

    #[test]
    fn an_image_without_a_fixed_tag_is_always_pulled() {
        for (image, want) in [
            ("a", "Always"),
            ("r.example:5000/a", "Always"),
            ("a:latest", "Always"),
            ("a:1", "IfNotPresent"),
            ("a@sha256:1", "IfNotPresent"),
        ] {
            let object = json!({"spec": {"template": {"spec": {"containers": [{"image": image}]}}}});
            let policy = filled(&DEPLOYMENTS, object, None);
            assert_eq!(
                policy.pointer("/spec/template/spec/containers/0/imagePullPolicy"),
                Some(&json!(want)),
                "{image}"
            );
        }
    }
}
