//! `check`: the doctor. One line for each finding; the exit code says the worst.

use super::base::{Base, Ready, contexts, kube_failure};
use super::fleet::{self, Told, block_on};
use super::format;
use super::look;
use super::outcome::{Failure, code, code_of};
use crate::argo::feed::{Access, Permission, Right, Trouble};
use crate::clean::clean;
use crate::cluster::oneshot::Findings;
use crate::config::load;
use crate::config::resolve::{Scope, Source};
use crate::names::Namespace;
use crate::report::table::aligned;
use jiff::SignedDuration;
use std::io::Write;

/// How a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Ok,
    Warn,
    Bad,
}

/// The findings so far.
struct Doctor {
    rows: Vec<Vec<String>>,
    worst: u8,
}

impl Doctor {
    fn add(&mut self, mark: Mark, what: &str, words: &str) {
        let mark = match mark {
            Mark::Ok => "ok",
            Mark::Warn => "warn",
            Mark::Bad => "FAIL",
        };
        self.rows.push(vec![mark.to_owned(), clean(what).into_owned(), clean(words).into_owned()]);
    }

    fn bad(&mut self, code: u8, what: &str, words: &str) {
        self.worst = worse(self.worst, code);
        self.add(Mark::Bad, what, words);
    }

    fn failure(&mut self, what: &str, failure: &Failure) {
        for fault in &failure.faults {
            let hint = fault.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
            self.bad(failure.code, what, &format!("{}{hint}", fault.what));
        }
    }

    fn trouble(&mut self, what: &str, trouble: &Trouble) {
        let hint = trouble.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        self.bad(code_of(trouble), what, &format!("{}{hint}", trouble.sentence));
    }
}

/// Bad input is worse than not being allowed, and that is worse than what may pass by itself.
fn worse(a: u8, b: u8) -> u8 {
    let rank = |code: u8| match code {
        code::DONE => 0,
        code::FAILED => 1,
        code::NOT_ALLOWED => 2,
        _ => 3,
    };
    if rank(b) > rank(a) { b } else { a }
}

/// Checks.
///
/// # Errors
/// When stdout fails; what is wrong is in the findings and the exit code.
pub fn run(base: &Base, out: &mut dyn Write) -> Result<u8, Failure> {
    let mut findings = Doctor { rows: Vec::new(), worst: code::DONE };
    if let Some(settled) = inputs(base, &mut findings) {
        let ready = &settled;
        let told = block_on(fleet::ask(ready, |source, connection| async move {
            let namespaces = match &source.scope {
                Scope::Namespaces(names) => names.clone(),
                Scope::All => vec![connection.namespace()],
            };
            let found = connection.findings().await;
            let listed = fleet::list(ready, &source, &connection).await;
            let mut access = Vec::new();
            for namespace in namespaces {
                access.push((namespace.clone(), connection.access(&namespace).await));
            }
            Ok(Cluster { found, listed: listed.map(|all| all.rollouts.len()), access })
        }))?;
        for Told { source, answer } in told {
            let name = format!("{}/{}", ready.channel(&source), source.cluster);
            match answer {
                Err(trouble) => findings.trouble(&name, &trouble),
                Ok(cluster) => cluster_findings(&mut findings, &name, &source, &cluster),
            }
        }
    }
    terminal(base, &mut findings);
    out.write_all(aligned(&findings.rows, format::GAP).as_bytes())?;
    out.flush()?;
    Ok(findings.worst)
}

/// What one cluster said.
struct Cluster {
    found: Findings,
    listed: Result<usize, Trouble>,
    access: Vec<(Namespace, Access)>,
}

/// Configuration, kubeconfig and contexts.
fn inputs(base: &Base, findings: &mut Doctor) -> Option<Ready> {
    let config = match load::load(&base.places) {
        Ok(config) => config,
        Err(problems) => {
            findings.failure("config", &problems.into());
            return None;
        }
    };
    match &config {
        Some(file) => findings.add(
            Mark::Ok,
            "config",
            &format!("{}: {} release channels", file.path.display(), file.channels.len()),
        ),
        None => findings.add(Mark::Ok, "config", "none: each chosen context is a release channel"),
    }
    let loaded = match base.kubeconfig() {
        Ok(loaded) => loaded,
        Err(problem) => {
            findings.failure("kubeconfig", &kube_failure(problem));
            return None;
        }
    };
    let files: Vec<String> = loaded.files.iter().map(|path| path.display().to_string()).collect();
    let count = contexts(&loaded).all.len();
    findings.add(Mark::Ok, "kubeconfig", &format!("{}: {count} contexts", files.join(", ")));
    let mut ready = match base.settle(config.as_ref(), loaded) {
        Ok(ready) => ready,
        Err(failure) => {
            findings.failure("contexts", &failure);
            return None;
        }
    };
    for warning in &ready.warnings {
        findings.add(Mark::Warn, "config", warning);
    }
    let last = ready.resolved.settings.channels.last();
    if let (Some(file), Some(last)) = (&config, last)
        && file.channels.len() > 1
        && !has_precondition(&file.kept, last.name.as_str())
    {
        let words =
            format!("release channel {} comes last and has no precondition: order alone blocks nothing", last.name);
        findings.add(Mark::Warn, "config", &words);
    }
    for source in &ready.resolved.sources {
        if let Some(problem) = &source.broken {
            findings.bad(code::BAD_INPUT, ready.channel(source), &problem.to_string());
        }
    }
    ready.resolved.sources.retain(|source| source.broken.is_none());
    Some(ready)
}

fn has_precondition(file: &toml::Table, channel: &str) -> bool {
    let channels = file.get("release_channels").and_then(toml::Value::as_array);
    let channel =
        channels.and_then(|all| all.iter().find(|one| one.get("name").and_then(toml::Value::as_str) == Some(channel)));
    channel.and_then(|one| one.get("preconditions")?.as_array()).is_some_and(|all| !all.is_empty())
}

fn cluster_findings(findings: &mut Doctor, name: &str, source: &Source, cluster: &Cluster) {
    match &cluster.found.server_version {
        Ok(version) => findings.add(Mark::Ok, name, &format!("context {}: server {version}", source.context)),
        Err(trouble) => findings.trouble(name, trouble),
    }
    match &cluster.found.rollouts {
        Ok(true) => findings.add(Mark::Ok, name, "Argo Rollouts is served, with its status subresource"),
        Ok(false) => {
            findings.add(Mark::Warn, name, "Argo Rollouts is served without a status subresource: an old installation");
        }
        Err(trouble) => findings.trouble(name, trouble),
    }
    match &cluster.listed {
        Ok(count) => findings.add(Mark::Ok, name, &format!("list rollouts in {}: {count} found", source.scope.words())),
        Err(trouble) => findings.trouble(name, trouble),
    }
    for (namespace, access) in &cluster.access {
        for right in [Right::PatchStatus, Right::PatchRollouts] {
            let what = right.words();
            match &access.of(right) {
                Permission::Allowed => findings.add(Mark::Ok, name, &format!("{what} in {namespace}: allowed")),
                // Reading only is a way to work, not a fault.
                Permission::Denied(why) => {
                    let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
                    findings.add(
                        Mark::Warn,
                        name,
                        &format!(
                            "{what} in {namespace}: not allowed{why}; watching works, p does not; {}",
                            right.needs()
                        ),
                    );
                }
                Permission::Unknown(why) => {
                    findings.add(Mark::Warn, name, &format!("{what} in {namespace}: could not be asked ({why})"));
                }
            }
        }
    }
    match cluster.found.skew {
        Some(skew) if skew.abs() > SignedDuration::from_secs(30) => {
            let (seconds, way) = (skew.abs().as_secs(), if skew.is_positive() { "ahead of" } else { "behind" });
            findings.add(
                Mark::Warn,
                name,
                &format!("its clock is {seconds} s {way} the one here; ages and countdowns use the cluster's"),
            );
        }
        Some(_) => findings.add(Mark::Ok, name, "clocks agree within 30 s"),
        None => findings.add(Mark::Warn, name, "clocks could not be compared"),
    }
}

fn terminal(base: &Base, findings: &mut Doctor) {
    let theme = look::theme(&crate::config::settings::Look::default(), &base.look, &base.terminal);
    let words = look::findings(&theme, &base.terminal).join(", ");
    match look::drawable(&base.terminal) {
        Ok(()) => findings.add(Mark::Ok, "terminal", &words),
        Err(failure) => {
            let why: Vec<String> = failure.faults.into_iter().map(|fault| fault.what).collect();
            findings.add(Mark::Warn, "terminal", &format!("{} ({words})", why.join(", ")));
        }
    }
}
