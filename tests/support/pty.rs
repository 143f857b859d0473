//! The real binary in a pseudo-terminal: keys in, a screen out. Nothing here sleeps: a wait ends when the screen shows
//! what is waited for, and fails with the screen when it does not within [`PATIENCE`].

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// How long a wait lasts before it is a failure. Long, because a busy machine is no fault of the program.
pub const PATIENCE: Duration = Duration::from_secs(30);

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
}

/// How to start.
pub struct Begin {
    /// Arguments.
    pub args: Vec<String>,
    /// Environment on top of a small fixed one.
    pub env: Vec<(String, String)>,
    /// Columns and rows.
    pub size: (u16, u16),
}

impl Begin {
    pub fn new(args: &[&str]) -> Self {
        Self { args: args.iter().map(ToString::to_string).collect(), env: Vec::new(), size: (80, 24) }
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    pub fn size(mut self, columns: u16, rows: u16) -> Self {
        self.size = (columns, rows);
        self
    }

    /// Starts the program that this package builds.
    pub fn start(self) -> Session {
        let program = env!("CARGO_BIN_EXE_rolltop");
        let mut command = CommandBuilder::new(program);
        command.args(&self.args);
        self.run(command)
    }

    /// Starts it through a shell line, for job control.
    pub fn start_in_shell(self) -> Session {
        let mut command = CommandBuilder::new("sh");
        command.args(["-i"]);
        command.env("PS1", "ready> ");
        command.env("ENV", "");
        self.run(command)
    }

    fn run(self, mut command: CommandBuilder) -> Session {
        let (columns, rows) = self.size;
        let pair = native_pty_system()
            .openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 })
            .expect("a pseudo-terminal");
        for name in ["KUBECONFIG", "ROLLTOP_CONFIG", "NO_COLOR", "COLORTERM", "LC_ALL", "LC_CTYPE"] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for (name, value) in &self.env {
            command.env(name, value);
        }
        command.cwd(std::env::temp_dir());
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
            let mut chunk = [0; 65_536];
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
        Session { child, master: Some(pair.master), input: Some(input), shared }
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

    /// All bytes so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.shared.0.lock().unwrap().bytes.clone()
    }

    /// Waits until `holds` is true of the screen's text; gives that text.
    #[track_caller]
    pub fn until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut terminal = self.shared.0.lock().unwrap();
        loop {
            let text = terminal.parser.screen().contents();
            if holds(&text) {
                return text;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !terminal.closed, "waited for {what}; the screen:\n{text}");
            terminal = self.shared.1.wait_timeout(terminal, left).unwrap().0;
        }
    }

    /// Waits until the screen shows this text.
    #[track_caller]
    pub fn shows(&self, text: &str) -> String {
        self.until(&format!("{text:?}"), |screen| screen.contains(text))
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
                return status.exit_code();
            }
            assert!(Instant::now() < deadline, "the program did not end; the screen:\n{}", self.screen());
            // The child's end comes with the end of its terminal, except where that was taken away before.
            let terminal = self.shared.0.lock().unwrap();
            drop(self.shared.1.wait_timeout(terminal, Duration::from_millis(20)).unwrap());
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
