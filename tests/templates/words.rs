//! Bare words of YAML: what kubectl said they are, and which of them nobody should write.

use rolltop::service::yaml::{self, What, scalar};
use serde_json::Value;

const TABLE: &str = include_str!("../data/yaml/words.tsv");

const ODD: &str = include_str!("../data/yaml/odd-words.tsv");

fn table() -> impl Iterator<Item = (&'static str, &'static str)> {
    rows(TABLE)
}

fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().filter(|line| !line.starts_with("# ")).map(|line| {
        let (word, json) = line.split_once('\t').unwrap();
        (if word == "-" { "" } else { word }, json)
    })
}

#[test]
fn every_bare_word_is_what_kubectl_says() {
    let mut wrong = Vec::new();
    for (word, json) in rows(TABLE).chain(rows(ODD)) {
        let ours = scalar::kubectl(word);
        let expected: Option<Value> = (json != "refused").then(|| serde_json::from_str(json).unwrap());
        let same = match (&ours, &expected) {
            (Ok(ours), Some(expected)) => {
                ours == expected || format!("{ours}") == json || ours.is_f64() && ours.as_f64() == expected.as_f64()
            }
            (Err(_), None) => true,
            _ => false,
        };
        if !same {
            wrong.push(format!("{word:?}: kubectl {json}, here {ours:?}"));
        }
    }
    assert!(table().count() > 120);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_parser_finds_the_same_words() {
    for (word, json) in table().filter(|(word, json)| *json != "refused" && *word != "<<") {
        let text = yaml::read(&format!("v: {word}\n"));
        assert!(text.faults.is_empty(), "{word}: {:?}", text.faults);
        let root = text.documents[0].root.as_ref().unwrap();
        let value = root.entry("v").unwrap().value.scalar().unwrap();
        let expected: Value = serde_json::from_str(json).unwrap();
        assert!(
            value == expected || format!("{value}") == json || value.as_f64() == expected.as_f64() && value.is_number(),
            "{word}: {value} {json}"
        );
    }
}

#[test]
fn words_on_which_readers_differ_are_doubted_and_no_others() {
    let doubted: Vec<&str> = table().map(|(word, _)| word).filter(|word| scalar::doubt(word).is_some()).collect();
    let expected = "yes no on off Yes NO On OFF y n Y N 012 0O14 0X1f 0b11 -0b11 0777 1_000 1_ 1__0 1_000.5 12:30 \
                    1:30:45 190:20:30 12:30.5 1e400 1e309 -1e309 0x10000000000000000 0_1 0o_1 0x_1 1.5_0 -012 +012 -0x1F -0o14";
    assert_eq!(doubted.join(" "), expected);
}

#[test]
fn a_doubt_shows_both_readings_and_what_to_write() {
    for (word, words) in [
        ("012", "`012` is the number 10 for kubectl and the number 12 for YAML 1.2; write 10, or \"012\" in quotes"),
        ("yes", "`yes` is true for kubectl and the text \"yes\" for YAML 1.2; write true, or \"yes\" in quotes"),
        (
            "12:30",
            "`12:30` is the text \"12:30\" for kubectl and the number 750 for YAML 1.1; write \"12:30\" in quotes",
        ),
        (
            "1_000",
            "`1_000` is the number 1000 for kubectl and the text \"1_000\" for YAML 1.2; write 1000, or \"1_000\" in quotes",
        ),
    ] {
        let (what, hint) = scalar::doubt(word).unwrap();
        assert_eq!(format!("{what}; {hint}"), words, "{word}");
    }
}

#[test]
fn quotes_blocks_and_tags_decide_before_the_word() {
    let text = yaml::read(
        "a: 'yes'\nb: \"012\"\nc: |\n  5\nd: !!str 5\ne: !!int '5'\nf: ! 5\ng: !!float 3\nh: !!bool 'yes'\n",
    );
    assert!(text.faults.is_empty() && text.doubts.is_empty(), "{text:?}");
    let value = text.documents[0].root.as_ref().unwrap().value();
    let expected =
        serde_json::json!({"a": "yes", "b": "012", "c": "5\n", "d": "5", "e": 5, "f": "5", "g": 3, "h": true});
    assert_eq!(value, expected);
}

#[test]
fn keys_are_text_whatever_they_look_like() {
    let text = yaml::read("1: a\ntrue: b\n1.5: c\n? d\n: e\n2026-01-01: f\n");
    assert!(text.faults.is_empty(), "{:?}", text.faults);
    let What::Mapping(entries) = &text.documents[0].root.as_ref().unwrap().what else { panic!() };
    let keys: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, ["1", "true", "1.5", "d", "2026-01-01"]);
}

/// What is wrong with a text, as `line:column: words`.
fn faults(text: &str) -> String {
    let read = yaml::read(text);
    let words = |fault: &yaml::Fault| format!("{}:{}: {}", fault.mark.line, fault.mark.column, fault.what);
    read.faults.iter().map(words).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_kubectl_would_misread_or_drop_is_refused_at_its_place() {
    for (text, words) in [
        ("a: 1\nb:\n  c: 1\na: 2\n", "4:1: \"a\" is given twice, first on line 1"),
        ("1: a\n\"1\": b\n", "2:1: \"1\" is given twice, first on line 1"),
        ("a:\n\t- b\n", "2:2: not YAML: "),
        ("[a]: b\n", "1:1: a key must be one word, not a list or a mapping"),
        ("~: b\n", "1:1: a key is missing before the `:`"),
        ("a: *b\n", "1:4: not YAML: while parsing node, found unknown anchor"),
        ("a: &x [*x]\n", "1:8: an alias within what it stands for"),
        ("a: !foo 5\n", "1:9: the tag !foo has no meaning here"),
        ("a: !!binary aGk=\n", "1:13: the tag !!binary has no meaning here"),
        ("a: !!int x\n", "1:10: \"x\" is no !!int"),
        ("a: .inf\n", "1:4: `.inf` is not a number that an API server takes"),
        ("%YAML 1.1\n---\na: 1\n", "1:1: not YAML: "),
        ("a: 1\n...\nb: 2\n", "3:1: this stands after `...` without `---`: kubectl does not read it"),
        ("a: b\u{2028}c\n", "1:5: the character U+2028 is not allowed in YAML"),
        ("a: \"\u{7}\"\n", "1:5: the character U+0007 is not allowed in YAML"),
        ("a: &b {x: 1}\nm:\n  x: 2\n  <<: *b\n", "4:3: kubectl lets this `<<` replace \"x\", other readers do not"),
        ("m:\n  <<: 5\n", "2:3: `<<` takes mappings"),
        ("a: b: c\n", "1:5: not YAML: "),
        ("a: \"b\n", "not YAML: "),
    ] {
        let found = faults(text);
        assert!(found.contains(words) && found.lines().count() == 1, "{text:?}: {found}");
    }
}

#[test]
fn a_mistake_in_one_document_hides_none_in_the_next() {
    let found = faults("a: [1, 2\n---\na: 1\na: 2\n---\nb: 'x\n");
    assert_eq!(found.lines().count(), 3, "{found}");
    assert!(found.lines().nth(1).unwrap().starts_with("4:1: \"a\""), "{found}");
}

#[test]
fn merges_are_carried_out_as_kubectl_does() {
    let text = yaml::read("b1: &b {x: 1}\nb2: &c {x: 2, z: 3}\nm:\n  <<: [*b, *c]\n  w: 4\n'<<': plain\n");
    assert!(text.faults.is_empty(), "{:?}", text.faults);
    let value = text.documents[0].root.as_ref().unwrap().value();
    assert_eq!(value["m"], serde_json::json!({"x": 1, "z": 3, "w": 4}));
    assert_eq!(value["<<"], "plain");
}

#[test]
fn a_bomb_of_aliases_is_refused_quickly_and_a_few_aliases_are_not() {
    let line = |n: usize| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", "));
    let bomb = std::iter::once("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned())
        .chain((1..30).map(line))
        .collect::<String>();
    let began = std::time::Instant::now();
    let found = faults(&bomb);
    assert!(found.contains("aliases stand for more than 10000 values") && found.lines().count() == 1, "{found}");
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
    assert_eq!(faults("a: &a [1, 2]\nb: *a\nc: *a\n"), "");
}

#[test]
fn deep_nesting_is_refused_and_not_followed_to_the_end_of_the_stack() {
    assert!(faults(&"[".repeat(100_000)).contains("not YAML"));
    assert!(faults(&"- ".repeat(100_000)).contains("not YAML"));
    let deep = format!("a: {}{}\n", "[".repeat(200), "]".repeat(200));
    assert_eq!(faults(&deep), "");
}

#[test]
fn the_mark_at_the_beginning_and_line_ends_of_windows_change_nothing() {
    let plain = yaml::read("a: 1\nb:\n  - c\n");
    let windows = yaml::read("\u{feff}a: 1\r\nb:\r\n  - c\r\n");
    let value = |text: &yaml::Text| text.documents[0].root.as_ref().unwrap().value();
    assert_eq!(value(&plain), value(&windows));
    let place = |text: &yaml::Text| {
        let entry = text.documents[0].root.as_ref().unwrap().entry("b").unwrap().mark;
        (entry.line, entry.column)
    };
    assert_eq!(place(&plain), (2, 1));
    assert_eq!(place(&windows), (2, 1));
}

/// What kubectl 1.32 read as the `data` of a ConfigMap: blocks, folds, quotes, flows, anchors, odd first characters.
#[test]
fn every_way_of_writing_is_read_as_kubectl_reads_it() {
    let table: Vec<Value> = serde_json::from_str(include_str!("../data/yaml/documents.json")).unwrap();
    let mut wrong = Vec::new();
    for row in &table {
        let text = crate::config_map(row["yaml"].as_str().unwrap());
        let read = yaml::read(&text);
        let root = read.documents.first().and_then(|document| document.root.as_ref());
        let data = root.map(|root| root.value()["data"].clone()).unwrap_or_default();
        if !read.faults.is_empty() || data != row["json"] {
            wrong.push(format!("{}\n  kubectl {}\n  here    {data} {:?}", row["yaml"], row["json"], read.faults));
        }
    }
    assert!(table.len() > 60);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
