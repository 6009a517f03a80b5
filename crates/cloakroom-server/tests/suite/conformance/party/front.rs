//! What the relying party makes of an answer that has tokens in it.

use serde_json::{Value, json};

use super::{Asked, Party, Tokens};
use crate::browser::Callback;
use crate::jwt;

impl Party {
    /// The tokens that an answer leads to: those of the token endpoint where there is a code, else its own.
    pub(crate) fn obtain(&self, callback: &Callback, asked: &Asked) -> Tokens {
        let front = (self.response_type != "code").then(|| self.front_tokens(callback, asked));
        if !self.gets("code") {
            return front.expect("an answer without a code has tokens");
        }
        let tokens = self.tokens(&self.redeem(callback, asked), asked);
        if let Some(front) = front.filter(|front| !front.id.is_empty()) {
            // OpenID Connect Core 1.0 §3.3.3.6.
            for name in ["iss", "sub"] {
                assert_eq!(front.claims[name], tokens.claims[name], "{name}");
            }
        }
        tokens
    }

    /// Checks the tokens that came through the browser (OpenID Connect Core 1.0 §3.2.2.9 to §3.2.2.11, §3.3.2.8 to §3.3.2.11).
    fn front_tokens(&self, callback: &Callback, asked: &Asked) -> Tokens {
        let access = callback.get("access_token").to_owned();
        if !access.is_empty() {
            let kind = callback.get("token_type");
            assert!(kind.eq_ignore_ascii_case("bearer"), "{callback:?}");
            assert!(callback.get("expires_in").parse::<u32>().unwrap() > 0);
        }
        assert_eq!(callback.get("refresh_token"), "", "nothing is refreshed");
        let id = callback.get("id_token").to_owned();
        let (header, claims) = match id.is_empty() {
            true => (Value::Null, Value::Null),
            false => jwt::verify(&id, &self.keys),
        };
        if !id.is_empty() {
            self.check_id_token(&claims, &access, asked);
            for (part, claim) in [
                ("access_token", "at_hash"),
                ("code", "c_hash"),
                ("state", "s_hash"),
            ] {
                let hash = Some(callback.get(part)).filter(|value| !value.is_empty());
                let hash = hash.map(jwt::half_hash);
                assert_eq!(claims.get(claim).and_then(Value::as_str), hash.as_deref());
            }
        }
        Tokens {
            access,
            refresh: String::new(),
            id,
            header,
            claims,
            body: json!({"scope": callback.get("scope")}),
        }
    }
}
