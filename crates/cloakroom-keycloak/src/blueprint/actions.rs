//! The required actions of a new realm.

use std::collections::BTreeMap;

use cloakroom_model::flow::{self, RequiredAction};
use cloakroom_model::{Cx, Result};

/// Stores all required actions.
pub(crate) fn insert_all(cx: &mut Cx<'_>) -> Result<()> {
    for plan in ACTIONS {
        insert(cx, plan)?;
    }
    Ok(())
}

/// Stores one of them; false if there is none of that name, or it is there already.
pub(crate) fn insert_named(cx: &mut Cx<'_>, alias: &str) -> Result<bool> {
    match ACTIONS.iter().find(|plan| plan.0 == alias) {
        Some(plan) => insert(cx, plan),
        None => Ok(false),
    }
}

/// There is a required action of this name, whether or not a realm uses it.
pub(crate) fn is_known(alias: &str) -> bool {
    ACTIONS.iter().any(|plan| plan.0 == alias)
}

/// The name of the required action that is meant by this one, whose letters may be larger or smaller.
pub(crate) fn named(alias: &str) -> Option<&'static str> {
    let found = ACTIONS
        .iter()
        .find(|plan| plan.0.eq_ignore_ascii_case(alias));
    found.map(|plan| plan.0)
}

fn insert(cx: &mut Cx<'_>, plan: &ActionPlan) -> Result<bool> {
    let &(alias, name, enabled, priority) = plan;
    let action = RequiredAction {
        alias: alias.to_owned(),
        name: name.to_owned(),
        provider_id: alias.to_owned(),
        enabled,
        default_action: false,
        priority,
        config: BTreeMap::new(),
    };
    flow::insert_action(cx, &action)
}

type ActionPlan = (&'static str, &'static str, bool, i64);

/// Alias, name, switch and place in the order.
const ACTIONS: &[ActionPlan] = &[
    ("TERMS_AND_CONDITIONS", "Terms and Conditions", false, 20),
    ("UPDATE_PROFILE", "Update Profile", true, 40),
    ("VERIFY_EMAIL", "Verify Email", true, 50),
    ("CONFIGURE_TOTP", "Configure OTP", true, 54),
    ("UPDATE_PASSWORD", "Update Password", true, 57),
    ("delete_account", "Delete Account", false, 60),
    ("UPDATE_EMAIL", "Update Email", false, 70),
    ("webauthn-register", "Webauthn Register", true, 80),
    (
        "webauthn-register-passwordless",
        "Webauthn Register Passwordless",
        true,
        90,
    ),
    ("VERIFY_PROFILE", "Verify Profile", true, 100),
    ("delete_credential", "Delete Credential", true, 110),
    ("idp_link", "Linking Identity Provider", true, 120),
    (
        "CONFIGURE_RECOVERY_AUTHN_CODES",
        "Recovery Authentication Codes",
        true,
        130,
    ),
    ("update_user_locale", "Update User Locale", true, 1000),
];
