//! What is kept although nothing here knows it. The report says so: it does not do what it did.

use cloakroom_model::Cx;
use cloakroom_model::client::Settings as ClientSettings;
use cloakroom_model::component::Component;
use cloakroom_model::credential::{
    OTP, PASSKEY, PASSWORD, PASSWORD_HISTORY, RECOVERY_CODES, SECURITY_KEY,
};
use cloakroom_model::flow::course::is_session_limit;
use cloakroom_model::flow::{AuthenticatorConfig, Execution, RequiredAction};
use cloakroom_model::realm::Settings;
use serde_json::Value;

use super::Import;
use super::error::Result;
use super::lenient::Part;
use super::report::Report;
use super::settings;
use crate::catalog;
use crate::event::{KINDS, LISTENERS, MORE_KINDS, listeners};
use crate::server_info::is_protocol_mapper;

const OPENID: &str = "openid-connect";

/// Names the authenticator of a step that is not here.
pub(super) fn authenticator(import: &mut Import<'_>, part: &Part<'_>, id: &str) {
    if catalog::authenticator(id).is_none() {
        let how = "kept, but there is no such authenticator here: whoever has to take this step is refused";
        let who = format!("{}/{id}", part.who);
        import
            .report
            .approximate(&part.place_of("authenticator"), &who, how);
    }
}

/// Steps of a sign-in that the server does not have.
const MISSING: [&str; 3] = [
    "auth-x509-client-username-form",
    "direct-grant-auth-x509-username",
    "http-basic-authenticator",
];

/// Steps of other flows than a sign-in's, that nothing comes to.
const PASSED_OVER: [&str; 3] = [
    "registration-recaptcha-action",
    "registration-recaptcha-enterprise",
    "reset-otp",
];

/// Names a step of a flow of the realm's own that nobody can take.
pub(super) fn step(import: &mut Import<'_>, part: &Part<'_>, step: &Execution) {
    let id = step.authenticator.as_deref().unwrap_or_default();
    let how = if step.requirement == "DISABLED" {
        return;
    } else if MISSING.contains(&id) {
        "kept, but the server does not have this step: whoever has to take it is refused"
    } else if PASSED_OVER.contains(&id) {
        "kept, but nothing here comes to it"
    } else {
        return;
    };
    let who = format!("{}/{id}", part.who);
    let place = part.place_of("authenticator");
    import.report.approximate(&place, &who, how);
}

/// Names the settings of a step that are read in another way than at Keycloak: no header spares anybody a code.
pub(super) fn config(part: &Part<'_>, config: &AuthenticatorConfig, report: &mut Report) {
    const SPARES: &str = "noOtpRequiredForHeaderPattern";
    const FORCES: &str = "forceOtpForHeaderPattern";
    let is_set = |name: &str| {
        config
            .config
            .get(name)
            .is_some_and(|value| !value.is_empty())
    };
    for (name, how) in [
        (
            SPARES,
            "kept, but a header is the sender's to choose, and spares nobody a code here",
        ),
        (
            FORCES,
            "kept, but no header is looked at here: whoever is spared by no attribute and no role is asked for a code",
        ),
    ] {
        if is_set(name) {
            let place = part.place_of(&format!("config.{name}"));
            report.approximate(&place, part.who, how);
        }
    }
    for name in ["userRealmLimit", "userClientLimit"] {
        let set = config.config.get(name);
        if set.is_some_and(|text| !is_session_limit(text)) {
            let place = part.place_of(&format!("config.{name}"));
            let how =
                "kept, but it is no number: whoever comes to the step is refused, as at Keycloak";
            report.approximate(&place, part.who, how);
        }
    }
}

/// Names a required action that is not here, or that new people should be asked for and are not.
pub(super) fn action(import: &mut Import<'_>, part: &Part<'_>, action: &RequiredAction) {
    let how = if catalog::required_action(&action.provider_id).is_none() {
        "kept, but there is no such action here, and nobody is asked for it"
    } else if action.enabled && action.default_action && !is_asked(import, &action.provider_id) {
        "kept, but nobody is asked for it here, new people neither"
    } else {
        return;
    };
    let place = part.place_of("providerId");
    import.report.approximate(&place, part.who, how);
}

/// Names what a person should have been asked for at the next sign-in, and is not.
pub(super) fn waiting(import: &mut Import<'_>, part: &Part<'_>, actions: &[String]) {
    for action in actions {
        if !is_asked(import, action) {
            let how = format!("{action} is kept, but nobody is asked for it here");
            let place = part.place_of("requiredActions");
            import.report.approximate(&place, part.who, how);
        }
    }
}

fn is_asked(import: &Import<'_>, action: &str) -> bool {
    import.ready.rules.is_action(action)
}

/// Names a credential that no page asks for. Whoever has it as a second one has to know.
pub(super) fn credential(import: &mut Import<'_>, part: &Part<'_>, kind: &str) {
    // What somebody's passwords were is only held against new ones.
    let is_known = [
        PASSWORD,
        PASSWORD_HISTORY,
        OTP,
        RECOVERY_CODES,
        SECURITY_KEY,
        PASSKEY,
    ]
    .contains(&kind);
    if !is_known {
        let how = format!(
            "kept, but no page asks for a credential of type {kind}: where a flow requires it of its owner, as the usual ones do \
             of a second factor, the password alone is refused"
        );
        import.report.approximate(part.place, part.who, how);
    }
}

/// The themes that Keycloak brings, in whose place the pages here have one of their own.
const THEMES: [&str; 5] = ["", "base", "keycloak", "keycloak.v2", "keycloak.v3"];

/// Settings that are one of a few words.
const WORDS: [(&str, &[&str]); 3] = [
    ("otpPolicyType", &["totp", "hotp"]),
    (
        "otpPolicyAlgorithm",
        &["HmacSHA1", "HmacSHA256", "HmacSHA512"],
    ),
    (
        "defaultSignatureAlgorithm",
        &[
            "", "ES256", "ES384", "ES512", "EdDSA", "HS256", "HS384", "HS512", "PS256", "PS384",
            "PS512", "RS256", "RS384", "RS512",
        ],
    ),
];

/// Names what a realm's settings ask for and nothing here does.
pub(super) fn settings(settings: &Settings, sent: &Part<'_>, report: &mut Report) -> Result<()> {
    for (member, words) in WORDS {
        let said = sent.text(member)?;
        if let Some(word) = said.filter(|word| !words.contains(&word.as_str())) {
            let how = "kept, but it is none of the words that have a meaning here, and what a new realm has is done";
            report.approximate(member, &word, how);
        }
    }
    for member in ["loginTheme", "accountTheme", "adminTheme", "emailTheme"] {
        let said = sent.text(member)?;
        if let Some(theme) = said.filter(|theme| !THEMES.contains(&theme.as_str())) {
            let how = "kept, but themes of Keycloak are not read here, and pages and mails look as they do here";
            report.approximate(member, &theme, how);
        }
    }
    for member in ["scimApiEnabled", "verifiableCredentialsEnabled"] {
        if sent.switch(member)?.unwrap_or(false) {
            let how = "switched off: this feature of Keycloak is not here";
            report.approximate(member, "true", how);
        }
    }
    let apps = [
        "totpAppFreeOTPName",
        "totpAppGoogleName",
        "totpAppMicrosoftAuthenticatorName",
    ];
    for app in sent.texts("otpSupportedApplications")? {
        if !apps.contains(&app.as_str()) {
            let how = "the apps follow from the policy of the codes, and this is none of them";
            report.approximate("otpSupportedApplications", &app, how);
        }
    }
    let manager = sent.object.get("adminPermissionsClient");
    let manager = manager.filter(|client| client.is_object());
    let named = manager.map(|client| client.get("clientId").and_then(Value::as_str));
    if named.is_some_and(|named| named != Some("admin-permissions")) {
        let how =
            "the client that keeps permissions on the realm is admin-permissions, in every realm";
        report.approximate("adminPermissionsClient", "", how);
    }
    for kind in sent.texts("enabledEventTypes")? {
        if !KINDS.iter().chain(MORE_KINDS).any(|known| *known == kind) {
            let how = "kept, but there are no events of this kind";
            report.approximate("enabledEventTypes", &kind, how);
        }
    }
    for listener in &listeners(settings) {
        if !LISTENERS.contains(&listener.as_str()) {
            let how =
                "kept, but there is no such listener here, and nobody is told of events by it";
            report.approximate("eventsListeners", listener, how);
        }
    }
    settings::of_realm(settings, report);
    if settings.verify_email {
        let how = "kept, but nobody is asked to prove an address here";
        report.approximate("verifyEmail", "true", how);
    }
    Ok(())
}

/// Names the headers that the file has changed: the pages here have their own.
pub(super) fn headers(usual: &Settings, sent: &Part<'_>, report: &mut Report) {
    const MEMBER: &str = "browserSecurityHeaders";
    let usual = usual.rest.get(MEMBER);
    let said = sent.object.get(MEMBER).and_then(Value::as_object);
    for (name, value) in said.into_iter().flatten() {
        let is_usual = usual.and_then(|usual| usual.get(name)) == Some(value);
        if !is_usual && !value.is_null() {
            let how = "kept, but the pages here are sent with headers of their own, which no realm changes";
            report.approximate(&format!("{MEMBER}.{name}"), name, how);
        }
    }
}

/// Names what of a client is only kept: its protocol, and how it proves itself.
pub(super) fn client(
    cx: &Cx<'_>,
    import: &mut Import<'_>,
    part: &Part<'_>,
    client: &ClientSettings,
) -> Result<()> {
    let protocol = client.protocol.as_deref().unwrap_or(OPENID);
    if protocol != OPENID {
        let how = format!(
            "kept as configuration; {protocol} is not spoken to clients here, and nobody signs in to it"
        );
        let place = part.place_of("protocol");
        import.report.approximate(&place, part.who, how);
        return Ok(());
    }
    let id = client.client_authenticator_type.as_str();
    let proves = !client.public_client && !client.bearer_only;
    if proves && !import.ready.rules.is_client_authenticator(id) {
        let how = format!("kept, but no client proves itself by {id} here, so it gets no tokens");
        let place = part.place_of("clientAuthenticatorType");
        import.report.approximate(&place, part.who, how);
    }
    settings::of_client(cx.realm, import, part, client);
    Ok(())
}

/// Names a mapper of an identity provider that nothing here runs.
pub(super) fn provider_mapper(import: &mut Import<'_>, part: &Part<'_>, kind: &str) {
    if !import.ready.rules.is_provider_mapper(kind) {
        let how = format!("kept, but there is no mapper {kind} here, and people lack what it gave");
        let place = part.place_of("identityProviderMapper");
        import.report.approximate(&place, part.who, how);
    }
}

/// Names a directory that cannot be asked where its settings say that it is.
pub(super) fn directory(import: &mut Import<'_>, part: &Part<'_>, made: &Component) {
    if made.provider_id != "ldap" {
        return;
    }
    if let Err(why) = import.ready.rules.check_directory(made) {
        let how = format!("kept, but nobody comes in by it: {why}");
        let place = part.place_of("config.connectionUrl");
        import.report.approximate(&place, part.who, how);
    }
}

/// Names a mapper of a directory that nothing here runs. One whose family has no such kind is named with the component.
pub(super) fn directory_mapper(import: &mut Import<'_>, part: &Part<'_>, kind: &str) {
    if !import.ready.rules.is_directory_mapper(kind) {
        let how = format!("kept, but there is no mapper {kind} here, and people lack what it gave");
        let place = part.place_of("providerId");
        import.report.approximate(&place, part.who, how);
    }
}

/// Names an identity provider of a kind that is not here, or that is spoken to in another way.
pub(super) fn identity_provider(import: &mut Import<'_>, part: &Part<'_>, kind: &str) {
    if kind == "twitter" {
        let how = "spoken to by OAuth 2: it needs the id and the secret of a client of that kind";
        let place = part.place_of("providerId");
        import.report.approximate(&place, part.who, how);
    }
    if catalog::identity_provider(kind).is_none() && !import.ready.rules.is_provider(kind) {
        let how = format!("kept as configuration; there is no kind {kind} here");
        import
            .report
            .approximate(&part.place_of("providerId"), part.who, how);
    }
}

/// Names a component that nothing here reads.
pub(super) fn component(import: &mut Import<'_>, part: &Part<'_>, family: &str, provider: &str) {
    // Their own readers speak of these.
    let is_read = [
        cloakroom_model::key::PROVIDER_TYPE,
        cloakroom_model::user_profile::PROVIDER_TYPE,
    ];
    let is_known = catalog::components(family).any(|entry| entry.id == provider);
    if !is_known && !is_read.contains(&family) {
        let how = format!("kept as configuration; nothing here reads {provider} of {family}");
        import.report.approximate(part.place, part.who, how);
    }
}

/// Names a protocol mapper that nothing here runs.
pub(super) fn mapper(import: &mut Import<'_>, part: &Part<'_>, protocol: &str, kind: &str) {
    let is_known = match protocol {
        OPENID => import.ready.rules.is_mapper(kind),
        _ => is_protocol_mapper(kind),
    };
    if !is_known {
        let how =
            format!("kept, but there is no mapper {kind} here, and tokens lack what it put there");
        import
            .report
            .approximate(&part.place_of("protocolMapper"), part.who, how);
    }
}
