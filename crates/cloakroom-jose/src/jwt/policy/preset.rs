//! The policies of the tokens that a server itself reads.
use super::Policy;
use crate::alg::Alg;

impl Policy {
    /// An access token of ours: `typ` is `JWT`, as Keycloak writes it, or `at+jwt` (RFC 9068).
    ///
    /// Keycloak tells its kinds apart by the claim `typ`, which the caller has to check.
    pub fn access_token(algs: &[Alg], issuer: &str) -> Self {
        Self::new(algs)
            .typ(&["JWT", "at+jwt"])
            .issuer(issuer)
            .require(&["iat"])
            .grace(0)
    }

    /// A refresh token of ours; the caller has to check the claim `typ`.
    pub fn refresh_token(algs: &[Alg], issuer: &str) -> Self {
        Self::new(algs)
            .typ(&["JWT"])
            .issuer(issuer)
            .require(&["iat", "jti"])
            .grace(0)
    }

    /// An ID token that comes back as a hint; it may be over (OIDC RP-Initiated Logout §2).
    ///
    /// The caller has to check the claim `typ`, and that the audience is the client.
    pub fn id_token_hint(algs: &[Alg], issuer: &str) -> Self {
        let mut policy = Self::new(algs)
            .typ(&["JWT"])
            .issuer(issuer)
            .require(&["sub", "aud"]);
        policy.may_be_expired = true;
        policy
    }

    /// A client's assertion about itself (RFC 7523 §3) to one of these audiences.
    ///
    /// It may not end later than `max_ahead` seconds from now, so that remembering each `jti`
    /// until then ends as well.
    pub fn client_assertion(
        algs: &[Alg],
        client_id: &str,
        audiences: &[&str],
        max_ahead: i64,
    ) -> Self {
        // RFC 7523 sets no typ; another kind's typ is refused all the same.
        Self::new(algs)
            .typ(&["JWT", "client-authentication+jwt"])
            .may_lack_typ()
            .issuer(client_id)
            .subject(client_id)
            .audience(audiences)
            .require(&["jti"])
            .max_ahead(max_ahead)
    }
}
