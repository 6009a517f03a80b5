//! `clients-registrations/install/{client}`: an adapter asks for the settings of its own client.

use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, ContentType};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_keycloak::installation::{self, Installation};
use cloakroom_model::client::{self, Client};
use cloakroom_model::{Cx, role};
use cloakroom_oidc::client_auth::{self, Credentials};

use cloakroom_oidc::{Error, Form, Provider};
use cloakroom_web::app::now;
use cloakroom_web::limit::Failed;

use super::caller::{Call, Caller, unauthorized};
use super::{events, refused};
use crate::api::{Answer, Names};
use crate::error::{AdminError, Result};

pub(super) async fn show(request: HttpRequest, path: Names) -> Answer {
    let call = if has_token(&request) {
        Call::enter(&request, &path).await?
    } else {
        Call::arrive(&request, &path).await?
    };
    let header = request.headers().get(AUTHORIZATION);
    let header = header.and_then(|value| value.to_str().ok());
    let done = find(&call, path.part("client"), header).await;
    call.answer(events::INFO, &path, done).await
}

/// The call brings a token, and no secret of the client.
fn has_token(request: &HttpRequest) -> bool {
    let header = request.headers().get(AUTHORIZATION);
    let text = header.and_then(|value| value.to_str().ok());
    let scheme = text.and_then(|text| text.split_once(' '));
    scheme.is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
}

/// The client proves itself by its registration access token or by its secret, of which it may not
/// try too many.
async fn find(call: &Call, client_id: &str, header: Option<&str>) -> Answer {
    let form = Form::from_pairs([("client_id", client_id)]).map_err(|_| unproven())?;
    let credentials = Credentials::from_header(header);
    let limits = &call.app.limits;
    let key = credentials
        .has_proof(&form)
        .then(|| limits.proof_key(call.realm.id.as_str(), client_id, &call.ip));
    if let Some(seconds) = key.and_then(|key| limits.proof_wait(key, now())) {
        return Err(try_later(seconds));
    }
    let proof = Proof {
        caller: call.caller.clone(),
        credentials,
        form,
    };
    let (provider, base_url) = (call.app.provider.clone(), call.app.base_url.clone());
    let name = client_id.to_owned();
    let text = call
        .read(move |cx| {
            let Some(client) = proof.client(&provider, cx, &name)? else {
                return Ok(None);
            };
            document(cx, &client, &base_url).map(Some)
        })
        .await?;
    match (text, key) {
        (None, Some(key)) => Err(match limits.failed(key, now()) {
            Failed::Refused => unproven(),
            Failed::TooOften(seconds) => try_later(seconds),
        }),
        (None, None) => Err(unproven()),
        (Some(text), key) => {
            if let Some(key) = key {
                limits.proved(key, now());
            }
            // The answer may hold a secret, so no cache may keep it.
            Ok(HttpResponse::Ok()
                .insert_header(ContentType::json())
                .insert_header((CACHE_CONTROL, "no-store"))
                .body(text))
        }
    }
}

fn unproven() -> AdminError {
    unauthorized("Failed to authenticate client")
}

fn try_later(seconds: u64) -> AdminError {
    refused(
        429,
        "temporarily_unavailable",
        format!("Try again in {seconds} seconds"),
    )
}

/// What a call proves its client with.
struct Proof {
    caller: Caller,
    credentials: Credentials,
    form: Form,
}

impl Proof {
    /// The client, if the proof holds.
    fn client(
        &self,
        provider: &Provider,
        cx: &mut Cx<'_>,
        client_id: &str,
    ) -> Result<Option<Client>> {
        match self.caller {
            Caller::Registration { .. } => {
                let why = "Not authorized to view client. Not valid token or client credentials provided.";
                self.caller.own(cx, client_id, why).map(Some)
            }
            Caller::InitialAccess(_) | Caller::Administrator { .. } => {
                Err(unauthorized("Failed decode token"))
            }
            Caller::Stranger => {
                match client_auth::prove(provider, cx, &self.credentials, &self.form) {
                    Ok(proven) if proven.client_id == client_id => {
                        Ok(client::find(cx, client_id)?.map(|found| Client::clone(&found)))
                    }
                    Ok(_) | Err(Error::Denied(_)) => Ok(None),
                    Err(Error::Fault(fault)) => Err(fault.into()),
                }
            }
        }
    }
}

fn document(cx: &mut Cx<'_>, client: &Client, base_url: &str) -> Result<String> {
    let about = Installation {
        base_url,
        realm: cx.realm,
        client,
        secret: client::reveal_secret(cx, client)?,
        has_roles: !role::list(cx, client.id.as_str(), None, 0, 1)?.is_empty(),
    };
    let text = installation::document("keycloak-oidc-keycloak-json", &about);
    text.ok_or_else(|| refused(404, "invalid_request", "Client not found"))
}
