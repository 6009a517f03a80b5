//! Secrets that end: where a client policy says so, a secret lives for a while, and the one before it
//! lives on beside it for another; where none does, as long as whoever makes a new one says.

use std::borrow::Cow;

use cloakroom_keycloak::client as shape;
use cloakroom_model::client::{Client, Settings};
use cloakroom_model::client_policy::Part;
use cloakroom_model::id::ClientUuid;
use cloakroom_model::{Cx, Secret};
use cloakroom_oidc::client_auth::secret::{ENDS, ROTATED, ROTATED_ENDS};
use cloakroom_oidc::client_policy::{self, Registrant};

use crate::error::Result;

/// Client attribute: when the secret before was replaced.
const ROTATED_TIME: &str = "client.secret.rotated.creation.time";

/// The periods of the policy that applies to the client, if one does.
fn periods(
    cx: &mut Cx<'_>,
    by: &Registrant,
    id: Option<&ClientUuid>,
    settings: &Settings,
) -> Result<Option<Part>> {
    let kind = client_policy::SECRET_ROTATION;
    Ok(client_policy::demanded(cx, by, (id, settings), kind)?)
}

fn set(settings: &mut Settings, name: &str, value: String) {
    settings.attributes.insert(name.to_owned(), value);
}

fn set_end(settings: &mut Settings, name: &str, now: i64, period: Option<i64>) {
    let end = now.saturating_add(period.unwrap_or_default());
    set(settings, name, end.to_string());
}

/// When the secret ends, in seconds since 1970.
fn end_of(settings: &Settings) -> Option<i64> {
    settings.attribute(ENDS)?.parse().ok()
}

/// Says when the first secret of a client ends.
pub(super) fn start(
    cx: &mut Cx<'_>,
    by: &Registrant,
    id: Option<&ClientUuid>,
    settings: &mut Settings,
) -> Result<()> {
    if let Some(periods) = periods(cx, by, id, settings)? {
        let period = periods.number("expiration-period");
        set_end(settings, ENDS, cx.now.seconds(), period);
    }
    Ok(())
}

/// Makes a new secret. Where no policy says how long the one before it lives on, it does for `keep` seconds; without that
/// it is over at once. One that has ended does not come to life again.
pub(super) fn renew(
    cx: &mut Cx<'_>,
    by: &Registrant,
    (id, old, keep): (&ClientUuid, Option<Secret>, Option<i64>),
    settings: &mut Settings,
) -> Result<Secret> {
    let now = cx.now.seconds();
    let periods = periods(cx, by, Some(id), settings)?;
    let has_ended = end_of(settings).is_some_and(|end| end <= now);
    let old = old.filter(|_| !has_ended);
    forget(settings);
    settings.attributes.remove(ENDS);
    set(settings, shape::SECRET_TIME, now.to_string());
    let kept = match &periods {
        Some(periods) => {
            set_end(settings, ENDS, now, periods.number("expiration-period"));
            Some(periods.number("rotated-expiration-period"))
        }
        None => keep.map(Some),
    };
    if let (Some(period), Some(old)) = (kept, old) {
        set(settings, ROTATED, old.expose().to_owned());
        set(settings, ROTATED_TIME, now.to_string());
        set_end(settings, ROTATED_ENDS, now, period);
    }
    Ok(Secret::random_for_client(cx.rng))
}

/// A client that changes shortly before its secret ends, or after, gets the next one.
pub(super) fn renew_if_due(
    cx: &mut Cx<'_>,
    by: &Registrant,
    (id, secret): (&ClientUuid, Secret),
    settings: &mut Settings,
) -> Result<Secret> {
    let Some(periods) = periods(cx, by, Some(id), settings)? else {
        return Ok(secret);
    };
    let Some(end) = end_of(settings) else {
        start(cx, by, Some(id), settings)?;
        return Ok(secret);
    };
    let ahead = periods.number("remaining-rotation-period");
    let due = i64::saturating_sub(end, ahead.unwrap_or_default());
    if cx.now.seconds() < due {
        return Ok(secret);
    }
    renew(cx, by, (id, Some(secret), None), settings)
}

/// What is kept of the secret before.
const BEFORE: [&str; 3] = [ROTATED, ROTATED_TIME, ROTATED_ENDS];

/// Ends the secret before.
pub(super) fn forget(settings: &mut Settings) {
    for name in BEFORE {
        settings.attributes.remove(name);
    }
}

/// Leaves the secret before as it is stored, whatever was sent: what somebody read a while ago would bring back one that
/// has ended meanwhile, and what they may not see would be written over.
pub(super) fn leave(settings: &mut Settings, stored: &Settings) {
    forget(settings);
    for name in BEFORE {
        if let Some(value) = stored.attribute(name) {
            set(settings, name, value.to_owned());
        }
    }
}

/// The client without the secret before, which is among its attributes, for whoever may not see its secrets.
pub(super) fn masked(client: &Client) -> Cow<'_, Client> {
    let mut shown = Cow::Borrowed(client);
    if before(&client.settings).is_some() {
        set(
            &mut shown.to_mut().settings,
            ROTATED,
            shape::MASK.to_owned(),
        );
    }
    shown
}

/// The secret before, if it is kept.
pub(super) fn before(settings: &Settings) -> Option<Secret> {
    settings.attribute(ROTATED).map(Secret::new)
}
