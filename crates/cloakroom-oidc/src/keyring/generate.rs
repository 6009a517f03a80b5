//! Makes keys, in the form in which Keycloak keeps them in a component.
//!
//! Making an RSA key takes long, so [`generate`] and [`of_new_realm`] need no [`Cx`] and run before
//! the transaction that stores what they made.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloakroom_jose::alg::{Curve, Family, KeyKind, RsaSize};
use cloakroom_jose::jwe::KeyAlg;
use cloakroom_jose::{
    Alg, DecryptionKey, JoseError, PrivateKey, SigningKey, SystemRandom, base64url, certificate,
};
use cloakroom_model::component::{self, Component, Config};
use cloakroom_model::id::ComponentId;
use cloakroom_model::{Cx, Timestamp, key};
use rand::CryptoRng;

use super::Keyring;

mod wanted;

pub use wanted::{Wanted, least_length, length, rsa_size};

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It signs with this algorithm.
    Sign(Alg),
    /// Others encrypt for the realm with RSA-OAEP.
    Encrypt,
    /// Others agree on a key with the realm, on this curve.
    Agree(Curve),
    /// It encrypts for the server itself (AES).
    Internal,
}

/// The keys that a new realm has, as Keycloak's.
const NEW_REALM: [Purpose; 4] = [
    Purpose::Sign(Alg::RS256),
    Purpose::Encrypt,
    Purpose::Sign(Alg::HS512),
    Purpose::Internal,
];

/// Ten years, as Keycloak's certificates.
const CERTIFICATE_SECONDS: i64 = 10 * 365 * 86_400;

/// Makes the keys of a new realm. The `parent_id` of each is filled in by whoever stores them.
///
/// # Errors
/// If the cryptography library cannot make one.
pub fn of_new_realm(
    name: &str,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<Component>, JoseError> {
    let make = |purpose: &Purpose| generate(*purpose, name, now, rng);
    NEW_REALM.iter().map(make).collect()
}

/// Makes a key that belongs to no realm yet. `common_name` is the realm's name, which the
/// certificate is made out to.
///
/// # Errors
/// If the cryptography library cannot make it.
pub fn generate(
    purpose: Purpose,
    common_name: &str,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<Component, JoseError> {
    sized(purpose, RsaSize::default(), common_name, now, rng)
}

/// The same with an RSA key of this size, where it is to be one.
///
/// # Errors
/// As [`generate`].
pub fn sized(
    purpose: Purpose,
    size: RsaSize,
    common_name: &str,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<Component, JoseError> {
    match purpose {
        Purpose::Sign(alg) if alg.is_symmetric() => Ok(hmac(alg, rng)),
        Purpose::Sign(alg) => pair(alg, size, common_name, now, rng),
        Purpose::Encrypt => encrypt(size, common_name, now, rng),
        Purpose::Agree(curve) => agree(curve, rng),
        Purpose::Internal => {
            let mut made = material("aes-generated", &[], rng);
            made.secrets = octets::<16>(rng);
            Ok(made)
        }
    }
}

fn hmac(alg: Alg, rng: &mut dyn CryptoRng) -> Component {
    let mut made = material("hmac-generated", &[("algorithm", alg.name())], rng);
    made.name = Some(format!("hmac-generated-{}", alg.name().to_lowercase()));
    made.secrets = octets::<128>(rng);
    made
}

fn pair(
    alg: Alg,
    size: RsaSize,
    common_name: &str,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<Component, JoseError> {
    let key = match alg.family() {
        Family::RsaPkcs1 | Family::RsaPss => SigningKey::generate_rsa_with_keycloak_kid(alg, size)?,
        _ => SigningKey::generate_with_keycloak_kid(alg)?,
    };
    let public = STANDARD.encode(key.public_spki_der().unwrap_or_default());
    let (provider, settings, member) = match alg.family() {
        Family::Ecdsa => {
            let curve = match alg {
                Alg::ES384 => "P-384",
                Alg::ES512 => "P-521",
                _ => "P-256",
            };
            let settings = vec![
                ("ecdsaEllipticCurveKey", curve),
                ("ecdsaPublicKey", &public),
            ];
            ("ecdsa-generated", settings, "ecdsaPrivateKey")
        }
        Family::Eddsa => {
            let settings = vec![
                ("eddsaEllipticCurveKey", "Ed25519"),
                ("eddsaPublicKey", &public),
            ];
            ("eddsa-generated", settings, "eddsaPrivateKey")
        }
        // Without a word, such a key signs with RS256.
        _ if alg == Alg::RS256 => ("rsa-generated", Vec::new(), "privateKey"),
        _ => (
            "rsa-generated",
            vec![("algorithm", alg.name())],
            "privateKey",
        ),
    };
    let mut made = material(provider, &settings, rng);
    let private = match key.to_pkcs1_rsa() {
        Some(pkcs1) => STANDARD.encode(pkcs1.as_slice()),
        None => STANDARD.encode(key.to_pkcs8().unwrap_or_default().as_slice()),
    };
    put(&mut made.secrets, member, private);
    if provider == "rsa-generated" {
        let der = certificate::self_signed(&key, common_name, validity(now), serial(rng))?;
        put(&mut made.secrets, "certificate", STANDARD.encode(der));
    }
    Ok(made)
}

fn encrypt(
    size: RsaSize,
    common_name: &str,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<Component, JoseError> {
    let key = DecryptionKey::generate_rsa_with_keycloak_kid(size)?;
    let der = key.self_signed(common_name, validity(now), serial(rng))?;
    let mut made = material("rsa-enc-generated", &[("algorithm", "RSA-OAEP")], rng);
    let private = key.to_pkcs1_rsa().unwrap_or_default();
    let private = STANDARD.encode(private.as_slice());
    put(&mut made.secrets, "privateKey", private);
    put(&mut made.secrets, "certificate", STANDARD.encode(der));
    Ok(made)
}

/// Its name follows from its public half, so it is not stored.
fn agree(curve: Curve, rng: &mut dyn CryptoRng) -> Result<Component, JoseError> {
    let key = PrivateKey::generate(KeyKind::Ec(curve), &mut SystemRandom)?;
    let key = key.decryption_key(KeyAlg::EcdhEs)?;
    let public = STANDARD.encode(key.public_spki_der().unwrap_or_default());
    let settings = [
        ("ecdhEllipticCurveKey", wanted::curve_name(curve)),
        ("ecdhPublicKey", &public),
    ];
    let mut made = material("ecdh-generated", &settings, rng);
    let private = key.to_pkcs8().unwrap_or_default();
    put(
        &mut made.secrets,
        "ecdhPrivateKey",
        STANDARD.encode(private.as_slice()),
    );
    Ok(made)
}

/// RFC 5280 §4.1.2.5: a certificate knows no year after 9999, and its end is then the end of that one.
const END_OF_9999: i64 = 253_402_300_799;

fn validity(now: Timestamp) -> std::ops::Range<i64> {
    let from = now.seconds();
    from..from.saturating_add(CERTIFICATE_SECONDS).min(END_OF_9999)
}

fn serial(rng: &mut dyn CryptoRng) -> u64 {
    // Positive in every reader's eyes.
    rng.next_u64() >> 1
}

/// A shared secret. Its name must not follow from it, so it is a random one.
fn octets<const N: usize>(rng: &mut dyn CryptoRng) -> Config {
    let mut bytes = [0u8; N];
    rng.fill_bytes(&mut bytes);
    let mut secrets = Config::new();
    put(&mut secrets, "kid", id(rng));
    put(&mut secrets, "secret", base64url::encode(&bytes));
    secrets
}

fn material(provider_id: &str, settings: &[(&str, &str)], rng: &mut dyn CryptoRng) -> Component {
    let mut config = Config::new();
    put(&mut config, "priority", "100".to_owned());
    for (name, value) in settings {
        put(&mut config, name, (*value).to_owned());
    }
    Component {
        id: ComponentId::new(id(rng)),
        parent_id: String::new(),
        name: Some(provider_id.to_owned()),
        provider_id: provider_id.to_owned(),
        provider_type: key::PROVIDER_TYPE.to_owned(),
        sub_type: None,
        config,
        secrets: Config::new(),
    }
}

/// A signing key and a certificate for a client, both base64: they belong to no realm.
///
/// # Errors
/// If the cryptography library cannot make it.
pub fn pair_for(
    client: &str,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<(String, String), JoseError> {
    let made = generate(Purpose::Sign(Alg::RS256), client, now, rng)?;
    let text = |name: &str| made.text(name).unwrap_or_default().to_owned();
    Ok((text("privateKey"), text("certificate")))
}

/// Gives a shared secret that was made another length, in octets.
pub fn resize(made: &mut Component, length: usize, rng: &mut dyn CryptoRng) {
    let mut bytes = vec![0u8; length];
    rng.fill_bytes(&mut bytes);
    put(&mut made.secrets, "secret", base64url::encode(&bytes));
}

fn put(config: &mut Config, name: &str, value: String) {
    config.insert(name.to_owned(), vec![value]);
}

fn id(rng: &mut dyn CryptoRng) -> String {
    let mut bytes = [0u8; 16];
    rng.fill_bytes(&mut bytes);
    let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
    id.to_string()
}

/// Stores a key that a client's settings asked for and the realm lacked.
///
/// Its priority is the lowest, so that a key which an administrator adds later signs instead.
pub fn store_generated(cx: &mut Cx<'_>, alg: Alg, mut made: Component) -> crate::Result<()> {
    if Keyring::of(cx.realm)?.signing_key(alg).is_ok() {
        return Ok(());
    }
    cx.realm.id.as_str().clone_into(&mut made.parent_id);
    made.name = Some(format!("fallback-{}", alg.name()));
    put(&mut made.config, "priority", "-100".to_owned());
    component::insert(cx, &made)?;
    Ok(())
}
