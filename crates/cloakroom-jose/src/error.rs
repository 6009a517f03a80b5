//! One opaque error, with questions one may ask it.
use std::fmt;

/// The result of everything in this crate.
pub type Result<T> = std::result::Result<T, JoseError>;

/// Says that something was refused, and roughly why.
///
/// It never holds a part of the token, a key or a secret, so it may be logged as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoseError {
    kind: Kind,
    /// A fixed text for the log; never shown to whoever sent the token.
    why: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Malformed,
    Unsupported,
    NoKey,
    ManyKeys,
    Key,
    Signature,
    Decryption,
    Claim {
        name: &'static str,
        fault: ClaimFault,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClaimFault {
    Missing,
    Invalid,
    Mismatch,
    Expired,
    NotYet,
}

impl JoseError {
    pub(crate) const fn malformed(why: &'static str) -> Self {
        Self {
            kind: Kind::Malformed,
            why,
        }
    }

    pub(crate) const fn unsupported(why: &'static str) -> Self {
        Self {
            kind: Kind::Unsupported,
            why,
        }
    }

    pub(crate) const fn no_key() -> Self {
        Self {
            kind: Kind::NoKey,
            why: "no key of the set fits",
        }
    }

    pub(crate) const fn many_keys() -> Self {
        Self {
            kind: Kind::ManyKeys,
            why: "more than one key of the set fits",
        }
    }

    pub(crate) const fn key(why: &'static str) -> Self {
        Self {
            kind: Kind::Key,
            why,
        }
    }

    pub(crate) const fn signature() -> Self {
        Self {
            kind: Kind::Signature,
            why: "the signature does not verify",
        }
    }

    /// The one answer to everything that goes wrong with a key or a ciphertext.
    ///
    /// RFC 7516 §11.5: whoever sends ciphertexts must not learn which step failed.
    pub(crate) const fn decryption() -> Self {
        Self {
            kind: Kind::Decryption,
            why: "decryption failed",
        }
    }

    pub(crate) const fn claim(name: &'static str, fault: ClaimFault) -> Self {
        let why = match fault {
            ClaimFault::Missing => "is missing",
            ClaimFault::Invalid => "has a wrong type or form",
            ClaimFault::Mismatch => "is not the expected one",
            ClaimFault::Expired => "is over",
            ClaimFault::NotYet => "lies ahead",
        };
        Self {
            kind: Kind::Claim { name, fault },
            why,
        }
    }

    /// Whether the text was no well-formed token, key or JSON.
    pub fn is_malformed(&self) -> bool {
        matches!(self.kind, Kind::Malformed)
    }

    /// Whether an algorithm, a key type or a header parameter is not offered or not allowed here.
    pub fn is_unsupported(&self) -> bool {
        matches!(self.kind, Kind::Unsupported)
    }

    /// Whether a key was at fault: none fits, several fit, or it is weak or unusable.
    pub fn is_key(&self) -> bool {
        matches!(self.kind, Kind::NoKey | Kind::ManyKeys | Kind::Key)
    }

    /// Whether no key of the set fits; a reason to fetch a remote set again.
    pub fn is_no_key(&self) -> bool {
        matches!(self.kind, Kind::NoKey)
    }

    /// Whether several keys of the set fit, so that choosing one would be a guess.
    pub fn is_many_keys(&self) -> bool {
        matches!(self.kind, Kind::ManyKeys)
    }

    /// Whether the signature did not verify.
    pub fn is_signature(&self) -> bool {
        matches!(self.kind, Kind::Signature)
    }

    /// Whether the ciphertext could not be decrypted; there is no telling why.
    pub fn is_decryption(&self) -> bool {
        matches!(self.kind, Kind::Decryption)
    }

    /// Whether everything up to the expiry was right, and the token is over.
    pub fn is_expired(&self) -> bool {
        matches!(
            self.kind,
            Kind::Claim {
                fault: ClaimFault::Expired,
                ..
            }
        )
    }

    /// Whether the token is from the future.
    pub fn is_not_yet_valid(&self) -> bool {
        matches!(
            self.kind,
            Kind::Claim {
                fault: ClaimFault::NotYet,
                ..
            }
        )
    }

    /// Whether a demanded claim is absent.
    pub fn is_missing_claim(&self) -> bool {
        matches!(
            self.kind,
            Kind::Claim {
                fault: ClaimFault::Missing,
                ..
            }
        )
    }

    /// The claim (or `typ`) that was at fault; `None` if it was none of them.
    pub fn claim_name(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Claim { name, .. } => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for JoseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Malformed => write!(f, "malformed: {}", self.why),
            Kind::Unsupported => write!(f, "not supported: {}", self.why),
            Kind::Claim { name, .. } => write!(f, "{name} {}", self.why),
            Kind::NoKey | Kind::ManyKeys | Kind::Key | Kind::Signature | Kind::Decryption => {
                f.write_str(self.why)
            }
        }
    }
}

impl std::error::Error for JoseError {}
