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
//!          perhaps #NAME after that: only the object of this name, as in patch/services#web;
//!          perhaps @NAMESPACE after that, or @all for requests over all namespaces;
//!          perhaps ?dry after that for dry runs only, or ?real for all others
//! DO       a status from 400 to 599: answered with it (401 is an expired token, 403 forbids, 429 says when to come
//!          again)
//!          deny      an admission webhook refuses; deny:MESSAGE in these words (up to the next ;)
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
//! `test:read@all=403`, `production:patch/services#web?real=!504*1`,
//! `*:patch/rollouts#web?real=deny*1:no deploys on Fridays`. A count stands before the message. A 403 that always stands is also what access reviews answer by.

mod spec;

use super::target::Target;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Answer(u16),
    /// An admission webhook refuses, with this message.
    Deny(String),
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
    /// Of an object.
    name: Option<String>,
    /// Dry runs only, or only what is none.
    dry: Option<bool>,
    /// A namespace, or `all`.
    scope: Option<String>,
    deed: Deed,
    /// Carried out first.
    after: bool,
    left: Option<u64>,
    percent: Option<u64>,
}

/// What meets one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fate {
    /// Waits first.
    pub delay: Duration,
    /// Then this, in place of the answer.
    pub deed: Option<Deed>,
    /// The request is carried out all the same.
    pub carried_out: bool,
}

/// What a fault can tell a request by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen<'a> {
    pub cluster: &'a str,
    pub verb: &'a str,
    pub target: Option<&'a Target>,
    /// The object's name: of the path, or of the body where one is made.
    pub name: Option<&'a str>,
    /// A dry run, or not; none where it is not known.
    pub dry: Option<bool>,
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
            spec.split(';').map(str::trim).filter(|text| !text.is_empty()).map(spec::parse).collect();
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
    pub(crate) fn forbids(&self, seen: &Seen) -> bool {
        self.lock().faults.iter().any(|fault| {
            fault.deed == Deed::Answer(403) && fault.left.is_none() && fault.percent.is_none() && fault.concerns(seen)
        })
    }

    /// What meets a request, counted.
    pub(crate) fn meet(&self, seen: &Seen) -> Fate {
        let mut state = self.lock();
        let State { faults, dice } = &mut *state;
        let mut fate = Fate::default();
        for fault in faults.iter_mut() {
            if !fault.concerns(seen) || fault.left == Some(0) {
                continue;
            }
            if let Some(percent) = fault.percent {
                *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if (*dice >> 33) % 100 >= percent {
                    continue;
                }
            }
            match &fault.deed {
                Deed::Delay(delay) => fate.delay += *delay,
                deed if fate.deed.is_none() => {
                    fate.carried_out = fault.after || matches!(deed, Deed::Cut | Deed::Half);
                    fate.deed = Some(deed.clone());
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
    fn concerns(&self, seen: &Seen) -> bool {
        let Seen { cluster, verb, target, .. } = *seen;
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
        let name = self.name.is_none() || self.name.as_deref() == seen.name;
        let dry = self.dry.is_none() || self.dry == seen.dry;
        (self.cluster == "*" || self.cluster == cluster) && verb && resource && sub && scope && name && dry
    }
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
        let meet = |cluster, verb, target| faults.meet(&Seen { cluster, verb, target, ..Seen::default() });
        let target = target();
        assert_eq!(meet("production", "get", Some(&target)), Fate::default());
        assert_eq!(meet("test", "patch", Some(&target)), Fate::default());
        assert_eq!(meet("staging", "get", None).delay, Duration::from_millis(300));
        for _ in 0..2 {
            let fate = meet("production", "patch", Some(&target));
            assert_eq!((fate.deed, fate.carried_out), (Some(Deed::Answer(504)), true));
        }
        assert_eq!(meet("production", "patch", Some(&target)), Fate::default());
        assert_eq!(faults.standing(), ["staging:*=300ms"]);
        faults.set("").unwrap();
        assert!(faults.standing().is_empty());
    }

    #[test]
    fn a_fault_can_name_an_object_and_tell_a_dry_run_from_what_counts() {
        let faults = Faults::default();
        faults.set("*:patch/rollouts#a@n?real=deny*1:not on Fridays: 5 * 5 = 25%; *:patch#a?dry=409").unwrap();
        let target = Target::parse("/apis/argoproj.io/v1alpha1/namespaces/n/rollouts/a").unwrap();
        let seen = Seen { cluster: "test", verb: "patch", target: Some(&target), name: Some("a"), dry: Some(true) };
        assert_eq!(faults.meet(&seen).deed, Some(Deed::Answer(409)));
        assert_eq!(faults.meet(&Seen { name: Some("b"), ..seen }), Fate::default());
        let real = Seen { dry: Some(false), ..seen };
        let message = "not on Fridays: 5 * 5 = 25%".to_owned();
        assert_eq!(faults.meet(&real).deed, Some(Deed::Deny(message)));
        assert_eq!(faults.meet(&real), Fate::default());
    }

    #[test]
    fn a_share_meets_about_that_share() {
        let faults = Faults::default();
        faults.set("*:read=503%25").unwrap();
        let meet = |cluster, verb, target| faults.meet(&Seen { cluster, verb, target, ..Seen::default() });
        let met = (0..1000).filter(|_| meet("test", "list", None).deed.is_some()).count();
        assert!((200..300).contains(&met), "{met}");
        assert_eq!(meet("test", "patch", None).deed, None);
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
            ("test:patch/rollouts#=504", "no name after '#'"),
            ("test:patch/rollouts?wet=504", "'?wet' is neither ?dry nor ?real"),
            ("test:get=deny", "only a write can be denied"),
            ("test:patch=!deny", "what is denied is not carried out"),
        ] {
            let error = faults.set(spec).unwrap_err();
            assert!(error.contains(says) && error.contains(spec), "{error}");
        }
        assert_eq!(faults.standing(), ["test:down"]);
        let seen = Seen { cluster: "test", verb: "get", ..Seen::default() };
        assert_eq!(faults.meet(&seen).deed, Some(Deed::Drop));
    }
}
