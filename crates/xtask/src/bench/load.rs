//! A load: one request, or a chain of them, to be sent as often as possible.
use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

/// Makes that many fresh refresh tokens.
pub(super) type Seed = Box<dyn Fn(u32) -> Result<Vec<String>>>;

/// The refresh tokens that a load begins with.
pub(super) enum Tokens {
    /// New ones for each round.
    Made(Seed),
    /// Those in a file, for one round.
    Kept(PathBuf),
}

/// A load.
pub(super) struct Load {
    /// The same for every side that is measured with it.
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) body: Option<String>,
    pub(super) authorization: Option<String>,
    pub(super) tokens: Option<Tokens>,
    /// The path that browsers ask for a code at, and the cookies of each; `body` is what a code is traded in with.
    pub(super) session: Option<(String, Vec<String>)>,
    /// More at once are told to come back later: one person signs in from one address.
    pub(super) most: u32,
}

impl fmt::Debug for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Load")
            .field("name", &self.name)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Load {
    pub(super) fn get(name: &'static str, path: impl Into<String>) -> Self {
        Self {
            name,
            method: "GET",
            path: path.into(),
            body: None,
            authorization: None,
            tokens: None,
            session: None,
            most: u32::MAX,
        }
    }

    pub(super) fn post(name: &'static str, path: impl Into<String>, body: String) -> Self {
        Self {
            method: "POST",
            body: Some(body),
            ..Self::get(name, path)
        }
    }

    pub(super) fn bearer(mut self, token: &str) -> Self {
        self.authorization = Some(format!("Bearer {token}"));
        self
    }

    pub(super) fn with_tokens(mut self, tokens: Tokens) -> Self {
        self.tokens = Some(tokens);
        self
    }

    pub(super) fn with_session(mut self, authorize: String, cookies: Vec<String>) -> Self {
        self.session = Some((authorize, cookies));
        self
    }

    pub(super) const fn by_at_most(mut self, most: u32) -> Self {
        self.most = most;
        self
    }

    /// Tells wrk's script, but for the tokens.
    pub(super) fn tell(&self, wrk: &mut Command) {
        wrk.env("LOAD_METHOD", self.method)
            .env("LOAD_PATH", &self.path);
        if let Some(body) = &self.body {
            wrk.env("LOAD_BODY", body);
        }
        if let Some(authorization) = &self.authorization {
            wrk.env("LOAD_AUTHORIZATION", authorization);
        }
        if let Some((authorize, cookies)) = &self.session {
            wrk.env("LOAD_AUTHORIZE", authorize)
                .env("LOAD_COOKIES", cookies.join("\n"));
        }
    }
}
