//! `cloakroom import`: brings realms in from Keycloak's files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::ValueEnum;
use cloakroom_admin::transfer::{self, Manner, Policy};
use cloakroom_keycloak::import::files::{self, Variables};
use cloakroom_keycloak::import::{Found, Report};
use cloakroom_web::App;

use super::{Ended, print};
use crate::bootstrap::{self, MASTER};
use crate::config::Config;
use crate::serve;

/// Brings realms in from Keycloak's files.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// A realm file, with one realm or a list of them, or a folder of a directory export
    from: PathBuf,
    /// Writes nothing, and reports what would be written
    #[arg(long)]
    dry_run: bool,
    /// What is done where a realm of the same name is there
    #[arg(long, value_enum, default_value_t = Existing::Fail)]
    policy: Existing,
    /// Reports as JSON
    #[arg(long)]
    json: bool,
    /// Writes the report as JSON to this file, too
    #[arg(long)]
    report: Option<PathBuf>,
}

/// What is done where a realm of the same name is there.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Existing {
    /// It stays
    Skip,
    /// The one in the file takes its place
    Overwrite,
    /// The import ends
    Fail,
}

impl From<Existing> for Policy {
    fn from(existing: Existing) -> Self {
        match existing {
            Existing::Skip => Self::Skip,
            Existing::Overwrite => Self::Overwrite,
            Existing::Fail => Self::Fail,
        }
    }
}

pub(super) fn run(config: &Config, options: &Options) -> Ended {
    let found = find(&options.from)?;
    if found.is_empty() {
        let from = options.from.display();
        return Err(format!("{from}: there is no realm in it"));
    }
    let app = serve::open(config)?;
    let manner = Manner {
        policy: options.policy.into(),
        trial: options.dry_run,
    };
    let work = bring_in(&app, found, &manner);
    let (reports, failed) = actix_web::rt::System::new().block_on(work);
    let json = serde_json::json!({
        "trial": options.dry_run,
        "realms": reports.iter().map(Report::to_json).collect::<Vec<_>>(),
        "error": failed,
    });
    let json = serde_json::to_string_pretty(&json).map_err(|error| error.to_string())?;
    if let Some(path) = &options.report {
        std::fs::write(path, format!("{json}\n"))
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    if options.json {
        print(&format!("{json}\n"))?;
    } else {
        if options.dry_run {
            print("A trial: nothing was written.\n")?;
        }
        for report in &reports {
            print(&report.to_text())?;
        }
    }
    match failed {
        Some(why) => Err(why),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// The realms in a file or a folder, those that others may refer to first.
fn find(path: &Path) -> Result<Vec<Found>, String> {
    let mut found = files::find(path, &environment()).map_err(|error| error.to_string())?;
    found.sort_by_key(|one| one.name() != Some(MASTER));
    Ok(found)
}

/// What `${NAME}` in a file stands for.
fn environment() -> Variables {
    let all = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Arc::new(all.collect::<BTreeMap<_, _>>())
}

/// Brings realms in one after the other, until one fails.
async fn bring_in(app: &App, found: Vec<Found>, manner: &Manner) -> (Vec<Report>, Option<String>) {
    let mut reports = Vec::new();
    for one in found {
        let name = one.name().unwrap_or_default().to_owned();
        let started = Instant::now();
        if name != MASTER
            && let Err(why) = bootstrap::master(app).await
        {
            return (reports, Some(why));
        }
        match transfer::bring_in(app, one, manner.clone()).await {
            Ok(report) => {
                let seconds = started.elapsed().as_secs_f64();
                tracing::info!(realm = name, seconds, "the realm was brought in");
                reports.push(report);
            }
            Err(error) => return (reports, Some(format!("realm {name}: {error}"))),
        }
    }
    (reports, None)
}

/// Where Keycloak's image has the folder, which compose files mount realm files into.
const KEYCLOAKS_FOLDER: &str = "/opt/keycloak/data/import";

/// Brings in the realms of the folder `import` that are not there yet, as Keycloak does at its start.
pub(crate) async fn at_start(app: &App, data: &Path) -> Result<(), String> {
    let folders = [data.join("import"), PathBuf::from(KEYCLOAKS_FOLDER)];
    let manner = Manner {
        policy: Policy::Skip,
        trial: false,
    };
    let there: Vec<&PathBuf> = folders.iter().filter(|folder| folder.is_dir()).collect();
    if there.is_empty() {
        let folder = folders.first().map(|folder| folder.display().to_string());
        tracing::warn!(folder, "--import-realm: there is no such folder");
    }
    for folder in there {
        let (reports, failed) = bring_in(app, find(folder)?, &manner).await;
        for report in reports {
            tracing::info!(report = %report.to_json(), "a realm file was read");
        }
        if let Some(why) = failed {
            return Err(why);
        }
    }
    Ok(())
}
