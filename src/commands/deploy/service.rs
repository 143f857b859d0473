//! Service: a service of the configuration, rendered for each cluster of a channel. Parameters that nobody gives keep the
//! value that was deployed last, which only the cluster knows.

use super::wish::{Site, channel};
use crate::cluster::oneshot::Connection;
use crate::commands::base::{Base, Ready};
use crate::commands::findings::failure;
use crate::commands::outcome::Failure;
use crate::commands::services;
use crate::config::settings::Runtime;
use crate::service::catalog::{self, Service};
use crate::service::render::render;
use crate::service::rendered::Rendered;
use crate::service::settle::{self, Cell, Given};

/// The code of what only the last deploy can tell.
const MISSING: &str = "parameter/missing";

/// A service that is to be deployed.
pub struct OfService<'a> {
    ready: &'a Ready,
    service: Service,
    given: Given,
    reset: bool,
}

impl<'a> OfService<'a> {
    /// Finds it, and renders it once without any cluster, so that what is wrong is told before anything is sent. Gives the
    /// sites that it is deployed to.
    ///
    /// # Errors
    /// Everything that is wrong with its files, its parameters, its templates.
    pub fn find(
        base: &Base,
        ready: &'a Ready,
        name: &str,
        parameters: &[String],
        reset: bool,
        sites: Vec<Site>,
    ) -> Result<(Self, Vec<Site>), Failure> {
        let settings = &ready.resolved.settings;
        let catalog = catalog::load(&settings.services, base.home.as_deref());
        let service = catalog.find(name).map_err(|findings| failure(&findings))?.clone();
        let given = services::given(parameters).map_err(|findings| failure(&findings))?;
        let own = Self { ready, service, given, reset };
        own.of_our_application()?;
        let Some(first) = sites.first() else { return Ok((own, sites)) };
        let channel_name = first.channel.clone();
        let runtimes = settle::runtimes(&own.service, &settings.services, channel(ready, &first.source));
        let mut chosen = Vec::new();
        for mut site in sites {
            let Some(runtime) = runtimes.iter().find(|runtime| runtime.name == site.source.cluster) else { continue };
            let cell = Cell { channel: channel(ready, &site.source), runtime };
            if base.flags.namespaces.is_empty()
                && let Some(namespace) = settle::namespace(&own.service, &settings.services, cell)
            {
                site.namespace = Some(namespace.into());
            }
            own.check(cell)?;
            chosen.push(site);
        }
        if chosen.is_empty() {
            let what = format!("service {name} is not deployed to release channel {channel_name}; nothing was sent");
            return Err(Failure::bad_input(what).hint("the configuration says so: deploy = false, or another runtime"));
        }
        Ok((own, chosen))
    }

    /// A service of another application is listed, and not deployed.
    fn of_our_application(&self) -> Result<(), Failure> {
        let services = &self.ready.resolved.settings.services;
        let (Some(ours), Some(its)) = (&services.application, self.service.application(services)) else {
            return Ok(());
        };
        if ours == its || services.applications.iter().any(|other| other == its) {
            return Ok(());
        }
        let what = format!(
            "service {} belongs to application {its}, the configuration deploys {ours}; nothing was sent",
            self.service.name()
        );
        Err(Failure::bad_input(what).hint(format!("applications = [\"{its}\"] in the configuration allows it")))
    }

    fn check(&self, cell: Cell<'_>) -> Result<(), Failure> {
        match render(&self.service, &self.ready.resolved.settings, cell, &self.given) {
            Ok(_) => Ok(()),
            Err(findings) if !self.reset && findings.iter().all(|found| !found.is_error() || found.code == MISSING) => {
                Ok(())
            }
            Err(findings) => Err(failure(&findings)),
        }
    }

    /// Its objects for a cluster.
    ///
    /// # Errors
    /// The last deploy cannot be read; everything that is wrong with what it gives.
    pub async fn rendered(&self, site: &Site, connection: &Connection) -> Result<Rendered, Failure> {
        let mut given = self.given.clone();
        if !self.reset {
            let namespace = site.namespace.clone().unwrap_or_else(|| connection.namespace());
            let last = connection.last_parameters(&namespace, self.service.name(), &site.channel).await;
            given.last = last.map_err(|trouble| Failure::of_troubles([&trouble]))?;
        }
        let channel = channel(self.ready, &site.source);
        let own = |runtime: &&Runtime| runtime.name == site.source.cluster;
        let Some(runtime) = channel.runtimes.iter().find(own) else {
            return Err(Failure::bad_input(format!("release channel {} has no such runtime", channel.name)));
        };
        let done = render(&self.service, &self.ready.resolved.settings, Cell { channel, runtime }, &given);
        Ok(done.map_err(|findings| failure(&findings))?.rendered)
    }
}
