//! The small data that several pages share: fields, alerts, links, times.

use std::borrow::Cow;
use std::fmt;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

use crate::i18n::{Notice, clean};

/// A text field of a form: what was typed, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// What the person typed, or what we know already.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<Notice>,
}

impl Field {
    /// Makes a field that holds this value and has nothing wrong.
    #[must_use]
    pub fn new(value: &str) -> Self {
        Self {
            value: value.to_owned(),
            error: None,
        }
    }

    /// Says what is wrong with the value.
    #[must_use]
    pub fn with_error(mut self, error: Notice) -> Self {
        self.error = Some(error);
        self
    }

    pub(super) fn problem(&self, id: &'static str, label: &'static str) -> Option<FieldProblem> {
        problem(self.error.as_ref(), id, label)
    }
}

/// A text field for an attribute of the user profile.
#[derive(Clone, Debug)]
pub struct ProfileField {
    /// The attribute, and the name of the field.
    pub name: String,
    /// What people see.
    pub label: String,
    /// What was typed, and what is wrong with it.
    pub field: Field,
}

impl ProfileField {
    pub(super) fn problem(&self) -> Option<FieldProblem> {
        self.field.error.as_ref().map(|notice| FieldProblem {
            id: Cow::Owned(self.name.clone()),
            label: Cow::Owned(self.label.clone()),
            is_key: false,
            notice: notice.clone(),
        })
    }
}

/// One line of the summary at the top of a form: which field, and what is wrong.
#[derive(Clone, Debug)]
pub struct FieldProblem {
    pub(super) id: Cow<'static, str>,
    pub(super) label: Cow<'static, str>,
    /// The label is the key of a message, not the text itself.
    pub(super) is_key: bool,
    pub(super) notice: Notice,
}

pub(super) fn problem(
    error: Option<&Notice>,
    id: &'static str,
    label: &'static str,
) -> Option<FieldProblem> {
    error.map(|notice| FieldProblem {
        id: Cow::Borrowed(id),
        label: Cow::Borrowed(label),
        is_key: true,
        notice: notice.clone(),
    })
}

/// The message above a form.
#[derive(Clone, Debug)]
pub struct Alert {
    pub(super) class: &'static str,
    pub(super) role: &'static str,
    pub(super) notice: Notice,
    pub(super) code: Option<String>,
}

impl Alert {
    /// Says what went wrong.
    #[must_use]
    pub fn error(notice: Notice) -> Self {
        Self {
            class: "danger",
            role: "alert",
            notice,
            code: None,
        }
    }

    /// Says what the person should know or do.
    #[must_use]
    pub fn info(notice: Notice) -> Self {
        Self {
            class: "info",
            role: "status",
            notice,
            code: None,
        }
    }

    /// Says what went well.
    #[must_use]
    pub fn success(notice: Notice) -> Self {
        Self {
            class: "ok",
            role: "status",
            notice,
            code: None,
        }
    }

    /// Adds the code under which an administrator finds the reason in the event log.
    #[must_use]
    pub fn with_code(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }
}

/// The client a page speaks of, as people know it.
#[derive(Clone, Debug)]
pub struct ClientShown {
    pub(super) name: String,
    pub(super) host: Option<String>,
}

impl ClientShown {
    /// Takes the client's name as `Locale::resolve` gives it (or its `client_id`), and the redirect URI of
    /// this request, whose host is what the person can check.
    #[must_use]
    pub fn new(name: &str, redirect_uri: Option<&str>) -> Self {
        let host = redirect_uri
            .and_then(|uri| Url::parse(uri).ok())
            .and_then(|uri| uri.host_str().map(str::to_owned));
        Self {
            name: clean(name).into_owned(),
            host,
        }
    }
}

/// The address of a link: `http`, `https`, or a path of this server.
/// Addresses that come from clients pass through here, so that none is a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    /// Takes an address if it is safe to put into a page.
    #[must_use]
    pub fn parse(address: &str) -> Option<Self> {
        let is_path = address.starts_with('/')
            && !address.starts_with("//")
            && !address.contains(['\\', '\t', '\n', '\r']);
        if is_path {
            return Some(Self(address.to_owned()));
        }
        let url = Url::parse(address).ok()?;
        matches!(url.scheme(), "http" | "https").then(|| Self(url.into()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A value that a hidden field carries and that no log may show: codes, states, tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    /// Takes the value.
    #[must_use]
    pub fn new(value: &str) -> Self {
        Self(value.to_owned())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(..)")
    }
}

/// A point in time, shown in UTC and turned into local time by `local-time.js`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub(super) machine: String,
    pub(super) shown: String,
}

impl Moment {
    /// As programs read it (RFC 3339).
    #[must_use]
    pub fn machine(&self) -> &str {
        &self.machine
    }

    /// As people read it.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Takes seconds since 1970; a value outside the years 1 to 9999 is shown as it is.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Self {
        let machine = OffsetDateTime::from_unix_timestamp(seconds)
            .ok()
            .and_then(|moment| moment.format(&Rfc3339).ok())
            .unwrap_or_else(|| seconds.to_string());
        let shown = match machine.trim_end_matches('Z').split_once('T') {
            Some((date, time)) => format!("{date} {time} UTC"),
            None => machine.clone(),
        };
        Self { machine, shown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_never_runs_a_script_or_leaves_by_a_path() {
        for (address, is_safe) in [
            ("https://app.example/", true),
            ("http://localhost:3000/x?y=1", true),
            ("/realms/demo/account", true),
            ("//evil.example/", false),
            ("/\\evil.example", false),
            ("/\t/evil.example", false),
            ("javascript:alert(1)", false),
            (" javascript:alert(1)", false),
            ("JaVaScRiPt:alert(1)", false),
            ("data:text/html,<script>", false),
            ("vbscript:x", false),
            ("", false),
            ("app", false),
        ] {
            assert_eq!(Link::parse(address).is_some(), is_safe, "{address:?}");
        }
    }

    #[test]
    fn a_moment_is_readable_to_people_and_machines() {
        let moment = Moment::from_unix_seconds(1_795_000_000);

        assert_eq!(moment.machine, "2026-11-18T11:06:40Z");
        assert_eq!(moment.shown, "2026-11-18 11:06:40 UTC");
        assert_eq!(
            Moment::from_unix_seconds(i64::MAX).shown,
            i64::MAX.to_string()
        );
    }

    #[test]
    fn a_client_is_shown_with_the_host_it_returns_to() {
        let client = ClientShown::new("Gra\u{202e}fana", Some("https://grafana.example:3000/cb"));

        assert_eq!(client.name, "Grafana");
        assert_eq!(client.host.as_deref(), Some("grafana.example"));
        assert_eq!(
            ClientShown::new("App", Some("com.example.app:/cb")).host,
            None
        );
    }
}
