//! Makes keys, in the form in which Keycloak keeps them in a component.
//!
//! Making an RSA key takes long, so [`generate`] needs no [`Cx`] and runs before the transaction that
//! [`store_generated`] is part of.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloakroom_jose::alg::Family;
use cloakroom_jose::{Alg, DecryptionKey, JoseError, SigningKey, base64url, certificate};
use cloakroom_model::component::{self, Component, Config};
use cloakroom_model::id::ComponentId;
use cloakroom_model::{Cx, Timestamp, key};

use super::Keyring;

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It signs with this algorithm.
    Sign(Alg),
    /// Others encrypt for the realm with RSA-OAEP.
    Encrypt,
    /// It encrypts for the server itself (AES).
    Internal,
}

/// The keys that a new realm has, as Keycloak's.
pub const NEW_REALM: [Purpose; 4] = [
    Purpose::Sign(Alg::RS256),
    Purpose::Encrypt,
    Purpose::Sign(Alg::HS512),
    Purpose::Internal,
];

/// A key that belongs to no realm yet.
#[derive(Clone)]
pub struct Material {
    name: String,
    provider_id: &'static str,
    config: Config,
    secrets: Config,
}

impl std::fmt::Debug for Material {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Material")
            .field("provider_id", &self.provider_id)
            .finish_non_exhaustive()
    }
}

/// Ten years, as Keycloak's certificates.
const CERTIFICATE_SECONDS: i64 = 10 * 365 * 86_400;

/// Makes a key. `common_name` is the realm's name, which the certificate is made out to.
pub fn generate(
    purpose: Purpose,
    common_name: &str,
    now: Timestamp,
) -> Result<Material, JoseError> {
    match purpose {
        Purpose::Sign(alg) => sign(alg, common_name, now),
        Purpose::Encrypt => encrypt(common_name, now),
        Purpose::Internal => Ok(material("aes-generated", &[("secretSize", "16")], &[])),
    }
}

fn sign(alg: Alg, common_name: &str, now: Timestamp) -> Result<Material, JoseError> {
    if alg.is_symmetric() {
        let key = SigningKey::generate(alg, "new")?;
        let secret = key.to_secret().map(|bytes| base64url::encode(&bytes));
        let mut made = material(
            "hmac-generated",
            &[("algorithm", alg.name())],
            &[("secret", &secret.unwrap_or_default())],
        );
        made.name = format!("hmac-generated-{}", alg.name().to_lowercase());
        return Ok(made);
    }
    let key = SigningKey::generate_with_keycloak_kid(alg)?;
    let private = match key.to_pkcs1_rsa() {
        Some(pkcs1) => STANDARD.encode(pkcs1.as_slice()),
        None => STANDARD.encode(key.to_pkcs8().unwrap_or_default().as_slice()),
    };
    let public = STANDARD.encode(key.public_spki_der().unwrap_or_default());
    Ok(match alg.family() {
        Family::Ecdsa => {
            let curve = match alg {
                Alg::ES384 => "P-384",
                Alg::ES512 => "P-521",
                _ => "P-256",
            };
            let config = [
                ("ecdsaEllipticCurveKey", curve),
                ("ecdsaPublicKey", public.as_str()),
            ];
            material("ecdsa-generated", &config, &[("ecdsaPrivateKey", &private)])
        }
        Family::Eddsa => {
            let config = [
                ("eddsaEllipticCurveKey", "Ed25519"),
                ("eddsaPublicKey", public.as_str()),
            ];
            material("eddsa-generated", &config, &[("eddsaPrivateKey", &private)])
        }
        _ => {
            let (validity, serial) = validity(now);
            let der = certificate::self_signed(&key, common_name, validity, serial)?;
            let certificate = STANDARD.encode(der);
            let config = [
                ("algorithm", alg.name()),
                ("certificate", certificate.as_str()),
                ("keyUse", "SIG"),
            ];
            material("rsa-generated", &config, &[("privateKey", &private)])
        }
    })
}

fn encrypt(common_name: &str, now: Timestamp) -> Result<Material, JoseError> {
    let key = DecryptionKey::generate_with_keycloak_kid()?;
    let (validity, serial) = validity(now);
    let certificate = STANDARD.encode(key.self_signed(common_name, validity, serial)?);
    let private = key.to_pkcs1_rsa().unwrap_or_default();
    let config = [
        ("algorithm", "RSA-OAEP"),
        ("certificate", certificate.as_str()),
        ("keyUse", "ENC"),
    ];
    let private = STANDARD.encode(private.as_slice());
    Ok(material(
        "rsa-enc-generated",
        &config,
        &[("privateKey", &private)],
    ))
}

fn validity(now: Timestamp) -> (std::ops::Range<i64>, u64) {
    let from = now.seconds();
    let serial = u64::try_from(now.millis()).unwrap_or(1);
    (from..from.saturating_add(CERTIFICATE_SECONDS), serial)
}

fn material(
    provider_id: &'static str,
    config: &[(&str, &str)],
    secrets: &[(&str, &str)],
) -> Material {
    let collect = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()]))
            .collect::<Config>()
    };
    let mut config = collect(config);
    config.insert("priority".to_owned(), vec!["100".to_owned()]);
    Material {
        name: provider_id.to_owned(),
        provider_id,
        config,
        secrets: collect(secrets),
    }
}

/// A component of this request's realm that holds the key.
pub fn component(cx: &mut Cx<'_>, made: Material) -> Component {
    let (mut config, mut secrets) = (made.config, made.secrets);
    // The name of a shared secret must not follow from it, so it is a random one.
    if made.provider_id == "hmac-generated" || made.provider_id == "aes-generated" {
        config.insert("kid".to_owned(), vec![cx.new_id()]);
    }
    if made.provider_id == "aes-generated" {
        let mut bytes = [0u8; 16];
        cx.rng.fill_bytes(&mut bytes);
        secrets.insert("secret".to_owned(), vec![base64url::encode(&bytes)]);
    }
    Component {
        id: ComponentId::new(cx.new_id()),
        parent_id: cx.realm.id.as_str().to_owned(),
        name: Some(made.name),
        provider_id: made.provider_id.to_owned(),
        provider_type: key::PROVIDER_TYPE.to_owned(),
        sub_type: None,
        config,
        secrets,
    }
}

/// Stores a key that a client's settings asked for and the realm lacked.
///
/// Its priority is the lowest, so that a key which an administrator adds later signs instead.
pub fn store_generated(cx: &mut Cx<'_>, alg: Alg, mut made: Material) -> crate::Result<()> {
    if Keyring::of(cx.realm)?.signing_key(alg).is_ok() {
        return Ok(());
    }
    made.name = format!("fallback-{}", alg.name());
    made.config
        .insert("priority".to_owned(), vec!["-100".to_owned()]);
    let component = component(cx, made);
    component::insert(cx, &component)?;
    Ok(())
}
