//! No form of a secret is shown, and what only looks like one is.

use super::*;
use proptest::prelude::*;
use serde_json::json;

/// What must never be seen.
const PLANTED: &str = "hunter2-Zq81xx";

#[test]
fn values_from_secrets_are_told_by_where_they_come_from() {
    let masked = masked(&json!({"env": [
        {"name": "DB", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
        {"name": "HOST", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "API_TOKEN", "value": PLANTED},
        {"name": "LEVEL", "value": "debug"},
    ]}));
    assert_eq!(
        masked,
        json!({"env": [
            {"name": "DB", "valueFrom": "‹secret db/password›"},
            {"name": "HOST", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
            {"name": "API_TOKEN", "value": "•••• (14)"},
            {"name": "LEVEL", "value": "debug"},
        ]})
    );
}

#[test]
fn what_the_api_names_by_key_or_secret_stays() {
    let plain = json!({
        "metadata": {"labels": {"app": "web"}},
        "spec": {
            "imagePullSecrets": [{"name": "registry"}],
            "volumes": [{"name": "v", "secret": {"secretName": "db", "defaultMode": 420}}],
            "affinity": {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}], "topologyKey": "kubernetes.io/hostname"},
            "containers": [{"name": "app", "envFrom": [{"secretRef": {"name": "db"}}], "image": "web:2"}],
            "tolerations": [{"key": "dedicated", "operator": "Exists"}],
        },
    });
    assert_eq!(masked(&plain), plain);
}

#[test]
fn each_form_of_a_secret_is_hidden() {
    let forms = [
        json!({"kind": "Secret", "data": {"a": PLANTED}}),
        json!({"kind": "Secret", "stringData": {"a": PLANTED}}),
        json!({"items": [{"kind": "Secret", "data": {"a": PLANTED}}]}),
        json!({"kind": "ConfigMap", "data": {"key": PLANTED}}),
        json!({"metadata": {"annotations": {LAST_APPLIED: PLANTED}}}),
        json!({"metadata": {"annotations": {"example.com/token": PLANTED}}}),
        json!({"web": {"headers": [{"key": "Authorization", "value": PLANTED}]}}),
        json!({"web": {"headers": [{"key": "X-Api-Key", "value": PLANTED}]}}),
        json!({"web": {"url": format!("https://user:{PLANTED}@example.com/x")}}),
        json!({"web": {"url": format!("https://{PLANTED}@example.com")}}),
        json!({"web": {"url": format!("https://example.com/x?token={PLANTED}&a=b")}}),
        json!({"web": {"url": format!("https://example.com/x?a=b&API_KEY={PLANTED}")}}),
        json!({"web": {"jsonBody": {"password": PLANTED}}}),
        json!({"plugin": {"x": {"credentials": {"user": PLANTED, "pin": [PLANTED]}}}}),
        json!({"command": ["run", "--token", PLANTED]}),
        json!({"command": ["run", format!("--db-password={PLANTED}")]}),
        json!({"command": ["sh", "-c", format!("curl -H 'Authorization: Bearer {PLANTED}' https://x")]}),
        json!({"command": ["sh", "-c", format!("curl -H \"Authorization:   Basic {PLANTED}\" https://x")]}),
        json!({"command": ["sh", "-c", format!("PGPASSWORD={PLANTED} psql")]}),
        json!({"note": format!("{{\"secretToken\": \"{PLANTED}\"}}")}),
        json!({"note": format!("{{\\\"secretToken\\\": \\\"{PLANTED}\\\"}}")}),
        json!({"note": format!("eyJhbGciOi.{PLANTED}.x")}),
        json!({"note": format!("password : '{PLANTED}'")}),
        json!({"args": [{"name": "api-token", "value": PLANTED}]}),
    ];
    for form in forms {
        let text = masked(&form).to_string();
        assert!(!text.contains(PLANTED), "{form} became {text}");
        assert!(text.contains("••••") || text.contains("left out"), "{text}");
    }
}

#[test]
fn a_query_and_a_sentence_stay_readable() {
    for words in [
        "sum(rate(http_requests_total{code!~\"5..\", key=\"a\"}[1m]))",
        "secret \"db\" not found",
        "https://prometheus.example.com:9090/api/v1/query?query=up",
        "mail ops@example.com about http://x/y@z",
        "Rollout step 1/8 completed (setWeight: 10)",
    ] {
        assert_eq!(text(words), words);
    }
    assert_eq!(text("https://a:b@c/d?token=x&y=z#f"), "https://••••@c/d?token=••••&y=z#f");
    assert_eq!(text("Authorization: Bearer abc def"), "Authorization: •••• •••• def");
}

#[test]
fn a_megabyte_is_cut_and_says_so() {
    let masked = masked(&json!({"metadata": {"annotations": {"big": "x".repeat(1_000_000)}}}));
    let shown = masked["metadata"]["annotations"]["big"].as_str().unwrap();
    assert!(shown.len() < 5_000 && shown.ends_with("… ‹995904 more characters left out›"), "{}", &shown[4_000..]);
}

/// Objects with a secret somewhere below a name that speaks of one.
fn planted() -> impl Strategy<Value = Value> {
    let name =
        prop::sample::select(vec!["token", "dbPassword", "client_secret", "API-KEY", "credentials", "authToken"]);
    let leaf = prop_oneof![
        name.clone().prop_map(|name| json!({name: PLANTED})),
        name.clone().prop_map(|name| json!({"name": name, "value": PLANTED})),
        name.clone().prop_map(|name| json!({name: [{"a": PLANTED}]})),
        name.clone().prop_map(|name| json!(format!("--{name}={PLANTED}"))),
        name.prop_map(|name| json!(["run", format!("--{name}"), PLANTED])),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            (prop::sample::select(vec!["spec", "data", "x", "annotations", "key", "secret"]), inner.clone())
                .prop_map(|(name, value)| json!({name: value, "other": 1})),
            prop::collection::vec(inner, 1..3).prop_map(Value::from),
        ]
    })
}

proptest! {
    #[test]
    fn a_planted_secret_never_appears(object in planted()) {
        let text = masked(&object).to_string();
        prop_assert!(!text.contains(PLANTED), "{}", text);
    }

    #[test]
    fn a_secret_in_a_text_never_appears(before in "\\PC{0,20}", after in "[ &,;}\"'][\\PC]{0,20}", name in "[a-z_-]{0,5}(token|password|secret|api_key)[a-z_-]{0,5}") {
        let shown = text(&format!("{before} {name}={PLANTED}{after}"));
        prop_assert!(!shown.contains(PLANTED), "{}", shown);
    }

    #[test]
    fn masking_twice_changes_no_name(object in planted()) {
        let once = masked(&object);
        prop_assert!(masked(&once).to_string().contains("••••"));
    }
}
