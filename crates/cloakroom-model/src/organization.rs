//! Organizations: firms whose people are users of the realm, with the domains that name them.

mod address;
pub mod group;
mod invitation;
mod member;

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::cx::Cx;
use crate::id::{OrganizationId, RealmId, UserId};
use crate::schema::{organization_domains as domains, organizations};
use crate::sql::Unless;
use crate::user::Attributes;

pub(crate) use address::names_first;
pub use address::{NamesFirst, domain_of, find_by_address, home, providers};
pub use invitation::{
    Invitation, find_invitation, insert_invitation, list_invitations, remove_invitation,
};
pub use member::{
    Member, Search, add_member, count_members, find_member, list_members, list_of_user,
    remove_member, update_member,
};

/// A firm whose people are users of the realm.
#[derive(Clone, Debug, PartialEq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name, unique in the realm.
    pub name: String,
    /// What tokens call it, unique in the realm; it never changes.
    pub alias: String,
    /// Its people can sign in as its members.
    pub enabled: bool,
    /// What else is said of it.
    pub details: Details,
    /// The domains of its e-mail addresses by name.
    pub domains: BTreeMap<String, Domain>,
}

/// What is said of an organization.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Details {
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where people go after they have registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<String>,
    /// Free attributes.
    pub attributes: Attributes,
}

/// A domain of e-mail addresses that names an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Domain {
    /// Somebody proved that it is theirs.
    pub verified: bool,
    /// The identity provider that its people sign in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_provider_alias: Option<String>,
    /// They are sent there without being asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_redirect: Option<bool>,
}

/// All organizations of the realm by name.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Organization>> {
    let mine = organizations::table
        .filter(organizations::realm_id.eq(&cx.realm.id))
        .order(organizations::name.asc());
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    let mut named = domains_of(cx, None)?;
    rows.into_iter()
        .map(|row| {
            let domains = named.remove(&row.id).unwrap_or_default();
            row.into_organization(domains)
        })
        .collect()
}

/// The organization with this id.
pub fn find(cx: &mut Cx<'_>, id: &OrganizationId) -> Result<Option<Organization>> {
    let mine = organizations::table
        .filter(organizations::realm_id.eq(&cx.realm.id))
        .filter(organizations::id.eq(id));
    let row = mine.get_result::<Row>(cx.db.conn()?).optional()?;
    let Some(row) = row else { return Ok(None) };
    let domains = domains_of(cx, Some(id))?.remove(id).unwrap_or_default();
    row.into_organization(domains).map(Some)
}

type Domains = BTreeMap<OrganizationId, BTreeMap<String, Domain>>;

fn domains_of(cx: &mut Cx<'_>, id: Option<&OrganizationId>) -> Result<Domains> {
    let mut mine = domains::table
        .filter(domains::realm_id.eq(&cx.realm.id))
        .select((domains::organization_id, domains::name, domains::details))
        .into_boxed();
    if let Some(id) = id {
        mine = mine.filter(domains::organization_id.eq(id));
    }
    let rows: Vec<(OrganizationId, String, String)> = mine.load(cx.db.conn()?)?;
    let mut all = Domains::new();
    for (id, name, details) in rows {
        let domain = serde_json::from_str(&details)?;
        all.entry(id).or_default().insert(name, domain);
    }
    Ok(all)
}

/// The organizations of the realm that a user is a member of and that are enabled, by alias.
///
/// None where the realm has organizations switched off.
pub fn list_open_to(cx: &mut Cx<'_>, user: &UserId) -> Result<Vec<Organization>> {
    if !is_on(cx) {
        return Ok(Vec::new());
    }
    let mine = organizations::table
        .filter(organizations::realm_id.eq(&cx.realm.id))
        .filter(organizations::enabled.eq(true))
        .filter(organizations::id.eq_any(list_of_user(cx, user)?))
        .order(organizations::alias.asc());
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    rows.into_iter()
        .map(|row| {
            let domains = domains_of(cx, Some(&row.id))?
                .remove(&row.id)
                .unwrap_or_default();
            row.into_organization(domains)
        })
        .collect()
}

/// The aliases of the realm's organizations that are enabled; none where the realm has them switched off.
pub(crate) fn open_aliases(cx: &mut Cx<'_>) -> Result<BTreeSet<String>> {
    if !is_on(cx) {
        return Ok(BTreeSet::new());
    }
    let mine = organizations::table
        .filter(organizations::realm_id.eq(&cx.realm.id))
        .filter(organizations::enabled.eq(true))
        .select(organizations::alias);
    let all: Vec<String> = mine.load(cx.db.conn()?)?;
    Ok(all.into_iter().collect())
}

/// The realm says that it has organizations.
pub fn is_on(cx: &Cx<'_>) -> bool {
    cx.realm.settings.rest.get("organizationsEnabled") == Some(&serde_json::Value::Bool(true))
}

/// The organization that a domain names, with its name.
pub fn find_by_domain(cx: &mut Cx<'_>, name: &str) -> Result<Option<(OrganizationId, String)>> {
    let mine = domains::table
        .inner_join(organizations::table)
        .filter(domains::realm_id.eq(&cx.realm.id))
        .filter(domains::name.eq(name))
        .select((organizations::id, organizations::name));
    Ok(mine.get_result(cx.db.conn()?).optional()?)
}

/// Stores a new organization; false if its id, name or alias is taken.
///
/// Its domains must be free: the caller asks before.
pub fn insert(cx: &mut Cx<'_>, organization: &Organization) -> Result<bool> {
    let insert = diesel::insert_into(organizations::table).values((
        organizations::id.eq(&organization.id),
        organizations::realm_id.eq(&cx.realm.id),
        organizations::name.eq(&organization.name),
        organizations::alias.eq(&organization.alias),
        organizations::enabled.eq(organization.enabled),
        organizations::details.eq(serde_json::to_string(&organization.details)?),
    ));
    if Unless(insert, "").execute(cx.db.conn()?)? == 0 {
        return Ok(false);
    }
    insert_domains(cx, organization)?;
    cx.settings_changed();
    Ok(true)
}

fn insert_domains(cx: &mut Cx<'_>, organization: &Organization) -> Result<()> {
    for (name, domain) in &organization.domains {
        diesel::insert_into(domains::table)
            .values((
                domains::realm_id.eq(&cx.realm.id),
                domains::name.eq(name),
                domains::organization_id.eq(&organization.id),
                domains::details.eq(serde_json::to_string(domain)?),
            ))
            .execute(cx.db.conn()?)?;
    }
    Ok(())
}

/// Replaces what is said of an organization and its domains; false if it is gone.
///
/// Name and domains must be free: the caller asks before. The alias stays.
pub fn update(cx: &mut Cx<'_>, organization: &Organization) -> Result<bool> {
    let mine = organizations::table
        .filter(organizations::realm_id.eq(&cx.realm.id))
        .filter(organizations::id.eq(&organization.id));
    let changed = diesel::update(mine)
        .set((
            organizations::name.eq(&organization.name),
            organizations::enabled.eq(organization.enabled),
            organizations::details.eq(serde_json::to_string(&organization.details)?),
        ))
        .execute(cx.db.conn()?)?;
    let old = domains::table
        .filter(domains::realm_id.eq(&cx.realm.id))
        .filter(domains::organization_id.eq(&organization.id));
    diesel::delete(old).execute(cx.db.conn()?)?;
    insert_domains(cx, organization)?;
    cx.settings_changed();
    Ok(changed == 1)
}

/// Removes an organization with its domains, memberships and invitations; false if it is gone.
pub fn remove(cx: &mut Cx<'_>, id: &OrganizationId) -> Result<bool> {
    let mine = organizations::table
        .filter(organizations::realm_id.eq(&cx.realm.id))
        .filter(organizations::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    cx.people_changed();
    Ok(removed == 1)
}

#[derive(Queryable)]
struct Row {
    id: OrganizationId,
    _realm: RealmId,
    name: String,
    alias: String,
    enabled: bool,
    details: String,
}

impl Row {
    fn into_organization(self, domains: BTreeMap<String, Domain>) -> Result<Organization> {
        Ok(Organization {
            details: serde_json::from_str(&self.details)?,
            id: self.id,
            name: self.name,
            alias: self.alias,
            enabled: self.enabled,
            domains,
        })
    }
}
