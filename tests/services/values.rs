//! Which value a parameter has, where it comes from, and what it becomes.

use super::shop::{CONFIG, Shop, WEB, map, params};
use proptest::prelude::*;
use rolltop::service::config::{At, Definition, Takes};
use rolltop::service::parameter::{fill, whole};
use rolltop::service::settle::Given;
use std::collections::BTreeMap;

fn definition(takes: Takes) -> Definition {
    Definition { name: at("p"), description: String::new(), required: false, takes }
}

fn at(text: &str) -> At<String> {
    At { value: text.to_owned(), ..At::default() }
}

#[test]
fn a_stronger_layer_wins_over_every_weaker_one_and_says_where_it_is_from() {
    let manifest = map("a: \"{{.Params.a}}\"");
    let definition = "  parameters: [{name: a, string: {defaultValue: one}}]\n";
    let in_file = "  parameterValues:\n    parameters: [{name: a, string: three}]\n";
    let in_channel = "    perReleaseChannel: [{releaseChannel: test, parameters: [{name: a, string: four}]}]\n";
    let shop = Shop::of(&format!("{WEB}{definition}"), &manifest);
    let mut given = Given::default();
    let look = |given: &Given| {
        let render = shop.render("test", given).unwrap();
        let value = render.rendered.parameters[0].clone();
        assert_eq!(render.rendered.objects[0].value["data"]["a"], value.value.as_str());
        let lost: Vec<String> = render.overruled.into_iter().map(|lost| lost.value).collect();
        (value.value, value.origin, lost.join(" "))
    };
    let is = |seen: (String, String, String), value: &str, origin: &str, lost: &str| {
        assert_eq!((seen.0.as_str(), seen.1.as_str(), seen.2.as_str()), (value, origin, lost));
    };
    is(look(&given), "one", "default in web.pvn.yaml:4", "");
    given.last = [("a".to_owned(), "two".to_owned())].into();
    is(look(&given), "two", "last deployed", "one");
    shop.write("web.pvn.yaml", &format!("{WEB}{definition}{in_file}"));
    is(look(&given), "three", "web.pvn.yaml:6", "one two");
    shop.write("web.pvn.yaml", &format!("{WEB}{definition}{in_file}{in_channel}"));
    is(look(&given), "four", "test in web.pvn.yaml:7", "one two three");
    let with = CONFIG.replace("group = \"before\"", "parameters = { a = 5 }");
    shop.write("rolltop.toml", &with);
    is(look(&given), "5", "test in rolltop.toml:8", "one two three four");
    let own =
        with.replace("parameters = { a = 5 }", "parameters = { a = 5 }\nservices.web.parameters = { a = \"six\" }");
    shop.write("rolltop.toml", &own);
    is(look(&given), "six", "test in rolltop.toml:9", "one two three four 5");
    given.version = [("a".to_owned(), "seven".to_owned())].into();
    given.version_origin = "version of staging".to_owned();
    is(look(&given), "seven", "version of staging", "one two three four 5 six");
    given.explicit = vec![("a".to_owned(), "no".to_owned()), ("a".to_owned(), "eight".to_owned())];
    given.explicit_origin = "--param".to_owned();
    is(look(&given), "eight", "--param", "one two three four 5 six seven");
    let repeated = shop.render("test", &given).unwrap();
    assert!(repeated.remarks.iter().any(|found| found.code == "parameter/repeated"));
    // Another channel has none of what the first one says.
    let other = shop.render("production", &Given::default()).unwrap();
    assert_eq!(other.rendered.parameters[0].value, "three");
}

#[test]
fn a_required_parameter_is_not_satisfied_by_its_default_and_all_that_is_missing_is_told_at_once() {
    let service = format!(
        "{WEB}  parameters:\n  - {{name: a, required: true, string: {{defaultValue: x}}}}\n  - {{name: b, int: {{}}}}\n  - {{name: c, string: {{}}}}\n"
    );
    let shop = Shop::of(&service, &map("a: \"{{.Params.a}}{{.Params.b}}{{.Params.c}}\""));
    assert_eq!(
        shop.wrong("test", &Given::default()),
        "parameter/missing web.pvn.yaml:5:12: service web needs a value for \"a\", \"b\" in release channel test; \
         give --param a=… --param b=…, or parameters of the channel in the configuration\n"
    );
    assert_eq!(shop.data("test", &params(&[("a", "x"), ("b", "0")]))["a"], "x0");
}

#[test]
fn a_value_that_was_deployed_last_and_fits_no_more_counts_only_where_nothing_else_is_given() {
    let shop = Shop::of(
        &format!("{WEB}  parameters: [{{name: a, int: {{defaultValue: 1}}}}]\n"),
        &map("a: \"{{.Params.a}}\""),
    );
    let mut given = Given { last: [("a".to_owned(), "many".to_owned())].into(), ..Given::default() };
    assert!(shop.wrong("test", &given).contains("\"many\" is not a whole number"));
    given.explicit = vec![("a".to_owned(), "2".to_owned())];
    assert_eq!(shop.data("test", &given)["a"], "2");
}

#[test]
fn constants_and_builtins_are_those_of_the_channel() {
    let service = format!(
        "{WEB}  constants: [{{name: a, string: {{value: one}}}}, {{name: b, string: {{value: b}}}}]\n  perReleaseChannel: [{{releaseChannel: test, constants: [{{name: a, string: {{value: two}}}}]}}]\n"
    );
    let manifest = map(
        "a: \"{{.Constants.a}} {{.Constants.b}}\"\nc: \"{{.Builtins.ReleaseChannel.Name}} {{.Builtins.Runtime.Name}} {{.Builtins.Runtime.Labels.env}} \
         {{.Builtins.Runtime.Namespace}} {{.Builtins.Service.Name}} {{.Builtins.Application.Name}}\"",
    );
    let shop = Shop::of(&service, &manifest);
    let given = Given::default();
    assert_eq!(shop.data("production", &given)["a"], "one b");
    assert_eq!(shop.data("test", &given)["a"], "two b");
    assert_eq!(shop.data("test", &given)["c"], "test test test demo web shop");
    shop.write("rolltop.toml", &CONFIG.replace("group = \"before\"", "constants = { a = \"three\" }"));
    assert_eq!(shop.data("test", &given)["a"], "three b");
}

#[test]
fn an_image_is_prefix_repository_and_tag_or_digest() {
    let registries: BTreeMap<String, String> =
        [("hub".to_owned(), String::new()), ("company".to_owned(), "registry.example.com/team".to_owned())].into();
    let image = |registry: &str, repository: &str| {
        definition(Takes::Image { default: None, registry: Some(at(registry)), repository: at(repository) })
    };
    let digest = format!("sha256:{}", "0123456789abcdef".repeat(4));
    for (registry, repository, value, reference) in [
        ("hub", "argoproj/rollouts-demo", "blue", "argoproj/rollouts-demo:blue".to_owned()),
        ("company", "web", "v1.10", "registry.example.com/team/web:v1.10".to_owned()),
        ("company", "/web", "_x", "registry.example.com/team/web:_x".to_owned()),
        ("hub", "a/b", &digest, format!("a/b@{digest}")),
        ("hub", "a/b", &format!("v2@{digest}"), format!("a/b@{digest}")),
    ] {
        let filling = fill(&image(registry, repository), &registries, value, "").unwrap();
        assert_eq!(filling.text, reference);
    }
    let parts = fill(&image("company", "web"), &registries, &format!("v2@{digest}"), "").unwrap().fields;
    assert_eq!((parts["Tag"].as_str(), parts["Digest"].as_str()), ("v2", digest.as_str()));
    assert_eq!(
        (parts["Repository"].as_str(), parts["Registry"].as_str()),
        ("registry.example.com/team/web", "registry.example.com/team")
    );
    for (value, words) in [
        ("", "empty"),
        ("-x", "not a tag"),
        (".x", "not a tag"),
        ("a b", "not a tag"),
        ("@sha256:00", "not a digest"),
        ("v1@", "no digest after the @"),
        ("v1@sha256:zz", "not a digest"),
        ("sha256:abc", "not a digest"),
        ("other/web:v1", "not the reference"),
        ("web:v1", "not the reference"),
        (&"x".repeat(129), "not a tag"),
    ] {
        let wrong = fill(&image("company", "web"), &registries, value, "").unwrap_err();
        assert!(wrong.what.contains(words), "{value}: {}", wrong.what);
    }
    let own = fill(&image("company", "web"), &registries, "registry.example.com/team/web:v2", "").unwrap_err();
    assert_eq!(own.hint.as_deref(), Some("did you mean \"v2\"?"));
}

#[test]
fn a_whole_number_has_one_spelling() {
    for (text, value) in [("0", 0), ("-1", -1), ("9223372036854775807", i64::MAX), ("-9223372036854775808", i64::MIN)] {
        assert_eq!(whole(text), Ok(value));
    }
    for text in ["", "-", "+1", "01", "-01", "1.0", "1e3", "0x1", "1_0", " 1", "1 ", "9223372036854775808", "١"] {
        assert!(whole(text).is_err(), "{text:?}");
    }
}

#[test]
fn the_number_of_replicas_is_within_reason() {
    let replicas = definition(Takes::Int { default: None, replicas: true });
    for (text, fits) in [("0", true), ("10000", true), ("10001", false), ("-1", false)] {
        assert_eq!(fill(&replicas, &BTreeMap::new(), text, "").is_ok(), fits, "{text}");
    }
}

#[test]
fn a_secret_is_a_reference_and_its_refusal_does_not_repeat_it() {
    let secret = definition(Takes::Secret);
    let filling = fill(&secret, &BTreeMap::new(), "secret:db/password", "").unwrap();
    assert!(!filling.whole && filling.text.is_empty());
    assert_eq!((filling.fields["SecretName"].as_str(), filling.fields["SecretKey"].as_str()), ("db", "password"));
    for text in ["hunter2", "secret:hunter2", "secret:Hunter2/x", "secret:hunter2/", "secret:a/hunter2/x"] {
        let wrong = fill(&secret, &BTreeMap::new(), text, "").unwrap_err();
        let words = format!("{}{}", wrong.what, wrong.hint.unwrap_or_default());
        assert!(!words.to_lowercase().contains("hunter2"), "{words}");
    }
}

#[test]
fn characters_that_cannot_be_seen_are_refused() {
    let text = definition(Takes::Text { default: None });
    for bad in ["a\u{1b}[31m", "a\u{202e}b", "a\0b", "a\rb", "\u{2066}"] {
        assert!(fill(&text, &BTreeMap::new(), bad, "").is_err(), "{bad:?}");
    }
    assert!(fill(&text, &BTreeMap::new(), "a\tb\nc ü 漢", "").is_ok());
    assert!(fill(&text, &BTreeMap::new(), &"x".repeat(32 * 1024 + 1), "").is_err());
}

proptest! {
    #[test]
    fn a_whole_number_is_printed_as_it_was_read(number: i64, text in "\\PC{0,20}") {
        prop_assert_eq!(whole(&number.to_string()), Ok(number));
        if let Ok(read) = whole(&text) {
            prop_assert_eq!(read.to_string(), text);
        }
    }

    #[test]
    fn any_value_is_taken_as_it_is_or_refused(text in any::<String>()) {
        let parameter = definition(Takes::Text { default: None });
        if let Ok(filling) = fill(&parameter, &BTreeMap::new(), &text, "") {
            prop_assert_eq!(filling.text, text);
        }
    }

    #[test]
    fn rendering_is_a_function_of_files_and_values(note in "\\PC{0,30}", replicas in 0..100_i64) {
        let service = format!("{WEB}  parameters: [{{name: note, string: {{}}}}, {{name: replicas, int: {{}}}}]\n");
        let shop = Shop::of(&service, &map("note: \"{{.Params.note}}\"\nplain: {{.Params.note}}\nreplicas: \"{{.Params.replicas}}\""));
        let given = params(&[("note", &note), ("replicas", &replicas.to_string())]);
        let (first, second) = (shop.render("test", &given), shop.render("test", &given));
        prop_assert_eq!(&first, &second);
        if let Ok(render) = first {
            prop_assert_eq!(&render.rendered.objects[0].value["data"]["note"], &note);
            prop_assert_eq!(&render.rendered.objects[0].value["data"]["replicas"], &replicas.to_string());
        }
    }
}
