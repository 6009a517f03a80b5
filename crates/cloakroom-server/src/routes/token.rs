//! The token endpoint: HTTP on this side, `Provider::token` on the other.

use std::sync::Arc;
use std::time::Instant;

use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::directory::ask::{Question, Typed, question};
use cloakroom_login::direct::{self, Brought};
use cloakroom_login::further::recovery;
use cloakroom_login::profile::scopes_of;
use cloakroom_login::proof::{Place, Work};
use cloakroom_login::session_limit::{self, Opening, TooMany};
use cloakroom_model::credential::RECOVERY_CODES;
use cloakroom_model::flow::Use;
use cloakroom_model::id::UserId;
use cloakroom_model::lap::{Laps, Step};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Door, Fault, Realm};
use cloakroom_oidc::grant::password::{Ask, ProvenUser};
use cloakroom_oidc::issue::{Issued, Minted};
use cloakroom_oidc::token::TokenRequest;
use cloakroom_oidc::{Error, OAuthError, own_token};
use cloakroom_web::App;
use cloakroom_web::possession;
use cloakroom_web::request_id;
use cloakroom_web::web::{self, Bytes, Data, Path};

use super::claim::counted;
use super::course::{self, TOO_MANY};
use super::even;
use super::judge::{self, Unjudged};
use super::protocol::{self, Caller};
use super::refusal::{self, Refusal};

/// The path of the token endpoint.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource(["/token", "/token/"])
            .route(web::post().to(token))
            .route(web::method(actix_web::http::Method::OPTIONS).to(preflight)),
    );
}

async fn preflight(request: HttpRequest) -> HttpResponse {
    protocol::preflight(&request, "POST, OPTIONS")
}

async fn token(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let caller = match Caller::start(app, &request, &realm).await {
        Ok(caller) => caller,
        Err(answer) => return answer,
    };
    let form = match protocol::form(&request, &body) {
        Ok(form) => form,
        Err(error) => return protocol::error_answer(&error),
    };
    let claim = match caller.claim(&form).await {
        Ok(claim) => claim,
        Err(error) => return protocol::error_answer(&error),
    };
    // A token that asks for permissions is shown to the endpoint like to any resource.
    let used = claim.credentials.bearer();
    let used = used.filter(|_| claim.credentials.is_bound());
    let proof = possession::proof(&caller.app, &request, used);
    let asked = Arc::new(TokenRequest {
        credentials: claim.credentials,
        form,
        ip: caller.ip.clone(),
        user_agent: caller.user_agent.clone(),
        proof,
    });
    let done = answer(&caller, &asked).await;
    let answer = match counted(&caller.app, claim.key, done) {
        Ok(tokens) => {
            count(&caller.app, &asked, &tokens);
            if let Some(client_id) = &claim.client_id {
                caller.app.uses.count(&caller.realm, client_id);
            }
            protocol::no_store(&mut HttpResponse::Ok()).json(tokens)
        }
        Err(error) => protocol::error_answer(&error),
    };
    let holder = caller.unread_token().and_then(own_token::claimed_client);
    let client_id = claim.client_id.or(holder);
    caller.with_cors(client_id.as_deref(), answer).await
}

/// Counts the tokens of an answer by their kinds and sizes.
fn count(app: &App, asked: &TokenRequest, tokens: &serde_json::Value) {
    const KINDS: [(&str, &str); 3] = [
        ("access_token", "access"),
        ("refresh_token", "refresh"),
        ("id_token", "id"),
    ];
    let size = |name: &str| tokens.get(name)?.as_str().map(str::len);
    let issued = KINDS.map(|(name, kind)| size(name).map(|size| (kind, size)));
    let issued: Vec<_> = issued.into_iter().flatten().collect();
    let grant = asked.form.get("grant_type").unwrap_or_default();
    app.metrics.issued(grant, &issued);
}

async fn answer(caller: &Caller, asked: &Arc<TokenRequest>) -> Result<serde_json::Value, Error> {
    let minted = match asked.is_password() {
        true => by_password(caller, asked).await?,
        false => match by_grant(caller, asked).await? {
            Done::Minted(minted) => minted,
            Done::Answer(answer) => return Ok(answer),
        },
    };
    let signed = caller.signed(|realm| minted.sign(realm)).await?;
    let keys = caller.fetched(minted.keys_wanted()).await;
    signed.encrypt(keys.as_ref())
}

/// What a grant comes to.
enum Done {
    Minted(Box<Minted>),
    Answer(serde_json::Value),
}

async fn by_grant(caller: &Caller, asked: &Arc<TokenRequest>) -> Result<Done, Error> {
    let first = asked.door(&caller.realm);
    for door in [first, Door::Write] {
        let (provider, asked) = (Arc::clone(&caller.app.provider), Arc::clone(asked));
        let work = move |cx: &mut Cx<'_>| provider.token(cx, &asked, door);
        match caller.app.enter(&caller.realm, door, work).await? {
            Issued::Minted(minted) => return Ok(Done::Minted(minted)),
            Issued::Answer(answer) => return Ok(Done::Answer(answer)),
            Issued::NeedsWrite => {}
        }
    }
    Err(Fault::corrupt("a door that writes asked for another").into())
}

/// Three steps, because a password is hashed outside of any transaction.
async fn by_password(caller: &Caller, asked: &Arc<TokenRequest>) -> Result<Box<Minted>, Error> {
    let (app, realm, began) = (&caller.app, &caller.realm, Instant::now());
    let (provider, request) = (Arc::clone(&app.provider), Arc::clone(asked));
    let prepare = move |cx: &mut Cx<'_>| {
        let ask = provider.ask_password(cx, &request)?;
        let password = ask.password.expose();
        let place = Place {
            ip: &request.ip,
            // A program keeps nothing that it could be known by.
            device: None,
            is_for_many: !ask.client.settings.public_client,
        };
        // RFC 6585 §4: too many requests.
        let work = direct::prepare(cx, &ask.username, password, place)?
            .map_err(|too_many| OAuthError::try_again(429, too_many.retry_after_seconds))?;
        let typed = Typed {
            name: &ask.username,
            password,
            user: work.user(),
            has_password: work.has_password(),
            is_refused: work.is_refused(),
        };
        let question = question(cx, typed)?;
        Ok::<_, Error>((ask, work, question, cx.changes.laps.clone()))
    };
    // An assertion is spent by the first step, and stays spent whatever becomes of the machine.
    let door = match asked.form.get("client_assertion") {
        Some(_) => Door::Write,
        None => Door::Passing,
    };
    let (ask, work, question, laps) = app.enter(realm, door, prepare).await?;
    let (app, asked, whose) = (app.clone(), Arc::clone(asked), Arc::clone(realm));
    // Whoever goes away in the middle has guessed all the same.
    let done = request_id::outlive(async move {
        let found = (work, question, laps);
        judged(&app, &whose, (asked, ask), found).await
    });
    let done = done.await.unwrap_or_else(|| Err(Fault::busy().into()));
    if done.is_err() {
        even::wait(realm, began).await;
    }
    done
}

async fn judged(
    app: &App,
    realm: &Arc<Realm>,
    (request, ask): (Arc<TokenRequest>, Ask),
    (work, question, laps): (Work, Option<Question>, Laps),
) -> Result<Box<Minted>, Error> {
    let looked = match judge::look((app, realm), &request.ip, (work, question)).await? {
        Ok(looked) => looked,
        Err(Unjudged::Away(directory)) => return Err(OAuthError::away(&directory).into()),
        Err(Unjudged::Busy(busy)) => {
            return Err(OAuthError::try_again(503, busy.retry_after_seconds).into());
        }
    };
    let provider = Arc::clone(&app.provider);
    let conclude = move |cx: &mut Cx<'_>| {
        let client_id = &ask.client.client_id;
        cx.changes.laps.recall(&laps);
        let checked = looked.settle(cx)?;
        let refused = |text: &'static str| Error::from(OAuthError::invalid_grant(text));
        let user = direct::judge(cx, &checked, client_id, &request.ip)?.map_err(refused)?;
        let scope = request.form.get("scope").unwrap_or_default();
        let to = (Use::DirectGrant, &*ask.client);
        let judged = course::judge(cx, to, &user, scope)?;
        cx.lap(Step::Flow);
        let asks = match judged {
            Ok(asks) => asks,
            Err(bar) => {
                bar.report(cx, client_id, &request.ip, Some(&user))?;
                return Err(OAuthError::invalid_grant(bar.reason().1).into());
            }
        };
        for kind in &asks.kinds {
            prove_further(cx, (&request, &ask), &user, kind)?;
        }
        if asks.kinds.iter().any(|kind| kind == RECOVERY_CODES) {
            recovery::clear(cx, &user)?;
        }
        let place = (client_id.as_str(), request.ip.as_str());
        let scopes = scopes_of(cx.realm, &ask.client, scope);
        let about = (&user, scopes.as_slice(), !asks.sets_up.is_empty());
        direct::finish(cx, &checked, about, place)?.map_err(refused)?;
        let whose = user.id.clone();
        let proven = match asks.kinds.is_empty() {
            true => ProvenUser::new(user),
            false => ProvenUser::with_code(user),
        };
        let opening = Opening {
            user: &whose,
            client: &ask.client.id,
            current: None,
        };
        let granted = match session_limit::judge(cx, &asks.reached.limits, opening)? {
            Ok(granted) => granted,
            Err(too_many) => return Err(deny(cx, too_many, &whose, place)?.into()),
        };
        let minted = provider.token_for(cx, &request, &ask.client, proven)?;
        granted.end_others(cx, place)?;
        Ok::<_, Error>(minted)
    };
    app.enter(realm, Door::Write, conclude).await
}

/// Writes down that there are too many sessions already; what the client is told.
fn deny(
    cx: &mut Cx<'_>,
    too_many: TooMany,
    user: &UserId,
    (client_id, ip): (&str, &str),
) -> Result<OAuthError, Fault> {
    let TooMany { message, reason } = too_many;
    let text = match message.is_empty() {
        true => TOO_MANY.to_owned(),
        false => message,
    };
    let refused = Refusal {
        client_id,
        user: Some(user.clone()),
        ip,
        error: "generic_authentication_error",
        reason: &reason,
    };
    refusal::report(cx, &refused)?;
    Ok(OAuthError::invalid_grant(text))
}

/// Checks what the flow asks for beside the password; the names of the parameters are Keycloak's.
fn prove_further(
    cx: &mut Cx<'_>,
    (request, ask): (&TokenRequest, &Ask),
    user: &User,
    kind: &str,
) -> Result<(), Error> {
    let sent = |name: &str| request.form.get(name);
    let code = match kind {
        RECOVERY_CODES => sent("recovery_code"),
        _ => sent("otp").or_else(|| sent("totp")),
    };
    let place = Place {
        ip: &request.ip,
        device: None,
        is_for_many: !ask.client.settings.public_client,
    };
    let whose = (ask.client.client_id.as_str(), place);
    let judged = direct::judge_further(cx, user, Brought { kind, code }, whose)?;
    // RFC 6585 §4: too many requests.
    let judged = judged.map_err(|many| OAuthError::try_again(429, many.retry_after_seconds))?;
    judged.map_err(|text| OAuthError::invalid_grant(text).into())
}
