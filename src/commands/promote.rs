//! `promote`: ends the pause that a rollout stands at. The same rule, the same guard and the same request as `p` in
//! the UI: [`plan`] decides, the edge of the cluster reads again and compares, and it is sent once.

use super::audit;
use super::base::{Base, Ready};
use super::find::{Care, find};
use super::fleet::{Found, block_on};
use super::format::line;
use super::outcome::{Failure, code, code_of, warn_all};
use super::status::next_form;
use crate::argo::deed::plan::{Facts, Plan, plan};
use crate::argo::deed::{Deed, Extent};
use crate::argo::feed::{Answer, Permission, Trouble};
use crate::argo::picture::Children;
use crate::argo::promote::{Reaction, Seen, reaction};
use crate::clean::clean;
use crate::config::duration;
use crate::config::settings::{Channel, Confirm};
use crate::report::rollout::API_VERSION;
use serde::Serialize;
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name of the rollout.
    pub name: String,
    /// Do not ask.
    pub yes: bool,
    /// Follow to the controller's reaction, for at most this long.
    pub wait: Option<Duration>,
    /// The server checks and stores nothing.
    pub dry_run: bool,
    /// One JSON object on stdout instead of sentences.
    pub json: bool,
}

/// Promotes.
///
/// # Errors
/// Nothing to promote, not confirmed, not allowed, refused by the server, not known.
pub fn run(base: &Base, options: &Options, out: &mut dyn Write) -> Result<u8, Failure> {
    let ready = base.ready()?;
    warn_all(&ready.warnings);
    if ready.access.read_only && !options.dry_run {
        return Err(Failure::new(code::NOT_ALLOWED, "--readonly: nothing is written; nothing was sent"));
    }
    // One runtime from the first request to the last: a connection does not outlive the one it was made on.
    block_on(carry_out(base, &ready, options, out))?
}

async fn carry_out(base: &Base, ready: &Ready, options: &Options, out: &mut dyn Write) -> Result<u8, Failure> {
    let found = find(ready, &options.name, Care::Writing).await?;
    let teller = Teller { ready, found: &found, json: options.json };
    let facts = Facts { rollout: &found.rollout, children: Children::default(), now: jiff::Timestamp::now() };
    let plan = match plan(&Deed::Promote(Extent::Pause), facts) {
        Ok(plan) => plan,
        Err(refusal) => {
            let words = refusal.sentence();
            teller.tell(out, "refused", &words, More::default())?;
            return Err(Failure::failed(format!("{}: {words}", teller.object())));
        }
    };
    allowed_by_settings(ready, &found, options)?;
    confirmed(base, ready, &found, options)?;

    let version = match send(base, ready, &found, &plan, options.dry_run).await? {
        Answer::Accepted { resource_version } => resource_version,
        other => return Err(refused(&teller, &other, out)?),
    };
    if options.dry_run {
        let words = "the server would take it (dry run, nothing was stored)";
        teller.tell(out, "dry-run", words, More { resource_version: Some(version), ..More::default() })?;
        return Ok(code::DONE);
    }
    match options.wait {
        None => {
            let words = "promoted: the server took it; the controller reacts next (--wait follows it)";
            teller.tell(out, "accepted", words, More { resource_version: Some(version), ..More::default() })?;
            Ok(code::DONE)
        }
        Some(limit) => follow(&teller, &plan.seen, limit, out).await,
    }
}

/// Asks what is allowed, then sends, once.
async fn send(base: &Base, ready: &Ready, found: &Found, plan: &Plan, dry_run: bool) -> Result<Answer, Failure> {
    let namespace = found.rollout.meta.namespace();
    let access = found.connection.access(&namespace).await;
    for right in plan.rights() {
        let what = right.words();
        if let Permission::Denied(why) = access.of(right) {
            let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
            let what = format!(
                "you may not {what} in namespace {namespace} of cluster {}{why}; nothing was sent",
                found.source.cluster
            );
            return Err(Failure::new(code::NOT_ALLOWED, what)
                .hint("ask for the role rolltop-operator (assets/rbac/operator.yaml), or use another context"));
        }
    }
    audit::send(base, ready, found, plan, None, dry_run).await
}

fn channel<'a>(ready: &'a Ready, found: &Found) -> &'a Channel {
    &ready.resolved.settings.channels[found.source.channel]
}

fn allowed_by_settings(ready: &Ready, found: &Found, options: &Options) -> Result<(), Failure> {
    let channel = channel(ready, found);
    let not = |why: &str| {
        let what = format!("release channel {} {why}; nothing was sent", channel.name);
        Err(Failure::new(code::NOT_ALLOWED, what).hint("the configuration says so (rolltop config show)"))
    };
    if options.dry_run {
        return Ok(());
    }
    if channel.read_only {
        return not("is read-only");
    }
    if channel.confirm == Confirm::Deny {
        return not("takes no writes (confirm = \"deny\")");
    }
    Ok(())
}

/// `--yes`, or a question on the terminal where the channel is content with that.
fn confirmed(base: &Base, ready: &Ready, found: &Found, options: &Options) -> Result<(), Failure> {
    if options.yes || options.dry_run {
        return Ok(());
    }
    let channel = channel(ready, found);
    let object = object(ready, found);
    if channel.confirm == Confirm::TypeName {
        let what = format!("{object}: writes in release channel {} need --yes; nothing was sent", channel.name);
        return Err(Failure::bad_input(what).hint("look at it with rolltop get, then add --yes"));
    }
    if !base.terminal.stdin {
        let what = format!("{object}: nobody can be asked here (stdin is no terminal); nothing was sent");
        return Err(Failure::bad_input(what).hint("add --yes"));
    }
    let mut stderr = std::io::stderr();
    write!(stderr, "{} [y/N] ", clean(&format!("promote {object}?")))?;
    stderr.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        Ok(())
    } else {
        Err(Failure::failed("not confirmed; nothing was sent"))
    }
}

fn object(ready: &Ready, found: &Found) -> String {
    let meta = &found.rollout.meta;
    let channel = ready.channel(&found.source);
    format!("rollout {} in {channel} (cluster {}, namespace {})", meta.name, found.source.cluster, meta.namespace)
}

/// Tells how it came out: a sentence, or one JSON object.
struct Teller<'a> {
    ready: &'a Ready,
    found: &'a Found,
    json: bool,
}

impl Teller<'_> {
    fn object(&self) -> String {
        object(self.ready, self.found)
    }

    fn tell(&self, out: &mut dyn Write, outcome: &'static str, words: &str, more: More) -> Result<(), Failure> {
        if self.json {
            let meta = &self.found.rollout.meta;
            let told = Outcome {
                api_version: API_VERSION,
                kind: "PromoteOutcome",
                channel: self.ready.channel(&self.found.source),
                cluster: self.found.source.cluster.as_str(),
                namespace: &meta.namespace,
                name: &meta.name,
                uid: &meta.uid,
                how: outcome,
                message: words,
                more,
            };
            out.write_all(line(&told)?.as_bytes())?;
        } else if !matches!(outcome, "refused" | "moved" | "partly" | "unknown") {
            writeln!(out, "{}: {}", clean(&self.object()), clean(words))?;
        }
        out.flush()?;
        Ok(())
    }
}

/// How a promote came out, for scripts: `accepted`, `reacted` (the controller moved on), `dry-run`, `refused`
/// (nothing was done), `moved` (the rollout changed in the meantime), `partly`, or `unknown`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    api_version: &'static str,
    kind: &'static str,
    channel: &'a str,
    cluster: &'a str,
    namespace: &'a str,
    name: &'a str,
    uid: &'a str,
    #[serde(rename = "outcome")]
    how: &'static str,
    message: &'a str,
    #[serde(flatten)]
    more: More,
}

/// What only some outcomes have.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct More {
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_version: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<Moved>,
}

/// From which step to which, of how many.
#[derive(Serialize)]
struct Moved {
    from: i32,
    to: i32,
    total: usize,
}

/// What an answer other than `Accepted` means.
fn refused(teller: &Teller<'_>, answer: &Answer, out: &mut dyn Write) -> Result<Failure, Failure> {
    let with_hint = |failure: Failure, trouble: &Trouble| match &trouble.hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    };
    let object = teller.object();
    let (outcome, words, failure) = match answer {
        Answer::Accepted { .. } => return Ok(Failure::failed("accepted")),
        Answer::Moved { sentence } => {
            let failure = Failure::failed(format!("{object} changed in the meantime: {sentence}; nothing was done"))
                .hint("look at it again, then decide anew");
            ("moved", sentence.clone(), failure)
        }
        Answer::Refused(trouble) => {
            let failure = Failure::new(code_of(trouble), format!("{object}: {}", trouble.sentence));
            ("refused", trouble.sentence.clone(), with_hint(failure, trouble))
        }
        Answer::Partly { done, trouble } => {
            let words = format!("done: {done}; not done: {}", trouble.sentence);
            let failure = Failure::new(code_of(trouble), format!("{object}: {words}"));
            ("partly", words, with_hint(failure, trouble))
        }
        Answer::Unknown(trouble) => {
            let words = format!("it may or may not have happened: {}", trouble.sentence);
            let failure = Failure::failed(format!("{object}: {words}"))
                .hint("look with rolltop get before trying again; it was sent once and is not repeated");
            ("unknown", words, failure)
        }
    };
    teller.tell(out, outcome, &words, More::default())?;
    Ok(failure)
}

/// Follows until the controller has reacted, as the watched object says.
async fn follow(teller: &Teller<'_>, seen: &Seen, limit: Duration, out: &mut dyn Write) -> Result<u8, Failure> {
    let object = teller.object();
    let until = Instant::now().checked_add(limit);
    let meta = &teller.found.rollout.meta;
    let mut follow = teller.found.connection.follow(&meta.namespace(), &meta.name);
    let mut unpausing = false;
    loop {
        let Some(rollout) = next_form(&mut follow, until, teller.ready, teller.found).await? else {
            let words = format!("accepted, but the controller did not react within {}", duration::text(limit));
            teller.tell(out, "unknown", &words, More::default())?;
            return Err(Failure::new(code::TIMED_OUT, format!("{object}: {words}"))
                .hint("is the Argo Rollouts controller running in that cluster?"));
        };
        match reaction(seen, &rollout) {
            Reaction::Waiting => {}
            Reaction::Unpausing => {
                if !unpausing && !teller.json {
                    teller.tell(out, "accepted", "accepted, the pause is cleared", More::default())?;
                }
                unpausing = true;
            }
            Reaction::Moved { from, to } => {
                let total = rollout.spec.steps().len();
                let words = format!("promoted, the controller moved from step {from}/{total} to {to}/{total}");
                teller.tell(
                    out,
                    "reacted",
                    &words,
                    More { step: Some(Moved { from, to, total }), ..More::default() },
                )?;
                return Ok(code::DONE);
            }
            Reaction::Overtaken(words) => {
                let words = format!("accepted, then overtaken: {words}");
                teller.tell(out, "moved", &words, More::default())?;
                return Err(Failure::failed(format!("{object}: {words}")));
            }
        }
    }
}
