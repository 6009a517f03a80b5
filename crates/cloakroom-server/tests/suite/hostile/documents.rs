//! What clients read of a realm and of people: in the types that the standards name, and by whom from elsewhere.

use serde_json::{Value, json};

use super::Story;
use super::scene::Scene;
use crate::conformance::party::basic;
use crate::http::{Request, text};
use crate::realm::Realm;

pub(super) const STORIES: &[Story] = &[
    (
        "META-04 a realm's documents are JSON without empty lists, and the only ones that any origin may read",
        open,
    ),
    (
        "USERINFO-07 a value that is not of its claim's type is left out, and so is what there is not",
        typed,
    ),
];

/// Whether there is a list without elements in it, or a member that says nothing.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(all) => all.is_empty() || all.iter().any(says_nothing),
        Value::Object(members) => members.values().any(says_nothing),
        _ => false,
    }
}

fn open(scene: &Scene) {
    const ELSEWHERE: (&str, &str) = ("Origin", "https://elsewhere.test");
    const MAY: &str = "access-control-allow-origin";
    let realm = &scene.realm;
    let read = |target: &str| {
        let asked = Request::get(target).with(ELSEWHERE.0, ELSEWHERE.1);
        scene.send(&asked, &[])
    };
    let known = format!("/realms/{}/.well-known", realm.name);
    for target in [
        format!("{known}/openid-configuration"),
        format!("{known}/uma2-configuration"),
        realm.path("certs"),
    ] {
        let document = read(&target);
        assert_eq!(document.status, 200, "{target}: {}", document.body);
        assert!(document.is_json(), "{target}: {document:?}");
        assert_eq!(document.header(MAY), Some("*"), "{target}: {document:?}");
        let credentials = document.header("access-control-allow-credentials");
        assert_eq!(credentials, None, "{target}");
        assert!(
            !says_nothing(&document.json()),
            "{target}: {}",
            document.body
        );
    }
    // The honest requests carry what opens them, and a page of elsewhere reads none of their answers.
    for name in ["client credentials", "introspect", "userinfo", "push"] {
        let mut asked = scene.honest(name);
        asked
            .headers
            .push((ELSEWHERE.0.to_owned(), ELSEWHERE.1.to_owned()));
        let answer = scene.play(&asked);
        assert_eq!(answer.header(MAY), None, "{name}: {answer:?}");
    }
    for target in [
        realm.path("auth"),
        format!("/realms/{}/account", realm.name),
        format!("/admin/realms/{}", realm.name),
    ] {
        assert_eq!(read(&target).header(MAY), None, "{target}");
    }
}

fn typed(scene: &Scene) {
    let realm = Realm::create(&scene.realm.server, "typed-claims", json!({}));
    let rows = [
        ("whole", "seven", "int", None),
        ("long", "7.5.1", "long", None),
        ("tree", "{\"half", "JSON", None),
        ("seven", "7", "int", Some(json!(7))),
        ("branch", "{\"leaf\": 1}", "JSON", Some(json!({"leaf": 1}))),
    ];
    let mapper = |(claim, value, kind, _): &(&str, &str, &str, Option<Value>)| {
        json!({
            "name": claim, "protocol": "openid-connect", "protocolMapper": "oidc-hardcoded-claim-mapper",
            "config": {
                "claim.name": claim, "claim.value": value, "jsonType.label": kind, "access.token.claim": "true",
                "id.token.claim": "true", "userinfo.token.claim": "true", "introspection.token.claim": "true",
            },
        })
    };
    let mappers: Vec<Value> = rows.iter().map(mapper).collect();
    let client = realm.create_client(
        "typed",
        json!({"serviceAccountsEnabled": true, "protocolMappers": mappers}),
    );
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "openid email phone address"),
    ];
    let asked = Request::form(&realm.path("token"), &form).with("Authorization", &basic(&client));
    let tokens = scene.send(&asked, &[]).json();
    let token = text(&tokens, "access_token");
    let bearer = format!("Bearer {token}");
    let asked = Request::get(&realm.path("userinfo")).with("Authorization", &bearer);
    let shown = scene.send(&asked, &[]);
    assert_eq!(shown.status, 200, "{}", shown.body);
    for said in [&shown.json(), &crate::jwt::claims(token)] {
        for (claim, _, _, expected) in &rows {
            assert_eq!(said.get(claim), expected.as_ref(), "{claim}: {said}");
        }
        // Nobody has given the account an address or a telephone.
        for claim in ["email", "phone_number", "address"] {
            assert_eq!(said.get(claim), None, "{claim}: {said}");
        }
    }
}
