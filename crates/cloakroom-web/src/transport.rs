//! Whether a realm answers a request that does not come by https (`sslRequired`).

use std::net::IpAddr;

use cloakroom_model::Realm;

use crate::App;

impl App {
    /// Tells whether the realm answers this address.
    ///
    /// What reaches a realm that browsers know by an https address has come by https. Elsewhere `external`, which a realm has
    /// unless it says otherwise, answers the networks that nobody routes, and `all` nobody.
    pub fn is_secure_for(&self, realm: &Realm, ip: &str) -> bool {
        self.is_https_for(realm) || is_answered(&realm.settings.ssl_required, ip)
    }
}

fn is_answered(ssl_required: &str, ip: &str) -> bool {
    match ssl_required.to_ascii_lowercase().as_str() {
        "none" => true,
        "all" => false,
        // Who has no address at all is on this machine.
        _ => match ip.parse() {
            Ok(ip) => is_inside(ip),
            Err(_) => true,
        },
    }
}

/// Loopback addresses, private networks, and what belongs to one link.
fn is_inside(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
        }
        IpAddr::V6(ip) => {
            let [first, ..] = ip.segments();
            // RFC 4193 unique local, RFC 4291 §2.5.6 link-local, RFC 3879 the site-local ones before them.
            let is_private =
                first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80 || first & 0xffc0 == 0xfec0;
            ip.is_loopback() || ip.is_unspecified() || is_private
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_without_https_is_not_answered() {
        for (ip, is_near) in [
            ("127.0.0.1", true),
            ("::1", true),
            ("::ffff:10.1.2.3", true),
            ("10.1.2.3", true),
            ("172.17.0.1", true),
            ("172.32.0.1", false),
            ("192.168.7.1", true),
            ("169.254.1.1", true),
            ("fd00::7", true),
            ("fe80::1", true),
            ("192.0.2.7", false),
            ("203.0.113.7", false),
            ("2001:db8::1", false),
            ("::ffff:203.0.113.7", false),
            ("unknown", true),
        ] {
            for usual in ["external", "EXTERNAL", ""] {
                assert_eq!(is_answered(usual, ip), is_near, "{usual} {ip}");
            }
            assert!(is_answered("none", ip), "{ip}");
            assert!(!is_answered("ALL", ip), "{ip}");
        }
    }
}
