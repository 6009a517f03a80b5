//! Every example in every way that it can be looked at.

use std::collections::{BTreeMap, BTreeSet};

use cloakroom_web::brand::{self, Brand};
use cloakroom_web::i18n::{Locale, Locales};
use cloakroom_web::page::{Layout, UsernameLabel};

use super::super::inert::inert;
use super::{EXAMPLES, Look, find};

const DRAWING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><path fill=\"#6a1b9a\" d=\"M0 0h8v8z\"/></svg>";

fn look(locale: &Locale, is_dark: bool, is_mirrored: bool) -> Look {
    let attributes: BTreeMap<String, String> = [
        (brand::ACCENT, "#6a1b9a"),
        (brand::LOGO, DRAWING),
        (brand::LOGO_DARK, DRAWING),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let (brand, faults) = Brand::read(&attributes);
    assert!(faults.is_empty(), "{faults:?}");
    let layout = Layout::new(locale.clone(), "Acme")
        .with_brand(&brand, "/realms/acme/brand")
        .with_languages(&["en", "de"], "#")
        .shown_as(is_dark, is_mirrored);
    Look {
        layout,
        label: UsernameLabel::UsernameOrEmail,
        remembers: true,
        resets: true,
        registers: true,
    }
}

/// The values of an attribute in the tags of this kind.
fn values<'a>(html: &'a str, tag: &str, name: &str) -> Vec<&'a str> {
    let tags = html.split(tag).skip(1);
    let own = tags.filter_map(|from| from.split('>').next());
    own.filter_map(|tag| tag.split(name).nth(1)?.split('"').next())
        .collect()
}

#[test]
fn each_example_has_the_realms_look_in_every_choice_and_does_nothing() {
    for tag in ["en", "de", "ar"] {
        let locale = Locales::embedded().find(tag).unwrap();
        for (name, _, page) in EXAMPLES {
            for (is_dark, is_mirrored) in
                [(false, false), (false, true), (true, false), (true, true)]
            {
                let html = page(&look(locale, is_dark, is_mirrored)).unwrap();
                let html = inert(&html);
                let choice = format!("{name} in {tag}, {is_dark}, {is_mirrored}");
                let theme = if is_dark { "dark" } else { "light" };
                assert!(
                    html.contains(&format!("data-theme=\"{theme}\"")),
                    "{choice}"
                );
                let is_rtl = is_mirrored || tag == "ar";
                let dir = if is_rtl { "rtl" } else { "ltr" };
                let head = html.split("<head>").next().unwrap();
                assert!(head.contains(&format!("dir=\"{dir}\"")), "{choice}: {head}");
                assert!(html.contains("/realms/acme/brand/"), "{choice}");
                let logo = if is_dark { "/logo-dark\"" } else { "/logo\"" };
                assert!(html.contains(logo), "{choice}");
                assert!(!html.contains("<source"), "{choice}");
                for live in [
                    "<script",
                    "<noscript",
                    "autofocus",
                    "formaction",
                    "http-equiv",
                ] {
                    assert!(!html.contains(live), "{choice}: {live}");
                }
                for (tag, name) in [("<a ", " href=\""), ("<form ", " action=\"")] {
                    let live = values(&html, tag, name);
                    assert!(live.iter().all(|to| *to == "#"), "{choice}: {live:?}");
                }
            }
        }
    }
}

#[test]
fn no_two_examples_have_one_name_and_each_is_found_by_its_own() {
    let names: BTreeSet<&str> = EXAMPLES.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names.len(), EXAMPLES.len());
    for name in names {
        assert_eq!(find(name).map(|(own, ..)| own), Some(name));
    }
    for nobody in ["", "farewell", "../sign-in", "Sign-in"] {
        assert!(find(nobody).is_none(), "{nobody}");
    }
}

#[test]
fn each_example_has_words_in_each_language_of_the_console() {
    for tag in crate::desk::LANGUAGES {
        let locale = Locales::embedded().find(tag).unwrap();
        for (_, key, _) in EXAMPLES {
            assert_ne!(locale.text(key), *key, "{tag}");
        }
    }
}
