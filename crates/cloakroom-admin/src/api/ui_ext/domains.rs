//! Whether a domain of an organization shows the record by which its owner proves that it is theirs.

use actix_web::HttpResponse;
use cloakroom_model::Digest;
use cloakroom_web::outbound::txt;
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::json;

use crate::access::Admin;
use crate::api::organizations::{MANAGE, found_by};
use crate::api::{Answer, Names, Params, is_on};
use crate::error::AdminError;

/// The label before the domain: no host has this name.
const LABEL: &str = "_cloakroom-challenge";

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/organizations/{organization}/domains/{domain}";
    cfg.route(at, web::get().to(look));
}

/// What is expected, and with `look=true` what the name servers say; `found` is null where none of them answers.
///
/// The expected text says which organization of which realm it is for, so a record for one proves nothing to another.
async fn look(admin: Admin, names: Names, params: Params) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let (id, domain) = (
        names.part("organization").to_owned(),
        names.part("domain").to_lowercase(),
    );
    let asked = domain.clone();
    let (organization, number) = admin
        .read(move |cx| {
            let one = found_by(cx, &id, &manages, "manage")?;
            if !one.domains.contains_key(&asked) {
                return Err(AdminError::not_found());
            }
            let mut number = [0; 2];
            cx.rng.fill_bytes(&mut number);
            Ok((one.id, u16::from_be_bytes(number)))
        })
        .await?;
    let about = format!("{}\n{organization}\n{domain}", admin.realm.id);
    let proof = Digest::of(about.as_bytes()).to_base64url();
    let expected = format!("cloakroom-domain={proof}");
    let record = format!("{LABEL}.{domain}");
    let found = match is_on(&params, "look") {
        true => txt::texts(&record, number).await.ok(),
        false => None,
    };
    let is_found = found.as_ref().is_some_and(|all| all.contains(&expected));
    Ok(HttpResponse::Ok().json(json!({
        "record": record,
        "expected": expected,
        "found": found,
        "isFound": is_found,
    })))
}
