//! What the fuzz targets do with any bytes: one function for each parser of what comes from outside.
//!
//! The fuzzer calls them (`fuzz_targets/`), and so does an ordinary test with the seeds and changes of them
//! (`tests/mutations.rs`), so that they stay true. Each asserts what must hold whatever came, and returns whether anything
//! was accepted. What `cloakroom-jose` parses has its targets there.
use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::LazyLock;

use cloakroom_federation::directory::ber;
use cloakroom_federation::saml::binding::Message;
use cloakroom_federation::saml::crypto::{Crypto, Envelope, Hash, Signed};
use cloakroom_federation::saml::request::Here;
use cloakroom_federation::saml::response::{self, Answer, Expected};
use cloakroom_federation::saml::{Settings as SamlSettings, logout, parse_within_limits};
use cloakroom_federation::{Upstream, directory};
use cloakroom_keycloak::import::{self, Hashes, ImportError, Outcome, Ready, Report, Rules, files};
use cloakroom_keycloak::read::{self, Object};
use cloakroom_keycloak::{client, client_v2};
use cloakroom_login::further::webauthn;
use cloakroom_model::Cx;
use cloakroom_model::client::{Client, Settings};
use cloakroom_model::component::Component;
use cloakroom_model::flow::Tree;
use cloakroom_model::id::{ClientUuid, IdentityProviderId};
use cloakroom_model::identity_provider::IdentityProvider;
use cloakroom_model::user_profile::UserProfile;
use cloakroom_oidc::client_auth::Credentials;
use cloakroom_oidc::form::Form;
use cloakroom_oidc::redirect_uri as redirection;
use cloakroom_testkit::{NOW, World};
use url::Url;

/// Forms and query strings: what is accepted says the same when it is written and read again.
pub fn form(data: &[u8]) -> bool {
    let Ok(form) = Form::parse(data) else {
        return false;
    };
    let pairs = |form: &Form| -> BTreeSet<(String, String)> {
        form.iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    };
    let all = pairs(&form);
    assert!(all.iter().all(|(_, value)| !value.contains('\0')));
    let again = Form::parse(form.encode().as_bytes()).unwrap();
    assert_eq!(pairs(&again), all);
    true
}

/// The header in which a client names and proves itself, and an assertion beside it.
pub fn header(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let (header, body) = text.split_once('\n').unwrap_or((text, ""));
    let Ok(form) = Form::parse(body.as_bytes()) else {
        return false;
    };
    let credentials = Credentials::from_header(Some(header));
    if let Some(bearer) = credentials.bearer() {
        assert!(header.len() > bearer.len() && header[..6].eq_ignore_ascii_case("bearer"));
        assert_eq!(bearer, bearer.trim());
    }
    // No proof is shown to a log.
    let _ = format!("{credentials:?}");
    credentials.claimed_client(&form).is_some() || credentials.counted_client(&form).is_some()
}

/// The members that a client has for its administrators, and a few that it has not.
const MEMBERS: [&str; 10] = [
    "clientId",
    "name",
    "enabled",
    "redirectUris",
    "webOrigins",
    "attributes",
    "protocolMappers",
    "authorizationSettings",
    "rootUrl",
    "notBefore",
];

/// A text or a name in it has a NUL, which one of the databases cannot hold.
fn has_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(all) => all.iter().any(has_nul),
        serde_json::Value::Object(all) => {
            let mut all = all.iter();
            all.any(|(name, value)| name.contains('\0') || has_nul(value))
        }
        _ => false,
    }
}

/// Bodies of the admin API: a value, a name, a client in both versions.
pub fn json(data: &[u8]) -> bool {
    if let Ok(name) = read::name(data) {
        assert!(!name.contains('\0'));
    }
    let Ok(value) = read::value(data) else {
        assert!(read::object(data, "ClientRepresentation", &MEMBERS).is_err());
        return false;
    };
    assert!(!has_nul(&value));
    let Ok(sent) = read::object(data, "ClientRepresentation", &MEMBERS) else {
        return value
            .as_object()
            .is_some_and(|sent| client_v2::Wish::read(sent).is_ok());
    };
    if let Ok(settings) = client::apply(&Settings::default(), &sent) {
        // What was stored once can be sent again.
        let origins = client::origins_of(&settings.redirect_uris);
        assert!(origins.len() <= settings.redirect_uris.len());
        let Ok(serde_json::Value::Object(shown)) = serde_json::to_value(&settings) else {
            panic!("settings that were read cannot be written");
        };
        assert_eq!(
            client::apply(&Settings::default(), &shown).unwrap(),
            settings
        );
    }
    true
}

const BASE: &str = "https://idp.test";

static APP: LazyLock<Client> = LazyLock::new(|| Client {
    id: ClientUuid::new("app"),
    client_id: "app".to_owned(),
    enabled: true,
    settings: Settings {
        root_url: Some("https://root.test/app".to_owned()),
        redirect_uris: [
            "https://exact.test/cb",
            "https://deep.test/app/*",
            "http://127.0.0.1/cb",
            "/own/*",
            "com.example.app:/back",
        ]
        .map(str::to_owned)
        .to_vec(),
        ..Settings::default()
    },
    secret: None,
    sealed_secret: None,
    default_scopes: Vec::new(),
    optional_scopes: Vec::new(),
    mappers: Vec::new(),
    scope_mappings: Vec::new(),
    created_at: None,
    updated_at: None,
});

/// Addresses that an answer would go to: as a browser reads them, none leads away from those that are registered.
pub fn redirect_uri(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    if !redirection::is_registered(redirection::Roots::at(BASE), &APP, text) {
        return false;
    }
    let url = Url::parse(text).unwrap();
    assert!(
        url.username().is_empty() && url.password().is_none(),
        "{text:?}"
    );
    match (url.scheme(), url.host_str().unwrap_or_default()) {
        ("https", "exact.test") => assert_eq!(url.path(), "/cb"),
        ("https", "deep.test") => assert!(is_in(&url, "/app"), "{text:?}"),
        ("https", "root.test") => assert!(is_in(&url, "/app/own"), "{text:?}"),
        ("http", "127.0.0.1") => assert_eq!(url.path(), "/cb"),
        ("com.example.app", "") => assert_eq!(url.path(), "/back"),
        other => panic!("{text:?} leads to {other:?}"),
    }
    true
}

/// The folder of `/*` is itself among what the `*` stands for.
fn is_in(url: &Url, folder: &str) -> bool {
    let rest = url.path().strip_prefix(folder);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

static WORLD: LazyLock<World> = LazyLock::new(|| World::new(Vec::new(), |_| {}));

/// Everything is known, so that an import goes as far as it can.
struct Everything;

impl Rules for Everything {
    fn check_public_key(&self, _: &str) -> Result<(), String> {
        Ok(())
    }

    fn check_hash(&self, _: &str, _: &str) -> Result<(), String> {
        Ok(())
    }

    fn import_authorization(&self, _: &mut Cx<'_>, _: &Client, _: &Object) -> import::Result<()> {
        Ok(())
    }

    fn is_provider(&self, _: &str) -> bool {
        true
    }

    fn can_sign(&self, _: &Component) -> bool {
        true
    }

    fn check_key(&self, _: &Component) -> Result<(), String> {
        Ok(())
    }

    fn is_mapper(&self, _: &str) -> bool {
        true
    }

    fn is_provider_mapper(&self, _: &str) -> bool {
        true
    }

    fn check_directory(&self, _: &Component) -> Result<(), String> {
        Ok(())
    }

    fn first_mappers(&self, _: &mut Cx<'_>, _: &Component) -> Vec<Component> {
        Vec::new()
    }

    fn is_directory_mapper(&self, _: &str) -> bool {
        true
    }

    fn first_obstacle(&self, _: &Tree) -> Option<String> {
        None
    }

    fn is_action(&self, _: &str) -> bool {
        true
    }

    fn check_policy(&self, _: &str) -> Result<(), String> {
        Ok(())
    }

    fn check_profile(&self, _: &UserProfile, _: &dyn Fn(&str) -> bool) -> Vec<String> {
        Vec::new()
    }

    fn is_executor(&self, _: &str) -> bool {
        true
    }

    fn is_condition(&self, _: &str) -> bool {
        true
    }

    fn has_language(&self, _: &str) -> bool {
        true
    }

    fn is_client_authenticator(&self, _: &str) -> bool {
        true
    }
}

/// Realm files: each comes in whole or is refused with a reason, and nothing of either stays here.
pub fn import(data: &[u8]) -> bool {
    let mut file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    file.write_all(data).unwrap();
    let path = file.path().to_owned();
    let variables = files::Variables::default();
    // Most of what a fuzzer makes is no file, which is found out without a database, and a hundred times as fast.
    match files::find(&path, &variables) {
        Ok(found) if !found.is_empty() => {}
        Err(ImportError::Fault(fault)) => panic!("{fault}"),
        _ => return false,
    }
    let bring_in = move |cx: &mut Cx<'_>| {
        for found in files::find(&path, &variables)? {
            let ready = Ready {
                keys: &[],
                hashes: &Hashes::default(),
                rules: &Everything,
                is_https: false,
                may_grant: &|_, _| Ok(()),
            };
            let mut report = Report::new(found.name().unwrap_or_default(), Outcome::Created);
            import::import_realm(cx, (&found.sent, &*found.people), &ready, &mut report)?;
        }
        Ok(())
    };
    match WORLD.enter(move |cx| cx.tried(&bring_in)) {
        Ok(()) => true,
        // Whatever is sent is no fault of the database.
        Err(ImportError::Fault(fault)) => panic!("{fault}"),
        Err(_) => false,
    }
}

static PROVIDER: LazyLock<Upstream> = LazyLock::new(|| {
    let config = [
        ("idpEntityId", "https://saml.test/idp"),
        ("singleSignOnServiceUrl", "https://saml.test/sso"),
        ("singleLogoutServiceUrl", "https://saml.test/slo"),
        ("signingCertificate", "key"),
    ];
    let config = config.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Upstream::of(IdentityProvider {
        id: IdentityProviderId::new("saml"),
        alias: "saml".to_owned(),
        provider_id: "saml".to_owned(),
        enabled: true,
        settings: cloakroom_model::identity_provider::Settings::default(),
        config: config.into(),
        secrets: std::collections::BTreeMap::default(),
    })
    .unwrap()
});

/// Cryptography that finds every signature right, or none.
#[derive(Debug)]
struct Says(bool);

impl Crypto for Says {
    fn is_key(&self, _: &str) -> bool {
        true
    }

    fn is_signed_by(&self, _: &str, _: &Signed<'_>) -> bool {
        self.0
    }

    fn digest(&self, _: Hash, _: &[u8]) -> Vec<u8> {
        vec![7; 32]
    }

    fn open(&self, envelope: &Envelope<'_>) -> Option<Vec<u8>> {
        self.0.then(|| envelope.ciphertext.to_vec())
    }
}

/// Messages of SAML providers, in forms and in addresses: without a signature none signs anybody in or out.
pub fn saml(data: &[u8]) -> bool {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = parse_within_limits(text);
    }
    let query = std::str::from_utf8(data)
        .ok()
        .and_then(|text| Message::from_query(text).ok());
    let Some(message) = Message::from_form(data).ok().or(query) else {
        return false;
    };
    let believed = [false, true].map(|is_right| {
        let crypto = Says(is_right);
        let expected = Expected {
            settings: SamlSettings::of(&PROVIDER),
            here: Here {
                realm: "https://idp.test/realms/acme",
                endpoint: "https://idp.test/realms/acme/broker/saml/endpoint",
            },
            keys: &["key"],
            crypto: &crypto,
            request: "ID_1",
            now: NOW,
        };
        matches!(response::read(&message, &expected), Ok(Answer::SignedIn(_)))
            || logout::read_request(&message, &expected).is_ok()
            || logout::read_response(&message, &expected).is_ok()
    });
    assert!(!believed[0], "a message was believed without a signature");
    believed[1]
}

/// Messages of LDAP servers: what the guard lets through has the shape that the library takes for granted.
pub fn ldap(data: &[u8]) -> bool {
    if let ber::Begun::Head(head) = ber::head(data) {
        assert!(head.size >= 2 && head.size <= 6);
    }
    if let Some(cookie) = ber::cookie(data) {
        assert!(cookie.len() < data.len());
    }
    let text = String::from_utf8_lossy(data);
    let escaped = directory::escape::filter(&text);
    assert!(!escaped.contains(['(', ')', '*', '\0']), "{escaped:?}");
    assert_eq!(
        directory::name::fold(&directory::name::fold(&text)),
        directory::name::fold(&text)
    );
    let is_answer = ber::is_answer(data);
    if !is_answer {
        return false;
    }
    // One whole message, neither more nor less.
    let ber::Begun::Head(head) = ber::head(data) else {
        panic!("an answer has no head");
    };
    assert_eq!(head.size + head.length, data.len());
    let _ = ber::code(data);
    true
}

/// Keys, attestations and what else authenticators write.
pub fn webauthn(data: &[u8]) -> bool {
    webauthn::reading::is_any(data).unwrap()
}
