//! What each kind makes of an identity.

use serde_json::json;

use super::*;
use crate::identity::Said;

fn identity() -> Identity {
    Identity {
        alias: "corp".to_owned(),
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
        },
    }
}

fn config(pairs: &[(&str, &str)]) -> Config {
    let owned = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    owned.collect()
}

#[test]
fn each_kind_does_to_a_user_what_its_settings_say() {
    const CLAIMS: &str = r#"[{"key":"groups","value":"dev"},{"key":"level","value":"3"}]"#;
    const PATTERN: &str = r#"[{"key":"groups","value":"o.s"}]"#;
    const PART: &str = r#"[{"key":"groups","value":"o"}]"#;
    let attribute = |name: &str, values: &[&str]| {
        let values = values.iter().map(|value| (*value).to_owned());
        Effect::Attribute(name.to_owned(), values.collect())
    };
    let grant = |role: &str| vec![Effect::Grant(role.to_owned())];
    let revoke = |role: &str| vec![Effect::Revoke(role.to_owned())];
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], Vec<Effect>);
    let rows: Vec<Row<'_>> = vec![
        (
            "oidc-user-attribute-idp-mapper",
            &[("claim", "dep.name"), ("user.attribute", "dep")],
            vec![attribute("dep", &["R&D"])],
        ),
        (
            "oidc-user-attribute-idp-mapper",
            &[("claim", "groups"), ("user.attribute", "g")],
            vec![attribute("g", &["dev", "ops"])],
        ),
        (
            "oidc-user-attribute-idp-mapper",
            &[("claim", "nickname"), ("user.attribute", "n")],
            vec![attribute("n", &["countess"])],
        ),
        (
            "oidc-user-attribute-idp-mapper",
            &[("claim", "no"), ("user.attribute", "n")],
            vec![attribute("n", &[])],
        ),
        (
            "oidc-user-attribute-idp-mapper",
            &[("user.attribute", "n")],
            vec![],
        ),
        (
            "github-user-attribute-mapper",
            &[("jsonField", "nickname"), ("userAttribute", "n")],
            vec![attribute("n", &["countess"])],
        ),
        (
            "github-user-attribute-mapper",
            &[("jsonField", "nickname")],
            vec![attribute("nickname", &["countess"])],
        ),
        (
            "hardcoded-attribute-idp-mapper",
            &[("attribute", "a"), ("attribute.value", "v")],
            vec![attribute("a", &["v"])],
        ),
        (
            "oidc-hardcoded-role-idp-mapper",
            &[("role", "app.user")],
            grant("app.user"),
        ),
        (
            "oidc-hardcoded-group-idp-mapper",
            &[("group", "/staff")],
            vec![Effect::Join("/staff".to_owned())],
        ),
        (
            "hardcoded-user-session-attribute-idp-mapper",
            &[("attribute", "a"), ("attribute.value", "v")],
            vec![Effect::SessionNote("a".to_owned(), "v".to_owned())],
        ),
        (
            "oidc-role-idp-mapper",
            &[("claim", "groups"), ("claim.value", "dev"), ("role", "r")],
            grant("r"),
        ),
        (
            "oidc-role-idp-mapper",
            &[("claim", "groups"), ("claim.value", "de"), ("role", "r")],
            revoke("r"),
        ),
        ("oidc-role-idp-mapper", &[("role", "r")], revoke("r")),
        (
            "keycloak-oidc-role-to-role-idp-mapper",
            &[("external.role", "lead"), ("role", "r")],
            grant("r"),
        ),
        (
            "keycloak-oidc-role-to-role-idp-mapper",
            &[("external.role", "app.editor"), ("role", "r")],
            grant("r"),
        ),
        (
            "keycloak-oidc-role-to-role-idp-mapper",
            &[("external.role", "editor"), ("role", "r")],
            revoke("r"),
        ),
        (
            "oidc-advanced-role-idp-mapper",
            &[("claims", CLAIMS), ("role", "r")],
            grant("r"),
        ),
        (
            "oidc-advanced-role-idp-mapper",
            &[
                ("claims", PATTERN),
                ("are.claim.values.regex", "true"),
                ("role", "r"),
            ],
            grant("r"),
        ),
        (
            "oidc-advanced-role-idp-mapper",
            &[("claims", PATTERN), ("role", "r")],
            revoke("r"),
        ),
        (
            "oidc-advanced-role-idp-mapper",
            &[
                ("claims", PART),
                ("are.claim.values.regex", "true"),
                ("role", "r"),
            ],
            revoke("r"),
        ),
        (
            "oidc-advanced-role-idp-mapper",
            &[("role", "r")],
            revoke("r"),
        ),
        (
            "oidc-advanced-group-idp-mapper",
            &[("claims", CLAIMS), ("group", "/g")],
            vec![Effect::Join("/g".to_owned())],
        ),
        (
            "oidc-advanced-group-idp-mapper",
            &[("claims", PART), ("group", "/g")],
            vec![Effect::Leave("/g".to_owned())],
        ),
        (
            "oidc-user-session-note-idp-mapper",
            &[("claims", PATTERN), ("are.claim.values.regex", "true")],
            vec![Effect::SessionNote("groups".to_owned(), "ops".to_owned())],
        ),
    ];
    for (kind, settings, expected) in rows {
        let mapper = find(kind).unwrap();

        assert_eq!(
            mapper.map(&config(settings), &identity()),
            expected,
            "{kind} {settings:?}"
        );
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
