//! Effects: what the state asked for, carried out. Whatever touches the network is handed to the network thread.

use super::audit::Keeper;
use super::mailbox::Mailbox;
use super::replay::Player;
use crate::app::effect::Effect;
use crate::argo::feed::{News, Order};
use crate::cluster::hub::Hub;
use crate::deploy::feed::Order as DeployOrder;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What the loop itself has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Todo {
    /// Leave with this code.
    Quit(u8),
    /// Stop the process.
    Suspend,
    /// Draw everything anew.
    Repaint,
    /// Write these bytes to the terminal: they draw nothing.
    Bytes(Vec<u8>),
    /// Tell the state, as if the network had.
    Tell(News),
    /// Read the log of writes.
    ReadAudit,
    /// About services and deploys.
    Deploy(DeployOrder),
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
    /// Hands an order on; returns at once.
    pub fn order(&self, order: Order) {
        match self {
            Self::Hub(hub) => hub.order(order),
            Self::Player(player) => player.order(order),
        }
    }
}

/// The bell.
const BELL: &[u8] = b"\x07";
/// OSC 9: a notification of the terminal, of fixed words. What a cluster says must not reach the desktop.
const NOTIFICATION: &[u8] = b"\x1b]9;rolltop: a watched rollout needs you\x07";

/// Carries out what needs nothing of the loop; gives the rest.
pub fn carry_out(effect: Effect, outlet: &Outlet, keeper: &mut Keeper) -> Option<Todo> {
    match effect {
        Effect::Order(Order::Write { request, key, plan, reason }) => {
            let verb = plan.deed.verb();
            tracing::info!(request = request.0, namespace = %key.namespace, name = %key.name, verb, "write");
            match keeper.before(request, &key, &plan, reason.as_deref()) {
                Ok(note) => {
                    outlet.order(Order::Write { request, key, plan, reason });
                    note.map(Todo::Tell)
                }
                Err(answer) => Some(Todo::Tell(answer)),
            }
        }
        Effect::Order(order) => {
            outlet.order(order);
            None
        }
        Effect::Deploy(order) => Some(Todo::Deploy(order)),
        Effect::Bell => Some(Todo::Bytes(BELL.to_vec())),
        Effect::Notify => Some(Todo::Bytes(NOTIFICATION.to_vec())),
        Effect::ReadAudit => Some(Todo::ReadAudit),
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

/// News may be the answer to a write: it goes on record, and what was taken is told on the rollout.
pub fn answered(news: &News, outlet: &Outlet, keeper: &mut Keeper, mailbox: &Mailbox) {
    let News::Answer(request, answer) = news else { return };
    let (order, note) = keeper.after(*request, answer);
    if let Some(order) = order {
        outlet.order(order);
    }
    if let Some(note) = note {
        mailbox.news(note);
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
    fn a_notification_is_of_fixed_words() {
        assert_eq!(NOTIFICATION, b"\x1b]9;rolltop: a watched rollout needs you\x07");
    }
}
