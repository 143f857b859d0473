//! Engine: the loop. It drains the mailbox, updates the state, carries out effects, draws when something visible
//! changed. It never awaits the network.
//!
//! Must not know: command lines, the simulated cluster. Start reading at [`run`].

pub mod run;
