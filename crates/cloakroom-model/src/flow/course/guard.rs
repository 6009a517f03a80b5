//! Whether anybody could still sign in by a flow: what is asked before an administrator's change counts.

use std::collections::{BTreeMap, BTreeSet};

use super::{End, Facts, Person, condition, decide};
use crate::flow::{Node, Tree};

/// Besides a password, by what people may come in a realm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// The providers that vouch for people.
    pub providers: Vec<String>,
    /// Tickets of Kerberos are believed.
    pub has_tickets: bool,
    /// The client scopes that come with every sign-in of the application by which the realm is administered.
    pub scopes: Vec<String>,
    /// The roles that everybody has, as flows name them.
    pub roles: BTreeSet<String>,
}

/// The condition on a client scope.
const SCOPE: &str = "conditional-client-scope";
/// The condition on an attribute.
const ATTRIBUTE: &str = "conditional-user-attribute";

/// Nobody is let in by this flow.
///
/// Tried are people with a password who have nothing of what the flow asks about but what everybody has, and who have all of
/// it; somebody with a ticket; and somebody whom the flow sends to a provider. Each of them comes with the scopes that are
/// always there, and with those beside them that the flow asks about. What matches a pattern is not known: where that
/// decides, somebody may be let in.
#[must_use]
pub fn locks_out(flow: &Tree, ways: &Ways) -> bool {
    let facts = |person: Person| Facts {
        person: Some(person),
        level: 1,
        ..Facts::default()
    };
    let mut flow = flow.clone();
    make_plain(&mut flow);
    let mut all = Vec::new();
    steps(&flow, &mut all);
    let password = Person {
        credentials: ["password".to_owned()].into(),
        roles: ways.roles.clone(),
        ..Person::default()
    };
    let mut owner = owner(&all);
    owner.roles.extend(ways.roles.iter().cloned());
    let mut tried = vec![facts(password), facts(owner.clone())];
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

/// Somebody who has all that these steps ask about.
fn owner(steps: &[&Node]) -> Person {
    let set = |step: &Node, name: &str| step.setting(name).to_owned();
    let roles = of_kind(steps, "conditional-user-role").map(|step| set(step, "condUserRole"));
    // Several conditions may ask about one attribute.
    let mut attributes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for step in of_kind(steps, ATTRIBUTE) {
        let values = attributes.entry(set(step, "attribute_name")).or_default();
        values.push(set(step, "attribute_expected_value"));
    }
    let kinds = steps.iter().filter_map(|step| step.provider());
    let kinds = kinds
        .filter_map(condition::credential_of)
        .map(str::to_owned);
    Person {
        roles: roles.collect(),
        attributes,
        credentials: kinds.chain(["password".to_owned()]).collect(),
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
