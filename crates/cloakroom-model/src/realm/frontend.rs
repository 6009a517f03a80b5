//! The address that browsers know a realm by, where it is not that of the server (`frontendUrl`).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Settings;

/// The attribute that holds it.
pub const NAME: &str = "frontendUrl";

/// A path in front of cookies, letters and tokens; nobody's is nearly as long.
const LONGEST: usize = 255;

/// Refuses settings whose address nobody could open; an empty one is none.
///
/// # Errors
///
/// What is wrong with it, as a sentence.
pub fn check(settings: &Settings) -> Result<(), String> {
    let Some(text) = settings.attribute(NAME) else {
        return Ok(());
    };
    parse(text)
        .map(drop)
        .map_err(|why| format!("The attribute '{NAME}' {why}"))
}

/// The address that these settings name. One that an older server has stored and that cannot be read is none.
pub fn of(settings: &Settings) -> Option<String> {
    parse(settings.attribute(NAME)?).ok()
}

/// Reads an address as a browser writes it: in small letters, without the port that its scheme has anyway and without a
/// slash at its end, so that an `Origin` can be compared with it letter by letter.
///
/// It begins everything that a realm names itself by: its issuer, the addresses of its forms, the paths of its cookies. So
/// it has nothing that could end one of them early, and nothing that two readers would read in two ways.
fn parse(text: &str) -> Result<String, &'static str> {
    if text.len() > LONGEST {
        return Err("is longer than 255 letters");
    }
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    let (scheme, usual) = match scheme.to_ascii_lowercase().as_str() {
        "https" => ("https", "443"),
        "http" => ("http", "80"),
        _ => return Err("is no address that begins with https:// or http://"),
    };
    if rest.contains(['@', '?', '#']) {
        return Err("must have no user, no query and no fragment");
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = split(authority);
    let host = host_of(&host.to_ascii_lowercase()).ok_or("names no host")?;
    let port = match port {
        None => String::new(),
        Some(port) if port == usual => String::new(),
        Some(port) if is_port(port) => format!(":{port}"),
        Some(_) => return Err("has a port that is none"),
    };
    let path = path.trim_end_matches('/');
    if !path.split('/').skip(1).all(is_segment) {
        return Err("has a path that is not made of plain names");
    }
    Ok(format!("{scheme}://{host}{port}{path}"))
}

/// Host and port, the first with its brackets.
fn split(authority: &str) -> (&str, Option<&str>) {
    let host_ends = authority.rfind(']').map_or(0, |at| at + 1);
    let after = authority.get(host_ends..).unwrap_or_default();
    match after.find(':') {
        Some(at) => {
            let (host, port) = authority.split_at(host_ends + at);
            (host, port.get(1..))
        }
        None => (authority, None),
    }
}

fn host_of(host: &str) -> Option<String> {
    if let Some(inner) = host.strip_prefix('[') {
        let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let labels = || host.split('.');
    // Browsers read a last part of digits as the end of an IPv4 address, in spellings that nobody needs.
    let is_number = labels()
        .next_back()
        .is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()));
    if is_number {
        return host.parse::<Ipv4Addr>().ok().map(|ip| ip.to_string());
    }
    let is_label = |label: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        (1..=63).contains(&label.len()) && label.bytes().all(is_plain)
    };
    labels().all(is_label).then(|| host.to_owned())
}

/// As browsers write one: no sign, and no zero in front.
fn is_port(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    is_plain && text.parse::<u16>().is_ok()
}

fn is_segment(segment: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    !segment.is_empty() && segment != "." && segment != ".." && segment.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_browsers_write_it() {
        for (text, expected) in [
            ("https://id.example", "https://id.example"),
            ("https://id.example/", "https://id.example"),
            ("https://id.example/auth/", "https://id.example/auth"),
            ("HTTPS://ID.Example:443/Auth", "https://id.example/Auth"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://id.example:80/a/b", "http://id.example/a/b"),
            ("https://id.example:80", "https://id.example:80"),
            ("http://127.0.0.1:81", "http://127.0.0.1:81"),
            ("http://[0:0::1]:81/x", "http://[::1]:81/x"),
            (
                "https://xn--bcher-kva.example",
                "https://xn--bcher-kva.example",
            ),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_no_address() {
        for text in [
            "id.example",
            "//id.example",
            "/auth",
            "javascript:alert(1)",
            "javascript://id.example/%0aalert(1)",
            "data:text/html,x",
            "ftp://id.example",
            "https:id.example",
            "https:/id.example",
            "https://",
            "https:///id.example",
            "https://user:secret@id.example",
            "https://id.example@evil.example",
            "https://id.example?x=1",
            "https://id.example/#x",
            "https://id.example/a;Domain=evil.example",
            "https://id.example/a b",
            "https://id.example/a%2f",
            "https://id.example/a/../b",
            "https://id.example/./b",
            "https://id.example/a//b",
            "https://id.example\\@evil.example",
            "https://id.example\r\nSet-Cookie: a=b",
            "https://id.example/\"onload=x",
            "https://id..example",
            "https://*.example",
            "https://bücher.example",
            "https://id.example:",
            "https://id.example:0",
            "https://id.example:08080",
            "https://id.example:+1",
            "https://id.example:99999",
            "https://127.1",
            "https://0177.0.0.1",
            "https://[::1",
            "https://[::1]x",
            "https://${host}",
            " https://id.example",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&format!("https://id.example/{}", "a".repeat(255))).is_err());
    }

    #[test]
    fn an_empty_address_is_none_and_a_stored_one_that_cannot_be_read_too() {
        let mut settings = Settings::default();
        assert!(check(&settings).is_ok() && of(&settings).is_none());
        for (text, expected) in [
            ("", None),
            ("nonsense", None),
            ("https://a/", Some("https://a")),
        ] {
            settings.attributes.insert(NAME.to_owned(), text.to_owned());
            assert_eq!(of(&settings).as_deref(), expected, "{text}");
        }
    }
}
