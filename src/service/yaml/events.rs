//! Events: a text taken apart by the parser, document by document, so that a mistake in one leaves the others readable.

use super::{Fault, Mark, unmarked};
use serde_saphyr::granit_parser::{self, ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, Span};

/// The events of one document.
#[derive(Clone, Debug, PartialEq)]
pub struct Events<'a> {
    /// Which document, from 1.
    pub number: usize,
    /// Where it begins.
    pub mark: Mark,
    /// What it is made of, with the places.
    pub events: Vec<(Event<'a>, Span)>,
}

/// A text as events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stream<'a> {
    /// The documents that are well formed.
    pub documents: Vec<Events<'a>>,
    /// What is not, one fault per document.
    pub faults: Vec<Fault>,
}

/// Takes a text apart.
#[must_use]
pub fn read(text: &str) -> Stream<'_> {
    let text = unmarked(text);
    let mut stream = Stream::default();
    if let Some(fault) = strange(text) {
        stream.faults.push(fault);
        return stream;
    }
    // Directives: `kubectl` cuts the text at `---` first and then finds a directive without its document.
    let options = granit_parser::options! {
        emit_comments: false,
        emit_anchor_events: true,
        disallow_directives: true,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut number = 0;
    let mut open: Option<Events<'_>> = None;
    loop {
        match parser.next_event() {
            None | Some(Ok((Event::StreamEnd, _))) => return stream,
            Some(Ok((Event::DocumentStart(explicit, _), span))) => {
                number += 1;
                if !explicit && number > 1 {
                    stream.faults.push(Fault {
                        mark: mark(span.start),
                        what: "this stands after `...` without `---`: kubectl does not read it".to_owned(),
                        hint: Some("begin a document with `---`".to_owned()),
                    });
                }
                open = Some(Events { number, mark: mark(span.start), events: Vec::new() });
            }
            Some(Ok((Event::DocumentEnd, _))) => stream.documents.extend(open.take()),
            Some(Ok((event, span))) => {
                if let Some(open) = &mut open {
                    open.events.push((written(event, span), span));
                }
            }
            Some(Err(error)) => {
                // An error before the document had begun is one of the next document.
                number += usize::from(open.take().is_none());
                stream.faults.push(fault(&error));
                if !parser.proceed_next_document().unwrap_or(false) {
                    return stream;
                }
            }
        }
    }
}

/// The parser says `~` where nothing is written; here that is a scalar of no characters.
fn written(event: Event<'_>, span: Span) -> Event<'_> {
    match event {
        Event::Scalar(_, ScalarStyle::Plain, anchor, tag) if span.is_empty() => {
            Event::Scalar("".into(), ScalarStyle::Plain, anchor, tag)
        }
        event => event,
    }
}

/// A mark of the parser: its columns begin at 0.
#[must_use]
pub fn mark(marker: Marker) -> Mark {
    Mark { offset: marker.byte_offset().unwrap_or_default(), line: marker.line(), column: marker.col() + 1 }
}

fn fault(error: &ScanError) -> Fault {
    let hint = match error.kind() {
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => {
            Some("YAML is indented with blanks, not with tabs".to_owned())
        }
        ErrorKind::UnknownAnchor => {
            Some("an alias needs an anchor (`&name`) before it in the same document".to_owned())
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            Some("quote a value that has `: ` in it, or look at the indentation".to_owned())
        }
        _ => None,
    };
    Fault { mark: mark(*error.marker()), what: format!("not YAML: {}", error.info()), hint }
}

/// The first character that `kubectl` refuses or takes for a line break, unlike a reader of YAML 1.2.
fn strange(text: &str) -> Option<Fault> {
    let strange = |c: char| match c {
        '\t' | '\n' | '\r' => false,
        '\u{2028}' | '\u{2029}' => true,
        c => c.is_control(),
    };
    let (offset, c) = text.char_indices().find(|(_, c)| strange(*c))?;
    let before = &text[..offset];
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Some(Fault {
        mark: Mark { offset, line: before.matches('\n').count() + 1, column },
        what: format!("the character U+{:04X} is not allowed in YAML", c as u32),
        hint: Some(format!("in double quotes it can be written as \\u{:04X}", c as u32)),
    })
}
