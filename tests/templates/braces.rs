//! Braces: which are ours, which belong to others, which are mistakes; and each mistake in its own words.

use crate::{config_map, filling, lines, manifest, params, problems, render};
use rolltop::service::template::{Filling, Values, objects};
use std::collections::BTreeMap;

fn values() -> Values {
    let mut values = params(&[("x", "1"), ("my-param", "2"), ("image", "repo/web:blue"), ("replicas", "3")]);
    let fields = [("Tag", "blue"), ("Repository", "repo/web")];
    values.params.get_mut("image").unwrap().fields =
        fields.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let secret = [("SecretName", "db"), ("SecretKey", "password")];
    let fields: BTreeMap<String, String> =
        secret.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    values.params.insert("pw".to_owned(), Filling { fields, origin: "--param".to_owned(), ..Filling::default() });
    values.constants.insert("logLevel".to_owned(), filling("debug"));
    for (name, text) in [("ReleaseChannel.Name", "staging"), ("Runtime.Name", "east"), ("Runtime.Labels.env", "prod")] {
        values.builtins.insert(name.to_owned(), filling(text));
    }
    values
}

#[test]
fn what_go_takes_is_taken() {
    for (text, expected) in [
        ("'{{.Params.x}}'", "1"),
        ("'{{ .Params.x }}'", "1"),
        ("'{{$.Params.x}}'", "1"),
        ("'{{\n  .Params.x\n  }}'", "1"),
        ("'a {{- .Params.x -}} b'", "a1b"),
        ("'a{{/* c }} */}}b'", "ab"),
        ("'a {{- /* c\n c */ -}} b'", "ab"),
        ("'{{\"{{\"}}args.x}}'", "{{args.x}}"),
        ("'{{`{{args.x}}`}}'", "{{args.x}}"),
        ("'{{.Params[\"my-param\"]}}'", "2"),
        ("'{{.Params.image.Tag}}'", "blue"),
        ("'{{.Params.image.Repository}}@{{.Params.x}}'", "repo/web@1"),
        ("'{{.Params.pw.SecretName}}/{{.Params.pw.SecretKey}}'", "db/password"),
        ("'{{.Constants.logLevel}}'", "debug"),
        ("'{{.Builtins.ReleaseChannel.Name}}'", "staging"),
        ("'{{.Builtins.Runtime.Labels.env}}'", "prod"),
        ("'{{.Builtins.Runtime.Labels[\"env\"]}}'", "prod"),
        ("'}} { } {x}'", "}} { } {x}"),
        ("'{{args.service-name}} {{ args.x }}'", "{{args.service-name}} {{ args.x }}"),
        (
            "'{{templates.a.podTemplateHash}} {{- experiment.availableAt -}} {{item}}'",
            "{{templates.a.podTemplateHash}} {{- experiment.availableAt -}} {{item}}",
        ),
    ] {
        let outcome = render(&config_map(&format!("  v: {text}\n")), &values());
        assert_eq!(lines(&outcome), "", "{text}");
        assert_eq!(outcome.objects[0].value["data"]["v"], expected, "{text}");
    }
}

#[test]
fn each_mistake_has_its_own_words() {
    for (text, words) in [
        ("{{ .Params.imgae }}", "unknown parameter \"imgae\"; did you mean \"image\"?"),
        ("{{.params.x}}", "`.params` is not known here; did you mean \".Params\"?"),
        ("{{Params.x}}", "`Params.x` begins without a dot; did you mean {{.Params.x}}?"),
        ("{{.Params.image.Tga}}", "parameter \"image\" has no field \"Tga\"; did you mean \"Tag\"? It has"),
        ("{{.Params.x.Tag}}", "parameter \"x\" has no field \"Tag\"; write .Params.x"),
        ("{{.Params.pw}}", "parameter \"pw\" is a secret"),
        ("{{.Constants.loglevel}}", "unknown constant \"loglevel\"; did you mean \"logLevel\"?"),
        ("{{.Builtins.Runtime.Labels.evn}}", "the runtime has no label \"evn\"; did you mean \"env\"?"),
        ("{{.Builtins.Runtiem.Name}}", "unknown builtin \"Runtiem.Name\"; did you mean \"Runtime.Name\"?"),
        ("{{.Builtins.Runtime}}", "`.Builtins.Runtime` is a map, not a value"),
        ("{{.Params}}", "`.Params` is a map, not a value; pick a field"),
        ("{{.}}", "`.` is a map, not a value"),
        ("{{}}", "an empty action"),
        ("{{ }}", "an empty action"),
        ("{{{.Params.x}}}", "three braces; write `{ {{.Params.x}} }` for a flow map"),
        ("{{-.Params.x}}", "a trim mark needs a space"),
        ("{{.Params.x-}}", "a trim mark needs a space"),
        ("{{.Params.my-param}}", "has a dash in a name; write .Params[\"my-param\"]"),
        ("{{ .Params.x", "this `{{` is not closed"),
        ("{{ .Params.x }", "this `{{` is not closed"),
        ("{{ .Params.x | quote }}", "a pipeline: template function \"quote\" is not supported"),
        ("{{ .Params.x | default 3 }}", "give the parameter a defaultValue"),
        ("{{if .Params.x}}", "`if` is not supported"),
        ("{{ end }}", "`end` is not supported"),
        ("{{range .Params.x}}", "use one file per channel with subPath"),
        ("{{printf \"%s\" .Params.x}}", "template function \"printf\" is not supported"),
        ("{{toYaml .Params.x}}", "template function \"toYaml\" is not supported"),
        ("{{(.Params.x)}}", "parentheses are not supported"),
        ("{{$x := .Params.x}}", "the variable $x is not supported"),
        (
            "{{ $labels.x }}",
            "the variable $labels.x is not known here; if another program should see this, write {{`{{$labels.x}}`}}",
        ),
        ("{{.rollout.metadata.name}}", "`.rollout` is not known here"),
        ("{{.Values.image}}", "`.Values` belongs to Helm; this is a Helm template; render it first"),
        ("{{42}}", "the constant `42` is not supported"),
        ("{{true}}", "the constant `true` is not supported"),
        (
            "{{argz.x}}",
            "there is no function \"argz\"; did you mean \"args\"? if Argo or another program should see this, \
                        add \"argz\" to pass_through, or write {{`{{argz.x}}`}}",
        ),
        ("{{args.x | quote}}", "there is no function \"args\""),
        ("{{/* open", "this comment is not closed"),
        ("{{/* c */ x}}", "a comment ends with `*/}}`"),
        ("{{.Params.x .Params.y}}", "`.Params.y` after the value is not supported"),
        ("{{.Params..x}}", "has a dot without a name"),
        ("{{.Params[x]}}", "has brackets without a string"),
        ("{{\"a\" \"b\"}}", "after the value is not supported"),
        ("{{\"\\q\"}}", "is no string that Go knows"),
    ] {
        let found = problems(&config_map(&format!("  a: b\n  v: '{text}'\n")), &values());
        assert!(found.starts_with("t.yaml:7:7: "), "{text}: {found}");
        assert!(found.contains(words), "{text}\n  {found}\n  {words}");
        assert!(!found.contains("<no value>"));
    }
}

#[test]
fn all_mistakes_are_told_in_one_run_each_at_its_brace() {
    let text = config_map(
        "  a: '{{if .Params.x}}'\n  b: '{{ .Params.x | quote }}'\n  c: '{{-.Params.x}}'\n  d: '{{.Params}}'\n  e: '{{'\n  f: '{{.Params.y}}'\n",
    );
    let found = problems(&text, &values());
    let places: Vec<&str> = found.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(
        places,
        ["t.yaml:6:7", "t.yaml:7:7", "t.yaml:8:7", "t.yaml:9:7", "t.yaml:10:7", "t.yaml:11:7"],
        "{found}"
    );
    let words: std::collections::BTreeSet<&str> = found.lines().map(|line| line.split_once(": ").unwrap().1).collect();
    assert_eq!(words.len(), 6);
}

#[test]
fn more_programs_can_be_given_their_braces() {
    let text = config_map("  v: '{{metric.x}}'\n");
    let file = [manifest("t.yaml", &text)];
    assert!(lines(&objects(&file, &values(), &[])).contains("there is no function \"metric\""));
    let outcome = objects(&file, &values(), &["metric".to_owned()]);
    assert_eq!(outcome.objects[0].value["data"]["v"], "{{metric.x}}");
}

#[test]
fn what_only_rolltop_understands_is_told_when_asked() {
    let text = config_map("  v: '{{args.x}}'\n  w: '{{.Params[\"my-param\"]}}'\n  x: '{{.Params.x}}'\n");
    let notes = rolltop::service::template::extensions(&manifest("t.yaml", &text), &[]);
    let places: Vec<String> = notes.iter().map(|note| note.place.to_string()).collect();
    assert_eq!(places, ["t.yaml:6:7", "t.yaml:7:7"]);
}

#[test]
fn a_value_with_braces_is_not_filled_again_but_argo_would() {
    let template =
        "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata:\n  name: x\nspec:\n  q: '{{.Params.q}}'\n";
    let outcome = render(template, &params(&[("q", "{{args.x}} {{.Params.q}}")]));
    assert_eq!(lines(&outcome), "");
    assert_eq!(outcome.objects[0].value["spec"]["q"], "{{args.x}} {{.Params.q}}");
    assert!(outcome.warnings[0].to_string().contains("has braces that Argo will resolve"), "{:?}", outcome.warnings);
}

#[test]
fn a_file_of_another_template_language_is_named() {
    let rule = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: x\nspec:\n  d: '{{ $labels.pod }}'\n";
    assert!(problems(rule, &values()).contains("PrometheusRule has its own braces"));
    let notification = config_map("  t: '{{.rollout.metadata.name}}'\n")
        .replace("name: x", "name: argo-rollouts-notification-configmap");
    assert!(problems(&notification, &values()).contains("argo-rollouts-notification has its own braces"));
    assert!(!problems(&config_map("  t: '{{.rollout.metadata.name}}'\n"), &values()).contains("its own braces"));
}
