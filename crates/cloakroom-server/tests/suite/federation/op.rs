//! An OpenID provider that does what it should, and whose answers a test may change.

use std::sync::{Arc, Mutex};

use cloakroom_jose::{Alg, Jwk, SigningKey};
use serde_json::{Value, json};

use super::stand_in::{Given, Received, StandIn};
use crate::conformance::party;
use crate::http::decode;

/// What we are called there.
pub(super) const CLIENT: &str = "cloakroom-at-upstream";
/// What proves us there.
pub(super) const SECRET: &str = "the-secret-that-upstream-made-for-cloakroom";

/// What the provider says next.
#[derive(Clone)]
pub(super) struct Says {
    pub(super) discovery: Value,
    pub(super) jwks: Value,
    /// Keys that are at an address which none but a token names.
    pub(super) own_jwks: Value,
    /// The claims of the next ID token; `nonce` is filled in when the browser arrives.
    pub(super) claims: Value,
    pub(super) key: Arc<SigningKey>,
    /// An ID token in place of the one that is made.
    pub(super) id_token: Option<String>,
    pub(super) userinfo: Value,
    /// Members of the token endpoint's answer in place of the usual ones.
    pub(super) tokens: Value,
    pub(super) token: Option<Given>,
    pub(super) userinfo_answer: Option<Given>,
}

/// An OpenID provider at a path of its own.
#[derive(Clone)]
pub(super) struct Op {
    pub(super) stand_in: StandIn,
    /// Answers the same inside the network.
    pub(super) inside: StandIn,
    pub(super) path: String,
    pub(super) issuer: String,
    says: Arc<Mutex<Says>>,
}

/// The keys of all honest providers: made once, because making them is what takes time.
pub(super) fn key(name: &str) -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Alg::ES256, name).unwrap())
}

pub(super) fn jwks(keys: &[&SigningKey]) -> Value {
    let keys = keys
        .iter()
        .map(|key| Jwk::from_verifying_key(key.verifying_key()).unwrap());
    json!({"keys": keys.map(|jwk| serde_json::to_value(&jwk).unwrap()).collect::<Vec<_>>()})
}

pub(super) fn now() -> i64 {
    party::now()
}

impl Op {
    /// Starts one that knows somebody called `name`.
    pub(super) fn open((stand_in, inside): (&StandIn, &StandIn), name: &str) -> Self {
        let path = format!("/{name}");
        let issuer = format!("{}{path}", stand_in.base);
        let key = key("upstream-1");
        let says = Says {
            discovery: json!({
                "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/jwks"),
                "userinfo_endpoint": format!("{issuer}/userinfo"),
                "end_session_endpoint": format!("{issuer}/logout"),
                "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
            }),
            jwks: jwks(&[&key]),
            own_jwks: json!({"keys": []}),
            claims: json!({
                "iss": issuer, "aud": CLIENT, "sub": format!("sub-of-{name}"),
                "iat": now(), "exp": now() + 300, "sid": format!("sid-of-{name}"),
            }),
            userinfo: json!({
                "sub": format!("sub-of-{name}"), "preferred_username": name,
                "email": format!("{name}@upstream.test"), "email_verified": true,
                "given_name": "Grace", "family_name": "Hopper",
            }),
            key,
            id_token: None,
            tokens: json!({}),
            token: None,
            userinfo_answer: None,
        };
        let op = Self {
            stand_in: stand_in.clone(),
            inside: inside.clone(),
            path,
            issuer,
            says: Arc::new(Mutex::new(says)),
        };
        op.listen(stand_in);
        op.listen(inside);
        op
    }

    fn listen(&self, stand_in: &StandIn) {
        let says = || Arc::clone(&self.says);
        let at = |path: &str| format!("{}{path}", self.path);
        let said = says();
        stand_in.on(&at("/.well-known/openid-configuration"), move |_| {
            Given::json(&said.lock().unwrap().discovery)
        });
        let said = says();
        stand_in.on(&at("/jwks"), move |_| {
            Given::json(&said.lock().unwrap().jwks)
        });
        let said = says();
        stand_in.on(&at("/userinfo"), move |_| {
            let said = said.lock().unwrap();
            let usual = || Given::json(&said.userinfo);
            said.userinfo_answer.clone().unwrap_or_else(usual)
        });
        let said = says();
        stand_in.on(&at("/token"), move |_| said.lock().unwrap().answer());
        // Where a redirect leads to, all is well.
        let said = says();
        stand_in.on(&at("/moved/userinfo"), move |_| {
            Given::json(&said.lock().unwrap().userinfo)
        });
        let said = says();
        stand_in.on(&at("/moved/token"), move |_| said.lock().unwrap().issue());
        let said = says();
        stand_in.on(&at("/moved/jwks"), move |_| {
            Given::json(&said.lock().unwrap().own_jwks)
        });
    }

    /// Changes what it says from now on.
    pub(super) fn change(&self, change: impl FnOnce(&mut Says)) {
        change(&mut self.says.lock().unwrap());
    }

    /// The browser arrives with this query: what it is sent with goes into the next ID token.
    pub(super) fn arrive(&self, query: &[(String, String)]) {
        let nonce = query.iter().find(|(name, _)| name == "nonce");
        if let Some((_, nonce)) = nonce {
            self.change(|says| says.claims["nonce"] = json!(nonce));
        }
    }

    /// What came to the token endpoint.
    pub(super) fn token_requests(&self) -> Vec<Received> {
        self.stand_in.asked(&format!("{}/token", self.path))
    }

    pub(super) fn asked(&self, path: &str) -> usize {
        self.stand_in.asked(&format!("{}{path}", self.path)).len()
    }
}

impl Says {
    fn answer(&self) -> Given {
        self.token.clone().unwrap_or_else(|| self.issue())
    }

    fn issue(&self) -> Given {
        let made = || {
            let payload = self.claims.to_string();
            self.key.sign("JWT", payload.as_bytes()).unwrap()
        };
        let id_token = self.id_token.clone().unwrap_or_else(made);
        let mut answer = json!({
            "access_token": "an-access-token-of-upstream-that-nobody-logs", "token_type": "Bearer",
            "expires_in": 300, "id_token": id_token,
        });
        for (name, value) in self.tokens.as_object().unwrap() {
            answer[name] = value.clone();
        }
        Given::json(&answer)
    }
}

/// The query of an address.
pub(super) fn query_of(address: &str) -> Vec<(String, String)> {
    decode(address.split_once('?').map_or("", |(_, query)| query))
}
