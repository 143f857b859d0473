//! Whatever keys are pressed: the state, the effects, the network thread and the record are those of the program, and the
//! cluster is the simulated one, over HTTP. What its API servers logged is the evidence. The seed of a run is printed;
//! `ROLLTOP_FUZZ_SEED` runs one again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test stops where it fails"
)]

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rolltop::app::action::{self, Action, TABLE};
use rolltop::app::event::{Event, Target as Spot};
use rolltop::app::model::{self, Dialog, Model};
use rolltop::app::state::{Setup, SourceInfo, State};
use rolltop::app::update::update;
use rolltop::argo::feed::{self, Answer, Link, News, Order, Permission};
use rolltop::audit::{Audit, Limits, Need, Who};
use rolltop::cluster::hub::{Access, Hub, Scope, Target, Tempo};
use rolltop::cluster::kubeconfig;
use rolltop::config::settings::{Channel, Confirm, Record, Runtime, Settings};
use rolltop::demo::http::record::Logged;
use rolltop::demo::serve::{Options, Running, start};
use rolltop::engine::audit::Keeper;
use rolltop::engine::effects::{self, Outlet, Todo};
use rolltop::engine::mailbox::Mailbox;
use rolltop::keys::{Key, KeyChord};
use rolltop::names::SourceId;
use rolltop::ui::screen;
use rolltop::ui::theme::{Depth, Theme};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const CLUSTERS: [&str; 3] = ["test", "staging", "production"];

/// xorshift64*: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    /// From `ROLLTOP_FUZZ_SEED`, or from the time; printed, so that a failure can be run again.
    fn thrown(what: &str) -> Self {
        let seed = std::env::var("ROLLTOP_FUZZ_SEED").ok().and_then(|text| text.parse().ok());
        let seed = seed.unwrap_or_else(|| Timestamp::now().as_microsecond().unsigned_abs());
        eprintln!("{what}: ROLLTOP_FUZZ_SEED={seed}");
        Self(seed | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).unwrap() % end
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Who plays, and what holds them back.
struct Player {
    /// The end of the contexts' names: `-viewer`, or nothing for those who may do all.
    who: &'static str,
    /// The state knows that nothing may be written.
    told: bool,
    /// The transport refuses every write.
    fenced: bool,
    /// The answers to access reviews are kept from the state: it has to let the server decide.
    blind: bool,
}

/// The program without its terminal.
struct Played {
    running: Running,
    state: State,
    outlet: Outlet,
    keeper: Keeper,
    mailbox: Mailbox,
    news: Receiver<News>,
    now: Timestamp,
    blind: bool,
    /// Orders to write that the state gave.
    orders: usize,
    /// How they were answered.
    answers: Vec<Answer>,
    /// What the API servers saw of writes.
    writes: Vec<Logged>,
    _home: tempfile::TempDir,
}

fn setup(who: &str, read_only: bool) -> Setup {
    let context = |name: &str| format!("{name}{who}");
    let channels = CLUSTERS.iter().zip(1_i64..).map(|(name, order)| Channel {
        name: (*name).into(),
        order,
        confirm: if *name == "production" { Confirm::TypeName } else { Confirm::Enter },
        read_only: false,
        require_reason: *name == "staging",
        allowed_times: Vec::new(),
        color: None,
        runtimes: vec![Runtime {
            name: (*name).into(),
            context: context(name),
            namespace: None,
            extra_namespaces: Vec::new(),
            labels: BTreeMap::new(),
        }],
    });
    let sources = CLUSTERS.iter().enumerate().map(|(at, name)| SourceInfo {
        id: SourceId(u16::try_from(at).unwrap()),
        channel: at,
        cluster: (*name).into(),
        scope: "all namespaces".to_owned(),
        broken: None,
    });
    Setup {
        sources: sources.collect(),
        settings: Settings {
            path: None,
            channels: channels.collect(),
            stale_after: Duration::from_mins(1),
            mouse: false,
            record: Record::default(),
            osc9: true,
            services: rolltop::config::services::Services::default(),
            service_of: BTreeMap::new(),
            warnings: Vec::new(),
        },
        read_only,
        demo: false,
        replay: false,
        user: "fuzz".to_owned(),
        terminal: Vec::new(),
        first_run: None,
        warnings: Vec::new(),
        now: Timestamp::now(),
    }
}

impl Played {
    fn new(player: &Player) -> Self {
        let listen = "127.0.0.1:0".parse().unwrap();
        let options = Options {
            scenario: "fleet".into(),
            speed: 4.0,
            listen,
            seed: 7,
            load: 0,
            churn: 0.0,
            faults: String::new(),
        };
        let running = start(options).unwrap();
        let setup = setup(player.who, player.told);
        let home = tempfile::tempdir().unwrap();
        let who = Who { user: "fuzz".to_owned(), user_id: 1000, host: "here".to_owned() };
        let audit = Audit::open(Some(home.path()), who, Need::Wished, Limits { large: 10_000_000, keep: 2 });
        let keeper = Keeper::new(audit, &setup);
        let kubeconfig = kubeconfig::from_text(&running.kubeconfig).unwrap().kubeconfig;
        let access = Access { kubeconfig, timeout: Duration::from_secs(10), read_only: player.fenced };
        let target = |source: &SourceInfo| Target {
            source: source.id,
            context: format!("{}{}", source.cluster, player.who),
            scope: Scope::All,
            selector: None,
        };
        let targets = setup.sources.iter().map(target).collect();
        let (to, news) = channel();
        let to = std::sync::Mutex::new(to);
        let sink = Arc::new(move |news| drop(to.lock().unwrap().send(news)));
        let hub = Hub::start_with(access, targets, sink, Tempo::default());
        let now = setup.now;
        let (state, first) = State::new(setup);
        assert!(first.is_empty());
        let (orders, answers, writes) = (0, Vec::new(), Vec::new());
        let mut played = Self {
            running,
            state,
            outlet: Outlet::Hub(hub),
            keeper,
            mailbox: Mailbox::default(),
            news,
            now,
            blind: player.blind,
            orders,
            answers,
            writes,
            _home: home,
        };
        played.feed(Event::Resize(120, 40));
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut live = 0;
        while live < CLUSTERS.len() {
            assert!(Instant::now() < deadline, "no connection");
            let news = played.news.recv_timeout(Duration::from_secs(30)).unwrap();
            live += usize::from(matches!(news, News::Link(_, Link::Live)));
            played.take(news);
        }
        played
    }

    fn take(&mut self, news: News) {
        let news = match news {
            // The time of the keys is ours; what was heard was heard now.
            News::Heard(source, _) => News::Heard(source, self.now),
            News::Skew(..) => return,
            News::Access(source, namespace, _) if self.blind => {
                let unsure = feed::Access::of_all(&Permission::Unknown("nobody answers".to_owned()), self.now);
                News::Access(source, namespace, unsure)
            }
            News::Access(source, namespace, access) => {
                News::Access(source, namespace, feed::Access { asked_at: self.now, ..access })
            }
            other => other,
        };
        if let News::Answer(_, answer) = &news {
            self.answers.push(answer.clone());
        }
        effects::answered(&news, &self.outlet, &mut self.keeper, &self.mailbox);
        self.feed(Event::News(news));
    }

    fn feed(&mut self, event: Event) {
        for effect in update(&mut self.state, event) {
            self.orders += usize::from(matches!(effect, rolltop::app::effect::Effect::Order(Order::Write { .. })));
            // Leaving and stopping are the loop's business: here the game goes on.
            if let Some(Todo::Tell(news)) = effects::carry_out(effect, &self.outlet, &mut self.keeper) {
                self.take(news);
            }
        }
    }

    /// Half a second goes by, in which the terminal showed what there was, and the clusters were heard of.
    fn pass(&mut self) {
        self.feed(Event::Shown { made: self.now });
        self.now += SignedDuration::from_millis(500);
        self.feed(Event::Clock(self.now));
        for source in 0..3 {
            self.feed(Event::News(News::Heard(SourceId(source), self.now)));
        }
        while let Ok(news) = self.news.try_recv() {
            self.take(news);
        }
    }

    /// What the API servers logged since; their log is bounded.
    fn collect(&mut self) {
        let log = self.running.requests();
        let all = log.all();
        assert!(all.len() < 9_000, "the log would forget: {}", all.len());
        log.clear();
        self.writes.extend(all.into_iter().filter(Logged::writes));
    }

    /// Waits until what was sent is answered.
    fn settle(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.answers.len() < self.orders {
            let left = deadline.saturating_duration_since(Instant::now());
            let news = self.news.recv_timeout(left).expect("every order is answered");
            self.take(news);
        }
        self.collect();
    }

    fn model(&self) -> Model {
        model::of(&self.state)
    }
}

/// A key, or text, as somebody might press it who does not look; more often what leads somewhere.
fn events(dice: &mut Dice, model: &Model) -> Vec<Event> {
    let key = |chord: KeyChord| Event::Key(chord);
    let plain = |k: Key| key(KeyChord::plain(k));
    let words = |text: &str| Event::Paste(text.to_owned());
    if let Some(Dialog::Write(dialog)) = &model.dialog {
        let typed = dialog.typed.as_ref().map(|(wanted, _)| wanted.clone());
        match dice.below(8) {
            0 | 1 if typed.is_some() => {
                return vec![plain(Key::Tab), words(&typed.unwrap_or_default()), plain(Key::Enter)];
            }
            2 => return vec![key(KeyChord::ctrl('r')), words("why not"), key(KeyChord::ctrl('r'))],
            3 | 4 => return vec![plain(Key::Tab), plain(Key::Enter)],
            5 => return vec![plain(Key::Enter)],
            _ => {}
        }
    }
    if matches!(model.dialog, Some(Dialog::Form(_))) {
        match dice.below(6) {
            0 => return vec![plain(Key::Down), plain(Key::Enter)],
            1 => return vec![words(dice.of::<&str>(&["5m", "7", ":red", "example/x:1", "x y"])), plain(Key::Enter)],
            2 => return vec![plain(Key::Tab), plain(Key::Enter)],
            _ => {}
        }
    }
    let chords: Vec<KeyChord> = TABLE.iter().flat_map(|row| row.keys.iter().copied()).collect();
    let rows: Vec<_> = TABLE.iter().filter(|row| row.writes).collect();
    match dice.below(20) {
        0 | 1 => {
            // A command, by its name in the palette.
            let row = dice.of(TABLE);
            vec![key(KeyChord::char(':')), words(row.name), plain(Key::Enter)]
        }
        2 => vec![key(KeyChord::char(':')), words(dice.of(&rows).name), plain(Key::Enter)],
        3 => dice.of(&rows).keys.iter().map(|chord| key(*chord)).collect(),
        4 => vec![plain(Key::Down), key(KeyChord::char(' '))],
        5 => vec![plain(Key::Esc)],
        6 => vec![plain(Key::Down); dice.below(9)],
        7 => vec![plain(*dice.of(&[Key::Left, Key::Right, Key::Up, Key::Down, Key::Home]))],
        8 => {
            vec![words(dice.of::<&str>(&["q", "p\n", "web", "is:paused", "healthy 1s", "ok 1", "\u{1b}[31m", "名前"]))]
        }
        9 => vec![Event::Click(Spot::Button(u8::try_from(dice.below(4)).unwrap()))],
        10 => vec![Event::Click(Spot::Row {
            row: u16::try_from(dice.below(30)).unwrap(),
            column: u16::try_from(dice.below(4)).unwrap(),
        })],
        11 => vec![Event::Scroll(i16::try_from(dice.below(9)).unwrap() - 4)],
        12 => {
            let columns = *dice.of(&[20_u16, 80, 120, 200]);
            vec![Event::Resize(columns, *dice.of(&[6_u16, 24, 40]))]
        }
        13 => vec![key(KeyChord::char(char::from(b' ' + u8::try_from(dice.below(95)).unwrap())))],
        14 => vec![plain(Key::Enter)],
        _ => vec![key(*dice.of(&chords))],
    }
}

/// The action that writes which a key means now, where nothing else would take the key.
fn asks_to_write(played: &Played, event: &Event) -> Option<Action> {
    let Event::Key(chord) = event else { return None };
    let model = played.model();
    if model.dialog.is_some() || model.filter_input.is_some() || model.too_small.is_some() {
        return None;
    }
    action::lookup(played.state.screen().place(), *chord).filter(|action| action.writes())
}

fn play(what: &str, player: &Player, steps: usize) -> Played {
    let mut dice = Dice::thrown(what);
    let mut played = Played::new(player);
    let theme = Theme { depth: Depth::Mono, ascii: false, name: "dark".into(), reduced_motion: false };
    let mut step = 0;
    while step < steps {
        let model = played.model();
        for event in events(&mut dice, &model) {
            step += 1;
            let writing = asks_to_write(&played, &event);
            played.feed(event);
            if let Some(action) = writing {
                // A question, or words that say why not.
                let model = played.model();
                let words = model.toast.as_ref().map(|toast| toast.words.as_str()).unwrap_or_default();
                assert!(model.dialog.is_some() || words.len() > 10, "{action:?} at step {step}: {:?}", model.toast);
            }
            played.pass();
        }
        if step % 7 == 0 {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
            screen::render(&mut buffer, &played.model(), &theme);
            assert!(buffer.content().iter().all(|cell| !cell.symbol().contains(char::is_control)));
        }
        if step % 64 == 0 {
            played.collect();
        }
    }
    played.settle();
    eprintln!("{what}: {step} keys, {} orders to write, {} requests", played.orders, played.writes.len());
    played
}

fn is_explained(answer: &Answer) -> bool {
    match answer {
        Answer::Refused(trouble) => !trouble.sentence.is_empty() && !trouble.raw.is_empty(),
        Answer::Moved { sentence } => sentence.starts_with("nothing was done: "),
        _ => false,
    }
}

#[test]
fn ten_thousand_keys_with_readonly_write_nothing() {
    let player = Player { who: "", told: true, fenced: true, blind: false };
    let played = play("read-only", &player, 10_000);
    assert_eq!(played.writes, []);
    assert_eq!(played.orders, 0, "the state does not even ask");
}

#[test]
fn the_transport_alone_lets_no_write_out_whatever_is_ordered() {
    // As if every check above it had a hole: the state does not know that it is read-only.
    let player = Player { who: "", told: false, fenced: true, blind: false };
    let played = play("fenced", &player, 6_000);
    assert_eq!(played.writes, []);
    assert!(played.orders > 0, "the keys reach writes: {}", played.orders);
    for answer in &played.answers {
        let Answer::Refused(trouble) = answer else { panic!("{answer:?}") };
        assert!(trouble.sentence.starts_with("read-only: "), "{}", trouble.sentence);
    }
}

#[test]
fn ten_thousand_keys_of_a_viewer_write_nothing_and_every_refusal_has_its_words() {
    let player = Player { who: "-viewer", told: false, fenced: false, blind: false };
    let played = play("viewer", &player, 10_000);
    let successful: Vec<_> = played.writes.iter().filter(|write| write.status < 400).collect();
    assert!(successful.is_empty(), "{successful:?}");
}

#[test]
fn a_viewer_whose_rights_are_not_known_is_refused_by_the_server_in_words() {
    let player = Player { who: "-viewer", told: false, fenced: false, blind: true };
    let played = play("blind viewer", &player, 6_000);
    assert!(played.orders > 0, "the keys reach writes: {}", played.orders);
    assert!(!played.writes.is_empty());
    assert!(played.writes.iter().all(|write| write.status == 403), "{:?}", played.writes);
    assert!(played.answers.iter().all(is_explained), "{:?}", played.answers);
    let forbidden = played.answers.iter().filter_map(|answer| match answer {
        Answer::Refused(trouble) => trouble.hint.as_deref(),
        _ => None,
    });
    assert!(forbidden.clone().count() > 0 && forbidden.clone().all(|hint| hint.contains("by the rule - {apiGroups: ")));
}

#[test]
fn the_same_keys_of_who_may_do_write() {
    let player = Player { who: "", told: false, fenced: false, blind: false };
    let played = play("admin", &player, 6_000);
    let taken = played.writes.iter().filter(|write| write.status < 300).count();
    assert!(taken > 0, "the other games prove nothing if these keys cannot write: {taken}");
    let events = |write: &&Logged| write.path.contains("/events");
    let sent = played.writes.iter().filter(|write| !events(write)).count();
    let accepted = played.answers.iter().filter(|answer| matches!(answer, Answer::Accepted { .. })).count();
    assert!(sent >= accepted, "{sent} requests for {accepted} accepted writes");
}
