//! Effects: what the state asked for, carried out. Whatever touches the network is handed to the network thread.

use super::replay::Player;
use crate::app::effect::Effect;
use crate::argo::feed::Order;
use crate::cluster::hub::Hub;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

/// What the loop itself has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Todo {
    /// Leave with this code.
    Quit(u8),
    /// Stop the process.
    Suspend,
    /// Draw everything anew.
    Repaint,
    /// Write these bytes to the terminal: they draw nothing.
    Bytes(Vec<u8>),
}

/// Where orders go.
#[derive(Debug)]
pub enum Outlet {
    /// The network thread.
    Hub(Hub),
    /// A recording that is played.
    Player(Player),
}

impl Outlet {
    fn order(&self, order: Order) {
        match self {
            Self::Hub(hub) => hub.order(order),
            Self::Player(player) => player.order(order),
        }
    }
}

/// Carries out what needs nothing of the loop; gives the rest.
pub fn carry_out(effect: Effect, outlet: &Outlet) -> Option<Todo> {
    match effect {
        Effect::Order(order) => {
            if let Order::Write { request, key, plan, .. } = &order {
                let verb = plan.deed.verb();
                tracing::info!(request = request.0, namespace = %key.namespace, name = %key.name, verb, "write");
            }
            outlet.order(order);
            None
        }
        Effect::Quit(code) => Some(Todo::Quit(code)),
        Effect::Suspend => Some(Todo::Suspend),
        Effect::Repaint => Some(Todo::Repaint),
        Effect::Copy(text) => clipboard(&text).map(Todo::Bytes),
        Effect::Log(line) => {
            tracing::info!("{line}");
            None
        }
    }
}

/// Most terminals take no more of base64 than this in one OSC 52.
const CLIPBOARD_LIMIT: usize = 74_994;

/// OSC 52: text for the clipboard of the terminal, which may be on the other side of an SSH connection. `None` when it
/// is too long.
fn clipboard(text: &str) -> Option<Vec<u8>> {
    let encoded = STANDARD.encode(text);
    (encoded.len() <= CLIPBOARD_LIMIT).then(|| format!("\x1b]52;c;{encoded}\x1b\\").into_bytes())
}

/// The terminal's title. Only words of rolltop's own stand in it, never text from a cluster.
#[must_use]
pub fn title(need_you: usize) -> Vec<u8> {
    let mut words = String::from("rolltop");
    if need_you > 0 {
        // Writing to a string cannot fail.
        let _ = write!(words, " · {need_you} need you");
    }
    format!("\x1b]0;{words}\x07").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_text_is_base64_in_an_osc_52() {
        assert_eq!(clipboard("foob").unwrap(), b"\x1b]52;c;Zm9vYg==\x1b\\");
    }

    #[test]
    fn a_text_that_is_too_long_for_a_clipboard_is_not_sent() {
        assert!(clipboard(&"x".repeat(56_000)).is_some());
        assert!(clipboard(&"x".repeat(57_000)).is_none());
    }

    #[test]
    fn the_title_counts_what_needs_a_person() {
        assert_eq!(title(0), b"\x1b]0;rolltop\x07");
        assert_eq!(title(3), "\x1b]0;rolltop · 3 need you\x07".as_bytes());
    }
}
