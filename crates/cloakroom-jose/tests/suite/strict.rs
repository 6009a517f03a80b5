//! Base64url, JSON, PEM and headers have one reading each, or none.
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::{Alg, base64url, half_hash, json, pem};

const ROOM: usize = 10_000;

#[test]
fn base64url_reads_exactly_what_it_writes() {
    for len in 0..=66 {
        let bytes: Vec<u8> = (0..len)
            .map(|at| at * 37 + 251)
            .map(|sum| sum as u8)
            .collect();
        assert_eq!(
            base64url::decode(&base64url::encode(&bytes)).unwrap(),
            bytes
        );
    }
    for text in [
        "AA==", "AA=", "A", "AB", "AAB", "A A", "AA\n", "+/+/", "\u{e9}A", "AAAAA",
    ] {
        assert!(
            base64url::decode(text).unwrap_err().is_malformed(),
            "{text:?}"
        );
    }
}

#[test]
fn one_object_and_nothing_else_is_read() {
    let good = br#" {"a":1,"b":{"a":[1,-2,3.5,true,null,"\u00e4\ud83d\ude00"]}} "#;
    assert_eq!(json::parse_object(good, ROOM).unwrap().len(), 2);

    let cases: [(&str, &[u8]); 20] = [
        ("nothing", b""),
        ("white space", b" "),
        ("an array", b"[]"),
        ("a string", b"\"a\""),
        ("a number", b"1"),
        ("null", b"null"),
        ("a member twice", br#"{"a":1,"a":1}"#),
        ("a member twice by escape", br#"{"a":1,"\u0061":1}"#),
        ("a member twice inside", br#"{"b":[{"a":1,"a":1}]}"#),
        ("a byte order mark", b"\xef\xbb\xbf{}"),
        ("UTF-16", b"\xff\xfe{\0}\0"),
        ("broken UTF-8", b"{\"a\":\"\xff\"}"),
        ("a lone surrogate", br#"{"a":"\ud800"}"#),
        ("a lone surrogate in a name", br#"{"\udc00":1}"#),
        ("a trailing comma", br#"{"a":1,}"#),
        ("a second object", b"{}{}"),
        ("a trailing letter", b"{}x"),
        ("a comment", b"{/**/}"),
        ("not a number", br#"{"a":NaN}"#),
        ("a number out of range", br#"{"a":1e400}"#),
    ];
    for (what, text) in cases {
        assert!(
            json::parse_object(text, ROOM).unwrap_err().is_malformed(),
            "{what}"
        );
    }
}

#[test]
fn depth_and_size_are_bounded() {
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert!(json::parse_object(nested(31).as_bytes(), ROOM).is_ok());
    assert!(json::parse_object(nested(32).as_bytes(), ROOM).is_err());
    assert!(json::parse_object(nested(100_000).as_bytes(), usize::MAX).is_err());
    assert!(json::parse_object(b"{}", 1).is_err());
}

#[test]
fn pem_is_read_with_and_without_armour() {
    let armour = "-----BEGIN PUBLIC KEY-----\nAAEC\nAwQ=\n-----END PUBLIC KEY-----\n";
    assert_eq!(
        pem::decode(armour).unwrap(),
        (Some("PUBLIC KEY"), vec![0, 1, 2, 3, 4])
    );
    assert_eq!(
        pem::decode("AAEC\r\nAwQ=\r\n").unwrap(),
        (None, vec![0, 1, 2, 3, 4])
    );
    for text in [
        "",
        "-----BEGIN ",
        "-----BEGIN A-----AAEC",
        "-----BEGIN A-----AAEC-----END B-----",
        "-----BEGIN A----------END A-----",
        "-----BEGIN A-----A*-----END A-----",
    ] {
        assert!(pem::decode(text).is_err(), "{text:?}");
    }
}

#[test]
fn headers_that_demand_or_disguise_something_are_refused() {
    let parse = |header: &str| {
        let token = format!("{}.e30.AAAA", base64url::encode(header.as_bytes()));
        Unverified::parse(&token).map(|token| token.header().clone())
    };
    let header = parse(r#"{"alg":"RS256","kid":"k","typ":"application/AT+JWT"}"#).unwrap();
    assert_eq!((header.alg(), header.kid()), (Alg::RS256, Some("k")));
    assert!(header.is_typ("at+jwt") && !header.is_typ("JWT"));

    for header in [
        r#"{}"#,
        r#"{"alg":"none"}"#,
        r#"{"alg":"rs256"}"#,
        r#"{"alg":["RS256"]}"#,
        r#"{"alg":"RS256","Alg":"none"}"#,
        r#"{"alg":"RS256","crit":[]}"#,
        r#"{"alg":"RS256","crit":["exp"],"exp":1}"#,
        r#"{"alg":"RS256","b64":true}"#,
        r#"{"alg":"RS256","kid":1}"#,
        r#"{"alg":"RS256","kid":""}"#,
        r#"{"alg":"RS256","kid":"a\u0000b"}"#,
        r#"{"alg":"RS256","typ":null}"#,
    ] {
        assert!(parse(header).is_err(), "{header}");
    }
    assert!(parse(&format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "k".repeat(256))).is_ok());
    assert!(parse(&format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "k".repeat(257))).is_err());
}

#[test]
fn every_algorithm_is_found_by_its_name_alone() {
    for alg in Alg::ALL {
        assert_eq!(Alg::from_name(alg.name()), Some(alg));
        assert_eq!(Alg::from_name(&alg.name().to_lowercase()), None, "{alg}");
    }
    for name in ["none", "", "ESP256", "ES256k", "RSA-OAEP", "HS1"] {
        assert_eq!(Alg::from_name(name), None, "{name}");
    }
}

#[test]
fn a_half_hash_is_that_of_openid_connect() {
    // OpenID Connect Core 1.0, A.3 and A.4: the access token's at_hash, the code's c_hash.
    assert_eq!(
        half_hash(Alg::RS256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
        "77QmUPtjPfzWtF2AnpK9RQ"
    );
    assert_eq!(
        half_hash(
            Alg::RS256,
            "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"
        ),
        "LDktKdoQak3Pk0cnXxCltA"
    );
    // The longer hashes give longer halves.
    assert_eq!(half_hash(Alg::ES384, "a").len(), 32);
    assert_eq!(half_hash(Alg::EdDSA, "a").len(), 43);
}
