//! The conditions of flows: whether all that stand in one hold, and because of what.

use regex::{Regex, RegexBuilder};

use super::step::is_of_keycloak;
use super::{Because, End, Walk, level};
use crate::flow::{Node, Tree};

/// The conditions that this server checks.
const KNOWN: &[&str] = &[
    "conditional-client-scope",
    "conditional-credential",
    level::CONDITION,
    "conditional-sub-flow-executed",
    "conditional-user-attribute",
    "conditional-user-configured",
    "conditional-user-role",
];

/// The largest program that a pattern may become, in bytes.
const PATTERN: usize = 1 << 20;

pub(super) fn is_known(name: &str) -> bool {
    KNOWN.contains(&name)
}

/// The step is a condition.
pub(super) fn is_one(step: &Node) -> bool {
    let name = step.provider().unwrap_or_default();
    name.starts_with("conditional-")
}

/// The kind of credential that an authenticator asks for, where that is one that people set up.
pub(super) fn credential_of(authenticator: &str) -> Option<&'static str> {
    Some(match authenticator {
        "auth-otp-form" | "auth-conditional-otp-form" | "direct-grant-validate-otp" => "otp",
        "webauthn-authenticator" => "webauthn",
        "webauthn-authenticator-passwordless" => "webauthn-passwordless",
        "auth-recovery-authn-code-form" => "recovery-authn-codes",
        _ => return None,
    })
}

/// What the whole of a value has to match, as in Java; `None` where it cannot be read here: Java's knows more.
pub(super) fn pattern(text: &str) -> Option<Regex> {
    let pattern = RegexBuilder::new(&format!("^(?:{text})$"))
        .size_limit(PATTERN)
        .build();
    pattern.ok()
}

/// The level that a flow leads to, or why it is passed over; the error is one that ends the sign-in.
type Met = Result<Result<Option<i64>, Because>, (End, Because)>;

impl Walk<'_> {
    /// Whether all conditions of a flow hold: with the level that it leads to, or the first reason why not.
    pub(super) fn conditions(&mut self, flow: &Tree) -> Met {
        let mut level = None;
        let mut all = flow
            .steps
            .iter()
            .filter(|step| is_one(step) && step.is_on());
        let Some(first) = all.next() else {
            // One that nobody here knows may be a condition, which would be passed over with all that it guards.
            let mut on = flow.steps.iter().filter(|step| step.is_on());
            let unknown = on.find_map(|step| step.provider().filter(|name| !is_of_keycloak(name)));
            return match unknown {
                Some(name) => {
                    let because = Because::about("unknown-condition", name);
                    Err((End::CannotRun(name.to_owned()), because))
                }
                None => Ok(Err(Because::of("no-condition"))),
            };
        };
        for step in std::iter::once(first).chain(all) {
            let name = step.provider().unwrap_or_default();
            let held = match name {
                level::CONDITION => Some(self.wants_level(step)),
                _ => self.holds(step, flow),
            };
            let Some((holds, because)) = held else {
                let because = Because::about("unknown-condition", name);
                return Err((End::CannotRun(name.to_owned()), because));
            };
            if !holds {
                return Ok(Err(because));
            }
            if name == level::CONDITION {
                level = level::of(step);
            }
        }
        Ok(Ok(level))
    }

    /// Whether a condition holds, and what it looked at; `None` if this server does not know it.
    fn holds(&self, step: &Node, flow: &Tree) -> Option<(bool, Because)> {
        let person = self.facts.person.as_ref().filter(|_| self.is_known);
        let is_on = |name: &str| step.setting(name) == "true";
        Some(match step.provider()? {
            "conditional-user-role" => {
                let role = step.setting("condUserRole");
                let has = person.map(|person| person.roles.contains(role));
                let is_gone = person.is_some_and(|person| person.gone.roles.contains(role));
                let holds = !is_gone && has.is_some_and(|has| has != is_on("negate"));
                let why = match is_on("negate") {
                    _ if is_gone => "role-gone",
                    true => "role-there",
                    false => "role-missing",
                };
                (holds, Because::about(why, role))
            }
            "conditional-user-attribute" => {
                let name = step.setting("attribute_name");
                let has = self.has_attribute(step)?;
                let holds = person.is_some() && has != is_on("not");
                (holds, Because::about("attribute", name))
            }
            "conditional-user-configured" => (self.is_set_up(flow), Because::of("nothing-set-up")),
            "conditional-client-scope" => {
                let scope = step.setting("client_scope");
                let asked = self.facts.scopes.iter().any(|one| one == scope);
                let person = self.facts.person.as_ref();
                let is_gone = person.is_some_and(|person| person.gone.scopes.contains(scope));
                let why = if is_gone { "scope-gone" } else { "scope" };
                let holds = !is_gone && asked != is_on("negate");
                (holds, Because::about(why, scope))
            }
            "conditional-credential" => {
                let wanted = step.setting("credentials").split("##");
                let used = |kind: &str| match kind {
                    "none" => self.used.is_empty(),
                    kind => self.used.contains(kind),
                };
                let is_used = wanted.into_iter().any(used);
                (is_used == is_on("included"), Because::of("credential"))
            }
            "conditional-sub-flow-executed" => {
                let flow = step.setting("flow_to_check");
                let is_wanted = step.setting("check_result") != "not-executed";
                let holds = self.executed.contains(flow) == is_wanted;
                (holds, Because::about("sub-flow", flow))
            }
            _ => return None,
        })
    }

    /// `None` where the pattern cannot be read.
    fn has_attribute(&self, step: &Node) -> Option<bool> {
        let Some(person) = &self.facts.person else {
            return Some(false);
        };
        let (name, expected) = (
            step.setting("attribute_name"),
            step.setting("attribute_expected_value"),
        );
        let own = person.attributes.get(name).into_iter().flatten();
        let of_groups = person.group_attributes.get(name).into_iter().flatten();
        let with_groups = step.setting("include_group_attributes") == "true";
        let mut values = own.chain(of_groups.filter(|_| with_groups));
        if step.setting("regex") != "true" {
            return Some(values.any(|value| value == expected));
        }
        let pattern = pattern(expected)?;
        Some(values.any(|value| pattern.is_match(value)))
    }

    /// The person has set up what the flow asks for: all that it requires, or else one of its alternatives.
    fn is_set_up(&self, flow: &Tree) -> bool {
        let counts = |kinds: &[&str]| -> Vec<&Node> {
            let steps = flow.steps.iter();
            steps
                .filter(|step| kinds.contains(&step.requirement.as_str()) && !is_one(step))
                .collect()
        };
        let required = counts(&["REQUIRED"]);
        if !required.is_empty() {
            return required.into_iter().all(|step| self.has_set_up(step));
        }
        let alternatives = counts(&["ALTERNATIVE"]);
        alternatives.is_empty() || alternatives.into_iter().any(|step| self.has_set_up(step))
    }

    fn has_set_up(&self, step: &Node) -> bool {
        if let Some(flow) = &step.flow {
            return self.is_set_up(flow);
        }
        let person = self.facts.person.as_ref().filter(|_| self.is_known);
        let has = |kind: &str| person.is_some_and(|person| person.credentials.contains(kind));
        match step.provider().unwrap_or_default() {
            "organization" | "idp-add-organization-member" => self.facts.has_organizations,
            "auth-password-form" | "direct-grant-validate-password" => has("password"),
            name => credential_of(name).is_none_or(has),
        }
    }
}
