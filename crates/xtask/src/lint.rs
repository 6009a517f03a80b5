//! Formatting, clippy, the invariants, dependencies and the container files: what needs no running server.
use std::path::PathBuf;
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

    if command::find("cargo-deny").is_some() {
        // None of these asks the network: what is checked is in Cargo.lock and in the sources that were built.
        report.part(
            "cargo-deny",
            check(cargo(&[
                "deny",
                "--offline",
                "check",
                "bans",
                "licenses",
                "sources",
            ])),
        );
        if has_advisories() {
            report.part(
                "advisories",
                check(cargo(&["deny", "--offline", "check", "advisories"])),
            );
        } else {
            println!(
                "\nadvisories: SKIPPED, their database is not on this machine; `cargo deny fetch` brings it"
            );
        }
    } else {
        println!(
            "\ncargo-deny is not installed: bans, licences, sources and advisories are left out"
        );
    }
    match command::find("cargo-machete") {
        Some(_) => report.part("cargo-machete", check(cargo(&["machete", "crates"]))),
        None => println!("\ncargo-machete is not installed: left out"),
    }
    let mut docker = Command::new("bash");
    docker
        .arg(workspace.path("docker/check.sh"))
        .current_dir(&workspace.root);
    report.part("container files", check(docker));
    Ok(())
}

/// Whether `cargo deny fetch` has brought the advisories here.
fn has_advisories() -> bool {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let databases = home.and_then(|home| std::fs::read_dir(home.join("advisory-dbs")).ok());
    databases.is_some_and(|mut databases| databases.any(|entry| entry.is_ok()))
}
