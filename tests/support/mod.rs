//! What several tests share: the real binary in a pseudo-terminal, the simulated cluster beside it, and a client that
//! says what the API says.

#![allow(dead_code, reason = "each test uses its part")]

pub mod api;
pub mod numbers;
pub mod pty;
pub mod simulated;
pub mod steps;
