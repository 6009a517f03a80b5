//! `cloakroom demo`: fills a database with invented people, for trying things out and for measuring.

use std::process::ExitCode;
use std::time::Instant;

use clap::value_parser;
use cloakroom_admin::transfer::{self, Manner, Policy};
use cloakroom_keycloak::import::Found;
use cloakroom_model::{Cx, Door, Fault, realm, user};
use cloakroom_web::App;

use super::{Ended, print};
use crate::bootstrap::{self, MASTER};
use crate::config::Config;
use crate::demo::{Credentials, Population, Size, history, profile, realms};
use crate::serve;

/// Fills a database with invented people, for trying things out and for measuring.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// The realm that is made
    #[arg(long, default_value = "demo")]
    realm: String,
    /// How many people
    #[arg(long, default_value_t = 1_000, value_parser = value_parser!(u32).range(1..=10_000_000))]
    users: u32,
    /// How many applications
    #[arg(long, default_value_t = 20, value_parser = value_parser!(u32).range(1..=100_000))]
    clients: u32,
    /// How many groups; without it one for each 40 people
    #[arg(long, value_parser = value_parser!(u32).range(1..=1_000_000))]
    groups: Option<u32>,
    /// How many people are signed in; without it one of 20
    #[arg(long)]
    sessions: Option<u32>,
    /// How many refresh tokens those have, all but the last one of each spent; without it none
    #[arg(long, default_value_t = 0, value_parser = value_parser!(u32).range(0..=100_000_000))]
    tokens: u32,
    /// How many events each of the two audit trails has; without it as many as there are people
    #[arg(long)]
    events: Option<u32>,
    /// How many more realms, without people
    #[arg(long, default_value_t = 0, value_parser = value_parser!(u32).range(0..=10_000))]
    realms: u32,
    /// The password that all of them have
    #[arg(long, default_value = "demo-password")]
    password: String,
    /// Goes on although the database is in real use
    #[arg(long)]
    anyway: bool,
}

impl Options {
    fn size(&self) -> Size {
        Size {
            users: self.users,
            clients: self.clients,
            groups: self.groups.unwrap_or_else(|| self.users.div_ceil(40)),
            sessions: self
                .sessions
                .unwrap_or_else(|| self.users.div_ceil(20))
                .min(self.users),
            tokens: self.tokens,
            events: self.events.unwrap_or(self.users),
        }
    }
}

pub(super) fn run(config: &Config, options: &Options) -> Ended {
    let app = serve::open(config)?;
    actix_web::rt::System::new().block_on(fill(&app, options))?;
    Ok(ExitCode::SUCCESS)
}

async fn fill(app: &App, options: &Options) -> Result<(), String> {
    bootstrap::master(app).await?;
    if !options.anyway {
        check_unused(app).await?;
    }
    let started = Instant::now();
    let credentials = Credentials::prepare(&options.password)?;
    let population = Population::new(&options.realm, options.size(), credentials)?;
    let found = Found {
        sent: population.realm(),
        people: Box::new(population.clone()),
    };
    let manner = Manner {
        policy: Policy::Fail,
        trial: false,
    };
    let brought_in = transfer::bring_in(app, found, manner).await;
    brought_in.map_err(|error| format!("{error}; --realm gives the realm another name"))?;
    profile::write(app, &population.name).await?;
    history::write(app, &population).await?;
    realms::make(app, &options.realm, options.realms).await?;
    let size = population.size;
    print(&format!(
        "Realm {}: {} people, {} applications, {} groups, {} sessions and {} events of each kind, and {} more realms, \
         in {:.0} s.\nEverybody has the password {}; the first one is {}.\n",
        options.realm,
        size.users,
        size.clients,
        size.groups,
        size.sessions,
        size.events,
        options.realms,
        started.elapsed().as_secs_f64(),
        options.password,
        population.username(0),
    ))
}

/// Invented people do not belong among real ones: nobody could tell them apart afterwards.
async fn check_unused(app: &App) -> Result<(), String> {
    let found = app.realm(MASTER).await.map_err(text)?;
    let master = found.ok_or_else(|| "there is no realm master".to_owned())?;
    let read = |cx: &mut Cx<'_>| -> Result<Option<String>, Fault> {
        for row in realm::list(&mut cx.db)? {
            let is_ours = row.settings.attribute(crate::demo::MARK).is_some();
            if row.name != MASTER && !is_ours {
                return Ok(Some(format!("it has the realm {}", row.name)));
            }
        }
        let people = user::count(cx, &user::Query::default())?;
        let why = "the realm master has more people than its first administrator";
        Ok((people > 1).then(|| why.to_owned()))
    };
    match app.enter(&master, Door::Scan, read).await.map_err(text)? {
        None => Ok(()),
        Some(why) => Err(format!(
            "the database is in use: {why}. Invented people do not belong there; --anyway goes on all the same"
        )),
    }
}

fn text(fault: Fault) -> String {
    fault.to_string()
}
