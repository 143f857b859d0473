//! The palettes: what style a role has, by colour depth and name. `auto` uses the terminal's own 16 colours at every
//! depth: it fits dark and light without asking. No role has a background; the cursor is reverse video.

use super::theme::{Depth, Role};
use ratatui::style::{Color, Modifier, Style};

/// The colours of one named palette: ok, busy, wait, bad, accent, dim, rule.
struct Colors([(u8, u32); 7]);

/// 256-colour index and true colour. The pairs are of the same hue; the true one has a contrast of 4.5:1 or more.
const DARK: Colors = Colors([
    (114, 0x87_d7_87),
    (75, 0x5f_af_ff),
    (179, 0xd7_af_5f),
    (203, 0xff_5f_5f),
    (176, 0xd7_87_d7),
    (245, 0x8e_8e_8e),
    (239, 0x58_58_58),
]);

const LIGHT: Colors = Colors([
    (28, 0x00_7a_00),
    (25, 0x00_5f_af),
    (130, 0x9a_52_00),
    (160, 0xc8_00_00),
    (90, 0x87_00_87),
    (243, 0x68_68_68),
    (250, 0xbc_bc_bc),
]);

/// Okabe and Ito's set, in which no pair is told apart by red against green.
const COLOR_BLIND: Colors = Colors([
    (25, 0x00_72_b2),
    (74, 0x56_b4_e9),
    (172, 0xe6_9f_00),
    (166, 0xd5_5e_00),
    (175, 0xcc_79_a7),
    (245, 0x8a_8a_8a),
    (241, 0x62_62_62),
]);

/// The style of a role.
pub(super) fn style(role: Role, depth: Depth, name: &str) -> Style {
    match (depth, name) {
        (Depth::Mono, _) => mono(role),
        (_, "high") => high(role),
        (Depth::TwoFiftySix | Depth::True, "dark") => rich(role, depth, &DARK),
        (Depth::TwoFiftySix | Depth::True, "light") => rich(role, depth, &LIGHT),
        (Depth::TwoFiftySix | Depth::True, "cb") => rich(role, depth, &COLOR_BLIND),
        // Yellow and blue of the terminal's own set, and bold for what failed: the three that nobody mixes up.
        (_, "cb") => color_blind_16(role),
        _ => sixteen(role),
    }
}

fn mono(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Fg | Role::Ok | Role::Busy | Role::Info | Role::Accent => style,
        Role::Dim | Role::Rule => style.add_modifier(Modifier::DIM),
        Role::Key | Role::Wait | Role::Bad | Role::Title => style.add_modifier(Modifier::BOLD),
        Role::Sel | Role::Prod => style.add_modifier(Modifier::REVERSED),
    }
}

fn sixteen(role: Role) -> Style {
    let style = mono(role);
    match role {
        Role::Ok => style.fg(Color::Green),
        Role::Busy => style.fg(Color::Cyan),
        Role::Wait => Style::new().fg(Color::Yellow),
        Role::Bad => style.fg(Color::Red),
        Role::Accent => style.fg(Color::Magenta),
        _ => style,
    }
}

fn color_blind_16(role: Role) -> Style {
    match role {
        Role::Ok => Style::new().fg(Color::Blue),
        Role::Bad => mono(role).fg(Color::Yellow),
        _ => sixteen(role),
    }
}

fn high(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Wait | Role::Bad | Role::Accent => style.fg(Color::LightYellow).add_modifier(Modifier::BOLD),
        Role::Dim | Role::Rule => style,
        Role::Ok | Role::Busy | Role::Info => style.fg(Color::White),
        other => mono(other),
    }
}

fn rich(role: Role, depth: Depth, colors: &Colors) -> Style {
    let at = match role {
        Role::Ok => 0,
        Role::Busy => 1,
        Role::Wait => 2,
        Role::Bad => 3,
        Role::Accent => 4,
        Role::Dim => 5,
        Role::Rule => 6,
        other => return mono(other),
    };
    let (index, rgb) = colors.0[at];
    let color = if depth == Depth::True { Color::from_u32(rgb) } else { Color::Indexed(index) };
    let style = Style::new().fg(color);
    if role == Role::Bad { style.add_modifier(Modifier::BOLD) } else { style }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(rgb: u32) -> f64 {
        let part = |shift: u32| {
            let value = f64::from((rgb >> shift) & 0xff) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
    }

    fn contrast(a: u32, b: u32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn true_colours_are_readable_on_the_backgrounds_they_are_made_for() {
        for (colors, grounds) in [(&DARK, [0x00_00_00, 0x1e_1e_2e]), (&LIGHT, [0xff_ff_ff, 0xfa_fa_fa])] {
            for (index, rgb) in &colors.0[..6] {
                for ground in grounds {
                    let found = contrast(*rgb, ground);
                    assert!(found >= 4.5, "{index} #{rgb:06x} on #{ground:06x}: {found:.2}");
                }
            }
        }
    }

    #[test]
    fn auto_asks_nothing_and_uses_the_terminals_own_colours_at_every_depth() {
        for role in [Role::Ok, Role::Busy, Role::Wait, Role::Bad, Role::Accent, Role::Dim] {
            let expected = style(role, Depth::Sixteen, "auto");
            assert_eq!(style(role, Depth::True, "auto"), expected);
            assert_eq!(style(role, Depth::TwoFiftySix, "auto"), expected);
        }
        assert_eq!(style(Role::Ok, Depth::TwoFiftySix, "dark").fg, Some(Color::Indexed(114)));
        assert_eq!(style(Role::Wait, Depth::True, "cb").fg, Some(Color::Rgb(0xe6, 0x9f, 0x00)));
    }

    #[test]
    fn the_high_palette_knows_white_and_yellow_only() {
        for role in Role::ALL {
            let fg = style(role, Depth::True, "high").fg;
            assert!(matches!(fg, None | Some(Color::White | Color::LightYellow)), "{role:?}: {fg:?}");
        }
    }
}
