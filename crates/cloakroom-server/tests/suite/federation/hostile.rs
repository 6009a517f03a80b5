//! A provider, or whoever speaks for it, that makes each mistake once: nobody is signed in, linked or stored.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloakroom_jose::{Alg, SigningKey};
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};

use super::Story;
use super::op::{self, CLIENT, Op, Says, query_of};
use super::saml::idp::rsa_key;
use super::scene::Scene;
use super::stand_in::Given;
use crate::browser::{Browser, Callback, Page, Place};
use crate::http::{Answer, Request, text};
use crate::jwt;

/// One mistake of a provider: what it says in place of what it should.
pub(super) struct Row {
    pub(super) name: &'static str,
    /// What is written down of it: that each is refused for its own mistake.
    why: &'static str,
    /// Changes what is said, once the browser has arrived there.
    lie: fn(&Op),
}

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "an-id-token-of-another-issuer",
        why: "its token is of another issuer than the settings name",
        lie: |op| claim(op, "iss", json!("https://other.test")),
    },
    Row {
        name: "an-id-token-of-an-issuer-with-a-slash-more",
        why: "its token is of another issuer than the settings name",
        lie: |op| claim(op, "iss", json!(format!("{}/", op.issuer))),
    },
    Row {
        name: "an-id-token-without-issuer",
        why: "its token is of another issuer than the settings name",
        lie: |op| claim(op, "iss", Value::Null),
    },
    Row {
        name: "an-id-token-whose-issuer-is-a-list",
        why: "its token is of another issuer than the settings name",
        lie: |op| claim(op, "iss", json!([op.issuer])),
    },
    Row {
        name: "an-id-token-for-another-client",
        why: "its token is refused: aud is not the expected one",
        lie: |op| claim(op, "aud", json!("another-client")),
    },
    Row {
        name: "an-id-token-without-audience",
        why: "its token is refused: aud is missing",
        lie: |op| claim(op, "aud", Value::Null),
    },
    Row {
        name: "an-id-token-for-several-without-azp",
        why: "its token is refused: azp is missing",
        lie: |op| claim(op, "aud", json!([CLIENT, "another"])),
    },
    Row {
        name: "an-id-token-issued-to-another-party",
        why: "its token is refused: azp is not the expected one",
        lie: |op| {
            claim(op, "aud", json!([CLIENT, "another"]));
            claim(op, "azp", json!("another"));
        },
    },
    Row {
        name: "an-id-token-for-us-whose-azp-is-another",
        why: "its token is refused: azp is not the expected one",
        lie: |op| claim(op, "azp", json!("another")),
    },
    Row {
        name: "an-id-token-with-another-nonce",
        why: "its token is refused: nonce is not the expected one",
        lie: |op| claim(op, "nonce", json!("the-nonce-of-somebody-else")),
    },
    Row {
        name: "an-id-token-without-nonce",
        why: "its token is refused: nonce is missing",
        lie: |op| claim(op, "nonce", Value::Null),
    },
    Row {
        name: "an-id-token-without-subject",
        why: "its token is refused: sub is missing",
        lie: |op| claim(op, "sub", Value::Null),
    },
    Row {
        name: "an-id-token-with-an-empty-subject",
        why: "its ID token is about nobody",
        lie: |op| claim(op, "sub", json!("")),
    },
    Row {
        name: "an-id-token-whose-subject-is-a-number",
        why: "its token is refused: sub has a wrong type or form",
        lie: |op| claim(op, "sub", json!(7)),
    },
    Row {
        name: "an-id-token-whose-subject-has-a-nul",
        why: "it names somebody in a way that cannot be kept",
        lie: |op| {
            claim(op, "sub", json!("sub\u{0}x"));
            op.change(|says| says.userinfo["sub"] = json!("sub\u{0}x"));
        },
    },
    Row {
        name: "an-id-token-whose-subject-is-too-long",
        why: "it names somebody in a way that cannot be kept",
        lie: |op| {
            let long = "x".repeat(300);
            claim(op, "sub", json!(long));
            op.change(|says| says.userinfo["sub"] = json!(long));
        },
    },
    Row {
        name: "an-id-token-that-is-over",
        why: "its token is refused: exp is over",
        lie: |op| claim(op, "exp", json!(op::now() - 3600)),
    },
    Row {
        name: "an-id-token-without-end",
        why: "its token is refused: exp is missing",
        lie: |op| claim(op, "exp", Value::Null),
    },
    Row {
        name: "an-id-token-whose-end-is-a-text",
        why: "its token is refused: exp has a wrong type or form",
        lie: |op| claim(op, "exp", json!("4102444800")),
    },
    Row {
        name: "an-id-token-from-the-future",
        why: "its token is refused: iat lies ahead",
        lie: |op| claim(op, "iat", json!(op::now() + 3600)),
    },
    Row {
        name: "an-id-token-that-is-days-old",
        why: "its token is refused: iat is over",
        lie: |op| claim(op, "iat", json!(op::now() - 3 * 86_400)),
    },
    Row {
        name: "an-id-token-without-iat",
        why: "its token is refused: iat is missing",
        lie: |op| claim(op, "iat", Value::Null),
    },
    Row {
        name: "an-id-token-of-another-access-token",
        why: "its token is refused: at_hash is not the expected one",
        lie: |op| claim(op, "at_hash", json!(jwt::half_hash("another"))),
    },
    Row {
        name: "an-id-token-signed-by-a-stranger",
        why: "its token is refused: the signature does not verify",
        lie: |op| sign_with(op, &key("upstream-1", Alg::ES256)),
    },
    Row {
        name: "an-id-token-of-a-key-that-nobody-publishes",
        why: "its token is refused: no key of the set fits",
        lie: |op| sign_with(op, &key("unknown", Alg::ES256)),
    },
    Row {
        name: "an-id-token-without-kid-where-several-keys-fit",
        why: "its token is refused: more than one key of the set fits",
        lie: |op| {
            op.change(|says| {
                let other = key("upstream-2", Alg::ES256);
                says.jwks = op::jwks(&[&says.key, &other]);
                let header = json!({"alg": "ES256", "typ": "JWT"});
                says.id_token = Some(signed(&says.key, &header, &says.claims));
            });
        },
    },
    Row {
        name: "an-id-token-without-signature",
        why: "its token is refused: not supported: alg",
        lie: |op| op.change(|says| says.id_token = Some(jwt::unsigned(&says.claims))),
    },
    Row {
        name: "an-id-token-with-another-signature",
        why: "its token is refused: the signature does not verify",
        lie: |op| {
            op.change(|says| {
                let (header, claims) = jwt::parts(&made(says)).unwrap();
                says.id_token = Some(jwt::assembled(&header, &claims, &[7; 64]));
            });
        },
    },
    Row {
        name: "an-id-token-whose-claims-were-changed",
        why: "its token is refused: the signature does not verify",
        lie: |op| {
            op.change(|says| {
                let token = made(says);
                let (header, mut claims) = jwt::parts(&token).unwrap();
                claims["sub"] = json!("somebody-else");
                let signature = token.rsplit('.').next().unwrap().to_owned();
                let changed = jwt::assembled(&header, &claims, &[]);
                says.id_token = Some(format!("{changed}{signature}"));
            });
        },
    },
    Row {
        name: "an-id-token-that-the-public-key-signs-as-a-secret",
        why: "its token is refused: not supported: alg is not allowed here",
        lie: |op| {
            op.change(|says| {
                let secret = says.jwks["keys"][0].to_string();
                let header = json!({"alg": "HS256", "kid": "upstream-1"});
                says.id_token = Some(jwt::hs256(&header, &says.claims, secret.as_bytes()));
            });
        },
    },
    Row {
        name: "an-id-token-that-the-clients-secret-signs",
        why: "its token is refused: not supported: alg is not allowed here",
        lie: |op| {
            op.change(|says| {
                let header = json!({"alg": "HS256"});
                says.id_token = Some(jwt::hs256(&header, &says.claims, op::SECRET.as_bytes()));
            });
        },
    },
    Row {
        name: "an-id-token-that-brings-its-own-key",
        why: "its token is refused: the signature does not verify",
        lie: |op| {
            with_own_key(
                op,
                |_, own| json!({"alg": "ES256", "kid": "upstream-1", "jwk": public(own)}),
            );
        },
    },
    Row {
        name: "an-id-token-that-brings-its-own-key-under-no-name",
        why: "its token is refused: the signature does not verify",
        lie: |op| with_own_key(op, |_, own| json!({"alg": "ES256", "jwk": public(own)})),
    },
    Row {
        name: "an-id-token-that-says-where-its-own-keys-are",
        why: "its token is refused: no key of the set fits",
        lie: |op| {
            with_own_key(op, |op, _| {
                let place = format!("{}/moved/jwks", op.issuer);
                json!({"alg": "ES256", "kid": "mine", "jku": place})
            });
        },
    },
    Row {
        name: "an-id-token-that-brings-its-own-certificate",
        why: "its token is refused: the signature does not verify",
        lie: |op| {
            with_own_key(
                op,
                |_, own| json!({"alg": "ES256", "kid": "upstream-1", "x5c": [certificate(own)]}),
            );
        },
    },
    Row {
        name: "an-id-token-by-its-key-under-another-algorithm",
        why: "its token is refused: no key of the set fits",
        lie: |op| {
            op.change(|says| {
                // One key, which is published for the one of its two algorithms.
                let der = rsa_key().to_pkcs8().unwrap();
                let key = |alg| SigningKey::from_pkcs8(alg, "upstream-1", &der).unwrap();
                says.jwks = op::jwks(&[&key(Alg::RS256)]);
                says.key = Arc::new(key(Alg::PS256));
            });
        },
    },
    Row {
        name: "an-id-token-that-is-said-to-be-a-logout-token",
        why: "its token is refused: typ is not the expected one",
        lie: |op| {
            op.change(|says| {
                let signed = says
                    .key
                    .sign("logout+jwt", says.claims.to_string().as_bytes());
                says.id_token = Some(signed.unwrap());
            });
        },
    },
    Row {
        name: "an-id-token-with-events",
        why: "its token is refused: events is not the expected one",
        lie: |op| {
            claim(
                op,
                "events",
                json!({"http://schemas.openid.net/event/backchannel-logout": {}}),
            );
        },
    },
    Row {
        name: "an-id-token-that-is-no-token",
        why: "its token is refused: malformed: a compact JWS has three parts",
        lie: |op| op.change(|says| says.id_token = Some("no.token".to_owned())),
    },
    Row {
        name: "an-id-token-of-megabytes",
        why: "its token is too long",
        lie: |op| claim(op, "more", json!("x".repeat(600_000))),
    },
    Row {
        name: "no-id-token-at-all",
        why: "it issues no ID token",
        lie: |op| op.change(|says| says.tokens = json!({"id_token": null})),
    },
    Row {
        name: "no-access-token-at-all",
        why: "its token endpoint answers without a token",
        lie: |op| op.change(|says| says.tokens = json!({"access_token": ""})),
    },
    Row {
        name: "userinfo-of-another-subject",
        why: "its userinfo is about somebody else than its ID token",
        lie: |op| op.change(|says| says.userinfo["sub"] = json!("somebody-else")),
    },
    Row {
        name: "userinfo-without-subject",
        why: "its userinfo is about somebody else than its ID token",
        lie: |op| {
            op.change(|says| {
                says.userinfo.as_object_mut().unwrap().remove("sub");
            });
        },
    },
    Row {
        name: "userinfo-that-is-a-page",
        why: "what its userinfo endpoint answers cannot be read",
        lie: |op| {
            op.change(|says| {
                let mut page = Given::json(&Value::Null).with("Content-Type", "text/html");
                page.body = b"<html>sign in</html>".to_vec();
                says.userinfo_answer = Some(page);
            });
        },
    },
    Row {
        name: "userinfo-that-redirects",
        why: "its userinfo endpoint answers 302",
        lie: |op| {
            op.change(|says| says.userinfo_answer = Some(redirect(302, &op.issuer, "userinfo")));
        },
    },
    Row {
        name: "userinfo-that-redirects-inside",
        why: "its userinfo endpoint answers 307",
        lie: |op| {
            let inside = format!("{}{}", op.inside.base, op.path);
            op.change(|says| says.userinfo_answer = Some(redirect(307, &inside, "userinfo")));
        },
    },
    Row {
        name: "userinfo-that-is-deep",
        why: "what its userinfo endpoint answers cannot be read",
        lie: |op| {
            op.change(|says| {
                let mut deep = Given::json(&Value::Null);
                deep.body = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes();
                says.userinfo_answer = Some(deep);
            });
        },
    },
    Row {
        name: "userinfo-signed-by-a-stranger",
        why: "its token is refused: the signature does not verify",
        lie: |op| {
            op.change(|says| {
                let token = key("upstream-1", Alg::ES256)
                    .sign("JWT", says.userinfo.to_string().as_bytes())
                    .unwrap();
                let mut given = Given::json(&Value::Null).with("Content-Type", "application/jwt");
                given.body = token.into_bytes();
                says.userinfo_answer = Some(given);
            });
        },
    },
    Row {
        name: "a-token-endpoint-that-redirects",
        why: "what its token endpoint answers cannot be read",
        lie: |op| op.change(|says| says.token = Some(redirect(302, &op.issuer, "token"))),
    },
    Row {
        name: "a-token-endpoint-that-redirects-inside",
        why: "what its token endpoint answers cannot be read",
        lie: |op| {
            let inside = format!("{}{}", op.inside.base, op.path);
            op.change(|says| says.token = Some(redirect(307, &inside, "token")));
        },
    },
    Row {
        name: "a-token-endpoint-that-fails",
        why: "its token endpoint answers server_error",
        lie: |op| {
            op.change(|says| {
                says.token = Some(Given::json(&json!({"error": "server_error"})).status(500));
            });
        },
    },
    Row {
        name: "a-token-endpoint-that-refuses",
        why: "its token endpoint answers invalid_grant",
        lie: |op| {
            op.change(|says| {
                says.token = Some(Given::json(&json!({"error": "invalid_grant"})).status(400));
            });
        },
    },
    Row {
        name: "a-token-endpoint-that-answers-with-a-form",
        why: "its token endpoint answers with no tokens",
        lie: |op| {
            op.change(|says| {
                let mut form = Given::json(&Value::Null)
                    .with("Content-Type", "application/x-www-form-urlencoded");
                form.body = b"access_token=a&token_type=bearer".to_vec();
                says.token = Some(form);
            });
        },
    },
    Row {
        name: "a-token-endpoint-that-answers-too-much",
        why: "127.0.0.2: the answer is too large",
        lie: |op| op.change(|says| says.tokens = json!({"more": "x".repeat(2_000_000)})),
    },
    Row {
        name: "keys-that-are-private",
        why: "its token is refused: not supported: alg is not allowed here",
        lie: |op| {
            op.change(|says| {
        says.jwks = json!({"keys": [{"kty": "oct", "kid": "upstream-1", "k": "c2VjcmV0LXRoYXQtZXZlcnlib2R5LWNhbi1yZWFkLWhlcmU"}]});
        let secret = b"secret-that-everybody-can-read-here";
        let header = json!({"alg": "HS256", "kid": "upstream-1"});
        says.id_token = Some(jwt::hs256(&header, &says.claims, secret));
    });
        },
    },
    Row {
        name: "keys-that-are-no-keys",
        why: "its keys cannot be read",
        lie: |op| op.change(|says| says.jwks = json!("no keys")),
    },
];

fn claim(op: &Op, name: &str, value: Value) {
    op.change(|says| match value.is_null() {
        true => {
            says.claims.as_object_mut().unwrap().remove(name);
        }
        false => says.claims[name] = value,
    });
}

fn key(kid: &str, alg: Alg) -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(alg, kid).unwrap())
}

fn made(says: &Says) -> String {
    says.key
        .sign("JWT", says.claims.to_string().as_bytes())
        .unwrap()
}

fn sign_with(op: &Op, key: &Arc<SigningKey>) {
    op.change(|says| says.key = Arc::clone(key));
}

/// Sends whoever asks to where all is well.
fn redirect(status: u16, base: &str, what: &str) -> Given {
    Given::json(&Value::Null)
        .status(status)
        .with("Location", &format!("{base}/moved/{what}"))
}

/// A token under any header that this key has signed.
fn signed(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let unsigned = jwt::assembled(header, claims, &[]);
    let signature = key.sign_bytes(unsigned.trim_end_matches('.').as_bytes());
    jwt::assembled(header, claims, &signature.unwrap())
}

/// The next ID token is signed by a key of its own, under a header that leads to it.
fn with_own_key(op: &Op, header: impl FnOnce(&Op, &SigningKey) -> Value) {
    let own = key("mine", Alg::ES256);
    let header = header(op, &own);
    op.change(|says| {
        says.own_jwks = op::jwks(&[&own]);
        says.id_token = Some(signed(&own, &header, &says.claims));
    });
}

fn public(key: &SigningKey) -> Value {
    op::jwks(&[key])["keys"][0].clone()
}

/// A certificate of a key, by itself.
fn certificate(key: &SigningKey) -> String {
    let pair = KeyPair::try_from(key.to_pkcs8().unwrap().to_vec()).unwrap();
    let own = CertificateParams::new(Vec::new()).unwrap();
    STANDARD.encode(own.self_signed(&pair).unwrap().der())
}

/// Goes through a sign-in with one mistake in it.
pub(super) fn play(row: &Row, scene: &Scene) {
    let op = scene.op(row.name);
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, row.name);
    op.arrive(&query_of(&left.address));
    (row.lie)(&op);

    let place = browser.open(&scene.way_back(&left, &[]));

    nothing_happened(scene, row.name, &browser, place);
    refused_because(scene, row.name, row.why);
    let answer = browser.open(&scene.way_back(&left, &[])).page().answer;
    assert_eq!(answer.status, 400, "the state was spent");
    assert_eq!(op.stand_in.asked_below(&format!("{}/moved", op.path)), 0);
    assert_eq!(op.inside.asked_below(&op.path), 0);
}

/// The one refusal that is written down of a provider has this reason.
pub(super) fn refused_because(scene: &Scene, alias: &str, why: &str) {
    let events = scene.events("IDENTITY_PROVIDER_LOGIN_ERROR", alias);
    let reasons: Vec<&str> = events
        .iter()
        .map(|event| text(&event["details"], "reason"))
        .collect();
    assert_eq!(reasons, [why], "{alias}");
}

/// There is an error page, and nobody and nothing is new.
pub(super) fn nothing_happened(scene: &Scene, name: &str, browser: &Browser, place: Place) {
    let page = match place {
        Place::Page(page) => page,
        Place::Client(callback) => panic!("the application is called: {callback:?}"),
    };
    assert!(
        page.is_error(),
        "{name}: {} {}",
        page.answer.status,
        page.answer.body
    );
    assert!(
        (400..=502).contains(&page.answer.status),
        "{}",
        page.answer.status
    );
    assert!(
        !browser.cookies().contains("KEYCLOAK_IDENTITY"),
        "{name}: there is a session"
    );
    let path = format!("/users?idpAlias={name}");
    let linked = scene.done("GET", &path, &Value::Null);
    assert_eq!(linked, json!([]), "{name}: somebody is linked");
    assert_eq!(
        scene.users(name),
        [Value::Null; 0],
        "{name}: somebody is stored"
    );
}

pub(super) const STORIES: &[Story] = &[
    ("hostile::a-redirect-of-another-issuer-goes-nowhere", mix_up),
    (
        "hostile::a-redirect-without-the-issuer-that-the-provider-always-names-goes-nowhere",
        unnamed,
    ),
    (
        "hostile::the-state-of-one-provider-opens-nothing-at-another",
        swapped,
    ),
    (
        "hostile::the-state-of-one-browser-opens-nothing-in-another",
        stolen,
    ),
    (
        "hostile::a-state-counts-once-however-often-it-comes-at-once",
        replayed,
    ),
    (
        "hostile::a-callback-with-nothing-made-up-or-doubled-is-an-error-page",
        malformed,
    ),
    ("hostile::the-words-of-an-error-stay-text", words),
    (
        "hostile::a-provider-that-was-switched-off-in-between-lets-nobody-in",
        switched_off,
    ),
    (
        "hostile::a-provider-that-was-removed-in-between-lets-nobody-in",
        removed,
    ),
    (
        "hostile::a-provider-for-linking-alone-signs-nobody-in-by-any-way",
        link_only,
    ),
    (
        "hostile::a-disabled-user-does-not-come-in-through-a-provider",
        disabled_user,
    ),
    (
        "hostile::a-second-provider-with-the-same-subject-is-somebody-else",
        same_subject,
    ),
    (
        "hostile::discovery-that-names-another-issuer-is-not-believed",
        other_discovery,
    ),
    (
        "hostile::addresses-inside-the-network-are-not-asked",
        inside,
    ),
    (
        "hostile::addresses-inside-the-network-that-a-provider-names-are-not-asked",
        named_inside,
    ),
    (
        "hostile::a-slow-provider-fails-its-own-users-and-nobody-else",
        slow,
    ),
    (
        "hostile::a-name-of-an-administrators-role-gives-no-role",
        no_role_by_name,
    ),
    (
        "hostile::strange-claims-are-stored-as-text-or-not-at-all",
        strange_claims,
    ),
    (
        "hostile::an-alias-that-would-be-another-address-is-refused",
        aliases,
    ),
    (
        "hostile::two-people-at-once-do-not-become-each-other",
        crossed,
    ),
];

fn ready(scene: &Scene, name: &str) -> (Op, Browser, Callback) {
    let op = scene.op(name);
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, name);
    op.arrive(&query_of(&left.address));
    (op, browser, left)
}

fn mix_up(scene: &Scene) {
    let (op, mut browser, left) = ready(scene, "mix-up");

    let place = browser.open(&scene.way_back(&left, &[("iss", "https://attacker.test")]));

    nothing_happened(scene, "mix-up", &browser, place);
    assert_eq!(op.asked("/token"), 0, "the code is shown to nobody");
    // An error in another's name is no error of this provider.
    let (_, mut browser, left) = ready(scene, "mix-up-error");
    let fields = [
        ("iss", "https://attacker.test"),
        ("error", "access_denied"),
        ("code", ""),
    ];
    let place = browser.open(&scene.way_back(&left, &fields));
    nothing_happened(scene, "mix-up-error", &browser, place);
}

fn unnamed(scene: &Scene) {
    let op = scene.op("names-itself");
    op.change(|says| {
        says.discovery["authorization_response_iss_parameter_supported"] = json!(true);
    });
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, "names-itself");
    op.arrive(&query_of(&left.address));

    let place = browser.open(&scene.way_back(&left, &[]));

    nothing_happened(scene, "names-itself", &browser, place);
    assert_eq!(op.asked("/token"), 0);
    let left = scene.leave(&mut browser, "names-itself");
    claim(&op, "nonce", json!(left.get("nonce")));
    browser
        .open(&scene.way_back(&left, &[("iss", &op.issuer)]))
        .client();
}

fn swapped(scene: &Scene) {
    let (one, mut browser, left) = ready(scene, "swapped-one");
    let two = scene.op("swapped-two");
    let back = scene.way_back(&left, &[]);

    let place = browser.open(&back.replace("/broker/swapped-one/", "/broker/swapped-two/"));

    nothing_happened(scene, "swapped-two", &browser, place);
    assert_eq!((one.asked("/token"), two.asked("/token")), (0, 0));
    // Where it belongs, it still counts.
    browser.open(&back).client();
}

fn stolen(scene: &Scene) {
    let (op, mut owner, left) = ready(scene, "stolen");
    let back = scene.way_back(&left, &[]);
    let mut thief = scene.browser();
    scene.leave(&mut thief, "stolen");

    let with_cookies = thief.open(&back);
    let without = scene.browser().open(&back);

    nothing_happened(scene, "stolen", &thief, with_cookies);
    nothing_happened(scene, "stolen", &scene.browser(), without);
    assert_eq!(op.asked("/token"), 0);
    owner.open(&back).client();
}

fn replayed(scene: &Scene) {
    let (op, browser, left) = ready(scene, "replayed");
    let request = Request::get(&scene.way_back(&left, &[])).with("Cookie", &browser.cookies());

    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let each = (0..8).map(|_| scope.spawn(|| scene.server.send(&request)));
        let each: Vec<_> = each.collect();
        each.into_iter().map(|one| one.join().unwrap()).collect()
    });

    let came = answers.iter().filter(|answer| answer.status == 302).count();
    assert_eq!((came, op.asked("/token")), (1, 1));
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 302 || answer.status == 400)
    );
}

fn malformed(scene: &Scene) {
    let (op, mut browser, left) = ready(scene, "malformed");
    let back = scene.way_back(&left, &[]);
    let path = back.split('?').next().unwrap().to_owned();
    let long = "x".repeat(20_000);
    let rows = [
        path.clone(),
        format!("{path}?code=a"),
        format!("{path}?state=&code=a"),
        format!("{path}?state=made-up&code=a"),
        format!("{path}?state=%00&code=a"),
        format!("{path}?state={long}&code=a"),
        format!("{back}&state={}", left.get("state")),
        format!("{back}&code=another"),
        format!("{back}&iss=a&iss=b"),
        format!(
            "/realms/federation/broker/no-such/endpoint?state={}&code=a",
            left.get("state")
        ),
        format!(
            "/realms/federation/broker/%00/endpoint?state={}&code=a",
            left.get("state")
        ),
    ];
    for row in rows {
        let place = browser.open(&row);

        let page = place.page();
        // An address that no provider has is not there.
        let is_unknown = row.contains("/no-such/") || row.contains("/%00/");
        let status = if is_unknown { 404 } else { 400 };
        assert!(page.is_error(), "{row}");
        assert_eq!(page.answer.status, status, "{row}");
    }
    assert_eq!(op.asked("/token"), 0);
    browser.open(&back).client();
}

fn words(scene: &Scene) {
    let script = "<script>alert(1)</script>";
    for (error, description) in [
        (script, script),
        ("access_denied", script),
        ("server_error", "\"><b>"),
    ] {
        let name = format!("words-{}", description.len() + error.len());
        let (_, mut browser, left) = ready(scene, &name);
        let fields = [
            ("code", ""),
            ("error", error),
            ("error_description", description),
        ];

        let page = browser.open(&scene.way_back(&left, &fields)).page();

        assert!(!page.answer.body.contains(script) && !page.answer.body.contains("\"><b>"));
        assert_eq!(page.is_login(), error == "access_denied", "{error}");
    }
}

fn switched_off(scene: &Scene) {
    let (op, mut browser, left) = ready(scene, "off-between");
    scene.realm.change(
        "/identity-provider/instances/off-between",
        json!({"enabled": false}),
    );

    let place = browser.open(&scene.way_back(&left, &[]));

    nothing_happened(scene, "off-between", &browser, place);
    assert_eq!(op.asked("/token"), 0);
    let page = browser
        .open(&scene.request(&[("kc_idp_hint", "off-between")]))
        .page();
    assert!(page.is_login(), "a provider that is off is passed over");
    // Nor by the address that its button had: with the query of a sign-in that is under way.
    let start = start_of(&page, "off-between");
    let place = browser.open(&start);
    nothing_happened(scene, "off-between", &browser, place);
    scene.realm.change(
        "/identity-provider/instances/off-between",
        json!({"enabled": true}),
    );
    let left = browser.open(&start).client();
    assert!(
        left.address.starts_with(&op.issuer),
        "it is the switch alone"
    );
}

/// The address of a provider's button, as the page of a sign-in has it.
pub(super) fn start_of(page: &Page, alias: &str) -> String {
    let form = page.form("kc-form-login").unwrap();
    let query = form.action.split_once('?').unwrap().1;
    format!("/realms/federation/broker/{alias}/login?{query}")
}

fn removed(scene: &Scene) {
    let (op, mut browser, left) = ready(scene, "gone-between");
    scene.done(
        "DELETE",
        "/identity-provider/instances/gone-between",
        &Value::Null,
    );

    let place = browser.open(&scene.way_back(&left, &[]));

    nothing_happened(scene, "gone-between", &browser, place);
    assert_eq!(op.asked("/token"), 0);
}

fn link_only(scene: &Scene) {
    let (op, mut browser, left) = ready(scene, "link-only");
    scene.realm.change(
        "/identity-provider/instances/link-only",
        json!({"linkOnly": true}),
    );

    let place = browser.open(&scene.way_back(&left, &[]));

    nothing_happened(scene, "link-only", &browser, place);
    assert_eq!(op.asked("/token"), 0);
    let page = browser
        .open(&scene.request(&[("kc_idp_hint", "link-only")]))
        .page();
    assert!(page.is_login());
    let start = start_of(&page, "link-only");
    let place = browser.open(&start);
    nothing_happened(scene, "link-only", &browser, place);
    scene.realm.change(
        "/identity-provider/instances/link-only",
        json!({"linkOnly": false}),
    );
    let left = browser.open(&start).client();
    assert!(
        left.address.starts_with(&op.issuer),
        "it is the switch alone"
    );
}

fn aliases(scene: &Scene) {
    for alias in [
        "",
        " ",
        "a b",
        "a/b",
        "../account",
        "a?b",
        "a#b",
        "a:b",
        "a@b",
        "a;b",
        "a&b",
        "a=b",
        "a\\b",
        "a\0b",
        "a\nb",
    ] {
        let asked = json!({
            "alias": alias, "providerId": "oidc", "enabled": true,
            "config": {"clientId": "us", "clientSecret": "a secret", "issuer": "https://op.test"},
        });

        let answer = scene
            .realm
            .call("POST", "/identity-provider/instances", &asked);

        assert_eq!(answer.status, 400, "{alias:?} {}", answer.body);
    }
}

fn disabled_user(scene: &Scene) {
    let op = scene.op("locked-out");
    scene.sign_in(&mut scene.browser(), &op);
    let id = scene.user("locked-out")["id"].as_str().unwrap().to_owned();
    scene
        .realm
        .change(&format!("/users/{id}"), json!({"enabled": false}));
    let mut browser = scene.browser();

    let page = scene.visit(&mut browser, &op).page();

    assert!(page.is_error(), "{}", page.answer.body);
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY"));
}

fn same_subject(scene: &Scene) {
    let one = scene.op("subject-one");
    let before = scene.sign_in(&mut scene.browser(), &one);
    let two = scene.op("subject-two");
    claim(&two, "sub", json!("sub-of-subject-one"));
    two.change(|says| says.userinfo["sub"] = json!("sub-of-subject-one"));

    let after = scene.sign_in(&mut scene.browser(), &two);

    assert_ne!(before["sub"], after["sub"]);
}

fn other_discovery(scene: &Scene) {
    let op = scene.op("other-discovery");
    op.change(|says| says.discovery["issuer"] = json!("https://other.test"));

    let page = scene
        .browser()
        .open(&scene.request(&[("kc_idp_hint", "other-discovery")]))
        .page();

    assert!(page.is_error() && page.answer.body.contains("Provider other-discovery"));
}

/// How a machine is known to itself, and how it may be written; somebody answers as they should at all of these.
const INSIDE: [&str; 10] = [
    "127.0.0.1",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "0.0.0.0",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
];

fn inside(scene: &Scene) {
    let refused = |name: &str| {
        let page = scene
            .browser()
            .open(&scene.request(&[("kc_idp_hint", name)]))
            .page();
        assert!(
            page.is_error() && page.answer.status == 502,
            "{name}: {}",
            page.answer.status
        );
    };
    for (index, host) in INSIDE.into_iter().enumerate() {
        let name = format!("inside-{index}");
        let issuer = format!("http://{host}:{}/{name}", scene.inside.port());
        let op = scene.op_with(&name, json!({}), json!({"issuer": issuer}));
        op.change(|says| says.discovery["issuer"] = json!(issuer));
        if !host.starts_with('[') || host == "[::1]" {
            let answer =
                std::net::TcpStream::connect((host.trim_matches(['[', ']']), scene.inside.port()));
            assert!(answer.is_ok(), "{host} is somebody");
        }

        refused(&name);

        assert_eq!(scene.inside.asked_below(&format!("/{name}/")), 0, "{host}");
    }
    // Nobody is there from here, and whoever is elsewhere is not asked either.
    for host in ["169.254.169.254", "10.0.0.1", "[fe80::1]", "[fd00::1]"] {
        let name = format!("inside-{}", host.replace(['.', ':', '[', ']'], ""));
        let config = json!({"issuer": format!("http://{host}:8080/x")});
        scene.op_with(&name, json!({}), config);
        let started = std::time::Instant::now();
        refused(&name);
        assert!(
            started.elapsed() < Duration::from_secs(2),
            "{host} is asked"
        );
    }
}

/// A provider outside may name addresses inside in what it says of itself.
fn named_inside(scene: &Scene) {
    for (member, path) in [
        ("token_endpoint", "/token"),
        ("jwks_uri", "/jwks"),
        ("userinfo_endpoint", "/userinfo"),
    ] {
        let name = format!("named-inside-{}", path.trim_start_matches('/'));
        let op = scene.op(&name);
        let place = format!("{}{}{path}", scene.inside.base, op.path);
        op.change(|says| says.discovery[member] = json!(place));
        let mut browser = scene.browser();

        let place = scene.visit(&mut browser, &op);

        nothing_happened(scene, &name, &browser, place);
        assert_eq!(scene.inside.asked_below(&op.path), 0, "{member}");
    }
}

fn slow(scene: &Scene) {
    let (op, mut browser, left) = ready(scene, "slow");
    op.change(|says| {
        let mut slow = Given::json(&Value::Null);
        slow.is_slow = true;
        slow.body = vec![b' '; 100];
        says.token = Some(slow);
    });
    let other = scene.op("slow-neighbour");

    let place = std::thread::scope(|scope| {
        let slow = scope.spawn(|| browser.open(&scene.way_back(&left, &[])));
        let started = std::time::Instant::now();
        scene.sign_in(&mut scene.browser(), &other);
        assert!(
            started.elapsed() < Duration::from_secs(8),
            "somebody else has to wait"
        );
        slow.join().unwrap()
    });

    nothing_happened(scene, "slow", &browser, place);
}

fn no_role_by_name(scene: &Scene) {
    let op = scene.op("role-names");
    op.change(|says| {
        let roles = json!([
            "admin",
            "realm-admin",
            "realm-management.realm-admin",
            "offline_access"
        ]);
        says.claims["realm_access"] = json!({"roles": roles});
        says.claims["roles"] = roles.clone();
        says.claims["groups"] = roles;
    });

    scene.sign_in(&mut scene.browser(), &op);

    let id = scene.user("role-names")["id"].as_str().unwrap().to_owned();
    let mappings = scene.done("GET", &format!("/users/{id}/role-mappings"), &Value::Null);
    assert_eq!(mappings.get("clientMappings"), None, "{mappings}");
    assert_eq!(
        mappings["realmMappings"].as_array().unwrap().len(),
        1,
        "{mappings}"
    );
}

fn strange_claims(scene: &Scene) {
    let op = scene.op("strange");
    op.change(|says| {
        says.userinfo["given_name"] = json!("<img src=x onerror=alert(1)>");
        says.userinfo["family_name"] = json!("Nul\u{0}");
        says.userinfo["email"] = json!("a@b@c.test");
        says.claims["groups"] = json!(
            (0..10_000)
                .map(|n| format!("group-{n}"))
                .collect::<Vec<_>>()
        );
    });
    let mut browser = scene.browser();

    let page = scene.visit(&mut browser, &op).page();

    assert!(
        page.form("kc-idp-review-profile-form").is_some(),
        "{}",
        page.answer.body
    );
    assert!(!page.answer.body.contains("<img src=x"));
    assert!(!page.answer.body.contains("a@b@c.test") && !page.answer.body.contains("Nul"));
    assert_eq!(scene.users("strange"), [Value::Null; 0]);
}

fn crossed(scene: &Scene) {
    let names: Vec<String> = (0..8).map(|n| format!("crossed-{n}")).collect();
    let ops: Vec<Op> = names.iter().map(|name| scene.op(name)).collect();

    let claims: Vec<Value> = std::thread::scope(|scope| {
        let each = ops
            .iter()
            .map(|op| scope.spawn(|| scene.sign_in(&mut scene.browser(), op)));
        let each: Vec<_> = each.collect();
        each.into_iter().map(|one| one.join().unwrap()).collect()
    });

    for (name, claims) in names.iter().zip(claims) {
        assert_eq!(claims["preferred_username"], json!(name));
    }
}
