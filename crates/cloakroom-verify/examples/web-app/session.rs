//! Who is signed in: a cookie that means nothing by itself, and what it stands for.
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::http::header::COOKIE;
use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier, RefreshToken};
use tokio::sync::Mutex as AsyncMutex;

/// The prefix makes the browser keep other hosts, other paths and plain HTTP away from it (RFC 6265bis §4.1.3.2).
const NAME: &str = "__Host-session";

/// Scripts cannot read it, other sites send it along with no more than a link, and it ends with the browser.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// A login that is not done by then is begun again.
const LOGIN: Duration = Duration::from_secs(600);

/// A session is over by then, whatever is done with it.
const SESSION: Duration = Duration::from_secs(10 * 3_600);

/// A login on its way: what the answer of the issuer is checked against.
pub(crate) struct Login {
    pub(crate) state: CsrfToken,
    pub(crate) nonce: Nonce,
    pub(crate) verifier: PkceCodeVerifier,
}

/// Somebody who is signed in.
pub(crate) struct User {
    pub(crate) name: String,
    /// Requests that change or reveal something carry it, which another site cannot make them do.
    pub(crate) csrf: String,
    pub(crate) id_token: String,
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<RefreshToken>,
    pub(crate) expires: Instant,
}

/// A user's tokens; whoever holds the lock is the one who refreshes them.
pub(crate) type Shared = Arc<AsyncMutex<User>>;

enum Entry {
    Login(Login),
    User {
        user: Shared,
        sid: Option<String>,
        subject: String,
    },
}

/// What the cookies stand for. An app that runs more than once keeps it in a database.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, (Instant, Entry)>>);

impl Sessions {
    /// Remembers a login, and gives the `Set-Cookie` for it.
    pub(crate) fn begin(&self, login: Login) -> String {
        self.insert(LOGIN, Entry::Login(login))
    }

    /// The login of a request, once.
    pub(crate) fn take_login(&self, request: &HttpRequest) -> Option<Login> {
        match self.remove(request)? {
            Entry::Login(login) => Some(login),
            Entry::User { .. } => None,
        }
    }

    /// Remembers a user, under a name that was in no cookie before: whoever knew the old one is no user.
    pub(crate) fn sign_in(&self, user: User, sid: Option<String>, subject: String) -> String {
        let user = Arc::new(AsyncMutex::new(user));
        self.insert(SESSION, Entry::User { user, sid, subject })
    }

    /// The user of a request; `None` if nobody is signed in.
    pub(crate) fn user(&self, request: &HttpRequest) -> Option<Shared> {
        match self.all().get(name_of(request)?) {
            Some((until, Entry::User { user, .. })) if *until > Instant::now() => {
                Some(Arc::clone(user))
            }
            _ => None,
        }
    }

    /// Ends the session of a request.
    pub(crate) fn sign_out(&self, request: &HttpRequest) {
        self.remove(request);
    }

    /// Ends the session with this name at the issuer, or all of the subject's if it names none.
    pub(crate) fn end(&self, ended: Option<&str>, whose: Option<&str>) {
        self.all().retain(|_, (_, entry)| match (entry, ended) {
            (Entry::User { sid, .. }, Some(ended)) => sid.as_deref() != Some(ended),
            (Entry::User { subject, .. }, None) => whose != Some(subject),
            (Entry::Login(_), _) => true,
        });
    }

    fn insert(&self, life: Duration, entry: Entry) -> String {
        let name = CsrfToken::new_random_len(32).into_secret();
        let now = Instant::now();
        let mut all = self.all();
        all.retain(|_, (until, _)| *until > now);
        all.insert(name.clone(), (now + life, entry));
        format!("{NAME}={name}; {ATTRIBUTES}")
    }

    fn remove(&self, request: &HttpRequest) -> Option<Entry> {
        self.all().remove(name_of(request)?).map(|(_, entry)| entry)
    }

    fn all(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Instant, Entry)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of the session in the cookie.
fn name_of(request: &HttpRequest) -> Option<&str> {
    let cookies = request.headers().get(COOKIE)?.to_str().ok()?;
    let pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
    pairs
        .filter(|(name, _)| *name == NAME)
        .map(|(_, value)| value)
        .next()
}
