//! `/admin/realms/{realm}/clients/{client}/certificates/{attribute}`: the keys that a client proves
//! itself or signs with.

use std::collections::BTreeMap;

use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_keycloak::read::set;
use cloakroom_model::client::{self, Client, Draft};
use cloakroom_model::id::ClientUuid;
use cloakroom_model::{Cx, Fault};
use cloakroom_oidc::client_key;
use cloakroom_oidc::keyring::generate;
use cloakroom_web::app::{now, random};
use serde_json::{Value, json};

use super::clients::found_for_change;
use super::{Answer, Names};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};
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
    for keystore in ["download", "generate-and-download"] {
        cfg.route(&format!("{base}/{keystore}"), web::post().to(keystore_of));
    }
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
    admin.check(VIEW)?;
    let shown = admin
        .read(move |cx| Ok(show(&found(cx, &path)?, &attribute(&path))))
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
    let wanted = path.get("client").cloned().unwrap_or_default();
    let name = admin
        .read(move |cx| {
            let client = client::load(cx, &ClientUuid::new(wanted.clone()))?;
            let client = client.ok_or_else(|| AdminError::error(404, "Could not find client"))?;
            Ok(client.client_id)
        })
        .await?;
    let made = web::block(move || {
        let mut rng = random()?;
        generate::pair_for(&name, now(), &mut rng).map_err(Fault::corrupt)
    });
    let (private, certificate) = made.await.map_err(Fault::connection)??;
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

/// What a form that uploads a key holds.
fn uploaded(request: &HttpRequest, body: &[u8]) -> Result<(String, String)> {
    let bad = || AdminError::described(400, "invalid_request", "The form cannot be read");
    let fields = multipart::read(request, body).ok_or_else(bad)?;
    let text = |name: &str| fields.get(name).cloned();
    let format = text("keystoreFormat").ok_or_else(bad)?;
    let file = text("file").ok_or_else(bad)?;
    Ok((format, file))
}

fn no_key() -> AdminError {
    let why = "Certificate or key with given alias not found in the keystore";
    AdminError::described(400, "certificate-not-found", why)
}

async fn upload_key(admin: Admin, path: Names, request: HttpRequest, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let (format, file) = uploaded(&request, &body)?;
    let (end, member, text) = match format.as_str() {
        "Certificate PEM" => {
            let text = client_key::certificate(&file).ok_or_else(no_key)?;
            ("certificate", "certificate", text)
        }
        "Public Key PEM" => {
            let text = client_key::public_key(&file).ok_or_else(no_key)?;
            ("public.key", "publicKey", text)
        }
        "JKS" | "PKCS12" | "BCFKS" => {
            return Err(AdminError::not_available("Reading keystores"));
        }
        _ => {
            return Err(AdminError::message(
                400,
                format!("Unknown keystore format {format}"),
            ));
        }
    };
    keep(&admin, path, BTreeMap::from([(end, text.clone())])).await?;
    let mut shown = json!({});
    set(&mut shown, member, json!(text));
    Ok(HttpResponse::Ok().json(shown))
}

async fn keystore_of(admin: Admin, path: Names) -> Answer {
    admin.check(MANAGE)?;
    admin.read(move |cx| found(cx, &path)).await?;
    Err(AdminError::not_available("Writing keystores"))
}

/// Reads a certificate without keeping it, for the settings of an identity provider.
async fn read_certificate(admin: Admin, request: HttpRequest, body: Bytes) -> Answer {
    admin.check(&["manage-identity-providers"])?;
    let (format, file) = uploaded(&request, &body)?;
    if format != "Certificate PEM" {
        return Err(AdminError::not_available("Reading keystores"));
    }
    let certificate = client_key::certificate(&file).ok_or_else(no_key)?;
    let public = client_key::public_key_of(&certificate);
    Ok(HttpResponse::Ok().json(json!({"certificate": certificate, "publicKey": public})))
}
