//! Each kind of provider, played as its documentation says that it answers.

use cloakroom_federation::preset::{self, Protocol};
use serde_json::{Value, json};

use super::op::{CLIENT, Op, SECRET};
use super::scene::{Scene, submit};
use super::stand_in::Given;
use crate::browser::Place;
use crate::http::text;

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

    let mut place = scene.visit(&mut browser, &op);

    // Where a provider knows too little, the person adds it.
    if let Place::Page(page) = &place {
        let page = page.clone();
        place = submit(&mut browser, &page, "kc-idp-review-profile-form", |form| {
            for (field, value) in [("firstName", "Ada"), ("lastName", "Lovelace")] {
                if form.get(field).is_none_or(str::is_empty) {
                    form.set(field, value);
                }
            }
            if form.get("email").is_none_or(str::is_empty) {
                form.set("email", &format!("{}@typed.test", row.id));
            }
            form.set("username", &name);
        });
    }
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
