//! The mappers that a new LDAP provider starts with, as Keycloak's.

use cloakroom_federation::directory::mapper::RANDOM;
use cloakroom_federation::directory::{Directory, EditMode};
use cloakroom_model::Cx;
use cloakroom_model::component::{Component, Config};
use cloakroom_model::id::ComponentId;

use super::LDAP_MAPPER;

/// Name, attribute of the user and of the directory, and whether it is read only, always read and
/// mandatory.
struct Attribute<'a> {
    name: &'a str,
    user: &'a str,
    directory: &'a str,
    read_only: bool,
    always_read: bool,
    mandatory: bool,
}

/// The mappers of a new LDAP provider.
pub(crate) fn first_mappers(cx: &mut Cx<'_>, provider: &Component) -> Vec<Component> {
    let directory = Directory::of(provider.clone(), &[]);
    let is_ad = directory.is_active_directory;
    let read_only = directory.edit_mode != EditMode::Writable;
    // Where changes stay here, a name is what it was changed to.
    let always_read = directory.edit_mode != EditMode::Unsynced;
    let username = directory.username_attribute();
    let attribute = |name, user, directory, always_read, mandatory| Attribute {
        name,
        user,
        directory,
        read_only,
        always_read,
        mandatory,
    };
    let (created, changed) = directory.vendor.times;
    let mut all = vec![attribute("username", "username", username, false, true)];
    // Where entries are named by it, it is no first name.
    let is_named_by_cn = directory.rdn_attribute().eq_ignore_ascii_case("cn");
    let is_other_name = is_named_by_cn && !username.eq_ignore_ascii_case("cn");
    let has_full_name = is_other_name && read_only;
    if !has_full_name {
        let given = if is_named_by_cn { "givenName" } else { "cn" };
        all.push(attribute(
            "first name",
            "firstName",
            given,
            always_read,
            true,
        ));
    }
    if is_other_name && !read_only {
        // A new entry is named by what nobody is asked for but the name.
        all.push(attribute("username-cn", "username", "cn", false, true));
    }
    all.push(attribute("last name", "lastName", "sn", always_read, true));
    all.push(attribute("email", "email", "mail", false, false));
    for (name, user, directory) in [
        ("creation date", "createTimestamp", created),
        ("modify date", "modifyTimestamp", changed),
    ] {
        let mut date = attribute(name, user, directory, true, false);
        date.read_only = true;
        all.push(date);
    }
    let mut mappers: Vec<Component> = all
        .iter()
        .map(|one| of_attribute(cx, provider, one))
        .collect();
    if has_full_name {
        let mut config = one("ldap.full.name.attribute", "cn");
        config.extend(one("read.only", "true"));
        config.extend(one("write.only", "false"));
        mappers.push(mapper(
            cx,
            provider,
            "full name",
            "full-name-ldap-mapper",
            config,
        ));
    }
    let kerberos = "kerberos-principal-attribute-mapper";
    let name = "Kerberos principal attribute mapper";
    mappers.push(mapper(cx, provider, name, kerberos, Config::new()));
    if is_ad {
        let kind = "msad-user-account-control-mapper";
        let config = one("always.read.enabled.value.from.ldap", "true");
        mappers.push(mapper(cx, provider, "MSAD account controls", kind, config));
    }
    if !is_ad && directory.has("syncRegistrations") && directory.has("usePasswordModifyExtendedOp")
    {
        // Some servers change a password by the extended operation only where there is one.
        let kind = "hardcoded-ldap-attribute-mapper";
        let mut config = one("ldap.attribute.name", "userPassword");
        config.extend(one("ldap.attribute.value", RANDOM));
        mappers.push(mapper(
            cx,
            provider,
            "random initial password",
            kind,
            config,
        ));
    }
    mappers
}

fn one(name: &str, value: &str) -> Config {
    Config::from([(name.to_owned(), vec![value.to_owned()])])
}

fn of_attribute(cx: &mut Cx<'_>, provider: &Component, attribute: &Attribute<'_>) -> Component {
    let mut config = one("user.model.attribute", attribute.user);
    config.extend(one("ldap.attribute", attribute.directory));
    for (name, on) in [
        ("read.only", attribute.read_only),
        ("always.read.value.from.ldap", attribute.always_read),
        ("is.mandatory.in.ldap", attribute.mandatory),
    ] {
        config.extend(one(name, if on { "true" } else { "false" }));
    }
    let kind = "user-attribute-ldap-mapper";
    mapper(cx, provider, attribute.name, kind, config)
}

fn mapper(
    cx: &mut Cx<'_>,
    provider: &Component,
    name: &str,
    kind: &str,
    config: Config,
) -> Component {
    Component {
        id: ComponentId::new(cx.new_id()),
        parent_id: provider.id.as_str().to_owned(),
        name: Some(name.to_owned()),
        provider_id: kind.to_owned(),
        provider_type: LDAP_MAPPER.to_owned(),
        sub_type: None,
        config,
        secrets: Config::new(),
    }
}
