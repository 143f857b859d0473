//! Deploying: a thread that reads service files and renders templates, so that neither the loop nor the network waits for
//! a disk, and the record of a deploy. A rendered service goes on to the network thread, which asks the cluster.

use super::audit::Keeper;
use super::effects::Outlet;
use super::mailbox::{Mailbox, Signal};
use crate::app::state::{Setup, SourceInfo};
use crate::argo::feed::{Trouble, TroubleKind};
use crate::audit::applying::{Applied, Applying as Line};
use crate::audit::{Audit, Entry, From};
use crate::cluster::deploying::{Errand, Tell};
use crate::cluster::hub::Errands;
use crate::config::problem::Place;
use crate::config::settings::Settings;
use crate::deploy::feed::{DeployId, News, NoPlan, Order, Site, Stock, Wish};
use crate::deploy::plan::Target;
use crate::deploy::progress::{Entry as Write, Fate, Ledger, Progress};
use crate::names::{Namespace, SourceId};
use crate::service::catalog::{self, Catalog, Service};
use crate::service::finding::Finding;
use crate::service::render::render;
use crate::service::settle::{Cell, Given, namespace, runtimes};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Hands work to the thread.
#[derive(Debug)]
pub struct Workshop {
    jobs: Sender<Job>,
    errands: Errands,
    tell: Told,
}

/// A mailbox that can be printed.
#[derive(Clone, Debug)]
struct Told(Mailbox);

impl Told {
    fn tell(&self) -> Tell {
        let mailbox = self.0.clone();
        Arc::new(move |news| mailbox.signal(Signal::Deploy(Box::new(news))))
    }
}

enum Job {
    Load,
    Plan(DeployId, Box<Wish>),
}

impl Workshop {
    /// The one of a program on clusters; a recording has none.
    #[must_use]
    pub fn behind(outlet: &Outlet, setup: &Setup, home: Option<PathBuf>, to: &Mailbox) -> Option<Self> {
        match outlet {
            Outlet::Hub(hub) => Some(Self::start(setup, home, hub.errands(), to.clone())),
            Outlet::Player(_) => None,
        }
    }

    /// Starts the thread. It reads nothing before it is asked.
    #[must_use]
    pub fn start(setup: &Setup, home: Option<PathBuf>, errands: Errands, to: Mailbox) -> Self {
        let (jobs, received) = channel();
        let tell = Told(to);
        let bench = Bench {
            settings: setup.settings.clone(),
            home,
            sources: setup.sources.clone(),
            errands: errands.clone(),
            catalog: None,
            tell: tell.tell(),
        };
        let started = std::thread::Builder::new().name("services".to_owned()).spawn(move || bench.work(&received));
        if let Err(why) = started {
            tracing::error!(%why, "the thread that reads services cannot be started");
        }
        Self { jobs, errands, tell }
    }

    /// Where news of a deploy go.
    #[must_use]
    pub fn tell(&self) -> Tell {
        self.tell.tell()
    }

    /// Hands work on; returns at once.
    pub fn order(&self, order: Order) {
        let job = match order {
            Order::Load => Job::Load,
            Order::Plan(id, wish) => Job::Plan(id, wish),
            Order::Sets(..) | Order::Apply(..) => return,
        };
        if let Err(lost) = self.jobs.send(job)
            && let Job::Plan(id, _) = lost.0
        {
            let sentence = "the thread that reads services is gone".to_owned();
            self.tell()(News::Planned(id, Err(NoPlan::Trouble(trouble(sentence)))));
        }
    }
}

/// Carries out what the state asked for.
pub fn order(order: Order, workshop: Option<&Workshop>, keeper: &Keeper) {
    // A recording has neither services nor a cluster, and the state asks for none.
    let Some(workshop) = workshop else { return };
    match order {
        Order::Apply(id, applying) => {
            let log = keeper.log();
            let who = (format!("{}@{}", log.who().user, log.who().host), log.who().host.clone());
            let tell = workshop.tell();
            let book = Book::new(id, applying.source, log, applying.reason.as_deref(), Arc::clone(&tell));
            let events = keeper.makes_events();
            workshop.errands.send(Errand::Apply { id, applying, ledger: Box::new(book), who, events, tell });
        }
        Order::Sets(key, selector) => {
            workshop.errands.send(Errand::Sets { key, selector, tell: workshop.tell() });
        }
        other => workshop.order(other),
    }
}

fn trouble(sentence: String) -> Trouble {
    Trouble { kind: TroubleKind::Config, raw: sentence.clone(), sentence, hint: None }
}

/// What lives on the thread.
struct Bench {
    settings: Settings,
    home: Option<PathBuf>,
    sources: Vec<SourceInfo>,
    errands: Errands,
    /// As it was read last: a plan is made of what the form shows.
    catalog: Option<Catalog>,
    tell: Tell,
}

impl Bench {
    fn work(mut self, jobs: &Receiver<Job>) {
        while let Ok(job) = jobs.recv() {
            match job {
                Job::Load => self.load(),
                Job::Plan(id, wish) => {
                    if let Err(why) = self.plan(id, *wish) {
                        (self.tell)(News::Planned(id, Err(why)));
                    }
                }
            }
        }
    }

    fn load(&mut self) {
        let catalog = catalog::load(&self.settings.services, &self.settings.channels, self.home.as_deref());
        let mut stock = Stock { catalog, ..Stock::default() };
        let given = Given { stand_ins: true, ..Given::default() };
        for service in stock.catalog.services.iter().filter(|service| !service.broken) {
            for channel in &self.settings.channels {
                for runtime in runtimes(service, &self.settings.services, channel) {
                    // What is wrong with it is told when it is deployed; a service that cannot be rendered makes nothing.
                    let Ok(made) = render(service, &self.settings, Cell { channel, runtime }, &given) else { continue };
                    let rollouts = made.rendered.objects.iter().filter(|object| object.kind() == "Rollout");
                    for name in rollouts.map(|object| object.name().to_owned()) {
                        let (channel, service) = (channel.name.to_string(), service.name().to_owned());
                        stock.makers.entry((channel.clone(), name.clone())).or_default().insert(service.clone());
                        stock.makes.entry((service, channel)).or_default().insert(name);
                    }
                }
            }
        }
        self.catalog = Some(stock.catalog.clone());
        (self.tell)(News::Stock(Arc::new(stock)));
    }

    fn plan(&mut self, id: DeployId, wish: Wish) -> Result<(), NoPlan> {
        if self.catalog.is_none() {
            self.load();
        }
        let Wish { source, channel, service, given } = wish;
        let catalog = self.catalog.as_ref().ok_or_else(|| NoPlan::Findings(Vec::new()))?;
        let service = catalog.find(&service).map_err(NoPlan::Findings)?;
        let site = self.site(service, source, channel)?;
        let channel = &self.settings.channels[channel];
        let runtime = channel.runtimes.iter().find(|runtime| runtime.name.as_str() == site.target.cluster);
        let Some(runtime) = runtime else { return Err(nowhere(service, channel.name.as_str())) };
        let made = render(service, &self.settings, Cell { channel, runtime }, &given).map_err(NoPlan::Findings)?;
        let rendered = Box::new(made.rendered);
        self.errands.send(Errand::Plan { id, source, site, rendered, tell: Arc::clone(&self.tell) });
        Ok(())
    }

    fn site(&self, service: &Service, source: SourceId, at: usize) -> Result<Site, NoPlan> {
        let place = self.sources.iter().find(|place| place.id == source && place.channel == at);
        let channel = self.settings.channels.get(at);
        let (Some(place), Some(channel)) = (place, channel) else { return Err(nowhere(service, "this channel")) };
        let runtime = runtimes(service, &self.settings.services, channel);
        let Some(runtime) = runtime.into_iter().find(|runtime| runtime.name == place.cluster) else {
            return Err(nowhere(service, channel.name.as_str()));
        };
        let own = namespace(service, &self.settings.services, Cell { channel, runtime });
        Ok(Site {
            own_namespace: own.is_none(),
            target: Target {
                channel: channel.name.to_string(),
                cluster: runtime.name.to_string(),
                context: runtime.context.clone(),
                namespace: Namespace::from(own.unwrap_or("default")),
                extra_namespaces: runtime.extra_namespaces.clone(),
                cluster_scoped: self.settings.services.allow_cluster_scoped.clone(),
            },
        })
    }
}

fn nowhere(service: &Service, channel: &str) -> NoPlan {
    let what = format!("service {} is not deployed to {channel}", service.name());
    let hint = "deploy = false or another runtime stands in the configuration of this channel";
    NoPlan::Findings(vec![Finding::error("service/channel", Place::Whole(service.home.file.clone()), what).hint(hint)])
}

/// The record of a deploy, written on the network thread: a line before each request and one after it.
pub struct Book {
    id: DeployId,
    source: SourceId,
    log: Audit,
    reason: String,
    tell: Tell,
    under_way: Option<Entry>,
}

impl Book {
    /// A record in this log.
    #[must_use]
    pub fn new(id: DeployId, source: SourceId, log: Audit, reason: Option<&str>, tell: Tell) -> Self {
        Self { id, source, log, reason: reason.unwrap_or_default().to_owned(), tell, under_way: None }
    }
}

impl Ledger for Book {
    fn before(&mut self, entry: &Write<'_>) -> Result<(), String> {
        let target = &entry.plan.target;
        let deploy_id = self.id.0.to_string();
        let recorded = entry.body.pointer("/metadata/annotations/rolltop~1deploy-id").and_then(|id| id.as_str());
        let line = Line {
            from: From::Ui,
            channel: &target.channel,
            cluster: &target.cluster,
            context: &target.context,
            namespace: entry.identity.namespace.as_deref().unwrap_or_default(),
            service: entry.plan.service.as_deref().unwrap_or_default(),
            object: &entry.identity.to_string(),
            removes: entry.method == "DELETE",
            method: entry.method,
            path: entry.path,
            body: entry.body,
            uid: entry.uid,
            resource_version: entry.resource_version,
            forced: entry.forced,
            deploy_id: recorded.unwrap_or(&deploy_id),
            version_from: entry.plan.from.as_deref().unwrap_or_default(),
            version_to: entry.plan.to.as_deref().unwrap_or_default(),
            reason: &self.reason,
            dry_run: entry.dry_run,
        };
        let begun = self.log.before_applying(&line)?;
        if let Some(words) = begun.trouble {
            (self.tell)(News::Note(self.source, words));
        }
        self.under_way = Some(begun.entry);
        Ok(())
    }

    fn after(&mut self, fate: &Fate) {
        let Some(line) = self.under_way.take() else { return };
        let (message, version) = match fate {
            Fate::Applied { resource_version, found_later: true } => {
                ("the answer was lost; read again, it is applied", resource_version.as_str())
            }
            Fate::Applied { resource_version, .. } => ("", resource_version.as_str()),
            Fate::Moved { what } => (what.as_str(), ""),
            Fate::Failed(failed) | Fate::Unknown(failed) => (failed.trouble.sentence.as_str(), ""),
            Fate::Skipped | Fate::Removed | Fate::NotTried => ("", ""),
        };
        let applied = Applied { word: fate.word(), message, resource_version: version };
        if let Some(words) = self.log.after_applying(line, applied) {
            (self.tell)(News::Note(self.source, words));
        }
    }

    fn progress(&mut self, progress: Progress) {
        (self.tell)(News::Progress(self.id, progress));
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        if let Some(line) = self.under_way.take() {
            // The program ends; there is no screen left to say more on.
            let _ = self.log.unanswered(line);
        }
    }
}
