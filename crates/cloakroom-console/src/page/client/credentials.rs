//! What proves a client: its secret, and the one before it, which still counts for a while.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{client, page, path};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::page::clients::MANAGE;
use crate::part::sheet::{self, Sheet};
use crate::part::{Ask, Card, Field, Input, Kept, Piece, Section, Shape, Stack};
use crate::routes::Shown;

const TAB: &str = "/credentials";

fn sections() -> Vec<Section> {
    let methods = &[
        "client-secret",
        "client-jwt",
        "client-secret-jwt",
        "client-x509",
    ];
    vec![Section::new(
        "client-proof",
        vec![
            Field::new(
                "clientAuthenticatorType",
                "client-method",
                Shape::Choice(methods),
            ),
            Field::new(
                "attributes/use.jwks.url",
                "client-jwks-on",
                Shape::Switch(true),
            ),
            Field::new("attributes/jwks.url", "client-jwks", Shape::Text),
        ],
    )]
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (object, heading) = client(&desk, TAB).await?;
    let may_manage = desk.may(MANAGE);
    let is_public = object.get("publicClient").and_then(Value::as_bool) == Some(true);
    let mut stack = Stack::new(desk.frame(heading));
    if is_public {
        let none =
            Card::new("secret", desk.text("client-secret")).lead(desk.text("client-public-lead"));
        return stack.card(none).show(&desk);
    }
    let secret = desk.get(&format!("{}/client-secret", path(&desk))).await?;
    let rotated = desk
        .get_if_allowed(&format!("{}/client-secret/rotated", path(&desk)))
        .await?;
    stack = stack.card(current(&desk, &secret, may_manage));
    if let Some(rotated) = rotated {
        stack = stack.card(before(&desk, &rotated, may_manage));
    }
    let sheet = Sheet::of(&desk, &sections(), &object).read_only(!may_manage);
    stack.with(Piece::Sheet(sheet)).show(&desk)
}

/// How long the secret before goes on to count, in seconds. Whoever fears that it is in the wrong hands lets it end.
const KEPT: [(&str, &str); 4] = [
    ("86400", "client-secret-keep-day"),
    ("3600", "client-secret-keep-hour"),
    ("604800", "client-secret-keep-week"),
    ("0", "client-secret-keep-none"),
];

fn current(desk: &Desk, secret: &Value, may_manage: bool) -> Card {
    let ask = Ask::new(
        desk,
        "renew",
        desk.url(&page(desk, "/secret")),
        desk.text("client-secret-renew"),
    )
    .input(
        Input::select(
            "keep",
            desk.text("client-secret-keep"),
            KEPT.map(|(seconds, key)| (seconds.to_owned(), desk.text(key)))
                .to_vec(),
        )
        .chosen("86400"),
    );
    let value = text_of(secret, "value");
    let card =
        Card::new("secret", desk.text("client-secret")).lead(desk.text("client-secret-lead"));
    let card = match value.is_empty() {
        true => card,
        false => card.copied(desk, value),
    };
    card.ask(may_manage, ask.primary())
}

fn before(desk: &Desk, rotated: &Value, may_manage: bool) -> Card {
    let url = desk.url(&page(desk, "/secret/forget"));
    let ask = Ask::new(desk, "forget", url, desk.text("client-secret-forget")).danger();
    Card::new("rotated", desk.text("client-secret-before"))
        .lead(desk.text("client-secret-before-lead"))
        .copied(desk, text_of(rotated, "value"))
        .ask(may_manage, ask)
}

pub(super) async fn save(desk: Rc<Desk>) -> Shown {
    let (_, heading) = client(&desk, TAB).await?;
    let (api, page) = (path(&desk), page(&desk, TAB));
    let kept = Kept {
        api: &api,
        page: &page,
    };
    sheet::save(&desk, kept, &sections(), desk.frame(heading)).await
}

pub(super) async fn renew(desk: Rc<Desk>) -> Shown {
    let keep = encode(desk.form.get("keep").unwrap_or("0"));
    let path = format!("{}/client-secret?keep={keep}", path(&desk));
    desk.post(&path, &json!({})).await?;
    desk.go(&page(&desk, TAB), &Flash::done("done-secret"))
}

pub(super) async fn forget(desk: Rc<Desk>) -> Shown {
    desk.delete(&format!("{}/client-secret/rotated", path(&desk)))
        .await?;
    desk.go(&page(&desk, TAB), &Flash::done("done-removed"))
}
