//! Hands the client its answer. Tokens in it are signed here, after the commit and outside of it, and encrypted where the
//! client wants that.

use actix_web::HttpResponse;
use cloakroom_oidc::Error;
use cloakroom_oidc::authorize::{Answer, Response, Tokens};
use serde_json::Value;

use super::protocol;
use super::visit::Visit;

/// The redirect or the form that takes the answer to the client.
pub(crate) async fn deliver(visit: &Visit, answer: &Answer) -> HttpResponse {
    let response = match answer.tokens() {
        None => Ok(answer.response().clone()),
        Some(tokens) => completed(visit, answer, tokens).await,
    };
    match response {
        Ok(response) => visit.answer(&response),
        Err(Error::Denied(denied)) => visit.answer(&answer.refused(&denied)),
        Err(Error::Fault(fault)) => visit.fault(&fault),
    }
}

async fn completed(visit: &Visit, answer: &Answer, tokens: &Tokens) -> Result<Response, Error> {
    let (app, minted) = (&visit.app, &tokens.minted);
    let signed = protocol::signed((app, &visit.realm), |realm| minted.sign(realm)).await?;
    let keys = match minted.keys_wanted() {
        Some(wanted) => app.outbound.keys(&wanted).await,
        None => None,
    };
    let signed = signed.encrypt(keys.as_ref())?;
    let size = |name: &str| signed.get(name).and_then(Value::as_str).map(str::len);
    let issued = [("access_token", "access"), ("id_token", "id")];
    let issued = issued.map(|(name, kind)| size(name).map(|size| (kind, size)));
    let issued: Vec<_> = issued.into_iter().flatten().collect();
    app.metrics.issued("implicit", &issued);
    app.uses.count(&visit.realm, &tokens.client_id);
    Ok(answer.with_signed(&signed))
}
