//! What every answer has: headers against guessing and leaking, and for what HTTP itself refuses a shape that the
//! caller reads.

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, ContentEncoding, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::App;
use crate::body::{self, Watched};
use crate::headers::{HSTS, Security};
use crate::i18n::{Locales, Notice, Wanted};
use crate::page::{ErrorPage, Layout, render};
use crate::request_id;
use crate::web::Data;

/// On an answer that says nothing because there is nothing to say: it is left as it is.
#[derive(Debug)]
pub struct Silent;

/// How many bytes the path of an address may have.
///
/// It is read before anybody has proved anything. The names in a path have 255 characters at most.
const MAX_PATH: usize = 4096;

/// Lets a request go on to its handler, or refuses it at once.
///
/// # Errors
///
/// The refusal.
#[expect(
    clippy::result_large_err,
    reason = "the refusal is the answer, and is handed on at once"
)]
pub fn begin(
    mut request: ServiceRequest,
    is_https: bool,
) -> Result<(ServiceRequest, Watched), ServiceResponse> {
    if request.path().len() > MAX_PATH {
        let (request, _) = request.into_parts();
        return Err(refused(request, StatusCode::URI_TOO_LONG, is_https));
    }
    let body = body::hurry(&mut request);
    if body.is_there() && is_packed(request.headers()) {
        let (request, _) = request.into_parts();
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(body.end_with(refused(request, status, is_https)));
    }
    Ok((request, body))
}

/// The framework would unpack the body. A part of it may become a thousand times as long, and all of that is in memory
/// before its length is looked at, whoever sent it.
fn is_packed(headers: &HeaderMap) -> bool {
    let coding = headers.get(header::CONTENT_ENCODING);
    let coding = coding.and_then(|coding| coding.to_str().ok()?.parse::<ContentEncoding>().ok());
    coding.is_some_and(|coding| coding != ContentEncoding::Identity)
}

/// Finishes the answer to a request that went on.
pub fn end(answer: ServiceResponse, body: Watched, is_https: bool) -> ServiceResponse {
    if body.is_late() {
        let (request, _) = answer.into_parts();
        let mut answer = refused(request, StatusCode::REQUEST_TIMEOUT, is_https);
        // RFC 9110 §15.5.9: the rest of the body is not waited for.
        let head = answer.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
        return body.end_with(answer);
    }
    if is_bare(&answer) {
        let status = answer.status();
        let (request, _) = answer.into_parts();
        return body.end_with(refused(request, status, is_https));
    }
    let mut answer = answer;
    protect(answer.headers_mut(), is_https);
    body.end_with(answer)
}

fn refused(request: HttpRequest, status: StatusCode, is_https: bool) -> ServiceResponse {
    let mut refusal = refuse(&request, status, is_https);
    protect(refusal.headers_mut(), is_https);
    ServiceResponse::new(request, refusal)
}

/// The framework refused, in a sentence of its own: the body was too long, or the address could not be read. Our own
/// errors say what they have to say in JSON.
fn is_bare(answer: &ServiceResponse) -> bool {
    let kind = answer.headers().get(header::CONTENT_TYPE);
    let is_text = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let is_meant = answer.response().extensions().contains::<Silent>();
    is_text && !is_meant && answer.response().error().is_some() && answer.status().is_client_error()
}

/// A browser is shown a page, a program is told an OAuth error.
fn refuse(request: &HttpRequest, status: StatusCode, is_https: bool) -> HttpResponse {
    if accepts_pages(request) {
        let languages = text(request, header::ACCEPT_LANGUAGE);
        let wanted = Wanted {
            accept_language: languages,
            ..Wanted::default()
        };
        let locale = Locales::embedded().negotiate(&wanted, &["en", "de"], Some("en"));
        let app = request.app_data::<Data<App>>();
        let page = ErrorPage {
            layout: Layout::new(locale, "Cloakroom")
                .with_base_path(app.map_or("", |app| app.base_path())),
            notice: Notice::InvalidRequest,
            code: None,
            request: request_id::current(),
            time: None,
            back: None,
        };
        return render(status, &page, &Security::page(is_https));
    }
    let description = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Request is too large",
        StatusCode::URI_TOO_LONG => "Address is too long",
        StatusCode::REQUEST_TIMEOUT => "Request took too long to arrive",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "Media type is not supported",
        _ => "Request cannot be read",
    };
    HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(json!({"error": "invalid_request", "error_description": description}))
}

fn accepts_pages(request: &HttpRequest) -> bool {
    text(request, header::ACCEPT).is_some_and(|kinds| kinds.contains("text/html"))
}

fn text(request: &HttpRequest, name: HeaderName) -> Option<&str> {
    let value = request.headers().get(name);
    value.and_then(|value| value.to_str().ok())
}

/// Adds what the answer does not say by itself.
fn protect(headers: &mut HeaderMap, is_https: bool) {
    let mut add = |name: HeaderName, value: HeaderValue| {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    };
    // JSON with a user's text in it must not be taken for a page.
    let nosniff = HeaderValue::from_static("nosniff");
    add(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    let no_referrer = HeaderValue::from_static("no-referrer");
    add(header::REFERRER_POLICY, no_referrer);
    if is_https {
        add(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use actix_web::dev::Service as _;
    use actix_web::test::{self, TestRequest};
    use actix_web::web::{self, Bytes, PayloadConfig};
    use actix_web::{App as Server, ResponseError};

    use super::*;

    #[derive(Debug)]
    struct Ours;

    impl fmt::Display for Ours {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("ours")
        }
    }

    impl ResponseError for Ours {
        fn error_response(&self) -> HttpResponse {
            HttpResponse::Conflict().json(json!({"errorMessage": "there already"}))
        }
    }

    async fn takes(body: Bytes) -> Result<HttpResponse, Ours> {
        match body.is_empty() {
            true => Err(Ours),
            false => Ok(HttpResponse::Ok().finish()),
        }
    }

    async fn answered(body: &'static str, accept: &str) -> (u16, String, bool) {
        answered_in(body, accept, "identity").await
    }

    async fn answered_in(
        body: &'static str,
        accept: &str,
        coding: &'static str,
    ) -> (u16, String, bool) {
        let server = Server::new()
            .app_data(PayloadConfig::new(4))
            .wrap_fn(|request, next| {
                let answering =
                    begin(request, false).map(|(request, body)| (next.call(request), body));
                async move {
                    match answering {
                        Ok((answer, body)) => {
                            Ok(end(answer.await?.map_into_boxed_body(), body, false))
                        }
                        Err(refusal) => Ok(refusal),
                    }
                }
            })
            .route("/", web::post().to(takes));
        let server = test::init_service(server).await;
        let request = TestRequest::post()
            .insert_header((header::ACCEPT, accept))
            .insert_header((header::CONTENT_ENCODING, coding))
            .set_payload(body)
            .to_request();
        let answer = test::call_service(&server, request).await;
        let is_protected = answer
            .headers()
            .contains_key(header::X_CONTENT_TYPE_OPTIONS);
        let status = answer.status().as_u16();
        let body = test::read_body(answer).await;
        (
            status,
            String::from_utf8_lossy(&body).into_owned(),
            is_protected,
        )
    }

    #[actix_web::test]
    async fn what_http_refuses_gets_a_shape_and_our_own_errors_keep_theirs() {
        let long = answered("longer", "*/*").await;
        let page = answered("longer", "text/html,*/*").await;
        let ours = answered("", "*/*").await;
        let good = answered("good", "*/*").await;

        assert_eq!((long.0, page.0, ours.0, good.0), (413, 413, 409, 200));
        assert!(
            long.1.starts_with("{\"error\":\"invalid_request\""),
            "{}",
            long.1
        );
        assert!(page.1.starts_with("<!DOCTYPE html>"), "{}", page.1);
        assert_eq!(ours.1, "{\"errorMessage\":\"there already\"}");
        assert!(long.2 && page.2 && ours.2 && good.2);
    }

    #[actix_web::test]
    async fn a_body_that_is_packed_is_not_unpacked() {
        for coding in ["gzip", "GZip", "deflate", "br"] {
            let packed = answered_in("good", "*/*", coding).await;
            assert_eq!((packed.0, packed.2), (415, true), "{coding}: {}", packed.1);
        }
        for coding in ["identity", "utf-8"] {
            let plain = answered_in("good", "*/*", coding).await;
            assert_eq!(plain.0, 200, "{coding}: {}", plain.1);
        }
    }
}
