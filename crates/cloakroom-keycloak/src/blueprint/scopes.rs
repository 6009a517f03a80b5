//! The client scopes of a new realm, with their mappers, and which clients get them.

use std::collections::BTreeMap;

use cloakroom_model::id::{MapperId, ScopeId};
use cloakroom_model::mapper::{self, Mapper};
use cloakroom_model::scope::{self, Scope};
use cloakroom_model::{Cx, Result};

/// Whether new clients get a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Default,
    Optional,
    Unassigned,
}

/// A client scope of a new realm.
pub(crate) struct ScopePlan {
    name: &'static str,
    protocol: &'static str,
    description: &'static str,
    given: Use,
    attributes: &'static [(&'static str, &'static str)],
    mappers: &'static [MapperPlan],
}

/// A mapper of a new realm.
pub(crate) struct MapperPlan {
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    /// The claim goes into access tokens, ID tokens, userinfo and introspection.
    pub(crate) everywhere: bool,
    pub(crate) config: &'static [(&'static str, &'static str)],
}

const EVERYWHERE: [&str; 4] = [
    "access.token.claim",
    "id.token.claim",
    "introspection.token.claim",
    "userinfo.token.claim",
];

/// A scope that was stored, and whether clients get it.
pub(crate) struct Made {
    pub(crate) id: ScopeId,
    pub(crate) name: String,
    pub(crate) is_openid: bool,
    pub(crate) given: Use,
}

/// Stores all client scopes and says which ones new clients get.
pub(crate) fn insert_all(cx: &mut Cx<'_>) -> Result<Vec<Made>> {
    SCOPES.iter().map(|plan| insert(cx, plan)).collect()
}

/// Stores the client scope of this name, which every new realm has.
pub(crate) fn insert_named(cx: &mut Cx<'_>, name: &str) -> Result<Option<Made>> {
    let plan = SCOPES.iter().find(|plan| plan.name == name);
    plan.map(|plan| insert(cx, plan)).transpose()
}

fn insert(cx: &mut Cx<'_>, plan: &'static ScopePlan) -> Result<Made> {
    let id = ScopeId::new(cx.new_id());
    let scope = Scope {
        id: id.clone(),
        name: plan.name.to_owned(),
        protocol: plan.protocol.to_owned(),
        description: Some(plan.description.to_owned()),
        attributes: owned(plan.attributes),
        mappers: Vec::new(),
        scope_mappings: Vec::new(),
    };
    scope::insert(cx, &scope)?;
    for mapper in plan.mappers {
        insert_mapper(cx, id.as_str(), plan.protocol, mapper)?;
    }
    if plan.given != Use::Unassigned {
        let realm = cx.realm.id.as_str().to_owned();
        scope::link(cx, &realm, &id, plan.given == Use::Default)?;
    }
    Ok(Made {
        id,
        name: plan.name.to_owned(),
        is_openid: plan.protocol == "openid-connect",
        given: plan.given,
    })
}

/// Stores one mapper of a client or a client scope.
pub(crate) fn insert_mapper(
    cx: &mut Cx<'_>,
    owner: &str,
    protocol: &str,
    plan: &MapperPlan,
) -> Result<()> {
    let mut config = owned(plan.config);
    if plan.everywhere {
        for name in EVERYWHERE {
            config.insert(name.to_owned(), "true".to_owned());
        }
    }
    let mapper = Mapper {
        id: MapperId::new(cx.new_id()),
        owner_id: owner.to_owned(),
        name: plan.name.to_owned(),
        protocol: protocol.to_owned(),
        mapper: plan.kind.to_owned(),
        config,
    };
    mapper::insert(cx, &mapper)?;
    Ok(())
}

fn owned(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let copy = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(copy).collect()
}

#[rustfmt::skip]
const SCOPES: &[ScopePlan] = &[
    ScopePlan { name: "AuthnContextClassRef", protocol: "saml", description: "AuthnContextClassRef Level of Authentiation", given: Use::Default, attributes: &[], mappers: &[MapperPlan { name: "AuthnContextClassRef", kind: "saml-authn-context-class-ref-mapper", everywhere: false, config: &[] }] },
    ScopePlan { name: "acr", protocol: "openid-connect", description: "OpenID Connect scope for add acr (authentication context class reference) to the token", given: Use::Default, attributes: &[("display.on.consent.screen", "false"), ("include.in.token.scope", "false")], mappers: &[MapperPlan { name: "acr loa level", kind: "oidc-acr-mapper", everywhere: false, config: &[("access.token.claim", "true"), ("id.token.claim", "true"), ("introspection.token.claim", "true")] }] },
    ScopePlan { name: "address", protocol: "openid-connect", description: "OpenID Connect built-in scope: address", given: Use::Optional, attributes: &[("consent.screen.text", "${addressScopeConsentText}"), ("display.on.consent.screen", "true"), ("include.in.token.scope", "true")], mappers: &[MapperPlan { name: "address", kind: "oidc-address-mapper", everywhere: true, config: &[("user.attribute.country", "country"), ("user.attribute.formatted", "formatted"), ("user.attribute.locality", "locality"), ("user.attribute.postal_code", "postal_code"), ("user.attribute.region", "region"), ("user.attribute.street", "street")] }] },
    ScopePlan { name: "basic", protocol: "openid-connect", description: "OpenID Connect scope for add all basic claims to the token", given: Use::Default, attributes: &[("display.on.consent.screen", "false"), ("include.in.token.scope", "false")], mappers: &[MapperPlan { name: "auth_time", kind: "oidc-usersessionmodel-note-mapper", everywhere: false, config: &[("access.token.claim", "true"), ("claim.name", "auth_time"), ("id.token.claim", "true"), ("introspection.token.claim", "true"), ("jsonType.label", "long"), ("user.session.note", "AUTH_TIME")] },
        MapperPlan { name: "sub", kind: "oidc-sub-mapper", everywhere: false, config: &[("access.token.claim", "true"), ("introspection.token.claim", "true")] }] },
    ScopePlan { name: "email", protocol: "openid-connect", description: "OpenID Connect built-in scope: email", given: Use::Default, attributes: &[("consent.screen.text", "${emailScopeConsentText}"), ("display.on.consent.screen", "true"), ("include.in.token.scope", "true")], mappers: &[MapperPlan { name: "email", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "email"), ("jsonType.label", "String"), ("user.attribute", "email")] },
        MapperPlan { name: "email verified", kind: "oidc-usermodel-property-mapper", everywhere: true, config: &[("claim.name", "email_verified"), ("jsonType.label", "boolean"), ("user.attribute", "emailVerified")] }] },
    ScopePlan { name: "microprofile-jwt", protocol: "openid-connect", description: "Microprofile - JWT built-in scope", given: Use::Optional, attributes: &[("display.on.consent.screen", "false"), ("include.in.token.scope", "true")], mappers: &[MapperPlan { name: "groups", kind: "oidc-usermodel-realm-role-mapper", everywhere: false, config: &[("access.token.claim", "true"), ("claim.name", "groups"), ("id.token.claim", "true"), ("introspection.token.claim", "true"), ("jsonType.label", "String"), ("multivalued", "true"), ("user.attribute", "foo")] },
        MapperPlan { name: "upn", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "upn"), ("jsonType.label", "String"), ("user.attribute", "username")] }] },
    ScopePlan { name: "offline_access", protocol: "openid-connect", description: "OpenID Connect built-in scope: offline_access", given: Use::Optional, attributes: &[("consent.screen.text", "${offlineAccessScopeConsentText}"), ("display.on.consent.screen", "true")], mappers: &[] },
    ScopePlan { name: "organization", protocol: "openid-connect", description: "Additional claims about the organization a subject belongs to", given: Use::Optional, attributes: &[("consent.screen.text", "${organizationScopeConsentText}"), ("display.on.consent.screen", "true"), ("include.in.token.scope", "true")], mappers: &[MapperPlan { name: "organization", kind: "oidc-organization-membership-mapper", everywhere: false, config: &[("access.token.claim", "true"), ("claim.name", "organization"), ("id.token.claim", "true"), ("introspection.token.claim", "true"), ("jsonType.label", "String"), ("multivalued", "true")] }] },
    ScopePlan { name: "phone", protocol: "openid-connect", description: "OpenID Connect built-in scope: phone", given: Use::Optional, attributes: &[("consent.screen.text", "${phoneScopeConsentText}"), ("display.on.consent.screen", "true"), ("include.in.token.scope", "true")], mappers: &[MapperPlan { name: "phone number", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "phone_number"), ("jsonType.label", "String"), ("user.attribute", "phoneNumber")] },
        MapperPlan { name: "phone number verified", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "phone_number_verified"), ("jsonType.label", "boolean"), ("user.attribute", "phoneNumberVerified")] }] },
    ScopePlan { name: "profile", protocol: "openid-connect", description: "OpenID Connect built-in scope: profile", given: Use::Default, attributes: &[("consent.screen.text", "${profileScopeConsentText}"), ("display.on.consent.screen", "true"), ("include.in.token.scope", "true")], mappers: &[MapperPlan { name: "birthdate", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "birthdate"), ("jsonType.label", "String"), ("user.attribute", "birthdate")] },
        MapperPlan { name: "family name", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "family_name"), ("jsonType.label", "String"), ("user.attribute", "lastName")] },
        MapperPlan { name: "full name", kind: "oidc-full-name-mapper", everywhere: true, config: &[] },
        MapperPlan { name: "gender", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "gender"), ("jsonType.label", "String"), ("user.attribute", "gender")] },
        MapperPlan { name: "given name", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "given_name"), ("jsonType.label", "String"), ("user.attribute", "firstName")] },
        MapperPlan { name: "locale", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "locale"), ("jsonType.label", "String"), ("user.attribute", "locale")] },
        MapperPlan { name: "middle name", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "middle_name"), ("jsonType.label", "String"), ("user.attribute", "middleName")] },
        MapperPlan { name: "nickname", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "nickname"), ("jsonType.label", "String"), ("user.attribute", "nickname")] },
        MapperPlan { name: "picture", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "picture"), ("jsonType.label", "String"), ("user.attribute", "picture")] },
        MapperPlan { name: "profile", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "profile"), ("jsonType.label", "String"), ("user.attribute", "profile")] },
        MapperPlan { name: "updated at", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "updated_at"), ("jsonType.label", "long"), ("user.attribute", "updatedAt")] },
        MapperPlan { name: "username", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "preferred_username"), ("jsonType.label", "String"), ("user.attribute", "username")] },
        MapperPlan { name: "website", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "website"), ("jsonType.label", "String"), ("user.attribute", "website")] },
        MapperPlan { name: "zoneinfo", kind: "oidc-usermodel-attribute-mapper", everywhere: true, config: &[("claim.name", "zoneinfo"), ("jsonType.label", "String"), ("user.attribute", "zoneinfo")] }] },
    ScopePlan { name: "role_list", protocol: "saml", description: "SAML role list", given: Use::Default, attributes: &[("consent.screen.text", "${samlRoleListScopeConsentText}"), ("display.on.consent.screen", "true")], mappers: &[MapperPlan { name: "role list", kind: "saml-role-list-mapper", everywhere: false, config: &[("attribute.name", "Role"), ("attribute.nameformat", "Basic"), ("single", "false")] }] },
    ScopePlan { name: "roles", protocol: "openid-connect", description: "OpenID Connect scope for add user roles to the access token", given: Use::Default, attributes: &[("consent.screen.text", "${rolesScopeConsentText}"), ("display.on.consent.screen", "true"), ("include.in.token.scope", "false")], mappers: &[MapperPlan { name: "audience resolve", kind: "oidc-audience-resolve-mapper", everywhere: false, config: &[("access.token.claim", "true"), ("introspection.token.claim", "true")] },
        MapperPlan { name: "client roles", kind: "oidc-usermodel-client-role-mapper", everywhere: false, config: &[("access.token.claim", "true"), ("claim.name", "resource_access.${client_id}.roles"), ("introspection.token.claim", "true"), ("jsonType.label", "String"), ("multivalued", "true"), ("user.attribute", "foo")] },
        MapperPlan { name: "realm roles", kind: "oidc-usermodel-realm-role-mapper", everywhere: false, config: &[("access.token.claim", "true"), ("claim.name", "realm_access.roles"), ("introspection.token.claim", "true"), ("jsonType.label", "String"), ("multivalued", "true"), ("user.attribute", "foo")] }] },
    ScopePlan { name: "saml_organization", protocol: "saml", description: "Organization Membership", given: Use::Default, attributes: &[("display.on.consent.screen", "false")], mappers: &[MapperPlan { name: "organization", kind: "saml-organization-membership-mapper", everywhere: false, config: &[] }] },
    ScopePlan { name: "service_account", protocol: "openid-connect", description: "Specific scope for a client enabled for service accounts", given: Use::Unassigned, attributes: &[("display.on.consent.screen", "false"), ("include.in.token.scope", "false")], mappers: &[MapperPlan { name: "Client Host", kind: "oidc-usersessionmodel-note-mapper", everywhere: false, config: &[("access.token.claim", "true"), ("claim.name", "clientHost"), ("id.token.claim", "true"), ("introspection.token.claim", "true"), ("jsonType.label", "String"), ("user.session.note", "clientHost")] },
        MapperPlan { name: "Client ID", kind: "oidc-usersessionmodel-note-mapper", everywhere: false, config: &[("access.token.claim", "true"), ("claim.name", "client_id"), ("id.token.claim", "true"), ("introspection.token.claim", "true"), ("jsonType.label", "String"), ("user.session.note", "client_id")] },
        MapperPlan { name: "Client IP Address", kind: "oidc-usersessionmodel-note-mapper", everywhere: false, config: &[("access.token.claim", "true"), ("claim.name", "clientAddress"), ("id.token.claim", "true"), ("introspection.token.claim", "true"), ("jsonType.label", "String"), ("user.session.note", "clientAddress")] }] },
    ScopePlan { name: "web-origins", protocol: "openid-connect", description: "OpenID Connect scope for add allowed web origins to the access token", given: Use::Default, attributes: &[("consent.screen.text", ""), ("display.on.consent.screen", "false"), ("include.in.token.scope", "false")], mappers: &[MapperPlan { name: "allowed web origins", kind: "oidc-allowed-origins-mapper", everywhere: false, config: &[("access.token.claim", "true"), ("introspection.token.claim", "true")] }] },
];
