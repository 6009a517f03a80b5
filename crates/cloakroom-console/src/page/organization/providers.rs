//! The identity providers whose people belong to an organization.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{MANAGE, organization, page, path};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::part::{Ask, Card, Cell, Input, Row, Stack, Table};
use crate::routes::Shown;

const TAB: &str = "/providers";

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (_, heading) = organization(&desk, TAB).await?;
    let may_manage = desk.may(MANAGE) && desk.may(&["manage-identity-providers"]);
    let linked = desk
        .get(&format!("{}/identity-providers", path(&desk)))
        .await?;
    let url = desk.url(&page(&desk, TAB));
    let rows = linked.as_array().into_iter().flatten().map(|one| {
        let alias = text_of(one, "alias");
        let at = desk.url(&format!("/identity-providers/{}", encode(&alias)));
        let mut cells = vec![
            Cell::link(&*alias, at),
            Cell::text(text_of(one, "displayName")),
            Cell::text(text_of(one, "config/kc.org.domain")),
        ];
        if may_manage {
            let fields = [("remove", alias.as_str())];
            cells.push(Cell::button(desk.text("remove"), url.clone(), &fields));
        }
        Row::of(cells)
    });
    let mut columns = vec![
        "provider-alias",
        "provider-display-name",
        "organization-domain",
    ];
    if may_manage {
        columns.push("column-act");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let name = desk.text("organization-providers");
    let table = Table::new(name.clone(), columns, rows.collect());
    // Whoever may not see the providers types the alias.
    let all = desk.get_if_allowed("identity-provider/instances").await?;
    let options: Vec<(String, String)> = all
        .as_ref()
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|one| text_of(one, "organizationId").is_empty())
        .map(|one| (text_of(one, "alias"), text_of(one, "alias")))
        .collect();
    let has_any = all.is_none() || !options.is_empty();
    let label = desk.text("provider-alias");
    let input = match all {
        Some(_) => Input::select("add", label, options),
        None => Input::text("add", label, ""),
    };
    let add = Ask::new(&desk, "link", url.clone(), desk.text("add")).input(input);
    Stack::new(desk.frame(heading))
        .card(
            Card::new("providers", name)
                .lead(desk.text("organization-providers-lead"))
                .table(
                    table.with_token(desk.csrf()),
                    desk.text("organization-providers-none"),
                )
                .ask(may_manage && has_any, add),
        )
        .show(&desk)
}

pub(super) async fn change(desk: Rc<Desk>) -> Shown {
    let all = format!("{}/identity-providers", path(&desk));
    if let Some(alias) = desk.form.get("add") {
        desk.post(&all, &json!(alias.trim())).await?;
    }
    if let Some(alias) = desk.form.get("remove") {
        desk.delete(&format!("{all}/{}", encode(alias))).await?;
    }
    desk.go(&page(&desk, TAB), &Flash::done("done-saved"))
}
