//! Writes a realm to files without holding its users in memory.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use cloakroom_model::{Cx, Fault};
use serde_json::{Map, Value, json};

use super::{Choice, each_user, realm_without_users};

/// Where a realm is written to.
#[derive(Clone, Debug)]
pub enum Form {
    /// One file with the realm, and its users if they are wanted.
    File {
        /// The file.
        path: PathBuf,
        /// The users are wanted.
        users: bool,
    },
    /// A folder, with the realm in one file.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Where the users are.
        users: People,
    },
}

/// Where in a folder the users are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum People {
    /// Nowhere.
    Nowhere,
    /// In the realm's own file.
    WithRealm,
    /// In files of their own, so many in each.
    Apart(usize),
}

/// Writes this request's realm; says how many users were written.
pub fn write(cx: &mut Cx<'_>, choice: Choice, form: &Form) -> Result<u64, WriteError> {
    let head = realm_without_users(cx, choice)?;
    match form {
        Form::File { path, users } => {
            let mut out = Out::create(path)?;
            let count = out.realm(cx, choice, head, *users)?;
            out.finish()?;
            Ok(count)
        }
        Form::Folder { path, users } => {
            std::fs::create_dir_all(path).map_err(|error| WriteError::file(path, &error))?;
            let name = cx.realm.name.clone();
            let mut out = Out::create(&path.join(format!("{name}-realm.json")))?;
            let count = out.realm(cx, choice, head, *users == People::WithRealm)?;
            out.finish()?;
            match users {
                People::Apart(each) => user_files(cx, choice, path, *each),
                People::Nowhere | People::WithRealm => Ok(count),
            }
        }
    }
}

/// Why a realm was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A file cannot be written.
    #[error("{path}: {why}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        why: String,
    },
    /// We could not do our part.
    #[error("{0}")]
    Fault(#[from] Fault),
}

impl WriteError {
    fn file(path: &Path, error: &io::Error) -> Self {
        Self::File {
            path: path.display().to_string(),
            why: error.to_string(),
        }
    }
}

impl cloakroom_model::Verdict for WriteError {
    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::File { .. } => None,
            Self::Fault(fault) => Some(fault),
        }
    }
}

/// Files with so many users each, numbered from zero.
fn user_files(
    cx: &mut Cx<'_>,
    choice: Choice,
    folder: &Path,
    each: usize,
) -> Result<u64, WriteError> {
    let (name, each) = (cx.realm.name.clone(), each.max(1));
    let head = format!("{{\n  \"realm\": {},\n  \"users\": [\n", json!(name));
    let (mut number, mut count) = (0u64, 0u64);
    let mut open: Option<(Out, usize)> = None;
    each_user(cx, choice, &mut |user| -> Result<(), WriteError> {
        let (mut out, mut inside) = match open.take() {
            Some((mut out, inside)) => {
                out.text(",\n")?;
                (out, inside)
            }
            None => {
                let mut out = Out::create(&folder.join(format!("{name}-users-{number}.json")))?;
                number += 1;
                out.text(&head)?;
                (out, 0)
            }
        };
        out.json(&user)?;
        count += 1;
        inside += 1;
        if inside >= each {
            return out.end_users();
        }
        open = Some((out, inside));
        Ok(())
    })?;
    if let Some((out, _)) = open {
        out.end_users()?;
    }
    Ok(count)
}

/// A file on its way.
struct Out {
    path: PathBuf,
    to: BufWriter<File>,
}

impl Out {
    /// Only its owner may read the file: there are passwords and keys in it.
    fn create(path: &Path) -> Result<Self, WriteError> {
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(path)
            .map_err(|error| WriteError::file(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            to: BufWriter::new(file),
        })
    }

    fn text(&mut self, text: &str) -> Result<(), WriteError> {
        self.to
            .write_all(text.as_bytes())
            .map_err(|error| WriteError::file(&self.path, &error))
    }

    fn json(&mut self, value: &Value) -> Result<(), WriteError> {
        let text = serde_json::to_string_pretty(value).map_err(Fault::from)?;
        self.text(&text)
    }

    /// The realm's members in order, with `users` among them and each user written as it is read.
    fn realm(
        &mut self,
        cx: &mut Cx<'_>,
        choice: Choice,
        mut head: Map<String, Value>,
        users: bool,
    ) -> Result<u64, WriteError> {
        let mut count = 0;
        if users {
            head.insert("users".to_owned(), Value::Null);
        }
        self.text("{")?;
        for (place, (name, value)) in head.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            self.text(&format!("{comma}\n  {}: ", Value::from(name.as_str())))?;
            if !users || name != "users" {
                self.json(value)?;
                continue;
            }
            self.text("[")?;
            each_user(cx, choice, &mut |user| {
                let comma = if count == 0 { "\n" } else { ",\n" };
                count += 1;
                self.text(comma)?;
                self.json(&user)
            })?;
            self.text("\n]")?;
        }
        self.text("\n}")?;
        Ok(count)
    }

    /// Closes a file of users.
    fn end_users(mut self) -> Result<(), WriteError> {
        self.text("\n]\n}")?;
        self.finish()
    }

    fn finish(mut self) -> Result<(), WriteError> {
        self.text("\n")?;
        self.to
            .flush()
            .map_err(|error| WriteError::file(&self.path, &error))
    }
}
