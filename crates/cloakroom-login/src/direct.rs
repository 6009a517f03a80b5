//! The password grant: the same proof as in a browser, for a program that knows the password.

use cloakroom_model::user::User;
use cloakroom_model::{Cx, Result};

use crate::proof::{self, Checked, Place, Refusal, TooMany, Who, Work};
use crate::required;

/// Finds the user and counts the attempt.
pub fn prepare(
    cx: &mut Cx<'_>,
    username: &str,
    password: &str,
    place: Place<'_>,
) -> Result<std::result::Result<Work, TooMany>> {
    proof::prepare(cx, Who::Named(username), password, place)
}

/// Judges: the user, or the description of the `invalid_grant` that the client is answered with.
pub fn conclude(
    cx: &mut Cx<'_>,
    checked: &Checked,
    client_id: &str,
    ip: &str,
) -> Result<std::result::Result<User, &'static str>> {
    match proof::conclude(cx, checked)? {
        Ok(user) if required::list_open(cx, &user)?.is_empty() => Ok(Ok(user)),
        // No page can be shown here on which it could be done.
        Ok(user) => {
            let denied = proof::Denied {
                refusal: Refusal::InvalidCredentials,
                reason: "resolve_required_actions",
                user: Some(user.id),
                why: None,
            };
            proof::report(cx, &denied, client_id, ip)?;
            Ok(Err("Account is not fully set up"))
        }
        Err(denied) => {
            proof::report(cx, &denied, client_id, ip)?;
            Ok(Err(match denied.refusal {
                Refusal::InvalidCredentials => "Invalid user credentials",
                Refusal::Disabled => "Account disabled",
            }))
        }
    }
}
