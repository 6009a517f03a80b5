//! Which addresses a request to another server may go to.

use std::net::IpAddr;

use crate::proxy::{is_inside, network};

/// Networks that are no part of the internet, or lead back into one that is not.
const INSIDE: [&str; 24] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "2001::/32",
    "2001:db8::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/9",
    "ff00::/8",
];

/// Networks that the operator lets requests go to, though they are inside. None by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed(Vec<(IpAddr, u8)>);

impl Listed {
    /// Reads addresses and networks, separated by commas.
    ///
    /// # Errors
    /// Names the first entry that is neither an address nor a network.
    pub fn parse(text: &str) -> Result<Self, String> {
        let entries = text.split(',').map(str::trim);
        entries
            .filter(|entry| !entry.is_empty())
            .map(network)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Tells whether a request may go to this address; over http, only those listed count.
    pub(super) fn may_reach(&self, address: IpAddr, only_listed: bool) -> bool {
        let address = address.to_canonical();
        let is_listed = self
            .0
            .iter()
            .any(|(network, bits)| is_inside(address, *network, *bits));
        is_listed || (!only_listed && is_public(address))
    }
}

fn is_public(address: IpAddr) -> bool {
    // An entry that cannot be read would let everything in it through.
    INSIDE.iter().all(|entry| match network(entry) {
        Ok((network, bits)) => !is_inside(address, network, bits),
        Err(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_reaches_public_addresses_and_those_listed() {
        let rows = [
            ("93.184.216.34", true),
            ("2606:2800:220:1::1", true),
            ("0.0.0.0", false),
            ("10.1.2.3", false),
            ("100.64.0.1", false),
            ("100.128.0.1", true),
            ("127.0.0.1", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("198.19.255.255", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("::ffff:127.0.0.1", false),
            ("64:ff9b::7f00:1", false),
            ("2001::1", false),
            ("2002:7f00:1::", false),
            ("fd00::1", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ];
        let listed = Listed::parse("192.168.7.0/24, fd00:7::/32").unwrap();
        for (text, is_open) in rows {
            let address: IpAddr = text.parse().unwrap();

            assert_eq!(listed.may_reach(address, false), is_open, "{text}");
            assert!(!listed.may_reach(address, true), "{text}");
        }
        for text in ["192.168.7.9", "::ffff:192.168.7.9", "fd00:7::1"] {
            let address: IpAddr = text.parse().unwrap();

            assert!(listed.may_reach(address, true), "{text}");
        }
    }
}
