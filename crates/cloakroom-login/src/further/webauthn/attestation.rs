//! What a new key says of where it comes from (WebAuthn Level 3 §6.5), as far as a realm wants to know.

use aws_lc_rs::digest::{SHA256, digest};
use ciborium::Value;

use super::authenticator_data::Made;
use super::cbor::{self, Entries};
use super::{Policy, Rejection};

/// More than an authenticator with all its certificates writes.
const LONGEST: usize = 64 * 1024;

/// An attestation object.
pub(super) struct Attestation {
    pub(super) format: String,
    /// What the authenticator says, byte for byte.
    pub(super) data: Vec<u8>,
    statement: Entries,
}

impl Attestation {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let whole = (bytes.len() <= LONGEST).then_some(bytes)?;
        let entries = Entries::of(cbor::read(whole)?)?;
        Some(Self {
            format: entries.named("fmt")?.as_text()?.to_owned(),
            data: entries.named("authData")?.as_bytes()?.clone(),
            statement: Entries::of(entries.named("attStmt")?.clone())?,
        })
    }

    /// Checks the statement as far as the policy rests on it.
    ///
    /// A realm that names models wants proof of the model, which only a certificate of its maker gives; this server trusts no
    /// makers, so such a realm takes no keys at all rather than those that say the right name of themselves.
    pub(super) fn check(
        &self,
        made: &Made,
        policy: &Policy,
        client_data: &[u8],
    ) -> Result<(), Rejection> {
        let wrong = |why| Err(Rejection::registration(why));
        if !policy.aaguids.is_empty() {
            return wrong("nobody vouches for the model of the authenticator");
        }
        let is_asked = policy
            .attestation
            .as_deref()
            .is_some_and(|wish| wish != "none");
        match self.format.as_str() {
            "none" if !self.statement.is_empty() => wrong("an empty statement is not empty"),
            "none" if is_asked => wrong("the realm asks where keys come from"),
            "none" => Ok(()),
            "packed" if self.statement.named("x5c").is_none() => {
                match self.is_signed_by(made, client_data) {
                    true => Ok(()),
                    false => wrong("the key has not signed for itself"),
                }
            }
            // Nobody has asked, and nothing rests on it.
            "packed" | "tpm" | "android-key" | "android-safetynet" | "fido-u2f" | "apple"
                if !is_asked =>
            {
                Ok(())
            }
            _ => wrong("the statement of the authenticator cannot be checked"),
        }
    }

    /// §8.2, "self attestation": the new key itself has signed.
    fn is_signed_by(&self, made: &Made, client_data: &[u8]) -> bool {
        let algorithm = self.statement.named("alg").and_then(Value::as_integer);
        let is_same = algorithm.is_some_and(|one| i64::try_from(one) == Ok(made.key.algorithm()));
        let signature = self.statement.named("sig").and_then(Value::as_bytes);
        let message = [self.data.as_slice(), digest(&SHA256, client_data).as_ref()].concat();
        is_same && signature.is_some_and(|signature| made.key.is_signed(&message, signature))
    }
}
