//! Effects: what is to be done outside, as plain values. Only `engine` carries them out.

use crate::argo::feed::Order;
use crate::deploy::feed::Order as DeployOrder;

/// To be done outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the edge of the cluster.
    Order(Order),
    /// Read services, make a plan of a deploy, carry one out; told as
    /// [`Event::Deploy`](super::event::Event::Deploy).
    Deploy(DeployOrder),
    /// Leave, with this exit code.
    Quit(u8),
    /// Stop the process (Ctrl-Z), terminal restored meanwhile.
    Suspend,
    /// Draw everything anew.
    Repaint,
    /// Put text on the clipboard of the terminal (OSC 52).
    Copy(String),
    /// Ring the terminal's bell, once.
    Bell,
    /// Ask the terminal for a notification (OSC 9), of fixed words.
    Notify,
    /// Read the log of writes; it comes back as [`Event::Audit`](super::event::Event::Audit).
    ReadAudit,
    /// Write a line to the log file.
    Log(String),
}
