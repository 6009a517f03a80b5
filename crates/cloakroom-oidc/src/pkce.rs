//! PKCE (RFC 7636) with S256 alone: `plain` protects nobody who can read the request.

use cloakroom_model::Digest;
use cloakroom_model::client::Client;
use subtle::ConstantTimeEq as _;

/// The SHA-256 of a verifier as base64url: 32 bytes are always 43 characters.
const CHALLENGE_LENGTH: usize = 43;

/// Checks what an authorization request says about PKCE; the texts are for the client's developer.
pub fn check_request<'a>(
    client: &Client,
    challenge: Option<&'a str>,
    method: Option<&str>,
) -> Result<Option<&'a str>, &'static str> {
    let is_required = client
        .settings
        .attribute("pkce.code.challenge.method")
        .is_some();
    let Some(challenge) = challenge else {
        return match method {
            Some(_) => Err("Missing parameter: code_challenge"),
            None if is_required => Err("Missing parameter: code_challenge_method"),
            None => Ok(None),
        };
    };
    // A missing method means `plain` (RFC 7636 §4.3), which is refused like `plain` itself.
    if method != Some("S256") {
        return Err("Invalid parameter: code_challenge_method");
    }
    // What cannot be any digest, for the two bits too many in its last letter, only fails later, as a wrong one does.
    let is_digest = challenge.len() == CHALLENGE_LENGTH
        && challenge
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !is_digest {
        return Err("Invalid parameter: code_challenge");
    }
    Ok(Some(challenge))
}

/// Checks the verifier of a token request against the code's challenge (RFC 7636 §4.6).
pub fn check_verifier(challenge: Option<&str>, verifier: Option<&str>) -> Result<(), &'static str> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        // A verifier without a challenge means that somebody took the challenge out of the request
        // (RFC 9700 §4.8.2).
        (None, Some(_)) => Err("PKCE code verifier specified but challenge not present"),
        (Some(_), None) => Err("PKCE code verifier not specified"),
        (Some(challenge), Some(verifier)) => {
            if !is_verifier(verifier) {
                return Err("PKCE invalid code verifier");
            }
            let computed = Digest::of(verifier.as_bytes()).to_base64url();
            if bool::from(computed.as_bytes().ct_eq(challenge.as_bytes())) {
                Ok(())
            } else {
                Err("PKCE verification failed: Code mismatch")
            }
        }
    }
}

/// 43 to 128 unreserved characters (RFC 7636 §4.1).
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636 Appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn a_verifier_fits_only_its_own_challenge() {
        let rows = [
            (Some(CHALLENGE), Some(VERIFIER), Ok(())),
            (None, None, Ok(())),
            (
                Some(CHALLENGE),
                None,
                Err("PKCE code verifier not specified"),
            ),
            (
                Some(CHALLENGE),
                Some("short"),
                Err("PKCE invalid code verifier"),
            ),
            (
                Some(CHALLENGE),
                Some("wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong"),
                Err("PKCE verification failed: Code mismatch"),
            ),
            (
                None,
                Some(VERIFIER),
                Err("PKCE code verifier specified but challenge not present"),
            ),
        ];
        for (challenge, verifier, expected) in rows {
            let checked = check_verifier(challenge, verifier);

            assert_eq!(checked, expected, "{challenge:?} {verifier:?}");
        }
    }
}
