//! Each page as it is sent: snapshots in both languages, the forms clients parse, hostile values.

mod samples;

use cloakroom_web::i18n::{Locale, Locales};
use samples::{Words, all};

fn language(tag: &str) -> &'static Locale {
    Locales::embedded().find(tag).unwrap()
}

fn page(name: &str) -> String {
    let samples = all();
    let (_, _, render) = samples.iter().find(|(one, ..)| *one == name).unwrap();
    render(&Words { hostile: None }, language("en"))
}

/// Takes the hash out of asset addresses, which changes with every edit of a style.
fn without_hashes(html: &str) -> String {
    let mut parts = html.split("/assets/");
    let mut stable = parts.next().unwrap().to_owned();
    for part in parts {
        stable.push_str("/assets/HASH");
        stable.push_str(part.find('/').map_or("", |slash| &part[slash..]));
    }
    stable
}

#[test]
fn each_page_looks_as_it_did() {
    for (name, _, render) in all() {
        for tag in ["en", "de"] {
            let html = render(&Words { hostile: None }, language(tag));

            insta::assert_snapshot!(format!("{name}.{tag}"), without_hashes(&html));
        }
    }
}

#[test]
fn hostile_values_stay_text() {
    for value in [
        r#""><svg onload=alert(1)>"#,
        "'><img src=x onerror=alert(1)>",
        "</title><script>alert(1)</script>",
        "</textarea></form><form action=https://evil.example>",
        "${7*7}{{7*7}}{% raw %}",
        "--><script>alert(1)</script><!--",
        "&lt;script&gt;",
        "javascript:alert(1)",
    ] {
        for (name, _, render) in all() {
            let html = render(
                &Words {
                    hostile: Some(value),
                },
                language("en"),
            );
            let harmless = render(
                &Words {
                    hostile: Some("harmless"),
                },
                language("en"),
            );

            // The same tags in the same number: nothing of the value became markup.
            for mark in ['<', '>', '"'] {
                let found = html.matches(mark).count();
                assert_eq!(
                    found,
                    harmless.matches(mark).count(),
                    "{name}: {mark} of {value}"
                );
            }
            assert!(!html.contains("href=\"javascript:"), "{name}");
        }
    }
}

#[test]
fn the_forms_have_the_ids_and_fields_that_clients_parse() {
    for (name, form, fields) in [
        (
            "login",
            "<form id=\"kc-form-login\" action=\"https://id.acme.test/realms/acme/login-actions/authenticate?session_code=a&#38;execution=b\" method=\"post\">",
            &["username", "password", "credentialId", "login"][..],
        ),
        (
            "login_with_everything",
            "<form id=\"kc-form-login\" action=\"",
            &[
                "username",
                "password",
                "rememberMe",
                "credentialId",
                "login",
            ],
        ),
        (
            "login_again",
            "<form id=\"kc-form-login\" action=\"",
            &["password", "credentialId", "login"],
        ),
        (
            "register",
            "<form id=\"kc-register-form\" action=\"",
            &[
                "username",
                "password",
                "password-confirm",
                "email",
                "firstName",
                "lastName",
            ],
        ),
        (
            "reset_credentials",
            "<form id=\"kc-reset-password-form\" action=\"",
            &["username"],
        ),
        (
            "update_password",
            "<form id=\"kc-passwd-update-form\" action=\"",
            &[
                "password-new",
                "password-confirm",
                "logout-sessions",
                "cancel-aia",
            ],
        ),
        (
            "update_profile",
            "<form id=\"kc-update-profile-form\" action=\"",
            &["username", "email", "firstName", "lastName"],
        ),
        (
            "consent",
            "action=\"https://id.acme.test/realms/acme/login-actions/consent\" method=\"post\">",
            &["code", "cancel", "accept"],
        ),
        (
            "logout_confirm",
            "<form action=\"/realms/acme/protocol/openid-connect/logout/logout-confirm\" method=\"post\">",
            &["session_code", "confirmLogout"],
        ),
        (
            "form_post",
            "<form action=\"https://app.example/cb\" method=\"post\">",
            &["code", "iss", "state", "session_state", "continue"],
        ),
        (
            "setup",
            "<form id=\"setup-form\" action=\"/setup\" method=\"post\">",
            &["code", "username", "password", "password-confirm"],
        ),
    ] {
        let html = page(name);

        let form_html = &html[html.find(form).unwrap_or_else(|| panic!("{name}: {form}"))..];
        let sent: Vec<&str> = form_html
            .split(" name=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert_eq!(sent, fields, "{name}");
    }
}

#[test]
fn the_titles_and_labels_are_those_that_people_and_tests_know() {
    for (name, text) in [
        ("login", "<title>Sign in to Acme</title>"),
        ("login", "<label for=\"username\">Username or email</label>"),
        ("login", "<label for=\"password\">Password</label>"),
        ("login", ">Sign In</button>"),
        ("register", "<title>Sign in to Acme</title>"),
        ("error", "<title>Sign in to Acme</title>"),
        ("logout_confirm", "<title>Logging out</title>"),
        ("form_post", "<title>OIDC Form_Post Response</title>"),
        ("account", "<title>Account Management</title>"),
        ("account_signed_out", "<title>Account Management</title>"),
    ] {
        assert!(page(name).contains(text), "{name}: {text}");
    }
}

#[test]
fn an_error_page_has_no_form_that_a_client_could_take_for_a_sign_in() {
    for name in [
        "error",
        "info",
        "page_expired",
        "already_signed_in",
        "signed_out",
    ] {
        assert!(!page(name).contains("<form"), "{name}");
    }
}
