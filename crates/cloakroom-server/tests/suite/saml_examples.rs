//! What a client of SAML would be told of somebody, as administrators see it: its mappers in one response, which nobody sends.

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::http::Answer;
use crate::realm::{Person, Realm};
use crate::server::Server;

type Story = fn(&Scene);

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let stories: [(&str, Story); 4] = [
        ("mappers-say-who-somebody-is", said),
        (
            "nobody-is-told-of-roles-that-the-client-does-not-see",
            unseen,
        ),
        ("names-are-of-the-kind-that-the-client-wants", named),
        ("a-client-of-openid-connect-has-an-example-too", plain),
    ];
    let trial = |(name, story): (&'static str, Story)| {
        let server = Arc::clone(server);
        let shown = format!("{}::saml_examples::{name}", server.database);
        Trial::test(shown, move || {
            story(&Scene::set(&server, name));
            Ok(())
        })
    };
    stories.into_iter().map(trial).collect()
}

struct Scene {
    realm: Realm,
    person: Person,
}

impl Scene {
    fn set(server: &Arc<Server>, name: &str) -> Self {
        let realm = Realm::create(server, &format!("saml-{}", name.len()), json!({}));
        let profile = realm.call("GET", "/users/profile", &Value::Null).json();
        let open = json!({"unmanagedAttributePolicy": "ENABLED"});
        let open = crate::realm::merged(profile, open);
        assert_eq!(realm.call("PUT", "/users/profile", &open).status, 200);
        let person = json!({
            "email": "ann@acme.example", "firstName": "Ann", "lastName": "Lee",
            "attributes": {"team": ["<red> & co", "blue"]}, "groups": ["/staff/night"],
        });
        let groups = realm.call("POST", "/groups", &json!({"name": "staff"}));
        let id = groups
            .location()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned();
        let below = format!("/groups/{id}/children");
        assert_eq!(
            realm.call("POST", &below, &json!({"name": "night"})).status,
            201
        );
        let person = realm.create_person("ann", person);
        Self { realm, person }
    }

    /// Makes a client, whose id is its name.
    fn client(&self, name: &str, settings: Value) {
        let own = json!({"id": self.id(name), "clientId": name, "protocol": "saml"});
        let made = self
            .realm
            .call("POST", "/clients", &crate::realm::merged(own, settings));
        assert_eq!(made.status, 201, "{}", made.body);
    }

    fn id(&self, name: &str) -> String {
        format!("{}-{name}", self.realm.name)
    }

    fn asked(&self, client: &str, more: &str) -> Answer {
        let id = self.id(client);
        let path = format!(
            "/clients/{id}/evaluate-scopes/generate-example-saml-response?userId={}{more}",
            self.person.id
        );
        self.realm.call("GET", &path, &Value::Null)
    }

    /// The response, an element a line, without what stands before each.
    fn lines(&self, client: &str, more: &str) -> Vec<String> {
        let answer = self.asked(client, more);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let text = answer.json().as_str().unwrap().to_owned();
        text.lines().map(|line| line.trim().to_owned()).collect()
    }
}

fn mapper(kind: &str, config: Value) -> Value {
    json!({"name": format!("{kind} {}", config["attribute.name"].as_str().unwrap_or_default()),
        "protocol": "saml", "protocolMapper": kind, "config": config})
}

fn has(lines: &[String], wanted: &str) {
    assert!(
        lines.iter().any(|line| line == wanted),
        "{wanted} in {lines:#?}"
    );
}

fn said(scene: &Scene) {
    let mappers = [
        mapper(
            "saml-user-property-mapper",
            json!({"user.attribute": "lastName", "attribute.name": "sn", "friendly.name": "Surname", "attribute.nameformat": "URI Reference"}),
        ),
        mapper(
            "saml-user-attribute-mapper",
            json!({"user.attribute": "team", "attribute.name": "team", "attribute.nameformat": "Basic"}),
        ),
        mapper(
            "saml-user-attribute-mapper",
            json!({"user.attribute": "none", "attribute.name": "none"}),
        ),
        mapper(
            "saml-hardcode-attribute-mapper",
            json!({"attribute.name": "plan", "attribute.value": "gold", "attribute.nameformat": "Unspecified"}),
        ),
        mapper(
            "saml-group-membership-mapper",
            json!({"attribute.name": "member", "full.path": "true", "single": "true"}),
        ),
        mapper(
            "saml-audience-mapper",
            json!({"included.custom.audience": "urn:other"}),
        ),
        mapper("saml-hardcode-role-mapper", json!({"role": "invited"})),
        mapper(
            "saml-role-name-mapper",
            json!({"role": "offline_access", "new.role.name": "often"}),
        ),
        mapper(
            "saml-role-list-mapper",
            json!({"attribute.name": "Role", "single": "true"}),
        ),
    ];
    scene.client("app", json!({
        "rootUrl": "https://sp.example", "baseUrl": "/saml", "fullScopeAllowed": true, "defaultClientScopes": [], "protocolMappers": mappers,
        "attributes": {"saml.authnstatement": "true", "saml.onetimeuse.condition": "true", "saml.assertion.lifespan": "77"},
    }));
    let lines = scene.lines("app", "");
    assert!(
        lines[0].starts_with("<samlp:Response ")
            && lines[0].contains("Destination=\"https://sp.example/saml\""),
        "{}",
        lines[0]
    );
    let issuer = format!("<saml:Issuer>{}</saml:Issuer>", scene.realm.issuer());
    assert_eq!(lines.iter().filter(|line| **line == issuer).count(), 2);
    let basic = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic";
    for line in [
        "<saml:Audience>app</saml:Audience>",
        "<saml:Audience>urn:other</saml:Audience>",
        "<saml:OneTimeUse></saml:OneTimeUse>",
        "<saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\">ann</saml:NameID>",
        "<saml:Attribute FriendlyName=\"Surname\" Name=\"sn\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\">",
        "<saml:AttributeValue>Lee</saml:AttributeValue>",
        &format!("<saml:Attribute Name=\"team\" NameFormat=\"{basic}\">"),
        "<saml:AttributeValue>&lt;red&gt; &amp; co</saml:AttributeValue>",
        "<saml:AttributeValue>blue</saml:AttributeValue>",
        "<saml:Attribute Name=\"plan\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified\">",
        "<saml:AttributeValue>/staff/night</saml:AttributeValue>",
        &format!("<saml:Attribute Name=\"Role\" NameFormat=\"{basic}\">"),
        "<saml:AttributeValue>invited</saml:AttributeValue>",
        "<saml:AttributeValue>often</saml:AttributeValue>",
        "<saml:AttributeValue>uma_authorization</saml:AttributeValue>",
    ] {
        has(&lines, line);
    }
    let text = lines.join("\n");
    assert!(
        text.contains("<saml:AuthnStatement ") && text.contains("SessionIndex=\""),
        "{text}"
    );
    assert!(
        !text.contains("Name=\"none\"") && !text.contains("offline_access"),
        "{text}"
    );
}

fn unseen(scene: &Scene) {
    scene.client("narrow", json!({"fullScopeAllowed": false, "defaultClientScopes": [], "protocolMappers": [mapper("saml-role-list-mapper", json!({"attribute.name": "Role"}))]}));
    let text = scene.lines("narrow", "").join("\n");
    assert!(
        !text.contains("uma_authorization") && !text.contains("offline_access"),
        "{text}"
    );
}

fn named(scene: &Scene) {
    let wants = |format: &str| json!({"attributes": {"saml_name_id_format": format}});
    for (name, format, starts) in [
        (
            "email",
            "1.1:nameid-format:emailAddress",
            "ann@acme.example<",
        ),
        ("username", "1.1:nameid-format:unspecified", "ann<"),
        ("transient", "2.0:nameid-format:transient", "G-"),
        ("persistent", "2.0:nameid-format:persistent", "G-"),
    ] {
        scene.client(name, wants(name));
        let lines = scene.lines(name, "");
        let start = format!("<saml:NameID Format=\"urn:oasis:names:tc:SAML:{format}\">{starts}");
        assert!(
            lines.iter().any(|line| line.starts_with(&start)),
            "{start} in {lines:#?}"
        );
    }
    let kept = json!({"attributes": {"saml.persistent.name.id.for.*": ["ann-for-all"]}});
    scene
        .realm
        .change(&format!("/users/{}", scene.person.id), kept);
    has(
        &scene.lines("persistent", ""),
        "<saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">ann-for-all</saml:NameID>",
    );
    scene
        .realm
        .change(&format!("/users/{}", scene.person.id), json!({"email": ""}));
    let answer = scene.asked("email", "");
    assert_eq!(answer.status, 404, "{}", answer.body);
    assert_eq!(
        answer.json()["error"],
        json!("Could not generate a SAML response for the given user and client")
    );
}

fn plain(scene: &Scene) {
    let mappers = [mapper(
        "saml-hardcode-attribute-mapper",
        json!({"attribute.name": "plan", "attribute.value": "gold"}),
    )];
    scene.client(
        "shop",
        json!({"protocol": "openid-connect", "publicClient": true, "protocolMappers": mappers}),
    );
    let lines = scene.lines("shop", "&scope=none&audience=app");
    has(&lines, "<saml:Audience>shop</saml:Audience>");
    assert!(!lines.join("\n").contains("plan"), "{lines:#?}");
}
