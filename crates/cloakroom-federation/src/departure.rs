//! The way there: the address that a browser is sent to.

use std::borrow::Cow;
use std::collections::BTreeMap;

use oauth2::basic::BasicClient;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient};
use openidconnect::{
    AuthUrl, ClientId, CsrfToken, IssuerUrl, JsonWebKeySet, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope,
};
use url::Url;

use crate::endpoints::Endpoints;
use crate::{Problem, Result, Upstream};

/// What makes one departure different from all others.
#[derive(Clone, Copy, Debug)]
pub struct Marks<'a> {
    /// Comes back with the browser.
    pub state: &'a str,
    /// Comes back in the ID token.
    pub nonce: &'a str,
    /// Is shown when the code is traded (RFC 7636).
    pub verifier: &'a str,
    /// Where the browser comes back to.
    pub redirect_uri: &'a str,
}

/// What the application asked for that concerns the provider as well.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// What the person has to be asked, or may not be asked.
    pub prompt: Option<String>,
    /// How many seconds ago the person may have been proved.
    pub max_age: Option<i64>,
    /// Who is expected.
    pub login_hint: Option<String>,
    /// The languages of pages.
    pub ui_locales: Option<String>,
    /// Parameters that the provider's settings may pass on.
    pub others: BTreeMap<String, String>,
}

/// The address that the browser is sent to.
///
/// # Errors
/// If the settings are not enough for one.
pub fn address(
    upstream: &Upstream,
    endpoints: &Endpoints,
    marks: &Marks<'_>,
    wishes: &Wishes,
) -> Result<Url> {
    let place = AuthUrl::new(endpoints.authorization.clone()).map_err(unreadable)?;
    let back = RedirectUrl::new(marks.redirect_uri.to_owned()).map_err(unreadable)?;
    let verifier = PkceCodeVerifier::new(marks.verifier.to_owned());
    let challenge = uses_pkce(upstream, endpoints)
        .then(|| PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    let client = ClientId::new(upstream.client_id()?.to_owned());
    let asked = Asked {
        client,
        place,
        back,
        challenge,
        extra: parameters(upstream, wishes),
    };
    match uses_nonce(upstream) {
        true => with_nonce(asked, &upstream.scope(), endpoints, marks),
        false => Ok(without_nonce(asked, upstream.scope(), marks)),
    }
}

fn unreadable(_: openidconnect::url::ParseError) -> Problem {
    Problem::settings("an address of it cannot be read")
}

/// What both ways of asking have in common.
struct Asked {
    client: ClientId,
    place: AuthUrl,
    back: RedirectUrl,
    challenge: Option<PkceCodeChallenge>,
    extra: BTreeMap<String, String>,
}

fn with_nonce(asked: Asked, scope: &str, endpoints: &Endpoints, marks: &Marks<'_>) -> Result<Url> {
    // The library wants an issuer for checks that it is not asked for here.
    let issuer = endpoints.issuers.first().unwrap_or(&endpoints.token);
    let issuer = IssuerUrl::new(issuer.clone()).map_err(unreadable)?;
    let client =
        CoreClient::new(asked.client, issuer, JsonWebKeySet::default()).set_auth_uri(asked.place);
    let (state, nonce) = (marks.state.to_owned(), marks.nonce.to_owned());
    let mut request = client.authorize_url(
        CoreAuthenticationFlow::AuthorizationCode,
        || CsrfToken::new(state),
        || Nonce::new(nonce),
    );
    if let Some(challenge) = asked.challenge {
        request = request.set_pkce_challenge(challenge);
    }
    // The library asks for `openid` by itself.
    let words = scope
        .split(' ')
        .filter(|word| !["", "openid"].contains(word));
    request = request.add_scopes(words.map(|word| Scope::new(word.to_owned())));
    request = request.set_redirect_uri(Cow::Owned(asked.back));
    for (name, value) in asked.extra {
        request = request.add_extra_param(name, value);
    }
    Ok(request.url().0)
}

fn without_nonce(asked: Asked, scope: String, marks: &Marks<'_>) -> Url {
    let client = BasicClient::new(asked.client).set_auth_uri(asked.place);
    let state = marks.state.to_owned();
    let mut request = client.authorize_url(|| CsrfToken::new(state));
    if let Some(challenge) = asked.challenge {
        request = request.set_pkce_challenge(challenge);
    }
    if !scope.is_empty() {
        request = request.add_scope(Scope::new(scope));
    }
    request = request.set_redirect_uri(Cow::Owned(asked.back));
    for (name, value) in asked.extra {
        request = request.add_extra_param(name, value);
    }
    request.url().0
}

/// PKCE is left out where the kind's row says that the provider stumbles over it, or where the settings switch it off
/// and the provider does not say that it takes it.
pub fn uses_pkce(upstream: &Upstream, endpoints: &Endpoints) -> bool {
    let is_off = upstream.text("pkceEnabled") == Some("false");
    upstream.preset.pkce && (!is_off || endpoints.takes_pkce)
}

/// The nonce is checked unless the provider is known not to return it.
pub fn uses_nonce(upstream: &Upstream) -> bool {
    upstream.is_openid() && upstream.preset.nonce && !upstream.has("disableNonce")
}

fn parameters(upstream: &Upstream, wishes: &Wishes) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            all.insert(name.to_owned(), value);
        }
    };
    for (name, value) in upstream.preset.parameters {
        put(name, Some((*value).to_owned()));
    }
    let own_prompt = upstream.text("prompt").map(str::to_owned);
    let prompt = match wishes.prompt.as_deref() {
        // What may not ask comes here only where the settings let it through.
        Some("none") => wishes.prompt.clone(),
        _ => own_prompt.or_else(|| wishes.prompt.clone()),
    };
    put("prompt", prompt.filter(|prompt| prompt != "unspecified"));
    if upstream.has("loginHint") {
        put("login_hint", wishes.login_hint.clone());
    }
    if upstream.has("uiLocales") {
        put("ui_locales", wishes.ui_locales.clone());
    }
    if upstream.has("passMaxAge") {
        put("max_age", wishes.max_age.map(|age| age.to_string()));
    }
    let passed = upstream.text("forwardParameters").unwrap_or("acr_values");
    for name in passed.split(',').map(str::trim) {
        put(name, wishes.others.get(name).cloned());
    }
    if upstream.preset.id == "google" {
        put("hd", upstream.text("hostedDomain").map(str::to_owned));
        let offline = upstream.has("offlineAccess");
        put("access_type", offline.then(|| "offline".to_owned()));
    }
    all
}
