//! Exchanges of an app with its issuer that are not about keys.
use super::Issuer;
use crate::error::VerifyError;

/// The longest answer, in bytes: more than a JWK Set or the claims of a user have.
const LIMIT: usize = 256 * 1024;

impl Issuer {
    /// Asks the issuer something, within the same bounds as for its keys: five seconds, 256 KiB, no redirect (which would
    /// carry the client's secret elsewhere), and `https` alone, except on the machine itself.
    ///
    /// It is what the crate `openidconnect` wants as its HTTP client, to begin a login and to get tokens:
    ///
    /// ```no_run
    /// use cloakroom_verify::Issuer;
    /// use openidconnect::{IssuerUrl, core::CoreProviderMetadata};
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let issuer = Issuer::new("https://id.example/realms/shop")?;
    /// let ask = |request| issuer.exchange(request);
    /// let url = IssuerUrl::new(issuer.name().to_owned())?;
    /// let metadata = CoreProviderMetadata::discover_async(url, &ask).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`VerifyError::Unavailable`] if there is no answer, or the address may not be asked. An answer of any status is none.
    pub async fn exchange(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, VerifyError> {
        let fetcher = self.fetcher();
        let address = fetcher.check(&request.uri().to_string());
        address.map_err(VerifyError::Unavailable)?;
        let request = reqwest::Request::try_from(request);
        let request = request.map_err(|_| VerifyError::Unavailable("the question is malformed"))?;
        let answer = fetcher.execute(request, LIMIT).await;
        answer.map_err(VerifyError::Unavailable)
    }
}
