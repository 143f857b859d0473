//! Faults: what happens to a panic. On the loop's thread the terminal is restored first, a report is written, its path
//! is said, and the program ends with 101. On any other thread the report is written and the loop is told; it goes on.

use super::mailbox::{Mailbox, Signal};
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::thread::ThreadId;

/// Exit code after a panic of the loop.
pub const EXIT_CODE: u8 = 101;

/// Panics when the environment asks for it, in debug builds only: the tests look at what a panic leaves behind.
///
/// # Panics
/// When asked to.
pub fn provoke(place: &str) {
    let asked = || std::env::var("ROLLTOP_PROVOKE_PANIC").is_ok_and(|wanted| wanted == place);
    assert!(!cfg!(debug_assertions) || !asked(), "provoked in the {place}");
}

/// Sets the panic hook for a loop that runs on this thread.
pub fn install(mailbox: Mailbox, report_dir: PathBuf) {
    let ours = std::thread::current().id();
    std::panic::set_hook(Box::new(move |info| on_panic(info, ours, &mailbox, &report_dir)));
}

fn on_panic(info: &PanicHookInfo<'_>, ours: ThreadId, mailbox: &Mailbox, report_dir: &Path) {
    let fatal = std::thread::current().id() == ours;
    if fatal {
        crate::tui::guard::close();
    }
    let written = write_report(report_dir, &report(info));
    let what = words(info);
    let place = match &written {
        Ok(path) => format!("the report is {}", path.display()),
        Err(error) => format!("no report could be written to {}: {error}", report_dir.display()),
    };
    if fatal {
        let _ = writeln!(std::io::stderr(), "rolltop: internal error: {what}; {place}");
    } else {
        mailbox.signal(Signal::Fault(format!("internal error: {what}; {place}")));
    }
}

fn words(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".into());
    crate::clean::clean(&text).into_owned()
}

fn report(info: &PanicHookInfo<'_>) -> String {
    let mut text = String::new();
    let thread = std::thread::current();
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let backtrace = std::backtrace::Backtrace::force_capture();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "rolltop {}\ntime {}\nthread {}\nplace {place}\nwhat {}\n\n{backtrace}",
        env!("CARGO_PKG_VERSION"),
        jiff::Timestamp::now(),
        thread.name().unwrap_or("?"),
        words(info),
    );
    text
}

/// Writes the report to a file of its own that only the user can read.
fn write_report(folder: &Path, text: &str) -> std::io::Result<PathBuf> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::create_dir_all(folder)?;
    let stamp = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let path = folder.join(format!("panic-{stamp}-{}.txt", std::process::id()));
    let mut file = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(&path)?;
    file.write_all(text.as_bytes())?;
    Ok(path)
}
