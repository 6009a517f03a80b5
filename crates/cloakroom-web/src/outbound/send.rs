//! Whole requests to identity providers, with a pause for hosts that do not answer.

use cloakroom_federation::{HttpRequest, HttpResponse, Network, Unreached};
use cloakroom_model::Timestamp;
use url::Url;

use super::{ANSWER, Outbound, OutboundError};
use crate::app::now;

impl Outbound {
    /// Whether the host of an address is left alone at the moment, because it has not answered several times.
    pub fn is_resting(&self, address: &str) -> bool {
        let host = |url: Url| url.origin().ascii_serialization();
        Url::parse(address).is_ok_and(|url| self.breaker.is_resting(&host(url), now()))
    }

    /// How many hosts are left alone at the moment.
    pub fn count_resting(&self) -> usize {
        self.breaker.count_resting(now())
    }

    /// Sends a request; an answer of any status is an answer, and a redirect is not followed.
    ///
    /// # Errors
    /// If the address may not be reached, is not reached, or its answer is too large.
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, OutboundError> {
        let address = request.uri().to_string();
        let (client, url) = self.check(&address)?;
        let host = url.origin().ascii_serialization();
        if !self.breaker.lets_through(&host, now()) {
            return Err(OutboundError::Resting);
        }
        let _permit = self
            .permits
            .try_acquire()
            .map_err(|_| OutboundError::Busy)?;
        let request = reqwest::Request::try_from(request).map_err(|_| OutboundError::Forbidden)?;
        let done = answer(client, request).await;
        let is_away = match &done {
            Ok(answer) => answer.status().is_server_error(),
            Err(error) => *error == OutboundError::Unreachable,
        };
        // Who was not asked for want of room has said nothing of itself.
        if !matches!(done, Err(OutboundError::Busy)) {
            self.breaker.note(&host, now(), is_away);
        }
        done
    }
}

async fn answer(
    client: &reqwest::Client,
    request: reqwest::Request,
) -> Result<HttpResponse, OutboundError> {
    let mut answer = client.execute(request).await.map_err(OutboundError::of)?;
    let mut response = HttpResponse::new(Vec::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    while let Some(chunk) = answer.chunk().await.map_err(OutboundError::of)? {
        if response.body().len() + chunk.len() > ANSWER {
            return Err(OutboundError::TooLarge);
        }
        response.body_mut().extend_from_slice(&chunk);
    }
    Ok(response)
}

impl Network for Outbound {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Unreached> {
        let server = request
            .uri()
            .authority()
            .map(|server| server.host().to_owned());
        let done = Self::send(self, request).await;
        // A provider has several addresses, and whoever reads this has to know which of them it was.
        let server = server.unwrap_or_default();
        done.map_err(|error| Unreached(format!("{server}: {error}")))
    }

    fn now(&self) -> Timestamp {
        now()
    }
}
