//! The authorization endpoint: checks a request in an order that never sends an error, let alone a
//! code, to an address that is not the client's (RFC 6749 §4.1.2.1).

mod answer;
mod bound;
pub(crate) mod claims;
pub(crate) mod level;
mod others;
mod request;
mod request_object;
pub(crate) mod respond;
pub(crate) mod response_type;

use std::sync::Arc;

pub use answer::{Answer, Tokens};
pub(crate) use bound::Pushing;
pub use claims::{ClaimsRequest, Place};
use cloakroom_model::client::Client;
use cloakroom_model::lap::Step;
use cloakroom_model::{Cx, client};
pub use level::{LevelWish, level_of};
pub use request::{AuthorizationRequest, Prompt};
pub use request_object::Fetched;
use request_object::Unopened;
pub use respond::{Response, ResponseMode};
pub use response_type::ResponseType;

use crate::client_policy::{self, At};
use crate::redirect_uri::Roots;
use crate::{Error, Form, Provider, own_token, par, pkce, redirect_uri, scope};

/// What becomes of an authorization request.
#[derive(Debug)]
pub enum Decision {
    /// The browser shows an error: there is no address that it may be sent to.
    Page(PageError),
    /// The client is told what is wrong.
    Redirect(Response),
    /// The request is good: somebody has to be known, and perhaps asked, before it is answered.
    Ask(Box<AuthorizationRequest>, Arc<Client>),
}

/// Why the browser shows an error of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageError {
    /// A parameter is missing.
    MissingParameter(&'static str),
    /// A parameter has a value that is not allowed.
    InvalidParameter(&'static str),
    /// A parameter is there twice, or the request is too large.
    InvalidRequest,
    /// No client has this `client_id`.
    ClientNotFound,
    /// The client is disabled.
    ClientDisabled,
    /// The client only checks tokens.
    BearerOnly,
    /// The redirect URI is not the client's.
    InvalidRedirectUri,
}

/// A refusal that the client is told about: error code and description.
type Refusal = (&'static str, Option<String>);

impl Provider {
    /// Checks an authorization request, from a query or a form, with what it refers to.
    pub fn authorize(
        &self,
        cx: &mut Cx<'_>,
        form: &Form,
        fetched: &Fetched,
    ) -> Result<Decision, Error> {
        let found = find_client(cx, form)?;
        cx.lap(Step::Client);
        let client = match found {
            Ok(client) => client,
            Err(error) => return Ok(Decision::Page(error)),
        };
        if let Some(reference) = form.get("request_uri").filter(|uri| par::is_reference(uri)) {
            // What was pushed counts alone (RFC 9126 §4), and was opened when it came.
            return match self.pulled(cx, &client, reference)? {
                Some((pushed, is_trial)) => {
                    let at = At::Authorization {
                        pushed: true,
                        signed: false,
                    };
                    self.check_request(cx, client, &pushed, (at, None, is_trial))
                }
                None => Ok(Decision::Page(PageError::InvalidParameter("request_uri"))),
            };
        }
        let (opened, refused) = match request_object::open((self, cx), &client, form, fetched)? {
            Ok(_) if par::is_required(&client) => (None, Some(par::required())),
            Ok(inside) => (inside, None),
            Err(Unopened::Object(name)) => {
                return Ok(Decision::Page(PageError::InvalidParameter(name)));
            }
            Err(Unopened::Refused(refusal)) => (None, Some(refusal)),
        };
        let at = At::Authorization {
            pushed: false,
            signed: opened.is_some(),
        };
        let way = (at, refused, false);
        self.check_request(cx, client, opened.as_ref().unwrap_or(form), way)
    }

    /// Checks a request that a client sends itself; its parameters, without the object around them.
    pub(crate) fn authorize_pushed(
        &self,
        cx: &mut Cx<'_>,
        client: Arc<Client>,
        form: Form,
        way: &Pushing<'_>,
    ) -> Result<(Decision, Form), Error> {
        let mut signed = false;
        let opened = request_object::open((self, cx), &client, &form, way.fetched)?;
        let (form, refused) = match opened {
            Ok(inside) => {
                signed = inside.is_some();
                (bound::to(inside.unwrap_or(form), way.key)?, None)
            }
            Err(Unopened::Object(name)) => {
                let page = Decision::Page(PageError::InvalidParameter(name));
                return Ok((page, form));
            }
            Err(Unopened::Refused(refusal)) => (form, Some(refusal)),
        };
        let came = (At::Pushed { signed }, refused, way.is_trial);
        Ok((self.check_request(cx, client, &form, came)?, form))
    }

    /// Checks what a request says. `refused` is what is wrong with the way on which it came; the answer to a trial goes to
    /// the page of this server that began it.
    fn check_request(
        &self,
        cx: &mut Cx<'_>,
        client: Arc<Client>,
        form: &Form,
        (at, refused, is_trial): (At, Option<Refusal>, bool),
    ) -> Result<Decision, Error> {
        let issuer = self.issuer(cx.realm);
        let policy = client_policy::refusal(cx, (&issuer, at), &client, form)?;
        let refused = refused.or_else(|| policy.map(|one| (one.error, Some(one.description))));
        cx.lap(Step::Request);
        let own = form.get("redirect_uri").filter(|_| is_trial);
        let own = own.map(|uri| (uri.to_owned(), true));
        let found = own.or_else(|| find_redirect_uri(self.roots(cx.realm), &client, form));
        cx.lap(Step::Address);
        let Some((redirect_uri, redirect_uri_given)) = found else {
            return Ok(Decision::Page(PageError::InvalidRedirectUri));
        };
        let mode = response_type::mode_of_errors(form);
        let to = Target {
            redirect_uri,
            redirect_uri_given,
            mode,
            is_trial,
        };
        let checked = match (refused, level_wish(cx, &client, form)) {
            (Some(refusal), _) => Err(refusal),
            (None, Err(LevelError::Unknown)) => {
                return Ok(Decision::Page(PageError::InvalidParameter("claims")));
            }
            (None, Err(LevelError::Claims)) => Err(invalid("claims")),
            (None, Ok(wished)) => check(cx, &client, form, &to, wished),
        };
        match checked {
            Ok(mut request) => {
                let hinted = self.hinted_subject(cx, form)?;
                request.subjects = narrowed(request.subjects.take(), hinted);
                Ok(Decision::Ask(Box::new(request), client))
            }
            Err((error, description)) => Ok(Decision::Redirect(Response::error(
                (&to.redirect_uri, mode),
                &self.issuer(cx.realm),
                form.get("state"),
                error,
                description,
            ))),
        }
    }
}

impl Provider {
    /// The subject of `id_token_hint`. One that cannot be read says nothing, and one that is over
    /// still says whose it was (OpenID Connect Core 1.0 §3.1.2.1).
    fn hinted_subject(&self, cx: &Cx<'_>, form: &Form) -> Result<Option<String>, Error> {
        let Some(hint) = form.get("id_token_hint") else {
            return Ok(None);
        };
        let token = own_token::read(self, cx, hint, &["ID"])?;
        Ok(token.and_then(|token| token.text("sub").map(str::to_owned)))
    }
}

/// The subjects that satisfy both the claim `sub` and the hint.
fn narrowed(wished: Option<Vec<String>>, hinted: Option<String>) -> Option<Vec<String>> {
    match (wished, hinted) {
        (wished, None) => wished,
        (None, Some(hinted)) => Some(vec![hinted]),
        (Some(mut wished), Some(hinted)) => {
            wished.retain(|subject| *subject == hinted);
            Some(wished)
        }
    }
}

/// Why the wished level cannot be told.
enum LevelError {
    /// The parameter `claims` cannot be read.
    Claims,
    /// An essential `acr` has no level.
    Unknown,
}

/// The claims asked for one by one, and the level asked for by them or by `acr_values`.
type Wished = (Option<ClaimsRequest>, LevelWish);

fn level_wish(cx: &Cx<'_>, client: &Client, form: &Form) -> Result<Wished, LevelError> {
    let claims = match form.get("claims") {
        Some(text) => Some(ClaimsRequest::parse(text).ok_or(LevelError::Claims)?),
        None => None,
    };
    let acr_values = form.get("acr_values").filter(|text| text.len() <= 1024);
    let level = LevelWish::read(cx.realm, client, claims.as_ref(), acr_values)
        .map_err(|_| LevelError::Unknown)?;
    Ok((claims, level))
}

fn invalid(name: &str) -> Refusal {
    (
        "invalid_request",
        Some(format!("Invalid parameter: {name}")),
    )
}

struct Target {
    redirect_uri: String,
    redirect_uri_given: bool,
    mode: ResponseMode,
    is_trial: bool,
}

pub(crate) fn find_client(
    cx: &mut Cx<'_>,
    form: &Form,
) -> Result<Result<Arc<Client>, PageError>, Error> {
    let Some(client_id) = form.get("client_id") else {
        return Ok(Err(PageError::MissingParameter("client_id")));
    };
    // The database of one kind takes no NUL in a text, and no client has one in its name.
    if client_id.len() > 255 || client_id.contains(char::is_control) {
        return Ok(Err(PageError::ClientNotFound));
    }
    let Some(client) = client::find(cx, client_id)? else {
        return Ok(Err(PageError::ClientNotFound));
    };
    let protocol = client.settings.protocol.as_deref();
    Ok(match client {
        client if !client.enabled => Err(PageError::ClientDisabled),
        client if client.settings.bearer_only => Err(PageError::BearerOnly),
        _ if protocol.is_some_and(|name| name != "openid-connect") => {
            Err(PageError::ClientNotFound)
        }
        client => Ok(client),
    })
}

fn find_redirect_uri(roots: Roots<'_>, client: &Client, form: &Form) -> Option<(String, bool)> {
    match form.get("redirect_uri") {
        Some(uri) => {
            redirect_uri::is_registered(roots, client, uri).then(|| (uri.to_owned(), true))
        }
        // OpenID Connect Core 1.0 §3.1.2.1 requires the parameter; plain OAuth does not.
        None if asks_for(form, "openid") => None,
        None => redirect_uri::only_one(roots, client).map(|uri| (uri, false)),
    }
}

fn asks_for(form: &Form, scope: &str) -> bool {
    let scopes = form.get("scope").unwrap_or_default();
    scopes.split(' ').any(|word| word == scope)
}

fn check(
    cx: &mut Cx<'_>,
    client: &Client,
    form: &Form,
    to: &Target,
    (claims, level): Wished,
) -> Result<AuthorizationRequest, Refusal> {
    let allowed = response_type::check(cx.realm, client, form);
    cx.lap(Step::Allowed);
    let response_type = allowed?;
    let scope = form.get("scope").unwrap_or_default();
    let allowed = check_scope(cx, client, scope);
    cx.lap(Step::Scope);
    allowed?;
    let code_challenge = match response_type.code {
        true => check_challenge(client, form)?,
        // Where there is no code, there is nothing that a challenge would protect.
        false => None,
    };
    let prompt = Prompt::parse(form.get("prompt").unwrap_or_default());
    let owned = |name: &str| form.get(name).map(str::to_owned);
    Ok(AuthorizationRequest {
        client_id: client.client_id.clone(),
        redirect_uri: to.redirect_uri.clone(),
        redirect_uri_given: to.redirect_uri_given,
        mode: to.mode,
        response_type,
        scope: scope.to_owned(),
        state: owned("state"),
        nonce: owned("nonce"),
        code_challenge: code_challenge.map(str::to_owned),
        dpop_jkt: bound::read(form)?,
        prompt: prompt.ok_or_else(|| invalid("prompt"))?,
        max_age: max_age(client, form).map_err(|()| invalid("max_age"))?,
        login_hint: owned("login_hint").filter(|hint| hint.len() <= 255),
        subjects: claims.as_ref().and_then(ClaimsRequest::subjects),
        ui_locales: owned("ui_locales").filter(|tags| tags.len() <= 255),
        claims,
        level,
        kc_action: owned("kc_action").filter(|action| action.len() <= 300),
        // An empty one says that nobody is to be sent on, whatever the realm's flow says.
        idp_hint: form
            .has("kc_idp_hint")
            .then(|| owned("kc_idp_hint").unwrap_or_default())
            .filter(|alias| alias.len() <= 255),
        others: others::read(form),
        device: None,
        is_trial: to.is_trial,
    })
}

fn check_challenge<'f>(client: &Client, form: &'f Form) -> Result<Option<&'f str>, Refusal> {
    // An empty challenge is a broken one, not an absent one.
    let challenge = form
        .has("code_challenge")
        .then(|| form.get("code_challenge").unwrap_or_default());
    let checked = pkce::check_request(client, challenge, form.get("code_challenge_method"));
    checked.map_err(|why| ("invalid_request", Some(why.to_owned())))
}

fn check_scope(cx: &Cx<'_>, client: &Client, scope: &str) -> Result<(), Refusal> {
    let linked = || client.default_scopes.iter().chain(&client.optional_scopes);
    let is_allowed = |word: &str| {
        word == "openid"
            || linked()
                .filter_map(|id| cx.realm.scope(id))
                .any(|known| known.name == word)
    };
    let words: Vec<&str> = scope.split(' ').filter(|word| !word.is_empty()).collect();
    let names_one = |word: &str| scope::organization::is_allowed(cx, client, &words, word);
    // No client has as many scopes, and each word costs a comparison with all of them.
    if words.len() <= 200 && words.iter().all(|word| is_allowed(word) || names_one(word)) {
        return Ok(());
    }
    // The characters that an error description may have (RFC 6749 §4.1.2.1).
    let shown: String = scope
        .chars()
        .filter(|c| (' '..='~').contains(c) && *c != '"' && *c != '\\')
        .take(200)
        .collect();
    Err(("invalid_scope", Some(format!("Invalid scopes: {shown}"))))
}

fn max_age(client: &Client, form: &Form) -> Result<Option<i64>, ()> {
    let seconds = |text: &str| {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse::<i32>().ok().filter(|_| is_number);
        number.map(i64::from)
    };
    match form.get("max_age") {
        Some(text) => seconds(text).map(Some).ok_or(()),
        // Who sends the request has no part in a setting that cannot be read, and is not told of it.
        None => Ok(client
            .settings
            .attribute("default.max.age")
            .and_then(seconds)),
    }
}
