//! About: facts by name, and who wrote the object last.

use super::page::strategy;
use super::{Subject, time};
use crate::argo::meta::Writer;
use crate::argo::settings;
use jiff::SignedDuration;

/// Managers that write as the controller: they say nothing about people.
const CONTROLLERS: [&str; 2] = ["rollouts-controller", "argo-rollouts"];

/// Facts by name: channel, cluster, namespace, images, last writer, created, selector and so on. What is not known is
/// left out.
#[must_use]
pub fn facts(subject: &Subject<'_>) -> Vec<(String, String)> {
    let (rollout, context) = (subject.rollout, subject.context);
    let (meta, spec, status) = (&rollout.meta, &rollout.spec, &rollout.status);
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            facts.push((name.to_owned(), value));
        }
    };
    fact("channel", context.channel.to_owned());
    fact("cluster", context.cluster.to_owned());
    fact("namespace", meta.namespace.to_string());
    fact("rollout", meta.name.to_string());
    fact("strategy", strategy(subject));
    for tagged in &subject.picture.images {
        let roles = if tagged.tags.is_empty() { String::new() } else { format!(" ({})", tagged.tags.join(", ")) };
        fact("image", format!("{}{roles}", tagged.image));
    }
    beside(subject, &mut fact);
    if meta.revision() > 0 {
        fact("revision", meta.revision().to_string());
    }
    fact("last write", last_writer(subject).map(|writer| writer_words(subject, writer)).unwrap_or_default());
    fact("managed by", managed_by(subject).to_owned());
    fact("created", meta.created.map(|at| time::clock(at, context.cluster_now)).unwrap_or_default());
    fact("selector", status.selector.as_deref().unwrap_or_default().to_owned());
    if let Some(at) = spec.restart_at {
        fact("restart at", time::clock(at, context.cluster_now));
    }
    for (name, value) in settings::of(rollout) {
        fact(name, value);
    }
    facts
}

/// What stands beside it: the workload that its template comes from, and the autoscaler.
fn beside(subject: &Subject<'_>, fact: &mut dyn FnMut(&str, String)) {
    if let Some(workload) = &subject.picture.workload {
        let scales = match &*workload.scale_down {
            "" | "never" => String::new(),
            how => format!(", scaled down {how}"),
        };
        let pods = match workload.pods {
            Some((wanted, available)) => format!(", {available} of {wanted} pods of its own"),
            None => String::new(),
        };
        fact("template from", format!("{}/{}{scales}{pods}", workload.kind, workload.name));
    }
    if let Some(scaler) = &subject.picture.scaler {
        let (desired, min, max) = (scaler.desired, scaler.min, scaler.max);
        fact("hpa", format!("{} wants {desired} of {min} to {max}, counts {}", scaler.name, scaler.counted));
    }
}

fn writer_words(subject: &Subject<'_>, writer: &Writer) -> String {
    let what = writer.subresource.as_deref().map(|part| format!(" ({part})")).unwrap_or_default();
    match writer.time {
        Some(at) => format!("{}{what} {}", writer.manager, time::clock(at, subject.context.cluster_now)),
        None => format!("{}{what}", writer.manager),
    }
}

/// The last writer that is not the controller itself, such as `kubectl-argo-rollouts`.
#[must_use]
pub fn last_writer<'a>(subject: &Subject<'a>) -> Option<&'a Writer> {
    subject.rollout.meta.writers.iter().rev().find(|writer| !is_controller(writer))
}

/// Whether the Argo Rollouts controller is the writer.
#[must_use]
pub fn is_controller(writer: &Writer) -> bool {
    is_controller_name(&writer.manager)
}

/// Whether this is how the Argo Rollouts controller calls itself in managed fields and events; nobody's name is its own.
pub(super) fn is_controller_name(name: &str) -> bool {
    name.is_empty() || CONTROLLERS.contains(&name)
}

/// People and programs other than the controller that wrote less than this time ago.
pub(super) fn writers_within<'a>(subject: &Subject<'a>, span: SignedDuration) -> Vec<&'a Writer> {
    let recent = |writer: &&Writer| {
        writer.time.is_some_and(|at| time::between(at, subject.context.cluster_now) <= span) && !is_controller(writer)
    };
    subject.rollout.meta.writers.iter().filter(recent).collect()
}

/// Who else keeps the spec as it is, by the marks they leave; empty when there are none.
#[must_use]
pub fn managed_by(subject: &Subject<'_>) -> &'static str {
    let meta = &subject.rollout.meta;
    let has = |key: &str| meta.labels.contains_key(key) || meta.annotations.contains_key(key);
    let wrote = |name: &str| meta.writers.iter().any(|writer| writer.manager.starts_with(name));
    if has("argocd.argoproj.io/instance") || has("argocd.argoproj.io/tracking-id") || wrote("argocd-") {
        "Argo CD"
    } else if has("kustomize.toolkit.fluxcd.io/name") || has("helm.toolkit.fluxcd.io/name") {
        "Flux"
    } else if meta.labels.get("app.kubernetes.io/managed-by").is_some_and(|by| &**by == "Helm") {
        "Helm"
    } else {
        ""
    }
}
