//! Who administers the realm: the people and groups that have one of its administrative roles, and giving or taking one.

use std::rc::Rc;

use serde_json::{Value, json};

use super::user;
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::Heading;
use crate::part::{Ask, Card, Cell, Input, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/administrators", |desk| Box::pin(show(desk))),
    Route::change("/administrators/give", |desk| Box::pin(give(desk))),
    Route::change("/administrators/take", |desk| Box::pin(take(desk))),
];

/// Both rights are needed: for the roles, which are a client's, and for the people who have them.
const VIEW: [&[&str]; 2] = [
    &["view-clients", "manage-clients"],
    &["view-users", "manage-users"],
];
const MANAGE: &[&str] = &["manage-users"];

/// The client whose roles are the rights over this realm.
async fn rights_client(desk: &Desk) -> Result<String, Problem> {
    for name in ["realm-management", "master-realm"] {
        let found = desk.get(&format!("clients?clientId={name}")).await?;
        if let Some(client) = found.as_array().and_then(|all| all.first()) {
            return Ok(text_of(client, "id"));
        }
    }
    Err(Problem::not_found())
}

/// The administrative roles: the path of their holders at the API, and the role.
async fn roles(desk: &Desk) -> Result<Vec<(String, Value)>, Problem> {
    let client = encode(&rights_client(desk).await?);
    let found = desk
        .get(&format!("clients/{client}/roles?first=0&max=200"))
        .await?;
    let all = found.as_array().into_iter().flatten();
    let mut roles: Vec<(String, Value)> = all
        .map(|role| {
            let name = encode(&text_of(role, "name"));
            (format!("clients/{client}/roles/{name}"), role.clone())
        })
        .collect();
    // `master` has a role above all of them.
    for name in ["admin", "create-realm"] {
        if desk.realm == "master"
            && let Some(role) = desk.get_if_allowed(&format!("roles/{name}")).await?
        {
            roles.insert(0, (format!("roles/{name}"), role));
        }
    }
    Ok(roles)
}

async fn show(desk: Rc<Desk>) -> Shown {
    for rights in VIEW {
        desk.check(rights)?;
    }
    let roles = roles(&desk).await?;
    let may_manage = desk.may(MANAGE);
    let (mut people, mut groups) = (Vec::new(), Vec::new());
    for (path, role) in &roles {
        let name = text_of(role, "name");
        let found = desk.get(&format!("{path}/users?max=200")).await?;
        for one in found.as_array().into_iter().flatten() {
            people.push(person(&desk, one, &name, may_manage));
        }
        let found = desk.get(&format!("{path}/groups?max=200")).await?;
        for one in found.as_array().into_iter().flatten() {
            let url = desk.url(&format!("/groups/{}", encode(&text_of(one, "id"))));
            let cells = vec![Cell::link(text_of(one, "path"), url), Cell::mono(&name)];
            groups.push(Row::of(cells));
        }
    }
    let mut columns = vec!["kind-user", "users-email", "role"];
    if may_manage {
        columns.push("column-act");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let count = people.len();
    let people = Table::new(desk.text("nav-administrators"), columns, people);
    let columns = ["kind-group", "role"].map(|key| desk.text(key)).to_vec();
    let groups = Table::new(desk.text("nav-groups"), columns, groups);
    let names = roles.iter().map(|(_, role)| text_of(role, "name"));
    let options = names.map(|name| (name.clone(), name)).collect();
    let give = Ask::new(
        &desk,
        "give",
        desk.url("/administrators/give"),
        desk.text("roles-give"),
    )
    .input(Input::text("user", desk.text("users-username"), ""))
    .input(Input::select("role", desk.text("role"), options));
    let heading = Heading::new(&desk.text("nav-administrators"))
        .count(count)
        .lead(desk.text("administrators-lead"));
    Stack::new(desk.frame(heading))
        .card(
            Card::new("people", desk.text("nav-users"))
                .table(
                    people.with_token(desk.csrf()),
                    desk.text("administrators-none"),
                )
                .ask(may_manage, give),
        )
        .card(
            Card::new("groups", desk.text("nav-groups"))
                .lead(desk.text("administrators-groups"))
                .table(groups, desk.text("administrators-no-groups")),
        )
        .show(&desk)
}

fn person(desk: &Desk, one: &Value, role: &str, may_manage: bool) -> Row {
    let id = text_of(one, "id");
    let mut cells = vec![
        user::link(desk, &id, &text_of(one, "username")),
        Cell::text(text_of(one, "email")),
        Cell::mono(role),
    ];
    if may_manage {
        let url = desk.url("/administrators/take");
        let fields = [("user", id.as_str()), ("role", role)];
        cells.push(Cell::button(desk.text("remove"), url, &fields));
    }
    Row::of(cells)
}

/// The path of the mappings that a role belongs to, below a user, and the role.
async fn mapping(desk: &Desk) -> Result<(String, Value), Problem> {
    let name = desk.form.get("role").unwrap_or_default();
    let roles = roles(desk).await?;
    let found = roles
        .into_iter()
        .find(|(_, role)| text_of(role, "name") == name);
    let (path, role) = found.ok_or_else(Problem::not_found)?;
    let end = match path.starts_with("roles/") {
        true => "realm".to_owned(),
        false => format!("clients/{}", encode(&text_of(&role, "containerId"))),
    };
    Ok((format!("role-mappings/{end}"), role))
}

async fn give(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let name = desk.form.trimmed("user");
    let path = format!("users?exact=true&username={}", encode(name));
    let found = desk.get(&path).await?;
    let person = found.as_array().and_then(|all| all.first());
    let Some(person) = person else {
        return desk.go(
            "/administrators",
            &Flash::failed("done-no-user").about(name),
        );
    };
    let (end, role) = mapping(&desk).await?;
    let path = format!("users/{}/{end}", encode(&text_of(person, "id")));
    desk.post(&path, &json!([role])).await?;
    desk.go("/administrators", &Flash::done("done-saved"))
}

async fn take(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let (end, role) = mapping(&desk).await?;
    let id = encode(desk.form.get("user").unwrap_or_default());
    let path = format!("users/{id}/{end}");
    desk.delete_named(&path, &json!([role])).await?;
    desk.go("/administrators", &Flash::done("done-removed"))
}
