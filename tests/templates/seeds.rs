//! The two services of the examples, byte for byte as they are published: what they render to.

use crate::{filling, manifest};
use rolltop::service::object::{Object, print};
use rolltop::service::template::{Manifest, Outcome, Values, objects};
use std::path::Path;

fn files(service: &str) -> Vec<Manifest> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/services").join(service);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let named = paths.iter().map(|path| (path.file_name().unwrap().to_str().unwrap(), path));
    let manifests = named.filter(|(name, _)| name.ends_with(".yaml") && !name.ends_with(".pvn.yaml"));
    manifests.map(|(name, path)| manifest(name, &std::fs::read_to_string(path).unwrap())).collect()
}

fn values() -> Values {
    let params = [("image", "argoproj/rollouts-demo:blue"), ("replicas", "3")];
    Values {
        params: params.into_iter().map(|(name, text)| (name.to_owned(), filling(text))).collect(),
        ..Values::default()
    }
}

fn rendered(service: &str) -> Outcome {
    objects(&files(service), &values(), &[])
}

#[test]
fn both_render_to_the_same_bytes_each_time() {
    for service in ["gradual", "canary"] {
        let outcome = rendered(service);
        assert_eq!(outcome.problems, [], "{service}");
        assert_eq!(outcome.warnings, [], "{service}");
        assert_eq!(outcome.used.iter().collect::<Vec<_>>(), ["image", "replicas"]);
        let text = print::all(&outcome.objects).unwrap();
        assert_eq!(text, print::all(&rendered(service).objects).unwrap());
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/yaml/{service}.yaml"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&golden, &text).unwrap();
        }
        assert_eq!(text, std::fs::read_to_string(&golden).unwrap(), "{service}");
    }
}

#[test]
fn numbers_are_numbers_images_are_text_and_the_folded_query_keeps_its_end() {
    let gradual = rendered("gradual");
    let titles: Vec<String> = gradual.objects.iter().map(Object::title).collect();
    let expected = [
        "rollout.yaml#1 Rollout/gradual-rollout",
        "services.yaml#1 Service/gradual-rollout",
        "services.yaml#2 Service/gradual-rollout-preview",
    ];
    assert_eq!(titles, expected);
    let rollout = &gradual.objects[0];
    assert_eq!(rollout.value["spec"]["replicas"], 3);
    assert_eq!(rollout.value["spec"]["strategy"]["canary"]["steps"][1], serde_json::json!({"pause": {}}));
    assert_eq!(rollout.value["spec"]["template"]["spec"]["containers"][0]["image"], "argoproj/rollouts-demo:blue");

    let canary = rendered("canary");
    assert_eq!(canary.objects.len(), 4);
    let query = canary.objects[0].value["spec"]["metrics"][0]["provider"]["prometheus"]["query"].as_str().unwrap();
    assert!(query.starts_with("sum(rate(") && query.ends_with("[1h]))\n"), "{query:?}");
}

#[test]
fn a_field_knows_the_line_of_the_template_from_which_it_came() {
    let gradual = rendered("gradual");
    let place = |pointer: &str| gradual.objects[0].place(pointer).to_string();
    assert_eq!(place("/spec/replicas"), "rollout.yaml:6:3");
    assert_eq!(place("/spec/strategy/canary/steps/1"), "rollout.yaml:16:9");
    assert_eq!(place("/spec/template/spec/containers/0/image"), "rollout.yaml:29:9");
    // A field that the server names but nobody wrote: the nearest around it.
    assert_eq!(place("/spec/template/spec/containers/0/command"), "rollout.yaml:29:9");
    assert_eq!(gradual.objects[2].place("/spec/ports/0/port").to_string(), "services.yaml:20:5");
}
