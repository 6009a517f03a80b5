//! What changes here is changed in the directory first, where its people may be written.

use cloakroom_model::Secret;
use cloakroom_model::user::User;

use super::dial::Dial;
use super::line::Line;
use super::mapper::{self, Change};
use super::search::{self, Whom};
use super::settings::{Directory, EditMode};
use crate::{Problem, Result};

/// The first member of a person that was changed here though the directory alone may change it.
pub fn kept(directory: &Directory, before: &User, after: &User) -> Option<String> {
    let named = |own: &str| own == "username" && before.username != after.username;
    if directory.edit_mode == EditMode::ReadOnly && named("username") {
        return Some("username".to_owned());
    }
    let mut all = mapper::each(directory);
    all.find_map(|(own, kind)| {
        let member = kind.keeps(own, directory.edit_mode)?;
        let is_changed = match member {
            "enabled" => before.enabled != after.enabled,
            _ => mapper::values_of(before, member) != mapper::values_of(after, member),
        };
        is_changed.then(|| member.to_owned())
    })
}

/// What has to change in the directory with a person; empty where changes stay here.
pub fn changes(directory: &Directory, before: &User, after: &User) -> Vec<Change> {
    if directory.edit_mode != EditMode::Writable {
        return Vec::new();
    }
    let all = mapper::each(directory);
    let all = all.flat_map(|(own, kind)| kind.changes(own, (before, after)));
    // Entries are named by this attribute; another name is another entry, which is moved there, not here.
    all.filter(|change| {
        !change
            .attribute
            .eq_ignore_ascii_case(directory.rdn_attribute())
    })
    .collect()
}

/// New passwords are held against the directory's own rules alone, as it has those that count.
pub fn judges_passwords(directory: &Directory) -> bool {
    directory.edit_mode == EditMode::Writable && !directory.has("validatePasswordPolicy")
}

/// Where the entry of an id is now.
async fn place(directory: &Directory, external_id: &str, line: &mut Line) -> Result<String> {
    let found = search::one(directory, Whom::WithId(external_id), line).await?;
    let entry = found.ok_or_else(|| Problem::refused("it has no such entry any more"))?;
    Ok(entry.dn)
}

/// Changes an entry.
///
/// # Errors
/// If the directory is not reached or refuses.
pub async fn change(
    directory: &Directory,
    external_id: &str,
    changes: Vec<Change>,
    dial: &impl Dial,
) -> Result<()> {
    let mut line = Line::open_to_search(directory, dial).await?;
    let dn = place(directory, external_id, &mut line).await?;
    let each = changes
        .into_iter()
        .map(|change| (change.attribute, change.values));
    line.replace(&dn, each.collect()).await
}

/// Gives somebody a new password.
///
/// # Errors
/// If the directory is not reached or refuses, as it does by its own rules for passwords, or if the connection is
/// not secured and it is an Active Directory.
pub async fn set_password(
    directory: &Directory,
    external_id: &str,
    password: &Secret,
    dial: &impl Dial,
) -> Result<()> {
    let mut line = Line::open_to_search(directory, dial).await?;
    let dn = place(directory, external_id, &mut line).await?;
    give_password(directory, (&dn, password), &mut line).await
}

/// The same for an entry whose place is known.
pub(super) async fn give_password(
    directory: &Directory,
    (dn, password): (&str, &Secret),
    line: &mut Line,
) -> Result<()> {
    if directory.is_active_directory {
        // Active Directory takes the password in quotes, as UTF-16 (MS-ADTS §3.1.1.3.1.5).
        let quoted = format!("\"{}\"", password.expose());
        let bytes = quoted.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut all = vec![("unicodePwd".to_owned(), vec![bytes])];
        // Whoever has chosen a password has not to choose another one.
        all.push(("pwdLastSet".to_owned(), vec![b"-1".to_vec()]));
        return line.replace(dn, all).await;
    }
    if directory.has("usePasswordModifyExtendedOp") {
        return line.set_password(dn, password.expose()).await;
    }
    let value = password.expose().as_bytes().to_vec();
    line.replace(dn, vec![("userPassword".to_owned(), vec![value])])
        .await
}

/// Removes somebody's entry; it is no fault if it is gone.
///
/// # Errors
/// If the directory is not reached or refuses.
pub async fn remove(directory: &Directory, external_id: &str, dial: &impl Dial) -> Result<()> {
    let mut line = Line::open_to_search(directory, dial).await?;
    let found = search::one(directory, Whom::WithId(external_id), &mut line).await?;
    match found {
        Some(entry) => line.remove(&entry.dn).await,
        None => Ok(()),
    }
}
