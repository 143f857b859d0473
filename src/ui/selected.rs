//! The block about the rollout under the cursor of a list: its ladder in one line, its weights, its facts.

use super::facts;
use super::gauge;
use super::glyph;
use super::ladder;
use super::pen::Pen;
use super::text;
use super::theme::Role;
use super::tree;
use crate::app::model::{RolloutPage, TreeKind};
use ratatui::layout::Rect;

/// From this height on the pods are shown one by one, or where they are not watched the conditions.
const TREE_FROM: u16 = 12;
/// Cells of the label of a fact; more where one is longer.
const LABEL: u16 = 12;
/// The longest label.
const LONGEST: u16 = 20;

/// Draws the block, its title included; what does not fit is left out from the end.
pub fn draw(pen: &mut Pen<'_>, area: Rect, title: &str, page: &RolloutPage) {
    if area.height < 2 {
        return;
    }
    pen.title(area.x, area.y, area.width, title);
    let label = page.about.iter().map(|(label, _)| pen.width(label) + 2).max().unwrap_or(0).clamp(LABEL, LONGEST);
    let mut lines = Lines { pen, area, y: area.y + 1, label };
    if area.height >= 8 {
        lines.tall(page);
    } else {
        lines.low(page);
    }
}

struct Lines<'a, 'b> {
    pen: &'a mut Pen<'b>,
    area: Rect,
    y: u16,
    label: u16,
}

impl Lines<'_, '_> {
    fn full(&self) -> bool {
        self.y >= self.area.bottom()
    }

    fn say(&mut self, words: &str, role: Role) {
        if !self.full() && !words.is_empty() {
            self.pen.put(self.area.x, self.y, self.area.width, words, role);
            self.y += 1;
        }
    }

    fn say_within(&mut self, words: &str, room: u16) {
        if !self.full() {
            self.pen.put(self.area.x, self.y, room, words, Role::Fg);
            self.y += 1;
        }
    }

    fn fact(&mut self, label: &str, words: &str, room: u16) {
        if !self.full() && !words.is_empty() {
            self.pen.put(self.area.x, self.y, self.label - 1, label, Role::Dim);
            self.pen.put(self.area.x + self.label, self.y, room.saturating_sub(self.label), words, Role::Fg);
            self.y += 1;
        }
    }

    fn ladder(&mut self, page: &RolloutPage) {
        if !self.full() && !page.steps.is_empty() {
            ladder::line(self.pen, self.area.x, self.y, self.area.width, page);
            self.y += 1;
        }
    }

    fn low(&mut self, page: &RolloutPage) {
        if !self.full() {
            let end = self.pen.put(self.area.x, self.y, self.area.width / 2, &page.service, Role::Title);
            let room = self.area.right().saturating_sub(end + 3);
            self.pen.put(end + 3, self.y, room, &page.facts, Role::Fg);
            self.y += 1;
        }
        self.ladder(page);
        if page.steps.is_empty() {
            self.say(&page.headline, Role::Fg);
        }
        self.say(&page.message, Role::Fg);
        for (mark, words) in &page.analysis_status {
            if !self.full() {
                self.pen.mark(self.area.x, self.y, *mark);
                self.pen.put(self.area.x + 2, self.y, self.area.width.saturating_sub(2), words, Role::Fg);
                self.y += 1;
            }
        }
        self.say(&page.gauge_note, Role::Fg);
        for warning in &page.warnings {
            self.say(&format!("! {warning}"), Role::Fg);
        }
    }

    fn tall(&mut self, page: &RolloutPage) {
        let half = self.area.width * 6 / 10;
        let bottom_left = self.y;
        self.ladder(page);
        if page.steps.is_empty() {
            self.say(&page.headline, Role::Fg);
        }
        self.y += 1;
        let notes_from = self.y;
        if let Some(weights) = &page.gauge
            && !self.full()
        {
            self.pen.put(self.area.x, self.y, self.label - 1, "weight", Role::Dim);
            let x = self.area.x + self.label;
            let words = weight_words(weights);
            let room = half.saturating_sub(self.label + self.pen.width(&words) + 2).min(60);
            gauge::draw(self.pen, x, self.y, room, weights);
            self.pen.put(x + room + 2, self.y, half, &words, Role::Fg);
            self.y += 1;
        }
        let revisions: Vec<String> = page
            .revisions
            .iter()
            .filter(|line| line.kind == TreeKind::Revision && !line.roles.is_empty())
            .map(|line| format!("{} {}  {}", line.roles.join(", "), line.version, line.status))
            .collect();
        let tree_follows = self.area.height >= TREE_FROM && !page.revisions.is_empty();
        if !tree_follows {
            self.fact("pods", &revisions.join("    "), half);
        }
        if usize::from(self.area.bottom().saturating_sub(self.y)) >= page.about.len() {
            for (label, words) in &page.about {
                self.fact(label, words, half);
            }
        } else {
            for line in facts::run_in(self.pen, half, page) {
                self.say_within(&line, half);
            }
        }
        let end = self.y;
        self.y = notes_from.max(bottom_left);
        self.notes(page, half);
        if self.y + 3 < self.area.bottom() && self.area.height >= TREE_FROM {
            let (x, y) = (self.area.x + half + 2, self.y + 1);
            let rect = Rect { x, y, width: self.area.right().saturating_sub(x), height: self.area.bottom() - y };
            self.y = y + if page.revisions.is_empty() {
                facts::conditions(self.pen, rect, page, 0)
            } else {
                tree::draw(self.pen, rect, &page.revisions, None)
            };
        }
        self.y = self.y.max(end);
    }

    /// The right half: what is worth knowing, in sentences.
    fn notes(&mut self, page: &RolloutPage, half: u16) {
        let right = Rect { x: self.area.x + half + 2, width: self.area.width.saturating_sub(half + 2), ..self.area };
        // Where there is no ladder, the headline stands in its place.
        let headline = if page.steps.is_empty() { "" } else { page.headline.as_str() };
        let analysis = page.analysis_status.iter();
        let notes = [headline, &page.facts, &page.message, &page.gauge_note]
            .into_iter()
            .filter(|note| !note.is_empty())
            .map(|note| (None, note))
            .chain(analysis.map(|(mark, words)| (Some((mark.sign(), glyph::role(*mark))), words.as_str())))
            .chain(page.warnings.iter().map(|warning| (Some(("!", Role::Bad)), warning.as_str())));
        for (sign, note) in notes {
            for (index, line) in
                text::wrap(note, usize::from(right.width.saturating_sub(2).max(1))).into_iter().enumerate()
            {
                if self.full() {
                    return;
                }
                if let Some((sign, role)) = sign.filter(|_| index == 0) {
                    self.pen.put(right.x, self.y, 1, sign, role);
                }
                if index == 0 && note == headline {
                    self.pen.put(right.x, self.y, 1, page.mark.sign(), glyph::role(page.mark));
                }
                self.pen.put(right.x + 2, self.y, right.width.saturating_sub(2), &line, Role::Fg);
                self.y += 1;
            }
        }
    }
}

/// `actual 38 %  ┃ set 40 %`.
#[must_use]
pub fn weight_words(weights: &crate::app::model::Gauge) -> String {
    let both = gauge::percent(weights);
    let (actual, set) = both.trim_end_matches('%').split_once('/').unwrap_or(("–", "–"));
    let unit = if actual == "–" { "" } else { " %" };
    format!("actual {actual}{unit}  ┃ set {set} %")
}
