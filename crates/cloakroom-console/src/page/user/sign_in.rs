//! How a person signs in: what they have, a new password, a letter that asks them, links to identity providers.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{MANAGE, page, path, person};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::part::{Ask, Card, Cell, Input, Row, Stack, Table};
use crate::routes::Shown;

/// The end of this tab's address.
const TAB: &str = "/sign-in";

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (user, heading) = person(&desk, TAB).await?;
    let path = path(&desk);
    let has = desk.get(&format!("{path}/credentials")).await?;
    let links = desk.get(&format!("{path}/federated-identity")).await?;
    let may_manage = desk.may(MANAGE);
    let actions = match may_manage {
        true => desk
            .get_if_allowed("authentication/required-actions")
            .await?
            .unwrap_or_default(),
        false => Value::Null,
    };
    Stack::new(desk.frame(heading))
        .card(credentials(&desk, &has, may_manage))
        .card(password(&desk, &user, may_manage))
        .card(letter(&desk, &actions, may_manage))
        .card(identities(&desk, &links, may_manage))
        .show(&desk)
}

fn credentials(desk: &Desk, has: &Value, may_manage: bool) -> Card {
    let url = desk.url(&page(desk, "/credential"));
    let rows = has.as_array().into_iter().flatten().map(|one| {
        let (id, kind) = (text_of(one, "id"), text_of(one, "type"));
        let created = one.get("createdDate").and_then(Value::as_i64);
        let mut cells = vec![
            Cell::short(kind_of(desk, &kind)),
            Cell::text(text_of(one, "userLabel")),
            Cell::when(created, &desk.text("never")),
            Cell::text(details(desk, one)),
        ];
        if may_manage {
            cells.push(Cell::button(
                desk.text("remove"),
                url.clone(),
                &[("credential", &id)],
            ));
        }
        Row::of(cells)
    });
    let mut columns = vec![
        "credential-type",
        "credential-label",
        "users-created",
        "credential-data",
    ];
    if may_manage {
        columns.push("column-act");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("user-credentials"), columns, rows.collect());
    Card::new("credentials", desk.text("user-credentials"))
        .lead(desk.text("user-credentials-lead"))
        .table(
            table.with_token(desk.csrf()),
            desk.text("user-credentials-none"),
        )
}

/// The kinds of credential, and the keys of the words for them.
const KINDS: [(&str, &str); 5] = [
    ("password", "credential-password"),
    ("otp", "credential-otp"),
    ("webauthn", "credential-webauthn"),
    ("webauthn-passwordless", "credential-webauthn-passwordless"),
    ("recovery-authn-codes", "credential-recovery-authn-codes"),
];

/// The words for a kind of credential; one that has none is called what the API calls it.
pub(in crate::page) fn kind_of(desk: &Desk, kind: &str) -> String {
    let known = KINDS.iter().find(|(own, _)| *own == kind);
    known.map_or_else(|| kind.to_owned(), |(_, key)| desk.text(key))
}

/// What is known of a credential: how a password is hashed; of others each value by its name.
fn details(desk: &Desk, one: &Value) -> String {
    let data: Value = serde_json::from_str(&text_of(one, "credentialData")).unwrap_or(Value::Null);
    let (algorithm, rounds) = (
        text_of(&data, "algorithm"),
        text_of(&data, "hashIterations"),
    );
    if !algorithm.is_empty() && !rounds.is_empty() {
        let named = [("algorithm", algorithm), ("rounds", rounds)];
        return desk.locale.text_with_all("credential-hash", &named);
    }
    let members = data.as_object().into_iter().flatten();
    let plain = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let words = members.map(|(name, value)| format!("{name}: {}", plain(value)));
    words.collect::<Vec<_>>().join(", ")
}

fn password(desk: &Desk, user: &Value, may_manage: bool) -> Card {
    let url = desk.url(&page(desk, "/password"));
    let ask = Ask::new(desk, "reset", url, desk.text("user-set-password"))
        .input(Input::password("password", desk.text("users-password")))
        .input(Input::check(
            "temporary",
            desk.text("users-temporary"),
            true,
        ))
        .primary();
    let who = text_of(user, "username");
    Card::new("password", desk.text("user-set-password"))
        .lead(desk.text_with("user-set-password-lead", "name", who))
        .ask(may_manage, ask)
}

fn letter(desk: &Desk, actions: &Value, may_manage: bool) -> Card {
    let options = actions.as_array().into_iter().flatten();
    let options = options
        .filter(|one| one.get("enabled") == Some(&json!(true)))
        .map(|one| (text_of(one, "alias"), text_of(one, "name")));
    let ask = Ask::new(
        desk,
        "ask",
        desk.url(&page(desk, "/letter")),
        desk.text("user-letter-send"),
    )
    .input(Input::select(
        "action",
        desk.text("user-letter-action"),
        options.collect(),
    ));
    let settings = Ask::new(
        desk,
        "mail",
        desk.url(MAIL),
        desk.text("user-letter-set-server"),
    );
    let has_sender = has_sender(desk);
    let card = Card::new("letter", desk.text("user-letter"));
    let card = match has_sender {
        true => card.lead(desk.text("user-letter-lead")),
        false => card.lead(desk.text("user-letter-no-server")),
    };
    let may_set = desk.may(&["view-realm", "manage-realm"]);
    card.ask(may_manage && has_sender, ask)
        .ask(!has_sender && may_set, settings.view())
}

/// Where the realm's mail server is set.
const MAIL: &str = "/settings/advanced";

/// Somebody has said from which address the realm's letters come.
fn has_sender(desk: &Desk) -> bool {
    desk.about("realm/hasSender") == "true"
}

fn identities(desk: &Desk, links: &Value, may_manage: bool) -> Card {
    let url = desk.url(&page(desk, "/identity"));
    let rows = links.as_array().into_iter().flatten().map(|one| {
        let alias = text_of(one, "identityProvider");
        let mut cells = vec![
            Cell::text(&alias),
            Cell::text(text_of(one, "userName")),
            Cell::mono(text_of(one, "userId")),
        ];
        if may_manage {
            cells.push(Cell::button(
                desk.text("remove"),
                url.clone(),
                &[("provider", &alias)],
            ));
        }
        Row::of(cells)
    });
    let mut columns = vec!["identity-provider", "users-username", "identity-id"];
    if may_manage {
        columns.push("column-act");
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("user-identities"), columns, rows.collect());
    Card::new("identities", desk.text("user-identities")).table(
        table.with_token(desk.csrf()),
        desk.text("user-identities-none"),
    )
}

pub(super) async fn set_password(desk: Rc<Desk>) -> Shown {
    let sent = json!({
        "type": "password",
        "value": desk.form.raw("password").unwrap_or_default(),
        "temporary": desk.form.raw("temporary").is_some(),
    });
    desk.put(&format!("{}/reset-password", path(&desk)), &sent)
        .await?;
    desk.go(&page(&desk, TAB), &Flash::done("done-password"))
}

pub(super) async fn remove(desk: Rc<Desk>) -> Shown {
    let id = encode(desk.form.get("credential").unwrap_or_default());
    desk.delete(&format!("{}/credentials/{id}", path(&desk)))
        .await?;
    desk.go(&page(&desk, TAB), &Flash::done("done-removed"))
}

pub(super) async fn write(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let back = page(&desk, TAB);
    if !has_sender(&desk) {
        // Of somebody who is not here nothing else is said.
        desk.get(&path(&desk)).await?;
        return desk.go(&back, &Flash::failed("done-letter-no-server"));
    }
    let action = desk.form.get("action").unwrap_or_default();
    let api = format!("{}/execute-actions-email", path(&desk));
    match desk.put(&api, &json!([action])).await {
        Ok(_) => desk.go(&back, &Flash::done("done-letter")),
        Err(problem) if problem.is_about_what_was_sent() => {
            let refused = Flash::failed("done-letter-refused");
            desk.go(&back, &refused.about(&problem.text))
        }
        Err(problem) => Err(problem),
    }
}

pub(super) async fn unlink(desk: Rc<Desk>) -> Shown {
    let alias = encode(desk.form.get("provider").unwrap_or_default());
    desk.delete(&format!("{}/federated-identity/{alias}", path(&desk)))
        .await?;
    desk.go(&page(&desk, TAB), &Flash::done("done-removed"))
}
