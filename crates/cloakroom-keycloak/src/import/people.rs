//! Where the users of a realm come from, and the passwords that stand among them in the clear.

use std::collections::HashMap;

use cloakroom_model::Secret;
use cloakroom_model::user::fold;

use super::credentials;
use super::error::Result;
use super::lenient::scalar;
use crate::read::Object;

/// A place in a text where something stands that does not count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// `users[].email` for example.
    pub place: String,
    /// Whom it is about; empty for the realm itself.
    pub who: String,
    /// Why it does not count.
    pub why: &'static str,
}

/// The users of a realm, in memory or in files that are larger than it.
pub trait People: Send + Sync {
    /// Shows each user, in the same order each time.
    fn each(&self, visit: &mut dyn FnMut(Object) -> Result<()>) -> Result<()>;

    /// What of the texts that the realm was read from did not count, as far as [`People::each`] has shown everybody once.
    fn unread(&self) -> Vec<Unread> {
        Vec::new()
    }
}

/// Users that came with a request.
#[derive(Clone, Debug, Default)]
pub struct InMemory(pub Vec<Object>);

impl People for InMemory {
    fn each(&self, visit: &mut dyn FnMut(Object) -> Result<()>) -> Result<()> {
        self.0.iter().try_for_each(|user| visit(user.clone()))
    }
}

/// The stored form of a password that stood in the clear.
#[derive(Clone)]
pub struct Hashed {
    /// Algorithm and parameters, as a JSON text.
    pub credential_data: String,
    /// Hash and salt, as a JSON text.
    pub secret_data: String,
}

impl std::fmt::Debug for Hashed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hashed(…)")
    }
}

/// Hashes by username.
pub type Hashes = HashMap<String, Hashed>;

/// A password in the clear, and whose it is.
#[derive(Clone, Debug)]
pub struct Plain {
    /// The username, in lower case.
    pub username: String,
    /// The password.
    pub password: Secret,
}

/// The passwords in the clear, to be hashed before the transaction; also how many users there are.
pub fn plain_passwords(people: &dyn People) -> Result<(u64, Vec<Plain>)> {
    let mut count = 0;
    let mut found = Vec::new();
    people.each(&mut |user| {
        count += 1;
        found.extend(plain_of(&user));
        Ok(())
    })?;
    Ok((count, found))
}

fn plain_of(user: &Object) -> Option<Plain> {
    let username = scalar(user.get("username")?)?;
    let credentials = user.get("credentials")?.as_array()?;
    let objects = credentials.iter().filter_map(|one| one.as_object());
    let plain = objects.rev().find(|one| credentials::is_plain(one))?;
    Some(Plain {
        username: fold(&username),
        password: Secret::new(scalar(plain.get("value")?)?),
    })
}
