//! What a package brings besides the program: manual pages and shell completions, made from the command line itself.

use crate::cli::Cli;
use anyhow::Context;
use clap::CommandFactory;
use clap_complete::{Shell, generate_to};
use std::path::Path;

/// Writes `man/petri.1` with a page for each command, and `completions/` for bash, zsh and fish, into `folder`.
pub(crate) fn write(folder: &Path) -> anyhow::Result<()> {
    let problem = || format!("cannot write into {}; name another folder", folder.display());
    let (manual, completions) = (folder.join("man"), folder.join("completions"));
    for place in [&manual, &completions] {
        std::fs::create_dir_all(place).with_context(problem)?;
    }
    clap_mangen::generate_to(Cli::command(), &manual).with_context(problem)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        generate_to(shell, &mut Cli::command(), "petri", &completions).with_context(problem)?;
    }
    Ok(())
}
