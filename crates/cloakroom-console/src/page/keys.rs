//! The realm's keys: which one signs, which ones only verify, and the way from one to the next.
//!
//! A client may keep the published keys for an hour. So a new key is published first, signs later, and the one before it
//! stays published until the last token that it signed has ended.

use std::rc::Rc;

use serde_json::{Value, json};

use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Action, Heading};
use crate::part::{Ask, Card, Cell, Input, Pill, Row, Stack, Table};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/keys", |desk| Box::pin(show(desk))),
    Route::change("/keys/publish", |desk| Box::pin(publish(desk))),
    Route::change("/keys/step", |desk| Box::pin(step(desk))),
];

const MANAGE: &[&str] = &["manage-realm"];

/// The kinds of key that can be made: the provider, the name of the setting that says which, its value, the words.
const KINDS: [(&str, &str, &str, &str); 7] = [
    ("rsa-generated", "algorithm", "RS256", "RS256"),
    ("rsa-generated", "algorithm", "PS256", "PS256"),
    ("ecdsa-generated", "ecdsaEllipticCurveKey", "P-256", "ES256"),
    ("ecdsa-generated", "ecdsaEllipticCurveKey", "P-384", "ES384"),
    ("ecdsa-generated", "ecdsaEllipticCurveKey", "P-521", "ES512"),
    (
        "eddsa-generated",
        "eddsaEllipticCurveKey",
        "Ed25519",
        "EdDSA",
    ),
    (
        "rsa-enc-generated",
        "algorithm",
        "RSA-OAEP-256",
        "RSA-OAEP-256",
    ),
];

async fn show(desk: Rc<Desk>) -> Shown {
    let found = desk.get("keys").await?;
    let may_manage = desk.may(MANAGE);
    let seen = format!(
        "{}/realms/{}/protocol/openid-connect/certs",
        desk.app.base_url,
        encode(&desk.realm)
    );
    let heading = Heading::new(&desk.text("nav-keys"))
        .lead(desk.text("keys-lead"))
        .action(true, Action::link(desk.text("keys-as-seen"), seen));
    let options = KINDS
        .map(|(.., words)| (words.to_owned(), words.to_owned()))
        .to_vec();
    let publish = Ask::new(
        &desk,
        "publish",
        desk.url("/keys/publish"),
        desk.text("keys-publish"),
    )
    .primary()
    .input(Input::select(
        "algorithm",
        desk.text("keys-algorithm"),
        options,
    ));
    let plan = Card::new("plan", desk.text("keys-plan"))
        .lead(desk.text("keys-plan-lead"))
        .ask(may_manage, publish);
    Stack::new(desk.frame(heading))
        .card(table(&desk, &found, may_manage))
        .card(plan)
        .show(&desk)
}

/// What can be done with a key in its state: the step, and the key of the words.
fn steps(status: &str) -> &'static [(&'static str, &'static str)] {
    match status {
        "ACTIVE" => &[("passive", "keys-to-passive")],
        "PASSIVE" => &[
            ("active", "keys-to-active"),
            ("disabled", "keys-to-disabled"),
        ],
        _ => &[("passive", "keys-to-passive"), ("delete", "delete")],
    }
}

fn table(desk: &Desk, found: &Value, may_manage: bool) -> Card {
    let all = found
        .get("keys")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let rows = all.map(|one| {
        let status = text_of(one, "status");
        let kid = text_of(one, "kid");
        let algorithm = text_of(one, "algorithm");
        let signs = text_of(found, &format!("active/{algorithm}")) == kid;
        let pill = match (status.as_str(), signs) {
            ("ACTIVE", true) => Pill::ok(desk.text("keys-signing")),
            ("ACTIVE", false) => Pill::plain(desk.text("keys-behind")),
            ("PASSIVE", _) => Pill::info(desk.text("keys-passive")),
            _ => Pill::danger(desk.text("state-disabled")),
        };
        let until = one.get("validTo").and_then(Value::as_i64);
        let mut cells = vec![
            Cell::mono(kid),
            Cell::text(algorithm),
            Cell::text(text_of(one, "use")),
            Cell::Pills(vec![pill]),
            Cell::Number(text_of(one, "providerPriority")),
            Cell::when(until, "–"),
        ];
        if may_manage {
            let id = text_of(one, "providerId");
            cells.extend(steps(&status).iter().map(|(step, key)| {
                Cell::button(
                    desk.text(key),
                    desk.url("/keys/step"),
                    &[("key", &id), ("step", step)],
                )
            }));
            if steps(&status).len() == 1 {
                cells.push(Cell::muted(""));
            }
        }
        Row::of(cells)
    });
    let mut columns = vec![
        "keys-kid",
        "keys-algorithm",
        "keys-use",
        "column-state",
        "keys-priority",
        "keys-until",
    ];
    if may_manage {
        columns.extend(["keys-next", "keys-or"]);
    }
    let columns = columns.into_iter().map(|key| desk.text(key)).collect();
    let table = Table::new(desk.text("nav-keys"), columns, rows.collect());
    Card::new("keys", desk.text("nav-keys"))
        .table(table.with_token(desk.csrf()), desk.text("nothing-found"))
}

/// Makes a key that is published and does not sign yet.
async fn publish(desk: Rc<Desk>) -> Shown {
    let algorithm = desk.form.get("algorithm").unwrap_or_default();
    let kind = KINDS.iter().find(|(.., words)| *words == algorithm);
    let (provider, name, value, words) = kind.ok_or_else(Problem::not_found)?;
    let realm = desk.get("").await?;
    let found = desk.get("keys").await?;
    let all = found
        .get("keys")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let highest = all
        .filter_map(|one| one.get("providerPriority").and_then(Value::as_i64))
        .max();
    let priority = highest.unwrap_or(0).saturating_add(10);
    let component = json!({
        "name": format!("{words} {priority}"),
        "providerId": provider,
        "providerType": "org.keycloak.keys.KeyProvider",
        "parentId": realm.get("id"),
        "config": {
            *name: [value],
            "priority": [priority.to_string()],
            "enabled": ["true"],
            "active": ["false"],
        },
    });
    desk.post("components", &component).await?;
    desk.go("/keys", &Flash::done("done-published"))
}

/// Takes a key to its next state.
async fn step(desk: Rc<Desk>) -> Shown {
    let path = format!(
        "components/{}",
        encode(desk.form.get("key").unwrap_or_default())
    );
    let (enabled, active) = match desk.form.get("step") {
        Some("active") => ("true", "true"),
        Some("passive") => ("true", "false"),
        Some("disabled") => ("false", "false"),
        Some("delete") => {
            desk.delete(&path).await?;
            return desk.go("/keys", &Flash::done("done-removed"));
        }
        _ => return Err(Problem::not_found()),
    };
    let mut component = desk.get(&path).await?;
    if let Some(config) = component.get_mut("config").and_then(Value::as_object_mut) {
        config.insert("enabled".to_owned(), json!([enabled]));
        config.insert("active".to_owned(), json!([active]));
    }
    desk.put(&path, &component).await?;
    desk.go("/keys", &Flash::done("done-saved"))
}
