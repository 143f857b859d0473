//! Logs, events and deletions over HTTP: the options and refusals of a real server.

use super::client::{Answer, send, token};
use rolltop::demo::serve::{Options, Running, start};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

struct Cluster {
    running: Running,
    token: String,
}

const PODS: &str = "/api/v1/namespaces/demo/pods";

impl Cluster {
    /// A scenario whose clock stands still, in the cluster `production`.
    fn new(scenario: &str) -> Self {
        let listen = "127.0.0.1:0".parse().unwrap();
        let (scenario, faults) = (scenario.to_owned(), String::new());
        let options = Options { scenario, speed: 0.0, listen, seed: 1, load: 0, churn: 0.0, faults };
        let running = start(options).expect("the scenario is served");
        let token = token(&running, "production-admin");
        Self { running, token }
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let authorization = format!("Bearer {}", self.token);
        let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/json")];
        let path = format!("/clusters/production{path}");
        send(&self.running.url, method, &path, &headers, body.as_bytes()).expect("an answer")
    }

    fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "")
    }

    fn list(&self, path: &str) -> Vec<Value> {
        self.get(path).json()["items"].as_array().cloned().unwrap_or_default()
    }

    /// The name of a pod whose name begins so and whose first container is in that state.
    fn pod(&self, begin: &str, state: &str) -> String {
        let fits = |pod: &Value| {
            pod["metadata"]["name"].as_str().unwrap().starts_with(begin)
                && pod.pointer(&format!("/status/containerStatuses/0/state/{state}")).is_some()
        };
        let pod = self.list(PODS).into_iter().find(fits).unwrap_or_else(|| panic!("no pod {begin} is {state}"));
        pod["metadata"]["name"].as_str().unwrap().to_owned()
    }

    fn log(&self, pod: &str, query: &str) -> Answer {
        self.get(&format!("{PODS}/{pod}/log?{query}"))
    }

    fn advance(&self, seconds: i64) {
        self.running.clock.advance(jiff::SignedDuration::from_secs(seconds));
    }
}

#[test]
fn a_log_is_cut_as_its_options_say() {
    let cluster = Cluster::new("logs");
    let pod = cluster.pod("payments-", "running");
    let whole = cluster.log(&pod, "");
    assert_eq!((whole.status, whole.header("content-type")), (200, "text/plain; charset=utf-8"));
    assert_eq!(cluster.log(&pod, "").body, whole.body, "it reads the same");
    let lines: Vec<&str> = whole.body.lines().collect();
    assert!(
        lines.len() > 1_000 && lines.iter().any(|line| line.starts_with("\tat com.shop.payments")),
        "{}",
        lines.len()
    );
    let tail = cluster.log(&pod, "tailLines=3").body;
    assert_eq!(tail.lines().collect::<Vec<_>>(), lines[lines.len() - 3..]);
    assert_eq!(cluster.log(&pod, "tailLines=0").body, "");
    assert_eq!(cluster.log(&pod, "limitBytes=30").body, whole.body[..30]);
    let stamped = cluster.log(&pod, "timestamps=true&sinceSeconds=60").body;
    assert!((10..200).contains(&stamped.lines().count()), "{stamped}");
    let now = cluster.running.clock.now();
    for line in stamped.lines() {
        let time: jiff::Timestamp = line.split(' ').next().unwrap().parse().unwrap();
        assert!(now.duration_since(time).as_secs() <= 60 && time <= now, "{line}");
    }
    let since = now - jiff::SignedDuration::from_secs(60);
    assert_eq!(cluster.log(&pod, &format!("timestamps=true&sinceTime={since}")).body, stamped);
    let other = cluster.list(PODS).into_iter().map(|pod| pod["metadata"]["name"].as_str().unwrap().to_owned());
    let other = other.filter(|name| name.starts_with("payments-")).find(|name| *name != pod).unwrap();
    assert_ne!(cluster.log(&other, "tailLines=3").body, tail);
}

#[test]
fn what_cannot_be_read_is_refused_in_the_words_of_the_server() {
    let logs = Cluster::new("logs");
    let web = logs.pod("web-", "running");
    let crashed = logs.pod("checkout-", "waiting");
    let images = Cluster::new("images");
    let refused = |cluster: &Cluster, pod: &str, query: &str| {
        let answer = cluster.log(pod, query);
        (answer.status, answer.json()["message"].as_str().unwrap_or_default().to_owned())
    };
    let says = |got: (u16, String), code: u16, text: &str| assert_eq!(got, (code, text.to_owned()));
    says(
        refused(&logs, &web, ""),
        400,
        &format!(
            "a container name must be specified for pod {web}, choose one of: [web metrics] or one of the init containers: [migrate proxy]"
        ),
    );
    says(refused(&logs, &web, "container=x"), 400, &format!("container x is not valid for pod {web}"));
    says(
        refused(&logs, &web, "container=web&previous=true"),
        400,
        &format!("previous terminated container \"web\" in pod \"{web}\" not found"),
    );
    says(
        refused(&logs, &web, "container=web&tailLines=-1"),
        422,
        "PodLogOptions \"\" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0",
    );
    says(
        refused(&logs, &web, "container=web&sinceSeconds=0"),
        422,
        "PodLogOptions \"\" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0",
    );
    assert_eq!(refused(&logs, "nobody", "").0, 404);
    for (pod, why) in [("checkout-", "trying and failing to pull image"), ("ledger-", "CreateContainerConfigError")] {
        let pod = images.pod(pod, "waiting");
        let container = pod.split('-').next().unwrap();
        says(
            refused(&images, &pod, ""),
            400,
            &format!("container \"{container}\" in pod \"{pod}\" is waiting to start: {why}"),
        );
    }
    // Without a node there is nobody to ask.
    let pending = images.list(PODS).into_iter().find(|pod| pod["spec"].get("nodeName").is_none()).unwrap();
    let answer = images.log(pending["metadata"]["name"].as_str().unwrap(), "");
    assert_eq!((answer.status, &*answer.body), (200, ""));
    // Who crashed leaves last words, also while it waits for its next start.
    let last = logs.log(&crashed, "previous=true").body;
    assert!(last.contains("panic: cannot open the connection pool") && last.contains("goroutine"), "{last}");
    assert_eq!(logs.log(&crashed, "").body, last);
    assert_eq!(logs.log(&web, "container=migrate").body.lines().count(), 6);
}

#[test]
fn a_followed_log_ends_with_its_pod_and_keeps_a_pace_on_order() {
    let cluster = Cluster::new("logs");
    let pod = cluster.pod("ledger-", "running");
    let order = json!({"pods": "ledger-", "perSecond": 1_700}).to_string();
    assert_eq!(cluster.send("POST", "/-/logs", &order).status, 200);
    cluster.advance(2);
    let burst = cluster.log(&pod, "sinceSeconds=1").body;
    assert!((1_690..=1_710).contains(&burst.lines().count()), "{}", burst.lines().count());
    assert_eq!(cluster.send("POST", "/-/logs", r#"{"perSecond": -1}"#).status, 400);

    let pod = cluster.pod("payments-", "running");
    let followed = std::thread::scope(|scope| {
        let follow = scope.spawn(|| cluster.log(&pod, "follow=true&tailLines=1&timestamps=true"));
        // The stream has begun once the request is in the log.
        let deadline = Instant::now() + Duration::from_secs(10);
        let asked = || cluster.running.requests().all().iter().any(|logged| logged.path.contains("follow=true"));
        while !asked() {
            assert!(Instant::now() < deadline, "the request is not there");
            std::thread::yield_now();
        }
        let path = format!("{PODS}/{pod}");
        let answer = cluster.send("DELETE", &path, "");
        assert_eq!((answer.status, answer.json()["metadata"]["deletionGracePeriodSeconds"].as_i64()), (200, Some(30)));
        while cluster.get(&path).status == 200 {
            assert!(Instant::now() < deadline, "the pod is still there");
            cluster.running.clock.advance(jiff::SignedDuration::from_millis(200));
            std::thread::yield_now();
        }
        follow.join().unwrap()
    });
    assert!(followed.body.contains("received SIGTERM, shutting down"), "{}", followed.body);
    let times: Vec<&str> = followed.body.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn events_are_found_by_what_they_are_about() {
    let cluster = Cluster::new("images");
    let all = cluster.list("/api/v1/namespaces/demo/events");
    let find = |selector: &str| cluster.list(&format!("/api/v1/namespaces/demo/events?fieldSelector={selector}"));
    let pod = cluster.pod("payments-", "waiting");
    let object = cluster.get(&format!("{PODS}/{pod}")).json();
    let uid = object["metadata"]["uid"].as_str().unwrap();
    // As kubectl describe asks.
    let described = find(&format!(
        "involvedObject.name={pod},involvedObject.namespace=demo,involvedObject.kind=Pod,involvedObject.uid={uid}"
    ));
    let mine: Vec<&Value> = all.iter().filter(|event| event["involvedObject"]["uid"] == uid).collect();
    assert_eq!(described.iter().collect::<Vec<_>>(), mine);
    assert!(mine.len() >= 6, "{}", mine.len());
    for (selector, field, value) in [
        ("type=Warning", "/type", "Warning"),
        ("reason=BackOff", "/reason", "BackOff"),
        ("involvedObject.kind=Rollout", "/involvedObject/kind", "Rollout"),
        ("source=kubelet", "/source/component", "kubelet"),
        ("reportingComponent=default-scheduler", "/reportingComponent", "default-scheduler"),
    ] {
        let (found, holds) = (find(selector), |event: &Value| event.pointer(field).is_some_and(|one| one == value));
        assert!(!found.is_empty() && found.iter().all(holds), "{selector}");
        assert_eq!(found.len(), all.iter().filter(|event| holds(event)).count(), "{selector}");
    }
    assert_eq!(find("involvedObject.name=nobody"), [] as [Value; 0]);
}
