//! The keys of a realm that is made at the first start.

use cloakroom_model::component::Component;
use cloakroom_oidc::keyring::generate;
use cloakroom_web::app::{now, random};

/// Makes a new realm's keys.
pub(crate) fn of_new_realm(name: &str) -> Result<Vec<Component>, String> {
    let mut rng = random().map_err(|fault| fault.to_string())?;
    generate::of_new_realm(name, now(), &mut rng).map_err(|error| error.to_string())
}
