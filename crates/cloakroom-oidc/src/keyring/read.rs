//! Reads a key from the settings of its component, under the names that Keycloak gives them.

use cloakroom_jose::jwe::KeyAlg;
use cloakroom_jose::{Alg, DecryptionKey, Jwk, PrivateKey, SigningKey, base64url, pem};
use cloakroom_model::component::Component;

/// A key with the certificates that are published beside it.
pub(super) enum Parsed {
    Signing(SigningKey, Vec<Vec<u8>>),
    Encryption(Box<DecryptionKey>, Box<Jwk>, Vec<Vec<u8>>),
}

pub(super) fn parse(component: &Component) -> Option<Parsed> {
    match component.provider_id.as_str() {
        "rsa-generated" | "rsa" => rsa(component),
        "rsa-enc-generated" | "rsa-enc" => rsa_enc(component),
        "ecdsa-generated" => ecdsa(component),
        "eddsa-generated" => pkcs8(component, Alg::EdDSA, "eddsaPrivateKey"),
        "ecdh-generated" => ecdh(component),
        "hmac-generated" => hmac(component),
        _ => None,
    }
}

fn rsa(component: &Component) -> Option<Parsed> {
    if component
        .text("keyUse")
        .is_some_and(|usage| usage.eq_ignore_ascii_case("enc"))
    {
        return rsa_enc(component);
    }
    let alg = Alg::from_name(component.text("algorithm").unwrap_or("RS256"))?;
    let (_, der) = pem::decode(component.text("privateKey")?).ok()?;
    let read = |kid: &str| {
        SigningKey::from_pkcs1_rsa(alg, kid, &der)
            .or_else(|_| SigningKey::from_pkcs8(alg, kid, &der))
    };
    Some(Parsed::Signing(
        named(component, read)?,
        certificates(component),
    ))
}

fn rsa_enc(component: &Component) -> Option<Parsed> {
    let (_, der) = pem::decode(component.text("privateKey")?).ok()?;
    let read = |kid: &str| {
        DecryptionKey::from_pkcs1_rsa(kid, &der).or_else(|_| DecryptionKey::from_pkcs8(kid, &der))
    };
    let kid = match component.text("kid") {
        Some(kid) => kid.to_owned(),
        None => keycloak_kid(&read(UNNAMED).ok()?.public_spki_der()?),
    };
    let key = read(&kid).ok()?;
    // It is published for the padding that the realm wants; one with other words is for the usual one.
    let wanted = component.text("algorithm").and_then(KeyAlg::from_name);
    let key = wanted.and_then(|alg| key.for_alg(alg).ok()).unwrap_or(key);
    encryption(component, key)
}

fn encryption(component: &Component, key: DecryptionKey) -> Option<Parsed> {
    let jwk = Box::new(key.public_jwk().ok()?);
    Some(Parsed::Encryption(
        Box::new(key),
        jwk,
        certificates(component),
    ))
}

/// The public half of a key as `SubjectPublicKeyInfo`; `None` if it cannot be read or has none.
pub(super) fn public_spki(component: &Component) -> Option<Vec<u8>> {
    match parse(component)? {
        Parsed::Signing(key, _) => key.public_spki_der(),
        Parsed::Encryption(key, ..) => key.public_spki_der(),
    }
}

fn ecdsa(component: &Component) -> Option<Parsed> {
    let alg = match component.text("ecdsaEllipticCurveKey").unwrap_or("P-256") {
        "P-256" => Alg::ES256,
        "P-384" => Alg::ES384,
        "P-521" => Alg::ES512,
        _ => return None,
    };
    pkcs8(component, alg, "ecdsaPrivateKey")
}

fn ecdh(component: &Component) -> Option<Parsed> {
    let alg = component.text("ecdhAlgorithm").unwrap_or("ECDH-ES");
    let alg = KeyAlg::from_name(alg)?;
    let (_, der) = pem::decode(component.text("ecdhPrivateKey")?).ok()?;
    let key = PrivateKey::from_pkcs8(&der).ok()?;
    let kid = keycloak_kid(&key.public()?.spki_der());
    let key = key.with_kid(&kid).ok()?.decryption_key(alg).ok()?;
    encryption(component, key)
}

fn pkcs8(component: &Component, alg: Alg, name: &str) -> Option<Parsed> {
    let (_, der) = pem::decode(component.text(name)?).ok()?;
    let read = |kid: &str| SigningKey::from_pkcs8(alg, kid, &der);
    Some(Parsed::Signing(
        named(component, read)?,
        certificates(component),
    ))
}

fn hmac(component: &Component) -> Option<Parsed> {
    let alg = Alg::from_name(component.text("algorithm").unwrap_or("HS256"))?;
    let secret = base64url::decode(component.text("secret")?).ok()?;
    let key = SigningKey::from_secret(alg, component.text("kid")?, &secret).ok()?;
    Some(Parsed::Signing(key, Vec::new()))
}

/// A name for a key whose own name follows from its public part, which is not known yet.
const UNNAMED: &str = "unnamed";

/// The key under the name in its settings, or under the one that Keycloak computes.
fn named(
    component: &Component,
    read: impl Fn(&str) -> cloakroom_jose::Result<SigningKey>,
) -> Option<SigningKey> {
    let kid = match component.text("kid") {
        Some(kid) => kid.to_owned(),
        None => read(UNNAMED).ok()?.verifying_key().keycloak_kid()?,
    };
    read(&kid).ok()
}

fn keycloak_kid(spki: &[u8]) -> String {
    base64url::encode(&cloakroom_jose::digest(Alg::RS256, spki))
}

fn certificates(component: &Component) -> Vec<Vec<u8>> {
    let text = component
        .text("certificate")
        .filter(|text| !text.is_empty());
    text.and_then(|text| pem::decode(text).ok())
        .map(|(_, der)| vec![der])
        .unwrap_or_default()
}
