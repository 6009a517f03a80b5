//! What the account API shows of a person beside the profile: sessions, devices, applications, groups and credentials.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_keycloak::group as group_shape;
use cloakroom_keycloak::read::set;
use cloakroom_login::sign_on;
use cloakroom_model::client::{self, Client};
use cloakroom_model::consent::{self, Consent};
use cloakroom_model::id::{ClientUuid, SessionId};
use cloakroom_model::session::{self, Session};
use cloakroom_model::{Cx, Door, group, user};
use cloakroom_oidc::{Error, Form};
use cloakroom_web::web::{self, Data, Path};
use cloakroom_web::{App, device};
use serde_json::{Value, json};

use super::api::{Answered, Asker, READ, preflight, serve};
use super::methods;
use super::own::MANAGE;

/// Roles that let applications be seen, what they were allowed be seen, and that be taken back.
const APPLICATIONS: &[&str] = &["manage-account", "view-applications"];
const CONSENTS: &[&str] = &["manage-account", "view-consent", "manage-consent"];
const TAKE_BACK: &[&str] = &["manage-account", "manage-consent"];
const GROUPS: &[&str] = &["manage-account", "view-groups"];

type Work = fn(&mut Cx<'_>, &Asker<'_>) -> Result<Answered, Error>;

pub(super) fn configure(cfg: &mut web::ServiceConfig, base: &str) {
    let options = || web::method(Method::OPTIONS).to(preflight);
    let lists: [(&str, &'static [&'static str], Work); 4] = [
        ("sessions/devices", READ, devices),
        ("applications", APPLICATIONS, applications),
        ("groups", GROUPS, groups),
        ("supportedLocales", READ, locales),
    ];
    for (path, roles, work) in lists {
        let list = move |app: Data<App>, request: HttpRequest, realm: Path<String>| async move {
            serve(app, &request, &realm, (roles, Door::Read), work).await
        };
        cfg.service(
            web::resource(format!("{base}/{path}"))
                .route(web::get().to(list))
                .route(options()),
        );
    }
    cfg.service(
        web::resource(format!("{base}/sessions"))
            .route(web::get().to(sessions))
            .route(web::delete().to(end_others))
            .route(options()),
    );
    cfg.service(
        web::resource(format!("{base}/sessions/{{session}}"))
            .route(web::delete().to(end_one))
            .route(options()),
    );
    cfg.service(
        web::resource(format!("{base}/applications/{{client}}/consent"))
            .route(web::get().to(allowed))
            .route(web::delete().to(take_back))
            .route(options()),
    );
    cfg.service(
        web::resource(format!("{base}/credentials"))
            .route(web::get().to(credentials))
            .route(options()),
    );
}

async fn sessions(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let work = |cx: &mut Cx<'_>, asker: &Asker<'_>| {
        let mut shown = Vec::new();
        for one in session::list_of_user(cx, &asker.user.id, false)? {
            shown.push(show_session(cx, asker, &one)?);
        }
        Ok(Answered::ok(json!(shown)))
    };
    serve(app, &request, &realm, (READ, Door::Read), work).await
}

fn is_current(asker: &Asker<'_>, one: &Session) -> bool {
    asker
        .session
        .is_some_and(|mine| mine.id == one.id && !mine.offline)
}

fn show_session(cx: &mut Cx<'_>, asker: &Asker<'_>, one: &Session) -> Result<Value, Error> {
    let mut clients = Vec::new();
    for part in session::list_clients(cx, &one.id, false)? {
        if let Some(found) = client::find_by_id(cx, &part.client)? {
            let mut shown = brief(&found);
            set(&mut shown, "inUse", json!(false));
            set(&mut shown, "offlineAccess", json!(false));
            clients.push(shown);
        }
    }
    let (browser, _) = device::parts(&one.user_agent);
    let mut shown = json!({
        "id": one.id,
        "ipAddress": one.ip,
        "started": one.started_at.seconds(),
        "lastAccess": one.last_access.seconds(),
        "expires": one.expires_at.seconds(),
        "browser": browser,
        "clients": clients,
    });
    if is_current(asker, one) {
        set(&mut shown, "current", json!(true));
    }
    Ok(shown)
}

/// Sessions by the system that they are on.
fn devices(cx: &mut Cx<'_>, asker: &Asker<'_>) -> Result<Answered, Error> {
    let mut all: BTreeMap<&'static str, Vec<(Session, Value)>> = BTreeMap::new();
    for one in session::list_of_user(cx, &asker.user.id, false)? {
        let shown = show_session(cx, asker, &one)?;
        let (_, system) = device::parts(&one.user_agent);
        all.entry(system).or_default().push((one, shown));
    }
    let shown: Vec<Value> = all
        .into_iter()
        .map(|(system, found)| {
            let last = found.iter().map(|(one, _)| one.last_access.seconds()).max();
            let is_mobile = ["iPhone", "iPad", "Android"].contains(&system);
            let mut shown = json!({
                "os": system,
                "osVersion": "Unknown",
                "device": "Other",
                "mobile": is_mobile,
                "lastAccess": last,
            });
            if found.iter().any(|(one, _)| is_current(asker, one)) {
                set(&mut shown, "current", json!(true));
            }
            let sessions: Vec<Value> = found.into_iter().map(|(_, shown)| shown).collect();
            set(&mut shown, "sessions", json!(sessions));
            shown
        })
        .collect();
    Ok(Answered::ok(json!(shown)))
}

/// `current=true` ends the one that asks as well.
async fn end_others(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let query = Form::parse(request.query_string().as_bytes()).unwrap_or_default();
    let with_current = query.get("current") == Some("true");
    let work = move |cx: &mut Cx<'_>, asker: &Asker<'_>| {
        for one in session::list_of_user(cx, &asker.user.id, false)? {
            if with_current || !is_current(asker, &one) {
                sign_on::end(cx, &one, Some(asker.client), asker.ip)?;
            }
        }
        Ok(Answered::done())
    };
    serve(app, &request, &realm, (MANAGE, Door::Write), work).await
}

/// Ends a session of the person's own; of another one nothing is said.
async fn end_one(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (realm, id) = path.into_inner();
    let work = move |cx: &mut Cx<'_>, asker: &Asker<'_>| {
        let found = session::find(cx, &SessionId::new(&id), false)?;
        if let Some(mine) = found.filter(|found| found.user == asker.user.id) {
            sign_on::end(cx, &mine, Some(asker.client), asker.ip)?;
        }
        Ok(Answered::done())
    };
    serve(app, &request, &realm, (MANAGE, Door::Write), work).await
}

/// What is said of an application wherever one is named.
fn brief(found: &Client) -> Value {
    let settings = &found.settings;
    let mut shown = json!({
        "clientId": found.client_id,
        "userConsentRequired": settings.consent_required,
    });
    if let Some(name) = settings.name.as_deref().filter(|name| !name.is_empty()) {
        set(&mut shown, "clientName", json!(name));
    }
    shown
}

/// The applications that the person is signed in to, or allowed something.
fn applications(cx: &mut Cx<'_>, asker: &Asker<'_>) -> Result<Answered, Error> {
    let person = &asker.user.id;
    let (mut online, mut offline) = (BTreeSet::new(), BTreeSet::new());
    for (is_offline, used) in [(false, &mut online), (true, &mut offline)] {
        for one in session::list_of_user(cx, person, is_offline)? {
            let parts = session::list_clients(cx, &one.id, is_offline)?;
            used.extend(parts.into_iter().map(|part| part.client));
        }
    }
    let mut allowed: BTreeMap<ClientUuid, Consent> = BTreeMap::new();
    for given in consent::list(cx, person)? {
        allowed.insert(given.client.clone(), given);
    }
    let mut wanted: BTreeSet<ClientUuid> = online.union(&offline).cloned().collect();
    wanted.extend(allowed.keys().cloned());
    let mut shown = Vec::new();
    for id in wanted {
        let Some(found) = client::find_by_id(cx, &id)? else {
            continue;
        };
        let mut one = brief(&found);
        set(&mut one, "inUse", json!(online.contains(&id)));
        set(&mut one, "offlineAccess", json!(offline.contains(&id)));
        describe(&mut one, &found);
        if let Some(given) = allowed.get(&id) {
            set(&mut one, "consent", show_consent(cx, given));
        }
        shown.push(one);
    }
    Ok(Answered::ok(json!(shown)))
}

fn describe(shown: &mut Value, found: &Client) {
    let settings = &found.settings;
    let texts = [
        ("description", settings.description.as_deref()),
        ("rootUrl", settings.root_url.as_deref()),
        ("baseUrl", settings.base_url.as_deref()),
        ("logoUri", settings.attribute("logoUri")),
        ("policyUri", settings.attribute("policyUri")),
        ("tosUri", settings.attribute("tosUri")),
    ];
    for (name, text) in texts {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            set(shown, name, json!(text));
        }
    }
}

fn show_consent(cx: &Cx<'_>, given: &Consent) -> Value {
    let scopes = given.scopes.iter().filter_map(|id| cx.realm.scope(id));
    let scopes = scopes.map(|scope| {
        let mut shown = json!({"id": scope.id, "name": scope.name});
        let text = scope.attributes.get("consent.screen.text");
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            set(&mut shown, "displayText", json!(text));
        }
        shown
    });
    json!({
        "grantedScopes": scopes.collect::<Vec<Value>>(),
        "createdDate": given.created_at.millis(),
        "lastUpdatedDate": given.updated_at.millis(),
    })
}

async fn allowed(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (realm, client_id) = path.into_inner();
    let work = move |cx: &mut Cx<'_>, asker: &Asker<'_>| {
        let Some(id) = client::find_id(cx, &client_id)? else {
            return Ok(unknown(&client_id));
        };
        Ok(match consent::find(cx, &asker.user.id, &id)? {
            Some(given) => Answered::ok(show_consent(cx, &given)),
            None => Answered::done(),
        })
    };
    serve(app, &request, &realm, (CONSENTS, Door::Read), work).await
}

/// Takes back what an application was allowed, and ends what it has of it.
async fn take_back(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (realm, client_id) = path.into_inner();
    let work = move |cx: &mut Cx<'_>, asker: &Asker<'_>| {
        let Some(id) = client::find_id(cx, &client_id)? else {
            return Ok(unknown(&client_id));
        };
        consent::take_back(cx, &asker.user.id, &id)?;
        Ok(Answered::done())
    };
    serve(app, &request, &realm, (TAKE_BACK, Door::Write), work).await
}

fn unknown(client_id: &str) -> Answered {
    let said = format!("No client with clientId: {client_id} found.");
    Answered::new(StatusCode::NOT_FOUND, json!({ "errorMessage": said }))
}

fn groups(cx: &mut Cx<'_>, asker: &Asker<'_>) -> Result<Answered, Error> {
    let mine = user::groups(cx, &asker.user.id)?;
    if mine.is_empty() {
        return Ok(Answered::ok(json!([])));
    }
    let all = group::list(cx)?;
    let found = all.iter().filter(|one| mine.contains(&one.id));
    let shown = found.map(|one| group_shape::show_briefly(one, &group::path(&all, &one.id)));
    Ok(Answered::ok(json!(shown.collect::<Vec<Value>>())))
}

fn locales(cx: &mut Cx<'_>, _: &Asker<'_>) -> Result<Answered, Error> {
    let settings = &cx.realm.settings;
    let known = settings.supported_locales.clone().unwrap_or_default();
    Ok(Answered::ok(json!(known)))
}

/// `type` is one kind; with `user-credentials=false` the kinds alone are shown.
async fn credentials(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let query = Form::parse(request.query_string().as_bytes()).unwrap_or_default();
    let kind = query.get("type").map(str::to_owned);
    let with_own = query.get("user-credentials") != Some("false");
    let work = move |cx: &mut Cx<'_>, asker: &Asker<'_>| {
        let mut shown = methods::show(cx, asker.user, with_own)?;
        let is_of = |one: &Value, kind: &String| one.get("type").is_some_and(|said| said == kind);
        shown.retain(|one| kind.as_ref().is_none_or(|kind| is_of(one, kind)));
        Ok(Answered::ok(json!(shown)))
    };
    serve(app, &request, &realm, (READ, Door::Read), work).await
}
