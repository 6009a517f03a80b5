//! A realm in a fresh database, and the words in which the tests speak about it.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use cloakroom_jose::base64url;
use cloakroom_model::component::Component;
use cloakroom_model::id::{ClientUuid, MapperId, SessionId, UserId};
use cloakroom_model::mapper::{self, Mapper};
use cloakroom_model::realm::{FRONT_CHANNEL_ACCESS, Settings};
use cloakroom_model::session::{self, Session};
use cloakroom_model::{Cx, Door, Realm, Secret, Ttl, client, scope, user};
use cloakroom_oidc::authorize::{AuthorizationRequest, Decision, Fetched, Response};
use cloakroom_oidc::client_auth::Credentials;
use cloakroom_oidc::dpop::{Presented, Proof};
use cloakroom_oidc::issue::Issued;
use cloakroom_oidc::keyring::generate;
use cloakroom_oidc::token::TokenRequest;
use cloakroom_oidc::userinfo::Body;
use cloakroom_oidc::{Error, Form, OAuthError, Provider};
pub(crate) use cloakroom_testkit::NOW;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Map, Value};

/// The verifier of RFC 7636 Appendix B, and its challenge.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Where the client `shop` is answered.
pub(crate) const CALLBACK: &str = "https://shop.example/cb";

/// The secret of every client that has one.
pub(crate) const SECRET: &str = "a-secret-that-nobody-guesses-0123456789";

/// A realm with the users alice and bob, the confidential clients `shop` and `other`, and the public
/// client `app`.
pub(crate) struct World {
    base: cloakroom_testkit::World,
    pub(crate) provider: Arc<Provider>,
}

impl Deref for World {
    type Target = cloakroom_testkit::World;

    fn deref(&self) -> &Self::Target {
        &self.base
    }
}

/// Tokens as a client gets them.
#[derive(Clone, Debug)]
pub(crate) struct Tokens(pub(crate) Value);

impl Tokens {
    pub(crate) fn text(&self, name: &str) -> String {
        self.0[name].as_str().unwrap_or_default().to_owned()
    }

    /// The claims of one of the tokens.
    pub(crate) fn claims(&self, name: &str) -> Value {
        claims_of(&self.text(name))
    }
}

/// The claims of a token, unverified.
pub(crate) fn claims_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a token has three parts");
    serde_json::from_slice(&base64url::decode(payload).unwrap()).unwrap()
}

/// Keys take long to make, and no test needs its own.
fn keys() -> Vec<Component> {
    static KEYS: OnceLock<Vec<Component>> = OnceLock::new();
    let make = || generate::of_new_realm("acme", NOW, &mut StdRng::seed_from_u64(7)).unwrap();
    KEYS.get_or_init(make).clone()
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// A realm that gives access tokens by the browser.
    pub(crate) fn giving_access() -> Self {
        Self::with(|settings| {
            let name = FRONT_CHANNEL_ACCESS.to_owned();
            settings.attributes.insert(name, "true".to_owned());
        })
    }

    fn with(change: fn(&mut Settings)) -> Self {
        let world = Self {
            base: cloakroom_testkit::World::new(keys(), change),
            provider: Arc::new(Provider::new("https://id.example")),
        };
        for name in ["alice", "bob"] {
            world.add_user(name, true);
        }
        for (name, is_public) in [("shop", false), ("other", false), ("app", true)] {
            world.run(move |cx| add_client(cx, name, is_public));
        }
        world
    }

    /// Runs a unit of work that cannot fail.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Cx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> T {
        self.base.run(work)
    }

    fn snapshot(&self) -> Arc<Realm> {
        self.run(|cx| Ok(Arc::clone(cx.realm)))
    }

    /// Changes the settings of a client.
    pub(crate) fn set(&self, client_id: &'static str, change: fn(&mut client::Settings)) {
        self.run(move |cx| {
            let known = client::find(cx, client_id)?.unwrap();
            let mut settings = known.settings.clone();
            change(&mut settings);
            let draft = client::Draft {
                id: known.id.clone(),
                client_id: client_id.to_owned(),
                enabled: true,
                settings,
                secret: client::reveal_secret(cx, &known)?,
            };
            Ok(client::update(cx, &draft)?)
        });
    }

    /// Gives a client a mapper.
    pub(crate) fn add_mapper(
        &self,
        client_id: &'static str,
        kind: &'static str,
        config: &'static [(&'static str, &'static str)],
    ) {
        self.run(move |cx| {
            let owner = client::find(cx, client_id)?.unwrap();
            let pairs = config.iter();
            let mapper = Mapper {
                id: MapperId::new(cx.new_id()),
                owner_id: owner.id.to_string(),
                name: kind.to_owned(),
                protocol: "openid-connect".to_owned(),
                mapper: kind.to_owned(),
                config: pairs
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
            };
            Ok(mapper::insert(cx, &mapper)?)
        });
    }

    /// The id of a user.
    pub(crate) fn user_id(&self, name: &'static str) -> UserId {
        self.run(move |cx| Ok(user::find_by_username(cx, name)?.unwrap().id))
    }

    /// Somebody signs in with a browser.
    pub(crate) fn session_of(&self, name: &'static str) -> Session {
        self.run(move |cx| {
            let user = user::find_by_username(cx, name)?.unwrap();
            let session = Session {
                id: SessionId::new(cx.new_id()),
                offline: false,
                user: user.id,
                cookie: None,
                started_at: cx.now,
                last_access: cx.now,
                auth_time: cx.now,
                acr: "1".to_owned(),
                amr: "pwd".to_owned(),
                ip: "192.0.2.7".to_owned(),
                user_agent: "test".to_owned(),
                remember_me: false,
                notes: Map::new(),
                expires_at: cx.now.plus(Ttl::seconds(36_000)),
            };
            session::insert(cx, &session)?;
            Ok(session)
        })
    }

    /// Sends an authorization request.
    pub(crate) fn authorize(&self, parameters: &[(&str, &str)]) -> Decision {
        let form = form(parameters);
        let provider = Arc::clone(&self.provider);
        self.run(move |cx| provider.authorize(cx, &form, &Fetched::default()))
    }

    /// The response to a good request, for somebody who is signed in.
    pub(crate) fn respond(&self, parameters: &[(&str, &str)], session: &Session) -> Response {
        let Decision::Ask(request, _) = self.authorize(parameters) else {
            panic!("the request is refused");
        };
        self.answered(*request, session)
    }

    /// The same for a request that was checked before.
    pub(crate) fn answered(&self, request: AuthorizationRequest, session: &Session) -> Response {
        let (provider, session) = (Arc::clone(&self.provider), session.clone());
        let answer = self.run(move |cx| Ok(request.respond(cx, &provider, &session, Some(1))?));
        let Some(tokens) = answer.tokens() else {
            return answer.response().clone();
        };
        let signed = tokens.minted.sign(&self.snapshot()).unwrap();
        answer.with_signed(&signed.encrypt(None).unwrap())
    }

    /// A code for a user at a client.
    pub(crate) fn code_for(&self, user: &'static str, client_id: &str) -> String {
        self.code_with(user, client_id, &[])
    }

    /// The same, with further parameters.
    pub(crate) fn code_with(
        &self,
        user: &'static str,
        client_id: &str,
        more: &[(&str, &str)],
    ) -> String {
        let session = self.session_of(user);
        let response = self.respond(&request_of(client_id, more), &session);
        let code = response.parameters.iter().find(|(name, _)| *name == "code");
        code.unwrap().1.clone()
    }

    /// Asks the token endpoint.
    pub(crate) fn token(&self, parameters: &[(&str, &str)]) -> Result<Tokens, OAuthError> {
        let request = TokenRequest {
            credentials: Credentials::default(),
            form: form(parameters),
            ip: "192.0.2.7".to_owned(),
            user_agent: "test".to_owned(),
            proof: Proof::default(),
        };
        let provider = Arc::clone(&self.provider);
        let issued = self.enter(move |cx| provider.token(cx, &request, Door::Write));
        match issued {
            Ok(Issued::Minted(minted)) => {
                let signed = minted.sign(&self.snapshot()).unwrap();
                Ok(Tokens(signed.encrypt(None).unwrap()))
            }
            Ok(Issued::NeedsWrite) => panic!("the door writes"),
            Ok(Issued::Answer(answer)) => panic!("no tokens: {answer}"),
            Err(Error::Denied(denied)) => Err(denied),
            Err(Error::Fault(fault)) => panic!("{fault}"),
        }
    }

    /// Trades a code with what the client usually sends.
    pub(crate) fn trade(&self, client_id: &str, code: &str) -> Result<Tokens, OAuthError> {
        self.token(&trade_of(client_id, code))
    }

    /// Trades a refresh token.
    pub(crate) fn refresh(&self, client_id: &str, token: &str) -> Result<Tokens, OAuthError> {
        let mut parameters = vec![
            ("grant_type", "refresh_token"),
            ("client_id", client_id),
            ("refresh_token", token),
        ];
        if client_id != "app" {
            parameters.push(("client_secret", SECRET));
        }
        self.token(&parameters)
    }

    /// Asks the userinfo endpoint.
    pub(crate) fn userinfo(&self, token: &str) -> Result<Value, OAuthError> {
        let (provider, token) = (Arc::clone(&self.provider), Presented::bearer(token));
        match self.enter(move |cx| provider.userinfo(cx, &token)) {
            Ok(found) => match found.sign(&self.snapshot()).unwrap().encrypt(None).unwrap() {
                Body::Json(claims) => Ok(claims),
                Body::Jwt(token) => Ok(claims_of(&token)),
            },
            Err(Error::Denied(denied)) => Err(denied),
            Err(Error::Fault(fault)) => panic!("{fault}"),
        }
    }
}

/// What a client sends for a code, with PKCE.
pub(crate) fn request_of<'a>(
    client_id: &'a str,
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut parameters = vec![
        ("client_id", client_id),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in more {
        parameters.retain(|(known, _)| known != name);
        parameters.push((name, value));
    }
    parameters
}

/// What a client sends with a code.
pub(crate) fn trade_of<'a>(client_id: &'a str, code: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut parameters = vec![
        ("grant_type", "authorization_code"),
        ("client_id", client_id),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("code", code),
    ];
    if client_id != "app" {
        parameters.push(("client_secret", SECRET));
    }
    parameters
}

pub(crate) fn form(parameters: &[(&str, &str)]) -> Form {
    Form::from_pairs(parameters.iter().copied()).unwrap()
}

/// The error in a response to the client.
pub(crate) fn error_of(decision: &Decision) -> Option<&str> {
    let Decision::Redirect(response) = decision else {
        return None;
    };
    let error = response
        .parameters
        .iter()
        .find(|(name, _)| *name == "error");
    error.map(|(_, text)| text.as_str())
}

fn add_client(cx: &mut Cx<'_>, name: &str, is_public: bool) -> Result<(), Error> {
    let id = ClientUuid::new(cx.new_id());
    let draft = client::Draft {
        id: id.clone(),
        client_id: name.to_owned(),
        enabled: true,
        settings: client::Settings {
            client_authenticator_type: "client-secret".to_owned(),
            redirect_uris: vec![CALLBACK.to_owned()],
            standard_flow_enabled: true,
            full_scope_allowed: true,
            public_client: is_public,
            protocol: Some("openid-connect".to_owned()),
            ..client::Settings::default()
        },
        secret: (!is_public).then(|| Secret::new(SECRET)),
    };
    client::insert(cx, &draft)?;
    for (scopes, is_default) in [
        (cx.realm.default_scopes.clone(), true),
        (cx.realm.optional_scopes.clone(), false),
    ] {
        for one in scopes {
            scope::link(cx, id.as_str(), &one, is_default)?;
        }
    }
    Ok(())
}
