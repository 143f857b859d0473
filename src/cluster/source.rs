//! Sources: one cluster and scope that is kept watched. A source has its own client, its own legs (one per namespace)
//! and its own waits; nothing of it is shared with another, so a slow or dead cluster delays nobody.

use super::backoff::{Backoff, Tempo};
use super::client::Client;
use super::failure::Failure;
use super::hub::{Access, Scope, Sink, Target};
use super::leg::{self, Shared, Step};
use super::place::Place;
use super::skew::Told;
use super::trouble::{self, Attempt};
use super::watch::Watch;
use crate::argo::feed::{Delta, Link, News, Trouble, TroubleKind};
use crate::argo::rollout::Rollout;
use crate::names::Namespace;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Keeps a source going until the task is dropped.
pub async fn keep(access: Access, target: Target, tempo: Tempo, shared: Arc<Shared>, sink: Sink) {
    let mut source = Source::new(access, target, tempo, shared, sink);
    source.tell_link(Link::Connecting { since: source.access.clock.now() });
    loop {
        source.sign_in().await;
        source.watch().await;
    }
}

/// State of one leg, as the source sees it.
#[derive(Debug)]
enum State {
    Connecting,
    Listing(usize),
    Live { relisting: Option<Instant> },
    Down { trouble: Trouble, next_try: Timestamp },
}

/// One leg and what it knows.
#[derive(Debug)]
struct Leg {
    namespace: Option<Namespace>,
    state: State,
    /// Not allowed here, while other namespaces are: said once, then left out of the state of the source.
    set_aside: bool,
    /// The objects, kept only where several namespaces have to be merged.
    objects: HashMap<Arc<str>, Arc<Rollout>>,
    complete: bool,
}

impl Leg {
    fn is_down_for(&self, kind: TroubleKind) -> bool {
        matches!(&self.state, State::Down { trouble, .. } if trouble.kind == kind)
    }
}

struct Source {
    access: Access,
    target: Target,
    tempo: Tempo,
    shared: Arc<Shared>,
    sink: Sink,
    legs: Vec<Leg>,
    link: Option<Link>,
    since: Timestamp,
    last_heard: Option<Timestamp>,
    told_heard: Option<Instant>,
    skew: Told,
    /// A complete set was told at least once.
    complete: bool,
    /// The login was renewed and has not worked since: the next 401 waits for a person.
    renewed: bool,
}

impl Source {
    fn new(access: Access, target: Target, tempo: Tempo, shared: Arc<Shared>, sink: Sink) -> Self {
        let since = access.clock.now();
        Self {
            access,
            target,
            tempo,
            shared,
            sink,
            legs: Vec::new(),
            link: None,
            since,
            last_heard: None,
            told_heard: None,
            skew: Told::default(),
            complete: false,
            renewed: false,
        }
    }

    fn tell(&self, news: News) {
        (self.sink)(news);
    }

    fn tell_link(&mut self, link: Link) {
        if self.link.as_ref() != Some(&link) {
            self.link = Some(link.clone());
            self.tell(News::Link(self.target.source, link));
        }
    }

    /// Builds the client, as often as it takes.
    async fn sign_in(&mut self) {
        let mut backoff = Backoff::new(&self.tempo);
        let mut pokes = self.shared.poke.subscribe();
        let mut logins = self.shared.login.subscribe();
        loop {
            let failure = match Client::connect(&self.access, &self.target.context, &self.tempo).await {
                Ok(client) => {
                    self.shared.client.send_replace(Some(client));
                    return;
                }
                Err(failure) => failure,
            };
            let trouble = trouble::of(&failure, Attempt::new(&self.target.context, "sign in"));
            let wait = leg::wait(&trouble, &failure, &mut backoff, &self.tempo);
            self.down(trouble, self.access.clock.after(wait));
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = pokes.changed() => {}
                _ = logins.changed() => {}
            }
        }
    }

    fn down(&mut self, trouble: Trouble, next_try: Timestamp) {
        self.tell_link(Link::Retrying { trouble, last_heard: self.last_heard, next_try });
    }

    /// Watches with the present client until a new one is needed.
    async fn watch(&mut self) {
        let Some(client) = self.shared.client.borrow().clone() else { return };
        let mut namespaces: Vec<Option<Namespace>> = match &self.target.scope {
            Scope::All => vec![None],
            Scope::Namespaces(names) => names.iter().cloned().map(Some).collect(),
        };
        if namespaces.is_empty() {
            namespaces.push(Some(client.namespace().into()));
        }
        loop {
            match self.legs(&client, namespaces).await {
                Outcome::Renew => return,
                Outcome::Again(others) => namespaces = others,
            }
        }
    }

    /// Runs one leg per namespace and listens to them.
    async fn legs(&mut self, client: &Client, namespaces: Vec<Option<Namespace>>) -> Outcome {
        let (steps, mut heard) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        let mut before = std::mem::take(&mut self.legs);
        for (index, namespace) in namespaces.into_iter().enumerate() {
            let place = Place::new(namespace.clone(), self.target.selector.clone());
            let steps = steps.clone();
            // A closed channel means that the source goes on without these legs; the task is aborted with the set.
            let tell = move |step| drop(steps.send((index, step)));
            tasks.spawn(leg::keep(
                Watch::<Rollout>::new(place, self.tempo),
                Arc::clone(&self.shared),
                self.tempo,
                tell,
            ));
            // With a new client the last known objects of a namespace stay until its new list is complete.
            let known = before.iter_mut().find(|leg| leg.namespace == namespace);
            let (objects, complete) =
                known.map(|leg| (std::mem::take(&mut leg.objects), leg.complete)).unwrap_or_default();
            self.legs.push(Leg { namespace, state: State::Connecting, set_aside: false, objects, complete });
        }
        let mut pokes = self.shared.poke.subscribe();
        let mut logins = self.shared.login.subscribe();
        let (access, context) = (self.access.clone(), self.target.context.clone());
        tasks.spawn(leg::keep_signed_in(access, context, self.tempo, Arc::clone(&self.shared)));
        loop {
            let (index, step) = tokio::select! {
                step = heard.recv() => match step {
                    Some(step) => step,
                    None => return Outcome::Renew,
                },
                _ = logins.changed() => {
                    self.renewed = false;
                    return Outcome::Renew;
                }
                _ = pokes.changed() => {
                    // Falling back to fewer namespaces is tried anew as well.
                    if self.legs.iter().all(|leg| leg.namespace.is_some()) && self.target.scope == Scope::All {
                        return Outcome::Again(vec![None]);
                    }
                    if self.legs.iter().any(|leg| leg.is_down_for(TroubleKind::NotSignedIn)) {
                        return Outcome::Renew;
                    }
                    continue;
                }
            };
            if let Some(outcome) = self.on_step(client, index, step) {
                return outcome;
            }
        }
    }

    fn on_step(&mut self, client: &Client, index: usize, step: Step<Rollout>) -> Option<Outcome> {
        match step {
            Step::Heard => self.on_heard(client),
            Step::Unreadable(why) => {
                self.tell(News::Note(self.target.source, format!("an object cannot be read: {why}")));
            }
            Step::Change(delta) => self.on_change(index, delta),
            // After the first list this is no news: what is known stays, and what was said about it too.
            Step::Connecting if self.complete => {}
            Step::Connecting => self.set(index, State::Connecting),
            Step::Listing { count, first } => {
                let relisting = match self.legs[index].state {
                    State::Live { relisting } if !first => Some(relisting.unwrap_or_else(Instant::now)),
                    _ => None,
                };
                match relisting {
                    // A new list after 410 is no news unless it takes long: what is shown is the last known state.
                    Some(since) if since.elapsed() < Duration::from_secs(1) => {
                        self.legs[index].state = State::Live { relisting };
                    }
                    _ => self.set(index, State::Listing(count)),
                }
            }
            Step::Live => {
                self.renewed = false;
                self.legs[index].set_aside = false;
                self.set(index, State::Live { relisting: None });
            }
            Step::Down { trouble, next_try } => return self.on_down(client, index, trouble, next_try),
        }
        None
    }

    fn on_down(&mut self, client: &Client, index: usize, trouble: Trouble, next_try: Timestamp) -> Option<Outcome> {
        let source = self.target.source;
        match trouble.kind {
            TroubleKind::NotSignedIn if !self.renewed => {
                self.renewed = true;
                return Some(Outcome::Renew);
            }
            TroubleKind::Forbidden if self.legs[index].namespace.is_none() => {
                let own = Namespace::from(client.namespace());
                self.tell(News::Note(
                    source,
                    format!("{}; showing namespace {own} of the context instead", trouble.sentence),
                ));
                return Some(Outcome::Again(vec![Some(own)]));
            }
            TroubleKind::Forbidden if self.legs.len() > 1 && !self.legs[index].set_aside => {
                // What was seen before the right was taken away would look live: it goes.
                let leg = &mut self.legs[index];
                leg.set_aside = true;
                leg.complete = false;
                leg.objects.clear();
                if self.complete {
                    self.tell_all();
                }
                self.tell(News::Note(source, format!("{}; showing the other namespaces", trouble.sentence)));
            }
            _ => {}
        }
        self.set(index, State::Down { trouble, next_try });
        None
    }

    fn on_heard(&mut self, client: &Client) {
        let now = self.access.clock.now();
        self.last_heard = Some(now);
        let due = self.told_heard.is_none_or(|told| told.elapsed() >= Duration::from_secs(1));
        if due {
            self.told_heard = Some(Instant::now());
            self.tell(News::Heard(self.target.source, now));
            // The present client's: it may have been renewed since the legs began.
            let skew = self.shared.client.borrow().as_ref().unwrap_or(client).skew().clone();
            if let Some(skew) = self.skew.news(&skew) {
                self.tell(News::Skew(self.target.source, skew));
            }
        }
    }

    /// Passes a change on; with several namespaces, a list of one is merged with what the others have.
    fn on_change(&mut self, index: usize, delta: Delta<Rollout>) {
        let source = self.target.source;
        if self.legs.len() == 1 {
            self.complete |= matches!(delta, Delta::Reset(_));
            self.tell(News::Rollouts(source, delta));
            return;
        }
        let leg = &mut self.legs[index];
        match delta {
            Delta::Reset(all) => {
                leg.objects = all.iter().map(|object| (Arc::clone(&object.meta.name), Arc::clone(object))).collect();
                leg.complete = true;
                if self.legs.iter().all(|leg| leg.complete || leg.set_aside) {
                    self.tell_all();
                } else if !self.complete {
                    self.tell(News::Rollouts(source, Delta::Partial(all)));
                }
            }
            Delta::Partial(some) if !self.complete => self.tell(News::Rollouts(source, Delta::Partial(some))),
            Delta::Partial(_) => {}
            Delta::Upsert(object) => {
                leg.objects.insert(Arc::clone(&object.meta.name), Arc::clone(&object));
                self.tell(News::Rollouts(source, Delta::Upsert(object)));
            }
            Delta::Remove { namespace, name, uid } => {
                leg.objects.remove(&name);
                self.tell(News::Rollouts(source, Delta::Remove { namespace, name, uid }));
            }
        }
    }

    fn tell_all(&mut self) {
        self.complete = true;
        let all = self.legs.iter().flat_map(|leg| leg.objects.values().cloned()).collect();
        self.tell(News::Rollouts(self.target.source, Delta::Reset(all)));
    }

    /// Sets the state of a leg and tells the state of the source that follows from all.
    fn set(&mut self, index: usize, state: State) {
        self.legs[index].state = state;
        // A namespace that was set aside may have been the last one that the others waited for.
        let settled = self.legs.iter().all(|leg| leg.complete || leg.set_aside);
        if self.legs.len() > 1 && !self.complete && settled && self.legs.iter().any(|leg| leg.complete) {
            self.tell_all();
        }
        let link = self.merged();
        self.tell_link(link);
    }

    /// The worst state decides; namespaces that were set aside count only when there are no others.
    fn merged(&self) -> Link {
        let all_aside = self.legs.iter().all(|leg| leg.set_aside);
        let legs = || self.legs.iter().filter(|leg| all_aside || !leg.set_aside).map(|leg| &leg.state);
        if let Some((trouble, next_try)) = legs().find_map(|state| match state {
            State::Down { trouble, next_try } => Some((trouble.clone(), *next_try)),
            _ => None,
        }) {
            return Link::Retrying { trouble, last_heard: self.last_heard, next_try };
        }
        let count = self.legs.iter().map(|leg| match leg.state {
            State::Listing(count) => count,
            _ => leg.objects.len(),
        });
        if legs().all(|state| matches!(state, State::Live { .. })) {
            Link::Live
        } else if legs().any(|state| matches!(state, State::Listing(_) | State::Live { .. })) {
            Link::Listing { count: count.sum() }
        } else {
            Link::Connecting { since: self.since }
        }
    }
}

/// What the legs ended with.
enum Outcome {
    /// A new client is needed.
    Renew,
    /// Other legs with the same client.
    Again(Vec<Option<Namespace>>),
}

/// The words for what a write or a question failed with, when there is no client.
pub fn no_client(context: &str) -> Trouble {
    let failure = Failure::Config("there is no connection yet".to_owned());
    Trouble { kind: TroubleKind::Unreachable, ..trouble::of(&failure, Attempt::new(context, "connect")) }
}
