//! Authorization services of clients, now that all that their policies name stands.

use cloakroom_model::{Cx, client};

use super::Import;
use super::error::Result;
use super::lenient::Part;

pub(super) fn import(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    for object in import.sent.objects("clients")? {
        let part = Part::new(object, "clients[]", "");
        let Some(settings) = part.object("authorizationSettings")? else {
            continue;
        };
        let client_id = part.name("clientId")?;
        let known = import.known.client(&client_id, "clients[]")?.id.clone();
        let Some(found) = client::load(cx, &known)? else {
            continue;
        };
        import
            .ready
            .rules
            .import_authorization(cx, &found, settings)?;
        import.report.map("authorization services");
    }
    Ok(())
}
