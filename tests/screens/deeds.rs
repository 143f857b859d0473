//! Models of what comes before a write: a dialog for each kind of deed, the forms, the marks, and the question about
//! several at once.

use super::models::{board, keys, overview, rollout, write_dialog};
use rolltop::app::model::*;

fn facts(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(label, words)| ((*label).to_owned(), (*words).to_owned())).collect()
}

fn notes(notes: &[(Mark, &str)]) -> Vec<(Mark, String)> {
    notes.iter().map(|(mark, words)| (*mark, (*words).to_owned())).collect()
}

fn buttons(labels: [&str; 3], on: bool) -> Vec<Button> {
    let button = |at: usize, label: &str| Button { label: label.into(), focused: at == 1, on: at < 2 || on };
    labels.into_iter().enumerate().map(|(at, label)| button(at, label)).collect()
}

const PRODUCTION: (&str, &str) = ("where", "PRODUCTION · prod-eu · namespace shop");
const STAGING: (&str, &str) = ("where", "staging · stg-eu · namespace shop");

fn asked(dialog: WriteDialog, over: Model) -> Model {
    Model {
        dialog: Some(Dialog::Write(Box::new(dialog))),
        next: "nothing is sent before the right-hand button is pressed".into(),
        keys: keys(&[("Tab", "next button"), ("⏎", "press"), ("Esc", "cancel"), ("Ctrl-r", "reason")]),
        ..over
    }
}

fn abort() -> Model {
    asked(
        WriteDialog {
            title: "Abort checkout".into(),
            protected: true,
            rows: facts(&[
                PRODUCTION,
                ("version", "2.42.0 → back to 2.41.0"),
                ("step", "4 pause → given up"),
                ("traffic", "set 40 % → 0 %, actual now 38 %"),
                ("pods", "canary 2 → 0, stable 3 → 4"),
                ("then", "Degraded until it is retried, undone or changed"),
            ]),
            weights: Some((40, 0, 100)),
            evidence: notes(&[
                (Mark::Busy, "the background analysis is running: no verdict yet"),
                (Mark::Ok, "canary pods 2 of 2 ready"),
                (
                    Mark::Absent,
                    "the spec keeps the new version: it stays Degraded until it is retried, undone or changed",
                ),
            ]),
            typed: None,
            reason: Some(ReasonField { text: "errors in the cart".into(), active: true, needed: false }),
            call: None,
            back: "t begins the update again at its first step; u takes the new version out of the spec.".into(),
            buttons: buttons(["Show call", "Cancel", "Abort"], true),
            footnote: "data 1 s old".into(),
        },
        rollout(),
    )
}

fn full() -> Model {
    asked(
        WriteDialog {
            title: "Promote checkout in full".into(),
            evidence: notes(&[
                (Mark::Attention, "the analysis of this step failed"),
                (Mark::Attention, "staging runs 2.41.0, not this version"),
                (Mark::Attention, "rolltop wrote to it 4s ago"),
                (Mark::Attention, "skips every step, pause and analysis that is left"),
            ]),
            typed: Some(("checkout".into(), "check".into())),
            reason: Some(ReasonField { text: String::new(), active: false, needed: true }),
            back: "while pods take over, a aborts; after that, u goes back to 2.41.0.".into(),
            buttons: buttons(["Show call", "Cancel", "Promote in full"], false),
            ..write_dialog(Some("check"))
        },
        rollout(),
    )
}

fn image() -> Model {
    asked(
        WriteDialog {
            title: "Change the image of checkout".into(),
            protected: false,
            rows: facts(&[
                STAGING,
                ("in", "container main"),
                ("from", "registry.example.com/a-rather-long-team-name/shop/checkout:2.41.0"),
                ("to", "registry.example.com/a-rather-long-team-name/shop/checkout@sha256:1a2b3c4d5e6f"),
            ]),
            weights: None,
            evidence: notes(&[
                (Mark::Attention, "Argo CD keeps the spec of this rollout and may set the template again"),
                (Mark::Attention, "the update under way is superseded: its steps begin again"),
            ]),
            back: "u goes back to revision 42.".into(),
            buttons: buttons(["Show call", "Cancel", "Set the image"], true),
            ..write_dialog(None)
        },
        rollout(),
    )
}

fn several() -> Model {
    let mut dialog = WriteDialog {
        title: "Promote 3 rollouts".into(),
        protected: true,
        rows: facts(&[("where", "production 2 · staging 1")]),
        weights: None,
        evidence: notes(&[
            (Mark::Ok, "checkout · PRODUCTION · prod-eu: promote 2.42.0 at 4/8"),
            (Mark::Ok, "web · PRODUCTION · prod-us: promote 8.1.0"),
            (Mark::Ok, "search · staging · stg-eu: promote 0.9.7 at 1/4"),
            (
                Mark::Attention,
                "payments · PRODUCTION · prod-eu: not, aborted: retry it, undo it or set another image first",
            ),
            (Mark::Absent, "2 more below (↓)"),
        ]),
        typed: Some(("promote 3".into(), "promote".into())),
        call: None,
        back: String::new(),
        footnote: "1 of 4 cannot be written to".into(),
        ..write_dialog(None)
    };
    dialog.buttons = buttons(["", "Cancel", "Promote 3"], false).split_off(1);
    let over = marked_board();
    let mut model = asked(dialog, over);
    model.keys.insert(0, KeyHint { key: "letters:".into(), word: "the name".into(), on: true });
    model
}

fn form(form: FormDialog, pairs: &[(&str, &str)]) -> Model {
    Model {
        dialog: Some(Dialog::Form(Box::new(form))),
        next: "nothing is sent from here: the question comes next".into(),
        keys: keys(pairs),
        ..rollout()
    }
}

fn option(words: &str, detail: &str, chosen: bool) -> FormOption {
    FormOption { words: words.into(), detail: detail.into(), chosen }
}

fn undo() -> Model {
    form(
        FormDialog {
            title: "Undo checkout".into(),
            protected: true,
            rows: facts(&[PRODUCTION, ("present", "42  2.42.0")]),
            field: None,
            options: vec![
                option("  41  2.41.1", "made 2d ago", false),
                option("  40  2.41.0", "stable  made 6d ago", true),
                option("  39  2.40.3", "made 12d ago", false),
            ],
            more: 4,
            notes: notes(&[
                (
                    Mark::Absent,
                    "main: registry.example.com/shop/checkout:2.42.0 → registry.example.com/shop/checkout:2.41.0",
                ),
                (Mark::Attention, "kubectl argo rollouts undo would go to revision 41"),
            ]),
            footnote: "↑↓ choose the revision".into(),
        },
        &[("↑↓", "revision"), ("⏎", "go on"), ("Esc", "close")],
    )
}

fn image_form() -> Model {
    form(
        FormDialog {
            title: "Change the image of checkout".into(),
            protected: false,
            rows: facts(&[STAGING, ("in", "container main   Tab: the next of 2")]),
            field: Some(("image".into(), "registry.example.com/shop/checkout:2.4 3.0".into())),
            options: vec![
                option("registry.example.com/shop/checkout:2.42.0", "present", false),
                option("registry.example.com/shop/checkout:2.43.0", "test", false),
                option("registry.example.com/shop/checkout:2.41.0", "production, revision 41", false),
            ],
            more: 0,
            notes: notes(&[(Mark::Attention, "that is no image: it has a blank in it")]),
            footnote: "edit, or ↑↓ for images that were seen".into(),
        },
        &[("letters:", "the image"), ("↑↓", "seen"), ("Tab", "container"), ("⏎", "go on"), ("Esc", "close")],
    )
}

fn scale_form() -> Model {
    form(
        FormDialog {
            title: "Scale checkout".into(),
            protected: true,
            rows: facts(&[PRODUCTION, ("present", "4 wanted, 3 available")]),
            field: Some(("pods".into(), "6".into())),
            footnote: "type a number, or ↑↓".into(),
            ..FormDialog::default()
        },
        &[("letters:", "a number"), ("↑↓", "more, less"), ("⏎", "go on"), ("Esc", "close")],
    )
}

/// Marks on a channel's list.
fn marked_board() -> Model {
    let mut model = board();
    if let Body::Board(board) = &mut model.body {
        for at in [0, 1, 4] {
            board.rows[at].marked = true;
        }
    }
    model.next = "3 marked: p a P t s r are for all of them, \\ clears the marks".into();
    model
}

/// Marks on the overview.
fn marked_overview() -> Model {
    let mut model = overview(false);
    if let Body::Matrix(matrix) = &mut model.body {
        for row in matrix.rows.iter_mut().take(3) {
            if let Some(cell) = row.cells.last_mut() {
                cell.marked = true;
            }
        }
    }
    model.next = "3 marked: p a P t s r are for all of them, \\ clears the marks".into();
    model
}

pub fn all() -> Vec<(&'static str, Model)> {
    vec![
        ("deed_abort", abort()),
        ("deed_full", full()),
        ("deed_image", image()),
        ("deed_several", several()),
        ("form_undo", undo()),
        ("form_image", image_form()),
        ("form_scale", scale_form()),
        ("marks_board", marked_board()),
        ("marks_overview", marked_overview()),
    ]
}
