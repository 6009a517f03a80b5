//! The realm of the attempts: people with one right each, and somebody who has them all.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Answer, Request, text};
use crate::realm::{Person, Realm};
use crate::server::{Server, pause};

use super::rows::Row;
use crate::hostile::administration::keys_of_acme;

/// The rights that an administrator of the scene has, each of them alone.
const RIGHTS: [&str; 9] = [
    "manage-users",
    "manage-clients",
    "manage-realm",
    "create-client",
    "view-clients",
    "impersonation",
    "manage-authorization",
    "manage-organizations",
    "manage-identity-providers",
];

/// What the delegate may do with users, groups, clients and roles.
const USERS: &[&str] = &[
    "view",
    "manage",
    "map-roles",
    "manage-group-membership",
    "impersonate",
];
const GROUPS: &[&str] = &["view", "manage", "manage-membership", "view-members"];
const CLIENTS: &[&str] = &[
    "view",
    "manage",
    "map-roles",
    "map-roles-composite",
    "map-roles-client-scope",
];
const ROLES: &[&str] = &["map-role", "map-role-composite", "map-role-client-scope"];

/// The realm with everything that the attempts name.
pub(super) struct Scene {
    realm: Realm,
    people: BTreeMap<&'static str, Person>,
    /// What stands for a name in braces.
    names: BTreeMap<String, String>,
}

impl Scene {
    pub(super) fn set(server: &Arc<Server>) -> Self {
        let realm = Realm::create(
            server,
            "escalation",
            json!({"organizationsEnabled": true, "adminPermissionsEnabled": true}),
        );
        let mut scene = Self {
            realm,
            people: BTreeMap::new(),
            names: BTreeMap::new(),
        };
        scene.name("rm", "/clients?clientId=realm-management");
        let rights = ["realm-admin", "view-users", "query-users"];
        for right in RIGHTS.iter().chain(&rights) {
            let path = scene.fill(&format!("/clients/{{rm}}/roles/{right}"));
            scene.name(right, &path);
        }
        for right in RIGHTS {
            let person = scene.realm.create_person(right, json!({}));
            scene.keep(&format!("{right}-self"), &person.id);
            scene.grant("users", &person.id, right);
            scene.people.insert(right, person);
        }
        let boss = scene.realm.create_person("boss", json!({}));
        scene.keep("boss", &boss.id);
        scene.grant("users", &boss.id, "realm-admin");
        let path = format!("/users/{}/credentials", boss.id);
        scene.name("boss-password", &path);
        let plain = scene.realm.create_person("plain", json!({}));
        scene.keep("plain", &plain.id);
        scene.make_groups_and_roles();
        scene.make_clients();
        let leaving = scene.realm.create_person("leaving", json!({}));
        scene.keep("leaving", &leaving.id);
        scene.make_providers();
        scene.make_sources();
        scene.delegate();
        scene
    }

    fn make_providers(&mut self) {
        let google = json!({"alias": "google", "providerId": "oidc", "config": {
            "clientId": "us", "clientSecret": "a secret", "authorizationUrl": "https://up.test/a", "tokenUrl": "https://up.test/t",
        }});
        self.call_as_admin("POST", "/identity-provider/instances", &google);
        let colour = json!({
            "name": "colour", "identityProviderAlias": "google", "identityProviderMapper": "hardcoded-attribute-idp-mapper",
            "config": {"attribute": "colour", "attribute.value": "blue"},
        });
        let path = "/identity-provider/instances/google/mappers";
        self.make("idp-mapper", path, &colour);
        let realm = self.call_as_admin("GET", "", &Value::Null).json();
        self.make(
            "directory",
            "/components",
            &directory("staff", text(&realm, "id")),
        );
    }

    /// Where people come from who are mightier, a provider and a directory, and the keys of the realm.
    fn make_sources(&mut self) {
        let house = json!({"alias": "house", "providerId": "oidc", "config": {
            "clientId": "us", "clientSecret": "a secret", "authorizationUrl": "https://house.test/a", "tokenUrl": "https://house.test/t",
        }});
        self.call_as_admin("POST", "/identity-provider/instances", &house);
        let path = self.fill("/users/{boss}/federated-identity/house");
        let link = json!({"userId": "1", "userName": "boss"});
        self.call_as_admin("POST", &path, &link);
        let realm = self.call_as_admin("GET", "", &Value::Null).json();
        let directory = directory("house", text(&realm, "id"));
        self.make("house-directory", "/components", &directory);
        let chief = json!({"ifResourceExists": "FAIL", "users": [{
            "username": "chief", "enabled": true, "federationLink": self.fill("{house-directory}"),
            "attributes": {"LDAP_ID": ["1"], "LDAP_ENTRY_DN": ["uid=chief"]},
            "clientRoles": {"realm-management": ["realm-admin"]},
        }]});
        self.call_as_admin("POST", "/partialImport", &chief);
        self.name("hmac", "/components?name=hmac-generated-hs512");
        self.keep("key", &keys_of_acme().0);
    }

    /// Somebody without a right who may do by permissions whatever permissions can allow, and others whom they name.
    fn delegate(&mut self) {
        self.name("ap", "/clients?clientId=admin-permissions");
        for name in ["delegate", "deputy"] {
            let person = self.realm.create_person(name, json!({}));
            self.keep(&format!("{name}-self"), &person.id);
            self.people.insert(name, person);
        }
        // Nobody else gives the guest a right, which would make them mightier than the delegate.
        let guest = self.realm.create_person("guest", json!({}));
        self.keep("guest", &guest.id);
        self.make("helpers", "/groups", &json!({"name": "helpers"}));
        self.call_as_admin("POST", "/roles", &json!({"name": "helper"}));
        self.name("helper", "/roles/helper");
        self.permit();
    }

    /// What the realm's permissions say, and to whom.
    fn permit(&self) {
        let server = self.fill("/clients/{ap}/authz/resource-server");
        let add = |path: &str, body: Value| {
            let path = format!("{server}/{path}");
            self.call_as_admin("POST", &path, &body);
        };
        let id = |name: &str| self.fill(&format!("{{{name}}}"));
        for who in ["delegate", "deputy"] {
            let people = json!([id(&format!("{who}-self"))]);
            add("policy/user", json!({"name": who, "users": people}));
        }
        let groups = json!([{"id": id("helpers")}]);
        add("policy/group", json!({"name": "helpers", "groups": groups}));
        let roles = json!([{"id": id("helper")}]);
        add("policy/role", json!({"name": "helper", "roles": roles}));
        let others = ["deputy", "helpers", "helper"];
        for (kind, scopes, policies) in [
            ("Users", USERS, &["delegate"][..]),
            ("Groups", GROUPS, &["delegate"]),
            ("Clients", CLIENTS, &["delegate"]),
            ("Roles", ROLES, &["delegate"]),
            ("Organizations", &["view", "manage"], &others),
        ] {
            let permission = json!({
                "name": format!("all {kind}"), "resourceType": kind, "scopes": scopes, "policies": policies,
            });
            add("permission/scope", permission);
        }
    }

    fn make_groups_and_roles(&mut self) {
        for group in ["bosses", "mine", "friends"] {
            self.make(group, "/groups", &json!({"name": group}));
        }
        let bosses = self.fill("{bosses}");
        self.grant("groups", &bosses, "realm-admin");
        let path = format!("/groups/{bosses}/children");
        self.make("below", &path, &json!({"name": "below"}));
        for role in ["mighty", "harmless", "wide"] {
            self.call_as_admin("POST", "/roles", &json!({"name": role}));
            self.name(role, &format!("/roles/{role}"));
        }
        let path = "/roles/mighty/composites";
        let inside = self.role("realm-admin");
        self.call_as_admin("POST", path, &json!([inside]));
    }

    fn make_clients(&mut self) {
        for (name, accounts) in [("machine", true), ("app", false)] {
            let asked = json!({
                "clientId": name, "publicClient": false, "serviceAccountsEnabled": accounts,
            });
            self.make(name, "/clients", &asked);
        }
        let guarded = json!({
            "clientId": "guarded", "publicClient": false, "serviceAccountsEnabled": true,
            "authorizationServicesEnabled": true,
        });
        self.make("guarded", "/clients", &guarded);
        let path = self.fill("/clients/{machine}/service-account-user");
        self.name("machine-account", &path);
        let account = self.fill("{machine-account}");
        self.grant("users", &account, "realm-admin");
        let path = self.fill("/clients/{app}/roles");
        self.call_as_admin("POST", &path, &json!({"name": "buyer"}));
        self.name("buyer", &format!("{path}/buyer"));
        let path = self.fill("/clients/{app}/protocol-mappers/models");
        let audience = json!({
            "name": "audience", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
            "config": {"included.client.audience": "app", "access.token.claim": "true"},
        });
        self.make("mapper", &path, &audience);
        let scope = json!({"name": "reading", "protocol": "openid-connect"});
        self.make("scope", "/client-scopes", &scope);
    }

    /// Sends the attempt as the one who makes it.
    pub(super) fn call(&self, row: &Row) -> Answer {
        let token = self.token(row.who);
        let path = format!("/admin/realms/{}{}", self.realm.name, self.fill(row.path));
        let mut request =
            Request::new(row.method, &path).with("Authorization", &format!("Bearer {token}"));
        if !row.body.is_empty() {
            request = request
                .with("Content-Type", "application/json")
                .with_body(self.fill(row.body).into_bytes());
        }
        self.realm.server.send(&request)
    }

    /// Tells whether somebody has every right over the realm now.
    pub(super) fn is_mighty(&self, who: &str) -> bool {
        let path = self.fill(&format!(
            "/users/{{{who}-self}}/role-mappings/clients/{{rm}}/composite"
        ));
        let roles = self.realm.call("GET", &path, &Value::Null).json();
        let mut roles = roles.as_array().unwrap().iter();
        roles.any(|role| role["name"] == "realm-admin")
    }

    /// A token of its own for each attempt, which ends with what some of them do.
    fn token(&self, who: &str) -> String {
        let person = &self.people[who];
        let fields = [
            ("grant_type", "password"),
            ("client_id", "admin-cli"),
            ("username", &person.username),
            ("password", &person.password),
        ];
        let ask = Request::form(&self.realm.path("token"), &fields);
        let mut answer = self.realm.server.send(&ask);
        // Everybody signs in at once, and a busy server says when to come back.
        for _ in 0..30 {
            if answer.status != 503 {
                break;
            }
            pause(Duration::from_secs(1));
            answer = self.realm.server.send(&ask);
        }
        let token = text(&answer.json(), "access_token").to_owned();
        assert!(!token.is_empty(), "{}", answer.body);
        token
    }

    fn grant(&self, kind: &str, id: &str, right: &str) {
        let rm = self.fill("{rm}");
        let path = format!("/{kind}/{id}/role-mappings/clients/{rm}");
        self.call_as_admin("POST", &path, &json!([self.role(right)]));
    }

    fn role(&self, name: &str) -> Value {
        json!({"id": self.fill(&format!("{{{name}}}")), "name": name})
    }

    fn make(&mut self, name: &str, path: &str, body: &Value) {
        let answer = self.call_as_admin("POST", path, body);
        let at = answer.location().unwrap_or_default();
        let id = at.rsplit('/').next().unwrap_or_default().to_owned();
        self.keep(name, &id);
    }

    /// Keeps the id of what is at this path; of the first, if it is a list.
    fn name(&mut self, name: &str, path: &str) {
        let found = self.call_as_admin("GET", path, &Value::Null).json();
        let one = found.get(0).unwrap_or(&found);
        let id = text(one, "id").to_owned();
        assert!(!id.is_empty(), "{path}: {found}");
        self.keep(name, &id);
    }

    fn keep(&mut self, name: &str, id: &str) {
        self.names.insert(format!("{{{name}}}"), id.to_owned());
    }

    fn call_as_admin(&self, method: &str, path: &str, body: &Value) -> Answer {
        let answer = self.realm.call(method, path, body);
        assert!(
            (200..300).contains(&answer.status),
            "{path}: {}",
            answer.body
        );
        answer
    }

    fn fill(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (name, id) in &self.names {
            filled = filled.replace(name, id);
        }
        filled
    }
}

/// A directory that nobody is asked for.
fn directory(name: &str, realm: &str) -> Value {
    json!({
        "name": name, "providerId": "ldap", "parentId": realm,
        "providerType": "org.keycloak.storage.UserStorageProvider",
        "config": {
            "vendor": ["other"], "connectionUrl": ["ldap://directory.test"], "usersDn": ["ou=people"],
            "bindDn": ["cn=us"], "bindCredential": ["a secret"], "authType": ["simple"], "editMode": ["READ_ONLY"],
            "usernameLDAPAttribute": ["uid"], "rdnLDAPAttribute": ["uid"], "uuidLDAPAttribute": ["entryUUID"],
            "userObjectClasses": ["person"], "enabled": ["false"],
        },
    })
}
