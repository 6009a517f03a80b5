//! `OrganizationRepresentation`: an organization, its members and invitations as JSON.

use std::collections::BTreeMap;

use cloakroom_model::Timestamp;
use cloakroom_model::organization::{Domain, Invitation, Organization};
use serde_json::{Value, json};

use crate::read::{self, Object, Unreadable, set};

/// The organization as it is shown; in short without its attributes.
pub fn show(organization: &Organization, brief: bool) -> Value {
    let details = &organization.details;
    let mut shown = json!({
        "id": organization.id,
        "name": organization.name,
        "alias": organization.alias,
        "enabled": organization.enabled,
    });
    for (name, text) in [
        ("description", &details.description),
        ("redirectUrl", &details.redirect_url),
    ] {
        if let Some(text) = text {
            set(&mut shown, name, json!(text));
        }
    }
    if !brief {
        set(&mut shown, "attributes", json!(details.attributes));
    }
    if !organization.domains.is_empty() {
        let domains = organization.domains.iter();
        let shown_domains: Vec<Value> = domains.map(show_domain).collect();
        set(&mut shown, "domains", json!(shown_domains));
    }
    shown
}

fn show_domain((name, domain): (&String, &Domain)) -> Value {
    let mut shown = json!({"name": name, "verified": domain.verified});
    if let Some(alias) = &domain.identity_provider_alias {
        set(&mut shown, "identityProviderAlias", json!(alias));
    }
    if let Some(on) = domain.auto_redirect {
        set(&mut shown, "autoRedirect", json!(on));
    }
    shown
}

/// A domain as it is sent: its representation, or its name alone.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum SentDomain {
    Whole(Object),
    Name(String),
}

impl SentDomain {
    fn into_object(self) -> Object {
        match self {
            Self::Whole(sent) => sent,
            Self::Name(name) => Object::from_iter([("name".to_owned(), json!(name))]),
        }
    }
}

/// What was sent becomes all that is said; attributes that are not sent stay. The alias is not
/// touched.
pub fn apply(organization: &mut Organization, sent: &Object) -> Result<(), Unreadable> {
    if let Some(name) = read::text(sent, "name")? {
        name.clone_into(&mut organization.name);
    }
    organization.enabled = read::switch(sent, "enabled")?.unwrap_or(true);
    let details = &mut organization.details;
    details.description = read::text(sent, "description")?.map(str::to_owned);
    let address = read::text(sent, "redirectUrl")?.filter(|address| !address.is_empty());
    details.redirect_url = address.map(str::to_owned);
    if let Some(attributes) = read::member(sent, "attributes")? {
        details.attributes = read::attributes(attributes);
    }
    let domains: Vec<SentDomain> = read::member(sent, "domains")?.unwrap_or_default();
    organization.domains = BTreeMap::new();
    for sent in domains {
        let sent = &sent.into_object();
        let name = read::text(sent, "name")?.unwrap_or_default();
        let domain = Domain {
            verified: read::switch(sent, "verified")?.unwrap_or(false),
            identity_provider_alias: read::text(sent, "identityProviderAlias")?.map(str::to_owned),
            auto_redirect: read::switch(sent, "autoRedirect")?,
        };
        organization
            .domains
            .insert(name.trim().to_lowercase(), domain);
    }
    Ok(())
}

/// The name of a kind of membership.
pub fn membership(managed: bool) -> &'static str {
    if managed { "MANAGED" } else { "UNMANAGED" }
}

/// The invitation as it is shown.
pub fn show_invitation(invitation: &Invitation, now: Timestamp) -> Value {
    let is_over = invitation.expires_at <= now;
    let mut shown = json!({
        "id": invitation.id,
        "organizationId": invitation.organization,
        "email": invitation.email,
        "sentDate": invitation.created_at.seconds(),
        "expiresAt": invitation.expires_at.seconds(),
        "status": if is_over { "EXPIRED" } else { "PENDING" },
    });
    for (name, text) in [
        ("firstName", &invitation.first_name),
        ("lastName", &invitation.last_name),
    ] {
        if let Some(text) = text {
            set(&mut shown, name, json!(text));
        }
    }
    shown
}

/// All members that an organization's representation has.
pub const FIELDS: &[&str] = &[
    "id",
    "name",
    "alias",
    "enabled",
    "description",
    "redirectUrl",
    "attributes",
    "domains",
    "members",
    "identityProviders",
    "groups",
];
