//! Formatting, clippy, the invariants, dependencies and the container files: what needs no running server.
use std::process::Command;

use anyhow::Result;

use crate::report::{Lines, Report, Tally};
use crate::workspace::Workspace;
use crate::{command, tidy};

pub(crate) fn run(workspace: &Workspace, report: &mut Report) -> Result<()> {
    let cargo = |arguments: &[&str]| {
        let mut cargo = Command::new("cargo");
        cargo.args(arguments).current_dir(&workspace.root);
        cargo
    };
    let check = |mut command: Command| {
        move |_: &mut Lines| command::run(&mut command).map(|()| Tally::one(true))
    };

    report.part("rustfmt", check(cargo(&["fmt", "--all", "--check"])));
    report.part(
        "clippy",
        check(cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ])),
    );
    // Whoever builds the server has fewer features of its libraries than the workspace with its tests.
    report.part(
        "the server by itself",
        check(cargo(&[
            "clippy",
            "--package",
            "cloakroom-server",
            "--bins",
            "--",
            "-D",
            "warnings",
        ])),
    );
    tidy::run(workspace, report)?;

    for (tool, arguments) in [
        ("cargo-deny", ["deny", "check"]),
        ("cargo-machete", ["machete", "crates"]),
    ] {
        if command::find(tool).is_some() {
            report.part(tool, check(cargo(&arguments)));
        } else {
            println!("\n{tool} is not installed: left out");
        }
    }
    let mut docker = Command::new("bash");
    docker
        .arg(workspace.path("docker/check.sh"))
        .current_dir(&workspace.root);
    report.part("container files", check(docker));
    Ok(())
}
