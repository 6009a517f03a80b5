//! The pages on which people say and prove who they are.

use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{
    Alert, DevicePage, Field, KeyLine, KeyPage, KeyRequest, LoginPage, Moment, OrganizationChoice,
    OtpDevice, OtpPage, ProviderLink, RecoveryCodePage, ResetCredentialsPage, ReturningUser,
    SelectOrganizationPage, UsernamePage,
};

use super::{Look, client, nowhere, somebody};

pub(super) fn sign_in(look: &Look) -> LoginPage {
    LoginPage {
        layout: look.layout.clone(),
        action: nowhere(),
        alert: None,
        client: Some(client()),
        username_label: look.label,
        username: String::new(),
        returning_user: None,
        remember_me: look.remembers.then_some(false),
        forgot_url: look.resets.then(nowhere),
        register_url: look.registers.then(nowhere),
        credential_id: String::new(),
        providers: Vec::new(),
        passkey: None,
    }
}

pub(super) fn wrong_password(look: &Look) -> LoginPage {
    LoginPage {
        alert: Some(Alert::error(Notice::InvalidCredentials).with_code("E-7F3K-2Q")),
        username: somebody(),
        ..sign_in(look)
    }
}

pub(super) fn other_ways(look: &Look) -> LoginPage {
    LoginPage {
        providers: providers(),
        passkey: Some(key_request()),
        ..sign_in(look)
    }
}

pub(super) fn again(look: &Look) -> LoginPage {
    LoginPage {
        alert: Some(Alert::info(Notice::ReauthenticationNeeded)),
        returning_user: Some(ReturningUser {
            username: somebody(),
            is_signed_in: true,
            restart_url: nowhere(),
        }),
        remember_me: None,
        register_url: None,
        ..sign_in(look)
    }
}

pub(super) fn name(look: &Look) -> UsernamePage {
    UsernamePage {
        layout: look.layout.clone(),
        action: nowhere(),
        alert: None,
        client: Some(client()),
        username_label: look.label,
        username: String::new(),
        register_url: look.registers.then(nowhere),
        providers: providers(),
        passkey: None,
    }
}

pub(super) fn organization(look: &Look) -> SelectOrganizationPage {
    let choice = |alias: &str, name: &str| OrganizationChoice {
        alias: alias.to_owned(),
        name: name.to_owned(),
    };
    SelectOrganizationPage {
        layout: look.layout.clone(),
        action: nowhere(),
        client: client(),
        username: somebody(),
        organizations: vec![choice("acme", "Acme Ltd"), choice("beta", "Beta")],
    }
}

pub(super) fn forgotten(look: &Look) -> ResetCredentialsPage {
    ResetCredentialsPage {
        layout: look.layout.clone(),
        action: nowhere(),
        alert: None,
        username_label: look.label,
        username: Field::new(""),
        login_url: nowhere(),
    }
}

pub(super) fn code(look: &Look) -> OtpPage {
    let device = |id: &str, label: &str| OtpDevice {
        id: id.to_owned(),
        label: label.to_owned(),
    };
    OtpPage {
        layout: look.layout.clone(),
        action: nowhere(),
        alert: Some(Alert::error(Notice::InvalidCode)),
        username: somebody(),
        restart_url: nowhere(),
        devices: vec![device("one", "Phone"), device("two", "Tablet")],
        selected: "one".to_owned(),
        has_other: true,
    }
}

pub(super) fn recovery_code(look: &Look) -> RecoveryCodePage {
    RecoveryCodePage {
        layout: look.layout.clone(),
        action: nowhere(),
        alert: None,
        username: somebody(),
        restart_url: nowhere(),
        number: "3".to_owned(),
        has_other: true,
    }
}

pub(super) fn passkey(look: &Look) -> KeyPage {
    let key = |id: &str, label: &str| KeyLine {
        id: id.to_owned(),
        label: label.to_owned(),
        created: Moment::from_unix_seconds(1_795_000_000),
        transports: "internal".to_owned(),
    };
    KeyPage {
        layout: look.layout.clone(),
        action: nowhere(),
        alert: None,
        username: somebody(),
        restart_url: nowhere(),
        request: key_request(),
        is_passkey: true,
        keys: vec![key("AQID", "Laptop"), key("BAUG", "Phone")],
        has_other: true,
    }
}

pub(super) fn device(look: &Look) -> DevicePage {
    DevicePage {
        layout: look.layout.clone(),
        action: nowhere(),
        alert: None,
        user_code: Field::new("BCDF-GHJK"),
    }
}

/// Nothing asks a browser for it: no script runs in an example.
pub(super) fn key_request() -> KeyRequest {
    KeyRequest {
        challenge: "ZXhhbXBsZQ".to_owned(),
        rp_id: "id.example.org".to_owned(),
        user_verification: "preferred".to_owned(),
        timeout: "0".to_owned(),
    }
}

fn providers() -> Vec<ProviderLink> {
    let link = |alias: &str, name: &str| ProviderLink {
        alias: alias.to_owned(),
        name: name.to_owned(),
        url: nowhere(),
    };
    vec![link("github", "GitHub"), link("work", "Example Ltd")]
}
