//! Tokens that are bound to a client's key (RFC 9449) over HTTP: how they come to be, where they are good, and all that gets none.

mod code;
mod fapi;
mod grants;
mod key;
mod proofs;
mod resources;

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::conformance::party::{basic, fresh};
use crate::http::{Answer, Request, encode, text};
use crate::jwt;
use crate::realm::{CALLBACK, Client, Person, Realm};
use crate::server::Server;
use key::{Key, Made};

type Story = (&'static str, fn(&Scene));

/// A realm with a client of each kind.
struct Scene {
    realm: Realm,
    ada: Person,
    /// Confidential; it brings a proof or not.
    web: Client,
    /// Public; it brings a proof or not.
    app: Client,
    /// Confidential, and switched to bound tokens.
    strict: Client,
    /// Public, and switched to bound tokens.
    strict_app: Client,
}

/// The parameters of a request.
type Fields = Vec<(&'static str, String)>;

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let all = [
        code::STORIES,
        fapi::STORIES,
        grants::STORIES,
        proofs::STORIES,
        resources::STORIES,
    ];
    let scene = Arc::new(Scene::set(server));
    let trial = |&(name, story): &Story| {
        let scene = Arc::clone(&scene);
        Trial::test(
            format!("{}::possession::{name}", server.database),
            move || {
                story(&scene);
                Ok(())
            },
        )
    };
    all.into_iter().flatten().map(trial).collect()
}

impl Scene {
    fn set(server: &Arc<Server>) -> Self {
        let realm = Realm::create(server, "possession", json!({"accessTokenLifespan": 120}));
        let client = |id: &str, is_public: bool, is_strict: bool| {
            let mut settings = json!({
                "publicClient": is_public, "webOrigins": ["https://app.example"], "directAccessGrantsEnabled": true,
                "serviceAccountsEnabled": !is_public,
                "attributes": {
                    "oauth2.device.authorization.grant.enabled": "true",
                    "oauth2.device.polling.interval": "1",
                    "standard.token.exchange.enabled": "true",
                    "dpop.bound.access.tokens": is_strict.to_string(),
                },
                "protocolMappers": [{
                    "name": "for the API", "protocol": "openid-connect",
                    "protocolMapper": "oidc-audience-mapper",
                    "config": {"included.client.audience": "web", "access.token.claim": "true"},
                }],
            });
            if is_public {
                settings["secret"] = Value::Null;
            }
            realm.create_client(id, settings)
        };
        Self {
            web: client("web", false, false),
            app: client("app", true, false),
            strict: client("strict", false, true),
            strict_app: client("strict-app", true, true),
            ada: realm.create_person("ada", json!({})),
            realm,
        }
    }

    fn server(&self) -> &Arc<Server> {
        &self.realm.server
    }

    /// The address of an endpoint, as clients know it.
    fn url(&self, endpoint: &str) -> String {
        format!("{}{}", self.server().base, self.realm.path(endpoint))
    }

    /// A POST to an endpoint of the protocol.
    fn posted(&self, endpoint: &str) -> Made<'static> {
        Made {
            method: "POST",
            url: self.url(endpoint),
            token: None,
        }
    }

    /// A right proof for the token endpoint.
    fn proof(&self, key: &Key) -> String {
        key.proof(&self.posted("token"))
    }

    fn is_public(&self, client: &Client) -> bool {
        [&self.app.id, &self.strict_app.id].contains(&&client.id)
    }

    /// A form of a client that proves itself as it has to, with these headers `DPoP`.
    fn form(
        &self,
        client: &Client,
        endpoint: &str,
        (fields, proofs): (Fields, &[&str]),
    ) -> Request {
        let mut fields = fields;
        if self.is_public(client) {
            fields.push(("client_id", client.id.clone()));
        }
        let mut request = Request::form(&self.realm.path(endpoint), &fields);
        if !self.is_public(client) {
            request = request.with("Authorization", &basic(client));
        }
        for proof in proofs {
            request = request.with("DPoP", proof);
        }
        request
    }

    fn post(&self, client: &Client, endpoint: &str, asked: (Fields, &[&str])) -> Answer {
        self.server().send(&self.form(client, endpoint, asked))
    }

    /// Asks for tokens by a password, which every client here may.
    fn by_password(&self, client: &Client, proofs: &[&str]) -> Answer {
        let fields = vec![
            ("grant_type", "password".to_owned()),
            ("username", self.ada.username.clone()),
            ("password", self.ada.password.clone()),
            ("scope", "openid".to_owned()),
        ];
        self.post(client, "token", (fields, proofs))
    }

    /// Asks for tokens of the client itself.
    fn by_itself(&self, client: &Client, proofs: &[&str]) -> Answer {
        let fields = vec![("grant_type", "client_credentials".to_owned())];
        self.post(client, "token", (fields, proofs))
    }

    /// The tokens that a client gets with a proof of this key.
    fn bound(&self, client: &Client, key: &Key) -> Value {
        let answer = self.by_password(client, &[&self.proof(key)]);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// Tokens that are good by themselves.
    fn plain(&self) -> Value {
        let answer = self.by_password(&self.web, &[]);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    fn refresh(&self, client: &Client, token: &str, proofs: &[&str]) -> Answer {
        let fields = vec![
            ("grant_type", "refresh_token".to_owned()),
            ("refresh_token", token.to_owned()),
        ];
        self.post(client, "token", (fields, proofs))
    }

    /// An authorization request with one more parameter, or none.
    fn asks(&self, client: &Client, more: Option<(&'static str, &str)>) -> Fields {
        let mut asked = vec![
            ("client_id", client.id.clone()),
            ("redirect_uri", CALLBACK.to_owned()),
            ("response_type", "code".to_owned()),
            ("scope", "openid".to_owned()),
            ("state", fresh()),
            ("nonce", fresh()),
        ];
        asked.extend(more.map(|(name, value)| (name, value.to_owned())));
        asked
    }

    /// The code that ada lets a client have.
    fn code(&self, asked: &[(&'static str, String)]) -> String {
        let target = format!("{}?{}", self.realm.path("auth"), encode(asked));
        let callback = Browser::new(self.server())
            .answer(&target, &self.ada)
            .client();
        let code = callback.get("code").to_owned();
        assert!(!code.is_empty(), "{callback:?}");
        code
    }

    fn redeem(&self, client: &Client, code: &str, proofs: &[&str]) -> Answer {
        let fields = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", CALLBACK.to_owned()),
        ];
        self.post(client, "token", (fields, proofs))
    }

    /// A request to a resource below the server, with a token under this scheme.
    fn resource(&self, (method, path): (&str, &str), (scheme, token): (&str, &str)) -> Request {
        Request::new(method, path)
            .with("Accept", "application/json")
            .with("Authorization", &format!("{scheme} {token}"))
    }

    /// The request at a resource that a proof is made for.
    fn at<'a>(&self, (method, path): (&'a str, &str), token: &'a str) -> Made<'a> {
        Made {
            method,
            url: format!("{}{path}", self.server().base),
            token: Some(token),
        }
    }
}

/// The answer is an OAuth error with this status and one of these codes, and nothing was issued.
fn assert_refused(answer: &Answer, status: u16, codes: &[&str]) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert!(codes.contains(&answer.error().as_str()), "{answer:?}");
    for name in ["access_token", "refresh_token", "id_token", "request_uri"] {
        assert_eq!(text(&answer.json(), name), "", "{answer:?}");
    }
}

/// The tokens are bound to this key, and say so.
fn assert_bound(tokens: &Value, key: &Key) {
    let claims = jwt::claims(text(tokens, "access_token"));
    assert_eq!(tokens["token_type"], "DPoP", "{tokens}");
    assert_eq!(claims["cnf"], json!({"jkt": key.thumbprint()}), "{claims}");
    assert_eq!(claims["typ"], "DPoP", "{claims}");
}
