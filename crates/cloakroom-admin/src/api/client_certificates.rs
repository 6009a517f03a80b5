//! `/admin/realms/{realm}/clients/{client}/certificates/{attribute}`: the keys that a client proves
//! itself or signs with.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloakroom_keycloak::read::{self, set};
use cloakroom_model::authorization::delegation::Kind as Of;
use cloakroom_model::client::{self, Client, Draft};
use cloakroom_model::id::ClientUuid;
use cloakroom_model::{Cx, Fault, Realm};
use cloakroom_oidc::client_keys::given;
use cloakroom_oidc::keyring::generate;
use cloakroom_web::app::{now, random};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Value, json};

use super::clients::found_for_change;
use super::{Answer, Names};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};
use crate::keystore::{self, Keystore};
use crate::making;
use crate::multipart;

const VIEW: &[&str] = &["view-clients", "manage-clients"];
const MANAGE: &[&str] = &["manage-clients"];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let realm = "/admin/realms/{realm}";
    let base = format!("{realm}/clients/{{client}}/certificates/{{attribute}}");
    cfg.route(&format!("{base}/generate"), web::post().to(generate_pair));
    for upload in ["upload", "upload-certificate"] {
        cfg.route(&format!("{base}/{upload}"), web::post().to(upload_key));
    }
    cfg.route(&format!("{base}/download"), web::post().to(download));
    cfg.route(
        &format!("{base}/generate-and-download"),
        web::post().to(generate_and_download),
    );
    cfg.route(&base, web::get().to(find_one));
    let shared = format!("{realm}/identity-provider/upload-certificate");
    cfg.route(&shared, web::post().to(read_certificate));
}

fn found(cx: &mut Cx<'_>, path: &Names) -> Result<Client> {
    let id = path.get("client").cloned().unwrap_or_default();
    let found = client::load(cx, &ClientUuid::new(id))?;
    found.ok_or_else(|| AdminError::error(404, "Could not find client"))
}

fn attribute(path: &Names) -> String {
    path.get("attribute").cloned().unwrap_or_default()
}

/// What is kept of a key, by the member that shows it and the end of the attribute's name.
const KEPT: [(&str, &str); 3] = [
    ("certificate", "certificate"),
    ("publicKey", "public.key"),
    ("kid", "kid"),
];

fn show(client: &Client, attribute: &str) -> Value {
    let mut shown = json!({});
    for (member, end) in KEPT {
        let name = format!("{attribute}.{end}");
        if let Some(text) = client.settings.attributes.get(&name) {
            set(&mut shown, member, json!(text));
        }
    }
    shown
}

async fn find_one(admin: Admin, path: Names) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let shown = admin
        .read(move |cx| {
            views.check(cx, Of::Clients, path.part("client"), "view")?;
            Ok(show(&found(cx, &path)?, &attribute(&path)))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// Replaces what is kept of a client's key.
async fn keep(admin: &Admin, path: Names, new: BTreeMap<&'static str, String>) -> Result<()> {
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    admin
        .write(move |cx| {
            // Whoever sets the key of a client can be its service account.
            let client = found_for_change(cx, path.part("client"), &grants)?;
            let attribute = attribute(&path);
            let mut settings = client.settings.clone();
            for end in ["certificate", "public.key", "private.key", "kid"] {
                settings.attributes.remove(&format!("{attribute}.{end}"));
            }
            for (end, text) in &new {
                settings
                    .attributes
                    .insert(format!("{attribute}.{end}"), text.clone());
            }
            let draft = Draft {
                id: client.id.clone(),
                client_id: client.client_id.clone(),
                enabled: client.enabled,
                settings,
                secret: client::reveal_secret(cx, &client)?,
            };
            client::update(cx, &draft)?;
            let path = format!("clients/{}/certificates/{attribute}", client.id);
            audit::record(cx, &actor, audit::UPDATE, "CLIENT", path)?;
            Ok(())
        })
        .await
}

/// Makes a key for the client. Only its certificate is kept: the private key is the client's, who
/// reads it here once.
async fn generate_pair(admin: Admin, path: Names) -> Answer {
    admin.check(MANAGE)?;
    let (private, certificate) = make_pair(&admin, &path).await?;
    keep(
        &admin,
        path,
        BTreeMap::from([("certificate", certificate.clone())]),
    )
    .await?;
    Ok(HttpResponse::Ok().json(json!({
        "privateKey": private,
        "certificate": certificate,
    })))
}

/// A new private key, and its certificate with the client's name in it.
async fn make_pair(admin: &Admin, path: &Names) -> Result<(String, String)> {
    let wanted = path.get("client").cloned().unwrap_or_default();
    let name = admin
        .read(move |cx| {
            let client = client::load(cx, &ClientUuid::new(wanted.clone()))?;
            let client = client.ok_or_else(|| AdminError::error(404, "Could not find client"))?;
            Ok(client.client_id)
        })
        .await?;
    let made = making::make(move || {
        let mut rng = random()?;
        generate::pair_for(&name, now(), &mut rng).map_err(Fault::corrupt)
    });
    Ok(made.await?)
}

/// What a form that uploads a key holds.
struct Uploaded {
    format: String,
    file: Vec<u8>,
    alias: String,
    password: String,
}

impl Uploaded {
    fn read(request: &HttpRequest, body: &[u8]) -> Result<Self> {
        let bad = || AdminError::described(400, "invalid_request", "The form cannot be read");
        if body.is_empty() {
            // Keycloak says what it misses first.
            return Err(AdminError::error(400, "keystoreFormat cannot be null"));
        }
        let fields = multipart::read(request, body).ok_or_else(bad)?;
        let text = |name: &str| fields.get(name).and_then(|field| multipart::text(field));
        let file = fields.get("file").and_then(|field| multipart::bytes(field));
        Ok(Self {
            format: text("keystoreFormat").ok_or_else(bad)?,
            file: file.ok_or_else(bad)?,
            alias: text("keyAlias").unwrap_or_default(),
            password: text("storePassword").unwrap_or_default(),
        })
    }

    fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.file).map_err(|_| no_key())
    }

    /// The certificate as it is kept. Of a keystore the private key is passed over: it is the
    /// client's own, and the server never signs with it.
    fn certificate(&self) -> Result<String> {
        match self.format.as_str() {
            "Certificate PEM" => given::certificate(self.text()?).ok_or_else(no_key),
            // Java opens PKCS #12 under the name JKS as well, and writes it under that name.
            "PKCS12" | "JKS" => {
                let der = keystore::certificate(&self.file, &self.password, &self.alias);
                der.map(|der| STANDARD.encode(der)).ok_or_else(no_key)
            }
            "BCFKS" => {
                let why = "A BCFKS keystore cannot be read; PKCS12 can";
                Err(AdminError::described(400, "certificate-import-failed", why))
            }
            format => {
                let why = format!("Unknown keystore format {format}");
                Err(AdminError::message(400, why))
            }
        }
    }
}

fn no_key() -> AdminError {
    let why = "Certificate or key with given alias not found in the keystore";
    AdminError::described(400, "certificate-not-found", why)
}

async fn upload_key(admin: Admin, path: Names, request: HttpRequest, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = Uploaded::read(&request, &body)?;
    let (end, member, text) = match sent.format.as_str() {
        "Public Key PEM" => {
            let text = given::public_key(sent.text()?).ok_or_else(no_key)?;
            ("public.key", "publicKey", text)
        }
        _ => ("certificate", "certificate", sent.certificate()?),
    };
    keep(&admin, path, BTreeMap::from([(end, text.clone())])).await?;
    let mut shown = json!({});
    set(&mut shown, member, json!(text));
    Ok(HttpResponse::Ok().json(shown))
}

/// How a keystore is asked for.
struct Wanted {
    alias: String,
    password: String,
    /// The name of the realm's own certificate, if it is to be there as well.
    with_realm: bool,
}

/// All members that the settings of a keystore have.
const WANTED: &[&str] = &[
    "format",
    "keyAlias",
    "keyPassword",
    "storePassword",
    "realmAlias",
    "realmCertificate",
    "keySize",
    "validity",
];

impl Wanted {
    /// Java opens PKCS #12 under the name JKS as well, whose own encryption is broken; so that is what both are.
    fn read(body: &[u8], with_key: bool) -> Result<Self> {
        let sent = read::object(body, "KeyStoreConfig", WANTED)?;
        let format = read::text(&sent, "format")?.unwrap_or("JKS");
        if !["JKS", "PKCS12"].contains(&format) {
            return Err(AdminError::error(406, "Only support jks or pkcs12 format."));
        }
        let missing = |what: &str| {
            let why = format!("Need to specify a {what} password on jks download");
            AdminError::described(400, "password-missing", why)
        };
        if with_key && read::text(&sent, "keyPassword")?.is_none() {
            return Err(missing("key"));
        }
        let password = read::text(&sent, "storePassword")?.ok_or_else(|| missing("store"))?;
        Ok(Self {
            alias: read::text(&sent, "keyAlias")?
                .unwrap_or("client")
                .to_owned(),
            password: password.to_owned(),
            with_realm: read::switch(&sent, "realmCertificate")?.unwrap_or(true),
        })
    }

    /// Keys and certificates are in base64 without armour.
    fn answer(self, realm: &Realm, key: Option<&str>, certificate: &str) -> Answer {
        let der = |text: &str| STANDARD.decode(text).map_err(|_| no_key());
        let signs = |kind: &str| kind == "rsa-generated" || kind == "rsa";
        let mut others = Vec::new();
        if self.with_realm {
            let keys = realm.keys.iter().filter(|one| signs(&one.provider_id));
            let found = keys.filter_map(|one| one.text("certificate")).next();
            others.extend(found.map(der).transpose()?);
        }
        let key = key.map(der).transpose()?;
        let keystore = Keystore {
            alias: &self.alias,
            password: &self.password,
            key: key.as_deref(),
            certificate: &der(certificate)?,
            others: &others,
        };
        let file = keystore.write().ok_or_else(no_key)?;
        Ok(HttpResponse::Ok()
            .content_type("application/octet-stream")
            .body(file))
    }
}

/// The client's certificate. The private half is the client's own, and not here.
async fn download(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(VIEW)?;
    let wanted = Wanted::read(&body, false)?;
    let certificate = admin
        .read(move |cx| {
            let name = format!("{}.certificate", attribute(&path));
            let client = found(cx, &path)?;
            let kept = client.settings.attributes.get(&name).cloned();
            kept.ok_or_else(|| AdminError::error(404, "keypair not generated for client"))
        })
        .await?;
    wanted.answer(&admin.realm, None, &certificate)
}

/// Makes a key for the client, who reads it here once, and keeps its certificate.
async fn generate_and_download(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let wanted = Wanted::read(&body, true)?;
    let (private, certificate) = make_pair(&admin, &path).await?;
    let kept = BTreeMap::from([("certificate", certificate.clone())]);
    keep(&admin, path, kept).await?;
    wanted.answer(&admin.realm, Some(&private), &certificate)
}

/// Reads a certificate without keeping it, for the settings of an identity provider.
async fn read_certificate(admin: Admin, request: HttpRequest, body: Bytes) -> Answer {
    admin.check(&["manage-identity-providers"])?;
    let certificate = Uploaded::read(&request, &body)?.certificate()?;
    let public = given::public_key_of(&certificate);
    Ok(HttpResponse::Ok().json(json!({"certificate": certificate, "publicKey": public})))
}
