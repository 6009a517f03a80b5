//! Documents that are the same for everybody: answered whole, or by saying that the caller has the present one.

use std::sync::Arc;

use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderValue, IF_NONE_MATCH,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_oidc::keyring::Document;

/// What Keycloak says about keeping its discovery document.
pub(super) const DISCOVERY: &str = "no-cache, must-revalidate, no-transform, no-store";

/// What Keycloak says about keeping a realm's keys.
pub(super) const KEYS: &str = "no-cache";

/// Answers with the document, or with its tag alone where the caller has it already (RFC 9110 §13.1.2).
pub(super) fn answer(
    request: &HttpRequest,
    document: &Document,
    caching: &'static str,
) -> HttpResponse {
    let is_known = has(request.headers(), &document.tag);
    let mut answer = match is_known {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    answer
        .insert_header((ETAG, &*document.tag))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static(caching)))
        // The document is the same for everybody, so every page may read it.
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")))
        .insert_header((
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("ETag"),
        ));
    if is_known {
        return answer.finish();
    }
    answer
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")))
        .body(Bytes::from_owner(Arc::clone(&document.body)))
}

/// The caller names the tag, or says that any will do. Weak tags are compared like strong ones.
fn has(headers: &HeaderMap, tag: &str) -> bool {
    let mut lists = headers
        .get_all(IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok());
    lists.any(|list| {
        let mut tags = list.split(',').map(str::trim);
        tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn whoever_has_the_document_is_not_sent_it_again() {
        let document = Document {
            body: b"{}".as_slice().into(),
            tag: "\"one\"".into(),
        };
        for (sent, status) in [
            ("\"one\"", 304),
            ("W/\"one\"", 304),
            ("\"two\", \"one\"", 304),
            ("*", 304),
            ("\"two\"", 200),
            ("one", 200),
            ("", 200),
            ("\"on", 200),
        ] {
            let request = TestRequest::get()
                .insert_header((IF_NONE_MATCH, sent))
                .to_http_request();

            let answer = answer(&request, &document, KEYS);

            assert_eq!(answer.status().as_u16(), status, "{sent}");
            assert_eq!(answer.headers().get(ETAG).unwrap(), "\"one\"");
        }
    }
}
