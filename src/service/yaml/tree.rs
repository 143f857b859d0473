//! From events to the tree: aliases are copied in, under a limit, merges carried out, double keys refused.

use super::events::{Events, Stream, mark};
use super::{Document, Entry, Fault, Mark, Node, Style, Text, What, meaning, scalar};
use serde_json::Value;
use serde_saphyr::granit_parser::{Event, ScalarStyle, Span, Tag};
use std::collections::HashMap;

/// How many nodes the aliases of one document may add: a few lines of YAML can stand for billions of nodes.
const ALIAS_NODES: usize = 10_000;

/// Builds the trees of all documents.
pub(super) fn read(stream: &Stream<'_>) -> Text {
    let mut text = Text { faults: stream.faults.clone(), ..Text::default() };
    for document in &stream.documents {
        let mut builder = Builder { document, at: 0, anchors: HashMap::new(), copied: 0, text: &mut text };
        let root = if builder.is_empty() { None } else { Some(builder.node()) };
        text.documents.push(Document { number: document.number, mark: document.mark, root });
    }
    text.faults.sort_by_key(|fault| fault.mark);
    text
}

struct Builder<'t> {
    document: &'t Events<'t>,
    at: usize,
    /// None while the node with the anchor is being read.
    anchors: HashMap<usize, Option<Node>>,
    copied: usize,
    text: &'t mut Text,
}

impl<'t> Builder<'t> {
    /// An empty document is one bare scalar of no characters.
    fn is_empty(&self) -> bool {
        match self.document.events.as_slice() {
            [] => true,
            [(Event::Scalar(text, ScalarStyle::Plain, 0, None), _)] => text.is_empty(),
            _ => false,
        }
    }

    /// The next event that is a node or an end; names of anchors are left out.
    fn next(&mut self) -> Option<&'t (Event<'t>, Span)> {
        loop {
            let event = self.document.events.get(self.at)?;
            self.at += 1;
            if !matches!(event.0, Event::Anchor(..)) {
                return Some(event);
            }
        }
    }

    /// Whether the collection that is being read ends here; takes the end.
    fn ends(&mut self) -> bool {
        let before = self.at;
        match self.next() {
            None | Some((Event::SequenceEnd | Event::MappingEnd, _)) => true,
            Some(_) => {
                self.at = before;
                false
            }
        }
    }

    fn fault(&mut self, mark: Mark, what: impl Into<String>, hint: Option<&str>) {
        self.text.faults.push(Fault { mark, what: what.into(), hint: hint.map(str::to_owned) });
    }

    fn node(&mut self) -> Node {
        let Some((event, span)) = self.next() else { return nothing(self.document.mark) };
        let start = mark(span.start);
        let end = span.end.byte_offset().unwrap_or(start.offset);
        let anchor = event.anchor_id().filter(|id| *id != 0);
        if let Some(id) = anchor {
            self.anchors.insert(id, None);
        }
        let node = match event {
            Event::Scalar(text, style, _, tag) => {
                let tag = self.tag(tag.as_deref(), start, &["str", "int", "float", "bool", "null"]);
                self.scalar(Node {
                    what: What::Scalar { text: text.to_string(), style: style_of(*style) },
                    mark: start,
                    end,
                    tag,
                })
            }
            Event::SequenceStart(_, _, tag) => {
                let tag = self.tag(tag.as_deref(), start, &["seq"]);
                let mut items = Vec::new();
                while !self.ends() {
                    items.push(self.node());
                }
                Node { what: What::Sequence(items), mark: start, end, tag }
            }
            Event::MappingStart(_, _, tag) => {
                let tag = self.tag(tag.as_deref(), start, &["map"]);
                let entries = self.entries();
                Node { what: What::Mapping(entries), mark: start, end, tag }
            }
            Event::Alias(id) => self.alias(*id, start),
            _ => nothing(start),
        };
        if let Some(id) = anchor {
            self.anchors.insert(id, Some(node.clone()));
        }
        node
    }

    fn scalar(&mut self, node: Node) -> Node {
        if let What::Scalar { text, style } = &node.what {
            if let Err(why) = meaning(text, *style, node.tag.as_deref()) {
                self.fault(node.mark, why, Some("write it in quotes if it is text"));
            } else if *style == Style::Plain && node.tag.is_none() {
                self.doubt(text, node.mark);
            }
        }
        node
    }

    fn doubt(&mut self, word: &str, mark: Mark) {
        if let Some((what, hint)) = scalar::doubt(word) {
            self.text.doubts.push(Fault { mark, what, hint: Some(hint) });
        }
    }

    fn tag(&mut self, tag: Option<&Tag>, start: Mark, allowed: &[&str]) -> Option<String> {
        let tag = tag?;
        // A lonely `!` says: this is text.
        let name = if tag.original() == "!" && allowed.contains(&"str") { Some("str") } else { tag.core_suffix() };
        match name {
            Some(name) if allowed.contains(&name) => Some(name.to_owned()),
            _ => {
                self.fault(start, format!("the tag {} has no meaning here", tag.original()), Some("leave it out"));
                None
            }
        }
    }

    fn alias(&mut self, id: usize, start: Mark) -> Node {
        let Some(Some(node)) = self.anchors.get(&id) else {
            self.fault(start, "an alias within what it stands for", Some("leave it out"));
            return nothing(start);
        };
        let size = size(node);
        if self.copied + size <= ALIAS_NODES {
            let node = node.clone();
            self.copied += size;
            return node;
        }
        // Told once; after that every alias of the document is over the limit.
        if self.copied <= ALIAS_NODES {
            let hint = "write out what is meant, in several documents";
            self.fault(start, format!("aliases stand for more than {ALIAS_NODES} values"), Some(hint));
        }
        self.copied = ALIAS_NODES + 1;
        nothing(start)
    }

    fn entries(&mut self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut known: HashMap<String, Mark> = HashMap::new();
        let mut merges: Vec<(Mark, usize, Node)> = Vec::new();
        while !self.ends() {
            let doubts = self.text.doubts.len();
            let key = self.node();
            if let What::Scalar { text, style: Style::Plain } = &key.what
                && text == "<<"
                && key.tag.is_none()
            {
                self.text.doubts.truncate(doubts);
                let merged = self.node();
                merges.push((key.mark, entries.len(), merged));
                continue;
            }
            let value = self.node();
            match key.scalar() {
                None => self.fault(key.mark, "a key must be one word, not a list or a mapping", None),
                Some(Value::Null) => self.fault(key.mark, "a key is missing before the `:`", None),
                Some(word) => {
                    let name = word.as_str().map_or_else(|| word.to_string(), str::to_owned);
                    if let Some(first) = known.get(&name) {
                        let what = format!("\"{name}\" is given twice, first on line {}", first.line);
                        self.fault(key.mark, what, Some("keep one of them"));
                        continue;
                    }
                    known.insert(name.clone(), key.mark);
                    entries.push(Entry { key: name, mark: key.mark, value });
                }
            }
        }
        for (mark, before, merged) in merges {
            self.merge(mark, before, merged, &mut entries);
        }
        entries
    }

    /// `before`: how many keys stood before the `<<`. go-yaml lets the merge win over those, others do not.
    fn merge(&mut self, mark: Mark, before: usize, merged: Node, entries: &mut Vec<Entry>) {
        let sources = match merged.what {
            What::Mapping(found) => vec![found],
            What::Sequence(items) => {
                let maps = items.into_iter().map(|item| match item.what {
                    What::Mapping(found) => Some(found),
                    _ => None,
                });
                match maps.collect::<Option<Vec<_>>>() {
                    Some(maps) => maps,
                    None => return self.fault(mark, "`<<` takes mappings", Some("as in `<<: *name`")),
                }
            }
            What::Scalar { .. } => return self.fault(mark, "`<<` takes mappings", Some("as in `<<: *name`")),
        };
        let explicit = entries.len();
        for entry in sources.into_iter().flatten() {
            match entries.iter().position(|known| known.key == entry.key) {
                None => entries.push(entry),
                Some(at) if at < before.min(explicit) && entries[at].value.value() != entry.value.value() => {
                    let what = format!("kubectl lets this `<<` replace \"{}\", other readers do not", entry.key);
                    self.fault(mark, what, Some("put `<<` before the keys of the mapping"));
                }
                Some(_) => {}
            }
        }
    }
}

fn nothing(mark: Mark) -> Node {
    Node { what: What::Scalar { text: String::new(), style: Style::Plain }, mark, end: mark.offset, tag: None }
}

fn size(node: &Node) -> usize {
    1 + match &node.what {
        What::Scalar { .. } => 0,
        What::Sequence(items) => items.iter().map(size).sum(),
        What::Mapping(entries) => entries.iter().map(|entry| size(&entry.value)).sum(),
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}
