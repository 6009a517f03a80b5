//! What an event's error means: which step of which sequence refused, and what mends it.

use serde_json::Value;

use crate::desk::text_of;

/// One step of a sign-in or of a request for tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The key of its name.
    pub(super) key: &'static str,
    /// The members of the event that it may have looked at; the first that is there is it.
    pub(super) inputs: &'static [&'static str],
}

impl Step {
    /// How many whole milliseconds the server worked at it, by what the event says; `None` for an event from before it was
    /// written down, or where it was not measured by itself.
    pub(super) fn took(&self, event: &Value) -> Option<u32> {
        let own = self.key.strip_prefix("explain-step-")?;
        let all = text_of(event, "details/took");
        let mut words = all.split(' ');
        words.find(|word| *word == own)?;
        words.next()?.parse().ok()
    }
}

const fn step(key: &'static str, inputs: &'static [&'static str]) -> Step {
    Step { key, inputs }
}

/// A sign-in in a browser, in the order in which the server decides.
const SIGN_IN: &[Step] = &[
    step("explain-step-client", &["clientId"]),
    step("explain-step-address", &["clientId"]),
    step("explain-step-request", &[]),
    step("explain-step-allowed", &["clientId"]),
    step("explain-step-scope", &["clientId"]),
    step("explain-step-user", &["details/username", "userId"]),
    step("explain-step-lock", &["ipAddress"]),
    step("explain-step-password", &[]),
    step("explain-step-account", &["userId"]),
    step("explain-step-flow", &["userId"]),
    step("explain-step-further", &["userId"]),
    step("explain-step-actions", &["userId"]),
    step("explain-step-consent", &["userId"]),
];

/// A request of an application for tokens.
const TOKENS: &[Step] = &[
    step("explain-step-request", &["details/grant_type"]),
    step("explain-step-proof", &["clientId"]),
    step("explain-step-allowed", &["clientId"]),
    step("explain-step-grant", &["ipAddress"]),
    step("explain-step-scope", &["clientId"]),
];

/// Where the repair is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Repair {
    /// A tab of the person's page.
    Person(&'static str),
    /// The people of the realm.
    People,
    /// The application.
    Client,
}

/// Why it failed.
#[derive(Clone, Debug)]
pub(super) struct Cause {
    pub(super) steps: &'static [Step],
    /// The step that refused.
    pub(super) failed: usize,
    /// The key of the reason; the repair is the same with `-repair`.
    pub(super) why: &'static str,
    pub(super) repair: Repair,
}

/// The event's error, what its reason has in it, the step that refuses with it, why, and the repair. The first that fits
/// is it.
type Line = (&'static str, &'static str, usize, &'static str, Repair);

const OF_SIGN_IN: &[Line] = &[
    ("client_not_found", "", 0, "explain-client", Repair::Client),
    (
        "client_disabled",
        "",
        0,
        "explain-client-off",
        Repair::Client,
    ),
    ("not_allowed", "bearer", 0, "explain-bearer", Repair::Client),
    (
        "invalid_request",
        "client_id",
        0,
        "explain-request",
        Repair::Client,
    ),
    (
        "invalid_redirect_uri",
        "",
        1,
        "explain-redirect",
        Repair::Client,
    ),
    (
        "invalid_request",
        "redirect_uri",
        1,
        "explain-redirect",
        Repair::Client,
    ),
    (
        "invalid_request",
        "code_challenge",
        2,
        "explain-pkce-missing",
        Repair::Client,
    ),
    ("invalid_request", "", 2, "explain-request", Repair::Client),
    (
        "unsupported_response_type",
        "",
        2,
        "explain-response-type",
        Repair::Client,
    ),
    (
        "unauthorized_client",
        "",
        3,
        "explain-not-allowed",
        Repair::Client,
    ),
    ("invalid_scope", "", 4, "explain-scope", Repair::Client),
    (
        "user_not_found",
        "",
        5,
        "explain-user-unknown",
        Repair::People,
    ),
    (
        "user_temporarily_disabled",
        "",
        6,
        "explain-locked",
        Repair::Person(""),
    ),
    // What a centre of keys says, which proves the passwords of a directory's people.
    (
        "invalid_user_credentials",
        "the account",
        8,
        "explain-centre-account",
        Repair::Person(""),
    ),
    (
        "invalid_user_credentials",
        "has expired",
        7,
        "explain-centre-password",
        Repair::Person(""),
    ),
    (
        "invalid_user_credentials",
        "code is wrong",
        10,
        "explain-otp",
        Repair::Person("/sign-in"),
    ),
    (
        "invalid_user_credentials",
        "used before",
        10,
        "explain-otp-used",
        Repair::Person("/sign-in"),
    ),
    (
        "invalid_user_credentials",
        "code is missing",
        10,
        "explain-otp-missing",
        Repair::Client,
    ),
    (
        "invalid_user_credentials",
        "",
        7,
        "explain-password",
        Repair::Person("/sign-in"),
    ),
    (
        "user_disabled",
        "",
        8,
        "explain-disabled",
        Repair::Person(""),
    ),
    (
        "invalid_flow",
        "",
        9,
        "explain-flow-missing",
        Repair::Person("/sign-in"),
    ),
    (
        "access_denied",
        "of the flow",
        9,
        "explain-flow-refuses",
        Repair::Person(""),
    ),
    (
        "generic_authentication_error",
        "Open sessions",
        9,
        "explain-sessions",
        Repair::Person("/activity"),
    ),
    (
        "resolve_required_actions",
        "",
        11,
        "explain-actions",
        Repair::Person(""),
    ),
    (
        "rejected_by_user",
        "",
        12,
        "explain-consent",
        Repair::Person("/activity"),
    ),
];

const OF_TOKENS: &[Line] = &[
    ("invalid_request", "", 0, "explain-request", Repair::Client),
    (
        "unsupported_grant_type",
        "",
        0,
        "explain-grant-type",
        Repair::Client,
    ),
    (
        "invalid_client",
        "",
        1,
        "explain-client-proof",
        Repair::Client,
    ),
    (
        "unauthorized_client",
        "credentials",
        1,
        "explain-client-proof",
        Repair::Client,
    ),
    (
        "unauthorized_client",
        "",
        2,
        "explain-not-allowed",
        Repair::Client,
    ),
    ("not_allowed", "", 2, "explain-not-allowed", Repair::Client),
    ("invalid_grant", "PKCE", 3, "explain-pkce", Repair::Client),
    (
        "invalid_grant",
        "redirect_uri",
        3,
        "explain-redirect-other",
        Repair::Client,
    ),
    (
        "invalid_grant",
        "Auth error",
        3,
        "explain-other-client",
        Repair::Client,
    ),
    ("invalid_grant", "reuse", 3, "explain-reuse", Repair::Client),
    (
        "invalid_grant",
        "Session not active",
        3,
        "explain-session-over",
        Repair::Client,
    ),
    (
        "invalid_grant",
        "not fully set up",
        3,
        "explain-actions",
        Repair::People,
    ),
    (
        "invalid_grant",
        "user credentials",
        3,
        "explain-password",
        Repair::People,
    ),
    (
        "invalid_grant",
        "Account disabled",
        3,
        "explain-disabled",
        Repair::People,
    ),
    ("invalid_grant", "", 3, "explain-grant", Repair::Client),
    ("expired_token", "", 3, "explain-grant", Repair::Client),
    (
        "access_denied",
        "",
        3,
        "explain-denied",
        Repair::Person("/activity"),
    ),
    ("invalid_scope", "", 4, "explain-scope", Repair::Client),
];

impl Cause {
    /// Reads it from the event as it was stored.
    pub(super) fn of(event: &Value) -> Self {
        let (error, kind) = (text_of(event, "error"), text_of(event, "type"));
        let reason = text_of(event, "details/reason");
        let find = |lines: &'static [Line]| {
            let mut all = lines.iter();
            all.find(|(own, part, ..)| *own == error && reason.contains(part))
        };
        let is_sign_in = kind == "LOGIN_ERROR";
        let (first, second) = match is_sign_in {
            true => ((OF_SIGN_IN, SIGN_IN), (OF_TOKENS, TOKENS)),
            false => ((OF_TOKENS, TOKENS), (OF_SIGN_IN, SIGN_IN)),
        };
        for (lines, steps) in [first, second] {
            if let Some((_, _, failed, why, repair)) = find(lines) {
                return Self {
                    steps,
                    failed: *failed,
                    why,
                    repair: *repair,
                };
            }
        }
        Self {
            steps: first.1,
            failed: 0,
            why: "explain-other",
            repair: Repair::Client,
        }
    }
}

#[cfg(test)]
mod tests;
