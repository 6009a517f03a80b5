//! The issuer, as the crate openidconnect knows it, and this app as the issuer knows it.
use std::time::Duration;

use actix_web::error::ErrorBadGateway;
use openidconnect::core::CoreClient;
use openidconnect::{
    ClientId, ClientSecret, EndSessionUrl, EndpointMaybeSet, EndpointNotSet as No, EndpointSet,
    HttpRequest, HttpResponse, IssuerUrl, ProviderMetadataWithLogout, RedirectUrl, http,
};

use crate::setting;

/// What can go wrong with the issuer, or with a setting.
pub(crate) type Failed = Box<dyn std::error::Error + Send + Sync>;

/// The reason is for the log; the browser learns that it was not its fault.
pub(crate) fn failed(error: impl Into<Failed>) -> actix_web::Error {
    eprintln!("the issuer: {}", error.into());
    ErrorBadGateway("the login is not available")
}

pub(crate) struct Issuer {
    pub(crate) name: String,
    pub(crate) client: CoreClient<EndpointSet, No, No, No, EndpointMaybeSet, EndpointMaybeSet>,
    /// Where a logout goes on.
    pub(crate) end: EndSessionUrl,
    pub(crate) http: reqwest::Client,
}

impl Issuer {
    /// Asks the issuer where it does what.
    pub(crate) async fn discover(name: String, here: &str) -> Result<Self, Failed> {
        // A redirect would carry the client's secret to another address.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let http = http.timeout(Duration::from_secs(10)).build()?;
        let (asked, ask) = (IssuerUrl::new(name.clone())?, |request| {
            send(&http, request)
        });
        let metadata = ProviderMetadataWithLogout::discover_async(asked, &ask).await?;
        let end = metadata.additional_metadata().end_session_endpoint.clone();
        let id = ClientId::new(setting("CLIENT_ID")?);
        let secret = ClientSecret::new(setting("CLIENT_SECRET")?);
        let client = CoreClient::from_provider_metadata(metadata, id, Some(secret));
        let back = RedirectUrl::new(format!("{here}/callback"))?;
        Ok(Self {
            name,
            client: client.set_redirect_uri(back),
            end: end.ok_or("the issuer has no logout")?,
            http,
        })
    }
}

/// Sends a request of the crate.
pub(crate) async fn send(
    http: &reqwest::Client,
    request: HttpRequest,
) -> Result<HttpResponse, reqwest::Error> {
    let answer = http.execute(request.try_into()?).await?;
    let mut response = http::Response::new(Vec::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer.bytes().await?.to_vec();
    Ok(response)
}
