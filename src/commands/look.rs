//! Look: what frames are drawn with, from the configuration, the flags and what is known of the terminal. Pure.

use super::base::{Base, LookFlags, Terminal};
use super::outcome::Failure;
use crate::config::settings::{Color, Look};
use crate::ui::theme::{Depth, Theme};

/// The theme.
#[must_use]
pub fn theme(look: &Look, flags: &LookFlags, terminal: &Terminal) -> Theme {
    Theme {
        depth: depth(flags.color.unwrap_or(look.color), terminal),
        ascii: flags.ascii || look.ascii || !utf8(terminal) || terminal.term == "linux",
        name: flags.theme.clone().unwrap_or_else(|| look.theme.clone()),
        reduced_motion: flags.reduced_motion || look.reduced_motion,
    }
}

/// How many colours: the flag or key first, then `NO_COLOR`, then `COLORTERM`, then `TERM`. sudo and SSH often drop
/// `COLORTERM`, so 256 is what most sessions get.
fn depth(color: Color, terminal: &Terminal) -> Depth {
    if color == Color::Never || (color == Color::Auto && terminal.no_color) {
        return Depth::Mono;
    }
    if matches!(terminal.color_term.as_str(), "truecolor" | "24bit") {
        return Depth::True;
    }
    if terminal.term.ends_with("-direct") {
        return Depth::True;
    }
    if terminal.term.ends_with("-256color") { Depth::TwoFiftySix } else { Depth::Sixteen }
}

/// Whether the locale is UTF-8; an empty one is the C locale, which is not.
fn utf8(terminal: &Terminal) -> bool {
    let locale = terminal.locale.to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// What is known of the terminal, in words, for the help screen and `check`.
#[must_use]
pub fn findings(theme: &Theme, terminal: &Terminal) -> Vec<String> {
    let colors = match theme.depth {
        Depth::Mono => "no colours",
        Depth::Sixteen => "16 colours",
        Depth::TwoFiftySix => "256 colours",
        Depth::True => "true colour",
    };
    let glyphs = if theme.ascii { "ASCII" } else { "Unicode glyphs" };
    let set = |value: &str| if value.is_empty() { "not set".to_owned() } else { value.to_owned() };
    vec![format!("TERM {}, {colors}, {glyphs}, locale {}", set(&terminal.term), set(&terminal.locale))]
}

/// Refuses where the UI cannot be drawn.
///
/// # Errors
/// stdin or stdout is no terminal, or one that cannot be drawn on.
pub fn drawable(base: &Base) -> Result<(), Failure> {
    let what = match (base.terminal.stdin, base.terminal.stdout) {
        (false, false) => "stdin and stdout are",
        (false, true) => "stdin is",
        (true, false) => "stdout is",
        (true, true) => {
            if matches!(base.terminal.term.as_str(), "dumb" | "") {
                return Err(Failure::bad_input("this terminal cannot draw (TERM is dumb or not set)")
                    .hint("set TERM, or use rolltop list, get and status"));
            }
            return Ok(());
        }
    };
    Err(Failure::bad_input(format!("{what} not a terminal, and the UI needs one"))
        .hint("use rolltop list, get and status here; over SSH, ssh -t gives a terminal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(term: &str, color_term: &str, no_color: bool, locale: &str) -> Terminal {
        Terminal {
            term: term.into(),
            color_term: color_term.into(),
            no_color,
            locale: locale.into(),
            stdin: true,
            stdout: true,
        }
    }

    #[test]
    fn colours_follow_flag_then_no_color_then_the_terminal() {
        for (color, term, color_term, no_color, wanted) in [
            (Color::Auto, "xterm-256color", "", false, Depth::TwoFiftySix),
            (Color::Auto, "xterm-256color", "truecolor", false, Depth::True),
            (Color::Auto, "xterm", "", false, Depth::Sixteen),
            (Color::Auto, "xterm-256color", "truecolor", true, Depth::Mono),
            (Color::Always, "xterm-256color", "", true, Depth::TwoFiftySix),
            (Color::Never, "xterm-256color", "24bit", false, Depth::Mono),
        ] {
            let found = depth(color, &terminal(term, color_term, no_color, "C.UTF-8"));
            assert_eq!(found, wanted, "{color:?} {term} {color_term} {no_color}");
        }
    }

    #[test]
    fn glyphs_are_ascii_where_the_locale_is_not_utf8() {
        let ascii = |term: &str, locale: &str| {
            theme(&Look::default(), &LookFlags::default(), &terminal(term, "", false, locale)).ascii
        };
        assert!(!ascii("xterm", "de_DE.UTF-8"));
        assert!(!ascii("xterm", "C.utf8"));
        assert!(ascii("xterm", "C"));
        assert!(ascii("xterm", ""));
        assert!(ascii("linux", "C.UTF-8"));
    }
}
