//! Configurations: what is accepted and what it means, what is refused and in which words. The bad files lie beside
//! the words they are refused with (`BLESS=1` writes those; read the diff).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/bless.rs"]
mod bless;

use bless::same_as_file;
use rolltop::config::file::{self, File};
use rolltop::config::problem::Problem;
use rolltop::config::resolve::{Context, Contexts, Flags, Resolved, Scope, resolve};
use rolltop::config::settings::Confirm;
use rolltop::config::{document, load};
use rolltop::names::Namespace;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/config").join(name)
}

fn good(name: &str) -> File {
    load::read(&data(&format!("good/{name}.toml"))).unwrap_or_else(|problems| panic!("{}", said(&problems)))
}

fn said(problems: &[Problem]) -> String {
    problems.iter().fold(String::new(), |text, problem| text + &problem.to_string() + "\n")
}

fn contexts(names: &[&str], current: Option<&str>) -> Contexts {
    let all = names.iter().map(|name| Context {
        name: (*name).to_owned(),
        cluster: (*name).to_owned(),
        namespace: Some("demo".to_owned()),
    });
    Contexts { all: all.collect(), current: current.map(str::to_owned) }
}

fn chosen(resolved: &Resolved) -> Vec<(String, String, Scope)> {
    let channel = |at: usize| resolved.settings.channels[at].name.to_string();
    resolved.sources.iter().map(|s| (channel(s.channel), s.context.clone(), s.scope.clone())).collect()
}

fn in_namespaces(names: &[&str]) -> Scope {
    Scope::Namespaces(names.iter().map(|name| Namespace::new(*name)).collect())
}

#[test]
fn a_bad_file_is_refused_with_all_its_faults_and_their_places() {
    let mut files: Vec<_> = std::fs::read_dir(data("bad")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    assert!(files.len() > 5);
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = PathBuf::from(path.file_name().unwrap());
        let problems = file::parse(&name, &text).expect_err(&format!("{} was accepted", name.display()));
        same_as_file(&path.with_extension("expected"), &said(&problems));
    }
}

#[test]
fn the_words_for_an_unknown_key_are_those_of_the_documentation() {
    let text =
        "\n".repeat(38) + "[[release_channels]]\nname = \"production\"\n  precondtions = []\nruntime.context = \"x\"\n";
    let problems = file::parse(Path::new("rolltop.toml"), &text).unwrap_err();
    assert_eq!(
        said(&problems),
        "rolltop.toml:41:3: unknown key \"precondtions\" in release_channels \"production\"; did you mean \"preconditions\"?\n"
    );
}

#[test]
fn a_full_file_gives_channels_in_their_order_and_keeps_what_others_act_on() {
    let file = good("full");
    assert_eq!(file.kept["release_channels"][0]["require_reason"].as_bool(), Some(true));
    let known = contexts(&["prod-east", "prod-west", "test", "staging"], Some("test"));
    let resolved = resolve(Some(&file), &Flags::default(), &known).unwrap();
    assert_eq!(
        chosen(&resolved),
        [
            ("test".to_owned(), "test".to_owned(), in_namespaces(&["demo"])),
            ("production".to_owned(), "prod-east".to_owned(), in_namespaces(&["demo", "shop"])),
            ("production".to_owned(), "prod-west".to_owned(), in_namespaces(&["demo"])),
            ("staging".to_owned(), "staging".to_owned(), in_namespaces(&["demo"])),
        ]
    );
    let settings = &resolved.settings;
    assert_eq!(settings.stale_after, Duration::from_secs(90));
    assert!(settings.mouse);
    assert_eq!(resolved.look.theme, "cb");
    assert_eq!(settings.service_of.get("web-frontend").map(String::as_str), Some("web"));
    let confirms: Vec<_> = settings.channels.iter().map(|channel| (channel.confirm, channel.read_only)).collect();
    assert_eq!(confirms, [(Confirm::Enter, false), (Confirm::TypeName, true), (Confirm::Deny, false)]);
    assert_eq!(resolved.sources[1].cluster.as_str(), "east");
    assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);
}

#[test]
fn without_channels_in_a_file_each_chosen_context_is_a_channel() {
    let known = contexts(&["a", "b", "c"], Some("b"));
    let flags =
        |names: &[&str]| Flags { contexts: names.iter().map(|n| (*n).to_owned()).collect(), ..Flags::default() };
    let empty = good("empty");
    for file in [None, Some(&empty)] {
        let names = |flags: &Flags| -> Vec<String> {
            resolve(file, flags, &known).unwrap().settings.channels.iter().map(|c| c.name.to_string()).collect()
        };
        assert_eq!(names(&Flags::default()), ["b"]);
        assert_eq!(names(&flags(&["c", "a", "c"])), ["c", "a"]);
    }
}

#[test]
fn flags_narrow_the_channels_of_the_file_and_choose_namespaces() {
    let file = good("full");
    let known = contexts(&["prod-east", "prod-west", "test", "staging", "other"], Some("other"));
    let pick = |flags: Flags| -> Vec<String> {
        let resolved = resolve(Some(&file), &flags, &known).unwrap();
        chosen(&resolved).into_iter().map(|(channel, context, _)| format!("{channel}/{context}")).collect()
    };
    let of = |contexts: &[&str], channels: &[&str]| Flags {
        contexts: contexts.iter().map(|n| (*n).to_owned()).collect(),
        channels: channels.iter().map(|n| (*n).to_owned()).collect(),
        ..Flags::default()
    };
    assert_eq!(pick(of(&[], &["staging"])), ["staging/staging"]);
    assert_eq!(pick(of(&["prod-west"], &[])), ["production/prod-west"]);
    assert_eq!(pick(of(&["prod-west", "other"], &[])), ["production/prod-west", "other/other"]);
    let everywhere = Flags { all_namespaces: true, ..of(&[], &["test"]) };
    assert_eq!(resolve(Some(&file), &everywhere, &known).unwrap().sources[0].scope, Scope::All);
    let two = Flags { namespaces: vec!["x".into(), "y".into(), "x".into()], ..of(&[], &["test"]) };
    assert_eq!(resolve(Some(&file), &two, &known).unwrap().sources[0].scope, in_namespaces(&["x", "y"]));
}

#[test]
fn unknown_channels_and_contexts_in_flags_are_named_with_what_was_meant() {
    let file = good("full");
    let known = contexts(&["prod-east", "prod-west", "test", "staging"], None);
    let flags = Flags { contexts: vec!["stagin".into()], channels: vec!["tset".into()], ..Flags::default() };
    let words = said(&resolve(Some(&file), &flags, &known).unwrap_err());
    assert!(
        words.contains("--context: there is no context \"stagin\" in the kubeconfig; did you mean \"staging\"?"),
        "{words}"
    );
    assert!(words.contains("--channel: there is no release channel \"tset\""), "{words}");
    let words = said(&resolve(None, &Flags::default(), &known).unwrap_err());
    assert!(words.contains("no current context; choose one with --context: prod-east, prod-west"), "{words}");
}

#[test]
fn a_context_of_the_file_that_does_not_exist_breaks_its_source_and_no_other() {
    let file = good("full");
    let known = contexts(&["prod-east", "test", "stagging"], None);
    let resolved = resolve(Some(&file), &Flags::default(), &known).unwrap();
    let broken: Vec<_> = resolved.sources.iter().filter_map(|source| source.broken.clone()).collect();
    assert_eq!(broken.len(), 2);
    let words = said(&broken);
    assert!(words.contains("full.toml:14:30: context \"prod-west\" is not in the kubeconfig"), "{words}");
    assert!(words.contains("did you mean \"stagging\"?"), "{words}");
}

#[test]
fn two_channels_on_the_same_namespace_of_a_cluster_are_remarked() {
    let text = "[[release_channels]]\nname = \"a\"\nruntime = { context = \"x\", namespace = \"n\" }\n\
                [[release_channels]]\nname = \"b\"\nruntime = { context = \"y\", namespace = \"n\" }\n";
    let file = file::parse(Path::new("t.toml"), text).unwrap();
    let mut known = contexts(&["x", "y"], None);
    assert!(resolve(Some(&file), &Flags::default(), &known).unwrap().settings.warnings.is_empty());
    for context in &mut known.all {
        context.cluster = "same".to_owned();
    }
    let warnings = resolve(Some(&file), &Flags::default(), &known).unwrap().settings.warnings;
    assert_eq!(
        warnings,
        ["release channels \"a\" and \"b\" both watch namespace \"n\" of cluster \"same\": its rollouts show in both"]
    );
}

#[test]
fn the_first_place_that_exists_is_taken_and_a_named_file_has_to_exist() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(at("home/rolltop")).unwrap();
    std::fs::create_dir_all(at("here")).unwrap();
    let mut places = load::Places { here: Some(at("here")), config_home: Some(at("home")), ..Default::default() };
    assert_eq!(load::find(&places), Ok(None));
    std::fs::write(at("home/rolltop/config.toml"), "").unwrap();
    assert_eq!(load::find(&places), Ok(Some(at("home/rolltop/config.toml"))));
    std::fs::write(at("here/rolltop.toml"), "").unwrap();
    assert_eq!(load::find(&places), Ok(Some(PathBuf::from("rolltop.toml"))));
    places.environment = Some(at("env.toml"));
    let problem = load::find(&places).unwrap_err().to_string();
    assert!(problem.starts_with("ROLLTOP_CONFIG: ") && problem.contains("does not exist"), "{problem}");
    places.flag = Some(at("here/rolltop.toml"));
    assert_eq!(load::find(&places), Ok(Some(at("here/rolltop.toml"))));
}

#[test]
fn the_example_is_the_file_in_the_repository_and_loads_without_a_warning() {
    let example = document::example();
    same_as_file(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml"), &example);
    let file = file::parse(Path::new("config.example.toml"), &example).unwrap_or_else(|p| panic!("{}", said(&p)));
    let known = contexts(&["kind-test", "staging", "prod-east", "prod-west"], None);
    let resolved = resolve(Some(&file), &Flags::default(), &known).unwrap();
    assert_eq!(resolved.settings.warnings, Vec::<String>::new());
    assert!(resolved.sources.iter().all(|source| source.broken.is_none()));
    for key in rolltop::config::keys::FILE.iter().chain(rolltop::config::keys::CHANNEL) {
        assert!(example.contains(key.name), "{} is not in the example", key.name);
    }
}

#[test]
fn the_schema_knows_every_key_of_the_table() {
    let schema = document::schema();
    for key in rolltop::config::keys::FILE {
        assert!(schema["properties"][key.name].is_object(), "{}", key.name);
    }
    let channel = &schema["properties"]["release_channels"]["items"];
    assert_eq!(channel["required"], serde_json::json!(["name"]));
    assert_eq!(channel["additionalProperties"], serde_json::json!(false));
    assert_eq!(schema["properties"]["stale_after"]["default"], serde_json::json!("15s"));
}
