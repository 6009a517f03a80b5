//! The settings of a realm, on six short pages, and its end.

mod fields;
mod find;

use std::rc::Rc;

use serde_json::Value;

use super::{history, profile};
use crate::desk::{Desk, text_of};
use crate::flash::Flash;
use crate::frame::{Heading, Step};
use crate::part::sheet::{self, Sheet};
use crate::part::{Ask, Card, Input, Kept, Origins, Piece, Pill, Section, Stack};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) use find::matching;

pub(super) const ROUTES: &[Route] = &[
    Route::show("/settings", |desk| Box::pin(first(desk))),
    Route::show("/settings/{part}", |desk| Box::pin(show(desk)))
        .and_change(|desk| Box::pin(save(desk))),
    Route::change("/settings/{part}/delete", |desk| Box::pin(remove(desk))),
];

const MANAGE: &[&str] = &["manage-realm"];

/// The pages: the end of the address, and the key of the name.
const PARTS: [(&str, &str); 6] = [
    ("general", "settings-general"),
    ("sign-in", "settings-sign-in"),
    ("sessions", "settings-sessions"),
    ("passwords", "settings-passwords"),
    ("localisation", "settings-localisation"),
    ("advanced", "settings-advanced"),
];

fn sections(part: &str) -> Result<Vec<Section>, Problem> {
    match part {
        "general" => Ok(fields::general()),
        "sign-in" => Ok(fields::sign_in()),
        "sessions" => Ok(fields::sessions()),
        "passwords" => Ok(fields::passwords()),
        "localisation" => Ok(fields::localisation()),
        "advanced" => Ok(fields::advanced()),
        _ => Err(Problem::not_found()),
    }
}

/// Every setting that a text is found in, or the first of the pages.
async fn first(desk: Rc<Desk>) -> Shown {
    if desk.query.trimmed("q").is_empty() {
        return Ok(desk.go_to(&desk.url("/settings/general"), None));
    }
    find::show(&desk).await
}

/// What a new realm has, and who changed what in this one, as far as the administrator may see that.
async fn origins(desk: &Desk) -> Result<Origins, Problem> {
    let usual = desk.get("ui-ext/defaults").await?;
    let trail = desk
        .get_if_allowed("admin-events?resourceTypes=REALM&operationTypes=UPDATE&max=50")
        .await?;
    let versions = desk.url("/history/realm/itself/");
    Ok(Origins::new(usual, trail.as_ref(), versions))
}

async fn above(desk: &Desk, part: &str) -> Result<(Value, Heading), Problem> {
    // The API tells everybody who administers something here a realm's name, and calls that the realm.
    desk.check(&["view-realm", "manage-realm"])?;
    let realm = desk.get("").await?;
    let tabs = PARTS.iter().map(|(end, key)| {
        let url = desk.url(&format!("/settings/{end}"));
        Step::new(desk.text(key), url).current(*end == part)
    });
    let mut heading = Heading::new(&desk.text("nav-settings"))
        .lead(desk.text("settings-lead"))
        .tabs(tabs.collect());
    if realm.get("enabled").and_then(Value::as_bool) == Some(false) {
        heading = heading.pill(Pill::danger(desk.text("state-disabled")));
    }
    Ok((realm, heading))
}

async fn show(desk: Rc<Desk>) -> Shown {
    let part = desk.part("part");
    let sections = sections(&part)?;
    let (realm, heading) = above(&desk, &part).await?;
    let may_manage = desk.may(MANAGE);
    let origins = origins(&desk).await?;
    let sheet = Sheet::from(&desk, &sections, &realm, &origins).read_only(!may_manage);
    let mut page = Stack::new(desk.frame(heading))
        .card(find::form(&desk))
        .with(Piece::Sheet(sheet));
    if part == "general" {
        if let Some(card) = people(&desk).await? {
            page = page.card(card);
        }
        if let Some(card) = history::card(&desk, &history::REALM, "").await? {
            page = page.card(card);
        }
        page = page.card(danger(&desk, &realm, may_manage));
    }
    page.show(&desk)
}

/// What is kept of people, and the room where that is set.
async fn people(desk: &Desk) -> Result<Option<Card>, Problem> {
    let Some(found) = profile::find(desk).await? else {
        return Ok(None);
    };
    let room = Ask::new(
        desk,
        "profile",
        desk.url("/profile"),
        desk.text("profile-open"),
    );
    let card = Card::new("people", desk.text("nav-profile"));
    let lead = profile::policy(desk, &found);
    Ok(Some(card.lead(lead).ask(true, room.view())))
}

fn danger(desk: &Desk, realm: &Value, may_manage: bool) -> Card {
    let name = text_of(realm, "realm");
    let words = desk.text_with("user-delete-confirm", "name", &name);
    let url = desk.url("/settings/general/delete");
    let ask = Ask::new(desk, "delete", url, desk.text("realm-delete"))
        .input(Input::text("name", words, ""))
        .danger();
    Card::new("danger", desk.text("danger"))
        .lead(desk.text("realm-delete-lead"))
        .ask(may_manage && name != "master", ask)
}

async fn save(desk: Rc<Desk>) -> Shown {
    let part = desk.part("part");
    let sections = sections(&part)?;
    let (_, heading) = above(&desk, &part).await?;
    let page = format!("/settings/{part}");
    let kept = Kept {
        api: "",
        page: &page,
    };
    sheet::save(&desk, kept, &sections, desk.frame(heading)).await
}

/// Nothing brings a realm back, so its name has to be typed.
async fn remove(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    if desk.form.trimmed("name") != desk.realm {
        return desk.go("/settings/general", &Flash::failed("done-name-differs"));
    }
    desk.delete("").await?;
    let home = desk.home().name.clone();
    let to = desk.url_in(&home, "/realms");
    Ok(desk.go_to(&to, Some(&Flash::done("done-deleted").about(&desk.realm))))
}
