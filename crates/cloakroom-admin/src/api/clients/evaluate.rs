//! `evaluate-scopes`: what a client's tokens would hold for a user, before anybody signs in.

use actix_web::HttpResponse;
use cloakroom_keycloak::role as shape;
use cloakroom_model::authorization::delegation::Kind as Of;
use cloakroom_model::client::Client;
use cloakroom_model::id::{ClientUuid, UserId};
use cloakroom_model::mapper::Mapper;
use cloakroom_model::role::{self, Role};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Fault, client};
use cloakroom_oidc::Provider;
use cloakroom_oidc::evaluate::{self, Example};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Map, Value, json};

use super::super::{ALL, Answer, Names, Params};
use super::{VIEW, found_by, saml_example};
use crate::access::Admin;
use crate::error::{AdminError, Result};

/// Which example is asked for.
#[derive(Clone, Copy)]
enum Kind {
    AccessToken,
    IdToken,
    Userinfo,
}

pub(super) fn configure(cfg: &mut ServiceConfig, client: &str) {
    let base = format!("{client}/evaluate-scopes");
    for (end, kind) in [
        ("access-token", Kind::AccessToken),
        ("id-token", Kind::IdToken),
        ("userinfo", Kind::Userinfo),
    ] {
        let path = format!("{base}/generate-example-{end}");
        let get = move |admin, path, params| example(admin, path, params, kind);
        cfg.route(&path, web::get().to(get));
    }
    cfg.route(
        &format!("{base}/generate-example-saml-response"),
        web::get().to(saml_response),
    );
    cfg.route(&format!("{base}/protocol-mappers"), web::get().to(mappers));
    for (end, is_granted) in [("granted", true), ("not-granted", false)] {
        let path = format!("{base}/scope-mappings/{{container}}/{end}");
        let get = move |admin, path, params| roles(admin, path, params, is_granted);
        cfg.route(&path, web::get().to(get));
    }
}

fn scope_of(params: &Params) -> String {
    params.get("scope").cloned().unwrap_or_default()
}

async fn example(admin: Admin, path: Names, params: Params, kind: Kind) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let sees_people = admin.check_sway(super::super::users::VIEW)?;
    let provider = admin.app.provider.clone();
    let (scope, audience) = (scope_of(&params), params.get("audience").cloned());
    let user = params.get("userId").cloned().unwrap_or_default();
    let body = admin
        .read(move |cx| {
            let client = found_by(cx, path.part("client"), &views, "view")?;
            if user.is_empty() {
                return Err(AdminError::error(404, "No userId provided"));
            }
            sees_people.check(cx, Of::Users, &user, "view")?;
            let user = user::find(cx, &UserId::new(user.clone()))?;
            let user = user.ok_or_else(|| AdminError::error(404, "No user found"))?;
            let mut claims = make(cx, &provider, &client, (&user, &scope), kind)?;
            if let Some(audience) = &audience {
                narrow(&mut claims, audience);
            }
            Ok(claims)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// A response of SAML, as text in JSON: what the client's mappers would put into it. Nobody signs in to applications of SAML yet.
async fn saml_response(admin: Admin, path: Names, params: Params) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let sees_people = admin.check_sway(super::super::users::VIEW)?;
    let user = params.get("userId").filter(|id| !id.is_empty()).cloned();
    let base_url = admin.app.provider.base_url(&admin.realm).to_owned();
    let scope = scope_of(&params);
    let body = admin
        .read(move |cx| {
            let client = found_by(cx, path.part("client"), &views, "view")?;
            let Some(user) = &user else {
                return Err(AdminError::error(404, "No userId provided"));
            };
            sees_people.check(cx, Of::Users, user, "view")?;
            let found = user::find(cx, &UserId::new(user.clone()))?;
            let user = found.ok_or_else(|| AdminError::error(404, "No user found"))?;
            let said = saml_example::write(cx, (&client, &user), &scope, &base_url)?;
            let why = "Could not generate a SAML response for the given user and client";
            said.ok_or_else(|| AdminError::error(404, why))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

fn make(
    cx: &mut Cx<'_>,
    provider: &Provider,
    client: &Client,
    (user, scope): (&User, &str),
    kind: Kind,
) -> Result<Map<String, Value>> {
    let example = Example {
        client,
        user,
        scope,
    };
    let claims = match kind {
        Kind::AccessToken => example.access_token(provider, cx),
        Kind::IdToken => example.id_token(provider, cx),
        Kind::Userinfo => example.userinfo(cx),
    };
    claims.map_err(|error| match error {
        cloakroom_oidc::Error::Fault(fault) => fault.into(),
        refused => AdminError::described(400, "invalid_request", refused.to_string()),
    })
}

/// Leaves the audience that was asked for, where the token has it.
fn narrow(claims: &mut Map<String, Value>, audience: &str) {
    let has = match claims.get("aud") {
        Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(audience)),
        _ => false,
    };
    if has {
        claims.insert("aud".to_owned(), json!(audience));
    }
}

async fn mappers(admin: Admin, path: Names, params: Params) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let scope = scope_of(&params);
    let body = admin
        .read(move |cx| {
            let client = found_by(cx, path.part("client"), &views, "view")?;
            let mut shown = Vec::new();
            // A client without a name for people has an empty one here.
            let name = client.settings.name.as_deref().unwrap_or_default();
            let own = (client.id.as_str(), name, "client");
            shown.extend(client.mappers.iter().map(|mapper| show(mapper, own)));
            for scope in evaluate::scopes(cx, &client, &scope).iter() {
                let of_scope = (scope.id.as_str(), scope.name.as_str(), "client-scope");
                shown.extend(scope.mappers.iter().map(|mapper| show(mapper, of_scope)));
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

fn show(mapper: &Mapper, (id, name, kind): (&str, &str, &str)) -> Value {
    json!({
        "mapperId": mapper.id,
        "mapperName": mapper.name,
        "protocolMapper": mapper.mapper,
        "containerId": id,
        "containerName": name,
        "containerType": kind,
    })
}

async fn roles(admin: Admin, path: Names, params: Params, is_granted: bool) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let scope = scope_of(&params);
    let body = admin
        .read(move |cx| {
            let client = found_by(cx, path.part("client"), &views, "view")?;
            let container = container(cx, path.part("container"))?;
            let scopes = evaluate::scopes(cx, &client, &scope);
            let all = role::list(cx, &container, None, 0, ALL)?;
            let (granted, others) =
                evaluate::granted(cx, &client, &scopes, all).map_err(Fault::corrupt)?;
            let graph = role::graph(cx)?;
            let show = |role: &Role| shape::show_briefly(role, graph.is_composite(&role.id));
            let wanted = if is_granted { granted } else { others };
            Ok(wanted.iter().map(show).collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// The realm by its name, or a client by its id.
fn container(cx: &mut Cx<'_>, named: &str) -> Result<String> {
    if named == cx.realm.name {
        return Ok(cx.realm.id.as_str().to_owned());
    }
    match client::find_by_id(cx, &ClientUuid::new(named))? {
        Some(client) => Ok(client.id.as_str().to_owned()),
        None => Err(AdminError::error(404, "Role Container not found")),
    }
}
