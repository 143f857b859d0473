//! The simulated cluster held against recorded answers of a real API server: every request of
//! `tests/data/api/transcript.jsonl`, in order. What changes by itself on a real cluster (versions, uids, times, the
//! controller's own writes) is compared by its relations; everything else must be equal.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test ends where its ground is missing")]

#[path = "simulated/client.rs"]
mod client;

use client::{Answer, send, serve, token};
use rolltop::demo::serve::Running;
use rolltop::demo::store::{Part, ROLLOUTS, Refused, Store};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Entries that are known to differ, and why that is left so.
const KNOWN_DIFFERENCES: &[(&str, &str)] = &[
    ("create-not-json", "the message carries the words of Go's JSON parser; ours carries those of serde_json"),
    ("list-bad-continue", "as above: a real token is base64 of JSON, ours is of another form, as opaque"),
];

struct Entry(Value);

impl Entry {
    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_default()
    }

    fn is_watch(&self) -> bool {
        self.text("path").contains("watch=1")
    }
}

/// What is learned on the way: recorded versions and tokens with ours, and the objects as last seen on both sides.
#[derive(Default)]
struct Learned {
    versions: BTreeMap<String, String>,
    tokens: BTreeMap<String, String>,
    /// By kind and name: (recorded, ours).
    seen: BTreeMap<String, (Value, Value)>,
}

#[test]
fn the_simulated_cluster_answers_as_the_recorded_server_did() {
    let entries: Vec<Entry> = include_str!("data/api/transcript.jsonl")
        .lines()
        .map(|line| Entry(serde_json::from_str(line).expect("a line of the transcript")))
        .collect();
    assert!(entries.len() > 75);
    let running = serve("2026-11-24T00:05:35Z");
    let store = running.world().clusters[0].store.clone();
    // The recorded server had forgotten its first versions.
    store.compact();
    let mut learned = Learned::default();
    let mut differences: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut at = 0;
    while at < entries.len() {
        if entries[at].text("name") == "list-page-1" {
            make_the_others(&running, &store, &entries, &entries[at]);
        }
        let mut end = at + 1;
        if entries[at].is_watch() {
            while end < entries.len() && entries[end].is_watch() {
                end += 1;
            }
            let before = store.version();
            play_changes(&store, &entries[at]);
            learned.versions.insert(recorded_start(&entries[at]), before.to_string());
        }
        // Watches last until their time is over: side by side, or the test takes as long as all of them.
        let answers: Vec<Option<Answer>> = std::thread::scope(|scope| {
            let (running, learned) = (&running, &learned);
            let threads: Vec<_> =
                entries[at..end].iter().map(|entry| scope.spawn(move || ask(running, entry, learned))).collect();
            threads.into_iter().map(|thread| thread.join().expect("the request was made")).collect()
        });
        for (entry, answer) in entries[at..end].iter().zip(answers) {
            let found = compare(entry, answer.as_ref(), &mut learned);
            if !found.is_empty() {
                differences.insert(entry.text("name").to_owned(), found);
            }
        }
        at = end;
    }
    let differing: BTreeSet<&str> = differences.keys().map(String::as_str).collect();
    let known: BTreeSet<&str> = KNOWN_DIFFERENCES.iter().map(|(name, _)| *name).collect();
    let mut report = Vec::new();
    for name in differing.difference(&known) {
        report.push(format!("{name} differs:\n  {}", differences[*name].join("\n  ")));
    }
    for name in known.difference(&differing) {
        report.push(format!("{name} no longer differs: take it out of KNOWN_DIFFERENCES"));
    }
    assert!(report.is_empty(), "\n{}", report.join("\n"));
}

/// Objects that the recorder made without writing it down, as it made the first one: those of the whole list.
/// And the status that the controller had given to all of them by then.
fn make_the_others(running: &Running, store: &Store, entries: &[Entry], like: &Entry) {
    let whole = entries.iter().find(|entry| entry.text("name") == "list-rv-0").expect("a whole list");
    let create = entries.iter().find(|entry| entry.text("name") == "create").expect("a first object");
    let authorization = format!("Bearer {}", token(running, "test-admin"));
    let path = format!("/clusters/test{}", like.text("path").split('?').next().unwrap_or_default());
    for object in whole.0["response"]["items"].as_array().expect("items") {
        let mut body = create.0["body"].clone();
        body["metadata"]["name"] = object["metadata"]["name"].clone();
        body["metadata"]["labels"] = object["metadata"]["labels"].clone();
        body["spec"] = spec(object);
        let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/json")];
        let body = serde_json::to_vec(&body).expect("JSON");
        let status = send(&running.url, "POST", &path, &headers, &body).expect("an answer").status;
        assert!(status == 201 || status == 409, "{status}");
        let name = object["metadata"]["name"].as_str().expect("a name");
        store
            .modify(&ROLLOUTS, "transcript", name, Part::Status, |present| {
                present["status"] = object["status"].clone();
                Ok::<(), Refused>(())
            })
            .expect("the object is there");
    }
}

/// The version that a recorded watch began at.
fn recorded_start(entry: &Entry) -> String {
    let query = entry.text("path").split_once('?').map_or("", |(_, query)| query);
    query.split('&').find_map(|pair| pair.strip_prefix("resourceVersion=")).unwrap_or_default().to_owned()
}

/// The changes that happened while the recorded watch was open: what its events say.
fn play_changes(store: &Store, entry: &Entry) {
    for event in entry.0["response"].as_array().into_iter().flatten() {
        let object = &event["object"];
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        match event["type"].as_str() {
            Some("MODIFIED") => {
                let labels = object["metadata"]["labels"].clone();
                store
                    .modify(&ROLLOUTS, "transcript", name, Part::Main, |present| {
                        present["metadata"]["labels"] = labels;
                        Ok::<(), Refused>(())
                    })
                    .expect("the object is there");
                // The controller's part.
                let status = object["status"].clone();
                if name == "f" {
                    let version = object["metadata"]["resourceVersion"].clone();
                    store
                        .modify(&ROLLOUTS, "transcript", name, Part::Status, |present| {
                            present["status"] = status;
                            present["status"]["message"] = version;
                            Ok::<(), Refused>(())
                        })
                        .expect("the object is there");
                }
            }
            Some("DELETED") => {
                store.delete(&ROLLOUTS, "transcript", name).expect("the object is there");
            }
            _ => {}
        }
    }
}

fn ask(running: &Running, entry: &Entry, learned: &Learned) -> Option<Answer> {
    let mut path = entry.text("path").to_owned();
    for (recorded, ours) in &learned.tokens {
        path = path.replace(&format!("continue={recorded}"), &format!("continue={ours}"));
    }
    let start = recorded_start(entry);
    if let Some(ours) = learned.versions.get(&start).filter(|_| entry.is_watch()) {
        path = path.replace(&format!("resourceVersion={start}"), &format!("resourceVersion={ours}"));
    }
    let body = match &entry.0["body"] {
        Value::Null => Vec::new(),
        // Recorded as text where it was no JSON.
        Value::String(text) => text.clone().into_bytes(),
        body => {
            let mut body = body.clone();
            for place in ["/metadata/resourceVersion", "/preconditions/resourceVersion"] {
                if let Some(version) = body.pointer_mut(place) {
                    let recorded = version.as_str().unwrap_or_default().to_owned();
                    if let Some(ours) = learned.versions.get(&recorded) {
                        *version = json!(ours);
                    }
                }
            }
            serde_json::to_vec(&body).expect("it was JSON")
        }
    };
    let authorization = match entry.text("as") {
        "anonymous" => String::new(),
        "badtoken" => "Bearer nonsense".to_owned(),
        user => format!("Bearer {}", token(running, &format!("test-{user}"))),
    };
    let mut headers = vec![("Accept", entry.text("accept"))];
    if !authorization.is_empty() {
        headers.push(("Authorization", &authorization));
    }
    if !entry.text("contentType").is_empty() {
        headers.push(("Content-Type", entry.text("contentType")));
    }
    send(&running.url, entry.text("method"), &format!("/clusters/test{path}"), &headers, &body)
}

fn compare(entry: &Entry, answer: Option<&Answer>, learned: &mut Learned) -> Vec<String> {
    let mut found = Vec::new();
    let Some(answer) = answer else { return vec!["the server hung up".to_owned()] };
    let mut check = |what: &str, recorded: Value, ours: Value| {
        if recorded != ours {
            found.push(format!("{what}: recorded {recorded}, ours {ours}"));
        }
    };
    check("status", entry.0["status"].clone(), json!(answer.status));
    check("Content-Type", entry.0["headers"]["Content-Type"].clone(), json!(answer.header("content-type")));
    check(
        "Warning",
        json!(entry.0["headers"]["Warning"].as_str().unwrap_or_default()),
        json!(answer.header("warning")),
    );
    let recorded = &entry.0["response"];
    if let Value::String(text) = recorded {
        check("text", json!(text), json!(answer.body));
        return found;
    }
    if let Value::Array(events) = recorded {
        check("events", json!(events_of(events)), json!(events_of(&answer.events())));
        return found;
    }
    let ours = answer.json();
    for field in ["kind", "apiVersion", "status/reason"] {
        let at = |value: &Value| value.pointer(&format!("/{field}")).cloned().unwrap_or_default();
        if field != "status/reason" {
            check(field, at(recorded), at(&ours));
        }
    }
    match recorded["kind"].as_str().unwrap_or_default() {
        "Status" => {
            for field in ["status", "reason", "message", "code"] {
                check(field, without_versions(&recorded[field]), without_versions(&ours[field]));
            }
            check("details", details(&recorded["details"]), details(&ours["details"]));
        }
        "APIResourceList" => check("resources", resources(recorded), resources(&ours)),
        "APIVersions" => check("versions", recorded["versions"].clone(), ours["versions"].clone()),
        "SelfSubjectAccessReview" => {
            check("spec", recorded["spec"].clone(), ours["spec"].clone());
            check("allowed", recorded["status"]["allowed"].clone(), ours["status"]["allowed"].clone());
        }
        "SelfSubjectRulesReview" => {
            check("rules", recorded["status"]["resourceRules"].clone(), ours["status"]["resourceRules"].clone());
        }
        "SelfSubjectReview" => {
            let user = |value: &Value| value["status"]["userInfo"]["username"].clone();
            check("user", user(recorded), user(&ours));
        }
        "Table" => {
            let columns = |value: &Value| -> Vec<Value> {
                let columns = value["columnDefinitions"].as_array().into_iter().flatten();
                columns.map(|column| json!([column["name"], column["type"], column["format"]])).collect()
            };
            check("columns", json!(columns(recorded)), json!(columns(&ours)));
            let names = |value: &Value| -> Vec<Value> {
                value["rows"].as_array().into_iter().flatten().map(|row| row["cells"][0].clone()).collect()
            };
            check("rows", json!(names(recorded)), json!(names(&ours)));
            let object = |value: &Value| {
                json!([value["rows"][0]["object"]["kind"], value["rows"][0]["object"]["metadata"]["name"]])
            };
            check("row object", object(recorded), object(&ours));
            list_metadata(recorded, &ours, learned, &mut check);
        }
        _ if recorded.get("items").is_some() => {
            // The controller's events are not played here.
            if recorded["kind"] != "EventList" {
                check("items", names(recorded), names(&ours));
                let kinds = |value: &Value| json!([value["items"][0]["kind"], value["items"][0]["apiVersion"]]);
                check("kind of the items", kinds(recorded), kinds(&ours));
            }
            list_metadata(recorded, &ours, learned, &mut check);
            learn_items(recorded, &ours, learned);
        }
        "" => check("keys", keys(recorded), keys(&ours)),
        _ => object(entry, recorded, &ours, learned, &mut check),
    }
    found
}

/// One object: content, versions and generations by their relations, managers.
fn object(
    entry: &Entry,
    recorded: &Value,
    ours: &Value,
    learned: &mut Learned,
    check: &mut impl FnMut(&str, Value, Value),
) {
    check("spec", spec(recorded), spec(ours));
    for field in ["name", "namespace", "labels"] {
        check(field, recorded["metadata"][field].clone(), ours["metadata"][field].clone());
    }
    check("managers", managers(recorded), managers(ours));
    let key = format!("{}/{}", recorded["kind"], recorded["metadata"]["name"]);
    let dry = entry.text("path").contains("dryRun=All");
    let writes = entry.text("method") != "GET";
    if let Some((old_recorded, old_ours)) = learned.seen.get(&key) {
        let number = |value: &Value, field: &str| {
            let value = &value["metadata"][field];
            value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok())).unwrap_or(0)
        };
        for field in ["resourceVersion", "generation"] {
            let theirs = number(recorded, field).cmp(&number(old_recorded, field));
            let mine = number(ours, field).cmp(&number(old_ours, field));
            // On the real server the controller writes in between: a version may rise without a request of ours.
            let free = field == "resourceVersion" && (dry || !writes);
            if theirs.is_eq() || !free {
                check(&format!("{field} against before"), json!(format!("{theirs:?}")), json!(format!("{mine:?}")));
            }
        }
    }
    if !dry {
        learned.seen.insert(key, (recorded.clone(), ours.clone()));
    }
    learn(recorded, ours, learned);
}

fn learn(recorded: &Value, ours: &Value, learned: &mut Learned) {
    let version = |value: &Value| value["metadata"]["resourceVersion"].as_str().unwrap_or_default().to_owned();
    learned.versions.insert(version(recorded), version(ours));
}

fn learn_items(recorded: &Value, ours: &Value, learned: &mut Learned) {
    for object in recorded["items"].as_array().into_iter().flatten() {
        let same = |other: &&Value| other["metadata"]["name"] == object["metadata"]["name"];
        if let Some(other) = ours["items"].as_array().into_iter().flatten().find(same) {
            let key = format!("{}/{}", object["kind"], object["metadata"]["name"]);
            learned.seen.insert(key, (object.clone(), other.clone()));
            learn(object, other, learned);
        }
    }
}

fn list_metadata(recorded: &Value, ours: &Value, learned: &mut Learned, check: &mut impl FnMut(&str, Value, Value)) {
    let (theirs, mine) = (&recorded["metadata"], &ours["metadata"]);
    check("remainingItemCount", theirs["remainingItemCount"].clone(), mine["remainingItemCount"].clone());
    check(
        "has resourceVersion",
        json!(theirs["resourceVersion"].is_string()),
        json!(mine["resourceVersion"].is_string()),
    );
    let token = |value: &Value| value["continue"].as_str().map(str::to_owned);
    let form = |value: &Value| token(value).map(|token| !token.is_empty());
    check("continue", json!(form(theirs)), json!(form(mine)));
    if let (Some(theirs), Some(mine)) = (token(theirs).filter(|token| !token.is_empty()), token(mine)) {
        learned.tokens.insert(theirs, mine);
    }
}

fn names(list: &Value) -> Value {
    list["items"].as_array().into_iter().flatten().map(|object| object["metadata"]["name"].clone()).collect()
}

fn keys(value: &Value) -> Value {
    value.as_object().into_iter().flatten().map(|(name, _)| json!(name)).collect()
}

/// Type, name and labels of each event. Bookmarks in a row count once: how many fit in is a matter of time.
fn events_of(events: &[Value]) -> Vec<Value> {
    let mut out: Vec<Value> = events
        .iter()
        .map(|event| {
            let object = &event["object"];
            let ends = object["metadata"]["annotations"]["k8s.io/initial-events-end"].clone();
            json!([
                event["type"],
                object["kind"],
                object["metadata"]["name"],
                object["metadata"]["labels"],
                ends,
                object["code"],
                object["reason"]
            ])
        })
        .collect();
    out.dedup_by(|a, b| a[0] == "BOOKMARK" && a == b);
    out
}

/// Causes in any order.
fn details(details: &Value) -> Value {
    let mut details = details.clone();
    if let Some(causes) = details.get_mut("causes").and_then(Value::as_array_mut) {
        causes.sort_by_key(Value::to_string);
    }
    if let Some(map) = details.as_object_mut() {
        map.remove("uid");
    }
    details
}

/// Versions stand in some messages; the parts of a list in a message stand in any order.
fn without_versions(value: &Value) -> Value {
    let Some(text) = value.as_str() else { return value.clone() };
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(" in record (") {
        let from = start + " in record (".len();
        let end = rest[from..].find(')').map_or(rest.len(), |end| from + end);
        out.push_str(&rest[..from]);
        rest = &rest[end..];
    }
    out.push_str(rest);
    if let Some((head, list)) = out.split_once(" is invalid: [") {
        let mut parts: Vec<&str> = list.trim_end_matches(']').split(", ").collect();
        parts.sort_unstable();
        return json!(format!("{head} is invalid: {parts:?}"));
    }
    json!(out)
}

fn resources(list: &Value) -> Value {
    let each = list["resources"].as_array().into_iter().flatten();
    each.map(|one| {
        let mut one = one.clone();
        if let Some(map) = one.as_object_mut() {
            map.remove("storageVersionHash");
        }
        one
    })
    .collect()
}

/// The spec, without the address that a server picks and without what the controller fills in.
fn spec(object: &Value) -> Value {
    let mut spec = object["spec"].clone();
    if let Some(map) = spec.as_object_mut() {
        map.remove("clusterIP");
        map.remove("clusterIPs");
    }
    for container in spec.pointer_mut("/template/spec/containers").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(map) = container.as_object_mut() {
            map.remove("resources");
        }
    }
    spec
}

/// Who manages what, but for the controller, which has no part here.
fn managers(object: &Value) -> Value {
    let entries = object["metadata"]["managedFields"].as_array().into_iter().flatten();
    entries
        .filter(|entry| entry["manager"] != "rollouts-controller")
        .map(|entry| {
            let mut one = Map::new();
            for field in ["manager", "operation", "subresource", "fieldsV1"] {
                one.insert(field.into(), entry[field].clone());
            }
            Value::Object(one)
        })
        .collect()
}
