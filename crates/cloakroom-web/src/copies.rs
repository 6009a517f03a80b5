//! Copies of the whole database that an administrator asks for while the server runs: where they go, which there are, and
//! how the last one went.
//!
//! What is known of a copy that is being written is known on this node alone, as the folder is this node's.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::UNIX_EPOCH;

use cloakroom_model::Timestamp;

use crate::page::Moment;

/// Writes a copy of everything to a file that is not there yet; the error is for whoever runs the server.
pub type Write = dyn Fn(&Path) -> Result<(), String> + Send + Sync;

/// What the names of copies begin with.
const PREFIX: &str = "cloakroom-";
/// What a file is called beside the name of the copy that it will be.
const PART: &str = ".part";
/// So many copies are named.
const NAMED: usize = 20;

/// The folder of copies, and who writes there.
pub struct Copies {
    folder: PathBuf,
    write: Arc<Write>,
    /// The file of the database, where it is one: how large a copy may become.
    database: Option<PathBuf>,
    state: Arc<Mutex<State>>,
}

/// How it stands with the copy that was asked for last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// None was asked for since the server started.
    #[default]
    None,
    /// It is being written.
    Running {
        /// The name of its file.
        name: String,
        /// Since when.
        since: Timestamp,
    },
    /// It is there.
    Done {
        /// The name of its file.
        name: String,
    },
    /// It is not there.
    Failed {
        /// The name that it would have had.
        name: String,
        /// Why.
        why: String,
    },
}

/// A copy in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The name of its file.
    pub name: String,
    /// How large it is, in bytes.
    pub bytes: u64,
    /// When it was finished.
    pub at: Timestamp,
}

impl fmt::Debug for Copies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Copies")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Copies {
    /// Copies go to this folder, which is made when the first one does.
    pub fn new(folder: PathBuf, database: Option<PathBuf>, write: Arc<Write>) -> Self {
        Self {
            folder,
            write,
            database,
            state: Arc::default(),
        }
    }

    /// Where copies go.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How it stands with the last one.
    pub fn state(&self) -> State {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.clone()
    }

    /// How far the copy of this name is, and how far it may have to go, in bytes; nothing is known of the end where the
    /// database is no file.
    pub fn progress(&self, name: &str) -> (u64, Option<u64>) {
        let size = |path: &Path| fs::metadata(path).map(|file| file.len()).ok();
        let written = size(&self.folder.join(format!("{name}{PART}")));
        (
            written.unwrap_or(0),
            self.database.as_deref().and_then(size),
        )
    }

    /// The copies that are there, the newest first. Other files in the folder are none of them.
    pub fn list(&self) -> Vec<Copy> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        let mut all: Vec<Copy> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let is_one = name.starts_with(PREFIX) && !name.ends_with(PART);
                let file = entry.metadata().ok().filter(|file| file.is_file())?;
                let at = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
                is_one.then(|| Copy {
                    name,
                    bytes: file.len(),
                    at: Timestamp::from_millis(i64::try_from(at.as_millis()).unwrap_or(i64::MAX)),
                })
            })
            .collect();
        all.sort_by(|one, other| (other.at, &other.name).cmp(&(one.at, &one.name)));
        all.truncate(NAMED);
        all
    }

    /// Takes the place of the one copy that may be written at a time; nothing where it is taken.
    pub fn reserve(&self, now: Timestamp) -> Option<Reserved> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Running { .. }) {
            return None;
        }
        let name = self.name(now);
        let before = std::mem::replace(
            &mut *state,
            State::Running {
                name: name.clone(),
                since: now,
            },
        );
        Some(Reserved {
            file: self.folder.join(&name),
            name,
            write: Arc::clone(&self.write),
            state: Arc::clone(&self.state),
            then: Some(before),
        })
    }

    /// A name that no copy has: the moment, and a number where that is not enough.
    fn name(&self, now: Timestamp) -> String {
        let moment = Moment::from_unix_seconds(now.millis().div_euclid(1000));
        let plain: String = moment
            .machine()
            .chars()
            .filter(|c| c.is_ascii_alphanumeric())
            .collect();
        let mut name = format!("{PREFIX}{plain}");
        let mut number = 2;
        while self.folder.join(&name).exists() {
            name = format!("{PREFIX}{plain}-{number}");
            number += 1;
        }
        name
    }
}

/// The right to write one copy. Whoever drops it unused leaves all as it was.
#[must_use = "nothing is written until it starts"]
pub struct Reserved {
    name: String,
    file: PathBuf,
    write: Arc<Write>,
    state: Arc<Mutex<State>>,
    /// How it stands once this is dropped.
    then: Option<State>,
}

impl fmt::Debug for Reserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reserved")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

impl Reserved {
    /// The name of the file that it will be.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes it on a thread of its own, which nobody has to wait for.
    pub fn start(mut self) -> JoinHandle<()> {
        self.then = Some(State::Failed {
            name: self.name.clone(),
            why: "it was cut off".to_owned(),
        });
        thread::spawn(move || self.run())
    }

    fn run(mut self) {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        let made = fs::create_dir_all(folder)
            .map_err(|error| format!("{} cannot be made: {error}", folder.display()));
        let name = self.name.clone();
        let state = match made.and_then(|()| (self.write)(&self.file)) {
            Ok(()) => {
                tracing::info!(file = %self.file.display(), "a copy of the database was written");
                State::Done { name }
            }
            Err(why) => {
                tracing::error!(file = %self.file.display(), %why, "a copy of the database could not be written");
                State::Failed { name, why }
            }
        };
        self.then = Some(state);
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = self.then.take().unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    /// A folder whose copies end when they are told to, as they are told to.
    fn copies() -> (tempfile::TempDir, Copies, Sender<Result<(), String>>) {
        let folder = tempfile::tempdir().unwrap();
        let (tell, told): (_, Receiver<Result<(), String>>) = channel();
        let told = Mutex::new(told);
        let write = move |file: &Path| {
            told.lock().unwrap().recv().unwrap()?;
            fs::write(file, "all of it").map_err(|error| error.to_string())
        };
        let copies = Copies::new(folder.path().join("copies"), None, Arc::new(write));
        (folder, copies, tell)
    }

    #[test]
    fn one_copy_is_written_at_a_time_and_none_over_another() {
        let (_folder, copies, tell) = copies();

        let reserved = copies.reserve(at(1_000_000_000)).unwrap();
        assert!(copies.reserve(at(1_000_000_000)).is_none());
        assert_eq!(reserved.name(), "cloakroom-20010909T014640Z");
        let running = reserved.start();
        assert!(copies.reserve(at(1_000_000_000)).is_none());
        tell.send(Ok(())).unwrap();
        running.join().unwrap();

        let name = "cloakroom-20010909T014640Z".to_owned();
        assert_eq!(copies.state(), State::Done { name });
        let next = copies.reserve(at(1_000_000_000)).unwrap();
        assert_eq!(next.name(), "cloakroom-20010909T014640Z-2");
        assert_eq!(copies.list().len(), 1);
        assert_eq!(copies.list()[0].bytes, 9);
    }

    #[test]
    fn a_copy_that_fails_says_why_and_one_that_never_began_leaves_no_trace() {
        let (_folder, copies, tell) = copies();

        drop(copies.reserve(at(1)).unwrap());
        assert_eq!(copies.state(), State::None);
        let reserved = copies.reserve(at(1)).unwrap();
        let name = reserved.name().to_owned();
        let running = reserved.start();
        tell.send(Err("the disk is full".to_owned())).unwrap();
        running.join().unwrap();

        let why = "the disk is full".to_owned();
        assert_eq!(copies.state(), State::Failed { name, why });
        assert_eq!(copies.list(), []);
    }

    #[test]
    fn other_files_and_halves_of_copies_are_not_listed() {
        let (_folder, copies, _tell) = copies();
        fs::create_dir_all(copies.folder().join("cloakroom-folder")).unwrap();
        for name in ["cloakroom-1", "cloakroom-2.part", "master.key"] {
            fs::write(copies.folder().join(name), name).unwrap();
        }

        let names: Vec<String> = copies.list().into_iter().map(|one| one.name).collect();

        assert_eq!(names, ["cloakroom-1"]);
        assert_eq!(copies.progress("cloakroom-2"), (16, None));
    }
}
