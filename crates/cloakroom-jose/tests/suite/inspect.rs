//! The inspector: what it sees, what it says, and what it does not repeat.
use cloakroom_jose::inspect::{Finding, Form, Signature, inspect};
use cloakroom_jose::jwe::{Enc, Encryption, KeyAlg};
use cloakroom_jose::{Alg, SystemRandom, base64url};
use serde_json::json;

use crate::jwe::keys;
use crate::vectors::{other_signing_key, signing_key};

#[test]
fn a_good_token_has_no_findings() {
    let key = signing_key(Alg::ES256);
    let claims = br#"{"iss":"i","aud":"a","iat":100,"exp":400}"#;
    let token = key.sign("at+jwt", claims).unwrap();

    let report = inspect(&format!("{token}\n"), Some(key.verifying_key()), 200).unwrap();

    assert_eq!(report.findings(), []);
    assert_eq!(
        (report.form(), report.alg(), report.typ()),
        (Form::Signed, "ES256", Some("at+jwt"))
    );
    assert_eq!(
        (report.signature(), report.bytes()),
        (Signature::Right, token.len())
    );
    let stranger = other_signing_key(Alg::ES256);
    let report = inspect(&token, Some(stranger.verifying_key()), 200).unwrap();
    assert_eq!(report.signature(), Signature::Wrong);
    assert_eq!(
        inspect(&token, None, 200).unwrap().signature(),
        Signature::Unchecked
    );
}

#[test]
fn what_speaks_against_a_token_is_found() {
    let key = signing_key(Alg::HS256);
    let claims = json!({"sub": "s", "email": "alice@example.com", "roles": "r".repeat(1_200),
        "iat": 0, "exp": 10_000});
    let token = key.sign("JWT", claims.to_string().as_bytes()).unwrap();

    let report = inspect(&token, None, 20_000).unwrap();

    let findings = [
        Finding::Large { bytes: token.len() },
        Finding::UnfitAlg {
            alg: "HS256".to_owned(),
        },
        Finding::UnfitTyp,
        Finding::LongLived { seconds: 10_000 },
        Finding::Expired,
        Finding::NoAudience,
        Finding::NoIssuer,
        Finding::PersonalData {
            claims: vec!["email".to_owned()],
        },
    ];
    assert_eq!(report.findings(), findings);
    let largest = &report.claims()[0];
    assert_eq!((largest.name(), largest.bytes()), ("roles", 5 + 3 + 1_202));
    assert!(
        !format!("{report:?}").contains("alice"),
        "no value is repeated"
    );
}

#[test]
fn tokens_that_are_never_accepted_can_be_looked_at() {
    let part = |json: &str| base64url::encode(json.as_bytes());
    let none = format!("{}.{}.", part(r#"{"alg":"none"}"#), part("{}"));
    let report = inspect(&none, None, 0).unwrap();
    assert!(report.findings().contains(&Finding::UnfitAlg {
        alg: "none".to_owned()
    }));
    assert!(report.findings().contains(&Finding::NeverExpires));

    for (alg, is_fit) in [(KeyAlg::RsaOaep, true), (KeyAlg::Rsa1_5, false)] {
        let (public, _) = keys(alg, Enc::A128Gcm).remove(0);
        let how = Encryption::new(Enc::A128Gcm).typ("at+jwt");
        let token = how.compact(&public, b"{}", &mut SystemRandom).unwrap();
        let report = inspect(&token, None, 0).unwrap();
        assert_eq!((report.form(), report.claims().len()), (Form::Encrypted, 0));
        assert_eq!(report.findings().is_empty(), is_fit, "{alg}");
    }
    for text in [
        "",
        "a",
        "a.b",
        "a.b.c",
        "e30.e30",
        "e30.W10.",
        "e30.e30.e30.e30",
    ] {
        assert!(inspect(text, None, 0).unwrap_err().is_malformed(), "{text}");
    }
}
