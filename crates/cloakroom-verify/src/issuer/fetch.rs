//! Exchanges with an issuer: short, small, and only with the address that was meant.
use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::redirect::Policy;
use reqwest::{Client, Request, RequestBuilder, StatusCode};
use tokio::sync::Semaphore;
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::address;
use crate::error::SetupError;

/// The longest time for finding and reaching a server.
const CONNECT: Duration = Duration::from_secs(3);

/// The longest time for a whole exchange, to the last byte.
const TOTAL: Duration = Duration::from_secs(5);

/// The most exchanges at once; more wait for nothing, because the issuer is slow already.
const AT_ONCE: usize = 64;

/// The client for everything that an issuer is asked.
#[derive(Debug)]
pub(crate) struct Fetcher {
    client: Client,
    is_plain: bool,
    permits: Semaphore,
}

impl Fetcher {
    pub(crate) fn new(is_plain: bool) -> Result<Self, SetupError> {
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            .redirect(Policy::none())
            .referer(false)
            // A connection belongs to the thread that opened it, and exchanges are rare.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|_| SetupError("the system has no certificates to trust"))?;
        Ok(Self {
            client,
            is_plain,
            permits: Semaphore::new(AT_ONCE),
        })
    }

    /// Reads an address that may be asked.
    pub(crate) fn check(&self, text: &str) -> Result<Url, &'static str> {
        address::check(text, self.is_plain)
    }

    pub(crate) async fn get(
        &self,
        url: Url,
        accept: &str,
        limit: usize,
    ) -> Result<Vec<u8>, &'static str> {
        self.send(self.client.get(url).header(ACCEPT, accept), limit)
            .await
    }

    /// Posts a form as a client that proves itself with its secret (RFC 6749 §2.3.1).
    pub(crate) async fn post(
        &self,
        url: Url,
        client: (&str, &str),
        form: &[(&str, &str)],
        limit: usize,
    ) -> Result<Vec<u8>, &'static str> {
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let request = self
            .client
            .post(url)
            .basic_auth(encoded(client.0), Some(encoded(client.1)))
            .header(ACCEPT, "application/json")
            .form(form);
        self.send(request, limit).await
    }

    async fn send(&self, request: RequestBuilder, limit: usize) -> Result<Vec<u8>, &'static str> {
        let request = request.build().map_err(|_| "the question is malformed")?;
        let answer = self.execute(request, limit).await?;
        // A redirect is no answer: whoever is led elsewhere takes the keys of somebody else.
        if answer.status() != StatusCode::OK {
            return Err("it did not answer 200");
        }
        Ok(answer.into_body())
    }

    /// Asks, and takes any answer of at most `limit` bytes.
    pub(crate) async fn execute(
        &self,
        request: Request,
        limit: usize,
    ) -> Result<http::Response<Vec<u8>>, &'static str> {
        const SILENT: &str = "it was not reached, or did not answer in time";
        const BUSY: &str = "too many questions are open";
        let _permit = self.permits.try_acquire().map_err(|_| BUSY)?;
        let mut answer = self.client.execute(request).await.map_err(|_| SILENT)?;
        let mut response = http::Response::new(());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| SILENT)? {
            if body.len() + chunk.len() > limit {
                return Err("its answer is too large");
            }
            body.extend_from_slice(&chunk);
        }
        Ok(response.map(|()| body))
    }
}
