//! What may be sent to the admin API: JSON, but for the few operations that take a text or a form, and no endless query.

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};

use crate::error::{AdminError, Result};

/// What a path ends with, or has in its middle, that takes a text or a form.
const OTHERS: &[&str] = &[
    "/localization/",
    "/members/invite-",
    "/userLabel",
    "/testSMTPConnection",
    "/client-description-converter",
    "/import-config",
    "/upload",
    "/workflows",
];

/// More than all that a call asks about is called, in bytes. A pattern for a text is three times as long at most, and SQLite
/// looks for none of 50,000.
const LONGEST: usize = 16_000;

/// Refuses forms and texts where JSON is wanted, as Keycloak does: a page of somebody else may send these two without asking.
pub(super) fn check(request: &HttpRequest) -> Result<()> {
    if request.query_string().len() > LONGEST {
        return Err(AdminError::error(400, "The query is too long"));
    }
    let headers = request.headers();
    let length = headers.get(CONTENT_LENGTH).map(|length| length.as_bytes());
    let is_empty = length.is_none_or(|length| length == b"0");
    if is_empty && !headers.contains_key(TRANSFER_ENCODING) {
        return Ok(());
    }
    let sent = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = sent
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    let is_other = ["application/x-www-form-urlencoded", "text/plain"]
        .iter()
        .any(|other| kind.trim().eq_ignore_ascii_case(other));
    if !is_other || OTHERS.iter().any(|path| request.path().contains(path)) {
        return Ok(());
    }
    let why = "The content-type header value did not match the value in @Consumes";
    Err(AdminError::error(415, why))
}
