//! The mappers of SAML providers: attributes of the assertion.

use cloakroom_model::identity_provider::Config;

use super::advanced::{self, Wanted};
use super::role::given;
use super::{Effect, Mapper, prepare_fields, taken, template, text};
use crate::identity::Identity;
use crate::saml::person;

/// The values of the attribute that the settings name: by its name, else by its name for people.
fn named(config: &Config, identity: &Identity) -> Option<Vec<String>> {
    let name = text(config, "attribute.name").or_else(|| text(config, "attribute.friendly.name"));
    let all = person::attributes(&identity.said);
    name.map(|name| person::values(&all, name).unwrap_or_default())
}

/// `saml-user-attribute-idp-mapper`.
pub(super) struct Attribute;

impl Mapper for Attribute {
    fn kinds(&self) -> &'static [&'static str] {
        &["saml-user-attribute-idp-mapper"]
    }

    fn is_legacy_each_time(&self) -> bool {
        true
    }

    fn map(&self, config: &Config, identity: &Identity) -> Vec<Effect> {
        let to = text(config, "user.attribute");
        let effect = to.zip(named(config, identity));
        let effect = effect.map(|(to, values)| taken(to, values));
        effect.into_iter().collect()
    }

    fn prepare(&self, config: &Config, identity: &mut Identity) {
        prepare_fields(self.map(config, identity), identity);
    }
}

/// `saml-role-idp-mapper`.
pub(super) struct Role;

impl Mapper for Role {
    fn kinds(&self) -> &'static [&'static str] {
        &["saml-role-idp-mapper"]
    }

    fn is_legacy_each_time(&self) -> bool {
        true
    }

    fn map(&self, config: &Config, identity: &Identity) -> Vec<Effect> {
        let Some(role) = text(config, "role") else {
            return Vec::new();
        };
        let wanted = text(config, "attribute.value").unwrap_or_default();
        let values = named(config, identity).unwrap_or_default();
        vec![given(values.iter().any(|value| value == wanted), role)]
    }
}

/// What the advanced mappers of SAML ask for, in place of claims.
fn fits_all(config: &Config, identity: &Identity) -> bool {
    let all = person::attributes(&identity.said);
    let wanted = Wanted {
        list: "attributes",
        is_pattern: "are.attribute.values.regex",
    };
    advanced::fits_all(config, &wanted, |name| {
        person::values(&all, name).unwrap_or_default()
    })
}

/// `saml-advanced-role-idp-mapper`.
pub(super) struct AdvancedRole;

impl Mapper for AdvancedRole {
    fn kinds(&self) -> &'static [&'static str] {
        &["saml-advanced-role-idp-mapper"]
    }

    fn map(&self, config: &Config, identity: &Identity) -> Vec<Effect> {
        let role = text(config, "role").map(|role| given(fits_all(config, identity), role));
        role.into_iter().collect()
    }
}

/// `saml-advanced-group-idp-mapper`.
pub(super) struct AdvancedGroup;

impl Mapper for AdvancedGroup {
    fn kinds(&self) -> &'static [&'static str] {
        &["saml-advanced-group-idp-mapper"]
    }

    fn map(&self, config: &Config, identity: &Identity) -> Vec<Effect> {
        let group = text(config, "group");
        let effect = group.map(|group| advanced::in_group(fits_all(config, identity), group));
        effect.into_iter().collect()
    }
}

/// `saml-username-idp-mapper`: a name made of the subject's and of attributes, such as `${ATTRIBUTE.uid}`.
pub(super) struct Username;

impl Mapper for Username {
    fn kinds(&self) -> &'static [&'static str] {
        &["saml-username-idp-mapper"]
    }

    fn prepare(&self, config: &Config, identity: &mut Identity) {
        let written = text(config, "template").unwrap_or("${ALIAS}.${NAMEID}");
        let all = person::attributes(&identity.said);
        let name = template::fill(written, |name| match name.strip_prefix("ATTRIBUTE.") {
            Some(name) => person::values(&all, name)?.into_iter().next(),
            None if name == "NAMEID" => person::subject(&identity.said).map(str::to_owned),
            None => template::common(identity, name),
        });
        template::take(config, identity, &name);
    }

    fn map(&self, config: &Config, identity: &Identity) -> Vec<Effect> {
        template::effects(config, identity)
    }
}
