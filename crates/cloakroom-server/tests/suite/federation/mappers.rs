//! What providers say and mappers take over: once or each time, and never more than a mapper is for.

use serde_json::{Value, json};

use super::Story;
use super::op::Op;
use super::scene::Scene;
use crate::http::text;

pub(super) const STORIES: &[Story] = &[
    (
        "mappers::each-kind-takes-over-once-or-each-time-as-the-mode-says",
        modes,
    ),
    (
        "mappers::what-is-set-for-everybody-is-given-once-or-each-time",
        hardcoded,
    ),
    (
        "mappers::claims-of-wrong-types-and-sizes-become-text-or-nothing",
        strange,
    ),
    ("mappers::names-made-of-claims-are-names-or-nothing", names),
    (
        "mappers::no-claim-reaches-what-a-mapper-does-not-name",
        protected,
    ),
];

fn add(scene: &Scene, alias: &str, kind: &str, config: Value) {
    let path = format!("/identity-provider/instances/{alias}/mappers");
    let usual = json!({"syncMode": "INHERIT"});
    let asked = json!({
        "name": kind, "identityProviderAlias": alias, "identityProviderMapper": kind,
        "config": crate::realm::merged(usual, config),
    });
    scene.done("POST", &path, &asked);
}

/// What somebody has, as far as the mappers of these tests change it.
fn has(scene: &Scene, user: &str) -> Vec<String> {
    let user = scene.done("GET", &format!("/users/{user}"), &Value::Null);
    let path = format!("/users/{}", text(&user, "id"));
    let roles = scene.done("GET", &format!("{path}/role-mappings/realm"), &Value::Null);
    let groups = scene.done("GET", &format!("{path}/groups"), &Value::Null);
    let named = roles
        .as_array()
        .into_iter()
        .chain(groups.as_array())
        .flatten();
    let mut all: Vec<String> = named.map(|one| text(one, "name").to_owned()).collect();
    all.retain(|name| name.starts_with("m-"));
    for name in ["team", "fixed"] {
        if let Some(value) = user["attributes"][name][0].as_str() {
            all.push(format!("{name}={value}"));
        }
    }
    all.push(format!("name={}", text(&user, "username")));
    all.sort();
    all
}

fn prepare(scene: &Scene) {
    for role in ["m-boss", "m-chief", "m-remote", "m-given"] {
        scene.done("POST", "/roles", &json!({"name": role}));
    }
    for group in ["m-group", "m-all"] {
        scene.done("POST", "/groups", &json!({"name": group}));
    }
    let profile = scene.done("GET", "/users/profile", &Value::Null);
    let open = json!({"unmanagedAttributePolicy": "ENABLED"});
    scene.done(
        "PUT",
        "/users/profile",
        &crate::realm::merged(profile, open),
    );
}

/// Signs in, and says whose id it was.
fn come(scene: &Scene, op: &Op) -> String {
    let claims = scene.sign_in(&mut scene.browser(), op);
    text(&claims, "sub").to_owned()
}

fn modes(scene: &Scene) {
    let scene = scene.in_realm("federation-modes");
    prepare(&scene);
    let wanted = json!([{"key": "level", "value": "chief"}]).to_string();
    let pattern = json!([{"key": "level", "value": "ch.*"}]).to_string();
    let kinds = [
        (
            "oidc-user-attribute-idp-mapper",
            json!({"claim": "team", "user.attribute": "team"}),
        ),
        (
            "oidc-role-idp-mapper",
            json!({"claim": "level", "claim.value": "chief", "role": "m-boss"}),
        ),
        (
            "oidc-advanced-role-idp-mapper",
            json!({"claims": wanted, "role": "m-chief"}),
        ),
        (
            "oidc-advanced-group-idp-mapper",
            json!({"claims": pattern, "are.claim.values.regex": "true", "group": "/m-group"}),
        ),
        (
            "keycloak-oidc-role-to-role-idp-mapper",
            json!({"external.role": "remote", "role": "m-remote"}),
        ),
        (
            "oidc-username-idp-mapper",
            json!({"template": "${ALIAS}.${CLAIM.nick | lowercase}"}),
        ),
    ];
    for (mode, after) in [
        (
            "IMPORT",
            vec![
                "m-boss",
                "m-chief",
                "m-group",
                "m-remote",
                "name=import.ann",
                "team=red",
            ],
        ),
        (
            "LEGACY",
            vec!["m-chief", "m-group", "name=legacy.ann", "team=blue"],
        ),
        ("FORCE", vec!["name=force.bob", "team=blue"]),
    ] {
        let alias = mode.to_lowercase();
        let op = scene.op_with(&alias, json!({}), json!({"syncMode": mode}));
        for (kind, config) in &kinds {
            add(&scene, &alias, kind, config.clone());
        }
        op.change(|says| {
            says.userinfo["team"] = json!("red");
            says.userinfo["level"] = json!("chief");
            says.userinfo["nick"] = json!("ANN");
            says.userinfo["realm_access"] = json!({"roles": ["remote"]});
        });
        let id = come(&scene, &op);
        let first = ["m-boss", "m-chief", "m-group", "m-remote"].map(str::to_owned);
        let mut first = Vec::from(first);
        first.extend([format!("name={alias}.ann"), "team=red".to_owned()]);
        assert_eq!(has(&scene, &id), first, "{mode}");
        op.change(|says| {
            says.userinfo["team"] = json!("blue");
            says.userinfo["level"] = json!("clerk");
            says.userinfo["nick"] = json!("BOB");
            says.userinfo["realm_access"] = json!({"roles": []});
        });

        assert_eq!(come(&scene, &op), id, "{mode}");

        assert_eq!(has(&scene, &id), after, "{mode}");
    }
}

fn hardcoded(scene: &Scene) {
    let scene = scene.in_realm("federation-fixed");
    prepare(&scene);
    let kinds = [
        (
            "hardcoded-attribute-idp-mapper",
            json!({"attribute": "fixed", "attribute.value": "yes"}),
        ),
        ("oidc-hardcoded-role-idp-mapper", json!({"role": "m-given"})),
        (
            "oidc-hardcoded-group-idp-mapper",
            json!({"group": "/m-all"}),
        ),
    ];
    for (mode, comes_back) in [("IMPORT", false), ("FORCE", true)] {
        let alias = format!("fixed-{}", mode.to_lowercase());
        let op = scene.op_with(&alias, json!({}), json!({"syncMode": mode}));
        for (kind, config) in &kinds {
            add(&scene, &alias, kind, config.clone());
        }
        let id = come(&scene, &op);
        let name = format!("name={alias}");
        let all = ["fixed=yes", "m-all", "m-given", name.as_str()];
        assert_eq!(has(&scene, &id), all, "{mode}");
        let path = format!("/users/{id}");
        let role = scene.done("GET", "/roles/m-given", &Value::Null);
        let mappings = format!("{path}/role-mappings/realm");
        scene.done("DELETE", &mappings, &json!([role]));
        let groups = scene.done("GET", &format!("{path}/groups"), &Value::Null);
        let group = text(&groups[0], "id").to_owned();
        scene.done("DELETE", &format!("{path}/groups/{group}"), &Value::Null);
        scene.realm.change(&path, json!({"attributes": {}}));

        come(&scene, &op);

        let left = match comes_back {
            true => all.map(str::to_owned).to_vec(),
            false => vec![name],
        };
        assert_eq!(has(&scene, &id), left, "{mode}");
    }
}

fn strange(scene: &Scene) {
    let scene = scene.in_realm("federation-strange");
    prepare(&scene);
    let many: Vec<String> = (0..20_000).map(|n| format!("team-{n}")).collect();
    // What the provider says, and the attribute that it becomes.
    let rows = [
        (json!("plain"), json!(["plain"])),
        (json!(["a", "b"]), json!(["a", "b"])),
        (json!(7), json!(["7"])),
        (json!(true), json!(["true"])),
        (json!(null), Value::Null),
        (json!([]), Value::Null),
        (json!("x".repeat(100_000)), Value::Null),
        (json!("a\u{0}b"), Value::Null),
        (
            json!("<script>alert(1)</script>"),
            json!(["<script>alert(1)</script>"]),
        ),
        (json!("${jndi:ldap://x}"), json!(["${jndi:ldap://x}"])),
    ];
    let op = scene.op("strange-claims");
    let config = json!({"claim": "team", "user.attribute": "team"});
    add(
        &scene,
        "strange-claims",
        "oidc-user-attribute-idp-mapper",
        config,
    );
    let id = come(&scene, &op);
    let read =
        || scene.done("GET", &format!("/users/{id}"), &Value::Null)["attributes"]["team"].clone();
    for (said, kept) in rows {
        op.change(|says| says.userinfo["team"] = said.clone());

        assert_eq!(come(&scene, &op), id);

        let shown: String = said.to_string().chars().take(40).collect();
        assert_eq!(read(), kept, "{shown}");
    }
    op.change(|says| says.userinfo["team"] = json!(many));
    come(&scene, &op);
    assert!(read().as_array().is_none_or(|kept| kept.len() <= 1_000));
    op.change(|says| says.userinfo["team"] = json!({"deep": {"deeper": ["x"]}}));
    come(&scene, &op);
    assert!(!read().to_string().contains('\u{0}'));
}

fn names(scene: &Scene) {
    let scene = scene.in_realm("federation-names");
    prepare(&scene);
    let op = scene.op("named");
    let config = json!({"template": "${CLAIM.nick | localpart}"});
    add(&scene, "named", "oidc-username-idp-mapper", config);
    op.change(|says| says.userinfo["nick"] = json!("first@elsewhere"));
    let id = come(&scene, &op);
    let taken = scene.realm.create_person("taken", json!({}));
    let name = || {
        text(
            &scene.done("GET", &format!("/users/{id}"), &Value::Null),
            "username",
        )
        .to_owned()
    };
    assert_eq!(name(), "first");
    // What cannot be a name, and what is somebody else's, changes nothing.
    for nick in [
        json!(""),
        json!("a\u{0}b"),
        json!("a\nb"),
        json!("n".repeat(300)),
        json!({"a": 1}),
        json!(null),
        json!("taken"),
        json!("TAKEN@x"),
    ] {
        op.change(|says| {
            says.userinfo["nick"] = nick.clone();
            says.userinfo["preferred_username"] = json!("first");
        });

        assert_eq!(come(&scene, &op), id, "{nick}");

        assert_eq!(name(), "first", "{nick}");
    }
    let other = scene.done("GET", &format!("/users/{}", taken.id), &Value::Null);
    assert_eq!(other["username"], json!("taken"));
}

fn protected(scene: &Scene) {
    let scene = scene.in_realm("federation-protected");
    prepare(&scene);
    let op = scene.op("protected");
    for name in [
        "id",
        "enabled",
        "username",
        "realmRoles",
        "createdTimestamp",
        "emailVerified",
    ] {
        let path = "/identity-provider/instances/protected/mappers";
        let asked = json!({
            "name": name, "identityProviderAlias": "protected",
            "identityProviderMapper": "oidc-user-attribute-idp-mapper",
            "config": {"syncMode": "FORCE", "claim": "said", "user.attribute": name},
        });
        scene.done("POST", path, &asked);
    }
    let role = json!({"claim": "said", "claim.value": "admin", "role": "no-such-role"});
    add(&scene, "protected", "oidc-role-idp-mapper", role);
    op.change(|says| says.userinfo["said"] = json!(["admin", "realm-management.realm-admin"]));

    let id = come(&scene, &op);

    let user = scene.done("GET", &format!("/users/{id}"), &Value::Null);
    assert_eq!(user["username"], json!("protected"));
    assert_eq!(user["id"], json!(id));
    assert_eq!(
        (&user["enabled"], &user["emailVerified"]),
        (&json!(true), &json!(false))
    );
    let mappings = scene.done("GET", &format!("/users/{id}/role-mappings"), &Value::Null);
    assert!(mappings.get("clientMappings").is_none(), "{mappings}");
}
