//! Steps that several journeys take: to the pause of the gradual rollout, to its page, through the dialog.

use super::api::{Api, pauses_at};
use super::numbers::Numbers;
use super::pty::{Begin, Session};
use super::simulated::Simulated;

pub const NAME: &str = "gradual-rollout";
pub const GREEN: &str = "argoproj/rollouts-demo:green";

/// The gradual rollout of a cluster at its pause for a person, 1/6.
#[track_caller]
pub fn waiting_in(cluster: &str) -> (Simulated, Api) {
    let simulated = Simulated::new("gradual");
    let api = simulated.api(cluster);
    api.set_image(NAME, GREEN);
    simulated.moves_until(&api, NAME, "the pause at step 1", |rollout| pauses_at(rollout, 1));
    (simulated, api)
}

/// The page of the gradual rollout in the channel with this number.
#[track_caller]
pub fn at_page(begin: Begin, channel: &str) -> Session {
    let mut session = begin.size(160, 45).start();
    session.shows(NAME);
    session.until("a connection", |text| text.contains("✓ live"));
    session.send(channel);
    session.until("the board", |text| text.starts_with(" rolltop › ") && text.contains(&format!("selected: {NAME}")));
    session.send("\r");
    session.until("the page", |text| text.contains(&format!("› {NAME}")) && text.contains("steps ─"));
    session
}

/// Waits until the page shows what the API says.
#[track_caller]
pub fn agrees(session: &Session, api: &Api) -> Numbers {
    session.until_ok(|screen| {
        let numbers = Numbers::now(api, NAME);
        numbers.shown_on(screen).map(|()| numbers)
    })
}

/// Presses `p` until the dialog is open (the cluster may still be asked what the user may), and reads it.
#[track_caller]
pub fn opens_dialog(session: &mut Session) -> String {
    session.until("the answer to what the user may", |text| !text.contains("whether you may"));
    loop {
        session.send("p");
        let text = session.until("an answer to p", |text| {
            text.contains("[ Cancel ]") || text.contains("press p again") || text.contains("refused")
        });
        assert!(!text.contains("refused"), "{text}");
        if text.contains("[ Cancel ]") {
            session.reads();
            return session.screen();
        }
        session.reads();
    }
}

/// Moves on to Promote and presses it.
#[track_caller]
pub fn presses_promote(session: &mut Session) {
    session.send("\t");
    session.until("the focus on the button", |text| text.contains("[ Promote"));
    session.send("\r");
    session.until("the dialog to go", |text| !text.contains("( Cancel )"));
}
