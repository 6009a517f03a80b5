//! What a request carries to prove that it may be made.
use crate::error::VerifyError;

/// How a token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Whoever has the token may use it (RFC 6750 §2.1).
    Bearer,
    /// With a proof that the sender holds the key it is bound to (RFC 9449 §7.1).
    Dpop,
}

impl Scheme {
    /// The name in `Authorization` and `WWW-Authenticate`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }
}

/// The token of a request, and what the request says beside it.
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    pub(crate) scheme: Scheme,
    pub(crate) token: &'a str,
    pub(crate) proof: Option<&'a str>,
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    pub(crate) certificate: Option<&'a [u8]>,
}

impl<'a> Presented<'a> {
    /// A bearer token.
    pub fn bearer(token: &'a str) -> Self {
        Self::new(Scheme::Bearer, token)
    }

    fn new(scheme: Scheme, token: &'a str) -> Self {
        Self {
            scheme,
            token,
            proof: None,
            method: "",
            url: "",
            certificate: None,
        }
    }

    /// Reads the value of `Authorization`.
    ///
    /// A token in the body or the query is not read: RFC 9700 §4.3.2 forbids the one, and no client needs
    /// the other.
    ///
    /// # Errors
    /// [`VerifyError::NoToken`] for another scheme, [`VerifyError::InvalidRequest`] if what follows is no token.
    pub fn read(authorization: &'a str) -> Result<Self, VerifyError> {
        let (scheme, token) = authorization.split_once(' ').unwrap_or((authorization, ""));
        let scheme = [Scheme::Bearer, Scheme::Dpop]
            .into_iter()
            .find(|known| scheme.eq_ignore_ascii_case(known.name()))
            .ok_or(VerifyError::NoToken)?;
        let token = token.trim_matches(' ');
        if !is_token(token) {
            return Err(VerifyError::InvalidRequest(
                "Authorization holds no access token",
            ));
        }
        Ok(Self::new(scheme, token))
    }

    /// Adds the DPoP proof, and the request it has to be made for.
    ///
    /// `url` is the address that the client called, which behind a proxy is not the one that arrived.
    #[must_use]
    pub fn proof(mut self, proof: &'a str, method: &'a str, url: &'a str) -> Self {
        self.proof = Some(proof);
        self.method = method;
        self.url = url;
        self
    }

    /// Adds the certificate in DER that the client showed when it connected (RFC 8705 §3).
    #[must_use]
    pub fn certificate(mut self, der: &'a [u8]) -> Self {
        self.certificate = Some(der);
        self
    }

    /// How the token is presented.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }
}

/// RFC 6750 §2.1: `b64token`.
fn is_token(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    !bare.is_empty()
        && bare
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

impl std::fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Presented")
            .field("scheme", &self.scheme)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_from_the_header_and_nothing_else_is() {
        let none = Err(VerifyError::NoToken);
        let bad = Err(VerifyError::InvalidRequest(
            "Authorization holds no access token",
        ));
        let rows = [
            (
                "Bearer a.b-c_d~e+f/g==",
                Ok((Scheme::Bearer, "a.b-c_d~e+f/g==")),
            ),
            ("bearer abc", Ok((Scheme::Bearer, "abc"))),
            ("DPOP abc", Ok((Scheme::Dpop, "abc"))),
            ("Bearer   abc", Ok((Scheme::Bearer, "abc"))),
            ("Basic abc", none.clone()),
            ("", none.clone()),
            ("abc", none),
            ("Bearer", bad.clone()),
            ("Bearer ", bad.clone()),
            ("Bearer ==", bad.clone()),
            ("Bearer a b", bad.clone()),
            ("Bearer a,b", bad.clone()),
            ("Bearer ä", bad),
        ];

        for (header, expected) in rows {
            let read = Presented::read(header).map(|presented| (presented.scheme, presented.token));
            assert_eq!(read, expected, "{header}");
        }
    }
}
