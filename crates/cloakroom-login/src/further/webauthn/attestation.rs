//! What a new key says of where it comes from (WebAuthn Level 3 §6.5), and whether that is as much as the realm wants to know.

mod fido_u2f;
mod packed;

use aws_lc_rs::digest::{SHA256, digest};
use cloakroom_model::Timestamp;

use super::authenticator_data::Made;
use super::cbor::{self, Entries};
use super::certificate::Certificate;
use super::makers::Makers;
use super::{Policy, Rejection};

/// More than an authenticator with all its certificates writes.
const LONGEST: usize = 64 * 1024;

/// More certificates than lead from any authenticator to its maker.
const MOST: usize = 5;

/// An attestation object.
pub(super) struct Attestation {
    pub(super) format: String,
    /// What the authenticator says, byte for byte.
    pub(super) data: Vec<u8>,
    statement: Entries,
}

/// Who says where a key comes from, once the signature was checked.
pub(super) enum Said<'a> {
    /// Nobody.
    Nothing,
    /// The key itself: whoever made it, with whatever it names as its model.
    Itself,
    /// The first of these certificates, which may be anybody's.
    Maker(Maker<'a>),
    /// Something that is not read here.
    Unread,
}

/// A key of a certificate that has signed for a new key.
pub(super) struct Maker<'a> {
    /// The certificate, and those that lead from it to one of its maker.
    pub(super) path: Vec<Certificate<'a>>,
    /// The certificate is for the model that the authenticator names.
    pub(super) names_model: bool,
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

    /// Checks the statement, and that it says as much as the policy wants.
    ///
    /// Anybody can name any model, make a certificate that names it, and sign with that; so a realm that lists models takes
    /// only keys for which a maker vouches that the operator lists.
    pub(super) fn check(
        &self,
        made: &Made,
        policy: &Policy,
        client_data: &[u8],
        (makers, now): (&Makers, Timestamp),
    ) -> Result<(), Rejection> {
        let wrong = |why| Err(Rejection::registration(why));
        let wish = policy.attestation.as_deref();
        let is_asked = wish.is_some_and(|wish| wish != "none");
        let has_models = !policy.aaguids.is_empty();
        match self.said(made, client_data)? {
            Said::Nothing | Said::Itself if has_models => {
                wrong("nobody vouches for the model of the authenticator")
            }
            Said::Nothing if is_asked => wrong("the realm asks where keys come from"),
            Said::Unread if is_asked || has_models => {
                wrong("statements of this format are not read, and the realm asks for one")
            }
            // What is not read is asked for by nobody, and nothing rests on it.
            Said::Nothing | Said::Itself | Said::Unread => Ok(()),
            Said::Maker(_) if has_models && !policy.takes_model(&made.model()) => {
                wrong("the realm takes no authenticators of this model")
            }
            Said::Maker(maker) if has_models && !maker.names_model => {
                wrong("the certificate of the authenticator names no model")
            }
            // Without a list of models or of makers it is as in a Keycloak without a truststore: who signed is not asked.
            Said::Maker(maker) => {
                let is_needed = has_models || (is_asked && !makers.is_empty());
                match is_needed && !makers.vouch_for(&maker.path, now) {
                    true => wrong("no maker that counts vouches for the authenticator"),
                    false => Ok(()),
                }
            }
        }
    }

    /// Checks the statement as its format demands (§8).
    pub(super) fn said(&self, made: &Made, client_data: &[u8]) -> Result<Said<'_>, Rejection> {
        let wrong = |why| Err(Rejection::registration(why));
        let hash = digest(&SHA256, client_data);
        match self.format.as_str() {
            "none" if self.statement.is_empty() => Ok(Said::Nothing),
            "none" => wrong("an empty statement is not empty"),
            "packed" => packed::check(self, made, hash.as_ref()),
            "fido-u2f" => fido_u2f::check(self, made, hash.as_ref()),
            "tpm" | "android-key" | "android-safetynet" | "apple" => Ok(Said::Unread),
            _ => wrong("the statement of the authenticator is of no known format"),
        }
    }

    /// The certificates of a statement, that of the authenticator first; `None` if they are none, or too many.
    fn path(&self) -> Option<Vec<Certificate<'_>>> {
        let all = self.statement.named("x5c")?.as_array()?;
        if all.is_empty() || all.len() > MOST {
            return None;
        }
        all.iter()
            .map(|one| Certificate::read(one.as_bytes()?))
            .collect()
    }

    fn signature(&self) -> Option<&[u8]> {
        let signature = self.statement.named("sig")?.as_bytes()?;
        Some(signature.as_slice())
    }
}

#[cfg(test)]
mod tests;
