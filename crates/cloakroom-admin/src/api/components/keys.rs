//! Keys that are made for a component, because an administrator asked for a new one.

use cloakroom_model::component::Component;
use cloakroom_model::{Fault, key};
use cloakroom_oidc::keyring::generate::{self, Purpose, Wanted};
use cloakroom_web::app::{now, random};

use crate::access::Admin;
use crate::error::{AdminError, Result};
use crate::making;

/// What kind of key a component wants made; `None` if it brings its own.
fn purpose(component: &Component) -> Result<Option<Purpose>> {
    match Wanted::by(component) {
        Wanted::Made(purpose) => Ok(Some(purpose)),
        Wanted::Own => Ok(None),
        Wanted::Unknown(what) => Err(AdminError::not_available(&format!("Making {what} keys"))),
    }
}

/// Both components want the same key: of one algorithm and one length.
pub(super) fn is_same(before: &Component, after: &Component) -> Result<bool> {
    let same_kind = purpose(before).ok().flatten() == purpose(after)?;
    let same_size = generate::rsa_size(before) == generate::rsa_size(after);
    Ok(same_kind && same_size && generate::length(before) == generate::length(after))
}

/// Makes the key that a component wants; `None` if it is no key or brings its own.
///
/// Keys take long to make, so they are made where nothing waits for them.
pub(super) async fn make(admin: &Admin, wanted: &Component) -> Result<Option<Component>> {
    if wanted.provider_type != key::PROVIDER_TYPE {
        return Ok(None);
    }
    let Some(purpose) = purpose(wanted)? else {
        return Ok(None);
    };
    let length = generate::length(wanted);
    // RFC 7518 §3.2: a key shorter than the hash must not be used. The setting stays as it was sent.
    let least = generate::least_length(wanted);
    let length = length.map(|length| length.max(least));
    let size = generate::rsa_size(wanted).unwrap_or_default();
    let name = admin.realm.name.clone();
    let made = making::make(move || {
        let mut rng = random()?;
        let made = generate::sized(purpose, size, &name, now(), &mut rng);
        let mut made = made.map_err(Fault::corrupt)?;
        if let Some(length) = length {
            generate::resize(&mut made, length, &mut rng);
        }
        Ok::<_, Fault>(made)
    });
    Ok(Some(made.await?))
}

/// Puts a key that was made into its component; what the administrator set stays as it is.
pub(super) fn fill(component: &mut Component, made: Component) {
    for (name, values) in made.config {
        let is_said = name == "algorithm" && component.text("algorithm").is_some();
        if name != "priority" && !is_said {
            component.config.insert(name, values);
        }
    }
    component.secrets = made.secrets;
}
