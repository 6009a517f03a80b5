//! Credentials: what a user proves to be themselves with. Secret parts are sealed.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::{count, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::cx::Cx;
use crate::id::{CredentialId, RealmId, UserId};
use crate::schema::credentials;
use crate::secret::{Sealed, Secret};
use crate::sql::{Unless, fixed};
use crate::time::Timestamp;
use crate::{Fault, Result};

/// The kind of credential that holds a password.
pub const PASSWORD: &str = "password";
/// The kind that holds the seed of one-time codes.
pub const OTP: &str = "otp";
/// The kind that holds codes on paper, each good once.
pub const RECOVERY_CODES: &str = "recovery-authn-codes";
/// The kind that holds a security key, asked for beside a password.
pub const SECURITY_KEY: &str = "webauthn";
/// The kind that holds a passkey, which stands for a password.
pub const PASSKEY: &str = "webauthn-passwordless";
/// The kind that holds a former password, which may not be chosen again.
pub const PASSWORD_HISTORY: &str = "password-history";

/// What beside a password proves nobody by itself: former passwords, and codes for when a device is lost.
pub(crate) const NO_FACTORS: [&str; 2] = [PASSWORD_HISTORY, RECOVERY_CODES];

/// A credential, in Keycloak's two JSON texts.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// `password`, `otp`, `webauthn`, …
    pub kind: String,
    /// What its owner calls it.
    pub label: Option<String>,
    /// When it was set.
    pub created_at: Timestamp,
    /// Lower ones are offered first.
    pub priority: i64,
    /// What may be shown to an administrator: algorithm and parameters.
    pub credential_data: String,
    /// Hash or seed.
    pub secret_data: Secret,
}

/// A user's credentials in the order they are offered, of one kind or all.
pub fn list(cx: &mut Cx<'_>, user: &UserId, kind: Option<&str>) -> Result<Vec<Credential>> {
    let mine = credentials::table
        .filter(credentials::realm_id.eq(&cx.realm.id))
        .filter(credentials::user_id.eq(user))
        .order((
            credentials::priority.asc(),
            credentials::created_at.desc(),
            credentials::id.asc(),
        ));
    let rows = match kind {
        None => fixed!(cx.db.conn()?, mine, load::<Row>)?,
        Some(kind) => {
            let mine = mine.filter(credentials::kind.eq(kind));
            fixed!(cx.db.conn()?, mine, load::<Row>)?
        }
    };
    rows.into_iter().map(|row| open(cx, row)).collect()
}

/// The kinds of a user's credentials, without opening any.
pub fn kinds(cx: &mut Cx<'_>, user: &UserId) -> Result<Vec<String>> {
    let mine = credentials::table
        .filter(credentials::realm_id.eq(&cx.realm.id))
        .filter(credentials::user_id.eq(user))
        .select(credentials::kind);
    Ok(fixed!(cx.db.conn()?, mine, load::<String>)?)
}

/// The kinds of what these users have beside a password and former ones, each as often as they have it, by its name.
pub fn kinds_beside_passwords(
    cx: &mut Cx<'_>,
    users: &[UserId],
) -> Result<BTreeMap<UserId, Vec<String>>> {
    let mine = credentials::table
        .filter(credentials::realm_id.eq(&cx.realm.id))
        .filter(credentials::user_id.eq_any(users.to_vec()))
        .filter(sql::<Bool>("credentials.kind <> 'password'"))
        .filter(credentials::kind.ne(PASSWORD_HISTORY))
        .order(credentials::kind.asc())
        .select((credentials::user_id, credentials::kind));
    let rows: Vec<(UserId, String)> = mine.load(cx.db.conn()?)?;
    let mut kinds: BTreeMap<UserId, Vec<String>> = BTreeMap::new();
    for (user, kind) in rows {
        kinds.entry(user).or_default().push(kind);
    }
    Ok(kinds)
}

/// How many people of the realm have something beside their password that proves them: a device with one-time codes, or a
/// key. Codes on paper are for when that is lost.
pub fn count_beside_passwords(cx: &mut Cx<'_>) -> Result<i64> {
    let mine = credentials::table
        .filter(credentials::realm_id.eq(&cx.realm.id))
        // The index is of those alone, which a database sees where the kind stands in the statement itself.
        .filter(sql::<Bool>("credentials.kind <> 'password'"))
        .filter(credentials::kind.ne_all(NO_FACTORS));
    let people = mine.select(count(credentials::user_id).aggregate_distinct());
    Ok(people.get_result(cx.db.conn()?)?)
}

/// Somebody of the realm has a credential of this kind, which is none of passwords.
pub fn is_anybodys(cx: &mut Cx<'_>, kind: &str) -> Result<bool> {
    let found = credentials::table
        .filter(credentials::realm_id.eq(&cx.realm.id))
        .filter(sql::<Bool>("credentials.kind <> 'password'"))
        .filter(credentials::kind.eq(kind))
        .select(credentials::id)
        .first::<CredentialId>(cx.db.conn()?)
        .optional()?;
    Ok(found.is_some())
}

/// A user's password, if one is set.
pub fn find_password(cx: &mut Cx<'_>, user: &UserId) -> Result<Option<Credential>> {
    Ok(list(cx, user, Some(PASSWORD))?.into_iter().next())
}

/// Adds a credential with a new id.
pub fn insert(cx: &mut Cx<'_>, user: &UserId, credential: &Credential) -> Result<()> {
    if insert_new(cx, user, credential)? {
        return Ok(());
    }
    Err(Fault::corrupt("a random id of a credential is in use"))
}

/// Adds a credential whose id came from elsewhere; false if the id is taken.
pub fn insert_new(cx: &mut Cx<'_>, user: &UserId, credential: &Credential) -> Result<bool> {
    let secret = seal(cx, &credential.id, &credential.secret_data)?;
    let insert = diesel::insert_into(credentials::table).values((
        credentials::id.eq(&credential.id),
        credentials::realm_id.eq(&cx.realm.id),
        credentials::user_id.eq(user),
        credentials::kind.eq(&credential.kind),
        credentials::label.eq(&credential.label),
        credentials::created_at.eq(credential.created_at),
        credentials::priority.eq(credential.priority),
        credentials::credential_data.eq(&credential.credential_data),
        credentials::secret_data.eq(secret),
    ));
    Ok(Unless(insert, "").execute(cx.db.conn()?)? == 1)
}

/// Sets a user's password in place of the one before, of which `keep` former ones are kept for
/// comparison. The credential that there is keeps its id, by which administrators name it.
pub fn replace_password(
    cx: &mut Cx<'_>,
    user: &UserId,
    credential: &Credential,
    keep: usize,
) -> Result<()> {
    let Some(former) = find_password(cx, user)? else {
        return insert(cx, user, credential);
    };
    let secret = seal(cx, &former.id, &credential.secret_data)?;
    let label = credential.label.as_ref().or(former.label.as_ref());
    let mine = credentials::table
        .filter(credentials::realm_id.eq(&cx.realm.id))
        .filter(credentials::id.eq(&former.id));
    diesel::update(mine)
        .set((
            credentials::label.eq(label),
            credentials::created_at.eq(credential.created_at),
            credentials::credential_data.eq(&credential.credential_data),
            credentials::secret_data.eq(secret),
        ))
        .execute(cx.db.conn()?)?;
    if keep > 0 {
        let former = Credential {
            id: credential.id.clone(),
            kind: PASSWORD_HISTORY.to_owned(),
            ..former
        };
        insert(cx, user, &former)?;
    }
    let mut old = list(cx, user, Some(PASSWORD_HISTORY))?;
    old.sort_by_key(|credential| std::cmp::Reverse(credential.created_at));
    for old in old.iter().skip(keep) {
        remove(cx, user, &old.id)?;
    }
    Ok(())
}

/// Which of these users have a credential of this kind.
pub fn owners(cx: &mut Cx<'_>, users: &[UserId], kind: &str) -> Result<BTreeSet<UserId>> {
    let mine = credentials::table
        .filter(credentials::realm_id.eq(&cx.realm.id))
        .filter(credentials::user_id.eq_any(users.to_vec()))
        .filter(credentials::kind.eq(kind))
        .select(credentials::user_id);
    let ids: Vec<UserId> = mine.load(cx.db.conn()?)?;
    Ok(ids.into_iter().collect())
}

/// The place behind the credentials that a user has, with a gap as in Keycloak. Two in one place would be offered in no order.
pub fn last_place(cx: &mut Cx<'_>, user: &UserId) -> Result<i64> {
    let mine = credentials::table
        .filter(credentials::realm_id.eq(&cx.realm.id))
        .filter(credentials::user_id.eq(user))
        .select(diesel::dsl::max(credentials::priority));
    let last: Option<i64> = mine.get_result(cx.db.conn()?)?;
    Ok(last.unwrap_or_default().saturating_add(10))
}

/// Offers a user's credentials in this order.
pub fn reorder(cx: &mut Cx<'_>, user: &UserId, ids: &[CredentialId]) -> Result<()> {
    let mut priority = 0i64;
    for id in ids {
        // Gaps, as in Keycloak, whose exports hold these numbers.
        priority = priority.saturating_add(10);
        let mine = credentials::table
            .filter(credentials::realm_id.eq(&cx.realm.id))
            .filter(credentials::user_id.eq(user))
            .filter(credentials::id.eq(id));
        diesel::update(mine)
            .set(credentials::priority.eq(priority))
            .execute(cx.db.conn()?)?;
    }
    Ok(())
}

/// Stores what has become of a credential: a better hash of the same password, a counter that has moved, a code less.
///
/// False if it has changed meanwhile, so that of two calls at once exactly one gets true.
pub fn advance(cx: &mut Cx<'_>, before: &Credential, after: &Credential) -> Result<bool> {
    let secret = seal(cx, &before.id, &after.secret_data)?;
    let mine = credentials::table
        .filter(credentials::realm_id.eq(&cx.realm.id))
        .filter(credentials::id.eq(&before.id))
        .filter(credentials::kind.eq(&before.kind))
        .filter(credentials::credential_data.eq(&before.credential_data));
    let changed = diesel::update(mine)
        .set((
            credentials::credential_data.eq(&after.credential_data),
            credentials::secret_data.eq(secret),
        ))
        .execute(cx.db.conn()?)?;
    Ok(changed == 1)
}

/// Tells whether a credential is stored as it was, and holds it until the end of the transaction.
///
/// It is an update that changes nothing, so that another node changes the credential before it or after all that follows.
pub fn stands(cx: &mut Cx<'_>, credential: &Credential) -> Result<bool> {
    let mine = credentials::table
        .filter(credentials::realm_id.eq(&cx.realm.id))
        .filter(credentials::id.eq(&credential.id))
        .filter(credentials::created_at.eq(credential.created_at))
        .filter(credentials::credential_data.eq(&credential.credential_data));
    let held = diesel::update(mine)
        .set(credentials::credential_data.eq(&credential.credential_data))
        .execute(cx.db.conn()?)?;
    Ok(held == 1)
}

/// Renames a credential; false if it is gone.
pub fn rename(cx: &mut Cx<'_>, user: &UserId, id: &CredentialId, label: &str) -> Result<bool> {
    let mine = credentials::table
        .filter(credentials::realm_id.eq(&cx.realm.id))
        .filter(credentials::user_id.eq(user))
        .filter(credentials::id.eq(id));
    Ok(diesel::update(mine)
        .set(credentials::label.eq(label))
        .execute(cx.db.conn()?)?
        == 1)
}

/// Removes a credential; false if it is gone.
pub fn remove(cx: &mut Cx<'_>, user: &UserId, id: &CredentialId) -> Result<bool> {
    let mine = credentials::table
        .filter(credentials::realm_id.eq(&cx.realm.id))
        .filter(credentials::user_id.eq(user))
        .filter(credentials::id.eq(id));
    Ok(diesel::delete(mine).execute(cx.db.conn()?)? == 1)
}

fn place(id: &CredentialId) -> String {
    format!("credentials/{id}/secret_data")
}

fn seal(cx: &mut Cx<'_>, id: &CredentialId, secret: &Secret) -> Result<Sealed> {
    cx.vault
        .seal(cx.rng, &place(id), secret.expose().as_bytes())
}

fn open(cx: &Cx<'_>, row: Row) -> Result<Credential> {
    Ok(Credential {
        secret_data: cx.vault.open_text(&place(&row.id), &row.secret_data)?,
        id: row.id,
        kind: row.kind,
        label: row.label,
        created_at: row.created_at,
        priority: row.priority,
        credential_data: row.credential_data,
    })
}

#[derive(Queryable)]
struct Row {
    id: CredentialId,
    _realm: RealmId,
    _user: UserId,
    kind: String,
    label: Option<String>,
    created_at: Timestamp,
    priority: i64,
    credential_data: String,
    secret_data: Sealed,
}
