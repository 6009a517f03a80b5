//! Profiles and people as a real Keycloak answered for them.

use cloakroom_model::id::{RealmId, UserId};
use cloakroom_model::realm::{RealmRow, Settings};
use cloakroom_model::time::Timestamp;

use super::*;

fn realm(profile: Value) -> Realm {
    let mut realm = Realm::empty(RealmRow {
        id: RealmId::new("r"),
        name: "r".to_owned(),
        enabled: true,
        version: 1,
        settings: Settings::default(),
    });
    realm.profile = serde_json::from_value(profile).unwrap();
    realm
}

fn person() -> User {
    User {
        id: UserId::new("u"),
        username: "someone".to_owned(),
        email: None,
        email_verified: false,
        first_name: None,
        last_name: None,
        enabled: true,
        created_at: Timestamp::from_millis(0),
        not_before: 0,
        service_account_client: None,
        attributes: BTreeMap::new(),
        required_actions: Vec::new(),
    }
}

fn with(name: &str, values: &[&str]) -> User {
    let mut user = person();
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    user.attributes.insert(name.to_owned(), values);
    user
}

fn both() -> Value {
    json!({"view": ["admin", "user"], "edit": ["admin", "user"]})
}

#[test]
fn each_validator_complains_in_keycloaks_words() {
    #[rustfmt::skip]
    let table = [
        (json!({"integer": {"min": 1, "max": 5}}), "x", Some(("error-invalid-number", json!([])))),
        (json!({"integer": {"min": 1, "max": 5}}), "9", Some(("error-number-out-of-range", json!([1, 5])))),
        (json!({"integer": {"min": 3}}), "1", Some(("error-number-out-of-range-too-small", json!([3, null])))),
        (json!({"integer": {"max": 3}}), "9", Some(("error-number-out-of-range-too-big", json!([null, 3])))),
        (json!({"double": {"min": "1.5", "max": 2}}), "9", Some(("error-number-out-of-range", json!([1.5, 2.0])))),
        (json!({"double": {"min": "1.5", "max": 2}}), "1.7", None),
        (json!({"double": {}}), "NaN", Some(("error-invalid-number", json!([])))),
        (json!({"pattern": {"pattern": "[a-c]+"}}), "abz", Some(("error-pattern-no-match", json!(["[a-c]+"])))),
        (json!({"pattern": {"pattern": "[a-c]+", "error-message": "mine"}}), "z", Some(("mine", json!(["[a-c]+"])))),
        (json!({"uri": {}}), "nope", Some(("error-invalid-uri", json!(["nope", "URI is not absolute"])))),
        (json!({"uri": {}}), "ftp://x", Some(("error-invalid-uri-scheme", json!(["ftp://x", "ftp"])))),
        (json!({"uri": {}}), "javascript:alert(1)", Some(("error-invalid-uri-scheme", json!(["javascript:alert(1)", "javascript"])))),
        (json!({"uri": {}}), "http://x/#f", None),
        (json!({"uri": {"allowFragment": false}}), "http://x/#f", Some(("error-invalid-uri-fragment", json!(["http://x/#f", "f"])))),
        (json!({"email": {}}), "x", Some(("error-invalid-email", json!(["x"])))),
        (json!({"email": {"max-local-length": 3}}), "abcd@x.org", Some(("error-invalid-email", json!(["abcd@x.org"])))),
        (json!({"email": {}}), "a@b@x.org", Some(("error-invalid-email", json!(["a@b@x.org"])))),
        (json!({"options": {"options": ["a", "b"]}}), "c", Some(("error-invalid-value", json!([])))),
        (json!({"local-date": {}}), "2020-01-01", Some(("error-invalid-date", json!([])))),
        (json!({"local-date": {}}), "1/2/20", None),
        (json!({"local-date": {}}), "02/30/2020", Some(("error-invalid-date", json!([])))),
        (json!({"iso-date": {}}), "2020-13-01", Some(("error-invalid-date", json!(["2020-13-01"])))),
        (json!({"iso-date": {}}), "2024-02-29", None),
        (json!({"person-name-prohibited-characters": {}}), "<b>", Some(("error-person-name-invalid-character", json!([])))),
        (json!({"username-prohibited-characters": {"error-message": "ue"}}), "a b", Some(("ue", json!([])))),
        (json!({"up-username-not-idn-homograph": {}}), "\u{430}dmin", Some(("error-username-invalid-character", json!([])))),
        (json!({"length": {"max": 5}}), "toolong", Some(("error-invalid-length-too-long", json!([null, 5])))),
        (json!({"length": {"min": 3}}), "x", Some(("error-invalid-length-too-short", json!([3, null])))),
        (json!({"length": {"min": 2, "max": 5}}), "  a  ", Some(("error-invalid-length", json!([2, 5])))),
        (json!({"length": {"min": 2, "max": 5, "trim-disabled": true}}), "  a  ", None),
    ];
    for (validations, value, expected) in table {
        let case = format!("{validations} {value}");
        let attribute = json!({"name": "x", "permissions": both(), "validations": validations});
        let realm = realm(json!({"attributes": [{"name": "username"}, attribute]}));
        let mut user = with("x", &[value]);

        let found = check(&realm, Occasion::ADMIN, None, &mut user);

        let expected: Vec<Violation> = expected
            .into_iter()
            .map(|(message, more)| Violation::new("x", message, more.as_array().unwrap().clone()))
            .collect();
        assert_eq!(found, expected, "{case}");
    }
}

#[test]
fn the_number_of_values_is_counted_even_where_there_are_none() {
    let rule = json!({"multivalued": {"min": 2, "max": 3}});
    let many =
        json!({"name": "x", "permissions": both(), "validations": rule, "multivalued": true});
    let one = json!({"name": "y", "permissions": both()});
    let realm = realm(json!({"attributes": [many, one]}));
    for (name, values, found_in) in [
        ("x", vec![], Some("x")),
        ("x", vec!["a", "b"], None),
        ("x", vec!["a", "b", "c", "d"], Some("x")),
        ("y", vec!["a", "b"], Some("y")),
    ] {
        let mut user = with("x", &["a", "b"]);
        user.attributes.extend(with(name, &values).attributes);

        let found = check(&realm, Occasion::ADMIN, None, &mut user);

        let names: Vec<&str> = found.iter().map(|one| one.attribute.as_str()).collect();
        assert_eq!(
            names,
            found_in.into_iter().collect::<Vec<_>>(),
            "{name} {values:?}"
        );
    }
}

#[test]
fn what_is_not_in_somebodys_hands_stays_as_it_was() {
    let own = json!({"view": ["admin"], "edit": ["user"]});
    let attributes = json!([{"name": "username"}, {"name": "x", "permissions": own}]);
    let realm = realm(json!({"attributes": attributes}));
    let before = with("x", &["old"]);
    let mut changed = with("x", &["new"]);
    let mut left_out = person();
    let mut fresh = with("x", &["new"]);

    let refused = check(&realm, Occasion::ADMIN, Some(&before), &mut changed);
    let kept = check(&realm, Occasion::ADMIN, Some(&before), &mut left_out);
    let dropped = check(&realm, Occasion::ADMIN, None, &mut fresh);

    assert_eq!(
        refused,
        [Violation::new(
            "x",
            "error-user-attribute-read-only",
            Vec::new()
        )]
    );
    assert_eq!(changed.attributes, before.attributes);
    assert!(kept.is_empty() && dropped.is_empty());
    assert_eq!(left_out.attributes, before.attributes);
    assert!(fresh.attributes.is_empty());
}

#[test]
fn what_was_wrong_before_is_told_to_whoever_may_mend_it() {
    let rules = json!({"pattern": {"pattern": "^[0-9]+$"}});
    let own = json!({"view": ["admin", "user"], "edit": ["admin"]});
    let attribute = json!({"name": "x", "permissions": own, "validations": rules});
    let realm = realm(json!({"attributes": [{"name": "username"}, attribute]}));
    let before = with("x", &["none"]);
    let count = |occasion, before: Option<&User>| {
        check(&realm, occasion, before, &mut with("x", &["none"])).len()
    };

    assert_eq!(count(Occasion::ACCOUNT, Some(&before)), 0);
    assert_eq!(count(Occasion::ADMIN, Some(&before)), 1);
    assert_eq!(count(Occasion::ADMIN, None), 1);
}

#[test]
fn a_form_mends_what_it_has_a_field_for() {
    let of = |name: &str, more: Value| {
        let mut attribute =
            json!({"name": name, "permissions": both(), "multivalued": true, "required": {}});
        let members = attribute.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        attribute
    };
    let pattern = json!({"pattern": {"pattern": "^[0-9]+$"}});
    let attributes = json!([
        {"name": "username", "validations": {"length": {"min": 30}}},
        {"name": "email", "required": {}},
        {"name": "lastName", "required": {}, "permissions": both()},
        of("one", json!({})),
        of("several", json!({"validations": pattern})),
        of("demands", json!({"validations": {"multivalued": {"min": "2", "max": "3"}}})),
        of("password", json!({})),
        of("theirs", json!({"permissions": {"view": [], "edit": ["admin"]}})),
        of("chosen", json!({"selector": {"scopes": ["phone"]}})),
    ]);
    let realm = realm(json!({"attributes": attributes}));
    let user = with("several", &["a", "b"]);
    for (scope, expected) in [
        ("openid", vec!["email", "lastName", "one"]),
        ("phone", vec!["email", "lastName", "one", "chosen"]),
    ] {
        let scopes = [scope.to_owned()];
        let occasion = Occasion {
            side: Side::User,
            scopes: Some(&scopes),
        };

        let found = lacking(&realm, occasion, &user);

        let names: Vec<&str> = found.iter().map(|one| one.attribute.as_str()).collect();
        assert_eq!(names, expected, "{scope}");
    }
}

#[test]
fn a_user_never_sets_what_the_policy_keeps_from_them() {
    for (policy, by_admin, by_user, is_seen) in [
        (Value::Null, false, false, false),
        (json!("ADMIN_VIEW"), false, false, true),
        (json!("ADMIN_EDIT"), true, false, true),
        (json!("ENABLED"), true, true, true),
    ] {
        let mut realm = realm(json!({"attributes": [{"name": "username"}]}));
        realm.profile.unmanaged_attribute_policy = serde_json::from_value(policy.clone()).unwrap();
        let (mut one, mut other) = (with("free", &["v"]), with("free", &["v"]));
        let stored = with("free", &["v"]);

        check(&realm, Occasion::ADMIN, None, &mut one);
        check(&realm, Occasion::ACCOUNT, None, &mut other);
        let seen = visible(&realm.profile, Side::Admin, &stored);

        assert_eq!(!one.attributes.is_empty(), by_admin, "{policy}");
        assert_eq!(!other.attributes.is_empty(), by_user, "{policy}");
        assert_eq!(!seen.attributes.is_empty(), is_seen, "{policy}");
    }
}

#[test]
fn a_value_is_required_of_whom_the_profile_says() {
    for (required, side, scopes, is_required) in [
        (json!({}), Side::Admin, vec![], true),
        (json!({"roles": ["user"]}), Side::Admin, vec![], false),
        (json!({"roles": ["user"]}), Side::User, vec![], true),
        (
            json!({"scopes": ["phone"]}),
            Side::User,
            vec!["openid"],
            false,
        ),
        (
            json!({"scopes": ["phone"]}),
            Side::User,
            vec!["phone"],
            true,
        ),
    ] {
        let attribute = json!({"name": "x", "permissions": both(), "required": required});
        let realm = realm(json!({"attributes": [{"name": "username"}, attribute]}));
        let scopes: Vec<String> = scopes.into_iter().map(str::to_owned).collect();
        let scopes = Some(scopes.as_slice());

        let found = check(&realm, Occasion { side, scopes }, None, &mut person());

        assert_eq!(!found.is_empty(), is_required, "{required} {side:?}");
    }
}

#[test]
fn a_default_fills_what_is_empty_and_blanks_are_dropped() {
    let attributes = json!([
        {"name": "username"},
        {"name": "x", "permissions": both(), "defaultValue": "dd"},
        {"name": "y", "permissions": both(), "multivalued": true},
    ]);
    let realm = realm(json!({"attributes": attributes}));
    let mut user = with("y", &["", " ", "a", "a"]);

    let found = check(&realm, Occasion::ADMIN, None, &mut user);

    assert!(found.is_empty());
    assert_eq!(user.attributes["x"], ["dd"]);
    assert_eq!(user.attributes["y"], ["a", "a"]);
}

#[test]
fn a_username_stays_where_the_realm_fixes_it() {
    let mut realm = realm(json!({"attributes": [{"name": "username"}]}));
    let mut renamed = person();
    renamed.username = "other".to_owned();

    let fixed = check(
        &realm,
        Occasion::ADMIN,
        Some(&person()),
        &mut renamed.clone(),
    );
    realm.settings.edit_username_allowed = true;
    let open = check(&realm, Occasion::ADMIN, Some(&person()), &mut renamed);

    assert_eq!(fixed[0].message, "error-user-attribute-read-only");
    assert!(open.is_empty());
}

#[test]
fn a_profile_is_refused_in_keycloaks_sentences() {
    let base = |more: Value| json!({"attributes": [{"name": "username"}, {"name": "email"}, more]});
    #[rustfmt::skip]
    let table = [
        (json!({"attributes": [{"name": "email"}]}), "The attribute 'username' can not be removed"),
        (base(json!({})), "Attribute configuration without 'name' is not allowed"),
        (base(json!({"name": "email"})), "Attribute configuration already exists with 'name':'email'"),
        (base(json!({"name": "a b"})), "Invalid attribute name (only letters, numbers and '.' '_' '-' special characters allowed): a b']"),
        (base(json!({"name": "x", "required": {"roles": ["boss"]}})), "'required.roles' configuration for attribute 'x' contains unsupported role 'boss'"),
        (base(json!({"name": "x", "selector": {"scopes": ["none"]}})), "'selector.scopes' configuration for attribute 'x' contains unsupported scope 'none'"),
        (base(json!({"name": "x", "group": "none"})), "Attribute 'x' references unknown group 'none'"),
        (base(json!({"name": "x", "validations": {"nonsense": {}}})), "Validator 'nonsense' defined for attribute 'x' doesn't exist"),
        (base(json!({"name": "x", "validations": {"length": {"min": "x"}}})), "Validator 'length' defined for attribute 'x' has incorrect configuration: ValidationError{validatorId='length', inputHint='min', message='error-validator-config-invalid-number-value', messageParameters=[x]}, "),
        (base(json!({"name": "x", "validations": {"integer": {"min": 5, "max": 1}}})), "Validator 'integer' defined for attribute 'x' has incorrect configuration: ValidationError{validatorId='integer', inputHint='max', message='error-validator-config-invalid-value', messageParameters=[]}, "),
        (base(json!({"name": "x", "defaultValue": "zz", "validations": {"length": {"max": 1}}})), "Default value for attribute 'x' is invalid"),
    ];
    for (profile, sentence) in table {
        let read = serde_json::from_value(profile.clone()).unwrap();

        let found = config::check(&read, &|_| false);

        assert_eq!(found, [sentence], "{profile}");
    }
    for empty in [
        json!({}),
        json!({"attributes": []}),
        json!({"unmanagedAttributePolicy": "ENABLED"}),
    ] {
        let read = serde_json::from_value(empty.clone()).unwrap();
        let found = config::check(&read, &|_| false);
        let both =
            ["username", "email"].map(|name| format!("The attribute '{name}' can not be removed"));
        assert_eq!(found, both, "{empty}");
    }
    let default = UserProfile::of_new_realm().unwrap();
    assert!(config::check(&default, &|_| false).is_empty());
}
