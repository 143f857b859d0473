//! `render`: the objects of a service in a release channel, as they would be sent.

use super::base::Base;
use super::findings::{failure, of_problems, tell};
use super::outcome::{Failure, code};
use super::services;
use crate::clean::clean;
use crate::config::load;
use crate::deploy::order;
use crate::deploy::plan::Identity;
use crate::service::catalog;
use crate::service::finding::{Finding, Severity};
use crate::service::object::{Object, print};
use crate::service::render::{Render, render};
use crate::service::settle::{self, Cell};
use serde_json::{Value, json};
use std::io::Write;

/// What to render, and how to print it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The service.
    pub service: String,
    /// `NAME=VALUE`.
    pub parameters: Vec<String>,
    /// As JSON.
    pub json: bool,
    /// Values of Secrets are shown.
    pub secrets: bool,
    /// Even where stdout is no terminal.
    pub yes: bool,
}

/// Renders.
///
/// # Errors
/// Bad input.
pub fn run(base: &Base, options: &Options, out: &mut dyn Write) -> Result<u8, Failure> {
    if options.secrets && !options.yes && !base.terminal.stdout {
        let told = Failure::bad_input("--show-secrets writes secrets into something that is not a terminal");
        return Err(told.hint("add --yes if that is meant"));
    }
    let loaded = load::load(&base.places).map_err(|problems| failure(&of_problems(problems)))?;
    let settings = services::settings(base, loaded.as_ref())?;
    let channel = services::one_channel(base, &settings)?;
    let catalog = catalog::load(&settings.services, base.home.as_deref());
    let service = catalog.find(&options.service).map_err(|findings| failure(&findings))?;
    let given = services::given(&options.parameters).map_err(|findings| failure(&findings))?;
    let runtimes = settle::runtimes(service, &settings.services, channel);
    let mut rendered: Vec<(Render, String)> = Vec::new();
    for runtime in &runtimes {
        let cell = Cell { channel, runtime };
        let render = render(service, &settings, cell, &given).map_err(|findings| failure(&findings))?;
        let text = text(&render, options)?;
        rendered.push((render, text));
    }
    let Some((first, text)) = rendered.first() else {
        let what = format!("service {} is not deployed to release channel {}", service.name(), channel.name);
        return Err(Failure::bad_input(what).hint("deploy = false stands in the configuration"));
    };
    if rendered.iter().any(|(_, other)| other != text) {
        let contexts: Vec<String> = runtimes.iter().map(|runtime| clean(&runtime.context).into_owned()).collect();
        let what = format!("the clusters of release channel {} get different objects", channel.name);
        return Err(Failure::bad_input(what).hint(format!("choose one with --context: {}", contexts.join(", "))));
    }
    out.write_all(text.as_bytes())?;
    out.flush()?;
    let warnings: Vec<Finding> =
        first.remarks.iter().filter(|found| found.severity == Severity::Warning).cloned().collect();
    // Nothing is left to do when stderr itself fails.
    let _ = tell(&warnings, &mut std::io::stderr().lock());
    Ok(code::DONE)
}

fn text(render: &Render, options: &Options) -> Result<String, Failure> {
    let mut objects = render.rendered.objects.clone();
    // In the order in which they would be sent.
    objects.sort_by_key(|object| order::rank(&identity(object), false));
    if !options.secrets {
        objects.iter_mut().for_each(mask);
    }
    if !options.json {
        return print::all(&objects).map_err(Failure::failed);
    }
    let parameters: Vec<Value> = render
        .rendered
        .parameters
        .iter()
        .map(|value| json!({"name": value.name, "value": value.value, "origin": value.origin}))
        .collect();
    let told = json!({
        "apiVersion": "rolltop/v1", "kind": "Rendered", "service": render.rendered.service,
        "application": render.rendered.application, "version": render.rendered.label,
        "templateDigest": render.rendered.template_digest, "parameters": parameters,
        "objects": objects.iter().map(|object| &object.value).collect::<Vec<_>>(),
    });
    let text = serde_json::to_string_pretty(&told).map_err(|error| Failure::failed(error.to_string()))?;
    Ok(text + "\n")
}

fn identity(object: &Object) -> Identity {
    Identity {
        api_version: object.api_version().to_owned(),
        kind: object.kind().to_owned(),
        namespace: object.namespace().map(str::to_owned),
        name: object.name().to_owned(),
    }
}

/// The values of a Secret are told by their length alone: the output is the same each time.
fn mask(object: &mut Object) {
    if object.kind() != "Secret" || object.api_version() != "v1" {
        return;
    }
    for part in ["data", "stringData"] {
        let Some(Value::Object(values)) = object.value.get_mut(part) else { continue };
        for value in values.values_mut() {
            let length = value.as_str().map_or_else(|| value.to_string().len(), str::len);
            *value = json!(format!("•••• ({length} bytes)"));
        }
    }
}
