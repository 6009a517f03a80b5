//! Policies and permissions of a resource server: who may do what, under which conditions.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::cx::Cx;
use crate::id::{ClientUuid, RealmId};
use crate::schema::authz_policies as policies;
use crate::sql::Unless;

/// The kind of permission by which an owner asks others in. Administrators do not see them.
pub const UMA: &str = "uma";

/// A condition, or a permission that conditions decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its id.
    pub id: String,
    /// Its name, unique in the resource server.
    pub name: String,
    /// The kind of policy, `user` for example; `resource` and `scope` are permissions.
    pub kind: String,
    /// What it says.
    pub details: Details,
}

impl Policy {
    /// It permits something, and other policies decide to whom.
    pub fn is_permission(&self) -> bool {
        self.kind == "resource" || self.kind == "scope"
    }

    /// It is a permission for one of these scopes wherever they are, and names no resource.
    pub fn is_open(&self, scopes: &[String]) -> bool {
        let details = &self.details;
        self.kind == "scope"
            && details.resources.is_empty()
            && !details.config.contains_key("defaultResourceType")
            && details.scopes.iter().any(|id| scopes.contains(id))
    }
}

/// What a policy says. Ids are those of the same resource server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Details {
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `POSITIVE` or `NEGATIVE`.
    pub logic: String,
    /// `UNANIMOUS`, `AFFIRMATIVE` or `CONSENSUS`.
    pub decision_strategy: String,
    /// The kind's settings; lists are JSON in a text, as in Keycloak.
    pub config: BTreeMap<String, String>,
    /// The ids of the policies that decide.
    pub policies: Vec<String>,
    /// The ids of the resources that it is about.
    pub resources: Vec<String>,
    /// The ids of the scopes that it is about.
    pub scopes: Vec<String>,
}

impl Default for Details {
    fn default() -> Self {
        Self {
            description: None,
            logic: "POSITIVE".to_owned(),
            decision_strategy: "UNANIMOUS".to_owned(),
            config: BTreeMap::new(),
            policies: Vec::new(),
            resources: Vec::new(),
            scopes: Vec::new(),
        }
    }
}

/// The policies and permissions of a resource server by name.
pub fn list_policies(cx: &mut Cx<'_>, client: &ClientUuid) -> Result<Vec<Policy>> {
    let mine = policies::table
        .filter(policies::realm_id.eq(&cx.realm.id))
        .filter(policies::client_uuid.eq(client))
        .order(policies::name.asc());
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_policy).collect()
}

/// Stores a new policy; false if its id or name is taken.
pub fn insert_policy(cx: &mut Cx<'_>, client: &ClientUuid, policy: &Policy) -> Result<bool> {
    let insert = diesel::insert_into(policies::table).values((
        policies::id.eq(&policy.id),
        policies::realm_id.eq(&cx.realm.id),
        policies::client_uuid.eq(client),
        policies::name.eq(&policy.name),
        policies::kind.eq(&policy.kind),
        policies::details.eq(serde_json::to_string(&policy.details)?),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(inserted == 1)
}

/// Replaces what a policy says; false if it is gone.
///
/// The new name must be free: the caller asks before.
pub fn update_policy(cx: &mut Cx<'_>, client: &ClientUuid, policy: &Policy) -> Result<bool> {
    let mine = policies::table
        .filter(policies::realm_id.eq(&cx.realm.id))
        .filter(policies::client_uuid.eq(client))
        .filter(policies::id.eq(&policy.id));
    let changed = diesel::update(mine)
        .set((
            policies::name.eq(&policy.name),
            policies::details.eq(serde_json::to_string(&policy.details)?),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(changed == 1)
}

/// Removes a policy; false if it is gone.
pub fn remove_policy(cx: &mut Cx<'_>, client: &ClientUuid, id: &str) -> Result<bool> {
    let mine = policies::table
        .filter(policies::realm_id.eq(&cx.realm.id))
        .filter(policies::client_uuid.eq(client))
        .filter(policies::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(removed == 1)
}

#[derive(Queryable)]
struct Row {
    id: String,
    _realm: RealmId,
    _client: ClientUuid,
    name: String,
    kind: String,
    details: String,
}

impl Row {
    fn into_policy(self) -> Result<Policy> {
        Ok(Policy {
            details: serde_json::from_str(&self.details)?,
            id: self.id,
            name: self.name,
            kind: self.kind,
        })
    }
}
