//! `/realms/{realm}/clients-registrations`: clients that register themselves (RFC 7591) and look after
//! their own registration (RFC 7592), in the words of the standard or in Keycloak's own.

mod caller;
mod events;
mod format;
mod hosts;
mod install;
mod policy;
mod sector;

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_keycloak::read::{Object, set};
use cloakroom_model::client::{self, Client};
use cloakroom_model::id::ClientUuid;
use cloakroom_model::{Cx, Fault, Realm, initial_access};
use cloakroom_oidc::client_policy::{self, KEEPS_REGISTRATION_TOKEN};
use cloakroom_oidc::issue::SignError;
use cloakroom_oidc::registration_token::{self, RegistrationToken};
use cloakroom_web::web::{self, Bytes, Data, ServiceConfig};
use cloakroom_web::{App, cors};
use serde_json::{Value, json};

use crate::access::encode;
use crate::api::{Answer, Names, clients};
use crate::audit;
use crate::error::{AdminError, Result};
use caller::{Call, Caller};
use format::Format;
use hosts::TrustedHosts;
use policy::Asked;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let base = "/realms/{realm}/clients-registrations/{format:openid-connect|default}";
    let all = web::resource(base)
        .route(web::post().to(create))
        .route(web::method(Method::OPTIONS).to(preflight));
    let one = web::resource(format!("{base}/{{client}}"))
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove))
        .route(web::method(Method::OPTIONS).to(preflight_of_one));
    let install = "/realms/{realm}/clients-registrations/install/{client}";
    cfg.service(all).service(one);
    cfg.route(install, web::get().to(install::show));
}

/// A refusal in the words of OAuth (RFC 6750 §3.1, RFC 7591 §3.2.2), of which nothing stays written.
fn refused(status: u16, code: &str, why: impl Into<String>) -> AdminError {
    AdminError::described(status, code, why).undoing()
}

fn invalid(why: impl Into<String>) -> AdminError {
    refused(400, "invalid_client_metadata", why)
}

/// The client's token of which the caller has just been given the right to hold a new one.
fn sign(token: &RegistrationToken, realm: &Realm) -> Result<String> {
    token.sign(realm).map_err(|error| match error {
        SignError::Fault(fault) => fault.into(),
        SignError::Missing(_) => Fault::corrupt("the realm has no key for its own tokens").into(),
    })
}

/// What is registered, as it is answered.
struct Registered {
    app: Data<App>,
    realm: String,
    format: Format,
    body: Value,
}

impl Registered {
    fn address(&self) -> String {
        let name = if self.format == Format::OpenIdConnect {
            "client_id"
        } else {
            "clientId"
        };
        let id = self.body.get(name).and_then(Value::as_str);
        format!(
            "{}/realms/{}/clients-registrations/{}/{}",
            self.app.base_url,
            encode(&self.realm),
            self.format.name(),
            encode(id.unwrap_or_default()),
        )
    }

    /// RFC 7591 §3.2.1: the answer holds secrets, so no cache may keep it.
    fn answer(
        mut self,
        mut answer: actix_web::HttpResponseBuilder,
        token: Option<&str>,
    ) -> HttpResponse {
        let address = self.address();
        if let Some(token) = token {
            set(&mut self.body, self.format.token(), json!(token));
        }
        if self.format == Format::OpenIdConnect {
            set(&mut self.body, "registration_client_uri", json!(address));
        }
        answer.insert_header((CACHE_CONTROL, "no-store"));
        answer.json(self.body)
    }
}

async fn create(request: HttpRequest, path: Names, body: Bytes) -> Answer {
    let format = Format::of(&path);
    let sent = format.read(&body)?;
    let call = Call::enter(&request, &path).await?;
    let done = create_from(&call, format, sent).await;
    call.answer(events::REGISTER, &path, done).await
}

/// The client that is to be made, as far as the caller and the realm's policies let it.
fn draft(
    cx: &mut Cx<'_>,
    caller: &Caller,
    hosts: &TrustedHosts,
    (format, sent): (Format, &Object),
) -> Result<(Object, &'static str)> {
    let auth = caller.may_create(cx)?;
    let mut new = format.to_new(cx, sent)?;
    if !caller.is_administrator() {
        policy::strip(&mut new);
        policy::check_name(cx, &new)?;
    }
    let asked = Asked {
        auth,
        hosts,
        before: None,
    };
    policy::apply(cx, &asked, &mut new)?;
    Ok((new, auth))
}

async fn create_from(call: &Call, format: Format, sent: Object) -> Answer {
    let hosts = hosts_for(call).await?;
    if sector::named(&sent)?.is_some() {
        let (caller, hosts, sent) = (call.caller.clone(), hosts.clone(), sent.clone());
        call.read(move |cx| draft(cx, &caller, &hosts, (format, &sent)))
            .await?;
    }
    sector::check(call, format, &sent).await?;
    let provider = call.app.provider.clone();
    let (caller, actor) = (call.caller.clone(), call.actor().cloned());
    let (grants, ip, by) = (call.grants(), call.ip.clone(), call.registrant());
    let (body, token) = call
        .write(move |cx| {
            let (new, auth) = draft(cx, &caller, &hosts, (format, &sent))?;
            if let Caller::InitialAccess(id) = &caller
                && !initial_access::spend(cx, id)?
            {
                return Err(caller::nothing_left());
            }
            let id = clients::change::create(cx, &by, &new, &grants).map_err(in_oauth)?;
            if let Some(actor) = &actor {
                audit::record(cx, actor, audit::CREATE, "CLIENT", format!("clients/{id}"))?;
            }
            let token = registration_token::renew(&provider, cx, &id, auth)?;
            let client = load(cx, &id)?;
            events::success(cx, events::REGISTER, &client.client_id, &ip)?;
            let mut shown = format.show(cx, &client, true)?;
            if format == Format::OpenIdConnect {
                set(&mut shown, "client_id_issued_at", json!(cx.now.seconds()));
            }
            Ok((shown, token))
        })
        .await?;
    let token = sign(&token, &call.realm)?;
    let made = call.registered(format, body);
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, made.address()));
    Ok(made.answer(answer, Some(&token)))
}

async fn find_one(request: HttpRequest, path: Names) -> Answer {
    let format = Format::of(&path);
    let call = Call::enter(&request, &path).await?;
    let done = show_one(&call, format, path.part("client").to_owned()).await;
    call.answer(events::INFO, &path, done).await
}

async fn show_one(call: &Call, format: Format, id: String) -> Answer {
    let (caller, grants) = (call.caller.clone(), call.grants());
    let (body, client_id) = call
        .read(move |cx| {
            let client = caller.may_view(cx, &id)?;
            let sees = caller.sees_secret(cx, &client, &grants)?;
            Ok((format.show(cx, &client, sees)?, client.client_id))
        })
        .await?;
    call.tell(events::event(events::INFO, &client_id, &call.ip))
        .await?;
    let registered = call.registered(format, body);
    Ok(registered.answer(HttpResponse::Ok(), call.registration_token()))
}

/// RFC 7592 §2.2, and with it a new token in place of the one that was used.
async fn update(request: HttpRequest, path: Names, body: Bytes) -> Answer {
    let format = Format::of(&path);
    let sent = format.read(&body)?;
    let call = Call::enter(&request, &path).await?;
    let done = change(&call, format, (path.part("client").to_owned(), sent)).await;
    call.answer(events::UPDATE, &path, done).await
}

async fn change(call: &Call, format: Format, (name, sent): (String, Object)) -> Answer {
    let hosts = hosts_for(call).await?;
    if sector::named(&sent)?.is_some() {
        let (caller, grants, of) = (call.caller.clone(), call.grants(), name.clone());
        call.read(move |cx| caller.may_change(cx, &of, &grants).map(drop))
            .await?;
    }
    sector::check(call, format, &sent).await?;
    let provider = call.app.provider.clone();
    let (caller, actor) = (call.caller.clone(), call.actor().cloned());
    let (grants, ip, by) = (call.grants(), call.ip.clone(), call.registrant());
    let (body, token) = call
        .write(move |cx| {
            let (client, auth) = caller.may_change(cx, &name, &grants)?;
            let id = client.id.clone();
            let mut changed = format.to_changed(cx, &sent, &client)?;
            if !caller.is_administrator() {
                policy::strip(&mut changed);
            }
            let asked = Asked {
                auth,
                hosts: &hosts,
                before: Some(&client),
            };
            policy::apply(cx, &asked, &mut changed)?;
            format::link_scopes(cx, &client, &changed)?;
            let about = (Some(&client.id), &client.settings);
            let keeps = client_policy::demanded(cx, &by, about, KEEPS_REGISTRATION_TOKEN)?;
            clients::change::update(cx, &by, client, &changed, &grants).map_err(in_oauth)?;
            if let Some(actor) = &actor {
                audit::record(cx, actor, audit::UPDATE, "CLIENT", format!("clients/{id}"))?;
            }
            let token = match caller {
                Caller::Registration { .. } if keeps.is_none() => {
                    Some(registration_token::renew(&provider, cx, &id, auth)?)
                }
                _ => None,
            };
            let client = load(cx, &id)?;
            events::success(cx, events::UPDATE, &client.client_id, &ip)?;
            Ok((format.show(cx, &client, true)?, token))
        })
        .await?;
    let token = token.map(|token| sign(&token, &call.realm)).transpose()?;
    let registered = call.registered(format, body);
    Ok(registered.answer(HttpResponse::Ok(), token.as_deref()))
}

async fn remove(request: HttpRequest, path: Names) -> Answer {
    let call = Call::enter(&request, &path).await?;
    let done = remove_one(&call, path.part("client").to_owned()).await;
    call.answer(events::DELETE, &path, done).await
}

async fn remove_one(call: &Call, name: String) -> Answer {
    let (caller, actor) = (call.caller.clone(), call.actor().cloned());
    let (grants, ip) = (call.grants(), call.ip.clone());
    call.write(move |cx| {
        let (client, _) = caller.may_change(cx, &name, &grants)?;
        events::success(cx, events::DELETE, &client.client_id, &ip)?;
        clients::remove_found(cx, &client).map_err(in_oauth)?;
        if let Some(actor) = &actor {
            let place = format!("clients/{}", client.id);
            audit::record(cx, actor, audit::DELETE, "CLIENT", place)?;
        }
        Ok(())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn preflight(request: HttpRequest) -> HttpResponse {
    cors::preflight(&request, "POST, OPTIONS")
}

async fn preflight_of_one(request: HttpRequest) -> HttpResponse {
    cors::preflight(&request, "GET, PUT, DELETE, OPTIONS")
}

fn load(cx: &mut Cx<'_>, id: &ClientUuid) -> Result<Client> {
    let client = client::load(cx, id)?;
    client.ok_or_else(|| Fault::corrupt("the client is there").into())
}

/// The hosts that the policies for this caller trust, asked for by name before the transaction.
async fn hosts_for(call: &Call) -> Result<TrustedHosts> {
    let auth = call.caller.auth();
    let names = call.read(move |cx| policy::trusted_hosts(cx, auth)).await?;
    Ok(TrustedHosts::resolve(names, &call.ip).await)
}

/// What the admin API refuses, in the words of client registration.
fn in_oauth(error: AdminError) -> AdminError {
    let (status, body) = match &error {
        AdminError::Refused { status, body } | AdminError::Undone { status, body, .. } => {
            (*status, body)
        }
        AdminError::Fault(_) | AdminError::Busy(_) => return error,
    };
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let why = text("error_description").or_else(|| text("errorMessage"));
    let why = why.or_else(|| text("error")).unwrap_or_default();
    match status {
        403 => refused(403, "insufficient_scope", "Forbidden"),
        409 => invalid("Client Identifier in use"),
        _ => invalid(why),
    }
}
