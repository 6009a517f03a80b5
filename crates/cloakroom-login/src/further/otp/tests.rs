//! The vectors of both RFCs, and the ways in which devices are stored.

use cloakroom_model::id::CredentialId;
use serde_json::json;

use super::*;

fn device(shown: &Value, secret: &str) -> Option<Device> {
    Device::read(&Credential {
        id: CredentialId::new("a device"),
        kind: credential::OTP.to_owned(),
        label: None,
        created_at: Timestamp::from_seconds(0),
        priority: 10,
        credential_data: shown.to_string(),
        secret_data: Secret::new(json!({"value": secret}).to_string()),
    })
}

#[test]
fn codes_of_a_counter_are_those_of_the_rfc() {
    // RFC 4226, appendix D.
    let shown = json!({"subType": "hotp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1"});
    let fob = device(&shown, "12345678901234567890").unwrap();
    let codes: Vec<String> = (0..10).map(|counter| fob.code(counter)).collect();
    assert_eq!(
        codes,
        [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489"
        ]
    );
}

#[test]
fn a_counter_has_no_period() {
    // Keycloak writes a zero where a counter makes the codes.
    let shown =
        json!({"subType": "hotp", "digits": 6, "counter": 3, "period": 0, "algorithm": "HmacSHA1"});
    let fob = device(&shown, "12345678901234567890").unwrap();
    let now = Timestamp::from_seconds(0);
    assert_eq!(fob.find("969429", now, 0), Some(Match::Counter(3)));
    assert_eq!(fob.find("359152", now, 5), None);

    let shown = json!({"subType": "totp", "digits": 6, "period": 0, "algorithm": "HmacSHA1"});
    assert!(device(&shown, "12345678901234567890").is_none());
}

#[test]
fn a_policy_by_which_no_code_could_be_made_is_that_of_a_new_realm() {
    let mut settings = Settings::default();
    for (name, value) in [("otpPolicyDigits", json!(0)), ("otpPolicyPeriod", json!(0))] {
        settings.rest.insert(name.to_owned(), value);
    }
    let policy = Policy::of(&settings);
    assert_eq!((policy.digits, policy.period), (6, 30));
}

#[test]
fn codes_of_the_clock_are_those_of_the_rfc() {
    // RFC 6238, appendix B; the secrets are as long as the digests there.
    let long = "1234567890".repeat(7);
    let rows = [
        (
            "HmacSHA1",
            20,
            [
                (59, "94287082"),
                (1_111_111_109, "07081804"),
                (20_000_000_000, "65353130"),
            ],
        ),
        (
            "HmacSHA256",
            32,
            [
                (59, "46119246"),
                (1_111_111_109, "68084774"),
                (20_000_000_000, "77737706"),
            ],
        ),
        (
            "HmacSHA512",
            64,
            [
                (59, "90693936"),
                (1_111_111_109, "25091201"),
                (20_000_000_000, "47863826"),
            ],
        ),
    ];
    for (algorithm, length, codes) in rows {
        let shown = json!({"subType": "totp", "digits": 8, "period": 30, "algorithm": algorithm});
        let app = device(&shown, &long[..length]).unwrap();
        for (seconds, code) in codes {
            let now = Timestamp::from_seconds(seconds);
            assert_eq!(
                app.find(code, now, 0),
                Some(Match::Clock(seconds / 30)),
                "{algorithm} {seconds}"
            );
        }
    }
}

#[test]
fn a_window_ends_where_the_policy_says() {
    let shown = json!({"subType": "totp", "digits": 6, "period": 30, "algorithm": "HmacSHA1"});
    let app = device(&shown, "12345678901234567890").unwrap();
    let now = Timestamp::from_seconds(30 * 1000);
    let found = |step: i64, window: i64| app.find(&app.code(step), now, window).is_some();
    for (step, window, expected) in [
        (1000, 0, true),
        (999, 0, false),
        (1001, 0, false),
        (999, 1, true),
        (1001, 1, true),
        (998, 1, false),
        (1002, 1, false),
        // However wide a policy is, it ends.
        (1011, i64::MAX, false),
        (989, i64::MAX, false),
        (1010, i64::MAX, true),
        (1000, -1, true),
    ] {
        assert_eq!(found(step, window), expected, "{step} {window}");
    }
    let shown = json!({"subType": "hotp", "digits": 6, "counter": 3, "algorithm": "HmacSHA1"});
    let fob = device(&shown, "12345678901234567890").unwrap();
    for (counter, expected) in [(2, false), (3, true), (4, true), (5, false)] {
        assert_eq!(
            fob.find(&fob.code(counter), now, 1).is_some(),
            expected,
            "{counter}"
        );
    }
}

#[test]
fn a_secret_is_read_as_it_is_written() {
    let raw = device(
        &json!({"subType": "totp", "digits": 6, "period": 30, "algorithm": "HmacSHA1"}),
        "12345678901234567890",
    );
    let base32 = device(
        &json!({"subType": "totp", "digits": 6, "period": 30, "algorithm": "HmacSHA1", "secretEncoding": "BASE32"}),
        "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    );
    assert_eq!(raw.unwrap().code(7), base32.unwrap().code(7));
    // What nobody can make a code of is no device.
    for (shown, secret) in [
        (json!({"algorithm": "HmacMD5"}), "x"),
        (json!({"digits": 0}), "x"),
        (json!({"digits": 9}), "x"),
        (json!({"period": 0}), "x"),
        (json!({"secretEncoding": "BASE32"}), "0189"),
        (json!({"secretEncoding": "HEX"}), "ff"),
        (json!({}), ""),
        (json!([]), "x"),
    ] {
        assert!(device(&shown, secret).is_none(), "{shown}");
    }
}

#[test]
fn nothing_but_the_digits_of_a_code_is_one() {
    let shown = json!({"subType": "totp", "digits": 6, "period": 30, "algorithm": "HmacSHA1"});
    let app = device(&shown, "12345678901234567890").unwrap();
    let now = Timestamp::from_seconds(59);
    let code = app.code(1);
    assert_eq!(code, "287082");
    for wrong in [
        "",
        "0287082",
        "287082\u{0}",
        "28708",
        "２８７０８２",
        "-287082",
        "287 082",
        "+287082",
        "287082.0",
    ] {
        assert_eq!(app.find(wrong, now, 1), None, "{wrong}");
    }
    assert_eq!(app.find(&"2".repeat(10_000), now, 1), None);
}
