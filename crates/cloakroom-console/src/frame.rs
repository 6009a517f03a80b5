//! What stands around every page: navigation, realm, search, heading, and what the page before left to be said.

use cloakroom_web::i18n::{Argument, Locale, Locales, clean};
use cloakroom_web::{App, assets};

use crate::cookie::{self, Name};
use crate::desk::{Desk, LANGUAGES};
use crate::flash::Flash;
use crate::nav::NAV;
use crate::part::Pill;

/// The path under which a proxy shows this server (`/auth`), empty for none.
pub(crate) fn base_path(app: &App) -> String {
    app.base_path().to_owned()
}

/// A link with its words.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) text: String,
    pub(crate) url: String,
    pub(crate) is_current: bool,
}

impl Step {
    /// A link.
    pub(crate) fn new(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            text: clean(&text.into()).into_owned(),
            url: url.into(),
            is_current: false,
        }
    }

    /// Marks the one that is shown now.
    pub(crate) fn current(mut self, is_current: bool) -> Self {
        self.is_current = is_current;
        self
    }
}

/// Something that can be done with what the page shows.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    pub(crate) text: String,
    pub(crate) url: String,
    pub(crate) class: &'static str,
    pub(crate) is_form: bool,
    pub(crate) fields: Vec<(String, String)>,
}

impl Action {
    /// A link to another page.
    pub(crate) fn link(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            url: url.into(),
            class: "",
            is_form: false,
            fields: Vec::new(),
        }
    }

    /// A button that changes something.
    pub(crate) fn button(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            is_form: true,
            ..Self::link(text, url)
        }
    }

    /// The one that most come for.
    pub(crate) fn primary(mut self) -> Self {
        self.class = "primary";
        self
    }

    /// One that takes something away.
    pub(crate) fn danger(mut self) -> Self {
        self.class = "danger";
        self
    }

    /// What the button sends along.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// What stands above a page: where it is, what it is about, and what can be done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heading {
    pub(crate) title: String,
    pub(crate) count: String,
    pub(crate) lead: String,
    pub(crate) id: String,
    pub(crate) crumbs: Vec<Step>,
    pub(crate) pills: Vec<Pill>,
    pub(crate) actions: Vec<Action>,
    pub(crate) tabs: Vec<Step>,
}

impl Heading {
    /// A heading with a title.
    pub(crate) fn new(title: &str) -> Self {
        Self {
            title: clean(title).into_owned(),
            ..Self::default()
        }
    }

    /// How many there are.
    pub(crate) fn count(mut self, count: impl ToString) -> Self {
        self.count = count.to_string();
        self
    }

    /// One sentence on what the page is for.
    pub(crate) fn lead(mut self, lead: String) -> Self {
        self.lead = lead;
        self
    }

    /// The id of the thing, to be copied.
    pub(crate) fn id(mut self, id: &str) -> Self {
        self.id = clean(id).into_owned();
        self
    }

    /// A page above this one.
    pub(crate) fn under(mut self, text: impl Into<String>, url: impl Into<String>) -> Self {
        self.crumbs.push(Step::new(text, url));
        self
    }

    /// A word on the state of the thing.
    pub(crate) fn pill(mut self, pill: Pill) -> Self {
        self.pills.push(pill);
        self
    }

    /// Something that can be done; nothing where `is_allowed` is false.
    pub(crate) fn action(mut self, is_allowed: bool, action: Action) -> Self {
        if is_allowed {
            self.actions.push(action);
        }
        self
    }

    /// The pages of the same thing beside this one.
    pub(crate) fn tabs(mut self, tabs: Vec<Step>) -> Self {
        self.tabs = tabs;
        self
    }
}

/// One group of the navigation.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    pub(crate) name: String,
    pub(crate) items: Vec<Step>,
}

/// What the page before left to be said.
#[derive(Clone, Debug)]
pub(crate) struct Toast {
    pub(crate) class: &'static str,
    pub(crate) text: String,
    /// Where a form takes it back; empty where nothing can.
    pub(crate) undo_url: String,
}

impl Toast {
    fn of(desk: &Desk, flash: &Flash) -> Self {
        let undo = flash.entry().map(|entry| {
            let entry = crate::desk::encode(entry);
            desk.url(&format!("/recycle-bin/{entry}/restore"))
        });
        Self {
            class: flash.class(),
            text: flash.text(&desk.locale),
            undo_url: undo.unwrap_or_default(),
        }
    }
}

/// What stands around a page.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) locale: Locale,
    pub(crate) base_path: String,
    pub(crate) realm: String,
    pub(crate) who: String,
    pub(crate) csrf: String,
    pub(crate) theme: String,
    pub(crate) keys: String,
    pub(crate) letters: String,
    pub(crate) nav: Vec<Shelf>,
    pub(crate) languages: Vec<Step>,
    pub(crate) toast: Option<Toast>,
    /// Why what a button of this page stands for was not done; empty where nothing was refused.
    pub(crate) problem: String,
    pub(crate) heading: Heading,
    pub(crate) home_url: String,
    pub(crate) realms_url: String,
    pub(crate) search_url: String,
    pub(crate) preferences_url: String,
    pub(crate) sign_out_url: String,
    pub(crate) here: String,
}

impl Frame {
    pub(crate) fn new(desk: &Desk, heading: Heading) -> Self {
        let https = desk.app.is_https;
        let cookie = |name| cookie::get(&desk.request, name, https).unwrap_or_default();
        let theme = cookie(Name::Theme);
        let display = desk.about("realm/displayName");
        let name = if display.is_empty() {
            desk.realm.clone()
        } else {
            desk.locale.resolve(&display)
        };
        let sign_out = format!(
            "{}/admin/{}/console/sign-out",
            base_path(&desk.app),
            crate::desk::encode(&desk.home().name)
        );
        Self {
            base_path: base_path(&desk.app),
            realm: clean(&name).into_owned(),
            who: clean(&desk.about("user/username")).into_owned(),
            csrf: desk.csrf().to_owned(),
            theme: if ["light", "dark"].contains(&theme.as_str()) {
                theme
            } else {
                String::new()
            },
            keys: if cookie(Name::Keys) == "off" {
                "off".to_owned()
            } else {
                "on".to_owned()
            },
            letters: letters(desk),
            nav: nav(desk),
            languages: languages(desk),
            toast: desk.flash().map(|flash| Toast::of(desk, flash)),
            problem: desk
                .refused("")
                .map_or_else(String::new, |one| one.text.clone()),
            heading,
            home_url: desk.url("/dashboard"),
            realms_url: desk.url("/realms"),
            search_url: desk.url("/search"),
            preferences_url: desk.url("/preferences"),
            sign_out_url: sign_out,
            here: desk.here(&desk.query),
            locale: desk.locale.clone(),
        }
    }

    /// A message in the reader's language.
    pub(crate) fn text(&self, key: &str) -> String {
        self.locale.text(key)
    }

    /// A message with something filled in.
    pub(crate) fn text_with(&self, key: &str, name: &str, value: impl Argument) -> String {
        self.locale.text_with(key, name, value)
    }

    pub(crate) fn asset(&self, name: &str) -> String {
        assets::url(&self.base_path, name)
    }

    pub(crate) fn lang(&self) -> &'static str {
        self.locale.tag()
    }

    pub(crate) fn dir(&self) -> &'static str {
        self.locale.direction()
    }
}

/// The groups of the navigation that the administrator has rights for.
fn nav(desk: &Desk) -> Vec<Shelf> {
    let path = desk.path();
    let groups = NAV.iter().map(|group| {
        let allowed = group.items.iter().filter(|item| desk.may(item.rights));
        let items = allowed.map(|item| {
            let url = desk.url(item.path);
            let plain = url.strip_prefix(&base_path(&desk.app)).unwrap_or(&url);
            let below = path.strip_prefix(plain);
            let is_current = below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            Step::new(desk.text(item.key), url).current(is_current)
        });
        Shelf {
            name: desk.text(group.key),
            items: items.collect(),
        }
    });
    groups.filter(|shelf| !shelf.items.is_empty()).collect()
}

/// The letters that open pages after `g`, for the script: `u=/admin/…/users c=…`.
fn letters(desk: &Desk) -> String {
    let items = NAV.iter().flat_map(|group| group.items);
    let mine = items.filter(|item| !item.letter.is_empty() && desk.may(item.rights));
    let pairs = mine.map(|item| format!("{}={}", item.letter, desk.url(item.path)));
    pairs.collect::<Vec<_>>().join(" ")
}

fn languages(desk: &Desk) -> Vec<Step> {
    let known = Locales::embedded().supported(&LANGUAGES);
    let links = known.map(|locale| {
        let url = desk.here(&desk.query.with("kc_locale", locale.tag()));
        Step::new(locale.text("language-name"), url).current(locale.tag() == desk.locale.tag())
    });
    links.collect()
}

/// What stands around a page for somebody who is not signed in.
#[derive(Clone, Debug)]
pub(crate) struct Outside {
    locale: Locale,
    base_path: String,
}

impl Outside {
    pub(crate) fn new(app: &App, locale: Locale) -> Self {
        Self {
            base_path: base_path(app),
            locale,
        }
    }

    pub(crate) fn text(&self, key: &str) -> String {
        self.locale.text(key)
    }

    pub(crate) fn asset(&self, name: &str) -> String {
        assets::url(&self.base_path, name)
    }

    pub(crate) fn lang(&self) -> &'static str {
        self.locale.tag()
    }

    pub(crate) fn dir(&self) -> &'static str {
        self.locale.direction()
    }
}
