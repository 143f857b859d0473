//! The HTTP API of Prometheus, as far as analysis and protections need it: what a path and its parameters are answered
//! with. Bytes and connections are the server's.

use super::series::text;
use super::{Outcome, Prometheus};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

/// An answer to a request.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The JSON body; `None`: what a proxy says in its place.
    pub body: Option<Value>,
    /// Virtual time until it is sent.
    pub delay: SignedDuration,
}

/// Answers what stands behind `/api/v1/`. Each Prometheus asked is given with the name of its cluster; with more than
/// one, samples and alerts carry it as the label `cluster`, and a query with `cluster="NAME"` asks only that one.
#[must_use]
pub fn answer(asked: &[(&str, &Prometheus)], what: &str, query: Option<&str>, now: Timestamp) -> Reply {
    let labelled = asked.len() > 1;
    match what {
        "query" => match query.map(str::trim).filter(|query| !query.is_empty()) {
            Some(query) => instant(asked, labelled, query, now),
            None => failure(
                400,
                "bad_data",
                "invalid parameter \"query\": unknown position: parse error: no expression found in input",
            ),
        },
        "alerts" => {
            let alerts: Vec<Value> =
                asked.iter().flat_map(|(name, one)| alerts(one, labelled.then_some(*name))).collect();
            success(&json!({ "alerts": alerts }), SignedDuration::ZERO)
        }
        _ => Reply { status: 404, body: None, delay: SignedDuration::ZERO },
    }
}

fn instant(asked: &[(&str, &Prometheus)], labelled: bool, query: &str, now: Timestamp) -> Reply {
    let mut delay = SignedDuration::ZERO;
    let mut samples = Vec::new();
    for (name, one) in asked {
        if labelled && query.contains("cluster=\"") && !query.contains(&format!("cluster=\"{name}\"")) {
            continue;
        }
        let answer = one.ask(query);
        delay = delay.max(answer.delay);
        match answer.outcome {
            Outcome::Failed(status) => {
                return Reply {
                    delay,
                    ..failure(status, "internal", "the simulated Prometheus fails, as its series says")
                };
            }
            Outcome::Scalar(value) if !labelled => {
                return success(&json!({"resultType": "scalar", "result": [seconds(now), text(value)]}), delay);
            }
            Outcome::Scalar(value) => samples.push(sample(Some(name), 0, value, now)),
            Outcome::Vector(all) => {
                let several = all.len() > 1;
                let of = |(at, value): (usize, f64)| {
                    sample(labelled.then_some(*name), if several { at + 1 } else { 0 }, value, now)
                };
                samples.extend(all.into_iter().enumerate().map(of));
            }
        }
    }
    success(&json!({"resultType": "vector", "result": samples}), delay)
}

/// One sample; several of one series are told apart by a label.
fn sample(cluster: Option<&str>, place: usize, value: f64, now: Timestamp) -> Value {
    let mut labels = Map::new();
    if let Some(cluster) = cluster {
        labels.insert("cluster".to_owned(), json!(cluster));
    }
    if place > 0 {
        labels.insert("instance".to_owned(), json!(format!("10.0.0.{place}:8080")));
    }
    json!({"metric": labels, "value": [seconds(now), text(value)]})
}

fn alerts(prometheus: &Prometheus, cluster: Option<&str>) -> Vec<Value> {
    let one = |(alert, since): (super::series::Alert, Timestamp)| {
        let mut labels = alert.labels;
        labels.insert("alertname".to_owned(), alert.alert);
        if let Some(cluster) = cluster {
            labels.insert("cluster".to_owned(), cluster.to_owned());
        }
        json!({
            "labels": labels, "annotations": alert.annotations, "state": alert.state,
            "activeAt": since.to_string(), "value": "1e+00",
        })
    };
    prometheus.alerts().into_iter().map(one).collect()
}

fn seconds(now: Timestamp) -> f64 {
    now.as_millisecond() as f64 / 1_000.0
}

fn success(data: &Value, delay: SignedDuration) -> Reply {
    Reply { status: 200, body: Some(json!({"status": "success", "data": data})), delay }
}

fn failure(status: u16, kind: &str, why: &str) -> Reply {
    let body = json!({"status": "error", "errorType": kind, "error": why});
    Reply { status, body: Some(body), delay: SignedDuration::ZERO }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::clock::Clock;

    #[test]
    fn one_cluster_answers_as_a_prometheus_and_several_with_their_names() {
        let clock = Clock::new("2026-01-12T02:00:00Z".parse().unwrap(), 0.0);
        let now = clock.now();
        let all = [1, 2].map(|seed| Prometheus::new(clock.clone(), seed));
        for (at, one) in all.iter().enumerate() {
            one.set(serde_json::from_value(json!({"match": "x", "value": at})).unwrap());
        }
        all[1].set_alert(
            serde_json::from_value(json!({"alert": "HighErrorRate", "labels": {"severity": "page"}})).unwrap(),
        );
        let one = [("test", &all[1])];
        let reply = answer(&one, "query", Some("x"), now);
        let sample = json!([{"metric": {}, "value": [1_768_183_200.0, "1"]}]);
        assert_eq!(
            reply.body.unwrap(),
            json!({"status": "success", "data": {"resultType": "vector", "result": sample}})
        );
        let both = [("test", &all[0]), ("staging", &all[1])];
        let of = |query: &str| answer(&both, "query", Some(query), now).body.unwrap()["data"]["result"].clone();
        assert_eq!(of("x").as_array().unwrap().len(), 2);
        assert_eq!(of("x{cluster=\"staging\"}")[0]["metric"], json!({"cluster": "staging"}));
        let alerts = answer(&both, "alerts", None, now).body.unwrap();
        assert_eq!(
            alerts["data"]["alerts"][0]["labels"],
            json!({"alertname": "HighErrorRate", "cluster": "staging", "severity": "page"})
        );
        assert_eq!(answer(&one, "query", None, now).status, 400);
        assert_eq!(answer(&one, "targets", None, now).status, 404);
        all[1].set(serde_json::from_value(json!({"match": "x", "value": "error 502"})).unwrap());
        assert_eq!(answer(&one, "query", Some("x"), now).status, 502);
    }
}
