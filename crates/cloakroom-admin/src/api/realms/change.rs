//! Changes of a realm: its settings, its name, and what is wrong with them.

use actix_web::web::Bytes;
use cloakroom_keycloak::blueprint::{MASTER, permissions};
use cloakroom_keycloak::{read, realm as shape, user_profile as profile_shape};
use cloakroom_login::crowd;
use cloakroom_login::policy::Policy;
use cloakroom_login::profile::Violation;
use cloakroom_model::authorization::delegation;
use cloakroom_model::realm::{self, Settings, frontend};
use cloakroom_model::user_profile::{self, UserProfile};
use cloakroom_model::{Cx, Realm, client, flow};
use cloakroom_web::app::now;
use cloakroom_web::brand::Brand;
use serde_json::Value;

use super::super::{Answer, no_content, user_profile as profile_api};
use super::check_name;
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

/// What is sent changes, the rest stays.
pub(crate) async fn update(admin: Admin, body: Bytes) -> Answer {
    admin.check(&["manage-realm"])?;
    let sent = read::object(&body, "RealmRepresentation", &shape::fields())?;
    store(&admin, &sent, None).await?;
    Ok(no_content())
}

/// The console sends the realm and its user profile at once.
pub(crate) async fn update_with_profile(admin: Admin, body: Bytes) -> Answer {
    admin.check(&["manage-realm"])?;
    let mut fields = shape::fields();
    fields.push("upConfig");
    let mut sent = read::object(&body, "UIRealmRepresentation", &fields)?;
    let profile = match sent.remove("upConfig").filter(|sent| !sent.is_null()) {
        Some(profile) => Some(profile_shape::read(profile.to_string().as_bytes())?),
        None => None,
    };
    if let Some(profile) = &profile {
        profile_api::check_config(&admin.realm, profile)?;
    }
    store(&admin, &sent, profile).await?;
    Ok(no_content())
}

async fn store(admin: &Admin, sent: &read::Object, profile: Option<UserProfile>) -> Result<()> {
    let name = read::plain(sent, "realm")?.unwrap_or_else(|| admin.realm.name.clone());
    let enabled = read::switch(sent, "enabled")?;
    let after = shape::apply(&admin.realm.settings, sent)?;
    check(&after, sent)?;
    check_ends(&admin.realm.settings, &after, sent)?;
    check_frontend(&admin.realm.settings, &after)?;
    check_way_back(admin, &after, enabled)?;
    if name != admin.realm.name {
        if admin.realm.name == MASTER {
            return Err(AdminError::message(400, "Can't rename master realm"));
        }
        check_name(&name).map_err(AdminError::into_message)?;
        rename_manager(admin, &name).await?;
    }
    let (actor, sent) = (admin.actor.clone(), sent.clone());
    admin
        .write(move |cx| {
            // The snapshot may be older than the row; what others have changed since then stays.
            let mut row = realm::find_by_id(&mut cx.db, &cx.realm.id)?
                .ok_or_else(|| AdminError::error(404, "Realm not found."))?;
            row.settings = shape::apply(&row.settings, &sent)?;
            check_flows(cx, &row.settings, &sent)?;
            if !permissions::ensure(cx, &mut row.settings)? {
                let why = format!("Client {} already exists", delegation::CLIENT_ID);
                return Err(AdminError::message(409, why));
            }
            let enabled = enabled.unwrap_or(row.enabled);
            realm::update(cx, &name, enabled, &row.settings)?;
            if let Some(profile) = &profile {
                user_profile::store(cx, profile)?;
            }
            row.enabled = enabled;
            // What is kept of this change is decided by what it has just switched on.
            let changed = std::sync::Arc::new(Realm::empty(row));
            audit::record(
                &mut cx.in_realm(&changed),
                &actor,
                audit::UPDATE,
                "REALM",
                "",
            )?;
            Ok(())
        })
        .await
}

/// Refuses what would end every session or every token as it begins, in which nobody could work any more. Keycloak saves it.
///
/// What an older server has stored stays as it is, so that whoever sends the whole realm back can change the rest.
fn check_ends(before: &Settings, after: &Settings, sent: &read::Object) -> Result<()> {
    /// The clocks of those who send a time may be ahead of ours.
    const AHEAD: i64 = 60;
    let ends = |of: &Settings| {
        [
            of.access_token_lifespan,
            of.sso_session_idle_timeout,
            of.sso_session_max_lifespan,
        ]
    };
    let names = [
        "accessTokenLifespan",
        "ssoSessionIdleTimeout",
        "ssoSessionMaxLifespan",
    ];
    let pairs = ends(before).into_iter().zip(ends(after));
    for (name, (was, seconds)) in names.into_iter().zip(pairs) {
        if sent.contains_key(name) && seconds < 1 && seconds != was {
            return Err(AdminError::message(
                400,
                format!("{name} must be a second at least"),
            ));
        }
    }
    let is_new = sent.contains_key("notBefore") && after.not_before != before.not_before;
    if is_new && after.not_before > now().seconds() + AHEAD {
        let why = "notBefore cannot lie in the future: no token would count until then";
        return Err(AdminError::message(400, why));
    }
    Ok(())
}

/// Refuses an address that no browser could open. One that an older server has stored stays as it is, and is none.
fn check_frontend(before: &Settings, after: &Settings) -> Result<()> {
    if before.attribute(frontend::NAME) == after.attribute(frontend::NAME) {
        return Ok(());
    }
    frontend::check(after).map_err(|why| AdminError::message(400, why))
}

/// Refuses to shut the realm that administers all others: nobody could come in to open it again. Keycloak does it.
fn check_way_back(admin: &Admin, after: &Settings, enabled: Option<bool>) -> Result<()> {
    let shuts = |of: &Settings| {
        let own = frontend::of(of).map(|url| url.starts_with("https://"));
        of.ssl_required == "all" && !own.unwrap_or(admin.app.is_https)
    };
    let why = if admin.realm.name != MASTER {
        return Ok(());
    } else if enabled == Some(false) {
        "The realm master cannot be disabled"
    } else if shuts(after) && !shuts(&admin.realm.settings) {
        "The realm master cannot ask for HTTPS always while its address is not an https one"
    } else {
        return Ok(());
    };
    Err(AdminError::message(400, why))
}

/// Refuses settings that contradict each other or that no rule could work with.
pub(super) fn check(settings: &Settings, sent: &read::Object) -> Result<()> {
    let refuse = |why: &str| Err(AdminError::message(400, why));
    if let Some(policy) = &settings.password_policy {
        Policy::parse(policy).map_err(|error| AdminError::message(400, error.to_string()))?;
    }
    if !["all", "external", "none"].contains(&settings.ssl_required.as_str()) {
        return refuse("sslRequired must be all, external or none");
    }
    if settings.client_session_idle_timeout > settings.sso_session_idle_timeout.max(0) {
        return refuse(
            "Client Session Idle Timeout cannot be greater than Realm SSO Idle Timeout.",
        );
    }
    if settings.sso_session_idle_timeout < 0 {
        return refuse(
            "Client Session Idle Timeout cannot be greater than Realm SSO Idle Timeout.",
        );
    }
    if settings.client_session_max_lifespan > settings.sso_session_max_lifespan.max(0) {
        return refuse("Client session max lifespan cannot exceed realm SSO session max lifespan.");
    }
    if settings.failure_factor < 0 {
        return refuse("Failure factor may not be a negative value");
    }
    for name in NUMBERS {
        let is_bad = |text: &String| !text.is_empty() && text.parse::<i32>().is_err();
        if settings.attributes.get(name).is_some_and(is_bad) {
            return refuse(&format!("The attribute '{name}' is not a number"));
        }
    }
    let most = settings.attributes.get(crowd::MOST);
    if most.is_some_and(|text| !text.is_empty() && crowd::parse(text).is_none()) {
        let name = crowd::MOST;
        return refuse(&format!(
            "The attribute '{name}' is not a number up to a million"
        ));
    }
    if sent.contains_key("attributes") {
        check_brand(settings)?;
    }
    if sent.contains_key("smtpServer") {
        check_mail(settings.rest.get("smtpServer"))?;
    }
    check_otp(settings, sent)
}

/// What a policy of one-time codes cannot have: no code could be made by it. Keycloak stores such a policy, and fails at the next sign-in.
fn check_otp(settings: &Settings, sent: &read::Object) -> Result<()> {
    let words: [(&str, &[&str]); 2] = [
        ("otpPolicyType", &["totp", "hotp"]),
        (
            "otpPolicyAlgorithm",
            &["HmacSHA1", "HmacSHA256", "HmacSHA512"],
        ),
    ];
    let numbers = [
        ("otpPolicyDigits", 1..=8),
        ("otpPolicyPeriod", 1..=i64::from(i32::MAX)),
        ("otpPolicyInitialCounter", 0..=i64::from(i32::MAX)),
        ("otpPolicyLookAheadWindow", 0..=i64::from(i32::MAX)),
    ];
    let said = |name: &str| {
        let value = settings.rest.get(name).filter(|value| !value.is_null());
        value.filter(|_| sent.contains_key(name))
    };
    for (name, known) in words {
        let value = said(name).and_then(Value::as_str);
        if value.is_some_and(|value| !known.contains(&value)) {
            let why = format!("{name} must be one of {}", known.join(", "));
            return Err(AdminError::message(400, why));
        }
    }
    // Where a counter makes the codes, Keycloak keeps a period of zero, and its own exports say so.
    let is_by_counter = settings.rest.get("otpPolicyType") == Some(&Value::from("hotp"));
    for (name, range) in numbers {
        let value = said(name).and_then(Value::as_i64);
        if is_by_counter && name == "otpPolicyPeriod" && value == Some(0) {
            continue;
        }
        if value.is_some_and(|value| !range.contains(&value)) {
            let why = format!(
                "{name} must be between {} and {}",
                range.start(),
                range.end()
            );
            return Err(AdminError::message(400, why));
        }
    }
    Ok(())
}

/// Attributes that rules read as numbers.
const NUMBERS: [&str; 5] = [
    "cibaExpiresIn",
    "cibaInterval",
    "oauth2DeviceCodeLifespan",
    "oauth2DevicePollingInterval",
    "parRequestUriLifespan",
];

/// What nobody could read, and what could run in a page, is no look for pages.
fn check_brand(settings: &Settings) -> Result<()> {
    let (_, faults) = Brand::read(&settings.attributes);
    let violations = faults.into_iter().map(|fault| Violation {
        attribute: format!("attributes/{}", fault.attribute),
        message: fault.message.to_owned(),
        params: std::iter::once(fault.attribute.to_owned())
            .chain(fault.params)
            .map(Value::from)
            .collect(),
    });
    let violations: Vec<Violation> = violations.collect();
    match violations.is_empty() {
        true => Ok(()),
        false => Err(AdminError::fields(&violations)),
    }
}

fn check_mail(mail: Option<&Value>) -> Result<()> {
    let members = mail.and_then(Value::as_object);
    let Some(members) = members.filter(|members| !members.is_empty()) else {
        return Ok(());
    };
    let from = members.get("from").and_then(Value::as_str);
    if from.is_some_and(shape::is_address) {
        return Ok(());
    }
    let from = from.unwrap_or("null");
    Err(AdminError::message(
        400,
        format!(
            "Invalid sender address '{from}'. If the address contains UTF-8 characters in the \
             local part please ensure the SMTP server supports the SMTPUTF8 extension and enable \
             'Allow UTF-8' in the email realm configuration."
        ),
    ))
}

/// A realm never names a flow that is not there, or that is not for people where they sign in: nobody could.
fn check_flows(cx: &mut Cx<'_>, settings: &Settings, sent: &read::Object) -> Result<()> {
    let all = flow::BINDINGS.iter().map(|(name, _)| *name);
    let mut known = None;
    for name in all.filter(|name| sent.contains_key(*name)) {
        let Some(alias) = settings.rest.get(name).and_then(Value::as_str) else {
            continue;
        };
        if known.is_none() {
            known = Some(flow::list(cx)?);
        }
        let mut all = known.iter().flatten();
        let Some(found) = all.find(|one| one.top_level && one.alias == alias) else {
            let why = format!("Failed to update realm: there is no flow '{alias}' for '{name}'");
            return Err(AdminError::message(400, why));
        };
        let kind = flow::kind_for(name);
        let is_new = cx.realm.settings.rest.get(name) != settings.rest.get(name);
        if is_new && found.provider_id != kind {
            let why = format!(
                "Failed to update realm: flow '{alias}' is not of the kind {kind}, which '{name}' has to be"
            );
            return Err(AdminError::message(400, why));
        }
    }
    Ok(())
}

/// The client of `master` whose roles manage the realm is named after it.
async fn rename_manager(admin: &Admin, name: &str) -> Result<()> {
    if admin.app.realm(name).await?.is_some() {
        return Err(AdminError::message(409, "Realm with same name exists"));
    }
    let Some(master) = admin.app.realm(MASTER).await? else {
        return Err(AdminError::not_found());
    };
    let (old, new) = (
        format!("{}-realm", admin.realm.name),
        format!("{name}-realm"),
    );
    let work = move |cx: &mut Cx<'_>| -> Result<()> {
        realm::hold(cx)?;
        let Some(id) = client::find_id(cx, &old)? else {
            return Ok(());
        };
        let Some(found) = client::load(cx, &id)? else {
            return Ok(());
        };
        let draft = client::Draft {
            id,
            client_id: new.clone(),
            enabled: found.enabled,
            secret: client::reveal_secret(cx, &found)?,
            settings: found.settings,
        };
        client::update(cx, &draft)?;
        Ok(())
    };
    admin
        .app
        .enter(&master, cloakroom_model::Door::Write, work)
        .await
}
