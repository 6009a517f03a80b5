//! An attribute of the profile as a form has it, and back: who may do what becomes switches, and validators become lines.

use serde_json::{Map, Value, json};

use crate::desk::{Desk, text_of};
use crate::problem::Problem;

/// Nobody has to give it.
pub(super) const NEVER: &str = "never";
/// Everybody has to.
const ALWAYS: &str = "always";
/// For whom an attribute may be required.
pub(super) const REQUIRED: &[&str] = &[NEVER, ALWAYS, "admin", "user"];

/// The hands that an attribute can be in, and how their switches end.
const SIDES: [(&str, &str); 2] = [("admin", "Admin"), ("user", "User")];

/// Members that are one text, and are left out where that is empty.
const TEXTS: [&str; 3] = ["displayName", "defaultValue", "group"];

/// The fields of a form over an attribute.
pub(super) fn shown(attribute: &Value) -> Value {
    let mut shown = Map::new();
    for name in TEXTS {
        shown.insert(name.to_owned(), json!(text_of(attribute, name)));
    }
    let is_multivalued = attribute.get("multivalued") == Some(&json!(true));
    shown.insert("multivalued".to_owned(), json!(is_multivalued));
    shown.insert("requiredFor".to_owned(), json!(required(attribute)));
    for (field, part) in [
        ("requiredScopes", "required"),
        ("selectorScopes", "selector"),
    ] {
        let scopes = list(attribute.get(part), "scopes");
        shown.insert(field.to_owned(), scopes);
    }
    for (act, who, is_on) in permissions(attribute) {
        shown.insert(format!("{act}{who}"), json!(is_on));
    }
    let validators = attribute.get("validations").and_then(Value::as_object);
    let lines = validators.into_iter().flatten().map(|(id, settings)| {
        match settings.as_object().is_none_or(Map::is_empty) {
            true => id.clone(),
            false => format!("{id} {settings}"),
        }
    });
    shown.insert("validations".to_owned(), json!(lines.collect::<Vec<_>>()));
    Value::Object(shown)
}

fn list(of: Option<&Value>, name: &str) -> Value {
    let found = of.and_then(|of| of.get(name));
    let found = found.filter(|all| all.is_array());
    found.cloned().unwrap_or_else(|| json!([]))
}

fn holds(all: &Value, text: &str) -> bool {
    let mut texts = all.as_array().into_iter().flatten();
    texts.any(|one| one == text)
}

/// For whom it is required. Scopes narrow that further.
fn required(attribute: &Value) -> &'static str {
    let said = attribute.get("required").filter(|one| one.is_object());
    if said.is_none() {
        return NEVER;
    }
    let roles = list(said, "roles");
    match (holds(&roles, "admin"), holds(&roles, "user")) {
        (true, false) => "admin",
        (false, true) => "user",
        _ => ALWAYS,
    }
}

/// Whether each side views and edits it. Username and address are anybody's to edit until the profile says whose.
fn permissions(attribute: &Value) -> Vec<(&'static str, &'static str, bool)> {
    let said = attribute.get("permissions").filter(|one| one.is_object());
    let name = text_of(attribute, "name");
    let is_free = said.is_none() && ["username", "email"].contains(&name.as_str());
    let mut all = Vec::new();
    for act in ["view", "edit"] {
        let roles = list(said, act);
        for (role, who) in SIDES {
            all.push((act, who, is_free || holds(&roles, role)));
        }
    }
    all
}

/// The attribute with what the form made of it. What the form did not change stays as the API has it, in whatever words.
pub(super) fn changed(desk: &Desk, before: &Value, form: &Value) -> Result<Value, Problem> {
    let was = shown(before);
    let is_changed = |name: &str| form.get(name).is_some_and(|now| was.get(name) != Some(now));
    let mut after = before.as_object().cloned().unwrap_or_default();
    for name in TEXTS.into_iter().filter(|name| is_changed(name)) {
        let text = text_of(form, name);
        set(&mut after, name, json!(text), text.is_empty());
    }
    if is_changed("multivalued") {
        let on = form.get("multivalued").cloned().unwrap_or_default();
        after.insert("multivalued".to_owned(), on);
    }
    if is_changed("requiredFor") || is_changed("requiredScopes") {
        let who = text_of(form, "requiredFor");
        let scopes = list(Some(form), "requiredScopes");
        let mut said = Map::new();
        if who != NEVER && who != ALWAYS {
            said.insert("roles".to_owned(), json!([who]));
        }
        if scopes != json!([]) {
            said.insert("scopes".to_owned(), scopes);
        }
        set(&mut after, "required", Value::Object(said), who == NEVER);
    }
    if is_changed("selectorScopes") {
        let scopes = list(Some(form), "selectorScopes");
        let is_empty = scopes == json!([]);
        set(&mut after, "selector", json!({"scopes": scopes}), is_empty);
    }
    let switches = ["viewAdmin", "viewUser", "editAdmin", "editUser"];
    if switches.into_iter().any(is_changed) {
        let said = json!({"view": roles(form, "view"), "edit": roles(form, "edit")});
        after.insert("permissions".to_owned(), said);
    }
    if is_changed("validations") {
        let all = validators(desk, &list(Some(form), "validations"))?;
        let is_empty = all.is_empty();
        set(&mut after, "validations", Value::Object(all), is_empty);
    }
    Ok(Value::Object(after))
}

/// Who may do this by the switches of a form.
fn roles(form: &Value, act: &str) -> Vec<&'static str> {
    let is_on = |who: &str| form.get(format!("{act}{who}")) == Some(&json!(true));
    let sides = SIDES.into_iter().filter(|(_, who)| is_on(who));
    sides.map(|(role, _)| role).collect()
}

fn set(members: &mut Map<String, Value>, name: &str, value: Value, is_nothing: bool) {
    match is_nothing {
        true => drop(members.remove(name)),
        false => drop(members.insert(name.to_owned(), value)),
    }
}

/// `length {"min": 3}` on each line: the id of a validator, and its settings where it has some.
fn validators(desk: &Desk, lines: &Value) -> Result<Map<String, Value>, Problem> {
    let mut all = Map::new();
    for line in lines.as_array().into_iter().flatten() {
        let line = line.as_str().unwrap_or_default().trim();
        let parts = line.split_once(char::is_whitespace);
        let (id, settings) = parts.unwrap_or((line, "{}"));
        match serde_json::from_str::<Map<String, Value>>(settings.trim()) {
            Ok(settings) => drop(all.insert(id.to_owned(), Value::Object(settings))),
            Err(_) => {
                let why = desk.text_with("profile-validators-wrong", "line", line);
                let mut problem = Problem::invalid(desk.text("problem-refused"));
                problem.fields.push(("validations".to_owned(), why));
                return Err(problem);
            }
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_and_who_must_are_told_by_switches() {
        let rows = [
            (json!({"name": "a"}), NEVER, [false; 4]),
            (json!({"name": "email"}), NEVER, [true; 4]),
            (
                json!({"name": "a", "required": {}, "permissions": {"view": ["user"], "edit": ["admin"]}}),
                ALWAYS,
                [false, true, true, false],
            ),
            (
                json!({"name": "a", "required": {"roles": ["user"]}, "permissions": {}}),
                "user",
                [false; 4],
            ),
            (
                json!({"name": "a", "required": {"roles": ["user", "admin"]}}),
                ALWAYS,
                [false; 4],
            ),
        ];
        for (attribute, required, switches) in rows {
            let form = shown(&attribute);
            let names = ["viewAdmin", "viewUser", "editAdmin", "editUser"];

            assert_eq!(text_of(&form, "requiredFor"), required, "{attribute}");
            assert_eq!(
                names.map(|name| form.get(name) == Some(&json!(true))),
                switches,
                "{attribute}"
            );
        }
    }

    #[test]
    fn validators_without_settings_are_a_word() {
        let attribute = json!({"name": "a", "validations": {"email": {}, "length": {"max": 3}}});

        let form = shown(&attribute);

        assert_eq!(
            form.get("validations"),
            Some(&json!(["email", "length {\"max\":3}"]))
        );
    }
}
