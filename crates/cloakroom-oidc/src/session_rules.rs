//! When a session is over, and how long what is issued from it may live.

use cloakroom_model::client::Client;
use cloakroom_model::session::Session;
use cloakroom_model::user::User;
use cloakroom_model::{Realm, Timestamp, Ttl};

/// An end that no clock reaches, for offline sessions without a maximum.
const NEVER: Timestamp = Timestamp::from_seconds(253_402_300_799);

/// The first limit that is set; Keycloak writes 0 or less for "inherit".
fn first_set(limits: &[i64]) -> i64 {
    limits.iter().copied().find(|limit| *limit > 0).unwrap_or(0)
}

fn client_limit(client: &Client, name: &str) -> i64 {
    client
        .settings
        .attribute(name)
        .and_then(|text| text.parse().ok())
        .unwrap_or(0)
}

/// How long a session may stay unused.
pub fn idle(realm: &Realm, offline: bool, remember_me: bool) -> Ttl {
    let settings = &realm.settings;
    Ttl::seconds(match (offline, remember_me) {
        (true, _) => settings.offline_session_idle_timeout,
        (false, true) => first_set(&[
            settings.sso_session_idle_timeout_remember_me,
            settings.sso_session_idle_timeout,
        ]),
        (false, false) => settings.sso_session_idle_timeout,
    })
}

/// When a session that begins now ends, used or not.
pub fn expires_at(realm: &Realm, offline: bool, remember_me: bool, now: Timestamp) -> Timestamp {
    let settings = &realm.settings;
    let most = match (offline, remember_me) {
        (true, _) if !settings.offline_session_max_lifespan_enabled => return NEVER,
        (true, _) => settings.offline_session_max_lifespan,
        (false, true) => first_set(&[
            settings.sso_session_max_lifespan_remember_me,
            settings.sso_session_max_lifespan,
        ]),
        (false, false) => settings.sso_session_max_lifespan,
    };
    now.plus(Ttl::seconds(most))
}

/// The session was used recently enough, and has not reached its end.
pub fn is_live(realm: &Realm, session: &Session, now: Timestamp) -> bool {
    let idle_end = session
        .last_access
        .plus(idle(realm, session.offline, session.remember_me));
    idle_end > now && session.expires_at > now
}

/// When a refresh token that is issued now ends; `None` for an offline one without a maximum, which
/// ends with its session alone.
pub fn refresh_expires_at(
    realm: &Realm,
    client: &Client,
    session: &Session,
    now: Timestamp,
) -> Option<Timestamp> {
    let settings = &realm.settings;
    if session.offline && !settings.offline_session_max_lifespan_enabled {
        return None;
    }
    let (idle_name, idle_realm, most_name, most_realm) = if session.offline {
        (
            "client.offline.session.idle.timeout",
            settings.client_offline_session_idle_timeout,
            "client.offline.session.max.lifespan",
            settings.client_offline_session_max_lifespan,
        )
    } else {
        (
            "client.session.idle.timeout",
            settings.client_session_idle_timeout,
            "client.session.max.lifespan",
            settings.client_session_max_lifespan,
        )
    };
    let session_idle = idle(realm, session.offline, session.remember_me);
    let own_idle = first_set(&[client_limit(client, idle_name), idle_realm]);
    let idle = match own_idle {
        0 => session_idle,
        own => session_idle.min(Ttl::seconds(own)),
    };
    let mut end = now.plus(idle).min(session.expires_at);
    let own_most = first_set(&[client_limit(client, most_name), most_realm]);
    if own_most > 0 {
        end = end.min(session.started_at.plus(Ttl::seconds(own_most)));
    }
    Some(end)
}

/// When an access token that is issued now ends: never after the session it comes from.
pub fn access_expires_at(
    realm: &Realm,
    client: &Client,
    session: Option<&Session>,
    now: Timestamp,
) -> Timestamp {
    let span = first_set(&[
        client_limit(client, "access.token.lifespan"),
        realm.settings.access_token_lifespan,
        60,
    ]);
    let end = now.plus(Ttl::seconds(span));
    session.map_or(end, |session| end.min(session.expires_at))
}

/// When a token ends that is issued now, into a browser's address: nothing renews it, so the realm has a lifespan of its own for it.
pub fn implicit_expires_at(realm: &Realm, session: Option<&Session>, now: Timestamp) -> Timestamp {
    let span = first_set(&[
        realm.settings.access_token_lifespan_for_implicit_flow,
        realm.settings.access_token_lifespan,
        60,
    ]);
    let end = now.plus(Ttl::seconds(span));
    session.map_or(end, |session| end.min(session.expires_at))
}

/// The second before which tokens of this client and user count no more: the latest of the realm's,
/// the client's and the user's policies.
pub fn not_before(realm: &Realm, client: &Client, user: &User) -> i64 {
    realm
        .settings
        .not_before
        .max(client.settings.not_before)
        .max(user.not_before)
}
