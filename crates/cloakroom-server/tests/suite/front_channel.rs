//! Answers of the authorization endpoint that have tokens in them: what each response type gets, and everything that is
//! switched off until somebody switches it on.

mod refused;

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::browser::{Browser, Callback};
use crate::conformance::party::{basic, fresh, now};
use crate::http::{Answer, Request, decode, encode, text};
use crate::jwt;
use crate::realm::{CALLBACK, Client, Person, Realm};
use crate::server::Server;

/// The realm's switch for access tokens.
const ACCESS: &str = "cloakroom.frontChannelAccessTokens";

type Story = fn(&Scene);

/// A realm that gives access tokens, and a client with both flows.
struct Scene {
    realm: Realm,
    shop: Client,
    /// The path of the client at the admin API.
    at: String,
    ada: Person,
}

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let stories: [(&str, Story); 9] = [
        ("each-response-type-gets-its-parts", each_type),
        ("a-form-takes-the-same", by_form),
        ("the-order-of-the-words-says-nothing", in_any_order),
        ("tokens-live-as-long-as-their-flow-says", lifespans),
        ("nothing-outlives-the-browser", no_offline),
        ("an-id-token-alone-says-what-userinfo-would", id_alone),
        ("an-id-token-vouches-and-says-nothing-else", detached),
        ("an-id-token-is-encrypted-for-its-client", encrypted),
        ("a-request-is-pushed-or-signed", pushed_and_signed),
    ];
    let trial = |(name, story): (&'static str, Story)| {
        let server = Arc::clone(server);
        let shown = format!("{}::front-channel::{name}", server.database);
        Trial::test(shown, move || {
            story(&Scene::set(&server, name));
            Ok(())
        })
    };
    let all = stories.into_iter().chain(refused::STORIES.iter().copied());
    all.map(trial).collect()
}

impl Scene {
    fn set(server: &Arc<Server>, name: &str) -> Self {
        let settings = json!({
            "attributes": {ACCESS: "true"}, "eventsEnabled": true,
            "accessTokenLifespan": 120, "accessTokenLifespanForImplicitFlow": 600,
        });
        let realm = Realm::create(server, &format!("front-{name}"), settings);
        let shop = realm.create_client("shop", json!({"implicitFlowEnabled": true}));
        let found = realm.call("GET", "/clients?clientId=shop", &Value::Null);
        Self {
            at: format!("/clients/{}", text(&found.json()[0], "id")),
            ada: realm.create_person("ada", json!({})),
            shop,
            realm,
        }
    }

    /// An honest request for an answer of this kind.
    fn asks(&self, response_type: &str) -> Vec<(&'static str, String)> {
        vec![
            ("client_id", self.shop.id.clone()),
            ("redirect_uri", CALLBACK.to_owned()),
            ("scope", "openid".to_owned()),
            ("state", fresh()),
            ("nonce", fresh()),
            ("response_type", response_type.to_owned()),
        ]
    }

    fn browser(&self) -> Browser {
        Browser::new(&self.realm.server)
    }

    /// Ada answers what she is asked.
    fn answered(&self, asked: &[(&'static str, String)]) -> Callback {
        let target = format!("{}?{}", self.realm.path("auth"), encode(asked));
        self.browser().answer(&target, &self.ada).client()
    }

    /// What the endpoint says to a browser that nobody is signed in with.
    fn first_answer(&self, asked: &[(&'static str, String)]) -> Answer {
        let target = format!("{}?{}", self.realm.path("auth"), encode(asked));
        self.browser().send(Request::get(&target))
    }

    fn userinfo(&self, token: &str) -> Answer {
        let request = Request::get(&self.realm.path("userinfo"));
        let request = request.with("Authorization", &format!("Bearer {token}"));
        self.realm.server.send(&request)
    }

    fn post(&self, endpoint: &str, fields: &[(&'static str, String)]) -> Answer {
        let request = Request::form(&self.realm.path(endpoint), fields);
        let proof = basic(&self.shop);
        self.realm
            .server
            .send(&request.with("Authorization", &proof))
    }

    fn redeem(&self, code: &str) -> Answer {
        let fields = [
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", CALLBACK.to_owned()),
        ];
        self.post("token", &fields)
    }
}

/// The same request with another value, or one more.
fn with(
    mut asked: Vec<(&'static str, String)>,
    name: &'static str,
    value: &str,
) -> Vec<(&'static str, String)> {
    asked.retain(|(known, _)| *known != name);
    asked.push((name, value.to_owned()));
    asked
}

fn value_of(asked: &[(&'static str, String)], name: &str) -> String {
    let found = asked.iter().find(|(known, _)| *known == name);
    found.unwrap().1.clone()
}

/// The names of an answer's parameters, in their order.
fn names(callback: &Callback) -> Vec<&str> {
    let mut names: Vec<&str> = callback
        .parameters
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    names
}

/// Response types, and what their answers hold beside `iss`, `state` and `session_state`.
const TYPES: [(&str, &[&str]); 8] = [
    ("code", &["code"]),
    ("none", &[]),
    ("id_token", &["id_token"]),
    ("token", ACCESS_ALONE),
    (
        "id_token token",
        &[
            "access_token",
            "expires_in",
            "id_token",
            "scope",
            "token_type",
        ],
    ),
    ("code id_token", &["code", "id_token"]),
    (
        "code token",
        &["access_token", "code", "expires_in", "scope", "token_type"],
    ),
    (
        "code id_token token",
        &[
            "access_token",
            "code",
            "expires_in",
            "id_token",
            "scope",
            "token_type",
        ],
    ),
];

const ACCESS_ALONE: &[&str] = &["access_token", "expires_in", "scope", "token_type"];

fn check_parts(scene: &Scene, asked: &[(&'static str, String)], callback: &Callback) {
    let response_type = value_of(asked, "response_type");
    let (_, parts) = TYPES
        .iter()
        .find(|(name, _)| *name == response_type)
        .unwrap();
    let mut expected = parts.to_vec();
    expected.extend(["iss", "session_state", "state"]);
    expected.sort_unstable();
    assert_eq!(names(callback), expected, "{response_type}");
    assert_eq!(callback.get("iss"), scene.realm.issuer());
    assert_eq!(callback.get("state"), value_of(asked, "state"));
    let id = jwt::claims(callback.get("id_token"));
    if !id.is_null() {
        assert_eq!(id["nonce"], json!(value_of(asked, "nonce")));
        assert_eq!(id["sub"], json!(scene.ada.id));
        for (part, hash) in [
            ("access_token", "at_hash"),
            ("code", "c_hash"),
            ("state", "s_hash"),
        ] {
            let value = callback.get(part);
            let expected = (!value.is_empty()).then(|| jwt::half_hash(value));
            assert_eq!(
                id.get(hash).and_then(Value::as_str),
                expected.as_deref(),
                "{hash}"
            );
        }
    }
    if parts.contains(&"access_token") {
        assert_eq!(callback.get("token_type"), "Bearer");
        let answer = scene.userinfo(callback.get("access_token"));
        assert_eq!(
            (answer.status, answer.json()["sub"].clone()),
            (200, json!(scene.ada.id))
        );
    }
    if parts.contains(&"code") {
        let tokens = scene.redeem(callback.get("code"));
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        assert_ne!(text(&tokens.json(), "refresh_token"), "");
    }
}

fn each_type(scene: &Scene) {
    for (response_type, _) in TYPES {
        let asked = scene.asks(response_type);

        let callback = scene.answered(&asked);

        // Multiple Response Type Encoding Practices §5: tokens never go into a query.
        let in_query = response_type == "code" || response_type == "none";
        assert_eq!(callback.address.contains('?'), in_query, "{response_type}");
        assert_eq!(callback.address.contains('#'), !in_query, "{response_type}");
        check_parts(scene, &asked, &callback);
    }
    let path = format!(
        "/realms/{}/.well-known/openid-configuration",
        scene.realm.name
    );
    let said = scene.realm.server.send(&Request::get(&path)).json();
    let listed: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
    assert_eq!(said["response_types_supported"], json!(listed));
    assert_eq!(
        said["response_modes_supported"],
        json!(["query", "fragment", "form_post"])
    );
    let grants = said["grant_types_supported"].as_array().unwrap();
    assert!(grants.contains(&json!("implicit")), "{grants:?}");
}

fn by_form(scene: &Scene) {
    for (response_type, _) in TYPES {
        let asked = with(scene.asks(response_type), "response_mode", "form_post");

        let callback = scene.answered(&asked);

        assert_eq!(
            (callback.method, callback.address.as_str()),
            ("POST", CALLBACK)
        );
        check_parts(scene, &asked, &callback);
    }
}

fn in_any_order(scene: &Scene) {
    for (sent, meant) in [
        ("token id_token", "id_token token"),
        ("id_token code", "code id_token"),
        ("token code", "code token"),
        ("token code id_token", "code id_token token"),
    ] {
        let asked = scene.asks(sent);

        let callback = scene.answered(&asked);

        check_parts(scene, &with(asked, "response_type", meant), &callback);
    }
}

fn lifespans(scene: &Scene) {
    for (response_type, seconds) in [
        ("token", "600"),
        ("id_token token", "600"),
        ("code token", "120"),
    ] {
        let callback = scene.answered(&scene.asks(response_type));

        assert_eq!(callback.get("expires_in"), seconds, "{response_type}");
        let claims = jwt::claims(callback.get("access_token"));
        let lives = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert_eq!(lives.to_string(), seconds, "{response_type}");
    }
}

fn no_offline(scene: &Scene) {
    let asked = with(
        scene.asks("id_token token"),
        "scope",
        "openid offline_access",
    );

    let callback = scene.answered(&asked);

    // OpenID Connect Core 1.0 §11.
    assert_eq!(callback.get("refresh_token"), "");
    let granted = callback.get("scope");
    assert!(
        granted.split(' ').all(|one| one != "offline_access"),
        "{granted}"
    );
    let offline = scene.realm.call(
        "GET",
        &format!("{}/offline-session-count", scene.at),
        &Value::Null,
    );
    assert_eq!(offline.json()["count"], 0);
}

fn id_alone(scene: &Scene) {
    let mapper = json!({
        "name": "nick", "protocol": "openid-connect", "protocolMapper": "oidc-hardcoded-claim-mapper",
        "config": {
            "claim.name": "nick", "claim.value": "ada", "jsonType.label": "String",
            "id.token.claim": "false", "access.token.claim": "false", "userinfo.token.claim": "true",
        },
    });
    let made = scene.realm.call(
        "POST",
        &format!("{}/protocol-mappers/models", scene.at),
        &mapper,
    );
    assert_eq!(made.status, 201, "{}", made.body);
    for (response_type, is_shown) in [
        ("id_token", true),
        ("id_token token", false),
        ("code id_token", false),
    ] {
        let asked = with(scene.asks(response_type), "scope", "openid email");

        let callback = scene.answered(&asked);

        // OpenID Connect Core 1.0 §5.4.
        let claims = jwt::claims(callback.get("id_token"));
        assert_eq!(claims["email"], "ada@example.org", "{response_type}");
        assert_eq!(
            claims.get("nick").is_some(),
            is_shown,
            "{response_type}: {claims}"
        );
    }
}

fn detached(scene: &Scene) {
    let attributes = json!({"id.token.as.detached.signature": "true"});
    scene
        .realm
        .change(&scene.at, json!({"attributes": attributes}));

    let callback = scene.answered(&scene.asks("code id_token"));

    let claims = jwt::claims(callback.get("id_token"));
    for name in ["sub", "nonce", "c_hash", "s_hash", "auth_time"] {
        assert!(claims.get(name).is_some(), "{name}: {claims}");
    }
    for name in ["email", "name", "preferred_username"] {
        assert!(claims.get(name).is_none(), "{name}: {claims}");
    }
    let tokens = scene.redeem(callback.get("code")).json();
    assert_eq!(
        jwt::claims(text(&tokens, "id_token"))["email"],
        "ada@example.org"
    );
}

/// The key of RFC 7517 Appendix A.1.
const KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","use":"enc","kid":"1","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}"#;

fn encrypted(scene: &Scene) {
    const ALG: &str = "id.token.encrypted.response.alg";
    let wish = json!({ALG: "ECDH-ES", "use.jwks.string": "true", "jwks.string": KEYS});
    scene.realm.change(&scene.at, json!({"attributes": wish}));

    let good = scene.answered(&scene.asks("id_token"));
    scene.realm.change(
        &scene.at,
        json!({"attributes": {ALG: "ECDH-ES", "use.jwks.string": "false", "jwks.string": ""}}),
    );
    let asked = scene.asks("id_token token");
    let refused = scene.answered(&asked);

    assert_eq!(good.get("id_token").split('.').count(), 5, "{good:?}");
    // In the clear is not what the client asked for, and half an answer is none.
    assert_eq!(refused.get("error"), "invalid_request", "{refused:?}");
    assert_eq!(refused.get("state"), value_of(&asked, "state"));
    assert_eq!(
        (refused.get("id_token"), refused.get("access_token")),
        ("", "")
    );
}

fn pushed_and_signed(scene: &Scene) {
    let asked = scene.asks("code id_token");
    let pushed = scene.post("ext/par/request", &asked);
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    let reference = text(&pushed.json(), "request_uri").to_owned();
    let opens = vec![
        ("client_id", scene.shop.id.clone()),
        ("request_uri", reference),
    ];
    check_parts(scene, &asked, &scene.answered(&opens));

    let mut claims = json!({"iss": scene.shop.id, "aud": scene.realm.issuer(), "exp": now() + 60});
    for (name, value) in &asked {
        claims[*name] = json!(value);
    }
    let object = jwt::hs256(
        &json!({"alg": "HS256"}),
        &claims,
        scene.shop.secret.as_bytes(),
    );
    let sent = vec![
        ("client_id", scene.shop.id.clone()),
        ("response_type", "code id_token".to_owned()),
        ("scope", "openid".to_owned()),
        ("request", object),
    ];
    check_parts(scene, &asked, &scene.answered(&sent));
}

/// What a redirect says, and whether it says it in the fragment.
fn told(answer: &Answer) -> (Callback, bool) {
    let location = answer
        .location()
        .unwrap_or_else(|| panic!("no redirect: {answer:?}"));
    let (address, said) = location.split_once(['?', '#']).unwrap();
    let callback = Callback {
        address: address.to_owned(),
        method: "GET",
        parameters: decode(said),
    };
    (callback, location.contains('#'))
}
