//! The algorithms that a client may register for its tokens; discovery names the same.

/// How a key for the content is encrypted to a client; discovery says the same.
const KEY_ALGORITHMS: &[&str] = &[
    "RSA-OAEP",
    "RSA-OAEP-256",
    "RSA-OAEP-384",
    "RSA-OAEP-512",
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A192KW",
    "ECDH-ES+A256KW",
];

/// How the content is encrypted to a client.
const CONTENT_ALGORITHMS: &[&str] = &[
    "A128GCM",
    "A192GCM",
    "A256GCM",
    "A128CBC-HS256",
    "A192CBC-HS384",
    "A256CBC-HS512",
];

/// What tokens are signed with here (RFC 7518 §3.1, RFC 8037 §3.1).
const ALGORITHMS: [&str; 13] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
    "ES384", "ES512", "EdDSA",
];

/// Whether this is offered as the value of this member of a registration.
pub(super) fn is_offered(member: &str, name: &str) -> bool {
    match member {
        "request_object_signing_alg" => name == "any" || ALGORITHMS.contains(&name),
        _ if member.ends_with("_encrypted_response_alg") => KEY_ALGORITHMS.contains(&name),
        _ if member.ends_with("_encrypted_response_enc") => CONTENT_ALGORITHMS.contains(&name),
        _ => ALGORITHMS.contains(&name),
    }
}
