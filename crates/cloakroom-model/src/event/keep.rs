//! What a realm keeps of its audit trails, and for how long.

use std::sync::Arc;

use super::{admin, sweep};
use crate::Result;
use crate::cx::Cx;
use crate::realm::{self, Settings};
use crate::snapshot::Realm;
use crate::time::Ttl;

/// Types that are kept only where a realm names them.
pub const SELDOM: &[&str] = &[
    "CLIENT_INFO",
    "CLIENT_INFO_ERROR",
    "IDENTITY_PROVIDER_RESPONSE",
    "IDENTITY_PROVIDER_RESPONSE_ERROR",
    "IDENTITY_PROVIDER_RETRIEVE_TOKEN",
    "IDENTITY_PROVIDER_RETRIEVE_TOKEN_ERROR",
    "INTROSPECT_TOKEN",
    "INTROSPECT_TOKEN_ERROR",
    "INVALID_SIGNATURE",
    "INVALID_SIGNATURE_ERROR",
    "PERMISSION_TOKEN_ERROR",
    "PUSHED_AUTHORIZATION_REQUEST",
    "PUSHED_AUTHORIZATION_REQUEST_ERROR",
    "REFRESH_TOKEN",
    "REFRESH_TOKEN_ERROR",
    "REGISTER_NODE",
    "REGISTER_NODE_ERROR",
    "UNREGISTER_NODE",
    "UNREGISTER_NODE_ERROR",
    "USER_DISABLED_BY_PERMANENT_LOCKOUT_ERROR",
    "USER_DISABLED_BY_TEMPORARY_LOCKOUT_ERROR",
    "USER_INFO_REQUEST",
    "USER_INFO_REQUEST_ERROR",
    "USER_SESSION_DELETED",
    "USER_SESSION_DELETED_ERROR",
    "VALIDATE_ACCESS_TOKEN",
    "VALIDATE_ACCESS_TOKEN_ERROR",
    "VERIFIABLE_CREDENTIAL_NONCE_REQUEST",
    "VERIFIABLE_CREDENTIAL_NONCE_REQUEST_ERROR",
];

/// The realm keeps events of this type.
pub fn is_kept(settings: &Settings, kind: &str) -> bool {
    let types = &settings.enabled_event_types;
    let is_wanted = if types.is_empty() {
        !SELDOM.contains(&kind)
    } else {
        types.iter().any(|own| own == kind)
    };
    settings.events_enabled && is_wanted
}

/// Removes events that are older than their realms keep them, at most `most` rows; how many there were.
pub fn sweep_expired(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    let mut removed = 0;
    for row in realm::list_with_expiry(&mut cx.db)? {
        let realm = Arc::new(Realm::empty(row));
        let mut inside = cx.in_realm(&realm);
        let left = |removed: usize| most.saturating_sub(i64::try_from(removed).unwrap_or(most));
        if let Some(seconds) = realm.settings.events_expiration.filter(|n| *n > 0) {
            let oldest = inside.now.minus(Ttl::seconds(seconds));
            removed += sweep(&mut inside, oldest, left(removed))?;
        }
        let seconds = realm.settings.attribute("adminEventsExpiration");
        let seconds = seconds.and_then(|text| text.parse::<i64>().ok());
        if let Some(seconds) = seconds.filter(|n| *n > 0) {
            let oldest = inside.now.minus(Ttl::seconds(seconds));
            removed += admin::sweep(&mut inside, oldest, left(removed))?;
        }
        if left(removed) == 0 {
            break;
        }
    }
    Ok(removed)
}
