//! What an event's error means: which step of which sequence refused, and what mends it.

use serde_json::Value;

use crate::desk::text_of;

/// One step of a sign-in or of a request for tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The key of its name.
    pub(super) key: &'static str,
    /// The member of the event that it looked at; empty for none.
    pub(super) input: &'static str,
}

const fn step(key: &'static str, input: &'static str) -> Step {
    Step { key, input }
}

/// A sign-in with a password, in the order in which the server decides.
const SIGN_IN: &[Step] = &[
    step("explain-step-client", "clientId"),
    step("explain-step-user", "userId"),
    step("explain-step-lock", "ipAddress"),
    step("explain-step-password", ""),
    step("explain-step-account", "userId"),
    step("explain-step-actions", "userId"),
];

/// A request of an application for tokens.
const TOKENS: &[Step] = &[
    step("explain-step-request", "details/grant_type"),
    step("explain-step-proof", "clientId"),
    step("explain-step-allowed", "clientId"),
    step("explain-step-grant", "ipAddress"),
    step("explain-step-scope", "clientId"),
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

/// The event's error, the step that refuses with it, the reason, and the repair.
type Line = (&'static str, usize, &'static str, Repair);

const OF_SIGN_IN: &[Line] = &[
    ("client_not_found", 0, "explain-client", Repair::Client),
    ("client_disabled", 0, "explain-client", Repair::Client),
    (
        "invalid_redirect_uri",
        0,
        "explain-redirect",
        Repair::Client,
    ),
    ("user_not_found", 1, "explain-user-unknown", Repair::People),
    (
        "user_temporarily_disabled",
        2,
        "explain-locked",
        Repair::Person(""),
    ),
    (
        "invalid_user_credentials",
        3,
        "explain-password",
        Repair::Person("/sign-in"),
    ),
    ("user_disabled", 4, "explain-disabled", Repair::Person("")),
    (
        "resolve_required_actions",
        5,
        "explain-actions",
        Repair::Person(""),
    ),
];

const OF_TOKENS: &[Line] = &[
    ("invalid_request", 0, "explain-request", Repair::Client),
    (
        "unsupported_grant_type",
        0,
        "explain-grant-type",
        Repair::Client,
    ),
    ("invalid_client", 1, "explain-client-proof", Repair::Client),
    (
        "unauthorized_client",
        2,
        "explain-not-allowed",
        Repair::Client,
    ),
    ("not_allowed", 2, "explain-not-allowed", Repair::Client),
    ("invalid_grant", 3, "explain-grant", Repair::Client),
    ("expired_token", 3, "explain-grant", Repair::Client),
    (
        "access_denied",
        3,
        "explain-denied",
        Repair::Person("/activity"),
    ),
    ("invalid_scope", 4, "explain-scope", Repair::Client),
];

impl Cause {
    /// Reads it from the event as it was stored.
    pub(super) fn of(event: &Value) -> Self {
        let (error, kind) = (text_of(event, "error"), text_of(event, "type"));
        let find = |lines: &'static [Line]| lines.iter().find(|(own, ..)| *own == error);
        let is_sign_in = kind == "LOGIN_ERROR";
        let (first, second) = match is_sign_in {
            true => ((OF_SIGN_IN, SIGN_IN), (OF_TOKENS, TOKENS)),
            false => ((OF_TOKENS, TOKENS), (OF_SIGN_IN, SIGN_IN)),
        };
        for (lines, steps) in [first, second] {
            if let Some((_, failed, why, repair)) = find(lines) {
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
mod tests {
    use serde_json::json;

    use super::Cause;

    #[test]
    fn each_error_of_the_server_is_laid_to_the_step_that_refuses_with_it() {
        let rows = [
            ("LOGIN_ERROR", "user_not_found", "explain-step-user"),
            (
                "LOGIN_ERROR",
                "user_temporarily_disabled",
                "explain-step-lock",
            ),
            (
                "LOGIN_ERROR",
                "invalid_user_credentials",
                "explain-step-password",
            ),
            ("LOGIN_ERROR", "user_disabled", "explain-step-account"),
            (
                "LOGIN_ERROR",
                "resolve_required_actions",
                "explain-step-actions",
            ),
            (
                "CODE_TO_TOKEN_ERROR",
                "invalid_client",
                "explain-step-proof",
            ),
            ("CODE_TO_TOKEN_ERROR", "invalid_grant", "explain-step-grant"),
            ("REFRESH_TOKEN_ERROR", "invalid_grant", "explain-step-grant"),
            (
                "CLIENT_LOGIN_ERROR",
                "unauthorized_client",
                "explain-step-allowed",
            ),
            ("CLIENT_LOGIN_ERROR", "invalid_scope", "explain-step-scope"),
        ];
        for (kind, error, step) in rows {
            let cause = Cause::of(&json!({"type": kind, "error": error}));
            let failed = cause.steps.get(cause.failed).map(|step| step.key);
            assert_eq!(failed, Some(step), "{kind} {error}");
        }
    }
}
