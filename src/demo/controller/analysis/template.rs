//! Making an AnalysisRun: the templates that are named, those that these name, their metrics and arguments merged (Argo
//! Rollouts, `utils/analysis/helpers.go`), and a free name for it.

use super::fresh_status;
use super::status::{RunStatus, is_completed};
use crate::demo::controller::json::{controller_of, flag, list, set, text};
use crate::demo::store::{ANALYSIS_RUNS, ANALYSIS_TEMPLATES, CLUSTER_ANALYSIS_TEMPLATES, Refused, Store};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// How deep templates may name templates.
const DEEPEST: usize = 10;
/// How many runs of the same name there may be.
const MOST_NAMES: usize = 200;

/// What a run is made of.
#[derive(Clone, Copy, Debug)]
pub struct Made<'a> {
    /// References to templates: `templateName`, `clusterScope`.
    pub templates: &'a [Value],
    /// Arguments with their values.
    pub args: &'a [Value],
    /// Metrics that do not count, beside those that the templates name.
    pub dry_run: &'a [Value],
    /// Measurements kept, beside what the templates say.
    pub retention: &'a [Value],
}

/// A template that is missing, in the controller's words.
pub fn missing(store: &Store, namespace: &str, references: &[Value]) -> Option<(String, String)> {
    let mut found = Vec::new();
    match gather(store, namespace, references, 0, &mut found) {
        Ok(()) => None,
        Err(Missing { name, kind }) => {
            let why = format!("{kind} '{name}' not found");
            Some((name, why))
        }
    }
}

#[derive(Debug)]
struct Missing {
    name: String,
    kind: &'static str,
}

fn gather(
    store: &Store,
    namespace: &str,
    references: &[Value],
    depth: usize,
    found: &mut Vec<Arc<Value>>,
) -> Result<(), Missing> {
    for reference in references {
        let name = text(reference, "/templateName");
        let (template, kind) = if flag(reference, "/clusterScope") {
            (store.get(&CLUSTER_ANALYSIS_TEMPLATES, "", name), "ClusterAnalysisTemplate")
        } else {
            (store.get(&ANALYSIS_TEMPLATES, namespace, name), "AnalysisTemplate")
        };
        let template = template.ok_or_else(|| Missing { name: name.to_owned(), kind })?;
        let uid = text(&template, "/metadata/uid");
        if found.iter().any(|known| text(known, "/metadata/uid") == uid) {
            continue;
        }
        let more = list(&template, "/spec/templates").to_vec();
        found.push(template);
        if depth < DEEPEST {
            gather(store, namespace, &more, depth + 1, found)?;
        }
    }
    Ok(())
}

/// The spec of a run.
///
/// # Errors
/// A template is missing, two metrics have one name, an argument has no value.
pub fn spec(store: &Store, namespace: &str, made: Made<'_>) -> Result<Value, String> {
    let mut templates = Vec::new();
    gather(store, namespace, made.templates, 0, &mut templates)
        .map_err(|Missing { name, kind }| format!("{kind} '{name}' not found"))?;
    let (mut metrics, mut args): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    let (mut dry_run, mut retention): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for template in &templates {
        for metric in list(template, "/spec/metrics") {
            let name = text(metric, "/name");
            if metrics.iter().any(|known| text(known, "/name") == name) {
                return Err(format!("two metrics have the same name '{name}'"));
            }
            metrics.push(typed(metric.clone()));
        }
        for argument in list(template, "/spec/args") {
            merge_template_argument(&mut args, argument)?;
        }
        dry_run.extend(list(template, "/spec/dryRun").iter().cloned());
        retention.extend(list(template, "/spec/measurementRetention").iter().cloned());
    }
    dry_run.extend(made.dry_run.iter().cloned());
    retention.extend(made.retention.iter().cloned());
    for given in made.args {
        let name = text(given, "/name");
        // An argument that no template has is left out.
        let Some(own) = args.iter_mut().find(|own| text(own, "/name") == name) else { continue };
        if given.get("value").is_some() || given.get("valueFrom").is_some() {
            *own = given.clone();
        }
    }
    if let Some(open) = args.iter().find(|own| own.get("value").is_none() && own.get("valueFrom").is_none()) {
        return Err(format!("args.{} was not resolved", text(open, "/name")));
    }
    let mut spec = Map::new();
    for (field, all) in [("metrics", metrics), ("args", args), ("dryRun", dry_run), ("measurementRetention", retention)]
    {
        if !all.is_empty() || field == "metrics" {
            spec.insert(field.to_owned(), Value::Array(all));
        }
    }
    Ok(Value::Object(spec))
}

/// One template's argument among those of the others: the same name must have the same value.
fn merge_template_argument(args: &mut Vec<Value>, argument: &Value) -> Result<(), String> {
    let name = text(argument, "/name");
    let Some(known) = args.iter_mut().find(|known| text(known, "/name") == name) else {
        args.push(argument.clone());
        return Ok(());
    };
    let value = |argument: &Value| argument.get("value").or_else(|| argument.get("valueFrom")).cloned();
    match (value(known), value(argument)) {
        (Some(first), Some(second)) if first != second => {
            Err(format!("Argument `{name}` specified multiple times with different values"))
        }
        (None, Some(_)) => {
            *known = argument.clone();
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A metric as the controller's types write it: they have fields that are never left out.
fn typed(mut metric: Value) -> Value {
    if metric.pointer("/provider/prometheus").is_some_and(Value::is_object) {
        for part in ["oauth2", "sigv4"] {
            if metric.pointer(&format!("/provider/prometheus/authentication/{part}")).is_none() {
                set(&mut metric, &["provider", "prometheus", "authentication", part], json!({}));
            }
        }
    }
    if metric.pointer("/provider/job").is_some_and(Value::is_object) {
        for path in [&["provider", "job", "metadata"][..], &["provider", "job", "spec", "template", "metadata"]] {
            if metric.pointer(&format!("/{}", path.join("/"))).is_none() {
                set(&mut metric, path, json!({}));
            }
        }
    }
    metric
}

/// Creates a run, with `.1`, `.2` … behind its name when that is taken. A run of the same name, owner and spec that
/// has not ended is taken for this one.
///
/// # Errors
/// Every name is taken.
pub fn create(store: &Store, mut run: Value) -> Result<Arc<Value>, String> {
    set(&mut run, &["status"], fresh_status());
    let namespace = text(&run, "/metadata/namespace").to_owned();
    let name = text(&run, "/metadata/name").to_owned();
    for count in 0..MOST_NAMES {
        let tried = if count == 0 { name.clone() } else { format!("{name}.{count}") };
        set(&mut run, &["metadata", "name"], json!(tried));
        match store.create(&ANALYSIS_RUNS, run.clone()) {
            Ok(created) => return Ok(created),
            Err(Refused::Exists { .. }) => {}
            Err(other) => return Err(other.to_string()),
        }
        let known = store.get(&ANALYSIS_RUNS, &namespace, &tried);
        let same = known.filter(|known| {
            !is_completed(&RunStatus::of(known).phase)
                && known.get("spec") == run.get("spec")
                && controller_of(known) == controller_of(&run)
        });
        if let Some(same) = same {
            return Ok(same);
        }
    }
    Err(format!("analysisruns.argoproj.io \"{name}\" already exists"))
}

/// Asks a run to end.
pub fn terminate(store: &Store, namespace: &str, name: &str) {
    // A run that is gone needs no end.
    let _ = store.modify::<Refused>(&ANALYSIS_RUNS, namespace, name, crate::demo::store::Part::Main, |run| {
        set(run, &["spec", "terminate"], json!(true));
        Ok(())
    });
}
