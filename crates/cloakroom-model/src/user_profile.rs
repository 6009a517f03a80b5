//! The user profile: which attributes people have, who sees and changes them, how they look.
//!
//! It is one component of the realm, whose setting is Keycloak's JSON. A realm that never changed
//! its profile has no such component, and the profile that such a realm of Keycloak begins with.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Result;
use crate::component::{self, Component, Config};
use crate::cx::Cx;
use crate::id::ComponentId;
use crate::realm::MASTER;
use crate::schema::components;

/// The family of the component.
pub const PROVIDER_TYPE: &str = "org.keycloak.userprofile.UserProfileProvider";
const PROVIDER_ID: &str = "declarative-user-profile";
const SETTING: &str = "kc.user.profile.config";

/// The attributes that are members of a user of their own.
pub const ROOT: [&str; 4] = ["username", "email", "firstName", "lastName"];

/// A realm's user profile, in Keycloak's field names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserProfile {
    /// The attributes that are described, in the order of forms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// Headings that attributes stand under.
    #[serde(default)]
    pub groups: Vec<AttributeGroup>,
    /// What becomes of attributes that are not described; absent, nobody sees or sets them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmanaged_attribute_policy: Option<Unmanaged>,
    /// The realm speaks several languages, so that people have one of them, whatever else is described.
    #[serde(skip)]
    pub has_languages: bool,
}

/// The attribute that says in which language somebody is spoken to.
pub const LOCALE: &str = "locale";

/// Who sees and sets attributes that the profile does not describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Unmanaged {
    /// Everybody.
    Enabled,
    /// Administrators see them, nobody sets them.
    AdminView,
    /// Administrators.
    AdminEdit,
}

/// An attribute that the profile describes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// What forms call it: a text or a message's `${key}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Its validators by id, each with its settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validations: Option<Map<String, Value>>,
    /// Hints for forms, which no rule reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Map<String, Value>>,
    /// When it must have a value; absent, never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<Required>,
    /// Who sees and sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Permissions>,
    /// For which requests it is there at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<Selector>,
    /// The heading it stands under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// It may have several values.
    pub multivalued: bool,
    /// The value it gets where none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
}

/// For whom, and for which requested scopes, an attribute must have a value. Neither: always.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are Keycloak's own")]
pub struct Required {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
}

/// Who sees and who sets an attribute: `admin`, `user`, both or nobody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are Keycloak's own")]
pub struct Permissions {
    pub view: Vec<String>,
    pub edit: Vec<String>,
}

/// The requested scopes that bring an attribute into a sign-in's forms.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are Keycloak's own")]
pub struct Selector {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
}

/// A heading that attributes stand under.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the names are Keycloak's own")]
pub struct AttributeGroup {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_header: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Map<String, Value>>,
}

/// Whose hands a profile is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// An administrator's.
    Admin,
    /// The person's own.
    User,
}

impl Side {
    /// Keycloak's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::User => "user",
        }
    }
}

/// What a directory says of an entry itself. Who could set it would be somebody else of that directory after a move.
pub const OF_DIRECTORIES: [&str; 6] = [
    "LDAP_ID",
    "LDAP_ENTRY_DN",
    "KERBEROS_PRINCIPAL",
    "CREATED_TIMESTAMP",
    "createTimestamp",
    "modifyTimestamp",
];

impl UserProfile {
    /// The profile of a new realm.
    pub fn of_new_realm() -> Result<Self> {
        Ok(serde_json::from_str(include_str!(
            "user_profile/default.json"
        ))?)
    }

    /// The profile that the realm of this name begins with.
    ///
    /// The realm of those who administer all others demands nothing, as in Keycloak: of its first administrator no more
    /// is known than a name to sign in with, and a program that signs in with a password cannot be asked for the rest.
    pub fn at_first(realm: &str) -> Result<Self> {
        let mut profile = Self::of_new_realm()?;
        if realm == MASTER {
            for attribute in &mut profile.attributes {
                attribute.required = None;
            }
        }
        Ok(profile)
    }

    /// The description of an attribute; `None` if it is unmanaged.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|one| one.name == name)
    }

    /// Somebody may see an attribute, described or not.
    pub fn may_view(&self, name: &str, side: Side) -> bool {
        match self.attribute(name) {
            Some(attribute) => attribute.may_view(side),
            None if ROOT.contains(&name) => false,
            None if self.has_languages && name == LOCALE => true,
            None => match self.unmanaged_attribute_policy {
                Some(Unmanaged::Enabled) => true,
                Some(Unmanaged::AdminEdit | Unmanaged::AdminView) => side == Side::Admin,
                None => false,
            },
        }
    }

    /// Somebody may set an attribute, described or not.
    pub fn may_edit(&self, name: &str, side: Side) -> bool {
        match self.attribute(name) {
            Some(attribute) => attribute.may_edit(side),
            None if ROOT.contains(&name) || OF_DIRECTORIES.contains(&name) => false,
            None if self.has_languages && name == LOCALE => true,
            None => match self.unmanaged_attribute_policy {
                Some(Unmanaged::Enabled) => true,
                Some(Unmanaged::AdminEdit) => side == Side::Admin,
                Some(Unmanaged::AdminView) | None => false,
            },
        }
    }
}

impl Attribute {
    /// Somebody may set it. Username and address can be set by anybody until the profile says who.
    pub fn may_edit(&self, side: Side) -> bool {
        match &self.permissions {
            Some(permissions) => contains(&permissions.edit, side),
            None => ["username", "email"].contains(&self.name.as_str()),
        }
    }

    /// Somebody may see it; who may set it sees it as well.
    pub fn may_view(&self, side: Side) -> bool {
        let sees = self.permissions.as_ref();
        self.may_edit(side) || sees.is_some_and(|permissions| contains(&permissions.view, side))
    }

    /// It must have a value in these hands; `scopes` are those that were requested.
    pub fn is_required(&self, side: Side, scopes: &[String]) -> bool {
        let Some(required) = &self.required else {
            return false;
        };
        let roles = required.roles.as_deref().unwrap_or_default();
        let wanted = required.scopes.as_deref().unwrap_or_default();
        let by_role = contains(roles, side);
        if !wanted.is_empty() {
            let is_requested = wanted.iter().any(|scope| scopes.contains(scope));
            return is_requested && (roles.is_empty() || by_role);
        }
        roles.is_empty() || by_role
    }

    /// It is part of the forms of a sign-in that requests `scopes`.
    pub fn is_selected(&self, scopes: &[String]) -> bool {
        let wanted = self.selector.as_ref();
        let wanted = wanted.and_then(|selector| selector.scopes.as_deref());
        let wanted = wanted.unwrap_or_default();
        wanted.is_empty() || wanted.iter().any(|scope| scopes.contains(scope))
    }
}

fn contains(roles: &[String], side: Side) -> bool {
    roles.iter().any(|role| role == side.as_str())
}

/// The profile of the request's realm, as it is stored.
///
/// A setting that is no profile was written as a component by hand; the default takes its place,
/// because a profile that nobody can read must not lock everybody out.
pub fn load(cx: &mut Cx<'_>) -> Result<UserProfile> {
    let stored = component::list(cx, Some(PROVIDER_TYPE))?;
    let text = stored.iter().find_map(|one| one.text(SETTING));
    match text.and_then(|text| serde_json::from_str(text).ok()) {
        Some(profile) => Ok(profile),
        None => UserProfile::at_first(&cx.realm.name),
    }
}

/// What a component says of the profile; `None` for components of other families, and for one that says nothing.
pub fn said_by(component: &Component) -> Option<&str> {
    let is_profile = component.provider_type == PROVIDER_TYPE;
    component.text(SETTING).filter(|_| is_profile)
}

/// Lets a component say this profile.
pub fn write(component: &mut Component, profile: &UserProfile) -> Result<()> {
    let text = serde_json::to_string(profile)?;
    component.config.insert(SETTING.to_owned(), vec![text]);
    Ok(())
}

/// Stores a profile in place of the one that is there.
pub fn store(cx: &mut Cx<'_>, profile: &UserProfile) -> Result<()> {
    let text = serde_json::to_string(profile)?;
    let config = Config::from([(SETTING.to_owned(), vec![text])]);
    if let Some(mut known) = component::list(cx, Some(PROVIDER_TYPE))?.pop() {
        known.config = config;
        component::update(cx, &known)?;
        return Ok(());
    }
    let made = Component {
        id: ComponentId::new(cx.new_id()),
        parent_id: cx.realm.id.as_str().to_owned(),
        name: None,
        provider_id: PROVIDER_ID.to_owned(),
        provider_type: PROVIDER_TYPE.to_owned(),
        sub_type: None,
        config,
        secrets: Config::new(),
    };
    component::insert(cx, &made)?;
    Ok(())
}

/// Goes back to the profile of a new realm.
pub fn reset(cx: &mut Cx<'_>) -> Result<()> {
    let mine = components::table
        .filter(components::realm_id.eq(&cx.realm.id))
        .filter(components::provider_type.eq(PROVIDER_TYPE));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(())
}
