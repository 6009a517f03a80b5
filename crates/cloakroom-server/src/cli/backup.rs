//! `cloakroom backup`: writes a copy of the whole database, as it stands at one instant, while the server runs.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
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
    // The copy has digests of passwords in it: nobody else may read it, from its first byte on.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    copy(&serve::database_url(config), &options.file)?;
    print(&format!(
        "{} holds everything but the master key, without which nothing sealed in it can be opened: keep \
         that elsewhere\n",
        options.file.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a copy of a database to a file that is not there yet. Whoever calls has seen to it that what they make is nobody
/// else's to read.
pub(crate) fn copy(url: &str, file: &Path) -> Result<(), String> {
    if file.exists() {
        return Err(format!("{} is there already", file.display()));
    }
    let part = part_of(file);
    // Made by us alone: a link that somebody put there leads nowhere, and what another one writes there stays theirs.
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&part)
        .map_err(|error| {
            let part = part.display();
            match error.kind() {
                ErrorKind::AlreadyExists => format!(
                    "{part} is there already: another copy is being written, or one was broken off"
                ),
                _ => format!("{part}: {error}"),
            }
        })?;
    let written = write(url, &part).and_then(|()| finish(&part, file));
    if written.is_err() {
        // What there is of it is no copy, and would only stand in the way.
        let _ = std::fs::remove_file(&part);
    }
    written
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
        Some(database) => {
            check_room(Path::new(database), part)?;
            copy::write(url, part).map_err(|fault| fault.to_string())
        }
        None => postgres::dump(url, part),
    }
}

/// Refuses a copy after which the disk may be full: on the disk of the database the server would go down with it.
fn check_room(database: &Path, part: &Path) -> Result<(), String> {
    let Ok(size) = std::fs::metadata(database).map(|file| file.len()) else {
        return Ok(());
    };
    let Ok(disk) = rustix::fs::statvfs(folder_of(part)) else {
        return Ok(());
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    // Some file systems do not say how large they are.
    if disk.f_blocks > 0 && free < size.saturating_mul(2) {
        let [free, size] = [free, size].map(|bytes| bytes / 1_000_000);
        return Err(format!(
            "the disk has {free} MB left, and {size} MB are to be copied: twice as much has to be free"
        ));
    }
    Ok(())
}

fn folder_of(file: &Path) -> &Path {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or_else(|| Path::new("."))
}

fn finish(part: &Path, file: &Path) -> Result<(), String> {
    let error = |error: std::io::Error| format!("{}: {error}", file.display());
    File::open(part)
        .and_then(|part| part.sync_all())
        .map_err(error)?;
    std::fs::rename(part, file).map_err(error)?;
    let folder = File::open(folder_of(file)).map_err(error)?;
    folder.sync_all().map_err(error)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use cloakroom_model::{Db, db};

    use super::*;

    #[test]
    fn what_stands_where_a_copy_is_written_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let url = format!("sqlite://{}", at("database").display());
        let settings = db::Settings {
            url: url.clone(),
            readers: 1,
        };
        let _database = Db::open(settings).unwrap();
        std::fs::write(at("precious"), "").unwrap();
        symlink(at("precious"), at("linked.part")).unwrap();
        std::fs::write(at("half.part"), "half").unwrap();

        for name in ["linked", "half"] {
            let refused = copy(&url, &at(name)).unwrap_err();

            assert!(refused.contains("is there already"), "{refused}");
            assert!(!at(name).exists(), "{name}");
        }
        assert_eq!(std::fs::read(at("precious")).unwrap(), b"");
        assert!(at("linked.part").is_symlink());
        assert_eq!(std::fs::read(at("half.part")).unwrap(), b"half");

        copy(&url, &at("whole")).unwrap();
        let mode = std::fs::metadata(at("whole")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!at("whole.part").exists());
    }
}
