//! The documents say what is so: tables that the program can make are made by it (`BLESS=1 cargo test --test documents`
//! rewrites them between their comment markers), and every command line, file, function and package that a document
//! names is there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use rolltop::app::action;
use rolltop::cli;
use rolltop::config::file;
use rolltop::engine::fault;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Documents for people.
const DOCUMENTS: [&str; 4] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}")).replace("\r\n", "\n")
}

fn all_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all_below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The text of all source files below these folders.
fn source(folders: &[&str]) -> String {
    let mut found = Vec::new();
    folders
        .iter()
        .map(|name| root().join(name))
        .filter(|path| path.is_dir())
        .for_each(|path| all_below(&path, &mut found));
    found.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// One document is rewritten by one test at a time.
static REWRITING: Mutex<()> = Mutex::new(());

/// Holds the block between `<!-- NAME -->` and `<!-- /NAME -->` against what it should be.
#[track_caller]
fn block_is(document: &str, name: &str, made: &str) {
    let _alone = REWRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let text = read(document);
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let from = text.find(&begin).unwrap_or_else(|| panic!("{document} has no {begin}")) + begin.len();
    let to = from + text[from..].find(&end).unwrap_or_else(|| panic!("{document} has no {end}"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(root().join(document), format!("{}{made}{}", &text[..from], &text[to..])).unwrap();
        return;
    }
    assert!(text[from..to] == *made, "{document}, {name}: BLESS=1 cargo test --test documents writes\n{made}");
}

#[test]
fn the_readme_has_the_key_table_of_the_program() {
    block_is("README.md", "keys", &action::markdown());
}

/// Exit codes as `commands::outcome` declares them, each with its line of documentation.
fn declared_codes() -> BTreeMap<u8, String> {
    let text = read("src/commands/outcome.rs");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let codes = lines.windows(2).filter_map(|pair| {
        let doc = pair[0].strip_prefix("/// ")?;
        let (name, value) = pair[1].strip_prefix("pub const ")?.split_once(": u8 = ")?;
        let value: u8 = value.trim_end_matches(';').parse().ok()?;
        assert!(name.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{name}");
        Some((value, doc.trim_end_matches('.').to_owned()))
    });
    codes.collect()
}

#[test]
fn the_readme_and_the_help_have_the_exit_codes_of_the_program() {
    let mut codes = declared_codes();
    assert_eq!(codes.keys().copied().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 141]);
    let help = cli::command(None).render_long_help().to_string();
    for code in codes.keys().filter(|code| **code < 128) {
        let there = help.contains(&format!(" {code} ")) || help.contains(&format!("\n{code} "));
        assert!(there, "--help names exit code {code}");
    }
    codes.insert(fault::EXIT_CODE, "An internal fault of the UI; the path of the report was printed".to_owned());
    codes.insert(130, "Left by pressing Ctrl-C twice".to_owned());
    codes.insert(129, "Ended by SIGHUP".to_owned());
    codes.insert(143, "Ended by SIGTERM".to_owned());
    let rows = codes.iter().map(|(code, doc)| format!("| {code} | {doc} |\n"));
    block_is("README.md", "exit codes", &format!("| code | means |\n| --- | --- |\n{}", rows.collect::<String>()));
}

/// What stands in backticks outside of code blocks, and the lines of `sh` blocks, without their comments.
fn code(document: &str) -> (Vec<String>, Vec<String>) {
    let (mut inline, mut lines, mut fence) = (Vec::new(), Vec::new(), None);
    let mut prose = String::new();
    for line in read(document).lines() {
        match (line.strip_prefix("```"), &fence) {
            (Some(_), Some(_)) => fence = None,
            (Some(language), None) => fence = Some(language.to_owned()),
            (None, Some(language)) if language == "sh" => {
                let command = line.split("  #").next().unwrap_or_default().trim();
                if !command.is_empty() {
                    lines.push(command.to_owned());
                }
            }
            (None, Some(_)) => {}
            (None, None) => prose.extend([line, "\n"]),
        }
    }
    inline.extend(prose.split('`').skip(1).step_by(2).map(|text| text.replace('\n', " ")));
    (inline, lines)
}

/// Parses a command line as the program would, and looks at the files that it names.
fn parses(line: &str) -> Result<(), String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut words = words.as_slice();
    while let [first, rest @ ..] = words {
        let is_variable = first.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        });
        if !is_variable {
            break;
        }
        words = rest;
    }
    let rolltop = |arguments: &[&str]| {
        let all = std::iter::once("rolltop").chain(arguments.iter().copied());
        cli::command(None).try_get_matches_from(all).map(drop).or_else(|error| {
            let asked =
                matches!(error.kind(), clap::error::ErrorKind::DisplayHelp | clap::error::ErrorKind::DisplayVersion);
            if asked { Ok(()) } else { Err(error.to_string()) }
        })
    };
    match words {
        ["rolltop", arguments @ ..] => {
            if let ["replay", file, ..] = arguments
                && file.contains('/')
                && !root().join(file).exists()
            {
                return Err(format!("{file} does not exist"));
            }
            // Redirections belong to the shell.
            let end = arguments.iter().position(|word| [">", "|", "&"].contains(word)).unwrap_or(arguments.len());
            rolltop(&arguments[..end])
        }
        ["cargo", rest @ ..] => {
            for (flag, folder) in [("--test", "tests"), ("--bench", "benches")] {
                if let Some(at) = rest.iter().position(|word| *word == flag) {
                    let name = rest.get(at + 1).copied().unwrap_or_default();
                    let there = [format!("{folder}/{name}.rs"), format!("{folder}/{name}/main.rs")];
                    let is_there = |path: &String| root().join(path).is_file();
                    if !there.iter().any(is_there) {
                        return Err(format!("there is no {}", there[0]));
                    }
                }
            }
            match rest.iter().position(|word| *word == "--") {
                Some(at) if rest[0] == "run" => rolltop(&rest[at + 1..]),
                _ => Ok(()),
            }
        }
        [program, ..] if program.starts_with(".ci/") || program.starts_with("target/") => {
            let there = program.starts_with("target/") || root().join(program).is_file();
            if there { Ok(()) } else { Err(format!("{program} does not exist")) }
        }
        ["kubectl", "apply" | "create", "-f", file] => {
            if root().join(file).is_file() {
                Ok(())
            } else {
                Err(format!("{file} does not exist"))
            }
        }
        ["kubectl" | "export" | "source" | "cp", ..] => Ok(()),
        _ => Err("no program that is known here".to_owned()),
    }
}

#[test]
fn every_command_line_in_a_document_is_one() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for document in DOCUMENTS {
        let (inline, lines) = code(document);
        let commands = inline.iter().filter(|text| {
            text.starts_with("rolltop ")
                || text.starts_with("cargo ")
                || text.contains("=1 cargo ")
                || *text == ".ci/run"
        });
        for line in lines.iter().chain(commands) {
            count += 1;
            if let Err(why) = parses(line) {
                wrong.push(format!("{document}: {line}: {why}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 20, "only {count} were found");
}

#[test]
fn every_file_that_a_document_names_is_there() {
    const FOLDERS: [&str; 5] = ["src/", "tests/", "assets/", "benches/", ".ci/"];
    let mut wrong = Vec::new();
    for document in DOCUMENTS {
        let text = read(document);
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).map(str::to_owned);
        let links = links.filter(|link| !link.starts_with("http") && !link.starts_with('#'));
        let (inline, _) = code(document);
        let named = inline.into_iter().filter(|text| {
            let is_path = FOLDERS.iter().any(|folder| text.starts_with(folder)) && !text.contains(['<', ' ', '*']);
            is_path || DOCUMENTS.contains(&text.as_str())
        });
        for path in links.chain(named) {
            if !root().join(&path).exists() {
                wrong.push(format!("{document} names {path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_configuration_of_the_readme_is_one() {
    let text = read("README.md");
    let blocks: Vec<&str> = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        if let Err(problems) = file::parse(Path::new("README.md"), block) {
            let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
            panic!("{}", said.join("\n"));
        }
    }
}

/// Whether a text has a word, not as part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(part) && !text[at + word.len()..].chars().next().is_some_and(part)
    })
}

/// Whether `room::module::item` or `Type::item` is in the source.
fn is_in_source(path: &str, all: &str) -> bool {
    let mut segments = path.split("::").peekable();
    let (mut file, mut folder) = (None, root().join("src"));
    while let Some(segment) = segments.peek() {
        let candidate = folder.join(format!("{segment}.rs"));
        if !candidate.is_file() {
            break;
        }
        file = Some(candidate);
        folder = folder.join(segment);
        segments.next();
    }
    let rest: Vec<&str> = segments.collect();
    let text = match &file {
        Some(file) => std::fs::read_to_string(file).unwrap(),
        // A type: all source, so that an item of another room may be named by its type alone.
        None if path.starts_with(|c: char| c.is_uppercase()) => all.to_owned(),
        None => return false,
    };
    let declares = |name: &str| {
        ["fn", "struct", "enum", "const", "trait", "type", "mod", "static"]
            .iter()
            .any(|kind| has_word(&text, &format!("{kind} {name}")))
    };
    match rest.as_slice() {
        [] => true,
        [item] => declares(item),
        // A variant, or a function of a type.
        [kind, member] => declares(kind) && (declares(member) || has_word(&text, member)),
        _ => false,
    }
}

#[test]
fn every_function_that_the_architecture_names_is_there() {
    let all = source(&["src"]);
    let (inline, _) = code("ARCHITECTURE.md");
    let mut count = 0;
    let mut wrong = Vec::new();
    for text in inline {
        let path: String = text.chars().take_while(|c| c.is_alphanumeric() || "_:".contains(*c)).collect();
        let path = path.trim_end_matches(':');
        let foreign =
            ["kube", "serde_json", "std", "tokio", "crate"].iter().any(|name| path.split("::").next() == Some(name));
        if path.contains("::") && !foreign {
            count += 1;
            if !is_in_source(path, &all) {
                wrong.push(path.to_owned());
            }
        }
    }
    assert!(wrong.is_empty(), "not in the source: {wrong:?}");
    assert!(count > 25, "only {count} were found");
}

#[test]
fn every_room_has_its_row() {
    let text = read("ARCHITECTURE.md");
    for entry in std::fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if path.is_file() && !["lib", "main"].contains(&name) {
            assert!(text.contains(&format!("\n| `{name}` |")), "ARCHITECTURE.md has no row for the room {name}");
        }
    }
}

/// Names of the packages in `Cargo.toml`: those of the program, and those of the tests alone.
fn packages() -> (BTreeSet<String>, BTreeSet<String>) {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let names = |table: Option<&toml::Value>| -> BTreeSet<String> {
        table.and_then(toml::Value::as_table).into_iter().flat_map(|table| table.keys().cloned()).collect()
    };
    let mut program = names(manifest.get("dependencies"));
    for target in manifest["target"].as_table().unwrap().values() {
        program.extend(names(target.get("dependencies")));
    }
    let tests = names(manifest.get("dev-dependencies"));
    (program.clone(), tests.difference(&program).cloned().collect())
}

#[test]
fn the_table_of_dependencies_is_the_manifest() {
    let text = read("ARCHITECTURE.md");
    let (_, rest) = text.split_once("\n## Dependencies\n").unwrap();
    let section = rest.split("\n## ").next().unwrap();
    let mut listed = BTreeSet::new();
    for row in section.lines().filter(|line| line.starts_with("| ")) {
        let cell = row.split('|').nth(1).unwrap();
        for name in cell.split('`').skip(1).step_by(2) {
            assert!(listed.insert(name.to_owned()), "{name} has two rows");
        }
    }
    let (program, tests) = packages();
    assert_eq!(listed, program.union(&tests).cloned().collect());
}

#[test]
fn every_dependency_is_used() {
    let (program, tests) = packages();
    for (names, folders) in [(program, &["src"][..]), (tests, &["src", "tests", "benches"][..])] {
        let text = source(folders);
        for name in names {
            let module = name.replace('-', "_");
            let used = [format!("{module}::"), format!("{module}!")].iter().any(|word| text.contains(word));
            assert!(used, "{name} is in Cargo.toml and nowhere in {folders:?}");
        }
    }
}

#[derive(Deserialize)]
struct Role {
    kind: String,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    api_groups: Vec<String>,
    resources: Vec<String>,
    verbs: Vec<String>,
}

/// What a role allows: (group, resource, verb).
fn allowed(name: &str) -> BTreeSet<(String, String, String)> {
    let role: Role = serde_saphyr::from_str(&read(&format!("assets/rbac/{name}.yaml"))).unwrap();
    assert_eq!(role.kind, "ClusterRole");
    let mut all = BTreeSet::new();
    for rule in &role.rules {
        for group in &rule.api_groups {
            for resource in &rule.resources {
                all.extend(rule.verbs.iter().map(|verb| (group.clone(), resource.clone(), verb.clone())));
            }
        }
    }
    all
}

#[test]
fn the_roles_allow_what_the_program_asks_for_and_no_more_writes() {
    let triple = |group: &str, resource: &str, verb: &str| (group.to_owned(), resource.to_owned(), verb.to_owned());
    let (viewer, operator) = (allowed("viewer"), allowed("operator"));
    for (group, resource) in [("argoproj.io", "rollouts"), ("apps", "replicasets"), ("", "pods")] {
        for verb in ["get", "list", "watch"] {
            assert!(viewer.contains(&triple(group, resource, verb)), "viewer: {verb} {resource}");
        }
    }
    let reads = ["get", "list", "watch"];
    assert!(viewer.iter().all(|(_, _, verb)| reads.contains(&verb.as_str())), "a viewer writes nothing: {viewer:?}");
    let more: BTreeSet<_> = operator.difference(&viewer).cloned().collect();
    let writes = rolltop::argo::feed::Right::ALL.map(|right| {
        let (verb, group, resource, sub) = right.rule();
        triple(group, &sub.map_or_else(|| resource.to_owned(), |sub| format!("{resource}/{sub}")), verb)
    });
    assert_eq!(more, BTreeSet::from(writes), "an operator may all that an action needs, and no more");
    assert!(operator.is_superset(&viewer), "an operator sees what a viewer sees");
}
