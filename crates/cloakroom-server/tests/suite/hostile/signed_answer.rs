//! Introspection answers that are tokens themselves (RFC 9701): of their own kind, for the one who asked.

use super::Story;
use super::outcome;
use super::scene::Scene;
use crate::jwt;

pub(super) const STORIES: &[Story] = &[(
    "INTRO-06 a signed answer is for who asked, of a kind of its own, and opens nothing",
    kind,
)];

fn kind(scene: &Scene) {
    let mut asked = scene.honest("introspect");
    let accept = ("Accept", "application/token-introspection+jwt");
    asked
        .headers
        .push((accept.0.to_owned(), accept.1.to_owned()));

    let answer = scene.play(&asked);

    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some(accept.1));
    let (header, claims) = jwt::parts(&answer.body).expect("the answer is a JWT");
    assert_eq!(header["typ"], "token-introspection+jwt");
    assert_eq!(claims["aud"], scene.api.id.as_str());
    assert_eq!(claims["iss"], scene.realm.issuer());
    assert_eq!(claims["token_introspection"]["active"], true, "{claims}");
    for name in ["sub", "exp"] {
        assert!(claims.get(name).is_none(), "RFC 9701 §5: {claims}");
    }
    let bearer = scene.play(&scene.userinfo(&answer.body));
    assert!(
        outcome::is("challenge 401 invalid_token", &bearer),
        "{bearer:?}"
    );
    let again = scene.honest("introspect").with("token", &answer.body);
    assert!(outcome::is("inactive", &scene.play(&again)));
}
