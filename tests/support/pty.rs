//! The real binary in a pseudo-terminal: keys in, a screen out. Nothing here sleeps: a wait ends when the screen shows
//! what is waited for, and fails with the screen when it does not within [`PATIENCE`].

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::termios::LocalModes;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// How long a wait lasts before it is a failure. Long, because a busy machine is no fault of the program.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A condition that also depends on something else than the screen is looked at this often without new bytes.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What the terminal shows and what was written to it.
struct Terminal {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    closed: bool,
    /// The reader lets go of the terminal after its next read.
    leave: bool,
}

type Shared = Arc<(Mutex<Terminal>, Condvar)>;

/// A program running in a pseudo-terminal.
pub struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    input: Option<Box<dyn Write + Send>>,
    shared: Shared,
    home: Home,
}

/// A home folder of its own, so that neither the user's files nor another test's are seen. Clones are the same one.
#[derive(Clone)]
pub struct Home(Arc<tempfile::TempDir>);

impl Home {
    pub fn new() -> Self {
        Self(Arc::new(tempfile::tempdir().expect("a temporary folder")))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file into it; its path.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).expect("the folder takes a file");
        path
    }

    /// The panic reports that the program left.
    pub fn reports(&self) -> Vec<PathBuf> {
        let folder = std::fs::read_dir(self.path().join("state/rolltop"));
        let names = folder.into_iter().flatten().flatten().map(|entry| entry.path());
        names.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("panic-"))).collect()
    }

    /// The environment of a program that lives here: nothing of the one that runs the tests but `PATH`.
    pub fn environment(&self) -> Vec<(String, String)> {
        let at = |name: &str| self.path().join(name).display().to_string();
        let mut all = vec![
            ("HOME".into(), at("")),
            ("XDG_CONFIG_HOME".into(), at("config")),
            ("XDG_STATE_HOME".into(), at("state")),
            ("XDG_CACHE_HOME".into(), at("cache")),
            ("XDG_DATA_HOME".into(), at("data")),
            ("TERM".into(), "xterm-256color".into()),
            ("LANG".into(), "C.UTF-8".into()),
        ];
        all.extend(std::env::var("PATH").ok().map(|path| ("PATH".to_owned(), path)));
        all
    }
}

/// How to start.
pub struct Begin {
    /// Arguments.
    pub args: Vec<String>,
    /// Environment on top of the one of its home.
    pub env: Vec<(String, String)>,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Where it lives.
    pub home: Home,
    /// The terminal is the controlling one: the kernel sends SIGHUP when it goes away.
    pub controlled: bool,
    /// The environment that the tests were started with stays: for programs that sign in to a real cluster.
    pub inherit: bool,
}

impl Begin {
    pub fn new(args: &[&str]) -> Self {
        Self {
            args: args.iter().map(ToString::to_string).collect(),
            env: Vec::new(),
            size: (80, 24),
            home: Home::new(),
            controlled: true,
            inherit: false,
        }
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    pub fn size(mut self, columns: u16, rows: u16) -> Self {
        self.size = (columns, rows);
        self
    }

    pub fn home(mut self, home: &Home) -> Self {
        self.home = home.clone();
        self
    }

    /// The kernel will not tell it when the terminal goes away.
    pub fn uncontrolled(mut self) -> Self {
        self.controlled = false;
        self
    }

    /// Starts the program that this package builds.
    pub fn start(self) -> Session {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_rolltop"));
        command.args(&self.args);
        self.run(command)
    }

    /// Starts a shell with job control instead; its prompt is `ready> `.
    pub fn start_in_shell(self) -> Session {
        let mut command = CommandBuilder::new("sh");
        command.args(["-i"]);
        self.env("PS1", "ready> ").env("ENV", "").run(command)
    }

    /// Starts another program.
    pub fn run(self, mut command: CommandBuilder) -> Session {
        let (columns, rows) = self.size;
        let pair = native_pty_system()
            .openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 })
            .expect("a pseudo-terminal");
        if self.inherit {
            command.env("TERM", "xterm-256color");
            command.env("XDG_CONFIG_HOME", self.home.path());
            command.env_remove("ROLLTOP_CONFIG");
        } else {
            command.env_clear();
            for (name, value) in self.home.environment() {
                command.env(name, value);
            }
        }
        for (name, value) in &self.env {
            command.env(name, value);
        }
        command.cwd(self.home.path());
        command.set_controlling_tty(self.controlled);
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let shared: Shared = Arc::new((
            Mutex::new(Terminal {
                parser: vt100::Parser::new(rows, columns, 0),
                bytes: Vec::new(),
                closed: false,
                leave: false,
            }),
            Condvar::new(),
        ));
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let theirs = shared.clone();
        std::thread::spawn(move || {
            let mut chunk = [0; 8_192];
            loop {
                let read = reader.read(&mut chunk).unwrap_or(0);
                let mut terminal = theirs.0.lock().unwrap();
                if read == 0 {
                    terminal.closed = true;
                } else {
                    terminal.parser.process(&chunk[..read]);
                    terminal.bytes.extend_from_slice(&chunk[..read]);
                }
                theirs.1.notify_all();
                if read == 0 || terminal.leave {
                    return;
                }
            }
        });
        let input = pair.master.take_writer().expect("a writer");
        Session { child, master: Some(pair.master), input: Some(input), shared, home: self.home }
    }
}

impl Session {
    /// Types.
    pub fn send(&mut self, text: &str) {
        let input = self.input.as_mut().expect("the terminal is open");
        input.write_all(text.as_bytes()).expect("the program reads its terminal");
        input.flush().expect("the program reads its terminal");
    }

    /// What the screen shows, as text.
    pub fn screen(&self) -> String {
        self.shared.0.lock().unwrap().parser.screen().contents()
    }

    /// Whether the alternate screen is on, and whether the cursor is hidden.
    pub fn modes(&self) -> (bool, bool) {
        let terminal = self.shared.0.lock().unwrap();
        (terminal.parser.screen().alternate_screen(), terminal.parser.screen().hide_cursor())
    }

    /// Whether the terminal takes single keys and echoes nothing; `None` where this system does not tell.
    pub fn raw(&self) -> Option<bool> {
        let modes = self.master.as_ref()?.get_termios()?.local_flags.bits();
        Some(modes & (LocalModes::ICANON | LocalModes::ECHO).bits() == 0)
    }

    /// Fails unless the terminal is as it was: the shell's screen, its cursor, lines and echo, no paste, focus or
    /// mouse reports.
    #[track_caller]
    pub fn is_restored(&self) {
        assert_eq!(self.modes(), (false, false), "the shell's screen and cursor are back");
        assert_ne!(self.raw(), Some(true), "the terminal takes lines and echoes");
        let bytes = self.bytes();
        for mode in ["?2004", "?1004", "?1000", "?2026"] {
            let last = |end: &str| find_last(&bytes, format!("\x1b[{mode}{end}").as_bytes());
            assert!(last("h").is_none_or(|on| last("l").is_some_and(|off| off > on)), "mode {mode} is off again");
        }
    }

    /// What was written last may still be on its way here when the program has ended. Bounded: a child that outlives it
    /// keeps the terminal open.
    fn reads_to_the_end(&self) {
        let deadline = Instant::now() + Duration::from_secs(5);
        let mut terminal = self.shared.0.lock().unwrap();
        while !terminal.closed && !terminal.leave {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            terminal = self.shared.1.wait_timeout(terminal, left).unwrap().0;
        }
    }

    /// Where it lives.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Whether a cell of the screen that shows `text` is in reverse.
    pub fn reversed(&self, text: &str) -> bool {
        let terminal = self.shared.0.lock().unwrap();
        let screen = terminal.parser.screen();
        let (rows, columns) = screen.size();
        let starts = |row: u16, column: u16| screen.contents_between(row, column, row, columns).starts_with(text);
        (0..rows)
            .flat_map(|row| (0..columns).map(move |column| (row, column)))
            .filter(|(row, column)| starts(*row, *column))
            .any(|(row, column)| screen.cell(row, column).is_some_and(vt100::Cell::inverse))
    }

    /// Waits until nothing has been written for this long.
    #[track_caller]
    pub fn rests_for(&self, span: Duration) {
        let deadline = Instant::now() + PATIENCE;
        let mut terminal = self.shared.0.lock().unwrap();
        let mut seen = (terminal.bytes.len(), Instant::now());
        loop {
            if terminal.bytes.len() != seen.0 {
                seen = (terminal.bytes.len(), Instant::now());
            }
            let left = span.saturating_sub(seen.1.elapsed());
            if left.is_zero() {
                return;
            }
            assert!(Instant::now() < deadline, "it never stops writing; the end of it: {}", tail(&terminal.bytes));
            terminal = self.shared.1.wait_timeout(terminal, left).unwrap().0;
        }
    }

    /// Lets a person read a dialog: keys that are typed in the first 300 ms after it opened are not meant for it.
    pub fn reads(&self) {
        self.pauses_for(Duration::from_millis(400));
    }

    /// Types nothing for a while, where the time between two keys is what is tested.
    pub fn pauses_for(&self, span: Duration) {
        let until = Instant::now() + span;
        let mut terminal = self.shared.0.lock().unwrap();
        while Instant::now() < until {
            terminal = self.shared.1.wait_timeout(terminal, until.saturating_duration_since(Instant::now())).unwrap().0;
        }
    }

    /// All bytes so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.shared.0.lock().unwrap().bytes.clone()
    }

    /// Waits until `look` is content with the screen's text; it says what is missing as long as it is not.
    #[track_caller]
    pub fn until_ok<T>(&self, look: impl Fn(&str) -> Result<T, String>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut terminal = self.shared.0.lock().unwrap();
        loop {
            let text = terminal.parser.screen().contents();
            let missing = match look(&text) {
                Ok(found) => return found,
                Err(missing) => missing,
            };
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !terminal.closed, "waited for {missing}; the screen:\n{text}");
            terminal = self.shared.1.wait_timeout(terminal, left.min(LOOK_AGAIN)).unwrap().0;
        }
    }

    /// Waits until `holds` is true of the screen's text; gives that text.
    #[track_caller]
    pub fn until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        self.until_ok(|text| if holds(text) { Ok(text.to_owned()) } else { Err(what.to_owned()) })
    }

    /// Waits until the screen shows this text.
    #[track_caller]
    pub fn shows(&self, text: &str) -> String {
        self.until(&format!("{text:?}"), |screen| screen.contains(text))
    }

    /// Waits until the screen shows this text, also if the program has ended by now.
    #[track_caller]
    pub fn shows_after_end(&self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut terminal = self.shared.0.lock().unwrap();
        loop {
            let screen = terminal.parser.screen().contents();
            // A long line goes on in the next row.
            if screen.contains(text) || screen.replace('\n', "").contains(text) {
                return screen.replace('\n', "");
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !terminal.closed, "waited for {text:?}; the screen:\n{screen}");
            terminal = self.shared.1.wait_timeout(terminal, left).unwrap().0;
        }
    }

    /// From now on nobody reads what is written, and the terminal stays. `key` as in [`Self::hang_up`].
    pub fn freeze(&mut self, key: &str) {
        self.shared.0.lock().unwrap().leave = true;
        self.send(key);
    }

    /// Gives the terminal another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.shared.0.lock().unwrap().parser.screen_mut().set_size(rows, columns);
        self.master
            .as_ref()
            .expect("the terminal is open")
            .resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 })
            .expect("a new size");
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("it was started")
    }

    /// Sends a signal to the process.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.pid() as i32).expect("a pid");
        rustix::process::kill_process(pid, signal).expect("the process is there");
    }

    /// Takes the terminal away, as a broken SSH connection does. `key` must be one that the program answers with bytes:
    /// the reader here lets go of the terminal when it has read them.
    pub fn hang_up(&mut self, key: &str) {
        self.shared.0.lock().unwrap().leave = true;
        self.send(key);
        self.input = None;
        self.master = None;
    }

    /// Waits for the end; the exit code.
    #[track_caller]
    pub fn ends(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("the child can be asked") {
                self.reads_to_the_end();
                return status.exit_code();
            }
            assert!(Instant::now() < deadline, "the program did not end; the screen:\n{}", self.screen());
            // The child's end comes with the end of its terminal, except where that was taken away before.
            let terminal = self.shared.0.lock().unwrap();
            drop(self.shared.1.wait_timeout(terminal, Duration::from_millis(20)).unwrap());
        }
    }
}

/// Where the last occurrence of `part` begins.
fn find_last(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).rposition(|window| window == part)
}

fn tail(bytes: &[u8]) -> String {
    bytes[bytes.len().saturating_sub(400)..].escape_ascii().to_string()
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
