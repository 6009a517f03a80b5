//! What is known of a sign-in when its flow is decided.

use std::collections::{BTreeMap, BTreeSet};

use crate::cx::Cx;
use crate::flow::{self as flows, Node, RequiredAction, Tree};
use crate::id::GroupId;
use crate::user::User;
use crate::{Result, credential, group, role, user};

use super::vote;

/// What is known of browser, request and person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The browser has a session that is good enough.
    pub has_session: bool,
    /// The browser brings a ticket of Kerberos that is believed.
    pub has_ticket: bool,
    /// The browser brings what a passkey has signed, and no password.
    pub has_passkey: bool,
    /// The forms for names and passwords take passkeys in their place.
    pub takes_passkeys: bool,
    /// A password was typed where a passkey might have been brought.
    pub skips_passkey: bool,
    /// The provider that the request wants its person to come from.
    pub hint: Option<String>,
    /// The providers that people can come from.
    pub providers: Vec<String>,
    /// The realm has organizations.
    pub has_organizations: bool,
    /// The client scopes that the client has by default or asks for.
    pub scopes: Vec<String>,
    /// The level that is asked for; `None` if the request has nothing to say of it.
    pub level: Option<i64>,
    /// The levels that the browser's session has reached, and how many seconds ago.
    pub had: BTreeMap<i64, i64>,
    /// Who signs in.
    pub person: Option<Person>,
    /// It is known who that is before the flow begins.
    pub is_known: bool,
    /// There is no page to ask them on, except for what they prove beside a password.
    pub asks_nothing: bool,
    /// The kinds of credentials that they do not want to be asked for, where something else may take their place.
    pub declined: BTreeSet<String>,
}

impl Facts {
    /// The kind of what somebody has beside a first proof; what they have declined, if there is nothing else.
    #[must_use]
    pub fn second(&self) -> Option<String> {
        let has = |kind: &&str| {
            let person = self.person.as_ref();
            person.is_some_and(|person| person.credentials.contains(*kind))
        };
        let mine: Vec<&str> = SECOND.into_iter().filter(has).collect();
        let wanted = mine.iter().find(|kind| !self.declined.contains(**kind));
        let wanted = wanted.or_else(|| mine.first());
        wanted.map(|kind| (*kind).to_owned())
    }
}

/// What is known of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Of the roles that the flow asks about those that they have, as it names them.
    pub roles: BTreeSet<String>,
    /// Of the roles and client scopes that the flow asks about those that are gone. A condition on one never holds, and
    /// what is said the other way round does not either.
    pub gone: Gone,
    /// Their attributes.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Those of their groups and of all groups above them, if the flow asks about them.
    pub group_attributes: BTreeMap<String, Vec<String>>,
    /// The kinds of their credentials.
    pub credentials: BTreeSet<String>,
    /// The kinds of credentials that they have none of, and may set up.
    pub may_set_up: BTreeSet<String>,
}

/// What a flow asks about, and the realm does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gone {
    /// Roles, as the flow names them.
    pub roles: BTreeSet<String>,
    /// Client scopes.
    pub scopes: BTreeSet<String>,
}

/// The required action by which people set up one-time codes.
pub const SET_UP_OTP: &str = "CONFIGURE_TOTP";
/// The required action by which people set up a security key.
pub const SET_UP_KEY: &str = "webauthn-register";
/// The required action by which people set up a passkey.
pub const SET_UP_PASSKEY: &str = "webauthn-register-passwordless";

/// The kinds of credentials that a flow lets people set up: the authenticator that demands one, and the required action.
pub(super) const SET_UP: [(&str, &str, &str); 4] = [
    ("auth-otp-form", credential::OTP, SET_UP_OTP),
    (vote::STEP, credential::OTP, SET_UP_OTP),
    (
        "webauthn-authenticator",
        credential::SECURITY_KEY,
        SET_UP_KEY,
    ),
    (
        "webauthn-authenticator-passwordless",
        credential::PASSKEY,
        SET_UP_PASSKEY,
    ),
];

/// The kinds of credentials that somebody is asked for beside a first proof, in the order in which most people have them at hand.
const SECOND: [&str; 4] = [
    credential::OTP,
    credential::SECURITY_KEY,
    credential::PASSKEY,
    credential::RECOVERY_CODES,
];

/// Reads what a flow asks about somebody.
pub fn person(cx: &mut Cx<'_>, who: &User, flow: &Tree) -> Result<Person> {
    let mut person = Person {
        attributes: who.attributes.clone().into_iter().collect(),
        credentials: credential::kinds(cx, &who.id)?.into_iter().collect(),
        ..Person::default()
    };
    // Conditions ask about these as about any attribute.
    let fields = [
        ("username", Some(&who.username)),
        ("email", who.email.as_ref()),
        ("firstName", who.first_name.as_ref()),
        ("lastName", who.last_name.as_ref()),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            let only = vec![value.clone()];
            person.attributes.insert(name.to_owned(), only);
        }
    }
    let mut asked = Vec::new();
    conditions(flow, &mut asked);
    for (authenticator, kind, _) in SET_UP {
        let is_demanded =
            |step: &&Node| step.provider() == Some(authenticator) && step.requirement == "REQUIRED";
        let has_none = !person.credentials.contains(kind);
        if has_none && asked.iter().any(is_demanded) && may_set_up(cx, kind)? {
            person.may_set_up.insert(kind.to_owned());
        }
    }
    let of_kind = |kind: &'static str| {
        let all = asked.iter();
        all.filter(move |step| step.provider() == Some(kind))
    };
    let mut effective = None;
    let of_conditions = of_kind("conditional-user-role").map(|step| step.setting("condUserRole"));
    let of_votes = asked.iter().flat_map(|step| vote::roles(step));
    for name in of_conditions.chain(of_votes) {
        let Some(wanted) = role::find_configured(cx, name)? else {
            person.gone.roles.insert(name.to_owned());
            continue;
        };
        let all = match effective.take() {
            Some(all) => all,
            None => user::effective_roles(cx, &who.id)?,
        };
        if all.contains(&wanted) {
            person.roles.insert(name.to_owned());
        }
        effective = Some(all);
    }
    person.gone.scopes = gone_scopes(cx, &asked);
    let wants_groups = |step: &&&Node| step.setting("include_group_attributes") == "true";
    if of_kind("conditional-user-attribute").any(|step| wants_groups(&step)) {
        let ids = user::groups(cx, &who.id)?;
        let ids: Vec<GroupId> = group::with_parents(cx, &ids)?.into_iter().collect();
        for one in group::list_of(cx, &ids)? {
            for (name, values) in one.attributes {
                let known = person.group_attributes.entry(name).or_default();
                known.extend(values);
            }
        }
    }
    Ok(person)
}

/// Flows let people of the realm set up a credential of this kind, because its required action is not switched off.
pub(super) fn may_set_up(cx: &mut Cx<'_>, kind: &str) -> Result<bool> {
    let Some((.., action)) = SET_UP.iter().find(|(_, known, _)| *known == kind) else {
        return Ok(false);
    };
    let is_it = |one: &RequiredAction| one.alias == *action && one.enabled;
    Ok(flows::list_actions(cx)?.iter().any(is_it))
}

/// What these steps ask about, and the realm does not have.
pub(super) fn gone(cx: &mut Cx<'_>, steps: &[&Node]) -> Result<Gone> {
    let mut roles = BTreeSet::new();
    let mut named = steps.iter();
    while let Some(step) = named.find(|step| step.provider() == Some("conditional-user-role")) {
        let name = step.setting("condUserRole");
        if role::find_configured(cx, name)?.is_none() {
            roles.insert(name.to_owned());
        }
    }
    let scopes = gone_scopes(cx, steps);
    Ok(Gone { roles, scopes })
}

fn gone_scopes(cx: &Cx<'_>, steps: &[&Node]) -> BTreeSet<String> {
    let mut steps = steps.to_vec();
    steps.retain(|step| step.provider() == Some("conditional-client-scope"));
    let named = steps.iter().map(|step| step.setting("client_scope"));
    let gone = named.filter(|name| cx.realm.scope_named(name).is_none());
    gone.map(str::to_owned).collect()
}

/// The conditions of a flow that count, at any depth.
fn conditions<'a>(flow: &'a Tree, found: &mut Vec<&'a Node>) {
    for step in flow.steps.iter().filter(|step| step.is_on()) {
        match &step.flow {
            Some(flow) => conditions(flow, found),
            None => found.push(step),
        }
    }
}
