//! The form of a path: a slash at its end does not count, and what could be read as another path is refused.

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::Uri;
use actix_web::http::uri::PathAndQuery;
use actix_web::web::Bytes;
use serde_json::json;

/// Takes the slash at its end out of the request's address.
pub(crate) fn normalize(request: &mut ServiceRequest) {
    let path = request.path();
    let Some(path) = path.strip_suffix('/').filter(|path| !path.is_empty()) else {
        return;
    };
    if path.ends_with('/') {
        return;
    }
    let path = path.to_owned();
    let mut parts = request.uri().clone().into_parts();
    let text = match parts.path_and_query.as_ref().and_then(PathAndQuery::query) {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let Ok(target) = PathAndQuery::from_maybe_shared(Bytes::from(text)) else {
        return;
    };
    parts.path_and_query = Some(target);
    if let Ok(uri) = Uri::from_parts(parts) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
}

/// Refuses, in Keycloak's words, a path that a proxy in front may have read as another one: with several slashes in a
/// row, segments of dots, or parameters of segments.
pub(crate) fn refuse(path: &str) -> Option<HttpResponse> {
    let (error, why) = match path {
        _ if path.contains(';') => (
            "invalidCharacter",
            "Request path contains invalid character ';'",
        ),
        _ if is_ambiguous(path) => ("missingNormalization", "Request path not normalized"),
        _ => return None,
    };
    let body = json!({"error": error, "error_description": why});
    Some(HttpResponse::BadRequest().json(body))
}

/// RFC 3986 §6.2.2: dots count under their percent encoding too.
fn is_ambiguous(path: &str) -> bool {
    path.contains("//")
        || path.split('/').any(|segment| {
            segment.len() <= 6
                && [".", ".."].contains(&segment.to_ascii_lowercase().replace("%2e", ".").as_str())
        })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_slash_at_the_end_is_taken_out_of_the_path_alone() {
        for (sent, expected) in [
            ("/realms/shop", "/realms/shop"),
            ("/realms/shop/", "/realms/shop"),
            ("/realms/shop/?next=//there/", "/realms/shop?next=//there/"),
            ("/", "/"),
            ("/?a=/", "/?a=/"),
            ("/realms/a%2F%2Fb/", "/realms/a%2F%2Fb"),
        ] {
            let mut request = TestRequest::with_uri(sent).to_srv_request();

            normalize(&mut request);

            assert_eq!(request.uri().to_string(), expected, "{sent}");
            let path = expected.split('?').next().unwrap();
            assert_eq!(request.match_info().as_str(), path, "{sent}");
            assert!(refuse(request.path()).is_none(), "{sent}");
        }
    }

    #[test]
    fn a_path_that_may_be_read_as_another_is_refused() {
        for sent in [
            "//",
            "///",
            "//realms/shop",
            "/realms//shop",
            "/realms/shop//",
            "/realms/./shop",
            "/realms/../shop",
            "/realms/shop/..",
            "/realms/%2e%2E/shop",
            "/realms/.%2e/shop",
            "/realms/shop;a=b",
        ] {
            let mut request = TestRequest::with_uri(sent).to_srv_request();

            normalize(&mut request);

            let refused = refuse(request.path());
            assert_eq!(
                refused.map(|answer| answer.status().as_u16()),
                Some(400),
                "{sent}"
            );
        }
        for sent in [
            "/realms/...",
            "/realms/a..b",
            "/.well-known/x",
            "/realms/%3B",
        ] {
            assert!(refuse(sent).is_none(), "{sent}");
        }
    }
}
