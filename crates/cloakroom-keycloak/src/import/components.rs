//! Components: keys, the user profile, policies of client registration, user stores. Secret settings
//! are sealed.

use std::collections::BTreeMap;

use cloakroom_model::component::{self, Component, Config};
use cloakroom_model::id::ComponentId;
use cloakroom_model::{Cx, key};

use super::Import;
use super::clients::MASK;
use super::error::{ImportError, Result};
use super::lenient::Part;
use super::realm::OLD_KEY;
use super::{federation, settings, unknown, user_profile, workflows};
use crate::blueprint::REGISTRATION;
use crate::component as shape;
use crate::read::Object;

/// The families of components that hold people elsewhere.
pub(super) const STORES: &str = "org.keycloak.storage.UserStorageProvider";

/// What is taken over from a directory.
pub(super) const MAPPERS: &str = "org.keycloak.storage.ldap.mappers.LDAPStorageMapper";

/// The kinds of those that people come in by.
pub(super) const SPOKEN: [&str; 2] = ["ldap", "kerberos"];

pub(super) fn import(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let sent = import.sent;
    let realm = cx.realm.id.as_str().to_owned();
    let given = sent.object("components")?;
    if let Some(families) = given {
        insert_all(cx, import, families, &realm)?;
    }
    // A file that says nothing of who may register clients does not let everybody.
    if given.is_none_or(|families| !families.contains_key(REGISTRATION)) {
        crate::blueprint::insert_registration_policies(cx)?;
    }
    federation::import(cx, import, &realm)?;
    let has_newer = import.known.can_sign;
    let has_old = !has_newer && old_key(cx, import)?;
    if !has_newer && !has_old {
        for made in import.ready.keys {
            let mut made = made.clone();
            made.parent_id.clone_from(&realm);
            component::insert(cx, &made)?;
        }
        if given.is_some() {
            let how = "the file has no key that can be used to sign, so new ones were made; tokens that are \
                       out in the world verify only by keys that came in";
            import
                .report
                .approximate("components", key::PROVIDER_TYPE, how);
        }
    }
    let says_newer = given.is_some_and(|families| families.contains_key(key::PROVIDER_TYPE));
    for member in OLD_KEY {
        let why = match says_newer {
            true => "the realm has newer keys as components",
            false => "nothing can be signed with it without a private half that can be used",
        };
        // Whoever looked at the private key has spoken of it.
        if says_newer || (!has_old && member != "privateKey") {
            sent.report_dropped(member, why, import.report);
        }
    }
    Ok(())
}

fn insert_all(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    families: &Object,
    parent: &str,
) -> Result<()> {
    for family in families.keys() {
        for object in Part::new(families, "components", "").objects(family)? {
            insert(cx, import, object, (family, parent))?;
        }
    }
    Ok(())
}

/// Stores a component of a family, which belongs to the realm or to another component, and those inside it.
pub(super) fn insert(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    object: &Object,
    belongs: (&str, &str),
) -> Result<()> {
    let (family, parent) = belongs;
    if family == workflows::FAMILY && workflows::import(cx, import, object)? {
        return Ok(());
    }
    let provider_id = Part::new(object, "components[]", family).name("providerId")?;
    let name = Part::new(object, "components[]", family).text("name")?;
    let who = name.clone().unwrap_or_else(|| provider_id.clone());
    let part = Part::new(object, "components[]", &who);
    part.report_unknown(shape::FIELDS, import.report);
    let mut config = part.list_map("config")?;
    let masked = unmask(import, &part, &mut config);
    if family == key::PROVIDER_TYPE && masked {
        import
            .report
            .drop("components[]", &who, "the key itself is masked in the file");
        return Ok(());
    }
    let (config, secrets) = shape::split(family, config);
    let mut made = Component {
        id: ComponentId::new(part.id("id")?.unwrap_or_else(|| cx.new_id())),
        parent_id: parent.to_owned(),
        name,
        provider_id,
        provider_type: family.to_owned(),
        sub_type: part.text("subType")?,
        config,
        secrets,
    };
    if family == key::PROVIDER_TYPE {
        look_at_key(import, &made, &who);
    }
    if !user_profile::check(import, &part, &mut made)? {
        return Ok(());
    }
    unknown::component(import, &part, family, &made.provider_id);
    if family == STORES && !SPOKEN.contains(&made.provider_id.as_str()) {
        let how = "kept as configuration; nobody signs in through it";
        import.report.approximate("components[]", &who, how);
    }
    match family {
        STORES => {
            settings::of_store(import, &part, &made.provider_id);
            unknown::directory(import, &part, &made);
        }
        MAPPERS => {
            unknown::directory_mapper(import, &part, &made.provider_id);
            settings::of_mapper(import, &part);
        }
        _ => {}
    }
    if family == STORES && asks_centre(&made) {
        // Keycloak finds it by a file of its machine.
        let how = "passwords are proved by the centre of keys that CLOAKROOM_KERBEROS_KDCS lists for kerberosRealm";
        import.report.approximate("components[]", &who, how);
    }
    if !component::insert(cx, &made)? {
        return Err(ImportError::taken(format!(
            "the id of component {who} is in use"
        )));
    }
    import.report.map("components");
    match part.object("subComponents")? {
        Some(families) => insert_all(cx, import, families, made.id.as_str()),
        None => Ok(()),
    }
}

/// Names a key that cannot be read, and remembers that there is one to sign with.
fn look_at_key(import: &mut Import<'_>, key: &Component, who: &str) {
    match import.ready.rules.check_key(key) {
        Ok(()) => import.known.can_sign |= import.ready.rules.can_sign(key),
        Err(why) => {
            let how = format!("kept, but it is not used: {why}");
            import.report.approximate("components[]", who, how);
        }
    }
}

/// Its people would prove their passwords to a centre of keys.
fn asks_centre(made: &Component) -> bool {
    let setting = match made.provider_id.as_str() {
        "ldap" => "useKerberosForPasswordAuthentication",
        "kerberos" => "allowPasswordAuthentication",
        _ => return false,
    };
    made.text(setting) == Some("true")
}

/// Takes out the settings that are masked; true if there were any.
fn unmask(import: &mut Import<'_>, part: &Part<'_>, config: &mut Config) -> bool {
    let before = config.len();
    config.retain(|name, values| {
        let masked = values.iter().any(|value| value == MASK);
        if masked {
            let place = part.place_of(&format!("config.{name}"));
            import
                .report
                .drop(&place, part.who, "it is masked in the file");
        }
        !masked
    });
    config.len() < before
}

/// Before Keycloak 2.4 a realm had one RSA key, in members of its own.
fn old_key(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<bool> {
    let sent = import.sent;
    let Some(private) = sent.text("privateKey")?.filter(|text| text != MASK) else {
        return Ok(false);
    };
    let mut config: Config = BTreeMap::from([
        ("priority".to_owned(), vec!["100".to_owned()]),
        ("privateKey".to_owned(), vec![private]),
    ]);
    if let Some(certificate) = sent.text("certificate")? {
        config.insert("certificate".to_owned(), vec![certificate]);
    }
    let (config, secrets) = shape::split(key::PROVIDER_TYPE, config);
    let made = Component {
        id: ComponentId::new(cx.new_id()),
        parent_id: cx.realm.id.as_str().to_owned(),
        name: Some("rsa".to_owned()),
        provider_id: "rsa".to_owned(),
        provider_type: key::PROVIDER_TYPE.to_owned(),
        sub_type: None,
        config,
        secrets,
    };
    if let Err(why) = import.ready.rules.check_key(&made) {
        let how = format!("a new key was made: {why}, or it is too short to be safe");
        import.report.approximate("privateKey", "", how);
        return Ok(false);
    }
    component::insert(cx, &made)?;
    let how = "became a component, as Keycloak has it since version 2.4";
    import.report.approximate("privateKey", "", how);
    Ok(true)
}
