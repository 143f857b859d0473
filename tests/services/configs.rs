//! What a service config says and what comes of it: sources, spellings, patches, environment, extensions.

use super::shop::{CONFIG, Shop, WEB, map, said};
use rolltop::service::finding::Severity;
use rolltop::service::settle::Given;
use rolltop::service::validate::validate;
use serde_json::json;

const ROLLOUT: &str = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata:\n  name: web\nspec:\n  replicas: 3\n  selector: {matchLabels: {app: web}}\n  strategy: {canary: {}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - {name: web, image: web, env: [{name: OWN, value: mine}]}\n";

#[test]
fn both_spellings_of_names_mean_the_same() {
    let camel = "service:\n  name: web\n  externalConfig:\n    type: KUBERNETES\n    local: {path: .}\n  parameters:\n  - name: image\n    dockerImage:\n      defaultTag: v1\n      imageRegistryInfo: {containerRegistry: company, imageRepository: web}\n  - name: replicas\n    int: {defaultValue: 3}\n";
    let snake = "service:\n  name: web\n  external_config:\n    type: 1\n    local: {path: .}\n  parameters:\n  - name: image\n    docker_image:\n      default_tag: v1\n      image_registry_info: {container_registry: company, image_repository: web}\n  - name: replicas\n    int: {default_value: '3'}\n";
    let manifest = map("a: \"{{.Params.image}} {{.Params.replicas}}\"");
    let given = Given::default();
    let (first, second) = (Shop::of(camel, &manifest), Shop::of(snake, &manifest));
    assert_eq!(first.data("test", &given), json!({"a": "registry.example.com/team/web:v1 3"}));
    assert_eq!(second.data("test", &given), first.data("test", &given));
    let render = first.render("test", &given).unwrap().rendered;
    assert_eq!((render.label.as_str(), render.template_digest.len()), ("v1", 64));
    assert_eq!(second.render("test", &given).unwrap().rendered.template_digest, render.template_digest);
    second.write("web.yaml", &(manifest + "  b: c\n"));
    assert_ne!(second.render("test", &given).unwrap().rendered.template_digest, render.template_digest);
}

#[test]
fn a_channel_may_have_manifests_of_its_own() {
    let service = "service:\n  name: web\n  kubernetesConfig: {type: KUBERNETES, local: {path: env, subPath: \"{{.Builtins.ReleaseChannel.Name}}\"}}\n  perReleaseChannel:\n  - releaseChannel: production\n    kubernetesConfig:\n      type: KUBERNETES\n      inlined: |\n        apiVersion: v1\n        kind: ConfigMap\n        metadata: {name: web}\n        data: {a: inlined}\n";
    let shop = Shop::new();
    shop.write("web.pvn.yaml", service);
    shop.write("env/test/web.yaml", &map("a: from the folder"));
    let given = Given::default();
    assert_eq!(shop.data("test", &given)["a"], "from the folder");
    assert_eq!(shop.data("production", &given)["a"], "inlined");
    let object = shop.render("production", &given).unwrap().rendered.objects.remove(0);
    assert!(object.place("/data/a").to_string().ends_with("web.pvn.yaml:12:16"), "{}", object.place("/data/a"));
}

#[test]
fn a_patch_replaces_a_value_of_every_object_that_fits() {
    let service = "service:\n  name: web\n  bundleName: \"spring {{.Builtins.ReleaseChannel.Name}}\"\n  kubernetesConfig:\n    type: KUBERNETES\n    local: {path: .}\n    patches:\n    - target: {kind: Rollout, group: argoproj.io}\n      replace: {path: /spec/replicas, intAsString: \"7\"}\n    - replace: {path: /metadata/name, string: \"web-{{.Builtins.ReleaseChannel.Name}}\"}\n";
    let shop = Shop::of(service, ROLLOUT);
    let render = shop.render("test", &Given::default()).unwrap_or_else(|found| panic!("{}", said(&found))).rendered;
    assert_eq!(render.objects[0].value["spec"]["replicas"], 7);
    assert_eq!(render.objects[0].name(), "web-test");
    assert_eq!(render.label, "spring test");
    let wrong = service.replace("/spec/replicas", "/spec/replica").replace("kind: Rollout,", "");
    shop.write("web.pvn.yaml", &wrong);
    let said = shop.wrong("test", &Given::default());
    assert!(said.contains("web.pvn.yaml:9:23: web.yaml#1 Rollout/web has no /spec/replica: there is no \"replica\" in /spec; did you mean \"replicas\"?"), "{said}");
}

#[test]
fn the_environment_goes_into_containers_only_where_the_configuration_asks_for_it() {
    let service = format!(
        "{WEB}  env:\n    OWN: {{value: other}}\n    LEVEL: {{value: \"{{{{.Builtins.ReleaseChannel.Name}}}}\"}}\n    TOKEN: {{kubernetesSecret: {{secretName: db, key: token}}}}\n"
    );
    let shop = Shop::of(&service, ROLLOUT);
    let env = |shop: &Shop| {
        let object = shop.render("test", &Given::default()).unwrap().rendered.objects.remove(0);
        object.value.pointer("/spec/template/spec/containers/0/env").unwrap().clone()
    };
    assert_eq!(env(&shop), json!([{"name": "OWN", "value": "mine"}]));
    let warned = &shop.catalog().findings;
    assert!(
        said(warned).contains("\"env\" has no effect in rolltop: it is not put into containers (OWN, LEVEL, TOKEN)"),
        "{}",
        said(warned)
    );
    shop.write("rolltop.toml", &CONFIG.replace("application =", "inject_env = true\napplication ="));
    assert_eq!(
        env(&shop),
        json!([
            {"name": "OWN", "value": "mine"},
            {"name": "LEVEL", "value": "test"},
            {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "db", "key": "token"}}}
        ])
    );
    assert!(shop.catalog().findings.is_empty());
}

#[test]
fn an_extension_may_be_left_out_by_name() {
    let shop = Shop::of(&format!("{WEB}  deliveryExtensions: [{{name: migrate}}]\n"), &map("a: b"));
    assert!(shop.wrong("test", &Given::default()).contains("extension \"migrate\""));
    shop.write("rolltop.toml", &CONFIG.replace("application =", "ignore_extensions = [\"migrate\"]\napplication ="));
    let catalog = shop.catalog();
    assert_eq!(catalog.findings.iter().map(|found| found.severity).collect::<Vec<_>>(), [Severity::Warning]);
    assert_eq!(shop.data("test", &Given::default())["a"], "b");
}

#[test]
fn a_service_is_deployed_where_the_configuration_says() {
    let two = "runtimes = [{ name = \"east\", context = \"e\", namespace = \"demo\" }, { name = \"west\", context = \"w\", namespace = \"demo\" }]\n";
    let production =
        "runtime = { context = \"production\", namespace = \"demo\", labels = { env = \"production\" } }\n";
    let shop = Shop::of(WEB, &map("a: \"{{.Builtins.Runtime.Name}} {{.Builtins.Runtime.Namespace}}\""));
    shop.write("rolltop.toml", &CONFIG.replace(production, two));
    assert_eq!(shop.data("production", &Given::default())["a"], "east demo");
    shop.write("web.pvn.yaml", &format!("{WEB}  runtimeConnection: west\n"));
    assert_eq!(shop.data("production", &Given::default())["a"], "west demo");
    // A channel with one runtime has no choice.
    assert_eq!(shop.data("test", &Given::default())["a"], "test demo");
    let own = format!("{two}services.web = {{ runtime = \"east\", namespace = \"other\" }}\n");
    shop.write("rolltop.toml", &CONFIG.replace(production, &own));
    assert_eq!(shop.data("production", &Given::default())["a"], "east other");
    shop.write("rolltop.toml", &CONFIG.replace(production, &format!("{two}services.web = {{ deploy = false }}\n")));
    let settings = shop.settings();
    let validation = validate(&shop.catalog(), &settings, true, false);
    assert_eq!((validation.objects, said(&validation.findings)), (1, String::new()));
}

#[test]
fn what_is_wrong_in_one_channel_names_it_and_what_is_wrong_in_all_is_told_once() {
    let shop = Shop::of(WEB, &map("a: \"{{.Builtins.Group}}\"\nb: \"{{.Builtins.Grop}}\""));
    let validation = validate(&shop.catalog(), &shop.settings(), true, false);
    let said = said(&validation.findings);
    assert_eq!(validation.findings.len(), 2, "{said}");
    // Only one channel belongs to a group.
    assert!(said.contains("web.yaml:6:7: unknown builtin \"Group\" (in release channel production)"), "{said}");
    assert!(said.contains("web.yaml:7:7: unknown builtin \"Grop\""), "{said}");
}

#[test]
fn two_channels_in_one_namespace_need_rollouts_of_different_names() {
    let shop = Shop::of(WEB, ROLLOUT);
    shop.write("rolltop.toml", &CONFIG.replace("context = \"production\"", "context = \"test\""));
    let tell = || said(&validate(&shop.catalog(), &shop.settings(), true, false).findings);
    let twice = "web.yaml:4:3: release channels test and production would both deploy Rollout \"web\" to namespace \"demo\" of test;";
    assert!(tell().contains(twice), "{}", tell());
    shop.write("web.yaml", &ROLLOUT.replace("  name: web\n", "  name: \"web-{{.Builtins.ReleaseChannel.Name}}\"\n"));
    assert_eq!(tell(), "");
}

#[test]
fn what_prodvana_would_not_take_is_told_on_request() {
    let shop = Shop::of(WEB, &map("a: \"{{args.x}}\""));
    let tell = |portable| said(&validate(&shop.catalog(), &shop.settings(), true, portable).findings);
    assert_eq!(tell(false), "");
    assert!(tell(true).contains("portable/template"), "{}", tell(true));
}
