//! Faults on order: what goes wrong between a client and a cluster, for tests and demonstrations.
//!
//! A specification is a list of faults, separated by `;`:
//!
//! ```text
//! CLUSTER:down                                  the cluster hangs up on every request and cuts its watches
//! CLUSTER:WHAT=[!]DO[*COUNT][%PERCENT]
//!
//! CLUSTER  test, staging, production, or * for all
//! WHAT     a verb (get list watch create update patch delete deletecollection), read, write, or *;
//!          perhaps /RESOURCE or /RESOURCE/SUBRESOURCE after it, as in patch/rollouts/status;
//!          perhaps @NAMESPACE after that, or @all for requests over all namespaces
//! DO       a status from 400 to 599: answered with it (401 is an expired token, 403 forbids)
//!          drop      the server hangs up without an answer
//!          half      the request is carried out, the server hangs up in the middle of the answer (no watch)
//!          cut       open watches end now, new ones after their first events (WHAT must be watch)
//!          300ms 2s  a delay in front of the answer
//! !        the request is carried out first: only its answer is lost or replaced
//! *COUNT   only the next COUNT requests
//! %PERCENT only that share of the requests
//! ```
//!
//! Examples: `production:patch=504*1`, `production:patch/rollouts/status=!drop*1`, `staging:*=300ms;test:down`,
//! `test:read@all=403`. A 403 that always stands is also what access reviews answer by.

use super::target::Target;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The clusters that a fault can name.
const CLUSTERS: &[&str] = &["test", "staging", "production", "*"];
const VERBS: &[&str] =
    &["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "read", "write", "*"];

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Answer(u16),
    Drop,
    /// The answer breaks off in the middle.
    Half,
    Cut,
    Delay(Duration),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    /// As it was written.
    text: String,
    cluster: String,
    verb: String,
    resource: Option<String>,
    sub: Option<String>,
    /// A namespace, or `all`.
    scope: Option<String>,
    deed: Deed,
    /// Carried out first.
    after: bool,
    left: Option<u64>,
    percent: Option<u64>,
}

/// What meets one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fate {
    /// Waits first.
    pub delay: Duration,
    /// Then this, in place of the answer.
    pub deed: Option<Deed>,
    /// The request is carried out all the same.
    pub carried_out: bool,
}

/// The faults that stand; clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    faults: Vec<Fault>,
    dice: u64,
}

impl Faults {
    /// Puts these in place of all others. Empty clears.
    ///
    /// # Errors
    /// What is wrong with the specification.
    pub fn set(&self, spec: &str) -> Result<(), String> {
        let parsed: Result<Vec<Vec<Fault>>, String> =
            spec.split(';').map(str::trim).filter(|text| !text.is_empty()).map(parse).collect();
        self.lock().faults = parsed?.concat();
        Ok(())
    }

    /// What stands, as it was written, without what is used up.
    #[must_use]
    pub fn standing(&self) -> Vec<String> {
        let mut texts: Vec<String> = self.lock().faults.iter().map(|fault| fault.text.clone()).collect();
        texts.dedup();
        texts
    }

    /// Clusters whose watches these faults cut.
    pub(crate) fn cuts(&self) -> Vec<String> {
        self.lock().faults.iter().filter(|fault| fault.deed == Deed::Cut).map(|fault| fault.cluster.clone()).collect()
    }

    /// Whether a request of this kind is always answered by 403.
    pub(crate) fn forbids(&self, cluster: &str, verb: &str, target: Option<&Target>) -> bool {
        self.lock().faults.iter().any(|fault| {
            fault.deed == Deed::Answer(403)
                && fault.left.is_none()
                && fault.percent.is_none()
                && fault.concerns(cluster, verb, target)
        })
    }

    /// What meets a request, counted.
    pub(crate) fn meet(&self, cluster: &str, verb: &str, target: Option<&Target>) -> Fate {
        let mut state = self.lock();
        let State { faults, dice } = &mut *state;
        let mut fate = Fate::default();
        for fault in faults.iter_mut() {
            if !fault.concerns(cluster, verb, target) || fault.left == Some(0) {
                continue;
            }
            if let Some(percent) = fault.percent {
                *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if (*dice >> 33) % 100 >= percent {
                    continue;
                }
            }
            match fault.deed {
                Deed::Delay(delay) => fate.delay += delay,
                deed if fate.deed.is_none() => {
                    fate.deed = Some(deed);
                    fate.carried_out = fault.after || matches!(deed, Deed::Cut | Deed::Half);
                }
                _ => continue,
            }
            fault.left = fault.left.map(|left| left - 1);
        }
        faults.retain(|fault| fault.left != Some(0));
        fate
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fault {
    fn concerns(&self, cluster: &str, verb: &str, target: Option<&Target>) -> bool {
        let reads = matches!(verb, "get" | "list" | "watch");
        let verb = match self.verb.as_str() {
            "*" => true,
            "read" => reads,
            "write" => !reads && !verb.is_empty(),
            wanted => wanted == verb,
        };
        let resource = self.resource.as_ref().is_none_or(|wanted| target.is_some_and(|t| t.kind.plural == *wanted));
        let sub = self.sub.as_ref().is_none_or(|wanted| target.is_some_and(|t| t.sub.as_ref() == Some(wanted)));
        let scope = self.scope.as_ref().is_none_or(|wanted| {
            target.is_some_and(|t| match &t.namespace {
                Some(namespace) => namespace == wanted,
                None => wanted == "all" && t.kind.namespaced,
            })
        });
        (self.cluster == "*" || self.cluster == cluster) && verb && resource && sub && scope
    }
}

fn parse(text: &str) -> Result<Vec<Fault>, String> {
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
    let (what, scope) = what.split_once('@').map_or((what, None), |(what, scope)| (what, Some(scope.to_owned())));
    let mut parts = what.splitn(3, '/');
    let verb = parts.next().unwrap_or_default();
    if !VERBS.contains(&verb) {
        return Err(wrong(format!("'{verb}' is no verb; it is one of {}", VERBS.join(", "))));
    }
    let (resource, sub) = (parts.next().map(str::to_owned), parts.next().map(str::to_owned));
    if let Some(resource) =
        resource.as_ref().filter(|name| !crate::demo::store::KINDS.iter().any(|k| k.plural == **name))
    {
        return Err(wrong(format!("there is no resource '{resource}'")));
    }
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
    let deed = match deed {
        "drop" => Deed::Drop,
        "half" if verb == "watch" => return Err(wrong("a watch has no middle; it can be cut".into())),
        "half" => Deed::Half,
        "cut" if verb == "watch" => Deed::Cut,
        "cut" => return Err(wrong("only a watch can be cut".into())),
        number if number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty() => match number.parse() {
            Ok(status @ 400..=599) => Deed::Answer(status),
            _ => {
                return Err(wrong(format!("{number} is no status from 400 to 599; a delay needs a unit, as in 300ms")));
            }
        },
        other => match other.parse::<jiff::SignedDuration>() {
            Ok(delay) if !delay.is_negative() => Deed::Delay(delay.unsigned_abs()),
            _ => return Err(wrong(format!("'{other}' is no status, no delay, not drop, half or cut"))),
        },
    };
    Ok(vec![Fault { resource, sub, scope, after, left, percent, ..fault(verb, deed) }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> Target {
        Target::parse("/apis/argoproj.io/v1alpha1/namespaces/n/rollouts/a/status").unwrap()
    }

    #[test]
    fn a_counted_fault_is_used_up_and_only_by_what_it_names() {
        let faults = Faults::default();
        faults.set("production:patch/rollouts/status=!504*2; staging:*=300ms").unwrap();
        let target = target();
        assert_eq!(faults.meet("production", "get", Some(&target)), Fate::default());
        assert_eq!(faults.meet("test", "patch", Some(&target)), Fate::default());
        assert_eq!(faults.meet("staging", "get", None).delay, Duration::from_millis(300));
        for _ in 0..2 {
            let fate = faults.meet("production", "patch", Some(&target));
            assert_eq!((fate.deed, fate.carried_out), (Some(Deed::Answer(504)), true));
        }
        assert_eq!(faults.meet("production", "patch", Some(&target)), Fate::default());
        assert_eq!(faults.standing(), ["staging:*=300ms"]);
        faults.set("").unwrap();
        assert!(faults.standing().is_empty());
    }

    #[test]
    fn a_share_meets_about_that_share() {
        let faults = Faults::default();
        faults.set("*:read=503%25").unwrap();
        let met = (0..1000).filter(|_| faults.meet("test", "list", None).deed.is_some()).count();
        assert!((200..300).contains(&met), "{met}");
        assert_eq!(faults.meet("test", "patch", None).deed, None);
    }

    #[test]
    fn a_bad_fault_is_told_with_what_is_wrong_and_leaves_the_others_standing() {
        let faults = Faults::default();
        faults.set("test:down").unwrap();
        for (spec, says) in [
            ("prod:down", "no cluster 'prod'"),
            ("down", "names no cluster"),
            ("test:push=504", "'push' is no verb"),
            ("test:patch", "does not say what happens"),
            ("test:patch=200", "no status from 400 to 599"),
            ("test:patch=10", "a delay needs a unit"),
            ("test:patch=504*0", "no count"),
            ("test:patch=504%0", "no share"),
            ("test:patch=cut", "only a watch can be cut"),
            ("test:watch=half", "a watch has no middle"),
            ("test:patch/nope=504", "no resource 'nope'"),
            ("test:patch=soon", "'soon' is no status"),
        ] {
            let error = faults.set(spec).unwrap_err();
            assert!(error.contains(says) && error.contains(spec), "{error}");
        }
        assert_eq!(faults.standing(), ["test:down"]);
        assert_eq!(faults.meet("test", "get", None).deed, Some(Deed::Drop));
    }
}
