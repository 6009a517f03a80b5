//! Trusted proxies: whose forwarded headers count, and the address a request came from.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use actix_web::HttpRequest;

/// Networks of proxies whose forwarded headers count. None by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<(IpAddr, u8)>);

impl TrustedProxies {
    /// Reads addresses and networks, separated by commas.
    ///
    /// # Errors
    ///
    /// Names the first entry that is neither an address nor a network.
    pub fn parse(text: &str) -> Result<Self, String> {
        let entries = text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        entries
            .map(network)
            .collect::<Result<Vec<_>, _>>()
            .map(Self)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0
            .iter()
            .any(|(network, bits)| is_inside(address.to_canonical(), *network, *bits))
    }

    /// The nearest peer of this request is one of them.
    pub(crate) fn are_before(&self, request: &HttpRequest) -> bool {
        !self.0.is_empty()
            && request
                .peer_addr()
                .is_some_and(|peer| self.trusts(peer.ip()))
    }

    /// The address a request came from.
    ///
    /// Walks `X-Forwarded-For` from its end, where the nearest proxy wrote, and stops at the
    /// first address that is not a trusted proxy: what stands before it is the client's word.
    pub(crate) fn client_ip(&self, request: &HttpRequest) -> String {
        let Some(peer) = request.peer_addr() else {
            return "unknown".to_owned();
        };
        let mut address = peer.ip().to_canonical();
        let headers = request.headers().get_all("x-forwarded-for");
        // Whatever a client put before it, what a proxy has written at the end counts.
        let values: Vec<_> = headers
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        for hop in values.iter().rev().flat_map(|value| value.rsplit(',')) {
            if !self.trusts(address) {
                break;
            }
            let Some(before) = hop_address(hop.trim()) else {
                break;
            };
            address = before.to_canonical();
        }
        address.to_string()
    }
}

/// What a proxy wrote: an address, which some write with the port.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let with_port = || hop.parse().map(|hop: SocketAddr| hop.ip());
    hop.parse().or_else(|_| with_port()).ok()
}

pub(crate) fn network(entry: &str) -> Result<(IpAddr, u8), String> {
    let wrong = || format!("{entry} is neither an address nor a network such as 10.0.0.0/8");
    let (address, bits) = entry
        .split_once('/')
        .map_or((entry, None), |(a, b)| (a, Some(b)));
    let address = IpAddr::from_str(address).map_err(|_| wrong())?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        Some(bits) => bits.parse::<u8>().map_err(|_| wrong())?,
        None => most,
    };
    if bits > most {
        Err(wrong())
    } else {
        Ok((address, bits))
    }
}

pub(crate) fn is_inside(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) => {
            let differ = u32::from(a) ^ u32::from(n);
            differ.checked_shr(32 - u32::from(bits)).unwrap_or(0) == 0
        }
        (IpAddr::V6(a), IpAddr::V6(n)) => {
            let differ = u128::from(a) ^ u128::from(n);
            differ.checked_shr(128 - u32::from(bits)).unwrap_or(0) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn forwarded_addresses_count_from_trusted_proxies_alone() {
        let cases = [
            ("", "192.0.2.1:5", "1.2.3.4", "192.0.2.1"),
            ("192.0.2.0/24", "192.0.2.1:5", "1.2.3.4", "1.2.3.4"),
            ("192.0.2.0/24", "192.0.2.1:5", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
            (
                "192.0.2.0/24",
                "192.0.2.1:5",
                "1.2.3.4, 192.0.2.9",
                "1.2.3.4",
            ),
            ("192.0.2.0/24", "192.0.2.1:5", "nonsense", "192.0.2.1"),
            ("192.0.2.0/24", "192.0.2.1:5", "1.2.3.4:4711", "1.2.3.4"),
            ("::1", "[::1]:5", "2001:db8::7", "2001:db8::7"),
        ];
        for (trusted, peer, header, expected) in cases {
            let proxies = TrustedProxies::parse(trusted).unwrap();
            let request = TestRequest::default()
                .peer_addr(peer.parse().unwrap())
                .insert_header(("x-forwarded-for", header))
                .to_http_request();

            let seen = proxies.client_ip(&request);

            assert_eq!(seen, expected, "{trusted} {peer} {header}");
        }
    }

    #[test]
    fn what_is_no_text_hides_nobody() {
        let proxies = TrustedProxies::parse("10.0.0.1").unwrap();
        let peer = "10.0.0.1:1".parse().unwrap();
        let header = HeaderValue::from_bytes(b"\xff, 203.0.113.7").unwrap();
        let request = TestRequest::default()
            .peer_addr(peer)
            .insert_header((HeaderName::from_static("x-forwarded-for"), header))
            .to_http_request();

        assert_eq!(proxies.client_ip(&request), "203.0.113.7");
    }

    #[test]
    fn a_network_that_is_none_is_named() {
        for wrong in ["proxy.example", "10.0.0.0/33", "10.0.0.0/x", "::/129"] {
            let error = TrustedProxies::parse(wrong).unwrap_err();

            assert!(error.starts_with(wrong), "{error}");
        }
    }
}
