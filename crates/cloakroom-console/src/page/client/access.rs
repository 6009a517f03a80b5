//! What a client's tokens may hold: its scopes, its own roles, and the roles of others that go into them.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{client, page, path};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::page::clients::MANAGE;
use crate::page::mappers;
use crate::page::role_choice::{self, Holder};
use crate::part::{Ask, Card, Cell, Input, Pill, Row, Stack, Table};
use crate::routes::Shown;

const TAB: &str = "/access";

fn holder(desk: &Desk) -> Holder {
    Holder::in_tokens(&path(desk), path(desk), page(desk, "/roles"))
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (object, heading) = client(&desk, TAB).await?;
    let path = path(&desk);
    let may_manage = desk.may(MANAGE);
    let default = desk.get(&format!("{path}/default-client-scopes")).await?;
    let optional = desk.get(&format!("{path}/optional-client-scopes")).await?;
    let all = desk
        .get_if_allowed("client-scopes")
        .await?
        .unwrap_or_default();
    let own = desk.get(&format!("{path}/roles?first=0&max=200")).await?;
    let is_full = object.get("fullScopeAllowed").and_then(Value::as_bool) == Some(true);
    let mut stack = Stack::new(desk.frame(heading))
        .card(scopes(&desk, (&default, &optional, &all), may_manage))
        .card(mappers::card(&desk, &path, may_manage).await?)
        .card(roles(&desk, &own, may_manage))
        .card(full_scope(&desk, is_full, may_manage));
    if !is_full {
        stack = stack.card(role_choice::card(&desk, &holder(&desk), may_manage).await?);
    }
    stack.show(&desk)
}

/// Whether every role goes into its tokens, or those alone that are named.
fn full_scope(desk: &Desk, is_full: bool, may_manage: bool) -> Card {
    let url = desk.url(&page(desk, "/full-scope"));
    let ask = Ask::new(desk, "full", url, desk.text("save")).input(Input::check(
        "full",
        desk.text("client-full-scope"),
        is_full,
    ));
    let lead = match is_full {
        true => "client-full-scope-on",
        false => "client-full-scope-off",
    };
    Card::new("full-scope", desk.text("client-full-scope"))
        .lead(desk.text(lead))
        .ask(may_manage, ask)
}

fn scopes(
    desk: &Desk,
    (default, optional, all): (&Value, &Value, &Value),
    may_manage: bool,
) -> Card {
    let url = desk.url(&page(desk, "/scopes"));
    let mut rows = Vec::new();
    let mut taken = Vec::new();
    for (kind, linked) in [("default", default), ("optional", optional)] {
        for one in linked.as_array().into_iter().flatten() {
            let (id, name) = (text_of(one, "id"), text_of(one, "name"));
            let pill = match kind {
                "default" => Pill::ok(desk.text("scope-default")),
                _ => Pill::plain(desk.text("scope-optional")),
            };
            let scope = desk.url(&format!("/client-scopes/{}", encode(&id)));
            let mut cells = vec![Cell::link(name, scope), Cell::Pills(vec![pill])];
            if may_manage {
                let fields = [("kind", kind), ("remove", id.as_str())];
                cells.push(Cell::button(desk.text("remove"), url.clone(), &fields));
            }
            rows.push(Row::of(cells));
            taken.push(id);
        }
    }
    let mut columns = vec!["scope", "scope-kind"];
    if may_manage {
        columns.push("column-act");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("nav-client-scopes"), columns, rows);
    let open = all.as_array().into_iter().flatten();
    let open = open.filter(|one| !taken.contains(&text_of(one, "id")));
    let options = open
        .map(|one| (text_of(one, "id"), text_of(one, "name")))
        .collect();
    let kinds =
        ["default", "optional"].map(|kind| (kind.to_owned(), desk.text(&format!("scope-{kind}"))));
    let ask = Ask::new(desk, "add-scope", url, desk.text("add"))
        .input(Input::select("add", desk.text("scope"), options))
        .input(Input::select(
            "kind",
            desk.text("scope-kind"),
            kinds.to_vec(),
        ));
    Card::new("scopes", desk.text("nav-client-scopes"))
        .lead(desk.text("client-scopes-lead"))
        .table(
            table.with_token(desk.csrf()),
            desk.text("client-scopes-none"),
        )
        .ask(may_manage, ask)
}

fn roles(desk: &Desk, own: &Value, may_manage: bool) -> Card {
    let url = desk.url(&page(desk, "/role"));
    let rows = own.as_array().into_iter().flatten().map(|one| {
        let name = text_of(one, "name");
        let role = desk.url(&format!("/roles/{}", encode(&text_of(one, "id"))));
        let mut cells = vec![
            Cell::link(&name, role),
            Cell::text(desk.locale.resolve(&text_of(one, "description"))),
        ];
        if may_manage {
            cells.push(Cell::button(
                desk.text("delete"),
                url.clone(),
                &[("remove", &name)],
            ));
        }
        Row::of(cells)
    });
    let mut columns = vec!["role", "column-description"];
    if may_manage {
        columns.push("column-act");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("client-roles"), columns, rows.collect());
    let ask = Ask::new(desk, "add-role", url.clone(), desk.text("create"))
        .input(Input::text("add", desk.text("column-name"), ""))
        .input(Input::text(
            "description",
            desk.text("column-description"),
            "",
        ));
    Card::new("own-roles", desk.text("client-roles"))
        .lead(desk.text("client-roles-lead"))
        .table(
            table.with_token(desk.csrf()),
            desk.text("client-roles-none"),
        )
        .ask(may_manage, ask)
}

pub(super) async fn change_scopes(desk: Rc<Desk>) -> Shown {
    let kind = match desk.form.get("kind") {
        Some("optional") => "optional",
        _ => "default",
    };
    let links = format!("{}/{kind}-client-scopes", path(&desk));
    if let Some(id) = desk.form.get("add") {
        desk.put(&format!("{links}/{}", encode(id)), &json!({}))
            .await?;
    }
    if let Some(id) = desk.form.get("remove") {
        desk.delete(&format!("{links}/{}", encode(id))).await?;
    }
    desk.go(&page(&desk, TAB), &Flash::done("done-saved"))
}

pub(super) async fn change_roles(desk: Rc<Desk>) -> Shown {
    let roles = format!("{}/roles", path(&desk));
    if let Some(name) = desk.form.get("add") {
        let description = desk.form.trimmed("description");
        desk.post(&roles, &json!({"name": name, "description": description}))
            .await?;
    }
    if let Some(name) = desk.form.get("remove") {
        desk.delete(&format!("{roles}/{}", encode(name))).await?;
    }
    desk.go(&page(&desk, TAB), &Flash::done("done-saved"))
}

pub(super) async fn change_full_scope(desk: Rc<Desk>) -> Shown {
    let is_full = desk.form.get("full").is_some();
    desk.put(&path(&desk), &json!({"fullScopeAllowed": is_full}))
        .await?;
    desk.go(&page(&desk, TAB), &Flash::done("done-saved"))
}

pub(super) async fn change_mappings(desk: Rc<Desk>) -> Shown {
    role_choice::change(&desk, &holder(&desk)).await?;
    desk.go(&page(&desk, TAB), &Flash::done("done-saved"))
}
