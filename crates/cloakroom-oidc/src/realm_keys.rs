//! The keys a new realm starts with, in the form Keycloak's exports have them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cloakroom_jose::{Alg, JoseError, certificate};
use cloakroom_jose::{DecryptionKey, SigningKey};
use cloakroom_model::component::{Component, Config};
use cloakroom_model::id::ComponentId;
use cloakroom_model::{Timestamp, key};
use rand::CryptoRng;

/// How long the certificate of a realm's key is valid: ten years, in seconds.
const VALIDITY: i64 = 10 * 365 * 24 * 3600;

/// Makes a realm's four keys: RS256, RSA-OAEP, HS512 and AES.
///
/// Takes a good part of a second, so it is done before a transaction begins. The `parent_id` of
/// each is filled in by whoever stores them.
pub fn generate(
    realm: &str,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<Component>, JoseError> {
    let valid = now.seconds()..now.seconds().saturating_add(VALIDITY);
    let rsa = SigningKey::generate_with_keycloak_kid(Alg::RS256)?;
    let rsa_certificate = certificate::self_signed(&rsa, realm, valid.clone(), serial(rng))?;
    let oaep = DecryptionKey::generate_with_keycloak_kid()?;
    let oaep_certificate = oaep.self_signed(realm, valid, serial(rng))?;
    let mut made = vec![
        component(rng, "rsa-generated", "rsa-generated", None),
        component(
            rng,
            "rsa-enc-generated",
            "rsa-enc-generated",
            Some("RSA-OAEP"),
        ),
        component(rng, "hmac-generated-hs512", "hmac-generated", Some("HS512")),
        component(rng, "aes-generated", "aes-generated", None),
    ];
    let secrets = [
        pair(rsa.to_pkcs1_rsa().as_deref(), &rsa_certificate),
        pair(oaep.to_pkcs1_rsa().as_deref(), &oaep_certificate),
        octets::<128>(rng),
        octets::<16>(rng),
    ];
    for (component, secrets) in made.iter_mut().zip(secrets) {
        component.secrets = secrets;
    }
    Ok(made)
}

fn component(
    rng: &mut dyn CryptoRng,
    name: &str,
    provider: &str,
    algorithm: Option<&str>,
) -> Component {
    let mut config = Config::from([("priority".to_owned(), vec!["100".to_owned()])]);
    if let Some(algorithm) = algorithm {
        config.insert("algorithm".to_owned(), vec![algorithm.to_owned()]);
    }
    Component {
        id: ComponentId::new(id(rng)),
        parent_id: String::new(),
        name: Some(name.to_owned()),
        provider_id: provider.to_owned(),
        provider_type: key::PROVIDER_TYPE.to_owned(),
        sub_type: None,
        config,
        secrets: Config::new(),
    }
}

fn pair(private: Option<&Vec<u8>>, certificate: &[u8]) -> Config {
    let private = private.map(|der| STANDARD.encode(der)).unwrap_or_default();
    Config::from([
        ("privateKey".to_owned(), vec![private]),
        ("certificate".to_owned(), vec![STANDARD.encode(certificate)]),
    ])
}

fn octets<const N: usize>(rng: &mut dyn CryptoRng) -> Config {
    let mut bytes = [0u8; N];
    rng.fill_bytes(&mut bytes);
    Config::from([
        ("kid".to_owned(), vec![id(rng)]),
        ("secret".to_owned(), vec![URL_SAFE_NO_PAD.encode(bytes)]),
    ])
}

fn serial(rng: &mut dyn CryptoRng) -> u64 {
    // Positive in every reader's eyes.
    rng.next_u64() >> 1
}

fn id(rng: &mut dyn CryptoRng) -> String {
    let mut bytes = [0u8; 16];
    rng.fill_bytes(&mut bytes);
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
}
