//! Values that want to be more than a value, and files that want to be more than manifests.

use crate::{config_map, lines, manifest, params, problems, render};
use proptest::prelude::*;
use rolltop::service::template::objects;
use rolltop::service::yaml::scalar;

/// Where a value may stand, with the pointer of the scalar that it fills.
const CONTEXTS: [&str; 9] = [
    "  v: {{.Params.x}}\n  w: end\n",
    "  v: \"{{.Params.x}}\"\n  w: end\n",
    "  v: '{{.Params.x}}'\n  w: end\n",
    "  v: |\n    {{.Params.x}}\n  w: end\n",
    "  v: >\n    {{.Params.x}}\n  w: end\n",
    "  v: {a: {{.Params.x}}, b: 1}\n  w: end\n",
    "  v: [{{.Params.x}}, b]\n  w: end\n",
    "  v:\n  - {{.Params.x}}\n  w: end\n",
    "  v: # {{.Params.x}}\n    text\n  w: end\n",
];

const HOSTILE: [&str; 30] = [
    "a\nmalicious: true",
    "a\n  malicious: true",
    "x\" #",
    "5 # c",
    "trailing ",
    " leading",
    "yes",
    "null",
    "012",
    "",
    "a: b",
    "- a",
    "*x",
    "&x a",
    "!!int 5",
    "[a]",
    "{a: b}",
    "a, b",
    "a\\nb",
    "it's",
    "\"quoted\"",
    "|",
    ">",
    "@a",
    "`a",
    "%a",
    "---",
    "x\n---\napiVersion: v1",
    "#",
    "~",
];

/// The scalar of a context as it was read.
fn scalar_of(object: &serde_json::Value) -> &serde_json::Value {
    let v = &object["data"]["v"];
    match v {
        serde_json::Value::Array(items) => &items[0],
        serde_json::Value::Object(fields) => &fields["a"],
        other => other,
    }
}

/// Either refused at the action, naming the parameter; or one scalar of this value and nothing else.
fn is_safe(context: &str, value: &str) -> Result<(), TestCaseError> {
    let outcome = render(&config_map(context), &params(&[("x", value)]));
    if !outcome.problems.is_empty() {
        let told = lines(&outcome);
        prop_assert!(told.contains("parameter x"), "{:?} in {:?}: {}", value, context, told);
        prop_assert!(outcome.objects.is_empty());
        return Ok(());
    }
    prop_assert_eq!(outcome.objects.len(), 1);
    let object = &outcome.objects[0].value;
    prop_assert_eq!(&object["data"]["w"], "end");
    prop_assert_eq!(object["data"].as_object().unwrap().len(), 2);
    let found = scalar_of(object);
    let expected = if context.contains('#') {
        serde_json::json!("text")
    } else if context.contains(['|', '>']) {
        serde_json::json!(format!("{value}\n"))
    } else if context.contains(['"', '\'']) {
        serde_json::json!(value)
    } else {
        scalar::kubectl(value).unwrap()
    };
    prop_assert_eq!(found, &expected, "{:?} in {:?}", value, context);
    Ok(())
}

#[test]
fn every_hostile_value_in_every_place_is_refused_or_one_scalar() {
    for context in CONTEXTS {
        for value in HOSTILE {
            if let Err(error) = is_safe(context, value) {
                panic!("{error}");
            }
        }
    }
}

#[test]
fn an_unquoted_action_refuses_what_an_engineer_would_not_expect() {
    for (value, words) in [
        ("a\nmalicious: true", "would change the YAML here: a newline"),
        ("x\" #", "would change the YAML here: a ` #`"),
        ("5 # c", "would change the YAML here: a ` #`"),
        ("trailing ", "would change the YAML here: a blank at its edge"),
        ("yes", "is not plain: `yes` is true for kubectl and the text \"yes\" for YAML 1.2"),
        ("", "is empty and would become null"),
        ("null", "would become null"),
        ("012", "is not plain: `012` is the number 10 for kubectl"),
        ("1e3", "would become the number 1000"),
        ("+5", "would become the number 5"),
        ("99999999999999999999", "would become the number"),
        (".inf", "is refused: `.inf` is not a number"),
        ("*x", "would change the YAML here: its first character"),
    ] {
        let found = problems(&config_map("  a: b\n  v: {{.Params.x}}\n"), &params(&[("x", value)]));
        assert_eq!(found.lines().count(), 1, "{found}");
        assert!(found.starts_with("t.yaml:7:6: the value of parameter x (--param) "), "{value:?}: {found}");
        assert!(found.contains(words), "{value:?}: {found}");
        assert!(found.contains("quote the action in the template"), "{found}");
    }
}

#[test]
fn quotes_make_the_harmless_ones_pass() {
    for value in ["5 # c", "trailing ", "yes", "", "null", "012", "*x", "a: b"] {
        let outcome = render(&config_map("  v: \"{{.Params.x}}\"\n"), &params(&[("x", value)]));
        assert_eq!(lines(&outcome), "", "{value:?}");
        assert_eq!(outcome.objects[0].value["data"]["v"], value);
    }
    for value in ["x\" #", "a\nb", "a\\nb"] {
        let found = problems(&config_map("  v: \"{{.Params.x}}\"\n"), &params(&[("x", value)]));
        assert!(found.contains("would change the YAML here"), "{value:?}: {found}");
    }
}

#[test]
fn a_bare_action_becomes_a_number_or_a_truth_only_where_anybody_sees_it() {
    for (value, expected) in [
        ("3", serde_json::json!(3)),
        ("-1", serde_json::json!(-1)),
        ("true", serde_json::json!(true)),
        ("0.25", serde_json::json!(0.25)),
        ("v1", serde_json::json!("v1")),
        ("50%", serde_json::json!("50%")),
    ] {
        let outcome = render(&config_map("  v: {{.Params.x}}\n"), &params(&[("x", value)]));
        assert_eq!(lines(&outcome), "", "{value}");
        assert_eq!(outcome.objects[0].value["data"]["v"], expected);
    }
}

#[test]
fn every_culprit_is_named_and_nobody_else() {
    let text = config_map("  a: {{.Params.a}}\n  b: \"{{.Params.b}}\"\n  c: {{.Params.c}}\n  d: {{.Params.a}}\n");
    let found = problems(&text, &params(&[("a", "fine"), ("b", "x\" #"), ("c", "1\n  z: 2")]));
    let places: Vec<&str> = found.lines().map(|line| line.split(" (").next().unwrap()).collect();
    assert_eq!(places, ["t.yaml:7:7: the value of parameter b", "t.yaml:8:6: the value of parameter c"], "{found}");
}

#[test]
fn control_characters_and_marks_of_direction_are_refused_everywhere() {
    for value in ["a\u{1b}[31m", "a\0", "a\rb", "a\u{202e}b", "a\u{2028}b", "\u{feff}a", "a\u{85}b"] {
        let found = problems(&config_map("  v: \"{{.Params.x}}\"\n"), &params(&[("x", value)]));
        assert!(found.contains("has the character U+"), "{value:?}: {found}");
        assert!(!found.contains('\u{1b}') && !found.contains('\u{202e}'));
    }
}

#[test]
fn anchors_tags_and_aliases_are_no_place_for_a_value() {
    for data in ["  v: &{{.Params.x}} a\n", "  v: !{{.Params.x}} a\n", "  a: &b 1\n  v: *{{.Params.x}}\n"] {
        let found = problems(&config_map(data), &params(&[("x", "b")]));
        assert!(!found.is_empty(), "{data}");
    }
}

#[test]
fn a_mistake_after_values_of_several_lines_is_told_at_the_line_of_the_template() {
    // In a comment a value may have lines of its own, as long as they stay comments.
    let lines = (0..40).map(|n| format!("  k{n}: v\n")).collect::<Vec<_>>().concat();
    let text = config_map(&format!(
        "  # {{{{.Params.m}}}}\n  a: \"{{{{.Params.m}}}}\" # {{{{.Params.n}}}}\n{lines}  broken: a: b\n"
    ));
    let values = params(&[("m", "x"), ("n", "one\n  # two\n  # three")]);
    let found = problems(&text.replacen("Params.m", "Params.n", 1), &values);
    assert!(found.starts_with("t.yaml:48:12: not YAML: mapping values are not allowed"), "{found}");
    assert_eq!(found.lines().count(), 1, "{found}");
    // The same values, without the mistake.
    assert_eq!(problems(&text.replacen("Params.m", "Params.n", 1).replace("a: b", "b"), &values), "");
}

#[test]
fn literals_and_trims_of_several_lines_keep_the_lines_of_the_template() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{- /* long\n comment\n */ -}}   x\n{{`data:\n  a: b`}}\n  c: yes\n";
    let found = problems(&text.replace("{{- /*", " {{- /*"), &params(&[]));
    assert!(found.contains("t.yaml:9:6: `yes` is true for kubectl"), "{found}");
}

#[test]
fn keys_made_of_values_are_allowed_and_told() {
    let outcome = render(&config_map("  {{.Params.x}}: a\n  'b-{{.Params.x}}': c\n"), &params(&[("x", "key")]));
    assert_eq!(lines(&outcome), "");
    assert_eq!(outcome.objects[0].value["data"]["b-key"], "c");
    assert_eq!(outcome.warnings.len(), 2, "{:?}", outcome.warnings);
    let found = problems(&config_map("  {{.Params.x}}: a\n"), &params(&[("x", "yes")]));
    assert!(found.contains("is not plain"), "{found}");
}

#[test]
fn files_that_are_too_large_or_not_text_are_refused_with_the_reason() {
    let large = manifest("big.yaml", &"#".repeat(50 * 1024 * 1024));
    let mut latin = manifest("latin.yaml", "a: 1\nb: x\n");
    latin.bytes[8] = 0xff;
    let grows = manifest("grows.yaml", &format!("a: '{}'\n", "{{.Params.x}}".repeat(200)));
    let outcome = objects(&[large, latin, grows], &params(&[("x", &"y".repeat(30_000))]), &[]);
    let found = lines(&outcome);
    assert!(found.contains("big.yaml: 52428800 bytes, more than 1048576"), "{found}");
    assert!(found.contains("latin.yaml:2:4: not UTF-8: byte 8 of the file is 0xFF"), "{found}");
    assert!(found.contains("grows.yaml: becomes"), "{found}");
    let found = problems("a: {{.Params.x}}\n", &params(&[("x", &"y".repeat(40_000))]));
    assert!(found.contains("has 40000 bytes, more than 32768"), "{found}");
}

/// Text of the characters that matter to YAML more often than of others.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[a-z0-9]{1,4}",
        4 => proptest::sample::select(vec![
            ":", ": ", " #", "#", "-", "- ", "\n", "\n  ", "\n    ", " ", "\"", "'", "\\", "\\n", "[", "]", "{", "}", ",", "&", "*",
            "!", "|", ">", "%", "@", "`", "---", "...", "yes", "0", "1", ".", "_", "e", "+", "~", "<<", "?", "? ", "{{", "}}", "\t",
        ]).prop_map(str::to_owned),
        1 => "\\PC{1,3}",
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_is_one_scalar_or_refused(context in 0..CONTEXTS.len(), value in nasty()) {
        is_safe(CONTEXTS[context], &value)?;
    }

    #[test]
    fn two_values_side_by_side_cannot_do_what_one_cannot(quote in proptest::sample::select(vec!["", "'", "\""]), a in nasty(), b in nasty()) {
        let text = config_map(&format!("  v: {quote}{{{{.Params.a}}}}-{{{{.Params.b}}}}{quote}\n  w: end\n"));
        let outcome = render(&text, &params(&[("a", &a), ("b", &b)]));
        if outcome.problems.is_empty() {
            let object = &outcome.objects[0].value;
            let both = format!("{a}-{b}");
            let expected = if quote.is_empty() { scalar::kubectl(&both).unwrap() } else { both.into() };
            prop_assert_eq!(&object["data"]["v"], &expected);
            prop_assert_eq!(object["data"].as_object().unwrap().len(), 2);
        }
    }

    #[test]
    fn rendering_is_a_function_of_its_input(value in nasty(), template in nasty()) {
        let text = config_map(&format!("  v: {template}{{{{.Params.x}}}}\n"));
        let values = params(&[("x", &value)]);
        prop_assert_eq!(render(&text, &values), render(&text, &values));
    }

    #[test]
    fn no_text_at_all_makes_it_panic(text in nasty(), value in nasty()) {
        let _ = render(&text, &params(&[("x", &value)]));
        let _ = rolltop::service::plain::objects(&[manifest("t.yaml", &text)]);
    }

    #[test]
    fn what_is_printed_is_read_as_the_same(a in nasty(), b in "\\PC{0,12}", number in any::<i64>(), float in -1e9..1e9) {
        let value = serde_json::json!({"a": a, "b": [b, {"c": number, a.as_str(): [float]}], "d": {}, "e": [], "f": null, "g": true});
        let text = rolltop::service::object::print::yaml(&value).unwrap();
        let read = rolltop::service::yaml::read(&text);
        prop_assert!(read.faults.is_empty(), "{:?}\n{}", read.faults, text);
        prop_assert!(read.doubts.is_empty(), "{:?}\n{}", read.doubts, text);
        prop_assert_eq!(read.documents[0].root.as_ref().unwrap().value(), value, "{}", text);
    }
}
