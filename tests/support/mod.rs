//! What several tests share: the real binary in a pseudo-terminal.

#![allow(dead_code, reason = "each test uses its part")]

pub mod pty;
