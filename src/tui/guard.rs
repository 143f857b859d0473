//! The guard: which modes of the terminal are on, and the one way to switch them all off.
//!
//! [`restore`] may be called from any thread, any number of times: by the guard's end, by the panic hook, by the
//! thread that handles signals. Only the first call after an [`Guard::enter`] does something.

use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, queue};
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// Whether the modes are on.
static ENTERED: AtomicBool = AtomicBool::new(false);
/// The program is ending: the modes go on no more, and no frame is written.
static CLOSED: AtomicBool = AtomicBool::new(false);
/// Held while the modes are being switched on.
static SWITCHING: Mutex<()> = Mutex::new(());
/// How long an end waits for a switching on that is under way.
const SWITCHING_LIMIT: Duration = Duration::from_millis(100);
/// Whether the title was saved on the terminal's own stack.
static TITLE_SAVED: AtomicBool = AtomicBool::new(false);

/// Mouse reports: button presses and the wheel, in the SGR form. Crossterm's own switch also asks for every movement
/// of the pointer, which costs bytes on a slow link and is of no use here.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";
/// The title, saved on and taken from the terminal's stack; a terminal that knows no stack ignores both.
const TITLE_SAVE: &[u8] = b"\x1b[22;0t";
const TITLE_BACK: &[u8] = b"\x1b[23;0t";
/// The end of a synchronised update: without it a frame that was cut off leaves the screen frozen.
const SYNC_END: &[u8] = b"\x1b[?2026l";

/// Which modes are wanted beside raw mode and the alternate screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modes {
    /// Mouse reports.
    pub mouse: bool,
    /// The title may be set.
    pub title: bool,
}

/// Whether the program stands on a terminal: the reason in words if it does not.
///
/// # Errors
/// When stdin or stdout is no terminal, or `TERM` says that it cannot draw.
pub fn check(term: Option<&str>) -> Result<(), String> {
    if !io::stdout().is_terminal() {
        return Err("the output is not a terminal, and the screen needs one".into());
    }
    if !io::stdin().is_terminal() {
        return Err("the input is not a terminal, and the screen takes its keys from it".into());
    }
    match term {
        None | Some("") => Err("TERM is not set, so it is not known how to draw on this terminal".into()),
        Some("dumb") => Err("this terminal cannot draw (TERM is `dumb`)".into()),
        Some(_) => Ok(()),
    }
}

/// The modes are on while this lives.
#[derive(Debug)]
pub struct Guard {
    modes: Modes,
}

impl Guard {
    /// Switches the modes on.
    ///
    /// # Errors
    /// When the terminal refuses raw mode or cannot be written to.
    pub fn enter(modes: Modes) -> io::Result<Self> {
        let guard = Self { modes };
        guard.on()?;
        Ok(guard)
    }

    /// Switches the modes on again after the process was stopped.
    ///
    /// # Errors
    /// As for [`Guard::enter`].
    pub fn on(&self) -> io::Result<()> {
        let _switching = SWITCHING.lock().unwrap_or_else(PoisonError::into_inner);
        if is_closed() {
            return Ok(());
        }
        enable_raw_mode()?;
        ENTERED.store(true, Ordering::SeqCst);
        let mut bytes = Vec::new();
        if self.modes.title {
            bytes.extend_from_slice(TITLE_SAVE);
            TITLE_SAVED.store(true, Ordering::SeqCst);
        }
        queue!(bytes, EnterAlternateScreen, cursor::Hide, EnableBracketedPaste, EnableFocusChange)?;
        if self.modes.mouse {
            bytes.extend_from_slice(MOUSE_ON);
        }
        let mut out = io::stdout().lock();
        out.write_all(&bytes)?;
        out.flush()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Switches everything off for good: a stopped program that is told to end and to go on at the same time (`kill %1`)
/// must not enter again on its way out.
pub fn close() {
    CLOSED.store(true, Ordering::SeqCst);
    let until = Instant::now() + SWITCHING_LIMIT;
    while matches!(SWITCHING.try_lock(), Err(TryLockError::WouldBlock)) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(1));
    }
    restore();
}

/// Whether the program is ending.
#[must_use]
pub fn is_closed() -> bool {
    CLOSED.load(Ordering::SeqCst)
}

/// Switches everything off, if it is on. What cannot be written is let go: this runs where nothing more can be done.
pub fn restore() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut bytes = SYNC_END.to_vec();
    bytes.extend_from_slice(MOUSE_OFF);
    let queued = queue!(bytes, DisableFocusChange, DisableBracketedPaste, cursor::Show, LeaveAlternateScreen);
    debug_assert!(queued.is_ok(), "a vector takes every byte");
    bytes.extend_from_slice(b"\x1b[0m");
    if TITLE_SAVED.swap(false, Ordering::SeqCst) {
        bytes.extend_from_slice(TITLE_BACK);
    }
    // First: this does not wait for a terminal that takes no bytes.
    let _ = disable_raw_mode();
    let mut out = io::stdout().lock();
    let _ = out.write_all(&bytes).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restoring_what_was_never_entered_does_nothing() {
        restore();
        assert!(!ENTERED.load(Ordering::SeqCst));
    }

    #[test]
    fn without_a_terminal_the_reason_names_the_end_that_is_none() {
        // Under `cargo test` stdin or stdout may be a terminal; what is checked here is that words come back when not.
        if let Err(words) = check(Some("xterm")) {
            assert!(words.contains("not a terminal"), "{words}");
        }
        if io::stdout().is_terminal() && io::stdin().is_terminal() {
            assert!(check(Some("dumb")).unwrap_err().contains("dumb"));
            assert!(check(None).unwrap_err().contains("TERM"));
        }
    }
}
