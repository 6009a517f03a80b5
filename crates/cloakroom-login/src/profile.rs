//! The user profile at work: what is stored of what somebody sent, and what is wrong with it.

pub mod config;
mod form;
mod validator;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use cloakroom_model::Realm;
use cloakroom_model::user::User;
use cloakroom_model::user_profile::{Attribute, ROOT, Side, UserProfile};
use serde_json::{Map, Value, json};

pub use form::{asked, has_field, is_address_fixed, is_name_asked, lacking, scopes_of};
pub(crate) use validator::is_plain;
pub use validator::{Setting, list_validators};

/// In whose hands a profile is, and during which request.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// Who fills it in.
    pub side: Side,
    /// The scopes that a sign-in requests; `None` outside of one, where every attribute counts.
    pub scopes: Option<&'a [String]>,
}

impl Occasion<'_> {
    /// An administrator changes somebody.
    pub const ADMIN: Self = Occasion {
        side: Side::Admin,
        scopes: None,
    };
    /// Somebody changes themselves, outside of a sign-in.
    pub const ACCOUNT: Self = Occasion {
        side: Side::User,
        scopes: None,
    };
}

/// What is wrong with an attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The attribute.
    pub attribute: String,
    /// Keycloak's name of the message, `error-invalid-length` for example.
    pub message: String,
    /// What the message mentions: the attribute's name first, then limits or the value.
    pub params: Vec<Value>,
}

impl Violation {
    fn new(attribute: &str, message: impl Into<String>, more: Vec<Value>) -> Self {
        let mut params = vec![json!(attribute)];
        params.extend(more);
        Self {
            attribute: attribute.to_owned(),
            message: message.into(),
            params,
        }
    }
}

/// Keycloak's name of the message for what is not in somebody's hands, and was changed all the same.
pub const READ_ONLY: &str = "error-user-attribute-read-only";

/// The longest value of an attribute for which the profile says nothing else.
const LONGEST: usize = 2048;

/// Takes from `user` what may not be set, gives it what has a default, and says what is wrong.
///
/// `user` is the person as sent: with all attributes, in place of those of `before`, who is `None`
/// for somebody new. What was wrong before with a value that is not in these hands is for others to mend, and
/// not told. Whether username and address are free is not asked here.
pub fn check(
    realm: &Realm,
    occasion: Occasion<'_>,
    before: Option<&User>,
    user: &mut User,
) -> Vec<Violation> {
    let mut values = Values::of(user);
    let mut refused = settle(realm, occasion.side, before, &mut values);
    let mut found = Vec::new();
    for attribute in &realm.profile.attributes {
        if let Some(default) = &attribute.default_value
            && values.get(&attribute.name).is_empty()
            && !ROOT.contains(&attribute.name.as_str())
        {
            values.set(&attribute.name, vec![default.clone()]);
        }
    }
    let locale = values.get("locale").first().cloned();
    let locale = locale.or_else(|| realm.settings.default_locale.clone());
    let about = validator::About {
        locale: locale.as_deref().unwrap_or_default(),
    };
    for attribute in &realm.profile.attributes {
        if occasion
            .scopes
            .is_some_and(|scopes| !attribute.is_selected(scopes))
        {
            continue;
        }
        let is_copy = attribute.name == "username" && realm.settings.registration_email_as_username;
        if !is_copy {
            check_attribute(occasion, attribute, values.get(&attribute.name), &about)
                .into_iter()
                .for_each(|violation| found.push(violation));
        }
    }
    found.extend(check_unmanaged(&realm.profile, &values));
    if let Some(before) = before {
        let old = Values::of(before);
        found.retain(|one| {
            let name = one.attribute.as_str();
            may_set(realm, occasion.side, Some(before), name) || values.get(name) != old.get(name)
        });
    }
    values.write(user);
    refused.append(&mut found);
    refused
}

/// A value is in these hands. Nobody is without a username, whatever the profile says of it.
fn may_set(realm: &Realm, side: Side, before: Option<&User>, name: &str) -> bool {
    if name != "username" {
        return realm.profile.may_edit(name, side);
    }
    let settings = &realm.settings;
    let is_fixed = !settings.edit_username_allowed && !settings.registration_email_as_username;
    before.is_none() || (!is_fixed && realm.profile.may_edit(name, side))
}

/// Puts back what is not in these hands; says so where the profile describes it.
fn settle(realm: &Realm, side: Side, before: Option<&User>, values: &mut Values) -> Vec<Violation> {
    let profile = &realm.profile;
    let old = before.map(Values::of).unwrap_or_default();
    let names: BTreeSet<&String> = old.0.keys().chain(values.0.keys()).collect();
    let names: Vec<String> = names.into_iter().cloned().collect();
    let mut found = Vec::new();
    for name in names {
        if may_set(realm, side, before, &name) {
            continue;
        }
        let sent = values.get(&name);
        let is_changed = !sent.is_empty() && sent != old.get(&name);
        if is_changed && before.is_some() && profile.attribute(&name).is_some() {
            found.push(Violation::new(&name, READ_ONLY, Vec::new()));
        }
        values.set(&name, old.get(&name).to_vec());
    }
    found
}

fn check_attribute(
    occasion: Occasion<'_>,
    attribute: &Attribute,
    values: &[String],
    about: &validator::About<'_>,
) -> Vec<Violation> {
    let mut found = Vec::new();
    let name = attribute.name.as_str();
    let scopes = occasion.scopes.unwrap_or_default();
    if values.is_empty()
        && attribute.may_edit(occasion.side)
        && attribute.is_required(occasion.side, scopes)
    {
        found.push(Violation::new(
            name,
            "error-user-attribute-required",
            Vec::new(),
        ));
    }
    let none = Map::new();
    let configured = attribute.validations.as_ref().unwrap_or(&none);
    for (id, settings) in configured {
        let settings = settings.as_object().unwrap_or(&none);
        let complaint = validator::find(id).and_then(|one| one.check_all(values, settings, about));
        if let Some(complaint) = complaint {
            found.push(Violation::new(name, complaint.message, complaint.params));
        }
    }
    if !attribute.multivalued && values.len() > 1 {
        let message = "error-invalid-multivalued-size";
        found.push(Violation::new(name, message, vec![json!(0), json!(1)]));
    }
    if !configured.contains_key("length") {
        found.extend(check_longest(name, values));
    }
    found
}

fn check_unmanaged(profile: &UserProfile, values: &Values) -> Vec<Violation> {
    let others = values
        .0
        .iter()
        .filter(|(name, _)| profile.attribute(name).is_none());
    others
        .filter_map(|(name, values)| check_longest(name, values))
        .collect()
}

fn check_longest(name: &str, values: &[String]) -> Option<Violation> {
    let is_long = |value: &String| value.encode_utf16().count() > LONGEST;
    values.iter().any(is_long).then(|| {
        let message = "error-invalid-length-too-long";
        Violation::new(name, message, vec![Value::Null, json!(LONGEST)])
    })
}

/// The person with nothing but what somebody may see.
pub fn visible(profile: &UserProfile, side: Side, user: &User) -> User {
    let mut values = Values::of(user);
    values
        .0
        .retain(|name, _| name == "username" || profile.may_view(name, side));
    let mut shown = user.clone();
    values.write(&mut shown);
    shown
}

/// A person's values by name, members and attributes alike, without blank ones.
#[derive(Debug, Default)]
struct Values(BTreeMap<String, Vec<String>>);

impl Values {
    fn of(user: &User) -> Self {
        let mut all = Self::default();
        for (name, values) in &user.attributes {
            all.set(name, values.clone());
        }
        let own = [
            Some(&user.username),
            user.email.as_ref(),
            user.first_name.as_ref(),
            user.last_name.as_ref(),
        ];
        for (name, value) in ROOT.into_iter().zip(own) {
            // A member that is also sent as an attribute is meant as the member.
            let value = value.filter(|value| !value.trim().is_empty());
            if let Some(value) = value {
                all.set(name, vec![value.clone()]);
            }
        }
        all
    }

    fn get(&self, name: &str) -> &[String] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    fn set(&mut self, name: &str, mut values: Vec<String>) {
        values.retain(|value| !value.trim().is_empty());
        if values.is_empty() {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), values);
        }
    }

    fn write(mut self, user: &mut User) {
        let mut take = |name: &str| self.0.remove(name).and_then(|mut values| values.pop());
        if let Some(username) = take("username") {
            user.username = username;
        }
        user.email = take("email");
        user.first_name = take("firstName");
        user.last_name = take("lastName");
        user.attributes = self.0;
    }
}
