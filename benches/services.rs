//! Measures `validate` on 500 services in three channels: the real binary, files on disk. Prints a table in Markdown.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench, not the program"
)]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const SERVICES: usize = 500;

const CONFIG: &str = r#"
application = "shop"
services = ["services/**/*.pvn.yaml"]
container_registries = { company = { prefix = "registry.example.com/team" } }

[[release_channels]]
name = "test"
runtime = { context = "test", namespace = "demo" }

[[release_channels]]
name = "staging"
runtime = { context = "staging", namespace = "demo" }

[[release_channels]]
name = "production"
runtime = { context = "production", namespace = "demo" }
parameters = { replicas = 5 }
"#;

/// A service like the examples: a Rollout, two Services, an AnalysisTemplate.
fn write(folder: &Path, name: &str) {
    std::fs::create_dir_all(folder).expect("a folder");
    let example = |file: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/services/canary").join(file);
        std::fs::read_to_string(path)
            .expect("an example")
            .replace("canary-demo", name)
            .replace("success-rate", &format!("{name}-rate"))
    };
    let config = example("rollout.pvn.yaml").replace("name: rollout", &format!("name: {name}"));
    let config = config.replace("external-configs", "shop").replace("dockerhub-prodvana", "company");
    std::fs::write(folder.join(format!("{name}.pvn.yaml")), config).expect("a file");
    for file in ["rollout.yaml", "services.yaml", "analysis-template.yaml"] {
        std::fs::write(folder.join(file), example(file)).expect("a file");
    }
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("rolltop.toml"), CONFIG).expect("a file");
    for number in 0..SERVICES {
        let name = format!("service-{number:03}");
        write(&folder.path().join("services").join(&name), &name);
    }
    let mut times: Vec<Duration> = (0..7)
        .map(|_| {
            let begun = Instant::now();
            let output = Command::new(env!("CARGO_BIN_EXE_rolltop"))
                .arg("validate")
                .current_dir(folder.path())
                .output()
                .expect("it runs");
            let took = begun.elapsed();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
            took
        })
        .collect();
    times.sort();
    println!("| validate | services | channels | objects | median | worst |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let objects = SERVICES * 3 * 4;
    println!("| whole run | {SERVICES} | 3 | {objects} | {} ms | {} ms |", times[3].as_millis(), times[6].as_millis());
}
