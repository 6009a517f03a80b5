//! The organizations a user is a member of, and the groups of theirs.

use std::collections::{BTreeMap, BTreeSet};

use cloakroom_model::group::{self, Group};
use cloakroom_model::id::RoleId;
use cloakroom_model::mapper::Mapper as Config;
use cloakroom_model::organization::{self, Organization, group as of_organization};
use cloakroom_model::{Cx, role};
use serde_json::{Map, Value, json};

use super::{Claims, Facts, Mapper, Target, claim};
use crate::error::Result;
use crate::scope::{self, organization as asked};

pub(super) struct OrganizationMembership;

impl Mapper for OrganizationMembership {
    fn kind(&self) -> &'static str {
        asked::MAPPER
    }

    fn summary(&self) -> &'static str {
        "The organizations that the user is a member of, as far as they were asked for"
    }

    /// It is for all but lightweight tokens where its settings do not say.
    fn is_for(&self, target: Target, config: &Config) -> bool {
        match target {
            Target::Lightweight => config.has("lightweight.claim", false),
            Target::Access => config.has("access.token.claim", true),
            Target::Id => config.has("id.token.claim", true),
            Target::IdAlone => {
                config.has("id.token.claim", true) || config.has("userinfo.token.claim", true)
            }
            Target::Userinfo => config.has("userinfo.token.claim", true),
            Target::Introspection => config.has("introspection.token.claim", true),
        }
    }

    fn apply(
        &self,
        cx: &mut Cx<'_>,
        config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let all = meant(cx, facts, claims)?;
        let Some(first) = all.first() else {
            return Ok(());
        };
        let value = if !config.has("multivalued", true) {
            json!(first.alias)
        } else if is_told_more(config) {
            let told = all.iter().map(|one| (one.alias.clone(), told(config, one)));
            Value::Object(told.collect())
        } else {
            all.iter().map(|one| json!(one.alias)).collect()
        };
        let client = &facts.client.client_id;
        claim::set(&mut claims.members, config, client, value);
        Ok(())
    }
}

/// Each organization is an object with more than its name.
fn is_told_more(config: &Config) -> bool {
    config.text("jsonType.label") == Some("JSON")
        || config.has("addOrganizationId", false)
        || config.has("addOrganizationAttributes", false)
}

fn told(config: &Config, one: &Organization) -> Value {
    let mut told = Map::new();
    if config.has("addOrganizationAttributes", false) {
        let all = one.details.attributes.iter();
        told.extend(all.map(|(name, values)| (name.clone(), json!(values))));
    }
    if config.has("addOrganizationId", false) {
        told.insert("id".to_owned(), json!(one.id));
    }
    if config.has("addOrganizationDomain", false)
        && let Some(domain) = one.domains.keys().next()
    {
        told.insert("domain".to_owned(), json!(domain));
    }
    Value::Object(told)
}

/// The organizations that the request asked for and that the user is a member of.
fn meant(cx: &mut Cx<'_>, facts: &Facts<'_>, claims: &Claims) -> Result<Vec<Organization>> {
    let scopes = claims.scopes.as_ref();
    let Some(asked) = scopes.and_then(|scopes| scopes.organizations.clone()) else {
        return Ok(Vec::new());
    };
    let all = organization::list_open_to(cx, &facts.user.id)?;
    Ok(asked.among(all))
}

/// Where the groups are told, whatever the claim of the other mapper is called.
const CLAIM: &str = "organization";

pub(super) struct OrganizationGroups;

impl Mapper for OrganizationGroups {
    fn kind(&self) -> &'static str {
        "oidc-organization-group-membership-mapper"
    }

    fn summary(&self) -> &'static str {
        "The user's groups within organizations, with their roles if wanted"
    }

    fn claim<'c>(&self, _config: &'c Config) -> Option<&'c str> {
        Some(CLAIM)
    }

    fn apply(
        &self,
        cx: &mut Cx<'_>,
        config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        for one in meant(cx, facts, claims)? {
            let all = of_organization::list(cx, &one.id)?;
            let mine = of_organization::list_of_member(cx, &one.id, &facts.user.id)?;
            if mine.is_empty() {
                continue;
            }
            let mut paths: Vec<String> = mine.iter().map(|id| group::path(&all, id)).collect();
            paths.sort();
            let mut told = Map::from_iter([("groups".to_owned(), json!(paths))]);
            if config.has("addGroupRoleMappings", false) {
                let above = all.iter().filter(|group| {
                    mine.iter()
                        .any(|id| of_organization::is_inside(&all, id, &group.id))
                });
                let above: Vec<&Group> = above.collect();
                add_roles(cx, facts, claims, &above, &mut told)?;
            }
            let mut all = objects(claims.members.remove(CLAIM));
            if let Some(Value::Object(before)) = all.remove(&one.alias) {
                told.extend(before);
            }
            all.insert(one.alias, Value::Object(told));
            claims.members.insert(CLAIM.to_owned(), Value::Object(all));
        }
        Ok(())
    }
}

/// What is told of each organization. A list of their names becomes an object of them.
fn objects(told: Option<Value>) -> Map<String, Value> {
    let names = match told {
        Some(Value::Object(told)) => return told,
        Some(Value::Array(names)) => names,
        other => other.into_iter().collect(),
    };
    let names = names.iter().filter_map(Value::as_str);
    names.map(|name| (name.to_owned(), json!({}))).collect()
}

/// The roles that the groups give, as far as the client may see them.
fn add_roles(
    cx: &mut Cx<'_>,
    facts: &Facts<'_>,
    claims: &Claims,
    groups: &[&Group],
    told: &mut Map<String, Value>,
) -> Result<()> {
    let mut given: Vec<RoleId> = Vec::new();
    for group in groups {
        given.extend(of_organization::direct_roles(cx, &group.id)?);
    }
    let all: BTreeSet<RoleId> = role::graph(cx)?.expand(given).into_iter().collect();
    let Some(scopes) = &claims.scopes else {
        return Ok(());
    };
    let mut visible = Claims {
        roles: scope::filter_roles(cx, facts.client, scopes, &all)?,
        ..Claims::default()
    };
    let names = visible.role_names(cx)?;
    if let Some(of_realm) = names.get(&None) {
        told.insert("realm_access".to_owned(), json!({"roles": of_realm}));
    }
    let of_clients: BTreeMap<&String, Value> = names
        .iter()
        .filter_map(|(client, roles)| Some((client.as_ref()?, json!({"roles": roles}))))
        .collect();
    if !of_clients.is_empty() {
        told.insert("resource_access".to_owned(), json!(of_clients));
    }
    Ok(())
}
