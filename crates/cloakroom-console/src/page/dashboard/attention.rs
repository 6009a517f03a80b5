//! What an administrator should look at: settings that are unsafe or off, each with the page that mends it.

use serde_json::Value;

use crate::desk::{Desk, encode, text_of};
use crate::page::clients::lint;
use crate::page::events::alerts;
use crate::page::identity_providers::health;
use crate::part::Pill;
use crate::problem::Problem;

/// One thing to look at.
#[derive(Clone, Debug)]
pub(in crate::page) struct Notice {
    pub(in crate::page) text: String,
    pub(in crate::page) url: String,
    pub(in crate::page) pill: Pill,
}

/// Settings of a realm that somebody should look at: is it so, the key of the words, the page.
fn findings(realm: &Value) -> Vec<(bool, &'static str, &'static str)> {
    let is_on = |name: &str| realm.get(name).and_then(Value::as_bool) == Some(true);
    let number = |name: &str| realm.get(name).and_then(Value::as_i64).unwrap_or(0);
    vec![
        (
            !is_on("bruteForceProtected"),
            "attention-brute-force",
            "/settings/sign-in",
        ),
        (
            !is_on("eventsEnabled"),
            "attention-events",
            "/settings/advanced",
        ),
        (
            !is_on("adminEventsEnabled"),
            "attention-admin-events",
            "/settings/advanced",
        ),
        (
            text_of(realm, "passwordPolicy").is_empty(),
            "attention-passwords",
            "/settings/passwords",
        ),
        (
            text_of(realm, "sslRequired") == "none",
            "attention-ssl",
            "/settings/general",
        ),
        (
            number("accessTokenLifespan") > 3600,
            "attention-lifespan",
            "/settings/sessions",
        ),
        (
            is_on("registrationAllowed"),
            "attention-registration",
            "/settings/sign-in",
        ),
        // Nobody sends letters yet, so nobody is asked to follow the link in one, whatever the realm says.
        (
            is_on("verifyEmail"),
            "attention-letters",
            "/settings/sign-in",
        ),
    ]
}

/// All there is to look at.
pub(in crate::page) async fn list(desk: &Desk) -> Result<Vec<Notice>, Problem> {
    let mut notices = fired(desk).await?;
    let Some(realm) = desk.get_if_allowed("").await? else {
        return Ok(notices);
    };
    // Whoever may not see the settings is shown a realm without them.
    if realm.get("bruteForceProtected").is_none() {
        return Ok(notices);
    }
    let open = findings(&realm).into_iter().filter(|(is_so, ..)| *is_so);
    notices.extend(open.map(|(_, key, page)| Notice {
        text: desk.text(key),
        url: desk.url(page),
        pill: Pill::warn(desk.text("attention-setting")),
    }));
    notices.extend(providers(desk).await?);
    notices.extend(clients(desk).await?);
    Ok(notices)
}

/// Alert rules that wait for somebody to look.
async fn fired(desk: &Desk) -> Result<Vec<Notice>, Problem> {
    let fired = alerts::fired(desk).await?.into_iter();
    let notices = fired.map(|(name, url)| Notice {
        text: desk.text_with("attention-alert", "name", name),
        url,
        pill: Pill::danger(desk.text("alert-fired")),
    });
    Ok(notices.collect())
}

/// Identity providers that do not answer, or of which something ends.
async fn providers(desk: &Desk) -> Result<Vec<Notice>, Problem> {
    let all = health::lately(desk).await?;
    let all = all.as_object().into_iter().flatten();
    let open = all.filter_map(|(alias, health)| {
        let key = health::worry(health)?;
        Some(Notice {
            text: desk.text_with(key, "name", alias.clone()),
            url: desk.url(&format!("/identity-providers/{}", encode(alias))),
            pill: Pill::warn(desk.text("kind-provider")),
        })
    });
    Ok(open.take(NAMED).collect())
}

/// So many clients are looked at: the first page should not take longer with each client.
const CLIENTS: usize = 100;
/// So many of them are named.
const NAMED: usize = 5;

/// Clients that every realm has. What is unsafe about them is Keycloak's, and known.
const BUILT_IN: [&str; 6] = [
    "account",
    "account-console",
    "admin-cli",
    "broker",
    "realm-management",
    "security-admin-console",
];

/// Clients with unsafe settings, each with the page that says which.
async fn clients(desk: &Desk) -> Result<Vec<Notice>, Problem> {
    let asked = format!("clients?first=0&max={CLIENTS}");
    let found = desk.get_if_allowed(&asked).await?.unwrap_or_default();
    let all = found.as_array().into_iter().flatten();
    let open = all.filter_map(|one| {
        if BUILT_IN.contains(&text_of(one, "clientId").as_str()) {
            return None;
        }
        let key = lint::findings(one).first()?.0;
        let id = encode(&text_of(one, "id"));
        Some(Notice {
            text: format!("{}: {}", text_of(one, "clientId"), desk.text(key)),
            url: desk.url(&format!("/clients/{id}/settings")),
            pill: Pill::info(desk.text("kind-client")),
        })
    });
    Ok(open.take(NAMED).collect())
}
