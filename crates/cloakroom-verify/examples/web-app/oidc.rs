//! The issuer, as the crate openidconnect knows it: login, tokens, refresh.
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, Client, ClientId, ClientSecret, EmptyExtraTokenFields, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IdTokenFields, IssuerUrl,
    ProviderMetadataWithLogout, RedirectUrl, StandardErrorResponse, StandardTokenResponse, http,
};
use serde::{Deserialize, Serialize};

/// What can go wrong with the issuer. It is logged here, and the browser learns nothing of it.
pub(crate) type Failed = Box<dyn std::error::Error + Send + Sync>;

/// The claim of an ID token that the crate has no name for: the session at the issuer.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct SessionClaim {
    pub(crate) sid: Option<String>,
}

impl AdditionalClaims for SessionClaim {}

/// The answer of the token endpoint.
pub(crate) type Tokens = StandardTokenResponse<
    IdTokenFields<
        SessionClaim,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// A client that knows the issuer's endpoints.
pub(crate) type Discovered = Client<
    SessionClaim,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// This app as the issuer knows it.
pub(crate) struct Provider {
    pub(crate) issuer: IssuerUrl,
    pub(crate) client_id: ClientId,
    /// The address of this app.
    pub(crate) here: String,
    secret: ClientSecret,
    callback: RedirectUrl,
    http: reqwest::Client,
}

impl Provider {
    pub(crate) fn new(
        issuer: &str,
        client_id: &str,
        secret: &str,
        here: &str,
    ) -> Result<Self, Failed> {
        // A redirect would carry the client's secret to another address.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Ok(Self {
            issuer: IssuerUrl::new(issuer.to_owned())?,
            client_id: ClientId::new(client_id.to_owned()),
            here: here.to_owned(),
            secret: ClientSecret::new(secret.to_owned()),
            callback: RedirectUrl::new(format!("{here}/callback"))?,
            http: http.timeout(std::time::Duration::from_secs(10)).build()?,
        })
    }

    /// The issuer as it is now. Its keys change, and the crate keeps those that it found.
    pub(crate) async fn discover(
        &self,
    ) -> Result<(Discovered, ProviderMetadataWithLogout), Failed> {
        let send = |request| self.send(request);
        let metadata =
            ProviderMetadataWithLogout::discover_async(self.issuer.clone(), &send).await?;
        let (id, secret) = (self.client_id.clone(), Some(self.secret.clone()));
        let client = Client::from_provider_metadata(metadata.clone(), id, secret)
            .set_redirect_uri(self.callback.clone());
        Ok((client, metadata))
    }

    /// Sends a request of the crate.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
        let answer = self
            .http
            .execute(reqwest::Request::try_from(request)?)
            .await?;
        let mut response = http::Response::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        *response.body_mut() = answer.bytes().await?.to_vec();
        Ok(response)
    }

    /// The client for calls that are not the crate's.
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }
}
