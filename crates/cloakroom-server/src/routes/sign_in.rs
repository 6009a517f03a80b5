//! Where the protocol and the sign-in meet: an attempt on its way, and its end in a response.

mod address;

use cloakroom_login::flow::{self, Next, note};
use cloakroom_login::further::webauthn::register;
use cloakroom_login::further::{enrol, paper};
use cloakroom_login::profile::scopes_of;
use cloakroom_login::required::{self, Action};
use cloakroom_login::sign_on::{self, Opened, Origin};
use cloakroom_model::attempt::{self, Attempt, Stage};
use cloakroom_model::client::{self, Client};
use cloakroom_model::device::{self, Decision};
use cloakroom_model::id::AttemptId;
use cloakroom_model::session::Session;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Digest, Fault, Secret, Ttl};
use cloakroom_oidc::Provider;
use cloakroom_oidc::authorize::{Answer, AuthorizationRequest, Response, level_of};
use cloakroom_web::i18n::Notice;
use serde_json::{Map, Value};

use super::broker;
use super::course::Bar;
use super::limits;
use super::login::passkey::{self, Again};
use super::login::{Question, further, key_set_up, organization, removal};

pub(crate) use address::address;

/// The error of a sign-in that is less than its request demands.
pub(crate) const UNMET: &str = "unmet_authentication_requirements";

/// The name of the consent question among the required actions, as in Keycloak.
pub(crate) const CONSENT: &str = "OAUTH_GRANT";

/// How an attempt goes on.
#[derive(Debug)]
pub(crate) enum Onward {
    /// The browser is asked for a password, or for the name that comes before it.
    Ask(Box<Attempt>, Option<User>),
    /// The browser is asked for more than a password.
    Further(Box<Question>),
    /// The browser is asked for a passkey or a password again, and told what was wrong.
    Again(Box<Again>),
    /// The browser is asked for another name.
    Rename(Box<Attempt>, Notice),
    /// The browser is sent to the identity provider with this alias.
    Depart(Box<Attempt>, String),
    /// The browser is sent to the page of this action.
    Go(Box<Attempt>, &'static str),
    /// The client is answered.
    Done(Box<Finished>),
    /// The client is told that it gets nothing.
    Refused(Box<Response>),
    /// The flow lets nobody in, or not this person; with the code of the event that says why.
    Barred(Bar, Option<String>),
    /// What follows the identity provider does not let this person in: what the page says, and the code of the event.
    Stopped(Notice, String),
    /// Another request has ended the attempt.
    Over,
}

/// The end of an attempt.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) answer: Answer,
    pub(crate) opened: Opened,
}

/// A new attempt for a request, not stored yet.
pub(crate) fn begin(
    cx: &mut Cx<'_>,
    request: &AuthorizationRequest,
    client: &Client,
    browser: &Digest,
    known: Option<(&Session, bool)>,
) -> Result<Attempt, Fault> {
    let id = AttemptId::new(cx.new_ordered_id());
    let code = Secret::random(cx.rng);
    let tab_id: String = Secret::random(cx.rng).expose().chars().take(11).collect();
    let text = |value: &str| Value::String(value.to_owned());
    let mut notes = Map::new();
    notes.insert(note::SESSION_CODE.to_owned(), text(code.expose()));
    let name = client
        .settings
        .name
        .as_deref()
        .filter(|name| !name.is_empty());
    notes.insert(
        note::CLIENT.to_owned(),
        text(name.unwrap_or(&client.client_id)),
    );
    // Claims asked for one by one need the same permission as the scopes that hold them.
    let scope = request.scope_for_consent(cx.realm, client);
    notes.insert(note::SCOPE.to_owned(), text(&scope));
    let scopes = scopes_of(cx.realm, client, &request.scope).join(" ");
    if !scopes.is_empty() {
        notes.insert(note::PROFILE_SCOPES.to_owned(), text(&scopes));
    }
    if let Some(hint) = &request.login_hint {
        notes.insert(note::USERNAME.to_owned(), text(hint));
    }
    if let Some(action) = &request.kc_action {
        notes.insert(note::ACTION.to_owned(), text(action));
    }
    organization::mark(cx, request, client, &mut notes)?;
    let lifespan = cx
        .realm
        .settings
        .access_code_lifespan_login
        .clamp(60, 24 * 60 * 60);
    let mut attempt = Attempt {
        id,
        browser: browser.clone(),
        tab_id,
        client: client.id.clone(),
        request: serde_json::to_value(request)?,
        user: known.map(|(session, _)| session.user.clone()),
        stage: Stage::Prove,
        notes,
        created_at: cx.now,
        expires_at: cx.now.plus(Ttl::seconds(lifespan)),
        proof: None,
    };
    end_unless_offered(cx, &mut attempt)?;
    if request.prompt.consent {
        flow::mark(&mut attempt, note::ASK_CONSENT);
    }
    if request.device.is_some() {
        flow::mark(&mut attempt, note::CONFIRM);
    }
    if let Some((session, true)) = known {
        flow::mark(&mut attempt, note::RECOGNIZED);
        // Another session of the same person may have seen less of them.
        let from = text(session.id.as_str());
        attempt.notes.insert(note::RISEN_FROM.to_owned(), from);
        attempt.stage = Stage::Act {
            auth_time: session.auth_time,
            amr: session.amr.split(' ').map(str::to_owned).collect(),
            remember_me: session.remember_me,
        };
    }
    Ok(attempt)
}

/// Ends the action that the request asks for, where the realm has none such for its people.
fn end_unless_offered(cx: &mut Cx<'_>, attempt: &mut Attempt) -> Result<(), Fault> {
    let wished = Action::of_request(flow::text(attempt, note::ACTION));
    let is_offered = match wished {
        Some(action) => required::is_enabled(cx, action)?,
        None => false,
    };
    if !is_offered {
        flow::end_action(attempt, "error");
    }
    Ok(())
}

/// The request that an attempt began with, with what its user has said of it since.
pub(crate) fn request_of(attempt: &Attempt) -> Result<AuthorizationRequest, Fault> {
    let mut request = serde_json::from_value(attempt.request.clone())?;
    organization::settle(attempt, &mut request);
    Ok(request)
}

/// Takes an attempt as far as it goes without the user.
pub(crate) fn proceed(
    cx: &mut Cx<'_>,
    provider: &Provider,
    attempt: Attempt,
    identity: Option<&str>,
    origin: &Origin,
) -> Result<Onward, Fault> {
    if is_stale(cx, provider, &attempt)? {
        return Ok(Onward::Over);
    }
    let attempt = flow::hold(cx, attempt)?;
    let mut attempt = match broker::settle(cx, attempt, origin)? {
        Ok(attempt) => attempt,
        Err((notice, code)) => return Ok(Onward::Stopped(notice, code)),
    };
    key_set_up::skip(cx, &mut attempt)?;
    if flow::is_out_of_reach(cx, &attempt)? {
        let user = attempt.user.clone();
        flow::begin_again(&mut attempt, user);
        attempt::advance(cx, &attempt)?;
    }
    let (mut next, mut user) = flow::next(cx, &attempt)?;
    if let (Next::Act(Action::LinkProvider), Some(asks)) = (&next, &user)
        && !broker::check_link(cx, &mut attempt, asks, origin)?
    {
        (next, user) = flow::next(cx, &attempt)?;
    }
    if let (Next::Act(Action::DeleteCredential), Some(asks)) = (&next, &user)
        && !removal::check(cx, &mut attempt, asks)?
    {
        (next, user) = flow::next(cx, &attempt)?;
    }
    let go = |cx: &mut Cx<'_>, mut attempt: Attempt, alias| {
        flow::stand(cx, &mut attempt)?;
        Ok(match attempt::advance(cx, &attempt)? {
            true => Onward::Go(Box::new(attempt), alias),
            false => Onward::Over,
        })
    };
    if let (Next::AskFurther, Some(user)) = (&next, &user) {
        return further::ask(cx, provider, (attempt, user), (identity, origin));
    }
    if next == Next::AskPassword {
        passkey::prepare(cx, &mut attempt)?;
    }
    match next {
        Next::AskPassword if user.is_none() => organization::meet(cx, attempt),
        Next::AskPassword | Next::AskFurther => Ok(Onward::Ask(Box::new(attempt), user)),
        Next::Act(action) => {
            match action {
                Action::ConfigureTotp => enrol::prepare(cx, &mut attempt)?,
                Action::ConfigureCodes => paper::prepare(cx, &mut attempt)?,
                Action::VerifyProfile => report_verification(cx, &attempt, user.as_ref(), origin)?,
                _ => {}
            }
            if let Some(kind) = action.key_kind() {
                let base_url = provider.base_url(cx.realm);
                register::prepare(cx, &mut attempt, (kind, base_url))?;
            }
            go(cx, attempt, action.alias())
        }
        Next::ChooseOrganization => go(cx, attempt, organization::CHOICE),
        Next::Consent => go(cx, attempt, CONSENT),
        Next::Done => {
            if let Some(user) = &user {
                required::clear_verified(cx, user)?;
            }
            let current = match identity {
                Some(cookie) => sign_on::recognize(cx, cookie)?,
                None => None,
            };
            finish(cx, provider, &attempt, current, origin)
        }
    }
}

fn report_verification(
    cx: &mut Cx<'_>,
    attempt: &Attempt,
    user: Option<&User>,
    origin: &Origin,
) -> Result<(), Fault> {
    let Some(user) = user else { return Ok(()) };
    let request = request_of(attempt)?;
    let place = (request.client_id.as_str(), origin.ip.as_str());
    required::report_verification(cx, user, &flow::profile_scopes(attempt), place)
}

/// Ends an attempt whose client may not be answered any more. Whoever begins it again is told why.
fn is_stale(cx: &mut Cx<'_>, provider: &Provider, attempt: &Attempt) -> Result<bool, Fault> {
    let request = request_of(attempt)?;
    let client = client::find_by_id(cx, &attempt.client)?;
    let is_good = client.is_some_and(|one| request.may_be_answered(provider.roots(cx.realm), &one));
    if !is_good {
        attempt::finish(cx, &attempt.id)?;
    }
    Ok(!is_good)
}

fn finish(
    cx: &mut Cx<'_>,
    provider: &Provider,
    attempt: &Attempt,
    current: Option<Session>,
    origin: &Origin,
) -> Result<Onward, Fault> {
    let request = request_of(attempt)?;
    if let Some(error) = unfit(cx, &request, attempt)? {
        return refuse(cx, provider, attempt, error);
    }
    let place = (request.client_id.as_str(), origin.ip.as_str());
    let granted = match limits::check(cx, attempt, current.as_ref())? {
        Ok(granted) => granted,
        Err(bar) => return limits::deny(cx, attempt, bar, place),
    };
    let Some(opened) = sign_on::open(cx, attempt, current, origin)? else {
        return Ok(Onward::Over);
    };
    limits::settle(cx, provider, (attempt, &granted), &opened.session, place)?;
    broker::keep_upstream(cx, attempt, &opened.session)?;
    sign_on::report_of(cx, attempt, &opened.session, place)?;
    let answer = match &request.device {
        Some(device) => {
            let approved = Decision::Approved(opened.session.id.clone());
            let error = match device::decide(cx, device, &approved)? {
                true => None,
                false => Some("expired_token"),
            };
            Answer::from(request.tell_browser(error))
        }
        None => {
            let reached = match opened.is_fresh {
                true => Some(level_of(&opened.session)),
                false => flow::reached_level(attempt),
            };
            let answer = request.respond(cx, provider, &opened.session, reached)?;
            with_action(attempt, answer)
        }
    };
    Ok(Onward::Done(Box::new(Finished { answer, opened })))
}

/// Tells the application how the action ended that it asked for; the names are Keycloak's.
pub(crate) fn with_action(attempt: &Attempt, mut answer: Answer) -> Answer {
    let told = [
        ("kc_action_status", note::ACTION_STATUS),
        ("kc_action", note::ACTION_ENDED),
    ];
    for (name, note) in told {
        let text = flow::text(attempt, note);
        if !text.is_empty() {
            answer.say(name, text.to_owned());
        }
    }
    answer
}

/// Ends an attempt that leads nowhere, and tells the client.
pub(crate) fn refuse(
    cx: &mut Cx<'_>,
    provider: &Provider,
    attempt: &Attempt,
    error: &str,
) -> Result<Onward, Fault> {
    if is_stale(cx, provider, attempt)? || !attempt::finish(cx, &attempt.id)? {
        return Ok(Onward::Over);
    }
    let request = request_of(attempt)?;
    if let Some(device) = &request.device {
        device::decide(cx, device, &Decision::Denied)?;
    }
    let issuer = provider.issuer(cx.realm);
    let response = request.refuse(&issuer, error, None);
    Ok(Onward::Refused(Box::new(response)))
}

/// Why whoever signed in is not what the request demands; the error code for the client.
fn unfit(
    cx: &mut Cx<'_>,
    request: &AuthorizationRequest,
    attempt: &Attempt,
) -> Result<Option<&'static str>, Fault> {
    let Some(client) = client::find_by_id(cx, &attempt.client)? else {
        return Ok(None);
    };
    let is_expected = attempt
        .user
        .as_ref()
        .is_none_or(|user| request.is_about(&client, user));
    if !is_expected {
        // OpenID Connect Core 1.0 §3.1.2.2: another user than the client expects is an error.
        return Ok(Some("login_required"));
    }
    if request.level.is_missed_at(flow::level_of_attempt(attempt)) {
        // OpenID Connect Core 1.0 §5.5.1.1: an essential `acr` that is not met is a failed sign-in.
        return Ok(Some(UNMET));
    }
    let is_welcome = organization::is_welcome(cx, request, &client, attempt)?;
    Ok((!is_welcome).then_some("access_denied"))
}

/// Tells whether the session is one that the request may be answered from at all.
pub(crate) fn is_expected(
    request: &AuthorizationRequest,
    client: &Client,
    session: &Session,
) -> bool {
    !request.prompt.select_account && request.is_about(client, &session.user)
}

/// Tells whether the browser's session is new enough for this request. Whether it is good enough is the flow's to say.
pub(crate) fn is_enough(cx: &Cx<'_>, request: &AuthorizationRequest, session: &Session) -> bool {
    /// As Keycloak, a password may be changed for five minutes after a sign-in.
    const ACTION_MAX_AGE: i64 = 300;
    // Counted in whole seconds, as the client does with `auth_time` from the ID token.
    let age = cx.now.seconds().saturating_sub(session.auth_time.seconds());
    // A `max_age` of 0 means the same as `prompt=login` (OpenID Connect Core 1.0 §3.1.2.1).
    let is_too_old = request.max_age.is_some_and(|most| most == 0 || age > most);
    let acts_late = request.kc_action.is_some() && age > ACTION_MAX_AGE;
    !request.prompt.login && !request.prompt.create && !is_too_old && !acts_late
}

#[cfg(test)]
mod tests {
    use cloakroom_model::Timestamp;
    use cloakroom_model::id::SessionId;
    use cloakroom_testkit::World;
    use serde_json::json;

    use super::*;

    fn request(wishes: serde_json::Value) -> AuthorizationRequest {
        let mut request = json!({
            "client_id": "shop", "redirect_uri": "https://shop.test/", "redirect_uri_given": true,
            "mode": "query", "scope": "openid", "prompt": {},
        });
        for (name, wish) in wishes.as_object().unwrap() {
            request[name] = wish.clone();
        }
        serde_json::from_value(request).unwrap()
    }

    #[test]
    fn what_an_application_wants_done_needs_a_proof_of_the_last_five_minutes() {
        let world = World::new(Vec::new(), |_| ());
        let user = world.add_user("ada", true).id;
        let enough = |auth_time: Timestamp, wishes: serde_json::Value| {
            let user = user.clone();
            world.run(move |cx| {
                let session = Session {
                    id: SessionId::new("a session"),
                    offline: false,
                    user: user.clone(),
                    cookie: None,
                    started_at: auth_time,
                    last_access: cx.now,
                    auth_time,
                    acr: "1".to_owned(),
                    amr: String::new(),
                    ip: String::new(),
                    user_agent: String::new(),
                    remember_me: false,
                    notes: serde_json::Map::new(),
                    expires_at: cx.now,
                };
                Ok::<_, Fault>(is_enough(cx, &request(wishes.clone()), &session))
            })
        };
        let link = || json!({"kc_action": "idp_link:there"});

        let proved = cloakroom_testkit::NOW;
        assert!(enough(proved, link()));
        world.wait(300);
        assert!(enough(proved, link()));
        world.wait(1);
        // It is the proof that has to be new: the session was used a moment ago.
        assert!(!enough(proved, link()));
        assert!(!enough(proved, json!({"kc_action": "UPDATE_PASSWORD"})));
        assert!(enough(proved, json!({})));
        assert!(!enough(proved, json!({"max_age": 300})));
    }
}
