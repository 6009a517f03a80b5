//! Flows and passkeys: where one is taken in place of a name and a password, and what is asked for beside it.

use cloakroom_login::further::webauthn::Policy;
use cloakroom_model::attempt::Attempt;
use cloakroom_model::client::Client;
use cloakroom_model::credential::PASSKEY;
use cloakroom_model::flow::course::{self, Facts};
use cloakroom_model::flow::{Tree, Use};
use cloakroom_model::organization;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Fault, Realm};

use super::{Asks, Bar, change, scopes};
use crate::routes::sign_in;

/// What the flow makes of somebody whose passkey has signed, if these kinds are not asked for.
pub(crate) fn judge(
    cx: &mut Cx<'_>,
    (attempt, client): (&Attempt, &Client),
    user: &User,
    declined: &[String],
) -> Result<Result<Asks, Bar>, Fault> {
    let flow = match cx.realm.bound(Use::Browser, Some(client)) {
        Ok(flow) => flow,
        Err(gone) => return Ok(Err(Bar::gone(gone))),
    };
    let request = sign_in::request_of(attempt)?;
    let facts = Facts {
        has_passkey: true,
        takes_passkeys: stands_for_passwords(cx.realm),
        has_organizations: organization::is_on(cx),
        scopes: scopes(cx.realm, client, &request.scope),
        level: request.level.least(),
        person: Some(course::person(cx, user, &flow)?),
        declined: declined.iter().cloned().collect(),
        ..Facts::default()
    };
    let course = course::decide(&flow, &facts);
    let asks = match Asks::of(&course, &facts) {
        // The flow may have changed since the page was shown.
        Ok(_) if !course.has_passkey() => return Ok(Err(Bar::Refused(flow.alias.clone()))),
        Ok(asks) => asks,
        Err(bar) => return Ok(Err(bar)),
    };
    change::add(cx, (attempt, client), user, (asks, facts)).map(Ok)
}

/// The forms for names and passwords take passkeys as well (`webAuthnPolicyPasswordlessPasskeysEnabled`).
pub(crate) fn stands_for_passwords(realm: &Realm) -> bool {
    Policy::of(&realm.settings, PASSKEY, "").asks_with_name
}

/// Somebody may come through a flow by a passkey alone, or with what is asked for beside it.
pub(super) fn is_taken(realm: &Realm, flow: &Tree) -> bool {
    course::takes_passkey(flow, stands_for_passwords(realm))
}
