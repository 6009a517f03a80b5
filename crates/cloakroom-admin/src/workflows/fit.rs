//! What a step may write of somebody: nothing that an administrator could not have written.

use cloakroom_login::profile::{self, Occasion};
use cloakroom_model::Realm;
use cloakroom_model::user::User;

use crate::error::{AdminError, Result};

/// The longest value of an attribute, in units of UTF-16, as in forms.
const LONGEST: usize = 2048;

/// Refuses what does not fit the profile, of what a step changes alone: what else is wrong with somebody is not for it to say.
///
/// The profile looks at them as at somebody new: a step may change what nobody may edit, and not into what nobody could be.
pub(super) fn check(realm: &Realm, before: &User, after: &User) -> Result<()> {
    let changed = |name: &str| match name {
        "username" => before.username != after.username,
        "email" => before.email != after.email,
        "firstName" => before.first_name != after.first_name,
        "lastName" => before.last_name != after.last_name,
        name => before.attributes.get(name) != after.attributes.get(name),
    };
    let mut found = profile::check(realm, Occasion::ADMIN, None, &mut after.clone());
    found.retain(|violation| changed(&violation.attribute));
    if !found.is_empty() {
        return Err(AdminError::fields(&found));
    }
    let is_long = |text: &String| text.encode_utf16().count() > LONGEST;
    let long = after
        .attributes
        .iter()
        .find(|(name, values)| changed(name) && values.iter().any(is_long));
    match long {
        Some((name, _)) => {
            let why = format!("The attribute '{name}' has more than {LONGEST} characters");
            Err(AdminError::message(400, why))
        }
        None => Ok(()),
    }
}
