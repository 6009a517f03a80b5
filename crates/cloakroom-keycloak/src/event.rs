//! `EventRepresentation`, `AdminEventRepresentation` and the settings of both trails.

use std::collections::BTreeMap;

use cloakroom_model::event::admin::AdminEvent;
use cloakroom_model::event::{Event, Recorded};
use cloakroom_model::id::RealmId;
use cloakroom_model::realm::Settings;
use serde::Serialize;
use serde_json::{Value, json};

use crate::read::{self, Object, Unreadable, set};

/// The operations of administrators.
pub const OPERATIONS: [&str; 4] = ["CREATE", "UPDATE", "DELETE", "ACTION"];

/// The listeners that a realm may name.
pub const LISTENERS: [&str; 2] = ["jboss-logging", "email"];

/// What happened to a user or a client.
pub fn show(realm: &RealmId, one: &Recorded<Event>) -> Value {
    let event = &one.event;
    let mut shown = json!({
        "id": one.id,
        "time": one.time.millis(),
        "type": event.kind,
        "realmId": realm,
        "ipAddress": event.ip,
    });
    let texts = [
        ("clientId", event.client_id.as_deref()),
        ("userId", event.user.as_ref().map(|id| id.as_str())),
        ("sessionId", event.session.as_ref().map(|id| id.as_str())),
        ("error", event.error.as_deref()),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            set(&mut shown, name, json!(text));
        }
    }
    let mut details: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, text) in &event.details {
        details.insert(name, text);
    }
    if let Some(code) = &event.code {
        details.insert("code_id", code);
    }
    if !details.is_empty() {
        set(&mut shown, "details", json!(details));
    }
    shown
}

/// What an administrator did.
pub fn show_admin(realm: &RealmId, one: &Recorded<AdminEvent>) -> Value {
    let event = &one.event;
    let mut shown = json!({
        "id": one.id,
        "time": one.time.millis(),
        "realmId": realm,
        "authDetails": event.auth,
        "operationType": event.operation,
        "resourceType": event.resource_type,
    });
    if !event.resource_path.is_empty() {
        set(&mut shown, "resourcePath", json!(event.resource_path));
    }
    if let Some(representation) = &event.representation {
        set(&mut shown, "representation", json!(representation));
    }
    shown
}

/// `RealmEventsConfigRepresentation`, its members in Keycloak's order.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are Keycloak's own")]
pub struct Config {
    pub events_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events_expiration: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events_listeners: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled_event_types: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_events_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_events_details_enabled: Option<bool>,
}

const FIELDS: &[&str] = &[
    "eventsEnabled",
    "eventsExpiration",
    "eventsListeners",
    "enabledEventTypes",
    "adminEventsEnabled",
    "adminEventsDetailsEnabled",
];

impl Config {
    /// Reads what was sent. The first switch is off where it is not sent, as in Keycloak.
    pub fn read(text: &[u8]) -> Result<Self, Unreadable> {
        let sent: Object = read::object(text, "RealmEventsConfigRepresentation", FIELDS)?;
        Ok(Self {
            events_enabled: read::switch(&sent, "eventsEnabled")?.unwrap_or(false),
            events_expiration: read::member(&sent, "eventsExpiration")?,
            events_listeners: read::member(&sent, "eventsListeners")?,
            enabled_event_types: read::member(&sent, "enabledEventTypes")?,
            admin_events_enabled: read::switch(&sent, "adminEventsEnabled")?,
            admin_events_details_enabled: read::switch(&sent, "adminEventsDetailsEnabled")?,
        })
    }

    /// The settings of a realm; where it names no types, all that are kept then.
    pub fn of(settings: &Settings) -> Self {
        let named = settings.enabled_event_types.clone();
        let types = if named.is_empty() {
            KINDS.iter().map(|kind| (*kind).to_owned()).collect()
        } else {
            named
        };
        Self {
            events_enabled: settings.events_enabled,
            events_expiration: settings.events_expiration,
            events_listeners: Some(listeners(settings)),
            enabled_event_types: Some(types),
            admin_events_enabled: Some(settings.admin_events_enabled),
            admin_events_details_enabled: Some(settings.admin_events_details_enabled),
        }
    }

    /// Puts what was sent into a realm's settings; the rest stays.
    pub fn apply(&self, settings: &mut Settings) {
        settings.events_enabled = self.events_enabled;
        if let Some(seconds) = self.events_expiration {
            settings.events_expiration = Some(seconds).filter(|seconds| *seconds != 0);
        }
        if let Some(listeners) = &self.events_listeners {
            let all = json!(listeners);
            settings.rest.insert("eventsListeners".to_owned(), all);
        }
        if let Some(types) = &self.enabled_event_types {
            settings.enabled_event_types.clone_from(types);
        }
        if let Some(on) = self.admin_events_enabled {
            settings.admin_events_enabled = on;
        }
        if let Some(on) = self.admin_events_details_enabled {
            settings.admin_events_details_enabled = on;
        }
    }
}

pub(crate) fn listeners(settings: &Settings) -> Vec<String> {
    let named = settings.rest.get("eventsListeners");
    let named = named.and_then(Value::as_array).into_iter().flatten();
    named
        .filter_map(|one| one.as_str().map(str::to_owned))
        .collect()
}

/// Types that are kept only where a realm names them.
pub use cloakroom_model::event::SELDOM as MORE_KINDS;

/// The types that a realm keeps unless it says which.
pub const KINDS: &[&str] = &[
    "LOGIN",
    "LOGIN_ERROR",
    "REGISTER",
    "REGISTER_ERROR",
    "LOGOUT",
    "LOGOUT_ERROR",
    "CODE_TO_TOKEN",
    "CODE_TO_TOKEN_ERROR",
    "CLIENT_LOGIN",
    "CLIENT_LOGIN_ERROR",
    "FEDERATED_IDENTITY_LINK",
    "FEDERATED_IDENTITY_LINK_ERROR",
    "REMOVE_FEDERATED_IDENTITY",
    "REMOVE_FEDERATED_IDENTITY_ERROR",
    "UPDATE_EMAIL",
    "UPDATE_EMAIL_ERROR",
    "UPDATE_PROFILE",
    "UPDATE_PROFILE_ERROR",
    "UPDATE_PASSWORD",
    "UPDATE_PASSWORD_ERROR",
    "UPDATE_TOTP",
    "UPDATE_TOTP_ERROR",
    "VERIFY_EMAIL",
    "VERIFY_EMAIL_ERROR",
    "VERIFY_PROFILE",
    "VERIFY_PROFILE_ERROR",
    "REMOVE_TOTP",
    "REMOVE_TOTP_ERROR",
    "GRANT_CONSENT",
    "GRANT_CONSENT_ERROR",
    "UPDATE_CONSENT",
    "UPDATE_CONSENT_ERROR",
    "REVOKE_GRANT",
    "REVOKE_GRANT_ERROR",
    "SEND_VERIFY_EMAIL",
    "SEND_VERIFY_EMAIL_ERROR",
    "SEND_RESET_PASSWORD",
    "SEND_RESET_PASSWORD_ERROR",
    "SEND_IDENTITY_PROVIDER_LINK",
    "SEND_IDENTITY_PROVIDER_LINK_ERROR",
    "RESET_PASSWORD",
    "RESET_PASSWORD_ERROR",
    "RESTART_AUTHENTICATION",
    "RESTART_AUTHENTICATION_ERROR",
    "IDENTITY_PROVIDER_LINK_ACCOUNT",
    "IDENTITY_PROVIDER_LINK_ACCOUNT_ERROR",
    "IDENTITY_PROVIDER_LOGIN",
    "IDENTITY_PROVIDER_LOGIN_ERROR",
    "IDENTITY_PROVIDER_FIRST_LOGIN",
    "IDENTITY_PROVIDER_FIRST_LOGIN_ERROR",
    "IDENTITY_PROVIDER_POST_LOGIN",
    "IDENTITY_PROVIDER_POST_LOGIN_ERROR",
    "IMPERSONATE",
    "IMPERSONATE_ERROR",
    "CUSTOM_REQUIRED_ACTION",
    "CUSTOM_REQUIRED_ACTION_ERROR",
    "EXECUTE_ACTIONS",
    "EXECUTE_ACTIONS_ERROR",
    "EXECUTE_ACTION_TOKEN",
    "EXECUTE_ACTION_TOKEN_ERROR",
    "CLIENT_REGISTER",
    "CLIENT_REGISTER_ERROR",
    "CLIENT_UPDATE",
    "CLIENT_UPDATE_ERROR",
    "CLIENT_DELETE",
    "CLIENT_DELETE_ERROR",
    "CLIENT_INITIATED_ACCOUNT_LINKING",
    "CLIENT_INITIATED_ACCOUNT_LINKING_ERROR",
    "TOKEN_EXCHANGE",
    "TOKEN_EXCHANGE_ERROR",
    "OAUTH2_DEVICE_AUTH",
    "OAUTH2_DEVICE_AUTH_ERROR",
    "OAUTH2_DEVICE_VERIFY_USER_CODE",
    "OAUTH2_DEVICE_VERIFY_USER_CODE_ERROR",
    "OAUTH2_DEVICE_CODE_TO_TOKEN",
    "OAUTH2_DEVICE_CODE_TO_TOKEN_ERROR",
    "AUTHREQID_TO_TOKEN",
    "AUTHREQID_TO_TOKEN_ERROR",
    "PERMISSION_TOKEN",
    "DELETE_ACCOUNT",
    "DELETE_ACCOUNT_ERROR",
    "USER_DISABLED_BY_PERMANENT_LOCKOUT",
    "USER_DISABLED_BY_TEMPORARY_LOCKOUT",
    "OAUTH2_EXTENSION_GRANT",
    "OAUTH2_EXTENSION_GRANT_ERROR",
    "FEDERATED_IDENTITY_OVERRIDE_LINK",
    "FEDERATED_IDENTITY_OVERRIDE_LINK_ERROR",
    "UPDATE_CREDENTIAL",
    "UPDATE_CREDENTIAL_ERROR",
    "REMOVE_CREDENTIAL",
    "REMOVE_CREDENTIAL_ERROR",
    "INVITE_ORG",
    "INVITE_ORG_ERROR",
    "VERIFIABLE_CREDENTIAL_REQUEST",
    "VERIFIABLE_CREDENTIAL_REQUEST_ERROR",
    "VERIFIABLE_CREDENTIAL_OFFER_REQUEST",
    "VERIFIABLE_CREDENTIAL_OFFER_REQUEST_ERROR",
    "VERIFIABLE_CREDENTIAL_CREATE_OFFER",
    "VERIFIABLE_CREDENTIAL_CREATE_OFFER_ERROR",
    "VERIFIABLE_CREDENTIAL_PRE_AUTHORIZED_GRANT",
    "VERIFIABLE_CREDENTIAL_PRE_AUTHORIZED_GRANT_ERROR",
    "JWT_AUTHORIZATION_GRANT",
    "JWT_AUTHORIZATION_GRANT_ERROR",
];

/// The kinds of things that administrators' events are about.
pub const RESOURCES: &[&str] = &[
    "AUTHENTICATOR_CONFIG",
    "AUTHORIZATION_POLICY",
    "AUTHORIZATION_RESOURCE",
    "AUTHORIZATION_RESOURCE_SERVER",
    "AUTHORIZATION_SCOPE",
    "AUTH_EXECUTION",
    "AUTH_EXECUTION_FLOW",
    "AUTH_FLOW",
    "CLIENT",
    "CLIENT_INITIAL_ACCESS_MODEL",
    "CLIENT_ROLE",
    "CLIENT_ROLE_MAPPING",
    "CLIENT_SCOPE",
    "CLIENT_SCOPE_CLIENT_MAPPING",
    "CLIENT_SCOPE_MAPPING",
    "CLUSTER_NODE",
    "COMPONENT",
    "CUSTOM",
    "GROUP",
    "GROUP_MEMBERSHIP",
    "IDENTITY_PROVIDER",
    "IDENTITY_PROVIDER_MAPPER",
    "ORGANIZATION",
    "ORGANIZATION_GROUP",
    "ORGANIZATION_GROUP_MEMBERSHIP",
    "ORGANIZATION_MEMBERSHIP",
    "PROTOCOL_MAPPER",
    "REALM",
    "REALM_ROLE",
    "REALM_ROLE_MAPPING",
    "REALM_SCOPE_MAPPING",
    "REQUIRED_ACTION",
    "REQUIRED_ACTION_CONFIG",
    "USER",
    "USER_FEDERATION_MAPPER",
    "USER_FEDERATION_PROVIDER",
    "USER_LOGIN_FAILURE",
    "USER_PROFILE",
    "USER_SESSION",
];
