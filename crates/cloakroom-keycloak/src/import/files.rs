//! Finds realms in files: one file with a realm or a list of them, or a folder as Keycloak's
//! directory export writes it, `NAME-realm.json` beside `NAME-users-0.json`.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::error::{ImportError, Result};
use super::placeholders::Replaced;
use super::stream;
use super::{Found, People, Unread};
use crate::read::Object;

/// What stands for `${NAME}`; taken from the environment once, at the start.
pub type Variables = std::sync::Arc<std::collections::BTreeMap<String, String>>;

/// The users of a realm in files, which are read again for each pass.
#[derive(Debug)]
struct InFiles {
    realm_file: PathBuf,
    /// Which of the file's realms it is.
    index: usize,
    user_files: Vec<PathBuf>,
    variables: Variables,
    /// What of the realm's text did not count.
    unread: Vec<Unread>,
    /// What of the files of users did not count, once they were read.
    of_people: Mutex<BTreeSet<Unread>>,
}

impl People for InFiles {
    fn each(&self, visit: &mut dyn FnMut(Object) -> Result<()>) -> Result<()> {
        let mut mine = |index: usize, user: Object| {
            if index == self.index {
                visit(user)
            } else {
                Ok(())
            }
        };
        open(&self.realm_file, &self.variables, |from| {
            stream::users(from, &mut mine)
        })?;
        for file in &self.user_files {
            let noted = open(file, &self.variables, |from| {
                stream::users_alone(from, &mut |_, user| visit(user))
            })?;
            let mut all = self
                .of_people
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            all.extend(noted);
        }
        Ok(())
    }

    fn unread(&self) -> Vec<Unread> {
        let of_people = self
            .of_people
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.unread.iter().chain(&*of_people).cloned().collect()
    }
}

/// The realms in a file or a folder, in the order of their files.
pub fn find(path: &Path, variables: &Variables) -> Result<Vec<Found>> {
    if !path.is_dir() {
        return in_file(path, Vec::new(), variables, Vec::new());
    }
    let mut all = Vec::new();
    let files = json_files(path)?;
    let (mut user_files, realm_files): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| users_of(file).is_some());
    user_files.sort_by_key(|file| users_of(file).map(|(_, number)| number));
    let (mut federated, mut user_files): (Vec<_>, Vec<_>) = user_files
        .into_iter()
        .partition(|file| name_of(file).contains("-federated-users-"));
    for file in realm_files {
        let name = name_of(&file);
        let prefix = name.strip_suffix("-realm.json").map(str::to_owned);
        let (mine, others) = user_files.into_iter().partition(|file| {
            let of = users_of(file).map(|(realm, _)| realm);
            of.is_some() && of == prefix
        });
        user_files = others;
        let stored = federated.extract_if(.., |file| {
            let of = users_of(file).map(|(realm, _)| realm);
            of.is_some() && of == prefix.as_ref().map(|name| format!("{name}-federated"))
        });
        let mut more = Federated::default();
        for file in stored {
            more.read(&file, variables)?;
        }
        let unread = std::mem::take(&mut more.unread);
        let mut found = in_file(&file, mine, variables, unread)?;
        more.join(&mut found);
        all.extend(found);
    }
    user_files.append(&mut federated);
    if let Some(lost) = user_files.first() {
        let why = format!("{}: there is no realm file for these users", lost.display());
        return Err(ImportError::invalid(why));
    }
    Ok(all)
}

/// The realms of a file, one of which has files of users; `unread` is what of other files of its does not count.
fn in_file(
    file: &Path,
    user_files: Vec<PathBuf>,
    variables: &Variables,
    unread: Vec<Unread>,
) -> Result<Vec<Found>> {
    let heads = open(file, variables, |from| {
        stream::realms(from, &mut |_, _| Ok(()))
    })?;
    if heads.len() != 1 && !user_files.is_empty() {
        let why = format!(
            "{}: users in files of their own belong to one realm",
            file.display()
        );
        return Err(ImportError::invalid(why));
    }
    let found = heads.into_iter().enumerate().map(|(index, head)| Found {
        sent: head.sent,
        people: Box::new(InFiles {
            realm_file: file.to_owned(),
            index,
            user_files: user_files.clone(),
            variables: variables.clone(),
            unread: [head.unread, unread.clone()].concat(),
            of_people: Mutex::default(),
        }),
    });
    Ok(found.collect())
}

/// What is kept of people who live in another store.
#[derive(Default)]
struct Federated {
    people: Vec<Value>,
    /// What of their files did not count.
    unread: Vec<Unread>,
}

const BESIDE: &str =
    "it stands in a file of federated users, of which federatedUsers are read alone";

impl Federated {
    fn read(&mut self, file: &Path, variables: &Variables) -> Result<()> {
        let mut users = 0;
        let heads = open(file, variables, |from| {
            stream::realms(from, &mut |_, _| {
                users += 1;
                Ok(())
            })
        })?;
        for mut head in heads {
            self.unread.append(&mut head.unread);
            match head.sent.remove("federatedUsers") {
                None | Some(Value::Null) => {}
                Some(Value::Array(more)) => self.people.extend(more),
                Some(_) => {
                    let why = format!("{}: federatedUsers must be a list", file.display());
                    return Err(ImportError::invalid(why));
                }
            }
            let beside = head.sent.into_iter().filter(|(_, value)| !value.is_null());
            let beside = beside.map(|(name, _)| name).filter(|name| name != "realm");
            self.unread.extend(beside.map(|name| besides(&name)));
        }
        if users > 0 {
            self.unread.push(besides("users"));
        }
        Ok(())
    }

    /// They join the realm that they belong to.
    fn join(mut self, found: &mut [Found]) {
        let Some(one) = found.first_mut().filter(|_| !self.people.is_empty()) else {
            return;
        };
        match one.sent.get_mut("federatedUsers") {
            Some(Value::Array(all)) => all.append(&mut self.people),
            _ => {
                let all = Value::Array(self.people);
                one.sent.insert("federatedUsers".to_owned(), all);
            }
        }
    }
}

fn besides(name: &str) -> Unread {
    Unread {
        place: name.to_owned(),
        who: String::new(),
        why: BESIDE,
    }
}

fn json_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let wrong = |error| ImportError::invalid(format!("{}: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.is_file() && path.extension().is_some_and(|end| end == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn name_of(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The realm and the number of a file of users.
fn users_of(file: &Path) -> Option<(String, u64)> {
    let name = name_of(file);
    let (realm, number) = name.strip_suffix(".json")?.rsplit_once("-users-")?;
    Some((realm.to_owned(), number.parse().ok()?))
}

/// Reads a file with its placeholders replaced; an error names the file.
fn open<T>(
    file: &Path,
    variables: &Variables,
    read: impl FnOnce(&mut dyn Read) -> Result<T>,
) -> Result<T> {
    let wrong = |why: String| ImportError::invalid(format!("{}: {why}", file.display()));
    let from = File::open(file).map_err(|error| wrong(error.to_string()))?;
    let lookup = |name: &str| variables.get(name).cloned();
    read(&mut Replaced::new(from, &lookup)).map_err(|error| match error {
        ImportError::Invalid { why, .. } => wrong(why),
        other => other,
    })
}
