//! Tokens of other kinds that an issuer makes for an app.
use cloakroom_jose::jwt::kind::IdToken;
use cloakroom_jose::jwt::{self, Kind, Verified};
use cloakroom_jose::{Alg, KeySet};

use super::Issuer;
use crate::error::VerifyError;

impl Issuer {
    /// Verifies a token of the kind `K` that the issuer made for this audience, with keys as fresh as for
    /// access tokens.
    ///
    /// A client that is told of a logout over the back channel verifies the token so; its audience is the
    /// client's own id (OpenID Connect Back-Channel Logout 1.0 §2.6).
    ///
    /// ```no_run
    /// use cloakroom_verify::Issuer;
    /// use cloakroom_verify::jose::jwt::kind::LogoutToken;
    ///
    /// # async fn example(logout_token: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// let issuer = Issuer::new("https://id.example/realms/shop")?;
    /// let token = issuer.verify::<LogoutToken>(logout_token, "web").await?;
    /// println!("the session {:?} is over", token.session_id());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`VerifyError::InvalidToken`] if it is refused, [`VerifyError::Unavailable`] if there are no keys.
    pub async fn verify<K: Kind>(
        &self,
        token: &str,
        audience: &str,
    ) -> Result<Verified<K>, VerifyError> {
        let now = self.shared.clock.now();
        let algs: Vec<Alg> = Alg::ALL
            .into_iter()
            .filter(|alg| !alg.is_symmetric())
            .collect();
        let verifier = |keys: &KeySet| {
            jwt::Verifier::new(keys, &algs, self.name(), audience).verify::<K>(token, now)
        };
        self.check(token, verifier).await
    }

    /// Verifies the ID token with which a login ends (OpenID Connect Core 1.0 §3.1.3.7): made by this issuer, for this
    /// client alone, in answer to the request with this nonce, and together with this access token (`at_hash`,
    /// which has to be there).
    ///
    /// # Errors
    /// As [`Issuer::verify`].
    pub async fn verify_login(
        &self,
        id_token: &str,
        client_id: &str,
        nonce: &str,
        access_token: &str,
    ) -> Result<Verified<IdToken>, VerifyError> {
        let verified = self.verify::<IdToken>(id_token, client_id).await?;
        verified
            .check_authorized_party(client_id)
            .and_then(|()| verified.check_nonce(nonce))
            .and_then(|()| verified.check_access_token(access_token))
            .map_err(VerifyError::InvalidToken)?;
        Ok(verified)
    }
}
