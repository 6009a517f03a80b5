//! Clients that register themselves with addresses for the server to ask.

use serde_json::{Value, json};

use super::Story;
use super::elsewhere::Elsewhere;
use super::outcome;
use super::scene::Scene;
use crate::http::{Answer, Request, text};
use crate::realm::CALLBACK;

pub(super) const STORIES: &[Story] = &[(
    "OIDC-12 a sector counts that lists every redirect URI, and none inside the network is asked",
    sector,
)];

fn register(scene: &Scene, sector: &str, redirect_uris: Value) -> Answer {
    let right = json!({"count": 1, "expiration": 600});
    let right = scene
        .realm
        .call("POST", "/clients-initial-access", &right)
        .json();
    let metadata = json!({
        "redirect_uris": redirect_uris, "subject_type": "pairwise", "sector_identifier_uri": sector,
    });
    let path = format!(
        "/realms/{}/clients-registrations/openid-connect",
        scene.realm.name
    );
    let bearer = format!("Bearer {}", text(&right, "token"));
    let request = Request::new("POST", &path)
        .with("Authorization", &bearer)
        .with("Content-Type", "application/json")
        .with_body(metadata.to_string().into_bytes());
    scene.send(&request, &[])
}

fn sector(scene: &Scene) {
    let inside = scene.filled("${canary}");
    let elsewhere = Elsewhere::start(&inside);
    let sector = format!("{}/sector", elsewhere.base);

    let good = register(scene, &sector, json!([CALLBACK]));

    assert_eq!(good.status, 201, "{good:?}");
    assert_eq!(text(&good.json(), "sector_identifier_uri"), sector);
    assert_eq!(text(&good.json(), "subject_type"), "pairwise");
    let unlisted = json!([CALLBACK, "https://evil.test/callback"]);
    let bad = ["500", "html", "large", "redirect"].map(|path| format!("{}/{path}", elsewhere.base));
    let rows = bad
        .iter()
        .map(|address| (address.clone(), json!([CALLBACK])));
    let rows = rows.chain([
        (sector, unlisted),
        (format!("{inside}/sector"), json!([CALLBACK])),
        ("file:///etc/passwd".to_owned(), json!([CALLBACK])),
    ]);
    for (address, redirect_uris) in rows {
        let answer = register(scene, &address, redirect_uris);

        let is_refused = outcome::is("json 400 invalid_client_metadata", &answer);
        assert!(is_refused, "{address}: {answer:?}");
    }
}
