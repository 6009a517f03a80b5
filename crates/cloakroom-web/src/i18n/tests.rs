//! Tests of the messages themselves: complete in every language, and used as they are written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

const WEB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web");

/// Returns all files below a folder that have this extension.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found
}

/// Returns the keys of a message file with the arguments that each one names.
fn keys(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut key = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            key = line.split_once(" =").unwrap().0.to_owned();
            assert!(
                keys.insert(key.clone(), BTreeSet::new()).is_none(),
                "{key} is there twice"
            );
        }
        for part in line.split('$').skip(1) {
            let name: String = part
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            keys.get_mut(&key).unwrap().insert(name);
        }
    }
    keys
}

/// Returns what a call with literal arguments names: `call("a", "b"` gives `["a", "b"]`.
fn calls(source: &str, call: &str, count: usize) -> Vec<Vec<String>> {
    source
        .split(call)
        .skip(1)
        .map(|rest| {
            rest.split('"')
                .skip(1)
                .step_by(2)
                .take(count)
                .map(str::to_owned)
                .collect()
        })
        .collect()
}

#[test]
fn every_message_file_parses() {
    for (tag, source) in SOURCES {
        let parsed = FluentResource::try_new((*source).to_owned());

        assert!(
            parsed.is_ok(),
            "{tag}: {:?}",
            parsed.err().map(|(_, faults)| faults)
        );
    }
}

/// The languages in which the console is written as well.
const WHOLE: [&str; 2] = ["en", "de"];

#[test]
fn a_language_of_the_sign_in_pages_says_nothing_that_english_does_not() {
    let english = keys(SOURCES[0].1);

    for (tag, source) in SOURCES.iter().filter(|(tag, _)| !WHOLE.contains(tag)) {
        let own = keys(source);

        assert!(own.len() > 200, "{tag} has {} messages", own.len());
        for (key, arguments) in &own {
            assert_eq!(english.get(key), Some(arguments), "{tag}: {key}");
        }
    }
}

#[test]
fn a_message_that_a_language_lacks_is_english() {
    let arabic = Locales::embedded().find("ar").unwrap();

    assert_eq!(arabic.direction(), "rtl");
    assert_eq!(arabic.text("nav-dashboard"), "Dashboard");
    assert_eq!(arabic.text("login-submit"), "تسجيل الدخول");
}

#[test]
fn every_language_has_the_same_keys_and_arguments() {
    let english = keys(SOURCES[0].1);

    for (tag, source) in SOURCES.iter().filter(|(tag, _)| WHOLE.contains(tag)) {
        let others = keys(source);

        for (key, arguments) in &english {
            assert_eq!(others.get(key), Some(arguments), "{tag}: {key}");
        }
        assert_eq!(
            others.len(),
            english.len(),
            "{tag} has keys that English lacks"
        );
    }
}

#[test]
fn every_message_that_a_template_names_exists_with_these_arguments() {
    let english = keys(SOURCES[0].1);
    let templates = files(Path::new(&format!("{WEB}/templates")), "html");
    assert!(templates.len() > 20);

    for path in templates {
        let source = fs::read_to_string(&path).unwrap();
        for call in source
            .split("layout.text(")
            .skip(1)
            .filter(|rest| rest.starts_with('"'))
        {
            let key = call.split('"').nth(1).unwrap();
            assert_eq!(
                english.get(key),
                Some(&BTreeSet::new()),
                "{}: {key}",
                path.display()
            );
        }
        for call in calls(&source, "layout.text_with(", 2) {
            let arguments = BTreeSet::from([call[1].clone()]);
            assert_eq!(
                english.get(&call[0]),
                Some(&arguments),
                "{}: {call:?}",
                path.display()
            );
        }
    }
}

#[test]
fn every_notice_has_its_message_and_fills_it() {
    let english = keys(SOURCES[0].1);
    for notice in Notice::all() {
        let arguments: BTreeSet<String> = notice
            .argument()
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();

        assert_eq!(english.get(notice.key()), Some(&arguments), "{notice:?}");
        for locale in Locales::embedded().iter() {
            let text = locale.notice(&notice);
            assert!(
                !text.contains('{') && text != notice.key(),
                "{}: {text}",
                locale.tag()
            );
        }
    }
}

#[test]
fn every_message_is_named_somewhere() {
    let mut code = String::new();
    for (folder, extension) in [("templates", "html"), ("../crates", "rs")] {
        for path in files(Path::new(&format!("{WEB}/{folder}")), extension) {
            code.push_str(&fs::read_to_string(path).unwrap());
        }
    }

    // What stands between two quotation marks: `"key"` is somewhere in the code if it is among these.
    let named: BTreeSet<&str> = code.split('"').collect();
    for key in keys(SOURCES[0].1).into_keys() {
        // These are named by the data of realms: consent texts, client names, what roles are for.
        let of_realms = key.starts_with("client_") || key.starts_with("role_");
        let is_named_by_realms = key.ends_with("ConsentText") || of_realms;
        // The sentence under a field and the words of a choice are named by the field: `realm-ssl-hint`, `realm-ssl-all`.
        let mut stems = key.match_indices('-').skip(1).map(|(end, _)| &key[..end]);
        let is_of_a_field = stems.any(|stem| named.contains(stem));

        assert!(
            is_named_by_realms || is_of_a_field || named.contains(key.as_str()),
            "{key} is unused"
        );
    }
}

#[test]
fn every_asset_that_a_template_names_exists() {
    for path in files(Path::new(&format!("{WEB}/templates")), "html") {
        let source = fs::read_to_string(&path).unwrap();

        for call in calls(&source, "layout.asset(", 1) {
            assert!(
                crate::assets::find(&call[0]).is_some(),
                "{}: {call:?}",
                path.display()
            );
        }
    }
}

#[test]
fn no_template_holds_inline_script_style_or_unescaped_text() {
    for path in files(Path::new(&format!("{WEB}/templates")), "html") {
        let source = fs::read_to_string(&path).unwrap().to_ascii_lowercase();

        for forbidden in [
            concat!("|", "safe"),
            concat!("| ", "safe"),
            "<style",
            " style=",
            " onclick=",
            " onload=",
            " onsubmit=",
            "javascript:",
        ] {
            assert!(
                !source.contains(forbidden),
                "{}: {forbidden}",
                path.display()
            );
        }
        let scripts = source.matches("<script").count();
        assert_eq!(
            scripts,
            source.matches("<script type=\"module\" src=").count()
        );
    }
}

#[test]
fn plurals_follow_the_number() {
    let locales = Locales::embedded();
    for (tag, count, expected) in [
        ("en", 1, "It must have at least 1 digit."),
        ("en", 2, "It must have at least 2 digits."),
        ("de", 1, "Es muss mindestens 1 Ziffer haben."),
        ("de", 0, "Es muss mindestens 0 Ziffern haben."),
    ] {
        let text = locales
            .find(tag)
            .unwrap()
            .notice(&Notice::PasswordNeedsDigits(count));

        assert_eq!(text, expected);
    }
}

#[test]
fn a_name_cannot_reorder_the_sentence_it_stands_in() {
    let english = Locales::embedded().find("en").unwrap();

    let text = english.text_with("back-to-client", "client", "Pay\u{202e}lap\u{2066}\n\u{0}");

    assert_eq!(text, "Back to Paylap");
}

#[test]
fn a_stored_text_may_name_a_message() {
    let german = Locales::embedded().find("de").unwrap();
    for (stored, expected) in [
        ("${emailScopeConsentText}", "Ihre E-Mail-Adresse sehen"),
        ("Read invoices", "Read invoices"),
        ("${unknown}", "unknown"),
        ("${}", ""),
        ("${a b", "${a b"),
        ("", ""),
    ] {
        assert_eq!(german.resolve(stored), expected, "{stored}");
    }
}

/// Reads "source=value" lines, so that each case of the test below fits one line.
fn wanted(lines: &'static str) -> Wanted<'static> {
    let find = |name: &str| {
        lines
            .split('|')
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
    };
    Wanted {
        kc_locale: find("kc_locale"),
        cookie: find("cookie"),
        user: find("user"),
        ui_locales: find("ui_locales"),
        accept_language: find("accept"),
    }
}

#[test]
fn the_language_is_the_strongest_wish_that_the_realm_supports() {
    for (wishes, supported, default, expected) in [
        ("", "en de", Some("de"), "de"),
        ("", "en de", None, "en"),
        ("", "en de", Some("xx-unknown-tag"), "en"),
        ("kc_locale=de|cookie=en", "en de", None, "de"),
        ("cookie=de|ui_locales=en", "en de", None, "de"),
        ("user=de|ui_locales=en", "en de", None, "de"),
        ("ui_locales=fr de-AT en", "en de", None, "de"),
        ("ui_locales=fr|accept=de", "en de", None, "de"),
        ("accept=en;q=0.5, de-CH;q=0.9", "en de", None, "de"),
        ("accept=de;q=0, en", "en de", None, "en"),
        ("accept=*, ;;q=x, \u{0}", "en de", Some("de"), "de"),
        ("kc_locale=../../etc", "en de", None, "en"),
        // Keycloak's name for what is `zh-Hans` here, wished and supported.
        ("accept=zh-CN, en;q=0.5", "en zh-Hans", None, "zh-Hans"),
        ("accept=zh-CN, en;q=0.5", "en zh-CN", None, "zh-Hans"),
        ("kc_locale=zh-CN", "en zh-CN", None, "zh-Hans"),
        ("accept=zh", "en zh-CN", Some("en"), "zh-Hans"),
        ("", "en zh-CN", Some("zh-CN"), "zh-Hans"),
        // Not supported by the realm: not given, however strong the wish.
        ("kc_locale=de", "en", None, "en"),
        ("accept=de", "", Some("en"), "en"),
    ] {
        let supported: Vec<&str> = supported.split_ascii_whitespace().collect();

        let locale = Locales::embedded().negotiate(&wanted(wishes), &supported, default);

        assert_eq!(locale.tag(), expected, "{wishes} {supported:?} {default:?}");
    }
}
