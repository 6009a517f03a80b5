//! Every page that people see, in the saved look: which one, how wide, light or dark, in which direction and language.

use std::rc::Rc;

use actix_web::HttpResponse;
use cloakroom_model::Realm;
use cloakroom_web::brand::Brand;
use cloakroom_web::headers::Security;
use cloakroom_web::i18n::{Locale, Locales, Wanted};
use cloakroom_web::page::Layout;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::examples::{self, EXAMPLES, Look};
use super::inert::inert;
use super::{Tab, VIEW, tabs, texts};
use crate::desk::{Desk, encode};
use crate::frame::{Heading, base_path};
use crate::part::{Ask, Card, Example, Input, Piece, Stack};
use crate::problem::Problem;
use crate::routes::Shown;

/// The page that is shown at first.
const FIRST: &str = "sign-in";

/// The form that chooses, and the page in a frame.
pub(super) async fn choose(desk: Rc<Desk>) -> Shown {
    desk.check(VIEW)?;
    let realm = desk.get("").await?;
    let name = match desk.query.trimmed("page") {
        "" => FIRST,
        name => name,
    };
    let (name, key, _) = examples::find(name).ok_or_else(Problem::not_found)?;
    let heading = Heading::new(&desk.text("nav-branding"))
        .lead(desk.text("branding-pages-lead"))
        .tabs(tabs(&desk, &realm, Tab::Pages));
    let mut query = Serializer::new(String::new());
    for part in ["theme", "direction", "language"] {
        query.append_pair(part, desk.query.trimmed(part));
    }
    let example = Example {
        title: desk.text(key),
        url: desk.url(&format!("/branding/pages/{name}?{}", query.finish())),
        is_narrow: desk.query.trimmed("width") == "phone",
        open: desk.text("example-open"),
    };
    let card = Card::new("choose", desk.text("branding-pages"));
    Stack::new(desk.frame(heading))
        .card(card.ask(true, form(&desk, &realm, name)))
        .with(Piece::Example(example))
        .show(&desk)
}

fn form(desk: &Desk, realm: &Value, name: &str) -> Ask {
    let select = |name: &str, key: &str, options: &[(&str, &str)]| {
        let options = options.iter();
        let options = options.map(|(value, key)| ((*value).to_owned(), desk.text(key)));
        Input::select(name, desk.text(key), options.collect()).chosen(desk.query.trimmed(name))
    };
    let pages: Vec<(&str, &str)> = EXAMPLES
        .iter()
        .map(|(name, key, _)| (*name, *key))
        .collect();
    let languages = texts::languages(realm).into_iter();
    let languages = languages.map(|one| (one.tag().to_owned(), one.text("language-name")));
    let themes = [("light", "theme-light"), ("dark", "theme-dark")];
    let widths = [("wide", "example-wide"), ("phone", "example-phone")];
    let directions = [("", "example-own"), ("rtl", "example-mirrored")];
    let language = Input::select(
        "language",
        desk.text("example-language"),
        languages.collect(),
    );
    let url = desk.url("/branding/pages");
    Ask::new(desk, "choose", url, desk.text("example-show"))
        .view()
        .primary()
        .input(select("page", "example-page", &pages).chosen(name))
        .input(select("width", "example-width", &widths))
        .input(select("theme", "theme", &themes))
        .input(select("direction", "example-direction", &directions))
        .input(language.chosen(desk.query.trimmed("language")))
}

/// The page itself. It is sent with a policy that lets it do nothing.
pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    desk.check(VIEW)?;
    let (_, _, page) = examples::find(&desk.part("page")).ok_or_else(Problem::not_found)?;
    let realm = desk.app.realm(&desk.realm).await;
    let realm = realm.map_err(Problem::broken)?;
    let realm = realm.ok_or_else(Problem::not_found)?;
    let look = Look::of(&realm, layout(&desk, &realm));
    let html = page(&look).map_err(Problem::broken)?;
    let mut answer = HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(inert(&html));
    Security::example(desk.app.is_https).apply(answer.headers_mut());
    Ok(answer)
}

/// The frame that the realm's pages have, as it was chosen.
fn layout(desk: &Desk, realm: &Realm) -> Layout {
    let (brand, _) = Brand::read(&realm.settings.attributes);
    let base = base_path(&desk.app);
    let at = format!("{base}/realms/{}/brand", encode(&desk.realm));
    let none = Vec::new();
    let languages = match &realm.settings.supported_locales {
        Some(languages) if realm.settings.internationalization_enabled => languages,
        _ => &none,
    };
    let locale = locale(desk, realm, languages).with_texts(&realm.texts);
    Layout::new(locale, realm.display_name())
        .with_base_path(&base)
        .with_brand(&brand, &at)
        .with_languages(languages, "")
        .shown_as(
            desk.query.trimmed("theme") == "dark",
            desk.query.trimmed("direction") == "rtl",
        )
}

/// The language that was chosen, or the one that the realm has for people who want none of its own.
fn locale(desk: &Desk, realm: &Realm, languages: &[String]) -> Locale {
    let all = Locales::embedded();
    let default = realm.settings.default_locale.as_deref();
    match all.find(desk.query.trimmed("language")) {
        Some(chosen) => chosen.clone(),
        None => all.negotiate(&Wanted::default(), languages, default),
    }
}
