//! Which request the present task answers: its id is in each of its log lines, on its error pages
//! and in a header of its answer, so that what a user reads out leads an operator to the reason.

use std::future::Future;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;

use crate::App;
use crate::app::random;

/// The header that proxies write an id into, and that answers carry.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// No proxy needs more, and a log line has room for it.
const LONGEST: usize = 64;

tokio::task_local! {
    static CURRENT: Current;
}

/// A request as the log knows it.
#[derive(Clone, Debug)]
pub struct Current {
    /// Its id.
    pub id: String,
    /// The realm that its path names, whether or not there is one.
    pub realm: Option<String>,
}

impl Current {
    /// Takes the id that a trusted proxy gave, or makes one.
    pub fn of(app: &App, request: &HttpRequest) -> Self {
        let given = request.headers().get(X_REQUEST_ID);
        let given = given.and_then(|value| value.to_str().ok());
        let given = given.filter(|id| is_id(id) && app.is_from_proxy(request));
        Self {
            id: given.map_or_else(fresh, str::to_owned),
            realm: realm_of(request.path()).map(str::to_owned),
        }
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

/// The id of the present request, if there is one.
pub fn current() -> Option<String> {
    with(|current| current.id.clone())
}

fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(is_plain)
}

/// 64 random bits: few enough to read out, and never twice among the lines that a log keeps.
fn fresh() -> String {
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
    format!("{bits:016x}")
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
            assert!(is_id(good), "{good}");
        }
        for bad in ["", "a b", "a\nb", "<b>", "ä", &"x".repeat(65)] {
            assert!(!is_id(bad), "{bad}");
        }
        assert_ne!(fresh(), fresh());
        assert!(is_id(&fresh()));
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
