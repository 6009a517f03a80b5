//! Mappers of identity providers: what is taken over from them into a user.

use diesel::prelude::*;

use super::Config;
use crate::Result;
use crate::cx::Cx;
use crate::id::{IdentityProviderId, MapperId, RealmId};
use crate::schema::identity_provider_mappers as mappers;
use crate::sql::Unless;

/// A mapper of an identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapper {
    /// Its id.
    pub id: MapperId,
    /// The identity provider it belongs to.
    pub provider: IdentityProviderId,
    /// Its name, unique in the identity provider.
    pub name: String,
    /// The kind of mapper.
    pub mapper: String,
    /// The kind's settings.
    pub config: Config,
}

/// The mappers of an identity provider by name.
pub fn list_mappers(cx: &mut Cx<'_>, provider: &IdentityProviderId) -> Result<Vec<Mapper>> {
    let mine = mappers::table
        .filter(mappers::realm_id.eq(&cx.realm.id))
        .filter(mappers::provider.eq(provider))
        .order(mappers::name.asc());
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_mapper).collect()
}

/// The mappers of all identity providers of the realm.
pub fn list_all_mappers(cx: &mut Cx<'_>) -> Result<Vec<Mapper>> {
    let mine = mappers::table
        .filter(mappers::realm_id.eq(&cx.realm.id))
        .order((mappers::provider.asc(), mappers::name.asc()));
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_mapper).collect()
}

/// Stores a new mapper; false if its id or its name is taken.
pub fn insert_mapper(cx: &mut Cx<'_>, mapper: &Mapper) -> Result<bool> {
    let insert = diesel::insert_into(mappers::table).values((
        mappers::id.eq(&mapper.id),
        mappers::realm_id.eq(&cx.realm.id),
        mappers::provider.eq(&mapper.provider),
        mappers::name.eq(&mapper.name),
        mappers::mapper.eq(&mapper.mapper),
        mappers::config.eq(serde_json::to_string(&mapper.config)?),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(inserted == 1)
}

/// Replaces a mapper's name, kind and settings; false if it is gone.
///
/// The new name must be free: the caller asks before.
pub fn update_mapper(cx: &mut Cx<'_>, mapper: &Mapper) -> Result<bool> {
    let mine = mappers::table
        .filter(mappers::realm_id.eq(&cx.realm.id))
        .filter(mappers::id.eq(&mapper.id));
    let changed = diesel::update(mine)
        .set((
            mappers::name.eq(&mapper.name),
            mappers::mapper.eq(&mapper.mapper),
            mappers::config.eq(serde_json::to_string(&mapper.config)?),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(changed == 1)
}

/// Removes a mapper; false if it is gone.
pub fn remove_mapper(cx: &mut Cx<'_>, id: &MapperId) -> Result<bool> {
    let mine = mappers::table
        .filter(mappers::realm_id.eq(&cx.realm.id))
        .filter(mappers::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(removed == 1)
}

#[derive(Queryable)]
struct Row {
    id: MapperId,
    _realm: RealmId,
    provider: IdentityProviderId,
    name: String,
    mapper: String,
    config: String,
}

impl Row {
    fn into_mapper(self) -> Result<Mapper> {
        Ok(Mapper {
            config: serde_json::from_str(&self.config)?,
            id: self.id,
            provider: self.provider,
            name: self.name,
            mapper: self.mapper,
        })
    }
}
