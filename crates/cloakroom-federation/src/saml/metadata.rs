//! The keys that a provider publishes in its metadata (SAML Metadata §2.4.1), for settings that name the address.

use cloakroom_model::Timestamp;
use roxmltree::Node;

use super::{Settings, instant, parse_within_limits};
use crate::cache::Cache;
use crate::network::Network;
use crate::{Problem, Result, Upstream, endpoints};

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";

/// More keys than that are none of one provider.
const MOST: usize = 16;

/// The keys that a provider publishes, fetched where none are kept or they are old, or where all that it has are those
/// that were tried; `None` where the settings name no address.
///
/// Who may answer at the address is who has its certificate: as in Keycloak, a signature of the metadata is not asked for.
///
/// # Errors
/// If there is nothing there that can be read.
pub async fn keys(
    upstream: &Upstream,
    cache: &Cache<Vec<String>>,
    tried: &[String],
    network: &impl Network,
) -> Result<Option<Vec<String>>> {
    let settings = Settings::of(upstream);
    let Some(address) = settings.metadata() else {
        return Ok(None);
    };
    let fetch = async || {
        let accept = "application/samlmetadata+xml, application/xml, text/xml";
        let body = endpoints::get(address, accept, network).await?;
        read(
            &String::from_utf8_lossy(&body),
            settings.provider(),
            network.now(),
        )
    };
    let is_other = |keys: &Vec<String>| keys != tried;
    // Two providers may share an address, and each has its own keys there.
    let name = format!("{address} {}", settings.provider().unwrap_or_default());
    let found = cache.get(&name, is_other, || network.now(), fetch).await?;
    Ok(Some(found.to_vec()))
}

/// The keys for signatures of the provider with this name, or of the only one.
fn read(text: &str, entity: Option<&str>, now: Timestamp) -> Result<Vec<String>> {
    let document = parse_within_limits(text)?;
    let roles = document.descendants().filter(|node| {
        let of = node
            .parent()
            .and_then(|parent| parent.attribute("entityID"));
        node.has_tag_name((METADATA, "IDPSSODescriptor"))
            && entity.is_none_or(|entity| of == Some(entity))
    });
    let roles: Vec<Node<'_, '_>> = roles.take(2).collect();
    let [role] = roles.as_slice() else {
        return Err(Problem::untrusted(
            "its metadata do not describe the provider",
        ));
    };
    let is_over = |node: Node<'_, '_>| {
        let until = node.attribute("validUntil").map(instant::parse);
        until.is_some_and(|until| until.is_none_or(|until| until <= now))
    };
    if role.ancestors().any(is_over) {
        return Err(Problem::untrusted("its metadata are out of date"));
    }
    let described = role.children().filter(|node| {
        let signs = node.attribute("use").is_none_or(|of| of == "signing");
        node.has_tag_name((METADATA, "KeyDescriptor")) && signs
    });
    let certificates = described.flat_map(|node| node.descendants());
    let certificates = certificates
        .filter(|node| node.has_tag_name((super::SIGNATURE, "X509Certificate")))
        .filter_map(|node| node.text());
    let keys: Vec<String> = certificates
        .map(|text| text.split_whitespace().collect())
        .take(MOST)
        .collect();
    match keys.is_empty() {
        false => Ok(keys),
        true => Err(Problem::untrusted(
            "its metadata have no key for signatures",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(entity: &str, more: &str, keys: &[(&str, &str)]) -> String {
        let key = |(of, key): &(&str, &str)| {
            let of = match *of {
                "" => String::new(),
                of => format!(" use=\"{of}\""),
            };
            format!(
                "<KeyDescriptor{of}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n {key}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>"
            )
        };
        let keys: String = keys.iter().map(key).collect();
        format!(
            "<EntityDescriptor xmlns=\"{METADATA}\" xmlns:ds=\"{}\" entityID=\"{entity}\"{more}><IDPSSODescriptor>{keys}</IDPSSODescriptor></EntityDescriptor>",
            crate::saml::SIGNATURE
        )
    }

    #[test]
    fn the_keys_for_signatures_of_the_provider_are_read() {
        let keys = [("signing", "MII A"), ("encryption", "MIIB"), ("", "MIIC")];
        let other = described("https://other.test", "", &[("signing", "MIID")]);
        let own = described(
            "https://idp.test",
            " validUntil=\"2027-01-01T00:00:00Z\"",
            &keys,
        );
        let both =
            format!("<EntitiesDescriptor xmlns=\"{METADATA}\">{other}{own}</EntitiesDescriptor>");
        let now = Timestamp::from_seconds(1_795_694_400);

        for text in [&own, &both] {
            let found = read(text, Some("https://idp.test"), now).unwrap();
            assert_eq!(found, ["MIIA", "MIIC"]);
        }
        assert_eq!(read(&own, None, now).unwrap().len(), 2);
    }

    #[test]
    fn metadata_that_say_nothing_certain_give_no_key() {
        let key = [("signing", "MIIA")];
        let own = described("https://idp.test", "", &key);
        let twice =
            format!("<EntitiesDescriptor xmlns=\"{METADATA}\">{own}{own}</EntitiesDescriptor>");
        let entity = "<!DOCTYPE x [<!ENTITY k SYSTEM \"file:///etc/passwd\">]>";
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>";
        let rows = [
            (
                "of somebody else",
                described("https://other.test", "", &key),
            ),
            ("twice", twice),
            (
                "over",
                described(
                    "https://idp.test",
                    " validUntil=\"2026-01-01T00:00:00Z\"",
                    &key,
                ),
            ),
            (
                "without an instant",
                described("https://idp.test", " validUntil=\"soon\"", &key),
            ),
            ("without a key", described("https://idp.test", "", &[])),
            (
                "for encryption alone",
                described("https://idp.test", "", &[("encryption", "MIIA")]),
            ),
            ("with a document type", format!("{entity}{own}")),
            ("with entities", format!("{bomb}{own}")),
            ("cut", own[..own.len() - 9].to_owned()),
            ("deep", format!("{}{own}", "<a>".repeat(100))),
            ("no XML", "{}".to_owned()),
        ];
        let now = Timestamp::from_seconds(1_795_694_400);
        for (what, text) in rows {
            assert!(
                read(&text, Some("https://idp.test"), now).is_err(),
                "{what}"
            );
        }
    }
}
