//! What stands around a deed and speaks against it now: times that the channel's protections do not allow, and budgets
//! of disruption. Warnings of a dialog; they hold nothing up.

use crate::app::fleet::Row;
use crate::app::model::Mark;
use crate::app::state::State;
use crate::argo::deed::Deed;
use crate::config::settings::{Channel, Moment};
use crate::config::times::Standing;
use jiff::Timestamp;

/// What stands around a deed.
#[must_use]
pub fn of(state: &State, row: &Row, deed: &Deed) -> Vec<(Mark, String)> {
    let channel = state.setup.settings.channels.get(row.channel);
    let now = state.sources.get(row.key.source).map_or(state.now, |source| source.cluster_time(state.now));
    channel.map(|channel| times(channel, deed, now)).unwrap_or_default()
}

/// The protections of a channel that do not allow a deed now, or of which that is not known. Never for what leads out
/// of trouble.
#[must_use]
pub fn times(channel: &Channel, deed: &Deed, now: Timestamp) -> Vec<(Mark, String)> {
    let moment = match deed {
        Deed::Promote(_) | Deed::Resume | Deed::Retry => Moment::Promote,
        Deed::SetImage { .. } | Deed::Restart { .. } => Moment::Deploy,
        _ => return Vec::new(),
    };
    let asked = channel.allowed_times.iter().filter(|it| it.moments.is_empty() || it.moments.contains(&moment));
    let mut lines = Vec::new();
    for times in asked {
        let name = if times.name.is_empty() { String::new() } else { format!(" {}", times.name) };
        match times.at(now) {
            Standing::Open => {}
            Standing::Closed(why) => lines.push((Mark::Attention, format!("protection{name} is closed now: {why}"))),
            Standing::Unknown(why) => {
                lines.push((Mark::Unknown, format!("protection{name}: whether it allows this is not known: {why}")));
            }
        }
    }
    lines
}
