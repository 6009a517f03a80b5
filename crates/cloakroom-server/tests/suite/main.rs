//! The running server over HTTP, on each database: certification modules, hostile requests and ways for an
//! administrator to raise themselves, each a test by name.
//!
//! The list is made when the program starts, because its tests are rows of tables and because one server for each
//! database serves them all; so it has a
//! `main` of its own, which takes the arguments that every test program takes.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test, and what it is made of, ends where its expectation fails"
)]

mod account_api;
mod alerts;
mod browser;
mod client_policies;
mod client_secrets;
mod compared;
mod conformance;
mod contenders;
mod database;
mod directories;
mod escalation;
mod federation;
mod flow_rules;
mod flows;
mod front_channel;
mod frontend;
mod further;
mod hostile;
mod html;
mod http;
mod jwt;
mod kept;
mod keys;
mod lists;
mod organizations;
mod owners;
mod possession;
mod profiles;
mod realm;
mod saml_examples;
mod server;
mod stored;
mod trail;
mod unfit;
mod workflows;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use database::Database;
use directories::Authority;
use server::Server;

/// Most tests wait for the server or for time to pass, so more of them run at once than there are cores.
const AT_ONCE: usize = 12;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let database = Database::create("CLOAKROOM_TEST_POSTGRES_URL");
    let authority = Authority::create();
    let (file, keytab, centres) = (authority.file(), authority.keytab(), authority.centres());
    let trusted = (file.as_path(), (keytab.as_path(), centres.as_str()));
    let mut servers = vec![Arc::new(Server::start("sqlite", None, trusted))];
    let postgres = database.as_ref().map(|database| database.url.as_str());
    servers.extend(postgres.map(|url| Arc::new(Server::start("postgres", Some(url), trusted))));

    let mut modules: Vec<Trial> = servers.iter().flat_map(conformance::trials).collect();
    modules.extend(servers.iter().flat_map(escalation::trials));
    modules.extend(servers.iter().flat_map(kept::trials));
    modules.extend(servers.iter().flat_map(alerts::trials));
    modules.extend(servers.iter().flat_map(client_policies::trials));
    modules.extend(servers.iter().flat_map(client_secrets::trials));
    modules.extend(servers.iter().flat_map(contenders::trials));
    modules.extend(servers.iter().flat_map(organizations::trials));
    modules.extend(servers.iter().flat_map(account_api::trials));
    modules.extend(servers.iter().flat_map(owners::trials));
    modules.extend(servers.iter().flat_map(possession::trials));
    modules.extend(servers.iter().flat_map(profiles::trials));
    modules.extend(servers.iter().flat_map(saml_examples::trials));
    modules.extend(servers.iter().flat_map(federation::trials));
    modules.extend(servers.iter().flat_map(flows::trials));
    modules.extend(servers.iter().flat_map(flow_rules::trials));
    modules.extend(servers.iter().flat_map(front_channel::trials));
    modules.extend(servers.iter().flat_map(frontend::trials));
    modules.extend(servers.iter().flat_map(further::trials));
    modules.extend(servers.iter().flat_map(keys::trials));
    modules.extend(servers.iter().flat_map(compared::trials));
    modules.extend(servers.iter().flat_map(lists::trials));
    modules.extend(servers.iter().flat_map(trail::trials));
    modules.extend(servers.iter().flat_map(unfit::trials));
    modules.extend(servers.iter().flat_map(workflows::trials));
    modules.extend(directories::trials(&servers, &authority));
    let modules = libtest_mimic::run(&arguments, modules);
    // These are timed, so they do not compete with each other.
    arguments.test_threads = Some(1);
    let requests: Vec<Trial> = servers.iter().flat_map(hostile::trials).collect();
    let requests = libtest_mimic::run(&arguments, requests);

    for server in &servers {
        let leaks = server.leaks(&server.log());
        assert!(leaks.is_empty(), "the log holds secrets: {leaks:?}");
    }
    match modules.has_failed() {
        true => modules.exit_code(),
        false => requests.exit_code(),
    }
}
