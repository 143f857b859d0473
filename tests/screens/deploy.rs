//! Models of a deploy: the form, its list, its plan, the question, and how it went.

use super::models::{keys, overview};
use rolltop::app::deploying::cells::Cell;
use rolltop::app::deploying::lines::{Choose, Fold, Kind};
use rolltop::app::model::*;
use rolltop::deploy::change::Sign;
use rolltop::deploy::plan::Identity;
use rolltop::names::SourceId;

const CELL: Cell = Cell { channel: 1, source: SourceId(1) };

fn identity(kind: &str, name: &str) -> Identity {
    Identity { api_version: "v1".into(), kind: kind.into(), namespace: None, name: name.into() }
}

fn line(kind: Kind, mark: Option<Mark>, indent: usize, words: &str, detail: &str) -> PlanLine {
    PlanLine { kind, mark, words: words.into(), detail: detail.into(), indent, fold: None, folded: 0, choose: None }
}

fn buttons(labels: [&str; 3], focused: Option<usize>, on: bool) -> Vec<Button> {
    let button =
        |(at, label): (usize, &&str)| Button { label: (*label).into(), focused: focused == Some(at), on: at < 2 || on };
    labels.iter().enumerate().map(button).collect()
}

fn field(label: &str, text: &str, origin: &str) -> DeployField {
    DeployField { label: label.into(), text: text.into(), origin: origin.into(), ..DeployField::default() }
}

fn model(page: DeployPage) -> Model {
    let over = overview(false);
    Model {
        header: Header {
            path: vec!["rolltop".into(), "staging".into(), "deploy checkout".into()],
            strong: None,
            summary: "stg-eu ✓ live".into(),
            filter: None,
            ribbons: Vec::new(),
            clock: over.header.clock,
        },
        body: Body::Deploy(Box::new(page)),
        next: "nothing is sent from here: Dry run asks the server what would change".into(),
        keys: keys(&[
            ("letters:", "text"),
            ("Tab", "next field"),
            ("↓", "seen running"),
            ("Ctrl-u", "clear"),
            ("Esc", "close"),
        ]),
        toast: None,
        dialog: None,
        verdict: None,
        ..over
    }
}

fn list(open: bool) -> DeployList {
    let line = |mark, tag: &str, seen: &str, chosen| (Some(mark), tag.to_owned(), seen.to_owned(), chosen);
    DeployList {
        title: "seen running: image".into(),
        open,
        filter: if open { "2.4".into() } else { String::new() },
        lines: vec![
            line(Mark::Ok, "2.43.1", "test healthy 3h", true),
            line(Mark::Ok, "2.42.0", "staging healthy 2d · production waits for you 12m", false),
            line(Mark::Absent, "2.41.0", "staging ran it, revision 41 9d ago", false),
        ],
        selected: open.then_some(1),
        more: if open { 4 } else { 0 },
    }
}

fn fields() -> Vec<DeployField> {
    vec![
        DeployField { list: true, ..field("service", "checkout", "") },
        DeployField { list: true, ..field("channels", "staging, production", "") },
        DeployField {
            list: true,
            changed: true,
            cursor: Some(6),
            ..field("image", "2.43.1", "typed here, was 2.42.0")
        },
        DeployField {
            changed: true,
            remark: Some((Mark::Bad, "\"6.5\" is not a whole number".into())),
            ..field("replicas", "6.5", "typed here, was 5")
        },
        field("logLevel", "info", "staging in config.toml:31 · production warn"),
        field("a-parameter-of-a-very-long-name", &"x".repeat(60), "last deployed"),
    ]
}

fn form(open: bool) -> Model {
    let shown = |mark, words: &str, detail: &str| line(Kind::Object, Some(mark), 2, words, detail);
    model(DeployPage {
        about: "from checkout.pvn.yaml, 4 parameters, 2 changed".into(),
        body: DeployBody::Form(DeployForm {
            fields: fields(),
            focus: Some(2),
            notes: vec![
                (None, "a tag or a digest".into()),
                (None, "Ctrl-y takes back what was typed; 2.42.0 stood there".into()),
            ],
            list: Some(list(open)),
            changes: vec![
                line(Kind::Heading, None, 0, "staging · context stg-eu · namespace shop · v1.34.1", ""),
                line(
                    Kind::Words,
                    Some(Mark::Busy),
                    2,
                    "Rollout/checkout: new revision 43; canary, 8 steps; first stop: waits for you at 10 %",
                    "",
                ),
                shown(Mark::Busy, "Rollout/checkout", "2 fields"),
                shown(Mark::Ok, "Service/checkout", "unchanged"),
                shown(Mark::Attention, "ConfigMap/checkout-settings-of-the-shop", "1 field of others"),
            ],
        }),
        buttons: buttons(["Close", "Dry run", "Deploy…"], None, false),
        off: "staging: ConfigMap/checkout-settings-of-the-shop has fields of others: Space on it takes them over"
            .into(),
    })
}

fn narrow_focus() -> Model {
    let mut model = form(false);
    if let Body::Deploy(page) = &mut model.body
        && let DeployBody::Form(form) = &mut page.body
    {
        form.focus = None;
        form.list = None;
        form.notes.clear();
        form.changes.clear();
        for field in &mut form.fields {
            field.cursor = None;
        }
        page.buttons = buttons(["Close", "Dry run", "Deploy…"], Some(1), false);
        page.off = "look at the plan first: Dry run".into();
    }
    model.keys = keys(&[("⏎", "press"), ("Tab ←→", "next"), ("Esc", "back")]);
    model
}

fn plan_lines(sent: bool) -> Vec<PlanLine> {
    let diff = |sign, text: &str| line(Kind::Diff(sign), None, 6, text, "");
    let fold = |object: &str, folded: usize| (Some(Fold::Item(CELL, identity("Rollout", object))), folded);
    let object = |mark, words: &str, detail: &str, folded: usize| {
        let (fold, folded) = fold(words, folded);
        PlanLine { fold, folded, ..line(Kind::Object, Some(mark), 2, words, detail) }
    };
    let mut lines = vec![line(Kind::Heading, None, 0, "staging · context stg-eu · namespace shop · v1.34.1", "")];
    if sent {
        lines.extend([
            line(Kind::Words, Some(Mark::Bad), 2, "stopped at Rollout/checkout: admission webhook \"limits\" denied the request: cpu is over the limit of 6", ""),
            line(Kind::Words, Some(Mark::Attention), 2, "applied: Service/checkout", ""),
            object(Mark::Ok, "Service/checkout", "applied", 4),
            object(Mark::Bad, "Rollout/checkout", "admission webhook \"limits\" denied the request", 12),
            object(Mark::Absent, "ConfigMap/last", "not tried", 3),
        ]);
        return lines;
    }
    lines.extend([
        line(Kind::Words, Some(Mark::Attention), 2, "Rollout/checkout was changed by kubectl-edit: the plan was made again. Different from what you looked at:", ""),
        line(Kind::Words, Some(Mark::Attention), 4, "Rollout/checkout: spec.replicas", ""),
        line(Kind::Words, None, 2, "version 2.42.0 (1a2b3c4d) → 2.43.1 (5e6f7a8b)", ""),
        line(Kind::Words, Some(Mark::Busy), 2, "Rollout/checkout: new revision 43; canary, 8 steps; first stop: waits for you at 10 % (1 of 7 pods); takes at least: you + 20m, plus pods' start times", ""),
        PlanLine {
            choose: Some((Choose::TakeOver(CELL, identity("Rollout", "checkout")), true)),
            ..object(Mark::Attention, "Rollout/checkout", "1 field of others", 0)
        },
        line(Kind::Words, Some(Mark::Attention), 6, ".spec.replicas belongs to kubectl edit since 14:02:11Z", ""),
        line(Kind::Words, None, 8, "is 5 · would be 6", ""),
        line(Kind::Path, None, 6, "spec.template.spec.containers[app].image", ""),
        diff(Sign::Removed, "image: shop/checkout:2.42.0"),
        diff(Sign::Added, "image: shop/checkout:2.43.1"),
        line(Kind::Path, None, 6, "spec.strategy.canary.steps", ""),
        diff(Sign::Kept, "- setWeight: 10"),
        diff(Sign::Added, "- pause: {}"),
        object(Mark::Busy, "ConfigMap/checkout-env", "new", 14),
        object(Mark::Ok, "Service/checkout", "unchanged", 0),
        PlanLine {
            choose: Some((Choose::Prune(CELL, identity("ConfigMap", "old")), false)),
            ..line(Kind::Object, Some(Mark::Absent), 2, "ConfigMap/old", "left over, stays: Space removes it")
        },
        object(Mark::Busy, "parameters", "", 0),
        line(Kind::Words, None, 6, "image = 2.43.1", "typed here"),
    ]);
    lines
}

fn plan(sent: bool) -> Model {
    let lines = plan_lines(sent);
    let total = lines.len();
    let mut model = model(DeployPage {
        about: "from checkout.pvn.yaml, 4 parameters, 2 changed".into(),
        body: DeployBody::Plan(DeployPlan {
            lines,
            cursor: (!sent).then_some(5),
            first: 0,
            total,
            pattern: if sent {
                rolltop::app::search::Pattern::default()
            } else {
                rolltop::app::search::Pattern::new("checkout:2")
            },
            found: if sent { String::new() } else { "2 hits".into() },
        }),
        buttons: buttons(["Back", "Dry run", "Deploy…"], sent.then_some(0), !sent),
        off: String::new(),
    });
    model.next = "nothing is sent from here: Deploy… asks first".into();
    model.keys = keys(&[
        ("Tab", "buttons"),
        ("↑↓", "move"),
        ("z", "fold"),
        ("Space", "choose"),
        ("/", "search"),
        ("D", "deploy"),
        ("Esc", "back"),
    ]);
    model
}

fn asked() -> Model {
    let dialog = WriteDialog {
        title: "Deploy checkout".into(),
        protected: true,
        rows: [
            ("where", "production · prod-eu · namespace shop"),
            ("version", "2.42.0 (1a2b3c4d) → 2.43.1 (5e6f7a8b)"),
            ("sends", "2 of 4 objects: ConfigMap/checkout-env, Rollout/checkout"),
            (
                "then",
                "Rollout/checkout: new revision 43; canary, 8 steps; first stop: waits for you at 10 % (1 of 7 pods)",
            ),
        ]
        .map(|(label, words)| (label.to_owned(), words.to_owned()))
        .into(),
        evidence: vec![
            (Mark::Attention, "takes over fields of kubectl edit in Rollout/checkout".into()),
            (Mark::Ok, "the server would take all 4 objects (dry run)".into()),
            (Mark::Ok, "2.43.1: test healthy 3h".into()),
        ],
        typed: Some(("checkout".into(), "check".into())),
        back: "u goes back to the revision before; Services and ConfigMaps stay as deployed".into(),
        buttons: buttons(["Show call", "Cancel", "Deploy to production"], Some(1), false),
        footnote: "plan 12s old".into(),
        weights: None,
        reason: None,
        call: None,
    };
    Model { dialog: Some(Dialog::Write(Box::new(dialog))), ..plan(false) }
}

pub fn all() -> Vec<(&'static str, Model)> {
    vec![
        ("deploy_form", form(false)),
        ("deploy_list", form(true)),
        ("deploy_button", narrow_focus()),
        ("deploy_plan", plan(false)),
        ("deploy_stopped", plan(true)),
        ("deploy_asked", asked()),
    ]
}
