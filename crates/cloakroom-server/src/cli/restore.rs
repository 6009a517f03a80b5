//! `cloakroom restore`: puts a copy back where nothing is yet, and ends what it would bring back to life.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cloakroom_model::{Db, Fault, copy, db, realm};
use cloakroom_web::app::now;

use super::{Ended, postgres, print};
use crate::config::Config;
use crate::{master_key, serve};

/// Puts a copy back. Everybody signs in again, because nobody knows what was spent or signed out after it was made.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// A file that `cloakroom backup` has written
    file: PathBuf,
    /// Lets sessions and tokens go on: only for a copy of a server that has served nobody since
    #[arg(long)]
    keep_sessions: bool,
}

pub(super) fn run(config: &Config, options: &Options) -> Ended {
    let file = &options.file;
    if !file.is_file() {
        return Err(format!("{} is no file", file.display()));
    }
    let url = serve::database_url(config);
    if !copy::is_empty(&url).map_err(|fault| fault.to_string())? {
        return Err(
            "the database is not empty: restore into a new one, or move the old one away"
                .to_owned(),
        );
    }
    let key_file = config.data_dir.join("master.key");
    if config.master_key.is_none() && !key_file.exists() {
        return Err(format!(
            "the master key of the copy is missing: put it into {}, or set CLOAKROOM_MASTER_KEY",
            key_file.display()
        ));
    }
    let key = master_key::load(config.master_key.as_ref(), &config.data_dir)?;
    let text = match url.strip_prefix("sqlite://") {
        Some(database) => put_back(Path::new(database), file, &key, options)?,
        None => {
            check_key_of_dump(file, &key)?;
            postgres::restore(&url, file)?;
            settle(url, &key, options)?
        }
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Refuses a copy of PostgreSQL that was sealed under another key while the database is empty still.
fn check_key_of_dump(file: &Path, key: &[u8; 32]) -> Result<(), String> {
    let rows = postgres::rows_of(file, "server_state")?;
    let kept = rows
        .lines()
        .find_map(|row| row.strip_prefix(master_key::CHECK)?.strip_prefix('\t'));
    let kept = kept.ok_or_else(|| format!("{} is no copy of a server", file.display()))?;
    master_key::compare(key, kept)
}

/// Prepares the file under another name, so that no server starts with half of it.
fn put_back(
    database: &Path,
    file: &Path,
    key: &[u8; 32],
    options: &Options,
) -> Result<String, String> {
    let error = |error: std::io::Error| format!("{}: {error}", database.display());
    // It holds digests of passwords.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    if let Some(folder) = database.parent() {
        std::fs::create_dir_all(folder).map_err(error)?;
    }
    let mut name = database.as_os_str().to_owned();
    name.push(".restoring");
    let part = PathBuf::from(name);
    std::fs::copy(file, &part).map_err(error)?;
    let settled = copy::check(&part)
        .map_err(|fault| format!("{}: {fault}", file.display()))
        .and_then(|()| settle(format!("sqlite://{}", part.display()), key, options));
    if settled.is_err() {
        let _ = std::fs::remove_file(&part);
        return settled;
    }
    std::fs::File::open(&part)
        .and_then(|part| part.sync_all())
        .map_err(error)?;
    std::fs::rename(&part, database).map_err(error)?;
    settled
}

/// Brings the copy up to date, checks that it belongs to the master key, and ends what must not go on.
fn settle(url: String, key: &[u8; 32], options: &Options) -> Result<String, String> {
    let db = Db::open(db::Settings { url, readers: 1 }).map_err(|fault| fault.to_string())?;
    master_key::open_vault(&db, key)?;
    if options.keep_sessions {
        return Ok("restored, with its sessions\n".to_owned());
    }
    let now = now();
    let forgotten: Result<_, Fault> =
        db.write_blocking(move |conn| realm::forget_grants(conn, now));
    let forgotten = forgotten.map_err(|fault| fault.to_string())?;
    Ok(format!(
        "restored: {} realms refuse tokens from before now, {} sessions have ended\n",
        forgotten.realms, forgotten.sessions
    ))
}
