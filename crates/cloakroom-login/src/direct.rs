//! The password grant: the same proof as in a browser, for a program that knows the password.

use cloakroom_model::lap::Step;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Result};

use crate::further::{self, Typed};
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

/// Judges the password: the user, or the description of the `invalid_grant` that the client is answered with.
pub fn judge(
    cx: &mut Cx<'_>,
    checked: &Checked,
    client_id: &str,
    ip: &str,
) -> Result<std::result::Result<User, &'static str>> {
    let concluded = proof::conclude_in_part(cx, checked)?;
    cx.lap(Step::Account);
    match concluded {
        Ok(user) => Ok(Ok(user)),
        Err(denied) => {
            proof::report(cx, &denied, client_id, ip)?;
            Ok(Err(match denied.refusal {
                Refusal::InvalidCredentials | Refusal::UsedBefore => INVALID,
                Refusal::Disabled => "Account disabled",
            }))
        }
    }
}

/// What a client is told of whatever was wrong.
pub const INVALID: &str = "Invalid user credentials";

/// What somebody has to bring beside the password.
#[derive(Clone, Copy, Debug)]
pub struct Brought<'a> {
    /// The kind of credential.
    pub kind: &'a str,
    /// The code, if there is one.
    pub code: Option<&'a str>,
}

/// Judges what is asked beside the password, of the device that is offered first, as Keycloak does.
pub fn judge_further(
    cx: &mut Cx<'_>,
    user: &User,
    brought: Brought<'_>,
    (client_id, place): (&str, Place<'_>),
) -> Result<std::result::Result<std::result::Result<(), &'static str>, TooMany>> {
    let denied = match brought.code.filter(|code| !code.is_empty()) {
        Some(code) => {
            let typed = Typed {
                kind: brought.kind,
                code,
                credential: None,
            };
            match further::prove(cx, user, &further::Brought::Code(typed), place)? {
                Ok(Ok(_)) => return Ok(Ok(Ok(()))),
                Ok(Err(denied)) => denied,
                Err(too_many) => return Ok(Err(too_many)),
            }
        }
        // Nothing was guessed.
        None => proof::Denied {
            refusal: Refusal::InvalidCredentials,
            reason: "invalid_user_credentials",
            user: Some(user.id.clone()),
            why: Some("the one-time code is missing"),
            typed: None,
        },
    };
    cx.lap(Step::Further);
    further::report(cx, &denied, brought.kind, (client_id, place.ip))?;
    Ok(Ok(Err(INVALID)))
}

/// Ends a proof of which nothing is missing, unless the user has something to do first.
///
/// That is so by their own list, because the user profile demands what they have not, or because the flow demands a device
/// that they have not (`sets_up`).
pub fn finish(
    cx: &mut Cx<'_>,
    checked: &Checked,
    (user, scopes, sets_up): (&User, &[String], bool),
    (client_id, ip): (&str, &str),
) -> Result<std::result::Result<(), &'static str>> {
    proof::forgive(cx, checked)?;
    if !sets_up && required::list_open(cx, user, scopes)?.is_empty() {
        required::clear_verified(cx, user)?;
        return Ok(Ok(()));
    }
    cx.lap(Step::Actions);
    // No page can be shown here on which it could be done.
    let denied = proof::Denied {
        refusal: Refusal::InvalidCredentials,
        reason: "resolve_required_actions",
        user: Some(user.id.clone()),
        why: None,
        typed: None,
    };
    proof::report(cx, &denied, client_id, ip)?;
    Ok(Err("Account is not fully set up"))
}
