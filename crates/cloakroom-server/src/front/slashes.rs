//! Slashes too many: one after another counts once, and one at the end not at all.

use actix_web::dev::ServiceRequest;
use actix_web::http::Uri;
use actix_web::http::uri::PathAndQuery;
use actix_web::web::Bytes;

/// Takes them out of the request's address.
pub(crate) fn normalize(request: &mut ServiceRequest) {
    let path = request.path();
    if is_normal(path) {
        return;
    }
    let path = normal(path);
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

fn is_normal(path: &str) -> bool {
    path.len() <= 1 || !(path.ends_with('/') || path.contains("//"))
}

fn normal(path: &str) -> String {
    let mut normal = String::with_capacity(path.len());
    for letter in path.trim_end_matches('/').chars() {
        if letter != '/' || !normal.ends_with('/') {
            normal.push(letter);
        }
    }
    if normal.is_empty() {
        normal.push('/');
    }
    normal
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn slashes_too_many_are_taken_out_of_the_path_alone() {
        for (sent, expected) in [
            ("/realms/shop", "/realms/shop"),
            ("/realms/shop/", "/realms/shop"),
            ("/realms//shop///", "/realms/shop"),
            ("//realms/shop?next=//there/", "/realms/shop?next=//there/"),
            ("/", "/"),
            ("///", "/"),
            ("/?a=/", "/?a=/"),
            ("/realms/a%2F%2Fb/", "/realms/a%2F%2Fb"),
        ] {
            let mut request = TestRequest::with_uri(sent).to_srv_request();

            normalize(&mut request);

            assert_eq!(request.uri().to_string(), expected, "{sent}");
            let path = expected.split('?').next().unwrap();
            assert_eq!(request.match_info().as_str(), path, "{sent}");
        }
    }
}
