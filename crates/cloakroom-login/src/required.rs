//! Required actions: what a user has to do before a sign-in ends.

mod verify;

use cloakroom_model::credential::{self, Credential};
use cloakroom_model::flow::course::{SET_UP_KEY, SET_UP_OTP, SET_UP_PASSKEY};
use cloakroom_model::id::{CredentialId, UserId};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Result, Secret, flow, session};

use crate::password::{self, HashPolicy, Plain, Salt, Stored};
use crate::policy::{Candidate, NoBlacklists, Violation};
use crate::proof;

pub use verify::{clear_verified, mendable, report_verification};

/// The action that links an account elsewhere; a request names the provider behind a colon.
pub const LINK: &str = "idp_link";
/// The action that removes a credential; a request names it behind a colon.
pub const DELETE: &str = "delete_credential";
/// The action that makes new codes on paper.
pub const RECOVERY: &str = "CONFIGURE_RECOVERY_AUTHN_CODES";
/// What a request adds behind a colon where nothing is to be done for somebody who has a credential of the kind.
pub const SKIP: &str = "skip_if_exists";

/// A required action that has a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Choose a new password.
    UpdatePassword,
    /// Fill in names and address.
    UpdateProfile,
    /// Accept the terms.
    Terms,
    /// Set up one-time codes.
    ConfigureTotp,
    /// Get codes on paper.
    ConfigureCodes,
    /// Remove a credential.
    DeleteCredential,
    /// Set up a security key.
    RegisterKey,
    /// Set up a passkey.
    RegisterPasskey,
    /// Fill in what the user profile demands and is not there.
    VerifyProfile,
    /// Link an account elsewhere.
    LinkProvider,
}

impl Action {
    /// The name in a user's list.
    pub fn alias(self) -> &'static str {
        match self {
            Self::UpdatePassword => "UPDATE_PASSWORD",
            Self::UpdateProfile => "UPDATE_PROFILE",
            Self::Terms => "TERMS_AND_CONDITIONS",
            Self::ConfigureTotp => SET_UP_OTP,
            Self::ConfigureCodes => RECOVERY,
            Self::DeleteCredential => DELETE,
            Self::RegisterKey => SET_UP_KEY,
            Self::RegisterPasskey => SET_UP_PASSKEY,
            Self::VerifyProfile => "VERIFY_PROFILE",
            Self::LinkProvider => LINK,
        }
    }

    /// It changes what somebody signs in with.
    pub fn is_of_methods(self) -> bool {
        match self {
            Self::UpdatePassword
            | Self::ConfigureTotp
            | Self::ConfigureCodes
            | Self::DeleteCredential
            | Self::RegisterKey
            | Self::RegisterPasskey
            | Self::LinkProvider => true,
            Self::UpdateProfile | Self::Terms | Self::VerifyProfile => false,
        }
    }

    /// The kind of key that is set up by it, if it sets up one.
    #[must_use]
    pub fn key_kind(self) -> Option<&'static str> {
        match self {
            Self::RegisterKey => Some(credential::SECURITY_KEY),
            Self::RegisterPasskey => Some(credential::PASSKEY),
            _ => None,
        }
    }

    /// The action that a request asks for (`kc_action`). What is seen of a profile is no request's to ask for.
    pub fn of_request(asked: &str) -> Option<Self> {
        match asked.split_once(':') {
            Some((LINK, alias)) if !alias.is_empty() => Some(Self::LinkProvider),
            Some((DELETE, id)) if !id.is_empty() => Some(Self::DeleteCredential),
            Some((alias, SKIP)) => Self::parse(alias).filter(|action| action.key_kind().is_some()),
            Some(_) => None,
            None => Self::parse(asked).filter(|action| *action != Self::VerifyProfile),
        }
    }

    /// The action of this name in a user's list, if there is a page for it. A list names no provider to link.
    pub fn parse(alias: &str) -> Option<Self> {
        match alias {
            "UPDATE_PASSWORD" => Some(Self::UpdatePassword),
            SET_UP_OTP => Some(Self::ConfigureTotp),
            RECOVERY => Some(Self::ConfigureCodes),
            SET_UP_KEY => Some(Self::RegisterKey),
            SET_UP_PASSKEY => Some(Self::RegisterPasskey),
            "UPDATE_PROFILE" => Some(Self::UpdateProfile),
            "VERIFY_PROFILE" => Some(Self::VerifyProfile),
            "TERMS_AND_CONDITIONS" | "terms_and_conditions" => Some(Self::Terms),
            _ => None,
        }
    }
}

/// What this user still has to do in a sign-in with these scopes, in the realm's order.
pub fn list_open(cx: &mut Cx<'_>, user: &User, scopes: &[String]) -> Result<Vec<Action>> {
    // The profile is in memory: whoever lacks nothing costs no query.
    let lacking = verify::lacking(cx.realm, user, scopes);
    list(cx, user, (scopes, &lacking))
}

/// The same without what is seen of the profile.
pub fn list_asked(cx: &mut Cx<'_>, user: &User) -> Result<Vec<Action>> {
    list(cx, user, (&[], &[]))
}

fn list(
    cx: &mut Cx<'_>,
    user: &User,
    (scopes, lacking): (&[String], &[String]),
) -> Result<Vec<Action>> {
    let mut open = Vec::new();
    if !user.required_actions.is_empty() || !lacking.is_empty() {
        let mut known = flow::list_actions(cx)?;
        known.retain(|action| action.enabled);
        known.sort_by_key(|action| action.priority);
        for one in known {
            let Some(action) = Action::parse(&one.alias) else {
                continue;
            };
            let is_open = match action {
                Action::VerifyProfile => !mendable(cx, user, scopes, lacking.to_vec())?.is_empty(),
                _ => user.required_actions.contains(&one.alias),
            };
            if is_open {
                open.push(action);
            }
        }
    }
    if !open.contains(&Action::UpdatePassword) && has_expired_password(cx, user)? {
        open.insert(0, Action::UpdatePassword);
    }
    Ok(open)
}

fn has_expired_password(cx: &mut Cx<'_>, user: &User) -> Result<bool> {
    let Some(days) = proof::policy(cx).expires_after_days() else {
        return Ok(false);
    };
    let password = credential::find_password(cx, &user.id)?;
    Ok(password.is_some_and(|password| {
        cx.now.since(password.created_at).as_seconds() > i64::from(days) * 24 * 60 * 60
    }))
}

/// Whether the realm lets its people do this. Keycloak's older realms name the terms in small letters.
pub fn is_enabled(cx: &mut Cx<'_>, action: Action) -> Result<bool> {
    let known = flow::list_actions(cx)?;
    let mut named = known
        .iter()
        .filter(|one| one.alias == action.alias() || Action::parse(&one.alias) == Some(action));
    Ok(named.any(|one| one.enabled))
}

/// Puts an action on a user's list, unless it is there.
pub fn ask(cx: &mut Cx<'_>, user: &User, action: Action) -> Result<()> {
    let alias = action.alias().to_owned();
    if user.required_actions.contains(&alias) {
        return Ok(());
    }
    let all: Vec<String> = user
        .required_actions
        .iter()
        .cloned()
        .chain([alias])
        .collect();
    user::set_required_actions(cx, &user.id, &all)?;
    Ok(())
}

/// Strikes an action off a user's list.
pub fn strike(cx: &mut Cx<'_>, user: &User, action: Action) -> Result<()> {
    let left: Vec<String> = user
        .required_actions
        .iter()
        .filter(|alias| Action::parse(alias) != Some(action))
        .cloned()
        .collect();
    user::set_required_actions(cx, &user.id, &left)?;
    Ok(())
}

/// A new password that has still to be hashed, and compared with the former ones.
#[derive(Debug)]
pub struct NewPassword {
    plain: Plain,
    former: Vec<Stored>,
    hashing: HashPolicy,
    salt: Salt,
    history: u32,
}

/// A new password on its way to the database.
#[derive(Clone, Debug)]
pub struct HashedPassword {
    stored: Stored,
    history: u32,
}

/// Checks a new password against the realm's policy.
pub fn prepare_password(
    cx: &mut Cx<'_>,
    username: &str,
    email: Option<&str>,
    former_of: Option<&UserId>,
    password: &str,
) -> Result<std::result::Result<NewPassword, Vec<Violation>>> {
    let policy = proof::policy(cx);
    let candidate = Candidate {
        password,
        username,
        email,
        blacklists: &NoBlacklists,
    };
    let violations = policy.check(&candidate);
    let history = policy.history().unwrap_or_default();
    let (true, Ok(plain)) = (violations.is_empty(), Plain::new(password.to_owned())) else {
        return Ok(Err(violations));
    };
    let mut former = Vec::new();
    if let Some(user) = former_of.filter(|_| history > 0) {
        for kind in [credential::PASSWORD, credential::PASSWORD_HISTORY] {
            let all = credential::list(cx, user, Some(kind))?;
            former.extend(all.iter().map(proof::stored_form));
        }
        former.truncate(usize::try_from(history).unwrap_or(usize::MAX));
    }
    Ok(Ok(NewPassword {
        plain,
        former,
        hashing: policy.hashing(),
        salt: Salt::new(cx.rng),
        history,
    }))
}

impl NewPassword {
    /// Compares with the former ones, then hashes. Belongs on the hashing threads.
    pub fn run(self) -> std::result::Result<HashedPassword, Violation> {
        let is_former = |stored| {
            password::verify(&self.plain, stored, &self.hashing).is_ok_and(|found| found.ok)
        };
        if self.former.iter().any(is_former) {
            return Err(Violation::history(self.history));
        }
        match password::hash(&self.plain, &self.hashing, &self.salt) {
            Ok(stored) => Ok(HashedPassword {
                stored,
                history: self.history,
            }),
            Err(_) => Err(Violation::history(self.history)),
        }
    }
}

/// Stores a new password, and strikes the action off the list.
pub fn store_password(cx: &mut Cx<'_>, user: &User, hashed: &HashedPassword) -> Result<()> {
    let credential = Credential {
        id: CredentialId::new(cx.new_id()),
        kind: credential::PASSWORD.to_owned(),
        label: None,
        created_at: cx.now,
        priority: 10,
        credential_data: hashed.stored.credential_data.clone(),
        secret_data: Secret::new(hashed.stored.secret_data.clone()),
    };
    // The current one counts among the last ones.
    let keep = usize::try_from(hashed.history.saturating_sub(1)).unwrap_or(usize::MAX);
    credential::replace_password(cx, &user.id, &credential, keep)?;
    strike(cx, user, Action::UpdatePassword)
}

/// Signs the user out wherever else they are signed in.
pub fn end_other_sessions(cx: &mut Cx<'_>, user: &UserId, keep: Option<&str>) -> Result<()> {
    for offline in [false, true] {
        for other in session::list_of_user(cx, user, offline)? {
            if keep != Some(other.id.as_str()) {
                session::remove(cx, &other.id, offline)?;
            }
        }
    }
    Ok(())
}
