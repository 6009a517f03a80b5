//! What a new key says of where it comes from (WebAuthn Level 3 §6.5), and whether that is as much as the realm wants to know.

mod android_key;
mod apple;
mod fido_u2f;
mod packed;
mod tpm;

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
    /// Something that is not believed here, and why.
    Unread(&'static str),
}

/// A key of a certificate that has signed for a new key.
pub(super) struct Maker<'a> {
    /// The certificate, and those that lead from it to one of its maker.
    pub(super) path: Vec<Certificate<'a>>,
    /// The certificate is for the model that the authenticator names.
    pub(super) names_model: bool,
    /// The key was made in the authenticator and stays there, as far as the format has a word for that.
    pub(super) stays: bool,
}

/// A platform has made it for a key that it keeps: it says of that key where it is, and nothing of what the key signs.
fn is_for_one_key(certificate: &Certificate<'_>) -> bool {
    let said = [android_key::DESCRIPTION, apple::CEREMONY];
    said.iter()
        .any(|name| certificate.extension(name).is_some())
}

/// A member of a statement that is a number, as algorithms are.
fn number(statement: &Entries, name: &str) -> Option<i64> {
    i64::try_from(statement.named(name)?.as_integer()?).ok()
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
            // Whoever has a key that no listed maker vouches for would otherwise let it vouch for itself.
            Said::Itself if is_asked && !makers.is_empty() => {
                wrong("the realm asks for the word of a maker, and the key vouches for itself")
            }
            Said::Unread(why) if is_asked || has_models => wrong(why),
            // What is not believed is asked for by nobody, and nothing rests on it.
            Said::Nothing | Said::Itself | Said::Unread(_) => Ok(()),
            Said::Maker(_) if has_models && !policy.takes_model(&made.model()) => {
                wrong("the realm takes no authenticators of this model")
            }
            Said::Maker(maker) if has_models && !maker.names_model => {
                wrong("the certificate of the authenticator names no model")
            }
            // Without a list of models or of makers it is as in a Keycloak without a truststore: who signed is not asked.
            Said::Maker(maker) => {
                let is_needed = has_models || (is_asked && !makers.is_empty());
                if is_needed && !makers.vouch_for(&maker.path, now) {
                    return wrong("no maker that counts vouches for the authenticator");
                }
                match is_needed && !maker.stays {
                    true => wrong("the authenticator may give the key away, or was given it"),
                    false => Ok(()),
                }
            }
        }
    }

    /// Checks the statement as its format demands (§8).
    pub(super) fn said(&self, made: &Made, client_data: &[u8]) -> Result<Said<'_>, Rejection> {
        let said = self.said_in_format(made, client_data)?;
        let is_of_platform = ["android-key", "apple"].contains(&self.format.as_str());
        // Any application lets its device make a key with such a certificate, and signs with that what it likes.
        if let Said::Maker(maker) = &said
            && !is_of_platform
            && maker.path.iter().any(is_for_one_key)
        {
            let why = "the certificate of the authenticator is for one key of an application";
            return Err(Rejection::registration(why));
        }
        Ok(said)
    }

    /// The same, whatever key it is that has signed.
    fn said_in_format(&self, made: &Made, client_data: &[u8]) -> Result<Said<'_>, Rejection> {
        let wrong = |why| Err(Rejection::registration(why));
        let hash = digest(&SHA256, client_data);
        match self.format.as_str() {
            "none" if self.statement.is_empty() => Ok(Said::Nothing),
            "none" => wrong("an empty statement is not empty"),
            "packed" => packed::check(self, made, hash.as_ref()),
            "fido-u2f" => fido_u2f::check(self, made, hash.as_ref()),
            "tpm" => tpm::check(self, made, hash.as_ref()),
            "android-key" => android_key::check(self, made, hash.as_ref()),
            "apple" => apple::check(self, made, hash.as_ref()),
            // Google has ended the service whose word it is, so nobody stands behind what it says today.
            "android-safetynet" => Ok(Said::Unread(
                "statements of the format android-safetynet are of a service that is discontinued, and the realm asks for one",
            )),
            _ => wrong("the statement of the authenticator is of no known format"),
        }
    }

    /// The certificates of a statement, that of the authenticator first; `None` if they are none, or too many.
    fn path(&self) -> Option<Vec<Certificate<'_>>> {
        self.path_from(Certificate::read)
    }

    /// The same, where that of the authenticator is read in a way of its own.
    fn path_from<'a>(
        &'a self,
        first: fn(&'a [u8]) -> Option<Certificate<'a>>,
    ) -> Option<Vec<Certificate<'a>>> {
        let all = self.statement.named("x5c")?.as_array()?;
        if all.is_empty() || all.len() > MOST {
            return None;
        }
        let read = |(at, one): (usize, &'a ciborium::Value)| match at {
            0 => first(one.as_bytes()?),
            _ => Certificate::read(one.as_bytes()?),
        };
        all.iter().enumerate().map(read).collect()
    }

    fn signature(&self) -> Option<&[u8]> {
        let signature = self.statement.named("sig")?.as_bytes()?;
        Some(signature.as_slice())
    }
}

#[cfg(test)]
mod tests;
