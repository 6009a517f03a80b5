//! Sessions of a web app: a cookie that means nothing by itself, and what it stands for.
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::error::ErrorInternalServerError;
use actix_web::http::header::{COOKIE, HeaderName, SET_COOKIE};
use actix_web::{Error, HttpRequest};
use cloakroom_jose::{Random as _, SystemRandom, base64url};

use crate::clock::Clock;

/// The prefix makes the browser keep other hosts, other paths and plain HTTP away from it (RFC 6265bis §4.1.3.2).
const COOKIE_NAME: &str = "__Host-session";

/// Scripts cannot read it, other sites send it along with no more than a link, and it ends with the browser.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// The most sessions at once if nobody says otherwise.
const MOST: usize = 100_000;

/// Sessions in the memory of the app, each behind a cookie `__Host-session`; the app shares them among its workers.
///
/// `T` is what the app remembers: a login on its way, or who is signed in with which tokens. The browser gets a random
/// name for it, 256 bits long, and no token ever. An app that runs more than once keeps its sessions in a database
/// instead.
///
/// ```
/// use actix_web::{HttpRequest, HttpResponse, Result, web::Data};
/// use cloakroom_verify::actix::Sessions;
///
/// async fn signed_in(request: HttpRequest, sessions: Data<Sessions<String>>) -> Result<HttpResponse> {
///     // The session from before the login is over: whoever planted its cookie has nothing.
///     sessions.end(&request);
///     let cookie = sessions.begin("alice".to_owned(), 36_000)?;
///     Ok(HttpResponse::Ok().insert_header(cookie).finish())
/// }
///
/// async fn hello(request: HttpRequest, sessions: Data<Sessions<String>>) -> String {
///     let name = sessions.read(&request, |name| Some(name.clone()));
///     name.unwrap_or_else(|| "nobody is signed in".to_owned())
/// }
/// ```
pub struct Sessions<T> {
    all: Mutex<All<T>>,
    most: usize,
    clock: Clock,
}

struct All<T> {
    by_name: HashMap<String, (i64, T)>,
    /// The ends with the names, so that what is over is found without looking at the others.
    by_end: BTreeSet<(i64, String)>,
}

impl<T> Default for Sessions<T> {
    fn default() -> Self {
        Self::with(MOST, Clock::system())
    }
}

impl<T> Sessions<T> {
    /// Keeps at most so many; where there is no room, the one goes that would end first.
    ///
    /// Everybody can begin a login, so give it a short life: a flood of them then ends no session of a user.
    pub fn at_most(count: usize) -> Self {
        Self::with(count, Clock::system())
    }

    fn with(most: usize, clock: Clock) -> Self {
        let all = All {
            by_name: HashMap::new(),
            by_end: BTreeSet::new(),
        };
        Self {
            all: Mutex::new(all),
            most: most.max(1),
            clock,
        }
    }

    /// Begins a session of at most so many seconds, and gives the `Set-Cookie` for it.
    ///
    /// Its name was in no cookie before, which keeps whoever planted an older one out.
    ///
    /// # Errors
    /// 500 if the system has no random numbers.
    pub fn begin(&self, session: T, seconds: u32) -> Result<(HeaderName, String), Error> {
        let mut name = [0; 32];
        SystemRandom
            .fill(&mut name)
            .map_err(ErrorInternalServerError)?;
        let name = base64url::encode(&name);
        let now = self.clock.now();
        let end = now.saturating_add(i64::from(seconds));
        let mut all = self.all();
        while let Some((first, _)) = all.by_end.first()
            && (*first <= now || all.by_end.len() >= self.most)
        {
            if let Some((_, name)) = all.by_end.pop_first() {
                all.by_name.remove(&name);
            }
        }
        all.by_end.insert((end, name.clone()));
        all.by_name.insert(name.clone(), (end, session));
        Ok((SET_COOKIE, format!("{COOKIE_NAME}={name}; {ATTRIBUTES}")))
    }

    /// What `read` takes from the session of a request; `None` if there is no session, or `read` finds nothing.
    ///
    /// All sessions wait meanwhile, so it copies what it needs and does not work with it.
    pub fn read<R>(&self, request: &HttpRequest, read: impl FnOnce(&T) -> Option<R>) -> Option<R> {
        let now = self.clock.now();
        match self.all().by_name.get(name_of(request)?) {
            Some((end, session)) if *end > now => read(session),
            _ => None,
        }
    }

    /// Ends the session of a request, and gives what it was; `None` if there is none.
    pub fn end(&self, request: &HttpRequest) -> Option<T> {
        let name = name_of(request)?;
        let mut all = self.all();
        let (end, session) = all.by_name.remove(name)?;
        all.by_end.remove(&(end, name.to_owned()));
        (end > self.clock.now()).then_some(session)
    }

    /// Ends all sessions that are meant, such as those a [`Logout`](super::Logout) speaks of.
    pub fn end_where(&self, is_meant: impl Fn(&T) -> bool) {
        let All { by_name, by_end } = &mut *self.all();
        by_name.retain(|name, (end, session)| {
            let goes = is_meant(session);
            if goes {
                by_end.remove(&(*end, name.clone()));
            }
            !goes
        });
    }

    fn all(&self) -> MutexGuard<'_, All<T>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of the session in the cookies.
fn name_of(request: &HttpRequest) -> Option<&str> {
    let headers = request.headers().get_all(COOKIE);
    let mut pairs = headers
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split("; "))
        .filter_map(|pair| pair.split_once('='));
    let (_, name) = pairs.find(|(name, _)| *name == COOKIE_NAME)?;
    Some(name)
}

impl<T> fmt::Debug for Sessions<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("count", &self.all().by_name.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use actix_web::test::TestRequest;

    use super::*;

    /// Sessions of numbers, at an instant that the test moves.
    fn sessions(most: usize) -> (Sessions<u8>, Arc<AtomicI64>) {
        let now = Arc::new(AtomicI64::new(1_000));
        let clock = Arc::clone(&now);
        let clock = Clock::new(move || clock.load(Ordering::Relaxed));
        (Sessions::with(most, clock), now)
    }

    /// A request with the cookie of a new session.
    fn begin(sessions: &Sessions<u8>, session: u8, seconds: u32) -> HttpRequest {
        let (_, cookie) = sessions.begin(session, seconds).unwrap();
        let (pair, attributes) = cookie.split_once("; ").unwrap();
        assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax");
        let cookies = format!("other=1; {pair}");
        TestRequest::get()
            .insert_header((COOKIE, cookies))
            .to_http_request()
    }

    fn read(sessions: &Sessions<u8>, request: &HttpRequest) -> Option<u8> {
        sessions.read(request, |session| Some(*session))
    }

    #[test]
    fn a_session_is_its_cookies_alone_and_is_over_once() {
        let (sessions, _) = sessions(10);
        let (one, two) = (begin(&sessions, 1, 60), begin(&sessions, 2, 60));
        assert_eq!(read(&sessions, &one), Some(1));
        assert_eq!(read(&sessions, &two), Some(2));
        assert_eq!(sessions.end(&one), Some(1));
        assert_eq!(sessions.end(&one), None);
        assert_eq!(read(&sessions, &one), None);
        let bare = TestRequest::get().to_http_request();
        let guessed = TestRequest::get().insert_header((COOKIE, "__Host-session=guessed"));
        assert_eq!(read(&sessions, &bare), None);
        assert_eq!(read(&sessions, &guessed.to_http_request()), None);
        assert_eq!(read(&sessions, &two), Some(2));
    }

    #[test]
    fn a_session_is_over_when_its_time_is_and_leaves_nothing() {
        let (sessions, now) = sessions(10);
        let (short, long) = (begin(&sessions, 1, 60), begin(&sessions, 2, 600));
        now.store(1_060, Ordering::Relaxed);
        assert_eq!(read(&sessions, &short), None);
        assert_eq!(read(&sessions, &long), Some(2));
        begin(&sessions, 3, 60);
        assert_eq!(sessions.all().by_name.len(), 2);
        assert_eq!(sessions.all().by_end.len(), 2);
        now.store(1_600, Ordering::Relaxed);
        assert_eq!(sessions.end(&long), None);
    }

    #[test]
    fn a_flood_of_logins_ends_logins_and_no_user() {
        let (sessions, _) = sessions(10);
        let user = begin(&sessions, 1, 36_000);
        let login = begin(&sessions, 2, 600);
        for _ in 0..100 {
            begin(&sessions, 3, 600);
        }
        assert_eq!(read(&sessions, &user), Some(1));
        assert_eq!(read(&sessions, &login), None);
        assert_eq!(sessions.all().by_name.len(), 10);
    }

    #[test]
    fn a_logout_ends_those_who_are_meant() {
        let (sessions, _) = sessions(10);
        let (one, two) = (begin(&sessions, 1, 60), begin(&sessions, 2, 60));
        sessions.end_where(|session| *session == 1);
        assert_eq!(read(&sessions, &one), None);
        assert_eq!(read(&sessions, &two), Some(2));
        assert_eq!(sessions.all().by_end.len(), 1);
    }
}
