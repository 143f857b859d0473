//! Clean: text from a cluster made safe for a terminal.
//!
//! Must not know: any other room. Everything that comes from outside passes through [`clean`] at the border of the
//! store, once, before a widget, a title, a report in text form or a log line can hold it.
//!
//! Removing single control characters is not enough: what is left of an escape sequence (`[31m`, `]52;c;…`) would stay
//! as text. So whole sequences go, as a terminal would read them, in both their forms (`ESC [` and U+009B).

use std::borrow::Cow;

/// Combining marks that one base may carry. Writing systems need one or two; a pile of them covers other lines.
const MARKS_PER_BASE: usize = 2;

/// Removes what could drive a terminal or mislead a reader: C0 and C1 controls, escape sequences, bidirectional and
/// zero-width marks, tag characters, variation selectors, private use, piles of combining marks. Newlines become
/// ` ⏎ `, tabs two blanks. Text without any of these is borrowed.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    // Printable ASCII is most of what comes, and needs no closer look.
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) || is_clean(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut marks = 0;
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape(&mut chars),
            '\u{9b}' => skip_csi(&mut chars),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut chars),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\u{2028}' | '\u{2029}' => {
                out.push_str(" ⏎ ");
                marks = 0;
            }
            '\t' => {
                out.push_str("  ");
                marks = 0;
            }
            _ if is_hidden(c) => {}
            _ if is_mark(c) => {
                // Counted over what is left out as well: a hidden character between two marks starts no new base.
                marks += 1;
                if marks <= MARKS_PER_BASE {
                    out.push(c);
                }
            }
            _ => {
                marks = 0;
                out.push(c);
            }
        }
    }
    Cow::Owned(out)
}

/// [`clean`] as a change: `Some` where the text had to be changed. The form that the visits of `argo::texts` take:
/// `rollout.each_text(&clean::change)`.
#[must_use]
pub fn change(text: &str) -> Option<String> {
    match clean(text) {
        Cow::Borrowed(_) => None,
        Cow::Owned(tidy) => Some(tidy),
    }
}

fn is_clean(text: &str) -> bool {
    let mut marks = 0;
    text.chars().all(|c| {
        marks = if is_mark(c) { marks + 1 } else { 0 };
        !is_hidden(c) && !matches!(c, '\u{2028}' | '\u{2029}') && marks <= MARKS_PER_BASE
    })
}

/// Characters that show nothing themselves but act on the terminal or on how the rest is read.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
            | '\u{f0000}'..='\u{10ffff}')
}

/// Combining marks of all scripts: characters without a width of their own.
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}'
        | '\u{5c4}'..='\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{711}' | '\u{730}'..='\u{74a}' | '\u{7a6}'..='\u{7b0}' | '\u{7eb}'..='\u{7f3}' | '\u{816}'..='\u{82d}'
        | '\u{859}'..='\u{85b}' | '\u{898}'..='\u{8ff}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}'
        | '\u{951}'..='\u{957}' | '\u{962}'..='\u{963}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}'
        | '\u{eb1}' | '\u{eb4}'..='\u{ebc}' | '\u{ec8}'..='\u{ece}' | '\u{f18}'..='\u{f19}' | '\u{f35}' | '\u{f37}'
        | '\u{f39}' | '\u{f71}'..='\u{f84}' | '\u{135d}'..='\u{135f}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{2cef}'..='\u{2cf1}' | '\u{2de0}'..='\u{2dff}'
        | '\u{302a}'..='\u{302f}' | '\u{3099}'..='\u{309a}' | '\u{a66f}'..='\u{a67d}' | '\u{a69e}'..='\u{a69f}'
        | '\u{a6f0}'..='\u{a6f1}' | '\u{a8e0}'..='\u{a8f1}' | '\u{fb1e}' | '\u{fe20}'..='\u{fe2f}'
        | '\u{101fd}' | '\u{1d165}'..='\u{1d169}' | '\u{1d16d}'..='\u{1d172}' | '\u{1d17b}'..='\u{1d182}'
        | '\u{1d185}'..='\u{1d18b}' | '\u{1e000}'..='\u{1e02a}' | '\u{1e8d0}'..='\u{1e8d6}' | '\u{1e944}'..='\u{1e94a}')
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// What follows ESC: a control sequence, a string up to its end, or intermediates and one final character.
fn skip_escape(chars: &mut Chars<'_>) {
    match chars.peek() {
        Some('[') => {
            chars.next();
            skip_csi(chars);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            chars.next();
            skip_string(chars);
        }
        _ => {
            while chars.next_if(|c| ('\u{20}'..='\u{2f}').contains(c)).is_some() {}
            chars.next_if(|c| ('\u{30}'..='\u{7e}').contains(c));
        }
    }
}

/// The rest of a control sequence: parameters, intermediates, one final character. A broken one ends before the
/// character that does not belong.
fn skip_csi(chars: &mut Chars<'_>) {
    while chars.next_if(|c| ('\u{30}'..='\u{3f}').contains(c)).is_some() {}
    while chars.next_if(|c| ('\u{20}'..='\u{2f}').contains(c)).is_some() {}
    chars.next_if(|c| ('\u{40}'..='\u{7e}').contains(c));
}

/// The rest of OSC, DCS, SOS, PM, APC: up to BEL or ST. Without an end it goes to the end of the text, as a terminal
/// would swallow it.
fn skip_string(chars: &mut Chars<'_>) {
    while let Some(c) = chars.next() {
        match c {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                // ST, or another sequence that ends this one.
                if chars.next_if_eq(&'\\').is_none() {
                    skip_escape(chars);
                }
                return;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_text_is_borrowed() {
        for text in
            ["", "more replicas need to be updated", "Zürich, 東京, Ελλάδα, café, cafe\u{301}", "Σ:candidate ⏎ → █"]
        {
            assert!(matches!(clean(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn sequences_go_as_a_whole() {
        let rows = [
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{9b}31mred", "red"),
            ("a\u{1b}[?1049h\u{1b}[2J\u{1b}[1;1Hb", "ab"),
            ("a\u{1b}[38;5;1 qb", "ab"),
            ("a\u{1b}]0;title\u{7}b", "ab"),
            ("a\u{1b}]52;c;aGk=\u{1b}\\b", "ab"),
            ("a\u{9d}52;c;aGk=\u{9c}b", "ab"),
            ("a\u{1b}]0;never ends", "a"),
            ("a\u{1b}P1$r\u{1b}\\b\u{1b}_apc\u{1b}\\c\u{1b}^pm\u{1b}\\d\u{1b}Xsos\u{1b}\\e", "abcde"),
            ("a\u{90}dcs\u{9c}b", "ab"),
            ("a\u{1b}(0b\u{1b}cc\u{1b}7d", "abcd"),
            ("a\u{1b}", "a"),
            ("a\u{1b}[", "a"),
            ("a\u{1b}[31é", "aé"),
            ("a\u{1b}]x\u{1b}[31mb", "ab"),
        ];
        for (dirty, tidy) in rows {
            assert_eq!(clean(dirty), tidy, "{dirty:?}");
        }
    }

    #[test]
    fn single_characters_that_mislead_go() {
        let rows = [
            ("a\u{8}b\u{0}c\u{7f}d\u{85}e", "abcde"),
            ("admin\u{202e}gpj.exe", "admingpj.exe"),
            ("a\u{2066}b\u{2069}c\u{61c}d\u{200e}e", "abcde"),
            ("a\u{200b}b\u{200d}c\u{2060}d\u{feff}e", "abcde"),
            ("a\u{e0041}b\u{e007f}c", "abc"),
            ("\u{2764}\u{fe0f}", "\u{2764}"),
            ("a\u{e000}b\u{f0000}c", "abc"),
            ("a\u{301}\u{302}\u{303}\u{304}b", "a\u{301}\u{302}b"),
            ("a\u{301}\u{200b}\u{302}\u{303}", "a\u{301}\u{302}"),
        ];
        for (dirty, tidy) in rows {
            assert_eq!(clean(dirty), tidy, "{dirty:?}");
        }
    }

    #[test]
    fn lines_and_tabs_stay_readable_on_one_line() {
        assert_eq!(clean("a\nb"), "a ⏎ b");
        assert_eq!(clean("a\r\nb\rc"), "a ⏎ bc");
        assert_eq!(clean("a\tb"), "a  b");
        assert_eq!(clean("a\u{2028}b\u{2029}c"), "a ⏎ b ⏎ c");
    }

    /// Texts made of what attacks are made of.
    fn hostile() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<char>().prop_map(String::from),
            "[ -~]{0,4}",
            prop::sample::select(vec![
                "\u{1b}",
                "\u{1b}[",
                "\u{9b}",
                "\u{1b}]",
                "\u{9d}",
                "\u{7}",
                "\u{1b}\\",
                "\u{9c}",
                "\u{90}",
                "31m",
                "\\",
                ";",
                "\u{202e}",
                "\u{200d}",
                "\u{e0041}",
                "\u{fe0f}",
                "\u{301}",
                "\n",
                "\r",
                "\t",
                "\u{2028}",
                "é",
                "東",
            ])
            .prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn nothing_that_acts_or_hides_is_left(text in hostile()) {
            let tidy = clean(&text);
            prop_assert!(!tidy.chars().any(char::is_control), "{:?}", tidy);
            prop_assert!(
                !tidy.chars().any(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}'
                    | '\u{61c}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}' | '\u{fe00}'..='\u{fe0f}')),
                "{:?}", tidy
            );
        }

        #[test]
        fn cleaning_twice_changes_nothing(text in hostile()) {
            let once = clean(&text).into_owned();
            prop_assert!(matches!(clean(&once), Cow::Borrowed(same) if same == once));
        }

        #[test]
        fn printable_ascii_is_never_touched(text in "[ -~]*") {
            prop_assert!(matches!(clean(&text), Cow::Borrowed(_)));
        }

        #[test]
        fn text_around_a_sequence_is_kept(before in "[a-z ]*", parameters in "[0-9;]*", after in "[a-z ]*") {
            let text = format!("{before}\u{1b}[{parameters}m{after}");
            prop_assert_eq!(clean(&text).into_owned(), format!("{}{}", before, after));
        }
    }
}
