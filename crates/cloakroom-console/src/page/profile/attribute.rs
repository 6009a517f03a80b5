//! One attribute of the user profile: what it is called, who sees and sets it, when it is asked for, what it must look like.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{API, MANAGE, attributes, change, place, shape};
use crate::desk::{Desk, encode, text_of};
use crate::flash::Flash;
use crate::frame::{Heading, Step};
use crate::part::sheet::{self, Lens, Sheet, SheetPage};
use crate::part::{Ask, Card, Field, Input, Kept, Piece, Section, Shape, Stack};
use crate::problem::Problem;
use crate::routes::Shown;

/// These the profile always has.
const FIXED: [&str; 2] = ["username", "email"];

pub(super) fn page(name: &str) -> String {
    format!("/profile/attributes/{}", encode(name))
}

/// The headings of the profile that an attribute may stand under, and none.
fn headings(desk: &Desk, profile: &Value) -> Vec<(String, String)> {
    let groups = profile.get("groups").and_then(Value::as_array);
    let groups = groups.into_iter().flatten().map(|one| {
        let name = text_of(one, "name");
        let words = desk.locale.resolve(&text_of(one, "displayHeader"));
        match words.is_empty() {
            true => (name.clone(), name),
            false => (name, words),
        }
    });
    let none = (String::new(), desk.text("choice-none"));
    std::iter::once(none).chain(groups).collect()
}

fn sections(desk: &Desk, profile: &Value) -> Vec<Section> {
    let text = |at: &str, key: &str| Field::new(at, key, Shape::Text);
    let switch = |at: &str, key: &str| Field::new(at, key, Shape::Switch(false));
    let lines = |at: &str, key: &str| Field::new(at, key, Shape::Lines);
    let group = Shape::OneOf(headings(desk, profile));
    let required = Shape::Choice(shape::REQUIRED);
    let itself = vec![
        text("displayName", "profile-display-name"),
        Field::new("group", "profile-group", group),
        switch("multivalued", "profile-multivalued"),
        text("defaultValue", "profile-default"),
    ];
    let rights = vec![
        switch("viewAdmin", "profile-view-admin"),
        switch("viewUser", "profile-view-user"),
        switch("editAdmin", "profile-edit-admin"),
        switch("editUser", "profile-edit-user"),
    ];
    let asked = vec![
        Field::new("requiredFor", "profile-required", required),
        lines("requiredScopes", "profile-required-scopes"),
        lines("selectorScopes", "profile-selector-scopes"),
    ];
    vec![
        Section::new("profile-itself", itself),
        Section::new("profile-rights", rights),
        Section::new("profile-asked", asked),
        Section::new(
            "profile-looks",
            vec![lines("validations", "profile-validators")],
        ),
    ]
}

fn sections_of_new(desk: &Desk, profile: &Value) -> Vec<Section> {
    let mut all = sections(desk, profile);
    if let Some(first) = all.first_mut() {
        let name = Field::new("name", "profile-name", Shape::Required);
        first.fields.insert(0, name);
    }
    all
}

fn new_page(desk: &Desk, sheet: Sheet) -> SheetPage {
    let back = Step::new(desk.text("discard"), desk.url("/profile"));
    let heading = Heading::new(&desk.text("profile-new"))
        .under(desk.text("nav-profile"), desk.url("/profile"));
    SheetPage::new(desk.frame(heading), sheet.makes(desk.text("create"), back))
}

pub(super) async fn ask(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let profile = desk.get(API).await?;
    let usual = json!({
        "viewAdmin": true,
        "viewUser": true,
        "editAdmin": true,
        "editUser": false,
        "requiredFor": shape::NEVER,
    });
    let sheet = Sheet::of(&desk, &sections_of_new(&desk, &profile), &usual);
    desk.show(&new_page(&desk, sheet))
}

pub(super) async fn make(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let profile = desk.get(API).await?;
    let sections = sections_of_new(&desk, &profile);
    let typed = sheet::typed(&sections, &desk.form);
    let name = text_of(&typed, "name");
    let nothing = json!({"name": name, "multivalued": false});
    let made = match shape::changed(&desk, &nothing, &typed) {
        Ok(made) => {
            let add = |all: &mut Vec<Value>| {
                all.push(made.clone());
                Ok::<_, Problem>(())
            };
            change(&desk, &add).await
        }
        Err(problem) => Err(problem),
    };
    match made {
        Ok(()) => desk.go("/profile", &Flash::done("done-created").about(&name)),
        Err(problem) if problem.is_about_what_was_sent() => {
            let sheet = Sheet::sent(&desk, &sections, &problem);
            desk.show_again(&new_page(&desk, sheet))
        }
        Err(problem) => Err(problem),
    }
}

/// The attribute that the address names.
fn named(desk: &Desk, profile: &Value) -> Result<Value, Problem> {
    let name = desk.part("name");
    let mut all = attributes(profile).iter();
    let found = all.find(|one| text_of(one, "name") == name);
    found.cloned().ok_or_else(Problem::not_found)
}

fn heading(desk: &Desk) -> Heading {
    Heading::new(&desk.part("name"))
        .under(desk.text("nav-profile"), desk.url("/profile"))
        .lead(desk.text("profile-attribute-lead"))
}

pub(super) async fn show(desk: Rc<Desk>) -> Shown {
    let profile = desk.get(API).await?;
    let attribute = named(&desk, &profile)?;
    let name = text_of(&attribute, "name");
    let may_manage = desk.may(MANAGE);
    let form = shape::shown(&attribute);
    let sheet = Sheet::of(&desk, &sections(&desk, &profile), &form).read_only(!may_manage);
    let command = format!(
        "kcadm.sh get users/profile -r {realm} > profile.json\n\
         kcadm.sh update users/profile -r {realm} -f profile.json",
        realm = desk.realm
    );
    let command = Card::new("command", desk.text("profile-command"))
        .lead(desk.text("profile-command-lead"))
        .code(command);
    let url = desk.url(&format!("{}/delete", page(&name)));
    let words = desk.text_with("user-delete-confirm", "name", &name);
    let delete = Ask::new(&desk, "delete", url, desk.text("delete"))
        .input(Input::text("name", words, ""))
        .danger();
    let danger = Card::new("danger", desk.text("danger"))
        .lead(desk.text("profile-delete-lead"))
        .ask(may_manage, delete);
    let mut stack = Stack::new(desk.frame(heading(&desk)))
        .with(Piece::Sheet(sheet))
        .card(command);
    if !FIXED.contains(&name.as_str()) {
        stack = stack.card(danger);
    }
    stack.show(&desk)
}

pub(super) async fn save(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let profile = desk.get(API).await?;
    named(&desk, &profile)?;
    let page = page(&desk.part("name"));
    let kept = Kept {
        api: API,
        page: &page,
    };
    let lens = Lens {
        show: &|profile| Ok(shape::shown(&named(&desk, profile)?)),
        put: &|profile, form| put(&desk, profile, form),
    };
    let layout = desk.frame(heading(&desk));
    let sections = sections(&desk, &profile);
    sheet::save_through(&desk, (kept, &lens), &sections, layout).await
}

/// The profile with what a form made of the attribute.
fn put(desk: &Desk, profile: &Value, form: &Value) -> Result<Value, Problem> {
    let changed = shape::changed(desk, &named(desk, profile)?, form)?;
    let mut all = attributes(profile).to_vec();
    let at = place(&all, &desk.part("name"))?;
    if let Some(one) = all.get_mut(at) {
        *one = changed;
    }
    let mut whole = profile.clone();
    if let Some(members) = whole.as_object_mut() {
        members.insert("attributes".to_owned(), Value::Array(all));
    }
    Ok(whole)
}

/// Values that people have stay stored. Nobody sees them, unless what is not listed may be seen.
pub(super) async fn remove(desk: Rc<Desk>) -> Shown {
    desk.check(MANAGE)?;
    let name = desk.part("name");
    named(&desk, &desk.get(API).await?)?;
    if desk.form.trimmed("name") != name {
        return desk.go(&page(&name), &Flash::failed("done-name-differs"));
    }
    let take = |all: &mut Vec<Value>| {
        let at = place(all, &name)?;
        all.remove(at);
        Ok::<_, Problem>(())
    };
    change(&desk, &take).await?;
    desk.go("/profile", &Flash::done("done-deleted").about(&name))
}
