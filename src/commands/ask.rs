//! Ask: the last question before a headless command writes, put to the person at the terminal.

use super::outcome::Failure;
use crate::clean::clean;
use std::io::{BufRead, Write};

/// Asks, and goes on only with the wanted answer: the name where one has to be typed, else `y`.
///
/// # Errors
/// Not confirmed, or the terminal went away.
pub fn agreed(question: &str, name: Option<&str>, how: &str) -> Result<(), Failure> {
    let mut stderr = std::io::stderr();
    write!(stderr, "{}? {}", clean(question), clean(how))?;
    stderr.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    let answer = answer.trim();
    let agreed = match name {
        Some(name) => answer == name,
        None => matches!(answer.to_lowercase().as_str(), "y" | "yes"),
    };
    if agreed { Ok(()) } else { Err(Failure::failed("not confirmed; nothing was sent")) }
}
