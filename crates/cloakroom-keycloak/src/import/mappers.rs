//! Protocol mappers of clients and of client scopes.

use std::collections::BTreeSet;

use cloakroom_model::Cx;
use cloakroom_model::id::MapperId;
use cloakroom_model::mapper;
use serde_json::json;

use super::Import;
use super::error::{ImportError, Result};
use super::lenient::Part;
use super::unknown;
use crate::mapper as shape;
use crate::read::Object;

/// Stores the mappers of an owner, whose protocol they have where they name none.
pub(super) fn import(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    owner: (&str, &str),
    parent: &Part<'_>,
) -> Result<()> {
    let (owner, protocol) = owner;
    let place = parent.place_of("protocolMappers[]");
    let mut names = BTreeSet::new();
    for object in parent.objects("protocolMappers")? {
        let name = Part::new(object, &place, parent.who).name("name")?;
        let who = format!("{}/{name}", parent.who);
        let part = Part::new(object, &place, &who);
        if !names.insert(name.clone()) {
            let why = format!("{} has two mappers of the name {name}", parent.who);
            return Err(ImportError::taken(why));
        }
        part.report_unknown(shape::FIELDS, import.report);
        let why = "each mapper asks for consent with its client scope since Keycloak 4";
        part.report_dropped("consentRequired", why, import.report);
        part.report_dropped("consentText", why, import.report);
        let id = part.id("id")?.unwrap_or_else(|| cx.new_id());
        let texts = part.settings("config")?;
        let config = texts.len();
        let sent = Object::from_iter([
            ("name".to_owned(), json!(name)),
            (
                "protocol".to_owned(),
                json!(
                    part.text("protocol")?
                        .unwrap_or_else(|| protocol.to_owned())
                ),
            ),
            (
                "protocolMapper".to_owned(),
                json!(part.name("protocolMapper")?),
            ),
            ("config".to_owned(), json!(texts)),
        ]);
        let mapper = shape::from_sent(owner, MapperId::new(id), &sent)
            .map_err(ImportError::wrong(&place, &who))?;
        if mapper.config.len() > config {
            let how = "introspection.token.claim added: it followed access.token.claim \
                       before Keycloak 22 had a switch for it";
            import
                .report
                .approximate(&part.place_of("config"), &who, how);
        }
        if mapper.protocol != protocol {
            let how = format!(
                "kept, but it is one of {}, and what it belongs to speaks {protocol}",
                mapper.protocol
            );
            import
                .report
                .approximate(&part.place_of("protocol"), &who, how);
        }
        unknown::mapper(import, &part, &mapper.protocol, &mapper.mapper);
        if !mapper::insert(cx, &mapper)? {
            return Err(ImportError::taken(format!(
                "the id of mapper {who} is in use"
            )));
        }
        import.report.map("protocol mappers");
    }
    Ok(())
}
