//! The words about a write that did not go as it was meant.

use crate::argo::deed::plan::{Body, Object, Plan, Request};
use crate::argo::feed::{Answer, Trouble, TroubleKind};
use crate::cluster::client::Client;
use crate::cluster::failure::{Failure, Status};
use crate::cluster::trouble::{self, Attempt};
use crate::names::Namespace;

/// What the words are about.
pub struct Words<'a> {
    /// The cluster.
    pub client: &'a Client,
    /// Namespace.
    pub namespace: &'a Namespace,
    /// Name of the rollout.
    pub name: &'a str,
    /// What is done.
    pub plan: &'a Plan,
}

impl Words<'_> {
    /// A failure: of reading (`get`), or of a request.
    pub fn trouble(&self, failure: &Failure, verb: &str, request: Option<&Request>) -> Trouble {
        let doing = match request {
            Some(_) => format!("{} {} in namespace {}", self.plan.deed.words(), self.name, self.namespace),
            None => format!("read {} in namespace {}", self.name, self.namespace),
        };
        let resource = request.map_or_else(|| "rollouts in group argoproj.io".to_owned(), resource);
        let verb = match request.map(|request| &request.body) {
            Some(Body::Delete) => "delete",
            _ => verb,
        };
        let attempt = Attempt {
            cluster: self.client.context(),
            doing: &doing,
            right: Some((verb, &resource)),
            whole_kind: false,
        };
        let mut trouble = trouble::of(failure, attempt);
        // A webhook, a quota or a policy engine answers 403 as well; its words are the reason.
        if let Failure::Status(status) = failure
            && status.code == 403
            && !["cannot patch resource", "cannot get resource", "cannot delete resource"]
                .iter()
                .any(|words| status.message.contains(words))
        {
            trouble.sentence = format!("{}: {}", trouble.sentence, status.message);
        }
        if let Failure::Status(Status { code: 429, .. }) = failure {
            trouble.hint = Some("it was sent once and is not repeated: decide again when that time is over".to_owned());
        }
        trouble
    }

    /// What a request that was taken has done already, when a later one is not.
    pub fn done(&self, request: &Request) -> &'static str {
        match request.subresource {
            Some("status") if self.plan.deed.verb() == "promote" => "its pause was ended",
            Some("status") => "its status was written",
            _ => "its spec was written",
        }
    }

    /// The rollout is not there any more.
    pub fn gone(&self) -> Answer {
        Answer::Moved {
            sentence: format!(
                "nothing was done: there is no rollout {} in namespace {} on {} any more",
                self.name,
                self.namespace,
                self.client.context()
            ),
        }
    }

    /// The AnalysisRun or Experiment is not there any more, or not as it was decided on.
    pub fn another(&self, request: &Request, gone: bool) -> Answer {
        let (kind, name) = match &request.object {
            Object::Run(named) => ("AnalysisRun", &*named.name),
            Object::Experiment(named) => ("Experiment", &*named.name),
            Object::Rollout | Object::Workload(..) => ("rollout", self.name),
        };
        let what = if gone { "is not there any more" } else { "was changed at the same moment: look at it again" };
        Answer::Moved { sentence: format!("nothing was done: the {kind} {name} {what}") }
    }

    /// The second of two requests came too late.
    pub fn overtaken(&self) -> Trouble {
        let sentence = format!("{} was changed before its pause by hand could be ended as well", self.name);
        Trouble {
            kind: TroubleKind::Server,
            raw: sentence.clone(),
            sentence,
            hint: Some(format!("{} again to end the pause by hand", self.plan.deed.words())),
        }
    }

    /// The answer does not show what was asked for.
    pub fn ignored(&self) -> Trouble {
        let sentence = format!(
            "{} answered yes, but the rollout {} it answered with does not show the {}",
            self.client.context(),
            self.name,
            self.plan.deed.verb()
        );
        Trouble {
            kind: TroubleKind::Server,
            raw: sentence.clone(),
            sentence,
            hint: Some("a webhook may undo the change, or the CRD is of another version".to_owned()),
        }
    }
}

/// The resource of a request, as a role names it.
fn resource(request: &Request) -> String {
    let below = request.subresource.map(|sub| format!("/{sub}")).unwrap_or_default();
    match &request.object {
        Object::Rollout => format!("rollouts{below} in group argoproj.io"),
        Object::Run(_) => "analysisruns in group argoproj.io".to_owned(),
        Object::Experiment(_) => "experiments in group argoproj.io".to_owned(),
        Object::Workload(kind, _) => format!("{}s in group apps", kind.to_lowercase()),
    }
}
