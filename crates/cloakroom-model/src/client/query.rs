//! Lists of clients, and what narrows them.

use std::collections::HashMap;

use diesel::dsl::{not, sql};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::kind::Kind;
use super::{Client, Row, assemble_all, mine};
use crate::authorization::delegation::Extent;
use crate::cx::Cx;
use crate::id::ClientUuid;
use crate::schema::clients;
use crate::scope::{self, Links};
use crate::sql::lower;
use crate::{Fault, Result};

/// How many values a statement takes.
const BATCH: usize = 5000;

/// For how many clients what belongs to them is read together.
const TOGETHER: usize = 1000;

/// For how many clients their scopes are read together, one short text for each: whoever lists all of them goes through
/// the index once, in its order.
const SCOPES_TOGETHER: usize = 10_000;

/// The setting of a client that binds it to flows of its own.
const BOUND: &str = "authenticationFlowBindingOverrides";

/// How a client proves that it is itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Not at all: whoever has it can read it.
    Public,
    /// By a secret or a key.
    Confidential,
    /// It takes tokens and asks for none.
    BearerOnly,
}

/// What a list of clients is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The exact `client_id`, or a part of it with `search`.
    pub client_id: Option<String>,
    /// `client_id` is a part, not the whole.
    pub search: bool,
    /// Only those that may be used, or only those that may not.
    pub enabled: Option<bool>,
    /// Only those that speak this protocol. One that says nothing of it speaks OpenID Connect.
    pub protocol: Option<String>,
    /// Only those that prove themselves like this.
    pub access: Option<Access>,
    /// Only those of this kind.
    pub kind: Option<Kind>,
    /// Only those that whoever asks may see.
    pub only: Option<Extent>,
    /// How many to pass over.
    pub first: i64,
    /// How many to list at the most.
    pub max: i64,
}

/// The ids of the clients with these `client_id`s; one that is not there is left out.
pub fn find_ids(cx: &mut Cx<'_>, names: &[&str]) -> Result<HashMap<String, ClientUuid>> {
    let mut ids = HashMap::new();
    for names in names.chunks(BATCH) {
        let rows: Vec<(String, ClientUuid)> = mine(cx)
            .filter(clients::client_id.eq_any(names))
            .select((clients::client_id, clients::id))
            .load(cx.db.conn()?)?;
        ids.extend(rows);
    }
    Ok(ids)
}

/// The `client_id`s of the clients with these ids; one that is not there is left out.
pub fn find_names(cx: &mut Cx<'_>, ids: &[&ClientUuid]) -> Result<HashMap<ClientUuid, String>> {
    let mut names = HashMap::new();
    for ids in ids.chunks(BATCH) {
        let rows: Vec<(ClientUuid, String)> = mine(cx)
            .filter(clients::id.eq_any(ids.iter().copied()))
            .select((clients::id, clients::client_id))
            .load(cx.db.conn()?)?;
        names.extend(rows);
    }
    Ok(names)
}

/// The clients that are bound to flows of their own, by `client_id`, with the ids of those flows.
pub fn list_bound(cx: &mut Cx<'_>) -> Result<Vec<(String, Vec<String>)>> {
    // Most clients are bound to none. They are passed over without a look into their JSON.
    let find = match cx.db.conn()?.is_postgres() {
        true => "strpos",
        false => "instr",
    };
    let begins = format!("\"{BOUND}\":{{\"");
    let is_bound = sql::<Bool>(&format!("{find}(clients.settings, '{begins}') > 0"));
    let rows: Vec<(String, String)> = mine(cx)
        .filter(is_bound)
        .order(clients::client_id.asc())
        .select((clients::client_id, clients::settings))
        .load(cx.db.conn()?)?;
    let mut found = Vec::new();
    for (client_id, settings) in rows {
        let settings: serde_json::Value = serde_json::from_str(&settings)?;
        let all = settings.get(BOUND).and_then(|all| all.as_object());
        let ids = all.into_iter().flat_map(|all| all.values());
        let ids = ids.filter_map(|id| id.as_str().map(str::to_owned));
        found.push((client_id, ids.collect()));
    }
    Ok(found)
}

/// Clients by `client_id`.
pub fn list(cx: &mut Cx<'_>, query: &Query) -> Result<Vec<Client>> {
    let mut all = Vec::new();
    visit(cx, query, |_, client| {
        all.push(client);
        Ok::<_, Fault>(())
    })?;
    Ok(all)
}

/// Shows clients one by one, by `client_id`. What belongs to them is read for some at a time, so that many clients take no
/// more memory than their rows.
pub fn visit<E: From<Fault>>(
    cx: &mut Cx<'_>,
    query: &Query,
    mut show: impl FnMut(&mut Cx<'_>, Client) -> std::result::Result<(), E>,
) -> std::result::Result<(), E> {
    let rows = rows(cx, query)?;
    for rows in rows.chunks(SCOPES_TOGETHER) {
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let links = scope::packed_links(cx, &ids)?;
        let links_of = |id: &str| {
            links
                .get(id)
                .map_or_else(Links::default, scope::Packed::links)
        };
        for rows in rows.chunks(TOGETHER) {
            for client in assemble_all(cx, rows, links_of)? {
                show(cx, client)?;
            }
        }
    }
    Ok(())
}

/// How a statement reads a member of the settings, which are JSON in a column: as a text, and as a switch.
struct Member {
    postgres: bool,
}

impl Member {
    fn text(&self, name: &str, absent: &str) -> String {
        match self.postgres {
            true => format!("coalesce(clients.settings::json ->> '{name}', '{absent}')"),
            false => format!("coalesce(json_extract(clients.settings, '$.{name}'), '{absent}')"),
        }
    }

    fn is_on(&self, name: &str) -> String {
        match self.postgres {
            true => format!("{} = 'true'", self.text(name, "false")),
            // Its JSON has a number for a switch.
            false => format!("{} = 1", self.text(name, "0")),
        }
    }

    /// The condition under which a client is of a kind. A row that an older program wrote says nothing of it.
    fn is_kind(&self, kind: Kind) -> String {
        let [bearer, signs_in, acts, public] = [
            "bearerOnly",
            "standardFlowEnabled",
            "serviceAccountsEnabled",
            "publicClient",
        ]
        .map(|name| self.is_on(name));
        let uris = match self.postgres {
            true => {
                "json_array_elements_text(coalesce(clients.settings::json -> 'redirectUris', '[]')) AS uri(value)"
            }
            false => "json_each(clients.settings, '$.redirectUris') AS uri",
        };
        let own = format!(
            "EXISTS (SELECT 1 FROM {uris} WHERE uri.value NOT LIKE 'http%' AND uri.value NOT LIKE '/%' AND uri.value <> '*')"
        );
        let browser = format!("NOT {bearer} AND {signs_in}");
        let condition = match kind {
            Kind::Api => format!("{bearer} OR (NOT {signs_in} AND NOT {acts})"),
            Kind::Machine => format!("NOT {bearer} AND NOT {signs_in} AND {acts}"),
            Kind::Web => format!("{browser} AND NOT {public}"),
            Kind::Native => format!("{browser} AND {public} AND {own}"),
            Kind::Spa => format!("{browser} AND {public} AND NOT {own}"),
        };
        let name = kind.name();
        format!("(clients.kind = '{name}' OR (clients.kind IS NULL AND ({condition})))")
    }
}

fn rows(cx: &mut Cx<'_>, query: &Query) -> Result<Vec<Row>> {
    let member = Member {
        postgres: cx.db.conn()?.is_postgres(),
    };
    let mut found = clients::table
        .filter(clients::realm_id.eq(&cx.realm.id))
        .into_boxed();
    if let Some(text) = &query.client_id {
        found = if query.search {
            let part = crate::user::pattern(&text.to_lowercase());
            found.filter(lower(clients::client_id).like(part).escape('\\'))
        } else {
            found.filter(clients::client_id.eq(text))
        };
    }
    if let Some(enabled) = query.enabled {
        found = found.filter(clients::enabled.eq(enabled));
    }
    if let Some(protocol) = &query.protocol {
        let spoken = sql::<Text>(&member.text("protocol", "openid-connect"));
        found = found.filter(spoken.eq(protocol));
    }
    if let Some(access) = query.access {
        let is_on = |name| sql::<Bool>(&member.is_on(name));
        found = match access {
            Access::BearerOnly => found.filter(is_on("bearerOnly")),
            Access::Public => found
                .filter(is_on("publicClient"))
                .filter(not(is_on("bearerOnly"))),
            Access::Confidential => found
                .filter(not(is_on("publicClient")))
                .filter(not(is_on("bearerOnly"))),
        };
    }
    if let Some(kind) = query.kind {
        found = found.filter(sql::<Bool>(&member.is_kind(kind)));
    }
    if let Some(only) = &query.only {
        found = match only.everything() {
            true => found.filter(clients::id.ne_all(only.ids(false, ClientUuid::new))),
            false => found.filter(clients::id.eq_any(only.ids(true, ClientUuid::new))),
        };
    }
    let rows = found
        .order(clients::client_id.asc())
        .offset(query.first)
        .limit(query.max)
        .load::<Row>(cx.db.conn()?)?;
    Ok(rows)
}
