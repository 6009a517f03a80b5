//! `kill -9` in the middle of the work, again and again: no answer that a client got may be forgotten, and nothing that
//! is good for once may be good twice.
//!
//! Each round works for a moment with several clients at once, which remember what they were told; then the server is
//! killed, started again on the same data, and asked about all of it. The database server of PostgreSQL stays.
pub(super) mod check;
pub(super) mod load;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::api::Api;
use crate::browser::Visit;
use crate::report::Tally;
use crate::server::{self, Bounds, Server, Setup};
use crate::test::crash::load::Told;

pub(super) const REALM: &str = "crash";
pub(super) const CLIENT: &str = "client_id=app&client_secret=app-secret-0123456789abcdef";
pub(super) const REDIRECT_URI: &str = "http://localhost:1/callback";
pub(super) const USER: (&str, &str) = ("ada", "ada-password");
/// The user signs in for the client.
pub(super) const VISIT: Visit = Visit {
    realm: REALM,
    client: "app",
    redirect_uri: REDIRECT_URI,
    user: USER,
};

/// Rounds of the ordinary test run, and of `--long`.
pub(super) const SHORT: u32 = 4;
pub(super) const LONG: u32 = 200;

/// Which server is killed, and how often.
pub(super) struct Plan<'a> {
    pub(super) binary: &'a Path,
    pub(super) database_url: Option<&'a str>,
    pub(super) log: PathBuf,
    pub(super) rounds: u32,
}

/// Kills it, and counts the rounds after which everything was as it should be.
pub(super) fn run(plan: &Plan<'_>) -> Result<Tally> {
    let setup = Setup {
        binary: plan.binary,
        database_url: plan.database_url,
        bounds: Bounds::None,
        log: plan.log.clone(),
        filter: server::EVERYTHING,
    };
    let mut server = Server::start(&setup)?;
    prepare(&Api::new(&server.base))?;
    let (mut tally, mut sum, mut restart) = (Tally::default(), Told::default(), Duration::ZERO);
    for round in 0..plan.rounds {
        let api = Api::new(&server.base);
        let load = load::start(&api, round)?;
        std::thread::sleep(moment(round));
        let place = server.kill()?;
        let told = load.end()?;

        server = Server::start_at(place, &setup)?;
        restart = restart.max(server.ready_after);
        let wrong = check::wrong(&Api::new(&server.base), &told)?;
        for what in &wrong {
            println!("round {}: {what}", round + 1);
        }
        tally.add(Tally::one(wrong.is_empty()));
        sum.add(told);
    }
    println!(
        "{} kills: {} users, {} rotations, {} codes redeemed and {} kept were acknowledged; ready again after {} ms at most",
        plan.rounds,
        sum.users.len(),
        sum.chains
            .iter()
            .map(|chain| chain.spent.len())
            .sum::<usize>(),
        sum.redeemed.len(),
        sum.kept.len(),
        restart.as_millis()
    );
    Ok(tally)
}

/// A different moment in each round, so that different work is cut off: between a third of a second and a second.
fn moment(round: u32) -> Duration {
    Duration::from_millis(u64::from(350 + (round * 277) % 650))
}

/// A realm whose refresh tokens are good for once, a client and a user.
pub(super) fn prepare(api: &Api) -> Result<()> {
    let realm = json!({
        "realm": REALM, "enabled": true, "revokeRefreshToken": true, "refreshTokenMaxReuse": 0,
        "accessCodeLifespan": 600,
    });
    api.create(&api.admin_token()?, "/admin/realms", &realm)?;
    // Rights to a new realm are in tokens that are issued after it.
    let admin = api.admin_token()?;
    let client = json!({
        "clientId": "app", "secret": "app-secret-0123456789abcdef", "redirectUris": [REDIRECT_URI],
        "directAccessGrantsEnabled": true,
    });
    api.create(&admin, &format!("/admin/realms/{REALM}/clients"), &client)?;
    let user = json!({
        "username": USER.0, "enabled": true, "email": "ada@example.com", "emailVerified": true,
        "firstName": "Ada", "lastName": "King",
        "credentials": [{ "type": "password", "value": USER.1, "temporary": false }],
    });
    api.create(&admin, &format!("/admin/realms/{REALM}/users"), &user)
}
