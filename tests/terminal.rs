//! Life with a terminal: what the real binary does to it, and what it does when the terminal is small, slow, gone, or
//! none at all.

mod support;

use support::pty::Begin;

/// The demo at a speed of one, in a terminal that has just been opened.
fn demo() -> Begin {
    Begin::new(&["demo"])
}

#[test]
fn the_alternate_screen_is_entered_and_left() {
    let mut session = demo().start();
    session.shows("gradual-rollout");
    assert_eq!(session.modes(), (true, true));
    session.send("q");
    assert_eq!(session.ends(), 0);
    assert_eq!(session.modes(), (false, false), "the shell's screen and cursor are back");
}
