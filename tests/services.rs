//! Services: the two examples as they are, what is refused and in which words, and that none of it sends anything. The bad
//! services lie beside the words they are refused with (`BLESS=1` writes those; read the diff).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/bless.rs"]
mod bless;
#[path = "services/configs.rs"]
mod configs;
#[path = "services/shop.rs"]
mod shop;
#[path = "services/values.rs"]
mod values;

use assert_cmd::Command;
use bless::same_as_file;
use serde_json::Value;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/services").join(name)
}

/// Runs the binary in a folder, with a kubeconfig whose server is this listener.
fn run_with(folder: &Path, config: Option<&Path>, args: &[&str], cluster: &TcpListener, home: &Path) -> Ran {
    let kubeconfig = home.join("kubeconfig");
    let contexts = ["test", "staging", "production", "east", "west"]
        .map(|name| format!("- {{name: {name}, context: {{cluster: c, user: u, namespace: demo}}}}\n"));
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster: {{server: \"http://{}\"}}\nusers: [{{name: u, user: {{token: t}}}}]\ncontexts:\n{}",
        cluster.local_addr().unwrap(),
        contexts.concat()
    );
    std::fs::write(&kubeconfig, text).unwrap();
    let mut command = Command::cargo_bin("rolltop").unwrap();
    command.env_clear().current_dir(folder).env("HOME", home).env("KUBECONFIG", kubeconfig).args(args);
    if let Some(config) = config {
        command.arg("--config").arg(config);
    }
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs the binary, and sees to it that nothing was sent.
fn run(folder: &Path, config: Option<&Path>, args: &[&str]) -> Ran {
    let home = tempfile::tempdir().unwrap();
    let cluster = TcpListener::bind("127.0.0.1:0").unwrap();
    let ran = run_with(folder, config, args, &cluster, home.path());
    cluster.set_nonblocking(true).unwrap();
    assert!(cluster.accept().is_err(), "a request was sent by {args:?} in {}", folder.display());
    ran
}

#[test]
fn a_bad_service_is_refused_with_all_its_faults_and_their_lines() {
    let mut cases: Vec<PathBuf> = std::fs::read_dir(data("bad")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.is_dir());
    cases.sort();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    for case in cases {
        let own = case.join("rolltop.toml");
        let config = if own.is_file() { PathBuf::from("rolltop.toml") } else { PathBuf::from("../rolltop.toml") };
        let args = std::fs::read_to_string(case.join("args")).unwrap_or_default();
        let mut args: Vec<&str> = args.split_whitespace().collect();
        if args.is_empty() {
            args = if own.is_file() { vec!["validate"] } else { vec!["validate", "."] };
        }
        let ran = run(&case, Some(&config), &args);
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(ran.code, 2, "{name}: {}{}", ran.stdout, ran.stderr);
        let said = (ran.stdout + &ran.stderr).replace(env!("CARGO_MANIFEST_DIR"), "REPOSITORY");
        assert!(!said.contains("hunter2"), "{name} repeats a secret: {said}");
        same_as_file(&case.join("expected"), &said);

        if args[0] == "validate" {
            args.extend(["-o", "json"]);
            let json = run(&case, Some(&config), &args);
            let found: Vec<Value> = serde_json::from_str(&json.stdout).unwrap();
            assert_eq!((json.code, json.stderr.as_str()), (2, ""), "{name}");
            assert!(found.iter().any(|one| one["severity"] == "error"), "{name}: {found:?}");
            for one in &found {
                assert!(
                    one["code"].as_str().unwrap().contains('/') && !one["message"].as_str().unwrap().is_empty(),
                    "{name}: {one}"
                );
                let line = one["message"].as_str().unwrap().replace(env!("CARGO_MANIFEST_DIR"), "REPOSITORY");
                assert!(said.contains(&line), "{name}: the text says the same as the JSON: {line}");
            }
        }
    }
}

#[test]
fn the_examples_are_the_ones_of_the_pages_and_have_no_fault() {
    let ran = run(&data(""), Some(Path::new("rolltop.toml")), &["validate"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "2 services in 3 release channels, 21 objects: 0 errors, 0 warnings\n")
    );
    let json = run(&data(""), Some(Path::new("rolltop.toml")), &["validate", "-o", "json"]);
    assert_eq!(json.stdout, "[]\n");
    let notes = run(&data(""), Some(Path::new("rolltop.toml")), &["validate", "-v"]);
    assert!(
        notes.stdout.contains("gradual/gradual-rollout.pvn.yaml:4:3: note: \"externalConfig\" is an old name"),
        "{}",
        notes.stdout
    );
}

#[test]
fn the_examples_render_to_the_same_bytes_each_time() {
    for (service, folder, objects) in [("gradual-rollout", "gradual", 3), ("rollout", "canary", 4)] {
        let args = ["render", service, "--channel", "test"];
        let first = run(&data(""), Some(Path::new("rolltop.toml")), &args);
        let second = run(&data(""), Some(Path::new("rolltop.toml")), &args);
        assert_eq!((first.code, first.stderr.as_str()), (0, ""), "{service}");
        assert_eq!(first.stdout, second.stdout);
        assert_eq!(first.stdout.matches("\nkind: ").count(), objects);
        assert!(
            first.stdout.contains("replicas: 3\n") && first.stdout.contains("argoproj/rollouts-demo:blue"),
            "{}",
            first.stdout
        );
        same_as_file(&data(&format!("{folder}.rendered.yaml")), &first.stdout);

        let other = run(
            &data(""),
            Some(Path::new("rolltop.toml")),
            &["render", service, "--channel", "production", "-p", "image=yellow"],
        );
        assert_eq!(other.stdout, first.stdout.replace("replicas: 3\n", "replicas: 5\n").replace(":blue", ":yellow"));
    }
}

/// A service in a folder of its own, which ends with the test.
struct Service {
    folder: tempfile::TempDir,
}

const PLAIN: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  a: b\n";

impl Service {
    fn new(path: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let service = Self { folder };
        service.write(
            "web.pvn.yaml",
            format!(
                "service:\n  name: web\n  kubernetesConfig:\n    type: KUBERNETES\n    local:\n      path: {path}\n"
            ),
        );
        service
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn validate(&self) -> Ran {
        run(self.folder.path(), None, &["validate", "."])
    }

    #[track_caller]
    fn refused(&self, words: &str) {
        let ran = self.validate();
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        assert!(ran.stdout.contains(words), "{words:?} is not in:\n{}", ran.stdout);
    }

    #[track_caller]
    fn accepted(&self) {
        let ran = self.validate();
        assert_eq!(ran.code, 0, "{}", ran.stdout);
    }
}

#[test]
fn a_file_that_is_too_large_is_named_and_not_read() {
    let service = Service::new(".");
    service.write("web.yaml", PLAIN);
    service.write("huge.yaml", vec![b'#'; 50 * 1024 * 1024]);
    service.refused("huge.yaml: has 52428800 bytes; 1048576 are the most");
    service.write("huge.yaml", "");
    service.accepted();
    service.write("big.pvn.yaml", vec![b'#'; 2 * 1024 * 1024]);
    service.refused("big.pvn.yaml: has 2097152 bytes");
}

#[test]
fn without_a_configuration_templates_are_checked_all_the_same() {
    let service = Service::new(".");
    service.write(
        "web.yaml",
        format!("{PLAIN}  c: \"{{{{.Builtins.ReleaseChannel.Name}}}} {{{{.Builtins.Runtime.Labels.env}}}}\"\n"),
    );
    service.accepted();
    service.write("web.yaml", format!("{PLAIN}  c: \"{{{{.Params.x}}}}\"\n"));
    service.refused("web.yaml:7:7: unknown parameter \"x\"");
}

#[test]
fn a_folder_is_its_direct_manifests_and_dots_go_deeper() {
    let service = Service::new("deploy");
    service.write("deploy/web.yaml", PLAIN.trim_end());
    service.write("deploy/notes.json", "{");
    service.write("deploy/other.pvn.yaml", "application: {name: x}\n");
    service.write("deploy/deeper/bad.yaml", "a: [");
    service.accepted();
    service.write(
        "web.pvn.yaml",
        "service:\n  name: web\n  kubernetesConfig:\n    type: KUBERNETES\n    local:\n      path: deploy/...\n",
    );
    service.refused("deploy/deeper/bad.yaml:1:4: not YAML");
    service.write(
        "web.pvn.yaml",
        "service:\n  name: web\n  kubernetesConfig:\n    type: KUBERNETES\n    local:\n      path: deploy/...\n      excludePatterns: [\"deeper/\"]\n",
    );
    service.accepted();
}

#[cfg(unix)]
mod links {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn a_symbolic_link_in_a_circle_ends() {
        let service = Service::new("deploy/...");
        service.write("deploy/web.yaml", PLAIN);
        symlink("..", service.path("deploy/again")).unwrap();
        service.refused("deploy/again leads back to a folder around it");
    }

    #[test]
    fn a_link_to_itself_or_to_nothing_is_named() {
        let service = Service::new("deploy");
        symlink("deploy", service.path("deploy")).unwrap();
        service.refused("\"deploy\" cannot be read: too many levels of symbolic links");
        let service = Service::new("gone.yaml");
        symlink("nowhere", service.path("gone.yaml")).unwrap();
        service.refused("\"gone.yaml\" is a symbolic link to something that is not there");
    }

    #[test]
    fn nothing_outside_is_read_whatever_links_say() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("web.yaml"), PLAIN).unwrap();
        let service = Service::new(".");
        symlink(outside.path().join("web.yaml"), service.path("web.yaml")).unwrap();
        service.refused("\"./web.yaml\" leads out of ");
        let service = Service::new("deploy");
        symlink(outside.path(), service.path("deploy")).unwrap();
        service.refused("\"deploy\" leads out of ");
        // Within a repository a path may go up.
        let service = Service::new("../web.yaml");
        std::fs::create_dir_all(service.path("repository/.git")).unwrap();
        service.write("repository/web.yaml", PLAIN);
        std::fs::create_dir_all(service.path("repository/service")).unwrap();
        std::fs::rename(service.path("web.pvn.yaml"), service.path("repository/service/web.pvn.yaml")).unwrap();
        service.accepted();
    }

    #[test]
    fn what_is_no_file_is_not_opened() {
        let service = Service::new("pipe.yaml");
        let made = std::process::Command::new("mkfifo").arg(service.path("pipe.yaml")).status();
        if made.is_ok_and(|status| status.success()) {
            service.refused("pipe.yaml: is not a file");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let service = Service::new("web.yaml");
        service.write("web.yaml", PLAIN);
        std::fs::set_permissions(service.path("web.yaml"), std::fs::Permissions::from_mode(0o000)).unwrap();
        // Whoever may read everything, may read this.
        if std::fs::read(service.path("web.yaml")).is_err() {
            service.refused("web.yaml: cannot be read: permission denied");
        }
    }
}

#[test]
fn every_fault_of_every_file_is_told_in_one_run_and_in_order() {
    let service = Service::new("a.yaml");
    service.write("a.yaml", format!("{PLAIN}  c: \"{{{{.Params.x}}}}\"\n  d: \"{{{{if}}}}\"\n"));
    service.write(
        "b.pvn.yaml",
        "service:\n  nam: b\n  kubernetesConfig: {type: KUBERNETES, local: {path: .}}\n  colour: red\n",
    );
    service.write("c.pvn.yaml", "service: [\n");
    let ran = service.validate();
    let places: Vec<&str> =
        ran.stdout.lines().filter(|line| !line.starts_with(' ')).map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(ran.code, 2);
    assert_eq!(
        places,
        [
            "a.yaml:7:7",
            "a.yaml:8:7",
            "b.pvn.yaml:2:3",
            "b.pvn.yaml:2:3",
            "b.pvn.yaml:4:3",
            "c.pvn.yaml:1:10",
            "2 services without a configuration, 0 objects"
        ],
        "{}",
        ran.stdout
    );
}

#[test]
fn a_parameter_may_come_from_a_file_and_a_secret_is_not_printed() {
    let shop = shop::Shop::of(
        &format!("{}  parameters: [{{name: a, string: {{}}}}]\n", shop::WEB),
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\nstringData:\n  a: \"{{.Params.a}}\"\n  b: hunter2\n",
    );
    shop.write("value", "from a file\n");
    let config = Some(Path::new("rolltop.toml"));
    let render = |value: &str, more: &[&str]| {
        let parameter = format!("a={value}");
        run(
            shop.folder.path(),
            config,
            &[&["render", "web", "--channel", "test", "--param", &parameter], more].concat(),
        )
    };
    let masked = render("@value", &[]);
    assert_eq!(masked.code, 0, "{}", masked.stderr);
    assert!(
        masked.stdout.contains("a: •••• (11 bytes)") && masked.stdout.contains("b: •••• (7 bytes)"),
        "{}",
        masked.stdout
    );
    assert!(render("@value", &["--show-secrets", "--yes"]).stdout.contains("a: from a file\n"));
    let literal = render("@@value", &["--show-secrets", "--yes"]).stdout;
    assert!(literal.contains("@value") && !literal.contains("@@"), "{literal}");
    let unasked = render("x", &["--show-secrets"]);
    assert_eq!(unasked.code, 2);
    assert!(unasked.stderr.contains("not a terminal"), "{}", unasked.stderr);
    let gone = render("@gone", &[]);
    assert!(gone.code == 2 && gone.stderr.contains("--param a: file gone cannot be read"), "{}", gone.stderr);
}
