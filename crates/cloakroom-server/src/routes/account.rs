//! The account page: who is signed in, where, and what applications were allowed.

mod api;
mod linked;
mod methods;
mod own;
mod seen;
mod sign_in;

use std::sync::Arc;

use actix_web::http::header::ACCEPT;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_login::required::LINK;
use cloakroom_login::sign_on;
use cloakroom_model::id::{ClientUuid, SessionId};
use cloakroom_model::session::{self, Session};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Digest, Door, Fault, client, consent};
use cloakroom_oidc::{Form, account};
use cloakroom_web::App;
use cloakroom_web::device;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{
    AccountApplication, AccountPage, AccountProvider, AccountSession, AccountSignedOutPage, Hidden,
    Link, Moment, render,
};
use cloakroom_web::web::{self, Bytes, Data, Path};

use super::visit::{IDENTITY, Visit};
use linked::{Linked, Unlinked};
use methods::Methods;
use sign_in::SignIn;

/// The client that this page is.
const CLIENT: &str = "account";

/// The paths of the account page.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    let base = "/realms/{realm}/account";
    cfg.service(
        web::resource(base)
            .route(web::get().to(show))
            .route(web::post().to(own::change))
            .route(web::method(Method::OPTIONS).to(api::preflight)),
    );
    api::configure(cfg, base);
    seen::configure(cfg, base);
    cfg.service(web::resource(format!("{base}/{{action}}")).route(web::post().to(act)));
}

/// What the page shows, read in one go.
struct Shown {
    session: Session,
    user: User,
    sessions: Vec<(Session, Vec<String>)>,
    applications: Vec<Allowed>,
    providers: Vec<Linked>,
    may_link: bool,
    methods: Methods,
}

/// An application that the user allowed something.
struct Allowed {
    client_id: String,
    name: String,
    link: Option<String>,
    scopes: Vec<String>,
    /// Seconds since 1970.
    since: i64,
}

async fn show(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    // Programs that ask here want the profile of the account's REST interface.
    let accept = request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok());
    if accept.is_some_and(|accept| accept.contains("application/json")) {
        return own::show(app, request, realm).await;
    }
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    if let Err(answer) = check_open(&visit).await {
        return answer;
    }
    if sign_in::is_back(&request) {
        return visit.redirect(&visit.url("account"));
    }
    let Some(cookie) = visit.cookie(IDENTITY) else {
        return signed_out(&visit);
    };
    let checker = state_checker(&cookie);
    let read: Result<Option<Shown>, Fault> = visit
        .app
        .enter(&visit.realm, Door::Read, move |cx| read(cx, &cookie))
        .await;
    match read {
        Ok(Some(shown)) => page(&visit, shown, &checker),
        Ok(None) => signed_out(&visit),
        Err(fault) => visit.fault(&fault),
    }
}

/// Whoever switches the client `account` off means that nobody manages their account, with a session of the browser either.
async fn check_open(visit: &Visit) -> Result<(), HttpResponse> {
    let is_open = |cx: &mut Cx<'_>| {
        let found = client::find(cx, CLIENT)?;
        Ok::<_, Fault>(found.is_some_and(|client| client.enabled))
    };
    match visit.app.enter(&visit.realm, Door::Read, is_open).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(super::not_found().await),
        Err(fault) => Err(visit.fault(&fault)),
    }
}

/// Ties the page's forms to the session whose cookie it is, without showing the cookie.
fn state_checker(cookie: &str) -> String {
    Digest::of(format!("account {cookie}").as_bytes()).to_base64url()
}

fn signed_out(visit: &Visit) -> HttpResponse {
    let sign_in = match SignIn::new(visit) {
        Ok(sign_in) => sign_in,
        Err(fault) => return visit.fault(&fault),
    };
    let page = AccountSignedOutPage {
        layout: visit.layout(None),
        sign_in_url: sign_in.url(),
    };
    render(StatusCode::OK, &page, &visit.security())
}

fn read(cx: &mut Cx<'_>, cookie: &str) -> Result<Option<Shown>, Fault> {
    let Some(session) = sign_on::recognize(cx, cookie)? else {
        return Ok(None);
    };
    let Some(user) = user::find(cx, &session.user)? else {
        return Ok(None);
    };
    let mut sessions = Vec::new();
    for other in session::list_of_user(cx, &user.id, false)? {
        let mut names = Vec::new();
        for part in session::list_clients(cx, &other.id, false)? {
            names.extend(name_of(cx, &part.client)?.map(|(_, name, _)| name));
        }
        sessions.push((other, names));
    }
    let mut applications = Vec::new();
    for given in consent::list(cx, &user.id)? {
        let Some((client_id, name, link)) = name_of(cx, &given.client)? else {
            continue;
        };
        let realm = Arc::clone(cx.realm);
        let shown = |scope: &cloakroom_model::scope::Scope| {
            let text = scope.attributes.get("consent.screen.text");
            text.filter(|text| !text.is_empty())
                .unwrap_or(&scope.name)
                .clone()
        };
        let scopes = given
            .scopes
            .iter()
            .filter_map(|id| realm.scope(id))
            .map(shown)
            .collect();
        applications.push(Allowed {
            client_id,
            name,
            link,
            scopes,
            since: given.created_at.seconds(),
        });
    }
    let providers = linked::list(cx, &user)?;
    let may_link = may_link(cx, &user)?;
    let methods = methods::read(cx, &user)?;
    Ok(Some(Shown {
        methods,
        providers,
        may_link,
        session,
        user,
        sessions,
        applications,
    }))
}

/// Whether the person may change links by this page, which is the client `account`.
fn may_link(cx: &mut Cx<'_>, user: &User) -> Result<bool, Fault> {
    match client::find(cx, CLIENT)? {
        Some(client) => account::may_link(cx, &client, &user.id, "openid"),
        None => Ok(false),
    }
}

type Name = (String, String, Option<String>);

fn name_of(cx: &mut Cx<'_>, id: &ClientUuid) -> Result<Option<Name>, Fault> {
    let Some(found) = client::find_by_id(cx, id)? else {
        return Ok(None);
    };
    let name = found.settings.name.clone().filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| found.client_id.clone());
    Ok(Some((
        found.client_id.clone(),
        name,
        found.settings.base_url.clone(),
    )))
}

fn page(visit: &Visit, shown: Shown, checker: &str) -> HttpResponse {
    let layout = visit.layout(None);
    let resolve = |text: &String| layout.locale().resolve(text);
    let names = [&shown.user.first_name, &shown.user.last_name];
    let full_name: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
    let current = shown.session.id;
    let sessions = shown
        .sessions
        .into_iter()
        .map(|(session, clients)| AccountSession {
            id: session.id.as_str().to_owned(),
            device: device::name(&session.user_agent),
            address: session.ip,
            started: Moment::from_unix_seconds(session.started_at.seconds()),
            last_used: Moment::from_unix_seconds(session.last_access.seconds()),
            is_current: session.id == current,
            clients: clients.iter().map(resolve).collect(),
        });
    let applications = shown
        .applications
        .into_iter()
        .map(|allowed| AccountApplication {
            client_id: allowed.client_id,
            name: resolve(&allowed.name),
            link: allowed.link.and_then(|link| Link::parse(&link)),
            scopes: allowed.scopes.iter().map(resolve).collect(),
            granted: Moment::from_unix_seconds(allowed.since),
        });
    let (sessions, applications) = (sessions.collect(), applications.collect());
    let sign_in = match SignIn::new(visit) {
        Ok(sign_in) => sign_in,
        Err(fault) => return visit.fault(&fault),
    };
    let (providers, may_link) = (shown.providers, shown.may_link);
    let providers = providers.into_iter().map(|one| AccountProvider {
        name: resolve(&one.name),
        link_url: (may_link && one.account.is_none())
            .then(|| sign_in.url_for(&format!("{LINK}:{}", one.alias))),
        can_unlink: may_link && one.account.is_some(),
        account: one.account,
        alias: one.alias,
    });
    let providers = providers.collect();
    let to = |action: &str| sign_in.url_for(action);
    let (password_set, password_url) = shown.methods.password(to);
    let page = AccountPage {
        alert: None,
        username: shown.user.username,
        full_name: full_name.join(" "),
        email: shown.user.email.unwrap_or_default(),
        state_checker: Hidden::new(checker),
        sign_out_action: visit.url("account/sign-out"),
        end_session_action: visit.url("account/end-session"),
        end_others_action: visit.url("account/end-others"),
        revoke_action: visit.url("account/revoke"),
        unlink_action: visit.url("account/unlink"),
        password_url,
        password_set,
        credentials: shown.methods.credentials(to),
        offers: shown.methods.offers(to),
        providers,
        sessions,
        applications,
        layout,
    };
    render(StatusCode::OK, &page, &visit.security())
}

async fn act(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
    body: Bytes,
) -> HttpResponse {
    let (realm, action) = path.into_inner();
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    if let Err(answer) = check_open(&visit).await {
        return answer;
    }
    let Some(cookie) = visit.cookie(IDENTITY) else {
        return signed_out(&visit);
    };
    let Ok(form) = Form::parse(&body) else {
        return HttpResponse::BadRequest().finish();
    };
    let sent = Digest::of(form.get("state_checker").unwrap_or_default().as_bytes());
    if visit.is_foreign() || !sent.matches(&Digest::of(state_checker(&cookie).as_bytes())) {
        return HttpResponse::Forbidden().finish();
    }
    let ip = visit.origin.ip.clone();
    let signs_out = action == "sign-out";
    let done: Result<Performed, Fault> = visit
        .app
        .enter(&visit.realm, Door::Write, move |cx| {
            perform(cx, &cookie, &action, &form, &ip)
        })
        .await;
    match done {
        Ok(Performed::Done) => {
            let mut response = visit.redirect(&visit.url("account"));
            if signs_out {
                visit.unset_session(&mut response);
            }
            response
        }
        Ok(Performed::Refused(notice)) => visit.error(StatusCode::BAD_REQUEST, notice),
        Ok(Performed::Unknown) => super::not_found().await,
        Err(fault) => visit.fault(&fault),
    }
}

/// What became of a form of the page.
enum Performed {
    Done,
    /// It is not done, for a reason that the person is told.
    Refused(Notice),
    /// There is no such form.
    Unknown,
}

/// Does what a form of the page asks for.
fn perform(
    cx: &mut Cx<'_>,
    cookie: &str,
    action: &str,
    form: &Form,
    ip: &str,
) -> Result<Performed, Fault> {
    // Whoever signed out in another tab has nothing more to end.
    let Some(current) = sign_on::recognize(cx, cookie)? else {
        return Ok(Performed::Done);
    };
    match action {
        "sign-out" => sign_on::end(cx, &current, None, ip)?,
        "end-session" => {
            let id = SessionId::new(form.get("session").unwrap_or_default());
            let found = session::find(cx, &id, false)?;
            if let Some(mine) = found.filter(|found| found.user == current.user) {
                sign_on::end(cx, &mine, None, ip)?;
            }
        }
        "end-others" => {
            for other in session::list_of_user(cx, &current.user, false)? {
                if other.id != current.id {
                    sign_on::end(cx, &other, None, ip)?;
                }
            }
        }
        "revoke" => {
            let client_id = form.get("client").unwrap_or_default();
            if let Some(id) = client::find_id(cx, client_id)? {
                consent::take_back(cx, &current.user, &id)?;
            }
        }
        "unlink" => return unlink(cx, &current, form, ip),
        _ => return Ok(Performed::Unknown),
    }
    Ok(Performed::Done)
}

fn unlink(cx: &mut Cx<'_>, current: &Session, form: &Form, ip: &str) -> Result<Performed, Fault> {
    let Some(user) = user::find(cx, &current.user)? else {
        return Ok(Performed::Done);
    };
    if !may_link(cx, &user)? {
        return Ok(Performed::Refused(Notice::NotAllowed));
    }
    let alias = form.get("provider").unwrap_or_default();
    Ok(match linked::unlink(cx, &user, alias, (CLIENT, ip))? {
        Unlinked::LastWayIn(name) => Performed::Refused(Notice::ProviderLastWayIn(name)),
        // What is not linked any more is what was asked for.
        Unlinked::Done | Unlinked::NotLinked => Performed::Done,
    })
}
