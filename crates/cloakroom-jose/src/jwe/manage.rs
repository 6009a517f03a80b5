//! How the key for the content gets to the recipient, and back (RFC 7518 §4).
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::alg::{KeyAlg, Way};
use super::allowed::Allowed;
use super::enc::Enc;
use super::header::{Header, Parameters};
use super::key::{EncryptionKey, Recipient};
use crate::backend::agreement::agree_ephemeral;
use crate::backend::curve448::Derived;
use crate::backend::{password, rsa_encryption, wrap};
use crate::base64url;
use crate::error::{JoseError, Result};
use crate::key::Decrypter;
use crate::random::Random;

/// Bytes of a salt for PBES2; twice the least.
const SALT_LEN: usize = 16;

/// Iterations of PBES2 that we use ourselves; the most that readers with a bound of ten thousand take.
const ITERATIONS: u32 = 10_000;

/// A key for the content.
pub(super) type ContentKey = Zeroizing<Vec<u8>>;

/// What goes into the message for one recipient.
#[derive(Default)]
pub(super) struct Sent {
    pub(super) encrypted_key: Vec<u8>,
    pub(super) parameters: Map<String, Value>,
}

impl Sent {
    fn add(&mut self, name: &str, bytes: &[u8]) {
        let text = base64url::encode(bytes);
        self.parameters.insert(name.to_owned(), text.into());
    }
}

/// The parties' names that go into a key agreement (RFC 7518 §4.6.1.2, §4.6.1.3).
#[derive(Clone, Copy, Default)]
pub(super) struct Parties<'a> {
    pub(super) apu: &'a [u8],
    pub(super) apv: &'a [u8],
}

/// Makes the key for the content, and sends it to one recipient.
pub(super) fn send_new(
    key: &EncryptionKey,
    enc: Enc,
    parties: Parties<'_>,
    random: &mut dyn Random,
) -> Result<(ContentKey, Sent)> {
    match (key.alg().way(), &*key.key) {
        (Way::Direct, Recipient::Secret(secret)) if secret.len() == enc.key_len() => {
            Ok((secret.clone(), Sent::default()))
        }
        (Way::Direct, _) => Err(JoseError::key("secret of wrong length for the content")),
        (Way::Agree(None), _) => agree(key, (enc.name(), enc.key_len()), parties, random),
        _ => {
            let cek = new_key(enc, random)?;
            let sent = send(key, &cek, parties, random)?;
            Ok((cek, sent))
        }
    }
}

pub(super) fn new_key(enc: Enc, random: &mut dyn Random) -> Result<ContentKey> {
    let mut cek = Zeroizing::new(vec![0; enc.key_len()]);
    random.fill(&mut cek)?;
    Ok(cek)
}

/// Sends a key for the content that is there already.
pub(super) fn send(
    key: &EncryptionKey,
    cek: &[u8],
    parties: Parties<'_>,
    random: &mut dyn Random,
) -> Result<Sent> {
    const FIXED: JoseError = JoseError::key("the key for the content is fixed");
    let alg = key.alg();
    let mut sent = Sent::default();
    match (alg.way(), &*key.key) {
        (Way::Rsa(padding), Recipient::Public(material)) => {
            sent.encrypted_key = rsa_encryption::encrypt(material, padding, cek)?;
        }
        (Way::Agree(Some(len)), _) => {
            let (kek, agreed) = agree(key, (alg.name(), len), parties, random)?;
            sent = agreed;
            sent.encrypted_key = wrap::wrap(&kek, cek)?;
        }
        (Way::Wrap(_), Recipient::Secret(kek)) => sent.encrypted_key = wrap::wrap(kek, cek)?,
        (Way::GcmWrap(_), Recipient::Secret(kek)) => {
            let mut iv = [0; 12];
            random.fill(&mut iv)?;
            let (encrypted_key, tag) = wrap::gcm_wrap(kek, iv, cek)?;
            sent.encrypted_key = encrypted_key;
            sent.add("iv", &iv);
            sent.add("tag", &tag);
        }
        (Way::Password(hash, len), Recipient::Secret(secret)) => {
            let mut salt = [0; SALT_LEN];
            random.fill(&mut salt)?;
            let input = (alg.name(), &salt[..], ITERATIONS);
            let kek = password::derive(hash, input, secret, len)?;
            sent.encrypted_key = wrap::wrap(&kek, cek)?;
            sent.add("p2s", &salt);
            sent.parameters.insert("p2c".to_owned(), ITERATIONS.into());
        }
        _ => return Err(FIXED),
    }
    Ok(sent)
}

/// ECDH with a fresh key; the result is the derived key, and `epk` with the parties' names.
fn agree(
    key: &EncryptionKey,
    (name, len): (&str, usize),
    parties: Parties<'_>,
    random: &mut dyn Random,
) -> Result<(ContentKey, Sent)> {
    let Recipient::Public(recipient) = &*key.key else {
        return Err(JoseError::key("the key is not for key agreement"));
    };
    let Parties { apu, apv } = parties;
    let wanted = Derived {
        name,
        len,
        apu,
        apv,
    };
    let (epk, derived) = agree_ephemeral(recipient, &wanted, random)?;
    let mut members = Map::new();
    members.insert("kty".to_owned(), epk.key_kind().kty().into());
    for (name, value) in epk.members() {
        members.insert(name.to_owned(), value.into());
    }
    let mut sent = Sent::default();
    sent.parameters
        .insert("epk".to_owned(), Value::Object(members));
    for (name, value) in [("apu", apu), ("apv", apv)] {
        if !value.is_empty() {
            sent.add(name, value);
        }
    }
    Ok((derived, sent))
}

/// The key for the content, from what was sent.
///
/// Everything that depends on the private key gives the one opaque error.
pub(crate) fn receive(
    key: &Decrypter,
    header: &Header,
    encrypted_key: &[u8],
    allowed: &Allowed,
) -> Result<ContentKey> {
    const FAILED: JoseError = JoseError::decryption();
    let (alg, enc) = (header.alg(), header.enc());
    match (alg.way(), key, &header.parameters) {
        (Way::Rsa(padding), Decrypter::Rsa(key), _) => key.decrypt(padding, encrypted_key),
        (Way::Agree(len), Decrypter::Agreement(key), Parameters::Agreement { epk, apu, apv }) => {
            let derived = |name, len| {
                key.agree(
                    epk,
                    &Derived {
                        name,
                        len,
                        apu,
                        apv,
                    },
                )
            };
            match len {
                None => derived(enc.name(), enc.key_len()),
                Some(len) => {
                    let kek = derived(alg.name(), len)?;
                    wrap::unwrap(&kek, encrypted_key, enc.key_len())
                }
            }
        }
        (Way::Wrap(_), Decrypter::Secret(kek), _) => {
            wrap::unwrap(kek, encrypted_key, enc.key_len())
        }
        (Way::GcmWrap(_), Decrypter::Secret(kek), Parameters::Gcm { iv, tag }) => {
            wrap::gcm_unwrap(kek, iv, encrypted_key, tag)
        }
        (Way::Direct, Decrypter::Secret(secret), _) => Ok(secret.clone()),
        (
            Way::Password(hash, len),
            Decrypter::Secret(secret),
            Parameters::Password { p2s, p2c },
        ) => {
            allowed.check_iterations(*p2c)?;
            let kek = password::derive(hash, (alg.name(), p2s, *p2c), secret, len)?;
            wrap::unwrap(&kek, encrypted_key, enc.key_len())
        }
        _ => Err(FAILED),
    }
}

/// Whether a key of this kind can be the one the headers speak of.
pub(crate) fn is_for(key: &Decrypter, alg: KeyAlg) -> bool {
    match (alg.way(), key) {
        (Way::Rsa(_), Decrypter::Rsa(_)) | (Way::Agree(_), Decrypter::Agreement(_)) => true,
        (_, Decrypter::Secret(secret)) => super::key::check_secret(alg, secret).is_ok(),
        _ => false,
    }
}
