//! Life with a terminal: what the real binary does to it, and what it does when the terminal is small, slow, gone, or
//! none at all.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops where it fails"
)]

mod support;

use rustix::process::Signal;
use std::process::{Command, Stdio};
use std::time::Duration;
use support::pty::{Begin, Home, Session};
use support::simulated::{Ended, Simulated, ended};
use support::steps::{at_page, opens_dialog, waiting_in};

/// The demo in a terminal that has just been opened.
fn demo() -> Begin {
    Begin::new(&["demo"])
}

/// The demo at its first screen with all channels.
#[track_caller]
fn at_first_screen(begin: Begin) -> Session {
    let session = begin.start();
    session.shows("gradual-rollout");
    session
}

/// The dialog of a promote in staging, where Enter on its button is enough, open and read.
#[track_caller]
fn at_dialog() -> (Simulated, Session) {
    let (simulated, _) = waiting_in("staging");
    let mut session = at_page(simulated.ui(&[]), "2");
    opens_dialog(&mut session);
    (simulated, session)
}

fn has(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

/// The parameters of every `SGR` sequence (colours and attributes) among the bytes.
fn attributes(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut all = Vec::new();
    for part in text.split("\x1b[").skip(1) {
        let end = part.find(|c: char| ('@'..='~').contains(&c)).unwrap_or(part.len());
        if part[end..].starts_with('m') {
            all.extend(part[..end].split(';').map(str::to_owned));
        }
    }
    all
}

#[test]
fn the_alternate_screen_is_entered_and_left() {
    let mut session = at_first_screen(demo());
    assert_eq!(session.modes(), (true, true));
    assert_ne!(session.raw(), Some(false), "keys come one by one");
    session.send("q");
    assert_eq!(session.ends(), 0);
    session.is_restored();
}

#[test]
fn bad_input_is_told_before_the_terminal_is_touched() {
    let begin = Begin::new(&["--config", "channels.toml"]);
    begin.home.file("channels.toml", "[[release_channels]]\nname = \"test\"\nordr = 1\n");
    let mut session = begin.start();
    assert_eq!(session.ends(), 2);
    let text = session.shows_after_end("channels.toml:3:");
    assert!(text.contains("order"), "{text}");
    assert!(!has(&session.bytes(), "\x1b[?1049h"), "the alternate screen was never entered");
}

#[test]
fn a_panic_of_the_loop_restores_the_terminal_and_leaves_a_report() {
    let mut session = demo().env("ROLLTOP_PROVOKE_PANIC", "loop").start();
    assert_eq!(session.ends(), 101);
    session.shows_after_end("internal error");
    session.is_restored();
    let reports = session.home().reports();
    let [report] = &reports[..] else { panic!("one report: {reports:?}") };
    let name = report.file_name().expect("a name").to_string_lossy().into_owned();
    let said = session.screen().replace('\n', "");
    assert!(said.contains(&name), "{name} in {said}");
    let text = std::fs::read_to_string(report).expect("the report can be read");
    assert!(text.contains("provoked in the loop"), "{text}");
}

#[test]
fn a_panic_on_the_network_thread_is_told_and_the_screen_lives_on() {
    let mut session = demo().env("ROLLTOP_PROVOKE_PANIC", "network").start();
    session.shows("internal error");
    session.until("the end of the message line", |text| !text.trim().is_empty());
    session.send("?");
    session.shows("end the pause");
    session.send("Q");
    assert_eq!(session.ends(), 0);
    session.is_restored();
    let reports = session.home().reports();
    assert!(!reports.is_empty(), "a report was left");
}

#[test]
fn signals_restore_the_terminal_and_say_themselves_in_the_exit_code() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let mut session = at_first_screen(demo());
        session.signal(signal);
        assert_eq!(session.ends(), code, "{signal:?}");
        session.is_restored();
    }
}

/// Whether a process runs; a test asks until it does not. One that has ended and that nobody has asked about is still
/// listed (a container's first process may never ask).
fn lives(pid: &str) -> bool {
    let ended = |stat: String| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with(['Z', 'X']));
    if std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(ended) {
        return false;
    }
    Command::new("kill").args(["-0", pid]).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[test]
fn a_login_command_that_hangs_ends_with_the_program() {
    for (signal, code) in [(Signal::HUP, 129), (Signal::TERM, 143)] {
        let home = Home::new();
        let pid = home.path().join("login.pid");
        let kubeconfig = home.file(
            "login.yaml",
            &format!(
                r#"{{"apiVersion": "v1", "kind": "Config", "current-context": "slow",
                "clusters": [{{"name": "c", "cluster": {{"server": "https://127.0.0.1:9"}}}}],
                "contexts": [{{"name": "slow", "context": {{"cluster": "c", "user": "u"}}}}],
                "users": [{{"name": "u", "user": {{"exec": {{"apiVersion": "client.authentication.k8s.io/v1",
                  "command": "sh", "args": ["-c", "echo $$ > {}; sleep 600; true"], "interactiveMode": "Never"}}}}}}]}}"#,
                pid.display()
            ),
        );
        let mut session = Begin::new(&["--kubeconfig", kubeconfig.to_str().unwrap()]).home(&home).start();
        session.shows("slow");
        let until = std::time::Instant::now() + support::pty::PATIENCE;
        let number = loop {
            // The shell writes it before it sleeps.
            match std::fs::read_to_string(&pid).map(|text| text.trim().to_owned()) {
                Ok(number) if !number.is_empty() => break number,
                _ => assert!(std::time::Instant::now() < until, "the login command was not started"),
            }
            std::thread::yield_now();
        };
        session.signal(signal);
        assert_eq!(session.ends(), code);
        while lives(&number) {
            assert!(std::time::Instant::now() < until, "the login command {number} lives on after {signal:?}");
        }
    }
}

#[test]
fn a_terminal_that_hangs_up_ends_the_program() {
    let mut session = at_first_screen(demo());
    session.hang_up("j");
    assert_eq!(session.ends(), 129);
}

#[test]
fn a_terminal_that_goes_away_without_a_signal_ends_the_program() {
    let mut session = at_first_screen(demo().uncontrolled());
    session.hang_up("j");
    assert_eq!(session.ends(), 129);
}

#[test]
fn a_terminal_that_takes_no_bytes_does_not_delay_the_end() {
    for (signal, code) in [(Signal::HUP, 129), (Signal::TERM, 143)] {
        let mut session = at_first_screen(demo().size(200, 60));
        session.freeze("?");
        // More than the kernel keeps for a terminal.
        for _ in 0..20 {
            session.send("\x0c");
        }
        let began = std::time::Instant::now();
        session.signal(signal);
        assert_eq!(session.ends(), code);
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }
}

#[test]
fn ctrl_c_asks_once_and_quits_the_second_time() {
    let mut session = at_first_screen(demo());
    session.send("\x03");
    session.shows("press Ctrl-C again");
    session.send("\x03");
    assert_eq!(session.ends(), 130);
    session.is_restored();
}

#[test]
fn ctrl_z_gives_the_shell_back_and_fg_the_screen() {
    let mut session = demo().start_in_shell();
    session.shows("ready> ");
    session.send(&format!("{} demo\r", env!("CARGO_BIN_EXE_rolltop")));
    session.shows("gradual-rollout");
    for _ in 0..2 {
        session.send("\x1a");
        session.until("the prompt", |text| text.trim_end().ends_with("ready>"));
        assert_eq!(session.modes(), (false, false), "the shell has its screen and cursor");
        session.send("echo still $((40 + 2))\r");
        session.shows("still 42");
        session.send("fg\r");
        session.until("the screen again", |text| text.contains("gradual-rollout") && text.contains("q quit"));
        assert_eq!(session.modes(), (true, true));
        assert_ne!(session.raw(), Some(false));
    }
    session.send("?");
    session.shows("end the pause");
    session.send("Q");
    session.until("the prompt", |text| text.trim_end().ends_with("ready>"));
    session.send("echo code $?\r");
    session.shows("code 0");
    session.send("exit\r");
    assert_eq!(session.ends(), 0);
}

#[test]
fn a_stopped_screen_that_is_killed_does_not_come_back_on_its_way_out() {
    let mut session = demo().start_in_shell();
    session.shows("ready> ");
    for round in 0..4 {
        session.send(&format!("{} demo\r", env!("CARGO_BIN_EXE_rolltop")));
        session.shows("gradual-rollout");
        session.send("\x1a");
        session.until("the prompt", |text| text.trim_end().ends_with("ready>"));
        // The signal waits for the stopped process, and is there together with the order to go on.
        session.send(&format!("kill -TERM %1; fg; echo ended $? of $((round + {round}))\r"));
        session.shows(&format!("ended 143 of {round}"));
        // Typed before the prompt is there, the next line would stand above it, and the prompt then be taken for a new one.
        session.until("the prompt", |text| text.trim_end().ends_with("ready>"));
        assert_eq!(session.modes(), (false, false), "the shell keeps its screen and cursor");
    }
    session.send("exit\r");
    assert_eq!(session.ends(), 0);
}

#[test]
fn small_windows_show_less_and_come_back_whole() {
    let mut session = at_first_screen(demo());
    session.resize(20, 6);
    session.until("a small screen", |text| text.contains("rolltop") && !text.contains("needs you"));
    session.send("j");
    // At the same moment as a key.
    session.resize(18, 5);
    session.shows("too small");
    for turn in 0..20 {
        session.send("j");
        session.resize(18, 4 + turn % 2);
        session.shows(&format!("18x{}", 4 + turn % 2));
    }
    session.resize(1, 1);
    session.resize(80, 24);
    session.until("the whole screen", |text| {
        text.contains("gradual-rollout") && text.contains("needs you") && text.contains("q quit")
    });
    session.resize(300, 100);
    session.until("a large screen", |text| text.lines().any(|line| line.chars().count() > 160));
    session.send("q");
    assert_eq!(session.ends(), 0);
    session.is_restored();
}

#[test]
fn a_storm_of_sizes_ends_with_the_last_one_drawn() {
    let mut session = at_first_screen(demo());
    for turn in 0..200_u16 {
        session.resize(20 + turn * 7 % 200, 6 + turn * 3 % 60);
    }
    session.resize(80, 24);
    session.until("the last size", |text| {
        text.contains("gradual-rollout")
            && text.contains("needs you")
            && text.lines().all(|line| line.chars().count() <= 80)
    });
    session.send("q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn no_color_leaves_reverse_and_takes_every_colour() {
    let mut session = at_first_screen(demo().env("NO_COLOR", "1"));
    session.send("\r");
    session.shows("conditions");
    let bytes = session.bytes();
    let wrong: Vec<String> = attributes(&bytes)
        .into_iter()
        .filter(|part| part.parse::<u16>().is_ok_and(|n| (30..=48).contains(&n) && n != 39 || (90..=107).contains(&n)))
        .collect();
    assert!(wrong.is_empty(), "colours: {wrong:?}");
    assert!(attributes(&bytes).contains(&"7".to_owned()), "reverse is still there");
    assert!(session.reversed("▒ DEMO ▒"), "the ribbon of the demo is in reverse:\n{}", session.screen());
    session.send("Q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn colours_are_used_where_the_terminal_has_them() {
    let session = at_first_screen(demo());
    let coloured = |part: &String| part.parse::<u16>().is_ok_and(|n| (31..=38).contains(&n));
    assert!(attributes(&session.bytes()).iter().any(coloured));
}

#[test]
fn ascii_writes_nothing_but_ascii() {
    for begin in [Begin::new(&["demo", "--ascii"]), demo().env("LANG", "C")] {
        let mut session = at_first_screen(begin);
        session.send("\r?q@qqv/");
        session.shows("filter");
        session.send("\x1b");
        session.pauses_for(Duration::from_millis(100));
        session.send("0");
        session.until("the overview", |text| text.contains("needs you") && text.contains("gradual-rollout"));
        session.send("Q");
        assert_eq!(session.ends(), 0);
        let bytes = session.bytes();
        let text = String::from_utf8_lossy(&bytes);
        let other: String = text.chars().filter(|c| !c.is_ascii()).collect();
        assert_eq!(other, "", "characters that are no ASCII");
    }
}

/// The program without a terminal at one of its ends.
fn without_terminal(args: &[&str], home: &Home) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolltop"));
    command.args(args).env_clear().envs(home.environment()).current_dir(home.path());
    ended(&command.stdin(Stdio::null()).output().expect("the program starts"))
}

#[test]
fn a_terminal_that_cannot_draw_is_refused_in_words() {
    for (name, value) in [("TERM", "dumb"), ("TERM", "")] {
        let mut session = demo().env(name, value).start();
        assert_eq!(session.ends(), 2);
        session.shows_after_end("TERM");
        assert!(!has(&session.bytes(), "\x1b["), "{:?}", String::from_utf8_lossy(&session.bytes()));
    }
}

#[test]
fn without_a_terminal_the_screen_is_refused_and_the_headless_commands_are_named() {
    let home = Home::new();
    for args in [&["demo"][..], &["--kubeconfig", "nowhere"]] {
        let ended = without_terminal(args, &home);
        assert_eq!(ended.code, Some(2), "{}", ended.err);
        assert!(ended.err.contains("not a terminal") && ended.err.contains("list"), "{}", ended.err);
        assert_eq!(ended.out, "");
    }
}

#[test]
fn a_screen_whose_output_is_piped_is_refused() {
    let mut session = demo().start_in_shell();
    session.shows("ready> ");
    session.send(&format!("{} demo | cat; echo end\r", env!("CARGO_BIN_EXE_rolltop")));
    session.shows("stdout is not a terminal");
    session.until("the end", |text| text.trim_end().ends_with("ready>"));
    assert!(!has(&session.bytes(), "\x1b[?1049h"));
}

#[test]
fn a_pasted_p_and_return_is_no_key() {
    let mut session = at_first_screen(demo());
    session.send("\x1b[200~p\r\x1b[201~");
    session.shows("paste ignored");
    assert!(!session.screen().contains("Cancel"));
    let (simulated, mut session) = at_dialog();
    session.send("\x1b[200~\t\r\x1b[201~");
    session.send("\t");
    session.until("Tab and nothing else", |text| text.contains("[ Promote"));
    session.send("\x1b");
    session.until("the dialog to go", |text| !text.contains("Cancel"));
    assert!(simulated.writes("staging").is_empty(), "nothing was sent");
}

#[test]
fn an_arrow_that_arrives_in_two_pieces_closes_nothing() {
    let (_simulated, mut session) = at_dialog();
    // The pieces must come within the 30 ms for which an Esc is held; a machine that is busy gets more chances.
    for _ in 0..10 {
        let began = std::time::Instant::now();
        session.send("\x1b");
        session.pauses_for(Duration::from_millis(5));
        session.send("[A");
        if began.elapsed() < Duration::from_millis(20) {
            session.send("\t");
            session.until("an answer to Tab", |text| text.contains("[ Promote") || !text.contains("Cancel"));
            assert!(session.screen().contains("[ Promote"), "the dialog is still open:\n{}", session.screen());
            return;
        }
        session.until("an answer", |text| text.contains("Cancel") || text.contains("p promote"));
        if !session.screen().contains("Cancel") {
            opens_dialog(&mut session);
        }
    }
    eprintln!("this machine is too busy to write two pieces within 20 ms: nothing was tested");
}

#[test]
fn a_lone_esc_closes_the_dialog_and_never_quits() {
    let (_simulated, mut session) = at_dialog();
    session.send("\x1b");
    session.until("the dialog to go", |text| !text.contains("Cancel"));
    for _ in 0..5 {
        session.send("\x1b");
        session.pauses_for(Duration::from_millis(50));
    }
    session.shows("Esc never quits");
    session.send("Q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn nothing_is_written_while_nothing_changes() {
    let mut session = at_first_screen(Begin::new(&["demo", "--scenario", "quiet"]));
    session.until("all channels", |text| text.matches("✓ live").count() == 3);
    session.rests_for(Duration::from_secs(5));
    // Keys that mean nothing here cost nothing either: what is written then is the frame of `j` alone.
    let before = session.bytes().len();
    session.send("XYZ");
    session.rests_for(Duration::from_millis(500));
    assert_eq!(session.bytes().len(), before, "an unknown key writes nothing");
    let cursor = |text: &str| text.lines().find(|line| line.starts_with('›')).map(str::to_owned);
    let here = cursor(&session.screen());
    session.send("j");
    session.until("the cursor to move", |text| cursor(text).is_some_and(|there| Some(there) != here));
    session.rests_for(Duration::from_millis(500));
    let cost = session.bytes().len() - before;
    // Two rows, what comes next there, and the keys, of which a service without a config has one less.
    assert!((1..600).contains(&cost), "one row down costs {cost} bytes");
}

#[test]
fn the_first_frame_does_not_wait_for_a_cluster() {
    // Every request hangs for an hour.
    let session = Begin::new(&["demo", "--faults", "*:*=3600s"]).start();
    session.until("the frame", |text| {
        text.contains("rolltop") && text.contains("3 production") && text.contains("promote")
    });
}
