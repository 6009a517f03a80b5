//! Which rows belong to a thing: its own, and those that go with it when it is deleted.

use diesel::prelude::*;
use serde_json::Value;

use super::{Kind, rows};
use crate::Result;
use crate::cx::Cx;
use crate::schema::{groups, roles, users};

/// A table, and its column that names the thing.
type Part = (&'static str, &'static str);

/// What a user has. Sessions are not among it: whoever comes back signs in anew.
const OF_USER: &[Part] = &[
    ("user_attributes", "user_id"),
    ("user_roles", "user_id"),
    ("user_groups", "user_id"),
    ("credentials", "user_id"),
    ("consents", "user_id"),
    ("federated_identities", "user_id"),
    ("organization_members", "user_id"),
    ("directory_users", "user_id"),
    ("directory_grants", "user_id"),
];

const OF_ROLE: &[Part] = &[
    ("role_composites", "parent_id"),
    ("role_composites", "child_id"),
    ("scope_mappings", "role_id"),
    ("group_roles", "role_id"),
    ("user_roles", "role_id"),
];

const OF_GROUP: &[Part] = &[
    ("group_roles", "group_id"),
    ("default_groups", "group_id"),
    ("user_groups", "group_id"),
];

const OF_CLIENT: &[Part] = &[
    ("protocol_mappers", "owner_id"),
    ("scope_links", "owner_id"),
    ("scope_mappings", "owner_id"),
    ("consents", "client_uuid"),
    ("client_uses", "client_uuid"),
    ("resource_servers", "client_uuid"),
    ("authz_scopes", "client_uuid"),
    ("authz_resources", "client_uuid"),
    ("authz_policies", "client_uuid"),
];

const OF_SCOPE: &[Part] = &[
    ("protocol_mappers", "owner_id"),
    ("scope_links", "scope_id"),
    ("scope_mappings", "owner_id"),
];

/// Rows on their way into the bin, each with its table, in an order in which they can come back.
struct Kept<'a, 'b> {
    cx: &'a mut Cx<'b>,
    rows: Vec<(String, Value)>,
    most: usize,
}

impl Kept<'_, '_> {
    fn add(&mut self, (table, column): Part, id: &str) -> Result<()> {
        if self.rows.len() <= self.most {
            let realm = self.cx.realm.id.as_str().to_owned();
            let found = rows::take(self.cx.db.conn()?, (table, column), &realm, id)?;
            let named = found.into_iter().map(|row| (table.to_owned(), row));
            self.rows.extend(named);
        }
        Ok(())
    }

    fn add_all(&mut self, parts: &[Part], id: &str) -> Result<()> {
        parts.iter().try_for_each(|part| self.add(*part, id))
    }

    /// A group with those inside it, each after the one that it is in.
    fn add_groups(&mut self, id: &str) -> Result<()> {
        let mut found = vec![id.to_owned()];
        let mut next = 0;
        while let Some(id) = found.get(next).cloned() {
            self.add(("groups", "id"), &id)?;
            let inside = groups::table
                .filter(groups::realm_id.eq(&self.cx.realm.id))
                .filter(groups::parent_id.eq(&id))
                .select(groups::id);
            found.extend(inside.load::<String>(self.cx.db.conn()?)?);
            next += 1;
        }
        found.iter().try_for_each(|id| self.add_all(OF_GROUP, id))
    }

    /// A client with its roles and the account that it acts as.
    fn add_client(&mut self, id: &str) -> Result<()> {
        self.add(("clients", "id"), id)?;
        let own = roles::table
            .filter(roles::realm_id.eq(&self.cx.realm.id))
            .filter(roles::container_id.eq(id))
            .select(roles::id);
        let own: Vec<String> = own.load(self.cx.db.conn()?)?;
        let accounts = users::table
            .filter(users::realm_id.eq(&self.cx.realm.id))
            .filter(users::service_account_client.eq(id))
            .select(users::id);
        let accounts: Vec<String> = accounts.load(self.cx.db.conn()?)?;
        self.add(("roles", "container_id"), id)?;
        self.add(("users", "service_account_client"), id)?;
        self.add_all(OF_CLIENT, id)?;
        own.iter().try_for_each(|id| self.add_all(OF_ROLE, id))?;
        accounts.iter().try_for_each(|id| self.add_all(OF_USER, id))
    }
}

/// All rows of a thing, its own first; `None` if there are more than `most`.
pub(super) fn of(
    cx: &mut Cx<'_>,
    kind: Kind,
    id: &str,
    most: usize,
) -> Result<Option<Vec<(String, Value)>>> {
    let mut kept = Kept {
        cx,
        rows: Vec::new(),
        most,
    };
    match kind {
        Kind::User => {
            kept.add(("users", "id"), id)?;
            kept.add_all(OF_USER, id)?;
        }
        Kind::RealmRole | Kind::ClientRole => {
            kept.add(("roles", "id"), id)?;
            kept.add_all(OF_ROLE, id)?;
        }
        Kind::ClientScope => {
            kept.add(("client_scopes", "id"), id)?;
            kept.add_all(OF_SCOPE, id)?;
        }
        Kind::Group => kept.add_groups(id)?,
        Kind::Client => kept.add_client(id)?,
    }
    let is_small = kept.rows.len() <= most;
    Ok(is_small.then_some(kept.rows))
}

/// What a row cannot be without: its column, and the tables in one of which that id has to be.
const NEEDS: &[(&str, &str, &[&str])] = &[
    ("groups", "parent_id", &["groups"]),
    ("roles", "container_id", &["realms", "clients"]),
    ("user_roles", "user_id", &["users"]),
    ("user_roles", "role_id", &["roles"]),
    ("user_groups", "user_id", &["users"]),
    ("user_groups", "group_id", &["groups"]),
    ("group_roles", "group_id", &["groups"]),
    ("group_roles", "role_id", &["roles"]),
    ("role_composites", "parent_id", &["roles"]),
    ("role_composites", "child_id", &["roles"]),
    ("scope_mappings", "owner_id", &["clients", "client_scopes"]),
    ("scope_mappings", "role_id", &["roles"]),
    ("scope_links", "owner_id", &["realms", "clients"]),
    ("scope_links", "scope_id", &["client_scopes"]),
    ("consents", "user_id", &["users"]),
    ("consents", "client_uuid", &["clients"]),
    (
        "organization_members",
        "organization_id",
        &["organizations"],
    ),
];

/// What a row of this table cannot be without. The top of the groups is no group.
pub(super) fn needs(
    table: &str,
    row: &Value,
) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let is_on_top = row.get("parent_id").and_then(Value::as_str) == Some("");
    let own = NEEDS.iter().filter(move |(own, column, _)| {
        *own == table && !(*own == "groups" && *column == "parent_id" && is_on_top)
    });
    let found: Vec<_> = own.map(|(_, column, tables)| (*column, *tables)).collect();
    found.into_iter()
}

/// Something that the row cannot be without is gone.
pub(super) fn is_orphan(cx: &mut Cx<'_>, table: &str, row: &Value) -> Result<bool> {
    for (column, tables) in needs(table, row) {
        let id = row.get(column).and_then(Value::as_str).unwrap_or_default();
        if !rows::is_there(cx.db.conn()?, tables, id)? {
            return Ok(true);
        }
    }
    Ok(false)
}
