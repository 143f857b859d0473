//! Applying: one object after the other, each read again right before its write and compared with the one that the plan
//! was made on, and sent with the version of that reading, so that the server refuses a race that is lost.
//!
//! Each write is sent once. When no answer comes the object is read again and compared with what was intended; only that
//! decides whether it was applied.

use super::ask::{self, How};
use super::planning::seen;
use super::words;
use crate::argo::feed::Trouble;
use crate::cluster::actions::may_have_happened;
use crate::cluster::client::Client;
use crate::cluster::failure::Failure;
use crate::deploy::plan::{Fault, Identity, Item, LeftOver, Plan, Seen, Verdict};
use crate::deploy::progress::{Choices, Entry, Failed, Fate, Ledger, Outcome, Progress};
use crate::deploy::records::{self, Deployer};
use crate::deploy::{conflicts, content, prepare};
use serde_json::{Value, json};

/// A controller writes the status of an object every few seconds, and each time its version changes: a conflict after
/// which the object is otherwise the same is no race that was lost. So often it is tried again.
const TRIES: usize = 5;

pub async fn apply(
    client: &Client,
    plan: &Plan,
    choices: &Choices,
    deployer: &Deployer,
    ledger: &mut dyn Ledger,
) -> Outcome {
    let removed: Vec<&LeftOver> = plan.prunable().filter(|left| choices.prunes(&left.identity)).collect();
    let run = Run { client, plan, choices, deployer };
    let mut outcome = Outcome::default();
    if let Some((identity, fate)) = run.in_the_way() {
        // Nothing is sent at all: what is known to fail is not found out half-way.
        let others = plan.items.iter().map(|item| &item.identity).chain(removed.iter().map(|left| &left.identity));
        for other in others {
            let own = if *other == identity { fate.clone() } else { Fate::NotTried };
            outcome.fates.push((other.clone(), own));
        }
        return outcome;
    }
    let mut stopped = false;
    for item in &plan.items {
        let fate = if stopped { Fate::NotTried } else { run.item(item, ledger).await };
        stopped |= !fate.is_good();
        outcome.fates.push((item.identity.clone(), fate));
    }
    for left in removed {
        let fate = if stopped { Fate::NotTried } else { run.remove(left, ledger).await };
        stopped |= !fate.is_good();
        outcome.fates.push((left.identity.clone(), fate));
    }
    outcome
}

struct Run<'a> {
    client: &'a Client,
    plan: &'a Plan,
    choices: &'a Choices,
    deployer: &'a Deployer,
}

/// How one request ended.
enum Sent {
    Taken(Value),
    /// The version is another one.
    Raced,
    Ended(Fate),
}

impl Run<'_> {
    /// What is known to fail before anything is sent.
    fn in_the_way(&self) -> Option<(Identity, Fate)> {
        let refused = self.plan.items.iter().find(|item| item.is_in_the_way());
        if let Some(item) = refused {
            let fault = item.faults.first();
            let failed = match fault {
                Some(Fault { place, trouble }) => Failed { trouble: trouble.clone(), place: Some(place.clone()) },
                None => Failed { trouble: words::own("it was refused".to_owned(), None), place: None },
            };
            return Some((item.identity.clone(), Fate::Failed(Box::new(failed))));
        }
        let conflict = |item: &&Item| item.verdict == Verdict::Conflict && !self.choices.takes_over(&item.identity);
        let item = self.plan.items.iter().find(conflict)?;
        let managers: Vec<&str> = item.conflicts.iter().map(|conflict| conflict.who.as_str()).collect();
        let sentence = format!(
            "{} has {} fields that others own ({}); they were not taken over",
            words::named(&item.identity),
            item.conflicts.len(),
            managers.join(", ")
        );
        let trouble = words::own(sentence, Some("--force-conflicts takes them over; without it nothing is sent"));
        Some((item.identity.clone(), Fate::Failed(Box::new(Failed { trouble, place: Some(item.place.clone()) }))))
    }

    async fn item(&self, item: &Item, ledger: &mut dyn Ledger) -> Fate {
        if !item.is_sent() {
            return Fate::Skipped;
        }
        let identity = &item.identity;
        ledger.progress(Progress::Sending { identity: identity.clone(), removes: false });
        let fate = self.write(item, ledger).await;
        ledger.progress(Progress::Ended { identity: identity.clone(), fate: fate.clone() });
        fate
    }

    async fn write(&self, item: &Item, ledger: &mut dyn Ledger) -> Fate {
        for _ in 0..TRIES {
            let now = match ask::get(self.client, &item.sending.path).await {
                Ok(now) => now,
                Err(failure) => return self.failed(&failure, item, "get"),
            };
            let found = now.as_ref().map(seen);
            if let Some(what) = moved(item.seen.as_ref(), found.as_ref()) {
                let by =
                    now.as_ref().and_then(conflicts::last_hand).map(|who| format!(" (by {who})")).unwrap_or_default();
                return Fate::Moved { what: format!("{} {what}{by}", words::named(&item.identity)) };
            }
            match self.send(item, now.as_ref(), found.as_ref(), ledger).await {
                Sent::Taken(object) => return applied(&object, false),
                Sent::Raced => {}
                Sent::Ended(fate) => return fate,
            }
        }
        let sentence = format!("{} changes faster than it can be written", words::named(&item.identity));
        let trouble = words::own(sentence, Some("somebody, or a controller, writes it all the time: try again"));
        Fate::Failed(Box::new(Failed { trouble, place: Some(item.place.clone()) }))
    }

    async fn send(&self, item: &Item, now: Option<&Value>, found: Option<&Seen>, ledger: &mut dyn Ledger) -> Sent {
        let mut body = (*item.sending.body).clone();
        if item.identity.is_service() {
            // The controller may have pointed it at other pods since the plan was made.
            prepare::keep_pod_hash(&mut body, now);
        }
        if item.sending.carries_records {
            let written = records::written(&item.sending.records, self.deployer);
            records::put(&mut body, "annotations", written);
        }
        let force = item.sending.takes_over_own || self.choices.takes_over(&item.identity);
        let force = force && found.is_some();
        if let Some(found) = found {
            body["metadata"]["resourceVersion"] = json!(found.resource_version);
            body["metadata"]["uid"] = json!(found.uid);
        }
        let entry = Entry {
            plan: self.plan,
            identity: &item.identity,
            method: "PATCH",
            path: &item.sending.path,
            body: &body,
            uid: found.map(|found| found.uid.as_str()).unwrap_or_default(),
            resource_version: found.map(|found| found.resource_version.as_str()).unwrap_or_default(),
            forced: force,
            dry_run: self.choices.dry_run,
        };
        if let Err(why) = ledger.before(&entry) {
            let failed = Failed { trouble: words::own(why, None), place: None };
            return Sent::Ended(Fate::Failed(Box::new(failed)));
        }
        let how = How { force, dry: self.choices.dry_run };
        let sent = match ask::apply(self.client, &item.sending.path, &body, how).await {
            Ok(object) => Sent::Taken(object),
            Err(failure) => self.refused(&failure, item, found, &body).await,
        };
        ledger.after(&match &sent {
            Sent::Taken(object) => applied(object, false),
            Sent::Raced => Fate::Moved { what: "its version had changed".to_owned() },
            Sent::Ended(fate) => fate.clone(),
        });
        sent
    }

    async fn refused(&self, failure: &Failure, item: &Item, found: Option<&Seen>, body: &Value) -> Sent {
        if may_have_happened(failure) {
            return Sent::Ended(self.lost(failure, item, found, body).await);
        }
        let Failure::Status(status) = failure else { return Sent::Ended(self.failed(failure, item, "patch")) };
        if status.code == 409 && (ask::is_field_conflict(failure).is_none() || self.is_another(item, found).await) {
            return Sent::Raced;
        }
        Sent::Ended(self.failed(failure, item, "patch"))
    }

    /// Whether the object is another version than was found: whose fields it has now was not asked.
    async fn is_another(&self, item: &Item, found: Option<&Seen>) -> bool {
        let now = ask::get(self.client, &item.sending.path).await.ok().flatten();
        now.as_ref().map(|now| seen(now).resource_version) != found.map(|found| found.resource_version.clone())
    }

    /// No answer came: the object itself tells.
    async fn lost(&self, failure: &Failure, item: &Item, found: Option<&Seen>, body: &Value) -> Fate {
        let mut failed = self.failure(failure, item, "patch");
        if self.choices.dry_run {
            return Fate::Failed(Box::new(failed));
        }
        let Ok(now) = ask::get(self.client, &item.sending.path).await else {
            failed.trouble.sentence =
                format!("sent, but no answer came, and it cannot be read now: {}", failed.trouble.sentence);
            failed.trouble.hint = Some("it may have been applied: look at it, then deploy again, which goes on".into());
            return Fate::Unknown(Box::new(failed));
        };
        let is_as_meant = |now: &Value| {
            let intended = item.sending.intended.as_deref();
            let same = intended.is_some_and(|intended| content::of(intended) == content::of(now));
            let mut wish = content::of(body);
            // Its name and namespace are what it was read by.
            if let Some(fields) = wish.as_object_mut() {
                fields.retain(|field, _| field != "apiVersion" && field != "kind");
            }
            let records = !item.sending.carries_records
                || content::annotation(now, records::DEPLOY_ID) == Some(self.deployer.id.as_str());
            (same || content::holds(&wish, now)) && records
        };
        match (now, found) {
            (Some(now), _) if is_as_meant(&now) => applied(&now, true),
            (None, None) => Fate::Failed(Box::new(not_done(failed))),
            (Some(now), Some(found)) if seen(&now).content == found.content => Fate::Failed(Box::new(not_done(failed))),
            _ => {
                failed.trouble.sentence =
                    format!("sent, but no answer came, and what is there now is neither: {}", failed.trouble.sentence);
                failed.trouble.hint = Some("somebody else wrote it too: make the plan again".to_owned());
                Fate::Unknown(Box::new(failed))
            }
        }
    }

    async fn remove(&self, left: &LeftOver, ledger: &mut dyn Ledger) -> Fate {
        let identity = &left.identity;
        ledger.progress(Progress::Sending { identity: identity.clone(), removes: true });
        let options = json!({"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background",
            "preconditions": {"uid": left.uid}});
        let fate = self.delete(left, &options, ledger).await;
        ledger.progress(Progress::Ended { identity: identity.clone(), fate: fate.clone() });
        fate
    }

    async fn delete(&self, left: &LeftOver, options: &Value, ledger: &mut dyn Ledger) -> Fate {
        let entry = Entry {
            plan: self.plan,
            identity: &left.identity,
            method: "DELETE",
            path: &left.path,
            body: options,
            uid: &left.uid,
            resource_version: "",
            forced: false,
            dry_run: self.choices.dry_run,
        };
        let failed = |trouble: Trouble| Box::new(Failed { trouble, place: None });
        if let Err(why) = ledger.before(&entry) {
            return Fate::Failed(failed(words::own(why, None)));
        }
        let path = if self.choices.dry_run { format!("{}?dryRun=All", left.path) } else { left.path.clone() };
        let fate = match self.client.delete(&path, options).await {
            Ok(_) => Fate::Removed,
            Err(Failure::Status(status)) if status.code == 404 => Fate::Removed,
            Err(Failure::Status(status)) if status.code == 409 => {
                Fate::Moved { what: format!("{} is another one now: it stays", words::named(&left.identity)) }
            }
            Err(failure) => {
                let trouble = words::trouble(&failure, self.client.context(), &left.identity, &left.resource, "delete");
                if may_have_happened(&failure) {
                    match ask::get(self.client, &left.path).await {
                        Ok(None) => Fate::Removed,
                        Ok(Some(now)) if now.pointer("/metadata/deletionTimestamp").is_some() => Fate::Removed,
                        Ok(Some(_)) => Fate::Failed(failed(trouble)),
                        Err(_) => Fate::Unknown(failed(trouble)),
                    }
                } else {
                    Fate::Failed(failed(trouble))
                }
            }
        };
        ledger.after(&fate);
        fate
    }

    fn failed(&self, failure: &Failure, item: &Item, verb: &str) -> Fate {
        Fate::Failed(Box::new(self.failure(failure, item, verb)))
    }

    fn failure(&self, failure: &Failure, item: &Item, verb: &str) -> Failed {
        let trouble = words::trouble(failure, self.client.context(), &item.identity, &item.sending.resource, verb);
        Failed { trouble, place: Some(item.place.clone()) }
    }
}

fn applied(object: &Value, found_later: bool) -> Fate {
    let resource_version = content::text(object, "/metadata/resourceVersion").to_owned();
    Fate::Applied { resource_version, found_later }
}

fn not_done(mut failed: Failed) -> Failed {
    failed.trouble.sentence = format!("no answer came; read again, it was not applied: {}", failed.trouble.sentence);
    failed.trouble.hint = Some("deploy again: what is applied already stays, the rest follows".to_owned());
    failed
}

/// What is different from the object that the plan was made on, in words; `None`: nothing that matters.
fn moved(planned: Option<&Seen>, now: Option<&Seen>) -> Option<String> {
    let what = match (planned, now) {
        (None, None) => return None,
        (None, Some(_)) => "is there now: it was not when the plan was made",
        (Some(_), None) => "is gone: it was there when the plan was made",
        (Some(planned), Some(now)) if planned.uid != now.uid => "was deleted and made again since the plan was made",
        (Some(planned), Some(now)) if planned.deploy_id != now.deploy_id => {
            "was deployed by somebody else since the plan was made"
        }
        // What has a number is told by it; its annotations may change without.
        (Some(planned), Some(now)) => match (planned.generation, now.generation) {
            (Some(before), Some(after)) if before == after => return None,
            (Some(_), Some(_)) => "was changed since the plan was made",
            _ if planned.content == now.content => return None,
            _ => "was changed since the plan was made",
        },
    };
    Some(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_that_is_not_the_planned_one_any_more_is_known_by_what_matters() {
        let object = |uid: &str, generation: Option<i64>, id: &str, data: i64| {
            let mut object = json!({"metadata": {"uid": uid, "annotations": {"rolltop/deploy-id": id}}, "data": data});
            if let Some(generation) = generation {
                object["metadata"]["generation"] = json!(generation);
            }
            seen(&object)
        };
        let planned = object("u", Some(3), "a", 1);
        for (now, words) in [
            (Some(object("u", Some(3), "a", 1)), None),
            (Some(object("u", Some(3), "a", 2)), None),
            (Some(object("u", Some(4), "a", 1)), Some("was changed")),
            (Some(object("v", Some(3), "a", 1)), Some("made again")),
            (Some(object("u", Some(3), "b", 1)), Some("somebody else")),
            (None, Some("is gone")),
        ] {
            let found = moved(Some(&planned), now.as_ref());
            assert_eq!(found.is_some(), words.is_some(), "{now:?}");
            assert!(words.is_none_or(|words| found.as_ref().unwrap().contains(words)), "{found:?}");
        }
        let without = object("u", None, "a", 1);
        assert_eq!(moved(Some(&without), Some(&object("u", None, "a", 1))), None);
        assert!(moved(Some(&without), Some(&object("u", None, "a", 2))).is_some());
        assert!(moved(None, Some(&without)).unwrap().contains("is there now"));
        assert_eq!(moved(None, None), None);
    }
}
