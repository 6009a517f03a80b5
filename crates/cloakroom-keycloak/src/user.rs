//! `UserRepresentation`: a person as JSON.

use crate::read::set;
use cloakroom_model::user::identity::Identity;
use cloakroom_model::user::{User, fold};
use serde_json::{Value, json};

use crate::blueprint;
use crate::read::{self, Object, Unreadable};

/// The user as it is shown.
pub fn show(user: &User) -> Value {
    let mut shown = show_briefly(user);
    set(&mut shown, "totp", json!(false));
    set(&mut shown, "disableableCredentialTypes", json!([]));
    set(&mut shown, "requiredActions", json!(user.required_actions));
    set(&mut shown, "notBefore", json!(user.not_before));
    if !user.attributes.is_empty() {
        set(&mut shown, "attributes", json!(user.attributes));
    }
    shown
}

/// The user as lists show it on request.
pub fn show_briefly(user: &User) -> Value {
    let mut shown = json!({
        "id": user.id,
        "username": user.username,
        "emailVerified": user.email_verified,
        "enabled": user.enabled,
        "createdTimestamp": user.created_at.millis(),
    });
    let texts = [
        ("email", &user.email),
        ("firstName", &user.first_name),
        ("lastName", &user.last_name),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            set(&mut shown, name, json!(text));
        }
    }
    shown
}

/// Who a user is at an identity provider.
pub fn show_link(link: &Identity) -> Value {
    let mut shown = json!({
        "identityProvider": link.provider,
        "userId": link.external_id,
    });
    if let Some(name) = &link.external_name {
        set(&mut shown, "userName", json!(name));
    }
    shown
}

/// What is sent changes, the rest stays; attributes that are sent replace all, and so do required
/// actions, of which only those that can be done are taken.
pub fn apply(user: &mut User, sent: &Object) -> Result<(), Unreadable> {
    if let Some(username) = read::text(sent, "username")? {
        user.username = fold(username);
    }
    let filled = |name| -> Result<Option<String>, Unreadable> {
        Ok(read::text(sent, name)?.map(str::to_owned))
    };
    if let Some(email) = filled("email")? {
        user.email = Some(fold(&email)).filter(|email| !email.is_empty());
    }
    if let Some(name) = filled("firstName")? {
        user.first_name = Some(name).filter(|name| !name.is_empty());
    }
    if let Some(name) = filled("lastName")? {
        user.last_name = Some(name).filter(|name| !name.is_empty());
    }
    if let Some(on) = read::switch(sent, "enabled")? {
        user.enabled = on;
    }
    if let Some(on) = read::switch(sent, "emailVerified")? {
        user.email_verified = on;
    }
    if let Some(actions) = read::member::<Vec<Option<String>>>(sent, "requiredActions")? {
        let is_known = |name: &String| blueprint::is_action(name);
        user.required_actions.retain(|name| !is_known(name));
        let sent = actions.into_iter().flatten().filter(is_known);
        user.required_actions.extend(sent);
    }
    if let Some(attributes) = read::lists(sent, "attributes")? {
        user.attributes = attributes;
    }
    Ok(())
}

/// All members that a user's representation has.
pub const FIELDS: &[&str] = &[
    "id",
    "username",
    "firstName",
    "lastName",
    "email",
    "emailVerified",
    "attributes",
    "userProfileMetadata",
    "enabled",
    "self",
    "origin",
    "createdTimestamp",
    "totp",
    "federationLink",
    "serviceAccountClientId",
    "credentials",
    "disableableCredentialTypes",
    "requiredActions",
    "federatedIdentities",
    "realmRoles",
    "clientRoles",
    "clientConsents",
    "notBefore",
    "verifiableCredentials",
    "issuedVerifiableCredentials",
    "applicationRoles",
    "socialLinks",
    "groups",
    "access",
];
