//! Applying: the lines of a deploy, one pair for each object that is applied or removed.

use super::calls::Call;
use super::line::{self, About, Outcome};
use super::{Audit, Begun, Entry, From, Need, Who};
use crate::argo::mask;
use crate::clean::clean;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// A write of a deploy that is about to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Applying<'a> {
    /// From where.
    pub from: From,
    /// The release channel.
    pub channel: &'a str,
    /// The cluster's name for people.
    pub cluster: &'a str,
    /// The kubeconfig context.
    pub context: &'a str,
    /// The object's namespace; empty: it has none.
    pub namespace: &'a str,
    /// The service; empty: plain manifests.
    pub service: &'a str,
    /// The object, as people name it: `Service/web`.
    pub object: &'a str,
    /// It is removed, not applied.
    pub removes: bool,
    /// `PATCH` or `DELETE`.
    pub method: &'static str,
    /// Path on the API server, without the query.
    pub path: &'a str,
    /// The body.
    pub body: &'a Value,
    /// Uid of the object; empty: it is new.
    pub uid: &'a str,
    /// The resourceVersion that it is bound to; empty: it is new.
    pub resource_version: &'a str,
    /// Fields of other managers are taken over.
    pub forced: bool,
    /// The number of the deploy.
    pub deploy_id: &'a str,
    /// The version that ran.
    pub version_from: &'a str,
    /// The version that is deployed.
    pub version_to: &'a str,
    /// Why, as the person said; empty: not said.
    pub reason: &'a str,
    /// The server checks and stores nothing.
    pub dry_run: bool,
}

/// How it ended.
#[derive(Clone, Copy, Debug)]
pub struct Applied<'a> {
    /// In a word: `applied`, `failed`, `unknown`.
    pub word: &'static str,
    /// Why; empty: nothing to say.
    pub message: &'a str,
    /// resourceVersion after the write; empty: not known.
    pub resource_version: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Before<'a> {
    id: &'a str,
    phase: &'static str,
    time: Timestamp,
    #[serde(flatten)]
    about: &'a About,
    #[serde(skip_serializing_if = "String::is_empty")]
    service: String,
    deploy_id: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    version_from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    version_to: String,
    uid: &'a str,
    resource_version: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    forced: bool,
    requests: [Call; 1],
    reason: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    version: &'static str,
    pid: u32,
}

impl About {
    /// From what is going to be applied or removed.
    fn of_deploy(who: &Who, applying: &Applying<'_>) -> Self {
        let rollout = applying.object.strip_prefix("Rollout/").unwrap_or_default();
        let action = if applying.removes { "prune" } else { "deploy" };
        let at = [applying.channel, applying.cluster, applying.context, applying.namespace, rollout, applying.object];
        Self::at(who, applying.from, at, action)
    }
}

impl Audit {
    /// Writes down that an object is about to be applied or removed.
    ///
    /// # Errors
    /// The log cannot be written and is required: nothing may be sent. In words.
    pub fn before_applying(&mut self, applying: &Applying<'_>) -> Result<Begun, String> {
        let now = Timestamp::now();
        let id = self.next_id(now);
        let about = About::of_deploy(&self.who, applying);
        let tidy = |text: &str| clean(text).into_owned();
        let content_type = if applying.removes { "application/json" } else { "application/apply-patch+yaml" };
        let call = Call {
            method: applying.method,
            path: tidy(applying.path),
            content_type,
            body: mask::masked(applying.body),
            resource_version: None,
        };
        let line = Before {
            id: &id,
            phase: "before",
            time: line::millis(now),
            about: &about,
            service: tidy(applying.service),
            deploy_id: applying.deploy_id,
            version_from: tidy(applying.version_from),
            version_to: tidy(applying.version_to),
            uid: applying.uid,
            resource_version: applying.resource_version,
            forced: applying.forced,
            requests: [call],
            reason: line::safe(applying.reason),
            dry_run: applying.dry_run,
            version: env!("CARGO_PKG_VERSION"),
            pid: std::process::id(),
        };
        let trouble = self.write(&line::text(&line));
        if let (Need::Required, Some(why)) = (self.need, &trouble) {
            return Err(format!("{why}; the configuration requires it (audit.required), it was not sent"));
        }
        let trouble = trouble.filter(|_| !std::mem::replace(&mut self.told, true));
        Ok(Begun { entry: Entry { id, since: std::time::Instant::now(), about }, trouble })
    }

    /// Writes down how it ended. Gives what is wrong with the log, once.
    pub fn after_applying(&mut self, entry: Entry, applied: Applied<'_>) -> Option<String> {
        self.end(entry, &Outcome::in_a_word(applied.word, applied.message, applied.resource_version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Limits, path};
    use serde_json::json;

    #[test]
    fn a_deploy_leaves_two_lines_for_each_object_and_no_secret_in_them() {
        let folder = tempfile::tempdir().unwrap();
        let mut audit =
            Audit::open(Some(folder.path()), Who::here("ana"), Need::Required, Limits { large: 1 << 20, keep: 1 });
        let body = json!({"kind": "Secret", "metadata": {"name": "s"}, "data": {"password": "aHVudGVyMg=="}});
        let applying = Applying {
            from: From::Command,
            channel: "staging",
            cluster: "west",
            context: "staging-west",
            namespace: "demo",
            service: "web",
            object: "Secret/s",
            removes: false,
            method: "PATCH",
            path: "/api/v1/namespaces/demo/secrets/s",
            body: &body,
            uid: "u",
            resource_version: "7",
            forced: false,
            deploy_id: "d",
            version_from: "blue (1)",
            version_to: "red (2)",
            reason: "release",
            dry_run: false,
        };
        let begun = audit.before_applying(&applying).unwrap();
        assert_eq!(begun.trouble, None);
        audit.after_applying(begun.entry, Applied { word: "applied", message: "", resource_version: "8" });
        let text = std::fs::read_to_string(path(folder.path())).unwrap();
        assert!(!text.contains("aHVudGVyMg"), "{text}");
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["id"], lines[1]["id"]);
        for (field, value) in [
            ("action", "deploy"),
            ("object", "Secret/s"),
            ("service", "web"),
            ("deployId", "d"),
            ("versionTo", "red (2)"),
            ("resourceVersion", "7"),
            ("reason", "release"),
        ] {
            assert_eq!(lines[0][field], value, "{field}");
        }
        assert_eq!((&lines[1]["outcome"], &lines[1]["resourceVersion"]), (&json!("applied"), &json!("8")));
    }
}
