//! How the pages of a realm look: its colours, corners, letters and logos, beside what becomes of them.

mod examples;
mod inert;
mod pages;
mod texts;

use std::collections::BTreeMap;
use std::rc::Rc;

use actix_web::HttpResponse;
use cloakroom_web::brand::{self, Brand};
use serde_json::Value;

use crate::desk::{Desk, encode};
use crate::frame::{Heading, Step, base_path};
use crate::part::sheet::{self, Sheet};
use crate::part::{Field, Kept, Piece, Preview, Section, Shape, Stack};
use crate::problem::Problem;
use crate::routes::{Route, Shown};

pub(super) const ROUTES: &[Route] = &[
    Route::show("/branding", |desk| Box::pin(show(desk))).and_change(|desk| Box::pin(save(desk))),
    Route::show("/branding/preview.css", |desk| Box::pin(style(desk))),
    Route::show("/branding/pages", |desk| Box::pin(pages::choose(desk))),
    Route::show("/branding/pages/{page}", |desk| Box::pin(pages::show(desk))),
    Route::show("/branding/texts/{locale}", |desk| {
        Box::pin(texts::show(desk))
    })
    .and_change(|desk| Box::pin(texts::save(desk))),
];

const VIEW: &[&str] = &["view-realm", "manage-realm"];
const MANAGE: &[&str] = &["manage-realm"];

fn field(attribute: &str, key: &str, shape: Shape) -> Field {
    Field::new(&format!("attributes/{attribute}"), key, shape)
}

fn sections() -> Vec<Section> {
    let look = vec![
        field(brand::ACCENT, "branding-accent", Shape::Text),
        field(brand::ACCENT_DARK, "branding-accent-dark", Shape::Text),
        field(brand::RADIUS, "branding-radius", Shape::Number(true)),
        field(
            brand::FONT,
            "branding-font",
            Shape::Choice(&["", "humanist", "geometric", "serif"]),
        ),
    ];
    let logos = vec![
        field(brand::LOGO, "branding-logo", Shape::Long),
        field(brand::LOGO_DARK, "branding-logo-dark", Shape::Long),
    ];
    vec![
        Section::new("branding-look", look),
        Section::new("branding-logos", logos),
    ]
}

/// The attributes of the realm that are texts.
fn attributes(realm: &Value) -> BTreeMap<String, String> {
    let all = realm.get("attributes").and_then(Value::as_object);
    let texts = all.into_iter().flatten().filter_map(|(name, value)| {
        let text = value.as_str()?;
        Some((name.clone(), text.to_owned()))
    });
    texts.collect()
}

/// A part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab<'a> {
    /// Colours, corners, letters and logos.
    Look,
    /// Every page in that look.
    Pages,
    /// The words of the language with this tag.
    Texts(&'a str),
}

/// The look, the pages in it, and the words of each language.
fn tabs(desk: &Desk, realm: &Value, shown: Tab<'_>) -> Vec<Step> {
    let look = Step::new(desk.text("branding-look"), desk.url("/branding"));
    let pages = Step::new(desk.text("branding-pages"), desk.url("/branding/pages"));
    let words = texts::languages(realm).into_iter().map(|one| {
        let name = one.text("language-name");
        let words = desk.text_with("branding-texts", "language", name);
        let url = desk.url(&format!("/branding/texts/{}", one.tag()));
        Step::new(words, url).current(shown == Tab::Texts(one.tag()))
    });
    let first = [
        look.current(shown == Tab::Look),
        pages.current(shown == Tab::Pages),
    ];
    first.into_iter().chain(words).collect()
}

async fn above(desk: &Desk) -> Result<(Value, Heading), Problem> {
    desk.check(VIEW)?;
    let realm = desk.get("").await?;
    let heading = Heading::new(&desk.text("nav-branding"))
        .lead(desk.text("branding-lead"))
        .tabs(tabs(desk, &realm, Tab::Look));
    Ok((realm, heading))
}

async fn show(desk: Rc<Desk>) -> Shown {
    let (realm, heading) = above(&desk).await?;
    let sheet = Sheet::of(&desk, &sections(), &realm).read_only(!desk.may(MANAGE));
    Stack::new(desk.frame(heading))
        .with(Piece::Preview(preview(&desk, &realm)))
        .with(Piece::Sheet(sheet))
        .show(&desk)
}

fn preview(desk: &Desk, realm: &Value) -> Preview {
    let attributes = attributes(realm);
    let (brand, _) = Brand::read(&attributes);
    let at = format!(
        "{}/realms/{}/brand/{}",
        base_path(&desk.app),
        encode(&desk.realm),
        brand.hash()
    );
    let light = brand.logo(false).map(|_| format!("{at}/logo"));
    let dark = brand.logo(true).map(|_| format!("{at}/logo-dark"));
    let words = [
        "branding-preview",
        "branding-preview-lead",
        "branding-preview-title",
        "users-username",
        "branding-preview-link",
        "sign-in",
        "branding-preview-note",
    ];
    let names = ["accent", "accentDark", "radius", "font"];
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in names {
        if let Some(value) = attributes.get(&format!("brand.{name}")) {
            query.append_pair(name, value);
        }
    }
    Preview {
        style: desk.url("/branding/preview.css"),
        query: query.finish(),
        dark: dark.or_else(|| light.clone()).unwrap_or_default(),
        light: light.unwrap_or_default(),
        realm: desk.frame(Heading::default()).realm,
        words: words.map(|key| desk.text(key)),
    }
}

/// The style of the preview, for values that need not be saved yet. One that cannot be read is shown as the nearest that can.
async fn style(desk: Rc<Desk>) -> Shown {
    desk.check(VIEW)?;
    let names = [
        brand::ACCENT,
        brand::ACCENT_DARK,
        brand::RADIUS,
        brand::FONT,
    ];
    let mut wished = BTreeMap::new();
    for name in names {
        let short = name.strip_prefix("brand.").unwrap_or(name);
        let value = desk.query.trimmed(short);
        wished.insert(name.to_owned(), value.to_owned());
    }
    let (_, faults) = Brand::read(&wished);
    for fault in faults {
        let near = match fault.message {
            "error-brand-contrast" => fault.params.last().cloned(),
            _ => None,
        };
        wished.insert(fault.attribute.to_owned(), near.unwrap_or_default());
    }
    let (brand, _) = Brand::read(&wished);
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .insert_header(("x-content-type-options", "nosniff"))
        .content_type("text/css; charset=utf-8")
        .body(brand.style(".preview-page")))
}

async fn save(desk: Rc<Desk>) -> Shown {
    let (_, heading) = above(&desk).await?;
    let kept = Kept {
        api: "",
        page: "/branding",
    };
    sheet::save(&desk, kept, &sections(), desk.frame(heading)).await
}
