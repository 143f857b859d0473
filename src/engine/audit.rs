//! The record of the UI's writes: a line in the log before an order goes to the network, one when its answer comes, and
//! an event on the rollout when it was taken.

use super::mailbox::{Mailbox, Signal};
use crate::app::state::Setup;
use crate::argo::deed::plan::Plan;
use crate::argo::deed::told::Told;
use crate::argo::feed::{Answer, News, Order, RequestId, Trouble, TroubleKind};
use crate::audit::{Attempt, Audit, Begun, Entry, From, read};
use crate::names::{RolloutKey, SourceId};
use std::collections::HashMap;
use std::path::PathBuf;

/// A source, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    channel: String,
    cluster: String,
    context: String,
}

/// A write that is not answered.
#[derive(Debug)]
struct UnderWay {
    entry: Entry,
    key: RolloutKey,
    told: Told,
}

/// Keeps the record.
#[derive(Debug)]
pub struct Keeper {
    audit: Audit,
    from: From,
    events: bool,
    places: HashMap<SourceId, Place>,
    under_way: HashMap<RequestId, UnderWay>,
}

impl Keeper {
    /// A record in this log, for the sources of a program.
    #[must_use]
    pub fn new(audit: Audit, setup: &Setup) -> Self {
        let place = |info: &crate::app::state::SourceInfo| {
            let channel = setup.settings.channels.get(info.channel);
            let runtime = channel.and_then(|channel| channel.runtimes.iter().find(|one| one.name == info.cluster));
            let place = Place {
                channel: channel.map(|channel| channel.name.to_string()).unwrap_or_default(),
                cluster: info.cluster.to_string(),
                context: runtime.map(|runtime| runtime.context.clone()).unwrap_or_default(),
            };
            (info.id, place)
        };
        let places = setup.sources.iter().map(place).collect();
        let from = if setup.demo { From::Demo } else { From::Ui };
        Self { audit, from, events: setup.settings.record.events, places, under_way: HashMap::new() }
    }

    /// The log, for the record of a deploy.
    #[must_use]
    pub fn log(&self) -> Audit {
        self.audit.beside()
    }

    /// Whether events are made for what was written.
    #[must_use]
    pub const fn makes_events(&self) -> bool {
        self.events
    }

    /// A write is about to be sent. What is to be told instead of sending it (`Err`), or beside it.
    ///
    /// # Errors
    /// It must not be sent: the answer to it.
    pub fn before(
        &mut self,
        request: RequestId,
        key: &RolloutKey,
        plan: &Plan,
        reason: Option<&str>,
    ) -> Result<Option<News>, News> {
        let nowhere = Place { channel: String::new(), cluster: String::new(), context: String::new() };
        let place = self.places.get(&key.source).unwrap_or(&nowhere);
        let attempt = Attempt {
            from: self.from,
            channel: &place.channel,
            cluster: &place.cluster,
            context: &place.context,
            namespace: &key.namespace,
            name: &key.name,
            plan,
            reason: reason.unwrap_or_default(),
            dry_run: false,
        };
        match self.audit.before(&attempt) {
            Ok(Begun { entry, trouble }) => {
                let told = Told {
                    deed: plan.deed.clone(),
                    uid: plan.seen.uid.clone(),
                    resource_version: "".into(),
                    user: self.audit.who().user.clone(),
                    host: self.audit.who().host.clone(),
                    why: reason.unwrap_or_default().to_owned(),
                };
                self.under_way.insert(request, UnderWay { entry, key: key.clone(), told });
                Ok(trouble.map(|words| News::Note(key.source, words)))
            }
            Err(words) => {
                let hint = Some("rolltop check says where the log should lie".to_owned());
                let trouble = Trouble { kind: TroubleKind::Config, raw: words.clone(), sentence: words, hint };
                Err(News::Answer(request, Answer::Refused(trouble)))
            }
        }
    }

    /// A write was answered: the event to make, and what is wrong with the log.
    pub fn after(&mut self, request: RequestId, answer: &Answer) -> (Option<Order>, Option<News>) {
        let Some(UnderWay { entry, key, mut told }) = self.under_way.remove(&request) else { return (None, None) };
        let source = key.source;
        let trouble = self.audit.after(entry, answer).map(|words| News::Note(source, words));
        let version = match answer {
            Answer::Accepted { resource_version } => Some(resource_version.clone()),
            // Half of it was done, and that is told.
            Answer::Partly { .. } => Some("".into()),
            Answer::Moved { .. } | Answer::Refused(_) | Answer::Unknown(_) => None,
        };
        let order = version.filter(|_| self.events).map(|version| {
            told.resource_version = version;
            Order::Tell { key, told: Box::new(told) }
        });
        (order, trouble)
    }

    /// The program ends: nobody waits for what is not answered.
    pub fn close(&mut self) {
        for (_, UnderWay { entry, .. }) in self.under_way.drain() {
            // There is no screen left to say it on; the first trouble was said.
            let _ = self.audit.unanswered(entry);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.close();
    }
}

/// Writes that are read for the screen at most.
const SHOWN: usize = 1_000;

/// Reads the log on a thread of its own and leaves it in the mailbox: it may be large, or lie on a slow disk.
pub fn read(log: Option<PathBuf>, mailbox: &Mailbox) {
    let home = mailbox.clone();
    let read = move || {
        let Some(log) = log else {
            return home.signal(Signal::Audit(Err("there is no folder for the log".to_owned())));
        };
        let read = read::newest(&log, SHOWN).map_err(|why| format!("{} cannot be read: {why}", log.display()));
        home.signal(Signal::Audit(read.map(|found| found.words(&log))));
    };
    if let Err(why) = std::thread::Builder::new().name("audit".to_owned()).spawn(read) {
        mailbox.signal(Signal::Audit(Err(format!("the log cannot be read: {why}"))));
    }
}
