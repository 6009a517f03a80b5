//! What a person proves themselves with: what there is, and what more can be set up. Each change is a sign-in with an action.

use cloakroom_keycloak::credential as credential_shape;
use cloakroom_keycloak::read::set;
use cloakroom_login::further::recovery;
use cloakroom_login::required::{self, Action, DELETE};
use cloakroom_model::credential::{
    self, Credential, OTP, PASSKEY, PASSWORD, PASSWORD_HISTORY, RECOVERY_CODES, SECURITY_KEY,
};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Fault, Realm};
use cloakroom_web::page::{AccountCredential, AccountOffer, Moment};
use serde_json::{Value, json};

use crate::routes::course;

/// The actions that set something up, with the id and the text of their links.
const OFFERS: &[(&str, &str, &str)] = &[
    ("CONFIGURE_TOTP", "add-otp", "account-add-otp"),
    (
        "CONFIGURE_RECOVERY_AUTHN_CODES",
        "add-codes",
        "account-add-codes",
    ),
    ("webauthn-register", "add-key", "account-add-key"),
    (
        "webauthn-register-passwordless",
        "add-passkey",
        "account-add-passkey",
    ),
];

/// What the page shows of it.
#[derive(Debug)]
pub(super) struct Methods {
    /// When the password was set, where it is set here.
    password_set: Option<i64>,
    can_change_password: bool,
    can_remove: bool,
    credentials: Vec<Credential>,
    offers: Vec<&'static (&'static str, &'static str, &'static str)>,
}

pub(super) fn read(cx: &mut Cx<'_>, user: &User) -> Result<Methods, Fault> {
    let all = credential::list(cx, &user.id, None)?;
    let password = all.iter().find(|one| one.kind == PASSWORD);
    let password_set = password.map(|one| one.created_at.seconds());
    let mut offers = Vec::new();
    for offer in OFFERS {
        if let Some(action) = Action::parse(offer.0)
            && required::is_enabled(cx, action)?
            && (action != Action::RegisterPasskey || takes_passkeys(cx.realm))
        {
            offers.push(offer);
        }
    }
    let is_secret = |one: &Credential| [PASSWORD, PASSWORD_HISTORY].contains(&one.kind.as_str());
    Ok(Methods {
        password_set,
        can_change_password: required::is_enabled(cx, Action::UpdatePassword)?,
        can_remove: required::is_enabled(cx, Action::DeleteCredential)?,
        credentials: all.into_iter().filter(|one| !is_secret(one)).collect(),
        offers,
    })
}

/// The kinds of credentials as Keycloak's account API names them: kind, category, what stands between `kcAuthenticator` and
/// `Class` in the name of its picture, and the action that sets one up.
const KINDS: [(&str, &str, &str, &str); 5] = [
    (
        PASSWORD,
        "basic-authentication",
        "Password",
        "UPDATE_PASSWORD",
    ),
    (OTP, "two-factor", "OTP", "CONFIGURE_TOTP"),
    (
        RECOVERY_CODES,
        "two-factor",
        "RecoveryAuthnCodes",
        "CONFIGURE_RECOVERY_AUTHN_CODES",
    ),
    (SECURITY_KEY, "two-factor", "WebAuthn", "webauthn-register"),
    (
        PASSKEY,
        "passwordless",
        "WebAuthnPasswordless",
        "webauthn-register-passwordless",
    ),
];

/// What the account API shows: each kind that somebody has or may set up, with those they have, or without (`with_own`).
/// Texts are keys, which are the application's to translate; never a secret.
pub(super) fn show(cx: &mut Cx<'_>, user: &User, with_own: bool) -> Result<Vec<Value>, Fault> {
    let found = read(cx, user)?;
    let password = credential::find_password(cx, &user.id)?;
    let mut shown = Vec::new();
    for (kind, category, picture, action) in KINDS {
        let own = found.credentials.iter().chain(&password);
        let own: Vec<&Credential> = own.filter(|one| one.kind == kind).collect();
        let is_offered = match kind {
            PASSWORD => found.can_change_password,
            _ => found.offers.iter().any(|offer| offer.0 == action),
        };
        if own.is_empty() && !is_offered {
            continue;
        }
        let mut one = json!({
            "type": kind,
            "category": category,
            "displayName": format!("{kind}-display-name"),
            "helptext": format!("{kind}-help-text"),
            "iconCssClass": format!("kcAuthenticator{picture}Class"),
            "removeable": kind != PASSWORD && found.can_remove,
        });
        if is_offered {
            let is_change = kind == PASSWORD && !own.is_empty();
            let member = if is_change {
                "updateAction"
            } else {
                "createAction"
            };
            set(&mut one, member, json!(action));
        }
        if with_own {
            let own = own.into_iter();
            let own = own.map(|one| json!({"credential": credential_shape::show(one)}));
            set(
                &mut one,
                "userCredentialMetadatas",
                json!(own.collect::<Vec<Value>>()),
            );
        }
        shown.push(one);
    }
    Ok(shown)
}

/// A sign-in to the realm asks for passkeys somewhere: nobody is offered to set up what no page asks for.
fn takes_passkeys(realm: &Realm) -> bool {
    let step = "webauthn-authenticator-passwordless";
    course::stands_for_passwords(realm) || realm.has_browser_step(None, step)
}

impl Methods {
    /// When the password was set, and where it is changed.
    pub(super) fn password(
        &self,
        url: impl Fn(&str) -> String,
    ) -> (Option<Moment>, Option<String>) {
        let set = self.password_set.map(Moment::from_unix_seconds);
        let action = Action::UpdatePassword.alias();
        (set, self.can_change_password.then(|| url(action)))
    }

    pub(super) fn credentials(&self, url: impl Fn(&str) -> String) -> Vec<AccountCredential> {
        let shown = self.credentials.iter().map(|one| AccountCredential {
            kind: one.kind.clone(),
            label: one.label.clone().unwrap_or_default(),
            set: Moment::from_unix_seconds(one.created_at.seconds()),
            codes_left: recovery::left(one).map(|left| left.to_string()),
            remove_url: self
                .can_remove
                .then(|| url(&format!("{DELETE}:{}", one.id))),
        });
        shown.collect()
    }

    pub(super) fn offers(&self, url: impl Fn(&str) -> String) -> Vec<AccountOffer> {
        let shown = self.offers.iter().map(|(action, id, text)| AccountOffer {
            id,
            text,
            url: url(action),
        });
        shown.collect()
    }
}
