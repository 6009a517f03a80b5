//! What a request shows of whoever sends it: an access token, and a proof of the key that it is bound to (RFC 9449).

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, HeaderValue};
use cloakroom_model::{Cx, Door, Realm};
use cloakroom_oidc::Error;
use cloakroom_oidc::dpop::{Call, KIND, Presented, Proof};

use crate::App;
use crate::app::now;

/// The header that proofs come in (RFC 9449 §4.1).
const HEADER: &str = "dpop";

/// The proof that a request brings, checked as far as that takes no database. `token` is the access token that it has to be made
/// for, where it uses one.
pub fn proof(app: &App, request: &HttpRequest, token: Option<&str>) -> Proof {
    let sent = request.headers().get_all(HEADER);
    let sent: Vec<&[u8]> = sent.map(HeaderValue::as_bytes).collect();
    if sent.is_empty() {
        return Proof::default();
    }
    // What a proxy has made of the address is nothing that the client knows.
    let url = format!("{}{}", app.base_url, request.uri().path());
    let call = Call {
        method: request.method().as_str(),
        url: &url,
        token,
    };
    Proof::read(&sent, &call, now())
}

/// The access token that a request brings in its header, in the way in which it brings it.
pub fn presented(app: &App, request: &HttpRequest) -> Option<Presented> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Presented::bearer(token));
    }
    let is_bound = scheme.eq_ignore_ascii_case(KIND);
    is_bound.then(|| Presented::with_proof(token, proof(app, request, Some(token))))
}

/// Spends the proof of a token that was read and found good; refused if it was used before.
///
/// # Errors
/// If it was used before, or the database cannot be asked.
pub async fn spend(app: &App, realm: &Arc<Realm>, shown: &Presented) -> Result<(), Error> {
    if !shown.has_proof() {
        return Ok(());
    }
    let shown = shown.clone();
    // It is good for seconds, so that nothing waits for the disk because of it.
    app.enter(realm, Door::Passing, move |cx: &mut Cx<'_>| shown.spend(cx))
        .await
}
