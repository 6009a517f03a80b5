//! Which addresses may be asked at all.
use url::{Host, Url};

/// The longest address.
const LIMIT: usize = 2_048;

/// Reads an address that keys or answers come from.
///
/// Without TLS whoever is in between chooses the keys, so `http` is for the machine itself, unless
/// `is_plain` says that the network between app and issuer is trusted.
pub(super) fn check(text: &str, is_plain: bool) -> Result<Url, &'static str> {
    const BAD: &str = "an address of the issuer is no https address";
    if text.len() > LIMIT {
        return Err(BAD);
    }
    let url = Url::parse(text).map_err(|_| BAD)?;
    let is_safe = match url.scheme() {
        "https" => true,
        "http" => is_plain || is_loopback(&url),
        _ => false,
    };
    let names_nobody = url.username().is_empty() && url.password().is_none();
    if is_safe && names_nobody && url.fragment().is_none() {
        return Ok(url);
    }
    Err(BAD)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_asked_over_tls_or_on_the_machine_itself() {
        let rows = [
            ("https://id.example/realms/shop", false, true),
            ("http://localhost:8080/realms/shop", false, true),
            ("http://127.0.0.1:8080", false, true),
            ("http://[::1]:8080", false, true),
            ("http://id.example", false, false),
            ("http://id.example", true, true),
            ("http://localhost.example", false, false),
            ("http://127.0.0.1.example", false, false),
            ("http://10.0.0.1", false, false),
            ("https://user@id.example", false, false),
            ("https://user:word@id.example", true, false),
            ("https://id.example/#part", false, false),
            ("ftp://localhost/", true, false),
            ("file:///etc/passwd", true, false),
            ("id.example", true, false),
            ("", true, false),
        ];

        for (address, is_plain, expected) in rows {
            assert_eq!(check(address, is_plain).is_ok(), expected, "{address}");
        }
        assert!(check(&format!("https://id.example/{}", "a".repeat(LIMIT)), false).is_err());
    }
}
