//! Engine: the loop. It drains the mailbox, updates the state, carries out effects, draws when something visible
//! changed. It never awaits the network.
//!
//! Must not know: command lines, the simulated cluster.
//!
//! Start reading at [`run`]: [`mailbox`] (its news in a [`lane`]) is where the terminal, the signals and the network leave what they have,
//! [`pace`] decides when a frame is due, [`effects`] does what the state asked for, [`audit`] keeps the record of writes, [`ledger`] that of deploys, [`title`] the terminal's title, [`replay`] plays a recording in
//! place of clusters, [`fault`] is what happens to a panic, and [`start`] is what all begins with.

pub mod audit;
pub mod effects;
pub mod fault;
pub mod lane;
pub mod ledger;
pub mod mailbox;
pub mod pace;
pub mod replay;
pub mod run;
pub mod start;
pub mod title;
