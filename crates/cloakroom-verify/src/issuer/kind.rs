//! Tokens of other kinds that an issuer makes for an app.
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
}
