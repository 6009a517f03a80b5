//! What a maker says is worth what the policy and the list of makers make of it.

mod vectors;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use ciborium::Value;
use cloakroom_model::credential::SECURITY_KEY;
use cloakroom_model::realm::Settings;
use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, KeyPair,
    PKCS_ECDSA_P256_SHA256,
};
use serde_json::json;

use super::*;
use crate::further::webauthn::authenticator_data::AuthenticatorData;

const CLIENT_DATA: &[u8] = b"{}";
const MODEL: [u8; 16] = [0xab; 16];

fn pair() -> (EcdsaKeyPair, KeyPair) {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let signing = &ECDSA_P256_SHA256_ASN1_SIGNING;
    let pair = EcdsaKeyPair::from_pkcs8(signing, key.serialized_der());
    (pair.unwrap(), key)
}

fn written(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

fn named(entries: Vec<(&str, Value)>) -> Value {
    let entries = entries.into_iter();
    Value::Map(entries.map(|(name, value)| (name.into(), value)).collect())
}

/// A new key, and what its authenticator says of it.
fn new_key() -> (EcdsaKeyPair, Vec<u8>) {
    let (new, _) = pair();
    let point = new.public_key().as_ref();
    let members: [(i64, Value); 5] = [
        (1, 2.into()),
        (3, (-7).into()),
        (-1, 1.into()),
        (-2, Value::Bytes(point[1..33].to_vec())),
        (-3, Value::Bytes(point[33..].to_vec())),
    ];
    let members = members
        .into_iter()
        .map(|(name, value)| (name.into(), value));
    let cose = written(&Value::Map(members.collect()));
    let server = digest(&SHA256, b"id.test");
    let head = [0b0100_0101, 0, 0, 0, 7];
    let data = [server.as_ref(), &head, &MODEL, &[0, 2, 8, 9], &cose].concat();
    (new, data)
}

/// A new key that vouches for itself.
fn made_itself() -> Vec<u8> {
    let (new, data) = new_key();
    let message = [data.as_slice(), digest(&SHA256, CLIENT_DATA).as_ref()].concat();
    let signature = new.sign(&SystemRandom::new(), &message).unwrap();
    let statement = named(vec![
        ("alg", (-7).into()),
        ("sig", Value::Bytes(signature.as_ref().to_vec())),
    ]);
    written(&named(vec![
        ("fmt", "packed".into()),
        ("attStmt", statement),
        ("authData", Value::Bytes(data)),
    ]))
}

/// A new key for which a certificate speaks that nobody but itself has signed; and that certificate in PEM.
fn made() -> (Vec<u8>, String) {
    let (_, data) = new_key();
    let (signer, key) = pair();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = DistinguishedName::new();
    for (kind, value) in [
        (DnType::CountryName, "SE"),
        (DnType::OrganizationName, "Acme Keys"),
        (DnType::OrganizationalUnitName, "Authenticator Attestation"),
        (DnType::CommonName, "Acme Key 7"),
    ] {
        params.distinguished_name.push(kind, value);
    }
    params.is_ca = IsCa::ExplicitNoCa;
    let model = [&[0x04, 0x10][..], &MODEL].concat();
    let name = [1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];
    params.custom_extensions = vec![CustomExtension::from_oid_content(&name, model)];
    let certificate = params.self_signed(&key).unwrap();

    let message = [data.as_slice(), digest(&SHA256, CLIENT_DATA).as_ref()].concat();
    let signature = signer.sign(&SystemRandom::new(), &message).unwrap();
    let path = vec![Value::Bytes(certificate.der().to_vec())];
    let statement = named(vec![
        ("alg", (-7).into()),
        ("sig", Value::Bytes(signature.as_ref().to_vec())),
        ("x5c", Value::Array(path)),
    ]);
    let object = named(vec![
        ("fmt", "packed".into()),
        ("attStmt", statement),
        ("authData", Value::Bytes(data)),
    ]);
    (written(&object), certificate.pem())
}

#[test]
fn who_counts_is_asked_where_it_matters_and_somebody_is_listed() {
    let (bytes, pem) = made();
    let object = Attestation::read(&bytes).unwrap();
    let data = AuthenticatorData::check(&object.data, "id.test", false).unwrap();
    let made = data.made.unwrap();
    let (nobody, listed) = (Makers::default(), Makers::default().with(&pem).unwrap());
    let others = Makers::default().with(&self::made().1).unwrap();
    let now = Timestamp::from_seconds(1_800_000_000);
    let mine = json!(["abababab-abab-abab-abab-abababababab"]);
    let foreign = json!(["cdcdcdcd-cdcd-cdcd-cdcd-cdcdcdcdcdcd"]);
    for (wish, models, makers, expected) in [
        ("none", json!([]), &nobody, true),
        ("none", json!([]), &others, true),
        ("direct", json!([]), &nobody, true),
        ("direct", json!([]), &others, false),
        ("direct", json!([]), &listed, true),
        ("enterprise", json!([]), &others, false),
        ("none", mine.clone(), &nobody, false),
        ("none", mine.clone(), &others, false),
        ("none", mine.clone(), &listed, true),
        ("direct", mine, &listed, true),
        ("direct", foreign, &listed, false),
    ] {
        let said = json!({"webAuthnPolicyAttestationConveyancePreference": wish, "webAuthnPolicyAcceptableAaguids": models});
        let settings = Settings {
            rest: said.as_object().cloned().unwrap(),
            ..Settings::default()
        };
        let policy = Policy::of(&settings, SECURITY_KEY, "https://id.test");
        let taken = object.check(&made, &policy, CLIENT_DATA, (makers, now));
        assert_eq!(taken.is_ok(), expected, "{said} {makers:?}");
        // Nothing is taken of what was signed for something else.
        assert!(object.check(&made, &policy, b"[]", (makers, now)).is_err());
    }
}

#[test]
fn a_key_vouches_for_itself_where_no_maker_is_listed_or_nobody_asks() {
    let bytes = made_itself();
    let object = Attestation::read(&bytes).unwrap();
    let data = AuthenticatorData::check(&object.data, "id.test", false).unwrap();
    let made = data.made.unwrap();
    let listed = Makers::default().with(&self::made().1).unwrap();
    let now = Timestamp::from_seconds(1_800_000_000);
    for (wish, makers, expected) in [
        ("none", &Makers::default(), true),
        ("none", &listed, true),
        ("direct", &Makers::default(), true),
        ("indirect", &Makers::default(), true),
        ("direct", &listed, false),
        ("indirect", &listed, false),
        ("enterprise", &listed, false),
    ] {
        let said = json!({"webAuthnPolicyAttestationConveyancePreference": wish});
        let settings = Settings {
            rest: said.as_object().cloned().unwrap(),
            ..Settings::default()
        };
        let policy = Policy::of(&settings, SECURITY_KEY, "https://id.test");
        let taken = object.check(&made, &policy, CLIENT_DATA, (makers, now));
        assert_eq!(taken.is_ok(), expected, "{said} {makers:?}");
    }
}
