//! The theme: how many colours a terminal can show, which palette is used, and whether glyphs or their ASCII twins
//! are drawn. A view names a [`Role`], never a colour.

use super::palette;
use ratatui::style::Style;

/// How many colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// None: bold, dim, underline and reverse only.
    Mono,
    /// The terminal's own 16.
    Sixteen,
    /// 256.
    TwoFiftySix,
    /// True colour.
    True,
}

/// What a person asked for: `--color`, else the configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// Nothing: the environment decides.
    #[default]
    Auto,
    /// Colours even where `NO_COLOR` is set: as many as the terminal promises, at least its own 16.
    Always,
    /// This many.
    Fixed(Depth),
}

impl ColorChoice {
    /// Spellings of `--color`.
    pub const NAMES: [&str; 6] = ["auto", "always", "never", "16", "256", "true"];

    /// Reads a spelling; `None` for any other text.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "auto" => Self::Auto,
            "always" => Self::Always,
            "never" => Self::Fixed(Depth::Mono),
            "16" => Self::Fixed(Depth::Sixteen),
            "256" => Self::Fixed(Depth::TwoFiftySix),
            "true" => Self::Fixed(Depth::True),
            _ => return None,
        })
    }
}

/// What a text means; the palette turns it into a style.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Plain text.
    Fg,
    /// Less important, or old.
    Dim,
    /// Rules and frames.
    Rule,
    /// Drift, marks.
    Accent,
    /// A key to press.
    Key,
    /// Healthy, passed.
    Ok,
    /// Progressing, the bar of a gauge.
    Busy,
    /// Waits for something.
    Wait,
    /// Failed.
    Bad,
    /// Facts worth a look.
    Info,
    /// Title of a block, and whatever changed a moment ago.
    Title,
    /// Under the cursor.
    Sel,
    /// A protected channel's name.
    Prod,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 13] = [
        Self::Fg,
        Self::Dim,
        Self::Rule,
        Self::Accent,
        Self::Key,
        Self::Ok,
        Self::Busy,
        Self::Wait,
        Self::Bad,
        Self::Info,
        Self::Title,
        Self::Sel,
        Self::Prod,
    ];
}

/// What a frame is drawn with.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Colours.
    pub depth: Depth,
    /// One-cell ASCII twins instead of the glyphs.
    pub ascii: bool,
    /// Name of the palette: `auto`, `dark`, `light`, `cb`, `high`.
    pub name: String,
    /// No spinner, no bold flash.
    pub reduced_motion: bool,
}

impl Theme {
    /// Names of the palettes.
    pub const NAMES: [&str; 5] = ["auto", "dark", "light", "cb", "high"];

    /// Decides by what was asked for, then by the environment: `NO_COLOR` (not empty), `TERM`, `COLORTERM`; ASCII by
    /// the locale or the Linux console. The palette is `auto`.
    #[must_use]
    pub fn detect(color: ColorChoice, env: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| env(name).filter(|value| !value.is_empty());
        let term = get("TERM").unwrap_or_default();
        let colorterm = get("COLORTERM").unwrap_or_default();
        let depth = match color {
            ColorChoice::Fixed(depth) => depth,
            ColorChoice::Auto => depth_of(&term, get("NO_COLOR").is_some(), &colorterm),
            ColorChoice::Always => match depth_of(&term, false, &colorterm) {
                Depth::Mono => Depth::Sixteen,
                other => other,
            },
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(get).unwrap_or_default().to_lowercase();
        let unicode = locale.contains("utf-8") || locale.contains("utf8");
        Self {
            depth,
            ascii: !unicode || term == "linux",
            name: "auto".into(),
            reduced_motion: get("ROLLTOP_REDUCED_MOTION").is_some(),
        }
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        palette::style(role, self.depth, &self.name)
    }

    /// What stands for a cut: one cell, or two dots.
    #[must_use]
    pub fn ellipsis(&self) -> &'static str {
        if self.ascii { ".." } else { "…" }
    }
}

/// sudo and SSH often drop `COLORTERM`, so 256 is common; a name that promises nothing gets the 16 of the terminal.
fn depth_of(term: &str, no_color: bool, colorterm: &str) -> Depth {
    if no_color || term.is_empty() || term == "dumb" {
        Depth::Mono
    } else if term == "linux" {
        Depth::Sixteen
    } else if matches!(colorterm, "truecolor" | "24bit") || term.ends_with("-direct") {
        Depth::True
    } else if term.ends_with("-256color") {
        Depth::TwoFiftySix
    } else {
        Depth::Sixteen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::{Color, Modifier};

    fn detect(color: ColorChoice, env: &[(&str, &str)]) -> (Depth, bool) {
        let theme = Theme::detect(color, |name| env.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()));
        (theme.depth, theme.ascii)
    }

    #[test]
    fn the_first_that_speaks_decides_about_colours() {
        let auto = ColorChoice::Auto;
        type Case = (ColorChoice, &'static [(&'static str, &'static str)], Depth);
        let table: &[Case] = &[
            (auto, &[("TERM", "xterm-256color")], Depth::TwoFiftySix),
            (auto, &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Depth::True),
            (auto, &[("TERM", "xterm"), ("COLORTERM", "24bit")], Depth::True),
            (auto, &[("TERM", "xterm"), ("COLORTERM", "yes")], Depth::Sixteen),
            (auto, &[("TERM", "xterm-direct")], Depth::True),
            (auto, &[("TERM", "xterm")], Depth::Sixteen),
            (auto, &[("TERM", "linux"), ("COLORTERM", "truecolor")], Depth::Sixteen),
            (auto, &[("TERM", "dumb"), ("COLORTERM", "truecolor")], Depth::Mono),
            (auto, &[], Depth::Mono),
            (auto, &[("TERM", "xterm-256color"), ("NO_COLOR", "1")], Depth::Mono),
            (auto, &[("TERM", "xterm-256color"), ("NO_COLOR", "")], Depth::TwoFiftySix),
            (ColorChoice::Always, &[("TERM", "xterm-256color"), ("NO_COLOR", "1")], Depth::TwoFiftySix),
            (ColorChoice::Always, &[], Depth::Sixteen),
            (ColorChoice::Fixed(Depth::True), &[("TERM", "xterm"), ("NO_COLOR", "1")], Depth::True),
            (ColorChoice::Fixed(Depth::Mono), &[("TERM", "xterm"), ("COLORTERM", "truecolor")], Depth::Mono),
        ];
        for (color, env, expected) in table {
            assert_eq!(detect(*color, env).0, *expected, "{color:?} {env:?}");
        }
    }

    #[test]
    fn a_locale_without_utf8_or_the_console_gets_ascii() {
        let table: &[(&[(&str, &str)], bool)] = &[
            (&[("TERM", "xterm"), ("LANG", "en_GB.UTF-8")], false),
            (&[("TERM", "xterm"), ("LANG", "C.utf8")], false),
            (&[("TERM", "xterm"), ("LANG", "C")], true),
            (&[("TERM", "xterm")], true),
            (&[("TERM", "xterm"), ("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")], true),
            (&[("TERM", "xterm"), ("LC_ALL", ""), ("LC_CTYPE", "UTF-8"), ("LANG", "C")], false),
            (&[("TERM", "linux"), ("LANG", "en_GB.UTF-8")], true),
        ];
        for (env, expected) in table {
            assert_eq!(detect(ColorChoice::Auto, env).1, *expected, "{env:?}");
        }
    }

    #[test]
    fn every_spelling_of_the_flag_is_read_and_no_other() {
        for name in ColorChoice::NAMES {
            assert!(ColorChoice::from_name(name).is_some(), "{name}");
        }
        assert_eq!(ColorChoice::from_name("yes"), None);
    }

    #[test]
    fn mono_names_no_colour_and_dim_is_an_attribute_in_16() {
        for name in Theme::NAMES {
            for role in Role::ALL {
                let mono = palette::style(role, Depth::Mono, name);
                assert_eq!((mono.fg, mono.bg), (None, None), "{role:?}");
                for depth in [Depth::Sixteen, Depth::TwoFiftySix, Depth::True] {
                    assert_eq!(palette::style(role, depth, name).bg, None, "{role:?}: light and dark both work");
                }
            }
        }
        let dim = palette::style(Role::Dim, Depth::Sixteen, "auto");
        assert_eq!((dim.fg, dim.add_modifier), (None, Modifier::DIM), "bright black vanishes on some themes");
        let bad = palette::style(Role::Bad, Depth::Sixteen, "auto");
        assert_eq!((bad.fg, bad.add_modifier), (Some(Color::Red), Modifier::BOLD));
    }
}
