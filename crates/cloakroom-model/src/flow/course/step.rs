//! What each authenticator comes to, as far as this server has it.

use super::facts::SET_UP;
use super::{Because, End, FURTHER, Outcome, Ran, TO_SET_UP, Walk, condition, limit, vote};
use crate::credential;
use crate::flow::Node;

/// The authenticators that this server carries out in a browser or for a password grant.
const CARRIED_OUT: &[&str] = &[
    "allow-access-authenticator",
    "auth-cookie",
    vote::STEP,
    "auth-otp-form",
    "auth-password-form",
    "auth-recovery-authn-code-form",
    "auth-spnego",
    "auth-username-form",
    "auth-username-password-form",
    "deny-access-authenticator",
    "direct-grant-validate-otp",
    "direct-grant-validate-password",
    "direct-grant-validate-username",
    "identity-provider-redirector",
    "organization",
    limit::STEP,
    "webauthn-authenticator",
    PASSKEY,
];

/// The authenticators that Keycloak comes with and this server does not carry out: none of them is a condition.
const ELSEWHERE: &[&str] = &[
    "auth-x509-client-username-form",
    "direct-grant-auth-x509-username",
    "docker-http-basic-authenticator",
    "http-basic-authenticator",
    "idp-add-organization-member",
    "idp-auto-link",
    "idp-confirm-link",
    "idp-confirm-override-link",
    "idp-create-user-if-unique",
    "idp-detect-existing-broker-user",
    "idp-email-verification",
    "idp-review-profile",
    "idp-username-password-form",
    "reset-credential-email",
    "reset-credentials-choose-user",
    "reset-otp",
    "reset-password",
];

/// It is known what this is, whether or not it is carried out.
pub(super) fn is_of_keycloak(name: &str) -> bool {
    is_carried_out(name) || ELSEWHERE.contains(&name)
}

/// The server has this authenticator, or checks this condition.
#[must_use]
pub fn is_carried_out(name: &str) -> bool {
    CARRIED_OUT.contains(&name) || condition::is_known(name)
}

/// The step that asks for a passkey.
const PASSKEY: &str = "webauthn-authenticator-passwordless";

/// What a step comes to that a passkey has proved somebody in.
pub(super) const BY_PASSKEY: &str = "passkey";

/// A step fails because its person does not want to be asked for this kind of credential.
pub(super) const DECLINED: &str = "declined";

const DENIES: &str = "deny-access-authenticator";

/// The steps that ask nobody anything.
const QUIET: [&str; 3] = ["allow-access-authenticator", DENIES, limit::STEP];

/// The step that denies everybody who comes to it has ended the sign-in.
pub(super) fn is_denial(end: &End) -> bool {
    matches!(end, End::Refused(step) if step == DENIES)
}

impl Walk<'_> {
    pub(super) fn authenticator(&mut self, step: &Node) -> Outcome {
        let name = step.authenticator.as_deref().unwrap_or_default();
        let further = condition::credential_of(name).filter(|_| is_carried_out(name));
        let asks = !QUIET.contains(&name) && further.is_none();
        if self.facts.asks_nothing && asks {
            let because = Because::of("no-page");
            return Err((End::CannotRun(name.to_owned()), because));
        }
        if name == PASSKEY && self.facts.has_passkey {
            return self.passkey();
        }
        if let Some(kind) = further {
            return self.further(step, (name, kind));
        }
        match name {
            "auth-cookie" => Ok(self.session()),
            "auth-spnego" => {
                let ran = self.recognized(self.facts.has_ticket, ("ticket", "no-ticket"));
                if matches!(ran, Ran::Done(_)) {
                    self.used.insert("kerberos");
                }
                Ok(ran)
            }
            "identity-provider-redirector" => self.redirect(step.setting("defaultProvider")),
            "organization" => Ok(self.organization()),
            "auth-username-password-form"
            | "direct-grant-validate-username"
            | "auth-username-form" => {
                self.named()?;
                match name {
                    "auth-username-password-form" => self.password(name),
                    _ => Ok(Ran::Done(Because::of("named"))),
                }
            }
            "auth-password-form" | "direct-grant-validate-password" => self.password(name),
            "allow-access-authenticator" => Ok(Ran::Done(Because::of("allows"))),
            limit::STEP => self.limit(step),
            DENIES => Err((End::Refused(name.to_owned()), Because::of("denies"))),
            _ => self.missing(step, name),
        }
    }

    fn recognized(&mut self, is_so: bool, (yes, no): (&'static str, &'static str)) -> Ran {
        self.is_known |= is_so;
        match is_so {
            true => Ran::Done(Because::of(yes)),
            false => Ran::PassedOver(Because::of(no)),
        }
    }

    fn redirect(&self, default: &str) -> Outcome {
        let is_there = |alias: &str| self.facts.providers.iter().any(|known| known == alias);
        let hint = self.facts.hint.as_deref().filter(|alias| is_there(alias));
        if let Some(alias) = hint {
            return Err((End::Sent(alias.to_owned()), Because::about("hint", alias)));
        }
        match default.trim() {
            "" => Ok(Ran::PassedOver(Because::of("no-provider"))),
            alias if is_there(alias) => Err((
                End::Sent(alias.to_owned()),
                Because::about("default-provider", alias),
            )),
            alias => Ok(Ran::PassedOver(Because::about("unknown-provider", alias))),
        }
    }

    /// It asks for the name, and leaves the rest to others.
    fn organization(&mut self) -> Ran {
        if !self.facts.has_organizations {
            return Ran::PassedOver(Because::of("no-organizations"));
        }
        self.is_known |= self.facts.person.is_some();
        Ran::PassedOver(Because::of("asks-name"))
    }

    fn named(&mut self) -> Result<(), (End, Because)> {
        if self.facts.person.is_none() {
            return Err((End::Nobody, Because::of("nobody")));
        }
        self.is_known = true;
        Ok(())
    }

    /// A passkey says who that is, and proves it.
    fn passkey(&mut self) -> Outcome {
        self.named()?;
        self.used.insert(credential::PASSKEY);
        Ok(Ran::Done(Because::of(BY_PASSKEY)))
    }

    fn password(&mut self, name: &str) -> Outcome {
        if self.facts.has_passkey {
            return match self.facts.takes_passkeys {
                true => self.passkey(),
                // Nobody has typed a password.
                false => Err((End::Refused(name.to_owned()), Because::of("no-password"))),
            };
        }
        let person = self.facts.person.as_ref().filter(|_| self.is_known);
        match person {
            None => Err((End::Nobody, Because::of("nobody"))),
            Some(person) if person.credentials.contains("password") => {
                self.used.insert("password");
                Ok(Ran::Done(Because::of("password")))
            }
            Some(_) => Err((End::Refused(name.to_owned()), Because::of("no-password"))),
        }
    }

    /// Something that is proved beside a password.
    fn further(&mut self, step: &Node, (name, kind): (&str, &'static str)) -> Outcome {
        let Some(person) = self.facts.person.as_ref().filter(|_| self.is_known) else {
            return Err((End::Nobody, Because::of("nobody")));
        };
        let refused = || End::Refused(name.to_owned());
        let spared = vote::spares(step, person);
        // Keycloak comes to an alternative only with whoever has what it asks for.
        let is_met = step.requirement != "ALTERNATIVE" || person.credentials.contains(kind);
        if let Some(because) = spared.filter(|_| is_met) {
            return Ok(Ran::Done(because));
        }
        if self.facts.declined.contains(kind) {
            return Err((refused(), Because::about(DECLINED, kind)));
        }
        if name == PASSKEY && self.facts.skips_passkey {
            return Err((refused(), Because::of("typed-password")));
        }
        if person.credentials.contains(kind) {
            self.used.insert(kind);
            return Ok(Ran::Done(Because::about(FURTHER, kind)));
        }
        // Keycloak lets people set up what a browser's flow requires; a password grant cannot.
        let may_set_up = SET_UP.iter().any(|(known, ..)| *known == name);
        let may_set_up = may_set_up && !self.is_declined && person.may_set_up.contains(kind);
        if step.requirement == "REQUIRED" && may_set_up {
            return Ok(Ran::Done(Because::about(TO_SET_UP, kind)));
        }
        let because = Because::about("not-set-up", kind);
        match step.requirement.as_str() {
            "ALTERNATIVE" => Ok(Ran::PassedOver(because)),
            _ => Err((refused(), because)),
        }
    }

    /// A step that this server does not have.
    fn missing(&self, step: &Node, name: &str) -> Outcome {
        let kind = condition::credential_of(name);
        let has = |kind: &str| {
            let person = self.facts.person.as_ref();
            person.is_some_and(|person| person.credentials.contains(kind))
        };
        if let Some(kind) = kind.filter(|kind| !has(kind)) {
            let because = Because::about("not-set-up", kind);
            return match step.requirement.as_str() {
                "ALTERNATIVE" => Ok(Ran::PassedOver(because)),
                _ => Err((End::CannotRun(name.to_owned()), because)),
            };
        }
        Err((
            End::CannotRun(name.to_owned()),
            Because::of("not-carried-out"),
        ))
    }
}
