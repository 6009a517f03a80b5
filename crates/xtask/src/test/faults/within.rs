//! A server inside what is set up for it first: a group of the kernel's with a bound, or names of its own.
use std::fs::File;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::server::{Place, Server, Setup};

/// Starts a server by a shell, which runs a line of its own and then becomes the server, so that its id is the server's. The line
/// finds a file as `$0`.
pub(super) fn start(
    place: Place,
    setup: &Setup<'_>,
    shell: &[&str],
    (line, file): (&str, &Path),
) -> Result<Server> {
    let bare = place.command(setup, &["start"])?;
    let (program, before) = shell.split_first().context("no shell is named")?;
    let mut command = Command::new(program);
    command
        .args(before)
        .args(["-c", &format!("{line} && exec \"$@\"")])
        .arg(file)
        .arg(bare.get_program())
        .args(bare.get_args());
    for (name, value) in bare.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(folder) = bare.get_current_dir() {
        command.current_dir(folder);
    }
    let log = File::options().create(true).append(true).open(&setup.log)?;
    command.stdout(log.try_clone()?).stderr(log);
    Server::launch(place, setup, command)
}
