//! `RealmRepresentation`: a realm's settings as JSON.

mod attributes;
mod fields;

use cloakroom_model::Result;
use cloakroom_model::realm::{RealmRow, Settings};
use serde_json::{Value, json};

use crate::client::MASK;
use crate::read::{Object, Unreadable, set};

/// The realm as it is shown.
pub fn show(realm: &RealmRow) -> Result<Value> {
    let mut shown = serde_json::to_value(&realm.settings)?;
    if let Value::Object(members) = &mut shown {
        members.insert("id".to_owned(), json!(realm.id));
        members.insert("realm".to_owned(), json!(realm.name));
        members.insert("enabled".to_owned(), json!(realm.enabled));
    }
    Ok(shown)
}

/// The realm as lists show it on request.
pub fn show_briefly(realm: &RealmRow) -> Value {
    let mut shown = json!({"id": realm.id, "realm": realm.name, "enabled": realm.enabled});
    let texts = [
        ("displayName", &realm.settings.display_name),
        ("displayNameHtml", &realm.settings.display_name_html),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            set(&mut shown, name, json!(text));
        }
    }
    shown
}

/// The little that every administrator of a realm may see; those of its people see a bit more.
pub fn show_little(realm: &RealmRow, sees_people: bool) -> Value {
    let settings = &realm.settings;
    let organizations = settings.rest.get("organizationsEnabled");
    let mut shown = json!({
        "realm": realm.name,
        "bruteForceProtected": settings.brute_force_protected,
        "organizationsEnabled": organizations.and_then(Value::as_bool).unwrap_or(false),
        "supportedLocales": settings.supported_locales.clone().unwrap_or_default(),
    });
    if sees_people {
        let is_username = settings.registration_email_as_username;
        set(
            &mut shown,
            "registrationEmailAsUsername",
            json!(is_username),
        );
    }
    shown
}

/// What is sent changes, the rest stays.
pub fn apply(settings: &Settings, sent: &Object) -> std::result::Result<Settings, Unreadable> {
    let Ok(Value::Object(mut all)) = serde_json::to_value(settings) else {
        return Err(Unreadable::Type);
    };
    attributes::read(&mut all, sent);
    for name in sent.keys() {
        let Some(kind) = fields::kind(name) else {
            continue;
        };
        let Some(mut value) = fields::read(sent, name, kind)? else {
            continue;
        };
        merge(name, all.get(name), &mut value)?;
        if value == json!("")
            && let Some(usual) = usual_of_nothing(name)
        {
            value = json!(usual);
        }
        let is_nothing = match name.as_str() {
            "supportedLocales" => value == json!([]),
            "passwordPolicy" => value == json!(""),
            "eventsExpiration" => value == json!(0),
            _ => false,
        };
        if is_nothing {
            all.remove(name);
        } else {
            all.insert(name.clone(), value);
        }
    }
    settle_addresses(&mut all, sent);
    attributes::write(&mut all, sent);
    let apps = json!(otp_apps(&all));
    all.insert("otpSupportedApplications".to_owned(), apps);
    serde_json::from_value(Value::Object(all)).map_err(|_| Unreadable::Type)
}

/// Whether an address may be two people's, and whether people sign in by theirs, exclude each other: two people could sign
/// in as each other. What is said last counts, in Keycloak's order.
fn settle_addresses(all: &mut Object, sent: &Object) {
    const SHARED: &str = "duplicateEmailsAllowed";
    const NAMES: &str = "registrationEmailAsUsername";
    const SIGN_IN: &str = "loginWithEmailAllowed";
    let is_on = |all: &Object, name: &str| all.get(name) == Some(&json!(true));
    let says = |name: &str| sent.contains_key(name) && is_on(all, name);
    let (is_alone, is_shared) = (says(NAMES) || says(SIGN_IN), says(SHARED));
    if is_alone && !is_shared {
        all.insert(SHARED.to_owned(), json!(false));
    }
    if is_on(all, SHARED) {
        all.insert(SIGN_IN.to_owned(), json!(false));
        all.insert(NAMES.to_owned(), json!(false));
    }
}

/// What a choice of the policies for passkeys becomes that is left empty; `None` for other settings.
fn usual_of_nothing(name: &str) -> Option<&'static str> {
    let rest = name.strip_prefix("webAuthnPolicy")?;
    let of_passwordless = rest.strip_prefix("Passwordless");
    match of_passwordless.unwrap_or(rest) {
        "UserVerificationRequirement" if of_passwordless.is_some() => Some("required"),
        "AttestationConveyancePreference"
        | "AuthenticatorAttachment"
        | "RequireResidentKey"
        | "UserVerificationRequirement" => Some("not specified"),
        _ => None,
    }
}

/// The apps that can make the codes of a policy: what is sent of them says nothing, as in Keycloak.
fn otp_apps(all: &Object) -> Vec<&'static str> {
    let mut apps = vec!["totpAppFreeOTPName", "totpAppGoogleName"];
    // The third one makes codes of one kind only.
    let makes = [
        ("otpPolicyType", json!("totp")),
        ("otpPolicyAlgorithm", json!("HmacSHA1")),
        ("otpPolicyDigits", json!(6)),
        ("otpPolicyPeriod", json!(30)),
    ];
    if makes
        .iter()
        .all(|(name, value)| all.get(*name) == Some(value))
    {
        apps.push("totpAppMicrosoftAuthenticatorName");
    }
    apps
}

/// What is kept of the value before, or is written in another way than it was sent.
fn merge(name: &str, old: Option<&Value>, new: &mut Value) -> std::result::Result<(), Unreadable> {
    let old = old.and_then(Value::as_object);
    match (name, new) {
        ("attributes", Value::Object(new)) => {
            new.retain(|name, _| !has_member(name));
            let kept = old.into_iter().flatten().filter(|(name, _)| is_kept(name));
            for (name, value) in kept {
                new.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        ("browserSecurityHeaders", Value::Object(new)) => {
            for (name, value) in old.into_iter().flatten() {
                new.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        ("smtpServer", Value::Object(new)) => {
            let is_masked = new.get("password") == Some(&json!(MASK));
            let has_old = old.is_some_and(|old| old.contains_key("password"));
            if is_masked && !has_old {
                new.remove("password");
            }
        }
        ("sslRequired" | "bruteForceStrategy", Value::String(text)) => {
            let known: &[&str] = match name {
                "sslRequired" => &["all", "external", "none"],
                _ => &["MULTIPLE", "LINEAR"],
            };
            match known.iter().find(|one| one.eq_ignore_ascii_case(text)) {
                Some(found) => (*found).clone_into(text),
                // Whoever stores the settings says what is wrong with this one.
                None if name == "sslRequired" => {}
                None => return Err(Unreadable::Type),
            }
        }
        // A key without an application's name or without algorithms could not be made.
        ("webAuthnPolicyRpEntityName" | "webAuthnPolicyPasswordlessRpEntityName", value)
            if *value == json!("") =>
        {
            *value = json!("keycloak");
        }
        (
            "webAuthnPolicySignatureAlgorithms" | "webAuthnPolicyPasswordlessSignatureAlgorithms",
            value,
        ) if *value == json!([]) => *value = json!(["ES256", "RS256"]),
        // They are features that are not there, so that nobody relies on the switch.
        ("verifiableCredentialsEnabled" | "scimApiEnabled", value) => *value = json!(false),
        _ => {}
    }
    Ok(())
}

/// Mail could go there.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    let is_plain = text.is_ascii() && !text.contains(char::is_whitespace);
    is_plain && parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty())
}

/// Members that are columns of their own, or that only the server sets.
const OWN: [&str; 4] = ["id", "realm", "enabled", "defaultRole"];

/// Refuses a name that would need escaping in a path, as Keycloak does; says why.
pub fn check_name(name: &str) -> std::result::Result<(), String> {
    if name.trim().is_empty() {
        return Err("Realm name cannot be empty".to_owned());
    }
    if name.chars().count() > 255 {
        return Err("Realm name is too long".to_owned());
    }
    // Browsers and clients take these for the folder and the one above, so that nobody could ask for the realm.
    if matches!(name, "." | "..") {
        return Err("Realm name cannot be '.' or '..'".to_owned());
    }
    let bad = |c: &char| "/\\?#%;:&=+$,[]{}|^`<>\"".contains(*c) || c.is_control();
    match name.chars().find(bad) {
        Some(bad) => Err(format!("Character '{bad}' not allowed.")),
        None => Ok(()),
    }
}

/// Attributes that are settings and outlive a new set of attributes.
fn is_kept(name: &str) -> bool {
    ["ciba", "oauth2Device", "parRequest", "realmReusable"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// Files of Keycloak 12 and older have these both as members and as attributes; the member counts.
fn has_member(attribute: &str) -> bool {
    const MEMBERS: [&str; 17] = [
        "actionTokenGeneratedByAdminLifespan",
        "actionTokenGeneratedByUserLifespan",
        "bruteForceProtected",
        "bruteForceStrategy",
        "defaultSignatureAlgorithm",
        "displayName",
        "displayNameHtml",
        "failureFactor",
        "maxDeltaTimeSeconds",
        "maxFailureWaitSeconds",
        "maxTemporaryLockouts",
        "minimumQuickLoginWaitSeconds",
        "offlineSessionMaxLifespan",
        "offlineSessionMaxLifespanEnabled",
        "permanentLockout",
        "quickLoginCheckMilliSeconds",
        "waitIncrementSeconds",
    ];
    MEMBERS.contains(&attribute)
        || ["_browser_header.", "webAuthnPolicy"]
            .iter()
            .any(|start| attribute.starts_with(start))
}

/// The members of a realm that hold other things, which have calls of their own here.
pub const CONTENTS: [&str; 12] = [
    "clients",
    "clientScopes",
    "components",
    "groups",
    "identityProviders",
    "identityProviderMappers",
    "roles",
    "users",
    "authenticationFlows",
    "authenticatorConfig",
    "requiredActions",
    "scopeMappings",
];

/// All members that a realm's representation has.
pub fn fields() -> Vec<&'static str> {
    let mut all: Vec<&str> = fields::names().collect();
    all.extend(CONTENTS);
    all.extend(OWN);
    all.extend(fields::SILENT);
    all
}
