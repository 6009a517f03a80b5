//! What an attacker makes of an honest message, and signatures by algorithms that nobody should take.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloakroom_jose::{Alg, SigningKey};
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::{Signer, Verifier};

use super::idp::{Says, rsa_key};

pub(super) fn stranger() -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Alg::ES256, "stranger").unwrap())
}

/// What an attacker wants to be read.
pub(super) fn forged(says: &Says) -> String {
    let mut forged = evil(says);
    forged.id = "_forged".to_owned();
    forged.assertion()
}

/// Something beside the honest assertion, which nobody would have to look at.
pub(super) fn beside(says: &Says, extension: &str) -> String {
    says.around(&format!(
        "<samlp:Extensions>{extension}</samlp:Extensions>{}",
        signed(says)
    ))
}

pub(super) fn signed(says: &Says) -> String {
    says.sign(&says.assertion(), &says.id)
}

/// The forged assertion with the signature of the signed one, which may have more in it.
pub(super) fn forged_with_signature(says: &Says, inside: &str) -> String {
    let signature = says.signature(&says.assertion(), &says.id);
    let signature = signature.replace("</ds:Signature>", &format!("{inside}</ds:Signature>"));
    forged(says).replacen("</saml:Issuer>", &format!("</saml:Issuer>{signature}"), 1)
}

pub(super) fn wrapped_response(says: &Says, is_inside: bool) -> String {
    let mut honest = says.clone();
    honest.signs_response = false;
    let original = honest.around(&says.assertion());
    let signature = says.signature(&original, "_response");
    let evil = honest
        .around(&forged(says))
        .replacen("ID=\"_response\"", "ID=\"_evil\"", 1);
    let put = match is_inside {
        true => signature.replace(
            "</ds:Signature>",
            &format!("<ds:Object>{original}</ds:Object></ds:Signature>"),
        ),
        false => format!("{original}{signature}"),
    };
    evil.replacen("</saml:Issuer>", &format!("</saml:Issuer>{put}"), 1)
}

pub(super) fn encrypted(says: &Says, content: &str, key: &str) -> String {
    let junk = STANDARD.encode([7; 256]);
    says.around(&format!(
        "<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">\
         <xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"><xenc:EncryptionMethod Algorithm=\"{content}\"></xenc:EncryptionMethod>\
         <ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm=\"{key}\"></xenc:EncryptionMethod>\
         <xenc:CipherData><xenc:CipherValue>{junk}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>\
         <xenc:CipherData><xenc:CipherValue>{junk}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>"
    ))
}

/// The honest words with another name in them.
fn evil(says: &Says) -> Says {
    let mut evil = says.clone();
    evil.name_id = format!("{}-admin", says.name_id);
    evil
}

/// The forged assertion under the id of the honest one, with the honest one's signature after `change` has been there,
/// which is given what the reference would have to say of the forged one.
pub(super) fn forged_in_place(says: &Says, change: impl FnOnce(&str, &str) -> String) -> String {
    let forged = evil(says).assertion();
    let signature = says.signature(&says.assertion(), &says.id);
    let signature = change(&signature, &says.digest_of(&forged));
    says.around(&forged.replacen("</saml:Issuer>", &format!("</saml:Issuer>{signature}"), 1))
}

/// A second list of what is signed, which speaks for the forged assertion, before or behind the one that is signed.
pub(super) fn second_info(says: &Says, is_first: bool) -> String {
    forged_in_place(says, |signature, digest| {
        let (before, rest) = signature.split_once("<ds:SignedInfo>").unwrap();
        let (inside, after) = rest.split_once("</ds:SignedInfo>").unwrap();
        let honest = format!("<ds:SignedInfo>{inside}</ds:SignedInfo>");
        let forged = honest.replace(&says.digest_of(&says.assertion()), digest);
        assert_ne!(honest, forged);
        match is_first {
            true => format!("{before}{forged}{honest}{after}"),
            false => format!("{before}{honest}{forged}{after}"),
        }
    })
}

/// What the other key of the providers signs with SHA-1; nothing is wrong with it but that.
pub(super) fn rsa_sha1(input: &[u8]) -> Vec<u8> {
    let key = PKey::private_key_from_pkcs8(&rsa_key().to_pkcs8().unwrap()).unwrap();
    let mut signer = Signer::new(MessageDigest::sha1(), &key).unwrap();
    let signature = signer.sign_oneshot_to_vec(input).unwrap();
    let public = PKey::public_key_from_der(&rsa_key().public_spki_der().unwrap()).unwrap();
    let mut verifier = Verifier::new(MessageDigest::sha1(), &public).unwrap();
    assert!(verifier.verify_oneshot(&signature, input).unwrap());
    signature
}

/// The public key as the secret of an HMAC with SHA-1.
pub(super) fn hmac_sha1(input: &[u8]) -> Vec<u8> {
    let secret = rsa_key().public_spki_der().unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &secret);
    hmac::sign(&key, input).as_ref().to_vec()
}
