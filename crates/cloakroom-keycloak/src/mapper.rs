//! `ProtocolMapperRepresentation`: a mapper as JSON.

use std::collections::BTreeMap;

use cloakroom_model::id::MapperId;
use cloakroom_model::mapper::Mapper;
use serde_json::{Value, json};

use crate::read::{self, Object, Unreadable};

/// The mapper as it is shown.
pub fn show(mapper: &Mapper) -> Value {
    json!({
        "id": mapper.id,
        "name": mapper.name,
        "protocol": mapper.protocol,
        "protocolMapper": mapper.mapper,
        "consentRequired": false,
        "config": mapper.config,
    })
}

/// The mapper that was sent, for the given owner.
pub fn from_sent(owner: &str, id: MapperId, sent: &Object) -> Result<Mapper, Unreadable> {
    let text = |name| read::text(sent, name).map(|text| text.unwrap_or_default().to_owned());
    let config = read::texts(sent, "config")?.unwrap_or_default();
    let mut config: BTreeMap<String, String> = config
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    // Mappers from before there was this switch have always been seen by introspection.
    if config
        .get("access.token.claim")
        .is_some_and(|on| on == "true")
    {
        config
            .entry("introspection.token.claim".to_owned())
            .or_insert_with(|| "true".to_owned());
    }
    Ok(Mapper {
        id,
        owner_id: owner.to_owned(),
        name: text("name")?,
        protocol: text("protocol")?,
        mapper: text("protocolMapper")?,
        config,
    })
}

/// All members that a mapper's representation has.
pub const FIELDS: &[&str] = &[
    "id",
    "name",
    "protocol",
    "protocolMapper",
    "consentRequired",
    "consentText",
    "config",
];
