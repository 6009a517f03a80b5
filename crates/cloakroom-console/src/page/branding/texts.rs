//! What the pages of a realm say in place of the built-in words, a language at a time.

use std::rc::Rc;

use cloakroom_web::i18n::own::{PARTS, TERMS, name_of};
use cloakroom_web::i18n::{Locale, Locales};
use serde_json::Value;

use super::{MANAGE, Tab, VIEW, tabs};
use crate::desk::{Desk, encode, text_of};
use crate::frame::Heading;
use crate::part::sheet::{self, Sheet, SheetPage};
use crate::part::{Field, Kept, Section, Shape};
use crate::problem::Problem;
use crate::routes::Shown;

/// The languages that people see the realm's pages in.
pub(super) fn languages(realm: &Value) -> Vec<&'static Locale> {
    let all = Locales::embedded();
    let is_on = realm.get("internationalizationEnabled") == Some(&Value::Bool(true));
    let wanted = realm.get("supportedLocales").and_then(Value::as_array);
    let wanted: Vec<&str> = match wanted.filter(|_| is_on) {
        Some(wanted) => wanted.iter().filter_map(Value::as_str).collect(),
        None => Vec::new(),
    };
    let found: Vec<&Locale> = all.supported(&wanted).collect();
    if !found.is_empty() {
        return found;
    }
    let default = text_of(realm, "defaultLocale");
    let one = all.find(&default).or_else(|| all.iter().next());
    one.into_iter().collect()
}

/// The words of each part: the built-in ones are the label, the name that they are kept under stands below.
fn sections(locale: &Locale) -> Vec<Section> {
    let field = |key: &str| {
        let name = name_of(key);
        let built_in = locale.text(key);
        let is_long = name == TERMS || built_in.chars().count() > 60;
        let shape = if is_long { Shape::Long } else { Shape::Text };
        Field::named(name, &built_in, name, shape)
    };
    let parts = PARTS
        .iter()
        .map(|(part, texts)| Section::new(part, texts.iter().map(|(key, _)| field(key)).collect()));
    parts.collect()
}

/// The language that the address names.
async fn above(desk: &Desk) -> Result<(&'static Locale, Heading), Problem> {
    desk.check(VIEW)?;
    let realm = desk.get("").await?;
    let tag = desk.part("locale");
    let mut all = languages(&realm).into_iter();
    let locale = all.find(|locale| locale.tag() == tag);
    let locale = locale.ok_or_else(Problem::not_found)?;
    let heading = Heading::new(&desk.text("nav-branding"))
        .lead(desk.text("texts-lead"))
        .tabs(tabs(desk, &realm, Tab::Texts(&tag)));
    Ok((locale, heading))
}

fn api(locale: &Locale) -> String {
    format!("ui-ext/texts/{}", encode(locale.tag()))
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let (locale, heading) = above(&desk).await?;
    let texts = desk.get(&api(locale)).await?;
    let sheet = Sheet::of(&desk, &sections(locale), &texts).read_only(!desk.may(MANAGE));
    desk.show(&SheetPage::new(desk.frame(heading), sheet))
}

pub(super) async fn save(desk: Rc<Desk>) -> Shown {
    let (locale, heading) = above(&desk).await?;
    let page = format!("/branding/texts/{}", encode(locale.tag()));
    let kept = Kept {
        api: &api(locale),
        page: &page,
    };
    sheet::save(&desk, kept, &sections(locale), desk.frame(heading)).await
}
