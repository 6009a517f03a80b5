//! Kinds of token: what each takes, and that none takes another's.
use cloakroom_jose::jwe::{Allowed, Enc, Encryption, KeyAlg};
use cloakroom_jose::jwt::kind::{
    AccessToken, AuthorizationResponse, ClientAssertion, IdToken, IntrospectionResponse,
    KeycloakAccessToken, LogoutToken, RefreshToken, RequestObject,
};
use cloakroom_jose::jwt::nested::{self, Nesting};
use cloakroom_jose::jwt::{Kind, Verified, Verifier};
use cloakroom_jose::{Alg, KeySet, Result, SigningKey, SystemRandom, half_hash};
use serde_json::{Value, json};

use crate::jwe::keys;
use crate::vectors::signing_key;

const NOW: i64 = 1_000;
const LOGOUT: &str = "http://schemas.openid.net/event/backchannel-logout";

struct World {
    key: SigningKey,
    keys: KeySet,
}

impl World {
    fn new(alg: Alg) -> Self {
        let key = signing_key(alg);
        let keys = KeySet::from_keys([key.verifying_key().clone()]);
        Self { key, keys }
    }

    fn verify<K: Kind>(&self, token: &str) -> Result<Verified<K>> {
        Verifier::new(&self.keys, &Alg::ALL, "i", "a").verify(token, NOW)
    }

    fn sign(&self, typ: &str, claims: &Value) -> String {
        self.key.sign(typ, claims.to_string().as_bytes()).unwrap()
    }
}

/// A good example of each kind: its `typ` and its claims.
fn example(kind: &str) -> (&'static str, Value) {
    let common = json!({"iss": "i", "aud": "a", "iat": NOW, "exp": NOW + 60, "jti": "1"});
    let with = |more: Value| {
        let mut claims = common.clone();
        claims
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        claims
    };
    match kind {
        "access" => (
            "at+jwt",
            with(json!({"sub": "s", "client_id": "c", "scope": "r w"})),
        ),
        "keycloak" => (
            "JWT",
            with(json!({"sub": "s", "typ": "Bearer", "azp": "c"})),
        ),
        "id" => ("JWT", with(json!({"sub": "s", "nonce": "n", "azp": "a"}))),
        "logout" => (
            "logout+jwt",
            with(json!({"sid": "x", "events": {LOGOUT: {}}})),
        ),
        "assertion" => (
            "client-authentication+jwt",
            with(json!({"iss": "i", "sub": "i"})),
        ),
        "request" => (
            "oauth-authz-req+jwt",
            with(json!({"client_id": "i", "scope": "openid"})),
        ),
        "response" => ("JWT", with(json!({"code": "c", "state": "s"}))),
        "introspection" => (
            "token-introspection+jwt",
            with(json!({"token_introspection": {"active": true, "sub": "s"}})),
        ),
        _ => ("JWT", with(json!({"sub": "s", "typ": "Refresh"}))),
    }
}

const KINDS: [&str; 9] = [
    "access",
    "keycloak",
    "id",
    "logout",
    "assertion",
    "request",
    "response",
    "introspection",
    "refresh",
];

fn is_taken(world: &World, kind: &str, token: &str) -> bool {
    match kind {
        "access" => world.verify::<AccessToken>(token).is_ok(),
        "keycloak" => world.verify::<KeycloakAccessToken>(token).is_ok(),
        "id" => world.verify::<IdToken>(token).is_ok(),
        "logout" => world.verify::<LogoutToken>(token).is_ok(),
        "assertion" => world.verify::<ClientAssertion>(token).is_ok(),
        "request" => world.verify::<RequestObject>(token).is_ok(),
        "response" => world.verify::<AuthorizationResponse>(token).is_ok(),
        "introspection" => world.verify::<IntrospectionResponse>(token).is_ok(),
        _ => world.verify::<RefreshToken>(token).is_ok(),
    }
}

/// G50 to G54.
///
/// Keycloak writes `typ` of `JWT` for three kinds. What is left for an ID token to be told from them by
/// is the claim `typ`, which its reader has to look at.
#[test]
fn no_kind_takes_the_token_of_another() {
    let world = World::new(Alg::ES256);
    for made in KINDS {
        let (typ, claims) = example(made);
        let token = world.sign(typ, &claims);
        for read in KINDS {
            let is_same_to_openid_connect =
                read == "id" && matches!(made, "keycloak" | "refresh" | "response");
            if is_same_to_openid_connect && claims["sub"].is_string() {
                continue;
            }
            assert_eq!(
                is_taken(&world, read, &token),
                made == read,
                "{made} read as {read}"
            );
        }
    }
}

#[test]
fn what_a_kind_demands_is_demanded() {
    let world = World::new(Alg::ES256);
    let without = |kind: &str, name: &str| {
        let (typ, mut claims) = example(kind);
        claims.as_object_mut().unwrap().remove(name);
        world.sign(typ, &claims)
    };
    let rows = [
        ("access", "client_id"),
        ("access", "sub"),
        ("access", "aud"),
        ("access", "exp"),
        ("access", "iat"),
        ("access", "jti"),
        ("access", "iss"),
        ("keycloak", "typ"),
        ("id", "sub"),
        ("id", "iat"),
        ("id", "exp"),
        ("logout", "events"),
        ("logout", "jti"),
        ("logout", "sid"),
        ("assertion", "jti"),
        ("assertion", "sub"),
        ("assertion", "exp"),
        ("request", "client_id"),
        ("request", "aud"),
        ("response", "exp"),
        ("introspection", "token_introspection"),
        ("introspection", "iat"),
        ("refresh", "jti"),
        ("refresh", "exp"),
        ("refresh", "typ"),
    ];
    for (kind, name) in rows {
        assert!(
            !is_taken(&world, kind, &without(kind, name)),
            "{kind} without {name}"
        );
    }
}

#[test]
fn what_a_kind_says_of_a_claim_is_checked() {
    let world = World::new(Alg::ES256);
    let with = |kind: &str, name: &str, value: Value| {
        let (typ, mut claims) = example(kind);
        claims[name] = value;
        world.sign(typ, &claims)
    };
    let rows = [
        ("id", "aud", json!(["a", "b", "c"]), true),
        ("id", "events", json!({}), false),
        ("id", "iat", json!(NOW - 100_000), false),
        ("logout", "nonce", json!("n"), false),
        ("logout", "events", json!({LOGOUT: 1}), false),
        ("logout", "events", json!([LOGOUT]), false),
        ("logout", "sid", json!(1), false),
        ("logout", "iat", json!(NOW - 1_000), false),
        ("assertion", "sub", json!("other"), false),
        ("assertion", "exp", json!(NOW + 10_000), false),
        ("assertion", "htm", json!("POST"), false),
        ("request", "request", json!("x"), false),
        ("request", "request_uri", json!("x"), false),
        ("request", "sub", json!("i"), false),
        ("request", "exp", json!(NOW + 10_000), false),
        ("response", "exp", json!(NOW + 10_000), false),
        (
            "introspection",
            "token_introspection",
            json!({"active": "true"}),
            false,
        ),
        ("refresh", "typ", json!("Offline"), true),
        ("refresh", "typ", json!("Bearer"), false),
        ("keycloak", "typ", json!("ID"), false),
        ("keycloak", "typ", json!("DPoP"), true),
    ];
    for (kind, name, value, wanted) in rows {
        let token = with(kind, name, value.clone());
        assert_eq!(
            is_taken(&world, kind, &token),
            wanted,
            "{kind} {name} {value}"
        );
    }
    let (typ, mut claims) = example("id");
    claims.as_object_mut().unwrap().remove("azp");
    claims["aud"] = json!(["a", "b"]);
    assert!(!is_taken(&world, "id", &world.sign(typ, &claims)), "azp");
}

#[test]
fn typ_is_compared_as_media_types_are() {
    let world = World::new(Alg::ES256);
    let (_, claims) = example("access");
    for (typ, wanted) in [
        ("application/at+jwt", true),
        ("AT+JWT", true),
        ("JWT", false),
        ("at+jwt ", false),
        ("application/x/at+jwt", false),
    ] {
        assert_eq!(
            is_taken(&world, "access", &world.sign(typ, &claims)),
            wanted,
            "{typ}"
        );
    }
}

#[test]
fn a_shared_secret_signs_no_access_token() {
    let world = World::new(Alg::HS256);
    for kind in KINDS {
        let (typ, claims) = example(kind);
        let wanted = !matches!(kind, "access" | "keycloak");
        assert_eq!(
            is_taken(&world, kind, &world.sign(typ, &claims)),
            wanted,
            "{kind}"
        );
    }
}

#[test]
fn an_id_token_answers_its_request() {
    for alg in [Alg::RS256, Alg::ES512, Alg::Ed25519, Alg::Ed448] {
        let world = World::new(alg);
        let (typ, mut claims) = example("id");
        claims["at_hash"] = half_hash(alg, "token").into();
        claims["c_hash"] = half_hash(alg, "code").into();
        claims["s_hash"] = half_hash(alg, "state").into();
        let token = world.verify::<IdToken>(&world.sign(typ, &claims)).unwrap();

        assert!(token.check_nonce("n").is_ok() && token.check_authorized_party("a").is_ok());
        assert!(token.check_access_token("token").is_ok(), "{alg}");
        assert!(token.check_code("code").is_ok() && token.check_state("state").is_ok());
        assert_eq!(
            token.check_nonce("m").unwrap_err().claim_name(),
            Some("nonce")
        );
        assert_eq!(
            token.check_authorized_party("b").unwrap_err().claim_name(),
            Some("azp")
        );
        assert_eq!(
            token.check_access_token("x").unwrap_err().claim_name(),
            Some("at_hash")
        );
        assert_eq!(
            token.check_code("x").unwrap_err().claim_name(),
            Some("c_hash")
        );
        assert_eq!(
            token.check_state("x").unwrap_err().claim_name(),
            Some("s_hash")
        );
        assert_eq!(
            token.key_thumbprint(),
            world.key.verifying_key().thumbprint().as_deref()
        );
        assert!(!token.was_encrypted());
    }
    let world = World::new(Alg::ES256);
    let (typ, claims) = example("id");
    let bare = world.verify::<IdToken>(&world.sign(typ, &claims)).unwrap();
    assert!(
        bare.check_access_token("token")
            .unwrap_err()
            .is_missing_claim()
    );
}

#[test]
fn tokens_say_what_they_are_bound_to() {
    let world = World::new(Alg::ES256);
    let (typ, mut claims) = example("access");
    claims["cnf"] = json!({"jkt": "key", "x5t#S256": "certificate"});
    let token = world
        .verify::<AccessToken>(&world.sign(typ, &claims))
        .unwrap();
    assert_eq!(token.bound_to_key(), Some("key"));
    assert_eq!(token.bound_to_certificate(), Some("certificate"));
    assert_eq!(token.scopes().collect::<Vec<_>>(), ["r", "w"]);
    let (typ, claims) = example("introspection");
    let answer = world
        .verify::<IntrospectionResponse>(&world.sign(typ, &claims))
        .unwrap();
    assert_eq!(answer.active().unwrap()["sub"], "s");
}

#[test]
fn issuer_audience_and_time_are_always_checked() {
    let world = World::new(Alg::ES256);
    let (typ, claims) = example("access");
    let token = world.sign(typ, &claims);
    let verify = |algs: &[Alg], issuer: &str, audience: &str, now| {
        Verifier::new(&world.keys, algs, issuer, audience).verify::<AccessToken>(&token, now)
    };
    let es = [Alg::ES256];
    assert!(verify(&es, "i", "a", NOW).is_ok());
    assert_eq!(
        verify(&es, "i/", "a", NOW).unwrap_err().claim_name(),
        Some("iss")
    );
    assert_eq!(
        verify(&es, "i", "A", NOW).unwrap_err().claim_name(),
        Some("aud")
    );
    assert!(verify(&es, "i", "a", NOW + 120).unwrap_err().is_expired());
    assert!(
        verify(&es, "i", "a", NOW - 61)
            .unwrap_err()
            .is_not_yet_valid()
    );
    assert!(
        verify(&[Alg::RS256], "i", "a", NOW)
            .unwrap_err()
            .is_unsupported()
    );
    assert!(verify(&[], "i", "a", NOW).is_err());
    let other = World::new(Alg::ES256);
    let stranger = Verifier::new(&other.keys, &es, "i", "a").verify::<AccessToken>(&token, NOW);
    assert!(stranger.unwrap_err().is_signature());
    let many = Verifier::new(&world.keys, &es, "i", "b").any_audience(&["b", "a"]);
    assert!(many.verify::<AccessToken>(&token, NOW).is_ok());
    let young = Verifier::new(&world.keys, &es, "i", "a")
        .max_age(10)
        .skew(0);
    assert!(
        young
            .verify::<AccessToken>(&token, NOW + 11)
            .unwrap_err()
            .is_expired()
    );
    let one = Verifier::new(world.key.verifying_key(), &es, "i", "a");
    assert!(one.verify::<AccessToken>(&token, NOW).is_ok());
}

#[test]
fn a_token_is_signed_then_encrypted_and_never_deeper() {
    let world = World::new(Alg::ES256);
    let (public, private) = keys(KeyAlg::EcdhEs, Enc::A256Gcm).remove(0);
    let allowed = Allowed::new(&[KeyAlg::EcdhEs], &[Enc::A256Gcm]);
    let decryption = [private];
    let nesting = Nesting::new(&decryption, &allowed);
    let verifier = Verifier::new(&world.keys, &[Alg::ES256], "i", "a").decrypting(nesting);
    let (typ, claims) = example("access");
    let signed = world.sign(typ, &claims);
    let how = Encryption::new(Enc::A256Gcm);
    let random = &mut SystemRandom;
    let token = nested::encrypt(&signed, &how, &public, random).unwrap();

    assert!(
        verifier
            .verify::<AccessToken>(&token, NOW)
            .unwrap()
            .was_encrypted()
    );
    assert!(
        !verifier
            .verify::<AccessToken>(&signed, NOW)
            .unwrap()
            .was_encrypted()
    );
    let strict = verifier.decrypting(nesting.required());
    assert!(strict.verify::<AccessToken>(&token, NOW).is_ok());
    assert!(
        strict
            .verify::<AccessToken>(&signed, NOW)
            .unwrap_err()
            .is_malformed()
    );
    let plain = Verifier::new(&world.keys, &[Alg::ES256], "i", "a");
    assert!(
        plain
            .verify::<AccessToken>(&token, NOW)
            .unwrap_err()
            .is_malformed(),
        "J56"
    );

    let jwt = how.clone().cty("JWT");
    let twice = jwt.compact(&public, token.as_bytes(), random).unwrap();
    assert!(
        verifier
            .verify::<AccessToken>(&twice, NOW)
            .unwrap_err()
            .is_malformed(),
        "J57"
    );
    let unsigned = jwt
        .compact(&public, claims.to_string().as_bytes(), random)
        .unwrap();
    assert!(
        verifier
            .verify::<AccessToken>(&unsigned, NOW)
            .unwrap_err()
            .is_malformed()
    );
    let unsaid = how.compact(&public, signed.as_bytes(), random).unwrap();
    assert!(
        verifier
            .verify::<AccessToken>(&unsaid, NOW)
            .unwrap_err()
            .is_malformed()
    );
    assert!(
        nested::encrypt(&token, &how, &public, random)
            .unwrap_err()
            .is_malformed()
    );
}
