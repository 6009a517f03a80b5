//! Attempts: a login on its way, held by a browser's cookie and a tab.

use diesel::dsl::exists;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Result;
use crate::cx::Cx;
use crate::id::{AttemptId, ClientUuid, RealmId, SessionId, UserId};
use crate::schema::attempts;
use crate::secret::{Digest, Secret};
use crate::sql::fixed;
use crate::swept::swept;
use crate::time::Timestamp;

/// How far a login has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Stage {
    /// Nobody has been proved yet; a session of the browser may have named the user.
    Prove,
    /// The first proof of the user is given, and the flow asks for more. Nothing is opened by it.
    Further {
        /// What was proved so far.
        proved: Proved,
        /// The browser shall stay signed in after it is closed.
        remember_me: bool,
    },
    /// The user is proved, and may have something to do or to allow first.
    Act {
        /// When the user was proved.
        auth_time: Timestamp,
        /// How, as in `amr` (RFC 8176).
        amr: Vec<String>,
        /// The browser shall stay signed in after it is closed.
        remember_me: bool,
    },
}

/// A proof that is not whole yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proved {
    /// When the first one was given.
    pub at: Timestamp,
    /// How, as in `amr` (RFC 8176).
    pub amr: Vec<String>,
    /// What the first one was.
    pub by: First,
    /// The kinds of credentials that were proved beside it.
    pub kinds: Vec<String>,
    /// The kinds that the user does not want to be asked for, where something else may take their place.
    pub declined: Vec<String>,
}

/// The first proof of somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum First {
    /// A password; with the digest of what was stored of it then, unless a directory keeps it. One that is changed meanwhile
    /// proves nothing any more.
    Password(Option<String>),
    /// A passkey; it proves nothing any more where it is gone.
    Passkey,
    /// A ticket of Kerberos.
    Ticket,
    /// The session of the browser with this id, which has reached too little for the request.
    Session(SessionId),
    /// The word of a provider, whose flow of this name goes on.
    Provider(String),
}

/// A login on its way.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// The digest of the handle that the browser's cookie holds.
    pub browser: Digest,
    /// Tells the browser's tabs apart; part of the form's address.
    pub tab_id: String,
    /// The client that asks.
    pub client: ClientUuid,
    /// The parsed authorization request, as its rule crate wrote it.
    pub request: Value,
    /// Who signs in, as far as it is known.
    pub user: Option<UserId>,
    /// How far it has come.
    pub stage: Stage,
    /// What steps remember: the name typed, an error shown, the locale.
    pub notes: Map<String, Value>,
    /// When it began.
    pub created_at: Timestamp,
    /// It ends here, whatever happens.
    pub expires_at: Timestamp,
    /// What the browser that proves somebody is given to keep. It is stored nowhere: a note has its digest.
    pub proof: Option<Secret>,
}

/// The note that says how long the steps took until now.
const TOOK: &str = "took";

/// The notes as they are stored: with what the steps took.
fn notes_of(cx: &Cx<'_>, attempt: &Attempt) -> Result<String> {
    let took = cx.changes.laps.written();
    if took.is_empty() {
        return Ok(serde_json::to_string(&attempt.notes)?);
    }
    let mut notes = attempt.notes.clone();
    notes.insert(TOOK.to_owned(), Value::String(took));
    Ok(serde_json::to_string(&notes)?)
}

/// An attempt that goes on: what its steps took before is known from here.
fn resumed(cx: &mut Cx<'_>, row: Option<Row>) -> Result<Option<Attempt>> {
    let found = row.map(Row::into_attempt).transpose()?;
    if let Some(Value::String(took)) = found.as_ref().and_then(|one| one.notes.get(TOOK)) {
        cx.changes.laps.recall_written(took);
    }
    Ok(found)
}

/// Opens an attempt.
pub fn insert(cx: &mut Cx<'_>, attempt: &Attempt) -> Result<()> {
    diesel::insert_into(attempts::table)
        .values((
            attempts::id.eq(&attempt.id),
            attempts::realm_id.eq(&cx.realm.id),
            attempts::browser.eq(&attempt.browser),
            attempts::tab_id.eq(&attempt.tab_id),
            attempts::client_uuid.eq(&attempt.client),
            attempts::request.eq(attempt.request.to_string()),
            attempts::user_id.eq(&attempt.user),
            attempts::stage.eq(serde_json::to_string(&attempt.stage)?),
            attempts::notes.eq(notes_of(cx, attempt)?),
            attempts::created_at.eq(attempt.created_at),
            attempts::expires_at.eq(attempt.expires_at),
        ))
        .execute(cx.db.conn()?)?;
    Ok(())
}

/// The attempt of this browser's tab, unless it is over.
pub fn find(cx: &mut Cx<'_>, browser: &Digest, tab_id: &str) -> Result<Option<Attempt>> {
    let mine = attempts::table
        .filter(attempts::realm_id.eq(&cx.realm.id))
        .filter(attempts::browser.eq(browser))
        .filter(attempts::tab_id.eq(tab_id))
        .filter(attempts::expires_at.gt(cx.now));
    let row = mine.get_result::<Row>(cx.db.conn()?).optional()?;
    resumed(cx, row)
}

/// The attempt with this id, if it is this browser's and not over.
pub fn find_by_id(cx: &mut Cx<'_>, browser: &Digest, id: &AttemptId) -> Result<Option<Attempt>> {
    let mine = attempts::table
        .filter(attempts::realm_id.eq(&cx.realm.id))
        .filter(attempts::id.eq(id))
        .filter(attempts::browser.eq(browser))
        .filter(attempts::expires_at.gt(cx.now));
    let row = mine.get_result::<Row>(cx.db.conn()?).optional()?;
    resumed(cx, row)
}

/// Tells whether this browser has an attempt that is not over.
pub fn has_any(cx: &mut Cx<'_>, browser: &Digest) -> Result<bool> {
    let mine = attempts::table
        .filter(attempts::realm_id.eq(&cx.realm.id))
        .filter(attempts::browser.eq(browser))
        .filter(attempts::expires_at.gt(cx.now));
    let any = diesel::select(exists(mine));
    Ok(fixed!(cx.db.conn()?, any, get_result::<bool>)?)
}

/// Ends all attempts of this browser.
pub fn remove_of_browser(cx: &mut Cx<'_>, browser: &Digest) -> Result<usize> {
    let mine = attempts::table
        .filter(attempts::realm_id.eq(&cx.realm.id))
        .filter(attempts::browser.eq(browser));
    Ok(diesel::delete(mine).execute(cx.db.conn()?)?)
}

/// Stores how far it has come; false if it is over.
pub fn advance(cx: &mut Cx<'_>, attempt: &Attempt) -> Result<bool> {
    let mine = attempts::table
        .filter(attempts::realm_id.eq(&cx.realm.id))
        .filter(attempts::id.eq(&attempt.id))
        .filter(attempts::expires_at.gt(cx.now));
    let changed = diesel::update(mine)
        .set((
            attempts::user_id.eq(&attempt.user),
            attempts::stage.eq(serde_json::to_string(&attempt.stage)?),
            attempts::notes.eq(notes_of(cx, attempt)?),
        ))
        .execute(cx.db.conn()?)?;
    Ok(changed == 1)
}

/// Ends an attempt. Of two calls at once, exactly one gets true: it alone may open the session.
pub fn finish(cx: &mut Cx<'_>, id: &AttemptId) -> Result<bool> {
    let mine = attempts::table
        .filter(attempts::realm_id.eq(&cx.realm.id))
        .filter(attempts::id.eq(id));
    Ok(diesel::delete(mine).execute(cx.db.conn()?)? == 1)
}

/// Removes what is over, in all realms, at most `most` rows; how many there were.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    swept!(cx, attempts, id: AttemptId, attempts::expires_at.le(cx.now), most)
}

#[derive(Queryable)]
struct Row {
    id: AttemptId,
    _realm: RealmId,
    browser: Digest,
    tab_id: String,
    client: ClientUuid,
    request: String,
    user: Option<UserId>,
    stage: String,
    notes: String,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl Row {
    fn into_attempt(self) -> Result<Attempt> {
        Ok(Attempt {
            request: serde_json::from_str(&self.request)?,
            stage: serde_json::from_str(&self.stage)?,
            notes: serde_json::from_str(&self.notes)?,
            id: self.id,
            browser: self.browser,
            tab_id: self.tab_id,
            client: self.client,
            user: self.user,
            created_at: self.created_at,
            expires_at: self.expires_at,
            proof: None,
        })
    }
}
