//! Somebody who waits at the pages of the first sign-in while nodes of two versions run.

use cloakroom_federation::Identity;
use cloakroom_login::sign_on::Origin;
use cloakroom_model::Digest;
use cloakroom_testkit::World;
use serde_json::json;

use super::*;

/// What a node of this version keeps of somebody, with the provider's id as far as it was written down.
fn pending(provider: &str) -> Pending {
    let identity: Identity = serde_json::from_value(json!({
        "alias": "there", "provider": provider, "id": "1", "username": "ada", "name_there": "ada",
        "email": null, "email_verified": null, "first_name": null, "last_name": null, "said": {}, "session": null,
    }))
    .unwrap();
    Pending {
        identity,
        tokens: None,
        id_token: None,
        attributes: cloakroom_model::user::Attributes::default(),
        reviewed: None,
        is_reviewed: false,
        is_confirmed: false,
    }
}

/// What somebody is shown who waits so, and what is left of their waiting.
fn shown(provider: &'static str) -> (&'static str, bool) {
    let world = World::new(Vec::new(), |_| ());
    world.run(move |cx| {
        let client = client::find(cx, "account")?.unwrap();
        let request = json!({
            "client_id": "account", "redirect_uri": "https://app.test/", "redirect_uri_given": true,
            "mode": "query", "scope": "openid", "prompt": {}, "is_trial": true,
        });
        let request = serde_json::from_value(request)?;
        let browser = Digest::of(b"a browser");
        let mut attempt = sign_in::begin(cx, &request, &client, &browser, None)?;
        pending(provider).write(cx, &mut attempt, note::UPSTREAM)?;
        attempt::insert(cx, &attempt)?;
        let step = Step {
            provider: std::sync::Arc::new(cloakroom_oidc::Provider::new("https://id.test")),
            identity: None,
            origin: Origin {
                ip: "192.0.2.1".to_owned(),
                user_agent: String::new(),
            },
            about: About::default(),
        };
        let id = attempt.id.clone();
        let shown = go_on(cx, &step, attempt, |_, _, _| Ok(Problems::default()))?;
        let left = attempt::find_by_id(cx, &browser, &id)?.unwrap();
        let shown = match shown {
            Shown::Onward(Onward::Ask(..)) => "a sign-in from its beginning",
            Shown::NoProvider => "no provider",
            _ => "something else",
        };
        Ok::<_, Fault>((shown, left.notes.contains_key(note::UPSTREAM)))
    })
}

#[test]
fn whoever_an_earlier_version_has_let_wait_signs_in_from_the_beginning() {
    assert_eq!(shown(""), ("a sign-in from its beginning", false));
    // What is written down and is another provider's stays nobody's.
    assert_eq!(shown("another"), ("no provider", true));
}
