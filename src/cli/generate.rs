//! Completions and the man page, made from the declaration of the command line.

use crate::commands::outcome::Failure;
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::Write;

/// Completions for a shell.
///
/// # Errors
/// When stdout fails.
pub fn completions(shell: Shell, to: &mut dyn Write) -> Result<u8, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut super::args::Args::command(), "rolltop", &mut text);
    to.write_all(&text)?;
    Ok(0)
}

/// The man page, with a section for each command.
///
/// # Errors
/// When stdout fails.
pub fn man(to: &mut dyn Write) -> Result<u8, Failure> {
    let mut command = super::args::Args::command();
    command.build();
    let mut page = Vec::new();
    let man = clap_mangen::Man::new(command.clone());
    man.render(&mut page)?;
    writeln!(page, ".SH COMMANDS")?;
    for subcommand in command.get_subcommands() {
        let sub = clap_mangen::Man::new(subcommand.clone());
        writeln!(page, ".SS {}", subcommand.get_name())?;
        sub.render_synopsis_section(&mut page)?;
        sub.render_description_section(&mut page)?;
    }
    to.write_all(&page)?;
    Ok(0)
}
