//! SD-JWT: what is shown is seen, what is not is not, and nobody adds anything.
use cloakroom_jose::sd_jwt::{Binding, Issuer, Presentation, Rules, Verified, verify};
use cloakroom_jose::{Alg, Jwk, KeySet, Result, SigningKey, SystemRandom, base64url};
use serde_json::{Value, json};

use crate::vectors::signing_key;

const NOW: i64 = 1_000;

fn claims() -> Value {
    json!({
        "iss": "i", "iat": 900, "exp": 2_000, "sub": "s",
        "given_name": "Alice",
        "address": {"street": "Way 1", "country": "DE"},
        "nationalities": ["DE", "FR"],
    })
}

const HIDDEN: [&str; 6] = [
    "/sub",
    "/given_name",
    "/address",
    "/address/street",
    "/nationalities/0",
    "/nationalities/1",
];

struct World {
    issuer: SigningKey,
    holder: SigningKey,
    keys: KeySet,
}

impl World {
    fn new() -> Self {
        let issuer = signing_key(Alg::ES256);
        let keys = KeySet::from_keys([issuer.verifying_key().clone()]);
        let holder = SigningKey::generate(Alg::EdDSA, "holder").unwrap();
        Self {
            issuer,
            holder,
            keys,
        }
    }

    fn issue(&self) -> String {
        let holder = Jwk::from_verifying_key(self.holder.verifying_key()).unwrap();
        Issuer::new(&HIDDEN)
            .holder(&holder)
            .decoys(3)
            .issue(&self.issuer, "example+sd-jwt", &claims(), &mut SystemRandom)
            .unwrap()
    }

    fn verify(&self, message: &str, rules: &Rules<'_>) -> Result<Verified> {
        verify(message, &self.keys, rules, NOW)
    }
}

fn rules() -> Rules<'static> {
    Rules::new(&[Alg::ES256, Alg::EdDSA], "i").typ(&["example+sd-jwt"])
}

#[test]
fn all_shown_is_what_was_issued_and_nothing_shown_is_what_stays() {
    let world = World::new();
    let issued = world.issue();
    for value in ["Alice", "Way 1", "given_name"] {
        let payload = issued.split('.').nth(1).unwrap();
        let payload = String::from_utf8(base64url::decode(payload).unwrap()).unwrap();
        assert!(!payload.contains(value), "{value} is hidden");
    }
    let all = world.verify(&issued, &rules()).unwrap();
    let mut shown = all.claims().clone();
    shown.remove("cnf");
    assert_eq!(Value::Object(shown), claims());
    assert!(!all.is_bound());

    let none = Presentation::parse(&issued)
        .unwrap()
        .show(|_| false)
        .to_string();
    let none = world.verify(&none, &rules()).unwrap();
    let mut names: Vec<_> = none.claims().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["cnf", "exp", "iat", "iss", "nationalities"]);
    assert_eq!(none.claims()["nationalities"], json!([]));
}

#[test]
fn a_claim_inside_a_hidden_one_needs_that_one() {
    let world = World::new();
    let issued = Presentation::parse(&world.issue()).unwrap();
    let both = issued
        .clone()
        .show(|name| matches!(name, Some("address" | "street")));
    let verified = world.verify(&both.to_string(), &rules()).unwrap();
    assert_eq!(verified.claims()["address"], claims()["address"]);
    let outer = issued.clone().show(|name| name == Some("address"));
    let verified = world.verify(&outer.to_string(), &rules()).unwrap();
    assert_eq!(verified.claims()["address"], json!({"country": "DE"}));
    let inner = issued.show(|name| name == Some("street")).to_string();
    assert!(world.verify(&inner, &rules()).unwrap_err().is_malformed());
}

#[test]
fn the_holder_is_the_one_the_issuer_named() {
    let world = World::new();
    let binding = Binding {
        audience: "verifier",
        nonce: "n",
        now: NOW,
    };
    let shown = Presentation::parse(&world.issue())
        .unwrap()
        .show(|name| name == Some("sub"));
    let bound = shown
        .clone()
        .bind(&world.holder, &binding)
        .unwrap()
        .to_string();
    assert!(
        world
            .verify(&bound, &rules().bound(binding))
            .unwrap()
            .is_bound()
    );

    let other_holder = SigningKey::generate(Alg::EdDSA, "holder").unwrap();
    let stolen = shown
        .clone()
        .bind(&other_holder, &binding)
        .unwrap()
        .to_string();
    assert!(
        world
            .verify(&stolen, &rules().bound(binding))
            .unwrap_err()
            .is_signature()
    );
    assert!(
        world
            .verify(&shown.to_string(), &rules().bound(binding))
            .unwrap_err()
            .is_malformed()
    );
    for wrong in [
        Binding {
            audience: "other",
            ..binding
        },
        Binding {
            nonce: "m",
            ..binding
        },
        Binding {
            now: NOW + 1_000,
            ..binding
        },
        Binding {
            now: NOW - 1_000,
            ..binding
        },
    ] {
        let refused = world.verify(&bound, &rules().bound(wrong)).unwrap_err();
        assert!(refused.claim_name().is_some(), "{wrong:?}");
    }
    // The binding is over what stood before it.
    let (before, binding_token) = bound.rsplit_once('~').unwrap();
    let token = before.split('~').next().unwrap();
    let less = format!("{token}~{binding_token}");
    let refused = world.verify(&less, &rules().bound(binding)).unwrap_err();
    assert_eq!(refused.claim_name(), Some("sd_hash"));
}

/// A token with exactly this payload, and these disclosures.
fn made(world: &World, payload: &Value, disclosures: &[&str]) -> Result<Verified> {
    let token = world
        .issuer
        .sign("example+sd-jwt", payload.to_string().as_bytes())
        .unwrap();
    let mut message = format!("{token}~");
    for disclosure in disclosures {
        message.push_str(disclosure);
        message.push('~');
    }
    world.verify(&message, &rules())
}

fn disclosure(content: &Value) -> (String, String) {
    let text = base64url::encode(content.to_string().as_bytes());
    let digest = cloakroom_jose::digest(Alg::RS256, text.as_bytes());
    (text, base64url::encode(&digest))
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of what is forbidden")]
fn what_the_format_forbids_is_refused() {
    let world = World::new();
    let (text, digest) = disclosure(&json!(["salt", "name", "value"]));
    let (element, element_digest) = disclosure(&json!(["salt", "value"]));
    let (reserved, reserved_digest) = disclosure(&json!(["salt", "_sd", []]));
    let (dots, dots_digest) = disclosure(&json!(["salt", "...", 1]));
    let (again, again_digest) = disclosure(&json!(["salt", "iss", "other"]));
    let (four, four_digest) = disclosure(&json!(["salt", "name", 1, 2]));
    let (number, number_digest) = disclosure(&json!([1, "name", 2]));
    let (alg, alg_digest) = disclosure(&json!(["salt", "_sd_alg", "none"]));
    let with = |more: Value| {
        let mut payload = json!({"iss": "i"});
        payload
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        payload
    };
    let hidden = with(json!({"_sd": [digest]}));
    assert_eq!(
        made(&world, &hidden, &[&text]).unwrap().claims()["name"],
        "value"
    );
    assert!(made(&world, &with(json!({"_sd_alg": "sha-256"})), &[]).is_ok());
    let cases = [
        ("a disclosure of no digest", with(json!({})), vec![&text]),
        ("a disclosure twice", hidden, vec![&text, &text]),
        (
            "a digest twice",
            with(json!({"_sd": [digest, digest]})),
            vec![&text],
        ),
        (
            "a digest in two places",
            with(json!({"_sd": [digest], "a": {"_sd": [digest]}})),
            vec![],
        ),
        (
            "a claim that is there",
            with(json!({"_sd": [again_digest]})),
            vec![&again],
        ),
        (
            "an element in an object",
            with(json!({"_sd": [element_digest]})),
            vec![&element],
        ),
        (
            "a member in an array",
            with(json!({"a": [{"...": digest}]})),
            vec![&text],
        ),
        ("dots in an object", with(json!({"...": digest})), vec![]),
        (
            "dots beside others",
            with(json!({"a": [{"...": digest, "b": 1}]})),
            vec![],
        ),
        (
            "a reserved name",
            with(json!({"_sd": [reserved_digest]})),
            vec![&reserved],
        ),
        (
            "dots as a name",
            with(json!({"_sd": [dots_digest]})),
            vec![&dots],
        ),
        (
            "the hash as a claim",
            with(json!({"_sd": [alg_digest]})),
            vec![&alg],
        ),
        (
            "four parts",
            with(json!({"_sd": [four_digest]})),
            vec![&four],
        ),
        (
            "a salt that is no text",
            with(json!({"_sd": [number_digest]})),
            vec![&number],
        ),
        (
            "digests that are no list",
            with(json!({"_sd": digest})),
            vec![],
        ),
        (
            "a digest that is no text",
            with(json!({"_sd": [1]})),
            vec![],
        ),
        ("another hash", with(json!({"_sd_alg": "sha-512"})), vec![]),
        ("another issuer", json!({"iss": "other"}), vec![]),
        ("a token that is over", with(json!({"exp": 1})), vec![]),
    ];
    for (what, payload, disclosures) in cases {
        let texts: Vec<&str> = disclosures.into_iter().map(String::as_str).collect();
        assert!(made(&world, &payload, &texts).is_err(), "{what}");
    }
    let (expiry, expiry_digest) = disclosure(&json!(["salt", "exp", 1]));
    let hidden_expiry = with(json!({"_sd": [expiry_digest]}));
    assert!(
        made(&world, &hidden_expiry, &[&expiry])
            .unwrap_err()
            .is_expired()
    );
}

#[test]
fn a_message_that_is_none_is_refused_without_panic() {
    let world = World::new();
    let issued = world.issue();
    for end in 0..issued.len() {
        if issued.as_bytes()[end - usize::from(end > 0)] == b'~' {
            continue;
        }
        assert!(world.verify(&issued[..end], &rules()).is_err(), "{end}");
    }
    for text in ["", "~", "~~", "a~b", "a.b.c~", "a.b.c~~", "~a.b.c"] {
        assert!(world.verify(text, &rules()).is_err(), "{text}");
    }
    // A tilde too many would be a second form of the same message.
    let tildes = format!("{}~", issued.replacen('~', "~~", 1));
    for text in [tildes.as_str(), &format!("{issued}~"), "a.b.c~~"] {
        assert!(
            Presentation::parse(text).unwrap_err().is_malformed(),
            "{text}"
        );
    }
    let other = Rules::new(&[Alg::ES256], "i").typ(&["other+sd-jwt"]);
    assert_eq!(
        world.verify(&issued, &other).unwrap_err().claim_name(),
        Some("typ")
    );
}

#[test]
fn an_issuer_hides_only_what_may_be_hidden() {
    let world = World::new();
    let issue = |hidden: &[&str], claims: &Value| {
        Issuer::new(hidden).issue(&world.issuer, "x", claims, &mut SystemRandom)
    };
    for pointer in [
        "/iss",
        "/exp",
        "/missing",
        "/nationalities/9",
        "nonsense",
        "/given_name/x",
    ] {
        assert!(issue(&[pointer], &claims()).is_err(), "{pointer}");
    }
    for claims in [
        json!([]),
        json!({"_sd": []}),
        json!({"a": [{"...": 1}]}),
        json!({"_sd_alg": 1}),
    ] {
        assert!(issue(&[], &claims).is_err(), "{claims}");
    }
}

/// The example disclosures of RFC 9901 §4.2.1 and §4.2.2, with the digests of §4.2.3.
#[test]
fn digests_are_those_of_the_rfc() {
    let rows = [(
        "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0",
        "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0",
        json!("M\u{f6}bius"),
    )];
    let world = World::new();
    for (text, digest, value) in rows {
        let verified = made(&world, &json!({"iss": "i", "_sd": [digest]}), &[text]).unwrap();
        assert_eq!(verified.claims()["family_name"], value);
    }
}
