//! `cloakroom backup`: writes a copy of the whole database, as it stands at one instant, while the server runs.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cloakroom_model::copy;

use super::{Ended, postgres, print};
use crate::config::Config;
use crate::serve;

/// Writes a copy of everything to a file, while the server runs. The master key is not in it.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// The file, which must not be there yet: a SQLite database, or a dump of PostgreSQL
    file: PathBuf,
}

pub(super) fn run(config: &Config, options: &Options) -> Ended {
    let file = &options.file;
    let shown = file.display();
    if file.exists() {
        return Err(format!("{shown} is there already"));
    }
    // The copy has digests of passwords in it: nobody else may read it, from its first byte on.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let part = part_of(file);
    let written = write(&serve::database_url(config), &part).and_then(|()| finish(&part, file));
    if let Err(why) = written {
        // What there is of it is no copy, and would only stand in the way.
        let _ = std::fs::remove_file(&part);
        return Err(why);
    }
    print(&format!(
        "{shown} holds everything but the master key, without which nothing sealed in it can be opened: keep \
         that elsewhere\n"
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// A name beside the file: the file itself is whole from the moment it is there.
fn part_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn write(url: &str, part: &Path) -> Result<(), String> {
    match url.strip_prefix("sqlite://") {
        Some(database) if !Path::new(database).exists() => {
            Err(format!("there is no database at {database}"))
        }
        Some(_) => copy::write(url, part).map_err(|fault| fault.to_string()),
        None => postgres::dump(url, part),
    }
}

fn finish(part: &Path, file: &Path) -> Result<(), String> {
    let error = |error: std::io::Error| format!("{}: {error}", file.display());
    File::open(part)
        .and_then(|part| part.sync_all())
        .map_err(error)?;
    std::fs::rename(part, file).map_err(error)?;
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = File::open(folder.unwrap_or_else(|| Path::new("."))).map_err(error)?;
    folder.sync_all().map_err(error)
}
