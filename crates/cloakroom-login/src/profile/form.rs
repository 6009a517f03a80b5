//! The forms of a sign-in for a profile: which fields they have, and what of somebody has still to be filled in.

use cloakroom_model::Realm;
use cloakroom_model::client::Client;
use cloakroom_model::user::User;
use cloakroom_model::user_profile::{Attribute, ROOT, UserProfile};

use super::{Occasion, Violation, check};

/// Fields of the forms that are no attributes, whatever a profile says.
const RESERVED: [&str; 5] = [
    "cancel-aia",
    "password",
    "password-confirm",
    "password-new",
    "tab_id",
];

/// The scopes by which a sign-in chooses attributes: those that it requests, and those that its client always has.
///
/// None where the profile chooses no attribute by a scope.
pub fn scopes_of(realm: &Realm, client: &Client, requested: &str) -> Vec<String> {
    if !realm.profile.attributes.iter().any(names_scopes) {
        return Vec::new();
    }
    let own = client.default_scopes.iter();
    let own = own.filter_map(|id| realm.scope(id));
    let own = own.map(|scope| scope.name.clone());
    let requested = requested.split_whitespace().map(str::to_owned);
    requested.chain(own).collect()
}

fn names_scopes(attribute: &Attribute) -> bool {
    let required = attribute.required.as_ref();
    let selector = attribute.selector.as_ref();
    let lists = [
        required.and_then(|required| required.scopes.as_ref()),
        selector.and_then(|selector| selector.scopes.as_ref()),
    ];
    lists.into_iter().flatten().any(|scopes| !scopes.is_empty())
}

/// The attributes, beside those that are members of a person, that a form asks for on this occasion.
pub fn asked<'a>(
    profile: &'a UserProfile,
    occasion: Occasion<'_>,
) -> impl Iterator<Item = &'a Attribute> {
    profile.attributes.iter().filter(move |attribute| {
        !ROOT.contains(&attribute.name.as_str())
            && !RESERVED.contains(&attribute.name.as_str())
            && attribute.may_edit(occasion.side)
            && occasion
                .scopes
                .is_none_or(|scopes| attribute.is_selected(scopes))
    })
}

/// A form can mend this attribute of somebody who is there.
///
/// A field holds one value: where there are several it would lose the others, and where several are demanded it is no
/// help.
pub fn has_field(realm: &Realm, occasion: Occasion<'_>, user: &User, name: &str) -> bool {
    let is_fixed = match name {
        "username" => !is_name_asked(realm),
        "email" => is_address_fixed(realm, user),
        _ => false,
    };
    if is_fixed {
        return false;
    }
    if ROOT.contains(&name) {
        return realm.profile.may_edit(name, occasion.side);
    }
    let has_several = |values: &Vec<String>| values.len() > 1;
    !user.attributes.get(name).is_some_and(has_several)
        && asked(&realm.profile, occasion).any(|one| one.name == name && !demands_several(one))
}

/// The form of somebody who is there asks for the name: where the address is the name, it is not asked for twice.
pub fn is_name_asked(realm: &Realm) -> bool {
    realm.settings.edit_username_allowed && !realm.settings.registration_email_as_username
}

/// The address of somebody is their name, which they may not change. Whoever has none yet may say one.
pub fn is_address_fixed(realm: &Realm, user: &User) -> bool {
    let settings = &realm.settings;
    let email = user.email.as_deref().unwrap_or_default();
    let has_one = !email.trim().is_empty();
    settings.registration_email_as_username && !settings.edit_username_allowed && has_one
}

fn demands_several(attribute: &Attribute) -> bool {
    let rules = attribute.validations.as_ref();
    let count = rules.and_then(|rules| rules.get("multivalued"));
    let least = count.and_then(|count| count.get("min"));
    let least = least.and_then(|least| match least {
        serde_json::Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    });
    least.is_some_and(|least: i64| least > 1)
}

/// What is wrong with what is stored of somebody, as far as a form can mend it.
pub fn lacking(realm: &Realm, occasion: Occasion<'_>, user: &User) -> Vec<Violation> {
    let mut found = check(realm, occasion, Some(user), &mut user.clone());
    found.retain(|one| has_field(realm, occasion, user, &one.attribute));
    found
}
