//! Manifests: which documents are objects, which are refused, and plain ones as `kubectl apply -f` takes them.

use crate::{config_map, lines, manifest, params, problems, render};
use rolltop::service::object::{Object, print};
use rolltop::service::plain;
use rolltop::service::template::Outcome;

fn plainly(text: &str) -> Outcome {
    plain::objects(&[manifest("p.yaml", text)])
}

fn titles(outcome: &Outcome) -> Vec<String> {
    outcome.objects.iter().map(Object::title).collect()
}

#[test]
fn what_is_no_object_or_was_exported_is_refused() {
    let object = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n";
    for (text, words) in [
        ("kind: Service\nmetadata: {name: x}\n", "t.yaml:1:1: there is no apiVersion; add it"),
        ("apiVersion: v1\nmetadata: {name: x}\n", "there is no kind"),
        ("apiVersion: v1\nkind: Service\n", "there is no metadata.name"),
        ("apiVersion: v1\nkind: Service\nmetadata: {labels: {}}\n", "t.yaml:3:11: there is no metadata.name"),
        (
            "apiVersion: v1\nkind: Service\nmetadata: {name: 5}\n",
            "t.yaml:3:12: metadata.name is 5, not text; write it in quotes",
        ),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: ''}\n", "metadata.name is empty"),
        ("apiVersion: v1\nkind: Job\nmetadata: {generateName: x-}\n", "generateName: applying needs a name"),
        ("- a\n- b\n", "t.yaml:1:1: document 1 is no object"),
        ("just text\n", "document 1 is no object"),
        (
            &format!("{object}status:\n  x: 1\n"),
            "t.yaml:5:1: status is written by the server; was this object exported",
        ),
        (&format!("{object}  uid: abc\n"), "t.yaml:5:3: metadata.uid is written by the server"),
        (&format!("{object}  resourceVersion: '1'\n"), "metadata.resourceVersion is written by the server"),
        (&format!("{object}  managedFields: []\n"), "metadata.managedFields is written by the server"),
        (
            &format!("{object}  creationTimestamp: '2026-01-01T00:00:00Z'\n"),
            "metadata.creationTimestamp is written by the server",
        ),
        (&format!("{object}---\n{object}"), "t.yaml:6:1: Service web is there twice, first at t.yaml:1:1"),
    ] {
        let found = problems(text, &params(&[]));
        assert!(found.contains(words) && found.lines().count() == 1, "{text:?}\n{found}");
    }
}

#[test]
fn what_generators_write_where_there_is_nothing_is_dropped() {
    let text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  creationTimestamp: null\nspec:\n  template:\n    metadata:\n      creationTimestamp: null\nstatus:\n  loadBalancer: {}\n";
    let outcome = plainly(text);
    assert_eq!(lines(&outcome), "");
    let expected = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"template": {"metadata": {}}}});
    assert_eq!(outcome.objects[0].value, expected);
}

#[test]
fn documents_lists_and_comments_are_counted_as_people_do() {
    let text = "# only a comment\n---\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: a}\n- apiVersion: v1\n  kind: Service\n  metadata: {name: b}\n--- # more\napiVersion: v1\nkind: Service\nmetadata: {name: c}\n---\n";
    let outcome = plainly(text);
    assert_eq!(lines(&outcome), "");
    let names: Vec<&str> = outcome.objects.iter().map(Object::name).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(outcome.objects[1].place("/metadata/name").to_string(), "p.yaml:12:14");
    assert_eq!(outcome.objects[1].document, outcome.objects[0].document);
    assert_eq!(outcome.objects[2].document, outcome.objects[0].document + 1);
}

#[test]
fn json_is_taken_also_several_documents_after_each_other() {
    let one =
        |name: &str| format!("{{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{{\"name\":\"{name}\"}}}}");
    assert_eq!(titles(&plainly(&one("a"))), ["p.yaml#1 Service/a"]);
    let outcome = plainly(&format!("{}\n{}{}\n", one("a"), one("b"), one("c")));
    assert_eq!(lines(&outcome), "");
    assert_eq!(titles(&outcome), ["p.yaml#1 Service/a", "p.yaml#2 Service/b", "p.yaml#3 Service/c"]);
    assert!(outcome.objects[1].place("/kind").to_string().starts_with("p.yaml:2:"));
    let indented =
        "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"Service\",\n\t\"metadata\": {\n\t\t\"name\": \"a\"\n\t}\n}\n";
    assert_eq!(titles(&plainly(indented)), ["p.yaml#1 Service/a"]);
}

#[test]
fn plain_manifests_keep_their_braces_and_doubtful_words_with_a_warning() {
    let outcome = plainly(&config_map("  v: '{{ .Values.x }}'\n  m: 0644\n  z: yes\n"));
    assert_eq!(lines(&outcome), "");
    assert_eq!(outcome.objects[0].value["data"], serde_json::json!({"v": "{{ .Values.x }}", "m": 420, "z": true}));
    let warnings: Vec<String> = outcome.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 2);
    assert!(warnings[0].starts_with("p.yaml:7:6: `0644` is the number 420 for kubectl"), "{warnings:?}");
    assert!(warnings[0].contains("it is read as kubectl does"), "{warnings:?}");
    assert!(problems(&config_map("  m: 0644\n"), &params(&[])).contains("t.yaml:6:6: `0644`"));
}

#[test]
fn an_empty_file_is_told_and_is_no_mistake() {
    let outcome = plainly("# nothing\n");
    assert_eq!(lines(&outcome), "");
    assert!(outcome.warnings[0].to_string().contains("there is no object in it"));
}

#[test]
fn a_file_without_a_final_newline_ends_where_it_ends() {
    let a = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a";
    let b = "apiVersion: v1\nkind: Service\nmetadata:\n  name: b";
    let outcome = plain::objects(&[manifest("a.yaml", a), manifest("b.yaml", b)]);
    assert_eq!(titles(&outcome), ["a.yaml#1 Service/a", "b.yaml#1 Service/b"]);
}

#[test]
fn too_many_objects_are_refused() {
    let one = |n: usize| format!("---\napiVersion: v1\nkind: Service\nmetadata:\n  name: s{n}\n");
    let text: String = (0..201).map(one).collect();
    assert!(lines(&render(&text, &params(&[]))).contains("201 objects, more than 200"));
}

#[test]
fn what_is_printed_kubectl_reads_as_the_same() {
    if std::process::Command::new("kubectl").args(["version", "--client"]).output().is_err() {
        eprintln!("kubectl is not here: not compared");
        return;
    }
    let words = [
        "yes",
        "012",
        "1_000",
        "12:30",
        "~",
        "",
        "a: b",
        "# x",
        "x\n",
        " x",
        "a\nb\n\n",
        "2026-01-01",
        "0o14",
        "=",
        "<<",
        "é",
    ];
    let data: serde_json::Map<_, _> =
        words.iter().enumerate().map(|(n, word)| (format!("k{n}"), (*word).into())).collect();
    let object = serde_json::json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": data});
    let text = print::yaml(&object).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &text).unwrap();
    let path = file.path().to_str().unwrap();
    let output = std::process::Command::new("kubectl")
        .args(["annotate", "--local", "-o", "json", "x=y", "-f", path])
        .output()
        .unwrap();
    let read: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{text}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(read["data"], object["data"], "{text}");
}
