//! A text in lines of which some lie below others: YAML by its indentation, a description by its depth. What lies below
//! a line can be folded into it.

use crate::app::model::Mark;
use crate::argo::describe::{Line as Described, Tone};
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Labels of a description stand in a column of at most so many cells.
const LABELS: usize = 26;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Cells of blanks in front.
    pub indent: usize,
    /// The line without them.
    pub text: String,
    /// Bytes of its name at the beginning of `text`, up to and with the colon.
    pub key: usize,
    /// What it means.
    pub mark: Option<Mark>,
    /// It names what follows.
    pub title: bool,
    /// The line behind the last one that lies below it.
    pub end: usize,
    /// Tells it from other lines of the text, also after it was read anew.
    pub path: u64,
    /// How deep it lies.
    level: usize,
}

/// Lines of a YAML text.
#[must_use]
pub fn of_yaml(yaml: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for raw in yaml.lines() {
        let text = raw.trim_start_matches(' ');
        let indent = raw.len() - text.len();
        // The items of a list stand below its name though they are no deeper.
        let level = match text {
            "" => usize::MAX,
            text if text == "-" || text.starts_with("- ") => 2 * indent + 1,
            _ => 2 * indent,
        };
        let key = key_of(text);
        let title = indent == 0 && key > 0;
        lines.push(Line { indent, text: text.to_owned(), key, mark: None, title, end: 0, path: 0, level });
    }
    nest(&mut lines);
    lines
}

/// Where the name of a line ends: behind `name:`, also behind `- name:`.
fn key_of(text: &str) -> usize {
    let name = text.trim_start_matches("- ");
    let dashes = text.len() - name.len();
    if let Some(quoted) = name.strip_prefix('"') {
        let end = quoted.find("\":").map(|at| at + 3);
        return end.map_or(0, |end| dashes + end);
    }
    match name.find(": ") {
        Some(at) => dashes + at + 1,
        None if name.ends_with(':') => text.len(),
        None => 0,
    }
}

/// Lines of a description.
#[must_use]
pub fn of_description(described: &[Described]) -> Vec<Line> {
    let mut lines = Vec::with_capacity(described.len());
    for (at, line) in described.iter().enumerate() {
        // Neighbours of the same depth share a column for their labels.
        let neighbours = |line: &&Described| line.depth > 0;
        let before = described[..at].iter().rev().take_while(neighbours);
        let after = described[at..].iter().take_while(neighbours);
        let labels = before.chain(after).filter(|other| other.depth == line.depth && !other.value.is_empty());
        let width = labels.map(|other| other.label.chars().count()).filter(|width| *width <= LABELS).max().unwrap_or(0);
        let text =
            if line.value.is_empty() { line.label.clone() } else { format!("{:<width$}  {}", line.label, line.value) };
        lines.push(Line {
            indent: 2 * line.depth,
            key: line.label.len(),
            text,
            mark: mark(line.tone),
            title: line.depth == 0,
            end: 0,
            path: 0,
            level: line.depth,
        });
    }
    nest(&mut lines);
    lines
}

fn mark(tone: Tone) -> Option<Mark> {
    Some(match tone {
        Tone::Plain => return None,
        Tone::Good => Mark::Ok,
        Tone::Busy => Mark::Busy,
        Tone::Waits => Mark::Wait,
        Tone::Bad => Mark::Bad,
        Tone::Attention => Mark::Attention,
        Tone::Later => Mark::Absent,
    })
}

/// Finds for each line where what lies below it ends, and its path.
fn nest(lines: &mut [Line]) {
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut counted = 0u64;
    for at in 0..lines.len() {
        let level = lines[at].level;
        while let Some((index, _)) = open.pop_if(|(_, above)| *above >= level && level != usize::MAX) {
            lines[index].end = at;
        }
        let above = open.last().map_or(0, |(index, _)| lines[*index].path);
        let mut hasher = DefaultHasher::new();
        above.hash(&mut hasher);
        let name = &lines[at].text[..lines[at].key];
        name.hash(&mut hasher);
        if name.is_empty() || name.starts_with('-') {
            // Items without a name of their own are told by their place.
            counted += 1;
            counted.hash(&mut hasher);
        }
        lines[at].path = hasher.finish();
        if level == usize::MAX {
            lines[at].end = at + 1;
        } else {
            open.push((at, level));
        }
    }
    let length = lines.len();
    for (index, _) in open {
        lines[index].end = length;
    }
}

/// The lines that are shown when some are folded.
#[must_use]
pub fn visible(lines: &[Line], folded: &BTreeSet<u64>) -> Vec<usize> {
    let mut shown = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        shown.push(at);
        at = if folded.contains(&line.path) { line.end.max(at + 1) } else { at + 1 };
    }
    shown
}

/// The line above which a line lies, if there is one.
#[must_use]
pub fn parent(lines: &[Line], at: usize) -> Option<usize> {
    (0..at).rev().find(|index| lines[*index].end > at && lines[*index].level < lines[at].level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn yaml() -> Vec<Line> {
        let value = json!({"kind": "Rollout", "spec": {"steps": [{"setWeight": 20}, {"pause": {"duration": "5m"}}], "replicas": 3},
            "status": {"phase": "Paused", "conditions": [{"type": "Healthy"}]}, "text": "a\nb\n\nc"});
        of_yaml(&serde_saphyr::to_string(&value).unwrap())
    }

    fn find(lines: &[Line], text: &str) -> usize {
        lines.iter().position(|line| line.text.starts_with(text)).unwrap_or_else(|| panic!("{text} in {lines:#?}"))
    }

    #[test]
    fn what_is_indented_and_the_items_of_a_list_lie_below_a_name() {
        let lines = yaml();
        let (spec, steps, replicas, status) =
            (find(&lines, "spec:"), find(&lines, "steps:"), find(&lines, "replicas:"), find(&lines, "status:"));
        assert_eq!(lines[spec].end, status);
        assert!(lines[steps].end > steps + 3, "{lines:#?}");
        assert!(
            replicas < spec + 2 || lines[steps].end <= replicas || steps > replicas,
            "replicas is beside the steps"
        );
        assert_eq!(parent(&lines, replicas), Some(spec));
    }

    #[test]
    fn what_is_folded_is_not_shown_and_its_name_is() {
        let lines = yaml();
        let status = find(&lines, "status:");
        let shown = visible(&lines, &[lines[status].path].into());
        assert!(shown.contains(&status) && !shown.contains(&(status + 1)));
        assert!(shown.contains(&find(&lines, "text:")));
        assert_eq!(visible(&lines, &BTreeSet::new()).len(), lines.len());
    }

    #[test]
    fn a_name_is_told_from_its_value() {
        for (text, key) in [
            ("name: web", "name:"),
            ("- name: web", "- name:"),
            ("spec:", "spec:"),
            ("\"a: b\": c", "\"a: b\":"),
            ("- plain", ""),
            ("", ""),
        ] {
            assert_eq!(&text[..key_of(text)], key, "{text}");
        }
    }

    #[test]
    fn a_description_folds_by_its_depth() {
        let line = |depth, label: &str, value: &str| Described {
            depth,
            label: label.into(),
            value: value.into(),
            tone: Tone::Plain,
        };
        let lines = of_description(&[
            line(0, "Rollout", ""),
            line(1, "name", "web"),
            line(1, "labels", ""),
            line(2, "app", "web"),
            line(0, "status", ""),
        ]);
        assert_eq!((lines[0].end, lines[2].end), (4, 4));
        assert_eq!(lines[1].text, "name  web");
    }
}
