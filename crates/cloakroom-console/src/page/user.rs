//! One person: who they are, and what can be done with their account.

mod access;
mod activity;
mod attributes;
mod impersonate;
mod sessions;
mod sign_in;

use std::rc::Rc;

use serde_json::{Value, json};

use super::recycle_bin;
use super::users::{MANAGE, factors, states};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Heading, Step};
use crate::part::sheet::{self, Sheet};
use crate::part::{Ask, Card, Cell, Facts, Field, Kept, Piece, Pill, Section, Shape, Stack};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) use sessions::clients_of;
pub(super) use sign_in::kind_of;

pub(super) const ROUTES: &[Route] = &[
    Route::show("/users/{id}", |desk| Box::pin(show(desk))).and_change(|desk| Box::pin(save(desk))),
    Route::change("/users/{id}/lock", |desk| Box::pin(lock(desk))),
    Route::change("/users/{id}/unlock", |desk| Box::pin(unlock(desk))),
    Route::change("/users/{id}/delete", |desk| Box::pin(remove(desk))),
    Route::change("/users/{id}/impersonate", |desk| {
        Box::pin(impersonate::begin(desk))
    }),
    Route::show("/users/{id}/attributes", |desk| {
        Box::pin(attributes::show(desk))
    })
    .and_change(|desk| Box::pin(attributes::save(desk))),
    Route::show("/users/{id}/sign-in", |desk| Box::pin(sign_in::show(desk))),
    Route::change("/users/{id}/password", |desk| {
        Box::pin(sign_in::set_password(desk))
    }),
    Route::change("/users/{id}/credential", |desk| {
        Box::pin(sign_in::remove(desk))
    }),
    Route::change("/users/{id}/letter", |desk| Box::pin(sign_in::write(desk))),
    Route::change("/users/{id}/identity", |desk| {
        Box::pin(sign_in::unlink(desk))
    }),
    Route::show("/users/{id}/access", |desk| Box::pin(access::show(desk))),
    Route::change("/users/{id}/roles", |desk| {
        Box::pin(access::change_roles(desk))
    }),
    Route::change("/users/{id}/groups", |desk| {
        Box::pin(access::change_groups(desk))
    }),
    Route::show("/users/{id}/sessions", |desk| {
        Box::pin(sessions::show(desk))
    }),
    Route::change("/users/{id}/session", |desk| Box::pin(sessions::end(desk))),
    Route::change("/users/{id}/consent", |desk| {
        Box::pin(sessions::revoke(desk))
    }),
    Route::show("/users/{id}/activity", |desk| {
        Box::pin(activity::show(desk))
    }),
];

/// The tabs: the end of the address, and the key of the name.
const TABS: [(&str, &str); 6] = [
    ("", "user-overview"),
    ("/attributes", "user-attributes"),
    ("/sign-in", "user-sign-in"),
    ("/access", "user-access"),
    ("/sessions", "user-sessions"),
    ("/activity", "user-activity"),
];

/// The path of this person at the API and in the console.
fn path(desk: &Desk) -> String {
    format!("users/{}", encode(&desk.part("id")))
}

fn page(desk: &Desk, tab: &str) -> String {
    format!("/{}{tab}", path(desk))
}

/// The person, and what stands above each page about them.
async fn person(desk: &Desk, tab: &str) -> Result<(Value, Heading), Problem> {
    let user = desk.get(&path(desk)).await?;
    let tabs = TABS.iter().map(|(end, key)| {
        Step::new(desk.text(key), desk.url(&page(desk, end))).current(*end == tab)
    });
    let mut heading = Heading::new(&text_of(&user, "username"))
        .under(desk.text("nav-users"), desk.url("/users"))
        .id(&text_of(&user, "id"))
        .tabs(tabs.collect());
    for pill in states(desk, &user) {
        heading = heading.pill(pill);
    }
    let id = text_of(&user, "id");
    let known = format!("ui-ext/factors?ids={}", encode(&id));
    let known = desk.get_if_allowed(&known).await?;
    let held = factors(desk, &id, known.as_ref().unwrap_or(&Value::Null));
    // A service account signs in nowhere.
    let is_person = text_of(&user, "serviceAccountClientId").is_empty();
    if held.is_empty() && known.is_some() && is_person {
        heading = heading.pill(Pill::warn(desk.text("users-no-factor")));
    }
    for pill in held {
        heading = heading.pill(pill);
    }
    Ok((user, heading))
}

fn sections() -> Vec<Section> {
    vec![
        Section::new(
            "users-who",
            vec![
                Field::new("username", "users-username", Shape::Required),
                Field::new("email", "users-email", Shape::Text),
                Field::new(
                    "emailVerified",
                    "users-email-verified",
                    Shape::Switch(false),
                ),
                Field::new("firstName", "users-first-name", Shape::Text),
                Field::new("lastName", "users-last-name", Shape::Text),
            ],
        ),
        Section::new(
            "user-account",
            vec![
                Field::new("enabled", "user-enabled", Shape::Switch(false)),
                Field::new("requiredActions", "user-required-actions", Shape::Lines),
            ],
        ),
    ]
}

async fn show(desk: Rc<Desk>) -> Shown {
    let (user, heading) = person(&desk, "").await?;
    let may_manage = desk.may(MANAGE);
    let lockout = format!(
        "attack-detection/brute-force/users/{}",
        encode(&desk.part("id"))
    );
    let lockout = desk.get_if_allowed(&lockout).await?.unwrap_or_default();
    let id = desk.part("id");
    let seen = format!("ui-ext/sign-ins?ids={}", encode(&id));
    let seen = desk.get_if_allowed(&seen).await?.unwrap_or_default();
    let seen = Cell::when(seen.get(&id).and_then(Value::as_i64), &desk.text("never"));
    let sheet = Sheet::of(&desk, &sections(), &user).read_only(!may_manage);
    let facts = facts(&desk, &user, &lockout).fact(desk.text("users-last-sign-in"), seen);
    let mut stack = Stack::new(desk.frame(heading))
        .with(Piece::Facts(facts))
        .with(Piece::Sheet(sheet));
    if let Some(card) = impersonate::card(&desk, &user) {
        stack = stack.card(card);
    }
    let is_on = |of: &Value, name: &str| of.get(name).and_then(Value::as_bool) == Some(true);
    let is_shut = !is_on(&user, "enabled") || is_on(&lockout, "disabled");
    stack.card(danger(&desk, may_manage, is_shut)).show(&desk)
}

fn facts(desk: &Desk, user: &Value, lockout: &Value) -> Facts {
    let when = |value: &Value, name: &str| value.get(name).and_then(Value::as_i64);
    let failures = text_of(lockout, "numFailures");
    let is_locked = lockout.get("disabled").and_then(Value::as_bool) == Some(true);
    let locked = if is_locked {
        "user-locked-now"
    } else {
        "user-not-locked"
    };
    Facts::new("facts", desk.text("user-facts"))
        .fact(
            desk.text("users-created"),
            Cell::when(when(user, "createdTimestamp"), "–"),
        )
        .text(
            desk.text("user-federation"),
            &text_of(user, "federationLink"),
        )
        .text(
            desk.text("user-service-account"),
            &text_of(user, "serviceAccountClientId"),
        )
        .text(desk.text("user-lockout"), &desk.text(locked))
        .text(
            desk.text("user-failures"),
            if failures == "0" { "" } else { &failures },
        )
        .fact(
            desk.text("user-last-failure"),
            Cell::when(when(lockout, "lastFailure"), "–"),
        )
}

/// What takes something away: in a card of its own, at the end. Where nobody gets in now, there is the way back.
fn danger(desk: &Desk, may_manage: bool, is_shut: bool) -> Card {
    let at = |end: &str| desk.url(&page(desk, end));
    let lock = Ask::new(desk, "lock", at("/lock"), desk.text("user-lock")).danger();
    let unlock = Ask::new(desk, "unlock", at("/unlock"), desk.text("user-unlock"));
    let delete = recycle_bin::ask(desk, &page(desk, ""), "user-delete");
    Card::new("danger", desk.text("danger"))
        .lead(desk.text("user-danger-lead"))
        .ask(may_manage && is_shut, unlock)
        .ask(may_manage, lock)
        .ask(may_manage, delete)
}

async fn save(desk: Rc<Desk>) -> Shown {
    let (_, heading) = person(&desk, "").await?;
    let (api, page) = (path(&desk), page(&desk, ""));
    let kept = Kept {
        api: &api,
        page: &page,
    };
    sheet::save(&desk, kept, &sections(), desk.frame(heading)).await
}

/// Locks the account and ends all that it has open, in this order: nothing new begins meanwhile.
async fn lock(desk: Rc<Desk>) -> Shown {
    let path = path(&desk);
    desk.put(&path, &json!({"enabled": false})).await?;
    desk.post(&format!("{path}/logout"), &json!({})).await?;
    desk.go(&page(&desk, ""), &Flash::done("done-locked"))
}

/// Forgives failed sign-ins, and switches the account on.
async fn unlock(desk: Rc<Desk>) -> Shown {
    let lockout = format!(
        "attack-detection/brute-force/users/{}",
        encode(&desk.part("id"))
    );
    desk.delete(&lockout).await?;
    desk.put(&path(&desk), &json!({"enabled": true})).await?;
    desk.go(&page(&desk, ""), &Flash::done("done-unlocked"))
}

async fn remove(desk: Rc<Desk>) -> Shown {
    let (user, _) = person(&desk, "").await?;
    let name = text_of(&user, "username");
    recycle_bin::delete(&desk, &path(&desk), &name, "/users").await
}

/// A link to another person's page.
pub(super) fn link(desk: &Desk, id: &str, name: &str) -> Cell {
    Cell::link(name, desk.url(&format!("/users/{}", encode(id))))
}

/// The id of the person with this username.
pub(super) async fn named(desk: &Desk, name: &str) -> Result<String, Problem> {
    let path = format!("users?exact=true&username={}", encode(name.trim()));
    let found = desk.get(&path).await?;
    let first = found.as_array().and_then(|all| all.first());
    first
        .map(|one| text_of(one, "id"))
        .ok_or_else(|| Problem::invalid(desk.text("token-no-user")))
}
