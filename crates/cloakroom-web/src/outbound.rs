//! Requests to other servers: one client for all of them, which goes only where it may.
//!
//! What is asked for is often an address that an application's owner typed, so it must not become a
//! way into the network that the server stands in. Names are resolved here, every address of a name
//! is checked, and the connection goes to one of those that were checked: a name that changes its
//! mind in between reaches nothing else. No redirect is followed, no proxy is used, and nothing is
//! sent along.

pub mod address;
mod breaker;
mod dial;
mod keys;
mod resolver;
mod send;
pub mod txt;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use tokio::sync::Semaphore;
use url::{Host, Url};

use address::Listed;
use breaker::Breaker;
use keys::KeyCache;
use resolver::{Guard, Lookup};

/// The longest time that finding and reaching a server may take.
const CONNECT: Duration = Duration::from_secs(3);

/// The longest time that a whole exchange may take.
const TOTAL: Duration = Duration::from_secs(10);

/// The largest answer, in bytes.
const ANSWER: usize = 1024 * 1024;

/// The most requests under way at once: slow servers elsewhere must not use up this one.
const AT_ONCE: usize = 64;

/// The longest address.
const ADDRESS: usize = 2048;

/// Why there is no answer. For logs and decisions; whoever named the address learns none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The address is no https address that may be reached.
    #[error(
        "the address may not be reached: https leads to the internet, and CLOAKROOM_OUTBOUND_ALLOW lists what else may be reached"
    )]
    Forbidden,
    /// Too many requests are under way.
    #[error("too many requests to other servers are under way")]
    Busy,
    /// The server has not answered several times, and is not asked for a while.
    #[error("the server has not answered several times, and is not asked for a while")]
    Resting,
    /// No connection, a broken one, or none in time.
    #[error("the server was not reached, or did not answer in time")]
    Unreachable,
    /// Somebody answers, but not with a certificate of whoever was asked.
    #[error("the server cannot be trusted: its certificate is not one for this name")]
    Untrusted,
    /// The answer is not 200.
    #[error("the server answered {0}")]
    Status(u16),
    /// The answer is larger than anything that is expected.
    #[error("the answer is too large")]
    TooLarge,
}

impl OutboundError {
    /// Why a request failed: the name may have led to an address that may not be reached, which the resolver alone learns.
    fn of(error: reqwest::Error) -> Self {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(error) = cause {
            if let Some(known) = error.downcast_ref::<Self>() {
                return *known;
            }
            let within = error.downcast_ref::<std::io::Error>();
            if within.is_some_and(is_distrust) {
                return Self::Untrusted;
            }
            cause = error.source();
        }
        Self::Unreachable
    }
}

/// TLS came to nothing because of what the other side showed.
fn is_distrust(error: &std::io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(|inner| inner.is::<rustls::Error>())
}

/// The client for other servers.
pub struct Outbound {
    secure: Client,
    plain: Client,
    listed: Arc<Listed>,
    permits: Semaphore,
    keys: KeyCache,
    breaker: Breaker,
    lookup: Lookup,
    lines: dial::Lines,
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbound")
            .field("listed", &self.listed)
            .finish_non_exhaustive()
    }
}

impl Outbound {
    /// A client that reaches public addresses over https, and those listed over http as well.
    ///
    /// # Errors
    /// If the system has no certificates to trust.
    pub fn new(listed: Listed) -> Result<Self, String> {
        Self::with(listed, resolver::system())
    }

    fn with(listed: Listed, lookup: Lookup) -> Result<Self, String> {
        let listed = Arc::new(listed);
        let build = |only_listed| {
            let guard = Guard {
                listed: Arc::clone(&listed),
                only_listed,
                lookup: Arc::clone(&lookup),
            };
            Client::builder()
                .dns_resolver(Arc::new(guard))
                .redirect(Policy::none())
                .no_proxy()
                .referer(false)
                .http1_only()
                // A connection belongs to the worker that opened it, and requests are rare.
                .pool_max_idle_per_host(0)
                .connect_timeout(CONNECT)
                .timeout(TOTAL)
                .https_only(!only_listed)
                .build()
                .map_err(|error| format!("requests to other servers cannot be made: {error}"))
        };
        Ok(Self {
            secure: build(false)?,
            plain: build(true)?,
            listed,
            permits: Semaphore::new(AT_ONCE),
            keys: KeyCache::default(),
            breaker: Breaker::default(),
            lines: dial::Lines::new()?,
            lookup,
        })
    }

    /// The body of what is at this address.
    ///
    /// # Errors
    /// If it may not be reached, is not reached, or is no good answer.
    pub async fn get(&self, address: &str, accept: &str) -> Result<Vec<u8>, OutboundError> {
        let (client, url) = self.check(address)?;
        let _permit = self
            .permits
            .try_acquire()
            .map_err(|_| OutboundError::Busy)?;
        let sent = client.get(url).header(ACCEPT, accept).send().await;
        let mut answer = sent.map_err(OutboundError::of)?;
        if answer.status() != StatusCode::OK {
            return Err(OutboundError::Status(answer.status().as_u16()));
        }
        let mut body = Vec::new();
        loop {
            let chunk = answer.chunk().await;
            let Some(chunk) = chunk.map_err(OutboundError::of)? else {
                return Ok(body);
            };
            if body.len() + chunk.len() > ANSWER {
                return Err(OutboundError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
    }

    /// Posts a form, and takes any answer of success for a yes. What it says is not read.
    ///
    /// # Errors
    /// If the address may not be reached, is not reached, or does not answer with success.
    pub async fn post(&self, address: &str, form: &[(&str, &str)]) -> Result<(), OutboundError> {
        let (client, url) = self.check(address)?;
        let _permit = self
            .permits
            .try_acquire()
            .map_err(|_| OutboundError::Busy)?;
        let sent = client.post(url).form(form).send().await;
        let answer = sent.map_err(OutboundError::of)?;
        match answer.status().is_success() {
            true => Ok(()),
            false => Err(OutboundError::Status(answer.status().as_u16())),
        }
    }

    fn check(&self, address: &str) -> Result<(&Client, Url), OutboundError> {
        let url = Some(address)
            .filter(|address| address.len() <= ADDRESS)
            .and_then(|address| Url::parse(address).ok())
            .ok_or(OutboundError::Forbidden)?;
        let only_listed = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(OutboundError::Forbidden),
        };
        let port = url.port_or_known_default().unwrap_or_default();
        // Below 1024 live services that are no web servers, and read whatever is sent to them.
        let is_web_port = port >= 1024 || port == 80 || port == 443;
        if !url.username().is_empty() || url.password().is_some() || !is_web_port {
            return Err(OutboundError::Forbidden);
        }
        // An address in place of a name is never resolved, so it is checked here.
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(OutboundError::Forbidden),
        };
        if literal.is_some_and(|address| !self.listed.may_reach(address, only_listed)) {
            return Err(OutboundError::Forbidden);
        }
        let client = match only_listed {
            true => &self.plain,
            false => &self.secure,
        };
        Ok((client, url))
    }
}

#[cfg(test)]
mod tests;
