//! Protocol mappers: which claim comes from where. To add one: a file in `mapper/`, its `mod` line and
//! its line in [`ALL`].

mod acr;
mod address;
mod audience;
mod audience_resolve;
mod claim;
mod claims_param;
mod claims_param_value;
mod full_name;
mod group_membership;
mod hardcoded_claim;
mod hardcoded_role;
mod nonce;
mod organization;
mod pairwise;
mod role_name;
mod roles;
mod session_note;
mod session_state;
mod subject;
mod user_attribute;
mod web_origins;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

use cloakroom_model::client::Client;
use cloakroom_model::id::{RoleId, SessionId};
use cloakroom_model::mapper::Mapper as Config;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, client, role};
use serde_json::{Map, Value};

use crate::authorize::claims::Wish;
use crate::authorize::{ClaimsRequest, Place};
use crate::error::Result;
use crate::scope::{self, Scopes};

pub(crate) use pairwise::{is_public, subject};

/// Every mapper, in the order in which they run: what adds roles comes before what shows them.
pub static ALL: &[&dyn Mapper] = &[
    &hardcoded_role::HardcodedRole,
    &role_name::RoleName,
    &subject::Sub,
    &pairwise::Pairwise,
    &session_note::SessionNote,
    &session_state::SessionState,
    &nonce::Nonce,
    &acr::Acr,
    &acr::Amr,
    &user_attribute::UserAttribute,
    &user_attribute::UserProperty,
    &full_name::FullName,
    &address::Address,
    &hardcoded_claim::HardcodedClaim,
    &group_membership::GroupMembership,
    &organization::OrganizationMembership,
    &organization::OrganizationGroups,
    &roles::RealmRoles,
    &roles::ClientRoles,
    &audience_resolve::AudienceResolve,
    &audience::Audience,
    &web_origins::WebOrigins,
    &claims_param::ClaimsParam,
    &claims_param_value::ClaimsParamValue,
];

/// The place of each kind in [`ALL`].
static PLACES: LazyLock<HashMap<&str, usize>> = LazyLock::new(|| {
    let kinds = ALL.iter().map(|mapper| mapper.kind());
    kinds.zip(0..).collect()
});

/// The settings of mappers that are known, in the order in which they run.
fn in_order<'c>(
    configs: impl Iterator<Item = &'c Config>,
) -> Vec<(&'static dyn Mapper, &'c Config)> {
    let known = |config: &'c Config| Some((*PLACES.get(config.mapper.as_str())?, config));
    let mut placed: Vec<(usize, &Config)> = configs.filter_map(known).collect();
    placed.sort_by_key(|(place, _)| *place);
    let named = |(place, config): (usize, &'c Config)| Some((*ALL.get(place)?, config));
    placed.into_iter().filter_map(named).collect()
}

/// One claim, or several, from what is known about a subject.
pub trait Mapper: Sync {
    /// The name in the database: never changes.
    fn kind(&self) -> &'static str;
    /// One line for people who choose a mapper.
    fn summary(&self) -> &'static str;
    /// The claim that it makes, as far as it is about the user and may be asked for one by one.
    fn claim<'c>(&self, config: &'c Config) -> Option<&'c str> {
        config.text("claim.name")
    }
    /// It runs for this target: its settings say so, unless the kind knows better.
    fn is_for(&self, target: Target, config: &Config) -> bool {
        target.is_switched_on(config, self.is_for_access_by_default())
    }
    /// Older settings lack the switches, and this kind was always meant for access tokens.
    fn is_for_access_by_default(&self) -> bool {
        false
    }
    /// Adds its claims.
    fn apply(
        &self,
        cx: &mut Cx<'_>,
        config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()>;
}

/// What claims are being made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// An access token.
    Access,
    /// A lightweight access token.
    Lightweight,
    /// An ID token.
    Id,
    /// An ID token of a client that has nothing to ask the userinfo endpoint with: what that would say stands in it as well
    /// (OpenID Connect Core 1.0 §5.4).
    IdAlone,
    /// The userinfo endpoint.
    Userinfo,
    /// The introspection endpoint, where a lightweight token is filled up.
    Introspection,
}

impl Target {
    fn is_switched_on(self, config: &Config, for_access: bool) -> bool {
        let access = config.has("access.token.claim", for_access);
        match self {
            Self::Access => access,
            Self::Lightweight => config.has("lightweight.claim", false),
            Self::Id => config.has("id.token.claim", false),
            Self::IdAlone => {
                Self::Id.is_switched_on(config, for_access)
                    || Self::Userinfo.is_switched_on(config, for_access)
            }
            // Mappers from before there was this switch are seen where ID tokens show them.
            Self::Userinfo => {
                let id = config.has("id.token.claim", false);
                config.has("userinfo.token.claim", id)
            }
            Self::Introspection => config.has("introspection.token.claim", access),
        }
    }
}

/// What is known about a subject.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What the claims are made for.
    pub target: Target,
    /// The client.
    pub client: &'a Client,
    /// The user.
    pub user: &'a User,
    /// Notes of the session, as mappers name them.
    pub notes: &'a BTreeMap<String, Value>,
    /// How well the user was proved.
    pub acr: &'a str,
    /// How, separated by spaces.
    pub amr: &'a str,
    /// The claims that the request asked for one by one.
    pub claims: Option<&'a ClaimsRequest>,
    /// The request's nonce.
    pub nonce: Option<&'a str>,
    /// The session, if there is one.
    pub session: Option<&'a SessionId>,
}

/// Claims that are being put together.
#[derive(Debug, Default)]
pub struct Claims {
    /// The claims.
    pub members: Map<String, Value>,
    /// Whom the token is for.
    pub audience: BTreeSet<String>,
    /// The roles that the client may see.
    pub roles: BTreeSet<RoleId>,
    /// Roles that a mapper shows under another name, with the client of the new name.
    pub renamed: BTreeMap<RoleId, (Option<String>, String)>,
    /// The scopes that the claims are made for, while the mappers run.
    pub scopes: Option<Scopes>,
    /// The names of the roles, from when they are asked for until they change.
    pub(crate) names: Option<Arc<RoleNames>>,
}

/// Names of roles by their clients; those of the realm have none.
pub(crate) type RoleNames = BTreeMap<Option<String>, BTreeSet<String>>;

impl Claims {
    /// Puts the audience in place: one as a text, several as a list (RFC 7519 §4.1.3).
    pub(crate) fn into_members(mut self) -> Map<String, Value> {
        let mut audience: Vec<Value> = self.audience.into_iter().map(Value::String).collect();
        match audience.len() {
            0 => {}
            1 => {
                self.members.insert("aud".to_owned(), audience.remove(0));
            }
            _ => {
                self.members
                    .insert("aud".to_owned(), Value::Array(audience));
            }
        }
        self.members
    }

    /// Adds a role.
    fn add_role(&mut self, role: RoleId) {
        self.names = None;
        self.roles.insert(role);
    }

    /// Shows a role under another name, which may be another client's.
    fn rename_role(&mut self, role: RoleId, name: (Option<String>, String)) {
        self.names = None;
        self.renamed.insert(role, name);
    }

    /// The names of the roles, those of the realm under no client.
    fn role_names(&mut self, cx: &mut Cx<'_>) -> Result<Arc<RoleNames>> {
        if let Some(names) = &self.names {
            return Ok(Arc::clone(names));
        }
        let graph = role::graph(cx)?;
        let mut names = RoleNames::new();
        for id in &self.roles {
            let Some(found) = graph.role(id) else {
                continue;
            };
            let (owner, name) = match self.renamed.get(id) {
                Some(renamed) => renamed.clone(),
                None => match owner(cx, found)? {
                    Some(owner) => (owner, found.name.clone()),
                    None => continue,
                },
            };
            names.entry(owner).or_default().insert(name);
        }
        let names = Arc::new(names);
        self.names = Some(Arc::clone(&names));
        Ok(names)
    }
}

/// The client that a role belongs to, or none for the realm; `None` if the client is gone.
fn owner(cx: &mut Cx<'_>, role: &Arc<role::Role>) -> Result<Option<Option<String>>> {
    if !role.client_role {
        return Ok(Some(None));
    }
    let id = cloakroom_model::id::ClientUuid::new(role.container_id.clone());
    Ok(client::find_by_id(cx, &id)?.map(|client| Some(client.client_id.clone())))
}

/// Runs the mappers of the client and of its scopes that are meant for the target.
pub fn run(cx: &mut Cx<'_>, scopes: &Scopes, facts: &Facts<'_>, claims: &mut Claims) -> Result<()> {
    claims.scopes = Some(scopes.clone());
    let own = facts.client.mappers.iter();
    let all = own.chain(scopes.iter().flat_map(|scope| scope.mappers.iter()));
    for (mapper, config) in in_order(all) {
        if mapper.is_for(facts.target, config) {
            mapper.apply(cx, config, facts, claims)?;
        }
    }
    Ok(())
}

/// Adds the claims that the request asked for one by one (OpenID Connect Core 1.0 §5.5), from the
/// scopes that the client could have asked for.
pub fn run_asked(
    cx: &mut Cx<'_>,
    roles: &BTreeSet<RoleId>,
    facts: &Facts<'_>,
    claims: &mut Claims,
) -> Result<()> {
    let Some(asked) = facts.claims else {
        return Ok(());
    };
    let names = asked.scopes(cx.realm, facts.client).join(" ");
    let scopes = scope::resolve_again(cx, facts.client, &names);
    let scopes = scope::permitted(cx, scopes, roles)?;
    let own = facts.client.mappers.iter();
    let configs = own.chain(scopes.iter().flat_map(|scope| scope.mappers.iter()));
    let all: Vec<&Config> = configs.filter(|config| is_shown(config)).collect();
    apply_asked(cx, |_| true, &all, facts, claims)
}

/// Runs those of the mappers that make a claim which was asked for at this target.
fn apply_asked(
    cx: &mut Cx<'_>,
    counts: fn(&Wish) -> bool,
    configs: &[&Config],
    facts: &Facts<'_>,
    claims: &mut Claims,
) -> Result<()> {
    let place = match facts.target {
        Target::Id | Target::IdAlone => Place::IdToken,
        Target::Userinfo => Place::Userinfo,
        Target::Access | Target::Lightweight | Target::Introspection => return Ok(()),
    };
    let Some(wishes) = facts.claims.map(|asked| asked.wishes(place)) else {
        return Ok(());
    };
    for (mapper, config) in in_order(configs.iter().copied()) {
        let name = mapper.claim(config).unwrap_or_default();
        let name = name.split('.').next().unwrap_or(name);
        if wishes.get(name).is_some_and(counts) {
            mapper.apply(cx, config, facts, claims)?;
        }
    }
    Ok(())
}

/// An operator who switches a mapper off everywhere wants nobody to see its claim.
fn is_shown(config: &Config) -> bool {
    [
        "id.token.claim",
        "userinfo.token.claim",
        "access.token.claim",
    ]
    .iter()
    .any(|name| config.has(name, false))
}

/// The claim that a mapper makes.
pub(crate) fn claim_of(config: &Config) -> Option<&str> {
    ALL.get(*PLACES.get(config.mapper.as_str())?)?.claim(config)
}
