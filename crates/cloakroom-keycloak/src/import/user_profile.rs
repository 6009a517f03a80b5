//! The user profile of a realm, which comes as the text of one component.

use cloakroom_model::component::Component;
use cloakroom_model::user_profile::{self, UserProfile};

use super::Import;
use super::error::Result;
use super::lenient::Part;
use crate::user_profile as shape;

/// Looks at the profile that a component says; false if it cannot be read, and does not come in.
pub(super) fn check(
    import: &mut Import<'_>,
    part: &Part<'_>,
    made: &mut Component,
) -> Result<bool> {
    let Some(text) = user_profile::said_by(made).map(str::to_owned) else {
        return Ok(true);
    };
    let place = "components[].config.kc.user.profile.config";
    let Some(mut profile) = shape::read_stored(&text, &mut |member| {
        let why = "Keycloak 26.8 has no such member, so its meaning is not known";
        import.report.drop(place, member, why);
    }) else {
        let why = "it is not a user profile; the realm has the one of a new realm";
        import.report.drop(place, part.who, why);
        return Ok(false);
    };
    if profile.attributes.is_empty() {
        profile.attributes = UserProfile::of_new_realm()?.attributes;
        let how = "it has no attributes, and would check nothing: they are those of a new realm";
        import.report.approximate(place, part.who, how);
    }
    for found in wrong(import, &profile) {
        let how = format!("kept, but no sign-in can obey this: {found}");
        import.report.approximate(place, part.who, how);
    }
    user_profile::write(made, &profile)?;
    Ok(true)
}

fn wrong(import: &Import<'_>, profile: &UserProfile) -> Vec<String> {
    let has_scope = |name: &str| import.known.scopes.contains_key(name);
    import.ready.rules.check_profile(profile, &has_scope)
}
