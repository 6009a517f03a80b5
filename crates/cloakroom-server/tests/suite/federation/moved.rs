//! A realm that a real Keycloak exported, with providers of each kind: it comes in, and its people come in as before.

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};

use super::op::{Op, SECRET};
use super::saml::idp::{Idp, key};
use super::scene::Scene;
use super::stand_in::StandIn;
use crate::browser::Place;
use crate::http::text;
use crate::realm::{CALLBACK, Client, Realm};
use crate::server::Server;

/// The directory that the realm's own stands for, and who is in it.
pub(crate) struct Directory {
    pub(crate) url: String,
    /// Somebody who came from it before the realm moved: name, password, and the id of the entry.
    pub(crate) known: (String, String, String),
    /// Somebody who did not.
    pub(crate) new: (String, String),
    /// A group that the first is in.
    pub(crate) group: String,
}

/// The certificate of the provider's key: base64 without armour, as Keycloak keeps it.
fn certificate() -> String {
    let own = key().to_pkcs8().unwrap().to_vec();
    let own = KeyPair::try_from(own).unwrap();
    let signed = CertificateParams::default().self_signed(&own).unwrap();
    STANDARD.encode(signed.der())
}

/// The export with these servers in place of those that it was made with, and nothing else changed.
fn export(stand_in: &StandIn, directory: &Directory) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moving/upstreams");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let (uid, _, entry) = &directory.known;
    let users = read("upstreams-users-0.json")
        .replace("mary", uid)
        .replace("48453588-7e36-1041-97fe-f3e01955b6ad", entry)
        .replace("wind-tunnel", &directory.group);
    let users: Value = serde_json::from_str(&users).unwrap();
    let text = read("upstreams-realm.json")
        .replace("https://openid.placeholder.test", &stand_in.base)
        .replace("https://saml.placeholder.test", "https://idp.test")
        .replace("ldap://directory.placeholder.test:389", &directory.url)
        .replace("https://app.test/*", CALLBACK)
        .replace("wind-tunnel", &directory.group);
    let mut realm: Value = serde_json::from_str(&text).unwrap();
    let saml = realm["identityProviders"].as_array_mut().unwrap();
    let saml = saml.iter_mut().find(|one| one["alias"] == "saml-there");
    saml.unwrap()["config"]["signingCertificate"] = json!(certificate());
    // The other form of an export has the people in the same file.
    realm["users"] = users["users"].clone();
    realm
}

pub(crate) fn play(server: &Arc<Server>, directory: &Directory) {
    let stand_in = StandIn::start();
    let export = export(&stand_in, directory);
    let realm = Realm::known(server, text(&export, "realm"));
    let answer = realm.admin("POST", "/admin/realms", &export);
    assert_eq!(answer.status, 201, "{}", answer.body);
    server.keep_secret(SECRET);
    let client = export["clients"].as_array().unwrap();
    let client = client.iter().find(|one| one["clientId"] == "shop").unwrap();
    let scene = Scene {
        client: Client {
            id: "shop".to_owned(),
            secret: text(client, "secret").to_owned(),
        },
        stand_in,
        inside: StandIn::start_inside(),
        server: Arc::clone(server),
        realm,
    };
    server.keep_secret(&scene.client.secret);
    let before = |name: &str| {
        let users = export["users"].as_array().unwrap();
        let found = users.iter().find(|user| user["username"] == name);
        text(found.unwrap(), "id").to_owned()
    };
    by_openid(&scene, &before("katherine"));
    by_saml(&scene, &before("dorothy"));
    by_directory(&scene, directory, &before(&directory.known.0));
    kept(&scene, &export);
}

fn by_openid(scene: &Scene, katherine: &str) {
    let op = Op::open((&scene.stand_in, &scene.inside), "oidc-there");
    let claims = scene.sign_in(&mut scene.browser(), &op);
    // What the mapper of the name makes of it.
    let name = "oidc-there.oidc-there";
    assert_eq!(claims["preferred_username"], name);
    assert_eq!(scene.user(name)["email"], "oidc-there@upstream.test");

    op.change(|says| {
        says.claims["sub"] = json!("sub-of-katherine");
        says.userinfo["sub"] = json!("sub-of-katherine");
        says.userinfo["preferred_username"] = json!("katherine");
        says.userinfo["department"] = json!("engines");
    });
    let claims = scene.sign_in(&mut scene.browser(), &op);
    assert_eq!(claims["sub"], katherine);
    let path = format!("/users/{katherine}/role-mappings/realm");
    let roles = scene.done("GET", &path, &Value::Null);
    assert!(roles.to_string().contains("\"engineer\""), "{roles}");
    let sent = op.token_requests();
    assert_eq!(sent[0].field("client_secret"), SECRET);
    assert_ne!(sent[0].field("code_verifier"), "");
}

fn by_saml(scene: &Scene, dorothy: &str) {
    let idp = Idp {
        name: "saml-there".to_owned(),
        entity: "https://idp.test/saml-there".to_owned(),
    };
    let callback = idp.visit(scene, &mut scene.browser()).client();
    let claims = scene.claims(&callback);
    assert_eq!(claims["preferred_username"], "saml-there.saml-there");
    let id = text(&claims, "sub").to_owned();
    let roles = format!("/users/{id}/role-mappings/realm");
    let roles = scene.done("GET", &roles, &Value::Null);
    assert!(roles.to_string().contains("\"staff\""), "{roles}");
    let groups = scene.done("GET", &format!("/users/{id}/groups"), &Value::Null);
    assert!(groups.to_string().contains("\"/partners\""), "{groups}");

    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, "saml-there");
    assert_eq!(left.address, "https://idp.test/saml-there/sso");
    let mut says = idp.says(scene, &left);
    says.name_id = "dorothy".to_owned();
    let place = idp.post(scene, &mut browser, &says.response(), &says.relay_state);
    assert_eq!(scene.claims(&place.client())["sub"], dorothy);
}

fn by_directory(scene: &Scene, directory: &Directory, before: &str) {
    let (uid, password, _) = &directory.known;
    let claims = with_password(scene, uid, password);
    assert_eq!(claims["sub"], before);
    let groups = scene.done("GET", &format!("/users/{before}/groups"), &Value::Null);
    assert!(groups.to_string().contains(&directory.group), "{groups}");
    let (uid, password) = &directory.new;
    let claims = with_password(scene, uid, password);
    assert_eq!(claims["preferred_username"], json!(uid));
}

fn with_password(scene: &Scene, name: &str, password: &str) -> Value {
    let mut browser = scene.browser();
    let page = browser.open(&scene.request(&[])).page();
    let mut form = page.form("kc-form-login").expect("the form of the sign-in");
    form.set("username", name);
    form.set("password", password);
    let place = browser.submit(&page.address, &form);
    assert!(matches!(place, Place::Client(_)), "{name}: {place:?}");
    scene.claims(&place.client())
}

/// What upstream knows of the realm stays true: its certificate, and every setting of the directories.
fn kept(scene: &Scene, export: &Value) {
    let path = format!(
        "/realms/{}/broker/saml-there/endpoint/descriptor",
        scene.realm.name
    );
    let answer = scene.server.send(&crate::http::Request::get(&path));
    let (_, shown) = answer.body.split_once("X509Certificate>").unwrap();
    let shown = shown.split('<').next().unwrap();
    let keys = &export["components"]["org.keycloak.keys.KeyProvider"];
    assert!(
        keys.to_string().contains(shown),
        "the certificate is another"
    );

    let all = scene.done("GET", "/components", &Value::Null);
    let all = all.as_array().unwrap();
    let family = &export["components"]["org.keycloak.storage.UserStorageProvider"];
    let mut compared = 0;
    for sent in family.as_array().unwrap() {
        let mappers = sent["subComponents"].as_object().unwrap().values();
        let mappers = mappers.flat_map(|list| list.as_array().unwrap());
        for one in [sent].into_iter().chain(mappers) {
            let found = all.iter().find(|known| known["id"] == one["id"]);
            let found = found.unwrap_or_else(|| panic!("{} is gone", one["name"]));
            for (name, value) in one["config"].as_object().unwrap() {
                let is_secret = name == "bindCredential";
                let value = if is_secret {
                    &json!(["**********"])
                } else {
                    value
                };
                assert_eq!(&found["config"][name], value, "{}: {name}", one["name"]);
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 18);
}
