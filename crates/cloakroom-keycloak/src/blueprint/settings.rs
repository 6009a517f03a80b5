//! The settings of a new realm, as a new Keycloak realm has them.
//!
//! They are in a file of their own names, because most of them no rule reads yet.

use cloakroom_model::Result;
use cloakroom_model::realm::Settings;

/// The settings of a new realm.
pub fn defaults() -> Result<Settings> {
    Ok(serde_json::from_str(DEFAULTS)?)
}

/// The settings of the realm `master`, whose access tokens live for a minute.
pub fn master() -> Result<Settings> {
    let mut settings = defaults()?;
    settings.display_name = Some("Cloakroom".to_owned());
    settings.access_token_lifespan = 60;
    Ok(settings)
}

const DEFAULTS: &str = include_str!("settings.json");
