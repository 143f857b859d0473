//! The loop: wait, update, carry out, draw.
//!
//! One thread, this one, owns the state and the screen. What it waits for is the mailbox, until the next time at which
//! something visible changes by itself. It sleeps for ever when nothing does.

use super::audit::{self, Keeper};
use super::deploying::{self, Workshop};
use super::effects::{self, Outlet, Todo};
use super::fault;
use super::mailbox::{Mailbox, Signal};
use super::pace::Pace;
use super::replay::Player;
use super::start::{Clock, Feed, RunError, Start};
use super::title::{Counts, Title};
use crate::app::event::Event;
use crate::app::model::{self, Model};
use crate::app::state::State;
use crate::app::update::update;
use crate::argo::feed::{Link, News};
use crate::cluster::hub::{Hub, Tempo, end_login_commands};
use crate::names::SourceId;
use crate::tui::guard::{self, Guard, Modes};
use crate::tui::input::Input;
use crate::tui::screen::{Colours, Screen};
use crate::tui::writer::{Told, Writer};
use crate::tui::{input, signals};
use crate::ui::screen::Placed;
use crate::ui::theme::{Depth, Theme};
use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Position;
use std::collections::VecDeque;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// News taken per turn. Keys are looked at between two turns, so this bounds how long a key waits: decoding has been
/// done elsewhere, a piece of news costs some microseconds here.
const NEWS_PER_TURN: usize = 256;
/// A clock that runs fast is told in steps of this size.
const SKEW_STEP: SignedDuration = SignedDuration::from_millis(50);
/// When the time of day went on by this much more than the time that this machine ran, it slept.
const SLEPT: SignedDuration = SignedDuration::from_secs(5);
/// After a stop the loop re-enters by itself and is told of the SIGCONT as well; within this time it is the same one.
const SAME_RESUME: Duration = Duration::from_millis(500);

/// Runs until the user leaves; the exit code.
///
/// # Errors
/// See [`RunError`].
pub fn run(start: Start) -> Result<u8, RunError> {
    guard::check(std::env::var("TERM").ok().as_deref()).map_err(RunError::NotATerminal)?;
    let mailbox = Mailbox::default();
    fault::install(mailbox.clone(), start.report_dir.clone());
    // The guard is made inside and dropped on the way out, also by a panic's unwinding.
    match catch_unwind(AssertUnwindSafe(|| Loop::begin(start, mailbox)?.turn_until_quit())) {
        Ok(ended) => {
            // The terminal is the shell's again. A write that is not settled is said, since its line is gone.
            if let Some(words) = signals::take_last_words() {
                let _ = writeln!(std::io::stderr(), "rolltop: {words}");
            }
            ended
        }
        Err(_) => Ok(fault::EXIT_CODE),
    }
}

struct Loop {
    // Fields are dropped in this order: no frame is written after the terminal was restored.
    outlet: Outlet,
    writer: Writer,
    guard: Guard,
    mailbox: Mailbox,
    state: State,
    screen: Screen,
    theme: Theme,
    clock: Clock,
    /// Read directly, with the sources that keep it and what was told last.
    cluster_clock: Option<(Clock, Vec<SourceId>, SignedDuration)>,
    speed: f64,
    pace: Pace,
    /// The last model that was drawn, and what it placed.
    shown: Option<Model>,
    placed: Placed,
    /// Something visible may have changed since.
    dirty: bool,
    /// A key was pressed since: its frame does not wait.
    hurry: bool,
    bytes: VecDeque<u8>,
    title: Title,
    keeper: Keeper,
    workshop: Option<Workshop>,
    audit_log: Option<PathBuf>,
    resumed_at: Option<Instant>,
    /// When the frame under way was made, if it shows a dialog.
    dialog_made: Option<Timestamp>,
    /// When time was last told, by both clocks.
    told: (Instant, Timestamp),
}

impl Loop {
    fn begin(start: Start, mailbox: Mailbox) -> Result<Self, RunError> {
        let Start { setup, theme, feed, clock, speed, mouse, title, keeper, audit_log, report_dir: _, home } = start;
        let modes = Modes { mouse, title };
        let (columns, rows) = crossterm::terminal::size()?;
        let screen = Screen::new(columns, rows, colours(&theme))?;
        let (box_of_signals, box_of_sizes) = (mailbox.clone(), mailbox.clone());
        signals::start(
            move || box_of_signals.signal(Signal::Resumed),
            move |columns, rows| box_of_sizes.input(Input::Resize(columns, rows)),
            end_login_commands,
        )?;
        let box_of_writer = mailbox.clone();
        let writer = Writer::start(move |told| {
            box_of_writer.signal(match told {
                Told::Free => Signal::WriterFree,
                Told::Failed(error) => Signal::TerminalGone(error),
            });
        })?;
        let guard = Guard::enter(modes)?;
        let (box_of_input, box_of_failure) = (mailbox.clone(), mailbox.clone());
        input::start(
            move |input| box_of_input.input(input),
            move |error| box_of_failure.signal(Signal::TerminalGone(error)),
        )?;
        let box_of_news = mailbox.clone();
        let direct = matches!(feed, Feed::Clusters { cluster_clock: Some(_), .. });
        let sink = Arc::new(move |news| {
            fault::provoke("network");
            // Whole seconds of a header would only blur what is read directly.
            if !(direct && matches!(news, News::Skew(..))) {
                box_of_news.news(news);
            }
        });
        let mut cluster_time = None;
        let outlet = match feed {
            Feed::Clusters { access, targets, cluster_clock } => {
                let sources = targets.iter().map(|target| target.source).collect();
                cluster_time = cluster_clock.map(|clock| (clock, sources, SignedDuration::ZERO));
                let tempo = Tempo::for_age(setup.settings.stale_after);
                Outlet::Hub(Hub::start_with(*access, targets, sink, tempo))
            }
            Feed::Replay { recording, speed } => Outlet::Player(Player::start(recording, speed, clock.clone(), sink)?),
        };
        let workshop = Workshop::behind(&outlet, &setup, home, &mailbox);
        let (state, first) = State::new(setup);
        let told = (Instant::now(), (clock)());
        let mut this = Self {
            outlet,
            writer,
            guard,
            mailbox,
            state,
            screen,
            theme,
            clock,
            cluster_clock: cluster_time,
            speed,
            pace: Pace::default(),
            shown: None,
            placed: Placed::default(),
            dirty: true,
            hurry: true,
            bytes: VecDeque::new(),
            title: Title::new(title),
            keeper,
            workshop,
            audit_log,
            resumed_at: None,
            dialog_made: None,
            told,
        };
        // Nothing is asked to quit before the first frame.
        let _ = this.carry_out(first)?;
        this.feed(Event::Resize(columns, rows))?;
        Ok(this)
    }

    fn turn_until_quit(mut self) -> Result<u8, RunError> {
        loop {
            if let Some(code) = self.turn()? {
                self.writer.settle(Duration::from_millis(300));
                return Ok(code);
            }
        }
    }

    /// One turn: what came is taken, keys before news, then a frame is drawn if one is due.
    fn turn(&mut self) -> Result<Option<u8>, RunError> {
        let batch = self.mailbox.take(self.deadline(Instant::now()), NEWS_PER_TURN);
        if let Some(code) = self.tell_time()? {
            return Ok(Some(code));
        }
        for signal in batch.signals {
            match signal {
                Signal::WriterFree => {
                    // Not while the next frame is under way: it may be the one that shows the dialog.
                    if self.writer.idle()
                        && let Some(made) = self.dialog_made.take()
                    {
                        self.feed(Event::Shown { made })?;
                    }
                }
                Signal::Resumed => self.resumed()?,
                Signal::TerminalGone(error) => return Err(RunError::Terminal(error)),
                Signal::Audit(read) => drop(self.feed(Event::Audit(read))?),
                Signal::Deploy(news) => drop(self.feed(Event::Deploy(*news))?),
                Signal::Fault(words) => drop(self.feed(Event::Fault(words))?),
            }
        }
        for input in batch.input {
            self.hurry = true;
            if let Some(code) = self.take_input(input)? {
                return Ok(Some(code));
            }
        }
        for news in batch.news {
            // A list that is complete now is what the person waits for: its frame does not wait for the pace. It comes
            // once per connection, so no storm of frames can follow from it.
            self.hurry |= matches!(news, News::Link(_, Link::Live));
            effects::answered(&news, &self.outlet, &mut self.keeper, &self.mailbox);
            if let Some(code) = self.feed(Event::News(news))? {
                return Ok(Some(code));
            }
        }
        self.dirty |= self.state.take_dirty();
        self.draw_if_due()?;
        Ok(None)
    }

    fn tell_time(&mut self) -> Result<Option<u8>, RunError> {
        let now = (self.clock)();
        let (before, then) = std::mem::replace(&mut self.told, (Instant::now(), now));
        let passed = SignedDuration::try_from(before.elapsed()).unwrap_or(SignedDuration::MAX);
        if matches!(self.outlet, Outlet::Hub(_)) && now.duration_since(then) - passed > SLEPT {
            self.feed(Event::Clock(now))?;
            self.feed(Event::Resumed)?;
        }
        if let Some((clock, sources, told)) = &mut self.cluster_clock {
            let skew = clock().duration_since(now);
            if (skew - *told).abs() >= SKEW_STEP {
                *told = skew;
                for source in sources.clone() {
                    self.feed(Event::News(News::Skew(source, skew)))?;
                }
            }
        }
        self.feed(Event::Clock(now))
    }

    fn take_input(&mut self, input: Input) -> Result<Option<u8>, RunError> {
        match input {
            Input::Key(chord) => self.feed(Event::Key(chord)),
            Input::Paste(text) => self.feed(Event::Paste(text)),
            Input::Scroll(rows) => self.feed(Event::Scroll(rows)),
            Input::Focus(on) => {
                if on {
                    // Some terminals lose cells while they are hidden.
                    self.repaint();
                }
                self.feed(Event::Focus(on))
            }
            Input::Resize(columns, rows) => {
                self.screen.resize(columns, rows);
                self.repaint();
                self.feed(Event::Resize(columns, rows))
            }
            Input::Click(column, row) => {
                let at = Position::new(column, row);
                let hit = self.placed.targets.iter().rev().find(|(area, _)| area.contains(at)).map(|(_, t)| *t);
                hit.map_or(Ok(None), |target| self.feed(Event::Click(target)))
            }
        }
    }

    fn feed(&mut self, event: Event) -> Result<Option<u8>, RunError> {
        let effects = update(&mut self.state, event);
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Vec<crate::app::effect::Effect>) -> Result<Option<u8>, RunError> {
        for effect in effects {
            match effects::carry_out(effect, &self.outlet, &mut self.keeper) {
                None => {}
                Some(Todo::Quit(code)) => return Ok(Some(code)),
                Some(Todo::Suspend) => self.suspend()?,
                Some(Todo::Repaint) => self.repaint(),
                Some(Todo::Bytes(bytes)) => {
                    self.bytes.extend(bytes);
                    self.dirty = true;
                }
                Some(Todo::Tell(news)) => self.mailbox.news(news),
                Some(Todo::Deploy(order)) => deploying::order(order, self.workshop.as_ref(), &self.keeper),
                Some(Todo::ReadAudit) => audit::read(self.audit_log.clone(), &self.mailbox),
            }
        }
        Ok(None)
    }

    /// Stops the whole process group, as the terminal would have done for Ctrl-Z: a parent such as `cargo run` must
    /// stop too, or the shell would not come back.
    fn suspend(&mut self) -> Result<(), RunError> {
        self.writer.settle(Duration::from_millis(300));
        guard::restore();
        // A stop that follows the last resume closely is another one.
        self.resumed_at = None;
        rustix::process::kill_current_process_group(rustix::process::Signal::TSTP).map_err(std::io::Error::from)?;
        self.resumed()
    }

    fn resumed(&mut self) -> Result<(), RunError> {
        let now = Instant::now();
        if self.resumed_at.is_some_and(|at| now.duration_since(at) < SAME_RESUME) {
            return Ok(());
        }
        self.resumed_at = Some(now);
        self.guard.on()?;
        let (columns, rows) = crossterm::terminal::size()?;
        self.screen.resize(columns, rows);
        self.repaint();
        self.feed(Event::Resize(columns, rows))?;
        self.feed(Event::Resumed)?;
        Ok(())
    }

    fn repaint(&mut self) {
        self.screen.repaint();
        self.shown = None;
        self.dirty = true;
        self.hurry = true;
    }

    /// When the loop has to wake by itself: for a frame that waits for its time, or for the next visible change.
    fn deadline(&self, now: Instant) -> Option<Instant> {
        if self.dirty {
            // A writer that is busy wakes the loop itself.
            return if self.writer.idle() { Some(self.pace.due(now).unwrap_or(now)) } else { None };
        }
        if self.speed <= 0.0 {
            return None;
        }
        let left = self.state.next_tick()?.duration_since((self.clock)());
        let real = (left.as_secs_f64() / self.speed).clamp(0.005, 86_400.0);
        Some(now + Duration::from_secs_f64(real))
    }

    fn draw_if_due(&mut self) -> Result<(), RunError> {
        let now = Instant::now();
        if !self.dirty || !self.writer.idle() || (!self.hurry && self.pace.due(now).is_some()) {
            return Ok(());
        }
        self.dirty = false;
        self.hurry = false;
        fault::provoke("loop");
        let mut bytes: Vec<u8> = self.bytes.drain(..).collect();
        let mut model = model::of(&self.state);
        let dialog = model.dialog.is_some();
        signals::set_last_words(model.verdict.as_ref().filter(|v| v.spinning).map(|v| v.words.clone()));
        // The clock alone is no reason to write: first it is asked what would change if it stood still.
        let clock = model.header.clock;
        if let Some(shown) = &self.shown {
            model.header.clock = shown.header.clock;
        }
        if self.shown.as_ref() != Some(&model) {
            // What changed may have no place on this screen.
            let theme = &self.theme;
            let (mut placed, visible) = self.screen.would_change(|frame| crate::ui::screen::draw(frame, &model, theme));
            if visible {
                model.header.clock = clock;
                let (drawn, frame) = self.screen.draw(|frame| crate::ui::screen::draw(frame, &model, theme))?;
                placed = drawn;
                bytes.extend(frame);
            }
            if placed.page_rows != self.placed.page_rows {
                self.feed(Event::Placed { page_rows: placed.page_rows })?;
            }
            self.placed = placed;
            self.shown = Some(model);
        }
        let (need_you, watched) = self.state.calling();
        bytes.extend(self.title.bytes(Counts { need_you, watched }, now));
        if !bytes.is_empty() {
            self.dialog_made = dialog.then(|| (self.clock)());
            self.writer.send(bytes);
            self.pace.drawn(now, self.writer.last_took());
        }
        Ok(())
    }
}

/// What a theme's bytes may speak of.
fn colours(theme: &Theme) -> Colours {
    match theme.depth {
        Depth::Mono => Colours::None,
        Depth::Sixteen => Colours::Sixteen,
        Depth::TwoFiftySix | Depth::True => Colours::Many,
    }
}
