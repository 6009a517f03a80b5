//! Scopes of a resource server: what may be done with a resource.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::{ClientUuid, RealmId};
use crate::schema::authz_scopes as scopes;
use crate::sql::Unless;

/// Something that may be done with a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Its id.
    pub id: String,
    /// Its name, unique in the resource server.
    pub name: String,
    /// What people see.
    pub display_name: Option<String>,
    /// A picture of it.
    pub icon_uri: Option<String>,
}

/// The scopes of a resource server by name.
pub fn list_scopes(cx: &mut Cx<'_>, client: &ClientUuid) -> Result<Vec<Scope>> {
    let mine = scopes::table
        .filter(scopes::realm_id.eq(&cx.realm.id))
        .filter(scopes::client_uuid.eq(client))
        .order(scopes::name.asc());
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    Ok(rows.into_iter().map(Row::into_scope).collect())
}

/// Stores a new scope; false if its id or name is taken.
pub fn insert_scope(cx: &mut Cx<'_>, client: &ClientUuid, scope: &Scope) -> Result<bool> {
    let insert = diesel::insert_into(scopes::table).values((
        scopes::id.eq(&scope.id),
        scopes::realm_id.eq(&cx.realm.id),
        scopes::client_uuid.eq(client),
        scopes::name.eq(&scope.name),
        scopes::display_name.eq(&scope.display_name),
        scopes::icon_uri.eq(&scope.icon_uri),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(inserted == 1)
}

/// Replaces what is said of a scope; false if it is gone.
///
/// The new name must be free: the caller asks before.
pub fn update_scope(cx: &mut Cx<'_>, client: &ClientUuid, scope: &Scope) -> Result<bool> {
    let mine = scopes::table
        .filter(scopes::realm_id.eq(&cx.realm.id))
        .filter(scopes::client_uuid.eq(client))
        .filter(scopes::id.eq(&scope.id));
    let changed = diesel::update(mine)
        .set((
            scopes::name.eq(&scope.name),
            scopes::display_name.eq(&scope.display_name),
            scopes::icon_uri.eq(&scope.icon_uri),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(changed == 1)
}

/// Removes a scope; false if it is gone.
pub fn remove_scope(cx: &mut Cx<'_>, client: &ClientUuid, id: &str) -> Result<bool> {
    let mine = scopes::table
        .filter(scopes::realm_id.eq(&cx.realm.id))
        .filter(scopes::client_uuid.eq(client))
        .filter(scopes::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    if removed == 1 {
        super::ticket::remove_of_scope(cx, client, id)?;
    }
    cx.settings_changed();
    Ok(removed == 1)
}

#[derive(Queryable)]
struct Row {
    id: String,
    _realm: RealmId,
    _client: ClientUuid,
    name: String,
    display_name: Option<String>,
    icon_uri: Option<String>,
}

impl Row {
    fn into_scope(self) -> Scope {
        Scope {
            id: self.id,
            name: self.name,
            display_name: self.display_name,
            icon_uri: self.icon_uri,
        }
    }
}
