//! Planning: every object is read and dry-run, all of them, so that all that is wrong is told at once.

use super::ask::{self, How};
use super::kinds::{self, Kinds, Resource, Served};
use super::{survey, words};
use crate::argo::feed::Trouble;
use crate::cluster::client::Client;
use crate::cluster::failure::Failure;
use crate::cluster::trouble::{self, Attempt};
use crate::deploy::plan::{Fault, Identity, Item, Plan, Seen, Sending, Target, Verdict};
use crate::deploy::{conflicts, consequence, content, diff, order, prepare, records};
use crate::service::object::Object;
use crate::service::rendered::Rendered;
use futures::StreamExt as _;
use jiff::Timestamp;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// Requests at the same time: a plan of two hundred objects should not take a minute on a slow link, nor be a flood.
const AT_ONCE: usize = 8;

/// An object on the way to be an item.
#[derive(Clone)]
struct Draft<'a> {
    object: &'a Object,
    identity: Identity,
    resource: Option<Resource>,
    path: String,
    faults: Vec<Fault>,
    notes: Vec<String>,
    live: Option<Value>,
    body: Value,
    carries: bool,
}

impl Draft<'_> {
    fn resource(&self) -> String {
        self.resource.as_ref().map(|resource| kinds::qualified(&self.identity, resource)).unwrap_or_default()
    }

    async fn dry_run(&self, client: &Client, force: bool) -> Result<Value, Failure> {
        if self.path.is_empty() {
            return Err(Failure::Config("its kind is not served".to_owned()));
        }
        ask::apply(client, &self.path, &self.body, How { force, dry: true }).await
    }

    /// The same with the selector as it is now, where the controller pointed the Service at other pods since it was read.
    async fn pointed_elsewhere(&self, client: &Client) -> Option<Self> {
        if !self.identity.is_service() {
            return None;
        }
        let live = ask::get(client, &self.path).await.ok()??;
        if prepare::pod_hash(&live) == self.live.as_ref().and_then(prepare::pod_hash) {
            return None;
        }
        let mut newer = self.clone();
        prepare::keep_pod_hash(&mut newer.body, Some(&live));
        newer.live = Some(live);
        Some(newer)
    }

    fn item(&self, records: &[(String, String)]) -> Item {
        Item {
            identity: self.identity.clone(),
            title: self.object.title(),
            place: self.object.place(""),
            verdict: Verdict::Unknown,
            changes: Vec::new(),
            conflicts: Vec::new(),
            faults: self.faults.clone(),
            notes: self.notes.clone(),
            seen: self.live.as_ref().map(seen),
            sending: Sending {
                path: self.path.clone(),
                resource: self.resource(),
                body: Arc::new(self.body.clone()),
                intended: None,
                records: if self.carries { records.to_vec() } else { Vec::new() },
                carries_records: self.carries,
                takes_over_own: false,
            },
        }
    }
}

pub async fn plan(client: &Client, target: &Target, rendered: &Rendered) -> Result<Plan, Trouble> {
    let mut versions: Vec<&str> = rendered.objects.iter().map(Object::api_version).collect();
    versions.extend(survey::versions(rendered.service.is_some()));
    let (server, kinds) = tokio::join!(server_version(client), Kinds::discover(client, versions));
    if let Some(failure) = kinds.unusable() {
        return Err(trouble::of(&failure, Attempt::new(client.context(), "look for the kinds that it serves")));
    }
    let mut drafts: Vec<Draft<'_>> =
        rendered.objects.iter().map(|object| draft(object, target, &kinds, client.context())).collect();
    read_all(client, &mut drafts).await;
    let scalers = scalers(client, target, &kinds, &drafts).await;
    let mut warnings = Vec::new();
    if let Err(why) = &scalers {
        warnings.push(format!("whether a HorizontalPodAutoscaler scales the Rollout is not known: {why}"));
    }
    prepare_all(&mut drafts, target, rendered, scalers.as_deref().unwrap_or_default());
    let version = rendered.service.as_ref().map(|_| records::version(&rendered.label, &records::version_id(rendered)));
    let records = records::identifying(rendered, version.as_deref());
    let asked: Vec<_> = drafts.iter().map(|draft| judge(client, draft, &drafts, &records)).collect();
    let mut items: Vec<Item> = futures::stream::iter(asked).buffered(AT_ONCE).collect().await;
    let first = drafts.iter().any(|draft| draft.identity.is_rollout() && draft.live.is_none());
    let consequences = drafts.iter().zip(&items).filter_map(|(draft, item)| {
        match (&item.sending.intended, &draft.live) {
            (Some(intended), live) => consequence::of(&draft.identity, live.as_ref(), intended),
            (None, None) => consequence::of(&draft.identity, None, &draft.body),
            // Without what the server would make of it, its defaults would look like changes.
            (None, Some(_)) => consequence::not_known(&draft.identity),
        }
    });
    let consequences = consequences.collect();
    let from = drafts
        .iter()
        .filter(|draft| draft.carries)
        .find_map(|draft| content::annotation(draft.live.as_ref()?, records::VERSION).map(str::to_owned));
    order::sort(&mut items, first, |item| &item.identity);
    let ask = survey::Ask { client, kinds: &kinds, target, rendered };
    let (missing, left_over) = tokio::join!(ask.missing(), ask.left_over(&items, &mut warnings));
    if records::size(&records) > records::LARGEST {
        warnings.push("the records of this deploy are larger than 8 KiB: it has many or long parameters".to_owned());
    }
    Ok(Plan {
        target: target.clone(),
        server,
        service: rendered.service.clone(),
        application: rendered.application.clone(),
        from,
        to: version,
        parameters: rendered.parameters.clone(),
        items,
        consequences,
        left_over,
        missing,
        warnings,
        made_at: now(client),
    })
}

/// The time by the cluster's clock.
fn now(client: &Client) -> Timestamp {
    let now = Timestamp::now();
    client.skew().median().and_then(|skew| now.checked_add(skew).ok()).unwrap_or(now)
}

async fn server_version(client: &Client) -> Option<String> {
    let answer: Value = serde_json::from_slice(&client.get("/version").await.ok()?).ok()?;
    Some(crate::clean::clean(answer.get("gitVersion")?.as_str()?).into_owned())
}

fn draft<'a>(object: &'a Object, target: &Target, kinds: &Kinds, cluster: &str) -> Draft<'a> {
    let own = object.namespace().map(str::to_owned);
    let mut identity = Identity {
        api_version: object.api_version().to_owned(),
        kind: object.kind().to_owned(),
        namespace: None,
        name: object.name().to_owned(),
    };
    let mut faults = Vec::new();
    let mut fault = |pointer: &str, sentence: String, hint: &str| {
        faults.push(Fault { place: object.place(pointer), trouble: words::own(sentence, Some(hint)) });
    };
    let resource = match kinds.of(object.api_version(), object.kind()) {
        Served::Yes(resource) => Some(resource),
        Served::No => {
            let what = format!("{cluster} does not serve {} {}", object.api_version(), object.kind());
            fault("/kind", what, "install its CRD there, or write the apiVersion that the cluster has");
            None
        }
        Served::Unknown(failure) => {
            let doing = format!("look for the kind {}", object.kind());
            let trouble = trouble::of(&failure, Attempt::new(cluster, &doing));
            fault("/kind", trouble.sentence, trouble.hint.as_deref().unwrap_or("try again"));
            None
        }
    };
    let known = |name: &str| {
        target.namespace.as_str() == name || target.extra_namespaces.iter().any(|extra| extra.as_str() == name)
    };
    match &resource {
        Some(resource) if resource.namespaced => {
            let namespace = own.unwrap_or_else(|| target.namespace.to_string());
            if !known(&namespace) {
                let what = format!(
                    "{}/{} is in namespace {namespace}, the runtime of channel {} is {}",
                    identity.kind, identity.name, target.channel, target.namespace
                );
                fault(
                    "/metadata/namespace",
                    what,
                    "leave the namespace out, or add it to extra_namespaces of the runtime",
                );
            }
            identity.namespace = Some(namespace);
        }
        Some(_) => {
            let its_own = identity.kind == "Namespace" && known(&identity.name);
            if !its_own && !target.cluster_scoped.contains(&identity.kind) {
                let what =
                    format!("{}/{} belongs to the whole cluster, not to a namespace", identity.kind, identity.name);
                let hint = format!("allow_cluster_scoped = [\"{}\"] in the configuration allows it", identity.kind);
                fault("/kind", what, &hint);
            }
        }
        None => identity.namespace = Some(own.unwrap_or_else(|| target.namespace.to_string())),
    }
    let path = resource.as_ref().map(|resource| kinds::path(&identity, resource)).unwrap_or_default();
    Draft { object, identity, resource, path, faults, notes: Vec::new(), live: None, body: Value::Null, carries: false }
}

async fn read_all(client: &Client, drafts: &mut [Draft<'_>]) {
    let paths: Vec<String> = drafts.iter().map(|draft| draft.path.clone()).collect();
    let reads = paths
        .into_iter()
        .map(|path| async move { if path.is_empty() { Ok(None) } else { ask::get(client, &path).await } });
    let reads: Vec<_> = futures::stream::iter(reads).buffered(AT_ONCE).collect().await;
    for (draft, read) in drafts.iter_mut().zip(reads) {
        match read {
            Ok(live) => draft.live = live,
            Err(failure) => {
                let trouble = words::trouble(&failure, client.context(), &draft.identity, &draft.resource(), "get");
                draft.faults.push(Fault { place: draft.object.place(""), trouble });
            }
        }
        if draft.live.as_ref().is_some_and(|live| live.pointer("/metadata/deletionTimestamp").is_some()) {
            let what = format!("{} is being deleted", words::named(&draft.identity));
            let trouble = words::own(what, Some("wait until it is gone, then deploy again"));
            draft.faults.push(Fault { place: draft.object.place(""), trouble });
        }
    }
}

/// The autoscalers of the namespaces with a Rollout that is there, and those that are deployed.
async fn scalers(client: &Client, target: &Target, kinds: &Kinds, drafts: &[Draft<'_>]) -> Result<Vec<Value>, String> {
    let is_scaler = |draft: &&Draft<'_>| draft.identity.kind == "HorizontalPodAutoscaler";
    let mut all: Vec<Value> = drafts.iter().filter(is_scaler).map(|draft| draft.object.value.clone()).collect();
    if !drafts.iter().any(|draft| draft.identity.is_rollout() && draft.live.is_some()) {
        return Ok(all);
    }
    let Served::Yes(resource) = kinds.of(survey::SCALERS.0, survey::SCALERS.1) else { return Ok(all) };
    let collection = kinds::collection(survey::SCALERS.0, &resource, Some(target.namespace.as_str()));
    match ask::list(client, &collection, "").await {
        Ok(more) => {
            all.extend(more);
            Ok(all)
        }
        Err(failure) => {
            let attempt = Attempt::new(client.context(), "list HorizontalPodAutoscalers");
            Err(trouble::of(&failure, attempt).sentence)
        }
    }
}

fn prepare_all(drafts: &mut [Draft<'_>], target: &Target, rendered: &Rendered, scalers: &[Value]) {
    let labels = records::labels(rendered.service.as_deref(), rendered.application.as_deref(), target);
    let rollouts = drafts.iter().any(|draft| draft.identity.is_rollout());
    for draft in drafts {
        let namespace = draft.identity.namespace.as_deref();
        draft.body = prepare::labelled(&draft.object.value, namespace, &labels);
        if draft.identity.is_service() {
            prepare::keep_pod_hash(&mut draft.body, draft.live.as_ref());
        }
        let is_workload =
            draft.identity.group() == "apps" && matches!(draft.identity.kind.as_str(), "Deployment" | "StatefulSet");
        draft.carries = draft.identity.is_rollout() || (!rollouts && is_workload);
        if draft.identity.is_rollout() {
            let scaler = prepare::scaler(scalers, &draft.identity.name);
            let decision = prepare::replicas(&draft.body, draft.live.as_ref(), scaler.as_deref());
            draft.notes.extend(prepare::settle_replicas(&mut draft.body, decision));
        }
        let Some(live) = &draft.live else { continue };
        if let Some((pointer, sentence)) = prepare::immutable(&draft.body, live) {
            let sentence = format!("{}: {sentence}", draft.identity);
            draft.faults.push(Fault { place: draft.object.place(pointer), trouble: words::own(sentence, None) });
        }
        if let Some(other) = conflicts::foreign(live) {
            draft.notes.push(format!("{other} deploys it as well: it may undo what is applied here"));
        }
    }
}

/// What would become of an object.
async fn judge(client: &Client, draft: &Draft<'_>, all: &[Draft<'_>], records: &[(String, String)]) -> Item {
    let mut now = Cow::Borrowed(draft);
    let mut answer = now.dry_run(client, false).await;
    if answer.as_ref().is_err_and(|failure| ask::is_field_conflict(failure).is_some())
        && let Some(newer) = draft.pointed_elsewhere(client).await
    {
        now = Cow::Owned(newer);
        answer = now.dry_run(client, false).await;
    }
    let draft: &Draft<'_> = &now;
    let mut item = draft.item(records);
    if draft.path.is_empty() {
        item.verdict = Verdict::Refused;
        return item;
    }
    if let Err(failure) = &answer
        && let Some(status) = ask::is_field_conflict(failure)
    {
        item.conflicts = conflicts::of(&status.causes, draft.live.as_ref(), &draft.body);
        answer = draft.dry_run(client, true).await;
    }
    match answer {
        Ok(intended) => take(&mut item, draft, intended, records),
        Err(failure) if namespace_comes(&failure, draft, all) => {
            item.notes.push("its namespace is made by the same deploy: it can be checked only then".to_owned());
            item.changes.push(diff::whole(&draft.body));
        }
        Err(failure) => {
            let trouble = words::trouble(&failure, client.context(), &draft.identity, &draft.resource(), "patch");
            item.faults.extend(words::faults(&failure, &trouble, draft.object));
            if matches!(failure, Failure::Status(_)) {
                item.verdict = Verdict::Refused;
            }
        }
    }
    if !draft.faults.is_empty() {
        item.verdict = Verdict::Refused;
    }
    item
}

/// The server would take it.
fn take(item: &mut Item, draft: &Draft<'_>, intended: Value, records: &[(String, String)]) {
    let Some(live) = &draft.live else {
        item.verdict = Verdict::Created;
        item.changes.push(diff::whole(&draft.body));
        item.sending.intended = Some(Arc::new(intended));
        return;
    };
    item.changes = diff::changes(live, &intended);
    let another_version =
        draft.carries && records.iter().any(|(key, value)| content::annotation(live, key) != Some(value));
    item.verdict = if !item.changes.is_empty() {
        Verdict::Changed
    } else if another_version {
        item.notes.push("only rolltop's record of the version is written anew: nothing rolls out".to_owned());
        Verdict::Changed
    } else {
        Verdict::Unchanged
    };
    if conflicts::are_our_own(&item.conflicts) {
        item.notes.push("fields that rolltop's own patches wrote (set-image, restart) are taken over".to_owned());
        item.conflicts.clear();
        item.sending.takes_over_own = true;
    } else if !item.conflicts.is_empty() {
        item.verdict = Verdict::Conflict;
    }
    item.sending.intended = Some(Arc::new(intended));
}

fn namespace_comes(failure: &Failure, draft: &Draft<'_>, all: &[Draft<'_>]) -> bool {
    let Failure::Status(status) = failure else { return false };
    let comes = |other: &Draft<'_>| {
        other.identity.kind == "Namespace" && Some(&other.identity.name) == draft.identity.namespace.as_ref()
    };
    status.code == 404 && status.message.starts_with("namespaces ") && all.iter().any(comes)
}

/// An object as it was found.
pub fn seen(live: &Value) -> Seen {
    let text = |field: &str| content::text(live, &format!("/metadata/{field}")).to_owned();
    Seen {
        uid: text("uid"),
        resource_version: text("resourceVersion"),
        generation: live.pointer("/metadata/generation").and_then(Value::as_i64),
        deploy_id: content::annotation(live, records::DEPLOY_ID).map(str::to_owned),
        content: Arc::new(content::of(live)),
    }
}
