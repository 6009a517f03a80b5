//! Signing in by Kerberos (`auth-spnego`): the browser is asked for a ticket, and brings it in `Authorization: Negotiate`.
//!
//! RFC 4559. The page that asks is the sign-in page itself, so that whoever has no ticket goes on with the form.

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::directory::person::Person;
use cloakroom_federation::kerberos::accept::Judge;
use cloakroom_federation::kerberos::{
    Accepted, Provider, Refused, accept, person, provider, token,
};
use cloakroom_keycloak::blueprint;
use cloakroom_login::flow;
use cloakroom_login::sign_on::Origin;
use cloakroom_model::attempt::{self, Attempt, First, Stage};
use cloakroom_model::flow::course::Reached;
use cloakroom_model::replay::{self, Kind};
use cloakroom_model::{Cx, Door, Fault, client};
use cloakroom_oidc::Provider as Protocol;
use cloakroom_web::app::{now, random};
use rand::Rng as _;
use url::{Host, Url};

use super::course;
use super::kerberos;
use super::refusal::{self, Refusal};
use super::sign_in::{self, Onward};
use super::visit::{IDENTITY, Visit};

/// What the answer says of Kerberos.
#[derive(Debug)]
pub(crate) enum Said {
    /// Nothing: it is not offered, or what came proves nobody.
    Nothing,
    /// The browser is asked for a ticket.
    Asks,
    /// What proves this server to the browser.
    Answers(Vec<u8>),
}

impl Said {
    /// Puts it into an answer.
    pub(crate) fn tell(self, response: &mut HttpResponse) {
        let text = match self {
            Self::Nothing => return,
            Self::Asks => {
                *response.status_mut() = StatusCode::UNAUTHORIZED;
                token::header(None)
            }
            Self::Answers(answer) => token::header(Some(&answer)),
        };
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert(WWW_AUTHENTICATE, value);
        }
    }
}

/// Why somebody is not signed in.
struct Failed(String);

/// Asks for a ticket, or judges the one that came, where an attempt is about to ask for a password: how the attempt goes
/// on, if somebody is proved, and what the answer says.
pub(crate) async fn meet(
    visit: &Visit,
    request: &HttpRequest,
    attempt: &Attempt,
) -> Result<(Option<Onward>, Said), Fault> {
    if !is_offered(visit, attempt)? {
        return Ok((None, Said::Nothing));
    }
    let find = |cx: &mut Cx<'_>| provider::list(cx);
    let providers = visit.app.enter(&visit.realm, Door::Read, find).await?;
    if providers.is_empty() {
        return Ok((None, Said::Nothing));
    }
    let header = request.headers().get(AUTHORIZATION);
    let header = header.and_then(|value| value.to_str().ok());
    let Some(token) = header.and_then(token::of_header) else {
        return Ok((None, Said::Asks));
    };
    let judged = match judge(visit, &providers, token).await? {
        Ok((provider, accepted)) => settle(visit, attempt, provider, accepted).await?,
        Err(failed) => Err(failed),
    };
    match judged {
        Ok((onward, answer)) => Ok((Some(onward), answer.map_or(Said::Nothing, Said::Answers))),
        Err(Failed(reason)) => {
            report(visit, attempt, reason).await?;
            Ok((None, Said::Nothing))
        }
    }
}

/// A browser that answers by itself shows that somebody sat down at it today, not that they are there now; so whoever
/// has to be asked anew is asked for the password. What is sent is worth a session, so it is asked for over TLS, or
/// where nobody is in between.
fn is_offered(visit: &Visit, attempt: &Attempt) -> Result<bool, Fault> {
    let is_asked = flow::has(attempt, flow::note::NEGOTIATES);
    if !is_asked || attempt.user.is_some() || attempt.stage != Stage::Prove {
        return Ok(false);
    }
    let request = sign_in::request_of(attempt)?;
    let wants_person = request.prompt.login
        || request.prompt.select_account
        || request.max_age.is_some()
        || request.kc_action.is_some();
    let url = Url::parse(&visit.app.base_url).ok();
    let is_near = url.is_some_and(|url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    });
    Ok(!wants_person && (visit.app.is_https || is_near))
}

/// Judges a token by the keys of one provider after the other.
async fn judge(
    visit: &Visit,
    providers: &[Provider],
    token: Vec<u8>,
) -> Result<Result<(Provider, Accepted), Failed>, Fault> {
    let mut failed = Failed(Refused::OtherService.to_string());
    for provider in providers {
        let Some(keys) = kerberos::keys(&visit.app, &provider.keytab).await else {
            let name = &provider.directory.name;
            tracing::warn!(realm = %visit.realm.name, provider = %name, "the keytab is not among CLOAKROOM_KERBEROS_KEYTABS, or cannot be read");
            failed = Failed(format!("the keytab of {name} cannot be read"));
            continue;
        };
        let mut bytes = [0; 16];
        random()?.fill_bytes(&mut bytes);
        let judge = Judge {
            service: &provider.service,
            keytab: &keys,
            crypto: &kerberos::Aes,
            now: now(),
            random: bytes,
        };
        match accept(&token, &judge) {
            Ok(accepted) => return Ok(Ok((provider.clone(), accepted))),
            // Another provider may be the service that the ticket is for.
            Err(Refused::OtherService) => {}
            Err(why) => failed = Failed(why.to_string()),
        }
    }
    Ok(Err(failed))
}

/// Looks for the person outside of a transaction, and signs them in inside of one.
async fn settle(
    visit: &Visit,
    attempt: &Attempt,
    provider: Provider,
    accepted: Accepted,
) -> Result<Result<(Onward, Option<Vec<u8>>), Failed>, Fault> {
    let (app, name) = (&visit.app, visit.realm.name.as_str());
    let health = (name, &app.federation.health);
    let found = person::find(&provider, &accepted.client, health, &*app.outbound).await;
    let found = match found {
        Ok(Some(found)) => found,
        Ok(None) => {
            return Ok(Err(Failed(
                "nobody in the directory is the principal".to_owned(),
            )));
        }
        Err(problem) => {
            let directory = &provider.directory.name;
            tracing::warn!(realm = %name, provider = %directory, %problem, "a directory could not be asked");
            return Ok(Err(Failed(format!("{directory}: {problem}"))));
        }
    };
    let answer = accepted.answer.clone();
    let brought = Brought {
        protocol: app.provider.clone(),
        identity: visit.cookie(IDENTITY),
        origin: visit.origin.clone(),
        attempt: attempt.clone(),
        provider,
        accepted,
        found,
    };
    let work = move |cx: &mut Cx<'_>| brought.sign_in(cx);
    let done = app.enter(&visit.realm, Door::Write, work).await?;
    Ok(done.map(|onward| (onward, answer)))
}

/// All that a sign-in needs.
struct Brought {
    protocol: std::sync::Arc<Protocol>,
    identity: Option<String>,
    origin: Origin,
    attempt: Attempt,
    provider: Provider,
    accepted: Accepted,
    found: Person,
}

impl Brought {
    fn sign_in(&self, cx: &mut Cx<'_>) -> Result<Result<Onward, Failed>, Fault> {
        let (mark, until) = (&self.accepted.mark, self.accepted.until);
        if !replay::spend(cx, Kind::Authenticator, mark, until)? {
            return Ok(Err(Failed(Refused::Replayed.to_string())));
        }
        let (browser, tab) = (&self.attempt.browser, &self.attempt.tab_id);
        let Some(mut attempt) = attempt::find(cx, browser, tab)? else {
            return Ok(Ok(Onward::Over));
        };
        let default_role = blueprint::default_role(&cx.realm.settings);
        let settled = person::settle(
            cx,
            &self.provider.directory,
            &self.found,
            default_role.as_ref(),
        )?;
        let user = match settled {
            Ok(user) => user,
            Err(why) => return Ok(Err(Failed(why.to_string()))),
        };
        if !user.enabled {
            return Ok(Err(Failed("the account is disabled".to_owned())));
        }
        let mut levels = Reached::default();
        if let Some(client) = client::find_by_id(cx, &attempt.client)? {
            let request = sign_in::request_of(&attempt)?;
            let asked = (request.scope.as_str(), request.level.least());
            match course::judge_brought(cx, &client, (course::By::Ticket, &user), asked)? {
                course::Brought::Enough(reached) => levels = reached,
                course::Brought::AsksFurther => {
                    flow::prove_in_part(cx, &mut attempt, &user, (First::Ticket, false));
                    attempt::advance(cx, &attempt)?;
                    let identity = self.identity.as_deref();
                    let (protocol, origin) = (&self.protocol, &self.origin);
                    return sign_in::proceed(cx, protocol, attempt, identity, origin).map(Ok);
                }
                course::Brought::AsksPassword => {
                    let why = "the flow asks for more than a ticket";
                    return Ok(Err(Failed(why.to_owned())));
                }
                course::Brought::Barred(bar) => {
                    let place = (client.client_id.as_str(), self.origin.ip.as_str());
                    return bar.end(cx, place, Some(&user)).map(Ok);
                }
            }
        }
        flow::prove_upstream(cx, &mut attempt, &user);
        flow::reach(&mut attempt, &levels);
        attempt::advance(cx, &attempt)?;
        let identity = self.identity.as_deref();
        sign_in::proceed(cx, &self.protocol, attempt, identity, &self.origin).map(Ok)
    }
}

/// Writes down why a ticket signed nobody in; the person sees the form.
async fn report(visit: &Visit, attempt: &Attempt, reason: String) -> Result<(), Fault> {
    tracing::info!(realm = %visit.realm.name, %reason, "a ticket of Kerberos signed nobody in");
    let request = sign_in::request_of(attempt)?;
    let ip = visit.origin.ip.clone();
    let work = move |cx: &mut Cx<'_>| {
        let refused = Refusal {
            client_id: &request.client_id,
            user: None,
            ip: &ip,
            error: "invalid_user_credentials",
            reason: &reason,
        };
        refusal::report(cx, &refused).map(drop)
    };
    visit.app.enter(&visit.realm, Door::Write, work).await
}
