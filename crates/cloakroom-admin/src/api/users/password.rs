//! Credentials that an administrator sets: checked and hashed before the transaction begins.

use cloakroom_keycloak::read::{self, Object};
use cloakroom_login::password::{self, Plain, Salt, Stored};
use cloakroom_login::policy::{Candidate, NoBlacklists, Policy, Violation};
use cloakroom_model::credential::{self, Credential};
use cloakroom_model::id::{CredentialId, UserId};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Fault, Secret};
use cloakroom_web::app::random;

use super::directory;
use crate::access::Admin;
use crate::error::{AdminError, Result};

/// A credential that is ready to be stored.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    kind: String,
    label: Option<String>,
    stored: Stored,
    /// It has to be changed at the next sign-in.
    pub(crate) is_temporary: bool,
    keep: usize,
}

/// Checks and hashes the password of a credential that was sent, or takes its hash.
pub(crate) async fn prepare(admin: &Admin, user: &User, sent: &Object) -> Result<Prepared> {
    let text = admin
        .realm
        .settings
        .password_policy
        .as_deref()
        .unwrap_or_default();
    // A new user has no home yet, and is found nowhere.
    let policy = match directory::judges_passwords(admin, user).await? {
        true => Policy::default(),
        false => Policy::parse(text).map_err(Fault::corrupt)?,
    };
    let is_temporary = read::switch(sent, "temporary")?.unwrap_or(false);
    let keep = usize::try_from(policy.history().unwrap_or(0)).unwrap_or_default();
    let label = read::text(sent, "userLabel")?.map(str::to_owned);
    let kind = read::text(sent, "type")?.unwrap_or(credential::PASSWORD);
    if let Some(stored) = exported(sent, kind)? {
        return Ok(Prepared {
            kind: kind.to_owned(),
            label,
            stored,
            is_temporary,
            keep,
        });
    }
    if kind != credential::PASSWORD {
        return Err(AdminError::error(400, "Only passwords can be set"));
    }
    let value = read::text(sent, "value")?;
    let value = value.ok_or_else(|| AdminError::error(400, "No password provided"))?;
    if value.trim().is_empty() {
        return Err(AdminError::error(400, "Empty password not allowed"));
    }
    let candidate = Candidate {
        password: value,
        username: &user.username,
        email: user.email.as_deref(),
        blacklists: &NoBlacklists,
    };
    if let Some(violation) = policy.check(&candidate).first() {
        return Err(violated(violation));
    }
    let plain =
        Plain::new(value.to_owned()).map_err(|error| AdminError::error(400, error.to_string()))?;
    check_history(admin, user, &plain, &policy).await?;
    let salt = Salt::new(&mut random()?);
    let hashing = policy.hashing();
    let hashed = admin
        .app
        .hash(move || password::hash(&plain, &hashing, &salt))
        .await?;
    let stored = hashed.map_err(Fault::corrupt)?;
    Ok(Prepared {
        kind: kind.to_owned(),
        label,
        stored,
        is_temporary,
        keep,
    })
}

fn violated(violation: &Violation) -> AdminError {
    AdminError::described(400, violation.key, violation.message())
}

/// The two texts that exports have in place of a password, and for every other kind.
fn exported(sent: &Object, kind: &str) -> Result<Option<Stored>> {
    let data = read::text(sent, "credentialData")?;
    let (Some(data), Some(secret)) = (data, read::text(sent, "secretData")?) else {
        return Ok(None);
    };
    let stored = Stored {
        credential_data: data.to_owned(),
        secret_data: secret.to_owned(),
    };
    if kind == credential::PASSWORD {
        password::check_stored(&stored)
            .map_err(|error| AdminError::error(400, error.to_string()))?;
    } else if [&stored.credential_data, &stored.secret_data]
        .iter()
        .any(|text| serde_json::from_str::<Object>(text).is_err())
    {
        let why = "credentialData and secretData are JSON objects as texts";
        return Err(AdminError::error(400, why));
    }
    Ok(Some(stored))
}

/// Compares with the password and the former ones that the policy forbids.
async fn check_history(admin: &Admin, user: &User, plain: &Plain, policy: &Policy) -> Result<()> {
    let Some(count) = policy.history().filter(|count| *count > 0) else {
        return Ok(());
    };
    let id = user.id.clone();
    let former = admin
        .read(move |cx| {
            let mut all = credential::list(cx, &id, Some(credential::PASSWORD))?;
            all.extend(credential::list(
                cx,
                &id,
                Some(credential::PASSWORD_HISTORY),
            )?);
            Ok(all)
        })
        .await?;
    let most = usize::try_from(count).unwrap_or_default();
    let (plain, hashing) = (plain.clone(), policy.hashing());
    let is_used = admin
        .app
        .hash(move || {
            former.iter().take(most).any(|one| {
                let stored = Stored {
                    credential_data: one.credential_data.clone(),
                    secret_data: one.secret_data.expose().to_owned(),
                };
                // A hash that cannot be read is no reason to refuse a new password.
                password::verify(&plain, &stored, &hashing).is_ok_and(|verified| verified.ok)
            })
        })
        .await?;
    if is_used {
        return Err(violated(&Violation::history(count)));
    }
    Ok(())
}

/// Stores a credential; a password in place of the one before.
pub(crate) fn store(cx: &mut Cx<'_>, user: &UserId, made: &Prepared) -> Result<()> {
    let credential = Credential {
        id: CredentialId::new(cx.new_id()),
        kind: made.kind.clone(),
        label: made.label.clone(),
        created_at: cx.now,
        priority: credential::last_place(cx, user)?,
        credential_data: made.stored.credential_data.clone(),
        secret_data: Secret::new(made.stored.secret_data.clone()),
    };
    if made.kind == credential::PASSWORD {
        credential::replace_password(cx, user, &credential, made.keep)?;
    } else {
        credential::insert(cx, user, &credential)?;
    }
    Ok(())
}

/// The user has to choose a password at the next sign-in.
pub(crate) fn demand_new(user: &mut User) {
    let action = "UPDATE_PASSWORD";
    if !user.required_actions.iter().any(|known| known == action) {
        user.required_actions.push(action.to_owned());
    }
}
