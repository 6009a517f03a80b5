//! Grants with a history: what was spent, revoked, or issued to somebody else.

use serde_json::{Value, json};

use super::Story;
use super::invariant::check_nothing_issued;
use super::outcome;
use super::scene::Scene;
use crate::conformance::party::fresh;
use crate::http::{Answer, text};
use crate::jwt;

pub(super) const STORIES: &[Story] = &[
    (
        "B03 a code of another client is refused, and spent",
        code_of_another_client,
    ),
    (
        "B06 a code that sixteen redeem at once is redeemed once",
        code_at_once,
    ),
    (
        "B09 a code without its verifier is refused, and spent",
        verifier,
    ),
    (
        "D01 a refresh token of another client is refused",
        refresh_of_another_client,
    ),
    ("D03 a rotated refresh token ends its family", rotated),
    (
        "D04 a refresh token that sixteen use at once goes on in one line",
        refresh_at_once,
    ),
    ("D07 a refresh token ends with its user", user_disabled),
    (
        "D11c a client that asks for itself gets nothing to ask again with",
        nothing_to_refresh,
    ),
];

const AT_ONCE: usize = 16;

pub(super) fn assert_refused(answer: &Answer, words: &[&str]) {
    assert!(
        words.iter().any(|words| outcome::is(words, answer)),
        "{answer:?}"
    );
    check_nothing_issued(answer);
}

/// Sends the same from many threads and answers the good answers.
pub(super) fn at_once(send: impl Fn() -> Answer + Sync) -> Vec<Answer> {
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(&send)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(
        answers
            .iter()
            .all(|answer| [200, 400, 503].contains(&answer.status)),
        "{answers:?}"
    );
    answers
        .into_iter()
        .filter(|answer| answer.status == 200)
        .collect()
}

fn code_of_another_client(scene: &Scene) {
    let code = scene.code(&scene.web);

    let foreign = scene.play(&scene.redemption(&scene.other, &code));
    let own = scene.play(&scene.redemption(&scene.web, &code));

    assert_refused(&foreign, &["json 400 invalid_grant"]);
    assert_refused(&own, &["json 400 invalid_grant"]);
}

fn code_at_once(scene: &Scene) {
    let redemption = scene.redemption(&scene.web, &scene.code(&scene.web));

    let won = at_once(|| scene.play(&redemption));

    assert_eq!(won.len(), 1, "{} redeemed one code", won.len());
}

fn verifier(scene: &Scene) {
    let right = fresh().repeat(3);
    let challenge = jwt::challenge(&right);
    for wrong in [
        None,
        Some(String::new()),
        Some(fresh().repeat(3)),
        Some(challenge.clone()),
    ] {
        let asked = scene
            .authorize(&scene.spa)
            .with("code_challenge", &challenge)
            .with("code_challenge_method", "S256");
        let callback = scene.code_in(&mut scene.browser(), &asked);
        let redemption = || {
            let mut honest = scene.redemption(&scene.spa, callback.get("code"));
            honest.headers.clear();
            honest.with("client_id", &scene.spa.id)
        };

        let refused = match &wrong {
            None => scene.play(&redemption()),
            Some(wrong) => scene.play(&redemption().with("code_verifier", wrong)),
        };
        let later = scene.play(&redemption().with("code_verifier", &right));

        assert_refused(&refused, &["json 400 invalid_grant"]);
        assert_refused(&later, &["json 400 invalid_grant"]);
    }
}

fn refresh_of_another_client(scene: &Scene) {
    let tokens = scene.tokens(true);
    let mut foreign = scene.refresh(text(&tokens, "refresh_token"));
    let proof = scene.post("token", Some(&scene.other)).headers;
    foreign.headers = proof;

    let answer = scene.play(&foreign);
    let own = scene.play(&scene.refresh(text(&tokens, "refresh_token")));

    assert_refused(&answer, &["json 400 invalid_grant"]);
    assert_eq!(own.status, 200, "the owner is not harmed: {}", own.body);
}

/// A public client, whose tokens rotate (RFC 9700 §4.14.2).
pub(super) fn public_tokens(scene: &Scene) -> Value {
    let verifier = fresh().repeat(3);
    let asked = scene
        .authorize(&scene.spa)
        .with("code_challenge", &jwt::challenge(&verifier))
        .with("code_challenge_method", "S256");
    let callback = scene.code_in(&mut scene.browser(), &asked);
    let mut redemption = scene.redemption(&scene.spa, callback.get("code"));
    redemption.headers.clear();
    let redemption = redemption
        .with("client_id", &scene.spa.id)
        .with("code_verifier", &verifier);
    let answer = scene.play(&redemption);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

pub(super) fn public_refresh(scene: &Scene, token: &str) -> Answer {
    let mut honest = scene.refresh(token);
    honest.headers.clear();
    scene.play(&honest.with("client_id", &scene.spa.id))
}

fn rotated(scene: &Scene) {
    let first = public_tokens(scene);
    let second = public_refresh(scene, text(&first, "refresh_token")).json();
    let third = public_refresh(scene, text(&second, "refresh_token")).json();
    assert_ne!(text(&third, "refresh_token"), "", "{third}");

    let reused = public_refresh(scene, text(&first, "refresh_token"));
    let newest = public_refresh(scene, text(&third, "refresh_token"));
    let access = scene.play(&scene.userinfo(text(&third, "access_token")));

    assert_refused(&reused, &["json 400 invalid_grant"]);
    assert_refused(&newest, &["json 400 invalid_grant"]);
    assert!(
        outcome::is("challenge 401 invalid_token", &access),
        "{access:?}"
    );
}

fn refresh_at_once(scene: &Scene) {
    let tokens = public_tokens(scene);

    let won = at_once(|| public_refresh(scene, text(&tokens, "refresh_token")));

    // An honest client whose answer got lost may be told the successor again, but there is one successor.
    let id = |answer: &Answer| {
        let token = answer.json();
        text(&jwt::claims(text(&token, "refresh_token")), "jti").to_owned()
    };
    let mut ids: Vec<String> = won.iter().map(id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

fn user_disabled(scene: &Scene) {
    let person = scene
        .realm
        .create_person("grace", json!({"lastName": "Hopper"}));
    let asked = scene.authorize(&scene.web).request().target;
    let callback = scene.browser().answer(&asked, &person).client();
    let tokens = scene
        .play(&scene.redemption(&scene.web, callback.get("code")))
        .json();
    let refresh = scene.refresh(text(&tokens, "refresh_token"));
    assert_eq!(scene.play(&refresh).status, 200);

    scene
        .realm
        .change(&format!("/users/{}", person.id), json!({"enabled": false}));
    let refused = scene.play(&refresh);
    let userinfo = scene.play(&scene.userinfo(text(&tokens, "access_token")));

    assert_refused(&refused, &["json 400 invalid_grant"]);
    assert!(
        outcome::is("challenge 401 invalid_token", &userinfo),
        "{userinfo:?}"
    );
}

fn nothing_to_refresh(scene: &Scene) {
    for scope in ["openid", "openid offline_access"] {
        let asked = scene.honest("client credentials").with("scope", scope);

        let answer = scene.play(&asked);

        let tokens = answer.json();
        assert_ne!(text(&tokens, "access_token"), "", "{tokens}");
        assert_eq!(text(&tokens, "refresh_token"), "", "{tokens}");
    }
}
