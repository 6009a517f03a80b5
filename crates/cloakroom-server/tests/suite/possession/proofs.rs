//! What is a proof and what is none, at the token endpoint.

use serde_json::{Value, json};

use super::key::{Key, Made};
use super::{Scene, Story, assert_bound, assert_refused};
use crate::conformance::party::{fresh, now};
use crate::http::text;
use crate::jwt;

pub(super) const STORIES: &[Story] = &[
    ("DPOP-01 a request has one proof, and it is well made", form),
    (
        "E02-E05 a header that is no header of a proof is refused",
        headers,
    ),
    ("DPOP-02 a proof is for one method and one address", address),
    ("DPOP-04 a proof is of now", time),
    ("DPOP-05 a proof is used once, on whichever node", once),
    ("E10 what a proof is called is a short text", names),
    (
        "DPOP-03 a nonce that nobody asked for is passed over",
        nonce,
    ),
    ("E15 many proofs with nothing to trade get nothing", many),
];

const REFUSED: &[&str] = &["invalid_dpop_proof"];

/// Sends a proof, and says whether tokens came of it.
fn is_taken(scene: &Scene, proof: &str) -> bool {
    let answer = scene.by_itself(&scene.web, &[proof]);
    if answer.status == 200 {
        return true;
    }
    assert_refused(&answer, 400, REFUSED);
    false
}

fn changed(scene: &Scene, key: &Key, header: Value, claims: Value) -> String {
    key.changed(&scene.posted("token"), (header, claims))
}

fn form(scene: &Scene) {
    let key = Key::new();
    assert_bound(&scene.bound(&scene.web, &key), &key);

    let (one, other) = (scene.proof(&key), scene.proof(&key));
    let two = scene.by_itself(&scene.web, &[&one, &other]);
    assert_refused(&two, 400, REFUSED);
    let cut = one.rsplit_once('.').unwrap().0.to_owned();
    for wrong in [
        format!("{one}, {other}"),
        format!("{one},{one}"),
        cut,
        format!("{one}.x"),
        format!("{one}="),
        "x".to_owned(),
        "..".to_owned(),
        "a b.c.d".to_owned(),
        "x".repeat(30_000),
    ] {
        let answer = scene.by_itself(&scene.web, &[&wrong]);
        // A header that is too long for HTTP itself does not come as far.
        let is_refused = [0, 400, 413, 431].contains(&answer.status);
        assert!(
            is_refused && answer.json().get("access_token").is_none(),
            "{answer:?}"
        );
    }
}

fn headers(scene: &Scene) {
    let (key, other) = (Key::new(), Key::new());
    let mut private = key.jwk();
    private["d"] = json!("AAAA");
    let mut off_curve = key.jwk();
    off_curve["y"] = off_curve["x"].clone();
    let mut wrong_curve = key.jwk();
    wrong_curve["crv"] = json!("secp256k1");
    let rsa = |n: &str, e: &str| json!({"kty": "RSA", "n": n, "e": e});
    let short = "s".repeat(86);
    for header in [
        json!({"typ": "JWT"}),
        json!({"typ": null}),
        json!({"typ": "at+jwt"}),
        json!({"alg": "none"}),
        json!({"alg": "HS256"}),
        json!({"alg": "ES384"}),
        json!({"alg": null}),
        json!({"jwk": null}),
        json!({"jwk": private}),
        json!({"jwk": off_curve}),
        json!({"jwk": wrong_curve}),
        json!({"jwk": other.jwk()}),
        json!({"jwk": {"kty": "oct", "k": "AAAA"}}),
        json!({"alg": "RS256", "jwk": rsa(&short, "AQAB")}),
        json!({"alg": "RS256", "jwk": rsa(&"s".repeat(342), "AQ")}),
        json!({"alg": "RS256", "jwk": rsa("AA", "AQAB")}),
        json!({"crit": ["x"], "x": 1}),
    ] {
        let proof = changed(scene, &key, header.clone(), json!({}));
        assert!(!is_taken(scene, &proof), "{header}");
    }
    // A shared secret is none that both sides did not agree on, whatever the header brings along.
    let header = json!({"typ": "dpop+jwt", "alg": "HS256", "jwk": {"kty": "oct", "k": "c2VjcmV0"}});
    let claims = json!({"jti": fresh(), "htm": "POST", "htu": scene.url("token"), "iat": now()});
    assert!(!is_taken(scene, &jwt::hs256(&header, &claims, b"secret")));
    let unsigned = jwt::assembled(&key.header(), &claims, &[]);
    assert!(!is_taken(scene, &unsigned));
}

fn address(scene: &Scene) {
    let key = Key::new();
    let url = scene.url("token");
    let path = scene.realm.path("token");
    let host = scene.server().host().to_owned();
    for (htu, right) in [
        (url.clone(), true),
        (format!("{url}?a=b"), true),
        (format!("{url}#c"), true),
        (url.replace("http://localhost", "HTTP://LOCALHOST"), true),
        (url.replace("http://", "https://"), false),
        (format!("{url}/"), false),
        (url.to_uppercase(), false),
        (format!("http://evil.test{path}"), false),
        (format!("http://{host}@evil.test{path}"), false),
        (scene.url("userinfo"), false),
        (url.replace("possession", "master"), false),
        (path, false),
        (String::new(), false),
    ] {
        let proof = changed(scene, &key, json!({}), json!({"htu": htu}));
        assert_eq!(is_taken(scene, &proof), right, "{htu}");
    }
    for htm in [
        json!("GET"),
        json!("post"),
        json!("POST "),
        json!(["POST"]),
        json!(null),
    ] {
        let proof = changed(scene, &key, json!({}), json!({"htm": htm}));
        assert!(!is_taken(scene, &proof), "{htm}");
    }
    let proof = changed(scene, &key, json!({}), json!({"htu": null}));
    assert!(!is_taken(scene, &proof));
    // What a client says of itself in headers is no address of ours.
    let proof = key.proof(&Made {
        url: format!("http://evil.test{}", scene.realm.path("token")),
        ..scene.posted("token")
    });
    let fields = vec![("grant_type", "client_credentials".to_owned())];
    let request = scene.form(&scene.web, "token", (fields, &[&proof]));
    for header in ["Host", "X-Forwarded-Host", "Forwarded"] {
        let value = if header == "Forwarded" {
            "host=evil.test"
        } else {
            "evil.test"
        };
        let answer = scene.server().send(&request.clone().with(header, value));
        assert_refused(&answer, 400, REFUSED);
    }
}

fn time(scene: &Scene) {
    let key = Key::new();
    for (iat, right) in [
        (json!(now() - 10), true),
        (json!(now() + 8), true),
        (json!(now() - 600), false),
        (json!(now() + 600), false),
        (json!(now() - 60), false),
        (json!(now() + 60), false),
        (json!(now().to_string()), false),
        (json!(null), false),
        (json!(-1), false),
    ] {
        let proof = changed(scene, &key, json!({}), json!({"iat": iat}));
        assert_eq!(is_taken(scene, &proof), right, "{iat}");
    }
    let over = json!({"exp": now() - 300});
    assert!(!is_taken(scene, &changed(scene, &key, json!({}), over)));
}

fn once(scene: &Scene) {
    let key = Key::new();
    let proof = scene.proof(&key);
    assert!(is_taken(scene, &proof));
    let fields = vec![("grant_type", "client_credentials".to_owned())];
    for port in scene.server().nodes() {
        let again = scene.form(&scene.web, "token", (fields.clone(), &[&proof]));
        let answer = scene.server().send_to(port, &again);
        assert_refused(&answer, 400, REFUSED);
    }
    // Of many at once, one comes through.
    let proof = scene.proof(&key);
    let request = scene.form(&scene.web, "token", (fields, &[&proof]));
    let won = std::thread::scope(|scope| {
        let ports = scene.server().nodes();
        let ask = |port| {
            let request = &request;
            scope.spawn(move || scene.server().send_to(port, request))
        };
        let asked: Vec<_> = ports.into_iter().cycle().take(16).map(ask).collect();
        let answers = asked.into_iter().map(|thread| thread.join().unwrap());
        answers.filter(|answer| answer.status == 200).count()
    });
    assert_eq!(won, 1);
    // The same name under another key is another proof.
    let named = json!({"jti": "the same"});
    for key in [Key::new(), Key::new()] {
        let proof = changed(scene, &key, json!({}), named.clone());
        assert!(is_taken(scene, &proof));
    }
}

fn names(scene: &Scene) {
    let key = Key::new();
    for jti in [
        json!(null),
        json!([fresh()]),
        json!(1),
        json!(""),
        json!("x".repeat(4000)),
    ] {
        let proof = changed(scene, &key, json!({}), json!({"jti": jti}));
        assert!(!is_taken(scene, &proof), "{jti}");
    }
    for jti in ["'; DROP TABLE replays; --", "\u{1f511}"] {
        let jti = format!("{}{jti}", fresh());
        let proof = changed(scene, &key, json!({}), json!({"jti": jti}));
        assert!(is_taken(scene, &proof), "{jti}");
        assert!(!is_taken(scene, &proof), "{jti}");
    }
}

fn nonce(scene: &Scene) {
    let proof = changed(
        scene,
        &Key::new(),
        json!({}),
        json!({"nonce": "of another server"}),
    );
    let answer = scene.by_itself(&scene.web, &[&proof]);

    assert_eq!(answer.status, 200, "{}", answer.body);
    // Nothing asks for one, so that no client has to send everything twice.
    assert_eq!(answer.header("dpop-nonce"), None);
}

fn many(scene: &Scene) {
    let key = Key::new();
    for _ in 0..300 {
        let fields = vec![
            ("grant_type", "refresh_token".to_owned()),
            ("refresh_token", "x".to_owned()),
        ];
        let proof = scene.proof(&key);
        let answer = scene.post(&scene.app, "token", (fields, &[&proof]));
        assert!([400, 429].contains(&answer.status), "{answer:?}");
        assert_eq!(text(&answer.json(), "access_token"), "");
    }
    assert!(scene.server().is_alive());
}
