//! Protocol mappers as configuration: which claim comes from where.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::cx::Cx;
use crate::id::{MapperId, RealmId};
use crate::schema::protocol_mappers;
use crate::sql::Unless;

/// A protocol mapper of a client or a client scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mapper {
    /// Its id.
    pub id: MapperId,
    /// The client or the client scope it belongs to.
    pub owner_id: String,
    /// Its name, unique with its owner.
    pub name: String,
    /// `openid-connect` or `saml`.
    pub protocol: String,
    /// The kind of mapper, `oidc-usermodel-attribute-mapper` for example.
    pub mapper: String,
    /// The kind's settings, in Keycloak's words.
    pub config: BTreeMap<String, String>,
}

impl Mapper {
    /// A switch of its settings; `default` where it is not set.
    pub fn has(&self, name: &str, default: bool) -> bool {
        self.config
            .get(name)
            .filter(|value| !value.is_empty())
            .map_or(default, |value| value == "true")
    }

    /// A text of its settings, if it is set and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.config
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }
}

/// All mappers of the realm.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Mapper>> {
    let rows = protocol_mappers::table
        .filter(protocol_mappers::realm_id.eq(&cx.realm.id))
        .order(protocol_mappers::name.asc())
        .load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_mapper).collect()
}

/// The mappers of a client or a client scope.
pub fn list_of_owner(cx: &mut Cx<'_>, owner: &str) -> Result<Vec<Mapper>> {
    let rows = protocol_mappers::table
        .filter(protocol_mappers::realm_id.eq(&cx.realm.id))
        .filter(protocol_mappers::owner_id.eq(owner))
        .order(protocol_mappers::name.asc())
        .load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_mapper).collect()
}

/// The mappers of several owners; one without any is left out.
pub(crate) fn list_of_owners(
    cx: &mut Cx<'_>,
    owners: &[&str],
) -> Result<HashMap<String, Vec<Mapper>>> {
    let rows = protocol_mappers::table
        .filter(protocol_mappers::realm_id.eq(&cx.realm.id))
        .filter(protocol_mappers::owner_id.eq_any(owners))
        .order((
            protocol_mappers::owner_id.asc(),
            protocol_mappers::name.asc(),
        ))
        .load::<Row>(cx.db.conn()?)?;
    let mut all: HashMap<String, Vec<Mapper>> = HashMap::new();
    for row in rows {
        let mapper = row.into_mapper()?;
        all.entry(mapper.owner_id.clone()).or_default().push(mapper);
    }
    Ok(all)
}

/// Stores a new mapper; false if its id or its name is taken.
pub fn insert(cx: &mut Cx<'_>, mapper: &Mapper) -> Result<bool> {
    let insert = diesel::insert_into(protocol_mappers::table).values((
        protocol_mappers::id.eq(&mapper.id),
        protocol_mappers::realm_id.eq(&cx.realm.id),
        protocol_mappers::owner_id.eq(&mapper.owner_id),
        protocol_mappers::name.eq(&mapper.name),
        protocol_mappers::protocol.eq(&mapper.protocol),
        protocol_mappers::mapper.eq(&mapper.mapper),
        protocol_mappers::config.eq(serde_json::to_string(&mapper.config)?),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(inserted == 1)
}

/// Replaces a mapper's name, kind and settings; false if it is gone.
pub fn update(cx: &mut Cx<'_>, mapper: &Mapper) -> Result<bool> {
    let mine = protocol_mappers::table
        .filter(protocol_mappers::realm_id.eq(&cx.realm.id))
        .filter(protocol_mappers::owner_id.eq(&mapper.owner_id))
        .filter(protocol_mappers::id.eq(&mapper.id));
    let changed = diesel::update(mine)
        .set((
            protocol_mappers::name.eq(&mapper.name),
            protocol_mappers::protocol.eq(&mapper.protocol),
            protocol_mappers::mapper.eq(&mapper.mapper),
            protocol_mappers::config.eq(serde_json::to_string(&mapper.config)?),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(changed == 1)
}

/// Removes a mapper of an owner; false if it is gone.
pub fn remove(cx: &mut Cx<'_>, owner: &str, id: &MapperId) -> Result<bool> {
    let mine = protocol_mappers::table
        .filter(protocol_mappers::realm_id.eq(&cx.realm.id))
        .filter(protocol_mappers::owner_id.eq(owner))
        .filter(protocol_mappers::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(removed == 1)
}

/// Removes all mappers of an owner that goes away.
pub(crate) fn remove_of_owner(cx: &mut Cx<'_>, owner: &str) -> Result<()> {
    let mine = protocol_mappers::table
        .filter(protocol_mappers::realm_id.eq(&cx.realm.id))
        .filter(protocol_mappers::owner_id.eq(owner));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    Ok(())
}

#[derive(Queryable)]
struct Row {
    id: MapperId,
    _realm: RealmId,
    owner_id: String,
    name: String,
    protocol: String,
    mapper: String,
    config: String,
}

impl Row {
    fn into_mapper(self) -> Result<Mapper> {
        Ok(Mapper {
            config: serde_json::from_str(&self.config)?,
            id: self.id,
            owner_id: self.owner_id,
            name: self.name,
            protocol: self.protocol,
            mapper: self.mapper,
        })
    }
}
