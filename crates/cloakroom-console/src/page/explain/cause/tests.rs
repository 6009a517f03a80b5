//! Which step refused, and why.

use serde_json::{Value, json};

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
        ("LOGIN_ERROR", "invalid_flow", "explain-step-flow"),
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

/// The reasons are those that the server writes down, as the tests of passwords that Kerberos proves read them.
#[test]
fn what_a_centre_of_keys_or_a_code_says_is_told_from_a_wrong_password() {
    let (account, password) = ("explain-step-account", "explain-step-password");
    let further = "explain-step-further";
    let rows = [
        (
            "the account is disabled or locked",
            account,
            "explain-centre-account",
        ),
        ("the account has expired", account, "explain-centre-account"),
        (
            "the account is not valid yet",
            account,
            "explain-centre-account",
        ),
        (
            "the password has expired",
            password,
            "explain-centre-password",
        ),
        ("the password is wrong", password, "explain-password"),
        ("the one-time code is wrong", further, "explain-otp"),
        ("the recovery code is wrong", further, "explain-otp"),
        (
            "the one-time code was used before",
            further,
            "explain-otp-used",
        ),
        (
            "the one-time code is missing",
            further,
            "explain-otp-missing",
        ),
    ];
    for (reason, step, why) in rows {
        let details = json!({"reason": reason});
        let event = json!({
            "type": "LOGIN_ERROR", "error": "invalid_user_credentials", "details": details,
        });
        let cause = Cause::of(&event);
        let failed = cause.steps.get(cause.failed).map(|step| step.key);
        assert_eq!((failed, cause.why), (Some(step), why), "{reason}");
    }
}

#[test]
fn a_step_took_what_the_event_says_of_it_and_nothing_else() {
    let said = json!({
        "type": "LOGIN_ERROR", "error": "invalid_user_credentials",
        "details": {"took": "client 0 user 3 password 54"},
    });
    let cause = Cause::of(&said);
    let took = |key: &str, event: &Value| {
        let step = cause.steps.iter().find(|step| step.key == key).unwrap();
        step.took(event)
    };
    for (key, millis) in [
        ("explain-step-client", Some(0)),
        ("explain-step-user", Some(3)),
        ("explain-step-password", Some(54)),
        ("explain-step-flow", None),
    ] {
        assert_eq!(took(key, &said), millis, "{key}");
    }
    for took_of in ["", "password", "password x", "passwords 3"] {
        let event = json!({"details": {"took": took_of}});
        assert_eq!(took("explain-step-password", &event), None, "{took_of}");
    }
    // It was written before times were.
    assert_eq!(took("explain-step-password", &json!({"error": "x"})), None);
}

#[test]
fn a_limit_of_sessions_is_told_by_how_many_there_are() {
    let reason = "Open sessions in the realm: 2; the flow allows 2";
    let error = "generic_authentication_error";
    let event = json!({"type": "LOGIN_ERROR", "error": error, "details": {"reason": reason}});
    let cause = Cause::of(&event);
    let failed = cause.steps.get(cause.failed).map(|step| step.key);
    assert_eq!(
        (failed, cause.why),
        (Some("explain-step-flow"), "explain-sessions")
    );
}
