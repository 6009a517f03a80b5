//! What entries become, row by row.

use cloakroom_model::component::Component;
use cloakroom_model::id::ComponentId;

use super::super::person::Person;
use super::*;

fn component(id: &str, kind: &str, config: &[(&str, &str)]) -> Component {
    let each = config
        .iter()
        .map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()]));
    Component {
        id: ComponentId::new(id),
        parent_id: "dir".to_owned(),
        name: Some(id.to_owned()),
        provider_id: kind.to_owned(),
        provider_type: super::super::MAPPERS.to_owned(),
        sub_type: None,
        config: each.collect(),
        secrets: Config::new(),
    }
}

fn directory(mode: &str, mappers: &[Component]) -> Directory {
    let config = [
        ("editMode", mode),
        ("usersDn", "ou=people,dc=x"),
        ("userObjectClasses", "inetOrgPerson, evil)(x"),
    ];
    Directory::of(component("dir", "ldap", &config), mappers)
}

fn of_attribute(here: &str, there: &str) -> Component {
    let config = [("user.model.attribute", here), ("ldap.attribute", there)];
    component(here, "user-attribute-ldap-mapper", &config)
}

fn ada() -> Entry {
    Entry::made(
        "uid=ada,ou=people,dc=x",
        &[
            ("entryUUID", &["e1"]),
            ("uid", &["Ada "]),
            ("cn", &["Augusta Ada Lovelace"]),
            ("mail", &["ada@example.com", "other@example.com"]),
            ("userAccountControl", &["514"]),
            ("pwdLastSet", &["0"]),
            ("phone", &["1", "2", "a\0b"]),
        ],
    )
}

#[test]
fn an_entry_becomes_a_person_by_its_mappers() {
    let mappers = [
        of_attribute("email", "mail"),
        of_attribute("phones", "phone"),
        of_attribute("missing", "none"),
        component(
            "full",
            "full-name-ldap-mapper",
            &[("ldap.full.name.attribute", "cn")],
        ),
        component("control", "msad-user-account-control-mapper", &[]),
        component("role", "hardcoded-ldap-role-mapper", &[("role", "staff")]),
        component("group", "hardcoded-ldap-group-mapper", &[("group", "/all")]),
        component(
            "constant",
            "hardcoded-attribute-mapper",
            &[("user.model.attribute", "from"), ("attribute.value", "x")],
        ),
    ];
    let person = Person::of(&directory("WRITABLE", &mappers), &ada()).unwrap();

    let member = |name: &str| person.members.get(name).cloned().unwrap_or_default();
    assert_eq!(person.username, "ada");
    assert_eq!(person.external_id, "e1");
    assert_eq!(
        member("email"),
        ["ada@example.com"],
        "a field has one value"
    );
    assert_eq!(member("phones"), ["1", "2"], "a NUL is no part of a value");
    assert_eq!(member("missing"), Vec::<String>::new());
    assert_eq!(member("firstName"), ["Augusta Ada"]);
    assert_eq!(member("lastName"), ["Lovelace"]);
    assert_eq!(member("from"), ["x"]);
    assert_eq!(person.enabled, Some(false));
    assert!(person.must_change_password);
    assert_eq!(person.named_roles, ["staff"]);
    assert_eq!(person.named_groups, ["/all"]);
}

#[test]
fn a_password_that_cannot_be_changed_here_has_not_to_be() {
    let mappers = [component(
        "control",
        "msad-user-account-control-mapper",
        &[],
    )];
    let person = Person::of(&directory("READ_ONLY", &mappers), &ada()).unwrap();

    assert!(!person.must_change_password);
}

#[test]
fn an_entry_without_an_id_or_a_name_is_nobody() {
    let directory = directory("READ_ONLY", &[]);
    for attributes in [[("uid", &["a"][..])], [("entryUUID", &["e"][..])]] {
        assert!(Person::of(&directory, &Entry::made("x=y", &attributes)).is_err());
    }
}

#[test]
fn a_filter_holds_the_classes_and_the_value_and_nothing_more() {
    use super::super::search::{Whom, filter};
    let directory = directory("READ_ONLY", &[]);
    let made = filter(&directory, Whom::Named("*)(uid=*))(|(uid=*")).unwrap();

    assert_eq!(
        made,
        "(&(uid=\\2a\\29\\28uid=\\2a\\29\\29\\28|\\28uid=\\2a)(objectClass=inetOrgPerson))"
    );
}
