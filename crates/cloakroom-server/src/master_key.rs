//! The master key: given, or made in the data folder at the first start, and checked against the
//! database it belongs to.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use cloakroom_jose::base64url;
use cloakroom_model::{Db, Digest, Fault, Link, Secret, Vault, server_state};
use rand::Rng as _;

/// The name under which the database remembers which key it belongs to.
pub(crate) const CHECK: &str = "master_key_check";

/// What is said of a database that belongs to another key.
const ANOTHER: &str = "the database was sealed under another master key: give the key of the node that made it \
    (CLOAKROOM_MASTER_KEY or its file)";

/// Takes the key that was given, else the one in the data folder, else makes one there.
///
/// # Errors
///
/// Says what is wrong with the key or its file, without showing it.
pub(crate) fn load(given: Option<&Secret>, data_dir: &Path) -> Result<[u8; 32], String> {
    if let Some(secret) = given {
        return parse(secret.expose());
    }
    let path = data_dir.join("master.key");
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(text.trim()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(&path),
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

fn parse(text: &str) -> Result<[u8; 32], String> {
    let bytes = base64url::decode(text.trim_end_matches('=')).ok();
    bytes
        .and_then(|bytes| bytes.as_slice().try_into().ok())
        .ok_or_else(|| "the master key must be 32 bytes in base64url".to_owned())
}

fn make(path: &Path) -> Result<[u8; 32], String> {
    let mut key = [0u8; 32];
    let mut rng = cloakroom_web::app::random().map_err(|fault| fault.to_string())?;
    rng.fill_bytes(&mut key);
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| {
            writeln!(file, "{}", base64url::encode(&key))?;
            file.sync_all()
        });
    written.map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    Ok(key)
}

/// Makes the vault, and refuses a key under which this database was not sealed.
pub(crate) fn open_vault(db: &Db, key: &[u8; 32]) -> Result<Vault, String> {
    let mine = check_of(key);
    let kept: Result<String, Fault> = db.write_blocking(move |conn| {
        let mut link = Link::Open(conn);
        server_state::insert(&mut link, CHECK, &mine)?;
        Ok(server_state::find(&mut link, CHECK)?.unwrap_or_default())
    });
    compare(key, &kept.map_err(|fault| fault.to_string())?)?;
    Vault::new(key).map_err(|fault| fault.to_string())
}

/// Refuses a key that is not the one by which a database remembers its own.
pub(crate) fn compare(key: &[u8; 32], kept: &str) -> Result<(), String> {
    match kept == check_of(key) {
        true => Ok(()),
        false => Err(ANOTHER.to_owned()),
    }
}

fn check_of(key: &[u8; 32]) -> String {
    Digest::of(&[b"cloakroom master key check", key.as_slice()].concat()).to_base64url()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();

        let first = load(None, folder.path()).unwrap();
        let second = load(None, folder.path()).unwrap();

        assert_eq!(first, second);
        assert_ne!(first, [0; 32]);
    }

    #[test]
    fn a_key_of_another_size_is_refused_unseen() {
        for wrong in [
            "",
            "AAAA",
            "not base64url!",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            let error = load(Some(&Secret::new(wrong)), Path::new(".")).unwrap_err();

            assert!(error.contains("32 bytes"));
        }
    }
}
