//! The pictures of the README are frames that the program draws: the default scenario of the simulated cluster at one
//! fixed moment, watched over HTTP by the same hub, state, views and theme as in the terminal. Nothing is masked: names,
//! ages and hashes come from the scenario, its seed and the moment. `BLESS=1 cargo test --test pictures` rewrites them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rolltop::app::effect::Effect;
use rolltop::app::event::Event;
use rolltop::app::model::{self, Model};
use rolltop::app::state::{Setup, State};
use rolltop::app::update::update;
use rolltop::argo::feed::{Delta, Link, News};
use rolltop::cluster::hub::Hub;
use rolltop::commands::base::{Base, LookFlags, Terminal};
use rolltop::commands::ui;
use rolltop::config::load::Places;
use rolltop::config::resolve::Flags;
use rolltop::demo::clock::Clock;
use rolltop::demo::scenario;
use rolltop::demo::serve::{Running, start_world};
use rolltop::keys::{Key, KeyChord};
use rolltop::names::SourceId;
use rolltop::ui::screen;
use rolltop::ui::svg;
use rolltop::ui::theme::{Depth, Theme};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// The moment of all pictures.
const MOMENT: &str = "2026-11-24T02:07:00Z";
const PATIENCE: Duration = Duration::from_secs(30);

/// The program without its terminal: the simulated cluster, the network thread, the state.
struct Program {
    now: Timestamp,
    state: State,
    told: Told,
    hub: Hub,
    news: Receiver<News>,
    _cluster: Running,
}

/// What the frozen world has told so far.
#[derive(Default)]
struct Told {
    live: usize,
    lists: usize,
    /// Where what one may do is known.
    rights: BTreeSet<SourceId>,
    replica_sets: bool,
    pods: bool,
}

impl Program {
    fn start() -> Self {
        let now: Timestamp = MOMENT.parse().unwrap();
        let clock = Clock::new(now, 0.0);
        let (name, _) = scenario::names().swap_remove(0);
        let played = scenario::build(&name, &clock, 1).unwrap();
        // Without its controllers the world stays at the moment: what a controller would do next depends on nothing
        // but the clock, and that stands still.
        let cluster = start_world(played.world, "127.0.0.1:0".parse().unwrap(), "").unwrap();
        let base = base();
        let ready = base.settle_texts(&cluster.config, &cluster.kubeconfig).unwrap();
        // Started a little before, so that the frames are at the moment.
        let setup = Setup { demo: true, now: now - SignedDuration::from_secs(5), ..ui::setup(&base, &ready) };
        let (tell, news) = channel();
        let sink = Arc::new(move |piece| drop(tell.send(piece)));
        let hub = Hub::start(ready.access.clone(), ready.targets(), sink);
        let (state, _) = State::new(setup);
        Self { now, state, told: Told::default(), hub, news, _cluster: cluster }
    }

    /// Time passes until lists that grew in the order of arrival are sorted, as they are while nobody presses a key.
    fn settle(&mut self) {
        self.feed(Event::Clock(self.now));
    }

    fn feed(&mut self, event: Event) {
        for effect in update(&mut self.state, event) {
            match effect {
                Effect::Order(order) => self.hub.order(order),
                Effect::Log(_) => {}
                other => panic!("a picture needs no {other:?}"),
            }
        }
    }

    fn press(&mut self, chord: KeyChord) {
        self.feed(Event::Key(chord));
    }

    /// Takes news until they are enough.
    #[track_caller]
    fn until(&mut self, what: &str, enough: impl Fn(&Told) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !enough(&self.told) {
            let told = &mut self.told;
            let left = deadline.saturating_duration_since(Instant::now());
            let news = self.news.recv_timeout(left).unwrap_or_else(|_| panic!("waited for {what}"));
            match &news {
                News::Link(_, Link::Live) => told.live += 1,
                News::Rollouts(_, Delta::Reset(_)) => told.lists += 1,
                News::Access(source, ..) => drop(told.rights.insert(*source)),
                News::ReplicaSets(_, Delta::Reset(_)) => told.replica_sets = true,
                News::Pods(_, Delta::Reset(_)) => told.pods = true,
                _ => {}
            }
            match news {
                // The state's clock is the cluster's own here, as if the machine's clock showed the moment.
                News::Skew(..) => {}
                News::Heard(source, _) => self.feed(Event::News(News::Heard(source, self.now))),
                news => self.feed(Event::News(news)),
            }
        }
    }

    /// Opens a rollout by the keys that go from one that needs attention to the next.
    #[track_caller]
    fn open(&mut self, channel: &str, name: &str) {
        for _ in 0..10 {
            self.press(KeyChord::plain(Key::Enter));
            if self.model().header.path[1..] == [channel, name] {
                return;
            }
            self.press(KeyChord::char('q'));
            self.press(KeyChord::char('.'));
        }
        panic!("{name} in {channel} was not reached: {:?}", self.model().header);
    }

    fn model(&self) -> Model {
        model::of(&self.state)
    }

    /// The frame as a picture.
    fn picture(&mut self, columns: u16, rows: u16, title: &str) -> String {
        self.feed(Event::Resize(columns, rows));
        let theme = Theme { depth: Depth::True, ascii: false, name: "dark".to_owned(), reduced_motion: true };
        let mut buf = Buffer::empty(Rect::new(0, 0, columns, rows));
        // The first frame says how much it could place, the second one is what stays on the screen.
        let placed = screen::render(&mut buf, &self.model(), &theme);
        self.feed(Event::Placed { page_rows: placed.page_rows });
        buf.reset();
        screen::render(&mut buf, &self.model(), &theme);
        svg::draw(&buf, title)
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

/// Holds a picture against the one in `assets/`.
#[track_caller]
fn holds(name: &str, drawn: &str, differing: &mut Vec<String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, drawn).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if kept != drawn {
        let mut lines = kept.lines().zip(drawn.lines());
        let first = lines.find(|(kept, drawn)| kept != drawn);
        differing.push(format!("assets/{name}: first difference {first:#?}"));
    }
}

#[test]
fn the_pictures_are_what_the_program_draws() {
    let mut program = Program::start();
    let mut differing = Vec::new();
    program.until("three live channels", |told| told.live == 3 && told.lists == 3);
    program.settle();
    let overview = program.picture(120, 30, "rolltop: services by release channels, with what needs a person first");
    holds("overview.svg", &overview, &mut differing);

    // To the rollout that waits for a person.
    program.open("production", "gradual-rollout");
    let production = SourceId(2);
    program.until("ReplicaSets, pods and rights", |told| {
        told.replica_sets && told.pods && told.rights.contains(&production)
    });
    let rollout = program.picture(120, 30, "rolltop: one rollout, paused at step 2 of 6");
    holds("rollout.svg", &rollout, &mut differing);

    program.press(KeyChord::char('p'));
    assert!(program.model().dialog.is_some(), "{:?}", program.model().toast);
    let promote = program.picture(80, 24, "rolltop: the question before a promote");
    holds("promote.svg", &promote, &mut differing);
    assert!(differing.is_empty(), "BLESS=1 cargo test --test pictures rewrites them\n{}", differing.join("\n"));
}
