//! Lines: plans as they are read, consequences first, then object by object what would change. Each foldable line knows
//! what it folds, and each choice what it is about.

use super::Form;
use super::cells::{self, Cell};
use super::flight::Flight;
use super::plans::CellPlan;
use super::since;
use crate::app::model::Mark;
use crate::app::present::time;
use crate::app::search::Pattern;
use crate::app::state::State;
use crate::deploy::change::{Change, Sign};
use crate::deploy::feed::NoPlan;
use crate::deploy::plan::{Fault, Identity, Item, Plan, Verdict};
use crate::deploy::progress::Fate;

/// What is folded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fold {
    /// What changes in an object.
    Item(Cell, Identity),
    /// The values of the parameters.
    Parameters(Cell),
}

/// What Space chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choose {
    /// Take over the fields of others in this object.
    TakeOver(Cell, Identity),
    /// Remove this left-over.
    Prune(Cell, Identity),
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A channel.
    Heading,
    /// An object.
    Object,
    /// The path of a field.
    Path,
    /// A line of a difference.
    Diff(Sign),
    /// Anything else.
    Words,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanLine {
    /// What it is.
    pub kind: Kind,
    /// Its mark.
    pub mark: Option<Mark>,
    /// Its words.
    pub words: String,
    /// More, at the right.
    pub detail: String,
    /// Cells in front.
    pub indent: usize,
    /// What it folds.
    pub fold: Option<Fold>,
    /// Lines that are folded into it.
    pub folded: usize,
    /// What Space chooses, and whether it is chosen.
    pub choose: Option<(Choose, bool)>,
}

impl PlanLine {
    fn new(kind: Kind, mark: Option<Mark>, indent: usize, words: impl Into<String>) -> Self {
        Self { kind, mark, words: words.into(), detail: String::new(), indent, fold: None, folded: 0, choose: None }
    }

    /// Whether it has what is searched.
    #[must_use]
    pub fn hits(&self, pattern: &Pattern) -> bool {
        pattern.hits(&self.words) || pattern.hits(&self.detail)
    }

    fn words(mark: Option<Mark>, words: impl Into<String>) -> Self {
        Self::new(Kind::Words, mark, 2, words)
    }
}

/// The mark of a verdict.
#[must_use]
pub const fn mark_of(verdict: Verdict) -> Mark {
    match verdict {
        Verdict::Created | Verdict::Changed => Mark::Busy,
        Verdict::Unchanged => Mark::Ok,
        Verdict::Conflict => Mark::Attention,
        Verdict::Refused => Mark::Bad,
        Verdict::Unknown => Mark::Unknown,
    }
}

/// How an object fares on its way.
#[must_use]
pub const fn mark_of_fate(fate: &Fate) -> Mark {
    match fate {
        Fate::Applied { .. } | Fate::Removed | Fate::Skipped => Mark::Ok,
        Fate::Moved { .. } => Mark::Attention,
        Fate::Failed(_) => Mark::Bad,
        Fate::Unknown(_) => Mark::Unknown,
        Fate::NotTried => Mark::Absent,
    }
}

/// All lines that are in sight: of every marked cluster, what is folded left out.
#[must_use]
pub fn of(state: &State, form: &Form) -> Vec<PlanLine> {
    let mut lines = Vec::new();
    for cell in cells::marked(state, form) {
        if !lines.is_empty() {
            lines.push(PlanLine::new(Kind::Words, None, 0, ""));
        }
        heading(state, form, cell, &mut lines);
        let Some(known) = form.plans.get(&cell) else {
            lines.push(PlanLine::words(None, "no plan yet: Dry run makes it"));
            continue;
        };
        match &known.answer {
            None => {
                let again = known.again.as_ref().map(|(_, why)| format!("{why}; ")).unwrap_or_default();
                lines.push(PlanLine::words(Some(Mark::Busy), format!("{again}asking the cluster …")));
            }
            Some((_, Err(why))) => no_plan(why, &mut lines),
            Some((_, Ok(plan))) => {
                let flight =
                    state.deploying.flights.iter().rev().find(|flight| flight.cell == cell && flight.holds_plan(plan));
                One { form, cell, known, plan, flight }.lines(&mut lines);
            }
        }
    }
    lines
}

fn heading(state: &State, form: &Form, cell: Cell, lines: &mut Vec<PlanLine>) {
    let place = cells::runtime(state, cell);
    let mut words = cells::words(state, cell);
    let plan = form.plans.get(&cell).and_then(CellPlan::plan);
    if let Some((_, runtime)) = place {
        words.extend([" · context ", &runtime.context]);
    }
    if let Some(plan) = plan {
        words.extend([" · namespace ", plan.target.namespace.as_str()]);
        if let Some(server) = &plan.server {
            words.extend([" · ", server]);
        }
    }
    lines.push(PlanLine::new(Kind::Heading, None, 0, words));
}

fn no_plan(why: &NoPlan, lines: &mut Vec<PlanLine>) {
    match why {
        NoPlan::Findings(findings) => {
            for found in findings {
                lines
                    .push(PlanLine::words(Some(Mark::Bad), format!("{}: {}", found.problem.place, found.problem.what)));
                if let Some(hint) = &found.problem.hint {
                    lines.push(PlanLine::new(Kind::Words, None, 4, hint.clone()));
                }
            }
            lines.push(PlanLine::words(None, "no request was sent"));
        }
        NoPlan::Trouble(trouble) => {
            lines.push(PlanLine::words(Some(Mark::Bad), trouble.sentence.clone()));
            if let Some(hint) = &trouble.hint {
                lines.push(PlanLine::new(Kind::Words, None, 4, hint.clone()));
            }
        }
    }
}

/// The plan of one cluster.
struct One<'a> {
    form: &'a Form,
    cell: Cell,
    known: &'a CellPlan,
    plan: &'a Plan,
    flight: Option<&'a Flight>,
}

impl One<'_> {
    fn lines(&self, lines: &mut Vec<PlanLine>) {
        self.outcome(lines);
        self.again(lines);
        self.versions(lines);
        self.consequences(lines);
        let mut items: Vec<&Item> = self.plan.items.iter().collect();
        if self.flight.is_none() {
            // Read by weight; sent, and followed, in the order of the plan.
            items.sort_by_key(|item| (weight(item), !item.identity.is_rollout()));
        }
        for item in items {
            self.item(item, lines);
        }
        self.left_over(lines);
        self.parameters(lines);
    }

    /// How the deploy of this plan ended, or that it is on its way.
    fn outcome(&self, lines: &mut Vec<PlanLine>) {
        let Some(flight) = self.flight else { return };
        for (mark, words) in flight.told() {
            lines.push(PlanLine::words(Some(mark), words));
        }
    }

    fn again(&self, lines: &mut Vec<PlanLine>) {
        let Some((before, why)) = &self.known.again else { return };
        lines.push(PlanLine::words(Some(Mark::Attention), format!("{why}. Different from what you looked at:")));
        for (identity, words) in since::differences(before, self.plan) {
            lines.push(PlanLine::new(Kind::Words, Some(Mark::Attention), 4, format!("{identity}: {words}")));
        }
    }

    fn versions(&self, lines: &mut Vec<PlanLine>) {
        let now = self.plan.from.as_deref().unwrap_or("not recorded");
        if let Some(to) = &self.plan.to {
            let words = if self.plan.from.as_deref() == Some(to.as_str()) {
                format!("version {to}, as deployed last")
            } else {
                format!("version {now} → {to}")
            };
            lines.push(PlanLine::words(None, words));
        }
    }

    fn consequences(&self, lines: &mut Vec<PlanLine>) {
        for told in &self.plan.consequences {
            let mark = if told.effect.rolls_out() { Mark::Busy } else { Mark::Ok };
            lines.push(PlanLine::words(Some(mark), format!("{}: {}", told.object, told.words.join("; "))));
            lines.extend(told.warnings.iter().map(|words| PlanLine::words(Some(Mark::Attention), words.clone())));
        }
        for missing in &self.plan.missing {
            let (mark, what) = match &missing.unknown {
                Some(why) => (Mark::Unknown, format!("{} could not be looked for: {why}", missing.what)),
                None if missing.fatal => (Mark::Bad, format!("{} is missing", missing.what)),
                None => (Mark::Attention, format!("{} is missing", missing.what)),
            };
            lines.push(PlanLine::words(Some(mark), format!("{what} ({}, {})", missing.needed_by, missing.place)));
        }
        lines.extend(self.plan.warnings.iter().map(|words| PlanLine::words(Some(Mark::Attention), words.clone())));
        if self.plan.is_done() {
            lines.push(PlanLine::words(Some(Mark::Ok), "nothing to do: everything is as it should be"));
        }
    }

    fn item(&self, item: &Item, lines: &mut Vec<PlanLine>) {
        let mut below = Vec::new();
        below.extend(item.faults.iter().flat_map(faulty));
        for conflict in &item.conflicts {
            let since =
                conflict.since.map(|at| format!(" since {}", time::clock(at, self.plan.made_at))).unwrap_or_default();
            let words = format!("{} belongs to {}{since}", conflict.field, conflict.who);
            below.push(PlanLine::new(Kind::Words, Some(Mark::Attention), 6, words));
            let value = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
            let words = format!("is {} · would be {}", value(&conflict.live), value(&conflict.ours));
            below.push(PlanLine::new(Kind::Words, None, 8, words));
        }
        below.extend(item.notes.iter().map(|note| PlanLine::new(Kind::Words, None, 6, note.clone())));
        below.extend(item.changes.iter().flat_map(changed));
        let fold = Fold::Item(self.cell, item.identity.clone());
        let fate = self.flight.and_then(|flight| flight.fate(&item.identity));
        // A new object is a wall of lines that nobody compares: it opens by hand.
        let folded = self.form.folds.get(&fold).copied().unwrap_or(item.verdict == Verdict::Created || fate.is_some());
        let mark = fate.as_ref().map_or(mark_of(item.verdict), |(mark, _)| *mark);
        let mut line = PlanLine::new(Kind::Object, Some(mark), 2, item.identity.to_string());
        line.detail = match fate {
            Some((_, words)) => words,
            None => verdict_words(item),
        };
        if item.verdict == Verdict::Conflict && self.flight.is_none() {
            let chosen = self.known.choices.takes_over(&item.identity);
            line.choose = Some((Choose::TakeOver(self.cell, item.identity.clone()), chosen));
        }
        if !below.is_empty() {
            line.fold = Some(fold);
            line.folded = if folded { below.len() } else { 0 };
        }
        lines.push(line);
        if !folded {
            lines.append(&mut below);
        }
    }

    fn left_over(&self, lines: &mut Vec<PlanLine>) {
        match &self.plan.left_over {
            Err(why) => lines.push(PlanLine::words(Some(Mark::Unknown), format!("left-overs: {why}"))),
            Ok(left) => {
                for one in left {
                    let fate = self.flight.and_then(|flight| flight.fate(&one.identity));
                    let mark = fate.as_ref().map_or(Mark::Absent, |(mark, _)| *mark);
                    let mut line = PlanLine::new(Kind::Object, Some(mark), 2, one.identity.to_string());
                    let chosen = self.known.choices.prunes(&one.identity);
                    line.detail = match (fate, &one.kept) {
                        (Some((_, words)), _) => words,
                        (None, Some(why)) => format!("left over, stays: {why}"),
                        (None, None) if chosen => "left over, will be removed".to_owned(),
                        (None, None) => "left over, stays: Space removes it".to_owned(),
                    };
                    if one.kept.is_none() && self.flight.is_none() {
                        line.choose = Some((Choose::Prune(self.cell, one.identity.clone()), chosen));
                    }
                    lines.push(line);
                }
            }
        }
    }

    fn parameters(&self, lines: &mut Vec<PlanLine>) {
        if self.plan.parameters.is_empty() {
            return;
        }
        let fold = Fold::Parameters(self.cell);
        let folded = self.form.folds.get(&fold).copied().unwrap_or(false);
        let below: Vec<PlanLine> = self
            .plan
            .parameters
            .iter()
            .map(|value| {
                let mut line = PlanLine::new(Kind::Words, None, 6, format!("{} = {}", value.name, value.value));
                self.known.origin(&value.origin).clone_into(&mut line.detail);
                line
            })
            .collect();
        let mut line = PlanLine::new(Kind::Object, None, 2, "parameters");
        line.fold = Some(fold);
        line.folded = if folded { below.len() } else { 0 };
        lines.push(line);
        if !folded {
            lines.extend(below);
        }
    }
}

/// What a reader wants to see first.
const fn weight(item: &Item) -> u8 {
    match item.verdict {
        Verdict::Refused | Verdict::Unknown => 0,
        Verdict::Conflict => 1,
        Verdict::Changed => 2,
        Verdict::Created => 3,
        Verdict::Unchanged => 4,
    }
}

fn faulty(fault: &Fault) -> impl Iterator<Item = PlanLine> + use<> {
    let words = PlanLine::new(Kind::Words, Some(Mark::Bad), 6, format!("{}: {}", fault.place, fault.trouble.sentence));
    let hint = fault.trouble.hint.clone().map(|hint| PlanLine::new(Kind::Words, None, 8, hint));
    std::iter::once(words).chain(hint)
}

fn changed(change: &Change) -> impl Iterator<Item = PlanLine> + '_ {
    let path = (!change.path.is_empty()).then(|| PlanLine::new(Kind::Path, None, 6, change.path.clone()));
    path.into_iter()
        .chain(change.lines.iter().map(|line| PlanLine::new(Kind::Diff(line.sign), None, 6, line.text.clone())))
}

/// What becomes of an object, with how many fields change.
#[must_use]
pub fn verdict_words(item: &Item) -> String {
    match item.verdict {
        Verdict::Created => "new".to_owned(),
        Verdict::Changed => match item.changes.len() {
            1 => "1 field".to_owned(),
            count => format!("{count} fields"),
        },
        Verdict::Conflict => match item.conflicts.len() {
            1 => "1 field of others".to_owned(),
            count => format!("{count} fields of others"),
        },
        other => other.word().to_owned(),
    }
}
