//! Each page as it is sent: snapshots in both languages, the forms clients parse, hostile values.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

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
#[expect(clippy::too_many_lines, reason = "a table, a row a form")]
fn the_forms_have_the_ids_and_fields_that_clients_parse() {
    let new_password = "password-new password-confirm logout-sessions cancel-aia";
    for (name, id, fields) in [
        (
            "login",
            "kc-form-login",
            "username password credentialId login",
        ),
        (
            "login_with_everything",
            "kc-form-login",
            "username password rememberMe credentialId login clientDataJSON authenticatorData signature credentialId userHandle error",
        ),
        (
            "login_again",
            "kc-form-login",
            "password credentialId login",
        ),
        (
            "login_named",
            "kc-form-login",
            "password credentialId login",
        ),
        (
            "username",
            "kc-form-login",
            "username login clientDataJSON authenticatorData signature credentialId userHandle error",
        ),
        (
            "select_organization",
            "kc-select-organization-form",
            "kc.org kc.org",
        ),
        (
            "register",
            "kc-register-form",
            "username password password-confirm email firstName lastName",
        ),
        ("reset_credentials", "kc-reset-password-form", "username"),
        (
            "otp",
            "kc-otp-login-form",
            "selectedCredentialId selectedCredentialId otp login tryAnotherWay",
        ),
        (
            "recovery_code",
            "kc-recovery-code-login-form",
            "recoveryCodeInput login tryAnotherWay",
        ),
        (
            "key",
            "webauth",
            "clientDataJSON authenticatorData signature credentialId userHandle error tryAnotherWay authn_use_chk authn_use_chk",
        ),
        (
            "register_key",
            "register",
            "clientDataJSON attestationObject publicKeyCredentialId transports authenticatorAttachment error authenticatorLabel logout-sessions cancel-aia",
        ),
        (
            "configure_totp",
            "kc-totp-settings-form",
            "totp userLabel logout-sessions cancel-aia",
        ),
        ("update_password", "kc-passwd-update-form", new_password),
        (
            "update_profile",
            "kc-update-profile-form",
            "username email firstName lastName",
        ),
        ("consent", "kc-oauth", "code cancel accept"),
        (
            "setup",
            "setup-form",
            "code username password password-confirm",
        ),
        ("logout_confirm", "", "session_code confirmLogout"),
        ("form_post", "", "code iss state session_state continue"),
    ] {
        let html = page(name);

        let (_, form) = html.split_once("<form ").unwrap();
        let (tag, rest) = form.split_once('>').unwrap();
        let sent: Vec<&str> = rest
            .split(" name=\"")
            .skip(1)
            .map(|one| one.split('"').next().unwrap())
            .collect();
        // Clients cut the address out by a pattern: `action` stands directly before `method`.
        let attributes: Vec<&str> = tag.split('"').step_by(2).map(str::trim).collect();
        let expected = if id.is_empty() {
            "action= method= "
        } else {
            "id= action= method= "
        };
        assert_eq!(
            format!("{} ", attributes.join(" ").trim_end()),
            expected,
            "{name}"
        );
        assert!(
            id.is_empty() || tag.starts_with(&format!("id=\"{id}\"")),
            "{name}"
        );
        assert_eq!(sent.join(" "), fields, "{name}");
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
