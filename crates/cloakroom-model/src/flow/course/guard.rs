//! Whether anybody could still sign in by a flow: what is asked before an administrator's change counts.

use std::collections::{BTreeMap, BTreeSet};

use super::{End, Facts, Gone, Person, Verdict, condition, decide, facts};
use crate::cx::Cx;
use crate::flow::{Node, Tree};
use crate::{Result, credential};

/// Besides a password, by what people may come in a realm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// The providers that vouch for people.
    pub providers: Vec<String>,
    /// Tickets of Kerberos are believed.
    pub has_tickets: bool,
    /// Somebody has a passkey.
    pub has_passkeys: bool,
    /// The forms for names and passwords take passkeys in their place.
    pub takes_passkeys: bool,
    /// The client scopes that come with every sign-in of the application by which the realm is administered.
    pub scopes: Vec<String>,
    /// The roles that everybody has, as flows name them.
    pub roles: BTreeSet<String>,
    /// The kinds of credentials that somebody has, or may have before they come to this flow.
    pub credentials: BTreeSet<String>,
    /// The kinds of credentials that whoever has none may set up in this flow.
    pub set_up: BTreeSet<String>,
    /// What the flow asks about, and the realm does not have.
    pub gone: Gone,
}

/// The authenticators of password grants begin like this.
const GRANTED: &str = "direct-grant-";

impl Ways {
    /// What is known in the request's realm of what a flow asks about; who vouches for people is not among it.
    pub fn of(cx: &mut Cx<'_>, flow: &Tree) -> Result<Self> {
        let mut all = Vec::new();
        steps(flow, &mut all);
        let mut ways = Self {
            gone: facts::gone(cx, &all)?,
            has_passkeys: credential::is_anybodys(cx, credential::PASSKEY)?,
            ..Self::default()
        };
        for name in all.iter().filter_map(|step| step.provider()) {
            let Some(kind) = condition::credential_of(name) else {
                continue;
            };
            let may_set_up = facts::may_set_up(cx, kind)?;
            if may_set_up {
                ways.set_up.insert(kind.to_owned());
            }
            // Whoever signs in without a browser has been at one before, and set this up there.
            let is_set_up_before = may_set_up && name.starts_with(GRANTED);
            if is_set_up_before || credential::is_anybodys(cx, kind)? {
                ways.credentials.insert(kind.to_owned());
            }
        }
        Ok(ways)
    }
}

/// The condition on a client scope.
const SCOPE: &str = "conditional-client-scope";
/// The condition on an attribute.
const ATTRIBUTE: &str = "conditional-user-attribute";

/// Nobody is let in by this flow.
///
/// Tried are people with a password who have nothing of what the flow asks about but what everybody has, and who have all of
/// it that there is; somebody with a ticket; somebody with a passkey in place of name and password; and somebody whom the flow sends to a provider. Each of them comes with the
/// scopes that are always there, and with those beside them that the flow asks about. What matches a pattern is not known:
/// where that decides, somebody may be let in.
#[must_use]
pub fn locks_out(flow: &Tree, ways: &Ways) -> bool {
    let facts = |person: Person| Facts {
        person: Some(person),
        ..Facts::default()
    };
    let mut flow = flow.clone();
    make_plain(&mut flow);
    let mut all = Vec::new();
    steps(&flow, &mut all);
    let password = Person {
        credentials: ["password".to_owned()].into(),
        roles: ways.roles.clone(),
        gone: ways.gone.clone(),
        may_set_up: ways.set_up.clone(),
        ..Person::default()
    };
    let owner = owner(&all, ways);
    let mut tried = vec![facts(password), facts(owner.clone())];
    if ways.has_passkeys {
        tried.push(by_passkey(owner.clone(), ways.takes_passkeys));
    }
    if ways.has_tickets {
        tried.push(Facts {
            has_ticket: true,
            ..facts(owner)
        });
    }
    if !ways.providers.is_empty() {
        // Only the flow's own provider counts: who asks for another by a hint has an application that does.
        tried.push(Facts {
            providers: ways.providers.clone(),
            ..Facts::default()
        });
    }
    let asked = of_kind(&all, SCOPE).map(|step| step.setting("client_scope").to_owned());
    let asked = asked.chain(ways.scopes.iter().cloned()).collect();
    let is_let_in = |facts: &Facts| {
        [&ways.scopes, &asked].into_iter().any(|scopes| {
            let scopes = scopes.clone();
            let facts = Facts {
                scopes,
                ..facts.clone()
            };
            matches!(decide(&flow, &facts).end, End::In | End::Sent(_))
        })
    };
    !tried.iter().any(is_let_in)
}

fn by_passkey(mut person: Person, takes_passkeys: bool) -> Facts {
    person.credentials.insert(credential::PASSKEY.to_owned());
    Facts {
        has_passkey: true,
        takes_passkeys,
        person: Some(person),
        ..Facts::default()
    }
}

/// Somebody may come through a flow by a passkey, alone or with what is asked for beside it: anybody, or whoever has what its conditions
/// ask about.
#[must_use]
pub fn takes_passkey(flow: &Tree, takes_passkeys: bool) -> bool {
    let mut all = Vec::new();
    steps(flow, &mut all);
    let asks = |step: &&Node| {
        let kind = step.provider().and_then(condition::credential_of);
        kind == Some(credential::PASSKEY)
    };
    if !takes_passkeys && !all.iter().any(asks) {
        return false;
    }
    let is_let_in = |person: Person| {
        let course = decide(flow, &by_passkey(person, takes_passkeys));
        let wants_password = course
            .strides
            .iter()
            .any(|stride| stride.verdict == Verdict::Ended && stride.because.why == "no-password");
        course.has_passkey() && !wants_password
    };
    is_let_in(Person::default()) || is_let_in(owner(&all, &Ways::default()))
}

/// Somebody who has all that these steps ask about and that there is.
fn owner(steps: &[&Node], ways: &Ways) -> Person {
    let set = |step: &Node, name: &str| step.setting(name).to_owned();
    let roles = of_kind(steps, "conditional-user-role").map(|step| set(step, "condUserRole"));
    // Several conditions may ask about one attribute.
    let mut attributes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for step in of_kind(steps, ATTRIBUTE) {
        let values = attributes.entry(set(step, "attribute_name")).or_default();
        values.push(set(step, "attribute_expected_value"));
    }
    let mut credentials = ways.credentials.clone();
    credentials.insert("password".to_owned());
    Person {
        roles: roles.collect(),
        gone: ways.gone.clone(),
        may_set_up: ways.set_up.clone(),
        attributes,
        credentials,
        ..Person::default()
    }
}

fn of_kind<'a>(steps: &'a [&'a Node], kind: &'static str) -> impl Iterator<Item = &'a Node> {
    let steps = steps.iter().copied();
    steps.filter(move |step| step.provider() == Some(kind))
}

/// Lets conditions compare with a pattern as with any text where it does not match itself: whoever has what they ask about
/// has that text then. One that cannot be read stays, because it ends each sign-in.
fn make_plain(flow: &mut Tree) {
    for step in &mut flow.steps {
        if let Some(flow) = &mut step.flow {
            make_plain(flow);
        }
        let text = step.setting("attribute_expected_value");
        let is_pattern = step.provider() == Some(ATTRIBUTE) && step.setting("regex") == "true";
        let is_other =
            is_pattern && condition::pattern(text).is_some_and(|one| !one.is_match(text));
        if let Some(config) = step.config.as_mut().filter(|_| is_other) {
            config.config.insert("regex".to_owned(), "false".to_owned());
        }
    }
}

/// The steps of a flow that count, at any depth.
fn steps<'a>(flow: &'a Tree, found: &mut Vec<&'a Node>) {
    for step in flow.steps.iter().filter(|step| step.is_on()) {
        match &step.flow {
            Some(flow) => steps(flow, found),
            None => found.push(step),
        }
    }
}
