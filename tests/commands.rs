//! The commands as scripts and people call them: what they print and where, their exit codes, and what they send.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "commands/acting.rs"]
mod acting;
#[path = "commands/fixture.rs"]
mod fixture;

use fixture::{Clusters, bare, ran};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

const RECORDING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/recordings/gradual/watch.ndjson.gz");

fn names(list: &Value, key: &str, value: &str) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter().filter(|item| item[key] == value);
    items.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn list_shows_every_channel_in_its_order() {
    let clusters = Clusters::new("fleet", 0.0);
    let text = clusters.expect(0, &["list"]);
    let lines: Vec<Vec<&str>> = text.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        lines[0],
        [
            "CHANNEL",
            "CLUSTER",
            "NAMESPACE",
            "NAME",
            "STRATEGY",
            "PHASE",
            "STEP",
            "SET",
            "ACTUAL",
            "READY",
            "VERSION",
            "AGE"
        ]
    );
    let mut channels: Vec<&str> = lines[1..].iter().map(|line| line[0]).collect();
    channels.dedup();
    assert_eq!(channels, ["test", "staging", "production"]);
    let paused = text.stdout.lines().find(|l| l.starts_with("production") && l.contains("gradual-rollout")).unwrap();
    assert!(paused.contains("Paused") && paused.contains("1/6") && paused.contains("blue → green"), "{paused}");
    assert!(clusters.expect(0, &["list", "-o", "wide"]).stdout.contains("CanaryPauseStep"));

    let one = clusters.expect(0, &["list", "--channel", "staging", "-o", "name"]);
    assert!(one.stdout.lines().all(|line| line.starts_with("rollout.argoproj.io/")), "{}", one.stdout);
    assert!(clusters.writes().is_empty());
}

#[test]
fn lists_and_reports_have_the_shape_of_the_contract() {
    let clusters = Clusters::new("fleet", 0.0);
    let list = clusters.expect(0, &["list", "-o", "json"]).json();
    assert_eq!((&list["apiVersion"], &list["kind"]), (&"rolltop/v1".into(), &"RolloutReportList".into()));
    assert!(names(&list, "channel", "production").contains(&"gradual-rollout".to_owned()));

    let get = clusters.expect(0, &["get", "gradual-rollout", "--channel", "production", "-o", "json"]);
    let report = get.json();
    assert_eq!(report["kind"], "RolloutReport");
    assert_eq!(report["phase"], "Paused");
    assert_eq!(report["step"], serde_json::json!({"index": 1, "total": 6, "current": {"pause": {}}}));
    assert_eq!(report["weights"], serde_json::json!({"set": 10, "actual": 25}));
    assert_eq!((&report["channel"], &report["cluster"]), (&"production".into(), &"production".into()));
    assert_eq!(report["stale"], false);
    let order =
        ["apiVersion", "kind", "channel", "cluster", "namespace", "name", "uid", "observedAt", "revisions", "warnings"];
    let places: Vec<_> = order.iter().map(|key| get.stdout.find(&format!("\n  \"{key}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");

    let yaml = clusters.expect(0, &["get", "gradual-rollout", "--channel", "production", "-o", "yaml"]);
    let same: Value = serde_saphyr::from_str(&yaml.stdout).unwrap();
    assert_eq!(same["revisions"], report["revisions"]);
    clusters.expect(0, &["get", "gradual-rollout", "--channel", "production"]).prints("set 10 %, actual 25 %");
}

#[test]
fn a_name_that_is_not_there_or_in_several_places_is_never_guessed() {
    let clusters = Clusters::new("fleet", 0.0);
    clusters.expect(1, &["get", "gradul-rollout"]).says("did you mean \"gradual-rollout\"?").says("looked in test");
    let several = clusters.expect(2, &["promote", "catalog", "--yes"]);
    several.says("--channel staging --context staging -n demo").says("hint: choose one");
    assert!(clusters.writes().is_empty());
}

#[test]
fn status_tells_by_its_exit_code() {
    let clusters = Clusters::new("fleet", 0.0);
    let list = clusters.expect(0, &["list", "--channel", "staging", "-o", "json"]).json();
    for (phase, code) in [("Healthy", 0), ("Degraded", 3)] {
        let name = &names(&list, "phase", phase)[0];
        clusters.expect(code, &["status", name, "--channel", "staging"]).prints(phase);
        clusters.expect(code, &["status", name, "--channel", "staging", "--watch", "--timeout", "20s"]).prints(phase);
    }
    let paused = ["status", "gradual-rollout", "--channel", "production"];
    clusters.expect(4, &paused).prints("Paused: CanaryPauseStep, step 1/6, weight 10 (actual 25)");
    let waited = clusters.expect(4, &[&paused[..], &["--watch", "--timeout", "1s"]].concat());
    waited.says("neither healthy nor degraded after 1s");
}

#[test]
fn promote_ends_the_pause_once_and_follows_the_controller() {
    let clusters = Clusters::new("fleet", 1.0);
    let promote = |more: &[&'static str]| [&["promote", "gradual-rollout", "--channel", "production"], more].concat();

    clusters.expect(2, &promote(&[])).says("need --yes").says("hint:");
    assert!(clusters.writes().is_empty());

    let dry = clusters.expect(0, &promote(&["--dry-run", "server", "-o", "json"])).json();
    assert_eq!((&dry["kind"], &dry["outcome"]), (&"ActionOutcome".into(), &"dry-run".into()));
    assert!(clusters.writes().iter().all(|write| write.path.contains("dryRun=All")));
    clusters.running.requests().clear();

    let done = clusters.expect(0, &promote(&["--yes", "--wait"]));
    done.prints("done: the controller moved on from 1/6 to 2/6");
    let writes = clusters.writes();
    let paths: Vec<_> = writes.iter().map(|write| write.path.split('?').next().unwrap()).collect();
    assert_eq!(paths, ["/apis/argoproj.io/v1alpha1/namespaces/demo/rollouts/gradual-rollout/status"]);
    assert!(writes[0].body.contains("resourceVersion"), "{}", writes[0].body);
}

#[test]
fn promote_with_nothing_to_promote_says_why_and_sends_nothing() {
    let clusters = Clusters::new("gradual", 0.0);
    let refused = clusters.expect(1, &["promote", "gradual-rollout", "--channel", "test", "--yes", "-o", "json"]);
    assert_eq!(refused.json()["outcome"], "refused");
    refused.says("error: rollout gradual-rollout in test");
    assert!(clusters.writes().is_empty());
}

#[test]
fn promote_asks_before_it_writes_and_an_answer_needs_a_terminal() {
    let clusters = Clusters::new("fleet", 0.0);
    let config = clusters.running.config.replace("confirm = \"type-name\"", "");
    let config = clusters.file("enter.toml", &config);
    let args = ["-c", &config, "promote", "gradual-rollout", "--channel", "production"];
    clusters.expect(2, &args).says("stdin is no terminal").says("then add --yes");
    assert!(clusters.writes().is_empty());
}

#[test]
fn what_is_not_allowed_ends_with_5_and_nothing_is_sent() {
    let clusters = Clusters::new("fleet", 0.0);
    let promote = ["promote", "gradual-rollout", "--yes"];
    let with = |more: &[&str]| clusters.expect(5, &[&promote[..], more].concat());
    with(&["--channel", "production", "--readonly"]).says("--readonly");
    with(&["--context", "production-viewer"]).says("you may not patch rollouts/status").says("hint:");
    let denied = clusters.running.config.replace("confirm = \"type-name\"", "confirm = \"deny\"");
    let denied = clusters.file("deny.toml", &denied);
    with(&["-c", &denied, "--channel", "production"]).says("takes no writes");
    assert!(clusters.writes().is_empty());

    clusters.running.set_faults("test:*=401").unwrap();
    clusters.expect(5, &["list", "--channel", "test"]).says("error: ");
    clusters.running.set_faults("test:*=403").unwrap();
    clusters.expect(5, &["list", "--channel", "test"]).says("error: ");
}

#[test]
fn a_cluster_that_is_down_costs_its_own_rows_only() {
    let clusters = Clusters::new("fleet", 0.0);
    clusters.running.set_faults("staging:down").unwrap();
    let partly = clusters.expect(1, &["list", "--cluster-timeout", "2s"]);
    partly.prints("production").prints("test").says("error: ").says("staging");
    assert!(!partly.stdout.contains("staging"));
    clusters.expect(0, &["list", "--channel", "test"]);
    // Reading goes on with a warning; a write could be meant for the cluster that does not answer.
    let web = clusters.run(&["get", "notifier", "--channel", "test", "--channel", "staging"]);
    assert_eq!(web.code, 0, "{}", web.stderr);
    web.says("warning: ");
    let promote = ["promote", "notifier", "--yes", "--channel", "test", "--channel", "staging"];
    clusters.expect(1, &promote).says("could hold one of that name too: nothing was sent");
    assert!(clusters.writes().is_empty());
}

#[test]
fn where_listing_all_is_forbidden_the_namespace_of_the_context_is_listed_and_said() {
    let clusters = Clusters::new("gradual", 0.0);
    clusters.running.set_faults("test:read@all=403").unwrap();
    let listed = clusters.expect(0, &["list", "-A", "--channel", "test", "-o", "name"]);
    assert_eq!(listed.stdout, "rollout.argoproj.io/gradual-rollout\n");
    listed.says("warning: ").says("looking in namespace demo of context test instead");
}

#[test]
fn get_watch_streams_a_line_for_each_change() {
    let clusters = Clusters::new("fleet", 1.0);
    let args = ["gradual-rollout", "--channel", "production"];
    let mut watch = Command::new(env!("CARGO_BIN_EXE_rolltop"))
        .args([&["get", "--watch", "-o", "json"], &args[..]].concat())
        .env("KUBECONFIG", clusters.path("kubeconfig"))
        .env("ROLLTOP_CONFIG", clusters.path("config.toml"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(next()["step"]["index"], 1);
    clusters.expect(0, &[&["promote", "--yes"], &args[..]].concat());
    // Ends by what is read, or by the end of the stream: the watch is killed when the test gives up.
    while next()["step"]["index"] != 3 {}
    watch.kill().unwrap();
    watch.wait().unwrap();
}

#[test]
fn a_server_that_cannot_be_reached_is_told_with_what_was_tried() {
    let clusters = Clusters::new("gradual", 0.0);
    let kubeconfig = clusters.running.kubeconfig.replace(&clusters.running.url, "http://127.0.0.1:9");
    let kubeconfig = clusters.file("nowhere", &kubeconfig);
    for command in [&["list"][..], &["get", "x"], &["status", "x"], &["promote", "x", "--yes"]] {
        let failed = clusters.expect(1, &[&["--kubeconfig", &kubeconfig], command].concat());
        failed.says("127.0.0.1:9").says("test");
        assert_eq!(failed.stdout, "");
    }
    assert!(clusters.requests().is_empty());
}

#[test]
fn bad_input_names_its_place_and_sends_nothing() {
    let clusters = Clusters::new("gradual", 0.0);
    let config = |name: &str, text: &str| clusters.file(name, text);
    let runtime = "runtime = { context = \"test\" }\n";
    let key = config(
        "key.toml",
        "[[release_channels]]\nname = \"test\"\nruntime = { context = \"test\" }\nprecondtions = []\n",
    );
    let twice = config(
        "twice.toml",
        &format!("[[release_channels]]\nname = \"a\"\n{runtime}[[release_channels]]\nname = \"a\"\n{runtime}"),
    );
    let duration = config("duration.toml", "stale_after = 15\n");
    let context = config("context.toml", "[[release_channels]]\nname = \"a\"\nruntime = { context = \"tets\" }\n");
    let broken = clusters.file("broken-kubeconfig", "apiVersion: v1\nclusters:\n- name: [unclosed\n");
    let table: &[(&[&str], &[&str])] = &[
        (&["-c", &key], &["key.toml:4:1: unknown key \"precondtions\"", "did you mean \"preconditions\"?"]),
        (&["-c", &twice], &["twice.toml:5:8: release channel \"a\" is already there", "twice.toml:2:8"]),
        (&["-c", &duration], &["duration.toml:1:15: ", "seconds or minutes?"]),
        (
            &["-c", &context],
            &["context.toml:3:23: context \"tets\" is not in the kubeconfig", "did you mean \"test\"?"],
        ),
        (&["--context", "tets"], &["--context: there is no context \"tets\"", "did you mean \"test\"?"]),
        (&["--channel", "stagin"], &["--channel: there is no release channel \"stagin\"", "did you mean \"staging\"?"]),
        (&["--cluster-timeout", "10"], &["--cluster-timeout", "seconds or minutes?"]),
        (&["--kubeconfig", &broken], &["broken-kubeconfig:"]),
        (&["-c", "missing.toml"], &["--config: missing.toml does not exist"]),
        (&["--kubeconfig", "missing"], &["missing"]),
        (&["-n", "Bad_Name"], &["--namespace"]),
        (&["--colour", "never"], &["--colour", "--color"]),
    ];
    for (flags, parts) in table {
        for command in [&["list"][..], &["promote", "gradual-rollout", "--yes"]] {
            let failed = clusters.expect(2, &[*flags, command].concat());
            for part in *parts {
                failed.says(part);
            }
            assert_eq!(failed.stdout, "");
        }
    }
    clusters.expect(2, &["lst"]).says("list");
    assert!(clusters.requests().is_empty(), "{:?}", clusters.requests());
}

#[test]
fn all_faults_of_a_configuration_are_told_together() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rolltop.toml"), "stale_after = 5\nservces = []\n[ui]\nmouse = 1\n").unwrap();
    let failed = ran(bare(&folder).arg("list"));
    assert_eq!(failed.code, 2);
    failed.says("rolltop.toml:1:15:").says("rolltop.toml:2:1:").says("rolltop.toml:4:9:");
}

#[test]
fn a_replay_prints_a_moment_and_tells_broken_lines_by_number() {
    let folder = tempfile::tempdir().unwrap();
    let at = |ms: &str, file: &str, form: &str| {
        ran(bare(&folder).args(["replay", file, "--at", ms, "--rollout", "gradual-rollout", "-o", form]))
    };
    let report = at("5463", RECORDING, "json");
    assert_eq!((report.code, report.stderr.as_str()), (0, ""));
    let report = report.json();
    assert_eq!((&report["phase"], &report["weights"]["actual"]), (&"Paused".into(), &25.into()));

    let packed = flate2::read::GzDecoder::new(std::fs::File::open(RECORDING).unwrap());
    let mut lines: Vec<String> = BufReader::new(packed).lines().map(Result::unwrap).collect();
    lines.insert(2, "{broken".into());
    let broken = folder.path().join("broken.ndjson");
    std::fs::write(&broken, lines.join("\n")).unwrap();
    let rest = at("5463", broken.to_str().unwrap(), "json");
    assert_eq!(rest.code, 0);
    rest.says("broken.ndjson:3:");
    assert_eq!(rest.json(), report);

    assert_eq!(at("5463", "missing", "text").code, 2);
    let unknown = ran(bare(&folder).args(["replay", RECORDING, "--at", "5463", "--rollout", "gradul"]));
    assert_eq!(unknown.code, 1);
    unknown.says("did you mean \"gradual-rollout\"?");
}

#[test]
fn serve_says_ready_once_writes_its_files_and_ends_as_it_is_told() {
    for (signal, code) in [("INT", 0), ("TERM", 143), ("HUP", 129)] {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Command::new(env!("CARGO_BIN_EXE_rolltop"))
            .args([
                "demo",
                "--serve",
                "--scenario",
                "gradual",
                "--kubeconfig-out",
                "kubeconfig",
                "--config-out",
                "config.toml",
            ])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(server.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert!(line.starts_with("ready http://127.0.0.1:"), "{line}");
        #[cfg(unix)]
        for name in ["kubeconfig", "config.toml"] {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        let listed = ran(bare(&folder).args(["list", "--kubeconfig", "kubeconfig", "-c", "config.toml", "-o", "name"]));
        assert_eq!(listed.code, 0, "{}", listed.stderr);
        assert_eq!(listed.stdout.lines().count(), 3, "{}", listed.stdout);

        let sent = Command::new("kill").args([&format!("-{signal}"), &server.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let status = server.wait().unwrap();
        assert_eq!(status.code(), Some(code), "SIG{signal}");
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
    }
}

#[test]
fn demo_refuses_what_it_cannot_do() {
    let folder = tempfile::tempdir().unwrap();
    let demo = |args: &[&str]| ran(bare(&folder).arg("demo").args(args));
    let listed = demo(&["--list"]);
    assert_eq!(listed.code, 0);
    assert!(listed.stdout.starts_with("fleet"), "{}", listed.stdout);
    for (args, part) in [
        (&["--serve", "--scenario", "flet"][..], "did you mean \"fleet\"?"),
        (&["--serve", "--listen", "0.0.0.0:0"], "--listen"),
        (&["--serve", "--faults", "nonsense"], "--faults"),
        (&["--serve", "--speed=-1"], "--speed"),
        (&["--kubeconfig", "x"], "brings its own"),
        (&[], "not a terminal"),
    ] {
        let failed = demo(args);
        assert_eq!(failed.code, 2, "{args:?} {}", failed.stderr);
        failed.says(part);
        assert_eq!(failed.stdout, "");
    }
}

#[test]
fn the_ui_without_a_terminal_is_refused() {
    let clusters = Clusters::new("gradual", 0.0);
    clusters.expect(2, &[]).says("not a terminal").says("hint:");
    clusters.expect(2, &["replay", RECORDING]).says("not a terminal");
    assert!(clusters.requests().is_empty());
}

#[test]
fn check_has_a_line_for_each_finding_and_the_worst_decides() {
    let clusters = Clusters::new("gradual", 0.0);
    let fine = clusters.expect(0, &["check"]);
    for part in
        ["config", "kubeconfig", "server v", "status subresource", "patch rollouts/status in demo: allowed", "terminal"]
    {
        fine.prints(part);
    }
    assert!(!fine.stdout.contains("FAIL"), "{}", fine.stdout);
    clusters.expect(0, &["check", "--context", "test-viewer"]).prints("not allowed");
    clusters.running.set_faults("staging:down").unwrap();
    clusters.expect(1, &["check"]).prints("FAIL");
    clusters.running.set_faults("staging:*=401").unwrap();
    clusters.expect(5, &["check"]).prints("FAIL");
    let bad = clusters.file("bad.toml", "servces = []\n");
    clusters.expect(2, &["check", "-c", &bad]).prints("unknown key");
    assert!(clusters.writes().is_empty());
}

#[test]
fn config_shows_what_is_in_force() {
    let clusters = Clusters::new("gradual", 0.0);
    let shown = clusters.expect(0, &["config", "show"]);
    shown.prints("production").prints("type-name").prints("config.toml");
    let json = clusters.expect(0, &["config", "show", "-o", "json"]).json();
    assert_eq!(json["channels"][2]["runtimes"][0]["context"], "production");
    assert_eq!(json["staleAfter"], "15s");
    assert!(clusters.requests().is_empty());
    let folder = tempfile::tempdir().unwrap();
    let example = ran(bare(&folder).args(["config", "example"]));
    assert_eq!(
        example.stdout,
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config.example.toml")).unwrap()
    );
    let schema = ran(bare(&folder).args(["config", "schema"])).json();
    assert_eq!(schema["title"], "rolltop configuration");
}

#[test]
fn completions_and_the_man_page_are_made_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        assert!(ran(bare(&folder).args(["completions", shell])).stdout.contains("promote"), "{shell}");
    }
    ran(bare(&folder).arg("man")).prints(".TH rolltop 1").prints(".SS promote");
}

#[cfg(unix)]
#[test]
fn as_a_plugin_of_kubectl_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = folder.path().join("kubectl-rolltop");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_rolltop"), &plugin).unwrap();
    let help = Command::new(&plugin).args(["get"]).output().unwrap();
    assert_eq!(help.status.code(), Some(2));
    let words = String::from_utf8(help.stderr).unwrap();
    assert!(words.contains("Usage: kubectl rolltop get"), "{words}");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolltop"))
        .args(["completions", "bash"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // More than a pipe holds is still to come when its reader goes away.
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(141), ""));
}

#[test]
fn the_log_holds_no_token_and_goes_to_its_file_only() {
    let clusters = Clusters::new("gradual", 0.0);
    let ran = clusters.expect(0, &["list", "-vv", "--log-file", "log.txt", "-o", "name"]);
    assert_eq!(ran.stderr, "");
    let log = std::fs::read_to_string(clusters.path("log.txt")).unwrap();
    assert!(log.contains("start"), "{log}");
    let tokens = clusters.running.kubeconfig.lines().filter_map(|line| line.trim().strip_prefix("token: "));
    for token in tokens {
        assert!(!log.contains(token));
    }
}

#[test]
fn a_context_whose_name_would_drive_the_terminal_reaches_it_as_plain_text() {
    let clusters = Clusters::new("gradual", 0.0);
    let name = r#""p\u001b]0;pwned\u0007\u001b[31mod\u202e""#;
    let kubeconfig =
        clusters.running.kubeconfig.replace("- name: test\n  context:", &format!("- name: {name}\n  context:"));
    let kubeconfig = kubeconfig.replace("current-context: test\n", &format!("current-context: {name}\n"));
    let path = clusters.file("hostile", &kubeconfig);
    for args in [
        &["list"] as &[&str],
        &["get", "gradual-rollout"],
        &["get", "gradual-rollout", "-o", "wide"],
        &["status", "gradual-rollout"],
        &["check"],
        &["config", "show"],
        &["promote", "gradual-rollout", "--yes", "--dry-run=server"],
        &["get", "nothing"],
    ] {
        let mut command = clusters.command();
        let ran = ran(command.env_remove("ROLLTOP_CONFIG").args(["--kubeconfig", &path, "-n", "demo"]).args(args));
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!all.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{args:?}: {all:?}");
        assert!(!all.is_empty() && !all.contains("cannot be read"), "{args:?}: {all}");
    }
}

#[test]
fn an_empty_name_is_bad_input_and_nothing_is_asked() {
    let clusters = Clusters::new("gradual", 0.0);
    for args in [&["get", ""] as &[&str], &["status", ""], &["promote", "", "--yes"]] {
        clusters.expect(2, args).says("is empty");
    }
    assert!(clusters.requests().is_empty());
}
