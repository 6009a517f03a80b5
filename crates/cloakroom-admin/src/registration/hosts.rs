//! Trusted hosts: whose registrations, and addresses at which hosts, a policy lets through.

use std::net::IpAddr;

use tokio::net::lookup_host;
use url::Url;

/// The hosts that a realm's policies trust, with their addresses.
#[derive(Clone, Debug, Default)]
pub(super) struct TrustedHosts {
    names: Vec<String>,
    sends: bool,
}

impl TrustedHosts {
    /// Asks for the addresses of the named hosts, and finds out whether the caller is at one of them.
    ///
    /// A domain, `*.example.com`, vouches for addresses of clients and for no caller: which name an
    /// IP address has is its owner's to say.
    pub(super) async fn resolve(names: Vec<String>, ip: &str) -> Self {
        let mut sends = false;
        if let Ok(caller) = ip.parse::<IpAddr>() {
            for name in names.iter().filter(|name| !name.starts_with("*.")) {
                let known = match name.parse::<IpAddr>() {
                    Ok(address) => vec![address],
                    Err(_) => addresses(name).await,
                };
                sends = sends || known.iter().any(|one| one.to_canonical() == caller);
            }
        }
        Self { names, sends }
    }

    /// The call comes from a trusted host.
    pub(super) fn are_sending(&self) -> bool {
        self.sends
    }

    /// The address is at a trusted host, or in a trusted domain.
    pub(super) fn have(&self, address: &str) -> bool {
        let Ok(url) = Url::parse(address) else {
            return false;
        };
        let host = url.host_str().unwrap_or_default();
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_ascii_lowercase();
        !host.is_empty()
            && self
                .names
                .iter()
                .any(|name| is_in(&host, &name.to_ascii_lowercase()))
    }
}

fn is_in(host: &str, trusted: &str) -> bool {
    match trusted.strip_prefix("*.") {
        Some(domain) => {
            let below = host
                .strip_suffix(domain)
                .and_then(|rest| rest.strip_suffix('.'));
            host == domain || below.is_some_and(|rest| !rest.is_empty())
        }
        None => host == trusted,
    }
}

/// A name that nobody knows has no address, and trusts nobody.
async fn addresses(name: &str) -> Vec<IpAddr> {
    match lookup_host((name, 0)).await {
        Ok(found) => found.map(|one| one.ip()).collect(),
        Err(error) => {
            tracing::warn!(%error, host = name, "a trusted host cannot be resolved");
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_is_trusted_by_its_host_alone() {
        let names = ["app.example", "*.corp.example", "::1"];
        let hosts = TrustedHosts::resolve(names.map(str::to_owned).to_vec(), "::1").await;

        for (address, expected) in [
            ("https://app.example/cb", true),
            ("https://APP.example:8443/", true),
            ("https://a.corp.example/", true),
            ("https://corp.example/", true),
            ("http://[::1]/", true),
            ("https://app.example.evil.test/", false),
            ("https://app.example@evil.test/", false),
            ("https://evil.test/app.example", false),
            ("https://evilcorp.example/", false),
            ("https://.corp.example/", false),
            ("com.example.app:/cb", false),
            ("/cb", false),
            ("*", false),
        ] {
            assert_eq!(hosts.have(address), expected, "{address}");
        }
        assert!(hosts.are_sending());
    }
}
