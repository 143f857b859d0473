//! The program without its terminal: the simulated cluster over HTTP, the network thread, the state. The world stands
//! still: what its controllers would do depends on nothing but the clock.

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rolltop::app::effect::Effect;
use rolltop::app::event::Event;
use rolltop::app::model::{self, Body, Model};
use rolltop::app::state::{Setup, State};
use rolltop::app::update::update;
use rolltop::argo::feed::{Delta, Link, LogNews, News};
use rolltop::cluster::hub::Hub;
use rolltop::commands::base::{Base, LookFlags, Terminal};
use rolltop::commands::ui;
use rolltop::config::load::Places;
use rolltop::config::resolve::Flags;
use rolltop::demo::serve::{Running, start_world};
use rolltop::demo::world::World;
use rolltop::keys::KeyChord;
use rolltop::names::SourceId;
use rolltop::ui::screen;
use rolltop::ui::theme::Theme;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);

/// The program, and the world it looks at.
pub struct Program {
    now: Timestamp,
    state: State,
    /// What the world has told.
    pub told: Told,
    hub: Hub,
    news: Receiver<News>,
    _cluster: Running,
}

/// What the frozen world has told so far.
#[derive(Default)]
pub struct Told {
    /// Channels that are live.
    pub live: usize,
    /// Whole lists of rollouts.
    pub lists: usize,
    /// Where what one may do is known.
    pub rights: BTreeSet<SourceId>,
    /// How many objects the last whole list of a kind of children had, since a rollout was opened.
    pub children: BTreeMap<&'static str, usize>,
    /// Lines of logs.
    pub log_lines: usize,
    /// Objects that were read in full.
    pub objects: usize,
}

impl Program {
    /// Starts over a world, all channels live.
    pub fn start(world: World) -> Self {
        let now = world.clock.now();
        let cluster = start_world(world, "127.0.0.1:0".parse().unwrap(), "").unwrap();
        let base = base();
        let ready = base.settle_texts(&cluster.config, &cluster.kubeconfig).unwrap();
        // Started a little before, so that the frames are at the moment.
        let setup = Setup { demo: true, now: now - SignedDuration::from_secs(5), ..ui::setup(&base, &ready) };
        let (tell, news) = channel();
        let sink = Arc::new(move |piece| drop(tell.send(piece)));
        let hub = Hub::start(ready.access.clone(), ready.targets(), sink);
        let (state, _) = State::new(setup);
        let mut program = Self { now, state, told: Told::default(), hub, news, _cluster: cluster };
        program.until("three live channels", |told| told.live == 3 && told.lists == 3);
        // Lists that grew in the order of arrival are sorted while nobody presses a key.
        program.feed(Event::Clock(now));
        program
    }

    /// An event, and what follows from it.
    pub fn feed(&mut self, event: Event) {
        for effect in update(&mut self.state, event) {
            match effect {
                Effect::Order(order) => self.hub.order(order),
                Effect::Log(_) | Effect::Copy(_) => {}
                other => panic!("nobody asked for {other:?}"),
            }
        }
    }

    /// A key.
    pub fn press(&mut self, chord: KeyChord) {
        self.feed(Event::Key(chord));
    }

    /// Keys by their text, separated by blanks.
    pub fn keys(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            self.press(key.parse().unwrap());
        }
    }

    /// Takes news until they are enough.
    #[track_caller]
    pub fn until(&mut self, what: &str, enough: impl Fn(&Told) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !enough(&self.told) {
            let left = deadline.saturating_duration_since(Instant::now());
            let news = self.news.recv_timeout(left).unwrap_or_else(|_| panic!("waited for {what}"));
            self.told.note(&news);
            match news {
                // The state's clock is the cluster's own here, as if the machine's clock showed the moment.
                News::Skew(..) => {}
                News::Heard(source, _) => self.feed(Event::News(News::Heard(source, self.now))),
                news => self.feed(Event::News(news)),
            }
        }
    }

    /// Opens a rollout from the overview.
    #[track_caller]
    pub fn open(&mut self, channel: &str, name: &str) {
        self.told.children.clear();
        self.keys("0 g");
        for _ in 0..200 {
            let Body::Matrix(matrix) = self.model().body else { panic!("the overview is not shown") };
            let column = matrix.columns.iter().position(|column| column.name == channel).unwrap();
            let row = &matrix.rows[matrix.selected.unwrap()];
            match (row.service == name, row.focused.unwrap_or(0)) {
                (true, at) if at == column => break,
                (true, at) if at < column => self.keys("Right"),
                (true, _) => self.keys("Left"),
                (false, _) => self.keys("j"),
            }
        }
        self.keys("Enter");
        assert_eq!(self.model().header.path[1..], [channel, name]);
    }

    /// What a screen would show now.
    pub fn model(&self) -> Model {
        model::of(&self.state)
    }

    /// The frame that stays on a terminal of this size.
    pub fn frame(&mut self, theme: &Theme, width: u16, height: u16) -> Buffer {
        self.feed(Event::Resize(width, height));
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        // The first frame says how much it could place, the second one is what stays on the screen.
        let placed = screen::render(&mut buf, &self.model(), theme);
        self.feed(Event::Placed { page_rows: placed.page_rows });
        buf.reset();
        screen::render(&mut buf, &self.model(), theme);
        buf
    }
}

impl Told {
    fn note(&mut self, news: &News) {
        fn count<T>(delta: &Delta<T>) -> Option<usize> {
            if let Delta::Reset(items) = delta { Some(items.len()) } else { None }
        }
        let (kind, found) = match news {
            News::Link(_, Link::Live) => {
                self.live += 1;
                return;
            }
            News::Rollouts(_, Delta::Reset(_)) => {
                self.lists += 1;
                return;
            }
            News::Access(source, ..) => {
                self.rights.insert(*source);
                return;
            }
            News::Logs(_, LogNews::Lines(lines)) => {
                self.log_lines += lines.len();
                return;
            }
            News::Object(..) => {
                self.objects += 1;
                return;
            }
            News::ReplicaSets(_, delta) => ("replicasets", count(delta)),
            News::Pods(_, delta) => ("pods", count(delta)),
            News::AnalysisRuns(_, delta) => ("analysisruns", count(delta)),
            News::Experiments(_, delta) => ("experiments", count(delta)),
            News::Events(_, delta) => ("events", count(delta)),
            _ => return,
        };
        if let Some(found) = found {
            self.children.insert(kind, found);
        }
    }

    /// Whether as many children of each kind were told.
    pub fn has(&self, wanted: &[(&'static str, usize)]) -> bool {
        wanted.iter().all(|(kind, count)| self.children.get(kind) >= Some(count))
    }
}

fn base() -> Base {
    Base {
        places: Places::default(),
        kubeconfig: None,
        kubeconfig_environment: None,
        home: None,
        state_home: None,
        flags: Flags::default(),
        selector: None,
        timeout: PATIENCE,
        read_only: false,
        look: LookFlags::default(),
        terminal: Terminal::default(),
        user: "you".to_owned(),
    }
}
