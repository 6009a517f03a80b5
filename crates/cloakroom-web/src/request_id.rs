//! Which request the present task answers: its id is in each of its log lines, on its error pages
//! and in a header of its answer, so that what a user reads out leads an operator to the reason.

use std::future::Future;

use actix_web::HttpRequest;
use actix_web::http::Uri;
use actix_web::http::header::{HeaderName, HeaderValue};

use crate::App;
use crate::app::random;

/// The header that proxies write an id into, and that answers carry.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The header that says which trace a request belongs to (W3C Trace Context §3.2).
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// No proxy needs more, and a log line has room for it.
const LONGEST: usize = 64;

tokio::task_local! {
    static CURRENT: Current;
}

/// A request as the log knows it.
#[derive(Clone, Debug)]
pub struct Current {
    id: HeaderValue,
    address: Uri,
    /// The trace that the caller counts it to.
    pub trace: Option<String>,
}

impl Current {
    /// Takes the id that a trusted proxy gave, or makes one.
    pub fn of(app: &App, request: &HttpRequest) -> Self {
        let given = request.headers().get(X_REQUEST_ID);
        let given = given.filter(|id| is_id(id.as_bytes()) && app.is_from_proxy(request));
        Self {
            id: given.map_or_else(fresh, HeaderValue::clone),
            address: request.uri().clone(),
            trace: request
                .headers()
                .get(TRACEPARENT)
                .and_then(|value| trace_of(value.as_bytes())),
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.id.to_str().unwrap_or_default()
    }

    /// Its id as the answer's header says it.
    pub fn header(&self) -> HeaderValue {
        self.id.clone()
    }

    /// The realm that its path names, whether or not there is one.
    pub fn realm(&self) -> Option<&str> {
        realm_of(self.address.path())
    }

    /// Runs `work` as the answer to this request.
    pub async fn scope<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }
}

/// Shows the present request to `look`; `None` outside of any.
pub fn with<T>(look: impl FnOnce(&Current) -> T) -> Option<T> {
    CURRENT.try_with(look).ok()
}

/// Runs `work` to its end, even where whoever asked goes away meanwhile and their request is dropped.
///
/// `None` if the server stops, or if the work panicked, which is in the log.
pub async fn outlive<T: 'static>(work: impl Future<Output = T> + 'static) -> Option<T> {
    let task = match with(Current::clone) {
        Some(current) => actix_web::rt::spawn(current.scope(work)),
        None => actix_web::rt::spawn(work),
    };
    task.await.ok()
}

/// The id of the present request, if there is one.
pub fn current() -> Option<String> {
    with(|current| current.id().to_owned())
}

fn is_id(text: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    !text.is_empty() && text.len() <= LONGEST && text.iter().all(is_plain)
}

/// The id of the trace: 32 digits of `version-trace-parent-flags`, in any version (W3C Trace Context §4.3).
///
/// It counts from anybody, because it says nothing but which lines belong together.
fn trace_of(header: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(header).ok()?;
    let mut parts = text.trim().splitn(4, '-');
    let (version, trace, parent) = (parts.next()?, parts.next()?, parts.next()?);
    let flags = parts.next()?;
    let is_hex = |text: &str, length: usize| {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        text.len() == length && text.bytes().all(digit)
    };
    // Version 00 ends here; a later one may go on behind a dash.
    let flags = match version {
        "00" => flags,
        _ => flags.split('-').next()?,
    };
    let is_zero = |text: &str| text.bytes().all(|byte| byte == b'0');
    let is_good = is_hex(version, 2) && version != "ff" && is_hex(trace, 32) && !is_zero(trace);
    let is_good = is_good && is_hex(parent, 16) && !is_zero(parent) && is_hex(flags, 2);
    is_good.then(|| trace.to_owned())
}

/// 64 random bits: few enough to read out, and never twice among the lines that a log keeps.
fn fresh() -> HeaderValue {
    use rand::Rng as _;
    thread_local! {
        static RNG: std::cell::RefCell<Option<rand::rngs::StdRng>> =
            const { std::cell::RefCell::new(None) };
    }
    let bits = RNG.with_borrow_mut(|rng| {
        if rng.is_none() {
            *rng = random().ok();
        }
        rng.as_mut().map_or(0, rand::rngs::StdRng::next_u64)
    });
    let mut text = [b'0'; 16];
    for (place, digit) in text.iter_mut().zip((0..16).rev()) {
        let value = (bits >> (digit * 4)) & 0xf;
        *place = char::from_digit(value as u32, 16).map_or(b'0', |digit| digit as u8);
    }
    HeaderValue::from_bytes(&text).unwrap_or_else(|_| HeaderValue::from_static("none"))
}

/// The realm in `/realms/{realm}/…` and `/admin/realms/{realm}/…`.
fn realm_of(path: &str) -> Option<&str> {
    let path = path.strip_prefix("/admin").unwrap_or(path);
    let realm = path.strip_prefix("/realms/")?.split('/').next()?;
    (!realm.is_empty() && realm.len() <= 255).then_some(realm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_and_plain() {
        for good in ["a", "8f14e45f-ceea-467f-a0e6-2d4d8f7c9b1a", "Root.1_2"] {
            assert!(is_id(good.as_bytes()), "{good}");
        }
        for bad in ["", "a b", "a\nb", "<b>", "ä", &"x".repeat(65)] {
            assert!(!is_id(bad.as_bytes()), "{bad}");
        }
        assert_ne!(fresh(), fresh());
        assert!(is_id(fresh().as_bytes()));
    }

    #[test]
    fn a_trace_is_read_from_a_header_of_the_right_form_alone() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let parent = "00f067aa0ba902b7";
        for good in [
            format!("00-{trace}-{parent}-01"),
            format!(" 00-{trace}-{parent}-00 "),
            format!("cc-{trace}-{parent}-01"),
            format!("cc-{trace}-{parent}-01-what-the-future-brings"),
        ] {
            assert_eq!(trace_of(good.as_bytes()).as_deref(), Some(trace), "{good}");
        }
        for bad in [
            String::new(),
            trace.to_owned(),
            format!("00-{trace}-{parent}"),
            format!("ff-{trace}-{parent}-01"),
            format!("00-{trace}-{parent}-01-more"),
            format!("00-{trace}-{parent}-1"),
            format!("00-{}-{parent}-01", trace.to_uppercase()),
            format!("00-{}-{parent}-01", "0".repeat(32)),
            format!("00-{trace}-{}-01", "0".repeat(16)),
            format!("00-{trace}x-{parent}-01"),
            format!("00-{}\n-{parent}-01", &trace[1..]),
        ] {
            assert_eq!(trace_of(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(trace_of(&[0xff; 55]), None);
    }

    #[test]
    fn the_realm_is_read_from_the_path() {
        let cases = [
            ("/realms/shop/account", Some("shop")),
            ("/admin/realms/shop", Some("shop")),
            ("/admin/realms", None),
            ("/realms/", None),
            ("/setup", None),
        ];
        for (path, expected) in cases {
            assert_eq!(realm_of(path), expected, "{path}");
        }
    }
}
