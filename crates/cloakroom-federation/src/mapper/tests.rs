//! What each kind makes of an identity.

use serde_json::json;

use super::*;
use crate::identity::Said;

fn identity() -> Identity {
    Identity {
        alias: "corp".to_owned(),
        provider: "1".to_owned(),
        id: "7".to_owned(),
        username: "ada".to_owned(),
        name_there: "ada".to_owned(),
        email: Some("ada@corp.test".to_owned()),
        email_verified: Some(true),
        first_name: None,
        last_name: None,
        session: None,
        said: Said {
            id_token: json!({"dep": {"name": "R&D"}, "groups": ["dev", "ops"], "level": 3,
                "preferred_username": "Ada@Corp.test", "realm_access": {"roles": ["lead"]},
                "resource_access": {"app": {"roles": ["editor"]}}}),
            userinfo: json!({"dep": {"name": "later"}, "nickname": "countess"}),
            access_token: json!({"resource_access": {"app": {"roles": ["editor"]}, "shop": {"roles": ["seller"]}}}),
        },
    }
}

fn config(pairs: &[(&str, &str)]) -> Config {
    let owned = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    owned.collect()
}

const CLAIMS: &str = r#"[{"key":"groups","value":"dev"},{"key":"level","value":"3"}]"#;
const PATTERN: &str = r#"[{"key":"groups","value":"o.s"}]"#;
const PART: &str = r#"[{"key":"groups","value":"o"}]"#;

/// The kind, its settings, and what it does to a user.
type Row = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("oidc-user-attribute-idp-mapper", &[("claim", "dep.name"), ("user.attribute", "dep")], "attribute dep: R&D"),
    ("oidc-user-attribute-idp-mapper", &[("claim", "groups"), ("user.attribute", "g")], "attribute g: dev, ops"),
    ("oidc-user-attribute-idp-mapper", &[("claim", "nickname"), ("user.attribute", "n")], "attribute n: countess"),
    ("oidc-user-attribute-idp-mapper", &[("claim", "no"), ("user.attribute", "n")], "attribute n: "),
    ("oidc-user-attribute-idp-mapper", &[("user.attribute", "n")], ""),
    ("oidc-user-attribute-idp-mapper", &[("claim", "preferred_username"), ("user.attribute", "email")], "field email: Ada@Corp.test"),
    ("github-user-attribute-mapper", &[("jsonField", "nickname"), ("userAttribute", "n")], "attribute n: countess"),
    ("github-user-attribute-mapper", &[("jsonField", "nickname")], "attribute nickname: countess"),
    ("hardcoded-attribute-idp-mapper", &[("attribute", "a"), ("attribute.value", "v")], "attribute a: v"),
    ("oidc-hardcoded-role-idp-mapper", &[("role", "app.user")], "grant app.user"),
    ("oidc-hardcoded-group-idp-mapper", &[("group", "/staff")], "join /staff"),
    ("hardcoded-user-session-attribute-idp-mapper", &[("attribute", "a"), ("attribute.value", "v")], "note a: v"),
    ("oidc-role-idp-mapper", &[("claim", "groups"), ("claim.value", "dev"), ("role", "r")], "grant r"),
    ("oidc-role-idp-mapper", &[("claim", "groups"), ("claim.value", "de"), ("role", "r")], "revoke r"),
    ("oidc-role-idp-mapper", &[("role", "r")], "revoke r"),
    ("keycloak-oidc-role-to-role-idp-mapper", &[("external.role", "lead"), ("role", "r")], "grant r"),
    ("keycloak-oidc-role-to-role-idp-mapper", &[("external.role", "app.editor"), ("role", "r")], "grant r"),
    ("keycloak-oidc-role-to-role-idp-mapper", &[("external.role", "editor"), ("role", "r")], "revoke r"),
    ("keycloak-oidc-role-to-role-idp-mapper", &[("external.role", "shop.seller"), ("role", "r")], "grant r"),
    ("oidc-advanced-role-idp-mapper", &[("claims", CLAIMS), ("role", "r")], "grant r"),
    ("oidc-advanced-role-idp-mapper", &[("claims", PATTERN), ("are.claim.values.regex", "true"), ("role", "r")], "grant r"),
    ("oidc-advanced-role-idp-mapper", &[("claims", PATTERN), ("role", "r")], "revoke r"),
    ("oidc-advanced-role-idp-mapper", &[("claims", PART), ("are.claim.values.regex", "true"), ("role", "r")], "revoke r"),
    ("oidc-advanced-role-idp-mapper", &[("role", "r")], "revoke r"),
    ("oidc-advanced-group-idp-mapper", &[("claims", CLAIMS), ("group", "/g")], "join /g"),
    ("oidc-advanced-group-idp-mapper", &[("claims", PART), ("group", "/g")], "leave /g"),
    ("oidc-user-session-note-idp-mapper", &[("claims", PATTERN), ("are.claim.values.regex", "true")], "note groups: ops"),
];

fn told(effect: &Effect) -> String {
    match effect {
        Effect::Attribute(name, values) => format!("attribute {name}: {}", values.join(", ")),
        Effect::Field(name, values) => format!("field {name}: {}", values.join(", ")),
        Effect::Grant(role) => format!("grant {role}"),
        Effect::Revoke(role) => format!("revoke {role}"),
        Effect::Join(group) => format!("join {group}"),
        Effect::Leave(group) => format!("leave {group}"),
        Effect::SessionNote(name, value) => format!("note {name}: {value}"),
        Effect::Username(name) => format!("username {name}"),
    }
}

#[test]
fn each_kind_does_to_a_user_what_its_settings_say() {
    for (kind, settings, expected) in ROWS {
        let effects = find(kind).unwrap().map(&config(settings), &identity());

        let effects: Vec<String> = effects.iter().map(told).collect();
        assert_eq!(effects.join("; "), *expected, "{kind} {settings:?}");
    }
}

#[test]
fn a_mapped_address_is_the_identity_s_and_no_word_about_another_verifies_it() {
    let rows = [
        // The same address by another claim keeps its word.
        ("preferred_username", "Ada@Corp.test", Some(true)),
        ("upn", "ada@branch.test", Some(false)),
        // None that could be one.
        ("dep.name", "ada@corp.test", Some(true)),
        ("no", "ada@corp.test", Some(true)),
    ];
    for (claim, address, verified) in rows {
        let mut identity = identity();
        identity.said.id_token["upn"] = json!("ada@branch.test");

        let settings = config(&[("claim", claim), ("user.attribute", "email")]);
        let mapper = find("oidc-user-attribute-idp-mapper").unwrap();
        mapper.prepare(&settings, &mut identity);

        assert_eq!(identity.email.as_deref(), Some(address), "{claim}");
        assert_eq!(identity.email_verified, verified, "{claim}");
    }
}

#[test]
fn a_template_makes_a_name_of_claims() {
    let rows = [
        ("${CLAIM.preferred_username}", "Ada@Corp.test"),
        ("${CLAIM.preferred_username | localpart}", "Ada"),
        (
            "${ALIAS}.${CLAIM.preferred_username | lowercase}",
            "corp.ada@corp.test",
        ),
        ("${CLAIM.dep.name}-${UUID}", "R&D-7"),
        ("plain ${unfinished", "plain ${unfinished"),
        ("${CLAIM.nothing}", "ada"),
    ];
    for (template, expected) in rows {
        let mut identity = identity();

        find("oidc-username-idp-mapper")
            .unwrap()
            .prepare(&config(&[("template", template)]), &mut identity);

        assert_eq!(identity.username, expected, "{template}");
    }
}
