//! What there is to say about a token, without a value of a claim.

/// The form of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JWS: everybody can read it.
    Signed,
    /// A JWE: its claims are not to be seen without the key.
    Encrypted,
}

/// What is known of the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// A key vouches for the token.
    Right,
    /// The key that the token names does not.
    Wrong,
    /// There is no key to check it with, or nothing that could be checked.
    Unchecked,
}

/// Something that speaks against a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It has more than 1 KB.
    Large {
        /// Bytes of the token.
        bytes: usize,
    },
    /// It lives longer than an hour.
    LongLived {
        /// From `iat` (or now) to `exp`.
        seconds: i64,
    },
    /// It has no usable `exp`.
    NeverExpires,
    /// It is over.
    Expired,
    /// It has no `aud`, so every service may take it for its own (RFC 8725 §3.9).
    NoAudience,
    /// It has no `iss` (RFC 8725 §3.8).
    NoIssuer,
    /// It is not signed (`none`), signed with a shared secret, encrypted with `RSA1_5`, or unknown.
    UnfitAlg {
        /// The name in the header; cut at 64 letters.
        alg: String,
    },
    /// `typ` is absent or says nothing about the kind (RFC 8725 §3.11).
    UnfitTyp,
    /// It carries these claims about a person.
    PersonalData {
        /// Their names.
        claims: Vec<String>,
    },
}

/// One claim, without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimSize {
    pub(super) name: String,
    pub(super) bytes: usize,
    pub(super) is_personal: bool,
}

impl ClaimSize {
    /// The name of the claim.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes of its name and its value as JSON.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether it says something about a person.
    pub fn is_personal(&self) -> bool {
        self.is_personal
    }
}

/// What there is to say about a token.
#[derive(Clone, Debug)]
pub struct Report {
    pub(super) form: Form,
    pub(super) alg: String,
    pub(super) typ: Option<String>,
    pub(super) bytes: usize,
    pub(super) claims: Vec<ClaimSize>,
    pub(super) signature: Signature,
    pub(super) findings: Vec<Finding>,
}

impl Report {
    /// The form of the token.
    pub fn form(&self) -> Form {
        self.form
    }

    /// The name of the algorithm in its header.
    pub fn alg(&self) -> &str {
        &self.alg
    }

    /// The media type in its header.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// Bytes of the token.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Its claims, the largest first; none of an encrypted token.
    pub fn claims(&self) -> &[ClaimSize] {
        &self.claims
    }

    /// What is known of the signature.
    pub fn signature(&self) -> Signature {
        self.signature
    }

    /// What speaks against it.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}
