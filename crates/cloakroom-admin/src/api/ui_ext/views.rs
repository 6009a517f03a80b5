//! What the lists of the console know beyond the things listed: the views that an administrator keeps, what people are
//! called, when they were last here, and what they sign in with beside a password.

use actix_web::HttpResponse;
use cloakroom_keycloak::read;
use cloakroom_model::id::UserId;
use cloakroom_model::saved_view::{self, Kept, View};
use cloakroom_model::{credential, sign_in, user};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Map, Value, json};

use crate::access::Admin;
use crate::api::users::VIEW;
use crate::api::{Answer, Names, Params, no_content};
use crate::error::AdminError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/views";
    let all = web::resource(at)
        .route(web::get().to(list))
        .route(web::post().to(make));
    cfg.service(all);
    cfg.route(&format!("{at}/{{view}}"), web::delete().to(remove));
    cfg.route(
        "/admin/realms/{realm}/ui-ext/sign-ins",
        web::get().to(sign_ins),
    );
    cfg.route(
        "/admin/realms/{realm}/ui-ext/factors",
        web::get().to(factors),
    );
    cfg.route(
        "/admin/realms/{realm}/ui-ext/usernames",
        web::get().to(usernames),
    );
}

/// The longest name and the longest query of a view, in characters.
const LONGEST: usize = 500;

/// The caller's own views in this realm.
async fn list(admin: Admin) -> Answer {
    admin.check_any()?;
    let owner = admin.actor.user.as_str().to_owned();
    let all = admin
        .read(move |cx| Ok(saved_view::list(cx, &owner)?))
        .await?;
    let show = |view: View| json!({"id": view.id, "page": view.page, "name": view.name, "query": view.query});
    Ok(HttpResponse::Ok().json(all.into_iter().map(show).collect::<Vec<Value>>()))
}

async fn make(admin: Admin, body: Bytes) -> Answer {
    admin.check_any()?;
    let sent = read::object(&body, "View", &["page", "name", "query"])?;
    let text = |name: &str| -> Result<String, AdminError> {
        let text = read::text(&sent, name)?.unwrap_or_default().trim();
        match text.is_empty() || text.chars().count() > LONGEST {
            true => Err(AdminError::message(
                400,
                format!("{name} has to be there, and no longer than {LONGEST} characters"),
            )),
            false => Ok(text.to_owned()),
        }
    };
    let view = View {
        id: String::new(),
        page: text("page")?,
        name: text("name")?,
        query: text("query")?,
    };
    let owner = admin.actor.user.as_str().to_owned();
    let kept = admin
        .write(move |cx| Ok(saved_view::insert(cx, &owner, &view)?))
        .await?;
    match kept {
        Kept::Done => Ok(HttpResponse::Created().finish()),
        Kept::Taken => Err(AdminError::message(409, "There is a view of this name")),
        Kept::TooMany => Err(AdminError::message(409, "There are too many views")),
    }
}

async fn remove(admin: Admin, path: Names) -> Answer {
    admin.check_any()?;
    let owner = admin.actor.user.as_str().to_owned();
    let is_gone = admin
        .write(move |cx| Ok(saved_view::remove(cx, &owner, path.part("view"))?))
        .await?;
    match is_gone {
        true => Ok(no_content()),
        false => Err(AdminError::not_found()),
    }
}

/// More ids than this are not looked up in one call.
const MOST: usize = 200;

fn ids(params: &Params) -> Vec<UserId> {
    let ids = params.get("ids").map(String::as_str).unwrap_or_default();
    let ids = ids.split(',').filter(|id| !id.is_empty());
    ids.take(MOST).map(UserId::new).collect()
}

/// What the users with these ids are called: `{"id": "ada"}`. Whoever is gone is left out.
async fn usernames(admin: Admin, params: Params) -> Answer {
    admin.check(VIEW)?;
    let ids = ids(&params);
    let found = admin.read(move |cx| Ok(user::usernames(cx, &ids)?)).await?;
    let shown: Map<String, Value> = found
        .into_iter()
        .map(|(id, name)| (id.as_str().to_owned(), json!(name)))
        .collect();
    Ok(HttpResponse::Ok().json(shown))
}

/// When the users with these ids last signed in, in milliseconds since 1970: `{"id": 1700000000000}`.
async fn sign_ins(admin: Admin, params: Params) -> Answer {
    admin.check(VIEW)?;
    let ids = ids(&params);
    let last = admin.read(move |cx| Ok(sign_in::last(cx, &ids)?)).await?;
    let shown: Map<String, Value> = last
        .into_iter()
        .map(|(id, at)| (id.as_str().to_owned(), json!(at)))
        .collect();
    Ok(HttpResponse::Ok().json(shown))
}

/// What the users with these ids have beside a password: `{"id": ["otp", "webauthn"]}`, each as often as they have it. Who has nothing is
/// left out.
async fn factors(admin: Admin, params: Params) -> Answer {
    admin.check(VIEW)?;
    let ids = ids(&params);
    let kinds = admin
        .read(move |cx| Ok(credential::kinds_beside_passwords(cx, &ids)?))
        .await?;
    let shown: Map<String, Value> = kinds
        .into_iter()
        .map(|(id, kinds)| (id.as_str().to_owned(), json!(kinds)))
        .collect();
    Ok(HttpResponse::Ok().json(shown))
}
