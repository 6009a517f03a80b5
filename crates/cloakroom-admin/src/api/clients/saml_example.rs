//! What the mappers of a client of SAML would say of somebody, in the response that a provider would send: an example, because the realm is
//! no such provider yet.

use std::collections::BTreeSet;

use cloakroom_federation::saml::example::{Attribute, Example};
use cloakroom_model::client::Client;
use cloakroom_model::id::{ClientUuid, RoleId};
use cloakroom_model::mapper::Mapper;
use cloakroom_model::role::RoleGraph;
use cloakroom_model::scope::Scope;
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Ttl, client, group, role};

use super::saml;
use crate::error::Result;

const SAML: &str = "saml";

/// What the parts of a response are made of.
struct Facts<'a> {
    client: &'a Client,
    user: &'a User,
    /// The names of the user's roles that the client may see, by their ids.
    roles: Vec<(RoleId, String)>,
}

/// The response; `None` if the user has no name of the kind that the client wants.
pub(super) fn write(
    cx: &mut Cx<'_>,
    (client, user): (&Client, &User),
    scope: &str,
    base_url: &str,
) -> Result<Option<String>> {
    let settings = &client.settings;
    let scopes = scopes(cx, client, scope);
    // As in Keycloak, mappers of another protocol than the client's have no say.
    let own = client
        .mappers
        .iter()
        .chain(scopes.iter().flat_map(|one| &one.mappers));
    let is_saml = settings.protocol.as_deref() == Some(SAML);
    let own = own.filter(|one| is_saml && one.protocol == SAML);
    let mappers: Vec<&Mapper> = own.collect();
    let graph = role::graph(cx)?;
    let facts = Facts {
        client,
        user,
        roles: roles(cx, (client, user), &scopes, &graph)?,
    };
    let format = saml::name_format(client);
    let Some(name) = name(cx, &facts, format, &mappers) else {
        return Ok(None);
    };
    let mut attributes = Vec::new();
    for mapper in mappers.iter().filter(|one| one.mapper != ROLES) {
        attributes.extend(attributes_of(cx, &facts, mapper)?);
    }
    if let Some(mapper) = mappers.iter().rev().find(|one| one.mapper == ROLES) {
        let names = role_names(cx, &facts, &mappers)?;
        attributes.extend(listed(mapper, "Role", names.into_iter().collect()));
    }
    let audiences = audiences(cx, &facts, &mappers, &graph)?;
    let ids = [cx.new_id(), cx.new_id()].map(|id| format!("ID_{id}"));
    let index = format!("{}::{}", cx.new_id(), client.id);
    let own: Option<i64> = settings
        .attribute("saml.assertion.lifespan")
        .and_then(|text| text.parse().ok())
        .filter(|seconds| *seconds > 0);
    let realm = &cx.realm.settings;
    let until = |seconds: i64| cx.now.plus(Ttl::seconds(seconds));
    let issuer = format!("{base_url}/realms/{}", cx.realm.name);
    let destination = saml::start(client);
    let example = Example {
        issuer: &issuer,
        destination: destination.as_deref(),
        ids: [&ids[0], &ids[1]],
        now: cx.now,
        name: (format, &name),
        confirmed_until: until(own.unwrap_or(realm.access_token_lifespan)),
        holds_until: until(own.unwrap_or(realm.access_code_lifespan)),
        is_for_once: settings.has("saml.onetimeuse.condition"),
        audiences: &audiences,
        session: settings
            .has("saml.authnstatement")
            .then(|| (index.as_str(), until(realm.sso_session_max_lifespan))),
        attributes: &attributes,
    };
    Ok(Some(example.write()))
}

/// The client's scopes of SAML: those that always count, and those that are asked for.
fn scopes(cx: &Cx<'_>, client: &Client, asked: &str) -> Vec<Scope> {
    let is_asked = |name: &str| asked.split(' ').any(|one| one == name);
    let is_there = |scope: &&Scope| {
        let is_optional = client.optional_scopes.contains(&scope.id) && is_asked(&scope.name);
        scope.protocol == SAML && (client.default_scopes.contains(&scope.id) || is_optional)
    };
    cx.realm.scopes.iter().filter(is_there).cloned().collect()
}

/// The user's roles that the client may see.
fn roles(
    cx: &mut Cx<'_>,
    (client, user): (&Client, &User),
    scopes: &[Scope],
    graph: &RoleGraph,
) -> Result<Vec<(RoleId, String)>> {
    let mine = user::effective_roles(cx, &user.id)?;
    let mapped = scopes.iter().flat_map(|scope| &scope.scope_mappings);
    let seen: BTreeSet<RoleId> = graph.expand(client.scope_mappings.iter().chain(mapped).cloned());
    let named = mine.into_iter().filter_map(|id| {
        let role = graph.role(&id)?;
        let is_own = role.container_id == client.id.as_str();
        let is_seen = client.settings.full_scope_allowed || is_own || seen.contains(&id);
        is_seen.then(|| (id, role.name.clone()))
    });
    Ok(named.collect())
}

const ROLES: &str = "saml-role-list-mapper";

/// What the user is called; a name that would be made up once and kept is made up here.
fn name(cx: &mut Cx<'_>, facts: &Facts<'_>, format: &str, mappers: &[&Mapper]) -> Option<String> {
    let user = facts.user;
    let attribute = |name: &str| {
        let values = user.attributes.get(name)?;
        values.first().cloned()
    };
    let mapped = mappers.iter().find(|one| {
        one.mapper == "saml-user-attribute-nameid-mapper"
            && one.text("mapper.nameid.format") == Some(format)
    });
    if let Some(mapper) = mapped {
        return values(user, mapper).into_iter().next();
    }
    let kept = "saml.persistent.name.id.for";
    match format.rsplit(':').next() {
        Some("emailAddress") => user.email.clone(),
        Some("persistent") => attribute(&format!("{kept}.{}", facts.client.client_id))
            .or_else(|| attribute(&format!("{kept}.*")))
            .or_else(|| Some(format!("G-{}", cx.new_id()))),
        Some("transient") => Some(format!("G-{}", cx.new_id())),
        _ => Some(user.username.clone()),
    }
}

/// What the setting `user.attribute` of a mapper names.
fn values(user: &User, mapper: &Mapper) -> Vec<String> {
    let name = mapper.text("user.attribute").unwrap_or_default();
    let one = match name {
        "id" => Some(user.id.to_string()),
        "username" => Some(user.username.clone()),
        "email" => user.email.clone(),
        "emailVerified" => Some(user.email_verified.to_string()),
        "firstName" => user.first_name.clone(),
        "lastName" => user.last_name.clone(),
        "enabled" => Some(user.enabled.to_string()),
        _ => return user.attributes.get(name).cloned().unwrap_or_default(),
    };
    one.into_iter().collect()
}

/// What a mapper says of the user. Those that need a session, an organization or a level of sign-in have nothing to say.
fn attributes_of(cx: &mut Cx<'_>, facts: &Facts<'_>, mapper: &Mapper) -> Result<Vec<Attribute>> {
    let said = match mapper.mapper.as_str() {
        "saml-user-property-mapper" | "saml-user-attribute-mapper" => values(facts.user, mapper),
        "saml-hardcode-attribute-mapper" => {
            let value = mapper.text("attribute.value").map(str::to_owned);
            value.into_iter().collect()
        }
        "saml-group-membership-mapper" => {
            let (mine, all) = (user::groups(cx, &facts.user.id)?, group::list(cx)?);
            let named = mine
                .iter()
                .filter_map(|id| match mapper.has("full.path", true) {
                    true => Some(group::path(&all, id)),
                    false => {
                        let found = all.iter().find(|group| group.id == *id);
                        found.map(|group| group.name.clone())
                    }
                });
            return Ok(listed(mapper, "member", named.collect()));
        }
        _ => Vec::new(),
    };
    let name = mapper.text("attribute.name");
    let said = name
        .filter(|_| !said.is_empty())
        .map(|name| attribute(mapper, name, said));
    Ok(said.into_iter().collect())
}

/// Values in one attribute, or in one each.
fn listed(mapper: &Mapper, usual: &str, values: Vec<String>) -> Vec<Attribute> {
    let name = mapper.text("attribute.name").unwrap_or(usual);
    if values.is_empty() || mapper.has("single", false) {
        let all = (!values.is_empty()).then(|| attribute(mapper, name, values));
        return all.into_iter().collect();
    }
    let each = values.into_iter();
    each.map(|value| attribute(mapper, name, vec![value]))
        .collect()
}

fn attribute(mapper: &Mapper, name: &str, values: Vec<String>) -> Attribute {
    Attribute {
        name: name.to_owned(),
        friendly: mapper.text("friendly.name").map(str::to_owned),
        format: match mapper.text("attribute.nameformat") {
            Some(format) if format.to_lowercase().contains("uri") => {
                "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
            }
            Some("Unspecified") => "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified",
            _ => "urn:oasis:names:tc:SAML:2.0:attrname-format:basic",
        },
        values,
    }
}

/// The names of the roles, as mappers rename them, and those that mappers add.
fn role_names(cx: &mut Cx<'_>, facts: &Facts<'_>, mappers: &[&Mapper]) -> Result<BTreeSet<String>> {
    let mut named = facts.roles.clone();
    let mut added = Vec::new();
    for mapper in mappers {
        let role = mapper.text("role");
        match (mapper.mapper.as_str(), role, mapper.text("new.role.name")) {
            ("saml-hardcode-role-mapper", Some(role), _) => added.push(role.to_owned()),
            ("saml-role-name-mapper", Some(role), Some(new)) => {
                let found = role::find_configured(cx, role)?;
                for (_, name) in named
                    .iter_mut()
                    .filter(|(id, _)| found.as_ref() == Some(id))
                {
                    new.clone_into(name);
                }
            }
            _ => {}
        }
    }
    Ok(named
        .into_iter()
        .map(|(_, name)| name)
        .chain(added)
        .collect())
}

/// Whom the assertion is for: the client, and those that mappers add.
fn audiences(
    cx: &mut Cx<'_>,
    facts: &Facts<'_>,
    mappers: &[&Mapper],
    graph: &RoleGraph,
) -> Result<Vec<String>> {
    let mut all = vec![facts.client.client_id.clone()];
    let mut add = |name: String| {
        if !all.contains(&name) {
            all.push(name);
        }
    };
    for mapper in mappers {
        match mapper.mapper.as_str() {
            "saml-audience-mapper" => {
                let named = mapper.text("included.client.audience");
                let said = named.or_else(|| mapper.text("included.custom.audience"));
                said.map(str::to_owned).into_iter().for_each(&mut add);
            }
            "saml-audience-resolve-mapper" => {
                for (id, _) in &facts.roles {
                    let owner = graph.role(id).filter(|role| role.client_role);
                    let Some(owner) = owner.map(|role| role.container_id.as_str()) else {
                        continue;
                    };
                    let found = client::find_by_id(cx, &ClientUuid::new(owner))?;
                    found
                        .map(|client| client.client_id.clone())
                        .into_iter()
                        .for_each(&mut add);
                }
            }
            _ => {}
        }
    }
    Ok(all)
}
