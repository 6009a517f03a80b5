//! Each page in a browser, on a server that is new: its set-up page is one of them.
use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::{PAGES, logs, node_tests};
use crate::report::{Report, Tally};
use crate::server::{self, Bounds, Place, Server, Setup};
use crate::test::tools::Tools;
use crate::workspace::Workspace;
use crate::{command, machine, postgres};

/// Name and password of the administrator that the set-up page makes; the page takes no short password.
const ADMIN: &str = "admin:an administrator's passphrase";

/// Where the pictures that documents show are.
const IMAGES: &str = "docs/images";

/// Visits the pages on each database. The pictures of the first go to `target/screenshots`, and on demand to the documents.
pub(super) fn run(
    workspace: &Workspace,
    tools: &Tools,
    admin_url: Option<&str>,
    update_images: bool,
    report: &mut Report,
) -> Result<()> {
    let binary = server::build(workspace, false)?;
    let pictures = workspace.target.join("screenshots");
    let mut databases = vec![("SQLite", None)];
    if let Some(url) = admin_url {
        let url = postgres::create_database(url, "cloakroom_pages")?;
        databases.push(("PostgreSQL", Some(url)));
    }
    let mut is_shown = true;
    for (database, url) in &databases {
        let log = workspace
            .logs()?
            .join(format!("pages-{}.log", database.to_lowercase()));
        let setup = Setup {
            binary: &binary,
            database_url: url.as_deref(),
            bounds: Bounds::None,
            log: log.clone(),
            filter: server::EVERYTHING,
        };
        report.part(&format!("pages on {database}"), |lines| {
            let (server, code) = Server::start_new(&setup)?;
            let mut node = node_tests(workspace, tools, (PAGES, "pages.mjs"), &server)?;
            node.args(["--setup-code", &code, "--admin", ADMIN]);
            node.args(server.place().centre());
            if url.is_none() {
                node.arg("--out").arg(&pictures);
            }
            node.args(clockwork(&binary, admin_url.filter(|_| url.is_some()))?);
            let tally = command::tally(lines, &mut node)?;
            is_shown &= tally.failed == 0;
            Ok(tally)
        });
        report.part(&format!("log of pages on {database}"), |lines| {
            logs::check(lines, &log)
        });
        let url = match admin_url {
            Some(admin) if url.is_some() => Some(postgres::create_database(
                admin,
                "cloakroom_lists_of_pages",
            )?),
            _ => None,
        };
        let setup = Setup {
            database_url: url.as_deref(),
            filter: server::USUAL,
            log: workspace
                .logs()?
                .join(format!("lists-{}.log", database.to_lowercase())),
            ..setup
        };
        report.part(&format!("long lists on {database}"), |lines| {
            let server = crowded(&setup)?;
            let mut node = node_tests(workspace, tools, (PAGES, "measure.mjs"), &server)?;
            node.args(["--realm", MANY, "--beside", FEW, "--rounds", "15"]);
            command::tally(lines, &mut node)
        });
    }
    let images = workspace.path(IMAGES);
    if update_images && is_shown {
        copy(&pictures, &images)?;
    }
    report.part("pictures of the pages", |_| {
        are_all_shown(&pictures, &images)
    });
    Ok(())
}

/// The realm whose lists are long, and one that fills a page of each list.
const MANY: &str = "many";
const FEW: &str = "few";

/// How many people, applications, and events of each kind there are: as many as come in within half a minute, and enough that a list
/// which reads all of them is told from one that does not.
const CROWDS: [(&str, [u32; 3]); 2] = [(FEW, [100, 100, 100]), (MANY, [20_000, 2_000, 20_000])];

/// A server with both realms.
fn crowded(setup: &Setup<'_>) -> Result<Server> {
    let place = Place::new()?;
    for (realm, [users, clients, events]) in CROWDS {
        let mut command = place.command(setup, &["demo", "--realm", realm, "--anyway"])?;
        for (flag, many) in [
            ("--users", users),
            ("--clients", clients),
            ("--events", events),
        ] {
            command.arg(flag).arg(many.to_string());
        }
        command::run(&mut command)?;
    }
    Server::start_at(place, setup)
}

/// What the run needs to start servers of its own by a clock that it sets, and an empty database for several of them.
fn clockwork(binary: &Path, admin_url: Option<&str>) -> Result<Vec<OsString>> {
    let Some(library) = machine::faketime() else {
        return Ok(Vec::new());
    };
    let mut args = vec!["--binary".into(), binary.into()];
    args.extend(["--faketime".into(), library.into()]);
    if let Some(url) = admin_url {
        let url = postgres::create_database(url, "cloakroom_page_nodes")?;
        args.extend(["--database".into(), url.into()]);
    }
    Ok(args)
}

/// Every page has its picture in the documents, and none is there of a page that is gone.
fn are_all_shown(pictures: &Path, images: &Path) -> Result<Tally> {
    let (taken, shown) = (names(pictures)?, names(images)?);
    if taken != shown {
        bail!(
            "{} shows {shown:?}, and the pages are {taken:?}: run with --update-images",
            images.display()
        );
    }
    Ok(Tally::one(true))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for name in names(to)? {
        std::fs::remove_file(to.join(name))?;
    }
    for name in names(from)? {
        std::fs::copy(from.join(&name), to.join(&name))?;
    }
    Ok(())
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".png") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
