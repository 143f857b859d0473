//! Every action on a cluster: in each state what is sent, what the server's log has of it and what the controllers make
//! of it; and what happens when others act at the same moment, or the answer is lost.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "actions/children.rs"]
mod children;
#[path = "simulated/client.rs"]
mod client;
#[path = "actions/races.rs"]
mod races;
#[path = "actions/stage.rs"]
mod stage;
#[path = "actions/table.rs"]
mod table;
#[path = "actions/templates.rs"]
mod templates;
