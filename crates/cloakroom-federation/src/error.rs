//! Why a sign-in with an identity provider goes no further.

use std::borrow::Cow;

/// Whose turn it is to do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The settings of the provider are incomplete or wrong: an administrator.
    Settings,
    /// The provider is not reached, or not in time: whoever runs it, or nobody but time.
    Unreachable,
    /// The provider refused what it was asked.
    Refused,
    /// The provider's answer cannot be trusted.
    Untrusted,
}

/// Why a sign-in goes no further. For logs and events: it holds no token, code or secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Problem {
    /// Whose turn it is.
    pub blame: Blame,
    /// What is wrong.
    pub why: Cow<'static, str>,
}

impl Problem {
    /// Something is wrong with the provider's settings.
    pub fn settings(why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Blame::Settings, why)
    }

    /// The provider is not reached.
    pub fn unreachable(why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Blame::Unreachable, why)
    }

    /// The provider refuses.
    pub fn refused(why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Blame::Refused, why)
    }

    /// The provider's answer is not to be believed.
    pub fn untrusted(why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Blame::Untrusted, why)
    }

    fn new(blame: Blame, why: impl Into<Cow<'static, str>>) -> Self {
        Self {
            blame,
            why: why.into(),
        }
    }

    /// The provider is not reached, or not in time.
    pub fn is_unreachable(&self) -> bool {
        self.blame == Blame::Unreachable
    }

    /// Keycloak's name of the error, for the event.
    pub fn code(&self) -> &'static str {
        match self.blame {
            Blame::Settings => "identity_provider_not_configured",
            Blame::Unreachable | Blame::Refused => "identity_provider_login_failure",
            Blame::Untrusted => "identity_provider_invalid_token",
        }
    }
}

/// A word of the provider in a form that can stand in a log: OAuth error codes are short and plain.
pub(crate) fn plain(code: &str) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || "_-.".contains(*c);
    code.chars().filter(is_plain).take(64).collect()
}
