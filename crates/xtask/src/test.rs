//! The README's test command: every part against both databases, with all that it needs brought along.
mod crash;
mod faults;
mod golden;
mod logs;
mod pages;
mod tools;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::machine::{self, Need};
use crate::postgres::{self, Cluster};
use crate::report::{Lines, Report, Stream, Tally};
use crate::server::{self, ADMIN, Bounds, Server, Setup};
pub(crate) use crate::test::tools::Tools;
use crate::workspace::Workspace;
use crate::{command, lint};

/// Where the real clients are.
pub(crate) const CLIENTS: &str = "crates/cloakroom-server/tests/clients";
/// Where the pages are opened in a browser.
pub(crate) const PAGES: &str = "crates/cloakroom-server/tests/pages";

/// What to run.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Options {
    /// Only this part
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// An address with the right to create databases, instead of a cluster of the tests' own
    #[arg(long)]
    postgres_url: Option<String>,
    /// SQLite only, and nothing that needs a browser or a package of another language
    #[arg(long)]
    quick: bool,
    /// What is repeated to find what is rare is repeated often: an hour instead of minutes
    #[arg(long)]
    long: bool,
    /// Of the faults only those with this in their name
    #[arg(long)]
    case: Option<String>,
    /// Put the pictures of the pages into docs/images, and not only into target/screenshots
    #[arg(long)]
    update_images: bool,
}

/// A part of the tests that can run alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Formatting, clippy, invariants
    Lint,
    /// The workspace's Rust tests, on both databases
    Rust,
    /// Unmodified OpenID Connect clients against a running server
    Clients,
    /// Each page in a browser: screenshots and accessibility
    Pages,
    /// Keycloak's recorded answers against a running server
    Golden,
    /// A server that is killed in the middle of its work
    Crash,
    /// A full disk, a database that is gone, clocks that differ, nodes that come and go, races, copies put back
    Faults,
}

impl Options {
    fn runs(&self, part: Part) -> bool {
        let by_default = !self.quick || matches!(part, Part::Lint | Part::Rust | Part::Golden);
        self.only.map_or(by_default, |only| only == part)
    }

    fn runs_servers(&self) -> bool {
        let parts = [Part::Crash, Part::Faults, Part::Pages];
        self.runs_one_server() || parts.into_iter().any(|part| self.runs(part))
    }

    /// A part asks a server that nobody kills.
    fn runs_one_server(&self) -> bool {
        [Part::Clients, Part::Golden]
            .into_iter()
            .any(|part| self.runs(part))
    }

    fn needs(&self) -> Vec<Need> {
        let mut needs = Vec::new();
        if !self.quick
            && self.postgres_url.is_none()
            && (self.runs(Part::Rust) || self.runs_servers())
        {
            needs.push(machine::POSTGRES);
        }
        if self.runs(Part::Rust) {
            needs.push(machine::DIRECTORIES);
        }
        if self.runs(Part::Faults) || self.runs(Part::Pages) {
            needs.push(machine::FAKETIME);
        }
        if self.runs_one_server() || self.runs(Part::Pages) {
            needs.push(machine::PYTHON);
        }
        if self.runs(Part::Clients) {
            needs.extend([machine::APACHE, machine::JAVA]);
        }
        if self.runs(Part::Clients) || self.runs(Part::Pages) {
            needs.push(machine::CHROMIUM);
        }
        needs
    }
}

pub(crate) fn run(workspace: &Workspace, options: &Options, report: &mut Report) -> Result<()> {
    machine::provide(&options.needs())?;
    if options.runs(Part::Lint) {
        lint::run(workspace, report)?;
    }

    let wants_postgres = !options.quick && options.only != Some(Part::Lint);
    let cluster = match &options.postgres_url {
        None if wants_postgres => Some(Cluster::start(&workspace.logs()?.join("postgres.log"))?),
        _ => None,
    };
    let admin_url = options
        .postgres_url
        .clone()
        .or_else(|| cluster.as_ref().map(Cluster::admin_url));

    if options.runs(Part::Rust) {
        report.part("Rust tests", |lines| {
            rust_tests(lines, workspace, admin_url.as_deref(), options.long)
        });
        if let Some(url) = &admin_url {
            report.part("moving realms on PostgreSQL", |lines| {
                moving(lines, workspace, url)
            });
        }
    }
    if options.runs(Part::Crash) {
        crashes(workspace, options, admin_url.as_deref(), report)?;
    }
    if options.runs(Part::Faults) {
        let stage = faults::Stage {
            binary: &server::build(workspace, false)?,
            admin_url: admin_url.as_deref(),
            logs: workspace.logs()?,
            migrations: workspace.path("migrations"),
            case: options.case.as_deref(),
            long: options.long,
        };
        report.part("faults", |lines| faults::run(&stage, lines));
    }
    let mut streams: Vec<Stream<'_>> = Vec::new();
    if options.runs(Part::Pages) {
        let (url, update) = (admin_url.as_deref(), options.update_images);
        let tools = Tools::with_node(workspace)?;
        streams.push(Box::new(move |report| {
            pages::run(workspace, &tools, url, update, report)
        }));
    }
    if options.runs_one_server() {
        let url = admin_url.as_deref();
        let tools = match options.runs(Part::Clients) {
            true => Tools::with_node(workspace)?,
            false => Tools::of_machine(),
        };
        streams.push(Box::new(move |report| {
            against_servers(workspace, &tools, options, url, report)
        }));
    }
    if !streams.is_empty() {
        server::build(workspace, false)?;
    }
    // Browsers and clients wait for answers most of the time, and two processors are more than one of them needs.
    match (streams.pop(), streams.pop()) {
        (Some(only), None) => only(report),
        (Some(last), Some(first)) => report.side_by_side(vec![first, last]),
        _ => Ok(()),
    }
}

/// How often each race is run, and that times are measured: with sixty-four contenders and six races a hundred thousand requests on
/// each database.
const LONG_ROUNDS: &str = "250";

/// One run covers both databases: each storage suite repeats itself on PostgreSQL when it gets an address.
fn rust_tests(
    lines: &mut Lines,
    workspace: &Workspace,
    admin_url: Option<&str>,
    long: bool,
) -> Result<Tally> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["test", "--workspace", "--no-fail-fast"])
        .current_dir(&workspace.root);
    cargo
        .env("INSTA_UPDATE", "no")
        .env_remove("CLOAKROOM_TEST_POSTGRES_URL")
        .env_remove("CLOAKROOM_TEST_ROUNDS");
    if long {
        cargo.env("CLOAKROOM_TEST_ROUNDS", LONG_ROUNDS);
    }
    if let Some(url) = admin_url {
        cargo.env("CLOAKROOM_TEST_POSTGRES_URL", url);
    }
    command::tally(lines, &mut cargo)
}

/// Realms that move in and out once more, into databases of PostgreSQL.
fn moving(lines: &mut Lines, workspace: &Workspace, admin_url: &str) -> Result<Tally> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["test", "--workspace", "--test", "moving"])
        .current_dir(&workspace.root)
        .env("CLOAKROOM_TEST_MOVING_POSTGRES_URL", admin_url);
    command::tally(lines, &mut cargo)
}

fn against_servers(
    workspace: &Workspace,
    tools: &Tools,
    options: &Options,
    admin_url: Option<&str>,
    report: &mut Report,
) -> Result<()> {
    let binary = server::build(workspace, false)?;
    let mut databases = vec![("SQLite", None)];
    if let Some(url) = admin_url {
        databases.push((
            "PostgreSQL",
            Some(postgres::create_database(url, "cloakroom_running")?),
        ));
    }

    for (database, url) in &databases {
        let log = workspace
            .logs()?
            .join(format!("server-{}.log", database.to_lowercase()));
        let setup = Setup {
            binary: &binary,
            database_url: url.as_deref(),
            bounds: Bounds::None,
            log: log.clone(),
            filter: server::EVERYTHING,
        };
        let server = match Server::start(&setup) {
            Ok(server) => server,
            Err(error) => {
                report.part(&format!("server on {database}"), |_| Err(error));
                continue;
            }
        };
        report.say(format!(
            "\nserver on {database}: {} after {} ms",
            server.base,
            server.ready_after.as_millis()
        ));
        if options.runs(Part::Golden) {
            report.part(&format!("golden answers on {database}"), |lines| {
                golden::run(lines, workspace, tools, &server.base)
            });
        }
        if options.runs(Part::Clients) {
            report.part(&format!("clients on {database}"), |lines| {
                let mut node = node_tests(workspace, tools, (CLIENTS, "run.mjs"), &server)?;
                if options.long {
                    node.arg("--long");
                }
                command::tally(lines, &mut node)
            });
        }
        drop(server);
        report.part(&format!("log on {database}"), |lines| {
            logs::check(lines, &log)
        });
    }
    Ok(())
}

/// Kills a server on each database, and looks at what the killed ones logged.
fn crashes(
    workspace: &Workspace,
    options: &Options,
    admin_url: Option<&str>,
    report: &mut Report,
) -> Result<()> {
    let binary = server::build(workspace, false)?;
    let mut databases = vec![("SQLite", None)];
    if let Some(url) = admin_url {
        let url = postgres::create_database(url, "cloakroom_crash")?;
        databases.push(("PostgreSQL", Some(url)));
    }
    for (database, url) in &databases {
        let log = workspace
            .logs()?
            .join(format!("crash-{}.log", database.to_lowercase()));
        let plan = crash::Plan {
            binary: &binary,
            database_url: url.as_deref(),
            log: log.clone(),
            rounds: if options.long {
                crash::LONG
            } else {
                crash::SHORT
            },
        };
        report.part(&format!("kill -9 on {database}"), |_| crash::run(&plan));
        report.part(&format!("log of kill -9 on {database}"), |lines| {
            logs::check(lines, &log)
        });
    }
    Ok(())
}

/// A test program in JavaScript, told where the server is and who administers it.
fn node_tests(
    workspace: &Workspace,
    tools: &Tools,
    (folder, script): (&str, &str),
    server: &Server,
) -> Result<Command> {
    let script = workspace.path(folder).join(script);
    script
        .is_file()
        .then_some(())
        .with_context(|| format!("{} is missing", script.display()))?;
    let mut node = tools.command("node");
    node.arg(script).args([
        "--base",
        &server.base,
        "--admin",
        &format!("{}:{}", ADMIN.0, ADMIN.1),
    ]);
    for name in required(&workspace.path(folder).join("required.txt"))? {
        node.args(["--only", &name]);
    }
    node.current_dir(&workspace.root);
    Ok(node)
}

/// What has to pass, one name a line; without the file it is all there is. The list only grows.
fn required(file: &Path) -> Result<Vec<String>> {
    if !file.is_file() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let names = text.lines().map(str::trim);
    Ok(names
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .map(str::to_owned)
        .collect())
}
