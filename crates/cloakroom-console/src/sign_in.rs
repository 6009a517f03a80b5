//! Signing in to the console: authorization code with PKCE at our own provider, as any application does it.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloakroom_admin::seat::{CONSOLE, Seat};
use cloakroom_login::sign_on;
use cloakroom_model::{Cx, Digest, Door, Fault, Realm, Secret, console_session, session};
use cloakroom_oidc::client_auth::Credentials;
use cloakroom_oidc::dpop::Proof;
use cloakroom_oidc::issue::Issued;
use cloakroom_oidc::token::TokenRequest;
use cloakroom_oidc::{Error, Form};
use cloakroom_web::App;
use cloakroom_web::app::random;
use cloakroom_web::cookie as realm_cookie;
use cloakroom_web::web::{self, Bytes, Data, Path, ServiceConfig};
use url::form_urlencoded::Serializer;

use crate::cookie::{self, Name};
use crate::desk::{self, encode};
use crate::frame::base_path;
use crate::problem;

/// How long a sign-in may take, in seconds: as long as the provider keeps an attempt.
const PENDING: i64 = 30 * 60;

/// The paths of signing in and out. None of them is below a realm that is administered.
pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let at = |path: &str| format!("/admin/{{home}}/console{path}");
    cfg.route(&at("/callback"), web::get().to(callback));
    cfg.route(&at("/sign-out"), web::post().to(sign_out));
    cfg.route(&at("/signed-out"), web::get().to(signed_out));
    cfg.route(&at(""), web::get().to(enter));
    cfg.route(&at("/{realm}"), web::get().to(enter));
}

/// The console's own address: to the dashboard, which asks for a sign-in if it has to.
async fn enter(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let part = |name| request.match_info().get(name).map(desk::decode);
    let home = part("home").unwrap_or_default();
    let realm = part("realm").unwrap_or_else(|| home.clone());
    let base = base_path(&app);
    go(&format!(
        "{base}/admin/{}/console/{}/dashboard",
        encode(&home),
        encode(&realm)
    ))
}

fn go(to: &str) -> HttpResponse {
    HttpResponse::Found()
        .insert_header((LOCATION, to))
        .insert_header(("cache-control", "no-store"))
        .finish()
}

fn callback_url(app: &App, home: &str) -> String {
    format!("{}/admin/{}/console/callback", app.base_url, encode(home))
}

/// Sends the browser to the provider; `back` is the page that it wanted.
pub(crate) fn begin(app: &App, home: &Arc<Realm>, back: &str) -> Result<HttpResponse, Fault> {
    let mut rng = random()?;
    let (state, verifier) = (Secret::random(&mut rng), Secret::random(&mut rng));
    let challenge = Digest::of(verifier.expose().as_bytes()).to_base64url();
    let query = Serializer::new(String::new())
        .append_pair("client_id", CONSOLE)
        .append_pair("redirect_uri", &callback_url(app, &home.name))
        .append_pair("response_type", "code")
        .append_pair("scope", "openid")
        .append_pair("state", state.expose())
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256")
        .finish();
    let mut answer = go(&format!("{}/auth?{query}", app.provider.protocol_url(home)));
    let back = URL_SAFE_NO_PAD.encode(back);
    let pending = format!("{}.{}.{back}", state.expose(), verifier.expose());
    let name = Name::SignIn(home);
    cookie::set(&mut answer, name, &pending, app.is_https, Some(PENDING));
    Ok(answer)
}

/// What the browser remembers of a sign-in on its way.
struct Pending {
    state: String,
    verifier: String,
    back: String,
}

impl Pending {
    fn of(request: &HttpRequest, app: &App, home: &Realm) -> Option<Self> {
        let text = cookie::get(request, Name::SignIn(home), app.is_https)?;
        let mut parts = text.split('.').map(str::to_owned);
        let (state, verifier, back) = (parts.next()?, parts.next()?, parts.next()?);
        let back = URL_SAFE_NO_PAD.decode(back).ok()?;
        let back = String::from_utf8(back).ok()?;
        // Whatever wrote the cookie, the browser stays in this console.
        let mine = format!("{}/admin/{}/console/", base_path(app), encode(&home.name));
        let back = if back.starts_with(&mine) { back } else { mine };
        Some(Self {
            state,
            verifier,
            back,
        })
    }
}

async fn callback(app: Data<App>, request: HttpRequest, home: Path<String>) -> HttpResponse {
    let home = match desk::home(&app, &request, &home).await {
        Ok(home) => home,
        Err(page) => return page,
    };
    let refused = |key| {
        let again = format!("{}/admin/{}/console", base_path(&app), encode(&home.name));
        problem::outside(&app, &request, StatusCode::BAD_REQUEST, key, Some(&again))
    };
    let Ok(query) = Form::parse(request.query_string().as_bytes()) else {
        return refused("sign-in-broken");
    };
    let Some(pending) = Pending::of(&request, &app, &home) else {
        return refused("sign-in-broken");
    };
    let state = Digest::of(query.get("state").unwrap_or_default().as_bytes());
    let issuer = query.get("iss");
    // RFC 9207 §2.4: an answer of another issuer is thrown away.
    let is_ours = issuer.is_none_or(|issuer| issuer == app.provider.issuer(&home));
    if !is_ours || !state.matches(&Digest::of(pending.state.as_bytes())) {
        return refused("sign-in-broken");
    }
    let Some(code) = query.get("code").filter(|_| !query.has("error")) else {
        return refused("sign-in-refused");
    };
    match open(&app, &request, &home, (code, &pending.verifier)).await {
        Ok(secret) => {
            let mut answer = go(&pending.back);
            let name = Name::Session(&home);
            cookie::set(&mut answer, name, secret.expose(), app.is_https, None);
            cookie::unset(&mut answer, Name::SignIn(&home), app.is_https);
            answer
        }
        Err(Error::Denied(_)) => refused("sign-in-refused"),
        Err(Error::Fault(fault)) => {
            tracing::error!(%fault, "a sign-in to the console failed");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            problem::outside(&app, &request, status, "sign-in-failed", None)
        }
    }
}

/// Trades the code at the token endpoint's rule, and opens the console's session on the provider's.
async fn open(
    app: &Data<App>,
    request: &HttpRequest,
    home: &Arc<Realm>,
    (code, verifier): (&str, &str),
) -> Result<Secret, Error> {
    let agent = request.headers().get(USER_AGENT);
    let agent = agent.and_then(|value| value.to_str().ok());
    let callback = callback_url(app, &home.name);
    let asked = TokenRequest {
        credentials: Credentials::default(),
        form: Form::from_pairs([
            ("grant_type", "authorization_code"),
            ("client_id", CONSOLE),
            ("code", code),
            ("code_verifier", verifier),
            ("redirect_uri", callback.as_str()),
        ])?,
        ip: app.client_ip(request),
        user_agent: agent.unwrap_or_default().chars().take(255).collect(),
        proof: Proof::default(),
    };
    let provider = Arc::clone(&app.provider);
    let work = move |cx: &mut Cx<'_>| -> Result<Secret, Error> {
        let Issued::Minted(minted) = provider.token(cx, &asked, Door::Write)? else {
            return Err(Fault::corrupt("a door that writes asked for another").into());
        };
        let none = || Fault::corrupt("a code was traded without a session");
        let sid = minted.session().ok_or_else(none)?;
        let found = session::find(cx, &sid, false)?.ok_or_else(none)?;
        Ok(console_session::insert(cx, &sid, found.expires_at)?)
    };
    app.enter(home, Door::Write, work).await
}

/// Ends the provider's session and with it the console's; every other client is told.
async fn sign_out(
    app: Data<App>,
    request: HttpRequest,
    home: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let home = match desk::home(&app, &request, &home).await {
        Ok(home) => home,
        Err(page) => return page,
    };
    let base = format!("{}/admin/{}/console", base_path(&app), encode(&home.name));
    let Some(secret) = cookie::get(&request, Name::Session(&home), app.is_https) else {
        return go(&format!("{base}/signed-out"));
    };
    if !desk::is_own_form(&app, &request, &body, &secret) {
        return problem::outside(
            &app,
            &request,
            StatusCode::FORBIDDEN,
            "foreign-form",
            Some(&base),
        );
    }
    let ip = app.client_ip(&request);
    let ended = app.enter(&home, Door::Write, move |cx| -> Result<(), Fault> {
        if let Some(sid) = console_session::find(cx, &secret)?
            && let Some(found) = session::find(cx, &sid, false)?
        {
            sign_on::end(cx, &found, Some(CONSOLE), &ip)?;
        }
        console_session::remove(cx, &secret)?;
        Ok(())
    });
    if let Err(fault) = ended.await {
        tracing::error!(%fault, "a sign-out of the console failed");
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return problem::outside(&app, &request, status, "sign-in-failed", Some(&base));
    }
    let mut answer = HttpResponse::SeeOther()
        .insert_header((LOCATION, format!("{base}/signed-out")))
        .finish();
    cookie::unset(&mut answer, Name::Session(&home), app.is_https);
    for name in [realm_cookie::IDENTITY, realm_cookie::SESSION] {
        let gone = realm_cookie::Cookie {
            name,
            value: "",
            http_only: name == realm_cookie::IDENTITY,
            max_age: Some(0),
        };
        realm_cookie::set(answer.headers_mut(), &app, &home.name, &gone);
    }
    answer
}

async fn signed_out(app: Data<App>, request: HttpRequest, home: Path<String>) -> HttpResponse {
    let again = format!(
        "{}/admin/{}/console",
        base_path(&app),
        encode(&desk::decode(&home))
    );
    problem::outside(&app, &request, StatusCode::OK, "signed-out", Some(&again))
}

/// The seat behind a cookie, if the console's session is still there. Marks the provider's session as used, once a
/// minute at most.
pub(crate) async fn seat(
    app: &Data<App>,
    home: &Arc<Realm>,
    secret: &str,
) -> Result<Option<Seat>, Fault> {
    let cookie = secret.to_owned();
    let found = app
        .enter(home, Door::Read, move |cx| -> Result<_, Fault> {
            let Some(sid) = console_session::find(cx, &cookie)? else {
                return Ok(None);
            };
            let found = session::find(cx, &sid, false)?;
            Ok(found.map(|found| (found.id, cx.now.since(found.last_access).as_seconds())))
        })
        .await?;
    let Some((sid, unused)) = found else {
        return Ok(None);
    };
    let idle = home.settings.sso_session_idle_timeout;
    if unused > 60 && unused < idle {
        let used = sid.clone();
        app.enter(home, Door::Write, move |cx| {
            session::touch(cx, &used, false)
        })
        .await?;
    }
    Ok(Some(Seat::new(Arc::clone(home), sid)))
}
