//! The rooms and the direction of knowledge between them, read from the source itself: every path that begins with
//! `crate::` counts, in `use` lines and in bodies.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A room: its name, the rooms it may name, and the outside crates it must not name.
struct Room {
    name: &'static str,
    may_name: &'static [&'static str],
    must_not_use: &'static [&'static str],
}

/// Crates that do I/O, keep time or own the terminal: nothing for a pure room.
const IMPURE: &[&str] = &["kube", "tokio", "hyper", "crossterm", "ratatui", "tracing", "signal_hook", "rustix"];

const ROOMS: &[Room] = &[
    Room { name: "names", may_name: &[], must_not_use: IMPURE },
    Room { name: "keys", may_name: &[], must_not_use: IMPURE },
    Room { name: "clean", may_name: &[], must_not_use: IMPURE },
    Room { name: "argo", may_name: &["names"], must_not_use: IMPURE },
    Room { name: "config", may_name: &["names", "keys"], must_not_use: IMPURE },
    Room { name: "service", may_name: &["config", "names", "clean"], must_not_use: IMPURE },
    Room { name: "deploy", may_name: &["service", "argo", "config", "names", "clean"], must_not_use: IMPURE },
    Room {
        name: "app",
        may_name: &["deploy", "service", "argo", "config", "names", "keys", "clean"],
        must_not_use: IMPURE,
    },
    Room {
        name: "ui",
        may_name: &["app", "deploy", "service", "argo", "config", "names", "keys", "clean"],
        must_not_use: &["kube", "tokio", "hyper", "crossterm", "signal_hook", "rustix"],
    },
    Room {
        name: "cluster",
        may_name: &["deploy", "service", "argo", "names", "clean"],
        // `rustix` ends the process group of a login command that hangs; the terminal stays unknown.
        must_not_use: &["ratatui", "crossterm", "signal_hook"],
    },
    Room { name: "tui", may_name: &["keys"], must_not_use: &["kube", "hyper"] },
    Room { name: "report", may_name: &["deploy", "service", "argo", "names", "clean"], must_not_use: IMPURE },
    Room {
        name: "audit",
        may_name: &["argo", "names", "clean"],
        // `rustix` opens the file without following a link, and names the machine.
        must_not_use: &["kube", "tokio", "hyper", "crossterm", "ratatui", "tracing", "signal_hook"],
    },
    Room {
        name: "engine",
        may_name: &[
            "app", "ui", "cluster", "tui", "report", "audit", "deploy", "service", "argo", "config", "names", "keys",
            "clean",
        ],
        must_not_use: &["hyper", "clap"],
    },
    Room { name: "demo", may_name: &["names"], must_not_use: &["kube", "ratatui", "crossterm", "k8s_openapi"] },
    Room {
        name: "commands",
        may_name: &[
            "engine", "app", "ui", "cluster", "tui", "report", "audit", "deploy", "service", "argo", "config", "names",
            "keys", "clean", "demo",
        ],
        must_not_use: &["ratatui"],
    },
    Room {
        name: "cli",
        may_name: &["commands", "config", "names", "clean"],
        must_not_use: &["kube", "ratatui", "crossterm", "hyper"],
    },
];

/// Rooms that one room may see only in part: (room, other room, the module of it that stays closed).
const CLOSED: &[(&str, &str, &str)] = &[("ui", "app", "state"), ("ui", "app", "update")];

/// Files over 400 lines before their tests, each with its reason.
const LONG: &[(&str, &str)] = &[];

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// All source files with their path below `src/`, their room and their text.
fn sources() -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    files(&src(), &mut found);
    found
        .into_iter()
        .map(|path| {
            let below = path.strip_prefix(src()).unwrap().to_str().unwrap().replace('\\', "/");
            let room = below.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
            (below, room, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// Flattens tokens into words and punctuation, groups with their brackets.
fn flatten(stream: TokenStream, out: &mut Vec<String>) {
    for tree in stream {
        match tree {
            TokenTree::Group(group) => {
                out.push("{".into());
                flatten(group.stream(), out);
                out.push("}".into());
            }
            other => out.push(other.to_string()),
        }
    }
}

/// Paths that begin with `crate::`, as (room, module below it): `crate::{a, b::c}` gives both.
fn named(tokens: &[String]) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (at, _) in tokens.windows(3).enumerate().filter(|(_, w)| w[0] == "crate" && w[1] == ":" && w[2] == ":") {
        let rest = &tokens[at + 3..];
        match rest.first().map(String::as_str) {
            Some("{") => {
                let mut depth = 0;
                let mut expects = true;
                for (i, token) in rest.iter().enumerate() {
                    match token.as_str() {
                        "{" => depth += 1,
                        "}" => depth -= 1,
                        "," if depth == 1 => expects = true,
                        word if depth == 1 && expects => {
                            found.insert((word.to_owned(), below(&rest[i + 1..])));
                            expects = false;
                        }
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            Some(word) => {
                found.insert((word.to_owned(), below(&rest[1..])));
            }
            None => {}
        }
    }
    found
}

fn below(rest: &[String]) -> String {
    match rest {
        [a, b, word, ..] if a == ":" && b == ":" => word.clone(),
        _ => String::new(),
    }
}

fn tokens_of(path: &str, text: &str) -> Vec<String> {
    let stream: TokenStream = text.parse().unwrap_or_else(|error| panic!("src/{path}: {error}"));
    let mut tokens = Vec::new();
    flatten(stream, &mut tokens);
    tokens
}

fn room(name: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.name == name)
}

#[test]
fn no_room_names_a_room_that_it_must_not_know() {
    let mut faults = Vec::new();
    for (path, room_name, text) in sources() {
        if room_name == "main" || room_name == "lib" {
            continue;
        }
        let Some(room) = room(&room_name) else {
            faults.push(format!("src/{path}: `{room_name}` is not in the table of rooms"));
            continue;
        };
        for (other, module) in named(&tokens_of(&path, &text)) {
            if ROOMS.iter().any(|r| r.name == other) && other != room.name && !room.may_name.contains(&other.as_str()) {
                faults.push(format!("src/{path}: {} must not know {other}", room.name));
            }
            if CLOSED.contains(&(room.name, &other, &module)) {
                faults.push(format!("src/{path}: {} must not know {other}::{module}", room.name));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn pure_rooms_name_no_crate_that_does_io() {
    let mut faults = Vec::new();
    for (path, room_name, text) in sources() {
        let Some(room) = room(&room_name) else { continue };
        let tokens = tokens_of(&path, &text);
        for window in tokens.windows(3) {
            if window[1] == ":" && window[2] == ":" && room.must_not_use.contains(&window[0].as_str()) {
                faults.push(format!("src/{path}: {} must not use {}", room.name, window[0]));
            }
        }
    }
    faults.dedup();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_file_opens_with_its_page_and_every_room_says_what_it_must_not_know() {
    let mut faults = Vec::new();
    for (path, room_name, text) in sources() {
        if !text.starts_with("//!") {
            faults.push(format!("src/{path}: begins without a `//!` page"));
        }
        let is_room_page = path == format!("{room_name}.rs") && room(&room_name).is_some();
        let page: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        if is_room_page && !page.contains("Must not know") {
            faults.push(format!("src/{path}: the room's page has no `Must not know`"));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_room_of_the_table_exists() {
    for room in ROOMS {
        assert!(src().join(format!("{}.rs", room.name)).is_file(), "src/{}.rs is missing", room.name);
    }
}

#[test]
fn files_hold_one_idea() {
    let mut faults = Vec::new();
    for (path, _, text) in sources() {
        let lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count();
        let waived = LONG.iter().any(|(file, _)| *file == path);
        if lines > 400 && !waived {
            faults.push(format!("src/{path}: {lines} lines before its tests; split it by question, or give a reason"));
        }
        if lines <= 400 && waived {
            faults.push(format!("src/{path}: {lines} lines; its waiver is no longer needed"));
        }
        if text.contains("super::super") {
            faults.push(format!("src/{path}: `super::super` hides where a name comes from"));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_reader_finds_names_in_uses_groups_and_bodies() {
    let text = "use crate::{argo::meta, keys}; fn f() { crate::tui::x(); } use crate::names::Uid;";
    let found: Vec<_> = named(&tokens_of("x.rs", text)).into_iter().map(|(room, _)| room).collect();
    assert_eq!(found, ["argo", "keys", "names", "tui"]);
}
