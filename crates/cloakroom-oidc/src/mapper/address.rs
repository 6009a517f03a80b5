//! The postal address as one claim (OIDC Core §5.1.1).

use cloakroom_model::Cx;
use cloakroom_model::mapper::Mapper as Config;
use serde_json::{Map, Value};

use super::{Claims, Facts, Mapper};
use crate::error::Result;

pub(super) struct Address;

impl Mapper for Address {
    fn kind(&self) -> &'static str {
        "oidc-address-mapper"
    }

    fn summary(&self) -> &'static str {
        "The postal address from user attributes"
    }

    fn claim<'c>(&self, _config: &'c Config) -> Option<&'c str> {
        Some("address")
    }

    fn apply(
        &self,
        _cx: &mut Cx<'_>,
        config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        // Each member of the claim, with the setting that names its attribute and that name's default.
        const MEMBERS: [(&str, &str, &str); 6] = [
            ("formatted", "user.attribute.formatted", "formatted"),
            ("street_address", "user.attribute.street", "street"),
            ("locality", "user.attribute.locality", "locality"),
            ("region", "user.attribute.region", "region"),
            ("postal_code", "user.attribute.postal_code", "postal_code"),
            ("country", "user.attribute.country", "country"),
        ];
        let mut address = Map::new();
        for (member, setting, default) in MEMBERS {
            let name = config.text(setting).unwrap_or(default);
            let values = facts.user.attributes.get(name);
            if let Some(value) = values.and_then(|values| values.first()) {
                address.insert(member.to_owned(), Value::from(value.as_str()));
            }
        }
        if !address.is_empty() {
            claims
                .members
                .insert("address".to_owned(), Value::Object(address));
        }
        Ok(())
    }
}
