//! Reads the specification of a fault; its words stand in [`faults`](super).

use super::{Deed, Fault};
use crate::demo::store::KINDS;

/// The clusters that a fault can name.
const CLUSTERS: &[&str] = &["test", "staging", "production", "*"];
const VERBS: &[&str] =
    &["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "read", "write", "*"];

/// The faults of one entry, or what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Vec<Fault>, String> {
    let wrong = |why: String| {
        format!(
            "bad fault '{text}': {why} (the form is CLUSTER:WHAT=DO, as in production:patch=504*1; or CLUSTER:down)"
        )
    };
    let Some((cluster, rest)) = text.split_once(':') else { return Err(wrong("it names no cluster".into())) };
    if !CLUSTERS.contains(&cluster) {
        return Err(wrong(format!("there is no cluster '{cluster}'; it is one of {}", CLUSTERS.join(", "))));
    }
    let fault = |verb: &str, deed| Fault {
        text: text.to_owned(),
        cluster: cluster.to_owned(),
        verb: verb.to_owned(),
        resource: None,
        sub: None,
        name: None,
        dry: None,
        scope: None,
        deed,
        after: false,
        left: None,
        percent: None,
    };
    if rest == "down" {
        return Ok(vec![fault("*", Deed::Drop), fault("watch", Deed::Cut)]);
    }
    let Some((what, deed)) = rest.split_once('=') else { return Err(wrong("it does not say what happens".into())) };
    let What { verb, resource, sub, name, scope, dry } = what_of(what).map_err(wrong)?;
    let (deed, message) = deed.split_once(':').map_or((deed, None), |(deed, message)| (deed, Some(message.trim())));
    let (deed, percent) = match deed.split_once('%') {
        None => (deed, None),
        Some((deed, percent)) => match percent.parse() {
            Ok(percent @ 1..=100) => (deed, Some(percent)),
            _ => return Err(wrong(format!("'%{percent}' is no share from %1 to %100"))),
        },
    };
    let (deed, left) = match deed.split_once('*') {
        None => (deed, None),
        Some((deed, count)) => match count.parse() {
            Ok(count @ 1..) => (deed, Some(count)),
            _ => return Err(wrong(format!("'*{count}' is no count from 1"))),
        },
    };
    let (deed, after) = deed.strip_prefix('!').map_or((deed, false), |deed| (deed, true));
    let deed = match (deed, message) {
        ("deny", _) if matches!(verb, "get" | "list" | "watch" | "read") => {
            return Err(wrong("only a write can be denied".into()));
        }
        ("deny", _) if after => return Err(wrong("what is denied is not carried out".into())),
        ("deny", message) => Deed::Deny(message.unwrap_or_default().to_owned()),
        (_, Some(_)) => return Err(wrong("only deny takes a message".into())),
        (deed, None) => deed_of(deed, verb).map_err(wrong)?,
    };
    Ok(vec![Fault { resource, sub, name, dry, scope, after, left, percent, ..fault(verb, deed) }])
}

/// What a fault concerns.
struct What<'a> {
    verb: &'a str,
    resource: Option<String>,
    sub: Option<String>,
    name: Option<String>,
    scope: Option<String>,
    dry: Option<bool>,
}

fn what_of(what: &str) -> Result<What<'_>, String> {
    let (what, dry) = split(what, '?');
    let dry = match dry.as_deref() {
        None => None,
        Some("dry") => Some(true),
        Some("real") => Some(false),
        Some(other) => return Err(format!("'?{other}' is neither ?dry nor ?real")),
    };
    let (what, scope) = split(what, '@');
    let (what, name) = split(what, '#');
    if name.as_deref() == Some("") {
        return Err("there is no name after '#'".into());
    }
    let mut parts = what.splitn(3, '/');
    let verb = parts.next().unwrap_or_default();
    if !VERBS.contains(&verb) {
        return Err(format!("'{verb}' is no verb; it is one of {}", VERBS.join(", ")));
    }
    let (resource, sub) = (parts.next().map(str::to_owned), parts.next().map(str::to_owned));
    if let Some(resource) = resource.as_ref().filter(|name| !KINDS.iter().any(|kind| kind.plural == **name)) {
        return Err(format!("there is no resource '{resource}'"));
    }
    Ok(What { verb, resource, sub, name, scope, dry })
}

fn split(what: &str, at: char) -> (&str, Option<String>) {
    what.split_once(at).map_or((what, None), |(what, more)| (what, Some(more.to_owned())))
}

fn deed_of(deed: &str, verb: &str) -> Result<Deed, String> {
    match deed {
        "drop" => Ok(Deed::Drop),
        "half" if verb == "watch" => Err("a watch has no middle; it can be cut".into()),
        "half" => Ok(Deed::Half),
        "cut" if verb == "watch" => Ok(Deed::Cut),
        "cut" => Err("only a watch can be cut".into()),
        number if number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty() => match number.parse() {
            Ok(status @ 400..=599) => Ok(Deed::Answer(status)),
            _ => Err(format!("{number} is no status from 400 to 599; a delay needs a unit, as in 300ms")),
        },
        other => match other.parse::<jiff::SignedDuration>() {
            Ok(delay) if !delay.is_negative() => Ok(Deed::Delay(delay.unsigned_abs())),
            _ => Err(format!("'{other}' is no status, no delay, not drop, half, cut or deny")),
        },
    }
}
