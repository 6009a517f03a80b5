//! What an administrator hands in: secrets that are not shown again, addresses that are not asked, texts that are no
//! markup, and keys that would end the signing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Story;
use super::elsewhere::Elsewhere;
use super::scene::Scene;
use crate::conformance::party::basic;
use crate::http::{Answer, Request, encode, text};
use crate::jwt;
use crate::realm::{CALLBACK, Realm};

pub(super) const STORIES: &[Story] = &[
    (
        "O08 a secret that was handed in is in no answer and in no entry of the trail",
        secrets,
    ),
    (
        "O18 no address inside the network is asked for an administrator",
        addresses_inside,
    ),
    (
        "O19 no address of a client runs a script or begins another header",
        addresses_of_clients,
    ),
    (
        "O20 texts of a realm are shown as text on the sign-in page",
        texts,
    ),
    (
        "O26 signing goes on whatever keys are brought and removed",
        keys,
    ),
];

/// The keys of a realm of a real Keycloak.
const ACME: &str = include_str!("../../moving/acme/acme-realm.json");

/// An RSA key of 1024 bits.
const WEAK: &str = "MIICXQIBAAKBgQDIdWE6AU+75CIIGJ26VOveF1EM3v6JDl0uqn7UugYb4E6ebQODiJXlONuBmrkxKoL8493UPtve9cMK7rQ8lSJ3S/iJYdOUgRPAQUl1/Q/9h4rMK61cRuF37UG1dtFhTrPNdau45GUwuLJEyjJLhwpB6rhY+lDk0ogfDzJUjp7YRQIDAQABAoGASA6ZooYyKTI6YXqnyAEawDzVb7EBAjddm5bB/KnZ5E9fM2ewaanBaCJmFVKO23OSnmEyrkbiNmVVdSqVM2nQdzqCwrvhhtNl4bqZ7nL72GqUfll5mP492jZQfx9cynrj4OgFdNQl6lbGiF8wY4swdpdZgFnmo7tjZYvLVa2sP8kCQQDvrcA7vgrEThmfVjnOavQu2q5FnVr8BMWbdRqn94QM3i6YlFMo66v1tYKR6zmmi+R4ruz9dOWbrX+LAFyevF7vAkEA1hvqIiXD7g5hiUlEWBZiO3JGTUETDO8UCC4K48J7C+jV1DhbpvjJBPYH0FbcuJzFz+zHu1JiQQNXenLvmiV8CwJBALtoNKOCGZEdMFOybEjGwF/ShenQ/E+Ku6iujEVB+HLHV8/eSpf4juD1KD9Imi9rux3SSWR1fwOXSd86TTGhQOkCQDtfADy51ivkBv3nuDDo/BJZ7M6tVdgHT7m48sIXgsFZrjmr6xZQ9IUQqDgIbiovJtcyZGw4OxCmGZLV3kUTUeMCQQDKQVAcAbLOgMlSMgNCJESVDuni+F4OhP7aD5q+qNyyBoQ4zfIY9rV0m4PDvPfjzs6P5xxkf4dUsk9QZBotkXh1";

fn made(realm: &Realm, path: &str, body: &Value) -> String {
    let answer = realm.call("POST", path, body);
    assert_eq!(answer.status, 201, "{path}: {}", answer.body);
    let at = answer.location().unwrap_or_default();
    at.rsplit('/').next().unwrap_or_default().to_owned()
}

fn read(realm: &Realm, path: &str) -> Answer {
    let answer = realm.call("GET", path, &Value::Null);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer
}

/// A secret of its own for each place, which the log may not hold either.
fn secret(scene: &Scene, of: &str) -> String {
    let secret = format!("the-secret-that-was-handed-in-for-{of}");
    scene.server().keep_secret(&secret);
    secret
}

fn secrets(scene: &Scene) {
    let given = [
        "mail",
        "provider",
        "directory",
        "captcha",
        "client",
        "person",
    ]
    .map(|of| secret(scene, of));
    let [mail, provider, directory, captcha, client, person] = &given;
    let settings = json!({
        "smtpServer": {"host": "mail.test", "from": "us@mail.test", "auth": "true", "user": "us", "password": mail},
        "adminEventsEnabled": true, "adminEventsDetailsEnabled": true,
    });
    let realm = Realm::create(&scene.realm.server, "entrusted", settings);
    let id = text(&read(&realm, "").json(), "id").to_owned();
    let up = json!({
        "alias": "up", "providerId": "oidc", "enabled": true,
        "config": {"clientId": "us", "clientSecret": provider, "authorizationUrl": "https://up.test/a", "tokenUrl": "https://up.test/t"},
    });
    made(&realm, "/identity-provider/instances", &up);
    let store = json!({
        "name": "staff", "providerId": "ldap", "parentId": id, "providerType": "org.keycloak.storage.UserStorageProvider",
        "config": {
            "vendor": ["other"], "connectionUrl": ["ldap://directory.test"], "usersDn": ["ou=people"], "bindDn": ["cn=us"],
            "bindCredential": [directory], "authType": ["simple"], "editMode": ["READ_ONLY"], "usernameLDAPAttribute": ["uid"],
            "rdnLDAPAttribute": ["uid"], "uuidLDAPAttribute": ["entryUUID"], "userObjectClasses": ["person"], "enabled": ["false"],
        },
    });
    made(&realm, "/components", &store);
    let steps = "/authentication/flows/registration/executions";
    let steps = read(&realm, steps).json();
    let mut steps = steps.as_array().unwrap().iter();
    let step = steps.find(|step| step["providerId"] == "registration-recaptcha-action");
    let step = text(step.unwrap(), "id").to_owned();
    let path = format!("/authentication/executions/{step}/config");
    let config = json!({"alias": "captcha", "config": {"site.key": "open", "secret.key": captcha}});
    let config = made(&realm, &path, &config);
    made(
        &realm,
        "/clients",
        &json!({"clientId": "shop", "secret": client}),
    );
    let credentials = json!([{"type": "password", "value": person}]);
    let ada = made(
        &realm,
        "/users",
        &json!({"username": "ada", "credentials": credentials}),
    );

    let paths = [
        String::new(),
        "/identity-provider/instances".to_owned(),
        "/identity-provider/instances?briefRepresentation=false".to_owned(),
        "/identity-provider/instances/up".to_owned(),
        "/components".to_owned(),
        "/authentication/flows/registration/executions".to_owned(),
        format!("/authentication/config/{config}"),
        format!("/users/{ada}"),
        format!("/users/{ada}/credentials"),
        "/users?briefRepresentation=false".to_owned(),
        "/admin-events?max=100".to_owned(),
    ];
    let mut answers: Vec<(String, Answer)> = Vec::new();
    for path in paths {
        let answer = read(&realm, &path);
        answers.push((path, answer));
    }
    let export = "/partial-export?exportClients=true&exportGroupsAndRoles=true";
    answers.push((export.to_owned(), realm.call("POST", export, &Value::Null)));
    for (path, answer) in &answers {
        for secret in &given {
            assert!(!answer.body.contains(secret), "{path} shows {secret}");
        }
    }
    let trail = &answers[answers.len() - 2].1.body;
    assert!(trail.contains("directory.test") && trail.contains("up.test"));
}

fn addresses_inside(scene: &Scene) {
    let inside = scene.filled("${canary}");
    let port = inside.rsplit(':').next().unwrap_or_default().to_owned();
    let elsewhere = Elsewhere::start(&inside);
    let named = [
        inside,
        format!("http://localhost:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://0x7f.1:{port}/"),
        format!("http://[::1]:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://0.0.0.0:{port}/"),
        format!("http://us:them@127.0.0.1:{port}/"),
        format!("{}/redirect", elsewhere.base),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "unix:/var/run/docker.sock".to_owned(),
        "file:///etc/passwd".to_owned(),
        "gopher://127.0.0.1/".to_owned(),
        format!("http://127.0.0.2:1/\r\nHost: 127.0.0.1:{port}"),
    ];
    for address in named {
        let asked = json!({"providerId": "oidc", "fromUrl": address});
        let path = "/identity-provider/import-config";
        let answer = scene.realm.call("POST", path, &asked);
        assert_eq!(answer.status, 400, "{address}: {}", answer.body);
        scene.check_canary();
    }
    assert!(elsewhere.asked() > 0, "what is outside is asked");
}

const URIS: [&str; 8] = [
    "backchannel.logout.url",
    "frontchannel.logout.url",
    "logoUri",
    "policyUri",
    "tosUri",
    "jwks.url",
    "post.logout.redirect.uris",
    "request.uris",
];

const SCRIPTS: [&str; 7] = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " \u{1}javascript:alert(1)",
    "data:text/html,x",
    "VBScript:x",
    "file:///etc/passwd",
    "blob:https://rp.test/1",
];

fn addresses_of_clients(scene: &Scene) {
    let kept = made(&scene.realm, "/clients", &json!({"clientId": "addressed"}));
    let path = format!("/clients/{kept}");
    let access = json!({"count": 100, "expiration": 600});
    let access = scene
        .realm
        .call("POST", "/clients-initial-access", &access)
        .json();
    let register = |sent: &Value| {
        let target = format!(
            "/realms/{}/clients-registrations/openid-connect",
            scene.realm.name
        );
        let request = Request::new("POST", &target)
            .with(
                "Authorization",
                &format!("Bearer {}", text(&access, "token")),
            )
            .with("Content-Type", "application/json")
            .with_body(sent.to_string().into_bytes());
        scene.send(&request, &[])
    };
    for script in SCRIPTS {
        for name in URIS {
            let sent = json!({"clientId": "addressed", "attributes": {name: script}});
            let changed = scene.realm.call("PUT", &path, &sent);
            assert_eq!(changed.status, 400, "{name} {script}: {}", changed.body);
        }
        for name in ["rootUrl", "baseUrl", "adminUrl"] {
            let sent = json!({"clientId": "fresh", name: script});
            let answer = scene.realm.call("POST", "/clients", &sent);
            assert_eq!(answer.status, 400, "{name} {script}: {}", answer.body);
        }
        let sent = json!({"clientId": "fresh", "redirectUris": [script]});
        let answer = scene.realm.call("POST", "/clients", &sent);
        assert_eq!(answer.status, 400, "{script}: {}", answer.body);
        for name in [
            "logo_uri",
            "policy_uri",
            "tos_uri",
            "client_uri",
            "backchannel_logout_uri",
        ] {
            let answer = register(&json!({"redirect_uris": [CALLBACK], name: script}));
            assert_eq!(answer.status, 400, "{name} {script}: {}", answer.body);
        }
        let answer = register(&json!({"redirect_uris": [script]}));
        assert_eq!(answer.status, 400, "{script}: {}", answer.body);
    }
    let header = json!({"clientId": "addressed", "attributes": {"backchannel.logout.url": "https://rp.test/\r\nX-Evil: 1"}});
    assert_eq!(scene.realm.call("PUT", &path, &header).status, 400);
    let honest =
        json!({"clientId": "addressed", "attributes": {"logoUri": "https://rp.test/logo.png"}});
    assert_eq!(scene.realm.call("PUT", &path, &honest).status, 204);
}

fn texts(scene: &Scene) {
    let markup = "<img src=x onerror=alert(1)><script>alert(1)</script>{{7*7}}${7*7}";
    let settings = json!({
        "displayName": markup, "displayNameHtml": markup,
        "internationalizationEnabled": true, "supportedLocales": ["en"], "defaultLocale": "en",
    });
    let realm = Realm::create(&scene.realm.server, "spoken", settings);
    let of =
        |terms: &str| json!({"clientId": "web", "name": markup, "attributes": {"tosUri": terms}});
    // What is no address is none of the terms either.
    let broken = of("https://rp.test/\"><script>alert(1)</script>");
    let refused = realm.call("POST", "/clients", &broken);
    assert_eq!(refused.status, 400, "{}", refused.body);
    let terms = of("https://rp.test/?'onload=alert(1)//&$(7*7)");
    realm.create_client("web", terms);
    for name in [
        "loginAccountTitle",
        "doLogIn",
        "loginTitle",
        "usernameOrEmail",
    ] {
        let path = format!("/localization/en/{name}");
        let request = Request::new("PUT", &format!("/admin/realms/{}{path}", realm.name))
            .with("Authorization", &format!("Bearer {}", realm.admin_token()))
            .with("Content-Type", "text/plain")
            .with_body(markup.as_bytes().to_vec());
        assert_eq!(scene.realm.server.send(&request).status, 204, "{name}");
    }
    let fields = [
        ("client_id", "web"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
    ];
    let target = format!("{}?{}", realm.path("auth"), encode(&fields));
    let page = scene.send(&Request::get(&target), &[]);

    assert_eq!(page.status, 200, "{}", page.body);
    assert!(
        page.body.contains("7*7"),
        "a text of the realm is shown: {}",
        page.body
    );
    // What was calculated would follow what stands before it; a number alone is in addresses of files too.
    for evil in [
        "<script>alert",
        "<img src=x",
        ">49",
        "&gt;49",
        "&#62;49",
        "}}49",
    ] {
        assert!(!page.body.contains(evil), "{evil} is in {}", page.body);
    }
}

/// The settings of a key of a real realm, and the certificate of another.
pub(crate) fn keys_of_acme() -> (String, String) {
    let realm: Value = serde_json::from_str(ACME).unwrap();
    let all = realm["components"]["org.keycloak.keys.KeyProvider"]
        .as_array()
        .unwrap();
    let of = |kind: &str, name: &str| {
        let one = all.iter().find(|one| one["providerId"] == kind).unwrap();
        one["config"][name][0].as_str().unwrap().to_owned()
    };
    (
        of("rsa-generated", "privateKey"),
        of("rsa-enc-generated", "certificate"),
    )
}

fn keys(scene: &Scene) {
    let realm = Realm::create(&scene.realm.server, "keyless", Value::Null);
    let id = text(&read(&realm, "").json(), "id").to_owned();
    let robot = realm.create_client("robot", json!({"serviceAccountsEnabled": true}));
    let bring = |config: Value| {
        let key = json!({
            "name": "brought", "providerId": "rsa", "parentId": id,
            "providerType": "org.keycloak.keys.KeyProvider", "config": config,
        });
        realm.call("POST", "/components", &key)
    };
    let (good, foreign) = keys_of_acme();
    for (config, why) in [
        (
            json!({"privateKey": ["no key"]}),
            "Failed to decode private key",
        ),
        (
            json!({"privateKey": [WEAK]}),
            "Failed to decode private key",
        ),
        (
            json!({"privateKey": [good], "certificate": ["none"]}),
            "Failed to decode certificate",
        ),
        (
            json!({"privateKey": [good], "certificate": [foreign]}),
            "Certificate does not match private key",
        ),
    ] {
        let answer = bring(config);
        assert_eq!(
            (answer.status, text(&answer.json(), "errorMessage")),
            (400, why)
        );
    }
    for _ in 0..2 {
        let answer = bring(json!({"privateKey": [good], "priority": ["1"]}));
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    let published = || {
        let certs = scene.send(&Request::get(&realm.path("certs")), &[]).json();
        let keys = certs["keys"].as_array().unwrap().iter();
        keys.map(|key| format!("{} {}", key["kid"], key["alg"]))
            .collect::<Vec<_>>()
    };
    let token = || {
        let form = Request::form(
            &realm.path("token"),
            &[("grant_type", "client_credentials")],
        );
        let answer = scene.send(&form.with("Authorization", &basic(&robot)), &[]);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let (header, _) = jwt::parts(text(&answer.json(), "access_token")).unwrap();
        format!("{} {}", header["kid"], header["alg"])
    };
    let names = published();
    let different: BTreeSet<&String> = names.iter().collect();
    assert_eq!(
        different.len(),
        names.len(),
        "a key that is there twice is published once"
    );
    assert!(names.contains(&token()));

    let all = read(&realm, "/components?type=org.keycloak.keys.KeyProvider").json();
    for key in all.as_array().unwrap() {
        let path = format!("/components/{}", text(key, "id"));
        assert_eq!(realm.call("DELETE", &path, &Value::Null).status, 204);
    }

    let signed_by = token();
    assert!(
        published().contains(&signed_by),
        "{signed_by} verifies nowhere"
    );
}
