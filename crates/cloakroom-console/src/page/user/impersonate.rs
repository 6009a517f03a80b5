//! An administrator looks at the world as somebody else: why has to be said, and stands in the trail.

use std::rc::Rc;

use actix_web::http::Method;
use actix_web::http::header::SET_COOKIE;
use serde_json::{Value, json};

use super::{page, path};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::part::{Ask, Card, Input};
use crate::routes::Shown;

/// Keycloak's right for it.
const RIGHT: &[&str] = &["impersonation"];

/// The form, where the administrator may send it and it would be let through.
pub(super) fn card(desk: &Desk, user: &Value) -> Option<Card> {
    let is_on = user.get("enabled").and_then(Value::as_bool) == Some(true);
    let is_service = !text_of(user, "serviceAccountClientId").is_empty();
    if !desk.may(RIGHT) || !is_on || is_service {
        return None;
    }
    let url = desk.url(&page(desk, "/impersonate"));
    let ask = Ask::new(desk, "impersonate", url, desk.text("impersonate")).input(Input::text(
        "reason",
        desk.text("impersonate-reason"),
        "",
    ));
    let words = match desk.home().name == desk.realm {
        true => "impersonate-lead-home",
        false => "impersonate-lead",
    };
    let card = Card::new("as-them", desk.text("impersonate-title")).lead(desk.text(words));
    Some(card.ask(true, ask))
}

/// Opens a session of theirs in this browser, and shows their account.
pub(super) async fn begin(desk: Rc<Desk>) -> Shown {
    desk.check(RIGHT)?;
    let reason = desk.form.trimmed("reason");
    if reason.is_empty() {
        return desk.go(&page(&desk, ""), &Flash::failed("done-no-reason"));
    }
    let reason: String = reason.chars().take(500).collect();
    let target = format!(
        "/admin/realms/{}/{}/impersonation",
        encode(&desk.realm),
        path(&desk)
    );
    let sent = json!({"reason": reason}).to_string().into_bytes();
    let reply = desk
        .ask(
            Method::POST,
            &target,
            Some(("application/json", sent)),
            None,
        )
        .await?;
    let mut answer = desk.go_to(&text_of(&reply.json, "redirect"), None);
    for cookie in reply.cookies {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(answer)
}
