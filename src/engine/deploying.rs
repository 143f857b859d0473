//! Deploying: a thread that reads service files and renders templates, so that neither the loop nor the network waits for
//! a disk, and the record of a deploy. A rendered service goes on to the network thread, which asks the cluster.

use super::audit::Keeper;
use super::effects::Outlet;
use super::ledger::{Book, Told};
use super::mailbox::{Mailbox, Signal};
use crate::app::state::{Setup, SourceInfo};
use crate::argo::feed::{Trouble, TroubleKind};
use crate::audit::From;
use crate::cluster::deploying::{Errand, Tell};
use crate::cluster::hub::Errands;
use crate::config::problem::Place;
use crate::config::settings::Settings;
use crate::deploy::feed::{DeployId, News, NoPlan, Order, Site, Stock, Wish};
use crate::deploy::plan::Target;
use crate::names::{Namespace, SourceId};
use crate::service::catalog::{self, Service};
use crate::service::finding::Finding;
use crate::service::render::render;
use crate::service::settle::{Cell, Given, namespace, runtimes};
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Hands work to the thread.
#[derive(Debug)]
pub struct Workshop {
    jobs: Sender<Job>,
    errands: Errands,
    tell: Post,
}

/// A mailbox that can be printed.
#[derive(Clone, Debug)]
struct Post(Mailbox);

impl Post {
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
        let tell = Post(to);
        let bench = Bench {
            settings: setup.settings.clone(),
            home,
            sources: setup.sources.clone(),
            errands: errands.clone(),
            stock: None,
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
            // Two that begin in the same microsecond are two processes, or two numbers of one.
            let deploy_id = format!("{:x}-{:x}-{:x}", Timestamp::now().as_microsecond(), std::process::id(), id.0);
            let (tell, source) = (workshop.tell(), applying.source);
            let reason = applying.reason.clone().unwrap_or_default();
            let told = Arc::clone(&tell);
            let book = Book::new(log, From::Ui, &deploy_id, &reason, move |meanwhile| match meanwhile {
                Told::Progress(progress) => told(News::Progress(id, progress)),
                Told::Trouble(words) => told(News::Note(source, words)),
            });
            let (ledger, events) = (Box::new(book), keeper.makes_events());
            workshop.errands.send(Errand::Apply { id, applying, ledger, who, deploy_id, events, tell });
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
    stock: Option<Arc<Stock>>,
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
        let catalog = catalog::load(&self.settings.services, self.home.as_deref());
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
        let stock = Arc::new(stock);
        self.stock = Some(Arc::clone(&stock));
        (self.tell)(News::Stock(stock));
    }

    fn plan(&mut self, id: DeployId, wish: Wish) -> Result<(), NoPlan> {
        if self.stock.is_none() {
            self.load();
        }
        let Wish { source, channel, service, given } = wish;
        let stock = self.stock.as_ref().ok_or_else(|| NoPlan::Findings(Vec::new()))?;
        let service = stock.catalog.find(&service).map_err(NoPlan::Findings)?;
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
