//! The relying party of the plans: what it sends, and what it checks of each answer whatever the module is about.

mod front;

use std::sync::Arc;

use base64::Engine as _;
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::browser::{Browser, Callback, Place};
use crate::http::{Answer, Request, encode, text};
use crate::jwt;
use crate::realm::{CALLBACK, Client, Person, Realm};
use crate::server::Server;

/// How the provider answers the authorization request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As the response type has it: in the query.
    Query,
    /// The same for tokens: in the fragment.
    Fragment,
    /// `response_mode=form_post`.
    FormPost,
}

/// A relying party that is registered with a realm of its own.
pub(crate) struct Party {
    pub(crate) realm: Realm,
    pub(crate) metadata: Value,
    pub(crate) keys: JwkSet,
    pub(crate) person: Person,
    pub(crate) client: Client,
    /// Another client of the same realm.
    pub(crate) second: Client,
    mode: Mode,
    response_type: &'static str,
}

/// An authorization request, before it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Asked(pub(crate) Vec<(String, String)>);

/// The tokens of an answer that was checked.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) id: String,
    /// The ID token's header.
    pub(crate) header: Value,
    /// The ID token's claims.
    pub(crate) claims: Value,
    /// The whole answer.
    pub(crate) body: Value,
}

impl Asked {
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter();
        found
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Party {
    /// Makes the realm, its clients and its user, and reads what the provider says about itself.
    pub(crate) fn register(
        server: &Arc<Server>,
        plan: &str,
        (mode, response_type): (Mode, &'static str),
    ) -> Self {
        let is_code_alone = response_type == "code";
        let settings = json!({
            "internationalizationEnabled": true, "supportedLocales": ["en", "de"], "defaultLocale": "en",
            "attributes": {"cloakroom.frontChannelAccessTokens": (!is_code_alone).to_string()},
        });
        let flows = json!({
            "standardFlowEnabled": response_type.contains("code"), "implicitFlowEnabled": !is_code_alone,
        });
        let realm = Realm::create(server, plan, settings);
        // Most standard claims are none of a new realm's own attributes.
        realm.change(
            "/users/profile",
            json!({"unmanagedAttributePolicy": "ENABLED"}),
        );
        let metadata = server
            .send(&Request::get(&format!(
                "/realms/{plan}/.well-known/openid-configuration"
            )))
            .json();
        let keys = server.send(&Request::get(&realm.path("certs")));
        Self {
            keys: serde_json::from_str(&keys.body).expect("the keys can be read"),
            person: realm.create_person("ada", Value::Null),
            client: realm.create_client("first", flows.clone()),
            second: realm.create_client("second", flows),
            metadata,
            realm,
            mode,
            response_type,
        }
    }

    pub(crate) fn server(&self) -> &Server {
        &self.realm.server
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.realm.server)
    }

    pub(crate) fn lists(&self, name: &str, value: &str) -> bool {
        let listed = self.metadata[name].as_array();
        listed.is_some_and(|listed| listed.iter().any(|known| known == value))
    }

    /// The plan's authorization request.
    pub(crate) fn asks(&self) -> Asked {
        self.asks_as(&self.client)
    }

    pub(crate) fn asks_as(&self, client: &Client) -> Asked {
        let mut asked = vec![
            ("client_id", client.id.clone()),
            ("redirect_uri", CALLBACK.to_owned()),
            ("scope", "openid".to_owned()),
            ("state", fresh()),
            ("nonce", fresh()),
            ("response_type", self.response_type.to_owned()),
        ];
        if self.mode == Mode::FormPost {
            asked.push(("response_mode", "form_post".to_owned()));
        }
        let named = asked.into_iter();
        Asked(
            named
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    /// The address of an authorization request.
    pub(crate) fn target(&self, asked: &Asked) -> String {
        format!("{}?{}", self.realm.path("auth"), encode(&asked.0))
    }

    /// Opens the request in a browser and answers what the user is asked.
    pub(crate) fn authorize(&self, browser: &mut Browser, asked: &Asked) -> Callback {
        let place = browser.answer(&self.target(asked), &self.person);
        self.called_back(place, asked)
    }

    /// The answer has this part.
    pub(crate) fn gets(&self, part: &str) -> bool {
        self.response_type.split(' ').any(|own| own == part)
    }

    /// The client was called back with all parts of its response type and no other, in the way it asked for.
    pub(crate) fn called_back(&self, place: Place, asked: &Asked) -> Callback {
        let callback = self.delivered(place, asked);
        assert_eq!(callback.get("error"), "", "{callback:?}");
        for (part, name) in [
            ("code", "code"),
            ("token", "access_token"),
            ("id_token", "id_token"),
        ] {
            let value = callback.get(name);
            match self.gets(part) {
                true => assert!(value.len() >= 22, "{name} can be guessed: {callback:?}"),
                false => assert_eq!(value, "", "{name} was not asked for"),
            }
            if !value.is_empty() {
                self.server().keep_secret(value);
            }
        }
        callback
    }

    /// The client was called back, in the way it asked for, with its state and by whom it asked.
    pub(crate) fn delivered(&self, place: Place, asked: &Asked) -> Callback {
        let callback = place.client();
        let is_posted = callback.method == "POST";
        assert_eq!(is_posted, self.mode == Mode::FormPost, "{callback:?}");
        let redirect_uri = asked.get("redirect_uri").unwrap_or(CALLBACK);
        assert_eq!(
            callback.address.split(['?', '#']).next(),
            Some(redirect_uri)
        );
        // Where nothing says what the answer would have been, an error goes into the query.
        let in_fragment = self.mode == Mode::Fragment && asked.get("response_type").is_some();
        assert_eq!(callback.address.contains('#'), in_fragment, "{callback:?}");
        assert_eq!(
            callback.get("state"),
            asked.get("state").unwrap_or_default()
        );
        // RFC 9207: the metadata promises the parameter.
        assert_eq!(
            self.metadata["authorization_response_iss_parameter_supported"],
            true
        );
        assert_eq!(callback.get("iss"), self.realm.issuer());
        callback
    }

    /// The token request for a code, as the client authenticates by `client_secret_basic`.
    pub(crate) fn redeem(&self, callback: &Callback, asked: &Asked) -> Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", callback.get("code")),
            (
                "redirect_uri",
                asked.get("redirect_uri").unwrap_or(CALLBACK),
            ),
        ];
        self.post_token(&self.client, &fields)
    }

    pub(crate) fn post_token(&self, client: &Client, fields: &[(&str, &str)]) -> Answer {
        let request = Request::form(&self.realm.path("token"), fields);
        self.server()
            .send(&request.with("Authorization", &basic(client)))
    }

    /// Signs in with a browser and redeems the code.
    pub(crate) fn sign_in(&self, browser: &mut Browser, asked: &Asked) -> Tokens {
        let callback = self.authorize(browser, asked);
        self.obtain(&callback, asked)
    }

    /// Checks a token answer and its ID token (RFC 6749 §5.1, OpenID Connect Core 1.0 §3.1.3.7).
    pub(crate) fn tokens(&self, answer: &Answer, asked: &Asked) -> Tokens {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.is_json());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body = answer.json();
        assert!(
            text(&body, "token_type").eq_ignore_ascii_case("bearer"),
            "{body}"
        );
        assert!(
            body["expires_in"]
                .as_i64()
                .is_some_and(|seconds| seconds > 0),
            "{body}"
        );
        let access = text(&body, "access_token").to_owned();
        let is_printable = |text: &str| text.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
        assert!(access.len() >= 22 && is_printable(&access));
        let refresh = text(&body, "refresh_token").to_owned();
        assert!(is_printable(&refresh));
        let id = text(&body, "id_token").to_owned();
        let (header, claims) = jwt::verify(&id, &self.keys);
        self.check_id_token(&claims, &access, asked);
        Tokens {
            access,
            refresh,
            id,
            header,
            claims,
            body,
        }
    }

    fn check_id_token(&self, claims: &Value, access: &str, asked: &Asked) {
        assert_eq!(text(claims, "iss"), self.realm.issuer());
        let client = asked.get("client_id").unwrap_or(&self.client.id);
        let audience = &claims["aud"];
        let is_meant = audience == client || *audience == json!([client]);
        assert!(is_meant, "{claims}");
        assert!(
            claims.get("azp").is_none_or(|azp| azp == client),
            "{claims}"
        );
        let (issued, ends) = (seconds(claims, "iat"), seconds(claims, "exp"));
        assert!(issued < ends && (now() - issued).abs() < 300, "{claims}");
        let subject = text(claims, "sub");
        assert!(
            !subject.is_empty() && subject.len() <= 255 && subject.is_ascii(),
            "{claims}"
        );
        assert_eq!(
            claims.get("nonce").and_then(Value::as_str),
            asked.get("nonce")
        );
        if let Some(hash) = claims.get("at_hash") {
            assert_eq!(hash, &jwt::half_hash(access));
        }
        if claims.get("auth_time").is_some() {
            assert!(seconds(claims, "auth_time") <= issued, "{claims}");
        }
        if asked.get("max_age").is_some() {
            assert!(now() - seconds(claims, "auth_time") < 300, "{claims}");
        }
    }

    /// Asks for the user's claims with a token, and checks that they are about the same user.
    ///
    /// Without a token the ID token has to say all of it (OpenID Connect Core 1.0 §5.4).
    pub(crate) fn userinfo(&self, tokens: &Tokens) -> Value {
        if tokens.access.is_empty() {
            return tokens.claims.clone();
        }
        let request = Request::get(&self.realm.path("userinfo"));
        let bearer = format!("Bearer {}", tokens.access);
        let answer = self.server().send(&request.with("Authorization", &bearer));
        self.checked_userinfo(&answer, tokens)
    }

    pub(crate) fn checked_userinfo(&self, answer: &Answer, tokens: &Tokens) -> Value {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.is_json());
        let claims = answer.json();
        assert_eq!(claims["sub"], tokens.claims["sub"]);
        claims
    }
}

/// `client_secret_basic` (RFC 6749 §2.3.1).
pub(crate) fn basic(client: &Client) -> String {
    let form =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", form(&client.id), form(&client.secret));
    let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
    format!("Basic {encoded}")
}

/// A value that nobody has used before.
pub(crate) fn fresh() -> String {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).expect("there is randomness");
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// A claim that is a time, in seconds; it has to be there.
pub(crate) fn seconds(claims: &Value, name: &str) -> i64 {
    let found = claims[name].as_i64();
    found.unwrap_or_else(|| panic!("{name} is no number: {claims}"))
}

/// The time by the clock of the relying party, in seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "a relying party has a clock of its own"
)]
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap().as_secs()).unwrap()
}
