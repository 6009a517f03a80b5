//! The path that all addresses begin with (`/auth`), taken off each request before anything looks at it.

use actix_web::dev::ServiceRequest;
use actix_web::http::Uri;
use actix_web::http::uri::PathAndQuery;

/// Lets everything behind it see the path without `mount`.
///
/// A request that does not begin with it is left as it is: a proxy may have taken it off already, and what
/// leads nowhere is answered so by the paths themselves.
pub(crate) fn enter(mount: &str, request: &mut ServiceRequest) {
    if mount.is_empty() {
        return;
    }
    if let Some(uri) = below(mount, request.uri()) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
}

/// The address without `mount`, if it begins with it as a whole segment.
fn below(mount: &str, uri: &Uri) -> Option<Uri> {
    let rest = uri.path().strip_prefix(mount)?;
    let path = match rest {
        "" => "/",
        rest if rest.starts_with('/') => rest,
        _ => return None,
    };
    let path = match uri.query() {
        Some(query) => PathAndQuery::try_from(format!("{path}?{query}")),
        None => PathAndQuery::try_from(path),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path.ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_segments_are_taken_off_and_only_once() {
        for (asked, found) in [
            ("/auth", Some("/")),
            ("/auth/", Some("/")),
            ("/auth?a=%20b", Some("/?a=%20b")),
            (
                "/auth/realms/a%2Fb?x=/auth/",
                Some("/realms/a%2Fb?x=/auth/"),
            ),
            ("/auth/auth/realms", Some("/auth/realms")),
            ("/auth//realms", Some("//realms")),
            (
                "http://localhost/auth/realms",
                Some("http://localhost/realms"),
            ),
            ("/authority/realms", None),
            ("/realms/auth", None),
            ("/AUTH/realms", None),
            ("/", None),
        ] {
            let uri = below("/auth", &asked.parse().unwrap());

            assert_eq!(uri.map(|uri| uri.to_string()).as_deref(), found, "{asked}");
        }
    }
}
