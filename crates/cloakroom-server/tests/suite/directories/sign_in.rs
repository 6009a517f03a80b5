//! Coming in with the password of a directory.

use serde_json::{Value, json};

use super::Story;
use super::scene::Scene;
use super::slapd::{dn_of, password_of};
use crate::http::text;

pub(super) const STORIES: &[Story] = &[
    (
        "whoever-is-in-the-directory-gets-an-account-at-the-first-sign-in",
        first,
    ),
    (
        "whoever-comes-again-is-the-same-and-what-changed-is-taken-over",
        again,
    ),
    ("a-wrong-password-is-answered-like-an-unknown-name", wrong),
    (
        "somebody-may-sign-in-with-the-address-that-the-directory-knows",
        by_address,
    ),
    (
        "a-program-may-sign-somebody-in-where-the-client-may",
        direct,
    ),
    ("groups-of-the-directory-are-joined-and-left", groups),
    ("roles-of-the-directory-are-given-and-taken", roles),
    (
        "people-who-are-not-imported-have-keycloaks-id-for-them",
        not_imported,
    ),
    (
        "a-connection-that-starts-tls-is-used-and-a-wrong-password-stays-wrong",
        start_tls,
    ),
    (
        "ldaps-is-used-where-the-certificate-is-the-servers-own",
        secure,
    ),
    (
        "users-of-the-realm-sign-in-while-the-directory-is-down",
        down,
    ),
    ("a-directory-that-is-switched-off-lets-nobody-in", off),
    ("whoever-is-gone-from-the-directory-does-not-come-in", gone),
    (
        "a-realm-of-keycloak-with-a-directory-works-without-an-edit",
        imported,
    ),
];

fn first(scene: &Scene) {
    let house = scene.house_of("first", json!({"trustEmail": "true"}));
    let uid = scene.person("first");

    let claims = house.sign_in(&uid, &password_of(&uid));

    let user = house.user(&uid);
    assert_eq!(text(&claims, "sub"), text(&user, "id"));
    assert_eq!(text(&claims, "preferred_username"), uid);
    assert_eq!(text(&user, "email"), format!("{uid}@example.org"));
    assert_eq!(user["emailVerified"], true);
    assert_eq!(text(&user, "lastName"), "Lovelace");
    assert_eq!(text(&user, "federationLink"), house.directory);
    let path = format!("/users/{}/credentials", text(&user, "id"));
    assert_eq!(
        house.done("GET", &path, &Value::Null),
        json!([]),
        "no password is stored"
    );
}

fn again(scene: &Scene) {
    let house = scene.house_of("again", json!({}));
    let uid = scene.person("again");
    let before = house.sign_in(&uid, &password_of(&uid));
    let change = format!(
        "dn: {}\nchangetype: modify\nreplace: sn\nsn: Byron\n",
        dn_of(&uid)
    );
    scene.slapd.change(&change);

    let after = house.sign_in(&uid.to_uppercase(), &password_of(&uid));

    assert_eq!(text(&before, "sub"), text(&after, "sub"));
    assert_eq!(text(&after, "family_name"), "Byron");
    assert_eq!(house.count(), 1);
}

fn wrong(scene: &Scene) {
    let house = scene.house_of("wrong", json!({}));
    let uid = scene.person("wrong");
    house.sign_in(&uid, &password_of(&uid));
    let unknown = scene.name("unknown");

    let answers = [
        house.refuse(&uid, "not the password"),
        house.refuse(&scene.person("wrong-and-new"), "not the password"),
        house.refuse(&unknown, "not the password"),
    ];

    let alert = |page: &crate::browser::Page| {
        let body = &page.answer.body;
        body.contains("Invalid") || body.contains("invalid") || body.contains("wrong")
    };
    for page in &answers {
        assert_eq!(page.answer.status, answers[2].answer.status);
        assert_eq!(alert(page), alert(&answers[2]));
    }
    assert_eq!(house.count(), 1);
}

fn by_address(scene: &Scene) {
    let house = scene.house_of("address", json!({}));
    let uid = scene.person("address");

    let claims = house.sign_in(&format!("{uid}@example.org"), &password_of(&uid));

    assert_eq!(text(&claims, "preferred_username"), uid);
}

fn direct(scene: &Scene) {
    let house = scene.house_of("direct", json!({}));
    let uid = scene.person("direct");

    assert_eq!(house.direct(&uid, "not the password").status, 400);
    assert_ne!(house.direct(&uid, "").status, 200);
    assert_eq!(house.direct(&uid, &password_of(&uid)).status, 200);
}

fn groups(scene: &Scene) {
    let house = scene.house_of("groups", json!({}));
    house.add_groups(json!({}));
    let (uid, other) = (scene.person("groups"), scene.person("groups-other"));
    let (staff, odd) = (scene.name("staff"), scene.name("R&D (x*)"));
    for group in [&staff, &odd] {
        scene.slapd.add_group(group, &[dn_of(&uid), dn_of(&other)]);
    }

    house.sign_in(&uid, &password_of(&uid));
    let mut joined = house.groups(&house.user(&uid));
    joined.sort();
    assert_eq!(joined, [format!("/{odd}"), format!("/{staff}")]);

    let left = format!(
        "dn: cn={staff},{}\nchangetype: modify\ndelete: member\nmember: {}\n",
        super::slapd::GROUPS,
        dn_of(&uid)
    );
    scene.slapd.change(&left);
    house.sign_in(&uid, &password_of(&uid));
    assert_eq!(house.groups(&house.user(&uid)), [format!("/{odd}")]);
}

fn roles(scene: &Scene) {
    let house = scene.house_of("roles", json!({}));
    house.done("POST", "/roles", &json!({"name": "everybody"}));
    house.add_mapper(
        "constant",
        "hardcoded-ldap-role-mapper",
        json!({"role": "everybody"}),
    );
    let config = json!({
        "roles.dn": super::slapd::GROUPS, "role.name.ldap.attribute": "cn",
        "role.object.classes": "groupOfNames", "membership.ldap.attribute": "member",
        "membership.attribute.type": "DN", "mode": "READ_ONLY", "use.realm.roles.mapping": "true",
        "user.roles.retrieve.strategy": "GET_ROLES_FROM_USER_MEMBEROF_ATTRIBUTE",
    });
    house.add_mapper("roles", "role-ldap-mapper", config);
    let (uid, other) = (scene.person("roles"), scene.person("roles-other"));
    let role = scene.name("clerks");
    scene.slapd.add_group(&role, &[dn_of(&uid), dn_of(&other)]);
    let names = |uid: &str| {
        let path = format!(
            "/users/{}/role-mappings/realm",
            text(&house.user(uid), "id")
        );
        let found = house.done("GET", &path, &Value::Null);
        let all = found.as_array().cloned().unwrap_or_default();
        let mut all: Vec<String> = all.iter().map(|one| text(one, "name").to_owned()).collect();
        all.retain(|name| !name.starts_with("default-roles"));
        all.sort();
        all
    };

    house.sign_in(&uid, &password_of(&uid));
    assert_eq!(names(&uid), [role.clone(), "everybody".to_owned()]);

    let left = format!(
        "dn: cn={role},{}\nchangetype: modify\ndelete: member\nmember: {}\n",
        super::slapd::GROUPS,
        dn_of(&uid)
    );
    scene.slapd.change(&left);
    house.sign_in(&uid, &password_of(&uid));
    assert_eq!(names(&uid), ["everybody"]);
}

fn not_imported(scene: &Scene) {
    let house = scene.house_of("not-imported", json!({"importEnabled": "false"}));
    let uid = scene.person("not-imported");

    let claims = house.sign_in(&uid, &password_of(&uid));

    assert_eq!(text(&claims, "sub"), format!("f:{}:{uid}", house.directory));
}

fn start_tls(scene: &Scene) {
    let house = scene.house_of("start-tls", json!({"startTls": "true"}));
    let uid = scene.person("start-tls");

    house.refuse(&uid, "not the password");
    house.sign_in(&uid, &password_of(&uid));
    house.refuse(&uid, "not the password");
}

fn secure(scene: &Scene) {
    let house = scene.house_of("secure", json!({"connectionUrl": scene.slapd.secure_url()}));
    let uid = scene.person("secure");

    house.refuse(&uid, "not the password");
    house.sign_in(&uid, &password_of(&uid));
}

fn down(scene: &Scene) {
    let house = scene.house("down");
    let own = house.realm.create_person("own", json!({}));
    let nowhere = cloakroom_testkit::free_port(&scene.slapd.address);
    let url = format!("ldap://{}:{nowhere}", scene.slapd.address);
    house.add(
        "Staff directory",
        scene.settings(json!({"connectionUrl": url})),
    );

    let page = house.refuse("somebody", "a password");
    assert_eq!(page.answer.status, 503);
    assert!(
        page.answer.body.contains("Staff directory"),
        "{}",
        page.answer.body
    );
    let answer = house.direct("somebody", "a password");
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("Staff directory"), "{}", answer.body);
    house.sign_in(&own.username, &own.password);
}

fn off(scene: &Scene) {
    let house = scene.house_of("off", json!({}));
    let uid = scene.person("off");
    house.sign_in(&uid, &password_of(&uid));

    let path = format!("/components/{}", house.directory);
    let mut stored = house.done("GET", &path, &Value::Null);
    stored["config"]["enabled"] = json!(["false"]);
    house.done("PUT", &path, &stored);

    house.refuse(&uid, &password_of(&uid));
    house.refuse(&scene.person("off-and-new"), "a password");
}

fn gone(scene: &Scene) {
    let house = scene.house_of("gone", json!({}));
    let uid = scene.person("gone");
    house.sign_in(&uid, &password_of(&uid));

    scene.slapd.remove(&dn_of(&uid));
    house.refuse(&uid, &password_of(&uid));

    // Somebody new of the same name is not who they were.
    let password = scene.slapd.add_person(&uid);
    house.refuse(&uid, &password);
}

fn imported(scene: &Scene) {
    let id = "7b0c4b62-3f0e-4a55-9a0b-1f2f6e0f1a11";
    let config = super::scene::listed(&scene.settings(json!({})));
    let mapper = |name: &str, here: &str, there: &str| {
        json!({
            "name": name, "providerId": "user-attribute-ldap-mapper", "subComponents": {},
            "config": {
                "user.model.attribute": [here], "ldap.attribute": [there],
                "read.only": ["true"], "always.read.value.from.ldap": ["true"],
                "is.mandatory.in.ldap": ["false"],
            },
        })
    };
    let name = "directory-imported";
    let realm = json!({
        "realm": name, "enabled": true,
        "components": {"org.keycloak.storage.UserStorageProvider": [{
            "id": id, "name": "ldap", "providerId": "ldap", "config": config,
            "subComponents": {"org.keycloak.storage.ldap.mappers.LDAPStorageMapper": [
                mapper("username", "username", "uid"), mapper("email", "email", "mail"),
                mapper("last name", "lastName", "sn"), mapper("first name", "firstName", "cn"),
            ]},
        }]},
    });
    let house = scene.house("importer");
    let answer = house.realm.admin("POST", "/admin/realms", &realm);
    assert_eq!(answer.status, 201, "{}", answer.body);
    let uid = scene.person("imported");
    let fields = [
        ("grant_type", "password"),
        ("client_id", "admin-cli"),
        ("scope", "openid"),
        ("username", uid.as_str()),
        ("password", &password_of(&uid)),
    ];
    let path = format!("/realms/{name}/protocol/openid-connect/token");

    let answer = scene
        .server
        .send(&crate::http::Request::form(&path, &fields));

    assert_eq!(answer.status, 200, "{}", answer.body);
    let claims = crate::jwt::claims(text(&answer.json(), "id_token"));
    assert_eq!(text(&claims, "family_name"), "Lovelace");
    let exported = house.realm.admin(
        "GET",
        &format!("/admin/realms/{name}/components/{id}"),
        &Value::Null,
    );
    assert_eq!(
        exported.json()["config"]["bindCredential"],
        json!(["**********"])
    );
}
