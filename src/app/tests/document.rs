//! One object as YAML, or described: when it is read, what is shown of it, and what the keys do.

use super::closer::*;
use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::model::{Body, DocumentPage};
use crate::app::testing::*;
use crate::argo::feed::{News, ObjectRef, Order, RequestId, TroubleKind};
use serde_json::{Value, json};

fn page(script: &Script) -> DocumentPage {
    match script.model().body {
        Body::Document(page) => *page,
        other => panic!("no document but {other:?}"),
    }
}

fn asked(script: &mut Script) -> Vec<(RequestId, ObjectRef)> {
    let orders = script.take().into_iter().filter_map(|effect| match effect {
        Effect::Order(Order::GetObject { request, object, .. }) => Some((request, object)),
        _ => None,
    });
    orders.collect()
}

/// The object is open in this form and was read.
fn read(key: &str, more: &Value) -> Script {
    let (mut script, _) = opened(key);
    let (request, object_ref) = asked(&mut script).remove(0);
    assert_eq!((&*object_ref.kind, &*object_ref.name), ("Rollout", "checkout"));
    script.news(News::Object(request, Ok(object(more))));
    script
}

fn lines(script: &Script) -> Vec<String> {
    let page = page(script);
    let lines = page.lines.iter().enumerate().map(|(at, line)| {
        let cursor = if at == page.cursor { ">" } else { "" };
        let folded = if line.folded > 0 { format!(" +{}", line.folded) } else { String::new() };
        format!("{cursor}{}{}{folded}", " ".repeat(line.indent), line.text)
    });
    lines.collect()
}

#[test]
fn yaml_is_read_once_and_shown_with_its_status_folded() {
    let mut script = read("y", &json!({}));
    let shown = lines(&script);
    assert_eq!(shown[0], ">apiVersion: argoproj.io/v1alpha1");
    assert!(shown.iter().any(|line| line == "status: +2"), "{shown:#?}");
    assert_eq!(page(&script).title, "Rollout shop/checkout");
    assert_eq!(page(&script).note, "read 14:00:02Z · resourceVersion 1 · secrets masked");
    script.wait(30);
    assert!(asked(&mut script).is_empty(), "nothing has changed");
}

#[test]
fn secrets_in_it_are_neither_shown_nor_found_nor_copied() {
    let planted = "hunter2";
    let mut script = read("y", &json!({"spec": {"env": [{"name": "DB_PASSWORD", "value": planted}]}}));
    assert!(!lines(&script).concat().contains(planted));
    script.keys("/ h u n t e r Enter");
    assert_eq!(page(&script).found, "0 hits");
    script.keys("c");
    let copied = copied(&mut script);
    assert!(copied[0].contains("•••• (7)") && !copied[0].contains(planted), "{copied:?}");
}

#[test]
fn what_lies_below_the_cursor_is_folded_and_a_hit_unfolds_it() {
    let mut script = read("y", &json!({}));
    script.keys("/ s p e c : Enter f");
    assert!(lines(&script).iter().any(|line| line.starts_with(">spec: +")), "{:#?}", lines(&script));
    script.keys("/");
    script.keys("Ctrl-u");
    type_text(&mut script, "setWeight");
    script.keys("Enter");
    assert!(
        lines(&script).iter().any(|line| line.contains("setWeight: 20") && line.starts_with('>')),
        "{:#?}",
        lines(&script)
    );
    script.keys("f");
    let folded = lines(&script).into_iter().find(|line| line.starts_with('>')).unwrap();
    assert!(folded.contains("steps:") || folded.contains("setWeight"), "{folded}");
}

#[test]
fn it_is_read_again_when_it_has_changed_but_not_more_often_than_every_two_seconds() {
    let mut script = read("y", &json!({}));
    script.upsert(PRODUCTION, paused("checkout", 5));
    assert!(asked(&mut script).is_empty(), "it was read a moment ago");
    script.wait(2);
    let (request, _) = asked(&mut script).remove(0);
    script.upsert(PRODUCTION, paused("checkout", 6));
    script.wait(5);
    assert!(asked(&mut script).is_empty(), "one request at a time");
    script.keys("j j");
    let before = lines(&script).into_iter().find(|line| line.starts_with('>'));
    script.news(News::Object(request, Ok(object(&json!({"aaa": 1, "metadata": {"resourceVersion": "5"}})))));
    assert_eq!(lines(&script).into_iter().find(|line| line.starts_with('>')), before, "the cursor stays on its line");
    script.wait(2);
    assert_eq!(asked(&mut script).len(), 1);
}

#[test]
fn an_answer_that_never_fits_what_is_watched_is_not_asked_for_without_end() {
    let mut script = read("y", &json!({"metadata": {"resourceVersion": "77"}}));
    script.wait(3);
    script.wait(3);
    assert!(asked(&mut script).is_empty());
    script.keys("R");
    assert_eq!(asked(&mut script).len(), 1, "a person may ask");
    script.keys("R");
    assert_eq!(script.toast(), "it is being read already");
}

#[test]
fn trouble_is_told_in_words_and_what_was_read_stays() {
    let (mut script, _) = opened("y");
    let (request, _) = asked(&mut script).remove(0);
    assert_eq!(page(&script).empty, "reading…");
    script.news(News::Object(request, Err(trouble(TroubleKind::Forbidden))));
    assert_eq!(page(&script).trouble.unwrap().1, "no answer from prod-eu (R reads again)");
    script.keys("R");
    let (request, _) = asked(&mut script).remove(0);
    script.news(News::Object(request, Ok(object(&json!({})))));
    assert!(page(&script).trouble.is_none());
    script.keys("R");
    let (request, _) = asked(&mut script).remove(0);
    script.news(News::Object(request, Err(trouble(TroubleKind::Unreachable))));
    assert!(page(&script).trouble.unwrap().1.contains("what was read before"));
    assert!(!lines(&script).is_empty());
}

#[test]
fn from_yaml_to_the_description_nothing_is_read_again() {
    let mut script = read("y", &json!({}));
    script.keys("d");
    assert!(asked(&mut script).is_empty());
    assert_eq!(script.path(), "rolltop › production › checkout › describe");
    let shown = lines(&script);
    assert!(shown.iter().any(|line| line.contains("phase") && line.contains("Paused")), "{shown:#?}");
    assert!(shown.iter().any(|line| line.trim_start().starts_with("steps, 2")), "{shown:#?}");
    script.event(Event::Resize(80, 100));
    assert!(
        lines(&script).iter().any(|line| line.contains("canary · 2 of 2 ready · checkout-new")),
        "the revisions too"
    );
    script.keys("y");
    assert_eq!(script.path(), "rolltop › production › checkout › yaml");
}

#[test]
fn the_cursor_moves_by_pages_and_is_always_in_sight() {
    let mut script = read("y", &json!({"spec": {"list": (0..100).collect::<Vec<_>>()}}));
    script.event(Event::Placed { page_rows: 10 });
    for keys in ["G", "PgUp", "PgUp", "k", "g", "PgDn", "Ctrl-d", "j"] {
        script.keys(keys);
        let page = page(&script);
        assert!(page.cursor < 10, "{keys}");
    }
    script.keys("G");
    let page = page(&script);
    assert_eq!(page.first + page.cursor + 1, page.total);
}

#[test]
fn an_object_that_is_gone_is_said_to_be_gone() {
    let (mut script, _) = opened("y");
    let (request, _) = asked(&mut script).remove(0);
    script.remove(PRODUCTION, "checkout");
    script.news(News::Object(request, Ok(object(&json!({})))));
    script.keys("R");
    assert_eq!(page(&script).trouble.unwrap().1, "there is no such object any more");
    assert!(!lines(&script).is_empty(), "what was read before stays");
}

#[test]
fn a_megabyte_of_yaml_is_copied_up_to_what_a_terminal_takes() {
    let mut script = read("y", &json!({"spec": {"list": (0..50_000).collect::<Vec<_>>()}}));
    script.keys("c");
    assert!(script.toast().starts_with("copied the first"), "{}", script.toast());
    let copied = copied(&mut script);
    assert!(copied[0].len() <= 56_000 && copied[0].ends_with('\n'));
}
