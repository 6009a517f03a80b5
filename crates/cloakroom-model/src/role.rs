//! Roles: of the realm and of clients, what they are composed of, and what a client may pass on.

mod above;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use diesel::prelude::*;

use crate::cx::Cx;
use crate::id::{RealmId, RoleId};
use crate::pairs::{role_composites, scope_mappings as mappings};
use crate::schema::{role_composites as composite_pairs, roles, scope_mappings};
use crate::sql::{Unless, lower, lower_or_null};
use crate::{Result, client};

pub use above::with_all_above;

/// A role.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// The realm or the client it belongs to.
    pub container_id: String,
    /// It belongs to a client.
    pub client_role: bool,
    /// Its name, unique in its container.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Free attributes.
    pub attributes: BTreeMap<String, Vec<String>>,
}

/// All roles of a realm and how they are composed.
#[derive(Debug, Default)]
pub struct RoleGraph {
    roles: HashMap<RoleId, Arc<Role>>,
    children: HashMap<RoleId, Vec<RoleId>>,
    /// The roles of each container.
    owned: HashMap<String, Vec<RoleId>>,
    /// What some sets of roles come to: an administrator of a thousand realms has twenty thousand.
    expanded: RwLock<HashMap<Vec<RoleId>, Arc<BTreeSet<RoleId>>>>,
}

/// How many sets of roles a graph remembers.
const EXPANDED_MOST: usize = 32;

impl RoleGraph {
    /// The role with this id.
    pub fn role(&self, id: &RoleId) -> Option<&Arc<Role>> {
        self.roles.get(id)
    }

    /// All roles, in no order.
    pub fn all(&self) -> impl Iterator<Item = &Role> {
        self.roles.values().map(Arc::as_ref)
    }

    /// The roles of a container: the realm or a client.
    pub fn owned_by(&self, container: &str) -> impl Iterator<Item = &Arc<Role>> {
        let ids = self.owned.get(container).into_iter().flatten();
        ids.filter_map(|id| self.roles.get(id))
    }

    /// The roles directly inside a role.
    pub fn children(&self, id: &RoleId) -> impl Iterator<Item = &RoleId> {
        self.children.get(id).into_iter().flatten()
    }

    /// The role has others inside it.
    pub fn is_composite(&self, id: &RoleId) -> bool {
        self.children
            .get(id)
            .is_some_and(|children| !children.is_empty())
    }

    /// The given roles and all that they are composed of, however deep. A cycle ends by itself.
    pub fn expand(&self, ids: impl IntoIterator<Item = RoleId>) -> BTreeSet<RoleId> {
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<RoleId> = ids.into_iter().collect();
        while let Some(id) = waiting.pop() {
            if seen.contains(&id) {
                continue;
            }
            waiting.extend(self.children.get(&id).into_iter().flatten().cloned());
            seen.insert(id);
        }
        seen
    }

    /// The same, remembered for whoever asks for these roles again.
    pub fn expand_shared(&self, mut ids: Vec<RoleId>) -> Arc<BTreeSet<RoleId>> {
        ids.sort();
        ids.dedup();
        let known = self.expanded.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&ids) {
            return Arc::clone(known);
        }
        drop(known);
        let all = Arc::new(self.expand(ids.iter().cloned()));
        let mut known = self
            .expanded
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if known.len() >= EXPANDED_MOST {
            known.clear();
        }
        known.insert(ids, Arc::clone(&all));
        all
    }
}

/// The realm's role graph, read once for each snapshot.
pub fn graph(cx: &mut Cx<'_>) -> Result<Arc<RoleGraph>> {
    // A unit of work that changes settings has to see its own rows.
    if !cx.changes.settings.is_empty() {
        return load_graph(cx).map(Arc::new);
    }
    if let Some(known) = cx.realm.memory.roles.get() {
        return Ok(Arc::clone(known));
    }
    let graph = Arc::new(load_graph(cx)?);
    Ok(Arc::clone(cx.realm.memory.roles.get_or_init(|| graph)))
}

fn load_graph(cx: &mut Cx<'_>) -> Result<RoleGraph> {
    let mut graph = RoleGraph::default();
    let all = roles::table.filter(roles::realm_id.eq(&cx.realm.id));
    for row in all.load::<Row>(cx.db.conn()?)? {
        let role = row.into_role()?;
        let owned = graph.owned.entry(role.container_id.clone()).or_default();
        owned.push(role.id.clone());
        graph.roles.insert(role.id.clone(), Arc::new(role));
    }
    let pairs: Vec<(RoleId, RoleId)> = composite_pairs::table
        .filter(composite_pairs::realm_id.eq(&cx.realm.id))
        .select((composite_pairs::parent_id, composite_pairs::child_id))
        .load(cx.db.conn()?)?;
    for (parent, child) in pairs {
        graph.children.entry(parent).or_default().push(child);
    }
    Ok(graph)
}

/// The role with this id, as it stands in this transaction.
pub fn find(cx: &mut Cx<'_>, id: &RoleId) -> Result<Option<Role>> {
    let mine = roles::table
        .filter(roles::realm_id.eq(&cx.realm.id))
        .filter(roles::id.eq(id));
    mine.get_result::<Row>(cx.db.conn()?)
        .optional()?
        .map(Row::into_role)
        .transpose()
}

/// The role with this name in a container (the realm or a client).
pub fn find_named(cx: &mut Cx<'_>, container: &str, name: &str) -> Result<Option<Role>> {
    let mine = roles::table
        .filter(roles::realm_id.eq(&cx.realm.id))
        .filter(roles::container_id.eq(container))
        .filter(roles::name.eq(name));
    mine.get_result::<Row>(cx.db.conn()?)
        .optional()?
        .map(Row::into_role)
        .transpose()
}

/// The role that a setting names: of the realm, or of the client before its first dot that has such a role.
pub fn find_configured(cx: &mut Cx<'_>, name: &str) -> Result<Option<RoleId>> {
    let realm = cx.realm.id.as_str().to_owned();
    if let Some(found) = find_named(cx, &realm, name)? {
        return Ok(Some(found.id));
    }
    // A client's name may have dots itself.
    for (at, _) in name.match_indices('.').take(16) {
        let (client_id, rest) = name.split_at(at);
        let rest = rest.trim_start_matches('.');
        if let Some(client) = client::find_id(cx, client_id)?
            && let Some(found) = find_named(cx, client.as_str(), rest)?
        {
            return Ok(Some(found.id));
        }
    }
    Ok(None)
}

/// The roles of a container by name; `search` narrows by a part of the name or the description.
pub fn list(
    cx: &mut Cx<'_>,
    container: &str,
    search: Option<&str>,
    first: i64,
    max: i64,
) -> Result<Vec<Role>> {
    let mut mine = roles::table
        .filter(roles::realm_id.eq(&cx.realm.id))
        .filter(roles::container_id.eq(container))
        .into_boxed();
    if let Some(text) = search {
        let part = crate::user::pattern(&text.to_lowercase());
        let named = lower(roles::name).like(part.clone()).escape('\\');
        let described = lower_or_null(roles::description).like(part).escape('\\');
        mine = mine.filter(named.or(described));
    }
    let rows = mine.order(roles::name.asc()).offset(first).limit(max);
    rows.load::<Row>(cx.db.conn()?)?
        .into_iter()
        .map(Row::into_role)
        .collect()
}

/// Stores a new role; false if its id or name is taken.
pub fn insert(cx: &mut Cx<'_>, role: &Role) -> Result<bool> {
    let insert = diesel::insert_into(roles::table).values((
        roles::id.eq(&role.id),
        roles::realm_id.eq(&cx.realm.id),
        roles::container_id.eq(&role.container_id),
        roles::client_role.eq(role.client_role),
        roles::name.eq(&role.name),
        roles::description.eq(&role.description),
        roles::attributes.eq(serde_json::to_string(&role.attributes)?),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(inserted == 1)
}

/// Replaces name, description and attributes; false if the role is gone. The name must be free.
pub fn update(cx: &mut Cx<'_>, role: &Role) -> Result<bool> {
    let mine = roles::table
        .filter(roles::realm_id.eq(&cx.realm.id))
        .filter(roles::id.eq(&role.id));
    let changed = diesel::update(mine)
        .set((
            roles::name.eq(&role.name),
            roles::description.eq(&role.description),
            roles::attributes.eq(serde_json::to_string(&role.attributes)?),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    cx.people_changed();
    Ok(changed == 1)
}

/// Removes a role; false if it is gone.
pub fn remove(cx: &mut Cx<'_>, id: &RoleId) -> Result<bool> {
    let mine = roles::table
        .filter(roles::realm_id.eq(&cx.realm.id))
        .filter(roles::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    cx.people_changed();
    Ok(removed == 1)
}

/// Removes the roles of a container that goes away.
pub(crate) fn remove_of_container(cx: &mut Cx<'_>, container: &str) -> Result<()> {
    let mine = roles::table
        .filter(roles::realm_id.eq(&cx.realm.id))
        .filter(roles::container_id.eq(container));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    Ok(())
}

/// The roles directly inside a role.
pub fn composites(cx: &mut Cx<'_>, parent: &RoleId) -> Result<Vec<Role>> {
    let children = role_composites::list(cx, parent)?;
    list_of(cx, &children)
}

/// The roles with these ids that exist.
pub fn list_of(cx: &mut Cx<'_>, ids: &[RoleId]) -> Result<Vec<Role>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mine = roles::table
        .filter(roles::realm_id.eq(&cx.realm.id))
        .filter(roles::id.eq_any(ids.to_vec()))
        .order(roles::name.asc());
    mine.load::<Row>(cx.db.conn()?)?
        .into_iter()
        .map(Row::into_role)
        .collect()
}

/// Puts a role inside another.
pub fn add_composite(cx: &mut Cx<'_>, parent: &RoleId, child: &RoleId) -> Result<()> {
    role_composites::add(cx, parent, child)?;
    roles_changed(cx);
    Ok(())
}

/// Takes a role out of another.
pub fn remove_composite(cx: &mut Cx<'_>, parent: &RoleId, child: &RoleId) -> Result<()> {
    role_composites::remove(cx, parent, child)?;
    roles_changed(cx);
    Ok(())
}

/// The snapshot holds the role graph, and answers about tokens hold everybody's roles.
fn roles_changed(cx: &mut Cx<'_>) {
    cx.settings_changed();
    cx.people_changed();
}

/// The roles that a client or a client scope may put into tokens.
pub fn scope_mappings(cx: &mut Cx<'_>, owner: &str) -> Result<Vec<RoleId>> {
    mappings::list(cx, owner)
}

/// The same for every owner of the realm.
pub(crate) fn all_scope_mappings(cx: &mut Cx<'_>) -> Result<HashMap<String, Vec<RoleId>>> {
    let rows: Vec<(String, RoleId)> = scope_mappings::table
        .filter(scope_mappings::realm_id.eq(&cx.realm.id))
        .select((scope_mappings::owner_id, scope_mappings::role_id))
        .load(cx.db.conn()?)?;
    Ok(by_owner(rows))
}

/// The same for some owners; one without any is left out.
pub(crate) fn scope_mappings_of_all(
    cx: &mut Cx<'_>,
    owners: &[&str],
) -> Result<HashMap<String, Vec<RoleId>>> {
    let rows: Vec<(String, RoleId)> = scope_mappings::table
        .filter(scope_mappings::realm_id.eq(&cx.realm.id))
        .filter(scope_mappings::owner_id.eq_any(owners))
        .select((scope_mappings::owner_id, scope_mappings::role_id))
        .load(cx.db.conn()?)?;
    Ok(by_owner(rows))
}

fn by_owner(rows: Vec<(String, RoleId)>) -> HashMap<String, Vec<RoleId>> {
    let mut all: HashMap<String, Vec<RoleId>> = HashMap::new();
    for (owner, role) in rows {
        all.entry(owner).or_default().push(role);
    }
    all
}

/// Lets a client or a client scope put a role into tokens.
pub fn add_scope_mapping(cx: &mut Cx<'_>, owner: &str, role: &RoleId) -> Result<()> {
    mappings::add(cx, owner, role)?;
    cx.settings_changed();
    Ok(())
}

/// Takes that back.
pub fn remove_scope_mapping(cx: &mut Cx<'_>, owner: &str, role: &RoleId) -> Result<()> {
    mappings::remove(cx, owner, role)?;
    cx.settings_changed();
    Ok(())
}

pub(crate) fn remove_scope_mappings_of(cx: &mut Cx<'_>, owner: &str) -> Result<()> {
    let mine = scope_mappings::table
        .filter(scope_mappings::realm_id.eq(&cx.realm.id))
        .filter(scope_mappings::owner_id.eq(owner));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    Ok(())
}

#[derive(Queryable)]
struct Row {
    id: RoleId,
    _realm: RealmId,
    container_id: String,
    client_role: bool,
    name: String,
    description: Option<String>,
    attributes: String,
}

impl Row {
    fn into_role(self) -> Result<Role> {
        Ok(Role {
            attributes: serde_json::from_str(&self.attributes)?,
            id: self.id,
            container_id: self.container_id,
            client_role: self.client_role,
            name: self.name,
            description: self.description,
        })
    }
}
