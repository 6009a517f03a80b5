//! The cryptography of messages, which is a parameter; algorithms have their names in JOSE.

/// The digests of what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// How a content is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// AES-GCM with a key of so many bytes.
    Gcm(usize),
    /// AES-CBC with a key of so many bytes; nothing but a signature protects it.
    Cbc(usize),
}

/// A signature over bytes.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// The algorithm, `RS256` for example.
    pub alg: &'a str,
    /// What is signed.
    pub input: &'a [u8],
    /// The signature.
    pub signature: &'a [u8],
}

/// A content that is encrypted with a key, which is encrypted for the realm.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// How the key is encrypted, `RSA-OAEP` for example.
    pub alg: &'a str,
    /// The encrypted key.
    pub key: &'a [u8],
    /// How the content is encrypted.
    pub content: Content,
    /// The content, with its vector, and with its tag if it has one.
    pub ciphertext: &'a [u8],
}

/// What has to be computed of a message that came.
pub trait Crypto: std::fmt::Debug {
    /// Whether a key of the settings can be read: a certificate or a public key, in base64 or PEM.
    fn is_key(&self, key: &str) -> bool;

    /// Whether this key made the signature.
    fn is_signed_by(&self, key: &str, signed: &Signed<'_>) -> bool;

    /// The digest of bytes.
    fn digest(&self, hash: Hash, bytes: &[u8]) -> Vec<u8>;

    /// Opens what is encrypted for the realm; `None`, without a reason, if it does not open.
    fn open(&self, envelope: &Envelope<'_>) -> Option<Vec<u8>>;
}

/// The realm's key that signs what is sent, and what others know it by.
pub trait Signer: std::fmt::Debug {
    /// The algorithm.
    fn alg(&self) -> &str;

    /// The name of the key.
    fn name(&self) -> &str;

    /// Its certificate, base64 without armour.
    fn certificate(&self) -> Option<&str>;

    /// The SHA-256 of bytes.
    fn sha256(&self, bytes: &[u8]) -> Vec<u8>;

    /// Signs bytes; `None` if the key cannot.
    fn sign(&self, input: &[u8]) -> Option<Vec<u8>>;
}
