//! What the simulated cluster does beyond the recorded answers: pages of one snapshot, watches that end, faults on
//! order, a listener that goes and comes back, and who is let in.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test ends where its ground is missing")]

#[path = "simulated/client.rs"]
mod client;

use client::{Answer, send, serve, token, world};
use rolltop::demo::serve::{Options, Running, StartError, start, start_ahead, start_world};
use rolltop::demo::store::{PODS, REPLICA_SETS, ROLLOUTS, Store};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const START: &str = "2026-01-12T02:00:00Z";
const ROLLOUTS_PATH: &str = "/apis/argoproj.io/v1alpha1/namespaces/demo/rollouts";

struct Client<'a> {
    running: &'a Running,
    cluster: &'static str,
    token: String,
}

impl<'a> Client<'a> {
    fn new(running: &'a Running, cluster: &'static str, user: &str) -> Self {
        Self { running, cluster, token: token(running, &format!("{cluster}-{user}")) }
    }

    fn try_send(&self, method: &str, path: &str, media: &str, body: &str) -> Option<Answer> {
        let authorization = format!("Bearer {}", self.token);
        let mut headers = vec![("Authorization", authorization.as_str())];
        if !media.is_empty() {
            headers.push(("Content-Type", media));
        }
        send(&self.running.url, method, &format!("/clusters/{}{path}", self.cluster), &headers, body.as_bytes())
    }

    fn get(&self, path: &str) -> Answer {
        self.try_send("GET", path, "", "").expect("an answer")
    }

    fn merge(&self, name: &str, patch: &Value) -> Option<Answer> {
        let path = format!("{ROLLOUTS_PATH}/{name}");
        self.try_send("PATCH", &path, "application/merge-patch+json", &patch.to_string())
    }
}

fn store(running: &Running) -> Store {
    running.world().clusters[0].store.clone()
}

fn make(store: &Store, name: &str, app: &str) {
    let object =
        json!({"metadata": {"name": name, "namespace": "demo", "labels": {"app": app}}, "spec": {"replicas": 1}});
    store.create(&ROLLOUTS, object).expect("a new rollout");
}

fn names(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item["metadata"]["name"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Waits until something holds; fails after ten seconds.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < end, "not within 10 s: {what}");
        std::thread::yield_now();
    }
}

#[test]
fn pages_are_of_one_snapshot_whatever_is_written_in_between() {
    let running = serve(START);
    let (store, admin) = (store(&running), Client::new(&running, "test", "viewer"));
    for name in ["a", "b", "c", "d", "e"] {
        make(&store, name, "x");
    }
    let first = admin.get(&format!("{ROLLOUTS_PATH}?limit=2")).json();
    assert_eq!(names(&first), ["a", "b"]);
    store.delete(&ROLLOUTS, "demo", "c").unwrap();
    make(&store, "bb", "x");
    let token = first["metadata"]["continue"].as_str().unwrap();
    let second = admin.get(&format!("{ROLLOUTS_PATH}?limit=500&continue={token}")).json();
    assert_eq!(names(&second), ["c", "d", "e"]);
    assert_eq!(second["metadata"]["resourceVersion"], first["metadata"]["resourceVersion"]);

    store.compact();
    let late = admin.get(&format!("{ROLLOUTS_PATH}?limit=500&continue={token}"));
    assert_eq!((late.status, late.json()["reason"].as_str()), (410, Some("Expired")));
    let resume = late.json()["metadata"]["continue"].as_str().unwrap().to_owned();
    let rest = admin.get(&format!("{ROLLOUTS_PATH}?continue={resume}")).json();
    assert_eq!(names(&rest), ["bb", "d", "e"]);
}

#[test]
fn the_pages_of_any_length_make_the_whole_list() {
    let running = serve(START);
    let (store, admin) = (store(&running), Client::new(&running, "test", "admin"));
    for n in 0..7 {
        make(&store, &format!("r{n}"), if n % 2 == 0 { "even" } else { "odd" });
    }
    for (selector, count) in [("", 7), ("&labelSelector=app%3Dodd", 3)] {
        for limit in 1..=8 {
            let (mut all, mut token) = (Vec::new(), String::new());
            loop {
                let page = admin.get(&format!("{ROLLOUTS_PATH}?limit={limit}{selector}&continue={token}")).json();
                assert!(names(&page).len() <= limit);
                all.extend(names(&page));
                token = page["metadata"]["continue"].as_str().unwrap_or_default().to_owned();
                if token.is_empty() {
                    break;
                }
            }
            let mut unique = all.clone();
            unique.dedup();
            assert_eq!((all.len(), unique.len()), (count, count), "{limit} {selector}");
        }
    }
}

#[test]
fn a_version_is_read_exactly_while_it_is_kept_and_never_from_the_future() {
    let running = serve(START);
    let (store, admin) = (store(&running), Client::new(&running, "test", "admin"));
    make(&store, "a", "x");
    let version = store.version();
    make(&store, "b", "x");
    let at = |query: &str| admin.get(&format!("{ROLLOUTS_PATH}?{query}"));
    assert_eq!(names(&at(&format!("resourceVersion={version}&resourceVersionMatch=Exact")).json()), ["a"]);
    assert_eq!(names(&at(&format!("resourceVersion={version}&limit=5")).json()), ["a"]);
    assert_eq!(names(&at(&format!("resourceVersion={version}")).json()), ["a", "b"]);
    assert_eq!(at("resourceVersion=999999").status, 504);
    assert_eq!(at("resourceVersionMatch=Exact").status, 422);
    assert_eq!(at("resourceVersion=x").status, 422);
    store.compact();
    assert_eq!(at(&format!("resourceVersion={version}&resourceVersionMatch=Exact")).status, 410);
}

#[test]
fn a_watch_begins_with_what_is_there_and_ends_with_its_time() {
    let running = serve(START);
    let (store, admin) = (store(&running), Client::new(&running, "test", "admin"));
    make(&store, "a", "x");
    make(&store, "b", "y");
    let begun = Instant::now();
    let answer = admin.get(&format!("{ROLLOUTS_PATH}?watch=1&timeoutSeconds=1&labelSelector=app%20in%20(x)"));
    assert!(begun.elapsed() < Duration::from_secs(5));
    let events = answer.events();
    assert_eq!(events.len(), 1);
    assert_eq!(
        (events[0]["type"].as_str(), events[0]["object"]["metadata"]["name"].as_str()),
        (Some("ADDED"), Some("a"))
    );
}

#[test]
fn a_watch_that_is_behind_a_compaction_gets_410_in_its_stream() {
    let running = serve(START);
    let (store, admin) = (store(&running), Client::new(&running, "test", "admin"));
    let version = store.version();
    make(&store, "a", "x");
    store.compact();
    let answer = admin.get(&format!("{ROLLOUTS_PATH}?watch=1&timeoutSeconds=5&resourceVersion={version}"));
    assert_eq!(answer.status, 200);
    let events = answer.events();
    assert_eq!((events[0]["type"].as_str(), events[0]["object"]["code"].as_i64()), (Some("ERROR"), Some(410)));
}

#[test]
fn cutting_watches_ends_the_open_ones_and_nothing_else() {
    let running = serve(START);
    let (store, admin) = (store(&running), Client::new(&running, "test", "admin"));
    make(&store, "a", "x");
    std::thread::scope(|scope| {
        let began = Instant::now();
        let watch = scope.spawn(|| admin.get(&format!("{ROLLOUTS_PATH}?watch=1&timeoutSeconds=60")).events().len());
        until("the watch is open", || {
            running.requests().all().iter().any(|request| request.verb == "watch" && request.status == 200)
        });
        running.cut_watches("test");
        // It ends long before its minute is over, with its first event or just before it.
        assert!(watch.join().unwrap() <= 1);
        assert!(began.elapsed() < Duration::from_secs(50));
    });
    assert_eq!(admin.get(ROLLOUTS_PATH).status, 200);
}

#[test]
fn the_listener_goes_and_comes_back_on_its_port_and_the_world_lives_on() {
    let running = serve(START);
    let (store, admin) = (store(&running), Client::new(&running, "test", "admin"));
    make(&store, "a", "x");
    std::thread::scope(|scope| {
        let began = Instant::now();
        let watch = scope.spawn(|| admin.get(&format!("{ROLLOUTS_PATH}?watch=1&timeoutSeconds=60")).events().len());
        until("the watch is open", || running.requests().all().iter().any(|request| request.verb == "watch"));
        running.stop_listening().unwrap();
        // It ends long before its minute is over, with its first event or just before it.
        assert!(watch.join().unwrap() <= 1);
        assert!(began.elapsed() < Duration::from_secs(50));
    });
    assert!(admin.try_send("GET", ROLLOUTS_PATH, "", "").is_none());
    make(&store, "b", "x");
    running.listen_again().unwrap();
    assert_eq!(names(&admin.get(ROLLOUTS_PATH).json()), ["a", "b"]);
    // Once more is no mistake.
    running.listen_again().unwrap();
}

#[test]
fn a_fault_can_lose_the_answer_of_a_write_that_was_carried_out() {
    let running = serve(START);
    let (store, admin) = (store(&running), Client::new(&running, "test", "admin"));
    make(&store, "a", "x");
    let pause = |paused: bool| json!({"spec": {"paused": paused}});
    running.set_faults("test:patch/rollouts=!drop*1; staging:down").unwrap();
    assert!(admin.merge("a", &pause(true)).is_none());
    assert_eq!(store.get(&ROLLOUTS, "demo", "a").unwrap()["spec"]["paused"], true);
    assert_eq!(admin.merge("a", &pause(false)).unwrap().status, 200);
    assert!(Client::new(&running, "staging", "admin").try_send("GET", ROLLOUTS_PATH, "", "").is_none());

    running.set_faults("test:patch=drop*1").unwrap();
    assert!(admin.merge("a", &pause(true)).is_none());
    assert_eq!(store.get(&ROLLOUTS, "demo", "a").unwrap()["spec"]["paused"], false);
    let log: Vec<(u16, bool)> =
        running.requests().writes("test").iter().map(|request| (request.status, request.carried_out)).collect();
    assert_eq!(log, [(0, true), (200, true), (0, false)]);

    running.set_faults("test:patch=504*1").unwrap();
    let answer = admin.merge("a", &pause(true)).unwrap();
    assert_eq!((answer.status, answer.json()["reason"].as_str()), (504, Some("Timeout")));
    running.set_faults("test:list=429*1").unwrap();
    let answer = admin.get(ROLLOUTS_PATH);
    assert_eq!((answer.status, answer.header("retry-after")), (429, "1"));
}

#[test]
fn an_access_review_knows_of_a_standing_403() {
    let running = serve(START);
    let admin = Client::new(&running, "test", "admin");
    let review = |verb: &str, sub: &str| {
        let body = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec":
            {"resourceAttributes": {"namespace": "demo", "verb": verb, "group": "argoproj.io", "resource": "rollouts", "subresource": sub}}});
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        let answer = admin.try_send("POST", path, "application/json", &body.to_string()).unwrap();
        answer.json()["status"]["allowed"].as_bool().unwrap()
    };
    assert!(review("patch", "status"));
    running.set_faults("test:patch/rollouts/status=403;test:list@all=403").unwrap();
    assert!(!review("patch", "status"));
    assert!(review("patch", ""));
    assert_eq!(admin.get("/apis/argoproj.io/v1alpha1/rollouts").status, 403);
    assert_eq!(admin.get(ROLLOUTS_PATH).status, 200);
}

#[test]
fn a_token_opens_its_own_cluster_only_and_control_paths_take_the_admin() {
    let running = serve(START);
    let (admin, viewer) = (Client::new(&running, "test", "admin"), Client::new(&running, "test", "viewer"));
    let stranger = Client { cluster: "staging", ..Client::new(&running, "test", "admin") };
    assert_eq!(admin.get(ROLLOUTS_PATH).status, 200);
    assert_eq!(stranger.get(ROLLOUTS_PATH).status, 401);
    assert_eq!(viewer.try_send("POST", "/-/compact", "", "").unwrap().status, 401);
    assert_eq!(admin.try_send("POST", "/-/faults", "", "test:nonsense").unwrap().status, 400);
    let body = json!({"speed": 0, "advance": "90s"}).to_string();
    let clock = admin.try_send("POST", "/-/clock", "application/json", &body).unwrap().json();
    assert_eq!(clock, json!({"now": "2026-01-12T02:01:30Z", "speed": 0.0}));
    assert_eq!(admin.get("/version").header("date"), "Mon, 12 Jan 2026 02:01:30 GMT");
    let log = admin.get("/-/requests?writes=1").json();
    assert_eq!(log, json!([]));
}

#[test]
fn deleting_an_owner_takes_orphans_or_keeps_what_it_owned() {
    let running = serve(START);
    let (store, admin) = (store(&running), Client::new(&running, "test", "admin"));
    let family = |name: &str| {
        make(&store, name, "x");
        let uid = |kind, name: &str| store.get(kind, "demo", name).unwrap()["metadata"]["uid"].clone();
        let owner = json!([{"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": name, "uid": uid(&ROLLOUTS, name)}]);
        let set = json!({"metadata": {"name": name, "namespace": "demo", "ownerReferences": owner}, "spec": {}});
        store.create(&REPLICA_SETS, set).unwrap();
        let owner =
            json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": name, "uid": uid(&REPLICA_SETS, name)}]);
        let pod = json!({"metadata": {"name": name, "namespace": "demo", "ownerReferences": owner}, "spec": {}});
        store.create(&PODS, pod).unwrap();
    };
    for (name, policy, left) in [("a", "Background", false), ("b", "Foreground", false), ("c", "Orphan", true)] {
        family(name);
        let body = json!({"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": policy}).to_string();
        let answer = admin.try_send("DELETE", &format!("{ROLLOUTS_PATH}/{name}"), "application/json", &body).unwrap();
        assert_eq!(answer.status, 200, "{policy}");
        assert!(store.get(&ROLLOUTS, "demo", name).is_none(), "{policy}");
        assert_eq!(store.get(&PODS, "demo", name).is_some(), left, "{policy}");
        let owners = store.get(&REPLICA_SETS, "demo", name).map(|set| set["metadata"]["ownerReferences"].clone());
        assert_eq!(owners, left.then(|| json!([])), "{policy}");
    }
}

#[test]
fn a_finalizer_holds_an_object_until_it_is_taken_off() {
    let running = serve(START);
    let (store, admin) = (store(&running), Client::new(&running, "test", "admin"));
    make(&store, "a", "x");
    admin.merge("a", &json!({"metadata": {"finalizers": ["example.com/hold"]}})).unwrap();
    let answer = admin.try_send("DELETE", &format!("{ROLLOUTS_PATH}/a"), "", "").unwrap().json();
    assert!(answer["metadata"]["deletionTimestamp"].is_string(), "{answer}");
    assert!(store.get(&ROLLOUTS, "demo", "a").is_some());
    admin.merge("a", &json!({"metadata": {"finalizers": null}})).unwrap();
    assert!(store.get(&ROLLOUTS, "demo", "a").is_none());
}

#[test]
fn a_long_list_is_streamed_whole() {
    let running = serve(START);
    let (store, admin) = (store(&running), Client::new(&running, "test", "admin"));
    for n in 0..3000 {
        make(&store, &format!("r{n:04}"), "x");
    }
    let list = admin.get(ROLLOUTS_PATH).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 3000);
}

#[test]
fn it_starts_on_loopback_only_and_says_what_is_wrong() {
    let any = "0.0.0.0:0".parse().unwrap();
    assert!(matches!(start_world(world(START), any, ""), Err(StartError::NotLoopback(_))));
    let loopback = "127.0.0.1:0".parse().unwrap();
    let error = start_world(world(START), loopback, "test:patch=much").unwrap_err();
    assert!(matches!(&error, StartError::Faults(text) if text.contains("'much'")), "{error}");
    let running = serve(START);
    let taken = running.url.trim_start_matches("http://").parse().unwrap();
    assert!(matches!(start_world(world(START), taken, ""), Err(StartError::Listen { .. })));
}

#[test]
fn a_request_waits_for_the_past_and_never_sees_half_of_it() {
    let options = Options {
        scenario: "quiet".into(),
        speed: 0.0,
        listen: "127.0.0.1:0".parse().unwrap(),
        seed: 1,
        load: 0,
        churn: 0.0,
        faults: String::new(),
    };
    let running = start_ahead(options.clone()).unwrap();
    let begun = running.time()();
    let early = Client::new(&running, "production", "viewer").get(ROLLOUTS_PATH).json();
    assert_eq!(running.time()(), begun, "the past does not show in the time");
    assert_eq!(running.failure(), None);
    let whole = start(options.clone()).unwrap();
    assert_eq!(names(&early), names(&Client::new(&whole, "production", "viewer").get(ROLLOUTS_PATH).json()));
    let phases = |list: &Value| list["items"].as_array().unwrap().iter().all(|one| one["status"]["phase"] == "Healthy");
    assert!(phases(&early), "{early:#}");
    // Who leaves before it is played does not wait for it.
    let left = Instant::now();
    drop(start_ahead(options).unwrap());
    assert!(left.elapsed() < Duration::from_millis(500), "{:?}", left.elapsed());
}

#[test]
fn the_default_scenario_is_served_with_its_files() {
    let options = Options {
        scenario: rolltop::demo::scenario::names()[0].0.clone(),
        speed: 0.0,
        listen: "127.0.0.1:0".parse().unwrap(),
        seed: 1,
        load: 40,
        churn: 100.0,
        faults: String::new(),
    };
    let running = start(options).unwrap();
    let kubeconfig: Value = serde_saphyr::from_str(&running.kubeconfig).unwrap();
    let contexts: Vec<&str> =
        kubeconfig["contexts"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(contexts, ["test", "test-viewer", "staging", "staging-viewer", "production", "production-viewer"]);
    let config: toml::Table = running.config.parse().unwrap();
    assert_eq!(config["release_channels"].as_array().unwrap().len(), 3);
    let production = Client::new(&running, "production", "viewer");
    assert!(!names(&production.get(ROLLOUTS_PATH).json()).is_empty());
    let all = production.get("/apis/argoproj.io/v1alpha1/rollouts").json();
    assert!(names(&all).len() >= 40);
    let version = running.world().clusters[2].store.version();
    until("the churn writes", || running.world().clusters[2].store.version() > version + 20);
    // The end of it all takes no time.
    let begun = Instant::now();
    drop(running);
    assert!(begun.elapsed() < Duration::from_secs(2));
}
