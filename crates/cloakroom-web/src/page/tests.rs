//! Tests of what all pages share.

use super::*;

#[test]
fn a_language_link_changes_the_language_and_nothing_else() {
    for (url, expected) in [
        ("/realms/r/x", "/realms/r/x?kc_locale=de"),
        ("/x?a=1&a=2", "/x?a=1&a=2&kc_locale=de"),
        ("/x?kc_locale=en&a=1", "/x?a=1&kc_locale=de"),
        ("/x?a=%26b%3D1#part", "/x?a=%26b%3D1&kc_locale=de"),
    ] {
        assert_eq!(with_locale(url, "de"), expected);
    }
}

#[test]
fn one_language_alone_needs_no_switch() {
    let english = Locales::embedded().find("en").unwrap().clone();

    let one = Layout::new(english.clone(), "R").with_languages(&["en", "xx"], "/x");
    let two = Layout::new(english, "R").with_languages(&["en", "de"], "/x");

    assert!(one.languages.is_empty());
    assert_eq!(two.languages.len(), 2);
}

#[test]
fn files_of_the_server_stand_below_its_base_path() {
    let english = Locales::embedded().find("en").unwrap().clone();

    let layout = Layout::new(english, "R").with_base_path("/auth/");

    assert!(layout.asset("base.css").starts_with("/auth/assets/"));
}

#[test]
fn no_secret_of_a_page_is_in_its_debug_text() {
    let secret = Hidden::new("s3cr3t");

    assert_eq!(format!("{secret:?}"), "Hidden(..)");
}

#[test]
fn addresses_of_forms_read_as_scripts_for_keycloak_expect() {
    #[derive(Template)]
    #[template(
        source = r#"<form action="{{ action }}">{{ text }}</form>"#,
        ext = "html"
    )]
    struct Page {
        action: &'static str,
        text: &'static str,
    }
    let page = Page {
        action: "/authenticate?session_code=a&execution=b",
        text: "&#38; <b>",
    };

    let html = with_named_ampersands(&page.render().unwrap());

    let expected = r#"<form action="/authenticate?session_code=a&amp;execution=b">&amp;#38; &#60;b&#62;</form>"#;
    assert_eq!(html, expected);
}
