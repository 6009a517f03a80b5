//! Cross-origin requests: what tells a browser that a page may read an answer (Fetch, "CORS protocol").

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

/// Lets pages of this origin read the answer, with these headers beside the usual ones.
pub fn allow(headers: &mut HeaderMap, origin: &str, exposed: &'static str) {
    let Ok(origin) = HeaderValue::from_str(origin) else {
        return;
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    let yes = HeaderValue::from_static("true");
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
    let exposed = HeaderValue::from_static(exposed);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
}

/// The origin of the page that asks, if a page does.
pub fn origin(request: &HttpRequest) -> Option<String> {
    let origin = request.headers().get(header::ORIGIN)?;
    origin.to_str().ok().map(str::to_owned)
}

/// Answers a browser that asks before it calls. Which client will call is not known yet, so every
/// origin may ask; the answer to the call itself is what only the client's own origins can read.
pub fn preflight(request: &HttpRequest, methods: &'static str) -> HttpResponse {
    const HEADERS: &str = "Origin, Access-Control-Request-Method, X-Requested-With, Accept, \
        Access-Control-Request-Headers, DPoP, Content-Type, Authorization";
    let mut answer = HttpResponse::Ok();
    if let Some(origin) = origin(request) {
        answer
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, origin))
            .insert_header((header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, methods))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "3600"))
            .insert_header((header::VARY, "Origin"));
    }
    answer.finish()
}
