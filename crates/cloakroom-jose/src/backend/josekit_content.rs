//! The content encryption that josekit is given: a name and a length, and nothing to encrypt with.
use josekit::jwe::JweContentEncryption;

/// Tells josekit the name and the length that go into its key derivation, and encrypts nothing.
#[derive(Clone, Debug)]
pub(super) struct NameAndLength {
    pub(super) name: String,
    pub(super) len: usize,
}

impl JweContentEncryption for NameAndLength {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_len(&self) -> usize {
        self.len
    }

    fn iv_len(&self) -> usize {
        0
    }

    fn encrypt(
        &self,
        _key: &[u8],
        _iv: Option<&[u8]>,
        _message: &[u8],
        _aad: &[u8],
    ) -> std::result::Result<(Vec<u8>, Option<Vec<u8>>), josekit::JoseError> {
        Err(unused())
    }

    fn decrypt(
        &self,
        _key: &[u8],
        _iv: Option<&[u8]>,
        _encrypted_message: &[u8],
        _aad: &[u8],
        _tag: Option<&[u8]>,
    ) -> std::result::Result<Vec<u8>, josekit::JoseError> {
        Err(unused())
    }

    fn box_clone(&self) -> Box<dyn JweContentEncryption> {
        Box::new(self.clone())
    }
}

/// The content is encrypted by [`super::content`], so josekit has no reason to ask.
fn unused() -> josekit::JoseError {
    josekit::JoseError::UnsupportedSignatureAlgorithm(
        std::io::Error::other("content encryption is not josekit's").into(),
    )
}
