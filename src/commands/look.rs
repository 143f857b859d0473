//! Look: what frames are drawn with, from the configuration, the flags and what is known of the terminal. Pure.

use super::base::{LookFlags, Terminal};
use super::outcome::Failure;
use crate::config::settings::{Color, Look};
use crate::ui::theme::{ColorChoice, Depth, Theme};

/// The theme: flags first, then the configuration, then the environment.
#[must_use]
pub fn theme(look: &Look, flags: &LookFlags, terminal: &Terminal) -> Theme {
    let choice = match flags.color.unwrap_or(look.color) {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Fixed(Depth::Mono),
    };
    let mut theme = Theme::detect(choice, |name| terminal.get(name));
    theme.ascii |= flags.ascii || look.ascii;
    theme.name = flags.theme.clone().unwrap_or_else(|| look.theme.clone());
    theme.reduced_motion |= flags.reduced_motion || look.reduced_motion;
    theme
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
    let set = |value: Option<String>| value.unwrap_or_else(|| "not set".to_owned());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| terminal.get(name));
    vec![format!("TERM {}, {colors}, {glyphs}, locale {}", set(terminal.get("TERM")), set(locale))]
}

/// Refuses where the UI cannot be drawn.
///
/// # Errors
/// stdin or stdout is no terminal, or one that cannot be drawn on.
pub fn drawable(terminal: &Terminal) -> Result<(), Failure> {
    let what = match (terminal.stdin, terminal.stdout) {
        (false, false) => "stdin and stdout are",
        (false, true) => "stdin is",
        (true, false) => "stdout is",
        (true, true) => {
            if matches!(terminal.get("TERM").as_deref(), None | Some("dumb")) {
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

    fn terminal(variables: &[(&str, &str)]) -> Terminal {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Terminal { variables: variables.collect(), stdin: true, stdout: true }
    }

    #[test]
    fn a_flag_wins_over_the_configuration_and_that_over_the_environment() {
        let here = terminal(&[("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("NO_COLOR", "1")]);
        let flags =
            |color, theme: Option<&str>| LookFlags { color, theme: theme.map(str::to_owned), ..Default::default() };
        let light = Look { color: Color::Always, theme: "light".into(), ..Look::default() };
        for (look, flags, depth, name) in [
            (Look::default(), flags(None, None), Depth::Mono, "auto"),
            (light.clone(), flags(None, None), Depth::TwoFiftySix, "light"),
            (light.clone(), flags(Some(Color::Never), Some("cb")), Depth::Mono, "cb"),
            (light, flags(Some(Color::Auto), None), Depth::Mono, "light"),
        ] {
            let theme = theme(&look, &flags, &here);
            assert_eq!((theme.depth, theme.name.as_str()), (depth, name));
            assert!(!theme.ascii);
        }
        assert!(theme(&Look { ascii: true, ..Look::default() }, &LookFlags::default(), &here).ascii);
    }

    #[test]
    fn a_terminal_that_cannot_be_drawn_on_is_refused_with_what_to_do() {
        let ends = |stdin, stdout, term: &str| {
            let here = Terminal { stdin, stdout, ..terminal(&[("TERM", term)]) };
            drawable(&here).map_err(|failure| (failure.code, failure.faults[0].what.clone()))
        };
        assert_eq!(ends(true, true, "xterm"), Ok(()));
        for (stdin, stdout, term, part) in [
            (false, true, "xterm", "stdin is not"),
            (true, false, "xterm", "stdout is not"),
            (true, true, "dumb", "TERM"),
        ] {
            let (code, what) = ends(stdin, stdout, term).unwrap_err();
            assert_eq!(code, 2);
            assert!(what.contains(part), "{what}");
        }
    }
}
