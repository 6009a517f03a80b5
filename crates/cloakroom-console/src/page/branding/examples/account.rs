//! The pages on which people make an account, set up what it is proved with, and look after it.

use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{
    AccountApplication, AccountCredential, AccountOffer, AccountPage, AccountProvider,
    AccountSession, Alert, ConfigureTotpPage, Field, Hidden, Link, Moment, RecoveryCodesPage,
    RegisterKeyPage, RegisterPage, UpdatePasswordPage, UpdateProfilePage, UsernameLabel,
};

use super::asked::key_request;
use super::{Look, nowhere, somebody};

pub(super) fn register(look: &Look) -> RegisterPage {
    RegisterPage {
        layout: look.layout.clone(),
        action: nowhere(),
        alert: None,
        username: (look.label != UsernameLabel::Email).then(|| Field::new("")),
        password_error: None,
        password_confirm_error: None,
        password_rules: vec![Notice::PasswordTooShort(12)],
        email: Field::new(""),
        first_name: Field::new(""),
        last_name: Field::new(""),
        attributes: Vec::new(),
        login_url: nowhere(),
    }
}

pub(super) fn register_refused(look: &Look) -> RegisterPage {
    RegisterPage {
        password_error: Some(Notice::PasswordTooShort(12)),
        password_confirm_error: Some(Notice::PasswordsDiffer),
        email: Field::new("ada@").with_error(Notice::InvalidEmail),
        first_name: Field::new("Ada"),
        last_name: Field::new("Byron"),
        ..register(look)
    }
}

pub(super) fn set_up_code(look: &Look) -> ConfigureTotpPage {
    ConfigureTotpPage {
        layout: look.layout.clone(),
        action: nowhere(),
        alert: Some(Alert::info(Notice::SetUpOtp)),
        username: somebody(),
        // The letters spell an example: nobody signs in with them.
        address: Hidden::new("otpauth://totp/Example:ada?secret=IVMECTKQJRCQ&issuer=Example"),
        secret: Hidden::new("IVME CTKQ JRCQ"),
        is_by_clock: true,
        algorithm: "SHA1".to_owned(),
        digits: "6".to_owned(),
        period: "30".to_owned(),
        counter: "0".to_owned(),
        code_error: None,
        device_name: Field::new(""),
        can_cancel: false,
    }
}

pub(super) fn set_up_paper(look: &Look) -> RecoveryCodesPage {
    RecoveryCodesPage {
        layout: look.layout.clone(),
        action: nowhere(),
        alert: Some(Alert::info(Notice::SetUpCodes)),
        username: somebody(),
        codes: vec![Hidden::new("ABCD-EFGH-2345"); 12],
        can_cancel: true,
    }
}

pub(super) fn set_up_passkey(look: &Look) -> RegisterKeyPage {
    RegisterKeyPage {
        layout: look.layout.clone(),
        action: nowhere(),
        alert: None,
        username: somebody(),
        user_id: "YWRh".to_owned(),
        request: key_request(),
        is_passkey: true,
        rp_name: "Example".to_owned(),
        algorithms: "-7".to_owned(),
        attestation: String::new(),
        attachment: String::new(),
        resident_key: "required".to_owned(),
        exclude: String::new(),
        key_name: Field::new("Laptop"),
        can_cancel: true,
    }
}

pub(super) fn update_password(look: &Look) -> UpdatePasswordPage {
    UpdatePasswordPage {
        layout: look.layout.clone(),
        action: nowhere(),
        alert: Some(Alert::info(Notice::UpdatePassword)),
        username: somebody(),
        password_error: None,
        password_confirm_error: Some(Notice::PasswordsDiffer),
        password_rules: vec![Notice::PasswordTooShort(12)],
        logout_sessions: true,
        can_cancel: false,
    }
}

pub(super) fn update_profile(look: &Look) -> UpdateProfilePage {
    UpdateProfilePage {
        layout: look.layout.clone(),
        action: nowhere(),
        alert: Some(Alert::info(Notice::UpdateProfile)),
        username: None,
        email: Field::new("").with_error(Notice::FieldRequired),
        first_name: Field::new("Ada"),
        last_name: Field::new("Byron"),
        attributes: Vec::new(),
        can_cancel: false,
        form_id: "kc-update-profile-form",
    }
}

pub(super) fn account(look: &Look) -> AccountPage {
    AccountPage {
        applications: vec![AccountApplication {
            client_id: "grafana".to_owned(),
            name: "Grafana".to_owned(),
            link: Link::parse("https://grafana.example.org/"),
            scopes: vec![look.layout.locale().resolve("${emailScopeConsentText}")],
            granted: long_ago(),
        }],
        layout: look.layout.clone(),
        alert: Some(Alert::success(Notice::SessionEnded)),
        username: "ada".to_owned(),
        full_name: "Ada Byron".to_owned(),
        email: somebody(),
        state_checker: Hidden::new(""),
        sign_out_action: nowhere(),
        end_session_action: nowhere(),
        end_others_action: nowhere(),
        revoke_action: nowhere(),
        unlink_action: nowhere(),
        password_url: Some(nowhere()),
        password_set: Some(long_ago()),
        credentials: vec![credential("otp", "Phone"), credential("webauthn", "Key")],
        offers: vec![AccountOffer {
            id: "add-otp",
            text: "account-add-otp",
            url: nowhere(),
        }],
        providers: vec![AccountProvider {
            alias: "github".to_owned(),
            name: "GitHub".to_owned(),
            account: Some("ada-l".to_owned()),
            link_url: None,
            can_unlink: true,
        }],
        sessions: vec![
            session("Firefox on Linux", true),
            session("Safari on iPhone", false),
        ],
    }
}

fn credential(kind: &str, label: &str) -> AccountCredential {
    AccountCredential {
        kind: kind.to_owned(),
        label: label.to_owned(),
        set: long_ago(),
        codes_left: None,
        remove_url: Some(nowhere()),
    }
}

fn session(device: &str, is_current: bool) -> AccountSession {
    AccountSession {
        id: String::new(),
        device: device.to_owned(),
        address: "203.0.113.9".to_owned(),
        started: long_ago(),
        last_used: Moment::from_unix_seconds(1_795_003_600),
        is_current,
        clients: vec!["Grafana".to_owned()],
    }
}

fn long_ago() -> Moment {
    Moment::from_unix_seconds(1_795_000_000)
}
