//! What an invented realm knows of its people: the attributes that they have, listed in its user profile.

use cloakroom_model::user_profile::{self, Attribute, Permissions};
use cloakroom_model::{Door, Fault};
use cloakroom_web::App;
use serde_json::{Map, json};

/// Lists them in the profile of a realm that stands.
pub(crate) async fn write(app: &App, realm: &str) -> Result<(), String> {
    let found = app.realm(realm).await.map_err(|fault| fault.to_string())?;
    let realm = found.ok_or_else(|| format!("there is no realm {realm}"))?;
    let stored = app.enter(&realm, Door::Write, |cx| {
        let mut profile = cx.realm.profile.clone();
        profile.attributes.extend(attributes());
        user_profile::store(cx, &profile)
    });
    stored.await.map_err(|fault: Fault| fault.to_string())
}

fn attributes() -> [Attribute; 3] {
    let of_the_work = || Permissions {
        view: vec!["admin".to_owned(), "user".to_owned()],
        edit: vec!["admin".to_owned()],
    };
    let one = |name: &str, display: &str, pattern: &str| {
        let rule = json!({"pattern": pattern});
        Attribute {
            name: name.to_owned(),
            display_name: Some(display.to_owned()),
            validations: Some(Map::from_iter([("pattern".to_owned(), rule)])),
            permissions: Some(of_the_work()),
            ..Attribute::default()
        }
    };
    let mut locale = one("locale", "${locale}", "^(de|en)$");
    locale.permissions = Some(Permissions {
        view: vec!["admin".to_owned(), "user".to_owned()],
        edit: vec!["admin".to_owned(), "user".to_owned()],
    });
    [
        one("department", "Department", "^d[0-9]+$"),
        one("employeeNumber", "Employee number", "^[0-9]{7}$"),
        locale,
    ]
}
