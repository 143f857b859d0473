//! Queries: what a metric asks its provider, in one text. Headers and credentials are not part of it; parts of a URL that
//! look like a secret are hidden.

use crate::argo::analysis::Metric;
use serde_json::Value;

/// What stands in place of a secret.
const HIDDEN: &str = "*****";

/// The provider: its key, for a plugin with the plugin's name; empty when there is none.
#[must_use]
pub fn provider(metric: &Metric) -> String {
    match used(metric) {
        Some(("plugin", settings)) => match settings.as_object().and_then(|plugins| plugins.keys().next()) {
            Some(name) => format!("plugin: {name}"),
            None => "plugin".to_owned(),
        },
        Some((key, _)) => key.to_owned(),
        None => String::new(),
    }
}

/// The query as it is written, arguments not yet filled in.
#[must_use]
pub fn of(metric: &Metric) -> Option<String> {
    let (key, settings) = used(metric)?;
    let text = |key: &str| settings.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    match key {
        "web" => {
            let method = text("method").unwrap_or("GET");
            let path = text("jsonPath").map(|path| format!(" {path}")).unwrap_or_default();
            text("url").map(|url| format!("{method} {}{path}", hidden(url)))
        }
        "datadog" => text("query").map(str::to_owned).or_else(|| {
            let queries = settings.get("queries")?.as_object()?;
            let named = queries.iter().filter_map(|(name, query)| Some(format!("{name} = {}", query.as_str()?)));
            let all: Vec<String> = named.chain(text("formula").map(str::to_owned)).collect();
            (!all.is_empty()).then(|| all.join("\n"))
        }),
        "cloudWatch" => settings.get("metricDataQueries").filter(|queries| !queries.is_null()).map(Value::to_string),
        "job" => {
            let containers = settings.pointer("/spec/template/spec/containers")?.as_array()?;
            let images: Vec<&str> = containers.iter().filter_map(|one| one.get("image")?.as_str()).collect();
            (!images.is_empty()).then(|| format!("job runs {}", images.join(", ")))
        }
        "plugin" => None,
        _ => text("query").map(str::to_owned),
    }
}

/// The one key that is set. The controller writes empty ones beside it at times.
fn used(metric: &Metric) -> Option<(&str, &Value)> {
    let set = metric.provider.iter().filter(|(_, value)| !value.is_null());
    let filled = set.clone().find(|(_, value)| value.as_object().is_none_or(|fields| !fields.is_empty()));
    filled.or_else(|| metric.provider.iter().find(|(_, value)| !value.is_null())).map(|(key, value)| (&**key, value))
}

/// A URL without passwords: what stands before `@`, and the values of parameters that are named like a secret.
#[must_use]
pub fn hidden(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let (host, path) = rest.find(['/', '?']).map_or((rest, ""), |at| rest.split_at(at));
    let host = host.rsplit_once('@').map_or(host.to_owned(), |(_, host)| format!("{HIDDEN}@{host}"));
    let (path, parameters) = path.split_once('?').map_or((path, None), |(path, rest)| (path, Some(rest)));
    let mut out = if scheme.is_empty() { host } else { format!("{scheme}://{host}") };
    out.push_str(path);
    if let Some(parameters) = parameters {
        let told: Vec<String> = parameters.split('&').map(parameter).collect();
        out.push('?');
        out.push_str(&told.join("&"));
    }
    out
}

fn parameter(pair: &str) -> String {
    let Some((name, value)) = pair.split_once('=') else { return pair.to_owned() };
    let low = name.to_lowercase();
    let secret = ["token", "secret", "password", "passwd", "key", "sig", "auth", "credential"];
    if !value.starts_with("{{") && secret.iter().any(|word| low.contains(word)) {
        return format!("{name}={HIDDEN}");
    }
    pair.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(provider: &Value) -> (String, Option<String>) {
        let metric: Metric = serde_json::from_value(json!({"name": "m", "provider": provider})).unwrap();
        (super::provider(&metric), of(&metric))
    }

    #[test]
    fn each_provider_has_its_name_and_its_query() {
        let rows = [
            (json!({"prometheus": {"address": "x", "query": " up \n"}}), "prometheus", Some("up")),
            (json!({"job": {}, "datadog": {"query": "avg:x{}"}}), "datadog", Some("avg:x{}")),
            (
                json!({"datadog": {"queries": {"a": "sum:x{}", "b": "sum:y{}"}, "formula": "a/b"}}),
                "datadog",
                Some("a = sum:x{}\nb = sum:y{}\na/b"),
            ),
            (
                json!({"web": {"url": "https://u:p@x/y?token=abc&q=1", "jsonPath": "{$.ok}", "headers": [{"value": "s"}]}}),
                "web",
                Some("GET https://*****@x/y?token=*****&q=1 {$.ok}"),
            ),
            (
                json!({"job": {"spec": {"template": {"spec": {"containers": [{"image": "smoke:1"}]}}}}}),
                "job",
                Some("job runs smoke:1"),
            ),
            (json!({"plugin": {"argo/sample": {"a": 1}}}), "plugin: argo/sample", None),
            (json!({"plugin": 7}), "plugin", None),
            (json!({"cloudWatch": {"metricDataQueries": [{"id": "a"}]}}), "cloudWatch", Some("[{\"id\":\"a\"}]")),
            (json!({"kayenta": {"address": "x"}}), "kayenta", None),
            (json!({"moon": {"query": "phase"}}), "moon", Some("phase")),
            (json!({"prometheus": {}}), "prometheus", None),
            (json!({"prometheus": null}), "", None),
            (json!({}), "", None),
        ];
        for (value, name, query) in rows {
            assert_eq!(told(&value), (name.to_owned(), query.map(str::to_owned)), "{value}");
        }
    }

    #[test]
    fn a_url_shows_no_secret() {
        let rows = [
            ("http://x/y", "http://x/y"),
            ("x", "x"),
            ("http://me@x", "http://*****@x"),
            ("https://x?apiKey=1&access_token=2&limit=3", "https://x?apiKey=*****&access_token=*****&limit=3"),
            ("https://x?token={{args.token}}", "https://x?token={{args.token}}"),
            ("https://x/a@b", "https://x/a@b"),
        ];
        for (url, shown) in rows {
            assert_eq!(hidden(url), shown);
        }
    }
}
