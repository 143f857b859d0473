//! Server-side apply on the simulated cluster, over the wire: who owns what, what goes, what is refused and in which
//! words, what a dry run leaves behind, and what goes wrong on order.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test ends where its ground is missing")]

#[path = "simulated/client.rs"]
mod client;

use client::{Answer, send, serve, token};
use rolltop::demo::serve::Running;
use rolltop::demo::store::{ROLLOUTS, Store};
use serde_json::{Value, json};

const START: &str = "2026-01-12T02:00:00Z";

struct Server {
    running: Running,
    token: String,
}

impl Server {
    fn new() -> Self {
        let running = serve(START);
        let token = token(&running, "test-admin");
        Self { running, token }
    }

    fn store(&self) -> &Store {
        &self.running.world().clusters[0].store
    }

    fn version(&self) -> u64 {
        self.store().version()
    }

    fn try_send(&self, method: &str, path: &str, media: &str, body: &str) -> Option<Answer> {
        let authorization = format!("Bearer {}", self.token);
        let mut headers = vec![("Authorization", authorization.as_str())];
        if !media.is_empty() {
            headers.push(("Content-Type", media));
        }
        send(&self.running.url, method, &format!("/clusters/test{path}"), &headers, body.as_bytes())
    }

    fn get(&self, path: &str) -> Answer {
        self.try_send("GET", path, "", "").expect("an answer")
    }

    /// Applies, as `manager`; `more` is the rest of the query.
    fn apply(&self, manager: &str, more: &str, object: &Value) -> Answer {
        self.try_apply(manager, more, object).expect("an answer")
    }

    fn try_apply(&self, manager: &str, more: &str, object: &Value) -> Option<Answer> {
        self.apply_text(manager, more, &path_of(object), &object.to_string())
    }

    fn apply_text(&self, manager: &str, more: &str, path: &str, text: &str) -> Option<Answer> {
        let path = format!("{path}?fieldManager={manager}{more}");
        self.try_send("PATCH", &path, "application/apply-patch+yaml", text)
    }

    /// Another program's change.
    fn merge(&self, manager: &str, path: &str, patch: &Value) -> Answer {
        let path = format!("{path}?fieldManager={manager}");
        self.try_send("PATCH", &path, "application/merge-patch+json", &patch.to_string()).expect("an answer")
    }
}

fn collection_of(object: &Value) -> String {
    let text = |name: &str| object[name].as_str().expect("a text");
    let kinds = rolltop::demo::store::KINDS;
    let kind = kinds.iter().find(|kind| kind.kind == text("kind")).expect("a kind that is served");
    let base = if kind.group.is_empty() { "/api/v1".to_owned() } else { format!("/apis/{}", kind.api_version()) };
    let namespace = object["metadata"]["namespace"].as_str().unwrap_or("demo");
    let scope = if kind.namespaced { format!("/namespaces/{namespace}") } else { String::new() };
    format!("{base}{scope}/{}", kind.plural)
}

fn path_of(object: &Value) -> String {
    format!("{}/{}", collection_of(object), object["metadata"]["name"].as_str().expect("a name"))
}

fn service(selector: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
        "spec": {"selector": selector, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}})
}

fn rollout(image: &str, env: &[&str]) -> Value {
    let env: Vec<Value> = env.iter().map(|name| json!({"name": name, "value": "1"})).collect();
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "web"},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}},
            "strategy": {"canary": {"steps": [{"setWeight": 10}, {"pause": {}}]}},
            "template": {"metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "app", "image": image, "env": env, "ports": [{"containerPort": 80}]}]}}}})
}

/// One object of each kind that a service may be made of.
fn one_of_each() -> Vec<Value> {
    let template = json!({"metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "app", "image": "example/app:1", "ports": [{"containerPort": 80}]}]}});
    let selector = json!({"matchLabels": {"app": "web"}});
    let object = |version: &str, kind: &str, more: Value| {
        let mut object =
            json!({"apiVersion": version, "kind": kind, "metadata": {"name": "web", "labels": {"x": "1"}}});
        for (name, value) in more.as_object().expect("fields") {
            object[name] = value.clone();
        }
        object
    };
    let metrics = json!({"spec": {"metrics": [{"name": "m", "provider": {"prometheus": {"query": "up"}}}]}});
    vec![
        object("v1", "ServiceAccount", json!({"imagePullSecrets": [{"name": "registry"}]})),
        object("v1", "ConfigMap", json!({"data": {"a": "b"}})),
        object("v1", "Secret", json!({"stringData": {"a": "b"}})),
        object(
            "v1",
            "PersistentVolumeClaim",
            json!({"spec": {"accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}}}}),
        ),
        service(&json!({"app": "web"})),
        object("policy/v1", "PodDisruptionBudget", json!({"spec": {"minAvailable": 1, "selector": selector}})),
        object(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            json!({"spec": {"maxReplicas": 5,
            "scaleTargetRef": {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web"}}}),
        ),
        object(
            "networking.k8s.io/v1",
            "Ingress",
            json!({"spec": {"rules": [{"host": "a.example", "http": {"paths": [
            {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]}}),
        ),
        object("networking.k8s.io/v1", "NetworkPolicy", json!({"spec": {"podSelector": selector}})),
        object(
            "rbac.authorization.k8s.io/v1",
            "Role",
            json!({"rules": [{"apiGroups": [""], "resources": ["pods"],
            "verbs": ["get"]}]}),
        ),
        object(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            json!({"subjects": [{"kind": "User", "name": "a"}],
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "web"}}),
        ),
        object("argoproj.io/v1alpha1", "AnalysisTemplate", metrics.clone()),
        object("argoproj.io/v1alpha1", "ClusterAnalysisTemplate", metrics),
        object("apps/v1", "Deployment", json!({"spec": {"selector": selector, "template": template}})),
        object(
            "apps/v1",
            "StatefulSet",
            json!({"spec": {"selector": selector, "template": template, "serviceName": "web"}}),
        ),
        object("batch/v1", "Job", json!({"spec": {"template": template}})),
        rollout("example/app:1", &["A"]),
        object("v1", "Namespace", json!({})),
    ]
}

/// Whether everything of `part` stands in `whole`.
fn within(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            part.iter().all(|(name, value)| whole.get(name).is_some_and(|other| within(value, other)))
        }
        (Value::Array(part), Value::Array(whole)) => {
            part.len() == whole.len() && part.iter().zip(whole).all(|(one, other)| within(one, other))
        }
        _ => part == whole,
    }
}

#[test]
fn every_kind_of_a_service_is_stored_listed_and_the_same_again_writes_nothing() {
    let server = Server::new();
    for object in one_of_each() {
        let kind = object["kind"].as_str().unwrap();
        let before = server.version();
        let dry = server.apply("rolltop", "&dryRun=All&fieldValidation=Strict", &object);
        assert_eq!((dry.status, server.version()), (201, before), "{kind}: {}", dry.body);
        assert_eq!(server.get(&path_of(&object)).status, 404, "{kind}: a dry run stores nothing");
        let made = server.apply("rolltop", "&fieldValidation=Strict", &object);
        assert_eq!(made.status, 201, "{kind}: {}", made.body);
        let made = made.json();
        // Text of a Secret is written only.
        let mut sent = object.clone();
        if sent.as_object_mut().unwrap().remove("stringData").is_some() {
            sent["data"] = json!({"a": "Yg=="});
        }
        assert!(within(&sent, &made), "{kind}: {made:#}");
        assert_eq!(made["metadata"]["managedFields"][0]["manager"], "rolltop", "{kind}");
        let mut foreseen = dry.json();
        for (field, value) in made["metadata"].as_object().unwrap() {
            foreseen["metadata"][field] = value.clone();
        }
        for field in ["clusterIP", "clusterIPs"].into_iter().filter(|_| kind == "Service") {
            foreseen["spec"][field] = made["spec"][field].clone();
        }
        assert_eq!(foreseen, made, "{kind}: the dry run showed what was stored");

        server.running.clock.advance(jiff::SignedDuration::from_secs(60));
        let version = server.version();
        for more in ["&dryRun=All", "", "&force=true"] {
            let again = server.apply("rolltop", more, &object);
            assert_eq!((again.status, again.json()), (200, made.clone()), "{kind} {more}");
        }
        assert_eq!(server.version(), version, "{kind}: the same again is no write");
        let list = server.get(&collection_of(&object)).json();
        let items = list["items"].as_array().unwrap();
        assert!(items.iter().any(|item| item["metadata"]["uid"] == made["metadata"]["uid"]), "{kind}");
    }
}

#[test]
fn a_selector_that_the_controller_has_narrowed_is_a_conflict_and_fits_with_its_hash() {
    let server = Server::new();
    let manifest = service(&json!({"app": "web"}));
    server.apply("rolltop", "", &manifest);
    let path = path_of(&manifest);
    // As the controller does it: a merge patch of one key makes the whole map its own.
    let hash = json!({"spec": {"selector": {"rollouts-pod-template-hash": "68c846cfbd"}}});
    server.merge("rollouts-controller", &path, &hash);
    let present = server.get(&path).json();
    let owners = |object: &Value| -> Vec<String> {
        let entries = object["metadata"]["managedFields"].as_array().unwrap().iter();
        let mine = entries.filter(|entry| entry["fieldsV1"]["f:spec"].get("f:selector").is_some());
        mine.map(|entry| entry["manager"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(owners(&present), ["rollouts-controller"]);
    for more in ["&dryRun=All", ""] {
        let answer = server.apply("rolltop", more, &manifest);
        assert_eq!(answer.status, 409);
        let status = answer.json();
        let by = "conflict with \"rollouts-controller\" using v1 at 2026-01-12T02:00:00Z";
        assert_eq!(status["message"], format!("Apply failed with 1 conflict: {by}: .spec.selector"));
        let cause = json!({"reason": "FieldManagerConflict", "message": by, "field": ".spec.selector"});
        assert_eq!(status["details"]["causes"], json!([cause]));
    }
    let mut fitting = service(&json!({"app": "web", "rollouts-pod-template-hash": "68c846cfbd"}));
    fitting["metadata"]["resourceVersion"] = present["metadata"]["resourceVersion"].clone();
    let applied = server.apply("rolltop", "", &fitting);
    assert_eq!(applied.status, 200, "{}", applied.body);
    assert_eq!(owners(&applied.json()), ["rolltop", "rollouts-controller"]);
    // The version that was seen is not the present one any more: a lost race, and nothing is written.
    let version = server.version();
    fitting["spec"]["ports"][0]["port"] = json!(81);
    for more in ["&dryRun=All", "", "&force=true"] {
        let late = server.apply("rolltop", more, &fitting);
        assert_eq!(late.status, 409, "{}", late.body);
        assert!(late.json()["message"].as_str().unwrap().contains("the object has been modified"));
    }
    assert_eq!(server.version(), version);
}

#[test]
fn what_is_no_longer_applied_goes_with_its_defaults_unless_another_owns_it() {
    let server = Server::new();
    let names = |answer: &Answer, path: &str, name: &str| -> Vec<String> {
        let list = answer.json().pointer(path).and_then(Value::as_array).cloned().unwrap_or_default();
        list.iter().map(|item| item[name].to_string()).collect()
    };
    let env = "/spec/template/spec/containers/0/env";
    server.apply("rolltop", "", &rollout("example/app:1", &["A", "B", "C"]));
    let other = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "web"},
        "spec": {"template": {"spec": {"containers": [{"name": "app", "env": [{"name": "B", "value": "1"}]},
            {"name": "side", "image": "example/side:1"}]}}}});
    assert_eq!(server.apply("mesh", "", &other).status, 200);
    let less = server.apply("rolltop", "", &rollout("example/app:2", &["C"]));
    assert_eq!(names(&less, env, "name"), ["\"B\"", "\"C\""], "A is gone, B is the mesh's");
    assert_eq!(names(&less, "/spec/template/spec/containers", "name"), ["\"app\"", "\"side\""]);
    let none = server.apply(
        "mesh",
        "",
        &json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
        "metadata": {"name": "web"}}),
    );
    assert_eq!(names(&none, env, "name"), ["\"C\""]);
    assert_eq!(names(&none, "/spec/template/spec/containers", "name"), ["\"app\""]);

    // A port and what the server filled into it.
    let mut two = service(&json!({"app": "web"}));
    two["spec"]["ports"] = json!([{"name": "http", "port": 80}, {"name": "metrics", "port": 9090}]);
    server.apply("rolltop", "", &two);
    let one = server.apply("rolltop", "", &service(&json!({"app": "web"})));
    assert_eq!(names(&one, "/spec/ports", "port"), ["80"]);
    assert_eq!(
        one.json()["spec"]["ports"][0],
        json!({"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"})
    );

    // A probe of a Deployment: nobody owns its defaults, and they do not stay behind.
    let deployment = |container: Value| {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}}})
    };
    let plain = json!({"name": "app", "image": "example/app:1"});
    let mut probed = plain.clone();
    probed["readinessProbe"] = json!({"httpGet": {"port": 80}});
    let made = server.apply("rolltop", "", &deployment(probed)).json();
    let container = "/spec/template/spec/containers/0";
    assert_eq!(made.pointer(&format!("{container}/readinessProbe/periodSeconds")), Some(&json!(10)));
    let later = server.apply("rolltop", "", &deployment(plain)).json();
    assert_eq!(later.pointer(&format!("{container}/readinessProbe")), None);
}

#[test]
fn each_conflict_names_manager_and_field_and_force_takes_just_those() {
    let server = Server::new();
    server.apply("rolltop", "", &rollout("example/app:1", &["A"]));
    let path = path_of(&rollout("", &[]));
    server.merge("kubectl-patch", &path, &json!({"spec": {"replicas": 7}}));
    let patch = json!([{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "example/app:9"}]);
    let patched = server.try_send(
        "PATCH",
        &format!("{path}?fieldManager=kubectl-argo-rollouts"),
        "application/json-patch+json",
        &patch.to_string(),
    );
    assert_eq!(patched.unwrap().status, 200);
    let refused = server.apply("rolltop", "", &rollout("example/app:2", &["A"])).json();
    let causes = refused["details"]["causes"].as_array().unwrap();
    let fields: Vec<(&str, &str)> = causes
        .iter()
        .map(|cause| {
            let by = cause["message"].as_str().unwrap();
            (by.split('"').nth(1).unwrap(), cause["field"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        fields,
        [
            ("kubectl-argo-rollouts", ".spec.template.spec.containers[name=\"app\"].image"),
            ("kubectl-patch", ".spec.replicas"),
        ]
    );
    let forced = server.apply("rolltop", "&force=true", &rollout("example/app:2", &["A"])).json();
    assert_eq!(forced["spec"]["replicas"], 2);
    let managers: Vec<&Value> =
        forced["metadata"]["managedFields"].as_array().unwrap().iter().map(|entry| &entry["manager"]).collect();
    assert_eq!(managers, ["rolltop"], "who owns nothing any more is not named");
    // A conflict comes before what else is wrong.
    server.merge("kubectl-patch", &path, &json!({"spec": {"replicas": 7}}));
    let mut both = rollout("example/app:2", &["A"]);
    both["spec"]["selector"] = json!({"matchLabels": {"app": "other"}});
    assert_eq!(server.apply("rolltop", "", &both).status, 409);
    assert_eq!(server.apply("rolltop", "&force=true", &both).status, 422);
}

#[test]
fn what_cannot_be_stored_is_refused_in_a_dry_run_too() {
    let server = Server::new();
    for object in one_of_each() {
        server.apply("rolltop", "", &object);
    }
    let frozen = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "frozen"}, "immutable": true,
        "stringData": {"a": "b"}});
    server.apply("rolltop", "", &frozen);
    let changed = |object: &Value, path: &str, value: Value| {
        let mut object = object.clone();
        let (parent, field) = path.rsplit_once('/').unwrap();
        object.pointer_mut(parent).expect(path)[field] = value;
        object
    };
    let web = rollout("example/app:1", &["A"]);
    let svc = service(&json!({"app": "web"}));
    let cases = [
        (
            changed(&web, "/spec/selector", json!({"matchLabels": {"app": "b"}})),
            422,
            "spec.selector: Invalid value: \"object\": selector is immutable",
        ),
        (changed(&svc, "/spec/clusterIP", json!("10.0.0.9")), 422, "may not change once set"),
        (changed(&svc, "/spec/ports", json!([])), 422, "spec.ports: Required value"),
        (changed(&frozen, "/stringData", json!({"a": "c"})), 422, "field is immutable when `immutable` is set"),
        (changed(&frozen, "/metadata/namespace", json!("none")), 404, "namespaces \"none\" not found"),
        (changed(&web, "/spec/replicaz", json!(1)), 500, ".spec.replicaz: field not declared in schema"),
        (changed(&web, "/metadata/labels", json!({"a": "b c"})), 422, "a valid label must be"),
        (changed(&web, "/metadata/managedFields", json!([{}])), 400, "metadata.managedFields must be nil"),
        (changed(&web, "/metadata/uid", json!("other")), 422, "metadata.uid: Invalid value: \"other\""),
        (
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "new", "uid": "u"}}),
            409,
            "uid mismatch: the provided object specified uid u, and no existing object was found",
        ),
    ];
    let version = server.version();
    for (object, status, says) in cases {
        for more in ["&dryRun=All", ""] {
            let answer = server.apply("rolltop", &format!("{more}&force=true&fieldValidation=Strict"), &object);
            let message = answer.json()["message"].as_str().unwrap_or_default().to_owned();
            assert!(answer.status == status && message.contains(says), "{status} {says}: {} {message}", answer.status);
        }
    }
    let twice = "{apiVersion: v1, kind: ConfigMap, metadata: {name: new}, data: {a: '1', a: '2'}}";
    let path = "/api/v1/namespaces/demo/configmaps/new";
    let strict = server.apply_text("rolltop", "&fieldValidation=Strict", path, twice).unwrap();
    assert_eq!(strict.status, 400);
    assert!(strict.json()["message"].as_str().unwrap().ends_with("key \"a\" already set in map"), "{}", strict.body);
    assert_eq!(server.version(), version);
    let body =
        r#"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "new"}, "data": {"a": "1", "a": "2"}}"#;
    let create = |more: &str| {
        let path = format!("/api/v1/namespaces/demo/configmaps?{more}");
        server.try_send("POST", &path, "application/json", body).unwrap()
    };
    let strict = create("fieldValidation=Strict");
    assert_eq!(strict.status, 400);
    assert!(strict.json()["message"].as_str().unwrap().ends_with("strict decoding error: duplicate field \"data.a\""));
    let warned = create("fieldValidation=Warn");
    assert_eq!((warned.status, warned.header("warning")), (201, "299 - \"duplicate field \\\"data.a\\\"\""));
    assert_eq!(warned.json()["data"]["a"], "2");
}

#[test]
fn a_replaced_service_keeps_the_address_that_it_was_given() {
    let server = Server::new();
    let manifest = service(&json!({"app": "web"}));
    let made = server.apply("rolltop", "", &manifest).json();
    let replaced = server.try_send("PUT", &path_of(&manifest), "application/json", &manifest.to_string()).unwrap();
    assert_eq!(replaced.status, 200, "{}", replaced.body);
    assert_eq!(replaced.json()["spec"], made["spec"]);
}

#[test]
fn a_fault_meets_one_object_only_and_a_webhook_denies_in_its_own_words() {
    let server = Server::new();
    let web = rollout("example/app:1", &[]);
    let svc = service(&json!({"app": "web"}));
    let ordered = |spec: &str| server.running.set_faults(spec).unwrap();
    let stored = || server.store().get(&ROLLOUTS, "demo", "web").is_some();

    ordered("test:patch/rollouts#web?real=deny*1:no deploys on Fridays");
    assert_eq!(server.apply("rolltop", "&dryRun=All", &web).status, 201, "the dry run is not denied");
    assert_eq!(server.apply("rolltop", "", &svc).status, 201, "nor is another object");
    let denied = server.apply("rolltop", "", &web);
    let text = "admission webhook \"policy.simulated.example\" denied the request: no deploys on Fridays";
    assert_eq!((denied.status, denied.json()["message"].as_str()), (403, Some(text)));
    assert_eq!(denied.json()["reason"], "Forbidden");
    assert!(!stored());

    ordered("test:patch/rollouts#web@demo=403");
    let forbidden = server.apply("rolltop", "", &web);
    assert_eq!(forbidden.status, 403);
    assert!(
        forbidden.json()["message"].as_str().unwrap().contains("User \"admin\" cannot patch resource \"rollouts\"")
    );
    assert_eq!(server.apply("rolltop", "", &svc).status, 200);

    ordered("test:patch/rollouts#web?real=drop*1");
    assert_eq!(server.apply("rolltop", "&dryRun=All", &web).status, 201);
    assert!(server.try_apply("rolltop", "", &web).is_none() && !stored(), "cut before it took effect");
    ordered("test:patch/rollouts#web?real=!drop*1");
    assert!(server.try_apply("rolltop", "", &web).is_none() && stored(), "cut after it took effect");
    ordered("test:patch/services#web?real=!504*1");
    let mut other = svc.clone();
    other["metadata"]["labels"] = json!({"a": "b"});
    assert_eq!(server.apply("rolltop", "", &other).status, 504);
    assert_eq!(server.get(&path_of(&svc)).json()["metadata"]["labels"]["a"], "b");
    ordered("test:patch/services#web=429*1");
    let busy = server.apply("rolltop", "", &other);
    assert_eq!((busy.status, busy.header("retry-after")), (429, "1"));
    assert_eq!(busy.json()["details"]["retryAfterSeconds"], 1);
    ordered("test:create/configmaps#made=deny");
    let body = |name: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}).to_string();
    let create = |name: &str| {
        server.try_send("POST", "/api/v1/namespaces/demo/configmaps", "application/json", &body(name)).unwrap().status
    };
    assert_eq!((create("made"), create("other")), (403, 201), "the name of a new object stands in its body");
    assert!(server.running.set_faults("test:get=deny").is_err());
}
