//! Tokens of identity providers, and those that prove us there, with the realm's keys.

use std::sync::Arc;

use cloakroom_federation::tokens::{Expected, Keys, Opened, SignedBy, Tokens};
use cloakroom_federation::{Problem, Result};
use cloakroom_jose::jwe::{Allowed, Enc, KeyAlg};
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::jwt::kind::{IdToken, LogoutToken};
use cloakroom_jose::jwt::nested::{self, Nesting};
use cloakroom_jose::jwt::{Verified, Verifier, kind::Kind};
use cloakroom_jose::{Alg, DecryptionKey, JoseError, KeySet, SigningKey, VerifyingKey, json, pem};
use cloakroom_model::{Fault, Realm, Secret};
use cloakroom_oidc::keyring::Keyring;
use serde_json::{Map, Value};

/// The algorithms that a provider's key may sign with. Shared secrets are not among them: whether a
/// public key is taken for one must not be the token's choice.
const ALGS: [Alg; 11] = [
    Alg::RS256,
    Alg::RS384,
    Alg::RS512,
    Alg::PS256,
    Alg::PS384,
    Alg::PS512,
    Alg::ES256,
    Alg::ES384,
    Alg::ES512,
    Alg::EdDSA,
    Alg::ES256K,
];

/// How a token may be encrypted for a realm, whose keys for that are of RSA or of key agreement.
const KEY_ALGS: [KeyAlg; 6] = [
    KeyAlg::RsaOaep,
    KeyAlg::RsaOaep256,
    KeyAlg::EcdhEs,
    KeyAlg::EcdhEsA128Kw,
    KeyAlg::EcdhEsA192Kw,
    KeyAlg::EcdhEsA256Kw,
];

/// ID tokens with many groups are long.
const LONGEST: usize = 256 * 1024;

/// The keys of a realm, for what is signed and encrypted between it and its providers.
pub(super) struct OwnKeys(Arc<Keyring>);

impl OwnKeys {
    pub(super) fn of(realm: &Realm) -> std::result::Result<Self, Fault> {
        Keyring::of(realm).map(Self)
    }
}

/// Who a token says that it is of; nobody has verified that.
pub(super) fn claimed_issuer(token: &str) -> Option<String> {
    let parsed = Unverified::parse_within(token, LONGEST).ok()?;
    parsed.unverified_claim_for_lookup("iss").ok()?
}

/// The library's words hold no part of a token.
fn said(error: &JoseError) -> Problem {
    Problem::untrusted(format!("its token is refused: {error}"))
}

fn parse(token: &Opened) -> Result<Unverified<'_>> {
    let parsed = Unverified::parse_within(token.0.expose(), LONGEST);
    parsed.map_err(|error| said(&error))
}

fn read(keys: &Keys) -> Result<KeySet> {
    match keys {
        Keys::Published(text) => {
            KeySet::parse(text).map_err(|_| Problem::untrusted("its keys cannot be read"))
        }
        Keys::Written(text, kid) => written(text, kid.as_deref())
            .ok_or_else(|| Problem::settings("publicKeySignatureVerifier cannot be read")),
    }
}

fn written(text: &str, kid: Option<&str>) -> Option<KeySet> {
    if text.starts_with('{') {
        return KeySet::parse(text.as_bytes()).ok();
    }
    let key = VerifyingKey::from_pem(None, kid, text).or_else(|_| {
        // Keycloak keeps keys without the lines around them.
        let (_, der) = pem::decode(text)?;
        VerifyingKey::from_spki(None, kid, &der)
            .or_else(|_| VerifyingKey::from_certificate(None, kid, &der))
    });
    key.ok().map(|key| KeySet::from_keys([key]))
}

fn verified<K: Kind>(token: &Opened, keys: &Keys, expected: &Expected<'_>) -> Result<Verified<K>> {
    let wrong = |error: JoseError| said(&error);
    let keys = read(keys)?;
    let claimed = parse(token)?.unverified_claim_for_lookup("iss");
    let claimed = claimed.map_err(wrong)?.unwrap_or_default();
    let named = expected.issuers.iter().find(|own| **own == claimed);
    let issuer = match named {
        Some(own) => own.as_str(),
        None if expected.issuers.is_empty() && !claimed.is_empty() => claimed.as_str(),
        None => {
            return Err(Problem::untrusted(
                "its token is of another issuer than the settings name",
            ));
        }
    };
    let mut verifier = Verifier::new(&keys, &ALGS, issuer, expected.client).limit(LONGEST);
    if let Some(skew) = expected.skew {
        verifier = verifier.skew(skew);
    }
    let verified = verifier.verify::<K>(token.0.expose(), expected.now);
    verified.map_err(wrong)
}

impl Tokens for OwnKeys {
    fn open(&self, token: &str) -> Result<Opened> {
        if token.len() > LONGEST {
            return Err(Problem::untrusted("its token is too long"));
        }
        if !nested::is_encrypted(token) {
            return Ok(Opened(Secret::new(token)));
        }
        let allowed = Allowed::new(&KEY_ALGS, &Enc::ALL).limit(LONGEST);
        let for_all = |key: &DecryptionKey| {
            let each = KEY_ALGS.iter().filter_map(|alg| key.for_alg(*alg).ok());
            each.collect::<Vec<_>>()
        };
        let keys: Vec<DecryptionKey> = self.0.decrypting().iter().flat_map(for_all).collect();
        let opened = Nesting::new(&keys, &allowed).open(token);
        let opened = opened.map_err(|error| said(&error))?;
        Ok(Opened(Secret::new(opened.as_str())))
    }

    fn is_key_among(&self, keys: &[u8], token: &Opened) -> bool {
        let Ok(parsed) = Unverified::parse_within(token.0.expose(), LONGEST) else {
            // No other set would help.
            return true;
        };
        let Ok(keys) = KeySet::parse(keys) else {
            return false;
        };
        match parsed.header().kid() {
            Some(kid) => keys.keys().iter().any(|key| key.kid() == Some(kid)),
            None => keys.select(parsed.header()).is_ok(),
        }
    }

    fn verify_id_token(
        &self,
        token: &Opened,
        keys: &Keys,
        expected: &Expected<'_>,
    ) -> Result<Map<String, Value>> {
        let wrong = |error: JoseError| said(&error);
        let verified = verified::<IdToken>(token, keys, expected)?;
        verified
            .check_authorized_party(expected.client)
            .map_err(wrong)?;
        if let Some(nonce) = expected.nonce {
            verified.check_nonce(nonce).map_err(wrong)?;
        }
        if verified.claims().find("at_hash").is_some() {
            verified
                .check_access_token(expected.access_token)
                .map_err(wrong)?;
        }
        if verified.claims().subject().is_none_or(str::is_empty) {
            return Err(Problem::untrusted("its ID token is about nobody"));
        }
        Ok(verified.into_claims().into_members())
    }

    fn verify_signature(&self, token: &Opened, keys: &Keys) -> Result<Map<String, Value>> {
        let wrong = |error: JoseError| said(&error);
        let verified = parse(token)?.verify(&read(keys)?, &ALGS).map_err(wrong)?;
        json::parse_object(verified.payload(), LONGEST).map_err(wrong)
    }

    fn verify_logout_token(
        &self,
        token: &Opened,
        keys: &Keys,
        expected: &Expected<'_>,
    ) -> Result<Map<String, Value>> {
        let verified = verified::<LogoutToken>(token, keys, expected)?;
        Ok(verified.into_claims().into_members())
    }

    fn sign(&self, alg: &str, by: SignedBy<'_>, claims: &Value) -> Result<String> {
        let unfit = |_| Problem::settings("the key is not for clientAssertionSigningAlg");
        let unknown = || Problem::settings("clientAssertionSigningAlg is unknown");
        let alg = Alg::from_name(alg).ok_or_else(unknown)?;
        let payload = claims.to_string();
        let signed = match by {
            SignedBy::Secret(secret) => {
                let key = SigningKey::from_secret(alg, "secret", secret.as_bytes());
                key.and_then(|key| key.sign_unnamed("JWT", payload.as_bytes()))
            }
            SignedBy::Own(text, kid) => {
                let der = pem::decode(text).map(|(_, der)| der);
                let key = der.and_then(|der| SigningKey::from_pkcs8(alg, kid, &der));
                key.and_then(|key| key.sign("JWT", payload.as_bytes()))
            }
            SignedBy::Realm => {
                let missing = |_| Problem::settings("the realm has no key to sign with");
                let key = self.0.signing_key(alg).map_err(missing)?;
                key.sign("JWT", payload.as_bytes())
            }
        };
        signed.map_err(unfit)
    }
}
