//! What Keycloak's adapters for SAML are told about their client: as a file, as settings of `WildFly`, and as its commands.

use super::{Installation, escaped};

/// The key of an application is its own and never here.
const NO_KEY: &str = "PRIVATE KEY NOT SET UP OR KNOWN";

/// Where the commands begin.
const DEPLOYMENT: &str = "/subsystem=keycloak-saml/secure-deployment=YOUR-WAR.war/";

/// A setting and its value.
type Pair = (&'static str, String);

/// The document of this name; `None` if it is for no adapter of SAML.
pub(super) fn document(name: &str, about: &Installation<'_>) -> Option<String> {
    let adapter = Adapter(about);
    let xml = |tag: &str, attributes: &str| {
        let inside = adapter.xml();
        format!("<{tag}{attributes}>\n{inside}</{tag}>\n")
    };
    match name {
        "keycloak-saml" => Some(xml("keycloak-saml-adapter", "")),
        "keycloak-saml-subsystem" => Some(xml("secure-deployment", " name=\"YOUR-WAR.war\"")),
        "keycloak-saml-subsystem-cli" => Some(adapter.commands()),
        _ => None,
    }
}

struct Adapter<'a>(&'a Installation<'a>);

/// A key that the application has, as far as it is known here.
struct Key {
    usage: &'static str,
    certificate: Option<String>,
}

impl Adapter<'_> {
    fn has(&self, setting: &str) -> bool {
        self.0.client.settings.has(setting)
    }

    /// Keycloak's adapters are called by the address that people are led to, if there is one.
    fn entity(&self) -> &str {
        let base = self.0.client.settings.base_url.as_deref();
        base.filter(|base| !base.is_empty())
            .unwrap_or("SPECIFY YOUR entityID!")
    }

    fn keys(&self) -> Vec<Key> {
        let settings = &self.0.client.settings;
        let mut keys = Vec::new();
        if self.has("saml.client.signature") {
            let certificate = settings.attribute("saml.signing.certificate");
            keys.push(Key {
                usage: "signing",
                certificate: certificate.map(str::to_owned),
            });
        }
        if self.has("saml.encrypt") {
            keys.push(Key {
                usage: "encryption",
                certificate: None,
            });
        }
        keys
    }

    /// How the application's own signatures are made, where it makes some.
    fn signature(&self) -> Vec<Pair> {
        if !self.has("saml.client.signature") {
            return Vec::new();
        }
        let settings = &self.0.client.settings;
        let text = |name: &str, usual: &str| settings.attribute(name).unwrap_or(usual).to_owned();
        vec![
            (
                "signatureAlgorithm",
                text("saml.signature.algorithm", "RSA_SHA256"),
            ),
            (
                "signatureCanonicalizationMethod",
                text(
                    "saml_signature_canonicalization_method",
                    "http://www.w3.org/2001/10/xml-exc-c14n#",
                ),
            ),
        ]
    }

    /// The realm's two services.
    fn services(&self) -> [(&'static str, Vec<Pair>); 2] {
        let about = self.0;
        let address = format!(
            "{}/realms/{}/protocol/saml",
            about.base_url, about.realm.name
        );
        let signs = self.has("saml.client.signature").to_string();
        let is_signed = self.has("saml.server.signature").to_string();
        let asserts = self.has("saml.assertion.signature").to_string();
        let post = || "POST".to_owned();
        let sign_on = vec![
            ("signRequest", signs.clone()),
            ("validateResponseSignature", is_signed.clone()),
            ("validateAssertionSignature", asserts),
            ("requestBinding", post()),
            ("bindingUrl", address.clone()),
        ];
        let logout = vec![
            ("signRequest", signs.clone()),
            ("signResponse", signs),
            ("validateRequestSignature", is_signed.clone()),
            ("validateResponseSignature", is_signed),
            ("requestBinding", post()),
            ("responseBinding", post()),
            ("postBindingUrl", address.clone()),
            ("redirectBindingUrl", address),
        ];
        [
            ("SingleSignOnService", sign_on),
            ("SingleLogoutService", logout),
        ]
    }

    fn xml(&self) -> String {
        let provider = [
            vec![("entityID", self.entity().to_owned())],
            vec![
                ("sslPolicy", self.0.ssl_required().to_uppercase()),
                ("logoutPage", "SPECIFY YOUR LOGOUT PAGE!".to_owned()),
            ],
        ];
        let mut text = format!("    <SP {}>\n", lines(&provider.concat(), 8));
        let keys = self.keys();
        if !keys.is_empty() {
            text.push_str("        <Keys>\n");
            for key in &keys {
                text.push_str(&key.xml());
            }
            text.push_str("        </Keys>\n");
        }
        let mut idp = vec![("entityID", "idp".to_owned())];
        idp.extend(self.signature());
        text.push_str(&format!("        <IDP {}>\n", lines(&idp, 13)));
        for (name, settings) in self.services() {
            text.push_str(&format!("            <{name} {}/>\n", lines(&settings, 33)));
        }
        text.push_str("        </IDP>\n    </SP>\n");
        text
    }

    fn commands(&self) -> String {
        let at = format!("{DEPLOYMENT}SP={}", quoted(self.entity()));
        let mut text = format!("{DEPLOYMENT}:add\n\n");
        let ssl = self.0.ssl_required().to_uppercase();
        let page = quoted("SPECIFY YOUR LOGOUT PAGE!");
        text.push_str(&format!("{at}/:add(sslPolicy={ssl},logoutPage={page})\n\n"));
        for (number, key) in (1..).zip(self.keys()) {
            let usage = key.usage;
            let secret = quoted(NO_KEY);
            let pair = match &key.certificate {
                Some(certificate) => format!(
                    "{usage}=true, \\\nPrivateKeyPem={secret}, \\\nCertificatePem={}",
                    quoted(certificate)
                ),
                None => format!("{usage}=true,PrivateKeyPem={secret}"),
            };
            text.push_str(&format!("{at}/Key=KEY{number}:add({pair})\n\n"));
        }
        let services = self.services().map(|(name, settings)| {
            let settings = settings
                .iter()
                .map(|(name, value)| format!("{name}={}", word(value)));
            let settings: Vec<String> = settings.collect();
            let inside = settings.join(", \\\n        ");
            format!("    {name}={{ \\\n        {inside}}}")
        });
        let inside = services.join(", \\\n");
        text.push_str(&format!("{at}/IDP=idp/:add( \\\n{inside} \\\n)\n\n"));
        for (name, value) in self.signature() {
            let set = format!("write-attribute(name={name},value={})", word(&value));
            text.push_str(&format!("{at}/IDP=idp/:{set}\n\n"));
        }
        text
    }
}

impl Key {
    fn xml(&self) -> String {
        let part = |tag: &str, value: &str| {
            let value = escaped(value);
            let room = " ".repeat(16);
            format!("{room}<{tag}>\n{room}    {value}\n{room}</{tag}>\n")
        };
        let certificate = self.certificate.as_deref();
        let certificate = certificate.map(|text| part("CertificatePem", text));
        format!(
            "            <Key {}=\"true\">\n{}{}            </Key>\n",
            self.usage,
            part("PrivateKeyPem", NO_KEY),
            certificate.unwrap_or_default()
        )
    }
}

/// Attributes, one a line, with this room before all but the first.
fn lines(pairs: &[Pair], room: usize) -> String {
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)));
    let pairs: Vec<String> = pairs.collect();
    pairs.join(&format!("\n{}", " ".repeat(room)))
}

/// A value of a command, in quotes where it might not be one word.
fn word(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/#?&=%+".contains(c);
    match value.chars().all(is_plain) {
        true => value.to_owned(),
        false => quoted(value),
    }
}

/// A text of a command.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}
