//! `cloakroom export`: writes realms to Keycloak's files.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use cloakroom_keycloak::export::{self, Choice, Form, People};
use cloakroom_model::{Door, realm};
use cloakroom_web::App;

use super::{Ended, print};
use crate::bootstrap;
use crate::config::Config;
use crate::serve;

/// Writes realms to Keycloak's files.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// The realm; without it all of them are written
    #[arg(long)]
    realm: Option<String>,
    /// One file for one realm
    #[arg(long, conflicts_with = "dir")]
    file: Option<PathBuf>,
    /// A folder, with files of their own for the users
    #[arg(long, required_unless_present = "file")]
    dir: Option<PathBuf>,
    /// Where users are written to
    #[arg(long, value_enum)]
    users: Option<Users>,
    /// How many users a file of their own holds
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    users_per_file: u32,
    /// Whether passwords, keys and secrets are written
    #[arg(long, value_enum, default_value_t = Secrets::Shown)]
    secrets: Secrets,
}

/// Where users are written to, in Keycloak's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Users {
    /// Nowhere
    Skip,
    /// The realm's own file
    RealmFile,
    /// One file of their own
    SameFile,
    /// Files of their own
    DifferentFiles,
}

/// Whether passwords, keys and secrets are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Secrets {
    /// They are, so the files are secret themselves
    Shown,
    /// A mask stands in their place
    Masked,
}

pub(super) fn run(config: &Config, options: &Options) -> Ended {
    let app = serve::open(config)?;
    actix_web::rt::System::new().block_on(write(&app, options))?;
    Ok(ExitCode::SUCCESS)
}

async fn write(app: &App, options: &Options) -> Result<(), String> {
    let names = match (&options.realm, &options.file) {
        (Some(name), _) => vec![name.clone()],
        (None, Some(_)) => return Err("--file holds one realm: name it with --realm".to_owned()),
        (None, None) => all(app).await?,
    };
    let choice = Choice {
        secrets: options.secrets == Secrets::Shown,
        users: options.users != Some(Users::Skip),
        ..Choice::ALL
    };
    for name in names {
        let found = app.realm(&name).await.map_err(|fault| fault.to_string())?;
        let found = found.ok_or_else(|| format!("there is no realm {name}"))?;
        let form = form(options);
        let written = app.enter(&found, Door::Scan, move |cx| {
            cx.in_view(|cx| export::write(cx, choice, &form))
        });
        let count = written.await.map_err(|error| error.to_string())?;
        print(&format!("realm {name}: {count} users\n"))?;
    }
    Ok(())
}

fn form(options: &Options) -> Form {
    if let Some(path) = &options.file {
        return Form::File {
            path: path.clone(),
            users: options.users != Some(Users::Skip),
        };
    }
    let users = match options.users.unwrap_or(Users::DifferentFiles) {
        Users::Skip => People::Nowhere,
        Users::RealmFile => People::WithRealm,
        // More than any realm has; the file is written when the last user is read.
        Users::SameFile => People::Apart(usize::MAX),
        Users::DifferentFiles => People::Apart(options.users_per_file as usize),
    };
    Form::Folder {
        path: options.dir.clone().unwrap_or_default(),
        users,
    }
}

async fn all(app: &App) -> Result<Vec<String>, String> {
    let master = bootstrap::master(app).await?;
    let names = app.enter(&master, Door::Read, |cx| realm::list(&mut cx.db));
    let names = names.await.map_err(|fault| fault.to_string())?;
    Ok(names.into_iter().map(|row| row.name).collect())
}
