//! Device authorizations (RFC 8628): a device asks, somebody decides in a browser, the device trades once.

use diesel::prelude::*;
use serde_json::Value;

use crate::cx::Cx;
use crate::id::{ClientUuid, RealmId, SessionId};
use crate::schema::device_codes;
use crate::secret::{Digest, Secret};
use crate::sql::{Unless, fixed};
use crate::swept::swept;
use crate::time::{Timestamp, Ttl};
use crate::{Fault, Result};

/// The letters of a user code: no vowels, so that no word comes out, and none that look alike
/// (RFC 8628 §6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// Twenty letters to the power of eight: more guesses than a code's life allows.
const LENGTH: usize = 8;

/// What a person decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nobody has decided yet.
    Pending,
    /// Somebody allowed it, in this session.
    Approved(SessionId),
    /// Somebody refused.
    Denied,
}

/// A device's request.
#[derive(Clone, Debug)]
pub struct Device {
    /// Names it in an attempt.
    pub id: String,
    /// The client that runs on the device.
    pub client: ClientUuid,
    /// What was asked for, as the protocol wrote it.
    pub grant: Value,
    /// What became of it.
    pub decision: Decision,
    /// The device may ask again from here on.
    pub next_poll_at: Timestamp,
    /// It was traded already.
    pub is_spent: bool,
    /// It is worthless after this instant.
    pub expires_at: Timestamp,
}

/// The two codes of a new request.
#[derive(Debug)]
pub struct Issued {
    /// What the device keeps, and asks with.
    pub device_code: Secret,
    /// What its owner types, in two groups of four.
    pub user_code: String,
}

/// Opens a request.
///
/// A user code that is taken is drawn again; with twenty letters that happens once in a lifetime.
pub fn issue(
    cx: &mut Cx<'_>,
    client: &ClientUuid,
    grant: &Value,
    expires_at: Timestamp,
) -> Result<Issued> {
    const TRIES: usize = 8;
    let id = cx.new_ordered_id();
    let secret = Secret::random(cx.rng);
    for _ in 0..TRIES {
        let user_code = draw(cx);
        let insert = diesel::insert_into(device_codes::table).values((
            device_codes::id.eq(&id),
            device_codes::realm_id.eq(&cx.realm.id),
            device_codes::digest.eq(secret.digest()),
            device_codes::user_digest.eq(Digest::of(user_code.as_bytes())),
            device_codes::client_uuid.eq(client),
            device_codes::grant_data.eq(grant.to_string()),
            device_codes::decision.eq(PENDING),
            device_codes::next_poll_at.eq(cx.now),
            device_codes::expires_at.eq(expires_at),
        ));
        if Unless(insert, "").execute(cx.db.conn()?)? == 1 {
            let (left, right) = user_code.split_at(LENGTH / 2);
            return Ok(Issued {
                device_code: Secret::new(format!("{id}.{}", secret.expose())),
                user_code: format!("{left}-{right}"),
            });
        }
    }
    Err(Fault::corrupt("no user code is free"))
}

fn draw(cx: &mut Cx<'_>) -> String {
    let mut code = String::with_capacity(LENGTH);
    while code.len() < LENGTH {
        let mut byte = [0u8; 1];
        cx.rng.fill_bytes(&mut byte);
        // Bytes beyond the last multiple of twenty would favour some letters.
        let [byte] = byte;
        if byte < 240 {
            let letter = LETTERS.get(usize::from(byte % 20)).copied();
            code.push(char::from(letter.unwrap_or_default()));
        }
    }
    code
}

/// The code as it was drawn, from what somebody typed: in any case, with or without the dash.
fn folded(typed: &str) -> Option<String> {
    let letters: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .take(LENGTH + 1)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let is_ours =
        letters.len() == LENGTH && letters.bytes().all(|letter| LETTERS.contains(&letter));
    is_ours.then_some(letters)
}

/// The undecided request with this user code; `None` if there is none, or if it is over.
pub fn find_by_user_code(cx: &mut Cx<'_>, typed: &str) -> Result<Option<Device>> {
    let Some(code) = folded(typed) else {
        return Ok(None);
    };
    let mine = device_codes::table
        .filter(device_codes::realm_id.eq(&cx.realm.id))
        .filter(device_codes::user_digest.eq(Digest::of(code.as_bytes())))
        .filter(device_codes::decision.eq(PENDING))
        .filter(device_codes::expires_at.gt(cx.now));
    let row = mine.get_result::<Row>(cx.db.conn()?).optional()?;
    row.map(Device::try_from).transpose()
}

/// The request that a device code names, however it stands.
pub fn find(cx: &mut Cx<'_>, device_code: &str) -> Result<Option<Device>> {
    let Some((id, secret)) = device_code.split_once('.') else {
        return Ok(None);
    };
    let mine = device_codes::table
        .filter(device_codes::realm_id.eq(&cx.realm.id))
        .filter(device_codes::id.eq(id))
        .filter(device_codes::digest.eq(Digest::of(secret.as_bytes())));
    let row = mine.get_result::<Row>(cx.db.conn()?).optional()?;
    row.map(Device::try_from).transpose()
}

/// Notes that the device has asked; false if it asks faster than it may.
pub fn poll(cx: &mut Cx<'_>, id: &str, interval: Ttl) -> Result<bool> {
    let mine = device_codes::table
        .filter(device_codes::realm_id.eq(&cx.realm.id))
        .filter(device_codes::id.eq(id))
        .filter(device_codes::next_poll_at.le(cx.now));
    let poll = diesel::update(mine)
        .set(device_codes::next_poll_at.eq(cx.now.plus(interval)))
        .returning(device_codes::id);
    let polled = fixed!(cx.db.conn()?, poll, get_result::<String>).optional()?;
    Ok(polled.is_some())
}

/// Stores what a person decided. Of two decisions, the first one holds, and it alone gets true.
pub fn decide(cx: &mut Cx<'_>, id: &str, decision: &Decision) -> Result<bool> {
    let (text, session) = match decision {
        Decision::Pending => return Ok(false),
        Decision::Approved(session) => (APPROVED, Some(session)),
        Decision::Denied => (DENIED, None),
    };
    let mine = device_codes::table
        .filter(device_codes::realm_id.eq(&cx.realm.id))
        .filter(device_codes::id.eq(id))
        .filter(device_codes::decision.eq(PENDING))
        .filter(device_codes::expires_at.gt(cx.now));
    let changed = diesel::update(mine)
        .set((
            device_codes::decision.eq(text),
            device_codes::session_id.eq(session),
        ))
        .execute(cx.db.conn()?)?;
    Ok(changed == 1)
}

/// Trades an approved request. Of two calls at once, exactly one gets true.
pub fn redeem(cx: &mut Cx<'_>, id: &str) -> Result<bool> {
    let mine = device_codes::table
        .filter(device_codes::realm_id.eq(&cx.realm.id))
        .filter(device_codes::id.eq(id))
        .filter(device_codes::decision.eq(APPROVED))
        .filter(device_codes::spent_at.is_null());
    let spend = diesel::update(mine)
        .set(device_codes::spent_at.eq(cx.now))
        .returning(device_codes::id);
    let spent = fixed!(cx.db.conn()?, spend, get_result::<String>).optional()?;
    Ok(spent.is_some())
}

/// Removes what is over, in all realms, at most `most` rows; how many there were.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    swept!(cx, device_codes, id: String, device_codes::expires_at.le(cx.now.minus(KEPT)), most)
}

/// A device that asks late is told that its code has expired, and not that there never was one.
const KEPT: Ttl = Ttl::seconds(600);

const PENDING: &str = "pending";
const APPROVED: &str = "approved";
const DENIED: &str = "denied";

#[derive(Queryable)]
struct Row {
    id: String,
    _realm: RealmId,
    _digest: Digest,
    _user_digest: Digest,
    client: ClientUuid,
    grant: String,
    decision: String,
    session: Option<SessionId>,
    next_poll_at: Timestamp,
    spent_at: Option<Timestamp>,
    expires_at: Timestamp,
}

impl TryFrom<Row> for Device {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self> {
        let decision = match (row.decision.as_str(), row.session) {
            (PENDING, _) => Decision::Pending,
            (APPROVED, Some(session)) => Decision::Approved(session),
            (DENIED, _) => Decision::Denied,
            _ => return Err(Fault::corrupt("a device code's decision is unknown")),
        };
        Ok(Self {
            grant: serde_json::from_str(&row.grant)?,
            id: row.id,
            client: row.client,
            decision,
            next_poll_at: row.next_poll_at,
            is_spent: row.spent_at.is_some(),
            expires_at: row.expires_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_code_is_read_as_people_type_it() {
        for (typed, read) in [
            ("BCDF-GHJK", Some("BCDFGHJK")),
            (" bcdf ghjk ", Some("BCDFGHJK")),
            ("BCDFGHJ", None),
            ("BCDF-GHJKL", None),
            ("ABCD-EFGH", None),
            ("ßCDF-GHJK", None),
            ("", None),
        ] {
            assert_eq!(folded(typed).as_deref(), read, "{typed}");
        }
    }
}
