//! Clients are told of a session's end in words that they can check.

use std::sync::Arc;

use cloakroom_model::goodbye::{ADDRESS, Goodbye, KIND};
use cloakroom_model::id::SessionId;
use cloakroom_model::{Ttl, outbox, session};
use cloakroom_oidc::Provider;

use crate::realm::{World, claims_of};

#[test]
fn a_logout_token_names_the_issuer_that_the_client_knows() {
    // The server's own name, and another that it answers under.
    for address in ["https://id.example", "http://127.0.0.1:8080"] {
        let mut world = World::new();
        let telling = Arc::clone(&world.provider);
        world.provider = Arc::new(Provider::new(address));
        world.set("shop", |settings| {
            let told = "https://shop.example/out".to_owned();
            settings.attributes.insert(ADDRESS.to_owned(), told);
        });
        let code = world.code_for("alice", "shop");
        let tokens = world.trade("shop", &code).unwrap();
        let id_token = tokens.claims("id_token");
        let sid = SessionId::new(id_token["sid"].as_str().unwrap());

        let logout_token = world.run(move |cx| {
            session::remove(cx, &sid, false)?;
            let told = outbox::take_due(cx, KIND, 10, Ttl::seconds(60))?;
            let goodbye: Goodbye = serde_json::from_value(told[0].payload.clone()).unwrap();
            let notice = telling.logout_notice(cx, &goodbye)?.unwrap();
            Ok(claims_of(&notice.sign(cx.realm).unwrap()))
        });

        assert_eq!(id_token["iss"], format!("{address}/realms/acme"));
        // Back-Channel Logout 1.0 §2.6: as for the ID token.
        for name in ["iss", "aud", "sub", "sid"] {
            assert_eq!(logout_token[name], id_token[name], "{address}: {name}");
        }
        // §2.4: what makes it a logout token, and keeps it from being an ID token.
        let event = "http://schemas.openid.net/event/backchannel-logout";
        assert!(logout_token["events"][event].is_object(), "{logout_token}");
        assert!(logout_token["jti"].is_string(), "{logout_token}");
        let (made, ends) = (&logout_token["iat"], &logout_token["exp"]);
        let life = ends.as_i64().unwrap() - made.as_i64().unwrap();
        assert!((1..=120).contains(&life), "{logout_token}");
        assert!(logout_token.get("nonce").is_none(), "{logout_token}");
    }
}
