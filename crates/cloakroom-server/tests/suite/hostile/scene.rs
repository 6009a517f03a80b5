//! What hostile requests are sent to: realms with clients of every kind, somebody signed in, and honest requests that
//! a row differs from in one point.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::invariant;
use super::photos::Photos;
use crate::browser::{Browser, Callback};
use crate::conformance::party::{basic, fresh};
use crate::http::{Answer, Request, encode, text};
use crate::jwt;
use crate::realm::{CALLBACK, Client, Person, Realm};
use crate::server::Server;

/// Where the other client is called back.
pub(super) const OTHER_CALLBACK: &str = "https://other.test/callback";

/// The realms, and what stands in them.
pub(super) struct Scene {
    pub(super) realm: Realm,
    pub(super) person: Person,
    /// Signs people in, confidential, and named in the tokens for `api`.
    pub(super) web: Client,
    /// Signs people in, public, with PKCE.
    pub(super) spa: Client,
    /// Signs people in under another address, after asking them.
    pub(super) other: Client,
    /// Is answered with ID tokens as well, in a realm that gives no access tokens by the browser.
    pub(super) hybrid: Client,
    /// Acts for itself.
    pub(super) machine: Client,
    /// Acts for itself, and proves itself by an HMAC.
    pub(super) signer: Client,
    /// Introspects tokens, and trades them.
    pub(super) api: Client,
    /// Protects an album.
    pub(super) photos: Photos,
    /// Tokens and a client of another realm.
    foreign: BTreeMap<&'static str, String>,
    /// A browser in which the person is signed in.
    browser: Mutex<Browser>,
    /// Nothing that a request names may be fetched.
    canary: TcpListener,
}

/// A request as an honest client sends it.
#[derive(Clone, Debug)]
pub(super) struct Honest {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
}

impl Honest {
    pub(super) fn request(&self) -> Request {
        let is_query = self.method != "POST";
        let mut request = match (is_query, self.parameters.is_empty()) {
            (true, true) => Request::new(&self.method, &self.path),
            (true, false) => {
                let mark = if self.path.contains('?') { '&' } else { '?' };
                let target = format!("{}{mark}{}", self.path, encode(&self.parameters));
                Request::new(&self.method, &target)
            }
            (false, _) => Request::form(&self.path, &self.parameters),
        };
        request.headers.extend(self.headers.clone());
        request
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Scene {
    pub(super) fn set(server: &Arc<Server>) -> Self {
        let realm = Realm::create(server, "hostile", Value::Null);
        let audience = json!([{
            "name": "for the API", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
            "config": {"included.client.audience": "api", "access.token.claim": "true"},
        }]);
        let machine = json!({"standardFlowEnabled": false, "serviceAccountsEnabled": true});
        let signer = json!({
            "standardFlowEnabled": false, "serviceAccountsEnabled": true,
            "clientAuthenticatorType": "client-secret-jwt",
        });
        let canary = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        canary.set_nonblocking(true).unwrap();
        let person = realm.create_person("ada", Value::Null);
        Self {
            photos: Photos::set(server, &realm, &person),
            person,
            api: realm.create_client(
                "api",
                json!({
                    "standardFlowEnabled": false,
                    "attributes": {"standard.token.exchange.enabled": "true"},
                }),
            ),
            web: realm.create_client("web", json!({"protocolMappers": audience})),
            spa: realm.create_client(
                "spa",
                json!({
                    "publicClient": true, "redirectUris": [CALLBACK, "http://127.0.0.1/cb"],
                    "attributes": {"pkce.code.challenge.method": "S256"},
                }),
            ),
            other: realm.create_client(
                "other",
                json!({"redirectUris": [OTHER_CALLBACK], "consentRequired": true}),
            ),
            hybrid: realm.create_client("hybrid", json!({"implicitFlowEnabled": true})),
            machine: realm.create_client("machine", machine),
            signer: realm.create_client("signer", signer),
            foreign: foreign(server),
            browser: Mutex::new(Browser::new(server)),
            canary,
            realm,
        }
    }

    pub(super) fn server(&self) -> &Server {
        &self.realm.server
    }

    pub(super) fn browser(&self) -> Browser {
        Browser::new(&self.realm.server)
    }

    /// The addresses that clients of the realm have registered.
    pub(super) fn callbacks(&self) -> [String; 2] {
        [CALLBACK.to_owned(), OTHER_CALLBACK.to_owned()]
    }

    /// Sends a hostile request, and checks what always holds.
    pub(super) fn send(&self, request: &Request, sent: &[String]) -> Answer {
        let answer = self.server().send(request);
        invariant::check(self, &request.target, sent, &answer);
        answer
    }

    /// Sends an honest request that was changed.
    pub(super) fn play(&self, changed: &Honest) -> Answer {
        let sent: Vec<String> = changed
            .parameters
            .iter()
            .map(|(_, value)| value.clone())
            .collect();
        self.send(&changed.request(), &sent)
    }

    /// Nobody was called whom only a request named.
    pub(super) fn check_canary(&self) {
        assert!(
            self.canary.accept().is_err(),
            "an address of the request was fetched"
        );
    }

    /// The cookies of somebody who is signed in.
    pub(super) fn cookies(&self) -> String {
        let mut browser = self.browser.lock().unwrap();
        self.code_in(&mut browser, &self.authorize(&self.web));
        browser.cookies()
    }

    /// An honest authorization request.
    pub(super) fn authorize(&self, client: &Client) -> Honest {
        let callback = match client.id == self.other.id {
            true => OTHER_CALLBACK,
            false => CALLBACK,
        };
        let mut honest = self.get("auth");
        for (name, value) in [
            ("client_id", client.id.as_str()),
            ("redirect_uri", callback),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", &fresh()),
            ("nonce", &fresh()),
        ] {
            honest = honest.with(name, value);
        }
        honest
    }

    /// The answer to an authorization request from a browser whose user allows everything.
    pub(super) fn code_in(&self, browser: &mut Browser, asked: &Honest) -> Callback {
        let target = asked.request().target;
        let callback = browser.answer(&target, &self.person).client();
        assert!(!callback.get("code").is_empty(), "{callback:?}");
        self.server().keep_secret(callback.get("code"));
        callback
    }

    /// A code of a client, for somebody who is signed in already.
    pub(super) fn code(&self, client: &Client) -> String {
        let mut browser = self.browser.lock().unwrap();
        let callback = self.code_in(&mut browser, &self.authorize(client));
        callback.get("code").to_owned()
    }

    /// An honest token request for a code.
    pub(super) fn redemption(&self, client: &Client, code: &str) -> Honest {
        let callback = match client.id == self.other.id {
            true => OTHER_CALLBACK,
            false => CALLBACK,
        };
        self.post("token", Some(client))
            .with("grant_type", "authorization_code")
            .with("code", code)
            .with("redirect_uri", callback)
    }

    /// The tokens of somebody who is signed in, or of a sign-in of its own.
    pub(super) fn tokens(&self, own_session: bool) -> Value {
        let code = match own_session {
            true => {
                let asked = self.authorize(&self.web);
                self.code_in(&mut self.browser(), &asked)
                    .get("code")
                    .to_owned()
            }
            false => self.code(&self.web),
        };
        let answer = self.play(&self.redemption(&self.web, &code));
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    pub(super) fn refresh(&self, token: &str) -> Honest {
        self.post("token", Some(&self.web))
            .with("grant_type", "refresh_token")
            .with("refresh_token", token)
    }

    pub(super) fn userinfo(&self, token: &str) -> Honest {
        let mut honest = self.get("userinfo");
        honest
            .headers
            .push(("Authorization".to_owned(), format!("Bearer {token}")));
        honest
    }

    pub(super) fn get(&self, endpoint: &str) -> Honest {
        Honest {
            method: "GET".to_owned(),
            path: self.realm.path(endpoint),
            parameters: Vec::new(),
            headers: Vec::new(),
        }
    }

    pub(super) fn post(&self, endpoint: &str, client: Option<&Client>) -> Honest {
        let proof = client.map(|client| ("Authorization".to_owned(), basic(client)));
        Honest {
            method: "POST".to_owned(),
            headers: proof.into_iter().collect(),
            ..self.get(endpoint)
        }
    }

    /// The honest request that a row names.
    pub(super) fn honest(&self, name: &str) -> Honest {
        let token = |own, name| text(&self.tokens(own), name).to_owned();
        match name {
            "authorize" => self.authorize(&self.web),
            "authorize by POST" => Honest {
                method: "POST".to_owned(),
                ..self.authorize(&self.web)
            },
            "authorize for a public client" => self
                .authorize(&self.spa)
                .with("code_challenge", &jwt::challenge(&fresh().repeat(2)))
                .with("code_challenge_method", "S256"),
            "authorize for an ID token" => self
                .authorize(&self.hybrid)
                .with("response_type", "code id_token"),
            "redeem a code" => self.redemption(&self.web, &self.code(&self.web)),
            "refresh" => self.refresh(&token(true, "refresh_token")),
            "client credentials" => {
                let honest = self.post("token", Some(&self.machine));
                honest.with("grant_type", "client_credentials")
            }
            "introspect" => {
                let honest = self.post("token/introspect", Some(&self.api));
                honest.with("token", &token(false, "access_token"))
            }
            "revoke" => {
                let honest = self.post("revoke", Some(&self.web));
                honest.with("token", &token(true, "refresh_token"))
            }
            "push" => Honest {
                parameters: self.authorize(&self.web).parameters,
                ..self.post("ext/par/request", Some(&self.web))
            },
            "exchange" => {
                let kind = "urn:ietf:params:oauth:token-type:access_token";
                self.post("token", Some(&self.api))
                    .with(
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:token-exchange",
                    )
                    .with("subject_token", &token(false, "access_token"))
                    .with("subject_token_type", kind)
            }
            "userinfo" => self.userinfo(&token(false, "access_token")),
            "log out" => {
                let honest = self
                    .get("logout")
                    .with("post_logout_redirect_uri", CALLBACK);
                honest.with("id_token_hint", &token(true, "id_token"))
            }
            "log out by token" => {
                let honest = self.post("logout", Some(&self.web));
                honest.with("refresh_token", &token(true, "refresh_token"))
            }
            "sign in" => self.sign_in(),
            "discovery" => Honest {
                path: format!(
                    "/realms/{}/.well-known/openid-configuration",
                    self.realm.name
                ),
                ..self.get("")
            },
            "certs" => self.get("certs"),
            "list users" => Honest {
                path: format!("/admin/realms/{}/users", self.realm.name),
                headers: vec![(
                    "Authorization".to_owned(),
                    format!("Bearer {}", self.realm.admin_token()),
                )],
                ..self.get("")
            },
            "create a user" => Honest {
                method: "POST".to_owned(),
                ..self.honest("list users")
            },
            _ => match self.photos.honest(self, name) {
                Some(honest) => honest,
                None => panic!("no honest request is called {name}"),
            },
        }
    }

    /// The sign-in form, filled in by the person in a browser of their own.
    pub(super) fn sign_in(&self) -> Honest {
        let mut browser = self.browser();
        let page = browser
            .open(&self.authorize(&self.web).request().target)
            .page();
        let mut form = page.form("kc-form-login").unwrap();
        form.set("username", &self.person.username);
        form.set("password", &self.person.password);
        Honest {
            method: "POST".to_owned(),
            path: form.action.replace(&self.server().base, ""),
            parameters: form.fields,
            headers: vec![("Cookie".to_owned(), browser.cookies())],
        }
    }

    /// A text with what the scene has in place of each `${NAME}`.
    pub(super) fn filled(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, behind) = after.split_once('}').expect("the name ends");
            filled.push_str(before);
            filled.push_str(&self.value(name));
            rest = behind;
        }
        filled + rest
    }

    fn value(&self, name: &str) -> String {
        let token = |name| text(&self.tokens(false), name).to_owned();
        match name {
            "realm" => self.realm.name.clone(),
            "issuer" => self.realm.issuer(),
            "base" => self.server().base.clone(),
            "canary" => format!("http://{}", self.canary.local_addr().unwrap()),
            "code" => self.code(&self.web),
            "code of another client" => self.code(&self.other),
            "access token" => token("access_token"),
            "refresh token" => token("refresh_token"),
            "ID token" => token("id_token"),
            "unsigned access token" => jwt::unsigned(&jwt::claims(&token("access_token"))),
            "unsigned ID token" => jwt::unsigned(&jwt::claims(&token("id_token"))),
            "long" => "x".repeat(50_000),
            "longish" => "x".repeat(3_000),
            "cookies" => {
                let pairs = (0..1000).map(|number| format!("c{number}=x"));
                pairs.collect::<Vec<_>>().join("; ")
            }
            "secret of web" => self.web.secret.clone(),
            _ => match self.foreign.get(name) {
                Some(value) => value.clone(),
                None => match self.photos.value(self, name) {
                    Some(value) => value,
                    None => panic!("the scene has no {name}"),
                },
            },
        }
    }
}

/// Another realm with a client and a user of the same names, and what they got there.
fn foreign(server: &Arc<Server>) -> BTreeMap<&'static str, String> {
    let realm = Realm::create(server, "elsewhere", Value::Null);
    let person = realm.create_person("ada", Value::Null);
    let web = realm.create_client("web", Value::Null);
    let mut browser = Browser::new(server);
    let mut code = || {
        let fields = [
            ("client_id", "web"),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
        ];
        let target = format!("{}?{}", realm.path("auth"), encode(&fields));
        browser
            .answer(&target, &person)
            .client()
            .get("code")
            .to_owned()
    };
    let first = code();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", first.as_str()),
        ("redirect_uri", CALLBACK),
    ];
    let request = Request::form(&realm.path("token"), &fields).with("Authorization", &basic(&web));
    let tokens = server.send(&request).json();
    let token = |name| text(&tokens, name).to_owned();
    BTreeMap::from([
        ("foreign access token", token("access_token")),
        ("foreign refresh token", token("refresh_token")),
        ("foreign ID token", token("id_token")),
        ("foreign code", code()),
    ])
}
