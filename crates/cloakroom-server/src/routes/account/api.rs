//! Keycloak's account API, for applications with the person's token: how a request is let in, and accounts elsewhere.

use actix_web::http::header::AUTHORIZATION;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use cloakroom_model::session::Session;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Door};
use cloakroom_oidc::account::Access;
use cloakroom_oidc::dpop::Presented;
use cloakroom_oidc::{Error, Form, own_token};
use cloakroom_web::App;
use cloakroom_web::possession;
use cloakroom_web::web::{self, Data, Path};
use serde_json::{Map, Value, json};

use super::linked::{self, Linked, Unlinked};
use crate::routes::protocol::{self, Caller};

/// Roles that let an account be read, and changed.
pub(super) const READ: &[&str] = &["manage-account", "view-profile"];
const CHANGE: &[&str] = &["manage-account", "manage-account-links"];

/// The longest page of a list.
const MOST: usize = 100;

pub(super) fn configure(cfg: &mut web::ServiceConfig, base: &str) {
    let linked = format!("{base}/linked-accounts");
    cfg.service(
        web::resource(linked.clone())
            .route(web::get().to(list))
            .route(web::method(Method::OPTIONS).to(preflight)),
    );
    cfg.service(
        web::resource(format!("{linked}/{{alias}}"))
            .route(web::delete().to(remove))
            .route(web::method(Method::OPTIONS).to(preflight)),
    );
}

pub(super) async fn preflight(request: HttpRequest) -> HttpResponse {
    protocol::preflight(&request, "GET, POST, DELETE, OPTIONS")
}

/// What a request has come to, and the client whose web origins may read it.
pub(super) struct Answered {
    status: StatusCode,
    body: Value,
    client: Option<String>,
}

impl Answered {
    pub(super) fn new(status: StatusCode, body: Value) -> Self {
        Self {
            status,
            body,
            client: None,
        }
    }

    pub(super) fn ok(body: Value) -> Self {
        Self::new(StatusCode::OK, body)
    }

    /// It is done, and there is nothing to say.
    pub(super) fn done() -> Self {
        Self::new(StatusCode::NO_CONTENT, Value::Null)
    }

    pub(super) fn refused(status: StatusCode, said: &str) -> Self {
        Self::new(status, json!({ "error": said }))
    }
}

async fn list(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let query = Form::parse(request.query_string().as_bytes()).unwrap_or_default();
    let work = move |cx: &mut Cx<'_>, asker: &Asker<'_>| {
        let found = linked::list(cx, asker.user)?;
        Ok(Answered::ok(page(&found, &query)))
    };
    serve(app, &request, &realm, (READ, Door::Read), work).await
}

/// `linked` is the one half or the other, `search` a part of a name, `first` and `max` a page.
fn page(found: &[Linked], query: &Form) -> Value {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
    let sought = query.get("search").unwrap_or_default().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&sought);
    let is_wanted = |one: &&Linked| match query.get("linked") {
        Some("true") => one.account.is_some(),
        Some("false") => one.account.is_none(),
        _ => true,
    };
    let shown = found
        .iter()
        .filter(is_wanted)
        .filter(|one| has(&one.alias) || has(&one.name))
        .skip(number("first").unwrap_or_default())
        .take(number("max").unwrap_or(MOST).min(MOST));
    Value::Array(shown.map(represent).collect())
}

fn represent(one: &Linked) -> Value {
    let mut shown = Map::new();
    let mut set = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    set("connected", json!(one.account.is_some()));
    set("social", json!(one.is_social));
    set("providerAlias", json!(one.alias));
    set("providerName", json!(one.kind));
    set("displayName", json!(one.name));
    if let Some(account) = &one.account {
        set("linkedUsername", json!(account));
    }
    Value::Object(shown)
}

async fn remove(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (realm, alias) = path.into_inner();
    let work = move |cx: &mut Cx<'_>, asker: &Asker<'_>| {
        let message = |said: &str| json!({ "errorMessage": said });
        let ended = linked::unlink(cx, asker.user, &alias, (asker.client, asker.ip))?;
        Ok(match ended {
            Unlinked::Done => Answered::done(),
            Unlinked::NotLinked => Answered::new(
                StatusCode::BAD_REQUEST,
                message("federatedIdentityLinkNotActiveMessage"),
            ),
            Unlinked::LastWayIn(_) => Answered::new(
                StatusCode::BAD_REQUEST,
                message("federatedIdentityRemovingLastProviderMessage"),
            ),
        })
    };
    serve(app, &request, &realm, (CHANGE, Door::Write), work).await
}

/// Who asks: whose token it is, for which client, of which session, and from where.
pub(super) struct Asker<'a> {
    pub(super) user: &'a User,
    pub(super) client: &'a str,
    pub(super) session: Option<&'a Session>,
    pub(super) ip: &'a str,
}

/// Lets a request be answered for the user of its access token.
pub(super) async fn serve(
    app: Data<App>,
    request: &HttpRequest,
    realm: &str,
    (roles, door): (&'static [&'static str], Door),
    work: impl Fn(&mut Cx<'_>, &Asker<'_>) -> Result<Answered, Error> + Send + 'static,
) -> HttpResponse {
    let caller = match Caller::start(app, request, realm).await {
        Ok(caller) => caller,
        Err(answer) => return answer,
    };
    // A cookie of the realm is no reason to answer: pages of other sites send it as well.
    if !request.headers().contains_key(AUTHORIZATION) {
        return answer(Answered::refused(
            StatusCode::UNAUTHORIZED,
            "HTTP 401 Unauthorized",
        ));
    }
    // Nothing has a NUL in its name, and one of the databases cannot be asked for one.
    if request.uri().to_string().contains("%00") {
        let said = "HTTP 404 Not Found";
        return answer(Answered::refused(StatusCode::NOT_FOUND, said));
    }
    let shown = possession::presented(&caller.app, request);
    let shown = shown.unwrap_or_else(|| Presented::bearer(""));
    // A proof is spent by the same unit, so that nothing is done because of one that was used before.
    let door = match door {
        Door::Read if shown.has_proof() => Door::Passing,
        door => door,
    };
    let (provider, ip) = (caller.app.provider.clone(), caller.ip.clone());
    let look = move |cx: &mut Cx<'_>| match provider.account_access(cx, &shown, roles)? {
        Access::Granted(live) => {
            let asker = Asker {
                user: &live.user,
                client: &live.client.client_id,
                session: live.session.as_ref(),
                ip: &ip,
            };
            let mut answered = work(cx, &asker)?;
            answered.client = Some(live.client.client_id.clone());
            Ok::<_, Error>(answered)
        }
        Access::Closed => {
            let said = "account management not enabled";
            Ok(Answered::refused(StatusCode::NOT_FOUND, said))
        }
        Access::Unauthorized => {
            let said = "HTTP 401 Unauthorized";
            Ok(Answered::refused(StatusCode::UNAUTHORIZED, said))
        }
        Access::Forbidden(client) => Ok(Answered {
            client: Some(client),
            ..Answered::refused(StatusCode::FORBIDDEN, "HTTP 403 Forbidden")
        }),
    };
    match caller.app.enter(&caller.realm, door, look).await {
        Ok(answered) => {
            let client = answered.client.clone();
            caller.with_cors(client.as_deref(), answer(answered)).await
        }
        Err(error) => {
            let client = caller.unread_token().and_then(own_token::claimed_client);
            let answer = protocol::resource_answer(&error);
            caller.with_cors(client.as_deref(), answer).await
        }
    }
}

fn answer(answered: Answered) -> HttpResponse {
    let mut response = HttpResponseBuilder::new(answered.status);
    let response = protocol::no_store(&mut response);
    match answered.body {
        Value::Null => response.finish(),
        body => response.json(body),
    }
}
