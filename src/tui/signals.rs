//! Signals, on a thread of their own: neither the loop nor a frozen terminal can delay the end.
//!
//! SIGHUP ends with 129, SIGTERM with 143, SIGINT with 130: the terminal restored as far as it still takes bytes, and
//! within [`LIMIT`] in any case. A second thread waits for the terminal to go away without a signal (the input library
//! would spin for ever then). SIGCONT and SIGWINCH are told to the loop; the input library loses a new size that comes at
//! the same moment as a key.

use super::guard;
use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The end comes within this time, even when the terminal does not take the restoring bytes.
pub const LIMIT: Duration = Duration::from_millis(600);

/// What is printed on stderr when a signal ends the program: a write that was sent and not answered.
static LAST_WORDS: Mutex<Option<String>> = Mutex::new(None);

/// Sets or clears what is said at an end by a signal.
pub fn set_last_words(words: Option<String>) {
    *LAST_WORDS.lock().unwrap_or_else(PoisonError::into_inner) = words;
}

/// Takes what is said at the end, once.
#[must_use]
pub fn take_last_words() -> Option<String> {
    LAST_WORDS.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Starts both threads. `resumed` is called after a SIGCONT, `resized` with columns and rows after a SIGWINCH, `ending`
/// before an end by a signal: it must not wait for anything.
///
/// # Errors
/// When the handlers cannot be installed or no thread can be started.
pub fn start(
    resumed: impl Fn() + Send + 'static,
    resized: impl Fn(u16, u16) + Send + 'static,
    ending: fn(),
) -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGTERM, SIGINT, SIGCONT, SIGWINCH])?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            match signal {
                SIGCONT => resumed(),
                SIGWINCH => {
                    // A terminal that does not tell its size is on its way out.
                    if let Ok((columns, rows)) = crossterm::terminal::size() {
                        resized(columns, rows);
                    }
                }
                signal => end(128 + signal, ending),
            }
        }
    })?;
    std::thread::Builder::new().name("hangup".into()).spawn(move || {
        if terminal_is_gone() {
            end(128 + SIGHUP, ending);
        }
    })?;
    Ok(())
}

/// Waits until the terminal hangs up; `false` where this system cannot tell.
fn terminal_is_gone() -> bool {
    loop {
        let stdin = rustix::stdio::stdin();
        let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
        match poll(&mut watched, None) {
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
            Ok(_) => return watched[0].revents().intersects(PollFlags::HUP | PollFlags::ERR),
        }
    }
}

fn end(code: i32, ending: fn()) {
    // Whatever hangs below, this ends it.
    let _ = std::thread::Builder::new().name("end".into()).spawn(move || {
        std::thread::sleep(LIMIT);
        signal_hook::low_level::exit(code);
    });
    ending();
    guard::close();
    if let Some(words) = take_last_words() {
        let _ = writeln!(io::stderr(), "rolltop: {words}");
    }
    signal_hook::low_level::exit(code);
}
