//! Comparing `htu` (RFC 9449 §4.3): URLs after the normalizations of RFC 3986 §6.2.2 and §6.2.3.

/// Longer URLs are in no proof.
const LIMIT: usize = 2048;

/// The URL without query and fragment, in one form for each resource.
///
/// `None` if it is no absolute `http` or `https` URL, or has user information: `https://a@b/` is a way
/// to show one host and mean another.
pub(super) fn normalize(url: &str) -> Option<String> {
    if url.len() > LIMIT || !url.is_ascii() || url.bytes().any(|byte| byte <= b' ' || byte == b'\\')
    {
        return None;
    }
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "https" => "443",
        "http" => "80",
        _ => return None,
    };
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let rest = rest.get(..end)?;
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at_checked(at)?,
        None => (rest, ""),
    };
    if authority.contains('@') {
        return None;
    }
    let authority = normalize_authority(authority, default_port)?;
    Some(format!("{scheme}://{authority}{}", normalize_path(path)?))
}

fn normalize_authority(authority: &str, default_port: &str) -> Option<String> {
    // The colons of an IPv6 address are inside its brackets.
    let after_host = authority.rfind(']').map_or(0, |at| at + 1);
    let (host, port) = match authority.get(after_host..)?.find(':') {
        Some(at) => {
            let (host, port) = authority.split_at_checked(after_host + at)?;
            (host, port.strip_prefix(':')?)
        }
        None => (authority, ""),
    };
    if host.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let host = normalize_escapes(host)?.to_ascii_lowercase();
    let port = port.trim_start_matches('0');
    if port.is_empty() || port == default_port {
        return Some(host);
    }
    Some(format!("{host}:{port}"))
}

fn normalize_path(path: &str) -> Option<String> {
    let path = normalize_escapes(path)?;
    let mut segments: Vec<&str> = Vec::new();
    let mut is_folder = true;
    // RFC 3986 §5.2.4; the text before the first slash is empty.
    for segment in path.split('/').skip(1) {
        is_folder = matches!(segment, "." | ".." | "");
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    // An empty last segment is the slash that the path ends with.
    if segments.last() == Some(&"") {
        segments.pop();
    }
    let mut normal = String::new();
    for segment in &segments {
        normal.push('/');
        normal.push_str(segment);
    }
    if is_folder {
        normal.push('/');
    }
    Some(normal)
}

/// RFC 3986 §6.2.2.1, §6.2.2.2: escapes in capitals, and none for letters that need none.
fn normalize_escapes(text: &str) -> Option<String> {
    let mut normal = String::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            normal.push(char::from(byte));
            continue;
        }
        let high = char::from(bytes.next()?).to_digit(16)?;
        let low = char::from(bytes.next()?).to_digit(16)?;
        let decoded = u8::try_from(high * 16 + low).ok()?;
        if decoded.is_ascii_alphanumeric() || b"-._~".contains(&decoded) {
            normal.push(char::from(decoded));
        } else {
            normal.push_str(&format!("%{decoded:02X}"));
        }
    }
    Some(normal)
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn urls_of_one_resource_have_one_form() {
        let rows = [
            ("https://id.example/token", "https://id.example/token"),
            (
                "HTTPS://ID.example:443/token?a=b#c",
                "https://id.example/token",
            ),
            ("https://id.example", "https://id.example/"),
            ("https://id.example?x", "https://id.example/"),
            ("http://id.example:080/", "http://id.example/"),
            (
                "https://id.example:8443/a/./b/../c",
                "https://id.example:8443/a/c",
            ),
            ("https://id.example/%7eu/%2f", "https://id.example/~u/%2F"),
            ("https://id.example/a/..", "https://id.example/"),
            ("https://id.example/a/", "https://id.example/a/"),
            ("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"),
            ("https://id.example/../../a", "https://id.example/a"),
        ];
        for (url, wanted) in rows {
            assert_eq!(normalize(url).as_deref(), Some(wanted), "{url}");
        }
    }

    #[test]
    fn other_resources_keep_their_own_form() {
        let rows = [
            ("https://id.example/a", "https://id.example/A"),
            ("https://id.example/a", "https://id.example/a/"),
            ("https://id.example/a", "http://id.example/a"),
            ("https://id.example:444/a", "https://id.example/a"),
            ("https://id.example/a%2fb", "https://id.example/a/b"),
        ];
        for (one, other) in rows {
            assert_ne!(normalize(one), normalize(other), "{one} {other}");
        }
    }

    #[test]
    fn what_is_no_plain_url_has_no_form() {
        for url in [
            "",
            "/token",
            "id.example/token",
            "ftp://id.example/",
            "https://",
            "https:///token",
            "https://id.example@attacker.example/",
            "https://id.example:x/",
            "https://id.example/%zz",
            "https://id.example/%4",
            "https://id.example/a b",
            "https://id.example\\@attacker.example/",
            "https://id.ex\u{e4}mple/",
        ] {
            assert_eq!(normalize(url), None, "{url}");
        }
    }
}
