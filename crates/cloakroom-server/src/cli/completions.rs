//! `cloakroom completions`: what a shell needs to complete our command line.

use std::process::ExitCode;

use clap_complete::Shell;

use super::Ended;

/// Prints a script of completions.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// For which shell
    shell: Shell,
}

/// Needs no configuration.
pub(super) fn run(options: &Options) -> Ended {
    let mut script = Vec::new();
    clap_complete::generate(
        options.shell,
        &mut super::command(),
        "cloakroom",
        &mut script,
    );
    super::print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
