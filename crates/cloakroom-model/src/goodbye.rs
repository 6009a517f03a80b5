//! Goodbyes: the clients of a session that somebody ends are told so, each at its back-channel address.
//!
//! A session that has run out is swept without a word: its tokens have ended with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::client::Client;
use crate::cx::Cx;
use crate::id::{ClientUuid, SessionId, UserId};
use crate::schema::{client_sessions, sessions};
use crate::{Result, client, outbox};

/// The kind of these rows of the outbox.
pub const KIND: &str = "backchannel_logout";

/// The client's attribute that holds its address (OpenID Connect Back-Channel Logout 1.0 §2.2).
pub const ADDRESS: &str = "backchannel.logout.url";

/// The note of a client's part that keeps the issuer its tokens name (Keycloak's note of the same name).
pub const ISSUER_NOTE: &str = "iss";

/// Whom to tell, and of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goodbye {
    /// The client.
    pub client: ClientUuid,
    /// The session that ended.
    pub session: SessionId,
    /// Whose it was.
    pub user: UserId,
    /// The issuer that the client knows the session from; `None` for a part that keeps no such note.
    #[serde(default)]
    pub issuer: Option<String>,
}

/// A client's part in a session, as far as a goodbye needs it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = client_sessions)]
struct Part {
    session_id: SessionId,
    client_uuid: ClientUuid,
    notes: String,
}

impl Part {
    fn issuer(&self) -> Result<Option<String>> {
        let notes: Map<String, Value> = serde_json::from_str(&self.notes)?;
        let issuer = notes.get(ISSUER_NOTE).and_then(Value::as_str);
        Ok(issuer.map(str::to_owned))
    }
}

/// The clients of an online session, each with the issuer that it knows the session from, if its part keeps that.
pub fn audience(cx: &mut Cx<'_>, id: &SessionId) -> Result<Vec<(Arc<Client>, Option<String>)>> {
    let parts = client_sessions::table
        .filter(client_sessions::realm_id.eq(&cx.realm.id))
        .filter(client_sessions::session_id.eq(id))
        .filter(client_sessions::offline.eq(false))
        .select(Part::as_select());
    let mut audience = Vec::new();
    for part in parts.load(cx.db.conn()?)? {
        let issuer = part.issuer()?;
        if let Some(client) = client::find_by_id(cx, &part.client_uuid)? {
            audience.push((client, issuer));
        }
    }
    Ok(audience)
}

/// Puts a goodbye into the outbox for each client of a session that wants one.
pub(crate) fn say(cx: &mut Cx<'_>, id: &SessionId, offline: bool) -> Result<()> {
    let parts = client_sessions::table
        .filter(client_sessions::realm_id.eq(&cx.realm.id))
        .filter(client_sessions::session_id.eq(id))
        .filter(client_sessions::offline.eq(offline))
        .select(Part::as_select());
    let parts = parts.load(cx.db.conn()?)?;
    say_to(cx, parts, offline)
}

/// The same for all online sessions of the realm.
pub(crate) fn say_all(cx: &mut Cx<'_>) -> Result<()> {
    let parts = client_sessions::table
        .filter(client_sessions::realm_id.eq(&cx.realm.id))
        .filter(client_sessions::offline.eq(false))
        .select(Part::as_select());
    let parts = parts.load(cx.db.conn()?)?;
    say_to(cx, parts, false)
}

fn say_to(cx: &mut Cx<'_>, parts: Vec<Part>, offline: bool) -> Result<()> {
    let mut listening = BTreeMap::new();
    for part in parts {
        let issuer = part.issuer()?;
        let (session, client) = (part.session_id, part.client_uuid);
        let listens = match listening.get(&client) {
            Some(listens) => *listens,
            None => {
                let listens = listens(cx, &client)?;
                listening.insert(client.clone(), listens);
                listens
            }
        };
        if !listens {
            continue;
        }
        let whose = sessions::table
            .filter(sessions::realm_id.eq(&cx.realm.id))
            .filter(sessions::id.eq(&session))
            .filter(sessions::offline.eq(offline))
            .select(sessions::user_id);
        let whose: Option<UserId> = whose.get_result(cx.db.conn()?).optional()?;
        if let Some(user) = whose {
            let goodbye = Goodbye {
                client,
                session,
                user,
                issuer,
            };
            outbox::insert(cx, KIND, &serde_json::to_value(goodbye)?)?;
        }
    }
    Ok(())
}

fn listens(cx: &mut Cx<'_>, id: &ClientUuid) -> Result<bool> {
    let client = client::find_by_id(cx, id)?;
    Ok(client.is_some_and(|client| {
        let address = client.settings.attribute(ADDRESS);
        client.enabled && address.is_some_and(|address| !address.is_empty())
    }))
}
