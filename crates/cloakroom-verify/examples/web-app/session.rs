//! Who is signed in: a cookie that means nothing by itself, and what it stands for.
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::http::header::COOKIE;
use openidconnect::core::CoreIdToken;
use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier, RefreshToken};
use tokio::sync::Mutex as AsyncMutex;

/// The prefix makes the browser keep other hosts, other paths and plain HTTP away from it (RFC 6265bis §4.1.3.2).
const NAME: &str = "__Host-session";

/// Scripts cannot read it, other sites send it along with no more than a link, and it ends with the browser.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// What a cookie stands for.
pub(crate) enum Session {
    /// A login on its way: what the answer of the issuer is checked against.
    Login(CsrfToken, Nonce, PkceCodeVerifier),
    /// Somebody who is signed in.
    User(Arc<User>),
}

pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) subject: String,
    /// The session at the issuer.
    pub(crate) sid: Option<String>,
    /// Requests that change or reveal something carry it, which another site cannot make them do.
    pub(crate) csrf: String,
    pub(crate) id_token: CoreIdToken,
    /// Whoever holds the lock is the one who refreshes them.
    pub(crate) tokens: AsyncMutex<Tokens>,
}

pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: Option<RefreshToken>,
    pub(crate) expires: Instant,
}

/// All sessions, with their ends. An app that runs more than once keeps them in a database.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, (Instant, Session)>>);

impl Sessions {
    /// Begins a session, and gives the `Set-Cookie` for it. Its name was in no cookie before: whoever planted the old
    /// one has nothing.
    pub(crate) fn begin(&self, session: Session) -> String {
        let (now, hour) = (Instant::now(), Duration::from_secs(3_600));
        let life = match session {
            Session::Login(..) => hour / 6,
            Session::User(_) => hour * 10,
        };
        let name = CsrfToken::new_random_len(32).into_secret();
        let mut all = self.all();
        all.retain(|_, (end, _)| *end > now);
        all.insert(name.clone(), (now + life, session));
        format!("{NAME}={name}; {ATTRIBUTES}")
    }

    /// The user of a request; `None` if nobody is signed in.
    pub(crate) fn user(&self, request: &HttpRequest) -> Option<Arc<User>> {
        match self.all().get(name_of(request)?) {
            Some((end, Session::User(user))) if *end > Instant::now() => Some(Arc::clone(user)),
            _ => None,
        }
    }

    /// Ends the session of a request, and gives what it was.
    pub(crate) fn take(&self, request: &HttpRequest) -> Option<Session> {
        let (_, session) = self.all().remove(name_of(request)?)?;
        Some(session)
    }

    /// Ends the sessions of these users.
    pub(crate) fn end(&self, is_meant: impl Fn(&User) -> bool) {
        self.all()
            .retain(|_, (_, session)| !matches!(session, Session::User(user) if is_meant(user)));
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, (Instant, Session)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of the session in the cookie.
fn name_of(request: &HttpRequest) -> Option<&str> {
    let cookies = request.headers().get(COOKIE)?.to_str().ok()?;
    let mut pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(name, _)| *name == NAME)
        .map(|(_, value)| value)
}
