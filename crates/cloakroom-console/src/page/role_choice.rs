//! Roles that something has, and those that it can be given: the same card for people, groups, clients and scopes.

use serde_json::{Value, json};

use crate::desk::{Desk, encode, text_of};
use crate::part::{Ask, Card, Cell, Input, Row, Table};
use crate::problem::Problem;

/// Who has roles.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    /// Its path at the API, with the kind of mapping: `users/…/role-mappings`.
    mappings: String,
    /// Its path where the API lists roles of clients: `users/…`.
    listed: String,
    /// Where the console changes its roles.
    page: String,
}

impl Holder {
    /// A person or a group: the roles are theirs.
    pub(super) fn of(api: &str, page: String) -> Self {
        Self {
            mappings: format!("{api}/role-mappings"),
            listed: api.to_owned(),
            page,
        }
    }

    /// A client or a scope: the roles may be in its tokens.
    pub(super) fn in_tokens(api: &str, listed: String, page: String) -> Self {
        Self {
            mappings: format!("{api}/scope-mappings"),
            listed,
            page,
        }
    }
}

/// One role as a form names it: its container, its id, and its name.
fn choice(container: &str, id: &str, name: &str) -> String {
    json!([container, id, name]).to_string()
}

/// How many roles of a kind are offered without a search.
const MOST: usize = 200;

/// The card: what is there with a button each, and a choice of what is not.
pub(super) async fn card(desk: &Desk, holder: &Holder, may_change: bool) -> Result<Card, Problem> {
    let has = desk.get(&holder.mappings).await?;
    let url = desk.url(&holder.page);
    let rows = mapped(&has).into_iter().map(|(container, client, role)| {
        let (id, name) = (text_of(role, "id"), text_of(role, "name"));
        let mut cells = vec![
            Cell::text(&name),
            Cell::muted(client),
            Cell::text(desk.locale.resolve(&text_of(role, "description"))),
        ];
        if may_change {
            let value = choice(&container, &id, &name);
            cells.push(Cell::button(
                desk.text("remove"),
                url.clone(),
                &[("remove", &value)],
            ));
        }
        Row::of(cells)
    });
    let mut columns = vec!["role", "kind-client", "column-description"];
    if may_change {
        columns.push("column-act");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("roles-given"), columns, rows.collect());
    let mut card = Card::new("roles", desk.text("roles-given"))
        .lead(desk.text("roles-given-lead"))
        .table(table.with_token(desk.csrf()), desk.text("roles-given-none"));
    if may_change {
        let options = available(desk, holder).await?;
        let find = Ask::new(desk, "find-role", String::new(), desk.text("search"))
            .view()
            .input(Input::text(
                "role",
                desk.text("roles-find"),
                desk.query.trimmed("role"),
            ));
        let give = Ask::new(desk, "give-role", url, desk.text("roles-give"))
            .primary()
            .input(Input::select("add", desk.text("role"), options));
        card = card.ask(true, find).ask(true, give);
    }
    Ok(card)
}

/// Container, client's name, role.
fn mapped(has: &Value) -> Vec<(String, String, &Value)> {
    let of_realm = has
        .get("realmMappings")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let mut all: Vec<_> = of_realm
        .map(|role| (String::new(), String::new(), role))
        .collect();
    let clients = has.get("clientMappings").and_then(Value::as_object);
    for (name, client) in clients.into_iter().flatten() {
        let roles = client
            .get("mappings")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        all.extend(roles.map(|role| (text_of(client, "id"), name.clone(), role)));
    }
    all
}

async fn available(desk: &Desk, holder: &Holder) -> Result<Vec<(String, String)>, Problem> {
    let search = desk.query.trimmed("role").to_lowercase();
    let of_realm = desk
        .get(&format!("{}/realm/available", holder.mappings))
        .await?;
    let of_realm = of_realm
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|role| {
            let name = text_of(role, "name");
            name.to_lowercase()
                .contains(&search)
                .then(|| (choice("", &text_of(role, "id"), &name), name))
        });
    let mut all: Vec<_> = of_realm.take(MOST).collect();
    let path = format!(
        "ui-ext/available-roles/{}?first=0&max={MOST}&search={}",
        holder.listed,
        encode(&search)
    );
    let of_clients = desk.get_if_allowed(&path).await?.unwrap_or_default();
    all.extend(of_clients.as_array().into_iter().flatten().map(|role| {
        let name = text_of(role, "role");
        let value = choice(&text_of(role, "clientId"), &text_of(role, "id"), &name);
        (value, format!("{} · {name}", text_of(role, "client")))
    }));
    Ok(all)
}

/// Gives or takes the role that the form names.
pub(super) async fn change(desk: &Desk, holder: &Holder) -> Result<(), Problem> {
    for (field, gives) in [("add", true), ("remove", false)] {
        let Some(named) = desk.form.get(field) else {
            continue;
        };
        let named: (String, String, String) =
            serde_json::from_str(named).map_err(|_| Problem::not_found())?;
        let (container, id, name) = named;
        let place = match container.as_str() {
            "" => "realm".to_owned(),
            client => format!("clients/{}", encode(client)),
        };
        let path = format!("{}/{place}", holder.mappings);
        let roles = json!([{"id": id, "name": name}]);
        match gives {
            true => desk.post(&path, &roles).await?,
            false => desk.delete_named(&path, &roles).await?,
        };
    }
    Ok(())
}
