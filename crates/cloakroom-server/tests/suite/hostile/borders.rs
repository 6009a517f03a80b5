//! What an administrator reaches: things of this realm and of no other, members that a body may set, attributes that
//! the user profile keeps from them, and parts of a realm that are switched off.

use serde_json::{Value, json};

use super::Story;
use super::scene::Scene;
use crate::http::{Answer, Request, text};
use crate::realm::Realm;

pub(super) const STORIES: &[Story] = &[
    (
        "V122 an id of another realm is an unknown id",
        ids_of_another_realm,
    ),
    (
        "V124 organizations that are switched off answer on no path",
        switched_off,
    ),
    (
        "ADMIN-04 what is no setting is not set by a body",
        no_settings,
    ),
    (
        "ADMIN-06 an attribute that administrators may not view is in no list and found by no search",
        hidden_attribute,
    ),
    (
        "ADMIN-10 somebody who is disabled is refused everywhere, and so is a realm",
        disabled,
    ),
    (
        "V121 no mapper says whose token it is, when it ends or who issued it",
        forged_claims,
    ),
    (
        "ADMIN-12 each change is in the trail with who made it, and without secrets",
        trail,
    ),
];

/// A realm with a thing of each kind, and the ids of these.
struct Furnished {
    realm: Realm,
    user: String,
    credential: String,
    group: String,
    role: String,
    client: String,
    client_role: String,
    scope: String,
    mapper: String,
    flow: String,
    execution: String,
    component: String,
    organization: String,
}

fn made(realm: &Realm, path: &str, body: &Value) -> String {
    let answer = realm.call("POST", path, body);
    assert_eq!(answer.status, 201, "{path}: {}", answer.body);
    let at = answer.location().unwrap_or_default();
    at.rsplit('/').next().unwrap_or_default().to_owned()
}

fn id_at(realm: &Realm, path: &str) -> String {
    let found = realm.call("GET", path, &Value::Null).json();
    let one = found.get(0).unwrap_or(&found);
    text(one, "id").to_owned()
}

impl Furnished {
    fn set(scene: &Scene, name: &str) -> Self {
        let settings = json!({
            "organizationsEnabled": true, "adminEventsEnabled": true, "adminEventsDetailsEnabled": true,
        });
        let realm = Realm::create(&scene.realm.server, name, settings);
        let person = realm.create_person("ada", Value::Null);
        let asked = json!({
            "clientId": "shop", "publicClient": false, "serviceAccountsEnabled": true, "authorizationServicesEnabled": true,
        });
        let client = made(&realm, "/clients", &asked);
        let of_client = format!("/clients/{client}");
        for roles in ["/roles".to_owned(), format!("{of_client}/roles")] {
            realm.call("POST", &roles, &json!({"name": "buyer"}));
        }
        let audience = json!({
            "name": "itself", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
            "config": {"included.client.audience": "shop"},
        });
        let flow =
            json!({"alias": "own", "providerId": "basic-flow", "topLevel": true, "builtIn": false});
        let acme = json!({"name": "Acme", "domains": [{"name": "acme.test"}]});
        Self {
            credential: id_at(&realm, &format!("/users/{}/credentials", person.id)),
            group: made(&realm, "/groups", &json!({"name": "staff"})),
            role: id_at(&realm, "/roles/buyer"),
            client_role: id_at(&realm, &format!("{of_client}/roles/buyer")),
            scope: made(
                &realm,
                "/client-scopes",
                &json!({"name": "reading", "protocol": "openid-connect"}),
            ),
            mapper: made(
                &realm,
                &format!("{of_client}/protocol-mappers/models"),
                &audience,
            ),
            flow: made(&realm, "/authentication/flows", &flow),
            execution: id_at(&realm, "/authentication/flows/browser/executions"),
            component: id_at(&realm, "/components?type=org.keycloak.keys.KeyProvider"),
            organization: made(&realm, "/organizations", &acme),
            user: person.id,
            client,
            realm,
        }
    }

    /// What stands in the realm, for a comparison.
    fn looks(&self) -> Vec<String> {
        let export = "/partial-export?exportClients=true&exportGroupsAndRoles=true";
        let mut all = vec![self.realm.call("POST", export, &Value::Null).body];
        for path in [
            "/users",
            "/components",
            "/organizations",
            "/authentication/flows",
            "/client-scopes",
        ] {
            all.push(self.realm.call("GET", path, &Value::Null).body);
        }
        all
    }
}

fn ids_of_another_realm(scene: &Scene) {
    let (here, there) = (
        Furnished::set(scene, "here"),
        Furnished::set(scene, "there"),
    );
    let before = there.looks();
    let Furnished {
        user,
        group,
        role,
        client,
        scope,
        flow,
        component,
        organization,
        ..
    } = &there;
    let mut calls: Vec<(&str, String, Value)> = Vec::new();
    let things = [
        (format!("/users/{user}"), json!({"firstName": "Eve"})),
        (format!("/groups/{group}"), json!({"name": "renamed"})),
        (format!("/roles-by-id/{role}"), json!({"name": "renamed"})),
        (format!("/clients/{client}"), json!({"clientId": "renamed"})),
        (
            format!("/client-scopes/{scope}"),
            json!({"name": "renamed"}),
        ),
        (
            format!("/authentication/flows/{flow}"),
            json!({"alias": "renamed"}),
        ),
        (
            format!("/components/{component}"),
            json!({"name": "renamed"}),
        ),
        (
            format!("/organizations/{organization}"),
            json!({"name": "renamed"}),
        ),
    ];
    for (path, body) in things {
        calls.push(("GET", path.clone(), Value::Null));
        calls.push(("PUT", path.clone(), body));
        calls.push(("DELETE", path, Value::Null));
    }
    for path in [
        format!("/users/{user}/role-mappings"),
        format!("/users/{user}/groups"),
        format!("/users/{user}/sessions"),
        format!("/users/{user}/credentials"),
        format!("/clients/{client}/client-secret"),
        format!("/clients/{client}/service-account-user"),
        format!("/clients/{client}/protocol-mappers/models"),
        format!("/clients/{client}/authz/resource-server"),
        format!("/clients/{client}/user-sessions"),
        format!("/groups/{group}/members"),
        format!("/organizations/{organization}/members"),
        format!("/roles-by-id/{role}/composites"),
        format!("/client-scopes/{scope}/scope-mappings"),
        format!("/authentication/executions/{}", there.execution),
    ] {
        calls.push(("GET", path, Value::Null));
    }
    let password = json!({"type": "password", "value": "a passphrase of Eve's"});
    calls.push(("PUT", format!("/users/{user}/reset-password"), password));
    calls.push(("POST", format!("/users/{user}/impersonation"), Value::Null));
    calls.push((
        "POST",
        format!("/clients/{client}/client-secret"),
        Value::Null,
    ));
    calls.extend(mixed(&here, &there));
    for (method, path, body) in &calls {
        let answer = here.realm.call(method, path, body);
        assert_eq!(answer.status, 404, "{method} {path}: {}", answer.body);
    }
    assert_eq!(there.looks(), before, "the other realm is as it was");
}

/// Calls about a thing of this realm that name a thing of the other one.
#[rustfmt::skip]
fn mixed(here: &Furnished, there: &Furnished) -> Vec<(&'static str, String, Value)> {
    let (user, client, group) = (&here.user, &here.client, &here.group);
    let role = json!([{"id": there.role, "name": "buyer"}]);
    let client_role = json!([{"id": there.client_role, "name": "buyer"}]);
    vec![
        ("PUT", format!("/users/{user}/groups/{}", there.group), Value::Null),
        ("POST", format!("/users/{user}/role-mappings/realm"), role.clone()),
        ("POST", format!("/users/{user}/role-mappings/clients/{}", there.client), client_role.clone()),
        ("POST", format!("/users/{user}/role-mappings/clients/{client}"), client_role),
        ("DELETE", format!("/users/{user}/credentials/{}", there.credential), Value::Null),
        ("POST", format!("/groups/{group}/role-mappings/realm"), role.clone()),
        ("POST", format!("/groups/{group}/children"), json!({"id": there.group, "name": "staff"})),
        ("POST", "/groups".to_owned(), json!({"id": there.group, "name": "moved"})),
        ("POST", "/roles/buyer/composites".to_owned(), role.clone()),
        ("POST", format!("/clients/{client}/scope-mappings/realm"), role),
        ("PUT", format!("/clients/{client}/default-client-scopes/{}", there.scope), Value::Null),
        ("PUT", format!("/default-default-client-scopes/{}", there.scope), Value::Null),
        ("PUT", format!("/default-groups/{}", there.group), Value::Null),
        ("GET", format!("/clients/{client}/protocol-mappers/models/{}", there.mapper), Value::Null),
        ("DELETE", format!("/clients/{client}/protocol-mappers/models/{}", there.mapper), Value::Null),
        ("POST", format!("/organizations/{}/members", here.organization), json!(there.user)),
    ]
}

/// The operations about organizations, of Keycloak's own document.
fn operations_of_organizations() -> Vec<(String, String)> {
    let document = include_str!("../../clients/openapi/keycloak-26.8.json");
    let document: Value = serde_json::from_str(document).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let about = paths.filter(|(path, _)| path.contains("/organizations"));
    about
        .flat_map(|(path, operations)| {
            let methods = operations.as_object().unwrap().keys();
            let known =
                methods.filter(|name| ["get", "put", "post", "delete"].contains(&name.as_str()));
            known
                .map(|method| (method.to_uppercase(), path.clone()))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn switched_off(scene: &Scene) {
    let one = Furnished::set(scene, "without-organizations");
    one.realm.change("", json!({"organizationsEnabled": false}));
    let all = operations_of_organizations();
    assert!(all.len() > 40, "the document has {} of them", all.len());
    for (method, path) in all {
        let target = path
            .replace("{realm}", &one.realm.name)
            .replace("{org-id}", &one.organization)
            .replace("{member-id}", &one.user)
            .replace("{group-id}", &one.group)
            .replace("{client-id}", &one.client)
            .replace("{client}", &one.client);
        // What a body has to be is asked before anything else.
        let (kind, body) = if path.contains("/invite-") {
            (
                "application/x-www-form-urlencoded",
                format!("id={}&email=a%40acme.test", one.user),
            )
        } else if path.contains("/role-mappings/") {
            (
                "application/json",
                json!([{"id": one.role, "name": "buyer"}]).to_string(),
            )
        } else if path.ends_with("/membership-type") {
            ("application/json", json!("MANAGED").to_string())
        } else {
            ("application/json", "{}".to_owned())
        };
        let mut request = Request::new(&method, &target).with(
            "Authorization",
            &format!("Bearer {}", one.realm.admin_token()),
        );
        if ["POST", "PUT"].contains(&method.as_str()) {
            request = request
                .with("Content-Type", kind)
                .with_body(body.into_bytes());
        }
        let answer = scene.send(&request, &[]);
        assert!(
            [400, 404].contains(&answer.status),
            "{method} {path}: {answer:?}"
        );
        assert!(!answer.body.contains("Acme"), "{method} {path}: {answer:?}");
    }
    one.realm.change("", json!({"organizationsEnabled": true}));
    let path = format!("/organizations/{}", one.organization);
    let found = one.realm.call("GET", &path, &Value::Null).json();
    assert_eq!(
        text(&found, "name"),
        "Acme",
        "nothing was changed meanwhile"
    );
}

fn no_settings(scene: &Scene) {
    let one = Furnished::set(scene, "body");
    let read = |path: &str| one.realm.call("GET", path, &Value::Null).json();
    let user = format!("/users/{}", one.user);
    let client = format!("/clients/{}", one.client);
    let group = format!("/groups/{}", one.group);
    let role = format!("/roles-by-id/{}", one.role);
    let before = [&user, &client, &group, &role].map(|path| read(path));
    let mut sent = before.clone();
    for (member, value) in [
        ("id", json!("another")),
        ("createdTimestamp", json!(1)),
        ("serviceAccountClientId", json!("shop")),
        ("federationLink", json!("somewhere")),
        ("origin", json!("somewhere")),
        ("self", json!("https://rp.test/")),
        ("access", json!({"manage": true, "impersonate": true})),
        ("realmRoles", json!(["buyer"])),
        ("clientRoles", json!({"realm-management": ["realm-admin"]})),
        ("groups", json!(["/staff"])),
    ] {
        sent[0][member] = value;
    }
    for (member, value) in [
        ("id", json!("another")),
        ("access", json!({"manage": false})),
    ] {
        sent[1][member] = value;
    }
    for (member, value) in [
        ("path", json!("/elsewhere")),
        ("parentId", json!("another")),
        ("realmRoles", json!(["buyer"])),
        ("clientRoles", json!({"realm-management": ["realm-admin"]})),
        ("access", json!({"manage": true})),
    ] {
        sent[2][member] = value;
    }
    for (member, value) in [
        ("containerId", json!("another")),
        ("clientRole", json!(true)),
        (
            "composites",
            json!({"client": {"realm-management": ["realm-admin"]}}),
        ),
    ] {
        sent[3][member] = value;
    }

    let mut renamed = before[2].clone();
    renamed["id"] = json!(one.user);
    let answer = one.realm.call("PUT", &group, &renamed);
    assert_eq!(answer.status, 400, "another id: {}", answer.body);
    for (path, sent) in [&user, &client, &group, &role].into_iter().zip(&sent) {
        let answer = one.realm.call("PUT", path, sent);
        assert_eq!(answer.status, 204, "{path}: {}", answer.body);
    }

    for (path, before) in [&user, &client, &group, &role].into_iter().zip(&before) {
        assert_eq!(read(path), *before, "{path}");
    }
    let roles = read(&format!("{user}/role-mappings"));
    assert!(!roles.to_string().contains("realm-admin") && !roles.to_string().contains("buyer"));
    assert_eq!(read(&format!("{user}/groups")), json!([]));
    assert_eq!(read(&format!("{group}/role-mappings")), json!({}));
    assert_eq!(read(&format!("{role}/composites")), json!([]));
}

/// The lists that a member of a group, a role, an organization and a group of it is in.
#[rustfmt::skip]
fn lists_with(one: &Furnished, user: &str) -> Vec<String> {
    let (group, organization) = (&one.group, &one.organization);
    let done = |method: &str, path: &str, body: &Value| {
        let answer = one.realm.call(method, path, body);
        assert!(answer.status < 300, "{method} {path}: {answer:?}");
    };
    let members = format!("/organizations/{organization}/members");
    done("PUT", &format!("/users/{user}/groups/{group}"), &Value::Null);
    done("POST", &format!("/users/{user}/role-mappings/realm"), &json!([{"id": one.role, "name": "buyer"}]));
    done("POST", &members, &json!(user));
    let team = made(&one.realm, &format!("/organizations/{organization}/groups"), &json!({"name": "team"}));
    let inside = format!("/organizations/{organization}/groups/{team}/members");
    done("PUT", &format!("{inside}/{user}"), &Value::Null);
    vec![
        format!("/users/{user}"),
        format!("/users/{user}?userProfileMetadata=true"),
        format!("/users/{user}/unmanagedAttributes"),
        "/users?briefRepresentation=false".to_owned(),
        "/users?search=grace&briefRepresentation=false".to_owned(),
        "/users?username=grace&briefRepresentation=false".to_owned(),
        "/ui-ext/brute-force-user?briefRepresentation=false".to_owned(),
        format!("/groups/{group}/members?briefRepresentation=false"),
        "/roles/buyer/users?briefRepresentation=false".to_owned(),
        format!("{members}?briefRepresentation=false"),
        format!("{members}/{user}"),
        format!("{inside}?briefRepresentation=false"),
    ]
}

/// Says who may see and set the last attribute of the profile.
fn permit(one: &Furnished, profile: &mut Value, side: &Value) {
    let all = profile["attributes"].as_array_mut().unwrap();
    all.last_mut().unwrap()["permissions"] = json!({"view": side, "edit": side});
    let answer = one.realm.call("PUT", "/users/profile", profile);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

fn hidden_attribute(scene: &Scene) {
    let one = Furnished::set(scene, "discreet");
    let mut profile = one.realm.call("GET", "/users/profile", &Value::Null).json();
    let all = profile["attributes"].as_array_mut().unwrap();
    all.push(json!({"name": "salary"}));
    permit(&one, &mut profile, &json!(["admin", "user"]));
    let settings = json!({"attributes": {"salary": ["4711"]}});
    let user = one.realm.create_person("grace", settings).id;
    let lists = lists_with(&one, &user);
    let read = |path: &str| {
        let answer = one.realm.call("GET", path, &Value::Null);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    };
    let count = |value: &str| read(&format!("/users/count?q=salary:{value}"));
    assert!(read(&lists[0]).contains("4711"));
    assert_eq!(
        (count("4711"), count("4712")),
        ("1".to_owned(), "0".to_owned())
    );

    permit(&one, &mut profile, &json!(["user"]));

    for path in &lists {
        let body = read(path);
        let is_shown = body.contains("4711") || body.contains("salary");
        assert!(!is_shown, "{path}: {body}");
    }
    assert_eq!(
        count("4711"),
        "0",
        "a search does not tell what a list does not show"
    );
    assert_eq!(read("/users?q=salary:4711"), "[]");
    // What an administrator does not see stays when they write back what they do.
    let path = format!("/users/{user}");
    one.realm.change(&path, json!({"firstName": "Rear"}));
    permit(&one, &mut profile, &json!(["admin"]));
    let found = one.realm.call("GET", &path, &Value::Null).json();
    assert_eq!(found["attributes"]["salary"], json!(["4711"]));
}

fn disabled(scene: &Scene) {
    let realm = Realm::create(
        &scene.realm.server,
        "switched",
        json!({"organizationsEnabled": true}),
    );
    let client = realm.create_client(
        "web",
        json!({"directAccessGrantsEnabled": true, "serviceAccountsEnabled": true}),
    );
    let person = realm.create_person("ada", Value::Null);
    let form = |endpoint: &str, fields: &[(&str, &str)]| -> Answer {
        let proof = crate::conformance::party::basic(&client);
        scene.send(
            &Request::form(&realm.path(endpoint), fields).with("Authorization", &proof),
            &[],
        )
    };
    let sign_in = || {
        form(
            "token",
            &[
                ("grant_type", "password"),
                ("username", &person.username),
                ("password", &person.password),
                ("scope", "openid"),
            ],
        )
    };
    let userinfo = |token: &str| {
        let request = Request::get(&realm.path("userinfo"));
        scene.send(
            &request.with("Authorization", &format!("Bearer {token}")),
            &[],
        )
    };
    let signed_in = || {
        let tokens = sign_in().json();
        assert_eq!(userinfo(text(&tokens, "access_token")).status, 200);
        tokens
    };
    let check = |why: &str, tokens: &Value| {
        let (access, refresh) = (text(tokens, "access_token"), text(tokens, "refresh_token"));
        let renewed = form(
            "token",
            &[("grant_type", "refresh_token"), ("refresh_token", refresh)],
        );
        for answer in [sign_in(), renewed, userinfo(access)] {
            assert!((400..500).contains(&answer.status), "{why}: {answer:?}");
        }
        let inspected = form("token/introspect", &[("token", access)]);
        assert_ne!(inspected.json()["active"], true, "{why}");
    };

    let tokens = signed_in();
    realm.change(&format!("/users/{}", person.id), json!({"enabled": false}));
    check("the user is disabled", &tokens);
    realm.change(&format!("/users/{}", person.id), json!({"enabled": true}));

    // Tokens that only the realm's end can have ended.
    let tokens = signed_in();
    realm.change("", json!({"enabled": false}));
    check("the realm is disabled", &tokens);
    let robot = form("token", &[("grant_type", "client_credentials")]);
    assert!((400..500).contains(&robot.status), "{robot:?}");
    let target = format!("{}?client_id=web&response_type=code", realm.path("auth"));
    let page = scene.send(&Request::get(&target), &[]);
    assert!((400..500).contains(&page.status), "{page:?}");
}

/// Changes, and what the trail says of each: what was done, and to what.
#[rustfmt::skip]
fn changes(one: &Furnished, secret: &str) -> Vec<(&'static str, String, Value, &'static str, String)> {
    let (user, client, group) = (&one.user, &one.client, &one.group);
    vec![
        ("PUT", format!("/users/{user}"), json!({"firstName": "Augusta"}), "UPDATE", format!("users/{user}")),
        ("PUT", format!("/users/{user}/reset-password"), json!({"type": "password", "value": secret}), "ACTION", format!("users/{user}/reset-password")),
        ("POST", format!("/users/{user}/role-mappings/realm"), json!([{"id": one.role, "name": "buyer"}]), "CREATE", format!("users/{user}/role-mappings/realm")),
        ("PUT", format!("/clients/{client}"), json!({"clientId": "shop", "secret": secret}), "UPDATE", format!("clients/{client}")),
        ("POST", format!("/clients/{client}/client-secret"), Value::Null, "ACTION", format!("clients/{client}/client-secret")),
        ("PUT", String::new(), json!({"smtpServer": {"host": "h", "from": "a@h.test", "password": secret}}), "UPDATE", String::new()),
        ("DELETE", format!("/groups/{group}"), Value::Null, "DELETE", format!("groups/{group}")),
    ]
}

fn trail(scene: &Scene) {
    let one = Furnished::set(scene, "audited");
    let secret = "the-secret-of-the-trail-that-nobody-sees";
    scene.server().keep_secret(secret);
    let me = "/admin/realms/master/users?username=admin&exact=true";
    let me = one.realm.admin("GET", me, &Value::Null).json();
    let me = text(&me[0], "id").to_owned();
    let newest = || one.realm.call("GET", "/admin-events?max=1", &Value::Null);
    for (method, path, body, operation, place) in changes(&one, secret) {
        let answer = one.realm.call(method, &path, &body);
        assert!(answer.status < 300, "{method} {path}: {}", answer.body);
        let newest = newest();
        let entry = &newest.json()[0];
        let said = (text(entry, "operationType"), text(entry, "resourcePath"));
        assert_eq!(said, (operation, place.as_str()), "{method} {path}");
        assert_eq!(text(&entry["authDetails"], "userId"), me);
        assert_ne!(text(&entry["authDetails"], "ipAddress"), "");
        assert!(!newest.body.contains(secret), "{}", newest.body);
    }
    let path = format!("/users/{}", one.user);
    let refused = one.realm.call("PUT", &path, &json!({"nonsense": 1}));
    assert_eq!(refused.status, 400);
    let last = newest().json();
    assert_eq!(
        text(&last[0], "operationType"),
        "DELETE",
        "what was refused changed nothing"
    );
}

/// A mapper that sets a claim to a value in every token.
fn sets((claim, value): &(&'static str, Value)) -> Value {
    let is_number = ["exp", "iat"].contains(claim);
    let kind = if is_number { "long" } else { "String" };
    json!({
        "name": format!("sets {claim}"), "protocol": "openid-connect", "protocolMapper": "oidc-hardcoded-claim-mapper",
        "config": {
            "claim.name": claim, "claim.value": value, "jsonType.label": kind, "access.token.claim": "true",
            "id.token.claim": "true", "userinfo.token.claim": "true", "introspection.token.claim": "true",
        },
    })
}

/// Somebody with every right over the realm.
fn boss_of(one: &Furnished) -> String {
    let boss = one.realm.create_person("boss", Value::Null).id;
    let rights = id_at(&one.realm, "/clients?clientId=realm-management");
    let mighty = format!("/clients/{rights}/roles/realm-admin");
    let mighty = one.realm.call("GET", &mighty, &Value::Null).json();
    let give = format!("/users/{boss}/role-mappings/clients/{rights}");
    let given = one.realm.call("POST", &give, &json!([mighty]));
    assert_eq!(given.status, 204);
    boss
}

/// The token gives no right, and is not about somebody who has them.
fn check_nobody_raised(scene: &Scene, one: &Furnished, token: &str) {
    let bearer = format!("Bearer {token}");
    let target = format!("/admin/realms/{}/users", one.realm.name);
    let raised = scene.send(&Request::get(&target).with("Authorization", &bearer), &[]);
    assert!([401, 403].contains(&raised.status), "{raised:?}");
    let shown = scene.send(
        &Request::get(&one.realm.path("userinfo")).with("Authorization", &bearer),
        &[],
    );
    assert_eq!(shown.status, 200, "{shown:?}");
    let is_boss = text(&shown.json(), "preferred_username") == "boss";
    assert!(!is_boss, "{}", shown.body);
}

fn forged_claims(scene: &Scene) {
    let one = Furnished::set(scene, "forged");
    let forged = [
        ("sub", json!(boss_of(&one))),
        ("exp", json!("9999999999")),
        ("iat", json!("1")),
        ("jti", json!("forged")),
        ("iss", json!("https://evil.test")),
        ("typ", json!("Refresh")),
        ("azp", json!("admin-cli")),
        ("sid", json!("forged")),
        ("sid.x", json!("forged")),
        ("scope", json!("everything")),
        ("cnf.jkt", json!("forged")),
        ("nonce", json!("forged")),
    ];
    let settings = json!({
        "serviceAccountsEnabled": true, "directAccessGrantsEnabled": true,
        "protocolMappers": forged.iter().map(sets).collect::<Vec<Value>>(),
    });
    let forger = one.realm.create_client("forger", settings);
    let proof = crate::conformance::party::basic(&forger);
    let account = one
        .realm
        .call("GET", "/clients?clientId=forger", &Value::Null)
        .json();
    let account = format!("/clients/{}/service-account-user", text(&account[0], "id"));
    let account = id_at(&one.realm, &account);
    let form = |endpoint: &str, fields: &[(&str, &str)]| {
        let request = Request::form(&one.realm.path(endpoint), fields);
        scene.send(&request.with("Authorization", &proof), &[])
    };

    let granted = form(
        "token",
        &[("grant_type", "client_credentials"), ("scope", "openid")],
    );
    let signed_in = form(
        "token",
        &[
            ("grant_type", "password"),
            ("username", "ada"),
            ("password", "an honest passphrase of ada"),
            ("scope", "openid"),
        ],
    );

    for (answer, is_own) in [(&granted, true), (&signed_in, false)] {
        assert_eq!(answer.status, 200, "{}", answer.body);
        let token = text(&answer.json(), "access_token").to_owned();
        let claims = crate::jwt::claims(&token);
        for (claim, value) in &forged {
            let is_left_to_apps = *claim == "sub" && !is_own;
            assert!(
                is_left_to_apps || claims.get(claim) != Some(value),
                "{claim} in {claims}"
            );
        }
        assert!(
            claims["exp"].as_i64().unwrap() < 9_999_999_999 && claims["iat"].as_i64().unwrap() > 1
        );
        assert_eq!(
            (&claims["azp"], &claims["typ"]),
            (&json!("forger"), &json!("Bearer"))
        );
        assert_eq!(text(&claims, "iss"), one.realm.issuer());
        assert!(claims.get("cnf").is_none(), "{claims}");
        check_nobody_raised(scene, &one, &token);
        if is_own {
            assert_eq!(text(&claims, "sub"), account);
        }
    }
}
