//! Each kind of provider, played as its documentation says that it answers.

use cloakroom_federation::preset::{self, Protocol};
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::{Alg, KeySet, SigningKey, pem};
use serde_json::{Value, json};

use super::Story;
use super::op::{CLIENT, Op, SECRET, query_of};
use super::scene::{Scene, submit};
use super::stand_in::Given;
use crate::browser::{Browser, Place};
use crate::http::{Request, decode, text};

/// What a provider answers about somebody, and what is expected of it.
pub(super) struct Row {
    pub(super) id: &'static str,
    /// What says who somebody is, as in the documentation.
    answer: fn() -> Value,
    /// A list of addresses in a place of its own.
    addresses: Option<fn() -> Value>,
    /// The id and the name that are kept.
    known: (&'static str, &'static str),
    email: &'static str,
}

const NONE: Row = Row {
    id: "",
    answer: || json!({}),
    addresses: None,
    known: ("", ""),
    email: "",
};

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "bitbucket",
        answer: || json!({"type": "user", "account_id": "557058:a", "uuid": "{b}", "username": "ada-bitbucket", "display_name": "Ada Lovelace"}),
        addresses: Some(|| {
            json!({"values": [
                {"type": "email", "email": "old@bitbucket.test", "is_primary": false, "is_confirmed": true},
                {"type": "email", "email": "ada@bitbucket.test", "is_primary": true, "is_confirmed": true},
            ]})
        }),
        known: ("557058:a", "ada-bitbucket"),
        email: "ada@bitbucket.test",
    },
    Row {
        id: "discord",
        answer: || json!({"id": "80351110224678912", "username": "ada-discord", "discriminator": "0", "global_name": "Ada Lovelace", "verified": true, "email": "ada@discord.test"}),
        known: ("80351110224678912", "ada-discord"),
        email: "ada@discord.test",
        ..NONE
    },
    Row {
        id: "facebook",
        answer: || json!({"id": "10150000000000001", "name": "Ada Lovelace", "email": "ada@facebook.test", "first_name": "Ada", "last_name": "Lovelace"}),
        known: ("10150000000000001", "ada@facebook.test"),
        email: "ada@facebook.test",
        ..NONE
    },
    Row {
        id: "github",
        answer: || json!({"login": "ada-github", "id": 583_231, "node_id": "MDQ6VXNlcjU4MzIzMQ==", "name": "Ada Lovelace", "email": null}),
        addresses: Some(|| {
            json!([
                {"email": "ada@github.test", "primary": true, "verified": true, "visibility": "private"},
                {"email": "ada@old.test", "primary": false, "verified": true, "visibility": null},
            ])
        }),
        known: ("583231", "ada-github"),
        email: "ada@github.test",
    },
    Row {
        id: "microsoft",
        answer: || json!({"id": "48d31887-5fad-4d73-a9f5-3c356e68a038", "displayName": "Ada Lovelace", "givenName": "Ada", "surname": "Lovelace", "mail": "ada@microsoft.test", "userPrincipalName": "ada@tenant.test"}),
        known: ("48d31887-5fad-4d73-a9f5-3c356e68a038", "ada@tenant.test"),
        email: "ada@microsoft.test",
        ..NONE
    },
    Row {
        id: "oauth2",
        answer: || json!({"sub": "42", "preferred_username": "ada-oauth2", "name": "Ada Lovelace", "email": "ada@oauth2.test"}),
        known: ("42", "ada-oauth2"),
        email: "ada@oauth2.test",
        ..NONE
    },
    Row {
        id: "openshift-v4",
        answer: || json!({"kind": "User", "apiVersion": "user.openshift.io/v1", "metadata": {"name": "ada-openshift", "uid": "ddf5fc8a"}, "fullName": "Ada Lovelace"}),
        known: ("ddf5fc8a", "ada-openshift"),
        ..NONE
    },
    Row {
        id: "paypal",
        answer: || json!({"user_id": "https://www.paypal.com/webapps/auth/identity/user/mWq6", "name": "Ada Lovelace", "emails": [{"value": "ada@paypal.test", "primary": true, "confirmed": true}]}),
        known: (
            "https://www.paypal.com/webapps/auth/identity/user/mWq6",
            "https://www.paypal.com/webapps/auth/identity/user/mwq6",
        ),
        email: "ada@paypal.test",
        ..NONE
    },
    Row {
        id: "stackoverflow",
        answer: || json!({"items": [{"user_id": 22656, "display_name": "ada-stack", "link": "https://stackoverflow.com/users/22656"}], "has_more": false}),
        known: ("22656", "ada-stack"),
        ..NONE
    },
    Row {
        id: "twitter",
        answer: || json!({"data": {"id": "2244994945", "name": "Ada Lovelace", "username": "ada_twitter"}}),
        known: ("2244994945", "ada_twitter"),
        ..NONE
    },
    Row {
        id: "x",
        answer: || json!({"data": {"id": "2244994946", "name": "Ada Lovelace", "username": "ada_x"}}),
        known: ("2244994946", "ada_x"),
        ..NONE
    },
    Row {
        id: "gitlab",
        answer: || json!({"sub": "sub-of-preset-gitlab", "nickname": "ada-gitlab", "name": "Ada Lovelace", "email": "ada@gitlab.test", "email_verified": true}),
        known: ("sub-of-preset-gitlab", "ada-gitlab"),
        email: "ada@gitlab.test",
        ..NONE
    },
    Row {
        id: "google",
        answer: || json!({"sub": "sub-of-preset-google", "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "email": "ada@google.test", "email_verified": true}),
        known: ("sub-of-preset-google", "ada@google.test"),
        email: "ada@google.test",
        ..NONE
    },
    Row {
        id: "linkedin-openid-connect",
        answer: || json!({"sub": "sub-of-preset-linkedin-openid-connect", "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "email": "ada@linkedin.test", "email_verified": true}),
        known: ("sub-of-preset-linkedin-openid-connect", "ada@linkedin.test"),
        email: "ada@linkedin.test",
        ..NONE
    },
    Row {
        id: "slack",
        answer: || json!({"ok": true, "sub": "sub-of-preset-slack", "name": "ada-slack", "given_name": "Ada", "family_name": "Lovelace", "email": "ada@slack.test", "email_verified": true}),
        known: ("sub-of-preset-slack", "ada-slack"),
        email: "ada@slack.test",
        ..NONE
    },
    Row {
        id: "twitch",
        answer: || json!({"sub": "sub-of-preset-twitch", "preferred_username": "ada_twitch", "email": "ada@twitch.test", "email_verified": true}),
        known: ("sub-of-preset-twitch", "ada_twitch"),
        email: "ada@twitch.test",
        ..NONE
    },
];

/// Signs somebody in through a provider of this kind.
pub(super) fn play(row: &Row, scene: &Scene) {
    let preset = preset::find(row.id).unwrap();
    let name = format!("preset-{}", row.id);
    let op = Op::open((&scene.stand_in, &scene.inside), &name);
    op.change(|says| says.userinfo = (row.answer)());
    if let Some(list) = row.addresses {
        let path = format!("{}/userinfo/emails", op.path);
        scene.stand_in.on(&path, move |_| Given::json(&list()));
    }
    let mut config = json!({
        "clientId": CLIENT, "clientSecret": SECRET, "authorizationUrl": format!("{}/authorize", op.issuer),
        "tokenUrl": format!("{}/token", op.issuer), "userInfoUrl": format!("{}/userinfo", op.issuer),
    });
    if preset.protocol == Protocol::OPENID {
        config["issuer"] = json!(op.issuer);
        config["jwksUrl"] = json!(format!("{}/jwks", op.issuer));
    } else {
        // The answer of a provider that issues no ID token.
        op.change(|says| says.tokens = json!({"id_token": null}));
    }
    let asked = json!({"alias": name, "providerId": row.id, "enabled": true, "config": config});
    scene.done("POST", "/identity-provider/instances", &asked);
    let mut browser = scene.browser();

    let place = scene.visit(&mut browser, &op);
    let place = review(&mut browser, place, (row.id, &name));

    let subject = scene.claims(&place.client())["sub"].clone();
    let user = scene.done(
        "GET",
        &format!("/users/{}", subject.as_str().unwrap()),
        &Value::Null,
    );
    let link = scene.links(&user)[0].clone();
    assert_eq!(text(&link, "userId"), row.known.0);
    assert_eq!(text(&link, "userName").to_lowercase(), row.known.1);
    if !row.email.is_empty() {
        assert_eq!(text(&user, "email"), row.email);
    }
    let traded = op.token_requests().pop().unwrap();
    assert_eq!(!traded.field("code_verifier").is_empty(), preset.pkce);
}

/// Where a provider knows too little, the person adds it.
fn review(browser: &mut Browser, place: Place, (id, name): (&str, &str)) -> Place {
    let Place::Page(page) = &place else {
        return place;
    };
    submit(browser, page, "kc-idp-review-profile-form", |form| {
        for (field, value) in [("firstName", "Ada"), ("lastName", "Lovelace")] {
            if form.get(field).is_none_or(str::is_empty) {
                form.set(field, value);
            }
        }
        if form.get("email").is_none_or(str::is_empty) {
            form.set("email", &format!("{id}@typed.test"));
        }
        form.set("username", name);
    })
}

pub(super) const STORIES: &[Story] = &[
    (
        "each-kind-of-provider-is-played-as-its-documentation-says",
        all_played,
    ),
    (
        "each-kind-of-provider-has-browsers-sent-where-its-documentation-says",
        departures,
    ),
    (
        "apple-is-shown-a-jwt-of-ones-own-key-and-has-the-name-posted",
        apple,
    ),
    (
        "what-a-provider-publishes-becomes-the-settings-of-its-kind-and-no-others",
        published,
    ),
];

fn published(scene: &Scene) {
    let op = scene.op("published");
    let discovery = "/published/.well-known/openid-configuration";
    let read = |kind: &str| {
        let address = format!("{}/.well-known/openid-configuration", op.issuer);
        let asked = json!({"providerId": kind, "fromUrl": address});
        let found = scene.done("POST", "/identity-provider/import-config", &asked);
        assert_eq!(found["metadataDescriptorUrl"], json!(address), "{kind}");
        let names = found.as_object().unwrap().keys().cloned();
        names.collect::<Vec<String>>()
    };
    op.change(|says| {
        says.discovery = json!({
            "issuer": "https://up.example", "authorization_endpoint": "https://up.example/auth",
            "token_endpoint": "https://up.example/token", "introspection_endpoint": "https://up.example/introspect",
            "userinfo_endpoint": "https://up.example/me", "end_session_endpoint": "https://up.example/bye",
            "jwks_uri": "https://up.example/keys",
        });
    });
    let of_oauth2 = [
        "authorizationUrl",
        "issuer",
        "metadataDescriptorUrl",
        "tokenIntrospectionUrl",
        "tokenUrl",
        "userInfoUrl",
    ];
    let signed = ["jwksUrl", "logoutUrl", "useJwksUrl", "validateSignature"];

    assert_eq!(read("oauth2"), of_oauth2);
    let mut of_openid: Vec<&str> = [&of_oauth2[..], &signed].concat();
    of_openid.sort_unstable();
    assert_eq!(read("oidc"), of_openid);
    // Of a kind that is in one place all is known, and nobody is asked.
    let asked = scene.stand_in.asked(discovery).len();
    assert_eq!(read("github"), ["metadataDescriptorUrl"]);
    assert_eq!(scene.stand_in.asked(discovery).len(), asked);
    // What is no document of a provider is none of an OAuth 2 provider either.
    op.change(|says| says.discovery = json!(["no document"]));
    for kind in ["oauth2", "oidc"] {
        let asked = json!({"providerId": kind, "fromUrl": format!("{}/.well-known/openid-configuration", op.issuer)});
        let refused = scene
            .realm
            .call("POST", "/identity-provider/import-config", &asked);
        assert_eq!(refused.status, 400, "{kind} {}", refused.body);
    }
    // A name that no provider could have is refused before anybody is asked.
    for (alias, status) in [("has space", 400), ("no/path", 400), ("plain", 200)] {
        let address = format!("{}/.well-known/openid-configuration", op.issuer);
        let asked = json!({"providerId": "github", "fromUrl": address, "alias": alias});
        let answer = scene
            .realm
            .call("POST", "/identity-provider/import-config", &asked);
        assert_eq!(answer.status, status, "{alias} {}", answer.body);
    }
}

/// Kinds that have no row above: a story of its own below, or those of the protocols.
const ELSEWHERE: [&str; 4] = ["apple", "keycloak-oidc", "oidc", "saml"];

fn all_played(_: &Scene) {
    for preset in preset::ALL {
        let is_row = ROWS.iter().any(|row| row.id == preset.id);
        assert!(is_row != ELSEWHERE.contains(&preset.id), "{}", preset.id);
    }
}

fn departures(scene: &Scene) {
    for preset in preset::ALL.iter().filter(|one| !one.is_told()) {
        if preset.authorization.is_empty() {
            // Discovery says where, and these are no servers that a test may ask.
            assert!(preset.issuer.starts_with("https://"), "{}", preset.id);
            continue;
        }
        let alias = format!("departs-{}", preset.id);
        let config =
            json!({"clientId": CLIENT, "clientSecret": SECRET, "baseUrl": "https://own.test/"});
        let asked =
            json!({"alias": alias, "providerId": preset.id, "enabled": true, "config": config});
        scene.done("POST", "/identity-provider/instances", &asked);

        let left = scene.leave(&mut scene.browser(), &alias);

        let wanted = match preset.id {
            "github" => "https://own.test/login/oauth/authorize",
            "microsoft" => "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
            "openshift-v4" => "https://own.test/oauth/authorize",
            "paypal" => "https://www.paypal.com/signin/authorize",
            _ => preset.authorization,
        };
        let (place, _) = left.address.split_once('?').unwrap();
        assert_eq!(place, wanted, "{}", preset.id);
        assert_eq!(left.get("scope"), preset.scope, "{}", preset.id);
        assert_eq!(left.get("client_id"), CLIENT, "{}", preset.id);
        let method = left.get("code_challenge_method");
        assert_eq!(method == "S256", preset.pkce, "{}", preset.id);
        for (name, value) in preset.parameters {
            assert_eq!(left.get(name), *value, "{}", preset.id);
        }
    }
}

fn apple(scene: &Scene) {
    let made = SigningKey::generate(Alg::ES256, "made-there").unwrap();
    let der = made.to_pkcs8().unwrap();
    let own = SigningKey::from_pkcs8(Alg::ES256, "KEY1234567", &der).unwrap();
    let op = Op::open((&scene.stand_in, &scene.inside), "preset-apple");
    op.change(|says| {
        says.claims["email"] = json!("ada@privaterelay.test");
        says.claims["email_verified"] = json!("true");
    });
    let config = json!({
        "clientId": CLIENT, "clientSecret": pem::encode("PRIVATE KEY", &der), "teamId": "TEAM123456",
        "keyId": "KEY1234567", "issuer": op.issuer, "authorizationUrl": format!("{}/authorize", op.issuer),
        "tokenUrl": format!("{}/token", op.issuer), "jwksUrl": format!("{}/jwks", op.issuer),
    });
    let asked =
        json!({"alias": "preset-apple", "providerId": "apple", "enabled": true, "config": config});
    scene.done("POST", "/identity-provider/instances", &asked);
    let mut browser = scene.browser();

    let left = scene.leave(&mut browser, "preset-apple");
    op.arrive(&query_of(&left.address));
    let back = scene.way_back(&left, &[]);
    let (path, query) = back.split_once('?').unwrap();
    let mut fields = decode(query);
    let name = json!({"name": {"firstName": "Augusta Ada", "lastName": "King"}, "email": "other@apple.test"});
    fields.push(("user".to_owned(), name.to_string()));
    let posted = scene.server.send(&Request::form(path, &fields));
    let again = posted.location().unwrap().to_owned();
    let again = again.strip_prefix(&scene.server.base).unwrap();
    let place = browser.open(again);
    let place = review(&mut browser, place, ("apple", "preset-apple"));

    let subject = scene.claims(&place.client())["sub"].clone();
    let path = format!("/users/{}", subject.as_str().unwrap());
    let user = scene.done("GET", &path, &Value::Null);
    assert_eq!(text(&user, "email"), "ada@privaterelay.test");
    assert_eq!(text(&user, "firstName"), "Augusta Ada");
    assert_eq!(text(&user, "lastName"), "King");
    assert_eq!(left.get("response_mode"), "form_post");
    assert_eq!(left.get("scope"), "openid name email");
    let traded = op.token_requests().pop().unwrap();
    let proof = traded.field("client_secret");
    let keys = KeySet::from_keys([own.verifying_key().clone()]);
    let proof = Unverified::parse_within(proof, 4_096).unwrap();
    assert_eq!(proof.header().kid(), Some("KEY1234567"));
    let proved = proof.verify(&keys, &[Alg::ES256]).unwrap();
    let proved: Value = serde_json::from_slice(proved.payload()).unwrap();
    for (member, value) in [
        ("iss", "TEAM123456"),
        ("sub", CLIENT),
        ("aud", "https://appleid.apple.com"),
    ] {
        assert_eq!(proved[member], value, "{member}");
    }
}
