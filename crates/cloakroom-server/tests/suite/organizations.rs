//! Organizations over HTTP: their groups are a tree of their own, and tokens say what a request asked of them.

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::http::{Answer, Request, text};
use crate::jwt;
use crate::realm::{Client, Person, Realm};
use crate::server::Server;

/// Two organizations with one member of both, and a group with another inside it in the first.
struct Scene {
    realm: Realm,
    person: Person,
    client: Client,
    acme: String,
    staff: String,
    night: String,
    role: Value,
}

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let server = Arc::clone(server);
    let name = format!("organizations::{}", server.database);
    vec![Trial::test(name, move || {
        let scene = Scene::set(&server);
        scene.groups_are_a_tree_that_the_realm_does_not_know();
        scene.only_members_join_and_whoever_leaves_is_out();
        scene.tokens_name_the_organizations_that_were_asked_for();
        scene.a_file_brings_groups_and_members_back();
        Ok(())
    })]
}

impl Scene {
    fn set(server: &Arc<Server>) -> Self {
        let name = format!("organizations-{}", server.database);
        let realm = Realm::create(server, &name, json!({"organizationsEnabled": true}));
        let grants = json!({"directAccessGrantsEnabled": true});
        let client = realm.create_client("shop", grants);
        let person = realm.create_person("grace", json!({}));
        made(&realm, "/roles", &json!({"name": "auditor"}));
        let role = realm.call("GET", "/roles/auditor", &Value::Null).json();
        let acme = made(
            &realm,
            "/organizations",
            &json!({"name": "acme", "domains": [{"name": "acme.example"}], "attributes": {"plan": ["gold"]}}),
        );
        let beta = made(
            &realm,
            "/organizations",
            &json!({"name": "beta", "domains": [{"name": "beta.example"}]}),
        );
        for one in [&acme, &beta] {
            let members = format!("/organizations/{one}/members");
            done(&realm, "POST", &members, &json!(person.id), 201);
        }
        let groups = format!("/organizations/{acme}/groups");
        let staff = made(
            &realm,
            &groups,
            &json!({"name": "staff", "attributes": {"floor": ["2"]}}),
        );
        let night = made(
            &realm,
            &format!("{groups}/{staff}/children"),
            &json!({"name": "night"}),
        );
        Self {
            realm,
            person,
            client,
            acme,
            staff,
            night,
            role,
        }
    }

    fn groups(&self) -> String {
        format!("/organizations/{}/groups", self.acme)
    }

    fn groups_are_a_tree_that_the_realm_does_not_know(&self) {
        let (realm, groups) = (&self.realm, self.groups());
        let get = |path: &str| realm.call("GET", path, &Value::Null);

        let top = get(&groups).json();
        assert_eq!(names(&top), ["staff"]);
        let found = get(&format!("{groups}?search=NIG")).json();
        assert_eq!(
            (names(&found), &found[0]["path"]),
            (vec!["night"], &json!("/staff/night"))
        );
        let around = get(&format!("{groups}?search=night&populateHierarchy=true")).json();
        assert_eq!(
            (names(&around), names(&around[0]["subGroups"])),
            (vec!["staff"], vec!["night"])
        );
        assert_eq!(
            names(&get(&format!("{groups}?q=floor:2")).json()),
            ["staff"]
        );
        let by_path = get(&format!("{groups}/group-by-path/staff/night")).json();
        assert_eq!(by_path["id"], json!(self.night));

        assert_eq!(get("/groups").json(), json!([]));
        for (method, path) in [
            ("GET", format!("/groups/{}", self.staff)),
            ("DELETE", format!("/groups/{}", self.staff)),
            (
                "PUT",
                format!("/users/{}/groups/{}", self.person.id, self.staff),
            ),
        ] {
            done(realm, method, &path, &Value::Null, 400);
        }
        for (path, body, status) in [
            (groups.clone(), json!({"name": "staff"}), 409),
            (groups.clone(), json!({"name": " "}), 400),
            (
                groups.clone(),
                json!({"name": "x", "id": "no-such-group"}),
                404,
            ),
            (
                format!("{groups}/{}/children", self.night),
                json!({"name": "staff", "id": self.staff}),
                400,
            ),
            (
                format!("{groups}/no-such-group/children"),
                json!({"name": "x"}),
                404,
            ),
        ] {
            done(realm, "POST", &path, &body, status);
        }
    }

    fn only_members_join_and_whoever_leaves_is_out(&self) {
        let (realm, groups) = (&self.realm, self.groups());
        let stranger = realm.create_person("stranger", json!({}));
        let members = format!("{groups}/{}/members", self.night);
        let join = |id: &str, status| {
            done(
                realm,
                "PUT",
                &format!("{members}/{id}"),
                &Value::Null,
                status,
            );
        };
        join(&stranger.id, 400);
        join("nobody", 404);
        done(
            realm,
            "POST",
            &format!("/organizations/{}/members", self.acme),
            &json!(stranger.id),
            201,
        );
        join(&stranger.id, 204);
        join(&stranger.id, 409);

        let told = self.told_scope(&stranger, "openid organization:*");
        assert!(told.contains("organization:*"), "{told}");
        let leave = format!("/organizations/{}/members/{}", self.acme, stranger.id);
        done(realm, "DELETE", &leave, &Value::Null, 204);
        // Whoever is a member of none has nothing to be asked for.
        let told = self.told_scope(&stranger, "openid organization:*");
        assert!(!told.contains("organization"), "{told}");
        assert_eq!(realm.call("GET", &members, &Value::Null).json(), json!([]));
        join(&self.person.id, 204);
        let mine = format!(
            "/organizations/{}/members/{}/groups",
            self.acme, self.person.id
        );
        let mine = realm.call("GET", &mine, &Value::Null).json();
        assert_eq!(names(&mine), ["night"]);
    }

    fn tokens_name_the_organizations_that_were_asked_for(&self) {
        let plain = json!(["acme"]);
        for (scope, expected, shown) in [
            ("openid", Value::Null, "openid"),
            // Nobody said which of the two it should be.
            ("openid organization", Value::Null, "organization"),
            ("openid organization:acme", plain, "organization:acme"),
            (
                "openid organization:*",
                json!(["acme", "beta"]),
                "organization:*",
            ),
        ] {
            let answer = self.token(scope);
            let claims = jwt::claims(text(&answer.json(), "access_token"));
            assert_eq!(claims["organization"], expected, "{scope}");
            let told = answer.json()["scope"].as_str().unwrap().to_owned();
            assert!(told.split(' ').any(|word| word == shown), "{scope}: {told}");
        }
        for scope in [
            "organization:none",
            "organization organization:acme",
            "organization:",
        ] {
            assert_eq!(self.token(scope).error(), "invalid_scope", "{scope}");
        }

        // What a group gives counts within the organization, and nowhere else.
        let roles = format!("{}/{}/role-mappings/realm", self.groups(), self.staff);
        done(&self.realm, "POST", &roles, &json!([self.role]), 204);
        let scopes = self
            .realm
            .call("GET", "/client-scopes", &Value::Null)
            .json();
        let scope = scopes
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"] == "organization");
        let models = format!(
            "/client-scopes/{}/protocol-mappers/models",
            text(scope.unwrap(), "id")
        );
        let mapper = json!({
            "name": "groups", "protocol": "openid-connect",
            "protocolMapper": "oidc-organization-group-membership-mapper",
            "config": {"access.token.claim": "true", "addGroupRoleMappings": "true"},
        });
        made(&self.realm, &models, &mapper);
        let claims = jwt::claims(text(
            &self.token("organization:acme").json(),
            "access_token",
        ));
        let told =
            json!({"acme": {"groups": ["/staff/night"], "realm_access": {"roles": ["auditor"]}}});
        assert_eq!(claims["organization"], told);
        assert!(!claims["realm_access"].to_string().contains("auditor"));
    }

    fn told_scope(&self, person: &Person, scope: &str) -> String {
        let answer = self.token_of(person, scope).json();
        text(&answer, "scope").to_owned()
    }

    fn token(&self, scope: &str) -> Answer {
        self.token_of(&self.person, scope)
    }

    fn token_of(&self, person: &Person, scope: &str) -> Answer {
        let fields = [
            ("grant_type", "password"),
            ("client_id", &self.client.id),
            ("client_secret", &self.client.secret),
            ("username", &person.username),
            ("password", &person.password),
            ("scope", scope),
        ];
        let request = Request::form(&self.realm.path("token"), &fields);
        self.realm.server.send(&request)
    }

    fn a_file_brings_groups_and_members_back(&self) {
        // Parts of a realm are without its organizations; whole exports have them.
        let export = "/partial-export?exportGroupsAndRoles=true&exportClients=true";
        let part = self.realm.call("POST", export, &Value::Null).json();
        assert!(part.get("organizations").is_none() && part.get("groups").is_some());
        let organization = json!({
            "id": self.acme, "name": "acme", "domains": [{"name": "acme.example"}],
            "groups": [{
                "id": self.staff, "name": "staff", "realmRoles": ["auditor"],
                "subGroups": [{"id": self.night, "name": "night"}],
            }],
        });

        let copy = format!("{}-copy", self.realm.name);
        let file = json!({
            "realm": copy, "enabled": true, "organizationsEnabled": true,
            "users": [{"username": "grace", "enabled": true}],
            "roles": {"realm": [{"name": "auditor"}]},
            "organizations": [organization],
        });
        // Ids are of the whole server, so a copy beside the original has others.
        let mut fresh = file.to_string();
        for (place, id) in [&self.acme, &self.staff, &self.night].iter().enumerate() {
            fresh = fresh.replace(*id, &format!("copy-{}-{place}", self.realm.server.database));
        }
        let mut sent: Value = serde_json::from_str(&fresh).unwrap();
        let all = sent["organizations"].as_array_mut().unwrap();
        all[0]["members"] = json!([{
            "username": "grace", "membershipType": "MANAGED", "groups": ["/staff/night"],
        }]);
        let answer = self.realm.admin("POST", "/admin/realms", &sent);
        assert_eq!(answer.status, 201, "{}", answer.body);
        let id = text_at(&self.realm, &copy, "/organizations", "id");
        let members = format!(
            "/admin/realms/{copy}/organizations/{id}/groups/copy-{}-2/members",
            self.realm.server.database
        );
        let members = self.realm.admin("GET", &members, &Value::Null).json();
        assert_eq!(members[0]["username"], "grace");
        assert_eq!(members[0]["membershipType"], "MANAGED");
        let gone = self
            .realm
            .admin("DELETE", &format!("/admin/realms/{copy}"), &Value::Null);
        assert_eq!(gone.status, 204, "{}", gone.body);
    }
}

/// A member of the first thing in a list of another realm.
fn text_at(realm: &Realm, other: &str, path: &str, member: &str) -> String {
    let found = realm.admin("GET", &format!("/admin/realms/{other}{path}"), &Value::Null);
    text(&found.json()[0], member).to_owned()
}

fn names(list: &Value) -> Vec<&str> {
    let all = list.as_array().unwrap();
    all.iter().map(|one| text(one, "name")).collect()
}

fn done(realm: &Realm, method: &str, path: &str, body: &Value, status: u16) -> Answer {
    let answer = realm.call(method, path, body);
    assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
    answer
}

/// The id of what was made.
fn made(realm: &Realm, path: &str, body: &Value) -> String {
    let answer = done(realm, "POST", path, body, 201);
    let location = answer.location().unwrap_or_default();
    location.rsplit('/').next().unwrap_or_default().to_owned()
}
