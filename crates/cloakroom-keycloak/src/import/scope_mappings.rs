//! Scope mappings: the roles that a client or a client scope may put into tokens.

use cloakroom_model::{Cx, role};

use super::Import;
use super::error::{ImportError, Result};
use super::lenient::Part;
use super::roles;
use super::silent;
use crate::read::Object;

pub(super) fn import(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let sent = import.sent;
    for object in sent.objects("scopeMappings")? {
        map(cx, import, None, object)?;
    }
    let Some(clients) = sent.object("clientScopeMappings")? else {
        return Ok(());
    };
    for client in clients.keys() {
        for object in Part::new(clients, "clientScopeMappings", "").objects(client)? {
            map(cx, import, Some(client), object)?;
        }
    }
    Ok(())
}

/// Stores one list of roles, of the realm or of a client.
fn map(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    container: Option<&str>,
    object: &Object,
) -> Result<()> {
    let place = match container {
        None => "scopeMappings[]",
        Some(_) => "clientScopeMappings[]",
    };
    let part = Part::new(object, place, container.unwrap_or_default());
    let known = ["client", "clientScope", "clientTemplate", "roles", "self"];
    part.report_unknown(&known, import.report);
    silent::report(&part, import.report);
    if part.text("client")?.is_some() {
        let why = "it is said of a client, too, and that counts";
        part.report_dropped("clientScope", why, import.report);
        part.report_dropped("clientTemplate", why, import.report);
    }
    let template = part
        .text("clientTemplate")?
        .map(|name| name.replace(' ', "_"));
    let owner = match (part.text("client")?, part.text("clientScope")?.or(template)) {
        (Some(client), _) => import.known.client(&client, place)?.id.as_str().to_owned(),
        (None, Some(scope)) => match import.known.scopes.get(&scope) {
            Some(known) => known.id.as_str().to_owned(),
            None => {
                let why = format!("{place} refers to client scope {scope}, which is not there");
                return Err(ImportError::invalid(why));
            }
        },
        (None, None) => return Err(part.wrong("client", "given, or clientScope")),
    };
    for name in part.texts("roles")? {
        let id = roles::find_or_insert(cx, import, (container, &name), place)?;
        role::add_scope_mapping(cx, &owner, &id)?;
        import.report.map("scope mappings");
    }
    Ok(())
}
