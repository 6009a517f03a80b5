//! What identity providers say of themselves, and what is said to them.

use actix_web::HttpResponse;
use actix_web::web::{self, Path, ServiceConfig};
use cloakroom_model::Realm;
use cloakroom_model::identity_provider::IdentityProvider;
use cloakroom_model::key::{self, Status};

use super::{BASE, MANAGE, VIEW, found};
use crate::access::{Admin, encode};
use crate::api::{Answer, no_content};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let one = format!("{BASE}/instances/{{alias}}");
    cfg.route(&format!("{one}/export"), web::get().to(export));
    cfg.route(&format!("{one}/reload-keys"), web::get().to(reload_keys));
}

/// Keys of identity providers are read when they are needed, so there are none to drop.
async fn reload_keys(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let alias = path.into_inner().1;
    admin.read(move |cx| found(cx, &alias)).await?;
    Ok(HttpResponse::Ok().json(false))
}

/// The metadata that a SAML identity provider wants of us; other kinds have none.
async fn export(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let alias = path.into_inner().1;
    let (provider, certificate) = admin
        .read(move |cx| {
            let provider = found(cx, &alias)?;
            let certificate = certificate(cx.realm);
            Ok((provider, certificate))
        })
        .await?;
    if provider.provider_id != "saml" {
        return Ok(no_content());
    }
    let (base, realm) = (&admin.app.base_url, encode(&admin.realm.name));
    let at = format!(
        "{base}/realms/{realm}/broker/{}/endpoint",
        encode(&provider.alias)
    );
    let realm_id = format!("{base}/realms/{realm}");
    let xml = descriptor(&provider, &at, &realm_id, certificate.as_deref());
    Ok(HttpResponse::Ok().content_type("application/xml").body(xml))
}

/// The certificate of the key that signs for the realm, base64 without armour.
fn certificate(realm: &Realm) -> Option<String> {
    let signs = |kind: &str| kind == "rsa-generated" || kind == "rsa";
    let best = realm
        .keys
        .iter()
        .find(|one| signs(&one.provider_id) && matches!(key::status(one), Status::Active));
    best?.text("certificate").map(str::to_owned)
}

const BINDING: &str = "urn:oasis:names:tc:SAML:2.0:bindings:";

/// Our side of the federation as a service provider (SAML 2.0 Metadata §2.4.4).
fn descriptor(
    provider: &IdentityProvider,
    at: &str,
    realm: &str,
    certificate: Option<&str>,
) -> String {
    let setting = |name: &str| provider.config.get(name).map(String::as_str);
    let is_on = |name: &str| setting(name) == Some("true");
    let signs = is_on("wantAuthnRequestsSigned");
    let entity = escape(
        setting("entityId")
            .filter(|id| !id.is_empty())
            .unwrap_or(realm),
    );
    let at = escape(at);
    let mut xml = format!(
        "<md:EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
         xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
         xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" \
         xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" entityID=\"{entity}\" ID=\"ID_{}\">\
         <md:SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
         AuthnRequestsSigned=\"{signs}\" WantAssertionsSigned=\"{}\">",
        provider.id,
        is_on("wantAssertionsSigned"),
    );
    if let Some(certificate) = certificate.filter(|_| signs) {
        xml.push_str(&format!(
            "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}\
             </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
            escape(certificate)
        ));
    }
    for binding in ["HTTP-Redirect", "HTTP-POST"] {
        xml.push_str(&format!(
            "<md:SingleLogoutService Binding=\"{BINDING}{binding}\" Location=\"{at}\">\
             </md:SingleLogoutService>"
        ));
    }
    let format = escape(setting("nameIDPolicyFormat").unwrap_or_default());
    xml.push_str(&format!("<md:NameIDFormat>{format}</md:NameIDFormat>"));
    for (index, binding) in ["HTTP-Redirect", "HTTP-POST", "HTTP-Artifact"]
        .iter()
        .enumerate()
    {
        let first = if index == 0 {
            " isDefault=\"true\""
        } else {
            ""
        };
        xml.push_str(&format!(
            "<md:AssertionConsumerService Binding=\"{BINDING}{binding}\" Location=\"{at}\"{first} \
             index=\"{}\"></md:AssertionConsumerService>",
            index + 1
        ));
    }
    xml.push_str("</md:SPSSODescriptor></md:EntityDescriptor>");
    xml
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            other => out.push(other),
        }
    }
    out
}
