//! What the rows about permissions are sent to: a resource server with an album that its person may view, and
//! permission tickets of several kinds.

use std::sync::Arc;

use serde_json::{Value, json};

use super::scene::{Honest, Scene};
use crate::conformance::party::basic;
use crate::http::{Request, text};
use crate::jwt;
use crate::realm::{Client, Person, Realm};
use crate::server::Server;

/// The grant of UMA 2.0.
const GRANT: &str = "urn:ietf:params:oauth:grant-type:uma-ticket";

/// Two resource servers of one realm, and a ticket of another realm.
pub(super) struct Photos {
    server: Client,
    other: Client,
    album: String,
    /// What somebody else owns there.
    diary: String,
    /// What somebody asks the owner of another album for.
    asked: String,
    foreign: String,
}

/// The token of a client for itself.
fn own_token(realm: &Realm, client: &Client) -> String {
    let fields = [("grant_type", "client_credentials")];
    let request = Request::form(&realm.path("token"), &fields);
    let answer = realm
        .server
        .send(&request.with("Authorization", &basic(client)));
    text(&answer.json(), "access_token").to_owned()
}

fn protection(realm: &Realm, client: &Client, path: &str, body: &Value) -> Value {
    let target = format!("/realms/{}/authz/protection/{path}", realm.name);
    let request = Request::new("POST", &target)
        .with(
            "Authorization",
            &format!("Bearer {}", own_token(realm, client)),
        )
        .with("Content-Type", "application/json")
        .with_body(body.to_string().into_bytes());
    let answer = realm.server.send(&request);
    assert!(answer.status < 300, "{}", answer.body);
    answer.json()
}

fn ticket(realm: &Realm, client: &Client, resource: &str) -> String {
    let asked = json!([{"resource_id": resource, "resource_scopes": ["view"]}]);
    let made = protection(realm, client, "permission", &asked);
    text(&made, "ticket").to_owned()
}

/// A resource server with a resource.
fn protects(realm: &Realm, id: &str) -> (Client, String) {
    let settings = json!({
        "standardFlowEnabled": false, "serviceAccountsEnabled": true,
        "authorizationServicesEnabled": true,
    });
    let client = realm.create_client(id, settings);
    let album = json!({"name": "album", "resource_scopes": ["view", "edit"]});
    let made = protection(realm, &client, "resource_set", &album);
    (client, text(&made, "_id").to_owned())
}

impl Photos {
    pub(super) fn set(server: &Arc<Server>, realm: &Realm, person: &Person) -> Self {
        let (photos, album) = protects(realm, "photos");
        let (other, _) = protects(realm, "other-photos");
        let found = realm.call("GET", "/clients?clientId=photos", &Value::Null);
        let id = text(&found.json()[0], "id").to_owned();
        let base = format!("/clients/{id}/authz/resource-server");
        let make = |path: &str, body: Value| {
            let answer = realm.call("POST", &format!("{base}/{path}"), &body);
            assert_eq!(answer.status, 201, "{}", answer.body);
            answer.json()
        };
        let policy = make(
            "policy/user",
            json!({"name": "the person", "users": [person.id]}),
        );
        make(
            "permission/scope",
            json!({
                "name": "view the album", "resources": [album], "scopes": ["view"],
                "policies": [policy["id"]],
            }),
        );
        let owner = realm.create_person("owner", Value::Null);
        let theirs = make(
            "resource",
            json!({
                "name": "diary", "owner": {"id": owner.id}, "ownerManagedAccess": true,
                "scopes": [{"name": "view"}],
            }),
        );
        let asked = json!({
            "resource": theirs["_id"], "requester": person.id, "scopeName": "view",
            "granted": false,
        });
        let asked = protection(realm, &photos, "permission/ticket", &asked);
        let elsewhere = Realm::create(server, "photos-elsewhere", Value::Null);
        let (foreign, foreign_album) = protects(&elsewhere, "photos");
        Self {
            foreign: ticket(&elsewhere, &foreign, &foreign_album),
            asked: text(&asked, "id").to_owned(),
            server: photos,
            other,
            diary: text(&theirs, "_id").to_owned(),
            album,
        }
    }

    /// The honest request that a row names.
    pub(super) fn honest(&self, scene: &Scene, name: &str) -> Option<Honest> {
        let user = text(&scene.tokens(false), "access_token").to_owned();
        let bearer = |token: &str| vec![("Authorization".to_owned(), format!("Bearer {token}"))];
        let grant = Honest {
            headers: bearer(&user),
            ..scene.post("token", None)
        };
        let grant = grant.with("grant_type", GRANT);
        let protection = |path: &str| Honest {
            path: format!("/realms/{}/authz/protection/{path}", scene.realm.name),
            headers: bearer(&own_token(&scene.realm, &self.server)),
            ..scene.post("", None)
        };
        Some(match name {
            "ask for permissions" => grant
                .with("audience", "photos")
                .with("permission", "album#view")
                .with("response_mode", "permissions"),
            "ask as the resource server" => scene
                .post("token", Some(&self.server))
                .with("grant_type", GRANT)
                .with("audience", "photos")
                .with("subject_token", &user)
                .with("response_mode", "permissions"),
            "trade a ticket" => grant
                .with("ticket", &ticket(&scene.realm, &self.server, &self.album))
                .with("response_mode", "permissions"),
            "ask for a ticket" => protection("permission"),
            "register a resource" => protection("resource_set"),
            "grant a ticket" => Honest {
                method: "PUT".to_owned(),
                ..protection("permission/ticket")
            },
            "list resources" => Honest {
                method: "GET".to_owned(),
                ..protection("resource_set")
            },
            _ => return None,
        })
    }

    /// What rows have under a name.
    pub(super) fn value(&self, scene: &Scene, name: &str) -> Option<String> {
        let realm = &scene.realm;
        Some(match name {
            "album" => self.album.clone(),
            "diary" => self.diary.clone(),
            "asked ticket" => self.asked.clone(),
            "foreign ticket" => self.foreign.clone(),
            "unsigned ticket" => {
                jwt::unsigned(&jwt::claims(&ticket(realm, &self.server, &self.album)))
            }
            "traded ticket" => {
                let honest = self.honest(scene, "trade a ticket")?;
                let answer = scene.play(&honest);
                assert_eq!(answer.status, 200, "{}", answer.body);
                let traded = honest.parameters.into_iter();
                traded
                    .filter(|(name, _)| name == "ticket")
                    .map(|(_, value)| value)
                    .next()?
            }
            "ticket of another resource server" => ticket(realm, &self.other, "album"),
            "token of another resource server" => own_token(realm, &self.other),
            "token of a machine" => own_token(realm, &scene.machine),
            _ => return None,
        })
    }
}
