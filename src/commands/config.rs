//! `config`: what is in force, and the documents about the configuration.

use super::base::{Base, kube_failure};
use super::format;
use super::outcome::{Failure, code, warn_all};
use crate::clean::clean;
use crate::config::resolve::Source;
use crate::config::settings::Confirm;
use crate::config::{document, duration, load};
use crate::report::table::aligned;
use serde_json::{Value, json};
use std::io::Write;

/// Shows what is in force.
///
/// # Errors
/// Bad input.
pub fn show(base: &Base, as_json: bool, out: &mut dyn Write) -> Result<u8, Failure> {
    let config = load::load(&base.places)?;
    let loaded = base.kubeconfig().map_err(kube_failure)?;
    let files: Vec<String> = loaded.files.iter().map(|path| path.display().to_string()).collect();
    let ready = base.settle(config.as_ref(), loaded)?;
    let settings = &ready.resolved.settings;
    let path = settings.path.as_ref().map(|path| path.display().to_string());
    let look = &ready.resolved.look;
    if as_json {
        let channels: Vec<Value> = settings
            .channels
            .iter()
            .enumerate()
            .map(|(at, channel)| {
                let sources = ready.resolved.sources.iter().filter(|source| source.channel == at);
                json!({
                    "name": channel.name.as_str(), "order": channel.order, "confirm": confirm_word(channel.confirm),
                    "readonly": channel.read_only, "requireReason": channel.require_reason, "color": channel.color,
                    "runtimes": sources.map(source_json).collect::<Vec<_>>(),
                })
            })
            .collect();
        let told = json!({
            "config": path, "kubeconfig": files, "channels": channels, "readonly": base.read_only,
            "staleAfter": duration::text(settings.stale_after), "clusterTimeout": duration::text(base.timeout),
            "ui": {"theme": look.theme, "mouse": settings.mouse, "ascii": look.ascii, "reducedMotion": look.reduced_motion},
            "kept": config.as_ref().map(|file| &file.kept),
        });
        let text = serde_json::to_string_pretty(&told).map_err(|error| Failure::failed(error.to_string()))?;
        writeln!(out, "{text}")?;
    } else {
        let file = path.unwrap_or_else(|| "none: each chosen context is a release channel".to_owned());
        let rows = [
            ("configuration", clean(&file).into_owned()),
            ("kubeconfig", clean(&files.join(", ")).into_owned()),
            ("stale after", duration::text(settings.stale_after)),
            ("cluster time-out", duration::text(base.timeout)),
            ("read-only", base.read_only.to_string()),
            ("mouse", settings.mouse.to_string()),
            ("theme", look.theme.clone()),
        ];
        let rows: Vec<Vec<String>> = rows.map(|(name, value)| vec![name.to_owned(), value]).to_vec();
        writeln!(out, "{}", aligned(&rows, format::GAP))?;
        let head = ["CHANNEL", "ORDER", "CONFIRM", "CLUSTER", "CONTEXT", "NAMESPACES"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(ready.resolved.sources.iter().map(|source| {
            let channel = &settings.channels[source.channel];
            let confirm = if channel.read_only { "read-only" } else { confirm_word(channel.confirm) };
            vec![
                channel.name.to_string(),
                channel.order.to_string(),
                confirm.to_owned(),
                source.cluster.to_string(),
                clean(&source.context).into_owned(),
                namespaces(source).map_or_else(|| "all".to_owned(), |names| names.join(",")),
            ]
        }));
        out.write_all(aligned(&rows, format::GAP).as_bytes())?;
    }
    out.flush()?;
    warn_all(&ready.warnings);
    let broken: Vec<_> = ready.resolved.sources.iter().filter_map(|source| source.broken.clone()).collect();
    if broken.is_empty() { Ok(code::DONE) } else { Err(broken.into()) }
}

fn confirm_word(confirm: Confirm) -> &'static str {
    match confirm {
        Confirm::Enter => "enter",
        Confirm::TypeName => "type-name",
        Confirm::Deny => "deny",
    }
}

fn namespaces(source: &Source) -> Option<Vec<&str>> {
    match &source.scope {
        crate::config::resolve::Scope::All => None,
        crate::config::resolve::Scope::Namespaces(names) => Some(names.iter().map(AsRef::as_ref).collect()),
    }
}

fn source_json(source: &Source) -> Value {
    json!({
        "name": source.cluster.as_str(), "context": source.context,
        "namespaces": namespaces(source), "broken": source.broken.as_ref().map(ToString::to_string),
    })
}

/// The JSON schema.
///
/// # Errors
/// When stdout fails.
pub fn schema(out: &mut dyn Write) -> Result<u8, Failure> {
    let text = serde_json::to_string_pretty(&document::schema()).map_err(|error| Failure::failed(error.to_string()))?;
    writeln!(out, "{text}")?;
    Ok(code::DONE)
}

/// The annotated example.
///
/// # Errors
/// When stdout fails.
pub fn example(out: &mut dyn Write) -> Result<u8, Failure> {
    out.write_all(document::example().as_bytes())?;
    out.flush()?;
    Ok(code::DONE)
}
