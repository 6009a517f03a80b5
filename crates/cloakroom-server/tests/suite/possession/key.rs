//! A client's key and the proofs that it makes, by another implementation than the server's; they are wrong where a test wants that.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::conformance::party::{fresh, now};
use crate::realm::merged;

pub(super) struct Key(EcdsaKeyPair);

/// The request that a proof is made for.
#[derive(Clone, Debug)]
pub(super) struct Made<'a> {
    pub(super) method: &'a str,
    pub(super) url: String,
    /// The access token that goes with it.
    pub(super) token: Option<&'a str>,
}

impl Key {
    pub(super) fn new() -> Self {
        let signing = &ECDSA_P256_SHA256_FIXED_SIGNING;
        Self(EcdsaKeyPair::generate(signing).unwrap())
    }

    pub(super) fn jwk(&self) -> Value {
        // A byte says that both coordinates follow.
        let point = &self.0.public_key().as_ref()[1..];
        let (x, y) = point.split_at(32);
        json!({
            "kty": "EC", "crv": "P-256",
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        })
    }

    /// RFC 7638 §3: the members that make the key, in the order of the alphabet.
    pub(super) fn thumbprint(&self) -> String {
        let jwk = self.jwk();
        let text = format!(
            r#"{{"crv":{},"kty":{},"x":{},"y":{}}}"#,
            jwk["crv"], jwk["kty"], jwk["x"], jwk["y"]
        );
        hash(&text)
    }

    pub(super) fn header(&self) -> Value {
        json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk()})
    }

    /// A proof with these members in place of the right ones; one that is null is left out.
    pub(super) fn changed(&self, made: &Made<'_>, (header, claims): (Value, Value)) -> String {
        let mut right = json!({
            "jti": fresh(), "htm": made.method, "htu": made.url, "iat": now(),
        });
        if let Some(token) = made.token {
            right["ath"] = json!(hash(token));
        }
        self.signed(
            &without_nulls(merged(self.header(), header)),
            &without_nulls(merged(right, claims)).to_string(),
        )
    }

    pub(super) fn proof(&self, made: &Made<'_>) -> String {
        self.changed(made, (json!({}), json!({})))
    }

    /// Header and payload, signed by this key whatever they say.
    pub(super) fn signed(&self, header: &Value, payload: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let input = format!("{}.{}", part(&header.to_string()), part(payload));
        let signature = self.0.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

/// The value of `ath` (RFC 9449 §4.2).
fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()).as_ref())
}

fn without_nulls(mut object: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    object
}
